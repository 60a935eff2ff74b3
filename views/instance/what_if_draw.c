/* What is simulated, on the screen. */
#include <string.h>

#include "base/base.h"
#include "views/instance/what_if.h"

struct verdict_words what_if_verdict(const struct what_if *what_if, size_t index)
{
    const struct simulated_step *step = &what_if->steps[index];
    if (!step->judged && what_if->error.status)
        return (struct verdict_words){ROLE_DIM, SIGN_UNKNOWN, "not judged"};
    if (!step->judged)
        return (struct verdict_words){ROLE_DIM, SIGN_UNKNOWN, "being judged"};
    if (!step->recorded)
        return (struct verdict_words){ROLE_BAD, SIGN_BAD, "would not be recorded"};
    return verdict_of_step(step->verdict);
}

/* What a step starts from. */
static const char *from_of(const struct what_if *what_if, size_t index)
{
    struct what_if before = *what_if;
    before.taken = index;
    return what_if_state(&before);
}

void what_if_words(const struct what_if *what_if, size_t index, struct text *text)
{
    const struct simulated_step *step = &what_if->steps[index];
    const struct summary *summary = explorer_summary(what_if->explorer);
    const char *from = from_of(what_if, index);
    text_append(text, what_if_verdict(what_if, index).words);
    if (!step->judged)
        return;
    if (!step->recorded) {
        text_append(text, ": there is no model, and the policy refuses to learn one");
        return;
    }
    if (step->verdict >= SPEX_VERDICT_STILL_EQUIVALENT && from && summary && summary->entry &&
        summary->entry->specification)
        text_append(
            text, specification_has(summary->entry->specification, from, step->action, step->state)
                      ? ": specified, but new to the model"
                      : ": not specified");
    if (step->refused)
        text_append(text, ", not accepted");
}

/* "specification in {paid, shipped}" */
static int draw_states(const struct what_if *what_if, enum side side, struct canvas *canvas, int x,
                       int y, int room)
{
    static const char *const names[] = {"specification", "model"};
    enum { SHOWN = 6 };
    const struct possible_states *states = &what_if->possible[side];
    if (!what_if->known)
        return canvas_print(canvas, x, y, room, ROLE_DIM, "%s %s", names[side],
                            what_if->error.status ? "unknown" : "…");
    if (!states->count)
        return canvas_print(canvas, x, y, room, ROLE_BAD, "%s %s no such run", names[side],
                            canvas_sign(canvas, SIGN_BAD));
    struct text text = {0};
    text_printf(&text, "%s in {", names[side]);
    for (size_t i = 0; i < states->count && i < SHOWN; i++)
        text_printf(&text, "%s%s", i ? ", " : "", states->names[i]);
    if (states->count > SHOWN)
        text_printf(&text, ", %zu more", states->count - SHOWN);
    text_append_char(&text, '}');
    int used = canvas_put(canvas, x, y, room, ROLE_NORMAL, text_value(&text));
    text_release(&text);
    return used;
}

static void draw_count(const struct what_if *what_if, struct canvas *canvas, struct area row)
{
    struct text text = {0};
    enum role role = ROLE_DIM;
    if (what_if_overtaken(what_if)) {
        role = ROLE_WARNING;
        text_append(&text, "The instance took steps of its own meanwhile: w begins anew.");
    } else if (what_if->error.status) {
        role = ROLE_BAD;
        text_append(&text, what_if->error.message);
    } else {
        text_printf(&text, "%zu simulated step%s", what_if->taken, what_if->taken == 1 ? "" : "s");
        if (what_if->count > what_if->taken)
            text_printf(&text, ", %zu undone", what_if->count - what_if->taken);
        text_append(&text, what_if->taken ? ": u undoes, W keeps, w ends it"
                                          : ": s or Enter takes one, w ends it");
    }
    canvas_put(canvas, row.x, row.y, row.width, role, text_value(&text));
    text_release(&text);
}

void what_if_draw_facts(const struct what_if *what_if, struct canvas *canvas, struct area area)
{
    const char *state = what_if_state(what_if);
    bool two = area.height < 3;
    const char *badge = area.width < 50 ? "WHAT IF, not written" : "WHAT IF: nothing is written";
    int room = area.width - utf8_width(badge) - 2;
    canvas_put_right(canvas, area.x, area.y, area.width, ROLE_WARNING, badge);
    int used = canvas_put_ends(canvas, area.x, area.y, room, ROLE_TITLE, what_if->identifier) + 2;
    if (used + utf8_width(what_if->specification) <= room)
        canvas_put(canvas, area.x + used, area.y, room - used, ROLE_DIM, what_if->specification);
    used = canvas_print(canvas, area.x, area.y + 1, area.width, ROLE_CURRENT, " %s ",
                        state ? state : "not initialised") +
           1;
    struct area rest = {area.x + used, area.y + 1, area.width - used, 1};
    if (two && (what_if->error.status || what_if_overtaken(what_if))) {
        draw_count(what_if, canvas, rest);
        return;
    }
    used = draw_states(what_if, LEFT, canvas, rest.x, rest.y, rest.width) + 2;
    draw_states(what_if, RIGHT, canvas, rest.x + used, rest.y, rest.width - used);
    if (!two)
        draw_count(what_if, canvas, (struct area){area.x, area.y + 2, area.width, 1});
}
