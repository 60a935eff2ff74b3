/*
 * core/project - what a folder holds: the options that apply there (argument,
 * environment, spex.ini, default), its specifications and its models. One bad file
 * is an entry with its error and hides nothing else.
 */
#ifndef PROJECT_H
#define PROJECT_H

#include "base/text.h"
#include "model/model.h"
#include "model/specification_warnings.h"
#include "spex.h"

/* ------------------------------------------------------------- options */

struct project_options {
    char *specs_dir;
    char *impl_models_dir;
    char *store_dir;
    unsigned distribution_factor; /* 0: what the store has */
    bool check_transition_timeouts_on_start;
    int64_t prune_interval; /* ms */
    spex_durability durability;
    uint64_t event_limit; /* events kept a shard */
};

/* Reads `ini` ("./spex.ini" when NULL, where a missing file is fine) and SPEX_* of the
 * environment over the defaults. Arguments are the caller's to set afterwards with
 * project_options_set. Errors: SYNTAX (unknown key with a suggestion, wrong value:
 * place or variable named), SYSTEM, MEMORY. */
int project_options_load(struct project_options *options, const char *ini, spex_error *error);
int project_options_set(struct project_options *options, const char *name, const char *value,
                        spex_error *error);
void project_options_release(struct project_options *options);
/* The manager's options; strings still belong to `options`. */
void project_manager_options(const struct project_options *options, spex_manager_options *manager);

/* -------------------------------------------------------------- project */

/* A specification, or the file that should have held one. */
struct project_entry {
    char *path;
    struct spex_specification *specification; /* NULL: `error` says why */
    struct spex_model *model; /* from impl_models_dir; NULL: none (or model_error) */
    spex_error error;
    spex_error model_error;                 /* status SPEX_OK: none */
    struct specification_warnings warnings; /* once project_warn was called */
    bool lts; /* both are made of LTS files, to be looked at: nothing is recorded or written */
    struct lts *systems; /* those of the two, as they were read; NULL: no LTS files, or an error */
};

struct project {
    struct project_entry *entries; /* by specification name, then path; bad files last */
    size_t count;
    size_t orphans; /* models, where there is no specification at all: they are no entries */
};

/* Reads every .spec and .ex of specs_dir and of `files` (may be 0), and every .spex of
 * impl_models_dir; LTS files among `files` are one entry (lts_files.h). A model whose specification
 * is unknown, a second file for the same name and an unreadable file each are an entry with an
 * error; a folder that is missing is no entries. Only MEMORY fails. */
int project_load(struct project *project, const struct project_options *options, char *const *files,
                 size_t file_count, spex_error *error);
void project_release(struct project *project);
void project_entry_release(struct project_entry *entry);
/* For a project that is without specifications: that it is, and what to do. */
void project_lacking(const struct project *project, const struct project_options *options,
                     struct text *text);
/* What looks like a mistake in each specification, for people. Errors: MEMORY. */
int project_warn(struct project *project, spex_error *error);
/* NULL if there is none. */
const struct project_entry *project_find(const struct project *project, const char *name);
/* A number that changes whenever the files of both folders do (names, sizes, times), or those that
 * are named. */
uint64_t project_fingerprint(const struct project_options *options, char *const *files,
                             size_t file_count);

/* What check and the graphs compare: the specification's LTS and, where there is a
 * model, its own; both start before initialisation, but those of LTS files where these do. */
int project_lts(const struct project_entry *entry, struct lts *specification,
                struct lts *implementation, spex_error *error);

#endif
