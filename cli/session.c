/* Messages, and what the verbs work on: options, project, reader, manager. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "project/elixir_project.h"

/* ------------------------------------------------------------- messages */

void complain(const struct invocation *invocation, const char *format, ...)
{
    struct text line = {0}, message = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&message, format, arguments);
    va_end(arguments);
    text_printf(&line, "spex%s%s: ", invocation ? " " : "",
                invocation ? invocation->verb->name : "");
    text_append_visible(&line, text_value(&message));
    fprintf(stderr, "%s\n", line.failed ? "spex: out of memory" : text_value(&line));
    text_release(&line);
    text_release(&message);
}

enum answer answer_of(spex_status status)
{
    switch (status) {
    case SPEX_OK:
        return ANSWER_YES;
    case SPEX_ERROR_NOT_FOUND:
    case SPEX_ERROR_REFUSED:
        return ANSWER_NO;
    case SPEX_ERROR_USAGE:
    case SPEX_ERROR_SYNTAX:
        return ANSWER_WRONG;
    default:
        return ANSWER_BROKEN;
    }
}

enum answer answer_of_input(spex_status status)
{
    bool ours = status == SPEX_ERROR_MEMORY || status == SPEX_ERROR_INTERNAL;
    return !status ? ANSWER_YES : ours ? ANSWER_BROKEN : ANSWER_WRONG;
}

enum answer worse(enum answer left, enum answer right)
{
    return left > right ? left : right;
}

enum answer fail(const struct invocation *invocation, const spex_error *error)
{
    complain(invocation, "%s", error->message);
    return answer_of(error->status);
}

enum answer fail_input(const struct invocation *invocation, const spex_error *error)
{
    complain(invocation, "%s", error->message);
    return answer_of_input(error->status);
}

/* -------------------------------------------------------------- project */

const char *project_folder(const struct invocation *invocation)
{
    const char *folder = option_value(invocation, "project");
    return folder ? folder : invocation->folder;
}

/* `elixir` is what the project's folder holds, if one was named. */
static enum answer load_options(const struct invocation *invocation,
                                struct project_options *options, struct elixir_project *elixir)
{
    static const char *const names[][2] = {{"specs", "specs_dir"},
                                           {"models", "impl_models_dir"},
                                           {"learn", "impl_models_dir"},
                                           {"store", "store_dir"}};
    spex_error error;
    const char *folder = project_folder(invocation);
    memset(options, 0, sizeof *options);
    *elixir = (struct elixir_project){0};
    int status = SPEX_OK;
    if (folder && !elixir_project_named(folder))
        status =
            error_set(&error, SPEX_ERROR_USAGE, "--project %s: there is no such folder", folder);
    else if (folder)
        status = elixir_project_scan(folder, elixir, &error);
    if (!status)
        status = folder ? elixir_project_options(folder, elixir, options, &error)
                        : project_options_load(options, NULL, &error);
    if (!status && option_given(invocation, "models") && option_given(invocation, "learn"))
        status = error_set(&error, SPEX_ERROR_USAGE,
                           "--learn names the folder of the models: leave --models out");
    for (size_t i = 0; !status && i < sizeof names / sizeof *names; i++) {
        const char *value = option_value(invocation, names[i][0]);
        if (value && !*value)
            status = error_set(&error, SPEX_ERROR_USAGE, "--%s wants a folder", names[i][0]);
        else if (value)
            status = project_options_set(options, names[i][1], value, &error);
    }
    if (!status && elixir->doubt)
        complain(invocation, "warning: %s", elixir->doubt);
    if (!status)
        return ANSWER_YES;
    elixir_project_release(elixir);
    project_options_release(options);
    return fail(invocation, &error);
}

enum answer open_options(const struct invocation *invocation, struct project_options *options)
{
    struct elixir_project elixir;
    enum answer answer = load_options(invocation, options, &elixir);
    elixir_project_release(&elixir);
    return answer;
}

enum answer check_folder(const struct invocation *invocation, const char *option, const char *path)
{
    if (!option_given(invocation, option))
        return ANSWER_YES;
    DIR *folder = opendir(path);
    if (!folder) {
        complain(invocation, "--%s %s: %s", option, path, strerror(errno));
        return ANSWER_WRONG;
    }
    closedir(folder);
    return ANSWER_YES;
}

enum answer open_project(const struct invocation *invocation, struct project_options *options,
                         struct project *project)
{
    spex_error error;
    struct elixir_project elixir;
    memset(project, 0, sizeof *project);
    enum answer answer = load_options(invocation, options, &elixir);
    if (answer)
        return answer;
    answer = check_folder(invocation, "specs", options->specs_dir);
    if (!answer && project_load(project, options, elixir.files, elixir.file_count, &error))
        answer = fail(invocation, &error);
    elixir_project_release(&elixir);
    if (answer)
        project_options_release(options);
    return answer;
}

enum answer complain_empty(const struct invocation *invocation, const struct project *project,
                           const struct project_options *options)
{
    struct text text = {0};
    project_lacking(project, options, &text);
    complain(invocation, "%s", text_value(&text));
    text_release(&text);
    return ANSWER_WRONG;
}

/* ---------------------------------------------------------------- store */

enum answer open_reader(const struct invocation *invocation, const struct project_options *options,
                        struct reader **reader)
{
    spex_error error;
    spex_clock clock = clock_system();
    int status = reader_open(reader, options->store_dir, &clock, &error);
    if (!status)
        return ANSWER_YES;
    *reader = NULL;
    if (status != SPEX_ERROR_NOT_FOUND)
        return worse(fail(invocation, &error), ANSWER_BROKEN);
    complain(invocation,
             "there is no store in %s: name one with --store, or record something first "
             "(spex init, spex record)",
             options->store_dir);
    return ANSWER_BROKEN;
}

enum answer reader_finish(const struct invocation *invocation, struct reader *reader, int status,
                          const spex_error *error)
{
    bool faults = false;
    for (unsigned shard = 1; shard <= reader_shard_count(reader); shard++)
        if (reader_fault(reader, shard)) {
            complain(invocation, "%s: the answer is without this shard's instances",
                     reader_fault(reader, shard));
            faults = true;
        }
    reader_close(reader);
    enum answer answer = faults ? ANSWER_BROKEN : ANSWER_YES;
    /* The error names a shard that was named just now. */
    if (status && !(status == SPEX_ERROR_STORE && faults))
        answer = worse(answer, fail(invocation, error));
    return answer;
}

/* -------------------------------------------------------------- session */

static void log_line(const char *line, void *data)
{
    complain(data, "%s", line);
}

spex_answer session_answer(const struct session *session, const spex_report *report)
{
    const struct project_entry *entry =
        report->specification ? project_find(&session->project, report->specification) : NULL;
    unsigned accept = entry && entry->specification ? entry->specification->policy.accept
                                                    : (unsigned)SPEX_ACCEPT_DEFAULT;
    return accept & 1u << report->reason ? SPEX_ACCEPT : SPEX_REFUSE;
}

/* What is refused comes back to the verb as an error. */
static spex_answer answer_report(const spex_report *report, void *data)
{
    const struct session *session = data;
    spex_answer answer = session_answer(session, report);
    if (answer == SPEX_ACCEPT)
        complain(session->invocation, "%s", report->message);
    return answer;
}

static enum answer add_specifications(struct session *session, const struct invocation *invocation)
{
    if (session->project.orphans)
        complain_empty(invocation, &session->project, &session->options);
    for (size_t i = 0; i < session->project.count; i++) {
        const struct project_entry *entry = &session->project.entries[i];
        spex_error error;
        if (!entry->specification)
            complain(invocation, "warning: %s", entry->error.message);
        else if (project_find(&session->project, entry->specification->name) == entry &&
                 spex_manager_add_specification(session->manager, entry->specification, NULL, NULL,
                                                &error))
            return fail(invocation, &error);
        /* Its instances can be looked at and mocked, but no step of theirs be judged. */
        if (entry->model_error.status)
            complain(invocation, "warning: %s", entry->model_error.message);
    }
    return ANSWER_YES;
}

/* Without --create a look at the store must not make one. */
static enum answer check_store(struct session *session, const struct invocation *invocation)
{
    struct reader *reader;
    enum answer answer = open_reader(invocation, &session->options, &reader);
    reader_close(reader);
    return answer;
}

/* The store of the project is not for this, unless it is named here. */
static enum answer begin_learning(struct session *session, const struct invocation *invocation)
{
    spex_error error;
    if (spex_test_begin(&session->test, session->options.impl_models_dir,
                        option_value(invocation, "store"), &error))
        return fail(invocation, &error);
    return ANSWER_YES;
}

enum answer session_open(struct session *session, const struct invocation *invocation,
                         const struct session_options *options)
{
    *session = (struct session){.invocation = invocation};
    enum answer answer = open_project(invocation, &session->options, &session->project);
    if (answer)
        return answer;
    if (options->specification && !session_knows(session, invocation, options->specification))
        answer = ANSWER_WRONG;
    if (!answer && !options->create)
        answer = check_store(session, invocation);
    spex_manager_options manager;
    spex_error error;
    spex_manager_options_init(&manager);
    project_manager_options(&session->options, &manager);
    manager.passive = !options->active;
    manager.handler = options->handler ? options->handler : answer_report;
    manager.handler_data = options->handler ? options->handler_data : session;
    manager.log = log_line;
    manager.log_data = (void *)invocation;
    if (!answer && option_given(invocation, "learn")) {
        answer = begin_learning(session, invocation);
        if (!answer)
            spex_test_options(session->test, &manager);
    }
    if (!answer && spex_manager_open(&session->manager, &manager, &error))
        answer = fail(invocation, &error);
    if (!answer)
        answer = add_specifications(session, invocation);
    if (!answer && options->active && spex_manager_start(session->manager, &error))
        answer = fail(invocation, &error);
    if (answer)
        session_close(session);
    return answer;
}

void session_close(struct session *session)
{
    spex_manager_close(session->manager);
    spex_test_cancel(session->test);
    project_release(&session->project);
    project_options_release(&session->options);
    memset(session, 0, sizeof *session);
}

bool session_knows(const struct session *session, const struct invocation *invocation,
                   const char *specification)
{
    const struct project_entry *entry = project_find(&session->project, specification);
    if (entry && entry->specification)
        return true;
    struct suggestion suggestion = {.wanted = specification};
    char nearest[200];
    if (elixir_project_named(specification)) {
        struct text none = {0};
        elixir_project_none(specification, &none);
        complain(invocation, "%s", text_value(&none));
        text_release(&none);
        return false;
    }
    if (!session->project.count) {
        complain_empty(invocation, &session->project, &session->options);
        return false;
    }
    for (size_t i = 0; i < session->project.count; i++)
        if (session->project.entries[i].specification)
            suggestion_offer(&suggestion, session->project.entries[i].specification->name);
    complain(invocation, "there is no specification '%s' in %s%s", specification,
             session->options.specs_dir, suggestion_text(&suggestion, nearest));
    return false;
}
