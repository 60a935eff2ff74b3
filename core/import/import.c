#include "import/import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/base.h"
#include "import/elixir_instance.h"
#include "import/judge.h"
#include "import/writer.h"

struct importing {
    const struct import_options *options;
    struct import_report *report;
    size_t file;
    struct elixir_instance decoded;
    struct judge *judge;
    struct writer *writer;
    int status; /* what ended it */
    spex_error *error;
};

static bool note(struct importing *importing, uint64_t offset, const char *why)
{
    struct import_report *report = importing->report;
    report->note_total++;
    if (report->note_count == IMPORT_NOTES_MAX)
        return true;
    char *copy = memory_copy_text(why);
    if (!copy)
        return false;
    report->notes[report->note_count++] =
        (struct import_note){.file = importing->file, .offset = offset, .why = copy};
    return true;
}

/* A copy is what the caller of the judge may change. */
static const char *take_object(const struct term_reader *term, uint64_t offset, bool beyond,
                               void *context, bool *stop)
{
    struct importing *importing = context;
    struct import_report *report = importing->report;
    struct elixir_instance *decoded = &importing->decoded;
    const char *why = elixir_instance_read(decoded, *term);
    if (why)
        return why;
    if (decoded->meta_lost && !note(importing, offset, decoded->meta_lost))
        importing->status = error_memory(importing->error);
    report->found++;
    report->mocked += decoded->instance.mocked;
    report->uninitialised += !decoded->instance.state;
    report->shortened += decoded->shortened;
    if (!importing->status)
        importing->status =
            judge_instance(importing->judge, &decoded->instance, decoded->steps, importing->error);
    if (!importing->status)
        importing->status =
            writer_put(importing->writer, &decoded->instance, beyond, importing->error);
    *stop = importing->status != SPEX_OK;
    return NULL;
}

static void note_given_up(uint64_t offset, const char *why, void *context)
{
    struct importing *importing = context;
    if (!note(importing, offset, why) && !importing->status)
        importing->status = error_memory(importing->error);
}

static void show_progress(double part, void *context)
{
    struct importing *importing = context;
    const struct import_options *options = importing->options;
    const char *path = importing->report->files[importing->file].path;
    if (options->progress && !importing->status &&
        !options->progress(path, part < 1 ? part : 1, importing->report->found, options->context))
        importing->status = error_set(importing->error, SPEX_ERROR_CANCELLED,
                                      "stopped while %s was read; what was committed stays, and "
                                      "another import goes on from there",
                                      path);
}

static int import_file(struct importing *importing, const char *path)
{
    struct import_file *file = &importing->report->files[importing->file];
    struct dets_visitor visitor = {take_object, note_given_up, show_progress, importing};
    file->path = memory_copy_text(path);
    if (!file->path)
        return error_memory(importing->error);
    importing->report->file_count++;
    show_progress(0, importing);
    int status = importing->status ? importing->status
                                   : dets_read(path, &visitor, &file->summary, &file->error);
    if (importing->status || status == SPEX_ERROR_MEMORY) {
        file->error = (spex_error){0};
        return importing->status ? importing->status : error_memory(importing->error);
    }
    if (!status)
        file->error = (spex_error){0};
    return SPEX_OK;
}

int import_run(char *const *paths, size_t count, const struct import_options *options,
               struct import_report *report, spex_error *error)
{
    spex_error unheard;
    struct importing importing = {
        .options = options, .report = report, .error = error ? error : &unheard};
    struct writer_counts counts = {0};
    *report = (struct import_report){0};
    report->files = memory_allocate(count ? count : 1, sizeof *report->files);
    report->notes = memory_allocate(IMPORT_NOTES_MAX, sizeof *report->notes);
    importing.judge = judge_create(options->project);
    int status = report->files && report->notes && importing.judge ? SPEX_OK : error_memory(error);
    if (!status)
        status = writer_open(&importing.writer, options, importing.error);
    for (size_t i = 0; !status && i < count; i++) {
        importing.file = i;
        status = import_file(&importing, paths[i]);
    }
    /* A batch that failed explains more than what came of it. */
    spex_error later;
    int closed = writer_close(importing.writer, &counts, &later);
    if (closed && (!status || status == SPEX_ERROR_CANCELLED)) {
        status = closed;
        *importing.error = later;
    }
    report->created = counts.created;
    report->extended = counts.extended;
    report->unchanged = counts.unchanged;
    report->older = counts.older;
    report->recovered = counts.recovered;
    report->transitions = counts.transitions;
    report->deviations = counts.deviations;
    elixir_instance_release(&importing.decoded);
    judge_free(importing.judge);
    return status;
}

void import_report_release(struct import_report *report)
{
    for (size_t i = 0; i < report->file_count; i++)
        free(report->files[i].path);
    for (size_t i = 0; i < report->note_count; i++)
        free(report->notes[i].why);
    free(report->files);
    free(report->notes);
    *report = (struct import_report){0};
}

int import_find_tables(const char *folder, char ***paths, size_t *count, spex_error *error)
{
    static const char *const inside[] = {"dets", "spex_dets"};
    int status = file_list(folder, ".dets", paths, count, error);
    for (size_t i = 0; !status && !*count && i < 2; i++) {
        struct stat about;
        char *path = file_join(folder, inside[i]);
        if (!path)
            return error_memory(error);
        if (stat(path, &about) == 0 && S_ISDIR(about.st_mode)) {
            file_list_free(*paths, *count);
            status = file_list(path, ".dets", paths, count, error);
        }
        free(path);
    }
    return status;
}
