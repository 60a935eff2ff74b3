/* .aut: what tools write, mistakes with their place, round trips. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "format/format.h"
#include "tests/suite.h"

static bool read_lts(const char *bytes, const char *internal, struct lts *lts)
{
    spex_error error;
    return ASSERT_OK(aut_read("x.aut", bytes, strlen(bytes), internal, lts, &error), error);
}

static bool same_lts(const struct lts *one, const struct lts *other)
{
    bool same = one->initial == other->initial && one->state_count == other->state_count &&
                one->transition_count == other->transition_count;
    for (size_t i = 0; same && i < one->transition_count; i++) {
        const struct lts_transition *left = &one->transitions[i], *right = &other->transitions[i];
        same = left->from == right->from && left->to == right->to &&
               strcmp(lts_label_name(one, left->label, true),
                      lts_label_name(other, right->label, true)) == 0;
    }
    return same;
}

static void labels_are_read_as_tools_write_them(void)
{
    static const struct {
        const char *written, *label;
    } cases[] = {
        {"\"a\"", "a"},
        {"a", "a"},
        {"  a ", "a"},
        {"\"a \"", "a "},
        {"a(1, 2)", "a(1, 2)"},
        {"\"send(p1, [d1, d2])|ack\"", "send(p1, [d1, d2])|ack"},
        {"PUT !\"x\" !1", "PUT !\"x\" !1"},
        {"\"PUT !\"x,y\" !(1)\"", "PUT !\"x,y\" !(1)"},
        {"\"\"a\"\"", "\"a\""},
        {"\"\"", ""},
        {"größe", "größe"},
        {"\"a,1)\"", "a,1)"},
        {"i", "i"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text text = {0};
        struct lts lts;
        text_printf(&text, "des (0,1,2)\n(0,%s,1)\n", cases[i].written);
        if (read_lts(text_value(&text), "tau", &lts)) {
            CU_ASSERT_EQUAL(lts.transition_count, 1);
            CU_ASSERT_EQUAL(lts.transitions[0].label, 1);
            ASSERT_TEXT(lts_label_name(&lts, 1, true), cases[i].label);
            lts_release(&lts);
        }
        text_release(&text);
    }
}

static void shapes_of_files_are_all_read(void)
{
    static const char *const files[] = {
        "des (1,3,4)\n(0,\"a\",1)\n(1,\"tau\",2)\n(2,b,3)\n",
        "des(1,3,4)\n(0,\"a\",1)\n(1,\"tau\",2)\n(2,b,3)",
        "des (1,3,4)\r\n(0,\"a\",1)\r\n(1,\"tau\",2)\r\n(2,b,3)\r\n",
        "\n\ndes ( 1 , 3 , 4 )          \n\n  ( 0 , \"a\" , 1 )  \n\n(1, tau ,2)\n(2,b,3)\n\n\n",
        "\xEF\xBB\xBF"
        "des (1,3,4)\n(0,\"a\",1)\n(1,\"tau\",2)\n(2,b,3)\n",
        "des (001,0003,4)\n(00,\"a\",01)\n(1,\"tau\",2)\n(2,b,3)\n",
    };
    struct lts first;
    if (!read_lts(files[0], "tau", &first))
        return;
    CU_ASSERT_EQUAL(first.initial, 1);
    CU_ASSERT_EQUAL(first.state_count, 4);
    CU_ASSERT_EQUAL(first.transitions[1].label, LTS_INTERNAL);
    CU_ASSERT_EQUAL(first.labels.count, 3);
    for (size_t i = 1; i < sizeof files / sizeof *files; i++) {
        struct lts lts;
        if (!read_lts(files[i], "tau", &lts))
            continue;
        CU_ASSERT_TRUE(same_lts(&first, &lts));
        lts_release(&lts);
    }
    lts_release(&first);
}

static void the_internal_label_is_the_callers_choice(void)
{
    static const char file[] = "des (0,3,2)\n(0,\"tau\",1)\n(0,\"i\",1)\n(0,\"__internal__\",1)\n";
    static const struct {
        const char *internal;
        bool hidden[3];
    } cases[] = {
        {"tau", {true, false, true}}, {"i", {false, true, true}}, {NULL, {false, false, true}}};
    for (size_t i = 0; i < 3; i++) {
        struct lts lts;
        if (!read_lts(file, cases[i].internal, &lts))
            continue;
        for (size_t j = 0; j < 3; j++)
            CU_ASSERT_EQUAL(lts.transitions[j].label == LTS_INTERNAL, cases[i].hidden[j]);
        lts_release(&lts);
    }
}

/* As if it had been read so. */
static void a_label_is_hidden_afterwards(void)
{
    static const char file[] =
        "des (0,5,2)\n(0,\"a\",1)\n(0,\"i\",1)\n(0,\"b\",1)\n(0,\"tau\",1)\n(1,\"i\",0)\n";
    static const char *const labels[] = {"i", "a", "tau", "none", SPEX_INTERNAL};
    spex_error error;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        struct lts lts, so;
        if (!read_lts(file, NULL, &lts) || !read_lts(file, labels[i], &so))
            return;
        ASSERT_OK(lts_hide(&lts, labels[i], &error), error);
        CU_ASSERT_TRUE(same_lts(&lts, &so));
        CU_ASSERT_EQUAL(lts.labels.count, so.labels.count);
        for (size_t k = 0; k < so.transition_count; k++)
            CU_ASSERT_EQUAL(lts.transitions[k].label, so.transitions[k].label);
        lts_release(&lts);
        lts_release(&so);
    }
}

static void mistakes_have_their_place(void)
{
    static const struct {
        const char *bytes, *message;
    } cases[] = {
        {"", "x.aut:1:1: expected 'des (INITIAL, TRANSITIONS, STATES)'"},
        {"\n\n", "x.aut:3:1: expected 'des (INITIAL, TRANSITIONS, STATES)'"},
        {"dos (0,0,1)\n", "x.aut:1:1: expected 'des ("},
        {"des 0,0,1\n", "x.aut:1:5: expected 'des ("},
        {"des (0,0", "x.aut:1:9: expected ','"},
        {"des (0;0,1)", "x.aut:1:7: expected ','"},
        {"des (,0,1)", "x.aut:1:6: expected the number of the initial state"},
        {"des (0,-1,1)", "x.aut:1:8: expected the number of transitions"},
        {"des (0,0,x)", "x.aut:1:10: expected the number of states"},
        {"des (0,0,1) x", "x.aut:1:13: expected the end of the line"},
        {"des (0,0,0)", "x.aut:1:10: expected a number of states from 1"},
        {"des (0,0,4294967295)", "x.aut:1:10: expected a number of states from 1"},
        {"des (0,0,99999999999999999999999999)", "x.aut:1:10: expected a number of states from 1"},
        {"des (0,0,4000000000)", "x.aut:1:10: expected no more than a million states"},
        {"des (2,0,2)", "x.aut:1:6: expected an initial state below"},
        {"des (18446744073709551616,0,2)", "x.aut:1:6: expected an initial state below"},
        {"des (0,4000000000,2)\n(0,a,1)\n",
         "x.aut:3:1: expected another transition: the header announces 4000000000, found 1"},
        {"des (0,2,2)\n(0,a,1)", "x.aut:2:8: expected another transition"},
        {"des (0,1,2)\n(0,a,1)\n\n (1,a,0)\n", "x.aut:4:2: expected the end of the file"},
        {"des (0,1,2)\n(0,a,1)\nbye\n", "x.aut:3:1: expected the end of the file"},
        {"des (0,1,2)\n0,a,1)\n", "x.aut:2:1: expected a transition"},
        {"des (0,1,2)\n(a,0,1)\n", "x.aut:2:2: expected the number of the state before"},
        {"des (0,1,2)\n(0 a,1)\n", "x.aut:2:4: expected ',' behind the state"},
        {"des (0,1,2)\n(0,a,1\n", "x.aut:2:7: expected ')'"},
        {"des (0,1,2)\n(0,a,b)\n", "x.aut:2:7: expected the number of the state after"},
        {"des (0,1,2)\n(0,ä 1)\n", "x.aut:2:5: expected ',' behind the label"},
        {"des (0,1,2)\n(0,1)\n", "x.aut:2:4: expected ',' behind the label"},
        {"des (0,1,2)\n(0,,1)\n", "x.aut:2:4: expected a label"},
        {"des (0,1,2)\n(0,\"a,1)\n", "x.aut:2:6: expected '\"'"},
        {"des (0,1,2)\n(0,a,2)\n", "x.aut:2:6: expected a state below"},
        {"des (0,1,2)\n(2,a,0)\n", "x.aut:2:2: expected a state below"},
        {"des (0,1,2)\n(0,a,4294967296)\n", "x.aut:2:6: expected a state below"},
        {"des (0,1,2)\n(18446744073709551616,a,0)\n", "x.aut:2:2: expected a state below"},
        {"des (0,1,2)\n(0,\"\xff\",1)\n", "x.aut:2:5: expected a label of UTF-8 text"},
        /* of several mistakes the first */
        {"des (0,9,2)\n(0,a,1)\n(0,\"\xff\",1)\n(0,a,1)\n(0,a,2)\n", "x.aut:3:5: expected a label"},
        {"des (0,1,2)\n(0,\"\xff\",1)\nbye\n", "x.aut:2:5: expected a label of UTF-8 text"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lts lts;
        spex_error error = {0};
        CU_ASSERT_EQUAL(
            aut_read("x.aut", cases[i].bytes, strlen(cases[i].bytes), "tau", &lts, &error),
            SPEX_ERROR_SYNTAX);
        CU_ASSERT_PTR_NULL(lts.transitions);
        ASSERT_CONTAINS(error.message, cases[i].message);
    }
    static const char zero[] = "des (0,1,2)\n(0,\"a\0b\",1)\n";
    struct lts lts;
    spex_error error = {0};
    CU_ASSERT_EQUAL(aut_read("x.aut", zero, sizeof zero - 1, NULL, &lts, &error),
                    SPEX_ERROR_SYNTAX);
    ASSERT_CONTAINS(error.message, "x.aut:2:5: expected a label of UTF-8 text");
}

static void written_files_come_back(void)
{
    static const char *const pieces[] = {"a",   "\"", ",",  "(",  ")", " ",  "1",
                                         "tau", "\r", "\t", "\\", "ä", "\n", "__internal__"};
    struct random random = {3};
    int written = 0, refused = 0;
    for (int round = 0; round < 20000; round++) {
        struct lts lts, back;
        spex_error error = {0};
        lts_init(&lts, NULL);
        lts.state_count = 1 + random_below(&random, 5);
        lts.initial = random_below(&random, lts.state_count);
        bool refusable = false;
        for (uint32_t i = random_below(&random, 6); i > 0; i--) {
            char label[64] = "";
            for (uint32_t j = random_below(&random, 5); j > 0; j--)
                strcat(label, pieces[random_below(&random, 14)]);
            refusable = refusable || strchr(label, '\n') || strcmp(label, "tau") == 0;
            lts_add(&lts, random_below(&random, lts.state_count),
                    symbols_intern(&lts.labels, label), random_below(&random, lts.state_count),
                    NULL);
        }
        struct text text = {0};
        const char *internal = round % 2 ? "tau" : NULL;
        int status = aut_write(&lts, internal, &text, &error);
        if (status) {
            refused++;
            CU_ASSERT_EQUAL(status, SPEX_ERROR_USAGE);
            CU_ASSERT_TRUE(refusable);
        } else if (ASSERT_OK(aut_read("x", text.data, text.length, internal, &back, &error),
                             error)) {
            written++;
            CU_ASSERT_TRUE(same_lts(&lts, &back));
            lts_release(&back);
        }
        text_release(&text);
        lts_release(&lts);
    }
    CU_ASSERT_TRUE(written > 1000);
    CU_ASSERT_TRUE(refused > 100);
}

static int textbook_file(const char *folder, const char *name)
{
    char *path = file_join(folder, name), *bytes;
    size_t length;
    struct lts lts, back;
    spex_error error;
    struct text text = {0};
    if (ASSERT_OK(file_read(path, 0, &bytes, &length, &error), error)) {
        if (ASSERT_OK(aut_read(path, bytes, length, "tau", &lts, &error), error)) {
            ASSERT_OK(aut_write(&lts, "tau", &text, &error), error);
            if (ASSERT_OK(aut_read(path, text.data, text.length, "tau", &back, &error), error))
                CU_ASSERT_TRUE(same_lts(&lts, &back));
            lts_release(&back);
            lts_release(&lts);
        }
        free(bytes);
    }
    text_release(&text);
    free(path);
    return 1;
}

static void textbook_files_come_back(void)
{
    const char *folder = suite_shared("data/lts/textbook");
    if (!folder)
        return;
    int count = 0;
    DIR *stream = opendir(folder);
    for (struct dirent *entry; (entry = readdir(stream));)
        if (strcmp(file_ending(entry->d_name), ".aut") == 0)
            count += textbook_file(folder, entry->d_name);
    closedir(stream);
    CU_ASSERT_TRUE(count > 80);
}

/* Labels of all lengths, alike but for one place, each many times. */
static void many_labels_are_told_apart(void)
{
    enum { LABELS = 3000, LINES = 20000 };
    struct random random = {4};
    struct text text = {0};
    uint32_t *labels = calloc(LINES, sizeof *labels);
    text_printf(&text, "des (0,%d,1)\n", LINES);
    for (size_t i = 0; i < LINES; i++) {
        labels[i] = random_below(&random, LABELS);
        int length = 1 + (int)(labels[i] % 40);
        text_printf(&text, "(0,\"%.*s%u%.*s\",0)\n", length / 2,
                    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", labels[i] / 40, length - length / 2,
                    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
    }
    struct lts lts;
    uint32_t *number = calloc(LABELS, sizeof *number), distinct = 0;
    if (read_lts(text_value(&text), "tau", &lts)) {
        for (size_t i = 0; i < LINES; i++) {
            uint32_t label = lts.transitions[i].label;
            if (!number[labels[i]])
                number[labels[i]] = ++distinct;
            CU_ASSERT_EQUAL(label, number[labels[i]]);
        }
        CU_ASSERT_EQUAL(lts.labels.count, distinct + 1);
        CU_ASSERT_TRUE(distinct > LABELS / 2);
        lts_release(&lts);
    }
    free(labels);
    free(number);
    text_release(&text);
}

static int read_file(const char *path, const char *internal, bool *met, struct lts *lts,
                     spex_error *error)
{
    int descriptor;
    size_t size;
    int status = file_open(path, &descriptor, &size, error);
    if (status)
        return status;
    status = aut_read_open("x.aut", descriptor, size, internal, met, lts, error);
    close(descriptor);
    return status;
}

/* Files of which only a part is in memory: the places of mistakes stay. */
static void long_files_are_read(void)
{
    enum { LINES = 300000 };
    for (int mistake = 0; mistake < 3; mistake++) {
        struct text text = {0};
        struct lts lts;
        spex_error error;
        bool met;
        text_printf(&text, "des (0,%d,1000)\n", LINES);
        for (int i = 0; i < LINES; i++)
            if (mistake == 1 && i == 200000)
                text_append(&text, "(0,a,1000)\n");
            else if (mistake == 2 && i == LINES - 1)
                text_append(&text, "(0,\"\xff\",0)\n");
            else
                text_printf(&text, "(%d,\"label %d\",7)\n", i % 1000, i % 5);
        const char *path = suite_write("long.aut", text_value(&text), text.length);
        int status = read_file(path, "label 3", &met, &lts, &error);
        if (mistake) {
            CU_ASSERT_EQUAL(status, SPEX_ERROR_SYNTAX);
            ASSERT_CONTAINS(error.message, mistake == 1
                                               ? "x.aut:200002:6: expected a state"
                                               : "x.aut:300001:5: expected a label of UTF-8");
        } else if (ASSERT_OK(status, error)) {
            static const uint32_t numbers[] = {1, 2, 3, LTS_INTERNAL, 4};
            CU_ASSERT_TRUE(met);
            CU_ASSERT_EQUAL(lts.transition_count, LINES);
            bool good = true;
            for (uint32_t i = 0; i < LINES; i++)
                good = good && lts.transitions[i].from == i % 1000 &&
                       lts.transitions[i].label == numbers[i % 5];
            CU_ASSERT_TRUE(good);
            lts_release(&lts);
        }
        text_release(&text);
    }
}

/* Longer than what of a file is in memory at once, and met a part at a time. */
static void long_lines_are_read_from_a_pipe(void)
{
    enum { LENGTH = 3000000 };
    struct text text = {0};
    struct lts lts;
    spex_error error;
    bool met;
    text_append(&text, "des (0,3,2)\n(0,a,1)\n(0,\"");
    size_t begin = text.length;
    for (int i = 0; i < LENGTH; i++)
        text_append_char(&text, (char)('a' + i % 7));
    text_append(&text, "\",1)\n(1,\"b\",0)");
    const char *path = suite_write("long.aut", text_value(&text), text.length);
    char command[4096];
    snprintf(command, sizeof command, "cat '%s'", path);
    FILE *pipe = popen(command, "r");
    int status = aut_read_open("x.aut", fileno(pipe), 0, "tau", &met, &lts, &error);
    pclose(pipe);
    if (ASSERT_OK(status, error)) {
        CU_ASSERT_FALSE(met);
        CU_ASSERT_EQUAL(lts.transition_count, 3);
        CU_ASSERT_EQUAL(strlen(lts.labels.names[2]), LENGTH);
        CU_ASSERT_EQUAL(strncmp(lts.labels.names[2], text_value(&text) + begin, LENGTH), 0);
        lts_release(&lts);
    }
    text_release(&text);
}

/* Numbers of all lengths, with blanks and without, quotes or none: read as they stand. */
static void lines_of_all_shapes_mean_the_same(void)
{
    static const struct {
        const char *blank, *quote;
        int digits[2];
        const char *end;
    } shapes[] = {{"", "\"", {1, 1}, ""},   {" ", "\"", {1, 1}, ""}, {"", "", {1, 1}, ""},
                  {"", "\"", {1, 1}, "\r"}, {"", "", {8, 7}, ""},    {"", "\"", {9, 10}, ""},
                  {"", "", {7, 8}, ""},     {" ", "", {1, 1}, " "}};
    static const char *const labels[] = {
        "a",
        "ab",
        "abcdefg",
        "abcdefgh",
        "abcdefghi",
        "exactly sixteen.",
        "a(b,c)",
        "a label of more than fifty-six bytes has no place in the table of those known"};
    enum { SHAPES = sizeof shapes / sizeof *shapes, LABELS = sizeof labels / sizeof *labels };
    enum { LINES = 20000, STATES = 1000000 };
    struct random random = {5};
    struct text text = {0};
    struct lts_transition *expected = calloc(LINES, sizeof *expected);
    struct lts lts;
    text_printf(&text, "des (0,%d,%d)\n", LINES, STATES);
    for (uint32_t i = 0, most = 1; i < LINES; i++, most = most < STATES ? most * 10 : 1) {
        uint32_t label = i < LABELS ? i : random_below(&random, LABELS);
        expected[i].from = random_below(&random, most);
        expected[i].to = random_below(&random, most);
        expected[i].label = label + 1;
        uint32_t shape = random_below(&random, SHAPES);
        const char *blank = shapes[shape].blank, *quote = shapes[shape].quote;
        text_printf(&text, "(%s%0*u%s,%s%s%s%s%s,%s%0*u)%s\n", blank, shapes[shape].digits[0],
                    expected[i].from, blank, blank, quote, labels[label], quote, blank, blank,
                    shapes[shape].digits[1], expected[i].to, shapes[shape].end);
    }
    if (read_lts(text_value(&text), "tau", &lts)) {
        bool good = lts.transition_count == LINES;
        for (uint32_t i = 0; good && i < LINES; i++)
            good = memcmp(&lts.transitions[i], &expected[i], sizeof *expected) == 0;
        CU_ASSERT_TRUE(good);
        for (uint32_t i = 0; i < LABELS; i++)
            ASSERT_TEXT(lts.labels.names[i + 1], labels[i]);
        lts_release(&lts);
    }
    free(expected);
    text_release(&text);
}

static void memory_may_run_out_anywhere(void)
{
    static const char file[] = "des (0,2,2)\n(0,\"a\",1)\n(1,\"b\",0)\n";
    for (long k = 1; k < 50; k++) {
        struct lts lts;
        struct text text = {0};
        spex_error error;
        memory_fail_after(k);
        int status = aut_read("x", file, sizeof file - 1, NULL, &lts, &error);
        if (!status) {
            status = aut_write(&lts, NULL, &text, &error);
            lts_release(&lts);
        }
        memory_fail_after(0);
        text_release(&text);
        CU_ASSERT_TRUE(status == SPEX_OK || status == SPEX_ERROR_MEMORY);
        if (!status)
            return;
    }
    CU_FAIL("never enough memory");
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"labels are read as tools write them", labels_are_read_as_tools_write_them},
        {"shapes of files are all read", shapes_of_files_are_all_read},
        {"the internal label is the caller's choice", the_internal_label_is_the_callers_choice},
        {"a label is hidden afterwards", a_label_is_hidden_afterwards},
        {"mistakes have their place", mistakes_have_their_place},
        {"written files come back", written_files_come_back},
        {"textbook files come back", textbook_files_come_back},
        {"many labels are told apart", many_labels_are_told_apart},
        {"long files are read", long_files_are_read},
        {"long lines are read from a pipe", long_lines_are_read_from_a_pipe},
        {"lines of all shapes mean the same", lines_of_all_shapes_mean_the_same},
        {"memory may run out anywhere", memory_may_run_out_anywhere},
        {0},
    };
    return suite_run("aut", tests, argc, argv);
}
