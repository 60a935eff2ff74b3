/* Explanations as they are printed, against golden files (SPEX_GOLDEN=write writes them). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "check/explanation.h"
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

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"small pairs in words", small_pairs_in_words},
        {"textbook pairs in words", textbook_pairs_in_words},
        {0},
    };
    return suite_run("words", tests, argc, argv);
}
