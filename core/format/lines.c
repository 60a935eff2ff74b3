#include "format/lines.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/specification.h"

void trim(const char **bytes, size_t *length)
{
    while (*length && blank(**bytes)) {
        ++*bytes;
        --*length;
    }
    while (*length && blank((*bytes)[*length - 1]))
        --*length;
}

unsigned text_columns(const char *bytes, size_t length)
{
    unsigned columns = 0;
    for (size_t i = 0; i < length; columns++) {
        size_t taken;
        utf8_next(bytes + i, length - i, &taken);
        i += taken;
    }
    return columns;
}

const char *lines_begin(const char *bytes, size_t length)
{
    return length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? bytes + 3 : bytes;
}

void text_place(const char *bytes, const char *at, unsigned *line, unsigned *column)
{
    const char *start = lines_begin(bytes, (size_t)(at - bytes));
    *line = 1;
    for (const char *next; (next = memchr(start, '\n', (size_t)(at - start))); start = next + 1)
        ++*line;
    *column = text_columns(start, (size_t)(at - start)) + 1;
}

/* The first byte that no text has, or NULL. */
static const char *first_bad_byte(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length;) {
        size_t taken;
        if (utf8_next(bytes + i, length - i, &taken) <= 0)
            return bytes + i;
        i += taken;
    }
    return NULL;
}

int lines_start(struct lines *lines, const char *file, const char *bytes, size_t length,
                spex_error *error)
{
    const char *bad = first_bad_byte(bytes, length);
    if (bad) {
        unsigned line, column;
        text_place(bytes, bad, &line, &column);
        return error_place(error, file, line, column,
                           "expected text in UTF-8, found the byte 0x%02X",
                           (unsigned)(unsigned char)*bad);
    }
    *lines = (struct lines){
        .file = file, .next = lines_begin(bytes, length), .end = bytes + length, .line = bytes};
    return SPEX_OK;
}

bool lines_next(struct lines *lines)
{
    if (lines->next == lines->end)
        return false;
    size_t left = (size_t)(lines->end - lines->next);
    const char *newline = memchr(lines->next, '\n', left);
    lines->line = lines->next;
    lines->length = newline ? (size_t)(newline - lines->next) : left;
    lines->next = newline ? newline + 1 : lines->end;
    while (lines->length && lines->line[lines->length - 1] == '\r')
        lines->length--;
    lines->number++;
    return true;
}

bool lines_next_filled(struct lines *lines)
{
    while (lines_next(lines))
        for (size_t i = 0; i < lines->length; i++)
            if (!blank(lines->line[i]))
                return true;
    return false;
}

int lines_error(const struct lines *lines, const char *at, spex_error *error, const char *format,
                ...)
{
    char message[800];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    unsigned column = text_columns(lines->line, (size_t)(at - lines->line)) + 1;
    return error_place(error, lines->file, lines->number ? lines->number : 1, column, "%s",
                       message);
}

int lines_name_check(const struct lines *lines, const char *what, const char *bytes, size_t length,
                     spex_error *error)
{
    if (length && length <= SPEX_NAME_MAX)
        return SPEX_OK;
    if (!length)
        return lines_error(lines, bytes, error, "%s is missing", what);
    return lines_error(lines, bytes, error, "%s is longer than %d bytes", what, SPEX_NAME_MAX);
}

void suggestion(char buffer[SUGGESTION_SIZE], const char *bytes, size_t length,
                const char *const *candidates, size_t count)
{
    char word[65];
    buffer[0] = '\0';
    if (length >= sizeof word)
        return;
    memcpy(word, bytes, length);
    word[length] = '\0';
    unsigned nearest = 2 + (unsigned)length / 4;
    for (size_t i = 0; i < count; i++) {
        unsigned distance = text_distance(word, candidates[i]);
        if (distance < nearest) {
            nearest = distance;
            snprintf(buffer, SUGGESTION_SIZE, "; did you mean '%.100s'?", candidates[i]);
        }
    }
}
