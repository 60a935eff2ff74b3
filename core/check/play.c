#include "check/play.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

/* The rounds that are told have at most so many answers each, the play so many rounds in
 * which they are kept; game_round has them all. */
enum { TOLD_ANSWERS = 16, TOLD_ROUNDS = 1000 };

/* On the way to where the play begins: who chose it, if anybody had to. */
struct way {
    bool going, chosen;
    enum side chooser;
};

/* An action with one answer only, after which the play goes on: not a move but a part of the
 * way, as long as no more than one side has a choice there. */
static void go_on(struct way *way, const struct game *game, const struct round *round)
{
    uint32_t silent = game->equivalence == EQUIVALENCE_STRONG ? SYMBOL_NONE : LTS_INTERNAL;
    if (round->answer_count != 1 || round->more_answers || round->answers->before ||
        round->attack_before == round->attack.count ||
        round->attack.steps[round->attack_before].label == silent) {
        way->going = false;
        return;
    }
    uint32_t own = round->attack.steps[round->attack_before].label;
    uint32_t label = game->merged.labels[round->attacker][own];
    bool choice = view_count(&game->views[round->attacker], label) > 1;
    if (choice && way->chosen && way->chooser != round->attacker)
        way->going = false;
    else if (choice || !way->chosen)
        way->chooser = round->attacker;
    way->chosen |= choice;
}

static bool append_path(struct path *path, const struct path *part)
{
    for (size_t i = 0; i < part->count; i++)
        if (!path_append(path, part->steps[i]))
            return false;
    return true;
}

static void trim(struct round *round, size_t kept)
{
    for (size_t i = kept; i < round->answer_count; i++) {
        free(round->answers[i].path.steps);
        free(round->answers[i].cycle.steps);
        round->more_answers++;
    }
    if (round->answer_count > kept)
        round->answer_count = kept;
}

/* Takes over the round. */
static bool keep_round(struct explanation *explanation, size_t *capacity, struct round *round,
                       bool leading)
{
    if (leading) {
        enum side defender = round->attacker == LEFT ? RIGHT : LEFT;
        bool good = append_path(&explanation->path[round->attacker], &round->attack) &&
                    append_path(&explanation->path[defender], &round->answers->path);
        round_release(round);
        return good;
    }
    if (!memory_reserve(&explanation->rounds, capacity, explanation->round_count + 1,
                        sizeof *explanation->rounds)) {
        round_release(round);
        return false;
    }
    trim(round, explanation->round_count < TOLD_ROUNDS ? TOLD_ANSWERS : 1);
    explanation->rounds[explanation->round_count++] = *round;
    return true;
}

int play(struct game *game, const struct progress *progress, struct explanation *explanation,
         spex_error *error)
{
    struct position position = game_start(game);
    struct way way = {.going = true};
    size_t capacity = 0;
    bool over = false;
    while (!over) {
        struct round round;
        int status = progress_report(progress, "play", 0, error);
        if (!status)
            status = game_round(game, position, &round, error);
        if (status)
            return status;
        over = !round.answer_count;
        if (!over)
            position = round.answers->next;
        if (!over && !game->shortest && game->observed > game->most_observed) {
            explanation->rounds_left = position.rounds;
            way.going = false;
            over = true;
        }
        if (way.going)
            go_on(&way, game, &round);
        if (!keep_round(explanation, &capacity, &round, way.going))
            return error_memory(error);
    }
    explanation->side = explanation->rounds[0].attacker;
    explanation->chooser = way.chooser;
    return SPEX_OK;
}
