/* What is to be done to many instances: counted, shown, confirmed. */
#include "views/instances/bulk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/instances/bulk_private.h"
#include "views/screen/format.h"

enum { LINES = 12 };

void bulk_free(void *context)
{
    struct bulk *bulk = context;
    if (!bulk)
        return;
    filter_free(bulk->filter);
    file_list_free(bulk->names, bulk->name_count);
    state_counts_free(bulk->kinds, bulk->kind_count);
    free(bulk->specification);
    free(bulk->state);
    free(bulk);
}

/* Overlays keep what they ask about: whoever goes on takes a copy without the preview. */
static struct bulk *bulk_copy(const struct bulk *from)
{
    struct bulk *copy = memory_allocate(1, sizeof *copy);
    if (!copy)
        return NULL;
    *copy = (struct bulk){.explorer = from->explorer,
                          .kind = from->kind,
                          .all = from->all,
                          .total = from->total,
                          .filter = filter_copy(from->filter)};
    bool whole =
        (!from->filter || copy->filter) &&
        memory_reserve(&copy->names, &copy->name_capacity, from->name_count, sizeof *copy->names);
    for (size_t i = 0; whole && i < from->name_count; i++) {
        whole = (copy->names[i] = memory_copy_text(from->names[i])) != NULL;
        copy->name_count += whole;
    }
    if (whole && from->specification)
        whole = (copy->specification = memory_copy_text(from->specification)) != NULL;
    if (whole && from->state)
        whole = (copy->state = memory_copy_text(from->state)) != NULL;
    if (whole)
        return copy;
    bulk_free(copy);
    return NULL;
}

int bulk_each_names(const struct bulk *bulk,
                    int (*call)(void *context, const struct filter *filter), void *context)
{
    int status = SPEX_OK;
    for (size_t i = 0; !status && i < bulk->name_count; i += BULK_PAGE) {
        size_t count = bulk->name_count - i < BULK_PAGE ? bulk->name_count - i : BULK_PAGE;
        struct filter names = {.kind = FILTER_TEST,
                               .key = FILTER_IDENTIFIER,
                               .comparison = FILTER_IS,
                               .names = bulk->names + i,
                               .name_count = count};
        struct filter *parts[] = {&names, bulk->filter};
        struct filter some = {
            .kind = FILTER_AND, .parts = parts, .part_count = bulk->filter ? 2 : 1};
        status = call(context, &some);
    }
    return status;
}

static const char *word_of(enum bulk_kind kind)
{
    static const char *const words[] = {"Delete", "Prune", "Mock"};
    return words[kind];
}

/* ----------------------------------------------------------- confirming */

static void confirmed(void *context)
{
    struct bulk *again = bulk_copy(context);
    if (again)
        bulk_start(again);
}

static void number_typed(void *context, const char *text)
{
    const struct bulk *bulk = context;
    char number[32];
    snprintf(number, sizeof number, "%" PRIu64, bulk->total);
    if (strcmp(text, number) == 0)
        confirmed(context);
    else
        explorer_message(bulk->explorer, ROLE_WARNING, "That was not %s: nothing was done.",
                         number);
}

static void append_kinds(const struct bulk *bulk, struct text *text)
{
    for (size_t i = 0; i < bulk->kind_count && i < LINES; i++) {
        char number[32];
        const struct state_count *kind = &bulk->kinds[i];
        format_count(kind->instances, false, number);
        text_printf(text, "%s%11s  ", i ? "\n" : "", number);
        text_append_visible(text, kind->specification);
        text_append(text, "  ");
        text_append_visible(text, *kind->state ? kind->state : "-");
    }
    if (bulk->kind_count > LINES)
        text_printf(text, "\nand of %zu other kinds", bulk->kind_count - LINES);
    if (bulk->kind == BULK_MOCK)
        text_printf(text, "\n\nTheir histories are replaced by the state \"%s\".", bulk->state);
    else
        text_append(text, "\n\nTheir histories go with them.");
}

/* Takes the bulk over. */
static void confirm(struct bulk *bulk)
{
    struct explorer *explorer = bulk->explorer;
    struct text details = {0}, label = {0}, title = {0};
    char number[32];
    format_count(bulk->total, false, number);
    append_kinds(bulk, &details);
    text_printf(&title, "%s %s instance%s", word_of(bulk->kind), number,
                bulk->total == 1 ? "" : "s");
    struct overlay_calls calls = {
        .confirmed = confirmed, .typed = number_typed, .release = bulk_free, .context = bulk};
    if (bulk->total > BULK_TYPED) {
        text_printf(&label, "To do it, type %" PRIu64 ":", bulk->total);
        overlay_line(&explorer->overlay, text_value(&label), "", &calls);
    } else {
        text_printf(&label, "%s?", text_value(&title));
        overlay_question(&explorer->overlay, text_value(&label), &calls);
    }
    overlay_details(&explorer->overlay, text_value(&title), text_value(&details));
    text_release(&details);
    text_release(&label);
    text_release(&title);
}

/* -------------------------------------------------------------- mocking */

static const struct spex_specification *specification_of(const struct bulk *bulk)
{
    const struct summary *summary = workspace_find(bulk->explorer->workspace, bulk->specification);
    return summary && summary->entry ? summary->entry->specification : NULL;
}

/* The preview goes along. */
static struct bulk *take_along(struct bulk *bulk)
{
    struct bulk *again = bulk_copy(bulk);
    if (again) {
        again->kinds = bulk->kinds;
        again->kind_count = bulk->kind_count;
        bulk->kinds = NULL;
        bulk->kind_count = 0;
    }
    return again;
}

static void state_typed(void *context, const char *text)
{
    struct bulk *again = *text ? take_along(context) : NULL;
    if (!again)
        return;
    free(again->state);
    again->state = memory_copy_text(text);
    if (again->state)
        confirm(again);
    else
        bulk_free(again);
}

static void state_chosen(void *context, size_t item)
{
    const struct spex_specification *specification = specification_of(context);
    const char *state = specification ? symbols_name(&specification->states, (uint32_t)item) : NULL;
    if (state) {
        state_typed(context, state);
        return;
    }
    struct bulk *again = take_along(context);
    struct overlay_calls calls = {.typed = state_typed, .release = bulk_free, .context = again};
    if (again)
        overlay_line(&again->explorer->overlay, "At state:", "", &calls);
}

/* Takes the bulk over. */
static void choose_state(struct bulk *bulk)
{
    struct explorer *explorer = bulk->explorer;
    for (size_t i = 1; i < bulk->kind_count; i++)
        if (strcmp(bulk->kinds[i].specification, bulk->kinds[0].specification) != 0) {
            explorer_message(explorer, ROLE_WARNING,
                             "Mark instances of one specification: their states are its own.");
            bulk_free(bulk);
            return;
        }
    bulk->specification = memory_copy_text(bulk->kinds[0].specification);
    struct overlay_calls calls = {.chosen = state_chosen, .release = bulk_free, .context = bulk};
    struct text title = {0};
    text_printf(&title, "Mock %" PRIu64 " of %s at", bulk->total, bulk->kinds[0].specification);
    overlay_menu(&explorer->overlay, text_value(&title), &calls);
    text_release(&title);
    const struct spex_specification *specification = specification_of(bulk);
    for (uint32_t i = 0; specification && i < specification->states.count; i++)
        overlay_menu_add(&explorer->overlay, symbols_name(&specification->states, i), NULL);
    overlay_menu_other(&explorer->overlay, "another state");
}

/* -------------------------------------------------------------- preview */

struct preview_job {
    struct job job;
    struct bulk *bulk;
    struct reader *reader;
    spex_error error;
};

static int add_kinds(void *context, const struct filter *filter)
{
    struct preview_job *self = context;
    struct bulk *bulk = self->bulk;
    struct state_count *kinds;
    size_t count, before = bulk->kind_count;
    int status = reader_kinds(self->reader, filter, &kinds, &count, &self->error);
    struct state_count *all = memory_resize(bulk->kinds, before + count + 1, sizeof *bulk->kinds);
    if (!all) {
        state_counts_free(kinds, count);
        return error_memory(&self->error);
    }
    if (count)
        memcpy(all + before, kinds, count * sizeof *kinds);
    free(kinds);
    bulk->kinds = all;
    bulk->kind_count = state_counts_sum(all, before + count);
    return status;
}

static int take_away(void *context, const struct filter *filter)
{
    struct preview_job *self = context;
    struct bulk *bulk = self->bulk;
    struct state_count *kinds;
    size_t count;
    int status = reader_kinds(self->reader, filter, &kinds, &count, &self->error);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < bulk->kind_count; k++)
            if (strcmp(kinds[i].specification, bulk->kinds[k].specification) == 0 &&
                strcmp(kinds[i].state, bulk->kinds[k].state) == 0)
                bulk->kinds[k].instances -= kinds[i].instances < bulk->kinds[k].instances
                                                ? kinds[i].instances
                                                : bulk->kinds[k].instances;
    state_counts_free(kinds, count);
    return status;
}

static void preview_run(struct job *job)
{
    struct preview_job *self = (struct preview_job *)job;
    struct bulk *bulk = self->bulk;
    if (workspace_reader(bulk->explorer->workspace, LANE_COUNT, &self->reader, &self->error))
        return;
    reader_watch(self->reader, job_cancelled, job);
    int status = bulk->all ? add_kinds(self, bulk->filter) : SPEX_OK;
    if (!status)
        bulk_each_names(bulk, bulk->all ? take_away : add_kinds, self);
    reader_watch(self->reader, NULL, NULL);
    for (size_t i = 0; i < bulk->kind_count; i++)
        bulk->total += bulk->kinds[i].instances;
}

static void preview_finish(struct job *job)
{
    struct preview_job *self = (struct preview_job *)job;
    struct bulk *bulk = self->bulk;
    struct explorer *explorer = bulk->explorer;
    if (self->error.status) {
        explorer_message(explorer, ROLE_BAD, "%s", self->error.message);
    } else if (bulk->total == 0) {
        explorer_message(explorer, ROLE_WARNING,
                         bulk->kind == BULK_PRUNE ? "None of these is over, as the policies say."
                                                  : "There is no instance to do it to.");
    } else if (explorer->overlay.kind == OVERLAY_NONE) {
        self->bulk = NULL;
        if (bulk->kind == BULK_MOCK)
            choose_state(bulk);
        else
            confirm(bulk);
    }
}

static void preview_release(struct job *job)
{
    struct preview_job *self = (struct preview_job *)job;
    bulk_free(self->bulk);
    free(self);
}

static bool add_names(struct bulk *bulk, const struct marks *marks)
{
    if (!memory_reserve(&bulk->names, &bulk->name_capacity, marks->count, sizeof *bulk->names))
        return false;
    for (size_t i = 0; i < marks->capacity; i++)
        if (marks->names[i]) {
            if (!(bulk->names[bulk->name_count] = memory_copy_text(marks->names[i])))
                return false;
            bulk->name_count++;
        }
    return true;
}

/* NULL: memory is out, or it was said why there is nothing to do. */
static struct bulk *make_bulk(struct explorer *explorer, enum bulk_kind kind,
                              const struct filter *filter, const struct marks *marks)
{
    struct bulk *bulk = memory_allocate(1, sizeof *bulk);
    if (!bulk)
        return NULL;
    bulk->explorer = explorer;
    bulk->kind = kind;
    bulk->all = marks->all || !marks_any(marks);
    bool made = add_names(bulk, marks);
    /* What is marked by name stays marked where the filter does not show it. */
    if (made && bulk->all && filter)
        made = (bulk->filter = filter_copy(filter)) != NULL;
    if (made && kind == BULK_PRUNE) {
        struct filter *policies = bulk_over(explorer->workspace);
        if (!policies)
            explorer_message(explorer, ROLE_WARNING,
                             "No specification here has a prune timeout and prunable states.");
        bulk->filter = policies && bulk->filter ? filter_join(FILTER_AND, bulk->filter, policies)
                       : policies               ? policies
                                                : bulk->filter;
        made = policies && bulk->filter;
    }
    if (made)
        return bulk;
    bulk_free(bulk);
    return NULL;
}

void bulk_ask(struct explorer *explorer, enum bulk_kind kind, const struct filter *filter,
              const struct marks *marks)
{
    struct bulk *bulk = make_bulk(explorer, kind, filter, marks);
    struct preview_job *self = bulk ? memory_allocate(1, sizeof *self) : NULL;
    if (!self) {
        bulk_free(bulk);
        return;
    }
    self->job = (struct job){.what = "counting what it would be",
                             .lane = LANE_COUNT,
                             .run = preview_run,
                             .finish = preview_finish,
                             .release = preview_release,
                             .may_end = true,
                             .part = -1};
    self->bulk = bulk;
    jobs_submit(explorer->jobs, &self->job);
}
