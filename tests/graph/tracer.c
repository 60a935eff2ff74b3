#include "tests/graph/tracer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

enum { UP = 1, DOWN = 2, LEFT = 4, RIGHT = 8, LIMIT = 24 };

struct tracer {
    const struct picture *picture;
    const struct lts *lts;
    const struct picture_options *options;
    bool ascii;
    char *complaint;
    bool *visited;
};

static bool complain(struct tracer *tracer, const char *format, ...) PRINTF_LIKE(2, 3);
static bool complain(struct tracer *tracer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(tracer->complaint, 200, format, arguments);
    va_end(arguments);
    return false;
}

static const struct picture_cell *at(const struct tracer *tracer, int x, int y)
{
    static const struct picture_cell nothing = {.text = " ", .width = 1};
    const struct picture_cell *cell = picture_at(tracer->picture, x, y);
    return cell ? cell : &nothing;
}

static bool is(const struct picture_cell *cell, const char *text)
{
    return strcmp(cell->text, text) == 0;
}

static bool is_one_of(const struct picture_cell *cell, const char *const *texts)
{
    for (; *texts; texts++)
        if (is(cell, *texts))
            return true;
    return false;
}

static int step_x(int direction)
{
    return direction == LEFT ? -1 : direction == RIGHT ? 1 : 0;
}

static int step_y(int direction)
{
    return direction == UP ? -1 : direction == DOWN ? 1 : 0;
}

static int opposite(int direction)
{
    return direction == UP ? DOWN : direction == DOWN ? UP : direction == LEFT ? RIGHT : LEFT;
}

/* The sides on which a character of a line goes on; '+' may go on anywhere. */
static int arms(const struct picture_cell *cell)
{
    static const struct {
        const char *text;
        int arms;
    } table[] = {{"│", UP | DOWN},    {"┆", UP | DOWN},    {"|", UP | DOWN},    {":", UP | DOWN},
                 {"─", LEFT | RIGHT}, {"┄", LEFT | RIGHT}, {"-", LEFT | RIGHT}, {".", LEFT | RIGHT},
                 {"└", UP | RIGHT},   {"┘", UP | LEFT},    {"┌", DOWN | RIGHT}, {"┐", DOWN | LEFT},
                 {"╎", UP | DOWN},    {"╌", LEFT | RIGHT}, {"┼", 15},           {"+", 15}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (is(cell, table[i].text))
            return table[i].arms;
    return 0;
}

/* ---------------------------------------------------------------- captions */

/* What a name looks like on the screen, before it is cut. */
static void shown(struct text *text, const char *name, bool ascii)
{
    struct text visible = {0};
    text_append_visible(&visible, name);
    const char *bytes = text_value(&visible);
    for (size_t i = 0; i < visible.length;) {
        size_t taken = utf8_grapheme(bytes + i, visible.length - i);
        bool plain = true;
        for (size_t k = 0; k < taken; k++)
            plain &= (unsigned char)bytes[i + k] < 0x80;
        for (size_t k = 0; k < taken;) {
            size_t length;
            int32_t c = utf8_next(bytes + i + k, taken - k, &length);
            if (c >= 0x80 && ((ascii && !plain) || utf8_grapheme_width(bytes + i, taken) == 0))
                text_printf(text, "\\u{%X}", (unsigned)c);
            else
                text_append_bytes(text, bytes + i + k, length);
            k += length;
        }
        i += taken;
    }
    if (!text->length)
        text_append(text, "\"\"");
    text_release(&visible);
}

/* The text as it must appear: whole, or cut with the sign so that it fits. */
static void expected(struct text *text, const char *name, bool ascii)
{
    struct text whole = {0};
    shown(&whole, name, ascii);
    const char *bytes = text_value(&whole);
    const char *sign = ascii ? ".." : "…";
    if (utf8_width(bytes) <= LIMIT) {
        text_append(text, bytes);
    } else {
        int room = LIMIT - utf8_width(sign);
        for (size_t i = 0;;) {
            size_t taken = utf8_grapheme(bytes + i, whole.length - i);
            room -= utf8_grapheme_width(bytes + i, taken);
            if (room < 0)
                break;
            text_append_bytes(text, bytes + i, taken);
            i += taken;
        }
        text_append(text, sign);
    }
    text_release(&whole);
}

static const char *label_name(const struct tracer *tracer, uint32_t label)
{
    if (label != LTS_INTERNAL)
        return tracer->lts->labels.names[label];
    const char *sign = tracer->ascii ? "tau" : "τ";
    return symbols_find(&tracer->lts->labels, sign) == SYMBOL_NONE ? sign : SPEX_INTERNAL;
}

/* The cells of one part and index in a row, from the first to the last. */
static void row_text(const struct tracer *tracer, int y, enum picture_part part, uint32_t index,
                     struct text *text)
{
    text_clear(text);
    for (int x = 0; x < tracer->picture->width; x++) {
        const struct picture_cell *cell = at(tracer, x, y);
        if (cell->part == part && cell->index == index)
            text_append(text, cell->text);
    }
}

static bool label_there(struct tracer *tracer, uint32_t edge, uint32_t transition)
{
    const struct transition_look *look =
        tracer->options->transitions ? &tracer->options->transitions[transition] : NULL;
    uint32_t label = tracer->lts->transitions[transition].label;
    struct text wanted = {0}, row = {0};
    if (look)
        text_append(&wanted, look->before);
    expected(&wanted, label_name(tracer, label), tracer->ascii);
    if (look)
        text_append(&wanted, look->behind);
    bool found = false;
    for (int y = 0; y < tracer->picture->height && !found; y++) {
        row_text(tracer, y, PICTURE_LABEL, edge, &row);
        found = strstr(text_value(&row), text_value(&wanted)) != NULL;
    }
    if (!found)
        complain(tracer, "edge %u: no label %s", (unsigned)edge, text_value(&wanted));
    text_release(&wanted);
    text_release(&row);
    return found;
}

/* ------------------------------------------------------------------- boxes */

static bool frame_right(struct tracer *tracer, uint32_t state)
{
    static const char *const single[] = {"┌", "┐", "└", "┘", "─", "│", "┬",
                                         "┴", "├", "┤", "+", "-", "|", NULL};
    static const char *const twofold[] = {"╔", "╗", "╚", "╝", "═", "║", "#", NULL};
    static const char *const broken[] = {"┌", "┐", "└", "┘", "╌", "╎", "┬",
                                         "┴", "├", "┤", "+", ".", ":", NULL};
    const struct picture_options *options = tracer->options;
    const struct picture_box *box = &tracer->picture->boxes[state];
    bool ghost = options->states && options->states[state].ghost;
    bool terminal = !options->states || !options->states[state].open;
    for (size_t i = 0; i < tracer->lts->transition_count; i++)
        if (!options->transitions || !options->transitions[i].ghost)
            terminal &= tracer->lts->transitions[i].from != state;
    const char *const *right = ghost ? broken : terminal ? twofold : single;
    for (int y = box->y; y < box->y + box->height; y++)
        for (int x = box->x; x < box->x + box->width; x++) {
            const struct picture_cell *cell = at(tracer, x, y);
            bool border = y == box->y || y == box->y + box->height - 1 || x == box->x ||
                          x == box->x + box->width - 1;
            bool text = cell->part == PICTURE_NAME || cell->part == PICTURE_BADGE;
            if (cell->index != state || (border ? cell->part != PICTURE_BOX : !text))
                return complain(tracer, "state %u: something else at %d,%d", (unsigned)state, x, y);
            bool tail = terminal && options->transitions && is_one_of(cell, single);
            if (border && !is_one_of(cell, right) && !tail)
                return complain(tracer, "state %u: frame \"%s\"", (unsigned)state, cell->text);
        }
    return true;
}

static bool name_right(struct tracer *tracer, uint32_t state)
{
    char number[16];
    struct text wanted = {0}, row = {0};
    const struct picture_box *box = &tracer->picture->boxes[state];
    expected(&wanted, lts_state_name(tracer->lts, state, number), tracer->ascii);
    row_text(tracer, box->y + 1, PICTURE_NAME, state, &row);
    const char *inside = text_value(&row);
    size_t length = wanted.length;
    bool right = false;
    for (const char *found = inside; !right && (found = strstr(found, text_value(&wanted)));
         found++)
        right = strspn(inside, " ") >= (size_t)(found - inside) && found[length] == ' ' &&
                strspn(found + length, " ") == strlen(found + length);
    if (!right)
        complain(tracer, "state %u: shown as \"%s\"", (unsigned)state, inside);
    text_release(&wanted);
    text_release(&row);
    return right;
}

static bool boxes_right(struct tracer *tracer)
{
    if (tracer->picture->box_count != tracer->lts->state_count)
        return complain(tracer, "%u boxes", (unsigned)tracer->picture->box_count);
    size_t inside = 0, cells = 0, marks = 0;
    for (uint32_t s = 0; s < tracer->lts->state_count; s++) {
        const struct picture_box *box = &tracer->picture->boxes[s];
        if (!frame_right(tracer, s) || !name_right(tracer, s))
            return false;
        inside += (size_t)box->width * (size_t)box->height;
    }
    for (int y = 0; y < tracer->picture->height; y++)
        for (int x = 0; x < tracer->picture->width; x++) {
            const struct picture_cell *cell = at(tracer, x, y);
            cells += cell->part == PICTURE_BOX || cell->part == PICTURE_NAME ||
                     cell->part == PICTURE_BADGE;
            marks += cell->part == PICTURE_START;
        }
    if (cells != inside)
        return complain(tracer, "pieces of boxes outside of boxes");
    if (tracer->options->no_start)
        return marks == 0 || complain(tracer, "an initial state is marked");
    const struct picture_box *initial = &tracer->picture->boxes[tracer->lts->initial];
    const struct picture_cell *arrow = at(tracer, initial->x - 1, initial->y + 1);
    if (marks != 3 || arrow->part != PICTURE_START || arrow->index != tracer->lts->initial ||
        !is(arrow, tracer->ascii ? ">" : "▶"))
        return complain(tracer, "the initial state is not marked");
    return true;
}

/* ------------------------------------------------------------------- edges */

/* A transition that is there twice is shown once, as its first one. */
static uint32_t first_alike(const struct lts *lts, const struct picture_edge *edge, size_t place)
{
    for (size_t i = 0; i < place; i++)
        if (lts->transitions[edge->transitions[i]].label ==
            lts->transitions[edge->transitions[place]].label)
            return edge->transitions[i];
    return edge->transitions[place];
}

static bool bundles_right(struct tracer *tracer)
{
    const struct picture *picture = tracer->picture;
    const struct lts *lts = tracer->lts;
    size_t total = 0;
    for (size_t e = 0; e < picture->edge_count; e++) {
        const struct picture_edge *edge = &picture->edges[e];
        for (size_t other = 0; other < e; other++)
            if (picture->edges[other].from == edge->from && picture->edges[other].to == edge->to)
                return complain(tracer, "edges %zu and %zu join the same states", other, e);
        for (size_t i = 0; i < edge->transition_count; i++) {
            const struct lts_transition *transition = &lts->transitions[edge->transitions[i]];
            if (transition->from != edge->from || transition->to != edge->to)
                return complain(tracer, "edge %zu holds a transition of others", e);
            if (!label_there(tracer, (uint32_t)e, first_alike(lts, edge, i)))
                return false;
        }
        total += edge->transition_count;
    }
    if (total != lts->transition_count)
        return complain(tracer, "%zu of %zu transitions drawn", total, lts->transition_count);
    return true;
}

/* Follows the line of an edge against its direction, from the arrowhead, going
 * `direction`. A crossing is passed straight; a '+' of this edge may be a corner. */
static bool follow(struct tracer *tracer, uint32_t edge, int x, int y, int direction, int steps)
{
    const struct picture *picture = tracer->picture;
    x += step_x(direction);
    y += step_y(direction);
    const struct picture_cell *cell = at(tracer, x, y);
    if (steps > picture->width * picture->height)
        return false;
    if (cell->part == PICTURE_BOX) {
        static const char *const tails[] = {"┬", "┴", "├", "┤", "+", NULL};
        const struct picture_box *box = &picture->boxes[cell->index];
        bool corner = (x == box->x || x == box->x + box->width - 1) &&
                      (y == box->y || y == box->y + box->height - 1);
        bool loop = picture->edges[edge].from == picture->edges[edge].to;
        return cell->index == picture->edges[edge].from && is_one_of(cell, tails) && corner == loop;
    }
    int ways = arms(cell);
    if (cell->part != PICTURE_LINE || !(ways & opposite(direction)))
        return false;
    bool crossing = is(cell, "┼") || is(cell, "+");
    if (cell->index != edge && !crossing)
        return false;
    bool *visited = &tracer->visited[(size_t)y * (size_t)picture->width + (size_t)x];
    bool before = *visited;
    *visited = true;
    if (ways & direction && follow(tracer, edge, x, y, direction, steps + 1))
        return true;
    for (int turn = UP; turn <= RIGHT && !is(cell, "┼") && cell->index == edge; turn *= 2)
        if (turn != direction && turn != opposite(direction) && ways & turn &&
            follow(tracer, edge, x, y, turn, steps + 1))
            return true;
    *visited = before;
    return false;
}

static bool edge_traced(struct tracer *tracer, uint32_t edge)
{
    static const struct {
        const char *fine, *ascii;
        int direction;
    } heads[] = {{"▲", "^", UP}, {"▼", "v", DOWN}, {"◀", "<", LEFT}, {"▶", ">", RIGHT}};
    const struct picture *picture = tracer->picture;
    int found = 0, head_x = 0, head_y = 0;
    memset(tracer->visited, 0, (size_t)picture->width * (size_t)picture->height);
    for (int y = 0; y < picture->height; y++)
        for (int x = 0; x < picture->width; x++)
            if (at(tracer, x, y)->part == PICTURE_ARROW && at(tracer, x, y)->index == edge) {
                found++;
                head_x = x;
                head_y = y;
            }
    if (found != 1)
        return complain(tracer, "edge %u: %d arrowheads", (unsigned)edge, found);
    int direction = 0;
    for (size_t i = 0; i < 4; i++)
        if (is(at(tracer, head_x, head_y), tracer->ascii ? heads[i].ascii : heads[i].fine))
            direction = heads[i].direction;
    const struct picture_cell *target =
        at(tracer, head_x + step_x(direction), head_y + step_y(direction));
    if (!direction || target->part != PICTURE_BOX || target->index != picture->edges[edge].to)
        return complain(tracer, "edge %u: the arrowhead does not touch its box", (unsigned)edge);
    if (!follow(tracer, edge, head_x, head_y, opposite(direction), 0))
        return complain(tracer, "edge %u from %u to %u cannot be followed", (unsigned)edge,
                        (unsigned)picture->edges[edge].from, (unsigned)picture->edges[edge].to);
    for (int y = 0; y < picture->height; y++)
        for (int x = 0; x < picture->width; x++)
            if (at(tracer, x, y)->part == PICTURE_LINE && at(tracer, x, y)->index == edge &&
                !tracer->visited[y * picture->width + x])
                return complain(tracer, "edge %u: a stray piece at %d,%d", (unsigned)edge, x, y);
    return true;
}

/* ------------------------------------------------------------------- cells */

/* A line goes on where its characters say it does. */
static bool joined(struct tracer *tracer, int x, int y)
{
    const struct picture_cell *cell = at(tracer, x, y);
    int ways = arms(cell);
    if (!ways)
        return complain(tracer, "\"%s\" is no line, at %d,%d", cell->text, x, y);
    for (int way = UP; way <= RIGHT && !tracer->ascii; way *= 2) {
        const struct picture_cell *next = at(tracer, x + step_x(way), y + step_y(way));
        bool there = (next->part == PICTURE_LINE && arms(next) & opposite(way)) ||
                     next->part == PICTURE_ARROW || next->part == PICTURE_BOX;
        if (ways & way && !there)
            return complain(tracer, "a loose end at %d,%d", x, y);
        if (!(ways & way) && next->part == PICTURE_LINE && arms(next) & opposite(way))
            return complain(tracer, "a line ends beside another at %d,%d", x, y);
    }
    return true;
}

static bool dashes_right(struct tracer *tracer, const struct picture_cell *cell)
{
    static const char *const dashed[] = {"┆", "┄", ":", ".", NULL};
    static const char *const broken[] = {"╎", "╌", ":", ".", NULL};
    static const char *const solid[] = {"│", "─", "|", "-", NULL};
    const struct transition_look *looks = tracer->options->transitions;
    const struct picture_edge *edge = &tracer->picture->edges[cell->index];
    bool internal = true, ghost = true;
    for (size_t i = 0; i < edge->transition_count; i++) {
        internal &= tracer->lts->transitions[edge->transitions[i]].label == LTS_INTERNAL;
        ghost &= looks && looks[edge->transitions[i]].ghost;
    }
    if (cell->internal != internal)
        return complain(tracer, "edge %u: marked wrongly as internal or not", cell->index);
    bool line = cell->part == PICTURE_LINE &&
                (is_one_of(cell, solid) || is_one_of(cell, dashed) || is_one_of(cell, broken));
    if (line && !is_one_of(cell, ghost ? broken : internal ? dashed : solid))
        return complain(tracer, "edge %u: \"%s\"", cell->index, cell->text);
    return true;
}

static bool cell_right(struct tracer *tracer, int x, int y)
{
    const struct picture_cell *cell = at(tracer, x, y), *next = at(tracer, x + 1, y);
    size_t length = strlen(cell->text);
    if (cell->width == 2 && (x + 1 >= tracer->picture->width || next->width != 0 ||
                             next->part != cell->part || next->index != cell->index))
        return complain(tracer, "half a wide character at %d,%d", x, y);
    if (cell->width == 0 && (length || x == 0 || at(tracer, x - 1, y)->width != 2))
        return complain(tracer, "a right half alone at %d,%d", x, y);
    if (cell->width && (utf8_grapheme(cell->text, length) != length ||
                        utf8_grapheme_width(cell->text, length) != cell->width))
        return complain(tracer, "\"%s\" is not one character, at %d,%d", cell->text, x, y);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)cell->text[i] < ' ' || (tracer->ascii && cell->text[i] & 0x80))
            return complain(tracer, "a forbidden character at %d,%d", x, y);
    if (cell->part == PICTURE_LABEL && next->part != PICTURE_EMPTY &&
        !(next->part == PICTURE_LABEL && next->index == cell->index))
        return complain(tracer, "no space behind a label at %d,%d", x, y);
    if (cell->part == PICTURE_LINE || cell->part == PICTURE_ARROW || cell->part == PICTURE_LABEL)
        if (cell->index >= tracer->picture->edge_count || !dashes_right(tracer, cell))
            return false;
    return cell->part != PICTURE_LINE || joined(tracer, x, y);
}

bool picture_faithful(const struct picture *picture, const struct lts *lts,
                      const struct picture_options *options, char complaint[200])
{
    struct tracer tracer = {.picture = picture,
                            .lts = lts,
                            .options = options,
                            .ascii = options->ascii,
                            .complaint = complaint};
    snprintf(complaint, 200, "out of memory");
    tracer.visited = calloc((size_t)picture->width * (size_t)picture->height + 1, 1);
    bool right = tracer.visited && boxes_right(&tracer) && bundles_right(&tracer);
    for (uint32_t e = 0; right && e < picture->edge_count; e++)
        right = edge_traced(&tracer, e);
    for (int y = 0; right && y < picture->height; y++)
        for (int x = 0; right && x < picture->width; x++)
            right = cell_right(&tracer, x, y);
    free(tracer.visited);
    return right;
}
