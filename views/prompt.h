/* The ':' prompt: a command by its name, completed with Tab. */
#ifndef VIEWS_PROMPT_H
#define VIEWS_PROMPT_H

struct explorer;
void prompt_open(struct explorer *explorer);

#endif
