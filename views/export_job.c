/* Writing what was chosen, off the loop. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base.h"
#include "format/format.h"
#include "views/export.h"
#include "views/graph_paint.h"
#include "views/graphs.h"

struct export_job {
    struct job job;
    struct explorer *explorer;
    const struct export_choice *choice;
    struct graph_request request; /* of a specification or model: with the verdict's colours */
    struct painted_graph seen;    /* of the graph that is shown */
    spex_instance *instance;
    struct text reason; /* or the text that is given */
    char *path;
    bool replace; /* a file that is there */
    bool exists;
    int status;
    size_t written;
    spex_error error;
};

bool export_possible(const struct explorer *explorer, enum export_what what)
{
    const struct summary *summary = explorer_summary(explorer);
    const struct project_entry *entry = summary ? summary->entry : NULL;
    const struct check *check = summary ? summary->check : NULL;
    switch (what) {
    case EXPORT_GRAPH:
        return graphs_shown(explorer) != NULL;
    case EXPORT_SPECIFICATION:
        return entry && entry->specification;
    case EXPORT_MODEL:
        return entry && entry->specification && entry->model;
    case EXPORT_REASON:
        return check && !check->running && !check->status;
    case EXPORT_TEXT:
        return true;
    case EXPORT_INSTANCE:
    default:
        return explorer->selection.instance != NULL;
    }
}

/* --------------------------------------------------------------- rendering */

static bool cancelled(void *context)
{
    return atomic_load(&((struct job *)context)->cancelled);
}

static int render_painted(struct export_job *self, const struct painted_graph *painted,
                          struct text *text)
{
    struct layout_options options = {
        .budget = 20000, .cancelled = cancelled, .context = &self->job};
    struct graph_paint paint = painted_paint(painted);
    struct render_subject subject = {
        .lts = &painted->shape->part.lts, .name = self->request.specification, .paint = &paint};
    if (self->choice->format == RENDER_TEXT && painted->picture.length) {
        text_append_bytes(text, text_value(&painted->picture), painted->picture.length);
        return text->failed ? error_memory(&self->error) : SPEX_OK;
    }
    return render(&subject, self->choice->format, "tau", &options, text, &self->error);
}

/* What carries no colours is written from the specification or model itself. */
static int render_plain(struct export_job *self, struct text *text)
{
    struct layout_options options = {
        .budget = 20000, .cancelled = cancelled, .context = &self->job};
    const struct project_entry *entry =
        project_find(&self->request.snapshot->project, self->request.specification);
    struct render_subject subject = {0};
    if (entry && self->choice->what == EXPORT_MODEL)
        subject.model = entry->model;
    else if (entry)
        subject.specification = entry->specification;
    if (!subject.model && !subject.specification)
        return error_set(&self->error, SPEX_ERROR_NOT_FOUND, "%s is no longer loaded",
                         self->request.specification);
    return render(&subject, self->choice->format, "tau", &options, text, &self->error);
}

static int render_whole(struct export_job *self, struct text *text)
{
    enum render_format format = self->choice->format;
    if (format != RENDER_DOT && format != RENDER_SVG && format != RENDER_PNG &&
        format != RENDER_MERMAID)
        return render_plain(self, text);
    struct painted_graph painted;
    int status = painted_make(&painted, &self->request, &self->error);
    if (status)
        return status;
    status = render_painted(self, &painted, text);
    painted_release(&painted);
    return status;
}

static int render_choice(struct export_job *self, struct text *text)
{
    switch (self->choice->what) {
    case EXPORT_GRAPH:
        return render_painted(self, &self->seen, text);
    case EXPORT_REASON:
    case EXPORT_TEXT:
        text_append_bytes(text, text_value(&self->reason), self->reason.length);
        return text->failed ? error_memory(&self->error) : SPEX_OK;
    case EXPORT_INSTANCE: {
        int status = json_write_instance(self->instance, true, text);
        text_append_char(text, '\n');
        return status || text->failed ? error_memory(&self->error) : SPEX_OK;
    }
    default:
        return render_whole(self, text);
    }
}

static void export_run(struct job *job)
{
    struct export_job *self = (struct export_job *)job;
    struct stat about;
    if (!self->replace && stat(self->path, &about) == 0 && S_ISREG(about.st_mode)) {
        self->exists = true;
        return;
    }
    struct text text = {0};
    self->status = render_choice(self, &text);
    if (!self->status)
        self->status =
            file_write(self->path, self->replace, text_value(&text), text.length, &self->error);
    self->written = text.length;
    text_release(&text);
}

static void export_release(struct job *job)
{
    struct export_job *self = (struct export_job *)job;
    graph_request_release(&self->request);
    painted_release(&self->seen);
    spex_instance_free(self->instance);
    text_release(&self->reason);
    free(self->path);
    free(self);
}

/* ---------------------------------------------------------------- submitting */

/* What the question asks about. */
struct replacing {
    struct explorer *explorer;
    const struct export_choice *choice;
    char *path, *text;
};

static void replacing_free(void *context)
{
    struct replacing *replacing = context;
    free(replacing->path);
    free(replacing->text);
    free(replacing);
}

static void submit(struct explorer *explorer, const struct export_choice *choice, const char *text,
                   const char *path, bool replace);

static void replace_confirmed(void *context)
{
    struct replacing *replacing = context;
    submit(replacing->explorer, replacing->choice, replacing->text, replacing->path, true);
}

static void ask_to_replace(const struct export_job *self)
{
    struct replacing *replacing = memory_allocate(1, sizeof *replacing);
    struct text question = {0};
    if (!replacing)
        return;
    *replacing = (struct replacing){self->explorer, self->choice, memory_copy_text(self->path),
                                    memory_copy_text(text_value(&self->reason))};
    if (!replacing->path || !replacing->text) {
        replacing_free(replacing);
        return;
    }
    text_printf(&question, "%s exists. Replace it?", self->path);
    struct overlay_calls calls = {
        .confirmed = replace_confirmed, .release = replacing_free, .context = replacing};
    overlay_question(&self->explorer->overlay, text_value(&question), &calls);
    text_release(&question);
}

static void export_finish(struct job *job)
{
    struct export_job *self = (struct export_job *)job;
    if (self->exists) {
        ask_to_replace(self);
    } else if (self->status) {
        explorer_message(self->explorer, ROLE_BAD, "%s", self->error.message);
    } else {
        char *whole = realpath(self->path, NULL);
        explorer_message(self->explorer, ROLE_GOOD, "Wrote %s, %zu bytes.",
                         whole ? whole : self->path, self->written);
        free(whole);
    }
}

/* Takes what is to be written as it is now. */
static bool take_subject(struct export_job *self)
{
    const struct explorer *explorer = self->explorer;
    const struct summary *summary = explorer_summary(explorer);
    const struct graph_pane *pane = graphs_shown(explorer);
    const char *name = explorer->selection.specification;
    enum export_what what = self->choice->what;
    if (!export_possible(explorer, what))
        return false;
    if (what == EXPORT_TEXT)
        return !self->reason.failed;
    if (what == EXPORT_INSTANCE) {
        self->instance = instance_copy(explorer->selection.instance);
        return self->instance != NULL;
    }
    bool taken = graph_request_begin(&self->request, explorer->workspace, name,
                                     what == EXPORT_MODEL ? RIGHT : LEFT);
    self->request.size = SIZE_FULL;
    self->request.no_ghosts = true;
    if (what == EXPORT_GRAPH)
        return taken && painted_take(&self->seen, pane, &self->error) == SPEX_OK;
    if (what == EXPORT_REASON)
        text_printf(&self->reason, "%s: %s\n%s", name,
                    summary->check->equivalent ? "equivalent" : "not equivalent",
                    text_value(&summary->check->reason));
    return taken && !self->reason.failed;
}

static void submit(struct explorer *explorer, const struct export_choice *choice, const char *text,
                   const char *path, bool replace)
{
    struct export_job *self = memory_allocate(1, sizeof *self);
    if (!self)
        return;
    self->job = (struct job){.what = "exporting",
                             .lane = LANE_WORK,
                             .run = export_run,
                             .finish = export_finish,
                             .release = export_release,
                             .part = -1};
    self->explorer = explorer;
    self->choice = choice;
    self->replace = replace;
    self->path = memory_copy_text(path);
    if (choice->what == EXPORT_TEXT)
        text_append(&self->reason, text);
    if (!self->path || !take_subject(self)) {
        explorer_message(explorer, ROLE_BAD, "There is nothing to write any more.");
        export_release(&self->job);
        return;
    }
    jobs_submit(explorer->jobs, &self->job);
}

void export_submit(struct explorer *explorer, const struct export_choice *choice, const char *path)
{
    submit(explorer, choice, NULL, path, false);
}

void export_submit_text(struct explorer *explorer, const char *text, const char *path)
{
    static const struct export_choice choice = {EXPORT_TEXT, RENDER_TEXT, "text"};
    submit(explorer, &choice, text, path, false);
}
