#include "views/screen/canvas.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

bool area_has(const struct area *area, int x, int y)
{
    return x >= area->x && x < area->x + area->width && y >= area->y && y < area->y + area->height;
}

bool canvas_resize(struct canvas *canvas, int width, int height)
{
    if (width < 1)
        width = 1;
    if (height < 1)
        height = 1;
    if (canvas->cells && width == canvas->width && height == canvas->height)
        return true;
    struct cell *cells = memory_allocate((size_t)width * (size_t)height, sizeof *cells);
    if (!cells)
        return false;
    free(canvas->cells);
    canvas->cells = cells;
    canvas->width = width;
    canvas->height = height;
    canvas_clear(canvas);
    return true;
}

void canvas_release(struct canvas *canvas)
{
    free(canvas->cells);
    memset(canvas, 0, sizeof *canvas);
}

static struct cell *cell_at(const struct canvas *canvas, int x, int y)
{
    if (x < 0 || y < 0 || x >= canvas->width || y >= canvas->height)
        return NULL;
    return &canvas->cells[(size_t)y * (size_t)canvas->width + (size_t)x];
}

const struct cell *canvas_at(const struct canvas *canvas, int x, int y)
{
    return cell_at(canvas, x, y);
}

struct area canvas_area(const struct canvas *canvas)
{
    return (struct area){0, 0, canvas->width, canvas->height};
}

static void blank(struct cell *cell, enum role role)
{
    cell->text[0] = ' ';
    cell->text[1] = '\0';
    cell->width = 1;
    cell->role = (unsigned char)role;
}

/* Half of a wide character that is written over must not stay. */
static void split_wide(struct canvas *canvas, int x, int y)
{
    struct cell *cell = cell_at(canvas, x, y);
    struct cell *left = cell_at(canvas, x - 1, y);
    struct cell *right = cell_at(canvas, x + 1, y);
    if (cell && cell->width == 0 && left)
        blank(left, left->role);
    if (cell && cell->width == 2 && right)
        blank(right, right->role);
}

void canvas_clear(struct canvas *canvas)
{
    canvas->cursor_x = canvas->cursor_y = -1;
    canvas_fill(canvas, canvas_area(canvas), ROLE_NORMAL);
}

void canvas_fill(struct canvas *canvas, struct area area, enum role role)
{
    for (int y = area.y; y < area.y + area.height && area.width > 0; y++) {
        split_wide(canvas, area.x, y);
        split_wide(canvas, area.x + area.width - 1, y);
        for (int x = area.x; x < area.x + area.width; x++) {
            struct cell *cell = cell_at(canvas, x, y);
            if (cell)
                blank(cell, role);
        }
    }
}

void canvas_tint(struct canvas *canvas, struct area area, enum role role)
{
    for (int y = area.y; y < area.y + area.height; y++)
        for (int x = area.x; x < area.x + area.width; x++) {
            struct cell *cell = cell_at(canvas, x, y);
            if (cell)
                cell->role = (unsigned char)role;
        }
}

static void put_cell(struct canvas *canvas, int x, int y, enum role role, const char *bytes,
                     size_t length, int width)
{
    struct cell *cell = cell_at(canvas, x, y);
    if (!cell)
        return;
    split_wide(canvas, x, y);
    if (width == 2)
        split_wide(canvas, x + 1, y);
    if (length >= sizeof cell->text || (width == 2 && !cell_at(canvas, x + 1, y))) {
        bytes = "?";
        length = 1;
        width = 1;
    }
    memcpy(cell->text, bytes, length);
    cell->text[length] = '\0';
    cell->width = (unsigned char)width;
    cell->role = (unsigned char)role;
    if (width == 2) {
        struct cell *right = cell_at(canvas, x + 1, y);
        right->text[0] = '\0';
        right->width = 0;
        right->role = (unsigned char)role;
    }
}

/* Writes text that is safe already. */
static int put_visible(struct canvas *canvas, int x, int y, int room, enum role role,
                       const char *text, bool cut_sign)
{
    size_t length = strlen(text);
    bool cut = cut_sign && utf8_width(text) > room;
    int limit = cut ? room - 1 : room;
    int used = 0;
    for (size_t i = 0; i < length;) {
        size_t taken = utf8_grapheme(text + i, length - i);
        int width = utf8_grapheme_width(text + i, taken);
        if (width == 0) /* a mark without a character to sit on */
            width = 1;
        if (used + width > limit)
            break;
        if (canvas->ascii && (unsigned char)text[i] >= 0x80)
            for (int k = 0; k < width; k++)
                put_cell(canvas, x + used + k, y, role, "?", 1, 1);
        else
            put_cell(canvas, x + used, y, role, text + i, taken, width);
        used += width;
        i += taken;
    }
    if (cut && room > 0) {
        const char *sign = canvas_sign(canvas, SIGN_CUT);
        put_cell(canvas, x + used, y, role, sign, strlen(sign), 1);
        used++;
    }
    return used;
}

int canvas_put(struct canvas *canvas, int x, int y, int room, enum role role, const char *text)
{
    if (room <= 0)
        return 0;
    struct text visible = {0};
    text_append_visible(&visible, text);
    int used = put_visible(canvas, x, y, room, role, text_value(&visible), true);
    text_release(&visible);
    return used;
}

static void put_glyph(struct canvas *canvas, int x, int y, enum role role, const char *glyph)
{
    put_cell(canvas, x, y, role, glyph, strlen(glyph), 1);
}

int canvas_put_ends(struct canvas *canvas, int x, int y, int room, enum role role, const char *text)
{
    struct text visible = {0};
    text_append_visible(&visible, text);
    const char *value = text_value(&visible);
    size_t length = visible.length, tail = 0;
    int width = utf8_width(value), used;
    if (width <= room || room < 8) {
        used = put_visible(canvas, x, y, room, role, value, true);
    } else {
        /* Drop graphemes from the front until what is left is the tail's room wide. */
        int behind = (room - 1) / 2;
        while (width > behind) {
            size_t taken = utf8_grapheme(value + tail, length - tail);
            width -= utf8_grapheme_width(value + tail, taken);
            tail += taken;
        }
        used = put_visible(canvas, x, y, room - width - 1, role, value, false);
        put_glyph(canvas, x + used, y, role, canvas_sign(canvas, SIGN_CUT));
        used++;
        used += put_visible(canvas, x + used, y, width, role, value + tail, false);
    }
    text_release(&visible);
    return used;
}

int canvas_print(struct canvas *canvas, int x, int y, int room, enum role role, const char *format,
                 ...)
{
    struct text text = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&text, format, arguments);
    va_end(arguments);
    int used = canvas_put(canvas, x, y, room, role, text_value(&text));
    text_release(&text);
    return used;
}

void canvas_put_right(struct canvas *canvas, int x, int y, int room, enum role role,
                      const char *text)
{
    struct text visible = {0};
    text_append_visible(&visible, text);
    int width = utf8_width(text_value(&visible));
    int shift = width < room ? room - width : 0;
    put_visible(canvas, x + shift, y, room - shift, role, text_value(&visible), true);
    text_release(&visible);
}

static const struct frame_set {
    const char *horizontal, *vertical, *top_left, *top_right, *bottom_left, *bottom_right;
} unicode_frame = {"─", "│", "┌", "┐", "└", "┘"}, ascii_frame = {"-", "|", "+", "+", "+", "+"};

static const struct frame_set *frame_set(const struct canvas *canvas)
{
    return canvas->ascii ? &ascii_frame : &unicode_frame;
}

void canvas_rule(struct canvas *canvas, int x, int y, int width, enum role role)
{
    if (canvas->plain)
        return;
    for (int i = 0; i < width; i++)
        put_glyph(canvas, x + i, y, role, frame_set(canvas)->horizontal);
}

void canvas_frame(struct canvas *canvas, struct area area, enum role role, const char *title)
{
    const struct frame_set *set = frame_set(canvas);
    int right = area.x + area.width - 1, bottom = area.y + area.height - 1;
    if (area.width < 2 || area.height < 2)
        return;
    canvas_rule(canvas, area.x + 1, area.y, area.width - 2, role);
    canvas_rule(canvas, area.x + 1, bottom, area.width - 2, role);
    for (int y = area.y + 1; y < bottom && !canvas->plain; y++) {
        put_glyph(canvas, area.x, y, role, set->vertical);
        put_glyph(canvas, right, y, role, set->vertical);
    }
    if (!canvas->plain) {
        put_glyph(canvas, area.x, area.y, role, set->top_left);
        put_glyph(canvas, right, area.y, role, set->top_right);
        put_glyph(canvas, area.x, bottom, role, set->bottom_left);
        put_glyph(canvas, right, bottom, role, set->bottom_right);
    }
    if (title && *title && area.width > 6) {
        int used = canvas_put(canvas, area.x + 3, area.y, area.width - 6, role, title);
        put_glyph(canvas, area.x + 2, area.y, role, " ");
        put_glyph(canvas, area.x + 3 + used, area.y, role, " ");
    }
}

/* How many bytes of the line fit into `room` columns, broken behind a word if possible. */
static size_t line_break(const char *line, size_t length, int room)
{
    size_t fit = 0, word = 0;
    int used = 0;
    while (fit < length) {
        size_t taken = utf8_grapheme(line + fit, length - fit);
        int width = utf8_grapheme_width(line + fit, taken);
        if (used + width > room)
            break;
        used += width;
        fit += taken;
        if (line[fit - 1] == ' ' || line[fit] == ' ')
            word = fit;
    }
    if (fit == length)
        return length;
    if (word)
        return word;
    return fit ? fit : utf8_grapheme(line, length);
}

int canvas_wrap(struct canvas *canvas, struct area area, int skip, enum role role, const char *text)
{
    int lines = 0;
    for (const char *line = text; *line;) {
        const char *end = strchr(line, '\n');
        struct text visible = {0};
        char *bytes = memory_copy_bytes(line, end ? (size_t)(end - line) : strlen(line));
        if (bytes)
            text_append_visible(&visible, bytes);
        free(bytes);
        const char *rest = text_value(&visible);
        int indent = (int)strspn(rest, " ");
        if (indent > area.width / 2)
            indent = 0;
        for (bool first = true; first || *rest; first = false) {
            int room = first ? area.width : area.width - indent;
            size_t length = line_break(rest, strlen(rest), room > 1 ? room : 1);
            char *piece = memory_copy_bytes(rest, length);
            int y = lines - skip;
            if (piece && y >= 0 && y < area.height)
                put_visible(canvas, area.x + (first ? 0 : indent), area.y + y, room, role, piece,
                            false);
            free(piece);
            lines++;
            rest += length;
            while (*rest == ' ')
                rest++;
        }
        text_release(&visible);
        line = end ? end + 1 : line + strlen(line);
    }
    return lines;
}

const char *canvas_sign(const struct canvas *canvas, enum sign sign)
{
    static const char *const signs[][2] = {
        [SIGN_CURSOR] = {"▸", ">"},  [SIGN_GOOD] = {"✓", "+"},    [SIGN_BAD] = {"✗", "x"},
        [SIGN_WARNING] = {"▲", "!"}, [SIGN_UNKNOWN] = {"·", "."}, [SIGN_CURRENT] = {"◆", "*"},
        [SIGN_CUT] = {"…", "~"},     [SIGN_ARROW] = {"→", ">"},   [SIGN_DOT] = {"·", "-"},
        [SIGN_UP] = {"↑", "^"},      [SIGN_DOWN] = {"↓", "v"},    [SIGN_MARK] = {"●", "#"},
        [SIGN_OPEN] = {"▾", "-"},    [SIGN_CLOSED] = {"▹", "+"},
    };
    return signs[sign][canvas->ascii || canvas->plain];
}

bool canvas_selection(const struct canvas *canvas, int *x, int *y)
{
    const char *sign = canvas_sign(canvas, SIGN_CURSOR);
    bool found = false;
    for (int row = 0; row < canvas->height; row++)
        for (int column = 0; column < canvas->width; column++) {
            const struct cell *cell = canvas_at(canvas, column, row);
            bool here = cell->role == ROLE_SELECTED;
            if (!here || (found && strcmp(cell->text, sign) != 0))
                continue;
            *x = column;
            *y = row;
            found = true;
            if (strcmp(cell->text, sign) == 0)
                return true;
        }
    return found;
}

void canvas_row(const struct canvas *canvas, int y, struct text *text)
{
    size_t end = text->length;
    for (int x = 0; x < canvas->width; x++) {
        const char *cell = canvas_at(canvas, x, y)->text;
        text_append(text, cell);
        if (*cell && strcmp(cell, " ") != 0)
            end = text->length;
    }
    if (text->data && !text->failed) {
        text->length = end;
        text->data[end] = '\0';
    }
}

void canvas_text(const struct canvas *canvas, struct text *text)
{
    for (int y = 0; y < canvas->height; y++) {
        canvas_row(canvas, y, text);
        text_append_char(text, '\n');
    }
}
