#include "views/check/check_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

void page_clear(struct check_page *page)
{
    for (size_t i = 0; i < page->count; i++) {
        free(page->lines[i].text);
        free(page->lines[i].detail);
        free(page->lines[i].places[LEFT]);
        free(page->lines[i].places[RIGHT]);
    }
    free(page->lines);
    *page = (struct check_page){0};
}

struct page_line *page_add(struct check_page *page, enum section section, enum role role,
                           int indent, struct text *text)
{
    text_append(text, ""); /* no line is without its text */
    char *words = text_take(text);
    *text = (struct text){0};
    if (!words ||
        !memory_reserve(&page->lines, &page->capacity, page->count + 1, sizeof *page->lines)) {
        free(words);
        return NULL;
    }
    struct page_line *line = &page->lines[page->count++];
    *line = (struct page_line){.section = section, .role = role, .indent = indent, .text = words};
    page->width = 0;
    return line;
}

struct page_line *page_say(struct check_page *page, enum section section, enum role role,
                           int indent, const char *words)
{
    struct text text = {0};
    text_append(&text, words);
    return page_add(page, section, role, indent, &text);
}

struct page_line *page_add_lines(struct check_page *page, enum section section, struct text *text)
{
    size_t first = page->count;
    for (const char *line = text_value(text); *line;) {
        size_t length = strcspn(line, "\n"), indent = strspn(line, " ");
        struct text words = {0};
        text_append_bytes(&words, line + indent, length - indent);
        page_add(page, section, ROLE_NORMAL, (int)indent, &words);
        line += length + (line[length] == '\n');
    }
    text_release(text);
    return first < page->count ? &page->lines[first] : NULL;
}

void page_place(struct page_line *line, const struct lts *const sides[2], uint32_t left,
                uint32_t right)
{
    uint32_t states[2] = {left, right};
    for (int side = LEFT; line && side <= RIGHT; side++) {
        char buffer[16];
        if (states[side] == SYMBOL_NONE || lts_before(sides[side], states[side]))
            continue;
        line->places[side] = memory_copy_text(lts_state_name(sides[side], states[side], buffer));
    }
}

/* ------------------------------------------------------------ what is open */

static struct page_line *add_heading(struct check_view *view, enum section section,
                                     const char *title, const char *detail)
{
    struct page_line *line = page_say(&view->page, section, ROLE_TITLE, 0, title);
    if (line && detail)
        line->detail = memory_copy_text(detail);
    if (line)
        line->act = ACT_SECTION;
    return line;
}

bool page_section(struct check_view *view, enum section section, const char *title,
                  const char *detail)
{
    add_heading(view, section, title, detail);
    return view->open[section];
}

bool page_fold(struct check_view *view, enum section section, uint32_t number, int indent,
               struct text *title)
{
    struct page_line *line = page_add(&view->page, section, ROLE_ACTION, indent, title);
    if (line) {
        line->act = ACT_FOLD;
        line->number = number;
    }
    for (size_t i = 0; i < view->unfolded_count; i++)
        if (view->unfolded[i] == ((uint32_t)section << 24 | number))
            return true;
    return false;
}
