/*
 * .aut (Aldebaran). A transition's label is everything between the first comma of its
 * line and the last one, less blanks and one pair of quotes around it: so labels with
 * commas, parentheses and quotes inside come back as they were written. Nothing is
 * escaped; a label with a line break cannot be written.
 */
#include "format/format.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "format/aut_labels.h"
#include "format/aut_line.h"

/* States that no transition mentions are few in honest files. A small file must not
 * make everything that keeps a record a state run out of memory. */
#define LONELY_STATES_MAX (UINT64_C(1) << 20)

/* Of a file no more than this is in memory, unless a line is longer. */
enum { WINDOW = 1 << 18 };

struct aut {
    const char *file;
    int descriptor;     /* where the bytes come from; -1: from `given` */
    const char *given;  /* bytes in memory */
    size_t given_left;  /* of them */
    size_t size;        /* how many there are, if known; else 0 */
    char *window;       /* with AUT_MARGIN bytes at either end */
    size_t window_size; /* without them */
    const char *next;   /* in the window: what was not taken yet */
    const char *end;
    bool last;              /* nothing comes behind the window */
    unsigned line;          /* the number of the latest line */
    const char *line_start; /* where it begins */
    bool line_complete;     /* it has its line break */
    uint64_t states;
    uint64_t transitions;
    const char *internal;
    size_t internal_length;
    bool met; /* it occurs */
    struct aut_labels labels;
    spex_error *error;
};

static int fail(const struct aut *aut, const char *at, const char *what)
{
    unsigned column = text_columns(aut->line_start, (size_t)(at - aut->line_start)) + 1;
    return error_place(aut->error, aut->file, aut->line, column, "%s", what);
}

/* Where all lines are taken. */
static void place_of_end(const struct aut *aut, unsigned *line, unsigned *column)
{
    *line = aut->line + aut->line_complete;
    *column = aut->line_complete
                  ? 1
                  : text_columns(aut->line_start, (size_t)(aut->end - aut->line_start)) + 1;
}

/* -------------------------------------------------------------- window */

static int read_more(struct aut *aut, char *to, size_t room, size_t *got)
{
    if (aut->descriptor < 0) {
        *got = room < aut->given_left ? room : aut->given_left;
        memcpy(to, aut->given, *got);
        aut->given += *got;
        aut->given_left -= *got;
        return SPEX_OK;
    }
    ssize_t length;
    do
        length = read(aut->descriptor, to, room);
    while (length < 0 && errno == EINTR);
    *got = length < 0 ? 0 : (size_t)length;
    return length < 0 ? error_system(aut->error, "cannot read %s", aut->file) : SPEX_OK;
}

/* More room where the window is full of one line. */
static bool make_room(struct aut *aut, size_t rest)
{
    if (aut->window && rest < aut->window_size) {
        memmove(aut->window + AUT_MARGIN, aut->next, rest);
        return true;
    }
    size_t size = aut->window ? 2 * aut->window_size : WINDOW;
    char *bigger = memory_allocate(size + 2 * (size_t)AUT_MARGIN, 1);
    if (!bigger)
        return false;
    if (rest)
        memcpy(bigger + AUT_MARGIN, aut->next, rest);
    free(aut->window);
    aut->window = bigger;
    aut->window_size = size;
    return true;
}

/* Puts what was not taken to the beginning and fills the window up. */
static int fill(struct aut *aut)
{
    size_t rest = (size_t)(aut->end - aut->next);
    bool first = !aut->window;
    if (!make_room(aut, rest))
        return error_memory(aut->error);
    char *begin = aut->window + AUT_MARGIN;
    while (!aut->last && rest < aut->window_size) {
        size_t got;
        int status = read_more(aut, begin + rest, aut->window_size - rest, &got);
        if (status)
            return status;
        aut->last = got == 0;
        rest += got;
    }
    aut->next = begin;
    aut->end = begin + rest;
    if (first && rest >= 3 && memcmp(begin, "\xEF\xBB\xBF", 3) == 0)
        aut->next += 3;
    return SPEX_OK;
}

/* The next line in the window that is not blank; false: there is no whole one. */
static bool next_line(struct aut *aut, const char **end)
{
    while (aut->next < aut->end) {
        const char *newline = memchr(aut->next, '\n', (size_t)(aut->end - aut->next));
        if (!newline && !aut->last)
            return false;
        aut->line_start = aut->next;
        aut->line++;
        aut->line_complete = newline != NULL;
        *end = newline ? newline : aut->end;
        aut->next = newline ? newline + 1 : aut->end;
        if (skip_blanks(aut->line_start, *end) < *end)
            return true;
    }
    return false;
}

/* -------------------------------------------------------------- header */

static int read_field(struct aut *aut, const char *end, char ending, const char *what,
                      uint64_t *number)
{
    const char *start = skip_blanks(aut->next, end);
    aut->next = skip_blanks(aut_number_read(start, end, number), end);
    if (aut->next == start)
        return fail(aut, start, what);
    if (aut->next == end || *aut->next != ending)
        return fail(aut, aut->next, ending == ',' ? "expected ','" : "expected ')'");
    aut->next++;
    return SPEX_OK;
}

static int read_header(struct aut *aut, struct lts *lts)
{
    static const char expected[] = "expected 'des (INITIAL, TRANSITIONS, STATES)'";
    const char *end;
    uint64_t initial;
    while (!next_line(aut, &end)) {
        unsigned line, column;
        place_of_end(aut, &line, &column);
        if (aut->last)
            return error_place(aut->error, aut->file, line, column, "%s", expected);
        int status = fill(aut);
        if (status)
            return status;
    }
    const char *after = aut->next, *start = skip_blanks(aut->line_start, end);
    if (end - start < 3 || memcmp(start, "des", 3) != 0)
        return fail(aut, start, expected);
    const char *open = skip_blanks(start + 3, end);
    if (open == end || *open != '(')
        return fail(aut, open, expected);
    aut->next = open + 1;
    const char *initial_at = skip_blanks(aut->next, end);
    int status = read_field(aut, end, ',', "expected the number of the initial state", &initial);
    if (!status)
        status = read_field(aut, end, ',', "expected the number of transitions", &aut->transitions);
    const char *states_at = skip_blanks(aut->next, end);
    if (!status)
        status = read_field(aut, end, ')', "expected the number of states", &aut->states);
    if (status)
        return status;
    const char *rest = skip_blanks(aut->next, end);
    if (rest != end)
        return fail(aut, rest, "expected the end of the line");
    if (aut->states == 0 || aut->states >= UINT32_MAX)
        return fail(aut, states_at, "expected a number of states from 1 to 4294967294");
    if (initial >= aut->states)
        return fail(aut, initial_at, "expected an initial state below the number of states");
    if (aut->states > 2 * aut->transitions + 1 + LONELY_STATES_MAX)
        return fail(aut, states_at,
                    "expected no more than a million states that no transition mentions");
    lts->initial = (uint32_t)initial;
    lts->state_count = (uint32_t)aut->states;
    aut->next = after;
    return SPEX_OK;
}

/* --------------------------------------------------------- transitions */

/* There are fewer than the header announces. */
static int fail_at_end(const struct aut *aut, uint64_t found)
{
    unsigned line, column;
    place_of_end(aut, &line, &column);
    return error_place(aut->error, aut->file, line, column,
                       "expected another transition: the header announces %" PRIu64
                       ", found %" PRIu64,
                       aut->transitions, found);
}

static int fail_behind_last(const struct aut *aut, const char *end)
{
    const char *extra = skip_blanks(aut->line_start, end);
    char what[80] = "expected the end of the file";
    if (*extra == '(')
        snprintf(what, sizeof what,
                 "expected the end of the file: the header announces %" PRIu64 " transitions",
                 aut->transitions);
    return fail(aut, extra, what);
}

/* SYMBOL_NONE: the label is none, or memory is out. */
static uint32_t find_label(struct aut *aut, const struct aut_line *line, struct lts *lts)
{
    if (aut->internal && line->label_length == aut->internal_length &&
        memcmp(line->label, aut->internal, aut->internal_length) == 0) {
        aut->met = true;
        return LTS_INTERNAL;
    }
    uint32_t known = lts->labels.count;
    uint32_t label = symbols_intern_bytes(&lts->labels, line->label, line->label_length);
    if (label == known && (memchr(line->label, '\0', line->label_length) ||
                           !utf8_valid(line->label, line->label_length)))
        return SYMBOL_NONE;
    return label;
}

/* Lines that were read but whose labels were not looked up yet. */
enum { AHEAD = 16 };
struct ahead {
    struct {
        struct aut_line line;
        unsigned number;
        uint32_t hash;
    } lines[AHEAD];
    size_t begin, end; /* counted on; the place is the rest by AHEAD */
};

static int fail_at_label(const struct aut *aut, const struct aut_line *line, unsigned number)
{
    const char *begin = aut->window + AUT_MARGIN;
    const char *before = memrchr(begin, '\n', (size_t)(line->label - begin));
    const char *start = before ? before + 1 : begin;
    unsigned column = text_columns(start, (size_t)(line->label - start)) + 1;
    return error_place(aut->error, aut->file, number, column, "expected a label of UTF-8 text");
}

static int take_transition(struct aut *aut, const struct aut_line *line, unsigned number,
                           uint32_t hash, struct lts *lts)
{
    const struct aut_label *known =
        aut_labels_find(&aut->labels, line->label, line->label_length, hash);
    uint32_t label = known->label;
    if (!known->length) {
        uint32_t before = lts->labels.count;
        label = find_label(aut, line, lts);
        if (label == SYMBOL_NONE && lts->labels.count > before)
            return fail_at_label(aut, line, number);
        if (label == SYMBOL_NONE ||
            !aut_labels_add(&aut->labels, line->label, line->label_length, hash, label))
            return error_memory(aut->error);
    }
    if (lts->transition_count == lts->transition_capacity)
        return lts_add(lts, (uint32_t)line->from, label, (uint32_t)line->to, aut->error);
    lts->transitions[lts->transition_count++] =
        (struct lts_transition){(uint32_t)line->from, label, (uint32_t)line->to};
    return SPEX_OK;
}

/* Takes the lines read ahead until at most so many are left. */
static int take_lines(struct aut *aut, struct ahead *ahead, size_t left, struct lts *lts)
{
    int status = SPEX_OK;
    for (; !status && ahead->end - ahead->begin > left; ahead->begin++) {
        size_t place = ahead->begin % AHEAD;
        status = take_transition(aut, &ahead->lines[place].line, ahead->lines[place].number,
                                 ahead->lines[place].hash, lts);
    }
    return status;
}

static int read_ahead(struct aut *aut, struct ahead *ahead, const char *end, struct lts *lts)
{
    size_t place = ahead->end % AHEAD;
    struct aut_line *line = &ahead->lines[place].line;
    const char *at = NULL, *lacking = NULL;
    if (!aut_line_read_usual(aut->line_start, end, line))
        lacking = aut_line_read(aut->line_start, end, line, &at);
    if (!lacking && line->from >= aut->states)
        at = line->from_at, lacking = "expected a state below the number of states in the header";
    if (!lacking && line->to >= aut->states)
        at = line->to_at, lacking = "expected a state below the number of states in the header";
    if (lacking) {
        int status = take_lines(aut, ahead, 0, lts);
        return status ? status : fail(aut, at, lacking);
    }
    uint32_t hash = aut_label_hash(line->label, line->label_length);
    __builtin_prefetch(aut_labels_place(&aut->labels, hash));
    ahead->lines[place].hash = hash;
    ahead->lines[place].number = aut->line;
    ahead->end++;
    return take_lines(aut, ahead, AHEAD - 1, lts);
}

static int read_transitions(struct aut *aut, struct lts *lts)
{
    /* The header is not to be trusted; the shortest transition takes seven bytes. */
    uint64_t room = aut->size / 7 + 1;
    uint64_t wanted = aut->transitions < room ? aut->transitions : room;
    if (!memory_reserve(&lts->transitions, &lts->transition_capacity, (size_t)wanted,
                        sizeof *lts->transitions))
        return error_memory(aut->error);
    struct ahead ahead = {.begin = 0};
    const char *end;
    int status = SPEX_OK;
    while (!status) {
        if (next_line(aut, &end)) {
            if (ahead.end < aut->transitions) {
                status = read_ahead(aut, &ahead, end, lts);
                continue;
            }
            status = take_lines(aut, &ahead, 0, lts);
            return status ? status : fail_behind_last(aut, end);
        }
        status = take_lines(aut, &ahead, 0, lts);
        if (aut->last)
            break;
        if (!status)
            status = fill(aut);
    }
    if (!status && lts->transition_count < aut->transitions)
        status = fail_at_end(aut, lts->transition_count);
    return status;
}

static int read_all(struct aut *aut, const char *internal, struct lts *lts)
{
    aut->internal = internal;
    aut->internal_length = internal ? strlen(internal) : 0;
    aut->line_complete = true;
    int status = lts_init(lts, aut->error);
    if (!status && !aut_labels_init(&aut->labels, &lts->labels))
        status = error_memory(aut->error);
    if (!status)
        status = read_header(aut, lts);
    if (!status)
        status = read_transitions(aut, lts);
    aut_labels_release(&aut->labels);
    free(aut->window);
    if (status)
        lts_release(lts);
    return status;
}

int aut_read(const char *file, const char *bytes, size_t length, const char *internal,
             struct lts *lts, spex_error *error)
{
    struct aut aut = {.file = file,
                      .descriptor = -1,
                      .given = bytes,
                      .given_left = length,
                      .size = length,
                      .error = error};
    return read_all(&aut, internal, lts);
}

int aut_read_open(const char *file, int descriptor, size_t size, const char *internal, bool *met,
                  struct lts *lts, spex_error *error)
{
    struct aut aut = {.file = file, .descriptor = descriptor, .size = size, .error = error};
    int status = read_all(&aut, internal, lts);
    *met = aut.met;
    return status;
}

/* -------------------------------------------------------------- writing */

static void append_number(struct text *text, uint32_t number)
{
    char digits[10];
    size_t used = sizeof digits;
    do {
        digits[--used] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    text_append_bytes(text, digits + used, sizeof digits - used);
}

/* Every label used must come back as it is. */
static int check_labels(const struct lts *lts, const char *internal, spex_error *error)
{
    if (strchr(internal, '\n'))
        return error_set(error, SPEX_ERROR_USAGE,
                         "the name of the internal action holds a line break");
    uint32_t clash = symbols_find(&lts->labels, internal);
    for (size_t i = 0; i < lts->transition_count; i++) {
        uint32_t label = lts->transitions[i].label;
        if (label == LTS_INTERNAL)
            continue;
        if (label == clash)
            return error_set(error, SPEX_ERROR_USAGE,
                             "the action '%.200s' is visible here; choose another name for the "
                             "internal action",
                             internal);
    }
    for (uint32_t label = 1; label < lts->labels.count; label++)
        if (strchr(lts->labels.names[label], '\n'))
            return error_set(error, SPEX_ERROR_USAGE,
                             "the action '%.200s' holds a line break, so an .aut file could not "
                             "give it back",
                             lts->labels.names[label]);
    return SPEX_OK;
}

int aut_write(const struct lts *lts, const char *internal, struct text *text, spex_error *error)
{
    if (!internal)
        internal = SPEX_INTERNAL;
    int status = check_labels(lts, internal, error);
    if (status)
        return status;
    text_printf(text, "des (%" PRIu32 ",%zu,%" PRIu32 ")\n", lts->initial, lts->transition_count,
                lts->state_count);
    for (size_t i = 0; i < lts->transition_count; i++) {
        const struct lts_transition *transition = &lts->transitions[i];
        text_append_char(text, '(');
        append_number(text, transition->from);
        text_append(text, ",\"");
        text_append(text, transition->label == LTS_INTERNAL ? internal
                                                            : lts->labels.names[transition->label]);
        text_append(text, "\",");
        append_number(text, transition->to);
        text_append(text, ")\n");
    }
    return text->failed ? error_memory(error) : SPEX_OK;
}
