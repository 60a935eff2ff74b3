/* A specification, a model or an LTS as the bytes of any format that can hold it. */
#ifndef GRAPH_RENDER_H
#define GRAPH_RENDER_H

#include "graph/graph.h"

enum render_format {
    RENDER_SPEC,
    RENDER_SPEX,
    RENDER_AUT,
    RENDER_DOT,
    RENDER_SVG,
    RENDER_PNG,
    RENDER_MERMAID,
    RENDER_JSON,
    RENDER_TEXT, /* the picture in characters */
    RENDER_FORMATS
};
/* By name ("svg") or by the ending of a path ("a.svg"). False: none of them. */
bool render_format_named(const char *name, enum render_format *format);
bool render_format_of_path(const char *path, enum render_format *format);
/* The usual ending, without its dot. */
const char *render_ending(enum render_format format);

/* Exactly one of the three is set; an LTS needs a name. */
struct render_subject {
    const struct spex_specification *specification;
    const struct spex_model *model;
    const struct lts *lts;
    const char *name;
    const struct graph_paint *paint; /* of the LTS, in pictures; NULL: plain */
};
/* Appended to `text`. `internal` is the label of the internal action in .aut output.
 * Pictures start in the initial state; a model that was initialised at several states
 * is shown from before that on. Errors: USAGE (a name the format cannot hold; built
 * without Graphviz), SYSTEM (Graphviz failed), CANCELLED, MEMORY. */
int render(const struct render_subject *subject, enum render_format format, const char *internal,
           const struct layout_options *options, struct text *text, spex_error *error);

#endif
