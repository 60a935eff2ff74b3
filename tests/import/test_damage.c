/* Tables that a crash, a bad disk or somebody with intentions has left. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "tests/import/imported.h"

static void open_table(struct dets_writer *writer, const char *path)
{
    CU_ASSERT_TRUE_FATAL(dets_writer_open(writer, path));
}

static void order_bytes(struct text *objects, const char *identifier, size_t steps, int64_t first)
{
    struct text term = {0};
    add_order(&term, identifier, steps, first);
    dets_object_bytes(objects, &term);
    text_release(&term);
}

static void put_number(const char *path, long offset, uint32_t number)
{
    FILE *file = fopen(path, "r+b");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fseek(file, offset, SEEK_SET);
    for (int i = 3; i >= 0; i--)
        fputc((int)(number >> 8 * i & 255), file);
    fclose(file);
}

static bool noted(const struct import_report *report, const char *part)
{
    for (size_t i = 0; i < report->note_count; i++)
        if (strstr(report->notes[i].why, part))
            return true;
    return false;
}

static uint64_t transitions_of(const char *store, const char *identifier)
{
    struct reader *reader = open_store(store);
    spex_instance *instance = get_instance(reader, identifier);
    uint64_t transitions = instance ? instance->transitions : 0;
    spex_instance_free(instance);
    reader_close(reader);
    return transitions;
}

/* -------------------------------------------------- what a crash leaves */

/* An update that moves a collection: FREE on the old, the new, the slot. */
static void killed_while_a_collection_moved(void)
{
    struct dets_writer writer;
    const char *path = suite_scratch_path("moving.dets");
    struct text old = {0}, moved = {0}, alone = {0};
    order_bytes(&old, "moved", 2, 1000000);
    order_bytes(&moved, "moved", 9, 1000000);
    order_bytes(&alone, "freed", 4, 1000000);
    open_table(&writer, path);
    dets_writer_add_raw(&writer, &old, DETS_FREE, true);
    dets_writer_add_raw(&writer, &moved, DETS_ACTIVE, false);
    dets_writer_add_raw(&writer, &alone, DETS_FREE, true);
    CU_ASSERT_TRUE(dets_writer_close(&writer, false));
    struct import_report report = import_file("moving", path);
    CU_ASSERT_EQUAL(report.found, 3);
    CU_ASSERT_EQUAL(report.created, 2);
    CU_ASSERT_EQUAL(report.older, 1);
    CU_ASSERT_EQUAL(report.recovered, 1);
    CU_ASSERT_EQUAL(report.note_total, 0);
    CU_ASSERT_FALSE(report.files[0].summary.closed);
    import_report_release(&report);
    CU_ASSERT_EQUAL(transitions_of("moving", "\"moved\""), 9);
    CU_ASSERT_EQUAL(transitions_of("moving", "\"freed\""), 4);
    text_release(&old);
    text_release(&moved);
    text_release(&alone);
}

static void deleted_objects_do_not_come_back(void)
{
    struct dets_writer writer;
    const char *path = suite_scratch_path("deleted.dets");
    struct text gone = {0};
    order_bytes(&gone, "gone", 2, 1000000);
    open_table(&writer, path);
    dets_writer_add_raw(&writer, &gone, DETS_FREE, false);
    CU_ASSERT_TRUE(dets_writer_close(&writer, false));
    struct import_report report = import_file("deleted", path);
    CU_ASSERT_EQUAL(report.found, 0);
    import_report_release(&report);
    text_release(&gone);
}

/* Killed before the slot learned of the collection's new size. */
static void slot_of_another_size(void)
{
    const char *path = write_order("resized.dets", "resized", 5, 1000000);
    /* the only slot is the first of the segment behind the only collection */
    struct dets_writer writer;
    struct text term = {0};
    add_order(&term, "resized", 5, 1000000);
    open_table(&writer, path);
    dets_writer_add(&writer, &term);
    writer.slots[0].size -= 40;
    CU_ASSERT_TRUE(dets_writer_close(&writer, false));
    struct import_report report = import_file("resized", path);
    CU_ASSERT_EQUAL(report.created, 1);
    CU_ASSERT_EQUAL(report.note_total, 0);
    import_report_release(&report);
    CU_ASSERT_EQUAL(transitions_of("resized", "\"resized\""), 5);
    text_release(&term);
}

/* A hundred long histories and a hundred short ones, none of which OTP's repair keeps if its
 * header knows only small collections. */
static void long_histories_in_a_fresh_table(void)
{
    struct dets_writer writer;
    const char *path = suite_scratch_path("fresh.dets");
    open_table(&writer, path);
    for (int i = 0; i < 100; i++) {
        struct text both = {0};
        char identifier[32];
        snprintf(identifier, sizeof identifier, "long-%d", i);
        order_bytes(&both, identifier, 61, 1000000);
        snprintf(identifier, sizeof identifier, "short-%d", i);
        order_bytes(&both, identifier, 6, 1000000);
        dets_writer_add_raw(&writer, &both, DETS_ACTIVE, true);
        text_release(&both);
    }
    CU_ASSERT_TRUE(dets_writer_close(&writer, false));
    struct import_report report = import_file("fresh", path);
    CU_ASSERT_EQUAL(report.created, 200);
    CU_ASSERT_EQUAL(report.recovered, 200);
    import_report_release(&report);
    CU_ASSERT_EQUAL(transitions_of("fresh", "\"long-99\""), 61);
}

/* ------------------------------------------------------------- damage */

static void one_object_of_a_collection_is_damaged(void)
{
    struct dets_writer writer;
    struct text objects = {0};
    const char *path = suite_scratch_path("rotten.dets");
    order_bytes(&objects, "before", 3, 1000000);
    size_t second = objects.length;
    order_bytes(&objects, "rotten", 3, 1000000);
    objects.data[second + 60] = 1;
    order_bytes(&objects, "behind", 3, 1000000);
    for (int closed = 0; closed < 2; closed++) {
        open_table(&writer, path);
        dets_writer_add_raw(&writer, &objects, DETS_ACTIVE, true);
        writer.objects = 3;
        CU_ASSERT_TRUE(dets_writer_close(&writer, closed));
        struct import_report report = import_file(closed ? "rotten" : "rotten-open", path);
        CU_ASSERT_EQUAL(report.created, 2);
        CU_ASSERT_TRUE(report.note_total >= 1);
        CU_ASSERT_EQUAL_FATAL(report.note_count, report.note_total);
        CU_ASSERT_EQUAL(report.notes[0].offset, 1336 + 8 + second);
        CU_ASSERT_TRUE(report.files[0].summary.scanned);
        import_report_release(&report);
    }
    CU_ASSERT_EQUAL(transitions_of("rotten", "\"behind\""), 3);
    text_release(&objects);
}

static void half_a_file(void)
{
    enum { MANY = 200 };
    struct dets_writer writer;
    const char *path = suite_scratch_path("half.dets");
    open_table(&writer, path);
    for (int i = 0; i < MANY; i++) {
        struct text objects = {0};
        char identifier[32];
        snprintf(identifier, sizeof identifier, "order-%d", i);
        order_bytes(&objects, identifier, 3, 1000000);
        dets_writer_add_raw(&writer, &objects, DETS_ACTIVE, true);
        text_release(&objects);
    }
    uint64_t half = writer.offset / 2;
    CU_ASSERT_TRUE(dets_writer_close(&writer, true));
    CU_ASSERT_EQUAL(truncate(path, (off_t)half), 0);
    struct import_report report = import_file("half", path);
    CU_ASSERT_FALSE(report.files[0].summary.closed);
    CU_ASSERT_TRUE(report.created >= MANY / 2 - 2 && report.created < MANY);
    CU_ASSERT_TRUE(report.note_total > 0);
    import_report_release(&report);
}

static void pointers_in_circles(void)
{
    const char *path = write_order("circle.dets", "order", 3, 1000000);
    struct import_report report;
    /* The first part points to itself, the second nowhere, the third to the object. */
    FILE *file = fopen(path, "rb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fseek(file, 312, SEEK_SET);
    uint32_t part = 0;
    for (int i = 0; i < 4; i++)
        part = part << 8 | (uint32_t)fgetc(file);
    fclose(file);
    for (long i = 0; i < 512; i++)
        put_number(path, (long)part + 4 * i, part);
    put_number(path, 312 + 4, 0xfffffff8);
    put_number(path, 312 + 8, 1336);
    report = import_file("circle", path);
    CU_ASSERT_EQUAL(report.created, 1); /* by the scan */
    CU_ASSERT_TRUE(report.note_total >= 512);
    CU_ASSERT_TRUE(noted(&report, "back to what was read"));
    CU_ASSERT_TRUE(noted(&report, "beyond the end"));
    import_report_release(&report);
}

static void lengths_beyond_the_file(void)
{
    struct dets_writer writer;
    struct text objects = {0};
    const char *path = suite_scratch_path("lengths.dets");
    order_bytes(&objects, "order", 3, 1000000);
    objects.data[0] = 0x7f;
    open_table(&writer, path);
    dets_writer_add_raw(&writer, &objects, DETS_ACTIVE, true);
    objects.data[0] = 0;
    dets_writer_add_raw(&writer, &objects, DETS_ACTIVE, true);
    CU_ASSERT_TRUE(dets_writer_close(&writer, false));
    put_number(path, 1336, 0xffffffff);
    struct import_report report = import_file("lengths", path);
    CU_ASSERT_EQUAL(report.created, 1);
    CU_ASSERT_TRUE(report.note_total >= 1);
    import_report_release(&report);
    text_release(&objects);
}

static void two_gibibytes_of_nothing(void)
{
    const char *path = write_order("sparse.dets", "order", 3, 1000000);
    CU_ASSERT_EQUAL(truncate(path, (off_t)1 << 31), 0);
    struct import_report report = import_file("sparse", path);
    CU_ASSERT_EQUAL(report.created, 1);
    CU_ASSERT_FALSE(report.files[0].summary.closed);
    import_report_release(&report);
}

static void no_table_at_all(void)
{
    const char *empty = suite_write("empty.dets", "", 0);
    const char *text = suite_write("text.dets", "hello, this is no table\n", 24);
    const char *bag = write_order("bag.dets", "order", 3, 1000000);
    const char *good = write_order("good.dets", "good", 3, 1000000);
    put_number(bag, 12, 2);
    char page[4096] = {0};
    const char *blank = suite_write("blank.dets", page, sizeof page);
    const char *const paths[] = {empty, text, bag, blank, suite_scratch(), "missing.dets", good};
    static const char *const parts[] = {"it ends within the header", "it ends within",
                                        "version 9, type 2",         "00abcdef is expected",
                                        "no regular file",           "missing.dets"};
    struct import_report report = import_into("none", false, NULL, 7, paths);
    for (size_t i = 0; i < 6; i++) {
        CU_ASSERT_TRUE(report.files[i].error.status != SPEX_OK);
        ASSERT_CONTAINS(report.files[i].error.message, parts[i]);
    }
    CU_ASSERT_EQUAL(report.files[6].error.status, SPEX_OK);
    CU_ASSERT_EQUAL(report.created, 1);
    import_report_release(&report);
}

/* ------------------------------------------------------ hostile terms */

/* An object of an instance with these terms as identifier and meta. */
static void add_instance(struct dets_writer *writer, const struct text *identifier,
                         const struct text *meta)
{
    static const char *const steps[] = {"__initialisation__", "a"};
    struct text term = {0};
    struct etf_instance instance = {.specification = "Elixir.Order",
                                    .state = "a",
                                    .identifier = identifier,
                                    .meta = meta,
                                    .steps = steps,
                                    .step_count = 1,
                                    .first = 5};
    etf_object(&term, 1, &instance);
    dets_writer_add(writer, &term);
    text_release(&term);
}

static void nested(struct text *text, int depth)
{
    for (int i = 0; i < depth; i++)
        etf_tag(text, 108, 1);
    for (int i = 0; i <= depth; i++)
        text_append_char(text, 106);
}

static void terms_beyond_reason(void)
{
    struct dets_writer writer;
    const char *path = suite_scratch_path("reason.dets");
    struct text deep = {0}, name = {0}, large = {0}, numbers = {0};
    nested(&deep, 1000000);
    etf_binary(&name, "deep meta", 9);
    char *bytes = memory_allocate(3000000, 1);
    memset(bytes, 'x', 3000000);
    etf_binary(&large, bytes, 3000000);
    etf_tag(&numbers, 116, 2);
    etf_integer(&numbers, 7);
    etf_integer(&numbers, 8);
    etf_tuple(&numbers, 0);
    text_append_char(&numbers, 106);
    open_table(&writer, path);
    add_instance(&writer, &name, &deep);
    add_instance(&writer, &deep, NULL);
    add_instance(&writer, &large, NULL);
    text_clear(&name);
    etf_binary(&name, "large meta", 10);
    add_instance(&writer, &name, &large);
    text_clear(&name);
    etf_binary(&name, "odd keys", 8);
    add_instance(&writer, &name, &numbers);
    CU_ASSERT_TRUE(dets_writer_close(&writer, true));
    struct import_report report = import_file("reason", path);
    CU_ASSERT_EQUAL(report.created, 3);
    CU_ASSERT_TRUE(noted(&report, "identifier that is nested too deep"));
    CU_ASSERT_TRUE(noted(&report, "identifier of more than 1 MiB"));
    CU_ASSERT_TRUE(noted(&report, "meta is nested too deep: left out"));
    CU_ASSERT_TRUE(noted(&report, "meta is larger than 1 MiB: left out"));
    import_report_release(&report);
    struct reader *reader = open_store("reason");
    spex_instance *instance = get_instance(reader, "\"odd keys\"");
    CU_ASSERT_PTR_NOT_NULL_FATAL(instance);
    ASSERT_TEXT(instance->meta, "{\"7\":8,\"{}\":[]}");
    spex_instance_free(instance);
    instance = get_instance(reader, "\"deep meta\"");
    CU_ASSERT_TRUE(instance && !instance->meta && instance->transitions == 1);
    spex_instance_free(instance);
    reader_close(reader);
    free(bytes);
    text_release(&deep);
    text_release(&name);
    text_release(&large);
    text_release(&numbers);
}

static void long_identifiers_stay_apart(void)
{
    struct dets_writer writer;
    const char *path = suite_scratch_path("long.dets");
    char bytes[3000];
    memset(bytes, 'x', sizeof bytes);
    open_table(&writer, path);
    for (int i = 0; i < 3; i++) {
        struct text name = {0};
        bytes[sizeof bytes - 1] = (char)('a' + i);
        etf_binary(&name, bytes, sizeof bytes);
        add_instance(&writer, &name, NULL);
        text_release(&name);
    }
    CU_ASSERT_TRUE(dets_writer_close(&writer, true));
    struct import_report report = import_file("long", path);
    CU_ASSERT_EQUAL(report.created, 3);
    CU_ASSERT_EQUAL(report.shortened, 3);
    import_report_release(&report);
    report = import_file("long", path);
    CU_ASSERT_EQUAL(report.unchanged, 3);
    import_report_release(&report);
}

static void names_no_c_text_can_hold(void)
{
    struct dets_writer writer;
    struct text term = {0}, name = {0};
    const char *path = suite_scratch_path("names.dets");
    char longest[256];
    memset(longest, 'a', 255);
    longest[255] = '\0';
    const char *const steps[] = {"__initialisation__", "", longest, longest};
    etf_binary(&name, "odd", 3);
    struct etf_instance instance = {.specification = longest,
                                    .state = longest,
                                    .identifier = &name,
                                    .steps = steps,
                                    .step_count = 2};
    etf_object(&term, 1, &instance);
    open_table(&writer, path);
    dets_writer_add(&writer, &term);
    CU_ASSERT_TRUE(dets_writer_close(&writer, true));
    struct import_report report = import_file("names", path);
    CU_ASSERT_EQUAL(report.created, 1);
    import_report_release(&report);
    struct reader *reader = open_store("names");
    spex_instance *odd = get_instance(reader, "\"odd\"");
    CU_ASSERT_PTR_NOT_NULL_FATAL(odd);
    ASSERT_TEXT(odd->steps[1].state, ":\"\"");
    ASSERT_TEXT(odd->steps[0].state, longest);
    ASSERT_TEXT(odd->specification, longest);
    spex_instance_free(odd);
    reader_close(reader);
    text_release(&term);
    text_release(&name);
}

/* Any bytes of a table changed: never a crash, and what is left is right. */
static void changed_at_random(void)
{
    struct random random = {11};
    struct dets_writer writer;
    const char *path = suite_scratch_path("random.dets");
    open_table(&writer, path);
    for (int i = 0; i < 20; i++) {
        struct text objects = {0};
        char identifier[32];
        snprintf(identifier, sizeof identifier, "order-%d", i);
        order_bytes(&objects, identifier, 1 + (size_t)i % 4, 1000000);
        dets_writer_add_raw(&writer, &objects, i % 7 ? DETS_ACTIVE : DETS_FREE, true);
        text_release(&objects);
    }
    CU_ASSERT_TRUE(dets_writer_close(&writer, true));
    char *bytes = NULL;
    size_t length;
    spex_error error;
    ASSERT_OK(file_read(path, 0, &bytes, &length, &error), error);
    char *copy = memory_allocate(length, 1);
    for (unsigned i = 0; i < suite_count(25, 3000); i++) {
        memcpy(copy, bytes, length);
        for (unsigned j = 0; j < 1 + i % 30; j++)
            copy[i % 3 ? random_below(&random, (uint32_t)length) : random_below(&random, 1400)] =
                (char)random_below(&random, 256);
        size_t cut = i % 5 ? length : random_below(&random, (uint32_t)length);
        const char *changed = suite_write("changed.dets", copy, cut);
        struct import_report report = import_into("random", true, NULL, 1, &changed);
        CU_ASSERT_TRUE(report.found <= 40);
        import_report_release(&report);
    }
    free(copy);
    free(bytes);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"killed while a collection moved", killed_while_a_collection_moved},
        {"deleted objects do not come back", deleted_objects_do_not_come_back},
        {"a slot of another size", slot_of_another_size},
        {"long histories in a fresh table", long_histories_in_a_fresh_table},
        {"one object of a collection is damaged", one_object_of_a_collection_is_damaged},
        {"half a file", half_a_file},
        {"pointers in circles", pointers_in_circles},
        {"lengths beyond the file", lengths_beyond_the_file},
        {"two gibibytes of nothing", two_gibibytes_of_nothing},
        {"no table at all", no_table_at_all},
        {"terms beyond reason", terms_beyond_reason},
        {"long identifiers stay apart", long_identifiers_stay_apart},
        {"names no text of C can hold", names_no_c_text_can_hold},
        {"a table changed at random", changed_at_random},
        {0}};
    return suite_run("import_damage", tests, argc, argv);
}
