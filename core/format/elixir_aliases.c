/* Which module a name means, after the `alias` lines before it. */
#include "format/elixir_injection.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const char *meaning_of(const struct elixir_aliases *aliases, const char *name, size_t length)
{
    for (size_t i = aliases->count; i-- > 0;)
        if (strlen(aliases->items[i].name) == length &&
            memcmp(aliases->items[i].name, name, length) == 0)
            return aliases->items[i].meaning;
    return NULL;
}

/* Behind the name Foo.Bar that begins here; `at` itself if there is none. */
static size_t behind_name(const struct elixir_source *source, size_t at)
{
    if (source->tokens[at].kind != TOKEN_ALIAS)
        return at;
    for (at++; token_is_kind(source, at, TOKEN_OPERATOR, ".") &&
               source->tokens[at + 1].kind == TOKEN_ALIAS;
         at += 2)
        ;
    return at;
}

/* Appends the full name that Foo.Bar means; with `inside`, it stands in Outer.{...}. */
static void append_meaning(const struct elixir_aliases *aliases, const struct elixir_source *source,
                           struct token_range name, const char *inside, struct text *full)
{
    size_t first = source->tokens[name.at].length;
    const char *bytes = token_bytes(source, name.at);
    const char *meaning = inside ? NULL : meaning_of(aliases, bytes, first);
    if (inside)
        text_printf(full, "%s.", inside);
    if (meaning)
        text_append(full, meaning);
    else if (inside || first != 6 || memcmp(bytes, "Elixir", 6) != 0 || name.end == name.at + 1)
        text_append_bytes(full, bytes, first);
    for (size_t i = name.at + 1; i + 1 < name.end; i += 2) {
        if (full->length)
            text_append_char(full, '.');
        text_append_bytes(full, token_bytes(source, i + 1), source->tokens[i + 1].length);
    }
}

static bool add(struct elixir_aliases *aliases, const char *name, size_t length,
                const struct text *full)
{
    if (full->failed || !memory_reserve(&aliases->items, &aliases->capacity, aliases->count + 1,
                                        sizeof *aliases->items))
        return false;
    struct elixir_alias *alias = &aliases->items[aliases->count];
    alias->name = memory_copy_bytes(name, length);
    alias->meaning = memory_copy_text(text_value(full));
    if (alias->name && alias->meaning) {
        aliases->count++;
        return true;
    }
    free(alias->name);
    free(alias->meaning);
    return false;
}

static bool learn_one(struct elixir_aliases *aliases, const struct elixir_source *source,
                      struct token_range name, size_t as, const char *inside)
{
    struct text full = {0};
    append_meaning(aliases, source, name, inside, &full);
    size_t last = as ? as : name.end - 1;
    bool learned = add(aliases, token_bytes(source, last), source->tokens[last].length, &full);
    text_release(&full);
    return learned;
}

/* Outer.{A, B.C} */
static bool learn_several(struct elixir_aliases *aliases, const struct elixir_source *source,
                          struct token_range outer, struct token_range names)
{
    struct text full = {0};
    struct token_range part;
    append_meaning(aliases, source, outer, NULL, &full);
    bool learned = !full.failed;
    while (learned && range_next(source, &names, &part))
        if (part.at < part.end && behind_name(source, part.at) == part.end)
            learned = learn_one(aliases, source, part, 0, text_value(&full));
    text_release(&full);
    return learned;
}

bool elixir_aliases_learn(struct elixir_aliases *aliases, const struct elixir_source *source,
                          struct token_range statement)
{
    struct token_range arguments = {statement.at + 1, statement.end};
    range_inside(source, &arguments, "(");
    if (arguments.at >= arguments.end)
        return true;
    size_t after = behind_name(source, arguments.at);
    struct token_range name = {arguments.at, after};
    if (after == arguments.at || after > arguments.end)
        return true;
    if (after == arguments.end)
        return learn_one(aliases, source, name, 0, NULL);
    if (token_is_kind(source, after, TOKEN_OPERATOR, ".") &&
        token_is_kind(source, after + 1, TOKEN_OPEN, "{"))
        return learn_several(aliases, source, name,
                             (struct token_range){after + 2, source->tokens[after + 1].match});
    if (token_is_kind(source, after, TOKEN_OPERATOR, ",") &&
        token_is_kind(source, after + 1, TOKEN_KEY, "as:") &&
        source->tokens[after + 2].kind == TOKEN_ALIAS)
        return learn_one(aliases, source, name, after + 2, NULL);
    return true;
}

void elixir_aliases_forget(struct elixir_aliases *aliases, size_t kept)
{
    while (aliases->count > kept) {
        struct elixir_alias *alias = &aliases->items[--aliases->count];
        free(alias->name);
        free(alias->meaning);
    }
}

/* Takes `part` off the front of *module. */
static bool matches(const char **module, const char *part, size_t length)
{
    if (strncmp(*module, part, length) != 0)
        return false;
    *module += length;
    return true;
}

bool elixir_aliases_mean(const struct elixir_aliases *aliases, const struct elixir_source *source,
                         struct token_range arguments, const char *module)
{
    if (arguments.at >= arguments.end)
        return false;
    size_t i = arguments.at, after = behind_name(source, i);
    if (after == i || after > arguments.end ||
        (after < arguments.end && !token_is_kind(source, after, TOKEN_OPERATOR, ",")))
        return false;
    bool absolute = token_is(source, i, "Elixir") && after > i + 1;
    i += absolute ? 2 : 0;
    const char *meaning =
        absolute ? NULL : meaning_of(aliases, token_bytes(source, i), source->tokens[i].length);
    if (!(meaning ? matches(&module, meaning, strlen(meaning))
                  : matches(&module, token_bytes(source, i), source->tokens[i].length)))
        return false;
    for (i++; i + 1 < after; i += 2)
        if (!matches(&module, ".", 1) ||
            !matches(&module, token_bytes(source, i + 1), source->tokens[i + 1].length))
            return false;
    return !*module;
}

size_t elixir_hidden_use(const struct elixir_source *source, const struct elixir_aliases *aliases,
                         struct token_range statement)
{
    for (size_t i = statement.at; i < statement.end; i++) {
        if (!token_is_kind(source, i, TOKEN_IDENTIFIER, "use") ||
            (i && token_is_kind(source, i - 1, TOKEN_OPERATOR, ".")))
            continue;
        struct token_range arguments = {i + 1, i + 1};
        bool brackets = token_is_kind(source, i + 1, TOKEN_OPEN, "(");
        arguments.at += brackets;
        arguments.end = behind_name(source, arguments.at);
        if (elixir_aliases_mean(aliases, source, arguments, "Spex.Specification"))
            return i;
    }
    return statement.end;
}
