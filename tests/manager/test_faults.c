/* What goes wrong with stores and models, and what the manager makes of it. */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/lock.h"
#include "tests/manager/support.h"

static void expect_open_fails(struct setting *setting, int status, const char *part)
{
    spex_manager *manager;
    spex_error error;
    int answer = spex_manager_open(&manager, &setting->options, &error);
    CU_ASSERT_EQUAL(answer, status);
    CU_ASSERT_PTR_NULL(manager);
    ASSERT_CONTAINS(error.message, part);
    spex_manager_close(manager);
}

static const char *store_file(const struct setting *setting, const char *name)
{
    static char path[600];
    snprintf(path, sizeof path, "%s/%s", setting->options.store_dir, name);
    return path;
}

static void write_over(const char *path, const char *bytes, size_t length, long offset)
{
    int descriptor = open(path, O_WRONLY | O_CREAT, 0666);
    CU_ASSERT_EQUAL(pwrite(descriptor, bytes, length, offset), (ssize_t)length);
    close(descriptor);
}

/* An instance in each shard. */
static void fill_shards(struct setting *setting)
{
    spex_error error;
    for (unsigned shard = 1; shard <= 4; shard++)
        ASSERT_OK(spex_init(setting->manager, "Order", identifier_in(shard, 4, shard), NULL, NULL,
                            &error),
                  error);
}

static bool count_instance(const spex_instance *instance, void *user_data)
{
    (void)instance;
    ++*(unsigned *)user_data;
    return true;
}

/* All but one shard serve, and the answer says which does not. */
static void expect_three_shards(struct setting *setting, unsigned lost, const char *part)
{
    char shard[16];
    snprintf(shard, sizeof shard, "shard %u ", lost);
    spex_error error;
    for (unsigned i = 1; i <= 4; i++) {
        int status =
            spex_transition(setting->manager, identifier_in(i, 4, i), "pay", "paid", &error);
        CU_ASSERT_EQUAL(status, i == lost ? SPEX_ERROR_STORE : SPEX_OK);
        if (i == lost) {
            ASSERT_CONTAINS(error.message, shard);
            ASSERT_CONTAINS(error.message, part);
        }
    }
    unsigned count = 0;
    CU_ASSERT_EQUAL(spex_all(setting->manager, NULL, count_instance, &count, &error),
                    SPEX_ERROR_STORE);
    ASSERT_CONTAINS(error.message, shard);
    CU_ASSERT_EQUAL(count, 3);
    uint64_t deleted;
    CU_ASSERT_EQUAL(
        spex_delete_matching(setting->manager, &(spex_filter){.state = "paid"}, &deleted, &error),
        SPEX_ERROR_STORE);
    CU_ASSERT_EQUAL(deleted, 3);
    spex_model **models;
    size_t models_count;
    CU_ASSERT_EQUAL(spex_models_get(setting->manager, &models, &models_count, &error),
                    SPEX_ERROR_STORE);
    CU_ASSERT_EQUAL(models_count, 0);
    CU_ASSERT_EQUAL(spex_prune(setting->manager, false, &deleted, &error), SPEX_ERROR_STORE);
    /* The reader says the same. */
    struct reader *reader = setting_reader(setting);
    for (unsigned i = 1; i <= 4; i++)
        CU_ASSERT_EQUAL(reader_fault(reader, i) != NULL, i == lost);
    ASSERT_CONTAINS(reader_fault(reader, lost), shard);
    struct page page;
    CU_ASSERT_EQUAL(reader_page(reader, &(struct page_request){.limit = 10}, &page, &error),
                    SPEX_ERROR_STORE);
    ASSERT_CONTAINS(error.message, shard);
    page_release(&page);
    reader_close(reader);
}

static void a_store_is_a_directory_of_its_own(void)
{
    struct setting setting;
    setting_init(&setting, "places", true);
    suite_write("places/store", "text", 4);
    expect_open_fails(&setting, SPEX_ERROR_STORE, "is a file");
    unlink(setting.options.store_dir);
    suite_write("places/store/letters.txt", "text", 4);
    expect_open_fails(&setting, SPEX_ERROR_STORE, "letters.txt");
    unlink(store_file(&setting, "letters.txt"));
    suite_write("places/store/shop_1.dets", "", 0);
    expect_open_fails(&setting, SPEX_ERROR_STORE, "spex import");
    unlink(store_file(&setting, "shop_1.dets"));
    suite_write("places/store/.gitkeep", "", 0);
    setting_open(&setting);
    fill_shards(&setting);
    setting_close(&setting);
    setting.options.store_dir = "";
    expect_open_fails(&setting, SPEX_ERROR_USAGE, "not given");
    setting_release(&setting);
}

static void another_number_of_shards_is_refused(void)
{
    struct setting setting;
    setting_init(&setting, "shards", true);
    setting.options.distribution_factor = 3;
    setting_open(&setting);
    setting_close(&setting);
    setting.options.distribution_factor = 8;
    expect_open_fails(&setting, SPEX_ERROR_STORE, "has 3 shards, not 8");
    expect_open_fails(&setting, SPEX_ERROR_STORE, "spex store reshard 8");
    setting.options.distribution_factor = 100000;
    expect_open_fails(&setting, SPEX_ERROR_USAGE, "distribution_factor");
    setting.options.distribution_factor = 0;
    setting_open(&setting);
    CU_ASSERT_EQUAL(setting.manager->store.shards, 3);
    setting_release(&setting);
}

static void manifests_are_checked(void)
{
    static const struct {
        const char *content, *part;
    } bad[] = {
        {"format = 2\nshards = 4\n", "written by a newer spex"},
        {"format = 9999999999999999999\nshards = 4\n", "no manifest"},
        {"", "no manifest"},
        {"\x7f"
         "ELF\x01\x02",
         "not a line"},
        {"format = 1\nshards = 0\nhash = XXH3_64bits\nuuid = "
         "00000000-0000-4000-8000-000000000000\n",
         "no manifest"},
        {"format = 1\nshards = 4x\nhash = XXH3_64bits\nuuid = "
         "00000000-0000-4000-8000-000000000000\n",
         "no manifest"},
        {"format = 1\nshards = 4\nhash = MD5\nuuid = 00000000-0000-4000-8000-000000000000\n",
         "the hash MD5"},
        {"format = 1\nshards = 4\nhash = XXH3_64bits\nuuid = 1\n", "no manifest"},
    };
    struct setting setting;
    setting_init(&setting, "manifests", true);
    setting_open(&setting);
    setting_close(&setting);
    char *good;
    size_t length;
    spex_error error;
    const char *path = store_file(&setting, "store.ini");
    ASSERT_OK(file_read(path, 0, &good, &length, &error), error);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ASSERT_OK(file_replace(path, bad[i].content, strlen(bad[i].content), &error), error);
        expect_open_fails(&setting, SPEX_ERROR_STORE, bad[i].part);
        struct reader *reader;
        CU_ASSERT_EQUAL(reader_open(&reader, setting.options.store_dir, NULL, &error),
                        SPEX_ERROR_STORE);
    }
    /* Without a manifest, shards that hold something are not overwritten. */
    ASSERT_OK(file_replace(path, good, length, &error), error);
    setting_open(&setting);
    fill_shards(&setting);
    setting_close(&setting);
    unlink(path);
    expect_open_fails(&setting, SPEX_ERROR_STORE, "no store.ini");
    ASSERT_OK(file_replace(path, good, length, &error), error);
    setting_open(&setting);
    ASSERT_TEXT(setting_show(&setting, identifier_in(2, 4, 2)), "basket/1/0");
    free(good);
    setting_release(&setting);
}

/* Creation was cut short: shards, some of them unfinished, and no manifest. */
static void a_creation_cut_short_begins_again(void)
{
    struct setting setting;
    setting_init(&setting, "cut-short", true);
    setting.options.distribution_factor = 8;
    setting_open(&setting);
    setting_close(&setting);
    unlink(store_file(&setting, "store.ini"));
    CU_ASSERT_EQUAL(truncate(store_file(&setting, "shard-3.db"), 0), 0);
    unlink(store_file(&setting, "shard-5.db"));
    setting.options.distribution_factor = 4;
    setting_open(&setting);
    fill_shards(&setting);
    CU_ASSERT_NOT_EQUAL(access(store_file(&setting, "shard-8.db"), F_OK), 0);
    setting_release(&setting);
}

static void a_missing_shard_is_never_made_anew(void)
{
    struct setting setting;
    setting_init(&setting, "missing", true);
    setting_open(&setting);
    fill_shards(&setting);
    setting_close(&setting);
    char saved[600];
    snprintf(saved, sizeof saved, "%s", suite_scratch_path("missing/saved"));
    CU_ASSERT_EQUAL(rename(store_file(&setting, "shard-2.db"), saved), 0);
    setting_open(&setting);
    expect_three_shards(&setting, 2, "missing");
    CU_ASSERT_NOT_EQUAL(access(store_file(&setting, "shard-2.db"), F_OK), 0);
    /* Put back, it serves at once, and the reader sees it. */
    struct reader *reader = setting_reader(&setting);
    CU_ASSERT_PTR_NOT_NULL(reader_fault(reader, 2));
    CU_ASSERT_EQUAL(rename(saved, store_file(&setting, "shard-2.db")), 0);
    ASSERT_TEXT(setting_show(&setting, identifier_in(2, 4, 2)), "basket/1/0");
    CU_ASSERT_TRUE(reader_changed(reader));
    CU_ASSERT_PTR_NULL(reader_fault(reader, 2));
    reader_close(reader);
    setting_release(&setting);
}

static void a_damaged_shard_is_named(void)
{
    static const char *const names[] = {"garbage", "empty", "short", "foreign"};
    for (int kind = 0; kind < 4; kind++) {
        struct setting setting;
        setting_init(&setting, names[kind], true);
        setting_open(&setting);
        fill_shards(&setting);
        setting_close(&setting);
        const char *path = store_file(&setting, "shard-3.db");
        char garbage[8192];
        memset(garbage, 0xA5, sizeof garbage);
        if (kind == 0) {
            write_over(path, garbage, sizeof garbage, 0);
        } else if (kind == 1) {
            CU_ASSERT_EQUAL(truncate(path, 0), 0);
        } else if (kind == 2) {
            CU_ASSERT_EQUAL(truncate(path, 5000), 0);
        } else {
            char *bytes;
            size_t length;
            spex_error error;
            char other[600];
            snprintf(other, sizeof other, "%s/shard-1.db", setting.options.store_dir);
            ASSERT_OK(file_read(other, 0, &bytes, &length, &error), error);
            ASSERT_OK(file_replace(path, bytes, length, &error), error);
            free(bytes);
        }
        setting_open(&setting);
        expect_three_shards(&setting, 3,
                            kind == 0   ? "not a database"
                            : kind == 1 ? "empty or not a shard"
                            : kind == 2 ? "malformed"
                                        : "another store");
        setting_release(&setting);
    }
}

static void a_newer_shard_is_refused(void)
{
    struct setting setting;
    setting_init(&setting, "newer", true);
    setting_open(&setting);
    fill_shards(&setting);
    setting_close(&setting);
    sqlite3 *database;
    CU_ASSERT_EQUAL(sqlite3_open(store_file(&setting, "shard-4.db"), &database), SQLITE_OK);
    CU_ASSERT_EQUAL(sqlite3_exec(database, "PRAGMA user_version = 7", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
    setting_open(&setting);
    expect_three_shards(&setting, 4, "written by a newer spex");
    setting_release(&setting);
}

/* Its file taken away while it is open: nothing is acknowledged that goes nowhere. */
static void a_shard_taken_away_takes_no_more(void)
{
    struct setting setting;
    setting_init(&setting, "taken-away", true);
    setting_open(&setting);
    fill_shards(&setting);
    spex_error error;
    unlink(store_file(&setting, "shard-1.db"));
    CU_ASSERT_EQUAL(spex_transition(setting.manager, identifier_in(1, 4, 1), "pay", "paid", &error),
                    SPEX_ERROR_STORE);
    ASSERT_CONTAINS(error.message, "shard 1 ");
    expect_three_shards(&setting, 1, "missing");
    setting_release(&setting);
}

/* A clock whose every look is a second later: waiting ends without any. */
static int64_t ticking(void *context)
{
    return atomic_fetch_add(&((struct fake_clock *)context)->now, SECOND);
}

static void a_stuck_process_is_an_error_in_the_end(void)
{
    struct setting setting;
    setting_init(&setting, "stuck", true);
    setting.options.clock = (spex_clock){ticking, ticking, &setting.clock};
    setting_open(&setting);
    fill_shards(&setting);
    struct shard_lock stuck;
    spex_error error;
    ASSERT_OK(lock_open(&stuck, store_file(&setting, "shard-2.lock"), &error), error);
    ASSERT_OK(lock_acquire(&stuck, &setting.options.clock, 0, "shard 2", &error), error);
    const char *identifier = identifier_in(2, 4, 2);
    CU_ASSERT_EQUAL(spex_transition(setting.manager, identifier, "pay", "paid", &error),
                    SPEX_ERROR_BUSY);
    ASSERT_CONTAINS(error.message, "shard 2 ");
    ASSERT_CONTAINS(error.message, "locked by another process");
    /* Reading goes on, and so do the other shards. */
    ASSERT_TEXT(setting_show(&setting, identifier), "basket/1/0");
    ASSERT_OK(spex_transition(setting.manager, identifier_in(1, 4, 1), "pay", "paid", &error),
              error);
    lock_release(&stuck);
    lock_close(&stuck);
    /* What was answered as not done is not done later either. */
    ASSERT_TEXT(setting_show(&setting, identifier), "basket/1/0");
    ASSERT_OK(spex_transition(setting.manager, identifier, "pay", "paid", &error), error);
    ASSERT_TEXT(setting_show(&setting, identifier), "paid/2/0");
    setting_release(&setting);
}

static void a_bad_model_stops_its_own_specification_only(void)
{
    struct setting setting;
    setting_init(&setting, "passive", true);
    setting_model(&setting, "Broken", "Specification: Broken\nLearning mode: perhaps\n");
    setting.options.passive = true;
    setting_open(&setting);
    spex_error error;
    spex_specification *broken;
    ASSERT_OK(spex_specification_create(&broken, "Broken", &error), error);
    ASSERT_OK(spex_specification_add(broken, "a", "b", "c", &error), error);
    ASSERT_OK(spex_manager_add_specification(setting.manager, broken, NULL, NULL, &error), error);
    spex_specification_free(broken);
    CU_ASSERT_EQUAL(spex_init(setting.manager, "Broken", "bad", NULL, NULL, &error),
                    SPEX_ERROR_SYNTAX);
    ASSERT_CONTAINS(error.message, "Broken.spex:2");
    spex_instance *instance;
    CU_ASSERT_EQUAL(spex_get(setting.manager, "bad", &instance, &error), SPEX_ERROR_NOT_FOUND);
    ASSERT_OK(spex_init(setting.manager, "Order", "good", NULL, NULL, &error), error);
    ASSERT_OK(spex_transition(setting.manager, "good", "pay", "paid", &error), error);
    setting_release(&setting);
}

static void model_files_are_checked(void)
{
    struct setting setting;
    setting_init(&setting, "models", true);
    setting_model(&setting, "Broken", "Specification: Broken\nLearning mode: perhaps\n");
    expect_open_fails(&setting, SPEX_ERROR_SYNTAX, "Broken.spex:2");
    setting_model(&setting, "Broken",
                  "Specification: Order\nLearning mode: false\nTransitions:\n"
                  "nil --[__initialisation__]-> x\n");
    expect_open_fails(&setting, SPEX_ERROR_SYNTAX, "second model of Order");
    expect_open_fails(&setting, SPEX_ERROR_SYNTAX, "Broken.spex");
    CU_ASSERT_NOT_EQUAL(access(setting.options.store_dir, F_OK), 0);
    setting_model(&setting, "Broken",
                  "Specification: Lonely\r\nLearning mode: true\r\nTransitions:\r\n\r\n");
    setting_open(&setting);
    spex_error error;
    spex_model *model;
    ASSERT_OK(spex_model_get(setting.manager, "Lonely", &model, &error), error);
    CU_ASSERT_TRUE(spex_model_learning(model));
    spex_model_free(model);
    setting_release(&setting);
}

static void models_are_exported(void)
{
    struct setting setting;
    setting_init(&setting, "export", true);
    setting_open(&setting);
    spex_error error;
    spex_specification *other;
    static const char *const names[] = {"Learned", "../escape", "line\nbreak"};
    for (size_t i = 0; i < 3; i++) {
        ASSERT_OK(spex_specification_create(&other, names[i], &error), error);
        ASSERT_OK(spex_specification_add(other, "a", "go", "b", &error), error);
        ASSERT_OK(spex_manager_add_specification(setting.manager, other, NULL, NULL, &error),
                  error);
        spex_specification_free(other);
        ASSERT_OK(spex_init(setting.manager, names[i], names[i], NULL, NULL, &error), error);
    }
    CU_ASSERT_EQUAL(spex_models_export(setting.manager, suite_scratch_path("export/out"), &error),
                    SPEX_ERROR_USAGE);
    ASSERT_CONTAINS(error.message, "../escape");
    char *bytes;
    size_t length;
    ASSERT_OK(file_read(suite_scratch_path("export/out/Learned.spex"), 0, &bytes, &length, &error),
              error);
    ASSERT_TEXT(bytes, "Specification: Learned\nLearning mode: true\nTransitions:\n"
                       "nil --[__initialisation__]-> a\n");
    free(bytes);
    ASSERT_OK(file_read(suite_scratch_path("export/out/Order.spex"), 0, &bytes, &length, &error),
              error);
    ASSERT_CONTAINS(bytes, "Learning mode: false");
    free(bytes);
    CU_ASSERT_NOT_EQUAL(access(suite_scratch_path("export/escape.spex"), F_OK), 0);
    setting_release(&setting);
}

/* A step whose names do not fit the format is recorded, and is not written. */
static void a_model_that_would_not_read_back_is_not_exported(void)
{
    struct setting setting;
    setting_init(&setting, "read-back", false);
    setting_open(&setting);
    spex_error error;
    ASSERT_OK(spex_init(setting.manager, "Order", "a", NULL, NULL, &error), error);
    ASSERT_OK(spex_transition(setting.manager, "a", "x]-> y --[z", "q", &error), error);
    CU_ASSERT_EQUAL(spex_models_export(setting.manager, NULL, &error), SPEX_ERROR_USAGE);
    CU_ASSERT_NOT_EQUAL(access(suite_scratch_path("read-back/models/Order.spex"), F_OK), 0);
    setting_release(&setting);
}

static void hostile_identifiers_come_back(void)
{
    char longest[SPEX_IDENTIFIER_MAX + 1];
    memset(longest, '\'', sizeof longest - 1);
    longest[SPEX_IDENTIFIER_MAX] = '\0';
    const char *const names[] = {"line\nbreak",
                                 "'; DROP TABLE instance; --",
                                 "\x1b[2J\x07",
                                 "\"quoted\"",
                                 "表\xF0\x9F\x98\x80",
                                 "../../etc/passwd",
                                 "%s%n%d",
                                 "\xE2\x80\xAE",
                                 " ",
                                 longest};
    struct setting setting;
    setting_init(&setting, "hostile", false);
    setting_open(&setting);
    spex_error error;
    enum { COUNT = sizeof names / sizeof *names };
    for (size_t i = 0; i < COUNT; i++) {
        ASSERT_OK(spex_init(setting.manager, "Order", names[i], NULL, names[i], &error), error);
        ASSERT_OK(
            spex_transition(setting.manager, names[i], names[i], names[(i + 1) % COUNT], &error),
            error);
        CU_ASSERT_EQUAL(spex_init(setting.manager, "Order", names[i], NULL, NULL, &error),
                        SPEX_ERROR_REFUSED);
    }
    setting_close(&setting);
    setting_open(&setting);
    for (size_t i = 0; i < COUNT; i++) {
        spex_instance *instance;
        ASSERT_OK(spex_get(setting.manager, names[i], &instance, &error), error);
        ASSERT_TEXT(instance->identifier, names[i]);
        ASSERT_TEXT(instance->state, names[(i + 1) % COUNT]);
        ASSERT_TEXT(instance->steps[0].action, names[i]);
        spex_instance_free(instance);
    }
    unsigned count = 0;
    ASSERT_OK(
        spex_all(setting.manager, &(spex_filter){.text = "'"}, count_instance, &count, &error),
        error);
    CU_ASSERT_EQUAL(count, 4); /* two identifiers, and the states of two others */
    uint64_t deleted;
    ASSERT_OK(spex_delete_matching(setting.manager, NULL, &deleted, &error), error);
    CU_ASSERT_EQUAL(deleted, COUNT);
    setting_release(&setting);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"a store is a directory of its own", a_store_is_a_directory_of_its_own},
        {"another number of shards is refused", another_number_of_shards_is_refused},
        {"manifests are checked", manifests_are_checked},
        {"a creation cut short begins again", a_creation_cut_short_begins_again},
        {"a missing shard is never made anew", a_missing_shard_is_never_made_anew},
        {"a damaged shard is named", a_damaged_shard_is_named},
        {"a newer shard is refused", a_newer_shard_is_refused},
        {"a shard taken away takes no more", a_shard_taken_away_takes_no_more},
        {"a stuck process is an error in the end", a_stuck_process_is_an_error_in_the_end},
        {"model files are checked", model_files_are_checked},
        {"a bad model stops its own specification only",
         a_bad_model_stops_its_own_specification_only},
        {"models are exported", models_are_exported},
        {"a model that would not read back is not exported",
         a_model_that_would_not_read_back_is_not_exported},
        {"hostile identifiers come back", hostile_identifiers_come_back},
        {0},
    };
    return suite_run("faults", tests, argc, argv);
}
