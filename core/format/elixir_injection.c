#include "format/elixir_injection.h"

#include <string.h>

/* ------------------------------------------------------- known names */

static bool known(const struct elixir_source *source, size_t index, const char *const *words)
{
    for (; *words; words++)
        if (token_is(source, index, *words))
            return true;
    return false;
}

static const char *const definitions[] = {
    "def",          "defp",           "defmacro",  "defmacrop", "defguard",
    "defguardp",    "defdelegate",    "defstruct", "defimpl",   "defprotocol",
    "defexception", "defoverridable", "defmodule", NULL};

static const char *const directives[] = {"alias", "import", "require", "quote", NULL};

static const char *const conditions[] = {"if",   "unless", "case",    "cond",
                                         "with", "try",    "receive", NULL};

/* What Kernel offers to every module; none of it adds a transition. */
static const char *const kernel[] = {"abs",
                                     "apply",
                                     "binary_part",
                                     "binding",
                                     "bit_size",
                                     "byte_size",
                                     "ceil",
                                     "dbg",
                                     "destructure",
                                     "div",
                                     "elem",
                                     "exit",
                                     "floor",
                                     "for",
                                     "function_exported?",
                                     "get_and_update_in",
                                     "get_in",
                                     "hd",
                                     "inspect",
                                     "is_atom",
                                     "is_binary",
                                     "is_bitstring",
                                     "is_boolean",
                                     "is_exception",
                                     "is_float",
                                     "is_function",
                                     "is_integer",
                                     "is_list",
                                     "is_map",
                                     "is_map_key",
                                     "is_nil",
                                     "is_number",
                                     "is_pid",
                                     "is_struct",
                                     "is_tuple",
                                     "length",
                                     "macro_exported?",
                                     "make_ref",
                                     "map_size",
                                     "match?",
                                     "max",
                                     "min",
                                     "node",
                                     "not",
                                     "pop_in",
                                     "put_elem",
                                     "put_in",
                                     "raise",
                                     "rem",
                                     "reraise",
                                     "round",
                                     "self",
                                     "send",
                                     "sigil_w",
                                     "spawn",
                                     "struct",
                                     "struct!",
                                     "super",
                                     "tap",
                                     "then",
                                     "throw",
                                     "tl",
                                     "to_charlist",
                                     "to_string",
                                     "to_timeout",
                                     "trunc",
                                     "tuple_size",
                                     "update_in",
                                     "var!",
                                     "fn",
                                     "and",
                                     "or",
                                     "in",
                                     "when",
                                     "else",
                                     "after",
                                     "rescue",
                                     "catch",
                                     "nil",
                                     "true",
                                     "false",
                                     "__MODULE__",
                                     "__ENV__",
                                     "__DIR__",
                                     "__CALLER__",
                                     NULL};

/* The standard library, and what people use beside a specification: functions, or macros
 * that know nothing of transitions. */
static const char *const libraries[] = {
    "Agent",     "Application", "Atom",    "Base",   "Bitwise", "Code",     "Date",
    "DateTime",  "Duration",    "Enum",    "ExUnit", "File",    "Float",    "Function",
    "GenServer", "IO",          "Integer", "JSON",   "Kernel",  "Keyword",  "List",
    "Logger",    "Macro",       "Map",     "MapSet", "Mix",     "Module",   "NaiveDateTime",
    "Path",      "Process",     "Range",   "Record", "Regex",   "Registry", "Stream",
    "String",    "Supervisor",  "System",  "Task",   "Time",    "Tuple",    "URI",
    "Version",   NULL};

/* ------------------------------------------------- hidden transitions */

/* Whether the name here is called with something, not defined or merely named. */
static bool called(const struct elixir_source *source, size_t index)
{
    static const char *const before[] = {"def", "defp", "defmacro", "defmacrop", NULL};
    static const char *const signs[] = {"@", "%", "-", "&", "^", "!", NULL};
    if (index && known(source, index - 1, before))
        return false;
    if (index && token_is_kind(source, index - 1, TOKEN_OPERATOR, ".") &&
        !(index > 1 && token_is_kind(source, index - 2, TOKEN_ALIAS, "Specification")))
        return false;
    switch (source->tokens[index + 1].kind) {
    case TOKEN_END_OF_FILE:
    case TOKEN_END_OF_LINE:
    case TOKEN_CLOSE:
        return false;
    case TOKEN_OPERATOR:
        return known(source, index + 1, signs);
    case TOKEN_OPEN:
        return !token_is(source, index + 1, "do");
    default:
        return true;
    }
}

static size_t hidden_transition(const struct elixir_source *source, struct token_range statement)
{
    for (size_t i = statement.at; i < statement.end; i++)
        if (token_is_kind(source, i, TOKEN_IDENTIFIER, "def_transition") && called(source, i))
            return i;
    return statement.end;
}

static void describe_hidden(const struct elixir_source *source, struct token_range statement,
                            size_t transition, struct injection *injection)
{
    size_t head = statement.at;
    *injection = (struct injection){.what = "code around it", .at = transition, .certain = true};
    if (head == transition) {
        injection->what = "a def_transition before `use Spex.Specification`";
    } else if (source->tokens[head].kind == TOKEN_IDENTIFIER) {
        if (known(source, head, definitions)) {
            injection->what = "a def_transition inside of a definition";
            return;
        }
        injection->at = head;
        injection->named = !token_is(source, head, "for") && !known(source, head, conditions) &&
                           !token_is(source, head, "quote");
        injection->what = token_is(source, head, "for")     ? "a comprehension"
                          : token_is(source, head, "quote") ? "quoted code"
                          : injection->named                ? "the call of"
                                                            : "a condition";
    } else if (source->tokens[head].kind == TOKEN_ALIAS) {
        injection->at = head;
        injection->what = "the call of";
        injection->named = true;
    }
}

/* --------------------------------------------------- unknown calls */

/* Behind the definition or attribute that begins here: what a definition calls is called
 * later, and an attribute's value (or type) adds nothing by itself. */
static size_t behind_definition(const struct elixir_source *source, size_t index, size_t end)
{
    while (index < end && source->tokens[index].kind != TOKEN_END_OF_LINE &&
           source->tokens[index].kind != TOKEN_CLOSE)
        index = token_after(source, index);
    return index;
}

/* Whether the token may begin an argument of a call without brackets. */
static bool begins_argument(const struct elixir_source *source, size_t index)
{
    switch (source->tokens[index].kind) {
    case TOKEN_IDENTIFIER:
    case TOKEN_ALIAS:
    case TOKEN_ATOM:
    case TOKEN_KEY:
    case TOKEN_STRING:
    case TOKEN_SIGIL:
    case TOKEN_INTEGER:
        return true;
    case TOKEN_OPERATOR:
        return token_is(source, index, "@") || token_is(source, index, "%");
    case TOKEN_OPEN:
        return token_is(source, index, "[") || token_is(source, index, "{");
    default:
        return false;
    }
}

static bool begins_statement(const struct elixir_source *source, size_t index)
{
    const struct token *before = &source->tokens[index - 1];
    return before->kind == TOKEN_END_OF_LINE || token_is(source, index - 1, "->") ||
           token_is(source, index - 1, "do") || token_is(source, index - 1, "do:") ||
           token_is(source, index - 1, "else") || token_is(source, index - 1, "else:");
}

/* A call inside of the statement that is none of Kernel's; its end if there is none. */
static size_t unknown_call(const struct elixir_source *source, struct token_range statement)
{
    for (size_t i = statement.at + 1; i < statement.end; i++) {
        bool attribute =
            token_is_kind(source, i, TOKEN_OPERATOR, "@") && begins_statement(source, i);
        bool name = source->tokens[i].kind == TOKEN_IDENTIFIER &&
                    !token_is_kind(source, i - 1, TOKEN_OPERATOR, ".");
        if (attribute || (name && known(source, i, definitions))) {
            i = behind_definition(source, i, statement.end) - 1;
            continue;
        }
        if (!name)
            continue;
        if (known(source, i, kernel) || known(source, i, conditions) ||
            known(source, i, directives))
            continue;
        const struct token *token = &source->tokens[i];
        bool brackets = token_is_kind(source, i + 1, TOKEN_OPEN, "(") &&
                        token->offset + token->length == source->tokens[i + 1].offset;
        if (brackets || (begins_statement(source, i) && begins_argument(source, i + 1)))
            return i;
    }
    return statement.end;
}

/* A call that begins the statement with a module's name. */
static bool foreign_call(const struct elixir_source *source, struct token_range statement)
{
    size_t i = statement.at;
    while (source->tokens[i].kind == TOKEN_ALIAS &&
           token_is_kind(source, i + 1, TOKEN_OPERATOR, "."))
        i += 2;
    if (i == statement.at || source->tokens[i].kind != TOKEN_IDENTIFIER)
        return false;
    return !known(source, statement.at, libraries) ||
           (source->tokens[i].length >= 4 && memcmp(token_bytes(source, i), "eval", 4) == 0);
}

static bool judge_identifier(const struct elixir_source *source, struct token_range statement,
                             struct injection *injection)
{
    size_t head = statement.at;
    *injection = (struct injection){.what = "the call of", .at = head, .named = true};
    if (token_is(source, head, "use")) {
        injection->what = "the code that comes with";
        size_t module = head + 1 + token_is_kind(source, head + 1, TOKEN_OPEN, "(");
        return !known(source, module, libraries);
    }
    if (known(source, head, definitions) || known(source, head, directives) ||
        token_is_kind(source, head + 1, TOKEN_OPERATOR, "=") ||
        token_is_kind(source, head + 1, TOKEN_OPERATOR, "."))
        return false;
    if (!known(source, head, kernel) && !known(source, head, conditions))
        return true;
    injection->at = unknown_call(source, statement);
    return injection->at < statement.end;
}

bool elixir_injects(const struct elixir_source *source, struct token_range statement,
                    struct injection *injection)
{
    size_t head = statement.at, transition = hidden_transition(source, statement);
    if (transition < statement.end) {
        describe_hidden(source, statement, transition, injection);
        return true;
    }
    *injection = (struct injection){.what = "the call of", .at = head, .named = true};
    switch (source->tokens[head].kind) {
    case TOKEN_IDENTIFIER:
        return judge_identifier(source, statement, injection);
    case TOKEN_ALIAS:
        return foreign_call(source, statement);
    case TOKEN_OPERATOR:
        injection->what = "the code that comes with";
        return token_is(source, head, "@") &&
               token_is_kind(source, head + 1, TOKEN_IDENTIFIER, "before_compile");
    default:
        return false;
    }
}

int injection_error(const struct elixir_source *source, const struct injection *injection,
                    spex_error *error)
{
    char name[80] = "";
    if (injection->named) {
        /* The name up to its arguments: `Enum.each`, `use Foo.Bar`. */
        size_t first = injection->at, last = first;
        if (token_is(source, first, "use") || token_is(source, first, "@"))
            last++;
        while (token_is_kind(source, last + 1, TOKEN_OPERATOR, ".") &&
               (source->tokens[last + 2].kind == TOKEN_ALIAS ||
                source->tokens[last + 2].kind == TOKEN_IDENTIFIER))
            last += 2;
        size_t length = source->tokens[last].offset + source->tokens[last].length -
                        source->tokens[first].offset;
        if (length > sizeof name - 4)
            length = sizeof name - 4;
        memcpy(name, " `", 2);
        memcpy(name + 2, token_bytes(source, first), length);
        memcpy(name + 2 + length, "`", 2);
    }
    return token_error(source, injection->at, error,
                       "%s%s %s transitions and cannot be evaluated here; expected one "
                       "def_transition for each, directly in the module",
                       injection->what, name, injection->certain ? "decides" : "may decide");
}
