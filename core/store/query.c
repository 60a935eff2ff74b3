#include "store/query.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

#define FILTER_POINTER "spex_filter"

/* ------------------------------------------------------------ its functions */

/* Made ready once a statement. NULL: memory is out. */
static const struct text_part *part_of(sqlite3_context *context, sqlite3_value *value)
{
    const struct text_part *part = sqlite3_get_auxdata(context, 1);
    if (part)
        return part;
    const char *text = (const char *)sqlite3_value_text(value);
    struct text_part *made = text_part_create(text ? text : "");
    if (made)
        sqlite3_set_auxdata(context, 1, made, free);
    return made ? sqlite3_get_auxdata(context, 1) : NULL;
}

/* contains(value, part) */
static void contains(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    struct connection *connection = sqlite3_user_data(context);
    const struct text_part *part = part_of(context, values[1]);
    connection->looked_at++;
    if (!part) {
        sqlite3_result_error_nomem(context);
        return;
    }
    /* As bytes, which lie there already; as text they would be copied to get their end. */
    const void *bytes = sqlite3_value_blob(values[0]);
    sqlite3_result_int(context, text_part_in(part, bytes, (size_t)sqlite3_value_bytes(values[0])));
}

/* meta_holds(meta, test) */
static void meta_holds(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    const struct filter *test = sqlite3_value_pointer(values[1], FILTER_POINTER);
    const char *meta = (const char *)sqlite3_value_text(values[0]);
    sqlite3_result_int(context, test && filter_matches_meta(test, meta));
}

int query_functions(struct connection *connection, spex_error *error)
{
    int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
    int code = sqlite3_create_function(connection->database, "contains", 2, flags, connection,
                                       contains, NULL, NULL);
    if (!code)
        code = sqlite3_create_function(connection->database, "meta_holds", 2, flags, NULL,
                                       meta_holds, NULL, NULL);
    return code ? connection_error(connection, code, error) : SPEX_OK;
}

/* ------------------------------------------------------------------- values */

static void add_value(struct query *query, const struct query_value *value)
{
    if (!memory_reserve(&query->values, &query->capacity, query->count + 1,
                        sizeof *query->values)) {
        query->sql.failed = true;
        return;
    }
    query->values[query->count++] = *value;
    text_printf(&query->sql, "?%zu", query->count);
}

void query_number(struct query *query, int64_t number)
{
    add_value(query, &(struct query_value){.kind = QUERY_NUMBER, .number = number});
}

void query_text(struct query *query, const char *text)
{
    add_value(query, &(struct query_value){.kind = QUERY_TEXT, .text = text});
}

static int bind(const struct query_value *value, sqlite3_stmt *statement, int place)
{
    switch (value->kind) {
    case QUERY_NUMBER:
        return sqlite3_bind_int64(statement, place, value->number);
    case QUERY_FILTER:
        return sqlite3_bind_pointer(statement, place, (void *)(uintptr_t)value->filter,
                                    FILTER_POINTER, NULL);
    default:
        return sqlite3_bind_text(statement, place, value->text, -1, SQLITE_TRANSIENT);
    }
}

int query_prepare(const struct query *query, struct connection *connection,
                  sqlite3_stmt **statement, spex_error *error)
{
    *statement = NULL;
    if (query->sql.failed)
        return error_memory(error);
    int code =
        sqlite3_prepare_v2(connection->database, text_value(&query->sql), -1, statement, NULL);
    for (size_t i = 0; !code && i < query->count; i++)
        code = bind(&query->values[i], *statement, (int)i + 1);
    return code ? connection_error(connection, code, error) : SPEX_OK;
}

void query_release(struct query *query)
{
    text_release(&query->sql);
    free(query->values);
    memset(query, 0, sizeof *query);
}

/* --------------------------------------------------------------- conditions */

/* column IN (...), or one contains() for each name. */
static void names_condition(struct query *query, const struct filter *test, const char *column)
{
    struct text *sql = &query->sql;
    if (test->comparison == FILTER_IS && test->name_count == 1) {
        text_printf(sql, "%s = ", column);
        query_text(query, test->names[0]);
        return;
    }
    bool contained = test->comparison == FILTER_CONTAINS;
    if (contained)
        text_append_char(sql, '(');
    else
        text_printf(sql, "%s IN (", column);
    for (size_t i = 0; i < test->name_count; i++) {
        if (contained)
            text_printf(sql, "%scontains(%s, ", i ? " OR " : "", column);
        else if (i)
            text_append(sql, ", ");
        query_text(query, test->names[i]);
        if (contained)
            text_append_char(sql, ')');
    }
    text_append_char(sql, ')');
}

/* A state of NULL is "": of that, only comparing with "" must know. */
static void state_condition(struct query *query, const struct filter *test)
{
    bool none = test->comparison != FILTER_IS;
    for (size_t i = 0; i < test->name_count; i++)
        none |= !*test->names[i];
    if (!none)
        text_append(&query->sql, "(state IS NOT NULL AND ");
    names_condition(query, test, none ? "ifnull(state, '')" : "state");
    if (!none)
        text_append_char(&query->sql, ')');
}

static void text_condition(struct query *query, const struct filter *test)
{
    text_append_char(&query->sql, '(');
    names_condition(query, test, "identifier");
    text_append(&query->sql, " OR ");
    names_condition(query, test, "specification");
    text_append(&query->sql, " OR ");
    names_condition(query, test, "ifnull(state, '')");
    text_append_char(&query->sql, ')');
}

static const char *sign_of(enum filter_comparison comparison, bool turned)
{
    switch (comparison) {
    case FILTER_LESS:
        return turned ? ">" : "<";
    case FILTER_AT_MOST:
        return turned ? ">=" : "<=";
    case FILTER_MORE:
        return turned ? "<" : ">";
    default:
        return turned ? "<=" : ">=";
    }
}

/* An age is compared as the time since when, which is indexed: the other way around. */
static void age_condition(struct query *query, const struct filter *test, int64_t now)
{
    struct text *sql = &query->sql;
    text_append_char(sql, '(');
    for (size_t i = 0; i < test->name_count; i++) {
        text_append(sql, i ? " OR " : "");
        if (test->comparison == FILTER_IS) {
            text_append(sql, "(since > ");
            query_number(query, now - test->numbers[i].to);
            text_append(sql, " AND since <= ");
            query_number(query, now - test->numbers[i].from);
            text_append_char(sql, ')');
        } else {
            text_printf(sql, "since %s ", sign_of(test->comparison, true));
            query_number(query, now - test->numbers[i].from);
        }
    }
    text_append_char(sql, ')');
}

static void number_condition(struct query *query, const struct filter *test, const char *column)
{
    text_append_char(&query->sql, '(');
    for (size_t i = 0; i < test->name_count; i++) {
        const char *sign = test->comparison == FILTER_IS ? "=" : sign_of(test->comparison, false);
        text_printf(&query->sql, "%s%s %s ", i ? " OR " : "", column, sign);
        query_number(query, test->numbers[i].from);
    }
    text_append_char(&query->sql, ')');
}

static void test_condition(struct query *query, const struct filter *test, int64_t now)
{
    struct text *sql = &query->sql;
    switch (test->key) {
    case FILTER_TEXT:
        text_condition(query, test);
        break;
    case FILTER_SPECIFICATION:
        names_condition(query, test, "specification");
        break;
    case FILTER_STATE:
        state_condition(query, test);
        break;
    case FILTER_ACTION:
        text_append(sql, "EXISTS (SELECT 1 FROM history WHERE history.instance = instance.key"
                         " AND ");
        names_condition(query, test, "history.action");
        text_append_char(sql, ')');
        break;
    case FILTER_IDENTIFIER:
        names_condition(query, test, "identifier");
        break;
    case FILTER_META:
        text_append(sql, "meta_holds(meta, ");
        add_value(query, &(struct query_value){.kind = QUERY_FILTER, .filter = test});
        text_append_char(sql, ')');
        break;
    case FILTER_AGE:
        age_condition(query, test, now);
        break;
    case FILTER_HISTORY:
        number_condition(query, test, "transitions");
        break;
    case FILTER_DEVIATIONS:
        number_condition(query, test, "deviations");
        break;
    case FILTER_OVERDUE:
        text_append(sql, "(due > 0 AND due < ");
        query_number(query, now);
        text_append_char(sql, ')');
        break;
    case FILTER_DEVIATED:
        text_append(sql, "deviations > 0");
        break;
    case FILTER_MOCKED:
        text_append(sql, "mocked = 1");
        break;
    case FILTER_REASON:
    case FILTER_KEYS:
        text_append_char(sql, '0');
        break;
    }
}

void query_filter(struct query *query, const struct filter *filter, int64_t now)
{
    struct text *sql = &query->sql;
    if (!filter) {
        text_append_char(sql, '1');
        return;
    }
    if (filter->kind == FILTER_TEST) {
        test_condition(query, filter, now);
        return;
    }
    text_append(sql, filter->kind == FILTER_NOT ? "(NOT " : "(");
    for (size_t i = 0; i < filter->part_count; i++) {
        if (i)
            text_append(sql, filter->kind == FILTER_AND ? " AND " : " OR ");
        query_filter(query, filter->parts[i], now);
    }
    text_append_char(sql, ')');
}
