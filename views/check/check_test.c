/* A test to write: as records or as C, to the clipboard or to a file. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "format/format.h"
#include "views/check/check_private.h"
#include "views/export/export.h"

struct test_offer {
    struct explorer *explorer;
    struct text records, program;
};

static void offer_free(void *context)
{
    struct test_offer *offer = context;
    text_release(&offer->records);
    text_release(&offer->program);
    free(offer);
}

enum { COPY_RECORDS, COPY_PROGRAM, WRITE_RECORDS, WRITE_PROGRAM };

static void offer_chosen(void *context, size_t item)
{
    struct test_offer *offer = context;
    bool records = item == COPY_RECORDS || item == WRITE_RECORDS;
    const char *text = text_value(records ? &offer->records : &offer->program);
    if (item == WRITE_RECORDS || item == WRITE_PROGRAM)
        export_text(offer->explorer, records ? "-test.jsonl" : "-test.c", text);
    else
        explorer_copy(offer->explorer, records ? "the records" : "the program", text);
}

void check_offer_test(struct explorer *explorer, const struct test_run *run)
{
    struct test_offer *offer = memory_allocate(1, sizeof *offer);
    if (!offer)
        return;
    offer->explorer = explorer;
    test_write_records(run, &offer->records);
    test_write_program(run, &offer->program);
    if (offer->records.failed || offer->program.failed) {
        offer_free(offer);
        return;
    }
    struct overlay *overlay = &explorer->overlay;
    struct overlay_calls calls = {.chosen = offer_chosen, .release = offer_free, .context = offer};
    overlay_menu(overlay, "The test to write", &calls);
    overlay_menu_add(overlay, "copy it as JSON records", "for spex record --learn");
    overlay_menu_add(overlay, "copy it as C code", "with libspex");
    overlay_menu_add(overlay, "write the records to a file", NULL);
    overlay_menu_add(overlay, "write the C code to a file", NULL);
}
