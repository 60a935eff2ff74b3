#include "views/overlay.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void overlay_close(struct overlay *overlay)
{
    struct overlay old = *overlay;
    memset(overlay, 0, sizeof *overlay);
    for (size_t i = 0; i < old.item_count; i++) {
        free(old.items[i].label);
        free(old.items[i].detail);
    }
    free(old.items);
    free(old.label);
    free(old.title);
    free(old.details);
    line_editor_release(&old.editor);
    if (old.calls.release)
        old.calls.release(old.calls.context);
}

static void open_overlay(struct overlay *overlay, enum overlay_kind kind, const char *label,
                         const struct overlay_calls *calls)
{
    overlay_close(overlay);
    overlay->kind = kind;
    overlay->label = memory_copy_text(label);
    overlay->calls = *calls;
}

void overlay_line(struct overlay *overlay, const char *label, const char *value,
                  const struct overlay_calls *calls)
{
    open_overlay(overlay, OVERLAY_LINE, label, calls);
    line_editor_set(&overlay->editor, value);
}

void overlay_menu(struct overlay *overlay, const char *title, const struct overlay_calls *calls)
{
    open_overlay(overlay, OVERLAY_MENU, title, calls);
}

void overlay_menu_add(struct overlay *overlay, const char *label, const char *detail)
{
    struct menu_item *items =
        memory_resize(overlay->items, overlay->item_count + 1, sizeof *overlay->items);
    if (!items)
        return;
    overlay->items = items;
    items[overlay->item_count].label = memory_copy_text(label);
    items[overlay->item_count].detail = detail ? memory_copy_text(detail) : NULL;
    items[overlay->item_count].other = false;
    if (items[overlay->item_count].label)
        overlay->item_count++;
}

void overlay_menu_other(struct overlay *overlay, const char *label)
{
    size_t before = overlay->item_count;
    overlay_menu_add(overlay, label, "typed");
    if (overlay->item_count > before)
        overlay->items[before].other = true;
}

void overlay_question(struct overlay *overlay, const char *question,
                      const struct overlay_calls *calls)
{
    open_overlay(overlay, OVERLAY_QUESTION, question, calls);
}

void overlay_details(struct overlay *overlay, const char *title, const char *details)
{
    free(overlay->title);
    free(overlay->details);
    overlay->title = memory_copy_text(title);
    overlay->details = memory_copy_text(details);
}

/* The answer may open the next overlay in this one's place: take this one out first. */
static void answer(struct overlay *overlay, void (*call)(struct overlay *taken))
{
    struct overlay taken = *overlay;
    memset(overlay, 0, sizeof *overlay);
    call(&taken);
    overlay_close(&taken);
}

static void call_cancelled(struct overlay *taken)
{
    if (taken->calls.cancelled)
        taken->calls.cancelled(taken->calls.context);
}

static void call_typed(struct overlay *taken)
{
    if (taken->calls.typed)
        taken->calls.typed(taken->calls.context, text_value(&taken->editor.text));
}

static void call_chosen(struct overlay *taken)
{
    if (taken->calls.chosen && taken->cursor < taken->item_count)
        taken->calls.chosen(taken->calls.context, taken->cursor);
}

static void call_confirmed(struct overlay *taken)
{
    if (taken->calls.confirmed)
        taken->calls.confirmed(taken->calls.context);
}

static void menu_key(struct overlay *overlay, const char *name)
{
    size_t last = overlay->item_count ? overlay->item_count - 1 : 0;
    if ((strcmp(name, "Up") == 0 || strcmp(name, "k") == 0) && overlay->cursor > 0)
        overlay->cursor--;
    else if ((strcmp(name, "Down") == 0 || strcmp(name, "j") == 0) && overlay->cursor < last)
        overlay->cursor++;
    else if (strcmp(name, "PgUp") == 0)
        overlay->cursor = overlay->cursor > 10 ? overlay->cursor - 10 : 0;
    else if (strcmp(name, "PgDn") == 0)
        overlay->cursor = overlay->cursor + 10 < last ? overlay->cursor + 10 : last;
    else if (strcmp(name, "Home") == 0 || strcmp(name, "g") == 0)
        overlay->cursor = 0;
    else if (strcmp(name, "End") == 0 || strcmp(name, "G") == 0)
        overlay->cursor = last;
    else if (strcmp(name, "Enter") == 0)
        answer(overlay, call_chosen);
    else if (strcmp(name, "q") == 0)
        answer(overlay, call_cancelled);
    else if (strlen(name) == 1 && name[0] >= '1' && name[0] <= '9' &&
             (size_t)(name[0] - '1') < overlay->item_count &&
             !overlay->items[name[0] - '1'].other) {
        overlay->cursor = (size_t)(name[0] - '1');
        answer(overlay, call_chosen);
    } else if (strcmp(name, "a") == 0 && overlay->item_count && overlay->items[last].other) {
        overlay->cursor = last;
        answer(overlay, call_chosen);
    }
}

static void line_changed(struct overlay *overlay)
{
    if (overlay->calls.changed)
        overlay->calls.changed(overlay->calls.context, text_value(&overlay->editor.text));
}

static void complete(struct overlay *overlay)
{
    char *before = memory_copy_text(text_value(&overlay->editor.text));
    overlay->calls.complete(overlay->calls.context, &overlay->editor);
    if (!before || strcmp(before, text_value(&overlay->editor.text)) != 0)
        line_changed(overlay);
    free(before);
}

static void line_key(struct overlay *overlay, const struct key *key)
{
    bool up = strcmp(key->name, "Up") == 0, down = strcmp(key->name, "Down") == 0;
    if (strcmp(key->name, "Enter") == 0) {
        answer(overlay, call_typed);
    } else if (strcmp(key->name, "Tab") == 0) {
        if (overlay->calls.complete)
            complete(overlay);
    } else if (up || down) {
        if (overlay->calls.recall) {
            overlay->calls.recall(overlay->calls.context, &overlay->editor, up);
            line_changed(overlay);
        }
    } else if (line_editor_key(&overlay->editor, key)) {
        line_changed(overlay);
    }
}

void overlay_key(struct overlay *overlay, const struct key *key)
{
    if (strcmp(key->name, "Esc") == 0 || strcmp(key->name, "C-c") == 0 ||
        strcmp(key->name, "C-g") == 0) {
        answer(overlay, call_cancelled);
        return;
    }
    switch (overlay->kind) {
    case OVERLAY_LINE:
        line_key(overlay, key);
        break;
    case OVERLAY_MENU:
        menu_key(overlay, key->name);
        break;
    case OVERLAY_QUESTION:
        if (strcmp(key->name, "y") == 0 || strcmp(key->name, "Y") == 0)
            answer(overlay, call_confirmed);
        else if (key->text[0] || strcmp(key->name, "Enter") == 0)
            answer(overlay, call_cancelled);
        break;
    case OVERLAY_NONE:
        break;
    }
}

static int item_width(const struct menu_item *item)
{
    return utf8_width(item->label) + (item->detail ? utf8_width(item->detail) + 2 : 0);
}

static void draw_menu(const struct overlay *overlay, struct canvas *canvas, struct area over)
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
    for (int row = 0; row < rows && top + (size_t)row < overlay->item_count; row++) {
        size_t index = top + (size_t)row;
        const struct menu_item *item = &overlay->items[index];
        int x = box.x + 2, y = box.y + 1 + row, room = width - 4;
        enum role role = index == overlay->cursor ? ROLE_SELECTED : ROLE_NORMAL;
        canvas_fill(canvas, (struct area){box.x + 1, y, width - 2, 1}, role);
        if (index == overlay->cursor)
            canvas_put(canvas, box.x + 1, y, 1, role, canvas_sign(canvas, SIGN_CURSOR));
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

static int count_lines(const char *text)
{
    int lines = 1;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

/* At the bottom of the view, above the line. */
static void draw_details(const struct overlay *overlay, struct canvas *canvas, struct area over)
{
    int height = count_lines(overlay->details) + 2;
    int width = over.width > 76 ? 76 : over.width;
    if (height > over.height)
        height = over.height;
    struct area box = {over.x + (over.width - width) / 2, over.y + over.height - height, width,
                       height};
    canvas_fill(canvas, box, ROLE_NORMAL);
    canvas_frame(canvas, box, ROLE_FRAME_FOCUS, overlay->title);
    canvas_wrap(canvas, (struct area){box.x + 2, box.y + 1, width - 4, height - 2}, 0, ROLE_NORMAL,
                overlay->details);
}

static void draw_line(const struct overlay *overlay, struct canvas *canvas, int x, int y, int room)
{
    size_t start = 0, length = 0;
    const struct overlay_calls *calls = &overlay->calls;
    bool wrong = calls->mistake &&
                 calls->mistake(calls->context, text_value(&overlay->editor.text), &start, &length);
    line_editor_draw(&overlay->editor, canvas, x, y, room);
    if (wrong)
        line_editor_mark(&overlay->editor, canvas, x, y, room, start, length);
}

void overlay_draw(const struct overlay *overlay, struct canvas *canvas, struct area over,
                  struct area line)
{
    const char *label = overlay->label ? overlay->label : "";
    if (overlay->kind == OVERLAY_MENU) {
        draw_menu(overlay, canvas, over);
        return;
    }
    if (overlay->details)
        draw_details(overlay, canvas, over);
    canvas_fill(canvas, line, ROLE_NORMAL);
    int used = canvas_put(canvas, line.x, line.y, line.width - 2, ROLE_TITLE, label);
    if (overlay->kind == OVERLAY_LINE)
        draw_line(overlay, canvas, line.x + used + 1, line.y, line.width - used - 1);
    else
        canvas_put(canvas, line.x + used + 1, line.y, line.width - used - 1, ROLE_KEY, "y/n");
}
