#include "views/screen/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

enum { KEPT = 100, LARGEST = 1 << 20 };

static bool add(struct history *history, const char *line)
{
    size_t kept = 0;
    for (size_t i = 0; i < history->count; i++)
        if (strcmp(history->lines[i], line) == 0)
            free(history->lines[i]);
        else
            history->lines[kept++] = history->lines[i];
    history->count = kept;
    if (kept == KEPT) {
        free(history->lines[0]);
        memmove(&history->lines[0], &history->lines[1], --history->count * sizeof(char *));
    }
    char *copy = memory_copy_text(line);
    if (!copy || !memory_reserve(&history->lines, &history->capacity, history->count + 1,
                                 sizeof *history->lines)) {
        free(copy);
        return false;
    }
    history->lines[history->count++] = copy;
    return true;
}

void history_open(struct history *history, const char *directory, const char *name)
{
    char *bytes;
    size_t length;
    *history = (struct history){.path = directory ? file_join(directory, name) : NULL};
    if (!history->path || file_read_regular(history->path, LARGEST, &bytes, &length, NULL))
        return;
    for (char *line = bytes, *next; line && *line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        if (*line && *line != '#' && utf8_valid(line, strlen(line)))
            add(history, line);
    }
    free(bytes);
}

void history_close(struct history *history)
{
    struct text text = {0};
    for (size_t i = 0; i < history->count; i++)
        text_printf(&text, "%s\n", history->lines[i]);
    /* A history that cannot be kept is no reason to disturb anybody. */
    if (history->noted && history->path)
        file_replace_text(history->path, &text, NULL);
    text_release(&text);
    file_list_free(history->lines, history->count);
    free(history->path);
    free(history->draft);
    *history = (struct history){0};
}

void history_note(struct history *history, const char *line)
{
    if (*line && *line != '#' && !strpbrk(line, "\n\r"))
        history->noted |= add(history, line);
}

void history_begin(struct history *history)
{
    history->back = 0;
}

void history_recall(struct history *history, struct line_editor *editor, bool older)
{
    if (history->back == 0 && older) {
        free(history->draft);
        history->draft = memory_copy_text(text_value(&editor->text));
    }
    if (older && history->back < history->count)
        history->back++;
    else if (!older && history->back > 0)
        history->back--;
    else
        return;
    line_editor_set(editor, history->back    ? history->lines[history->count - history->back]
                            : history->draft ? history->draft
                                             : "");
}
