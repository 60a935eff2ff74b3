/* Which rows changed a moment ago. */
#include "views/instances/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

enum { FRESH = 2000000 /* how long a change is marked */ };

/* The items of before, to be looked up by identifier. */
struct known {
    spex_instance **items;
    int64_t *fresh;
    size_t count;
    size_t *slots; /* item + 1; 0: none */
    size_t mask;
};

static void known_init(struct known *known, const struct rows *rows)
{
    *known = (struct known){rows->items, rows->fresh, rows->count, NULL, 1023};
    known->slots = memory_allocate(known->mask + 1, sizeof *known->slots);
    for (size_t i = 0; known->slots && i < known->count; i++) {
        size_t slot = text_hash(known->items[i]->identifier) & known->mask;
        while (known->slots[slot])
            slot = (slot + 1) & known->mask;
        known->slots[slot] = i + 1;
    }
}

static size_t known_find(const struct known *known, const char *identifier)
{
    size_t slot = text_hash(identifier) & known->mask;
    while (known->slots[slot] &&
           strcmp(known->items[known->slots[slot] - 1]->identifier, identifier) != 0)
        slot = (slot + 1) & known->mask;
    return known->slots[slot];
}

void rows_mark_fresh(struct rows *rows, const struct rows *old, int64_t last_read)
{
    int64_t now = rows_moment(rows), wall = workspace_now(rows->explorer->workspace);
    struct known known = {0};
    if (old)
        known_init(&known, old);
    rows->fresh = memory_allocate(rows->count, sizeof *rows->fresh);
    for (size_t i = 0; rows->fresh && known.slots && i < rows->count; i++) {
        const spex_instance *row = rows->items[i];
        size_t place = known_find(&known, row->identifier);
        const spex_instance *before = place ? known.items[place - 1] : NULL;
        bool new_one = last_read && !before && row->since >= wall - (now - last_read) - FRESH;
        if (new_one ||
            (before && (before->since != row->since || before->transitions != row->transitions ||
                        before->mocked != row->mocked)))
            rows->fresh[i] = now + FRESH;
        else if (before && known.fresh)
            rows->fresh[i] = known.fresh[place - 1];
    }
    free(known.slots);
}

bool rows_forget_fresh(struct rows *rows)
{
    bool changed = false;
    int64_t now = rows_moment(rows);
    for (size_t i = 0; rows->fresh && i < rows->count; i++)
        if (rows->fresh[i] && rows->fresh[i] <= now) {
            rows->fresh[i] = 0;
            changed = true;
        }
    return changed;
}
