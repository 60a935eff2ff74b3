/*
 * Terminal states are normal, also those that one transition leads to, and so are names that
 * differ little because they are counted or lettered. So a state is called misspelt only where
 * it occurs once and either the state that was meant cannot be reached any more, or
 * the two names differ in one spot inside a word, as they do after most slips of fingers.
 */
#include "model/specification_warnings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"

/* More than a person reads; the number of states is that of names somebody typed, for which
 * each may be held against each. */
enum { WARNINGS_MAX = 20, TYPED_STATES = 1000, NAME_SHOWN = 100 };

struct survey {
    const struct spex_specification *specification;
    uint32_t count;
    uint32_t *mentions; /* how often a state occurs in transitions */
    uint32_t *first;    /* where its successors begin; [count] is their end */
    uint32_t *successors;
    uint32_t *queue;
    bool *reached; /* from the initial state */
    bool *entered; /* by a transition from another state */
    bool *told;    /* nothing more need be said of it */
    struct text message;
    struct specification_warnings *warnings;
};

static const char *name_of(const struct survey *survey, uint32_t state)
{
    return symbols_name(&survey->specification->states, state);
}

/* So much of a name as a message shows, in whole characters: of those that are longer nobody
 * could see how they differ. */
static int shown(const char *name)
{
    size_t length = strnlen(name, NAME_SHOWN + 1);
    if (length > NAME_SHOWN)
        for (length = NAME_SHOWN; ((unsigned char)name[length] & 0xC0) == 0x80;)
            length--;
    return (int)length;
}

static bool shown_whole(const char *name)
{
    return strnlen(name, NAME_SHOWN + 1) <= NAME_SHOWN;
}

static bool goes_on(const struct survey *survey, uint32_t state)
{
    return survey->first[state] < survey->first[state + 1];
}

/* ---------------------------------------------------------------- the graph */

static bool allocate(struct survey *survey)
{
    size_t transitions = survey->specification->transition_count;
    survey->mentions = memory_allocate(survey->count, sizeof *survey->mentions);
    survey->first = memory_allocate((size_t)survey->count + 1, sizeof *survey->first);
    survey->successors = memory_allocate(transitions, sizeof *survey->successors);
    survey->queue = memory_allocate(survey->count, sizeof *survey->queue);
    survey->reached = memory_allocate(survey->count, sizeof *survey->reached);
    survey->entered = memory_allocate(survey->count, sizeof *survey->entered);
    survey->told = memory_allocate(survey->count, sizeof *survey->told);
    survey->warnings->items = memory_allocate(WARNINGS_MAX, sizeof *survey->warnings->items);
    return survey->mentions && survey->first && survey->successors && survey->queue &&
           survey->reached && survey->entered && survey->told && survey->warnings->items;
}

static void release(struct survey *survey)
{
    free(survey->mentions);
    free(survey->first);
    free(survey->successors);
    free(survey->queue);
    free(survey->reached);
    free(survey->entered);
    free(survey->told);
    text_release(&survey->message);
}

static void gather_successors(struct survey *survey)
{
    const struct spex_specification *specification = survey->specification;
    for (size_t i = 0; i < specification->transition_count; i++) {
        const struct specification_transition *step = &specification->transitions[i];
        survey->mentions[step->from]++;
        survey->mentions[step->to] += step->to != step->from;
        survey->entered[step->to] |= step->to != step->from;
        survey->first[step->from]++;
    }
    uint32_t end = 0;
    for (uint32_t state = 0; state <= survey->count; state++)
        survey->first[state] = end += state < survey->count ? survey->first[state] : 0;
    for (size_t i = 0; i < specification->transition_count; i++) {
        const struct specification_transition *step = &specification->transitions[i];
        survey->successors[--survey->first[step->from]] = step->to;
    }
}

/* Marks all that the state leads to, and it; answers how many were not marked before. */
static uint32_t spread(struct survey *survey, bool *marks, uint32_t from)
{
    uint32_t count = 0;
    if (marks[from])
        return 0;
    marks[from] = true;
    survey->queue[count++] = from;
    for (uint32_t next = 0; next < count; next++) {
        uint32_t state = survey->queue[next];
        for (uint32_t i = survey->first[state]; i < survey->first[state + 1]; i++)
            if (!marks[survey->successors[i]]) {
                marks[survey->successors[i]] = true;
                survey->queue[count++] = survey->successors[i];
            }
    }
    return count;
}

/* ------------------------------------------------------------------- names */

static bool letter(char c)
{
    return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* Between these two a word begins or ends: a blank or the like, or camelCase. */
static bool boundary(char left, char right)
{
    return !letter(left) || !letter(right) ||
           (islower((unsigned char)left) && isupper((unsigned char)right));
}

static bool same_letter(char left, char right)
{
    return tolower((unsigned char)left) == tolower((unsigned char)right);
}

/* The bytes [from, from + length) of the name stand inside a word of at least so many letters. */
static bool inside_word(const char *name, size_t from, size_t length, size_t letters)
{
    size_t start = from, end = from + length;
    if (start == 0 || !name[end] || boundary(name[start - 1], name[start]) ||
        boundary(name[end - 1], name[end]))
        return false;
    for (size_t i = from; i < end; i++)
        if (!letter(name[i]))
            return false;
    while (start > 0 && !boundary(name[start - 1], name[start]))
        start--;
    while (name[end] && !boundary(name[end - 1], name[end]))
        end++;
    return end - start >= letters;
}

static bool only_blanks(const char *name, size_t length)
{
    return strspn(name, " _-.") >= length;
}

/* Whether the names differ as after a slip: in upper case, in what is between their words, or
 * inside a word by a letter too few or two that are swapped; in a long one also by two letters
 * too few, or by a wrong one, which makes another word of many a short one. */
static bool slip(const char *one, const char *other)
{
    if (!shown_whole(one) || !shown_whole(other))
        return false;
    size_t lengths[2] = {strlen(one), strlen(other)}, start = 0;
    while (one[start] && same_letter(one[start], other[start]))
        start++;
    size_t end[2] = {lengths[0], lengths[1]};
    while (end[0] > start && end[1] > start && same_letter(one[end[0] - 1], other[end[1] - 1]))
        end[0]--, end[1]--;
    size_t spot[2] = {end[0] - start, end[1] - start};
    if (spot[0] > 2 || spot[1] > 2 || spot[0] + spot[1] == 3)
        return false;
    if (only_blanks(one + start, spot[0]) && only_blanks(other + start, spot[1]))
        return lengths[0] >= 4 && start > 0 && letter(one[start - 1]);
    if (spot[0] == 2 && spot[1] == 2 &&
        !(same_letter(one[start], other[start + 1]) && same_letter(one[start + 1], other[start])))
        return false;
    size_t letters = spot[0] + spot[1] == 2 ? 7 : 4;
    return inside_word(one, start, spot[0], letters) && inside_word(other, start, spot[1], letters);
}

/* The state whose name is nearest, for "did you mean"; SYMBOL_NONE: none is near. */
static uint32_t nearest(const struct survey *survey, const char *name, uint32_t but,
                        bool (*candidate)(const struct survey *, uint32_t))
{
    uint32_t found = SYMBOL_NONE;
    size_t length = strlen(name);
    unsigned best = length < 2 ? 1 : length < 4 ? 2 : 2 + (unsigned)length / 4;
    if (survey->count > TYPED_STATES || survey->warnings->count == WARNINGS_MAX ||
        length > NAME_SHOWN)
        return SYMBOL_NONE;
    for (uint32_t state = 0; state < survey->count; state++) {
        size_t other = strlen(name_of(survey, state));
        if (state == but || (candidate && !candidate(survey, state)) || other > NAME_SHOWN ||
            other >= length + best || length >= other + best)
            continue;
        unsigned distance = text_distance(name, name_of(survey, state));
        if (distance < best) {
            best = distance;
            found = state;
        }
    }
    return found;
}

/* ---------------------------------------------------------------- warnings */

static struct source_place place_of(const struct survey *survey, uint32_t state)
{
    const struct spex_specification *specification = survey->specification;
    return state < specification->place_count ? specification->places[state]
                                              : (struct source_place){0};
}

/* What `message` says, which is empty then. */
static void warn(struct survey *survey, struct source_place place)
{
    struct specification_warnings *warnings = survey->warnings;
    const struct spex_specification *specification = survey->specification;
    if (warnings->count < WARNINGS_MAX)
        error_place(&warnings->items[warnings->count++],
                    specification->source ? specification->source : specification->name, place.line,
                    place.column, "%s", text_value(&survey->message));
    else
        warnings->more++;
    text_clear(&survey->message);
}

static void append_suggestion(struct text *text, const struct survey *survey, uint32_t state,
                              const char *more)
{
    if (state != SYMBOL_NONE)
        text_printf(text, "; did you mean '%s'%s?", name_of(survey, state), more);
}

/* Both occur once, so that nobody but the author knows which of them was meant. */
static void append_either(struct survey *survey, uint32_t cut)
{
    struct source_place place = place_of(survey, cut);
    text_printf(&survey->message, "; '%s', which nothing leads to, occurs only ",
                name_of(survey, cut));
    if (place.line)
        text_printf(&survey->message, "at %u:%u", place.line, place.column);
    else
        text_append(&survey->message, "once, too");
    text_append(&survey->message, ": one of the two is probably misspelt");
}

static bool cut_off(const struct survey *survey, uint32_t state)
{
    return !survey->reached[state] && goes_on(survey, state);
}

static bool reached(const struct survey *survey, uint32_t state)
{
    return survey->reached[state];
}

/* The only state of which the name can be a slip; of two that occur once, the first is right. */
static uint32_t meant(const struct survey *survey, uint32_t state)
{
    uint32_t found = SYMBOL_NONE;
    for (uint32_t other = 0; other < survey->count; other++) {
        if (other == state || !slip(name_of(survey, state), name_of(survey, other)))
            continue;
        if (found != SYMBOL_NONE || (survey->mentions[other] == 1 && other > state))
            return SYMBOL_NONE;
        found = other;
    }
    return found;
}

static void find_misspelt(struct survey *survey)
{
    for (uint32_t state = 0; survey->count <= TYPED_STATES && state < survey->count; state++) {
        bool end = !goes_on(survey, state);
        if (survey->mentions[state] != 1 || !survey->reached[state])
            continue;
        uint32_t cut = end ? nearest(survey, name_of(survey, state), state, cut_off) : SYMBOL_NONE;
        uint32_t other = cut != SYMBOL_NONE ? cut : meant(survey, state);
        if (other == SYMBOL_NONE)
            continue;
        text_printf(&survey->message, "the state '%s' occurs only here%s", name_of(survey, state),
                    end ? ", and nothing leads on from it" : "");
        if (cut != SYMBOL_NONE && survey->mentions[cut] == 1)
            append_either(survey, cut);
        else
            append_suggestion(&survey->message, survey, other,
                              cut != SYMBOL_NONE ? ", which nothing leads to" : "");
        warn(survey, place_of(survey, state));
        if (cut != SYMBOL_NONE)
            spread(survey, survey->told, cut);
    }
}

static void tell_unreached(struct survey *survey, uint32_t state)
{
    struct text *message = &survey->message;
    uint32_t behind = spread(survey, survey->told, state) - 1;
    text_printf(message,
                "the state '%.*s' cannot be reached from '%.*s', where the first transition begins",
                shown(name_of(survey, state)), name_of(survey, state), shown(name_of(survey, 0)),
                name_of(survey, 0));
    if (behind == 1)
        text_append(message, ", nor can the state behind it");
    else if (behind)
        text_printf(message, ", nor can the %u states behind it", behind);
    if (survey->mentions[state] == 1)
        append_suggestion(message, survey, nearest(survey, name_of(survey, state), state, reached),
                          "");
    warn(survey, place_of(survey, state));
}

/* Where nothing leads to a state, it is the one to speak of, for all that is behind it; then
 * only circles are left. */
static void find_unreached(struct survey *survey)
{
    for (int circles = 0; circles < 2; circles++)
        for (uint32_t state = 0; state < survey->count; state++)
            if (!survey->told[state] && (circles || !survey->entered[state]))
                tell_unreached(survey, state);
}

static void find_prunable(struct survey *survey)
{
    const struct spex_specification *specification = survey->specification;
    const spex_policy *policy = &specification->policy;
    for (size_t i = 0; i < policy->prunable_state_count; i++) {
        const char *name = policy->prunable_states[i];
        if (symbols_find(&specification->states, name) != SYMBOL_NONE)
            continue;
        text_printf(&survey->message, "the prunable state '%.*s' occurs in no transition",
                    shown(name), name);
        append_suggestion(&survey->message, survey, nearest(survey, name, SYMBOL_NONE, NULL), "");
        warn(survey, i < specification->prunable_place_count ? specification->prunable_places[i]
                                                             : (struct source_place){0});
    }
}

static int compare_places(const void *left, const void *right)
{
    const spex_error *one = left, *other = right;
    if (one->line != other->line)
        return one->line < other->line ? -1 : 1;
    return (one->column > other->column) - (one->column < other->column);
}

int specification_warnings_find(const struct spex_specification *specification,
                                struct specification_warnings *warnings, spex_error *error)
{
    struct survey survey = {
        .specification = specification, .count = specification->states.count, .warnings = warnings};
    *warnings = (struct specification_warnings){0};
    bool done = allocate(&survey);
    if (done && survey.count) {
        gather_successors(&survey);
        spread(&survey, survey.reached, 0);
        memcpy(survey.told, survey.reached, survey.count * sizeof *survey.told);
        find_misspelt(&survey);
        find_unreached(&survey);
    }
    if (done)
        find_prunable(&survey);
    done = done && !survey.message.failed;
    release(&survey);
    if (!done) {
        specification_warnings_release(warnings);
        return error_memory(error);
    }
    if (warnings->count)
        qsort(warnings->items, warnings->count, sizeof *warnings->items, compare_places);
    return SPEX_OK;
}

void specification_warnings_release(struct specification_warnings *warnings)
{
    free(warnings->items);
    *warnings = (struct specification_warnings){0};
}
