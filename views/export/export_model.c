/* The difference between a model and its specification, and the verdict of the check, as files. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "format/format.h"
#include "model/model_difference.h"
#include "views/export/export.h"

int export_difference(const struct project_entry *entry, bool json, struct text *text,
                      spex_error *error)
{
    struct model_line *lines;
    size_t count;
    int status =
        model_lines(entry->specification, entry->model, entry->model, &lines, &count, error);
    if (status)
        return status;
    if (json) {
        difference_write_json(entry->specification->name, lines, count, text);
        text_append_char(text, '\n');
    } else {
        difference_write(lines, count, true, text);
    }
    free(lines);
    return text->failed ? error_memory(error) : SPEX_OK;
}

void export_verdict(const struct summary *summary, bool json, struct text *text)
{
    const struct check *check = summary->check;
    const struct project_entry *entry = summary->entry;
    if (!json) {
        text_append_visible(text, summary->name);
        text_printf(text, ": %s\n", check->equivalent ? "equivalent" : "not equivalent");
        /* As spex check has it, whatever the screen can show. */
        if (!check->equivalent)
            explanation_print(check->explanation, &check->sides[LEFT], &check->sides[RIGHT],
                              "specification", "implementation", text);
        return;
    }
    /* What is edited is in no file. */
    struct json_comparison comparison = {
        .equivalent = check->equivalent,
        .equivalence = EQUIVALENCE_BRANCHING,
        .files = {entry->path, summary->edited ? NULL : entry->model->source},
        .explanation = check->explanation,
        .names = {"specification", "implementation"}};
    for (int side = LEFT; side <= RIGHT; side++) {
        comparison.sides[side] = &check->sides[side];
        lts_size(&check->sides[side], &comparison.states[side], &comparison.transitions[side]);
    }
    if (json_write_comparison(&comparison, text))
        text->failed = true;
    text_append_char(text, '\n');
}
