#include "bench/screen.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "bench/bench.h"

bool screen_start(struct screen *screen, const char *const arguments[], int width, int height)
{
    struct winsize size = {.ws_row = (unsigned short)height, .ws_col = (unsigned short)width};
    memset(screen, 0, sizeof *screen);
    screen->width = width;
    screen->height = height;
    screen->bottom = height - 1;
    screen->cells = calloc((size_t)(width * height), sizeof *screen->cells);
    if (!screen->cells)
        return false;
    screen->process = forkpty(&screen->terminal, NULL, NULL, &size);
    if (screen->process == 0) {
        setenv("TERM", "xterm-256color", 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        unsetenv("COLUMNS");
        unsetenv("LINES");
        execvp(arguments[0], (char *const *)(uintptr_t)arguments);
        _exit(127);
    }
    return screen->process > 0;
}

void screen_stop(struct screen *screen)
{
    if (screen->process > 0) {
        kill(screen->process, SIGTERM);
        for (double until = bench_clock() + 5; bench_clock() < until && !screen->over;)
            screen_settle(screen, 0.05);
        kill(screen->process, SIGKILL);
        waitpid(screen->process, NULL, 0);
        close(screen->terminal);
    }
    free(screen->cells);
    screen->cells = NULL;
}

void screen_send(struct screen *screen, const char *keys)
{
    for (size_t left = strlen(keys); left;) {
        ssize_t sent = write(screen->terminal, keys, left);
        if (sent <= 0)
            return;
        keys += sent;
        left -= (size_t)sent;
    }
}

/* -------------------------------------------------------------- the terminal */

static uint32_t *cell(struct screen *screen, int x, int y)
{
    return &screen->cells[y * screen->width + x];
}

static void clear(struct screen *screen, int x, int y, int count)
{
    for (; count > 0 && x < screen->width; x++, count--)
        *cell(screen, x, y) = ' ';
}

/* Moves the lines from `from` to the bottom down, or up where `by` is negative. */
static void scroll(struct screen *screen, int from, int by)
{
    int lines = screen->bottom - from + 1, kept = lines - abs(by);
    size_t line = (size_t)screen->width;
    if (kept > 0 && by > 0)
        memmove(cell(screen, 0, from + by), cell(screen, 0, from),
                (size_t)kept * line * sizeof *screen->cells);
    else if (kept > 0)
        memmove(cell(screen, 0, from), cell(screen, 0, from - by),
                (size_t)kept * line * sizeof *screen->cells);
    for (int i = 0; i < abs(by) && i < lines; i++)
        clear(screen, 0, by > 0 ? from + i : screen->bottom - i, screen->width);
}

static void shift(struct screen *screen, int by)
{
    uint32_t *line = cell(screen, 0, screen->y);
    int rest = screen->width - screen->x - abs(by);
    if (rest > 0 && by > 0)
        memmove(line + screen->x + by, line + screen->x, (size_t)rest * sizeof *line);
    else if (rest > 0)
        memmove(line + screen->x, line + screen->x - by, (size_t)rest * sizeof *line);
    clear(screen, by > 0 ? screen->x : screen->width + by, screen->y, abs(by));
}

static int bounded(int value, int limit)
{
    return value < 0 ? 0 : value >= limit ? limit - 1 : value;
}

static void put(struct screen *screen, uint32_t character, int width)
{
    if (screen->x + width > screen->width) {
        screen->x = 0;
        screen->y = bounded(screen->y + 1, screen->height);
    }
    *cell(screen, screen->x, screen->y) = character;
    if (width == 2)
        *cell(screen, screen->x + 1, screen->y) = 0;
    screen->x += width;
    screen->last = character;
}

static void erase(struct screen *screen, char what, int kind)
{
    int x = bounded(screen->x, screen->width);
    if (what == 'K' && kind == 0)
        clear(screen, x, screen->y, screen->width);
    else if (what == 'K')
        clear(screen, 0, screen->y, kind == 1 ? x + 1 : screen->width);
    for (int y = 0; what == 'J' && y < screen->height; y++)
        if (kind == 2 || (kind == 0 && y > screen->y) || (kind == 1 && y < screen->y))
            clear(screen, 0, y, screen->width);
    if (what == 'J' && kind < 2)
        erase(screen, 'K', kind);
}

static void control(struct screen *screen, char final, const int numbers[2], int count)
{
    int first = count > 0 && numbers[0] ? numbers[0] : 1;
    int second = count > 1 && numbers[1] ? numbers[1] : 1;
    switch (final) {
    case 'H':
    case 'f':
        screen->y = first - 1;
        screen->x = second - 1;
        break;
    case 'A':
        screen->y -= first;
        break;
    case 'B':
        screen->y += first;
        break;
    case 'C':
        screen->x += first;
        break;
    case 'D':
        screen->x -= first;
        break;
    case 'G':
        screen->x = first - 1;
        break;
    case 'd':
        screen->y = first - 1;
        break;
    case 'J':
    case 'K':
        erase(screen, final, count > 0 ? numbers[0] : 0);
        break;
    case 'X':
        clear(screen, screen->x, screen->y, first);
        break;
    case '@':
        shift(screen, first);
        break;
    case 'P':
        shift(screen, -first);
        break;
    case 'L':
        scroll(screen, screen->y, first);
        break;
    case 'M':
        scroll(screen, screen->y, -first);
        break;
    case 'S':
        scroll(screen, screen->top, -first);
        break;
    case 'T':
        scroll(screen, screen->top, first);
        break;
    case 'b':
        for (; first > 0; first--)
            put(screen, screen->last, 1);
        break;
    case 'r':
        screen->top = bounded(first - 1, screen->height);
        screen->bottom = bounded(count > 1 ? second - 1 : screen->height - 1, screen->height);
        screen->x = screen->y = 0;
        break;
    default:
        break;
    }
    screen->x = bounded(screen->x, screen->width);
    screen->y = bounded(screen->y, screen->height);
}

/* A sequence that begins with ESC; 0: it is not whole yet, else how many bytes it has. */
static size_t escape(struct screen *screen, const char *bytes, size_t length)
{
    if (length < 2)
        return 0;
    if (bytes[1] == 'M' && screen->y == screen->top)
        scroll(screen, screen->top, 1);
    else if (bytes[1] == 'M')
        screen->y--;
    if (bytes[1] == '(' || bytes[1] == ')')
        return length < 3 ? 0 : 3;
    if (bytes[1] == ']') {
        for (size_t i = 2; i < length; i++)
            if (bytes[i] == 7 || bytes[i] == '\\')
                return i + 1;
        return length > 60 ? length : 0;
    }
    if (bytes[1] != '[')
        return 2;
    int numbers[2] = {0, 0}, count = 0;
    bool own = false;
    for (size_t i = 2; i < length; i++) {
        char c = bytes[i];
        if (c >= '0' && c <= '9') {
            if (count == 0)
                count = 1;
            if (count <= 2)
                numbers[count - 1] = numbers[count - 1] * 10 + (c - '0');
        } else if (c == ';') {
            count = count ? count + 1 : 2;
        } else if (c >= '@' && c <= '~') {
            if (!own)
                control(screen, c, numbers, count < 2 ? count : 2);
            return i + 1;
        } else {
            own = true; /* private modes */
        }
    }
    return length > 60 ? length : 0;
}

static void line_feed(struct screen *screen)
{
    if (screen->y == screen->bottom)
        scroll(screen, screen->top, -1);
    else
        screen->y = bounded(screen->y + 1, screen->height);
}

/* How many bytes were understood. */
static size_t replay(struct screen *screen, const char *bytes, size_t length)
{
    size_t place = 0;
    while (place < length) {
        unsigned char c = (unsigned char)bytes[place];
        size_t taken = 1;
        if (c == 27) {
            taken = escape(screen, bytes + place, length - place);
            if (!taken)
                break;
        } else if (c == '\r') {
            screen->x = 0;
        } else if (c == '\n') {
            line_feed(screen);
        } else if (c == '\b') {
            screen->x = bounded(screen->x - 1, screen->width);
        } else if (c >= ' ') {
            int32_t character = utf8_next(bytes + place, length - place, &taken);
            if (character < 0 && length - place < 4)
                break;
            put(screen, (uint32_t)character, utf8_grapheme_width(bytes + place, taken));
        }
        place += taken;
    }
    return place;
}

/* What there is to read; false: nothing more will come. */
static bool take(struct screen *screen)
{
    char bytes[16384 + sizeof screen->pending];
    memcpy(bytes, screen->pending, screen->held);
    ssize_t count = read(screen->terminal, bytes + screen->held, 16384);
    if (count <= 0)
        return false;
    size_t length = screen->held + (size_t)count, done = replay(screen, bytes, length);
    screen->held = 0;
    if (length - done <= sizeof screen->pending) {
        screen->held = (unsigned)(length - done);
        memcpy(screen->pending, bytes + done, screen->held);
    }
    return true;
}

double screen_wait(struct screen *screen, screen_shows shows, void *context, double seconds)
{
    double until = bench_clock() + seconds;
    while (!screen->over) {
        if (shows(screen, context))
            return bench_clock();
        double left = until - bench_clock();
        struct pollfd wait = {screen->terminal, POLLIN, 0};
        if (left <= 0)
            return 0;
        if (poll(&wait, 1, (int)(left * 1000) + 1) > 0)
            screen->over = !take(screen);
    }
    return 0;
}

void screen_settle(struct screen *screen, double seconds)
{
    struct pollfd wait = {screen->terminal, POLLIN, 0};
    while (!screen->over && poll(&wait, 1, (int)(seconds * 1000)) > 0)
        screen->over = !take(screen);
}

uint32_t screen_at(const struct screen *screen, int x, int y)
{
    return screen->cells[y * screen->width + x];
}

static bool row_has(const struct screen *screen, int row, const char *text)
{
    size_t length = strlen(text);
    for (int x = 0; x + (int)length <= screen->width; x++) {
        size_t i = 0;
        while (i < length && screen_at(screen, x + (int)i, row) == (unsigned char)text[i])
            i++;
        if (i == length)
            return true;
    }
    return false;
}

bool screen_has(const struct screen *screen, int row, const char *text)
{
    if (row >= 0)
        return row_has(screen, row, text);
    for (int y = 0; y < screen->height; y++)
        if (row_has(screen, y, text))
            return true;
    return false;
}

double screen_memory(const struct screen *screen)
{
    char path[64], line[256];
    long kib = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)screen->process);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "VmHWM: %ld", &kib) == 1)
            break;
    if (file)
        fclose(file);
    return (double)kib / 1024;
}

double screen_processor(const struct screen *screen)
{
    char path[64], line[1024];
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)screen->process);
    FILE *file = fopen(path, "r");
    const char *rest = file && fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
    if (rest)
        sscanf(rest, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    if (file)
        fclose(file);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

double screen_first_thread(const struct screen *screen)
{
    char path[64];
    unsigned long long nanoseconds = 0;
    snprintf(path, sizeof path, "/proc/%d/schedstat", (int)screen->process);
    FILE *file = fopen(path, "r");
    if (file && fscanf(file, "%llu", &nanoseconds) != 1)
        nanoseconds = 0;
    if (file)
        fclose(file);
    return (double)nanoseconds / 1e9;
}
