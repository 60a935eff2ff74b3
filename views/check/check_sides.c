/* Where the specification and the model are at a line, and what each can do there. */
#include <string.h>

#include "base/base.h"
#include "views/check/check_private.h"

/* Steps that are listed; transitions that can be looked through while a
 * screen is drawn. */
enum { MOST_LISTED = 6, MANY = 500000 };

struct place {
    const struct lts *lts;
    uint32_t state; /* SYMBOL_NONE: none */
    uint32_t steps[MOST_ORDERED];
    size_t count; /* of all that leave the state */
};

static struct place place_of(const struct check *check, const struct page_line *line,
                             enum side side)
{
    struct place place = {.lts = &check->sides[side], .state = SYMBOL_NONE};
    if (line->places[side] && place.lts->transition_count <= MANY)
        place.state = lts_find_state(place.lts, line->places[side]);
    for (size_t i = 0; place.state != SYMBOL_NONE && i < place.lts->transition_count; i++) {
        if (place.lts->transitions[i].from != place.state)
            continue;
        if (place.count < MOST_ORDERED)
            place.steps[place.count] = (uint32_t)i;
        place.count++;
    }
    return place;
}

static size_t kept(const struct place *place)
{
    return place->count < MOST_ORDERED ? place->count : MOST_ORDERED;
}

/* Whether the state has a step with the label of `step`, of another LTS. */
static bool can(const struct place *place, const struct lts *of, const struct lts_transition *step)
{
    uint32_t label =
        step->label == LTS_INTERNAL
            ? LTS_INTERNAL
            : symbols_find(&place->lts->labels, symbols_name(&of->labels, step->label));
    for (size_t i = 0; i < kept(place); i++)
        if (place->lts->transitions[place->steps[i]].label == label)
            return true;
    return place->count > MOST_ORDERED; /* as far as is known */
}

/* What both can do in one order, that of the specification. */
static void order_like(struct place *place, const struct place *first)
{
    uint32_t ordered[MOST_ORDERED];
    const struct step_list list = {place->lts, place->steps, kept(place)};
    const struct step_list before = {first->lts, first->steps, kept(first)};
    step_list_order(&list, &before, ordered);
    memcpy(place->steps, ordered, list.count * sizeof *ordered);
}

int check_sides_height(const struct check *check, const struct page_line *line)
{
    size_t most = 1;
    bool any = false;
    for (int side = LEFT; check && line && side <= RIGHT; side++) {
        struct place place = place_of(check, line, (enum side)side);
        any |= place.state != SYMBOL_NONE;
        most = place.count > most ? place.count : most;
    }
    return any ? 3 + (int)(most > MOST_LISTED ? MOST_LISTED + 1 : most) : 0;
}

static void draw_step(struct canvas *canvas, struct area row, const struct place *place,
                      const struct place *other, enum side side, const struct lts_transition *step)
{
    char buffer[16];
    bool shared = other->state == SYMBOL_NONE || can(other, place->lts, step);
    bool internal = step->label == LTS_INTERNAL;
    enum role role = shared ? ROLE_NORMAL : side == RIGHT ? ROLE_BAD : ROLE_WARNING;
    int x = row.x, end = row.x + row.width;
    if (!shared)
        canvas_put(canvas, x, row.y, 1, role, side == RIGHT ? "+" : "?");
    x += 2;
    x += canvas_put(canvas, x, row.y, end - x, shared && !internal ? ROLE_ACTION : role,
                    internal ? (canvas->ascii ? "tau" : "τ")
                             : symbols_name(&place->lts->labels, step->label));
    x += canvas_print(canvas, x, row.y, end - x, ROLE_DIM, " %s ", canvas_sign(canvas, SIGN_ARROW));
    canvas_put(canvas, x, row.y, end - x, role, lts_state_name(place->lts, step->to, buffer));
}

static void draw_side(struct canvas *canvas, struct area box, const struct place *place,
                      const struct place *other, enum side side)
{
    char buffer[16];
    struct text title = {0};
    size_t listed = place->count > MOST_LISTED + 1 ? MOST_LISTED : place->count;
    struct area row = {box.x + 2, box.y + 1, box.width - 4, 1};
    text_append(&title, side == LEFT ? "Specification" : "Implementation");
    if (place->state != SYMBOL_NONE)
        text_printf(&title, ", %s", lts_state_name(place->lts, place->state, buffer));
    canvas_frame(canvas, box, ROLE_FRAME, text_value(&title));
    text_release(&title);
    for (size_t i = 0; i < listed; i++, row.y++)
        draw_step(canvas, row, place, other, side, &place->lts->transitions[place->steps[i]]);
    if (listed < place->count)
        canvas_print(canvas, row.x, row.y, row.width, ROLE_DIM, "%zu more", place->count - listed);
    else if (place->state != SYMBOL_NONE && !place->count)
        canvas_put(canvas, row.x, row.y, row.width, ROLE_DIM, "nothing: it ends here");
}

/* Whether what can follow is the same; "" where that is not known. */
static const char *words_of(const struct check *check, const struct place places[2])
{
    if (places[LEFT].state == SYMBOL_NONE || places[RIGHT].state == SYMBOL_NONE ||
        !check->letters[LEFT] || !check->letters[RIGHT])
        return "";
    uint32_t left = check->letters[LEFT][places[LEFT].state];
    uint32_t right = check->letters[RIGHT][places[RIGHT].state];
    return left != SYMBOL_NONE && left == right ? "From here on the two do the same."
                                                : "From here on the two differ.";
}

void check_draw_sides(const struct check *check, const struct page_line *line,
                      struct canvas *canvas, struct area area)
{
    struct place places[2] = {place_of(check, line, LEFT), place_of(check, line, RIGHT)};
    order_like(&places[RIGHT], &places[LEFT]);
    int half = area.width / 2;
    struct area box = {area.x, area.y, half - 1, area.height - 1};
    draw_side(canvas, box, &places[LEFT], &places[RIGHT], LEFT);
    box.x = area.x + half;
    box.width = area.width - half;
    draw_side(canvas, box, &places[RIGHT], &places[LEFT], RIGHT);
    canvas_put(canvas, area.x, area.y + area.height - 1, area.width, ROLE_DIM,
               words_of(check, places));
}
