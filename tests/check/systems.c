#include "tests/check/systems.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "format/format.h"

static void must(int status)
{
    if (status) {
        fprintf(stderr, "the test's own system could not be made\n");
        abort();
    }
}

static uint32_t label_of(struct lts *lts, const char *name, size_t length)
{
    if (length == 3 && memcmp(name, "tau", 3) == 0)
        return LTS_INTERNAL;
    return symbols_intern_bytes(&lts->labels, name, length);
}

void system_read_row(struct lts *lts, const char *row)
{
    must(lts_init(lts, NULL));
    char *end;
    lts->initial = (uint32_t)strtoul(row, &end, 10);
    must(*end != ';');
    lts->state_count = (uint32_t)strtoul(end + 1, &end, 10);
    must(*end != ';');
    end++;
    while (*end && *end != '\t' && *end != '\n') {
        uint32_t from = (uint32_t)strtoul(end, &end, 10);
        must(*end != ':');
        const char *label = end + 1;
        const char *colon = strchr(label, ':');
        must(!colon);
        uint32_t to = (uint32_t)strtoul(colon + 1, &end, 10);
        must(lts_add(lts, from, label_of(lts, label, (size_t)(colon - label)), to, NULL));
        while (*end == ' ')
            end++;
    }
}

static bool read_all(FILE *file, struct text *bytes)
{
    char part[65536];
    for (size_t length; (length = fread(part, 1, sizeof part, file)) > 0;)
        text_append_bytes(bytes, part, length);
    return !ferror(file) && !bytes->failed;
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Appends the label's parts, separated by `|` outside parentheses, in byte order. */
static void append_ordered(struct text *text, const char *label)
{
    char *copy = memory_copy_text(label), *parts[64];
    size_t count = 0;
    int depth = 0;
    parts[count++] = copy;
    for (char *c = copy; *c; c++) {
        depth += (*c == '(') - (*c == ')');
        if (*c == '|' && depth == 0 && count < sizeof parts / sizeof *parts) {
            *c = '\0';
            parts[count++] = c + 1;
        }
    }
    qsort(parts, count, sizeof *parts, compare_texts);
    for (size_t i = 0; i < count; i++) {
        text_append(text, i ? "|" : "");
        text_append(text, parts[i]);
    }
    free(copy);
}

static void order_multi_actions(struct lts *lts)
{
    struct symbols labels = {0};
    uint32_t *number = calloc(lts->labels.count, sizeof *number);
    for (uint32_t i = 0; i < lts->labels.count; i++) {
        struct text text = {0};
        append_ordered(&text, lts->labels.names[i]);
        number[i] = symbols_intern(&labels, text_value(&text));
        text_release(&text);
    }
    for (size_t i = 0; i < lts->transition_count; i++)
        lts->transitions[i].label = number[lts->transitions[i].label];
    symbols_release(&lts->labels);
    lts->labels = labels;
    free(number);
}

bool system_read_file(struct lts *lts, const char *path)
{
    size_t length = strlen(path);
    bool packed = length > 3 && strcmp(path + length - 3, ".xz") == 0;
    struct text bytes = {0}, command = {0};
    text_printf(&command, "xz -dc '%s'", path);
    FILE *file = packed ? popen(text_value(&command), "r") : fopen(path, "r");
    text_release(&command);
    if (!file)
        return false;
    bool good = read_all(file, &bytes);
    good = (packed ? pclose(file) == 0 : fclose(file) == 0) && good;
    spex_error error;
    if (good && aut_read(path, text_value(&bytes), bytes.length, "tau", lts, &error)) {
        fprintf(stderr, "%s\n", error.message);
        good = false;
    }
    text_release(&bytes);
    if (good)
        order_multi_actions(lts);
    return good;
}

static uint32_t random_label(struct random *random, uint32_t labels, uint32_t internal_percent)
{
    return random_below(random, 100) < internal_percent ? LTS_INTERNAL
                                                        : 1 + random_below(random, labels);
}

void system_random(struct random *random, struct lts *lts, uint32_t states, uint32_t transitions,
                   uint32_t labels, uint32_t internal_percent)
{
    must(lts_init(lts, NULL));
    lts->state_count = states;
    lts->initial = random_below(random, states);
    char name[2] = "a";
    for (uint32_t i = 0; i < labels; i++, name[0]++)
        symbols_intern(&lts->labels, name);
    for (uint32_t i = 0; i < transitions; i++)
        must(lts_add(lts, random_below(random, states),
                     random_label(random, labels, internal_percent), random_below(random, states),
                     NULL));
}

void system_copy(struct lts *copy, const struct lts *lts)
{
    must(lts_init(copy, NULL));
    copy->state_count = lts->state_count;
    copy->initial = lts->initial;
    for (uint32_t i = 1; i < lts->labels.count; i++)
        symbols_intern(&copy->labels, lts->labels.names[i]);
    for (size_t i = 0; i < lts->transition_count; i++)
        must(lts_add(copy, lts->transitions[i].from, lts->transitions[i].label,
                     lts->transitions[i].to, NULL));
}

/* s -a-> t becomes s -a-> new -tau-> t. */
static void delay(struct random *random, struct lts *lts)
{
    if (!lts->transition_count)
        return;
    size_t place = random_below(random, (uint32_t)lts->transition_count);
    uint32_t fresh = lts->state_count++, to = lts->transitions[place].to;
    lts->transitions[place].to = fresh;
    must(lts_add(lts, fresh, LTS_INTERNAL, to, NULL));
}

/* A second state with the same steps; some who led to the first now lead to it. With
 * `cycle` the two share the steps and reach each other internally. */
static void twin(struct random *random, struct lts *lts, bool cycle)
{
    uint32_t state = random_below(random, lts->state_count), fresh = lts->state_count++;
    size_t count = lts->transition_count;
    for (size_t i = 0; i < count; i++) {
        struct lts_transition transition = lts->transitions[i];
        if (transition.from == state) {
            bool half = random_below(random, 2);
            if (!cycle)
                must(lts_add(lts, fresh, transition.label, transition.to, NULL));
            else if (half)
                lts->transitions[i].from = fresh;
        }
        if (transition.to == state && random_below(random, 2))
            lts->transitions[i].to = fresh;
    }
    if (cycle) {
        must(lts_add(lts, state, LTS_INTERNAL, fresh, NULL));
        must(lts_add(lts, fresh, LTS_INTERNAL, state, NULL));
    }
    if (lts->initial == state && random_below(random, 2))
        lts->initial = fresh;
}

static void add_unreachable(struct random *random, struct lts *lts)
{
    uint32_t fresh = lts->state_count++;
    for (uint32_t i = random_below(random, 3); i-- > 0;)
        must(lts_add(lts, fresh, random_label(random, 2, 40),
                     random_below(random, lts->state_count), NULL));
}

void system_disguise(struct random *random, struct lts *lts, uint32_t times)
{
    symbols_intern(&lts->labels, "a");
    symbols_intern(&lts->labels, "b");
    while (times-- > 0)
        switch (random_below(random, 5)) {
        case 0:
            twin(random, lts, false);
            break;
        case 1:
            twin(random, lts, true);
            break;
        case 2:
            add_unreachable(random, lts);
            break;
        default:
            delay(random, lts);
            break;
        }
}

void system_mutate(struct random *random, struct lts *lts)
{
    size_t place =
        lts->transition_count ? random_below(random, (uint32_t)lts->transition_count) : 0;
    switch (lts->transition_count ? random_below(random, 4) : 0) {
    case 0:
        must(lts_add(lts, random_below(random, lts->state_count),
                     random_below(random, lts->labels.count),
                     random_below(random, lts->state_count), NULL));
        break;
    case 1:
        lts->transitions[place] = lts->transitions[--lts->transition_count];
        break;
    case 2:
        lts->transitions[place].to = random_below(random, lts->state_count);
        break;
    default:
        lts->transitions[place].label = random_below(random, lts->labels.count);
        break;
    }
}

static uint32_t *permutation(struct random *random, uint32_t count)
{
    uint32_t *numbers = calloc(count ? count : 1, sizeof *numbers);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t place = random_below(random, i + 1);
        numbers[i] = numbers[place];
        numbers[place] = i;
    }
    return numbers;
}

void system_shuffle(struct random *random, struct lts *lts)
{
    struct lts shuffled;
    must(lts_init(&shuffled, NULL));
    uint32_t *states = permutation(random, lts->state_count);
    uint32_t *labels = permutation(random, lts->labels.count - 1);
    uint32_t *order = permutation(random, (uint32_t)lts->transition_count);
    uint32_t *label_of_old = calloc(lts->labels.count, sizeof *label_of_old);
    for (uint32_t i = 0; i + 1 < lts->labels.count; i++)
        label_of_old[labels[i] + 1] =
            symbols_intern(&shuffled.labels, lts->labels.names[labels[i] + 1]);
    shuffled.state_count = lts->state_count;
    shuffled.initial = states[lts->initial];
    for (size_t i = 0; i < lts->transition_count; i++) {
        const struct lts_transition *old = &lts->transitions[order[i]];
        must(
            lts_add(&shuffled, states[old->from], label_of_old[old->label], states[old->to], NULL));
    }
    free(states);
    free(labels);
    free(order);
    free(label_of_old);
    lts_release(lts);
    *lts = shuffled;
}

void system_random_pair(struct random *random, uint32_t kind, struct lts *left, struct lts *right)
{
    uint32_t states = 1 + random_below(random, 9), labels = 1 + random_below(random, 3);
    uint32_t transitions = random_below(random, states * 3 + 1);
    uint32_t internal = 10 * random_below(random, 8);
    system_random(random, left, states, transitions, labels, internal);
    if (kind == 0)
        system_random(random, right, 1 + random_below(random, 9), random_below(random, 20), labels,
                      internal);
    else
        system_copy(right, left);
    if (kind == 1 || kind == 3 || kind == 4)
        system_disguise(random, right, 1 + random_below(random, 5));
    if (kind == 2 || kind == 3)
        system_mutate(random, right);
    if (kind == 4)
        system_disguise(random, left, 1 + random_below(random, 5));
}

void system_add(struct lts *lts, uint32_t from, uint32_t label, uint32_t to)
{
    if (lts_add(lts, from, label, to, NULL))
        abort();
    uint32_t most = from > to ? from : to;
    if (most >= lts->state_count)
        lts->state_count = most + 1;
}
