/* The filter language: what is read, what it means, what is said of mistakes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "model/filter.h"
#include "tests/suite.h"

#define NOW INT64_C(1770000000000000)
#define HOUR INT64_C(3600000000)

static struct filter *parse(const char *typed)
{
    struct filter *filter;
    spex_error error;
    ASSERT_OK(filter_parse(&filter, typed, NULL, &error), error);
    return filter;
}

static void expect_printed(const char *typed, const char *expected)
{
    struct filter *filter = parse(typed);
    struct text printed = {0};
    filter_print(filter, &printed);
    ASSERT_TEXT(text_value(&printed), expected);
    struct filter *again = parse(text_value(&printed));
    struct text twice = {0};
    filter_print(again, &twice);
    ASSERT_TEXT(text_value(&twice), expected);
    text_release(&printed);
    text_release(&twice);
    filter_free(filter);
    filter_free(again);
}

static void what_is_read_is_printed(void)
{
    static const char *const pairs[][2] = {
        {"", ""},
        {"  \t ", ""},
        {"spec:Order state:running,paid overdue deviated mocked",
         "spec:Order state:running,paid overdue deviated mocked"},
        {"id~text id=exact meta.customer=42 age>2h history>10 action:refund",
         "id~text id=exact meta.customer=42 age>2h history>10 action:refund"},
        {"spec=Order id:a", "spec:Order id=a"},
        {"a or b c or d", "a or (b c) or d"},
        {"(a or b) (c or d)", "(a or b) (c or d)"},
        {"((a))", "a"},
        {"a and b AND c", "a b c"},
        {"not a b", "not a b"},
        {"not (a b)", "not (a b)"},
        {"NOT not a", "not not a"},
        {"a OR b", "a or b"},
        {"age > 2h history >= 3 meta.total < 5", "age>2h history>=3 meta.total<5"},
        {"state:a, \"b c\"", "state:a,\"b c\""},
        {"\"overdue\" \"or\" \"a b\" \"x:y\"", "\"overdue\" \"or\" \"a b\" \"x:y\""},
        {"two\" \"words", "\"two words\""},
        {"\"a\\\"b\\\\c\"", "\"a\\\"b\\\\c\""},
        {"meta.a.\"b.c\".d", "meta.a.\"b.c\".d"},
        {"meta.\"a b\"~x", "meta.\"a b\"~x"},
        {"\"meta.x\"", "\"meta.x\""},
        {"id=urn:x:1", "id=\"urn:x:1\""},
        {"state:\"\"", "state:\"\""},
        {"spec overdue,x", "spec \"overdue,x\""},
        {"größe 表", "größe 表"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        expect_printed(pairs[i][0], pairs[i][1]);
}

static void expect_mistake(const char *typed, size_t start, size_t length, const char *message)
{
    struct filter *filter;
    struct filter_mistake mistake = {99, 99};
    spex_error error;
    CU_ASSERT_EQUAL(filter_parse(&filter, typed, &mistake, &error), SPEX_ERROR_SYNTAX);
    CU_ASSERT_PTR_NULL(filter);
    ASSERT_CONTAINS(error.message, message);
    if (mistake.start != start || mistake.length != length)
        fprintf(stderr, "%s: %zu + %zu, expected %zu + %zu\n", typed, mistake.start, mistake.length,
                start, length);
    CU_ASSERT_EQUAL(mistake.start, start);
    CU_ASSERT_EQUAL(mistake.length, length);
    filter_free(filter);
}

static void mistakes_have_a_place_and_say_what_was_expected(void)
{
    expect_mistake("stat:paid", 0, 4, "there is no key stat; did you mean state?");
    expect_mistake("x specification:Order", 2, 13, "did you mean spec?");
    expect_mistake("qwxz:1", 0, 4, "expected spec, state, action");
    expect_mistake("spec:", 5, 0, "expected the name of a specification behind :");
    expect_mistake("spec: x", 5, 0, "expected the name of a specification behind :");
    expect_mistake("spec:\"\"", 5, 2, "expected the name of a specification");
    expect_mistake("state:a,", 8, 0, "expected the name of a state behind ,");
    expect_mistake("a (b", 2, 1, "expected a ) for this (");
    expect_mistake("a b)", 3, 1, "expected a ( before this )");
    expect_mistake("()", 1, 1, "expected a condition here");
    expect_mistake("a or", 4, 0, "expected a condition here");
    expect_mistake("or a", 0, 2, "expected a condition before or");
    expect_mistake("a or or b", 5, 2, "expected a condition before or");
    expect_mistake("not", 3, 0, "expected a condition here");
    expect_mistake("a \"b", 2, 2, "expected a closing \"");
    expect_mistake("state:\"b", 6, 2, "expected a closing \"");
    expect_mistake("age>2", 4, 1, "expected a duration like");
    expect_mistake("age>infinity", 4, 8, "expected a duration like");
    expect_mistake("age~2h", 3, 1, "expected < <= > >= or =");
    expect_mistake("history>many", 8, 4, "expected a whole number");
    expect_mistake("history>-1", 8, 2, "expected a whole number");
    expect_mistake("history>99999999999999999999", 8, 20, "expected a whole number");
    expect_mistake("history>1,2", 9, 1, "expected one value only");
    expect_mistake("state>paid", 5, 1, "has no order");
    expect_mistake("overdue:yes", 7, 1, "overdue stands alone");
    expect_mistake("a :b", 2, 1, "expected a key before :");
    expect_mistake("meta=3", 0, 4, "meta.KEY");
    expect_mistake("meta.=3", 0, 5, "meta.KEY");
    expect_mistake("meta.a..b", 0, 9, "meta.KEY");
    expect_mistake("state:a(b)", 7, 1, "expected a blank");
    expect_mistake("\"\"", 0, 2, "expected some text");
    struct filter *filter;
    spex_error error;
    CU_ASSERT_EQUAL(filter_parse(&filter, "größe 表 stat:x", NULL, &error), SPEX_ERROR_SYNTAX);
    CU_ASSERT_EQUAL(error.column, 9); /* counted in characters */
    ASSERT_CONTAINS(error.message, "filter:1:9: ");
}

static void what_is_too_much_is_refused(void)
{
    struct text text = {0};
    struct filter *filter;
    spex_error error;
    for (int i = 0; i < 100000; i++)
        text_append_char(&text, '(');
    CU_ASSERT_EQUAL(filter_parse(&filter, text_value(&text), NULL, &error), SPEX_ERROR_SYNTAX);
    ASSERT_CONTAINS(error.message, "at most 50 levels");
    text_clear(&text);
    for (int i = 0; i < 100000; i++)
        text_append(&text, "not ");
    CU_ASSERT_EQUAL(filter_parse(&filter, text_value(&text), NULL, &error), SPEX_ERROR_SYNTAX);
    text_clear(&text);
    for (int i = 0; i < 1000; i++)
        text_append(&text, i % 2 ? "a or " : "b ");
    CU_ASSERT_EQUAL(filter_parse(&filter, text_value(&text), NULL, &error), SPEX_ERROR_SYNTAX);
    ASSERT_CONTAINS(error.message, "at most 200 conditions");
    text_clear(&text);
    text_append(&text, "state:a");
    for (int i = 0; i < 100000; i++)
        text_append(&text, ",b");
    CU_ASSERT_EQUAL(filter_parse(&filter, text_value(&text), NULL, &error), SPEX_ERROR_SYNTAX);
    ASSERT_CONTAINS(error.message, "at most 5000 names");
    text_release(&text);
}

static void expect_match(const char *typed, bool expected)
{
    static const spex_step steps[] = {{"pay", "paid", NOW - 2 * HOUR, 0},
                                      {SPEX_INITIALISATION, "basket", NOW - 3 * HOUR, 0}};
    static const spex_instance instance = {
        .identifier = "Order-17",
        .specification = "Order",
        .meta =
            "{\"customer\":42,\"name\":\"Ada L\",\"deep\":{\"list\":[1,2.5,\"x\"]},\"vip\":true}",
        .state = "paid",
        .since = NOW - 2 * HOUR - 1,
        .due = NOW - 1,
        .deviations = 2,
        .transitions = 2,
        .steps = steps,
        .step_count = 2};
    struct filter *filter = parse(typed);
    if (filter_matches(filter, &instance, NOW) != expected)
        fprintf(stderr, "%s: expected %d\n", typed, expected);
    CU_ASSERT_EQUAL(filter_matches(filter, &instance, NOW), expected);
    filter_free(filter);
}

static void conditions_mean_what_they_say(void)
{
    static const char *const yes[] = {"",
                                      "spec:Order",
                                      "spec:Door,Order",
                                      "spec~ORD",
                                      "state:paid",
                                      "state=paid,x",
                                      "id=Order-17",
                                      "id~ER-1",
                                      "der-1",
                                      "PAID",
                                      "action:pay",
                                      "action:x,pay",
                                      "action~AY",
                                      "overdue",
                                      "deviated",
                                      "not mocked",
                                      "age>2h",
                                      "age>=2h",
                                      "age=2h",
                                      "age<3h",
                                      "age<121m",
                                      "history=2",
                                      "history>1",
                                      "history<=2",
                                      "deviations=2",
                                      "deviations>=2",
                                      "meta.customer=42",
                                      "meta.customer:41,42",
                                      "meta.customer>41",
                                      "meta.customer<42.5",
                                      "meta.customer=4.2e1",
                                      "meta.name=\"Ada L\"",
                                      "meta.name~ada",
                                      "meta.name>A",
                                      "meta.deep.list.1=2.5",
                                      "meta.deep.list.2=x",
                                      "meta.vip",
                                      "meta.vip=true",
                                      "meta.deep",
                                      "mocked or overdue",
                                      "not (mocked or age<1h)",
                                      "mocked history>9 or state:paid",
                                      "not not overdue",
                                      "meta.customer~2"};
    static const char *const no[] = {"spec:order",
                                     "spec:Ord",
                                     "state:pay",
                                     "id=order-17",
                                     "mocked",
                                     "action:pa",
                                     "age>3h",
                                     "age=1h",
                                     "age<2h",
                                     "history>2",
                                     "deviations<2",
                                     "meta.customer=\"42x\"",
                                     "meta.customer>42",
                                     "meta.name=Ada",
                                     "meta.name>1000000 meta.name<0",
                                     "meta.deep.list.9",
                                     "meta.deep=x",
                                     "meta.list",
                                     "meta.vip=false",
                                     "not overdue",
                                     "overdue mocked",
                                     "state:\"\"",
                                     "mocked (history>9 or state:paid)",
                                     "meta.customer<x"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        expect_match(yes[i], true);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        expect_match(no[i], false);
}

static void a_public_filter_becomes_one(void)
{
    struct filter *filter;
    struct text text = {0};
    spex_error error;
    ASSERT_OK(filter_create(&filter, NULL, &error), error);
    CU_ASSERT_PTR_NULL(filter);
    ASSERT_OK(filter_create(&filter, &(spex_filter){.text = ""}, &error), error);
    CU_ASSERT_PTR_NULL(filter);
    spex_filter wanted = {.specification = "A b",
                          .state = "",
                          .text = "x y",
                          .overdue = true,
                          .deviated = true,
                          .mocked = true,
                          .where = "a or b"};
    ASSERT_OK(filter_create(&filter, &wanted, &error), error);
    filter_print(filter, &text);
    ASSERT_TEXT(text_value(&text),
                "spec:\"A b\" state:\"\" \"x y\" overdue deviated mocked (a or b)");
    filter_free(filter);
    wanted.where = "a or";
    CU_ASSERT_EQUAL(filter_create(&filter, &wanted, &error), SPEX_ERROR_SYNTAX);
    CU_ASSERT_PTR_NULL(filter);
    text_release(&text);
}

static void expect_flag(const char *typed, enum filter_key flag, const char *expected)
{
    struct filter *filter = filter_with_flag(parse(typed), flag);
    struct text text = {0};
    filter_print(filter, &text);
    ASSERT_TEXT(text_value(&text), expected);
    CU_ASSERT_EQUAL(filter_flag(filter), flag);
    filter_free(filter);
    text_release(&text);
}

static void flags_are_changed_in_place(void)
{
    expect_flag("", FILTER_OVERDUE, "overdue");
    expect_flag("overdue", FILTER_KEYS, "");
    expect_flag("a overdue b", FILTER_MOCKED, "a b mocked");
    expect_flag("overdue or b", FILTER_DEVIATED, "(overdue or b) deviated");
    expect_flag("not overdue", FILTER_KEYS, "not overdue");
}

static void expect_place(const char *typed, bool value, enum filter_key key, bool meta_key,
                         size_t start, const char *begun)
{
    struct filter_place place;
    CU_ASSERT_TRUE(filter_place(typed, strlen(typed), &place));
    CU_ASSERT_EQUAL(place.value, value);
    CU_ASSERT_EQUAL(place.key, key);
    CU_ASSERT_EQUAL(place.meta_key, meta_key);
    CU_ASSERT_EQUAL(place.start, start);
    ASSERT_TEXT(place.begun, begun);
    free(place.begun);
}

static void the_place_to_complete_is_known(void)
{
    expect_place("", false, FILTER_TEXT, false, 0, "");
    expect_place("sp", false, FILTER_TEXT, false, 0, "sp");
    expect_place("spec:", true, FILTER_SPECIFICATION, false, 5, "");
    expect_place("a spec:Or", true, FILTER_SPECIFICATION, false, 7, "Or");
    expect_place("spec:Order ", false, FILTER_TEXT, false, 11, "");
    expect_place("(state:paid,\"two w", true, FILTER_STATE, false, 12, "two w");
    expect_place("state:a, ", true, FILTER_STATE, false, 9, "");
    expect_place("action~re", true, FILTER_ACTION, false, 7, "re");
    expect_place("x meta.cu", false, FILTER_TEXT, true, 2, "meta.cu");
    expect_place("meta.cu=4", true, FILTER_META, false, 8, "4");
    expect_place("not (ov", false, FILTER_TEXT, false, 5, "ov");
    expect_place("age>", true, FILTER_AGE, false, 4, "");
}

/* Whatever is typed is read or refused, and what is read is printed and read again. */
static void any_text_is_read_or_refused(void)
{
    static const char *const pieces[] = {
        "spec", ":",  "=",   "~",       "<",  ">",    "(",     ")",    "\"", " ",
        "not ", "or", "and", "overdue", "表", "\\",   "meta.", "a",    ".",  ",",
        "age",  "2h", "7",   "state",   "\n", "\xff", " not ", " or ", "id", "x"};
    struct random random = {5};
    struct text typed = {0}, printed = {0}, twice = {0};
    unsigned read = 0;
    for (unsigned trial = 0; trial < suite_count(30000, 1000000); trial++) {
        text_clear(&typed);
        for (uint32_t i = 1 + random_below(&random, 9); i > 0; i--)
            text_append(&typed, pieces[random_below(&random, sizeof pieces / sizeof *pieces)]);
        struct filter *filter, *again;
        struct filter_mistake mistake = {0, 0};
        struct filter_place place;
        CU_ASSERT_TRUE(filter_place(text_value(&typed), typed.length, &place));
        CU_ASSERT_TRUE(place.start <= typed.length);
        free(place.begun);
        if (filter_parse(&filter, text_value(&typed), &mistake, NULL)) {
            CU_ASSERT_TRUE(mistake.start + mistake.length <= typed.length);
            continue;
        }
        read++;
        text_clear(&printed);
        text_clear(&twice);
        filter_print(filter, &printed);
        if (filter_parse(&again, text_value(&printed), NULL, NULL)) {
            suite_assert_text(text_value(&printed), text_value(&typed), __FILE__, __LINE__);
            filter_free(filter);
            continue;
        }
        filter_print(again, &twice);
        if (strcmp(text_value(&twice), text_value(&printed)) != 0)
            ASSERT_TEXT(text_value(&twice), text_value(&printed));
        filter_free(filter);
        filter_free(again);
    }
    CU_ASSERT_TRUE(read > 1000);
    text_release(&typed);
    text_release(&printed);
    text_release(&twice);
}

static void memory_may_run_out(void)
{
    static const char typed[] = "(spec:a,b or not state:c) meta.a.b=1 age>2h word";
    bool done = false;
    for (long k = 1; !done && k < 200; k++) {
        struct filter *filter;
        spex_error error;
        memory_fail_after(k);
        int status = filter_parse(&filter, typed, NULL, &error);
        memory_fail_after(0);
        if (status && status != SPEX_ERROR_MEMORY)
            fprintf(stderr, "%ld: %s\n", k, error.message);
        CU_ASSERT_TRUE(status == SPEX_OK || status == SPEX_ERROR_MEMORY);
        done = status == SPEX_OK;
        filter_free(filter);
    }
    CU_ASSERT_TRUE(done);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"what is read is printed", what_is_read_is_printed},
        {"mistakes have a place and say what was expected",
         mistakes_have_a_place_and_say_what_was_expected},
        {"what is too much is refused", what_is_too_much_is_refused},
        {"conditions mean what they say", conditions_mean_what_they_say},
        {"a public filter becomes one", a_public_filter_becomes_one},
        {"flags are changed in place", flags_are_changed_in_place},
        {"the place to complete is known", the_place_to_complete_is_known},
        {"any text is read or refused", any_text_is_read_or_refused},
        {"memory may run out", memory_may_run_out},
        {0},
    };
    return suite_run("model", tests, argc, argv);
}
