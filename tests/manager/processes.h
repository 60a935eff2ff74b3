/* Test programs that start themselves again as another process on the same store. */
#ifndef TESTS_MANAGER_PROCESSES_H
#define TESTS_MANAGER_PROCESSES_H

#include <stdio.h>
#include <sys/types.h>

#include "tests/manager/support.h"

struct process {
    pid_t id;
    FILE *output;
};
/* This program with --child and these arguments, ended by NULL. */
struct process process_start(const char *const *arguments);
/* The exit code; -signal when it was killed. */
int process_finish(struct process *process);

/* In a child: a manager with Order, which it may learn, and a quiet handler. Ends the process with
 * 3 where that fails. */
spex_manager *child_open(const char *store, const spex_clock *clock);
void child_close(spex_manager *manager);

/* Every shard is whole, and its tables agree with each other; with `deleted`, steps may
 * have been counted whose instances are gone. */
void expect_integrity(const char *store, unsigned shards, bool deleted);

#endif
