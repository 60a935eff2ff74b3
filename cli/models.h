/* What the verb `models` does to models. */
#ifndef CLI_MODELS_H
#define CLI_MODELS_H

#include "cli/cli.h"

/* ---- models_project.c */
/* A project whose models are as they stand: with what the store learned. */
struct models_project {
    struct project_options options;
    struct project project;
    enum answer partial; /* not all of the store could be read */
};
/* Complains itself; a store need not be there. */
enum answer models_open(const struct invocation *invocation, struct models_project *models);
/* What became of it all: what could not be read of the store. */
enum answer models_close(struct models_project *models);
/* The entry of a specification that is named; NULL: complained about. */
const struct project_entry *models_find(const struct invocation *invocation,
                                        const struct project *project, const char *name);

/* `models freeze NAME...` and `models learn NAME...`: the files, with what was learned. */
enum answer models_set_learning(const struct invocation *invocation, bool learning);
/* `models diff [NAME...]`: NO where something differs. */
enum answer models_diff(const struct invocation *invocation);

#endif
