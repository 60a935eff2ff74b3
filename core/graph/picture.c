#include <stdlib.h>
#include <string.h>

#include "graph/plan.h"

int picture_draw(struct picture *picture, const struct lts *lts, const struct layout *layout,
                 const struct picture_options *options, spex_error *error)
{
    static const struct picture_options defaults;
    memset(picture, 0, sizeof *picture);
    if (lts->state_count == 0 || layout->node_count != lts->state_count)
        return error_set(error, SPEX_ERROR_USAGE,
                         "a layout of %" PRIu32 " states for a graph of %" PRIu32,
                         layout->node_count, lts->state_count);
    struct plan plan = {
        .lts = lts, .layout = layout, .options = options ? options : &defaults, .picture = picture};
    int status = plan_build(&plan, error);
    if (!status)
        status = plan_order(&plan, error);
    if (!status)
        status = plan_flats(&plan, error);
    if (!status)
        status = plan_place(&plan, error);
    if (!status)
        status = plan_gaps(&plan, error);
    if (!status)
        status = plan_paint(&plan, error);
    plan_release(&plan);
    if (status)
        picture_release(picture);
    return status;
}

void picture_release(struct picture *picture)
{
    for (size_t e = 0; e < picture->edge_count; e++)
        free(picture->edges[e].transitions);
    free(picture->edges);
    free(picture->boxes);
    free(picture->cells);
    memset(picture, 0, sizeof *picture);
}

const struct picture_cell *picture_at(const struct picture *picture, int x, int y)
{
    if (x < 0 || y < 0 || x >= picture->width || y >= picture->height)
        return NULL;
    return &picture->cells[(size_t)y * (size_t)picture->width + (size_t)x];
}

int picture_text(const struct picture *picture, struct text *text)
{
    for (int y = 0; y < picture->height; y++) {
        int end = picture->width;
        while (end && picture_at(picture, end - 1, y)->part == PICTURE_EMPTY)
            end--;
        for (int x = 0; x < end; x++)
            text_append(text, picture_at(picture, x, y)->text);
        text_append_char(text, '\n');
    }
    return text->failed ? SPEX_ERROR_MEMORY : SPEX_OK;
}
