#include "views/screen/line_editor.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* More than any name or identifier; a paste by mistake ends here. */
enum { LONGEST = 4096 };

void line_editor_set(struct line_editor *editor, const char *value)
{
    text_clear(&editor->text);
    text_append(&editor->text, value);
    editor->cursor = editor->text.length;
    editor->offered = false;
}

void line_editor_offer(struct line_editor *editor, const char *value)
{
    line_editor_set(editor, value);
    editor->offered = *value != '\0';
}

static size_t next_place(const struct line_editor *editor, size_t place)
{
    return place + utf8_grapheme(editor->text.data + place, editor->text.length - place);
}

static size_t place_before(const struct line_editor *editor, size_t place)
{
    size_t before = 0;
    for (size_t at = 0; at < place; at = next_place(editor, at))
        before = at;
    return before;
}

static void erase(struct line_editor *editor, size_t from, size_t to)
{
    struct text *text = &editor->text;
    if (to <= from || to > text->length)
        return;
    memmove(text->data + from, text->data + to, text->length - to + 1);
    text->length -= to - from;
    editor->cursor = from;
}

static void insert(struct line_editor *editor, const char *bytes)
{
    char *rest = memory_copy_text(text_value(&editor->text) + editor->cursor);
    if (!rest)
        return;
    struct text *text = &editor->text;
    if (text->data) {
        text->length = editor->cursor;
        text->data[text->length] = '\0';
    }
    text_append(text, bytes);
    editor->cursor = text->length;
    text_append(text, rest);
    free(rest);
}

static size_t word_before(const struct line_editor *editor)
{
    const char *data = text_value(&editor->text);
    size_t place = editor->cursor;
    while (place && data[place - 1] == ' ')
        place--;
    while (place && data[place - 1] != ' ')
        place--;
    return place;
}

bool line_editor_key(struct line_editor *editor, const struct key *key)
{
    const char *name = key->name;
    if (editor->offered && key->text[0])
        line_editor_set(editor, "");
    editor->offered = false;
    if (key->text[0]) {
        if (editor->text.length < LONGEST)
            insert(editor, key->text);
        return true;
    }
    size_t cursor = editor->cursor, length = editor->text.length;
    if (strcmp(name, "Backspace") == 0)
        erase(editor, place_before(editor, cursor), cursor);
    else if (strcmp(name, "Delete") == 0 && cursor < length)
        erase(editor, cursor, next_place(editor, cursor));
    else if (strcmp(name, "Left") == 0)
        editor->cursor = place_before(editor, cursor);
    else if (strcmp(name, "Right") == 0 && cursor < length)
        editor->cursor = next_place(editor, cursor);
    else if (strcmp(name, "Home") == 0 || strcmp(name, "C-a") == 0)
        editor->cursor = 0;
    else if (strcmp(name, "End") == 0 || strcmp(name, "C-e") == 0)
        editor->cursor = length;
    else if (strcmp(name, "C-u") == 0)
        erase(editor, 0, cursor);
    else if (strcmp(name, "C-k") == 0)
        erase(editor, cursor, length), editor->cursor = cursor;
    else if (strcmp(name, "C-w") == 0)
        erase(editor, word_before(editor), cursor);
    else
        return false;
    return true;
}

static int width_of(const struct line_editor *editor, size_t from, size_t to)
{
    int width = 0;
    for (size_t at = from; at < to;) {
        size_t next = next_place(editor, at);
        width += utf8_grapheme_width(editor->text.data + at, next - at);
        at = next;
    }
    return width;
}

/* Where what shows begins, so that the cursor does. */
static size_t first_shown(const struct line_editor *editor, int room)
{
    size_t start = 0;
    int width = width_of(editor, 0, editor->cursor);
    while (width >= room && start < editor->cursor) {
        size_t next = next_place(editor, start);
        width -= utf8_grapheme_width(editor->text.data + start, next - start);
        start = next;
    }
    return start;
}

void line_editor_press(struct line_editor *editor, int room, int column)
{
    size_t place = first_shown(editor, room);
    int width = 0;
    while (place < editor->text.length) {
        size_t next = next_place(editor, place);
        width += utf8_grapheme_width(editor->text.data + place, next - place);
        if (width > column)
            break;
        place = next;
    }
    editor->cursor = place;
    editor->offered = false;
}

void line_editor_draw(const struct line_editor *editor, struct canvas *canvas, int x, int y,
                      int room)
{
    canvas_fill(canvas, (struct area){x, y, room, 1}, ROLE_INPUT);
    size_t start = first_shown(editor, room);
    canvas_put(canvas, x, y, room, editor->offered ? ROLE_SELECTED : ROLE_INPUT,
               text_value(&editor->text) + start);
    canvas->cursor_x = x + width_of(editor, start, editor->cursor);
    canvas->cursor_y = y;
}

void line_editor_mark(const struct line_editor *editor, struct canvas *canvas, int x, int y,
                      int room, size_t start, size_t length)
{
    size_t shown = first_shown(editor, room), end = start + length;
    if (end > editor->text.length || end < shown)
        return;
    int from = start > shown ? width_of(editor, shown, start) : 0;
    int to = width_of(editor, shown, end) + (length == 0); /* where something is missing */
    if (from < room && from < to)
        canvas_tint(canvas, (struct area){x + from, y, (to < room ? to : room) - from, 1},
                    ROLE_MISTAKE);
}

void line_editor_release(struct line_editor *editor)
{
    text_release(&editor->text);
    editor->cursor = 0;
}
