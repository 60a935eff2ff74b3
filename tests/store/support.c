#include "tests/store/support.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -------------------------------------------------------------- filling */

static const char *const specifications[] = {"Order", "Invoice", "größe \"x'y"};
static const char *const states[] = {"idle", "running", "paid", "done"};
static const char *const actions[] = {"start", "pay", "finish", "__internal__"};

int store_shard_open(const struct store *store, unsigned number, struct shard **shard,
                     spex_error *error)
{
    struct shard_options options = {.clock = clock_system(), .event_limit = 100000};
    return shard_open(shard, store, number, &options, error);
}

static void step_of(unsigned number, unsigned index, spex_step *step)
{
    unsigned mix = number * 7 + index * 3;
    *step = (spex_step){.action = index ? actions[mix % 4] : SPEX_INITIALISATION,
                        .state = index ? states[(mix / 4) % 4] : states[0],
                        .at = FILLED_AT + number * INT64_C(1000) + index,
                        .verdict = number % 5 == 0 && index == 2  ? SPEX_VERDICT_NOT_EQUIVALENT
                                   : number % 2 || index % 3 == 0 ? SPEX_VERDICT_CONFORMS
                                                                  : SPEX_VERDICT_LEARNED};
}

static int note_deviation(struct shard *shard, int64_t key, const char *specification,
                          const char *identifier, const char *from, const spex_step *step,
                          spex_error *error)
{
    struct event event = {.at = step->at,
                          .reason = SPEX_REASON_NOT_EQUIVALENT,
                          .specification = (char *)(uintptr_t)specification,
                          .identifier = (char *)(uintptr_t)identifier,
                          .from = (char *)(uintptr_t)from,
                          .action = (char *)(uintptr_t)step->action,
                          .to = (char *)(uintptr_t)step->state,
                          .message = (char *)(uintptr_t) "it deviated"};
    int status = shard_deviate(shard, key, from, step->action, step->state, error);
    return status ? status : shard_event(shard, &event, error);
}

static int take_steps(struct shard *shard, unsigned number, const char *identifier,
                      const char *specification, spex_error *error)
{
    char from[16] = "";
    for (unsigned index = 1; index < number % 10; index++) {
        struct stored stored;
        bool found;
        spex_step step;
        step_of(number, index, &step);
        int status = shard_find(shard, identifier, &stored, &found, error);
        if (!status && !found)
            status = error_set(error, SPEX_ERROR_INTERNAL, "%s is not there", identifier);
        if (status)
            return status;
        snprintf(from, sizeof from, "%s", stored.state);
        status = shard_move(shard, &stored, &step, number % 3 ? 0 : step.at + 1000, error);
        if (!status)
            status = shard_observe(shard, specification, from, &step, error);
        if (!status && step.verdict == SPEX_VERDICT_NOT_EQUIVALENT)
            status =
                note_deviation(shard, stored.key, specification, identifier, from, &step, error);
        if (status)
            return status;
    }
    return SPEX_OK;
}

static int write_instance(struct shard *shard, unsigned number, spex_error *error)
{
    char identifier[32];
    snprintf(identifier, sizeof identifier, "i-%u", number);
    const char *specification = specifications[number % 3];
    bool mocked = number % 10 == 0;
    spex_step first;
    step_of(number, 0, &first);
    spex_instance instance = {.identifier = identifier,
                              .specification = specification,
                              .state = first.state,
                              .meta = number % 4 ? "{\"customer\": 42}" : NULL,
                              .mocked = mocked,
                              .since = first.at,
                              .transitions = !mocked};
    int64_t key;
    int status = shard_insert(shard, &instance, &key, error);
    if (status || mocked)
        return status;
    status = shard_append(shard, key, 1, &first, error);
    if (!status)
        status = shard_observe(shard, specification, SPEX_NIL, &first, error);
    if (!status)
        status = shard_learn(shard, specification, error);
    if (!status)
        status = shard_set_fingerprint(shard, specification, 77, error);
    return status ? status : take_steps(shard, number, identifier, specification, error);
}

int store_record(struct shard *shard, unsigned number, spex_error *error)
{
    int status = shard_begin(shard, error);
    if (status)
        return status;
    status = write_instance(shard, number, error);
    if (!status)
        return shard_commit(shard, error);
    shard_rollback(shard);
    return status;
}

void store_fill(const char *directory, unsigned shards, unsigned first, unsigned count)
{
    struct store store;
    spex_error error;
    if (!ASSERT_OK(store_open(&store, directory, shards, &error), error))
        return;
    for (unsigned number = 1; number <= store.shards; number++) {
        struct shard *shard;
        if (!ASSERT_OK(store_shard_open(&store, number, &shard, &error), error))
            continue;
        ASSERT_OK(shard_begin(shard, &error), error);
        for (unsigned i = first; i < first + count; i++) {
            char identifier[32];
            snprintf(identifier, sizeof identifier, "i-%u", i);
            if (store_shard_of(identifier, store.shards) == number)
                ASSERT_OK(write_instance(shard, i, &error), error);
        }
        ASSERT_OK(shard_commit(shard, &error), error);
        shard_close(shard);
    }
    store_release(&store);
}

/* -------------------------------------------------------------- content */

static void append_instance(struct text *text, struct reader *reader, const char *identifier)
{
    spex_instance *instance;
    spex_error error;
    if (!ASSERT_OK(reader_instance(reader, identifier, 0, &instance, &error), error))
        return;
    text_printf(
        text,
        "%s of %s in %s since %lld due %lld mocked %d meta %s: %llu, %llu:", instance->identifier,
        instance->specification, instance->state ? instance->state : "(none)",
        (long long)instance->since, (long long)instance->due, instance->mocked,
        instance->meta ? instance->meta : "(none)", (unsigned long long)instance->transitions,
        (unsigned long long)instance->deviations);
    for (size_t i = instance->step_count; i-- > 0;)
        text_printf(text, " %s>%s@%lld(%d)", instance->steps[i].action, instance->steps[i].state,
                    (long long)(instance->steps[i].at - FILLED_AT), instance->steps[i].verdict);
    text_append_char(text, '\n');
    spex_instance_free(instance);
}

static void append_instances(struct text *text, struct reader *reader)
{
    spex_error error;
    struct page page = {0};
    struct page_request request = {.limit = 1000000};
    ASSERT_OK(reader_page(reader, &request, &page, &error), error);
    for (size_t i = 0; i < page.count; i++)
        append_instance(text, reader, page.rows[i]->identifier);
    page_release(&page);
    struct state_count *counts;
    size_t count;
    ASSERT_OK(reader_counts(reader, &counts, &count, &error), error);
    for (size_t i = 0; i < count; i++)
        text_printf(text, "%s/%s: %d instances, %d deviated, %d mocked\n", counts[i].specification,
                    counts[i].state, (int)counts[i].instances, (int)counts[i].deviated,
                    (int)counts[i].mocked);
    state_counts_free(counts, count);
}

static int compare_lines(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static void append_events(struct text *text, struct reader *reader)
{
    struct event *events;
    size_t count;
    spex_error error;
    ASSERT_OK(reader_events(reader, 1000000, &events, &count, &error), error);
    char **lines = memory_allocate(count + 1, sizeof *lines);
    for (size_t i = 0; i < count; i++) {
        struct text line = {0};
        text_printf(&line, "event %lld %s %s %s>%s>%s %s\n", (long long)events[i].at,
                    events[i].specification, events[i].identifier, events[i].from, events[i].action,
                    events[i].to, events[i].message);
        lines[i] = text_take(&line);
    }
    qsort(lines, count, sizeof *lines, compare_lines);
    for (size_t i = 0; i < count; i++) {
        text_append(text, lines[i]);
        free(lines[i]);
    }
    free(lines);
    events_free(events, count);
}

static void append_models(struct text *text, struct reader *reader)
{
    char **learning;
    size_t count;
    spex_error error;
    for (size_t i = 0; i < 3; i++) {
        struct observed_transition *observed;
        ASSERT_OK(reader_observed(reader, specifications[i], &observed, &count, &error), error);
        for (size_t k = 0; k < count; k++)
            text_printf(text, "%s: %s>%s>%s %d, %d, %lld, %lld\n", specifications[i],
                        observed[k].from, observed[k].action, observed[k].to,
                        (int)observed[k].count, (int)observed[k].learned,
                        (long long)observed[k].first_seen, (long long)observed[k].last_seen);
        observed_free(observed, count);
    }
    ASSERT_OK(reader_learning(reader, &learning, &count, &error), error);
    for (size_t i = 0; i < count; i++) {
        text_printf(text, "learning %s\n", learning[i]);
        free(learning[i]);
    }
    free(learning);
}

char *store_content(const char *directory)
{
    struct reader *reader;
    spex_error error;
    struct text text = {0};
    text_append(&text, "");
    if (ASSERT_OK(reader_open(&reader, directory, NULL, &error), error)) {
        append_instances(&text, reader);
        append_events(&text, reader);
        append_models(&text, reader);
        reader_close(reader);
    }
    return text_take(&text);
}

void expect_content(const char *directory, const char *expected)
{
    char *content = store_content(directory);
    const char *left = content ? content : "", *right = expected ? expected : "";
    while (*left && *left == *right) {
        left++;
        right++;
    }
    if (*left || *right)
        fprintf(stderr, "--- the content of %s differs at\n%.300s\n--- expected\n%.300s\n---\n",
                directory, left, right);
    CU_ASSERT_TRUE(!*left && !*right);
    free(content);
}

/* ------------------------------------------------------------------ SQL */

static sqlite3 *open_file(const char *directory, unsigned shard)
{
    char path[700];
    sqlite3 *database;
    snprintf(path, sizeof path, "%s/shard-%u.db", directory, shard);
    CU_ASSERT_EQUAL(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_db_config(database, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, NULL);
    return database;
}

void shard_execute(const char *directory, unsigned shard, const char *sql)
{
    sqlite3 *database = open_file(directory, shard);
    char *message = NULL;
    if (sqlite3_exec(database, sql, NULL, NULL, &message)) {
        fprintf(stderr, "%s: %s\n", sql, message ? message : "?");
        CU_FAIL("SQL");
    }
    sqlite3_free(message);
    sqlite3_close(database);
}

int64_t shard_number(const char *directory, unsigned shard, const char *sql)
{
    sqlite3 *database = open_file(directory, shard);
    sqlite3_stmt *statement = NULL;
    CU_ASSERT_EQUAL(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    CU_ASSERT_EQUAL(sqlite3_step(statement), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return number;
}

/* --------------------------------------------------------------- verify */

static void note_finding(const struct finding *finding, void *context)
{
    unsigned *problems = context;
    if (getenv("SPEX_SHOW"))
        fprintf(stderr, "%s: %s\n", problem_name(finding->problem), finding->message);
    *problems |= 1u << finding->problem;
}

const char *verify_words(const char *directory)
{
    static char words[400];
    unsigned problems = 0;
    spex_error error;
    struct verification verification = {.found = note_finding, .context = &problems};
    words[0] = '\0';
    if (store_verify(directory, &verification, &error)) {
        snprintf(words, sizeof words, "error: %.300s", error.message);
        return words;
    }
    problems &= ~(1u << PROBLEM_NONE);
    for (int i = 0; i < PROBLEM_COUNT; i++)
        if (problems & 1u << i)
            snprintf(words + strlen(words), sizeof words - strlen(words), "%s%s", *words ? " " : "",
                     problem_name((enum problem)i));
    return *words ? words : "sound";
}

static int64_t still(void *context)
{
    (void)context;
    return FILLED_AT;
}

const spex_clock still_clock = {still, still, NULL};

struct shard *still_shard(const struct store *store, unsigned number)
{
    struct shard *shard = NULL;
    spex_error error;
    struct shard_options options = {.clock = still_clock, .event_limit = 10};
    ASSERT_OK(shard_open(&shard, store, number, &options, &error), error);
    return shard;
}
