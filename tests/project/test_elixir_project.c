/* Folders of Elixir programs: which files specify something, and what the configuration says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "project/elixir_project.h"
#include "tests/suite.h"

static void write_file(const char *relative, const char *text)
{
    char *folder = memory_copy_text(suite_scratch_path(relative));
    *strrchr(folder, '/') = '\0';
    CU_ASSERT_EQUAL(file_make_directory(folder, NULL), SPEX_OK);
    free(folder);
    suite_write(relative, text, strlen(text));
}

static struct elixir_project scan(const char *folder)
{
    struct elixir_project project;
    spex_error error;
    ASSERT_OK(elixir_project_scan(suite_scratch_path(folder), &project, &error), error);
    return project;
}

static bool has_file(const struct elixir_project *project, const char *ending)
{
    for (size_t i = 0; i < project->file_count; i++) {
        size_t length = strlen(project->files[i]), wanted = strlen(ending);
        if (length >= wanted && strcmp(project->files[i] + length - wanted, ending) == 0)
            return true;
    }
    return false;
}

static const char specification[] =
    "defmodule A do\n  use Spex.Specification\n  def_transition :a, :go, :b\nend\n";

static void finds_every_specification(void)
{
    write_file("all/lib/deep/er/one.ex", specification);
    write_file("all/lib/aliased.ex", "defmodule B do\n  alias Spex.Specification, as: S\n  use S\n"
                                     "  def_transition :a, :go, :b\nend\n");
    write_file("all/lib/grouped.ex", "defmodule C do\n  alias Spex.{Errors, Specification}\n"
                                     "  use Specification\n  def_transition :a, :go, :b\nend\n");
    write_file("all/lib/other.ex", "defmodule D do\n  def f, do: 1\nend\n");
    write_file("all/lib/mentions.ex",
               "defmodule E do\n  # Spex.Specification\n  def f, do: 1\nend\n");
    write_file("all/lib/broken.ex", "defmodule F do\n  use Spex.Specification\n  for x <- [:a] do\n"
                                    "    def_transition x, :go, :b\n  end\nend\n");
    write_file("all/lib/.hidden/no.ex", specification);
    write_file("all/lib/script.exs", specification);
    write_file("all/test_support/two.ex", specification);
    write_file("all/test/three.ex", specification);
    write_file("all/deps/spex/lib/four.ex", specification);
    write_file("all/apps/shop/lib/five.ex", specification);
    CU_ASSERT_EQUAL(symlink(".", suite_scratch_path("all/lib/circle")), 0);
    struct elixir_project project = scan("all");
    static const char *const wanted[] = {
        "one.ex",        "aliased.ex",           "grouped.ex", "broken.ex", "test_support/two.ex",
        "test/three.ex", "apps/shop/lib/five.ex"};
    CU_ASSERT_EQUAL(project.file_count, 7);
    for (size_t i = 0; i < 7; i++)
        CU_ASSERT_TRUE(has_file(&project, wanted[i]));
    elixir_project_release(&project);
}

static void check_places(const char *folder, const char *models, const char *dets)
{
    struct elixir_project project = scan(folder);
    size_t length = strlen(suite_scratch_path(folder)) + 1;
    ASSERT_TEXT(project.impl_models_dir + length, models);
    ASSERT_TEXT(project.dets_dir + length, dets);
    elixir_project_release(&project);
}

static void reads_the_configuration(void)
{
    write_file("none/mix.exs", "");
    check_places("none", "spex_impl_models", "spex_dets");
    write_file("literal/config/config.exs",
               "import Config\n\nconfig :other, dets_dir: \"wrong\"\n"
               "config :spex,\n  # dets_dir: \"commented\"\n  impl_models_dir: \"./priv/models\",\n"
               "  dets_dir: \"data\",\n  prune_interval: :infinity\n"
               "config :later, impl_models_dir: \"wrong\"\n");
    check_places("literal", "priv/models", "data");
    write_file("forms/config/config.exs",
               "use Mix.Config\nconfig(:spex, [impl_models_dir: \"m\"])\n"
               "config :spex, :dets_dir, Path.expand(\"../d\", __DIR__)\n");
    check_places("forms", "m", "config/../d");
    write_file("order/config/config.exs", "config :spex, dets_dir: \"config\"\n");
    write_file("order/config/dev.exs", "config :spex, dets_dir: \"dev\"\n");
    write_file("order/config/prod.exs",
               "config :spex, dets_dir: \"prod\", impl_models_dir: \"p\"\n");
    check_places("order", "p", "dev");
    write_file(
        "computed/config/config.exs",
        "config :spex,\n  dets_dir: System.get_env(\"DETS\"),\n  impl_models_dir: \"m#{1}\"\n");
    check_places("computed", "spex_impl_models", "spex_dets");
    struct elixir_project project = scan("computed");
    ASSERT_CONTAINS(project.doubt, "config/config.exs:3: impl_models_dir:");
    elixir_project_release(&project);
}

static void every_configuration_counts(void)
{
    static const char *const names[] = {"a", "staging", "test", "prod", "runtime", "config", "dev"};
    char path[60], text[60];
    write_file("every/config/none.txt", "config :spex, dets_dir: \"text\"\n");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "every/config/%s.exs", names[i]);
        snprintf(text, sizeof text, "config :spex, dets_dir: \"of_%s\"\n", names[i]);
        write_file(path, text);
        snprintf(text, sizeof text, "of_%s", names[i]);
        check_places("every", "spex_impl_models", text);
    }
    /* One that counts less adds what the others leave open, and nothing else. */
    write_file("every/config/a.exs", "config :spex, impl_models_dir: \"m\", dets_dir: f()\n");
    check_places("every", "m", "of_dev");
    struct elixir_project project = scan("every");
    CU_ASSERT_PTR_NULL(project.doubt);
    elixir_project_release(&project);
    write_file("every/config/dev.exs", "config :spex, dets_dir: f()\n");
    check_places("every", "m", "spex_dets");
    project = scan("every");
    ASSERT_CONTAINS(project.doubt, "config/dev.exs:1: dets_dir: is no literal");
    elixir_project_release(&project);
}

static void configurations_are_bounded(void)
{
    char path[60], *large = memory_allocate((2 << 20) + 1, 1);
    for (int i = 0; i < 120; i++) {
        snprintf(path, sizeof path, "many/config/m%03d.exs", i);
        write_file(path, i == 10 ? "config :spex, dets_dir: \"ten\"\n" : "import Config\n");
    }
    check_places("many", "spex_impl_models", "spex_dets");
    struct elixir_project project = scan("many");
    ASSERT_CONTAINS(project.doubt, "many/config: of 120 files 100 are read");
    elixir_project_release(&project);
    write_file("many/config/config.exs", "config :spex, dets_dir: \"main\"\n");
    check_places("many", "spex_impl_models", "main");
    memset(large, '\n', 2 << 20);
    write_file("huge/config/dev.exs", large);
    write_file("huge/config/config.exs", "config :spex, dets_dir: \"main\"\n");
    check_places("huge", "spex_impl_models", "main");
    project = scan("huge");
    ASSERT_CONTAINS(project.doubt, "huge/config/dev.exs: larger than");
    elixir_project_release(&project);
    free(large);
}

static void options_of_a_folder(void)
{
    write_file("options/config/config.exs", "config :spex, impl_models_dir: \"m\"\n");
    struct elixir_project project = scan("options");
    struct project_options options;
    spex_error error;
    const char *folder = suite_scratch_path("options");
    ASSERT_OK(elixir_project_options(folder, &project, &options, &error), error);
    ASSERT_CONTAINS(options.impl_models_dir, "options/m");
    ASSERT_CONTAINS(options.store_dir, "options/spex_store");
    project_options_release(&options);
    write_file("options/spex.ini", "store_dir = elsewhere\nimpl_models_dir = ours\n");
    ASSERT_OK(elixir_project_options(folder, &project, &options, &error), error);
    ASSERT_CONTAINS(options.impl_models_dir, "options/ours");
    ASSERT_CONTAINS(options.store_dir, "options/elsewhere");
    project_options_release(&options);
    elixir_project_release(&project);
}

static void a_thousand_other_modules(void)
{
    char name[60];
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "large/lib/part%d/module%d.ex", i % 10, i);
        write_file(name, i % 250 ? "defmodule X do\n  def f(x), do: x\nend\n" : specification);
    }
    struct elixir_project project = scan("large");
    CU_ASSERT_EQUAL(project.file_count, 4);
    elixir_project_release(&project);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {{"finds every specification", finds_every_specification},
                                        {"reads the configuration", reads_the_configuration},
                                        {"every configuration counts", every_configuration_counts},
                                        {"configurations are bounded", configurations_are_bounded},
                                        {"the options of a folder", options_of_a_folder},
                                        {"a thousand other modules", a_thousand_other_modules},
                                        {0}};
    return suite_run("elixir_project", tests, argc, argv);
}
