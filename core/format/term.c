#include "format/term.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

/* The tags of the format. */
enum {
    TAG_NEW_FLOAT = 70,
    TAG_BIT_BINARY = 77,
    TAG_COMPRESSED = 80,
    TAG_NEW_PID = 88,
    TAG_NEW_PORT = 89,
    TAG_NEWER_REFERENCE = 90,
    TAG_SMALL_INTEGER = 97,
    TAG_INTEGER = 98,
    TAG_FLOAT = 99,
    TAG_ATOM = 100,
    TAG_REFERENCE = 101,
    TAG_PORT = 102,
    TAG_PID = 103,
    TAG_SMALL_TUPLE = 104,
    TAG_LARGE_TUPLE = 105,
    TAG_NIL = 106,
    TAG_STRING = 107,
    TAG_LIST = 108,
    TAG_BINARY = 109,
    TAG_SMALL_BIG = 110,
    TAG_LARGE_BIG = 111,
    TAG_NEW_FUNCTION = 112,
    TAG_EXPORT = 113,
    TAG_NEW_REFERENCE = 114,
    TAG_SMALL_ATOM = 115,
    TAG_MAP = 116,
    TAG_ATOM_UTF8 = 118,
    TAG_SMALL_ATOM_UTF8 = 119,
    TAG_V4_PORT = 120
};

static bool trouble(struct term_reader *reader, const char *what)
{
    if (!reader->trouble)
        reader->trouble = what;
    return false;
}

static bool take(struct term_reader *reader, size_t length, const unsigned char **bytes)
{
    if (length > reader->end - reader->at)
        return trouble(reader, "a term goes beyond its end");
    *bytes = reader->bytes + reader->at;
    reader->at += length;
    return true;
}

/* A number of `size` bytes, most significant first. */
static bool take_number(struct term_reader *reader, size_t size, uint64_t *number)
{
    const unsigned char *bytes;
    if (!take(reader, size, &bytes))
        return false;
    *number = 0;
    for (size_t i = 0; i < size; i++)
        *number = *number << 8 | bytes[i];
    return true;
}

/* The bytes behind a length of `size` bytes. */
static bool take_bytes(struct term_reader *reader, size_t size, struct term *term)
{
    uint64_t length;
    if (!take_number(reader, size, &length) || !take(reader, (size_t)length, &term->bytes))
        return false;
    term->length = (size_t)length;
    return true;
}

/* A number of terms that follow, each at least a byte long. */
static bool take_count(struct term_reader *reader, size_t size, unsigned bytes_each,
                       struct term *term)
{
    uint64_t count;
    if (!take_number(reader, size, &count))
        return false;
    if (count * bytes_each > reader->end - reader->at)
        return trouble(reader, "more elements are announced than there are bytes");
    term->count = (uint32_t)count;
    return true;
}

/* -------------------------------------------------------------- kinds */

static bool read_big(struct term_reader *reader, size_t size, struct term *term)
{
    uint64_t length, sign, magnitude = 0;
    if (!take_number(reader, size, &length) || !take_number(reader, 1, &sign) ||
        !take(reader, (size_t)length, &term->bytes))
        return false;
    term->length = (size_t)length;
    while (term->length && !term->bytes[term->length - 1])
        term->length--;
    term->negative = sign != 0;
    for (size_t i = term->length; term->length <= 8 && i-- > 0;)
        magnitude = magnitude << 8 | term->bytes[i];
    bool fits = term->length <= 8 && magnitude <= (uint64_t)INT64_MAX;
    term->kind = fits ? TERM_INTEGER : TERM_BIG;
    if (fits)
        term->integer = term->negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

static bool read_float(struct term_reader *reader, struct term *term)
{
    uint64_t bits;
    if (!take_number(reader, 8, &bits))
        return false;
    memcpy(&term->real, &bits, sizeof term->real);
    if (!(term->real - term->real == 0))
        return trouble(reader, "a float that is no finite number");
    return true;
}

/* "%.20e" in 31 bytes, as old systems write it. */
static bool read_old_float(struct term_reader *reader, struct term *term)
{
    const unsigned char *bytes;
    char digits[32] = {0}, *end;
    if (!take(reader, 31, &bytes))
        return false;
    memcpy(digits, bytes, 31);
    locale_t plain = newlocale(LC_ALL_MASK, "C", NULL);
    if (!plain)
        return trouble(reader, "a float for which there is no memory");
    term->real = strtod_l(digits, &end, plain);
    freelocale(plain);
    if (end == digits || *end || !(term->real - term->real == 0))
        return trouble(reader, "a float that is no finite number");
    return true;
}

static bool read_atom(struct term_reader *reader, uint64_t tag, struct term *term)
{
    term->kind = TERM_ATOM;
    term->latin1 = tag == TAG_ATOM || tag == TAG_SMALL_ATOM;
    bool small = tag == TAG_SMALL_ATOM || tag == TAG_SMALL_ATOM_UTF8;
    return take_bytes(reader, small ? 1 : 2, term);
}

/* The atom that names a node, a module or a function. */
static bool read_name(struct term_reader *reader, struct term *name)
{
    uint64_t tag;
    if (!take_number(reader, 1, &tag))
        return false;
    if (tag != TAG_ATOM && tag != TAG_SMALL_ATOM && tag != TAG_ATOM_UTF8 &&
        tag != TAG_SMALL_ATOM_UTF8)
        return trouble(reader, "something else where an atom is expected");
    return read_atom(reader, tag, name);
}

static bool read_owner(struct term_reader *reader, struct term *term)
{
    struct term name = {0};
    if (!read_name(reader, &name))
        return false;
    term->name = name.bytes;
    term->name_length = name.length;
    term->name_latin1 = name.latin1;
    return true;
}

static bool read_pid(struct term_reader *reader, size_t creation_size, struct term *term)
{
    return read_owner(reader, term) && take_number(reader, 4, &term->numbers[0]) &&
           take_number(reader, 4, &term->numbers[1]) &&
           take_number(reader, creation_size, &term->numbers[TERM_REFERENCE_MAX]);
}

static bool read_port(struct term_reader *reader, size_t size, size_t creation_size,
                      struct term *term)
{
    return read_owner(reader, term) && take_number(reader, size, &term->numbers[0]) &&
           take_number(reader, creation_size, &term->numbers[TERM_REFERENCE_MAX]);
}

static bool read_reference(struct term_reader *reader, uint64_t tag, struct term *term)
{
    uint64_t count = 1;
    if (tag != TAG_REFERENCE && !take_number(reader, 2, &count))
        return false;
    if (count < 1 || count > TERM_REFERENCE_MAX)
        return trouble(reader, "a reference of no or too many words");
    term->count = (uint32_t)count;
    uint64_t *creation = &term->numbers[TERM_REFERENCE_MAX];
    if (!read_owner(reader, term))
        return false;
    if (tag == TAG_REFERENCE)
        return take_number(reader, 4, &term->numbers[0]) && take_number(reader, 1, creation);
    if (!take_number(reader, tag == TAG_NEWER_REFERENCE ? 4 : 1, creation))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!take_number(reader, 4, &term->numbers[i]))
            return false;
    return true;
}

static bool read_export(struct term_reader *reader, struct term *term)
{
    struct term function = {0}, arity = {0};
    if (!read_owner(reader, term) || !read_name(reader, &function) || !term_next(reader, &arity))
        return false;
    if (arity.kind != TERM_INTEGER || arity.integer < 0 || arity.integer > 255)
        return trouble(reader, "a function without an arity");
    term->kind = TERM_EXPORT;
    term->bytes = function.bytes;
    term->length = function.length;
    term->latin1 = function.latin1;
    term->numbers[TERM_REFERENCE_MAX] = (uint64_t)arity.integer;
    return true;
}

/* Its size counts itself; `bytes` is all of it, so that two with other variables differ. */
static bool read_function(struct term_reader *reader, struct term *term)
{
    uint64_t size;
    size_t start = reader->at;
    const unsigned char *rest;
    if (!take_number(reader, 4, &size))
        return false;
    if (size < 4 + 1 + 16 + 8)
        return trouble(reader, "a function that is too short");
    if (!take(reader, (size_t)size - 4, &rest))
        return false;
    struct term_reader inside = {reader->bytes, start + 4, start + (size_t)size, NULL};
    const unsigned char *unique;
    uint64_t free_variables;
    struct term old = {0};
    if (!take_number(&inside, 1, &term->numbers[TERM_REFERENCE_MAX]) ||
        !take(&inside, 16, &unique) || !take_number(&inside, 4, &term->numbers[0]) ||
        !take_number(&inside, 4, &free_variables) || !read_owner(&inside, term) ||
        !term_next(&inside, &old) || !term_next(&inside, &old))
        return trouble(reader, "a function that is cut short");
    term->numbers[1] = (uint64_t)old.integer;
    term->bytes = reader->bytes + start;
    term->length = (size_t)size;
    return true;
}

static bool read_bits(struct term_reader *reader, struct term *term)
{
    uint64_t length, bits;
    if (!take_number(reader, 4, &length) || !take_number(reader, 1, &bits) ||
        !take(reader, (size_t)length, &term->bytes))
        return false;
    term->length = (size_t)length;
    term->bits = (uint8_t)bits;
    if (bits < 1 || bits > 8 || !length)
        return trouble(reader, "a bit string without a last byte of 1 to 8 bits");
    return true;
}

static bool read_integer(struct term_reader *reader, size_t size, struct term *term)
{
    uint64_t number;
    term->kind = TERM_INTEGER;
    if (!take_number(reader, size, &number))
        return false;
    term->integer = size == 4 ? (int64_t)(int32_t)(uint32_t)number : (int64_t)number;
    return true;
}

bool term_next(struct term_reader *reader, struct term *term)
{
    uint64_t tag;
    *term = (struct term){0};
    if (!take_number(reader, 1, &tag))
        return false;
#define KIND(what, reading) (term->kind = (what), (reading))
    switch (tag) {
    case TAG_SMALL_INTEGER:
        return read_integer(reader, 1, term);
    case TAG_INTEGER:
        return read_integer(reader, 4, term);
    case TAG_SMALL_BIG:
        return read_big(reader, 1, term);
    case TAG_LARGE_BIG:
        return read_big(reader, 4, term);
    case TAG_NEW_FLOAT:
        return KIND(TERM_FLOAT, read_float(reader, term));
    case TAG_FLOAT:
        return KIND(TERM_FLOAT, read_old_float(reader, term));
    case TAG_ATOM:
    case TAG_SMALL_ATOM:
    case TAG_ATOM_UTF8:
    case TAG_SMALL_ATOM_UTF8:
        return read_atom(reader, tag, term);
    case TAG_SMALL_TUPLE:
        return KIND(TERM_TUPLE, take_count(reader, 1, 1, term));
    case TAG_LARGE_TUPLE:
        return KIND(TERM_TUPLE, take_count(reader, 4, 1, term));
    case TAG_NIL:
        return KIND(TERM_NIL, true);
    case TAG_STRING:
        return KIND(TERM_STRING, take_bytes(reader, 2, term));
    case TAG_LIST:
        return KIND(TERM_LIST, take_count(reader, 4, 1, term));
    case TAG_BINARY:
        return KIND(TERM_BINARY, take_bytes(reader, 4, term));
    case TAG_BIT_BINARY:
        return KIND(TERM_BITS, read_bits(reader, term));
    case TAG_MAP:
        return KIND(TERM_MAP, take_count(reader, 4, 2, term));
    case TAG_NEW_PID:
        return KIND(TERM_PID, read_pid(reader, 4, term));
    case TAG_PID:
        return KIND(TERM_PID, read_pid(reader, 1, term));
    case TAG_NEWER_REFERENCE:
    case TAG_NEW_REFERENCE:
    case TAG_REFERENCE:
        return KIND(TERM_REFERENCE, read_reference(reader, tag, term));
    case TAG_V4_PORT:
        return KIND(TERM_PORT, read_port(reader, 8, 4, term));
    case TAG_NEW_PORT:
        return KIND(TERM_PORT, read_port(reader, 4, 4, term));
    case TAG_PORT:
        return KIND(TERM_PORT, read_port(reader, 4, 1, term));
    case TAG_EXPORT:
        return KIND(TERM_EXPORT, read_export(reader, term));
    case TAG_NEW_FUNCTION:
        return KIND(TERM_FUNCTION, read_function(reader, term));
    case TAG_COMPRESSED:
        reader->at--;
        return trouble(reader, "a compressed term, which DETS never writes");
    default:
        reader->at--;
        return trouble(reader, "no tag of a term");
    }
#undef KIND
}

bool term_skip(struct term_reader *reader)
{
    struct term term;
    /* Each term is at least a byte, so that this is never more than there are bytes. */
    for (uint64_t wanted = 1; wanted > 0; wanted--) {
        if (!term_next(reader, &term))
            return false;
        if (term.kind == TERM_TUPLE)
            wanted += term.count;
        else if (term.kind == TERM_LIST)
            wanted += (uint64_t)term.count + 1;
        else if (term.kind == TERM_MAP)
            wanted += (uint64_t)term.count * 2;
    }
    return true;
}

/* -------------------------------------------------------------- atoms */

bool term_is(const struct term *term, const char *name)
{
    return term->kind == TERM_ATOM && term->length == strlen(name) &&
           memcmp(term->bytes, name, term->length) == 0;
}

bool term_append_name(const struct term *term, struct text *text)
{
    const char *bytes = (const char *)term->bytes;
    if (!term->latin1) {
        if (!utf8_valid(bytes, term->length))
            return false;
        text_append_bytes(text, bytes, term->length);
        return true;
    }
    for (size_t i = 0; i < term->length; i++)
        if (term->bytes[i] < 0x80) {
            text_append_char(text, bytes[i]);
        } else {
            text_append_char(text, (char)(0xc0 | term->bytes[i] >> 6));
            text_append_char(text, (char)(0x80 | (term->bytes[i] & 0x3f)));
        }
    return true;
}
