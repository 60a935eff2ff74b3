#include "store/log_writer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
    LOG_HEADER = 32,   /* bytes before the first frame */
    FRAME_HEADER = 24, /* before each frame's page */
    /* Of more bytes the first are written before the last are there. SQLite's write call takes
     * 128 KiB at once for none. */
    KEPT_MAX = 1 << 16
};

/* A file's first member points to its methods: with those of the writer in their place, they
 * find the writer that they belong to. */
struct log_writer {
    sqlite3_io_methods methods; /* first */
    const sqlite3_io_methods *system;
    int page_size;
    bool page_next;      /* a header was kept, and its page is to come */
    bool commits;        /* it is the header of a transaction's last page */
    int failure;         /* what SQLite takes for written is not */
    int reason;          /* errno of the last write, if that failed */
    sqlite3_int64 start; /* where in the log what is kept belongs */
    size_t length;
    size_t capacity;
    unsigned char *kept;
};

static struct log_writer *writer_of(const sqlite3_file *file)
{
    return (struct log_writer *)(uintptr_t)file->pMethods;
}

void log_writer_forget(struct log_writer *writer)
{
    if (!writer)
        return;
    writer->length = 0;
    writer->page_next = false;
    writer->failure = SQLITE_OK;
    writer->reason = 0;
}

int log_writer_reason(const struct log_writer *writer)
{
    return writer ? writer->reason : 0;
}

static int write_now(struct log_writer *writer, sqlite3_file *file, const void *bytes, int count,
                     sqlite3_int64 place)
{
    errno = 0;
    int code = writer->system->xWrite(file, bytes, count, place);
    writer->reason = code ? errno : 0;
    return code;
}

/* Once this fails, everything does until the transaction is given up. SQLite would go on after
 * some failures, of a read for example, and commit what follows the hole. */
static int write_kept(struct log_writer *writer, sqlite3_file *file)
{
    if (writer->length && !writer->failure)
        writer->failure = write_now(writer, file, writer->kept, (int)writer->length, writer->start);
    writer->length = 0;
    writer->page_next = false;
    return writer->failure;
}

static bool keep(struct log_writer *writer, const void *bytes, int count, sqlite3_int64 place)
{
    size_t length = writer->length + (size_t)count;
    if (length > KEPT_MAX || !memory_reserve(&writer->kept, &writer->capacity, length, 1))
        return false;
    if (!writer->length)
        writer->start = place;
    memcpy(writer->kept + writer->length, bytes, (size_t)count);
    writer->length = length;
    return true;
}

/* Of a page that follows what is kept, or may be kept as the first: never one that commits
 * alone, because after such a header, which SQLite may write anew, there is not always a page. */
static bool is_header(const struct log_writer *writer, const unsigned char *bytes, int count,
                      sqlite3_int64 place, bool follows, bool *commits)
{
    if (count != FRAME_HEADER || (place - LOG_HEADER) % (FRAME_HEADER + writer->page_size) != 0)
        return false;
    /* The size of the database after the transaction, in its last frame only. */
    *commits = bytes[4] || bytes[5] || bytes[6] || bytes[7];
    return follows || (!writer->length && !*commits);
}

static int log_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 place)
{
    struct log_writer *writer = writer_of(file);
    bool follows = writer->length && place == writer->start + (sqlite3_int64)writer->length;
    bool commits = false;
    if (writer->page_next && follows && count == writer->page_size &&
        keep(writer, bytes, count, place)) {
        writer->page_next = false;
        return writer->commits ? write_kept(writer, file) : SQLITE_OK;
    }
    if (!writer->page_next && is_header(writer, bytes, count, place, follows, &commits) &&
        keep(writer, bytes, count, place)) {
        writer->page_next = true;
        writer->commits = commits;
        return SQLITE_OK;
    }
    int code = write_kept(writer, file);
    return code ? code : write_now(writer, file, bytes, count, place);
}

static int log_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 place)
{
    struct log_writer *writer = writer_of(file);
    int code = write_kept(writer, file);
    return code ? code : writer->system->xRead(file, bytes, count, place);
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct log_writer *writer = writer_of(file);
    int code = write_kept(writer, file);
    return code ? code : writer->system->xTruncate(file, size);
}

static int log_sync(sqlite3_file *file, int flags)
{
    struct log_writer *writer = writer_of(file);
    int code = write_kept(writer, file);
    return code ? code : writer->system->xSync(file, flags);
}

static int log_size(sqlite3_file *file, sqlite3_int64 *size)
{
    struct log_writer *writer = writer_of(file);
    int code = write_kept(writer, file);
    return code ? code : writer->system->xFileSize(file, size);
}

static int log_close(sqlite3_file *file)
{
    struct log_writer *writer = writer_of(file);
    log_writer_forget(writer);
    file->pMethods = writer->system;
    return writer->system->xClose(file);
}

static int page_size_of(sqlite3 *database)
{
    sqlite3_stmt *statement;
    int size = 0;
    if (sqlite3_prepare_v2(database, "PRAGMA page_size", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        size = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return size;
}

/* The log's file, if there is one; of a database without a log this is its journal. */
static sqlite3_file *log_of(sqlite3 *database)
{
    sqlite3_file *file = NULL;
    int log = 0;
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(database, "PRAGMA journal_mode", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        log = sqlite3_stricmp((const char *)sqlite3_column_text(statement, 0), "wal") == 0;
    sqlite3_finalize(statement);
    if (log)
        sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
    return file && file->pMethods ? file : NULL;
}

struct log_writer *log_writer_attach(sqlite3 *database)
{
    sqlite3_file *file = log_of(database);
    int page_size = page_size_of(database);
    struct log_writer *writer = file && page_size ? memory_allocate(1, sizeof *writer) : NULL;
    if (!writer)
        return NULL;
    writer->system = file->pMethods;
    writer->methods = *file->pMethods;
    writer->methods.xWrite = log_write;
    writer->methods.xRead = log_read;
    writer->methods.xTruncate = log_truncate;
    writer->methods.xSync = log_sync;
    writer->methods.xFileSize = log_size;
    writer->methods.xClose = log_close;
    writer->page_size = page_size;
    file->pMethods = &writer->methods;
    return writer;
}

void log_writer_free(struct log_writer *writer)
{
    if (writer)
        free(writer->kept);
    free(writer);
}
