/*
 * core/format - readers and writers, one file a format. Readers take bytes (never
 * trusted: any length, any content) and name the place of a mistake as
 * FILE:LINE:COLUMN with what was expected; writers append to a text.
 */
#ifndef FORMAT_H
#define FORMAT_H

#include "base/text.h"
#include "model/model.h"
#include "spex.h"

/* A specification file holds one (.spec) or several (.ex) specifications. */
struct specification_list {
    struct spex_specification **items;
    size_t count;
};
void specification_list_release(struct specification_list *list);

/* Reads a whole file: .ex and .exs as Elixir (an empty list if no module in it is a
 * specification), any other as .spec. Errors: SYNTAX, SYSTEM, MEMORY. */
#define FORMAT_FILE_MAX ((size_t)1 << 30)
bool specification_file_elixir(const char *path);
int specification_file_read(const char *path, struct specification_list *list, spex_error *error);

/* -- .spec (DESIGN 4.2). `file` is the name for messages and becomes ->source. */
int spec_read(const char *file, const char *bytes, size_t length,
              struct spex_specification **specification, spex_error *error);
/* Errors: USAGE (a name that would not read back), MEMORY. */
int spec_write(const struct spex_specification *specification, struct text *text,
               spex_error *error);

/* -- .ex (DESIGN 4.3): every `use Spex.Specification` module of an Elixir source. */
int elixir_read(const char *file, const char *bytes, size_t length, struct specification_list *list,
                spex_error *error);

/* -- .spex (DESIGN 4.1) */
int model_read(const char *file, const char *bytes, size_t length, struct spex_model **model,
               spex_error *error);
int model_write(const struct spex_model *model, struct text *text, spex_error *error);
/* What a model read from these bytes has as its `content`. */
uint64_t model_content(const char *bytes, size_t length);

/* -- .aut (Aldebaran, DESIGN 4.4). `internal`: the label that becomes LTS_INTERNAL, or
 * NULL for none. */
int aut_read(const char *file, const char *bytes, size_t length, const char *internal,
             struct lts *lts, spex_error *error);
/* The same of an open file, of `size` bytes if that is known, else 0; never more than a small
 * part of it is in memory. *met: some label was the internal one. Errors: SYSTEM too. */
int aut_read_open(const char *file, int descriptor, size_t size, const char *internal, bool *met,
                  struct lts *lts, spex_error *error);
int aut_write(const struct lts *lts, const char *internal, struct text *text, spex_error *error);

/* -- .dot, .gv: a digraph whose nodes are states and whose edge labels are actions; where the
 * start is shows a point or an invisible node, else the first node is. `internal`: a label that
 * becomes LTS_INTERNAL, or NULL; an edge without a label and our own τ are internal anyway. */
int dot_read(const char *file, const char *bytes, size_t length, const char *internal,
             struct lts *lts, spex_error *error);
/* Every transition labelled "input/output" becomes two; other labels stay. Errors: MEMORY. */
int mealy_split(struct lts *lts, spex_error *error);

/* -- JSON: what `spex show --json` prints, keys as in the README's formats section. */
int json_write_specification(const struct spex_specification *specification, struct text *text);
int json_write_model(const struct spex_model *model, struct text *text);
int json_write_lts(const struct lts *lts, struct text *text);
/* With `history`: the steps, oldest first; without: "transitions", their number. */
int json_write_instance(const spex_instance *instance, bool history, struct text *text);
/* Why two LTSs are not equivalent. */
struct explanation;
int json_write_explanation(const struct explanation *explanation, const struct lts *left,
                           const struct lts *right, struct text *text);
/* What `spex compare --json` prints, with --explain where there is an explanation. */
struct json_comparison {
    bool equivalent;
    int equivalence;      /* enum equivalence */
    const char *internal; /* NULL: SPEX_INTERNAL */
    const char *files[2]; /* NULL: none */
    const struct lts *sides[2];
    uint32_t states[2];
    size_t transitions[2];
    const struct explanation *explanation; /* NULL: none */
    const char *names[2];                  /* of the sides, in the reason */
};
int json_write_comparison(const struct json_comparison *comparison, struct text *text);

/* -- A model beside its specification: a line a transition, "+ from --[action]-> to" (only in the
 * model), "? ..." (not in it), and with `both` what both have; and as JSON. */
struct model_line;
void difference_write(const struct model_line *lines, size_t count, bool both, struct text *text);
void difference_write_json(const char *specification, const struct model_line *lines, size_t count,
                           struct text *text);

/* -- Mermaid stateDiagram-v2 */
/* What is added to it; each may be NULL, and so may its elements. */
struct mermaid_marks {
    bool no_start;                 /* the initial state is not among them */
    const char **states;           /* behind a state's name */
    const char **before, **behind; /* of a transition's label */
    const char *const *colours;    /* of a state, "#rrggbb" */
};
int mermaid_write(const struct lts *lts, const struct mermaid_marks *marks, struct text *text,
                  spex_error *error);

/* -- One record of JSON lines (DESIGN 4.5) */
enum record_operation { RECORD_INIT, RECORD_TRANSITION, RECORD_MOCK };
struct record {
    enum record_operation operation;
    char *specification;
    char *identifier;
    char *meta; /* compact JSON object, or NULL */
    char *action;
    char *state;
    int64_t at; /* 0: now */
};
/* `file` and `line` are for messages. Unknown keys and wrong types are errors. */
int record_read(const char *file, unsigned line, const char *bytes, size_t length,
                struct record *record, spex_error *error);
void record_release(struct record *record);

/* -- A run of a system, from its initial state, as a test: records (DESIGN 4.5), or a C program
 * with libspex. */
struct test_run {
    const char *specification;
    const struct lts *lts;
    const struct lts_transition *steps;
    size_t count;
};
void test_write_records(const struct test_run *run, struct text *text);
void test_write_program(const struct test_run *run, struct text *text);

/* The pieces .spec and .spex share: "from --[action]-> to", matched greedily as
 * ^(.+) --\[(.+)\]-> (.+)$ does. `column` of the line's first byte is 1. On a mistake
 * *column is where, and *expected what should be there. The parts point into the line. */
struct transition_parts {
    const char *from, *action, *to;
    size_t from_length, action_length, to_length;
};
bool transition_line_read(const char *line, size_t length, struct transition_parts *parts,
                          unsigned *column, const char **expected);
/* The same for people: nothing in the names is invisible. */
void transition_show(struct text *text, const char *from, const char *action, const char *to);
/* "from":..,"action":..,"to":.. of a JSON object. */
void transition_json(struct text *text, const char *from, const char *action, const char *to);
/* Appends the line without its ending. Errors: USAGE when it would not read back; then,
 * as with every writer here, nothing was appended. */
int transition_line_write(struct text *text, const char *from, const char *action, const char *to,
                          spex_error *error);

#endif
