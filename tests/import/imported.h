/* Importing in tests, and looking at what came of it. */
#ifndef TESTS_IMPORT_IMPORTED_H
#define TESTS_IMPORT_IMPORTED_H

#include "import/import.h"
#include "store/reader.h"
#include "tests/import/dets_writer.h"
#include "tests/suite.h"

/* Into the store of this name in the scratch folder; the import itself must succeed. */
struct import_report import_into(const char *store, bool dry, const struct project *project,
                                 size_t count, const char *const *paths);
/* One file of the scratch folder, not dry, without a project. */
struct import_report import_file(const char *store, const char *path);

struct reader *open_store(const char *store);
/* With its history; NULL (and a failed test) if it is not there. */
spex_instance *get_instance(struct reader *reader, const char *identifier);

/* An object with a text as its identifier and `steps` steps a -> b -> a ..., a second apart. */
void add_order(struct text *term, const char *identifier, size_t steps, int64_t first);
/* One closed table with one such object, in the scratch folder. */
const char *write_order(const char *name, const char *identifier, size_t steps, int64_t first);

#endif
