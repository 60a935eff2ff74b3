#include "format/format.h"
#include "tests/fuzz/fuzz.h"

FUZZ_TARGET(record)
{
    struct record record;
    spex_error error;
    int status = record_read("f", 1, bytes, length, &record, &error);
    MUST(!status || (status == SPEX_ERROR_SYNTAX && error.line == 1 && error.column > 0));
    record_release(&record);
}
