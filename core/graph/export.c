/* DOT, SVG and PNG: the job for the helper, with names so that Graphviz shows them as
 * they are. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "graph/graph.h"
#include "graph/protocol.h"
#include "graph/worker.h"

enum { DEFAULT_BUDGET = 10000 };

static bool known_format(const char *format)
{
    return strcmp(format, "dot") == 0 || strcmp(format, "svg") == 0 || strcmp(format, "png") == 0;
}

#ifdef HAVE_GRAPHVIZ

/* Graphviz replaces \N, \G, \l ... and &lt; in a label: both are escaped. Lines of a
 * name stay lines; other control characters become visible. */
static void append_label(struct text *label, const char *name)
{
    struct text line = {0};
    while (true) {
        size_t length = strcspn(name, "\n");
        struct text piece = {0};
        text_append_bytes(&piece, name, length);
        text_clear(&line);
        text_append_visible(&line, text_value(&piece));
        label->failed |= piece.failed || line.failed;
        text_release(&piece);
        for (const char *c = text_value(&line); *c; c++)
            if (*c == '\\')
                text_append(label, "\\\\");
            else if (*c == '&')
                text_append(label, "&amp;");
            else
                text_append_char(label, *c);
        if (!name[length])
            break;
        text_append(label, "\\n");
        name += length + 1;
    }
    text_release(&line);
}

/* Whether a name can be a node's identifier as it is, in every version of Graphviz:
 * its files cannot hold all backslashes, '%' marks names it made itself. */
static bool plain_identifier(const char *name, bool *failed)
{
    if (!*name || *name == '%' || strchr(name, '\\'))
        return false;
    struct text visible = {0};
    text_append_visible(&visible, name);
    *failed |= visible.failed;
    bool plain = strcmp(text_value(&visible), name) == 0;
    text_release(&visible);
    return plain;
}

/* An identifier no state's name is. */
static void make_identifier(const struct lts *lts, uint32_t state, char identifier[64])
{
    snprintf(identifier, 64, "state %" PRIu32, state);
    for (unsigned i = 1;
         lts->state_names.count && symbols_find(&lts->state_names, identifier) != SYMBOL_NONE; i++)
        snprintf(identifier, 64, "state %" PRIu32 " (%u)", state, i);
}

static void write_state(struct text *job, const struct lts *lts, uint32_t state, bool terminal,
                        const char *colour)
{
    char number[16], made[64];
    const char *name = lts_state_name(lts, state, number);
    struct text label = {0};
    append_label(&label, name);
    const char *identifier = name;
    if (!plain_identifier(name, &job->failed)) {
        make_identifier(lts, state, made);
        identifier = made;
    }
    job_text(job, identifier);
    /* without a label the identifier is shown */
    bool same = strcmp(identifier, text_value(&label)) == 0;
    job_text(job, same ? "" : *name ? text_value(&label) : " ");
    job_text(job, colour ? colour : "");
    job_number(job, 0);
    job_number(job, terminal);
    job->failed |= label.failed;
    text_release(&label);
}

static void write_transitions(struct text *job, const struct lts *lts)
{
    job_number(job, lts->transition_count);
    for (size_t i = 0; i < lts->transition_count; i++) {
        const struct lts_transition *transition = &lts->transitions[i];
        struct text label = {0};
        append_label(&label, lts_label_name(lts, transition->label, false));
        job_number(job, transition->from);
        job_number(job, transition->to);
        job_text(job, text_value(&label));
        job_number(job, transition->label == LTS_INTERNAL);
        job->failed |= label.failed;
        text_release(&label);
    }
}

static int write_job(struct text *job, const struct lts *lts, const char *title, const char *format,
                     int budget, const char *(*colour)(void *context, uint32_t state),
                     void *context, spex_error *error)
{
    bool *terminal = memory_allocate(lts->state_count, sizeof *terminal);
    if (!terminal)
        return error_memory(error);
    for (uint32_t s = 0; s < lts->state_count; s++)
        terminal[s] = true;
    for (size_t i = 0; i < lts->transition_count; i++)
        terminal[lts->transitions[i].from] = false;
    struct text label = {0};
    append_label(&label, title ? title : "");
    job_text(job, PROTOCOL_NAME);
    job_text(job, format);
    job_number(job, (uint64_t)budget);
    job_text(job, text_value(&label));
    job_number(job, lts->state_count);
    job_number(job, lts->initial);
    for (uint32_t s = 0; s < lts->state_count; s++)
        write_state(job, lts, s, terminal[s], colour ? colour(context, s) : NULL);
    write_transitions(job, lts);
    job_text(job, PROTOCOL_END);
    job->failed |= label.failed;
    text_release(&label);
    free(terminal);
    return SPEX_OK;
}

static int read_reply(const struct text *reply, struct text *out, spex_error *error)
{
    struct fields fields = {.data = text_value(reply), .length = reply->length};
    size_t length;
    const char *kind = fields_text(&fields, &length);
    bool failed = kind && length == 5 && memcmp(kind, "error", length) == 0;
    bool good = kind && length == 2 && memcmp(kind, "ok", length) == 0;
    const char *bytes = fields_text(&fields, &length);
    if (!fields_expect(&fields, PROTOCOL_END) || !(good || failed))
        return error_set(error, SPEX_ERROR_SYSTEM, "spex-graphviz answered nonsense");
    if (failed)
        return error_set(error, SPEX_ERROR_SYSTEM, "%.*s", (int)(length < 500 ? length : 500),
                         bytes);
    text_append_bytes(out, bytes, length);
    return out->failed ? error_memory(error) : SPEX_OK;
}

int graph_export(const struct lts *lts, const char *title, const char *format,
                 const struct layout_options *options,
                 const char *(*colour)(void *context, uint32_t state), void *context,
                 struct text *out, spex_error *error)
{
    if (!known_format(format))
        return error_set(error, SPEX_ERROR_USAGE,
                         "\"%s\" is no format for pictures: dot, svg or png", format);
    if (lts->state_count == 0)
        return error_set(error, SPEX_ERROR_USAGE, "a graph without states");
    int budget = options && options->budget > 0 ? options->budget : DEFAULT_BUDGET;
    struct text job = {0}, reply = {0};
    int status = write_job(&job, lts, title, format, budget, colour, context, error);
    if (!status)
        status = worker_run(&job, budget, options, &reply, error);
    if (!status)
        status = read_reply(&reply, out, error);
    text_release(&job);
    text_release(&reply);
    return status;
}

#else

int graph_export(const struct lts *lts, const char *title, const char *format,
                 const struct layout_options *options,
                 const char *(*colour)(void *context, uint32_t state), void *context,
                 struct text *out, spex_error *error)
{
    (void)lts;
    (void)title;
    (void)options;
    (void)colour;
    (void)context;
    (void)out;
    if (!known_format(format))
        return error_set(error, SPEX_ERROR_USAGE,
                         "\"%s\" is no format for pictures: dot, svg or png", format);
    return error_set(error, SPEX_ERROR_USAGE, "built without Graphviz: no %s", format);
}

#endif
