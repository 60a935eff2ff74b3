#include "views/commands/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/commands/keys.h"

enum { LARGEST = 1000 };

static struct script_step *add_step(struct script *script, enum script_kind kind)
{
    if (!memory_reserve(&script->steps, &script->capacity, script->count + 1,
                        sizeof *script->steps))
        return NULL;
    struct script_step *step = &script->steps[script->count++];
    *step = (struct script_step){.kind = kind};
    return step;
}

/* Whole numbers with a sign between them, and nothing behind: "80x24", "10,5". */
static bool read_pair(const char *text, char sign, int least, int *first, int *second)
{
    char between;
    int end = 0;
    return sscanf(text, "%4d%c%4d%n", first, &between, second, &end) == 3 && between == sign &&
           text[end] == '\0' && *first >= least && *second >= least && *first <= LARGEST &&
           *second <= LARGEST;
}

bool script_size(const char *text, int *width, int *height)
{
    return read_pair(text, 'x', 1, width, height);
}

/* "Press@10,5" and "Resize@80x24". */
static int add_placed(struct script *script, const char *word, const char *place, spex_error *error)
{
    static const char *const mouse[] = {"Press",     "Drag",      "Release",   "WheelUp",
                                        "WheelDown", "WheelLeft", "WheelRight"};
    size_t length = (size_t)(place - word);
    struct script_step step = {0};
    if (length == strlen("Resize") && strncmp(word, "Resize", length) == 0) {
        step.kind = SCRIPT_RESIZE;
        if (!script_size(place + 1, &step.width, &step.height))
            return error_set(error, SPEX_ERROR_USAGE, "%s: expected Resize@WIDTHxHEIGHT", word);
    }
    for (size_t i = 0; i < sizeof mouse / sizeof *mouse && !step.kind; i++)
        if (strlen(mouse[i]) == length && strncmp(mouse[i], word, length) == 0) {
            step.key = key_named(mouse[i]);
            step.key.mouse = true;
        }
    if (!step.kind && !step.key.mouse)
        return error_set(error, SPEX_ERROR_USAGE,
                         "%s: before @ expected Press, Drag, Release, WheelUp, WheelDown, "
                         "WheelLeft, WheelRight or Resize",
                         word);
    if (step.key.mouse && !read_pair(place + 1, ',', 0, &step.key.x, &step.key.y))
        return error_set(error, SPEX_ERROR_USAGE, "%s: expected COLUMN,ROW, from 0,0, behind @",
                         word);
    struct script_step *added = add_step(script, step.kind);
    if (!added)
        return error_memory(error);
    *added = step;
    return SPEX_OK;
}

static int add_word(struct script *script, const char *word, spex_error *error)
{
    const char *place = strchr(word, '@');
    if (place && place > word)
        return add_placed(script, word, place, error);
    bool dump = strcmp(word, "dump") == 0;
    struct script_step *step = add_step(script, dump ? SCRIPT_DUMP : SCRIPT_KEY);
    spex_error cause = {0};
    if (!step)
        return error_memory(error);
    if (!dump && key_parse(word, strlen(word), &step->key, &cause))
        return error_set(error, SPEX_ERROR_USAGE,
                         "%.700s; text to be typed stands in double quotes", cause.message);
    return SPEX_OK;
}

/* From behind the quote; *end is behind the closing one. */
static int add_typed(struct script *script, const char *text, const char **end, spex_error *error)
{
    const char *begin = text;
    while (*text && *text != '"') {
        text += *text == '\\' && (text[1] == '"' || text[1] == '\\');
        struct script_step *step = add_step(script, SCRIPT_KEY);
        size_t taken;
        utf8_next(text, strlen(text), &taken);
        if (!step)
            return error_memory(error);
        if (*text == ' ')
            step->key = key_named("Space");
        else if (key_parse(text, taken, &step->key, error))
            return error_set(error, SPEX_ERROR_USAGE,
                             "what is typed between double quotes is one line of text");
        text += taken;
    }
    *end = text + (*text == '"');
    return *text ? SPEX_OK
                 : error_set(error, SPEX_ERROR_USAGE, "the double quote before %s is not closed",
                             begin);
}

static int parse(struct script *script, const char *text, spex_error *error)
{
    int status = SPEX_OK;
    for (text += strspn(text, " \t\n"); *text && !status; text += strspn(text, " \t\n")) {
        if (*text == '"') {
            status = add_typed(script, text + 1, &text, error);
            continue;
        }
        size_t length = strcspn(text, " \t\n");
        char *word = memory_copy_bytes(text, length);
        status = word ? add_word(script, word, error) : error_memory(error);
        free(word);
        text += length;
    }
    return status;
}

int script_parse(struct script *script, const char *text, spex_error *error)
{
    *script = (struct script){0};
    int status = utf8_valid(text, strlen(text))
                     ? parse(script, text, error)
                     : error_set(error, SPEX_ERROR_USAGE, "the keys are no UTF-8");
    if (status)
        script_release(script);
    return status;
}

void script_release(struct script *script)
{
    free(script->steps);
    *script = (struct script){0};
}

void script_draw(struct explorer *explorer, struct canvas *canvas)
{
    /* Drawing at a new size may ask for more. */
    explorer_draw(explorer, canvas);
    explorer_settle(explorer);
    explorer_draw(explorer, canvas);
}

enum effect script_press(struct explorer *explorer, struct canvas *canvas, const struct key *key)
{
    /* Drawn first, as on a terminal: views learn there how many rows they have. */
    script_draw(explorer, canvas);
    enum effect effect = explorer_key(explorer, key);
    explorer_settle(explorer);
    /* What the key wrote to the store is seen as another process's change would be. */
    workspace_refresh(explorer->workspace, REFRESH_CHANGED);
    explorer_settle(explorer);
    return effect;
}

void script_run(const struct script *script, struct explorer *explorer, struct canvas *canvas,
                void (*print)(const struct canvas *canvas))
{
    enum effect effect = EFFECT_NONE;
    explorer_settle(explorer);
    for (size_t i = 0; i < script->count && effect != EFFECT_QUIT; i++) {
        const struct script_step *step = &script->steps[i];
        switch (step->kind) {
        case SCRIPT_KEY:
            effect = script_press(explorer, canvas, &step->key);
            break;
        case SCRIPT_RESIZE:
            canvas_resize(canvas, step->width, step->height);
            break;
        case SCRIPT_DUMP:
            script_draw(explorer, canvas);
            print(canvas);
            break;
        }
    }
    script_draw(explorer, canvas);
}
