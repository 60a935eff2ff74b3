/* Explanations as they are printed, against golden files (SPEX_GOLDEN=write writes them). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "check/explain.h"
#include "tests/check/systems.h"
#include "tests/suite.h"

static void compare_golden(const char *name, const struct text *text)
{
    const char *path = suite_source(name);
    char *golden = NULL;
    size_t length;
    spex_error error;
    const char *write = getenv("SPEX_GOLDEN");
    CU_ASSERT_FALSE(text->failed);
    if (write && strcmp(write, "write") == 0)
        ASSERT_OK(file_replace(path, text_value(text), text->length, &error), error);
    else if (ASSERT_OK(file_read(path, 0, &golden, &length, &error), error))
        ASSERT_TEXT(text_value(text), golden);
    free(golden);
}

static void append_explanation(struct text *text, const struct lts sides[2],
                               const char *const names[2], enum equivalence equivalence)
{
    struct explanation *explanation;
    bool equivalent;
    spex_error error;
    if (!ASSERT_OK(check_equivalence(&sides[LEFT], &sides[RIGHT], equivalence, NULL, &equivalent,
                                     &explanation, &error),
                   error) ||
        equivalent)
        return;
    CU_ASSERT_PTR_NOT_NULL_FATAL(explanation);
    text_printf(text, "== %s against %s, %s\n", names[LEFT], names[RIGHT],
                equivalence_name(equivalence));
    explanation_print(explanation, &sides[LEFT], &sides[RIGHT], names[LEFT], names[RIGHT], text);
    text_append_char(text, '\n');
    explanation_free(explanation);
}

/* Each pair NAME_1, NAME_2 of tests/check/pairs, under every equivalence. */
static void small_pairs_in_words(void)
{
    char **paths;
    size_t count;
    spex_error error;
    ASSERT_OK(file_list(suite_source("tests/check/pairs"), ".aut", &paths, &count, &error), error);
    CU_ASSERT_TRUE(count > 20 && count % 2 == 0);
    for (size_t i = 0; i + 1 < count; i += 2) {
        struct lts sides[2];
        struct text text = {0}, golden = {0};
        int stem = (int)strcspn(file_name(paths[i]), "_");
        CU_ASSERT_TRUE_FATAL(system_read_file(&sides[LEFT], paths[i]));
        CU_ASSERT_TRUE_FATAL(system_read_file(&sides[RIGHT], paths[i + 1]));
        for (int k = 0; k < EQUIVALENCES; k++)
            append_explanation(&text, sides, (const char *const[]){"one.aut", "two.aut"},
                               (enum equivalence)k);
        append_explanation(&text, sides, (const char *const[]){"specification", "implementation"},
                           EQUIVALENCE_BRANCHING);
        text_printf(&golden, "tests/golden/explain/%.*s.txt", stem, file_name(paths[i]));
        compare_golden(text_value(&golden), &text);
        text_release(&text);
        text_release(&golden);
        lts_release(&sides[LEFT]);
        lts_release(&sides[RIGHT]);
    }
    file_list_free(paths, count);
}

/* The fields of a line of a table; the line is cut up. */
static void cut_fields(char *line, char *fields[2])
{
    line[strcspn(line, "\n")] = '\0';
    for (int i = 0; i < 2; i++)
        fields[i] = strsep(&line, "\t");
}

static void read_side(struct lts *lts, const char *folder, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    CU_ASSERT_TRUE_FATAL(system_read_file(lts, suite_shared(path)));
}

static void tell_table(const char *folder, const char *table, struct text *text)
{
    char name[256], *line = NULL, *names[2];
    snprintf(name, sizeof name, "%s/%s", folder, table);
    FILE *file = fopen(suite_shared(name), "r");
    size_t size = 0;
    CU_ASSERT_TRUE_FATAL(file && getline(&line, &size, file) > 0);
    while (getline(&line, &size, file) > 0) {
        struct lts sides[2];
        cut_fields(line, names);
        for (int side = LEFT; side <= RIGHT; side++)
            read_side(&sides[side], folder, names[side]);
        append_explanation(text, sides, (const char *const *)names, EQUIVALENCE_BRANCHING);
        lts_release(&sides[LEFT]);
        lts_release(&sides[RIGHT]);
    }
    free(line);
    fclose(file);
}

/* The textbook pairs of the research data. */
static void textbook_pairs_in_words(void)
{
    struct text text = {0};
    if (!suite_shared("data/lts/textbook"))
        return;
    tell_table("data/lts/textbook", "handmade_verdicts.tsv", &text);
    tell_table("data/lts/textbook", "cmp_matrix.tsv", &text);
    compare_golden("tests/golden/explain/textbook.txt", &text);
    text_release(&text);
}

/* As where there is too much to look at: no play that is known to be the shortest, and of that
 * the first round. */
static void tell_cut_short(const struct lts sides[2], enum equivalence equivalence,
                           struct text *text)
{
    struct comparison comparison = {.arena = arena_make(NULL, 0)};
    struct game *game = NULL;
    struct explanation *explanation = NULL;
    spex_error error;
    ASSERT_OK(compare(&comparison, &sides[LEFT], &sides[RIGHT], equivalence_base(equivalence), NULL,
                      &error),
              error);
    ASSERT_OK(game_build(&game, equivalence, &comparison, &error), error);
    ASSERT_OK(game_order(game, NULL, &error), error);
    for (int whole = 1; whole >= 0; whole--) {
        game->most_observed = whole ? SIZE_MAX : 0;
        ASSERT_OK(game_explain(game, NULL, &explanation, &error), error);
        text_printf(text, "== one.aut against two.aut, %s%s\n", equivalence_name(equivalence),
                    whole ? "" : ", cut short");
        explanation_print(explanation, &sides[LEFT], &sides[RIGHT], "one.aut", "two.aut", text);
        text_append_char(text, '\n');
        explanation_free(explanation);
    }
    game_close(game);
    comparison_release(&comparison);
}

static void plays_in_order_in_words(void)
{
    struct lts sides[2];
    struct text text = {0};
    CU_ASSERT_TRUE_FATAL(
        system_read_file(&sides[LEFT], suite_source("tests/check/pairs/three-rounds_1.aut")));
    CU_ASSERT_TRUE_FATAL(
        system_read_file(&sides[RIGHT], suite_source("tests/check/pairs/three-rounds_2.aut")));
    tell_cut_short(sides, EQUIVALENCE_BRANCHING, &text);
    tell_cut_short(sides, EQUIVALENCE_WEAK, &text);
    compare_golden("tests/golden/explain/in-order.txt", &text);
    text_release(&text);
    lts_release(&sides[LEFT]);
    lts_release(&sides[RIGHT]);
}

/* ---------------------------------------------------------------- names */

/* An LTS of "from --[action]-> to" lines; the first state is the initial one. */
static void read_named(struct lts *lts, const char *lines)
{
    system_read_row(lts, "0;0;");
    lts->initialises = strncmp(lines, "nil ", 4) == 0;
    while (*lines) {
        const char *open = strstr(lines, " --["), *close = strstr(lines, "]-> ");
        const char *end = strchr(lines, '\n');
        uint32_t from = symbols_intern_bytes(&lts->state_names, lines, (size_t)(open - lines));
        uint32_t label = symbols_intern_bytes(&lts->labels, open + 4, (size_t)(close - open - 4));
        uint32_t to = symbols_intern_bytes(&lts->state_names, close + 4, (size_t)(end - close - 4));
        system_add(lts, from, label, to);
        lines = end + 1;
    }
}

static struct explanation *explain(const struct lts *left, const struct lts *right)
{
    bool verdict = true;
    struct explanation *explanation = NULL;
    spex_error error;
    ASSERT_OK(
        check_equivalence(left, right, EQUIVALENCE_BRANCHING, NULL, &verdict, &explanation, &error),
        error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(explanation);
    return explanation;
}

static void assert_words(const char *left_lines, const char *right_lines, const char *left_name,
                         const char *right_name, const char *expected)
{
    struct lts left, right;
    read_named(&left, left_lines);
    read_named(&right, right_lines);
    struct explanation *explanation = explain(&left, &right);
    struct text text = {0};
    explanation_print(explanation, &left, &right, left_name, right_name, &text);
    ASSERT_TEXT(text_value(&text), expected);
    text_release(&text);
    explanation_free(explanation);
    lts_release(&left);
    lts_release(&right);
}

#define SHOP                                                                                       \
    "nil --[__initialisation__]-> basket\nbasket --[pay]-> paid\npaid --[__internal__]-> packed\n" \
    "packed --[ship]-> shipped\n"

static void traces_in_words(void)
{
    assert_words(SHOP, SHOP "paid --[refund]-> refunded\n", "specification", "implementation",
                 "The implementation can do something the specification cannot:\n"
                 "  1. starts in basket\n"
                 "  2. pay -> paid\n"
                 "Here, in state \"paid\", it does \"refund\" (-> refunded).\n"
                 "After the same steps the specification is in \"paid\" and offers only: ship.\n");
    assert_words(SHOP "packed --[refund]-> refunded\n", SHOP, "specification", "implementation",
                 "The specification allows something the model does not have:\n"
                 "  1. starts in basket\n"
                 "  2. pay -> paid\n"
                 "  3. (internally) -> packed\n"
                 "Here, in state \"packed\", it allows \"refund\" (-> refunded).\n"
                 "After the same steps the implementation is in \"paid\" and offers only: ship.\n"
                 "A test to write: start in \"basket\", do pay, then expect refund.\n");
    assert_words(SHOP "packed --[refund]-> refunded\n", SHOP, "one.aut", "two.aut",
                 "one.aut can do something two.aut cannot:\n"
                 "  1. starts in basket\n"
                 "  2. pay -> paid\n"
                 "  3. (internally) -> packed\n"
                 "Here, in state \"packed\", it does \"refund\" (-> refunded).\n"
                 "After the same steps two.aut is in \"paid\" and offers only: ship.\n");
    assert_words("s --[a]-> t\n", "s --[__internal__]-> t\n", "specification", "implementation",
                 "The specification allows something the model does not have:\n"
                 "At the very start, in state \"s\", it allows \"a\" (-> t).\n"
                 "There the implementation is in \"s\" and offers nothing more.\n"
                 "A test to write: expect a.\n");
}

static void choices_in_words(void)
{
    assert_words(
        "0 --[__initialisation__]-> 1\n1 --[insert]-> 2\n2 --[tea]-> 3\n2 --[coffee]-> 4\n",
        "nil --[__initialisation__]-> idle\nidle --[insert]-> first\n"
        "idle --[insert]-> second\nfirst --[tea]-> cup\nsecond --[coffee]-> mug\n",
        "specification", "implementation",
        "The specification and the implementation can do the same sequences of actions, "
        "but what is still possible on the way differs:\n"
        "  After the same steps (start in \"1\", do insert) the implementation can be in "
        "\"first\"; the specification can then only be in \"2\".\n"
        "  1. From \"2\", the specification can go coffee -> 4.\n"
        "     The implementation cannot do \"coffee\" there, not even after internal steps; it "
        "offers only: tea.\n"
        "In other words: the specification can start so that then:\n"
        "  - whenever it does \"insert\", then it can do \"coffee\".\n"
        "The implementation cannot.\n"
        "As a formula: <tau*><__initialisation__>not <tau*><insert>not <tau*><coffee>true\n");
    assert_words(
        "s --[__internal__]-> t\nt --[a]-> end\ns --[b]-> end\n", "s --[a]-> end\ns --[b]-> end\n",
        "specification", "implementation",
        "The specification and the implementation can do the same sequences of actions, "
        "but what is still possible on the way differs:\n"
        "  1. From \"s\", the specification can go (internally) -> t.\n"
        "     At best the implementation can then stay in \"s\"; but then the two differ:\n"
        "  2. From \"s\", the implementation can go b -> end.\n"
        "     The specification cannot do \"b\" there, not even after internal steps; it "
        "offers only: a.\n"
        "In other words: whenever the implementation moves on internally (or not), then it can do "
        "\"b\"; the specification need not be able to.\n"
        "As a formula: <tau*><tau?>not <tau*><b>true\n");
}

/* That both started goes without saying, unless they did in different states. */
static void starts_in_words(void)
{
    static const char left[] = "nil --[__initialisation__]-> s\ns --[__internal__]-> t\n"
                               "t --[a]-> end\ns --[b]-> end\n";
    static const char rest[] =
        "The specification and the implementation can do the same sequences of actions, "
        "but what is still possible on the way differs:\n"
        "%s"
        "  1. From \"s\", the specification can go (internally) -> t.\n"
        "     At best the implementation can then stay in \"%s\"; but then the two differ:\n"
        "  2. From \"%s\", the implementation can go b -> end.\n"
        "     The specification cannot do \"b\" there, not even after internal steps; it "
        "offers only: a.\n"
        "In other words: whenever the implementation starts and then moves on internally (or not), "
        "then it can do \"b\"; the specification need not be able to.\n"
        "As a formula: <tau*><__initialisation__><tau*><tau?>not <tau*><b>true\n";
    static const char *const names[] = {"s", "z"};
    static const char *const places[] = {
        "", "  After the same steps (start in \"s\") the specification can be in \"s\"; the "
            "implementation can then only be in \"z\".\n"};
    for (size_t i = 0; i < 2; i++) {
        struct text right = {0}, told = {0};
        text_printf(&right, "nil --[__initialisation__]-> %s\n%s --[a]-> end\n%s --[b]-> end\n",
                    names[i], names[i], names[i]);
        text_printf(&told, rest, places[i], names[i], names[i]);
        assert_words(left, text_value(&right), "specification", "implementation",
                     text_value(&told));
        text_release(&right);
        text_release(&told);
    }
}

static void assert_visible(const char *left_lines, const char *right_lines)
{
    struct lts left, right;
    read_named(&left, left_lines);
    read_named(&right, right_lines);
    struct explanation *explanation = explain(&left, &right);
    struct text text = {0};
    explanation_print(explanation, &left, &right, "\x1b[31mred", "\x9b", &text);
    for (size_t i = 0; i < text.length; i++)
        CU_ASSERT_TRUE((unsigned char)text.data[i] >= 0x20 || text.data[i] == '\n');
    CU_ASSERT_TRUE(utf8_valid(text.data, text.length));
    CU_ASSERT_PTR_NULL(strstr(text.data, "\xE2\x80\xAE"));
    CU_ASSERT_PTR_NULL(strstr(text.data, "\xC2\x9B"));
    text_release(&text);
    explanation_free(explanation);
    lts_release(&left);
    lts_release(&right);
}

static void hostile_names_become_visible(void)
{
    assert_visible("s\x1b[2J --[a]-> t\n",
                   "s\x1b[2J --[a]-> t\nt --[\x1b]52;c;\x07]-> u\xE2\x80\xAE\nt --[\xff]-> u\n");
    assert_visible("s --[\x1b[1m]-> t\nt --[b\xE2\x80\xAE]-> u\nt --[\xC2\x9B]-> u\n",
                   "s --[\x1b[1m]-> t\ns --[\x1b[1m]-> v\xff\nt --[b\xE2\x80\xAE]-> u\n"
                   "v\xff --[\xC2\x9B]-> u\n");
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"small pairs in words", small_pairs_in_words},
        {"textbook pairs in words", textbook_pairs_in_words},
        {"plays in order in words", plays_in_order_in_words},
        {"traces in words", traces_in_words},
        {"choices in words", choices_in_words},
        {"starts in words", starts_in_words},
        {"hostile names become visible", hostile_names_become_visible},
        {0},
    };
    return suite_run("words", tests, argc, argv);
}
