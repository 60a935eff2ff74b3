/* The signs and words of a filter, one at a time. */
#ifndef MODEL_FILTER_LEXER_H
#define MODEL_FILTER_LEXER_H

#include "base/text.h"

enum filter_token {
    TOKEN_END,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_COMMA,
    TOKEN_SIGN, /* : = ~ < <= > >= */
    TOKEN_WORD,
    TOKEN_UNCLOSED /* a word whose quotes are not closed */
};

struct filter_lexer {
    const char *typed;
    size_t place, end; /* the lexer reads up to `end` */
    /* The token: */
    enum filter_token token;
    size_t start;     /* where it begins; it ends at `place` */
    struct text word; /* without quotes */
    bool quoted;      /* some of it was in quotes */
    bool spaced;      /* there were blanks before it */
    bool failed;      /* memory ran out, once */
};

void filter_lexer_open(struct filter_lexer *lexer, const char *typed, size_t length);
void filter_lexer_release(struct filter_lexer *lexer);
/* The next token where a word or a sign may stand, or, with `value`, where only a value
 * may, in which signs are letters like others but a comma ends it. */
void filter_lexer_next(struct filter_lexer *lexer, bool value);

#endif
