/*
 * Changes to models that are not in their files yet. What views show as a specification's
 * model has them, and is checked and drawn with them; the files, and who records instances,
 * know nothing of them until they are saved. They are undone and done again, over a save too.
 *
 *   model_edit.c   the changes, and models with them
 *   model_show.c   showing those, which is made off the loop
 *   model_keys.c   what the keys of the Models view do
 *   model_write.c  saving
 *   unsaved.c      what a signal left unsaved
 */
#ifndef VIEWS_MODEL_EDIT_H
#define VIEWS_MODEL_EDIT_H

#include "views/explorer.h"

enum model_change_kind { CHANGE_ADD, CHANGE_REMOVE, CHANGE_LEARN, CHANGE_FREEZE };

struct model_change {
    enum model_change_kind kind;
    char *from, *action, *to; /* of a transition; else NULL */
};
void model_change_release(struct model_change *change);

/* Of one model. */
struct model_edit {
    char *specification;
    struct model_change *changes;
    size_t count, capacity;
    size_t taken;     /* those behind were undone */
    size_t saved;     /* so many are in the file */
    uint64_t content; /* of the file that the changes are about; 0: there is none */
    uint64_t asked;   /* of the one that was there when it was asked whether to write it */
    unsigned mode;    /* the permissions that file had; 0: none yet */
    bool changed; /* by somebody else meanwhile; what is shown is that file with these changes */
    bool removed; /* that, and there is no file any more: they are on what it was */
    struct snapshot *before; /* where it was seen last, while something is unsaved */
    bool saving;
};

struct model_edits {
    struct model_edit **items;
    size_t count, capacity;
};

void model_edits_free(struct model_edits *edits);
/* The edit of a specification's model; NULL: it was never changed. */
struct model_edit *model_edits_find(const struct model_edits *edits, const char *specification);
/* The changes from the file to what is shown, those that were undone since it was saved turned
 * around; the texts are the edit's. */
size_t model_edit_pending(const struct model_edit *edit);
struct model_change model_edit_pending_change(const struct model_edit *edit, size_t index);
/* How many of them there are but for those that others take back; 0: it is as in the file. */
size_t model_edit_unsaved(const struct model_edit *edit);
/* Names of those that are unsaved, "Order, Door"; false: none. */
bool model_edits_unsaved(const struct model_edits *edits, struct text *names);

/* The files are these now: notes which of them are not those that the changes are about. True:
 * there is something to apply to them. */
bool model_edits_look(struct model_edits *edits, struct snapshot *files);
/* For use off the loop: what is unsaved of them; the model of a file with the changes. NULL: memory
 * is out. */
struct model_edits *model_edits_copy(const struct model_edits *edits);
struct model_edit *model_edit_copy(const struct model_edit *edit);
void model_edit_free(struct model_edit *edit);
/* The model that the changes are on; the edit, or what is answered, may be NULL. */
const struct spex_model *model_edit_base(const struct model_edit *edit,
                                         const struct project_entry *entry);
struct spex_model *model_edit_apply(const struct model_edit *edit,
                                    const struct project_entry *entry);

/* One change more, as model_edit_change; shown with the next workspace_show. */
int model_edit_entry(struct workspace *workspace, const struct project_entry *entry,
                     const struct model_change *change, spex_error *error);

/* ---- on what is shown of the selected specification; views follow */
/* Takes the change's texts as copies; one that changes nothing is refused, in *error (USAGE). */
int model_edit_change(struct explorer *explorer, const struct model_change *change,
                      spex_error *error);
void model_edit_go(struct explorer *explorer, struct model_edit *edit, size_t taken);
/* As it is in the file. */
void model_edit_drop(struct explorer *explorer, struct model_edit *edit);

/* ---- model_keys.c */
/* Freeze, learn, add, remove, undo, redo, save; `line` is what is selected, all NULL: nothing.
 * False: nothing of this. */
struct model_line;
bool model_edit_command(struct explorer *explorer, enum command command,
                        const struct model_line *line);
/* Asks what becomes of unsaved changes; false: there are none. */
bool model_edit_leave(struct explorer *explorer);

/* ---- model_write.c */
void model_edit_save(struct explorer *explorer, struct model_edit *edit);

#endif
