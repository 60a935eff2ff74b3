/* Writing one model to its file: the file before is kept beside it, and one that somebody else
 * changed is not replaced. */
#ifndef MANAGER_MODEL_SAVE_H
#define MANAGER_MODEL_SAVE_H

#include "model/model.h"
#include "spex.h"

struct model_save {
    char *path;       /* where it was, or is, written */
    char *backup;     /* the file as it was before; NULL: there was none */
    uint64_t content; /* of the file as it is now */
    bool changed;     /* it is not the file that was expected: nothing was written */
};

/* To the file it was read from, else to DIRECTORY/<specification>.spex. `expected` is the content
 * of that file as it was seen last (0: no file), `mode` the permissions for one that is not there
 * any more (0: as others have them). The backup is the file's name with ~ behind it, and as
 * readable as the file. Other programs that write models wait meanwhile. *save is to be released
 * also after an error. Errors: USAGE (a name that would not read back), SYSTEM, MEMORY. */
int model_save(const struct spex_model *model, const char *directory, uint64_t expected,
               unsigned mode, struct model_save *save, spex_error *error);
void model_save_release(struct model_save *save);

#endif
