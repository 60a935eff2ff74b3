/* The configuration of an Elixir program. */
#include "format/elixir_config.h"
#include "tests/fuzz/fuzz.h"

FUZZ_TARGET(config)
{
    struct elixir_setting settings[] = {{.key = "dets_dir:"}, {.key = "impl_models_dir:"}};
    spex_error error;
    MUST(!elixir_config_read("f.exs", bytes, length, settings, 2, &error));
    for (size_t i = 0; i < 2; i++) {
        MUST(!(settings[i].found && settings[i].unknown));
        text_release(&settings[i].value);
    }
}
