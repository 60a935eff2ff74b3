/*
 * What libgraph and the helper program spex-graphviz say to each other, over one
 * socket: a job on the helper's standard input, then a reply on its standard output.
 *
 * Both are sequences of fields. A number is decimal digits and '\n'; a text is its
 * length as a number, that many bytes, and '\n'.
 *
 *   job:   text PROTOCOL_NAME, text format ("layout", "svg", "png"), number budget (ms),
 *          then for "layout":
 *            number states, number initial state,
 *            for each state: number columns of its box,
 *            number edges,
 *            for each edge:  number from, number to;
 *          for the other formats: text of the graph in DOT; then text PROTOCOL_END
 *   reply: text "ok", then for "layout":
 *            number states, for each: number rank, number order, number x (centre, in
 *            hundredths of a column);
 *          for the other formats: text of the file; then text PROTOCOL_END
 *   or:    text "error", text message, text PROTOCOL_END
 */
#ifndef GRAPH_PROTOCOL_H
#define GRAPH_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROTOCOL_NAME "spex-graphviz 2"
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
