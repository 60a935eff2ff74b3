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
           !filter->deviated && !filter->mocked;
}

static enum answer preview(const struct invocation *invocation, const struct session *session,
                           const spex_filter *filter)
{
    struct reader *reader;
    spex_error error;
    uint64_t count = 0;
    enum answer answer = open_reader(invocation, &session->options, &reader);
    if (answer)
        return answer;
    int status = reader_count(reader, filter, &count, &error);
    answer = print_count(invocation, "would_delete", "would be deleted", count);
    answer = worse(answer, reader_finish(invocation, reader, status, &error));
    complain(invocation, "nothing was deleted: say so again with --yes");
    return worse(answer, ANSWER_NO);
}

static enum answer delete_matching(const struct invocation *invocation,
                                   const struct session *session)
{
    spex_filter filter = filter_of(invocation);
    spex_error error;
    uint64_t count = 0;
    if (!option_given(invocation, "yes"))
        return preview(invocation, session, &filter);
    if (spex_delete_matching(session->manager, &filter, &count, &error)) {
        enum answer answer = fail(invocation, &error);
        return worse(answer, print_count(invocation, "deleted", "deleted", count));
    }
    return print_count(invocation, "deleted", "deleted", count);
}

static bool delete_makes_sense(const struct invocation *invocation)
{
    bool matching = option_given(invocation, "matching");
    spex_filter filter = filter_of(invocation);
    if (matching == (invocation->argument_count > 0))
        complain(invocation, "which ones? Either ID... or --matching with filters");
    else if (!matching && !filter_empty(&filter))
        complain(invocation, "filters go with --matching, not with identifiers");
    else if (matching && filter_empty(&filter) && !option_given(invocation, "all"))
        complain(invocation, "--matching without a filter would be every instance: if that is "
                             "meant, say --all");
    else
        return true;
    return false;
}

static enum answer delete (const struct invocation *invocation) {
    struct session session; struct session_options options = {.create = false};
    if (!delete_makes_sense(invocation)) return ANSWER_WRONG;
    enum answer answer = session_open(&session, invocation, &options);
    if (answer) return answer;
    answer = option_given(invocation, "matching") ? delete_matching(invocation, &session)
                                                  : delete_named(invocation, session.manager);
    session_close(&session);
    return answer;
}

static const struct cli_option delete_options[] = {
    {"matching", 'm', NULL, "every instance that the filters below choose"},
    FILTER_OPTIONS,
    {"all", 0, NULL, "with --matching and no filter: really all"},
    {"yes", 'y', NULL, "do it; without, --matching only says how many there are"},
    {NULL, 0, NULL, NULL}};

const struct verb delete_verb = {.name = "delete",
                                 .usage = "ID... | --matching FILTERS --yes",
                                 .summary = "take instances out of the store",
                                 .details = "Deleting what is not there is no error.",
                                 .options = delete_options,
                                 .maximum = SIZE_MAX,
                                 .run = delete};

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
    .usage = "",
    .summary = "delete what the specifications' prune policies say is over",
    .details = "That is: instances idle for longer than the prune timeout of their specification,\n"
               "in a prunable state, that have taken at least one transition.",
    .options = prune_options,
    .run = prune};
