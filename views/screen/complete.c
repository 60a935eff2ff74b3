#include "views/screen/complete.h"

#include <string.h>

void complete_name(const struct symbols *names, struct line_editor *editor)
{
    const char *typed = text_value(&editor->text);
    size_t length = strlen(typed);
    uint32_t start = symbols_find(names, typed);
    if (start != SYMBOL_NONE)
        length = 0; /* a whole name already: on to the next one */
    for (uint32_t i = 1; i <= names->count; i++) {
        const char *name = names->names[(start == SYMBOL_NONE ? i - 1 : start + i) % names->count];
        if (strncmp(name, typed, length) == 0 && strcmp(name, typed) != 0) {
            line_editor_set(editor, name);
            return;
        }
    }
}

void suggest_names(struct overlay *overlay, const struct symbols *names, const char *const *details,
                   uint32_t detail_count, const char *typed)
{
    for (int inside = 0; inside < 2; inside++)
        for (uint32_t i = 0; i < names->count; i++) {
            const char *name = symbols_name(names, i);
            bool begins = strncasecmp(name, typed, strlen(typed)) == 0;
            if (inside ? !begins && text_contains(name, typed) : begins)
                overlay_suggest(overlay, name, i < detail_count ? details[i] : NULL, name);
        }
    overlay->cursor = overlay->item_count;
}
