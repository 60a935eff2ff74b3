/*
 * A term as JSON. Maps become objects (an atom or text as a key without its colon or
 * quotes), lists arrays; what JSON has no form for becomes a string, its `inspect` text.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "format/term_map.h"
#include "format/term_time.h"

struct writer {
    struct term_reader *reader;
    struct text *text;
    size_t limit;
    unsigned depth; /* at most TERM_DEPTH_MAX */
};

static enum term_written write_term(struct writer *writer);

/* The inspect text of the term that begins at `start`, as a string. */
static enum term_written write_inspected(struct writer *writer, size_t start)
{
    struct text inspected = {0};
    writer->reader->at = start;
    enum term_written state = term_inspect(writer->reader, writer->limit, &inspected);
    if (!state)
        text_append_json_bytes(writer->text, text_value(&inspected), inspected.length);
    writer->text->failed |= inspected.failed;
    text_release(&inspected);
    return state;
}

/* Text that a JSON string can hold in every reader. */
static bool is_text(const struct term *term)
{
    return term->kind == TERM_BINARY && !memchr(term->bytes, 0, term->length) &&
           utf8_valid((const char *)term->bytes, term->length);
}

/* Appends the key; `plain` is what it would be called if it is an atom or text. */
static enum term_written read_key(struct writer *writer, size_t at, bool inspected,
                                  struct text *key)
{
    struct term term;
    struct term_reader look = *writer->reader;
    look.at = at;
    if (!term_next(&look, &term))
        return TERM_WRONG;
    if (!inspected && is_text(&term)) {
        text_append_bytes(key, (const char *)term.bytes, term.length);
        return TERM_WRITTEN;
    }
    if (!inspected && term.kind == TERM_ATOM && !memchr(term.bytes, 0, term.length) &&
        term_append_name(&term, key))
        return TERM_WRITTEN;
    look.at = at;
    return term_inspect(&look, writer->limit, key);
}

struct key {
    struct text name;
    uint32_t pair;
};

static int compare_keys(const void *left, const void *right)
{
    const struct key *one = left, *other = right;
    int order = strcmp(text_value(&one->name), text_value(&other->name));
    return order ? order : (one->pair > other->pair) - (one->pair < other->pair);
}

/* Names that several keys would have (:a and "a") become their inspect texts. */
static enum term_written part_keys(struct writer *writer, const struct map_pairs *pairs,
                                   struct key *keys)
{
    enum term_written state = TERM_WRITTEN;
    qsort(keys, pairs->count, sizeof *keys, compare_keys);
    for (uint32_t i = 0; i < pairs->count;) {
        uint32_t end = i + 1;
        while (end < pairs->count &&
               strcmp(text_value(&keys[i].name), text_value(&keys[end].name)) == 0)
            end++;
        for (uint32_t j = i; !state && end > i + 1 && j < end; j++) {
            text_release(&keys[j].name);
            state = read_key(writer, pairs->items[keys[j].pair].key, true, &keys[j].name);
        }
        i = end;
    }
    return state;
}

static enum term_written write_pairs(struct writer *writer, const struct map_pairs *pairs,
                                     struct key *keys)
{
    enum term_written state = TERM_WRITTEN;
    for (uint32_t i = 0; !state && i < pairs->count; i++) {
        keys[i].pair = i;
        state = read_key(writer, pairs->items[i].key, false, &keys[i].name);
        writer->text->failed |= keys[i].name.failed;
    }
    if (!state)
        state = part_keys(writer, pairs, keys);
    for (uint32_t i = 0; !state && i < pairs->count; i++) {
        if (writer->text->data[writer->text->length - 1] != '{')
            text_append_char(writer->text, ',');
        text_append_json_bytes(writer->text, text_value(&keys[i].name), keys[i].name.length);
        text_append_char(writer->text, ':');
        writer->reader->at = pairs->items[keys[i].pair].value;
        state = write_term(writer);
    }
    return state;
}

static enum term_written write_map(struct writer *writer, size_t start, uint32_t count)
{
    struct map_pairs pairs;
    struct text name = {0};
    if (!map_pairs_read(*writer->reader, count, &pairs))
        return TERM_NO_MEMORY;
    struct key *keys = calloc(pairs.count ? pairs.count : 1, sizeof *keys);
    enum term_written state = keys ? TERM_WRITTEN : TERM_NO_MEMORY;
    bool structure = pairs.structure.length > 0 && term_append_name(&pairs.structure, &name);
    struct text known = {0};
    bool date = structure && term_time_append(*writer->reader, &pairs, text_value(&name), &known);
    if (!state && (date || strcmp(text_value(&name), "Elixir.MapSet") == 0 ||
                   strcmp(text_value(&name), "Elixir.Range") == 0)) {
        state = write_inspected(writer, start);
    } else if (!state) {
        text_append_char(writer->text, '{');
        if (structure) {
            struct text shown = {0};
            term_append_atom(text_value(&name), name.length, false, &shown);
            text_append(writer->text, "\"__struct__\":");
            text_append_json_bytes(writer->text, text_value(&shown), shown.length);
            writer->text->failed |= shown.failed;
            text_release(&shown);
        }
        state = writer->text->failed ? TERM_NO_MEMORY : write_pairs(writer, &pairs, keys);
        text_append_char(writer->text, '}');
    }
    writer->reader->at = pairs.end;
    for (uint32_t i = 0; keys && i < pairs.count; i++)
        text_release(&keys[i].name);
    free(keys);
    text_release(&known);
    text_release(&name);
    map_pairs_release(&pairs);
    return state;
}

static enum term_written write_list(struct writer *writer, size_t start, uint32_t count)
{
    struct term_reader look = *writer->reader;
    struct term tail = {0};
    for (uint32_t i = 0; i < count; i++)
        if (!term_skip(&look))
            return TERM_WRONG;
    if (!term_next(&look, &tail))
        return TERM_WRONG;
    if (tail.kind != TERM_NIL)
        return write_inspected(writer, start);
    enum term_written state = TERM_WRITTEN;
    text_append_char(writer->text, '[');
    for (uint32_t i = 0; !state && i < count; i++) {
        text_append(writer->text, i ? "," : "");
        state = write_term(writer);
    }
    text_append_char(writer->text, ']');
    *writer->reader = look;
    return state;
}

static bool write_leaf(const struct term *term, struct text *text)
{
    switch (term->kind) {
    case TERM_INTEGER:
        text_printf(text, "%" PRId64, term->integer);
        return true;
    case TERM_FLOAT:
        term_append_float(term->real, text);
        return true;
    case TERM_NIL:
        text_append(text, "[]");
        return true;
    case TERM_STRING:
        text_append_char(text, '[');
        for (size_t i = 0; i < term->length && !text->failed; i++)
            text_printf(text, "%s%u", i ? "," : "", term->bytes[i]);
        text_append_char(text, ']');
        return true;
    case TERM_ATOM:
        if (!term_is(term, "true") && !term_is(term, "false") && !term_is(term, "nil"))
            return false;
        text_append(text, term_is(term, "nil") ? "null" : term_is(term, "true") ? "true" : "false");
        return true;
    case TERM_BINARY:
        if (!is_text(term))
            return false;
        text_append_json_bytes(text, (const char *)term->bytes, term->length);
        return true;
    default:
        return false;
    }
}

/* As deep as TERM_DEPTH_MAX at most, whatever the input. */
static enum term_written write_term(struct writer *writer)
{
    struct term term;
    enum term_written state = TERM_WRITTEN;
    size_t start = writer->reader->at;
    if (!term_next(writer->reader, &term))
        return TERM_WRONG;
    if (term.length / 4 > writer->limit || term.count > writer->limit)
        return TERM_TOO_LONG;
    bool inside = term.kind == TERM_MAP || term.kind == TERM_LIST;
    if (inside && writer->depth == TERM_DEPTH_MAX)
        return TERM_TOO_DEEP;
    writer->depth++;
    if (term.kind == TERM_MAP)
        state = write_map(writer, start, term.count);
    else if (term.kind == TERM_LIST)
        state = write_list(writer, start, term.count);
    else if (!write_leaf(&term, writer->text))
        state = write_inspected(writer, start);
    writer->depth--;
    if (!state && writer->text->failed)
        state = TERM_NO_MEMORY;
    if (!state && writer->text->length > writer->limit)
        state = TERM_TOO_LONG;
    return state;
}

enum term_written term_json(struct term_reader *reader, size_t limit, struct text *text)
{
    size_t before = text->length;
    struct writer writer = {.reader = reader, .text = text, .limit = before + limit};
    enum term_written state = write_term(&writer);
    if (state && text->data && !text->failed) {
        text->length = before;
        text->data[before] = '\0';
    }
    return state;
}
