/* Files given on the command line: what they hold is told by their ending. */
#ifndef CLI_FILES_H
#define CLI_FILES_H

#include "cli/cli.h"
#include "format/format.h"
#include "graph/render.h"
#include "model/model.h"
#include "spex.h"

enum input_kind { INPUT_SPECIFICATION, INPUT_MODEL, INPUT_LTS };

struct input {
    const char *argument; /* as given */
    char *path;           /* without ":MODULE" */
    enum input_kind kind;
    struct specification_list list;           /* of a .ex file */
    struct spex_specification *specification; /* the only one, or the one that was named */
    struct spex_model *model;
    char *bytes; /* of a DOT file, until it is read */
    size_t length;
    int descriptor; /* of a .aut file, and its size; else -1 */
    size_t size;
    bool dot;     /* a DOT file, not a .aut one */
    bool split;   /* set by the caller: "input/output" becomes two transitions */
    bool has_tau; /* a .aut file with a label `tau`, known once it is read */
};

/* FILE.spec, FILE.spex, FILE.aut, FILE.dot, FILE.gv, FILE.ex or FILE.ex:MODULE. `whole` accepts an
 * .ex file with several modules; else one has to be named. Errors: USAGE, SYNTAX, SYSTEM, MEMORY.
 */
int input_open(struct input *input, const char *argument, bool whole, spex_error *error);
/* Whether the argument looks like such a file. */
bool input_named(const char *argument);
void input_close(struct input *input);
/* The LTS, once; *internal is the internal label of .aut and DOT files. NULL: the .aut file
 * decides. */
int input_lts(struct input *input, bool initialisation, const char **internal, struct lts *lts,
              spex_error *error);
/* The two parts of it, for several files that have one internal label: reading one file, and
 * what can be done once all are read. Where *internal is NULL it becomes "tau" if one
 * of the .aut files has such a label, else "i". */
int input_read(struct input *input, bool initialisation, const char *internal, struct lts *lts,
               spex_error *error);
int inputs_finish(const struct input *inputs, struct lts *systems, size_t count,
                  const char **internal, spex_error *error);

/* ---- formats to write */
#define OUTPUT_FORMATS "spec, spex, aut, dot, svg, png, mmd, json, txt"

/* The input in that format, appended to `text`. `internal` as in input_lts, or NULL:
 * decided by the file; `written` is the internal label of .aut output. */
int input_render(struct input *input, enum render_format format, const char *internal,
                 const char *written, struct text *text, spex_error *error);
/* An LTS that was made from the input; called like it where the format wants a name. */
int lts_render(const struct input *input, const struct lts *lts, enum render_format format,
               const char *written, struct text *text, spex_error *error);
/* The format named, or if none is (NULL) that of the path's ending. False: complained about. */
bool output_format(const struct invocation *invocation, const char *path, const char *named,
                   enum render_format *format);
/* Replaced in one step; "-" is standard output. An existing file needs `force`. */
int output_write(const char *path, bool force, const struct text *text, spex_error *error);

#endif
