/* A run as a test to write down: records for spex record, or a C program with libspex. */
#include <string.h>

#include "format/format.h"

/* The test's only instance. */
#define INSTANCE "test-1"

static const char *action_of(const struct test_run *run, const struct lts_transition *step)
{
    return lts_label_name(run->lts, step->label, true);
}

static bool starts(const struct test_run *run)
{
    return run->count && strcmp(action_of(run, run->steps), SPEX_INITIALISATION) == 0;
}

/* Where its instance begins. */
static const char *first_state(const struct test_run *run, char buffer[16])
{
    return lts_state_name(run->lts, starts(run) ? run->steps->to : run->lts->initial, buffer);
}

void test_write_records(const struct test_run *run, struct text *text)
{
    char buffer[16];
    text_append(text, "{\"op\":\"init\",\"spec\":");
    text_append_json(text, run->specification);
    text_append(text, ",\"id\":\"" INSTANCE "\",\"state\":");
    text_append_json(text, first_state(run, buffer));
    text_append(text, "}\n");
    for (size_t i = starts(run); i < run->count; i++) {
        text_append(text, "{\"op\":\"transition\",\"id\":\"" INSTANCE "\",\"action\":");
        text_append_json(text, action_of(run, &run->steps[i]));
        text_append(text, ",\"state\":");
        text_append_json(text, lts_state_name(run->lts, run->steps[i].to, buffer));
        text_append(text, "}\n");
    }
}

/* A string literal: names are anything, and what could mislead a reader is written as bytes. */
static void append_literal(struct text *text, const char *name)
{
    struct text visible = {0};
    text_append_visible(&visible, name);
    bool plain = strcmp(text_value(&visible), name) == 0;
    text_append_char(text, '"');
    for (const unsigned char *c = (const unsigned char *)name; *c; c++) {
        if (*c == '"' || *c == '\\' || *c == '?') /* ?: no trigraph */
            text_printf(text, "\\%c", *c);
        else if (*c < 0x20 || *c == 0x7f || (*c >= 0x80 && !plain))
            text_printf(text, "\\%03o", *c);
        else
            text_append_char(text, (char)*c);
    }
    text_append_char(text, '"');
    text->failed |= visible.failed;
    text_release(&visible);
}

void test_write_program(const struct test_run *run, struct text *text)
{
    char buffer[16];
    text_append(text,
                "/* A run to be seen: before each line that reports a step, make the program do "
                "it.\n * Build: cc test.c $(pkg-config --cflags --libs spex) */\n"
                "#include <spex.h>\n\n"
                "int main(void)\n{\n"
                "    spex_error error;\n"
                "    spex_test *test;\n"
                "    spex_specification *specification;\n"
                "    spex_or_die(spex_test_begin(&test, \"spex_impl_models\", NULL, &error), "
                "&error, SPEX_HERE);\n"
                "    spex_manager *manager = spex_test_manager(test);\n"
                "    spex_or_die(spex_specification_create(&specification, ");
    append_literal(text, run->specification);
    text_append(
        text, ", &error), &error, SPEX_HERE);\n"
              "    spex_or_die(spex_manager_add_specification(manager, specification, NULL, NULL, "
              "&error),\n                &error, SPEX_HERE);\n"
              "    spex_specification_free(specification);\n\n"
              "    spex_init_or_die(manager, ");
    append_literal(text, run->specification);
    text_append(text, ", \"" INSTANCE "\", NULL, ");
    append_literal(text, first_state(run, buffer));
    text_append(text, ");\n");
    for (size_t i = starts(run); i < run->count; i++) {
        text_append(text, "    spex_transition_or_die(manager, \"" INSTANCE "\", ");
        append_literal(text, action_of(run, &run->steps[i]));
        text_append(text, ", ");
        append_literal(text, lts_state_name(run->lts, run->steps[i].to, buffer));
        text_append(text, ");\n");
    }
    text_append(text, "\n    spex_or_die(spex_test_end(test, NULL, NULL, &error), &error, "
                      "SPEX_HERE);\n    return 0;\n}\n");
}
