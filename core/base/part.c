#include "base/part.h"

#include <stdint.h>
#include <string.h>

#include "base/memory.h"

static unsigned char lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

struct text_part *text_part_create(const char *text)
{
    size_t length = strlen(text);
    struct text_part *part = memory_allocate(1, sizeof *part + length);
    if (!part)
        return NULL;
    part->length = length;
    for (size_t i = 0; i < length; i++)
        part->text[i] = lower((unsigned char)text[i]);
    return part;
}

static bool is_at(const struct text_part *part, const unsigned char *text)
{
    for (size_t i = 0; i < part->length; i++)
        if (lower(text[i]) != part->text[i])
            return false;
    return true;
}

enum { AT_ONCE = 16 };
typedef unsigned char many __attribute__((vector_size(AT_ONCE)));

/* Where one of the bytes may be this letter, or is this other sign. */
static many which_are(const unsigned char *bytes, unsigned char sign)
{
    many all;
    memcpy(&all, bytes, sizeof all);
    unsigned char fold = sign >= 'a' && sign <= 'z' ? 'a' - 'A' : 0;
    return (many)((all | fold) == ((many){0} | sign));
}

static bool are_any(many flags)
{
    uint64_t words[sizeof flags / sizeof(uint64_t)];
    memcpy(words, &flags, sizeof words);
    return (words[0] | words[1]) != 0;
}

/* Sixteen places at a time: only where the first byte and the last one fit is the rest looked
 * at. */
bool text_part_in(const struct text_part *part, const void *bytes, size_t length)
{
    const unsigned char *text = bytes;
    if (part->length == 0)
        return true;
    if (length < part->length)
        return false;
    size_t last = part->length - 1, places = length - last, at = 0;
    for (; at + AT_ONCE <= places; at += AT_ONCE) {
        many flags =
            which_are(text + at, part->text[0]) & which_are(text + at + last, part->text[last]);
        for (size_t i = 0; i < AT_ONCE && are_any(flags); i++)
            if (flags[i] && is_at(part, text + at + i))
                return true;
    }
    for (; at < places; at++)
        if (is_at(part, text + at))
            return true;
    return false;
}
