/* Everything has its column and row: now the cells. */
#include <stdlib.h>
#include <string.h>

#include "graph/plan.h"

enum { UP = 1, DOWN = 2, LEFT = 4, RIGHT = 8, DASHED = 16, BROKEN = 32 };

struct brush {
    struct plan *plan;
    struct picture *picture;
    uint8_t *strokes; /* cell: which neighbours its line leads to */
    bool ascii;
};

static struct picture_cell *cell_at(const struct brush *brush, int x, int y)
{
    return &brush->picture->cells[(size_t)y * (size_t)brush->picture->width + (size_t)x];
}

static void put(const struct brush *brush, int x, int y, const char *text, enum picture_part part,
                uint32_t index)
{
    struct picture_cell *cell = cell_at(brush, x, y);
    size_t length = strlen(text);
    memcpy(cell->text, text, length < sizeof cell->text ? length + 1 : 0);
    cell->width = 1;
    cell->part = (uint8_t)part;
    cell->index = index;
    cell->transition = NONE;
    if (part == PICTURE_LINE || part == PICTURE_ARROW || part == PICTURE_LABEL)
        cell->internal = brush->plan->edges[index].internal;
}

static const char *either(const struct brush *brush, const char *fine, const char *ascii)
{
    return brush->ascii ? ascii : fine;
}

/* One line of a caption, its byte `line`. Answers where the next line begins, or NULL. */
static const char *write_line(const struct brush *brush, int x, int y,
                              const struct caption *caption, const char *line,
                              enum picture_part part, uint32_t index)
{
    const char *end = strchr(line, '\n');
    size_t length = end ? (size_t)(end - line) : strlen(line);
    for (size_t i = 0; i < length;) {
        size_t taken = utf8_grapheme(line + i, length - i);
        size_t byte = (size_t)(line - caption->lines) + i;
        int width = utf8_grapheme_width(line + i, taken);
        char text[sizeof((struct picture_cell *)0)->text] = "";
        memcpy(text, line + i, taken < sizeof text ? taken : 0);
        enum picture_part own =
            part == PICTURE_NAME && byte > caption->badge ? PICTURE_BADGE : part;
        for (int column = 0; column < width; column++) {
            put(brush, x + column, y, column ? "" : text, own, index);
            struct picture_cell *cell = cell_at(brush, x + column, y);
            cell->width = (uint8_t)(column ? 0 : width);
            cell->transition = caption->owners ? caption->owners[byte] : NONE;
        }
        x += width;
        i += taken;
    }
    return end ? end + 1 : NULL;
}

static void write_caption(const struct brush *brush, int x, int y, const struct caption *caption,
                          enum picture_part part, uint32_t index)
{
    for (const char *line = caption->lines; line; y++)
        line = write_line(brush, x, y, caption, line, part, index);
}

/* -------------------------------------------------------------------- lines */

static void stroke(const struct brush *brush, int x, int y, int mask, uint32_t edge)
{
    if (!mask)
        return;
    if (brush->plan->edges[edge].ghost)
        mask |= BROKEN;
    else if (brush->plan->edges[edge].internal)
        mask |= DASHED;
    brush->strokes[(size_t)y * (size_t)brush->picture->width + (size_t)x] |= (uint8_t)mask;
    put(brush, x, y, "", PICTURE_LINE, edge);
}

/* From the middle of one cell to the middle of another. */
static void vertical(const struct brush *brush, int x, int from, int to, uint32_t edge)
{
    for (int y = from; y <= to; y++)
        stroke(brush, x, y, (y > from ? UP : 0) | (y < to ? DOWN : 0), edge);
}

static void horizontal(const struct brush *brush, int from, int to, int y, uint32_t edge)
{
    int left = from < to ? from : to, right = from < to ? to : from;
    for (int x = left; x <= right; x++)
        stroke(brush, x, y, (x > left ? LEFT : 0) | (x < right ? RIGHT : 0), edge);
}

static const char *line_text(const struct brush *brush, int mask)
{
    static const char *const fine[16] = {"",  "╵", "╷", "│", "╴", "┘", "┐", "┤",
                                         "╶", "└", "┌", "├", "─", "┴", "┬", "┼"};
    bool dashed = mask & (DASHED | BROKEN), broken = mask & BROKEN;
    mask &= UP | DOWN | LEFT | RIGHT;
    if (mask == (UP | DOWN))
        return dashed ? either(brush, broken ? "╎" : "┆", ":") : either(brush, "│", "|");
    if (mask == (LEFT | RIGHT))
        return dashed ? either(brush, broken ? "╌" : "┄", ".") : either(brush, "─", "-");
    return brush->ascii ? "+" : fine[mask];
}

static void finish_lines(const struct brush *brush)
{
    size_t count = (size_t)brush->picture->width * (size_t)brush->picture->height;
    for (size_t i = 0; i < count; i++) {
        struct picture_cell *cell = &brush->picture->cells[i];
        if (cell->part == PICTURE_LINE && brush->strokes[i]) {
            const char *text = line_text(brush, brush->strokes[i]);
            memcpy(cell->text, text, strlen(text) + 1);
        } else if (cell->width == 1 && !cell->text[0]) {
            memcpy(cell->text, " ", 2);
        }
    }
}

/* -------------------------------------------------------------------- boxes */

static void frame(const struct brush *brush, uint32_t state)
{
    enum { PLAIN, TERMINAL, GHOST, KINDS };
    static const char *const styles[2][KINDS][6] = {{{"┌", "┐", "└", "┘", "─", "│"},
                                                     {"╔", "╗", "╚", "╝", "═", "║"},
                                                     {"┌", "┐", "└", "┘", "╌", "╎"}},
                                                    {{"+", "+", "+", "+", "-", "|"},
                                                     {"#", "#", "#", "#", "#", "#"},
                                                     {"+", "+", "+", "+", ".", ":"}}};
    const struct picture_box *box = &brush->picture->boxes[state];
    const struct state_look *looks = brush->plan->options->states;
    bool ghost = looks && looks[state].ghost;
    const char *const *style = styles[brush->ascii][ghost                          ? GHOST
                                                    : brush->plan->terminal[state] ? TERMINAL
                                                                                   : PLAIN];
    int right = box->x + box->width - 1, bottom = box->y + box->height - 1;
    for (int y = box->y; y <= bottom; y++)
        for (int x = box->x; x <= right; x++) {
            bool edge_row = y == box->y || y == bottom, edge_column = x == box->x || x == right;
            const char *text = " ";
            if (edge_row && edge_column)
                text = style[(y == bottom ? 2 : 0) + (x == right ? 1 : 0)];
            else if (edge_row || edge_column)
                text = style[edge_row ? 4 : 5];
            put(brush, x, y, text, edge_row || edge_column ? PICTURE_BOX : PICTURE_NAME, state);
        }
}

static void draw_box(const struct brush *brush, uint32_t state)
{
    const struct picture_box *box = &brush->picture->boxes[state];
    const struct caption *name = &brush->plan->names[state];
    frame(brush, state);
    write_caption(brush, box->x + (box->width - name->width) / 2, box->y + 1, name, PICTURE_NAME,
                  state);
    if (state == plan_initial(brush->plan)) {
        put(brush, box->x - 3, box->y + 1, either(brush, "●", "*"), PICTURE_START, state);
        put(brush, box->x - 2, box->y + 1, either(brush, "─", "-"), PICTURE_START, state);
        put(brush, box->x - 1, box->y + 1, either(brush, "▶", ">"), PICTURE_START, state);
    }
}

/* Where a line leaves a frame. */
static void tail(const struct brush *brush, int x, int y, const char *fine, uint32_t state)
{
    put(brush, x, y, either(brush, fine, "+"), PICTURE_BOX, state);
}

static void draw_loop(const struct brush *brush, uint32_t edge)
{
    uint32_t state = brush->picture->edges[edge].from;
    const struct picture_box *box = &brush->picture->boxes[state];
    int x = box->x + box->width;
    tail(brush, x - 1, box->y, "┬", state);
    stroke(brush, x, box->y, LEFT | RIGHT, edge);
    stroke(brush, x + 1, box->y, LEFT | DOWN, edge);
    stroke(brush, x + 1, box->y + 1, UP | LEFT, edge);
    put(brush, x, box->y + 1, either(brush, "◀", "<"), PICTURE_ARROW, edge);
    write_caption(brush, x + 2, box->y, &brush->plan->edges[edge].caption, PICTURE_LABEL, edge);
}

static void draw_beside(const struct brush *brush, uint32_t edge)
{
    uint32_t from = brush->picture->edges[edge].from, to = brush->picture->edges[edge].to;
    const struct picture_box *source = &brush->picture->boxes[from];
    const struct picture_box *target = &brush->picture->boxes[to];
    bool right = source->x < target->x;
    const struct picture_box *first = right ? source : target, *second = right ? target : source;
    int y = first->y + 1, left = first->x + first->width, end = second->x - 1;
    for (int x = left; x <= end; x++)
        stroke(brush, x, y, LEFT | RIGHT, edge);
    if (right) {
        tail(brush, left - 1, y, "├", from);
        put(brush, end, y, either(brush, "▶", ">"), PICTURE_ARROW, edge);
    } else {
        tail(brush, end + 1, y, "┤", from);
        put(brush, left, y, either(brush, "◀", "<"), PICTURE_ARROW, edge);
    }
    const struct caption *caption = &brush->plan->edges[edge].caption;
    int x = left + (end - left + 1 - caption->width) / 2;
    const char *more = write_line(brush, x, y - 1, caption, caption->lines, PICTURE_LABEL, edge);
    if (more)
        write_line(brush, x, y + 1, caption, more, PICTURE_LABEL, edge);
}

/* ------------------------------------------------------------------ strands */

/* Draws from row `y` in column `from` over the jog; answers the row it arrives at. */
static int draw_jog(const struct brush *brush, const struct jog *jog, int gap_y, int y, int from,
                    int to, uint32_t edge)
{
    if (jog->first < 0)
        return y;
    vertical(brush, from, y, gap_y + jog->first, edge);
    if (jog->second < 0) {
        horizontal(brush, from, to, gap_y + jog->first, edge);
        return gap_y + jog->first;
    }
    horizontal(brush, from, jog->via, gap_y + jog->first, edge);
    vertical(brush, jog->via, gap_y + jog->first, gap_y + jog->second, edge);
    horizontal(brush, jog->via, to, gap_y + jog->second, edge);
    return gap_y + jog->second;
}

static void draw_strand(const struct brush *brush, const struct strand *strand)
{
    struct plan *plan = brush->plan;
    uint32_t edge = strand->edge, gap = strand->gap;
    const struct plan_node *above = &plan->nodes[plan->links[strand->upper].upper];
    int gap_y = plan->rank_y[gap] + plan->rank_height[gap];
    int top = plan->rank_y[gap];
    if (above->kind == NODE_BOX)
        top += brush->picture->boxes[above->index].height;
    int y = draw_jog(brush, &strand->up, gap_y, top, strand->top_x, strand->x, edge);
    bool leg = strand->partner != NONE;
    if (leg) {
        const struct strand *partner = &plan->strands[strand->partner];
        vertical(brush, strand->x, y, gap_y + strand->down.first, edge);
        if (strand->x < partner->x)
            horizontal(brush, strand->x, partner->x, gap_y + strand->down.first, edge);
    } else {
        y = draw_jog(brush, &strand->down, gap_y, y, strand->x, strand->bottom_x, edge);
        vertical(brush, strand->bottom_x, y, plan->rank_y[gap + 1] - 1, edge);
    }
    /* on to the frame or to the piece in the next gap */
    stroke(brush, strand->top_x, top, UP, edge);
    if (!leg)
        stroke(brush, strand->bottom_x, plan->rank_y[gap + 1] - 1, DOWN, edge);
    if (strand->labelled)
        write_caption(brush, strand->x + 1, gap_y + strand->label_row, &plan->edges[edge].caption,
                      PICTURE_LABEL, edge);
}

/* Arrowheads and tails come last, over the ends of the lines. */
static void draw_ends(const struct brush *brush, const struct strand *strand)
{
    struct plan *plan = brush->plan;
    const struct plan_node *above = &plan->nodes[plan->links[strand->upper].upper];
    if (above->kind == NODE_BOX) {
        const struct picture_box *box = &brush->picture->boxes[above->index];
        int y = box->y + box->height;
        if (strand->arrow_top)
            put(brush, strand->top_x, y, either(brush, "▲", "^"), PICTURE_ARROW, strand->edge);
        else
            tail(brush, strand->top_x, y - 1, "┬", above->index);
    }
    if (strand->lower == NONE)
        return;
    const struct plan_node *below = &plan->nodes[plan->links[strand->lower].lower];
    if (below->kind == NODE_BOX) {
        int y = plan->rank_y[strand->gap + 1];
        if (strand->arrow_bottom)
            put(brush, strand->bottom_x, y - 1, either(brush, "▼", "v"), PICTURE_ARROW,
                strand->edge);
        else
            tail(brush, strand->bottom_x, y, "┴", below->index);
    }
}

static void draw(const struct brush *brush)
{
    struct plan *plan = brush->plan;
    for (uint32_t s = 0; s < plan->lts->state_count; s++)
        draw_box(brush, s);
    for (uint32_t e = 0; e < brush->picture->edge_count; e++) {
        if (plan->edges[e].route == ROUTE_LOOP)
            draw_loop(brush, e);
        else if (plan->edges[e].route == ROUTE_BESIDE)
            draw_beside(brush, e);
    }
    for (uint32_t v = 0; v < plan->node_count; v++) {
        const struct plan_node *node = &plan->nodes[v];
        uint32_t rank = node->layer / 2;
        if (node->kind != NODE_PASS)
            continue;
        for (int i = 0; i < plan->rank_height[rank]; i++)
            stroke(brush, node->x, plan->rank_y[rank] + i, UP | DOWN, node->index);
    }
    for (uint32_t i = 0; i < plan->strand_count; i++)
        draw_strand(brush, &plan->strands[i]);
    for (uint32_t i = 0; i < plan->strand_count; i++)
        draw_ends(brush, &plan->strands[i]);
    finish_lines(brush);
}

/* False: more than a picture can hold. */
static bool take_rows(struct plan *plan)
{
    int y = 0;
    for (uint32_t r = 0; r < plan->rank_count; r++) {
        plan->rank_y[r] = y;
        y += plan->rank_height[r] + plan->gap_height[r];
        if ((size_t)y * (size_t)plan->width > MOST_CELLS)
            return false;
    }
    plan->rank_y[plan->rank_count] = y;
    plan->height = y;
    for (uint32_t s = 0; s < plan->lts->state_count; s++)
        plan->picture->boxes[s].y = plan->rank_y[plan->layout->nodes[s].rank];
    return true;
}

int plan_paint(struct plan *plan, spex_error *error)
{
    if (!take_rows(plan))
        return plan_too_large(plan, error);
    struct picture *picture = plan->picture;
    size_t count = (size_t)plan->width * (size_t)plan->height;
    struct brush brush = {.plan = plan, .picture = picture, .ascii = plan->options->ascii};
    picture->cells = memory_allocate(count, sizeof *picture->cells);
    brush.strokes = memory_allocate(count, sizeof *brush.strokes);
    if (!picture->cells || !brush.strokes) {
        free(brush.strokes);
        return error_memory(error);
    }
    picture->width = plan->width;
    picture->height = plan->height;
    for (size_t i = 0; i < count; i++) {
        picture->cells[i].text[0] = ' ';
        picture->cells[i].width = 1;
        picture->cells[i].transition = NONE;
    }
    draw(&brush);
    free(brush.strokes);
    return SPEX_OK;
}
