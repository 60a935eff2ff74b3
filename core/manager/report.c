/* Telling handlers and the log what happened. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "manager/manager.h"

void manager_log(struct spex_manager *manager, const char *format, ...)
{
    struct text line = {0}, visible = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&line, format, arguments);
    va_end(arguments);
    text_append_visible(&visible, text_value(&line));
    const char *value = visible.failed || line.failed ? "out of memory" : text_value(&visible);
    pthread_mutex_lock(&manager->log_mutex);
    if (manager->options.log)
        manager->options.log(value, manager->options.log_data);
    else
        fprintf(stderr, "spex: %s\n", value);
    pthread_mutex_unlock(&manager->log_mutex);
    text_release(&line);
    text_release(&visible);
}

static void describe(struct text *text, const spex_report *report, const char *detail)
{
    const char *specification = report->specification ? report->specification : "?";
    const char *identifier = report->identifier ? report->identifier : "?";
    const char *from = report->from ? report->from : SPEX_NIL;
    switch (report->reason) {
    case SPEX_REASON_IDENTIFIER_ALREADY_IN_USE:
        text_printf(text, "the instance %s exists already: it is of %s and in state \"%s\"",
                    identifier, detail ? detail : "?", from);
        break;
    case SPEX_REASON_IDENTIFIER_NOT_FOUND:
        text_printf(text, "there is no instance %s to take %s to %s", identifier, report->action,
                    report->to ? report->to : "?");
        break;
    case SPEX_REASON_MODEL_NOT_FOUND:
        text_printf(text, "there is no implementation model of %s: accepted, one is learned",
                    specification);
        break;
    case SPEX_REASON_STILL_EQUIVALENT:
    case SPEX_REASON_NOT_EQUIVALENT:
        text_printf(text, "%s of %s: %s --[%s]-> %s is not in the implementation model, %s",
                    identifier, specification, from, report->action, report->to,
                    detail ? detail
                    : report->reason == SPEX_REASON_STILL_EQUIVALENT
                        ? "which is equivalent to the specification with it too"
                        : "which is not equivalent to the specification with it");
        break;
    case SPEX_REASON_TRANSITION_TIMEOUT:
        text_printf(
            text, "%s of %s has been in state \"%s\" since %s, longer than the transition timeout",
            identifier, specification, from, detail ? detail : "?");
        break;
    case SPEX_REASON_NONE:
    default:
        text_append(text, "nothing happened");
    }
}

char *report_message(const spex_report *report, const char *detail)
{
    struct text text = {0}, visible = {0};
    describe(&text, report, detail);
    text_append_visible(&visible, text_value(&text));
    if (text.failed)
        visible.failed = true;
    text_release(&text);
    return text_take(&visible);
}

spex_answer report_ask(struct spex_manager *manager, const struct workflow *workflow,
                       const spex_report *report)
{
    if (workflow->handler)
        return workflow->handler(report, workflow->handler_data);
    if (manager->options.handler)
        return manager->options.handler(report, manager->options.handler_data);
    unsigned accept = workflow->specification ? workflow->specification->policy.accept
                                              : (unsigned)SPEX_ACCEPT_DEFAULT;
    spex_answer answer = accept >> report->reason & 1 ? SPEX_ACCEPT : SPEX_REFUSE;
    const char *word = report->reason == SPEX_REASON_TRANSITION_TIMEOUT ? ""
                       : answer == SPEX_ACCEPT                          ? " (accepted)"
                                                                        : " (refused)";
    if (report->file)
        manager_log(manager, "%s:%d: %s%s", report->file, report->line, report->message, word);
    else
        manager_log(manager, "%s%s", report->message, word);
    return answer;
}

/* -------------------------------------------------- starting to learn */

/* Whether this server is the one to ask; false: a model is there now. Others who want
 * to know wait for the answer, so that it is asked for once. */
static bool begin_deciding(struct registry *registry, const char *name)
{
    bool mine = false;
    pthread_mutex_lock(&registry->deciding);
    for (;;) {
        pthread_rwlock_wrlock(&registry->lock);
        struct workflow *workflow = registry->items[symbols_find(&registry->names, name)];
        bool busy = workflow->deciding;
        if (!busy && !workflow->learning && !workflow->model)
            mine = workflow->deciding = true;
        pthread_rwlock_unlock(&registry->lock);
        if (!busy)
            break;
        pthread_cond_wait(&registry->decided, &registry->deciding);
    }
    pthread_mutex_unlock(&registry->deciding);
    return mine;
}

static void end_deciding(struct registry *registry, const char *name, bool learning)
{
    pthread_mutex_lock(&registry->deciding);
    pthread_rwlock_wrlock(&registry->lock);
    struct workflow *workflow = registry->items[symbols_find(&registry->names, name)];
    workflow->deciding = false;
    if (learning)
        workflow->learning = true;
    pthread_rwlock_unlock(&registry->lock);
    pthread_cond_broadcast(&registry->decided);
    pthread_mutex_unlock(&registry->deciding);
}

/* The other shards are to know it too, so that no other process asks again. */
static void spread(struct server *server, const char *name)
{
    struct spex_manager *manager = server->manager;
    for (unsigned i = 0; i < manager->store.shards; i++) {
        size_t size = strlen(name) + 1;
        struct request *request =
            i + 1 == server->number ? NULL : memory_allocate(1, sizeof *request + size);
        if (!request)
            continue;
        char *copy = memcpy(request + 1, name, size);
        request->kind = REQUEST_LEARN;
        request->specification = copy;
        if (!mailbox_put(&manager->servers[i].mailbox, request, FULL_IGNORE))
            free(request);
    }
}

spex_report report_about(const struct request *request, spex_reason reason)
{
    return (spex_report){.reason = reason,
                         .specification = request->of,
                         .identifier = request->identifier,
                         .from = request->from,
                         .action = request->action ? request->action : SPEX_INITIALISATION,
                         .to = request->to,
                         .message = request->message,
                         .file = request->place.file,
                         .line = request->place.line};
}

void report_ask_model(struct server *server, struct request *request)
{
    struct spex_manager *manager = server->manager;
    struct workflow workflow = registry_find(&manager->registry, request->of);
    if (!workflow.name || !begin_deciding(&manager->registry, request->of))
        return;
    spex_report report = report_about(request, SPEX_REASON_MODEL_NOT_FOUND);
    bool accepted = report_ask(manager, &workflow, &report) == SPEX_ACCEPT;
    end_deciding(&manager->registry, request->of, accepted);
    request->decision = accepted ? DECISION_ACCEPTED : DECISION_REFUSED;
    if (accepted)
        spread(server, request->of);
}
