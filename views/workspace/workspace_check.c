/* Checking models against specifications in the background. */
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/base.h"
#include "check/words.h"
#include "views/workspace/workspace_internal.h"

struct check_job {
    struct job job;
    struct workspace *workspace;
    struct snapshot *snapshot;
    char *name;
    char *what;
    struct check *result;
};

void check_free(struct check *check)
{
    if (!check)
        return;
    text_release(&check->reason);
    explanation_free(check->explanation);
    for (int side = LEFT; side <= RIGHT; side++) {
        lts_release(&check->sides[side]);
        free(check->letters[side]);
        free(check->place[side]);
    }
    free(check->name);
    free(check);
}

/* What the verdict depends on, as a number. */
static uint64_t content_of(const struct project_entry *entry)
{
    const struct spex_specification *specification = entry->specification;
    const char *initial = specification->states.count ? specification->states.names[0] : "";
    XXH64_hash_t hash = XXH3_64bits(initial, strlen(initial));
    for (size_t i = 0; i < specification->transition_count; i++) {
        const struct specification_transition *t = &specification->transitions[i];
        const char *parts[] = {symbols_name(&specification->states, t->from),
                               symbols_name(&specification->actions, t->action),
                               symbols_name(&specification->states, t->to)};
        for (int part = 0; part < 3; part++)
            hash = XXH3_64bits_withSeed(parts[part], strlen(parts[part]) + 1, hash);
    }
    for (size_t i = 0; i < entry->model->transition_count; i++) {
        const struct model_transition *t = &entry->model->transitions[i];
        const char *parts[] = {t->from, t->action, t->to};
        for (int part = 0; part < 3; part++)
            hash = XXH3_64bits_withSeed(parts[part], strlen(parts[part]) + 1, hash);
    }
    return hash;
}

/* Only classes that both sides have get a letter, in the order of the specification's
 * states; the state before initialisation is never drawn and gets none of its own. */
static bool letter(struct check *check, uint32_t class_count)
{
    uint32_t *letters = memory_allocate(class_count, sizeof *letters);
    bool *shared = memory_allocate(class_count, sizeof *shared);
    if (letters && shared) {
        for (uint32_t class = 0; class < class_count; class ++)
            letters[class] = SYMBOL_NONE;
        for (uint32_t state = 0; state < check->sides[RIGHT].state_count; state++)
            shared[check->letters[RIGHT][state]] = true;
        for (uint32_t state = check->sides[LEFT].initialises;
             state < check->sides[LEFT].state_count; state++) {
            uint32_t class = check->letters[LEFT][state];
            if (shared[class] && letters[class] == SYMBOL_NONE)
                letters[class] = check->letter_count++;
        }
        for (int side = LEFT; side <= RIGHT; side++)
            for (uint32_t state = 0; state < check->sides[side].state_count; state++)
                check->letters[side][state] = letters[check->letters[side][state]];
    }
    bool lettered = letters && shared;
    free(letters);
    free(shared);
    return lettered;
}

static int classify(struct check *check, const struct progress *progress)
{
    for (int side = LEFT; side <= RIGHT; side++) {
        check->letters[side] =
            memory_allocate(check->sides[side].state_count, sizeof *check->letters[side]);
        if (!check->letters[side])
            return error_memory(&check->error);
    }
    uint32_t class_count;
    int status = check_classes(&check->sides[LEFT], &check->sides[RIGHT], EQUIVALENCE_BRANCHING,
                               progress, check->letters, &class_count, &check->error);
    if (!status && !letter(check, class_count))
        status = error_memory(&check->error);
    return status;
}

/* The state that the path ends in; of the side that does something the other cannot, the
 * state before that last step. */
static void find_places(struct check *check)
{
    const struct explanation *explanation = check->explanation;
    for (int side = LEFT; side <= RIGHT; side++) {
        const struct path *path = &explanation->path[side];
        const struct lts *lts = &check->sides[side];
        uint32_t state = lts->initial;
        if (path->count) {
            const struct lts_transition *last = &path->steps[path->count - 1];
            bool cut =
                explanation->kind == EXPLANATION_TRACE && explanation->side == (enum side)side;
            state = cut ? last->from : last->to;
        }
        char buffer[16];
        check->place[side] = memory_copy_text(lts_state_name(lts, state, buffer));
    }
}

struct printer check_printer(const struct check *check, const struct explanation *explanation,
                             bool unicode, struct text *text)
{
    return (struct printer){.text = text,
                            .explanation = explanation,
                            .sides = {&check->sides[LEFT], &check->sides[RIGHT]},
                            .names = {"specification", "implementation"},
                            .unicode = unicode};
}

static void tell_reason(struct check *check, bool unicode)
{
    struct printer printer = check_printer(check, check->explanation, unicode, &check->reason);
    if (check->explanation)
        print_explanation(&printer);
    else
        explanation_print(NULL, printer.sides[LEFT], printer.sides[RIGHT], printer.names[LEFT],
                          printer.names[RIGHT], &check->reason);
}

static void check_run(struct job *job)
{
    struct check_job *self = (struct check_job *)job;
    struct check *check = self->result;
    const struct project_entry *entry = project_find(&self->snapshot->project, self->name);
    struct progress progress = job_progress(job);
    check->at = workspace_now(self->workspace);
    check->status = project_lts(entry, &check->sides[LEFT], &check->sides[RIGHT], &check->error);
    if (!check->status)
        check->status =
            check_equivalence(&check->sides[LEFT], &check->sides[RIGHT], EQUIVALENCE_BRANCHING,
                              &progress, &check->equivalent, &check->explanation, &check->error);
    if (!check->status)
        check->status = classify(check, &progress);
    if (!check->status && check->explanation)
        find_places(check);
    if (!check->status && !check->equivalent)
        tell_reason(check, !self->workspace->options.ascii);
}

static void check_finish(struct job *job)
{
    struct check_job *self = (struct check_job *)job;
    struct workspace *workspace = self->workspace;
    for (size_t i = 0; i < workspace->check_count; i++) {
        struct check *old = workspace->checks[i];
        if (strcmp(old->name, self->name) != 0)
            continue;
        /* A newer content is being checked already: this verdict is of the past. */
        if (old->content != self->result->content)
            return;
        workspace->checks[i] = self->result;
        self->result = NULL;
        check_free(old);
        workspace_summarise(workspace);
        return;
    }
}

static void check_release(struct job *job)
{
    struct check_job *self = (struct check_job *)job;
    for (size_t i = 0; i < self->workspace->check_count; i++)
        if (self->workspace->checks[i] && self->workspace->checks[i]->pending == job)
            self->workspace->checks[i]->pending = NULL;
    snapshot_drop(self->snapshot);
    check_free(self->result);
    free(self->name);
    free(self->what);
    free(self);
}

static void start(struct workspace *workspace, struct check *check)
{
    struct check_job *self = memory_allocate(1, sizeof *self);
    struct text what = {0};
    text_printf(&what, "checking %s", check->name);
    if (!self) {
        text_release(&what);
        return;
    }
    self->workspace = workspace;
    self->snapshot = snapshot_keep(workspace->snapshot);
    self->name = memory_copy_text(check->name);
    self->what = text_take(&what);
    self->result = memory_allocate(1, sizeof *self->result);
    if (self->result)
        self->result->name = memory_copy_text(check->name);
    self->job = (struct job){.what = self->what,
                             .lane = LANE_WORK,
                             .run = check_run,
                             .finish = check_finish,
                             .release = check_release,
                             .part = -1};
    if (!self->name || !self->what || !self->result || !self->result->name) {
        check_release(&self->job);
        return;
    }
    self->result->content = check->content;
    /* What is checked has become another: nobody waits for that verdict any more. */
    if (check->pending)
        atomic_store(&check->pending->cancelled, true);
    check->pending = &self->job;
    check->running = true;
    jobs_submit(workspace->jobs, &self->job);
}

static struct check *check_create(const char *name)
{
    struct check *check = memory_allocate(1, sizeof *check);
    if (check && !(check->name = memory_copy_text(name))) {
        free(check);
        return NULL;
    }
    return check;
}

void workspace_check_changed(struct workspace *workspace)
{
    const struct project *project = &workspace->snapshot->project;
    struct check **kept = memory_allocate(project->count, sizeof *kept);
    size_t count = 0;
    if (!kept)
        return;
    for (size_t i = 0; i < project->count; i++) {
        const struct project_entry *entry = &project->entries[i];
        if (!entry->specification || !entry->model)
            continue;
        struct check *check = NULL;
        for (size_t k = 0; k < workspace->check_count && !check; k++)
            if (workspace->checks[k] &&
                strcmp(workspace->checks[k]->name, entry->specification->name) == 0) {
                check = workspace->checks[k];
                workspace->checks[k] = NULL;
            }
        bool fresh = !check;
        if (fresh && !(check = check_create(entry->specification->name)))
            continue;
        uint64_t content = content_of(entry);
        if (fresh || check->content != content) {
            check->content = content;
            start(workspace, check);
        }
        kept[count++] = check;
    }
    for (size_t i = 0; i < workspace->check_count; i++)
        check_free(workspace->checks[i]);
    free(workspace->checks);
    workspace->checks = kept;
    workspace->check_count = count;
}

void workspace_check(struct workspace *workspace, const char *name)
{
    for (size_t i = 0; i < workspace->check_count; i++)
        if (strcmp(workspace->checks[i]->name, name) == 0 && !workspace->checks[i]->running)
            start(workspace, workspace->checks[i]);
}
