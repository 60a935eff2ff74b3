/*
 * What libgraph and the helper program spex-graphviz say to each other, over one
 * socket: a job on the helper's standard input, then a reply on its standard output.
 *
 * Both are sequences of fields. A number is decimal digits and '\n'; a text is its
 * length as a number, that many bytes, and '\n'.
 *
 *   job:   text PROTOCOL_NAME, text format ("layout", "dot", "svg", "png"),
 *          number budget (ms), text title ("": none),
 *          number states, number initial state,
 *          for each state: text identifier, text label, text fill colour ("": none),
 *                          number columns of its box, number terminal (1) or not (0),
 *          number edges,
 *          for each edge:  number from, number to, text label, number internal or not,
 *          text PROTOCOL_END
 *   reply: text "ok", then for "layout":
 *            number states, for each: number rank, number order, number x (centre, in
 *            hundredths of a column);
 *          for the other formats: text of the file; then text PROTOCOL_END
 *   or:    text "error", text message, text PROTOCOL_END
 *
 * Identifiers and labels are written by the client so that Graphviz shows them as they
 * are; the helper passes them on as plain text, never as HTML.
 */
#ifndef GRAPH_PROTOCOL_H
#define GRAPH_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROTOCOL_NAME "spex-graphviz 1"
#define PROTOCOL_END "end"
#define PROTOCOL_X_UNIT 100

struct fields {
    const char *data;
    size_t length, at;
    bool bad; /* not what was expected; sticks */
};

/* At most `most`; 0 once bad. */
uint32_t fields_number(struct fields *fields, uint32_t most);
/* The bytes (not NUL-terminated); NULL once bad. */
const char *fields_text(struct fields *fields, size_t *length);
/* The next text is exactly this. */
bool fields_expect(struct fields *fields, const char *text);

#endif
