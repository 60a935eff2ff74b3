/* From argv to an invocation. */
#ifndef CLI_ARGUMENTS_H
#define CLI_ARGUMENTS_H

#include "cli/cli.h"

extern const struct cli_option common_options[];

/* Where the verb stands: common options may come before it. argc: nowhere. */
int arguments_verb(int argc, char **argv);
/* Whether one of the arguments is this option. */
bool arguments_ask(int argc, char **argv, const char *name, const char *letter);

enum reading { READING_DONE, READING_HELP, READING_WRONG };
/* Options may stand before and behind the arguments, as far as "--". What is wrong is
 * complained about. */
enum reading arguments_read(struct invocation *invocation, const struct verb *verb, int argc,
                            char **argv, int verb_at);

#endif
