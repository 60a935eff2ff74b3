#include "tests/store/faults.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static enum fault wanted;
static long calls, chosen;
static bool counting;

void faults_begin(enum fault fault, long call)
{
    wanted = fault;
    chosen = call;
    calls = 0;
    counting = true;
}

long faults_end(void)
{
    counting = false;
    return calls;
}

/* Whether this call is to fail, with `number`. */
static bool fails(int number)
{
    if (!counting)
        return false;
    calls++;
    bool hit = wanted == FAULT_STAY ? calls >= chosen : calls == chosen;
    if (!hit || wanted == FAULT_NONE)
        return false;
    if (wanted == FAULT_KILL)
        syscall(SYS_kill, getpid(), SIGKILL);
    errno = number;
    return true;
}

static bool is_output(int descriptor)
{
    return descriptor <= 2;
}

#pragma GCC visibility push(default) /* for libraries too */

/* ---- the calls; each does what the system's does, but where it is to fail */

static int open_file(const char *path, int flags, mode_t mode)
{
    if ((flags & (O_CREAT | O_RDWR | O_WRONLY)) && fails(EMFILE))
        return -1;
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return open_file(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return open_file(path, flags, mode);
}

ssize_t write(int descriptor, const void *bytes, size_t length)
{
    if (!is_output(descriptor) && fails(ENOSPC))
        return -1;
    return syscall(SYS_write, descriptor, bytes, length);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t place)
{
    if (fails(ENOSPC))
        return -1;
    return syscall(SYS_pwrite64, descriptor, bytes, length, place);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off64_t place)
{
    return pwrite(descriptor, bytes, length, place);
}

/* A process that dies loses nothing that it wrote: the disk need not be waited for. */
int fsync(int descriptor)
{
    (void)descriptor;
    return fails(EIO) ? -1 : 0;
}

int fdatasync(int descriptor)
{
    return fsync(descriptor);
}

int ftruncate(int descriptor, off_t length)
{
    return fails(EIO) ? -1 : (int)syscall(SYS_ftruncate, descriptor, length);
}

int ftruncate64(int descriptor, off64_t length)
{
    return ftruncate(descriptor, length);
}

int unlink(const char *path)
{
    return fails(EACCES) ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int unlinkat(int directory, const char *path, int flags)
{
    return fails(EACCES) ? -1 : (int)syscall(SYS_unlinkat, directory, path, flags);
}

int rename(const char *from, const char *to)
{
    return fails(EACCES) ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int renameat2(int from_directory, const char *from, int to_directory, const char *to,
              unsigned flags)
{
    return fails(EACCES)
               ? -1
               : (int)syscall(SYS_renameat2, from_directory, from, to_directory, to, flags);
}

int mkdir(const char *path, mode_t mode)
{
    return fails(EACCES) ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int rmdir(const char *path)
{
    return fails(EACCES) ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
}

static int control(int descriptor, int command, void *argument)
{
    bool lock = command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK ||
                command == F_OFD_SETLKW;
    /* A lock that nobody ever gets is waited for, as it should be: no trial waits for that. */
    if (lock && ((struct flock *)argument)->l_type != F_UNLCK && wanted != FAULT_STAY &&
        fails(ENOLCK))
        return -1;
    return (int)syscall(SYS_fcntl, descriptor, command, argument);
}

int fcntl(int descriptor, int command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return control(descriptor, command, argument);
}

int fcntl64(int descriptor, int command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return control(descriptor, command, argument);
}
