/* JSON and Mermaid out, records in. What is written is judged by Jansson. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/base.h"
#include "format/format.h"
#include "tests/suite.h"

#define HOSTILE "\"\\\n\r\t\x01\x7f</script>' ; -- ä \xF0\x9F\x8C\x8D \xE2\x80\xAE{}[],:"

/* The written text as JSON; NULL, and a failure, if it is none. */
static json_t *parsed(struct text *text)
{
    json_error_t reason;
    json_t *value = json_loadb(text_value(text), text->length, JSON_REJECT_DUPLICATES, &reason);
    if (!value) {
        fprintf(stderr, "%s\n%s\n", reason.text, text_value(text));
        CU_FAIL("not JSON");
    }
    text_release(text);
    return value;
}

static void check_json(struct text *text, const char *expected)
{
    json_t *one = parsed(text), *other = json_loads(expected, 0, NULL);
    CU_ASSERT_PTR_NOT_NULL(other);
    if (one && other && !json_equal(one, other)) {
        char *shown = json_dumps(one, 0);
        ASSERT_TEXT(shown, expected);
        free(shown);
    }
    json_decref(one);
    json_decref(other);
}

static struct spex_specification *specification_of(const char *bytes)
{
    struct spex_specification *specification = NULL;
    spex_error error;
    ASSERT_OK(spec_read("s", bytes, strlen(bytes), &specification, &error), error);
    return specification;
}

static void specifications_are_written(void)
{
    static const struct {
        const char *bytes, *json;
    } cases[] = {
        {"Specification: A\nTransitions:\n",
         "{\"name\":\"A\",\"initial\":null,\"states\":[],\"actions\":[],\"transitions\":[],"
         "\"terminal\":[],\"transition_timeout_ms\":null,\"prune_timeout_ms\":null,"
         "\"prunable\":\"none\",\"custom_handler\":false}"},
        {"Specification: B\nTransition timeout: 30s\nPrune timeout: 1h\nPrunable states: "
         "b\nTransitions:\na --[x]-> b\na --[y]-> a\n",
         "{\"name\":\"B\",\"initial\":\"a\",\"states\":[\"a\",\"b\"],\"actions\":[\"x\",\"y\"],"
         "\"transitions\":[[\"a\",\"x\",\"b\"],[\"a\",\"y\",\"a\"]],\"terminal\":[\"b\"],"
         "\"transition_timeout_ms\":30000,\"prune_timeout_ms\":3600000,\"prunable\":[\"b\"],"
         "\"custom_handler\":false}"},
    };
    for (size_t i = 0; i < 2; i++) {
        struct spex_specification *specification = specification_of(cases[i].bytes);
        struct text text = {0};
        CU_ASSERT_EQUAL(json_write_specification(specification, &text), SPEX_OK);
        check_json(&text, cases[i].json);
        spex_specification_free(specification);
    }
}

static void models_are_written(void)
{
    spex_error error;
    struct spex_model *model = model_create("M", true);
    struct text text = {0};
    CU_ASSERT_EQUAL(json_write_model(model, &text), SPEX_OK);
    check_json(&text, "{\"name\":\"M\",\"learning\":true,\"initial\":null,\"states\":[],"
                      "\"actions\":[],\"transitions\":[],\"terminal\":[]}");
    model_add(model, SPEX_NIL, SPEX_INITIALISATION, "b", NULL, &error);
    model_add(model, "b", "go", "a", NULL, &error);
    CU_ASSERT_EQUAL(json_write_model(model, &text), SPEX_OK);
    check_json(&text,
               "{\"name\":\"M\",\"learning\":true,\"initial\":\"b\",\"states\":[\"nil\",\"b\","
               "\"a\"],\"actions\":[\"__initialisation__\",\"go\"],\"transitions\":[[\"b\",\"go\","
               "\"a\"],[\"nil\",\"__initialisation__\",\"b\"]],\"terminal\":[\"a\"]}");
    model_add(model, SPEX_NIL, SPEX_INITIALISATION, "c", NULL, &error);
    CU_ASSERT_EQUAL(json_write_model(model, &text), SPEX_OK);
    json_t *value = parsed(&text);
    CU_ASSERT_EQUAL(json_array_size(json_object_get(value, "initial")), 2);
    json_decref(value);
    spex_model_free(model);
}

static void systems_are_written(void)
{
    static const char aut[] = "des (1,2,3)\n(1,\"a\",0)\n(0,\"tau\",1)\n";
    spex_error error;
    struct lts lts;
    struct text text = {0};
    if (!ASSERT_OK(aut_read("x", aut, sizeof aut - 1, "tau", &lts, &error), error))
        return;
    CU_ASSERT_EQUAL(json_write_lts(&lts, &text), SPEX_OK);
    check_json(&text, "{\"initial\":\"1\",\"states\":[\"0\",\"1\",\"2\"],\"actions\":["
                      "\"__internal__\",\"a\"],\"transitions\":[[\"1\",\"a\",\"0\"],[\"0\","
                      "\"__internal__\",\"1\"]],\"terminal\":[\"2\"]}");
    lts_release(&lts);
    struct spex_specification *specification =
        specification_of("Specification: A\nTransitions:\na --[x]-> b\n");
    ASSERT_OK(lts_from_specification(&lts, specification, false, &error), error);
    CU_ASSERT_EQUAL(json_write_lts(&lts, &text), SPEX_OK);
    check_json(&text, "{\"initial\":\"a\",\"states\":[\"a\",\"b\"],\"actions\":[\"x\"],"
                      "\"transitions\":[[\"a\",\"x\",\"b\"]],\"terminal\":[\"b\"]}");
    lts_release(&lts);
    spex_specification_free(specification);
}

static void instances_are_written(void)
{
    const spex_step steps[] = {
        {"ship", "shipped", 1769860800123000, SPEX_VERDICT_NOT_EQUIVALENT},
        {SPEX_INITIALISATION, "paid", 1769860800000000, SPEX_VERDICT_LEARNED},
    };
    spex_instance instance = {.identifier = "order-17",
                              .specification = "Order",
                              .meta = "{\"customer\": 42}",
                              .state = "shipped",
                              .since = 1769860800123000,
                              .transitions = 2,
                              .steps = steps,
                              .step_count = 2};
    struct text text = {0};
    CU_ASSERT_EQUAL(json_write_instance(&instance, true, &text), SPEX_OK);
    check_json(&text, "{\"id\":\"order-17\",\"spec\":\"Order\",\"state\":\"shipped\",\"meta\":{"
                      "\"customer\":42},\"mocked\":false,\"since\":\"2026-01-31T12:00:00.123Z\","
                      "\"history\":[{\"action\":\"__initialisation__\",\"state\":\"paid\",\"at\":"
                      "\"2026-01-31T12:00:00.000Z\",\"verdict\":\"learned\"},{\"action\":\"ship\","
                      "\"state\":\"shipped\",\"at\":\"2026-01-31T12:00:00.123Z\",\"verdict\":"
                      "\"deviation_not_equivalent\"}]}");
    instance.meta = NULL;
    instance.state = NULL;
    instance.mocked = true;
    CU_ASSERT_EQUAL(json_write_instance(&instance, false, &text), SPEX_OK);
    check_json(&text, "{\"id\":\"order-17\",\"spec\":\"Order\",\"state\":null,\"meta\":null,"
                      "\"mocked\":true,\"since\":\"2026-01-31T12:00:00.123Z\",\"transitions\":2}");
}

static void hostile_names_stay_json(void)
{
    spex_error error;
    struct spex_specification *specification;
    ASSERT_OK(spex_specification_create(&specification, HOSTILE, &error), error);
    ASSERT_OK(spex_specification_add(specification, HOSTILE, HOSTILE "1", "\"", &error), error);
    const char *states[] = {HOSTILE};
    spex_policy policy = {
        .prunable = SPEX_PRUNABLE_LIST, .prunable_states = states, .prunable_state_count = 1};
    ASSERT_OK(spex_specification_set_policy(specification, &policy, &error), error);
    struct text text = {0};
    CU_ASSERT_EQUAL(json_write_specification(specification, &text), SPEX_OK);
    json_t *value = parsed(&text);
    ASSERT_TEXT(json_string_value(json_object_get(value, "initial")), HOSTILE);
    ASSERT_TEXT(json_string_value(json_array_get(json_object_get(value, "prunable"), 0)), HOSTILE);
    json_decref(value);
    struct lts lts;
    ASSERT_OK(lts_from_specification(&lts, specification, true, &error), error);
    CU_ASSERT_EQUAL(json_write_lts(&lts, &text), SPEX_OK);
    json_decref(parsed(&text));
    ASSERT_OK(mermaid_write(&lts, NULL, &text, &error), error);
    for (const char *c = text_value(&text); *c; c++)
        CU_ASSERT_TRUE(*c == '\n' || ((unsigned char)*c >= 0x20 && *c != '\\' && *c != '<'));
    text_release(&text);
    lts_release(&lts);
    spex_step step = {HOSTILE, HOSTILE, 0, (spex_verdict)9};
    spex_instance instance = {.identifier = HOSTILE "\xff",
                              .specification = HOSTILE,
                              .meta = "{\"broken\":" HOSTILE,
                              .state = HOSTILE,
                              .since = INT64_MAX,
                              .steps = &step,
                              .step_count = 1};
    CU_ASSERT_EQUAL(json_write_instance(&instance, true, &text), SPEX_OK);
    value = parsed(&text);
    ASSERT_TEXT(json_string_value(json_object_get(value, "meta")), "{\"broken\":" HOSTILE);
    json_decref(value);
    spex_specification_free(specification);
}

static void mermaid_is_written(void)
{
    spex_error error;
    struct lts lts;
    struct text text = {0};
    struct spex_specification *specification =
        specification_of("Specification: A\nTransitions:\na: \"b\" --[__internal__]-> x;#\n"
                         "x;# --[direction TB]-> größe\n");
    ASSERT_OK(lts_from_specification(&lts, specification, false, &error), error);
    ASSERT_OK(mermaid_write(&lts, NULL, &text, &error), error);
    ASSERT_TEXT(text_value(&text), "stateDiagram-v2\n"
                                   "    state \"a#58; #34;b#34;\" as s0\n"
                                   "    state \"x#59;#35;\" as s1\n"
                                   "    state \"größe\" as s2\n"
                                   "    [*] --> s0\n"
                                   "    s0 --> s1 : τ\n"
                                   "    s1 --> s2 : #100;irection TB\n");
    text_release(&text);
    lts_release(&lts);
    spex_specification_free(specification);
}

/* ----------------------------------------------------------- records */

static bool read_record(const char *line, struct record *record)
{
    spex_error error;
    return ASSERT_OK(record_read("in", 7, line, strlen(line), record, &error), error);
}

static void records_are_read(void)
{
    struct record record;
    if (read_record(
            "{\"op\":\"init\",\"spec\":\"Order\",\"id\":\"order-17\",\"meta\":{\"customer\":"
            "42},\"state\":\"idle\"}",
            &record)) {
        CU_ASSERT_EQUAL(record.operation, RECORD_INIT);
        ASSERT_TEXT(record.specification, "Order");
        ASSERT_TEXT(record.identifier, "order-17");
        ASSERT_TEXT(record.meta, "{\"customer\":42}");
        ASSERT_TEXT(record.state, "idle");
        CU_ASSERT_PTR_NULL(record.action);
        CU_ASSERT_EQUAL(record.at, 0);
        record_release(&record);
    }
    if (read_record(" { \"id\" : \"\\u00e4\", \"op\":\"transition\",\"action\":\"start\","
                    "\"state\":\"running\",\"at\":\"2026-01-31T12:00:00.123Z\"}\r\n",
                    &record)) {
        CU_ASSERT_EQUAL(record.operation, RECORD_TRANSITION);
        ASSERT_TEXT(record.identifier, "ä");
        ASSERT_TEXT(record.action, "start");
        CU_ASSERT_EQUAL(record.at, 1769860800123000);
        record_release(&record);
    }
    if (read_record("{\"op\":\"mock\",\"spec\":\"Order\",\"id\":\"x\",\"state\":\"running\"}",
                    &record)) {
        CU_ASSERT_EQUAL(record.operation, RECORD_MOCK);
        CU_ASSERT_PTR_NULL(record.meta);
        record_release(&record);
    }
    if (read_record("{\"op\":\"init\",\"spec\":\"Order\",\"id\":\"x\",\"meta\":null,\"state\":null,"
                    "\"at\":null}",
                    &record)) {
        CU_ASSERT_PTR_NULL(record.meta);
        CU_ASSERT_PTR_NULL(record.state);
        record_release(&record);
    }
}

static void meta_stays_as_it_was_written(void)
{
    static const struct {
        const char *written, *kept;
    } cases[] = {
        {"{ \"a b\" : [ 0.1 , 1e3, \"x\\\" y\" ] , \"meta\" : { } }",
         "{\"a b\":[0.1,1e3,\"x\\\" y\"],\"meta\":{}}"},
        {"{}", "{}"},
        {"{\"id\":\"meta\",\"op\":{\"op\":1}}", "{\"id\":\"meta\",\"op\":{\"op\":1}}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text line = {0};
        struct record record;
        text_printf(&line, "{\"op\":\"init\",\"spec\":\"meta\",\"meta\" : %s ,\"id\":\"x\"}",
                    cases[i].written);
        if (read_record(text_value(&line), &record)) {
            ASSERT_TEXT(record.meta, cases[i].kept);
            record_release(&record);
        }
        text_release(&line);
    }
    struct record record;
    if (read_record("{\"op\":\"init\",\"spec\":\"A\",\"id\":\"x\",\"m\\u0065ta\":{ \"a\": 1 }}",
                    &record)) {
        ASSERT_TEXT(record.meta, "{\"a\":1}");
        record_release(&record);
    }
}

static void mistakes_in_records_have_their_place(void)
{
    static const struct {
        const char *line, *message;
    } cases[] = {
        {"", "in:7:1: expected a record as a JSON object"},
        {"5", "in:7:1: expected a record as a JSON object"},
        {"[1]", "in:7:1: expected a record as a JSON object"},
        {"{\"op\":\"init\"", "in:7:12: expected a record as a JSON object: "},
        {"{\"op\":\"init\"} x", "in:7:15: expected a record as a JSON object: end of file"},
        {"{\"op\":\"init\",\"op\":\"init\"}", "duplicate object key"},
        {"{\"op\":\"inti\"}", "in:7:7: expected \"init\", \"transition\" or \"mock\" as \"op\""},
        {"{\"op\":1}", "in:7:7: expected \"init\""},
        {"{}", "in:7:1: expected \"init\", \"transition\" or \"mock\" as \"op\""},
        {"{\"op\":\"init\",\"spec\":\"A\"}", "in:7:25: expected \"id\" in a record of \"init\""},
        {"{\"op\":\"init\",\"spec\":\"A\",\"id\":\"x\",\"sate\":\"a\"}",
         "in:7:41: unknown key \"sate\"; did you mean 'state'?"},
        {"{\"op\":\"init\",\"spec\":\"A\",\"id\":\"x\",\"action\":\"a\"}",
         "in:7:43: a record of \"init\" has no \"action\""},
        {"{\"op\":\"transition\",\"id\":\"ä\",\"action\":null,\"state\":\"b\"}",
         "in:7:38: expected a text as \"action\""},
        {"{\"op\":\"mock\",\"spec\":\"A\",\"id\":\"\",\"state\":\"b\"}",
         "in:7:30: the instance identifier is empty"},
        {"{\"op\":\"mock\",\"spec\":\"A\",\"id\":5,\"state\":\"b\"}", "expected a text as \"id\""},
        {"{\"op\":\"init\",\"spec\":\"A\",\"id\":\"x\",\"meta\":[1]}",
         "expected an object or null as \"meta\""},
        {"{\"op\":\"init\",\"spec\":\"A\",\"id\":\"x\",\"at\":\"yesterday\"}",
         "expected a time such as \"2026-01-31T12:00:00.123Z\" as \"at\""},
        {"{\"op\":\"init\",\"spec\":\"A\",\"id\":\"x\",\"at\":\"1970-01-01T00:00:00Z\"}",
         "expected a time other than"},
        {"{\"op\":\"init\",\"spec\":\"A\",\"id\":\"x\\u0000y\"}", "\\u0000 is not allowed"},
        {"{\"op\":\"init\",\"spec\":\"A\",\"id\":\"\xff\"}", "unable to decode byte 0xff"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct record record;
        spex_error error = {0};
        CU_ASSERT_EQUAL(record_read("in", 7, cases[i].line, strlen(cases[i].line), &record, &error),
                        SPEX_ERROR_SYNTAX);
        CU_ASSERT_PTR_NULL(record.identifier);
        CU_ASSERT_EQUAL(error.line, 7);
        ASSERT_CONTAINS(error.message, cases[i].message);
    }
    struct record record;
    spex_error error;
    char *deep = memory_allocate(1 << 20, 1);
    memset(deep, '[', 1 << 20);
    CU_ASSERT_EQUAL(record_read("in", 1, deep, 1 << 20, &record, &error), SPEX_ERROR_SYNTAX);
    memcpy(deep, "{\"op\":\"init\",\"id\":\"", 19);
    memset(deep + 19, 'x', (1 << 20) - 19);
    memcpy(deep + (1 << 20) - 14, "\",\"spec\":\"A\"}", 14);
    CU_ASSERT_EQUAL(record_read("in", 1, deep, (1 << 20) - 1, &record, &error), SPEX_ERROR_SYNTAX);
    ASSERT_CONTAINS(error.message, "longer than 1024 bytes");
    free(deep);
}

static void memory_may_run_out_anywhere(void)
{
    static const char line[] =
        "{\"op\":\"init\",\"spec\":\"A\",\"id\":\"x\",\"meta\":{},\"state\":\"a\"}";
    int status = SPEX_ERROR_MEMORY;
    for (long k = 1; status && k < 50; k++) {
        struct record record;
        spex_error error;
        memory_fail_after(k);
        status = record_read("in", 1, line, sizeof line - 1, &record, &error);
        memory_fail_after(0);
        CU_ASSERT_TRUE(status == SPEX_OK || status == SPEX_ERROR_MEMORY);
        record_release(&record);
    }
    CU_ASSERT_EQUAL(status, SPEX_OK);
    struct spex_model *model = model_create("M", true);
    model_add(model, "a", "b", "c", NULL, NULL);
    status = SPEX_ERROR_MEMORY;
    for (long k = 1; status && k < 100; k++) {
        struct text text = {0};
        memory_fail_after(k);
        status = json_write_model(model, &text);
        memory_fail_after(0);
        CU_ASSERT_TRUE(status == SPEX_OK || status == SPEX_ERROR_MEMORY);
        text_release(&text);
    }
    CU_ASSERT_EQUAL(status, SPEX_OK);
    spex_model_free(model);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"specifications are written", specifications_are_written},
        {"models are written", models_are_written},
        {"systems are written", systems_are_written},
        {"instances are written", instances_are_written},
        {"hostile names stay JSON", hostile_names_stay_json},
        {"Mermaid is written", mermaid_is_written},
        {"records are read", records_are_read},
        {"meta stays as it was written", meta_stays_as_it_was_written},
        {"mistakes in records have their place", mistakes_in_records_have_their_place},
        {"memory may run out anywhere", memory_may_run_out_anywhere},
        {0},
    };
    return suite_run("json", tests, argc, argv);
}
