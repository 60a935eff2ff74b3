/*
 * What a transaction adds to a shard's write-ahead log, in one system call: SQLite writes every
 * page in two, which for a transaction of a few rows is a quarter of its time. Takes the place
 * of the log's write call in one connection, and keeps its frames back until the one that
 * commits; whatever else is done with the log is done after what was kept is written.
 */
#ifndef STORE_LOG_WRITER_H
#define STORE_LOG_WRITER_H

#include <sqlite3.h>

struct log_writer;

/* For the log that the connection, which has read already, has open. NULL: no log, or no
 * memory; then SQLite writes it. Free it after the connection is closed. */
struct log_writer *log_writer_attach(sqlite3 *database);
/* What was kept belongs to no commit. To be called before others may write to the log, and
 * after a failure before the next transaction. */
void log_writer_forget(struct log_writer *writer);
/* Why the last write failed, as errno says; 0: it did not, or nobody knows. Until
 * log_writer_forget. NULL is accepted. */
int log_writer_reason(const struct log_writer *writer);
void log_writer_free(struct log_writer *writer);

#endif
