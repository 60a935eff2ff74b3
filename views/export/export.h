/* Export: what can be written, and the job that writes it. */
#ifndef VIEWS_EXPORT_H
#define VIEWS_EXPORT_H

#include "graph/render.h"
#include "views/explorer.h"

enum export_what {
    EXPORT_GRAPH, /* as the Graphs view shows it */
    EXPORT_SPECIFICATION,
    EXPORT_MODEL,
    EXPORT_INSTANCE,
    EXPORT_REASON,     /* verdict and reason of the check */
    EXPORT_DIFFERENCE, /* of model and specification, transition by transition */
    EXPORT_INSTANCES,  /* as the list is filtered and ordered */
    EXPORT_EVENTS,
    EXPORT_TEXT /* what another view wrote, as it is; not in the list */
};

struct export_choice {
    enum export_what what;
    enum render_format format;
    const char *words;
};

bool export_possible(const struct explorer *explorer, enum export_what what);
/* Writes to the file; asks before one that is there is replaced. */
void export_submit(struct explorer *explorer, const struct export_choice *choice, const char *path);
/* Asks where to write this text, and does; the file's name is proposed with this ending. */
void export_text(struct explorer *explorer, const char *ending, const char *text);
/* Of such a text. */
void export_submit_text(struct explorer *explorer, const char *text, const char *path);

/* ---- export_model.c */
int export_difference(const struct project_entry *entry, bool json, struct text *text,
                      spex_error *error);
/* Of a check that is over, on the loop's thread. */
void export_verdict(const struct summary *summary, bool json, struct text *text);

#endif
