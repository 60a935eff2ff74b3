/* Counts, one instance, observations and events, over all shards. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "model/implementation_model.h"
#include "store/reader_private.h"
#include "store/steps.h"

/* A text of the caller's own; *failed is set when memory is out. */
static char *take(sqlite3_stmt *statement, int column, bool *failed)
{
    const char *value = column_text_or_null(statement, column);
    if (!value)
        return NULL;
    char *copy = memory_copy_text(value);
    *failed |= !copy;
    return copy;
}

/* Asks every open shard; `add` takes each row. */
struct walk {
    struct reader *reader;
    enum statement which;
    const struct value *values;
    size_t value_count;
    int (*add)(void *context, sqlite3_stmt *statement, spex_error *error);
    void *context;
};

static int walk_shard(const struct walk *walk, struct connection *connection, spex_error *error)
{
    sqlite3_stmt *statement;
    int status = statement_start(connection, walk->which, walk->values, walk->value_count,
                                 &statement, error);
    for (bool row = true; !status;) {
        status = statement_step(connection, statement, &row, error);
        if (status || !row)
            break;
        status = walk->add(walk->context, statement, error);
    }
    statement_end(statement);
    return status;
}

/* SPEX_OK, SPEX_ERROR_STORE after some shards answered, or what ended the walk. */
static int walk_all(const struct walk *walk, spex_error *error)
{
    int partial = reader_partial(walk->reader, error);
    for (unsigned i = 0; i < walk->reader->store.shards; i++) {
        struct reader_shard *shard = &walk->reader->shards[i];
        if (!shard->open)
            continue;
        spex_error failure;
        int status = walk_shard(walk, &shard->connection, &failure);
        if (!reader_goes_on(status, &failure, &partial, error))
            break;
    }
    return partial;
}

/* ---------------------------------------------------------------- counts */

struct count_list {
    struct state_count *items;
    size_t count;
    size_t capacity;
};

static int compare_counts(const void *left, const void *right)
{
    const struct state_count *first = left, *second = right;
    int order = strcmp(first->specification, second->specification);
    return order ? order : strcmp(first->state, second->state);
}

static int add_count(struct count_list *list, sqlite3_stmt *statement,
                     const struct state_count *numbers, spex_error *error)
{
    if (!memory_reserve(&list->items, &list->capacity, list->count + 1, sizeof *list->items))
        return error_memory(error);
    struct state_count *item = &list->items[list->count];
    bool failed = false;
    *item = *numbers;
    item->specification = take(statement, 0, &failed);
    item->state = take(statement, 1, &failed);
    list->count++;
    if (failed || !item->specification || !item->state)
        return error_memory(error);
    return SPEX_OK;
}

static int add_tally(void *context, sqlite3_stmt *statement, spex_error *error)
{
    struct state_count numbers = {.instances = (uint64_t)sqlite3_column_int64(statement, 2),
                                  .deviated = (uint64_t)sqlite3_column_int64(statement, 3),
                                  .mocked = (uint64_t)sqlite3_column_int64(statement, 4),
                                  .overdue = (uint64_t)sqlite3_column_int64(statement, 5)};
    return add_count(context, statement, &numbers, error);
}

/* What the tally's numbers of overdue instances are to be corrected by. */
struct corrections {
    struct count_list list;
    uint64_t untold, early;
};

static int add_correction(void *context, sqlite3_stmt *statement, spex_error *error)
{
    struct corrections *corrections = context;
    uint64_t untold = (uint64_t)sqlite3_column_int64(statement, 2);
    uint64_t early = (uint64_t)sqlite3_column_int64(statement, 3);
    struct state_count numbers = {.overdue = untold - early}; /* sums come out right */
    corrections->untold += untold;
    corrections->early += early;
    return untold || early ? add_count(&corrections->list, statement, &numbers, error) : SPEX_OK;
}

static int correct(struct reader *reader, enum statement which, struct corrections *corrections,
                   spex_error *error)
{
    const struct value now[] = {NUMBER(reader_now(reader))};
    state_counts_free(corrections->list.items, corrections->list.count);
    *corrections = (struct corrections){0};
    return walk_all(&(struct walk){reader, which, now, 1, add_correction, corrections}, error);
}

/* A specification's corrections cost an entry of the index each, a state's a row: those
 * not reported yet are many only in a store that no manager looks after. */
static int correct_overdue(struct reader *reader, struct count_list *list, spex_error *error)
{
    enum { FEW = 2000 };
    struct corrections corrections = {0};
    int status = correct(reader, STATEMENT_UNTOLD, &corrections, error);
    if ((!status || status == SPEX_ERROR_STORE) &&
        (corrections.early || (corrections.untold && corrections.untold <= FEW)))
        status = correct(reader, STATEMENT_UNTOLD_STATES, &corrections, error);
    struct count_list *more = &corrections.list;
    size_t count = list->count + more->count;
    if (more->count && !memory_reserve(&list->items, &list->capacity, count, sizeof *list->items))
        status = error_memory(error);
    else if (more->count) {
        memcpy(list->items + list->count, more->items, more->count * sizeof *more->items);
        list->count = count;
        more->count = 0;
    }
    state_counts_free(more->items, more->count);
    return status;
}

size_t state_counts_sum(struct state_count *counts, size_t count)
{
    if (count)
        qsort(counts, count, sizeof *counts, compare_counts);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        struct state_count *item = &counts[i];
        struct state_count *last = kept ? &counts[kept - 1] : NULL;
        if (!last || compare_counts(last, item) != 0) {
            counts[kept++] = *item;
            continue;
        }
        last->instances += item->instances;
        last->overdue += item->overdue;
        last->deviated += item->deviated;
        last->mocked += item->mocked;
        free(item->specification);
        free(item->state);
    }
    return kept;
}

int reader_counts(struct reader *reader, struct state_count **counts, size_t *count,
                  spex_error *error)
{
    struct count_list list = {0};
    *counts = NULL;
    *count = 0;
    reader_begin(reader, NULL, NULL); /* tally and corrections of one moment */
    int status = walk_all(
        &(struct walk){
            .reader = reader, .which = STATEMENT_COUNTS, .add = add_tally, .context = &list},
        error);
    if (!status || status == SPEX_ERROR_STORE) {
        spex_error failure;
        int second = correct_overdue(reader, &list, &failure);
        reader_goes_on(second, &failure, &status, error);
    }
    reader_end(reader);
    if (status && status != SPEX_ERROR_STORE) {
        state_counts_free(list.items, list.count);
        return status;
    }
    list.count = state_counts_sum(list.items, list.count);
    *counts = list.items;
    *count = list.count;
    return status;
}

void state_counts_free(struct state_count *counts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(counts[i].specification);
        free(counts[i].state);
    }
    free(counts);
}

/* --------------------------------------------------------------- instance */

/* The connection to the instance's shard. */
static int find_shard(struct reader *reader, const char *identifier, struct connection **connection,
                      spex_error *error)
{
    *connection = NULL;
    if (!reader->store.shards) /* memory was out when the store changed */
        return error_memory(error);
    unsigned number = store_shard_of(identifier, reader->store.shards);
    struct reader_shard *shard = &reader->shards[number - 1];
    *connection = &shard->connection;
    if (!shard->open)
        return error_set(error, SPEX_ERROR_STORE, "%s",
                         shard->fault ? shard->fault : "the shard is not open");
    return SPEX_OK;
}

int reader_instance(struct reader *reader, const char *identifier, size_t steps,
                    spex_instance **instance, spex_error *error)
{
    struct connection *connection;
    *instance = NULL;
    int status = find_shard(reader, identifier, &connection, error);
    return status
               ? status
               : instance_read(connection, identifier, steps, reader_now(reader), instance, error);
}

static int add_deviation(void *context, sqlite3_stmt *statement, spex_error *error)
{
    spex_error failure;
    int status = model_add(context, column_text(statement, 0), column_text(statement, 1),
                           column_text(statement, 2), NULL, &failure);
    return status ? error_set(error, status == SPEX_ERROR_USAGE ? SPEX_ERROR_STORE : status,
                              "in a transition of the store: %s", failure.message)
                  : SPEX_OK;
}

int reader_deviations(struct reader *reader, const char *identifier, struct spex_model *model,
                      spex_error *error)
{
    struct connection *connection;
    const struct value value = TEXT(identifier);
    struct walk walk = {.which = STATEMENT_DEVIATIONS,
                        .values = &value,
                        .value_count = 1,
                        .add = add_deviation,
                        .context = model};
    int status = find_shard(reader, identifier, &connection, error);
    return status ? status : walk_shard(&walk, connection, error);
}

/* ----------------------------------------------------------- observations */

struct observed_list {
    struct observed_transition *items;
    size_t count;
    size_t capacity;
};

static int add_observed(void *context, sqlite3_stmt *statement, spex_error *error)
{
    struct observed_list *list = context;
    if (!memory_reserve(&list->items, &list->capacity, list->count + 1, sizeof *list->items))
        return error_memory(error);
    bool failed = false;
    struct observed_transition *item = &list->items[list->count++];
    *item = (struct observed_transition){
        .from = take(statement, 0, &failed),
        .action = take(statement, 1, &failed),
        .to = take(statement, 2, &failed),
        .count = (uint64_t)sqlite3_column_int64(statement, 3),
        .learned = (uint64_t)sqlite3_column_int64(statement, 4),
        .first_seen = sqlite3_column_int64(statement, 5),
        .last_seen = sqlite3_column_int64(statement, 6),
    };
    return failed || !item->from || !item->action || !item->to ? error_memory(error) : SPEX_OK;
}

static int compare_observed(const void *left, const void *right)
{
    const struct observed_transition *first = left, *second = right;
    int order = strcmp(first->from, second->from);
    if (!order)
        order = strcmp(first->action, second->action);
    return order ? order : strcmp(first->to, second->to);
}

static void release_observed(struct observed_transition *item)
{
    free(item->from);
    free(item->action);
    free(item->to);
}

static void sum_observed(struct observed_list *list)
{
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, compare_observed);
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct observed_transition *item = &list->items[i];
        struct observed_transition *last = kept ? &list->items[kept - 1] : NULL;
        if (!last || compare_observed(last, item) != 0) {
            list->items[kept++] = *item;
            continue;
        }
        last->count += item->count;
        last->learned += item->learned;
        if (item->first_seen < last->first_seen)
            last->first_seen = item->first_seen;
        if (item->last_seen > last->last_seen)
            last->last_seen = item->last_seen;
        release_observed(item);
    }
    list->count = kept;
}

int reader_observed(struct reader *reader, const char *specification,
                    struct observed_transition **observed, size_t *count, spex_error *error)
{
    struct observed_list list = {0};
    const struct value values[] = {TEXT(specification)};
    *observed = NULL;
    *count = 0;
    int status =
        walk_all(&(struct walk){reader, STATEMENT_OBSERVED, values, 1, add_observed, &list}, error);
    if (status && status != SPEX_ERROR_STORE) {
        observed_free(list.items, list.count);
        return status;
    }
    sum_observed(&list);
    *observed = list.items;
    *count = list.count;
    return status;
}

void observed_free(struct observed_transition *observed, size_t count)
{
    for (size_t i = 0; i < count; i++)
        release_observed(&observed[i]);
    free(observed);
}

/* --------------------------------------------------------------- learning */

struct name_list {
    char **items;
    size_t count;
    size_t capacity;
};

static int add_name(void *context, sqlite3_stmt *statement, spex_error *error)
{
    struct name_list *list = context;
    bool failed = false;
    if (!memory_reserve(&list->items, &list->capacity, list->count + 1, sizeof *list->items))
        return error_memory(error);
    list->items[list->count] = take(statement, 0, &failed);
    if (!list->items[list->count])
        return error_memory(error);
    list->count++;
    return SPEX_OK;
}

int reader_learning(struct reader *reader, char ***specifications, size_t *count, spex_error *error)
{
    struct name_list list = {0};
    *specifications = NULL;
    *count = 0;
    int status = walk_all(
        &(struct walk){
            .reader = reader, .which = STATEMENT_LEARNING, .add = add_name, .context = &list},
        error);
    if (status && status != SPEX_ERROR_STORE) {
        file_list_free(list.items, list.count);
        return status;
    }
    if (list.count)
        qsort(list.items, list.count, sizeof *list.items, text_compare);
    size_t kept = 0;
    for (size_t i = 0; i < list.count; i++)
        if (kept && strcmp(list.items[kept - 1], list.items[i]) == 0)
            free(list.items[i]);
        else
            list.items[kept++] = list.items[i];
    *specifications = list.items;
    *count = kept;
    return status;
}

/* ----------------------------------------------------------------- events */

struct event_list {
    struct event *items;
    size_t count;
    size_t capacity;
};

static int add_event(void *context, sqlite3_stmt *statement, spex_error *error)
{
    struct event_list *list = context;
    if (!memory_reserve(&list->items, &list->capacity, list->count + 1, sizeof *list->items))
        return error_memory(error);
    bool failed = false;
    list->items[list->count++] = (struct event){
        .at = sqlite3_column_int64(statement, 0),
        .reason = (spex_reason)sqlite3_column_int(statement, 1),
        .specification = take(statement, 2, &failed),
        .identifier = take(statement, 3, &failed),
        .from = take(statement, 4, &failed),
        .action = take(statement, 5, &failed),
        .to = take(statement, 6, &failed),
        .message = take(statement, 7, &failed),
    };
    return failed ? error_memory(error) : SPEX_OK;
}

static void release_event(struct event *event)
{
    free(event->specification);
    free(event->identifier);
    free(event->from);
    free(event->action);
    free(event->to);
    free(event->message);
}

/* Merge sort: equal times keep each shard's order. */
static void sort_events(struct event *events, struct event *spare, size_t count)
{
    if (count < 2)
        return;
    size_t half = count / 2, left = 0, right = half;
    sort_events(events, spare, half);
    sort_events(events + half, spare, count - half);
    for (size_t i = 0; i < count; i++)
        spare[i] = right >= count || (left < half && events[left].at >= events[right].at)
                       ? events[left++]
                       : events[right++];
    memcpy(events, spare, count * sizeof *events);
}

int reader_events(struct reader *reader, size_t limit, struct event **events, size_t *count,
                  spex_error *error)
{
    struct event_list list = {0};
    const struct value values[] = {NUMBER(limit < INT64_MAX ? (int64_t)limit : INT64_MAX)};
    *events = NULL;
    *count = 0;
    int status =
        walk_all(&(struct walk){reader, STATEMENT_EVENTS, values, 1, add_event, &list}, error);
    struct event *spare = memory_allocate(list.count, sizeof *spare);
    if (!spare)
        status = error_memory(error);
    if (status && status != SPEX_ERROR_STORE) {
        free(spare);
        events_free(list.items, list.count);
        return status;
    }
    sort_events(list.items, spare, list.count);
    free(spare);
    while (list.count > limit)
        release_event(&list.items[--list.count]);
    *events = list.items;
    *count = list.count;
    return status;
}

void events_free(struct event *events, size_t count)
{
    for (size_t i = 0; i < count; i++)
        release_event(&events[i]);
    free(events);
}
