#include "project/learned.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

static bool listed(char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static int join(struct project_entry *entry, struct reader *reader, spex_error *error)
{
    struct observed_transition *observed = NULL;
    size_t count = 0;
    int status = reader_observed(reader, entry->specification->name, &observed, &count, error);
    if (!status && !entry->model &&
        !(entry->model = model_create(entry->specification->name, true)))
        status = error_memory(error);
    for (size_t i = 0; !status && i < count; i++)
        if (observed[i].learned)
            status = model_add(entry->model, observed[i].from, observed[i].action, observed[i].to,
                               NULL, error);
    observed_free(observed, count);
    return status;
}

int project_join_learned(struct project *project, struct reader *reader, spex_error *error)
{
    char **learning = NULL;
    size_t learning_count = 0;
    int status = reader_learning(reader, &learning, &learning_count, error);
    for (size_t i = 0; !status && i < project->count; i++) {
        struct project_entry *entry = &project->entries[i];
        if (!entry->specification || entry->model_error.status)
            continue;
        if (entry->model ? entry->model->learning
                         : listed(learning, learning_count, entry->specification->name))
            status = join(entry, reader, error);
    }
    file_list_free(learning, learning_count);
    return status;
}
