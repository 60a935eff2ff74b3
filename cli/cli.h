/*
 * cli - the spex command: a table of verbs, one file for each group of them. Results go to
 * standard output, messages to standard error, and the exit code carries the answer.
 */
#ifndef CLI_H
#define CLI_H

#include "base/base.h"
#include "check/check.h"
#include "format/completion.h"
#include "model/filter.h"
#include "project/project.h"
#include "spex.h"
#include "store/reader.h"

/* The answers a script can tell apart. */
enum answer {
    ANSWER_YES = 0,   /* yes, or done */
    ANSWER_NO = 1,    /* no: not equivalent, not found, refused, overdue with --fail */
    ANSWER_WRONG = 2, /* wrong use or unreadable input */
    ANSWER_BROKEN = 3 /* the store or the system failed */
};

/* Whether a project's folder may stand in front of the arguments, meant as --project means it. */
enum folder_place {
    FOLDER_NEVER,
    FOLDER_SURPLUS, /* where there is one argument more than the verb takes */
    FOLDER_FIRST    /* where the first argument is such a folder */
};

struct invocation;
struct verb {
    const char *name;
    const char *usage; /* its arguments */
    const char *summary;
    const char *details;              /* further lines of help, or NULL */
    const struct cli_option *options; /* beside the common ones; NULL: none */
    size_t minimum, maximum;          /* how many arguments */
    enum folder_place folder;
    const char *const *words; /* what the first argument is to be, never a folder; or NULL */
    enum answer (*run)(const struct invocation *invocation);
};

extern const struct verb check_verb, compare_verb, coverage_verb, show_verb, convert_verb,
    export_verb, models_verb, init_verb, transition_verb, mock_verb, get_verb, instances_verb,
    delete_verb, import_verb, prune_verb, overdue_verb, events_verb, record_verb, reduce_verb,
    store_verb, doctor_verb;

/* For the shell that the first argument names. */
enum answer completion_print(const struct invocation *invocation, const struct verb *const *verbs,
                             size_t count);

struct option_value {
    const struct cli_option *option;
    const char *value; /* NULL where the option takes none */
};

/* One call of the command, read. */
struct invocation {
    const struct verb *verb;
    struct option_value *values;
    size_t value_count;
    const char *folder; /* that stood in front of the arguments, or NULL */
    char **arguments;
    size_t argument_count;
    bool json;
};

bool option_given(const struct invocation *invocation, const char *name);
/* The last value given, or NULL. */
const char *option_value(const struct invocation *invocation, const char *name);
/* A whole number of at least `minimum`; `otherwise` if the option was not given. False:
 * complained about. */
bool option_number(const struct invocation *invocation, const char *name, uint64_t minimum,
                   uint64_t otherwise, uint64_t *number);
/* A time for --at and its like: ISO 8601. 0 if not given. False: complained about. */
bool option_time(const struct invocation *invocation, const char *name, int64_t *time);

/* The notion that -e names, one of the first `count`; branching bisimilarity if not given.
 * False: complained about. */
bool option_equivalence(const struct invocation *invocation, unsigned count,
                        enum equivalence *equivalence);

/* "spex VERB: ..." on standard error, safe to print whatever the names are. */
void complain(const struct invocation *invocation, const char *format, ...) PRINTF_LIKE(2, 3);
/* The error's message, and the answer it stands for. */
enum answer fail(const struct invocation *invocation, const spex_error *error);
/* The same where a file that was named could not be read. */
enum answer fail_input(const struct invocation *invocation, const spex_error *error);
enum answer answer_of(spex_status status);
enum answer answer_of_input(spex_status status);
/* The answer of two that is worse. */
enum answer worse(enum answer left, enum answer right);
/* Ends a message about a wrong name: ", did you mean X?" where one of them is close. */
struct suggestion {
    const char *wanted;
    const char *sign; /* shown in front, or NULL */
    const char *best;
    unsigned distance;
};
void suggestion_offer(struct suggestion *suggestion, const char *name);
const char *suggestion_text(const struct suggestion *suggestion, char buffer[200]);

/* The folder that --project names, or that stands in front of the arguments; NULL: neither. */
const char *project_folder(const struct invocation *invocation);

/* ---- cli/warnings.c: what looks like a mistake in a specification, and changes no answer */

/* On standard error, a line each. */
void warn_of(const struct invocation *invocation, const struct spex_specification *specification);
void warn_of_project(const struct invocation *invocation, const struct project *project);
/* As an array of JSON; empty without a specification. */
void append_json_warnings(struct text *text, const struct spex_specification *specification);

/* ---- what a verb works on; each complains itself and answers ANSWER_YES on success */

/* The options that apply here: arguments, environment, spex.ini, defaults. */
enum answer open_options(const struct invocation *invocation, struct project_options *options);
/* Those and the specifications and models of the project. */
enum answer open_project(const struct invocation *invocation, struct project_options *options,
                         struct project *project);
/* That there are no specifications, and what to do; answers ANSWER_WRONG. */
enum answer complain_empty(const struct invocation *invocation, const struct project *project,
                           const struct project_options *options);
/* A folder that was named has to be there; one that is only the default may be missing. */
enum answer check_folder(const struct invocation *invocation, const char *option, const char *path);
/* The store, to look at; a missing one is an error that says what to do. */
enum answer open_reader(const struct invocation *invocation, const struct project_options *options,
                        struct reader **reader);
/* The end of a verb that read: complains about every shard that cannot be read, and about
 * `error` where that is something else. */
enum answer reader_finish(const struct invocation *invocation, struct reader *reader, int status,
                          const spex_error *error);

/* A passive manager with the project's specifications; with --learn DIR one that takes part
 * in a test run, which session_close cancels. */
struct session {
    const struct invocation *invocation;
    struct project_options options;
    struct project project;
    spex_manager *manager;
    spex_test *test; /* NULL: none, or ended */
};
struct session_options {
    bool create;               /* a missing store is created, not an error */
    const char *specification; /* NULL, or one that has to be known before a store is touched */
    bool active;               /* timers and pruning run */
    spex_handler handler;      /* NULL: the policies answer, what they accept is told */
    void *handler_data;
};
enum answer session_open(struct session *session, const struct invocation *invocation,
                         const struct session_options *options);
void session_close(struct session *session);
/* What the policy of the report's specification answers. */
spex_answer session_answer(const struct session *session, const spex_report *report);
/* Whether the project has this specification; if not, complains. */
bool session_knows(const struct session *session, const struct invocation *invocation,
                   const char *specification);

/* --where --spec --state --text --overdue --deviated --mocked */
#define WHERE_OPTION                                                                               \
    {                                                                                              \
        "where", 'w', "FILTER", "only those it chooses: \"state:paid age>2h\", see spex(5)"        \
    }
#define FILTER_OPTIONS                                                                             \
    WHERE_OPTION, {"spec", 's', "NAME", "only instances of this specification"},                   \
        {"state", 0, "STATE", "only instances in this state"},                                     \
        {"text", 't', "TEXT", "only where identifier, specification or state contain TEXT"},       \
        {"overdue", 0, NULL, "only those whose next transition is overdue"},                       \
        {"deviated", 0, NULL, "only those that deviated from the model"},                          \
    {                                                                                              \
        "mocked", 0, NULL, "only those placed by mock, untouched since"                            \
    }
spex_filter filter_of(const struct invocation *invocation);
/* As a tree, NULL for everything. A mistake in its `where` is shown with its place. */
enum answer read_filter(const struct invocation *invocation, const spex_filter *wanted,
                        struct filter **filter);
/* The same of events. */
enum answer read_event_filter(const struct invocation *invocation, const char *where,
                              struct filter **filter);

#endif
