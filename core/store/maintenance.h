/*
 * Looking after a store as a whole: what `spex store` does. Long work reports its progress
 * and, where that answers false, ends with CANCELLED and the store as it was. Errors
 * everywhere: NOT_FOUND (no store there), STORE, BUSY (who is in the way), SYSTEM, MEMORY.
 */
#ifndef STORE_MAINTENANCE_H
#define STORE_MAINTENANCE_H

#include "base/progress.h"
#include "store/filesystem.h"
#include "store/store.h"

/* ----------------------------------------------------------------- info */

struct shard_info {
    char *fault; /* why it cannot be read; NULL: it can. Then the rest of it is 0 */
    uint64_t file_bytes, log_bytes;
    uint64_t pages, free_pages;
    uint64_t instances, steps, events;
    int version;
};
struct store_info {
    struct store store;
    struct file_system file_system;
    struct shard_info *shards; /* store.shards of them */
};
/* A shard that cannot be read is no error. Release it in any case. */
int store_info_read(const char *directory, const struct progress *progress, struct store_info *info,
                    spex_error *error);
void store_info_release(struct store_info *info);
/* Whether this version of SQLite (as sqlite3_libversion_number tells it) keeps the log whole
 * when one connection moves it into the file while another begins it anew. */
bool sqlite_log_reset_fixed(int version);

/* --------------------------------------------------------------- verify */

/* The action of a step that stands, after a repair, for steps that were lost. */
#define STEP_LOST "__lost__"

enum problem {
    PROBLEM_NONE,        /* a note: nothing is wrong */
    PROBLEM_MANIFEST,    /* store.ini is missing or none */
    PROBLEM_MISSING,     /* a shard is not there */
    PROBLEM_UNREADABLE,  /* cannot be opened, or is of another store */
    PROBLEM_DAMAGED,     /* SQLite finds its pages or indexes wrong */
    PROBLEM_MISPLACED,   /* an instance in the wrong shard */
    PROBLEM_INSTANCE,    /* a value that no instance has */
    PROBLEM_HISTORY,     /* steps missing, too many, or of no instance */
    PROBLEM_STATE,       /* not the one the last step led to */
    PROBLEM_DEVIATION,   /* deviations counted or kept wrong */
    PROBLEM_TALLY,       /* the maintained counts are not the counted ones */
    PROBLEM_OBSERVATION, /* observed transitions counted wrong */
    PROBLEM_LOCK,        /* a lock file that cannot be one */
    PROBLEM_LEFTOVER,    /* files that do not belong there */
    PROBLEM_COUNT
};
/* "tally" and so on, for JSON. */
const char *problem_name(enum problem problem);

struct finding {
    enum problem problem;
    unsigned shard; /* 0: of the store as a whole */
    const char *message;
};
struct verification {
    void (*found)(const struct finding *finding, void *context);
    void *context;
    const struct progress *progress;
    /* -- the answer */
    unsigned shards;
    uint64_t problems, notes; /* instances with the same problem beyond the first few of a
                                 shard are one finding */
    uint64_t instances, steps;
};
/* Each shard is looked at as it is at one moment, while others go on writing. What is wrong is
 * told to `found`; an error is only what keeps it from looking. */
int store_verify(const char *directory, struct verification *verification, spex_error *error);

/* --------------------------------------------------------------- backup */

struct backup {
    uint64_t shards, bytes;
};
/* A copy of the store in the new directory `target`, of each shard as it is at one moment. It is a
 * store, with the same identity: a shard of it can take the place of one that was lost. It is made
 * as TARGET.partial-XXXXXX, and renamed when it is whole and on the disk. Errors: also USAGE (the
 * target is there). */
int store_backup(const char *directory, const char *target, const struct progress *progress,
                 struct backup *backup, spex_error *error);

/* -------------------------------------------------------------- reshard */

struct reshard {
    unsigned from, to; /* the same: nothing was to be done */
    uint64_t instances, steps;
};
/* Gives the store another number of shards. Nobody else writes meanwhile; who has the store
 * open gets an error that says so, and one that it was resharded afterwards. A process that
 * dies leaves the old store or the new one, as the manifest says; who opens it next clears
 * up. Errors: also USAGE; SYSTEM when there is no room for both. */
int store_reshard(const char *directory, unsigned shards, const struct progress *progress,
                  struct reshard *result, spex_error *error);

/* --------------------------------------------------------------- repair */

enum repair_event {
    REPAIR_MANIFEST, /* store.ini was written anew */
    REPAIR_SHARD,    /* what was done to a shard */
    REPAIR_LOST,     /* an instance is lost, or several that nobody can name */
    REPAIR_RESTORED, /* an instance was put together from what else is known of it */
    REPAIR_HISTORY,  /* steps of an instance are lost, or did not lead to its state */
    REPAIR_MOVED,    /* an instance was moved to the shard it belongs to */
    REPAIR_DROPPED   /* what belongs to no instance, or is there twice */
};
/* "lost" and so on, for JSON. */
const char *repair_event_name(enum repair_event event);
struct repair_note {
    enum repair_event event;
    unsigned shard;         /* 0: the store as a whole */
    const char *identifier; /* of an instance, if one is meant and known */
    const char *message;
};
struct repair_options {
    void (*told)(const struct repair_note *note, void *context);
    void *context;
    const struct progress *progress;
};

enum repair_action {
    REPAIR_ACTION_NONE,     /* it is sound */
    REPAIR_ACTION_COUNTED,  /* only its counts were wrong: counted anew */
    REPAIR_ACTION_SALVAGED, /* a new file, with all that could be read */
    REPAIR_ACTION_EMPTY     /* it was missing: a new file with nothing in it */
};
struct repaired_shard {
    enum repair_action action;
    char *kept_as;                                   /* the damaged file; NULL: there was none */
    uint64_t instances, steps, events, observations; /* what it holds now */
    uint64_t restored, lost, unnamed;                /* instances */
    uint64_t steps_lost, steps_dropped, moved;
    bool unreadable;                     /* nothing could be read: nobody knows what is lost */
    bool events_lost, observations_lost; /* some; nobody knows how many */
};
struct repair {
    bool manifest; /* was written anew */
    bool complete; /* nothing was lost */
    unsigned shards;
    struct repaired_shard *items;
    uint64_t observations; /* transitions whose count was corrected */
};
/* Puts right what verify finds wrong, and says exactly what could be kept and what not. A
 * damaged file is kept beside the new one. Nobody else may have the store open for writing
 * (BUSY). Release *repair in any case. */
int store_repair(const char *directory, const struct repair_options *options, struct repair *repair,
                 spex_error *error);
void repair_release(struct repair *repair);

/* --------------------------------------------------------------- vacuum */

struct vacuum {
    uint64_t before, after; /* bytes of all shards with their logs */
};
/* Gives free space back, shard by shard; writers wait for the one at work. */
int store_vacuum(const char *directory, const struct progress *progress, struct vacuum *vacuum,
                 spex_error *error);

#endif
