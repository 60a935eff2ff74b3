#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "graph/graph.h"
#include "graph/protocol.h"
#include "graph/simple.h"
#include "graph/worker.h"

enum { MOST_NAME_COLUMNS = 24, FRAME_COLUMNS = 4 };

static void measure(const struct lts *lts, int *widths)
{
    for (uint32_t s = 0; s < lts->state_count; s++) {
        char number[16];
        int width = utf8_width(lts_state_name(lts, s, number));
        widths[s] = (width < MOST_NAME_COLUMNS ? width : MOST_NAME_COLUMNS) + FRAME_COLUMNS;
    }
}

#ifdef HAVE_GRAPHVIZ

static int compare_pairs(const void *left, const void *right)
{
    const struct lts_transition *a = left, *b = right;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return a->to < b->to ? -1 : a->to > b->to;
}

/* Each pair of different states once: parallel transitions share a line. */
static int write_pairs(struct text *job, const struct lts *lts, spex_error *error)
{
    struct lts_transition *pairs = memory_allocate(lts->transition_count, sizeof *pairs);
    if (!pairs)
        return error_memory(error);
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < lts->transition_count; i++)
        if (lts->transitions[i].from != lts->transitions[i].to)
            pairs[count++] = lts->transitions[i];
    if (count)
        qsort(pairs, count, sizeof *pairs, compare_pairs);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || compare_pairs(&pairs[kept - 1], &pairs[i]) != 0)
            pairs[kept++] = pairs[i];
    job_number(job, kept);
    for (size_t i = 0; i < kept; i++) {
        job_number(job, pairs[i].from);
        job_number(job, pairs[i].to);
    }
    free(pairs);
    return SPEX_OK;
}

static int write_job(struct text *job, const struct lts *lts, const int *widths, int budget,
                     spex_error *error)
{
    job_text(job, PROTOCOL_NAME);
    job_text(job, "layout");
    job_number(job, (uint64_t)budget);
    job_number(job, lts->state_count);
    job_number(job, lts->initial);
    for (uint32_t s = 0; s < lts->state_count; s++)
        job_number(job, (uint64_t)widths[s]);
    int status = write_pairs(job, lts, error);
    job_text(job, PROTOCOL_END);
    return status;
}

/* False: not a layout of this graph. */
static bool read_reply(struct layout *layout, const struct text *reply)
{
    struct fields fields = {.data = text_value(reply), .length = reply->length};
    fields_expect(&fields, "ok");
    if (fields_number(&fields, UINT32_MAX) != layout->node_count)
        return false;
    layout->rank_count = 0;
    for (uint32_t s = 0; s < layout->node_count; s++) {
        struct layout_node *node = &layout->nodes[s];
        node->rank = fields_number(&fields, layout->node_count - 1);
        node->order = fields_number(&fields, layout->node_count - 1);
        node->x = (double)fields_number(&fields, UINT32_MAX) / PROTOCOL_X_UNIT;
        if (node->rank >= layout->rank_count)
            layout->rank_count = node->rank + 1;
    }
    return fields_expect(&fields, PROTOCOL_END);
}

/* Asks Graphviz. Errors: SYSTEM (then the simple layout serves), CANCELLED, MEMORY. */
static int ask(struct layout *layout, const struct lts *lts, const int *widths,
               const struct layout_options *options, spex_error *error)
{
    struct text job = {0}, reply = {0};
    int status = write_job(&job, lts, widths, options->budget, error);
    if (!status)
        status = worker_run(&job, options->budget, options, &reply, error);
    if (!status && !read_reply(layout, &reply))
        status = error_set(error, SPEX_ERROR_SYSTEM, "spex-graphviz answered nonsense");
    layout->absent = status == SPEX_ERROR_SYSTEM && !worker_there();
    text_release(&job);
    text_release(&reply);
    return status;
}

#else

static int ask(struct layout *layout, const struct lts *lts, const int *widths,
               const struct layout_options *options, spex_error *error)
{
    (void)lts;
    (void)widths;
    (void)options;
    layout->absent = true;
    return error_set(error, SPEX_ERROR_SYSTEM, "built without Graphviz");
}

#endif

static int compute(struct layout *layout, const struct lts *lts, const int *widths,
                   const struct layout_options *options, spex_error *error)
{
    spex_error failure = {0};
    if (options && options->cancelled && options->cancelled(options->context))
        return error_set(error, SPEX_ERROR_CANCELLED, "cancelled");
    if (options && options->budget > 0) {
        int status = ask(layout, lts, widths, options, &failure);
        if (status != SPEX_ERROR_SYSTEM) {
            if (status && error)
                *error = failure;
            return status;
        }
        snprintf(layout->note, sizeof layout->note, "simple layout: %.120s", failure.message);
    }
    layout->simple = true;
    return simple_layout(layout, lts, widths, error);
}

int layout_compute(struct layout *layout, const struct lts *lts,
                   const struct layout_options *options, spex_error *error)
{
    memset(layout, 0, sizeof *layout);
    layout->node_count = lts->state_count;
    layout->nodes = memory_allocate(lts->state_count, sizeof *layout->nodes);
    int *widths = memory_allocate(lts->state_count, sizeof *widths);
    int status = layout->nodes && widths ? SPEX_OK : error_memory(error);
    if (!status) {
        measure(lts, widths);
        status = compute(layout, lts, widths, options, error);
    }
    free(widths);
    if (status)
        layout_release(layout);
    return status;
}

void layout_release(struct layout *layout)
{
    free(layout->nodes);
    memset(layout, 0, sizeof *layout);
}
