/* The orders of instances: as SQL, and between two of them. */
#include <string.h>

#include "base/base.h"
#include "store/reader_private.h"

const char *const instance_order_names[INSTANCE_ORDERS] = {"id",      "spec",    "state",
                                                           "changed", "history", "overdue"};

/* By these, in turn; the identifier always decides last. */
static const char *const columns[INSTANCE_ORDERS][2] = {
    [ORDER_SPECIFICATION] = {"specification", "ifnull(state, '')"},
    [ORDER_STATE] = {"ifnull(state, '')", "specification"},
    [ORDER_CHANGED] = {"since"},
    [ORDER_HISTORY] = {"transitions"},
    [ORDER_OVERDUE] = {"due = 0", "due"},
};

bool instance_order_named(const char *name, enum instance_order *order)
{
    for (int i = 0; i < INSTANCE_ORDERS; i++)
        if (strcmp(instance_order_names[i], name) == 0) {
            *order = (enum instance_order)i;
            return true;
        }
    return false;
}

static int compare_numbers(int64_t left, int64_t right)
{
    return (left > right) - (left < right);
}

static const char *state_of(const spex_instance *instance)
{
    return instance->state ? instance->state : "";
}

int instance_order_compare(enum instance_order by, const spex_instance *left,
                           const spex_instance *right)
{
    int order = 0;
    switch (by) {
    case ORDER_SPECIFICATION:
        order = strcmp(left->specification, right->specification);
        order = order ? order : strcmp(state_of(left), state_of(right));
        break;
    case ORDER_STATE:
        order = strcmp(state_of(left), state_of(right));
        order = order ? order : strcmp(left->specification, right->specification);
        break;
    case ORDER_CHANGED:
        order = compare_numbers(left->since, right->since);
        break;
    case ORDER_HISTORY:
        order = compare_numbers((int64_t)left->transitions, (int64_t)right->transitions);
        break;
    case ORDER_OVERDUE:
        order = (left->due == 0) - (right->due == 0);
        order = order ? order : compare_numbers(left->due, right->due);
        break;
    default:
        break;
    }
    return order ? order : strcmp(left->identifier, right->identifier);
}

static void append_value(struct query *query, enum instance_order order, int column,
                         const spex_instance *instance)
{
    switch (order) {
    case ORDER_SPECIFICATION:
        query_text(query, column == 0 ? instance->specification : state_of(instance));
        break;
    case ORDER_STATE:
        query_text(query, column == 0 ? state_of(instance) : instance->specification);
        break;
    case ORDER_CHANGED:
        query_number(query, instance->since);
        break;
    case ORDER_HISTORY:
        query_number(query, (int64_t)instance->transitions);
        break;
    case ORDER_OVERDUE:
        query_number(query, column == 0 ? instance->due == 0 : instance->due);
        break;
    default:
        break;
    }
}

void reader_order_anchor(struct query *query, enum instance_order order, bool rising,
                         const spex_instance *anchor)
{
    struct text *sql = &query->sql;
    if (order == ORDER_IDENTIFIER) {
        text_append(sql, rising ? " AND identifier > " : " AND identifier < ");
        query_text(query, anchor->identifier);
        return;
    }
    text_append(sql, " AND (");
    for (int i = 0; i < 2 && columns[order][i]; i++)
        text_printf(sql, "%s, ", columns[order][i]);
    text_append(sql, rising ? "identifier) > (" : "identifier) < (");
    for (int i = 0; i < 2 && columns[order][i]; i++) {
        append_value(query, order, i, anchor);
        text_append(sql, ", ");
    }
    query_text(query, anchor->identifier);
    text_append_char(sql, ')');
}

void reader_order_by(struct query *query, enum instance_order order, bool rising)
{
    const char *direction = rising ? "ASC" : "DESC";
    text_append(&query->sql, " ORDER BY ");
    for (int i = 0; i < 2 && columns[order][i]; i++)
        text_printf(&query->sql, "%s %s, ", columns[order][i], direction);
    text_printf(&query->sql, "identifier %s", direction);
}
