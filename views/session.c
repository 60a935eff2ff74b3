#include "views/session.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/base.h"
#include "model/filter.h"
#include "views/instances/instances.h"

enum { LARGEST = 1 << 16 };

/* From anywhere the same folder is the same project, also one that is not made yet. */
static void append_whole(struct text *text, const char *path)
{
    char *whole = realpath(path, NULL);
    char *parent = memory_copy_bytes(path, (size_t)(file_name(path) - path));
    char *above = !whole && parent ? realpath(*parent ? parent : ".", NULL) : NULL;
    if (whole)
        text_append(text, whole);
    else
        text_printf(text, "%s/%s", above ? above : "", above ? file_name(path) : path);
    text_append_char(text, '\n');
    free(whole);
    free(parent);
    free(above);
}

char *session_path(const char *directory, const char *name, const struct project_options *project)
{
    struct text path = {0}, folders = {0};
    if (!directory)
        return NULL;
    append_whole(&folders, project->specs_dir);
    append_whole(&folders, project->impl_models_dir);
    append_whole(&folders, project->store_dir);
    const char *ending = file_ending(name);
    text_printf(&path, "%s/%.*s-%016" PRIx64 "%s", directory, (int)(ending - name), name,
                (uint64_t)XXH3_64bits(text_value(&folders), folders.length), ending);
    text_release(&folders);
    return text_take(&path);
}

/* -------------------------------------------------------------- restoring */

static void go_there(struct explorer *explorer, const struct session_kept *kept)
{
    struct instances *instances = explorer->states[VIEW_INSTANCES];
    instances->rows.order = kept->order;
    instances->rows.descending = kept->descending;
    instances_keep_text(&instances->first_filter, kept->filter);
    if (kept->specification)
        explorer_select_specification(explorer, kept->specification);
    if (kept->instance)
        explorer_select_instance(explorer, kept->instance, kept->specification);
    explorer->restored = kept->specification != NULL;
    if (kept->view != VIEW_OVERVIEW && (kept->view != VIEW_INSTANCE || kept->instance))
        explorer_open(explorer, kept->view);
}

void session_restore(struct explorer *explorer)
{
    char *bytes;
    size_t length;
    spex_error error;
    struct session_kept kept;
    const char *path = explorer->session_path;
    if (!path || access(path, F_OK) != 0)
        return;
    int status = file_read_regular(path, LARGEST, &bytes, &length, &error);
    if (status) {
        explorer_message(explorer, ROLE_WARNING, "Beginning anew: %s", error.message);
        return;
    }
    status = session_read(&kept, path, bytes, length, &error);
    if (status)
        explorer_message(explorer, ROLE_WARNING, "Beginning anew, what was kept is damaged: %s",
                         error.message);
    else
        go_there(explorer, &kept);
    session_kept_release(&kept);
    free(bytes);
}

/* ---------------------------------------------------------------- keeping */

static enum view_id last_view(const struct explorer *explorer)
{
    size_t depth = explorer->depth;
    while (depth > 1 && explorer->stack[depth - 1] == VIEW_HELP)
        depth--;
    return explorer->stack[depth - 1];
}

void session_keep(const struct explorer *explorer)
{
    const struct instances *instances = explorer->states[VIEW_INSTANCES];
    const struct selection *selection = &explorer->selection;
    const char *filter = instances->typed ? instances->typed : instances->first_filter;
    enum view_id view = last_view(explorer);
    bool ordered = instances->rows.order != ORDER_IDENTIFIER || instances->rows.descending;
    if (!explorer->session_path)
        return;
    if (view == VIEW_OVERVIEW && !ordered && !(filter && *filter)) {
        unlink(explorer->session_path);
        return;
    }
    json_t *root = json_pack(
        "{s:s, s:s*, s:s*, s:s*, s:s, s:b}", "view", view_name(view), "specification",
        selection->specification, "instance", selection->identifier, "filter", filter, "order",
        instance_order_names[instances->rows.order], "descending", (int)instances->rows.descending);
    char *bytes = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
    struct text text = {0};
    text_append(&text, bytes ? bytes : "");
    text_append_char(&text, '\n');
    /* Where one was is no reason to disturb anybody who goes. */
    if (bytes)
        file_replace_text(explorer->session_path, &text, NULL);
    text_release(&text);
    free(bytes);
    json_decref(root);
}
