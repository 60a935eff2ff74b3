#include "views/instances/marks.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* Where the name is or belongs; the table is never full. */
static size_t find(char *const *names, size_t capacity, const char *name)
{
    size_t slot = text_hash(name) & (capacity - 1);
    while (names[slot] && strcmp(names[slot], name) != 0)
        slot = (slot + 1) & (capacity - 1);
    return slot;
}

static bool grow(struct marks *marks)
{
    size_t capacity = marks->capacity ? marks->capacity * 2 : 64;
    char **names = memory_allocate(capacity, sizeof *names);
    if (!names)
        return false;
    for (size_t i = 0; i < marks->capacity; i++)
        if (marks->names[i])
            names[find(names, capacity, marks->names[i])] = marks->names[i];
    free(marks->names);
    marks->names = names;
    marks->capacity = capacity;
    return true;
}

static bool contains(const struct marks *marks, const char *name)
{
    return marks->count && marks->names[find(marks->names, marks->capacity, name)];
}

static void add(struct marks *marks, const char *name)
{
    if (marks->count * 2 >= marks->capacity && !grow(marks))
        return;
    size_t slot = find(marks->names, marks->capacity, name);
    if ((marks->names[slot] = memory_copy_text(name)))
        marks->count++;
}

/* What stands behind the free place and belongs before it moves up. */
static void take_out(struct marks *marks, const char *name)
{
    size_t mask = marks->capacity - 1, slot = find(marks->names, marks->capacity, name);
    free(marks->names[slot]);
    marks->names[slot] = NULL;
    marks->count--;
    for (size_t next = (slot + 1) & mask; marks->names[next]; next = (next + 1) & mask) {
        char *moved = marks->names[next];
        marks->names[next] = NULL;
        marks->names[find(marks->names, marks->capacity, moved)] = moved;
    }
}

bool marks_has(const struct marks *marks, const char *identifier)
{
    return contains(marks, identifier) != marks->all;
}

void marks_toggle(struct marks *marks, const char *identifier)
{
    if (contains(marks, identifier))
        take_out(marks, identifier);
    else
        add(marks, identifier);
}

void marks_clear(struct marks *marks)
{
    for (size_t i = 0; i < marks->capacity; i++)
        free(marks->names[i]);
    free(marks->names);
    memset(marks, 0, sizeof *marks);
}

void marks_everything(struct marks *marks)
{
    marks_clear(marks);
    marks->all = true;
}

uint64_t marks_count(const struct marks *marks, uint64_t total)
{
    if (!marks->all)
        return marks->count;
    return total > marks->count ? total - marks->count : 0;
}

bool marks_any(const struct marks *marks)
{
    return marks->all || marks->count > 0;
}
