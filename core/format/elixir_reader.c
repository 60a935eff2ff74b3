/*
 * Modules that say `use Spex.Specification`. Their bodies are read statement by
 * statement; whatever may decide transitions and is no plain def_transition is an
 * error, so that a specification is never shorter than the one that Elixir makes of it.
 * Modules that do not say so are ignored.
 */
#include "format/format.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "format/elixir_injection.h"
#include "format/elixir_values.h"
#include "format/lines.h"

enum { MODULES_MAX = 64 };

struct reader {
    const struct elixir_source *source;
    struct specification_list *list;
    size_t capacity;
    struct elixir_aliases aliases;
    unsigned depth;
    const char *counted; /* where `place` is of; NULL: none yet */
    struct source_place place;
    spex_error *error;
};

/* The module whose body is read; outside of all modules its name is empty. */
struct module {
    const char *name; /* NULL: it is computed */
    size_t at;        /* its `defmodule` */
    struct spex_specification *specification;
    struct injection suspicion; /* what before it may decide transitions */
};

static int read_body(struct reader *reader, struct module *module, struct token_range body);

/* Columns are counted on from the token before on the same line: a file may be one line. */
static struct source_place place_of(struct reader *reader, size_t token)
{
    const struct elixir_source *source = reader->source;
    const char *at = token_bytes(source, token), *from = reader->counted;
    unsigned line = source->tokens[token].line;
    if (!from || line != reader->place.line || at < from) {
        const char *end = memrchr(source->bytes, '\n', (size_t)(at - source->bytes));
        from = end ? end + 1 : lines_begin(source->bytes, (size_t)(at - source->bytes));
        reader->place = (struct source_place){line, 1};
    }
    reader->place.column += text_columns(from, (size_t)(at - from));
    reader->counted = at;
    return reader->place;
}

/* ------------------------------------------------------------- modules */

/* Appends Foo.Bar; *after is behind it. False: it is no plain name. */
static bool append_alias(const struct elixir_source *source, size_t at, struct text *name,
                         size_t *after)
{
    for (;; at += 2) {
        if (source->tokens[at].kind != TOKEN_ALIAS)
            return false;
        text_append_bytes(name, token_bytes(source, at), source->tokens[at].length);
        *after = at + 1;
        if (!token_is_kind(source, at + 1, TOKEN_OPERATOR, "."))
            return true;
        text_append_char(name, '.');
    }
}

/* The full name of the module that `at` names inside of `outer`; empty: computed. */
static int module_name(struct reader *reader, const char *outer, struct token_range range,
                       struct text *name)
{
    const struct elixir_source *source = reader->source;
    bool atom = source->tokens[range.at].kind == TOKEN_ATOM;
    bool relative = token_is_kind(source, range.at, TOKEN_IDENTIFIER, "__MODULE__") &&
                    token_is_kind(source, range.at + 1, TOKEN_OPERATOR, ".");
    size_t after;
    if (atom)
        return value_atom(source, (struct token_range){range.at, range.at + 1}, "a module's name",
                          name, reader->error);
    if (!outer)
        return SPEX_OK;
    bool absolute = token_is_kind(source, range.at, TOKEN_ALIAS, "Elixir") &&
                    token_is_kind(source, range.at + 1, TOKEN_OPERATOR, ".");
    if (!absolute)
        text_printf(name, "%s.", *outer ? outer : "Elixir");
    if (!append_alias(source, range.at + (relative ? 2 : 0), name, &after) || after < range.end)
        text_clear(name);
    return name->failed ? error_memory(reader->error) : SPEX_OK;
}

/* `defmodule NAME do ... end` or `defmodule NAME, do: ...`: where name and body stand. */
static bool module_parts(const struct elixir_source *source, struct token_range statement,
                         struct token_range *name, struct token_range *body)
{
    struct token_range rest = {statement.at + 1, statement.end};
    if (rest.at >= rest.end)
        return false;
    size_t block = rest.at;
    while (block < rest.end && !token_is_kind(source, block, TOKEN_OPEN, "do") &&
           !token_is_kind(source, block, TOKEN_KEY, "do:"))
        block = token_is_kind(source, block, TOKEN_OPEN, "(") && block == rest.at
                    ? block + 1
                    : token_after(source, block);
    if (block >= rest.end)
        return false;
    bool key = source->tokens[block].kind == TOKEN_KEY;
    bool inside = token_is_kind(source, rest.at, TOKEN_OPEN, "(");
    size_t closing = inside ? source->tokens[rest.at].match : rest.end;
    *name = (struct token_range){rest.at + inside, block};
    if (inside && name->end > closing)
        name->end = closing;
    if (key && name->end > name->at && token_is_kind(source, name->end - 1, TOKEN_OPERATOR, ","))
        name->end--;
    *body = key ? (struct token_range){block + 1, closing < rest.end ? closing : rest.end}
                : (struct token_range){block + 1, source->tokens[block].match};
    if (key)
        range_inside(source, body, "(");
    range_trim(source, name);
    return name->at < name->end;
}

static int read_module(struct reader *reader, const struct module *outer,
                       struct token_range statement)
{
    const struct elixir_source *source = reader->source;
    struct token_range name, body;
    struct text full = {0};
    if (!module_parts(source, statement, &name, &body))
        return SPEX_OK; /* a variable of this name, say */
    if (reader->depth == MODULES_MAX)
        return token_error(source, statement.at, reader->error,
                           "expected modules that are not so deeply nested");
    int status = module_name(reader, outer->name, name, &full);
    if (!status) {
        struct module module = {.name = full.length ? full.data : NULL, .at = name.at};
        size_t known = reader->aliases.count;
        reader->depth++;
        status = read_body(reader, &module, body);
        reader->depth--;
        elixir_aliases_forget(&reader->aliases, known);
    }
    text_release(&full);
    return status;
}

/* -------------------------------------------- use Spex.Specification */

static int read_option(struct reader *reader, struct token_range part, spex_policy *policy,
                       struct state_list *states, unsigned *seen)
{
    static const char *const names[] = {
        "transition_timeout:", "prune_timeout:", "prunable_states:"};
    const struct elixir_source *source = reader->source;
    if (part.at >= part.end || source->tokens[part.at].kind != TOKEN_KEY)
        return value_unknown(source, part, "the options",
                             "options such as transition_timeout: 1000", reader->error);
    unsigned option = 0;
    while (option < 3 && !token_is(source, part.at, names[option]))
        option++;
    if (option == 3)
        return token_error(source, part.at, reader->error,
                           "unknown option `%.*s`; expected transition_timeout, prune_timeout or "
                           "prunable_states",
                           (int)source->tokens[part.at].length, token_bytes(source, part.at));
    if (*seen & 1u << option)
        return token_error(source, part.at, reader->error, "expected each option once");
    *seen |= 1u << option;
    struct token_range value = {part.at + 1, part.end};
    if (option == 2)
        return value_prunable(source, value, &policy->prunable, states, reader->error);
    return value_duration(source, value,
                          option ? &policy->prune_timeout : &policy->transition_timeout,
                          reader->error);
}

static int read_options(struct reader *reader, struct token_range options,
                        struct spex_specification *specification)
{
    spex_policy policy = specification->policy;
    struct state_list states = {0};
    struct token_range part;
    unsigned seen = 0;
    int status = SPEX_OK;
    while (range_inside(reader->source, &options, "(") ||
           range_inside(reader->source, &options, "["))
        ;
    while (!status && range_next(reader->source, &options, &part))
        status = read_option(reader, part, &policy, &states, &seen);
    if (!status) {
        policy.prunable_states = (const char *const *)states.names.names;
        policy.prunable_state_count = states.names.count;
        status = spex_specification_set_policy(specification, &policy, reader->error);
    }
    for (uint32_t i = 0; !status && i < states.names.count; i++)
        if (!specification_note_prunable(specification, place_of(reader, states.tokens[i])))
            status = error_memory(reader->error);
    state_list_release(&states);
    return status;
}

static int add_specification(struct reader *reader, struct module *module, size_t at)
{
    struct specification_list *list = reader->list;
    spex_error reason;
    if (!memory_reserve(&list->items, &reader->capacity, list->count + 1, sizeof *list->items))
        return error_memory(reader->error);
    int status = spex_specification_create(&module->specification, module->name, &reason);
    if (status == SPEX_ERROR_MEMORY)
        return error_memory(reader->error);
    if (status)
        return token_error(reader->source, at, reader->error, "%s", reason.message);
    list->items[list->count++] = module->specification;
    module->specification->source = memory_copy_text(reader->source->file);
    return module->specification->source ? SPEX_OK : error_memory(reader->error);
}

/* `arguments`: the module's name and the options. */
static int use_specification(struct reader *reader, struct module *module, size_t at,
                             struct token_range arguments)
{
    struct token_range part;
    const struct elixir_source *source = reader->source;
    if (!module->name)
        return token_error(source, module->at, reader->error,
                           "the name of this specification is computed and cannot be known here; "
                           "expected defmodule Some.Name");
    if (!*module->name)
        return token_error(source, at, reader->error,
                           "expected `use Spex.Specification` inside of a module");
    if (module->specification)
        return token_error(source, at, reader->error, "expected `use Spex.Specification` once");
    if (module->suspicion.what)
        return injection_error(source, &module->suspicion, reader->error);
    int status = add_specification(reader, module, at);
    range_next(source, &arguments, &part);
    return status ? status : read_options(reader, arguments, module->specification);
}

/* --------------------------------------------------------- transitions */

static int read_transition(struct reader *reader, struct module *module,
                           struct token_range statement, size_t name)
{
    const struct elixir_source *source = reader->source;
    struct token_range arguments = {name + 1, statement.end}, part;
    if (range_inside(source, &arguments, "("))
        ;
    else if (arguments.at < arguments.end && token_is_kind(source, arguments.at, TOKEN_OPEN, "(") &&
             source->tokens[arguments.at].offset ==
                 source->tokens[name].offset + source->tokens[name].length)
        return token_error(source, token_after(source, arguments.at), reader->error,
                           "expected the end of the line behind the transition");
    size_t count = range_parts(source, arguments);
    if (count != 3)
        return token_error(source, name, reader->error,
                           "def_transition takes three arguments, from, action and to; found %zu",
                           count);
    struct text names[3] = {{0}, {0}, {0}};
    size_t tokens[3] = {0};
    int status = SPEX_OK;
    for (int i = 0; !status && range_next(source, &arguments, &part); i++) {
        tokens[i] = part.at;
        status = value_atom(source, part, "a transition", &names[i], reader->error);
    }
    if (!status)
        status = spex_specification_add(module->specification, names[0].data, names[1].data,
                                        names[2].data, reader->error);
    for (int i = 0; !status && i < 3; i += 2)
        if (!specification_note_state(module->specification, names[i].data,
                                      place_of(reader, tokens[i])))
            status = error_memory(reader->error);
    for (int i = 0; i < 3; i++)
        text_release(&names[i]);
    return status;
}

/* ---------------------------------------------------------- statements */

/* `use(...)` or `use ...`: the arguments; false: it uses something else. */
static bool uses_specification(struct reader *reader, struct token_range statement,
                               struct token_range *arguments)
{
    *arguments = (struct token_range){statement.at + 1, statement.end};
    range_inside(reader->source, arguments, "(");
    return elixir_aliases_mean(&reader->aliases, reader->source, *arguments, "Spex.Specification");
}

/* A transition's name token, if the statement is a plain one. */
static bool is_transition(const struct elixir_source *source, struct token_range statement,
                          size_t *name)
{
    static const char *const words[] = {"Spex", ".", "Specification", ".", "def_transition"};
    *name = statement.at;
    if (token_is_kind(source, statement.at, TOKEN_IDENTIFIER, "def_transition"))
        return true;
    for (size_t i = 0; i < 5; i++)
        if (statement.at + i >= statement.end || !token_is(source, statement.at + i, words[i]))
            return false;
    *name = statement.at + 4;
    return true;
}

static bool defines_handler(const struct elixir_source *source, struct token_range statement)
{
    return statement.at + 1 < statement.end &&
           (token_is_kind(source, statement.at, TOKEN_IDENTIFIER, "def") ||
            token_is_kind(source, statement.at, TOKEN_IDENTIFIER, "defdelegate")) &&
           token_is_kind(source, statement.at + 1, TOKEN_IDENTIFIER, "error_handler");
}

/* A statement that is no transition: may it decide some? */
static int read_other(struct reader *reader, struct module *module, struct token_range statement)
{
    const struct elixir_source *source = reader->source;
    struct injection injection;
    size_t hidden = elixir_hidden_use(source, &reader->aliases, statement);
    if (hidden < statement.end)
        return token_error(source, hidden, reader->error,
                           "a specification made by other code cannot be evaluated here; expected "
                           "`use Spex.Specification` directly in a module");
    if (module->specification && defines_handler(source, statement))
        module->specification->custom_handler = true;
    if (module->suspicion.what || !elixir_injects(source, statement, &injection))
        return SPEX_OK;
    if (module->specification)
        return injection_error(source, &injection, reader->error);
    module->suspicion = injection;
    return SPEX_OK;
}

static int read_statement(struct reader *reader, struct module *module,
                          struct token_range statement)
{
    const struct elixir_source *source = reader->source;
    struct token_range arguments;
    size_t name;
    if (token_is_kind(source, statement.at, TOKEN_IDENTIFIER, "defmodule"))
        return read_module(reader, module, statement);
    if (token_is_kind(source, statement.at, TOKEN_IDENTIFIER, "use") &&
        uses_specification(reader, statement, &arguments))
        return use_specification(reader, module, statement.at, arguments);
    if (module->specification && is_transition(source, statement, &name))
        return read_transition(reader, module, statement, name);
    if (token_is_kind(source, statement.at, TOKEN_IDENTIFIER, "alias") &&
        !elixir_aliases_learn(&reader->aliases, source, statement))
        return error_memory(reader->error);
    return read_other(reader, module, statement);
}

static int read_body(struct reader *reader, struct module *module, struct token_range body)
{
    const struct elixir_source *source = reader->source;
    int status = SPEX_OK;
    for (size_t i = body.at; !status && i < body.end; i++) {
        if (source->tokens[i].kind == TOKEN_END_OF_LINE)
            continue;
        struct token_range statement = {i, i};
        while (statement.end < body.end && source->tokens[statement.end].kind != TOKEN_END_OF_LINE)
            statement.end = token_after(source, statement.end);
        if (statement.end > body.end) /* something is left open */
            statement.end = body.end;
        status = read_statement(reader, module, statement);
        i = statement.end;
    }
    return status;
}

int elixir_read(const char *file, const char *bytes, size_t length, struct specification_list *list,
                spex_error *error)
{
    struct elixir_source source;
    *list = (struct specification_list){0};
    int status = elixir_tokenize(&source, file, bytes, length, error);
    if (status)
        return status;
    struct reader reader = {.source = &source, .list = list, .error = error};
    struct module outside = {.name = ""};
    status = read_body(&reader, &outside, (struct token_range){0, source.count - 1});
    if (!status && source.problem.status) {
        status = source.problem.status;
        if (error)
            *error = source.problem;
    }
    elixir_aliases_forget(&reader.aliases, 0);
    free(reader.aliases.items);
    elixir_source_release(&source);
    if (status)
        specification_list_release(list);
    return status;
}
