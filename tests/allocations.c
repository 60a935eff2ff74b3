#include "tests/allocations.h"

#include <sqlite3.h>
#include <stdatomic.h>

#include "base/memory.h"
#include "tests/suite.h"

static sqlite3_mem_methods usual;
static atomic_long sqlite_left;

static bool sqlite_refused(void)
{
    if (atomic_load(&sqlite_left) <= 0)
        return false;
    long left = atomic_fetch_sub(&sqlite_left, 1);
    if (left == 1)
        atomic_store(&sqlite_left, -1);
    return left == 1;
}

static void *sqlite_allocate(int size)
{
    return sqlite_refused() ? NULL : usual.xMalloc(size);
}

static void *sqlite_resize(void *block, int size)
{
    return sqlite_refused() ? NULL : usual.xRealloc(block, size);
}

void allocations_take_over(void)
{
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &usual);
    sqlite3_mem_methods methods = usual;
    methods.xMalloc = sqlite_allocate;
    methods.xRealloc = sqlite_resize;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}

bool allocations_of_sqlite;

long allocations_next(long k)
{
    return k + (long)suite_count(1 + (unsigned)k / 8, 1);
}

void allocations_fail(long k)
{
    if (allocations_of_sqlite)
        atomic_store(&sqlite_left, k);
    else
        memory_fail_after(k);
}

bool allocations_failed(void)
{
    bool happened = allocations_of_sqlite ? atomic_load(&sqlite_left) < 0 : memory_failed();
    allocations_fail(0);
    return happened;
}
