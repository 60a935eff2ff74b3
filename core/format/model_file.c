/*
 * .spex, byte for byte as the Elixir library has it: names stand as they are, blanks at
 * their ends included, and nothing is a comment.
 */
#include "format/format.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/error.h"
#include "base/memory.h"
#include "format/lines.h"

static const char name_header[] = "Specification: ";
static const char learning_header[] = "Learning mode: ";
static const char transitions_header[] = "Transitions:";

/* The next filled line, which must begin with the header; *value is the rest. */
static int read_header(struct lines *lines, const char *header, const char *whole,
                       const char **value, size_t *length, spex_error *error)
{
    size_t size = strlen(header);
    if (!lines_next_filled(lines))
        return lines_error(lines, lines->line + lines->length, error,
                           "expected '%s', found the end of the file", whole);
    if (lines->length < size || memcmp(lines->line, header, size) != 0)
        return lines_error(lines, lines->line, error, "expected '%s'", whole);
    *value = lines->line + size;
    *length = lines->length - size;
    return SPEX_OK;
}

static int read_name(struct lines *lines, struct spex_model **model, spex_error *error)
{
    const char *name;
    size_t length;
    int status = read_header(lines, name_header, "Specification: NAME", &name, &length, error);
    if (!status)
        status = lines_name_check(lines, "the specification's name", name, length, error);
    if (status)
        return status;
    if (blank(name[0]) || blank(name[length - 1]))
        return lines_error(lines, blank(name[0]) ? name : name + length - 1, error,
                           "expected the specification's name without blanks around it");
    char *text = memory_copy_bytes(name, length);
    *model = text ? model_create(text, false) : NULL;
    free(text);
    return *model ? SPEX_OK : error_memory(error);
}

static int read_learning(struct lines *lines, struct spex_model *model, spex_error *error)
{
    const char *value;
    size_t length;
    int status =
        read_header(lines, learning_header, "Learning mode: true' or 'Learning mode: false", &value,
                    &length, error);
    if (status)
        return status;
    model->learning = length == 4 && memcmp(value, "true", 4) == 0;
    if (!model->learning && !(length == 5 && memcmp(value, "false", 5) == 0))
        return lines_error(lines, value, error, "expected 'true' or 'false'");
    return SPEX_OK;
}

static int read_transition(struct lines *lines, struct spex_model *model, spex_error *error)
{
    struct transition_parts parts;
    unsigned column;
    const char *expected;
    if (!transition_line_read(lines->line, lines->length, &parts, &column, &expected))
        return error_place(error, lines->file, lines->number, column, "expected %s", expected);
    int status = lines_name_check(lines, "the state", parts.from, parts.from_length, error);
    if (!status)
        status = lines_name_check(lines, "the action", parts.action, parts.action_length, error);
    if (!status)
        status = lines_name_check(lines, "the state", parts.to, parts.to_length, error);
    if (status)
        return status;
    uint32_t from = symbols_intern_bytes(&model->names, parts.from, parts.from_length);
    uint32_t action = symbols_intern_bytes(&model->names, parts.action, parts.action_length);
    uint32_t to = symbols_intern_bytes(&model->names, parts.to, parts.to_length);
    if (from == SYMBOL_NONE || action == SYMBOL_NONE || to == SYMBOL_NONE ||
        !memory_reserve(&model->transitions, &model->transition_capacity,
                        model->transition_count + 1, sizeof *model->transitions))
        return error_memory(error);
    model->transitions[model->transition_count++] = (struct model_transition){
        symbols_name(&model->names, from), symbols_name(&model->names, action),
        symbols_name(&model->names, to)};
    return SPEX_OK;
}

static int compare(const void *left, const void *right)
{
    const struct model_transition *one = left, *other = right;
    int order = strcmp(one->from, other->from);
    if (!order)
        order = strcmp(one->action, other->action);
    return order ? order : strcmp(one->to, other->to);
}

/* Large models come in any order; adding one by one would take quadratic time. */
static void sort_as_set(struct spex_model *model)
{
    if (model->transition_count < 2)
        return;
    qsort(model->transitions, model->transition_count, sizeof *model->transitions, compare);
    size_t kept = 1;
    for (size_t i = 1; i < model->transition_count; i++)
        if (compare(&model->transitions[kept - 1], &model->transitions[i]) != 0)
            model->transitions[kept++] = model->transitions[i];
    model->transition_count = kept;
}

int model_read(const char *file, const char *bytes, size_t length, struct spex_model **model,
               spex_error *error)
{
    *model = NULL;
    struct spex_model *made = NULL;
    struct lines lines;
    const char *rest;
    size_t rest_length;
    int status = lines_start(&lines, file, bytes, length, error);
    if (!status)
        status = read_name(&lines, &made, error);
    if (!status)
        status = read_learning(&lines, made, error);
    if (!status)
        status =
            read_header(&lines, transitions_header, transitions_header, &rest, &rest_length, error);
    if (!status && rest_length)
        status = lines_error(&lines, rest, error, "expected the end of the line");
    while (!status && lines_next_filled(&lines))
        status = read_transition(&lines, made, error);
    if (!status && !(made->source = memory_copy_text(file)))
        status = error_memory(error);
    if (status) {
        spex_model_free(made);
        return status;
    }
    sort_as_set(made);
    made->content = model_content(bytes, length);
    *model = made;
    return SPEX_OK;
}

uint64_t model_content(const char *bytes, size_t length)
{
    uint64_t hash = XXH3_64bits(bytes, length);
    return hash ? hash : 1;
}

static int check_name(const char *name, spex_error *error)
{
    int status = name_check("the specification's name", name, error);
    if (status)
        return status;
    if (strchr(name, '\n') || blank(name[0]) || blank(name[strlen(name) - 1]))
        return error_set(
            error, SPEX_ERROR_USAGE,
            "the specification's name '%.200s' holds a line break or has blanks around "
            "it, so a file could not give it back",
            name);
    return SPEX_OK;
}

int model_write(const struct spex_model *model, struct text *text, spex_error *error)
{
    size_t before = text->length;
    int status = check_name(model->name, error);
    if (status)
        return status;
    text_printf(text, "%s%s\n%s%s\n%s\n", name_header, model->name, learning_header,
                model->learning ? "true" : "false", transitions_header);
    if (!model->transition_count)
        text_append(text, "\n");
    for (size_t i = 0; !status && i < model->transition_count; i++) {
        const struct model_transition *transition = &model->transitions[i];
        status = transition_line_write(text, transition->from, transition->action, transition->to,
                                       error);
        text_append(text, "\n");
    }
    if (text->failed)
        return error_memory(error);
    if (status)
        text->data[text->length = before] = '\0';
    return status;
}
