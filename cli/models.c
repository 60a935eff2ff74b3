/* models: what is known of the implementations, in files and in the store. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/models.h"
#include "cli/output.h"

/* ------------------------------------------------------------------ list */

struct model_row {
    const char *name;
    const struct spex_model *file; /* NULL: no file */
    const char *error;             /* the file that should hold it cannot be read */
    bool learning;
    size_t transitions; /* of the file and learned since */
    size_t observed;    /* different transitions that instances took */
};

struct model_listing {
    const struct invocation *invocation;
    struct reader *reader; /* NULL: there is no store */
    char **learning;
    size_t learning_count;
    struct table table;
    size_t rows;
    enum answer answer;
    int status; /* of the reader */
    spex_error error;
};

static bool learns(const struct model_listing *listing, const char *name)
{
    for (size_t i = 0; i < listing->learning_count; i++)
        if (strcmp(listing->learning[i], name) == 0)
            return true;
    return false;
}

/* What the store adds: transitions learned since the file was written. */
static int add_observed(const struct model_listing *listing, struct model_row *row,
                        spex_error *error)
{
    struct observed_transition *observed = NULL;
    struct spex_model *whole =
        row->file ? model_copy(row->file) : model_create(row->name, row->learning);
    int status = whole ? SPEX_OK : error_memory(error);
    if (!status && listing->reader)
        status = reader_observed(listing->reader, row->name, &observed, &row->observed, error);
    for (size_t i = 0; !status && row->learning && i < row->observed; i++)
        if (observed[i].learned)
            status =
                model_add(whole, observed[i].from, observed[i].action, observed[i].to, NULL, error);
    /* Initialisations are no transitions of the specification's kind: not counted. */
    for (size_t i = 0; whole && i < whole->transition_count; i++)
        row->transitions += strcmp(whole->transitions[i].action, SPEX_INITIALISATION) != 0;
    size_t read = observed ? row->observed : 0;
    row->observed = 0;
    for (size_t i = 0; i < read; i++)
        row->observed += strcmp(observed[i].action, SPEX_INITIALISATION) != 0;
    observed_free(observed, read);
    spex_model_free(whole);
    return status;
}

static const char *mode(const struct model_row *row)
{
    if (row->error)
        return "error";
    return row->learning ? "learning" : row->file ? "frozen" : "none";
}

static void append_json_row(struct text *text, const struct model_row *row)
{
    text_append(text, "{\"spec\":");
    text_append_json(text, row->name);
    text_printf(text, ",\"model\":\"%s\",\"transitions\":%zu,\"observed\":%zu,\"file\":", mode(row),
                row->transitions, row->observed);
    append_json_or_null(text, row->file ? row->file->source : NULL);
    text_append(text, ",\"error\":");
    append_json_or_null(text, row->error);
    text_append_char(text, '}');
}

static void list_row(struct model_listing *listing, struct model_row *row)
{
    row->learning = row->file ? row->file->learning : !row->error && learns(listing, row->name);
    int status = add_observed(listing, row, &listing->error);
    listing->status = status ? status : listing->status;
    if (row->error) {
        complain(listing->invocation, "%s", row->error);
        listing->answer = worse(listing->answer, ANSWER_WRONG);
    }
    struct text text = {0};
    if (listing->invocation->json) {
        text_append(&text, listing->rows ? ",\n " : "[");
        append_json_row(&text, row);
        if (!output_text(&text))
            listing->answer = ANSWER_BROKEN;
    } else {
        table_cell(&listing->table, row->name);
        table_cell(&listing->table, mode(row));
        text_printf(&text, "%zu", row->transitions);
        table_cell(&listing->table, text_value(&text));
        text_clear(&text);
        text_printf(&text, "%zu", row->observed);
        table_cell(&listing->table, text_value(&text));
        table_cell(&listing->table, row->file && row->file->source ? row->file->source : "-");
    }
    text_release(&text);
    listing->rows++;
}

static void list_entries(struct model_listing *listing, const struct project *project)
{
    for (size_t i = 0; i < project->count; i++) {
        const struct project_entry *entry = &project->entries[i];
        if (!entry->specification) {
            complain(listing->invocation, "%s", entry->error.message);
            listing->answer = worse(listing->answer, ANSWER_WRONG);
            continue;
        }
        struct model_row row = {.name = entry->specification->name, .file = entry->model};
        if (entry->model_error.status)
            row.error = entry->model_error.message;
        list_row(listing, &row);
    }
    /* Learned for specifications that are not here any more. */
    for (size_t i = 0; i < listing->learning_count; i++)
        if (!project_find(project, listing->learning[i])) {
            struct model_row row = {.name = listing->learning[i]};
            list_row(listing, &row);
        }
}

static enum answer open_learning(struct model_listing *listing,
                                 const struct project_options *options)
{
    spex_error error;
    spex_clock clock = clock_system();
    int status = reader_open(&listing->reader, options->store_dir, &clock, &error);
    if (!status) {
        listing->status = reader_learning(listing->reader, &listing->learning,
                                          &listing->learning_count, &listing->error);
        return ANSWER_YES;
    }
    listing->reader = NULL;
    /* The files are worth a list without any store. */
    if (status == SPEX_ERROR_NOT_FOUND && !option_given(listing->invocation, "store"))
        return ANSWER_YES;
    return worse(fail(listing->invocation, &error), ANSWER_BROKEN);
}

static enum answer list(const struct invocation *invocation)
{
    static const char *const headers[] = {"SPECIFICATION", "MODEL", "TRANSITIONS", "OBSERVED",
                                          "FILE"};
    struct model_listing listing = {.invocation = invocation};
    struct session session = {0};
    enum answer answer = open_project(invocation, &session.options, &session.project);
    if (answer)
        return answer;
    table_start(&listing.table, headers, 5);
    listing.answer = open_learning(&listing, &session.options);
    list_entries(&listing, &session.project);
    if (session.project.orphans)
        listing.answer =
            worse(listing.answer, complain_empty(invocation, &session.project, &session.options));
    if (!table_end(&listing.table))
        listing.answer = ANSWER_BROKEN;
    if (invocation->json)
        printf(listing.rows ? "]\n" : "[]\n");
    warn_of_project(invocation, &session.project);
    for (size_t i = 0; i < listing.learning_count; i++)
        free(listing.learning[i]);
    free(listing.learning);
    session_close(&session);
    if (listing.reader)
        listing.answer = worse(listing.answer, reader_finish(invocation, listing.reader,
                                                             listing.status, &listing.error));
    return listing.answer;
}

/* ---------------------------------------------------------------- export */

static enum answer export_models(const struct invocation *invocation)
{
    struct session session;
    struct session_options options = {.create = false};
    spex_error error;
    spex_model **models = NULL;
    size_t count = 0;
    enum answer answer = session_open(&session, invocation, &options);
    if (answer)
        return answer;
    const char *folder =
        invocation->argument_count > 1 ? invocation->arguments[1] : session.options.impl_models_dir;
    int status = spex_models_get(session.manager, &models, &count, &error);
    if (!status)
        status = spex_models_export(session.manager, folder, &error);
    if (status) {
        answer = fail(invocation, &error);
    } else if (invocation->json) {
        struct text text = {0};
        text_printf(&text, "{\"models\":%zu,\"folder\":", count);
        text_append_json(&text, folder);
        text_append(&text, "}\n");
        answer = output_text(&text) ? ANSWER_YES : ANSWER_BROKEN;
    } else {
        struct text text = {0};
        text_printf(&text, "%zu model%s written to ", count, count == 1 ? "" : "s");
        text_append_visible(&text, folder);
        text_append_char(&text, '\n');
        answer = output_text(&text) ? ANSWER_YES : ANSWER_BROKEN;
    }
    spex_models_free(models, count);
    session_close(&session);
    return answer;
}

static const char *const words[] = {"list", "export", "diff", "freeze", "learn", NULL};

static enum answer models(const struct invocation *invocation)
{
    const char *action = invocation->argument_count ? invocation->arguments[0] : "list";
    if (strcmp(action, "export") == 0 && invocation->argument_count < 3)
        return export_models(invocation);
    if (strcmp(action, "list") == 0 && invocation->argument_count < 2)
        return list(invocation);
    if (strcmp(action, "diff") == 0)
        return models_diff(invocation);
    bool freeze = strcmp(action, "freeze") == 0, learn = strcmp(action, "learn") == 0;
    if ((freeze || learn) && invocation->argument_count > 1)
        return models_set_learning(invocation, learn);
    struct suggestion suggestion = {.wanted = action};
    char nearest[200];
    for (const char *const *word = words; *word; word++)
        suggestion_offer(&suggestion, *word);
    complain(invocation,
             "usage: spex models [list], diff [NAME...], export [DIR], freeze NAME... or learn "
             "NAME...%s",
             freeze || learn ? "" : suggestion_text(&suggestion, nearest));
    return ANSWER_WRONG;
}

const struct verb models_verb = {
    .name = "models",
    .usage =
        "[PROJECT_DIR] [list | diff [NAME...] | export [DIR] | freeze NAME... | learn NAME...]",
    .summary = "the implementation models: list, compare, write to files, freeze",
    .details =
        "list: a row for each specification, with the number of transitions in its model\n"
        "and of different transitions that instances were seen to take. export: every model,\n"
        "with what was learned, as DIR/<specification>.spex (the models' folder if no DIR).\n"
        "diff: what only the model has (+), and what it has not (?), by name; no, if there is "
        "any.\n"
        "freeze: these models learn no more; learn: they do. Their files are written, with what\n"
        "was learned; the file before is kept as NAME.spex~.",
    .maximum = SIZE_MAX,
    .folder = FOLDER_FIRST,
    .words = words,
    .run = models};
