/*
 * The model files of impl_models_dir. They are read when the manager opens, and looked at
 * again when work comes in, at most once a second: what a person or another program froze,
 * edited, added or took away is used from then on. A file that cannot be read changes
 * nothing and is told of once.
 *
 * A model that was replaced may still be in use by a server in the middle of a batch. So
 * servers say when they begin and end one, and it is freed when none is left that began
 * before it was replaced.
 */
#ifndef MANAGER_MODEL_FILES_H
#define MANAGER_MODEL_FILES_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "spex.h"

struct server;

/* A file as it was when it was looked at last. */
struct model_file {
    char *path;
    char *name; /* of the specification whose model it gave; NULL: none */
    struct stat about;
    uint64_t hash[2]; /* of its content */
    /* Read a second time, a look later, and the same: file times are too coarse to tell
     * two changes that come close together. */
    bool settled;
    bool told; /* why it cannot be read */
    bool listed;
    bool missed; /* by the last look; editors take a file away for a moment */
};

struct model_files {
    pthread_mutex_t mutex; /* whoever looks */
    _Atomic int64_t next;  /* monotonic: when to look again */
    struct model_file *items;
    size_t count;
    size_t capacity;
    bool folder_failed; /* and that was told */
};

void model_files_init(struct model_files *files);
void model_files_release(struct model_files *files);
/* At the start. Errors: SYNTAX (with its place, or two models of one specification),
 * SYSTEM, MEMORY; a passive manager passes over those it cannot read. */
int model_files_open(struct spex_manager *manager, spex_error *error);
/* Looks again, if it is time. Not inside a batch. */
void model_files_look(struct spex_manager *manager);
/* What a server took from the registry in between stays valid. */
void model_files_enter(struct server *server);
void model_files_leave(struct server *server);

/* Reads one file. Errors: SYNTAX, SYSTEM, MEMORY. */
int model_file_read(const char *path, uint64_t hash[2], struct spex_model **model,
                    spex_error *error);

#endif
