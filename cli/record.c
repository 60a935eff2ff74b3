/* record: reports of programs in any language, one JSON object a line. */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/learned.h"
#include "cli/recording.h"

volatile sig_atomic_t recording_stopped;

/* ---------------------------------------------- what the manager tells us */

/* On the threads of the shards. */
static spex_answer answer_report(const spex_report *report, void *data)
{
    const struct recording *recording = data;
    spex_answer answer = session_answer(&recording->session, report);
    if (report->file)
        complain(recording->invocation, "%s:%d: %s%s", report->file, report->line, report->message,
                 answer == SPEX_ACCEPT ? " (accepted)" : "");
    else
        complain(recording->invocation, "%s", report->message);
    return answer;
}

/* --------------------------------------------------------------- answers */

static void append_reply(struct text *text, const struct batch_entry *entry)
{
    const spex_error *error = batch_entry_error(entry);
    const spex_observation *stored = batch_entry_observation(entry);
    text_printf(text, "{\"ok\":%s", error->status ? "false" : "true");
    if (stored)
        text_printf(text, ",\"verdict\":\"%s\"", spex_verdict_name(stored->verdict));
    if (error->status) {
        text_append(text, ",\"error\":");
        text_append_json(text, error->message);
        text_append(text, ",\"reason\":");
        append_json_or_null(text, error->reason ? spex_reason_name(error->reason) : NULL);
        text_printf(text, ",\"line\":%u", entry->line);
    }
    text_append(text, "}\n");
}

static void note_error(struct recording *recording, const struct batch_entry *entry)
{
    const spex_error *error = batch_entry_error(entry);
    recording->answer = worse(recording->answer, answer_of(error->status));
    if (error->status == SPEX_ERROR_REFUSED) {
        bool deviation = error->reason == SPEX_REASON_NOT_EQUIVALENT ||
                         error->reason == SPEX_REASON_STILL_EQUIVALENT;
        *(deviation ? &recording->deviations : &recording->refused) += 1;
        return; /* told by the handler */
    }
    recording->bad += error->status != SPEX_OK;
    if (error->line)
        complain(recording->invocation, "%s", error->message);
    else if (error->status)
        complain(recording->invocation, "%s:%u: %s", recording->lines.name, entry->line,
                 error->message);
}

/* Waits for the batch that the shards are at work on, and answers it in its order. */
static void finish_working(struct recording *recording)
{
    struct record_batch *batch = recording->working;
    struct text text = {0};
    record_batch_wait(batch);
    for (size_t i = 0; i < batch->count; i++) {
        note_error(recording, &batch->entries[i]);
        if (recording->replies)
            append_reply(&text, &batch->entries[i]);
        if (recording->answered) {
            recording->answered(&batch->entries[i], text_value(&text));
            text_clear(&text);
        }
    }
    record_batch_clear(batch);
    if (text.length && (!output_text(&text) || fflush(stdout)) && !recording_stopped) {
        complain(recording->invocation, "the replies cannot be written: %s", strerror(errno));
        output_told = true;
        recording->answer = ANSWER_BROKEN;
        recording_stopped = 1;
    }
    text_release(&text);
}

/* The shards begin with what was gathered, once they are done with the batch before. */
static void send_filling(struct recording *recording)
{
    finish_working(recording);
    struct record_batch *batch = recording->filling;
    recording->filling = recording->working;
    recording->working = batch;
    if (batch->count)
        record_batch_send(batch, recording->session.manager, recording->lines.name);
}

/* ----------------------------------------------------------------- lines */

static int check_specification(const struct recording *recording, const struct record *record,
                               spex_error *error)
{
    const struct project *project = &recording->session.project;
    if (record->operation == RECORD_TRANSITION)
        return SPEX_OK;
    const struct project_entry *entry = project_find(project, record->specification);
    if (entry && entry->specification)
        return SPEX_OK;
    struct suggestion suggestion = {.wanted = record->specification};
    char nearest[200];
    for (size_t i = 0; i < project->count; i++)
        if (project->entries[i].specification)
            suggestion_offer(&suggestion, project->entries[i].specification->name);
    return error_set(error, SPEX_ERROR_USAGE, "there is no specification '%s'%s",
                     record->specification, suggestion_text(&suggestion, nearest));
}

static bool blank(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r')
            return false;
    return true;
}

void recording_take(struct recording *recording, const struct line_reader *lines, void *owner,
                    enum line_state state, const char *bytes, size_t length)
{
    if (state == LINE_READY && blank(bytes, length))
        return;
    struct record_batch *batch = recording->filling;
    struct batch_entry *entry = &batch->entries[batch->count++];
    *entry = (struct batch_entry){.line = lines->line, .owner = owner};
    int status =
        state == LINE_TOO_LONG
            ? error_place(&entry->error, lines->name, entry->line, 1,
                          "a line of more than %zu bytes is no record", LINE_LIMIT)
            : record_read(lines->name, entry->line, bytes, length, &entry->record, &entry->error);
    if (!status)
        check_specification(recording, &entry->record, &entry->error);
    recording->records++;
    if (batch->count == BATCH_LIMIT)
        send_filling(recording);
}

static void show_progress(struct recording *recording)
{
    char what[60];
    if (!recording->progress.terminal)
        return;
    snprintf(what, sizeof what, "%" PRIu64 " records", recording->records);
    progress_show(&recording->progress, what, -1);
}

/* Who waits for answers before saying more gets them now. */
void recording_finish(struct recording *recording)
{
    send_filling(recording);
    finish_working(recording);
    show_progress(recording);
}

/* Every line up to the end of the input, or to a signal. */
static void read_lines(struct recording *recording)
{
    struct line_reader *lines = &recording->lines;
    spex_error error;
    while (!recording_stopped) {
        const char *bytes = NULL;
        size_t length = 0;
        enum line_state state = line_reader_next(lines, &bytes, &length);
        if (state != LINE_WANTED) {
            recording_take(recording, lines, NULL, state, bytes, length);
            continue;
        }
        if (lines->ended)
            break;
        if (line_reader_idle(lines))
            recording_finish(recording);
        if (line_reader_fill(lines, &recording->signals, &recording_stopped, &error)) {
            recording->answer = worse(fail(recording->invocation, &error), ANSWER_BROKEN);
            break;
        }
    }
    recording_finish(recording);
    if (recording_stopped && line_reader_rest(lines))
        complain(recording->invocation, "%s:%u: stopped within this line: it was not recorded",
                 lines->name, lines->line + 1);
}

/* --------------------------------------------------------------- signals */

static void stop(int signal)
{
    (void)signal;
    recording_stopped = 1;
}

/* The threads started from here on do not see them; the loop does, while it waits. */
static void catch_signals(struct recording *recording)
{
    sigset_t caught;
    struct sigaction action = {.sa_handler = stop};
    sigemptyset(&caught);
    sigaddset(&caught, SIGINT);
    sigaddset(&caught, SIGTERM);
    sigaddset(&caught, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &caught, &recording->signals);
    /* A second one ends the program at once. */
    action.sa_flags = (int)SA_RESETHAND;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    action.sa_handler = SIG_IGN;
    action.sa_flags = 0;
    sigaction(SIGPIPE, &action, NULL);
}

/* ------------------------------------------------------------------ verb */

/* Whether all that was to be recorded was: then the models are worth keeping. */
static bool complete(const struct recording *recording)
{
    /* A FIFO that is followed has no other end than a signal, nor has a socket. */
    bool ended = !recording_stopped || option_given(recording->invocation, "follow") ||
                 option_given(recording->invocation, "listen");
    return ended && recording->answer <= ANSWER_NO;
}

/* Adds what was learned to the models; the sentences or the JSON about it go to `text`. */
static void keep_learned(struct recording *recording, struct text *text)
{
    spex_test *test = recording->session.test;
    if (!test)
        return;
    if (!complete(recording)) {
        complain(recording->invocation,
                 "not everything was recorded, so the models in %s are left as they are",
                 recording->session.options.impl_models_dir);
        return;
    }
    spex_model **added = NULL;
    size_t count = 0;
    spex_error error;
    recording->session.test = NULL;
    bool told = recording->replies;
    if (spex_test_end(test, told ? NULL : &added, told ? NULL : &count, &error))
        recording->answer = worse(recording->answer, fail(recording->invocation, &error));
    else if (recording->invocation->json)
        learned_json(text, added, count);
    else
        learned_lines(text, added, count);
    spex_models_free(added, count);
}

static enum answer print_summary(struct recording *recording)
{
    struct text text = {0}, learned = {0};
    keep_learned(recording, &learned);
    /* A deviation that the policy does not accept is recorded all the same. */
    uint64_t recorded = recording->records - recording->refused - recording->bad;
    if (recording->replies) {
        text_release(&learned);
        return ANSWER_YES;
    }
    if (recording->invocation->json)
        text_printf(&text,
                    "{\"records\":%" PRIu64 ",\"recorded\":%" PRIu64 ",\"deviations\":%" PRIu64
                    ",\"refused\":%" PRIu64 ",\"bad\":%" PRIu64 "%s}\n",
                    recording->records, recorded, recording->deviations, recording->refused,
                    recording->bad, text_value(&learned));
    else
        text_printf(&text,
                    "%" PRIu64 " recorded, %" PRIu64 " of them deviations; %" PRIu64
                    " refused, %" PRIu64 " bad\n%s",
                    recorded, recording->deviations, recording->refused, recording->bad,
                    text_value(&learned));
    text.failed |= learned.failed;
    text_release(&learned);
    return output_text(&text) ? ANSWER_YES : ANSWER_BROKEN;
}

/* `listener` NULL: from the lines. */
static void run(struct recording *recording, struct listener *listener)
{
    progress_start(&recording->progress);
    if (!listener && recording->lines.file == STDIN_FILENO && isatty(STDIN_FILENO))
        complain(recording->invocation, "reading records from the terminal, up to Ctrl-D");
    recording->filling = memory_allocate(1, sizeof *recording->filling);
    recording->working = memory_allocate(1, sizeof *recording->working);
    if (recording->filling && recording->working && listener) {
        listener_serve(listener, recording);
    } else if (recording->filling && recording->working) {
        read_lines(recording);
    } else {
        complain(recording->invocation, "out of memory");
        recording->answer = ANSWER_BROKEN;
    }
    progress_end(&recording->progress);
    if (option_given(recording->invocation, "timers"))
        record_timers(recording->session.manager);
    /* From here on a signal ends the program: closing the store may have to wait. */
    pthread_sigmask(SIG_SETMASK, &recording->signals, NULL);
    free(recording->filling);
    free(recording->working);
    enum answer printed = print_summary(recording);
    recording->answer = worse(recording->answer, printed);
}

static int listen_on(struct recording *recording, const char *path, struct listener **listener,
                     spex_error *error)
{
    if (recording->invocation->argument_count || option_given(recording->invocation, "follow"))
        return error_set(error, SPEX_ERROR_USAGE, "--listen goes with neither FILE nor --follow");
    recording->lines = (struct line_reader){.name = path, .file = -1, .writer = -1};
    return listener_open(listener, path, error);
}

static enum answer record(const struct invocation *invocation)
{
    struct recording recording = {.invocation = invocation,
                                  .replies = option_given(invocation, "replies")};
    struct session_options options = {.create = true,
                                      .active = option_given(invocation, "timers"),
                                      .handler = answer_report,
                                      .handler_data = &recording};
    spex_error error;
    catch_signals(&recording);
    struct listener *listener = NULL;
    const char *path = option_value(invocation, "listen");
    int status =
        path ? listen_on(&recording, path, &listener, &error)
             : line_reader_open(&recording.lines,
                                invocation->argument_count ? invocation->arguments[0] : NULL,
                                option_given(invocation, "follow"), &error);
    if (status)
        return fail_input(invocation, &error);
    enum answer answer = session_open(&recording.session, invocation, &options);
    if (!answer) {
        run(&recording, listener);
        session_close(&recording.session);
        answer = recording.answer;
    }
    if (path)
        listener_close(listener);
    else
        line_reader_close(&recording.lines);
    return answer;
}

static const struct cli_option record_options[] = {
    {"replies", 'r', NULL, "a line of JSON for each record, in order, once it is durable"},
    {"follow", 'F', NULL, "FILE is a FIFO: go on when its writers leave"},
    {"learn", 'L', "DIR", "every model learns; at the end, add what is new to those in DIR"},
    {"listen", 'l', "PATH", "serve many programs on this Unix socket until a signal"},
    {"timers", 0, NULL, "meanwhile report transition timeouts, and prune"},
    {NULL, 0, NULL, NULL}};

const struct verb record_verb = {
    .name = "record",
    .usage = "[PROJECT_DIR] [FILE]",
    .summary = "record what programs report, one JSON object a line",
    .details =
        "{\"op\":\"init\",\"spec\":\"Order\",\"id\":\"order-17\",\"meta\":{},\"state\":\"idle\"}\n"
        "{\"op\":\"transition\",\"id\":\"order-17\",\"action\":\"start\",\"state\":\"running\"}\n"
        "{\"op\":\"mock\",\"spec\":\"Order\",\"id\":\"order-18\",\"state\":\"running\"}\n"
        "An \"at\" (2026-01-31T12:00:00Z) tells when, if not now. Read from FILE, a FIFO or\n"
        "standard input, or of many programs with --listen, where the line\n"
        "{\"op\":\"replies\"} asks for replies on that connection. A bad line does not stop the "
        "rest: exit code 2 at the end; 1 if a\n"
        "report was refused. --learn is for test runs: it records in a store of its own unless\n"
        "--store names one, and writes DIR/<specification>.spex, learning off, once all is "
        "recorded.",
    .options = record_options,
    .maximum = 1,
    .folder = FOLDER_FIRST,
    .run = record};
