/* Export: the selected specification, model or instance, in a format, to a file. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base.h"
#include "format/format.h"
#include "graph/render.h"
#include "views/explorer.h"

enum what { WHAT_SPECIFICATION, WHAT_MODEL, WHAT_INSTANCE };

static const struct choice {
    enum what what;
    enum render_format format;
    const char *words;
} choices[] = {
    {WHAT_SPECIFICATION, RENDER_DOT, "DOT, for Graphviz"},
    {WHAT_SPECIFICATION, RENDER_SVG, "SVG, a picture"},
    {WHAT_SPECIFICATION, RENDER_PNG, "PNG, a picture"},
    {WHAT_SPECIFICATION, RENDER_MERMAID, "Mermaid, for web pages"},
    {WHAT_SPECIFICATION, RENDER_AUT, "Aldebaran, for model checkers"},
    {WHAT_SPECIFICATION, RENDER_SPEC, "specification file"},
    {WHAT_SPECIFICATION, RENDER_JSON, "JSON"},
    {WHAT_MODEL, RENDER_DOT, "DOT, for Graphviz"},
    {WHAT_MODEL, RENDER_SVG, "SVG, a picture"},
    {WHAT_MODEL, RENDER_PNG, "PNG, a picture"},
    {WHAT_MODEL, RENDER_MERMAID, "Mermaid, for web pages"},
    {WHAT_MODEL, RENDER_AUT, "Aldebaran, for model checkers"},
    {WHAT_MODEL, RENDER_SPEX, "model file, as the models folder has it"},
    {WHAT_MODEL, RENDER_JSON, "JSON"},
    {WHAT_INSTANCE, RENDER_JSON, "JSON, with its history"},
};
enum { CHOICES = sizeof choices / sizeof *choices };

struct export_view {
    struct scroll scroll;
    int rows;
};

static bool possible(const struct explorer *explorer, enum what what)
{
    const struct summary *summary = explorer_summary(explorer);
    const struct project_entry *entry = summary ? summary->entry : NULL;
    switch (what) {
    case WHAT_SPECIFICATION:
        return entry && entry->specification;
    case WHAT_MODEL:
        return entry && entry->specification && entry->model;
    case WHAT_INSTANCE:
    default:
        return explorer->selection.instance != NULL;
    }
}

/* --------------------------------------------------------------- writing */

struct export_job {
    struct job job;
    struct explorer *explorer;
    struct snapshot *snapshot;
    const struct choice *choice;
    char *specification;
    spex_instance *instance;
    char *path;
    bool replace; /* a file that is there */
    bool exists;
    int status;
    size_t written;
    spex_error error;
};

static bool cancelled(void *context)
{
    return atomic_load(&((struct job *)context)->cancelled);
}

static int render_choice(struct export_job *self, struct text *text)
{
    if (self->choice->what == WHAT_INSTANCE) {
        int status = json_write_instance(self->instance, true, text);
        text_append_char(text, '\n');
        return status || text->failed ? error_memory(&self->error) : SPEX_OK;
    }
    const struct project_entry *entry = project_find(&self->snapshot->project, self->specification);
    struct render_subject subject = {0};
    if (entry && self->choice->what == WHAT_MODEL)
        subject.model = entry->model;
    else if (entry)
        subject.specification = entry->specification;
    if (!subject.model && !subject.specification)
        return error_set(&self->error, SPEX_ERROR_NOT_FOUND, "%s is no longer loaded",
                         self->specification);
    struct layout_options options = {
        .budget = 20000, .cancelled = cancelled, .context = &self->job};
    return render(&subject, self->choice->format, "tau", &options, text, &self->error);
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
        self->status = file_write(self->path, true, text_value(&text), text.length, &self->error);
    self->written = text.length;
    text_release(&text);
}

static void submit(struct export_job *job);

static void export_release(struct job *job)
{
    struct export_job *self = (struct export_job *)job;
    snapshot_drop(self->snapshot);
    spex_instance_free(self->instance);
    free(self->specification);
    free(self->path);
    free(self);
}

static struct export_job *export_prepare(struct explorer *explorer, const struct choice *choice,
                                         const char *path);

/* What a question or a prompt asks about. */
struct export_request {
    struct explorer *explorer;
    const struct choice *choice;
    char *path;
};

static void request_free(void *context)
{
    struct export_request *request = context;
    free(request->path);
    free(request);
}

static void replace_confirmed(void *context)
{
    struct export_request *request = context;
    struct export_job *job = export_prepare(request->explorer, request->choice, request->path);
    if (!job)
        return;
    job->replace = true;
    submit(job);
}

static struct export_request *request_create(struct explorer *explorer, const struct choice *choice,
                                             const char *path)
{
    struct export_request *request = memory_allocate(1, sizeof *request);
    if (!request)
        return NULL;
    request->explorer = explorer;
    request->choice = choice;
    request->path = path ? memory_copy_text(path) : NULL;
    return request;
}

static void export_finish(struct job *job)
{
    struct export_job *self = (struct export_job *)job;
    struct explorer *explorer = self->explorer;
    if (self->exists) {
        struct export_request *request = request_create(explorer, self->choice, self->path);
        struct text question = {0};
        text_printf(&question, "%s exists. Replace it?", self->path);
        struct overlay_calls calls = {
            .confirmed = replace_confirmed, .release = request_free, .context = request};
        if (request)
            overlay_question(&explorer->overlay, text_value(&question), &calls);
        text_release(&question);
    } else if (self->status) {
        explorer_message(explorer, ROLE_BAD, "%s", self->error.message);
    } else {
        char *whole = realpath(self->path, NULL);
        explorer_message(explorer, ROLE_GOOD, "Wrote %s, %zu bytes.", whole ? whole : self->path,
                         self->written);
        free(whole);
    }
}

static struct export_job *export_prepare(struct explorer *explorer, const struct choice *choice,
                                         const char *path)
{
    struct export_job *self = memory_allocate(1, sizeof *self);
    if (!self)
        return NULL;
    self->job = (struct job){.what = "exporting",
                             .lane = LANE_WORK,
                             .run = export_run,
                             .finish = export_finish,
                             .release = export_release,
                             .part = -1};
    self->explorer = explorer;
    self->choice = choice;
    self->snapshot = snapshot_keep(explorer->workspace->snapshot);
    self->path = memory_copy_text(path);
    const char *name = explorer->selection.specification;
    self->specification = memory_copy_text(name ? name : "");
    if (choice->what == WHAT_INSTANCE && explorer->selection.instance)
        self->instance = instance_copy(explorer->selection.instance);
    if (!self->path || !self->specification || !self->snapshot ||
        (choice->what == WHAT_INSTANCE && !self->instance)) {
        export_release(&self->job);
        return NULL;
    }
    return self;
}

static void submit(struct export_job *job)
{
    jobs_submit(job->explorer->jobs, &job->job);
}

/* ------------------------------------------------------------------ asking */

/* A file name made of what people called things: only letters that are safe in one. */
static void default_path(const struct explorer *explorer, const struct choice *choice,
                         struct text *path)
{
    const char *name = choice->what == WHAT_INSTANCE ? explorer->selection.identifier
                                                     : explorer->selection.specification;
    size_t length = 0;
    for (; name && *name && length < 60; name++, length++) {
        unsigned char c = (unsigned char)*name;
        bool safe = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
                    (c == '.' && length > 0) || c == '-' || c == '_';
        text_append_char(path, safe ? (char)c : '_');
    }
    if (choice->what == WHAT_MODEL && choice->format != RENDER_SPEX)
        text_append(path, "-model");
    else if (choice->what == WHAT_SPECIFICATION && choice->format != RENDER_SPEC)
        text_append(path, "-specification");
    text_printf(path, ".%s", render_ending(choice->format));
}

static void path_typed(void *context, const char *text)
{
    struct export_request *request = context;
    if (!*text)
        return;
    struct export_job *job = export_prepare(request->explorer, request->choice, text);
    if (job)
        submit(job);
}

static void ask_path(struct explorer *explorer, const struct choice *choice)
{
    if (!possible(explorer, choice->what)) {
        explorer_message(explorer, ROLE_WARNING, "%s",
                         choice->what == WHAT_MODEL      ? "This specification has no model yet."
                         : choice->what == WHAT_INSTANCE ? "No instance is selected; 2 lists them."
                                                         : "No specification is selected.");
        return;
    }
    struct export_request *request = request_create(explorer, choice, NULL);
    if (!request)
        return;
    struct text path = {0};
    default_path(explorer, choice, &path);
    struct overlay_calls calls = {.typed = path_typed, .release = request_free, .context = request};
    overlay_line(&explorer->overlay, "Write to:", text_value(&path), &calls);
    text_release(&path);
}

/* -------------------------------------------------------------- the view */

static void export_draw(struct explorer *explorer, void *state, struct canvas *canvas,
                        struct area area)
{
    static const char *const kinds[] = {"specification", "model", "instance"};
    struct export_view *view = state;
    const struct selection *selection = &explorer->selection;
    canvas_print(canvas, 3, area.y, area.width - 6, ROLE_TITLE, "Export %s%s%s",
                 selection->specification ? selection->specification : "",
                 selection->instance ? ", instance " : "",
                 selection->instance ? selection->identifier : "");
    view->rows = area.height - 2;
    scroll_fit(&view->scroll, CHOICES, (size_t)(view->rows > 0 ? view->rows : 1));
    for (int row = 0; row < view->rows && view->scroll.top + (size_t)row < CHOICES; row++) {
        size_t index = view->scroll.top + (size_t)row;
        const struct choice *choice = &choices[index];
        bool selected = index == view->scroll.cursor, able = possible(explorer, choice->what);
        enum role plain = selected ? ROLE_SELECTED : able ? ROLE_NORMAL : ROLE_DIM;
        int y = area.y + 2 + row;
        if (selected) {
            canvas_fill(canvas, (struct area){0, y, canvas->width, 1}, ROLE_SELECTED);
            canvas_put(canvas, 1, y, 1, ROLE_SELECTED, canvas_sign(canvas, SIGN_CURSOR));
        }
        if (index == 0 || choices[index - 1].what != choice->what || selected)
            canvas_put(canvas, 3, y, 14, plain, kinds[choice->what]);
        canvas_print(canvas, 18, y, 9,
                     selected ? plain
                     : able   ? ROLE_ACTION
                              : ROLE_DIM,
                     ".%s", render_ending(choice->format));
        canvas_print(canvas, 28, y, area.width - 30, selected ? plain : ROLE_DIM, "%s%s",
                     choice->words, able ? "" : " (nothing to export)");
    }
}

static bool export_command(struct explorer *explorer, void *state, enum command command)
{
    struct export_view *view = state;
    if (scroll_command(&view->scroll, command, CHOICES, view->rows > 0 ? (size_t)view->rows : 1))
        return true;
    if (command == COMMAND_OPEN || command == COMMAND_RIGHT || command == COMMAND_EXPORT) {
        ask_path(explorer, &choices[view->scroll.cursor]);
        return true;
    }
    return false;
}

const struct view_operations export_view = {
    .title = "Export",
    .about = "Writes the selected specification, its model or the selected instance to a file. "
             "An existing file is never replaced without asking.",
    .hints = {COMMAND_OPEN, COMMAND_OVERVIEW, COMMAND_INSTANCES, COMMAND_NONE},
    .open_word = "write",
    .state_size = sizeof(struct export_view),
    .draw = export_draw,
    .command = export_command,
};
