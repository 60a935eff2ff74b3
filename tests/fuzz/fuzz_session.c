#include "tests/fuzz/fuzz.h"
#include "views/session.h"

/* The file of a session: all of it makes sense, or none is used. */
FUZZ_TARGET(session)
{
    struct session_kept kept;
    spex_error error;
    int status = session_read(&kept, "session.json", bytes, length, &error);
    MUST(!status || (status == SPEX_ERROR_SYNTAX && error.message[0]));
    if (!status)
        MUST(kept.view < VIEW_HELP && kept.order < INSTANCE_ORDERS && kept.view_name &&
             kept.order_name);
    session_kept_release(&kept);
}
