/* Filters as trees: making, copying, printing, changing them. */
#include "model/filter.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "model/filter_tree.h"

static const char *const key_names[FILTER_KEYS] = {
    [FILTER_SPECIFICATION] = "spec", [FILTER_STATE] = "state",
    [FILTER_ACTION] = "action",      [FILTER_IDENTIFIER] = "id",
    [FILTER_META] = "meta",          [FILTER_AGE] = "age",
    [FILTER_HISTORY] = "history",    [FILTER_DEVIATIONS] = "deviations",
    [FILTER_OVERDUE] = "overdue",    [FILTER_DEVIATED] = "deviated",
    [FILTER_MOCKED] = "mocked",      [FILTER_REASON] = "reason",
};

bool filter_key_of(enum filter_subject subject, enum filter_key key)
{
    bool instances_only = key == FILTER_META || key == FILTER_HISTORY || key == FILTER_DEVIATIONS ||
                          key == FILTER_MOCKED;
    return subject == FILTER_OF_EVENTS ? !instances_only : key != FILTER_REASON;
}

const char *filter_key_name(enum filter_key key)
{
    return key < FILTER_KEYS ? key_names[key] : NULL;
}

struct filter *filter_node(enum filter_kind kind)
{
    struct filter *filter = memory_allocate(1, sizeof *filter);
    if (filter)
        filter->kind = kind;
    return filter;
}

struct filter *filter_test(enum filter_key key, enum filter_comparison comparison)
{
    struct filter *test = filter_node(FILTER_TEST);
    if (test) {
        test->key = key;
        test->comparison = comparison;
    }
    return test;
}

static void free_names(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

void filter_free(struct filter *filter)
{
    if (!filter)
        return;
    for (size_t i = 0; i < filter->part_count; i++)
        filter_free(filter->parts[i]);
    free(filter->parts);
    free_names(filter->names, filter->name_count);
    free_names(filter->path, filter->path_count);
    free(filter->numbers);
    free(filter);
}

bool filter_add_part(struct filter *filter, struct filter *part)
{
    if (part && memory_reserve(&filter->parts, &filter->part_capacity, filter->part_count + 1,
                               sizeof *filter->parts)) {
        filter->parts[filter->part_count++] = part;
        return true;
    }
    filter_free(part);
    return false;
}

static bool add_text(char ***texts, size_t *count, size_t *capacity, const char *value)
{
    char *copy = memory_copy_text(value);
    if (!copy || !memory_reserve(texts, capacity, *count + 1, sizeof **texts)) {
        free(copy);
        return false;
    }
    (*texts)[(*count)++] = copy;
    return true;
}

bool filter_add_name(struct filter *test, const char *name)
{
    return add_text(&test->names, &test->name_count, &test->name_capacity, name);
}

bool filter_add_step(struct filter *test, const char *key)
{
    return add_text(&test->path, &test->path_count, &test->path_capacity, key);
}

struct filter *filter_simplify(struct filter *filter)
{
    if (!filter || filter->kind == FILTER_NOT || filter->kind == FILTER_TEST ||
        filter->part_count > 1)
        return filter;
    struct filter *only = filter->part_count ? filter->parts[0] : NULL;
    filter->part_count = 0;
    filter_free(filter);
    return only;
}

struct filter *filter_copy(const struct filter *filter)
{
    struct filter *copy = filter ? filter_test(filter->key, filter->comparison) : NULL;
    if (!copy)
        return NULL;
    copy->kind = filter->kind;
    bool whole = true;
    for (size_t i = 0; whole && i < filter->part_count; i++)
        whole = filter_add_part(copy, filter_copy(filter->parts[i]));
    for (size_t i = 0; whole && i < filter->name_count; i++)
        whole = filter_add_name(copy, filter->names[i]);
    for (size_t i = 0; whole && i < filter->path_count; i++)
        whole = filter_add_step(copy, filter->path[i]);
    if (whole && filter->numbers) {
        copy->numbers = memory_allocate(filter->name_count, sizeof *copy->numbers);
        whole = copy->numbers != NULL;
        if (whole)
            memcpy(copy->numbers, filter->numbers, filter->name_count * sizeof *copy->numbers);
    }
    if (whole)
        return copy;
    filter_free(copy);
    return NULL;
}

struct filter *filter_join(enum filter_kind kind, struct filter *left, struct filter *right)
{
    struct filter *all = left;
    bool made = true;
    if (!left || left->kind != kind) {
        all = filter_node(kind);
        made = all && filter_add_part(all, left);
        if (!all)
            filter_free(left);
    }
    if (made)
        made = filter_add_part(all, right);
    else
        filter_free(right);
    if (made)
        return all;
    filter_free(all);
    return NULL;
}

/* ------------------------------------------------------ of a public filter */

static bool add_test(struct filter *all, enum filter_key key, enum filter_comparison comparison,
                     const char *name)
{
    struct filter *test = filter_test(key, comparison);
    if (test && name && !filter_add_name(test, name)) {
        filter_free(test);
        return false;
    }
    return filter_add_part(all, test);
}

static bool add_fields(struct filter *all, const spex_filter *wanted)
{
    return (!wanted->specification ||
            add_test(all, FILTER_SPECIFICATION, FILTER_IS, wanted->specification)) &&
           (!wanted->state || add_test(all, FILTER_STATE, FILTER_IS, wanted->state)) &&
           (!wanted->text || !*wanted->text ||
            add_test(all, FILTER_TEXT, FILTER_CONTAINS, wanted->text)) &&
           (!wanted->overdue || add_test(all, FILTER_OVERDUE, FILTER_HOLDS, NULL)) &&
           (!wanted->deviated || add_test(all, FILTER_DEVIATED, FILTER_HOLDS, NULL)) &&
           (!wanted->mocked || add_test(all, FILTER_MOCKED, FILTER_HOLDS, NULL));
}

int filter_create(struct filter **filter, const spex_filter *wanted, spex_error *error)
{
    struct filter *where = NULL;
    *filter = NULL;
    if (!wanted)
        return SPEX_OK;
    int status = wanted->where ? filter_parse(&where, wanted->where, NULL, error) : SPEX_OK;
    if (status)
        return status;
    struct filter *all = filter_node(FILTER_AND);
    bool made = all && add_fields(all, wanted);
    if (made && where)
        made = filter_add_part(all, where);
    else
        filter_free(where);
    if (!made) {
        filter_free(all);
        return error_memory(error);
    }
    *filter = filter_simplify(all);
    return SPEX_OK;
}

/* ------------------------------------------------------------------ flags */

static bool is_flag(const struct filter *filter)
{
    return filter->kind == FILTER_TEST &&
           (filter->key == FILTER_OVERDUE || filter->key == FILTER_DEVIATED ||
            filter->key == FILTER_MOCKED);
}

enum filter_key filter_flag(const struct filter *filter)
{
    if (filter && is_flag(filter))
        return filter->key;
    if (filter && filter->kind == FILTER_AND)
        for (size_t i = 0; i < filter->part_count; i++)
            if (is_flag(filter->parts[i]))
                return filter->parts[i]->key;
    return FILTER_KEYS;
}

struct filter *filter_with_flag(struct filter *filter, enum filter_key flag)
{
    struct filter *all = filter;
    if (!filter || filter->kind != FILTER_AND) {
        all = filter_node(FILTER_AND);
        if (!all || (filter && !filter_add_part(all, filter))) {
            filter_free(all);
            return NULL;
        }
    }
    size_t kept = 0;
    for (size_t i = 0; i < all->part_count; i++)
        if (is_flag(all->parts[i]))
            filter_free(all->parts[i]);
        else
            all->parts[kept++] = all->parts[i];
    all->part_count = kept;
    if (flag != FILTER_KEYS && !add_test(all, flag, FILTER_HOLDS, NULL)) {
        filter_free(all);
        return NULL;
    }
    return filter_simplify(all);
}

/* --------------------------------------------------------------- printing */

static bool reserved(const char *word)
{
    static const char *const words[] = {"and", "or",      "not",      "AND",   "OR",
                                        "NOT", "overdue", "deviated", "mocked"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return strncmp(word, "meta.", 5) == 0;
}

static void quote(struct text *text, const char *name)
{
    text_append_char(text, '"');
    for (; *name; name++) {
        if (*name == '"' || *name == '\\')
            text_append_char(text, '\\');
        text_append_char(text, *name);
    }
    text_append_char(text, '"');
}

static const char special[] = " \t\r\n\"(),:=~<>";

void filter_quote(struct text *text, const char *name, bool plain)
{
    if (!*name || strpbrk(name, special) || (plain && reserved(name)))
        quote(text, name);
    else
        text_append(text, name);
}

static void print_path(const struct filter *test, struct text *text)
{
    text_append(text, "meta");
    for (size_t i = 0; i < test->path_count; i++) {
        text_append_char(text, '.');
        if (strchr(test->path[i], '.'))
            quote(text, test->path[i]);
        else
            filter_quote(text, test->path[i], false);
    }
}

static void print_test(const struct filter *test, struct text *text)
{
    static const char *const signs[] = {
        [FILTER_IS] = ":",   [FILTER_CONTAINS] = "~",  [FILTER_LESS] = "<", [FILTER_AT_MOST] = "<=",
        [FILTER_MORE] = ">", [FILTER_AT_LEAST] = ">=", [FILTER_HOLDS] = ""};
    bool plain = test->key == FILTER_TEXT;
    bool named = test->key == FILTER_SPECIFICATION || test->key == FILTER_STATE ||
                 test->key == FILTER_ACTION;
    if (test->key == FILTER_META)
        print_path(test, text);
    else if (!plain)
        text_append(text, key_names[test->key]);
    if (!plain)
        text_append(text, test->comparison == FILTER_IS && !named ? "=" : signs[test->comparison]);
    for (size_t i = 0; i < test->name_count; i++) {
        if (i)
            text_append_char(text, ',');
        filter_quote(text, test->names[i], plain);
    }
}

static void print(const struct filter *filter, bool bracket, struct text *text)
{
    if (filter->kind == FILTER_TEST) {
        print_test(filter, text);
        return;
    }
    if (filter->kind == FILTER_NOT) {
        text_append(text, "not ");
        print(filter->parts[0], true, text);
        return;
    }
    if (bracket)
        text_append_char(text, '(');
    for (size_t i = 0; i < filter->part_count; i++) {
        if (i)
            text_append(text, filter->kind == FILTER_OR ? " or " : " ");
        print(filter->parts[i], filter->parts[i]->kind != filter->kind, text);
    }
    if (bracket)
        text_append_char(text, ')');
}

void filter_print(const struct filter *filter, struct text *text)
{
    if (filter)
        print(filter, false, text);
}
