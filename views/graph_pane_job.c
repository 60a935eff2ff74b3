/* Making a graph pane's picture: the side's LTS, signed, cut to what can be drawn, laid out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "graph/neighbourhood.h"
#include "views/format.h"
#include "views/graph_pane.h"

enum { STATES_DRAWN = 80, LAYOUT_BUDGET = 2000 };

struct picture_job {
    struct job job;
    struct graph_pane *pane;
    uint64_t generation;
    struct snapshot *snapshot;
    char *specification, *marked;
    char *unreadable; /* why the selected file cannot be shown, or NULL */
    enum side side;
    bool ascii;
    bool differs;      /* the check said no: what differs is signed */
    uint32_t *letters; /* by state of the LTS with initialisation, or NULL */
    uint32_t letter_states;
    uint32_t shift; /* state of the drawn LTS + shift = state of the letters */
    uint32_t *origin;
    char badge[12];
    struct lts lts;
    struct picture picture;
    bool drawn;
    struct text note;
    size_t extra, unobserved;
};

static bool cancelled(void *context)
{
    return atomic_load(&((struct job *)context)->cancelled);
}

static const char *badge_of(void *context, uint32_t state)
{
    struct picture_job *self = context;
    uint32_t original = self->origin ? self->origin[state] : state;
    if (!self->letters || original + self->shift >= self->letter_states)
        return NULL;
    uint32_t number = self->letters[original + self->shift];
    if (number == SYMBOL_NONE)
        return NULL;
    if (number < 26)
        snprintf(self->badge, sizeof self->badge, "%c", 'A' + (int)number);
    else
        snprintf(self->badge, sizeof self->badge, "%c%u", 'A' + (int)(number % 26), number / 26);
    return self->badge;
}

/* "+" before a label that only the model has, "?" before one that it has not. */
static bool sign_labels(struct picture_job *self, const struct project_entry *entry)
{
    for (size_t i = 0; entry->model && i < self->lts.transition_count; i++) {
        struct lts_transition *t = &self->lts.transitions[i];
        const char *from = symbols_name(&self->lts.state_names, t->from);
        const char *to = symbols_name(&self->lts.state_names, t->to);
        const char *label = symbols_name(&self->lts.labels, t->label);
        if (t->label == LTS_INTERNAL || strcmp(label, SPEX_INITIALISATION) == 0)
            continue;
        bool known = self->side == LEFT ? model_has(entry->model, from, label, to)
                                        : specification_has(entry->specification, from, label, to);
        if (known)
            continue;
        struct text signed_label = {0};
        text_printf(&signed_label, "%c %s", self->side == LEFT ? '?' : '+', label);
        t->label = symbols_intern(&self->lts.labels, text_value(&signed_label));
        text_release(&signed_label);
        if (t->label == SYMBOL_NONE)
            return false;
        *(self->side == LEFT ? &self->unobserved : &self->extra) += 1;
    }
    return true;
}

/* The side as people think of it: without the step from before initialisation, unless a
 * model starts in several states. */
static int make_lts(struct picture_job *self, const struct project_entry *entry, spex_error *error)
{
    if (self->side == LEFT) {
        self->shift = 1;
        return lts_from_specification(&self->lts, entry->specification, false, error);
    }
    int status = lts_from_model(&self->lts, entry->model, false, error);
    self->shift = 1;
    if (status == SPEX_ERROR_USAGE) {
        self->shift = 0;
        status = lts_from_model(&self->lts, entry->model, true, error);
    }
    return status;
}

static int cut_to_size(struct picture_job *self, spex_error *error)
{
    if (self->lts.state_count <= STATES_DRAWN)
        return SPEX_OK;
    uint32_t centre = self->marked ? lts_find_state(&self->lts, self->marked) : SYMBOL_NONE;
    if (centre == SYMBOL_NONE)
        centre = self->lts.initial;
    struct lts part;
    uint32_t steps, whole = self->lts.state_count;
    self->origin = memory_allocate(STATES_DRAWN, sizeof *self->origin);
    if (!self->origin)
        return error_memory(error);
    int status =
        lts_neighbourhood(&part, &self->lts, centre, STATES_DRAWN, self->origin, &steps, error);
    if (status)
        return status;
    text_printf(&self->note, "%u of %u states, nearest to %s", part.state_count, whole,
                symbols_name(&self->lts.state_names, centre));
    lts_release(&self->lts);
    self->lts = part;
    return SPEX_OK;
}

static int draw(struct picture_job *self, spex_error *error)
{
    struct layout_options options = {
        .budget = LAYOUT_BUDGET, .cancelled = cancelled, .context = &self->job};
    struct layout layout;
    int status = layout_compute(&layout, &self->lts, &options, error);
    if (status)
        return status;
    struct picture_options look = {.ascii = self->ascii, .badge = badge_of, .context = self};
    if (layout.note[0])
        text_printf(&self->note, "%s%s", self->note.length ? "; " : "", layout.note);
    status = picture_draw(&self->picture, &self->lts, &layout, &look, error);
    layout_release(&layout);
    return status;
}

static void picture_run(struct job *job)
{
    struct picture_job *self = (struct picture_job *)job;
    const struct project_entry *entry = project_find(&self->snapshot->project, self->specification);
    spex_error error = {0};
    if (!entry || !entry->specification || (self->side == RIGHT && !entry->model)) {
        if (self->unreadable)
            text_append(&self->note, self->unreadable);
        else if (self->side == RIGHT && entry && entry->model_error.status)
            text_append(&self->note, entry->model_error.message);
        else
            text_append(&self->note, self->side == RIGHT
                                         ? "No model yet. Record a run of the program to learn one."
                                         : "No specification is loaded under this name.");
        return;
    }
    int status = make_lts(self, entry, &error);
    if (status) {
        text_append(&self->note, error.message);
        return;
    }
    if (self->differs && !sign_labels(self, entry))
        status = error_memory(&error);
    if (!status)
        status = cut_to_size(self, &error);
    if (!status)
        status = draw(self, &error);
    self->drawn = status == SPEX_OK;
    if (!self->drawn) {
        lts_release(&self->lts);
        text_clear(&self->note);
        text_append(&self->note, error.message);
    }
}

static void picture_finish(struct job *job)
{
    struct picture_job *self = (struct picture_job *)job;
    struct graph_pane *pane = self->pane;
    if (self->generation != pane->generation)
        return;
    if (pane->drawn) {
        picture_release(&pane->picture);
        lts_release(&pane->lts);
    }
    pane->loading = false;
    pane->drawn = self->drawn;
    pane->picture = self->picture;
    pane->lts = self->lts;
    self->drawn = false;
    text_release(&pane->note);
    pane->note = self->note;
    self->note = (struct text){0};
    pane->extra = self->extra;
    pane->unobserved = self->unobserved;
}

static void picture_job_release(struct job *job)
{
    struct picture_job *self = (struct picture_job *)job;
    if (self->drawn) {
        picture_release(&self->picture);
        lts_release(&self->lts);
    }
    snapshot_drop(self->snapshot);
    free(self->specification);
    free(self->marked);
    free(self->unreadable);
    free(self->letters);
    free(self->origin);
    text_release(&self->note);
    free(self);
}

static void start(struct graph_pane *pane, const struct check *check)
{
    struct picture_job *self = memory_allocate(1, sizeof *self);
    if (!self)
        return;
    self->job = (struct job){.what = "drawing the graph",
                             .lane = LANE_WORK,
                             .run = picture_run,
                             .finish = picture_finish,
                             .release = picture_job_release,
                             .part = -1};
    self->pane = pane;
    self->generation = ++pane->generation;
    self->side = pane->side;
    self->ascii = pane->explorer->ascii;
    self->snapshot = snapshot_keep(pane->snapshot);
    self->specification = memory_copy_text(pane->specification);
    self->marked = pane->marked ? memory_copy_text(pane->marked) : NULL;
    self->differs = check && !check->status && !check->equivalent;
    const char *nothing = nothing_selected(pane->explorer);
    self->unreadable = nothing ? memory_copy_text(nothing) : NULL;
    if (check && check->letters[pane->side]) {
        self->letter_states = check->sides[pane->side].state_count;
        self->letters = memory_allocate(self->letter_states, sizeof *self->letters);
        if (self->letters)
            memcpy(self->letters, check->letters[pane->side],
                   self->letter_states * sizeof *self->letters);
    }
    if (!self->specification || !self->snapshot) {
        picture_job_release(&self->job);
        return;
    }
    pane->loading = true;
    jobs_submit(pane->explorer->jobs, &self->job);
}

static bool same_text(const char *left, const char *right)
{
    return left && right ? strcmp(left, right) == 0 : left == right;
}

void graph_pane_refresh(struct graph_pane *pane, struct explorer *explorer, enum side side,
                        const char *marked)
{
    const struct summary *summary = explorer_summary(explorer);
    const char *name = explorer->selection.specification;
    const struct check *check =
        summary && summary->check && !summary->check->running ? summary->check : NULL;
    int64_t letters_at = check ? check->at : 0;
    bool other = !same_text(pane->specification, name);
    bool moved = !same_text(pane->marked, marked);
    bool cut = pane->drawn && pane->note.length;
    bool changed = other || pane->snapshot != explorer->workspace->snapshot ||
                   pane->letters_at != letters_at || (moved && cut);
    pane->explorer = explorer;
    pane->side = side;
    if (moved) {
        free(pane->marked);
        pane->marked = marked ? memory_copy_text(marked) : NULL;
        pane->centre = true;
    }
    if (!changed || !name || !explorer->workspace->snapshot)
        return;
    if (other) {
        free(pane->specification);
        pane->specification = memory_copy_text(name);
        pane->centre = true;
        pane->x = pane->y = 0;
    }
    snapshot_drop(pane->snapshot);
    pane->snapshot = snapshot_keep(explorer->workspace->snapshot);
    /* A first verdict tells where to look, unless an instance does. */
    if (!pane->marked && pane->letters_at == 0)
        pane->centre = true;
    pane->letters_at = letters_at;
    start(pane, check);
}
