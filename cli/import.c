/* import: the instances of an Elixir program that uses the library Spex. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/output.h"
#include "import/import.h"
#include "project/elixir_project.h"

/* How many places that could not be read are told one by one, unless in JSON. */
enum { NOTES_SHOWN = 20 };

struct table_list {
    char **paths;
    size_t count, capacity;
};

/* ---------------------------------------------------------------- tables */

static enum answer add_table(const struct invocation *invocation, struct table_list *list,
                             const char *path)
{
    char *copy = memory_copy_text(path);
    if (!copy || !memory_reserve(&list->paths, &list->capacity, list->count + 1, sizeof(char *))) {
        free(copy);
        complain(invocation, "out of memory");
        return ANSWER_BROKEN;
    }
    list->paths[list->count++] = copy;
    return ANSWER_YES;
}

/* The tables where the program's configuration says they are. */
static enum answer add_program(const struct invocation *invocation, struct table_list *list,
                               const char *folder)
{
    struct elixir_project elixir;
    spex_error error;
    if (elixir_project_scan(folder, &elixir, &error))
        return fail_input(invocation, &error);
    enum answer answer = ANSWER_YES;
    /* They may lie beside the specifications. */
    if (!elixir.table_count) {
        file_list_free(elixir.tables, 0);
        elixir.tables = NULL;
        import_find_tables(folder, &elixir.tables, &elixir.table_count, NULL);
    }
    if (!elixir.table_count) {
        complain(invocation,
                 "%s: there is no DETS table (*.dets) in %s, where this program has "
                 "its instances",
                 folder, elixir.dets_dir);
        answer = ANSWER_WRONG;
    }
    for (size_t i = 0; !answer && i < elixir.table_count; i++)
        answer = add_table(invocation, list, elixir.tables[i]);
    elixir_project_release(&elixir);
    return answer;
}

static enum answer add_folder(const struct invocation *invocation, struct table_list *list,
                              const char *folder)
{
    char **paths;
    size_t count;
    spex_error error;
    enum answer answer = ANSWER_YES;
    if (elixir_project_program(folder))
        return add_program(invocation, list, folder);
    if (import_find_tables(folder, &paths, &count, &error))
        return fail_input(invocation, &error);
    if (!count) {
        complain(invocation, "%s: there is no DETS table (*.dets) in this folder", folder);
        answer = ANSWER_WRONG;
    }
    for (size_t i = 0; !answer && i < count; i++)
        answer = add_table(invocation, list, paths[i]);
    file_list_free(paths, count);
    return answer;
}

static enum answer find_tables(const struct invocation *invocation, struct table_list *list)
{
    enum answer answer = ANSWER_YES;
    if (!invocation->argument_count && !project_folder(invocation)) {
        complain(invocation, "which tables? Name them, or a folder that has some");
        return ANSWER_WRONG;
    }
    if (!invocation->argument_count || invocation->folder)
        answer = add_program(invocation, list, project_folder(invocation));
    for (size_t i = 0; !answer && i < invocation->argument_count; i++) {
        struct stat about;
        const char *argument = invocation->arguments[i];
        if (stat(argument, &about) < 0) {
            complain(invocation, "%s: %s", argument, strerror(errno));
            answer = ANSWER_WRONG;
        } else if (S_ISDIR(about.st_mode)) {
            answer = add_folder(invocation, list, argument);
        } else {
            answer = add_table(invocation, list, argument);
        }
    }
    return answer;
}

/* ---------------------------------------------------------------- report */

static const char *state_of(const struct import_file *file)
{
    return file->error.status      ? "unreadable"
           : !file->summary.closed ? "not closed properly"
           : file->summary.scanned ? "damaged"
                                   : "clean";
}

static void append_counts(struct text *text, const struct import_report *report)
{
    const struct {
        const char *name;
        uint64_t count;
    } counts[] = {{"found", report->found},
                  {"new", report->created},
                  {"longer", report->extended},
                  {"unchanged", report->unchanged},
                  {"older_copies", report->older},
                  {"recovered", report->recovered},
                  {"mocked", report->mocked},
                  {"never_initialised", report->uninitialised},
                  {"transitions", report->transitions},
                  {"deviations", report->deviations},
                  {"shortened", report->shortened},
                  {"given_up", report->note_total}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        text_printf(text, "\"%s\":%" PRIu64 ",", counts[i].name, counts[i].count);
}

static void append_json_report(struct text *text, const struct import_report *report, bool dry)
{
    text_printf(text, "{\"dry_run\":%s,", dry ? "true" : "false");
    append_counts(text, report);
    text_append(text, "\"files\":[");
    for (size_t i = 0; i < report->file_count; i++) {
        const struct import_file *file = &report->files[i];
        text_append(text, i ? ",{\"file\":" : "{\"file\":");
        text_append_json(text, file->path);
        text_printf(text,
                    ",\"state\":\"%s\",\"found\":%" PRIu64 ",\"recorded\":%" PRIu64
                    ",\"changed_meanwhile\":%s,\"error\":",
                    state_of(file), file->summary.objects, file->summary.recorded,
                    file->summary.changed ? "true" : "false");
        append_json_or_null(text, file->error.status ? file->error.message : NULL);
        text_append(text, ",\"given_up\":[");
        bool first = true;
        for (size_t j = 0; j < report->note_count; j++) {
            if (report->notes[j].file != i)
                continue;
            text_printf(text, "%s{\"offset\":%" PRIu64 ",\"why\":", first ? "" : ",",
                        report->notes[j].offset);
            text_append_json(text, report->notes[j].why);
            text_append(text, "}");
            first = false;
        }
        text_append(text, "]}");
    }
    text_append(text, "]}\n");
}

static void append_part(struct text *text, uint64_t count, const char *what)
{
    if (count)
        text_printf(text, "; %" PRIu64 " %s", count, what);
}

static void append_report(struct text *text, const struct import_report *report, bool dry)
{
    for (size_t i = 0; i < report->file_count; i++) {
        const struct import_file *file = &report->files[i];
        text_append_visible(text, file_name(file->path));
        text_printf(text, ": %s, %" PRIu64 " instance%s\n", state_of(file), file->summary.objects,
                    file->summary.objects == 1 ? "" : "s");
    }
    text_printf(text,
                "%" PRIu64 " found: %" PRIu64 " %s, %" PRIu64 " with more transitions, %" PRIu64
                " unchanged, %" PRIu64 " older copies left out\n",
                report->found, report->created, dry ? "would be new" : "new", report->extended,
                report->unchanged, report->older);
    text_printf(text, "%" PRIu64 " transition%s%s", report->transitions,
                report->transitions == 1 ? "" : "s", dry ? " would be taken in" : " taken in");
    append_part(text, report->deviations, "of them deviations");
    append_part(text, report->mocked, "mocked");
    append_part(text, report->uninitialised, "never initialised");
    append_part(text, report->shortened, "identifiers cut (too long)");
    append_part(text, report->recovered, "recovered that OTP's own repair would lose");
    append_part(text, report->note_total, "places given up");
    text_append_char(text, '\n');
}

static enum answer complain_notes(const struct invocation *invocation,
                                  const struct import_report *report)
{
    enum answer answer = ANSWER_YES;
    for (size_t i = 0; i < report->file_count; i++) {
        const struct import_file *file = &report->files[i];
        if (file->error.status)
            answer = worse(answer, fail_input(invocation, &file->error));
        if (file->summary.changed)
            complain(invocation,
                     "%s changed while it was read: end the program that writes it and import "
                     "again",
                     file->path);
    }
    for (size_t i = 0; !invocation->json && i < report->note_count && i < NOTES_SHOWN; i++)
        complain(invocation, "%s: given up at offset %" PRIu64 ": %s",
                 report->files[report->notes[i].file].path, report->notes[i].offset,
                 report->notes[i].why);
    if (!invocation->json && report->note_total > NOTES_SHOWN)
        complain(invocation, "and %" PRIu64 " places more (--json lists them)",
                 report->note_total - NOTES_SHOWN);
    return report->note_total ? worse(answer, ANSWER_WRONG) : answer;
}

/* ------------------------------------------------------------------ verb */

static bool show_progress(const char *path, double part, uint64_t found, void *context)
{
    struct progress_line *line = context;
    if (line->terminal) {
        struct text what = {0};
        text_append_visible(&what, file_name(path));
        text_printf(&what, ": %" PRIu64 " instance%s", found, found == 1 ? "" : "s");
        progress_show(line, text_value(&what), part);
        text_release(&what);
    }
    return true;
}

static enum answer import_tables(const struct invocation *invocation,
                                 const struct project_options *project_options,
                                 const struct project *project, const struct table_list *tables)
{
    struct progress_line progress;
    struct import_report report;
    struct text text = {0};
    spex_error error;
    bool dry = option_given(invocation, "dry-run");
    struct import_options options = {.store_dir = project_options->store_dir,
                                     .shards = project_options->distribution_factor,
                                     .durability = project_options->durability,
                                     .event_limit = project_options->event_limit,
                                     .project = project,
                                     .dry = dry,
                                     .progress = show_progress,
                                     .context = &progress};
    progress_start(&progress);
    int status = import_run(tables->paths, tables->count, &options, &report, &error);
    progress_end(&progress);
    enum answer answer = status ? fail(invocation, &error) : ANSWER_YES;
    answer = worse(answer, complain_notes(invocation, &report));
    if (invocation->json)
        append_json_report(&text, &report, dry);
    else
        append_report(&text, &report, dry);
    if (!output_text(&text))
        answer = ANSWER_BROKEN;
    import_report_release(&report);
    return answer;
}

static enum answer import(const struct invocation *invocation)
{
    struct project_options options;
    struct project project;
    struct table_list tables = {0};
    enum answer answer = open_project(invocation, &options, &project);
    if (answer)
        return answer;
    answer = find_tables(invocation, &tables);
    if (!answer)
        answer = import_tables(invocation, &options, &project, &tables);
    file_list_free(tables.paths, tables.count);
    project_release(&project);
    project_options_release(&options);
    return answer;
}

static const struct cli_option import_options[] = {
    {"dry-run", 'n', NULL, "only say what is there; the store is not touched"},
    {NULL, 0, NULL, NULL}};

const struct verb import_verb = {
    .name = "import",
    .usage = "[PROJECT_DIR] [DIR|FILE...]",
    .summary = "take in the instances of an Elixir program (DETS files)",
    .details =
        "FILE is a DETS table of the Elixir library Spex, DIR a folder of them (or one with a\n"
        "folder dets or spex_dets in it), or of an Elixir program\n"
        "(then its own models and ./spex_store are used, as with --project). They are only "
        "read. A table that was not closed\n"
        "properly is searched for everything that is in it, which is more than OTP's own repair\n"
        "leaves: import it before an Elixir program opens it again. What the store has already\n"
        "stays unless the file knows a later transition: importing again is safe. Exit code 2\n"
        "if something in a file could not be read; the rest is taken in all the same.",
    .options = import_options,
    .maximum = SIZE_MAX,
    .folder = FOLDER_FIRST,
    .run = import};
