/* models diff: what differs between models and their specifications, by name. */
#include <stdlib.h>
#include <string.h>

#include "cli/models.h"
#include "cli/output.h"
#include "format/format.h"
#include "model/model_difference.h"

struct diff {
    const struct invocation *invocation;
    struct models_project models;
    size_t rows;
};

static bool differs(const struct model_line *lines, size_t count)
{
    return count && lines[0].difference != IN_BOTH;
}

static bool print(struct diff *diff, const struct project_entry *entry,
                  const struct model_line *lines, size_t count)
{
    struct text text = {0};
    const char *name = entry->specification->name;
    if (diff->invocation->json) {
        text_append(&text, diff->rows ? ",\n " : "[");
        difference_write_json(name, lines, count, &text);
    } else if (differs(lines, count)) {
        text_append_visible(&text, name);
        text_append_char(&text, '\n');
        difference_write(lines, count, false, &text);
    }
    diff->rows++;
    return output_text(&text);
}

static enum answer compare(struct diff *diff, const struct project_entry *entry)
{
    struct model_line *lines;
    size_t count;
    spex_error error;
    if (entry->model_error.status)
        return fail_input(diff->invocation, &entry->model_error);
    if (model_lines(entry->specification, entry->model, entry->model, &lines, &count, &error))
        return fail(diff->invocation, &error);
    enum answer answer = differs(lines, count) ? ANSWER_NO : ANSWER_YES;
    if (!print(diff, entry, lines, count))
        answer = ANSWER_BROKEN;
    free(lines);
    return answer;
}

/* Those that are named, else all that have a model. */
static enum answer compare_all(struct diff *diff)
{
    const struct invocation *invocation = diff->invocation;
    const struct project *project = &diff->models.project;
    enum answer answer = ANSWER_YES;
    for (size_t i = 1; i < invocation->argument_count; i++) {
        const struct project_entry *entry =
            models_find(invocation, project, invocation->arguments[i]);
        answer = worse(answer, entry ? compare(diff, entry) : ANSWER_WRONG);
    }
    for (size_t i = 0; invocation->argument_count < 2 && i < project->count; i++) {
        const struct project_entry *entry = &project->entries[i];
        if (!entry->specification)
            answer = worse(answer, fail_input(invocation, &entry->error));
        else if (entry->model || entry->model_error.status)
            answer = worse(answer, compare(diff, entry));
    }
    return answer;
}

enum answer models_diff(const struct invocation *invocation)
{
    struct diff diff = {.invocation = invocation};
    enum answer answer = models_open(invocation, &diff.models);
    if (answer)
        return answer;
    answer = compare_all(&diff);
    if (invocation->json)
        printf(diff.rows ? "]\n" : "[]\n");
    return worse(answer, models_close(&diff.models));
}
