/* Events: deviations, timeouts and refused calls, as they were reported. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/explorer.h"
#include "views/format.h"

enum { EVENTS_SHOWN = 1000 };

struct events {
    struct event *items;
    size_t count;
    struct scroll scroll;
    int rows;
    bool read, loading, again;
    spex_error error;
};

struct events_job {
    struct job job;
    struct explorer *explorer;
    struct event *items;
    size_t count;
    spex_error error;
};

static void events_refresh(struct explorer *explorer, void *state);

static void events_run(struct job *job)
{
    struct events_job *self = (struct events_job *)job;
    struct reader *reader;
    if (!workspace_reader(self->explorer->workspace, LANE_STORE, &reader, &self->error))
        reader_events(reader, EVENTS_SHOWN, &self->items, &self->count, &self->error);
}

static void events_finish(struct job *job)
{
    struct events_job *self = (struct events_job *)job;
    struct events *events = self->explorer->states[VIEW_EVENTS];
    /* The cursor stays on its event when newer ones come in above. */
    if (events->count && events->scroll.cursor > 0 && self->count > events->count)
        events->scroll.cursor += self->count - events->count;
    events_free(events->items, events->count);
    events->items = self->items;
    events->count = self->count;
    events->error = self->error;
    events->read = true;
    events->loading = false;
    self->items = NULL;
    self->count = 0;
    if (events->again) {
        events->again = false;
        events_refresh(self->explorer, events);
    }
}

static void events_job_release(struct job *job)
{
    struct events_job *self = (struct events_job *)job;
    events_free(self->items, self->count);
    free(self);
}

static void events_refresh(struct explorer *explorer, void *state)
{
    struct events *events = state;
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
    self->explorer = explorer;
    events->loading = true;
    jobs_submit(explorer->jobs, &self->job);
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

static void draw_event(const struct explorer *explorer, struct canvas *canvas, struct area row,
                       const struct event *event, bool selected)
{
    char at[40];
    enum role plain = selected ? ROLE_SELECTED : ROLE_NORMAL;
    enum role dim = selected ? ROLE_SELECTED : ROLE_DIM;
    local_time(event->at, workspace_now(explorer->workspace), at);
    if (selected)
        canvas_fill(canvas, (struct area){0, row.y, canvas->width, 1}, ROLE_SELECTED);
    int x = row.x, end = row.x + row.width;
    canvas_put(canvas, x, row.y, 15, dim, at);
    x += 17;
    canvas_put(canvas, x, row.y, 16, selected ? plain : role_of(event),
               reason_words(event->reason));
    x += 18;
    int identifier = row.width > 70 ? 18 : 12;
    canvas_put_ends(canvas, x, row.y, identifier - 1, plain,
                    event->identifier ? event->identifier
                                      : (event->specification ? event->specification : ""));
    x += identifier;
    if (row.width >= 100) {
        canvas_put(canvas, x, row.y, 17, dim, event->specification ? event->specification : "");
        x += 18;
    }
    if (!event->action && event->from) {
        canvas_print(canvas, x, row.y, end - x, dim, "still in %s", event->from);
    } else if (event->from || event->action) {
        x += canvas_put(canvas, x, row.y, end - x, dim, event->from ? event->from : SPEX_NIL) + 1;
        x += canvas_put(canvas, x, row.y, end - x, selected ? plain : ROLE_ACTION,
                        event->action ? event->action : "") +
             1;
        x += canvas_put(canvas, x, row.y, end - x, dim, canvas_sign(canvas, SIGN_ARROW)) + 1;
        canvas_put(canvas, x, row.y, end - x, plain, event->to ? event->to : "");
    } else if (event->message) {
        canvas_put(canvas, x, row.y, end - x, dim, event->message);
    }
}

static void events_draw(struct explorer *explorer, void *state, struct canvas *canvas,
                        struct area area)
{
    struct events *events = state;
    struct area inner = {area.x + 3, area.y + 1, area.width - 5, area.height - 1};
    if (events->count == 0) {
        const char *words = !events->read          ? "Reading …"
                            : events->error.status ? events->error.message
                                                   : "No events: no deviation, no timeout, no "
                                                     "refused call was ever reported.";
        canvas_wrap(canvas, inner, 0, ROLE_NORMAL, words);
        return;
    }
    bool detail = inner.height > 8;
    events->rows = inner.height - (detail ? 3 : 0);
    scroll_fit(&events->scroll, events->count, (size_t)events->rows);
    for (int row = 0; row < events->rows && events->scroll.top + (size_t)row < events->count;
         row++) {
        size_t index = events->scroll.top + (size_t)row;
        draw_event(explorer, canvas, (struct area){inner.x, inner.y + row, inner.width, 1},
                   &events->items[index], index == events->scroll.cursor);
    }
    const struct event *current = &events->items[events->scroll.cursor];
    if (detail && current->message) {
        canvas_rule(canvas, 1, inner.y + events->rows, area.width - 2, ROLE_FRAME);
        canvas_wrap(canvas, (struct area){inner.x, inner.y + events->rows + 1, inner.width, 2}, 0,
                    ROLE_DIM, current->message);
    }
}

/* To the instance, at the step the event speaks of where that is known. */
static void open_instance(struct explorer *explorer, const struct event *event)
{
    if (!event->identifier) {
        explorer_message(explorer, ROLE_WARNING, "This event is about no instance.");
        return;
    }
    explorer_select_instance(explorer, event->identifier, event->specification);
    explorer_open(explorer, VIEW_INSTANCE);
}

static bool events_command(struct explorer *explorer, void *state, enum command command)
{
    struct events *events = state;
    if (scroll_command(&events->scroll, command, events->count,
                       events->rows > 0 ? (size_t)events->rows : 1))
        return true;
    if (command == COMMAND_OPEN || command == COMMAND_RIGHT) {
        if (events->scroll.cursor < events->count)
            open_instance(explorer, &events->items[events->scroll.cursor]);
        return true;
    }
    return false;
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
}

const struct view_operations events_view = {
    .title = "Events",
    .about = "What went to the error handlers, newest first: deviations from the model, "
             "transitions that came too late, calls that were refused. Enter opens the instance.",
    .hints = {COMMAND_OPEN, COMMAND_INSTANCES, COMMAND_RELOAD, COMMAND_NONE},
    .state_size = sizeof(struct events),
    .draw = events_draw,
    .command = events_command,
    .refresh = events_refresh,
    .copy = events_copy,
    .release = events_release,
};
