/* The list of events; what its files share. */
#ifndef VIEWS_EVENTS_H
#define VIEWS_EVENTS_H

#include "model/filter.h"
#include "views/explorer.h"

struct events {
    struct explorer *explorer;
    struct event *items;
    size_t count;
    struct scroll scroll;
    int rows;
    char *typed; /* the filter */
    bool read, loading, again;
    spex_error error;
};

/* ---- events_filter.c */
/* Shows what matches; what is no filter is told and changes nothing. */
void events_apply(struct events *events, const char *typed);
void events_ask_filter(struct events *events);
/* ---- events.c */
void events_reload(struct events *events);

#endif
