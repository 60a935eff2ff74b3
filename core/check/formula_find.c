/*
 * Two classes that part at a level differ by an observation that one has and the other has
 * not. "I can do this, so that then ... from where ..." is true of the first; what is left out
 * are parts that exclude, one by one, all that the other could answer: formulas for classes
 * that part at an earlier level. So no formula is deeper than the level, and the level is
 * the least depth there is.
 */
#include "check/formula_find.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/sequences.h"

enum { MOST_DEPTH = 1000, MOST_TRUTHS = 1 << 26, MOST_WORK = 1 << 26 };

struct finder {
    struct game *game;
    struct formula *formula;
    size_t node_capacity, part_capacity;
    struct sequences pairs;       /* of blocks that parted at one level */
    struct formula_part *answers; /* by pair: what is true of the first and not of the second */
    size_t answer_capacity;
    bool **truths; /* by node: of each class */
    size_t truth_capacity;
    size_t work;
    bool too_large;
};

/* ------------------------------------------------------------- what holds */

static bool part_true(const struct finder *finder, struct formula_part part, uint32_t class)
{
    return finder->truths[part.node][class] != part.negated;
}

static bool all_true(const struct finder *finder, uint32_t first, uint32_t count, uint32_t class)
{
    for (uint32_t i = first; i < first + count; i++)
        if (!part_true(finder, finder->formula->parts[i], class))
            return false;
    return true;
}

/* Whether the class itself can do the node's step. Weak: `silent` are the classes from which
 * internal steps alone lead to where `after` is true. */
static bool does_step(const struct finder *finder, const struct formula_node *node, uint32_t label,
                      uint32_t class, const bool *silent)
{
    const struct graph *graph = &finder->game->quotient.graph;
    if (!all_true(finder, node->before, node->before_count, class))
        return false;
    if (label == LTS_INTERNAL &&
        (silent ? silent[class] : all_true(finder, node->after, node->after_count, class)))
        return true;
    for (uint32_t i = graph->first[class]; i < graph->first[class + 1]; i++) {
        uint32_t target = edge_target(graph->edges[i]);
        if (edge_label(graph->edges[i]) == label &&
            (silent ? silent[target] : all_true(finder, node->after, node->after_count, target)))
            return true;
    }
    return false;
}

/* Goes back over internal edges, which lead to smaller numbers. */
static bool is_reached(const struct finder *finder, const bool *set, uint32_t class)
{
    const struct graph *graph = &finder->game->quotient.graph;
    for (uint32_t i = graph->first[class]; i < graph->first[class + 1]; i++) {
        if (edge_label(graph->edges[i]) != LTS_INTERNAL)
            break;
        if (set[edge_target(graph->edges[i])])
            return true;
    }
    return false;
}

static bool find_truths(struct finder *finder, const struct formula_node *node, uint32_t label)
{
    uint32_t classes = finder->game->quotient.graph.state_count;
    bool *truths = memory_allocate(classes, sizeof *truths), *silent = NULL;
    if (game_weak(finder->game))
        silent = memory_allocate(classes, sizeof *silent);
    if (!truths || (game_weak(finder->game) && !silent) ||
        !memory_reserve(&finder->truths, &finder->truth_capacity, finder->formula->node_count + 1,
                        sizeof *finder->truths)) {
        free(truths);
        free(silent);
        return false;
    }
    for (uint32_t class = 0; silent && class < classes; class ++)
        silent[class] = all_true(finder, node->after, node->after_count, class) ||
                        is_reached(finder, silent, class);
    for (uint32_t class = 0; class < classes; class ++)
        truths[class] =
            does_step(finder, node, label, class, silent) || is_reached(finder, truths, class);
    free(silent);
    finder->truths[finder->formula->node_count] = truths;
    finder->work += finder->game->quotient.graph.first[classes] + classes;
    return true;
}

/* ---------------------------------------------------------------- nodes */

/* What the defender can answer, and the part that excludes it once there is one. */
struct refusal {
    uint32_t source, target;
    uint32_t level;
    bool before;
};

struct draft {
    struct attack attack;
    struct refusal *refusals;
    size_t refusal_count;
    struct formula_part *after, *before;
    uint32_t after_count, before_count;
};

static void draft_release(struct draft *draft)
{
    free(draft->refusals);
    free(draft->after);
    free(draft->before);
}

static int compare_refusals(const void *left, const void *right)
{
    const struct refusal *one = left, *other = right;
    if (one->level != other->level)
        return one->level > other->level ? -1 : 1;
    if (one->target != other->target)
        return one->target < other->target ? -1 : 1;
    return one->source < other->source ? -1 : one->source > other->source;
}

/* The attack and all that can be answered, deepest first. */
static int begin_draft(struct finder *finder, uint32_t one, uint32_t other, uint32_t level,
                       struct draft *draft, spex_error *error)
{
    struct game *game = finder->game;
    struct observer *observer = &game->observer;
    if (!observe(observer, one, level - 1, false, &game->views[LEFT]) ||
        !observe(observer, other, level - 1, false, &game->views[RIGHT]))
        return error_memory(error);
    if (!find_attack(game->views, &draft->attack))
        return error_set(error, SPEX_ERROR_INTERNAL,
                         "two classes differ and yet no formula tells them apart");
    const struct view *view = &game->views[draft->attack.attacker == LEFT ? RIGHT : LEFT];
    size_t begin, end;
    view_find(view, draft->attack.observation.label, &begin, &end);
    draft->refusals = memory_allocate(end - begin, sizeof *draft->refusals);
    draft->after = memory_allocate(end - begin, sizeof *draft->after);
    draft->before = memory_allocate(end - begin, sizeof *draft->before);
    if (!draft->refusals || !draft->after || !draft->before)
        return error_memory(error);
    for (size_t i = begin; i < end; i++) {
        const struct observation *answer = &view->observations[i];
        if (i > begin && same_outcome(answer, answer - 1))
            continue;
        struct refusal *refusal = &draft->refusals[draft->refusal_count++];
        refusal->source = answer->source;
        refusal->target = answer->target;
        refusal->level = outcome_of(observer, &draft->attack.observation, answer, &refusal->before);
        refusal->before |= draft->attack.observation.label == game_divergence(game);
    }
    qsort(draft->refusals, draft->refusal_count, sizeof *draft->refusals, compare_refusals);
    finder->work += game->views[LEFT].count + game->views[RIGHT].count;
    return SPEX_OK;
}

static bool is_excluded(const struct finder *finder, const struct draft *draft,
                        const struct refusal *refusal)
{
    for (uint32_t i = 0; i < draft->after_count; i++)
        if (!part_true(finder, draft->after[i], refusal->target))
            return true;
    for (uint32_t i = 0; i < draft->before_count; i++)
        if (!part_true(finder, draft->before[i], refusal->source))
            return true;
    return false;
}

/* Leaves out what the other parts make needless. */
static void shrink(const struct finder *finder, struct draft *draft, struct formula_part *parts,
                   uint32_t *count)
{
    for (uint32_t i = *count; i-- > 0;) {
        struct formula_part part = parts[i];
        memmove(parts + i, parts + i + 1, (*count - i - 1) * sizeof *parts);
        --*count;
        bool needed = false;
        for (size_t k = 0; !needed && k < draft->refusal_count; k++)
            needed = !is_excluded(finder, draft, &draft->refusals[k]);
        if (!needed)
            continue;
        memmove(parts + i + 1, parts + i, (*count - i) * sizeof *parts);
        parts[i] = part;
        ++*count;
    }
}

static bool append_parts(struct finder *finder, const struct formula_part *parts, uint32_t count,
                         uint32_t *first, uint32_t *depth)
{
    struct formula *formula = finder->formula;
    if (!memory_reserve(&formula->parts, &finder->part_capacity, formula->part_count + count,
                        sizeof *formula->parts))
        return false;
    *first = formula->part_count;
    for (uint32_t i = 0; i < count; i++) {
        formula->parts[formula->part_count++] = parts[i];
        if (formula->nodes[parts[i].node].depth >= *depth)
            *depth = formula->nodes[parts[i].node].depth + 1;
    }
    return true;
}

static void name_step(const struct finder *finder, uint32_t label, struct formula_node *node)
{
    const struct game *game = finder->game;
    if (label == game_divergence(game)) {
        node->step = FORMULA_FOREVER;
        return;
    }
    for (int side = LEFT; side <= RIGHT; side++) {
        uint32_t own = game->walker.own_labels[side][label];
        if (own == SYMBOL_NONE)
            continue;
        node->step = own == LTS_INTERNAL ? FORMULA_INTERNAL : FORMULA_ACTION;
        if (own != LTS_INTERNAL)
            node->action = symbols_name(&game->merged.sides[side]->labels, own);
    }
}

static bool add_node(struct finder *finder, const struct draft *draft)
{
    struct formula *formula = finder->formula;
    struct formula_node node = {
        .after_count = draft->after_count, .before_count = draft->before_count, .depth = 1};
    uint32_t label = draft->attack.observation.label;
    name_step(finder, label, &node);
    if (!append_parts(finder, draft->after, draft->after_count, &node.after, &node.depth) ||
        !append_parts(finder, draft->before, draft->before_count, &node.before, &node.depth) ||
        !memory_reserve(&formula->nodes, &finder->node_capacity, formula->node_count + 1,
                        sizeof *formula->nodes) ||
        !find_truths(finder, &node, label))
        return false;
    formula->nodes[formula->node_count++] = node;
    return true;
}

static int find(struct finder *finder, uint32_t one, uint32_t other, struct formula_part *part,
                spex_error *error);

static int fill_draft(struct finder *finder, struct draft *draft, spex_error *error)
{
    const struct observation *attack = &draft->attack.observation;
    int status = SPEX_OK;
    for (size_t i = 0; !status && !finder->too_large && i < draft->refusal_count; i++) {
        const struct refusal *refusal = &draft->refusals[i];
        if (is_excluded(finder, draft, refusal))
            continue;
        if (refusal->before)
            status = find(finder, attack->source, refusal->source,
                          &draft->before[draft->before_count++], error);
        else
            status = find(finder, attack->target, refusal->target,
                          &draft->after[draft->after_count++], error);
    }
    if (!status && !finder->too_large) {
        shrink(finder, draft, draft->before, &draft->before_count);
        shrink(finder, draft, draft->after, &draft->after_count);
    }
    return status;
}

/* What is true of `one` and not of `other`. */
static int find(struct finder *finder, uint32_t one, uint32_t other, struct formula_part *part,
                spex_error *error)
{
    const struct levels *levels = &finder->game->levels;
    uint32_t classes = finder->game->quotient.graph.state_count, number;
    uint32_t known = finder->pairs.count, level = levels_apart(levels, one, other);
    uint32_t pair[2] = {levels_block(levels, one, level), levels_block(levels, other, level)};
    bool swapped = pair[0] > pair[1];
    if (swapped) {
        uint32_t first = pair[0];
        pair[0] = pair[1];
        pair[1] = first;
    }
    *part = (struct formula_part){0};
    if (!sequences_intern(&finder->pairs, pair, sizeof pair, &number) ||
        !memory_reserve(&finder->answers, &finder->answer_capacity, finder->pairs.count,
                        sizeof *finder->answers))
        return error_memory(error);
    if (number == known) {
        struct draft draft = {0};
        int status = begin_draft(finder, one, other, level, &draft, error);
        if (!status)
            status = fill_draft(finder, &draft, error);
        finder->too_large |=
            finder->work > MOST_WORK || (size_t)finder->formula->node_count * classes > MOST_TRUTHS;
        if (!status && !finder->too_large && !add_node(finder, &draft))
            status = error_memory(error);
        bool negated = (draft.attack.attacker == RIGHT) != swapped;
        draft_release(&draft);
        if (status || finder->too_large)
            return status;
        finder->answers[number] = (struct formula_part){finder->formula->node_count - 1, negated};
    }
    *part = finder->answers[number];
    part->negated ^= swapped;
    return SPEX_OK;
}

int formula_find(struct game *game, struct formula **result, spex_error *error)
{
    struct finder finder = {.game = game};
    const uint32_t *initial = game->quotient.initial;
    struct formula_part part;
    *result = NULL;
    if (levels_apart(&game->levels, initial[LEFT], initial[RIGHT]) > MOST_DEPTH)
        return SPEX_OK;
    struct formula *formula = finder.formula = memory_allocate(1, sizeof *formula);
    if (!formula)
        return error_memory(error);
    formula->equivalence = game->equivalence;
    int status = find(&finder, initial[LEFT], initial[RIGHT], &part, error);
    for (uint32_t i = 0; i < formula->node_count; i++)
        free(finder.truths[i]);
    free(finder.truths);
    free(finder.answers);
    sequences_release(&finder.pairs);
    if (status || finder.too_large) {
        formula_free(formula);
        return status;
    }
    for (uint32_t i = 0; i < formula->part_count; i++)
        formula->nodes[formula->parts[i].node].uses++;
    formula->side = part.negated ? RIGHT : LEFT;
    *result = formula;
    return SPEX_OK;
}
