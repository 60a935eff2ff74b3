/* Events: deviations, timeouts and refused calls, as they were reported. */
#include "views/events/events.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/screen/format.h"

enum { EVENTS_SHOWN = 1000 };

struct events_job {
    struct job job;
    struct explorer *explorer;
    char *typed;
    struct filter *filter;
    struct event *items;
    size_t count;
    spex_error error;
};

static void keep_matching(struct events_job *self)
{
    int64_t now = workspace_now(self->explorer->workspace);
    size_t kept = 0;
    if (!self->count)
        return;
    for (size_t i = 0; i < self->count; i++) {
        struct event event = self->items[i];
        if (kept == EVENTS_SHOWN || !event_matches(self->filter, &event, now))
            continue;
        self->items[i] = self->items[kept];
        self->items[kept++] = event;
    }
    /* Those behind are freed as what they are, a list of their own. */
    struct event *rest = memory_allocate(self->count - kept + 1, sizeof *rest);
    if (!rest)
        return;
    memcpy(rest, self->items + kept, (self->count - kept) * sizeof *rest);
    events_free(rest, self->count - kept);
    self->count = kept;
}

static void events_run(struct job *job)
{
    struct events_job *self = (struct events_job *)job;
    struct reader *reader;
    /* With a filter every event has to be looked at. */
    size_t wanted = self->filter ? SIZE_MAX : EVENTS_SHOWN;
    if (!workspace_reader(self->explorer->workspace, LANE_STORE, &reader, &self->error))
        reader_events(reader, wanted, &self->items, &self->count, &self->error);
    if (self->filter)
        keep_matching(self);
}

static bool same_event(const struct event *left, const struct event *right)
{
    return left->at == right->at && left->reason == right->reason &&
           text_same(left->identifier, right->identifier) &&
           text_same(left->action, right->action) && text_same(left->to, right->to);
}

/* The cursor stays on its event when newer ones come in above. */
static void find_cursor(struct events *events, const struct events_job *fresh)
{
    if (events->scroll.cursor == 0 || events->scroll.cursor >= events->count)
        return;
    const struct event *event = &events->items[events->scroll.cursor];
    for (size_t i = 0; i < fresh->count; i++)
        if (same_event(event, &fresh->items[i])) {
            size_t height = events->scroll.cursor - events->scroll.top;
            events->scroll.cursor = i;
            events->scroll.top = i > height ? i - height : 0;
            return;
        }
}

static void events_finish(struct job *job)
{
    struct events_job *self = (struct events_job *)job;
    struct events *events = self->explorer->states[VIEW_EVENTS];
    events->loading = false;
    if (text_same(self->typed, events->typed)) {
        find_cursor(events, self);
        events_free(events->items, events->count);
        events->items = self->items;
        events->count = self->count;
        events->error = self->error;
        events->read = true;
        self->items = NULL;
        self->count = 0;
    } else {
        events->again = true;
    }
    if (events->again) {
        events->again = false;
        events_reload(events);
    }
}

static void events_job_release(struct job *job)
{
    struct events_job *self = (struct events_job *)job;
    events_free(self->items, self->count);
    filter_free(self->filter);
    free(self->typed);
    free(self);
}

void events_reload(struct events *events)
{
    if (events->loading) {
        events->again = true;
        return;
    }
    struct events_job *self = memory_allocate(1, sizeof *self);
    if (!self)
        return;
    self->job = (struct job){.what = "reading events",
                             .lane = LANE_STORE,
                             .run = events_run,
                             .finish = events_finish,
                             .release = events_job_release,
                             .part = -1};
    self->explorer = events->explorer;
    self->typed = events->typed ? memory_copy_text(events->typed) : NULL;
    if (self->typed)
        filter_parse_for(FILTER_OF_EVENTS, &self->filter, self->typed, NULL, NULL);
    events->loading = true;
    jobs_submit(events->explorer->jobs, &self->job);
}

static void events_refresh(struct explorer *explorer, void *state)
{
    struct events *events = state;
    events->explorer = explorer;
    events_reload(events);
}

static enum role role_of(const struct event *event)
{
    return event->reason == SPEX_REASON_STILL_EQUIVALENT ||
                   event->reason == SPEX_REASON_TRANSITION_TIMEOUT ||
                   event->reason == SPEX_REASON_MODEL_NOT_FOUND
               ? ROLE_WARNING
               : ROLE_BAD;
}

static const char *reason_words(spex_reason reason)
{
    switch (reason) {
    case SPEX_REASON_IDENTIFIER_ALREADY_IN_USE:
        return "already in use";
    case SPEX_REASON_IDENTIFIER_NOT_FOUND:
        return "not found";
    case SPEX_REASON_MODEL_NOT_FOUND:
        return "no model";
    case SPEX_REASON_STILL_EQUIVALENT:
        return "deviation, fits";
    case SPEX_REASON_NOT_EQUIVALENT:
        return "deviation";
    case SPEX_REASON_TRANSITION_TIMEOUT:
        return "overdue";
    case SPEX_REASON_NONE:
    default:
        return "error";
    }
}

/* Goes on in the row. Where there is no room left the end says so. */
static void put_next(struct canvas *canvas, int *x, int y, int end, enum role role,
                     const char *text)
{
    if (*text && *x >= end)
        canvas_put(canvas, end - 1, y, 1, role, canvas_sign(canvas, SIGN_CUT));
    *x += canvas_put(canvas, *x, y, end - *x, role, text) + 1;
}

static void draw_event(const struct explorer *explorer, struct canvas *canvas, struct area row,
                       const struct event *event, bool selected)
{
    char at[40];
    enum role plain = selected ? ROLE_SELECTED : ROLE_NORMAL;
    enum role dim = selected ? ROLE_SELECTED : ROLE_DIM;
    local_time(event->at, workspace_now(explorer->workspace), at);
    if (selected) {
        canvas_fill(canvas, (struct area){0, row.y, canvas->width, 1}, ROLE_SELECTED);
        canvas_put(canvas, 1, row.y, 1, ROLE_SELECTED, canvas_sign(canvas, SIGN_CURSOR));
    }
    int x = row.x, end = row.x + row.width;
    canvas_put(canvas, x, row.y, 15, dim, at);
    x += 17;
    /* Of a narrow row the instance gets what the reason would take; its colour tells that. */
    bool narrow = row.width < 48;
    enum role reason = selected ? plain : role_of(event);
    if (!narrow) {
        canvas_put(canvas, x, row.y, 16, reason, reason_words(event->reason));
        x += 18;
    }
    int identifier = row.width > 70 || narrow ? 18 : 12;
    canvas_put_ends(canvas, x, row.y, identifier - 1, narrow ? reason : plain,
                    event->identifier ? event->identifier
                                      : (event->specification ? event->specification : ""));
    x += identifier;
    if (row.width >= 100) {
        canvas_put(canvas, x, row.y, 17, dim, event->specification ? event->specification : "");
        x += 18;
    }
    if (!event->action && event->from) {
        canvas_print(canvas, x, row.y, end - x, dim, "still %s", event->from);
    } else if (event->from || event->action) {
        put_next(canvas, &x, row.y, end, dim, event->from ? event->from : SPEX_NIL);
        x++; /* both may be several words */
        put_next(canvas, &x, row.y, end, selected ? plain : ROLE_ACTION,
                 event->action ? event->action : "");
        put_next(canvas, &x, row.y, end, dim, canvas_sign(canvas, SIGN_ARROW));
        put_next(canvas, &x, row.y, end, plain, event->to ? event->to : "");
    } else if (event->message) {
        canvas_put(canvas, x, row.y, end - x, dim, event->message);
    }
}

static void draw_title(const struct events *events, struct canvas *canvas, int y)
{
    struct text right = {0};
    char number[32];
    int room = canvas->width - 4;
    if (events->count) {
        format_count(events->scroll.cursor + 1, false, number);
        text_printf(&right, "%s of ", number);
        format_count(events->count, false, number);
        text_printf(&right, "%s%s, ", events->count == EVENTS_SHOWN ? "the newest " : "", number);
    }
    text_append(&right, "newest first");
    int width = utf8_width(text_value(&right));
    if (events->typed && *events->typed)
        canvas_print(canvas, 3, y, room - width - 2, ROLE_ACTION, "filter: %s", events->typed);
    else
        canvas_put(canvas, 3, y, room - width - 2, ROLE_DIM, "all events");
    canvas_put_right(canvas, 3, y, room, ROLE_DIM, text_value(&right));
    text_release(&right);
}

/* How many rows the event's message takes below the list: all of it, where it leaves most of the
 * rows to the list. */
static int detail_rows(struct canvas *canvas, struct area inner, const struct event *event)
{
    enum { LEAST = 2 };
    struct area nowhere = {inner.x, inner.y, inner.width, 0};
    int rows = event->message ? canvas_wrap(canvas, nowhere, 0, ROLE_DIM, event->message) : 0;
    int most = inner.height / 3 > LEAST ? inner.height / 3 : LEAST;
    return rows < LEAST ? LEAST : rows > most ? most : rows;
}

static void draw_detail(struct canvas *canvas, struct area area, const char *message)
{
    canvas_rule(canvas, 1, area.y, canvas->width - 2, ROLE_FRAME);
    struct area box = {area.x, area.y + 1, area.width, area.height - 1};
    if (canvas_wrap(canvas, box, 0, ROLE_DIM, message) > box.height)
        canvas_put(canvas, box.x + box.width - 1, box.y + box.height - 1, 1, ROLE_DIM,
                   canvas_sign(canvas, SIGN_CUT));
}

static void events_draw(struct explorer *explorer, void *state, struct canvas *canvas,
                        struct area area)
{
    struct events *events = state;
    struct area inner = {area.x + 3, area.y + 2, area.width - 5, area.height - 2};
    bool filtered = events->typed && *events->typed;
    scroll_fit(&events->scroll, events->count, events->rows > 0 ? (size_t)events->rows : 1);
    draw_title(events, canvas, area.y);
    if (events->count == 0) {
        const char *words = !events->read          ? "Reading …"
                            : events->error.status ? events->error.message
                            : filtered ? "No event matches.\n\n/ changes the filter, Esc while "
                                         "typing clears it."
                                       : "No events: no deviation, no timeout, no refused call "
                                         "was ever reported.";
        canvas_wrap(canvas, inner, 0, ROLE_NORMAL, words);
        return;
    }
    const struct event *current = &events->items[events->scroll.cursor];
    int detail = inner.height > 8 ? 1 + detail_rows(canvas, inner, current) : 0;
    events->rows = inner.height - detail;
    events->scroll.shown = (struct area){0, inner.y, area.width, events->rows};
    scroll_fit(&events->scroll, events->count, (size_t)events->rows);
    for (int row = 0; row < events->rows && events->scroll.top + (size_t)row < events->count;
         row++) {
        size_t index = events->scroll.top + (size_t)row;
        draw_event(explorer, canvas, (struct area){inner.x, inner.y + row, inner.width, 1},
                   &events->items[index], index == events->scroll.cursor);
    }
    if (detail && current->message)
        draw_detail(canvas, (struct area){inner.x, inner.y + events->rows, inner.width, detail},
                    current->message);
}

/* To the instance, at the step the event speaks of where that is known. */
static void open_instance(struct explorer *explorer, const struct event *event)
{
    if (!event->identifier) {
        explorer_message(explorer, ROLE_WARNING, "This event is about no instance.");
        return;
    }
    explorer_select_instance(explorer, event->identifier, event->specification);
    explorer_travel_to(explorer, event->at);
    explorer_open(explorer, VIEW_INSTANCE);
}

static bool events_command(struct explorer *explorer, void *state, enum command command)
{
    struct events *events = state;
    if (scroll_command(&events->scroll, command, events->count,
                       events->rows > 0 ? (size_t)events->rows : 1))
        return true;
    if (command == COMMAND_FILTER) {
        events_ask_filter(events);
        return true;
    }
    if (command == COMMAND_OPEN || command == COMMAND_RIGHT) {
        if (events->scroll.cursor < events->count)
            open_instance(explorer, &events->items[events->scroll.cursor]);
        return true;
    }
    return false;
}

static bool events_mouse(struct explorer *explorer, void *state, const struct key *key)
{
    struct events *events = state;
    return explorer_press(explorer, &events->scroll, key, events->count);
}

static bool events_copy(struct explorer *explorer, void *state, struct text *text)
{
    const struct events *events = state;
    (void)explorer;
    if (events->scroll.cursor >= events->count)
        return false;
    const struct event *event = &events->items[events->scroll.cursor];
    text_append(text, event->identifier ? event->identifier : event->message ? event->message : "");
    return true;
}

static void events_release(void *state)
{
    struct events *events = state;
    events_free(events->items, events->count);
    free(events->typed);
}

const struct view_operations events_view = {
    .title = "Events",
    .about = "What went to the error handlers, newest first: deviations from the model, "
             "transitions that came too late, calls that were refused. Enter opens the instance as "
             "it was then. The filter takes text and spec:Order id~17 reason:timeout age<2h "
             "action:pay state:paid overdue deviated, with or, not and brackets.",
    .hints = {COMMAND_OPEN, COMMAND_FILTER, COMMAND_INSTANCES, COMMAND_RELOAD, COMMAND_NONE},
    .state_size = sizeof(struct events),
    .draw = events_draw,
    .command = events_command,
    .mouse = events_mouse,
    .refresh = events_refresh,
    .copy = events_copy,
    .release = events_release,
};
