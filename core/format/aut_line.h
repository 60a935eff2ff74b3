/* One line of a .aut file: `(from, label, to)`, the label quoted or not. */
#ifndef FORMAT_AUT_LINE_H
#define FORMAT_AUT_LINE_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "format/lines.h"

/* So many bytes in front of a line and behind it can be read, whatever they are. */
enum { AUT_MARGIN = 8 };

struct aut_line {
    uint64_t from;
    uint64_t to;
    const char *from_at; /* where the numbers stand, for messages */
    const char *to_at;
    const char *label;
    size_t label_length;
};

/* What the line lacks at *at, or NULL: it is a transition. */
const char *aut_line_read(const char *start, const char *end, struct aut_line *line,
                          const char **at);
static inline const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && blank(*at))
        at++;
    return at;
}

/* Digits up to `end`; the number is cut at UINT64_MAX / 16, far beyond any count. */
const char *aut_number_read(const char *at, const char *end, uint64_t *number);

static inline uint64_t aut_load(const char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return le64toh(word);
}

/* A digit becomes its value; of `others` a bit is set in each byte that is none. */
static inline uint64_t aut_digits(const char *bytes, uint64_t *others)
{
    uint64_t word = aut_load(bytes) ^ UINT64_C(0x3030303030303030);
    *others = (((word & UINT64_C(0x7F7F7F7F7F7F7F7F)) + UINT64_C(0x7676767676767676)) | word) &
              UINT64_C(0x8080808080808080);
    return word;
}

/* Eight values of digits, the first in the lowest byte: neighbours are put together, then
 * these, then these. */
static inline uint64_t aut_digits_value(uint64_t digits)
{
    const uint64_t mask = UINT64_C(0x000000FF000000FF);
    digits = digits * 10 + (digits >> 8);
    return ((digits & mask) * (100 + (UINT64_C(1000000) << 32)) +
            (digits >> 16 & mask) * (1 + (UINT64_C(10000) << 32))) >>
           32;
}

/* The same for a line as tools write it: `(12,"label",3)` without blanks, numbers of up to
 * eight digits. False: it is to be read with care. */
static inline bool aut_line_read_usual(const char *start, const char *end, struct aut_line *line)
{
    enum { SHORTEST = 7 };
    uint64_t others;
    if (end - start < SHORTEST || *start != '(' || end[-1] != ')')
        return false;
    uint64_t digits = aut_digits(start + 1, &others);
    unsigned count = others ? (unsigned)__builtin_ctzll(others) / 8 : 8;
    const char *label = start + 1 + count;
    if (count == 0 || *label != ',')
        return false;
    line->from_at = start + 1;
    line->from = aut_digits_value(digits << (64 - 8 * count));
    digits = aut_digits(end - 1 - 8, &others);
    count = others ? (unsigned)__builtin_clzll(others) / 8 : 8;
    line->to_at = end - 1 - count;
    if (count == 0 || line->to_at[-1] != ',')
        return false;
    line->to = aut_digits_value(digits & UINT64_MAX << (64 - 8 * count));
    const char *label_end = line->to_at - 1;
    if (++label >= label_end || blank(*label) || blank(label_end[-1]))
        return false;
    if (*label == '"') {
        if (label_end - label < 2 || label_end[-1] != '"')
            return false;
        label++;
        label_end--;
    }
    line->label = label;
    line->label_length = (size_t)(label_end - label);
    return true;
}

#endif
