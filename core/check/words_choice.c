/* The play in words: round by round. */
#include <string.h>

#include "base/symbols.h"
#include "check/words.h"

void print_choice_title(struct printer *printer)
{
    const struct explanation *explanation = printer->explanation;
    print_side(printer, LEFT, true);
    text_append(printer->text, " and ");
    print_side(printer, RIGHT, false);
    if (explanation->same_traces)
        text_printf(printer->text,
                    " can do the same sequences of %s, but what is still possible on the way "
                    "differs:\n",
                    printer->internal_counts ? "steps" : "actions");
    else
        text_append(printer->text, " differ in what is still possible on the way:\n");
}

/* Whether nothing was done but to start, in states that are called the same. */
static bool just_started(const struct printer *printer)
{
    const char *names[2];
    char buffers[2][16];
    for (int side = LEFT; side <= RIGHT; side++) {
        const struct path *path = &printer->explanation->path[side];
        const struct lts *lts = printer->sides[side];
        if (path->count > 1 || (path->count && !lts_before(lts, path->steps->from)))
            return false;
        names[side] = lts_state_name(lts, path_end(printer, (enum side)side, path), buffers[side]);
    }
    return strcmp(names[LEFT], names[RIGHT]) == 0;
}

bool print_choice_start(struct printer *printer)
{
    const struct explanation *explanation = printer->explanation;
    if (!explanation->shortest)
        text_append(printer->text,
                    "  (They are too large to say whether it can be shown in fewer rounds.)\n");
    if ((!explanation->path[LEFT].count && !explanation->path[RIGHT].count) ||
        just_started(printer))
        return false;
    text_append(printer->text, "  After the same steps (");
    if (!print_actions(printer, LEFT, &explanation->path[LEFT], explanation->path[LEFT].count,
                       "do "))
        text_append(printer->text, "all internal");
    text_append(printer->text, ") ");
    enum side chooser = explanation->chooser, other = other_side(chooser);
    print_side(printer, chooser, false);
    text_append(printer->text, " can be in ");
    print_quoted_state(printer, chooser, path_end(printer, chooser, &explanation->path[chooser]));
    text_append(printer->text, "; ");
    print_side(printer, other, false);
    text_append(printer->text, " can then only be in ");
    print_quoted_state(printer, other, path_end(printer, other, &explanation->path[other]));
    text_append(printer->text, ".\n");
    return true;
}

void print_move(struct printer *printer, enum side side, uint32_t state, const struct path *path,
                const struct path *cycle)
{
    if (path->count)
        print_path(printer, side, path);
    else if (!cycle->count) {
        text_append(printer->text, "stay in ");
        print_quoted_state(printer, side, state);
    }
    if (!cycle->count)
        return;
    text_append(printer->text,
                path->count ? ", and from there round without end: " : "go round without end: ");
    print_path(printer, side, cycle);
}

static void print_answer(struct printer *printer, const struct round *round)
{
    enum side attacker = round->attacker, defender = other_side(attacker);
    const struct defence *answer = round->answers;
    size_t others = round->answer_count - 1 + round->more_answers;
    text_append(printer->text, printer->explanation->shortest ? "     At best " : "     ");
    print_side(printer, defender, !printer->explanation->shortest);
    text_append(printer->text, " can then ");
    text_append(printer->text, answer->path.count ? "go " : "");
    print_move(printer, defender, round->position.states[defender], &answer->path, &answer->cycle);
    if (others)
        text_printf(printer->text, " (%zu other %s)", others,
                    !printer->explanation->shortest
                        ? others == 1 ? "way fails too" : "ways fail too"
                    : others == 1 ? "way fails no later"
                                  : "ways fail no later");
    if (!answer->before || round->cycle.count) {
        text_append(printer->text, "; but then the two differ:\n");
        return;
    }
    text_append(printer->text, "; but just before its last step, in ");
    print_quoted_state(printer, defender, answer->next.states[defender]);
    text_append(printer->text, ", it differs from ");
    print_side(printer, attacker, false);
    text_append(printer->text, " in ");
    print_quoted_state(printer, attacker, answer->next.states[attacker]);
    text_append(printer->text, " already:\n");
}

static void print_decision(struct printer *printer, const struct round *round)
{
    enum side defender = other_side(round->attacker);
    text_append(printer->text, "     ");
    print_side(printer, defender, true);
    if (round->cycle.count) {
        text_append(printer->text, " cannot: its internal steps always come to an end.\n");
        return;
    }
    uint32_t label = round->attack.steps[round->attack_before].label;
    text_append(printer->text, label == LTS_INTERNAL ? " cannot take " : " cannot do ");
    print_action(printer, round->attacker, label, true);
    text_append(printer->text,
                printer->internal_counts ? " there" : " there, not even after internal steps");
    if (round->offered_count) {
        text_append(printer->text, "; it offers only: ");
        print_offered(printer, defender, round->offered, round->offered_count);
        text_append(printer->text, ".\n");
    } else {
        text_append(printer->text, "; it offers nothing more.\n");
    }
}

void print_attack(struct printer *printer, const struct round *round)
{
    enum side attacker = round->attacker;
    text_append(printer->text, "From ");
    print_quoted_state(printer, attacker, round->position.states[attacker]);
    text_append(printer->text, ", ");
    print_side(printer, attacker, false);
    text_append(printer->text, round->attack.count ? " can go " : " can ");
    print_move(printer, attacker, round->position.states[attacker], &round->attack, &round->cycle);
    text_append(printer->text, ".\n");
}

void print_reply(struct printer *printer, const struct round *round)
{
    if (round->answer_count)
        print_answer(printer, round);
    else
        print_decision(printer, round);
}

void print_choice_rest(struct printer *printer)
{
    uint32_t rounds = printer->explanation->rounds_left;
    if (rounds)
        text_printf(printer->text,
                    "And so on: after at most %u more round%s one side has no answer left; to find "
                    "them all takes too long.\n",
                    rounds, rounds == 1 ? "" : "s");
}

static void print_round(struct printer *printer, const struct round *round, size_t number)
{
    text_printf(printer->text, "  %zu. ", number);
    print_attack(printer, round);
    print_reply(printer, round);
}

void print_choice(struct printer *printer)
{
    const struct explanation *explanation = printer->explanation;
    size_t count = explanation->round_count;
    print_choice_title(printer);
    print_choice_start(printer);
    for (size_t i = 0; i < count; i++) {
        bool hidden =
            count > FIRST_STEPS + LAST_STEPS + 1 && i >= FIRST_STEPS && i < count - LAST_STEPS;
        if (hidden && i == FIRST_STEPS)
            text_printf(printer->text, "  ... %zu more rounds ...\n",
                        count - FIRST_STEPS - LAST_STEPS);
        if (!hidden)
            print_round(printer, &explanation->rounds[i], i + 1);
    }
    text_append(printer->text, explanation->rounds_left ? "  " : "");
    print_choice_rest(printer);
}
