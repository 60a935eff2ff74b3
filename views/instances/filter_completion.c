#include "views/instances/filter_completion.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "model/filter.h"

/* What may stand there and begins as what was typed. */
struct candidates {
    const char *begun;
    struct symbols names;
};

static void offer(struct candidates *candidates, const char *name)
{
    if (strncmp(name, candidates->begun, strlen(candidates->begun)) == 0)
        symbols_intern(&candidates->names, name);
}

static void offer_all(struct candidates *candidates, const struct symbols *names)
{
    for (uint32_t i = 0; i < names->count; i++)
        offer(candidates, symbols_name(names, i));
}

static void offer_names(struct candidates *candidates, const struct workspace *workspace,
                        enum filter_key key)
{
    for (size_t i = 0; i < workspace->summary_count; i++) {
        const struct summary *summary = &workspace->summaries[i];
        const struct spex_specification *specification =
            summary->entry ? summary->entry->specification : NULL;
        if (key == FILTER_SPECIFICATION && (specification || !summary->entry))
            offer(candidates, summary->name);
        if (key == FILTER_STATE && specification)
            offer_all(candidates, &specification->states);
        if (key == FILTER_ACTION && specification)
            offer_all(candidates, &specification->actions);
    }
    for (size_t i = 0; key == FILTER_STATE && i < workspace->count_count; i++)
        if (*workspace->counts[i].state)
            offer(candidates, workspace->counts[i].state);
    if (key == FILTER_ACTION)
        offer(candidates, SPEX_INITIALISATION);
    for (int i = 1; key == FILTER_REASON && i < SPEX_REASON_COUNT; i++)
        offer(candidates, spex_reason_name((spex_reason)i));
}

static bool is_name(const struct workspace *workspace, enum filter_key key, const char *name)
{
    struct candidates candidates = {.begun = name};
    offer_names(&candidates, workspace, key);
    bool found = symbols_find(&candidates.names, name) != SYMBOL_NONE;
    symbols_release(&candidates.names);
    return found;
}

const char *filter_unknown_name(const struct workspace *workspace, const struct filter *filter,
                                enum filter_key key)
{
    const char *unknown = NULL;
    for (size_t i = 0; filter && !unknown && i < filter->part_count; i++)
        unknown = filter_unknown_name(workspace, filter->parts[i], key);
    if (!filter || filter->kind != FILTER_TEST || filter->key != key ||
        filter->comparison != FILTER_IS)
        return unknown;
    for (size_t i = 0; !unknown && i < filter->name_count; i++)
        if (!is_name(workspace, key, filter->names[i]))
            unknown = filter->names[i];
    return unknown;
}

static void offer_words(struct candidates *candidates, enum filter_subject subject)
{
    static const struct {
        const char *word;
        enum filter_key key;
    } words[] = {{"spec:", FILTER_SPECIFICATION},
                 {"state:", FILTER_STATE},
                 {"overdue", FILTER_OVERDUE},
                 {"deviated", FILTER_DEVIATED},
                 {"mocked", FILTER_MOCKED},
                 {"action:", FILTER_ACTION},
                 {"reason:", FILTER_REASON},
                 {"id=", FILTER_IDENTIFIER},
                 {"id~", FILTER_IDENTIFIER},
                 {"meta.", FILTER_META},
                 {"age>", FILTER_AGE},
                 {"age<", FILTER_AGE},
                 {"history>", FILTER_HISTORY},
                 {"history<", FILTER_HISTORY},
                 {"deviations>", FILTER_DEVIATIONS},
                 {"not", FILTER_TEXT},
                 {"or", FILTER_TEXT}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (filter_key_of(subject, words[i].key))
            offer(candidates, words[i].word);
}

static void learn(struct symbols *paths, const json_t *value, struct text *path, int depth)
{
    enum { DEEPEST = 4, MOST = 500 };
    const char *key;
    json_t *inner;
    size_t before = path->length;
    if (depth == DEEPEST)
        return;
    json_object_foreach((json_t *)(uintptr_t)value, key, inner)
    {
        if (strpbrk(key, ". \"\\(),:=~<>") || !*key || paths->count >= MOST)
            continue;
        text_printf(path, ".%s", key);
        if (!path->failed)
            symbols_intern(paths, text_value(path));
        learn(paths, inner, path, depth + 1);
        path->length = before;
    }
}

void filter_learn_meta(struct symbols *paths, const char *meta)
{
    json_t *root = meta ? json_loads(meta, 0, NULL) : NULL;
    struct text path = {0};
    text_append(&path, "meta");
    learn(paths, root, &path, 0);
    text_release(&path);
    json_decref(root);
}

static size_t common_length(const struct symbols *names)
{
    const char *first = symbols_name(names, 0);
    size_t common = strlen(first);
    for (uint32_t i = 1; i < names->count; i++)
        while (strncmp(symbols_name(names, i), first, common) != 0)
            common--;
    while (common && ((unsigned char)first[common] & 0xC0) == 0x80)
        common--; /* whole characters */
    return common;
}

static const char **names_of(const struct symbols *names, bool sorted)
{
    const char **list = memory_allocate(names->count ? names->count : 1, sizeof *list);
    for (uint32_t i = 0; list && i < names->count; i++)
        list[i] = symbols_name(names, i);
    if (list && names->count && sorted)
        qsort(list, names->count, sizeof *list, text_compare);
    return list;
}

static void show(struct explorer *explorer, const struct symbols *names)
{
    const char **sorted = names_of(names, true);
    struct text text = {0};
    for (uint32_t i = 0; sorted && i < names->count; i++)
        text_printf(&text, "%s%s", i ? "  " : "", sorted[i]);
    explorer_message(explorer, ROLE_DIM, "%s", text_value(&text));
    text_release(&text);
    free(sorted);
}

/* What was typed, with the word in the place of what was begun. */
static void append_with(struct text *text, const char *typed, const struct filter_place *place,
                        const char *word, bool whole)
{
    size_t length = strlen(word);
    bool open = length && strchr(":=~<>.", word[length - 1]) && !place->value;
    text_append_bytes(text, typed, place->start);
    if (place->value && whole)
        filter_quote(text, word, false);
    else if (place->value && strpbrk(word, " \"\\(),"))
        text_printf(text, "\"%s", word); /* closed when it is whole */
    else
        text_append(text, word);
    if (whole && !open && !place->meta_key)
        text_append_char(text, ' ');
}

static void put(struct line_editor *editor, const struct filter_place *place, const char *word,
                bool whole)
{
    struct text text = {0};
    char *behind = memory_copy_text(text_value(&editor->text) + editor->cursor);
    append_with(&text, text_value(&editor->text), place, word, whole);
    size_t cursor = text.length;
    text_append(&text, behind ? behind : "");
    if (behind && !text.failed) {
        line_editor_set(editor, text_value(&text));
        editor->cursor = cursor;
    }
    free(behind);
    text_release(&text);
}

static void gather(const struct explorer *explorer, enum filter_subject subject,
                   const struct symbols *meta_paths, const struct filter_place *place,
                   struct candidates *candidates)
{
    candidates->begun = place->begun;
    if (place->value)
        offer_names(candidates, explorer->workspace, place->key);
    else if (place->meta_key && meta_paths)
        offer_all(candidates, meta_paths);
    else
        offer_words(candidates, subject);
}

void filter_suggest(const struct explorer *explorer, enum filter_subject subject,
                    const struct symbols *meta_paths, const char *typed,
                    void (*call)(void *context, const char *word, const char *whole), void *context)
{
    struct filter_place place;
    if (!filter_place(typed, strlen(typed), &place))
        return;
    struct candidates candidates = {0};
    gather(explorer, subject, meta_paths, &place, &candidates);
    /* The words of the language are in the order in which they are wanted most. */
    const char **names = names_of(&candidates.names, place.value || place.meta_key);
    for (uint32_t i = 0; names && i < candidates.names.count; i++) {
        struct text whole = {0};
        append_with(&whole, typed, &place, names[i], true);
        call(context, names[i], text_value(&whole));
        text_release(&whole);
    }
    free(names);
    symbols_release(&candidates.names);
    free(place.begun);
}

void filter_complete(struct explorer *explorer, enum filter_subject subject,
                     const struct symbols *meta_paths, struct line_editor *editor)
{
    struct filter_place place;
    if (!filter_place(text_value(&editor->text), editor->cursor, &place))
        return;
    struct candidates candidates = {0};
    gather(explorer, subject, meta_paths, &place, &candidates);
    const struct symbols *names = &candidates.names;
    if (names->count == 0) {
        explorer_message(explorer, ROLE_DIM, "Nothing known begins so.");
    } else {
        size_t common = common_length(names);
        char *word = memory_copy_bytes(symbols_name(names, 0), common);
        if (word && (common > strlen(place.begun) || names->count == 1))
            put(editor, &place, word, names->count == 1);
        if (names->count > 1)
            show(explorer, names);
        free(word);
    }
    symbols_release(&candidates.names);
    free(place.begun);
}
