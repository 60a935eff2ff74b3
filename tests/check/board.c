#include "tests/check/board.h"

#include <stdlib.h>
#include <string.h>

/* Internal steps to `source`, a step to `middle` (label NULL: internal), and for weak
 * bisimilarity internal steps to `target`. Endless: round a cycle through the source. */
struct deed {
    const char *label;
    uint32_t source, target;
    bool endless;
};

struct deeds {
    struct deed *items;
    size_t count;
};

static const char *name_of(const struct lts *lts, uint32_t label)
{
    return label == LTS_INTERNAL ? NULL : lts->labels.names[label];
}

static bool same_name(const char *one, const char *other)
{
    return one && other ? strcmp(one, other) == 0 : one == other;
}

static void add(struct deeds *deeds, struct deed deed)
{
    deeds->items = realloc(deeds->items, (deeds->count + 1) * sizeof *deeds->items);
    deeds->items[deeds->count++] = deed;
}

/* All that can be done from the state. Where one may answer an internal step by staying,
 * that is a deed as well: an attacker gains nothing by it. */
static struct deeds list_deeds(const struct board *board, enum side side, uint32_t state)
{
    const struct lts *lts = board->sides[side];
    struct deeds deeds = {0};
    bool strong = board->equivalence == EQUIVALENCE_STRONG;
    bool weak = board->equivalence == EQUIVALENCE_WEAK;
    for (uint32_t at = 0; at < lts->state_count && !strong; at++) {
        if (!board->silently[side][state][at])
            continue;
        add(&deeds, (struct deed){NULL, weak ? state : at, at, false});
        if (board->equivalence == EQUIVALENCE_DIVERGENCE && board->circles[side][at])
            add(&deeds, (struct deed){NULL, at, at, true});
    }
    for (size_t i = 0; i < lts->transition_count; i++) {
        const struct lts_transition *step = &lts->transitions[i];
        if (strong ? step->from != state : !board->silently[side][state][step->from])
            continue;
        for (uint32_t to = 0; to < lts->state_count; to++)
            if (weak ? board->silently[side][step->to][to] : to == step->to)
                add(&deeds, (struct deed){name_of(lts, step->label), step->from, to, false});
    }
    return deeds;
}

static unsigned wins_at(const struct board *board, enum side side, uint32_t own, uint32_t other)
{
    return side == LEFT ? board->wins[own][other] : board->wins[other][own];
}

/* How soon the attacker wins after this answer; 0: not, as far as is known. */
static unsigned wins_after(const struct board *board, enum side side, const struct deed *attack,
                           const struct deed *answer)
{
    unsigned before = 0, after = wins_at(board, side, attack->target, answer->target);
    if (board->equivalence != EQUIVALENCE_WEAK && board->equivalence != EQUIVALENCE_STRONG)
        before = wins_at(board, side, attack->source, answer->source);
    return before && (!after || before < after) ? before : after;
}

static bool answers(const struct deed *attack, const struct deed *answer)
{
    return attack->endless == answer->endless && same_name(attack->label, answer->label);
}

/* Rounds needed with this attack, against answers known to lose within less than `rounds`. */
static bool wins_with(const struct board *board, enum side side, const struct deed *attack,
                      const struct deeds *all, unsigned rounds)
{
    for (size_t i = 0; i < all->count; i++) {
        if (!answers(attack, &all->items[i]))
            continue;
        unsigned after = wins_after(board, side, attack, &all->items[i]);
        if (!after || after >= rounds)
            return false;
    }
    return true;
}

static bool wins_within(const struct board *board, const struct deeds *deeds[2], unsigned rounds)
{
    for (int side = LEFT; side <= RIGHT; side++)
        for (size_t i = 0; i < deeds[side]->count; i++)
            if (wins_with(board, (enum side)side, &deeds[side]->items[i], deeds[1 - side], rounds))
                return true;
    return false;
}

static void close_silently(struct board *board, int side)
{
    const struct lts *lts = board->sides[side];
    bool(*silently)[BOARD_STATES] = board->silently[side];
    bool direct[BOARD_STATES][BOARD_STATES] = {0};
    for (size_t i = 0; i < lts->transition_count; i++)
        if (lts->transitions[i].label == LTS_INTERNAL)
            direct[lts->transitions[i].from][lts->transitions[i].to] = true;
    memcpy(silently, direct, sizeof direct);
    for (uint32_t k = 0; k < lts->state_count; k++)
        for (uint32_t i = 0; i < lts->state_count; i++)
            for (uint32_t j = 0; silently[i][k] && j < lts->state_count; j++)
                silently[i][j] |= silently[k][j];
    for (uint32_t i = 0; i < lts->state_count; i++) {
        board->circles[side][i] = silently[i][i];
        silently[i][i] = true;
    }
}

struct board *board_create(const struct lts *left, const struct lts *right,
                           enum equivalence equivalence)
{
    struct board *board = calloc(1, sizeof *board);
    struct deeds deeds[2][BOARD_STATES];
    board->sides[LEFT] = left;
    board->sides[RIGHT] = right;
    board->equivalence = equivalence;
    for (int side = LEFT; side <= RIGHT; side++) {
        if (board->sides[side]->state_count > BOARD_STATES)
            abort();
        close_silently(board, side);
        for (uint32_t state = 0; state < board->sides[side]->state_count; state++)
            deeds[side][state] = list_deeds(board, (enum side)side, state);
    }
    bool changed = true;
    for (unsigned rounds = 1; changed; rounds++) {
        changed = false;
        for (uint32_t i = 0; i < left->state_count; i++)
            for (uint32_t j = 0; j < right->state_count; j++) {
                const struct deeds *both[2] = {&deeds[LEFT][i], &deeds[RIGHT][j]};
                if (board->wins[i][j] || !wins_within(board, both, rounds))
                    continue;
                board->wins[i][j] = rounds;
                changed = true;
            }
    }
    for (int side = LEFT; side <= RIGHT; side++)
        for (uint32_t state = 0; state < board->sides[side]->state_count; state++)
            free(deeds[side][state].items);
    return board;
}

unsigned board_rounds(const struct board *board)
{
    return board->wins[board->sides[LEFT]->initial][board->sides[RIGHT]->initial];
}

unsigned board_best_answer(const struct board *board, const struct round *round)
{
    enum side side = round->attacker, other = side == LEFT ? RIGHT : LEFT;
    const struct path *path = &round->attack;
    uint32_t start = round->position.states[side];
    struct deed attack = {.endless = round->cycle.count > 0};
    attack.source = attack.target = path->count ? path->steps[path->count - 1].to : start;
    if (round->attack_before < path->count) {
        attack.label = name_of(board->sides[side], path->steps[round->attack_before].label);
        attack.source = path->steps[round->attack_before].from;
    }
    struct deeds all = list_deeds(board, other, round->position.states[other]);
    unsigned longest = 0;
    for (size_t i = 0; i < all.count; i++)
        if (answers(&attack, &all.items[i])) {
            unsigned lasts = wins_after(board, side, &attack, &all.items[i]);
            longest = lasts > longest ? lasts : longest;
        }
    free(all.items);
    return longest;
}
