#include "format/format.h"
#include "tests/fuzz/fuzz.h"

/* This format gives back every name it could read. */
FUZZ_TARGET(spex)
{
    struct spex_model *model, *again;
    struct text text = {0};
    spex_error error;
    int status = model_read("f", bytes, length, &model, &error);
    if (status) {
        MUST(status == SPEX_ERROR_SYNTAX && error.line > 0 && error.column > 0);
        return;
    }
    MUST(!model_write(model, &text, &error));
    MUST(!model_read("f", text_value(&text), text.length, &again, &error));
    MUST(again->transition_count == model->transition_count && again->learning == model->learning);
    text_release(&text);
    spex_model_free(model);
    spex_model_free(again);
}
