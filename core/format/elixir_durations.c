/* Times as options give them: numbers, sums, products and the usual calls. */
#include "format/elixir_values.h"

#include <string.h>

#include "base/error.h"

/* Parentheses inside of parentheses, and calls in arguments of calls. */
enum { DEPTH_MAX = 64 };
/* A thousand years in milliseconds, as in .spec files. */
#define LONGEST INT64_C(31557600000000)

enum value_kind { VALUE_NUMBER, VALUE_INFINITY, VALUE_DURATION };

struct value {
    enum value_kind kind;
    int64_t number; /* of a duration: its milliseconds */
};

struct evaluation {
    const struct elixir_source *source;
    spex_error *error;
    unsigned depth;
};

static const char expected_duration[] =
    "milliseconds, :infinity, %Duration{...}, :timer.hours(...) or to_timeout(...)";

static int evaluate(struct evaluation *evaluation, struct token_range range, struct value *value);

static int not_known(struct evaluation *evaluation, struct token_range range)
{
    return value_unknown(evaluation->source, range, "a timeout", expected_duration,
                         evaluation->error);
}

static int too_large(struct evaluation *evaluation, struct token_range range)
{
    return token_error(evaluation->source, range.at, evaluation->error,
                       "expected at most a thousand years");
}

static int expect_number(struct evaluation *evaluation, struct token_range range, int64_t *number)
{
    struct value value;
    int status = evaluate(evaluation, range, &value);
    if (!status && value.kind != VALUE_NUMBER)
        return token_error(evaluation->source, range.at, evaluation->error, "expected an integer");
    *number = status ? 0 : value.number;
    return status;
}

static int integer(struct evaluation *evaluation, size_t index, int64_t *number)
{
    const struct elixir_source *source = evaluation->source;
    const char *bytes = token_bytes(source, index);
    size_t length = source->tokens[index].length, start = 0;
    int64_t base = 10;
    if (length > 2 && bytes[0] == '0' && strchr("xob", bytes[1])) {
        base = bytes[1] == 'x' ? 16 : bytes[1] == 'o' ? 8 : 2;
        start = 2;
    }
    *number = 0;
    for (size_t i = start; i < length; i++) {
        char c = bytes[i];
        int64_t digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : base;
        if (c == '_')
            continue;
        if (digit >= base)
            return token_error(source, index, evaluation->error, "expected an integer");
        if (__builtin_mul_overflow(*number, base, number) ||
            __builtin_add_overflow(*number, digit, number))
            return too_large(evaluation, (struct token_range){index, index + 1});
    }
    return SPEX_OK;
}

static const struct {
    const char *name;
    int64_t milliseconds; /* 0: of a length that is not fixed */
    bool in_timeout, in_duration;
} units[] = {
    {"year", 0, false, true},      {"month", 0, false, true},       {"week", 604800000, true, true},
    {"day", 86400000, true, true}, {"hour", 3600000, true, true},   {"minute", 60000, true, true},
    {"second", 1000, true, true},  {"millisecond", 1, true, false}, {"microsecond", 0, false, true},
};
enum { UNITS = sizeof units / sizeof *units };

/* `{microseconds, precision}` as milliseconds. */
static int microseconds(struct evaluation *evaluation, struct token_range range, int64_t *number)
{
    const struct elixir_source *source = evaluation->source;
    struct token_range part;
    if (!range_inside(source, &range, "{") || range_parts(source, range) != 2)
        return token_error(source, range.at, evaluation->error,
                           "expected {microseconds, precision}");
    range_next(source, &range, &part);
    int status = expect_number(evaluation, part, number);
    *number /= 1000;
    return status;
}

/* Adds what `hour: 1` means. */
static int add_unit(struct evaluation *evaluation, struct token_range part, bool duration,
                    unsigned *seen, int64_t *sum)
{
    const struct elixir_source *source = evaluation->source;
    int unit = 0;
    if (part.at >= part.end || source->tokens[part.at].kind != TOKEN_KEY)
        return token_error(source, part.at, evaluation->error, "expected a unit such as hour: 1");
    const char *bytes = token_bytes(source, part.at);
    size_t length = source->tokens[part.at].length - 1;
    while (unit < UNITS &&
           !(strlen(units[unit].name) == length && memcmp(units[unit].name, bytes, length) == 0 &&
             (duration ? units[unit].in_duration : units[unit].in_timeout)))
        unit++;
    if (unit == UNITS || *seen & 1u << unit)
        return token_error(source, part.at, evaluation->error, "expected another unit, such as %s",
                           duration ? "week, day, hour, minute or second"
                                    : "day, hour, minute, second or millisecond");
    *seen |= 1u << unit;
    struct token_range range = {part.at + 1, part.end};
    int64_t number = 0;
    if (strcmp(units[unit].name, "microsecond") == 0) {
        int status = microseconds(evaluation, range, &number);
        if (!status && __builtin_add_overflow(*sum, number, sum))
            status = too_large(evaluation, part);
        return status;
    }
    int status = expect_number(evaluation, range, &number);
    if (!status && units[unit].milliseconds == 0 && number)
        return token_error(source, part.at, evaluation->error,
                           "expected no year and no month: their length is not fixed");
    if (!status && (__builtin_mul_overflow(number, units[unit].milliseconds, &number) ||
                    __builtin_add_overflow(*sum, number, sum)))
        status = too_large(evaluation, part);
    return status;
}

static int unit_list(struct evaluation *evaluation, struct token_range range, bool duration,
                     int64_t *sum)
{
    struct token_range part;
    unsigned seen = 0;
    int status = SPEX_OK;
    *sum = 0;
    while (!status && range_next(evaluation->source, &range, &part))
        status = add_unit(evaluation, part, duration, &seen, sum);
    return status;
}

/* The argument of to_timeout: units, or anything that is a timeout already. */
static int timeout_of(struct evaluation *evaluation, struct token_range range, struct value *value)
{
    range_inside(evaluation->source, &range, "[");
    *value = (struct value){VALUE_NUMBER, 0};
    if (range.at < range.end && evaluation->source->tokens[range.at].kind == TOKEN_KEY)
        return unit_list(evaluation, range, false, &value->number);
    int status = evaluate(evaluation, range, value);
    if (!status && value->kind == VALUE_DURATION)
        value->kind = VALUE_NUMBER;
    return status;
}

/* :timer.hours(n) and friends; `name` is the function's token, `range` the arguments. */
static int timer_call(struct evaluation *evaluation, size_t name, struct token_range range,
                      struct value *value)
{
    static const struct {
        const char *name;
        int64_t units[3];
    } functions[] = {{"hours", {3600000, 0, 0}},
                     {"minutes", {60000, 0, 0}},
                     {"seconds", {1000, 0, 0}},
                     {"hms", {3600000, 60000, 1000}}};
    const struct elixir_source *source = evaluation->source;
    size_t function = 0, count = sizeof functions / sizeof *functions;
    while (function < count && !token_is(source, name, functions[function].name))
        function++;
    struct token_range part;
    size_t arguments = function < count && functions[function].units[1] ? 3 : 1;
    if (function == count || range_parts(source, range) != arguments)
        return token_error(source, name, evaluation->error,
                           "expected hours(h), minutes(m), seconds(s) or hms(h, m, s)");
    *value = (struct value){VALUE_NUMBER, 0};
    for (size_t i = 0; range_next(source, &range, &part); i++) {
        int64_t number = 0;
        int status = expect_number(evaluation, part, &number);
        if (status)
            return status;
        if (__builtin_mul_overflow(number, functions[function].units[i], &number) ||
            __builtin_add_overflow(value->number, number, &value->number))
            return too_large(evaluation, part);
    }
    return SPEX_OK;
}

static int divide(struct evaluation *evaluation, struct token_range range, struct value *value)
{
    struct token_range part, rest = range;
    int64_t numbers[2] = {0, 0};
    if (range_parts(evaluation->source, range) != 2)
        return not_known(evaluation, range);
    for (int i = 0; i < 2; i++) {
        range_next(evaluation->source, &rest, &part);
        int status = expect_number(evaluation, part, &numbers[i]);
        if (status)
            return status;
    }
    if (numbers[1] <= 0)
        return token_error(evaluation->source, part.at, evaluation->error,
                           "expected a positive divisor");
    *value = (struct value){VALUE_NUMBER, numbers[0] / numbers[1]};
    return SPEX_OK;
}

/* Whether the tokens from `at` read like the words; *after is behind them. */
static bool reads(const struct elixir_source *source, struct token_range range,
                  const char *const *words, size_t *after)
{
    size_t i = range.at;
    for (; *words; words++, i++)
        if (i >= range.end || !token_is(source, i, *words))
            return false;
    *after = i;
    return true;
}

/* A call or literal in brackets that begins at range->at; range->at moves behind it. */
static int evaluate_call(struct evaluation *evaluation, struct token_range *range,
                         struct value *value)
{
    static const char *const forms[][5] = {
        {"to_timeout", NULL},    {"Kernel", ".", "to_timeout", NULL},
        {"%", "Duration", NULL}, {"Duration", ".", "new!", NULL},
        {"div", NULL},           {":timer", ".", NULL}};
    const struct elixir_source *source = evaluation->source;
    size_t form = 0, count = sizeof forms / sizeof *forms, open = 0;
    while (form < count && !reads(source, *range, forms[form], &open))
        form++;
    size_t name = open;
    open += form == 5;
    bool braces = form == 2;
    if (form == count || open >= range->end ||
        !token_is_kind(source, open, TOKEN_OPEN, braces ? "{" : "("))
        return not_known(evaluation, *range);
    struct token_range arguments = {open + 1, source->tokens[open].match};
    if (arguments.end >= range->end)
        return not_known(evaluation, *range);
    range->at = arguments.end + 1;
    if (form < 2)
        return timeout_of(evaluation, arguments, value);
    if (form == 4)
        return divide(evaluation, arguments, value);
    if (form == 5)
        return timer_call(evaluation, name, arguments, value);
    value->kind = VALUE_DURATION;
    range_inside(source, &arguments, "[");
    return unit_list(evaluation, arguments, true, &value->number);
}

static int evaluate_primary(struct evaluation *evaluation, struct token_range *range,
                            struct value *value)
{
    const struct elixir_source *source = evaluation->source;
    *value = (struct value){VALUE_NUMBER, 0};
    range_trim(source, range);
    if (range->at >= range->end)
        return not_known(evaluation, *range);
    bool negative = token_is_kind(source, range->at, TOKEN_OPERATOR, "-");
    if (negative || token_is_kind(source, range->at, TOKEN_OPERATOR, "+")) {
        range->at++;
        if (range->at >= range->end || source->tokens[range->at].kind != TOKEN_INTEGER)
            return not_known(evaluation, *range);
    }
    size_t first = range->at;
    if (source->tokens[first].kind == TOKEN_INTEGER) {
        range->at++;
        int status = integer(evaluation, first, &value->number);
        value->number = negative ? -value->number : value->number;
        return status;
    }
    if (token_is_kind(source, first, TOKEN_ATOM, ":infinity")) {
        range->at++;
        value->kind = VALUE_INFINITY;
        return SPEX_OK;
    }
    if (token_is_kind(source, first, TOKEN_OPEN, "(")) {
        struct token_range inside = {first + 1, source->tokens[first].match};
        if (inside.end >= range->end)
            return not_known(evaluation, *range);
        range->at = inside.end + 1;
        return evaluate(evaluation, inside, value);
    }
    return evaluate_call(evaluation, range, value);
}

/* Primaries joined by `*`. */
static int evaluate_product(struct evaluation *evaluation, struct token_range *range,
                            struct value *value)
{
    const struct elixir_source *source = evaluation->source;
    int status = evaluate_primary(evaluation, range, value);
    while (!status && range->at < range->end &&
           token_is_kind(source, range->at, TOKEN_OPERATOR, "*")) {
        struct token_range factor = {range->at + 1, range->end};
        struct value other;
        status = evaluate_primary(evaluation, &factor, &other);
        if (!status && (value->kind != VALUE_NUMBER || other.kind != VALUE_NUMBER))
            status = token_error(source, range->at, evaluation->error,
                                 "expected integers on both sides of `*`");
        if (!status && __builtin_mul_overflow(value->number, other.number, &value->number))
            status = too_large(evaluation, *range);
        range->at = factor.at;
    }
    return status;
}

static int evaluate_sum(struct evaluation *evaluation, struct token_range *range,
                        struct value *value)
{
    const struct elixir_source *source = evaluation->source;
    int status = evaluate_product(evaluation, range, value);
    while (!status && range->at < range->end) {
        bool minus = token_is_kind(source, range->at, TOKEN_OPERATOR, "-");
        if (!minus && !token_is_kind(source, range->at, TOKEN_OPERATOR, "+"))
            return not_known(evaluation, *range);
        struct token_range term = {range->at + 1, range->end};
        struct value other;
        status = evaluate_product(evaluation, &term, &other);
        if (!status && (value->kind != VALUE_NUMBER || other.kind != VALUE_NUMBER))
            status = token_error(source, range->at, evaluation->error,
                                 "expected integers on both sides of `+` and `-`");
        if (!status &&
            (minus ? __builtin_sub_overflow(value->number, other.number, &value->number)
                   : __builtin_add_overflow(value->number, other.number, &value->number)))
            status = too_large(evaluation, *range);
        range->at = term.at;
    }
    return status;
}

static int evaluate(struct evaluation *evaluation, struct token_range range, struct value *value)
{
    range_trim(evaluation->source, &range);
    if (evaluation->depth == DEPTH_MAX)
        return token_error(evaluation->source, range.at, evaluation->error,
                           "expected an expression that is not so deeply nested");
    evaluation->depth++;
    int status = evaluate_sum(evaluation, &range, value);
    evaluation->depth--;
    return status;
}

int value_duration(const struct elixir_source *source, struct token_range range,
                   int64_t *milliseconds, spex_error *error)
{
    struct evaluation evaluation = {.source = source, .error = error};
    struct value value;
    range_trim(source, &range);
    int status = evaluate(&evaluation, range, &value);
    if (status)
        return status;
    if (value.kind == VALUE_INFINITY) {
        *milliseconds = SPEX_INFINITY;
        return SPEX_OK;
    }
    if (value.number < 0)
        return token_error(source, range.at, error, "expected a time that is not negative");
    if (value.number > LONGEST)
        return too_large(&evaluation, range);
    *milliseconds = value.number;
    return SPEX_OK;
}
