#include "format/elixir_tokens.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "base/memory.h"
#include "format/elixir_lexer.h"
#include "format/lines.h"

struct reading {
    struct lexer lexer;
    struct elixir_source *source;
    bool out_of_memory;
    uint32_t *open; /* the brackets and blocks that are open, as token numbers */
    size_t open_count;
    size_t open_capacity;
};

/* -------------------------------------------- statements and brackets */

static bool is_one_of(const struct elixir_source *source, size_t index, const char *const *words)
{
    for (; *words; words++)
        if (token_is(source, index, *words))
            return true;
    return false;
}

/* Whether a line that ends with this token goes on in the next one. */
static bool continues(const struct elixir_source *source, size_t index)
{
    static const char *const words[] = {"and", "or", "in", "not", "when", NULL};
    switch (source->tokens[index].kind) {
    case TOKEN_OPERATOR:
        return !token_is(source, index, "...");
    case TOKEN_IDENTIFIER:
        return is_one_of(source, index, words) &&
               !(index && token_is_kind(source, index - 1, TOKEN_OPERATOR, "."));
    case TOKEN_END_OF_LINE:
    case TOKEN_OPEN:
    case TOKEN_KEY:
        return true;
    default:
        return false;
    }
}

/* Whether a line that begins with this token belongs to the one before. */
static bool carries_on(const struct elixir_source *source, size_t index)
{
    static const char *const words[] = {"and", "or", "in", "when", NULL};
    static const char *const first[] = {"+", "-",   "!",   "^",  "&", "@",
                                        "%", "~~~", "...", "..", NULL};
    switch (source->tokens[index].kind) {
    case TOKEN_OPERATOR:
        return !is_one_of(source, index, first);
    case TOKEN_IDENTIFIER:
        return is_one_of(source, index, words);
    case TOKEN_OPEN:
        return token_is(source, index, "do");
    default:
        return false;
    }
}

static bool closes(const struct elixir_source *source, size_t opening, size_t closing)
{
    static const char *const pairs[][2] = {{"(", ")"},   {"[", "]"},    {"{", "}"},
                                           {"<<", ">>"}, {"do", "end"}, {"fn", "end"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (token_is(source, opening, pairs[i][0]))
            return token_is(source, closing, pairs[i][1]);
    return false;
}

/* Pairs brackets and blocks; false: the last token closes nothing that is open. */
static bool pair(struct reading *reading)
{
    struct elixir_source *source = reading->source;
    size_t last = source->count - 1;
    if (source->tokens[last].kind == TOKEN_OPEN) {
        if (!memory_reserve(&reading->open, &reading->open_capacity, reading->open_count + 1,
                            sizeof *reading->open)) {
            reading->out_of_memory = true;
            return false;
        }
        reading->open[reading->open_count++] = (uint32_t)last;
    } else if (source->tokens[last].kind == TOKEN_CLOSE) {
        if (!reading->open_count || !closes(source, reading->open[reading->open_count - 1], last))
            return false;
        source->tokens[reading->open[--reading->open_count]].match = (uint32_t)last;
    }
    return true;
}

static bool line_break(const struct elixir_source *source, const struct token *token)
{
    return token->kind == TOKEN_END_OF_LINE && source->bytes[token->offset] == '\n';
}

/* Adds the token, leaving out line breaks that end no statement; then as pair. */
static bool push(struct reading *reading, const struct token *token)
{
    struct elixir_source *source = reading->source;
    if (source->count && line_break(source, token) && continues(source, source->count - 1))
        return true;
    if (!memory_reserve(&source->tokens, &source->capacity, source->count + 1,
                        sizeof *source->tokens)) {
        reading->out_of_memory = true;
        return false;
    }
    source->tokens[source->count++] = *token;
    size_t last = source->count - 1;
    if (last && line_break(source, &source->tokens[last - 1]) && carries_on(source, last)) {
        source->tokens[last - 1] = *token;
        source->count--;
    }
    return pair(reading);
}

/* A token that cannot be read. */
static void note_trouble(struct reading *reading)
{
    const struct lexer *lexer = &reading->lexer;
    struct elixir_source *source = reading->source;
    unsigned line, column;
    text_place(source->bytes, lexer->trouble_at, &line, &column);
    if (lexer->trouble_line == line)
        error_place(&source->problem, source->file, line, column, "expected %s", lexer->trouble);
    else
        error_place(&source->problem, source->file, line, column,
                    "expected %s that began in line %u", lexer->trouble, lexer->trouble_line);
}

/* The last token closes what is not open, or ends the file while something is open. */
static void note_imbalance(struct reading *reading)
{
    static const char *const closing[][2] = {{"(", ")"},   {"[", "]"},    {"{", "}"},
                                             {"<<", ">>"}, {"do", "end"}, {"fn", "end"}};
    struct elixir_source *source = reading->source;
    const struct token *last = &source->tokens[source->count - 1];
    unsigned line, column;
    text_place(source->bytes, source->bytes + last->offset, &line, &column);
    bool ended = last->kind == TOKEN_END_OF_FILE;
    const char *found = ended ? "the end of the file" : token_bytes(source, source->count - 1);
    int length = ended ? (int)strlen(found) : (int)last->length;
    if (!reading->open_count) {
        error_place(&source->problem, source->file, line, column,
                    "found `%.*s`, but nothing is open that it could end", length, found);
        return;
    }
    size_t opening = reading->open[reading->open_count - 1], kind = 0;
    while (kind < 5 && !token_is(source, opening, closing[kind][0]))
        kind++;
    error_place(&source->problem, source->file, line, column,
                "expected `%s` for the `%s` in line %u, found %.*s", closing[kind][1],
                closing[kind][0], source->tokens[opening].line, length, found);
}

/* False when memory is out. */
static bool read_all(struct reading *reading)
{
    struct elixir_source *source = reading->source;
    struct token token;
    for (;;) {
        if (!lexer_next(&reading->lexer, &token)) {
            note_trouble(reading);
            break;
        }
        if (!push(reading, &token)) {
            if (reading->out_of_memory)
                return false;
            note_imbalance(reading);
            source->count--;
            break;
        }
        if (token.kind == TOKEN_END_OF_FILE) {
            if (reading->open_count)
                note_imbalance(reading);
            return true;
        }
    }
    token.kind = TOKEN_END_OF_FILE;
    token.length = 0;
    return push(reading, &token);
}

int elixir_tokenize(struct elixir_source *source, const char *file, const char *bytes,
                    size_t length, spex_error *error)
{
    struct lines text;
    *source = (struct elixir_source){.file = file, .bytes = bytes};
    int status = lines_start(&text, file, bytes, length, error);
    if (status)
        return status;
    if (length >= UINT32_MAX)
        return error_place(error, file, 0, 0, "expected a source of less than 4 GiB");
    struct reading reading = {
        .lexer = {.bytes = bytes, .at = text.next, .end = bytes + length, .line = 1},
        .source = source};
    bool read = read_all(&reading);
    for (size_t i = 0; read && i < reading.open_count; i++)
        source->tokens[reading.open[i]].match = (uint32_t)source->count - 1;
    free(reading.open);
    if (!read) {
        elixir_source_release(source);
        return error_memory(error);
    }
    return SPEX_OK;
}

void elixir_source_release(struct elixir_source *source)
{
    free(source->tokens);
    *source = (struct elixir_source){0};
}

/* --------------------------------------------------- looking at tokens */

const char *token_bytes(const struct elixir_source *source, size_t index)
{
    return source->bytes + source->tokens[index].offset;
}

bool token_is(const struct elixir_source *source, size_t index, const char *word)
{
    if (index >= source->count) /* looking ahead of the end finds nothing */
        return false;
    const struct token *token = &source->tokens[index];
    return strlen(word) == token->length &&
           memcmp(source->bytes + token->offset, word, token->length) == 0;
}

bool token_is_kind(const struct elixir_source *source, size_t index, enum token_kind kind,
                   const char *word)
{
    return token_is(source, index, word) && source->tokens[index].kind == kind;
}

int token_error(const struct elixir_source *source, size_t index, spex_error *error,
                const char *format, ...)
{
    char message[800];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    unsigned line, column;
    text_place(source->bytes, token_bytes(source, index), &line, &column);
    return error_place(error, source->file, line, column, "%s", message);
}

/* ---------------------------------------------------------------- names */

static bool append_code_point(struct text *name, long value)
{
    utf8proc_uint8_t bytes[4];
    if (value <= 0 || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return false;
    utf8proc_ssize_t count = utf8proc_encode_char((utf8proc_int32_t)value, bytes);
    text_append_bytes(name, (const char *)bytes, (size_t)count);
    return true;
}

static int hexadecimal(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The digits behind \x or \u: in braces, or up to `most` of them. */
static bool append_numbered(struct text *name, const char **at, const char *end, int most)
{
    long value = 0;
    int digits = 0;
    bool braces = *at < end && **at == '{';
    *at += braces;
    for (; *at < end && digits < (braces ? 6 : most) && hexadecimal(**at) >= 0; ++*at, digits++)
        value = value * 16 + hexadecimal(**at);
    if (!digits || (braces && (*at == end || *(*at)++ != '}')))
        return false;
    /* \x80 and above would be a byte alone, which is no text. */
    return (most != 2 || braces || value < 0x80) && append_code_point(name, value);
}

static bool append_escape(struct text *name, const char **at, const char *end)
{
    static const char letters[] = "abdefnrstv", meant[] = "\a\b\x7f\x1b\f\n\r \t\v";
    char c = *(*at)++;
    const char *letter = c ? strchr(letters, c) : NULL;
    if (c == 'x' || c == 'u')
        return append_numbered(name, at, end, c == 'x' ? 2 : 4);
    if (c == '0')
        return false;
    if (letter)
        text_append_char(name, meant[letter - letters]);
    else if (c != '\n')
        text_append_char(name, c);
    return true;
}

static bool append_unescaped(struct text *name, const char *at, const char *end)
{
    while (at < end) {
        if (*at != '\\' || at + 1 == end) {
            text_append_char(name, *at++);
        } else {
            at++;
            if (!append_escape(name, &at, end))
                return false;
        }
    }
    return true;
}

static bool sigil_name(const char *at, const char *end, struct text *name)
{
    bool raw = at[1] >= 'A' && at[1] <= 'Z';
    at += 2;
    while (raw && ((*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9')))
        at++;
    bool heredoc = end - at >= 6 && (*at == '"' || *at == '\'') && at[1] == *at && at[2] == *at;
    char closing = end[-1];
    while ((closing >= 'a' && closing <= 'z') || (closing >= 'A' && closing <= 'Z'))
        closing = (--end)[-1];
    at += heredoc ? 3 : 1;
    end -= heredoc ? 3 : 1;
    if (!raw)
        return append_unescaped(name, at, end);
    text_append_bytes(name, at, (size_t)(end - at));
    return true;
}

bool token_name(const struct elixir_source *source, size_t index, struct text *name)
{
    const struct token *token = &source->tokens[index];
    const char *at = source->bytes + token->offset, *end = at + token->length;
    bool quoted = token->flags & TOKEN_QUOTED;
    if (token->kind == TOKEN_SIGIL)
        return sigil_name(at, end, name);
    if (token->kind == TOKEN_ATOM)
        at++;
    else if (token->kind == TOKEN_KEY)
        end--;
    if (quoted)
        return append_unescaped(name, at + 1, end - 1);
    text_append_bytes(name, at, (size_t)(end - at));
    return true;
}
