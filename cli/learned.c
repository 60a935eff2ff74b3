#include "cli/learned.h"

#include "format/format.h"

void learned_lines(struct text *text, spex_model *const *added, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct spex_model *model = added[i];
        text_append_visible(text, model->source);
        text_printf(text, ": %zu new\n", model->transition_count);
        for (size_t k = 0; k < model->transition_count; k++) {
            const struct model_transition *transition = &model->transitions[k];
            text_append(text, "  ");
            transition_show(text, transition->from, transition->action, transition->to);
            text_append(text, "\n");
        }
    }
    if (!count)
        text_append(text, "nothing new for the models\n");
}

void learned_json(struct text *text, spex_model *const *added, size_t count)
{
    text_append(text, ",\"learned\":[");
    for (size_t i = 0; i < count; i++) {
        const struct spex_model *model = added[i];
        text_append(text, i ? ",{\"spec\":" : "{\"spec\":");
        text_append_json(text, model->name);
        text_append(text, ",\"file\":");
        text_append_json(text, model->source);
        text_append(text, ",\"added\":[");
        for (size_t k = 0; k < model->transition_count; k++) {
            const struct model_transition *transition = &model->transitions[k];
            text_append(text, k ? ",{" : "{");
            transition_json(text, transition->from, transition->action, transition->to);
            text_append(text, "}");
        }
        text_append(text, "]}");
    }
    text_append(text, "]");
}
