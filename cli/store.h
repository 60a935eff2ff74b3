/* What the files of `spex store` share. */
#ifndef CLI_STORE_H
#define CLI_STORE_H

#include "cli/cli.h"
#include "store/maintenance.h"

/* Where a store is not there, looking after it makes no sense: that is a failure. */
enum answer fail_store(const struct invocation *invocation, const spex_error *error);
enum answer store_repair_verb(const struct invocation *invocation,
                              const struct project_options *options);

#endif
