#include "cli/output.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---------------------------------------------------------------- tables */

/* A cell wider than this no longer moves the columns behind it. */
#define WIDTH_LIMIT 48

void table_start(struct table *table, const char *const *headers, size_t column_count)
{
    memset(table, 0, sizeof *table);
    table->headers = headers;
    table->column_count = column_count;
    for (size_t i = 0; i < column_count; i++)
        table->widths[i] = utf8_width(headers[i]);
}

void table_cell(struct table *table, const char *value)
{
    struct text clean = {0};
    text_append_visible(&clean, value);
    if (!memory_reserve(&table->cells, &table->capacity, table->cell_count + 1,
                        sizeof *table->cells)) {
        table->failed = true;
        text_release(&clean);
        return;
    }
    size_t column = table->cell_count % table->column_count;
    int width = utf8_width(text_value(&clean));
    if (width > table->widths[column] && width <= WIDTH_LIMIT)
        table->widths[column] = width;
    char *cell = clean.length ? text_take(&clean) : memory_copy_text("");
    table->failed |= !cell;
    table->cells[table->cell_count++] = cell;
}

static void append_row(const struct table *table, const char *const *cells, struct text *text)
{
    for (size_t i = 0; i < table->column_count; i++) {
        text_append(text, cells[i]);
        int gap = table->widths[i] - utf8_width(cells[i]);
        if (i + 1 < table->column_count)
            text_printf(text, "%*s", gap < 0 ? 2 : gap + 2, "");
    }
    while (text->length && text->data[text->length - 1] == ' ')
        text->data[--text->length] = '\0';
    text_append_char(text, '\n');
}

void table_flush(struct table *table)
{
    struct text text = {0};
    if (!table->failed && table->cell_count) {
        if (!table->headed)
            append_row(table, table->headers, &text);
        table->headed = true;
        for (size_t i = 0; i < table->cell_count; i += table->column_count)
            append_row(table, (const char *const *)table->cells + i, &text);
        table->failed = !output_text(&text);
    }
    text_release(&text);
    for (size_t i = 0; i < table->cell_count; i++)
        free(table->cells[i]);
    table->cell_count = 0;
}

bool table_end(struct table *table)
{
    table_flush(table);
    free(table->cells);
    table->cells = NULL;
    table->capacity = 0;
    return !table->failed;
}

bool output_told;

bool output_text(struct text *text)
{
    bool whole = !text->failed;
    if (!whole)
        complain(NULL, "out of memory");
    else if (text->length)
        whole = fwrite(text->data, 1, text->length, stdout) == text->length;
    text_release(text);
    return whole;
}

/* ---------------------------------------------------------- times, JSON */

void append_time(struct text *text, int64_t time, bool utc)
{
    time_t seconds = (time_t)(time / 1000000);
    struct tm parts;
    if (!time || !(utc ? gmtime_r(&seconds, &parts) : localtime_r(&seconds, &parts)))
        text_append_char(text, '-');
    else
        text_printf(text, "%04d-%02d-%02d %02d:%02d:%02d%s", parts.tm_year + 1900, parts.tm_mon + 1,
                    parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, utc ? "Z" : "");
}

void append_json_time(struct text *text, int64_t time)
{
    char value[TIME_TEXT_SIZE];
    time_format(time, value);
    append_json_or_null(text, time ? value : NULL);
}

void append_json_or_null(struct text *text, const char *value)
{
    if (value)
        text_append_json(text, value);
    else
        text_append(text, "null");
}

/* -------------------------------------------------------------- progress */

static int64_t now(void)
{
    spex_clock clock = clock_system();
    return clock.monotonic(clock.context);
}

static bool report(void *context, const char *what, double part)
{
    progress_show(context, what, part);
    return true;
}

void progress_start(struct progress_line *line)
{
    *line = (struct progress_line){.started = now(), .terminal = isatty(STDERR_FILENO) == 1};
    line->progress = (struct progress){.report = report, .context = line};
}

void progress_show(struct progress_line *line, const char *what, double part)
{
    if (!line->terminal)
        return;
    int64_t time = now();
    if (time - line->started < 1000000 || time - line->shown < 200000)
        return;
    line->shown = time;
    line->visible = true;
    if (part >= 0)
        fprintf(stderr, "\r%s %3.0f %%\033[K", what, part * 100);
    else
        fprintf(stderr, "\r%s\033[K", what);
}

void progress_end(struct progress_line *line)
{
    if (line->visible)
        fprintf(stderr, "\r\033[K");
    line->visible = false;
}
