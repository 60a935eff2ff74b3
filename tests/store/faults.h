/*
 * System calls that fail, or at which the process dies: the program's own calls and those
 * of SQLite, because what a program defines goes before what a library does.
 */
#ifndef TESTS_STORE_FAULTS_H
#define TESTS_STORE_FAULTS_H

enum fault {
    FAULT_NONE, /* only counted */
    FAULT_KILL, /* SIGKILL before the call */
    FAULT_FAIL, /* the call fails */
    FAULT_STAY  /* this one and all after it */
};

/* From now on; `call` is the number of the call it is about, 1: the next. Calls that change
 * nothing on the disk and take no lock do not count; nor do those about standard output. */
void faults_begin(enum fault fault, long call);
/* Ends it, and answers how many calls there were. */
long faults_end(void);

#endif
