/* Who did what is extra: the instances in the store that took that transition. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "model/filter.h"
#include "views/check/check_private.h"

/* Named on the line; listed at most. */
enum { NAMED = 5, MOST_LISTED = 100 };

struct found_job {
    struct job job;
    struct check_view *view;
    uint64_t generation;
    char *specification, *from, *action, *to;
    char **identifiers;
    size_t count;
};

static void found_run(struct job *job)
{
    struct found_job *self = (struct found_job *)job;
    struct reader *reader;
    spex_error unused;
    /* Of a store with a damaged shard those of the others are taken. */
    if (!workspace_reader(self->view->explorer->workspace, LANE_STORE, &reader, &unused) && reader)
        reader_instances_with(reader, self->specification, self->from, self->action, self->to,
                              MOST_LISTED + 1, &self->identifiers, &self->count, &unused);
}

static void forget(struct found *found)
{
    instances_free(found->identifiers, found->count);
    found->identifiers = NULL;
    found->count = 0;
    found->known = false;
}

static void found_finish(struct job *job)
{
    struct found_job *self = (struct found_job *)job;
    struct found *found = &self->view->found;
    if (self->generation != found->generation)
        return;
    forget(found);
    found->identifiers = self->identifiers;
    found->count = self->count;
    found->known = true;
    self->identifiers = NULL;
    self->count = 0;
    check_make_page(self->view);
}

static void found_job_release(struct job *job)
{
    struct found_job *self = (struct found_job *)job;
    instances_free(self->identifiers, self->count);
    free(self->specification);
    free(self->from);
    free(self->action);
    free(self->to);
    free(self);
}

static void submit(struct check_view *view, const struct check *check)
{
    struct found_job *self = memory_allocate(1, sizeof *self);
    const struct path *path = &check_trace(check, RIGHT)->path[RIGHT];
    const struct lts_transition *step = &path->steps[path->count - 1];
    const struct lts *model = &check->sides[RIGHT];
    char buffers[2][16];
    if (!self)
        return;
    self->job = (struct job){.lane = LANE_STORE,
                             .run = found_run,
                             .finish = found_finish,
                             .release = found_job_release,
                             .part = -1};
    self->view = view;
    self->generation = ++view->found.generation;
    self->specification = memory_copy_text(check->name);
    self->from = memory_copy_text(lts_state_name(model, step->from, buffers[0]));
    self->action = memory_copy_text(lts_label_name(model, step->label, true));
    self->to = memory_copy_text(lts_state_name(model, step->to, buffers[1]));
    if (self->specification && self->from && self->action && self->to)
        jobs_submit(view->explorer->jobs, &self->job);
    else
        found_job_release(&self->job);
}

void check_ask_found(struct check_view *view, const struct summary *summary)
{
    const struct check *check = check_told(summary);
    struct found *found = &view->found;
    uint64_t version = view->explorer->workspace->version;
    if (!check_trace(check, RIGHT) || summary->entry->lts) {
        found_release(found);
        return;
    }
    bool same =
        found->name && strcmp(found->name, check->name) == 0 && found->content == check->content;
    if (same && found->version == version)
        return;
    if (!same) {
        found_release(found);
        found->name = memory_copy_text(check->name);
        found->content = check->content;
    }
    found->version = version;
    submit(view, check);
}

void check_add_found(struct check_view *view)
{
    const struct found *found = &view->found;
    struct text text = {0};
    if (!found->known)
        return;
    if (!found->count) {
        page_say(&view->page, SECTION_EXTRA, ROLE_DIM, 0,
                 "No instance is found in the store that did it.");
        return;
    }
    text_append(&text,
                found->count == 1 ? "The instance that did it: " : "Instances that did it: ");
    for (size_t i = 0; i < found->count && i < NAMED; i++) {
        text_append(&text, i ? ", " : "");
        text_append_visible(&text, found->identifiers[i]);
    }
    if (found->count > NAMED)
        text_printf(&text, " and %s%zu more", found->count > MOST_LISTED ? "at least " : "",
                    found->count - NAMED);
    struct page_line *line = page_add(&view->page, SECTION_EXTRA, ROLE_ACTION, 0, &text);
    if (line)
        line->act = ACT_INSTANCES;
}

void check_open_found(struct check_view *view)
{
    const struct found *found = &view->found;
    struct explorer *explorer = view->explorer;
    struct text filter = {0};
    size_t count = found->count < MOST_LISTED ? found->count : MOST_LISTED;
    if (!count)
        return;
    text_append(&filter, "id=");
    for (size_t i = 0; i < count; i++) {
        text_append(&filter, i ? "," : "");
        filter_quote(&filter, found->identifiers[i], false);
    }
    if (!filter.failed)
        explorer_filter(explorer, text_value(&filter));
    text_release(&filter);
    if (found->count > count)
        explorer_message(explorer, ROLE_DIM, "The first %zu of those that did it.", count);
}

void found_release(struct found *found)
{
    uint64_t generation = found->generation + 1; /* what is on its way is not wanted */
    instances_free(found->identifiers, found->count);
    free(found->name);
    *found = (struct found){.generation = generation};
}
