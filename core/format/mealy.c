/* Mealy machines: labels "input/output" become an input and, behind it, an output. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "format/format.h"

static void cut_blanks(const char **bytes, size_t *length)
{
    while (*length && **bytes == ' ')
        ++*bytes, --*length;
    while (*length && (*bytes)[*length - 1] == ' ')
        --*length;
}

/* Where input and output part: at a slash between blanks, else at the first one. */
static bool parts(const char *label, struct text *input, struct text *output)
{
    const char *slash = strstr(label, " / ");
    slash = slash ? slash + 1 : strchr(label, '/');
    if (!slash)
        return false;
    const char *left = label, *right = slash + 1;
    size_t left_length = (size_t)(slash - label), right_length = strlen(right);
    cut_blanks(&left, &left_length);
    cut_blanks(&right, &right_length);
    text_clear(input);
    text_clear(output);
    text_append_bytes(input, left, left_length);
    text_append_bytes(output, right, right_length);
    return left_length > 0 && right_length > 0;
}

/* The state in which the input was taken and the output is still to come. */
static int state_between(struct lts *lts, struct symbols *between, uint32_t from, const char *input,
                         uint32_t *state, spex_error *error)
{
    char number[16];
    struct text key = {0};
    uint32_t base = lts->state_count - between->count;
    text_printf(&key, "%u ", from);
    text_append(&key, input);
    uint32_t before = between->count;
    uint32_t symbol = key.failed ? SYMBOL_NONE : symbols_intern(between, text_value(&key));
    text_release(&key);
    if (symbol == SYMBOL_NONE)
        return error_memory(error);
    *state = base + symbol;
    if (between->count == before)
        return SPEX_OK;
    if (lts->state_names.count) {
        struct text name = {0};
        text_printf(&name, "%s %s", lts_state_name(lts, from, number), input);
        while (!name.failed && symbols_find(&lts->state_names, text_value(&name)) != SYMBOL_NONE)
            text_append_char(&name, '\'');
        symbol = name.failed ? SYMBOL_NONE : symbols_intern(&lts->state_names, text_value(&name));
        text_release(&name);
        if (symbol == SYMBOL_NONE)
            return error_memory(error);
    }
    lts->state_count++;
    return SPEX_OK;
}

int mealy_split(struct lts *lts, spex_error *error)
{
    struct lts split;
    struct symbols between = {0};
    struct text input = {0}, output = {0};
    int status = lts_init(&split, error);
    if (status)
        return status;
    split.initial = lts->initial;
    split.state_count = lts->state_count;
    if (!symbols_copy(&split.state_names, &lts->state_names))
        status = error_memory(error);
    for (size_t i = 0; !status && i < lts->transition_count; i++) {
        const struct lts_transition *transition = &lts->transitions[i];
        const char *name = symbols_name(&lts->labels, transition->label);
        bool whole = transition->label == LTS_INTERNAL || !parts(name, &input, &output);
        uint32_t label = transition->label == LTS_INTERNAL
                             ? LTS_INTERNAL
                             : symbols_intern(&split.labels, whole ? name : text_value(&input));
        uint32_t from = transition->from, state = transition->to;
        if (label == SYMBOL_NONE || input.failed || output.failed)
            status = error_memory(error);
        if (!status && !whole) {
            status = state_between(&split, &between, from, text_value(&input), &state, error);
            uint32_t answer = symbols_intern(&split.labels, text_value(&output));
            if (!status && answer == SYMBOL_NONE)
                status = error_memory(error);
            if (!status)
                status = lts_add(&split, state, answer, transition->to, error);
        }
        if (!status)
            status = lts_add(&split, from, label, state, error);
    }
    text_release(&input);
    text_release(&output);
    symbols_release(&between);
    if (status) {
        lts_release(&split);
        return status;
    }
    lts_release(lts);
    *lts = split;
    return SPEX_OK;
}
