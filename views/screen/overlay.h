/* What lies over a view for a moment: a line to type, a menu to choose from, a question, a notice.
 */
#ifndef VIEWS_OVERLAY_H
#define VIEWS_OVERLAY_H

#include "views/screen/line_editor.h"
#include "views/screen/scroll.h"

enum overlay_kind { OVERLAY_NONE, OVERLAY_LINE, OVERLAY_MENU, OVERLAY_QUESTION, OVERLAY_NOTICE };

struct menu_item {
    char *label;
    char *detail; /* dim, behind the label; may be NULL */
    char *value;  /* a suggestion's: what it puts into the line */
    bool other;   /* "something else": chosen by 'a' wherever it stands */
};

struct overlay;

/* The answers, called on the loop. `context` stays the caller's until release. */
struct overlay_calls {
    void (*typed)(void *context, const char *text);   /* a line, on Enter */
    void (*changed)(void *context, const char *text); /* a line, on every change; may be NULL */
    void (*cancelled)(void *context);                 /* Esc; may be NULL */
    void (*chosen)(void *context, size_t item);       /* a menu's item */
    void (*confirmed)(void *context);                 /* a question's yes */
    void (*complete)(void *context, struct line_editor *editor); /* Tab; may be NULL */
    /* Up (older) and Down in a line; may be NULL */
    void (*recall)(void *context, struct line_editor *editor, bool older);
    /* Whether what stands in the line was recalled; may be NULL. */
    bool (*recalling)(void *context);
    /* The line changed: adds what it may be meant to be, which is listed above it. Tab goes
     * through the list, Enter takes what is chosen there. May be NULL. */
    void (*suggest)(void *context, const char *text, struct overlay *overlay);
    /* What of the line is wrong, in bytes; false: nothing. Enter does not take such a line. May
     * be NULL. */
    bool (*mistake)(void *context, const char *text, size_t *start, size_t *length);
    const char *escape;             /* what Esc does to a line, in a word; NULL: "cancel" */
    void (*release)(void *context); /* may be NULL */
    void *context;
};

struct overlay {
    enum overlay_kind kind;
    char *label;           /* of the line, the menu's title, or the question */
    char *title, *details; /* a box of text over the view, beside a line or a question; or NULL */
    struct line_editor editor;
    struct menu_item *items;
    size_t item_count, item_capacity, cursor; /* cursor == item_count: none is chosen */
    struct scroll list;                       /* the items, as last drawn */
    struct area typed_at, yes, no; /* the line's text and a question's answers, as well */
    struct overlay_calls calls;
};

/* Each replaces what was open. */
void overlay_line(struct overlay *overlay, const char *label, const char *value,
                  const struct overlay_calls *calls);
void overlay_menu(struct overlay *overlay, const char *title, const struct overlay_calls *calls);
void overlay_menu_add(struct overlay *overlay, const char *label, const char *detail);
/* The last item, for what is not listed. */
void overlay_menu_other(struct overlay *overlay, const char *label);
void overlay_question(struct overlay *overlay, const char *question,
                      const struct overlay_calls *calls);
/* From `suggest`: in a column of its own, `detail` beside it. */
void overlay_suggest(struct overlay *overlay, const char *label, const char *detail,
                     const char *value);
/* As if the text was typed and ended by Enter; of a menu, as if the item that is called so, or
 * the only one whose name begins so, was chosen. False: there is no such item. */
bool overlay_answer(struct overlay *overlay, const char *text);
/* A text to be read; any key goes on. */
void overlay_notice(struct overlay *overlay, const char *title, const char *text);
/* Beside the line or question that is open: what it is about. */
void overlay_details(struct overlay *overlay, const char *title, const char *details);
/* Takes every key while one is open. */
void overlay_key(struct overlay *overlay, const struct key *key);
/* A press on a menu's item or a question's answer chooses it, on a suggestion puts it into the
 * line and once more takes it, in the line puts the cursor there; the wheel goes through items. */
void overlay_mouse(struct overlay *overlay, const struct key *key);
/* A line and a question use `line` (one row); a menu is a box over `over`. */
void overlay_draw(struct overlay *overlay, struct canvas *canvas, struct area over,
                  struct area line);
/* Whether something is wrong in the line, and where. */
bool overlay_mistake(const struct overlay *overlay, size_t *start, size_t *length);
void overlay_close(struct overlay *overlay);

#endif
