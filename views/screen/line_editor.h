/* One line of input: typing, moving, deleting, by grapheme. */
#ifndef VIEWS_LINE_EDITOR_H
#define VIEWS_LINE_EDITOR_H

#include "base/text.h"
#include "views/screen/canvas.h"
#include "views/commands/commands.h"

struct line_editor {
    struct text text;
    size_t cursor; /* byte position */
    bool offered;  /* the value is only offered: what is typed replaces it, other keys edit it */
};

void line_editor_set(struct line_editor *editor, const char *value);
void line_editor_offer(struct line_editor *editor, const char *value);
/* False: not a key of the editor. */
bool line_editor_key(struct line_editor *editor, const struct key *key);
/* Puts the cursor where column `column` of the room shows. */
void line_editor_press(struct line_editor *editor, int room, int column);
/* Draws the value, scrolled so that the cursor shows, and places the canvas's cursor. */
void line_editor_draw(const struct line_editor *editor, struct canvas *canvas, int x, int y,
                      int room);
/* Over what was drawn: marks these bytes as a mistake, or the place where some are missing. */
void line_editor_mark(const struct line_editor *editor, struct canvas *canvas, int x, int y,
                      int room, size_t start, size_t length);
void line_editor_release(struct line_editor *editor);

#endif
