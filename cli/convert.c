/* show, convert, export: one file, seen or written in another way. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/files.h"
#include "cli/output.h"

/* ------------------------------------------------------------------ show */

/* Enough to see what it is about. */
#define NAMES_LISTED 200

static void append_names(struct text *text, const char *title, const struct symbols *names,
                         uint32_t first,
                         bool (*wanted)(const struct spex_specification *, uint32_t),
                         const struct spex_specification *specification)
{
    size_t count = 0;
    struct text list = {0};
    for (uint32_t i = first; i < names->count; i++) {
        if (wanted && !wanted(specification, i))
            continue;
        if (count++ >= NAMES_LISTED)
            continue;
        text_append(&list, count > 1 ? ", " : "");
        text_append_visible(&list, names->names[i]);
    }
    if (count > NAMES_LISTED)
        text_printf(&list, " and %zu more (--json lists all)", count - NAMES_LISTED);
    char counted[40];
    snprintf(counted, sizeof counted, "%s (%zu)", title, count);
    text_printf(text, "%-20s%s\n", counted, count ? text_value(&list) : "-");
    text->failed |= list.failed;
    text_release(&list);
}

static void append_policy(struct text *text, const struct spex_specification *specification)
{
    static const char *const prunable[] = {"none", "all", "terminal"};
    const spex_policy *policy = &specification->policy;
    char value[DURATION_TEXT_SIZE];
    duration_format(policy->transition_timeout, value);
    text_printf(text, "%-20s%s\n", "transition timeout", value);
    duration_format(policy->prune_timeout, value);
    text_printf(text, "%-20s%s\n%-20s", "prune timeout", value, "prunable states");
    if (policy->prunable != SPEX_PRUNABLE_LIST)
        text_append(text, prunable[policy->prunable]);
    for (size_t i = 0; i < policy->prunable_state_count; i++) {
        text_append(text, i ? ", " : "");
        text_append_visible(text, policy->prunable_states[i]);
    }
    text_printf(text, "\n%-20s", "accepts");
    size_t count = 0;
    for (int reason = 1; reason < SPEX_REASON_COUNT; reason++)
        if (policy->accept & 1u << reason)
            text_printf(text, "%s%s", count++ ? ", " : "", spex_reason_name((spex_reason)reason));
    text_append(text, count ? "\n" : "nothing\n");
    if (specification->custom_handler)
        text_printf(text, "%-20s%s\n", "error handler",
                    "custom handler in the source, not run here");
}

static void append_specification(struct text *text, const struct spex_specification *specification)
{
    const char *initial = spex_specification_initial(specification);
    text_append(text, "specification       ");
    text_append_visible(text, specification->name);
    text_append(text, "\ninitial state       ");
    text_append_visible(text, initial ? initial : "-");
    text_append_char(text, '\n');
    append_names(text, "states", &specification->states, 0, NULL, NULL);
    append_names(text, "terminal states", &specification->states, 0, specification_state_terminal,
                 specification);
    append_names(text, "actions", &specification->actions, 0, NULL, NULL);
    append_policy(text, specification);
    text_printf(text, "transitions (%zu)\n", specification->transition_count);
    for (size_t i = 0; i < specification->transition_count; i++) {
        const struct specification_transition *step = &specification->transitions[i];
        text_append(text, "  ");
        transition_show(text, specification->states.names[step->from],
                        specification->actions.names[step->action],
                        specification->states.names[step->to]);
        text_append_char(text, '\n');
    }
}

static int append_model(struct text *text, const struct spex_model *model, spex_error *error)
{
    struct lts lts;
    int status = lts_from_model(&lts, model, true, error);
    if (status)
        return status;
    text_append(text, "model of            ");
    text_append_visible(text, model->name);
    text_printf(text, "\nlearning mode       %s\nstates              %" PRIu32 "\n",
                model->learning ? "true" : "false", lts.state_count - 1);
    text_printf(text, "transitions (%zu)\n", model->transition_count);
    for (size_t i = 0; i < model->transition_count; i++) {
        const struct model_transition *step = &model->transitions[i];
        text_append(text, "  ");
        transition_show(text, step->from, step->action, step->to);
        text_append_char(text, '\n');
    }
    lts_release(&lts);
    return SPEX_OK;
}

static void append_lts(struct text *text, const struct lts *lts, const char *internal)
{
    size_t inner = 0;
    uint32_t terminal = 0;
    bool *leaves = memory_allocate(lts->state_count, sizeof *leaves);
    for (size_t i = 0; i < lts->transition_count; i++) {
        inner += lts->transitions[i].label == LTS_INTERNAL;
        if (leaves)
            leaves[lts->transitions[i].from] = true;
    }
    for (uint32_t i = 0; leaves && i < lts->state_count; i++)
        terminal += !leaves[i];
    text->failed |= !leaves;
    free(leaves);
    text_printf(text,
                "states              %" PRIu32 "\ninitial state       %" PRIu32
                "\nterminal states     %" PRIu32 "\ntransitions         %zu\n",
                lts->state_count, lts->initial, terminal, lts->transition_count);
    text_printf(text, "internal            %zu (label %s)\n", inner, internal);
    append_names(text, "visible labels", &lts->labels, LTS_INTERNAL + 1, NULL, NULL);
}

static int show_json(struct input *input, const struct lts *lts, struct text *text)
{
    int status = SPEX_OK;
    if (input->kind == INPUT_MODEL)
        status = json_write_model(input->model, text);
    else if (input->kind == INPUT_LTS)
        status = json_write_lts(lts, text);
    else if (input->specification && !input->list.count)
        status = json_write_specification(input->specification, text);
    else {
        text_append_char(text, '[');
        for (size_t i = 0, shown = 0; !status && i < input->list.count; i++) {
            if (input->specification && input->specification != input->list.items[i])
                continue;
            text_append(text, shown++ ? ",\n " : "");
            status = json_write_specification(input->list.items[i], text);
        }
        text_append_char(text, ']');
    }
    text_append_char(text, '\n');
    return status;
}

static int show_text(struct input *input, const struct lts *lts, const char *internal,
                     struct text *text, spex_error *error)
{
    if (input->kind == INPUT_MODEL)
        return append_model(text, input->model, error);
    if (input->kind == INPUT_LTS)
        append_lts(text, lts, internal);
    else if (input->specification)
        append_specification(text, input->specification);
    for (size_t i = 0; !input->specification && i < input->list.count; i++) {
        text_append(text, i ? "\n" : "");
        append_specification(text, input->list.items[i]);
    }
    return SPEX_OK;
}

static enum answer show(const struct invocation *invocation)
{
    struct input input;
    struct lts lts = {0};
    struct text text = {0};
    spex_error error;
    int status = input_open(&input, invocation->arguments[0], true, &error);
    if (status)
        return fail_input(invocation, &error);
    const char *internal = option_value(invocation, "tau");
    input.split = option_given(invocation, "split-io");
    if (input.kind == INPUT_LTS)
        status = input_lts(&input, false, &internal, &lts, &error);
    if (!status && invocation->json)
        status = show_json(&input, &lts, &text) ? error_memory(&error) : SPEX_OK;
    else if (!status)
        status = show_text(&input, &lts, internal, &text, &error);
    enum answer answer = status ? fail(invocation, &error) : ANSWER_YES;
    if (!status && !output_text(&text))
        answer = ANSWER_BROKEN;
    if (input.specification)
        warn_of(invocation, input.specification);
    for (size_t i = 0; !input.specification && i < input.list.count; i++)
        warn_of(invocation, input.list.items[i]);
    text_release(&text);
    lts_release(&lts);
    input_close(&input);
    return answer;
}

static const struct cli_option show_options[] = {
    {"tau", 0, "LABEL", "the internal label of a .aut file (tau if it has one, else i)"},
    {"split-io", 0, NULL, "of .dot and .aut files: \"input/output\" becomes two transitions"},
    {NULL, 0, NULL, NULL}};

const struct verb show_verb = {
    .name = "show",
    .usage = "FILE",
    .summary = "what a specification, model or LTS file says",
    .details = "FILE ends with .spec, .ex, .spex, .aut, .dot or .gv. Of several modules in a .ex\n"
               "file FILE.ex:MODULE shows one. With --json, a .ex file gives an array.",
    .options = show_options,
    .minimum = 1,
    .maximum = 1,
    .run = show};

/* --------------------------------------------------------------- convert */

static enum answer write_input(const struct invocation *invocation, struct input *input,
                               const char *path)
{
    enum render_format format;
    struct text text = {0};
    spex_error error;
    if (!output_format(invocation, path, option_value(invocation, "to"), &format))
        return ANSWER_WRONG;
    const char *internal = option_value(invocation, "tau");
    int status = input_render(input, format, internal, internal ? internal : "tau", &text, &error);
    if (!status)
        status = output_write(path, option_given(invocation, "force"), &text, &error);
    text_release(&text);
    return status ? fail(invocation, &error) : ANSWER_YES;
}

static enum answer convert(const struct invocation *invocation)
{
    struct input input;
    spex_error error;
    if (input_open(&input, invocation->arguments[0], false, &error))
        return fail_input(invocation, &error);
    input.split = option_given(invocation, "split-io");
    enum answer answer = write_input(invocation, &input, invocation->arguments[1]);
    input_close(&input);
    return answer;
}

static const struct cli_option convert_options[] = {
    {"to", 0, "FORMAT", "instead of the ending: " OUTPUT_FORMATS},
    {"force", 'f', NULL, "replace a file that is there already"},
    {"tau", 0, "LABEL", "the internal label of .aut files, read or written"},
    {"split-io", 0, NULL, "of .dot and .aut files: \"input/output\" becomes two transitions"},
    {NULL, 0, NULL, NULL}};

const struct verb convert_verb = {
    .name = "convert",
    .usage = "IN OUT",
    .summary = "write a file in another format",
    .details = "The endings tell the formats: from .spec, .ex, .spex, .aut and .dot to .spec,\n"
               ".spex, .aut, .dot, .svg, .png, .mmd, .json and .txt (a picture in characters). OUT "
               "'-' is\n"
               "standard output (with --to).",
    .options = convert_options,
    .minimum = 2,
    .maximum = 2,
    .run = convert};

/* ---------------------------------------------------------------- export */

/* An input that borrows what the project holds. */
static enum answer export_entry(const struct invocation *invocation,
                                const struct project_entry *entry, const char *path)
{
    bool model = option_given(invocation, "model");
    if (model && !entry->model) {
        complain(invocation, "%s",
                 entry->model_error.status ? entry->model_error.message
                                           : "it has no implementation model");
        return entry->model_error.status ? ANSWER_WRONG : ANSWER_NO;
    }
    struct input input = {.argument = entry->path,
                          .path = entry->path,
                          .kind = model ? INPUT_MODEL : INPUT_SPECIFICATION,
                          .specification = model ? NULL : entry->specification,
                          .model = model ? entry->model : NULL};
    return write_input(invocation, &input, path);
}

static enum answer export_named(const struct invocation *invocation)
{
    struct session session = {0};
    const char *name = invocation->arguments[0], *path = option_value(invocation, "output");
    if (!path && !option_given(invocation, "to")) {
        complain(invocation, "where to? -o FILE, or --to FORMAT for standard output");
        return ANSWER_WRONG;
    }
    enum answer answer = open_project(invocation, &session.options, &session.project);
    if (answer)
        return answer;
    if (session_knows(&session, invocation, name))
        answer = export_entry(invocation, project_find(&session.project, name), path ? path : "-");
    else
        answer = ANSWER_WRONG;
    session_close(&session);
    return answer;
}

static const struct cli_option export_options[] = {
    {"model", 'm', NULL, "its implementation model, not the specification"},
    {"output", 'o', "FILE", "where to; the ending tells the format"},
    {"to", 0, "FORMAT", "instead of the ending: " OUTPUT_FORMATS},
    {"force", 'f', NULL, "replace a file that is there already"},
    {"tau", 0, "LABEL", "the internal label of .aut output (tau)"},
    {NULL, 0, NULL, NULL}};

const struct verb export_verb = {.name = "export",
                                 .usage = "[PROJECT_DIR] NAME [-o FILE]",
                                 .summary =
                                     "write a specification or model of the project to a file",
                                 .options = export_options,
                                 .minimum = 1,
                                 .maximum = 1,
                                 .folder = FOLDER_SURPLUS,
                                 .run = export_named};
