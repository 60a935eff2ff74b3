/* init, transition, mock: one report each, as a program would make it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/output.h"

/* What became of it. */
struct outcome {
    const char *identifier, *action, *state;
    int status;
    spex_observation observation;
    bool recorded;
    bool unspecified; /* the specification has it not */
    spex_error error;
};

static void append_outcome(struct text *text, const struct outcome *outcome)
{
    text_append_visible(text, outcome->identifier);
    text_append(text, ": ");
    text_append_visible(text, outcome->action);
    text_append(text, " -> ");
    text_append_visible(text, outcome->state);
    /* Of a deviation that is said with what is made of it. */
    text_printf(text, ": %s%s\n", spex_verdict_name(outcome->observation.verdict),
                outcome->unspecified && outcome->observation.verdict == SPEX_VERDICT_LEARNED
                    ? ", though the specification has it not"
                    : "");
}

static void append_json_outcome(struct text *text, const struct outcome *outcome)
{
    text_printf(text, "{\"ok\":%s,\"id\":", outcome->status ? "false" : "true");
    text_append_json(text, outcome->identifier);
    text_append(text, ",\"action\":");
    append_json_or_null(text, outcome->action);
    text_append(text, ",\"state\":");
    append_json_or_null(text, outcome->state);
    text_printf(text, ",\"recorded\":%s,\"verdict\":", outcome->recorded ? "true" : "false");
    append_json_or_null(text, outcome->recorded && outcome->action
                                  ? spex_verdict_name(outcome->observation.verdict)
                                  : NULL);
    if (outcome->status) {
        text_append(text, ",\"error\":");
        text_append_json(text, outcome->error.message);
        text_append(text, ",\"reason\":");
        append_json_or_null(text,
                            outcome->error.reason ? spex_reason_name(outcome->error.reason) : NULL);
    }
    text_append(text, "}\n");
}

static enum answer finish(const struct invocation *invocation, struct outcome *outcome)
{
    struct text text = {0};
    /* Filled in whenever a transition was stored: then there is at least one. */
    outcome->recorded = !outcome->status || outcome->observation.transitions > 0;
    if (invocation->json)
        append_json_outcome(&text, outcome);
    else if (outcome->recorded && outcome->action)
        append_outcome(&text, outcome);
    enum answer answer = ANSWER_YES;
    if (outcome->status) {
        answer = answer_of(outcome->status);
        complain(invocation, "%s%s", outcome->error.message,
                 outcome->recorded ? " (recorded all the same)" : "");
    }
    return output_text(&text) ? answer : ANSWER_BROKEN;
}

/* ------------------------------------------------------------------ init */

static enum answer init(const struct invocation *invocation)
{
    struct session session;
    const char *specification = invocation->arguments[0];
    struct session_options options = {.create = true, .specification = specification};
    int64_t at;
    if (!option_time(invocation, "at", &at))
        return ANSWER_WRONG;
    enum answer answer = session_open(&session, invocation, &options);
    if (answer)
        return answer;
    struct outcome outcome = {.identifier = invocation->arguments[1],
                              .action = SPEX_INITIALISATION,
                              .state = option_value(invocation, "state")};
    const struct project_entry *entry = project_find(&session.project, specification);
    outcome.status = spex_init_at(session.manager, specification, outcome.identifier,
                                  option_value(invocation, "meta"), outcome.state, at,
                                  (spex_place){0}, &outcome.observation, &outcome.error);
    if (!outcome.state)
        outcome.state = spex_specification_initial(entry->specification);
    answer = finish(invocation, &outcome);
    session_close(&session);
    return answer;
}

static const struct cli_option init_options[] = {
    {"state", 0, "STATE", "where it starts, if not in the initial state"},
    {"meta", 0, "JSON", "an object that is kept with the instance"},
    {"at", 0, "TIME", "when, e.g. 2026-01-31T12:00:00Z, if not now"},
    {NULL, 0, NULL, NULL}};

const struct verb init_verb = {.name = "init",
                               .usage = "[PROJECT_DIR] SPECIFICATION ID",
                               .summary = "begin an instance",
                               .options = init_options,
                               .minimum = 2,
                               .maximum = 2,
                               .folder = FOLDER_SURPLUS,
                               .run = init};

/* ------------------------------------------------------------ transition */

static enum answer transition(const struct invocation *invocation)
{
    struct session session;
    struct session_options options = {.create = false};
    int64_t at;
    if (!option_time(invocation, "at", &at))
        return ANSWER_WRONG;
    enum answer answer = session_open(&session, invocation, &options);
    if (answer)
        return answer;
    struct outcome outcome = {.identifier = invocation->arguments[0],
                              .action = invocation->arguments[1],
                              .state = invocation->arguments[2]};
    struct reader *reader;
    spex_instance *before = NULL;
    answer = open_reader(invocation, &session.options, &reader);
    if (!answer && reader_instance(reader, outcome.identifier, 1, &before, NULL))
        before = NULL;
    reader_close(reader);
    outcome.status =
        spex_transition_at(session.manager, outcome.identifier, outcome.action, outcome.state, at,
                           (spex_place){0}, &outcome.observation, &outcome.error);
    if (before) {
        const struct project_entry *entry = project_find(&session.project, before->specification);
        outcome.unspecified =
            entry && entry->specification && before->state &&
            outcome.observation.transitions == before->transitions + 1 &&
            !specification_has(entry->specification, before->state, outcome.action, outcome.state);
        spex_instance_free(before);
    }
    answer = finish(invocation, &outcome);
    session_close(&session);
    return answer;
}

static const struct cli_option transition_options[] = {
    {"at", 0, "TIME", "when, e.g. 2026-01-31T12:00:00Z, if not now"}, {NULL, 0, NULL, NULL}};

const struct verb transition_verb = {
    .name = "transition",
    .usage = "[PROJECT_DIR] ID ACTION STATE",
    .summary = "an instance did ACTION and is in STATE now",
    .details = "Prints the verdict: learned, conforms, deviation_still_equivalent or\n"
               "deviation_not_equivalent. A deviation is recorded all the same; if the\n"
               "specification does not accept it the exit code is 1.",
    .options = transition_options,
    .minimum = 3,
    .maximum = 3,
    .folder = FOLDER_SURPLUS,
    .run = transition};

/* ------------------------------------------------------------------ mock */

static enum answer mock(const struct invocation *invocation)
{
    struct session session;
    struct session_options options = {.create = true, .specification = invocation->arguments[0]};
    enum answer answer = session_open(&session, invocation, &options);
    if (answer)
        return answer;
    struct outcome outcome = {.identifier = invocation->arguments[1],
                              .state = invocation->arguments[2]};
    outcome.status = spex_mock(session.manager, invocation->arguments[0], outcome.identifier,
                               option_value(invocation, "meta"), outcome.state, &outcome.error);
    answer = finish(invocation, &outcome);
    session_close(&session);
    return answer;
}

static const struct cli_option mock_options[] = {
    {"meta", 0, "JSON", "an object that is kept with the instance"}, {NULL, 0, NULL, NULL}};

const struct verb mock_verb = {
    .name = "mock",
    .usage = "[PROJECT_DIR] SPECIFICATION ID STATE",
    .summary = "put an instance in a state, to test from there",
    .details = "Replaces an instance of that identifier, with its history. Nothing is checked.",
    .options = mock_options,
    .minimum = 3,
    .maximum = 3,
    .folder = FOLDER_SURPLUS,
    .run = mock};
