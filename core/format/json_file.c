/* JSON for scripts: one line, keys in a fixed order, valid whatever the names hold. */
#include "format/format.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/memory.h"

static int finish(const struct text *text)
{
    return text->failed ? SPEX_ERROR_MEMORY : SPEX_OK;
}

static void append_key(struct text *text, const char *key)
{
    text_printf(text, ",\"%s\":", key);
}

static void append_text_or_null(struct text *text, const char *value)
{
    if (value)
        text_append_json(text, value);
    else
        text_append(text, "null");
}

static void append_names(struct text *text, const char *const *names, size_t count)
{
    text_append(text, "[");
    for (size_t i = 0; i < count; i++) {
        text_append(text, i ? "," : "");
        text_append_json(text, names[i]);
    }
    text_append(text, "]");
}

static void append_transition(struct text *text, bool first, const char *from, const char *action,
                              const char *to)
{
    text_append(text, first ? "[" : ",[");
    text_append_json(text, from);
    text_append(text, ",");
    text_append_json(text, action);
    text_append(text, ",");
    text_append_json(text, to);
    text_append(text, "]");
}

/* ------------------------------------------------------- specification */

static void append_duration(struct text *text, const char *key, int64_t duration)
{
    append_key(text, key);
    if (duration == SPEX_INFINITY)
        text_append(text, "null");
    else
        text_printf(text, "%" PRId64, duration);
}

static void append_prunable(struct text *text, const spex_policy *policy)
{
    append_key(text, "prunable");
    switch (policy->prunable) {
    case SPEX_PRUNABLE_ALL:
        text_append(text, "\"all\"");
        break;
    case SPEX_PRUNABLE_TERMINAL:
        text_append(text, "\"terminal\"");
        break;
    case SPEX_PRUNABLE_LIST:
        append_names(text, policy->prunable_states, policy->prunable_state_count);
        break;
    case SPEX_PRUNABLE_NONE:
    default:
        text_append(text, "\"none\"");
    }
}

/* The names whose number is not marked, as an array. */
static void append_unmarked(struct text *text, char *const *names, uint32_t count,
                            const bool *marked)
{
    const char *separator = "";
    text_append(text, "[");
    for (uint32_t i = 0; i < count; i++)
        if (!marked[i]) {
            text_append(text, separator);
            text_append_json(text, names[i]);
            separator = ",";
        }
    text_append(text, "]");
}

int json_write_specification(const struct spex_specification *specification, struct text *text)
{
    const struct symbols *states = &specification->states, *actions = &specification->actions;
    bool *left = memory_allocate(states->count, sizeof *left);
    if (!left)
        return SPEX_ERROR_MEMORY;
    text_append(text, "{\"name\":");
    text_append_json(text, specification->name);
    append_key(text, "initial");
    append_text_or_null(text, symbols_name(states, 0));
    append_key(text, "states");
    append_names(text, (const char *const *)states->names, states->count);
    append_key(text, "actions");
    append_names(text, (const char *const *)actions->names, actions->count);
    append_key(text, "transitions");
    text_append(text, "[");
    for (size_t i = 0; i < specification->transition_count; i++) {
        const struct specification_transition *transition = &specification->transitions[i];
        append_transition(text, i == 0, states->names[transition->from],
                          actions->names[transition->action], states->names[transition->to]);
        left[transition->from] = true;
    }
    text_append(text, "]");
    append_key(text, "terminal");
    append_unmarked(text, states->names, states->count, left);
    append_duration(text, "transition_timeout_ms", specification->policy.transition_timeout);
    append_duration(text, "prune_timeout_ms", specification->policy.prune_timeout);
    append_prunable(text, &specification->policy);
    append_key(text, "custom_handler");
    text_append(text, specification->custom_handler ? "true}" : "false}");
    free(left);
    return finish(text);
}

/* --------------------------------------------------------------- model */

static bool is_initialisation(const struct model_transition *transition)
{
    return strcmp(transition->action, SPEX_INITIALISATION) == 0 &&
           strcmp(transition->from, SPEX_NIL) == 0;
}

/* One initial state is a text, none null, several an array. */
static void append_initial(struct text *text, const struct spex_model *model)
{
    const char *first = NULL;
    size_t count = 0;
    for (size_t i = 0; i < model->transition_count; i++)
        if (is_initialisation(&model->transitions[i]) && count++ == 0)
            first = model->transitions[i].to;
    append_key(text, "initial");
    if (count < 2) {
        append_text_or_null(text, first);
        return;
    }
    const char *separator = "[";
    for (size_t i = 0; i < model->transition_count; i++)
        if (is_initialisation(&model->transitions[i])) {
            text_append(text, separator);
            text_append_json(text, model->transitions[i].to);
            separator = ",";
        }
    text_append(text, "]");
}

/* Names in order of first mention, initialisations before everything else. */
static bool collect(const struct spex_model *model, struct symbols *states, struct symbols *actions)
{
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < model->transition_count; i++) {
            const struct model_transition *transition = &model->transitions[i];
            if (is_initialisation(transition) == (round == 0) &&
                (symbols_intern(states, transition->from) == SYMBOL_NONE ||
                 symbols_intern(actions, transition->action) == SYMBOL_NONE ||
                 symbols_intern(states, transition->to) == SYMBOL_NONE))
                return false;
        }
    return true;
}

int json_write_model(const struct spex_model *model, struct text *text)
{
    struct symbols states = {0}, actions = {0};
    bool *left = NULL;
    int status = SPEX_ERROR_MEMORY;
    if (!collect(model, &states, &actions) || !(left = memory_allocate(states.count, sizeof *left)))
        goto out;
    text_append(text, "{\"name\":");
    text_append_json(text, model->name);
    append_key(text, "learning");
    text_append(text, model->learning ? "true" : "false");
    append_initial(text, model);
    append_key(text, "states");
    append_names(text, (const char *const *)states.names, states.count);
    append_key(text, "actions");
    append_names(text, (const char *const *)actions.names, actions.count);
    append_key(text, "transitions");
    text_append(text, "[");
    for (size_t i = 0; i < model->transition_count; i++) {
        const struct model_transition *transition = &model->transitions[i];
        append_transition(text, i == 0, transition->from, transition->action, transition->to);
        left[symbols_find(&states, transition->from)] = true;
    }
    text_append(text, "]");
    append_key(text, "terminal");
    append_unmarked(text, states.names, states.count, left);
    text_append(text, "}");
    status = finish(text);
out:
    symbols_release(&states);
    symbols_release(&actions);
    free(left);
    return status;
}

/* ----------------------------------------------------------------- LTS */

static void append_state(struct text *text, const struct lts *lts, uint32_t state)
{
    char buffer[16];
    text_append_json(text, lts_state_name(lts, state, buffer));
}

/* All states, or only those no transition leaves. */
static void append_states(struct text *text, const struct lts *lts, const bool *left)
{
    const char *separator = "";
    text_append(text, "[");
    for (uint32_t i = 0; i < lts->state_count; i++) {
        if (left && left[i])
            continue;
        text_append(text, separator);
        append_state(text, lts, i);
        separator = ",";
    }
    text_append(text, "]");
}

static void append_lts_transitions(struct text *text, const struct lts *lts)
{
    text_append(text, "[");
    for (size_t i = 0; i < lts->transition_count; i++) {
        const struct lts_transition *transition = &lts->transitions[i];
        char from[16], to[16];
        append_transition(text, i == 0, lts_state_name(lts, transition->from, from),
                          lts_label_name(lts, transition->label, true),
                          lts_state_name(lts, transition->to, to));
    }
    text_append(text, "]");
}

int json_write_lts(const struct lts *lts, struct text *text)
{
    bool *left = memory_allocate(lts->state_count, sizeof *left);
    bool *unused = memory_allocate(lts->labels.count, sizeof *unused);
    int status = SPEX_ERROR_MEMORY;
    if (!left || !unused)
        goto out;
    memset(unused, true, lts->labels.count);
    for (size_t i = 0; i < lts->transition_count; i++) {
        left[lts->transitions[i].from] = true;
        unused[lts->transitions[i].label] = false;
    }
    text_append(text, "{\"initial\":");
    append_state(text, lts, lts->initial);
    append_key(text, "states");
    append_states(text, lts, NULL);
    append_key(text, "actions");
    append_unmarked(text, lts->labels.names, lts->labels.count, unused);
    append_key(text, "transitions");
    append_lts_transitions(text, lts);
    append_key(text, "terminal");
    append_states(text, lts, left);
    text_append(text, "}");
    status = finish(text);
out:
    free(left);
    free(unused);
    return status;
}

/* ------------------------------------------------------------ instance */

static void append_time(struct text *text, int64_t time)
{
    char buffer[TIME_TEXT_SIZE];
    time_format(time, buffer);
    text_append_json(text, buffer);
}

/* JSON as it stands, but on one line and safe on a terminal: what is neither a blank nor visible
 * stands in a text of it, where it may be escaped. */
static void append_raw(struct text *text, const char *json)
{
    struct text quoted = {0};
    size_t length = strlen(json);
    for (size_t i = 0, taken; i < length; i += taken) {
        int32_t c = utf8_next(json + i, length - i, &taken);
        if (c == '\n' || c == '\r' || c == '\t') {
            text_append_char(text, ' ');
        } else if (c >= 0 && c < 0x7f) {
            text_append_char(text, (char)c);
        } else {
            text_clear(&quoted);
            text_append_json_bytes(&quoted, json + i, taken);
            text->failed |= quoted.failed;
            if (!quoted.failed)
                text_append_bytes(text, quoted.data + 1, quoted.length - 2);
        }
    }
    text_release(&quoted);
}

/* Meta is JSON already; should a store hold anything else, it becomes a text. */
static void append_meta(struct text *text, const char *meta)
{
    append_key(text, "meta");
    json_t *value = meta ? json_loads(meta, JSON_DECODE_ANY, NULL) : NULL;
    if (value)
        append_raw(text, meta);
    else
        append_text_or_null(text, meta);
    json_decref(value);
}

int json_write_instance(const spex_instance *instance, bool history, struct text *text)
{
    text_append(text, "{\"id\":");
    text_append_json(text, instance->identifier);
    append_key(text, "spec");
    text_append_json(text, instance->specification);
    append_key(text, "state");
    append_text_or_null(text, instance->state);
    append_meta(text, instance->meta);
    append_key(text, "mocked");
    text_append(text, instance->mocked ? "true" : "false");
    append_key(text, "since");
    append_time(text, instance->since);
    if (!history) {
        append_key(text, "transitions");
        text_printf(text, "%" PRIu64 "}", instance->transitions);
        return finish(text);
    }
    append_key(text, "history");
    text_append(text, "[");
    for (size_t i = instance->steps ? instance->step_count : 0; i-- > 0;) {
        const spex_step *step = &instance->steps[i];
        text_append(text, "{\"action\":");
        text_append_json(text, step->action);
        append_key(text, "state");
        text_append_json(text, step->state);
        append_key(text, "at");
        append_time(text, step->at);
        append_key(text, "verdict");
        text_append_json(text, spex_verdict_name(step->verdict));
        text_append(text, i ? "}," : "}");
    }
    text_append(text, "]}");
    return finish(text);
}
