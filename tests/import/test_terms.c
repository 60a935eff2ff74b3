/* Terms as text and as JSON: what Elixir itself shows, and what nobody should send. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "format/term.h"
#include "tests/import/dets_writer.h"
#include "tests/suite.h"

static struct term_reader reader_of(const struct text *term)
{
    return (struct term_reader){(const unsigned char *)text_value(term), 0, term->length, NULL};
}

static void from_hex(const char *hex, struct text *term)
{
    for (; hex[0] && hex[1]; hex += 2) {
        char digits[3] = {hex[0], hex[1], 0};
        text_append_char(term, (char)strtol(digits, NULL, 16));
    }
}

/* Each line: a term with its version byte in hex, and what `inspect` of Elixir makes of it. */
static void as_elixir_shows_them(void)
{
    char *bytes = NULL, *rest, *line;
    size_t length, count = 0;
    spex_error error;
    ASSERT_OK(file_read(suite_source("tests/data/terms.tsv"), 0, &bytes, &length, &error), error);
    rest = bytes;
    while ((line = strsep(&rest, "\n")) && *line) {
        struct text term = {0}, shown = {0};
        char *hex = strsep(&line, "\t");
        from_hex(hex + 2, &term);
        struct term_reader reader = reader_of(&term), look = reader;
        CU_ASSERT_TRUE(term_skip(&look));
        CU_ASSERT_EQUAL(look.at, term.length);
        CU_ASSERT_EQUAL(term_inspect(&reader, 100000, &shown), TERM_WRITTEN);
        ASSERT_TEXT(text_value(&shown), line);
        CU_ASSERT_EQUAL(reader.at, term.length);
        text_release(&term);
        text_release(&shown);
        count++;
    }
    CU_ASSERT_TRUE(count > 100);
    free(bytes);
}

static void check_both(const char *hex, const char *inspected, const char *json)
{
    struct text term = {0}, shown = {0}, written = {0};
    from_hex(hex, &term);
    struct term_reader reader = reader_of(&term);
    CU_ASSERT_EQUAL(term_inspect(&reader, 100000, &shown), TERM_WRITTEN);
    ASSERT_TEXT(text_value(&shown), inspected);
    reader = reader_of(&term);
    CU_ASSERT_EQUAL(term_json(&reader, 100000, &written), TERM_WRITTEN);
    ASSERT_TEXT(text_value(&written), json);
    CU_ASSERT_EQUAL(reader.at, term.length);
    text_release(&term);
    text_release(&shown);
    text_release(&written);
}

static void what_json_cannot_hold(void)
{
    check_both("6b0003616263", "~c\"abc\"", "[97,98,99]");
    check_both("6c00000002610161026103", "[1, 2 | 3]", "\"[1, 2 | 3]\"");
    check_both("6802770161770162", "{:a, :b}", "\"{:a, :b}\"");
    check_both("6d0000000300ff07", "<<0, 255, 7>>", "\"<<0, 255, 7>>\"");
    check_both("463fc0000000000000", "0.125", "0.125");
    check_both("6e0900000000000000000001", "18446744073709551616", "\"18446744073709551616\"");
    check_both("77036e696c", "nil", "null");
}

static void keys_of_objects(void)
{
    /* :a and "a" in one map; a number, nil and a pair as keys */
    check_both("74000000027701616101"
               "6d00000001616102",
               "%{:a => 1, \"a\" => 2}", "{\":a\":1,\"\\\"a\\\"\":2}");
    check_both("74000000026101610277036e696c6103", "%{1 => 2, nil => 3}", "{\"1\":2,\"nil\":3}");
    check_both("740000000168026101610261ff", "%{{1, 2} => 255}", "{\"{1, 2}\":255}");
    check_both("7400000002770a5f5f7374727563745f5f770c456c697869722e4d6f6e6579"
               "7706616d6f756e746105",
               "%Money{amount: 5}", "{\"__struct__\":\"Money\",\"amount\":5}");
}

static void different_terms_have_different_texts(void)
{
    static const char *const terms[] = {"770161",
                                        "6d0000000161",
                                        "6101",
                                        "463ff0000000000000",
                                        "6b000101",
                                        "6c0000000161016a",
                                        "680161"
                                        "01",
                                        "6a",
                                        "740000000000",
                                        "4d000000010101"
                                        "80",
                                        "77036e696c",
                                        "6d000000036e696c"};
    struct text texts[12] = {0};
    for (size_t i = 0; i < 12; i++) {
        struct text term = {0};
        from_hex(terms[i], &term);
        struct term_reader reader = reader_of(&term);
        term_inspect(&reader, 1000, &texts[i]);
        text_release(&term);
        for (size_t j = 0; j < i; j++) /* 4 and 5 are the same list, written in two ways */
            CU_ASSERT_EQUAL(strcmp(text_value(&texts[i]), text_value(&texts[j])) == 0,
                            i == 5 && j == 4);
    }
    for (size_t i = 0; i < 12; i++)
        text_release(&texts[i]);
}

static void nested_a_million_deep(void)
{
    struct text term = {0}, shown = {0};
    for (int i = 0; i < 1000000; i++)
        etf_tag(&term, 108, 1);
    text_append_char(&term, 106);
    for (int i = 0; i < 1000000; i++)
        text_append_char(&term, 106);
    struct term_reader reader = reader_of(&term), look = reader;
    CU_ASSERT_TRUE(term_skip(&look));
    CU_ASSERT_EQUAL(look.at, term.length);
    CU_ASSERT_EQUAL(term_inspect(&reader, 100000, &shown), TERM_TOO_DEEP);
    CU_ASSERT_EQUAL(shown.length, 0);
    reader.at = 0;
    CU_ASSERT_EQUAL(term_json(&reader, 100000, &shown), TERM_TOO_DEEP);
    text_release(&term);
    text_release(&shown);
}

static void check_refused(const char *hex, const char *trouble)
{
    struct text term = {0};
    from_hex(hex, &term);
    struct term_reader reader = reader_of(&term);
    CU_ASSERT_FALSE(term_skip(&reader));
    CU_ASSERT_PTR_NOT_NULL_FATAL(reader.trouble);
    ASSERT_CONTAINS(reader.trouble, trouble);
    text_release(&term);
}

static void lengths_that_cannot_be(void)
{
    check_refused("6dffffffff00", "beyond its end");
    check_refused("6cffffffff6101", "more elements");
    check_refused("74ffffffff6101", "more elements");
    check_refused("69ffffffff", "more elements");
    check_refused("6effffff", "beyond its end");
    check_refused("6fffffffff0001", "beyond its end");
    check_refused("770561", "beyond its end");
    check_refused("7000000004", "a function");
    check_refused("5000000010789c", "compressed");
    check_refused("447700", "no tag");
    check_refused("467ff0000000000000", "float");
    check_refused("6802", "more elements");
    check_refused("", "beyond its end");
}

static void too_long_to_show(void)
{
    struct text term = {0}, shown = {0};
    char *bytes = memory_allocate(5000, 1);
    memset(bytes, 'x', 5000);
    etf_binary(&term, bytes, 5000);
    struct term_reader reader = reader_of(&term);
    CU_ASSERT_EQUAL(term_inspect(&reader, 4000, &shown), TERM_TOO_LONG);
    CU_ASSERT_EQUAL(shown.length, 0);
    reader.at = 0;
    CU_ASSERT_EQUAL(term_inspect(&reader, 6000, &shown), TERM_WRITTEN);
    CU_ASSERT_EQUAL(shown.length, 5002);
    free(bytes);
    text_release(&term);
    text_release(&shown);
}

static void a_huge_number_in_bounded_time(void)
{
    struct text term = {0}, shown = {0};
    etf_tag(&term, 111, 2000000);
    for (int i = 0; i < 2000001; i++)
        text_append_char(&term, (char)(i ? 0x55 : 0));
    struct term_reader reader = reader_of(&term);
    CU_ASSERT_EQUAL(term_inspect(&reader, 10000000, &shown), TERM_WRITTEN);
    CU_ASSERT_EQUAL(strncmp(text_value(&shown), "0x5555", 6), 0);
    text_release(&term);
    text_release(&shown);
}

/* Changed at random, in a block of exactly its size. */
static void mutated(void)
{
    struct random random = {7};
    char *bytes = NULL, *rest, *line;
    size_t length;
    spex_error error;
    ASSERT_OK(file_read(suite_source("tests/data/terms.tsv"), 0, &bytes, &length, &error), error);
    rest = bytes;
    while ((line = strsep(&rest, "\n")) && *line) {
        struct text term = {0};
        from_hex(strsep(&line, "\t") + 2, &term);
        for (unsigned i = 0; i < suite_count(8, 2000); i++) {
            size_t size = 1 + random_below(&random, (uint32_t)term.length);
            unsigned char *copy = memory_allocate(size, 1);
            struct text shown = {0};
            memcpy(copy, term.data, size);
            for (unsigned j = 0; j < 1 + i % 4; j++)
                copy[random_below(&random, (uint32_t)size)] =
                    (unsigned char)(random_below(&random, 2) ? 97 + random_below(&random, 24)
                                                             : random_below(&random, 256));
            struct term_reader reader = {copy, 0, size, NULL}, look = reader;
            if (term_skip(&look)) {
                enum term_written state = term_inspect(&reader, 100000, &shown);
                CU_ASSERT_TRUE(state != TERM_NO_MEMORY);
                CU_ASSERT_TRUE(state || utf8_valid(text_value(&shown), shown.length));
                CU_ASSERT_TRUE(state || reader.at == look.at);
                reader = (struct term_reader){copy, 0, size, NULL};
                term_json(&reader, 100000, &shown);
            } else {
                CU_ASSERT_PTR_NOT_NULL(look.trouble);
            }
            text_release(&shown);
            free(copy);
        }
        text_release(&term);
    }
    free(bytes);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"terms as Elixir shows them", as_elixir_shows_them},
        {"what JSON cannot hold", what_json_cannot_hold},
        {"keys of objects", keys_of_objects},
        {"different terms have different texts", different_terms_have_different_texts},
        {"a term nested a million deep", nested_a_million_deep},
        {"lengths that cannot be", lengths_that_cannot_be},
        {"a term too long to show", too_long_to_show},
        {"a huge number in bounded time", a_huge_number_in_bounded_time},
        {"terms changed at random", mutated},
        {0}};
    return suite_run("import_terms", tests, argc, argv);
}
