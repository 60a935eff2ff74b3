/*
 * A folder that holds a program written with the Elixir library Spex: where its specifications,
 * its models and its instances are.
 */
#ifndef PROJECT_ELIXIR_PROJECT_H
#define PROJECT_ELIXIR_PROJECT_H

#include "project/project.h"

struct elixir_project {
    char **files; /* .ex files with specifications, or with mistakes that may hide some */
    size_t file_count;
    char *impl_models_dir; /* as config/ says, or the library's default */
    char *dets_dir;        /* the same */
    char **tables;         /* the *.dets in it */
    size_t table_count;
    /* What could not be known of config/ and what stands instead, such as a setting that is
     * computed; NULL: nothing. */
    char *doubt;
};

/* Whether an argument names a folder, not a file. */
bool elixir_project_named(const char *argument);
/* Whether a folder is a program's or a project's, wherever it stands for one: it has a mix.exs,
 * lib, apps, spex.ini, specs, spex_impl_models or spex_store. */
bool elixir_project_program(const char *folder);
/* What to say of one that is none. */
void elixir_project_none(const char *folder, struct text *text);
/* Looks into lib, test_support and test, of the folder itself and of every application under
 * its apps; links to folders are not followed. Errors: SYSTEM, MEMORY. */
int elixir_project_scan(const char *folder, struct elixir_project *project, spex_error *error);
void elixir_project_release(struct elixir_project *project);

/* The options of the folder: the environment, over its spex.ini if it has one, over what was
 * found. As project_options_load. */
int elixir_project_options(const char *folder, const struct elixir_project *project,
                           struct project_options *options, spex_error *error);

#endif
