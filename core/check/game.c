#include "check/game_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/saturate.h"
#include "check/splitters.h"

enum { MOST_ANSWERS = 256 };
/* Looking for short plays where they are not known. */
#define MOST_OBSERVATIONS ((size_t)1 << 22)
#define MOST_OBSERVED ((size_t)1 << 24)
/* Of these an order is found; it takes some 130 bytes each. */
enum { MOST_EDGES = 1 << 24 };

int game_build(struct game **result, enum equivalence equivalence, struct comparison *comparison,
               spex_error *error)
{
    struct game *game = memory_allocate(1, sizeof *game);
    if (!game)
        return error_memory(error);
    game->equivalence = equivalence;
    game->most_observed = MOST_OBSERVED;
    game->merged = comparison->merged;
    game->component = comparison->component;
    game->arena = comparison->arena;
    comparison->arena = arena_make(NULL, 0);
    int status = quotient_build(&game->quotient, &game->merged, game->component, &comparison->graph,
                                &comparison->partition, false, error);
    arena_drop(&game->arena, comparison->graph.edges);
    if (!status)
        status = walker_init(&game->walker, &game->merged, game->component, &game->quotient, error);
    if (status) {
        game_close(game);
        return status;
    }
    *result = game;
    return SPEX_OK;
}

void game_close(struct game *game)
{
    if (!game)
        return;
    observer_release(&game->observer);
    levels_release(&game->levels);
    walker_release(&game->walker);
    quotient_release(&game->quotient);
    arena_release(&game->arena);
    free(game->views[LEFT].observations);
    free(game->views[RIGHT].observations);
    free(game);
}

static int observe_levels(struct game *game, spex_error *error)
{
    if (!observer_init(&game->observer, &game->quotient, &game->levels, game_weak(game)))
        return error_memory(error);
    game->leveled = true;
    return SPEX_OK;
}

int game_order(struct game *game, const struct progress *progress, spex_error *error)
{
    const struct quotient *quotient = &game->quotient;
    struct graph saturated = {0};
    int status = SPEX_OK;
    if (game_weak(game))
        status = saturate(&quotient->graph, quotient->label_count, progress, &saturated, error);
    if (!status && game_weak(game) && saturated.first[saturated.state_count] > MOST_EDGES) {
        graph_release(&saturated);
        return SPEX_OK;
    }
    if (!status && !levels_begin(&game->levels, quotient->graph.state_count))
        status = error_memory(error);
    if (!status)
        status = split_in_order(game_weak(game) ? &saturated : &quotient->graph, quotient->initial,
                                progress, &game->levels, error);
    graph_release(&saturated);
    return status ? status : observe_levels(game, error);
}

int game_level(struct game *game, const struct progress *progress, spex_error *error)
{
    if (game->leveled)
        return SPEX_OK;
    int status = SPEX_OK;
    if (!game->too_deep)
        status = levels_build(&game->levels, &game->quotient, game_weak(game), progress,
                              &game->shortest, error);
    if (status)
        return status;
    return game->shortest ? observe_levels(game, error) : game_order(game, progress, error);
}

static int open_different(struct game **game, const struct lts *left, const struct lts *right,
                          enum equivalence equivalence, const struct progress *progress,
                          spex_error *error)
{
    struct comparison comparison = {.arena = arena_make(NULL, 0)};
    int status = compare(&comparison, left, right, equivalence_base(equivalence), progress, error);
    if (!status)
        status = game_build(game, equivalence, &comparison, error);
    if (!status)
        status = game_level(*game, progress, error);
    comparison_release(&comparison);
    if (status || !(*game)->leveled) {
        game_close(*game);
        *game = NULL;
    }
    return status;
}

int game_open(struct game **game, const struct lts *left, const struct lts *right,
              enum equivalence equivalence, const struct progress *progress, spex_error *error)
{
    bool equivalent = true;
    *game = NULL;
    if (equivalence == EQUIVALENCE_TRACE || equivalence == EQUIVALENCE_WEAK_TRACE)
        return error_set(error, SPEX_ERROR_USAGE, "equivalence '%s' is of traces: it is no game",
                         equivalence_name(equivalence));
    int status = check_equivalence(left, right, equivalence, progress, &equivalent, NULL, error);
    if (!status && !equivalent)
        status = open_different(game, left, right, equivalence, progress, error);
    return status;
}

/* ------------------------------------------------------------- positions */

static uint32_t class_there(const struct game *game, enum side side, uint32_t state)
{
    return game->quotient.class_of[game->merged.shift[side] + state];
}

struct position game_position(const struct game *game, uint32_t left, uint32_t right)
{
    struct position position = {{left, right}, 0};
    uint32_t classes[2] = {NO_CLASS, NO_CLASS};
    for (int side = LEFT; side <= RIGHT; side++)
        if (position.states[side] < game->merged.sides[side]->state_count)
            classes[side] = class_there(game, (enum side)side, position.states[side]);
    if (classes[LEFT] != NO_CLASS && classes[RIGHT] != NO_CLASS)
        position.rounds = levels_apart(&game->levels, classes[LEFT], classes[RIGHT]);
    return position;
}

struct position game_start(const struct game *game)
{
    return game_position(game, game->merged.sides[LEFT]->initial,
                         game->merged.sides[RIGHT]->initial);
}

/* --------------------------------------------------------------- a round */

/* The steps of an observation in a side's own LTS. */
struct walk {
    struct path path, cycle;
    size_t before_count;
    uint32_t before, after; /* the states before the step that counts, and at the end */
};

static int take_walk(struct game *game, enum side side, uint32_t state,
                     const struct observation *observation, struct walk *walk, spex_error *error)
{
    struct walker *walker = &game->walker;
    struct route route = {0};
    *walk = (struct walk){.after = state};
    uint32_t class = class_there(game, side, state);
    int status = SPEX_OK;
    if (!route_internally(&game->observer, class, observation->source, &route))
        status = error_memory(error);
    if (!status)
        status = walker_follow(walker, side, &route, &walk->after, &walk->path, error);
    route.count = 0;
    walk->before = walk->after;
    walk->before_count = walk->path.count;
    if (!status && observation->label == game_divergence(game)) {
        status = walker_circle(walker, side, &walk->after, &walk->path, &walk->cycle, error);
        walk->before = walk->after;
        walk->before_count = walk->path.count;
    } else if (!status && !observation->stays) {
        status = walker_take(walker, side, edge_make(observation->label, observation->middle),
                             &walk->after, &walk->path, error);
        if (!status) {
            walk->before_count = walk->path.count - 1;
            walk->before = walk->path.steps[walk->before_count].from;
        }
        if (!status &&
            !route_internally(&game->observer, observation->middle, observation->target, &route))
            status = error_memory(error);
        if (!status)
            status = walker_follow(walker, side, &route, &walk->after, &walk->path, error);
    }
    route_release(&route);
    return status;
}

/* An answer before it is walked. */
struct choice {
    const struct observation *observation;
    uint32_t level;
    bool before;
};

static int compare_choices(const void *left, const void *right)
{
    const struct choice *one = left, *other = right;
    if (one->level != other->level)
        return one->level > other->level ? -1 : 1;
    if (one->observation->distance != other->observation->distance)
        return one->observation->distance < other->observation->distance ? -1 : 1;
    return one->observation < other->observation ? -1 : 1;
}

/* One answer of each outcome, the one that holds out longest first. */
static struct choice *choose_answers(const struct game *game, const struct attack *attack,
                                     size_t *count)
{
    const struct view *view = &game->views[attack->attacker == LEFT ? RIGHT : LEFT];
    size_t begin, end;
    view_find(view, attack->observation.label, &begin, &end);
    struct choice *choices = memory_resize(NULL, end - begin, sizeof *choices);
    *count = 0;
    for (size_t i = begin; choices && i < end; i++) {
        const struct observation *answer = &view->observations[i];
        if (i > begin && same_outcome(answer, answer - 1))
            continue;
        struct choice *choice = &choices[(*count)++];
        choice->observation = answer;
        choice->level = outcome_of(&game->observer, &attack->observation, answer, &choice->before);
        /* Whoever goes on internally for ever stays where he is. */
        choice->before |= attack->observation.label == game_divergence(game);
    }
    if (choices)
        qsort(choices, *count, sizeof *choices, compare_choices);
    return choices;
}

static int fill_answers(struct game *game, const struct attack *attack, const struct walk *walk,
                        struct round *round, spex_error *error)
{
    enum side attacker = attack->attacker, defender = attacker == LEFT ? RIGHT : LEFT;
    size_t count;
    struct choice *choices = choose_answers(game, attack, &count);
    size_t shown = count < MOST_ANSWERS ? count : MOST_ANSWERS;
    round->answers = memory_allocate(shown, sizeof *round->answers);
    int status = choices && round->answers ? SPEX_OK : error_memory(error);
    for (size_t i = 0; !status && i < shown; i++) {
        struct defence *answer = &round->answers[round->answer_count++];
        struct walk own;
        status = take_walk(game, defender, round->position.states[defender], choices[i].observation,
                           &own, error);
        answer->path = own.path;
        answer->cycle = own.cycle;
        answer->before_count = own.before_count;
        answer->before = choices[i].before;
        answer->next.states[attacker] = answer->before ? walk->before : walk->after;
        answer->next.states[defender] = answer->before ? own.before : own.after;
        answer->next.rounds = choices[i].level;
    }
    round->more_answers = count - shown;
    free(choices);
    return status;
}

/* Where the play is decided: all that the side without an answer can do there. */
static int fill_offered(const struct game *game, enum side side, struct round *round,
                        spex_error *error)
{
    const struct view *view = &game->views[side];
    round->offered = memory_resize(NULL, view->count, sizeof *round->offered);
    if (!round->offered)
        return error_memory(error);
    for (size_t i = 0; i < view->count; i++) {
        uint32_t label = view->observations[i].label;
        if (label != LTS_INTERNAL && label != game_divergence(game) &&
            (i == 0 || label != view->observations[i - 1].label))
            round->offered[round->offered_count++] = game->walker.own_labels[side][label];
    }
    return SPEX_OK;
}

static bool observe_side(struct game *game, enum side side, const struct position *position,
                         uint32_t level, bool near)
{
    bool good = observe(&game->observer, class_there(game, side, position->states[side]), level,
                        near, &game->views[side]);
    game->observed += game->views[side].count;
    return good;
}

static bool observe_both(struct game *game, const struct position *position, uint32_t level,
                         bool near)
{
    return observe_side(game, LEFT, position, level, near) &&
           observe_side(game, RIGHT, position, level, near);
}

/* The first level whose blocks tell the two apart: the sooner, the fewer rounds are left. Levels
 * that are but an order may have it long before the last one. */
static int find_level(struct game *game, const struct position *position, uint32_t *level,
                      spex_error *error)
{
    uint32_t first = 0;
    struct attack attack;
    *level = position->rounds - 1;
    while (!game->shortest && first < *level && game->observed < MOST_OBSERVATIONS) {
        uint32_t middle = first + (*level - first) / 2;
        if (!observe_both(game, position, middle, false))
            return error_memory(error);
        if (find_attack(game->views, &attack))
            *level = middle;
        else
            first = middle + 1;
    }
    return SPEX_OK;
}

/* Where too much was looked at, all that is needed is looked for near by: an attack, and answers
 * to it; but for those far away where there are no others. */
static int look_around(struct game *game, const struct position *position, struct attack *attack,
                       spex_error *error)
{
    uint32_t level;
    int status = find_level(game, position, &level, error);
    bool near = !game->shortest && !game_weak(game) && game->observed >= MOST_OBSERVATIONS;
    if (!status && !observe_both(game, position, near ? position->rounds - 1 : level, near))
        status = error_memory(error);
    if (status)
        return status;
    if (!find_attack(game->views, attack))
        return error_set(error, SPEX_ERROR_INTERNAL,
                         "the play stopped before one side was without an answer");
    if (!near || attack->answers)
        return SPEX_OK;
    enum side defender = attack->attacker == LEFT ? RIGHT : LEFT;
    if (!observe_side(game, defender, position, position->rounds - 1, false))
        return error_memory(error);
    attack->answers = view_count(&game->views[defender], attack->observation.label);
    return SPEX_OK;
}

int game_round(struct game *game, struct position position, struct round *round, spex_error *error)
{
    struct attack attack = {0};
    struct walk walk = {0};
    memset(round, 0, sizeof *round);
    round->position = game_position(game, position.states[LEFT], position.states[RIGHT]);
    if (!round->position.rounds)
        return error_set(error, SPEX_ERROR_USAGE, "the game has no such position");
    int status = look_around(game, &round->position, &attack, error);
    if (status)
        return status;
    round->attacker = attack.attacker;
    status = take_walk(game, attack.attacker, position.states[attack.attacker], &attack.observation,
                       &walk, error);
    round->attack = walk.path;
    round->cycle = walk.cycle;
    round->attack_before = walk.before_count;
    if (!status && attack.answers)
        status = fill_answers(game, &attack, &walk, round, error);
    else if (!status)
        status = fill_offered(game, attack.attacker == LEFT ? RIGHT : LEFT, round, error);
    if (status)
        round_release(round);
    return status;
}

static void path_release(struct path *path)
{
    free(path->steps);
    *path = (struct path){0};
}

void round_release(struct round *round)
{
    path_release(&round->attack);
    path_release(&round->cycle);
    for (size_t i = 0; i < round->answer_count; i++) {
        path_release(&round->answers[i].path);
        path_release(&round->answers[i].cycle);
    }
    free(round->answers);
    free(round->offered);
    memset(round, 0, sizeof *round);
}
