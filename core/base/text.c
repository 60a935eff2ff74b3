#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>
#include <xxhash.h>

#include "base/memory.h"

static bool reserve(struct text *text, size_t more)
{
    if (text->failed || more > SIZE_MAX / 2 - text->length ||
        !memory_reserve(&text->data, &text->capacity, text->length + more + 1, 1)) {
        text->failed = true;
        return false;
    }
    return true;
}

void text_append_bytes(struct text *text, const char *bytes, size_t length)
{
    if (!reserve(text, length))
        return;
    if (length)
        memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = '\0';
}

void text_append(struct text *text, const char *value)
{
    text_append_bytes(text, value, strlen(value));
}

void text_append_char(struct text *text, char value)
{
    text_append_bytes(text, &value, 1);
}

void text_vprintf(struct text *text, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    if (length < 0)
        text->failed = true;
    else if (reserve(text, (size_t)length)) {
        vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
}

void text_printf(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(text, format, arguments);
    va_end(arguments);
}

/* Characters that move, hide or reorder what is around them. */
static bool invisible(int32_t c)
{
    if (c >= ' ' && c < 0x7f)
        return false;
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xAD || c == 0x61C ||
           (c >= 0x200B && c <= 0x200F && c != 0x200D) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) ||
           (c >= 0xE0000 && c <= 0xE007F) || utf8proc_category(c) == UTF8PROC_CATEGORY_CN ||
           utf8proc_category(c) == UTF8PROC_CATEGORY_CS;
}

void text_append_json_bytes(struct text *text, const char *bytes, size_t length)
{
    text_append_char(text, '"');
    for (size_t i = 0; i < length;) {
        size_t taken;
        int32_t c = utf8_next(bytes + i, length - i, &taken);
        if (c == '"' || c == '\\')
            text_printf(text, "\\%c", (char)c);
        else if (c == '\n')
            text_append(text, "\\n");
        else if (c == '\t')
            text_append(text, "\\t");
        else if (c == '\r')
            text_append(text, "\\r");
        else if (c >= 0x10000 && invisible(c))
            text_printf(text, "\\u%04x\\u%04x", 0xD7C0 + ((unsigned)c >> 10),
                        0xDC00 + ((unsigned)c & 0x3FF));
        else if (c >= 0 && c < 0x10000 && invisible(c))
            text_printf(text, "\\u%04x", (unsigned)c);
        else if (c < 0)
            text_append(text, "\xEF\xBF\xBD");
        else
            text_append_bytes(text, bytes + i, taken);
        i += taken;
    }
    text_append_char(text, '"');
}

void text_append_json(struct text *text, const char *value)
{
    text_append_json_bytes(text, value, strlen(value));
}

void text_append_visible(struct text *text, const char *value)
{
    size_t length = strlen(value);
    for (size_t i = 0; i < length;) {
        size_t taken;
        int32_t c = utf8_next(value + i, length - i, &taken);
        if (c == '\n')
            text_append(text, "\\n");
        else if (c == '\t')
            text_append(text, "\\t");
        else if (c == '\r')
            text_append(text, "\\r");
        else if (c < 0)
            text_printf(text, "\\x%02X", (unsigned)(unsigned char)value[i]);
        else if (invisible(c))
            text_printf(text, c < 0x100 ? "\\x%02X" : "\\u{%X}", (unsigned)c);
        else
            text_append_bytes(text, value + i, taken);
        i += taken;
    }
}

void text_append_visible_lines(struct text *text, const char *value)
{
    struct text line = {0};
    for (size_t length; *value; value += length + (value[length] == '\n')) {
        length = strcspn(value, "\n");
        text_clear(&line);
        text_append_bytes(&line, value, length);
        text_append_visible(text, text_value(&line));
        if (value[length])
            text_append_char(text, '\n');
        text->failed |= line.failed;
    }
    text_release(&line);
}

const char *text_value(const struct text *text)
{
    return text->data ? text->data : "";
}

void text_clear(struct text *text)
{
    text->length = 0;
    text->failed = false;
    if (text->data)
        text->data[0] = '\0';
}

void text_release(struct text *text)
{
    free(text->data);
    memset(text, 0, sizeof *text);
}

char *text_take(struct text *text)
{
    if (!text->failed && !text->data)
        text_append(text, "");
    char *data = text->data;
    if (text->failed) {
        free(data);
        data = NULL;
    }
    memset(text, 0, sizeof *text);
    return data;
}

int32_t utf8_next(const char *bytes, size_t length, size_t *taken)
{
    *taken = 0;
    if (length == 0)
        return -1;
    *taken = 1;
    unsigned char first = (unsigned char)bytes[0];
    if (first < 0x80)
        return first;
    utf8proc_int32_t c;
    utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)bytes,
                                             (utf8proc_ssize_t)(length < 4 ? length : 4), &c);
    if (used <= 0)
        return -1;
    *taken = (size_t)used;
    return c;
}

bool utf8_valid(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length;) {
        size_t taken;
        if (utf8_next(bytes + i, length - i, &taken) < 0)
            return false;
        i += taken;
    }
    return true;
}

size_t utf8_grapheme(const char *bytes, size_t length)
{
    size_t taken;
    int32_t before = utf8_next(bytes, length, &taken);
    size_t end = taken;
    utf8proc_int32_t state = 0;
    while (before >= 0 && end < length) {
        int32_t next = utf8_next(bytes + end, length - end, &taken);
        if (next < 0 || (before < 0x80 && next < 0x80) ||
            utf8proc_grapheme_break_stateful(before, next, &state))
            break;
        end += taken;
        before = next;
    }
    return end;
}

int utf8_grapheme_width(const char *bytes, size_t length)
{
    int widest = 0;
    for (size_t i = 0; i < length;) {
        size_t taken;
        int32_t c = utf8_next(bytes + i, length - i, &taken);
        int width = c < 0 ? 1 : c < 0x80 ? c >= 0x20 : utf8proc_charwidth(c);
        if (c == 0xFE0F) /* emoji presentation */
            width = 2;
        if (width > widest)
            widest = width;
        i += taken;
    }
    return widest > 2 ? 2 : widest;
}

int utf8_width(const char *value)
{
    size_t length = strlen(value);
    int width = 0;
    for (size_t i = 0; i < length && width < 1 << 24;) {
        size_t taken = utf8_grapheme(value + i, length - i);
        width += utf8_grapheme_width(value + i, taken);
        i += taken;
    }
    return width;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool text_same(const char *left, const char *right)
{
    return left && right ? strcmp(left, right) == 0 : left == right;
}

int text_compare(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

size_t text_hash(const char *value)
{
    return (size_t)XXH3_64bits(value, strlen(value));
}

bool text_contains(const char *value, const char *part)
{
    for (;; value++) {
        size_t i = 0;
        while (part[i] && lower(value[i]) == lower(part[i]))
            i++;
        if (!part[i])
            return true;
        if (!*value)
            return false;
    }
}

unsigned text_distance(const char *left, const char *right)
{
    enum { LONGEST = 64, CUT = 16 };
    size_t n = strlen(left), m = strlen(right);
    if (n > LONGEST || m > LONGEST)
        return CUT;
    unsigned row[LONGEST + 1];
    for (size_t j = 0; j <= m; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            unsigned substitute = diagonal + (lower(left[i - 1]) != lower(right[j - 1]));
            diagonal = row[j];
            unsigned shortest = row[j] < row[j - 1] ? row[j] : row[j - 1];
            row[j] = shortest + 1 < substitute ? shortest + 1 : substitute;
        }
    }
    return row[m] < CUT ? row[m] : CUT;
}
