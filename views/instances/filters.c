#include "views/instances/filters.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

enum { LARGEST = 1 << 20 };

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

/* Line by line: "NAME = FILTER". */
static void read_saved(struct filters *filters)
{
    char *bytes;
    size_t length;
    if (!filters->saved_path ||
        file_read_regular(filters->saved_path, LARGEST, &bytes, &length, NULL))
        return;
    for (char *line = bytes, *next; line && *line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        char *sign = strstr(line, " = ");
        if (!utf8_valid(line, strlen(line)) || *line == '#' || !sign || sign == line)
            continue;
        *sign = '\0';
        put(filters, line, sign + 3);
    }
    free(bytes);
}

struct filters *filters_create(const char *config_dir, const char *state_dir)
{
    struct filters *filters = memory_allocate(1, sizeof *filters);
    if (!filters)
        return NULL;
    filters->saved_path = config_dir ? file_join(config_dir, "filters") : NULL;
    history_open(&filters->typed, state_dir, "filter-history");
    history_open(&filters->events, state_dir, "event-filter-history");
    read_saved(filters);
    return filters;
}

void filters_free(struct filters *filters)
{
    if (!filters)
        return;
    history_close(&filters->typed);
    history_close(&filters->events);
    while (filters->saved_count)
        take_out(filters, &filters->saved[0]);
    free(filters->saved);
    free(filters->saved_path);
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
    int status = file_replace_text(filters->saved_path, &text, error);
    text_release(&text);
    return status;
}
