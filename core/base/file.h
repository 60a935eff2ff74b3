/* Whole files: read with a bound, replaced in one step. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>

#include "spex.h"

struct text;

/* The file's bytes and a NUL behind them, freed with free(). Larger than `limit`
 * bytes (0: no limit) is an error. Errors: SYSTEM, MEMORY. */
int file_read(const char *path, size_t limit, char **bytes, size_t *length, spex_error *error);
/* For reading, and how large it is; 0 where nobody knows. Errors: SYSTEM (a folder too). */
int file_open(const char *path, int *descriptor, size_t *size, spex_error *error);
/* Written beside the target, synced, then renamed over it. Errors: SYSTEM. */
int file_replace(const char *path, const char *bytes, size_t length, spex_error *error);
/* The same, with these permissions instead of those the target had; FILE_MODE_USUAL: those of
 * a new file, by the umask. */
enum { FILE_MODE_USUAL = 01000 };
int file_replace_mode(const char *path, unsigned mode, const char *bytes, size_t length,
                      spex_error *error);
/* A text, the folder it is in made where it is missing. Errors: also MEMORY. */
int file_replace_text(const char *path, const struct text *text, spex_error *error);
int file_make_parent(const char *path, spex_error *error);
/* Those of a file, or FILE_MODE_USUAL. */
unsigned file_mode(const char *path);
/* Gives the file the owner, the group and the permissions of another one, as far as that is
 * permitted; nothing where there is no other. */
void file_open_like(const char *path, const char *other);
/* The two halves of it: written to a file beside the target, whose path is *staged; renamed,
 * which frees `staged`, as file_unstage does to take the file away instead. */
int file_stage(const char *path, const char *bytes, size_t length, char **staged,
               spex_error *error);
int file_publish(char *staged, const char *path, spex_error *error);
/* The first of them bit by bit: file_put (-1: errno says why) between the two. The end closes the
 * descriptor; after an error it took the file away. */
int file_stage_begin(const char *path, char **staged, int *descriptor, spex_error *error);
int file_put(int descriptor, const char *bytes, size_t length);
int file_stage_end(const char *path, char *staged, int descriptor, spex_error *error);
void file_unstage(char *staged);
/* What the path leads to through links, or itself where nothing is there: what is to be replaced,
 * not the link. Freed with free(); NULL when memory is out. */
char *file_target(const char *path);
/* Writes to what the path leads to: a new file; with `replace` an existing one, through
 * links, in one step; a pipe or a device is written to. Errors: USAGE (a folder, or there
 * already), SYSTEM. */
int file_write(const char *path, bool replace, const char *bytes, size_t length, spex_error *error);
/* Reads a file that nothing but a regular one can be; errors as of both. */
int file_read_regular(const char *path, size_t limit, char **bytes, size_t *length,
                      spex_error *error);
/* Whether it is a regular file; if not, says so (SYSTEM: what opening it would wait for or
 * do nobody knows). */
int file_check_regular(const char *path, spex_error *error);
/* What was written to a file, or which names a directory holds, survives a loss of power.
 * Errors: SYSTEM. */
int file_sync(const char *path, spex_error *error);
/* Holds the places of the standard streams that are closed: else the next file that is opened
 * would be in one, and a message be written into it. To read from or write to them stays an
 * error. For the beginning of a program; false: it cannot. */
bool file_hold_streams(void);
/* "DIR/NAME", freed with free(); NULL when memory is out. */
char *file_join(const char *directory, const char *name);
/* The part behind the last '/'; the ending with its dot ("" if none). */
const char *file_name(const char *path);
const char *file_ending(const char *path);
/* Creates the directory and its parents where missing. Errors: SYSTEM. */
int file_make_directory(const char *path, spex_error *error);
/* Waits until nobody else holds the folder, and holds it until the descriptor is closed; it is
 * created where it is missing. Where folders cannot be locked, nobody is kept out. Errors: SYSTEM.
 */
int file_lock_folder(const char *path, int *descriptor, spex_error *error);
/* Regular files of a directory with this ending, sorted by name, joined to the
 * directory. Free with file_list_free. Errors: SYSTEM, MEMORY. */
int file_list(const char *directory, const char *ending, char ***paths, size_t *count,
              spex_error *error);
void file_list_free(char **paths, size_t count);
/* Whether a specification or state name is fit to be a file name (no separator,
 * not "." or "..", no control characters, short enough). */
bool file_name_safe(const char *name);

#endif
