/* A term as Elixir's `inspect` shows it: lists, tuples, maps, structs. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "format/term.h"
#include "format/term_map.h"
#include "format/term_time.h"

struct inspector {
    struct term_reader *reader;
    struct text *text;
    size_t limit;
    unsigned depth; /* at most TERM_DEPTH_MAX */
};

static enum term_written inspect(struct inspector *inspector);

static enum term_written state_of(const struct inspector *inspector)
{
    if (inspector->text->failed)
        return TERM_NO_MEMORY;
    return inspector->text->length > inspector->limit ? TERM_TOO_LONG : TERM_WRITTEN;
}

/* --------------------------------------------------------- bits, bytes */

static bool printable(const unsigned char *bytes, size_t length)
{
    size_t taken;
    for (size_t at = 0; at < length; at += taken) {
        int32_t c = utf8_next((const char *)bytes + at, length - at, &taken);
        bool good = (c >= 0x20 && c <= 0x7f) || (c >= 7 && c <= 13) || c == 27 ||
                    (c >= 0xa0 && c <= 0xd7ff) || (c >= 0xe000 && c <= 0xfffd) || c >= 0x10000;
        if (!good)
            return false;
    }
    return true;
}

static void append_bytes(const unsigned char *bytes, size_t length, struct text *text)
{
    for (size_t i = 0; i < length && !text->failed; i++)
        text_printf(text, "%s%u", i ? ", " : "", bytes[i]);
}

static void append_binary(const struct term *term, struct text *text)
{
    if (printable(term->bytes, term->length)) {
        term_append_quoted((const char *)term->bytes, term->length, '"', text);
        return;
    }
    text_append(text, "<<");
    append_bytes(term->bytes, term->length, text);
    text_append(text, ">>");
}

static void append_bits(const struct term *term, struct text *text)
{
    text_append(text, "<<");
    append_bytes(term->bytes, term->length - 1, text);
    text_printf(text, "%s%u::size(%u)>>", term->length > 1 ? ", " : "",
                (unsigned)term->bytes[term->length - 1] >> (8 - term->bits), (unsigned)term->bits);
}

static void append_small_integers(const struct term *term, struct text *text)
{
    bool characters = true;
    for (size_t i = 0; characters && i < term->length; i++) {
        unsigned char c = term->bytes[i];
        characters = (c >= 0x20 && c <= 0x7e) || (c >= 7 && c <= 13) || c == 27;
    }
    if (characters && term->length) {
        text_append(text, "~c");
        term_append_quoted((const char *)term->bytes, term->length, '"', text);
        return;
    }
    text_append_char(text, '[');
    append_bytes(term->bytes, term->length, text);
    text_append_char(text, ']');
}

/* ------------------------------------------------- pids and their like */

static bool append_atom(const struct term *term, struct text *text)
{
    struct text name = {0};
    bool good = term_append_name(term, &name);
    if (good)
        term_append_atom(text_value(&name), name.length, false, text);
    text->failed |= name.failed;
    text_release(&name);
    return good;
}

static bool append_owner(const struct term *term, struct text *text)
{
    struct term name = {.kind = TERM_ATOM,
                        .bytes = term->name,
                        .length = term->name_length,
                        .latin1 = term->name_latin1};
    return term_append_name(&name, text);
}

/* The node: 0 for one without a name, where it was the machine's own. */
static bool append_node(const struct term *term, struct text *text)
{
    static const char nobody[] = "nonode@nohost";
    if (term->name_length == sizeof nobody - 1 &&
        memcmp(term->name, nobody, sizeof nobody - 1) == 0) {
        text_append_char(text, '0');
        return true;
    }
    return append_owner(term, text);
}

static bool append_opaque(const struct term *term, struct text *text)
{
    uint64_t last = term->numbers[TERM_REFERENCE_MAX];
    text_append(text, term->kind == TERM_PID    ? "#PID<"
                      : term->kind == TERM_PORT ? "#Port<"
                                                : "#Reference<");
    if (!append_node(term, text))
        return false;
    if (term->kind == TERM_PID)
        text_printf(text, ".%" PRIu64 ".%" PRIu64, term->numbers[0], term->numbers[1]);
    else if (term->kind == TERM_PORT)
        text_printf(text, ".%" PRIu64, term->numbers[0]);
    else
        for (size_t i = term->count; i-- > 0;)
            text_printf(text, ".%" PRIu64, term->numbers[i]);
    /* A node that started again: the same numbers mean another process. */
    text_printf(text, last ? "/%" PRIu64 ">" : ">", last);
    return true;
}

static bool append_function(const struct term *term, struct text *text)
{
    struct text module = {0};
    struct term name = {.kind = TERM_ATOM,
                        .bytes = term->name,
                        .length = term->name_length,
                        .latin1 = term->name_latin1};
    bool good = append_atom(&name, &module);
    uint64_t arity = term->numbers[TERM_REFERENCE_MAX];
    if (good && term->kind == TERM_FUNCTION) {
        text_printf(text, "#Function<%" PRIu64 ".%" PRIu64 "/%" PRIu64 " in %s>", term->numbers[0],
                    term->numbers[1], arity, text_value(&module));
    } else if (good) {
        struct term function = {.kind = TERM_ATOM,
                                .bytes = term->bytes,
                                .length = term->length,
                                .latin1 = term->latin1};
        struct text called = {0};
        good = term_append_name(&function, &called);
        text_printf(text, "&%s.", text_value(&module));
        term_append_atom(text_value(&called), called.length, true, text);
        text_printf(text, "/%" PRIu64, arity);
        text->failed |= called.failed;
        text_release(&called);
    }
    text->failed |= module.failed;
    text_release(&module);
    return good;
}

/* --------------------------------------------------- lists and tuples */

static enum term_written wrong(struct inspector *inspector, const char *why)
{
    if (!inspector->reader->trouble)
        inspector->reader->trouble = why;
    return TERM_WRONG;
}

static enum term_written inspect_some(struct inspector *inspector, uint32_t count)
{
    enum term_written state = TERM_WRITTEN;
    for (uint32_t i = 0; !state && i < count; i++) {
        if (i)
            text_append(inspector->text, ", ");
        state = inspect(inspector);
    }
    return state;
}

/* An atom that may stand before the colon of a keyword. */
static bool is_key(const struct term *term)
{
    static const char elixir[] = "Elixir.";
    return term->kind == TERM_ATOM && (term->length < sizeof elixir - 1 ||
                                       memcmp(term->bytes, elixir, sizeof elixir - 1) != 0);
}

static bool is_keyword_list(struct term_reader look, uint32_t count)
{
    struct term term;
    for (uint32_t i = 0; i < count; i++)
        if (!term_next(&look, &term) || term.kind != TERM_TUPLE || term.count != 2 ||
            !term_next(&look, &term) || !is_key(&term) || !term_skip(&look))
            return false;
    return count > 0 && term_next(&look, &term) && term.kind == TERM_NIL;
}

/* Whether the list holds characters only, which is what makes it a charlist. */
static bool append_characters(struct term_reader *reader, uint32_t count, struct text *text)
{
    struct term_reader look = *reader;
    struct text characters = {0};
    struct term term;
    bool good = count > 0;
    for (uint32_t i = 0; good && i < count; i++) {
        good = term_next(&look, &term) && term.kind == TERM_INTEGER &&
               ((term.integer >= 0x20 && term.integer <= 0x7e) ||
                (term.integer >= 7 && term.integer <= 13) || term.integer == 27);
        text_append_char(&characters, (char)term.integer);
    }
    good = good && term_next(&look, &term) && term.kind == TERM_NIL;
    if (good) {
        text_append(text, "~c");
        term_append_quoted(text_value(&characters), characters.length, '"', text);
        *reader = look;
    }
    text->failed |= characters.failed;
    text_release(&characters);
    return good;
}

static enum term_written inspect_pair(struct inspector *inspector, bool keyword)
{
    struct term key;
    struct text name = {0};
    if (!keyword) {
        enum term_written state = inspect(inspector);
        text_append(inspector->text, " => ");
        return state ? state : inspect(inspector);
    }
    if (!term_next(inspector->reader, &key))
        return TERM_WRONG;
    bool good = term_append_name(&key, &name);
    term_append_atom(text_value(&name), name.length, true, inspector->text);
    text_append(inspector->text, ": ");
    inspector->text->failed |= name.failed;
    text_release(&name);
    return good ? inspect(inspector) : wrong(inspector, "an atom that is not UTF-8");
}

static enum term_written inspect_list(struct inspector *inspector, uint32_t count)
{
    struct term tail;
    if (append_characters(inspector->reader, count, inspector->text))
        return state_of(inspector);
    enum term_written state = TERM_WRITTEN;
    text_append_char(inspector->text, '[');
    if (is_keyword_list(*inspector->reader, count)) {
        for (uint32_t i = 0; !state && i < count; i++) {
            text_append(inspector->text, i ? ", " : "");
            term_next(inspector->reader, &tail); /* the tuple */
            state = inspect_pair(inspector, true);
        }
    } else {
        state = inspect_some(inspector, count);
    }
    struct term_reader before = *inspector->reader;
    if (!state && !term_next(inspector->reader, &tail))
        return TERM_WRONG;
    if (!state && tail.kind != TERM_NIL) {
        *inspector->reader = before;
        text_append(inspector->text, count ? " | " : "");
        state = inspect(inspector);
    }
    text_append_char(inspector->text, ']');
    return state;
}

/* ----------------------------------------------------------------- maps */

static bool is_keyword_map(struct term_reader look, const struct map_pairs *pairs)
{
    struct term term;
    for (uint32_t i = 0; i < pairs->count; i++) {
        look.at = pairs->items[i].key;
        if (!term_next(&look, &term) || !is_key(&term))
            return false;
    }
    return pairs->count > 0;
}

static enum term_written inspect_pairs(struct inspector *inspector, const struct map_pairs *pairs,
                                       bool values)
{
    bool keyword = values && is_keyword_map(*inspector->reader, pairs);
    enum term_written state = TERM_WRITTEN;
    for (uint32_t i = 0; !state && i < pairs->count; i++) {
        text_append(inspector->text, i ? ", " : "");
        inspector->reader->at = pairs->items[i].key;
        state = values ? inspect_pair(inspector, keyword) : inspect(inspector);
    }
    return state;
}

/* The members of a MapSet are the keys of its map. */
static enum term_written inspect_set(struct inspector *inspector, size_t map)
{
    struct term term;
    struct map_pairs members = {0};
    inspector->reader->at = map;
    if (!term_next(inspector->reader, &term) ||
        !map_pairs_read(*inspector->reader, term.count, &members))
        return TERM_NO_MEMORY;
    text_append(inspector->text, "MapSet.new([");
    enum term_written state = inspect_pairs(inspector, &members, false);
    text_append(inspector->text, "])");
    map_pairs_release(&members);
    return state;
}

static bool append_range(struct term_reader look, const struct map_pairs *pairs, struct text *text)
{
    int64_t first, last, step = 1;
    if (!map_pairs_integer(look, pairs, "first", &first) ||
        !map_pairs_integer(look, pairs, "last", &last) ||
        !map_pairs_integer(look, pairs, "step", &step) || pairs->count != 3)
        return false;
    text_printf(text, "%" PRId64 "..%" PRId64, first, last);
    if (step != 1)
        text_printf(text, "//%" PRId64, step);
    return true;
}

/* What `inspect` shows in a way of its own. */
static bool inspect_known(struct inspector *inspector, const struct map_pairs *pairs,
                          const char *name, enum term_written *state)
{
    struct term_reader look = *inspector->reader;
    size_t map;
    if (term_time_append(look, pairs, name, inspector->text))
        return true;
    if (strcmp(name, "Elixir.Range") == 0)
        return append_range(look, pairs, inspector->text);
    if (strcmp(name, "Elixir.MapSet") != 0 || !map_pairs_find(look, pairs, "map", TERM_MAP, &map))
        return false;
    *state = inspect_set(inspector, map);
    return true;
}

static enum term_written inspect_map(struct inspector *inspector, uint32_t count)
{
    struct map_pairs pairs;
    if (!map_pairs_read(*inspector->reader, count, &pairs))
        return TERM_NO_MEMORY;
    enum term_written state = TERM_WRITTEN;
    struct text name = {0};
    bool structure = pairs.structure.length > 0;
    if (structure && !term_append_name(&pairs.structure, &name))
        state = wrong(inspector, "an atom that is not UTF-8");
    if (!state && !(structure && inspect_known(inspector, &pairs, text_value(&name), &state))) {
        text_append_char(inspector->text, '%');
        if (structure)
            term_append_atom(text_value(&name), name.length, false, inspector->text);
        text_append_char(inspector->text, '{');
        state = inspect_pairs(inspector, &pairs, true);
        text_append_char(inspector->text, '}');
    }
    inspector->reader->at = pairs.end;
    inspector->text->failed |= name.failed;
    text_release(&name);
    map_pairs_release(&pairs);
    return state;
}

/* -------------------------------------------------------------- a term */

static enum term_written inspect_inside(struct inspector *inspector, const struct term *term)
{
    if (inspector->depth == TERM_DEPTH_MAX)
        return TERM_TOO_DEEP;
    inspector->depth++;
    enum term_written state;
    if (term->kind == TERM_MAP) {
        state = inspect_map(inspector, term->count);
    } else if (term->kind == TERM_LIST) {
        state = inspect_list(inspector, term->count);
    } else {
        text_append_char(inspector->text, '{');
        state = inspect_some(inspector, term->count);
        text_append_char(inspector->text, '}');
    }
    inspector->depth--;
    return state;
}

static bool append_leaf(const struct term *term, struct text *text)
{
    switch (term->kind) {
    case TERM_INTEGER:
        text_printf(text, "%" PRId64, term->integer);
        return true;
    case TERM_BIG:
        term_append_big(term, text);
        return true;
    case TERM_FLOAT:
        term_append_float(term->real, text);
        return true;
    case TERM_ATOM:
        return append_atom(term, text);
    case TERM_NIL:
        text_append(text, "[]");
        return true;
    case TERM_STRING:
        append_small_integers(term, text);
        return true;
    case TERM_BINARY:
        append_binary(term, text);
        return true;
    case TERM_BITS:
        append_bits(term, text);
        return true;
    case TERM_PID:
    case TERM_REFERENCE:
    case TERM_PORT:
        return append_opaque(term, text);
    default:
        return append_function(term, text);
    }
}

/* As deep as TERM_DEPTH_MAX at most, whatever the input. */
static enum term_written inspect(struct inspector *inspector)
{
    struct term term;
    if (state_of(inspector))
        return state_of(inspector);
    if (!term_next(inspector->reader, &term))
        return TERM_WRONG;
    /* One that is too long as bytes is not written at all. */
    if (term.length / 4 > inspector->limit || term.count > inspector->limit)
        return TERM_TOO_LONG;
    if (term.kind == TERM_MAP || term.kind == TERM_LIST || term.kind == TERM_TUPLE) {
        enum term_written state = inspect_inside(inspector, &term);
        return state ? state : state_of(inspector);
    }
    if (!append_leaf(&term, inspector->text))
        return wrong(inspector, "an atom that is not UTF-8");
    return state_of(inspector);
}

enum term_written term_inspect(struct term_reader *reader, size_t limit, struct text *text)
{
    size_t before = text->length;
    struct inspector inspector = {.reader = reader, .text = text, .limit = before + limit};
    enum term_written state = inspect(&inspector);
    if (state && text->data && !text->failed) {
        text->length = before;
        text->data[before] = '\0';
    }
    return state;
}
