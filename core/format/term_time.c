#include "format/term_time.h"

#include <inttypes.h>
#include <string.h>

enum field {
    FIELD_YEAR,
    FIELD_MONTH,
    FIELD_DAY,
    FIELD_HOUR,
    FIELD_MINUTE,
    FIELD_SECOND,
    FIELD_UTC_OFFSET,
    FIELD_STD_OFFSET,
    FIELD_NUMBERS, /* up to here plain numbers */
    FIELD_MICROSECOND = FIELD_NUMBERS,
    FIELD_CALENDAR,
    FIELD_STRUCT,
    FIELD_TIME_ZONE,
    FIELD_ZONE_ABBR,
    FIELD_COUNT
};

static const char *const field_names[FIELD_COUNT] = {
    "year",       "month",       "day",      "hour",       "minute",    "second",   "utc_offset",
    "std_offset", "microsecond", "calendar", "__struct__", "time_zone", "zone_abbr"};

struct fields {
    unsigned seen; /* bit 1 << field */
    int64_t numbers[FIELD_NUMBERS];
    int64_t microsecond, precision;
    struct term structure, zone, abbreviation;
};

enum {
    DATE_FIELDS = 1 << FIELD_YEAR | 1 << FIELD_MONTH | 1 << FIELD_DAY,
    TIME_FIELDS = 1 << FIELD_HOUR | 1 << FIELD_MINUTE | 1 << FIELD_SECOND | 1 << FIELD_MICROSECOND,
    ZONE_FIELDS =
        1 << FIELD_UTC_OFFSET | 1 << FIELD_STD_OFFSET | 1 << FIELD_TIME_ZONE | 1 << FIELD_ZONE_ABBR
};

static bool read_microsecond(struct term_reader *reader, struct fields *fields)
{
    struct term tuple, value, precision;
    if (!term_next(reader, &tuple))
        return false;
    if (tuple.kind != TERM_TUPLE || tuple.count != 2 || !term_next(reader, &value) ||
        !term_next(reader, &precision) || value.kind != TERM_INTEGER ||
        precision.kind != TERM_INTEGER || value.integer < 0 || value.integer > 999999 ||
        precision.integer < 0 || precision.integer > 6)
        return false;
    fields->microsecond = value.integer;
    fields->precision = precision.integer;
    return true;
}

/* False: the value is not what this field holds. */
static bool read_field(struct term_reader *reader, unsigned field, struct fields *fields)
{
    struct term value;
    if (field == FIELD_MICROSECOND)
        return read_microsecond(reader, fields);
    if (!term_next(reader, &value))
        return false;
    switch (field) {
    case FIELD_CALENDAR:
        return term_is(&value, "Elixir.Calendar.ISO");
    case FIELD_STRUCT:
        fields->structure = value;
        return value.kind == TERM_ATOM;
    case FIELD_TIME_ZONE:
        fields->zone = value;
        return value.kind == TERM_BINARY;
    case FIELD_ZONE_ABBR:
        fields->abbreviation = value;
        return value.kind == TERM_BINARY;
    default:
        fields->numbers[field] = value.integer;
        return value.kind == TERM_INTEGER;
    }
}

/* The number of the field with this name; FIELD_COUNT: none of ours. */
static unsigned find_field(const struct term *key)
{
    unsigned field = 0;
    while (field < FIELD_COUNT && !term_is(key, field_names[field]))
        field++;
    return field;
}

static bool check_ranges(const struct fields *fields)
{
    static const struct {
        int64_t least, most;
    } ranges[FIELD_NUMBERS] = {[FIELD_YEAR] = {-9999, 9999},
                               [FIELD_MONTH] = {1, 12},
                               [FIELD_DAY] = {1, 31},
                               [FIELD_HOUR] = {0, 23},
                               [FIELD_MINUTE] = {0, 59},
                               [FIELD_SECOND] = {0, 59},
                               [FIELD_UTC_OFFSET] = {-86400, 86400},
                               [FIELD_STD_OFFSET] = {-86400, 86400}};
    for (unsigned i = 0; i < FIELD_NUMBERS; i++)
        if (fields->seen & 1u << i &&
            (fields->numbers[i] < ranges[i].least || fields->numbers[i] > ranges[i].most))
            return false;
    return true;
}

/* Days since 1970 of a day in the Gregorian calendar: years begin in March, so that the
 * leap day is the last one. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    if (month <= 2)
        year--;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

bool term_time_read(struct term_reader *reader, int64_t *time)
{
    struct fields fields = {0};
    struct term map, key;
    static const char expected[] = "no DateTime of the ISO calendar where a time is expected";
    size_t start = reader->at;
    bool good = term_next(reader, &map) && map.kind == TERM_MAP;
    for (uint32_t i = 0; good && i < map.count; i++) {
        good = term_next(reader, &key);
        unsigned field = good ? find_field(&key) : FIELD_COUNT;
        if (field == FIELD_COUNT)
            good = good && (key.kind == TERM_ATOM) && term_skip(reader);
        else
            good = read_field(reader, field, &fields);
        if (good && field < FIELD_COUNT)
            fields.seen |= 1u << field;
    }
    unsigned wanted = DATE_FIELDS | TIME_FIELDS | ZONE_FIELDS | 1u << FIELD_STRUCT;
    if (!good || (fields.seen & wanted) != wanted || !check_ranges(&fields) ||
        !term_is(&fields.structure, "Elixir.DateTime")) {
        if (!reader->trouble) {
            reader->trouble = expected;
            reader->at = start;
        }
        return false;
    }
    const int64_t *numbers = fields.numbers;
    int64_t seconds =
        days_of(numbers[FIELD_YEAR], numbers[FIELD_MONTH], numbers[FIELD_DAY]) * 86400 +
        numbers[FIELD_HOUR] * 3600 + numbers[FIELD_MINUTE] * 60 + numbers[FIELD_SECOND] -
        numbers[FIELD_UTC_OFFSET] - numbers[FIELD_STD_OFFSET];
    *time = seconds * 1000000 + fields.microsecond;
    return true;
}

/* --------------------------------------------------------------- inspect */

static void append_date(const struct fields *fields, struct text *text)
{
    int64_t year = fields->numbers[FIELD_YEAR];
    text_printf(text, "%s%04" PRId64 "-%02" PRId64 "-%02" PRId64, year < 0 ? "-" : "",
                year < 0 ? -year : year, fields->numbers[FIELD_MONTH], fields->numbers[FIELD_DAY]);
}

static void append_time(const struct fields *fields, struct text *text)
{
    char fraction[8];
    text_printf(text, "%02" PRId64 ":%02" PRId64 ":%02" PRId64, fields->numbers[FIELD_HOUR],
                fields->numbers[FIELD_MINUTE], fields->numbers[FIELD_SECOND]);
    for (int i = 5, rest = (int)fields->microsecond; i >= 0; i--, rest /= 10)
        fraction[i] = (char)('0' + rest % 10);
    if (fields->precision)
        text_printf(text, ".%.*s", (int)fields->precision, fraction);
}

static void append_zone(const struct fields *fields, struct text *text)
{
    int64_t offset = (fields->numbers[FIELD_UTC_OFFSET] + fields->numbers[FIELD_STD_OFFSET]) / 60;
    text_append_char(text, offset < 0 ? '-' : '+');
    offset = offset < 0 ? -offset : offset;
    text_printf(text, "%02" PRId64 ":%02" PRId64 " ", offset / 60, offset % 60);
    text_append_bytes(text, (const char *)fields->abbreviation.bytes, fields->abbreviation.length);
    text_append_char(text, ' ');
    text_append_bytes(text, (const char *)fields->zone.bytes, fields->zone.length);
}

static bool is_utc(const struct fields *fields)
{
    static const char utc[] = "Etc/UTC";
    return fields->zone.length == sizeof utc - 1 &&
           memcmp(fields->zone.bytes, utc, sizeof utc - 1) == 0 &&
           !fields->numbers[FIELD_UTC_OFFSET] && !fields->numbers[FIELD_STD_OFFSET];
}

static bool zone_writable(const struct fields *fields)
{
    return utf8_valid((const char *)fields->zone.bytes, fields->zone.length) &&
           utf8_valid((const char *)fields->abbreviation.bytes, fields->abbreviation.length);
}

bool term_time_append(struct term_reader reader, const struct map_pairs *pairs, const char *name,
                      struct text *text)
{
    static const struct {
        const char *name, *opening;
        unsigned fields;
    } kinds[] = {{"Elixir.Date", "~D[", DATE_FIELDS},
                 {"Elixir.Time", "~T[", TIME_FIELDS},
                 {"Elixir.NaiveDateTime", "~N[", DATE_FIELDS | TIME_FIELDS},
                 {"Elixir.DateTime", "~U[", DATE_FIELDS | TIME_FIELDS | ZONE_FIELDS}};
    size_t kind = 0;
    while (kind < 4 && strcmp(kinds[kind].name, name) != 0)
        kind++;
    if (kind == 4)
        return false;
    struct fields fields = {0};
    for (uint32_t i = 0; i < pairs->count; i++) {
        struct term key;
        reader.at = pairs->items[i].key;
        unsigned field = term_next(&reader, &key) ? find_field(&key) : FIELD_COUNT;
        if (field == FIELD_COUNT || !read_field(&reader, field, &fields))
            return false;
        fields.seen |= 1u << field;
    }
    unsigned wanted = kinds[kind].fields | 1u << FIELD_CALENDAR;
    bool zoned = kind == 3 && !is_utc(&fields);
    if (fields.seen != wanted || !check_ranges(&fields) || (zoned && !zone_writable(&fields)))
        return false;
    text_append(text, zoned ? "#DateTime<" : kinds[kind].opening);
    if (wanted & 1u << FIELD_YEAR)
        append_date(&fields, text);
    if (kind >= 2)
        text_append_char(text, ' ');
    if (wanted & 1u << FIELD_HOUR)
        append_time(&fields, text);
    if (zoned)
        append_zone(&fields, text);
    text_append(text, zoned ? ">" : kind == 3 ? "Z]" : "]");
    return true;
}
