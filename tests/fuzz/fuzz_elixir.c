#include "format/format.h"
#include "tests/fuzz/fuzz.h"

FUZZ_TARGET(elixir)
{
    struct specification_list list;
    spex_error error;
    int status = elixir_read("f", bytes, length, &list, &error);
    MUST(!status || (status == SPEX_ERROR_SYNTAX && error.line > 0 && error.column > 0));
    for (size_t i = 0; i < list.count; i++) {
        struct text text = {0};
        MUST(!json_write_specification(list.items[i], &text));
        text_release(&text);
    }
    specification_list_release(&list);
}
