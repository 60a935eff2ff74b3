/* Numbers, atoms and strings as Elixir's `inspect` shows them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "base/memory.h"
#include "format/term.h"

/* ------------------------------------------------------------- numbers */

/* The fewest significant digits that read back as the same number, and its exponent: the
 * digits stand behind "0." times ten to `place`. */
static size_t shortest_digits(double value, char digits[32], int *place)
{
    char buffer[40];
    for (int precision = 0; precision < 18; precision++) {
        snprintf(buffer, sizeof buffer, "%.*e", precision, value);
        if (strtod(buffer, NULL) == value)
            break;
    }
    size_t count = 0;
    const char *at = buffer;
    for (; *at && *at != 'e'; at++)
        if (*at >= '0' && *at <= '9')
            digits[count++] = *at;
    *place = (*at ? atoi(at + 1) : 0) + 1;
    while (count > 1 && digits[count - 1] == '0')
        count--;
    digits[count] = '\0';
    return count;
}

void term_append_float(double value, struct text *text)
{
    char digits[32], exponent[16];
    int place;
    bool negative = value < 0 || (value == 0 && 1 / value < 0);
    if (negative) {
        text_append_char(text, '-');
        value = -value;
    }
    if (value == 0) {
        text_append(text, "0.0");
        return;
    }
    int count = (int)shortest_digits(value, digits, &place);
    int length = snprintf(exponent, sizeof exponent, "e%d", place - 1);
    int scientific = (count == 1 ? 3 : count + 1) + length;
    int plain = place <= 0 ? 2 - place + count : place >= count ? place + 2 : count + 1;
    if (value < 1 ? plain > scientific : value >= 1e16) {
        text_printf(text, "%c.%s%s", digits[0], count == 1 ? "0" : digits + 1, exponent);
    } else if (place <= 0) {
        text_append(text, "0.");
        for (int i = place; i < 0; i++)
            text_append_char(text, '0');
        text_append(text, digits);
    } else {
        for (int i = 0; i < place; i++)
            text_append_char(text, i < count ? digits[i] : '0');
        text_printf(text, ".%s", place < count ? digits + place : "0");
    }
}

/* Nine decimal digits at a time. */
void term_append_big(const struct term *term, struct text *text)
{
    enum { DECIMAL_BYTES = 4096, BASE = 1000000000 };
    if (term->negative)
        text_append_char(text, '-');
    if (term->length > DECIMAL_BYTES) {
        text_append(text, "0x");
        for (size_t i = term->length; i-- > 0;)
            text_printf(text, "%02X", term->bytes[i]);
        return;
    }
    unsigned char number[DECIMAL_BYTES];
    uint32_t parts[DECIMAL_BYTES * 8 / 29 + 1];
    size_t length = term->length, count = 0;
    memcpy(number, term->bytes, length);
    while (length > 0) {
        uint64_t rest = 0;
        for (size_t i = length; i-- > 0;) {
            rest = rest << 8 | number[i];
            number[i] = (unsigned char)(rest / BASE);
            rest %= BASE;
        }
        while (length > 0 && !number[length - 1])
            length--;
        parts[count++] = (uint32_t)rest;
    }
    text_printf(text, "%" PRIu32, count ? parts[count - 1] : 0);
    for (size_t i = count > 0 ? count - 1 : 0; i-- > 0;)
        text_printf(text, "%09" PRIu32, parts[i]);
}

/* --------------------------------------------------------------- atoms */

static bool ascii_letter(int32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool starts_name(int32_t c)
{
    if (c < 0x80)
        return ascii_letter(c) || c == '_';
    utf8proc_category_t category = utf8proc_category(c);
    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
           category == UTF8PROC_CATEGORY_NL;
}

static bool continues_name(int32_t c)
{
    if (c < 0x80)
        return starts_name(c) || (c >= '0' && c <= '9') || c == '@';
    utf8proc_category_t category = utf8proc_category(c);
    return starts_name(c) || category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
           category == UTF8PROC_CATEGORY_ND || category == UTF8PROC_CATEGORY_PC;
}

/* Whether letters and marks are composed, as far as they can be. */
static bool composed(const char *name, size_t length)
{
    utf8proc_uint8_t *normal = NULL;
    utf8proc_ssize_t size = utf8proc_map((const utf8proc_uint8_t *)name, (utf8proc_ssize_t)length,
                                         &normal, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    bool same = size == (utf8proc_ssize_t)length && memcmp(normal, name, length) == 0;
    free(normal);
    return same;
}

/* A name that needs no quotes: `running`, `done?`, `größe`. */
static bool plain_name(const char *name, size_t length)
{
    size_t taken;
    bool ascii = true;
    for (size_t at = 0; at < length; at += taken) {
        int32_t c = utf8_next(name + at, length - at, &taken);
        bool last = at + taken == length && at > 0;
        if (!(at == 0 ? starts_name(c) : continues_name(c)) && !(last && (c == '?' || c == '!')))
            return false;
        ascii &= c < 0x80;
    }
    return length > 0 && (ascii || composed(name, length));
}

static bool is_operator(const char *name, size_t length)
{
    static const char *const operators[] = {
        "!",   "!=",  "!==", "%",   "%{}",  "&",   "&&", "&&&", "*",   "**",   "+",
        "++",  "+++", "-",   "--",  "---",  "->",  ".",  "..",  "...", "/",    "//",
        "::",  "<",   "<-",  "<<<", "<<>>", "<<~", "<=", "<>",  "<|>", "<~",   "<~>",
        "=",   "==",  "===", "=>",  "=~",   ">",   ">=", ">>>", "@",   "\\\\", "^",
        "^^^", "{}",  "|",   "|>",  "||",   "|||", "~>", "~>>", "~~~", "..//"};
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (strlen(operators[i]) == length && memcmp(operators[i], name, length) == 0)
            return true;
    return false;
}

/* Behind "Elixir": nothing, or parts such as ".Shop.Order". */
static bool is_alias(const char *name, size_t length)
{
    static const char prefix[] = "Elixir";
    size_t at = sizeof prefix - 1;
    if (length < at || memcmp(name, prefix, at) != 0)
        return false;
    while (at < length) {
        if (name[at] != '.' || at + 1 == length || name[at + 1] < 'A' || name[at + 1] > 'Z')
            return false;
        for (at++; at < length && name[at] != '.'; at++)
            if (!ascii_letter(name[at]) && !(name[at] >= '0' && name[at] <= '9') && name[at] != '_')
                return false;
    }
    return true;
}

static bool is_one_of(const char *name, size_t length, const char *one, const char *two,
                      const char *three)
{
    const char *const words[] = {one, two, three};
    for (size_t i = 0; i < 3; i++)
        if (strlen(words[i]) == length && memcmp(words[i], name, length) == 0)
            return true;
    return false;
}

void term_append_atom(const char *name, size_t length, bool key, struct text *text)
{
    static const char elixir[] = "Elixir.";
    if (!key && is_one_of(name, length, "nil", "true", "false")) {
        text_append_bytes(text, name, length);
        return;
    }
    if (!key && is_alias(name, length)) {
        size_t cut = length > sizeof elixir - 1 ? sizeof elixir - 1 : 0;
        text_append_bytes(text, name + cut, length - cut);
        return;
    }
    if (!key)
        text_append_char(text, ':');
    if (plain_name(name, length) ||
        (is_operator(name, length) && !(key && length && name[length - 1] == ':')))
        text_append_bytes(text, name, length);
    else
        term_append_quoted(name, length, '"', text);
}

/* -------------------------------------------------------------- strings */

static char escape_letter(int32_t c)
{
    static const char letters[] = "abtnvfr"; /* from 7 on */
    return c >= 7 && c <= 13 ? letters[c - 7] : c == 27 ? 'e' : c == 127 ? 'd' : '\0';
}

void term_append_quoted(const char *bytes, size_t length, char quote, struct text *text)
{
    text_append_char(text, quote);
    size_t taken;
    for (size_t at = 0; at < length; at += taken) {
        int32_t c = utf8_next(bytes + at, length - at, &taken);
        char letter = escape_letter(c);
        if (c == quote || c == '\\')
            text_printf(text, "\\%c", (int)c);
        else if (c == '#' && at + 1 < length && bytes[at + 1] == '{')
            text_append(text, "\\#");
        else if (letter)
            text_printf(text, "\\%c", letter);
        else if (c < 0)
            text_printf(text, "\\x%02X", (unsigned)(unsigned char)bytes[at]);
        else if (c < 0x20)
            text_printf(text, c ? "\\x%02X" : "\\0", (unsigned)c);
        else if (c == 0xfeff)
            text_append(text, "\\uFEFF");
        else if ((c >= 0x80 && c < 0xa0) || c == 0xfffe || c == 0xffff)
            text_printf(text, "\\x{%X}", (unsigned)c);
        else
            text_append_bytes(text, bytes + at, taken);
    }
    text_append_char(text, quote);
}
