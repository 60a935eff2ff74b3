/* delete, prune: taking instances out of a store. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cli/output.h"

static enum answer print_count(const struct invocation *invocation, const char *key,
                               const char *people, uint64_t count)
{
    if (invocation->json)
        printf("{\"%s\":%" PRIu64 "}\n", key, count);
    else
        printf("%" PRIu64 " %s%s\n", count, count == 1 ? "instance " : "instances ", people);
    return ferror(stdout) ? ANSWER_BROKEN : ANSWER_YES;
}

/* ---------------------------------------------------------------- delete */

static enum answer delete_named(const struct invocation *invocation, spex_manager *manager)
{
    enum answer answer = ANSWER_YES;
    uint64_t count = 0;
    for (size_t i = 0; i < invocation->argument_count; i++) {
        spex_error error;
        bool deleted = false;
        if (spex_delete(manager, invocation->arguments[i], &deleted, &error))
            answer = worse(answer, fail(invocation, &error));
        else if (!deleted)
            complain(invocation, "there is no instance '%s'", invocation->arguments[i]);
        count += deleted;
    }
    return worse(answer, print_count(invocation, "deleted", "deleted", count));
}

static bool filter_empty(const spex_filter *filter)
{
    return !filter->specification && !filter->state && !filter->text && !filter->overdue &&
           !filter->deviated && !filter->mocked && !filter->where;
}

static bool matching(const struct invocation *invocation)
{
    return option_given(invocation, "matching") || option_given(invocation, "where");
}

/* How many of which specification and state would go. */
static enum answer print_kinds(const struct invocation *invocation, const struct state_count *kinds,
                               size_t count)
{
    static const char *const headers[] = {"SPECIFICATION", "STATE", "INSTANCES"};
    struct table table;
    struct text text = {0};
    uint64_t sum = 0;
    table_start(&table, headers, 3);
    for (size_t i = 0; i < count; i++) {
        char number[24];
        snprintf(number, sizeof number, "%" PRIu64, kinds[i].instances);
        sum += kinds[i].instances;
        if (invocation->json) {
            text_append(&text, i ? ",{\"spec\":" : "{\"spec\":");
            text_append_json(&text, kinds[i].specification);
            text_append(&text, ",\"state\":");
            append_json_or_null(&text, *kinds[i].state ? kinds[i].state : NULL);
            text_printf(&text, ",\"instances\":%s}", number);
            continue;
        }
        table_cell(&table, kinds[i].specification);
        table_cell(&table, *kinds[i].state ? kinds[i].state : "-");
        table_cell(&table, number);
    }
    bool printed = table_end(&table) && !text.failed;
    if (invocation->json)
        printf("{\"would_delete\":%" PRIu64 ",\"of\":[%s]}\n", sum, text_value(&text));
    text_release(&text);
    if (!printed)
        return ANSWER_BROKEN;
    return invocation->json ? ANSWER_YES
                            : print_count(invocation, "would_delete", "would be deleted", sum);
}

static enum answer preview(const struct invocation *invocation, const struct session *session,
                           const struct filter *filter)
{
    struct reader *reader;
    struct state_count *kinds;
    size_t count;
    spex_error error;
    enum answer answer = open_reader(invocation, &session->options, &reader);
    if (answer)
        return answer;
    int status = reader_kinds(reader, filter, &kinds, &count, &error);
    answer = print_kinds(invocation, kinds, count);
    state_counts_free(kinds, count);
    answer = worse(answer, reader_finish(invocation, reader, status, &error));
    if (option_given(invocation, "dry-run"))
        return answer;
    complain(invocation, "nothing was deleted: say so again with --yes");
    return worse(answer, ANSWER_NO);
}

static enum answer delete_matching(const struct invocation *invocation,
                                   const struct session *session, const spex_filter *wanted)
{
    spex_error error;
    uint64_t count = 0;
    if (spex_delete_matching(session->manager, wanted, &count, &error)) {
        enum answer answer = fail(invocation, &error);
        return worse(answer, print_count(invocation, "deleted", "deleted", count));
    }
    return print_count(invocation, "deleted", "deleted", count);
}

static bool delete_makes_sense(const struct invocation *invocation, const spex_filter *wanted)
{
    bool many = matching(invocation);
    if (many == (invocation->argument_count > 0))
        complain(invocation, "which ones? Either ID... or --where FILTER");
    else if (!many && !filter_empty(wanted))
        complain(invocation, "filters go with --matching, not with identifiers");
    else if (!many && option_given(invocation, "dry-run"))
        complain(invocation, "--dry-run goes with --where or --matching");
    else if (many && filter_empty(wanted) && !option_given(invocation, "all"))
        complain(invocation, "--matching without a filter would be every instance: if that is "
                             "meant, say --all");
    else
        return true;
    return false;
}

static enum answer delete_instances(const struct invocation *invocation)
{
    struct session session;
    struct session_options options = {.create = false};
    spex_filter wanted = filter_of(invocation);
    struct filter *filter;
    if (!delete_makes_sense(invocation, &wanted))
        return ANSWER_WRONG;
    enum answer answer = read_filter(invocation, &wanted, &filter);
    if (answer)
        return answer;
    /* A filter of blanks is none. */
    if (matching(invocation) && !filter && !option_given(invocation, "all")) {
        complain(invocation,
                 "an empty filter would be every instance: if that is meant, say --all");
        return ANSWER_WRONG;
    }
    answer = session_open(&session, invocation, &options);
    if (!answer) {
        if (!matching(invocation))
            answer = delete_named(invocation, session.manager);
        else if (option_given(invocation, "yes") && !option_given(invocation, "dry-run"))
            answer = delete_matching(invocation, &session, &wanted);
        else
            answer = preview(invocation, &session, filter);
        session_close(&session);
    }
    filter_free(filter);
    return answer;
}

static const struct cli_option delete_options[] = {
    {"matching", 'm', NULL, "every instance that the filters below choose"},
    FILTER_OPTIONS,
    {"all", 0, NULL, "with --matching and no filter: really all"},
    {"dry-run", 'n', NULL, "only say how many there are, of which specification and state"},
    {"yes", 'y', NULL, "do it; without, --where and --matching only say how many there are"},
    {NULL, 0, NULL, NULL}};

const struct verb delete_verb = {.name = "delete",
                                 .usage = "ID... | --where FILTER --yes",
                                 .summary = "take instances out of the store",
                                 .details = "Deleting what is not there is no error.",
                                 .options = delete_options,
                                 .maximum = SIZE_MAX,
                                 .run = delete_instances};

/* ----------------------------------------------------------------- prune */

static enum answer prune(const struct invocation *invocation)
{
    struct session session;
    struct session_options options = {.create = false};
    spex_error error;
    uint64_t count = 0;
    bool dry = option_given(invocation, "dry-run");
    enum answer answer = session_open(&session, invocation, &options);
    if (answer)
        return answer;
    if (spex_prune(session.manager, dry, &count, &error))
        answer = fail(invocation, &error);
    answer = worse(answer, dry ? print_count(invocation, "would_prune", "would be pruned", count)
                               : print_count(invocation, "pruned", "pruned", count));
    session_close(&session);
    return answer;
}

static const struct cli_option prune_options[] = {
    {"dry-run", 'n', NULL, "only say how many there are"}, {NULL, 0, NULL, NULL}};

const struct verb prune_verb = {
    .name = "prune",
    .usage = "[PROJECT_DIR]",
    .summary = "delete what the specifications' prune policies say is over",
    .details = "That is: instances idle for longer than the prune timeout of their specification,\n"
               "in a prunable state, that have taken at least one transition.",
    .options = prune_options,
    .folder = FOLDER_SURPLUS,
    .run = prune};
