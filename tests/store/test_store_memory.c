/* Memory runs out at every possible moment while a store is looked after: the k-th allocation
 * fails, ours or SQLite's, for every k. The call says so; the store is whole and the same. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/allocations.h"
#include "tests/store/support.h"

enum { SHARDS = 2, INSTANCES = 12 };

static char *content; /* of the store that every try begins with */

static int look(const char *directory, const char *copy, spex_error *error)
{
    struct store_info info;
    (void)copy;
    int status = store_info_read(directory, NULL, &info, error);
    store_info_release(&info);
    return status;
}

static int verify(const char *directory, const char *copy, spex_error *error)
{
    struct verification verification = {.found = NULL};
    (void)copy;
    return store_verify(directory, &verification, error);
}

static int back_up(const char *directory, const char *copy, spex_error *error)
{
    struct backup backup;
    return store_backup(directory, copy, NULL, &backup, error);
}

static int reshard(const char *directory, const char *copy, spex_error *error)
{
    struct reshard result;
    (void)copy;
    return store_reshard(directory, 3, NULL, &result, error);
}

static int repair(const char *directory, const char *copy, spex_error *error)
{
    struct repair_options options = {0};
    struct repair result;
    (void)copy;
    int status = store_repair(directory, &options, &result, error);
    repair_release(&result);
    return status;
}

static int vacuum(const char *directory, const char *copy, spex_error *error)
{
    struct vacuum result;
    (void)copy;
    return store_vacuum(directory, NULL, &result, error);
}

static void found(void *context, spex_instance *const *rows, size_t count, double part)
{
    (void)rows;
    (void)part;
    *(size_t *)context += count;
}

static int search(const char *directory, const char *copy, spex_error *error)
{
    struct reader *reader;
    struct filter *filter = NULL;
    struct page page = {0};
    size_t shown = 0;
    (void)copy;
    int status = reader_open(&reader, directory, NULL, error);
    if (status)
        return status;
    status = filter_parse(&filter, "id~I-1", NULL, error);
    struct page_request request = {
        .filter = filter, .limit = 10, .found = found, .context = &shown};
    if (!status)
        status = reader_page(reader, &request, &page, error);
    CU_ASSERT_TRUE(status || (page.count == 3 && shown > 0)); /* 1, 10, 11 */
    page_release(&page);
    filter_free(filter);
    reader_close(reader);
    return status;
}

struct operation {
    const char *name;
    int (*run)(const char *directory, const char *copy, spex_error *error);
    const char *damage; /* SQL, before */
    bool changes;       /* its files, so that each try needs a store of its own */
};
static const struct operation operations[] = {
    {"info", look, NULL, false},
    {"search", search, NULL, false},
    {"verify", verify, NULL, false},
    {"backup", back_up, NULL, false},
    {"reshard", reshard, NULL, true},
    {"count", repair, "UPDATE tally SET instances = 7", true},
    {"salvage", repair, "DELETE FROM sqlite_schema WHERE name = 'instance_since'", true},
    {"vacuum", vacuum, NULL, true},
};

static const char *fresh(const struct operation *operation, long k)
{
    char name[64], command[1600];
    snprintf(name, sizeof name, "%s-%d-%ld", operation->name, allocations_of_sqlite,
             operation->changes ? k : 0);
    const char *directory = suite_scratch_path(name);
    snprintf(command, sizeof command, "[ -e '%s' ] || cp -r '%s' '%s'", directory,
             suite_scratch_path("template"), directory);
    CU_ASSERT_EQUAL(system(command), 0);
    if (operation->damage)
        shard_execute(directory, 1, operation->damage);
    return directory;
}

static void forget(const char *directory)
{
    char command[900];
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    CU_ASSERT_EQUAL(system(command), 0);
}

static long try_all(const struct operation *operation)
{
    long tries = 0;
    for (long k = 1, calm = 0; calm < 2; k += suite_count(1 + (unsigned)k / 3, 1), tries++) {
        const char *directory = fresh(operation, k);
        const char *copy = suite_scratch_path("copy");
        spex_error error = {0};
        allocations_fail(k);
        int status = operation->run(directory, copy, &error);
        bool hit = allocations_failed();
        calm = hit ? 0 : calm + 1;
        if (status && (!hit || (status != SPEX_ERROR_MEMORY && status != SPEX_ERROR_STORE))) {
            fprintf(stderr, "%s, allocation %ld: %s\n", operation->name, k, error.message);
            CU_FAIL("a status nobody expects");
        }
        /* What was begun is finished or forgotten by who comes next. */
        if (status && operation->changes && operation->run(directory, copy, &error))
            fprintf(stderr, "%s, again after %ld: %s\n", operation->name, k, error.message);
        EXPECT_SOUND(directory);
        expect_content(directory, content);
        if (!status && operation->run == back_up)
            expect_content(copy, content);
        forget(copy);
        if (operation->changes)
            forget(directory);
    }
    return tries;
}

static void every_allocation(void)
{
    const char *directory = suite_scratch_path("template");
    if (!content) {
        store_fill(directory, SHARDS, 0, INSTANCES);
        content = store_content(directory);
    }
    EXPECT_SOUND(directory);
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        printf("     %s: %ld tries\n", operations[i].name, try_all(&operations[i]));
}

WITH_BOTH(every_allocation)

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"every allocation", every_allocation_of_core},
        {"every allocation, SQLite", every_allocation_of_sqlite},
        {0},
    };
    allocations_take_over();
    return suite_run("store memory", tests, argc, argv);
}
