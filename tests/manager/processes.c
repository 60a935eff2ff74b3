#include "tests/manager/processes.h"

#include <fcntl.h>
#include <spawn.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct process process_start(const char *const *arguments)
{
    enum { MOST = 8 };
    int ends[2];
    struct process process = {0};
    char *words[MOST + 3] = {(char *)(uintptr_t) "spex-test", (char *)(uintptr_t) "--child"};
    for (size_t i = 0; i < MOST && arguments[i]; i++)
        words[i + 2] = (char *)(uintptr_t)arguments[i];
    /* Its name: under valgrind the link itself leads to valgrind. */
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 0 || pipe2(ends, O_CLOEXEC))
        exit(99);
    program[length] = '\0';
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    if (posix_spawn(&process.id, program, &actions, NULL, words, environ))
        exit(99);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    process.output = fdopen(ends[0], "r");
    return process;
}

int process_finish(struct process *process)
{
    int status;
    while (getc(process->output) != EOF)
        ; /* so that it can say all it has to say */
    fclose(process->output);
    waitpid(process->id, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* ------------------------------------------------------------- children */

spex_manager *child_open(const char *store, const spex_clock *clock)
{
    spex_manager_options options;
    spex_error error = {0};
    spex_manager *manager;
    spex_manager_options_init(&options);
    options.store_dir = store;
    options.impl_models_dir = "/nowhere";
    if (clock)
        options.clock = *clock;
    struct witness *witness = memory_allocate(1, sizeof *witness);
    witness_init(witness, SPEX_ACCEPT_DEFAULT);
    options.handler = witness_handler;
    options.handler_data = witness;
    int status = spex_manager_open(&manager, &options, &error);
    if (status) {
        printf("%s\n", error.message);
        exit(3);
    }
    spex_specification *order = order_specification();
    spex_or_die(spex_manager_add_specification(manager, order, NULL, NULL, &error), &error,
                SPEX_HERE);
    spex_specification_free(order);
    return manager;
}

void child_close(spex_manager *manager)
{
    struct witness *witness = manager->options.handler_data;
    spex_manager_close(manager);
    witness_release(witness);
    free(witness);
}

/* ------------------------------------------------------------ integrity */

static void expect_answer(sqlite3 *database, const char *question, const char *answer)
{
    sqlite3_stmt *statement = NULL;
    CU_ASSERT_EQUAL(sqlite3_prepare_v2(database, question, -1, &statement, NULL), SQLITE_OK);
    CU_ASSERT_EQUAL(sqlite3_step(statement), SQLITE_ROW);
    ASSERT_TEXT((const char *)sqlite3_column_text(statement, 0), answer);
    sqlite3_finalize(statement);
}

void expect_integrity(const char *store, unsigned shards, bool deleted)
{
    static const char *const questions[] = {
        "SELECT (SELECT ifnull(sum(instances), 0) FROM tally) = count(*) FROM instance",
        "SELECT count(*) = 0 FROM instance i WHERE transitions <>"
        " (SELECT count(*) FROM history WHERE instance = i.key)",
        "SELECT count(*) = 0 FROM history h LEFT JOIN instance i ON i.key = h.instance"
        " WHERE i.key IS NULL",
        "SELECT count(*) = 0 FROM deviation d LEFT JOIN instance i ON i.key = d.instance"
        " WHERE i.key IS NULL",
        "SELECT count(*) = 0 FROM instance i WHERE transitions > 0 AND state <>"
        " (SELECT state FROM history WHERE instance = i.key ORDER BY sequence DESC LIMIT 1)",
        "SELECT (SELECT ifnull(sum(count), 0) FROM observation) >= count(*) FROM history"};
    for (unsigned shard = 1; shard <= shards; shard++) {
        char path[600];
        snprintf(path, sizeof path, "%s/shard-%u.db", store, shard);
        sqlite3 *database;
        CU_ASSERT_EQUAL(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
        expect_answer(database, "PRAGMA integrity_check", "ok");
        for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
            expect_answer(database, questions[i], "1");
        if (!deleted)
            expect_answer(database,
                          "SELECT (SELECT ifnull(sum(count), 0) FROM observation) = count(*)"
                          " FROM history",
                          "1");
        sqlite3_close(database);
    }
}
