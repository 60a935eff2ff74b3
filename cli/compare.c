/* compare: are two files equivalent? */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "check/check.h"
#include "cli/cli.h"
#include "cli/files.h"
#include "cli/output.h"

struct comparison {
    const struct invocation *invocation;
    enum equivalence equivalence;
    struct input inputs[2];
    struct lts sides[2];
    uint32_t states[2]; /* without what is before initialisation */
    size_t transitions[2];
    const char *internal; /* the label that .aut files write for it; NULL: no .aut file */
    bool initialisation;
    bool equivalent;
    struct explanation *explanation;
};

/* ---- both files are read at once: reading is much of the work for large ones */

struct reading {
    struct comparison *comparison;
    enum side side;
    int status;
    spex_error error;
};

static void *read_side(void *context)
{
    struct reading *reading = context;
    struct comparison *comparison = reading->comparison;
    struct input *input = &comparison->inputs[reading->side];
    reading->status = input_read(input, comparison->initialisation, comparison->internal,
                                 &comparison->sides[reading->side], &reading->error);
    if (reading->status == SPEX_ERROR_MEMORY)
        error_set(&reading->error, SPEX_ERROR_MEMORY, "%s: out of memory while it was read",
                  input->argument);
    return NULL;
}

static enum answer open_sides(struct comparison *comparison)
{
    const struct invocation *invocation = comparison->invocation;
    enum answer answer = ANSWER_YES;
    spex_error error;
    for (int side = LEFT; side <= RIGHT; side++) {
        struct input *input = &comparison->inputs[side];
        if (input_open(input, invocation->arguments[side], false, &error))
            answer = worse(answer, fail_input(invocation, &error));
        input->split = option_given(invocation, "split-io");
    }
    return answer;
}

static enum answer read_sides(struct comparison *comparison)
{
    const struct invocation *invocation = comparison->invocation;
    struct reading readings[2] = {{.comparison = comparison, .side = LEFT},
                                  {.comparison = comparison, .side = RIGHT}};
    const struct input *inputs = comparison->inputs;
    pthread_t thread;
    spex_error error;
    comparison->initialisation = inputs[LEFT].kind != INPUT_LTS && inputs[RIGHT].kind != INPUT_LTS;
    if (!comparison->initialisation)
        comparison->internal = option_value(invocation, "tau");
    bool started = pthread_create(&thread, NULL, read_side, &readings[RIGHT]) == 0;
    read_side(&readings[LEFT]);
    if (started)
        pthread_join(thread, NULL);
    else
        read_side(&readings[RIGHT]);
    enum answer answer = ANSWER_YES;
    for (int side = LEFT; side <= RIGHT; side++)
        if (readings[side].status)
            answer = worse(answer, fail_input(invocation, &readings[side].error));
    if (!answer && inputs_finish(inputs, comparison->sides, 2, &comparison->internal, &error))
        answer = fail_input(invocation, &error);
    return answer;
}

/* ---------------------------------------------------------------- output */

static void append_sizes(struct text *text, const struct comparison *comparison)
{
    for (int side = LEFT; side <= RIGHT; side++) {
        text_append(text, "  ");
        text_append_visible(text, comparison->inputs[side].argument);
        uint32_t states = comparison->states[side];
        size_t transitions = comparison->transitions[side];
        text_printf(text, ": %" PRIu32 " state%s, %zu transition%s\n", states,
                    states == 1 ? "" : "s", transitions, transitions == 1 ? "" : "s");
    }
}

/* What the two are called in sentences: without their folders, if that tells them apart. */
static const char *name_of(const struct comparison *comparison, enum side side)
{
    const char *left = comparison->inputs[LEFT].argument,
               *right = comparison->inputs[RIGHT].argument;
    const char *whole = side == LEFT ? left : right;
    return strcmp(file_name(left), file_name(right)) == 0 ? whole : file_name(whole);
}

static void append_people(struct text *text, const struct comparison *comparison)
{
    static const char *const words[EQUIVALENCES] = {
        [EQUIVALENCE_BRANCHING] = "branching bisimilarity",
        [EQUIVALENCE_DIVERGENCE] = "branching bisimilarity with divergence",
        [EQUIVALENCE_STRONG] = "strong bisimilarity",
        [EQUIVALENCE_WEAK] = "weak bisimilarity",
        [EQUIVALENCE_TRACE] = "traces",
        [EQUIVALENCE_WEAK_TRACE] = "traces of visible actions"};
    const struct lts *sides = comparison->sides;
    text_append(text, comparison->equivalent ? "equivalent\n" : "not equivalent\n");
    text_printf(text, "by %s, from %s on; \"", words[comparison->equivalence],
                comparison->initialisation ? "initialisation" : "the initial states");
    text_append_visible(text, comparison->internal ? comparison->internal : SPEX_INTERNAL);
    text_append(text, "\" is a step that nobody sees from outside\n");
    append_sizes(text, comparison);
    if (!comparison->equivalent && option_given(comparison->invocation, "explain")) {
        text_append_char(text, '\n');
        explanation_print(comparison->explanation, &sides[LEFT], &sides[RIGHT],
                          name_of(comparison, LEFT), name_of(comparison, RIGHT), text);
    }
}

static void append_json(struct text *text, const struct comparison *comparison)
{
    struct json_comparison json = {.equivalent = comparison->equivalent,
                                   .equivalence = comparison->equivalence,
                                   .internal = comparison->internal,
                                   .explanation = comparison->explanation,
                                   .names = {"left", "right"}};
    for (int side = LEFT; side <= RIGHT; side++) {
        json.files[side] = comparison->inputs[side].argument;
        json.sides[side] = &comparison->sides[side];
        json.states[side] = comparison->states[side];
        json.transitions[side] = comparison->transitions[side];
    }
    json_write_comparison(&json, text);
    text_append_char(text, '\n');
}

/* ------------------------------------------------------------------ verb */

/* What it takes at most, as measured, depends on what the systems are like. */
static void name_memory(const struct comparison *comparison, spex_error *error)
{
    enum { A_STATE = 64, A_TRANSITION = 32 };
    size_t states = (size_t)comparison->states[LEFT] + comparison->states[RIGHT];
    size_t transitions = comparison->transitions[LEFT] + comparison->transitions[RIGHT];
    size_t most = (states * A_STATE + transitions * A_TRANSITION) >> 20;
    bool explain = option_given(comparison->invocation, "explain");
    error_set(error, SPEX_ERROR_MEMORY,
              "out of memory comparing %s with %s, %zu transitions together; %s some %zu MiB",
              name_of(comparison, LEFT), name_of(comparison, RIGHT), transitions,
              explain ? "without --explain it may take" : "it may take", most + 1);
}

static enum answer decide(struct comparison *comparison)
{
    const struct invocation *invocation = comparison->invocation;
    struct progress_line progress;
    spex_error error;
    progress_start(&progress);
    struct lts *left = &comparison->sides[LEFT], *right = &comparison->sides[RIGHT];
    for (int side = LEFT; side <= RIGHT; side++)
        lts_size(&comparison->sides[side], &comparison->states[side],
                 &comparison->transitions[side]);
    int status = option_given(invocation, "explain")
                     ? check_equivalence(left, right, comparison->equivalence, &progress.progress,
                                         &comparison->equivalent, &comparison->explanation, &error)
                     : check_consuming(left, right, comparison->equivalence, &progress.progress,
                                       &comparison->equivalent, &error);
    progress_end(&progress);
    if (status == SPEX_ERROR_MEMORY)
        name_memory(comparison, &error);
    if (status)
        return fail(invocation, &error);
    struct text text = {0};
    if (invocation->json)
        append_json(&text, comparison);
    else
        append_people(&text, comparison);
    if (!output_text(&text))
        return ANSWER_BROKEN;
    return comparison->equivalent ? ANSWER_YES : ANSWER_NO;
}

static enum answer compare(const struct invocation *invocation)
{
    struct comparison comparison = {.invocation = invocation};
    if (!option_equivalence(invocation, EQUIVALENCES, &comparison.equivalence))
        return ANSWER_WRONG;
    enum answer answer = open_sides(&comparison);
    if (!answer)
        answer = read_sides(&comparison);
    if (!answer)
        answer = decide(&comparison);
    explanation_free(comparison.explanation);
    for (int side = LEFT; side <= RIGHT; side++) {
        lts_release(&comparison.sides[side]);
        input_close(&comparison.inputs[side]);
    }
    return answer;
}

static const struct cli_option compare_options[] = {
    {"equivalence", 'e', "NOTION",
     "branching (the default), divergence, strong, weak, trace or weak-trace"},
    {"explain", 'x', NULL, "say why they are not equivalent"},
    {"tau", 0, "LABEL", "the internal label of .aut files (tau if one of them has it, else i)"},
    {"split-io", 0, NULL, "of .dot and .aut files: \"input/output\" becomes two transitions"},
    {NULL, 0, NULL, NULL}};

const struct verb compare_verb = {
    .name = "compare",
    .usage = "A B",
    .summary = "are two LTSs, specifications or models equivalent?",
    .details = "A and B are .aut, .spec, .spex or .ex files (FILE.ex:MODULE where there are\n"
               "several). Specifications and models are compared from before initialisation on,\n"
               "against an .aut file from their initial state on. The first line of the answer is\n"
               "'equivalent' or 'not equivalent'.",
    .options = compare_options,
    .minimum = 2,
    .maximum = 2,
    .run = compare};
