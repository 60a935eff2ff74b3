/* Which instances are over, as the specifications' policies say, as a filter. */
#include <inttypes.h>

#include "base/base.h"
#include "views/instances/bulk_private.h"

/* The filter that a text stands for; NULL when memory is out. */
static struct filter *parsed(struct text *words)
{
    struct filter *filter = NULL;
    if (words->failed || filter_parse(&filter, text_value(words), NULL, NULL))
        filter = NULL;
    text_release(words);
    return filter;
}

static void append_states(struct text *words, const struct spex_specification *specification)
{
    const spex_policy *policy = spex_specification_policy(specification);
    const char *before = " state:";
    for (size_t i = 0; i < policy->prunable_state_count; i++, before = ",") {
        text_append(words, before);
        filter_quote(words, policy->prunable_states[i], false);
    }
    for (uint32_t i = 0;
         policy->prunable == SPEX_PRUNABLE_TERMINAL && i < specification->states.count; i++)
        if (specification_state_terminal(specification, i)) {
            text_append(words, before);
            filter_quote(words, symbols_name(&specification->states, i), false);
            before = ",";
        }
}

/* What one policy says is over: "spec:Order history>0 age>3600000ms state:done,cancelled".
 * NULL: nothing ever is. */
static struct filter *over_by(const struct spex_specification *specification)
{
    const spex_policy *policy = spex_specification_policy(specification);
    struct text words = {0}, states = {0};
    append_states(&states, specification);
    bool every = policy->prunable == SPEX_PRUNABLE_ALL;
    if (policy->prune_timeout != SPEX_INFINITY && (states.length || every)) {
        text_append(&words, "spec:");
        filter_quote(&words, specification->name, false);
        text_printf(&words, " history>0 age>%" PRId64 "ms%s", policy->prune_timeout,
                    every ? " not state:\"\"" : text_value(&states));
    }
    text_release(&states);
    return parsed(&words);
}

struct filter *bulk_over(const struct workspace *workspace)
{
    struct filter *any = NULL;
    const struct snapshot *snapshot = workspace->snapshot;
    for (size_t i = 0; snapshot && i < snapshot->project.count; i++) {
        const struct spex_specification *specification = snapshot->project.entries[i].specification;
        struct filter *one = specification ? over_by(specification) : NULL;
        if (one)
            any = any ? filter_join(FILTER_OR, any, one) : one;
    }
    return any;
}
