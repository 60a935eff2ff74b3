/* Reading one instance with its history; for the writer and the reader. */
#ifndef STORE_STEPS_H
#define STORE_STEPS_H

#include "store/connection.h"

/* With its newest `steps` steps (0: all). Free with spex_instance_free. Errors:
 * NOT_FOUND, STORE, MEMORY. */
int instance_read(struct connection *connection, const char *identifier, size_t steps, int64_t now,
                  spex_instance **instance, spex_error *error);

#endif
