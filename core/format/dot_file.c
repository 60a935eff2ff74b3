/*
 * Labelled transition systems drawn as DOT files: those people have of learned protocols, and
 * our own. A reader of ours, strict about what it does not know, because Graphviz itself
 * may explode, print or leak, and so stays in its own program.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "format/format.h"
#include "format/dot_lexer.h"
#include "format/lines.h"

enum { DEPTH_MAX = 64, EDGES_MAX = 100000000 };

/* What attributes say, for a node or an edge: the last one counts. */
struct look {
    struct text label;
    bool labelled, html;
    bool dashed;    /* style=dashed: how we write the internal action */
    bool invisible; /* drawn as a point or not at all */
};

struct node {
    char *label; /* NULL: it has none of its own */
    bool marker; /* drawn as a point or not at all: it may show where the start is */
    uint32_t state;
};

struct edge {
    uint32_t from, to;
    char *label; /* NULL or "": it has none */
    bool dashed;
    const char *at;
};

struct node_list {
    uint32_t *items;
    size_t count, capacity;
};

struct dot {
    const char *file;
    struct dot_lexer lexer;
    struct symbols names;
    struct node *nodes;
    size_t node_capacity;
    struct edge *edges;
    size_t edge_count, edge_capacity;
    unsigned depth;
    spex_error *error;
};

static int dot_error(struct dot *dot, const char *at, const char *expected)
{
    unsigned line, column;
    text_place(dot->lexer.bytes, at, &line, &column);
    return error_place(dot->error, dot->file, line, column, "expected %s", expected);
}

/* At the current token. */
static int unexpected(struct dot *dot, const char *expected)
{
    return dot_error(dot, dot->lexer.start,
                     dot->lexer.kind == DOT_WRONG ? dot->lexer.trouble : expected);
}

static int take_sign(struct dot *dot, char sign, const char *expected)
{
    if (!dot_sign(&dot->lexer, sign))
        return unexpected(dot, expected);
    dot_next(&dot->lexer);
    return SPEX_OK;
}

/* ---------------------------------------------------------- attributes */

static void look_release(struct look *look)
{
    text_release(&look->label);
}

static bool look_copy(struct look *copy, const struct look *look)
{
    *copy = *look;
    copy->label = (struct text){0};
    text_append(&copy->label, text_value(&look->label));
    return !copy->label.failed;
}

static void take_attribute(struct look *look, const char *name, const struct dot_lexer *lexer)
{
    const char *value = text_value(&lexer->value);
    if (strcmp(name, "label") == 0) {
        text_clear(&look->label);
        text_append(&look->label, value);
        look->labelled = true;
        look->html = lexer->html;
    } else if (strcmp(name, "style") == 0) {
        look->dashed = strstr(value, "dashed") != NULL;
        look->invisible |= strstr(value, "invis") != NULL;
    } else if (strcmp(name, "shape") == 0) {
        look->invisible = strcmp(value, "point") == 0 || strcmp(value, "none") == 0 ||
                          strcmp(value, "plaintext") == 0 || strcmp(value, "plain") == 0;
    }
}

/* [name=value, name=value] [...] */
static int read_attributes(struct dot *dot, struct look *look)
{
    struct dot_lexer *lexer = &dot->lexer;
    int status = SPEX_OK;
    while (!status && dot_sign(lexer, '[')) {
        dot_next(lexer);
        while (!status && !dot_sign(lexer, ']')) {
            struct text name = {0};
            if (lexer->kind != DOT_ID)
                return unexpected(dot, "an attribute or ]");
            text_append(&name, text_value(&lexer->value));
            dot_next(lexer);
            status = take_sign(dot, '=', "= behind the attribute's name");
            if (!status && lexer->kind != DOT_ID)
                status = unexpected(dot, "the attribute's value");
            if (!status) {
                take_attribute(look, text_value(&name), lexer);
                dot_next(lexer);
            }
            if (!status && (dot_sign(lexer, ',') || dot_sign(lexer, ';')))
                dot_next(lexer);
            if (name.failed || look->label.failed)
                status = error_memory(dot->error);
            text_release(&name);
        }
        if (!status)
            dot_next(lexer);
    }
    return status;
}

/* --------------------------------------------------------- nodes, edges */

static int add_to_list(struct dot *dot, struct node_list *list, uint32_t node)
{
    if (!memory_reserve(&list->items, &list->capacity, list->count + 1, sizeof *list->items))
        return error_memory(dot->error);
    list->items[list->count++] = node;
    return SPEX_OK;
}

static int set_node(struct dot *dot, uint32_t number, const struct look *look, bool own)
{
    struct node *node = &dot->nodes[number];
    const char *name = symbols_name(&dot->names, number);
    node->marker = look->invisible || strncmp(name, "__start", 7) == 0;
    if (!own || !look->labelled)
        return SPEX_OK;
    struct text label = {0};
    dot_label(&look->label, look->html, name, &label);
    text_append(&label, "");
    free(node->label);
    node->label = text_take(&label);
    return node->label ? SPEX_OK : error_memory(dot->error);
}

/* ID [: port [: compass]] */
static int read_node(struct dot *dot, const struct look *look, uint32_t *number)
{
    struct dot_lexer *lexer = &dot->lexer;
    uint32_t before = dot->names.count;
    if (lexer->value.failed)
        return error_memory(dot->error);
    if (strlen(text_value(&lexer->value)) > SPEX_NAME_MAX)
        return unexpected(dot, "a name of at most 4096 bytes");
    *number = symbols_intern(&dot->names, text_value(&lexer->value));
    if (*number == SYMBOL_NONE ||
        !memory_reserve(&dot->nodes, &dot->node_capacity, dot->names.count, sizeof *dot->nodes))
        return error_memory(dot->error);
    if (dot->names.count > before) {
        dot->nodes[*number] = (struct node){0};
        set_node(dot, *number, look, false);
    }
    dot_next(lexer);
    for (int i = 0; i < 2 && dot_sign(lexer, ':'); i++) {
        dot_next(lexer);
        if (lexer->kind != DOT_ID)
            return unexpected(dot, "the name of a port");
        dot_next(lexer);
    }
    return SPEX_OK;
}

static int add_edge(struct dot *dot, uint32_t from, uint32_t to, const struct look *look,
                    const char *at)
{
    if (dot->edge_count >= EDGES_MAX)
        return dot_error(dot, at, "at most 100 million edges");
    if (!memory_reserve(&dot->edges, &dot->edge_capacity, dot->edge_count + 1, sizeof *dot->edges))
        return error_memory(dot->error);
    struct edge edge = {.from = from, .to = to, .dashed = look->dashed, .at = at};
    if (look->labelled) {
        struct text label = {0};
        dot_label(&look->label, look->html, "\\N", &label);
        text_append(&label, "");
        edge.label = text_take(&label);
        if (!edge.label)
            return error_memory(dot->error);
        if (strlen(edge.label) > SPEX_NAME_MAX) {
            free(edge.label);
            return dot_error(dot, at, "a label of at most 4096 bytes");
        }
    }
    dot->edges[dot->edge_count++] = edge;
    return SPEX_OK;
}

/* ----------------------------------------------------------- statements */

struct defaults {
    struct look node, edge;
};

static int read_statements(struct dot *dot, const struct defaults *outer, struct node_list *list);

/* [subgraph [ID]] { ... }: its nodes go to the list. */
static int read_subgraph(struct dot *dot, const struct defaults *defaults, struct node_list *list)
{
    if (dot_word(&dot->lexer, "subgraph")) {
        dot_next(&dot->lexer);
        if (dot->lexer.kind == DOT_ID)
            dot_next(&dot->lexer);
        if (!dot_sign(&dot->lexer, '{'))
            return unexpected(dot, "{ and the statements of the subgraph");
    }
    if (dot->depth == DEPTH_MAX)
        return unexpected(dot, "subgraphs that are not nested so deep");
    dot_next(&dot->lexer);
    dot->depth++;
    int status = read_statements(dot, defaults, list);
    dot->depth--;
    return status ? status : take_sign(dot, '}', "a statement or }");
}

static bool at_subgraph(const struct dot *dot)
{
    return dot_sign(&dot->lexer, '{') || dot_word(&dot->lexer, "subgraph");
}

/* A node or a subgraph, as the end of an edge. */
static int read_end(struct dot *dot, const struct defaults *defaults, struct node_list *list)
{
    uint32_t node;
    if (at_subgraph(dot))
        return read_subgraph(dot, defaults, list);
    if (dot->lexer.kind != DOT_ID)
        return unexpected(dot, "a node or {");
    int status = read_node(dot, &defaults->node, &node);
    return status ? status : add_to_list(dot, list, node);
}

static int connect(struct dot *dot, const struct node_list *from, const struct node_list *to,
                   const struct look *look, const char *at)
{
    int status = SPEX_OK;
    for (size_t i = 0; !status && i < from->count; i++)
        for (size_t j = 0; !status && j < to->count; j++)
            status = add_edge(dot, from->items[i], to->items[j], look, at);
    return status;
}

/* a -> b -> {c d} [label=x]: the attributes come last, so the ends are kept until then. */
static int read_edges(struct dot *dot, const struct defaults *defaults, struct node_list *first,
                      struct node_list *mentioned)
{
    struct dot_lexer *lexer = &dot->lexer;
    struct node_list *ends = NULL;
    size_t count = 0, capacity = 0;
    const char *at = lexer->start;
    struct look look = {0};
    int status = SPEX_OK;
    while (!status && (lexer->kind == DOT_EDGE || lexer->kind == DOT_LINE)) {
        if (lexer->kind == DOT_LINE)
            status = unexpected(dot, "->, the edge of a directed graph");
        else if (!memory_reserve(&ends, &capacity, count + 1, sizeof *ends))
            status = error_memory(dot->error);
        if (status)
            break;
        dot_next(lexer);
        ends[count++] = (struct node_list){0};
        status = read_end(dot, defaults, &ends[count - 1]);
    }
    if (!status && !look_copy(&look, &defaults->edge))
        status = error_memory(dot->error);
    if (!status)
        status = read_attributes(dot, &look);
    for (size_t i = 0; !status && i < count; i++)
        status = connect(dot, i ? &ends[i - 1] : first, &ends[i], &look, at);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; !status && j < ends[i].count; j++)
            status = add_to_list(dot, mentioned, ends[i].items[j]);
        free(ends[i].items);
    }
    free(ends);
    look_release(&look);
    return status;
}

/* A node's statement, or the edges that begin with it. */
static int read_node_statement(struct dot *dot, const struct defaults *defaults,
                               struct node_list *mentioned)
{
    uint32_t node;
    struct node_list first = {0};
    struct look look = {0};
    int status = read_node(dot, &defaults->node, &node);
    if (!status)
        status = add_to_list(dot, &first, node);
    if (!status)
        status = add_to_list(dot, mentioned, node);
    if (!status && (dot->lexer.kind == DOT_EDGE || dot->lexer.kind == DOT_LINE)) {
        status = read_edges(dot, defaults, &first, mentioned);
    } else if (!status && dot_sign(&dot->lexer, '[')) {
        look.invisible = dot->nodes[node].marker;
        status = read_attributes(dot, &look);
        if (!status)
            status = set_node(dot, node, &look, true);
    }
    look_release(&look);
    free(first.items);
    return status;
}

static int read_statement(struct dot *dot, struct defaults *defaults, struct node_list *mentioned)
{
    struct dot_lexer *lexer = &dot->lexer;
    struct look ignored = {0};
    int status;
    if (at_subgraph(dot)) {
        struct node_list first = {0};
        status = read_subgraph(dot, defaults, &first);
        for (size_t i = 0; !status && i < first.count; i++)
            status = add_to_list(dot, mentioned, first.items[i]);
        if (!status && (lexer->kind == DOT_EDGE || lexer->kind == DOT_LINE))
            status = read_edges(dot, defaults, &first, mentioned);
        free(first.items);
        return status;
    }
    if (lexer->kind != DOT_ID)
        return unexpected(dot, "a statement or }");
    bool graph = dot_word(lexer, "graph"), node = dot_word(lexer, "node");
    if (graph || node || dot_word(lexer, "edge")) {
        struct look *look = graph ? &ignored : node ? &defaults->node : &defaults->edge;
        dot_next(lexer);
        status = dot_sign(lexer, '[') ? read_attributes(dot, look) : unexpected(dot, "[");
        look_release(&ignored);
        return status;
    }
    /* name = value, or a node */
    struct dot_lexer before = *lexer;
    const char *at = lexer->at;
    while (at < lexer->end && (blank(*at) || *at == '\n'))
        at++;
    if (at == lexer->end || *at != '=' || before.html)
        return read_node_statement(dot, defaults, mentioned);
    dot_next(lexer);
    dot_next(lexer);
    if (lexer->kind != DOT_ID)
        return unexpected(dot, "the attribute's value");
    dot_next(lexer);
    return SPEX_OK;
}

static int read_statements(struct dot *dot, const struct defaults *outer, struct node_list *list)
{
    struct defaults defaults = {0};
    int status = look_copy(&defaults.node, &outer->node) && look_copy(&defaults.edge, &outer->edge)
                     ? SPEX_OK
                     : error_memory(dot->error);
    while (!status && !dot_sign(&dot->lexer, '}') && dot->lexer.kind != DOT_END) {
        if (dot_sign(&dot->lexer, ';'))
            dot_next(&dot->lexer);
        else
            status = read_statement(dot, &defaults, list);
    }
    look_release(&defaults.node);
    look_release(&defaults.edge);
    return status;
}

static int read_graph(struct dot *dot)
{
    struct dot_lexer *lexer = &dot->lexer;
    struct defaults none = {0};
    struct node_list list = {0};
    dot_next(lexer);
    if (dot_word(lexer, "strict"))
        return unexpected(dot, "a digraph that is not strict: a strict one has lost all but one of "
                               "several transitions between two states");
    if (dot_word(lexer, "graph"))
        return unexpected(dot, "a digraph: in an undirected graph nothing says where a transition "
                               "leads to");
    if (!dot_word(lexer, "digraph"))
        return unexpected(dot, "digraph");
    dot_next(lexer);
    if (lexer->kind == DOT_ID)
        dot_next(lexer);
    int status = take_sign(dot, '{', "{");
    if (!status)
        status = read_statements(dot, &none, &list);
    if (!status)
        status = take_sign(dot, '}', "a statement or }");
    if (!status && lexer->kind != DOT_END)
        status = unexpected(dot, "nothing behind the graph");
    free(list.items);
    return status;
}

/* ------------------------------------------------------------- the LTS */

static bool unlabelled(const struct edge *edge)
{
    return !edge->label || !*edge->label;
}

/* The node that a point or nothing leads to without a label; that is no state then. */
static int find_initial(struct dot *dot, uint32_t *initial)
{
    uint32_t found = SYMBOL_NONE;
    for (size_t i = 0; i < dot->edge_count; i++) {
        struct edge *edge = &dot->edges[i];
        struct node *from = &dot->nodes[edge->from];
        from->marker &= unlabelled(edge) && !(from->label && *from->label);
        dot->nodes[edge->to].marker = false;
    }
    for (size_t i = 0; i < dot->edge_count; i++) {
        struct edge *edge = &dot->edges[i];
        if (!dot->nodes[edge->from].marker)
            continue;
        if (found != SYMBOL_NONE && found != edge->to)
            return dot_error(dot, edge->at, "one initial state; this would be another one");
        found = edge->to;
    }
    for (uint32_t i = 0; found == SYMBOL_NONE && i < dot->names.count; i++)
        if (!dot->nodes[i].marker)
            found = i;
    *initial = found;
    return found == SYMBOL_NONE ? dot_error(dot, dot->lexer.start, "at least one state") : SPEX_OK;
}

/* States by their labels, if those are all different, else by their names in the file. */
static int name_states(struct dot *dot, struct lts *lts)
{
    for (int labels = 1; labels >= 0; labels--) {
        symbols_release(&lts->state_names);
        uint32_t count = 0;
        bool different = true;
        for (uint32_t i = 0; different && i < dot->names.count; i++) {
            struct node *node = &dot->nodes[i];
            if (node->marker)
                continue;
            const char *name =
                labels && node->label && *node->label ? node->label : dot->names.names[i];
            node->state = symbols_intern(&lts->state_names, name);
            if (node->state == SYMBOL_NONE)
                return error_memory(dot->error);
            different = node->state == count++;
        }
        if (different)
            break;
    }
    lts->state_count = lts->state_names.count;
    return SPEX_OK;
}

static int add_transitions(struct dot *dot, const char *internal, struct lts *lts)
{
    int status = SPEX_OK;
    for (size_t i = 0; !status && i < dot->edge_count; i++) {
        const struct edge *edge = &dot->edges[i];
        if (dot->nodes[edge->from].marker)
            continue;
        bool silent = unlabelled(edge) || strcmp(edge->label, SPEX_INTERNAL) == 0 ||
                      (edge->dashed && strcmp(edge->label, "τ") == 0) ||
                      (internal && strcmp(edge->label, internal) == 0);
        uint32_t label = silent ? LTS_INTERNAL : symbols_intern(&lts->labels, edge->label);
        status = label == SYMBOL_NONE ? error_memory(dot->error)
                                      : lts_add(lts, dot->nodes[edge->from].state, label,
                                                dot->nodes[edge->to].state, dot->error);
    }
    return status;
}

static void dot_release(struct dot *dot)
{
    for (uint32_t i = 0; i < dot->names.count && dot->nodes; i++)
        free(dot->nodes[i].label);
    for (size_t i = 0; i < dot->edge_count; i++)
        free(dot->edges[i].label);
    free(dot->nodes);
    free(dot->edges);
    symbols_release(&dot->names);
    dot_lexer_release(&dot->lexer);
}

int dot_read(const char *file, const char *bytes, size_t length, const char *internal,
             struct lts *lts, spex_error *error)
{
    struct dot dot = {.file = file, .error = error};
    struct lines lines;
    uint32_t initial;
    int status = lines_start(&lines, file, bytes, length, error);
    if (status)
        return status;
    dot_lexer_start(&dot.lexer, bytes, length);
    status = read_graph(&dot);
    if (!status)
        status = find_initial(&dot, &initial);
    if (!status)
        status = lts_init(lts, error);
    if (!status) {
        status = name_states(&dot, lts);
        if (!status)
            status = add_transitions(&dot, internal, lts);
        lts->initial = dot.nodes[initial].state;
        if (status)
            lts_release(lts);
    }
    dot_release(&dot);
    return status;
}
