/* Searching many identifiers for a part of one: what shows first, how far it is, where it ends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/index_search.h"
#include "store/reader_private.h"
#include "tests/store/support.h"

enum { ROWS = 20000, SHARDS = 2, NEEDLE = ROWS / 10 * 9 };

static const char *identifier_of(int number)
{
    static char name[64];
    snprintf(name, sizeof name, "instance-%08d%s", number, number == NEEDLE ? "-Needle" : "");
    return name;
}

/* Made once. */
static const char *large_store(void)
{
    static bool made;
    const char *directory = suite_scratch_path("search");
    struct store store;
    spex_error error;
    if (made)
        return directory;
    made = true;
    ASSERT_OK(store_open(&store, directory, SHARDS, &error), error);
    for (unsigned number = 1; number <= SHARDS; number++) {
        struct shard *shard;
        ASSERT_OK(store_shard_open(&store, number, &shard, &error), error);
        ASSERT_OK(shard_begin(shard, &error), error);
        for (int i = 0; i < ROWS; i++) {
            spex_instance instance = {.identifier = identifier_of(i),
                                      .specification = "Order",
                                      .state = i % 2 ? "paid" : "shipped",
                                      .since = FILLED_AT - i};
            int64_t key;
            if (store_shard_of(instance.identifier, SHARDS) == number)
                ASSERT_OK(shard_insert(shard, &instance, &key, &error), error);
        }
        ASSERT_OK(shard_commit(shard, &error), error);
        shard_close(shard);
    }
    store_release(&store);
    for (unsigned number = 1; number <= SHARDS; number++)
        shard_execute(directory, number, "PRAGMA wal_checkpoint(TRUNCATE)");
    return directory;
}

/* What is told while a page is read. */
struct listener {
    struct reader *reader;
    bool stop_at_first;
    bool shown;
    uint64_t looked_at; /* texts, when the first row showed */
    unsigned calls, backwards;
    double part;
};

static uint64_t looked_at(const struct reader *reader)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < reader->store.shards; i++)
        sum += reader->shards[i].connection.looked_at;
    return sum;
}

static void listen(void *context, spex_instance *const *rows, size_t count, double part)
{
    struct listener *listener = context;
    listener->calls++;
    listener->backwards += part >= 0 && part < listener->part;
    listener->part = part > listener->part ? part : listener->part;
    if (!count || listener->shown)
        return;
    listener->shown = true;
    listener->looked_at = looked_at(listener->reader);
    CU_ASSERT_EQUAL(count, 1);
    ASSERT_TEXT(rows[0]->identifier, identifier_of(NEEDLE));
}

static bool has_enough(void *context)
{
    const struct listener *listener = context;
    return listener->stop_at_first && listener->shown;
}

static int search(struct listener *listener, const char *words, enum instance_order order,
                  struct page *page)
{
    struct filter *filter;
    spex_error error;
    ASSERT_OK(filter_parse(&filter, words, NULL, &error), error);
    ASSERT_OK(reader_open(&listener->reader, large_store(), NULL, &error), error);
    struct page_request request = {.filter = filter,
                                   .order = order,
                                   .limit = 100,
                                   .cancelled = has_enough,
                                   .found = listen,
                                   .context = listener};
    int status = reader_page(listener->reader, &request, page, &error);
    filter_free(filter);
    reader_close(listener->reader);
    return status;
}

/* Before so much as a tenth of the rows was looked at, whatever the order. */
static void the_first_match_shows_at_once(void)
{
    for (int order = 0; order < INSTANCE_ORDERS; order++) {
        struct listener listener = {.stop_at_first = true};
        struct page page;
        int status = search(&listener, "nEEdle", (enum instance_order)order, &page);
        CU_ASSERT_EQUAL(status, SPEX_ERROR_CANCELLED);
        CU_ASSERT_TRUE(listener.shown);
        CU_ASSERT_TRUE(listener.looked_at < ROWS / 4); /* the sample */
        page_release(&page);
        listener = (struct listener){0};
        status = search(&listener, "id~NEEDLE spec:Order", (enum instance_order)order, &page);
        CU_ASSERT_EQUAL(status, SPEX_OK);
        CU_ASSERT_EQUAL(page.count, 1);
        CU_ASSERT_TRUE(listener.looked_at < ROWS / 4);
        page_release(&page);
        listener = (struct listener){0};
        status = search(&listener, "state:shipped (nowhere or needle)", (enum instance_order)order,
                        &page);
        CU_ASSERT_EQUAL(status, SPEX_OK);
        CU_ASSERT_EQUAL(page.count, 1);
        CU_ASSERT_TRUE(listener.looked_at < ROWS / 2);
        page_release(&page);
    }
}

static void what_does_not_match_is_not_shown(void)
{
    struct listener listener = {0};
    struct page page;
    CU_ASSERT_EQUAL(search(&listener, "needle state:paid", ORDER_IDENTIFIER, &page), SPEX_OK);
    CU_ASSERT_FALSE(listener.shown);
    CU_ASSERT_EQUAL(page.count, 0);
    page_release(&page);
}

/* What is in the log only is not in the pages, and is found all the same. */
static void what_was_just_recorded_is_found(void)
{
    struct listener listener = {.shown = true};
    struct page page;
    struct reader *other; /* as long as one is open, the log is not taken over */
    spex_error error;
    ASSERT_OK(reader_open(&other, large_store(), NULL, &error), error);
    shard_execute(large_store(), 1,
                  "INSERT INTO instance(identifier, specification, state, since)"
                  " VALUES('just-now', 'Order', 'paid', 1)");
    CU_ASSERT_EQUAL(search(&listener, "just", ORDER_IDENTIFIER, &page), SPEX_OK);
    CU_ASSERT_EQUAL(page.count, 1);
    page_release(&page);
    reader_close(other);
    shard_execute(large_store(), 1, "DELETE FROM instance WHERE identifier = 'just-now'");
}

static void a_search_for_nothing_says_how_far_it_is(void)
{
    for (int order = 0; order < INSTANCE_ORDERS; order++) {
        struct listener listener = {0};
        struct page page;
        int status = search(&listener, "nowhere", (enum instance_order)order, &page);
        CU_ASSERT_EQUAL(status, SPEX_OK);
        CU_ASSERT_EQUAL(page.count, 0);
        CU_ASSERT_TRUE(listener.calls > 5);
        CU_ASSERT_EQUAL(listener.backwards, 0);
        CU_ASSERT_TRUE(listener.part > 0.5 && listener.part <= 1);
        page_release(&page);
    }
}

/* ----------------------------------------------------------- pages alone */

static size_t found_in(const char *path, struct text_part **parts, size_t part_count, size_t most)
{
    atomic_bool stop = false;
    sqlite3 *database;
    sqlite3_stmt *statement;
    CU_ASSERT_EQUAL_FATAL(sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    sqlite3_prepare_v2(database,
                       "SELECT rootpage FROM sqlite_schema"
                       " WHERE name = 'sqlite_autoindex_instance_1'",
                       -1, &statement, NULL);
    uint32_t root =
        sqlite3_step(statement) == SQLITE_ROW ? (uint32_t)sqlite3_column_int64(statement, 0) : 4;
    sqlite3_finalize(statement);
    struct index_search search = {.database = database,
                                  .root = root,
                                  .parts = parts,
                                  .part_count = part_count,
                                  .most = most,
                                  .stop = &stop};
    index_search_run(&search);
    size_t count = search.count;
    for (size_t i = 0; i < count; i++)
        CU_ASSERT_TRUE(text_part_in(parts[0], search.found[i], strlen(search.found[i])) ||
                       part_count > 1);
    index_search_release(&search);
    sqlite3_close(database);
    return count;
}

static void pages_have_what_the_index_has(void)
{
    static const char *const texts[] = {"0000", "99", "-Needle", "7777", "INSTANCE-000199", "x"};
    char *path = file_join(large_store(), "shard-1.db");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t expected = 0;
        for (int k = 0; k < ROWS; k++)
            expected += store_shard_of(identifier_of(k), SHARDS) == 1 &&
                        text_contains(identifier_of(k), texts[i]);
        struct text_part *part = text_part_create(texts[i]);
        CU_ASSERT_EQUAL(found_in(path, &part, 1, SIZE_MAX), expected);
        CU_ASSERT_EQUAL(found_in(path, &part, 1, 3), expected < 3 ? expected : 3);
        free(part);
    }
    free(path);
}

static void damaged_pages_are_no_trap(void)
{
    char *bytes, *path = file_join(large_store(), "shard-1.db");
    const char *damaged = suite_scratch_path("damaged.db");
    size_t length;
    spex_error error;
    struct random random = {5};
    struct text_part *parts[] = {text_part_create("needle"), text_part_create("1")};
    ASSERT_OK(file_read(path, 0, &bytes, &length, &error), error);
    for (int round = 0; round < 60; round++) {
        char *copy = memory_copy_bytes(bytes, length);
        for (int i = 0; i < 2000; i++) {
            /* In the first bytes of pages, which say what follows, and anywhere; not in the
             * schema's. */
            size_t page = 1 + random_below(&random, (uint32_t)(length / 4096 - 1));
            size_t place = random_below(&random, i % 2 ? 4096 : 64);
            copy[page * 4096 + place] = (char)random_below(&random, 256);
        }
        size_t kept = round % 3 ? length : random_below(&random, (uint32_t)length);
        ASSERT_OK(file_replace(damaged, copy, kept, &error), error);
        if (kept > 4096)
            found_in(damaged, parts, 2, round % 2 ? 50 : SIZE_MAX);
        free(copy);
    }
    free(parts[0]);
    free(parts[1]);
    free(bytes);
    free(path);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"the first match shows at once", the_first_match_shows_at_once},
        {"what does not match is not shown", what_does_not_match_is_not_shown},
        {"what was just recorded is found", what_was_just_recorded_is_found},
        {"a search for nothing says how far it is", a_search_for_nothing_says_how_far_it_is},
        {"pages have what the index has", pages_have_what_the_index_has},
        {"damaged pages are no trap", damaged_pages_are_no_trap},
        {0},
    };
    return suite_run("search", tests, argc, argv);
}
