/* The difference of a model and its specification, for people and for programs. */
#include "format/format.h"
#include "model/model_difference.h"

void difference_write(const struct model_line *lines, size_t count, bool both, struct text *text)
{
    static const char *const signs[] = {
        [IN_BOTH] = " ", [ONLY_MODEL] = "+", [ONLY_SPECIFICATION] = "?", [IN_NEITHER] = "-"};
    for (size_t i = 0; i < count; i++) {
        const struct model_line *line = &lines[i];
        if (line->difference == IN_BOTH && !both)
            continue;
        text_printf(text, "%s ", signs[line->difference]);
        text_append_visible(text, line->from);
        text_append(text, " --[");
        text_append_visible(text, line->action);
        text_append(text, "]-> ");
        text_append_visible(text, line->to);
        text_append_char(text, '\n');
    }
}

void difference_write_json(const char *specification, const struct model_line *lines, size_t count,
                           struct text *text)
{
    static const char *const names[] = {[IN_BOTH] = "both",
                                        [ONLY_MODEL] = "model",
                                        [ONLY_SPECIFICATION] = "specification",
                                        [IN_NEITHER] = "neither"};
    text_append(text, "{\"spec\":");
    text_append_json(text, specification);
    text_append(text, ",\"transitions\":[");
    for (size_t i = 0; i < count; i++) {
        const struct model_line *line = &lines[i];
        text_printf(text, "%s{\"in\":\"%s\",\"from\":", i ? ",\n " : "", names[line->difference]);
        text_append_json(text, line->from);
        text_append(text, ",\"action\":");
        text_append_json(text, line->action);
        text_append(text, ",\"to\":");
        text_append_json(text, line->to);
        text_append_char(text, '}');
    }
    text_append(text, "]}");
}
