#include "bench/families.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static uint64_t next_random(uint64_t *state)
{
    uint64_t value = *state += UINT64_C(0x9E3779B97F4A7C15);
    value = (value ^ value >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ value >> 27) * UINT64_C(0x94D049BB133111EB);
    return value ^ value >> 31;
}

static uint32_t below(uint64_t *state, uint64_t bound)
{
    return (uint32_t)((next_random(state) >> 32) * bound >> 32);
}

static void add(struct lts *lts, uint64_t from, uint32_t label, uint64_t to)
{
    if (lts_add(lts, (uint32_t)from, label, (uint32_t)to, NULL))
        abort();
    uint64_t most = from > to ? from : to;
    if (most >= lts->state_count)
        lts->state_count = (uint32_t)most + 1;
}

static uint32_t label(struct lts *lts, const char *name)
{
    return symbols_intern(&lts->labels, name);
}

static uint32_t numbered_label(struct lts *lts, const char *name, uint32_t number)
{
    char text[40];
    snprintf(text, sizeof text, "%s(%u)", name, number);
    return label(lts, text);
}

/* ---- shapes of models */

/* Three counters that go round; some of their steps are internal. */
static void grid(struct lts *lts, uint64_t transitions)
{
    uint32_t x = label(lts, "x"), y = label(lts, "y"), z = label(lts, "z");
    uint64_t side = (uint64_t)cbrt((double)transitions / 3);
    side = side < 2 ? 2 : side;
    for (uint64_t i = 0; i < side; i++)
        for (uint64_t j = 0; j < side; j++)
            for (uint64_t k = 0; k < side; k++) {
                uint64_t at = (i * side + j) * side + k;
                add(lts, at, x, ((i + 1) % side * side + j) * side + k);
                add(lts, at, j % 2 ? LTS_INTERNAL : y, (i * side + (j + 1) % side) * side + k);
                add(lts, at, k % 3 ? LTS_INTERNAL : z, (i * side + j) * side + (k + 1) % side);
            }
}

/* Messages that are sent until they get through, one after the other. */
static void protocol(struct lts *lts, uint64_t transitions)
{
    uint64_t count = transitions / 9 + 1;
    uint32_t acknowledge = label(lts, "ack");
    for (uint64_t i = 0; i < count; i++) {
        uint64_t at = 7 * i;
        uint32_t kind = (uint32_t)(i % 50);
        add(lts, at, numbered_label(lts, "send", kind), at + 1);
        add(lts, at + 1, LTS_INTERNAL, at + 2);
        add(lts, at + 1, LTS_INTERNAL, at + 3);
        add(lts, at + 2, LTS_INTERNAL, at + 1);
        add(lts, at + 3, numbered_label(lts, "deliver", kind), at + 4);
        add(lts, at + 4, LTS_INTERNAL, at + 5);
        add(lts, at + 4, LTS_INTERNAL, at + 6);
        add(lts, at + 5, LTS_INTERNAL, at + 4);
        add(lts, at + 6, acknowledge, i + 1 < count ? at + 7 : 0);
    }
}

/* No shape at all: three steps a state, a quarter of them internal. */
static void random_steps(struct lts *lts, uint64_t transitions)
{
    uint64_t states = transitions / 3 + 1, seed = 1;
    uint32_t labels[6];
    for (uint32_t i = 0; i < 6; i++)
        labels[i] = numbered_label(lts, "l", i);
    for (uint64_t i = 0; i < 3 * states; i++)
        add(lts, i / 3, below(&seed, 4) ? labels[below(&seed, 6)] : LTS_INTERNAL,
            below(&seed, states));
}

/* ---- shapes that are hard */

/* A chain whose states also reach one of two hubs: seen from its end it falls apart state
 * by state. */
static void hubs(struct lts *lts, uint64_t transitions)
{
    uint64_t length = transitions / 2;
    uint32_t a = label(lts, "a"), b = label(lts, "b");
    for (uint64_t i = 0; i < length; i++) {
        add(lts, i, b, i + 1);
        add(lts, i, a, length + 1 + i % 2);
    }
    add(lts, length + 1, label(lts, "c"), length + 1);
    add(lts, length + 2, label(lts, "d"), length + 2);
}

/* Every state has a step to all that come after it. */
static void dag(struct lts *lts, uint64_t transitions)
{
    uint64_t states = (uint64_t)sqrt(2 * (double)transitions) + 1;
    uint32_t a = label(lts, "a");
    for (uint64_t i = 0; i < states; i++)
        for (uint64_t k = i + 1; k < states; k++)
            add(lts, i, a, k);
}

/* A cycle with a Fibonacci word on it: told apart only from far away. */
static void fibonacci(struct lts *lts, uint64_t transitions)
{
    uint32_t names[2] = {label(lts, "a"), label(lts, "b")};
    uint64_t shorter = 1, length = 2;
    while (length < transitions) {
        uint64_t sum = shorter + length;
        shorter = length;
        length = sum;
    }
    unsigned char *word = malloc(length + 1);
    if (!word)
        abort();
    memcpy(word, "\0\1", 2);
    /* Each longer word is the last one and the one before that, its own beginning. */
    for (uint64_t before = 1, have = 2; have < length;) {
        memcpy(word + have, word, before);
        uint64_t sum = have + before;
        before = have;
        have = sum;
    }
    for (uint64_t i = 0; i < length; i++)
        add(lts, i, names[word[i]], (i + 1) % length);
    free(word);
}

/* A square of internal steps to the right and down, with a way out here and there. What it takes
 * depends on where these meet the lower edge: all members have that in common. */
static void internal_grid(struct lts *lts, uint64_t transitions)
{
    enum { PERIOD = 11 };
    uint64_t side = (uint64_t)sqrt((double)transitions / 2.09) / PERIOD * PERIOD + 1;
    side = side < 2 ? PERIOD + 1 : side;
    uint32_t labels[4];
    for (uint32_t i = 0; i < 4; i++)
        labels[i] = numbered_label(lts, "v", i);
    for (uint64_t i = 0; i < side; i++)
        for (uint64_t k = 0; k < side; k++) {
            if (i + 1 < side)
                add(lts, i * side + k, LTS_INTERNAL, (i + 1) * side + k);
            if (k + 1 < side)
                add(lts, i * side + k, LTS_INTERNAL, i * side + k + 1);
            if ((i * 7 + k * 13) % PERIOD == 0)
                add(lts, i * side + k, labels[(i + k) % 4], i * 3 % side * side + k * 5 % side);
        }
}

/* Two states with a step to every state of a chain. */
static void broom(struct lts *lts, uint64_t transitions)
{
    uint64_t length = transitions / 3 + 2;
    uint32_t a = label(lts, "a"), b = label(lts, "b");
    for (uint64_t i = 0; i < length; i++) {
        add(lts, 0, a, i);
        add(lts, 1, a, i);
        if (i + 1 < length)
            add(lts, i, b, i + 1);
    }
}

/* Many states above one, by an internal step that decides nothing; and that one has an
 * action of its own to every state of a chain: with each that is told apart all of them change. */
static void fan(struct lts *lts, uint64_t transitions)
{
    uint64_t length = transitions / 3 + 1;
    uint32_t b = label(lts, "b");
    for (uint64_t i = 0; i < length; i++) {
        add(lts, 0, numbered_label(lts, "a", (uint32_t)i), 1 + i);
        if (i + 1 < length)
            add(lts, 1 + i, b, 2 + i);
        add(lts, 1 + length + i, LTS_INTERNAL, 0);
    }
}

/* Internal steps down a chain of chains: each state's only difference lies far below. */
static void stairs(struct lts *lts, uint64_t transitions)
{
    uint64_t length = transitions / 2 + 1;
    uint32_t names[2] = {label(lts, "a"), label(lts, "b")};
    for (uint64_t i = 0; i < length; i++) {
        add(lts, i + 1, LTS_INTERNAL, i);
        add(lts, i + 1, names[i % 3 == 0], i / 2);
    }
}

static const struct {
    const char *name;
    void (*make)(struct lts *lts, uint64_t transitions);
} makers[] = {{"grid", grid}, {"proto", protocol}, {"random", random_steps}, {"hubs", hubs},
              {"dag", dag},   {"fib", fibonacci},  {"tau", internal_grid},   {"broom", broom},
              {"fan", fan},   {"stairs", stairs}};
enum { FAMILIES = sizeof makers / sizeof *makers };

const char *const families[FAMILIES + 1] = {"grid", "proto", "random", "hubs", "dag",
                                            "fib",  "tau",   "broom",  "fan",  "stairs"};

void family_make(struct lts *lts, const char *name, uint64_t transitions)
{
    size_t i = 0;
    while (i < FAMILIES && strcmp(makers[i].name, name) != 0)
        i++;
    if (i == FAMILIES || lts_init(lts, NULL))
        abort();
    makers[i].make(lts, transitions);
    /* As what was read from a file has it: at once, not grown little by little. */
    size_t count = lts->transition_count;
    struct lts_transition *whole = memory_resize(NULL, count, sizeof *whole);
    if (!whole)
        abort();
    memcpy(whole, lts->transitions, count * sizeof *whole);
    free(lts->transitions);
    lts->transitions = whole;
    lts->transition_capacity = count;
}

void family_shuffle(struct lts *lts, uint64_t seed)
{
    uint32_t *number = malloc(lts->state_count * sizeof *number);
    if (!number)
        abort();
    for (uint32_t i = 0; i < lts->state_count; i++) {
        uint32_t place = below(&seed, (uint64_t)i + 1);
        number[i] = number[place];
        number[place] = i;
    }
    for (size_t i = 0; i < lts->transition_count; i++) {
        size_t place = below(&seed, (uint64_t)i + 1);
        struct lts_transition step = lts->transitions[i];
        step.from = number[step.from];
        step.to = number[step.to];
        lts->transitions[i] = lts->transitions[place];
        lts->transitions[place] = step;
    }
    lts->initial = number[lts->initial];
    free(number);
}
