/* Simulating steps of an instance: judged as recorded ones, undone, kept, dropped. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "manager/simulation.h"
#include "tests/views/screen.h"
#include "views/instance/what_if.h"

/* What the store says of an instance, as `spex get --json` prints it; valid until the next. */
static const char *stored(struct screen *screen, const char *identifier)
{
    static struct text text;
    struct reader *reader;
    spex_instance *instance;
    spex_error error;
    text_clear(&text);
    spex_clock clock = clock_system();
    ASSERT_OK(reader_open(&reader, screen->options.store_dir, &clock, &error), error);
    ASSERT_OK(reader_instance(reader, identifier, 0, &instance, &error), error);
    for (size_t i = instance->step_count; i-- > 0;)
        text_printf(&text, "%s>%s %s; ", instance->steps[i].action, instance->steps[i].state,
                    spex_verdict_name(instance->steps[i].verdict));
    spex_instance_free(instance);
    reader_close(reader);
    return text_value(&text);
}

static void keep_quiet(const char *line, void *data)
{
    (void)line;
    (void)data;
}

static void open_instance(struct screen *screen, const char *directory, const char *identifier)
{
    screen_open(screen, directory, false);
    screen_keys(screen, ":");
    screen_type(screen, "instance ");
    screen_type(screen, identifier);
    screen_keys(screen, "Enter");
}

static void type_step(struct screen *screen, const char *action, const char *state)
{
    screen_keys(screen, "s a C-u");
    screen_type(screen, action);
    screen_keys(screen, "Enter C-u");
    screen_type(screen, state);
    screen_keys(screen, "Enter");
}

static const char before[] = "__initialisation__>basket conforms; checkout>paying conforms; "
                             "pay>paid conforms; ";

static void simulated_steps_are_judged_and_nothing_is_written(void)
{
    struct screen screen;
    open_instance(&screen, screen_copy("simulated"), "order-stuck");
    screen_keys(&screen, "w");
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "WHAT IF: nothing is written");
    ASSERT_CONTAINS(text, "specification in {paid}  model in {paid}");
    screen_keys(&screen, "Enter");
    text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "Simulated ship → shipped; nothing is written.");
    ASSERT_CONTAINS(text, "specification in {shipped}  model in {shipped}");
    ASSERT_CONTAINS(text, "3 steps + 1 simulated");
    ASSERT_CONTAINS(text, "✓ conforms");
    type_step(&screen, "teleport", "moon");
    text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "deviates: not specified, not accepted");
    ASSERT_CONTAINS(text, "specification ✗ no such run  model ✗ no such run");
    ASSERT_CONTAINS(text, "2 simulated steps");
    ASSERT_TEXT(stored(&screen, "order-stuck"), before);
    /* Nor does what else would write. */
    screen_keys(&screen, "d");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "What if: nothing is written. w keeps or drops");
    screen_keys(&screen, "m");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "What if: nothing is written. w keeps or drops");
    screen_close(&screen);
}

static void steps_are_undone_and_done_again(void)
{
    struct screen screen;
    open_instance(&screen, screen_copy("undone"), "order-stuck");
    screen_keys(&screen, "u");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Nothing is simulated; w begins.");
    screen_keys(&screen, "w Enter Enter");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "specification in {delivered}");
    screen_keys(&screen, "u");
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "specification in {shipped}");
    ASSERT_CONTAINS(text, "1 simulated step, 1 undone");
    ASSERT_CONTAINS(text, "undone");
    screen_keys(&screen, "C-r");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "specification in {delivered}");
    screen_keys(&screen, "U");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "There is nothing to do again.");
    /* Another step takes the place of what was undone. */
    screen_keys(&screen, "u s 2");
    text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "specification in {refunded}");
    ASSERT_CONTAINS(text, "2 simulated steps: ");
    /* The history's keys go along them. */
    screen_keys(&screen, "[ [");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "specification in {paid}");
    screen_keys(&screen, "u");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "There is nothing to undo.");
    screen_keys(&screen, "Tab G");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "specification in {refunded}");
    ASSERT_TEXT(stored(&screen, "order-stuck"), before);
    screen_close(&screen);
}

static void the_graphs_follow_what_is_simulated(void)
{
    struct screen screen;
    open_instance(&screen, screen_copy("followed"), "order-stuck");
    screen_keys(&screen, "w Enter 4");
    const char *text = screen_text(&screen, 120, 40);
    ASSERT_CONTAINS(text, "order-stuck, WHAT IF, nothing is written: shipped");
    screen_golden(&screen, "graphs-what-if");
    screen_keys(&screen, "u");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "nothing is written: paid");
    screen_keys(&screen, "s 2");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "nothing is written: refunded");
    screen_close(&screen);
}

static void kept_steps_are_recorded_once_confirmed(void)
{
    struct screen screen;
    open_instance(&screen, screen_copy("kept"), "order-stuck");
    screen_keys(&screen, "W");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Nothing is simulated; w begins.");
    screen_keys(&screen, "w W");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Nothing is simulated that could be kept.");
    screen_keys(&screen, "Enter Enter W");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Record 2 steps of order-stuck? y/n");
    screen_keys(&screen, "n");
    ASSERT_TEXT(stored(&screen, "order-stuck"), before);
    screen_keys(&screen, "w 1 y");
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "Recorded 2 of 2 steps of order-stuck.");
    ASSERT_CONTAINS(text, "History, 5 steps");
    CU_ASSERT_PTR_NULL(strstr(text, "WHAT IF"));
    char expected[300];
    snprintf(expected, sizeof expected, "%sship>shipped conforms; deliver>delivered conforms; ",
             before);
    ASSERT_TEXT(stored(&screen, "order-stuck"), expected);
    screen_close(&screen);
}

/* The second of three is refused: it is recorded all the same, the third is not. */
static void keeping_ends_at_the_first_refusal(void)
{
    struct screen screen;
    open_instance(&screen, screen_copy("refused"), "order-stuck");
    screen_keys(&screen, "w Enter");
    type_step(&screen, "teleport", "moon");
    type_step(&screen, "land", "delivered");
    screen_keys(&screen, "W");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24),
                    "Record 3 steps of order-stuck? It ends with step 2, which the policy does not "
                    "accept. y/n");
    screen_keys(&screen, "Enter"); /* which is no */
    ASSERT_CONTAINS(screen_text(&screen, 120, 24),
                    "Not recorded: what is simulated is still there.");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "3 simulated steps");
    screen_keys(&screen, "W y");
    const char *text = screen_text(&screen, 120, 24);
    ASSERT_CONTAINS(
        text, "Recorded 2 of 3 steps of order-stuck; the policy does not accept the last one");
    /* What is left is still simulated, from where the instance is now. */
    ASSERT_CONTAINS(text, "History, 5 steps + 1 simulated");
    ASSERT_CONTAINS(text, "land → delivered");
    char expected[300];
    snprintf(expected, sizeof expected,
             "%sship>shipped conforms; teleport>moon deviation_not_equivalent; ", before);
    ASSERT_TEXT(stored(&screen, "order-stuck"), expected);
    screen_keys(&screen, "u");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), " moon ");
    screen_close(&screen);
}

static void dropping_asks_and_writes_nothing(void)
{
    struct screen screen;
    open_instance(&screen, screen_copy("dropped"), "order-stuck");
    screen_keys(&screen, "w Enter Enter Esc");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Drop the 2 simulated steps of order-stuck? y/n");
    screen_keys(&screen, "n");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "2 simulated steps");
    /* It stays while one looks elsewhere. */
    screen_keys(&screen, "1 3");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "2 simulated steps");
    screen_keys(&screen, "w 2");
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "Dropped: nothing was written.");
    CU_ASSERT_PTR_NULL(strstr(text, "WHAT IF"));
    /* Without steps there is nothing to ask about. */
    screen_keys(&screen, "w q");
    CU_ASSERT_PTR_NULL(strstr(screen_text(&screen, 80, 24), "WHAT IF"));
    ASSERT_TEXT(stored(&screen, "order-stuck"), before);
    screen_close(&screen);
}

static void with_manager(const struct screen *screen,
                         void (*work)(spex_manager *manager, spex_error *error))
{
    spex_manager *manager;
    spex_manager_options options;
    spex_error error = {0};
    spex_manager_options_init(&options);
    project_manager_options(&screen->options, &options);
    options.passive = true;
    options.log = keep_quiet;
    ASSERT_OK(spex_manager_open(&manager, &options, &error), error);
    work(manager, &error);
    CU_ASSERT_EQUAL(error.status, SPEX_OK);
    spex_manager_close(manager);
}

static void refund_it(spex_manager *manager, spex_error *error)
{
    spex_transition(manager, "order-stuck", "refund", "refunded", error);
}

static void an_instance_that_moved_on_keeps_nothing(void)
{
    struct screen screen;
    open_instance(&screen, screen_copy("overtaken"), "order-stuck");
    screen_keys(&screen, "w Enter");
    with_manager(&screen, refund_it);
    /* Not seen yet: the store says so. */
    workspace_refresh(screen.explorer->workspace, REFRESH_CHANGED);
    explorer_settle(screen.explorer);
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "The instance took steps of its own meanwhile");
    screen_keys(&screen, "W");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "these do not follow any more");
    ASSERT_CONTAINS(stored(&screen, "order-stuck"), "refund>refunded conforms; ");
    CU_ASSERT_PTR_NULL(strstr(stored(&screen, "order-stuck"), "ship"));
    screen_close(&screen);
}

/* Another process, at work as soon as the first step that is kept is in the store. The manager that
 * keeps them looks at the clock between two steps, while it holds no lock. */
static struct {
    pthread_mutex_t mutex;
    struct screen *screen;
    void (*meddle)(spex_manager *manager, spex_error *error);
} other = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static bool first_is_kept(void)
{
    struct reader *reader;
    spex_instance *instance = NULL;
    spex_error error;
    spex_clock clock = clock_system();
    ASSERT_OK(reader_open(&reader, other.screen->options.store_dir, &clock, &error), error);
    ASSERT_OK(reader_instance(reader, "order-stuck", 0, &instance, &error), error);
    bool kept = instance && instance->transitions == 4;
    spex_instance_free(instance);
    reader_close(reader);
    return kept;
}

static int64_t watched_clock(void *context)
{
    (void)context;
    pthread_mutex_lock(&other.mutex);
    if (other.meddle && first_is_kept()) {
        with_manager(other.screen, other.meddle);
        other.meddle = NULL;
    }
    pthread_mutex_unlock(&other.mutex);
    return SCREEN_NOW;
}

/* Simulates ship and deliver of order-stuck and keeps them, with the other process between. */
static void keep_with(struct screen *screen, const char *directory,
                      void (*meddle)(spex_manager *manager, spex_error *error))
{
    open_instance(screen, screen_copy(directory), "order-stuck");
    screen_keys(screen, "w Enter Enter W");
    other.screen = screen;
    other.meddle = meddle;
    screen->explorer->workspace->options.clock =
        (spex_clock){.wall = watched_clock, .monotonic = watched_clock};
    screen_keys(screen, "y");
    CU_ASSERT_PTR_NULL(other.meddle);
    other.meddle = NULL;
}

static void lose_it(spex_manager *manager, spex_error *error)
{
    spex_transition(manager, "order-stuck", "lose", "refunded", error);
}

static void put_it_elsewhere(spex_manager *manager, spex_error *error)
{
    spex_mock(manager, "Order", "order-stuck", NULL, "paying", error);
}

static void delete_it(spex_manager *manager, spex_error *error)
{
    spex_delete(manager, "order-stuck", NULL, error);
}

static void a_step_of_others_between_two_kept_ones_ends_keeping(void)
{
    struct screen screen;
    keep_with(&screen, "between", lose_it);
    const char *text = screen_text(&screen, 120, 24);
    ASSERT_CONTAINS(text, "Recorded 1 of 2 steps of order-stuck: order-stuck moved on meanwhile");
    char expected[300];
    snprintf(expected, sizeof expected, "%sship>shipped conforms; lose>refunded conforms; ",
             before);
    ASSERT_TEXT(stored(&screen, "order-stuck"), expected);
    /* What is left is shown as it was judged, and cannot be kept. */
    ASSERT_CONTAINS(text, "deliver → delivered");
    CU_ASSERT_PTR_NULL(strstr(text, "being judged"));
    screen_keys(&screen, "W");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "these do not follow any more; w begins anew.");
    screen_keys(&screen, "y");
    ASSERT_TEXT(stored(&screen, "order-stuck"), expected);
    /* Nor what is simulated behind it, nor is that judged for ever. */
    type_step(&screen, "teleport", "moon");
    CU_ASSERT_PTR_NULL(strstr(screen_text(&screen, 120, 24), "being judged"));
    screen_keys(&screen, "W y");
    ASSERT_TEXT(stored(&screen, "order-stuck"), expected);
    screen_keys(&screen, "w");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "Drop the 2 simulated steps");
    screen_keys(&screen, "y");
    text = screen_text(&screen, 120, 24);
    ASSERT_CONTAINS(text, "specification in {refunded}");
    ASSERT_CONTAINS(text, "0 simulated steps");
    screen_keys(&screen, "w");
    screen_close(&screen);
}

/* Mocked, it has taken fewer than before. */
static void an_instance_mocked_between_ends_keeping(void)
{
    struct screen screen;
    keep_with(&screen, "mocked-between", put_it_elsewhere);
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "Recorded 1 of 2 steps of order-stuck");
    ASSERT_TEXT(stored(&screen, "order-stuck"), "");
    screen_keys(&screen, "W y");
    ASSERT_TEXT(stored(&screen, "order-stuck"), "");
    screen_close(&screen);
}

static void an_instance_deleted_between_is_said_to_be(void)
{
    struct screen screen;
    keep_with(&screen, "deleted-between", delete_it);
    ASSERT_CONTAINS(screen_text(&screen, 120, 24),
                    "Recorded 1 of 2 steps of order-stuck: order-stuck was deleted meanwhile");
    screen_keys(&screen, "W");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24),
                    "order-stuck was deleted meanwhile: what was simulated of it cannot be kept.");
    screen_keys(&screen, "w");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "order-stuck was deleted meanwhile");
    CU_ASSERT_PTR_NULL(screen.explorer->what_if);
    screen_close(&screen);
}

static void make_it_anew(spex_manager *manager, spex_error *error)
{
    delete_it(manager, error);
    spex_mock(manager, "Order", "order-stuck", NULL, "paying", error);
    spex_transition(manager, "order-stuck", "fail", "basket", error);
    spex_transition(manager, "order-stuck", "checkout", "paying", error);
    spex_transition(manager, "order-stuck", "pay", "paid", error);
    spex_transition(manager, "order-stuck", "ship", "shipped", error);
}

/* As many transitions later it is in the same state. */
static void an_instance_made_anew_between_ends_keeping(void)
{
    struct screen screen;
    keep_with(&screen, "anew-between", make_it_anew);
    ASSERT_CONTAINS(screen_text(&screen, 120, 24),
                    "Recorded 1 of 2 steps of order-stuck: order-stuck was made anew meanwhile");
    ASSERT_TEXT(stored(&screen, "order-stuck"),
                "fail>basket conforms; checkout>paying conforms; pay>paid conforms; "
                "ship>shipped conforms; ");
    screen_keys(&screen, "W");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "these do not follow any more; w begins anew.");
    screen_close(&screen);
}

static void a_changed_model_judges_anew(void)
{
    struct screen screen;
    const char *directory = screen_copy("remodelled");
    open_instance(&screen, directory, "order-stuck");
    screen_keys(&screen, "w s 2");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "✓ conforms");
    static const char smaller[] = "Specification: Order\nLearning mode: false\nTransitions:\n"
                                  "basket --[checkout]-> paying\n"
                                  "nil --[__initialisation__]-> basket\n";
    char *path = file_join(directory, "models/Order.spex");
    spex_error error;
    ASSERT_OK(file_replace(path, smaller, strlen(smaller), &error), error);
    free(path);
    workspace_refresh(screen.explorer->workspace, REFRESH_CHANGED);
    explorer_settle(screen.explorer);
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "deviates: specified, but new to the model");
    screen_close(&screen);
}

/* Where the specification chose unseen, the steps of all states it may be in are offered. */
static void other_possible_states_offer_their_steps(void)
{
    static const char fork[] = "Specification: Fork\n"
                               "Transitions:\n"
                               "idle --[start]-> left\n"
                               "idle --[start]-> right\n"
                               "left --[go]-> one\n"
                               "right --[stop]-> idle\n";
    struct screen screen;
    spex_error error;
    const char *directory = screen_copy("forked");
    char *path = file_join(directory, "specs/fork.spec");
    ASSERT_OK(file_replace(path, fork, strlen(fork), &error), error);
    spex_specification *specification;
    ASSERT_OK(spex_specification_load(&specification, path, &error), error);
    free(path);
    screen_open(&screen, directory, false);
    spex_manager *manager;
    spex_manager_options options;
    spex_manager_options_init(&options);
    project_manager_options(&screen.options, &options);
    options.passive = true;
    options.log = keep_quiet;
    ASSERT_OK(spex_manager_open(&manager, &options, &error), error);
    ASSERT_OK(spex_manager_add_specification(manager, specification, NULL, NULL, &error), error);
    ASSERT_OK(spex_init(manager, "Fork", "forked", NULL, NULL, &error), error);
    ASSERT_OK(spex_transition(manager, "forked", "start", "left", &error), error);
    spex_manager_close(manager);
    spex_specification_free(specification);
    screen_keys(&screen, "R :");
    screen_type(&screen, "instance forked");
    screen_keys(&screen, "Enter w");
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "specification in {left, right}  model in {left}");
    ASSERT_CONTAINS(text, "go → one");
    ASSERT_CONTAINS(text, "stop → idle right");
    screen_keys(&screen, "s");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "stop → idle  if the specification is in right");
    screen_keys(&screen, "2");
    text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "specification in {idle}");
    ASSERT_CONTAINS(text, "learned");
    screen_close(&screen);
}

static void screens(void)
{
    struct screen screen;
    open_instance(&screen, screen_project(), "order-stuck");
    screen_keys(&screen, "w Enter Enter u");
    screen_golden(&screen, "what-if");
    screen_keys(&screen, "W");
    screen_golden_at(&screen, "what-if-keep", 80, 24);
    screen_keys(&screen, "n");
    type_step(&screen, "teleport", "moon");
    screen_golden(&screen, "what-if-deviates");
    screen_keys(&screen, "w 2");
    screen_close(&screen);
}

/* ------------------------------------------------------------------- pieces */

static struct spex_specification *specification_of(const char *name, const char *const (*steps)[3],
                                                   size_t count)
{
    struct spex_specification *specification;
    spex_error error;
    ASSERT_OK(spex_specification_create(&specification, name, &error), error);
    for (size_t i = 0; i < count; i++)
        ASSERT_OK(
            spex_specification_add(specification, steps[i][0], steps[i][1], steps[i][2], &error),
            error);
    return specification;
}

/* "a b c" */
static const char *names(const struct possible_states *states)
{
    static char line[200];
    size_t used = 0;
    line[0] = '\0';
    for (size_t i = 0; i < states->count; i++)
        used += (size_t)snprintf(line + used, sizeof line - used, "%s%s", i ? " " : "",
                                 states->names[i]);
    return line;
}

static void assert_possible(const struct simulation *simulation, enum side side,
                            const struct simulated_step *steps, size_t count, const char *expected)
{
    struct possible_states states;
    spex_error error;
    ASSERT_OK(simulation_possible(simulation, side, steps, count, &states, &error), error);
    ASSERT_TEXT(names(&states), expected);
    file_list_free(states.names, states.count);
}

static void what_nobody_saw_leaves_several_states_possible(void)
{
    static const char *const steps[][3] = {
        {"idle", "start", "left"},         {"idle", "start", "right"}, {"left", "go", "one"},
        {"right", SPEX_INTERNAL, "inner"}, {"inner", "stop", "idle"},  {"one", "stop", "idle"},
    };
    struct spex_specification *specification = specification_of("Fork", steps, 6);
    const spex_step history[] = {{.action = "start", .state = "left"},
                                 {.action = SPEX_INITIALISATION, .state = "idle"}};
    const spex_instance instance = {.identifier = "x",
                                    .specification = "Fork",
                                    .state = "left",
                                    .transitions = 2,
                                    .steps = history,
                                    .step_count = 2};
    struct simulation *simulation;
    spex_error error;
    ASSERT_OK(simulation_open(&simulation, specification, NULL, instance_copy(&instance),
                              model_create("Fork", false), &error),
              error);
    char stop[] = "stop", idle[] = "idle", start[] = "start", right[] = "right";
    struct simulated_step taken[] = {{.action = stop, .state = idle},
                                     {.action = start, .state = right}};
    assert_possible(simulation, LEFT, taken, 0, "left right inner");
    /* There is no model: a first step would start one, and be learned. */
    ASSERT_OK(simulation_judge(simulation, taken, 2, &error), error);
    CU_ASSERT_TRUE(taken[0].recorded && !taken[0].refused);
    CU_ASSERT_EQUAL(taken[0].verdict, SPEX_VERDICT_LEARNED);
    assert_possible(simulation, LEFT, taken, 1, "idle");
    assert_possible(simulation, LEFT, taken, 2, "left right inner");
    simulation_close(simulation);
    /* Unless the policy refuses. */
    spex_policy policy = *spex_specification_policy(specification);
    policy.accept = 0;
    ASSERT_OK(spex_specification_set_policy(specification, &policy, &error), error);
    ASSERT_OK(simulation_open(&simulation, specification, NULL, instance_copy(&instance),
                              model_create("Fork", false), &error),
              error);
    taken[0].judged = taken[1].judged = false;
    ASSERT_OK(simulation_judge(simulation, taken, 2, &error), error);
    CU_ASSERT_TRUE(taken[0].refused && !taken[0].recorded && !taken[1].recorded);
    assert_possible(simulation, LEFT, taken, 2, "left right inner");
    simulation_close(simulation);
    spex_specification_free(specification);
}

/* Each step is simulated, with those before it, and then recorded. */
static void what_is_simulated_is_what_is_recorded(void)
{
    static const char *const actions[] = {"checkout", "pay", "ship", "refund", "jump"};
    static const char *const states[] = {"paying", "paid", "shipped", "refunded", "moon"};
    struct random random = {11};
    struct screen screen;
    size_t kinds[4] = {0};
    for (int round = 0; round < 12; round++) {
        const char *identifier = round % 2 ? "order-stuck" : "order-strange";
        char name[32];
        snprintf(name, sizeof name, "agree-%d", round);
        open_instance(&screen, screen_copy(name), identifier);
        screen_keys(&screen, "w");
        struct what_if *what_if = what_if_shown(screen.explorer);
        CU_ASSERT_PTR_NOT_NULL_FATAL(what_if);
        for (int i = 0; i < 6; i++) {
            what_if_step(what_if, actions[random_below(&random, 5)],
                         states[random_below(&random, 5)]);
            explorer_settle(screen.explorer);
        }
        struct text simulated = {0};
        for (size_t i = 0; i < what_if->count; i++) {
            CU_ASSERT_TRUE(what_if->steps[i].judged);
            kinds[what_if->steps[i].verdict]++;
            text_printf(&simulated, "%s>%s %s; ", what_if->steps[i].action, what_if->steps[i].state,
                        spex_verdict_name(what_if->steps[i].verdict));
        }
        while (what_if_shown(screen.explorer))
            screen_keys(&screen, "W y");
        ASSERT_CONTAINS(stored(&screen, identifier), text_value(&simulated));
        text_release(&simulated);
        screen_close(&screen);
    }
    CU_ASSERT_TRUE(kinds[SPEX_VERDICT_CONFORMS] && kinds[SPEX_VERDICT_NOT_EQUIVALENT]);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"simulated steps are judged and nothing is written",
         simulated_steps_are_judged_and_nothing_is_written},
        {"steps are undone and done again", steps_are_undone_and_done_again},
        {"the graphs follow what is simulated", the_graphs_follow_what_is_simulated},
        {"kept steps are recorded once confirmed", kept_steps_are_recorded_once_confirmed},
        {"keeping ends at the first refusal", keeping_ends_at_the_first_refusal},
        {"dropping asks and writes nothing", dropping_asks_and_writes_nothing},
        {"an instance that moved on keeps nothing", an_instance_that_moved_on_keeps_nothing},
        {"a step of others between two kept ones ends keeping",
         a_step_of_others_between_two_kept_ones_ends_keeping},
        {"an instance mocked between ends keeping", an_instance_mocked_between_ends_keeping},
        {"an instance deleted between is said to be", an_instance_deleted_between_is_said_to_be},
        {"an instance made anew between ends keeping", an_instance_made_anew_between_ends_keeping},
        {"a changed model judges anew", a_changed_model_judges_anew},
        {"other possible states offer their steps", other_possible_states_offer_their_steps},
        {"screens", screens},
        {"what is simulated is what is recorded", what_is_simulated_is_what_is_recorded},
        {"what nobody saw leaves several states possible",
         what_nobody_saw_leaves_several_states_possible},
        {0},
    };
    return suite_run("what_if", tests, argc, argv);
}
