/* store: looking after the store as a whole. */
#include <errno.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/output.h"
#include "cli/store.h"

enum answer fail_store(const struct invocation *invocation, const spex_error *error)
{
    enum answer answer = fail(invocation, error);
    return answer == ANSWER_NO ? ANSWER_BROKEN : answer;
}

static enum answer print(struct text *text)
{
    return output_text(text) ? ANSWER_YES : ANSWER_BROKEN;
}

/* "12 B", "3.4 MiB" */
static const char *size_text(uint64_t bytes, char text[24])
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = (double)bytes;
    size_t unit = 0;
    for (; value >= 1024 && unit < 4; unit++)
        value /= 1024;
    snprintf(text, 24, unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
    return text;
}

/* ----------------------------------------------------------------- info */

static void json_number(struct text *text, const char *key, uint64_t number)
{
    text_printf(text, ",\"%s\":%" PRIu64, key, number);
}

static void append_json_shard(struct text *text, unsigned number, const struct shard_info *shard)
{
    text_printf(text, "%s{\"shard\":%u", number > 1 ? ",\n  " : "\n  ", number);
    json_number(text, "bytes", shard->file_bytes);
    json_number(text, "log_bytes", shard->log_bytes);
    json_number(text, "pages", shard->pages);
    json_number(text, "free_pages", shard->free_pages);
    json_number(text, "instances", shard->instances);
    json_number(text, "steps", shard->steps);
    json_number(text, "events", shard->events);
    json_number(text, "version", (uint64_t)shard->version);
    text_append(text, ",\"error\":");
    append_json_or_null(text, shard->fault);
    text_append_char(text, '}');
}

static void append_json_info(struct text *text, const struct store_info *info, bool full)
{
    text_append(text, "{\"store\":");
    text_append_json(text, info->store.directory);
    text_printf(text,
                ",\"format\":%d,\"hash\":\"%s\",\"uuid\":\"%s\",\n \"file_system\":{\"type\":",
                STORE_FORMAT, STORE_HASH, info->store.uuid);
    text_append_json(text, info->file_system.name);
    text_printf(text, ",\"local\":%s},\n", info->file_system.kind ? "false" : "true");
    text_printf(text, " \"sqlite\":{\"version\":\"%s\",\"log_reset_fixed\":%s},\n",
                sqlite3_libversion(),
                sqlite_log_reset_fixed(sqlite3_libversion_number()) ? "true" : "false");
    text_printf(text,
                " \"durability\":{\"option\":\"%s\",\"process_death\":true,"
                "\"power_loss\":%s},\n \"shards\":[",
                full ? "full" : "normal", full ? "true" : "false");
    for (unsigned number = 1; number <= info->store.shards; number++)
        append_json_shard(text, number, &info->shards[number - 1]);
    text_append(text, "]}\n");
}

static void append_facts(struct text *text, const struct store_info *info, bool full)
{
    bool fixed = sqlite_log_reset_fixed(sqlite3_libversion_number());
    text_append(text, "store        ");
    text_append_visible(text, info->store.directory);
    text_printf(text, "\nidentity     %s\nformat       %d, %u shard%s by %s\n", info->store.uuid,
                STORE_FORMAT, info->store.shards, info->store.shards == 1 ? "" : "s", STORE_HASH);
    text_append(text, "file system  ");
    text_append_visible(text, info->file_system.name);
    if (info->file_system.kind)
        text_printf(text, ": %s, where nothing may be written to a store", info->file_system.kind);
    text_printf(text, "\ndurability   %s\n",
                full ? "full: what is acknowledged survives a loss of power"
                     : "normal: what is acknowledged survives the death of any process; the last "
                       "of it may\n             be lost with the power");
    text_printf(
        text, "SQLite       %s%s\n\n", sqlite3_libversion(),
        fixed ? ""
              : ", without the fix of 3.51.3, 3.50.7 and 3.44.6 for logs begun anew while\n"
                "             they are moved into the file; the shards' locks keep both apart");
}

static void number_cell(struct table *table, uint64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, number);
    table_cell(table, text);
}

static void info_row(struct table *table, const char *name, const struct shard_info *shard)
{
    char text[24];
    table_cell(table, name);
    number_cell(table, shard->instances);
    number_cell(table, shard->steps);
    number_cell(table, shard->events);
    table_cell(table, size_text(shard->file_bytes, text));
    table_cell(table, size_text(shard->log_bytes, text));
    snprintf(text, sizeof text, "%.0f %%",
             shard->pages ? 100.0 * (double)shard->free_pages / (double)shard->pages : 0);
    table_cell(table, text);
    number_cell(table, (uint64_t)shard->version);
}

static enum answer print_info(const struct store_info *info)
{
    static const char *const headers[] = {"SHARD", "INSTANCES", "STEPS", "EVENTS",
                                          "FILE",  "LOG",       "FREE",  "VERSION"};
    struct shard_info all = {0};
    struct table table;
    table_start(&table, headers, 8);
    for (unsigned number = 1; number <= info->store.shards; number++) {
        const struct shard_info *shard = &info->shards[number - 1];
        char name[16];
        snprintf(name, sizeof name, "%u", number);
        info_row(&table, name, shard);
        all.instances += shard->instances;
        all.steps += shard->steps;
        all.events += shard->events;
        all.file_bytes += shard->file_bytes;
        all.log_bytes += shard->log_bytes;
        all.pages += shard->pages;
        all.free_pages += shard->free_pages;
        if (shard->version > all.version)
            all.version = shard->version;
    }
    info_row(&table, "all", &all);
    return table_end(&table) ? ANSWER_YES : ANSWER_BROKEN;
}

static enum answer info(const struct invocation *invocation, const struct project_options *options)
{
    struct store_info found;
    struct progress_line line;
    struct text text = {0};
    spex_error error;
    progress_start(&line);
    int status = store_info_read(options->store_dir, &line.progress, &found, &error);
    progress_end(&line);
    enum answer answer;
    if (status) {
        answer = fail_store(invocation, &error);
    } else if (invocation->json) {
        append_json_info(&text, &found, options->durability == SPEX_DURABILITY_FULL);
        answer = print(&text);
    } else {
        append_facts(&text, &found, options->durability == SPEX_DURABILITY_FULL);
        answer = print(&text);
        answer = worse(answer, print_info(&found));
    }
    for (unsigned i = 0; !status && i < found.store.shards; i++)
        if (found.shards[i].fault) {
            complain(invocation, "%s", found.shards[i].fault);
            answer = ANSWER_BROKEN;
        }
    store_info_release(&found);
    return answer;
}

/* --------------------------------------------------------------- verify */

struct listing {
    const struct invocation *invocation;
    struct progress_line *line;
    struct text findings;
    uint64_t count;
};

static void list_finding(const struct finding *finding, void *context)
{
    struct listing *listing = context;
    if (listing->invocation->json) {
        text_printf(&listing->findings, "%s{\"problem\":", listing->count++ ? ",\n  " : "\n  ");
        if (finding->problem == PROBLEM_NONE)
            text_append(&listing->findings, "null");
        else
            text_append_json(&listing->findings, problem_name(finding->problem));
        text_append(&listing->findings, ",\"shard\":");
        if (finding->shard)
            text_printf(&listing->findings, "%u", finding->shard);
        else
            text_append(&listing->findings, "null");
        text_append(&listing->findings, ",\"message\":");
        text_append_json(&listing->findings, finding->message);
        text_append_char(&listing->findings, '}');
        return;
    }
    progress_end(listing->line);
    text_append(&listing->findings, finding->problem == PROBLEM_NONE ? "note: " : "problem: ");
    text_append_visible(&listing->findings, finding->message);
    text_append_char(&listing->findings, '\n');
    output_text(&listing->findings);
}

static enum answer verify(const struct invocation *invocation,
                          const struct project_options *options)
{
    struct progress_line line;
    struct listing listing = {.invocation = invocation, .line = &line};
    struct verification verification = {
        .found = list_finding, .context = &listing, .progress = &line.progress};
    spex_error error;
    progress_start(&line);
    int status = store_verify(options->store_dir, &verification, &error);
    progress_end(&line);
    if (status) {
        text_release(&listing.findings);
        return fail_store(invocation, &error);
    }
    struct text text = {0};
    const char *verdict = verification.problems ? "not sound" : "sound";
    if (invocation->json) {
        text_printf(&text,
                    "{\"sound\":%s,\"shards\":%u,\"instances\":%" PRIu64 ",\"steps\":%" PRIu64
                    ",\n \"sqlite\":{\"version\":\"%s\",\"log_reset_fixed\":%s},\n \"findings\":[",
                    verification.problems ? "false" : "true", verification.shards,
                    verification.instances, verification.steps, sqlite3_libversion(),
                    sqlite_log_reset_fixed(sqlite3_libversion_number()) ? "true" : "false");
        text_append(&text, text_value(&listing.findings));
        text_append(&text, "]}\n");
    } else {
        text_printf(&text,
                    "%s: %u shard%s, %" PRIu64 " instance%s, %" PRIu64 " step%s; SQLite %s%s\n",
                    verdict, verification.shards, verification.shards == 1 ? "" : "s",
                    verification.instances, verification.instances == 1 ? "" : "s",
                    verification.steps, verification.steps == 1 ? "" : "s", sqlite3_libversion(),
                    sqlite_log_reset_fixed(sqlite3_libversion_number())
                        ? ""
                        : ", whose fault in restarting logs the shards' locks keep off");
    }
    text_release(&listing.findings);
    return worse(print(&text), verification.problems ? ANSWER_NO : ANSWER_YES);
}

/* ------------------------------------------------------- backup, vacuum */

static enum answer backup(const struct invocation *invocation,
                          const struct project_options *options)
{
    struct progress_line line;
    struct backup made;
    struct text text = {0};
    spex_error error;
    const char *target = invocation->arguments[1];
    progress_start(&line);
    int status = store_backup(options->store_dir, target, &line.progress, &made, &error);
    progress_end(&line);
    if (status)
        return fail_store(invocation, &error);
    if (invocation->json) {
        text_append(&text, "{\"backup\":");
        text_append_json(&text, target);
        text_printf(&text, ",\"shards\":%" PRIu64 ",\"bytes\":%" PRIu64 "}\n", made.shards,
                    made.bytes);
    } else {
        char size[24];
        text_printf(&text, "%" PRIu64 " shard%s, %s, copied to ", made.shards,
                    made.shards == 1 ? "" : "s", size_text(made.bytes, size));
        text_append_visible(&text, target);
        text_append_char(&text, '\n');
    }
    return print(&text);
}

static enum answer vacuum(const struct invocation *invocation,
                          const struct project_options *options)
{
    struct progress_line line;
    struct vacuum done;
    struct text text = {0};
    spex_error error;
    progress_start(&line);
    int status = store_vacuum(options->store_dir, &line.progress, &done, &error);
    progress_end(&line);
    if (status)
        return fail_store(invocation, &error);
    if (invocation->json) {
        text_printf(&text, "{\"before\":%" PRIu64 ",\"after\":%" PRIu64 "}\n", done.before,
                    done.after);
    } else {
        char before[24], after[24];
        text_printf(&text, "%s before, %s after\n", size_text(done.before, before),
                    size_text(done.after, after));
    }
    return print(&text);
}

/* -------------------------------------------------------------- reshard */

static enum answer reshard(const struct invocation *invocation,
                           const struct project_options *options)
{
    const char *argument = invocation->arguments[1];
    char *end;
    errno = 0;
    unsigned long shards = strtoul(argument, &end, 10);
    if (*argument < '0' || *argument > '9' || *end || errno || shards < 1 ||
        shards > STORE_SHARDS_MAX) {
        complain(invocation, "a store has 1 to %u shards, not '%s'", STORE_SHARDS_MAX, argument);
        return ANSWER_WRONG;
    }
    struct progress_line line;
    struct reshard done;
    struct text text = {0};
    spex_error error;
    progress_start(&line);
    int status = store_reshard(options->store_dir, (unsigned)shards, &line.progress, &done, &error);
    progress_end(&line);
    if (status)
        return fail_store(invocation, &error);
    if (invocation->json)
        text_printf(&text,
                    "{\"from\":%u,\"to\":%u,\"instances\":%" PRIu64 ",\"steps\":%" PRIu64 "}\n",
                    done.from, done.to, done.instances, done.steps);
    else if (done.from == done.to)
        text_printf(&text, "the store has %u shard%s already\n", done.to, done.to == 1 ? "" : "s");
    else
        text_printf(&text, "%u shard%s now, %u before: %" PRIu64 " instances, %" PRIu64 " steps\n",
                    done.to, done.to == 1 ? "" : "s", done.from, done.instances, done.steps);
    return print(&text);
}

/* ---------------------------------------------------------------- which */

static const struct task {
    const char *name;
    const char *usage;
    size_t arguments;
    enum answer (*run)(const struct invocation *invocation, const struct project_options *options);
} tasks[] = {
    {"info", "info", 0, info},
    {"verify", "verify", 0, verify},
    {"backup", "backup DIR", 1, backup},
    {"reshard", "reshard N", 1, reshard},
    {"repair", "repair", 0, store_repair_verb},
    {"vacuum", "vacuum", 0, vacuum},
};

static enum answer store(const struct invocation *invocation)
{
    const char *name = invocation->arguments[0];
    struct suggestion suggestion = {.wanted = name};
    char nearest[200];
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++) {
        suggestion_offer(&suggestion, tasks[i].name);
        if (strcmp(tasks[i].name, name) != 0)
            continue;
        if (invocation->argument_count != tasks[i].arguments + 1) {
            complain(invocation, "usage: spex store %s", tasks[i].usage);
            return ANSWER_WRONG;
        }
        struct project_options options;
        enum answer answer = open_options(invocation, &options);
        if (answer)
            return answer;
        answer = tasks[i].run(invocation, &options);
        project_options_release(&options);
        return answer;
    }
    complain(invocation, "there is no spex store %s%s (spex help store lists what there is)", name,
             suggestion_text(&suggestion, nearest));
    return ANSWER_WRONG;
}

static const char *const words[] = {"info",   "verify", "backup", "reshard",
                                    "repair", "vacuum", NULL};

const struct verb store_verb = {
    .name = "store",
    .usage = "[PROJECT_DIR] info | verify | backup DIR | reshard N | repair | vacuum",
    .summary = "look after the store: sizes, soundness, copies, shards",
    .details =
        "info: what it is and how much is in it. verify: whether it is sound; exit code 1 if\n"
        "it is not, with what is wrong and what to do. backup: a copy in the new folder DIR,\n"
        "while others write. reshard: another number of shards; nobody else writes meanwhile.\n"
        "repair: puts right what verify finds, keeps what a damaged shard still holds, and\n"
        "says what it could not; exit code 1 if something is lost. vacuum: gives free space\n"
        "back to the disk.",
    .minimum = 1,
    .maximum = 2,
    .folder = FOLDER_FIRST,
    .words = words,
    .run = store};
