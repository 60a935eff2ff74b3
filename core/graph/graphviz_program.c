/*
 * spex-graphviz: lays out or renders one graph with Graphviz and ends. It is a
 * program of its own because Graphviz is not thread-safe, leaks, prints, and may
 * take very long or crash: libgraph starts it for each job and kills it in time.
 * Not for people to call; what it reads and writes: protocol.h.
 */
#include "config.h"

#include <dlfcn.h>
#include <libgen.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <graphviz/cgraph.h>
#include <graphviz/gvc.h>

#include "graph/protocol.h"

enum {
    MOST_STATES = 1000000,
    MOST_COLUMNS = 100000,
    MOST_BUDGET = 3600000, /* ms */
    BOX_ROWS = 3
};
/* Courier at 12 points: cells of 7.2 x 14.4 points */
#define COLUMNS_AN_INCH 10.0
#define ROWS_AN_INCH 5.0
#define POINTS_A_COLUMN 7.2

struct job {
    struct fields fields;
    char *format;
    Agraph_t *graph;
    Agnode_t **nodes;
    uint32_t state_count, initial;
    bool layout;
};

static void print_text(const char *bytes, size_t length)
{
    printf("%zu\n", length);
    fwrite(bytes, 1, length, stdout);
    putchar('\n');
}

static void print_word(const char *word)
{
    print_text(word, strlen(word));
}

static int fail(const char *message)
{
    print_word("error");
    print_word(message);
    print_word(PROTOCOL_END);
    fflush(stdout);
    return 1;
}

static char *read_all(size_t *length)
{
    size_t capacity = 1 << 16;
    char *data = malloc(capacity);
    *length = 0;
    while (data) {
        *length += fread(data + *length, 1, capacity - *length, stdin);
        if (*length < capacity)
            return data;
        char *bigger = realloc(data, capacity *= 2);
        if (!bigger)
            free(data);
        data = bigger;
    }
    return NULL;
}

/* NUL-terminated, to be freed; "" once the job is bad. */
static char *take_text(struct job *job)
{
    size_t length;
    const char *text = fields_text(&job->fields, &length);
    char *copy = malloc(length + 1);
    if (!copy)
        exit(fail("out of memory"));
    if (length)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

static void set(void *object, const char *name, const char *value)
{
    agsafeset(object, (char *)name, (char *)value, (char *)"");
}

/* the default for all nodes, edges or graphs */
static void set_all(Agraph_t *graph, int kind, const char *name, const char *value)
{
    agattr(graph, kind, (char *)name, (char *)value);
}

static void set_inches(void *object, const char *name, double inches)
{
    char number[32];
    snprintf(number, sizeof number, "%.3f", inches);
    set(object, name, number);
}

/* --------------------------------------------------------------- a layout */

static void read_state(struct job *job, uint32_t state)
{
    char identifier[16];
    snprintf(identifier, sizeof identifier, "%u", (unsigned)state);
    Agnode_t *node = agnode(job->graph, identifier, 1);
    job->nodes[state] = node;
    set_inches(node, "width", fields_number(&job->fields, MOST_COLUMNS) / COLUMNS_AN_INCH);
}

static void read_edge(struct job *job)
{
    uint32_t from = fields_number(&job->fields, job->state_count - 1);
    uint32_t to = fields_number(&job->fields, job->state_count - 1);
    if (!job->fields.bad)
        agedge(job->graph, job->nodes[from], job->nodes[to], NULL, 1);
}

/* The initial state on top, in the first rank. */
static void mark_initial(struct job *job)
{
    Agraph_t *top = agsubg(job->graph, (char *)"top", 1);
    set(top, "rank", "min");
    agsubnode(top, job->nodes[job->initial], 1);
}

static void set_defaults(struct job *job)
{
    char height[32];
    set_all(job->graph, AGRAPH, "splines", "none");
    set_all(job->graph, AGRAPH, "nodesep", "0.3");
    set_all(job->graph, AGNODE, "shape", "box");
    set_all(job->graph, AGNODE, "fixedsize", "true");
    set_all(job->graph, AGNODE, "label", "");
    snprintf(height, sizeof height, "%.3f", BOX_ROWS / ROWS_AN_INCH);
    set_all(job->graph, AGNODE, "height", height);
}

static bool read_sizes(struct job *job)
{
    struct fields *fields = &job->fields;
    job->graph = agopen((char *)"lts", Agdirected, NULL);
    set_defaults(job);
    job->state_count = fields_number(fields, MOST_STATES);
    job->initial = fields_number(fields, MOST_STATES);
    job->nodes = calloc(job->state_count + 1u, sizeof *job->nodes);
    if (!job->nodes || fields->bad || job->initial >= job->state_count)
        return false;
    for (uint32_t s = 0; s < job->state_count && !fields->bad; s++)
        read_state(job, s);
    uint32_t edges = fields_number(fields, UINT32_MAX);
    for (uint32_t e = 0; e < edges && !fields->bad; e++)
        read_edge(job);
    if (!fields->bad)
        mark_initial(job);
    return !fields->bad;
}

/* -------------------------------------------------------------------- jobs */

static bool read_dot(struct job *job)
{
    char *dot = take_text(job);
    if (!job->fields.bad)
        job->graph = agmemread(dot);
    free(dot);
    return job->graph != NULL;
}

static bool read_job(struct job *job)
{
    struct fields *fields = &job->fields;
    fields_expect(fields, PROTOCOL_NAME);
    job->format = take_text(job);
    job->layout = strcmp(job->format, "layout") == 0;
    uint32_t budget = fields_number(fields, MOST_BUDGET);
    alarm(budget / 1000 + 2); /* should nobody be there to end this program */
    if (fields->bad || !(job->layout ? read_sizes(job) : read_dot(job)))
        return false;
    return fields_expect(fields, PROTOCOL_END);
}

/* ----------------------------------------------------------------- replies */

struct place {
    double x, y;
    uint32_t state, rank, order;
};

static int compare_places(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->y != b->y)
        return a->y > b->y ? -1 : 1;
    if (a->x != b->x)
        return a->x < b->x ? -1 : 1;
    return a->state < b->state ? -1 : a->state > b->state;
}

static int compare_states(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    return a->state < b->state ? -1 : a->state > b->state;
}

/* Boxes of one rank have their middles at one height. */
static int reply_layout(const struct job *job)
{
    struct place *places = calloc(job->state_count, sizeof *places);
    if (!places)
        return fail("out of memory");
    double left = 0;
    for (uint32_t s = 0; s < job->state_count; s++) {
        pointf at = ND_coord(job->nodes[s]);
        places[s] = (struct place){.x = at.x, .y = at.y, .state = s};
        left = at.x < left ? at.x : left;
    }
    qsort(places, job->state_count, sizeof *places, compare_places);
    for (uint32_t i = 1; i < job->state_count; i++) {
        bool next = places[i - 1].y - places[i].y > 1;
        places[i].rank = places[i - 1].rank + next;
    }
    qsort(places, job->state_count, sizeof *places, compare_places);
    for (uint32_t i = 1; i < job->state_count; i++)
        places[i].order = places[i].rank == places[i - 1].rank ? places[i - 1].order + 1 : 0;
    qsort(places, job->state_count, sizeof *places, compare_states);
    print_word("ok");
    printf("%u\n", (unsigned)job->state_count);
    for (uint32_t s = 0; s < job->state_count; s++)
        printf("%u\n%u\n%.0f\n", (unsigned)places[s].rank, (unsigned)places[s].order,
               fabs(places[s].x - left) / POINTS_A_COLUMN * PROTOCOL_X_UNIT);
    print_word(PROTOCOL_END);
    free(places);
    return fflush(stdout) ? 1 : 0;
}

static int reply_text(const char *bytes, size_t length)
{
    print_word("ok");
    print_text(bytes, length);
    print_word(PROTOCOL_END);
    return fflush(stdout) ? 1 : 0;
}

static int reply_rendered(GVC_t *context, const struct job *job)
{
    char *bytes = NULL;
    SPEX_RENDER_LENGTH length = 0;
    if (gvRenderData(context, job->graph, job->format, &bytes, &length) != 0 || !bytes)
        return fail("Graphviz cannot render this format");
    return reply_text(bytes, length);
}

/* A layout needs no fonts and no pictures, whose libraries take ten times as long to load as
 * the layout itself: only the plugin that lays out. NULL: not where it usually is. */
static GVC_t *layout_context(void)
{
    static lt_symlist_t plugins[] = {{"gvplugin_dot_layout_LTX_library", NULL}, {NULL, NULL}};
    static const char *const endings[] = {"8", "7", "6"};
    Dl_info about;
    void *library = NULL;
    for (size_t i = 0; !library && i < sizeof endings / sizeof *endings; i++) {
        char path[4096];
        if (!dladdr((void *)(uintptr_t)gvContext, &about) ||
            snprintf(path, sizeof path, "%s", about.dli_fname) >= (int)sizeof path)
            return NULL;
        size_t length = strlen(dirname(path));
        snprintf(path + length, sizeof path - length, "/graphviz/libgvplugin_dot_layout.so.%s",
                 endings[i]);
        library = dlopen(path, RTLD_NOW);
    }
    if (library)
        plugins[0].address = dlsym(library, plugins[0].name);
    return plugins[0].address ? gvContextPlugins(plugins, 0) : NULL;
}

static int run(struct job *job)
{
    if (!read_job(job))
        return fail("the job is not what this version reads");
    GVC_t *context = job->layout ? layout_context() : NULL;
    if (!context)
        context = gvContext();
    if (!context || gvLayout(context, job->graph, "dot") != 0)
        return fail("Graphviz cannot lay out this graph");
    return job->layout ? reply_layout(job) : reply_rendered(context, job);
}

int main(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct job job = {0};
    char *data = read_all(&job.fields.length);
    if (!data)
        return fail("out of memory");
    job.fields.data = data;
    int status = run(&job);
    _exit(status); /* Graphviz is not worth cleaning up after */
}
