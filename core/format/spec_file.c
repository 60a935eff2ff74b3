/*
 * .spec. Only a whole line whose first character is '#' is a comment, so '#' is free in
 * names everywhere but at the start of a transition's first state. Blanks around lines,
 * names and values do not count; a name that has them at its ends is refused when
 * written, as is a prunable state with a comma or one that reads as a key word.
 * `Accept: none` accepts nothing; an empty list of prunable states is written as none.
 */
#include "format/format.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "format/lines.h"

enum header {
    HEADER_NAME,
    HEADER_TRANSITION_TIMEOUT,
    HEADER_PRUNE_TIMEOUT,
    HEADER_PRUNABLE,
    HEADER_ACCEPT,
    HEADER_TRANSITIONS,
    HEADERS
};
static const char *const header_names[HEADERS] = {
    "Specification", "Transition timeout", "Prune timeout", "Prunable states",
    "Accept",        "Transitions",
};

/* What was read so far. */
struct reading {
    struct lines lines;
    unsigned seen[HEADERS]; /* the line of the header; 0: not seen */
    struct spex_specification *specification;
    spex_policy policy; /* its lists point into `states` */
    const char **states;
    size_t state_capacity;
    struct symbols names; /* of the prunable states */
};

/* Of a byte of the current line. */
static struct source_place place_of(const struct reading *reading, const char *at)
{
    const struct lines *lines = &reading->lines;
    return (struct source_place){lines->number,
                                 text_columns(lines->line, (size_t)(at - lines->line)) + 1};
}

/* One item of a comma-separated list, trimmed; false at the end. *rest is NULL then. */
static bool next_item(const char **rest, size_t *rest_length, const char **item, size_t *length)
{
    if (!*rest)
        return false;
    const char *comma = memchr(*rest, ',', *rest_length);
    *item = *rest;
    *length = comma ? (size_t)(comma - *rest) : *rest_length;
    *rest_length -= *length + (comma ? 1 : 0);
    *rest = comma ? comma + 1 : NULL;
    trim(item, length);
    return true;
}

static bool equals(const char *bytes, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(bytes, word, length) == 0;
}

static int read_duration(struct reading *reading, const char *value, size_t length,
                         int64_t *duration, spex_error *error)
{
    char text[DURATION_TEXT_SIZE] = "";
    if (length < sizeof text)
        memcpy(text, value, length);
    if (!duration_parse(text, duration))
        return lines_error(&reading->lines, value, error,
                           "expected a duration, such as 250ms, 30s, 5m, 6h, 2d or infinity");
    return SPEX_OK;
}

static const struct {
    const char *word;
    spex_prunable prunable;
} prunable_words[] = {
    {"none", SPEX_PRUNABLE_NONE}, {"all", SPEX_PRUNABLE_ALL}, {"terminal", SPEX_PRUNABLE_TERMINAL}};
enum { PRUNABLE_WORDS = sizeof prunable_words / sizeof *prunable_words };

static int prunable_word(const char *bytes, size_t length)
{
    for (int i = 0; i < PRUNABLE_WORDS; i++)
        if (equals(bytes, length, prunable_words[i].word))
            return i;
    return -1;
}

static int read_prunable(struct reading *reading, const char *value, size_t length,
                         spex_error *error)
{
    int word = prunable_word(value, length);
    if (word >= 0) {
        reading->policy.prunable = prunable_words[word].prunable;
        return SPEX_OK;
    }
    reading->policy.prunable = SPEX_PRUNABLE_LIST;
    const char *item;
    size_t item_length, count = 0;
    while (next_item(&value, &length, &item, &item_length)) {
        if (prunable_word(item, item_length) >= 0)
            return lines_error(&reading->lines, item, error,
                               "expected a state: '%.*s' can only stand alone", (int)item_length,
                               item);
        int status =
            lines_name_check(&reading->lines, "the prunable state", item, item_length, error);
        if (status)
            return status;
        uint32_t symbol = symbols_intern_bytes(&reading->names, item, item_length);
        if (symbol == SYMBOL_NONE || !memory_reserve(&reading->states, &reading->state_capacity,
                                                     count + 1, sizeof *reading->states))
            return error_memory(error);
        reading->states[count++] = symbols_name(&reading->names, symbol);
        if (!specification_note_prunable(reading->specification, place_of(reading, item)))
            return error_memory(error);
    }
    reading->policy.prunable_states = reading->states;
    reading->policy.prunable_state_count = count;
    return SPEX_OK;
}

static int read_accept(struct reading *reading, const char *value, size_t length, spex_error *error)
{
    reading->policy.accept = 0;
    if (equals(value, length, "none"))
        return SPEX_OK;
    const char *names[SPEX_REASON_COUNT - 1];
    for (int i = 1; i < SPEX_REASON_COUNT; i++)
        names[i - 1] = spex_reason_name((spex_reason)i);
    const char *item;
    size_t item_length;
    while (next_item(&value, &length, &item, &item_length)) {
        int reason = 1;
        while (reason < SPEX_REASON_COUNT && !equals(item, item_length, names[reason - 1]))
            reason++;
        if (reason == SPEX_REASON_COUNT) {
            char hint[SUGGESTION_SIZE];
            suggestion(hint, item, item_length, names, SPEX_REASON_COUNT - 1);
            return lines_error(&reading->lines, item, error,
                               "expected the name of an error, such as deviation_still_equivalent, "
                               "or none%s",
                               hint);
        }
        reading->policy.accept |= 1u << reason;
    }
    return SPEX_OK;
}

static int read_name(struct reading *reading, const char *value, size_t length, spex_error *error)
{
    char *name = memory_copy_bytes(value, length);
    if (!name)
        return error_memory(error);
    int status =
        lines_name_check(&reading->lines, "the specification's name", value, length, error);
    if (!status)
        status = spex_specification_create(&reading->specification, name, error);
    free(name);
    return status;
}

static int read_value(struct reading *reading, enum header header, const char *value, size_t length,
                      spex_error *error)
{
    if (header != HEADER_TRANSITIONS && !length)
        return lines_error(&reading->lines, value, error, "expected a value behind '%s:'",
                           header_names[header]);
    switch (header) {
    case HEADER_NAME:
        return read_name(reading, value, length, error);
    case HEADER_TRANSITION_TIMEOUT:
        return read_duration(reading, value, length, &reading->policy.transition_timeout, error);
    case HEADER_PRUNE_TIMEOUT:
        return read_duration(reading, value, length, &reading->policy.prune_timeout, error);
    case HEADER_PRUNABLE:
        return read_prunable(reading, value, length, error);
    case HEADER_ACCEPT:
        return read_accept(reading, value, length, error);
    case HEADER_TRANSITIONS:
    case HEADERS:
    default:
        if (length)
            return lines_error(&reading->lines, value, error,
                               "expected the end of the line; transitions stand below, one a line");
        return SPEX_OK;
    }
}

static int unknown_header(struct reading *reading, const char *line, size_t length,
                          const char *colon, spex_error *error)
{
    struct transition_parts parts;
    unsigned column;
    const char *expected;
    if (transition_line_read(line, length, &parts, &column, &expected))
        return lines_error(&reading->lines, line, error,
                           "expected 'Transitions:' above the first transition");
    if (!reading->specification)
        return lines_error(&reading->lines, line, error, "expected 'Specification: NAME' first");
    if (!colon)
        return lines_error(&reading->lines, line, error,
                           "expected a header, such as 'Prune timeout: 1h', or 'Transitions:'");
    char hint[SUGGESTION_SIZE];
    suggestion(hint, line, (size_t)(colon - line), header_names, HEADERS);
    return lines_error(&reading->lines, line, error, "unknown header '%.*s'%s",
                       (int)(colon - line > 100 ? 100 : colon - line), line, hint);
}

static int read_header(struct reading *reading, const char *line, size_t length, spex_error *error)
{
    const char *colon = memchr(line, ':', length);
    int header = 0;
    while (header < HEADERS &&
           !(colon && equals(line, (size_t)(colon - line), header_names[header])))
        header++;
    if (header == HEADERS)
        return unknown_header(reading, line, length, colon, error);
    if (reading->seen[header])
        return lines_error(&reading->lines, line, error, "'%s:' stands already in line %u",
                           header_names[header], reading->seen[header]);
    if (header != HEADER_NAME && !reading->specification)
        return lines_error(&reading->lines, line, error, "expected 'Specification: NAME' first");
    reading->seen[header] = reading->lines.number;
    const char *value = colon + 1;
    size_t value_length = length - (size_t)(value - line);
    trim(&value, &value_length);
    return read_value(reading, (enum header)header, value, value_length, error);
}

/* A trimmed name as text of its own. */
static int take_name(struct reading *reading, const char *what, const char *bytes, size_t length,
                     char **name, spex_error *error)
{
    trim(&bytes, &length);
    int status = lines_name_check(&reading->lines, what, bytes, length, error);
    if (!status && !(*name = memory_copy_bytes(bytes, length)))
        status = error_memory(error);
    return status;
}

static int read_transition(struct reading *reading, const char *line, size_t length,
                           spex_error *error)
{
    struct transition_parts parts;
    unsigned column;
    const char *expected;
    if (!transition_line_read(line, length, &parts, &column, &expected))
        return error_place(error, reading->lines.file, reading->lines.number,
                           text_columns(reading->lines.line, (size_t)(line - reading->lines.line)) +
                               column,
                           "expected %s", expected);
    char *from = NULL, *action = NULL, *to = NULL;
    int status = take_name(reading, "the state", parts.from, parts.from_length, &from, error);
    if (!status)
        status =
            take_name(reading, "the action", parts.action, parts.action_length, &action, error);
    if (!status)
        status = take_name(reading, "the state", parts.to, parts.to_length, &to, error);
    if (!status)
        status = spex_specification_add(reading->specification, from, action, to, error);
    if (!status &&
        (!specification_note_state(reading->specification, from, place_of(reading, parts.from)) ||
         !specification_note_state(reading->specification, to, place_of(reading, parts.to))))
        status = error_memory(error);
    free(from);
    free(action);
    free(to);
    return status;
}

static int read_lines(struct reading *reading, spex_error *error)
{
    struct lines *lines = &reading->lines;
    int status = SPEX_OK;
    while (!status && lines_next_filled(lines)) {
        const char *line = lines->line;
        size_t length = lines->length;
        trim(&line, &length);
        if (*line == '#')
            continue;
        const char *lone = memchr(line, '\r', length);
        if (lone)
            return lines_error(lines, lone, error,
                               "a carriage return inside a line; lines end with LF or CR LF");
        status = reading->seen[HEADER_TRANSITIONS] ? read_transition(reading, line, length, error)
                                                   : read_header(reading, line, length, error);
    }
    if (!status && !reading->specification)
        status = lines_error(lines, lines->line + lines->length, error,
                             "expected 'Specification: NAME', found the end of the file");
    else if (!status && !reading->seen[HEADER_TRANSITIONS])
        status = lines_error(lines, lines->line + lines->length, error,
                             "expected 'Transitions:', found the end of the file");
    return status;
}

int spec_read(const char *file, const char *bytes, size_t length,
              struct spex_specification **specification, spex_error *error)
{
    *specification = NULL;
    struct reading reading = {.policy = {.transition_timeout = SPEX_INFINITY,
                                         .prune_timeout = SPEX_INFINITY,
                                         .accept = SPEX_ACCEPT_DEFAULT}};
    int status = lines_start(&reading.lines, file, bytes, length, error);
    if (!status)
        status = read_lines(&reading, error);
    if (!status)
        status = spex_specification_set_policy(reading.specification, &reading.policy, error);
    if (!status && !(reading.specification->source = memory_copy_text(file)))
        status = error_memory(error);
    free(reading.states);
    symbols_release(&reading.names);
    if (status)
        spex_specification_free(reading.specification);
    else
        *specification = reading.specification;
    return status;
}

/* -------------------------------------------------------------- writing */

static int check_ends(const char *what, const char *name, spex_error *error)
{
    int status = name_check(what, name, error);
    if (status)
        return status;
    if (strpbrk(name, "\n\r") || blank(name[0]) || blank(name[strlen(name) - 1]))
        return error_set(error, SPEX_ERROR_USAGE,
                         "%s '%.200s' holds a line break or has blanks around it, so a .spec file "
                         "could not give it back",
                         what, name);
    return SPEX_OK;
}

static int write_duration(struct text *text, enum header header, int64_t duration,
                          spex_error *error)
{
    char value[DURATION_TEXT_SIZE];
    int64_t back;
    if (duration == SPEX_INFINITY)
        return SPEX_OK;
    duration_format(duration, value);
    if (!duration_parse(value, &back) || back != duration)
        return error_set(error, SPEX_ERROR_USAGE, "%s of %s cannot be written in a .spec file",
                         header_names[header], value);
    text_printf(text, "%s: %s\n", header_names[header], value);
    return SPEX_OK;
}

static int write_prunable_list(struct text *text, const spex_policy *policy, spex_error *error)
{
    for (size_t i = 0; i < policy->prunable_state_count; i++) {
        const char *state = policy->prunable_states[i];
        int status = check_ends("the prunable state", state, error);
        if (status)
            return status;
        if (strchr(state, ',') || prunable_word(state, strlen(state)) >= 0)
            return error_set(error, SPEX_ERROR_USAGE,
                             "the prunable state '%.200s' holds a comma or is a key word, so a "
                             ".spec file could not give it back",
                             state);
        text_append(text, i ? ", " : "");
        text_append(text, state);
    }
    return SPEX_OK;
}

static int write_policy(struct text *text, const spex_policy *policy, spex_error *error)
{
    int status = write_duration(text, HEADER_TRANSITION_TIMEOUT, policy->transition_timeout, error);
    if (!status)
        status = write_duration(text, HEADER_PRUNE_TIMEOUT, policy->prune_timeout, error);
    if (status)
        return status;
    bool list = policy->prunable == SPEX_PRUNABLE_LIST && policy->prunable_state_count;
    if (list || policy->prunable == SPEX_PRUNABLE_ALL ||
        policy->prunable == SPEX_PRUNABLE_TERMINAL) {
        text_printf(text, "%s: ", header_names[HEADER_PRUNABLE]);
        for (int i = 0; !list && i < PRUNABLE_WORDS; i++)
            if (prunable_words[i].prunable == policy->prunable)
                text_append(text, prunable_words[i].word);
        if (list)
            status = write_prunable_list(text, policy, error);
        text_append(text, "\n");
    }
    if (status || policy->accept == SPEX_ACCEPT_DEFAULT)
        return status;
    if (policy->accept & ~(((1u << SPEX_REASON_COUNT) - 1) & ~1u))
        return error_set(error, SPEX_ERROR_USAGE, "the policy accepts an error that has no name");
    text_printf(text, "%s: %s", header_names[HEADER_ACCEPT], policy->accept ? "" : "none");
    const char *separator = "";
    for (int i = 1; i < SPEX_REASON_COUNT; i++)
        if (policy->accept & 1u << i) {
            text_printf(text, "%s%s", separator, spex_reason_name((spex_reason)i));
            separator = ", ";
        }
    text_append(text, "\n");
    return SPEX_OK;
}

static int write_transitions(struct text *text, const struct spex_specification *specification,
                             spex_error *error)
{
    text_printf(text, "%s:\n", header_names[HEADER_TRANSITIONS]);
    for (size_t i = 0; i < specification->transition_count; i++) {
        const struct specification_transition *transition = &specification->transitions[i];
        const char *from = specification->states.names[transition->from];
        const char *action = specification->actions.names[transition->action];
        const char *to = specification->states.names[transition->to];
        int status = check_ends("the state", from, error);
        if (!status)
            status = check_ends("the action", action, error);
        if (!status)
            status = check_ends("the state", to, error);
        if (!status && *from == '#')
            status = error_set(error, SPEX_ERROR_USAGE,
                               "the state '%.200s' begins with '#', so a .spec file would take its "
                               "transitions for comments",
                               from);
        if (!status)
            status = transition_line_write(text, from, action, to, error);
        if (status)
            return status;
        text_append(text, "\n");
    }
    return SPEX_OK;
}

int spec_write(const struct spex_specification *specification, struct text *text, spex_error *error)
{
    size_t before = text->length;
    int status = check_ends("the specification's name", specification->name, error);
    if (status)
        return status;
    if (specification->custom_handler)
        text_append(text, "# Errors are handled by code in the source; only the rest is here.\n");
    text_printf(text, "%s: %s\n", header_names[HEADER_NAME], specification->name);
    status = write_policy(text, &specification->policy, error);
    if (!status)
        status = write_transitions(text, specification, error);
    if (text->failed)
        return error_memory(error);
    if (status)
        text->data[text->length = before] = '\0';
    return status;
}
