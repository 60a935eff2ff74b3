#include "format/elixir_values.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "model/specification.h"

/* Parentheses inside of parentheses. */
enum { DEPTH_MAX = 64 };

/* -------------------------------------------------------------- ranges */

size_t token_after(const struct elixir_source *source, size_t index)
{
    const struct token *token = &source->tokens[index];
    if (token->kind != TOKEN_OPEN)
        return index + 1;
    /* What is left open goes up to the last token. */
    return token->match + 1 < source->count ? (size_t)token->match + 1 : token->match;
}

void range_trim(const struct elixir_source *source, struct token_range *range)
{
    while (range->at < range->end && source->tokens[range->at].kind == TOKEN_END_OF_LINE)
        range->at++;
    while (range->at < range->end && source->tokens[range->end - 1].kind == TOKEN_END_OF_LINE)
        range->end--;
}

bool range_next(const struct elixir_source *source, struct token_range *rest,
                struct token_range *part)
{
    range_trim(source, rest);
    if (rest->at >= rest->end)
        return false;
    size_t i = rest->at;
    while (i < rest->end && !token_is_kind(source, i, TOKEN_OPERATOR, ","))
        i = token_after(source, i);
    if (i > rest->end) /* something is left open */
        i = rest->end;
    *part = (struct token_range){rest->at, i};
    range_trim(source, part);
    rest->at = i < rest->end ? i + 1 : i;
    return true;
}

size_t range_parts(const struct elixir_source *source, struct token_range range)
{
    struct token_range part;
    size_t count = 0;
    while (range_next(source, &range, &part))
        count++;
    return count;
}

bool range_inside(const struct elixir_source *source, struct token_range *range,
                  const char *opening)
{
    range_trim(source, range);
    if (range->at >= range->end || !token_is_kind(source, range->at, TOKEN_OPEN, opening) ||
        (size_t)source->tokens[range->at].match + 1 != range->end)
        return false;
    range->at++;
    range->end--;
    range_trim(source, range);
    return true;
}

/* --------------------------------------------------------------- atoms */

int value_unknown(const struct elixir_source *source, struct token_range range,
                  const char *for_what, const char *expected, spex_error *error)
{
    if (range.at >= range.end)
        return token_error(source, range.at, error, "expected %s", expected);
    const struct token *token = &source->tokens[range.at];
    const char *bytes = token_bytes(source, range.at);
    int length = token->length > 60 ? 60 : (int)token->length;
    if (token_is_kind(source, range.at, TOKEN_OPERATOR, "@") && range.at + 1 < range.end)
        return token_error(
            source, range.at, error,
            "the attribute @%.*s decides %s and cannot be evaluated here; expected %s",
            (int)source->tokens[range.at + 1].length, token_bytes(source, range.at + 1), for_what,
            expected);
    if (token->flags & TOKEN_INTERPOLATED)
        return token_error(source, range.at, error,
                           "an interpolation decides %s and cannot be evaluated here; expected %s",
                           for_what, expected);
    if (token->kind == TOKEN_IDENTIFIER || (token->kind == TOKEN_ALIAS && range.at + 1 < range.end))
        return token_error(source, range.at, error,
                           "`%.*s` decides %s and cannot be evaluated here; expected %s", length,
                           bytes, for_what, expected);
    return token_error(source, range.at, error, "expected %s, found `%.*s`", expected, length,
                       bytes);
}

static bool is_word_atom(const struct elixir_source *source, size_t index)
{
    return source->tokens[index].kind == TOKEN_IDENTIFIER &&
           (token_is(source, index, "nil") || token_is(source, index, "true") ||
            token_is(source, index, "false"));
}

/* Appends the name of an atom or key, a name that a specification can have. */
static int append_name(const struct elixir_source *source, size_t index, struct text *name,
                       spex_error *error)
{
    if (!token_name(source, index, name))
        return token_error(source, index, error, "expected a name without this escape");
    text_append(name, "");
    if (name->failed)
        return error_memory(error);
    if (!name->length || name->length > SPEX_NAME_MAX)
        return token_error(source, index, error, "expected a name of 1 to %d bytes", SPEX_NAME_MAX);
    return SPEX_OK;
}

int value_atom(const struct elixir_source *source, struct token_range range, const char *for_what,
               struct text *name, spex_error *error)
{
    static const char expected[] = "an atom such as :name";
    for (int depth = 0; depth < DEPTH_MAX && range_inside(source, &range, "("); depth++)
        ;
    if (range.end != range.at + 1 ||
        (source->tokens[range.at].kind != TOKEN_ATOM && !is_word_atom(source, range.at)) ||
        (source->tokens[range.at].flags & TOKEN_INTERPOLATED))
        return value_unknown(source, range, for_what, expected, error);
    return append_name(source, range.at, name, error);
}

/* ----------------------------------------------------- prunable states */

static const char expected_states[] = ":none, :all, :terminal or a list of states";

void state_list_release(struct state_list *states)
{
    symbols_release(&states->names);
    free(states->tokens);
}

static int add_state(struct state_list *states, const char *name, size_t token, spex_error *error)
{
    uint32_t before = states->names.count;
    if (symbols_intern(&states->names, name) == SYMBOL_NONE ||
        !memory_reserve(&states->tokens, &states->capacity, (size_t)before + 1,
                        sizeof *states->tokens))
        return error_memory(error);
    if (states->names.count > before)
        states->tokens[before] = token;
    return SPEX_OK;
}

/* ~w(a b)a */
static int word_list(const struct elixir_source *source, struct token_range range,
                     struct state_list *states, spex_error *error)
{
    const struct token *token = &source->tokens[range.at];
    const char *bytes = token_bytes(source, range.at);
    if (range.end != range.at + 1 || (bytes[1] != 'w' && bytes[1] != 'W') ||
        bytes[token->length - 1] != 'a' || token->flags & TOKEN_INTERPOLATED)
        return value_unknown(source, range, "the prunable states", expected_states, error);
    struct text words = {0};
    int status = SPEX_OK;
    if (!token_name(source, range.at, &words))
        status = token_error(source, range.at, error, "expected names without such escapes");
    text_append(&words, "");
    if (words.failed)
        status = error_memory(error);
    char *rest = status ? NULL : words.data, *word;
    while (!status && (word = strsep(&rest, " \t\r\n\f\v"))) {
        if (strlen(word) > SPEX_NAME_MAX)
            status = token_error(source, range.at, error, "expected names of at most %d bytes",
                                 SPEX_NAME_MAX);
        else if (*word)
            status = add_state(states, word, range.at, error);
    }
    text_release(&words);
    return status;
}

int value_prunable(const struct elixir_source *source, struct token_range range,
                   spex_prunable *prunable, struct state_list *states, spex_error *error)
{
    static const struct {
        const char *word;
        spex_prunable prunable;
    } words[] = {{":none", SPEX_PRUNABLE_NONE},
                 {":all", SPEX_PRUNABLE_ALL},
                 {":terminal", SPEX_PRUNABLE_TERMINAL}};
    for (int depth = 0; depth < DEPTH_MAX && range_inside(source, &range, "("); depth++)
        ;
    for (size_t i = 0; i < 3; i++)
        if (range.end == range.at + 1 &&
            token_is_kind(source, range.at, TOKEN_ATOM, words[i].word)) {
            *prunable = words[i].prunable;
            return SPEX_OK;
        }
    *prunable = SPEX_PRUNABLE_LIST;
    if (range.at < range.end && source->tokens[range.at].kind == TOKEN_SIGIL)
        return word_list(source, range, states, error);
    if (!range_inside(source, &range, "["))
        return value_unknown(source, range, "the prunable states", expected_states, error);
    struct token_range part;
    int status = SPEX_OK;
    while (!status && range_next(source, &range, &part)) {
        struct text name = {0};
        status = value_atom(source, part, "the prunable states", &name, error);
        if (!status)
            status = add_state(states, text_value(&name), part.at, error);
        text_release(&name);
    }
    return status;
}
