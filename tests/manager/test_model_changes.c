/* Model files that change while a manager is open: frozen, edited in place, spoilt, away. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/manager/support.h"

static void log_line(const char *line, void *data)
{
    struct text *text = data;
    text_printf(text, "%s\n", line);
}

static const char *take_log(struct text *log)
{
    static char taken[2000];
    snprintf(taken, sizeof taken, "%s", text_value(log));
    text_clear(log);
    return taken;
}

/* A step from basket to basket by itself: the reason it is refused for, or none. */
static spex_reason step(struct setting *setting, const char *action)
{
    spex_error error = {0};
    static unsigned number;
    char name[32];
    snprintf(name, sizeof name, "step-%u", number++);
    ASSERT_OK(spex_mock(setting->manager, "Order", name, NULL, "basket", &error), error);
    int status = spex_transition(setting->manager, name, action, "basket", &error);
    return status == SPEX_OK ? SPEX_REASON_NONE : error.reason;
}

static void a_second_later(struct setting *setting)
{
    atomic_fetch_add(&setting->clock.now, SECOND);
}

static void a_model_frozen_meanwhile_is_used(void)
{
    struct setting setting;
    setting_init(&setting, "frozen-later", false);
    setting_open(&setting);
    spex_error error;
    ASSERT_OK(spex_init(setting.manager, "Order", "o", NULL, NULL, &error), error);
    CU_ASSERT_EQUAL(step(&setting, "learn me"), SPEX_REASON_NONE);
    setting_model(&setting, "Order", short_order);
    a_second_later(&setting);
    CU_ASSERT_EQUAL(step(&setting, "hack"), SPEX_REASON_NOT_EQUIVALENT);
    CU_ASSERT_EQUAL(step(&setting, "learn me"), SPEX_REASON_NOT_EQUIVALENT);
    spex_model *model;
    ASSERT_OK(spex_model_get(setting.manager, "Order", &model, &error), error);
    CU_ASSERT_FALSE(spex_model_learning(model));
    CU_ASSERT_EQUAL(spex_model_transition_count(model), 1);
    spex_model_free(model);
    /* Edited: the step is in it now. */
    setting_model(&setting, "Order",
                  "Specification: Order\nLearning mode: false\nTransitions:\n"
                  "basket --[hack]-> basket\nnil --[__initialisation__]-> basket\n");
    CU_ASSERT_EQUAL(step(&setting, "hack"), SPEX_REASON_NOT_EQUIVALENT); /* not looked at yet */
    a_second_later(&setting);
    CU_ASSERT_EQUAL(step(&setting, "hack"), SPEX_REASON_NONE);
    CU_ASSERT_EQUAL(step(&setting, "more"), SPEX_REASON_NOT_EQUIVALENT);
    /* Learning again. */
    setting_model(&setting, "Order", "Specification: Order\nLearning mode: true\nTransitions:\n\n");
    a_second_later(&setting);
    CU_ASSERT_EQUAL(step(&setting, "more"), SPEX_REASON_NONE);
    setting_release(&setting);
}

/* Written in place, to the same length, so fast that the file's time may stay. */
static void an_edit_in_place_is_noticed(void)
{
    struct setting setting;
    setting_init(&setting, "in-place", false);
    static const char content[] = "Specification: Order\nLearning mode: false\nTransitions:\n"
                                  "basket --[%c]-> basket\nnil --[__initialisation__]-> basket\n";
    char bytes[sizeof content];
    snprintf(bytes, sizeof bytes, content, 'a');
    setting_model(&setting, "Order", bytes);
    setting_open(&setting);
    CU_ASSERT_EQUAL(step(&setting, "a"), SPEX_REASON_NONE);
    for (char action = 'b'; action < 'f'; action++) {
        snprintf(bytes, sizeof bytes, content, action);
        struct stat before;
        const char *path = join_path(setting.options.impl_models_dir, "Order.spex");
        CU_ASSERT_EQUAL(stat(path, &before), 0);
        FILE *file = fopen(path, "r+");
        fputs(bytes, file);
        fclose(file);
        struct timespec times[2] = {before.st_atim, before.st_mtim};
        CU_ASSERT_EQUAL(utimensat(AT_FDCWD, path, times, 0), 0);
        a_second_later(&setting);
        char name[2] = {action, '\0'};
        CU_ASSERT_EQUAL(step(&setting, name), SPEX_REASON_NONE);
        CU_ASSERT_NOT_EQUAL(step(&setting, "a"), SPEX_REASON_NONE);
    }
    setting_release(&setting);
}

static void a_model_spoilt_meanwhile_changes_nothing(void)
{
    struct setting setting;
    struct text log = {0};
    setting_init(&setting, "spoilt", false);
    setting_model(&setting, "Order", short_order);
    setting.options.log = log_line;
    setting.options.log_data = &log;
    setting_open(&setting);
    CU_ASSERT_EQUAL(step(&setting, "hack"), SPEX_REASON_NOT_EQUIVALENT);
    for (int round = 0; round < 2; round++) {
        setting_model(&setting, "Order", round ? "\xff" : "Specification: Order\nLearning");
        for (int i = 0; i < 4; i++) {
            a_second_later(&setting);
            CU_ASSERT_EQUAL(step(&setting, "hack"), SPEX_REASON_NOT_EQUIVALENT);
            const char *told = take_log(&log);
            if (i == 0)
                ASSERT_CONTAINS(told, "its model is used as it was");
            else
                ASSERT_TEXT(told, "");
        }
    }
    /* A second one for the same specification: told once, not used. */
    setting_model(&setting, "Order", short_order);
    setting_model(&setting, "Second",
                  "Specification: Order\nLearning mode: true\nTransitions:\n\n");
    for (int i = 0; i < 3; i++) {
        a_second_later(&setting);
        CU_ASSERT_EQUAL(step(&setting, "hack"), SPEX_REASON_NOT_EQUIVALENT);
        const char *told = take_log(&log);
        if (i == 0)
            ASSERT_CONTAINS(told, "a second model of Order");
        else
            ASSERT_TEXT(told, "");
    }
    /* What cannot even be opened. */
    const char *dangling = join_path(setting.options.impl_models_dir, "Dangling.spex");
    CU_ASSERT_EQUAL(symlink("nowhere", dangling), 0);
    for (int i = 0; i < 3; i++) {
        a_second_later(&setting);
        step(&setting, "hack");
        const char *told = take_log(&log);
        if (i == 0)
            ASSERT_CONTAINS(told, "Dangling.spex");
        else
            ASSERT_TEXT(told, "");
    }
    /* Without the first it counts. */
    unlink(join_path(setting.options.impl_models_dir, "Order.spex"));
    a_second_later(&setting);
    CU_ASSERT_EQUAL(step(&setting, "hack"), SPEX_REASON_NOT_EQUIVALENT);
    a_second_later(&setting);
    step(&setting, "hack");
    ASSERT_CONTAINS(take_log(&log), "is gone");
    a_second_later(&setting);
    CU_ASSERT_EQUAL(step(&setting, "hack"), SPEX_REASON_NONE);
    setting_release(&setting);
    text_release(&log);
}

static void a_model_taken_away_for_a_moment_stays(void)
{
    struct setting setting;
    setting_init(&setting, "moment", false);
    setting_model(&setting, "Order", short_order);
    setting_open(&setting);
    CU_ASSERT_EQUAL(step(&setting, "hack"), SPEX_REASON_NOT_EQUIVALENT);
    char path[600], aside[600];
    snprintf(path, sizeof path, "%s/Order.spex", setting.options.impl_models_dir);
    snprintf(aside, sizeof aside, "%s/Order.spex~", setting.options.impl_models_dir);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(rename(path, aside), 0);
        a_second_later(&setting);
        CU_ASSERT_EQUAL(step(&setting, "hack"), SPEX_REASON_NOT_EQUIVALENT);
        CU_ASSERT_EQUAL(rename(aside, path), 0);
        a_second_later(&setting);
        CU_ASSERT_EQUAL(step(&setting, "hack"), SPEX_REASON_NOT_EQUIVALENT);
    }
    /* For good: then it is as if there had never been one. */
    unlink(path);
    a_second_later(&setting);
    CU_ASSERT_EQUAL(step(&setting, "hack"), SPEX_REASON_NOT_EQUIVALENT);
    a_second_later(&setting);
    witness_take(&setting.witness);
    CU_ASSERT_EQUAL(step(&setting, "hack"), SPEX_REASON_NONE);
    ASSERT_CONTAINS(witness_take(&setting.witness), "impl_model_not_found");
    setting_release(&setting);
}

/* The verdict on one and the same step changes with the model. */
static void a_verdict_is_never_of_another_model(void)
{
    static const char whole[] = "Specification: Order\nLearning mode: false\nTransitions:\n"
                                "basket --[pay]-> paid\n"
                                "nil --[__initialisation__]-> basket\n"
                                "paid --[refund]-> refunded\npaid --[ship]-> shipped\n";
    struct setting setting;
    setting_init(&setting, "verdicts", true);
    setting.options.distribution_factor = 1;
    setting_open(&setting);
    setting.witness.accept = 0;
    for (int i = 0; i < 6; i++) {
        spex_reason reason = i % 2 ? SPEX_REASON_NOT_EQUIVALENT : SPEX_REASON_STILL_EQUIVALENT;
        CU_ASSERT_EQUAL(step(&setting, SPEX_INTERNAL), reason);
        CU_ASSERT_EQUAL(step(&setting, SPEX_INTERNAL), reason);
        setting_model(&setting, "Order", i % 2 ? whole : short_order);
        a_second_later(&setting);
    }
    setting_release(&setting);
}

struct stepper {
    struct setting *setting;
    atomic_bool *ended;
    int number;
    unsigned steps;
};

static void *step_on(void *context)
{
    struct stepper *stepper = context;
    spex_error error;
    char name[32];
    snprintf(name, sizeof name, "o-%d", stepper->number);
    spex_init(stepper->setting->manager, "Order", name, NULL, NULL, &error);
    while (!atomic_load(stepper->ended)) {
        spex_observation observation = {0};
        spex_transition_at(stepper->setting->manager, name, "hack", "basket", 0, SPEX_HERE,
                           &observation, &error);
        stepper->steps += observation.transitions > 0;
        /* Every step is a second: each may see the files anew. */
        a_second_later(stepper->setting);
        spex_model *model = NULL;
        if (stepper->steps % 8 == 0)
            spex_model_get(stepper->setting->manager, "Order", &model, &error);
        spex_model_free(model);
    }
    return NULL;
}

static void models_change_under_many_threads(void)
{
    enum { THREADS = 4 };
    struct setting setting;
    setting_init(&setting, "changing", true);
    setting_open(&setting);
    atomic_bool ended = false;
    pthread_t threads[THREADS];
    struct stepper steppers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        steppers[i] = (struct stepper){&setting, &ended, i, 0};
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, step_on, &steppers[i]), 0);
    }
    unsigned changes = suite_count(100, 2000);
    for (unsigned i = 0; i < changes; i++) {
        setting_model(&setting, "Order",
                      i % 3 == 0 ? short_order
                      : i % 3 == 1
                          ? "Specification: Order\nLearning mode: false\nTransitions:\n"
                            "basket --[hack]-> basket\nnil --[__initialisation__]-> basket\n"
                          : "Specification: Order\nLearning mode: true\nTransitions:\n\n");
        setting_pass(&setting, SECOND);
    }
    atomic_store(&ended, true);
    spex_error error;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        char name[32];
        snprintf(name, sizeof name, "o-%d", i);
        spex_instance *instance;
        ASSERT_OK(spex_get(setting.manager, name, &instance, &error), error);
        CU_ASSERT_EQUAL(instance->transitions, steppers[i].steps + 1);
        spex_instance_free(instance);
    }
    setting_release(&setting);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"a model frozen meanwhile is used", a_model_frozen_meanwhile_is_used},
        {"an edit in place is noticed", an_edit_in_place_is_noticed},
        {"a model spoilt meanwhile changes nothing", a_model_spoilt_meanwhile_changes_nothing},
        {"a model taken away for a moment stays", a_model_taken_away_for_a_moment_stays},
        {"a verdict is never of another model", a_verdict_is_never_of_another_model},
        {"models change under many threads", models_change_under_many_threads},
        {0},
    };
    return suite_run("model changes", tests, argc, argv);
}
