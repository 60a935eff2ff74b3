/* Values in an Elixir source, as far as they can be known without running it. */
#ifndef FORMAT_ELIXIR_VALUES_H
#define FORMAT_ELIXIR_VALUES_H

#include "base/symbols.h"
#include "format/elixir_tokens.h"

/* The tokens of one expression or list: from `at` up to, not including, `end`. */
struct token_range {
    size_t at;
    size_t end;
};

/* Cuts line breaks off both ends. */
void range_trim(const struct elixir_source *source, struct token_range *range);
/* The part up to the next comma; false at the end. *rest then is what is behind it. */
bool range_next(const struct elixir_source *source, struct token_range *rest,
                struct token_range *part);
size_t range_parts(const struct elixir_source *source, struct token_range range);
/* Takes brackets that enclose the whole range away: "(" or "[". */
bool range_inside(const struct elixir_source *source, struct token_range *range,
                  const char *opening);
/* The token behind this one or, if it opens something, behind what it opens. */
size_t token_after(const struct elixir_source *source, size_t index);

/* The error that an expression is no value that can be known; `for_what` says what it
 * decides ("a transition"). */
int value_unknown(const struct elixir_source *source, struct token_range range,
                  const char *for_what, const char *expected, spex_error *error);
/* An atom's name. Errors: SYNTAX, MEMORY. */
int value_atom(const struct elixir_source *source, struct token_range range, const char *for_what,
               struct text *name, spex_error *error);
/* Milliseconds or SPEX_INFINITY. */
int value_duration(const struct elixir_source *source, struct token_range range,
                   int64_t *milliseconds, spex_error *error);
/* Names of states, repetitions once, and the token of each. */
struct state_list {
    struct symbols names;
    size_t *tokens;
    size_t capacity;
};
void state_list_release(struct state_list *states);
/* :none, :all, :terminal or a list, whose names go into `states`. */
int value_prunable(const struct elixir_source *source, struct token_range range,
                   spex_prunable *prunable, struct state_list *states, spex_error *error);

#endif
