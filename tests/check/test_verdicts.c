#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "check/check.h"
#include "tests/check/replay.h"
#include "tests/check/systems.h"
#include "tests/suite.h"

/* Against the trusted verdicts of the research data; every "no" explained, and replayed. */

/* For systems up to this size under every equivalence, for larger ones under one. */
enum { SMALL_STATES = 200 };

/* A "no" is explained, and the explanation replays. */
static void assert_explained(const struct lts sides[2], enum equivalence equivalence)
{
    bool verdict = true;
    struct explanation *explanation = NULL;
    spex_error error;
    if (equivalence != EQUIVALENCE_BRANCHING &&
        (sides[LEFT].state_count > SMALL_STATES || sides[RIGHT].state_count > SMALL_STATES))
        return;
    ASSERT_OK(check_equivalence(&sides[LEFT], &sides[RIGHT], equivalence, NULL, &verdict,
                                &explanation, &error),
              error);
    const char *fault = explanation ? replay_fault(explanation, &sides[LEFT], &sides[RIGHT])
                                    : "there is no explanation";
    if (fault)
        printf("%s: %s\n", equivalence_name(equivalence), fault);
    CU_ASSERT_PTR_NULL(fault);
    explanation_free(explanation);
}

static bool holds(const struct lts *left, const struct lts *right, enum equivalence equivalence)
{
    bool verdict = false;
    spex_error error;
    ASSERT_OK(check_equivalence(left, right, equivalence, NULL, &verdict, NULL, &error), error);
    return verdict;
}

/* Both ways round, a "no" with its reason; `expected` is true, false or -. Answers whether it was
 * checked. */
static bool check_verdict(const struct lts sides[2], enum equivalence equivalence,
                          const char *expected, const char *left, const char *right)
{
    if (*expected == '-')
        return false;
    for (int side = LEFT; side <= RIGHT; side++)
        if (holds(&sides[side], &sides[1 - side], equivalence) != (strcmp(expected, "true") == 0)) {
            printf("%s against %s, %s: should be %s\n", left, right, equivalence_name(equivalence),
                   expected);
            CU_FAIL("wrong verdict");
        }
    if (strcmp(expected, "false") == 0)
        assert_explained(sides, equivalence);
    return true;
}

/* The fields of a line of a table; the line is cut up. */
static size_t cut_fields(char *line, char **fields, size_t capacity)
{
    size_t count = 0;
    line[strcspn(line, "\n")] = '\0';
    for (char *rest = line; rest && count < capacity;)
        fields[count++] = strsep(&rest, "\t");
    return count;
}

static void shared_random_pairs(void)
{
    const char *path = suite_shared("data/lts/random-pairs.tsv");
    FILE *file = path ? fopen(path, "r") : NULL;
    if (!file)
        return;
    char *line = NULL, *fields[8];
    size_t size = 0;
    unsigned pairs = 0;
    CU_ASSERT_TRUE(getline(&line, &size, file) > 0);
    while (getline(&line, &size, file) > 0) {
        CU_ASSERT_EQUAL_FATAL(cut_fields(line, fields, 8), 8);
        static const enum equivalence order[] = {EQUIVALENCE_STRONG, EQUIVALENCE_BRANCHING,
                                                 EQUIVALENCE_DIVERGENCE, EQUIVALENCE_WEAK};
        struct lts sides[2];
        system_read_row(&sides[LEFT], fields[2]);
        system_read_row(&sides[RIGHT], fields[3]);
        for (int i = 0; i < 4; i++)
            check_verdict(sides, order[i], fields[4 + i], fields[2], fields[3]);
        pairs++;
        lts_release(&sides[LEFT]);
        lts_release(&sides[RIGHT]);
    }
    CU_ASSERT_EQUAL(pairs, 2000);
    free(line);
    fclose(file);
}

/* What the columns of the tables are called. */
static bool find_column(const char *name, enum equivalence *equivalence)
{
    static const char *const names[EQUIVALENCES] = {[EQUIVALENCE_BRANCHING] = "branching-bisim",
                                                    [EQUIVALENCE_DIVERGENCE] = "dpbranching-bisim",
                                                    [EQUIVALENCE_STRONG] = "bisim",
                                                    [EQUIVALENCE_WEAK] = "weak-bisim",
                                                    [EQUIVALENCE_TRACE] = "trace",
                                                    [EQUIVALENCE_WEAK_TRACE] = "weak-trace"};
    for (int i = 0; i < EQUIVALENCES; i++)
        if (strcmp(name, names[i]) == 0) {
            *equivalence = (enum equivalence)i;
            return true;
        }
    return false;
}

/* A table of file pairs with a column for each equivalence; answers how many verdicts. */
static unsigned check_table(const char *folder, const char *table, const char *ending)
{
    char name[256];
    snprintf(name, sizeof name, "%s/%s", folder, table);
    const char *path = suite_shared(name);
    FILE *file = path ? fopen(path, "r") : NULL;
    if (!file)
        return 0;
    char *line = NULL, *header = NULL, *fields[12], *columns[12];
    size_t size = 0, header_size = 0;
    unsigned verdicts = 0;
    CU_ASSERT_TRUE(getline(&header, &header_size, file) > 0);
    size_t width = cut_fields(header, columns, 12);
    while (getline(&line, &size, file) > 0) {
        CU_ASSERT_TRUE_FATAL(cut_fields(line, fields, 12) >= width);
        struct lts sides[2];
        for (int side = LEFT; side <= RIGHT; side++) {
            snprintf(name, sizeof name, "%s/%s%s", folder, fields[side], ending);
            CU_ASSERT_TRUE_FATAL(system_read_file(&sides[side], suite_shared(name)));
        }
        enum equivalence equivalence;
        for (size_t i = 2; i < width; i++)
            if (find_column(columns[i], &equivalence))
                verdicts += check_verdict(sides, equivalence, fields[i], fields[0], fields[1]);
        lts_release(&sides[LEFT]);
        lts_release(&sides[RIGHT]);
    }
    free(line);
    free(header);
    fclose(file);
    return verdicts;
}

static void shared_textbook(void)
{
    unsigned verdicts = check_table("data/lts/textbook", "cmp_matrix.tsv", "") +
                        check_table("data/lts/textbook", "handmade_verdicts.tsv", "");
    CU_ASSERT_TRUE(verdicts == 0 || verdicts == 6 * 206);
}

static bool can_unpack(void)
{
    if (system("xz --version > /dev/null 2>&1") == 0)
        return true;
    suite_skip("there is no xz to unpack the models with");
    return false;
}

static void shared_models(void)
{
    if (!can_unpack())
        return;
    unsigned verdicts = check_table("data/lts/models", "verdicts.tsv", ".xz");
    CU_ASSERT_TRUE(verdicts == 0 || verdicts == 259);
}

static void shared_cross(void)
{
    const char *window = suite_shared("data/lts/models/swp_lists_h.aut.xz");
    if (!window || !can_unpack())
        return;
    struct lts implementation, four, three;
    CU_ASSERT_TRUE_FATAL(system_read_file(&implementation, window));
    CU_ASSERT_TRUE_FATAL(system_read_file(&four, suite_shared("data/lts/cross/fifo4_swp_d2.aut")));
    CU_ASSERT_TRUE_FATAL(system_read_file(&three, suite_shared("data/lts/cross/fifo3_swp_d2.aut")));
    CU_ASSERT_TRUE(holds(&four, &implementation, EQUIVALENCE_BRANCHING));
    CU_ASSERT_FALSE(holds(&four, &implementation, EQUIVALENCE_DIVERGENCE));
    CU_ASSERT_FALSE(holds(&three, &implementation, EQUIVALENCE_BRANCHING));
    lts_release(&implementation);
    lts_release(&four);
    lts_release(&three);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"random pairs of the research data", shared_random_pairs},
        {"textbook pairs of the research data", shared_textbook},
        {"models of the research data", shared_models},
        {"queues against the sliding window", shared_cross},
        {0},
    };
    return suite_run("verdicts", tests, argc, argv);
}
