/* A test run: between its begin and its end every model learns. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "manager/manager.h"
#include "manager/settle.h"

struct spex_test {
    spex_manager *manager;
    char *models;
    char *store;
    bool scratch; /* the store is ours, to be removed */
};

/* Transitions told in the line about a model; of the others, how many. */
enum { TOLD = 8 };

static int make_scratch(struct spex_test *test, spex_error *error)
{
    const char *base = getenv("TMPDIR");
    test->store = file_join(base && *base ? base : "/tmp", "spex-store-XXXXXX");
    if (!test->store)
        return error_memory(error);
    if (!mkdtemp(test->store))
        return error_system(error, "cannot make a folder for a scratch store as %s", test->store);
    test->scratch = true;
    return SPEX_OK;
}

/* A store's folder holds files only. */
static void remove_scratch(const char *store)
{
    DIR *folder = opendir(store);
    if (!folder)
        return;
    for (struct dirent *entry; (entry = readdir(folder));)
        unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
    rmdir(store);
}

void spex_test_options(const spex_test *test, spex_manager_options *options)
{
    options->store_dir = test->store;
    options->impl_models_dir = test->models;
    options->distribution_factor = 0;
    options->learn = true;
}

int spex_test_begin(spex_test **begun, const char *impl_models_dir, const char *store_dir,
                    spex_error *error)
{
    *begun = NULL;
    struct spex_test *test = memory_allocate(1, sizeof *test);
    if (!test)
        return error_memory(error);
    spex_manager_options options;
    spex_manager_options_init(&options);
    int status = SPEX_OK;
    test->models = memory_copy_text(impl_models_dir ? impl_models_dir : options.impl_models_dir);
    if (!test->models)
        status = error_memory(error);
    else if (!store_dir)
        status = make_scratch(test, error);
    else if (!(test->store = memory_copy_text(store_dir)))
        status = error_memory(error);
    if (!status) {
        spex_test_options(test, &options);
        status = spex_manager_open(&test->manager, &options, error);
    }
    if (status)
        spex_test_cancel(test);
    else
        *begun = test;
    return status;
}

spex_manager *spex_test_manager(spex_test *test)
{
    return test->manager;
}

void spex_test_cancel(spex_test *test)
{
    if (!test)
        return;
    spex_manager_close(test->manager);
    if (test->scratch)
        remove_scratch(test->store);
    free(test->models);
    free(test->store);
    free(test);
}

/* Who does not take the models reads what is new. */
static void tell_added(struct spex_manager *manager, const struct spex_model *model)
{
    struct text text = {0};
    for (size_t i = 0; i < model->transition_count && i < TOLD; i++) {
        const struct model_transition *step = &model->transitions[i];
        text_printf(&text, "%s%s --[%s]-> %s", i ? ", " : "", step->from, step->action, step->to);
    }
    if (model->transition_count > TOLD)
        text_printf(&text, ", and %zu more", model->transition_count - TOLD);
    manager_log(manager, "%s: %zu new in the model of %s: %s", model->source,
                model->transition_count, model->name, text_value(&text));
    text_release(&text);
}

int spex_test_end(spex_test *test, spex_model ***added, size_t *count, spex_error *error)
{
    struct spex_model **models = NULL;
    size_t models_count = 0;
    bool taken = added && count;
    if (taken) {
        *added = NULL;
        *count = 0;
    }
    if (!test)
        return error_set(error, SPEX_ERROR_USAGE, "no test was begun");
    int status = spex_manager_flush(test->manager, error);
    if (!status)
        status = models_settle(test->manager, test->models, &models, &models_count, error);
    if (taken) {
        *added = models;
        *count = models_count;
    } else {
        for (size_t i = 0; i < models_count; i++)
            tell_added(test->manager, models[i]);
        spex_models_free(models, models_count);
    }
    spex_test_cancel(test);
    return status;
}
