#include "check/play.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

/* One thing a class can do after internal steps: from class `source` to class `target`,
 * which at the level at hand are in the blocks `before` and `after`. `stays`: nothing at
 * all at `source`, which answers an internal step. */
struct observation {
    uint32_t label, before, after;
    uint32_t distance; /* internal edges to the source */
    uint32_t source, target;
    bool stays;
};

/* What one side can do from where it stands. */
struct stance {
    uint32_t class;
    uint32_t state; /* in its own LTS */
    struct observation *observations;
    size_t count, capacity;
    uint32_t *parent, *queue, *seen;
};

struct game {
    const struct graph *graph;
    const struct levels *levels;
    struct walker *walker;
    struct explanation *explanation;
    size_t round_capacity;
    struct stance stances[2];
    uint32_t search; /* counts, for `seen` */
};

struct attack {
    enum side attacker;
    struct observation observation;
    size_t answers; /* different ones, in blocks */
};

static int compare_observations(const void *left, const void *right)
{
    const struct observation *one = left, *other = right;
    const uint32_t ones[] = {one->label,    one->before, one->after,
                             one->distance, one->source, one->target};
    const uint32_t others[] = {other->label,    other->before, other->after,
                               other->distance, other->source, other->target};
    for (size_t i = 0; i < sizeof ones / sizeof *ones; i++)
        if (ones[i] != others[i])
            return ones[i] < others[i] ? -1 : 1;
    return (int)one->stays - (int)other->stays;
}

static bool same_observation(const struct observation *one, const struct observation *other)
{
    return one->label == other->label && one->before == other->before && one->after == other->after;
}

static bool add_observation(struct stance *stance, struct observation observation)
{
    if (!memory_reserve(&stance->observations, &stance->capacity, stance->count + 1,
                        sizeof *stance->observations))
        return false;
    stance->observations[stance->count++] = observation;
    return true;
}

static bool observe(struct game *game, struct stance *stance, uint32_t level)
{
    const struct graph *graph = game->graph;
    size_t count = 0, farther = 1;
    uint32_t distance = 0;
    stance->count = 0;
    game->search++;
    stance->queue[count++] = stance->class;
    stance->seen[stance->class] = game->search;
    for (size_t i = 0; i < count; i++) {
        uint32_t class = stance->queue[i];
        if (i == farther) {
            farther = count;
            distance++;
        }
        uint32_t before = levels_block(game->levels, class, level);
        if (!add_observation(stance, (struct observation){LTS_INTERNAL, before, before, distance,
                                                          class, class, true}))
            return false;
        for (uint32_t j = graph->first[class]; j < graph->first[class + 1]; j++) {
            uint32_t label = edge_label(graph->edges[j]), target = edge_target(graph->edges[j]);
            uint32_t after = levels_block(game->levels, target, level);
            if (!add_observation(stance, (struct observation){label, before, after, distance, class,
                                                              target, false}))
                return false;
            if (label == LTS_INTERNAL && stance->seen[target] != game->search) {
                stance->seen[target] = game->search;
                stance->parent[target] = class;
                stance->queue[count++] = target;
            }
        }
    }
    qsort(stance->observations, stance->count, sizeof *stance->observations, compare_observations);
    return true;
}

/* The observations with this label: from *begin up to *end. */
static void find_label(const struct stance *stance, uint32_t label, size_t *begin, size_t *end)
{
    size_t low = 0, high = stance->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (stance->observations[middle].label < label)
            low = middle + 1;
        else
            high = middle;
    }
    *begin = low;
    while (low < stance->count && stance->observations[low].label == label)
        low++;
    *end = low;
}

static size_t count_answers(const struct stance *stance, uint32_t label)
{
    size_t begin, end, count = 0;
    find_label(stance, label, &begin, &end);
    for (size_t i = begin; i < end; i++)
        count +=
            i == begin || !same_observation(&stance->observations[i], &stance->observations[i - 1]);
    return count;
}

/* Fewest answers first, then the fewest internal steps. */
static bool better(const struct attack *attack, const struct attack *best, bool any)
{
    if (!any || attack->answers != best->answers)
        return !any || attack->answers < best->answers;
    return attack->observation.distance < best->observation.distance;
}

/* Looks for the best of what `attacker` can do and the other cannot. */
static void find_attacks(const struct game *game, enum side attacker, struct attack *best,
                         bool *any)
{
    const struct stance *own = &game->stances[attacker];
    const struct stance *other = &game->stances[attacker == LEFT ? RIGHT : LEFT];
    struct attack attack = {.attacker = attacker};
    uint32_t counted = UINT32_MAX;
    for (size_t i = 0, j = 0; i < own->count; i++) {
        attack.observation = own->observations[i];
        if (i > 0 && same_observation(&own->observations[i], &own->observations[i - 1]))
            continue;
        while (j < other->count &&
               !same_observation(&other->observations[j], &attack.observation) &&
               compare_observations(&other->observations[j], &attack.observation) < 0)
            j++;
        if ((j < other->count && same_observation(&other->observations[j], &attack.observation)) ||
            (attack.observation.label == LTS_INTERNAL &&
             attack.observation.before == attack.observation.after))
            continue;
        if (attack.observation.label != counted) {
            counted = attack.observation.label;
            attack.answers = count_answers(other, counted);
        }
        if (better(&attack, best, *any)) {
            *best = attack;
            *any = true;
        }
    }
}

/* How long an answer holds out: the level where the attacker's states, after the step or
 * before it, and the answerer's part; whichever is the sooner. */
static uint32_t hold_out(const struct game *game, const struct observation *attack,
                         const struct observation *answer, bool *before)
{
    uint32_t level = 0;
    *before = false;
    if (answer->after != attack->after)
        level = levels_apart(game->levels, attack->target, answer->target);
    if (answer->before != attack->before) {
        uint32_t other = levels_apart(game->levels, attack->source, answer->source);
        if (!level || other < level) {
            *before = true;
            level = other;
        }
    }
    return level;
}

/* The answer that holds out longest, the shortest of these; *forced tells whether it is
 * the only one there is. */
static const struct observation *find_answer(const struct game *game, const struct attack *attack,
                                             bool *before, bool *forced)
{
    const struct stance *stance = &game->stances[attack->attacker == LEFT ? RIGHT : LEFT];
    const struct observation *best = NULL;
    size_t begin, end;
    uint32_t longest = 0;
    find_label(stance, attack->observation.label, &begin, &end);
    *forced = attack->observation.label != LTS_INTERNAL && end - begin == 1;
    for (size_t i = begin; i < end; i++) {
        const struct observation *answer = &stance->observations[i];
        bool sooner;
        uint32_t level = hold_out(game, &attack->observation, answer, &sooner);
        if (!best || level > longest || (level == longest && answer->distance < best->distance)) {
            best = answer;
            longest = level;
            *before = sooner;
        }
    }
    return best;
}

/* The steps of an observation in the side's own LTS, from where it stands. *before is the
 * state before the last step. */
static int walk(struct game *game, enum side side, const struct observation *observation,
                struct path *path, uint32_t *before, uint32_t *after, spex_error *error)
{
    const struct stance *stance = &game->stances[side];
    struct route route = {0};
    bool good = true;
    for (uint32_t class = observation->source; good && class != stance->class;
         class = stance->parent[class])
        good = route_append(&route, edge_make(LTS_INTERNAL, class));
    route_reverse(&route);
    *after = stance->state;
    int status =
        good ? walker_follow(game->walker, side, &route, after, path, error) : error_memory(error);
    route_release(&route);
    *before = *after;
    if (!status && !observation->stays) {
        status = walker_take(game->walker, side, edge_make(observation->label, observation->target),
                             after, path, error);
        if (!status)
            *before = path->steps[path->count - 1].from;
    }
    return status;
}

/* Where the play is decided: all that the side without an answer can do there. */
static int fill_offered(const struct game *game, enum side side, struct round *round,
                        spex_error *error)
{
    const struct stance *stance = &game->stances[side];
    round->offered = memory_resize(NULL, stance->count, sizeof *round->offered);
    if (!round->offered)
        return error_memory(error);
    for (size_t i = 0; i < stance->count; i++) {
        uint32_t label = stance->observations[i].label;
        if (label != LTS_INTERNAL && (i == 0 || label != stance->observations[i - 1].label))
            round->offered[round->offered_count++] = game->walker->own_labels[side][label];
    }
    return SPEX_OK;
}

/* Moves both sides to where the next round starts. */
static void move_on(struct game *game, const struct round *round, const struct attack *attack,
                    const struct observation *answer, const uint32_t before[2],
                    const uint32_t after[2])
{
    const struct observation moves[2] = {attack->observation, *answer};
    for (int i = 0; i < 2; i++) {
        enum side side = (i == 0) == (attack->attacker == LEFT) ? LEFT : RIGHT;
        struct stance *stance = &game->stances[side];
        stance->class = round->before ? moves[i].source : moves[i].target;
        stance->state = round->before ? before[side] : after[side];
    }
}

/* One round from where both stand. *forced: the answer was the only one. */
static int play_round(struct game *game, bool *decided, bool *forced, spex_error *error)
{
    struct explanation *explanation = game->explanation;
    uint32_t level =
        levels_apart(game->levels, game->stances[LEFT].class, game->stances[RIGHT].class);
    struct attack attack = {0};
    bool any = false;
    if (!memory_reserve(&explanation->rounds, &game->round_capacity, explanation->round_count + 1,
                        sizeof *explanation->rounds))
        return error_memory(error);
    struct round *round = &explanation->rounds[explanation->round_count++];
    memset(round, 0, sizeof *round);
    for (int side = LEFT; level > 0 && side <= RIGHT; side++)
        if (!observe(game, &game->stances[side], level - 1))
            return error_memory(error);
    for (int side = LEFT; level > 0 && side <= RIGHT; side++)
        find_attacks(game, (enum side)side, &attack, &any);
    if (!any)
        return error_set(error, SPEX_ERROR_INTERNAL,
                         "the play stopped before one side was without an answer");
    enum side defender = attack.attacker == LEFT ? RIGHT : LEFT;
    uint32_t before[2], after[2];
    round->attacker = attack.attacker;
    int status = walk(game, attack.attacker, &attack.observation, &round->attack,
                      &before[attack.attacker], &after[attack.attacker], error);
    const struct observation *answer = find_answer(game, &attack, &round->before, forced);
    round->answered = answer != NULL;
    *decided = !answer;
    if (status || !answer)
        return status ? status : fill_offered(game, defender, round, error);
    round->other_answers = attack.answers - 1;
    status =
        walk(game, defender, answer, &round->answer, &before[defender], &after[defender], error);
    round->answer_before = round->answer.count - (answer->stays ? 0 : 1);
    if (!status)
        move_on(game, round, &attack, answer, before, after);
    return status;
}

/* Moves the steps of the first `forced` rounds on one side over to its path. */
static bool move_steps(struct explanation *explanation, enum side side, size_t forced)
{
    struct path *path = &explanation->path[side];
    size_t count = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < forced; i++) {
            struct round *round = &explanation->rounds[i];
            struct path *part = round->attacker == side ? &round->attack : &round->answer;
            if (pass && part->count)
                memcpy(path->steps + path->count, part->steps, part->count * sizeof *part->steps);
            count += pass ? 0 : part->count;
            path->count += pass ? part->count : 0;
        }
        if (!pass && count) {
            path->steps = memory_resize(NULL, count, sizeof *path->steps);
            if (!path->steps)
                return false;
        }
    }
    return true;
}

/* Rounds at the beginning that leave no choice are only the way to where it begins. */
static int shorten(struct explanation *explanation, size_t forced, spex_error *error)
{
    if (!move_steps(explanation, LEFT, forced) || !move_steps(explanation, RIGHT, forced))
        return error_memory(error);
    for (size_t i = 0; i < forced; i++) {
        free(explanation->rounds[i].attack.steps);
        free(explanation->rounds[i].answer.steps);
    }
    explanation->round_count -= forced;
    memmove(explanation->rounds, explanation->rounds + forced,
            explanation->round_count * sizeof *explanation->rounds);
    explanation->side = explanation->rounds[0].attacker;
    return SPEX_OK;
}

static int init_game(struct game *game, const struct quotient *quotient, spex_error *error)
{
    uint32_t classes = quotient->graph.state_count;
    for (int side = LEFT; side <= RIGHT; side++) {
        struct stance *stance = &game->stances[side];
        stance->class = quotient->initial[side];
        stance->state = game->walker->merged->sides[side]->initial;
        stance->parent = memory_resize(NULL, classes, sizeof *stance->parent);
        stance->queue = memory_resize(NULL, classes, sizeof *stance->queue);
        stance->seen = memory_allocate(classes, sizeof *stance->seen);
        if (!stance->parent || !stance->queue || !stance->seen)
            return error_memory(error);
    }
    return SPEX_OK;
}

int play(const struct quotient *quotient, const struct levels *levels, struct walker *walker,
         struct explanation *explanation, spex_error *error)
{
    struct game game = {
        .graph = &quotient->graph, .levels = levels, .walker = walker, .explanation = explanation};
    size_t leading = 0;
    bool decided = false;
    int status = init_game(&game, quotient, error);
    while (!status && !decided) {
        bool forced = false;
        status = play_round(&game, &decided, &forced, error);
        if (!status && !decided && forced && leading + 1 == explanation->round_count &&
            !explanation->rounds[leading].before)
            leading++;
    }
    if (!status)
        status = shorten(explanation, leading, error);
    for (int side = LEFT; side <= RIGHT; side++) {
        free(game.stances[side].observations);
        free(game.stances[side].parent);
        free(game.stances[side].queue);
        free(game.stances[side].seen);
    }
    return status;
}
