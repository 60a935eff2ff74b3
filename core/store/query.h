/*
 * SQL put together with the values bound in it, and the conditions of a filter in it,
 * which choose exactly the instances that filter_matches does.
 */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include "base/text.h"
#include "model/filter.h"
#include "store/connection.h"

/* Zero-initialise. The texts must live until query_prepare, filters as long as its statements. */
struct query {
    struct text sql;
    struct query_value {
        enum { QUERY_TEXT, QUERY_NUMBER, QUERY_FILTER } kind;
        const char *text;
        int64_t number;
        const struct filter *filter;
    } * values;
    size_t count, capacity;
};

/* Each appends a parameter that stands for the value. */
void query_number(struct query *query, int64_t number);
void query_text(struct query *query, const char *text);
/* Appends a condition, in brackets where it needs them, that is never NULL; 1 for NULL. */
void query_filter(struct query *query, const struct filter *filter, int64_t now);
/* Finalised by the caller, also after a failure. */
int query_prepare(const struct query *query, struct connection *connection,
                  sqlite3_stmt **statement, spex_error *error);
void query_release(struct query *query);

/* Makes the functions known that conditions call; the connection stays where it is. */
int query_functions(struct connection *connection, spex_error *error);

#endif
