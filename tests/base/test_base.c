#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/base.h"
#include "tests/suite.h"

static void names_are_interned_once(void)
{
    struct symbols symbols = {0};
    char name[32];
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < 5000; i++) {
            snprintf(name, sizeof name, "name %u", i);
            CU_ASSERT_EQUAL(symbols_intern(&symbols, name), i);
        }
    CU_ASSERT_EQUAL(symbols.count, 5000);
    CU_ASSERT_EQUAL(symbols_find(&symbols, "name 77"), 77);
    CU_ASSERT_EQUAL(symbols_find(&symbols, "name"), SYMBOL_NONE);
    ASSERT_TEXT(symbols_name(&symbols, 4999), "name 4999");
    CU_ASSERT_EQUAL(symbols_intern(&symbols, ""), 5000);
    symbols_release(&symbols);
}

/* So many that some have the same hash of 32 bits as others. */
static void names_are_matched(void)
{
    enum { KNOWN = 200000, STEP = 7919, ALL = 2 * KNOWN };
    struct symbols symbols = {0}, other = {0}, none = {0};
    char name[32];
    for (uint32_t i = 0; i < KNOWN; i++) {
        snprintf(name, sizeof name, "name %u", i);
        symbols_intern(&symbols, name);
    }
    for (uint32_t i = 0; i < ALL; i++) {
        snprintf(name, sizeof name, "name %u", (uint32_t)((uint64_t)i * STEP % ALL));
        CU_ASSERT_EQUAL(symbols_intern(&other, name), i);
    }
    uint32_t *numbers = malloc(ALL * sizeof *numbers), wrong = 0;
    symbols_match(&symbols, &other, numbers);
    for (uint32_t i = 0; i < ALL; i++) {
        uint32_t number = (uint32_t)((uint64_t)i * STEP % ALL);
        wrong += numbers[i] != (number < KNOWN ? number : SYMBOL_NONE);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    symbols_match(&none, &other, numbers);
    for (uint32_t i = 0; i < ALL; i++)
        wrong += numbers[i] != SYMBOL_NONE;
    CU_ASSERT_EQUAL(wrong, 0);
    symbols_match(&symbols, &none, numbers);
    free(numbers);
    symbols_release(&symbols);
    symbols_release(&other);
}

static void text_from_outside_becomes_visible(void)
{
    struct text text = {0};
    text_append_visible(&text, "a\x1b[31m\n\xff\xC2\x9B\xE2\x80\xAEz größe 表 e\xCC\x81");
    ASSERT_TEXT(text_value(&text), "a\\x1B[31m\\n\\xFF\\x9B\\u{202E}z größe 表 e\xCC\x81");
    text_clear(&text);
    text_append_json(&text, "\"\\\n\x01\xff");
    ASSERT_TEXT(text_value(&text), "\"\\\"\\\\\\n\\u0001\xEF\xBF\xBD\"");
    text_clear(&text);
    text_append_json(&text, "\x7f\xC2\x9B\xE2\x80\xAE\xF3\xA0\x81\x81z größe 表");
    ASSERT_TEXT(text_value(&text), "\"\\u007f\\u009b\\u202e\\udb40\\udc41z größe 表\"");
    text_release(&text);
}

static void graphemes_are_measured(void)
{
    CU_ASSERT_EQUAL(utf8_width("abc"), 3);
    CU_ASSERT_EQUAL(utf8_width("表語"), 4);
    CU_ASSERT_EQUAL(utf8_width("e\xCC\x81"), 1);
    CU_ASSERT_EQUAL(utf8_grapheme("e\xCC\x81x", 4), 3);
    CU_ASSERT_EQUAL(utf8_grapheme("\xffx", 2), 1);
    CU_ASSERT_FALSE(utf8_valid("\xC0\x80", 2));
    CU_ASSERT_FALSE(utf8_valid("\xED\xA0\x80", 3));
}

static void times_round_trip(void)
{
    static const char *const texts[] = {"1970-01-01T00:00:00.000Z", "2026-01-31T12:00:00.123Z",
                                        "2000-02-29T23:59:59.123456Z", "1969-12-31T23:59:59.999Z",
                                        "0001-01-01T00:00:00.000Z"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int64_t time;
        char back[TIME_TEXT_SIZE];
        CU_ASSERT_TRUE(time_parse(texts[i], &time));
        time_format(time, back);
        ASSERT_TEXT(back, texts[i]);
    }
    int64_t one, other;
    CU_ASSERT_TRUE(time_parse("2026-01-31T12:00:00+02:00", &one));
    CU_ASSERT_TRUE(time_parse("2026-01-31 10:00:00Z", &other));
    CU_ASSERT_EQUAL(one, other);
    static const char *const wrong[] = {"",
                                        "2026-01-31",
                                        "2026-02-29T00:00:00Z",
                                        "2026-01-31T24:00:00Z",
                                        "2026-01-31T12:00:00",
                                        "2026-01-31T12:00:00Zx",
                                        "2026-01-31T12:00:00.Z"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CU_ASSERT_FALSE(time_parse(wrong[i], &one));
}

static void durations_round_trip(void)
{
    static const char *const texts[] = {"250ms", "30s", "5m", "6h", "2d", "infinity", "0ms", "90s"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int64_t duration;
        char back[DURATION_TEXT_SIZE];
        CU_ASSERT_TRUE(duration_parse(texts[i], &duration));
        duration_format(duration, back);
        ASSERT_TEXT(back, texts[i]);
    }
    static const char *const wrong[] = {
        "", "5", "m", "-5m", "5 m", "5min", "99999999999999999999d", "9999999999999d", "1.5s"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int64_t duration;
        CU_ASSERT_FALSE(duration_parse(wrong[i], &duration));
    }
    char text[DURATION_TEXT_SIZE];
    static const struct {
        int64_t time;
        const char *text;
    } shorts[] = {{5, "<1ms"},        {5000, "5ms"},        {5000000, "5s"}, {90000000, "1m"},
                  {7200000000, "2h"}, {259200000000, "3d"}, {-5, "<1ms"}};
    for (size_t i = 0; i < sizeof shorts / sizeof *shorts; i++) {
        duration_format_short(shorts[i].time, text);
        ASSERT_TEXT(text, shorts[i].text);
    }
}

static void files_are_replaced_whole(void)
{
    spex_error error;
    const char *path = suite_write("folder/file", "one", 3);
    ASSERT_OK(file_replace(path, "two\0", 4, &error), error);
    char *bytes;
    size_t length;
    ASSERT_OK(file_read(path, 0, &bytes, &length, &error), error);
    CU_ASSERT_EQUAL(length, 4);
    CU_ASSERT_EQUAL(memcmp(bytes, "two\0", 5), 0);
    free(bytes);
    CU_ASSERT_EQUAL(file_read(path, 3, &bytes, &length, &error), SPEX_ERROR_SYSTEM);
    ASSERT_CONTAINS(error.message, "larger than 3 bytes");
    CU_ASSERT_EQUAL(file_read(suite_scratch_path("none"), 0, &bytes, &length, &error),
                    SPEX_ERROR_SYSTEM);
    ASSERT_CONTAINS(error.message, "No such file");
    char **paths;
    size_t count;
    suite_write("folder/b.spec", "", 0);
    suite_write("folder/a.spec", "", 0);
    suite_write("folder/.hidden.spec", "", 0);
    ASSERT_OK(file_list(suite_scratch_path("folder"), ".spec", &paths, &count, &error), error);
    CU_ASSERT_EQUAL(count, 2);
    ASSERT_TEXT(file_name(paths[0]), "a.spec");
    file_list_free(paths, count);
    CU_ASSERT_EQUAL(file_make_directory(suite_scratch_path("folder/file/x"), &error),
                    SPEX_ERROR_SYSTEM);
    CU_ASSERT_FALSE(file_name_safe("../x"));
    CU_ASSERT_FALSE(file_name_safe("a/b"));
    CU_ASSERT_FALSE(file_name_safe(".hidden"));
    CU_ASSERT_TRUE(file_name_safe("Elixir.Shop.Order"));
}

static unsigned mode_of(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 ? about.st_mode & 0777 : 0;
}

static void new_files_are_as_the_umask_says(void)
{
    spex_error error;
    mode_t before = umask(077);
    ASSERT_OK(file_make_directory(suite_scratch_path("modes"), &error), error);
    CU_ASSERT_EQUAL(mode_of(suite_scratch_path("modes")), 0700);
    const char *path = suite_scratch_path("modes/1");
    ASSERT_OK(file_replace(path, "x", 1, &error), error);
    CU_ASSERT_EQUAL(mode_of(path), 0600);
    umask(002);
    path = suite_scratch_path("modes/2");
    ASSERT_OK(file_write(path, false, "x", 1, &error), error);
    CU_ASSERT_EQUAL(mode_of(path), 0664);
    /* What was there keeps its own. */
    CU_ASSERT_EQUAL(chmod(path, 0640), 0);
    ASSERT_OK(file_replace(path, "y", 1, &error), error);
    CU_ASSERT_EQUAL(mode_of(path), 0640);
    ASSERT_OK(file_replace_mode(path, 0604, "z", 1, &error), error);
    CU_ASSERT_EQUAL(mode_of(path), 0604);
    umask(before);
    /* Nothing is left beside them. */
    CU_ASSERT_EQUAL(unlink(path), 0);
    CU_ASSERT_EQUAL(unlink(suite_scratch_path("modes/1")), 0);
    CU_ASSERT_EQUAL(rmdir(suite_scratch_path("modes")), 0);
}

static void errors_are_printable_and_cut(void)
{
    spex_error error;
    char huge[4000];
    memset(huge, 'x', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    error_set(&error, SPEX_ERROR_USAGE, "%s", huge);
    CU_ASSERT_TRUE(strlen(error.message) < sizeof error.message);
    ASSERT_CONTAINS(error.message, "…");
    error_place(&error, "a.spec", 3, 7, "bad \x1b[2J byte");
    ASSERT_TEXT(error.message, "a.spec:3:7: bad \\x1B[2J byte");
    CU_ASSERT_EQUAL(error.line, 3);
    CU_ASSERT_EQUAL(error_set(NULL, SPEX_ERROR_USAGE, "x"), SPEX_ERROR_USAGE);
}

static void sizes_are_checked(void)
{
    CU_ASSERT_PTR_NULL(memory_allocate(SIZE_MAX / 2, 3));
    struct text text = {0};
    memory_fail_after(1);
    text_append(&text, "x");
    CU_ASSERT_TRUE(text.failed);
    text_append(&text, "y");
    ASSERT_TEXT(text_value(&text), "");
    CU_ASSERT_PTR_NULL(text_take(&text));
    memory_fail_after(0);
}

static void names_are_suggested(void)
{
    CU_ASSERT_EQUAL(text_distance("Transition timout", "Transition timeout"), 1);
    CU_ASSERT_EQUAL(text_distance("kitten", "sitting"), 3);
    CU_ASSERT_TRUE(text_contains("Order-17", "oRDER"));
    CU_ASSERT_FALSE(text_contains("Order", "Orders"));
}

/* Against looking at every place. */
static void a_part_is_found_where_it_is(void)
{
    struct random random = {11};
    unsigned differences = 0, found = 0;
    for (int round = 0; round < 20000; round++) {
        char text[41], wanted[9];
        size_t length = random_below(&random, 41), size = random_below(&random, 9);
        for (size_t i = 0; i < length; i++)
            text[i] = "abABc-[{@`"[random_below(&random, 10)];
        for (size_t i = 0; i < size; i++)
            wanted[i] = "abABc-[{@`"[random_below(&random, 10)];
        text[length] = wanted[size] = '\0';
        struct text_part *part = text_part_create(wanted);
        differences += text_part_in(part, text, length) != text_contains(text, wanted);
        found += text_contains(text, wanted);
        free(part);
    }
    CU_ASSERT_EQUAL(differences, 0);
    CU_ASSERT_TRUE(found > 1000);
    char *longest = malloc(1000);
    memset(longest, 'x', 999);
    longest[999] = '\0';
    struct text_part *part = text_part_create(longest + 299);
    longest[100] = 'y';
    CU_ASSERT_TRUE(text_part_in(part, longest, 999));
    longest[500] = 'y';
    CU_ASSERT_FALSE(text_part_in(part, longest, 999));
    free(part);
    free(longest);
}

static void pipes_are_not_waited_for(void)
{
    const char *path = suite_scratch_path("pipe");
    char *bytes = NULL;
    size_t length;
    spex_error error;
    CU_ASSERT_EQUAL(mkfifo(path, 0600), 0);
    CU_ASSERT_EQUAL(file_write(path, true, "x", 1, &error), SPEX_ERROR_USAGE);
    ASSERT_CONTAINS(error.message, "is a pipe that nobody reads");
    CU_ASSERT_EQUAL(file_read_regular(path, 100, &bytes, &length, &error), SPEX_ERROR_SYSTEM);
    ASSERT_CONTAINS(error.message, "is not a regular file");
    int reader = open(path, O_RDONLY | O_NONBLOCK);
    char got[8];
    ASSERT_OK(file_write(path, true, "hello", 5, &error), error);
    CU_ASSERT_EQUAL(read(reader, got, sizeof got), 5);
    close(reader);
}

/* What is dropped is taken again, in parts too, and no two of those taken overlap. */
static void arenas_hand_out_what_was_dropped(void)
{
    enum { SLOTS = 12, ROUNDS = 4000 };
    struct random random = {7};
    char buffer[256];
    struct arena arena = arena_make(buffer, sizeof buffer);
    unsigned char *taken[SLOTS] = {0};
    size_t sizes[SLOTS];
    for (int round = 0; round < ROUNDS; round++) {
        uint32_t slot = random_below(&random, SLOTS);
        for (size_t i = 0; taken[slot] && i < sizes[slot]; i += sizes[slot] / 7 + 1)
            CU_ASSERT_EQUAL(taken[slot][i], slot);
        if (taken[slot]) {
            arena_drop(&arena, taken[slot]);
            taken[slot] = NULL;
        } else {
            bool clear = random_below(&random, 2);
            sizes[slot] = 1 + random_below(&random, 1 << (4 + random_below(&random, 17)));
            taken[slot] =
                clear ? arena_clear(&arena, sizes[slot], 1) : arena_take(&arena, sizes[slot], 1);
            CU_ASSERT_PTR_NOT_NULL_FATAL(taken[slot]);
            CU_ASSERT_EQUAL((uintptr_t)taken[slot] % 16, 0);
            for (size_t i = 0; clear && i < sizes[slot]; i++)
                if (taken[slot][i])
                    CU_FAIL("not cleared");
            memset(taken[slot], (int)slot, sizes[slot]);
        }
        if (round % 50 == 0)
            arena_trim(&arena);
    }
    arena_release(&arena);

    arena = arena_make(NULL, 0);
    char *whole = arena_take(&arena, 1 << 20, 1);
    arena_drop(&arena, whole);
    char *part = arena_take(&arena, 1 << 18, 1), *other = arena_take(&arena, 1 << 18, 1);
    CU_ASSERT_PTR_EQUAL(part, whole);
    CU_ASSERT_TRUE(other > part && other < whole + (1 << 20));
    arena_drop(&arena, part);
    arena_trim(&arena); /* the other one still stands in it */
    memset(other, 1, 1 << 18);
    arena_drop(&arena, other);
    arena_trim(&arena);
    CU_ASSERT_PTR_NULL(arena.blocks);
    arena_release(&arena);
}

/* Memory that others had is taken as if it had been dropped. */
static void arenas_take_over(void)
{
    enum { SIZE = 1 << 20, ODD = 77 };
    struct arena arena = arena_make(NULL, 0);
    char *memory = malloc(SIZE + ODD), *tiny = malloc(1);
    arena_adopt(&arena, memory, SIZE + ODD);
    arena_adopt(&arena, tiny, 1);
    arena_adopt(&arena, NULL, 0);
    char *first = arena_take(&arena, SIZE / 2, 1), *second = arena_take(&arena, SIZE / 4, 1);
    CU_ASSERT_TRUE(first > memory && first + SIZE / 2 <= memory + SIZE + ODD);
    CU_ASSERT_TRUE(second >= first + SIZE / 2 && second + SIZE / 4 <= memory + SIZE + ODD);
    memset(first, 1, SIZE / 2);
    memset(second, 2, SIZE / 4);
    CU_ASSERT_TRUE(first[SIZE / 2 - 1] == 1);
    arena_drop(&arena, first);
    arena_drop(&arena, second);
    arena_trim(&arena);
    CU_ASSERT_PTR_NULL(arena.blocks);
    arena_release(&arena);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"names are interned once", names_are_interned_once},
        {"names are matched", names_are_matched},
        {"text from outside becomes visible", text_from_outside_becomes_visible},
        {"graphemes are measured", graphemes_are_measured},
        {"times round trip", times_round_trip},
        {"durations round trip", durations_round_trip},
        {"files are replaced whole", files_are_replaced_whole},
        {"new files are as the umask says", new_files_are_as_the_umask_says},
        {"pipes are not waited for", pipes_are_not_waited_for},
        {"errors are printable and cut", errors_are_printable_and_cut},
        {"sizes are checked", sizes_are_checked},
        {"arenas hand out what was dropped", arenas_hand_out_what_was_dropped},
        {"arenas take over memory", arenas_take_over},
        {"names are suggested", names_are_suggested},
        {"a part is found where it is", a_part_is_found_where_it_is},
        {0},
    };
    return suite_run("base", tests, argc, argv);
}
