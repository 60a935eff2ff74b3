#include "format/elixir_config.h"

#include <string.h>

#include "format/elixir_values.h"

/* The text of a string without escapes and interpolations. */
static bool plain_text(const struct elixir_source *source, size_t index, struct text *value)
{
    const struct token *token = &source->tokens[index];
    const char *bytes = token_bytes(source, index);
    if (token->kind != TOKEN_STRING || token->flags & TOKEN_INTERPOLATED || token->length < 2 ||
        bytes[0] != '"' || bytes[token->length - 1] != '"' ||
        (token->length >= 6 && memcmp(bytes, "\"\"\"", 3) == 0) ||
        memchr(bytes, '\\', token->length))
        return false;
    text_append_bytes(value, bytes + 1, token->length - 2);
    return true;
}

/* `Path.expand("../models", __DIR__)`, which is relative to the folder of the file. */
static bool expanded_text(const struct elixir_source *source, struct token_range range,
                          struct text *value)
{
    static const char *const words[] = {"Path", ".", "expand", "("};
    for (size_t i = 0; i < 4; i++)
        if (range.at + i >= range.end || !token_is(source, range.at + i, words[i]))
            return false;
    size_t at = range.at + 4;
    if (at + 4 != range.end || !token_is(source, at + 1, ",") ||
        !token_is(source, at + 2, "__DIR__"))
        return false;
    text_append(value, "config/");
    return plain_text(source, at, value);
}

static void take_value(const struct elixir_source *source, struct token_range range,
                       struct elixir_setting *setting)
{
    struct text value = {0};
    range_trim(source, &range);
    if (range.at >= range.end)
        return;
    setting->line = source->tokens[range.at].line;
    setting->found = (range.end == range.at + 1 && plain_text(source, range.at, &value)) ||
                     expanded_text(source, range, &value);
    setting->unknown = !setting->found;
    if (setting->found) {
        text_clear(&setting->value);
        text_append(&setting->value, text_value(&value));
    }
    setting->value.failed |= value.failed;
    text_release(&value);
}

/* `key: value`, in any order. */
static void take_options(const struct elixir_source *source, struct token_range options,
                         struct elixir_setting *settings, size_t count)
{
    struct token_range part;
    while (range_inside(source, &options, "[") || range_inside(source, &options, "("))
        ;
    while (range_next(source, &options, &part))
        for (size_t i = 0; i < count; i++)
            if (part.at < part.end && token_is_kind(source, part.at, TOKEN_KEY, settings[i].key))
                take_value(source, (struct token_range){part.at + 1, part.end}, &settings[i]);
}

/* Behind `config`: `:spex, key: value ...` or `:spex, :key, value`. */
static void take_statement(const struct elixir_source *source, struct token_range rest,
                           struct elixir_setting *settings, size_t count)
{
    struct token_range part, options;
    range_inside(source, &rest, "(");
    if (!range_next(source, &rest, &part) || part.end != part.at + 1 ||
        !token_is_kind(source, part.at, TOKEN_ATOM, ":spex"))
        return;
    options = rest;
    if (range_next(source, &rest, &part) && part.end == part.at + 1 &&
        source->tokens[part.at].kind == TOKEN_ATOM) {
        const struct token *atom = &source->tokens[part.at];
        for (size_t i = 0; i < count; i++)
            if (strlen(settings[i].key) == atom->length &&
                memcmp(settings[i].key, token_bytes(source, part.at) + 1, atom->length - 1) == 0)
                take_value(source, rest, &settings[i]);
        return;
    }
    take_options(source, options, settings, count);
}

/* A statement goes on behind a comma at the end of a line. */
static size_t statement_end(const struct elixir_source *source, size_t at)
{
    for (; at < source->count - 1; at = token_after(source, at))
        if (source->tokens[at].kind == TOKEN_END_OF_LINE &&
            !token_is_kind(source, at - 1, TOKEN_OPERATOR, ","))
            break;
    return at;
}

int elixir_config_read(const char *file, const char *bytes, size_t length,
                       struct elixir_setting *settings, size_t count, spex_error *error)
{
    struct elixir_source source;
    int status = elixir_tokenize(&source, file, bytes, length, error);
    if (status)
        return status == SPEX_ERROR_MEMORY ? status : SPEX_OK;
    for (size_t i = 0; i + 1 < source.count; i++) {
        bool begins = i == 0 || source.tokens[i - 1].kind == TOKEN_END_OF_LINE ||
                      source.tokens[i - 1].kind == TOKEN_OPEN;
        if (begins && token_is_kind(&source, i, TOKEN_IDENTIFIER, "config"))
            take_statement(&source, (struct token_range){i + 1, statement_end(&source, i + 1)},
                           settings, count);
    }
    elixir_source_release(&source);
    for (size_t i = 0; i < count; i++)
        if (settings[i].value.failed)
            return error_memory(error);
    return SPEX_OK;
}
