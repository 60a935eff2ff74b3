/* The Models view: its lines, and how they are drawn. */
#ifndef VIEWS_MODELS_H
#define VIEWS_MODELS_H

#include "views/explorer.h"
#include "views/model_edit.h"

enum difference { IN_BOTH, ONLY_MODEL, ONLY_SPECIFICATION, IN_NEITHER /* it was removed */ };

/* Its texts belong to the snapshot. */
struct model_line {
    enum difference difference;
    bool edited; /* added or removed, and not saved */
    const char *from, *action, *to;
};

struct models {
    struct snapshot *snapshot; /* what the lines are of */
    const struct project_entry *entry;
    struct model_line *lines; /* first what differs, then what is in both */
    size_t count;
    struct scroll scroll;
    int rows;
    struct snapshot *asked; /* what they were last asked for of */
    const struct project_entry *asked_entry;
    uint64_t generation;
};

/* How many lines there are of what is selected; others may still be there. */
size_t models_count(const struct explorer *explorer, const struct models *models);

/* First what differs, then what is in both; `before` is the model as it is in its file (NULL:
 * none). To be freed. Errors: MEMORY. */
int model_lines(const struct project_entry *entry, const struct spex_model *before,
                struct model_line **lines, size_t *count, spex_error *error);

/* ---- models_draw.c */
void models_draw(struct explorer *explorer, void *state, struct canvas *canvas, struct area area);

#endif
