/*
 * Importing a table of instances of one transition each into four shards, beside a bare loop
 * that inserts the same rows with the same statements, prepared and bound as they are.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "bench/bench.h"
#include "import/import.h"
#include "project/elixir_project.h"
#include "store/store.h"
#include "tests/import/dets_writer.h"

enum { SHARDS = 4, INSTANCES = 200000 };

static char folder[] = "/tmp/spex-bench-import-XXXXXX";

static const char *place(const char *name)
{
    static char paths[4][200];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void stop(const char *what)
{
    fprintf(stderr, "import: %s\n", what);
    exit(1);
}

static void write_table(const char *path, uint64_t instances)
{
    static const char *const steps[] = {"__initialisation__", "idle"};
    struct dets_writer writer;
    struct text term = {0}, name = {0};
    if (!dets_writer_open(&writer, path))
        stop(path);
    for (uint64_t i = 0; i < instances; i++) {
        char identifier[40];
        int length = snprintf(identifier, sizeof identifier, "order-%llu",
                              (unsigned long long)(i * 7919 % instances));
        struct etf_instance instance = {.specification = "Elixir.Shop.Order",
                                        .state = "idle",
                                        .identifier = &name,
                                        .steps = steps,
                                        .step_count = 1,
                                        .first = (int64_t)i};
        text_clear(&name);
        text_clear(&term);
        etf_binary(&name, identifier, (size_t)length);
        etf_object(&term, (uint32_t)i, &instance);
        dets_writer_add(&writer, &term);
    }
    if (!dets_writer_close(&writer, true))
        stop("the table cannot be written");
    text_release(&term);
    text_release(&name);
}

static double import_table(const char *path, const char *store)
{
    struct import_options options = {.store_dir = store, .shards = SHARDS, .event_limit = 100};
    struct import_report report;
    spex_error error;
    double start = bench_clock();
    if (import_run((char *const[]){(char *)(uintptr_t)path}, 1, &options, &report, &error))
        stop(error.message);
    double time = bench_clock() - start;
    if (report.created + report.unchanged != bench_size("SPEX_BENCH_INSTANCES", INSTANCES))
        stop("not all instances were taken in");
    import_report_release(&report);
    return time;
}

/* ------------------------------------------------------------ the yardstick */

static sqlite3_stmt *prepare(sqlite3 *database, const char *sql)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL))
        stop(sqlite3_errmsg(database));
    return statement;
}

static void run(sqlite3_stmt *statement)
{
    if (sqlite3_step(statement) != SQLITE_DONE)
        stop("the bare loop fails");
    sqlite3_reset(statement);
}

/* One shard after the other, 4096 instances a transaction. */
static double insert_bare(const char *folder_of_store, uint64_t instances)
{
    struct store store;
    spex_error error;
    if (store_open(&store, folder_of_store, SHARDS, &error))
        stop(error.message);
    double start = bench_clock();
    for (unsigned shard = 1; shard <= SHARDS; shard++) {
        sqlite3 *database;
        char *path = store_shard_path(&store, shard);
        if (sqlite3_open(path, &database))
            stop(path);
        sqlite3_exec(database, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
        sqlite3_stmt *insert =
            prepare(database, "INSERT INTO instance(identifier, specification, meta, state, "
                              "mocked, since, due, deviations, transitions) VALUES(?1, "
                              "'Elixir.Shop.Order', NULL, 'idle', 0, ?2, 0, 0, 1)");
        sqlite3_stmt *append =
            prepare(database, "INSERT INTO history(instance, sequence, action, state, at, "
                              "verdict) VALUES(?1, 1, '__initialisation__', 'idle', ?2, 0)");
        sqlite3_exec(database, "BEGIN", NULL, NULL, NULL);
        uint64_t count = 0;
        for (uint64_t i = 0; i < instances; i++) {
            char identifier[40];
            snprintf(identifier, sizeof identifier, "\"order-%llu\"",
                     (unsigned long long)(i * 7919 % instances));
            if (store_shard_of(identifier, SHARDS) != shard)
                continue;
            sqlite3_bind_text(insert, 1, identifier, -1, SQLITE_STATIC);
            sqlite3_bind_int64(insert, 2, (int64_t)i);
            run(insert);
            sqlite3_bind_int64(append, 1, sqlite3_last_insert_rowid(database));
            sqlite3_bind_int64(append, 2, (int64_t)i);
            run(append);
            if (++count % 4096 == 0)
                sqlite3_exec(database, "COMMIT; BEGIN", NULL, NULL, NULL);
        }
        sqlite3_exec(database, "COMMIT", NULL, NULL, NULL);
        sqlite3_finalize(insert);
        sqlite3_finalize(append);
        sqlite3_close(database);
        free(path);
    }
    store_release(&store);
    return bench_clock() - start;
}

static void bench_tables(void)
{
    uint64_t instances = bench_size("SPEX_BENCH_INSTANCES", INSTANCES);
    char table[200];
    snprintf(table, sizeof table, "%s", place("table.dets"));
    write_table(table, instances);
    bench_title("import of instances from DETS, four shards");
    double best = 0, bare = 0, processor = 0;
    for (int i = 0; i < 3; i++) {
        char name[40];
        snprintf(name, sizeof name, "imported-%d", i);
        double before = bench_processor();
        double time = import_table(table, place(name));
        before = bench_processor() - before;
        processor = i == 0 || before < processor ? before : processor;
        best = i == 0 || time < best ? time : best;
        snprintf(name, sizeof name, "bare-%d", i);
        time = insert_bare(place(name), instances);
        bare = i == 0 || time < bare ? time : bare;
    }
    double rate = (double)instances / best, bare_rate = (double)instances / bare;
    bench_row("instances/s, beside a bare loop", bench_words("%.0f/s", rate),
              bench_words("%.0f/s", bare_rate), rate / bare_rate, BENCH_AT_LEAST, 0.8);
    bench_row("instances/s, beside 50 000/s", bench_words("%.0f/s", rate), "50000/s", rate / 50000,
              BENCH_AT_LEAST, 1);
    bench_row("instances/s of processor time", bench_words("%.0f/s", (double)instances / processor),
              "50000/s", (double)instances / processor / 50000, BENCH_AT_LEAST, 1);
    double again = import_table(table, place("imported-0"));
    bench_row("the same table again", bench_words("%.0f/s", (double)instances / again),
              bench_words("%.0f/s", rate), (double)instances / again / rate, BENCH_AT_LEAST, 0);
    bench_row("peak memory, MiB", bench_words("%.0f", bench_memory()), "64", bench_memory() / 64,
              BENCH_AT_MOST, 1);
}

/* ------------------------------------------------------------ a project */

/* Modules as they are, one in two hundred a specification. */
static void write_project(const char *path, unsigned files)
{
    char name[300];
    snprintf(name, sizeof name, "%s/lib", path);
    if (mkdir(path, 0700) || mkdir(name, 0700))
        stop(path);
    for (unsigned i = 0; i < files; i++) {
        struct text text = {0};
        text_printf(&text,
                    "defmodule Shop.Module%u do\n  @moduledoc \"\"\"\n  Something.\n  \"\"\"\n", i);
        if (i % 200 == 0)
            text_append(&text, "  use Spex.Specification\n  def_transition :a, :go, :b\n");
        for (unsigned j = 0; j < 60; j++)
            text_printf(&text,
                        "  def function_%u(%%{id: id} = argument) do\n    case argument do\n"
                        "      %%{name: \"x#{id}\"} -> {:ok, id + %u}\n      _ -> :error\n"
                        "    end\n  end\n\n",
                        j, j);
        text_append(&text, "end\n");
        snprintf(name, sizeof name, "%s/lib/module%u.ex", path, i);
        if (file_replace(name, text.data, text.length, NULL))
            stop(name);
        text_release(&text);
    }
}

static void bench_project(void)
{
    unsigned files = (unsigned)bench_size("SPEX_BENCH_FILES", 5000);
    const char *path = place("project");
    write_project(path, files);
    bench_title("scan of an Elixir project");
    double best = 0;
    size_t found = 0;
    for (int i = 0; i < 3; i++) {
        struct elixir_project project;
        spex_error error;
        double start = bench_clock();
        if (elixir_project_scan(path, &project, &error))
            stop(error.message);
        double time = bench_clock() - start;
        found = project.file_count;
        best = i == 0 || time < best ? time : best;
        elixir_project_release(&project);
    }
    if (found != (files + 199) / 200)
        stop("the scan does not find every specification");
    double each = best * 1000 / files;
    bench_row("seconds per 1000 files", bench_words("%.3f", each), "1", each, BENCH_AT_MOST, 1);
}

int main(void)
{
    if (!mkdtemp(folder))
        stop(folder);
    bench_tables();
    bench_project();
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command))
        fprintf(stderr, "%s stays\n", folder);
    return bench_end();
}
