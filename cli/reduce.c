/* reduce: the smallest system that is equivalent. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/check.h"
#include "cli/cli.h"
#include "cli/files.h"
#include "cli/output.h"

struct reducing {
    const struct invocation *invocation;
    enum equivalence equivalence;
    const char *path; /* NULL: none given */
    enum render_format format;
    const char *internal; /* in .aut files; NULL: decided by the file */
    struct input input;
    struct lts whole, reduced;
    uint32_t *state_of; /* of each state of the whole */
};

/* ---- who is in which class */

/* The members of each class: members[first[c]] up to members[first[c + 1]]. */
struct members {
    uint32_t *first, *members;
};

static bool members_collect(struct members *members, const struct reducing *reducing)
{
    uint32_t states = reducing->whole.state_count, classes = reducing->reduced.state_count;
    members->first = memory_allocate((size_t)classes + 2, sizeof *members->first);
    members->members = memory_resize(NULL, states, sizeof *members->members);
    if (!members->first || !members->members)
        return false;
    for (uint32_t i = 0; i < states; i++)
        if (reducing->state_of[i] < classes)
            members->first[reducing->state_of[i] + 2]++;
    for (uint32_t class = 2; class < classes + 2; class ++)
        members->first[class] += members->first[class - 1];
    for (uint32_t i = 0; i < states; i++)
        if (reducing->state_of[i] < classes)
            members->members[members->first[reducing->state_of[i] + 1]++] = i;
    return true;
}

static void members_release(struct members *members)
{
    free(members->first);
    free(members->members);
}

/* What a line of a comment begins with; NULL: the format has none. */
static const char *comment_of(enum render_format format)
{
    return format == RENDER_SPEC      ? "#"
           : format == RENDER_DOT     ? "//"
           : format == RENDER_MERMAID ? "%%"
                                      : NULL;
}

static void append_comments(struct text *text, const struct reducing *reducing,
                            const struct members *members)
{
    const char *sign = comment_of(reducing->format);
    char buffer[16];
    if (!reducing->whole.state_names.count || !sign)
        return;
    for (uint32_t class = 0; class < reducing->reduced.state_count; class ++) {
        uint32_t begin = members->first[class], end = members->first[class + 1];
        if (end - begin < 2)
            continue;
        text_printf(text, "%s ", sign);
        text_append_visible(text, lts_state_name(&reducing->reduced, class, buffer));
        text_append(text, " stands for");
        for (uint32_t i = begin; i < end; i++) {
            text_append(text, i > begin ? ", " : " ");
            text_append_visible(text,
                                lts_state_name(&reducing->whole, members->members[i], buffer));
        }
        text_append_char(text, '\n');
    }
}

static void append_json_state(struct text *text, const struct lts *lts, uint32_t state)
{
    char buffer[16];
    text_append_json(text, lts_state_name(lts, state, buffer));
}

static void append_json(struct text *text, const struct reducing *reducing,
                        const struct members *members)
{
    const struct lts *whole = &reducing->whole, *reduced = &reducing->reduced;
    text_append(text, "{\"file\":");
    text_append_json(text, reducing->input.argument);
    text_printf(text, ",\"equivalence\":\"%s\"", equivalence_name(reducing->equivalence));
    text_printf(text, ",\"before\":{\"states\":%" PRIu32 ",\"transitions\":%zu}",
                whole->state_count, whole->transition_count);
    text_printf(text, ",\"after\":{\"states\":%" PRIu32 ",\"transitions\":%zu}",
                reduced->state_count, reduced->transition_count);
    text_append(text, ",\"classes\":[");
    for (uint32_t class = 0; class < reduced->state_count; class ++) {
        text_append(text, class ? ",{\"state\":" : "{\"state\":");
        append_json_state(text, reduced, class);
        text_append(text, ",\"members\":[");
        for (uint32_t i = members->first[class]; i < members->first[class + 1]; i++) {
            text_append(text, i > members->first[class] ? "," : "");
            append_json_state(text, whole, members->members[i]);
        }
        text_append(text, "]}");
    }
    text_append(text, "],\"quotient\":");
    text->failed |= json_write_lts(reduced, text) != SPEX_OK;
    text_append(text, "}\n");
}

/* ---- reading, reducing, writing */

static int read_whole(struct reducing *reducing, spex_error *error)
{
    struct input *input = &reducing->input;
    bool several = input->kind == INPUT_MODEL && !model_one_initial(input->model);
    return input_lts(input, several, &reducing->internal, &reducing->whole, error);
}

static int reduce_whole(struct reducing *reducing, spex_error *error)
{
    reducing->state_of =
        memory_resize(NULL, reducing->whole.state_count, sizeof *reducing->state_of);
    if (!reducing->state_of)
        return error_memory(error);
    struct progress_line progress;
    progress_start(&progress);
    int status = check_reduce(&reducing->whole, reducing->equivalence, &progress.progress,
                              &reducing->reduced, reducing->state_of, error);
    progress_end(&progress);
    return status;
}

/* The file, if one was named or nothing else is to be printed. */
static int write_reduced(const struct reducing *reducing, const struct members *members,
                         spex_error *error)
{
    const char *path = reducing->path ? reducing->path : "-";
    if (!reducing->path && reducing->invocation->json)
        return SPEX_OK;
    struct text text = {0};
    int status = lts_render(&reducing->input, &reducing->reduced, reducing->format,
                            reducing->internal ? reducing->internal : "tau", &text, error);
    if (!status)
        append_comments(&text, reducing, members);
    if (!status && text.failed)
        status = error_memory(error);
    if (!status)
        status = output_write(path, option_given(reducing->invocation, "force"), &text, error);
    text_release(&text);
    return status;
}

static enum answer answer_reduced(const struct reducing *reducing)
{
    struct members members;
    struct text text = {0};
    spex_error error;
    int status = members_collect(&members, reducing) ? write_reduced(reducing, &members, &error)
                                                     : error_memory(&error);
    if (!status && reducing->invocation->json)
        append_json(&text, reducing, &members);
    else if (!status && reducing->path && strcmp(reducing->path, "-") != 0)
        text_printf(&text,
                    "%" PRIu32 " states, %zu transitions (of %" PRIu32 " states, %zu "
                    "transitions)\n",
                    reducing->reduced.state_count, reducing->reduced.transition_count,
                    reducing->whole.state_count, reducing->whole.transition_count);
    members_release(&members);
    if (status) {
        text_release(&text);
        return fail(reducing->invocation, &error);
    }
    return output_text(&text) ? ANSWER_YES : ANSWER_BROKEN;
}

static bool choose_format(struct reducing *reducing)
{
    const struct invocation *invocation = reducing->invocation;
    const char *named = option_value(invocation, "to");
    reducing->path = option_value(invocation, "output");
    reducing->format = RENDER_AUT;
    if (invocation->json && reducing->path && strcmp(reducing->path, "-") == 0) {
        complain(invocation, "-o - and --json are both for standard output: leave one of them out");
        return false;
    }
    if (!named && (!reducing->path || strcmp(reducing->path, "-") == 0))
        return true;
    return output_format(invocation, reducing->path, named, &reducing->format);
}

static enum answer reduce(const struct invocation *invocation)
{
    struct reducing reducing = {.invocation = invocation,
                                .internal = option_value(invocation, "tau")};
    spex_error error;
    if (!option_equivalence(invocation, EQUIVALENCE_STRONG + 1, &reducing.equivalence) ||
        !choose_format(&reducing))
        return ANSWER_WRONG;
    if (input_open(&reducing.input, invocation->arguments[0], false, &error))
        return fail_input(invocation, &error);
    reducing.input.split = option_given(invocation, "split-io");
    enum answer answer = ANSWER_YES;
    if (read_whole(&reducing, &error))
        answer = fail_input(invocation, &error);
    else if (reduce_whole(&reducing, &error))
        answer = fail(invocation, &error);
    else
        answer = answer_reduced(&reducing);
    lts_release(&reducing.whole);
    lts_release(&reducing.reduced);
    free(reducing.state_of);
    input_close(&reducing.input);
    return answer;
}

static const struct cli_option reduce_options[] = {
    {"equivalence", 'e', "NOTION", "branching (the default), divergence or strong"},
    {"output", 'o', "FILE", "where to; the ending tells the format (.aut to standard output)"},
    {"to", 0, "FORMAT", "instead of the ending: " OUTPUT_FORMATS},
    {"force", 'f', NULL, "replace a file that is there already"},
    {"tau", 0, "LABEL", "the internal label of .aut files, read and written"},
    {"split-io", 0, NULL, "of .dot and .aut files: \"input/output\" becomes two transitions"},
    {NULL, 0, NULL, NULL}};

const struct verb reduce_verb = {
    .name = "reduce",
    .usage = "A",
    .summary = "the smallest system that is equivalent to a file's",
    .details = "A is a .aut, .spec, .spex or .ex file (FILE.ex:MODULE where there are several).\n"
               "Equivalent states become one, which is called like one of them; --json lists\n"
               "the members of each class, and so do comments in .spec, .dot and .mmd.",
    .options = reduce_options,
    .minimum = 1,
    .maximum = 1,
    .run = reduce};
