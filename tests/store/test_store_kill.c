/*
 * kill -9 at random moments: of a process that copies, vacuums, reshards or repairs a store,
 * while another records in it, which is killed too. What was acknowledged is there, all of
 * it is sound. The program starts itself again: --child WHAT STORE NUMBER.
 */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/store/support.h"

extern char **environ;

/* -------------------------------------------------------------- children */

/* Records instance after instance from `number` on, and says which ones are acknowledged.
 * When the store is another one, it opens it again; when it is locked, it tries again. */
static int child_record(const char *directory, unsigned number)
{
    struct store store = {0};
    struct shard *shard = NULL;
    unsigned opened = 0;
    spex_error error;
    char name[32], line[32];
    for (;;) {
        int status = SPEX_OK;
        if (!store.directory)
            status = store_open(&store, directory, 0, &error);
        snprintf(name, sizeof name, "i-%u", number);
        unsigned wanted = status ? 0 : store_shard_of(name, store.shards);
        if (!status && wanted != opened) {
            shard_close(shard);
            shard = NULL;
            opened = 0;
            status = store_shard_open(&store, wanted, &shard, &error);
            opened = status ? 0 : wanted;
        }
        if (!status)
            status = store_record(shard, number, &error);
        if (!status) {
            int length = snprintf(line, sizeof line, "%u\n", number++);
            if (write(STDOUT_FILENO, line, (size_t)length) != length)
                _exit(9);
            continue;
        }
        if (status != SPEX_ERROR_BUSY && status != SPEX_ERROR_STORE) {
            fprintf(stderr, "%s\n", error.message);
            _exit(3);
        }
        shard_close(shard);
        shard = NULL;
        opened = 0;
        store_release(&store);
    }
}

static int child_change(const char *what, const char *directory, unsigned number)
{
    spex_error error = {0};
    int status = SPEX_OK;
    if (strcmp(what, "backup") == 0) {
        char target[700];
        struct backup made;
        snprintf(target, sizeof target, "%s.backup", directory);
        status = store_backup(directory, target, NULL, &made, &error);
    } else if (strcmp(what, "vacuum") == 0) {
        struct vacuum done;
        status = store_vacuum(directory, NULL, &done, &error);
    } else if (strcmp(what, "reshard") == 0) {
        struct reshard done;
        status = store_reshard(directory, 1 + number % 5, NULL, &done, &error);
    } else {
        struct repair done;
        struct repair_options options = {.told = NULL};
        status = store_repair(directory, &options, &done, &error);
        repair_release(&done);
    }
    if (status)
        fprintf(stderr, "%s: %s\n", what, error.message);
    return status ? 3 : 0;
}

/* --------------------------------------------------------------- parents */

struct process {
    pid_t id;
    int output;
};

static struct process start(const char *what, const char *directory, unsigned number)
{
    int ends[2];
    char text[16];
    struct process process;
    snprintf(text, sizeof text, "%u", number);
    char *arguments[] = {(char *)(uintptr_t) "test_store_kill",
                         (char *)(uintptr_t) "--child",
                         (char *)(uintptr_t)what,
                         (char *)(uintptr_t)directory,
                         text,
                         NULL};
    if (pipe2(ends, O_CLOEXEC))
        exit(99);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    if (posix_spawn(&process.id, "/proc/self/exe", &actions, NULL, arguments, environ))
        exit(99);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    process.output = ends[0];
    return process;
}

/* Answers the signal that ended it, or 0, or 256 + its exit code. */
static int finish(struct process *process, bool killed)
{
    int status;
    if (killed)
        kill(process->id, SIGKILL);
    waitpid(process->id, &status, 0);
    close(process->output);
    return WIFSIGNALED(status) ? WTERMSIG(status)
                               : (WEXITSTATUS(status) ? 256 + WEXITSTATUS(status) : 0);
}

/* Reads what was acknowledged so far, from `first` on; answers the next number. */
static unsigned read_acknowledged(int output, unsigned next)
{
    FILE *lines = fdopen(dup(output), "r");
    char line[32];
    /* The last line may be cut short by the end. */
    while (fgets(line, sizeof line, lines) && strchr(line, '\n'))
        next = (unsigned)atoi(line) + 1;
    fclose(lines);
    return next;
}

/* The moment is random; nothing is waited for. */
static void pause_randomly(struct random *random, unsigned microseconds)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000 * (long)random_below(random, microseconds)}, NULL);
}

/* Answers how many acknowledged instances are not there. */
static unsigned count_losses(const char *directory, unsigned acknowledged)
{
    struct reader *reader;
    spex_error error;
    unsigned losses = 0;
    if (!ASSERT_OK(reader_open(&reader, directory, NULL, &error), error))
        return acknowledged;
    for (unsigned i = 0; i < acknowledged; i++) {
        char name[32];
        spex_instance *instance = NULL;
        snprintf(name, sizeof name, "i-%u", i);
        if (reader_instance(reader, name, 0, &instance, &error) || instance->transitions != i % 10)
            losses++;
        spex_instance_free(instance);
    }
    reader_close(reader);
    return losses;
}

struct trials {
    const char *directory;
    struct random random;
    unsigned count, killed, acknowledged, losses;
};

static void expect_whole(struct trials *trials, const char *what)
{
    unsigned losses = count_losses(trials->directory, trials->acknowledged);
    CU_ASSERT_EQUAL(losses, 0);
    trials->losses += losses;
    if (!EXPECT_SOUND(trials->directory))
        fprintf(stderr, "after %s\n", what);
}

static void remove_backup(const char *directory)
{
    char command[700];
    snprintf(command, sizeof command, "rm -rf '%s'.backup*", directory);
    CU_ASSERT_EQUAL(system(command), 0);
}

/* What writes is at work all the time, and killed at the end. */
static void beside_a_writer(struct trials *trials, const char *what)
{
    struct process writer = start("record", trials->directory, trials->acknowledged);
    pause_randomly(&trials->random, 20000);
    struct process process = start(what, trials->directory, random_below(&trials->random, 100));
    pause_randomly(&trials->random, 120000);
    int end = finish(&process, true);
    CU_ASSERT_TRUE(end == SIGKILL || end == 0);
    trials->killed += end == SIGKILL;
    pause_randomly(&trials->random, 20000);
    kill(writer.id, SIGKILL);
    trials->acknowledged = read_acknowledged(writer.output, trials->acknowledged);
    CU_ASSERT_EQUAL(finish(&writer, false), SIGKILL);
    /* One that was not acknowledged may be there: it is not recorded again. */
    char name[32], target[700];
    spex_error error;
    struct reader *reader;
    spex_instance *instance = NULL;
    snprintf(name, sizeof name, "i-%u", trials->acknowledged);
    if (ASSERT_OK(reader_open(&reader, trials->directory, NULL, &error), error)) {
        if (!reader_instance(reader, name, 0, &instance, &error))
            trials->acknowledged++;
        spex_instance_free(instance);
        reader_close(reader);
    }
    expect_whole(trials, what);
    snprintf(target, sizeof target, "%s.backup", trials->directory);
    if (access(target, F_OK) == 0)
        EXPECT_SOUND(target);
    remove_backup(trials->directory);
    trials->count++;
}

/* A repair has the store for itself; what it repairs, a second one finishes. */
static void repairing(struct trials *trials)
{
    struct repair done;
    struct repair_options options = {.told = NULL};
    spex_error error;
    shard_execute(trials->directory, 1,
                  "DELETE FROM tally; DELETE FROM sqlite_schema WHERE name = 'instance_since'");
    struct process process = start("repair", trials->directory, 0);
    pause_randomly(&trials->random, 150000);
    int end = finish(&process, true);
    CU_ASSERT_TRUE(end == SIGKILL || end == 0);
    trials->killed += end == SIGKILL;
    ASSERT_OK(store_repair(trials->directory, &options, &done, &error), error);
    CU_ASSERT_TRUE(done.complete);
    repair_release(&done);
    expect_whole(trials, "repair");
    trials->count++;
}

static void killed_at_random_moments(void)
{
    static const char *const what[] = {"backup", "reshard", "vacuum"};
    struct trials trials = {.directory = suite_scratch_path("store"), .random = {2026}};
    store_fill(trials.directory, 3, 0, 0);
    unsigned wanted = suite_count(20, 200);
    while (trials.count < wanted) {
        if (trials.count % 4 == 3)
            repairing(&trials);
        else
            beside_a_writer(&trials, what[trials.count % 4]);
    }
    CU_ASSERT_TRUE(trials.killed > 0);
    CU_ASSERT_TRUE(trials.acknowledged > 0);
    printf("     store kill: %u trials, %u killed at work, %u acknowledged, %u losses\n",
           trials.count, trials.killed, trials.acknowledged, trials.losses);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {{"killed at random moments", killed_at_random_moments},
                                        {0}};
    if (argc == 5 && strcmp(argv[1], "--child") == 0) {
        unsigned number = (unsigned)atoi(argv[4]);
        return strcmp(argv[2], "record") == 0 ? child_record(argv[3], number)
                                              : child_change(argv[2], argv[3], number);
    }
    return suite_run("store kill", tests, argc, argv);
}
