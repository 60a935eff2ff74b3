/* One token of an Elixir source after the other; only elixir_tokens.c asks for them. */
#ifndef FORMAT_ELIXIR_LEXER_H
#define FORMAT_ELIXIR_LEXER_H

#include "format/elixir_tokens.h"

struct lexer {
    const char *bytes;
    const char *at;
    const char *end;
    uint32_t line;
    unsigned nesting;
    bool after_dot;      /* the token before was '.': what follows is a plain name */
    const char *trouble; /* what was expected; NULL: nothing is wrong */
    const char *trouble_at;
    uint32_t trouble_line; /* where it began, if it began elsewhere */
};

/* False: see `trouble`. */
bool lexer_next(struct lexer *lexer, struct token *token);

#endif
