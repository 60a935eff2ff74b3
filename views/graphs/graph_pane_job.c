/* Making a graph pane's shape and its picture, off the loop. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/screen/format.h"
#include "views/graphs/graph_pane.h"

struct picture_job {
    struct job job;
    struct graph_pane *pane;
    uint64_t generation;
    struct graph_request request;
    struct graph_shape *shape; /* given: only the picture is drawn */
    struct graph_counts *counts;
    bool heat, ascii, fit, rough;
    int zoom, width, height; /* of the window, to fit in */
    struct picture picture;
    bool drawn;
    struct state_look *states;
    struct transition_look *transitions;
    uint8_t *hot;
    spex_error error;
};

/* --------------------------------------------------------------------- looks */

static void look_of_state(const struct picture_job *self, uint32_t state, struct state_look *look)
{
    const struct graph_shape *shape = self->shape;
    char letter[12], number[16], count[16];
    graph_shape_letter(shape, state, letter, NULL);
    uint64_t instances = 0;
    /* a class holds the instances of all its states */
    if (shape->members[state] == 1 || shape->size != SIZE_QUOTIENT) {
        const struct state_count *here =
            graph_counts_state(self->counts, lts_state_name(&shape->part.lts, state, number));
        instances = here ? here->instances : 0;
    } else {
        for (uint32_t s = 0; s < shape->own_states; s++)
            if (shape->part.state_of[s] == state) {
                const struct state_count *here =
                    graph_counts_state(self->counts, lts_state_name(&shape->whole, s, number));
                instances += here ? here->instances : 0;
            }
    }
    short_count(instances, count);
    char others[16] = "", here[20] = "", hidden[24] = "";
    if (shape->members[state] > 1)
        snprintf(others, sizeof others, "+%u", shape->members[state] - 1);
    if (instances)
        snprintf(here, sizeof here, "%s%s", self->ascii ? "x" : "×", count);
    if (shape->hidden[state])
        snprintf(hidden, sizeof hidden, "%s%u", self->ascii ? ".." : "…", shape->hidden[state]);
    const char *const parts[] = {letter, others, here, hidden};
    size_t used = 0;
    for (int i = 0; i < 4; i++)
        if (*parts[i] && used + strlen(parts[i]) + 2 < sizeof look->badge)
            used += (size_t)snprintf(look->badge + used, sizeof look->badge - used, "%s%s",
                                     used ? " " : "", parts[i]);
    look->ghost = graph_shape_ghost_state(shape, state);
    look->open = shape->hidden[state] > 0;
}

/* How often all that this transition stands for was observed. */
static uint64_t observed(const struct picture_job *self, uint32_t transition)
{
    const struct graph_shape *shape = self->shape;
    uint64_t sum = 0;
    bool many = shape->size == SIZE_QUOTIENT;
    for (size_t i = many ? 0 : shape->represented[transition]; i < shape->own_transitions; i++) {
        if (shape->part.transition_of[i] != transition)
            continue;
        const struct lts_transition *t = &shape->whole.transitions[i];
        char from[16], to[16];
        const struct observed_transition *seen =
            graph_counts_transition(self->counts, lts_state_name(&shape->whole, t->from, from),
                                    lts_label_name(&shape->whole, t->label, true),
                                    lts_state_name(&shape->whole, t->to, to));
        sum += seen ? seen->count : 0;
        if (!many)
            break;
    }
    return sum;
}

static void look_of_transition(const struct picture_job *self, uint32_t transition,
                               struct transition_look *look, uint8_t *hot)
{
    const struct graph_shape *shape = self->shape;
    const struct lts_transition *t = &shape->part.lts.transitions[transition];
    uint8_t mark = shape->marks ? shape->marks[shape->represented[transition]] : MARK_NONE;
    if (mark != MARK_NONE)
        snprintf(look->before, sizeof look->before, "%s", mark == MARK_EXTRA ? "+ " : "? ");
    look->ghost = graph_shape_ghost(shape, transition);
    const char *label = symbols_name(&shape->part.lts.labels, t->label);
    if (!graph_counts_any(self->counts) || look->ghost || t->label == LTS_INTERNAL ||
        strcmp(label, SPEX_INITIALISATION) == 0)
        return;
    uint64_t count = observed(self, transition);
    char number[16];
    short_count(count, number);
    bool never = count == 0 && self->request.side == LEFT;
    if (never)
        *hot = HEAT_NEVER;
    else if (self->heat)
        *hot = (uint8_t)graph_counts_heat(self->counts, count);
    if (self->heat || never)
        snprintf(look->behind, sizeof look->behind, " %s%s", self->ascii ? "x" : "×", number);
}

/* -------------------------------------------------------------------- running */

static const int limits[ZOOMS][2] = {{60, 60}, {24, 24}, {14, 12}, {8, 6}, {4, 3}};

static int draw(struct picture_job *self, spex_error *error)
{
    const struct graph_shape *shape = self->shape;
    struct picture_options options = {.ascii = self->ascii,
                                      .no_start = !shape->part.initial,
                                      .name_limit = limits[self->zoom][0],
                                      .label_limit = limits[self->zoom][1],
                                      .states = self->states,
                                      .transitions = self->transitions};
    return picture_draw(&self->picture, &shape->part.lts, &shape->layout, &options, error);
}

/* The longest names with which all of it is in the window; else, as shorter ones make no
 * picture lower, the longest with which all columns are; else the shortest. */
static int draw_fitting(struct picture_job *self, spex_error *error)
{
    int narrow = ZOOMS - 1;
    for (self->zoom = 0; self->zoom < ZOOMS; self->zoom++) {
        int status = draw(self, error);
        bool columns = !status && self->picture.width <= self->width;
        if (status || (columns && self->picture.height <= self->height))
            return status;
        picture_release(&self->picture);
        if (columns && self->zoom < narrow)
            narrow = self->zoom;
    }
    self->zoom = narrow;
    return draw(self, error);
}

static int make_looks(struct picture_job *self, spex_error *error)
{
    const struct lts *part = &self->shape->part.lts;
    self->states = memory_allocate(part->state_count, sizeof *self->states);
    self->transitions = memory_allocate(part->transition_count, sizeof *self->transitions);
    self->hot = memory_allocate(part->transition_count, sizeof *self->hot);
    if (!self->states || !self->transitions || !self->hot)
        return error_memory(error);
    for (uint32_t s = 0; s < part->state_count; s++)
        look_of_state(self, s, &self->states[s]);
    for (uint32_t t = 0; t < part->transition_count; t++)
        look_of_transition(self, t, &self->transitions[t], &self->hot[t]);
    return SPEX_OK;
}

static void picture_run(struct job *job)
{
    struct picture_job *self = (struct picture_job *)job;
    struct layout_options layout = {.cancelled = job_cancelled, .context = job};
    self->request.layout = &layout;
    int status = job_cancelled(job) ? SPEX_ERROR_CANCELLED : SPEX_OK;
    if (status)
        error_set(&self->error, status, "cancelled");
    if (!status && !self->shape)
        status = graph_shape_make(&self->shape, &self->request, &self->error);
    if (!status)
        status = make_looks(self, &self->error);
    if (!status)
        status = self->fit ? draw_fitting(self, &self->error) : draw(self, &self->error);
    self->drawn = status == SPEX_OK;
}

static void forget(struct graph_pane *pane)
{
    graph_shape_drop(pane->shape);
    pane->shape = NULL;
    picture_release(&pane->picture);
    free(pane->states);
    free(pane->transitions);
    free(pane->heat);
    pane->states = NULL;
    pane->transitions = NULL;
    pane->heat = NULL;
}

/* The transition that was chosen may have another number in the new shape. */
static void choose_again(struct graph_pane *pane, const struct graph_shape *before)
{
    uint32_t chosen = pane->transition;
    pane->transition = SYMBOL_NONE;
    if (chosen == SYMBOL_NONE || !before)
        return;
    const struct lts *old = &before->part.lts, *part = &pane->shape->part.lts;
    const struct lts_transition *wanted = &old->transitions[chosen];
    uint32_t label = symbols_find(&part->labels, symbols_name(&old->labels, wanted->label));
    for (uint32_t i = 0; i < part->transition_count; i++) {
        const struct lts_transition *t = &part->transitions[i];
        if (t->label == label &&
            strcmp(symbols_name(&part->state_names, t->from),
                   symbols_name(&old->state_names, wanted->from)) == 0 &&
            strcmp(symbols_name(&part->state_names, t->to),
                   symbols_name(&old->state_names, wanted->to)) == 0) {
            pane->transition = i;
            return;
        }
    }
}

static void picture_finish(struct job *job)
{
    struct picture_job *self = (struct picture_job *)job;
    struct graph_pane *pane = self->pane;
    if (self->generation != pane->generation)
        return;
    if (!self->drawn && self->error.status == SPEX_ERROR_CANCELLED && pane->shape)
        return;
    pane->fit = pane->stale = false;
    text_clear(&pane->note);
    if (!self->drawn) {
        forget(pane);
        text_append(&pane->note, self->error.message);
        return;
    }
    struct graph_shape *before = pane->shape;
    bool new_shape = before != self->shape;
    pane->shape = NULL;
    forget(pane);
    pane->shape = self->shape;
    pane->picture = self->picture;
    pane->states = self->states;
    pane->transitions = self->transitions;
    pane->heat = self->hot;
    pane->zoom = self->zoom;
    self->shape = NULL;
    self->states = NULL;
    self->transitions = NULL;
    self->hot = NULL;
    self->drawn = false;
    if (new_shape) {
        choose_again(pane, before);
        if (pane->selected && graph_pane_state(pane) == SYMBOL_NONE)
            pane->centred = true;
        pane->reveal = true;
        pane->same = !self->rough;
    }
    graph_shape_drop(before);
    if (new_shape && self->rough) {
        pane->stale = pane->wanted = true;
        graph_pane_refresh(pane);
    }
}

static void picture_job_release(struct job *job)
{
    struct picture_job *self = (struct picture_job *)job;
    if (self->pane->pending == job)
        self->pane->pending = NULL;
    if (self->drawn)
        picture_release(&self->picture);
    graph_shape_drop(self->shape);
    graph_counts_drop(self->counts);
    graph_request_release(&self->request);
    free(self->states);
    free(self->transitions);
    free(self->hot);
    free(self);
}

/* --------------------------------------------------------------------- asking */

static const struct check *finished_check(const struct graph_pane *pane)
{
    const struct summary *summary = explorer_summary(pane->explorer);
    const struct check *check = summary ? summary->check : NULL;
    return check && !check->running && !check->status ? check : NULL;
}

/* More transitions than can be compared in a moment. */
static bool many(const struct graph_pane *pane)
{
    enum { MANY = 20000 };
    const struct summary *summary = explorer_summary(pane->explorer);
    const struct project_entry *entry = summary ? summary->entry : NULL;
    return entry && entry->specification && entry->specification->transition_count > MANY;
}

static bool request_shape(struct picture_job *self, const struct graph_pane *pane)
{
    struct graph_request *request = &self->request;
    bool made =
        graph_request_begin(request, pane->explorer->workspace, pane->specification, pane->side);
    request->size = pane->size;
    request->steps = pane->steps;
    request->centre = pane->centre ? memory_copy_text(pane->centre) : NULL;
    if (pane->same && pane->shape)
        request->whole = graph_whole_keep(pane->shape->source);
    /* Where there is much to compare and nothing to see yet, first without. */
    self->rough = !pane->shape && many(pane) && (request->differs || request->letters[LEFT]);
    if (self->rough) {
        request->differs = false;
        free(request->letters[pane->side]);
        request->letters[pane->side] = NULL;
    }
    return made && (!pane->centre || request->centre);
}

static void submit(struct graph_pane *pane)
{
    bool new_shape = pane->stale || !pane->shape;
    struct picture_job *self = memory_allocate(1, sizeof *self);
    if (!self)
        return;
    self->job = (struct job){.what = "drawing the graph",
                             .lane = pane->side == LEFT ? LANE_LEFT : LANE_RIGHT,
                             .run = picture_run,
                             .finish = picture_finish,
                             .release = picture_job_release,
                             .part = -1};
    self->pane = pane;
    self->ascii = pane->explorer->ascii;
    self->zoom = pane->zoom;
    self->fit = pane->fit;
    self->width = pane->window.width;
    self->height = pane->window.height;
    self->heat = pane->settings->heat;
    self->counts = graph_counts_keep(pane->settings->counts);
    self->request.side = pane->side;
    if (!new_shape)
        self->shape = graph_shape_keep(pane->shape);
    if (new_shape && !request_shape(self, pane)) {
        picture_job_release(&self->job);
        return;
    }
    if (pane->pending)
        atomic_store(&pane->pending->cancelled, true);
    self->generation = ++pane->generation;
    pane->pending = &self->job;
    jobs_submit(pane->explorer->jobs, &self->job);
}

void graph_pane_set_up(struct graph_pane *pane, struct explorer *explorer, enum side side,
                       const struct graph_settings *settings)
{
    if (pane->explorer)
        return;
    pane->explorer = explorer;
    pane->side = side;
    pane->settings = settings;
    pane->transition = SYMBOL_NONE;
    pane->zoom = ZOOM_USUAL;
}

static void forget_specification(struct graph_pane *pane)
{
    forget(pane);
    while (pane->trail_count)
        free(pane->trail[--pane->trail_count]);
    free(pane->specification);
    free(pane->selected);
    free(pane->centre);
    pane->specification = pane->selected = pane->centre = NULL;
    pane->transition = SYMBOL_NONE;
    pane->touched = false;
    pane->x = pane->y = 0;
}

/* A check of a small model is over in a moment: the picture waits for its letters instead
 * of losing them twice. */
static bool worth_waiting(const struct graph_pane *pane, const struct summary *summary)
{
    enum { SMALL = 20000 };
    return pane->shape && summary->check && summary->check->running && summary->entry &&
           summary->entry->model && summary->entry->model->transition_count < SMALL;
}

static void notice_changes(struct graph_pane *pane, const struct summary *summary)
{
    struct explorer *explorer = pane->explorer;
    const struct graph_settings *settings = pane->settings;
    const struct check *check = finished_check(pane);
    uint64_t content = summary && summary->check ? summary->check->content : 0;
    int64_t checked_at = check ? check->at : 0;
    bool files = content != pane->content || checked_at != pane->checked_at ||
                 (!content && pane->snapshot != explorer->workspace->snapshot);
    if (files && !worth_waiting(pane, summary)) {
        /* A first verdict tells where to look, unless somebody does. */
        if (checked_at && !pane->checked_at && !pane->touched)
            pane->centred = true;
        pane->stale = pane->wanted = true;
        pane->same = false;
        pane->content = content;
        pane->checked_at = checked_at;
        snapshot_drop(pane->snapshot);
        pane->snapshot = snapshot_keep(explorer->workspace->snapshot);
    }
    if (pane->size != settings->size || pane->steps != settings->steps) {
        pane->size = settings->size;
        pane->steps = settings->steps;
        pane->stale = pane->wanted = pane->centred = true;
        /* what is looked at stays in the picture */
        free(pane->centre);
        pane->centre = pane->selected ? memory_copy_text(pane->selected) : NULL;
    }
}

void graph_pane_refresh(struct graph_pane *pane)
{
    const struct explorer *explorer = pane->explorer;
    const char *name = explorer->selection.specification;
    const struct summary *summary = explorer_summary(explorer);
    const char *nothing = nothing_selected(explorer);
    if (!explorer->workspace->snapshot)
        return;
    if (!text_same(pane->specification, name)) {
        forget_specification(pane);
        pane->specification = name ? memory_copy_text(name) : NULL;
        pane->stale = pane->wanted = pane->centred = true;
        pane->same = false;
        pane->content = 0;
        pane->checked_at = 0;
        snapshot_drop(pane->snapshot);
        pane->snapshot = snapshot_keep(explorer->workspace->snapshot);
    }
    if (!pane->specification || nothing) {
        forget(pane);
        text_clear(&pane->note);
        text_append(&pane->note, nothing ? nothing : "No specification is selected.");
        pane->generation++;
        return;
    }
    notice_changes(pane, summary);
    if (pane->wanted)
        submit(pane);
    pane->wanted = false;
}

void graph_pane_mark(struct graph_pane *pane, const char *state)
{
    if (text_same(pane->marked, state))
        return;
    free(pane->marked);
    pane->marked = state ? memory_copy_text(state) : NULL;
    if (!state)
        return;
    pane->centred = true;
    if (pane->shape)
        graph_pane_select(pane, state);
}

void graph_pane_release(struct graph_pane *pane)
{
    forget_specification(pane);
    free(pane->trail);
    free(pane->marked);
    snapshot_drop(pane->snapshot);
    text_release(&pane->note);
}
