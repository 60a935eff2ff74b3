#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

/* Three bytes of the file are locked. Who wants the shard first takes the gate and keeps
 * it until it has the shard: so a process that writes without a pause cannot take the
 * shard again before one that waits. All who have the shard open share the third. */
enum { BYTE_GATE = 0, BYTE_SHARD = 1, BYTE_USERS = 2 };

void lock_close(struct shard_lock *lock)
{
    if (lock->descriptor >= 0)
        close(lock->descriptor);
    lock->descriptor = -1;
}

static bool set_locks(const struct shard_lock *lock, int byte, int count, short type)
{
    struct flock range = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = count};
    int result;
    do
        result = fcntl(lock->descriptor, F_OFD_SETLK, &range);
    while (result < 0 && errno == EINTR);
    return result == 0;
}

static bool set_lock(const struct shard_lock *lock, int byte, short type)
{
    return set_locks(lock, byte, 1, type);
}

/* The lock of a shard that there is already: who may write to that needs this, too. */
static void open_like_shard(const char *path)
{
    static const char ending[] = ".lock";
    size_t length = strlen(path), stem = length - (sizeof ending - 1);
    struct text shard = {0};
    if (length < sizeof ending || strcmp(path + stem, ending) != 0)
        return;
    text_append_bytes(&shard, path, stem);
    text_append(&shard, ".db");
    if (!shard.failed)
        file_open_like(path, text_value(&shard));
    text_release(&shard);
}

int lock_open(struct shard_lock *lock, const char *path, spex_error *error)
{
    lock->descriptor = open(path, O_RDWR | O_CLOEXEC);
    if (lock->descriptor < 0 && errno == ENOENT) {
        lock->descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (lock->descriptor >= 0)
            open_like_shard(path);
    }
    if (lock->descriptor < 0)
        return error_system(error, "cannot open the lock file %s", path);
    set_lock(lock, BYTE_USERS, F_RDLCK);
    return SPEX_OK;
}

static bool lock_byte(const struct shard_lock *lock, int byte, const spex_clock *clock,
                      int64_t deadline)
{
    enum { FIRST_PAUSE = 50000, LONGEST_PAUSE = 2000000 }; /* nanoseconds */
    struct timespec pause = {.tv_nsec = FIRST_PAUSE};
    while (!set_lock(lock, byte, F_WRLCK)) {
        if (errno != EAGAIN && errno != EACCES)
            return false;
        if (clock->monotonic(clock->context) >= deadline) {
            errno = EAGAIN;
            return false;
        }
        nanosleep(&pause, NULL);
        if (pause.tv_nsec < LONGEST_PAUSE)
            pause.tv_nsec *= 2;
    }
    return true;
}

int lock_acquire(struct shard_lock *lock, const spex_clock *clock, int64_t wait, const char *label,
                 spex_error *error)
{
    /* Mostly nobody is there, and both are free. */
    if (set_locks(lock, BYTE_GATE, 2, F_WRLCK)) {
        set_lock(lock, BYTE_GATE, F_UNLCK);
        return SPEX_OK;
    }
    int64_t deadline = clock->monotonic(clock->context) + wait * 1000;
    bool gate = lock_byte(lock, BYTE_GATE, clock, deadline);
    bool taken = gate && lock_byte(lock, BYTE_SHARD, clock, deadline);
    int number = errno;
    if (gate)
        set_lock(lock, BYTE_GATE, F_UNLCK);
    if (taken)
        return SPEX_OK;
    errno = number;
    if (number != EAGAIN)
        return error_system(error, "cannot lock %s", label);
    return error_set(error, SPEX_ERROR_BUSY,
                     "%s is locked by another process for longer than %lld s; try again, or end "
                     "the process that holds it",
                     label, (long long)(wait / 1000));
}

bool lock_alone(struct shard_lock *lock)
{
    return set_lock(lock, BYTE_USERS, F_WRLCK);
}

static bool is_still_there(const struct shard_lock *lock, const char *path)
{
    struct stat open_file, file;
    return fstat(lock->descriptor, &open_file) == 0 && stat(path, &file) == 0 &&
           open_file.st_ino == file.st_ino && open_file.st_dev == file.st_dev;
}

int lock_enter(struct shard_lock *lock, const char *path, const spex_clock *clock, int64_t wait,
               spex_error *error)
{
    for (;;) {
        int status = lock_open(lock, path, error);
        if (!status)
            status = lock_acquire(lock, clock, wait, path, error);
        if (!status && is_still_there(lock, path)) {
            set_lock(lock, BYTE_USERS, F_RDLCK);
            return SPEX_OK;
        }
        lock_close(lock);
        if (status)
            return status;
    }
}

void lock_release(struct shard_lock *lock)
{
    set_lock(lock, BYTE_SHARD, F_UNLCK);
}
