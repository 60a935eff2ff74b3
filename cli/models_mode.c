/* models freeze, models learn: whether a model takes over what is recorded. */
#include <stdlib.h>
#include <string.h>

#include "cli/models.h"
#include "cli/output.h"
#include "manager/model_save.h"

struct mode {
    const struct invocation *invocation;
    struct models_project models;
    bool learning;
    size_t rows;
};

static bool print(struct mode *mode, const char *name, const struct model_save *save, bool wrote)
{
    struct text text = {0};
    const char *word = mode->learning ? "learning" : "frozen";
    if (mode->invocation->json) {
        text_append(&text, mode->rows ? ",\n {\"spec\":" : "[{\"spec\":");
        text_append_json(&text, name);
        text_printf(&text, ",\"model\":\"%s\",\"written\":%s,\"file\":", word,
                    wrote ? "true" : "false");
        append_json_or_null(&text, save->path);
        text_append(&text, ",\"backup\":");
        append_json_or_null(&text, save->backup);
        text_append_char(&text, '}');
    } else {
        text_append_visible(&text, name);
        text_printf(&text, wrote ? ": %s, written to " : ": %s already", word);
        text_append_visible(&text, wrote ? save->path : "");
        if (save->backup)
            text_append(&text, "; the file before is ");
        text_append_visible(&text, save->backup ? save->backup : "");
        text_append_char(&text, '\n');
    }
    mode->rows++;
    return output_text(&text);
}

/* The entry's model in the mode that is wanted; NULL: said why not. */
static struct spex_model *wanted_model(struct mode *mode, const struct project_entry *entry,
                                       enum answer *answer)
{
    const char *name = entry->specification->name;
    if (entry->model_error.status) {
        *answer = fail_input(mode->invocation, &entry->model_error);
        return NULL;
    }
    if (!entry->model && !mode->learning) {
        complain(mode->invocation, "there is no model of %s to freeze", name);
        *answer = ANSWER_NO;
        return NULL;
    }
    struct spex_model *model = entry->model ? model_copy(entry->model) : model_create(name, true);
    if (model)
        model->learning = mode->learning;
    else
        *answer = ANSWER_BROKEN;
    return model;
}

static enum answer save(struct mode *mode, const struct project_entry *entry,
                        const struct spex_model *model)
{
    struct model_save saved = {0};
    spex_error error;
    enum answer answer = ANSWER_YES;
    bool same = entry->model && entry->model->content && entry->model->learning == mode->learning;
    int status = same ? SPEX_OK
                      : model_save(model, mode->models.options.impl_models_dir, model->content, 0,
                                   &saved, &error);
    if (!status && saved.changed)
        status =
            error_set(&error, SPEX_ERROR_BUSY,
                      "%s was changed by somebody else just now: nothing was written", saved.path);
    if (status)
        answer = fail(mode->invocation, &error);
    else if (!print(mode, model->name, &saved, !same))
        answer = ANSWER_BROKEN;
    model_save_release(&saved);
    return answer;
}

static enum answer set_one(struct mode *mode, const char *name)
{
    const struct project_entry *entry = models_find(mode->invocation, &mode->models.project, name);
    enum answer answer = ANSWER_YES;
    if (!entry)
        return ANSWER_WRONG;
    struct spex_model *model = wanted_model(mode, entry, &answer);
    if (model)
        answer = save(mode, entry, model);
    spex_model_free(model);
    return answer;
}

/* It is written already, and would be no longer what was read. */
static bool named_before(const struct invocation *invocation, size_t index)
{
    for (size_t i = 1; i < index; i++)
        if (strcmp(invocation->arguments[i], invocation->arguments[index]) == 0)
            return true;
    return false;
}

enum answer models_set_learning(const struct invocation *invocation, bool learning)
{
    struct mode mode = {.invocation = invocation, .learning = learning};
    enum answer answer = models_open(invocation, &mode.models);
    if (answer)
        return answer;
    /* One that cannot be changed keeps no other from it. What a store could not tell would be lost:
     * then none is. */
    bool whole = mode.models.partial == ANSWER_YES;
    for (size_t i = 1; whole && i < invocation->argument_count; i++)
        if (!named_before(invocation, i))
            answer = worse(answer, set_one(&mode, invocation->arguments[i]));
    if (invocation->json)
        printf(mode.rows ? "]\n" : "[]\n");
    return worse(answer, models_close(&mode.models));
}
