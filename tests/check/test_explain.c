#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "check/explain.h"
#include "check/formula.h"
#include "tests/check/board.h"
#include "tests/check/replay.h"
#include "tests/check/systems.h"
#include "tests/suite.h"

static const enum equivalence equivalences[EQUIVALENCES] = {
    EQUIVALENCE_BRANCHING, EQUIVALENCE_DIVERGENCE, EQUIVALENCE_STRONG,
    EQUIVALENCE_WEAK,      EQUIVALENCE_TRACE,      EQUIVALENCE_WEAK_TRACE};

/* NULL with a verdict of "yes". */
static struct explanation *explain_as(const struct lts *left, const struct lts *right,
                                      enum equivalence equivalence)
{
    bool verdict = true;
    struct explanation *explanation = NULL;
    spex_error error;
    ASSERT_OK(check_equivalence(left, right, equivalence, NULL, &verdict, &explanation, &error),
              error);
    CU_ASSERT_EQUAL(verdict, explanation == NULL);
    return explanation;
}

static struct explanation *explain(const struct lts *left, const struct lts *right)
{
    return explain_as(left, right, EQUIVALENCE_BRANCHING);
}

static void assert_replays(const struct explanation *explanation, const struct lts *left,
                           const struct lts *right)
{
    const char *fault = explanation ? replay_fault(explanation, left, right) : "there is none";
    if (fault)
        printf("%s\n", fault);
    CU_ASSERT_PTR_NULL(fault);
}

/* -------------------------------------------------------- explanations */

static bool is_of_traces(enum equivalence equivalence)
{
    return equivalence == EQUIVALENCE_TRACE || equivalence == EQUIVALENCE_WEAK_TRACE;
}

static size_t count_steps(const struct path *path, enum equivalence equivalence)
{
    size_t count = 0;
    for (size_t i = 0; i < path->count; i++)
        count += path->steps[i].label != LTS_INTERNAL || equivalence == EQUIVALENCE_STRONG ||
                 equivalence == EQUIVALENCE_TRACE;
    return count;
}

static size_t count_visible(const struct path *path)
{
    return count_steps(path, EQUIVALENCE_BRANCHING);
}

/* A trace if there is one, as short as can be, and the other side's where it has one too; else
 * as few rounds as can be, those that were forced and became part of the path included.
 * The formula is as deep as the rounds are many. */
static void assert_best(const struct explanation *explanation, const struct lts *left,
                        const struct lts *right, const struct board *board)
{
    enum equivalence equivalence = explanation->equivalence;
    enum side side = explanation->side;
    unsigned shortest[2];
    for (int each = LEFT; each <= RIGHT; each++)
        shortest[each] = replay_shortest(left, right, equivalence, (enum side)each);
    CU_ASSERT_EQUAL(explanation->kind == EXPLANATION_TRACE, shortest[LEFT] + shortest[RIGHT] > 0);
    if (explanation->kind == EXPLANATION_TRACE) {
        const struct explanation *also = explanation->also;
        unsigned other = shortest[side == LEFT ? RIGHT : LEFT];
        CU_ASSERT_EQUAL(count_steps(&explanation->path[side], equivalence), shortest[side]);
        CU_ASSERT_TRUE(other == 0 || other >= shortest[side]);
        CU_ASSERT_EQUAL(also == NULL, other == 0);
        CU_ASSERT_TRUE(!also || count_steps(&also->path[also->side], equivalence) == other);
    } else {
        CU_ASSERT_TRUE(explanation->same_traces);
    }
    if (!board)
        return;
    if (explanation->kind == EXPLANATION_CHOICE)
        CU_ASSERT_EQUAL(explanation->round_count +
                            count_steps(&explanation->path[LEFT], equivalence),
                        board_rounds(board));
    const struct formula *formula = explanation->formula;
    CU_ASSERT_PTR_NOT_NULL(formula);
    if (formula)
        CU_ASSERT_EQUAL(formula->nodes[formula->node_count - 1].depth, board_rounds(board));
}

/* The whole tree: whatever is answered, the attacker goes on to win in time, and no answer is
 * left out that would hold out longer. */
static void assert_wins(struct game *game, struct position position, const struct board *board,
                        unsigned *rounds)
{
    struct round round;
    spex_error error;
    const struct lts *const *sides = board->sides;
    CU_ASSERT_EQUAL(position.rounds, board->wins[position.states[LEFT]][position.states[RIGHT]]);
    if (++*rounds > 200 || !ASSERT_OK(game_round(game, position, &round, &error), error))
        return;
    CU_ASSERT_PTR_NULL(replay_round(&round, board->equivalence, sides[LEFT], sides[RIGHT]));
    CU_ASSERT_EQUAL(round.answer_count ? round.answers->next.rounds : 0,
                    board_best_answer(board, &round));
    CU_ASSERT_EQUAL(round.answer_count == 0, position.rounds == 1);
    for (size_t i = 0; i < round.answer_count; i++)
        assert_wins(game, round.answers[i].next, board, rounds);
    round_release(&round);
}

static void assert_game(const struct lts *left, const struct lts *right, const struct board *board)
{
    struct game *game;
    spex_error error;
    unsigned rounds = 0;
    ASSERT_OK(game_open(&game, left, right, board->equivalence, NULL, &error), error);
    CU_ASSERT_EQUAL(game == NULL, board_rounds(board) == 0);
    if (game)
        assert_wins(game, game_start(game), board, &rounds);
    game_close(game);
}

static unsigned cut_short;

/* The first rounds of the play where that is too much to look at. */
static void assert_cut_short(struct game *game, const struct lts *left, const struct lts *right,
                             const struct explanation *whole)
{
    struct explanation *explanation = NULL;
    spex_error error;
    game->most_observed = game->observed + cut_short % 64;
    ASSERT_OK(game_explain(game, NULL, &explanation, &error), error);
    assert_replays(explanation, left, right);
    if (explanation && explanation->rounds_left) {
        cut_short++;
        CU_ASSERT_TRUE(whole && !whole->rounds_left);
        CU_ASSERT_TRUE(explanation->rounds_left < explanation->rounds->position.rounds);
    }
    explanation_free(explanation);
}

/* Rounds of plays: the shortest ones, and those told in order. */
static size_t counts[2];

/* As for what is too large to find the fewest rounds. */
static void assert_explained_in_order(const struct lts *left, const struct lts *right,
                                      const struct explanation *shortest)
{
    enum equivalence equivalence = shortest->equivalence;
    struct comparison comparison = {.arena = arena_make(NULL, 0)};
    struct game *game = NULL;
    struct explanation *explanation = NULL;
    spex_error error;
    ASSERT_OK(compare(&comparison, left, right, equivalence_base(equivalence), NULL, &error),
              error);
    ASSERT_OK(game_build(&game, equivalence, &comparison, &error), error);
    ASSERT_OK(game_order(game, NULL, &error), error);
    ASSERT_OK(game_explain(game, NULL, &explanation, &error), error);
    assert_replays(explanation, left, right);
    assert_cut_short(game, left, right, explanation);
    if (explanation) {
        CU_ASSERT_EQUAL(explanation->kind, EXPLANATION_CHOICE);
        CU_ASSERT_TRUE(!explanation->shortest && shortest->shortest);
        counts[0] += shortest->round_count;
        counts[1] += explanation->round_count;
        CU_ASSERT_PTR_NULL(explanation->formula);
    }
    explanation_free(explanation);
    game_close(game);
    comparison_release(&comparison);
}

struct tally {
    unsigned kinds[3], longest, before, stays, prefixed, also, shared;
};

static void count(struct tally *tally, const struct explanation *explanation)
{
    tally->kinds[explanation->kind]++;
    tally->also += explanation->also != NULL;
    tally->prefixed += explanation->round_count && explanation->path[LEFT].count;
    if (explanation->round_count > tally->longest)
        tally->longest = (unsigned)explanation->round_count;
    for (size_t i = 0; i < explanation->round_count; i++) {
        const struct round *round = &explanation->rounds[i];
        tally->before += round->answer_count && round->answers->before;
        tally->stays += round->answer_count && !round->answers->path.count;
    }
    const struct formula *formula = explanation->formula;
    for (uint32_t i = 0; formula && i < formula->node_count; i++)
        tally->shared += formula->nodes[i].uses > 1;
}

static void try_pair(const struct lts *left, const struct lts *right, enum equivalence equivalence,
                     const bool verdicts[EQUIVALENCES], struct tally *tally)
{
    struct board *board = NULL;
    struct explanation *explanation = explain_as(left, right, equivalence);
    CU_ASSERT_EQUAL(explanation == NULL, verdicts[equivalence]);
    if (!is_of_traces(equivalence)) {
        board = board_create(left, right, equivalence);
        CU_ASSERT_EQUAL(board_rounds(board) == 0, verdicts[equivalence]);
        assert_game(left, right, board);
    }
    if (explanation) {
        CU_ASSERT_EQUAL(explanation->equivalence, equivalence);
        assert_replays(explanation, left, right);
        assert_best(explanation, left, right, board);
        CU_ASSERT_EQUAL(memcmp(explanation->holds, verdicts, sizeof explanation->holds), 0);
        count(tally, explanation);
        if (explanation->kind == EXPLANATION_CHOICE)
            assert_explained_in_order(left, right, explanation);
    }
    explanation_free(explanation);
    free(board);
}

static void random_explanations_replay(void)
{
    struct random random = {4};
    struct tally tallies[EQUIVALENCES] = {0};
    unsigned rounds = suite_count(5000, 100000);
    for (uint32_t round = 0; round < rounds; round++) {
        struct lts left, right;
        bool verdicts[EQUIVALENCES];
        spex_error error;
        system_random_pair(&random, round % SYSTEM_KINDS, &left, &right);
        for (int i = 0; i < EQUIVALENCES; i++)
            ASSERT_OK(check_equivalence(&left, &right, equivalences[i], NULL,
                                        &verdicts[equivalences[i]], NULL, &error),
                      error);
        for (int i = 0; i < EQUIVALENCES; i++)
            try_pair(&left, &right, equivalences[i], verdicts, &tallies[i]);
        lts_release(&left);
        lts_release(&right);
    }
    for (int i = 0; i < EQUIVALENCES; i++) {
        const struct tally *tally = &tallies[i];
        printf("     %s: %u traces (%u of both), %u divergences, %u plays, longest %u\n",
               equivalence_name(equivalences[i]), tally->kinds[EXPLANATION_TRACE], tally->also,
               tally->kinds[EXPLANATION_DIVERGENCE], tally->kinds[EXPLANATION_CHOICE],
               tally->longest);
        /* Every shape of explanation was among them. */
        CU_ASSERT_TRUE(tally->kinds[EXPLANATION_TRACE] > 500 && tally->also > 100);
        if (!is_of_traces(equivalences[i]))
            CU_ASSERT_TRUE(tally->kinds[EXPLANATION_CHOICE] > 30 && tally->longest > 2 &&
                           tally->shared > 0);
    }
    CU_ASSERT_TRUE(tallies[EQUIVALENCE_DIVERGENCE].kinds[EXPLANATION_DIVERGENCE] > 50);
    CU_ASSERT_TRUE(tallies[EQUIVALENCE_BRANCHING].before > 5 &&
                   tallies[EQUIVALENCE_BRANCHING].stays > 5 &&
                   tallies[EQUIVALENCE_BRANCHING].prefixed > 5);
}

/* So many times `a`, then the choice of b and c, or the choice made with the
 * last a. With `detour` every step may also lead aside, so that no answer is forced. */
static void deep_choice(struct lts *lts, uint32_t length, bool early, bool detour)
{
    system_read_row(lts, "0;1;");
    uint32_t a = symbols_intern(&lts->labels, "a"), b = symbols_intern(&lts->labels, "b");
    uint32_t c = symbols_intern(&lts->labels, "c"), aside = length + 10;
    for (uint32_t i = 0; i < length; i++) {
        system_add(lts, i, a, i + 1);
        if (!detour)
            continue;
        system_add(lts, i, a, aside + i);
        system_add(lts, aside + i, c, i);
    }
    system_add(lts, length, a, length + 1);
    system_add(lts, length + 1, b, length + 3);
    if (early)
        system_add(lts, length, a, length + 2);
    system_add(lts, early ? length + 2 : length + 1, c, length + 4);
}

static void explain_deep(bool detour, enum equivalence equivalence)
{
    enum { LENGTH = 100000 };
    struct lts left, right;
    deep_choice(&left, LENGTH, false, detour);
    deep_choice(&right, LENGTH, true, detour);
    struct explanation *explanation = explain_as(&left, &right, equivalence);
    CU_ASSERT_PTR_NOT_NULL_FATAL(explanation);
    CU_ASSERT_EQUAL(explanation->kind, EXPLANATION_CHOICE);
    CU_ASSERT_TRUE(explanation->same_traces);
    CU_ASSERT_PTR_NULL(explanation->formula); /* nobody reads one that deep */
    CU_ASSERT_EQUAL(count_visible(&explanation->path[LEFT]), detour ? 0 : LENGTH + 1);
    CU_ASSERT_EQUAL(explanation->round_count, detour ? LENGTH + 2 : 1);
    struct text text = {0};
    explanation_print(explanation, &left, &right, "specification", "implementation", &text);
    CU_ASSERT_TRUE(text.length > 100 && text.length < 5000);
    text_release(&text);
    explanation_free(explanation);
    lts_release(&left);
    lts_release(&right);
}

static void deep_differences_are_explained(void)
{
    explain_deep(false, EQUIVALENCE_BRANCHING);
    explain_deep(true, EQUIVALENCE_BRANCHING);
    explain_deep(true, EQUIVALENCE_WEAK);
}

/* A random system from whose last state the choice of deep_choice() is made. */
static void random_choice(struct lts *lts, uint64_t seed, uint32_t states, bool early)
{
    struct random random = {seed};
    system_random(&random, lts, states, states * 2, 3, 40);
    uint32_t a = symbols_intern(&lts->labels, "a"), b = symbols_intern(&lts->labels, "b");
    uint32_t c = symbols_intern(&lts->labels, "c"), d = symbols_intern(&lts->labels, "d");
    for (uint32_t state = 0; state < states; state++) /* all of it is reached */
        system_add(lts, state, state % 3 ? LTS_INTERNAL : c, (state * 2 + 1) % states);
    for (uint32_t state = 0; state < states; state++)
        system_add(lts, state, a, (state * 2 + 2) % states);
    system_add(lts, states - 1, d, states);
    system_add(lts, states, b, states + 1);
    system_add(lts, states, c, states + 1);
    if (!early)
        return;
    system_add(lts, states - 1, d, states + 2);
    system_add(lts, states + 2, b, states + 1);
}

/* Larger than the random ones above, and so with more to tell. */
static void large_systems_are_explained_in_order(void)
{
    static const enum equivalence games[] = {EQUIVALENCE_BRANCHING, EQUIVALENCE_DIVERGENCE,
                                             EQUIVALENCE_STRONG, EQUIVALENCE_WEAK};
    unsigned rounds = suite_count(3, 8), plays = 0;
    for (unsigned round = 0; round < rounds; round++) {
        struct lts left, right;
        random_choice(&left, round, 60 + 10 * round, false);
        random_choice(&right, round, 60 + 10 * round, true);
        for (size_t i = 0; i < sizeof games / sizeof *games; i++) {
            struct explanation *explanation = explain_as(&left, &right, games[i]);
            assert_replays(explanation, &left, &right);
            if (explanation && explanation->kind == EXPLANATION_CHOICE && explanation->shortest) {
                assert_explained_in_order(&left, &right, explanation);
                plays++;
            }
            explanation_free(explanation);
        }
        lts_release(&left);
        lts_release(&right);
    }
    CU_ASSERT_TRUE(plays > rounds && cut_short > rounds);
    CU_ASSERT_TRUE(counts[1] < 2 * counts[0]);
    printf("     %u plays; in all %zu rounds, %zu as the shortest\n", plays, counts[1], counts[0]);
}

/* From `first` on for LENGTH steps whatever they are, then `last` to the `end`. */
enum { LENGTH = 24 };
static void add_delay(struct lts *lts, uint32_t first, const char *last, uint32_t end)
{
    for (uint32_t state = first; state + 1 < first + LENGTH; state++) {
        system_add(lts, state, symbols_intern(&lts->labels, "a"), state + 1);
        system_add(lts, state, symbols_intern(&lts->labels, "b"), state + 1);
    }
    system_add(lts, first + LENGTH - 1, symbols_intern(&lts->labels, last), end);
}

/* c or d can be done LENGTH steps after an a or after a b, whatever came between: there are 2^24
 * sets of states and more. The play tells them apart, where the traces are too many. */
static void many_traces(bool both, bool known)
{
    struct lts sides[2];
    for (int side = LEFT; side <= RIGHT; side++) {
        struct lts *lts = &sides[side];
        system_read_row(lts, "0;1;0:a:0 0:b:0 0:a:2");
        add_delay(lts, 2, "c", 1);
        if (both) {
            system_add(lts, 0, symbols_intern(&lts->labels, "b"), 2 + LENGTH);
            add_delay(lts, 2 + LENGTH, "d", 1);
        }
        if (side == RIGHT)
            system_add(lts, 1 + LENGTH, LTS_INTERNAL, 2 + 2 * LENGTH);
    }
    struct explanation *explanation = explain(&sides[LEFT], &sides[RIGHT]);
    assert_replays(explanation, &sides[LEFT], &sides[RIGHT]);
    CU_ASSERT_TRUE(explanation && explanation->kind == EXPLANATION_CHOICE &&
                   explanation->same_traces == known);
    explanation_free(explanation);
    lts_release(&sides[LEFT]);
    lts_release(&sides[RIGHT]);
}

static void many_traces_are_compared(void)
{
    many_traces(false, true);
}

static void many_more_traces_are_given_up(void)
{
    many_traces(true, false);
}

/* -------------------------------------------------------------- failures */

static bool count_down(void *context, const char *what, double part)
{
    CU_ASSERT_TRUE(what && part >= 0 && part <= 1);
    return --*(unsigned *)context > 0;
}

static void explanations_can_be_cancelled(void)
{
    struct lts left, right;
    unsigned cancelled = 0;
    deep_choice(&left, 20000, false, true);
    deep_choice(&right, 20000, true, true);
    for (unsigned last = 1; last < 40; last++) {
        unsigned calls = last;
        struct progress progress = {count_down, &calls};
        struct explanation *explanation = NULL;
        bool verdict;
        spex_error error;
        int status = check_equivalence(&left, &right, EQUIVALENCE_BRANCHING, &progress, &verdict,
                                       &explanation, &error);
        CU_ASSERT_EQUAL(status == SPEX_OK, explanation != NULL);
        if (status)
            CU_ASSERT_EQUAL(status, SPEX_ERROR_CANCELLED);
        cancelled += status != SPEX_OK;
        explanation_free(explanation);
        if (!status)
            break;
    }
    CU_ASSERT_TRUE(cancelled > 3);
    lts_release(&left);
    lts_release(&right);
}

/* ------------------------------------------------------- what is not shown */

static int verify(const struct explanation *explanation, const struct lts sides[2],
                  spex_error *error)
{
    struct graph steps[2];
    for (int side = LEFT; side <= RIGHT; side++)
        ASSERT_OK(graph_of_lts(&steps[side], &sides[side], error), *error);
    int status = explanation_verify(explanation, &sides[LEFT], &sides[RIGHT], steps, error);
    graph_release(&steps[LEFT]);
    graph_release(&steps[RIGHT]);
    return status;
}

/* One mistake; false where there is nothing to mistake. */
static bool make_mistake(struct explanation *explanation, int number)
{
    struct round *round = explanation->rounds;
    struct path *path = &explanation->path[explanation->side];
    struct formula *formula = explanation->formula;
    struct formula_node *node = formula ? &formula->nodes[formula->node_count - 1] : NULL;
    switch (number) {
    case 0:
        return path->count && (path->steps[path->count - 1].to ^= 1, true);
    case 1:
        return path->count && (path->steps[0].label ^= 1, true);
    case 2:
        return explanation->offered_count && (explanation->offered_count--, true);
    case 3:
        return explanation->cycle.count && (explanation->cycle.steps[0].to ^= 1, true);
    case 4:
        return explanation->also && (explanation->also->side ^= 1, true);
    case 5:
        return formula && (formula->side ^= 1, true);
    case 6:
        return formula && node->after_count + node->before_count &&
               (formula->parts[formula->part_count - 1].negated ^= true, true);
    case 7:
        return round && round->attack.count && (round->attack.steps[0].to ^= 1, true);
    case 8:
        return round && round->answer_count && (round->answers->next.states[LEFT] ^= 1, true);
    case 9:
        return round && round->answer_count &&
               (round->answers->next.rounds ^= round->position.rounds, true);
    case 10:
        round = round ? &explanation->rounds[explanation->round_count - 1] : NULL;
        return round && round->offered_count && (round->offered[0] ^= 1, true);
    case 11:
        return explanation->round_count > 1 &&
               (explanation->rounds[1].position.states[LEFT] ^= 1, true);
    case 12:
        return explanation->round_count && (explanation->rounds_left++, true);
    default:
        return false;
    }
}

static void a_wrong_explanation_is_never_shown(void)
{
    static const char *const pairs[][2] = {
        {"0;4;0:a:1 1:b:2 1:d:3", "0;4;0:a:1 1:c:2 1:d:3"},
        {"0;4;0:a:1 0:b:2 0:tau:3 3:a:1", "0;4;0:b:2 0:tau:3 3:a:1"},
        {"0;3;0:tau:1 1:a:2 0:b:2", "0;2;0:a:1 0:b:1"},
        {"0;3;0:a:1 1:b:2", "0;4;0:a:1 1:tau:3 3:tau:1 1:b:2"},
    };
    unsigned mistakes[13] = {0};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct lts sides[2];
        spex_error error;
        system_read_row(&sides[LEFT], pairs[i][0]);
        system_read_row(&sides[RIGHT], pairs[i][1]);
        for (int number = 0; number < 13; number++) {
            struct explanation *explanation =
                explain_as(&sides[LEFT], &sides[RIGHT], EQUIVALENCE_DIVERGENCE);
            CU_ASSERT_PTR_NOT_NULL_FATAL(explanation);
            ASSERT_OK(verify(explanation, sides, &error), error);
            if (make_mistake(explanation, number)) {
                mistakes[number]++;
                CU_ASSERT_EQUAL(verify(explanation, sides, &error), SPEX_ERROR_INTERNAL);
                ASSERT_CONTAINS(error.message, "does not replay");
            }
            explanation_free(explanation);
        }
        lts_release(&sides[LEFT]);
        lts_release(&sides[RIGHT]);
    }
    for (int number = 0; number < 13; number++)
        CU_ASSERT_TRUE(mistakes[number] > 0);
}

static int explain_in_order(const struct lts *left, const struct lts *right, spex_error *error)
{
    struct comparison comparison = {.arena = arena_make(NULL, 0)};
    struct game *game = NULL;
    struct explanation *explanation = NULL;
    int status = compare(&comparison, left, right, EQUIVALENCE_BRANCHING, NULL, error);
    if (!status)
        status = game_build(&game, EQUIVALENCE_BRANCHING, &comparison, error);
    if (!status)
        status = game_order(game, NULL, error);
    if (!status)
        status = game_explain(game, NULL, &explanation, error);
    CU_ASSERT_TRUE(status == SPEX_OK || status == SPEX_ERROR_MEMORY);
    explanation_free(explanation);
    game_close(game);
    comparison_release(&comparison);
    return status;
}

/* Lets every allocation in turn fail. */
static void memory_may_run_out(void)
{
    static const char *const pairs[][2] = {
        {"0;4;0:a:1 1:tau:2 1:c:3 2:b:3 0:a:2", "0;4;0:a:1 1:tau:2 1:c:3 2:b:3"},
        {"0;3;0:tau:1 1:a:2 0:b:2", "0;2;0:a:1 0:b:1"},
        {"0;3;0:a:1 1:b:2", "0;3;0:a:1 1:tau:0 1:b:2"},
        {"0;2;0:a:1", "0;3;0:a:1 1:tau:2"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct lts left, right;
        system_read_row(&left, pairs[i][0]);
        system_read_row(&right, pairs[i][1]);
        bool failed = true;
        long k = 1;
        for (; failed && k < 1000; k++) {
            struct explanation *explanation = NULL;
            uint32_t numbers[8], *classes[2] = {numbers, numbers + left.state_count}, count;
            bool verdict, reached[4];
            spex_error error;
            memory_fail_after(k);
            int status = check_equivalence(&left, &right, EQUIVALENCE_BRANCHING, NULL, &verdict,
                                           &explanation, &error);
            CU_ASSERT_TRUE(status == SPEX_OK || status == SPEX_ERROR_MEMORY);
            CU_ASSERT_TRUE(status == SPEX_OK || !explanation);
            if (!status)
                status = check_classes(&left, &right, EQUIVALENCE_BRANCHING, NULL, classes, &count,
                                       &error);
            if (!status)
                status = check_reachable(&left, reached, &error);
            if (!status && !verdict)
                status = explain_in_order(&left, &right, &error);
            failed = status != SPEX_OK;
            explanation_free(explanation);
            memory_fail_after(0);
        }
        CU_ASSERT_TRUE(k > 20 && !failed);
        lts_release(&left);
        lts_release(&right);
    }
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"random explanations replay", random_explanations_replay},
        {"deep differences are explained", deep_differences_are_explained},
        {"large systems are explained in order", large_systems_are_explained_in_order},
        {"many traces are compared", many_traces_are_compared},
        {"many more traces are given up", many_more_traces_are_given_up},
        {"a wrong explanation is never shown", a_wrong_explanation_is_never_shown},
        {"explanations can be cancelled", explanations_can_be_cancelled},
        {"memory may run out", memory_may_run_out},
        {0},
    };
    return suite_run("explain", tests, argc, argv);
}
