/* The difference between a model and its specification, and the verdict of the check, as files. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "format/format.h"
#include "views/export.h"
#include "views/models.h"

static void append_line(struct text *text, const struct model_line *line, bool json)
{
    static const char *const names[] = {
        [IN_BOTH] = "both", [ONLY_MODEL] = "model", [ONLY_SPECIFICATION] = "specification"};
    static const char *const signs[] = {
        [IN_BOTH] = " ", [ONLY_MODEL] = "+", [ONLY_SPECIFICATION] = "?"};
    if (!json) {
        text_printf(text, "%s ", signs[line->difference]);
        text_append_visible(text, line->from);
        text_append(text, " --[");
        text_append_visible(text, line->action);
        text_append(text, "]-> ");
        text_append_visible(text, line->to);
        text_append_char(text, '\n');
        return;
    }
    text_printf(text, "{\"in\":\"%s\",\"from\":", names[line->difference]);
    text_append_json(text, line->from);
    text_append(text, ",\"action\":");
    text_append_json(text, line->action);
    text_append(text, ",\"to\":");
    text_append_json(text, line->to);
    text_append_char(text, '}');
}

int export_difference(const struct project_entry *entry, bool json, struct text *text,
                      spex_error *error)
{
    struct model_line *lines;
    size_t count, written = 0;
    int status = model_lines(entry, entry->model, &lines, &count, error);
    if (status)
        return status;
    if (json) {
        text_append(text, "{\"spec\":");
        text_append_json(text, entry->specification->name);
        text_append(text, ",\"transitions\":[");
    }
    for (size_t i = 0; i < count; i++) {
        if (json)
            text_append(text, written++ ? ",\n " : "");
        append_line(text, &lines[i], json);
    }
    if (json)
        text_append(text, "]}\n");
    free(lines);
    return text->failed ? error_memory(error) : SPEX_OK;
}

void export_verdict(const struct summary *summary, bool json, struct text *text)
{
    const struct check *check = summary->check;
    const struct project_entry *entry = summary->entry;
    if (!json) {
        text_printf(text, "%s: %s\n%s", summary->name,
                    check->equivalent ? "equivalent" : "not equivalent",
                    text_value(&check->reason));
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
        comparison.transitions[side] = check->sides[side].transition_count;
    }
    if (json_write_comparison(&comparison, text))
        text->failed = true;
    text_append_char(text, '\n');
}
