/* Is one shard whole? Its pages, then what its rows say of one another, in one pass. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "store/inspect.h"
#include "store/shard.h"
#include "store/verify.h"

enum { TOLD = 5 }; /* findings of a kind, of a shard, before they are only counted */

struct look {
    const struct store *store;
    unsigned number;
    struct verification *verification;
    struct observations *observations;
    struct connection connection;
    struct watch watch;
    uint64_t found[PROBLEM_COUNT];
};

static bool told(struct look *look, enum problem problem)
{
    return look->found[problem]++ < TOLD;
}
#define FOUND(look, problem, ...)                                                                  \
    do {                                                                                           \
        if (told(look, problem))                                                                   \
            verify_tell((look)->verification, problem, (look)->number, __VA_ARGS__);               \
    } while (0)

static const char advice[] = "`spex store repair` keeps what can be kept";

/* ---------------------------------------------------------------- pages */

static int check_pages(struct look *look, spex_error *error)
{
    sqlite3_stmt *statement = NULL;
    int status =
        inspect_prepare(&look->connection, "PRAGMA integrity_check(20)", &statement, error);
    for (bool row = true; !status;) {
        status = statement_step(&look->connection, statement, &row, error);
        if (status || !row)
            break;
        const char *line = column_text(statement, 0);
        if (strcmp(line, "ok") != 0)
            FOUND(look, PROBLEM_DAMAGED, "%s is damaged: %s; %s", look->connection.label, line,
                  advice);
    }
    sqlite3_finalize(statement);
    return status;
}

/* ------------------------------------------------- instances and histories */

/* Both in the order of the instances' keys, walked side by side. */
struct walk {
    sqlite3_stmt *instances, *steps, *deviations;
    bool step, deviation; /* whether there is a row */
    struct text from, key;
    uint64_t orphans, orphan_deviations;
};

/* What the history of the instance at hand says. */
struct history {
    uint64_t steps, deviations;
    uint64_t sourceless; /* deviations from a state that is not known any more: mocked there */
    int64_t at;
    bool leads_to_state;
};

/* The counts of the transition from walk->from. */
static int observed_of(struct look *look, struct walk *walk, const char *specification,
                       const char *action, const char *to, struct observed **found,
                       spex_error *error)
{
    struct observations *all = look->observations;
    const char *from = text_value(&walk->from);
    text_clear(&walk->key);
    text_printf(&walk->key, "%s: %s --[%s]-> %s", specification, from, action, to);
    uint32_t known = all->keys.count;
    uint32_t key =
        walk->key.failed ? SYMBOL_NONE : symbols_intern(&all->keys, text_value(&walk->key));
    if (key == SYMBOL_NONE ||
        !memory_reserve(&all->items, &all->capacity, key + (size_t)1, sizeof *all->items))
        return error_memory(error);
    *found = &all->items[key];
    if (key < known)
        return SPEX_OK;
    **found = (struct observed){.specification = symbols_intern(&all->names, specification),
                                .from = symbols_intern(&all->names, from),
                                .action = symbols_intern(&all->names, action),
                                .to = symbols_intern(&all->names, to)};
    bool whole = (*found)->specification != SYMBOL_NONE && (*found)->from != SYMBOL_NONE &&
                 (*found)->action != SYMBOL_NONE && (*found)->to != SYMBOL_NONE;
    return whole ? SPEX_OK : error_memory(error);
}

static void take(struct observed *observed, int64_t at, bool learned)
{
    observed->first = observed->taken && observed->first < at ? observed->first : at;
    observed->last = observed->taken && observed->last > at ? observed->last : at;
    observed->taken++;
    observed->taken_learning += learned;
}

static int next_step(struct look *look, struct walk *walk, spex_error *error)
{
    return statement_step(&look->connection, walk->steps, &walk->step, error);
}

static int next_deviation(struct look *look, struct walk *walk, spex_error *error)
{
    return statement_step(&look->connection, walk->deviations, &walk->deviation, error);
}

/* One step; what it came from is in walk->from, empty where nobody knows. */
static int look_at_step(struct look *look, struct walk *walk, struct history *history,
                        const char *identifier, spex_error *error)
{
    sqlite3_stmt *step = walk->steps;
    int64_t sequence = sqlite3_column_int64(step, 1);
    const char *action = column_text(step, 2), *state = column_text(step, 3);
    int verdict = sqlite3_column_int(step, 5);
    int status = SPEX_OK;
    history->steps++;
    if (sequence != (int64_t)history->steps)
        FOUND(look, PROBLEM_HISTORY, "%s: in the history of %s, step %llu has the number %lld; %s",
              look->connection.label, identifier, (unsigned long long)history->steps,
              (long long)sequence, advice);
    if (verdict < SPEX_VERDICT_LEARNED || verdict > SPEX_VERDICT_NOT_EQUIVALENT || !*action ||
        !*state)
        FOUND(look, PROBLEM_HISTORY, "%s: step %lld of %s is none; %s", look->connection.label,
              (long long)sequence, identifier, advice);
    history->deviations +=
        verdict == SPEX_VERDICT_STILL_EQUIVALENT || verdict == SPEX_VERDICT_NOT_EQUIVALENT;
    const char *now = column_text_or_null(walk->instances, 3);
    history->leads_to_state = now && strcmp(now, state) == 0;
    history->at = sqlite3_column_int64(step, 4);
    if (history->steps == 1 && strcmp(action, SPEX_INITIALISATION) == 0)
        text_append(&walk->from, SPEX_NIL);
    if (!walk->from.length)
        history->sourceless = history->deviations;
    if (walk->from.length && strcmp(action, STEP_LOST) != 0) {
        struct observed *observed;
        status = observed_of(look, walk, column_text(walk->instances, 2), action, state, &observed,
                             error);
        if (!status)
            take(observed, history->at, verdict == SPEX_VERDICT_LEARNED);
    }
    text_clear(&walk->from);
    text_append(&walk->from, state);
    return status;
}

static void compare_history(struct look *look, const struct walk *walk,
                            const struct history *history, uint64_t kept, const char *identifier)
{
    sqlite3_stmt *instance = walk->instances;
    const char *label = look->connection.label;
    uint64_t transitions = (uint64_t)sqlite3_column_int64(instance, 5);
    uint64_t deviations = (uint64_t)sqlite3_column_int64(instance, 6);
    if (history->steps != transitions)
        FOUND(look, PROBLEM_HISTORY, "%s: %s took %llu transitions, but its history has %llu; %s",
              label, identifier, (unsigned long long)transitions,
              (unsigned long long)history->steps, advice);
    if (history->steps &&
        (!history->leads_to_state || history->at != sqlite3_column_int64(instance, 4)))
        FOUND(look, PROBLEM_STATE,
              "%s: %s is not in the state, or not since when, its last step "
              "led to; %s",
              label, identifier, advice);
    if (history->deviations != deviations || kept > deviations ||
        (deviations > history->sourceless && !kept))
        FOUND(look, PROBLEM_DEVIATION,
              "%s: %s has %llu deviations counted, %llu in its history, %llu kept; %s", label,
              identifier, (unsigned long long)deviations, (unsigned long long)history->deviations,
              (unsigned long long)kept, advice);
}

static void look_at_values(struct look *look, sqlite3_stmt *instance, const char *identifier)
{
    size_t length = (size_t)sqlite3_column_bytes(instance, 1);
    if (length == 0 || length > SPEX_IDENTIFIER_MAX || strlen(identifier) != length ||
        !utf8_valid(identifier, length))
        FOUND(look, PROBLEM_INSTANCE, "%s: '%s' cannot identify an instance; %s",
              look->connection.label, identifier, advice);
    else if (store_shard_of(identifier, look->store->shards) != look->number)
        FOUND(look, PROBLEM_MISPLACED,
              "%s: the instance %s belongs into shard %u, where it is looked for; `spex store "
              "repair` moves it there",
              look->connection.label, identifier, store_shard_of(identifier, look->store->shards));
    int64_t mocked = sqlite3_column_int64(instance, 7), due = sqlite3_column_int64(instance, 8);
    int64_t reported = sqlite3_column_int64(instance, 9);
    int64_t transitions = sqlite3_column_int64(instance, 5);
    if (mocked < 0 || mocked > 1 || reported < 0 || reported > 1 || due < 0 || transitions < 0 ||
        sqlite3_column_int64(instance, 6) < 0 || (mocked && transitions) ||
        !*column_text(instance, 2) || (transitions && !column_text_or_null(instance, 3)))
        FOUND(look, PROBLEM_INSTANCE, "%s: %s has values that no instance has; %s",
              look->connection.label, identifier, advice);
}

static int look_at_instance(struct look *look, struct walk *walk, spex_error *error)
{
    int64_t key = sqlite3_column_int64(walk->instances, 0);
    const char *identifier = column_text(walk->instances, 1);
    struct history history = {0};
    uint64_t kept = 0;
    int status = SPEX_OK;
    look_at_values(look, walk->instances, identifier);
    text_clear(&walk->from);
    while (!status && walk->step && sqlite3_column_int64(walk->steps, 0) <= key) {
        if (sqlite3_column_int64(walk->steps, 0) < key)
            walk->orphans++;
        else
            status = look_at_step(look, walk, &history, identifier, error);
        if (!status)
            status = next_step(look, walk, error);
    }
    while (!status && walk->deviation && sqlite3_column_int64(walk->deviations, 0) <= key) {
        uint64_t rows = (uint64_t)sqlite3_column_int64(walk->deviations, 1);
        if (sqlite3_column_int64(walk->deviations, 0) < key)
            walk->orphan_deviations += rows;
        else
            kept = rows;
        status = next_deviation(look, walk, error);
    }
    if (!status)
        compare_history(look, walk, &history, kept, identifier);
    look->verification->instances++;
    look->verification->steps += history.steps;
    return status;
}

static int finish_walk(struct look *look, struct walk *walk, spex_error *error)
{
    int status = SPEX_OK;
    while (!status && walk->step) {
        walk->orphans++;
        status = next_step(look, walk, error);
    }
    while (!status && walk->deviation) {
        walk->orphan_deviations += (uint64_t)sqlite3_column_int64(walk->deviations, 1);
        status = next_deviation(look, walk, error);
    }
    if (!status && walk->orphans)
        FOUND(look, PROBLEM_HISTORY,
              "%s has %llu steps of no instance; `spex store repair` drops them",
              look->connection.label, (unsigned long long)walk->orphans);
    if (!status && walk->orphan_deviations)
        FOUND(look, PROBLEM_DEVIATION,
              "%s has %llu deviations of no instance; `spex store repair` drops them",
              look->connection.label, (unsigned long long)walk->orphan_deviations);
    return status;
}

static int check_instances(struct look *look, spex_error *error)
{
    struct walk walk = {0};
    struct connection *connection = &look->connection;
    int status = inspect_prepare(connection,
                                 "SELECT key, identifier, specification, state, since, transitions,"
                                 " deviations, mocked, due, reported FROM instance ORDER BY key",
                                 &walk.instances, error);
    if (!status)
        status = inspect_prepare(connection,
                                 "SELECT instance, sequence, action, state, at, verdict"
                                 " FROM history ORDER BY instance, sequence",
                                 &walk.steps, error);
    if (!status)
        status = inspect_prepare(connection,
                                 "SELECT instance, count(*) FROM deviation GROUP BY instance"
                                 " ORDER BY instance",
                                 &walk.deviations, error);
    if (!status)
        status = next_step(look, &walk, error);
    if (!status)
        status = next_deviation(look, &walk, error);
    for (bool row = true; !status;) {
        status = statement_step(connection, walk.instances, &row, error);
        if (status || !row)
            break;
        status = look_at_instance(look, &walk, error);
    }
    if (!status)
        status = finish_walk(look, &walk, error);
    sqlite3_finalize(walk.instances);
    sqlite3_finalize(walk.steps);
    sqlite3_finalize(walk.deviations);
    text_release(&walk.from);
    text_release(&walk.key);
    return status;
}

/* --------------------------------------------------------------- counts */

#define COUNTED                                                                                    \
    "SELECT specification, ifnull(state, '') AS state, count(*) AS instances,"                     \
    " sum(deviations > 0) AS deviated, sum(mocked) AS mocked,"                                     \
    " sum(reported AND due > 0) AS reported FROM instance GROUP BY 1, 2"
#define KEPT "SELECT specification, state, instances, deviated, mocked, reported FROM tally"

static int check_tally(struct look *look, spex_error *error)
{
    static const char sql[] =
        "SELECT * FROM (SELECT * FROM (" COUNTED ") EXCEPT " KEPT ") UNION ALL "
        "SELECT * FROM (" KEPT " WHERE instances <> 0 OR deviated <> 0 OR"
        " mocked <> 0 OR reported <> 0 EXCEPT SELECT * FROM (" COUNTED "))";
    sqlite3_stmt *statement = NULL;
    int status = inspect_prepare(&look->connection, sql, &statement, error);
    for (bool row = true; !status;) {
        status = statement_step(&look->connection, statement, &row, error);
        if (status || !row)
            break;
        FOUND(look, PROBLEM_TALLY,
              "%s counts the instances of %s in state '%s' wrong; `spex store repair` counts anew",
              look->connection.label, column_text(statement, 0), column_text(statement, 1));
    }
    sqlite3_finalize(statement);
    return status;
}

static int check_observations(struct look *look, spex_error *error)
{
    struct walk walk = {0};
    sqlite3_stmt *statement = NULL;
    int status = inspect_prepare(&look->connection,
                                 "SELECT specification, from_state, action, to_state, count,"
                                 " learned, first_seen, last_seen FROM observation",
                                 &statement, error);
    for (bool row = true; !status;) {
        status = statement_step(&look->connection, statement, &row, error);
        if (status || !row)
            break;
        int64_t count = sqlite3_column_int64(statement, 4);
        int64_t learned = sqlite3_column_int64(statement, 5);
        if (count < 1 || learned < 0 || learned > count ||
            sqlite3_column_int64(statement, 6) > sqlite3_column_int64(statement, 7))
            FOUND(look, PROBLEM_OBSERVATION,
                  "%s: the transition %s --[%s]-> %s of %s was counted %lld times, %lld of them "
                  "learned, which cannot be; `spex store repair` corrects that",
                  look->connection.label, column_text(statement, 1), column_text(statement, 2),
                  column_text(statement, 3), column_text(statement, 0), (long long)count,
                  (long long)learned);
        text_clear(&walk.from);
        text_append(&walk.from, column_text(statement, 1));
        struct observed *observed;
        status = observed_of(look, &walk, column_text(statement, 0), column_text(statement, 2),
                             column_text(statement, 3), &observed, error);
        if (!status && count > 0)
            observed->counted += (uint64_t)count;
        if (!status && learned > 0 && learned <= count)
            observed->counted_learning += (uint64_t)learned;
    }
    sqlite3_finalize(statement);
    text_release(&walk.from);
    text_release(&walk.key);
    return status;
}

/* ---------------------------------------------------------------- whole */

static int check_rows(struct look *look, spex_error *error)
{
    static int (*const checks[])(struct look *, spex_error *) = {check_pages, check_instances,
                                                                 check_tally, check_observations};
    inspect_watch(&look->connection, &look->watch);
    int status = connection_execute(&look->connection, "BEGIN", error);
    for (size_t i = 0; !status && i < sizeof checks / sizeof *checks; i++) {
        status = checks[i](look, error);
        /* Of damaged pages nothing more can be said. */
        if (look->found[PROBLEM_DAMAGED])
            break;
    }
    return status;
}

static void tell_rest(struct look *look, unsigned *problems)
{
    for (int problem = 0; problem < PROBLEM_COUNT; problem++) {
        if (look->found[problem])
            *problems |= 1u << problem;
        if (look->found[problem] > TOLD)
            verify_tell(look->verification, (enum problem)problem, look->number,
                        "shard %u: and %llu times more of the kind '%s'", look->number,
                        (unsigned long long)(look->found[problem] - TOLD),
                        problem_name((enum problem)problem));
    }
}

/* What keeps from looking is no damage. */
static int check_there(struct look *look, bool *missing, spex_error *error)
{
    enum { VERSIONS = 18, ROLLBACK = 1 }; /* where SQLite's file says how it is written */
    char *path = store_shard_path(look->store, look->number);
    if (!path)
        return error_memory(error);
    unsigned char versions[2];
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    *missing = descriptor < 0 && errno == ENOENT;
    int status =
        descriptor < 0 && !*missing ? error_system(error, "cannot open %s", path) : SPEX_OK;
    if (descriptor >= 0 && pread(descriptor, versions, 2, VERSIONS) == 2 && versions[0] == ROLLBACK)
        FOUND(
            look, PROBLEM_NONE,
            "shard %u (%s) has lost its write-ahead log: another program set its journal_mode; "
            "until somebody writes to the store, which sets it right, readers keep writers waiting",
            look->number, path);
    if (descriptor >= 0)
        close(descriptor);
    free(path);
    return status;
}

int verify_shard(const struct store *store, unsigned number, struct verification *verification,
                 struct observations *observations, unsigned *problems, spex_error *error)
{
    struct look look = {.store = store,
                        .number = number,
                        .verification = verification,
                        .observations = observations,
                        .watch = {.progress = verification->progress,
                                  .what = "verifying",
                                  .from = (number - 1) / (double)store->shards,
                                  .to = number / (double)store->shards}};
    spex_error failure;
    bool missing;
    int version;
    int status = check_there(&look, &missing, error);
    if (status)
        return status;
    status = inspect_open(&look.connection, store, number, &version, &failure);
    bool open = status == SPEX_OK;
    if (open)
        status = check_rows(&look, &failure);
    if (status == SPEX_ERROR_STORE) {
        enum problem problem = missing ? PROBLEM_MISSING
                               : open  ? PROBLEM_DAMAGED
                                       : PROBLEM_UNREADABLE;
        FOUND(&look, problem, "%s", failure.message);
        status = SPEX_OK;
    } else if (status && error) {
        *error = failure;
    }
    if (open)
        connection_close(&look.connection);
    tell_rest(&look, problems);
    return status;
}
