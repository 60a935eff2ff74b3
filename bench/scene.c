#include "bench/scene.h"

#include <ftw.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"

static char root[4096];

char *path_of(const char *name)
{
    return file_join(root, name);
}

static int remove_entry(const char *path, const struct stat *about, int type, struct FTW *place)
{
    (void)about, (void)type, (void)place;
    return remove(path);
}

void remove_store(const char *name)
{
    char *path = path_of(name);
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(path);
}

void ok(int status, const spex_error *error)
{
    spex_or_die(status, error, SPEX_HERE);
}

static void write_project(void)
{
    struct text specification = {0}, model = {0};
    text_append(&specification, "Specification: " ORDER "\nTransitions:\n");
    text_append(&model, "Specification: " ORDER "\nLearning mode: false\nTransitions:\n");
    for (size_t i = 0; i < ORDER_STATES; i++) {
        const char *to = order_states[(i + 1) % ORDER_STATES];
        text_printf(&specification, "%s --[%s]-> %s\n", order_states[i], order_actions[i], to);
        text_printf(&model, "%s --[%s]-> %s\n", order_states[i], order_actions[i], to);
    }
    text_printf(&model, "nil --[" SPEX_INITIALISATION "]-> %s\n", order_states[0]);
    char *specs = path_of("specs"), *models = path_of("models");
    char *spec_path = file_join(specs, ORDER ".spec"),
         *model_path = file_join(models, ORDER ".spex");
    spex_error error;
    ok(file_make_directory(specs, &error), &error);
    ok(file_make_directory(models, &error), &error);
    ok(file_replace(spec_path, text_value(&specification), specification.length, &error), &error);
    ok(file_replace(model_path, text_value(&model), model.length, &error), &error);
    free(specs), free(models), free(spec_path), free(model_path);
    text_release(&specification);
    text_release(&model);
}

static spex_answer accept_all(const spex_report *report, void *data)
{
    (void)report;
    atomic_fetch_add((atomic_ullong *)data, 1);
    return SPEX_ACCEPT;
}

static atomic_ullong reports;

int64_t later;

static int64_t wall(void *context)
{
    (void)context;
    return clock_system().wall(NULL) + later;
}

spex_manager *open_manager(const char *name, spex_durability durability, const spex_policy *policy)
{
    spex_manager_options options;
    spex_error error;
    spex_manager *manager;
    spex_specification *specification;
    char *store = path_of(name), *models = path_of("models"),
         *spec = path_of("specs/" ORDER ".spec");
    spex_manager_options_init(&options);
    options.store_dir = store;
    options.impl_models_dir = models;
    options.durability = durability;
    options.clock = (spex_clock){.wall = wall, .monotonic = clock_system().monotonic};
    ok(spex_manager_open(&manager, &options, &error), &error);
    ok(spex_specification_load(&specification, spec, &error), &error);
    if (policy)
        ok(spex_specification_set_policy(specification, policy, &error), &error);
    ok(spex_manager_add_specification(manager, specification, accept_all, &reports, &error),
       &error);
    spex_specification_free(specification);
    free(store), free(models), free(spec);
    return manager;
}

void fill(const char *name, unsigned shards, uint64_t count, int64_t since, int64_t due)
{
    struct bare bare;
    char *path = path_of(name);
    bare_open(&bare, path, shards, SPEX_DURABILITY_NORMAL);
    bare_fill(&bare, 0, count, since, due);
    bare_close(&bare);
    free(path);
}

void scene_begin(void)
{
    const char *directory = getenv("TMPDIR");
    snprintf(root, sizeof root, "%s/spex-bench-XXXXXX", directory ? directory : "/tmp");
    if (!mkdtemp(root)) {
        perror(root);
        exit(1);
    }
    write_project();
}

void scene_end(void)
{
    nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
