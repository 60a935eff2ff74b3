/* The overview map: all of a picture that is larger than its window, in a corner of it. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/graphs/graph_pane.h"

enum { LEAST_WIDTH = 30, LEAST_HEIGHT = 12 };

/* Columns and rows of the picture are divided so that it fits into width x height. */
struct map {
    const struct graph_pane *pane;
    int width, height; /* without the frame */
    double scale_x, scale_y;
};

static int scaled(double scale, int value, int most)
{
    int at = (int)(value * scale);
    return at < 0 ? 0 : at >= most ? most - 1 : at;
}

/* How much of the picture a map in this corner would hide. */
static int covered(const struct graph_pane *pane, struct area place, struct area window,
                   uint32_t selected)
{
    int count = 0;
    for (int y = 0; y < place.height; y++)
        for (int x = 0; x < place.width; x++) {
            const struct picture_cell *cell = picture_at(
                &pane->picture, pane->x + place.x - window.x + x, pane->y + place.y - window.y + y);
            if (!cell || cell->part == PICTURE_EMPTY)
                continue;
            bool line = cell->part == PICTURE_LINE;
            bool box = cell->part == PICTURE_BOX || cell->part == PICTURE_NAME;
            count += line ? 1 : box && cell->index == selected ? 1000 : 100;
        }
    return count;
}

static struct area choose_corner(const struct graph_pane *pane, const struct map *map,
                                 struct area window, int *hidden)
{
    struct area best = {0, 0, map->width + 2, map->height + 2};
    uint32_t selected = graph_pane_state(pane);
    *hidden = -1;
    for (int corner = 0; corner < 4; corner++) {
        /* the lower right one first */
        struct area place = {corner & 1 ? window.x : window.x + window.width - best.width,
                             corner & 2 ? window.y : window.y + window.height - best.height,
                             best.width, best.height};
        int count = covered(pane, place, window, selected);
        if (*hidden < 0 || count < *hidden) {
            *hidden = count;
            best = place;
        }
    }
    return best;
}

static void draw_boxes(const struct map *map, struct canvas *canvas, struct area place)
{
    const struct graph_pane *pane = map->pane;
    uint32_t selected = graph_pane_state(pane);
    const char *dot = canvas->ascii ? "o" : "▪";
    /* the selected one last, so that it shows */
    for (uint32_t i = 0; i <= pane->picture.box_count; i++) {
        uint32_t state = i < pane->picture.box_count ? i : selected;
        if (state >= pane->picture.box_count)
            continue;
        const struct picture_box *box = &pane->picture.boxes[state];
        int x = scaled(map->scale_x, box->x + box->width / 2, map->width);
        int y = scaled(map->scale_y, box->y + box->height / 2, map->height);
        canvas_put(canvas, place.x + 1 + x, place.y + 1 + y, 1,
                   state == selected ? ROLE_SELECTED : ROLE_NORMAL,
                   state == selected ? canvas_sign(canvas, SIGN_CURSOR) : dot);
    }
}

/* What the window shows is shaded, the rest is blank. */
static void draw_window(const struct map *map, struct canvas *canvas, struct area place,
                        struct area window)
{
    const struct graph_pane *pane = map->pane;
    int left = scaled(map->scale_x, pane->x, map->width);
    int right = scaled(map->scale_x, pane->x + window.width - 1, map->width);
    int top = scaled(map->scale_y, pane->y, map->height);
    int bottom = scaled(map->scale_y, pane->y + window.height - 1, map->height);
    for (int y = top; y <= bottom; y++)
        for (int x = left; x <= right; x++)
            canvas_put(canvas, place.x + 1 + x, place.y + 1 + y, 1, ROLE_DIM,
                       canvas->ascii ? "." : "░");
}

void graph_map_draw(const struct graph_pane *pane, struct canvas *canvas, struct area window)
{
    const struct picture *picture = &pane->picture;
    if (picture->width <= window.width && picture->height <= window.height)
        return;
    if (window.width < LEAST_WIDTH || window.height < LEAST_HEIGHT)
        return;
    struct map map = {.pane = pane, .width = window.width / 6, .height = window.height / 5};
    /* a cell is twice as high as wide */
    if (picture->width * map.height > picture->height * map.width)
        map.height = picture->height * map.width / picture->width;
    else
        map.width = picture->width * map.height / picture->height;
    map.width = map.width < 4 ? 4 : map.width;
    map.height = map.height < 2 ? 2 : map.height;
    map.scale_x = (double)map.width / picture->width;
    map.scale_y = (double)map.height / picture->height;
    int hidden;
    struct area place = choose_corner(pane, &map, window, &hidden);
    /* No name or label is hidden; where there is little room, no line either. */
    bool roomy = window.width >= 76 && window.height >= 30;
    if (hidden > (roomy ? 60 : 0))
        return;
    canvas_fill(canvas, place, ROLE_NORMAL);
    canvas_frame(canvas, place, ROLE_DIM, NULL);
    draw_window(&map, canvas, place, window);
    draw_boxes(&map, canvas, place);
}
