/* The format is SQLite's file format, sections 1.5 and 1.6: a tree of pages of cells. */
#include "store/index_search.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

enum { HEADER = 100, LEAF = 10, INTERIOR = 2, LEAF_HEADER = 8, INTERIOR_HEADER = 12, DEEPEST = 16 };

struct span {
    const unsigned char *at, *end;
};

static uint32_t two_bytes(const unsigned char *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t four_bytes(const unsigned char *at)
{
    return two_bytes(at) << 16 | two_bytes(at + 2);
}

/* False: it is not all there, or too large to be of a cell that lies in one page. */
static bool take_number(struct span *span, size_t *number)
{
    *number = 0;
    for (int i = 0; i < 3 && span->at < span->end; i++) {
        unsigned char byte = *span->at++;
        *number = *number << 7 | (byte & 0x7f);
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

/* The first column of the record in a cell; false: it is no text, or not all in this page. */
static bool take_text(const struct index_search *search, struct span cell, struct span *text)
{
    size_t payload, header, type, local = (search->usable - 12) * 64 / 255 - 23;
    if (!take_number(&cell, &payload) || payload > local || payload > (size_t)(cell.end - cell.at))
        return false;
    struct span record = {cell.at, cell.at + payload};
    if (!take_number(&record, &header) || header > payload || !take_number(&record, &type) ||
        type < 13 || type % 2 == 0)
        return false;
    text->at = cell.at + header;
    text->end = text->at + (type - 13) / 2;
    return (type - 13) / 2 <= payload - header;
}

static bool contained(const struct index_search *search, struct span span)
{
    for (size_t i = 0; i < search->part_count; i++)
        if (text_part_in(search->parts[i], span.at, (size_t)(span.end - span.at)))
            return true;
    return false;
}

static void look_at_cells(struct index_search *search, const unsigned char *page, size_t header)
{
    size_t cells = two_bytes(page + 3);
    for (size_t i = 0; i < cells && header + 2 * i + 2 <= search->usable; i++) {
        size_t offset = two_bytes(page + header + 2 * i) + (header == LEAF_HEADER ? 0 : 4);
        struct span text;
        if (search->count == search->most)
            return;
        if (offset >= search->usable ||
            !take_text(search, (struct span){page + offset, page + search->usable}, &text) ||
            !contained(search, text) ||
            !memory_reserve(&search->found, &search->capacity, search->count + 1,
                            sizeof *search->found))
            continue;
        search->found[search->count] =
            memory_copy_bytes((const char *)text.at, (size_t)(text.end - text.at));
        search->count += search->found[search->count] != NULL;
    }
}

/* False: enough. */
static bool look_at_page(struct index_search *search, uint32_t number, int depth)
{
    if (depth == DEEPEST || number == 0 || search->pages == 0 || atomic_load(search->stop))
        return false;
    search->pages--;
    unsigned char *page = memory_resize(NULL, search->page_size, 1);
    bool going = page && search->file->pMethods->xRead(search->file, page, (int)search->page_size,
                                                       (int64_t)(number - 1) *
                                                           (int64_t)search->page_size) == SQLITE_OK;
    size_t header = !going                ? 0
                    : page[0] == LEAF     ? LEAF_HEADER
                    : page[0] == INTERIOR ? INTERIOR_HEADER
                                          : 0;
    if (header && contained(search, (struct span){page, page + search->usable}))
        look_at_cells(search, page, header);
    going = header && search->count < search->most;
    size_t cells = header == INTERIOR_HEADER ? two_bytes(page + 3) : 0;
    for (size_t i = 0; going && i < cells && header + 2 * i + 2 <= search->usable; i++) {
        size_t offset = two_bytes(page + header + 2 * i);
        going = offset + 4 <= search->usable &&
                look_at_page(search, four_bytes(page + offset), depth + 1);
    }
    if (going && header == INTERIOR_HEADER)
        going = look_at_page(search, four_bytes(page + 8), depth + 1);
    free(page);
    return going;
}

void index_search_run(struct index_search *search)
{
    unsigned char header[HEADER];
    int64_t size = 0;
    if (sqlite3_file_control(search->database, "main", SQLITE_FCNTL_FILE_POINTER, &search->file) ||
        !search->file || !search->file->pMethods ||
        search->file->pMethods->xRead(search->file, header, HEADER, 0) != SQLITE_OK ||
        search->file->pMethods->xFileSize(search->file, (sqlite3_int64 *)&size) != SQLITE_OK)
        return;
    search->page_size = two_bytes(header + 16) == 1 ? 65536 : two_bytes(header + 16);
    search->usable = search->page_size - header[20];
    if (search->page_size < 512 || search->usable < 480)
        return;
    search->pages = (uint32_t)((uint64_t)size / search->page_size);
    look_at_page(search, search->root, 0);
}

void index_search_release(struct index_search *search)
{
    while (search->count)
        free(search->found[--search->count]);
    free(search->found);
    search->found = NULL;
    search->capacity = 0;
}
