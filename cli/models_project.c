/* The project that the verb `models` is about. */
#include "cli/models.h"
#include "project/learned.h"

/* Without a store nothing was learned. */
static enum answer join_learned(const struct invocation *invocation, struct models_project *models)
{
    struct reader *reader = NULL;
    spex_error error;
    spex_clock clock = clock_system();
    int status = reader_open(&reader, models->options.store_dir, &clock, &error);
    if (status == SPEX_ERROR_NOT_FOUND && !option_given(invocation, "store"))
        return ANSWER_YES;
    if (status)
        return worse(fail(invocation, &error), ANSWER_BROKEN);
    status = project_join_learned(&models->project, reader, &error);
    return reader_finish(invocation, reader, status, &error);
}

enum answer models_open(const struct invocation *invocation, struct models_project *models)
{
    enum answer answer = open_project(invocation, &models->options, &models->project);
    if (!answer)
        models->partial = join_learned(invocation, models);
    return answer;
}

enum answer models_close(struct models_project *models)
{
    project_release(&models->project);
    project_options_release(&models->options);
    return models->partial;
}

const struct project_entry *models_find(const struct invocation *invocation,
                                        const struct project *project, const char *name)
{
    const struct project_entry *entry = project_find(project, name);
    struct suggestion suggestion = {.wanted = name};
    char nearest[200];
    for (size_t i = 0; !entry && i < project->count; i++)
        if (project->entries[i].specification)
            suggestion_offer(&suggestion, project->entries[i].specification->name);
    if (!entry)
        complain(invocation, "there is no specification '%s'%s", name,
                 suggestion_text(&suggestion, nearest));
    return entry;
}
