/* What the fuzzers found worth keeping, run once more. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "tests/fuzz/fuzz.h"
#include "tests/suite.h"

static struct fuzz_target *targets;

void fuzz_register(struct fuzz_target *target)
{
    target->next = targets;
    targets = target;
}

static void run_file(const struct fuzz_target *target, const char *path)
{
    char *bytes;
    size_t length;
    spex_error error;
    if (!ASSERT_OK(file_read(path, 0, &bytes, &length, &error), error))
        return;
    char *exact = malloc(length ? length : 1);
    memcpy(exact, bytes, length);
    free(bytes);
    target->run(exact, length);
    free(exact);
}

static void run_folder(const struct fuzz_target *target, const char *folder)
{
    DIR *directory = opendir(folder);
    unsigned count = 0;
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        char *path = file_join(folder, entry->d_name);
        if (entry->d_name[0] != '.') {
            run_file(target, path);
            count++;
        }
        free(path);
    }
    if (directory)
        closedir(directory);
    printf("     %s: %u inputs\n", target->name, count);
    CU_ASSERT_TRUE(count > 0);
}

static void the_corpora_are_digested(void)
{
    for (const struct fuzz_target *target = targets; target; target = target->next) {
        char *folder = file_join(suite_source("tests/fuzz/corpus"), target->name);
        run_folder(target, folder);
        free(folder);
    }
    CU_ASSERT_PTR_NOT_NULL(targets);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"the corpora are digested", the_corpora_are_digested},
        {0},
    };
    return suite_run("fuzz", tests, argc, argv);
}
