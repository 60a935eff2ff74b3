/*
 * core/import - the instances of the Elixir library's DETS files, taken into a store. The
 * files are only read; memory does not grow with them. What the store has already is left
 * as it is unless the file knows a later transition, so that an import can be repeated.
 *
 * A copy of an instance in another file, left over from another number of shards, or in the
 * same file, left over from a crash: the one with the later last transition counts, of
 * two with the same the longer.
 */
#ifndef IMPORT_H
#define IMPORT_H

#include "format/dets.h"
#include "project/project.h"
#include "spex.h"

struct import_options {
    const char *store_dir;
    unsigned shards; /* 0: what the store has, 4 for a new one */
    spex_durability durability;
    uint64_t event_limit;
    /* Verdicts are by its models and specifications. Without a model of a specification its
     * steps count as learned, and the store goes on learning one. May be NULL. */
    const struct project *project;
    bool dry; /* only look: the store is not changed, nor created */
    /* Every second or so, from the caller's thread; may be NULL. False: cancel. */
    bool (*progress)(const char *path, double part, uint64_t found, void *context);
    void *context;
};

/* Something that could not be read, or not whole. */
struct import_note {
    size_t file;
    uint64_t offset;
    char *why;
};
enum { IMPORT_NOTES_MAX = 1000 };

struct import_file {
    char *path;
    struct dets_summary summary;
    spex_error error; /* status SPEX_OK: it was read */
};

struct import_report {
    struct import_file *files;
    size_t file_count;
    uint64_t found;     /* instances in the files, copies too: the sum of the next four */
    uint64_t created;   /* new in the store */
    uint64_t extended;  /* there before, with an earlier last transition */
    uint64_t unchanged; /* there before, the same */
    uint64_t older;     /* copies that a later one stands for */
    uint64_t recovered; /* of the first three: what OTP's own repair would lose */
    uint64_t mocked, uninitialised; /* of those found */
    uint64_t transitions;           /* that were taken in */
    uint64_t deviations;            /* of them */
    uint64_t shortened;        /* identifiers beyond SPEX_IDENTIFIER_MAX, cut and given a hash */
    struct import_note *notes; /* the first IMPORT_NOTES_MAX of them */
    size_t note_count;
    uint64_t note_total;
};

/* Takes all of the files in, each a DETS table. A file that cannot be read is noted and hides
 * no other. Errors: those of the store; CANCELLED; MEMORY. The report is filled in, and to be
 * released, whatever happens. */
int import_run(char *const *paths, size_t count, const struct import_options *options,
               struct import_report *report, spex_error *error);
void import_report_release(struct import_report *report);

/* The tables a folder holds, sorted by name: *.dets, in the folder itself or, if there are
 * none, in its folder `dets` or `spex_dets`. Free with file_list_free. Errors: SYSTEM, MEMORY. */
int import_find_tables(const char *folder, char ***paths, size_t *count, spex_error *error);

#endif
