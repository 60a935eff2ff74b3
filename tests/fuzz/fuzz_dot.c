/* DOT files, as systems and split. */
#include "format/format.h"
#include "tests/fuzz/fuzz.h"

FUZZ_TARGET(dot)
{
    struct lts lts;
    spex_error error = {0};
    int status = dot_read("f.dot", bytes, length, "tau", &lts, &error);
    if (status) {
        MUST(status == SPEX_ERROR_SYNTAX && error.line > 0);
        return;
    }
    MUST(lts.initial < lts.state_count);
    MUST(!mealy_split(&lts, &error));
    for (size_t i = 0; i < lts.transition_count; i++)
        MUST(lts.transitions[i].from < lts.state_count && lts.transitions[i].to < lts.state_count);
    lts_release(&lts);
}
