/* What repair keeps of stores that are damaged in all kinds of ways, and whether it says what it
 * does not. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/store/support.h"

enum { INSTANCES = 240 };

/* ------------------------------------------------------------- what is told */

struct told {
    struct text lines; /* "lost i-17\n" */
    unsigned count;
};

static void note_told(const struct repair_note *note, void *context)
{
    struct told *told = context;
    told->count++;
    text_printf(&told->lines, "\n%s %s\n", repair_event_name(note->event),
                note->identifier ? note->identifier : "-");
    CU_ASSERT_TRUE(note->message && *note->message);
}

static bool was_told(const struct told *told, const char *event, const char *identifier)
{
    char line[64];
    snprintf(line, sizeof line, "\n%s %s\n", event, identifier);
    return strstr(text_value(&told->lines), line) != NULL;
}

static void told_release(struct told *told)
{
    text_release(&told->lines);
    memset(told, 0, sizeof *told);
}

static int repair(const char *directory, struct told *told, struct repair *result,
                  spex_error *error)
{
    struct repair_options options = {.told = note_told, .context = told};
    told_release(told);
    return store_repair(directory, &options, result, error);
}

static void expect_repaired(const char *directory, struct told *told, struct repair *result)
{
    spex_error error;
    ASSERT_OK(repair(directory, told, result, &error), error);
    EXPECT_SOUND(directory);
}

/* A fresh copy of what `name` is, to be damaged. */
static const char *copy_of(const char *original)
{
    static unsigned number;
    char name[32], command[1400];
    snprintf(name, sizeof name, "copy-%u", number++);
    const char *directory = suite_scratch_path(name);
    snprintf(command, sizeof command, "cp -r '%s' '%s'", original, directory);
    CU_ASSERT_EQUAL(system(command), 0);
    return directory;
}

static void remove_copy(const char *directory)
{
    char command[700];
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    CU_ASSERT_EQUAL(system(command), 0);
}

static const char *original(void)
{
    static const char *directory;
    if (!directory) {
        directory = suite_scratch_path("original");
        store_fill(directory, 2, 0, INSTANCES);
    }
    return directory;
}

/* ---------------------------------------------------------------- nothing */

static void a_sound_store_is_left_alone(void)
{
    const char *directory = copy_of(original());
    char *content = store_content(directory);
    struct told told = {{0}, 0};
    struct repair result;
    struct stat before, after;
    char *path = file_join(directory, "shard-1.db");
    CU_ASSERT_EQUAL(stat(path, &before), 0);
    expect_repaired(directory, &told, &result);
    CU_ASSERT_TRUE(result.complete);
    CU_ASSERT_EQUAL(told.count, 0);
    CU_ASSERT_EQUAL(result.items[0].action, REPAIR_ACTION_NONE);
    CU_ASSERT_EQUAL(stat(path, &after), 0);
    CU_ASSERT_EQUAL(before.st_ino, after.st_ino);
    expect_content(directory, content);
    repair_release(&result);
    told_release(&told);
    free(content);
    free(path);
}

/* ------------------------------------------------------------- wrong rows */

static void wrong_rows_are_put_right(void)
{
    static const struct {
        const char *sql;
        bool same; /* the content is what it was before */
        bool complete;
    } cases[] = {
        {"UPDATE tally SET instances = instances + 1", true, true},
        {"DELETE FROM tally", true, true},
        {"INSERT INTO tally VALUES('Other', 'x', 1, 0, 0, 0)", true, true},
        {"INSERT INTO history VALUES(99999, 1, 'a', 's', 1, 1)", true, true},
        {"INSERT INTO deviation VALUES(99999, 'a', 'b', 'c')", true, true},
        {"DELETE FROM deviation", true, true},
        {"UPDATE instance SET deviations = deviations + 1 WHERE transitions > 0", true, true},
        {"UPDATE instance SET transitions = transitions + 1 WHERE transitions > 0", true, true},
        {"UPDATE instance SET mocked = 1 WHERE transitions > 0", true, true},
        {"DELETE FROM sqlite_schema WHERE name = 'instance_since'", true, true},
        {"UPDATE instance SET due = -1 WHERE due > 0", false, true},
        {"DELETE FROM history WHERE sequence = 1 AND instance % 2", false, false},
        {"DELETE FROM history WHERE sequence = 3", false, false},
        {"DELETE FROM history WHERE sequence = (SELECT transitions FROM instance WHERE key ="
         " instance) AND instance % 3 = 0",
         false, false},
        {"DELETE FROM history", false, false},
        {"UPDATE history SET verdict = 9 WHERE sequence = 2", false, false},
        {"UPDATE instance SET state = 'elsewhere' WHERE transitions > 0", false, true},
        {"UPDATE observation SET learned = count + 1", false, true},
        {"UPDATE observation SET count = 0, learned = 0", false, true},
        {"DELETE FROM observation", false, true},
        {"PRAGMA application_id = 0", true, true},
        {"DELETE FROM identity", true, true},
    };
    char *content = store_content(original());
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *directory = copy_of(original());
        struct told told = {{0}, 0};
        struct repair result;
        shard_execute(directory, 1, cases[i].sql);
        expect_repaired(directory, &told, &result);
        CU_ASSERT_TRUE(told.count > 0);
        if (result.complete != cases[i].complete)
            fprintf(stderr, "complete %d after: %s\n%s", result.complete, cases[i].sql,
                    text_value(&told.lines));
        CU_ASSERT_EQUAL(result.complete, cases[i].complete);
        if (cases[i].same)
            expect_content(directory, content);
        CU_ASSERT_EQUAL(result.items[1].action, REPAIR_ACTION_NONE);
        repair_release(&result);
        /* Once is enough. */
        expect_repaired(directory, &told, &result);
        CU_ASSERT_EQUAL(told.count, 0);
        repair_release(&result);
        told_release(&told);
        remove_copy(directory);
    }
    free(content);
}

static void misplaced_instances_are_moved(void)
{
    const char *directory = copy_of(original());
    struct told told = {{0}, 0};
    struct repair result;
    char *content = store_content(directory);
    char *first = file_join(directory, "shard-1.db"), sql[1200];
    /* As if the hash were another one: everything of shard 1 is put into shard 2 as well. */
    snprintf(sql, sizeof sql,
             "ATTACH '%s' AS one; BEGIN;"
             "INSERT INTO instance SELECT key + 100000, identifier, specification, state, meta,"
             " mocked, since, due, reported, deviations, transitions FROM one.instance;"
             "INSERT INTO history SELECT instance + 100000, sequence, action, state, at, verdict"
             " FROM one.history;"
             "INSERT INTO deviation SELECT instance + 100000, from_state, action, to_state"
             " FROM one.deviation;"
             "DELETE FROM one.history WHERE instance %% 2; DELETE FROM one.deviation WHERE"
             " instance %% 2; DELETE FROM one.instance WHERE key %% 2; COMMIT;",
             first);
    shard_execute(directory, 2, sql);
    /* What is there twice seems to have been observed too seldom. */
    ASSERT_TEXT(verify_words(directory), "misplaced observation");
    expect_repaired(directory, &told, &result);
    expect_content(directory, content);
    CU_ASSERT_TRUE(result.items[1].moved > 50);
    CU_ASSERT_TRUE(result.complete);
    repair_release(&result);
    told_release(&told);
    free(content);
    free(first);
}

/* ----------------------------------------------------------- damaged pages */

/* What every instance was; what became of it must be the same or told. */
struct memory {
    spex_instance *items[INSTANCES];
};

static void remember(struct memory *memory, const char *directory)
{
    struct reader *reader;
    spex_error error;
    ASSERT_OK(reader_open(&reader, directory, NULL, &error), error);
    for (unsigned i = 0; i < INSTANCES; i++) {
        char identifier[32];
        snprintf(identifier, sizeof identifier, "i-%u", i);
        memory->items[i] = NULL;
        reader_instance(reader, identifier, 0, &memory->items[i], &error);
    }
    reader_close(reader);
}

static void forget(struct memory *memory)
{
    for (unsigned i = 0; i < INSTANCES; i++)
        spex_instance_free(memory->items[i]);
}

static bool same_history(const spex_instance *left, const spex_instance *right)
{
    if (left->step_count != right->step_count)
        return false;
    for (size_t i = 0; i < left->step_count; i++)
        if (strcmp(left->steps[i].action, right->steps[i].action) != 0 ||
            strcmp(left->steps[i].state, right->steps[i].state) != 0 ||
            left->steps[i].at != right->steps[i].at)
            return false;
    return true;
}

/* Answers how many instances are not there any more. */
static unsigned compare(const struct memory *before, const struct memory *after,
                        const struct told *told, const struct repair *result)
{
    unsigned gone = 0, untold = 0;
    for (unsigned i = 0; i < INSTANCES; i++) {
        const spex_instance *old = before->items[i], *now = after->items[i];
        if (!now) {
            gone++;
            untold += !was_told(told, "lost", old->identifier);
            continue;
        }
        bool restored = was_told(told, "restored", old->identifier);
        bool state = now->state && strcmp(now->state, old->state) == 0;
        bool meta = (!now->meta && !old->meta) ||
                    (now->meta && old->meta && strcmp(now->meta, old->meta) == 0);
        /* What is not as it was, was told. */
        CU_ASSERT_TRUE(restored || (state && meta));
        CU_ASSERT_TRUE(restored || same_history(old, now) ||
                       was_told(told, "history", old->identifier));
        ASSERT_TEXT(now->specification, old->specification);
    }
    uint64_t unnamed = result->items[0].unnamed + result->items[1].unnamed;
    bool unreadable = result->items[0].unreadable || result->items[1].unreadable;
    CU_ASSERT_TRUE(unreadable || untold <= unnamed);
    CU_ASSERT_TRUE(!gone || !result->complete);
    return gone;
}

static void write_bytes(const char *path, off_t place, const char *bytes, size_t length)
{
    int descriptor = open(path, O_WRONLY);
    CU_ASSERT_EQUAL(pwrite(descriptor, bytes, length, place), (ssize_t)length);
    close(descriptor);
}

struct losses {
    unsigned trials, gone, worst, sound;
};

/* The shard is given back damaged by `damage`; everything must be told. */
static void try_damage(const struct memory *before, const char *directory, struct losses *losses)
{
    struct told told = {{0}, 0};
    struct repair result;
    struct memory after;
    losses->sound += strcmp(verify_words(directory), "sound") == 0;
    expect_repaired(directory, &told, &result);
    remember(&after, directory);
    unsigned gone = compare(before, &after, &told, &result);
    losses->trials++;
    losses->gone += gone;
    losses->worst = gone > losses->worst ? gone : losses->worst;
    forget(&after);
    repair_release(&result);
    told_release(&told);
}

static void every_page_of_a_shard_can_be_lost(void)
{
    const char *source = original();
    struct memory before;
    struct losses losses = {0};
    struct random random = {5};
    remember(&before, source);
    char *first = file_join(source, "shard-1.db"), page[4096];
    struct stat about;
    CU_ASSERT_EQUAL(stat(first, &about), 0);
    unsigned pages = (unsigned)(about.st_size / 4096), in_shard = 0;
    for (unsigned i = 0; i < INSTANCES; i++)
        in_shard += store_shard_of(before.items[i]->identifier, 2) == 1;
    unsigned stride = suite_count(3, 1);
    for (unsigned number = 0; number < pages; number += stride) {
        const char *directory = copy_of(source);
        char *path = file_join(directory, "shard-1.db");
        for (size_t i = 0; i < sizeof page; i++)
            page[i] = number % 4 < 2 ? (char)random_below(&random, 256) : 0;
        write_bytes(path, (off_t)number * 4096, page, sizeof page);
        try_damage(&before, directory, &losses);
        free(path);
        remove_copy(directory);
    }
    printf("     repair: %u pages of %u lost, one at a time: %u of %u instances gone, at most %u "
           "with one\n",
           losses.trials, pages, losses.gone, losses.trials * in_shard, losses.worst);
    /* A page is a page, not the shard. */
    CU_ASSERT_TRUE(losses.gone < losses.trials * in_shard / 8);
    free(first);
    forget(&before);
}

static void several_pages_or_the_end_can_be_lost(void)
{
    const char *source = original();
    struct memory before;
    struct losses losses = {0};
    struct random random = {9};
    remember(&before, source);
    char *first = file_join(source, "shard-1.db"), page[4096];
    struct stat about;
    CU_ASSERT_EQUAL(stat(first, &about), 0);
    unsigned pages = (unsigned)(about.st_size / 4096);
    unsigned trials = suite_count(8, 200);
    for (unsigned trial = 0; trial < trials; trial++) {
        const char *directory = copy_of(source);
        char *path = file_join(directory, "shard-1.db");
        if (trial % 4 == 0) {
            CU_ASSERT_EQUAL(truncate(path, random_below(&random, (uint32_t)about.st_size)), 0);
        } else {
            for (unsigned k = random_below(&random, pages / 2) + 1; k > 0; k--) {
                for (size_t i = 0; i < sizeof page; i++)
                    page[i] = k % 2 ? (char)random_below(&random, 256) : 0;
                write_bytes(path, (off_t)random_below(&random, pages) * 4096, page, sizeof page);
            }
        }
        try_damage(&before, directory, &losses);
        free(path);
        remove_copy(directory);
    }
    printf("     repair: %u times several pages or the end lost: %u instances gone, at most %u\n",
           losses.trials, losses.gone, losses.worst);
    free(first);
    forget(&before);
}

/* Bytes changed here and there may make another sound row: but whatever it is, it is sound
 * afterwards, and nobody crashes. */
static void changed_bytes_are_survived(void)
{
    struct random random = {13};
    unsigned trials = suite_count(12, 400);
    for (unsigned trial = 0; trial < trials; trial++) {
        const char *directory = copy_of(original());
        char *path = file_join(directory, "shard-1.db");
        struct stat about;
        CU_ASSERT_EQUAL(stat(path, &about), 0);
        for (unsigned k = 1 + random_below(&random, 60); k > 0; k--) {
            char byte = (char)random_below(&random, 256);
            uint32_t bound = k % 4 ? (uint32_t)about.st_size : 4096;
            write_bytes(path, random_below(&random, bound), &byte, 1);
        }
        struct told told = {{0}, 0};
        struct repair result;
        spex_error error;
        int status = repair(directory, &told, &result, &error);
        /* What says that it is of another store is not touched. */
        if (status == SPEX_ERROR_STORE) {
            CU_ASSERT_TRUE(strstr(error.message, "another store") ||
                           strstr(error.message, "newer spex") ||
                           strstr(error.message, "right names"));
        } else if (ASSERT_OK(status, error)) {
            EXPECT_SOUND(directory);
        }
        repair_release(&result);
        told_release(&told);
        free(path);
        remove_copy(directory);
    }
}

/* ------------------------------------------------------------ whole files */

static void a_missing_shard_is_made_anew(void)
{
    const char *directory = copy_of(original());
    char *path = file_join(directory, "shard-1.db");
    struct told told = {{0}, 0};
    struct repair result;
    unlink(path);
    expect_repaired(directory, &told, &result);
    CU_ASSERT_EQUAL(result.items[0].action, REPAIR_ACTION_EMPTY);
    CU_ASSERT_PTR_NULL(result.items[0].kept_as);
    CU_ASSERT_FALSE(result.complete);
    CU_ASSERT_EQUAL(shard_number(directory, 1, "SELECT count(*) FROM instance"), 0);
    CU_ASSERT_TRUE(shard_number(directory, 2, "SELECT count(*) FROM instance") > 50);
    store_fill(directory, 2, 5000, 20);
    EXPECT_SOUND(directory);
    repair_release(&result);
    told_release(&told);
    free(path);
}

static void an_empty_file_holds_nothing(void)
{
    const char *directory = copy_of(original());
    char *path = file_join(directory, "shard-2.db");
    struct told told = {{0}, 0};
    struct repair result;
    CU_ASSERT_EQUAL(truncate(path, 0), 0);
    expect_repaired(directory, &told, &result);
    CU_ASSERT_TRUE(result.items[1].unreadable);
    CU_ASSERT_FALSE(result.complete);
    char *kept = file_join(directory, result.items[1].kept_as);
    CU_ASSERT_EQUAL(access(kept, F_OK), 0);
    free(kept);
    repair_release(&result);
    told_release(&told);
    free(path);
}

static void a_manifest_is_written_anew(void)
{
    static const char *const contents[] = {NULL, "", "garbage\n", "format = 1\nshards = 0\n"};
    char *content = store_content(original());
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        const char *directory = copy_of(original());
        char *path = file_join(directory, "store.ini");
        struct told told = {{0}, 0};
        struct repair result;
        unlink(path);
        spex_error error;
        if (contents[i])
            ASSERT_OK(file_replace(path, contents[i], strlen(contents[i]), &error), error);
        ASSERT_TEXT(verify_words(directory), "manifest");
        expect_repaired(directory, &told, &result);
        CU_ASSERT_TRUE(result.manifest);
        CU_ASSERT_TRUE(result.complete);
        CU_ASSERT_TRUE(was_told(&told, "manifest", "-"));
        expect_content(directory, content);
        repair_release(&result);
        told_release(&told);
        free(path);
        remove_copy(directory);
    }
    free(content);
}

static void what_contradicts_is_left_alone(void)
{
    const char *directory = copy_of(original()), *other = suite_scratch_path("other");
    char *first = file_join(directory, "shard-1.db"), *second = file_join(directory, "shard-2.db");
    char *manifest = file_join(directory, "store.ini"), *away = file_join(directory, "away");
    struct told told = {{0}, 0};
    struct repair result;
    spex_error error;
    /* The names of two shards exchanged. */
    rename(first, away);
    rename(second, first);
    rename(away, second);
    CU_ASSERT_EQUAL(repair(directory, &told, &result, &error), SPEX_ERROR_STORE);
    ASSERT_CONTAINS(error.message, "give the files their right names");
    repair_release(&result);
    rename(first, away);
    rename(second, first);
    rename(away, second);
    EXPECT_SOUND(directory);
    /* A shard of another store. */
    store_fill(other, 2, 0, 5);
    rename(second, away);
    rename(suite_scratch_path("other/shard-2.db"), second);
    CU_ASSERT_EQUAL(repair(directory, &told, &result, &error), SPEX_ERROR_STORE);
    ASSERT_CONTAINS(error.message, "is of another store");
    repair_release(&result);
    unlink(manifest);
    CU_ASSERT_EQUAL(repair(directory, &told, &result, &error), SPEX_ERROR_STORE);
    ASSERT_CONTAINS(error.message, "contradict each other");
    repair_release(&result);
    /* No store at all. */
    CU_ASSERT_EQUAL(repair(suite_scratch_path("nowhere"), &told, &result, &error),
                    SPEX_ERROR_NOT_FOUND);
    repair_release(&result);
    told_release(&told);
    free(first);
    free(second);
    free(manifest);
    free(away);
}

static void a_store_in_use_is_not_repaired(void)
{
    const char *directory = copy_of(original());
    struct told told = {{0}, 0};
    struct repair result;
    struct store store;
    struct shard *shard;
    spex_error error;
    shard_execute(directory, 1, "DELETE FROM tally");
    ASSERT_OK(store_open(&store, directory, 0, &error), error);
    ASSERT_OK(store_shard_open(&store, 2, &shard, &error), error);
    CU_ASSERT_EQUAL(repair(directory, &told, &result, &error), SPEX_ERROR_BUSY);
    ASSERT_CONTAINS(error.message, "is open in another program");
    repair_release(&result);
    shard_close(shard);
    expect_repaired(directory, &told, &result);
    CU_ASSERT_EQUAL(result.items[0].action, REPAIR_ACTION_COUNTED);
    repair_release(&result);
    told_release(&told);
    store_release(&store);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"a sound store is left alone", a_sound_store_is_left_alone},
        {"wrong rows are put right", wrong_rows_are_put_right},
        {"misplaced instances are moved", misplaced_instances_are_moved},
        {"every page of a shard can be lost", every_page_of_a_shard_can_be_lost},
        {"several pages or the end can be lost", several_pages_or_the_end_can_be_lost},
        {"changed bytes are survived", changed_bytes_are_survived},
        {"a missing shard is made anew", a_missing_shard_is_made_anew},
        {"an empty file holds nothing", an_empty_file_holds_nothing},
        {"a manifest is written anew", a_manifest_is_written_anew},
        {"what contradicts is left alone", what_contradicts_is_left_alone},
        {"a store in use is not repaired", a_store_in_use_is_not_repaired},
        {0},
    };
    return suite_run("repair", tests, argc, argv);
}
