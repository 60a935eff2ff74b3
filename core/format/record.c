/*
 * Records: one JSON object a line. Jansson judges it; `meta` is then cut from the line
 * as it stands, less blanks, so that its numbers stay as they were written.
 */
#include "format/format.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "format/lines.h"

struct reading {
    const char *file;
    unsigned line;
    const char *bytes;
    size_t length;
    spex_error *error;
};

enum key { KEY_OP, KEY_SPEC, KEY_ID, KEY_META, KEY_ACTION, KEY_STATE, KEY_AT, KEYS };
static const char *const key_names[KEYS] = {"op", "spec", "id", "meta", "action", "state", "at"};

static const struct operation {
    const char *name;
    unsigned required; /* bit 1 << key */
    unsigned optional;
} operations[] = {
    [RECORD_INIT] = {"init", 1u << KEY_SPEC | 1u << KEY_ID,
                     1u << KEY_META | 1u << KEY_STATE | 1u << KEY_AT},
    [RECORD_TRANSITION] = {"transition", 1u << KEY_ID | 1u << KEY_ACTION | 1u << KEY_STATE,
                           1u << KEY_AT},
    [RECORD_MOCK] = {"mock", 1u << KEY_SPEC | 1u << KEY_ID | 1u << KEY_STATE, 1u << KEY_META},
};
enum { OPERATIONS = sizeof operations / sizeof *operations };

static bool json_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Behind the string that begins at `at`, in valid JSON. */
static size_t skip_string(const struct reading *reading, size_t at)
{
    for (at++; at < reading->length && reading->bytes[at] != '"'; at++)
        if (reading->bytes[at] == '\\')
            at++;
    return at + 1;
}

/* Where the value of a member of the outermost object stands, in valid JSON. A key
 * written with escapes is not found. */
static bool find_value(const struct reading *reading, const char *key, size_t *start, size_t *end)
{
    size_t key_length = strlen(key), depth = 0;
    bool found = false;
    for (size_t i = 0; i < reading->length;) {
        char c = reading->bytes[i];
        size_t next = c == '"' ? skip_string(reading, i) : i + 1;
        if (next > reading->length)
            return false;
        if (found && depth == 1 && (c == ',' || c == '}')) {
            *end = i;
            return true;
        }
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        if (!found && c == '"' && depth == 1 && next - i == key_length + 2 &&
            memcmp(reading->bytes + i + 1, key, key_length) == 0) {
            while (next < reading->length && json_blank(reading->bytes[next]))
                next++;
            if (next < reading->length && reading->bytes[next] == ':') {
                found = true;
                for (next++; next < reading->length && json_blank(reading->bytes[next]); next++)
                    ;
                *start = next;
            }
        }
        i = next;
    }
    return false;
}

static unsigned column_of(const struct reading *reading, const char *key)
{
    size_t start = 0, end;
    find_value(reading, key, &start, &end);
    return text_columns(reading->bytes, start) + 1;
}

static int wrong_value(const struct reading *reading, const char *key, const char *expected)
{
    return error_place(reading->error, reading->file, reading->line, column_of(reading, key),
                       "expected %s as \"%s\"", expected, key);
}

static int unknown_key(const struct reading *reading, const struct operation *operation,
                       const char *key)
{
    for (int i = 0; i < KEYS; i++)
        if (strcmp(key, key_names[i]) == 0)
            return error_place(reading->error, reading->file, reading->line,
                               column_of(reading, key), "a record of \"%s\" has no \"%s\"",
                               operation->name, key);
    char hint[SUGGESTION_SIZE];
    suggestion(hint, key, strlen(key), key_names, KEYS);
    return error_place(reading->error, reading->file, reading->line, column_of(reading, key),
                       "unknown key \"%.100s\"%s", key, hint);
}

static int read_operation(const struct reading *reading, const json_t *object,
                          enum record_operation *operation)
{
    const char *value = json_string_value(json_object_get(object, "op"));
    for (int i = 0; value && i < OPERATIONS; i++)
        if (strcmp(value, operations[i].name) == 0) {
            *operation = (enum record_operation)i;
            return SPEX_OK;
        }
    return wrong_value(reading, "op", "\"init\", \"transition\" or \"mock\"");
}

/* Every key is one the operation knows, and none it needs is missing. */
static int check_keys(const struct reading *reading, json_t *object,
                      const struct operation *operation)
{
    unsigned allowed = operation->required | operation->optional | 1u << KEY_OP;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        int known = 0;
        while (known < KEYS && !((allowed & 1u << known) && strcmp(key, key_names[known]) == 0))
            known++;
        if (known == KEYS)
            return unknown_key(reading, operation, key);
    }
    for (int i = 0; i < KEYS; i++)
        if ((operation->required & 1u << i) && !json_object_get(object, key_names[i]))
            return error_place(reading->error, reading->file, reading->line,
                               text_columns(reading->bytes, reading->length) + 1,
                               "expected \"%s\" in a record of \"%s\"", key_names[i],
                               operation->name);
    return SPEX_OK;
}

/* A text or, where the key is not required, null. */
static int take_text(const struct reading *reading, const json_t *object, enum key key,
                     bool required, char **place)
{
    const json_t *value = json_object_get(object, key_names[key]);
    if (!value || (json_is_null(value) && !required))
        return SPEX_OK;
    if (!json_is_string(value))
        return wrong_value(reading, key_names[key], "a text");
    const char *text = json_string_value(value);
    spex_error reason;
    int status = key == KEY_ID ? identifier_check(text, &reason)
                               : name_check(key == KEY_SPEC     ? "the specification's name"
                                            : key == KEY_ACTION ? "the action"
                                                                : "the state",
                                            text, &reason);
    if (status)
        return error_place(reading->error, reading->file, reading->line,
                           column_of(reading, key_names[key]), "%s", reason.message);
    *place = memory_copy_text(text);
    return *place ? SPEX_OK : error_memory(reading->error);
}

static char *without_blanks(const char *bytes, size_t length)
{
    char *compact = memory_allocate(length + 1, 1);
    if (!compact)
        return NULL;
    size_t used = 0;
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        if (!quoted && json_blank(bytes[i]))
            continue;
        compact[used++] = bytes[i];
        if (quoted && bytes[i] == '\\')
            compact[used++] = bytes[++i];
        else if (bytes[i] == '"')
            quoted = !quoted;
    }
    return compact;
}

static int take_meta(const struct reading *reading, const json_t *object, char **place)
{
    const json_t *value = json_object_get(object, "meta");
    if (!value || json_is_null(value))
        return SPEX_OK;
    if (!json_is_object(value))
        return wrong_value(reading, "meta", "an object or null");
    size_t start, end;
    if (find_value(reading, "meta", &start, &end)) {
        *place = without_blanks(reading->bytes + start, end - start);
    } else {
        char *dumped = json_dumps(value, JSON_COMPACT);
        *place = dumped ? memory_copy_text(dumped) : NULL;
        free(dumped);
    }
    return *place ? SPEX_OK : error_memory(reading->error);
}

static int take_time(const struct reading *reading, const json_t *object, int64_t *at)
{
    const json_t *value = json_object_get(object, "at");
    if (!value || json_is_null(value))
        return SPEX_OK;
    if (!json_is_string(value) || !time_parse(json_string_value(value), at))
        return wrong_value(reading, "at", "a time such as \"2026-01-31T12:00:00.123Z\"");
    if (*at == 0)
        return wrong_value(reading, "at", "a time other than 1970-01-01T00:00:00Z");
    return SPEX_OK;
}

static int take_record(const struct reading *reading, json_t *object, struct record *record)
{
    int status = read_operation(reading, object, &record->operation);
    if (status)
        return status;
    const struct operation *operation = &operations[record->operation];
    status = check_keys(reading, object, operation);
    if (!status)
        status = take_text(reading, object, KEY_SPEC, true, &record->specification);
    if (!status)
        status = take_text(reading, object, KEY_ID, true, &record->identifier);
    if (!status)
        status = take_text(reading, object, KEY_ACTION, true, &record->action);
    if (!status)
        status = take_text(reading, object, KEY_STATE, (operation->required & 1u << KEY_STATE) != 0,
                           &record->state);
    if (!status)
        status = take_meta(reading, object, &record->meta);
    if (!status)
        status = take_time(reading, object, &record->at);
    return status;
}

int record_read(const char *file, unsigned line, const char *bytes, size_t length,
                struct record *record, spex_error *error)
{
    struct reading reading = {
        .file = file, .line = line, .bytes = bytes, .length = length, .error = error};
    *record = (struct record){0};
    json_error_t reason;
    json_t *object = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &reason);
    if (!object)
        return json_error_code(&reason) == json_error_out_of_memory
                   ? error_memory(error)
                   : error_place(error, file, line, reason.column > 0 ? (unsigned)reason.column : 1,
                                 "expected a record as a JSON object: %s", reason.text);
    int status = json_is_object(object)
                     ? take_record(&reading, object, record)
                     : error_place(error, file, line, 1, "expected a record as a JSON object");
    json_decref(object);
    if (status)
        record_release(record);
    return status;
}

void record_release(struct record *record)
{
    free(record->specification);
    free(record->identifier);
    free(record->meta);
    free(record->action);
    free(record->state);
    *record = (struct record){0};
}
