#include "views/screen/overlay.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static void forget_items(struct overlay *overlay)
{
    for (size_t i = 0; i < overlay->item_count; i++) {
        free(overlay->items[i].label);
        free(overlay->items[i].detail);
        free(overlay->items[i].value);
    }
    overlay->item_count = overlay->cursor = 0;
}

void overlay_close(struct overlay *overlay)
{
    struct overlay old = *overlay;
    memset(overlay, 0, sizeof *overlay);
    forget_items(&old);
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

static void suggest(struct overlay *overlay)
{
    if (!overlay->calls.suggest)
        return;
    forget_items(overlay);
    const char *text = text_value(&overlay->editor.text);
    overlay->calls.suggest(overlay->calls.context, text, overlay);
    if (!*text)
        overlay->cursor = overlay->item_count;
}

void overlay_line(struct overlay *overlay, const char *label, const char *value,
                  const struct overlay_calls *calls)
{
    open_overlay(overlay, OVERLAY_LINE, label, calls);
    line_editor_set(&overlay->editor, value);
    suggest(overlay);
}

void overlay_menu(struct overlay *overlay, const char *title, const struct overlay_calls *calls)
{
    open_overlay(overlay, OVERLAY_MENU, title, calls);
}

static struct menu_item *add_item(struct overlay *overlay, const char *label, const char *detail)
{
    if (!memory_reserve(&overlay->items, &overlay->item_capacity, overlay->item_count + 1,
                        sizeof *overlay->items))
        return NULL;
    struct menu_item *item = &overlay->items[overlay->item_count];
    *item = (struct menu_item){.label = memory_copy_text(label),
                               .detail = detail ? memory_copy_text(detail) : NULL};
    overlay->item_count += item->label != NULL;
    return item->label ? item : NULL;
}

void overlay_menu_add(struct overlay *overlay, const char *label, const char *detail)
{
    add_item(overlay, label, detail);
}

void overlay_menu_other(struct overlay *overlay, const char *label)
{
    struct menu_item *item = add_item(overlay, label, "typed");
    if (item)
        item->other = true;
}

void overlay_suggest(struct overlay *overlay, const char *label, const char *detail,
                     const char *value)
{
    struct menu_item *item = add_item(overlay, label, detail);
    if (item)
        item->value = memory_copy_text(value);
}

void overlay_question(struct overlay *overlay, const char *question,
                      const struct overlay_calls *calls)
{
    open_overlay(overlay, OVERLAY_QUESTION, question, calls);
}

void overlay_notice(struct overlay *overlay, const char *title, const char *text)
{
    open_overlay(overlay, OVERLAY_NOTICE, "", &(struct overlay_calls){0});
    overlay_details(overlay, title, text);
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
    if (strcmp(name, "Up") == 0 || strcmp(name, "k") == 0)
        overlay->cursor = overlay->cursor > 0 ? overlay->cursor - 1 : last; /* round and round */
    else if (strcmp(name, "Down") == 0 || strcmp(name, "j") == 0)
        overlay->cursor = overlay->cursor < last ? overlay->cursor + 1 : 0;
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
    suggest(overlay);
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

static void recall(struct overlay *overlay, bool older)
{
    overlay->calls.recall(overlay->calls.context, &overlay->editor, older);
    line_changed(overlay);
    overlay->cursor = overlay->item_count;
}

/* How far all suggestions agree that begin as what was typed; 0: the first one does not. */
static size_t common_length(const struct overlay *overlay, const char *typed)
{
    size_t begun = strlen(typed), length = 0;
    const char *first = overlay->items[0].value;
    for (size_t i = 0; first && i < overlay->item_count; i++) {
        const char *value = overlay->items[i].value;
        bool fits = value && strncmp(value, typed, begun) == 0;
        if (i == 0)
            length = fits ? strlen(first) : 0;
        while (fits && length && strncmp(first, value, length) != 0)
            length--;
    }
    while (length && ((unsigned char)first[length] & 0xc0) == 0x80)
        length--;
    return length;
}

static void put_suggestion(struct overlay *overlay, size_t item)
{
    overlay->cursor = item;
    if (overlay->items[item].value)
        line_editor_set(&overlay->editor, overlay->items[item].value);
}

/* On to the next suggestion, into the line; first as far as all of them agree. */
static void next_suggestion(struct overlay *overlay)
{
    const char *typed = text_value(&overlay->editor.text);
    size_t common = common_length(overlay, typed);
    if (overlay->item_count > 1 && common > strlen(typed)) {
        char *begun = memory_copy_bytes(overlay->items[0].value, common);
        if (begun)
            line_editor_set(&overlay->editor, begun);
        free(begun);
        line_changed(overlay);
    } else if (overlay->cursor < overlay->item_count && overlay->items[overlay->cursor].value &&
               strcmp(overlay->items[overlay->cursor].value, typed) != 0) {
        put_suggestion(overlay, overlay->cursor);
    } else {
        put_suggestion(overlay,
                       overlay->cursor + 1 < overlay->item_count ? overlay->cursor + 1 : 0);
    }
    if (overlay->item_count == 1)
        line_changed(overlay); /* what may follow it */
}

/* False: not a key that moves among suggestions. */
static bool suggestion_key(struct overlay *overlay, const char *name)
{
    size_t count = overlay->item_count;
    if (!count)
        return strcmp(name, "Tab") == 0 || strcmp(name, "S-Tab") == 0;
    if (strcmp(name, "Tab") == 0)
        next_suggestion(overlay);
    else if (strcmp(name, "S-Tab") == 0)
        put_suggestion(overlay, overlay->cursor && overlay->cursor < count ? overlay->cursor - 1
                                                                           : count - 1);
    else if (strcmp(name, "Down") == 0)
        overlay->cursor = overlay->cursor + 1 < count ? overlay->cursor + 1 : 0;
    else if (strcmp(name, "Up") == 0 && overlay->cursor < count)
        overlay->cursor = overlay->cursor > 0 ? overlay->cursor - 1 : count - 1;
    else
        return false;
    return true;
}

bool overlay_mistake(const struct overlay *overlay, size_t *start, size_t *length)
{
    const struct overlay_calls *calls = &overlay->calls;
    return calls->mistake &&
           calls->mistake(calls->context, text_value(&overlay->editor.text), start, length);
}

/* What is wrong stays to be mended, and is told again. */
static void answer_line(struct overlay *overlay)
{
    size_t start, length;
    if (overlay_mistake(overlay, &start, &length))
        line_changed(overlay);
    else
        answer(overlay, call_typed);
}

/* The text, or what is chosen among the suggestions. */
static void take_line(struct overlay *overlay)
{
    if (overlay->calls.suggest && overlay->cursor < overlay->item_count)
        put_suggestion(overlay, overlay->cursor);
    answer_line(overlay);
}

static void line_key(struct overlay *overlay, const struct key *key)
{
    bool up = strcmp(key->name, "Up") == 0, down = strcmp(key->name, "Down") == 0;
    bool recalled = overlay->calls.recalling && overlay->calls.recalling(overlay->calls.context);
    if (strcmp(key->name, "Enter") == 0) {
        take_line(overlay);
    } else if (overlay->calls.suggest && !((up || down) && recalled) &&
               suggestion_key(overlay, key->name)) {
        return;
    } else if (strcmp(key->name, "Tab") == 0) {
        if (overlay->calls.complete)
            complete(overlay);
    } else if (up || down) {
        if (overlay->calls.recall)
            recall(overlay, up);
    } else if (line_editor_key(&overlay->editor, key)) {
        line_changed(overlay);
    }
}

static bool answer_menu(struct overlay *overlay, const char *text)
{
    size_t length = strlen(text), found = overlay->item_count, beginning = 0;
    for (size_t i = 0; i < overlay->item_count; i++) {
        const char *label = overlay->items[i].label;
        if (strcmp(label, text) == 0) {
            beginning = 1;
            found = i;
            break;
        }
        if (!overlay->items[i].other && strncasecmp(label, text, length) == 0 && beginning++ == 0)
            found = i;
    }
    if (beginning != 1)
        return false;
    overlay->cursor = found;
    answer(overlay, call_chosen);
    return true;
}

bool overlay_answer(struct overlay *overlay, const char *text)
{
    if (overlay->kind == OVERLAY_MENU)
        return answer_menu(overlay, text);
    if (overlay->kind != OVERLAY_LINE)
        return false;
    line_editor_set(&overlay->editor, text);
    line_changed(overlay);
    answer_line(overlay);
    return true;
}

void overlay_key(struct overlay *overlay, const struct key *key)
{
    overlay->list.pressed = false;
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
    case OVERLAY_NOTICE:
        overlay_close(overlay);
        break;
    case OVERLAY_NONE:
        break;
    }
}

/* ------------------------------------------------------------------- mouse */

static void wheel(struct overlay *overlay, bool down)
{
    size_t count = overlay->item_count;
    if (down && overlay->cursor >= count)
        overlay->cursor = 0; /* none of the suggestions was chosen */
    else if (down)
        overlay->cursor += overlay->cursor + 1 < count;
    else if (overlay->cursor < count)
        overlay->cursor -= overlay->cursor > 0;
}

static void press_line(struct overlay *overlay, const struct key *key)
{
    const struct area *at = &overlay->typed_at;
    enum press press = scroll_press(&overlay->list, key, overlay->item_count);
    if (press == PRESS_SELECTS) {
        put_suggestion(overlay, overlay->list.cursor);
    } else if (press == PRESS_OPENS) {
        overlay->cursor = overlay->list.cursor;
        take_line(overlay);
    } else if (area_has(at, key->x, key->y)) {
        line_editor_press(&overlay->editor, at->width, key->x - at->x);
    }
}

static void press(struct overlay *overlay, const struct key *key)
{
    switch (overlay->kind) {
    case OVERLAY_MENU:
        if (scroll_press(&overlay->list, key, overlay->item_count) != PRESS_ELSEWHERE) {
            overlay->cursor = overlay->list.cursor;
            answer(overlay, call_chosen);
        }
        break;
    case OVERLAY_LINE:
        press_line(overlay, key);
        break;
    case OVERLAY_QUESTION:
        if (area_has(&overlay->yes, key->x, key->y))
            answer(overlay, call_confirmed);
        else if (area_has(&overlay->no, key->x, key->y))
            answer(overlay, call_cancelled);
        break;
    case OVERLAY_NOTICE:
        overlay_close(overlay);
        break;
    case OVERLAY_NONE:
        break;
    }
}

void overlay_mouse(struct overlay *overlay, const struct key *key)
{
    if (strcmp(key->name, "WheelUp") == 0 || strcmp(key->name, "WheelDown") == 0)
        wheel(overlay, strcmp(key->name, "WheelDown") == 0);
    else if (strcmp(key->name, "Press") == 0)
        press(overlay, key);
}
