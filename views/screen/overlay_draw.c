/* What lies over a view, drawn. */
#include "views/screen/overlay.h"

static int item_width(const struct menu_item *item)
{
    return utf8_width(item->label) + (item->detail ? utf8_width(item->detail) + 2 : 0);
}

static void draw_menu(struct overlay *overlay, struct canvas *canvas, struct area over)
{
    int width = utf8_width(overlay->label ? overlay->label : "") + 6;
    for (size_t i = 0; i < overlay->item_count; i++)
        if (item_width(&overlay->items[i]) + 8 > width)
            width = item_width(&overlay->items[i]) + 8;
    if (width > over.width)
        width = over.width;
    int height = (int)overlay->item_count + 2;
    if (height > over.height)
        height = over.height;
    struct area box = {over.x + (over.width - width) / 2, over.y + (over.height - height) / 2,
                       width, height};
    canvas_fill(canvas, box, ROLE_NORMAL);
    canvas_frame(canvas, box, ROLE_FRAME_FOCUS, overlay->label);
    int rows = height - 2;
    size_t top = overlay->cursor >= (size_t)(rows > 0 ? rows : 1)
                     ? overlay->cursor - (size_t)(rows > 0 ? rows : 1) + 1
                     : 0;
    overlay->list.top = top;
    overlay->list.shown = (struct area){box.x + 1, box.y + 1, width - 2, rows};
    for (int row = 0; row < rows && top + (size_t)row < overlay->item_count; row++) {
        size_t index = top + (size_t)row;
        const struct menu_item *item = &overlay->items[index];
        int x = box.x + 2, y = box.y + 1 + row, room = width - 4;
        enum role role = index == overlay->cursor ? ROLE_SELECTED : ROLE_NORMAL;
        canvas_fill(canvas, (struct area){box.x + 1, y, width - 2, 1}, role);
        if (index == overlay->cursor)
            canvas_put(canvas, box.x + 1, y, 1, role, canvas_sign(canvas, SIGN_CURSOR));
        if (index == overlay->cursor && canvas->plain) {
            canvas->cursor_x = box.x + 1;
            canvas->cursor_y = y;
        }
        if (item->other)
            canvas_put(canvas, x, y, 2, role == ROLE_NORMAL ? ROLE_KEY : role, "a");
        else if (index < 9)
            canvas_print(canvas, x, y, 2, role == ROLE_NORMAL ? ROLE_KEY : role, "%zu", index + 1);
        int used = canvas_put(canvas, x + 2, y, room - 2, role, item->label);
        if (item->detail)
            canvas_put(canvas, x + 4 + used, y, room - 4 - used,
                       role == ROLE_NORMAL ? ROLE_DIM : role, item->detail);
    }
}

static struct area details_box(const char *details, struct canvas *canvas, struct area over)
{
    int width = over.width > 76 ? 76 : over.width;
    /* How high it is, out of sight. */
    int height =
        2 + canvas_wrap(canvas, (struct area){0, 0, width - 4, 0}, 0, ROLE_NORMAL, details);
    if (height > over.height)
        height = over.height;
    return (struct area){over.x + (over.width - width) / 2, over.y + over.height - height, width,
                         height};
}

/* At the bottom of the view, above the line. */
static void draw_details(const char *title, const char *details, struct canvas *canvas,
                         struct area over)
{
    struct area box = details_box(details, canvas, over);
    int width = box.width, height = box.height;
    canvas_fill(canvas, box, ROLE_NORMAL);
    canvas_frame(canvas, box, ROLE_FRAME_FOCUS, title);
    canvas_wrap(canvas, (struct area){box.x + 2, box.y + 1, width - 4, height - 2}, 0, ROLE_NORMAL,
                details);
}

static void draw_line(struct overlay *overlay, struct canvas *canvas, int x, int y, int room)
{
    size_t start = 0, length = 0;
    overlay->typed_at = (struct area){x, y, room, 1};
    line_editor_draw(&overlay->editor, canvas, x, y, room);
    if (overlay_mistake(overlay, &start, &length))
        line_editor_mark(&overlay->editor, canvas, x, y, room, start, length);
}

/* Right above the line, the first one on top. */
static void draw_suggestions(struct overlay *overlay, struct canvas *canvas, struct area over)
{
    enum { MOST = 12 };
    int rows = (int)overlay->item_count < MOST ? (int)overlay->item_count : MOST, label = 0;
    if (rows > over.height - 2)
        rows = over.height - 2;
    overlay->list.shown = (struct area){0};
    if (rows < 1)
        return;
    for (size_t i = 0; i < overlay->item_count; i++)
        if (utf8_width(overlay->items[i].label) > label)
            label = utf8_width(overlay->items[i].label);
    if (label > over.width / 2)
        label = over.width / 2;
    struct area box = {over.x, over.y + over.height - rows - 2, over.width, rows + 2};
    canvas_fill(canvas, box, ROLE_NORMAL);
    canvas_frame(canvas, box, ROLE_FRAME_FOCUS, "");
    bool chosen = overlay->cursor < overlay->item_count;
    size_t top = chosen && overlay->cursor >= (size_t)rows ? overlay->cursor - (size_t)rows + 1 : 0;
    overlay->list.top = top;
    overlay->list.shown = (struct area){box.x + 1, box.y + 1, box.width - 2, rows};
    for (int row = 0; row < rows; row++) {
        const struct menu_item *item = &overlay->items[top + (size_t)row];
        bool here = top + (size_t)row == overlay->cursor;
        int y = box.y + 1 + row, room = box.width - 4;
        if (here) {
            canvas_fill(canvas, (struct area){box.x + 1, y, box.width - 2, 1}, ROLE_SELECTED);
            canvas_put(canvas, box.x + 1, y, 1, ROLE_SELECTED, canvas_sign(canvas, SIGN_CURSOR));
        }
        canvas_put(canvas, box.x + 2, y, label, here ? ROLE_SELECTED : ROLE_KEY, item->label);
        if (item->detail)
            canvas_put(canvas, box.x + 4 + label, y, room - label - 2,
                       here ? ROLE_SELECTED : ROLE_DIM, item->detail);
    }
    if (top + (size_t)rows < overlay->item_count) {
        struct text more = {0};
        text_printf(&more, " %s %zu more ", canvas_sign(canvas, SIGN_DOWN),
                    overlay->item_count - top - (size_t)rows);
        canvas_put_right(canvas, box.x + 1, box.y + rows + 1, box.width - 3, ROLE_DIM,
                         text_value(&more));
        text_release(&more);
    }
}

static void draw_answers(struct overlay *overlay, struct canvas *canvas, int x, int y, int room)
{
    canvas_put(canvas, x, y, room, ROLE_KEY, "y/n");
    overlay->yes = (struct area){x, y, 1, 1};
    overlay->no = (struct area){x + 2, y, 1, 1};
}

void overlay_draw(struct overlay *overlay, struct canvas *canvas, struct area over,
                  struct area line)
{
    const char *label = overlay->label ? overlay->label : "";
    if (overlay->kind == OVERLAY_MENU) {
        draw_menu(overlay, canvas, over);
        return;
    }
    int reserved = overlay->kind == OVERLAY_QUESTION ? 4 : 2; /* for the answers */
    if (overlay->details)
        draw_details(overlay->title, overlay->details, canvas, over);
    else if (overlay->kind == OVERLAY_QUESTION && utf8_width(label) > line.width - reserved)
        draw_details("", label, canvas, over); /* whole, as it is cut in the line */
    if (overlay->calls.suggest)
        draw_suggestions(overlay, canvas, over);
    /* Who listens hears the question, or the notice from its beginning. */
    if (canvas->plain && overlay->kind != OVERLAY_LINE) {
        canvas->cursor_x = line.x;
        canvas->cursor_y = overlay->kind == OVERLAY_NOTICE
                               ? details_box(overlay->details, canvas, over).y + 1
                               : line.y;
    }
    canvas_fill(canvas, line, ROLE_NORMAL);
    int used = canvas_put(canvas, line.x, line.y, line.width - reserved, ROLE_TITLE, label);
    if (overlay->kind == OVERLAY_LINE)
        draw_line(overlay, canvas, line.x + used + 1, line.y, line.width - used - 1);
    else if (overlay->kind == OVERLAY_QUESTION)
        draw_answers(overlay, canvas, line.x + used + 1, line.y, line.width - used - 1);
}
