#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "check/coverage.h"
#include "check/explanation.h"
#include "check/game.h"
#include "format/format.h"
#include "tests/check/reference.h"
#include "tests/fuzz/fuzz.h"

enum { MOST_STATES = 8, LABELS = 4 };

/* Three bytes a transition, until one that begins with 0xff: two small systems. */
static const char *read_side(struct lts *lts, const char *bytes, const char *end)
{
    static const char *const names[LABELS] = {"", "a", "b", "__initialisation__"};
    MUST(!lts_init(lts, NULL));
    lts->state_count = 1;
    for (int i = 1; i < LABELS; i++)
        symbols_intern(&lts->labels, names[i]);
    for (; end - bytes >= 3 && (unsigned char)*bytes != 0xff; bytes += 3) {
        uint32_t from = (unsigned char)bytes[0] % MOST_STATES;
        uint32_t label = (unsigned char)bytes[1] % LABELS;
        uint32_t to = (unsigned char)bytes[2] % MOST_STATES;
        MUST(!lts_add(lts, from, label, to, NULL));
        lts->state_count = from >= lts->state_count ? from + 1 : lts->state_count;
        lts->state_count = to >= lts->state_count ? to + 1 : lts->state_count;
    }
    return bytes < end ? bytes + 1 : end;
}

static bool try_equivalence(const struct lts sides[2], enum equivalence equivalence)
{
    struct explanation *explanation;
    bool equivalent, again;
    spex_error error;
    MUST(!check_equivalence(&sides[0], &sides[1], equivalence, NULL, &equivalent, &explanation,
                            &error));
    MUST(equivalent == !explanation);
    MUST(!check_equivalence(&sides[1], &sides[0], equivalence, NULL, &again, NULL, &error));
    MUST(equivalent == again);
    if (explanation) {
        struct text text = {0};
        explanation_print(explanation, &sides[0], &sides[1], "one", "other", &text);
        MUST(!json_write_explanation(explanation, &sides[0], &sides[1], &text));
        text_release(&text);
        MUST(!explanation->holds[equivalence]);
    }
    explanation_free(explanation);
    return equivalent;
}

static void try_game(const struct lts sides[2], enum equivalence equivalence, bool equivalent)
{
    struct game *game;
    spex_error error;
    MUST(!game_open(&game, &sides[0], &sides[1], equivalence, NULL, &error));
    MUST(equivalent == !game);
    struct position position = {.rounds = 0};
    if (game)
        position = game_start(game);
    while (position.rounds) {
        struct round round;
        uint32_t rounds = position.rounds;
        MUST(!game_round(game, position, &round, &error));
        position = round.answer_count ? round.answers[round.answer_count - 1].next
                                      : (struct position){.rounds = 0};
        MUST(position.rounds < rounds);
        round_release(&round);
    }
    game_close(game);
}

static void try_coverage(const struct lts sides[2], bool equivalent)
{
    struct coverage coverage;
    struct path *runs;
    size_t count, left;
    spex_error error;
    MUST(!coverage_find(&sides[0], &sides[1], true, NULL, &coverage, &error));
    MUST(coverage.equivalent == equivalent);
    MUST(coverage.pair_count.covered <= coverage.pair_count.total);
    MUST(!equivalent || coverage.transition_count.covered == coverage.transition_count.total);
    MUST(!coverage_runs(&sides[0], &coverage, NULL, &runs, &count, &left, &error));
    MUST(left == 0);
    coverage_runs_free(runs, count);
    coverage_release(&coverage);
}

/* Verdicts agree with the definition and with one another; every "no" can be explained. */
FUZZ_TARGET(compare)
{
    struct lts sides[2];
    bool holds[EQUIVALENCES];
    const char *rest = read_side(&sides[0], bytes, bytes + length);
    read_side(&sides[1], rest, bytes + length);
    for (int i = 0; i < EQUIVALENCES; i++) {
        enum equivalence equivalence = (enum equivalence)i;
        holds[i] = try_equivalence(sides, equivalence);
        MUST(holds[i] == reference_holds(equivalence, &sides[0], &sides[1]));
        if (equivalence != EQUIVALENCE_TRACE && equivalence != EQUIVALENCE_WEAK_TRACE)
            try_game(sides, equivalence, holds[i]);
    }
    MUST(!holds[EQUIVALENCE_STRONG] || (holds[EQUIVALENCE_DIVERGENCE] && holds[EQUIVALENCE_TRACE]));
    MUST(!holds[EQUIVALENCE_DIVERGENCE] || holds[EQUIVALENCE_BRANCHING]);
    MUST(!holds[EQUIVALENCE_BRANCHING] || holds[EQUIVALENCE_WEAK]);
    MUST(!holds[EQUIVALENCE_WEAK] || holds[EQUIVALENCE_WEAK_TRACE]);
    MUST(!holds[EQUIVALENCE_TRACE] || holds[EQUIVALENCE_WEAK_TRACE]);
    try_coverage(sides, holds[EQUIVALENCE_BRANCHING]);
    lts_release(&sides[0]);
    lts_release(&sides[1]);
}
