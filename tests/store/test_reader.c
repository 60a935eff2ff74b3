/* The reader against a plain list of the same instances. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "store/reader.h"
#include "store/shard.h"
#include "tests/store/support.h"

enum { INSTANCES = 600, SHARDS = 3 };

struct list {
    spex_instance *items[INSTANCES];
    size_t count;
};

static const char *const specifications[] = {"Order", "Invoice", "order book"};
static const char *const states[] = {"idle", "Running", "paid", "größe", "x'y", "z"};
static const char *const actions[] = {"go", "Refund", "__internal__", "a b"};
static const char *const metas[] = {
    NULL, "{}", "{\"customer\":42,\"name\":\"Ada\",\"total\":10.5}",
    "{\"customer\":\"42\",\"total\":9007199254740993,\"gone\":null,\"paid\":true}",
    "{\"customer\":-7,\"address\":{\"city\":\"Ö, x\",\"lines\":[\"a\",{\"b\":3}]},\"a.b\":1}"};

static void make_instance(struct list *list, struct random *random, size_t number)
{
    char identifier[64];
    snprintf(identifier, sizeof identifier, "%c%u-%zu", "aBz"[random_below(random, 3)],
             random_below(random, 50), number);
    uint32_t due = random_below(random, 4);
    spex_step steps[8];
    size_t count = random_below(random, 9);
    for (size_t i = 0; i < count; i++)
        steps[i] = (spex_step){actions[random_below(random, 4)], "somewhere", FILLED_AT - 1, 0};
    spex_instance instance = {
        .identifier = identifier,
        .specification = specifications[random_below(random, 3)],
        .state = random_below(random, 40) ? states[random_below(random, 6)] : NULL,
        .meta = metas[random_below(random, 5)],
        .mocked = random_below(random, 15) == 0,
        .since = FILLED_AT - random_below(random, 40) * 1000,
        .due = due == 0   ? FILLED_AT - 1 - random_below(random, 5)
               : due == 1 ? FILLED_AT + 5
                          : 0,
        .deviations = random_below(random, 10) == 0 ? 1 + random_below(random, 3) : 0,
        .transitions = count,
        .steps = steps,
        .step_count = count};
    instance.overdue = instance.due && instance.due < FILLED_AT;
    list->items[list->count++] = instance_copy(&instance);
}

static void write_instance(struct shard *shard, const spex_instance *instance)
{
    spex_error error;
    int64_t key;
    ASSERT_OK(shard_insert(shard, instance, &key, &error), error);
    for (size_t i = 0; i < instance->step_count; i++)
        ASSERT_OK(shard_append(shard, key, i + 1, &instance->steps[i], &error), error);
}

static void write_list(const struct store *store, const struct list *list)
{
    spex_error error;
    for (unsigned number = 1; number <= store->shards; number++) {
        struct shard *shard = still_shard(store, number);
        ASSERT_OK(shard_begin(shard, &error), error);
        for (size_t i = 0; i < list->count; i++)
            if (store_shard_of(list->items[i]->identifier, store->shards) == number)
                write_instance(shard, list->items[i]);
        ASSERT_OK(shard_commit(shard, &error), error);
        shard_close(shard);
    }
}

static enum instance_order sorted_by;

/* From the definition of the orders. */
static int compare(const void *left, const void *right)
{
    const spex_instance *a = *(spex_instance *const *)left, *b = *(spex_instance *const *)right;
    int order = 0;
    int specification = strcmp(a->specification, b->specification);
    int state = strcmp(a->state ? a->state : "", b->state ? b->state : "");
    uint64_t due[] = {a->due ? (uint64_t)a->due : UINT64_MAX,
                      b->due ? (uint64_t)b->due : UINT64_MAX};
    if (sorted_by == ORDER_SPECIFICATION)
        order = specification ? specification : state;
    else if (sorted_by == ORDER_STATE)
        order = state ? state : specification;
    else if (sorted_by == ORDER_CHANGED)
        order = a->since < b->since ? -1 : a->since > b->since;
    else if (sorted_by == ORDER_HISTORY)
        order = a->transitions < b->transitions ? -1 : a->transitions > b->transitions;
    else if (sorted_by == ORDER_OVERDUE)
        order = due[0] < due[1] ? -1 : due[0] > due[1];
    return order ? order : strcmp(a->identifier, b->identifier);
}

/* From the definition: sort all, keep what matches and is behind the anchor, cut. */
static size_t expect_page(struct list *list, const struct page_request *request,
                          const spex_instance *expected[INSTANCES])
{
    sorted_by = request->order;
    qsort(list->items, list->count, sizeof *list->items, compare);
    const spex_instance *matching[INSTANCES];
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const spex_instance *item = list->items[request->descending ? list->count - 1 - i : i];
        int side = request->anchor ? compare(&item, &request->anchor) : 1;
        if (request->descending && request->anchor)
            side = -side;
        bool behind = !request->anchor || (request->backwards ? side < 0 : side > 0);
        if (behind && filter_matches(request->filter, item, FILLED_AT))
            matching[count++] = item;
    }
    size_t kept = count < request->limit ? count : request->limit;
    for (size_t i = 0; i < kept; i++)
        expected[i] = matching[request->backwards ? count - kept + i : i];
    return kept;
}

/* What lists mostly ask for: a few words side by side. */
static void make_filter(struct random *random, struct text *words)
{
    static const char *const texts[] = {"A1", "ORDER", "ning", "Ö", "ö", "'", "1-1", "\\", "zz"};
    text_clear(words);
    if (random_below(random, 3) == 0) {
        text_append(words, "spec:");
        filter_quote(words,
                     random_below(random, 5) ? specifications[random_below(random, 3)] : "Unknown",
                     false);
    }
    if (random_below(random, 3) == 0) {
        text_append(words, " state:");
        filter_quote(words, random_below(random, 6) ? states[random_below(random, 6)] : "", false);
        if (random_below(random, 3) == 0)
            text_append(words, ",paid,z");
    }
    if (random_below(random, 3) == 0) {
        text_append_char(words, ' ');
        filter_quote(words, texts[random_below(random, 9)], true);
    }
    text_append(words, random_below(random, 5) ? "" : " overdue");
    text_append(words, random_below(random, 5) ? "" : " deviated");
    text_append(words, random_below(random, 8) ? "" : " mocked");
}

/* Any condition of the language. */
static void make_condition(struct random *random, struct text *words, unsigned depth)
{
    static const char *const conditions[] = {"spec:Order",
                                             "spec=Invoice,\"order book\"",
                                             "spec~O",
                                             "state:paid",
                                             "state:\"\"",
                                             "state:\"\",idle",
                                             "state~IN",
                                             "state~\"'\"",
                                             "action:go",
                                             "action:Refund,\"a b\"",
                                             "action~int",
                                             "id=a1-1",
                                             "id~-1",
                                             "id~B2,z3",
                                             "meta.customer",
                                             "meta.customer=42",
                                             "meta.gone",
                                             "meta.name=Ada,42",
                                             "meta.name~D",
                                             "meta.customer>0",
                                             "overdue",
                                             "meta.customer<=42",
                                             "meta.total>9",
                                             "meta.total>9007199254740992",
                                             "deviated",
                                             "meta.address.city:\"Ö, x\"",
                                             "mocked",
                                             "meta.address.lines.1.b>=3",
                                             "age>10ms",
                                             "age<=20ms",
                                             "age=7ms",
                                             "age:7ms,9ms",
                                             "history>3",
                                             "history=0,8",
                                             "history<2",
                                             "history>=8",
                                             "deviations>1",
                                             "deviations=0",
                                             "meta.\"a.b\"<2",
                                             "meta.total=10.50",
                                             "running",
                                             "\"x'y\"",
                                             "-4",
                                             "meta.paid:true",
                                             "meta.name<B",
                                             "meta.gone=null",
                                             "age>1s",
                                             "meta.customer~4"};
    uint32_t kind = depth ? random_below(random, 6) : 9;
    if (kind == 0) {
        text_append(words, "not ");
        make_condition(random, words, depth - 1);
    } else if (kind < 4) {
        text_append_char(words, '(');
        make_condition(random, words, depth - 1);
        text_append(words, kind == 1 ? " or " : kind == 2 ? " and " : " ");
        make_condition(random, words, depth - 1);
        text_append_char(words, ')');
    } else {
        text_append(words,
                    conditions[random_below(random, sizeof conditions / sizeof *conditions)]);
    }
}

static struct filter *parse(const struct text *words)
{
    struct filter *filter;
    spex_error error;
    ASSERT_OK(filter_parse(&filter, text_value(words), NULL, &error), error);
    return filter;
}

static void expect_counts(struct reader *reader, const struct list *list)
{
    struct state_count *counts;
    size_t rows;
    spex_error error;
    ASSERT_OK(reader_counts(reader, &counts, &rows, &error), error);
    uint64_t instances = 0;
    for (size_t row = 0; row < rows; row++) {
        struct state_count expected = {0};
        for (size_t i = 0; i < list->count; i++) {
            const spex_instance *item = list->items[i];
            if (strcmp(item->specification, counts[row].specification) != 0 ||
                strcmp(item->state ? item->state : "", counts[row].state) != 0)
                continue;
            expected.instances++;
            expected.overdue += item->overdue;
            expected.deviated += item->deviations > 0;
            expected.mocked += item->mocked;
        }
        CU_ASSERT_EQUAL(counts[row].instances, expected.instances);
        CU_ASSERT_EQUAL(counts[row].overdue, expected.overdue);
        CU_ASSERT_EQUAL(counts[row].deviated, expected.deviated);
        CU_ASSERT_EQUAL(counts[row].mocked, expected.mocked);
        if (row)
            CU_ASSERT_TRUE(strcmp(counts[row - 1].specification, counts[row].specification) < 0 ||
                           strcmp(counts[row - 1].state, counts[row].state) < 0);
        instances += counts[row].instances;
    }
    CU_ASSERT_EQUAL(instances, list->count);
    state_counts_free(counts, rows);
}

static struct reader *open_list(struct list *list, const char *name)
{
    struct random random = {7};
    struct store store;
    struct reader *reader;
    spex_error error;
    list->count = 0;
    ASSERT_OK(store_open(&store, suite_scratch_path(name), SHARDS, &error), error);
    for (size_t i = 0; i < INSTANCES; i++)
        make_instance(list, &random, i);
    write_list(&store, list);
    ASSERT_OK(reader_open(&reader, store.directory, &still_clock, &error), error);
    CU_ASSERT_EQUAL(reader_shard_count(reader), SHARDS);
    store_release(&store);
    return reader;
}

static void close_list(struct list *list, struct reader *reader)
{
    reader_close(reader);
    for (size_t i = 0; i < list->count; i++)
        spex_instance_free(list->items[i]);
}

/* What SQL says and what the predicate says, of any filter. */
static void filters_in_sql_are_filters_in_memory(void)
{
    struct random random = {11};
    struct list list;
    struct text words = {0};
    struct reader *reader = open_list(&list, "filters");
    spex_error error;
    unsigned differences = 0, some = 0;
    unsigned trials = suite_count(4000, 40000);
    for (unsigned trial = 0; trial < trials; trial++) {
        text_clear(&words);
        make_condition(&random, &words, random_below(&random, 5));
        struct filter *filter = parse(&words);
        uint64_t expected = 0, found;
        for (size_t i = 0; i < list.count; i++)
            expected += filter_matches(filter, list.items[i], FILLED_AT);
        ASSERT_OK(reader_count(reader, filter, &found, &error), error);
        if (found != expected && differences++ < 3)
            fprintf(stderr, "%s: %u of SQL, %u of the predicate\n", text_value(&words),
                    (unsigned)found, (unsigned)expected);
        some += expected > 0 && expected < list.count;
        struct state_count *kinds;
        size_t kind_count;
        ASSERT_OK(reader_kinds(reader, filter, &kinds, &kind_count, &error), error);
        for (size_t i = 0; i < kind_count; i++)
            expected -= kinds[i].instances;
        differences += expected != 0;
        state_counts_free(kinds, kind_count);
        filter_free(filter);
    }
    CU_ASSERT_EQUAL(differences, 0);
    CU_ASSERT_TRUE(some > trials / 3);
    text_release(&words);
    close_list(&list, reader);
}

static void pages_agree_with_a_plain_list(void)
{
    struct random random = {7};
    struct list list;
    struct text words = {0};
    struct reader *reader = open_list(&list, "pages");
    spex_error error;
    expect_counts(reader, &list);
    unsigned differences = 0, differed = 0, rows = 0;
    for (int trial = 0; trial < (int)suite_count(3000, 30000); trial++) {
        struct page_request request = {
            .order = (enum instance_order)random_below(&random, INSTANCE_ORDERS),
            .descending = random_below(&random, 2),
            .backwards = random_below(&random, 2),
            .limit = random_below(&random, 30)};
        make_filter(&random, &words);
        struct filter *filter = parse(&words);
        request.filter = filter;
        /* An anchor may be gone by now. */
        spex_instance anchor = {.identifier = "m",
                                .specification = "Letter",
                                .state = "o",
                                .since = FILLED_AT - 20000,
                                .transitions = 4,
                                .due = random_below(&random, 3) ? FILLED_AT - 3 : 0};
        if (random_below(&random, 2))
            request.anchor = &anchor;
        if (request.anchor && random_below(&random, 2))
            request.anchor = list.items[random_below(&random, INSTANCES)];
        spex_instance *kept = request.anchor ? instance_copy(request.anchor) : NULL;
        if (kept)
            request.anchor = kept;
        const spex_instance *expected[INSTANCES];
        size_t count = expect_page(&list, &request, expected);
        struct page page;
        ASSERT_OK(reader_page(reader, &request, &page, &error), error);
        differences += page.count != count;
        for (size_t i = 0; i < count && i < page.count; i++) {
            const spex_instance *row = page.rows[i];
            differences += strcmp(row->identifier, expected[i]->identifier) != 0 ||
                           row->overdue != expected[i]->overdue ||
                           row->transitions != expected[i]->transitions;
            rows++;
        }
        if (differences > differed && differed < 5)
            fprintf(stderr, "%s, by %s%s%s\n", text_value(&words),
                    instance_order_names[request.order], request.descending ? ", descending" : "",
                    request.backwards ? ", backwards" : "");
        differed = differences;
        page_release(&page);
        uint64_t matches, all = 0;
        for (size_t i = 0; i < list.count; i++)
            all += filter_matches(filter, list.items[i], FILLED_AT);
        ASSERT_OK(reader_count(reader, filter, &matches, &error), error);
        differences += matches != all;
        if (kept) {
            uint64_t before = 0;
            for (size_t i = 0; i < list.count; i++) {
                int side = compare(&list.items[i], &request.anchor);
                before += filter_matches(filter, list.items[i], FILLED_AT) &&
                          (request.descending ? side > 0 : side < 0);
            }
            ASSERT_OK(reader_before(reader, &request, kept, &matches, &error), error);
            differences += matches != before;
        }
        spex_instance_free(kept);
        filter_free(filter);
    }
    CU_ASSERT_EQUAL(differences, 0);
    CU_ASSERT_TRUE(rows > 5000);
    text_release(&words);
    close_list(&list, reader);
}

struct patience {
    int left;
};

static bool out_of_patience(void *context)
{
    return ((struct patience *)context)->left-- <= 0;
}

static void a_long_search_can_be_cancelled(void)
{
    struct store store;
    spex_error error;
    ASSERT_OK(store_open(&store, suite_scratch_path("cancel"), 1, &error), error);
    struct shard *shard = still_shard(&store, 1);
    ASSERT_OK(shard_begin(shard, &error), error);
    char name[32];
    int64_t key;
    for (int i = 0; i < 20000; i++) {
        snprintf(name, sizeof name, "c%d", i);
        spex_instance instance = {.identifier = name,
                                  .specification = "Order",
                                  .state = "s",
                                  .since = FILLED_AT,
                                  .due = i < 3000 ? FILLED_AT - 1 : FILLED_AT + i};
        ASSERT_OK(shard_insert(shard, &instance, &key, &error), error);
    }
    ASSERT_OK(shard_commit(shard, &error), error);
    struct reader *reader;
    ASSERT_OK(reader_open(&reader, store.directory, &still_clock, &error), error);
    /* So many that nobody reported are not counted a state; what was reported is. */
    struct state_count *counts;
    size_t rows;
    ASSERT_OK(reader_counts(reader, &counts, &rows, &error), error);
    CU_ASSERT_EQUAL(rows, 2);
    ASSERT_TEXT(counts[0].state, "");
    CU_ASSERT_EQUAL(counts[0].overdue, 3000);
    CU_ASSERT_EQUAL(counts[1].instances, 20000);
    state_counts_free(counts, rows);
    shard_execute(store.directory, 1, "UPDATE instance SET reported = 1 WHERE rowid <= 3000");
    ASSERT_OK(reader_counts(reader, &counts, &rows, &error), error);
    CU_ASSERT_EQUAL(rows, 1);
    ASSERT_TEXT(counts[0].state, "s");
    CU_ASSERT_EQUAL(counts[0].overdue, 3000);
    state_counts_free(counts, rows);
    struct patience patience = {3};
    struct filter *filter, *last;
    ASSERT_OK(filter_parse(&filter, "\"nothing like it\"", NULL, &error), error);
    ASSERT_OK(filter_parse(&last, "C19999", NULL, &error), error);
    struct page_request request = {
        .filter = filter, .limit = 10, .cancelled = out_of_patience, .context = &patience};
    struct page page;
    CU_ASSERT_EQUAL(reader_page(reader, &request, &page, &error), SPEX_ERROR_CANCELLED);
    CU_ASSERT_EQUAL(page.count, 0);
    /* The reader serves on. */
    patience.left = 1 << 30;
    ASSERT_OK(reader_page(reader, &request, &page, &error), error);
    CU_ASSERT_EQUAL(page.count, 0);
    request.filter = last;
    ASSERT_OK(reader_page(reader, &request, &page, &error), error);
    CU_ASSERT_EQUAL(page.count, 1);
    page_release(&page);
    filter_free(filter);
    filter_free(last);
    reader_close(reader);
    shard_close(shard);
    store_release(&store);
}

/* What a long reading tells on the way. */
struct telling {
    enum instance_order order;
    unsigned calls, wrong;
    double part;
};

static void tell(void *context, spex_instance *const *rows, size_t count, double part)
{
    struct telling *telling = context;
    telling->calls++;
    telling->wrong += part >= 0 && part < telling->part;
    telling->part = part;
    for (size_t i = 1; i < count; i++)
        telling->wrong += instance_order_compare(telling->order, rows[i - 1], rows[i]) >= 0;
}

static void what_takes_long_tells_what_it_found(void)
{
    struct list list;
    struct text words = {0};
    struct reader *reader = open_list(&list, "telling");
    spex_error error;
    text_append(&words, "not state:paid");
    struct filter *filter = parse(&words);
    for (int order = 0; order < INSTANCE_ORDERS; order++) {
        struct telling telling = {.order = (enum instance_order)order};
        struct page_request request = {.filter = filter,
                                       .order = (enum instance_order)order,
                                       .limit = 50,
                                       .found = tell,
                                       .context = &telling};
        struct page page;
        ASSERT_OK(reader_page(reader, &request, &page, &error), error);
        CU_ASSERT_EQUAL(page.count, 50);
        CU_ASSERT_TRUE(telling.calls > 0);
        CU_ASSERT_EQUAL(telling.wrong, 0);
        page_release(&page);
    }
    filter_free(filter);
    text_release(&words);
    close_list(&list, reader);
}

/* Reported or not, before the clock was set back or after: overdue is what is due. */
static void reported_ones_are_counted_in_the_tally(void)
{
    static const char *const changes[] = {
        "UPDATE instance SET reported = 1 WHERE due > 0 AND key % 2 = 0",
        "UPDATE instance SET reported = 1",
        "UPDATE instance SET reported = 0 WHERE key % 3 = 0",
    };
    struct list list;
    struct reader *reader = open_list(&list, "reported");
    uint64_t late = 0;
    for (size_t i = 0; i < list.count; i++)
        late += list.items[i]->overdue;
    CU_ASSERT_TRUE(late > 0 && late < list.count);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        for (unsigned shard = 1; shard <= SHARDS; shard++)
            shard_execute(suite_scratch_path("reported"), shard, changes[i]);
        expect_counts(reader, &list);
    }
    close_list(&list, reader);
}

static bool wanted(const spex_instance *instance, void *context)
{
    return filter_matches(context, instance, FILLED_AT);
}

static void a_sweep_goes_on_where_it_stopped(void)
{
    struct store store;
    spex_error error;
    ASSERT_OK(store_open(&store, suite_scratch_path("sweep"), 1, &error), error);
    struct list list = {.count = 0};
    struct random random = {3};
    for (size_t i = 0; i < INSTANCES; i++)
        make_instance(&list, &random, i);
    for (size_t i = 0; i < list.count; i++)
        list.items[i]->transitions = 1000; /* weighs as much: few a step */
    write_list(&store, &list);
    struct shard *shard = still_shard(&store, 1);
    int64_t cursor = 0;
    uint64_t count = 0;
    int steps = 0;
    struct filter *filter;
    ASSERT_OK(filter_parse(&filter, "spec:Order", NULL, &error), error);
    for (; cursor >= 0; steps++) {
        ASSERT_OK(shard_begin(shard, &error), error);
        ASSERT_OK(shard_sweep(shard, &cursor, steps % 2 ? filter : NULL, wanted, filter, false,
                              &count, &error),
                  error);
        ASSERT_OK(shard_commit(shard, &error), error);
    }
    CU_ASSERT_TRUE(steps > 1);
    uint64_t all = 0;
    for (size_t i = 0; i < list.count; i++)
        all += filter_matches(filter, list.items[i], FILLED_AT);
    CU_ASSERT_EQUAL(count, all);
    shard_close(shard);
    CU_ASSERT_EQUAL(shard_number(store.directory, 1, "SELECT count(*) FROM instance"),
                    (int64_t)(INSTANCES - all));
    CU_ASSERT_EQUAL(shard_number(store.directory, 1,
                                 "SELECT count(*) FROM tally WHERE specification = 'Order'"
                                 " AND instances <> 0"),
                    0);
    for (size_t i = 0; i < list.count; i++)
        spex_instance_free(list.items[i]);
    filter_free(filter);
    store_release(&store);
}

static void a_reader_needs_a_store(void)
{
    struct reader *reader;
    spex_error error;
    CU_ASSERT_EQUAL(reader_open(&reader, suite_scratch_path("nowhere"), NULL, &error),
                    SPEX_ERROR_NOT_FOUND);
    suite_write("empty/x", "", 0);
    CU_ASSERT_EQUAL(reader_open(&reader, suite_scratch_path("empty"), NULL, &error),
                    SPEX_ERROR_NOT_FOUND);
    CU_ASSERT_EQUAL(reader_open(&reader, suite_scratch_path("empty/x"), NULL, &error),
                    SPEX_ERROR_STORE);
    CU_ASSERT_PTR_NULL(reader);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"pages agree with a plain list", pages_agree_with_a_plain_list},
        {"filters in SQL are filters in memory", filters_in_sql_are_filters_in_memory},
        {"a long search can be cancelled", a_long_search_can_be_cancelled},
        {"reported ones are counted in the tally", reported_ones_are_counted_in_the_tally},
        {"what takes long tells what it found", what_takes_long_tells_what_it_found},
        {"a sweep goes on where it stopped", a_sweep_goes_on_where_it_stopped},
        {"a reader needs a store", a_reader_needs_a_store},
        {0},
    };
    return suite_run("reader", tests, argc, argv);
}
