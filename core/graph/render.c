#include "graph/render.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "format/format.h"

static const struct {
    const char *name;
    enum render_format format;
} names[] = {{"spec", RENDER_SPEC}, {"spex", RENDER_SPEX},   {"aut", RENDER_AUT},
             {"dot", RENDER_DOT},   {"gv", RENDER_DOT},      {"svg", RENDER_SVG},
             {"png", RENDER_PNG},   {"mmd", RENDER_MERMAID}, {"mermaid", RENDER_MERMAID},
             {"json", RENDER_JSON}, {"txt", RENDER_TEXT}};

bool render_format_named(const char *name, enum render_format *format)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i].name) == 0) {
            *format = names[i].format;
            return true;
        }
    return false;
}

bool render_format_of_path(const char *path, enum render_format *format)
{
    const char *ending = file_ending(path);
    return *ending && render_format_named(ending + 1, format);
}

const char *render_ending(enum render_format format)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].format == format)
            return names[i].name;
    return "";
}

static int as_specification(const struct lts *lts, const char *name, struct text *text,
                            spex_error *error)
{
    struct spex_specification *specification;
    int status = lts_to_specification(lts, name, false, &specification, error);
    if (!status)
        status = spec_write(specification, text, error);
    spex_specification_free(specification);
    return status;
}

static int as_model(const struct lts *lts, const char *name, struct text *text, spex_error *error)
{
    struct spex_model *model;
    int status = lts_to_model(lts, name, &model, error);
    if (!status)
        status = model_write(model, text, error);
    spex_model_free(model);
    return status;
}

/* ---- what needs no LTS; false: it does */

static bool render_directly(const struct render_subject *subject, enum render_format format,
                            struct text *text, int *status, spex_error *error)
{
    if (format == RENDER_SPEC && subject->specification) {
        *status = spec_write(subject->specification, text, error);
    } else if (format == RENDER_SPEX && subject->model) {
        *status = model_write(subject->model, text, error);
    } else if (format == RENDER_JSON) {
        *status = subject->specification ? json_write_specification(subject->specification, text)
                  : subject->model       ? json_write_model(subject->model, text)
                                         : json_write_lts(subject->lts, text);
        text_append_char(text, '\n');
        if (*status)
            error_memory(error);
    } else {
        return false;
    }
    return true;
}

/* Names and labels are whole in a file, where there is room. */
static int write_picture(const struct lts *lts, const struct layout_options *options,
                         struct text *text, spex_error *error)
{
    enum { WHOLE = 1000, BUDGET = 5000 /* ms; then the simple layout serves */ };
    struct picture_options look = {.name_limit = WHOLE, .label_limit = WHOLE};
    struct layout_options patience = *options;
    struct layout layout;
    struct picture picture;
    if (patience.budget > BUDGET)
        patience.budget = BUDGET;
    int status = layout_compute(&layout, lts, &patience, error);
    if (status)
        return status;
    status = picture_draw(&picture, lts, &layout, &look, error);
    layout_release(&layout);
    if (status)
        return status;
    status = picture_text(&picture, text) ? error_memory(error) : SPEX_OK;
    picture_release(&picture);
    return status;
}

/* Mermaid's arrays for what a view adds. */
static int write_mermaid(const struct lts *lts, const struct graph_paint *paint, struct text *text,
                         spex_error *error)
{
    if (!paint)
        return mermaid_write(lts, NULL, text, error);
    size_t count = lts->transition_count;
    struct mermaid_marks marks = {.no_start = paint->no_start, .colours = paint->state_colours};
    marks.states = memory_allocate(lts->state_count, sizeof *marks.states);
    marks.before = memory_allocate(count, sizeof *marks.before);
    marks.behind = memory_allocate(count, sizeof *marks.behind);
    int status = marks.states && marks.before && marks.behind ? SPEX_OK : error_memory(error);
    for (uint32_t s = 0; !status && paint->states && s < lts->state_count; s++)
        marks.states[s] = paint->states[s].badge;
    for (size_t i = 0; !status && paint->transitions && i < count; i++) {
        marks.before[i] = paint->transitions[i].before;
        marks.behind[i] = paint->transitions[i].behind;
    }
    if (!status)
        status = mermaid_write(lts, &marks, text, error);
    free(marks.states);
    free(marks.before);
    free(marks.behind);
    return status;
}

static int render_lts(const struct render_subject *subject, const struct lts *lts, const char *name,
                      enum render_format format, const char *internal,
                      const struct layout_options *options, struct text *text, spex_error *error)
{
    switch (format) {
    case RENDER_SPEC:
        return as_specification(lts, name, text, error);
    case RENDER_SPEX:
        return as_model(lts, name, text, error);
    case RENDER_AUT:
        return aut_write(lts, internal, text, error);
    case RENDER_MERMAID:
        return write_mermaid(lts, subject->paint, text, error);
    case RENDER_TEXT:
        return write_picture(lts, options, text, error);
    case RENDER_DOT:
        return dot_write(lts, name, subject->paint, text, error);
    default:
        return graph_export(lts, name, render_ending(format), options, subject->paint, text, error);
    }
}

int render(const struct render_subject *subject, enum render_format format, const char *internal,
           const struct layout_options *options, struct text *text, spex_error *error)
{
    int status = SPEX_OK;
    if (render_directly(subject, format, text, &status, error))
        return status || !text->failed ? status : error_memory(error);
    struct lts made = {0};
    if (subject->specification)
        status = lts_from_specification(&made, subject->specification, false, error);
    else if (subject->model)
        status = lts_from_model(&made, subject->model,
                                !model_one_initial(subject->model) && format != RENDER_SPEC, error);
    if (status)
        return status;
    const char *name = subject->specification ? subject->specification->name
                       : subject->model       ? subject->model->name
                                              : subject->name;
    status = render_lts(subject, subject->lts ? subject->lts : &made, name, format, internal,
                        options, text, error);
    if (!subject->lts)
        lts_release(&made);
    return status || !text->failed ? status : error_memory(error);
}
