#include "format/dets.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/memory.h"
#include "format/dets_window.h"

enum {
    COOKIE = 0x00abcdef,
    VERSION = 9,
    ACTIVE = 0x12345678,
    FREE = 0x03abcdef,
    HEADER_SIZE = 312,
    PARTS = 256,
    PART_SEGMENTS = 512,
    SEGMENT_SLOTS = 256,
    BLOCK_SIZE = 2048, /* of a part of the segment array, and of a segment */
    BASE = 1336,       /* where blocks begin, in steps of */
    STEP = 16,
    COLLECTION_HEADER = 8,
    REPAIR_MINIMUM = 8192
};
/* No table is larger: offsets have 32 bits. */
#define FILE_MAX (UINT64_C(1) << 32)

struct dets {
    struct window window;
    const struct dets_visitor *visitor;
    struct dets_summary *summary;
    uint64_t size;   /* of what is looked at */
    uint64_t repair; /* OTP's repair of this file loses larger collections; 0: none will be */
    /* A bit a block, by offset / STEP: collections that were gone over, and blocks of pointers.
     * Where damage makes one block both, it is read as both. */
    unsigned char *taken, *followed;
    uint64_t wasted; /* bytes of what looked like objects and were none */
    bool stopped;
};

static void give_up(struct dets *dets, uint64_t offset, const char *why)
{
    dets->summary->given_up++;
    dets->visitor->given_up(offset, why, dets->visitor->context);
}

static void show_progress(struct dets *dets, double part)
{
    if (dets->visitor->progress)
        dets->visitor->progress(part, dets->visitor->context);
}

static bool ended(const struct dets *dets)
{
    return dets->stopped || dets->window.status;
}

/* Whether the block at this offset is seen for the first time. */
static bool take_block(unsigned char *blocks, uint64_t offset)
{
    uint64_t number = offset / STEP;
    unsigned char bit = (unsigned char)(1u << number % 8);
    bool first = !(blocks[number / 8] & bit);
    blocks[number / 8] |= bit;
    return first;
}

/* -------------------------------------------------------------- header */

static int read_header(struct dets *dets, spex_error *error)
{
    const char *path = dets->window.path;
    const unsigned char *header = window_at(&dets->window, 0, HEADER_SIZE, true);
    if (!header)
        return dets->window.status
                   ? dets->window.status
                   : error_set(error, SPEX_ERROR_SYNTAX,
                               "%s is no DETS table: it ends within the header (%llu bytes)", path,
                               (unsigned long long)dets->size);
    if (window_number(header + 4) != COOKIE)
        return error_set(error, SPEX_ERROR_SYNTAX,
                         "%s is no DETS table: at offset 4, 00abcdef is expected, not %08x", path,
                         window_number(header + 4));
    if (window_number(header + 16) != VERSION || window_number(header + 12) != 1 ||
        window_number(header + 28) != 1)
        return error_set(error, SPEX_ERROR_SYNTAX,
                         "%s: a DETS table of version %u, type %u and key position %u; instances "
                         "are in tables of version 9, type 1 (set) and key position 1",
                         path, window_number(header + 16), window_number(header + 12),
                         window_number(header + 28));
    dets->summary->recorded = window_number(header + 32);
    dets->summary->closed = window_number(header + 8) == 1;
    dets->repair = REPAIR_MINIMUM;
    for (unsigned i = 0; i < 28; i++)
        if (window_number(header + 56 + 4 * i) && UINT64_C(1) << (i + 4) > dets->repair)
            dets->repair = UINT64_C(1) << (i + 4);
    /* The trailer of a properly closed file. That the header is right (it has an MD5 sum of
     * its own) shows in the walk: it must find as many objects as the header says. */
    uint64_t base = window_number(header + 184);
    const unsigned char *trailer = window_at(&dets->window, dets->size - 4, 4, false);
    uint64_t sum = trailer ? window_number(trailer) + base : 0;
    if (!trailer || (sum != dets->size && (base || sum + BASE != dets->size)))
        dets->summary->closed = false;
    if (dets->summary->closed)
        dets->repair = 0;
    return dets->window.status;
}

/* ---------------------------------------------------------- collections */

/* NULL, or why the bytes are no object. */
static const char *read_object(struct dets *dets, uint64_t offset, uint32_t size, bool beyond)
{
    static const unsigned char opening[] = {131, 104, 2}; /* version, a pair */
    const size_t header = 4;
    if (size < header + sizeof opening)
        return "an object that is too short";
    const unsigned char *bytes = window_at(&dets->window, offset + header, sizeof opening, true);
    if (!bytes)
        return "an object beyond the end of the file";
    if (memcmp(bytes, opening, sizeof opening) != 0)
        return bytes[0] == opening[0] && bytes[1] == 80
                   ? "a compressed term, which DETS never writes"
                   : "no pair of a key and an instance";
    if (size > DETS_OBJECT_MAX)
        return "an object of more than 64 MiB";
    bytes = window_at(&dets->window, offset + header, size - header, true);
    if (!bytes)
        return "an object beyond the end of the file";
    struct term_reader term = {bytes, 1, size - header, NULL}, look = term;
    if (!term_skip(&look))
        return look.trouble;
    if (look.at != look.end)
        return "an object with bytes behind its term";
    const char *why =
        dets->visitor->object(&term, offset, beyond, dets->visitor->context, &dets->stopped);
    dets->summary->objects += !why;
    return why;
}

/* Whether so much damage was seen that large things are no longer tried: a file can be
 * made so that a reader goes over the same bytes again and again. */
static bool too_wasteful(const struct dets *dets, uint64_t size)
{
    return size > 65536 && dets->wasted > 8 * dets->size + DETS_OBJECT_MAX;
}

/* The objects of the collection at `offset`, `size` bytes with the header. What cannot be
 * read is given up; true if its objects follow one another up to its end. */
static bool read_collection(struct dets *dets, uint64_t offset, uint64_t size, bool beyond)
{
    uint64_t at = offset + COLLECTION_HEADER, end = offset + size;
    while (at < end && !ended(dets)) {
        const unsigned char *header = window_at(&dets->window, at, 4, true);
        uint32_t length = header ? window_number(header) : 0;
        if (length < 5 || length > end - at) {
            give_up(dets, at, "an object whose length cannot be right");
            return false;
        }
        const char *why = too_wasteful(dets, length)
                              ? "a large object in a file with very much damage: not tried"
                              : read_object(dets, at, length, beyond);
        if (why && !dets->window.status) {
            give_up(dets, at, why);
            dets->wasted += length;
        }
        at += length;
    }
    return !ended(dets);
}

/* The block that holds a collection of this size. */
static uint64_t block_size(uint64_t size)
{
    uint64_t block = STEP;
    while (block < size)
        block *= 2;
    return block;
}

/* ----------------------------------------------------------------- scan */

/* Whether there may be a collection: its size fits, and so does its first object's. */
static bool promising(struct dets *dets, uint64_t offset, uint64_t size)
{
    if (size <= COLLECTION_HEADER || size > dets->size - offset)
        return false;
    const unsigned char *first = window_at(&dets->window, offset + COLLECTION_HEADER, 5, true);
    return first && window_number(first) >= 5 && window_number(first) <= size - COLLECTION_HEADER &&
           first[4] == 131;
}

static void scan(struct dets *dets)
{
    uint64_t offset = BASE, shown = 0;
    dets->summary->scanned = true;
    while (offset + COLLECTION_HEADER <= dets->size && !ended(dets)) {
        const unsigned char *header = window_at(&dets->window, offset, COLLECTION_HEADER, true);
        if (!header)
            break;
        if (offset - shown > 1 << 22) {
            show_progress(dets, (double)offset / (double)dets->size);
            shown = offset;
        }
        uint64_t size = window_number(header), step = STEP;
        if (window_number(header + 4) == ACTIVE && take_block(dets->taken, offset)) {
            if (!promising(dets, offset, size))
                give_up(dets, offset, "what should be a collection of objects is none");
            else if (read_collection(dets, offset, size, dets->repair && size > dets->repair))
                step = block_size(size);
        }
        offset += step;
    }
}

/* ----------------------------------------------------------------- slots */

static void read_slot(struct dets *dets, uint64_t slot, uint64_t size, uint64_t offset)
{
    if (offset % STEP != BASE % STEP || offset < BASE || offset + COLLECTION_HEADER > dets->size) {
        give_up(dets, slot, "a slot that points to where no collection can be");
        return;
    }
    if (!take_block(dets->taken, offset)) {
        /* The scan was there; in a walk two slots never share a collection. */
        if (!dets->summary->scanned)
            give_up(dets, slot, "a slot that points to what another one points to");
        return;
    }
    size_t ahead = size >= COLLECTION_HEADER && size <= dets->size - offset && size < 1 << 20
                       ? (size_t)size
                       : COLLECTION_HEADER;
    const unsigned char *header = window_at(&dets->window, offset, ahead, false);
    if (!header)
        return;
    bool active = window_number(header + 4) == ACTIVE;
    bool freed = window_number(header + 4) == FREE;
    uint64_t found = window_number(header);
    if (!active && !(freed && dets->summary->scanned)) {
        give_up(dets, offset, "no collection of objects where a slot points to one");
        return;
    }
    if (active && found != size && !dets->summary->scanned)
        give_up(dets, offset, "a collection of another size than its slot says");
    if (freed) /* the size is gone from its header; OTP's repair does not look here */
        found = size;
    if (!promising(dets, offset, found))
        give_up(dets, offset, "what should be a collection of objects is none");
    else
        read_collection(dets, offset, found, freed || (dets->repair && found > dets->repair));
}

/* A copy of the block of pointers at this offset, each block once. */
static bool read_block(struct dets *dets, uint64_t pointer, uint64_t offset, unsigned char *block)
{
    const unsigned char *bytes = NULL;
    if (offset >= BASE && offset % STEP == BASE % STEP && offset < dets->size) {
        if (!take_block(dets->followed, offset)) {
            give_up(dets, pointer, "a pointer back to what was read already");
            return false;
        }
        bytes = window_at(&dets->window, offset, BLOCK_SIZE, false);
    }
    if (bytes)
        memcpy(block, bytes, BLOCK_SIZE);
    else if (!dets->window.status)
        give_up(dets, pointer, "a pointer beyond the end of the file");
    return bytes != NULL;
}

static void read_segment(struct dets *dets, uint64_t pointer, uint64_t offset)
{
    unsigned char slots[BLOCK_SIZE];
    if (!read_block(dets, pointer, offset, slots))
        return;
    for (unsigned i = 0; i < SEGMENT_SLOTS && !ended(dets); i++) {
        uint64_t target = window_number(slots + 8 * i + 4);
        if (target)
            read_slot(dets, offset + 8 * i, window_number(slots + 8 * i), target);
    }
}

static void walk(struct dets *dets)
{
    unsigned char parts[4 * PARTS], segments[BLOCK_SIZE];
    const unsigned char *bytes = window_at(&dets->window, HEADER_SIZE, sizeof parts, false);
    if (!bytes) {
        give_up(dets, HEADER_SIZE, "the file ends before its first pointer");
        return;
    }
    memcpy(parts, bytes, sizeof parts);
    for (unsigned i = 0; i < PARTS && !ended(dets); i++) {
        uint64_t part = window_number(parts + 4 * i);
        /* An open file may lack one in between. */
        if (!part || !read_block(dets, HEADER_SIZE + 4 * i, part, segments))
            continue;
        for (unsigned j = 0; j < PART_SEGMENTS && !ended(dets); j++) {
            uint64_t segment = window_number(segments + 4 * j);
            if (segment)
                read_segment(dets, part + 4 * j, segment);
            show_progress(dets, dets->summary->recorded ? (double)dets->summary->objects /
                                                              (double)dets->summary->recorded
                                                        : 1);
        }
    }
}

/* ------------------------------------------------------------------ all */

static int read_all(struct dets *dets, spex_error *error)
{
    struct dets_summary *summary = dets->summary;
    int status = read_header(dets, error);
    if (status)
        return status;
    if (!summary->closed)
        scan(dets);
    walk(dets);
    /* Damage in a file that was closed properly: what else is there? */
    if (summary->closed && !ended(dets) &&
        (summary->given_up || summary->objects != summary->recorded))
        scan(dets);
    if (dets->size < dets->window.size)
        give_up(dets, dets->size, "the part of the file behind 4 GiB, where no table reaches");
    if (dets->stopped)
        return SPEX_ERROR_CANCELLED;
    return dets->window.status;
}

int dets_read(const char *path, const struct dets_visitor *visitor, struct dets_summary *summary,
              spex_error *error)
{
    struct dets dets = {.visitor = visitor, .summary = summary};
    struct stat before, after;
    *summary = (struct dets_summary){0};
    int status = window_open(&dets.window, path, error);
    if (status)
        return status;
    dets.size = dets.window.size < FILE_MAX ? dets.window.size : FILE_MAX;
    summary->size = dets.window.size;
    dets.taken = memory_allocate(dets.size / STEP / 8 + 1, 1);
    dets.followed = memory_allocate(dets.size / STEP / 8 + 1, 1);
    if (!dets.taken || !dets.followed)
        status = error_memory(error);
    if (!status)
        status = fstat(dets.window.file, &before) ? error_system(error, "%s", path)
                                                  : read_all(&dets, error);
    summary->changed =
        !status && fstat(dets.window.file, &after) == 0 &&
        (before.st_size != after.st_size || before.st_mtim.tv_sec != after.st_mtim.tv_sec ||
         before.st_mtim.tv_nsec != after.st_mtim.tv_nsec);
    free(dets.taken);
    free(dets.followed);
    window_close(&dets.window);
    return status;
}
