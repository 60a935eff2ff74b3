/*
 * .aut (Aldebaran). A transition's label is everything between the first comma of its
 * line and the last one, less blanks and one pair of quotes around it: so labels with
 * commas, parentheses and quotes inside come back as they were written. Nothing is
 * escaped; a label with a line break cannot be written.
 */
#include "format/format.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "format/lines.h"

/* States that no transition mentions are few in honest files. A small file must not
 * make everything that keeps a record a state run out of memory. */
#define LONELY_STATES_MAX (UINT64_C(1) << 20)

/* Labels that are not too long, as open addressing: a lookup is one cache line, and as the
 * lines are read some way ahead it is there when it is needed. */
struct known_label {
    uint32_t label;
    unsigned char length; /* 0: none */
    char bytes[27];
};

struct aut {
    const char *file;
    const char *bytes; /* what is left of them */
    unsigned line;     /* where they begin */
    bool given;        /* they may be given back */
    const char *next;
    const char *end;
    uint64_t states;
    uint64_t transitions;
    const char *internal;
    size_t internal_length;
    struct known_label *known;
    size_t known_count, known_capacity;
    spex_error *error;
};

static int fail(const struct aut *aut, const char *at, const char *what)
{
    unsigned line, column;
    text_place(aut->bytes, at, &line, &column);
    return error_place(aut->error, aut->file, aut->line + line, column, "%s", what);
}

static inline const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && blank(*at))
        at++;
    return at;
}

static inline const char *back_over_blanks(const char *start, const char *at)
{
    while (at > start && blank(at[-1]))
        at--;
    return at;
}

static inline bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads digits up to `end`; the number is cut at UINT64_MAX / 16, far beyond any count. */
static inline const char *read_number(const char *at, const char *end, uint64_t *number)
{
    uint64_t value = 0;
    for (; at < end && digit(*at); at++)
        if (value < UINT64_MAX / 16 / 10)
            value = value * 10 + (uint64_t)(*at - '0');
        else
            value = UINT64_MAX / 16;
    *number = value;
    return at;
}

static const char *line_end(const char *at, const char *end)
{
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    return newline ? newline : end;
}

/* ------------------------------------------------------------ one line */

/* `(from, label, to)`; the label is quoted or not. */
struct aut_line {
    uint64_t from;
    uint64_t to;
    const char *from_at; /* where the numbers stand, for messages */
    const char *to_at;
    const char *label;
    size_t label_length;
};

/* What the line lacks at *at, or NULL: it is a transition. */
static inline const char *read_line(const char *start, const char *end, struct aut_line *line,
                                    const char **at)
{
    const char *head = skip_blanks(start, end);
    *at = head;
    if (head == end || *head != '(')
        return "expected a transition, such as (0,\"label\",1)";
    head = skip_blanks(head + 1, end);
    line->from_at = *at = head;
    head = read_number(head, end, &line->from);
    if (head == line->from_at)
        return "expected the number of the state before the transition";
    head = *at = skip_blanks(head, end);
    if (head == end || *head != ',')
        return "expected ',' behind the state";
    head = skip_blanks(head + 1, end);

    const char *tail = *at = back_over_blanks(head, end);
    if (tail == head || tail[-1] != ')')
        return "expected ')' at the end of the transition";
    tail = back_over_blanks(head, tail - 1);
    *at = tail;
    const char *number = tail;
    while (number > head && digit(number[-1]))
        number--;
    if (number == tail)
        return "expected the number of the state after the transition";
    line->to_at = number;
    read_number(number, tail, &line->to);
    tail = *at = back_over_blanks(head, number);
    if (tail == head || tail[-1] != ',')
        return "expected ',' behind the label";
    tail = back_over_blanks(head, tail - 1);
    *at = head;
    if (tail == head)
        return "expected a label";
    if (*head == '"') {
        if (tail - head < 2 || tail[-1] != '"') {
            *at = tail;
            return "expected '\"' at the end of the label";
        }
        head++;
        tail--;
    }
    line->label = head;
    line->label_length = (size_t)(tail - head);
    return NULL;
}

/* -------------------------------------------------------------- header */

static int read_field(struct aut *aut, const char *end, char ending, const char *what,
                      uint64_t *number)
{
    const char *start = skip_blanks(aut->next, end);
    aut->next = skip_blanks(read_number(start, end, number), end);
    if (aut->next == start)
        return fail(aut, start, what);
    if (aut->next == end || *aut->next != ending)
        return fail(aut, aut->next, ending == ',' ? "expected ','" : "expected ')'");
    aut->next++;
    return SPEX_OK;
}

/* The next line that is not blank; false at the end. */
static bool next_line(struct aut *aut, const char **start, const char **end)
{
    while (aut->next < aut->end) {
        *start = aut->next;
        *end = line_end(*start, aut->end);
        aut->next = *end < aut->end ? *end + 1 : *end;
        if (skip_blanks(*start, *end) < *end)
            return true;
    }
    return false;
}

static int read_header(struct aut *aut, struct lts *lts)
{
    static const char expected[] = "expected 'des (INITIAL, TRANSITIONS, STATES)'";
    const char *start, *end;
    uint64_t initial;
    if (!next_line(aut, &start, &end))
        return fail(aut, aut->end, expected);
    const char *after = aut->next;
    start = skip_blanks(start, end);
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

static int count_error(const struct aut *aut, const char *at, uint64_t found)
{
    unsigned line, column;
    text_place(aut->bytes, at, &line, &column);
    line += aut->line;
    if (found > aut->transitions)
        return error_place(aut->error, aut->file, line, column,
                           "expected the end of the file: the header announces %" PRIu64
                           " transitions",
                           aut->transitions);
    return error_place(aut->error, aut->file, line, column,
                       "expected another transition: the header announces %" PRIu64
                       ", found %" PRIu64,
                       aut->transitions, found);
}

static inline uint64_t load(const char *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static inline uint64_t hash_label(const char *bytes, size_t length)
{
    uint64_t mix = length * UINT64_C(0x9E3779B97F4A7C15);
    for (; length >= sizeof(uint64_t); bytes += 8, length -= 8) {
        mix = (mix ^ load(bytes)) * UINT64_C(0xBF58476D1CE4E5B9);
        mix ^= mix >> 29;
    }
    for (; length; bytes++, length--)
        mix = (mix ^ (unsigned char)*bytes) * UINT64_C(0x94D049BB133111EB);
    return mix ^ mix >> 32;
}

static inline struct known_label *place_of(const struct aut *aut, uint64_t hash)
{
    return &aut->known[hash & (aut->known_capacity - 1)];
}

/* Where the label is, or where it can go. */
static inline struct known_label *find_known(const struct aut *aut, const char *bytes,
                                             size_t length, uint64_t hash)
{
    struct known_label *place = place_of(aut, hash), *end = aut->known + aut->known_capacity;
    while (place->length && (place->length != length || memcmp(place->bytes, bytes, length) != 0))
        if (++place == end)
            place = aut->known;
    return place;
}

static bool grow_known(struct aut *aut)
{
    size_t capacity = aut->known_capacity ? aut->known_capacity * 4 : 512;
    struct aut bigger = {.known = memory_allocate(capacity, sizeof *bigger.known),
                         .known_capacity = capacity};
    if (!bigger.known)
        return false;
    for (size_t i = 0; i < aut->known_capacity; i++) {
        const struct known_label *old = &aut->known[i];
        if (old->length)
            *find_known(&bigger, old->bytes, old->length, hash_label(old->bytes, old->length)) =
                *old;
    }
    free(aut->known);
    aut->known = bigger.known;
    aut->known_capacity = capacity;
    return true;
}

static bool note_known(struct aut *aut, const struct aut_line *line, uint64_t hash, uint32_t label)
{
    if (line->label_length == 0 || line->label_length > sizeof aut->known->bytes)
        return true;
    if (++aut->known_count > aut->known_capacity / 2 && !grow_known(aut))
        return false;
    struct known_label *place = find_known(aut, line->label, line->label_length, hash);
    place->label = label;
    place->length = (unsigned char)line->label_length;
    memcpy(place->bytes, line->label, line->label_length);
    return true;
}

/* SYMBOL_NONE: the label is none, or memory is out. */
static uint32_t find_label(struct aut *aut, const struct aut_line *line, struct lts *lts)
{
    if (aut->internal && line->label_length == aut->internal_length &&
        memcmp(line->label, aut->internal, aut->internal_length) == 0)
        return LTS_INTERNAL;
    uint32_t known = lts->labels.count;
    uint32_t label = symbols_intern_bytes(&lts->labels, line->label, line->label_length);
    if (label == known && (memchr(line->label, '\0', line->label_length) ||
                           !utf8_valid(line->label, line->label_length)))
        return SYMBOL_NONE;
    return label;
}

/* So much is given back at once. */
enum { GIVE_BACK = 1 << 20 };

/* Lines that were read but whose labels were not looked up yet. */
enum { AHEAD = 16 };
struct ahead {
    struct aut_line lines[AHEAD];
    uint64_t hashes[AHEAD];
    size_t begin, end; /* counted on; the place is the rest by AHEAD */
};

static int take_transition(struct aut *aut, const struct aut_line *line, uint64_t hash,
                           struct lts *lts)
{
    const struct known_label *known = find_known(aut, line->label, line->label_length, hash);
    uint32_t label = known->label;
    if (!known->length) {
        uint32_t before = lts->labels.count;
        label = find_label(aut, line, lts);
        if (label == SYMBOL_NONE && lts->labels.count > before)
            return fail(aut, line->label, "expected a label of UTF-8 text");
        if (label == SYMBOL_NONE || !note_known(aut, line, hash, label))
            return error_memory(aut->error);
    }
    /* There is room: read_transitions saw to it. */
    lts->transitions[lts->transition_count++] =
        (struct lts_transition){(uint32_t)line->from, label, (uint32_t)line->to};
    return SPEX_OK;
}

/* Takes the lines read ahead until at most so many are left. */
static int take_lines(struct aut *aut, struct ahead *ahead, size_t left, struct lts *lts)
{
    int status = SPEX_OK;
    for (; !status && ahead->end - ahead->begin > left; ahead->begin++)
        status = take_transition(aut, &ahead->lines[ahead->begin % AHEAD],
                                 ahead->hashes[ahead->begin % AHEAD], lts);
    return status;
}

static int read_ahead(struct aut *aut, struct ahead *ahead, const char *start, const char *end,
                      struct lts *lts)
{
    struct aut_line *line = &ahead->lines[ahead->end % AHEAD];
    const char *at, *lacking = read_line(start, end, line, &at);
    if (!lacking && line->from >= aut->states)
        at = line->from_at, lacking = "expected a state below the number of states in the header";
    if (!lacking && line->to >= aut->states)
        at = line->to_at, lacking = "expected a state below the number of states in the header";
    if (lacking) {
        int status = take_lines(aut, ahead, 0, lts);
        return status ? status : fail(aut, at, lacking);
    }
    uint64_t hash = hash_label(line->label, line->label_length);
    __builtin_prefetch(place_of(aut, hash));
    ahead->hashes[ahead->end++ % AHEAD] = hash;
    return take_lines(aut, ahead, AHEAD - 1, lts);
}

/* Gives back the pages of the lines that were taken, `next` being the first that was not;
 * what they were is forgotten but for their number. */
static void give_back(struct aut *aut, const char *next)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t begin = ((uintptr_t)aut->bytes + page - 1) / page * page;
    uintptr_t end = (uintptr_t)next / page * page;
    for (const char *at = aut->bytes; (at = memchr(at, '\n', (size_t)(next - at))); at++)
        aut->line++;
    aut->bytes = next;
    if (begin < end)
        madvise((void *)begin, end - begin, MADV_DONTNEED);
}

static int read_transitions(struct aut *aut, struct lts *lts)
{
    /* The header is not to be trusted; the shortest transition takes seven bytes. */
    uint64_t room = (uint64_t)(aut->end - aut->next) / 7 + 1;
    uint64_t wanted = aut->transitions < room ? aut->transitions : room;
    if (!memory_reserve(&lts->transitions, &lts->transition_capacity, (size_t)wanted,
                        sizeof *lts->transitions) ||
        !grow_known(aut))
        return error_memory(aut->error);
    struct ahead ahead = {.begin = 0};
    const char *start, *end;
    int status = SPEX_OK;
    while (!status && next_line(aut, &start, &end)) {
        if (aut->given && (size_t)(start - aut->bytes) >= GIVE_BACK) {
            status = take_lines(aut, &ahead, 0, lts);
            if (status)
                break;
            give_back(aut, start);
        }
        if (ahead.end < aut->transitions) {
            status = read_ahead(aut, &ahead, start, end, lts);
            continue;
        }
        const char *extra = skip_blanks(start, end);
        status = take_lines(aut, &ahead, 0, lts);
        if (!status)
            status = *extra == '(' ? count_error(aut, extra, aut->transitions + 1)
                                   : fail(aut, extra, "expected the end of the file");
    }
    if (!status)
        status = take_lines(aut, &ahead, 0, lts);
    if (!status && lts->transition_count < aut->transitions)
        status = count_error(aut, aut->end, lts->transition_count);
    return status;
}

static int read_bytes(const char *file, const char *bytes, bool given, size_t length,
                      const char *internal, struct lts *lts, spex_error *error)
{
    struct aut aut = {.file = file,
                      .bytes = bytes,
                      .given = given,
                      .next = bytes,
                      .end = bytes + length,
                      .internal = internal,
                      .internal_length = internal ? strlen(internal) : 0,
                      .error = error};
    if (length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
        aut.next += 3;
    int status = lts_init(lts, error);
    if (!status)
        status = read_header(&aut, lts);
    if (!status)
        status = read_transitions(&aut, lts);
    free(aut.known);
    if (status)
        lts_release(lts);
    return status;
}

int aut_read(const char *file, const char *bytes, size_t length, const char *internal,
             struct lts *lts, spex_error *error)
{
    return read_bytes(file, bytes, false, length, internal, lts, error);
}

int aut_take(const char *file, char *bytes, size_t length, const char *internal, struct lts *lts,
             spex_error *error)
{
    int status = read_bytes(file, bytes, true, length, internal, lts, error);
    free(bytes);
    return status;
}

bool aut_has_label(const char *bytes, size_t length, const char *label)
{
    size_t label_length = strlen(label);
    const char *end = bytes + length;
    for (const char *next = bytes; next < end;) {
        const char *found = memmem(next, (size_t)(end - next), label, label_length);
        if (!found)
            return false;
        const char *before = memrchr(bytes, '\n', (size_t)(found - bytes));
        const char *start = before ? before + 1 : bytes;
        const char *stop = line_end(found, end), *at;
        struct aut_line line;
        if (!read_line(start, stop, &line, &at) && line.label_length == label_length &&
            memcmp(line.label, label, label_length) == 0)
            return true;
        next = stop < end ? stop + 1 : end;
    }
    return false;
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
