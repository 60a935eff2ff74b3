#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"

static int read_all(int descriptor, const char *path, size_t expected, size_t limit,
                    struct text *content, spex_error *error)
{
    size_t capacity = expected;
    if (!memory_reserve(&content->data, &content->capacity, expected + 1, 1))
        return error_memory(error);
    for (;;) {
        if (!memory_reserve(&content->data, &content->capacity, content->length + 2, 1))
            return error_memory(error);
        capacity = content->capacity - content->length - 1;
        ssize_t got = read(descriptor, content->data + content->length, capacity);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_system(error, "cannot read %s", path);
        if (got == 0)
            break;
        content->length += (size_t)got;
        if (limit && content->length > limit)
            return error_set(error, SPEX_ERROR_SYSTEM, "%s: larger than %zu bytes", path, limit);
    }
    content->data[content->length] = '\0';
    return SPEX_OK;
}

int file_open(const char *path, int *descriptor, size_t *size, spex_error *error)
{
    struct stat about = {0};
    *descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (*descriptor < 0)
        return error_system(error, "cannot open %s", path);
    *size = 0;
    if (fstat(*descriptor, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0)
        *size = (size_t)about.st_size;
    if (!S_ISDIR(about.st_mode))
        return SPEX_OK;
    close(*descriptor);
    *descriptor = -1;
    errno = EISDIR;
    return error_system(error, "cannot read %s", path);
}

int file_read(const char *path, size_t limit, char **bytes, size_t *length, spex_error *error)
{
    int descriptor;
    size_t expected;
    int status = file_open(path, &descriptor, &expected, error);
    if (status)
        return status;
    expected += expected > 0;
    struct text content = {0};
    if (limit && expected > limit + 1)
        status = error_set(error, SPEX_ERROR_SYSTEM, "%s: larger than %zu bytes", path, limit);
    else
        status = read_all(descriptor, path, expected, limit, &content, error);
    close(descriptor);
    if (status) {
        text_release(&content);
        return status;
    }
    *bytes = content.data;
    *length = content.length;
    return SPEX_OK;
}

int file_put(int descriptor, const char *bytes, size_t length)
{
    while (length) {
        ssize_t put = write(descriptor, bytes, length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        bytes += put;
        length -= (size_t)put;
    }
    return 0;
}

/* A name that nobody has beside the target, and its file: for nobody else to read, or as the
 * umask says. Only who makes a file is told what that says. */
static int make_beside(char *name, unsigned mode)
{
    size_t length = strlen(name);
    for (int tries = 0; tries < 100; tries++) {
        memcpy(name + length - 6, "XXXXXX", 6);
        int descriptor = mkostemp(name, O_CLOEXEC);
        if (descriptor < 0 || mode != FILE_MODE_USUAL)
            return descriptor;
        close(descriptor);
        unlink(name);
        descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0 || errno != EEXIST)
            return descriptor;
    }
    return -1;
}

static int stage_begin(const char *path, unsigned mode, char **staged, int *descriptor,
                       spex_error *error)
{
    struct text beside = {0};
    text_printf(&beside, "%s.XXXXXX", path);
    *staged = text_take(&beside);
    if (!*staged)
        return error_memory(error);
    *descriptor = make_beside(*staged, mode);
    if (*descriptor >= 0)
        return SPEX_OK;
    int status = error_system(error, "cannot write %s", path);
    free(*staged);
    *staged = NULL;
    return status;
}

int file_stage_begin(const char *path, char **staged, int *descriptor, spex_error *error)
{
    return stage_begin(path, file_mode(path), staged, descriptor, error);
}

void file_open_like(const char *path, const char *other)
{
    struct stat about, now;
    if (stat(other, &about) < 0 || stat(path, &now) < 0)
        return;
    if ((now.st_uid != about.st_uid || now.st_gid != about.st_gid) &&
        chown(path, about.st_uid, about.st_gid) < 0 && chown(path, (uid_t)-1, about.st_gid) < 0) {
        /* Who may give files away is the system's to say. */
    }
    if ((now.st_mode & 0777) != (about.st_mode & 0777))
        chmod(path, about.st_mode & 0777);
}

unsigned file_mode(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 ? about.st_mode & 0777 : FILE_MODE_USUAL;
}

static int stage_end(const char *path, unsigned mode, char *staged, int descriptor,
                     spex_error *error)
{
    int status = SPEX_OK;
    if ((mode != FILE_MODE_USUAL && fchmod(descriptor, mode) < 0) || fsync(descriptor) < 0)
        status = error_system(error, "cannot write %s", path);
    if (close(descriptor) < 0 && !status)
        status = error_system(error, "cannot write %s", path);
    if (status)
        file_unstage(staged);
    return status;
}

int file_stage_end(const char *path, char *staged, int descriptor, spex_error *error)
{
    return stage_end(path, file_mode(path), staged, descriptor, error);
}

/* As readable as `mode` says, and until then by nobody else. */
static int stage(const char *path, unsigned mode, const char *bytes, size_t length, char **staged,
                 spex_error *error)
{
    int descriptor;
    int status = stage_begin(path, mode, staged, &descriptor, error);
    if (status)
        return status;
    if (file_put(descriptor, bytes, length) < 0) {
        status = error_system(error, "cannot write %s", path);
        close(descriptor);
        file_unstage(*staged);
    } else {
        status = stage_end(path, mode, *staged, descriptor, error);
    }
    if (status)
        *staged = NULL;
    return status;
}

int file_stage(const char *path, const char *bytes, size_t length, char **staged, spex_error *error)
{
    return stage(path, file_mode(path), bytes, length, staged, error);
}

bool file_hold_streams(void)
{
    static const int modes[] = {O_WRONLY, O_RDONLY, O_RDONLY};
    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
        if (fcntl(i, F_GETFD) < 0 && open("/dev/null", modes[i]) != i)
            return false;
    return true;
}

char *file_target(const char *path)
{
    char *target = realpath(path, NULL);
    return target ? target : memory_copy_text(path);
}

void file_unstage(char *staged)
{
    if (staged)
        unlink(staged);
    free(staged);
}

int file_publish(char *staged, const char *path, spex_error *error)
{
    if (rename(staged, path) == 0) {
        free(staged);
        return SPEX_OK;
    }
    int status = error_system(error, "cannot replace %s", path);
    file_unstage(staged);
    return status;
}

int file_replace(const char *path, const char *bytes, size_t length, spex_error *error)
{
    return file_replace_mode(path, file_mode(path), bytes, length, error);
}

int file_replace_mode(const char *path, unsigned mode, const char *bytes, size_t length,
                      spex_error *error)
{
    char *staged;
    int status = stage(path, mode, bytes, length, &staged, error);
    return status ? status : file_publish(staged, path, error);
}

int file_check_regular(const char *path, spex_error *error)
{
    struct stat about;
    if (stat(path, &about) < 0)
        return error_system(error, "cannot open %s", path);
    if (!S_ISREG(about.st_mode))
        return error_set(error, SPEX_ERROR_SYSTEM, "%s is not a regular file", path);
    return SPEX_OK;
}

int file_read_regular(const char *path, size_t limit, char **bytes, size_t *length,
                      spex_error *error)
{
    int status = file_check_regular(path, error);
    return status ? status : file_read(path, limit, bytes, length, error);
}

int file_sync(const char *path, spex_error *error)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return error_system(error, "cannot open %s", path);
    int status = SPEX_OK;
    if (fsync(descriptor) < 0)
        status = error_system(error, "cannot write %s", path);
    close(descriptor);
    return status;
}

char *file_join(const char *directory, const char *name)
{
    struct text path = {0};
    size_t length = strlen(directory);
    text_append(&path, directory);
    if (length && directory[length - 1] != '/')
        text_append_char(&path, '/');
    text_append(&path, name);
    return text_take(&path);
}

const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

const char *file_ending(const char *path)
{
    const char *name = file_name(path);
    const char *dot = strrchr(name, '.');
    return dot && dot != name ? dot : "";
}

int file_make_directory(const char *path, spex_error *error)
{
    char *partial = memory_copy_text(path);
    if (!partial)
        return error_memory(error);
    int status = SPEX_OK;
    for (char *c = partial + 1;; c++) {
        if (*c && *c != '/')
            continue;
        char kept = *c;
        *c = '\0';
        struct stat about;
        if (mkdir(partial, 0777) < 0 && errno != EEXIST) {
            status = error_system(error, "cannot create the directory %s", partial);
        } else if (stat(partial, &about) < 0 || !S_ISDIR(about.st_mode)) {
            errno = ENOTDIR;
            status = error_system(error, "cannot use %s as a directory", partial);
        }
        *c = kept;
        if (status || !kept)
            break;
    }
    free(partial);
    return status;
}

int file_make_parent(const char *path, spex_error *error)
{
    char *parent = memory_copy_bytes(path, (size_t)(file_name(path) - path));
    int status = !parent   ? error_memory(error)
                 : *parent ? file_make_directory(parent, error)
                           : SPEX_OK;
    free(parent);
    return status;
}

int file_replace_text(const char *path, const struct text *text, spex_error *error)
{
    int status = text->failed ? error_memory(error) : file_make_parent(path, error);
    return status ? status : file_replace(path, text_value(text), text->length, error);
}

int file_lock_folder(const char *path, int *descriptor, spex_error *error)
{
    *descriptor = -1;
    int status = file_make_directory(path, error);
    if (status)
        return status;
    *descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*descriptor < 0)
        return error_system(error, "cannot open %s", path);
    while (flock(*descriptor, LOCK_EX) < 0 && errno == EINTR)
        ;
    return SPEX_OK;
}

int file_list(const char *directory, const char *ending, char ***paths, size_t *count,
              spex_error *error)
{
    *paths = NULL;
    *count = 0;
    DIR *stream = opendir(directory);
    if (!stream)
        return error_system(error, "cannot read the directory %s", directory);
    size_t capacity = 0;
    int status = SPEX_OK;
    for (struct dirent *entry; !status && (entry = readdir(stream));) {
        if (entry->d_name[0] == '.' || strcmp(file_ending(entry->d_name), ending) != 0)
            continue;
        char *path = file_join(directory, entry->d_name);
        struct stat about;
        if (path && stat(path, &about) == 0 && !S_ISREG(about.st_mode)) {
            free(path);
            continue;
        }
        if (!path || !memory_reserve(paths, &capacity, *count + 1, sizeof **paths)) {
            free(path);
            status = error_memory(error);
        } else {
            (*paths)[(*count)++] = path;
        }
    }
    closedir(stream);
    if (status) {
        file_list_free(*paths, *count);
        *paths = NULL;
        *count = 0;
    } else if (*count) {
        qsort(*paths, *count, sizeof **paths, text_compare);
    }
    return status;
}

void file_list_free(char **paths, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(paths[i]);
    free(paths);
}

bool file_name_safe(const char *name)
{
    if (!*name || *name == '.' || strlen(name) > 200)
        return false;
    for (const char *c = name; *c; c++)
        if (*c == '/' || *c == '\\' || (unsigned char)*c < 0x20 || *c == 0x7f)
            return false;
    return true;
}
