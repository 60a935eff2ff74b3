/* What was typed into a line before: each text once, the newest last, kept in a file. */
#ifndef VIEWS_HISTORY_H
#define VIEWS_HISTORY_H

#include "spex.h"
#include "views/screen/line_editor.h"

struct history {
    char **lines;
    size_t count, capacity;
    char *path;  /* NULL: kept in memory only */
    bool noted;  /* there is something that the file does not have */
    char *draft; /* what was being typed before older ones were looked at */
    size_t back; /* how far back that went; 0: not */
};

/* The file `name` of the folder, as far as it can be read; a folder that is NULL: no file. */
void history_open(struct history *history, const char *directory, const char *name);
/* Writes the file if something was noted, and frees. */
void history_close(struct history *history);
void history_note(struct history *history, const char *line);
/* A line is begun: recalling starts from the newest. */
void history_begin(struct history *history);
/* Puts an older or newer text into the line, and in the end what was being typed. */
void history_recall(struct history *history, struct line_editor *editor, bool older);

#endif
