#include "config.h"

#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Cuts at a character boundary, with a sign, and makes the rest printable. */
static void clean(char *message, size_t size)
{
    struct text text = {0};
    text_append_visible(&text, message);
    size_t length = text.length;
    const char *value = text_value(&text);
    static const char sign[] = "…";
    if (text.failed) {
        message[size - 1] = '\0';
        for (char *c = message; *c; c++)
            if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e)
                *c = '?';
        text_release(&text);
        return;
    }
    if (length < size) {
        memcpy(message, value, length + 1);
    } else {
        length = size - sizeof sign;
        while (length > 0 && ((unsigned char)value[length] & 0xC0) == 0x80)
            length--;
        memcpy(message, value, length);
        memcpy(message + length, sign, sizeof sign);
    }
    text_release(&text);
}

static int fill(spex_error *error, spex_status status, spex_reason reason, const char *place,
                const char *format, va_list arguments)
{
    if (!error)
        return status;
    memset(error, 0, sizeof *error);
    error->status = status;
    error->reason = reason;
    /* Twice the size, so that what is longer is seen to be cut. */
    char message[2 * sizeof error->message];
    size_t used = (size_t)snprintf(message, sizeof message, "%s", place);
    if (used < sizeof message)
        vsnprintf(message + used, sizeof message - used, format, arguments);
    char *end = message + strlen(message);
    while (end > message && end[-1] == '\n')
        *--end = '\0';
    clean(message, sizeof error->message);
    memcpy(error->message, message, sizeof error->message);
    return status;
}

int error_set(spex_error *error, spex_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fill(error, status, SPEX_REASON_NONE, "", format, arguments);
    va_end(arguments);
    return status;
}

int error_reason(spex_error *error, spex_status status, spex_reason reason, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fill(error, status, reason, "", format, arguments);
    va_end(arguments);
    return status;
}

int error_place(spex_error *error, const char *file, unsigned line, unsigned column,
                const char *format, ...)
{
    char place[600];
    if (line)
        snprintf(place, sizeof place, "%.500s:%u:%u: ", file, line, column);
    else
        snprintf(place, sizeof place, "%.500s: ", file);
    va_list arguments;
    va_start(arguments, format);
    fill(error, SPEX_ERROR_SYNTAX, SPEX_REASON_NONE, place, format, arguments);
    va_end(arguments);
    if (error) {
        error->line = line;
        error->column = line ? column : 0;
    }
    return SPEX_ERROR_SYNTAX;
}

int error_system(spex_error *error, const char *format, ...)
{
    int number = errno;
    va_list arguments;
    va_start(arguments, format);
    char what[800];
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    char reason[160];
    /* _GNU_SOURCE: strerror_r answers the text. */
    const char *text = strerror_r(number, reason, sizeof reason);
    return error_set(error, SPEX_ERROR_SYSTEM, "%s: %s", what, text);
}

int error_memory(spex_error *error)
{
    if (error) {
        memset(error, 0, sizeof *error);
        error->status = SPEX_ERROR_MEMORY;
        memcpy(error->message, "out of memory", sizeof "out of memory");
    }
    return SPEX_ERROR_MEMORY;
}

void error_clear(spex_error *error)
{
    if (error)
        memset(error, 0, sizeof *error);
}

const char *spex_reason_name(spex_reason reason)
{
    static const char *const names[SPEX_REASON_COUNT] = {
        "",
        "instance_identifier_already_in_use",
        "instance_identifier_not_found",
        "impl_model_not_found",
        "deviation_still_equivalent",
        "deviation_not_equivalent",
        "transition_timeout",
    };
    return (unsigned)reason < SPEX_REASON_COUNT ? names[reason] : "unknown";
}

const char *spex_verdict_name(spex_verdict verdict)
{
    static const char *const names[] = {"learned", "conforms", "deviation_still_equivalent",
                                        "deviation_not_equivalent"};
    return (unsigned)verdict < 4 ? names[verdict] : "unknown";
}

const char *spex_version(void)
{
    return PACKAGE_VERSION;
}
