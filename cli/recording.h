/* Recording, whatever the reports come from: gathered in batches, judged, answered. */
#ifndef CLI_RECORDING_H
#define CLI_RECORDING_H

#include <signal.h>

#include "cli/cli.h"
#include "cli/line_reader.h"
#include "cli/output.h"
#include "cli/record_batch.h"

struct recording {
    const struct invocation *invocation;
    struct session session;
    struct line_reader lines; /* of --listen: only its name */
    struct progress_line progress;
    sigset_t signals; /* the mask while waiting for input */
    bool replies;
    /* Told of each line, in the order of each of its sources, once it is durable; NULL: the
     * replies go to standard output. */
    void (*answered)(const struct batch_entry *entry, const char *reply);
    /* One is filled from the input while the shards are at work on the other. */
    struct record_batch *filling, *working;
    uint64_t records, deviations, refused, bad;
    enum answer answer;
};

/* Set by SIGINT, SIGTERM and SIGHUP. */
extern volatile sig_atomic_t recording_stopped;

/* What line_reader_next gave of a source. `owner` is the source's, for `answered`. */
void recording_take(struct recording *recording, const struct line_reader *lines, void *owner,
                    enum line_state state, const char *bytes, size_t length);
/* Waits until everything that was taken is answered. */
void recording_finish(struct recording *recording);

/* ---- listen.c: many programs on a Unix socket */

struct listener;
/* Binds the socket, private to this user, or takes what the service manager hands over. One
 * left by a program that is gone is replaced. Errors: USAGE, SYSTEM, MEMORY. */
int listener_open(struct listener **listener, const char *path, spex_error *error);
void listener_close(struct listener *listener);
/* Serves until a signal, then finishes what has arrived. */
void listener_serve(struct listener *listener, struct recording *recording);

#endif
