/* Reading on behind what cannot be read. */
#include <string.h>

#include "base/base.h"
#include "store/inspect.h"
#include "store/salvage.h"

int salvage_accept(struct salvage *salvage, int status, bool *refused, spex_error *error)
{
    int code = sqlite3_extended_errcode(salvage->to->connection.database) & 0xff;
    *refused = status == SPEX_ERROR_STORE && code == SQLITE_CONSTRAINT;
    if (*refused)
        error_clear(error);
    return *refused ? (int)SPEX_OK : status;
}

bool salvage_name(sqlite3_stmt *row, int column, size_t limit)
{
    const char *text = column_text_or_null(row, column);
    size_t length = (size_t)sqlite3_column_bytes(row, column);
    return text && length && length <= limit && strlen(text) == length && utf8_valid(text, length);
}

bool salvage_texts(sqlite3_stmt *row)
{
    int count = sqlite3_column_count(row);
    for (int i = 0; i < count; i++)
        if (sqlite3_column_type(row, i) == SQLITE_TEXT && sqlite3_column_bytes(row, i) > 0 &&
            !salvage_name(row, i, SIZE_MAX))
            return false;
    return true;
}

/* Damage ends no walk; a lack of memory and a cancellation do. */
static bool is_damage(int status)
{
    return status == SPEX_ERROR_STORE || status == SPEX_ERROR_BUSY;
}

/* Whether the walk can go on from this place. */
static int can_begin(struct salvage *salvage, sqlite3_stmt *statement, int64_t place, bool *can,
                     spex_error *error)
{
    bool row;
    sqlite3_reset(statement);
    sqlite3_bind_int64(statement, 1, place);
    /* Asked often, and mostly in vain: no message is made of it. */
    int status = statement_step(&salvage->from, statement, &row, NULL);
    sqlite3_reset(statement);
    *can = status == SPEX_OK;
    if (!status || is_damage(status))
        return SPEX_OK;
    return error_set(error, (spex_status)status, "%s cannot be read on", salvage->from.label);
}

/* The first place behind `bad` where reading goes on; *end: there is none. */
static int find_behind(struct salvage *salvage, sqlite3_stmt *statement, int64_t bad,
                       int64_t *place, bool *end, spex_error *error)
{
    int64_t low = bad, high = bad;
    bool can = false;
    int status = SPEX_OK;
    *end = false;
    for (int64_t width = 1; !status && !can; low = can ? low : high, width *= 2) {
        *end = width > INT64_MAX / 4 || __builtin_add_overflow(bad, width, &high);
        if (*end)
            return SPEX_OK;
        status = can_begin(salvage, statement, high, &can, error);
    }
    while (!status && high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        status = can_begin(salvage, statement, middle, &can, error);
        if (can)
            high = middle;
        else
            low = middle;
    }
    *place = high;
    return status;
}

int salvage_walk(struct salvage *salvage, sqlite3_stmt *statement, int64_t first, salvage_row take,
                 void *context, spex_error *error)
{
    int64_t place = first;
    for (;;) {
        spex_error failure;
        int64_t last = place > INT64_MIN ? place - 1 : place;
        bool row = true;
        int status = SPEX_OK, taken = SPEX_OK;
        sqlite3_reset(statement);
        sqlite3_bind_int64(statement, 1, place);
        while (!taken && !(status = statement_step(&salvage->from, statement, &row, &failure)) &&
               row) {
            int64_t key = sqlite3_column_int64(statement, 0);
            /* In a damaged tree the way may lead back. */
            if (key <= last && last >= place)
                status = SPEX_ERROR_STORE;
            if (status)
                break;
            last = key;
            taken = take(salvage, statement, context, error);
        }
        sqlite3_reset(statement);
        if (taken || (!status && !row))
            return taken;
        if (!is_damage(status)) {
            if (error)
                *error = failure;
            return status;
        }
        salvage->damaged = true;
        bool end;
        status = find_behind(salvage, statement, last < place ? place : last, &place, &end, error);
        if (status || end)
            return status;
    }
}

static int walk_end(struct salvage *salvage, const char *sql, const char *order,
                    const char *direction, salvage_row take, void *context, bool *whole,
                    spex_error *error)
{
    struct text text = {0};
    sqlite3_stmt *statement = NULL;
    text_printf(&text, "%s ORDER BY %s %s", sql, order, direction);
    spex_error failure = {0};
    int status = text.failed
                     ? error_memory(&failure)
                     : inspect_prepare(&salvage->from, text_value(&text), &statement, &failure);
    int taken = SPEX_OK;
    for (bool row = true; !status && !taken;) {
        status = statement_step(&salvage->from, statement, &row, &failure);
        if (status || !row)
            break;
        taken = take(salvage, statement, context, error);
    }
    sqlite3_finalize(statement);
    text_release(&text);
    *whole = status == SPEX_OK;
    if (taken || !status || is_damage(status))
        return taken;
    if (error)
        *error = failure;
    return status;
}

int salvage_both_ends(struct salvage *salvage, const char *sql, const char *order, salvage_row take,
                      void *context, spex_error *error)
{
    bool whole;
    char descending[200] = "";
    int status = walk_end(salvage, sql, order, "", take, context, &whole, error);
    if (status || whole)
        return status;
    salvage->damaged = true;
    /* "a, b" backwards is "a DESC, b DESC". */
    size_t used = 0;
    for (const char *c = order; *c && used + 8 < sizeof descending; c++) {
        if (*c == ',') {
            memcpy(descending + used, " DESC", 5);
            used += 5;
        }
        descending[used++] = *c;
    }
    descending[used] = '\0';
    return walk_end(salvage, sql, descending, "DESC", take, context, &whole, error);
}
