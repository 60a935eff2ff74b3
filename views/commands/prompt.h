/* The ':' prompt: commands by name, with what they do, their arguments and those typed before. */
#ifndef VIEWS_PROMPT_H
#define VIEWS_PROMPT_H

struct explorer;
struct overlay;

void prompt_open(struct explorer *explorer);
/* Does what was typed: a command and what it is about. */
void prompt_run(struct explorer *explorer, const char *text);

/* ---- prompt_suggest.c: what it may be meant to be */
void prompt_suggest(struct explorer *explorer, const char *text, struct overlay *overlay);

#endif
