/* Terms in Erlang's format: gone over, shown, as JSON, and as an instance. */
#include <assert.h>
#include <stdint.h>

#include "format/term.h"
#include "import/elixir_instance.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    enum { LIMIT = 1 << 16 };
    struct term_reader reader = {bytes, 0, length, NULL}, whole = reader;
    if (!term_skip(&whole)) {
        assert(whole.trouble);
        return 0;
    }
    struct text shown = {0};
    enum term_written state = term_inspect(&reader, LIMIT, &shown);
    assert(state != TERM_NO_MEMORY);
    assert(state || (reader.at == whole.at && utf8_valid(text_value(&shown), shown.length)));
    text_clear(&shown);
    reader = (struct term_reader){bytes, 0, length, NULL};
    state = term_json(&reader, LIMIT, &shown);
    assert(state || (reader.at == whole.at && utf8_valid(text_value(&shown), shown.length)));
    text_release(&shown);
    struct elixir_instance instance = {0};
    if (!elixir_instance_read(&instance, (struct term_reader){bytes, 0, length, NULL}))
        assert(*instance.instance.identifier && *instance.instance.specification);
    elixir_instance_release(&instance);
    return 0;
}
