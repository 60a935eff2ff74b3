/*
 * What a statement of a module may do to a specification behind the reader's back, and
 * which module a short name means.
 */
#ifndef FORMAT_ELIXIR_INJECTION_H
#define FORMAT_ELIXIR_INJECTION_H

#include "format/elixir_values.h"

/* Short names that stand for Spex or Spex.Specification. */
struct elixir_aliases {
    struct elixir_alias {
        char *name;
        char *meaning;
    } * items;
    size_t count;
    size_t capacity;
};
/* Takes an `alias` statement in. False when memory is out. */
bool elixir_aliases_learn(struct elixir_aliases *aliases, const struct elixir_source *source,
                          struct token_range statement);
/* Keeps only the first ones: the end of a module. */
void elixir_aliases_forget(struct elixir_aliases *aliases, size_t kept);
/* Whether the first of the arguments is this module. */
bool elixir_aliases_mean(const struct elixir_aliases *aliases, const struct elixir_source *source,
                         struct token_range arguments, const char *module);
/* A `use Spex.Specification` anywhere inside of the statement; its end if there is none. */
size_t elixir_hidden_use(const struct elixir_source *source, const struct elixir_aliases *aliases,
                         struct token_range statement);

/* Why a statement may decide transitions. */
struct injection {
    const char *what; /* "a comprehension"; NULL: it does not */
    size_t at;        /* the token to point at */
    bool named;       /* `what` is about the name from `at` on, which is quoted */
    bool certain;     /* it has a def_transition; else it is not known to be harmless */
};
bool elixir_injects(const struct elixir_source *source, struct token_range statement,
                    struct injection *injection);
int injection_error(const struct elixir_source *source, const struct injection *injection,
                    spex_error *error);

#endif
