/*
 * LTS files (.aut, .dot, .gv) named on the command line, as an entry of a project: the first one
 * stands for the specification, a second one for the implementation. The internal label of .aut
 * files is `tau` if one of them has it, else `i`.
 */
#ifndef PROJECT_LTS_FILES_H
#define PROJECT_LTS_FILES_H

#include "project/project.h"

/* By the ending of its name. */
bool lts_file(const char *path);
/* What the entry of the LTS files among these is called; NULL: there are none, or memory is out. */
char *lts_files_name(char *const *files, size_t count);
/* *entry is all zeros where there are none. What cannot be read is told in its error.
 * Errors: MEMORY. */
int lts_files_read(char *const *files, size_t count, struct project_entry *entry,
                   spex_error *error);

#endif
