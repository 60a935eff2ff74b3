/* check: every model against its specification. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check/check.h"
#include "cli/cli.h"
#include "cli/files.h"
#include "cli/output.h"
#include "project/learned.h"

/* One comparison, or why there is none. */
struct subject {
    const char *name; /* of the specification; NULL: not known */
    const struct spex_specification *specification;
    const struct spex_model *model; /* NULL: none, or `error` */
    const char *path;               /* the model's file, or the one that is bad */
    const spex_error *error;
};

struct checking {
    const struct invocation *invocation;
    struct progress_line progress;
    struct reader *reader; /* NULL: there is no store to ask */
    size_t rows;
    enum answer answer;
};

/* ------------------------------------------------------------------ rows */

static void append_reason(struct text *text, const struct text *reason)
{
    const char *line = text_value(reason);
    while (*line) {
        size_t length = strcspn(line, "\n");
        text_append(text, length ? "    " : "");
        text_append_bytes(text, line, length);
        text_append_char(text, '\n');
        line += length + (line[length] == '\n');
    }
}

static void append_row(struct text *text, const struct subject *subject, const char *verdict,
                       const struct text *reason)
{
    text_printf(text, "%-14s  ", verdict);
    if (subject->name)
        text_append_visible(text, subject->name);
    else
        text_append_visible(text, subject->path ? file_name(subject->path) : "?");
    if (subject->model && subject->model->learning)
        text_append(text, " (learning)");
    text_append_char(text, '\n');
    append_reason(text, reason);
    if (reason->length && subject->model && subject->model->learning)
        text_append(text, "    " LEARNING_NOT_YET "\n");
}

/* Why not, as text and as JSON, and which instances did what is extra. */
struct reasons {
    struct text words, explanation, instances;
};

static void reasons_release(struct reasons *reasons)
{
    text_release(&reasons->words);
    text_release(&reasons->explanation);
    text_release(&reasons->instances);
}

static void append_json_row(struct text *text, const struct subject *subject, const char *verdict,
                            const struct reasons *reasons)
{
    text_append(text, "{\"spec\":");
    append_json_or_null(text, subject->name);
    text_printf(text, ",\"verdict\":\"%s\",\"model\":", verdict);
    append_json_or_null(text, subject->path);
    text_append(text, ",\"warnings\":");
    append_json_warnings(text, subject->specification);
    text_printf(text, ",\"learning\":%s,\"reason\":",
                subject->model ? subject->model->learning ? "true" : "false" : "null");
    append_json_or_null(text, reasons->words.length ? text_value(&reasons->words) : NULL);
    text_printf(text, ",\"explanation\":%s,\"instances\":[%s]}",
                reasons->explanation.length ? text_value(&reasons->explanation) : "null",
                text_value(&reasons->instances));
}

static void print_row(struct checking *checking, const struct subject *subject, const char *verdict,
                      const struct reasons *reasons)
{
    struct text text = {0};
    progress_end(&checking->progress);
    if (checking->invocation->json) {
        text_append(&text, checking->rows ? ",\n " : "[");
        append_json_row(&text, subject, verdict, reasons);
    } else {
        append_row(&text, subject, verdict, &reasons->words);
    }
    text.failed |=
        reasons->words.failed || reasons->explanation.failed || reasons->instances.failed;
    checking->rows++;
    if (!output_text(&text))
        checking->answer = ANSWER_BROKEN;
    if (subject->specification)
        warn_of(checking->invocation, subject->specification);
}

static void print_error(struct checking *checking, const struct subject *subject,
                        const spex_error *error)
{
    struct reasons reasons = {0};
    if (checking->invocation->json)
        text_append(&reasons.words, error->message);
    print_row(checking, subject, "error", &reasons);
    complain(checking->invocation, "%s", error->message);
    checking->answer = worse(checking->answer, answer_of_input(error->status));
    reasons_release(&reasons);
}

/* --------------------------------------------------------------- verdict */

/* Instances named, and how many are asked for. */
enum { NAMED_INSTANCES = 5, MOST_INSTANCES = 20 };

static void append_instances(struct reasons *reasons, const char *from, const char *action,
                             const char *to, char *const *identifiers, size_t count)
{
    struct text *words = &reasons->words;
    bool start = strcmp(action, SPEX_INITIALISATION) == 0;
    text_append(words, count == 1 ? "The instance that " : "Instances that ");
    if (start) {
        text_append(words, "started");
    } else {
        text_append(words, "did \"");
        text_append_visible(words, action);
        text_append_char(words, '"');
    }
    text_append(words, " in \"");
    text_append_visible(words, start ? to : from);
    text_append(words, "\": ");
    for (size_t i = 0; i < count && i < MOST_INSTANCES; i++) {
        text_append(&reasons->instances, i ? "," : "");
        text_append_json(&reasons->instances, identifiers[i]);
        if (i >= NAMED_INSTANCES)
            continue;
        text_append(words, i ? ", " : "");
        text_append_visible(words, identifiers[i]);
    }
    if (count > NAMED_INSTANCES)
        text_printf(words, " and %s%zu more", count > MOST_INSTANCES ? "at least " : "",
                    count - NAMED_INSTANCES);
    text_append(words, ".\n");
}

/* The instances in the store that did what the specification does not allow. */
static void find_instances(struct checking *checking, const struct subject *subject,
                           const struct explanation *explanation, const struct lts *model,
                           struct reasons *reasons)
{
    const struct explanation *extra = explanation;
    if (extra && extra->kind == EXPLANATION_TRACE && extra->side == LEFT)
        extra = extra->also;
    if (!checking->reader || !extra || extra->kind != EXPLANATION_TRACE)
        return;
    const struct path *path = &extra->path[RIGHT];
    const struct lts_transition *step = &path->steps[path->count - 1];
    char buffers[2][16], **identifiers;
    const char *from = lts_state_name(model, step->from, buffers[0]);
    const char *to = lts_state_name(model, step->to, buffers[1]);
    const char *action = lts_label_name(model, step->label, true);
    size_t count;
    spex_error error;
    int status = reader_instances_with(checking->reader, subject->name, from, action, to,
                                       MOST_INSTANCES + 1, &identifiers, &count, &error);
    if (count)
        append_instances(reasons, from, action, to, identifiers, count);
    if (status)
        checking->answer = worse(checking->answer, fail(checking->invocation, &error));
    instances_free(identifiers, count);
}

static int compare(struct checking *checking, const struct subject *subject,
                   const struct lts sides[2])
{
    struct explanation *explanation = NULL;
    struct reasons reasons = {0};
    bool equivalent = false;
    spex_error error;
    int status = check_equivalence(&sides[LEFT], &sides[RIGHT], EQUIVALENCE_BRANCHING,
                                   &checking->progress.progress, &equivalent, &explanation, &error);
    if (status) {
        print_error(checking, subject, &error);
        return status;
    }
    if (!equivalent)
        explanation_print(explanation, &sides[LEFT], &sides[RIGHT], "specification",
                          "implementation", &reasons.words);
    if (explanation) {
        json_write_explanation(explanation, &sides[LEFT], &sides[RIGHT], &reasons.explanation);
        find_instances(checking, subject, explanation, &sides[RIGHT], &reasons);
    }
    if (!equivalent)
        checking->answer = worse(checking->answer, ANSWER_NO);
    print_row(checking, subject, equivalent ? "equivalent" : "not equivalent", &reasons);
    reasons_release(&reasons);
    explanation_free(explanation);
    return SPEX_OK;
}

static void check_subject(struct checking *checking, const struct subject *subject)
{
    struct lts sides[2] = {0};
    struct reasons none = {0};
    spex_error error;
    progress_start(&checking->progress);
    if (subject->error) {
        print_error(checking, subject, subject->error);
        return;
    }
    if (!subject->model) {
        print_row(checking, subject, "no model", &none);
        return;
    }
    int status = lts_from_specification(&sides[LEFT], subject->specification, true, &error);
    if (!status)
        status = lts_from_model(&sides[RIGHT], subject->model, true, &error);
    if (status)
        print_error(checking, subject, &error);
    else
        compare(checking, subject, sides);
    progress_end(&checking->progress);
    lts_release(&sides[LEFT]);
    lts_release(&sides[RIGHT]);
}

static void check_entry(struct checking *checking, const struct project_entry *entry)
{
    struct subject subject = {.specification = entry->specification, .model = entry->model};
    subject.name = entry->specification ? entry->specification->name : NULL;
    subject.path = entry->model ? entry->model->source : NULL;
    if (!entry->specification) {
        subject.path = entry->path;
        subject.model = NULL;
        subject.error = &entry->error;
    } else if (entry->model_error.status) {
        subject.error = &entry->model_error;
    }
    check_subject(checking, &subject);
}

/* ---------------------------------------------------------- named things */

static void check_model_file(struct checking *checking, const struct project *project,
                             struct input *input)
{
    spex_error error;
    const struct project_entry *entry = project_find(project, input->model->name);
    struct subject subject = {
        .name = input->model->name, .model = input->model, .path = input->path};
    if (entry && entry->specification) {
        subject.specification = entry->specification;
    } else {
        error_set(&error, SPEX_ERROR_USAGE, "%s: there is no specification %s for this model",
                  input->path, input->model->name);
        subject.error = &error;
    }
    check_subject(checking, &subject);
}

/* A specification file, which need not be in the project, against the project's model. */
static void check_specification_file(struct checking *checking, const char *models_dir,
                                     const struct spex_specification *specification)
{
    struct subject subject = {.name = specification->name, .specification = specification};
    struct input input = {.descriptor = -1};
    spex_error error;
    struct text file = {0};
    text_printf(&file, "%s.spex", specification->name);
    char *path = file_join(models_dir, text_value(&file));
    if (!path || file.failed) {
        error_memory(&error);
        subject.error = &error;
    } else if (file_name_safe(text_value(&file)) && access(path, F_OK) == 0) {
        subject.path = path;
        if (input_open(&input, path, false, &error))
            subject.error = &error;
        subject.model = input.model;
    }
    check_subject(checking, &subject);
    input_close(&input);
    text_release(&file);
    free(path);
}

static void check_file(struct checking *checking, const struct session *session,
                       const char *argument)
{
    struct input input;
    spex_error error;
    if (input_open(&input, argument, true, &error)) {
        struct subject subject = {.path = argument, .error = &error};
        check_subject(checking, &subject);
        return;
    }
    if (input.kind == INPUT_LTS) {
        struct subject subject = {.path = argument, .error = &error};
        error_set(&error, SPEX_ERROR_USAGE,
                  "%s: an LTS is of no specification; spex compare takes it", argument);
        check_subject(checking, &subject);
    } else if (input.model)
        check_model_file(checking, &session->project, &input);
    else if (input.specification)
        check_specification_file(checking, session->options.impl_models_dir, input.specification);
    for (size_t i = 0; !input.specification && i < input.list.count; i++)
        check_specification_file(checking, session->options.impl_models_dir, input.list.items[i]);
    input_close(&input);
}

static void check_named(struct checking *checking, const struct session *session,
                        const char *argument)
{
    const struct project_entry *entry = project_find(&session->project, argument);
    if (entry)
        check_entry(checking, entry);
    else if (input_named(argument))
        check_file(checking, session, argument);
    else {
        session_knows(session, checking->invocation, argument);
        checking->answer = worse(checking->answer, ANSWER_WRONG);
    }
}

/* ------------------------------------------------------------------ verb */

static void check_all(struct checking *checking, const struct session *session)
{
    const struct invocation *invocation = checking->invocation;
    bool all = !invocation->argument_count;
    for (size_t i = 0; i < invocation->argument_count; i++)
        check_named(checking, session, invocation->arguments[i]);
    for (size_t i = 0; all && i < session->project.count; i++)
        check_entry(checking, &session->project.entries[i]);
    if (all && !session->project.count)
        checking->answer = complain_empty(invocation, &session->project, &session->options);
    if (invocation->json)
        printf(checking->rows ? "]\n" : "[]\n");
}

/* A store is not needed; what it learned counts, and one that cannot be read is said. */
static void open_store(struct checking *checking, struct session *session)
{
    spex_clock clock = clock_system();
    spex_error error;
    int status = reader_open(&checking->reader, session->options.store_dir, &clock, &error);
    if (status)
        checking->reader = NULL;
    else
        status = project_join_learned(&session->project, checking->reader, &error);
    if (status && status != SPEX_ERROR_NOT_FOUND)
        checking->answer = fail(checking->invocation, &error);
}

static enum answer check(const struct invocation *invocation)
{
    struct session session = {0};
    struct checking checking = {.invocation = invocation};
    enum answer answer = open_project(invocation, &session.options, &session.project);
    if (answer)
        return answer;
    answer = check_folder(invocation, "models", session.options.impl_models_dir);
    if (!answer) {
        open_store(&checking, &session);
        check_all(&checking, &session);
        answer = checking.answer;
    }
    reader_close(checking.reader);
    session_close(&session);
    return answer;
}

const struct verb check_verb = {
    .name = "check",
    .usage = "[PROJECT_DIR] [NAME|FILE...]",
    .summary = "is every model branching bisimilar to its specification? If not, why",
    .details = "Without arguments: all of the project. NAME is a specification's name, FILE a\n"
               ".spex model or a specification file. Exit code 1 if one is not equivalent, 2 if a\n"
               "file cannot be read (the others are checked all the same).",
    .maximum = SIZE_MAX,
    .folder = FOLDER_FIRST,
    .run = check};
