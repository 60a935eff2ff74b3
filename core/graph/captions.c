/* Names and labels as they are shown: safe, cut, several labels of an edge arranged. */
#include <stdlib.h>
#include <string.h>

#include "graph/plan.h"

enum { DEFAULT_LIMIT = 24, LEAST_LIMIT = 3, MOST_LIMIT = 1000, SHORT_LINE = 14, FEW_LINES = 4 };

static const char *cut_sign(bool ascii)
{
    return ascii ? ".." : "…";
}

static void append_escaped(struct text *text, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length;) {
        size_t taken;
        int32_t c = utf8_next(bytes + i, length - i, &taken);
        if (c < 0x80)
            text_append_bytes(text, bytes + i, taken);
        else
            text_printf(text, "\\u{%X}", (unsigned)c);
        i += taken;
    }
}

/* As many bytes of a grapheme as a cell can hold, whole characters only. */
static size_t fitting(const char *bytes, size_t length)
{
    size_t end = 0;
    while (end < length) {
        size_t taken;
        utf8_next(bytes + end, length - end, &taken);
        if (end + taken >= sizeof((struct picture_cell *)0)->text)
            break;
        end += taken;
    }
    return end;
}

static bool plain(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)bytes[i] >= 0x80)
            return false;
    return true;
}

/* `name` so that each of its graphemes is one cell or two; whether it had to be cut
 * goes by columns. */
static void append_shown(struct text *text, const char *name, int limit, bool ascii)
{
    struct text visible = {0}, shown = {0};
    text_append_visible(&visible, name);
    const char *bytes = text_value(&visible);
    for (size_t i = 0; i < visible.length;) {
        size_t taken = utf8_grapheme(bytes + i, visible.length - i);
        if ((ascii && !plain(bytes + i, taken)) || utf8_grapheme_width(bytes + i, taken) == 0)
            append_escaped(&shown, bytes + i, taken);
        else
            text_append_bytes(&shown, bytes + i, fitting(bytes + i, taken));
        i += taken;
    }
    if (!shown.length)
        text_append(&shown, "\"\"");
    int width = utf8_width(text_value(&shown));
    int room = width <= limit ? width : limit - utf8_width(cut_sign(ascii));
    const char *cells = text_value(&shown);
    size_t end = 0;
    while (end < shown.length) {
        size_t taken = utf8_grapheme(cells + end, shown.length - end);
        room -= utf8_grapheme_width(cells + end, taken);
        if (room < 0)
            break;
        end += taken;
    }
    text_append_bytes(text, cells, end);
    if (width > limit)
        text_append(text, cut_sign(ascii));
    text->failed |= visible.failed || shown.failed;
    text_release(&visible);
    text_release(&shown);
}

static void measure(struct caption *caption)
{
    caption->width = 0;
    caption->height = 0;
    for (const char *line = caption->lines; line;) {
        const char *end = strchr(line, '\n');
        size_t length = end ? (size_t)(end - line) : strlen(line);
        int width = 0;
        for (size_t i = 0; i < length;) {
            size_t taken = utf8_grapheme(line + i, length - i);
            width += utf8_grapheme_width(line + i, taken);
            i += taken;
        }
        if (width > caption->width)
            caption->width = width;
        caption->height++;
        line = end ? end + 1 : NULL;
    }
}

static int finish(struct caption *caption, struct text *text, spex_error *error)
{
    caption->lines = text_take(text);
    if (!caption->lines)
        return error_memory(error);
    measure(caption);
    return SPEX_OK;
}

static int effective(int limit)
{
    if (limit <= 0)
        return DEFAULT_LIMIT;
    if (limit > MOST_LIMIT)
        return MOST_LIMIT;
    return limit < LEAST_LIMIT ? LEAST_LIMIT : limit;
}

static int name_caption(struct plan *plan, uint32_t state, spex_error *error)
{
    const struct picture_options *options = plan->options;
    char number[16];
    struct text text = {0};
    append_shown(&text, lts_state_name(plan->lts, state, number), effective(options->name_limit),
                 options->ascii);
    const char *badge = options->badge ? options->badge(options->context, state) : NULL;
    if (badge && *badge) {
        text_append_char(&text, ' ');
        append_shown(&text, badge, effective(options->name_limit), options->ascii);
    }
    return finish(&plan->names[state], &text, error);
}

/* The internal action; "tau" stays for an action of that name if there is one. */
static const char *label_shown(const struct plan *plan, uint32_t label)
{
    if (label != LTS_INTERNAL)
        return lts_label_name(plan->lts, label, false);
    if (!plan->options->ascii)
        return symbols_find(&plan->lts->labels, "τ") == SYMBOL_NONE ? "τ" : SPEX_INTERNAL;
    return symbols_find(&plan->lts->labels, "tau") == SYMBOL_NONE ? "tau" : SPEX_INTERNAL;
}

/* One label a line. A repeated transition is one transition. */
static void list_labels(struct plan *plan, size_t number, struct text *list)
{
    const struct picture_edge *edge = &plan->picture->edges[number];
    const struct lts_transition *transitions = plan->lts->transitions;
    for (size_t i = 0; i < edge->transition_count; i++) {
        uint32_t label = transitions[edge->transitions[i]].label;
        bool repeated = false;
        for (size_t j = 0; j < i && !repeated; j++)
            repeated = transitions[edge->transitions[j]].label == label;
        if (repeated)
            continue;
        if (list->length)
            text_append_char(list, '\n');
        append_shown(list, label_shown(plan, label), effective(plan->options->label_limit),
                     plan->options->ascii);
    }
}

/* Joins neighbouring lines with a comma while they stay within `room` columns. */
static void join_lines(const struct caption *list, int room, struct text *text)
{
    int column = 0;
    for (const char *line = list->lines; line;) {
        const char *end = strchr(line, '\n');
        struct text one = {0};
        text_append_bytes(&one, line, end ? (size_t)(end - line) : strlen(line));
        int width = utf8_width(text_value(&one));
        if (column && column + 2 + width <= room) {
            text_append(text, ", ");
            column += 2;
        } else if (text->length) {
            text_append_char(text, '\n');
            column = 0;
        }
        text_append(text, text_value(&one));
        text->failed |= one.failed;
        column += width;
        text_release(&one);
        line = end ? end + 1 : NULL;
    }
}

static int edge_caption(struct plan *plan, size_t number, spex_error *error)
{
    struct text text = {0};
    struct caption list = {0};
    list_labels(plan, number, &text);
    int status = finish(&list, &text, error);
    if (status)
        return status;
    int room = list.width > SHORT_LINE ? list.width : SHORT_LINE;
    join_lines(&list, room, &text);
    struct caption *caption = &plan->edges[number].caption;
    status = finish(caption, &text, error);
    if (!status && caption->height > FEW_LINES) {
        free(caption->lines);
        int limit = effective(plan->options->label_limit);
        join_lines(&list, room > limit ? room : limit, &text);
        status = finish(caption, &text, error);
    }
    free(list.lines);
    return status;
}

int plan_captions(struct plan *plan, spex_error *error)
{
    int status = SPEX_OK;
    for (uint32_t s = 0; !status && s < plan->lts->state_count; s++)
        status = name_caption(plan, s, error);
    for (size_t e = 0; !status && e < plan->picture->edge_count; e++)
        status = edge_caption(plan, e, error);
    return status;
}
