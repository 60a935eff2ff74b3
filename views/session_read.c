/* The file of a session, as far as it makes sense. */
#include <jansson.h>
#include <string.h>

#include "base/base.h"
#include "model/filter.h"
#include "views/session.h"

static bool find_view(const char *name, enum view_id *view)
{
    for (int i = 0; i < VIEW_HELP; i++)
        if (strcmp(view_name((enum view_id)i), name) == 0) {
            *view = (enum view_id)i;
            return true;
        }
    return false;
}

static int read_kept(const json_t *root, struct session_kept *kept, spex_error *error)
{
    struct filter *filter = NULL;
    json_error_t where;
    if (json_unpack_ex((json_t *)root, &where, 0, "{s:s, s?s, s?s, s?s, s:s, s:b}", "view",
                       &kept->view_name, "specification", &kept->specification, "instance",
                       &kept->instance, "filter", &kept->filter, "order", &kept->order_name,
                       "descending", &kept->descending))
        return error_set(error, SPEX_ERROR_SYNTAX, "%s", where.text);
    if (!find_view(kept->view_name, &kept->view))
        return error_set(error, SPEX_ERROR_SYNTAX, "there is no view %s", kept->view_name);
    if (!instance_order_named(kept->order_name, &kept->order))
        return error_set(error, SPEX_ERROR_SYNTAX, "there is no order %s", kept->order_name);
    int status = kept->filter ? filter_parse(&filter, kept->filter, NULL, error) : SPEX_OK;
    filter_free(filter);
    return status;
}

int session_read(struct session_kept *kept, const char *path, const char *bytes, size_t length,
                 spex_error *error)
{
    json_error_t where;
    *kept = (struct session_kept){0};
    kept->root = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &where);
    if (!kept->root)
        return error_place(error, path, (unsigned)where.line, (unsigned)where.column, "%s",
                           where.text);
    return read_kept(kept->root, kept, error);
}

void session_kept_release(struct session_kept *kept)
{
    json_decref(kept->root);
    *kept = (struct session_kept){0};
}
