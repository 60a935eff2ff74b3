/*
 * What a shell offers when Tab is pressed behind the name of a program: written from the
 * table of options and verbs that the program itself reads its command line by.
 */
#ifndef FORMAT_COMPLETION_H
#define FORMAT_COMPLETION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* An option of a command line. */
struct cli_option {
    const char *name;     /* NULL ends a list */
    char letter;          /* 0: none */
    const char *argument; /* what it takes, or NULL */
    const char *help;
};

struct completion_verb {
    const char *name, *usage, *summary;
    const struct cli_option *options; /* beside the common ones; NULL: none */
};

/* What may stand where a usage or an option says PLACE: words with blanks between them. DIR,
 * PROJECT_DIR, FILE, PATH, A, B, IN and OUT are files. */
struct completion_words {
    const char *place; /* NULL ends a list */
    const char *words;
    const char *ask; /* or, not NULL: what `PROGRAM completion ASK` prints, a line each */
};

struct command_line {
    const char *program;
    const char *usage; /* of a program without verbs */
    const struct completion_verb *verbs;
    size_t verb_count;
    const struct cli_option *common;
    const struct completion_words *words;
};

/* "bash", "zsh" or "fish"; false: another shell. */
bool completion_write(const struct command_line *completion, const char *shell, struct text *text);

#endif
