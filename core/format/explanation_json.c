/* Explanations as JSON; the keys are described in spex(5). */
#include <inttypes.h>

#include "check/explanation.h"
#include "check/formula.h"
#include "format/format.h"

static const char *const side_names[2] = {"left", "right"};

struct writer {
    struct text *text;
    const struct lts *sides[2];
};

static void write_state(struct writer *writer, enum side side, uint32_t state)
{
    char buffer[16];
    text_append_json(writer->text, lts_state_name(writer->sides[side], state, buffer));
}

static void write_path(struct writer *writer, enum side side, const struct path *path)
{
    text_append_char(writer->text, '[');
    for (size_t i = 0; i < path->count; i++) {
        const struct lts_transition *step = &path->steps[i];
        text_append(writer->text, i ? ",[" : "[");
        write_state(writer, side, step->from);
        text_append_char(writer->text, ',');
        text_append_json(writer->text, lts_label_name(writer->sides[side], step->label, true));
        text_append_char(writer->text, ',');
        write_state(writer, side, step->to);
        text_append_char(writer->text, ']');
    }
    text_append_char(writer->text, ']');
}

static void write_labels(struct writer *writer, enum side side, const uint32_t *labels,
                         size_t count)
{
    text_append_char(writer->text, '[');
    for (size_t i = 0; i < count; i++) {
        text_append(writer->text, i ? "," : "");
        text_append_json(writer->text, lts_label_name(writer->sides[side], labels[i], true));
    }
    text_append_char(writer->text, ']');
}

static void write_position(struct writer *writer, const struct position *position)
{
    text_append(writer->text, "{\"left\":");
    write_state(writer, LEFT, position->states[LEFT]);
    text_append(writer->text, ",\"right\":");
    write_state(writer, RIGHT, position->states[RIGHT]);
    text_printf(writer->text, ",\"rounds\":%u}", position->rounds);
}

static const char *truth(bool value)
{
    return value ? "true" : "false";
}

/* ---------------------------------------------------------------- rounds */

static void write_answer(struct writer *writer, enum side side, const struct defence *answer)
{
    text_append(writer->text, "{\"path\":");
    write_path(writer, side, &answer->path);
    text_append(writer->text, ",\"cycle\":");
    write_path(writer, side, &answer->cycle);
    text_printf(writer->text,
                ",\"answer_before\":%zu,\"before\":%s,\"next\":", answer->before_count,
                truth(answer->before));
    write_position(writer, &answer->next);
    text_append_char(writer->text, '}');
}

static void write_round(struct writer *writer, const struct round *round)
{
    enum side defender = round->attacker == LEFT ? RIGHT : LEFT;
    text_append(writer->text, "{\"position\":");
    write_position(writer, &round->position);
    text_printf(writer->text, ",\"attacker\":\"%s\",\"attack\":", side_names[round->attacker]);
    write_path(writer, round->attacker, &round->attack);
    text_printf(writer->text, ",\"attack_before\":%zu,\"cycle\":", round->attack_before);
    write_path(writer, round->attacker, &round->cycle);
    text_append(writer->text, ",\"answer\":");
    if (round->answer_count) {
        write_path(writer, defender, &round->answers->path);
        text_printf(writer->text, ",\"answer_before\":%zu,\"before\":%s",
                    round->answers->before_count, truth(round->answers->before));
    } else {
        text_append(writer->text, "null");
    }
    text_printf(writer->text, ",\"other_answers\":%zu,\"answers\":[",
                round->answer_count ? round->answer_count - 1 + round->more_answers : 0);
    for (size_t i = 0; i < round->answer_count; i++) {
        text_append(writer->text, i ? "," : "");
        write_answer(writer, defender, &round->answers[i]);
    }
    text_append(writer->text, "],\"offered\":");
    write_labels(writer, defender, round->offered, round->offered_count);
    text_append_char(writer->text, '}');
}

/* --------------------------------------------------------------- formula */

static void write_parts(struct writer *writer, const struct formula *formula, uint32_t first,
                        uint32_t count)
{
    text_append_char(writer->text, '[');
    for (uint32_t i = first; i < first + count; i++)
        text_printf(writer->text, "%s{\"node\":%u,\"negated\":%s}", i > first ? "," : "",
                    formula->parts[i].node, truth(formula->parts[i].negated));
    text_append_char(writer->text, ']');
}

static void write_formula(struct writer *writer, const struct formula *formula)
{
    static const char *const steps[] = {[FORMULA_ACTION] = "action",
                                        [FORMULA_INTERNAL] = "internal",
                                        [FORMULA_FOREVER] = "forever"};
    struct text syntax = {0};
    formula_print(formula, &syntax);
    text_printf(writer->text, "{\"side\":\"%s\",\"depth\":%u,\"text\":", side_names[formula->side],
                formula->nodes[formula->node_count - 1].depth);
    text_append_json(writer->text, text_value(&syntax));
    text_append(writer->text, ",\"nodes\":[");
    for (uint32_t i = 0; i < formula->node_count; i++) {
        const struct formula_node *node = &formula->nodes[i];
        text_printf(writer->text, "%s{\"step\":\"%s\",\"action\":", i ? "," : "",
                    steps[node->step]);
        if (node->step == FORMULA_ACTION)
            text_append_json(writer->text, node->action);
        else
            text_append(writer->text, "null");
        text_append(writer->text, ",\"after\":");
        write_parts(writer, formula, node->after, node->after_count);
        text_append(writer->text, ",\"before\":");
        write_parts(writer, formula, node->before, node->before_count);
        text_append_char(writer->text, '}');
    }
    text_append(writer->text, "]}");
    writer->text->failed |= syntax.failed;
    text_release(&syntax);
}

/* ----------------------------------------------------------- the whole */

static void write_explanation(struct writer *writer, const struct explanation *explanation)
{
    static const char *const kinds[] = {[EXPLANATION_TRACE] = "trace",
                                        [EXPLANATION_DIVERGENCE] = "divergence",
                                        [EXPLANATION_CHOICE] = "choice"};
    enum side other = explanation->side == LEFT ? RIGHT : LEFT;
    text_printf(writer->text, "{\"kind\":\"%s\",\"side\":\"%s\"", kinds[explanation->kind],
                side_names[explanation->side]);
    for (int side = LEFT; side <= RIGHT; side++) {
        text_printf(writer->text, ",\"%s\":", side_names[side]);
        write_path(writer, (enum side)side, &explanation->path[side]);
    }
    text_append(writer->text, ",\"cycle\":");
    write_path(writer, explanation->side, &explanation->cycle);
    text_append(writer->text, ",\"offered\":");
    write_labels(writer, other, explanation->offered, explanation->offered_count);
    text_printf(writer->text, ",\"same_traces\":%s,\"shortest\":%s,\"chooser\":\"%s\",\"rounds\":[",
                truth(explanation->same_traces), truth(explanation->shortest),
                side_names[explanation->chooser]);
    for (size_t i = 0; i < explanation->round_count; i++) {
        text_append(writer->text, i ? "," : "");
        write_round(writer, &explanation->rounds[i]);
    }
    text_printf(writer->text, "],\"rounds_left\":%" PRIu32 ",\"also\":", explanation->rounds_left);
    if (explanation->also)
        write_explanation(writer, explanation->also);
    else
        text_append(writer->text, "null");
    text_append(writer->text, ",\"formula\":");
    if (explanation->formula)
        write_formula(writer, explanation->formula);
    else
        text_append(writer->text, "null");
    text_append(writer->text, ",\"still_holds\":[");
    for (int i = 0, count = 0; i < EQUIVALENCES; i++)
        if (explanation->holds[i])
            text_printf(writer->text, "%s\"%s\"", count++ ? "," : "",
                        equivalence_name((enum equivalence)i));
    text_append(writer->text, "]}");
}

int json_write_explanation(const struct explanation *explanation, const struct lts *left,
                           const struct lts *right, struct text *text)
{
    struct writer writer = {text, {left, right}};
    write_explanation(&writer, explanation);
    return text->failed ? SPEX_ERROR_MEMORY : SPEX_OK;
}

int json_write_comparison(const struct json_comparison *comparison, struct text *text)
{
    text_printf(text, "{\"equivalent\":%s,\"equivalence\":\"%s\",\"internal\":",
                comparison->equivalent ? "true" : "false",
                equivalence_name((enum equivalence)comparison->equivalence));
    text_append_json(text, comparison->internal ? comparison->internal : SPEX_INTERNAL);
    for (int side = LEFT; side <= RIGHT; side++) {
        text_printf(text, ",\"%s\":{\"file\":", side_names[side]);
        if (comparison->files[side])
            text_append_json(text, comparison->files[side]);
        else
            text_append(text, "null");
        text_printf(text, ",\"states\":%" PRIu32 ",\"transitions\":%zu}", comparison->states[side],
                    comparison->transitions[side]);
    }
    if (comparison->explanation) {
        const struct lts *const *sides = comparison->sides;
        struct text reason = {0};
        explanation_print(comparison->explanation, sides[LEFT], sides[RIGHT],
                          comparison->names[LEFT], comparison->names[RIGHT], &reason);
        text_append(text, ",\"reason\":");
        text_append_json(text, text_value(&reason));
        text_append(text, ",\"explanation\":");
        json_write_explanation(comparison->explanation, sides[LEFT], sides[RIGHT], text);
        text->failed |= reason.failed;
        text_release(&reason);
    }
    text_append(text, "}");
    return text->failed ? SPEX_ERROR_MEMORY : SPEX_OK;
}
