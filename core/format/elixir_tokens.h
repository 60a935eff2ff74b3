/*
 * The tokens of an Elixir source: enough of the language to tell code from comments,
 * texts and sigils, and to find where every bracket and block ends.
 */
#ifndef FORMAT_ELIXIR_TOKENS_H
#define FORMAT_ELIXIR_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "spex.h"

enum token_kind {
    TOKEN_END_OF_FILE,
    TOKEN_END_OF_LINE, /* where a statement may end: a line break or ';' */
    TOKEN_IDENTIFIER,
    TOKEN_ALIAS, /* one part of Foo.Bar */
    TOKEN_ATOM,
    TOKEN_KEY, /* `key:` or `"key":` */
    TOKEN_STRING,
    TOKEN_SIGIL,
    TOKEN_INTEGER,
    TOKEN_FLOAT,
    TOKEN_CHARACTER,
    TOKEN_OPERATOR, /* the comma too */
    TOKEN_OPEN,     /* ( [ { << do fn */
    TOKEN_CLOSE     /* ) ] } >> end */
};

enum token_flag {
    TOKEN_QUOTED = 1,      /* an atom or key in quotes */
    TOKEN_INTERPOLATED = 2 /* holds #{...} */
};

struct token {
    uint32_t offset;
    uint32_t length;
    uint32_t line;
    uint32_t match; /* of TOKEN_OPEN: its closing token, or the last token if there is none */
    uint8_t kind;
    uint8_t flags;
};

struct elixir_source {
    const char *file;
    const char *bytes;
    struct token *tokens; /* the last one is TOKEN_END_OF_FILE */
    size_t count;
    size_t capacity;
    spex_error problem; /* what ended the reading early; SPEX_OK: nothing */
};

/* A text that is no correct Elixir still gives the tokens before its mistake, and
 * `problem`: what stands before it may be the better message. Errors: SYNTAX (no text
 * at all), MEMORY. */
int elixir_tokenize(struct elixir_source *source, const char *file, const char *bytes,
                    size_t length, spex_error *error);
void elixir_source_release(struct elixir_source *source);

const char *token_bytes(const struct elixir_source *source, size_t index);
/* Whether the token is written exactly like this. */
bool token_is(const struct elixir_source *source, size_t index, const char *word);
bool token_is_kind(const struct elixir_source *source, size_t index, enum token_kind kind,
                   const char *word);
/* Appends the name of an atom or key, or the content of a sigil, escapes resolved. False: it
 * has an escape that means no character. */
bool token_name(const struct elixir_source *source, size_t index, struct text *name);
/* An error at the token. */
int token_error(const struct elixir_source *source, size_t index, spex_error *error,
                const char *format, ...) PRINTF_LIKE(4, 5);

#endif
