/*
 * Mermaid's stateDiagram-v2. Names are written as entity codes but for letters, digits
 * and a few signs, so that none of them is ever read as syntax, markup or a directive.
 */
#include "format/format.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"

static bool harmless(int32_t c)
{
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c >= 'a' && c <= 'z') || (c > 0 && strchr(" _-.,!?/+=()", (char)c));
}

static void append_name(struct text *text, const char *name)
{
    /* Mermaid takes any line with "direction TB" in it for a setting. */
    static const char setting[] = "direction";
    struct text visible = {0};
    text_append_visible(&visible, *name ? name : "\"\"");
    const char *value = text_value(&visible);
    for (size_t i = 0; i < visible.length;) {
        size_t taken;
        int32_t c = utf8_next(value + i, visible.length - i, &taken);
        if (harmless(c) && strncasecmp(value + i, setting, sizeof setting - 1) != 0)
            text_append_bytes(text, value + i, taken);
        else
            text_printf(text, "#%" PRId32 ";", c);
        i += taken;
    }
    text->failed = text->failed || visible.failed;
    text_release(&visible);
}

static void append_mark(struct text *text, const char *const *marks, size_t number)
{
    if (marks && marks[number] && *marks[number])
        append_name(text, marks[number]);
}

static void append_state(struct text *text, const struct lts *lts, uint32_t state,
                         const struct mermaid_marks *marks)
{
    char buffer[16];
    text_append(text, "    state \"");
    append_name(text, lts_state_name(lts, state, buffer));
    if (marks && marks->states && marks->states[state] && *marks->states[state])
        text_append(text, " ");
    append_mark(text, marks ? marks->states : NULL, state);
    text_printf(text, "\" as s%" PRIu32 "\n", state);
}

/* A class of styles for each colour there is; more than these nobody tells apart. */
static void append_colours(struct text *text, const struct lts *lts, const char *const *colours)
{
    enum { MOST = 32 };
    const char *known[MOST];
    size_t count = 0;
    for (uint32_t state = 0; state < lts->state_count; state++) {
        size_t number = 0;
        while (colours[state] && number < count && strcmp(known[number], colours[state]) != 0)
            number++;
        if (!colours[state] || number == MOST)
            continue;
        if (number == count) {
            known[count++] = colours[state];
            text_printf(text, "    classDef colour%zu fill:%s,color:#000000\n", number,
                        colours[state]);
        }
        text_printf(text, "    class s%" PRIu32 " colour%zu\n", state, number);
    }
}

int mermaid_write(const struct lts *lts, const struct mermaid_marks *marks, struct text *text,
                  spex_error *error)
{
    size_t before = text->length;
    text_append(text, "stateDiagram-v2\n");
    for (uint32_t i = 0; i < lts->state_count; i++)
        append_state(text, lts, i, marks);
    if (!marks || !marks->no_start)
        text_printf(text, "    [*] --> s%" PRIu32 "\n", lts->initial);
    for (size_t i = 0; i < lts->transition_count; i++) {
        const struct lts_transition *transition = &lts->transitions[i];
        text_printf(text, "    s%" PRIu32 " --> s%" PRIu32 " : ", transition->from, transition->to);
        append_mark(text, marks ? marks->before : NULL, i);
        append_name(text, lts_label_name(lts, transition->label, false));
        append_mark(text, marks ? marks->behind : NULL, i);
        text_append(text, "\n");
    }
    if (marks && marks->colours)
        append_colours(text, lts, marks->colours);
    if (!text->failed)
        return SPEX_OK;
    if (text->data)
        text->data[text->length = before] = '\0';
    return error_memory(error);
}
