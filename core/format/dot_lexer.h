/* The tokens of a DOT file, and the texts of its labels. */
#ifndef FORMAT_DOT_LEXER_H
#define FORMAT_DOT_LEXER_H

#include "base/text.h"
#include "spex.h"

enum dot_kind {
    DOT_END,
    DOT_ID,    /* a name, number, quoted text or HTML text: see `value` */
    DOT_EDGE,  /* -> */
    DOT_LINE,  /* -- */
    DOT_OTHER, /* one of { } [ ] = , ; : */
    DOT_WRONG  /* see `trouble` */
};

struct dot_lexer {
    const char *bytes, *at, *end;
    /* -- the token that was read last */
    enum dot_kind kind;
    const char *start;
    char sign;         /* of DOT_OTHER */
    struct text value; /* of DOT_ID, as Graphviz would store it */
    bool quoted, html;
    const char *trouble; /* what was expected */
};

void dot_lexer_start(struct dot_lexer *lexer, const char *bytes, size_t length);
void dot_lexer_release(struct dot_lexer *lexer);
void dot_next(struct dot_lexer *lexer);
/* Whether the token is this keyword, whatever its case, or this sign. */
bool dot_word(const struct dot_lexer *lexer, const char *word);
bool dot_sign(const struct dot_lexer *lexer, char sign);

/* What a label looks like: its escapes and entities resolved, the tags of HTML left out.
 * `name` is what \N stands for. Blanks at both ends are cut off. */
void dot_label(const struct text *value, bool html, const char *name, struct text *label);

#endif
