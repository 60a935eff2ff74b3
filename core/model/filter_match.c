/* Whether one instance is what a filter asks for. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "model/filter.h"

bool filter_test_name(const struct filter *test, const char *value)
{
    for (size_t i = 0; i < test->name_count; i++)
        if (test->comparison == FILTER_CONTAINS ? text_contains(value, test->names[i])
                                                : strcmp(value, test->names[i]) == 0)
            return true;
    return false;
}

bool filter_test_number(const struct filter *test, int64_t value)
{
    for (size_t i = 0; i < test->name_count; i++) {
        const struct filter_number *number = &test->numbers[i];
        bool holds = false;
        switch (test->comparison) {
        case FILTER_LESS:
            holds = value < number->from;
            break;
        case FILTER_AT_MOST:
            holds = value <= number->from;
            break;
        case FILTER_MORE:
            holds = value > number->from;
            break;
        case FILTER_AT_LEAST:
            holds = value >= number->from;
            break;
        default:
            holds = number->to > number->from ? value >= number->from && value < number->to
                                              : value == number->from;
        }
        if (holds)
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------- meta */

/* A whole number from 0, for the place in an array. */
static bool array_index(const char *step, size_t *index)
{
    size_t length = strlen(step);
    if (length == 0 || length > 9 || strspn(step, "0123456789") != length)
        return false;
    *index = strtoul(step, NULL, 10);
    return true;
}

static const json_t *follow(const json_t *value, const struct filter *test)
{
    for (size_t i = 0; value && i < test->path_count; i++) {
        size_t index;
        if (json_is_array(value))
            value = array_index(test->path[i], &index) ? json_array_get(value, index) : NULL;
        else
            value = json_object_get(value, test->path[i]);
    }
    return value;
}

static bool ordered(enum filter_comparison comparison, int order)
{
    switch (comparison) {
    case FILTER_LESS:
        return order < 0;
    case FILTER_AT_MOST:
        return order <= 0;
    case FILTER_MORE:
        return order > 0;
    case FILTER_AT_LEAST:
        return order >= 0;
    default:
        return order == 0;
    }
}

/* Numbers among numbers, whole ones exactly. */
static bool compare_numbers(const json_t *value, const json_t *typed,
                            enum filter_comparison comparison)
{
    if (json_is_integer(value) && json_is_integer(typed)) {
        json_int_t left = json_integer_value(value), right = json_integer_value(typed);
        return ordered(comparison, (left > right) - (left < right));
    }
    double left = json_number_value(value), right = json_number_value(typed);
    return ordered(comparison, (left > right) - (left < right));
}

static bool compare_meta(const json_t *value, const char *name, enum filter_comparison comparison)
{
    if (json_is_string(value)) {
        const char *text = json_string_value(value);
        return comparison == FILTER_CONTAINS ? text_contains(text, name)
                                             : ordered(comparison, strcmp(text, name));
    }
    if (json_is_number(value) && comparison != FILTER_CONTAINS) {
        json_t *typed = json_loads(name, JSON_DECODE_ANY, NULL);
        bool holds = json_is_number(typed) && compare_numbers(value, typed, comparison);
        json_decref(typed);
        return holds;
    }
    if (json_is_object(value) || json_is_array(value))
        return false;
    char *text = json_dumps(value, JSON_ENCODE_ANY);
    bool holds = text && (comparison == FILTER_CONTAINS
                              ? text_contains(text, name)
                              : comparison == FILTER_IS && strcmp(text, name) == 0);
    free(text);
    return holds;
}

bool filter_matches_meta(const struct filter *test, const char *meta)
{
    json_t *root = meta ? json_loads(meta, JSON_ALLOW_NUL, NULL) : NULL;
    const json_t *value = follow(root, test);
    bool holds = value && test->comparison == FILTER_HOLDS;
    for (size_t i = 0; value && !holds && i < test->name_count; i++)
        holds = compare_meta(value, test->names[i], test->comparison);
    json_decref(root);
    return holds;
}

/* -------------------------------------------------------------------- all */

static bool took_action(const struct filter *test, const spex_instance *instance)
{
    for (size_t i = 0; instance->steps && i < instance->step_count; i++)
        if (filter_test_name(test, instance->steps[i].action))
            return true;
    return false;
}

static bool test_matches(const struct filter *test, const void *subject, int64_t now)
{
    const spex_instance *instance = subject;
    const char *state = instance->state ? instance->state : "";
    switch (test->key) {
    case FILTER_TEXT:
        return filter_test_name(test, instance->identifier) ||
               filter_test_name(test, instance->specification) || filter_test_name(test, state);
    case FILTER_SPECIFICATION:
        return filter_test_name(test, instance->specification);
    case FILTER_STATE:
        return filter_test_name(test, state);
    case FILTER_ACTION:
        return took_action(test, instance);
    case FILTER_IDENTIFIER:
        return filter_test_name(test, instance->identifier);
    case FILTER_META:
        return filter_matches_meta(test, instance->meta);
    case FILTER_AGE:
        return filter_test_number(test, now - instance->since);
    case FILTER_HISTORY:
        return filter_test_number(test, (int64_t)instance->transitions);
    case FILTER_DEVIATIONS:
        return filter_test_number(test, (int64_t)instance->deviations);
    case FILTER_OVERDUE:
        return instance->due > 0 && instance->due < now;
    case FILTER_DEVIATED:
        return instance->deviations > 0;
    case FILTER_MOCKED:
        return instance->mocked;
    case FILTER_REASON:
    case FILTER_KEYS:
        break;
    }
    return false;
}

bool filter_holds(const struct filter *filter,
                  bool (*test)(const struct filter *test, const void *subject, int64_t now),
                  const void *subject, int64_t now)
{
    if (!filter)
        return true;
    switch (filter->kind) {
    case FILTER_AND:
        for (size_t i = 0; i < filter->part_count; i++)
            if (!filter_holds(filter->parts[i], test, subject, now))
                return false;
        return true;
    case FILTER_OR:
        for (size_t i = 0; i < filter->part_count; i++)
            if (filter_holds(filter->parts[i], test, subject, now))
                return true;
        return false;
    case FILTER_NOT:
        return !filter_holds(filter->parts[0], test, subject, now);
    case FILTER_TEST:
        break;
    }
    return test(filter, subject, now);
}

bool filter_matches(const struct filter *filter, const spex_instance *instance, int64_t now)
{
    return filter_holds(filter, test_matches, instance, now);
}
