/* Answers where two systems are equivalent: each is a run of the other side, with the same
 * visible action, through states that are as they should be. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "check/reply.h"
#include "tests/check/board.h"
#include "tests/check/systems.h"
#include "tests/suite.h"

static bool has_step(const struct lts *lts, const struct lts_transition *step)
{
    for (size_t i = 0; i < lts->transition_count; i++) {
        const struct lts_transition *t = &lts->transitions[i];
        if (t->from == step->from && t->label == step->label && t->to == step->to)
            return true;
    }
    return false;
}

static bool same_action(const struct lts *one, uint32_t label, const struct lts *other,
                        uint32_t other_label)
{
    if (label == LTS_INTERNAL || other_label == LTS_INTERNAL)
        return label == other_label;
    return strcmp(symbols_name(&one->labels, label), symbols_name(&other->labels, other_label)) ==
           0;
}

/* As the definition of branching bisimilarity says; `board` tells who wins from where. */
static void assert_answer(const struct board *board, const struct round *round)
{
    enum side attacker = round->attacker, defender = attacker == LEFT ? RIGHT : LEFT;
    const struct lts *own = board->sides[attacker], *other = board->sides[defender];
    const struct lts_transition *attack = &round->attack.steps[0];
    const struct defence *answer = &round->answers[0];
    uint32_t state = round->position.states[defender];
    CU_ASSERT_EQUAL_FATAL(round->answer_count, 1);
    for (size_t i = 0; i < answer->path.count; i++) {
        const struct lts_transition *step = &answer->path.steps[i];
        uint32_t pair[2];
        CU_ASSERT_EQUAL(step->from, state);
        CU_ASSERT_TRUE(has_step(other, step));
        /* Until the step that counts, the two stay equivalent. */
        pair[attacker] = attack->from;
        pair[defender] = state;
        CU_ASSERT_EQUAL(board->wins[pair[LEFT]][pair[RIGHT]], 0);
        bool last = i + 1 == answer->path.count;
        CU_ASSERT_TRUE(same_action(own, last ? attack->label : LTS_INTERNAL, other, step->label));
        state = step->to;
    }
    CU_ASSERT_TRUE(answer->path.count || attack->label == LTS_INTERNAL);
    CU_ASSERT_EQUAL(answer->next.states[attacker], attack->to);
    CU_ASSERT_EQUAL(answer->next.states[defender], state);
    CU_ASSERT_EQUAL(board->wins[answer->next.states[LEFT]][answer->next.states[RIGHT]], 0);
}

/* Every attack from every position that is equivalent. */
static unsigned try_pair(const struct lts *left, const struct lts *right)
{
    struct board *board = board_create(left, right, EQUIVALENCE_BRANCHING);
    struct replier *replier;
    spex_error error;
    unsigned answers = 0;
    ASSERT_OK(replier_open(&replier, left, right, NULL, &error), error);
    for (uint32_t l = 0; l < left->state_count; l++)
        for (uint32_t r = 0; r < right->state_count; r++) {
            bool equivalent = board->wins[l][r] == 0;
            CU_ASSERT_EQUAL(replier_equivalent(replier, l, r), equivalent);
            for (int side = LEFT; equivalent && side <= RIGHT; side++) {
                struct position position = {{l, r}, 0};
                size_t count;
                const uint32_t *steps =
                    replier_steps(replier, (enum side)side, position.states[side], &count);
                for (size_t i = 0; i < count; i++, answers++) {
                    struct round round;
                    if (!ASSERT_OK(replier_answer(replier, position, (enum side)side, steps[i],
                                                  &round, &error),
                                   error))
                        continue;
                    assert_answer(board, &round);
                    round_release(&round);
                }
            }
        }
    replier_close(replier);
    free(board);
    return answers;
}

static void every_attack_has_an_answer(void)
{
    struct random random = {2026};
    unsigned answers = 0, count = suite_count(400, 20000);
    for (unsigned i = 0; i < count; i++) {
        struct lts left, right;
        system_random_pair(&random, i % SYSTEM_KINDS, &left, &right);
        if (left.state_count <= BOARD_STATES && right.state_count <= BOARD_STATES)
            answers += try_pair(&left, &right);
        lts_release(&left);
        lts_release(&right);
    }
    CU_ASSERT_TRUE(answers > count);
}

static void what_is_not_there_is_not_answered(void)
{
    struct lts left, right;
    struct replier *replier;
    struct round round;
    spex_error error;
    system_read_row(&left, "0;3;0:a:1 0:b:2");
    system_read_row(&right, "0;2;0:a:1 0:b:1");
    ASSERT_OK(replier_open(&replier, &left, &right, NULL, &error), error);
    struct position start = {{0, 0}, 0}, apart = {{0, 1}, 0}, beyond = {{7, 0}, 0};
    ASSERT_OK(replier_answer(replier, start, LEFT, 1, &round, &error), error);
    CU_ASSERT_EQUAL(round.answers->next.states[RIGHT], 1);
    round_release(&round);
    CU_ASSERT_EQUAL(replier_answer(replier, start, LEFT, 2, &round, &error), SPEX_ERROR_USAGE);
    CU_ASSERT_EQUAL(replier_answer(replier, apart, LEFT, 0, &round, &error), SPEX_ERROR_USAGE);
    CU_ASSERT_EQUAL(replier_answer(replier, beyond, LEFT, 0, &round, &error), SPEX_ERROR_USAGE);
    replier_close(replier);
    lts_release(&left);
    lts_release(&right);
}

static void memory_may_run_out(void)
{
    struct lts left, right;
    system_read_row(&left, "0;3;0:tau:1 1:a:2");
    system_read_row(&right, "0;2;0:a:1");
    bool failed = true;
    for (long k = 1; failed && k < 10000; k++) {
        struct replier *replier;
        struct round round = {0};
        spex_error error;
        memory_fail_after(k);
        int status = replier_open(&replier, &left, &right, NULL, &error);
        if (!status)
            status =
                replier_answer(replier, (struct position){{0, 0}, 0}, RIGHT, 0, &round, &error);
        failed = memory_failed();
        memory_fail_after(0);
        CU_ASSERT_TRUE(failed ? status == SPEX_ERROR_MEMORY : status == SPEX_OK);
        if (!status) {
            CU_ASSERT_EQUAL(round.answers->path.count, 2);
            round_release(&round);
        }
        replier_close(replier);
    }
    CU_ASSERT_FALSE(failed);
    lts_release(&left);
    lts_release(&right);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"every attack has an answer", every_attack_has_an_answer},
        {"what is not there is not answered", what_is_not_there_is_not_answered},
        {"memory may run out", memory_may_run_out},
        {0},
    };
    return suite_run("reply", tests, argc, argv);
}
