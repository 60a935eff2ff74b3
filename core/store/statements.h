/* The SQL of every prepared statement. */
#ifndef STORE_STATEMENTS_H
#define STORE_STATEMENTS_H

#include "store/connection.h"

const char *statement_sql(enum statement which);

#endif
