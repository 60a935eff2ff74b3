#include "views/unsaved.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "format/format.h"
#include "views/models/model_edit.h"

enum { LARGEST = 1 << 20 };

static const char heading[] = "Specification: ";
static const char *const words[] = {[CHANGE_ADD] = "+ ",
                                    [CHANGE_REMOVE] = "- ",
                                    [CHANGE_LEARN] = "Learning mode: true",
                                    [CHANGE_FREEZE] = "Learning mode: false"};

/* ---------------------------------------------------------------- keeping */

static int write_edit(const struct model_edit *edit, struct text *text, spex_error *error)
{
    int status = SPEX_OK;
    text_printf(text, "%s%s\n", heading, edit->specification);
    for (size_t i = 0; !status && i < model_edit_pending(edit); i++) {
        struct model_change change = model_edit_pending_change(edit, i);
        text_append(text, words[change.kind]);
        if (change.from)
            status = transition_line_write(text, change.from, change.action, change.to, error);
        text_append_char(text, '\n');
    }
    return status;
}

/* All of it behind what others keep there at the same moment: a window that is closed ends all
 * sessions in it. */
static int append_file(const char *path, const struct text *text, spex_error *error)
{
    int status = text->failed ? error_memory(error) : file_make_parent(path, error);
    if (status)
        return status;
    int descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0 || file_put(descriptor, text_value(text), text->length) < 0 ||
        fsync(descriptor) < 0)
        status = error_system(error, "cannot write %s", path);
    if (descriptor >= 0)
        close(descriptor);
    return status;
}

int unsaved_keep(const struct explorer *explorer, struct text *names, spex_error *error)
{
    const struct model_edits *edits = explorer->workspace->edits;
    struct text text = {0};
    int status = SPEX_OK;
    if (!model_edits_unsaved(edits, names))
        return SPEX_OK;
    for (size_t i = 0; !status && i < edits->count; i++)
        if (model_edit_unsaved(edits->items[i]))
            status = write_edit(edits->items[i], &text, error);
    if (!status && !explorer->unsaved_path)
        status = error_set(error, SPEX_ERROR_USAGE, "HOME names no folder to keep it in");
    if (!status)
        status = append_file(explorer->unsaved_path, &text, error);
    text_release(&text);
    return status;
}

/* --------------------------------------------------------------- restoring */

struct restoring {
    struct explorer *explorer;
    struct text names; /* of those that have changes again */
    struct text left;  /* lines for another time: what they are about is not here */
    size_t count;
};

static bool read_line(char *line, struct model_change *change)
{
    struct transition_parts parts;
    unsigned column;
    const char *expected;
    int kind = CHANGE_FREEZE;
    while (kind >= CHANGE_ADD && strncmp(line, words[kind], strlen(words[kind])) != 0)
        kind--;
    if (kind < CHANGE_ADD)
        return false;
    *change = (struct model_change){.kind = (enum model_change_kind)kind};
    if (kind > CHANGE_REMOVE)
        return true;
    line += strlen(words[kind]);
    if (!transition_line_read(line, strlen(line), &parts, &column, &expected))
        return false;
    change->from = memory_copy_bytes(parts.from, parts.from_length);
    change->action = memory_copy_bytes(parts.action, parts.action_length);
    change->to = memory_copy_bytes(parts.to, parts.to_length);
    return change->from && change->action && change->to;
}

static void restore_line(struct restoring *self, const struct project_entry *entry, char *line)
{
    struct model_change change = {0};
    spex_error error;
    /* What is as wanted by now, in a file that somebody mended, is no change any more. */
    if (read_line(line, &change) &&
        !model_edit_entry(self->explorer->workspace, entry, &change, &error))
        self->count++;
    model_change_release(&change);
}

static void restore_lines(struct restoring *self, char *bytes)
{
    const struct project *project = &self->explorer->workspace->files->project;
    const struct project_entry *entry = NULL;
    for (char *line = bytes, *next; line && *line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        bool begins = strncmp(line, heading, sizeof heading - 1) == 0;
        if (begins)
            entry = project_find(project, line + sizeof heading - 1);
        if (!entry || !entry->specification || entry->model_error.status)
            text_printf(&self->left, "%s\n", line);
        else if (!begins)
            restore_line(self, entry, line);
    }
}

void unsaved_restore(struct explorer *explorer)
{
    char *bytes;
    size_t length;
    spex_error error;
    struct restoring self = {.explorer = explorer};
    const char *path = explorer->unsaved_path;
    if (explorer->unsaved_restored || !explorer->workspace->files)
        return;
    explorer->unsaved_restored = true;
    if (!path || access(path, F_OK) != 0)
        return;
    if (file_read_regular(path, LARGEST, &bytes, &length, &error)) {
        explorer_message(explorer, ROLE_WARNING, "Changes were not saved: %s", error.message);
        return;
    }
    restore_lines(&self, bytes);
    free(bytes);
    unlink(path);
    if (self.left.length)
        append_file(path, &self.left, &error);
    if (self.count)
        workspace_show(explorer->workspace);
    if (self.count && model_edits_unsaved(explorer->workspace->edits, &self.names))
        explorer_message(explorer, ROLE_WARNING,
                         "Changes to %s, unsaved when the last session ended, are here again.",
                         text_value(&self.names));
    text_release(&self.left);
    text_release(&self.names);
}
