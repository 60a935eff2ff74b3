/* Columns: how wide everything is, and where it stands so that lines are straight. */
#include <stdlib.h>
#include <string.h>

#include "graph/plan.h"
#include "graph/simplex.h"

enum {
    BOX_HEIGHT = 3,
    START_WIDTH = 3, /* the mark of the initial state */
    LOOP_WIDTH = 2,
    LEAST_BESIDE = 4,
    BROAD = 16, /* columns a box may be wider than its name before that costs more */
    /* what a column of distance costs */
    WEIGHT_STRAIGHT = 8, /* along a long edge */
    WEIGHT_END = 8,      /* from a box's frame to the lane */
    WEIGHT_WIDTH = 8,    /* the whole picture */
    WEIGHT_BROAD = 4,    /* of a box, beyond BROAD */
    WEIGHT_BOX = 1,      /* of a box wider than it need be */
    WEIGHT_CENTRE = 1    /* from a box's middle to the lane */
};
/* What a column of the whole picture costs: from relaxed to squeezed. A picture is
 * squeezed where it then fits a usual pane and would not otherwise. */
static const int width_weights[] = {4, 8, 16};
static const int usual_panes[] = {38, 78, 118};
enum { MOST_ATTEMPTS = 3, PANES = 3, LARGE = 1000 /* nodes; then the middle weight serves */ };
#define SIMPLEX_WORK 30000000L

/* -------------------------------------------------------------------- ports */

struct port {
    uint32_t link, box, position;
};

static int compare_ports(const void *left, const void *right)
{
    const struct port *a = left, *b = right;
    if (a->box != b->box)
        return a->box < b->box ? -1 : 1;
    return a->position < b->position ? -1 : a->position > b->position;
}

/* Ports of one side of all boxes; each may move where its neighbours leave room. */
static void spread_ports(struct plan *plan, struct port *ports, size_t count, bool measuring)
{
    if (count)
        qsort(ports, count, sizeof *ports, compare_ports);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && ports[end].box == ports[i].box;)
            end++;
        struct plan_node *box = &plan->nodes[ports[i].box];
        int corner = plan->options->ascii ? 2 : 1; /* "++" would hide the corner */
        int needed = 2 * (int)(end - i) - 1 + 2 * corner;
        if (measuring && box->width < needed)
            box->width = needed;
        for (size_t k = i; k < end; k++) {
            struct plan_link *link = &plan->links[ports[k].link];
            link->port = corner + 2 * (int)(k - i);
            link->port_behind = corner + 1 + 2 * (int)(end - 1 - k);
        }
    }
}

static void collect_ports(struct plan *plan, struct port *ports, bool measuring)
{
    size_t count = 0;
    for (uint32_t i = 0; i < plan->link_count; i++)
        if (plan->nodes[plan->links[i].upper].kind == NODE_BOX)
            ports[count++] =
                (struct port){i, plan->links[i].upper, plan->nodes[plan->links[i].lower].position};
    spread_ports(plan, ports, count, measuring);
    count = 0;
    for (uint32_t i = 0; i < plan->link_count; i++)
        if (plan->nodes[plan->links[i].lower].kind == NODE_BOX)
            ports[count++] =
                (struct port){i, plan->links[i].lower, plan->nodes[plan->links[i].upper].position};
    spread_ports(plan, ports, count, measuring);
}

static int measure(struct plan *plan, spex_error *error)
{
    struct port *ports = memory_allocate(plan->link_count, sizeof *ports);
    if (!ports)
        return error_memory(error);
    for (uint32_t r = 0; r < plan->rank_count; r++)
        plan->rank_height[r] = BOX_HEIGHT;
    for (uint32_t s = 0; s < plan->lts->state_count; s++) {
        plan->nodes[s].width = plan->names[s].width + 4;
        plan->nodes[s].before = s == plan_initial(plan) ? START_WIDTH : 0;
        plan->picture->boxes[s].height = BOX_HEIGHT;
    }
    for (size_t e = 0; e < plan->picture->edge_count; e++) {
        if (plan->edges[e].route != ROUTE_LOOP)
            continue;
        uint32_t state = plan->picture->edges[e].from;
        uint32_t rank = plan->layout->nodes[state].rank;
        int height = plan->edges[e].caption.height;
        plan->nodes[state].behind = LOOP_WIDTH + plan->edges[e].caption.width;
        if (height > BOX_HEIGHT)
            plan->picture->boxes[state].height = height;
        if (height > plan->rank_height[rank])
            plan->rank_height[rank] = height;
    }
    for (uint32_t i = 0; i < plan->strand_count; i++)
        if (plan->strands[i].labelled)
            plan->nodes[plan->strands[i].lane].behind =
                plan->edges[plan->strands[i].edge].caption.width;
    collect_ports(plan, ports, true);
    collect_ports(plan, ports, false);
    free(ports);
    return SPEX_OK;
}

/* ------------------------------------------------------------------ the task */

struct task {
    struct simplex_edge *edges;
    size_t count, capacity;
    uint32_t nodes;
    uint32_t first_end; /* node first_end + s: the column behind the box of state s */
    bool failed;
};

static void add(struct task *task, uint32_t tail, uint32_t head, int length, int weight)
{
    if (task->failed ||
        !memory_reserve(&task->edges, &task->capacity, task->count + 1, sizeof *task->edges)) {
        task->failed = true;
        return;
    }
    task->edges[task->count++] = (struct simplex_edge){tail, head, length, weight};
}

/* weight * |x[b] - x[a] - offset| */
static void add_distance(struct task *task, uint32_t a, uint32_t b, int offset, int weight)
{
    uint32_t least = task->nodes++; /* the lesser of x[a] + offset and x[b] */
    add(task, least, a, -offset, weight);
    add(task, least, b, 0, weight);
}

/* weight * how far x[lane] is outside of x[box] + from .. x[end] - to */
static void add_span(struct task *task, uint32_t box, uint32_t end, uint32_t lane, int from, int to,
                     int weight)
{
    uint32_t left = task->nodes++;
    add(task, left, box, -from, weight);
    add(task, left, lane, 0, 0);
    uint32_t right = task->nodes++;
    add(task, right, lane, 0, weight);
    add(task, right, end, to, 0);
}

static int beside_width(const struct plan *plan, uint32_t left, uint32_t right)
{
    for (size_t e = 0; e < plan->picture->edge_count; e++) {
        const struct picture_edge *edge = &plan->picture->edges[e];
        if (plan->edges[e].route == ROUTE_BESIDE && ((edge->from == left && edge->to == right) ||
                                                     (edge->from == right && edge->to == left))) {
            int width = plan->edges[e].caption.width + 2;
            return width < LEAST_BESIDE ? LEAST_BESIDE : width;
        }
    }
    return 0;
}

/* The columns kept free between neighbours of a layer. */
static int space_between(const struct plan *plan, uint32_t left, uint32_t right)
{
    if (plan->nodes[left].kind != NODE_BOX || plan->nodes[right].kind != NODE_BOX)
        return 1;
    int beside = beside_width(plan, left, right);
    return beside ? beside : 2;
}

/* A box may be made wider than its name where that makes lines straight: the column
 * behind it is a node of its own. */
static uint32_t end_of(const struct plan *plan, const struct task *task, uint32_t node)
{
    return plan->nodes[node].kind == NODE_BOX ? task->first_end + plan->nodes[node].index : node;
}

static void add_boxes(struct plan *plan, struct task *task)
{
    for (uint32_t s = 0; s < plan->lts->state_count; s++) {
        add(task, s, task->first_end + s, plan->nodes[s].width, WEIGHT_BOX);
        uint32_t broad = task->nodes++;
        add(task, s, broad, plan->nodes[s].width + BROAD, WEIGHT_BROAD);
        add(task, task->first_end + s, broad, 0, 0);
    }
}

static void add_layers(struct plan *plan, struct task *task, uint32_t west, uint32_t east)
{
    task->first_end = task->nodes;
    task->nodes += plan->lts->state_count;
    add(task, west, east, 0, width_weights[1]); /* the first edge: see solve */
    for (uint32_t l = 0; l < plan->layer_count; l++) {
        const struct plan_layer *row = &plan->layers[l];
        for (uint32_t i = 0; i < row->count; i++) {
            const struct plan_node *node = &plan->nodes[row->nodes[i]];
            uint32_t end = end_of(plan, task, row->nodes[i]);
            int extent = node->behind + (node->kind == NODE_BOX ? 0 : 1);
            if (i == 0)
                add(task, west, row->nodes[i], node->before, 0);
            if (i + 1 == row->count)
                add(task, end, east, extent, 0);
            else
                add(task, end, row->nodes[i + 1],
                    extent + space_between(plan, row->nodes[i], row->nodes[i + 1]) +
                        plan->nodes[row->nodes[i + 1]].before,
                    0);
        }
    }
}

static void add_links(struct plan *plan, struct task *task)
{
    for (uint32_t i = 0; i < plan->link_count; i++) {
        const struct plan_link *link = &plan->links[i];
        bool below = plan->nodes[link->upper].kind == NODE_BOX;
        bool above = plan->nodes[link->lower].kind == NODE_BOX;
        if (!below && !above) {
            add_distance(task, link->upper, link->lower, 0, WEIGHT_STRAIGHT);
            continue;
        }
        uint32_t box = below ? link->upper : link->lower;
        uint32_t lane = below ? link->lower : link->upper;
        add_span(task, box, end_of(plan, task, box), lane, link->port, link->port_behind,
                 WEIGHT_END);
        add_distance(task, box, lane, plan->nodes[box].width / 2, WEIGHT_CENTRE);
    }
    for (uint32_t i = 0; i < plan->strand_count; i++)
        if (plan->strands[i].partner != NONE && i < plan->strands[i].partner)
            add_distance(task, plan->strands[i].lane, plan->strands[plan->strands[i].partner].lane,
                         0, WEIGHT_CENTRE);
}

static void take_columns(struct plan *plan, const struct task *task, const int *x)
{
    for (uint32_t s = 0; s < plan->lts->state_count; s++) {
        struct plan_node *box = &plan->nodes[s];
        int wider = x[task->first_end + s] - x[s] - box->width;
        box->width += wider;
        plan->picture->boxes[s].x = x[s];
        plan->picture->boxes[s].width = box->width;
    }
    for (uint32_t v = 0; v < plan->node_count; v++) {
        plan->nodes[v].x = x[v];
        int end = x[v] + plan->nodes[v].width + plan->nodes[v].behind;
        if (end > plan->width)
            plan->width = end;
    }
    for (uint32_t i = 0; i < plan->link_count; i++) {
        struct plan_link *link = &plan->links[i];
        bool below = plan->nodes[link->upper].kind == NODE_BOX;
        if (!below && plan->nodes[link->lower].kind != NODE_BOX)
            continue;
        uint32_t state = below ? link->upper : link->lower;
        int lane = x[below ? link->lower : link->upper], box = x[state];
        int to = x[task->first_end + state] - link->port_behind;
        int from = box + link->port;
        link->port = (lane < from ? from : lane > to ? to : lane) - box;
    }
}

/* The usual pane a picture of this width fits. */
static int pane_of(int width)
{
    int pane = 0;
    while (pane < PANES && width > usual_panes[pane])
        pane++;
    return pane;
}

/* Columns counted from the west wall. */
static int solve_once(struct task *task, int weight, uint32_t west, int *x, spex_error *error)
{
    task->edges[0].weight = weight;
    int status = simplex_solve(task->nodes, task->edges, task->count, SIMPLEX_WORK, x, error);
    int wall = status ? 0 : x[west];
    for (uint32_t v = 0; !status && v < task->nodes; v++)
        x[v] -= wall;
    return status;
}

static int solve(struct task *task, uint32_t west, uint32_t east, int *x, spex_error *error)
{
    if (task->nodes > LARGE)
        return solve_once(task, width_weights[1], west, x, error);
    int *attempt = memory_allocate(task->nodes, sizeof *attempt);
    int status = attempt ? SPEX_OK : error_memory(error);
    for (int i = 0; !status && i < MOST_ATTEMPTS; i++) {
        status = solve_once(task, width_weights[i], west, attempt, error);
        if (!status && (i == 0 || pane_of(attempt[east]) < pane_of(x[east])))
            memcpy(x, attempt, task->nodes * sizeof *x);
    }
    free(attempt);
    return status;
}

int plan_place(struct plan *plan, spex_error *error)
{
    int status = measure(plan, error);
    if (status)
        return status;
    struct task task = {.nodes = plan->node_count};
    uint32_t west = task.nodes++, east = task.nodes++;
    add_layers(plan, &task, west, east);
    add_boxes(plan, &task);
    add_links(plan, &task);
    int *x = memory_allocate(task.nodes, sizeof *x);
    if (task.failed || !x)
        status = error_memory(error);
    else
        status = solve(&task, west, east, x, error);
    if (!status)
        take_columns(plan, &task, x);
    if (!status && (size_t)plan->width * plan->rank_count * (BOX_HEIGHT + 1) > MOST_CELLS)
        status = plan_too_large(plan, error);
    free(x);
    free(task.edges);
    return status;
}
