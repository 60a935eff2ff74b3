/* coverage: what of each specification has never been seen, and runs that would show it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/coverage.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "project/learned.h"

struct covering_run {
    const struct invocation *invocation;
    struct reader *reader; /* NULL: there is no store */
    struct progress_line progress;
    uint64_t fail_under; /* percent; 0: nothing is asked */
    size_t rows;
    enum answer answer;
};

/* One specification and all that is found out about it. */
struct subject {
    const struct project_entry *entry;
    struct lts specification, model;
    struct coverage coverage;
    struct path *runs;
    size_t run_count, left;
    struct observed_transition *observed;
    size_t observed_count;
};

static void subject_release(struct subject *subject)
{
    lts_release(&subject->specification);
    lts_release(&subject->model);
    coverage_release(&subject->coverage);
    coverage_runs_free(subject->runs, subject->run_count);
    observed_free(subject->observed, subject->observed_count);
}

/* Without a model nothing is covered. */
static int make_systems(struct subject *subject, spex_error *error)
{
    const struct project_entry *entry = subject->entry;
    int status = lts_from_specification(&subject->specification, entry->specification, true, error);
    if (status || entry->model)
        return status ? status : lts_from_model(&subject->model, entry->model, true, error);
    status = lts_init(&subject->model, error);
    subject->model.state_count = 1;
    return status;
}

static int find_out(struct covering_run *run, struct subject *subject, spex_error *error)
{
    const struct progress *progress = &run->progress.progress;
    int status = make_systems(subject, error);
    if (!status)
        status = coverage_find(&subject->specification, &subject->model, true, progress,
                               &subject->coverage, error);
    if (!status)
        status = coverage_runs(&subject->specification, &subject->coverage, progress,
                               &subject->runs, &subject->run_count, &subject->left, error);
    if (!status && run->reader)
        status = reader_observed(run->reader, subject->entry->specification->name,
                                 &subject->observed, &subject->observed_count, error);
    return status;
}

/* How often the store saw the transition; NULL: never. Observations are in byte order. */
static const struct observed_transition *
find_observed(const struct subject *subject, const char *from, const char *action, const char *to)
{
    size_t low = 0, high = subject->observed_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct observed_transition *observed = &subject->observed[middle];
        int order = strcmp(observed->from, from);
        order = order ? order : strcmp(observed->action, action);
        order = order ? order : strcmp(observed->to, to);
        if (order == 0)
            return observed;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static const struct observed_transition *observed_of(const struct subject *subject, size_t number)
{
    const struct lts *lts = &subject->specification;
    const struct lts_transition *transition = &lts->transitions[number];
    char buffers[2][16];
    return find_observed(subject, lts_state_name(lts, transition->from, buffers[0]),
                         lts_label_name(lts, transition->label, true),
                         lts_state_name(lts, transition->to, buffers[1]));
}

static const char *words_of(enum covering covering)
{
    return covering == COVERING_COVERED ? "covered"
           : covering == COVERING_NOT   ? "not covered"
                                        : "unreachable";
}

/* ------------------------------------------------------------ for people */

/* Rounded down: 100 % is only what is whole. */
static unsigned percent(const struct fraction *fraction)
{
    return fraction->total ? (unsigned)(fraction->covered * 100 / fraction->total) : 100;
}

static void append_summary(struct text *text, const struct subject *subject)
{
    const struct coverage *coverage = &subject->coverage;
    text_append_visible(text, subject->entry->specification->name);
    text_printf(text, ": %" PRIu64 " of %" PRIu64 " transitions covered by the model (%u %%)\n",
                coverage->transition_count.covered, coverage->transition_count.total,
                percent(&coverage->transition_count));
    text_printf(text,
                "%" PRIu64 " of %" PRIu64 " states, %" PRIu64 " of %" PRIu64
                " pairs of transitions in a row\n",
                coverage->state_count.covered, coverage->state_count.total,
                coverage->pair_count.covered, coverage->pair_count.total);
    if (!subject->entry->model)
        text_append(text,
                    "there is no model of it yet: record a run of its tests with spex record\n");
}

static void add_row(struct table *table, const struct subject *subject, bool store, size_t number)
{
    const struct lts *lts = &subject->specification;
    const struct lts_transition *transition = &lts->transitions[number];
    const struct observed_transition *observed = observed_of(subject, number);
    struct text seen = {0}, last = {0}, words = {0};
    char buffers[2][16];
    text_printf(&seen, "%" PRIu64, observed ? observed->count : 0);
    append_time(&last, observed ? observed->last_seen : 0, false);
    text_printf(&words, "%s --[%s]-> %s", lts_state_name(lts, transition->from, buffers[0]),
                lts_label_name(lts, transition->label, true),
                lts_state_name(lts, transition->to, buffers[1]));
    table_cell(table, words_of(subject->coverage.transitions[number]));
    if (store) {
        table_cell(table, text_value(&seen));
        table_cell(table, text_value(&last));
    }
    table_cell(table, text_value(&words));
    table->failed |= seen.failed || last.failed || words.failed;
    text_release(&seen);
    text_release(&last);
    text_release(&words);
}

/* `start in basket, checkout, pay -> paid`: states are named where they can surprise. */
static void append_run(struct text *text, const struct lts *lts, const struct path *run,
                       size_t number)
{
    enum { WIDTH = 79, INDENT = 6 };
    struct text piece = {0};
    char buffer[16];
    text_printf(text, "%4zu. ", number);
    int column = INDENT;
    for (size_t i = 0; i < run->count; i++) {
        const struct lts_transition *step = &run->steps[i];
        const char *action = lts_label_name(lts, step->label, true);
        bool start = strcmp(action, SPEX_INITIALISATION) == 0;
        text_clear(&piece);
        text_append_visible(&piece, start ? "start in" : action);
        text_append(&piece, start ? " " : " -> ");
        text_append_visible(&piece, lts_state_name(lts, step->to, buffer));
        text_append(&piece, i + 1 < run->count ? "," : "");
        int width = utf8_width(text_value(&piece));
        if (i > 0 && column + 1 + width > WIDTH) {
            text_printf(text, "\n%*s", INDENT, "");
            column = INDENT;
        } else if (i > 0) {
            text_append_char(text, ' ');
            column++;
        }
        text_append(text, text_value(&piece));
        column += width;
    }
    text_append_char(text, '\n');
    text->failed |= piece.failed;
    text_release(&piece);
}

static bool print_people(struct covering_run *run, const struct subject *subject)
{
    static const char *const with_store[] = {"by the model", "in the store", "last", "transition"};
    static const char *const without[] = {"by the model", "transition"};
    bool store = run->reader != NULL;
    struct text text = {0};
    struct table table;
    text_append(&text, run->rows ? "\n" : "");
    append_summary(&text, subject);
    bool good = output_text(&text);
    table_start(&table, store ? with_store : without,
                store ? sizeof with_store / sizeof *with_store : sizeof without / sizeof *without);
    for (size_t i = 0; i < subject->specification.transition_count; i++)
        if (subject->coverage.transitions[i] != COVERING_START)
            add_row(&table, subject, store, i);
    good = table_end(&table) && good;
    if (subject->run_count)
        text_printf(&text, "%s that would cover the rest:\n",
                    subject->run_count == 1 ? "A test" : "Tests");
    for (size_t i = 0; i < subject->run_count; i++)
        append_run(&text, &subject->specification, &subject->runs[i], i + 1);
    if (subject->left)
        text_printf(&text, "and %zu more transitions, for which it would take too long\n",
                    subject->left);
    return output_text(&text) && good;
}

/* ------------------------------------------------------------------ JSON */

static void append_fraction(struct text *text, const char *name, const struct fraction *fraction)
{
    text_printf(text, ",\"%s\":{\"covered\":%" PRIu64 ",\"total\":%" PRIu64 "}", name,
                fraction->covered, fraction->total);
}

static void append_step(struct text *text, const struct lts *lts, const struct lts_transition *step)
{
    char buffer[16];
    text_append_json(text, lts_state_name(lts, step->from, buffer));
    text_append_char(text, ',');
    text_append_json(text, lts_label_name(lts, step->label, true));
    text_append_char(text, ',');
    text_append_json(text, lts_state_name(lts, step->to, buffer));
}

static void append_json_transition(struct text *text, const struct subject *subject, size_t number)
{
    const struct lts *lts = &subject->specification;
    const struct observed_transition *observed = observed_of(subject, number);
    text_append(text, "{\"transition\":[");
    append_step(text, lts, &lts->transitions[number]);
    text_printf(text, "],\"covered\":%s,\"reachable\":%s,\"count\":%" PRIu64 ",\"first_seen\":",
                subject->coverage.transitions[number] == COVERING_COVERED ? "true" : "false",
                subject->coverage.transitions[number] == COVERING_UNREACHABLE ? "false" : "true",
                observed ? observed->count : 0);
    append_json_time(text, observed ? observed->first_seen : 0);
    text_append(text, ",\"last_seen\":");
    append_json_time(text, observed ? observed->last_seen : 0);
    text_append_char(text, '}');
}

static void append_json_runs(struct text *text, const struct subject *subject)
{
    text_append_char(text, '[');
    for (size_t i = 0; i < subject->run_count; i++) {
        text_append(text, i ? ",[" : "[");
        for (size_t k = 0; k < subject->runs[i].count; k++) {
            text_append(text, k ? ",[" : "[");
            append_step(text, &subject->specification, &subject->runs[i].steps[k]);
            text_append_char(text, ']');
        }
        text_append_char(text, ']');
    }
    text_append_char(text, ']');
}

static bool print_json(struct covering_run *run, const struct subject *subject)
{
    const struct coverage *coverage = &subject->coverage;
    struct text text = {0};
    bool any = false;
    text_append(&text, run->rows ? ",\n {\"spec\":" : "[{\"spec\":");
    text_append_json(&text, subject->entry->specification->name);
    text_append(&text, ",\"model\":");
    append_json_or_null(&text, subject->entry->model ? subject->entry->model->source : NULL);
    text_printf(&text, ",\"equivalent\":%s", coverage->equivalent ? "true" : "false");
    append_fraction(&text, "transitions", &coverage->transition_count);
    append_fraction(&text, "states", &coverage->state_count);
    append_fraction(&text, "pairs", &coverage->pair_count);
    text_append(&text, ",\"list\":[");
    for (size_t i = 0; i < subject->specification.transition_count; i++) {
        if (coverage->transitions[i] == COVERING_START)
            continue;
        text_append(&text, any ? "," : "");
        append_json_transition(&text, subject, i);
        any = true;
    }
    text_append(&text, "],\"tests\":");
    append_json_runs(&text, subject);
    text_append_char(&text, '}');
    return output_text(&text);
}

/* ------------------------------------------------------------------ verb */

static void judge(struct covering_run *run, const struct subject *subject)
{
    const struct fraction *transitions = &subject->coverage.transition_count;
    bool whole = transitions->covered == transitions->total;
    if ((option_given(run->invocation, "fail") && !whole) ||
        (!whole && percent(transitions) < run->fail_under))
        run->answer = worse(run->answer, ANSWER_NO);
}

static void cover_entry(struct covering_run *run, const struct project_entry *entry)
{
    struct subject subject = {.entry = entry};
    spex_error error = entry->specification ? entry->model_error : entry->error;
    if (error.status) {
        run->answer = worse(run->answer, fail_input(run->invocation, &error));
        return;
    }
    if (!entry->specification)
        return;
    progress_start(&run->progress);
    int status = find_out(run, &subject, &error);
    progress_end(&run->progress);
    if (status && status != SPEX_ERROR_STORE) {
        run->answer = worse(run->answer, fail(run->invocation, &error));
    } else {
        if (status) /* a part of the store cannot be read */
            run->answer = worse(run->answer, fail(run->invocation, &error));
        bool printed =
            run->invocation->json ? print_json(run, &subject) : print_people(run, &subject);
        run->rows++;
        if (!printed)
            run->answer = ANSWER_BROKEN;
        warn_of(run->invocation, entry->specification);
        judge(run, &subject);
    }
    subject_release(&subject);
}

static void cover_all(struct covering_run *run, const struct session *session)
{
    const struct invocation *invocation = run->invocation;
    for (size_t i = 0; i < invocation->argument_count; i++) {
        if (session_knows(session, invocation, invocation->arguments[i]))
            cover_entry(run, project_find(&session->project, invocation->arguments[i]));
        else
            run->answer = worse(run->answer, ANSWER_WRONG);
    }
    for (size_t i = 0; !invocation->argument_count && i < session->project.count; i++)
        cover_entry(run, &session->project.entries[i]);
    if (!invocation->argument_count && !session->project.count)
        run->answer = complain_empty(invocation, &session->project, &session->options);
    if (invocation->json)
        printf(run->rows ? "]\n" : "[]\n");
}

/* A store is not needed; what it learned counts, and one that cannot be read is said. */
static void open_store(struct covering_run *run, struct session *session)
{
    spex_clock clock = clock_system();
    spex_error error;
    int status = reader_open(&run->reader, session->options.store_dir, &clock, &error);
    if (status)
        run->reader = NULL;
    else
        status = project_join_learned(&session->project, run->reader, &error);
    if (status && status != SPEX_ERROR_NOT_FOUND)
        run->answer = fail(run->invocation, &error);
}

static enum answer coverage(const struct invocation *invocation)
{
    struct session session = {0};
    struct covering_run run = {.invocation = invocation};
    if (!option_number(invocation, "fail-under", 0, 0, &run.fail_under))
        return ANSWER_WRONG;
    if (run.fail_under > 100) {
        complain(invocation, "--fail-under wants a percentage, 0 to 100");
        return ANSWER_WRONG;
    }
    enum answer answer = open_project(invocation, &session.options, &session.project);
    if (answer)
        return answer;
    answer = check_folder(invocation, "models", session.options.impl_models_dir);
    if (!answer) {
        open_store(&run, &session);
        cover_all(&run, &session);
        answer = run.answer;
    }
    reader_close(run.reader);
    session_close(&session);
    return answer;
}

static const struct cli_option coverage_options[] = {
    {"fail", 0, NULL, "exit code 1 if a transition is not covered"},
    {"fail-under", 0, "PERCENT", "exit code 1 if fewer transitions of a specification are"},
    {NULL, 0, NULL, NULL}};

const struct verb coverage_verb = {
    .name = "coverage",
    .usage = "[PROJECT_DIR] [SPECIFICATION...]",
    .summary = "what of the specifications was never seen, and tests that would show it",
    .details =
        "For every transition of the specification: whether the model has it, how often and\n"
        "when last the store saw it. Then as few runs as it takes to cover the rest.",
    .options = coverage_options,
    .maximum = SIZE_MAX,
    .folder = FOLDER_FIRST,
    .run = coverage};
