/* Play it yourself: the play as lines of the Check view, in words for people who never
 * heard of such games. */
#include <string.h>

#include "base/base.h"
#include "check/words.h"
#include "views/check/check_private.h"
#include "views/graphs/graphs.h"
#include "views/check/play.h"

/* Choices beyond these are folded away; turns beyond these are left out. */
enum { MOST_CHOICES = 9, MOST_TURNS = 200, FOLD_CHOICES = 0 };

static const char defend[] =
    "You say that the two do the same; the program says that they differ, and has to show it. In "
    "each round it takes a step on one side, and you take the same step on the other, after as "
    "many internal steps as you like. Where you have no answer, there the difference is.";
static const char attack[] =
    "The two do the same, so the roles turn: you look for a difference. In each round you take a "
    "step on either side, and the program takes the same step on the other. It always can, and "
    "you may try why.";

static struct page_line *say(struct check_view *view, enum role role, int indent, const char *words)
{
    return page_say(&view->page, SECTION_PLAY, role, indent, words);
}

static struct printer printer_of(const struct play *play, struct text *text)
{
    return (struct printer){.text = text,
                            .unicode = !play->explorer->workspace->options.ascii,
                            .sides = {&play->sides[LEFT], &play->sides[RIGHT]},
                            .names = {"specification", "implementation"}};
}

/* Without its end of line. */
static struct page_line *add(struct check_view *view, enum role role, int indent, struct text *text)
{
    if (text->length && !text->failed && text->data[text->length - 1] == '\n')
        text->data[--text->length] = '\0';
    return page_add(&view->page, SECTION_PLAY, role, indent, text);
}

static void place(const struct play *play, struct page_line *line, const struct position *position)
{
    const struct lts *const sides[2] = {&play->sides[LEFT], &play->sides[RIGHT]};
    page_place(line, sides, position->states[LEFT], position->states[RIGHT]);
}

/* The attacker where its steps lead, the defender where it was. */
static struct position attacked(const struct round *round)
{
    struct position position = round->position;
    if (round->attack.count)
        position.states[round->attacker] = round->attack.steps[round->attack.count - 1].to;
    return position;
}

/* -------------------------------------------------------------------- turns */

static bool starts(const struct play *play, const struct play_turn *turn)
{
    const uint32_t *states = turn->round.position.states;
    return turn->by_program && lts_before(&play->sides[LEFT], states[LEFT]) &&
           lts_before(&play->sides[RIGHT], states[RIGHT]);
}

static void print_start(struct printer *printer, const struct position *position)
{
    text_append(printer->text, "Both start: the specification in ");
    print_quoted_state(printer, LEFT, position->states[LEFT]);
    text_append(printer->text, ", the implementation in ");
    print_quoted_state(printer, RIGHT, position->states[RIGHT]);
    text_append(printer->text, ".");
}

static void print_steps_of(struct printer *printer, enum side side, uint32_t state,
                           const struct path *path)
{
    if (path->count) {
        print_path(printer, side, path);
        return;
    }
    text_append(printer->text, "stay in ");
    print_quoted_state(printer, side, state);
}

static void print_turn(struct printer *printer, const struct play *play,
                       const struct play_turn *turn)
{
    const struct round *round = &turn->round;
    const struct defence *answer = &round->answers[turn->chosen];
    enum side attacker = round->attacker, defender = other_side(attacker);
    if (play->equivalent)
        text_append(printer->text, "You, for ");
    print_side(printer, attacker, !play->equivalent);
    text_append(printer->text, ": ");
    print_steps_of(printer, attacker, round->position.states[attacker], &round->attack);
    text_append(printer->text, play->equivalent   ? ". The program, for "
                               : turn->by_program ? ". The best answer, for "
                                                  : ". You, for ");
    print_side(printer, defender, false);
    text_append(printer->text, ": ");
    print_steps_of(printer, defender, round->position.states[defender], &answer->path);
    text_append(printer->text, ".");
    if (answer->before && !play->equivalent)
        text_append(printer->text,
                    " The program goes on from before that last step, where they differ already.");
}

/* Answers the number of the round that comes. */
static size_t add_turns(struct check_view *view, const struct play *play)
{
    size_t number = 1;
    for (size_t i = 0; i < play->turn_count; i++) {
        const struct play_turn *turn = &play->turns[i];
        const struct position *next = &turn->round.answers[turn->chosen].next;
        struct text text = {0};
        struct printer printer = printer_of(play, &text);
        bool start = starts(play, turn), left_out = i + MOST_TURNS < play->turn_count;
        if (start) {
            print_start(&printer, next);
        } else {
            text_printf(&text, "Round %zu. ", number++);
            if (!left_out)
                print_turn(&printer, play, turn);
        }
        if (left_out)
            text_release(&text);
        else
            place(play, add(view, ROLE_NORMAL, 0, &text), next);
    }
    return number;
}

/* ------------------------------------------------------------------ choices */

static void print_choice_of(struct printer *printer, const struct play *play, size_t choice)
{
    if (!play->equivalent) {
        const struct round *round = &play->round;
        enum side defender = other_side(round->attacker);
        print_steps_of(printer, defender, round->position.states[defender],
                       &round->answers[choice].path);
        return;
    }
    enum side side;
    struct lts_transition step = *play_attack(play, choice, &side);
    struct path path = {&step, 1};
    text_append(printer->text, side == LEFT ? "specification: " : "implementation: ");
    print_step(printer, side, &path, 0);
}

static void add_choices(struct check_view *view, const struct play *play)
{
    size_t count = play_choices(play);
    for (size_t i = 0; i < count; i++) {
        struct text text = {0};
        if (i == MOST_CHOICES && count > MOST_CHOICES + 1) {
            text_printf(&text, "%zu more", count - MOST_CHOICES);
            if (!page_fold(view, SECTION_PLAY, FOLD_CHOICES, 2, &text))
                return;
        }
        struct printer printer = printer_of(play, &text);
        print_choice_of(&printer, play, i);
        struct page_line *line = add(view, ROLE_ACTION, i < MOST_CHOICES ? 2 : 4, &text);
        /* An answer leads somewhere; an attack is not answered yet. */
        place(play, line, play->equivalent ? &play->now : &play->round.answers[i].next);
        if (line) {
            line->act = ACT_ANSWER;
            line->number = (uint32_t)i;
        }
    }
    if (!play->equivalent && play->round.more_answers)
        say(view, ROLE_DIM, 2, "... and more, which fail too");
}

/* -------------------------------------------------------------- as it stands */

static void add_end(struct check_view *view, enum role role, const char *words)
{
    say(view, role, 0, words);
    say(view, ROLE_DIM, 0,
        play_can_take_back(view->play) ? "u takes your last move back, p plays again."
                                       : "p plays again.");
}

static void add_defence(struct check_view *view, const struct play *play, size_t number)
{
    struct text text = {0};
    struct printer printer = printer_of(play, &text);
    const struct round *round = &play->round;
    struct position position = attacked(round);
    enum side defender = other_side(round->attacker);
    text_printf(&text, "Round %zu. ", number);
    print_attack(&printer, round);
    place(play, add(view, ROLE_TITLE, 0, &text), &position);
    printer.text = &text;
    if (play->state == PLAY_DECIDED) {
        print_reply(&printer, round);
        struct page_line *line = page_add_lines(&view->page, SECTION_PLAY, &text);
        place(play, line, &position);
        if (line)
            line->indent = 0;
        add_end(view, ROLE_BAD,
                play->given_up_at == SIZE_MAX && play_moves(play)
                    ? "You have no answer: this is the difference, and no other answer on "
                      "the way would have hidden it."
                    : "Here no answer is left: this is the difference.");
        return;
    }
    if (play->state == PLAY_OVER) {
        add_end(view, ROLE_BAD, "And so on: it takes many more rounds.");
        return;
    }
    text_append(&text, "What does ");
    print_side(&printer, defender, false);
    text_append(&text, ", in ");
    print_quoted_state(&printer, defender, round->position.states[defender]);
    text_append(&text, ", do now?");
    place(play, add(view, ROLE_NORMAL, 0, &text), &position);
    add_choices(view, play);
}

static void add_attack(struct check_view *view, const struct play *play, size_t number)
{
    struct text text = {0};
    struct printer printer = printer_of(play, &text);
    if (play->state == PLAY_OVER) {
        size_t moves = play_moves(play);
        text_printf(&text, "You gave up after %zu step%s.", moves, moves == 1 ? "" : "s");
        add(view, ROLE_NORMAL, 0, &text);
        add_end(view, ROLE_GOOD,
                "There is no difference to be found: whatever you do, the program has an "
                "answer after which both can do the same again.");
        return;
    }
    text_printf(&text, "Round %zu. The specification is in ", number);
    print_quoted_state(&printer, LEFT, play->now.states[LEFT]);
    text_append(&text, ", the implementation in ");
    print_quoted_state(&printer, RIGHT, play->now.states[RIGHT]);
    text_append(&text, ".");
    place(play, add(view, ROLE_TITLE, 0, &text), &play->now);
    if (play->state == PLAY_DECIDED) {
        add_end(view, ROLE_GOOD,
                "Nothing can be done here on either side: the play is over, and you found "
                "no difference.");
        return;
    }
    say(view, ROLE_NORMAL, 0, "Which step do you take, on either side?");
    add_choices(view, play);
}

void check_add_play(struct check_view *view, const struct check *check)
{
    const struct play *play = view->play;
    const char *rules = check->equivalent ? attack : defend;
    if (!page_section(view, SECTION_PLAY, "Play it yourself",
                      check->equivalent ? "you attack" : "you defend"))
        return;
    if (!play) {
        say(view, ROLE_NORMAL, 0, rules);
        struct page_line *line = say(view, ROLE_ACTION, 0, "Play: p begins.");
        if (line)
            line->act = ACT_PLAY;
        return;
    }
    if (play->state == PLAY_FAILED) {
        struct text text = {0};
        text_append(&text, play->error.message);
        page_add_lines(&view->page, SECTION_PLAY, &text);
        say(view, ROLE_DIM, 0, "p tries again.");
        return;
    }
    if (play_moves(play) == 0)
        say(view, ROLE_DIM, 0, rules);
    size_t number = add_turns(view, play);
    if (play->state == PLAY_THINKING)
        say(view, ROLE_DIM, 0, "The program is thinking ...");
    else if (play->equivalent)
        add_attack(view, play, number);
    else
        add_defence(view, play, number);
}

/* ------------------------------------------------------------------ playing */

/* To what is to be chosen, else to where it ended. */
static void go_to_play(struct check_view *view)
{
    const struct check_page *page = &view->page;
    size_t last = SIZE_MAX;
    for (size_t i = 0; i < page->count; i++) {
        if (page->lines[i].section != SECTION_PLAY)
            continue;
        last = i;
        if (page->lines[i].act == ACT_ANSWER)
            break;
    }
    if (last != SIZE_MAX)
        view->cursor = last;
}

/* Both graphs go where the two sides are now. */
static void show_now(struct check_view *view)
{
    const struct check_page *page = &view->page;
    const struct page_line *line = NULL;
    for (size_t i = 0; i < page->count; i++)
        if (page->lines[i].section == SECTION_PLAY && page->lines[i].act == ACT_GRAPHS &&
            page->lines[i].places[LEFT] && page->lines[i].places[RIGHT])
            line = &page->lines[i];
    if (line)
        graphs_show(view->explorer, (const char *const *)line->places, line->text);
}

static void moved(void *context)
{
    struct check_view *view = context;
    check_make_page(view);
    /* What it is about may have changed while the program was thinking: then it is closed. */
    if (!view->play || view->play->state == PLAY_THINKING || !view->open[SECTION_PLAY])
        return;
    go_to_play(view);
    show_now(view);
}

void check_play_close(struct check_view *view)
{
    play_close(view->play);
    view->play = NULL;
}

void check_play(struct check_view *view)
{
    const struct summary *summary = explorer_summary(view->explorer);
    const struct check *check = check_told(summary);
    if (!check || !summary->entry || !summary->entry->model) {
        explorer_message(view->explorer, ROLE_DIM,
                         "There is nothing to play: it takes a model that was checked.");
        return;
    }
    check_play_close(view);
    /* The reasons take its room, and tell how it ends. */
    memset(view->open, 0, sizeof view->open);
    view->open[SECTION_PLAY] = true;
    view->play = play_open(view->explorer, check, moved, view);
    check_make_page(view);
    go_to_play(view);
}

void check_play_choose(struct check_view *view, uint32_t choice)
{
    if (!view->play)
        return;
    play_choose(view->play, choice);
    check_make_page(view);
}

void check_play_take_back(struct check_view *view)
{
    if (!view->play)
        explorer_message(view->explorer, ROLE_DIM, "No play is on; p begins one.");
    else if (play_take_back(view->play))
        moved(view);
    else
        explorer_message(view->explorer, ROLE_DIM, "You made no move yet.");
}

void check_play_give_up(struct check_view *view)
{
    static const char *const words[] = {
        [PLAY_THINKING] = "The program is thinking; you can give up when it has moved.",
        [PLAY_DECIDED] = "The play is over: u goes back a move, p starts over.",
        [PLAY_OVER] = "You gave up already: u goes back to before, p starts over.",
        [PLAY_FAILED] = "The play could not go on; p tries again.",
    };
    if (!view->play || view->play->state != PLAY_YOURS) {
        explorer_message(view->explorer, ROLE_DIM, "%s",
                         view->play ? words[view->play->state] : "No play is on; p begins one.");
        return;
    }
    play_give_up(view->play);
    moved(view);
}
