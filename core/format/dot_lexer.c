#include "format/dot_lexer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "format/lines.h"

void dot_lexer_start(struct dot_lexer *lexer, const char *bytes, size_t length)
{
    *lexer = (struct dot_lexer){.bytes = bytes, .at = bytes, .end = bytes + length};
    if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        lexer->at += 3;
}

void dot_lexer_release(struct dot_lexer *lexer)
{
    text_release(&lexer->value);
}

static bool wrong(struct dot_lexer *lexer, const char *at, const char *trouble)
{
    lexer->kind = DOT_WRONG;
    lexer->start = at;
    lexer->trouble = trouble;
    return false;
}

static bool begins(const struct dot_lexer *lexer, const char *word)
{
    size_t length = strlen(word);
    return (size_t)(lexer->end - lexer->at) >= length && memcmp(lexer->at, word, length) == 0;
}

/* Blanks, comments, and lines of a preprocessor. False: a comment without an end. */
static bool skip_blanks(struct dot_lexer *lexer)
{
    while (lexer->at < lexer->end) {
        bool line_start = lexer->at == lexer->bytes || lexer->at[-1] == '\n';
        if (*lexer->at == '\n' || blank(*lexer->at)) {
            lexer->at++;
        } else if (begins(lexer, "//") || (line_start && *lexer->at == '#')) {
            const char *newline = memchr(lexer->at, '\n', (size_t)(lexer->end - lexer->at));
            lexer->at = newline ? newline : lexer->end;
        } else if (begins(lexer, "/*")) {
            const char *close =
                memmem(lexer->at + 2, (size_t)(lexer->end - lexer->at - 2), "*/", 2);
            if (!close)
                return wrong(lexer, lexer->at, "the end of this comment, */");
            lexer->at = close + 2;
        } else {
            break;
        }
    }
    return true;
}

static bool starts_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "..." with \" for a quote; a line may be broken behind a backslash. */
static bool read_quoted(struct dot_lexer *lexer)
{
    const char *opening = lexer->at++;
    const char *piece = lexer->at;
    for (; lexer->at < lexer->end && *lexer->at != '"'; lexer->at++) {
        if (*lexer->at != '\\' || lexer->at + 1 == lexer->end)
            continue;
        char next = lexer->at[1];
        if (next == '"' || next == '\n') {
            text_append_bytes(&lexer->value, piece, (size_t)(lexer->at - piece));
            piece = lexer->at + (next == '"' ? 1 : 2);
        }
        lexer->at++;
    }
    if (lexer->at >= lexer->end)
        return wrong(lexer, opening, "the quote that ends this text");
    text_append_bytes(&lexer->value, piece, (size_t)(lexer->at - piece));
    lexer->at++;
    lexer->quoted = true;
    return true;
}

/* "..." + "..." */
static bool read_texts(struct dot_lexer *lexer)
{
    while (true) {
        if (!read_quoted(lexer))
            return false;
        const char *behind = lexer->at;
        if (!skip_blanks(lexer))
            return false;
        if (lexer->at >= lexer->end || *lexer->at != '+') {
            lexer->at = behind;
            return true;
        }
        lexer->at++;
        if (!skip_blanks(lexer))
            return false;
        if (lexer->at >= lexer->end || *lexer->at != '"')
            return wrong(lexer, lexer->at, "a quoted text behind +");
    }
}

static bool read_html(struct dot_lexer *lexer)
{
    const char *opening = lexer->at++;
    size_t depth = 1;
    const char *content = lexer->at;
    for (; lexer->at < lexer->end; lexer->at++) {
        depth += *lexer->at == '<';
        depth -= *lexer->at == '>';
        if (depth == 0) {
            text_append_bytes(&lexer->value, content, (size_t)(lexer->at - content));
            lexer->at++;
            lexer->html = true;
            return true;
        }
    }
    return wrong(lexer, opening, "the > that ends this HTML text");
}

static void read_word(struct dot_lexer *lexer)
{
    const char *from = lexer->at;
    while (lexer->at < lexer->end && (starts_word(*lexer->at) || digit(*lexer->at)))
        lexer->at++;
    text_append_bytes(&lexer->value, from, (size_t)(lexer->at - from));
}

static bool read_number(struct dot_lexer *lexer)
{
    const char *from = lexer->at;
    bool point = false, digits = false;
    if (*lexer->at == '-')
        lexer->at++;
    for (; lexer->at < lexer->end && (digit(*lexer->at) || (*lexer->at == '.' && !point));
         lexer->at++) {
        point |= *lexer->at == '.';
        digits |= digit(*lexer->at);
    }
    if (!digits || (lexer->at < lexer->end && starts_word(*lexer->at)))
        return wrong(lexer, from, "a name or a number");
    text_append_bytes(&lexer->value, from, (size_t)(lexer->at - from));
    return true;
}

void dot_next(struct dot_lexer *lexer)
{
    text_clear(&lexer->value);
    lexer->quoted = lexer->html = false;
    lexer->sign = '\0';
    if (lexer->kind == DOT_WRONG || !skip_blanks(lexer))
        return;
    lexer->start = lexer->at;
    lexer->kind = DOT_ID;
    char c = lexer->at < lexer->end ? *lexer->at : '\0';
    if (lexer->at >= lexer->end) {
        lexer->kind = DOT_END;
    } else if (begins(lexer, "->") || begins(lexer, "--")) {
        lexer->kind = begins(lexer, "->") ? DOT_EDGE : DOT_LINE;
        lexer->at += 2;
    } else if (c == '"') {
        read_texts(lexer);
    } else if (c == '<') {
        read_html(lexer);
    } else if (starts_word(c)) {
        read_word(lexer);
    } else if (digit(c) || c == '.' || c == '-') {
        read_number(lexer);
    } else if (strchr("{}[]=,;:", c)) {
        lexer->kind = DOT_OTHER;
        lexer->sign = c;
        lexer->at++;
    } else {
        wrong(lexer, lexer->at, "a statement of DOT");
    }
}

bool dot_word(const struct dot_lexer *lexer, const char *word)
{
    return lexer->kind == DOT_ID && !lexer->quoted && !lexer->html &&
           strcasecmp(text_value(&lexer->value), word) == 0;
}

bool dot_sign(const struct dot_lexer *lexer, char sign)
{
    return lexer->kind == DOT_OTHER && lexer->sign == sign;
}

/* ---------------------------------------------------------------- labels */

static void append_code_point(struct text *text, unsigned long c)
{
    if (c < 0x80) {
        text_append_char(text, (char)c);
    } else if (c < 0x800) {
        text_append_char(text, (char)(0xc0 | c >> 6));
        text_append_char(text, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        text_append_char(text, (char)(0xe0 | c >> 12));
        text_append_char(text, (char)(0x80 | (c >> 6 & 0x3f)));
        text_append_char(text, (char)(0x80 | (c & 0x3f)));
    } else {
        text_append_char(text, (char)(0xf0 | c >> 18));
        text_append_char(text, (char)(0x80 | (c >> 12 & 0x3f)));
        text_append_char(text, (char)(0x80 | (c >> 6 & 0x3f)));
        text_append_char(text, (char)(0x80 | (c & 0x3f)));
    }
}

/* &amp; and its like; how many bytes it is, 0: none. */
static size_t append_entity(const char *at, struct text *text)
{
    static const struct {
        const char *name, *meaning;
    } entities[] = {{"&amp;", "&"},   {"&lt;", "<"},      {"&gt;", ">"},
                    {"&quot;", "\""}, {"&apos;", "'"},    {"&nbsp;", " "},
                    {"&tau;", "τ"},   {"&epsilon;", "ε"}, {"&lambda;", "λ"}};
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        if (strncmp(at, entities[i].name, strlen(entities[i].name)) == 0) {
            text_append(text, entities[i].meaning);
            return strlen(entities[i].name);
        }
    if (at[1] != '#')
        return 0;
    bool hex = at[2] == 'x' || at[2] == 'X';
    const char *digits = at + 2 + hex;
    char *end;
    if (!strchr("0123456789abcdefABCDEF", *digits) || !*digits)
        return 0;
    unsigned long c = strtoul(digits, &end, hex ? 16 : 10);
    if (*end != ';' || c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return 0;
    append_code_point(text, c);
    return (size_t)(end + 1 - at);
}

/* An escape; how many bytes it is. */
static size_t append_escape(const char *at, const char *name, struct text *text)
{
    switch (at[1]) {
    case '\0':
        text_append_char(text, '\\');
        return 1;
    case 'n':
    case 'l':
    case 'r':
        text_append_char(text, '\n');
        break;
    case 'N':
        text_append(text, name);
        break;
    default:
        text_append_char(text, at[1]);
    }
    return 2;
}

void dot_label(const struct text *value, bool html, const char *name, struct text *label)
{
    struct text whole = {0};
    for (const char *at = text_value(value); *at;) {
        size_t taken = *at == '&' ? append_entity(at, &whole) : 0;
        if (!taken && *at == '\\' && !html) {
            taken = append_escape(at, name, &whole);
        } else if (!taken && *at == '<' && html) {
            const char *close = strchr(at, '>');
            taken = close ? (size_t)(close + 1 - at) : strlen(at);
        } else if (!taken) {
            bool line = html && (*at == '\n' || *at == '\t' || *at == '\r');
            text_append_char(&whole, line ? ' ' : *at);
            taken = 1;
        }
        at += taken;
    }
    const char *bytes = text_value(&whole);
    size_t length = whole.length;
    while (length && (blank(*bytes) || *bytes == '\n'))
        bytes++, length--;
    while (length && (blank(bytes[length - 1]) || bytes[length - 1] == '\n'))
        length--;
    text_append_bytes(label, bytes, length);
    label->failed |= whole.failed;
    text_release(&whole);
}
