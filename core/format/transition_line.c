/*
 * "from --[action]-> to". A name may hold pieces of the syntax itself: the last arrow
 * head ends the action, the last " --[" before it ends the state. (Greedy from the
 * left is the same as searching from the right.)
 */
#include "format/format.h"

#include <string.h>

#include "base/error.h"
#include "format/lines.h"
#include "model/specification.h"

static const char tail[] = " --[", head[] = "]-> ";
enum { MARK = 4 };

/* The last place of the mark that starts in [first, last]; -1: none. */
static ptrdiff_t find_last(const char *line, const char *mark, ptrdiff_t first, ptrdiff_t last)
{
    for (ptrdiff_t i = last; i >= first; i--)
        if (line[i] == mark[0] && memcmp(line + i, mark, MARK) == 0)
            return i;
    return -1;
}

/* The first place of a text; -1: none. */
static ptrdiff_t find_first(const char *line, size_t from, size_t length, const char *part)
{
    const char *found =
        length > from ? memmem(line + from, length - from, part, strlen(part)) : NULL;
    return found ? found - line : -1;
}

/* What a line that matches nothing lacks, and at which byte. */
static size_t diagnose(const char *line, size_t length, const char **expected)
{
    ptrdiff_t from = find_first(line, 1, length, tail);
    if (from < 0) {
        ptrdiff_t near = find_first(line, 0, length, "--[");
        *expected = near <= 1 ? "the state before the transition, as in 'from --[action]-> to'"
                              : "a blank before '--['";
        if (near >= 0)
            return (size_t)near;
        near = find_first(line, 1, length, " -");
        *expected = "' --[action]-> ' behind the state, as in 'from --[action]-> to'";
        return near < 0 ? length : (size_t)near + 1;
    }
    size_t action = (size_t)from + MARK;
    ptrdiff_t to = find_first(line, action, length, head);
    if (to == (ptrdiff_t)action) {
        *expected = "an action between '--[' and ']-> '";
        return action;
    }
    if (to >= 0) {
        *expected = "the state after ']-> '";
        return length;
    }
    to = find_first(line, action, length, "]");
    *expected = "']-> ' behind the action, as in 'from --[action]-> to'";
    if (to < 0)
        return length;
    if (length - (size_t)to <= 3 && memcmp(line + to, "]->", length - (size_t)to) == 0) {
        *expected = "']-> ' and the state after the transition";
        return length;
    }
    return (size_t)to;
}

bool transition_line_read(const char *line, size_t length, struct transition_parts *parts,
                          unsigned *column, const char **expected)
{
    ptrdiff_t arrow = find_last(line, head, 0, (ptrdiff_t)length - MARK - 1);
    ptrdiff_t start = arrow < 0 ? -1 : find_last(line, tail, 1, arrow - MARK - 1);
    if (start < 0) {
        *column = text_columns(line, diagnose(line, length, expected)) + 1;
        return false;
    }
    parts->from = line;
    parts->from_length = (size_t)start;
    parts->action = line + start + MARK;
    parts->action_length = (size_t)(arrow - start - MARK);
    parts->to = line + arrow + MARK;
    parts->to_length = length - (size_t)arrow - MARK;
    return true;
}

static bool same(const char *name, const char *part, size_t length)
{
    return strlen(name) == length && memcmp(name, part, length) == 0;
}

static int refuse(struct text *text, size_t before, const char *what, const char *name,
                  const char *why, spex_error *error)
{
    if (text->data)
        text->data[text->length = before] = '\0';
    return error_set(error, SPEX_ERROR_USAGE, "%s '%.200s' %s, so a file could not give it back",
                     what, name, why);
}

void transition_show(struct text *text, const char *from, const char *action, const char *to)
{
    text_append_visible(text, from);
    text_append(text, tail);
    text_append_visible(text, action);
    text_append(text, head);
    text_append_visible(text, to);
}

void transition_json(struct text *text, const char *from, const char *action, const char *to)
{
    text_append(text, "\"from\":");
    text_append_json(text, from);
    text_append(text, ",\"action\":");
    text_append_json(text, action);
    text_append(text, ",\"to\":");
    text_append_json(text, to);
}

int transition_line_write(struct text *text, const char *from, const char *action, const char *to,
                          spex_error *error)
{
    static const char *const what[] = {"the state", "the action", "the state"};
    const char *const names[] = {from, action, to};
    size_t before = text->length;
    for (int i = 0; i < 3; i++) {
        int status = name_check(what[i], names[i], error);
        if (status)
            return status;
        if (strchr(names[i], '\n'))
            return refuse(text, before, what[i], names[i], "holds a line break", error);
    }
    if (to[strlen(to) - 1] == '\r')
        return refuse(text, before, what[2], to, "ends with a carriage return", error);
    text_append(text, from);
    text_append(text, tail);
    text_append(text, action);
    text_append(text, head);
    text_append(text, to);
    if (text->failed)
        return error_memory(error);
    struct transition_parts parts;
    unsigned column;
    const char *expected;
    const char *line = text->data + before;
    bool read = transition_line_read(line, text->length - before, &parts, &column, &expected);
    if (read && same(from, parts.from, parts.from_length) &&
        same(action, parts.action, parts.action_length) && same(to, parts.to, parts.to_length))
        return SPEX_OK;
    for (int i = 0; i < 3; i++)
        if (strstr(names[i], "--[") || strstr(names[i], "]->"))
            return refuse(text, before, what[i], names[i], "holds a piece of an arrow", error);
    return refuse(text, before, what[1], action, "does not stand apart from the arrow", error);
}
