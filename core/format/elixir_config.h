/* Literals of an Elixir configuration: `config :spex, impl_models_dir: "models"`. */
#ifndef FORMAT_ELIXIR_CONFIG_H
#define FORMAT_ELIXIR_CONFIG_H

#include "base/text.h"
#include "spex.h"

struct elixir_setting {
    const char *key; /* with its colon: "dets_dir:" */
    bool found;      /* `value` is its last text, relative to the project */
    bool unknown;    /* the last one is no literal; `line` says where */
    unsigned line;
    struct text value;
};

/* What the text sets for :spex, added to what is there. A file that is no Elixir sets what
 * stands before its mistake. Errors: MEMORY. */
int elixir_config_read(const char *file, const char *bytes, size_t length,
                       struct elixir_setting *settings, size_t count, spex_error *error);

#endif
