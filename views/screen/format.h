/* Small texts that several views show alike. */
#ifndef VIEWS_FORMAT_H
#define VIEWS_FORMAT_H

#include "views/explorer.h"

/* The verdict of a summary as one word with its sign, and the role it is shown in. */
struct verdict_words {
    enum role role;
    enum sign sign;
    const char *words;
};
struct verdict_words verdict_of_summary(const struct summary *summary);
struct verdict_words verdict_of_step(spex_verdict verdict);
/* "learning", "frozen", "edited", "none", "unreadable", "file" */
const char *model_words(const struct summary *summary);
/* The name of the LTS file that a side was made of; NULL: it was made of none. */
const char *lts_file_of(const struct summary *summary, enum side side);
/* The model's transitions, initialisations not counted. */
size_t model_steps(const struct spex_model *model);
/* Of what is specified, and the transitions of its model: as many as the files have. */
uint32_t entry_states(const struct project_entry *entry);
size_t entry_steps(const struct project_entry *entry, enum side side);
/* What a view says when there is nothing to show it for; NULL: a readable specification
 * is selected. */
const char *nothing_selected(const struct explorer *explorer);
/* Local date and time, "21 Nov 12:00:07"; with the year if it is not this one. */
void local_time(int64_t time, int64_t now, char text[40]);
/* The same in 12 columns: "12:00:07" of today, else "21 Nov 12:00". */
void local_time_short(int64_t time, int64_t now, char text[40]);
/* "1 234 567"; "-" for 0 with `dash`. */
void format_count(uint64_t number, bool dash, char text[32]);
/* "action → state" in three roles, both cut when they do not fit together; answers the columns. */
int draw_move(struct canvas *canvas, int x, int y, int room, const char *action, const char *state,
              const enum role roles[3]);
/* "overdue deviated mocked", what applies. */
void instance_flags(const spex_instance *instance, struct text *text);

#endif
