#include "model/filter.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

void filter_release(struct filter_words *words)
{
    free(words->specification);
    free(words->state);
    free(words->text);
    memset(words, 0, sizeof *words);
}

/* One word, its quotes taken off; false at the end of the text. */
static bool next_word(const char **place, struct text *word, bool *quoted, bool *unclosed)
{
    const char *at = *place + strspn(*place, " \t");
    text_clear(word);
    *quoted = *unclosed = false;
    if (!*at) {
        *place = at;
        return false;
    }
    bool inside = false;
    for (; *at && (inside || (*at != ' ' && *at != '\t')); at++) {
        if (inside && *at == '\\' && (at[1] == '"' || at[1] == '\\'))
            text_append_char(word, *++at);
        else if (*at == '"')
            inside = !inside, *quoted = true;
        else
            text_append_char(word, *at);
    }
    *unclosed = inside;
    *place = at;
    return true;
}

static int take(char **place, const char *value, const char *key, unsigned column,
                spex_error *error)
{
    if (*place)
        return error_place(error, "filter", 1, column, "%s: is there already", key);
    if (!*value)
        return error_place(error, "filter", 1, column, "expected a name behind %s:", key);
    *place = memory_copy_text(value);
    return *place ? SPEX_OK : error_memory(error);
}

static int read_word(struct filter_words *words, const struct text *word, bool quoted,
                     struct text *rest, unsigned column, spex_error *error)
{
    const char *value = text_value(word);
    if (strncmp(value, "spec:", 5) == 0)
        return take(&words->specification, value + 5, "spec", column, error);
    if (strncmp(value, "state:", 6) == 0)
        return take(&words->state, value + 6, "state", column, error);
    if (!quoted && strcmp(value, "overdue") == 0)
        words->filter.overdue = true;
    else if (!quoted && strcmp(value, "deviated") == 0)
        words->filter.deviated = true;
    else if (!quoted && strcmp(value, "mocked") == 0)
        words->filter.mocked = true;
    else
        text_printf(rest, "%s%s", rest->length ? " " : "", value);
    return SPEX_OK;
}

int filter_read(struct filter_words *words, const char *typed, spex_error *error)
{
    memset(words, 0, sizeof *words);
    struct text word = {0}, rest = {0};
    const char *place = typed;
    bool quoted, unclosed;
    int status = SPEX_OK;
    while (!status && next_word(&place, &word, &quoted, &unclosed)) {
        unsigned column = (unsigned)(place - typed) - (unsigned)word.length + 1;
        if (word.failed)
            status = error_memory(error);
        else if (unclosed)
            status = error_place(error, "filter", 1, (unsigned)(place - typed) + 1,
                                 "expected a closing \"");
        else
            status = read_word(words, &word, quoted, &rest, column, error);
    }
    if (!status && rest.length && !(words->text = text_take(&rest)))
        status = error_memory(error);
    text_release(&word);
    text_release(&rest);
    if (status) {
        filter_release(words);
        return status;
    }
    words->filter.specification = words->specification;
    words->filter.state = words->state;
    words->filter.text = words->text;
    return SPEX_OK;
}

static void write_value(struct text *text, const char *key, const char *value, bool must_quote)
{
    text_printf(text, "%s%s", text->length ? " " : "", key);
    if (!must_quote && !strpbrk(value, " \t\"\\")) {
        text_append(text, value);
        return;
    }
    text_append_char(text, '"');
    for (; *value; value++) {
        if (*value == '"' || *value == '\\')
            text_append_char(text, '\\');
        text_append_char(text, *value);
    }
    text_append_char(text, '"');
}

static bool reserved(const char *value)
{
    return strcmp(value, "overdue") == 0 || strcmp(value, "deviated") == 0 ||
           strcmp(value, "mocked") == 0;
}

void filter_write(const spex_filter *filter, struct text *text)
{
    if (filter->specification)
        write_value(text, "spec:", filter->specification, false);
    if (filter->state)
        write_value(text, "state:", filter->state, false);
    if (filter->overdue)
        text_printf(text, "%soverdue", text->length ? " " : "");
    if (filter->deviated)
        text_printf(text, "%sdeviated", text->length ? " " : "");
    if (filter->mocked)
        text_printf(text, "%smocked", text->length ? " " : "");
    if (filter->text)
        write_value(text, "", filter->text, reserved(filter->text));
}
