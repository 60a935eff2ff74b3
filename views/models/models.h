/* The Models view: its lines, and how they are drawn. */
#ifndef VIEWS_MODELS_H
#define VIEWS_MODELS_H

#include "model/model_difference.h"
#include "views/explorer.h"
#include "views/models/model_edit.h"

struct models {
    struct snapshot *snapshot; /* what the lines are of */
    struct snapshot *files;    /* and what they were compared with */
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

/* ---- models_draw.c */
void models_draw(struct explorer *explorer, void *state, struct canvas *canvas, struct area area);

#endif
