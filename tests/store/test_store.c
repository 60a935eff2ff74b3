/* Shards as they are written, and their locks. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "store/lock.h"
#include "store/reader.h"
#include "store/shard.h"
#include "tests/store/support.h"

static void what_is_rolled_back_is_not_there(void)
{
    struct store store;
    spex_error error;
    ASSERT_OK(store_open(&store, suite_scratch_path("rollback"), 1, &error), error);
    struct shard *shard = still_shard(&store, 1);
    int64_t key;
    spex_instance instance = {.identifier = "a", .specification = "S", .state = "s", .since = 1};
    ASSERT_OK(shard_begin(shard, &error), error);
    ASSERT_OK(shard_insert(shard, &instance, &key, &error), error);
    CU_ASSERT_EQUAL(shard_insert(shard, &instance, &key, &error), SPEX_ERROR_STORE);
    ASSERT_CONTAINS(error.message, "shard 1 (");
    shard_rollback(shard);
    struct stored stored;
    bool found;
    ASSERT_OK(shard_find(shard, "a", &stored, &found, &error), error);
    CU_ASSERT_FALSE(found);
    /* The lock was given back: another one writes. */
    struct shard *other = still_shard(&store, 1);
    CU_ASSERT_FALSE(shard_changed(shard) && shard_changed(shard));
    ASSERT_OK(shard_begin(other, &error), error);
    ASSERT_OK(shard_insert(other, &instance, &key, &error), error);
    ASSERT_OK(shard_commit(other, &error), error);
    CU_ASSERT_TRUE(shard_changed(shard));
    CU_ASSERT_FALSE(shard_changed(shard));
    ASSERT_OK(shard_find(shard, "a", &stored, &found, &error), error);
    CU_ASSERT_TRUE(found);
    shard_close(other);
    shard_close(shard);
    store_release(&store);
}

static void events_are_bounded(void)
{
    struct store store;
    spex_error error;
    ASSERT_OK(store_open(&store, suite_scratch_path("events"), 1, &error), error);
    struct shard *shard = still_shard(&store, 1);
    ASSERT_OK(shard_begin(shard, &error), error);
    char message[32];
    for (int i = 0; i < 25; i++) {
        snprintf(message, sizeof message, "event %d", i);
        struct event event = {
            .at = FILLED_AT + i, .reason = SPEX_REASON_NOT_EQUIVALENT, .message = message};
        ASSERT_OK(shard_event(shard, &event, &error), error);
    }
    ASSERT_OK(shard_commit(shard, &error), error);
    shard_close(shard);
    CU_ASSERT_EQUAL(shard_number(store.directory, 1, "SELECT count(*) FROM event"), 10);
    struct reader *reader;
    struct event *events;
    size_t count;
    ASSERT_OK(reader_open(&reader, store.directory, NULL, &error), error);
    ASSERT_OK(reader_events(reader, 4, &events, &count, &error), error);
    CU_ASSERT_EQUAL(count, 4);
    ASSERT_TEXT(events[0].message, "event 24");
    ASSERT_TEXT(events[3].message, "event 21");
    CU_ASSERT_PTR_NULL(events[0].identifier);
    events_free(events, count);
    reader_close(reader);
    store_release(&store);
}

static void deviations_kept_of_an_instance_are_bounded(void)
{
    struct store store;
    spex_error error;
    ASSERT_OK(store_open(&store, suite_scratch_path("overlay"), 1, &error), error);
    struct shard *shard = still_shard(&store, 1);
    ASSERT_OK(shard_begin(shard, &error), error);
    char action[32];
    for (int i = 0; i < SHARD_OVERLAY_MAX + 10; i++) {
        snprintf(action, sizeof action, "action %d", i);
        ASSERT_OK(shard_deviate(shard, 5, "from", action, "to", &error), error);
        ASSERT_OK(shard_deviate(shard, 5, "from", action, "to", &error), error);
    }
    ASSERT_OK(shard_deviate(shard, 6, "from", "other", "to", &error), error);
    ASSERT_OK(shard_commit(shard, &error), error);
    struct spex_model *model = model_create("S", false);
    bool full;
    ASSERT_OK(shard_overlay(shard, 6, model, &full, &error), error);
    CU_ASSERT_FALSE(full);
    CU_ASSERT_EQUAL(model->transition_count, 1);
    ASSERT_OK(shard_overlay(shard, 5, model, &full, &error), error);
    CU_ASSERT_TRUE(full);
    CU_ASSERT_EQUAL(model->transition_count, SHARD_OVERLAY_MAX + 1);
    spex_model_free(model);
    shard_close(shard);
    store_release(&store);
}

/* The log is moved into the file as it grows, while a reader looks on, and at the end. */
static void the_log_stays_small(void)
{
    struct store store;
    spex_error error;
    ASSERT_OK(store_open(&store, suite_scratch_path("log"), 1, &error), error);
    struct shard *shard = still_shard(&store, 1);
    char name[SPEX_IDENTIFIER_MAX + 1], path[600];
    snprintf(path, sizeof path, "%s/shard-1.db-wal", store.directory);
    struct stat about;
    int64_t key;
    for (int round = 0; round < 30; round++) {
        ASSERT_OK(shard_begin(shard, &error), error);
        for (int i = 0; i < 1000; i++) {
            snprintf(name, sizeof name, "%0800d-%d-%d", 0, i, round);
            spex_instance instance = {
                .identifier = name, .specification = "S", .state = "s", .since = FILLED_AT};
            ASSERT_OK(shard_insert(shard, &instance, &key, &error), error);
        }
        ASSERT_OK(shard_commit(shard, &error), error);
    }
    CU_ASSERT_EQUAL(stat(path, &about), 0);
    CU_ASSERT_TRUE(about.st_size < 64 << 20);
    shard_close(shard);
    CU_ASSERT_EQUAL(stat(path, &about), 0);
    CU_ASSERT_EQUAL(about.st_size, 0);
    CU_ASSERT_EQUAL(shard_number(store.directory, 1, "SELECT count(*) FROM instance"), 30000);
    store_release(&store);
}

/* ------------------------------------------------------------------ locks */

static int64_t ticking(void *context)
{
    return *(int64_t *)context += 1000000;
}

static void a_lock_is_waited_for_but_not_for_ever(void)
{
    int64_t time = 0;
    spex_clock clock = {ticking, ticking, &time};
    struct shard_lock first, second;
    spex_error error;
    const char *path = suite_scratch_path("some.lock");
    ASSERT_OK(lock_open(&first, path, &error), error);
    ASSERT_OK(lock_open(&second, path, &error), error);
    ASSERT_OK(lock_acquire(&first, &clock, 0, "shard 1", &error), error);
    CU_ASSERT_EQUAL(lock_acquire(&second, &clock, 5000, "shard 1", &error), SPEX_ERROR_BUSY);
    ASSERT_CONTAINS(error.message, "shard 1 is locked");
    /* Who gave up is not in the way. */
    lock_release(&first);
    ASSERT_OK(lock_acquire(&first, &clock, 0, "shard 1", &error), error);
    lock_release(&first);
    ASSERT_OK(lock_acquire(&second, &clock, 0, "shard 1", &error), error);
    lock_close(&second);
    ASSERT_OK(lock_acquire(&first, &clock, 0, "shard 1", &error), error);
    lock_close(&first);
    CU_ASSERT_EQUAL(lock_open(&first, suite_scratch_path("no/such.lock"), &error),
                    SPEX_ERROR_SYSTEM);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"what is rolled back is not there", what_is_rolled_back_is_not_there},
        {"events are bounded", events_are_bounded},
        {"deviations kept of an instance are bounded", deviations_kept_of_an_instance_are_bounded},
        {"the log stays small", the_log_stays_small},
        {"a lock is waited for but not for ever", a_lock_is_waited_for_but_not_for_ever},
        {0},
    };
    return suite_run("store", tests, argc, argv);
}
