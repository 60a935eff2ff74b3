/* store repair: what was kept, and what could not be. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/output.h"
#include "cli/store.h"

struct telling {
    const struct invocation *invocation;
    struct progress_line line;
    struct text notes;
    uint64_t count;
};

static void tell(const struct repair_note *note, void *context)
{
    struct telling *telling = context;
    struct text *notes = &telling->notes;
    if (!telling->invocation->json) {
        progress_end(&telling->line);
        text_append_visible(notes, note->message);
        text_append_char(notes, '\n');
        output_text(notes);
        return;
    }
    text_printf(notes, "%s{\"event\":\"%s\",\"shard\":", telling->count++ ? ",\n  " : "\n  ",
                repair_event_name(note->event));
    if (note->shard)
        text_printf(notes, "%u", note->shard);
    else
        text_append(notes, "null");
    text_append(notes, ",\"id\":");
    append_json_or_null(notes, note->identifier);
    text_append(notes, ",\"message\":");
    text_append_json(notes, note->message);
    text_append_char(notes, '}');
}

static bool anything(const struct repair *repair)
{
    bool any = repair->manifest || repair->observations;
    for (unsigned i = 0; i < repair->shards; i++)
        any |= repair->items[i].action != REPAIR_ACTION_NONE || repair->items[i].moved;
    return any;
}

static void append_json_shard(struct text *text, unsigned number,
                              const struct repaired_shard *shard)
{
    static const char *const actions[] = {[REPAIR_ACTION_NONE] = "none",
                                          [REPAIR_ACTION_COUNTED] = "counted",
                                          [REPAIR_ACTION_SALVAGED] = "salvaged",
                                          [REPAIR_ACTION_EMPTY] = "empty"};
    const struct {
        const char *key;
        uint64_t number;
    } numbers[] = {{"instances", shard->instances},
                   {"steps", shard->steps},
                   {"events", shard->events},
                   {"observed", shard->observations},
                   {"restored", shard->restored},
                   {"lost", shard->lost},
                   {"lost_unnamed", shard->unnamed},
                   {"steps_lost", shard->steps_lost},
                   {"steps_dropped", shard->steps_dropped},
                   {"moved", shard->moved}};
    text_printf(text,
                "%s{\"shard\":%u,\"action\":\"%s\",\"kept_as\":", number > 1 ? ",\n  " : "\n  ",
                number, actions[shard->action]);
    append_json_or_null(text, shard->kept_as);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        text_printf(text, ",\"%s\":%" PRIu64, numbers[i].key, numbers[i].number);
    text_printf(text, ",\"unreadable\":%s,\"events_lost\":%s,\"observed_lost\":%s}",
                shard->unreadable ? "true" : "false", shard->events_lost ? "true" : "false",
                shard->observations_lost ? "true" : "false");
}

static void append_json(struct text *text, const struct repair *repair, const struct text *notes)
{
    text_printf(text, "{\"repaired\":%s,\"complete\":%s,\"manifest\":%s,\n \"shards\":[",
                anything(repair) ? "true" : "false", repair->complete ? "true" : "false",
                repair->manifest ? "true" : "false");
    for (unsigned i = 0; i < repair->shards; i++)
        append_json_shard(text, i + 1, &repair->items[i]);
    text_append(text, "],\n \"notes\":[");
    text_append(text, text_value(notes));
    text_append(text, "]}\n");
}

enum answer store_repair_verb(const struct invocation *invocation,
                              const struct project_options *options)
{
    struct telling telling = {.invocation = invocation};
    struct repair_options wanted = {
        .told = tell, .context = &telling, .progress = &telling.line.progress};
    struct repair repair;
    struct text text = {0};
    spex_error error;
    progress_start(&telling.line);
    int status = store_repair(options->store_dir, &wanted, &repair, &error);
    progress_end(&telling.line);
    enum answer answer = ANSWER_YES;
    if (status) {
        answer = fail_store(invocation, &error);
    } else {
        if (invocation->json)
            append_json(&text, &repair, &telling.notes);
        else
            text_append(&text, !anything(&repair) ? "sound: there was nothing to repair\n"
                               : repair.complete  ? "sound again: nothing was lost\n"
                                                  : "sound again: not all could be kept\n");
        answer = output_text(&text) ? ANSWER_YES : ANSWER_BROKEN;
        answer = worse(answer, repair.complete ? ANSWER_YES : ANSWER_NO);
    }
    text_release(&telling.notes);
    repair_release(&repair);
    return answer;
}
