#include "views/graphs/graph_whole.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "graph/difference.h"

struct graph_whole *graph_whole_keep(struct graph_whole *whole)
{
    if (whole)
        atomic_fetch_add(&whole->references, 1);
    return whole;
}

void graph_whole_drop(struct graph_whole *whole)
{
    if (!whole || atomic_fetch_sub(&whole->references, 1) > 1)
        return;
    lts_release(&whole->lts);
    free(whole->marks);
    free(whole->letters);
    free(whole);
}

/* ---------------------------------------------------------------- the request */

bool graph_request_begin(struct graph_request *request, const struct workspace *workspace,
                         const char *specification, enum side side)
{
    const struct summary *summary = workspace_find(workspace, specification);
    const struct check *check = summary ? summary->check : NULL;
    bool checked = check && !check->running && !check->status;
    *request = (struct graph_request){.side = side, .differs = checked && !check->equivalent};
    request->snapshot = snapshot_keep(workspace->snapshot);
    request->specification = memory_copy_text(specification);
    for (int i = LEFT; checked && i <= RIGHT; i++) {
        uint32_t count = check->sides[i].state_count;
        if (!check->letters[i])
            continue;
        request->letters[i] = memory_allocate(count, sizeof *request->letters[i]);
        if (!request->letters[i])
            return false;
        memcpy(request->letters[i], check->letters[i], count * sizeof *request->letters[i]);
        request->letter_states[i] = count;
    }
    return request->snapshot && request->specification;
}

void graph_request_release(struct graph_request *request)
{
    snapshot_drop(request->snapshot);
    free(request->specification);
    graph_whole_drop(request->whole);
    free(request->centre);
    free(request->letters[LEFT]);
    free(request->letters[RIGHT]);
}

/* ------------------------------------------------------------------ the whole */

/* A side as people think of it: without the step from before initialisation, unless a model
 * starts in several states. *shift is 1 where that state is left out. */
static int make_side(struct lts *lts, const struct project_entry *entry, enum side side,
                     uint32_t *shift, spex_error *error)
{
    *shift = 1;
    if (entry->systems) {
        *shift = 0;
        int status = lts_copy(lts, &entry->systems[side], error);
        return status ? status : lts_name_states(lts, error);
    }
    if (side == LEFT)
        return lts_from_specification(lts, entry->specification, false, error);
    int status = lts_from_model(lts, entry->model, false, error);
    if (status != SPEX_ERROR_USAGE)
        return status;
    *shift = 0;
    return lts_from_model(lts, entry->model, true, error);
}

/* The letter of a state; `shift` is 1 where the state before initialisation is left out. */
static uint32_t letter_of(const struct graph_request *request, enum side side, uint32_t state,
                          uint32_t shift)
{
    if (!request->letters[side] || state + shift >= request->letter_states[side])
        return SYMBOL_NONE;
    return request->letters[side][state + shift];
}

static int take_letters(struct graph_whole *whole, const struct graph_request *request,
                        uint32_t shift, spex_error *error)
{
    if (!request->letters[request->side])
        return SPEX_OK;
    whole->letters = memory_allocate(whole->lts.state_count, sizeof *whole->letters);
    if (!whole->letters)
        return error_memory(error);
    for (uint32_t s = 0; s < whole->lts.state_count; s++)
        whole->letters[s] =
            s < whole->own_states ? letter_of(request, request->side, s, shift) : SYMBOL_NONE;
    return SPEX_OK;
}

/* Which steps `own` has and the other has not: visible ones. From a state with an
 * equivalent one on the other side nothing differs, whatever the states are called. */
static int find_differences(const struct graph_request *request, enum side side, uint32_t shift,
                            const struct lts *own, const struct lts *other, bool *different,
                            spex_error *error)
{
    int status = lts_matched(own, other, different, error);
    for (size_t i = 0; !status && i < own->transition_count; i++) {
        const struct lts_transition *t = &own->transitions[i];
        different[i] = !different[i] && t->label != LTS_INTERNAL &&
                       strcmp(symbols_name(&own->labels, t->label), SPEX_INITIALISATION) != 0 &&
                       letter_of(request, side, t->from, shift) == SYMBOL_NONE;
    }
    return status;
}

/* What this side has and the other has not; the model gets what it misses as ghosts. */
static int compare_sides(struct graph_whole *whole, const struct graph_request *request,
                         const struct lts *other, const uint32_t shifts[2], spex_error *error)
{
    struct lts *lts = &whole->lts;
    bool *own = memory_allocate(lts->transition_count, sizeof *own);
    bool *theirs = memory_allocate(other->transition_count, sizeof *theirs);
    bool left = request->side == LEFT;
    int status = own && theirs ? SPEX_OK : error_memory(error);
    if (!status)
        status =
            find_differences(request, request->side, shifts[request->side], lts, other, own, error);
    if (!status && !left)
        status = find_differences(request, LEFT, shifts[LEFT], other, lts, theirs, error);
    if (!status && !left && !request->no_ghosts)
        status = lts_add_ghosts(lts, other, theirs, error);
    whole->marks = memory_allocate(lts->transition_count, sizeof *whole->marks);
    if (!status && !whole->marks)
        status = error_memory(error);
    for (size_t i = 0; !status && i < lts->transition_count; i++) {
        if (i >= whole->own_transitions || (own[i] && left))
            whole->marks[i] = MARK_MISSING;
        else if (own[i])
            whole->marks[i] = MARK_EXTRA;
        whole->missing += whole->marks[i] == MARK_MISSING;
        whole->extra += whole->marks[i] == MARK_EXTRA;
    }
    free(own);
    free(theirs);
    return status;
}

static int make(struct graph_whole *whole, const struct graph_request *request,
                const struct project_entry *entry, spex_error *error)
{
    struct lts other = {0};
    uint32_t shifts[2];
    enum side side = request->side, other_side = side == LEFT ? RIGHT : LEFT;
    bool compared = request->differs && entry->model;
    int status = make_side(&whole->lts, entry, side, &shifts[side], error);
    whole->own_states = whole->lts.state_count;
    whole->own_transitions = whole->lts.transition_count;
    if (!status && compared)
        status = make_side(&other, entry, other_side, &shifts[other_side], error);
    if (!status && compared)
        status = compare_sides(whole, request, &other, shifts, error);
    if (!status)
        status = take_letters(whole, request, shifts[side], error);
    lts_release(&other);
    return status;
}

int graph_whole_make(struct graph_whole **whole, const struct graph_request *request,
                     spex_error *error)
{
    const struct project_entry *entry =
        project_find(&request->snapshot->project, request->specification);
    *whole = NULL;
    if (!entry || !entry->specification)
        return error_set(error, SPEX_ERROR_NOT_FOUND,
                         "No specification is loaded under this name.");
    if (request->side == RIGHT && !entry->model) {
        if (entry->model_error.status)
            return error_set(error, SPEX_ERROR_NOT_FOUND, "%s", entry->model_error.message);
        if (entry->lts)
            return error_set(error, SPEX_ERROR_NOT_FOUND,
                             "Name a second LTS file, to see how they differ: spex-tui A.aut "
                             "B.aut");
        return error_set(error, SPEX_ERROR_NOT_FOUND,
                         "There is no model of this specification yet. It is learned when a "
                         "program records instances.");
    }
    struct graph_whole *made = memory_allocate(1, sizeof *made);
    if (!made)
        return error_memory(error);
    atomic_init(&made->references, 1);
    int status = make(made, request, entry, error);
    if (status) {
        graph_whole_drop(made);
        return status;
    }
    *whole = made;
    return SPEX_OK;
}
