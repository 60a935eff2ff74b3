/* The contract of the instance manager, call by call. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/manager/support.h"

static void an_instance_is_recorded(void)
{
    struct setting setting;
    setting_init(&setting, "recorded", true);
    setting_open(&setting);
    spex_error error;
    spex_observation observation;
    ASSERT_OK(spex_init(setting.manager, "Order", "order-1", "{\"customer\": 42}", NULL, &error),
              error);
    ASSERT_OK(spex_transition_at(setting.manager, "order-1", "pay", "paid", START + SECOND,
                                 SPEX_HERE, &observation, &error),
              error);
    CU_ASSERT_EQUAL(observation.verdict, SPEX_VERDICT_CONFORMS);
    CU_ASSERT_EQUAL(observation.transitions, 2);
    spex_instance *instance;
    ASSERT_OK(spex_get(setting.manager, "order-1", &instance, &error), error);
    ASSERT_TEXT(instance->specification, "Order");
    ASSERT_TEXT(instance->meta, "{\"customer\": 42}");
    ASSERT_TEXT(instance->state, "paid");
    CU_ASSERT_EQUAL(instance->since, START + SECOND);
    CU_ASSERT_EQUAL(instance->step_count, 2);
    ASSERT_TEXT(instance->steps[0].action, "pay");
    ASSERT_TEXT(instance->steps[1].action, SPEX_INITIALISATION);
    CU_ASSERT_EQUAL(instance->steps[1].at, START);
    spex_instance_free(instance);
    ASSERT_TEXT(witness_take(&setting.witness), "");
    setting_release(&setting);
}

static void a_known_identifier_is_refused(void)
{
    struct setting setting;
    setting_init(&setting, "known", true);
    setting_open(&setting);
    spex_error error;
    ASSERT_OK(spex_init(setting.manager, "Order", "order-1", NULL, NULL, &error), error);
    ASSERT_OK(spex_transition(setting.manager, "order-1", "pay", "paid", &error), error);
    CU_ASSERT_EQUAL(spex_init(setting.manager, "Order", "order-1", "{}", NULL, &error),
                    SPEX_ERROR_REFUSED);
    CU_ASSERT_EQUAL(error.reason, SPEX_REASON_IDENTIFIER_ALREADY_IN_USE);
    ASSERT_TEXT(witness_take(&setting.witness),
                "instance_identifier_already_in_use order-1 paid __initialisation__ -\n");
    ASSERT_TEXT(setting_show(&setting, "order-1"), "paid/2/0");
    setting_release(&setting);
}

static void an_unknown_identifier_is_refused(void)
{
    struct setting setting;
    setting_init(&setting, "unknown", true);
    setting_open(&setting);
    spex_error error;
    CU_ASSERT_EQUAL(spex_transition(setting.manager, "order-1", "pay", "paid", &error),
                    SPEX_ERROR_REFUSED);
    CU_ASSERT_EQUAL(error.reason, SPEX_REASON_IDENTIFIER_NOT_FOUND);
    ASSERT_CONTAINS(error.message, "order-1");
    ASSERT_TEXT(witness_take(&setting.witness),
                "instance_identifier_not_found order-1 - pay paid\n");
    ASSERT_TEXT(setting_show(&setting, "order-1"), "none");
    setting_release(&setting);
}

/* At one moment after the other; expects order-1 to be where it is since the last of them. */
static int take(struct setting *setting, const char *action, const char *state, const char *from,
                uint64_t transitions)
{
    spex_observation observation;
    const struct expected expected = {transitions, from, setting->clock.now};
    int64_t at = expected.since + 1;
    int status = manager_transition_expected(setting->manager, "order-1", action, state, at,
                                             &expected, SPEX_HERE, &observation, &setting->error);
    setting->clock.now += !status;
    CU_ASSERT_EQUAL(observation.transitions, status ? 0 : transitions + 1);
    return status;
}

static size_t count_events(struct setting *setting)
{
    struct event *events;
    size_t count;
    struct reader *reader = setting_reader(setting);
    ASSERT_OK(reader_events(reader, 100, &events, &count, &setting->error), setting->error);
    events_free(events, count);
    reader_close(reader);
    return count;
}

static void an_expected_step_is_recorded_only_where_it_follows(void)
{
    struct setting setting;
    setting_init(&setting, "expected", true);
    setting_open(&setting);
    spex_error error;
    ASSERT_OK(spex_init(setting.manager, "Order", "order-1", NULL, NULL, &error), error);
    CU_ASSERT_EQUAL(take(&setting, "pay", "paid", "basket", 1), SPEX_OK);
    /* Once more, as if another had taken it: behind itself it would deviate. */
    CU_ASSERT_EQUAL(take(&setting, "pay", "paid", "basket", 1), SPEX_ERROR_NOT_FOUND);
    ASSERT_CONTAINS(setting.error.message,
                    "order-1 moved on meanwhile: expected in basket after 1");
    CU_ASSERT_EQUAL(take(&setting, "ship", "shipped", "paid", 3), SPEX_ERROR_NOT_FOUND);
    ASSERT_TEXT(setting_show(&setting, "order-1"), "paid/2/0");
    /* As many transitions, and elsewhere. */
    ASSERT_OK(spex_mock(setting.manager, "Order", "order-1", NULL, "basket", &error), error);
    ASSERT_OK(spex_mock(setting.manager, "Order", "order-1", NULL, "paid", &error), error);
    CU_ASSERT_EQUAL(take(&setting, "pay", "paid", "basket", 0), SPEX_ERROR_NOT_FOUND);
    CU_ASSERT_EQUAL(take(&setting, "ship", "shipped", "paid", 0), SPEX_OK);
    /* Another one of that name, as many transitions later, there too. */
    setting.clock.now++;
    ASSERT_OK(spex_delete(setting.manager, "order-1", NULL, &error), error);
    ASSERT_OK(spex_init(setting.manager, "Order", "order-1", NULL, NULL, &error), error);
    setting.clock.now++;
    CU_ASSERT_EQUAL(take(&setting, "pay", "paid", "basket", 1), SPEX_ERROR_NOT_FOUND);
    ASSERT_CONTAINS(setting.error.message, "order-1 was made anew meanwhile: it is in basket");
    ASSERT_TEXT(setting_show(&setting, "order-1"), "basket/1/0");
    ASSERT_OK(spex_delete(setting.manager, "order-1", NULL, &error), error);
    CU_ASSERT_EQUAL(take(&setting, "ship", "shipped", "paid", 0), SPEX_ERROR_NOT_FOUND);
    ASSERT_CONTAINS(setting.error.message, "order-1 was deleted meanwhile");
    ASSERT_TEXT(setting_show(&setting, "order-1"), "none");
    ASSERT_TEXT(witness_take(&setting.witness), "");
    CU_ASSERT_EQUAL(count_events(&setting), 0);
    setting_release(&setting);
}

static void deviations_are_recorded_all_the_same(void)
{
    struct setting setting;
    setting_init(&setting, "deviations", true);
    setting_open(&setting);
    spex_error error;
    spex_observation observation;
    ASSERT_OK(spex_init(setting.manager, "Order", "a", NULL, NULL, &error), error);
    CU_ASSERT_EQUAL(spex_transition_at(setting.manager, "a", "ship", "shipped", 0,
                                       (spex_place){"shop.c", 77}, &observation, &error),
                    SPEX_ERROR_REFUSED);
    CU_ASSERT_EQUAL(error.reason, SPEX_REASON_NOT_EQUIVALENT);
    ASSERT_CONTAINS(error.message, "basket --[ship]-> shipped");
    CU_ASSERT_EQUAL(observation.verdict, SPEX_VERDICT_NOT_EQUIVALENT);
    CU_ASSERT_EQUAL(observation.transitions, 2);
    ASSERT_TEXT(setting.witness.file, "shop.c");
    CU_ASSERT_EQUAL(setting.witness.line, 77);
    ASSERT_TEXT(witness_take(&setting.witness), "deviation_not_equivalent a basket ship shipped\n");
    ASSERT_TEXT(setting_show(&setting, "a"), "shipped/2/1");
    /* An internal step to a state that behaves the same keeps model and specification equal. */
    ASSERT_OK(spex_init(setting.manager, "Order", "b", NULL, NULL, &error), error);
    ASSERT_OK(spex_transition(setting.manager, "b", SPEX_INTERNAL, "basket", &error), error);
    ASSERT_TEXT(witness_take(&setting.witness),
                "deviation_still_equivalent b basket __internal__ basket\n");
    ASSERT_TEXT(setting_history(&setting, "b"), "__initialisation__>basket(conforms) "
                                                "__internal__>basket(deviation_still_equivalent)");
    setting_release(&setting);
}

/* The original forgets a deviation at once, and calls all that follows it equivalent. */
static void deviations_stay_part_of_the_judgement(void)
{
    struct setting setting;
    setting_init(&setting, "overlay", true);
    setting_open(&setting);
    spex_error error;
    ASSERT_OK(spex_init(setting.manager, "Order", "a", NULL, NULL, &error), error);
    spex_transition(setting.manager, "a", "hack", "limbo", &error);
    spex_transition(setting.manager, "a", "hack", "abyss", &error);
    spex_transition(setting.manager, "a", SPEX_INTERNAL, "limbo", &error);
    ASSERT_TEXT(setting_history(&setting, "a"),
                "__initialisation__>basket(conforms) hack>limbo(deviation_not_equivalent) "
                "hack>abyss(deviation_not_equivalent) "
                "__internal__>limbo(deviation_not_equivalent)");
    /* A mocked instance is where nothing leads: never equivalent only for that. */
    ASSERT_OK(spex_mock(setting.manager, "Order", "b", NULL, "nowhere", &error), error);
    CU_ASSERT_EQUAL(spex_transition(setting.manager, "b", "pay", "paid", &error),
                    SPEX_ERROR_REFUSED);
    CU_ASSERT_EQUAL(error.reason, SPEX_REASON_NOT_EQUIVALENT);
    /* Two steps that are the specification's behaviour by another road: each is judged with
     * the one before. */
    ASSERT_OK(spex_init(setting.manager, "Order", "c", NULL, NULL, &error), error);
    witness_take(&setting.witness);
    ASSERT_OK(spex_transition(setting.manager, "c", SPEX_INTERNAL, "basket", &error), error);
    ASSERT_OK(spex_transition(setting.manager, "c", SPEX_INTERNAL, "basket", &error), error);
    ASSERT_TEXT(setting_show(&setting, "c"), "basket/3/2");
    setting_release(&setting);
}

static void a_model_is_learned_if_the_handler_accepts(void)
{
    struct setting setting;
    setting_init(&setting, "learned", false);
    setting_open(&setting);
    spex_error error;
    spex_observation observation;
    for (unsigned i = 1; i <= 20; i++) {
        const char *identifier = identifier_in(i % 4 + 1, 4, i);
        ASSERT_OK(spex_init_at(setting.manager, "Order", identifier, NULL, NULL, 0, SPEX_HERE,
                               &observation, &error),
                  error);
        CU_ASSERT_EQUAL(observation.verdict, SPEX_VERDICT_LEARNED);
        ASSERT_OK(spex_transition(setting.manager, identifier, "pay", "paid", &error), error);
    }
    /* Reported once, for all shards. */
    CU_ASSERT_EQUAL(setting.witness.count, 1);
    ASSERT_CONTAINS(witness_take(&setting.witness), "impl_model_not_found");
    spex_model *model;
    ASSERT_OK(spex_model_get(setting.manager, "Order", &model, &error), error);
    CU_ASSERT_TRUE(spex_model_learning(model));
    CU_ASSERT_EQUAL(spex_model_transition_count(model), 2);
    spex_model_free(model);
    /* And kept: not asked again after a restart, in another process either. */
    setting_close(&setting);
    setting_open(&setting);
    for (unsigned i = 1; i <= 4; i++)
        ASSERT_OK(
            spex_init(setting.manager, "Order", identifier_in(i, 4, 100 + i), NULL, "paid", &error),
            error);
    ASSERT_TEXT(witness_take(&setting.witness), "");
    ASSERT_OK(spex_model_get(setting.manager, "Order", &model, &error), error);
    CU_ASSERT_EQUAL(spex_model_transition_count(model), 3);
    spex_model_free(model);
    setting_release(&setting);
}

static void nothing_is_stored_if_the_handler_refuses(void)
{
    struct setting setting;
    setting_init(&setting, "no-model", false);
    setting.witness.accept = 0;
    setting_open(&setting);
    spex_error error;
    spex_observation observation;
    for (int i = 0; i < 2; i++) {
        CU_ASSERT_EQUAL(spex_init_at(setting.manager, "Order", "a", NULL, NULL, 0, SPEX_HERE,
                                     &observation, &error),
                        SPEX_ERROR_REFUSED);
        CU_ASSERT_EQUAL(error.reason, SPEX_REASON_MODEL_NOT_FOUND);
        CU_ASSERT_EQUAL(observation.transitions, 0);
        ASSERT_TEXT(setting_show(&setting, "a"), "none");
    }
    CU_ASSERT_EQUAL(setting.witness.count, 2);
    spex_model *model;
    CU_ASSERT_EQUAL(spex_model_get(setting.manager, "Order", &model, &error), SPEX_ERROR_NOT_FOUND);
    /* A mocked instance takes no step either. */
    ASSERT_OK(spex_mock(setting.manager, "Order", "b", NULL, "basket", &error), error);
    CU_ASSERT_EQUAL(spex_transition(setting.manager, "b", "pay", "paid", &error),
                    SPEX_ERROR_REFUSED);
    ASSERT_TEXT(setting_show(&setting, "b"), "basket/0/0/mocked");
    /* The identifier stays free. */
    setting.witness.accept = SPEX_ACCEPT_DEFAULT;
    ASSERT_OK(spex_init(setting.manager, "Order", "a", NULL, NULL, &error), error);
    ASSERT_TEXT(setting_show(&setting, "a"), "basket/1/0");
    struct reader *reader = setting_reader(&setting);
    struct event *events;
    size_t count;
    ASSERT_OK(reader_events(reader, 100, &events, &count, &error), error);
    CU_ASSERT_EQUAL(count, 4);
    for (size_t i = 0; i < count; i++)
        CU_ASSERT_EQUAL(events[i].reason, SPEX_REASON_MODEL_NOT_FOUND);
    events_free(events, count);
    reader_close(reader);
    setting_release(&setting);
}

static void mock_replaces_without_a_check(void)
{
    struct setting setting;
    setting_init(&setting, "mock", true);
    setting_open(&setting);
    spex_error error;
    ASSERT_OK(spex_init(setting.manager, "Order", "a", "{\"x\":1}", NULL, &error), error);
    spex_transition(setting.manager, "a", "hack", "limbo", &error);
    ASSERT_OK(spex_mock(setting.manager, "Order", "a", NULL, "paid", &error), error);
    spex_instance *instance;
    ASSERT_OK(spex_get(setting.manager, "a", &instance, &error), error);
    CU_ASSERT_PTR_NULL(instance->meta);
    CU_ASSERT_EQUAL(instance->step_count, 0);
    CU_ASSERT_EQUAL(instance->deviations, 0);
    CU_ASSERT_TRUE(instance->mocked);
    spex_instance_free(instance);
    /* The old deviation is forgotten: this step is judged by the model alone. */
    ASSERT_OK(spex_transition(setting.manager, "a", "ship", "shipped", &error), error);
    ASSERT_TEXT(setting_history(&setting, "a"), "ship>shipped(conforms)");
    ASSERT_TEXT(setting_show(&setting, "a"), "shipped/1/0");
    /* Of a specification nobody knows: readable, and to be deleted. */
    ASSERT_OK(spex_mock(setting.manager, "Ghost", "g", NULL, "anywhere", &error), error);
    ASSERT_TEXT(setting_show(&setting, "g"), "anywhere/0/0/mocked");
    CU_ASSERT_EQUAL(spex_transition(setting.manager, "g", "x", "y", &error), SPEX_ERROR_USAGE);
    ASSERT_CONTAINS(error.message, "Ghost");
    CU_ASSERT_EQUAL(spex_init(setting.manager, "Ghost", "h", NULL, "y", &error), SPEX_ERROR_USAGE);
    ASSERT_CONTAINS(error.message, "not known");
    CU_ASSERT_EQUAL(spex_mock(setting.manager, "Ghost", "h", NULL, NULL, &error), SPEX_ERROR_USAGE);
    ASSERT_TEXT(setting_show(&setting, "h"), "none");
    bool deleted;
    ASSERT_OK(spex_delete(setting.manager, "g", &deleted, &error), error);
    CU_ASSERT_TRUE(deleted);
    ASSERT_OK(spex_mock(setting.manager, "Order", "i", NULL, NULL, &error), error);
    ASSERT_TEXT(setting_show(&setting, "i"), "basket/0/0/mocked");
    setting_release(&setting);
}

struct listing {
    struct text text;
    unsigned most; /* ends the walk; 0: never */
    unsigned count;
};

static bool list_one(const spex_instance *instance, void *user_data)
{
    struct listing *listing = user_data;
    text_printf(&listing->text, "%s ", instance->identifier);
    CU_ASSERT_PTR_NULL(instance->steps);
    return ++listing->count != listing->most;
}

static void expect_all(struct setting *setting, const spex_filter *filter, unsigned most,
                       const char *expected)
{
    struct listing listing = {.most = most};
    spex_error error;
    ASSERT_OK(spex_all(setting->manager, filter, list_one, &listing, &error), error);
    ASSERT_TEXT(text_value(&listing.text), expected);
    text_release(&listing.text);
}

static void all_instances_come_in_order(void)
{
    struct setting setting;
    setting_init(&setting, "all", true);
    setting_open(&setting);
    spex_error error;
    expect_all(&setting, NULL, 0, "");
    static const char *const names[] = {"b", "a", "ä", "Z", "aa", "10", "9"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        ASSERT_OK(spex_init(setting.manager, "Order", names[i], NULL, NULL, &error), error);
    ASSERT_OK(spex_transition(setting.manager, "aa", "pay", "paid", &error), error);
    spex_transition(setting.manager, "Z", "hack", "limbo", &error);
    ASSERT_OK(spex_mock(setting.manager, "Other", "m", NULL, "Basket case", &error), error);
    expect_all(&setting, NULL, 0, "10 9 Z a aa b m ä ");
    expect_all(&setting, NULL, 3, "10 9 Z ");
    expect_all(&setting, &(spex_filter){.specification = "Order", .state = "basket"}, 0,
               "10 9 a b ä ");
    expect_all(&setting, &(spex_filter){.text = "BASKET C"}, 0, "m ");
    expect_all(&setting, &(spex_filter){.deviated = true}, 0, "Z ");
    expect_all(&setting, &(spex_filter){.mocked = true}, 0, "m ");
    expect_all(&setting, &(spex_filter){.overdue = true}, 0, "");
    expect_all(&setting, &(spex_filter){.specification = "Nothing"}, 0, "");
    expect_all(&setting, &(spex_filter){.where = "mocked or deviated"}, 0, "Z m ");
    expect_all(&setting, &(spex_filter){.where = "mocked or deviated", .mocked = true}, 0, "m ");
    expect_all(&setting, &(spex_filter){.where = "action:__initialisation__ deviated"}, 0, "Z ");
    CU_ASSERT_EQUAL(
        spex_all(setting.manager, &(spex_filter){.where = "stat:x"}, list_one, NULL, &error),
        SPEX_ERROR_SYNTAX);
    CU_ASSERT_EQUAL(error.column, 1);
    ASSERT_CONTAINS(error.message, "did you mean state?");
    setting_release(&setting);
}

static void instances_are_deleted(void)
{
    struct setting setting;
    setting_init(&setting, "delete", true);
    setting_open(&setting);
    spex_error error;
    bool deleted = true;
    ASSERT_OK(spex_delete(setting.manager, "none", &deleted, &error), error);
    CU_ASSERT_FALSE(deleted);
    char name[32];
    for (int i = 0; i < 3000; i++) {
        snprintf(name, sizeof name, "order-%d", i);
        ASSERT_OK(spex_init_async(setting.manager, "Order", name, NULL, NULL, &error), error);
        if (i % 3 == 0)
            ASSERT_OK(spex_transition_async(setting.manager, name, "pay", "paid", &error), error);
    }
    uint64_t count;
    ASSERT_OK(spex_delete_matching(setting.manager, &(spex_filter){.where = "state:paid"}, &count,
                                   &error),
              error);
    CU_ASSERT_EQUAL(count, 1000);
    ASSERT_TEXT(setting_show(&setting, "order-0"), "none");
    ASSERT_TEXT(setting_show(&setting, "order-1"), "basket/1/0");
    ASSERT_OK(spex_delete(setting.manager, "order-1", NULL, &error), error);
    ASSERT_OK(spex_delete_matching(setting.manager, NULL, &count, &error), error);
    CU_ASSERT_EQUAL(count, 1999);
    expect_all(&setting, NULL, 0, "");
    /* What is gone leaves no counts and no history behind. */
    struct reader *reader = setting_reader(&setting);
    struct state_count *counts;
    size_t rows;
    ASSERT_OK(reader_counts(reader, &counts, &rows, &error), error);
    CU_ASSERT_EQUAL(rows, 0);
    state_counts_free(counts, rows);
    reader_close(reader);
    ASSERT_OK(spex_init(setting.manager, "Order", "order-1", NULL, NULL, &error), error);
    ASSERT_TEXT(setting_history(&setting, "order-1"), "__initialisation__>basket(conforms)");
    setting_release(&setting);
}

static void arguments_are_checked(void)
{
    struct setting setting;
    setting_init(&setting, "arguments", true);
    setting_open(&setting);
    spex_manager *manager = setting.manager;
    spex_error error;
    char longest[SPEX_IDENTIFIER_MAX + 2];
    memset(longest, 'x', sizeof longest);
    longest[SPEX_IDENTIFIER_MAX + 1] = '\0';
    CU_ASSERT_EQUAL(spex_init(manager, "Order", longest, NULL, NULL, &error), SPEX_ERROR_USAGE);
    CU_ASSERT_EQUAL(spex_init(manager, "Order", "", NULL, NULL, &error), SPEX_ERROR_USAGE);
    CU_ASSERT_EQUAL(spex_init(manager, "Order", NULL, NULL, NULL, &error), SPEX_ERROR_USAGE);
    CU_ASSERT_EQUAL(spex_init(manager, NULL, "a", NULL, NULL, &error), SPEX_ERROR_USAGE);
    CU_ASSERT_EQUAL(spex_init(manager, "Order", "\xff", NULL, NULL, &error), SPEX_ERROR_USAGE);
    CU_ASSERT_EQUAL(spex_init(manager, "Order", "a", "[1]", NULL, &error), SPEX_ERROR_USAGE);
    CU_ASSERT_EQUAL(spex_init(manager, "Order", "a", "{\"a\":", NULL, &error), SPEX_ERROR_USAGE);
    ASSERT_CONTAINS(error.message, "JSON");
    CU_ASSERT_EQUAL(spex_init_async(manager, "Order", "a", "{]", NULL, &error), SPEX_ERROR_USAGE);
    CU_ASSERT_EQUAL(
        spex_init_at(manager, "Order", "a", NULL, NULL, INT64_MAX, SPEX_HERE, NULL, &error),
        SPEX_ERROR_USAGE);
    ASSERT_TEXT(setting_show(&setting, "a"), "none");
    ASSERT_OK(spex_init(manager, "Order", "a", "null", NULL, &error), error);
    CU_ASSERT_EQUAL(spex_transition(manager, "a", SPEX_INITIALISATION, "paid", &error),
                    SPEX_ERROR_USAGE);
    CU_ASSERT_EQUAL(spex_transition(manager, "a", NULL, "paid", &error), SPEX_ERROR_USAGE);
    CU_ASSERT_EQUAL(spex_transition(manager, "a", "pay", "", &error), SPEX_ERROR_USAGE);
    spex_instance *instance;
    CU_ASSERT_EQUAL(spex_get(manager, "", &instance, &error), SPEX_ERROR_USAGE);
    CU_ASSERT_PTR_NULL(instance);
    /* Without a state: where the specification alone leads to. */
    ASSERT_OK(spex_transition(manager, "a", "pay", NULL, &error), error);
    CU_ASSERT_EQUAL(spex_transition(manager, "a", "fly", NULL, &error), SPEX_ERROR_USAGE);
    ASSERT_CONTAINS(error.message, "fly");
    ASSERT_TEXT(setting_show(&setting, "a"), "paid/2/0");
    setting_release(&setting);
}

static void the_reader_agrees_with_the_manager(void)
{
    struct setting setting;
    setting_init(&setting, "reader", true);
    setting_open(&setting);
    struct reader *reader = setting_reader(&setting);
    CU_ASSERT_FALSE(reader_changed(reader));
    spex_error error;
    char name[32];
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "order-%02d", i);
        ASSERT_OK(spex_init_at(setting.manager, "Order", name, NULL, NULL, START + i % 7, SPEX_HERE,
                               NULL, &error),
                  error);
    }
    CU_ASSERT_TRUE(reader_changed(reader));
    CU_ASSERT_FALSE(reader_changed(reader));
    spex_transition(setting.manager, "order-42", "hack", "limbo", &error);
    CU_ASSERT_TRUE(reader_changed(reader));
    struct state_count *counts;
    size_t count;
    ASSERT_OK(reader_counts(reader, &counts, &count, &error), error);
    CU_ASSERT_EQUAL(count, 2);
    ASSERT_TEXT(counts[0].state, "basket");
    CU_ASSERT_EQUAL(counts[0].instances, 99);
    CU_ASSERT_EQUAL(counts[1].deviated, 1);
    state_counts_free(counts, count);
    spex_instance *instance;
    ASSERT_OK(reader_instance(reader, "order-42", 1, &instance, &error), error);
    CU_ASSERT_EQUAL(instance->step_count, 1);
    CU_ASSERT_EQUAL(instance->transitions, 2);
    ASSERT_TEXT(instance->steps[0].state, "limbo");
    spex_instance_free(instance);
    CU_ASSERT_EQUAL(reader_instance(reader, "none", 0, &instance, &error), SPEX_ERROR_NOT_FOUND);
    struct page page;
    struct page_request request = {.limit = 3};
    ASSERT_OK(reader_page(reader, &request, &page, &error), error);
    CU_ASSERT_EQUAL(page.count, 3);
    ASSERT_TEXT(page.rows[0]->identifier, "order-00");
    request.anchor = page.rows[2];
    struct page next;
    ASSERT_OK(reader_page(reader, &request, &next, &error), error);
    ASSERT_TEXT(next.rows[0]->identifier, "order-03");
    page_release(&next);
    page_release(&page);
    uint64_t matches;
    struct filter *filter;
    ASSERT_OK(filter_parse(&filter, "DER-1", NULL, &error), error);
    ASSERT_OK(reader_count(reader, filter, &matches, &error), error);
    CU_ASSERT_EQUAL(matches, 10);
    filter_free(filter);
    reader_close(reader);
    setting_release(&setting);
}

/* The original takes a hash of 27 bits for the instance. */
static void many_identifiers_are_as_many_instances(void)
{
    enum { MANY = 30000 };
    struct setting setting;
    setting_init(&setting, "many", true);
    setting_open(&setting);
    spex_error error;
    char name[32];
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "instance %d", i);
        ASSERT_OK(spex_init_async(setting.manager, "Order", name, NULL, NULL, &error), error);
    }
    struct listing listing = {.count = 0};
    ASSERT_OK(spex_all(setting.manager, NULL, list_one, &listing, &error), error);
    CU_ASSERT_EQUAL(listing.count, MANY);
    text_release(&listing.text);
    ASSERT_TEXT(witness_take(&setting.witness), "");
    setting_release(&setting);
}

static void an_action_called_i_is_not_internal(void)
{
    struct setting setting;
    setting_init(&setting, "visible", true);
    setting_open(&setting);
    spex_error error;
    static const char *const visible[] = {"i", "tau", "τ"};
    for (size_t i = 0; i < 3; i++) {
        ASSERT_OK(spex_init(setting.manager, "Order", visible[i], NULL, NULL, &error), error);
        CU_ASSERT_EQUAL(spex_transition(setting.manager, visible[i], visible[i], "basket", &error),
                        SPEX_ERROR_REFUSED);
        CU_ASSERT_EQUAL(error.reason, SPEX_REASON_NOT_EQUIVALENT);
    }
    setting_release(&setting);
}

/* Instances outlive their specification: all but judging works. */
static void a_specification_that_is_gone_stops_nothing(void)
{
    struct setting setting;
    setting_init(&setting, "gone", true);
    setting_open(&setting);
    spex_error error;
    ASSERT_OK(spex_init(setting.manager, "Order", "a", NULL, NULL, &error), error);
    setting_close(&setting);
    ASSERT_OK(spex_manager_open(&setting.manager, &setting.options, &error), error);
    ASSERT_OK(spex_manager_start(setting.manager, &error), error);
    setting_pass(&setting, 3600 * SECOND);
    expect_all(&setting, &(spex_filter){.specification = "Order"}, 0, "a ");
    ASSERT_TEXT(setting_show(&setting, "a"), "basket/1/0");
    /* Its model is still there to judge by; what it does not know is no equivalence. */
    ASSERT_OK(spex_transition(setting.manager, "a", "pay", "paid", &error), error);
    CU_ASSERT_EQUAL(spex_transition(setting.manager, "a", SPEX_INTERNAL, "paid", &error),
                    SPEX_ERROR_REFUSED);
    ASSERT_CONTAINS(error.message, "not known here");
    ASSERT_TEXT(setting_show(&setting, "a"), "paid/3/1");
    CU_ASSERT_EQUAL(spex_init(setting.manager, "Order", "b", NULL, NULL, &error), SPEX_ERROR_USAGE);
    bool deleted;
    ASSERT_OK(spex_delete(setting.manager, "a", &deleted, &error), error);
    CU_ASSERT_TRUE(deleted);
    setting_release(&setting);
}

static void a_learning_file_grows_with_what_is_learned(void)
{
    struct setting setting;
    setting_init(&setting, "grows", false);
    setting_model(&setting, "Order",
                  "Specification: Order\nLearning mode: true\nTransitions:\n"
                  "nil --[__initialisation__]-> basket\n");
    setting_open(&setting);
    spex_error error;
    ASSERT_OK(spex_init(setting.manager, "Order", "a", NULL, NULL, &error), error);
    ASSERT_OK(spex_transition(setting.manager, "a", "pay", "paid", &error), error);
    ASSERT_TEXT(witness_take(&setting.witness), "");
    spex_model **models;
    size_t count;
    ASSERT_OK(spex_models_get(setting.manager, &models, &count, &error), error);
    CU_ASSERT_EQUAL(count, 1);
    ASSERT_TEXT(spex_model_name(models[0]), "Order");
    CU_ASSERT_EQUAL(spex_model_transition_count(models[0]), 2);
    const char *from, *action, *to;
    CU_ASSERT_TRUE(spex_model_transition(models[0], 0, &from, &action, &to));
    ASSERT_TEXT(from, "basket");
    CU_ASSERT_FALSE(spex_model_transition(models[0], 2, &from, &action, &to));
    spex_models_free(models, count);
    ASSERT_OK(spex_models_export(setting.manager, NULL, &error), error);
    setting_close(&setting);
    /* Frozen by hand, the file alone decides: what was learned before is history. */
    setting_model(&setting, "Order",
                  "Specification: Order\nLearning mode: false\nTransitions:\n"
                  "nil --[__initialisation__]-> basket\n");
    setting_open(&setting);
    spex_model *model;
    ASSERT_OK(spex_model_get(setting.manager, "Order", &model, &error), error);
    CU_ASSERT_FALSE(spex_model_learning(model));
    CU_ASSERT_EQUAL(spex_model_transition_count(model), 1);
    spex_model_free(model);
    ASSERT_OK(spex_init(setting.manager, "Order", "b", NULL, NULL, &error), error);
    CU_ASSERT_EQUAL(spex_transition(setting.manager, "b", "pay", "paid", &error),
                    SPEX_ERROR_REFUSED);
    setting_release(&setting);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"an instance is recorded", an_instance_is_recorded},
        {"a known identifier is refused", a_known_identifier_is_refused},
        {"an unknown identifier is refused", an_unknown_identifier_is_refused},
        {"an expected step is recorded only where it follows",
         an_expected_step_is_recorded_only_where_it_follows},
        {"deviations are recorded all the same", deviations_are_recorded_all_the_same},
        {"deviations stay part of the judgement", deviations_stay_part_of_the_judgement},
        {"a model is learned if the handler accepts", a_model_is_learned_if_the_handler_accepts},
        {"nothing is stored if the handler refuses", nothing_is_stored_if_the_handler_refuses},
        {"mock replaces without a check", mock_replaces_without_a_check},
        {"all instances come in order", all_instances_come_in_order},
        {"instances are deleted", instances_are_deleted},
        {"arguments are checked", arguments_are_checked},
        {"the reader agrees with the manager", the_reader_agrees_with_the_manager},
        {"many identifiers are as many instances", many_identifiers_are_as_many_instances},
        {"an action called i is not internal", an_action_called_i_is_not_internal},
        {"a specification that is gone stops nothing", a_specification_that_is_gone_stops_nothing},
        {"a learning file grows with what is learned", a_learning_file_grows_with_what_is_learned},
        {0},
    };
    return suite_run("manager", tests, argc, argv);
}
