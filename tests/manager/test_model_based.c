/*
 * Random sequences of calls, from several threads and several processes, against the
 * reference: the same answers and reports, and in the end the same store.
 *
 * Each caller has instances of its own, whose fate the reference knows exactly. Others all
 * callers share: there the answers must fit one order, which the histories show.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/manager/processes.h"
#include "tests/manager/reference.h"
#include "tests/manager/support.h"

enum { OWN = 8, SHARED = 4, THREADS = 4, CALLS = 120, PROCESSES = 3, NOTES = 4096 };

/* ------------------------------------------------------------- a caller */

/* A step of a shared instance that was acknowledged: by its time, which nobody else uses. */
struct note {
    unsigned shared;
    uint64_t number; /* the place in the history that was answered */
    int64_t at;
};

struct caller {
    spex_manager *manager; /* NULL: the reference alone */
    struct random random;
    unsigned number;
    int64_t now;
    struct reference_instance instances[OWN];
    struct reference reference;
    struct note notes[NOTES];
    unsigned note_count;
    int64_t stamp;
    char problem[600];
};

static void caller_init(struct caller *caller, unsigned number, uint64_t seed)
{
    memset(caller, 0, sizeof *caller);
    caller->number = number;
    caller->random.state = seed;
    caller->reference.items = caller->instances;
    caller->reference.count = OWN;
    for (unsigned i = 0; i < OWN; i++)
        snprintf(caller->instances[i].identifier, sizeof caller->instances[i].identifier,
                 "own-%u-%u", number, i);
}

static bool problem(struct caller *caller, const char *what, const char *got, const char *expected)
{
    if (!caller->problem[0])
        snprintf(caller->problem, sizeof caller->problem,
                 "caller %u: %s: got '%.200s', expected '%.200s'", caller->number, what, got,
                 expected);
    return false;
}

static bool same_number(struct caller *caller, const char *what, int64_t got, int64_t expected)
{
    char one[32], other[32];
    snprintf(one, sizeof one, "%lld", (long long)got);
    snprintf(other, sizeof other, "%lld", (long long)expected);
    return got == expected || problem(caller, what, one, other);
}

static void compare_answer(struct caller *caller, const char *what, int status,
                           const spex_error *error, const spex_observation *observation,
                           const struct reference_answer *expected)
{
    if (status == SPEX_OK || status != expected->status || status == SPEX_ERROR_REFUSED) {
        same_number(caller, what, status, expected->status);
        if (status == SPEX_ERROR_REFUSED)
            same_number(caller, what, error->reason, expected->reason);
    }
    same_number(caller, what, (int64_t)observation->transitions, (int64_t)expected->transitions);
    if (expected->stored)
        same_number(caller, what, observation->verdict, expected->verdict);
}

/* The instance as the library gives it, in the words of the reference. */
static void describe(const spex_instance *instance, struct text *text)
{
    text_printf(text, "%s %s since %lld due %lld deviations %llu%s%s:", instance->specification,
                instance->state, (long long)instance->since, (long long)instance->due,
                (unsigned long long)instance->deviations, instance->mocked ? " mocked" : "",
                instance->overdue ? " overdue" : "");
    for (size_t i = instance->step_count; i-- > 0;)
        text_printf(text, " %s>%s %s %lld", instance->steps[i].action, instance->steps[i].state,
                    spex_verdict_name(instance->steps[i].verdict),
                    (long long)instance->steps[i].at);
}

static void compare_instance(struct caller *caller, const struct reference_instance *instance)
{
    struct text is = {0}, expected = {0};
    spex_instance *found;
    spex_error error;
    int status = spex_get(caller->manager, instance->identifier, &found, &error);
    if (status == SPEX_ERROR_NOT_FOUND)
        text_append(&is, "none");
    else if (status)
        text_append(&is, error.message);
    else
        describe(found, &is);
    spex_instance_free(found);
    reference_describe(instance, caller->now, &expected);
    if (strcmp(text_value(&is), text_value(&expected)) != 0)
        problem(caller, instance->identifier, text_value(&is), text_value(&expected));
    text_release(&is);
    text_release(&expected);
}

/* ------------------------------------------------------- one random call */

static int below(struct caller *caller, unsigned bound)
{
    return (int)random_below(&caller->random, bound);
}

static const char *state_or_null(int state)
{
    return state == NO_STATE ? NULL : reference_states[state];
}

/* A little before now, so that nothing is due within a round. */
static int64_t random_time(struct caller *caller)
{
    return below(caller, 3) ? caller->now : caller->now - below(caller, 20 * SECOND);
}

static void random_init(struct caller *caller, struct reference_instance *instance)
{
    static const int choices[] = {ORDER, ORDER, ORDER, FREE, FREE, CLOSED, NARROW, NARROW, GHOST};
    int specification = choices[below(caller, sizeof choices / sizeof *choices)];
    int state = below(caller, 4) ? NO_STATE : below(caller, STATES);
    int64_t at = random_time(caller);
    bool async = !below(caller, 3);
    struct reference_answer expected =
        reference_init(&caller->reference, instance, specification, state, at);
    const char *name = reference_specifications[specification].name;
    spex_error error = {0};
    spex_observation observation = {0};
    if (!caller->manager)
        return;
    if (async) {
        int status = spex_init_async_at(caller->manager, name, instance->identifier, NULL,
                                        state_or_null(state), at, SPEX_HERE, &error);
        same_number(caller, "init_async", status, SPEX_OK);
        return;
    }
    int status = spex_init_at(caller->manager, name, instance->identifier, NULL,
                              state_or_null(state), at, SPEX_HERE, &observation, &error);
    compare_answer(caller, "init", status, &error, &observation, &expected);
}

static void random_transition(struct caller *caller, struct reference_instance *instance)
{
    int action = below(caller, INITIALISE);
    int state = below(caller, 4) ? below(caller, STATES) : NO_STATE;
    /* Half of the time what the specification says, so that instances get somewhere. */
    const struct reference_specification *of =
        &reference_specifications[instance->there ? instance->specification : ORDER];
    if (of->step_count && below(caller, 2)) {
        const struct reference_step *step = &of->steps[below(caller, of->step_count)];
        action = step->action;
        state = below(caller, 3) ? step->to : NO_STATE;
    }
    int64_t at = random_time(caller);
    bool async = !below(caller, 3);
    if (instance->count == HISTORY)
        return;
    struct reference_answer expected =
        reference_transition(&caller->reference, instance, action, state, at);
    const char *name = reference_actions[action];
    spex_error error = {0};
    spex_observation observation = {0};
    if (!caller->manager)
        return;
    if (async) {
        int status = spex_transition_async_at(caller->manager, instance->identifier, name,
                                              state_or_null(state), at, SPEX_HERE, &error);
        same_number(caller, "transition_async", status, SPEX_OK);
        return;
    }
    int status = spex_transition_at(caller->manager, instance->identifier, name,
                                    state_or_null(state), at, SPEX_HERE, &observation, &error);
    compare_answer(caller, "transition", status, &error, &observation, &expected);
}

static void random_mock(struct caller *caller, struct reference_instance *instance)
{
    int specification = below(caller, SPECIFICATIONS);
    int state = below(caller, 4) ? below(caller, STATES) : NO_STATE;
    struct reference_answer expected = reference_mock(instance, specification, state, caller->now);
    spex_error error;
    if (caller->manager)
        same_number(caller, "mock",
                    spex_mock(caller->manager, reference_specifications[specification].name,
                              instance->identifier, NULL, state_or_null(state), &error),
                    expected.status);
}

static void random_delete(struct caller *caller, struct reference_instance *instance)
{
    bool there = instance->there, deleted = false;
    spex_error error;
    instance->there = false;
    if (!caller->manager)
        return;
    same_number(caller, "delete",
                spex_delete(caller->manager, instance->identifier, &deleted, &error), SPEX_OK);
    same_number(caller, "delete", deleted, there);
}

/* The filter that only the caller's own instances match. */
static bool matches(const struct reference_instance *instance, const spex_filter *filter,
                    int64_t now)
{
    return instance->there &&
           (!filter->state || strcmp(filter->state, reference_states[instance->state]) == 0) &&
           (!filter->specification ||
            strcmp(filter->specification, reference_specifications[instance->specification].name) ==
                0) &&
           (!filter->deviated || reference_deviations(instance)) &&
           (!filter->mocked || instance->mocked) &&
           (!filter->overdue || reference_overdue(instance, now));
}

static spex_filter random_filter(struct caller *caller, char prefix[16])
{
    spex_filter filter = {.text = prefix};
    snprintf(prefix, 16, "OWN-%u-", caller->number);
    if (below(caller, 2))
        filter.state = reference_states[below(caller, STATES)];
    if (!below(caller, 3))
        filter.specification = reference_specifications[below(caller, SPECIFICATIONS)].name;
    filter.deviated = !below(caller, 4);
    filter.mocked = !below(caller, 4);
    filter.overdue = !below(caller, 4);
    return filter;
}

static void random_delete_matching(struct caller *caller)
{
    char prefix[16];
    spex_filter filter = random_filter(caller, prefix);
    uint64_t expected = 0, deleted = 0;
    spex_error error;
    for (unsigned i = 0; i < OWN; i++)
        if (matches(&caller->instances[i], &filter, caller->now)) {
            caller->instances[i].there = false;
            expected++;
        }
    if (!caller->manager)
        return;
    same_number(caller, "delete_matching",
                spex_delete_matching(caller->manager, &filter, &deleted, &error), SPEX_OK);
    same_number(caller, "delete_matching", (int64_t)deleted, (int64_t)expected);
}

static bool append_identifier(const spex_instance *instance, void *user_data)
{
    text_printf(user_data, "%s %s\n", instance->identifier, instance->state);
    return true;
}

static void random_all(struct caller *caller)
{
    char prefix[16];
    spex_filter filter = random_filter(caller, prefix);
    struct text is = {0}, expected = {0};
    spex_error error;
    for (unsigned i = 0; i < OWN; i++)
        if (matches(&caller->instances[i], &filter, caller->now))
            text_printf(&expected, "%s %s\n", caller->instances[i].identifier,
                        reference_states[caller->instances[i].state]);
    if (caller->manager) {
        same_number(caller, "all",
                    spex_all(caller->manager, &filter, append_identifier, &is, &error), SPEX_OK);
        if (strcmp(text_value(&is), text_value(&expected)) != 0)
            problem(caller, "all", text_value(&is), text_value(&expected));
    }
    text_release(&is);
    text_release(&expected);
}

/* What this caller was told is learned is in the model already. */
static void random_model(struct caller *caller)
{
    if (!caller->manager)
        return;
    spex_model *model;
    spex_error error;
    int status = spex_model_get(caller->manager, "Free", &model, &error);
    for (int from = 0; from <= STATES; from++)
        for (int action = 0; action < ACTIONS; action++)
            for (int to = 0; to < STATES; to++) {
                if (!caller->reference.learned[from][action][to])
                    continue;
                const char *name = from ? reference_states[from - 1] : SPEX_NIL;
                if (status ||
                    !model_has(model, name, reference_actions[action], reference_states[to]))
                    problem(caller, "model_get", status ? error.message : "nothing", name);
            }
    spex_model_free(model);
}

/* A step of an instance that others step too. */
static void random_shared(struct caller *caller)
{
    unsigned shared = (unsigned)below(caller, SHARED);
    char name[32];
    snprintf(name, sizeof name, "shared-%u", shared);
    /* Never twice, and different from all others'. */
    int64_t at = START - 3600 * SECOND + caller->number * SECOND + caller->stamp++;
    if (!caller->manager)
        return;
    spex_observation observation = {0};
    spex_error error;
    int status = spex_transition_at(caller->manager, name, "back", "paid", at, SPEX_HERE,
                                    &observation, &error);
    if (!same_number(caller, "shared", status, SPEX_OK) || caller->note_count == NOTES)
        return;
    caller->notes[caller->note_count++] = (struct note){shared, observation.transitions, at};
}

static void random_call(struct caller *caller)
{
    struct reference_instance *instance = &caller->instances[below(caller, OWN)];
    int choice = below(caller, 100);
    if (choice < 20)
        random_init(caller, instance);
    else if (choice < 62)
        random_transition(caller, instance);
    else if (choice < 68)
        random_mock(caller, instance);
    else if (choice < 72)
        random_delete(caller, instance);
    else if (choice < 74)
        random_delete_matching(caller);
    else if (choice < 78)
        random_all(caller);
    else if (choice < 80)
        random_model(caller);
    else if (choice < 90)
        random_shared(caller);
    else if (caller->manager)
        compare_instance(caller, instance);
}

static void *run_caller(void *context)
{
    struct caller *caller = context;
    for (int i = 0; i < CALLS && !caller->problem[0]; i++)
        random_call(caller);
    return NULL;
}

/* ------------------------------------------------------------ a manager */

static struct text told; /* by handlers, a line each */
static pthread_mutex_t told_mutex = PTHREAD_MUTEX_INITIALIZER;

static spex_answer answer_report(const spex_report *report, void *user_data)
{
    (void)user_data;
    unsigned accept = 0;
    bool free_model = false;
    for (int i = 0; report->specification && i < SPECIFICATIONS; i++)
        if (strcmp(report->specification, reference_specifications[i].name) == 0) {
            accept = reference_specifications[i].accept;
            free_model = i == FREE && report->reason == SPEX_REASON_MODEL_NOT_FOUND;
        }
    /* Which of the callers asks for it first nobody knows. */
    pthread_mutex_lock(&told_mutex);
    text_printf(&told, "%s %s\n", spex_reason_name(report->reason),
                free_model ? "(free)" : report->identifier);
    pthread_mutex_unlock(&told_mutex);
    return accept >> report->reason & 1 ? SPEX_ACCEPT : SPEX_REFUSE;
}

static void quiet(const char *line, void *data)
{
    (void)line;
    (void)data;
}

static void write_models(struct setting *setting)
{
    for (int i = 0; i < SPECIFICATIONS; i++) {
        struct text text = {0};
        if (reference_model_file(i, &text))
            setting_model(setting, reference_specifications[i].name, text_value(&text));
        text_release(&text);
    }
}

static void open_all(struct setting *setting, bool timers)
{
    setting->options.handler = answer_report;
    setting->options.handler_data = NULL;
    setting->options.log = quiet;
    setting->options.prune_interval = SPEX_INFINITY;
    spex_error error = {0};
    spex_or_die(spex_manager_open(&setting->manager, &setting->options, &error), &error, SPEX_HERE);
    for (int i = 0; i < GHOST; i++) {
        spex_specification *specification = reference_declare(i);
        spex_or_die(
            spex_manager_add_specification(setting->manager, specification, NULL, NULL, &error),
            &error, SPEX_HERE);
        spex_specification_free(specification);
    }
    if (timers)
        spex_or_die(spex_manager_start(setting->manager, &error), &error, SPEX_HERE);
}

static void init_shared(spex_manager *manager)
{
    char name[32];
    spex_error error;
    for (int i = 0; i < SHARED; i++) {
        snprintf(name, sizeof name, "shared-%d", i);
        ASSERT_OK(spex_init_at(manager, "Free", name, NULL, NULL, START - 4000 * SECOND, SPEX_HERE,
                               NULL, &error),
                  error);
    }
}

/* ---------------------------------------------------- comparing the whole */

static int compare_lines(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* The lines in order, so that it does not matter who was first. */
static char *sorted(const char *text)
{
    char *copy = memory_copy_text(text), *lines[20000], *rest = NULL;
    size_t count = 0;
    for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        lines[count++] = line;
    qsort(lines, count, sizeof *lines, compare_lines);
    struct text all = {0};
    for (size_t i = 0; i < count; i++)
        text_printf(&all, "%s\n", lines[i]);
    free(copy);
    return text_take(&all);
}

static void expect_reports(struct caller *callers, unsigned count, bool first)
{
    struct text expected = {0};
    if (first)
        text_append(&expected, "impl_model_not_found (free)\n");
    for (unsigned i = 0; i < count; i++) {
        text_append(&expected, text_value(&callers[i].reference.told));
        text_clear(&callers[i].reference.told);
    }
    pthread_mutex_lock(&told_mutex);
    char *is = sorted(text_value(&told)), *wanted = sorted(text_value(&expected));
    text_clear(&told);
    pthread_mutex_unlock(&told_mutex);
    ASSERT_TEXT(is, wanted);
    free(is);
    free(wanted);
    text_release(&expected);
}

/* Every step of a shared instance that was acknowledged stands where the answer said, and
 * there is none beside them: the calls happened one after the other in that order. */
static void expect_one_order(struct setting *setting, struct caller *callers, unsigned count)
{
    for (unsigned shared = 0; shared < SHARED; shared++) {
        char name[32];
        snprintf(name, sizeof name, "shared-%u", shared);
        spex_instance *instance;
        spex_error error;
        if (!ASSERT_OK(spex_get(setting->manager, name, &instance, &error), error))
            return;
        uint64_t noted = 1;
        for (unsigned i = 0; i < count; i++) {
            uint64_t last = 0;
            for (unsigned k = 0; k < callers[i].note_count; k++) {
                const struct note *note = &callers[i].notes[k];
                if (note->shared != shared)
                    continue;
                noted++;
                CU_ASSERT_TRUE(note->number > last);
                last = note->number;
                CU_ASSERT_TRUE_FATAL(note->number >= 1 && note->number <= instance->step_count);
                CU_ASSERT_EQUAL(instance->steps[instance->step_count - note->number].at, note->at);
            }
        }
        CU_ASSERT_EQUAL(instance->step_count, noted);
        CU_ASSERT_EQUAL(instance->transitions, noted);
        spex_instance_free(instance);
    }
}

static void expect_counts(struct setting *setting, const struct caller *callers, unsigned count,
                          int64_t now)
{
    struct text is = {0}, expected = {0};
    struct reader *reader = setting_reader(setting);
    struct state_count *counts;
    size_t rows;
    spex_error error;
    ASSERT_OK(reader_counts(reader, &counts, &rows, &error), error);
    for (size_t i = 0; i < rows; i++)
        text_printf(&is, "%s %s %llu overdue %llu deviated %llu mocked %llu\n",
                    counts[i].specification, counts[i].state,
                    (unsigned long long)counts[i].instances, (unsigned long long)counts[i].overdue,
                    (unsigned long long)counts[i].deviated, (unsigned long long)counts[i].mocked);
    state_counts_free(counts, rows);
    reader_close(reader);
    for (int specification = 0; specification < SPECIFICATIONS; specification++)
        for (int state = 0; state < STATES; state++) {
            unsigned instances = 0, overdue = 0, deviated = 0, mocked = 0;
            for (unsigned i = 0; i < count * OWN; i++) {
                const struct reference_instance *instance = &callers[i / OWN].instances[i % OWN];
                if (!instance->there || instance->specification != specification ||
                    instance->state != state)
                    continue;
                instances++;
                overdue += reference_overdue(instance, now);
                deviated += reference_deviations(instance) > 0;
                mocked += instance->mocked;
            }
            if (instances)
                text_printf(&expected, "%s %s %u overdue %u deviated %u mocked %u\n",
                            reference_specifications[specification].name, reference_states[state],
                            instances, overdue, deviated, mocked);
        }
    char *got = sorted(text_value(&is)), *wanted = sorted(text_value(&expected));
    ASSERT_TEXT(got, wanted);
    free(got);
    free(wanted);
    text_release(&is);
    text_release(&expected);
}

/* What is exported is what the reference learned, and the files as they were. */
static void expect_models(struct setting *setting, const struct caller *callers, unsigned count,
                          bool shared)
{
    const char *folder = suite_scratch_path("exported");
    struct text lines = {0}, text = {0}, path = {0};
    spex_error error;
    char *bytes;
    size_t length;
    ASSERT_OK(spex_models_export(setting->manager, folder, &error), error);
    for (int i = 0; i < SPECIFICATIONS; i++) {
        text_clear(&text);
        text_clear(&path);
        text_printf(&path, "%s/%s.spex", folder, reference_specifications[i].name);
        if (reference_model_file(i, &text) &&
            ASSERT_OK(file_read(text_value(&path), 0, &bytes, &length, &error), error)) {
            ASSERT_TEXT(bytes, text_value(&text));
            free(bytes);
        } else if (i != FREE) {
            CU_ASSERT_NOT_EQUAL(access(text_value(&path), F_OK), 0);
        }
    }
    if (shared)
        text_append(&lines, "nil --[__initialisation__]-> basket\nbasket --[back]-> paid\n"
                            "paid --[back]-> paid\n");
    for (int from = 0; from <= STATES; from++)
        for (int action = 0; action < ACTIONS; action++)
            for (int to = 0; to < STATES; to++) {
                bool learned = false;
                for (unsigned i = 0; i < count; i++)
                    learned |= callers[i].reference.learned[from][action][to];
                if (learned)
                    text_printf(&lines, "%s --[%s]-> %s\n",
                                from ? reference_states[from - 1] : SPEX_NIL,
                                reference_actions[action], reference_states[to]);
            }
    text_clear(&path);
    text_printf(&path, "%s/Free.spex", folder);
    if (lines.length &&
        ASSERT_OK(file_read(text_value(&path), 0, &bytes, &length, &error), error)) {
        static const char header[] = "Specification: Free\nLearning mode: true\nTransitions:\n";
        CU_ASSERT_TRUE(strncmp(bytes, header, sizeof header - 1) == 0);
        /* Each line once: the shared ones may be among the callers' own. */
        char *wanted = sorted(text_value(&lines)), *line = wanted, *rest = NULL;
        size_t lines_count = 0, found = 0;
        for (const char *c = bytes + sizeof header - 1; *c; c++)
            lines_count += *c == '\n';
        const char *previous = "";
        for (line = strtok_r(wanted, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
            if (strcmp(line, previous) == 0)
                continue;
            previous = line;
            found++;
            ASSERT_CONTAINS(bytes, line);
        }
        CU_ASSERT_EQUAL(found, lines_count);
        free(wanted);
        free(bytes);
    }
    text_release(&lines);
    text_release(&text);
    text_release(&path);
}

static void expect_instances(struct setting *setting, struct caller *callers, unsigned count,
                             int64_t now)
{
    for (unsigned i = 0; i < count; i++) {
        struct caller *caller = &callers[i];
        spex_manager *manager = caller->manager;
        caller->manager = setting->manager;
        caller->now = now;
        for (unsigned k = 0; k < OWN; k++)
            compare_instance(caller, &caller->instances[k]);
        caller->manager = manager;
        ASSERT_TEXT(caller->problem, "");
        caller->problem[0] = '\0';
    }
}

/* ---------------------------------------------------------------- threads */

static struct caller callers[THREADS];

static void run_round(struct setting *setting, unsigned threads)
{
    pthread_t handles[THREADS];
    for (unsigned i = 0; i < threads; i++) {
        callers[i].manager = setting->manager;
        callers[i].now = atomic_load(&setting->clock.now);
        CU_ASSERT_EQUAL_FATAL(pthread_create(&handles[i], NULL, run_caller, &callers[i]), 0);
    }
    for (unsigned i = 0; i < threads; i++)
        pthread_join(handles[i], NULL);
    spex_error error;
    ASSERT_OK(spex_manager_flush(setting->manager, &error), error);
}

/* Time goes by; sometimes a prune pass, sometimes a manager that ends and comes back. */
static void between_rounds(struct setting *setting, unsigned threads, struct random *random)
{
    static const int64_t passes[] = {0, 12, 40, 70};
    int64_t passed = passes[random_below(random, 4)] * SECOND;
    setting_pass(setting, passed);
    int64_t now = atomic_load(&setting->clock.now);
    for (unsigned i = 0; i < threads; i++)
        reference_time(&callers[i].reference, now);
    unsigned expected = 0;
    if (random_below(random, 3) == 0) {
        spex_error error;
        uint64_t pruned;
        for (unsigned i = 0; i < threads; i++)
            expected += reference_prune(&callers[i].reference, now);
        for (int dry = 1; dry >= 0; dry--) {
            ASSERT_OK(spex_prune(setting->manager, dry, &pruned, &error), error);
            CU_ASSERT_EQUAL(pruned, expected + SHARED);
        }
    } else if (random_below(random, 3) == 0) {
        setting_close(setting);
        open_all(setting, true);
        setting_pass(setting, 0); /* what a start prunes and reports is done */
        for (unsigned i = 0; i < threads; i++) {
            reference_time(&callers[i].reference, now);
            reference_prune(&callers[i].reference, now);
        }
    }
}

static void run_sequence(uint64_t seed, unsigned threads, unsigned shards)
{
    struct setting setting;
    struct random random = {seed};
    char name[48];
    snprintf(name, sizeof name, "sequence-%llu-%u", (unsigned long long)seed, threads);
    setting_init(&setting, name, false);
    setting.options.distribution_factor = shards;
    write_models(&setting);
    open_all(&setting, true);
    setting_pass(&setting, 0);
    for (unsigned i = 0; i < threads; i++)
        caller_init(&callers[i], i, seed * 1000 + i);
    text_clear(&told);
    init_shared(setting.manager);
    bool failed = false;
    for (unsigned round = 0; round < 3 && !failed; round++) {
        int64_t now = atomic_load(&setting.clock.now);
        run_round(&setting, threads);
        for (unsigned i = 0; i < threads; i++)
            failed |= callers[i].problem[0] != '\0';
        expect_instances(&setting, callers, threads, now);
        expect_one_order(&setting, callers, threads);
        between_rounds(&setting, threads, &random);
        now = atomic_load(&setting.clock.now);
        expect_reports(callers, threads, round == 0);
        expect_instances(&setting, callers, threads, now);
        char shared[32];
        spex_error error;
        /* New ones for the next round: pruning may have taken these. */
        for (int i = 0; i < SHARED; i++) {
            snprintf(shared, sizeof shared, "shared-%d", i);
            ASSERT_OK(spex_delete(setting.manager, shared, NULL, &error), error);
        }
        expect_counts(&setting, callers, threads, now);
        bool stepped = false;
        for (unsigned i = 0; i < threads; i++) {
            stepped |= callers[i].note_count > 0;
            callers[i].note_count = 0;
        }
        expect_models(&setting, callers, threads, stepped);
        init_shared(setting.manager);
    }
    for (unsigned i = 0; i < threads; i++)
        text_release(&callers[i].reference.told);
    if (failed)
        printf("     seed %llu, %u threads\n", (unsigned long long)seed, threads);
    setting_release(&setting);
}

static void one_caller(void)
{
    unsigned count = suite_count(8, 200);
    for (unsigned i = 0; i < count; i++)
        run_sequence(100 + i, 1, 1 + i % 5);
    printf("     %u sequences of %d calls\n", count, 3 * CALLS);
}

static void several_threads(void)
{
    unsigned count = suite_count(8, 200);
    for (unsigned i = 0; i < count; i++)
        run_sequence(5000 + i, THREADS, 1 + i % 5);
    printf("     %u times %d threads with %d calls each\n", count, THREADS, 3 * CALLS);
}

/* -------------------------------------------------------------- processes */

/* A caller in a process of its own: its notes go to standard output. */
static int child(char **arguments)
{
    static struct caller caller;
    struct setting setting;
    memset(&setting, 0, sizeof setting);
    atomic_store(&setting.clock.now, START);
    spex_manager_options_init(&setting.options);
    setting.options.store_dir = arguments[0];
    setting.options.impl_models_dir = arguments[1];
    setting.options.clock = fake_clock(&setting.clock);
    setting.options.distribution_factor = 0;
    open_all(&setting, false);
    unsigned number = (unsigned)atoi(arguments[2]);
    caller_init(&caller, number, strtoull(arguments[3], NULL, 10));
    caller.manager = setting.manager;
    caller.now = START;
    run_caller(&caller);
    setting_close(&setting);
    for (unsigned i = 0; i < caller.note_count; i++)
        printf("%u %llu %lld\n", caller.notes[i].shared, (unsigned long long)caller.notes[i].number,
               (long long)caller.notes[i].at);
    if (caller.problem[0])
        fprintf(stderr, "%s\n", caller.problem);
    text_release(&caller.reference.told);
    text_release(&told);
    return caller.problem[0] ? 1 : 0;
}

static struct process start_child(const struct setting *setting, unsigned number, uint64_t seed)
{
    char words[2][32];
    snprintf(words[0], sizeof words[0], "%u", number);
    snprintf(words[1], sizeof words[1], "%llu", (unsigned long long)seed);
    return process_start((const char *const[]){
        setting->options.store_dir, setting->options.impl_models_dir, words[0], words[1], NULL});
}

static void run_processes(uint64_t seed)
{
    struct setting setting;
    char name[48], line[100];
    snprintf(name, sizeof name, "processes-%llu", (unsigned long long)seed);
    setting_init(&setting, name, false);
    write_models(&setting);
    open_all(&setting, false);
    init_shared(setting.manager);
    struct process processes[PROCESSES];
    for (unsigned i = 0; i < PROCESSES; i++)
        processes[i] = start_child(&setting, i, seed * 1000 + i);
    for (unsigned i = 0; i < PROCESSES; i++) {
        /* The reference alone, meanwhile. */
        caller_init(&callers[i], i, seed * 1000 + i);
        callers[i].now = START;
        run_caller(&callers[i]);
        text_release(&callers[i].reference.told);
        while (fgets(line, sizeof line, processes[i].output)) {
            struct note note;
            unsigned long long number;
            long long at;
            CU_ASSERT_EQUAL_FATAL(sscanf(line, "%u %llu %lld", &note.shared, &number, &at), 3);
            note.number = number;
            note.at = at;
            callers[i].notes[callers[i].note_count++] = note;
        }
        CU_ASSERT_EQUAL(process_finish(&processes[i]), 0);
    }
    expect_instances(&setting, callers, PROCESSES, START);
    expect_one_order(&setting, callers, PROCESSES);
    expect_models(&setting, callers, PROCESSES, true);
    text_clear(&told);
    setting_release(&setting);
}

static void several_processes(void)
{
    unsigned count = suite_count(4, 100);
    for (unsigned i = 0; i < count; i++)
        run_processes(70000 + i);
    printf("     %u times %d processes with %d calls each\n", count, PROCESSES, CALLS);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"one caller", one_caller},
        {"several threads", several_threads},
        {"several processes", several_processes},
        {0},
    };
    if (argc == 6 && strcmp(argv[1], "--child") == 0)
        return child(argv + 2);
    int code = suite_run("model_based", tests, argc, argv);
    text_release(&told);
    return code;
}
