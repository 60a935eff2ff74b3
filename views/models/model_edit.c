#include "views/models/model_edit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "format/format.h"
#include "views/workspace/workspace_internal.h"

/* ------------------------------------------------------------------ changes */

void model_change_release(struct model_change *change)
{
    free(change->from);
    free(change->action);
    free(change->to);
}

static bool change_copy(struct model_change *copy, const struct model_change *change)
{
    *copy = (struct model_change){.kind = change->kind};
    bool good = memory_copy_optional(&copy->from, change->from) &&
                memory_copy_optional(&copy->action, change->action) &&
                memory_copy_optional(&copy->to, change->to);
    if (!good)
        model_change_release(copy);
    return good;
}

static enum model_change_kind opposite(enum model_change_kind kind)
{
    static const enum model_change_kind opposites[] = {[CHANGE_ADD] = CHANGE_REMOVE,
                                                       [CHANGE_REMOVE] = CHANGE_ADD,
                                                       [CHANGE_LEARN] = CHANGE_FREEZE,
                                                       [CHANGE_FREEZE] = CHANGE_LEARN};
    return opposites[kind];
}

static int apply_one(struct spex_model *model, const struct model_change *change, spex_error *error)
{
    switch (change->kind) {
    case CHANGE_ADD:
        return model_add(model, change->from, change->action, change->to, NULL, error);
    case CHANGE_REMOVE:
        model_remove(model, change->from, change->action, change->to);
        return SPEX_OK;
    case CHANGE_LEARN:
    case CHANGE_FREEZE:
    default:
        model->learning = change->kind == CHANGE_LEARN;
        return SPEX_OK;
    }
}

/* From what is in the file to what is shown: on, or back. */
size_t model_edit_pending(const struct model_edit *edit)
{
    if (!edit)
        return 0;
    return edit->taken > edit->saved ? edit->taken - edit->saved : edit->saved - edit->taken;
}

struct model_change model_edit_pending_change(const struct model_edit *edit, size_t index)
{
    if (edit->taken > edit->saved)
        return edit->changes[edit->saved + index];
    struct model_change change = edit->changes[edit->saved - 1 - index];
    change.kind = opposite(change.kind);
    return change;
}

static int apply(const struct model_edit *edit, struct spex_model *model, spex_error *error)
{
    int status = SPEX_OK;
    for (size_t i = 0; !status && i < model_edit_pending(edit); i++) {
        struct model_change change = model_edit_pending_change(edit, i);
        status = apply_one(model, &change, error);
    }
    return status;
}

static bool same_transition(const struct model_change *left, const struct model_change *right)
{
    return left->from && right->from && strcmp(left->from, right->from) == 0 &&
           strcmp(left->action, right->action) == 0 && strcmp(left->to, right->to) == 0;
}

/* Whether the one takes back what the other did, or does it again. */
static bool same_subject(const struct model_edit *edit, const struct model_change *left,
                         const struct model_change *right)
{
    /* Where there is no file, also a model that does not learn any more is one. */
    return left->from ? same_transition(left, right) : !right->from && edit->content;
}

/* What is there and not there in turn is, in the end, changed or not; of another file than it was
 * changed of nobody knows. */
size_t model_edit_unsaved(const struct model_edit *edit)
{
    size_t pending = model_edit_pending(edit), count = 0;
    for (size_t i = 0; i < pending; i++) {
        struct model_change change = model_edit_pending_change(edit, i);
        size_t later = 0;
        for (size_t k = i + 1; k < pending; k++) {
            struct model_change other = model_edit_pending_change(edit, k);
            later += same_subject(edit, &change, &other);
        }
        if (edit->changed)
            count += later == 0;
        else
            count += later % 2 ? SIZE_MAX : 1;
    }
    return count;
}

/* --------------------------------------------------------------------- edits */

static void forget_changes(struct model_edit *edit, size_t from)
{
    while (edit->count > from)
        model_change_release(&edit->changes[--edit->count]);
}

void model_edit_free(struct model_edit *edit)
{
    if (!edit)
        return;
    forget_changes(edit, 0);
    snapshot_drop(edit->before);
    free(edit->changes);
    free(edit->specification);
    free(edit);
}

void model_edits_free(struct model_edits *edits)
{
    if (!edits)
        return;
    for (size_t i = 0; i < edits->count; i++)
        model_edit_free(edits->items[i]);
    free(edits->items);
    free(edits);
}

struct model_edit *model_edits_find(const struct model_edits *edits, const char *specification)
{
    for (size_t i = 0; edits && specification && i < edits->count; i++)
        if (strcmp(edits->items[i]->specification, specification) == 0)
            return edits->items[i];
    return NULL;
}

static struct model_edit *edit_of(struct workspace *workspace, const char *specification)
{
    struct model_edit *edit = model_edits_find(workspace->edits, specification);
    if (edit)
        return edit;
    if (!workspace->edits)
        workspace->edits = memory_allocate(1, sizeof *workspace->edits);
    struct model_edits *edits = workspace->edits;
    edit = memory_allocate(1, sizeof *edit);
    if (!edits || !edit || !(edit->specification = memory_copy_text(specification)) ||
        !memory_reserve(&edits->items, &edits->capacity, edits->count + 1, sizeof *edits->items)) {
        model_edit_free(edit);
        return NULL;
    }
    edits->items[edits->count++] = edit;
    return edit;
}

bool model_edits_unsaved(const struct model_edits *edits, struct text *names)
{
    bool any = false;
    for (size_t i = 0; edits && i < edits->count; i++)
        if (model_edit_unsaved(edits->items[i])) {
            text_printf(names, "%s%s", any ? ", " : "", edits->items[i]->specification);
            any = true;
        }
    return any;
}

struct model_edit *model_edit_copy(const struct model_edit *edit)
{
    struct model_edit *copy = memory_allocate(1, sizeof *copy);
    if (!copy)
        return NULL;
    copy->taken = edit->taken;
    copy->saved = edit->saved;
    copy->mode = edit->mode;
    copy->removed = edit->removed;
    copy->before = edit->before ? snapshot_keep(edit->before) : NULL;
    copy->specification = memory_copy_text(edit->specification);
    bool good = copy->specification &&
                memory_reserve(&copy->changes, &copy->capacity, edit->count, sizeof *copy->changes);
    for (size_t i = 0; good && i < edit->count; i++) {
        good = change_copy(&copy->changes[i], &edit->changes[i]);
        copy->count += good;
    }
    if (good)
        return copy;
    model_edit_free(copy);
    return NULL;
}

struct model_edits *model_edits_copy(const struct model_edits *edits)
{
    struct model_edits *copy = memory_allocate(1, sizeof *copy);
    bool good = copy && memory_reserve(&copy->items, &copy->capacity, edits->count + 1,
                                       sizeof *copy->items);
    for (size_t i = 0; good && i < edits->count; i++) {
        if (!model_edit_unsaved(edits->items[i]))
            continue;
        good = (copy->items[copy->count] = model_edit_copy(edits->items[i])) != NULL;
        copy->count += good;
    }
    if (good)
        return copy;
    model_edits_free(copy);
    return NULL;
}

const struct spex_model *model_edit_base(const struct model_edit *edit,
                                         const struct project_entry *entry)
{
    if (edit && edit->removed)
        entry = project_find(&edit->before->project, edit->specification);
    return entry ? entry->model : NULL;
}

/* What there is no model of begins to learn, as it would if an instance had been recorded. */
struct spex_model *model_edit_apply(const struct model_edit *edit,
                                    const struct project_entry *entry)
{
    const struct spex_model *base = model_edit_base(edit, entry);
    struct spex_model *model =
        base ? model_copy(base) : model_create(entry->specification->name, true);
    if (model && apply(edit, model, NULL)) {
        spex_model_free(model);
        return NULL;
    }
    return model;
}

/* Without changes there is nothing to lose: the edit is about the file as it is now. */
static void look_at_file(struct model_edit *edit, const struct spex_model *model,
                         struct snapshot *files)
{
    bool unsaved = model_edit_unsaved(edit) > 0;
    uint64_t content = model ? model->content : 0;
    if (!unsaved && content != edit->content) {
        forget_changes(edit, 0);
        edit->taken = edit->saved = 0;
        edit->content = content;
    }
    edit->changed = content != edit->content;
    edit->removed = edit->changed && !content && edit->before;
    if (edit->removed)
        return;
    snapshot_drop(edit->before);
    edit->before = unsaved ? snapshot_keep(files) : NULL;
    if (unsaved && content && access(model->source, F_OK) == 0)
        edit->mode = file_mode(model->source);
}

bool model_edits_look(struct model_edits *edits, struct snapshot *files)
{
    bool any = false;
    for (size_t i = 0; edits && i < edits->count; i++) {
        const struct project_entry *entry =
            project_find(&files->project, edits->items[i]->specification);
        if (entry && !entry->model_error.status)
            look_at_file(edits->items[i], entry->model, files);
        any |= model_edit_unsaved(edits->items[i]) > 0;
    }
    return any;
}

/* ------------------------------------------------------------------- changing */

/* As it is in the files. */
static const struct project_entry *selected_entry(const struct explorer *explorer)
{
    const struct workspace *workspace = explorer->workspace;
    const char *name = explorer->selection.specification;
    const struct project_entry *entry =
        name && workspace->files ? project_find(&workspace->files->project, name) : NULL;
    return entry && entry->specification ? entry : NULL;
}

/* What there is once all changes are made, whatever is shown by now. */
struct standing {
    bool model, learning, there; /* a model, that learns, that has the transition */
};

static void stand(struct standing *standing, const struct model_change *change,
                  const struct model_change *wanted)
{
    standing->model = true;
    if (!change->from)
        standing->learning = change->kind == CHANGE_LEARN;
    else if (same_transition(change, wanted))
        standing->there = change->kind == CHANGE_ADD;
}

static struct standing find_standing(const struct model_edit *edit, const struct spex_model *file,
                                     const struct model_change *wanted)
{
    struct standing standing = {.model = file,
                                .learning = !file || file->learning,
                                .there = file && wanted->from &&
                                         model_has(file, wanted->from, wanted->action, wanted->to)};
    for (size_t i = 0; i < model_edit_pending(edit); i++) {
        struct model_change change = model_edit_pending_change(edit, i);
        stand(&standing, &change, wanted);
    }
    return standing;
}

static int check_names(const struct model_change *change, spex_error *error)
{
    struct text line = {0};
    int status = name_check("the state", change->from, error);
    if (!status)
        status = name_check("the action", change->action, error);
    if (!status)
        status = name_check("the state", change->to, error);
    if (!status)
        status = transition_line_write(&line, change->from, change->action, change->to, error);
    text_release(&line);
    return status;
}

/* Whether the change would change anything, and could be written to a file. */
static int check_change(const struct standing *standing, const struct model_change *change,
                        spex_error *error)
{
    const char *wrong = NULL;
    if (change->kind == CHANGE_LEARN && standing->model && standing->learning)
        wrong = "This model learns already.";
    else if (change->kind == CHANGE_FREEZE && !standing->model)
        wrong = "There is no model to freeze; L begins one that learns.";
    else if (change->kind == CHANGE_FREEZE && !standing->learning)
        wrong = "This model is frozen already.";
    else if (change->kind == CHANGE_REMOVE && !standing->there)
        wrong = "The model has no such transition.";
    else if (change->kind == CHANGE_ADD && standing->there)
        wrong = "The model has this transition already.";
    if (wrong)
        return error_set(error, SPEX_ERROR_USAGE, "%s", wrong);
    return change->kind == CHANGE_ADD ? check_names(change, error) : SPEX_OK;
}

/* What was undone behind a save cannot be forgotten: it is in the file. Undoing it becomes a
 * change like others. */
static bool give_up_undone(struct model_edit *edit)
{
    if (edit->taken >= edit->saved) {
        forget_changes(edit, edit->taken);
        return true;
    }
    forget_changes(edit, edit->saved);
    size_t undone = edit->saved - edit->taken;
    if (!memory_reserve(&edit->changes, &edit->capacity, edit->count + undone,
                        sizeof *edit->changes))
        return false;
    for (size_t i = edit->saved; i-- > edit->taken; edit->count++) {
        if (!change_copy(&edit->changes[edit->count], &edit->changes[i])) {
            forget_changes(edit, edit->saved);
            return false;
        }
        edit->changes[edit->count].kind = opposite(edit->changes[i].kind);
    }
    return true;
}

int model_edit_entry(struct workspace *workspace, const struct project_entry *entry,
                     const struct model_change *change, spex_error *error)
{
    if (entry->model_error.status)
        return error_set(error, SPEX_ERROR_USAGE, "%s", entry->model_error.message);
    struct model_edit *edit = model_edits_find(workspace->edits, entry->specification->name);
    struct standing standing = find_standing(edit, model_edit_base(edit, entry), change);
    int status = check_change(&standing, change, error);
    if (status)
        return status;
    struct model_change copy;
    edit = edit_of(workspace, entry->specification->name);
    if (!edit)
        return error_memory(error);
    if (edit->saving)
        return error_set(error, SPEX_ERROR_USAGE, "The model is being saved.");
    if (!edit->count)
        edit->content = entry->model ? entry->model->content : 0;
    if (!give_up_undone(edit) || !change_copy(&copy, change))
        return error_memory(error);
    if (!memory_reserve(&edit->changes, &edit->capacity, edit->count + 1, sizeof *edit->changes)) {
        model_change_release(&copy);
        return error_memory(error);
    }
    edit->changes[edit->count++] = copy;
    edit->taken = edit->count;
    return SPEX_OK;
}

int model_edit_change(struct explorer *explorer, const struct model_change *change,
                      spex_error *error)
{
    const struct project_entry *entry = selected_entry(explorer);
    if (!entry)
        return error_set(error, SPEX_ERROR_USAGE, "No specification is selected.");
    int status = model_edit_entry(explorer->workspace, entry, change, error);
    if (!status)
        workspace_show(explorer->workspace);
    return status;
}

void model_edit_go(struct explorer *explorer, struct model_edit *edit, size_t taken)
{
    edit->taken = taken;
    workspace_show(explorer->workspace);
}

void model_edit_drop(struct explorer *explorer, struct model_edit *edit)
{
    forget_changes(edit, 0);
    edit->taken = edit->saved = 0;
    workspace_show(explorer->workspace);
}
