#include "tests/manager/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t monotonic(void *context)
{
    struct fake_clock *clock = context;
    return atomic_load(&clock->now);
}

static int64_t wall(void *context)
{
    struct fake_clock *clock = context;
    return atomic_load(&clock->now) + atomic_load(&clock->ahead);
}

spex_clock fake_clock(struct fake_clock *clock)
{
    return (spex_clock){.wall = wall, .monotonic = monotonic, .context = clock};
}

/* -------------------------------------------------------------- handler */

void witness_init(struct witness *witness, unsigned accept)
{
    memset(witness, 0, sizeof *witness);
    pthread_mutex_init(&witness->mutex, NULL);
    witness->accept = accept;
}

void witness_release(struct witness *witness)
{
    text_release(&witness->told);
    pthread_mutex_destroy(&witness->mutex);
}

static const char *shown(const char *text)
{
    return text ? text : "-";
}

spex_answer witness_handler(const spex_report *report, void *user_data)
{
    struct witness *witness = user_data;
    pthread_mutex_lock(&witness->mutex);
    witness->count++;
    text_printf(&witness->told, "%s %s %s %s %s\n", spex_reason_name(report->reason),
                shown(report->identifier), shown(report->from), shown(report->action),
                shown(report->to));
    witness->file = report->file;
    witness->line = report->line;
    spex_answer answer = witness->accept >> report->reason & 1 ? SPEX_ACCEPT : SPEX_REFUSE;
    pthread_mutex_unlock(&witness->mutex);
    return answer;
}

/* Texts handed out by the helpers below, kept for a while. */
static const char *keep(struct text *text)
{
    static char *kept[16];
    static unsigned next;
    next = (next + 1) % 16;
    free(kept[next]);
    kept[next] = text_take(text);
    return kept[next];
}

const char *witness_take(struct witness *witness)
{
    pthread_mutex_lock(&witness->mutex);
    struct text told = witness->told;
    memset(&witness->told, 0, sizeof witness->told);
    witness->count = 0;
    pthread_mutex_unlock(&witness->mutex);
    return keep(&told);
}

/* --------------------------------------------------------------- opening */

/* Used by child processes too, where no suite runs. */
spex_specification *order_specification(void)
{
    static const char *const transitions[][3] = {
        {"basket", "pay", "paid"}, {"paid", "ship", "shipped"}, {"paid", "refund", "refunded"}};
    spex_specification *order;
    spex_error error = {0};
    spex_or_die(spex_specification_create(&order, "Order", &error), &error, SPEX_HERE);
    for (size_t i = 0; i < 3; i++)
        spex_or_die(spex_specification_add(order, transitions[i][0], transitions[i][1],
                                           transitions[i][2], &error),
                    &error, SPEX_HERE);
    return order;
}

void setting_model(struct setting *setting, const char *name, const char *content)
{
    struct text path = {0};
    text_printf(&path, "%s/%s.spex", setting->options.impl_models_dir, name);
    spex_error error;
    if (file_make_directory(setting->options.impl_models_dir, &error) ||
        file_replace(text_value(&path), content, strlen(content), &error)) {
        fprintf(stderr, "%s\n", error.message);
        exit(99);
    }
    text_release(&path);
}

void setting_init(struct setting *setting, const char *name, bool frozen)
{
    memset(setting, 0, sizeof *setting);
    atomic_store(&setting->clock.now, START);
    witness_init(&setting->witness, SPEX_ACCEPT_DEFAULT);
    spex_manager_options_init(&setting->options);
    struct text path = {0};
    text_printf(&path, "%s/store", name);
    setting->options.store_dir = suite_scratch_path(text_value(&path));
    text_clear(&path);
    text_printf(&path, "%s/models", name);
    setting->options.impl_models_dir = suite_scratch_path(text_value(&path));
    text_release(&path);
    setting->options.clock = fake_clock(&setting->clock);
    setting->options.handler = witness_handler;
    setting->options.handler_data = &setting->witness;
    if (frozen)
        setting_model(setting, "Order",
                      "Specification: Order\nLearning mode: false\nTransitions:\n"
                      "basket --[pay]-> paid\n"
                      "nil --[__initialisation__]-> basket\n"
                      "paid --[refund]-> refunded\npaid --[ship]-> shipped\n");
}

void setting_open(struct setting *setting)
{
    spex_specification *order = order_specification();
    if (ASSERT_OK(spex_manager_open(&setting->manager, &setting->options, &setting->error),
                  setting->error))
        ASSERT_OK(
            spex_manager_add_specification(setting->manager, order, NULL, NULL, &setting->error),
            setting->error);
    else
        exit(99);
    spex_specification_free(order);
}

void setting_close(struct setting *setting)
{
    spex_manager_close(setting->manager);
    setting->manager = NULL;
}

void setting_release(struct setting *setting)
{
    setting_close(setting);
    witness_release(&setting->witness);
}

void setting_pass(struct setting *setting, int64_t microseconds)
{
    atomic_fetch_add(&setting->clock.now, microseconds);
    manager_wake(setting->manager);
}

struct reader *setting_reader(struct setting *setting)
{
    struct reader *reader = NULL;
    ASSERT_OK(
        reader_open(&reader, setting->options.store_dir, &setting->options.clock, &setting->error),
        setting->error);
    return reader;
}

const char *setting_show(struct setting *setting, const char *identifier)
{
    struct text text = {0};
    spex_instance *instance;
    spex_error error;
    int status = spex_get(setting->manager, identifier, &instance, &error);
    if (status == SPEX_ERROR_NOT_FOUND)
        text_append(&text, "none");
    else if (status)
        text_printf(&text, "error: %s", error.message);
    else
        text_printf(&text, "%s/%llu/%llu%s%s", shown(instance->state),
                    (unsigned long long)instance->transitions,
                    (unsigned long long)instance->deviations, instance->mocked ? "/mocked" : "",
                    instance->overdue ? "/overdue" : "");
    spex_instance_free(instance);
    return keep(&text);
}

const char *setting_history(struct setting *setting, const char *identifier)
{
    struct text text = {0};
    spex_instance *instance;
    if (!ASSERT_OK(spex_get(setting->manager, identifier, &instance, &setting->error),
                   setting->error))
        return "";
    for (size_t i = instance->step_count; i-- > 0;)
        text_printf(&text, "%s>%s(%s)%s", instance->steps[i].action, instance->steps[i].state,
                    spex_verdict_name(instance->steps[i].verdict), i ? " " : "");
    spex_instance_free(instance);
    return keep(&text);
}

const char *identifier_in(unsigned shard, unsigned shards, unsigned number)
{
    struct text text = {0};
    for (unsigned salt = 0;; salt++) {
        text_clear(&text);
        text_printf(&text, "order-%u-%u", number, salt);
        if (store_shard_of(text_value(&text), shards) == shard)
            return keep(&text);
    }
}

const char short_order[] = "Specification: Order\nLearning mode: false\nTransitions:\n"
                           "nil --[__initialisation__]-> basket\n";

const char *join_path(const char *directory, const char *name)
{
    static char path[600];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}
