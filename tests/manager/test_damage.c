/* A shard with bytes changed at random: nobody crashes, nobody hangs, and the shard
 * beside it is whole. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/manager/support.h"

enum { INSTANCES = 200, TRIALS = 60 };

static void change_bytes(const char *path, const char *good, size_t length, struct random *random)
{
    char *bytes = memory_copy_bytes(good, length);
    uint32_t changes = 1 + random_below(random, 40);
    for (uint32_t i = 0; i < changes; i++) {
        /* A quarter of them where the file says what it is. */
        uint32_t place = random_below(random, i % 4 ? (uint32_t)length : 4096);
        bytes[place] = (char)random_below(random, 256);
    }
    if (random_below(random, 6) == 0)
        length = random_below(random, (uint32_t)length);
    int descriptor = open(path, O_WRONLY | O_TRUNC);
    CU_ASSERT_EQUAL(write(descriptor, bytes, length), (ssize_t)length);
    close(descriptor);
    free(bytes);
}

/* An error of the store, of the handler or none: anything but a fault of ours. */
static void quiet(const char *line, void *data)
{
    (void)line;
    (void)data;
}

static void expect_sane(int status)
{
    CU_ASSERT_TRUE(status == SPEX_OK || status == SPEX_ERROR_STORE ||
                   status == SPEX_ERROR_REFUSED || status == SPEX_ERROR_NOT_FOUND);
}

static void read_all(struct setting *setting, const char *whole)
{
    struct reader *reader = setting_reader(setting);
    spex_error error;
    struct filter *filter;
    ASSERT_OK(filter_parse(&filter, "-", NULL, &error), error);
    for (int i = 0; i < 8; i++) {
        struct page page;
        struct page_request request = {.limit = 2 * INSTANCES,
                                       .order = i & 1 ? ORDER_CHANGED : ORDER_IDENTIFIER,
                                       .descending = i & 2,
                                       .backwards = i & 4,
                                       .filter = i % 3 ? NULL : filter};
        expect_sane(reader_page(reader, &request, &page, &error));
        page_release(&page);
    }
    filter_free(filter);
    struct state_count *counts;
    struct observed_transition *observed;
    struct event *events;
    size_t count;
    expect_sane(reader_counts(reader, &counts, &count, &error));
    state_counts_free(counts, count);
    expect_sane(reader_observed(reader, "Order", &observed, &count, &error));
    observed_free(observed, count);
    expect_sane(reader_events(reader, 50, &events, &count, &error));
    events_free(events, count);
    spex_instance *instance;
    ASSERT_OK(reader_instance(reader, whole, 0, &instance, &error), error);
    spex_instance_free(instance);
    reader_close(reader);
}

static bool ignore(const spex_instance *instance, void *user_data)
{
    ++*(unsigned *)user_data;
    return instance->identifier != NULL;
}

static void use_all(struct setting *setting)
{
    spex_error error;
    char name[32];
    for (int i = 0; i < INSTANCES; i++) {
        snprintf(name, sizeof name, "order-%d", i);
        spex_instance *instance;
        int status = spex_transition(setting->manager, name, "ship", "shipped", &error);
        /* With its specification's name damaged, it is an instance of an unknown one. */
        if (status != SPEX_ERROR_USAGE)
            expect_sane(status);
        if (store_shard_of(name, 2) == 2)
            CU_ASSERT_EQUAL(status, SPEX_OK);
        expect_sane(spex_get(setting->manager, name, &instance, &error));
        spex_instance_free(instance);
    }
    unsigned seen = 0;
    expect_sane(spex_all(setting->manager, NULL, ignore, &seen, &error));
    spex_model **models;
    size_t count;
    expect_sane(spex_models_get(setting->manager, &models, &count, &error));
    spex_models_free(models, count);
    ASSERT_OK(spex_manager_start(setting->manager, &error), error);
    setting_pass(setting, 3600 * SECOND);
    uint64_t deleted;
    expect_sane(spex_delete_matching(setting->manager, NULL, &deleted, &error));
    CU_ASSERT_TRUE(deleted >= INSTANCES / 3);
}

static void a_damaged_shard_harms_nobody(void)
{
    struct random random = {11};
    struct setting setting;
    setting_init(&setting, "damage", true);
    setting.options.distribution_factor = 2;
    setting.options.log = quiet;
    setting_open(&setting);
    spex_error error;
    char name[32];
    for (int i = 0; i < INSTANCES; i++) {
        snprintf(name, sizeof name, "order-%d", i);
        ASSERT_OK(spex_init_async(setting.manager, "Order", name, "{}", NULL, &error), error);
        ASSERT_OK(spex_transition_async(setting.manager, name, "pay", "paid", &error), error);
    }
    setting_close(&setting);
    static const char *const files[] = {"damage/store/shard-1.db", "damage/store/shard-2.db"};
    const char *paths[2];
    char *good[2], *whole = NULL;
    size_t length[2];
    for (size_t i = 0; i < 2; i++) {
        paths[i] = suite_scratch_path(files[i]);
        ASSERT_OK(file_read(paths[i], 0, &good[i], &length[i], &error), error);
    }
    for (int i = 0; !whole; i++) {
        snprintf(name, sizeof name, "order-%d", i);
        whole = store_shard_of(name, 2) == 2 ? memory_copy_text(name) : NULL;
    }
    for (int trial = 0; trial < TRIALS; trial++) {
        ASSERT_OK(file_replace(paths[1], good[1], length[1], &error), error);
        change_bytes(paths[0], good[0], length[0], &random);
        for (size_t i = 0; i < 2; i++) {
            struct text beside = {0};
            text_printf(&beside, "%s-wal", paths[i]);
            unlink(text_value(&beside));
            text_release(&beside);
        }
        read_all(&setting, whole);
        setting_open(&setting);
        use_all(&setting);
        setting_close(&setting);
    }
    free(whole);
    free(good[0]);
    free(good[1]);
    setting_release(&setting);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"a damaged shard harms nobody", a_damaged_shard_harms_nobody},
        {0},
    };
    return suite_run("damage", tests, argc, argv);
}
