#include "base/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t read_clock(clockid_t which)
{
    struct timespec now;
    clock_gettime(which, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t wall(void *context)
{
    (void)context;
    return read_clock(CLOCK_REALTIME);
}

static int64_t monotonic(void *context)
{
    (void)context;
    return read_clock(CLOCK_MONOTONIC);
}

spex_clock clock_system(void)
{
    return (spex_clock){.wall = wall, .monotonic = monotonic, .context = NULL};
}

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar (Howard Hinnant's
 * days_from_civil). */
static int64_t days_from_date(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    unsigned year_of_era = (unsigned)(year - era * 400);
    unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + (int64_t)day_of_era - 719468;
}

void time_format(int64_t value, char text[TIME_TEXT_SIZE])
{
    int64_t seconds = value / 1000000, fraction = value % 1000000;
    if (fraction < 0) {
        fraction += 1000000;
        seconds--;
    }
    time_t moment = (time_t)seconds;
    struct tm parts;
    if (!gmtime_r(&moment, &parts)) {
        snprintf(text, TIME_TEXT_SIZE, "%" PRId64 "us", value);
        return;
    }
    int used =
        snprintf(text, TIME_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.", parts.tm_year + 1900,
                 parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
    size_t room = TIME_TEXT_SIZE - (size_t)used;
    if (fraction % 1000)
        snprintf(text + used, room, "%06" PRId64 "Z", fraction);
    else
        snprintf(text + used, room, "%03" PRId64 "Z", fraction / 1000);
}

static bool digits(const char **text, int count, unsigned *value)
{
    *value = 0;
    for (int i = 0; i < count; i++, (*text)++) {
        if (**text < '0' || **text > '9')
            return false;
        *value = *value * 10 + (unsigned)(**text - '0');
    }
    return true;
}

static bool literal(const char **text, char c)
{
    if (**text != c)
        return false;
    (*text)++;
    return true;
}

static bool offset_parse(const char **text, int64_t *seconds)
{
    *seconds = 0;
    if (literal(text, 'Z') || literal(text, 'z'))
        return true;
    int sign = **text == '-' ? -1 : 1;
    unsigned hours, minutes;
    if (!(literal(text, '+') || literal(text, '-')) || !digits(text, 2, &hours))
        return false;
    literal(text, ':');
    if (!digits(text, 2, &minutes) || hours > 18 || minutes > 59)
        return false;
    *seconds = sign * (int64_t)(hours * 3600 + minutes * 60);
    return true;
}

bool time_parse(const char *text, int64_t *value)
{
    static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year, month, day, hour, minute, second;
    if (!digits(&text, 4, &year) || !literal(&text, '-') || !digits(&text, 2, &month) ||
        !literal(&text, '-') || !digits(&text, 2, &day))
        return false;
    if (!literal(&text, 'T') && !literal(&text, 't') && !literal(&text, ' '))
        return false;
    if (!digits(&text, 2, &hour) || !literal(&text, ':') || !digits(&text, 2, &minute) ||
        !literal(&text, ':') || !digits(&text, 2, &second))
        return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (month < 1 || month > 12 || day < 1 || day > days[month - 1] + (month == 2 && leap) ||
        hour > 23 || minute > 59 || second > 60)
        return false;
    int64_t fraction = 0, unit = 100000, offset;
    if (literal(&text, '.')) {
        if (*text < '0' || *text > '9')
            return false;
        for (; *text >= '0' && *text <= '9'; text++, unit /= 10)
            fraction += (*text - '0') * unit;
    }
    if (!offset_parse(&text, &offset) || *text)
        return false;
    int64_t seconds = days_from_date(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    *value = (seconds - offset) * 1000000 + fraction;
    return true;
}

static const struct unit {
    const char *name;
    int64_t milliseconds;
} units[] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
enum { UNITS = sizeof units / sizeof *units };

void duration_format(int64_t milliseconds, char text[DURATION_TEXT_SIZE])
{
    if (milliseconds < 0) {
        snprintf(text, DURATION_TEXT_SIZE, "infinity");
        return;
    }
    for (int i = 0; i < UNITS; i++)
        if ((milliseconds % units[i].milliseconds == 0 && milliseconds) || i == UNITS - 1) {
            snprintf(text, DURATION_TEXT_SIZE, "%" PRId64 "%s",
                     milliseconds / units[i].milliseconds, units[i].name);
            return;
        }
}

bool duration_parse(const char *text, int64_t *milliseconds)
{
    if (strcmp(text, "infinity") == 0) {
        *milliseconds = SPEX_INFINITY;
        return true;
    }
    if (*text < '0' || *text > '9')
        return false;
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno)
        return false;
    for (int i = 0; i < UNITS; i++)
        if (strcmp(end, units[i].name) == 0) {
            /* A thousand years is enough, and keeps every sum in range. */
            if (number > INT64_C(31557600000000) / units[i].milliseconds)
                return false;
            *milliseconds = number * units[i].milliseconds;
            return true;
        }
    return false;
}

void duration_format_short(int64_t microseconds, char text[DURATION_TEXT_SIZE])
{
    static const struct {
        int64_t below, divisor;
        const char *unit;
    } steps[] = {{1000000, 1000, "ms"},
                 {60000000, 1000000, "s"},
                 {3600000000, 60000000, "m"},
                 {172800000000, 3600000000, "h"},
                 {63072000000000, 86400000000, "d"},
                 {INT64_MAX, 31557600000000, "y"}};
    if (microseconds < 1000) {
        snprintf(text, DURATION_TEXT_SIZE, "<1ms");
        return;
    }
    int i = 0;
    while (microseconds >= steps[i].below && steps[i].below != INT64_MAX)
        i++;
    snprintf(text, DURATION_TEXT_SIZE, "%" PRId64 "%s", microseconds / steps[i].divisor,
             steps[i].unit);
}
