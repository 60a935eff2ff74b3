/* .spec and .spex: round trips, places of mistakes, names that must be refused. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "format/format.h"
#include "tests/suite.h"

static char *read_whole(const char *path, size_t *length)
{
    char *bytes = NULL;
    spex_error error;
    if (!ASSERT_OK(file_read(path, 0, &bytes, length, &error), error))
        return NULL;
    return bytes;
}

/* ------------------------------------------------- transition lines */

static bool part_is(const char *part, size_t length, const char *expected)
{
    return strlen(expected) == length && memcmp(part, expected, length) == 0;
}

static void arrows_are_matched_greedily(void)
{
    static const struct {
        const char *line, *from, *action, *to;
    } cases[] = {
        {"a --[b]-> c", "a", "b", "c"},
        {"two words --[an action]-> a state", "two words", "an action", "a state"},
        {"a --[b]-> c --[d]-> e", "a --[b]-> c", "d", "e"},
        {"a --[b]-> c]-> d", "a", "b]-> c", "d"},
        {"a --[--[]-> b", "a", "--[", "b"},
        {"a --[ --[b]-> c", "a --[", "b", "c"},
        {" --[x --[b]-> c", " --[x", "b", "c"},
        {"a --[]]-> b", "a", "]", "b"},
        {"a --[]-> ]-> b", "a", "]-> ", "b"},
        {"größe --[表]-> \xF0\x9F\x8C\x8D", "größe", "表", "\xF0\x9F\x8C\x8D"},
        {"  a  --[ b ]->  c ", "  a ", " b ", " c "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct transition_parts parts;
        unsigned column;
        const char *expected;
        if (!transition_line_read(cases[i].line, strlen(cases[i].line), &parts, &column,
                                  &expected)) {
            CU_FAIL("a transition was not read");
            continue;
        }
        CU_ASSERT_TRUE(part_is(parts.from, parts.from_length, cases[i].from));
        CU_ASSERT_TRUE(part_is(parts.action, parts.action_length, cases[i].action));
        CU_ASSERT_TRUE(part_is(parts.to, parts.to_length, cases[i].to));
    }
}

static void what_an_arrow_lacks_is_said(void)
{
    static const struct {
        const char *line;
        unsigned column;
        const char *expected;
    } cases[] = {
        {"", 1, "' --[action]-> '"},
        {"idle", 5, "' --[action]-> '"},
        {"--[a]-> b", 1, "the state before"},
        {" --[a]-> b", 2, "the state before"},
        {"idle--[a]-> b", 5, "a blank before"},
        {"idle -> b", 6, "' --[action]-> '"},
        {"größe -> b", 7, "' --[action]-> '"},
        {"a --[]-> b", 6, "an action between"},
        {"a --[b", 7, "']-> '"},
        {"a --[b]", 8, "']-> ' and the state"},
        {"a --[b]->", 10, "']-> ' and the state"},
        {"a --[b]-> ", 11, "the state after"},
        {"a --[b]->c", 7, "']-> '"},
        {"a --[b] c", 7, "']-> '"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct transition_parts parts;
        unsigned column = 0;
        const char *expected = "";
        CU_ASSERT_FALSE(
            transition_line_read(cases[i].line, strlen(cases[i].line), &parts, &column, &expected));
        CU_ASSERT_EQUAL(column, cases[i].column);
        ASSERT_CONTAINS(expected, cases[i].expected);
    }
}

/* ------------------------------------------------------------ .spex */

static struct spex_model *model_of(const char *bytes)
{
    struct spex_model *model = NULL;
    spex_error error;
    ASSERT_OK(model_read("m.spex", bytes, strlen(bytes), &model, &error), error);
    return model;
}

static void models_come_back_byte_for_byte(void)
{
    static const char *const files[] = {
        "Specification: Elixir.Shop.Order\nLearning mode: false\nTransitions:\n"
        "idle --[start]-> running\nnil --[__initialisation__]-> idle\n",
        "Specification: A\nLearning mode: true\nTransitions:\n\n",
        "Specification: two words\nLearning mode: true\nTransitions:\n"
        "# --[#]-> #\na  --[ b ]->  c \n",
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct spex_model *model = model_of(files[i]);
        struct text text = {0};
        spex_error error;
        if (model && ASSERT_OK(model_write(model, &text, &error), error))
            ASSERT_TEXT(text_value(&text), files[i]);
        text_release(&text);
        spex_model_free(model);
    }
}

static void models_of_the_elixir_library_come_back(void)
{
    static const char *const files[] = {
        "data/spex/Elixir.SpexTest.Specifications.Cycle.spex",
        "data/spex/Elixir.SpexTest.Specifications.Point.spex",
        "data/spex/Elixir.SpexTest.Specifications.Tree.spex",
        "data/dets/small/impl_models_exported/Elixir.SpexTest.Specifications.Tree.spex",
        "data/dets/small_otp27/impl_models_exported/Elixir.SpexTest.Specifications.Point.spex",
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const char *path = suite_shared(files[i]);
        size_t length = 0;
        char *bytes = path ? read_whole(path, &length) : NULL;
        if (!bytes)
            return;
        struct spex_model *model = NULL, *again = NULL;
        struct text text = {0}, text_again = {0};
        spex_error error;
        ASSERT_OK(model_read(path, bytes, length, &model, &error), error);
        ASSERT_OK(model_write(model, &text, &error), error);
        ASSERT_OK(model_read(path, text.data, text.length, &again, &error), error);
        ASSERT_OK(model_write(again, &text_again, &error), error);
        ASSERT_TEXT(text_value(&text_again), text_value(&text));
        CU_ASSERT_EQUAL(text.length, length); /* the same lines, in whatever order */
        if (model->transition_count <= 32)
            ASSERT_TEXT(text_value(&text), bytes);
        text_release(&text);
        text_release(&text_again);
        spex_model_free(model);
        spex_model_free(again);
        free(bytes);
    }
}

static void models_are_read_from_other_hands(void)
{
    struct spex_model *model = model_of("\xEF\xBB\xBFSpecification: A\r\nLearning mode: true\r\n"
                                        "Transitions:\r\n\r\nb --[x]-> c\r\n   \r\n"
                                        "a --[x]-> b\r\r\nb --[x]-> c");
    if (!model)
        return;
    ASSERT_TEXT(model->name, "A");
    CU_ASSERT_TRUE(model->learning);
    CU_ASSERT_EQUAL(model->transition_count, 2);
    CU_ASSERT_TRUE(model_has(model, "a", "x", "b"));
    CU_ASSERT_TRUE(model_has(model, "b", "x", "c"));
    spex_model_free(model);
}

#define HEAD "Specification: A\nLearning mode: true\nTransitions:\n"

static void mistakes_in_models_have_their_place(void)
{
    static const struct {
        const char *bytes, *message;
    } cases[] = {
        {"", "m.spex:1:1: expected 'Specification: NAME', found the end of the file"},
        {"\n\n", "m.spex:2:1: expected 'Specification: NAME', found the end of the file"},
        {"Spec: A\n", "m.spex:1:1: expected 'Specification: NAME'"},
        {"Specification: \n", "m.spex:1:16: the specification's name is missing"},
        {"Specification:  A\n", "m.spex:1:16: expected the specification's name without blanks"},
        {"Specification: A \n", "m.spex:1:17: expected the specification's name without blanks"},
        {"Specification: A\n", "m.spex:1:17: expected 'Learning mode: true' or"},
        {"Specification: A\nLearning mode: yes\n", "m.spex:2:16: expected 'true' or 'false'"},
        {"Specification: A\nLearning mode: true\n", "m.spex:2:20: expected 'Transitions:'"},
        {"Specification: A\nLearning mode: true\nTransitions: x\n",
         "m.spex:3:13: expected the end of the line"},
        {HEAD "a -> b\n", "m.spex:4:3: expected ' --[action]-> '"},
        {HEAD "\na --[b]-> c\n\nä --[]-> c\n", "m.spex:7:6: expected an action"},
        {HEAD "a --[\xff]-> b\n", "m.spex:4:6: expected text in UTF-8, found the byte 0xFF"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct spex_model *model;
        spex_error error = {0};
        CU_ASSERT_EQUAL(
            model_read("m.spex", cases[i].bytes, strlen(cases[i].bytes), &model, &error),
            SPEX_ERROR_SYNTAX);
        CU_ASSERT_PTR_NULL(model);
        ASSERT_CONTAINS(error.message, cases[i].message);
    }
}

/* ------------------------------------------------------------ .spec */

static struct spex_specification *specification_of(const char *bytes)
{
    struct spex_specification *specification = NULL;
    spex_error error;
    ASSERT_OK(spec_read("s.spec", bytes, strlen(bytes), &specification, &error), error);
    return specification;
}

static void specifications_are_read(void)
{
    struct spex_specification *specification =
        specification_of("\xEF\xBB\xBF# an order, from basket to doorstep\r\n"
                         "Specification:   Order\t\r\n\r\n"
                         "  # a comment\r\n"
                         "Transition timeout: 30s\r\nPrune timeout: 1h\r\n"
                         "Prunable states: done , gave up\r\n"
                         "Accept: transition_timeout,impl_model_not_found\r\n"
                         "Transitions:\r\n"
                         "  idle  --[start]-> running\r\n"
                         "# idle --[no]-> where\r\n"
                         "idle --[ start ]->   running  \r\n"
                         "running --[#1]-> done # really");
    if (!specification)
        return;
    const spex_policy *policy = &specification->policy;
    ASSERT_TEXT(specification->name, "Order");
    ASSERT_TEXT(specification->source, "s.spec");
    CU_ASSERT_EQUAL(specification->transition_count, 2);
    CU_ASSERT_EQUAL(specification->states.count, 3);
    ASSERT_TEXT(specification->states.names[0], "idle");
    ASSERT_TEXT(specification->states.names[1], "running");
    ASSERT_TEXT(specification->states.names[2], "done # really");
    ASSERT_TEXT(specification->actions.names[1], "#1");
    CU_ASSERT_EQUAL(policy->transition_timeout, 30000);
    CU_ASSERT_EQUAL(policy->prune_timeout, 3600000);
    CU_ASSERT_EQUAL(policy->prunable, SPEX_PRUNABLE_LIST);
    CU_ASSERT_EQUAL(policy->prunable_state_count, 2);
    ASSERT_TEXT(policy->prunable_states[0], "done");
    ASSERT_TEXT(policy->prunable_states[1], "gave up");
    CU_ASSERT_EQUAL(policy->accept,
                    1u << SPEX_REASON_TRANSITION_TIMEOUT | 1u << SPEX_REASON_MODEL_NOT_FOUND);
    spex_specification_free(specification);
}

static void headers_may_be_left_out(void)
{
    struct spex_specification *specification =
        specification_of("Specification: Empty\nTransitions:");
    if (!specification)
        return;
    CU_ASSERT_EQUAL(specification->policy.transition_timeout, SPEX_INFINITY);
    CU_ASSERT_EQUAL(specification->policy.prune_timeout, SPEX_INFINITY);
    CU_ASSERT_EQUAL(specification->policy.prunable, SPEX_PRUNABLE_NONE);
    CU_ASSERT_EQUAL(specification->policy.accept, SPEX_ACCEPT_DEFAULT);
    CU_ASSERT_PTR_NULL(spex_specification_initial(specification));
    spex_specification_free(specification);
}

static void mistakes_in_specifications_have_their_place(void)
{
    static const struct {
        const char *bytes, *message;
    } cases[] = {
        {"", "s.spec:1:1: expected 'Specification: NAME', found the end of the file"},
        {"# only this\n", "s.spec:1:12: expected 'Specification: NAME'"},
        {"Prune timeout: 1h\n", "s.spec:1:1: expected 'Specification: NAME' first"},
        {"Specification: Tru", "s.spec:1:19: expected 'Transitions:', found the end of the file"},
        {"Specification: A\rTransitions:\ra --[b]-> c\n",
         "s.spec:1:17: a carriage return inside a line"},
        {"hello\n", "s.spec:1:1: expected 'Specification: NAME' first"},
        {"Specification:  \n", "s.spec:1:15: expected a value behind 'Specification:'"},
        {"Specification: A\nTransition timout: 1s\n",
         "s.spec:2:1: unknown header 'Transition timout'; did you mean 'Transition timeout'?"},
        {"Specification: A\n  prune timeout: 1s\n",
         "s.spec:2:3: unknown header 'prune timeout'; did you mean 'Prune timeout'?"},
        {"Specification: A\nColour: red\n", "s.spec:2:1: unknown header 'Colour'"},
        {"Specification: A\nPrune timeout: 1\n", "s.spec:2:16: expected a duration, such as"},
        {"Specification: A\nPrune timeout:\n",
         "s.spec:2:15: expected a value behind 'Prune timeout:'"},
        {"Specification: A\n\nSpecification: B\n",
         "s.spec:3:1: 'Specification:' stands already in line 1"},
        {"Specification: A\nPrunable states: a, none\n",
         "s.spec:2:21: expected a state: 'none' can only stand alone"},
        {"Specification: A\nPrunable states: a,, b\n",
         "s.spec:2:20: the prunable state is missing"},
        {"Specification: A\nAccept: deviation_still_equivalnt\n",
         "s.spec:2:9: expected the name of an error, such as deviation_still_equivalent, or none; "
         "did you mean 'deviation_still_equivalent'?"},
        {"Specification: A\na --[b]-> c\n",
         "s.spec:2:1: expected 'Transitions:' above the first transition"},
        {"Specification: A\nTransitions: a\n", "s.spec:2:14: expected the end of the line"},
        {"Specification: A\nidle\n", "s.spec:2:1: expected a header"},
        {"Specification: A\nTransitions:\n  ä --[b]->\n", "s.spec:3:12: expected ']-> ' and"},
        {"Specification: A\nTransitions:\na --[  ]-> b\n", "s.spec:3:8: the action is missing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct spex_specification *specification;
        spex_error error = {0};
        CU_ASSERT_EQUAL(
            spec_read("s.spec", cases[i].bytes, strlen(cases[i].bytes), &specification, &error),
            SPEX_ERROR_SYNTAX);
        CU_ASSERT_PTR_NULL(specification);
        ASSERT_CONTAINS(error.message, cases[i].message);
    }
}

static void what_is_no_text_is_refused(void)
{
    enum { HUGE = 10 << 20 };
    struct spex_specification *specification;
    struct spex_model *model;
    spex_error error = {0};
    static const char binary[] = "Specification: A\nTrans\0itions:\n";
    CU_ASSERT_EQUAL(spec_read("b", binary, sizeof binary - 1, &specification, &error),
                    SPEX_ERROR_SYNTAX);
    ASSERT_CONTAINS(error.message, "b:2:6: expected text in UTF-8, found the byte 0x00");
    char *huge = memory_allocate(HUGE, 1);
    memset(huge, 'x', HUGE);
    CU_ASSERT_EQUAL(spec_read("h", huge, HUGE, &specification, &error), SPEX_ERROR_SYNTAX);
    CU_ASSERT_EQUAL(model_read("h", huge, HUGE, &model, &error), SPEX_ERROR_SYNTAX);
    memcpy(huge, "Specification: ", 15);
    CU_ASSERT_EQUAL(spec_read("h", huge, HUGE, &specification, &error), SPEX_ERROR_SYNTAX);
    ASSERT_CONTAINS(error.message, "longer than 4096 bytes");
    CU_ASSERT_EQUAL(model_read("h", huge, HUGE, &model, &error), SPEX_ERROR_SYNTAX);
    ASSERT_CONTAINS(error.message, "longer than 4096 bytes");
    memcpy(huge, HEAD, sizeof HEAD - 1);
    CU_ASSERT_EQUAL(model_read("h", huge, HUGE, &model, &error), SPEX_ERROR_SYNTAX);
    memcpy(huge + HUGE - 9, " --[a]-> b", 9);
    CU_ASSERT_EQUAL(model_read("h", huge, HUGE, &model, &error), SPEX_ERROR_SYNTAX);
    free(huge);
}

static void specifications_come_back(void)
{
    static const char *const files[] = {
        "Specification: Order\nTransition timeout: 30s\nPrune timeout: 90m\n"
        "Prunable states: terminal\nAccept: none\nTransitions:\nidle --[start]-> running\n"
        "running --[complete]-> done\n",
        "Specification: A\nPrunable states: all\nAccept: instance_identifier_not_found, "
        "transition_timeout\nTransitions:\n",
        "Specification: A\nPrunable states: a, b c\nTransitions:\na --[b]-> c\n",
        "Specification: A\nTransitions:\na --[#]-> #\n",
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct spex_specification *specification = specification_of(files[i]);
        struct text text = {0};
        spex_error error;
        if (specification && ASSERT_OK(spec_write(specification, &text, &error), error))
            ASSERT_TEXT(text_value(&text), files[i]);
        text_release(&text);
        spex_specification_free(specification);
    }
}

/* -------------------------------------------------- hostile names */

static const char *const pieces[] = {
    "a",    "b",
    " ",    "\t",
    "\n",   "\r",
    "#",    " --[",
    "--[",  "]-> ",
    "]->",  "-",
    "]",    "[",
    ">",    ",",
    "none", "all",
    ":",    "nil",
    "ä",    "\xEF\xBB\xBF",
    "\"",   "\x1b",
    "\x7f", "表",
    "\x01", "Transitions:",
    "\xff", "terminal",
};
enum { PIECES = sizeof pieces / sizeof *pieces };

static const char *random_name(struct random *random, char *buffer)
{
    uint32_t count = 1 + random_below(random, 4);
    *buffer = '\0';
    for (uint32_t i = 0; i < count; i++)
        strcat(buffer, pieces[random_below(random, PIECES)]);
    return buffer;
}

static bool same_specification(const struct spex_specification *one,
                               const struct spex_specification *other)
{
    bool same = strcmp(one->name, other->name) == 0 && one->states.count == other->states.count &&
                one->actions.count == other->actions.count &&
                one->transition_count == other->transition_count &&
                one->policy.prunable == other->policy.prunable &&
                one->policy.prunable_state_count == other->policy.prunable_state_count &&
                one->policy.accept == other->policy.accept &&
                one->policy.transition_timeout == other->policy.transition_timeout &&
                one->policy.prune_timeout == other->policy.prune_timeout;
    for (uint32_t i = 0; same && i < one->states.count; i++)
        same = strcmp(one->states.names[i], other->states.names[i]) == 0;
    for (uint32_t i = 0; same && i < one->actions.count; i++)
        same = strcmp(one->actions.names[i], other->actions.names[i]) == 0;
    for (size_t i = 0; same && i < one->transition_count; i++)
        same = memcmp(&one->transitions[i], &other->transitions[i], sizeof *one->transitions) == 0;
    for (size_t i = 0; same && i < one->policy.prunable_state_count; i++)
        same = strcmp(one->policy.prunable_states[i], other->policy.prunable_states[i]) == 0;
    return same;
}

static struct spex_specification *random_specification(struct random *random)
{
    char name[64], from[64], to[64];
    struct spex_specification *made = NULL;
    if (spex_specification_create(&made, random_name(random, name), NULL))
        return NULL;
    for (uint32_t i = random_below(random, 3); i > 0; i--)
        spex_specification_add(made, random_name(random, from), random_name(random, name),
                               random_name(random, to), NULL);
    const char *states[] = {random_name(random, from), random_name(random, to)};
    spex_policy policy = {.transition_timeout = (int64_t)random_below(random, 100000) - 1,
                          .prune_timeout = random_below(random, 2) ? INT64_MAX : 3600000,
                          .prunable = (spex_prunable)random_below(random, 4),
                          .prunable_states = states,
                          .prunable_state_count = 1 + random_below(random, 2),
                          .accept = random_below(random, 128) & ~1u};
    spex_specification_set_policy(made, &policy, NULL);
    return made;
}

static void hostile_specifications_come_back_or_are_refused(void)
{
    struct random random = {1};
    int written = 0, refused = 0;
    for (int round = 0; round < 40000; round++) {
        struct spex_specification *made = random_specification(&random), *back = NULL;
        if (!made)
            continue;
        struct text text = {0};
        spex_error error = {0};
        text_append(&text, "");
        int status = spec_write(made, &text, &error);
        if (status) {
            refused++;
            CU_ASSERT_EQUAL(status, SPEX_ERROR_USAGE);
            CU_ASSERT_EQUAL(text.length, 0);
            CU_ASSERT_TRUE(strlen(error.message) > 20);
        } else if (ASSERT_OK(spec_read("s", text.data, text.length, &back, &error), error)) {
            written++;
            CU_ASSERT_TRUE(same_specification(made, back));
        }
        text_release(&text);
        spex_specification_free(made);
        spex_specification_free(back);
    }
    CU_ASSERT_TRUE(written > 1000);
    CU_ASSERT_TRUE(refused > 1000);
}

static bool same_model(const struct spex_model *one, const struct spex_model *other)
{
    bool same = strcmp(one->name, other->name) == 0 && one->learning == other->learning &&
                one->transition_count == other->transition_count;
    for (size_t i = 0; same && i < one->transition_count; i++)
        same = model_has(other, one->transitions[i].from, one->transitions[i].action,
                         one->transitions[i].to);
    return same;
}

static void hostile_models_come_back_or_are_refused(void)
{
    struct random random = {2};
    int written = 0, refused = 0;
    for (int round = 0; round < 40000; round++) {
        char name[64], from[64], to[64];
        struct spex_model *made = model_create(random_name(&random, name), round % 2), *back = NULL;
        for (uint32_t i = random_below(&random, 3); i > 0; i--)
            model_add(made, random_name(&random, from), random_name(&random, name),
                      random_name(&random, to), NULL, NULL);
        struct text text = {0};
        spex_error error = {0};
        text_append(&text, "");
        int status = model_write(made, &text, &error);
        if (status) {
            refused++;
            CU_ASSERT_EQUAL(status, SPEX_ERROR_USAGE);
            CU_ASSERT_EQUAL(text.length, 0);
        } else if (ASSERT_OK(model_read("m", text.data, text.length, &back, &error), error)) {
            written++;
            CU_ASSERT_TRUE(same_model(made, back));
        }
        text_release(&text);
        spex_model_free(made);
        spex_model_free(back);
    }
    CU_ASSERT_TRUE(written > 1000);
    CU_ASSERT_TRUE(refused > 1000);
}

static void memory_may_run_out_anywhere(void)
{
    static const char spec[] =
        "Specification: A\nPrunable states: a, b\nTransitions:\na --[b]-> c\n";
    static const char model_bytes[] = HEAD "a --[b]-> c\nb --[b]-> c\n";
    for (long k = 1; k < 200; k++) {
        spex_error error;
        struct spex_specification *specification;
        struct spex_model *model;
        struct text text = {0};
        memory_fail_after(k);
        int status = spec_read("s", spec, sizeof spec - 1, &specification, &error);
        if (!status)
            status = spec_write(specification, &text, &error);
        if (!status)
            status = model_read("m", model_bytes, sizeof model_bytes - 1, &model, &error);
        else
            model = NULL;
        if (!status)
            status = model_write(model, &text, &error);
        memory_fail_after(0);
        spex_specification_free(specification);
        spex_model_free(model);
        text_release(&text);
        CU_ASSERT_TRUE(status == SPEX_OK || status == SPEX_ERROR_MEMORY);
        if (!status) {
            CU_ASSERT_TRUE(k > 20);
            return;
        }
    }
    CU_FAIL("never enough memory");
}

/* ------------------------------------------------------- runs as tests to write */

/* Names that would end a string, a comment or a line, or be read as something else. */
static const char *const hostile_names[] = {"plain",
                                            "with \"quotes\"",
                                            "back\\slash",
                                            "*/ int x;",
                                            "line\nbreak",
                                            "trigraph ?\?/",
                                            "naïve 表",
                                            "\xe2\x80\xae"
                                            "1 turned round",
                                            "tab\tand\x7f",
                                            "\xf3\xa0\x81\x81 a tag, \xc2\x9b"
                                            "2J",
                                            "%s %d"};
enum { HOSTILE_NAMES = sizeof hostile_names / sizeof *hostile_names };

static void make_hostile_run(struct lts *lts, struct test_run *run)
{
    spex_error error;
    ASSERT_OK(lts_init(lts, &error), error);
    for (size_t i = 0; i < HOSTILE_NAMES; i++)
        symbols_intern(&lts->state_names, hostile_names[i]);
    lts->state_count = HOSTILE_NAMES;
    for (uint32_t i = 0; i + 1 < HOSTILE_NAMES; i++) {
        uint32_t label = symbols_intern(&lts->labels, hostile_names[i]);
        ASSERT_OK(lts_add(lts, i, label, i + 1, &error), error);
    }
    *run = (struct test_run){hostile_names[1], lts, lts->transitions, lts->transition_count};
}

static void a_run_as_records_reads_back(void)
{
    struct lts lts;
    struct test_run run;
    struct text text = {0};
    make_hostile_run(&lts, &run);
    test_write_records(&run, &text);
    const char *line = text_value(&text);
    for (unsigned number = 0; number < HOSTILE_NAMES; number++) {
        struct record record;
        spex_error error;
        size_t length = strcspn(line, "\n");
        ASSERT_OK(record_read("test", number + 1, line, length, &record, &error), error);
        char *copy = memory_copy_bytes(line, length);
        struct text visible = {0};
        text_append_visible(&visible, copy);
        ASSERT_TEXT(text_value(&visible), copy); /* nothing in it hides */
        text_release(&visible);
        free(copy);
        CU_ASSERT_EQUAL(record.operation, number ? RECORD_TRANSITION : RECORD_INIT);
        ASSERT_TEXT(record.state, hostile_names[number]);
        ASSERT_TEXT(number ? record.action : record.specification,
                    hostile_names[number ? number - 1 : 1]);
        record_release(&record);
        line += length + 1;
    }
    ASSERT_TEXT(line, "");
    text_release(&text);
    lts_release(&lts);
}

/* What the program reports, told by a library that only prints it. */
static const char telling_header[] =
    "#include <stdio.h>\n"
    "typedef int spex_error; typedef int spex_test; typedef int spex_specification;\n"
    "typedef int spex_manager;\n"
    "#define SPEX_HERE 0\n"
    "#define spex_or_die(status, error, place) ((void)(status), (void)(error), (void)(place))\n"
    "#define spex_test_begin(test, folder, store, error) (*(test) = NULL, 0)\n"
    "#define spex_test_manager(test) (NULL)\n"
    "#define spex_specification_create(s, name, error) (*(s) = NULL, printf(\"%s%c\", name, 0))\n"
    "#define spex_manager_add_specification(manager, s, handler, data, error) ((void)(manager), "
    "0)\n"
    "#define spex_specification_free(s) ((void)(s))\n"
    "#define spex_init_or_die(m, name, id, meta, state) printf(\"%s%c%s%c\", name, 0, state, 0)\n"
    "#define spex_transition_or_die(m, id, a, s) printf(\"%s%c%s%c\", a, 0, s, 0)\n"
    "#define spex_test_end(test, added, count, error) ((void)(test), 0)\n";

static void a_run_as_a_program_says_the_same(void)
{
    struct lts lts;
    struct test_run run;
    struct text text = {0}, command = {0}, expected = {0};
    char *printed = NULL;
    size_t length = 0;
    spex_error error;
    make_hostile_run(&lts, &run);
    test_write_program(&run, &text);
    suite_write("spex.h", telling_header, strlen(telling_header));
    suite_write("run.c", text_value(&text), text.length);
    text_printf(&command,
                "cd '%s' && cc -std=c99 -Wall -Werror -trigraphs -I. -o run run.c 2>said && "
                "./run >printed",
                suite_scratch());
    if (system("cc --version >/dev/null 2>&1"))
        suite_skip("there is no compiler cc");
    else
        CU_ASSERT_EQUAL(system(text_value(&command)), 0);
    for (size_t i = 0; i < 2; i++) /* when it is created, and when the instance begins */
        text_append_bytes(&expected, run.specification, strlen(run.specification) + 1);
    text_append_bytes(&expected, hostile_names[0], strlen(hostile_names[0]) + 1);
    for (size_t i = 0; i + 1 < HOSTILE_NAMES; i++) {
        text_append_bytes(&expected, hostile_names[i], strlen(hostile_names[i]) + 1);
        text_append_bytes(&expected, hostile_names[i + 1], strlen(hostile_names[i + 1]) + 1);
    }
    if (!file_read(suite_scratch_path("printed"), 0, &printed, &length, &error)) {
        CU_ASSERT_EQUAL(length, expected.length);
        CU_ASSERT_TRUE(length == expected.length &&
                       memcmp(printed, text_value(&expected), length) == 0);
    }
    free(printed);
    text_release(&text);
    text_release(&command);
    text_release(&expected);
    lts_release(&lts);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"arrows are matched greedily", arrows_are_matched_greedily},
        {"what an arrow lacks is said", what_an_arrow_lacks_is_said},
        {"models come back byte for byte", models_come_back_byte_for_byte},
        {"models of the Elixir library come back", models_of_the_elixir_library_come_back},
        {"models are read from other hands", models_are_read_from_other_hands},
        {"mistakes in models have their place", mistakes_in_models_have_their_place},
        {"specifications are read", specifications_are_read},
        {"headers may be left out", headers_may_be_left_out},
        {"mistakes in specifications have their place",
         mistakes_in_specifications_have_their_place},
        {"what is no text is refused", what_is_no_text_is_refused},
        {"specifications come back", specifications_come_back},
        {"hostile specifications come back or are refused",
         hostile_specifications_come_back_or_are_refused},
        {"hostile models come back or are refused", hostile_models_come_back_or_are_refused},
        {"a run as records reads back", a_run_as_records_reads_back},
        {"a run as a program says the same", a_run_as_a_program_says_the_same},
        {"memory may run out anywhere", memory_may_run_out_anywhere},
        {0},
    };
    return suite_run("text_files", tests, argc, argv);
}
