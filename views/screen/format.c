#include "views/screen/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/base.h"

struct verdict_words verdict_of_summary(const struct summary *summary)
{
    const struct check *check = summary->check;
    if (!summary->entry)
        return (struct verdict_words){ROLE_WARNING, SIGN_WARNING, "no specification"};
    if (!summary->entry->specification)
        return (struct verdict_words){ROLE_BAD, SIGN_BAD, "unreadable"};
    if (summary->entry->model_error.status)
        return (struct verdict_words){ROLE_BAD, SIGN_BAD, "model unreadable"};
    if (!summary->entry->model)
        return (struct verdict_words){ROLE_DIM, SIGN_UNKNOWN, "no model"};
    if (!check || (!check->at && !check->status))
        return (struct verdict_words){ROLE_DIM, SIGN_UNKNOWN, "checking"};
    if (check->status == SPEX_ERROR_CANCELLED)
        return (struct verdict_words){ROLE_WARNING, SIGN_WARNING, "cancelled"};
    if (check->status)
        return (struct verdict_words){ROLE_BAD, SIGN_WARNING, "check failed"};
    if (check->equivalent)
        return (struct verdict_words){ROLE_GOOD, SIGN_GOOD, "equivalent"};
    if (summary->entry->model->learning)
        return (struct verdict_words){ROLE_WARNING, SIGN_WARNING, "not yet equivalent"};
    return (struct verdict_words){ROLE_BAD, SIGN_BAD, "not equivalent"};
}

struct verdict_words verdict_of_step(spex_verdict verdict)
{
    switch (verdict) {
    case SPEX_VERDICT_LEARNED:
        return (struct verdict_words){ROLE_GOOD, SIGN_DOT, "learned"};
    case SPEX_VERDICT_STILL_EQUIVALENT:
        return (struct verdict_words){ROLE_WARNING, SIGN_WARNING, "deviates, still equivalent"};
    case SPEX_VERDICT_NOT_EQUIVALENT:
        return (struct verdict_words){ROLE_BAD, SIGN_BAD, "deviates"};
    case SPEX_VERDICT_CONFORMS:
    default:
        return (struct verdict_words){ROLE_GOOD, SIGN_GOOD, "conforms"};
    }
}

const char *model_words(const struct summary *summary)
{
    if (!summary->entry || summary->entry->model_error.status)
        return summary->entry ? "unreadable" : "-";
    if (!summary->entry->model)
        return "none";
    if (summary->entry->lts)
        return "file";
    if (summary->edited)
        return "edited";
    return summary->entry->model->learning ? "learning" : "frozen";
}

const char *lts_file_of(const struct summary *summary, enum side side)
{
    const struct project_entry *entry = summary ? summary->entry : NULL;
    if (!entry || !entry->lts || !entry->specification || (side == RIGHT && !entry->model))
        return NULL;
    return file_name(side == LEFT ? entry->path : entry->model->source);
}

static bool local_parts(int64_t time, struct tm *parts)
{
    time_t seconds = (time_t)(time / 1000000);
    return localtime_r(&seconds, parts) != NULL;
}

void local_time(int64_t time, int64_t now, char text[40])
{
    struct tm parts, today;
    if (!local_parts(time, &parts) || !local_parts(now, &today)) {
        snprintf(text, 40, "?");
        return;
    }
    bool same_year = parts.tm_year == today.tm_year;
    strftime(text, 40, same_year ? "%d %b %H:%M:%S" : "%d %b %Y %H:%M", &parts);
}

void local_time_short(int64_t time, int64_t now, char text[40])
{
    struct tm parts, today;
    if (!local_parts(time, &parts) || !local_parts(now, &today)) {
        snprintf(text, 40, "?");
        return;
    }
    bool same_year = parts.tm_year == today.tm_year;
    bool same_day = same_year && parts.tm_yday == today.tm_yday;
    strftime(text, 40, same_day ? "%H:%M:%S" : same_year ? "%d %b %H:%M" : "%d %b %Y", &parts);
}

void format_count(uint64_t number, bool dash, char text[32])
{
    char digits[24];
    if (number == 0 && dash) {
        snprintf(text, 32, "-");
        return;
    }
    int length = snprintf(digits, sizeof digits, "%" PRIu64, number), out = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0 && length > 4)
            text[out++] = ' ';
        text[out++] = digits[i];
    }
    text[out] = '\0';
}

void instance_flags(const spex_instance *instance, struct text *text)
{
    const struct {
        bool applies;
        const char *word;
    } flags[] = {{instance->overdue, "overdue"},
                 {instance->deviations > 0, "deviated"},
                 {instance->mocked, "mocked"}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (flags[i].applies)
            text_printf(text, "%s%s", text->length ? " " : "", flags[i].word);
}

int draw_move(struct canvas *canvas, int x, int y, int room, const char *action, const char *state,
              const enum role roles[3])
{
    int wanted = utf8_width(action), behind = utf8_width(state), start = x;
    if (wanted + behind + 3 > room) {
        int half = (room - 3) / 2;
        if (behind < half)
            wanted = room - 3 - behind;
        else if (wanted > half)
            wanted = half;
    }
    x += canvas_put(canvas, x, y, wanted, roles[0], action) + 1;
    x += canvas_put(canvas, x, y, 1, roles[1], canvas_sign(canvas, SIGN_ARROW)) + 1;
    x += canvas_put(canvas, x, y, start + room - x, roles[2], state);
    return x - start;
}

size_t model_steps(const struct spex_model *model)
{
    size_t count = 0;
    for (size_t i = 0; i < model->transition_count; i++)
        count += strcmp(model->transitions[i].action, SPEX_INITIALISATION) != 0;
    return count;
}

uint32_t entry_states(const struct project_entry *entry)
{
    return entry->systems ? entry->systems[LEFT].state_count : entry->specification->states.count;
}

size_t entry_steps(const struct project_entry *entry, enum side side)
{
    if (entry->systems)
        return entry->systems[side].transition_count;
    return side == LEFT ? entry->specification->transition_count : model_steps(entry->model);
}

const char *nothing_selected(const struct explorer *explorer)
{
    const struct summary *summary = explorer_summary(explorer);
    if (!summary)
        return explorer->workspace->summary_count
                   ? "No specification is selected; 1 lists them."
                   : "There is no specification yet; 1 says how to begin.";
    if (!summary->entry)
        return "Only the store speaks of this specification: no file describes it.";
    return summary->entry->specification ? NULL : summary->entry->error.message;
}
