#include "views/screen/scroll.h"

#include <string.h>

void scroll_fit(struct scroll *scroll, size_t count, size_t page)
{
    if (page == 0)
        page = 1;
    if (scroll->cursor >= count)
        scroll->cursor = count ? count - 1 : 0;
    if (scroll->cursor < scroll->top)
        scroll->top = scroll->cursor;
    if (scroll->cursor >= scroll->top + page)
        scroll->top = scroll->cursor - page + 1;
    if (scroll->top + page > count)
        scroll->top = count > page ? count - page : 0;
}

bool scroll_command(struct scroll *scroll, enum command command, size_t count, size_t page)
{
    size_t last = count ? count - 1 : 0, jump = page > 1 ? page - 1 : 1;
    switch (command) {
    case COMMAND_UP:
        scroll->cursor -= scroll->cursor > 0;
        break;
    case COMMAND_DOWN:
        scroll->cursor += scroll->cursor < last;
        break;
    case COMMAND_PAGE_UP:
        scroll->cursor = scroll->cursor > jump ? scroll->cursor - jump : 0;
        break;
    case COMMAND_PAGE_DOWN:
        scroll->cursor = scroll->cursor + jump < last ? scroll->cursor + jump : last;
        break;
    case COMMAND_FIRST:
        scroll->cursor = 0;
        break;
    case COMMAND_LAST:
        scroll->cursor = last;
        break;
    default:
        return false;
    }
    scroll->pressed = false;
    scroll_fit(scroll, count, page);
    return true;
}

enum press scroll_press(struct scroll *scroll, const struct key *key, size_t count)
{
    const struct area *shown = &scroll->shown;
    size_t row = scroll->top + (size_t)(key->y - shown->y);
    if (strcmp(key->name, "Press") != 0 || !area_has(shown, key->x, key->y) || row >= count)
        return PRESS_ELSEWHERE;
    enum press press = scroll->pressed && row == scroll->cursor ? PRESS_OPENS : PRESS_SELECTS;
    scroll->cursor = row;
    scroll->pressed = true;
    return press;
}
