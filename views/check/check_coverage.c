/* What of the specification its model has not shown, and tests that would show it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "check/words.h"
#include "format/format.h"
#include "views/check/check_private.h"
#include "views/screen/format.h"

/* Lines of one list, steps of one line; transitions of which coverage is found out before somebody
 * asks. */
enum { MOST_LINES = 1000, MOST_STEPS = 40, SMALL = 2000 };
enum { FOLD_COVERED, FOLD_UNREACHABLE };

struct coverage_job {
    struct job job;
    struct check_view *view;
    struct snapshot *snapshot;
    char *name;
    struct covered result;
};

static void coverage_run(struct job *job)
{
    struct coverage_job *self = (struct coverage_job *)job;
    struct covered *result = &self->result;
    const struct project_entry *entry = project_find(&self->snapshot->project, self->name);
    struct progress progress = job_progress(job);
    struct lts model = {0};
    spex_error *error = &result->error;
    error_clear(error);
    int status = project_lts(entry, &result->specification, &model, error);
    /* Without a model nothing is covered. */
    if (!status && !entry->model && !(status = lts_init(&model, error)))
        model.state_count = 1;
    if (!status)
        status = coverage_find(&result->specification, &model, true, &progress, &result->coverage,
                               error);
    if (!status)
        status = coverage_runs(&result->specification, &result->coverage, &progress, &result->runs,
                               &result->run_count, &result->left, error);
    lts_release(&model);
}

static void release_result(struct covered *covered)
{
    lts_release(&covered->specification);
    coverage_release(&covered->coverage);
    coverage_runs_free(covered->runs, covered->run_count);
    covered->runs = NULL;
    covered->run_count = 0;
    covered->known = false;
}

static void coverage_finish(struct job *job)
{
    struct coverage_job *self = (struct coverage_job *)job;
    struct covered *covered = &self->view->covered, *result = &self->result;
    if (result->generation != covered->generation)
        return;
    release_result(covered);
    covered->specification = result->specification;
    covered->coverage = result->coverage;
    covered->runs = result->runs;
    covered->run_count = result->run_count;
    covered->left = result->left;
    covered->error = result->error;
    covered->known = true;
    memset(result, 0, sizeof *result);
    check_make_page(self->view);
}

static void coverage_job_release(struct job *job)
{
    struct coverage_job *self = (struct coverage_job *)job;
    release_result(&self->result);
    snapshot_drop(self->snapshot);
    free(self->name);
    free(self);
}

static void submit(struct check_view *view, const char *name)
{
    struct coverage_job *self = memory_allocate(1, sizeof *self);
    if (!self)
        return;
    self->job = (struct job){.what = "finding out what is covered",
                             .lane = LANE_WORK,
                             .run = coverage_run,
                             .finish = coverage_finish,
                             .release = coverage_job_release,
                             .part = -1};
    self->view = view;
    self->result.generation = ++view->covered.generation;
    self->snapshot = snapshot_keep(view->explorer->workspace->snapshot);
    self->name = memory_copy_text(name);
    if (self->name)
        jobs_submit(view->explorer->jobs, &self->job);
    else
        coverage_job_release(&self->job);
}

void check_ask_coverage(struct check_view *view, const struct summary *summary)
{
    const struct project_entry *entry = summary ? summary->entry : NULL;
    struct covered *covered = &view->covered;
    struct snapshot *snapshot = view->explorer->workspace->snapshot;
    if (!entry || !entry->specification || entry->model_error.status) {
        covered_release(covered);
        return;
    }
    if (!view->open[SECTION_COVERAGE] && covered->error.status == SPEX_ERROR_CANCELLED)
        covered_release(covered);
    bool named = covered->name && strcmp(covered->name, summary->name) == 0;
    uint64_t content = summary->check ? summary->check->content : 0;
    bool same = named && covered->content == content && (content || covered->snapshot == snapshot);
    if (same)
        return;
    /* Of two that differ it may take minutes, so that who does not look at it is not kept waiting
     * for what else is to be done; whether they differ is to be known before. */
    bool open = view->open[SECTION_COVERAGE] && (!summary->check || check_told(summary));
    bool wanted = open || entry_steps(entry, LEFT) <= SMALL;
    if (!named || !wanted)
        covered_release(covered);
    if (!wanted)
        return;
    if (!covered->name)
        covered->name = memory_copy_text(summary->name);
    covered->content = content;
    snapshot_drop(covered->snapshot);
    covered->snapshot = snapshot_keep(snapshot);
    submit(view, summary->name);
}

void covered_release(struct covered *covered)
{
    uint64_t generation = covered->generation + 1; /* what is on its way is not wanted */
    release_result(covered);
    snapshot_drop(covered->snapshot);
    free(covered->name);
    *covered = (struct covered){.generation = generation};
}

/* -------------------------------------------------------------------- lines */

static const char *action_name(const struct check_view *view, uint32_t label)
{
    return label == LTS_INTERNAL && view->explorer->workspace->options.ascii
               ? "tau"
               : lts_label_name(&view->covered.specification, label, false);
}

static void append_step(struct text *text, const struct check_view *view,
                        const struct lts_transition *step)
{
    const struct lts *lts = &view->covered.specification;
    char from[16], to[16];
    transition_show(text, lts_state_name(lts, step->from, from), action_name(view, step->label),
                    lts_state_name(lts, step->to, to));
}

/* How often and when last the store saw it. */
static char *seen(const struct check_view *view, const struct lts_transition *step)
{
    const struct lts *lts = &view->covered.specification;
    char from[16], to[16], number[32], time[40];
    struct text text = {0};
    if (!graph_counts_any(view->counts))
        return NULL;
    const struct observed_transition *observed = graph_counts_transition(
        view->counts, lts_state_name(lts, step->from, from), lts_label_name(lts, step->label, true),
        lts_state_name(lts, step->to, to));
    if (!observed)
        return memory_copy_text("store: never");
    format_count(observed->count, false, number);
    local_time_short(observed->last_seen, workspace_now(view->explorer->workspace), time);
    text_printf(&text, "store: %s, last %s", number, time);
    return text_take(&text);
}

static void add_transition(struct check_view *view, const struct lts_transition *step, int indent,
                           enum role role)
{
    const struct lts *lts = &view->covered.specification;
    const struct lts *const sides[2] = {lts, lts};
    struct text text = {0};
    append_step(&text, view, step);
    struct page_line *line = page_add(&view->page, SECTION_COVERAGE, role, indent, &text);
    page_place(line, sides, step->from, SYMBOL_NONE);
    if (line)
        line->detail = seen(view, step);
}

static size_t count_of(const struct covered *covered, enum covering kind)
{
    size_t count = 0;
    for (size_t i = 0; i < covered->specification.transition_count; i++)
        count += covered->coverage.transitions[i] == kind;
    return count;
}

static void add_transitions(struct check_view *view, enum covering kind, int indent, enum role role)
{
    const struct covered *covered = &view->covered;
    size_t shown = 0;
    for (size_t i = 0; i < covered->specification.transition_count; i++) {
        if (covered->coverage.transitions[i] != kind)
            continue;
        if (shown++ == MOST_LINES) {
            page_say(&view->page, SECTION_COVERAGE, ROLE_DIM, indent,
                     "... spex coverage lists all of them");
            return;
        }
        add_transition(view, &covered->specification.transitions[i], indent, role);
    }
}

/* "start in basket, checkout -> paid, (internally) -> packed" */
static void add_run(struct check_view *view, size_t number)
{
    const struct lts *lts = &view->covered.specification;
    const struct lts *const sides[2] = {lts, lts};
    const struct path *run = &view->covered.runs[number];
    struct text text = {0};
    struct printer printer = {
        .text = &text, .sides = {lts, lts}, .unicode = !view->explorer->workspace->options.ascii};
    size_t told = 0;
    text_printf(&text, "%zu. ", number + 1);
    for (size_t i = 0; i < run->count; told++) {
        if (told == MOST_STEPS && run->count > i + 1) {
            text_printf(&text, ", ... and %zu more steps", run->count - i);
            break;
        }
        text_append(&text, i ? ", " : "");
        if (lts_before(lts, run->steps[i].from)) {
            text_append(&text, "start in ");
            print_state(&printer, LEFT, run->steps[i++].to);
        } else {
            i += print_step(&printer, LEFT, run, i);
        }
    }
    struct page_line *line = page_add(&view->page, SECTION_COVERAGE, ROLE_ACTION, 2, &text);
    if (run->count)
        page_place(line, sides, run->steps[run->count - 1].to, SYMBOL_NONE);
    if (line) {
        line->act = ACT_TEST;
        line->number = (uint32_t)number + 1;
    }
}

static void add_runs(struct check_view *view)
{
    const struct covered *covered = &view->covered;
    struct text text = {0};
    if (!covered->run_count)
        return;
    page_say(&view->page, SECTION_COVERAGE, ROLE_NORMAL, 0,
             covered->run_count == 1 ? "A test that would cover the rest; t copies it:"
                                     : "Tests that would cover the rest; t copies one:");
    for (size_t i = 0; i < covered->run_count && i < MOST_LINES; i++)
        add_run(view, i);
    size_t more = covered->run_count > MOST_LINES ? covered->run_count - MOST_LINES : 0;
    if (more)
        text_printf(&text, "... and %zu more tests\n", more);
    if (covered->left)
        text_printf(&text, "and %zu more transitions, for which it would take too long",
                    covered->left);
    page_add_lines(&view->page, SECTION_COVERAGE, &text);
}

static void add_fold(struct check_view *view, enum covering kind, uint32_t number,
                     const char *words)
{
    size_t count = count_of(&view->covered, kind);
    struct text text = {0};
    if (!count)
        return;
    text_printf(&text, "%zu %s", count, words);
    if (page_fold(view, SECTION_COVERAGE, number, 0, &text))
        add_transitions(view, kind, 2, ROLE_NORMAL);
}

static void add_numbers(struct check_view *view)
{
    const struct coverage *coverage = &view->covered.coverage;
    struct text text = {0};
    text_printf(&text,
                "%" PRIu64 " of %" PRIu64 " transitions, %" PRIu64 " of %" PRIu64
                " states, %" PRIu64 " of %" PRIu64 " pairs of transitions in a row",
                coverage->transition_count.covered, coverage->transition_count.total,
                coverage->state_count.covered, coverage->state_count.total,
                coverage->pair_count.covered, coverage->pair_count.total);
    page_add(&view->page, SECTION_COVERAGE, ROLE_NORMAL, 0, &text);
}

void check_add_coverage(struct check_view *view, const struct summary *summary)
{
    const struct covered *covered = &view->covered;
    const struct fraction *part = &covered->coverage.transition_count;
    const struct project_entry *entry = summary->entry;
    char detail[80] = "";
    if (!entry || !entry->specification || entry->model_error.status)
        return;
    /* Rounded down: 100 % is only what is whole. */
    if (covered->known && !covered->error.status)
        snprintf(detail, sizeof detail, "%" PRIu64 " of %" PRIu64 " transitions, %u %%",
                 part->covered, part->total,
                 part->total ? (unsigned)(part->covered * 100 / part->total) : 100);
    if (!page_section(view, SECTION_COVERAGE, "Coverage", detail))
        return;
    if (!covered->known || covered->error.status) {
        struct text text = {0};
        if (covered->error.status == SPEX_ERROR_CANCELLED)
            text_append(&text, "It was ended before it was known. Close this section and open it "
                               "again to begin anew.");
        else
            text_append(&text, covered->known ? covered->error.message : "Finding out …");
        page_add_lines(&view->page, SECTION_COVERAGE, &text);
        return;
    }
    add_numbers(view);
    if (count_of(covered, COVERING_NOT))
        page_say(&view->page, SECTION_COVERAGE, ROLE_NORMAL, 0, "Not covered by the model:");
    add_transitions(view, COVERING_NOT, 2, ROLE_WARNING);
    add_runs(view);
    add_fold(view, COVERING_COVERED, FOLD_COVERED, "covered by the model");
    add_fold(view, COVERING_UNREACHABLE, FOLD_UNREACHABLE,
             "that no run of the specification gets to");
}
