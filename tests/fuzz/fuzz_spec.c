#include "format/format.h"
#include "tests/fuzz/fuzz.h"

FUZZ_TARGET(spec)
{
    struct spex_specification *specification, *again = NULL;
    struct text text = {0};
    spex_error error;
    int status = spec_read("f", bytes, length, &specification, &error);
    if (status) {
        MUST(status == SPEX_ERROR_SYNTAX && error.line > 0 && error.column > 0);
        return;
    }
    if (!spec_write(specification, &text, &error)) {
        MUST(!spec_read("f", text_value(&text), text.length, &again, &error));
        MUST(again->transition_count == specification->transition_count &&
             again->states.count == specification->states.count);
    }
    text_clear(&text);
    MUST(!json_write_specification(specification, &text));
    text_release(&text);
    spex_specification_free(specification);
    spex_specification_free(again);
}
