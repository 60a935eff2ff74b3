/* From the text of a filter to its tree; what is wrong with it and where. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "model/filter_lexer.h"
#include "model/filter_tree.h"

/* What SQLite's expressions and bound values still take, many times over. */
enum { DEEPEST = 50, MOST_CONDITIONS = 200, MOST_NAMES = 5000 };

struct parser {
    struct filter_lexer lexer;
    struct filter_mistake *mistake;
    spex_error *error;
    unsigned depth, conditions, names;
    enum filter_subject subject;
};

static unsigned column_of(const char *typed, size_t place)
{
    unsigned column = 1;
    for (size_t at = 0; at < place; column++) {
        size_t taken;
        utf8_next(typed + at, place - at, &taken);
        at += taken;
    }
    return column;
}

/* A mistake from `start` up to `end`; what is empty is at least a place. */
static int wrong(struct parser *parser, size_t start, size_t end, const char *format, ...)
    PRINTF_LIKE(4, 5);
static int wrong(struct parser *parser, size_t start, size_t end, const char *format, ...)
{
    struct text message = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&message, format, arguments);
    va_end(arguments);
    if (parser->mistake)
        *parser->mistake = (struct filter_mistake){start, end - start};
    bool failed = message.failed || parser->lexer.failed;
    int status =
        failed ? error_memory(parser->error)
               : error_place(parser->error, "filter", 1, column_of(parser->lexer.typed, start),
                             "%s", text_value(&message));
    text_release(&message);
    return status;
}

static bool is_word(const struct filter_lexer *lexer, const char *lower, const char *upper)
{
    const char *word = text_value(&lexer->word);
    return lexer->token == TOKEN_WORD && !lexer->quoted &&
           (strcmp(word, lower) == 0 || strcmp(word, upper) == 0);
}

static bool is_and(const struct filter_lexer *lexer)
{
    return is_word(lexer, "and", "AND");
}

static bool is_or(const struct filter_lexer *lexer)
{
    return is_word(lexer, "or", "OR");
}

static bool is_not(const struct filter_lexer *lexer)
{
    return is_word(lexer, "not", "NOT");
}

/* ------------------------------------------------------------------- keys */

static bool is_flag(enum filter_key key)
{
    return key == FILTER_OVERDUE || key == FILTER_DEVIATED || key == FILTER_MOCKED;
}

static bool is_meta(const char *word)
{
    return strncmp(word, "meta.", 5) == 0;
}

static enum filter_key key_of(const char *word)
{
    if (is_meta(word))
        return FILTER_META;
    for (int key = 0; key < FILTER_KEYS; key++) {
        const char *name = filter_key_name((enum filter_key)key);
        if (name && key != FILTER_META && strcmp(word, name) == 0)
            return (enum filter_key)key;
    }
    return FILTER_TEXT;
}

static int unknown_key(struct parser *parser, const char *word, size_t start, size_t end)
{
    const char *nearest = NULL;
    unsigned distance = 3;
    for (int key = 0; key < FILTER_KEYS; key++) {
        const char *name = filter_key_name((enum filter_key)key);
        if (!name || !filter_key_of(parser->subject, (enum filter_key)key))
            continue;
        unsigned other = text_distance(word, name);
        if (other > 1 && (strncmp(word, name, strlen(name)) == 0 ||
                          (strlen(word) > 1 && strncmp(name, word, strlen(word)) == 0)))
            other = 1;
        if (other < distance) {
            distance = other;
            nearest = name;
        }
    }
    if (nearest && strcmp(nearest, "meta") == 0)
        return wrong(parser, start, end, "expected a key of meta: meta.KEY");
    if (nearest)
        return wrong(parser, start, end, "there is no key %s; did you mean %s?", word, nearest);
    return wrong(parser, start, end,
                 "there is no key %s: expected spec, state, action, id, %s, or quotes around text "
                 "that contains such a sign",
                 word,
                 parser->subject == FILTER_OF_EVENTS ? "reason or age"
                                                     : "meta.KEY, age, history or deviations");
}

/* meta.customer, meta.address.city, meta."a.b".c */
static int read_path(struct parser *parser, struct filter *test, size_t start, size_t end)
{
    const char *typed = parser->lexer.typed;
    struct text step = {0};
    bool inside = false, enough = true;
    bool whole = true;
    for (size_t place = start + strlen("meta."); place <= end && whole && enough; place++) {
        char c = place < end ? typed[place] : '.';
        if (inside && c == '\\' && place + 1 < end &&
            (typed[place + 1] == '"' || typed[place + 1] == '\\')) {
            text_append_char(&step, typed[++place]);
        } else if (c == '"') {
            inside = !inside;
        } else if (c != '.' || inside) {
            text_append_char(&step, c);
        } else {
            enough = step.length > 0 && test->path_count < DEEPEST;
            whole = !step.failed && (!enough || filter_add_step(test, text_value(&step)));
            text_clear(&step);
        }
    }
    whole &= !step.failed;
    text_release(&step);
    if (!enough && whole)
        return wrong(parser, start, end, "expected a key of meta between the dots: meta.KEY");
    return whole ? SPEX_OK : error_memory(parser->error);
}

/* ----------------------------------------------------------------- values */

static bool read_duration(const char *text, struct filter_number *number)
{
    int64_t milliseconds, unit;
    char one[16];
    snprintf(one, sizeof one, "1%.10s", text + strspn(text, "0123456789"));
    bool read = duration_parse(text, &milliseconds) && milliseconds != SPEX_INFINITY &&
                duration_parse(one, &unit);
    if (read)
        *number = (struct filter_number){milliseconds * 1000, (milliseconds + unit) * 1000};
    return read;
}

static bool read_count(const char *text, struct filter_number *number)
{
    if (!*text || strspn(text, "0123456789") != strlen(text))
        return false;
    errno = 0;
    long long value = strtoll(text, NULL, 10);
    *number = (struct filter_number){value, value};
    return errno == 0;
}

static bool is_number(enum filter_key key)
{
    return key == FILTER_AGE || key == FILTER_HISTORY || key == FILTER_DEVIATIONS;
}

static const char *expected_value(enum filter_key key)
{
    static const char *const values[FILTER_KEYS] = {
        [FILTER_SPECIFICATION] = "the name of a specification",
        [FILTER_STATE] = "the name of a state",
        [FILTER_ACTION] = "the name of an action",
        [FILTER_IDENTIFIER] = "an identifier",
        [FILTER_META] = "a value",
        [FILTER_AGE] = "a duration like 90s, 5m, 2h or 3d",
        [FILTER_HISTORY] = "a whole number",
        [FILTER_DEVIATIONS] = "a whole number",
        [FILTER_REASON] = "a reason or a part of one: deviation, timeout, not_found, in_use",
    };
    return values[key];
}

static bool any_reason(const char *word)
{
    for (int reason = 1; reason < SPEX_REASON_COUNT; reason++)
        if (*word && text_contains(spex_reason_name((spex_reason)reason), word))
            return true;
    return false;
}

static int add_value(struct parser *parser, struct filter *test)
{
    struct filter_lexer *lexer = &parser->lexer;
    const char *word = text_value(&lexer->word);
    struct filter_number number = {0, 0};
    bool good = *word || test->key == FILTER_META ||
                (test->key == FILTER_STATE && test->comparison == FILTER_IS);
    if (test->key == FILTER_AGE)
        good = read_duration(word, &number);
    else if (test->key == FILTER_REASON)
        good = any_reason(word);
    else if (is_number(test->key))
        good = read_count(word, &number);
    if (!good)
        return wrong(parser, lexer->start, lexer->place, "expected %s", expected_value(test->key));
    if (++parser->names > MOST_NAMES)
        return wrong(parser, lexer->start, lexer->place, "expected at most %d names", MOST_NAMES);
    if (is_number(test->key)) {
        struct filter_number *numbers =
            memory_resize(test->numbers, test->name_count + 1, sizeof *numbers);
        if (!numbers)
            return error_memory(parser->error);
        test->numbers = numbers;
        numbers[test->name_count] = number;
    }
    return filter_add_name(test, word) ? SPEX_OK : error_memory(parser->error);
}

static bool comma_follows(const struct filter_lexer *lexer)
{
    return lexer->place < lexer->end && lexer->typed[lexer->place] == ',';
}

/* The value behind a sign, or several with commas between them. */
static int read_values(struct parser *parser, struct filter *test, const char *sign, bool may_space)
{
    struct filter_lexer *lexer = &parser->lexer;
    bool many = test->comparison == FILTER_IS || test->comparison == FILTER_CONTAINS;
    int status = SPEX_OK;
    size_t after = lexer->place;
    filter_lexer_next(lexer, true);
    while (!status) {
        if (lexer->token == TOKEN_UNCLOSED)
            return wrong(parser, lexer->start, lexer->place, "expected a closing \"");
        if (lexer->token != TOKEN_WORD || (lexer->spaced && !may_space))
            return wrong(parser, after, after, "expected %s behind %s", expected_value(test->key),
                         sign);
        status = add_value(parser, test);
        if (status || !comma_follows(lexer))
            break;
        if (!many)
            return wrong(parser, lexer->place, lexer->place + 1,
                         "expected one value only behind %s", sign);
        filter_lexer_next(lexer, true);
        after = lexer->place;
        filter_lexer_next(lexer, true);
        sign = ",";
        may_space = true;
    }
    return status;
}

/* ------------------------------------------------------------- conditions */

static enum filter_comparison comparison_of(const char *sign)
{
    switch (sign[0]) {
    case '~':
        return FILTER_CONTAINS;
    case '<':
        return sign[1] ? FILTER_AT_MOST : FILTER_LESS;
    case '>':
        return sign[1] ? FILTER_AT_LEAST : FILTER_MORE;
    default:
        return FILTER_IS;
    }
}

static int read_compared(struct parser *parser, struct filter *test, const char *word, size_t start,
                         size_t end)
{
    struct filter_lexer *lexer = &parser->lexer;
    char sign[3];
    snprintf(sign, sizeof sign, "%s", text_value(&lexer->word));
    test->comparison = comparison_of(sign);
    bool ordered = test->comparison != FILTER_IS && test->comparison != FILTER_CONTAINS;
    if (test->key == FILTER_TEXT)
        return unknown_key(parser, word, start, end);
    if (is_flag(test->key))
        return wrong(parser, lexer->start, lexer->place, "expected a blank: %s stands alone", word);
    if (test->key != FILTER_META && ordered && !is_number(test->key))
        return wrong(parser, lexer->start, lexer->place,
                     "expected : = or ~ behind %s, which has no order", word);
    if (is_number(test->key) && test->comparison == FILTER_CONTAINS)
        return wrong(parser, lexer->start, lexer->place,
                     "expected < <= > >= or = behind %s, which is a number", word);
    if (test->key == FILTER_META) {
        int status = read_path(parser, test, start, end);
        if (status)
            return status;
    }
    return read_values(parser, test, sign, sign[0] != ':' && sign[0] != '~');
}

/* What stands alone: a flag, a key of meta, or text. */
static int read_alone(struct parser *parser, struct filter *test, const char *word, bool quoted,
                      size_t start, size_t end)
{
    bool path = !quoted || parser->lexer.typed[start] != '"';
    if (test->key == FILTER_META && path) {
        test->comparison = FILTER_HOLDS;
        return read_path(parser, test, start, end);
    }
    if (is_flag(test->key) && !quoted) {
        test->comparison = FILTER_HOLDS;
        return SPEX_OK;
    }
    test->key = FILTER_TEXT;
    test->comparison = FILTER_CONTAINS;
    if (!*word)
        return wrong(parser, start, end, "expected some text between the quotes");
    return filter_add_name(test, word) ? SPEX_OK : error_memory(parser->error);
}

/* Whether the sign belongs to the word before it: "age > 2h", but not "word :x". */
static bool sign_follows(const struct filter_lexer *lexer)
{
    return lexer->token == TOKEN_SIGN &&
           !(lexer->spaced && strchr(":~", text_value(&lexer->word)[0]));
}

static int read_test(struct parser *parser, struct filter **filter)
{
    struct filter_lexer *lexer = &parser->lexer;
    size_t start = lexer->start, end = lexer->place;
    bool quoted = lexer->quoted;
    if (++parser->conditions > MOST_CONDITIONS)
        return wrong(parser, start, end, "expected at most %d conditions", MOST_CONDITIONS);
    char *word = memory_copy_text(text_value(&lexer->word));
    struct filter *test = word ? filter_test(key_of(word), FILTER_HOLDS) : NULL;
    int status;
    if (!test) {
        free(word);
        return error_memory(parser->error);
    }
    filter_lexer_next(lexer, false);
    /* Another subject's key is text like any other, until a sign follows. */
    if (!filter_key_of(parser->subject, test->key))
        test->key = FILTER_TEXT;
    if (sign_follows(lexer)) {
        status = read_compared(parser, test, word, start, end);
        if (!status)
            filter_lexer_next(lexer, false);
    } else {
        status = read_alone(parser, test, word, quoted, start, end);
    }
    free(word);
    if (status)
        filter_free(test);
    else
        *filter = test;
    return status;
}

static int read_any(struct parser *parser, struct filter **filter);

static int read_brackets(struct parser *parser, struct filter **filter)
{
    struct filter_lexer *lexer = &parser->lexer;
    size_t open = lexer->start;
    filter_lexer_next(lexer, false);
    int status = read_any(parser, filter);
    if (status)
        return status;
    if (lexer->token != TOKEN_CLOSE) {
        filter_free(*filter);
        *filter = NULL;
        return wrong(parser, open, open + 1, "expected a ) for this (");
    }
    filter_lexer_next(lexer, false);
    return SPEX_OK;
}

static int read_not(struct parser *parser, struct filter **filter);

static int read_one(struct parser *parser, struct filter **filter)
{
    struct filter_lexer *lexer = &parser->lexer;
    size_t start = lexer->start, end = lexer->place;
    if (parser->depth >= DEEPEST)
        return wrong(parser, start, end, "expected brackets in at most %d levels", DEEPEST);
    parser->depth++;
    int status;
    if (is_and(lexer) || is_or(lexer))
        status =
            wrong(parser, start, end, "expected a condition before %s", text_value(&lexer->word));
    else if (is_not(lexer))
        status = read_not(parser, filter);
    else if (lexer->token == TOKEN_WORD)
        status = read_test(parser, filter);
    else if (lexer->token == TOKEN_OPEN)
        status = read_brackets(parser, filter);
    else if (lexer->token == TOKEN_UNCLOSED)
        status = wrong(parser, start, end, "expected a closing \"");
    else if (lexer->token == TOKEN_SIGN)
        status = wrong(parser, start, end, "expected a key before %s", text_value(&lexer->word));
    else
        status = wrong(parser, start, end, "expected a condition here");
    parser->depth--;
    return status;
}

static int read_not(struct parser *parser, struct filter **filter)
{
    struct filter *part = NULL;
    filter_lexer_next(&parser->lexer, false);
    int status = read_one(parser, &part);
    if (status)
        return status;
    struct filter *not = filter_node(FILTER_NOT);
    if (not ? filter_add_part(not, part) : (filter_free(part), false)) {
        *filter = not ;
        return SPEX_OK;
    }
    filter_free(not );
    return error_memory(parser->error);
}

/* Parts of one kind, read one after the other while `more` says so. */
static int read_parts(struct parser *parser, enum filter_kind kind, struct filter **filter,
                      int (*read)(struct parser *parser, struct filter **filter),
                      bool (*more)(struct parser *parser, int *status))
{
    struct filter *all = filter_node(kind);
    int status = all ? SPEX_OK : error_memory(parser->error);
    do {
        struct filter *part = NULL;
        if (!status)
            status = read(parser, &part);
        if (!status && !filter_add_part(all, part))
            status = error_memory(parser->error);
    } while (!status && more(parser, &status));
    if (status)
        filter_free(all);
    else
        *filter = filter_simplify(all);
    return status;
}

static bool more_side_by_side(struct parser *parser, int *status)
{
    struct filter_lexer *lexer = &parser->lexer;
    if (lexer->token == TOKEN_OPEN && !lexer->spaced)
        *status = wrong(parser, lexer->start, lexer->place,
                        "expected a blank before the (, or quotes around a name with brackets");
    else if (is_and(lexer))
        filter_lexer_next(lexer, false);
    else
        return lexer->token != TOKEN_END && lexer->token != TOKEN_CLOSE && !is_or(lexer);
    return !*status;
}

static int read_all(struct parser *parser, struct filter **filter)
{
    return read_parts(parser, FILTER_AND, filter, read_one, more_side_by_side);
}

static bool more_after_or(struct parser *parser, int *status)
{
    (void)status;
    if (!is_or(&parser->lexer))
        return false;
    filter_lexer_next(&parser->lexer, false);
    return true;
}

static int read_any(struct parser *parser, struct filter **filter)
{
    return read_parts(parser, FILTER_OR, filter, read_all, more_after_or);
}

int filter_parse(struct filter **filter, const char *typed, struct filter_mistake *mistake,
                 spex_error *error)
{
    return filter_parse_for(FILTER_OF_INSTANCES, filter, typed, mistake, error);
}

int filter_parse_for(enum filter_subject subject, struct filter **filter, const char *typed,
                     struct filter_mistake *mistake, spex_error *error)
{
    struct parser parser = {.mistake = mistake, .error = error, .subject = subject};
    struct filter_lexer *lexer = &parser.lexer;
    int status = SPEX_OK;
    *filter = NULL;
    filter_lexer_open(lexer, typed, strlen(typed));
    filter_lexer_next(lexer, false);
    if (lexer->token != TOKEN_END)
        status = read_any(&parser, filter);
    if (!status && lexer->token == TOKEN_CLOSE)
        status = wrong(&parser, lexer->start, lexer->place, "expected a ( before this )");
    if (!status && lexer->failed)
        status = error_memory(error);
    filter_lexer_release(lexer);
    if (status) {
        filter_free(*filter);
        *filter = NULL;
    }
    return status;
}
