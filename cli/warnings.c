/* What looks like a mistake in specifications, for the verbs that show or judge them. */
#include <stdio.h>

#include "cli/cli.h"

void warn_of(const struct invocation *invocation, const struct spex_specification *specification)
{
    struct specification_warnings warnings;
    spex_error error;
    if (specification_warnings_find(specification, &warnings, &error)) {
        complain(invocation, "%s", error.message);
        return;
    }
    fflush(stdout);
    for (size_t i = 0; i < warnings.count; i++)
        complain(invocation, "warning: %s", warnings.items[i].message);
    if (warnings.more)
        complain(invocation, "warning: %s: and %zu more like these",
                 specification->source ? specification->source : specification->name,
                 warnings.more);
    specification_warnings_release(&warnings);
}

void warn_of_project(const struct invocation *invocation, const struct project *project)
{
    for (size_t i = 0; i < project->count; i++)
        if (project->entries[i].specification)
            warn_of(invocation, project->entries[i].specification);
}

void append_json_warnings(struct text *text, const struct spex_specification *specification)
{
    struct specification_warnings warnings = {0};
    spex_error error;
    if (specification && specification_warnings_find(specification, &warnings, &error))
        text->failed = true;
    text_append_char(text, '[');
    for (size_t i = 0; i < warnings.count; i++) {
        text_append(text, i ? "," : "");
        text_printf(text, "{\"line\":%u,\"column\":%u,\"message\":", warnings.items[i].line,
                    warnings.items[i].column);
        text_append_json(text, warnings.items[i].message);
        text_append_char(text, '}');
    }
    text_append_char(text, ']');
    specification_warnings_release(&warnings);
}
