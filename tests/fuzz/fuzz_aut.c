#include <stdbool.h>

#include "format/format.h"
#include "tests/fuzz/fuzz.h"

/* What can be read can be written, and reads back as the same. */
FUZZ_TARGET(aut)
{
    struct lts lts, again;
    struct text text = {0};
    spex_error error;
    int status = aut_read("f", bytes, length, "tau", &lts, &error);
    if (status) {
        MUST(status == SPEX_ERROR_SYNTAX && error.line > 0 && error.column > 0);
        return;
    }
    MUST(!lts_hide(&lts, "i", &error));
    if (!aut_write(&lts, "tau", &text, &error)) {
        MUST(!aut_read("f", text_value(&text), text.length, "tau", &again, &error));
        MUST(again.transition_count == lts.transition_count && again.initial == lts.initial);
        lts_release(&again);
    }
    text_release(&text);
    lts_release(&lts);
}
