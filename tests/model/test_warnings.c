/* What is said of specifications that can be read but are probably not what was meant. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "format/format.h"
#include "model/specification_warnings.h"
#include "tests/suite.h"

static struct specification_list read_text(const char *file, const char *bytes)
{
    struct specification_list list;
    spex_error error;
    const char *path = suite_write(file, bytes, strlen(bytes));
    ASSERT_OK(specification_file_read(path, &list, &error), error);
    return list;
}

/* The warnings of all the file's specifications, a line each, without the folder. */
static char *warnings_of(const char *file, const char *bytes)
{
    struct specification_list list = read_text(file, bytes);
    struct text text = {0};
    for (size_t i = 0; i < list.count; i++) {
        struct specification_warnings warnings;
        spex_error error;
        ASSERT_OK(specification_warnings_find(list.items[i], &warnings, &error), error);
        for (size_t k = 0; k < warnings.count; k++)
            text_printf(&text, "%s\n",
                        file_name(warnings.items[k].message + strlen(suite_scratch())));
        specification_warnings_release(&warnings);
    }
    specification_list_release(&list);
    text_append(&text, "");
    return text_take(&text);
}

static void expect(const char *headers, const char *transitions, const char *expected)
{
    struct text bytes = {0};
    text_printf(&bytes, "Specification: S\n%sTransitions:\n%s", headers, transitions);
    char *found = warnings_of("s.spec", text_value(&bytes));
    ASSERT_TEXT(found, expected);
    free(found);
    text_release(&bytes);
}

static void a_misspelt_target_is_told(void)
{
    /* What was meant cannot be reached any more, however far the name is off. */
    expect("", "a --[1]-> paid\npaid --[2]-> pakced\npacked --[3]-> sent\npacked --[4]-> seen\n",
           "s.spec:4:14: the state 'pakced' occurs only here, and nothing leads on from it; did "
           "you mean 'packed', which nothing leads to?\n");
    /* What was meant can be reached in another way. */
    expect("", "a --[1]-> b\na --[2]-> cancelled\nb --[3]-> cancelled\nb --[4]-> canceled\n",
           "s.spec:6:11: the state 'canceled' occurs only here, and nothing leads on from it; did "
           "you mean 'cancelled'?\n");
    expect("", "a --[1]-> half-open\nhalf-open --[2]-> a\na --[3]-> half open\n",
           "s.spec:5:11: the state 'half open' occurs only here, and nothing leads on from it; did "
           "you mean 'half-open'?\n");
    /* Columns count characters. */
    expect("", "é --[ö]-> Bezahlt\nBezahlt --[2]-> é\n  é --[ü]-> bezahlt\n",
           "s.spec:5:13: the state 'bezahlt' occurs only here, and nothing leads on from it; did "
           "you mean 'Bezahlt'?\n");
}

static void a_misspelt_source_is_told(void)
{
    expect("", "baskt --[1]-> basket\nbasket --[2]-> basket\nbasket --[3]-> paid\n",
           "s.spec:3:1: the state 'baskt' occurs only here; did you mean 'basket'?\n");
    expect("", "a --[1]-> packed\npacked --[2]-> a\npakced --[3]-> sent\n",
           "s.spec:5:1: the state 'pakced' cannot be reached from 'a', where the first transition "
           "begins, nor can the state behind it; did you mean 'packed'?\n");
}

/* Which of the two is wrong cannot be known. */
static void one_of_two_is_misspelt(void)
{
    expect("", "a --[1]-> paid\npaid --[2]-> packed\npakced --[3]-> sent\nsent --[4]-> seen\n",
           "s.spec:4:14: the state 'packed' occurs only here, and nothing leads on from it; "
           "'pakced', which nothing leads to, occurs only at 5:1: one of the two is probably "
           "misspelt\n");
    spex_specification *specification;
    struct specification_warnings warnings;
    spex_error error;
    ASSERT_OK(spex_specification_create(&specification, "S", &error), error);
    ASSERT_OK(spex_specification_add(specification, "idle", "start", "running", &error), error);
    ASSERT_OK(spex_specification_add(specification, "runing", "stop", "idle", &error), error);
    ASSERT_OK(specification_warnings_find(specification, &warnings, &error), error);
    CU_ASSERT_EQUAL(warnings.count, 1);
    ASSERT_CONTAINS(warnings.items[0].message,
                    "'runing', which nothing leads to, occurs only once, too: one of the two");
    specification_warnings_release(&warnings);
    spex_specification_free(specification);
}

static void what_cannot_be_reached_is_told_once(void)
{
    /* Of what hangs together, the state is named that everything else hangs on. */
    expect("", "a --[1]-> b\n x --[2]-> yonder\n yonder --[3]-> z\nwholly --[4]-> x\n",
           "s.spec:6:1: the state 'wholly' cannot be reached from 'a', where the first transition "
           "begins, nor can the 3 states behind it\n");
    /* A circle has no beginning but in the file. */
    expect("", "a --[1]-> a\nround --[2]-> about\nabout --[3]-> round\n",
           "s.spec:4:1: the state 'round' cannot be reached from 'a', where the first transition "
           "begins, nor can the state behind it\n");
    expect("", "a --[1]-> b\nalone --[2]-> alone\n",
           "s.spec:4:1: the state 'alone' cannot be reached from 'a', where the first transition "
           "begins\n");
}

static void a_prunable_state_has_to_occur(void)
{
    expect("Prunable states: gone,  delivred, done\n",
           "a --[1]-> delivered\ndelivered --[2]-> done\n",
           "s.spec:2:18: the prunable state 'gone' occurs in no transition; did you mean 'done'?\n"
           "s.spec:2:25: the prunable state 'delivred' occurs in no transition; did you mean "
           "'delivered'?\n");
    expect("Prunable states: elsewhere\n", "",
           "s.spec:2:18: the prunable state 'elsewhere' occurs in no transition\n");
    expect("Prunable states: terminal\n", "a --[1]-> b\n", "");
}

static void elixir_has_places_too(void)
{
    char *found = warnings_of(
        "s.ex",
        "\xEF\xBB\xBF"
        "defmodule A do\n  use Spex.Specification, prunable_states: [:dnoe, :done]\n"
        "  def_transition :start, :go, :waiting; def_transition(:waitng, :end, :done)\nend\n"
        "defmodule B do\n  use Spex.Specification, prunable_states: ~w(on of)a\n"
        "  def_transition :on,\n    :toggle, :off\nend\n");
    ASSERT_TEXT(found,
                "s.ex:2:45: the prunable state 'dnoe' occurs in no transition; did you mean "
                "'done'?\n"
                "s.ex:3:31: the state 'waiting' occurs only here, and nothing leads on from it; "
                "'waitng', which nothing leads to, occurs only at 3:56: one of the two is probably "
                "misspelt\n"
                "s.ex:6:44: the prunable state 'of' occurs in no transition; did you mean 'on'?\n");
    free(found);
}

static void what_is_normal_is_not_told(void)
{
    static const char *const normal[] = {
        "",
        "a --[1]-> b\n",
        "a --[1]-> a\n",
        /* Many ends, each once. */
        "start --[1]-> delivered\nstart --[2]-> refunded\nstart --[3]-> refused\n",
        /* A sign in front. */
        "paid --[1]-> -paid\n",
        /* Counted and lettered names. */
        "s1 --[1]-> s2\ns2 --[1]-> s3\ns3 --[1]-> s33\n",
        "state 1 --[1]-> state 2\nstate 2 --[1]-> state 10\n",
        "state a --[1]-> state b\nstate b --[1]-> state c\n",
        "stateA --[1]-> stateB\nstateB --[1]-> stateC\n",
        "FIN-WAIT-1 --[1]-> FIN-WAIT-2\nFIN-WAIT-2 --[2]-> FIN-WAIT-X\n",
        "version 1.1 --[1]-> version 11\n",
        /* Other words. */
        "locked --[1]-> unlocked\n",
        "door locked --[1]-> door blocked\n",
        "sending --[1]-> pending\n",
        "send --[1]-> sent\n",
        "close --[1]-> closed\n",
        "valid --[1]-> invalid\n",
        "on --[1]-> off\n",
        "door on --[1]-> door off\n",
        "committing --[1]-> committed\n",
        "P --[1]-> p\n",
        "paused --[1]-> passed\n",
        /* Two are alike: they are a family. */
        "a --[1]-> marked\na --[2]-> masked\na --[3]-> masked\na --[4]-> marked\nmarked "
        "--[5]-> maxked\n",
    };
    for (size_t i = 0; i < sizeof normal / sizeof *normal; i++) {
        struct text bytes = {0};
        text_printf(&bytes, "Specification: S\nTransitions:\n%s", normal[i]);
        char *found = warnings_of("s.spec", text_value(&bytes));
        ASSERT_TEXT(found, "");
        free(found);
        text_release(&bytes);
    }
}

/* Of such names nobody could see how they differ; they are cut behind a whole character. */
static void long_names_are_cut(void)
{
    char name[200], transitions[1000], expected[1000];
    memset(name, 0, sizeof name);
    name[0] = 'a';
    for (int i = 0; i < 80; i++)
        memcpy(name + 1 + 2 * i, "\u00e9", 2);
    snprintf(transitions, sizeof transitions, "b --[1]-> %sxyz\n%sxxyz --[2]-> c\n", name, name);
    snprintf(expected, sizeof expected,
             "s.spec:4:1: the state '%.99s' cannot be reached from 'b', where the first transition "
             "begins, nor can the state behind it\n",
             name);
    expect("", transitions, expected);
}

/* The examples, and what users gave us, are what their authors meant. */
static void real_specifications_are_in_order(void)
{
    static const char *const own[] = {"specs/circuit-breaker.spec",
                                      "specs/mqtt-qos2-sender.spec",
                                      "specs/order.spec",
                                      "specs/subscription.ex",
                                      "specs/tcp.spec",
                                      "specs/two-phase-commit.spec",
                                      "examples/specs/turnstile.spec"};
    static const char *const shared[] = {"data/elixir/order.ex", "data/elixir/forms.ex"};
    enum { OWN = sizeof own / sizeof *own, ALL = OWN + sizeof shared / sizeof *shared };
    for (size_t i = 0; i < ALL; i++) {
        const char *path = i < OWN ? suite_source(own[i]) : suite_shared(shared[i - OWN]);
        struct specification_list list;
        spex_error error;
        if (!path || !ASSERT_OK(specification_file_read(path, &list, &error), error))
            return;
        for (size_t k = 0; k < list.count; k++) {
            struct specification_warnings warnings;
            ASSERT_OK(specification_warnings_find(list.items[k], &warnings, &error), error);
            ASSERT_TEXT(warnings.count ? warnings.items[0].message : "", "");
            specification_warnings_release(&warnings);
        }
        specification_list_release(&list);
    }
}

/* Very many are cut, and a specification nobody typed takes no time. */
static void very_many_are_counted(void)
{
    spex_specification *specification;
    struct specification_warnings warnings;
    spex_error error;
    ASSERT_OK(spex_specification_create(&specification, "Many", &error), error);
    ASSERT_OK(spex_specification_add(specification, "initial", "a", "initial", &error), error);
    for (int i = 0; i < 100000; i++) {
        char name[40];
        snprintf(name, sizeof name, "a state of a long name %c%c%c%d", 'a' + i % 26,
                 'a' + i / 26 % 26, 'a' + i / 676 % 26, i);
        spex_specification_add(specification, name, "a", "initial", &error);
    }
    ASSERT_OK(specification_warnings_find(specification, &warnings, &error), error);
    CU_ASSERT_EQUAL(warnings.count, 20);
    CU_ASSERT_EQUAL(warnings.more, 99980);
    /* It was not read from a file. */
    ASSERT_CONTAINS(warnings.items[0].message, "Many: the state 'a state of a long name aaa0' can");
    CU_ASSERT_EQUAL(warnings.items[0].line, 0);
    specification_warnings_release(&warnings);
    spex_specification_free(specification);
}

static void memory_may_run_out(void)
{
    struct specification_list list = read_text(
        "m.spec", "Specification: S\nPrunable states: x\nTransitions:\na --[1]-> b\nc --[2]-> d\n");
    bool done = false;
    for (long k = 1; !done && k < 100; k++) {
        struct specification_warnings warnings;
        spex_error error;
        memory_fail_after(k);
        int status = specification_warnings_find(list.items[0], &warnings, &error);
        memory_fail_after(0);
        CU_ASSERT_TRUE(status == SPEX_OK || status == SPEX_ERROR_MEMORY);
        CU_ASSERT_EQUAL(warnings.count, status ? 0 : 2);
        done = status == SPEX_OK;
        specification_warnings_release(&warnings);
    }
    CU_ASSERT_TRUE(done);
    specification_list_release(&list);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"a misspelt target is told", a_misspelt_target_is_told},
        {"a misspelt source is told", a_misspelt_source_is_told},
        {"one of two is misspelt", one_of_two_is_misspelt},
        {"what cannot be reached is told once", what_cannot_be_reached_is_told_once},
        {"a prunable state has to occur", a_prunable_state_has_to_occur},
        {"Elixir has places too", elixir_has_places_too},
        {"what is normal is not told", what_is_normal_is_not_told},
        {"long names are cut", long_names_are_cut},
        {"real specifications are in order", real_specifications_are_in_order},
        {"very many are counted", very_many_are_counted},
        {"memory may run out", memory_may_run_out},
        {0},
    };
    return suite_run("warnings", tests, argc, argv);
}
