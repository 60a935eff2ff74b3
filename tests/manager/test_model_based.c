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

#include "tests/manager/caller.h"
#include "tests/manager/processes.h"

enum { THREADS = 4, CALLS = 120, PROCESSES = 3 };

static void *run_caller(void *context)
{
    struct caller *caller = context;
    for (int i = 0; i < CALLS && !caller->problem[0]; i++)
        caller_call(caller);
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
            caller_compare_instance(caller, &caller->instances[k]);
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
