#include "base/part.h"

#include <string.h>

#include "base/memory.h"

static unsigned char lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

static unsigned char upper(unsigned char c)
{
    return c >= 'a' && c <= 'z' ? (unsigned char)(c - 32) : c;
}

struct text_part *text_part_create(const char *text)
{
    size_t length = strlen(text);
    struct text_part *part = memory_allocate(1, sizeof *part + length);
    if (!part)
        return NULL;
    part->length = length;
    memset(part->skip, length < 255 ? (int)length : 255, sizeof part->skip);
    for (size_t i = 0; i < length; i++) {
        size_t behind = length - 1 - i;
        unsigned char c = lower((unsigned char)text[i]);
        part->text[i] = c;
        if (behind)
            part->skip[c] = part->skip[upper(c)] = behind < 255 ? (unsigned char)behind : 255;
    }
    return part;
}

/* Boyer, Moore and Horspool's: from the last byte backwards. */
bool text_part_in(const struct text_part *part, const void *bytes, size_t length)
{
    const unsigned char *text = bytes;
    size_t last = part->length - 1;
    if (part->length == 0)
        return true;
    for (size_t at = last; at < length; at += part->skip[text[at]]) {
        size_t i = 0;
        while (i < part->length && lower(text[at - i]) == part->text[last - i])
            i++;
        if (i == part->length)
            return true;
    }
    return false;
}
