/* Writing: any input in any format that can hold it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/files.h"
#include "cli/output.h"
#include "graph/render.h"

/* How long Graphviz may think about a picture that was asked for, in ms. */
#define PICTURE_BUDGET 60000

/* A name for what comes from a .aut file: "dir/lift.aut" is called lift. */
static char *base_name(const char *path)
{
    const char *name = file_name(path);
    size_t length = strlen(name) - strlen(file_ending(path));
    return memory_copy_bytes(name, length ? length : strlen(name));
}

int lts_render(const struct input *input, const struct lts *lts, enum render_format format,
               const char *written, struct text *text, spex_error *error)
{
    struct layout_options layout = {.budget = PICTURE_BUDGET};
    char *made = input->kind == INPUT_LTS ? base_name(input->path) : NULL;
    const char *name = input->kind == INPUT_SPECIFICATION ? input->specification->name
                       : input->kind == INPUT_MODEL       ? input->model->name
                                                          : made;
    struct render_subject subject = {.lts = lts, .name = name};
    int status =
        name ? render(&subject, format, written, &layout, text, error) : error_memory(error);
    free(made);
    return status;
}

static int render_file(struct input *input, enum render_format format, const char *internal,
                       const char *written, struct text *text, spex_error *error)
{
    struct lts lts = {0};
    int status = input_lts(input, false, &internal, &lts, error);
    if (status)
        return status;
    status = lts_render(input, &lts, format, written, text, error);
    lts_release(&lts);
    return status;
}

int input_render(struct input *input, enum render_format format, const char *internal,
                 const char *written, struct text *text, spex_error *error)
{
    struct layout_options layout = {.budget = PICTURE_BUDGET};
    struct render_subject subject = {.specification = input->specification, .model = input->model};
    if (input->kind == INPUT_LTS)
        return render_file(input, format, internal, written, text, error);
    return render(&subject, format, written, &layout, text, error);
}

/* ------------------------------------------------------------ the output */

bool output_format(const struct invocation *invocation, const char *path, const char *named,
                   enum render_format *format)
{
    if (named ? render_format_named(named, format) : render_format_of_path(path, format))
        return true;
    if (named)
        complain(invocation, "there is no format '%s' (" OUTPUT_FORMATS ")", named);
    else
        complain(invocation,
                 "the ending of '%s' names no format (" OUTPUT_FORMATS
                 "): change it, or use --to FORMAT",
                 path);
    return false;
}

static int output_error(spex_error *error)
{
    output_told = true;
    return error_system(error, "standard output");
}

/* Who looks at it on a terminal wants no name to steer that. */
static int write_terminal(const struct text *text, spex_error *error)
{
    struct text shown = {0};
    int status = SPEX_OK;
    if (memchr(text_value(text), '\0', text->length))
        return error_set(error, SPEX_ERROR_USAGE,
                         "this is not for a terminal: name a file, or send it into one");
    text_append_visible_lines(&shown, text_value(text));
    if (shown.failed)
        status = error_memory(error);
    else if (fwrite(text_value(&shown), 1, shown.length, stdout) != shown.length || fflush(stdout))
        status = output_error(error);
    text_release(&shown);
    return status;
}

int output_write(const char *path, bool force, const struct text *text, spex_error *error)
{
    if (strcmp(path, "-") != 0)
        return file_write(path, force, text_value(text), text->length, error);
    if (isatty(STDOUT_FILENO))
        return write_terminal(text, error);
    if (fflush(stdout) || fwrite(text_value(text), 1, text->length, stdout) != text->length ||
        fflush(stdout))
        return output_error(error);
    return SPEX_OK;
}
