/* The graphs on the screen as text, all of each, for a file. */
#include <string.h>

#include "base/base.h"
#include "views/explorer.h"
#include "views/graphs/graphs_private.h"

enum { GAP = 3 /* columns between two of them */ };

/* As last drawn; before that, as they would be where there is room. */
static bool on_screen(const struct graphs *graphs, enum side side)
{
    enum side other = side == LEFT ? RIGHT : LEFT;
    if (graphs->sides != SIDES_BOTH)
        return (graphs->sides == SIDES_LEFT) == (side == LEFT);
    return graphs->areas[side].width || !graphs->areas[other].width;
}

static void append_pane(const struct graph_pane *pane, struct text *text)
{
    graph_pane_title(pane, text);
    text_append(text, "\n\n");
    if (pane->shape)
        text->failed |= picture_text(&pane->picture, text) != SPEX_OK;
    else
        text_printf(text, "%s\n", text_value(&pane->note));
}

/* The next line of them, without its end. */
static void take_line(const char **lines, struct text *line)
{
    size_t length = strcspn(*lines, "\n");
    text_clear(line);
    text_append_bytes(line, *lines, length);
    *lines += length + ((*lines)[length] == '\n');
}

static int widest(const char *lines, struct text *line)
{
    int most = 0;
    while (*lines) {
        take_line(&lines, line);
        int width = utf8_width(text_value(line));
        most = width > most ? width : most;
    }
    return most;
}

static void append_beside(const char *left, const char *right, struct text *text)
{
    struct text line = {0};
    int column = widest(left, &line) + GAP;
    while (*left || *right) {
        take_line(&left, &line);
        int blanks = column - utf8_width(text_value(&line));
        text_append(text, text_value(&line));
        take_line(&right, &line);
        if (line.length)
            text_printf(text, "%*s%s", blanks, "", text_value(&line));
        text_append_char(text, '\n');
        text->failed |= line.failed;
    }
    text_release(&line);
}

bool graphs_text(const struct explorer *explorer, struct text *text)
{
    const struct graphs *graphs = explorer->states[VIEW_GRAPHS];
    struct text sides[2] = {{0}, {0}};
    if (!graphs_shown(explorer))
        return false;
    for (int side = LEFT; side <= RIGHT; side++)
        if (on_screen(graphs, (enum side)side))
            append_pane(&graphs->panes[side], &sides[side]);
    if (sides[LEFT].length && sides[RIGHT].length)
        append_beside(text_value(&sides[LEFT]), text_value(&sides[RIGHT]), text);
    else
        text_append(text, text_value(&sides[sides[LEFT].length ? LEFT : RIGHT]));
    text->failed |= sides[LEFT].failed || sides[RIGHT].failed;
    text_release(&sides[LEFT]);
    text_release(&sides[RIGHT]);
    return !text->failed;
}
