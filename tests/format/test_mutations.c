/*
 * Samples changed at random, a few bytes at a time, for every reader. None may crash,
 * read behind the end (the bytes lie in a block of exactly their size) or fail without
 * a place; and what a reader does accept must come back from its writer.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "format/format.h"
#include "tests/suite.h"

enum { ROUNDS = 6000, CHANGES = 4 };

typedef int (*reader_function)(const char *bytes, size_t length, spex_error *error);

static void check_again(int status, const spex_error *error)
{
    /* What was written by a writer is always readable. */
    ASSERT_OK(status, *error);
}

static int try_spec(const char *bytes, size_t length, spex_error *error)
{
    struct spex_specification *specification, *again = NULL;
    struct text text = {0};
    int status = spec_read("f", bytes, length, &specification, error);
    if (!status && !spec_write(specification, &text, error)) {
        check_again(spec_read("f", text.data, text.length, &again, error), error);
        CU_ASSERT_TRUE(!again || again->transition_count == specification->transition_count);
    }
    text_release(&text);
    spex_specification_free(specification);
    spex_specification_free(again);
    return status;
}

static int try_model(const char *bytes, size_t length, spex_error *error)
{
    struct spex_model *model, *again = NULL;
    struct text text = {0};
    int status = model_read("f", bytes, length, &model, error);
    if (!status) {
        /* This format gives back every name it could read. */
        check_again(model_write(model, &text, error), error);
        check_again(model_read("f", text_value(&text), text.length, &again, error), error);
        CU_ASSERT_TRUE(!again || again->transition_count == model->transition_count);
    }
    text_release(&text);
    spex_model_free(model);
    spex_model_free(again);
    return status;
}

static int try_aut(const char *bytes, size_t length, spex_error *error)
{
    struct lts lts, again;
    struct text text = {0};
    int status = aut_read("f", bytes, length, "tau", &lts, error);
    if (!status) {
        check_again(aut_write(&lts, "tau", &text, error), error);
        check_again(aut_read("f", text_value(&text), text.length, "tau", &again, error), error);
        CU_ASSERT_EQUAL(again.transition_count, lts.transition_count);
        CU_ASSERT_EQUAL(again.labels.count, lts.labels.count);
        lts_release(&again);
        lts_release(&lts);
    }
    text_release(&text);
    return status;
}

static int try_elixir(const char *bytes, size_t length, spex_error *error)
{
    struct specification_list list;
    int status = elixir_read("f", bytes, length, &list, error);
    for (size_t i = 0; i < list.count; i++) {
        struct text text = {0};
        CU_ASSERT_EQUAL(json_write_specification(list.items[i], &text), SPEX_OK);
        text_release(&text);
    }
    specification_list_release(&list);
    return status;
}

static int try_record(const char *bytes, size_t length, spex_error *error)
{
    struct record record;
    int status = record_read("f", 1, bytes, length, &record, error);
    record_release(&record);
    return status;
}

static const char *const pieces[] = {"\n",
                                     "\r\n",
                                     "\0",
                                     "\xff",
                                     "\"",
                                     "\"\"\"",
                                     "'",
                                     "(",
                                     ")",
                                     "[",
                                     "]",
                                     "{",
                                     "}",
                                     "#{",
                                     "#",
                                     "do",
                                     "end",
                                     "fn",
                                     " ",
                                     ":",
                                     "::",
                                     ",",
                                     "~s",
                                     "~W(",
                                     "?",
                                     "\\",
                                     "--[",
                                     "]-> ",
                                     "->",
                                     "@",
                                     "nil",
                                     "0",
                                     "4294967296",
                                     "-1",
                                     "1_0",
                                     "a:",
                                     "for ",
                                     "Elixir",
                                     "unquote(",
                                     "def_transition ",
                                     "\xEF\xBB\xBF",
                                     "%",
                                     "<<",
                                     ">>",
                                     ";",
                                     "18446744073709551616",
                                     "infinity",
                                     "null",
                                     "\\u0000",
                                     "use Spex.Specification\n",
                                     "none"};
enum { PIECES = sizeof pieces / sizeof *pieces };

static void change(struct random *random, struct text *text)
{
    size_t at = random_below(random, (uint32_t)text->length + 1);
    size_t rest = text->length - at;
    const char *piece = pieces[random_below(random, PIECES)];
    size_t size = *piece ? strlen(piece) : 1;
    struct text changed = {0};
    text_append_bytes(&changed, text_value(text), at);
    switch (random_below(random, 6)) {
    case 0: /* cut off */
        rest = random_below(random, 4) ? rest : 0;
        break;
    case 1: /* another byte */
        text_append_char(&changed, (char)random_below(random, 256));
        rest -= rest > 0;
        break;
    case 2: /* some bytes less */
        rest -= rest ? random_below(random, (uint32_t)(rest < 20 ? rest : 20)) + 1 : 0;
        break;
    case 3: /* a part twice */
        text_append_bytes(&changed, text->data + at, rest < 60 ? rest : 60);
        break;
    default: /* a piece more */
        text_append_bytes(&changed, piece, size);
    }
    text_append_bytes(&changed, text->data + text->length - rest, rest);
    text_release(text);
    *text = changed;
}

static void mutate(const char *sample, reader_function try, uint64_t seed)
{
    char *bytes = NULL;
    size_t length;
    spex_error error = {0};
    struct random random = {seed};
    int accepted = 0, refused = 0;
    if (!ASSERT_OK(file_read(suite_source(sample), 0, &bytes, &length, &error), error))
        return;
    for (int round = 0; round < ROUNDS; round++) {
        struct text text = {0};
        text_append_bytes(&text, bytes, length);
        for (uint32_t i = random_below(&random, CHANGES); i > 0; i--)
            change(&random, &text);
        char *exact = malloc(text.length ? text.length : 1);
        if (text.length)
            memcpy(exact, text_value(&text), text.length);
        int status = try(exact, text.length, &error);
        if (status) {
            refused++;
            CU_ASSERT_EQUAL(status, SPEX_ERROR_SYNTAX);
            CU_ASSERT_TRUE(error.line > 0 && error.column > 0);
            ASSERT_CONTAINS(error.message, "f:");
        } else {
            accepted++;
        }
        free(exact);
        text_release(&text);
    }
    CU_ASSERT_TRUE(accepted > ROUNDS / 20);
    CU_ASSERT_TRUE(refused > ROUNDS / 20);
    free(bytes);
}

static void specifications(void)
{
    mutate("tests/data/order.spec", try_spec, 1);
}

static void models(void)
{
    mutate("tests/data/Order.spex", try_model, 2);
}

static void systems(void)
{
    mutate("tests/data/queue.aut", try_aut, 3);
}

static void modules(void)
{
    mutate("tests/data/elixir/ticket.ex", try_elixir, 4);
}

/* Each line on its own. */
static int try_records(const char *bytes, size_t length, spex_error *error)
{
    int first = SPEX_OK;
    spex_error reason;
    for (size_t at = 0; at < length;) {
        const char *newline = memchr(bytes + at, '\n', length - at);
        size_t size = newline ? (size_t)(newline - bytes) - at : length - at;
        int status = try_record(bytes + at, size, &reason);
        if (status && !first) {
            first = status;
            *error = reason;
        }
        at += size + 1;
    }
    return first;
}

static void records(void)
{
    mutate("tests/data/records.jsonl", try_records, 5);
}

static void anything_for_every_reader(void)
{
    static const char *const samples[] = {"tests/data/order.spec", "tests/data/Order.spex",
                                          "tests/data/queue.aut", "tests/data/elixir/ticket.ex",
                                          "tests/data/records.jsonl"};
    static const reader_function readers[] = {try_spec, try_model, try_aut, try_elixir, try_record};
    for (size_t i = 0; i < 5; i++) {
        char *bytes = NULL;
        size_t length;
        spex_error error = {0};
        ASSERT_OK(file_read(suite_source(samples[i]), 0, &bytes, &length, &error), error);
        for (size_t j = 0; j < 5; j++)
            for (size_t cut = 0; cut <= length; cut++) {
                char *exact = malloc(cut ? cut : 1);
                memcpy(exact, bytes, cut);
                int status = readers[j](exact, cut, &error);
                CU_ASSERT_TRUE(status == SPEX_OK || status == SPEX_ERROR_SYNTAX);
                free(exact);
            }
        free(bytes);
    }
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"specifications", specifications},
        {"models", models},
        {"systems", systems},
        {"modules", modules},
        {"records", records},
        {"anything for every reader", anything_for_every_reader},
        {0},
    };
    return suite_run("mutations", tests, argc, argv);
}
