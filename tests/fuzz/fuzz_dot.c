/* DOT files, as systems and split. */
#include <assert.h>
#include <stdint.h>

#include "format/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct lts lts;
    spex_error error = {0};
    int status = dot_read("f.dot", (const char *)bytes, length, "tau", &lts, &error);
    if (status) {
        assert(status == SPEX_ERROR_SYNTAX && error.line > 0);
        return 0;
    }
    assert(lts.initial < lts.state_count);
    assert(!mealy_split(&lts, &error));
    for (size_t i = 0; i < lts.transition_count; i++)
        assert(lts.transitions[i].from < lts.state_count &&
               lts.transitions[i].to < lts.state_count);
    lts_release(&lts);
    return 0;
}
