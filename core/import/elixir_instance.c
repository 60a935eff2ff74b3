#include "import/elixir_instance.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/memory.h"
#include "format/term_time.h"

enum {
    WRITTEN_MAX = 1 << 20, /* of an identifier's or meta's text */
    NAMES_MAX = 100000     /* kept from instance to instance */
};

static const char no_memory[] = "there is no memory for this instance";

/* Where the values of the instance's fields begin; 0: not seen. */
struct places {
    size_t structure, specification, identifier, meta, state, transitions;
};

static bool find_places(struct term_reader *reader, struct places *places)
{
    struct term term;
    *places = (struct places){0};
    const struct {
        const char *name;
        size_t *place;
    } fields[] = {{"__struct__", &places->structure},  {"specification", &places->specification},
                  {"identifier", &places->identifier}, {"meta", &places->meta},
                  {"current_state", &places->state},   {"transitions", &places->transitions}};
    if (!term_next(reader, &term) || term.kind != TERM_TUPLE || term.count != 2 ||
        !term_next(reader, &term) || term.kind != TERM_INTEGER || !term_next(reader, &term) ||
        term.kind != TERM_MAP)
        return false;
    for (uint32_t pairs = term.count; pairs > 0; pairs--) {
        if (!term_next(reader, &term))
            return false;
        size_t field = 0;
        while (field < 6 && !term_is(&term, fields[field].name))
            field++;
        /* A key that is no atom is a term of its own that may go on. */
        if (field == 6 &&
            (term.kind == TERM_TUPLE || term.kind == TERM_LIST || term.kind == TERM_MAP))
            return false;
        if (field < 6)
            *fields[field].place = reader->at;
        if (!term_skip(reader))
            return false;
    }
    return places->structure && places->specification && places->identifier && places->meta &&
           places->state && places->transitions;
}

static bool read_at(struct term_reader reader, size_t place, struct term *term)
{
    reader.at = place;
    return term_next(&reader, term);
}

/* The name of an atom, as models have it; where no name can be that, its inspect text. */
static const char *read_name(const struct term *term, struct text *name)
{
    text_clear(name);
    if (term->kind != TERM_ATOM)
        return "something else where an atom is expected";
    if (!term_append_name(term, name))
        return "an atom that is not UTF-8";
    if (!term->length || memchr(term->bytes, 0, term->length)) {
        struct text shown = {0};
        term_append_atom(text_value(name), name->length, false, &shown);
        text_clear(name);
        text_append(name, text_value(&shown));
        name->failed |= shown.failed;
        text_release(&shown);
    }
    return name->failed ? no_memory : NULL;
}

/* ------------------------------------------------------- the identifier */

static void shorten(struct text *identifier)
{
    enum { ROOM = SPEX_IDENTIFIER_MAX - 40 };
    XXH128_hash_t hash = XXH3_128bits(identifier->data, identifier->length);
    size_t cut = 0, taken;
    while ((taken = utf8_grapheme(identifier->data + cut, identifier->length - cut)) > 0 &&
           cut + taken <= ROOM)
        cut += taken;
    identifier->length = cut;
    identifier->data[cut] = '\0';
    text_printf(identifier, "…#%016" PRIx64 "%016" PRIx64, hash.high64, hash.low64);
}

static const char *read_identifier(struct elixir_instance *instance, struct term_reader reader,
                                   size_t place)
{
    text_clear(&instance->identifier);
    reader.at = place;
    switch (term_inspect(&reader, WRITTEN_MAX, &instance->identifier)) {
    case TERM_WRITTEN:
        break;
    case TERM_WRONG:
        return reader.trouble ? reader.trouble : "an identifier that cannot be shown";
    case TERM_TOO_DEEP:
        return "an identifier that is nested too deep";
    case TERM_TOO_LONG:
        return "an identifier of more than 1 MiB";
    case TERM_NO_MEMORY:
        return no_memory;
    }
    instance->shortened = instance->identifier.length > SPEX_IDENTIFIER_MAX;
    if (instance->shortened)
        shorten(&instance->identifier);
    return instance->identifier.failed ? no_memory : NULL;
}

/* ------------------------------------------------------------- the meta */

/* A JSON object or nothing; what is no map stands in one under "value". */
static const char *read_meta(struct elixir_instance *instance, struct term_reader reader,
                             size_t place)
{
    struct term term;
    text_clear(&instance->meta);
    instance->meta_lost = NULL;
    if (!read_at(reader, place, &term))
        return "an instance without meta";
    if (term_is(&term, "nil"))
        return NULL;
    reader.at = place;
    struct text written = {0};
    enum term_written state = term_json(&reader, WRITTEN_MAX, &written);
    bool object = !state && *text_value(&written) == '{';
    if (!state)
        text_printf(&instance->meta, object ? "%s" : "{\"value\":%s}", text_value(&written));
    instance->meta.failed |= written.failed;
    text_release(&written);
    if (state == TERM_NO_MEMORY || instance->meta.failed)
        return no_memory;
    if (state)
        instance->meta_lost = state == TERM_TOO_DEEP   ? "its meta is nested too deep: left out"
                              : state == TERM_TOO_LONG ? "its meta is larger than 1 MiB: left out"
                                                       : "its meta cannot be shown: left out";
    return NULL;
}

/* --------------------------------------------------------- the history */

static const char *intern_name(struct elixir_instance *instance, const struct term *term,
                               const char **interned)
{
    if (term->kind == TERM_ATOM && !term->latin1 && term->length &&
        !memchr(term->bytes, 0, term->length) &&
        utf8_valid((const char *)term->bytes, term->length)) {
        uint32_t symbol =
            symbols_intern_bytes(&instance->names, (const char *)term->bytes, term->length);
        *interned = symbol == SYMBOL_NONE ? NULL : symbols_name(&instance->names, symbol);
        return *interned ? NULL : no_memory;
    }
    struct text name = {0};
    const char *why = read_name(term, &name);
    if (!why) {
        uint32_t symbol = symbols_intern_bytes(&instance->names, text_value(&name), name.length);
        *interned = symbol == SYMBOL_NONE ? NULL : symbols_name(&instance->names, symbol);
        why = *interned ? NULL : no_memory;
    }
    text_release(&name);
    return why;
}

static const char *read_step(struct elixir_instance *instance, struct term_reader *reader,
                             spex_step *step)
{
    struct term tuple, action, state;
    if (!term_next(reader, &tuple) || tuple.kind != TERM_TUPLE || tuple.count != 3 ||
        !term_next(reader, &action) || !term_next(reader, &state))
        return "a transition that is none of action, state and time";
    const char *why = intern_name(instance, &action, &step->action);
    if (!why)
        why = intern_name(instance, &state, &step->state);
    if (!why && !term_time_read(reader, &step->at))
        why = reader->trouble;
    step->verdict = SPEX_VERDICT_LEARNED;
    return why;
}

static const char *read_steps(struct elixir_instance *instance, struct term_reader reader,
                              size_t place)
{
    struct term list, tail;
    spex_instance *value = &instance->instance;
    reader.at = place;
    if (instance->names.count > NAMES_MAX)
        symbols_release(&instance->names);
    value->steps = NULL;
    value->step_count = 0;
    if (!term_next(&reader, &list) || (list.kind != TERM_LIST && list.kind != TERM_NIL))
        return "an instance whose transitions are no list";
    if (list.kind == TERM_NIL)
        return NULL;
    for (uint32_t i = 0; i < list.count; i++) {
        if (!memory_reserve(&instance->steps, &instance->capacity, i + 1, sizeof *instance->steps))
            return no_memory;
        const char *why = read_step(instance, &reader, &instance->steps[i]);
        if (why)
            return why;
    }
    if (!term_next(&reader, &tail) || tail.kind != TERM_NIL)
        return "an instance whose transitions are no proper list";
    value->steps = instance->steps;
    value->step_count = list.count;
    return NULL;
}

/* ------------------------------------------------------------------ all */

const char *elixir_instance_read(struct elixir_instance *instance, struct term_reader term)
{
    struct places places;
    struct term structure, specification, state;
    spex_instance *value = &instance->instance;
    *value = (spex_instance){0};
    instance->shortened = false;
    if (!find_places(&term, &places) || !read_at(term, places.structure, &structure) ||
        !term_is(&structure, "Elixir.Spex.InstanceManager.Instance"))
        return "no instance of Spex";
    if (!read_at(term, places.specification, &specification) ||
        !read_at(term, places.state, &state))
        return "no instance of Spex";
    const char *why = read_name(&specification, &instance->specification);
    if (!why)
        why = read_identifier(instance, term, places.identifier);
    if (!why)
        why = read_meta(instance, term, places.meta);
    if (!why)
        why = read_steps(instance, term, places.transitions);
    if (!why)
        why = read_name(&state, &instance->state);
    if (why)
        return why;
    /* nil is a state like another where a transition led to it. */
    bool known = value->step_count || !term_is(&state, "nil");
    value->identifier = text_value(&instance->identifier);
    value->specification = text_value(&instance->specification);
    value->meta = instance->meta.length ? text_value(&instance->meta) : NULL;
    value->state = known ? text_value(&instance->state) : NULL;
    value->mocked = known && !value->step_count;
    value->transitions = value->step_count;
    value->since = value->step_count ? value->steps[0].at : 0;
    return NULL;
}

void elixir_instance_release(struct elixir_instance *instance)
{
    text_release(&instance->identifier);
    text_release(&instance->specification);
    text_release(&instance->meta);
    text_release(&instance->state);
    symbols_release(&instance->names);
    free(instance->steps);
    *instance = (struct elixir_instance){0};
}
