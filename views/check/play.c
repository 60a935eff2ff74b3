#include "views/check/play.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

/* Rounds that are played for who gives up. */
enum { MOST_ROUNDS = 500 };

enum work { WORK_BEGIN, WORK_ROUND, WORK_ANSWER, WORK_END };

/* The program's move. What it needs of the play nobody else touches meanwhile. */
struct play_job {
    struct job job;
    struct play *play;
    struct snapshot *snapshot; /* to begin with */
    enum work work;
    enum side side; /* WORK_ANSWER: whose transition is to be answered */
    uint32_t transition;
    struct position now;
    struct play_turn *turns; /* what was played */
    size_t turn_count, turn_capacity;
    struct round round;
    int status;
    spex_error error;
};

static void drop(struct play *play)
{
    if (--play->references)
        return;
    game_close(play->game);
    replier_close(play->replier);
    for (size_t i = 0; i < play->turn_count; i++)
        round_release(&play->turns[i].round);
    free(play->turns);
    round_release(&play->round);
    lts_release(&play->sides[LEFT]);
    lts_release(&play->sides[RIGHT]);
    free(play->name);
    free(play);
}

void play_close(struct play *play)
{
    if (!play)
        return;
    play->moved = NULL;
    drop(play);
}

/* ---------------------------------------------------------- on the lane's thread */

static int take_turn(struct play_job *self, struct round *round, size_t chosen, bool by_program)
{
    if (!memory_reserve(&self->turns, &self->turn_capacity, self->turn_count + 1,
                        sizeof *self->turns)) {
        round_release(round);
        return error_memory(&self->error);
    }
    self->now = round->answers[chosen].next;
    self->turns[self->turn_count++] = (struct play_turn){*round, chosen, by_program};
    *round = (struct round){0};
    return SPEX_OK;
}

static bool before_start(const struct play *play, const struct position *position)
{
    return lts_before(&play->sides[LEFT], position->states[LEFT]) ||
           lts_before(&play->sides[RIGHT], position->states[RIGHT]);
}

static int answer(struct play_job *self, enum side side, uint32_t transition, bool by_program)
{
    struct round round;
    int status =
        replier_answer(self->play->replier, self->now, side, transition, &round, &self->error);
    return status ? status : take_turn(self, &round, 0, by_program);
}

/* The program's attack. That both start in their initial states, if there is no choice, is
 * nothing to choose. */
static int attack(struct play_job *self)
{
    struct play *play = self->play;
    int status = game_round(play->game, self->now, &self->round, &self->error);
    while (!status && before_start(play, &self->now) && self->round.answer_count == 1) {
        status = take_turn(self, &self->round, 0, true);
        if (!status)
            status = game_round(play->game, self->now, &self->round, &self->error);
    }
    return status;
}

static int begin(struct play_job *self)
{
    struct play *play = self->play;
    struct progress progress = job_progress(&self->job);
    const struct lts *left = &play->sides[LEFT], *right = &play->sides[RIGHT];
    const struct project_entry *entry = project_find(&self->snapshot->project, play->name);
    int status = project_lts(entry, &play->sides[LEFT], &play->sides[RIGHT], &self->error);
    if (!status)
        status =
            game_open(&play->game, left, right, EQUIVALENCE_BRANCHING, &progress, &self->error);
    if (!status && play->game) {
        self->now = game_start(play->game);
        return attack(self);
    }
    if (!status)
        status = replier_open(&play->replier, left, right, &progress, &self->error);
    if (status)
        return status;
    self->now = (struct position){{left->initial, right->initial}, 0};
    if (!replier_equivalent(play->replier, left->initial, right->initial))
        return error_set(&self->error, SPEX_ERROR_USAGE,
                         "The difference between these two lies too deep to be played.");
    size_t count;
    const uint32_t *first = replier_steps(play->replier, LEFT, left->initial, &count);
    return before_start(play, &self->now) && count ? answer(self, LEFT, first[0], true) : SPEX_OK;
}

/* Plays on with the best answers until there is none. */
static int end(struct play_job *self)
{
    int status = SPEX_OK;
    for (int i = 0; !status && self->round.answer_count && i < MOST_ROUNDS; i++) {
        status = take_turn(self, &self->round, 0, true);
        if (!status)
            status = game_round(self->play->game, self->now, &self->round, &self->error);
    }
    return status;
}

static void play_run(struct job *job)
{
    struct play_job *self = (struct play_job *)job;
    switch (self->work) {
    case WORK_BEGIN:
        self->status = begin(self);
        break;
    case WORK_ROUND:
        self->status = attack(self);
        break;
    case WORK_ANSWER:
        self->status = answer(self, self->side, self->transition, false);
        break;
    case WORK_END:
        self->status = end(self);
        break;
    }
}

/* ---------------------------------------------------------- on the loop's thread */

void step_list_order(const struct step_list *list, const struct step_list *first,
                     uint32_t ordered[MOST_ORDERED])
{
    bool taken[MOST_ORDERED] = {false};
    size_t count = 0;
    for (size_t i = 0; i <= first->count; i++) {
        uint32_t label = SYMBOL_NONE;
        if (i < first->count)
            label = first->lts->transitions[first->steps[i]].label;
        if (label != SYMBOL_NONE && label != LTS_INTERNAL)
            label = symbols_find(&list->lts->labels, symbols_name(&first->lts->labels, label));
        for (size_t k = 0; k < list->count; k++) {
            bool fits = i == first->count || list->lts->transitions[list->steps[k]].label == label;
            if (fits && !taken[k])
                ordered[count++] = list->steps[k];
            taken[k] |= fits;
        }
    }
}

size_t play_choices(const struct play *play)
{
    size_t left, right;
    if (play->state != PLAY_YOURS)
        return 0;
    if (!play->equivalent)
        return play->round.answer_count;
    replier_steps(play->replier, LEFT, play->now.states[LEFT], &left);
    replier_steps(play->replier, RIGHT, play->now.states[RIGHT], &right);
    return left + right;
}

static uint32_t choice_transition(const struct play *play, size_t choice, enum side *side)
{
    uint32_t ordered[MOST_ORDERED];
    struct step_list lists[2];
    for (int i = LEFT; i <= RIGHT; i++) {
        lists[i].lts = &play->sides[i];
        lists[i].steps =
            replier_steps(play->replier, (enum side)i, play->now.states[i], &lists[i].count);
    }
    const struct step_list *left = &lists[LEFT], *right = &lists[RIGHT];
    *side = choice < left->count ? LEFT : RIGHT;
    if (choice < left->count)
        return left->steps[choice];
    if (right->count > MOST_ORDERED || left->count > MOST_ORDERED)
        return right->steps[choice - left->count];
    step_list_order(right, left, ordered);
    return ordered[choice - left->count];
}

const struct lts_transition *play_attack(const struct play *play, size_t choice, enum side *side)
{
    uint32_t transition = choice_transition(play, choice, side);
    return &play->sides[*side].transitions[transition];
}

static void decide(struct play *play, enum work work)
{
    play->equivalent = play->replier != NULL;
    play->state = PLAY_YOURS;
    if (!play_choices(play))
        play->state = PLAY_DECIDED;
    else if (work == WORK_END)
        play->state = PLAY_OVER;
}

static void play_finish(struct job *job)
{
    struct play_job *self = (struct play_job *)job;
    struct play *play = self->play;
    size_t count = play->turn_count + self->turn_count;
    if (!self->status &&
        !memory_reserve(&play->turns, &play->turn_capacity, count, sizeof *play->turns))
        self->status = error_memory(&self->error);
    if (self->status) {
        play->state = PLAY_FAILED;
        play->error = self->error;
    } else {
        for (size_t i = 0; i < self->turn_count; i++)
            play->turns[play->turn_count + i] = self->turns[i];
        play->turn_count = count;
        self->turn_count = 0;
        play->now = self->now;
        play->round = self->round;
        self->round = (struct round){0};
        decide(play, self->work);
    }
    if (play->moved)
        play->moved(play->context);
}

static void play_release(struct job *job)
{
    struct play_job *self = (struct play_job *)job;
    for (size_t i = 0; i < self->turn_count; i++)
        round_release(&self->turns[i].round);
    free(self->turns);
    round_release(&self->round);
    snapshot_drop(self->snapshot);
    drop(self->play);
    free(self);
}

/* The caller fills in what the work needs and submits it. */
static struct play_job *create_job(struct play *play, enum work work)
{
    struct play_job *self = memory_allocate(1, sizeof *self);
    if (!self)
        return NULL;
    self->job = (struct job){.what = "finding the next move",
                             .lane = LANE_WORK,
                             .run = play_run,
                             .finish = play_finish,
                             .release = play_release,
                             .part = -1};
    self->play = play;
    self->work = work;
    self->now = play->now;
    play->references++;
    play->state = PLAY_THINKING;
    return self;
}

static void submit(struct play *play, enum work work)
{
    struct play_job *self = create_job(play, work);
    if (!self)
        return;
    if (work == WORK_BEGIN)
        self->snapshot = snapshot_keep(play->explorer->workspace->snapshot);
    if (work == WORK_END) {
        self->round = play->round;
        play->round = (struct round){0};
    }
    jobs_submit(play->explorer->jobs, &self->job);
}

struct play *play_open(struct explorer *explorer, const struct check *check,
                       void (*moved)(void *context), void *context)
{
    struct play *play = memory_allocate(1, sizeof *play);
    if (!play)
        return NULL;
    *play = (struct play){.references = 1,
                          .explorer = explorer,
                          .moved = moved,
                          .context = context,
                          .name = memory_copy_text(check->name),
                          .content = check->content,
                          .state = PLAY_FAILED,
                          .given_up_at = SIZE_MAX};
    if (!play->name) {
        drop(play);
        return NULL;
    }
    error_memory(&play->error);
    submit(play, WORK_BEGIN);
    return play;
}

void play_choose(struct play *play, size_t choice)
{
    if (play->state != PLAY_YOURS || choice >= play_choices(play))
        return;
    if (play->equivalent) {
        enum side side;
        uint32_t transition = choice_transition(play, choice, &side);
        struct play_job *self = create_job(play, WORK_ANSWER);
        if (!self)
            return;
        self->side = side;
        self->transition = transition;
        jobs_submit(play->explorer->jobs, &self->job);
        return;
    }
    if (!memory_reserve(&play->turns, &play->turn_capacity, play->turn_count + 1,
                        sizeof *play->turns))
        return;
    play->now = play->round.answers[choice].next;
    play->turns[play->turn_count++] = (struct play_turn){play->round, choice, false};
    play->round = (struct round){0};
    submit(play, WORK_ROUND);
}

size_t play_moves(const struct play *play)
{
    size_t count = 0;
    for (size_t i = 0; i < play->turn_count; i++)
        count += !play->turns[i].by_program;
    return count;
}

bool play_can_take_back(const struct play *play)
{
    if (play->state == PLAY_THINKING || play->state == PLAY_FAILED)
        return false;
    return play->given_up_at != SIZE_MAX || play_moves(play);
}

bool play_take_back(struct play *play)
{
    bool given_up = play->given_up_at != SIZE_MAX;
    if (!play_can_take_back(play))
        return false;
    /* To give up is a move too, and so are all that the program then made. */
    size_t kept = play->given_up_at;
    if (!given_up)
        for (kept = play->turn_count - 1; play->turns[kept].by_program;)
            kept--;
    while (play->turn_count > kept) {
        struct play_turn *turn = &play->turns[--play->turn_count];
        play->now = turn->round.position;
        round_release(&play->round);
        if (!play->equivalent)
            play->round = turn->round;
        else
            round_release(&turn->round);
    }
    play->given_up_at = SIZE_MAX;
    play->state = PLAY_YOURS;
    return true;
}

void play_give_up(struct play *play)
{
    if (play->state != PLAY_YOURS)
        return;
    play->given_up_at = play->turn_count;
    if (play->equivalent)
        play->state = PLAY_OVER;
    else
        submit(play, WORK_END);
}
