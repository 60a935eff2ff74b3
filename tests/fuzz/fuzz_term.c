/* Terms in Erlang's format: gone over, shown, as JSON, and as an instance. */
#include "format/term.h"
#include "import/elixir_instance.h"
#include "tests/fuzz/fuzz.h"

FUZZ_TARGET(term)
{
    const unsigned char *term = (const unsigned char *)bytes;
    enum { LIMIT = 1 << 16 };
    struct term_reader reader = {term, 0, length, NULL}, whole = reader;
    if (!term_skip(&whole)) {
        MUST(whole.trouble);
        return;
    }
    struct text shown = {0};
    enum term_written state = term_inspect(&reader, LIMIT, &shown);
    MUST(state != TERM_NO_MEMORY);
    MUST(state || (reader.at == whole.at && utf8_valid(text_value(&shown), shown.length)));
    text_clear(&shown);
    reader = (struct term_reader){term, 0, length, NULL};
    state = term_json(&reader, LIMIT, &shown);
    MUST(state || (reader.at == whole.at && utf8_valid(text_value(&shown), shown.length)));
    text_release(&shown);
    struct elixir_instance instance = {0};
    if (!elixir_instance_read(&instance, (struct term_reader){term, 0, length, NULL}))
        MUST(*instance.instance.identifier && *instance.instance.specification);
    elixir_instance_release(&instance);
}
