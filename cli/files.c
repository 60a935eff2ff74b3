/* Reading what is named on the command line. */
#include "cli/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"

/* Specifications and models larger than this are a mistake. */
#define TEXT_LIMIT ((size_t)64 << 20)

/* "orders.ex:Shop.Order" names a module; a file that is really called so goes first. */
static const char *find_module(const char *argument)
{
    static const char *const endings[] = {".ex:", ".exs:"};
    const char *found = NULL;
    if (access(argument, F_OK) == 0)
        return NULL;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const char *at = strstr(argument, endings[i]);
        if (at && (!found || at < found))
            found = at + strlen(endings[i]) - 1;
    }
    return found;
}

/* The name as the file has it, or without the "Elixir." in front. */
static bool module_named(const struct spex_specification *specification, const char *module)
{
    static const char prefix[] = "Elixir.";
    const char *name = specification->name;
    if (strcmp(name, module) == 0)
        return true;
    return strncmp(name, prefix, sizeof prefix - 1) == 0 &&
           strcmp(name + sizeof prefix - 1, module) == 0;
}

static int choose_module(struct input *input, const char *module, bool whole, spex_error *error)
{
    struct text names = {0};
    for (size_t i = 0; i < input->list.count; i++) {
        struct spex_specification *candidate = input->list.items[i];
        if (module ? module_named(candidate, module) : input->list.count == 1)
            input->specification = candidate;
        text_printf(&names, "%s%s", i ? ", " : "", candidate->name);
    }
    int status = SPEX_OK;
    if (!input->list.count)
        status =
            error_place(error, input->path, 0, 0, "no module in it says 'use Spex.Specification'");
    else if (!input->specification && module)
        status = error_set(error, SPEX_ERROR_USAGE, "%s has no specification %s, but %s",
                           input->path, module, text_value(&names));
    else if (!input->specification && !whole)
        status =
            error_set(error, SPEX_ERROR_USAGE,
                      "%s has several specifications: name one, as in %s:%s (there are %s)",
                      input->path, input->path, input->list.items[0]->name, text_value(&names));
    text_release(&names);
    return status;
}

static int read_bytes(struct input *input, spex_error *error)
{
    const char *ending = file_ending(input->path);
    input->dot = strcmp(ending, ".dot") == 0 || strcmp(ending, ".gv") == 0;
    if (input->kind == INPUT_LTS && !input->dot)
        return file_open(input->path, &input->descriptor, &input->size, error);
    size_t limit = input->kind == INPUT_LTS ? 0 : TEXT_LIMIT;
    return file_read(input->path, limit, &input->bytes, &input->length, error);
}

static int parse(struct input *input, const char *module, bool whole, spex_error *error)
{
    int status = SPEX_OK;
    if (input->kind == INPUT_MODEL)
        status = model_read(input->path, input->bytes, input->length, &input->model, error);
    else if (strcmp(file_ending(input->path), ".spec") == 0)
        status = spec_read(input->path, input->bytes, input->length, &input->specification, error);
    else if (input->kind == INPUT_SPECIFICATION) {
        status = elixir_read(input->path, input->bytes, input->length, &input->list, error);
        if (!status)
            status = choose_module(input, module, whole, error);
    }
    if (input->kind != INPUT_LTS) {
        free(input->bytes);
        input->bytes = NULL;
    }
    return status;
}

static const struct {
    const char *ending;
    enum input_kind kind;
} kinds[] = {{".spec", INPUT_SPECIFICATION},
             {".ex", INPUT_SPECIFICATION},
             {".exs", INPUT_SPECIFICATION},
             {".spex", INPUT_MODEL},
             {".aut", INPUT_LTS},
             {".dot", INPUT_LTS},
             {".gv", INPUT_LTS}};

static bool find_kind(const char *path, enum input_kind *kind)
{
    const char *ending = file_ending(path);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(ending, kinds[i].ending) == 0) {
            *kind = kinds[i].kind;
            return true;
        }
    return false;
}

bool input_named(const char *argument)
{
    enum input_kind kind;
    return find_module(argument) || find_kind(argument, &kind);
}

int input_open(struct input *input, const char *argument, bool whole, spex_error *error)
{
    *input = (struct input){.argument = argument, .descriptor = -1};
    const char *module = find_module(argument);
    size_t length = module ? (size_t)(module - argument) : strlen(argument);
    input->path = memory_copy_bytes(argument, length);
    if (!input->path)
        return error_memory(error);
    int status;
    if (!find_kind(input->path, &input->kind))
        status = error_set(error, SPEX_ERROR_USAGE,
                           "%s: what kind of file is it? Its name should end with .spec, .ex "
                           "(specifications), .spex (model), .aut, .dot or .gv (LTS)",
                           input->path);
    else
        status = read_bytes(input, error);
    if (!status)
        status = parse(input, module ? module + 1 : NULL, whole, error);
    if (status)
        input_close(input);
    return status;
}

void input_close(struct input *input)
{
    if (input->list.count)
        input->specification = NULL; /* one of the list */
    specification_list_release(&input->list);
    spex_specification_free(input->specification);
    spex_model_free(input->model);
    free(input->bytes);
    free(input->path);
    if (input->descriptor >= 0)
        close(input->descriptor);
    *input = (struct input){.descriptor = -1};
}

int input_read(struct input *input, bool initialisation, const char *internal, struct lts *lts,
               spex_error *error)
{
    if (input->kind == INPUT_SPECIFICATION)
        return lts_from_specification(lts, input->specification, initialisation, error);
    if (input->kind == INPUT_MODEL)
        return lts_from_model(lts, input->model, initialisation, error);
    if (!input->dot)
        return aut_read_open(input->path, input->descriptor, input->size,
                             internal ? internal : "tau", &input->has_tau, lts, error);
    /* A label that a DOT file does not say is internal is visible, `i` and `tau` too. */
    int status = dot_read(input->path, input->bytes, input->length, internal, lts, error);
    free(input->bytes);
    input->bytes = NULL;
    return status;
}

int inputs_finish(const struct input *inputs, struct lts *systems, size_t count,
                  const char **internal, spex_error *error)
{
    bool any = false, has_tau = false, decides = !*internal;
    int status = SPEX_OK;
    for (size_t i = 0; i < count; i++) {
        any = any || inputs[i].kind == INPUT_LTS;
        has_tau = has_tau || inputs[i].has_tau;
    }
    if (any && decides)
        *internal = has_tau ? "tau" : "i";
    for (size_t i = 0; !status && i < count; i++) {
        if (inputs[i].kind != INPUT_LTS)
            continue;
        if (decides && !has_tau && !inputs[i].dot)
            status = lts_hide(&systems[i], *internal, error);
        if (!status && inputs[i].split)
            status = mealy_split(&systems[i], error);
    }
    return status;
}

int input_lts(struct input *input, bool initialisation, const char **internal, struct lts *lts,
              spex_error *error)
{
    int status = input_read(input, initialisation, *internal, lts, error);
    if (!status && (status = inputs_finish(input, lts, 1, internal, error)))
        lts_release(lts);
    return status;
}
