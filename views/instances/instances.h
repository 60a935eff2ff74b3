/* The list of instances; what its files share. */
#ifndef VIEWS_INSTANCES_H
#define VIEWS_INSTANCES_H

#include "base/symbols.h"
#include "views/explorer.h"
#include "views/instances/marks.h"
#include "views/instances/rows.h"

struct instances {
    struct explorer *explorer;
    struct rows rows;
    struct scroll scroll;
    struct marks marks;
    int page;                   /* rows on the screen */
    int header, column_ends[6]; /* the row of the columns' names and where each ends, as drawn */
    char *cursor_identifier;    /* what the cursor is on, over reloads */
    char *typed;                /* the filter as typed */
    char *first_filter;         /* to begin with; NULL: none */
    struct symbols meta_paths;  /* seen so far, for completion */
    bool started, to_last;
    bool moved;     /* the cursor was put on a row and stays there; else it stays at the top */
    bool following; /* the newest change */
    enum command waiting; /* asked for before there were rows; COMMAND_NONE: nothing */
};

void instances_draw(struct explorer *explorer, void *state, struct canvas *canvas,
                    struct area area);

/* ---- instances_filter.c */
/* Shows what matches; what is no filter is told and changes nothing. */
void instances_apply(struct instances *instances, const char *typed);
void instances_ask_filter(struct instances *instances);
/* The keys of meta in the rows that were read since the start. */
const struct symbols *instances_meta_paths(struct instances *instances);
void instances_next_kind(struct instances *instances);
void instances_saved(struct instances *instances);
void instances_ask_order(struct instances *instances);
/* By that, or the other way around where it is already; as what is mostly wanted first. */
void instances_order_by(struct instances *instances, enum instance_order order);
/* What the list can be ordered by; NULL: there are not so many. */
const char *instances_order_name(size_t number);
/* To the first row of a new question. */
void instances_reset(struct instances *instances);
void instances_keep_text(char **place, const char *value);

#endif
