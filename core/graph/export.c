/* SVG and PNG: DOT, rendered by the helper program. */
#include "config.h"

#include <string.h>

#include "base/base.h"
#include "graph/graph.h"
#include "graph/protocol.h"
#include "graph/worker.h"

static bool known_format(const char *format)
{
    return strcmp(format, "svg") == 0 || strcmp(format, "png") == 0;
}

#ifdef HAVE_GRAPHVIZ

enum { DEFAULT_BUDGET = 10000 };

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

static int render_dot(const char *format, const struct text *dot,
                      const struct layout_options *options, struct text *out, spex_error *error)
{
    int budget = options && options->budget > 0 ? options->budget : DEFAULT_BUDGET;
    struct text job = {0}, reply = {0};
    job_text(&job, PROTOCOL_NAME);
    job_text(&job, format);
    job_number(&job, (uint64_t)budget);
    job_text(&job, text_value(dot));
    job_text(&job, PROTOCOL_END);
    int status = worker_run(&job, budget, options, &reply, error);
    if (!status)
        status = read_reply(&reply, out, error);
    text_release(&job);
    text_release(&reply);
    return status;
}

#else

static int render_dot(const char *format, const struct text *dot,
                      const struct layout_options *options, struct text *out, spex_error *error)
{
    (void)dot;
    (void)options;
    (void)out;
    return error_set(error, SPEX_ERROR_USAGE, "built without Graphviz: no %s", format);
}

#endif

int graph_export(const struct lts *lts, const char *title, const char *format,
                 const struct layout_options *options, const struct graph_paint *paint,
                 struct text *out, spex_error *error)
{
    if (!known_format(format))
        return error_set(error, SPEX_ERROR_USAGE, "\"%s\" is no format for pictures: svg or png",
                         format);
    if (lts->state_count == 0)
        return error_set(error, SPEX_ERROR_USAGE, "a graph without states");
    struct text dot = {0};
    int status = dot_write(lts, title, paint, &dot, error);
    if (!status)
        status = render_dot(format, &dot, options, out, error);
    text_release(&dot);
    return status;
}
