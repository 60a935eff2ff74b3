#include "base/base.h"
#include "store/reader.h"

static void append_or_null(struct text *text, const char *value)
{
    if (value)
        text_append_json(text, value);
    else
        text_append(text, "null");
}

void event_write_json(const struct event *event, struct text *text)
{
    const char *const values[][2] = {{"spec", event->specification}, {"id", event->identifier},
                                     {"from", event->from},          {"action", event->action},
                                     {"state", event->to},           {"message", event->message}};
    char at[TIME_TEXT_SIZE];
    time_format(event->at, at);
    text_append(text, "{\"at\":");
    append_or_null(text, event->at ? at : NULL);
    text_append(text, ",\"reason\":");
    text_append_json(text, spex_reason_name(event->reason));
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        text_printf(text, ",\"%s\":", values[i][0]);
        append_or_null(text, values[i][1]);
    }
    text_append_char(text, '}');
}
