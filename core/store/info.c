/* What a store is and how much is in it. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "store/inspect.h"
#include "store/maintenance.h"

bool sqlite_log_reset_fixed(int version)
{
    /* 3.51.3, and the releases 3.50.7 and 3.44.6 of older lines. */
    return version >= 3051003 || (version >= 3050007 && version < 3051000) ||
           (version >= 3044006 && version < 3045000);
}

static int count(struct connection *connection, struct shard_info *shard, spex_error *error)
{
    const struct {
        const char *sql;
        uint64_t *number;
    } numbers[] = {{"PRAGMA page_count", &shard->pages},
                   {"PRAGMA freelist_count", &shard->free_pages},
                   {"SELECT ifnull(sum(instances), 0) FROM tally", &shard->instances},
                   {"SELECT count(*) FROM history", &shard->steps},
                   {"SELECT count(*) FROM event", &shard->events}};
    int status = connection_execute(connection, "BEGIN", error);
    for (size_t i = 0; !status && i < sizeof numbers / sizeof *numbers; i++) {
        int64_t number = 0;
        status = inspect_number(connection, numbers[i].sql, &number, error);
        *numbers[i].number = (uint64_t)number;
    }
    return status;
}

static int read_shard(struct store_info *info, unsigned number, struct watch *watch,
                      spex_error *error)
{
    struct shard_info *shard = &info->shards[number - 1];
    struct connection connection;
    spex_error failure;
    char *path = store_shard_path(&info->store, number);
    if (!path)
        return error_memory(error);
    shard->file_bytes = inspect_bytes(path, "");
    shard->log_bytes = inspect_bytes(path, "-wal");
    free(path);
    int status = inspect_open(&connection, &info->store, number, &shard->version, &failure);
    if (!status) {
        inspect_watch(&connection, watch);
        status = count(&connection, shard, &failure);
        connection_close(&connection);
    }
    if (status && !(shard->fault = memory_copy_text(failure.message)))
        return error_memory(error);
    if (status != SPEX_ERROR_CANCELLED && status != SPEX_ERROR_MEMORY)
        return SPEX_OK;
    if (error)
        *error = failure;
    return status;
}

int store_info_read(const char *directory, const struct progress *progress, struct store_info *info,
                    spex_error *error)
{
    memset(info, 0, sizeof *info);
    int status = store_load(&info->store, directory, error);
    if (!status)
        status = file_system_of(info->store.directory, &info->file_system, error);
    if (!status && !(info->shards = memory_allocate(info->store.shards, sizeof *info->shards)))
        status = error_memory(error);
    for (unsigned number = 1; !status && number <= info->store.shards; number++) {
        struct watch watch = {.progress = progress,
                              .what = "counting",
                              .from = (number - 1) / (double)info->store.shards,
                              .to = number / (double)info->store.shards};
        status = read_shard(info, number, &watch, error);
    }
    return status;
}

void store_info_release(struct store_info *info)
{
    for (unsigned i = 0; info->shards && i < info->store.shards; i++)
        free(info->shards[i].fault);
    free(info->shards);
    store_release(&info->store);
    memset(info, 0, sizeof *info);
}
