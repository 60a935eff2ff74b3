/* Writing what was chosen, off the loop. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base.h"
#include "format/format.h"
#include "views/export/export.h"
#include "views/export/export_rows.h"
#include "views/graphs/graph_paint.h"
#include "views/graphs/graphs.h"

struct export_job {
    struct job job;
    struct explorer *explorer;
    const struct export_choice *choice;
    struct graph_request request; /* of a specification or model: with the verdict's colours */
    struct painted_graph seen;    /* of the graph that is shown */
    struct export_rows rows;      /* of what is read from the store */
    struct text given;            /* what was text already when it was taken */
    char *path;
    bool replace; /* a file that is there */
    bool exists;
    int status;
    uint64_t written;
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
    case EXPORT_DIFFERENCE:
        return entry && entry->specification && entry->model;
    case EXPORT_INSTANCES:
    case EXPORT_EVENTS:
        return !explorer->workspace->store_error.status;
    case EXPORT_INSTANCE:
    default:
        return explorer->selection.instance != NULL;
    }
}

/* --------------------------------------------------------------- rendering */

static int render_painted(struct export_job *self, const struct painted_graph *painted,
                          struct text *text)
{
    struct layout_options options = {
        .budget = 20000, .cancelled = job_cancelled, .context = &self->job};
    struct graph_paint paint = painted_paint(painted);
    struct render_subject subject = {
        .lts = &painted->shape->part.lts, .name = self->request.specification, .paint = &paint};
    return render(&subject, self->choice->format, "tau", &options, text, &self->error);
}

/* What carries no colours is written from the specification or model itself. */
static int render_plain(struct export_job *self, struct text *text)
{
    struct layout_options options = {
        .budget = 20000, .cancelled = job_cancelled, .context = &self->job};
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
    if (self->given.length || self->choice->what == EXPORT_TEXT) {
        text_append_bytes(text, text_value(&self->given), self->given.length);
        return text->failed ? error_memory(&self->error) : SPEX_OK;
    }
    switch (self->choice->what) {
    case EXPORT_GRAPH:
        return render_painted(self, &self->seen, text);
    case EXPORT_DIFFERENCE: {
        const struct project_entry *entry =
            project_find(&self->request.snapshot->project, self->request.specification);
        return export_difference(entry, self->choice->format == RENDER_JSON, text, &self->error);
    }
    default:
        return render_whole(self, text);
    }
}

/* Row by row, or whole. */
static int write_choice(struct export_job *self, struct file_stream *stream)
{
    struct text text = {0};
    int status;
    switch (self->choice->what) {
    case EXPORT_INSTANCES:
        return export_write_instances(&self->rows, stream, &self->error);
    case EXPORT_EVENTS:
        return export_write_events(&self->rows, stream, &self->error);
    case EXPORT_INSTANCE:
        return export_write_instance(&self->rows, stream, &self->error);
    default:
        status = render_choice(self, &text);
        if (!status)
            status = file_stream_put(stream, &text, &self->error);
        text_release(&text);
        return status;
    }
}

static void export_run(struct job *job)
{
    struct export_job *self = (struct export_job *)job;
    struct file_stream stream;
    struct stat about;
    if (!self->replace && stat(self->path, &about) == 0 && S_ISREG(about.st_mode)) {
        self->exists = true;
        return;
    }
    self->status = file_stream_open(&stream, self->path, self->replace, &self->error);
    if (self->status)
        return;
    self->status = write_choice(self, &stream);
    self->written = stream.written;
    /* What can be read of a damaged store is worth a file. */
    if (self->status && self->status != SPEX_ERROR_STORE) {
        file_stream_drop(&stream);
        return;
    }
    spex_error failure;
    int status = file_stream_close(&stream, &failure);
    if (status) {
        self->status = status;
        self->error = failure;
    }
}

static void export_release(struct job *job)
{
    struct export_job *self = (struct export_job *)job;
    graph_request_release(&self->request);
    painted_release(&self->seen);
    export_rows_release(&self->rows);
    text_release(&self->given);
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
                                    memory_copy_text(text_value(&self->given))};
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
    } else if (self->status == SPEX_ERROR_STORE && self->rows.count) {
        explorer_message(self->explorer, ROLE_BAD, "Wrote %s, but not all: %s", self->path,
                         self->error.message);
    } else if (self->status == SPEX_ERROR_CANCELLED) {
        explorer_message(self->explorer, ROLE_WARNING, "Cancelled: nothing was written.");
    } else if (self->status) {
        explorer_message(self->explorer, ROLE_BAD, "%s", self->error.message);
    } else {
        char *whole = realpath(self->path, NULL);
        explorer_message(self->explorer, ROLE_GOOD, "Wrote %s, %llu bytes.",
                         whole ? whole : self->path, (unsigned long long)self->written);
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
        return !self->given.failed;
    if (what == EXPORT_INSTANCE || what == EXPORT_INSTANCES || what == EXPORT_EVENTS) {
        self->rows.job = &self->job;
        return export_rows_take(&self->rows, explorer);
    }
    bool taken = graph_request_begin(&self->request, explorer->workspace, name,
                                     what == EXPORT_MODEL ? RIGHT : LEFT);
    self->request.size = SIZE_FULL;
    self->request.no_ghosts = true;
    if (what == EXPORT_GRAPH && self->choice->format == RENDER_TEXT)
        return graphs_text(explorer, &self->given);
    if (what == EXPORT_GRAPH)
        return taken && painted_take(&self->seen, pane, &self->error) == SPEX_OK;
    if (what == EXPORT_REASON)
        export_verdict(summary, self->choice->format == RENDER_JSON, &self->given);
    return taken && !self->given.failed;
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
        text_append(&self->given, text);
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
