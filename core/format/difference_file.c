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
        transition_show(text, line->from, line->action, line->to);
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
        text_printf(text, "%s{\"in\":\"%s\",", i ? ",\n " : "", names[line->difference]);
        transition_json(text, line->from, line->action, line->to);
        text_append_char(text, '}');
    }
    text_append(text, "]}");
}
