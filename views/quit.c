#include "views/quit.h"

#include <string.h>

#include "views/models/model_edit.h"
#include "views/instance/what_if.h"

static void quit_confirmed(void *context)
{
    ((struct explorer *)context)->effect = EFFECT_QUIT;
}

void quit(struct explorer *explorer)
{
    const struct what_if *what_if = explorer->what_if;
    struct text question = {0}, names = {0};
    if (model_edits_unsaved(explorer->workspace->edits, &names))
        text_printf(&question, "Quit and lose what is unsaved of the model%s of %s?",
                    strchr(text_value(&names), ',') ? "s" : "", text_value(&names));
    else if (what_if && what_if->count && !what_if->keeping)
        text_printf(&question, "Quit and drop the %zu simulated step%s of %s?", what_if->count,
                    what_if->count == 1 ? "" : "s", what_if->identifier);
    struct overlay_calls calls = {.confirmed = quit_confirmed, .context = explorer};
    if (question.length)
        overlay_question(&explorer->overlay, text_value(&question), &calls);
    else
        explorer->effect = EFFECT_QUIT;
    text_release(&question);
    text_release(&names);
}
