/* Export: what is selected, in a format, to a file. */
#include "views/export/export.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/events/events.h"
#include "views/instances/instances.h"

static const struct export_choice choices[] = {
    {EXPORT_GRAPH, RENDER_TEXT, "text, as on the screen"},
    {EXPORT_GRAPH, RENDER_SVG, "SVG, the one in focus, coloured"},
    {EXPORT_GRAPH, RENDER_PNG, "PNG, the same"},
    {EXPORT_GRAPH, RENDER_DOT, "DOT, for Graphviz"},
    {EXPORT_GRAPH, RENDER_MERMAID, "Mermaid, for web pages"},
    {EXPORT_SPECIFICATION, RENDER_DOT, "DOT, for Graphviz"},
    {EXPORT_SPECIFICATION, RENDER_SVG, "SVG, a picture"},
    {EXPORT_SPECIFICATION, RENDER_PNG, "PNG, a picture"},
    {EXPORT_SPECIFICATION, RENDER_MERMAID, "Mermaid, for web pages"},
    {EXPORT_SPECIFICATION, RENDER_AUT, "Aldebaran, for model checkers"},
    {EXPORT_SPECIFICATION, RENDER_SPEC, "specification file"},
    {EXPORT_SPECIFICATION, RENDER_JSON, "JSON"},
    {EXPORT_SPECIFICATION, RENDER_TEXT, "text, a picture in characters"},
    {EXPORT_MODEL, RENDER_DOT, "DOT, for Graphviz"},
    {EXPORT_MODEL, RENDER_SVG, "SVG, a picture"},
    {EXPORT_MODEL, RENDER_PNG, "PNG, a picture"},
    {EXPORT_MODEL, RENDER_MERMAID, "Mermaid, for web pages"},
    {EXPORT_MODEL, RENDER_AUT, "Aldebaran, for model checkers"},
    {EXPORT_MODEL, RENDER_SPEX, "model file, as the models folder has it"},
    {EXPORT_MODEL, RENDER_JSON, "JSON"},
    {EXPORT_MODEL, RENDER_TEXT, "text, a picture in characters"},
    {EXPORT_REASON, RENDER_TEXT, "verdict and reason, in words"},
    {EXPORT_REASON, RENDER_JSON, "JSON, as spex compare --explain"},
    {EXPORT_DIFFERENCE, RENDER_TEXT, "its transitions, what differs first"},
    {EXPORT_DIFFERENCE, RENDER_JSON, "JSON, the same"},
    {EXPORT_INSTANCE, RENDER_JSON, "JSON, with its whole history"},
    {EXPORT_INSTANCES, RENDER_JSON, "JSON, as the list has them"},
    {EXPORT_EVENTS, RENDER_JSON, "JSON, newest first"},
};
enum { CHOICES = sizeof choices / sizeof *choices };

struct export_view {
    struct scroll scroll;
    enum view_id from; /* where the cursor was put for */
    bool placed;
    int rows;
};

/* What a path is asked for. */
struct export_request {
    struct explorer *explorer;
    const struct export_choice *choice; /* NULL: `text` is written */
    char *text;
};

static void request_free(void *context)
{
    struct export_request *request = context;
    free(request->text);
    free(request);
}

/* ------------------------------------------------------------------ asking */

/* A file name made of what people called things: only letters that are safe in one. */
static void append_file_name(struct text *path, const char *name)
{
    size_t length = 0;
    for (; name && *name && length < 60; name++, length++) {
        unsigned char c = (unsigned char)*name;
        bool safe = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
                    (c == '.' && length > 0) || c == '-' || c == '_';
        text_append_char(path, safe ? (char)c : '_');
    }
}

static void default_path(const struct explorer *explorer, const struct export_choice *choice,
                         struct text *path)
{
    append_file_name(path, choice->what == EXPORT_INSTANCE    ? explorer->selection.identifier
                           : choice->what == EXPORT_INSTANCES ? "instances"
                           : choice->what == EXPORT_EVENTS    ? "events"
                                                              : explorer->selection.specification);
    if (choice->what == EXPORT_GRAPH)
        text_append(path, "-graph");
    else if (choice->what == EXPORT_REASON)
        text_append(path, "-check");
    else if (choice->what == EXPORT_DIFFERENCE)
        text_append(path, "-difference");
    else if (choice->what == EXPORT_MODEL && choice->format != RENDER_SPEX)
        text_append(path, "-model");
    else if (choice->what == EXPORT_SPECIFICATION && choice->format != RENDER_SPEC)
        text_append(path, "-specification");
    text_printf(path, ".%s", render_ending(choice->format));
}

static void path_typed(void *context, const char *text)
{
    struct export_request *request = context;
    if (*text && request->choice)
        export_submit(request->explorer, request->choice, text);
    else if (*text)
        export_submit_text(request->explorer, request->text, text);
}

/* Takes the request over. */
static void ask(struct export_request *request, const char *path)
{
    struct overlay_calls calls = {.typed = path_typed, .release = request_free, .context = request};
    overlay_line(&request->explorer->overlay, "Write to:", path, &calls);
}

void export_text(struct explorer *explorer, const char *ending, const char *text)
{
    struct export_request *request = memory_allocate(1, sizeof *request);
    if (!request)
        return;
    *request = (struct export_request){explorer, NULL, memory_copy_text(text)};
    struct text path = {0};
    append_file_name(&path, explorer->selection.specification);
    text_append(&path, ending);
    if (request->text)
        ask(request, text_value(&path));
    else
        request_free(request);
    text_release(&path);
}

static void ask_path(struct explorer *explorer, const struct export_choice *choice)
{
    static const char *const nothing[] = {
        [EXPORT_GRAPH] = "No graph of this specification was shown yet; 4 shows it.",
        [EXPORT_SPECIFICATION] = "No specification is selected.",
        [EXPORT_MODEL] = "This specification has no model yet.",
        [EXPORT_INSTANCE] = "No instance is selected; 2 lists them.",
        [EXPORT_REASON] = "There is no verdict: 5 checks a model against its specification.",
        [EXPORT_DIFFERENCE] = "This specification has no model yet.",
        [EXPORT_INSTANCES] = "There is no store yet.",
        [EXPORT_EVENTS] = "There is no store yet.",
    };
    if (!export_possible(explorer, choice->what)) {
        explorer_message(explorer, ROLE_WARNING, "%s", nothing[choice->what]);
        return;
    }
    struct export_request *request = memory_allocate(1, sizeof *request);
    if (!request)
        return;
    *request = (struct export_request){explorer, choice, NULL};
    struct text path = {0};
    default_path(explorer, choice, &path);
    ask(request, text_value(&path));
    text_release(&path);
}

/* -------------------------------------------------------------- the view */

/* By which the list of instances or events is filtered now. */
static const char *typed_filter(const struct explorer *explorer, enum export_what what)
{
    const struct instances *instances = explorer->states[VIEW_INSTANCES];
    const struct events *events = explorer->states[VIEW_EVENTS];
    if (what == EXPORT_INSTANCES)
        return instances->rows.filter && instances->typed ? instances->typed : "";
    return what == EXPORT_EVENTS && events->typed ? events->typed : "";
}

/* Why there is nothing to write, behind the choice. */
static void append_lack(const struct explorer *explorer, enum export_what what, struct text *text)
{
    char key[16];
    keymap_first(explorer->keymap, VIEW_EXPORT, COMMAND_GRAPHS, key);
    if (what == EXPORT_GRAPH && *key)
        text_printf(text, " (open %s first)", key);
    else
        text_append(text, what == EXPORT_INSTANCE ? " (choose an instance first)"
                          : what == EXPORT_GRAPH  ? " (open the graphs first)"
                                                  : " (nothing to export)");
}

static void export_draw(struct explorer *explorer, void *state, struct canvas *canvas,
                        struct area area)
{
    static const char *const kinds[] = {
        [EXPORT_GRAPH] = "graph",         [EXPORT_SPECIFICATION] = "specification",
        [EXPORT_MODEL] = "model",         [EXPORT_INSTANCE] = "instance",
        [EXPORT_REASON] = "check",        [EXPORT_DIFFERENCE] = "difference",
        [EXPORT_INSTANCES] = "instances", [EXPORT_EVENTS] = "events"};
    struct export_view *view = state;
    const struct selection *selection = &explorer->selection;
    canvas_print(canvas, 3, area.y, area.width - 6, ROLE_TITLE, "Export %s%s%s",
                 selection->specification ? selection->specification : "",
                 selection->instance ? ", instance " : "",
                 selection->instance ? selection->identifier : "");
    /* The last row says how many more there are. */
    view->rows = area.height - 2 - (area.height - 2 < CHOICES && area.height > 6);
    view->scroll.shown = (struct area){0, area.y + 2, area.width, view->rows};
    scroll_fit(&view->scroll, CHOICES, (size_t)(view->rows > 0 ? view->rows : 1));
    for (int row = 0; row < view->rows && view->scroll.top + (size_t)row < CHOICES; row++) {
        size_t index = view->scroll.top + (size_t)row;
        const struct export_choice *choice = &choices[index];
        bool selected = index == view->scroll.cursor,
             able = export_possible(explorer, choice->what);
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
        const char *filter = typed_filter(explorer, choice->what);
        struct text words = {0};
        text_printf(&words, "%s%s%s", choice->words, *filter ? ": " : "", filter);
        if (!able)
            append_lack(explorer, choice->what, &words);
        canvas_put(canvas, 28, y, area.width - 30, selected ? plain : ROLE_DIM, text_value(&words));
        text_release(&words);
    }
    size_t shown = view->scroll.top + (size_t)view->rows;
    if (view->scroll.top)
        canvas_print(canvas, 18, area.y + 1, area.width - 20, ROLE_DIM, "%s %zu more",
                     canvas_sign(canvas, SIGN_UP), view->scroll.top);
    if (shown < CHOICES && area.height > 6)
        canvas_print(canvas, 18, area.y + area.height - 1, area.width - 20, ROLE_DIM, "%s %zu more",
                     canvas_sign(canvas, SIGN_DOWN), CHOICES - shown);
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

static bool export_mouse(struct explorer *explorer, void *state, const struct key *key)
{
    struct export_view *view = state;
    return explorer_press(explorer, &view->scroll, key, CHOICES);
}

/* Coming from a view, what it shows is the first choice. */
static void export_refresh(struct explorer *explorer, void *state)
{
    struct export_view *view = state;
    enum view_id from = explorer->depth > 1 ? explorer->stack[explorer->depth - 2] : VIEW_OVERVIEW;
    enum export_what what = from == VIEW_GRAPHS      ? EXPORT_GRAPH
                            : from == VIEW_MODELS    ? EXPORT_DIFFERENCE
                            : from == VIEW_CHECK     ? EXPORT_REASON
                            : from == VIEW_INSTANCES ? EXPORT_INSTANCES
                            : from == VIEW_INSTANCE  ? EXPORT_INSTANCE
                            : from == VIEW_EVENTS    ? EXPORT_EVENTS
                                                     : EXPORT_SPECIFICATION;
    if (view->placed && view->from == from)
        return;
    view->placed = true;
    view->from = from;
    view->scroll.pressed = false;
    if (!export_possible(explorer, what))
        what = EXPORT_SPECIFICATION;
    for (size_t i = CHOICES; i-- > 0;)
        if (choices[i].what == what)
            view->scroll.cursor = i;
}

const struct view_operations export_view = {
    .title = "Export",
    .about =
        "Writes the graph as it is shown, the selected specification, its model, the reason of "
        "its check, the difference, the selected instance, the instances as the list is filtered "
        "and ordered, or the events to a file. Pictures show equivalent states in "
        "one colour, what only the model has in red, what it has not in amber. An existing "
        "file is never replaced without asking.",
    .hints = {COMMAND_OPEN, COMMAND_OVERVIEW, COMMAND_INSTANCES, COMMAND_NONE},
    .open_word = "write",
    .state_size = sizeof(struct export_view),
    .draw = export_draw,
    .command = export_command,
    .mouse = export_mouse,
    .refresh = export_refresh,
};
