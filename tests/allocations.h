/* Lets the k-th allocation of the core or of SQLite fail. */
#ifndef TESTS_ALLOCATIONS_H
#define TESTS_ALLOCATIONS_H

#include <stdbool.h>

/* Whose allocations fail: SQLite's, or else the core's. */
extern bool allocations_of_sqlite;

/* Before SQLite is used for the first time. */
void allocations_take_over(void);
/* The k-th from now on fails; 0: none. */
void allocations_fail(long k);
/* Ends the failing; whether there was one. */
bool allocations_failed(void);
/* The next to fail. Where making a store is part of each try, not every single one. */
long allocations_next(long k);

/* A test of both: NAME_of_core and NAME_of_sqlite. */
#define WITH_BOTH(what)                                                                            \
    static void what##_of_core(void)                                                               \
    {                                                                                              \
        allocations_of_sqlite = false;                                                             \
        what();                                                                                    \
    }                                                                                              \
    static void what##_of_sqlite(void)                                                             \
    {                                                                                              \
        allocations_of_sqlite = true;                                                              \
        what();                                                                                    \
    }

#endif
