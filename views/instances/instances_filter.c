/* What the list of instances shows and in which order: typed, recalled, saved, chosen. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/instances/filter_completion.h"
#include "views/instances/filter_line.h"
#include "views/instances/filters.h"
#include "views/instances/instances.h"

void instances_keep_text(char **place, const char *value)
{
    char *copy = value ? memory_copy_text(value) : NULL;
    free(*place);
    *place = copy;
}

void instances_reset(struct instances *instances)
{
    instances->scroll = (struct scroll){0};
    instances->moved = instances->to_last = false;
    instances_keep_text(&instances->cursor_identifier, NULL);
    rows_keep(&instances->rows, NULL);
}

void instances_apply(struct instances *instances, const char *typed)
{
    struct filter *filter;
    spex_error error;
    if (filter_parse(&filter, typed, NULL, &error)) {
        explorer_message(instances->explorer, ROLE_WARNING, "%s", error.message);
        return;
    }
    bool same = instances->typed && strcmp(instances->typed, typed) == 0;
    instances_keep_text(&instances->typed, typed);
    if (same && !instances->rows.error.status) {
        filter_free(filter);
        return;
    }
    /* "All that match" were those of the filter before. */
    if (instances->marks.all)
        marks_clear(&instances->marks);
    instances_reset(instances);
    rows_filter(&instances->rows, filter);
}

void explorer_filter(struct explorer *explorer, const char *filter)
{
    explorer_open(explorer, VIEW_INSTANCES);
    instances_apply(explorer->states[VIEW_INSTANCES], filter);
    history_note(&explorer->filters->typed, filter);
}

static void apply(void *view, const char *typed)
{
    instances_apply(view, typed);
}

void instances_ask_filter(struct instances *instances)
{
    struct filter_line line = {.explorer = instances->explorer,
                               .subject = FILTER_OF_INSTANCES,
                               .history = &instances->explorer->filters->typed,
                               .meta_paths = instances_meta_paths(instances),
                               .apply = apply,
                               .view = instances};
    filter_line_open(&line, instances->typed);
}

const struct symbols *instances_meta_paths(struct instances *instances)
{
    for (size_t i = 0; i < instances->rows.count; i++)
        filter_learn_meta(&instances->meta_paths, instances->rows.items[i]->meta);
    return &instances->meta_paths;
}

/* overdue, deviated, mocked, all, in turn: a word of the filter like any other. */
void instances_next_kind(struct instances *instances)
{
    static const enum filter_key next[] = {[FILTER_KEYS] = FILTER_OVERDUE,
                                           [FILTER_OVERDUE] = FILTER_DEVIATED,
                                           [FILTER_DEVIATED] = FILTER_MOCKED,
                                           [FILTER_MOCKED] = FILTER_KEYS};
    const struct filter *filter = instances->rows.filter;
    struct text words = {0};
    struct filter *other = filter_with_flag(filter_copy(filter), next[filter_flag(filter)]);
    filter_print(other, &words);
    filter_free(other);
    instances_apply(instances, text_value(&words));
    text_release(&words);
}

/* ------------------------------------------------------------------- saved */

static void name_typed(void *context, const char *text)
{
    struct instances *instances = context;
    struct explorer *explorer = instances->explorer;
    const char *filter = instances->typed ? instances->typed : "";
    spex_error error;
    char *name = memory_copy_text(text + strspn(text, " "));
    for (char *end = name ? name + strlen(name) : NULL; end && end > name && end[-1] == ' ';)
        *--end = '\0';
    if (!name || filters_save(explorer->filters, name, filter, &error))
        explorer_message(explorer, ROLE_BAD, "%s", name ? error.message : "out of memory");
    else if (*filter)
        explorer_message(explorer, ROLE_GOOD, "Saved as %s; F lists it.", name);
    else
        explorer_message(explorer, ROLE_GOOD, "%s is saved no more.", name);
    free(name);
}

/* Saved ones first, then the newest of those typed; the last item saves. */
static void saved_chosen(void *context, size_t item)
{
    struct instances *instances = context;
    struct explorer *explorer = instances->explorer;
    const struct filters *filters = explorer->filters;
    if (item < filters->saved_count) {
        instances_apply(instances, filters->saved[item].filter);
        return;
    }
    bool none = !instances->typed || !*instances->typed;
    struct overlay_calls calls = {.typed = name_typed, .context = instances};
    overlay_line(&explorer->overlay,
                 none ? "No filter is set. Forget the one saved as:" : "Save this filter as:", "",
                 &calls);
}

void instances_saved(struct instances *instances)
{
    struct overlay *overlay = &instances->explorer->overlay;
    const struct filters *filters = instances->explorer->filters;
    struct overlay_calls calls = {.chosen = saved_chosen, .context = instances};
    bool none = !instances->typed || !*instances->typed;
    if (none && !filters->saved_count) {
        explorer_message(instances->explorer, ROLE_DIM,
                         "No filter is saved yet: type one (/), then F saves it by a name.");
        return;
    }
    overlay_menu(overlay, "Saved filters", &calls);
    for (size_t i = 0; i < filters->saved_count; i++)
        overlay_menu_add(overlay, filters->saved[i].name, filters->saved[i].filter);
    overlay_menu_other(overlay, none ? "forget one" : "save this filter");
}

/* ------------------------------------------------------------------- order */

static const struct {
    enum instance_order order;
    bool descending; /* what is mostly wanted first */
    const char *label;
} orders[] = {{ORDER_IDENTIFIER, false, "identifier"},
              {ORDER_SPECIFICATION, false, "specification"},
              {ORDER_STATE, false, "state"},
              {ORDER_CHANGED, true, "last change"},
              {ORDER_CHANGED, false, "age of the state"},
              {ORDER_HISTORY, true, "length of the history"},
              {ORDER_OVERDUE, false, "overdue"}};

const char *instances_order_name(size_t number)
{
    return number < sizeof orders / sizeof *orders ? orders[number].label : NULL;
}

static void use_order(struct instances *instances, enum instance_order order, bool descending)
{
    instances->following = false;
    instances_reset(instances);
    rows_order(&instances->rows, order, descending);
}

static void order_chosen(void *context, size_t item)
{
    use_order(context, orders[item].order, orders[item].descending);
}

void instances_order_by(struct instances *instances, enum instance_order order)
{
    const struct rows *rows = &instances->rows;
    size_t item = 0;
    while (orders[item].order != order)
        item++;
    use_order(instances, order, rows->order == order ? !rows->descending : orders[item].descending);
}

void instances_ask_order(struct instances *instances)
{
    struct overlay *overlay = &instances->explorer->overlay;
    struct overlay_calls calls = {.chosen = order_chosen, .context = instances};
    overlay_menu(overlay, "Order by", &calls);
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        bool now = orders[i].order == instances->rows.order &&
                   (orders[i].order != ORDER_CHANGED ||
                    orders[i].descending == instances->rows.descending);
        overlay_menu_add(overlay, orders[i].label, now ? "now; T turns it around" : NULL);
        if (now)
            overlay->cursor = i;
    }
}
