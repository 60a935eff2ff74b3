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

void caption_release(struct caption *caption)
{
    free(caption->lines);
    free(caption->owners);
    *caption = (struct caption){0};
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
    struct caption *caption = &plan->names[state];
    char number[16];
    struct text text = {0};
    append_shown(&text, lts_state_name(plan->lts, state, number), effective(options->name_limit),
                 options->ascii);
    caption->badge = text.length;
    const char *badge = options->states ? options->states[state].badge : "";
    if (*badge) {
        text_append_char(&text, ' ');
        append_shown(&text, badge, sizeof options->states->badge, options->ascii);
    }
    caption->lines = text_take(&text);
    if (!caption->lines)
        return error_memory(error);
    measure(caption);
    return SPEX_OK;
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

/* The labels of one edge as they are shown, each once. */
struct label {
    char *shown;
    int width;
    uint32_t transition;
};
struct labels {
    struct label *items;
    size_t count;
    int widest;
};

static bool repeated(const struct plan *plan, const struct picture_edge *edge, size_t place)
{
    const struct lts_transition *transitions = plan->lts->transitions;
    for (size_t i = 0; i < place; i++)
        if (transitions[edge->transitions[i]].label == transitions[edge->transitions[place]].label)
            return true;
    return false;
}

static bool add_label(struct plan *plan, struct labels *labels, uint32_t transition)
{
    const struct picture_options *options = plan->options;
    const struct transition_look *look =
        options->transitions ? &options->transitions[transition] : NULL;
    struct label *label = &labels->items[labels->count++];
    struct text shown = {0};
    if (look && *look->before)
        append_shown(&shown, look->before, sizeof look->before, options->ascii);
    append_shown(&shown, label_shown(plan, plan->lts->transitions[transition].label),
                 effective(options->label_limit), options->ascii);
    if (look && *look->behind)
        append_shown(&shown, look->behind, sizeof look->behind, options->ascii);
    label->transition = transition;
    label->width = utf8_width(text_value(&shown));
    label->shown = text_take(&shown);
    if (label->width > labels->widest)
        labels->widest = label->width;
    return label->shown != NULL;
}

static bool gather_labels(struct plan *plan, size_t number, struct labels *labels)
{
    const struct picture_edge *edge = &plan->picture->edges[number];
    labels->items = memory_allocate(edge->transition_count, sizeof *labels->items);
    bool gathered = labels->items != NULL;
    for (size_t i = 0; gathered && i < edge->transition_count; i++)
        if (!repeated(plan, edge, i))
            gathered = add_label(plan, labels, edge->transitions[i]);
    return gathered;
}

static void release_labels(struct labels *labels)
{
    for (size_t i = 0; labels->items && i < labels->count; i++)
        free(labels->items[i].shown);
    free(labels->items);
}

/* A label a line; neighbours share one with a comma while they stay within `room` columns. */
static bool arrange(const struct labels *labels, int room, struct caption *caption)
{
    struct text text = {0};
    uint32_t *owners = NULL;
    size_t capacity = 0;
    int column = 0;
    bool good = true;
    for (size_t i = 0; good && i < labels->count; i++) {
        const struct label *label = &labels->items[i];
        size_t begin = text.length;
        bool beside = column && column + 2 + label->width <= room;
        if (i)
            text_append(&text, beside ? ", " : "\n");
        column = (beside ? column + 2 : 0) + label->width;
        size_t own = text.length;
        text_append(&text, label->shown);
        good = memory_reserve(&owners, &capacity, text.length + 1, sizeof *owners);
        for (size_t byte = begin; good && byte < text.length; byte++)
            owners[byte] = byte < own ? NONE : label->transition;
    }
    caption_release(caption);
    caption->owners = owners;
    caption->lines = text_take(&text);
    if (!good || !caption->lines)
        return false;
    measure(caption);
    return true;
}

static int edge_caption(struct plan *plan, size_t number, spex_error *error)
{
    struct caption *caption = &plan->edges[number].caption;
    struct labels labels = {0};
    bool good = gather_labels(plan, number, &labels);
    int room = labels.widest > SHORT_LINE ? labels.widest : SHORT_LINE;
    good = good && arrange(&labels, room, caption);
    if (good && caption->height > FEW_LINES) {
        int limit = effective(plan->options->label_limit);
        good = arrange(&labels, room > limit ? room : limit, caption);
    }
    release_labels(&labels);
    return good ? SPEX_OK : error_memory(error);
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
