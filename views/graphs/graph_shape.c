#include "views/graphs/graph_shape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/base.h"

enum {
    BUDGET = 150,      /* ms for what is chosen by itself */
    PATIENCE = 5000,   /* ms for a layout that was asked for */
    MANY_STATES = 100, /* more are no help on a screen */
    MANY_TRANSITIONS = 400,
    NEAR_STATES = 60,    /* of a neighbourhood, by itself */
    NEAR_MOST = 300,     /* by its steps */
    NEAR_FEW = 8,        /* states that a whole number of steps should have at least */
    CLASSES_FROM = 20000 /* states beyond which classes take longer than the budget */
};

/* ------------------------------------------------------------------- sharing */

struct graph_shape *graph_shape_keep(struct graph_shape *shape)
{
    if (shape)
        atomic_fetch_add(&shape->references, 1);
    return shape;
}

void graph_shape_drop(struct graph_shape *shape)
{
    if (!shape || atomic_fetch_sub(&shape->references, 1) > 1)
        return;
    graph_whole_drop(shape->source);
    part_release(&shape->part);
    layout_release(&shape->layout);
    free(shape->hidden);
    free(shape->members);
    free(shape->represented);
    text_release(&shape->note);
    text_release(&shape->brief);
    free(shape);
}

void graph_shape_letter(const struct graph_shape *shape, uint32_t state, char letter[12],
                        uint32_t *number)
{
    uint32_t own = shape->letters ? shape->letters[shape->part.origin[state]] : SYMBOL_NONE;
    letter[0] = '\0';
    if (number)
        *number = own;
    if (own < 26)
        snprintf(letter, 12, "%c", 'A' + (int)own);
    else if (own != SYMBOL_NONE)
        snprintf(letter, 12, "%c%u", 'A' + (int)(own % 26), own / 26);
}

uint32_t graph_shape_find(const struct graph_shape *shape, const char *name)
{
    uint32_t state = lts_find_state(&shape->whole, name);
    return state < shape->whole.state_count ? state : SYMBOL_NONE;
}

bool graph_shape_ghost_state(const struct graph_shape *shape, uint32_t part_state)
{
    return shape->part.origin[part_state] >= shape->own_states;
}

bool graph_shape_ghost(const struct graph_shape *shape, uint32_t part_transition)
{
    return shape->represented[part_transition] >= shape->own_transitions;
}

/* -------------------------------------------------------------------- the part */

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

struct deadline {
    const struct layout_options *layout;
    int64_t at; /* 0: none */
};

static bool in_time(void *context, const char *what, double part)
{
    (void)what;
    (void)part;
    const struct deadline *deadline = context;
    return !deadline->layout->cancelled(deadline->layout->context) &&
           (!deadline->at || now() < deadline->at);
}

static int lay_out(struct graph_shape *shape, const struct graph_request *request, int budget,
                   spex_error *error)
{
    if (!request->layout)
        return SPEX_OK;
    struct layout_options options = *request->layout;
    options.budget = budget;
    return layout_compute(&shape->layout, &shape->part.lts, &options, error);
}

static void forget_part(struct graph_shape *shape)
{
    part_release(&shape->part);
    layout_release(&shape->layout);
    text_clear(&shape->note);
    text_clear(&shape->brief);
}

static int make_full(struct graph_shape *shape, const struct graph_request *request, int budget,
                     spex_error *error)
{
    shape->size = SIZE_FULL;
    int status = part_all(&shape->part, &shape->whole, error);
    return status ? status : lay_out(shape, request, budget, error);
}

/* Without ghosts: they would be taken for steps of the model. */
static void leave_ghosts_out(struct graph_shape *shape)
{
    if (shape->own_transitions < shape->whole.transition_count)
        shape->missing = 0;
    shape->whole.state_count = shape->own_states;
    shape->whole.transition_count = shape->own_transitions;
}

static int find_classes(const struct lts *lts, const struct progress *progress, uint32_t *classes,
                        uint32_t *count, spex_error *error)
{
    struct lts nothing;
    uint32_t other;
    uint32_t *both[2] = {classes, &other};
    int status = lts_init(&nothing, error);
    nothing.state_count = 1;
    if (!status)
        status = check_classes(lts, &nothing, EQUIVALENCE_BRANCHING, progress, both, count, error);
    lts_release(&nothing);
    return status;
}

/* Errors: CANCELLED also after `budget` ms (0: none), or with more than `most` classes. */
static int make_quotient(struct graph_shape *shape, const struct graph_request *request, int budget,
                         uint32_t most, spex_error *error)
{
    struct lts *whole = &shape->whole;
    uint32_t count = 0;
    struct deadline deadline = {request->layout, budget ? now() + budget : 0};
    struct progress progress = {in_time, &deadline};
    uint32_t *classes = memory_allocate(whole->state_count, sizeof *classes);
    leave_ghosts_out(shape);
    shape->size = SIZE_QUOTIENT;
    int status =
        classes ? find_classes(whole, &progress, classes, &count, error) : error_memory(error);
    if (!status)
        status = part_quotient(&shape->part, whole, classes, count, error);
    if (!status && shape->part.lts.state_count > most)
        status = error_set(error, SPEX_ERROR_CANCELLED, "too many classes");
    if (!status) {
        text_printf(&shape->note, "quotient: %u classes of %u states", shape->part.lts.state_count,
                    whole->state_count);
        text_printf(&shape->brief, "%u classes of %u", shape->part.lts.state_count,
                    whole->state_count);
    }
    if (!status)
        status = lay_out(shape, request, budget ? budget : PATIENCE, error);
    free(classes);
    return status;
}

static int cut_out(struct graph_shape *shape, uint32_t centre, uint32_t steps, spex_error *error)
{
    const struct lts *whole = &shape->whole;
    if (steps)
        return part_neighbourhood(&shape->part, whole, centre, steps, NEAR_MOST, error);
    int status = part_neighbourhood(&shape->part, whole, centre, UINT32_MAX, NEAR_STATES, error);
    uint32_t whole_steps = shape->part.steps;
    if (status || shape->part.lts.state_count < NEAR_STATES || !whole_steps)
        return status;
    /* Whole steps are easier to understand, if they are not too few. */
    struct lts_part round;
    status = part_neighbourhood(&round, whole, centre, whole_steps, NEAR_STATES, error);
    if (!status && round.lts.state_count >= NEAR_FEW) {
        part_release(&shape->part);
        shape->part = round;
    } else if (!status) {
        part_release(&round);
    }
    return status;
}

static int make_neighbourhood(struct graph_shape *shape, const struct graph_request *request,
                              int budget, spex_error *error)
{
    const struct lts *whole = &shape->whole;
    char number[16];
    uint32_t centre = request->centre ? lts_find_state(whole, request->centre) : SYMBOL_NONE;
    if (centre == SYMBOL_NONE)
        centre = whole->initial;
    shape->size = SIZE_NEIGHBOURHOOD;
    int status = cut_out(shape, centre, request->steps, error);
    if (status)
        return status;
    uint32_t shown = shape->part.lts.state_count, steps = shape->part.steps;
    text_printf(&shape->note, "%u of %u states, %u not shown: those within %u step%s of %s", shown,
                whole->state_count, whole->state_count - shown, steps, steps == 1 ? "" : "s",
                lts_state_name(whole, centre, number));
    text_printf(&shape->brief, "%u of %u, %u step%s", shown, whole->state_count, steps,
                steps == 1 ? "" : "s");
    return lay_out(shape, request, budget, error);
}

/* The first of full graph, quotient and neighbourhood that can be had and read. */
static int choose(struct graph_shape *shape, const struct graph_request *request, spex_error *error)
{
    struct lts *whole = &shape->whole;
    uint32_t all_states = whole->state_count;
    size_t all_transitions = whole->transition_count, missing = shape->missing;
    if (whole->state_count <= MANY_STATES && whole->transition_count <= MANY_TRANSITIONS) {
        int64_t started = now();
        int status = make_full(shape, request, BUDGET, error);
        if (status || !shape->layout.simple || now() - started < BUDGET)
            return status;
        forget_part(shape);
    }
    if (whole->state_count <= CLASSES_FROM) {
        spex_error unused;
        int status = make_quotient(shape, request, BUDGET, MANY_STATES, &unused);
        bool smaller = !status && shape->part.lts.state_count < whole->state_count;
        if (smaller && shape->part.lts.transition_count <= MANY_TRANSITIONS)
            return SPEX_OK;
        whole->state_count = all_states;
        whole->transition_count = all_transitions;
        shape->missing = missing;
        forget_part(shape);
        if (request->layout->cancelled(request->layout->context))
            return error_set(error, SPEX_ERROR_CANCELLED, "cancelled");
    }
    return make_neighbourhood(shape, request, BUDGET, error);
}

/* -------------------------------------------------------------- what it needs */

static int count_parts(struct graph_shape *shape, spex_error *error)
{
    const struct lts_part *part = &shape->part;
    const struct lts *whole = &shape->whole;
    shape->hidden = memory_allocate(part->lts.state_count, sizeof *shape->hidden);
    shape->members = memory_allocate(part->lts.state_count, sizeof *shape->members);
    shape->represented = memory_allocate(part->lts.transition_count, sizeof *shape->represented);
    if (!shape->hidden || !shape->members || !shape->represented)
        return error_memory(error);
    for (uint32_t s = 0; s < whole->state_count; s++)
        if (part->state_of[s] != SYMBOL_NONE)
            shape->members[part->state_of[s]]++;
    for (size_t i = whole->transition_count; i-- > 0;) {
        uint32_t from = part->state_of[whole->transitions[i].from];
        if (part->transition_of[i] != SYMBOL_NONE)
            shape->represented[part->transition_of[i]] = (uint32_t)i;
        else if (from != SYMBOL_NONE && part->state_of[whole->transitions[i].to] == SYMBOL_NONE)
            shape->hidden[from]++;
    }
    return SPEX_OK;
}

static int make_part(struct graph_shape *shape, const struct graph_request *request,
                     spex_error *error)
{
    int status;
    switch (request->size) {
    case SIZE_FULL:
        status = make_full(shape, request, PATIENCE, error);
        break;
    case SIZE_QUOTIENT:
        status = make_quotient(shape, request, 0, UINT32_MAX, error);
        break;
    case SIZE_NEIGHBOURHOOD:
        status = make_neighbourhood(shape, request, PATIENCE, error);
        break;
    default:
        status = choose(shape, request, error);
        break;
    }
    if (!status && shape->layout.note[0]) {
        /* where Graphviz is not there, nobody has to be told every time */
        text_printf(&shape->note, "%s%s", shape->note.length ? "; " : "",
                    shape->layout.absent ? "simple layout" : shape->layout.note);
        text_printf(&shape->brief, "%ssimple layout", shape->brief.length ? "; " : "");
    }
    return status ? status : count_parts(shape, error);
}

/* The whole is shared; what is cut off for this shape is so in its own copy of the counts. */
static void take_whole(struct graph_shape *shape, struct graph_whole *whole)
{
    shape->source = whole;
    shape->whole = whole->lts;
    shape->own_states = whole->own_states;
    shape->own_transitions = whole->own_transitions;
    shape->marks = whole->marks;
    shape->letters = whole->letters;
    shape->extra = whole->extra;
    shape->missing = whole->missing;
}

int graph_shape_make(struct graph_shape **shape, const struct graph_request *request,
                     spex_error *error)
{
    struct graph_whole *whole = graph_whole_keep(request->whole);
    struct graph_shape *made = memory_allocate(1, sizeof *made);
    *shape = NULL;
    int status = !made   ? error_memory(error)
                 : whole ? SPEX_OK
                         : graph_whole_make(&whole, request, error);
    if (status) {
        graph_whole_drop(whole);
        free(made);
        return status;
    }
    atomic_init(&made->references, 1);
    take_whole(made, whole);
    status = make_part(made, request, error);
    if (status) {
        graph_shape_drop(made);
        return status;
    }
    *shape = made;
    return SPEX_OK;
}
