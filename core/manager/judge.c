/* What a step is: learned, in the model, or a deviation of one kind or the other. */
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/base.h"
#include "check/check.h"
#include "manager/manager.h"
#include "manager/step_judge.h"

static int note_learning(const char *specification, void *context, spex_error *error)
{
    return registry_set_learning(context, specification, error);
}

/* Where the model comes from. Another process may have begun to learn one meanwhile. */
static int find_model(struct server *server, const struct workflow *workflow,
                      const char *specification, bool *known, bool *learning, spex_error *error)
{
    *known = *learning = false;
    if (workflow->unreadable && !workflow->model)
        return error_set(error, SPEX_ERROR_SYNTAX, "the model of %s cannot be read: %s",
                         specification, workflow->unreadable);
    *known = workflow->model || workflow->learning;
    *learning = workflow->model ? workflow->model->learning : workflow->learning;
    if (server->manager->options.learn)
        *known = *learning = *known || workflow->specification;
    if (*known)
        return SPEX_OK;
    struct registry *registry = &server->manager->registry;
    int status = shard_learning(server->shard, note_learning, registry, error);
    if (!status)
        *known = *learning = registry_find(registry, specification).learning;
    return status;
}

/* Whether the state can be reached in the model at all. */
static int reaches(const struct lts *lts, const char *state, bool *reached, spex_error *error)
{
    bool *states = memory_allocate(lts->state_count, sizeof *states);
    if (!states)
        return error_memory(error);
    int status = check_reachable(lts, states, error);
    uint32_t number = lts_find_state(lts, state);
    *reached = !status && number != SYMBOL_NONE && states[number];
    free(states);
    return status;
}

int judge_model(const struct spex_specification *specification, const struct spex_model *model,
                const char *from, bool first, spex_verdict *verdict, spex_error *error)
{
    struct lts left = {0}, right = {0};
    bool reached = true, equivalent = false;
    int status = lts_from_specification(&left, specification, true, error);
    if (!status)
        status = lts_from_model(&right, model, true, error);
    if (!status && !first)
        status = reaches(&right, from, &reached, error);
    if (!status && reached)
        status =
            check_equivalence(&left, &right, EQUIVALENCE_BRANCHING, NULL, &equivalent, NULL, error);
    lts_release(&left);
    lts_release(&right);
    *verdict = equivalent ? SPEX_VERDICT_STILL_EQUIVALENT : SPEX_VERDICT_NOT_EQUIVALENT;
    return status;
}

static void hash_text(XXH3_state_t *state, const char *text)
{
    XXH3_128bits_update(state, text, strlen(text) + 1);
}

/* All that decides the verdict: the specification, which is fixed while the manager runs,
 * the model, by its number, the instance's deviations, the step. */
static bool hash_all(const struct workflow *workflow, const struct spex_model *overlay,
                     const char *from, const char *action, const char *to, uint64_t hash[2])
{
    XXH3_state_t *state = XXH3_createState();
    if (!state)
        return false;
    XXH3_128bits_reset(state);
    hash_text(state, workflow->name);
    XXH3_128bits_update(state, &workflow->model_number, sizeof workflow->model_number);
    for (size_t i = 0; i < overlay->transition_count; i++) {
        hash_text(state, overlay->transitions[i].from);
        hash_text(state, overlay->transitions[i].action);
        hash_text(state, overlay->transitions[i].to);
    }
    hash_text(state, from);
    hash_text(state, action);
    hash_text(state, to);
    XXH128_hash_t result = XXH3_128bits_digest(state);
    XXH3_freeState(state);
    hash[0] = result.low64;
    hash[1] = result.high64;
    return true;
}

static struct verdict_slot *slot_of(struct server *server, const uint64_t hash[2])
{
    return &server->verdicts[hash[0] % VERDICT_SLOTS];
}

/* ------------------------------------------------------ what takes long */

/* A check of this many transitions, on both sides together, takes about a quarter of a
 * millisecond. What takes longer is not for the time that others wait for the shard; what
 * does not is not worth a transaction of its own. */
enum { JUDGED_AT_ONCE = 1000 };

struct unjudged {
    struct workflow workflow;
    struct spex_model *overlay;
    uint64_t hash[2];
    char *from, *action, *to;
};

void judge_forget(struct server *server)
{
    struct unjudged *unjudged = server->unjudged;
    if (!unjudged)
        return;
    spex_model_free(unjudged->overlay);
    free(unjudged->from);
    free(unjudged->action);
    free(unjudged->to);
    free(unjudged);
    server->unjudged = NULL;
}

/* Takes the overlay over. False: no memory. */
static bool put_off(struct server *server, const struct workflow *workflow,
                    struct spex_model *overlay, const uint64_t hash[2], const char *from,
                    const spex_step *step)
{
    judge_forget(server);
    struct unjudged *unjudged = memory_allocate(1, sizeof *unjudged);
    if (!unjudged) {
        spex_model_free(overlay);
        return false;
    }
    *unjudged = (struct unjudged){.workflow = *workflow,
                                  .overlay = overlay,
                                  .hash = {hash[0], hash[1]},
                                  .from = memory_copy_text(from),
                                  .action = memory_copy_text(step->action),
                                  .to = memory_copy_text(step->state)};
    server->unjudged = unjudged;
    return unjudged->from && unjudged->action && unjudged->to;
}

void judge_ahead(struct server *server)
{
    struct unjudged *unjudged = server->unjudged;
    spex_verdict verdict;
    if (!unjudged || !unjudged->from || !unjudged->action || !unjudged->to)
        return;
    if (!step_judge(server->judges, &unjudged->workflow, unjudged->overlay, unjudged->from,
                    unjudged->action, unjudged->to, &verdict, NULL))
        *slot_of(server, unjudged->hash) =
            (struct verdict_slot){{unjudged->hash[0], unjudged->hash[1]}, true, verdict};
    judge_forget(server);
}

/* ------------------------------------------------------------- judging */

static bool takes_long(const struct workflow *workflow, const struct spex_model *overlay)
{
    return workflow->specification->transition_count + workflow->model->transition_count +
               overlay->transition_count >
           JUDGED_AT_ONCE;
}

/* Takes the overlay over. */
static int judge_deviation(struct server *server, const struct workflow *workflow,
                           struct spex_model *overlay, const spex_step *step, const char *from,
                           bool now, struct judgement *judgement, spex_error *error)
{
    uint64_t hash[2] = {0};
    bool hashed = hash_all(workflow, overlay, from, step->action, step->state, hash);
    struct verdict_slot *slot = slot_of(server, hash);
    int status = SPEX_OK;
    if (hashed && slot->used && slot->hash[0] == hash[0] && slot->hash[1] == hash[1]) {
        judgement->verdict = slot->verdict;
    } else if (!now && hashed && takes_long(workflow, overlay)) {
        judgement->later = true;
        return put_off(server, workflow, overlay, hash, from, step) ? SPEX_OK : error_memory(error);
    } else {
        status = step_judge(server->judges, workflow, overlay, from, step->action, step->state,
                            &judgement->verdict, error);
        if (!status && hashed)
            *slot = (struct verdict_slot){{hash[0], hash[1]}, true, judgement->verdict};
    }
    spex_model_free(overlay);
    return status;
}

int judge(struct server *server, const struct workflow *workflow, const char *specification,
          int64_t key, const spex_step *step, const char *from, bool now,
          struct judgement *judgement, spex_error *error)
{
    bool learning;
    *judgement = (struct judgement){.verdict = SPEX_VERDICT_NOT_EQUIVALENT};
    int status = find_model(server, workflow, specification, &judgement->known, &learning, error);
    if (status || !judgement->known)
        return status;
    if (step_judged(workflow, learning, from, step->action, step->state, &judgement->verdict))
        return SPEX_OK;
    struct spex_model *overlay = model_create(specification, false);
    if (!overlay)
        return error_memory(error);
    bool full = false;
    if (key)
        status = shard_overlay(server->shard, key, overlay, &full, error);
    /* So far from the model that one step more changes nothing. */
    if (!status && !full)
        return judge_deviation(server, workflow, overlay, step, from, now, judgement, error);
    spex_model_free(overlay);
    return status;
}
