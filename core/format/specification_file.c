/* Specification files of either format, chosen by the file's ending. */
#include "format/format.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"

void specification_list_release(struct specification_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        spex_specification_free(list->items[i]);
    free(list->items);
    *list = (struct specification_list){0};
}

static int read_one(const char *file, const char *bytes, size_t length,
                    struct specification_list *list, spex_error *error)
{
    list->items = memory_allocate(1, sizeof *list->items);
    if (!list->items)
        return error_memory(error);
    int status = spec_read(file, bytes, length, &list->items[0], error);
    list->count = status ? 0 : 1;
    return status;
}

bool specification_file_elixir(const char *path)
{
    const char *ending = file_ending(path);
    return strcmp(ending, ".ex") == 0 || strcmp(ending, ".exs") == 0;
}

int specification_file_read(const char *path, struct specification_list *list, spex_error *error)
{
    *list = (struct specification_list){0};
    char *bytes = NULL;
    size_t length;
    int status = file_read(path, FORMAT_FILE_MAX, &bytes, &length, error);
    if (status)
        return status;
    if (specification_file_elixir(path))
        status = elixir_read(path, bytes, length, list, error);
    else
        status = read_one(path, bytes, length, list, error);
    free(bytes);
    if (status)
        specification_list_release(list);
    return status;
}

int spex_specification_load(spex_specification **specification, const char *path, spex_error *error)
{
    struct specification_list list;
    *specification = NULL;
    int status = specification_file_read(path, &list, error);
    if (status)
        return status;
    if (list.count == 1) {
        *specification = list.items[0];
        list.count = 0;
    } else {
        status =
            error_place(error, path, 0, 0,
                        "expected one module with `use Spex.Specification`, found %zu", list.count);
    }
    specification_list_release(&list);
    return status;
}
