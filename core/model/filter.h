/*
 * The filter language of the explorer, of --where and of spex_filter's `where`:
 *
 *   spec:Order state:running,paid overdue deviated mocked id~text id=exact
 *   meta.customer=42 age>2h history>10 action:refund
 *
 * Words side by side must all hold; `or`, `not` and parentheses; a word that is no
 * condition is a part of identifier, specification or state. Names with blanks or signs
 * stand in double quotes. spex(5) describes it for people.
 *
 * Text becomes a tree (filter_parse), a tree becomes text again (filter_print), judges an
 * instance (filter_matches), or becomes SQL (store/query.h), which says the same.
 */
#ifndef MODEL_FILTER_H
#define MODEL_FILTER_H

#include "base/text.h"
#include "spex.h"

enum filter_kind {
    FILTER_AND, /* of all parts */
    FILTER_OR,  /* of any part */
    FILTER_NOT, /* of the only part */
    FILTER_TEST
};

enum filter_key {
    FILTER_TEXT, /* a plain word */
    FILTER_SPECIFICATION,
    FILTER_STATE, /* "" is: not initialised */
    FILTER_ACTION,
    FILTER_IDENTIFIER,
    FILTER_META,
    FILTER_AGE,
    FILTER_HISTORY,
    FILTER_DEVIATIONS,
    FILTER_REASON, /* of events only: a part of its name */
    FILTER_OVERDUE,
    FILTER_DEVIATED,
    FILTER_MOCKED,
    FILTER_KEYS
};

enum filter_comparison {
    FILTER_IS, /* one of the names */
    FILTER_CONTAINS,
    FILTER_LESS,
    FILTER_AT_MOST,
    FILTER_MORE,
    FILTER_AT_LEAST,
    FILTER_HOLDS /* a flag; meta: the key is there */
};

struct filter {
    enum filter_kind kind;
    struct filter **parts;
    size_t part_count, part_capacity;
    /* of a test */
    enum filter_key key;
    enum filter_comparison comparison;
    char **names; /* what was typed behind the sign, without quotes */
    size_t name_count, name_capacity;
    /* The same as numbers: a count, or a duration in microseconds and the next one of its
     * unit, because age=2h is from two hours to before three. */
    struct filter_number {
        int64_t from, to;
    } * numbers;
    char **path; /* of meta */
    size_t path_count, path_capacity;
};

/* Where a text is no filter, in bytes. */
struct filter_mistake {
    size_t start, length;
};

/* What is chosen from. Events have spec, state (before or after), action, id, reason, age,
 * overdue and deviated; instances have everything but the reason. */
enum filter_subject { FILTER_OF_INSTANCES, FILTER_OF_EVENTS };
bool filter_key_of(enum filter_subject subject, enum filter_key key);

/* *filter NULL: everything matches, the text was empty. `mistake` may be NULL. Errors:
 * SYNTAX (column = where), MEMORY. */
int filter_parse(struct filter **filter, const char *typed, struct filter_mistake *mistake,
                 spex_error *error);
int filter_parse_for(enum filter_subject subject, struct filter **filter, const char *typed,
                     struct filter_mistake *mistake, spex_error *error);
/* Of a public filter, `where` and all. A mistake in `where` is SPEX_ERROR_SYNTAX. */
int filter_create(struct filter **filter, const spex_filter *wanted, spex_error *error);
struct filter *filter_copy(const struct filter *filter);
void filter_free(struct filter *filter);
/* The text that reads back as this filter. */
void filter_print(const struct filter *filter, struct text *text);
/* Both ("and") or one of them ("or"); takes both over. NULL: memory is out. */
struct filter *filter_join(enum filter_kind kind, struct filter *left, struct filter *right);
/* With one flag (overdue, deviated, mocked) of those all must hold: takes the others
 * out; FILTER_KEYS: none. Takes the filter over; NULL also when memory is out. */
struct filter *filter_with_flag(struct filter *filter, enum filter_key flag);
/* The flag that all matches must have; FILTER_KEYS: none. */
enum filter_key filter_flag(const struct filter *filter);

/* Whether the instance is one of them; NULL: yes. An action is looked for in its steps. */
bool filter_matches(const struct filter *filter, const spex_instance *instance, int64_t now);
/* The same of anything that tests can be put to. */
bool filter_holds(const struct filter *filter,
                  bool (*test)(const struct filter *test, const void *subject, int64_t now),
                  const void *subject, int64_t now);
/* Whether a name, a number is one of those that the test names. */
bool filter_test_name(const struct filter *test, const char *value);
bool filter_test_number(const struct filter *test, int64_t value);
/* A meta test alone, on the JSON text. */
bool filter_matches_meta(const struct filter *test, const char *meta);

/* ---- for whoever reads what is typed */

/* The word that names a key or flag, NULL for FILTER_TEXT. */
const char *filter_key_name(enum filter_key key);
/* What could stand where the text ends: the value of a key, or a word. */
struct filter_place {
    bool value;          /* else a key, a flag or text */
    enum filter_key key; /* of the value */
    bool meta_key;       /* a key of meta is being typed */
    size_t start;        /* where what was begun starts, in bytes */
    char *begun;         /* without its quotes; free() */
};
bool filter_place(const char *typed, size_t length, struct filter_place *place);
/* Appends a name so that it is read as one; `plain` where it stands as a word of its own. */
void filter_quote(struct text *text, const char *name, bool plain);

#endif
