#include "views/filters.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

enum { TYPED = 100, LARGEST = 1 << 20 };

static int compare_saved(const void *left, const void *right)
{
    return strcmp(((const struct saved_filter *)left)->name,
                  ((const struct saved_filter *)right)->name);
}

static struct saved_filter *find(struct filters *filters, const char *name)
{
    for (size_t i = 0; i < filters->saved_count; i++)
        if (strcmp(filters->saved[i].name, name) == 0)
            return &filters->saved[i];
    return NULL;
}

static void take_out(struct filters *filters, struct saved_filter *saved)
{
    free(saved->name);
    free(saved->filter);
    *saved = filters->saved[--filters->saved_count];
}

static bool put(struct filters *filters, const char *name, const char *filter)
{
    struct saved_filter *old = find(filters, name);
    if (old)
        take_out(filters, old);
    if (*filter) {
        struct saved_filter fresh = {memory_copy_text(name), memory_copy_text(filter)};
        if (!fresh.name || !fresh.filter ||
            !memory_reserve(&filters->saved, &filters->saved_capacity, filters->saved_count + 1,
                            sizeof *filters->saved)) {
            free(fresh.name);
            free(fresh.filter);
            return false;
        }
        filters->saved[filters->saved_count++] = fresh;
    }
    if (filters->saved_count)
        qsort(filters->saved, filters->saved_count, sizeof *filters->saved, compare_saved);
    return true;
}

static bool add_typed(struct filters *filters, const char *filter)
{
    size_t kept = 0;
    for (size_t i = 0; i < filters->typed_count; i++)
        if (strcmp(filters->typed[i], filter) == 0)
            free(filters->typed[i]);
        else
            filters->typed[kept++] = filters->typed[i];
    filters->typed_count = kept;
    if (kept == TYPED) {
        free(filters->typed[0]);
        memmove(&filters->typed[0], &filters->typed[1], --filters->typed_count * sizeof(char *));
    }
    if (!memory_reserve(&filters->typed, &filters->typed_capacity, filters->typed_count + 1,
                        sizeof *filters->typed))
        return false;
    char *copy = memory_copy_text(filter);
    if (copy)
        filters->typed[filters->typed_count++] = copy;
    return copy != NULL;
}

/* Line by line; a saved filter is "NAME = FILTER". */
static void read_lines(struct filters *filters, const char *path, bool saved)
{
    char *bytes;
    size_t length;
    if (!path || file_read(path, LARGEST, &bytes, &length, NULL))
        return;
    for (char *line = bytes, *next; line && *line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        char *sign = strstr(line, " = ");
        if (!utf8_valid(line, strlen(line)) || *line == '#')
            continue;
        if (!saved)
            add_typed(filters, line);
        else if (sign && sign > line) {
            *sign = '\0';
            put(filters, line, sign + 3);
        }
    }
    free(bytes);
}

static int write_text(const char *path, const struct text *text, spex_error *error)
{
    char *directory = memory_copy_text(path);
    if (!directory || text->failed) {
        free(directory);
        return error_memory(error);
    }
    *strrchr(directory, '/') = '\0';
    int status = file_make_directory(directory, error);
    if (!status)
        status = file_replace(path, text_value(text), text->length, error);
    free(directory);
    return status;
}

struct filters *filters_create(const char *config_dir, const char *state_dir)
{
    struct filters *filters = memory_allocate(1, sizeof *filters);
    if (!filters)
        return NULL;
    filters->saved_path = config_dir ? file_join(config_dir, "filters") : NULL;
    filters->typed_path = state_dir ? file_join(state_dir, "filter-history") : NULL;
    read_lines(filters, filters->saved_path, true);
    read_lines(filters, filters->typed_path, false);
    return filters;
}

static void keep_typed(const struct filters *filters)
{
    struct text text = {0};
    for (size_t i = 0; i < filters->typed_count; i++)
        text_printf(&text, "%s\n", filters->typed[i]);
    /* A history that cannot be kept is no reason to disturb anybody. */
    write_text(filters->typed_path, &text, NULL);
    text_release(&text);
}

void filters_free(struct filters *filters)
{
    if (!filters)
        return;
    if (filters->noted && filters->typed_path)
        keep_typed(filters);
    while (filters->saved_count)
        take_out(filters, &filters->saved[0]);
    free(filters->saved);
    file_list_free(filters->typed, filters->typed_count);
    free(filters->saved_path);
    free(filters->typed_path);
    free(filters);
}

int filters_save(struct filters *filters, const char *name, const char *filter, spex_error *error)
{
    if (!*name || *name == '#' || strpbrk(name, "=\n\r") || strpbrk(filter, "\n\r"))
        return error_set(error, SPEX_ERROR_USAGE,
                         "a saved filter's name is a word or some, without = and not after #");
    if (!put(filters, name, filter))
        return error_memory(error);
    if (!filters->saved_path)
        return SPEX_OK;
    struct text text = {0};
    for (size_t i = 0; i < filters->saved_count; i++)
        text_printf(&text, "%s = %s\n", filters->saved[i].name, filters->saved[i].filter);
    int status = write_text(filters->saved_path, &text, error);
    text_release(&text);
    return status;
}

void filters_note(struct filters *filters, const char *filter)
{
    if (*filter && !strpbrk(filter, "\n\r"))
        filters->noted |= add_typed(filters, filter);
}
