/* .ex: what a reader must make of every form, and where it must refuse. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/base.h"
#include "format/format.h"
#include "tests/suite.h"

/* The list as JSON. */
static json_t *as_json(const struct specification_list *list)
{
    json_t *array = json_array();
    for (size_t i = 0; i < list->count; i++) {
        struct text text = {0};
        CU_ASSERT_EQUAL(json_write_specification(list->items[i], &text), SPEX_OK);
        json_array_append_new(array, json_loads(text_value(&text), 0, NULL));
        text_release(&text);
    }
    return array;
}

static void check_list(const struct specification_list *list, const json_t *expected)
{
    json_t *actual = as_json(list);
    if (!json_equal(actual, expected)) {
        char *one = json_dumps(actual, JSON_INDENT(1)),
             *other = json_dumps(expected, JSON_INDENT(1));
        ASSERT_TEXT(one, other);
        free(one);
        free(other);
    }
    json_decref(actual);
}

static void check_file(const char *path, const json_t *expected)
{
    char *bytes = NULL;
    size_t length;
    spex_error error = {0};
    if (!ASSERT_OK(file_read(path, 0, &bytes, &length, &error), error))
        return;
    struct specification_list list;
    int status = elixir_read(path, bytes, length, &list, &error);
    const json_t *mistake = json_object_get(expected, "error");
    if (mistake) {
        CU_ASSERT_EQUAL(status, SPEX_ERROR_SYNTAX);
        CU_ASSERT_EQUAL(error.line, json_integer_value(json_object_get(mistake, "line")));
        ASSERT_CONTAINS(error.message, json_string_value(json_object_get(mistake, "about")));
    } else if (ASSERT_OK(status, error)) {
        check_list(&list, expected);
    }
    specification_list_release(&list);
    free(bytes);
}

/* Every file that expected.json of the folder speaks of. */
static void check_folder(const char *folder)
{
    char *path = file_join(folder, "expected.json");
    json_t *expected = json_load_file(path, 0, NULL);
    const char *name;
    json_t *value;
    CU_ASSERT_PTR_NOT_NULL(expected);
    free(path);
    json_object_foreach(expected, name, value)
    {
        path = file_join(folder, name);
        check_file(path, value);
        free(path);
    }
    CU_ASSERT_TRUE(json_object_size(expected) >= 4);
    json_decref(expected);
}

static void shared_modules_are_read(void)
{
    const char *folder = suite_shared("data/elixir");
    if (folder)
        check_folder(folder);
}

static void own_modules_are_read(void)
{
    check_folder(suite_source("tests/data/elixir"));
}

static void read_text(const char *bytes, struct specification_list *list, spex_error *error,
                      int *status)
{
    /* A block of its own, so that a sanitizer sees every byte read behind the end. */
    size_t length = strlen(bytes);
    char *copy = memory_copy_bytes(bytes, length);
    *error = (spex_error){0};
    *status = elixir_read("m.ex", copy, length, list, error);
    free(copy);
}

/* A module with one transition, and what its one specification must be. */
static void timeouts_are_evaluated(void)
{
    static const struct {
        const char *expression;
        int64_t milliseconds;
    } cases[] = {
        {"0", 0},
        {"30_000", 30000},
        {"0x10", 16},
        {"0b1010_1010", 170},
        {"0o17", 15},
        {":infinity", SPEX_INFINITY},
        {"(:infinity)", SPEX_INFINITY},
        {"5 * 60 * 1000", 300000},
        {"2 + 3 * 4 - 1", 13},
        {"(2 + 3) * 4", 20},
        {"10 * (1 + 2) - -5", 35},
        {"60 *\n      1000", 60000},
        {"div(7, 2)", 3},
        {":timer.hours(6)", 21600000},
        {":timer.minutes(5)", 300000},
        {":timer.seconds(90)", 90000},
        {":timer.hms(1, 2, 3)", 3723000},
        {":timer.hours(1) + :timer.minutes(30)", 5400000},
        {"2 * :timer.hours(1)", 7200000},
        {"to_timeout(hour: 6)", 21600000},
        {"to_timeout(day: 1, minute: 2 * 3, millisecond: 5)", 86760005},
        {"to_timeout([week: 1])", 604800000},
        {"Kernel.to_timeout(second: 1)", 1000},
        {"to_timeout(:infinity)", SPEX_INFINITY},
        {"to_timeout(500)", 500},
        {"to_timeout(%Duration{hour: 1})", 3600000},
        {"to_timeout(Duration.new!(minute: 1))", 60000},
        {"%Duration{hour: 1, minute: 30}", 5400000},
        {"%Duration{}", 0},
        {"%Duration{\n  second: 1,\n  microsecond: {2_500, 3},\n}", 1002},
        {"%Duration{year: 0, hour: 1}", 3600000},
        {"Duration.new!(hour: 1, second: -10)", 3590000},
        {"Duration.new!([day: 2])", 172800000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text text = {0};
        struct specification_list list;
        spex_error error;
        int status;
        text_printf(&text,
                    "defmodule M do\n  use Spex.Specification, prune_timeout: 7,\n    "
                    "transition_timeout: %s\n  def_transition :a, :b, :c\nend\n",
                    cases[i].expression);
        read_text(text_value(&text), &list, &error, &status);
        if (ASSERT_OK(status, error) && list.count == 1) {
            CU_ASSERT_EQUAL(list.items[0]->policy.transition_timeout, cases[i].milliseconds);
            CU_ASSERT_EQUAL(list.items[0]->policy.prune_timeout, 7);
        }
        CU_ASSERT_EQUAL(list.count, 1);
        specification_list_release(&list);
        text_release(&text);
    }
}

#define NESTED(x) "((((((((((((((((((((((((" x "))))))))))))))))))))))))"

static void timeouts_that_cannot_be_known_are_refused(void)
{
    static const struct {
        const char *expression, *message;
    } cases[] = {
        {"@timeout", "m.ex:2:47: the attribute @timeout decides a timeout and cannot be evaluated"},
        {"timeout()", "m.ex:2:47: `timeout` decides a timeout and cannot be evaluated"},
        {"Config.timeout()", "`Config` decides a timeout"},
        {"1.5", "expected milliseconds, :infinity"},
        {"-1", "expected a time that is not negative"},
        {"nil", "cannot be evaluated here"},
        {"\"30s\"", "expected milliseconds"},
        {":never", "expected milliseconds"},
        {"", "expected milliseconds"},
        {"5 *", "expected milliseconds"},
        {"5 6", "expected milliseconds"},
        {"10 / 2", "expected milliseconds"},
        {"div(1, 0)", "expected a positive divisor"},
        {"2 * :infinity", "expected integers on both sides of `*`"},
        {"%Duration{hour: 1} + 1", "expected integers on both sides of `+`"},
        {"%Duration{month: 1}", "expected no year and no month"},
        {"%Duration{hours: 1}", "expected another unit, such as week"},
        {"%Duration{hour: 1, hour: 2}", "expected another unit"},
        {"%Duration{microsecond: 5}", "expected {microseconds, precision}"},
        {"%Duration{base | hour: 1}", "expected a unit such as hour: 1"},
        {"%Other{hour: 1}", "expected milliseconds"},
        {"to_timeout(month: 1)", "expected another unit, such as day"},
        {"to_timeout()", "expected milliseconds"},
        {":timer.days(1)", "expected hours(h), minutes(m), seconds(s) or hms(h, m, s)"},
        {":timer.hours(1, 2)", "expected hours(h)"},
        {":timer.hours(@n)", "the attribute @n decides"},
        {"99999999999999999999", "expected at most a thousand years"},
        {"9999999999999999 * 999999999", "expected at most a thousand years"},
        {"40_000_000_000_000", "expected at most a thousand years"},
        {NESTED(NESTED(NESTED("1"))), "deeply nested"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text text = {0};
        struct specification_list list;
        spex_error error;
        int status;
        text_printf(&text,
                    "defmodule M do\n  use Spex.Specification, transition_timeout: %s\n  "
                    "def_transition :a, :b, :c\nend\n",
                    cases[i].expression);
        read_text(text_value(&text), &list, &error, &status);
        CU_ASSERT_EQUAL(status, SPEX_ERROR_SYNTAX);
        CU_ASSERT_EQUAL(list.count, 0);
        ASSERT_CONTAINS(error.message, cases[i].message);
        text_release(&text);
    }
}

/* Bodies behind `use Spex.Specification` that all give a --b--> c and nothing else. */
static void what_is_no_transition_is_skipped(void)
{
    static const char *const bodies[] = {
        "def_transition :a, :b, :c",
        "def_transition(:a, :b, :c)",
        "def_transition (:a), :b, (:c)",
        "def_transition(\n  :a,\n  :b,\n  :c\n)",
        "def_transition :a,\n  :b, # why\n\n  :c",
        "def_transition :\"a\", :'b', :\"\\u0063\"",
        "def_transition :a, :b, \\\n  :c",
        ";; def_transition :a, :b, :c ;",
        "Spex.Specification.def_transition :a, :b, :c",
        "def_transition :a, :b, :c\ndef_transition :a, :b, :c",
        "@doc \"def_transition :x, :y, :z\"\ndef_transition :a, :b, :c",
        "@doc \"\"\"\n  def_transition :x, :y, :z\n  \\\"\"\"\n  #{if true do \"\"\"\n in\n \"\"\" "
        "end}\n"
        "  \"\"\"\ndef_transition :a, :b, :c",
        "@x ~S(def_transition \\) :x, :y, :z)\ndef_transition :a, :b, :c",
        "@x ~s{#{\"}\"} def_transition :x, :y, :z}\ndef_transition :a, :b, :c",
        "@x ~r/def_transition :x, :y, \\/:z/iu\n@y ~HTML'''\n def_transition :x, :y, :z\n ''' \n"
        "def_transition :a, :b, :c",
        "@x ~w|def_transition a b|a\n@y ~D[2026-01-31]\ndef_transition :a, :b, :c",
        "@x [?\", ?#, ?\\\", ?\\s, ?', ?:, ?\\x{41}, ?\\u0041]\ndef_transition :a, :b, :c",
        "@x %{def_transition: 3, \"def_transition\": 4, do: 1, end: 2, fn: 3, +: 4}\n"
        "def_transition :a, :b, :c",
        "@x :def_transition\n@y [:end, :do, :\"fn\", :+, :%{}, :<<>>, :.., :a@b, :..//, :||]\n"
        "def_transition :a, :b, :c",
        "@x [%{}: :%, {}: :{}, <<>>: 1, +: 2]\ndef_transition :a, :b, :c",
        "if true do\n  @spec f((-> any)) :: atom\n  def f(g), do: g.()\nelse\n  @y y(1)\nend\n"
        "def_transition :a, :b, :c",
        "@x <<1, 2::size(8), (1 <<< 2)::8>>\ndef_transition :a, :b, :c",
        "@x 1..10//2\n@y 0x1F + 1.5e-3 + 1_0\ndef_transition :a, :b, :c",
        "@spec helper((... -> any), keyword) :: %{optional(atom) => term}\ndef_transition :a, :b, "
        ":c",
        "@f fn x -> case x do 1 -> :end; _ -> fn -> :do end end end\ndef_transition :a, :b, :c",
        "# def_transition :x, :y, :z\ndef_transition :a, :b, :c # end",
        "import Spex.Specification, only: [def_transition: 3]\ndef_transition :a, :b, :c",
        "require Logger\nalias Foo.{Bar, Baz}\nimport Foo\ndef_transition :a, :b, :c",
        "use GenServer, restart: :temporary\ndef_transition :a, :b, :c",
        "def def_transition(x), do: x\ndef_transition :a, :b, :c",
        "def f(x) when is_atom(x) do\n  y = x.def_transition\n  {y, x.end, range.do}\nend\n"
        "def_transition :a, :b, :c",
        "def f, do: &Other.def_transition/3\ndef_transition :a, :b, :c",
        "defp f(a, b \\\\ nil)\ndefp f(a, b), do: with({:ok, x} <- a,\n  {:ok, y} <- b\n  do\n  x "
        "+ y\n"
        "end)\ndef_transition :a, :b, :c",
        "defstruct [:def_transition, end: 1]\n@enforce_keys [:a]\n@type t :: %__MODULE__{}\n"
        "def_transition :a, :b, :c",
        "if Mix.env() == :test do\n  def only_in_tests, do: helper(1)\nend\ndef_transition :a, :b, "
        ":c",
        "for n <- [:x, :y] do\n  def unquote(n)(), do: compute(unquote(n))\nend\n"
        "def_transition :a, :b, :c",
        "x = 1\n_ = x\nLogger.info(\"compiling\")\nModule.register_attribute(__MODULE__, :z, [])\n"
        "def_transition :a, :b, :c",
        "def f(x) do\n  x\n  |> g()\n  |> h\nrescue\n  e -> {:error, e}\nafter\n  :ok\nend\n"
        "def_transition :a, :b, :c",
        "def f, do: \"#{\"#{\"#{1}\"}\"} end\"\ndef_transition :a, :b, :c",
        "defmodule Inner do\n  def def_transition(a, b, c), do: {a, b, c}\n  def x, do: "
        "def_transition(1, 2, 3)\nend\ndef_transition :a, :b, :c",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct text text = {0};
        struct specification_list list;
        spex_error error;
        int status;
        text_printf(&text, "defmodule M do\nuse Spex.Specification\n%s\nend\n", bodies[i]);
        read_text(text_value(&text), &list, &error, &status);
        if (!ASSERT_OK(status, error))
            fprintf(stderr, "%s\n", text_value(&text));
        CU_ASSERT_EQUAL(list.count, 1);
        if (list.count == 1) {
            const struct spex_specification *specification = list.items[0];
            CU_ASSERT_EQUAL(specification->transition_count, 1);
            CU_ASSERT_FALSE(specification->custom_handler);
            CU_ASSERT_EQUAL(specification->states.count, 2);
            ASSERT_TEXT(symbols_name(&specification->states, 0), "a");
            ASSERT_TEXT(symbols_name(&specification->actions, 0), "b");
            ASSERT_TEXT(symbols_name(&specification->states, 1), "c");
        }
        specification_list_release(&list);
        text_release(&text);
    }
}

/* Bodies behind `use Spex.Specification` (lines 1 and 2) that decide transitions. */
static void what_decides_transitions_is_refused(void)
{
    static const struct {
        const char *body, *message;
    } cases[] = {
        {"for s <- [:x] do\n  def_transition s, :go, :y\nend",
         "m.ex:3:1: a comprehension decides transitions and cannot be evaluated here"},
        {"for s <- @states, do: def_transition(s, :go, :y)", "m.ex:3:1: a comprehension decides"},
        {"for s <- @states, do: edge(s)", "m.ex:3:23: the call of `edge` may decide transitions"},
        {"for s <- @states do\n  edge s, :y\nend", "m.ex:4:3: the call of `edge` may decide"},
        {"if @x, do: def_transition(:x, :go, :y)", "m.ex:3:1: a condition decides transitions"},
        {"case 1 do\n  1 -> def_transition :x, :go, :y\nend", "m.ex:3:1: a condition decides"},
        {"Enum.each(@states, fn s -> def_transition(s, :go, :y) end)",
         "m.ex:3:1: the call of `Enum.each` decides transitions"},
        {"Enum.each @states, fn s ->\n  def_transition s, :go, :y\nend",
         "m.ex:3:1: the call of `Enum.each` decides transitions"},
        {"@states |> Enum.each(&def_transition(&1, :go, :y))",
         "code around it decides transitions"},
        {"quote do\n  def_transition :x, :go, :y\nend", "m.ex:3:1: quoted code decides"},
        {"def f do\n  def_transition :x, :go, :y\nend",
         "m.ex:4:3: a def_transition inside of a definition decides transitions"},
        {"defmacro __using__(_) do\n  quote do\n    def_transition :x, :go, :y\n  end\nend",
         "m.ex:5:5: a def_transition inside of a definition decides transitions"},
        {"edges do\n  def_transition :x, :go, :y\nend", "m.ex:3:1: the call of `edges` decides"},
        {"my_transitions()", "m.ex:3:1: the call of `my_transitions` may decide transitions"},
        {"my_transitions", "m.ex:3:1: the call of `my_transitions` may decide transitions"},
        {"edge :x, :go, :y", "m.ex:3:1: the call of `edge` may decide transitions"},
        {"Mine.edges(:x)", "m.ex:3:1: the call of `Mine.edges` may decide transitions"},
        {"Code.eval_string(@code, [], __ENV__)", "m.ex:3:1: the call of `Code.eval_string` may"},
        {"unquote(edges)", "m.ex:3:1: the call of `unquote` may decide transitions"},
        {"use My.Edges", "m.ex:3:1: the code that comes with `use My.Edges` may decide"},
        {"@before_compile My.Edges", "the code that comes with `@before_compile"},
        {"def_transition @from, :go, :y",
         "m.ex:3:16: the attribute @from decides a transition and cannot be evaluated here; "
         "expected an atom such as :name"},
        {"def_transition from, :go, :y", "m.ex:3:16: `from` decides a transition"},
        {"def_transition :x, f(1), :y", "m.ex:3:20: `f` decides a transition"},
        {"def_transition :x, :go, unquote(s)", "m.ex:3:25: `unquote` decides a transition"},
        {"def_transition :x, :\"go#{1}\", :y", "m.ex:3:20: an interpolation decides a transition"},
        {"def_transition :x, \"go\", :y",
         "m.ex:3:20: expected an atom such as :name, found `\"go\"`"},
        {"def_transition :x, 5, :y", "expected an atom such as :name, found `5`"},
        {"def_transition :x, Go, :y", "expected an atom such as :name, found `Go`"},
        {"def_transition :x, Go.Now, :y", "`Go` decides a transition"},
        {"def_transition :x, :go, [:y]", "expected an atom such as :name, found `[`"},
        {"def_transition :x, :go, to: :y",
         "m.ex:3:25: expected an atom such as :name, found `to:`"},
        {"def_transition :x, :go, :\"\"", "m.ex:3:25: expected a name of 1 to 4096 bytes"},
        {"def_transition :x, :go, :\"\\0\"", "m.ex:3:25: expected a name without this escape"},
        {"def_transition :x, :go, :\"\\xFF\"", "m.ex:3:25: expected a name without this escape"},
        {"def_transition :x, :go", "m.ex:3:1: def_transition takes three arguments"},
        {"def_transition(:x, :go)", "m.ex:3:1: def_transition takes three arguments"},
        {"def_transition", "def_transition takes three arguments, from, action and to; found 0"},
        {"def_transition()", "found 0"},
        {"def_transition :x, :go, :y, :z", "found 4"},
        {"def_transition(:x, :go, :y) |> f()", "m.ex:3:29: expected the end of the line"},
        {"def_transition :x, :go, :y do\nend", "expected an atom such as :name, found `:y`"},
        {"use Spex.Specification", "m.ex:3:1: expected `use Spex.Specification` once"},
        {"def f do", "m.ex:5:1: expected `end` for the `do` in line 1, found the end of the file"},
        {"end", "m.ex:4:1: found `end`, but nothing is open that it could end"},
        {"@x [1, 2", "m.ex:4:1: expected `]` for the `[` in line 3, found end"},
        {"@x \"no end", "expected the end of the text that began in line 3"},
        {"@x \"\"\"\nno end", "expected three quotes that end the text that began in line 3"},
        {"@x \"#{no end", "expected `}` for the `#{` that began in line 3"},
        {"@x ~s*x*", "m.ex:3:6: expected a delimiter behind the name of the sigil"},
        {"@x : y", "m.ex:3:5: expected the name of an atom behind ':'"},
        {"@x $y", "m.ex:3:4: expected Elixir code"},
        {"@x \x01", "m.ex:3:4: expected Elixir code"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text text = {0};
        struct specification_list list;
        spex_error error;
        int status;
        text_printf(&text, "defmodule M do\nuse Spex.Specification\n%s\nend\n", cases[i].body);
        read_text(text_value(&text), &list, &error, &status);
        if (status != SPEX_ERROR_SYNTAX)
            fprintf(stderr, "%s\n", text_value(&text));
        CU_ASSERT_EQUAL(status, SPEX_ERROR_SYNTAX);
        CU_ASSERT_EQUAL(list.count, 0);
        ASSERT_CONTAINS(error.message, cases[i].message);
        specification_list_release(&list);
        text_release(&text);
    }
}

/* Whole files: the names of their specifications, or the mistake. */
static void modules_are_named_and_found(void)
{
#define USE " use Spex.Specification\n"
    static const struct {
        const char *bytes, *names;
    } cases[] = {
        {"", ""},
        {"# nothing\n", ""},
        {"Enum.e", ""},
        {"\xEF\xBB\xBF"
         "defmodule A do\r\n use Spex.Specification\r\nend\r\n",
         "Elixir.A "},
        {"defmodule A.B.C do\n" USE "end", "Elixir.A.B.C "},
        {"defmodule Elixir.A do\n" USE "end", "Elixir.A "},
        {"defmodule A do\n defmodule Elixir.B do\n" USE "end\nend", "Elixir.B "},
        {"defmodule A do\n defmodule B do\n defmodule C.D do\n" USE "end\nend\n" USE "end",
         "Elixir.A.B.C.D Elixir.A "},
        {"defmodule A do\n defmodule __MODULE__.B do\n" USE "end\nend", "Elixir.A.B "},
        {"defmodule :a do\n" USE "end", "a "},
        {"defmodule :\"Elixir.A b\" do\n" USE "end", "Elixir.A b "},
        {"defmodule(A) do\n" USE "end", "Elixir.A "},
        {"defmodule A, do: use(Spex.Specification)", "Elixir.A "},
        {"defmodule A, do: (use Spex.Specification; def_transition :a, :b, :c)", "Elixir.A "},
        {"defmodule(A, do: (use Spex.Specification))", "Elixir.A "},
        {"defmodule A\ndo\n use(Spex.Specification, [])\nend", "Elixir.A "},
        {"defmodule A do\n use Elixir.Spex.Specification\nend", "Elixir.A "},
        {"alias Spex.Specification\ndefmodule A do\n use Specification\nend", "Elixir.A "},
        {"defmodule A do\n alias Spex.Specification, as: S\n use S\nend", "Elixir.A "},
        {"defmodule A do\n alias Spex.{Other, Specification}\n use Specification, []\nend",
         "Elixir.A "},
        {"defmodule A do\n alias Spex, as: S\n use S.Specification\nend", "Elixir.A "},
        {"defmodule A do\n alias Spex.Specification, as: S\nend\ndefmodule B do\n use S\nend", ""},
        {"defmodule A do\n alias My.Spex\n use Spex.Specification\nend", ""},
        {"defmodule A do\n use Other\n def_transition :a, :b\nend", ""},
        {"defmodule A do\n use Spex.Specification.Other\nend", ""},
        {"defmodule A do\n use Spex\nend", ""},
        {"defmodule A do\n def use(x), do: x\n def f, do: \"use Spex.Specification\"\nend", ""},
        {"defmodule A do\n for x <- [1], do: def_transition(x)\nend", ""},
        {"use Spex.Specification",
         "!m.ex:1:1: expected `use Spex.Specification` inside of a module"},
        {"defmodule unquote(x) do\n" USE "end",
         "!m.ex:1:11: the name of this specification is computed"},
        {"defmodule x do\n defmodule B do\n" USE "end\nend", "!m.ex:2:12: the name of this spec"},
        {"defmodule A do\n defmacro __using__(_) do\n  quote do\n   use Spex.Specification\n  "
         "end\n end\nend",
         "!m.ex:4:4: a specification made by other code cannot be evaluated here"},
        {"if true do\n defmodule A do\n " USE " end\nend", "!m.ex:3:3: a specification made by"},
        {"defmodule A do\n use My.Edges\n" USE "end",
         "!m.ex:2:2: the code that comes with `use My.Edges` may decide transitions"},
        {"defmodule A do\n def_transition :a, :b, :c\n" USE "end",
         "!m.ex:2:2: a def_transition before `use Spex.Specification` decides"},
        {"defmodule A do\n use Spex.Specification, transition_timeot: 5\nend",
         "!m.ex:2:26: unknown option `transition_timeot:`"},
        {"defmodule A do\n use Spex.Specification, prune_timeout: 5, prune_timeout: 6\nend",
         "!m.ex:2:44: expected each option once"},
        {"defmodule A do\n use Spex.Specification, @options\nend",
         "!m.ex:2:26: the attribute @options decides the options"},
        {"defmodule A do\n use Spex.Specification, prunable_states: :done\nend",
         "!m.ex:2:43: expected :none, :all, :terminal or a list of states"},
        {"defmodule A do\n use Spex.Specification, prunable_states: [:a, @b]\nend",
         "!m.ex:2:48: the attribute @b decides the prunable states"},
        {"defmodule A do\n use Spex.Specification, prunable_states: ~w(a b)\nend",
         "!m.ex:2:43: expected :none, :all"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct specification_list list;
        struct text names = {0};
        spex_error error;
        int status;
        read_text(cases[i].bytes, &list, &error, &status);
        if (*cases[i].names == '!') {
            CU_ASSERT_EQUAL(status, SPEX_ERROR_SYNTAX);
            ASSERT_CONTAINS(error.message, cases[i].names + 1);
        } else if (ASSERT_OK(status, error)) {
            for (size_t j = 0; j < list.count; j++)
                text_printf(&names, "%s ", list.items[j]->name);
            ASSERT_TEXT(text_value(&names), cases[i].names);
        }
        text_release(&names);
        specification_list_release(&list);
    }
}

static void prunable_states_are_read(void)
{
    static const struct {
        const char *expression;
        spex_prunable prunable;
        const char *states;
    } cases[] = {
        {":none", SPEX_PRUNABLE_NONE, ""},
        {"(:all)", SPEX_PRUNABLE_ALL, ""},
        {":terminal", SPEX_PRUNABLE_TERMINAL, ""},
        {"[]", SPEX_PRUNABLE_LIST, ""},
        {"[:a]", SPEX_PRUNABLE_LIST, "a|"},
        {"[\n  :a,\n  :\"b c\",\n  nil,\n]", SPEX_PRUNABLE_LIST, "a|b c|nil|"},
        {"[:all]", SPEX_PRUNABLE_LIST, "all|"},
        {"~w(a b)a", SPEX_PRUNABLE_LIST, "a|b|"},
        {"~W[ a\\n\n b? ]a", SPEX_PRUNABLE_LIST, "a\\n|b?|"},
        {"~w\"\"\"\n  a\n  b\n  \"\"\"a", SPEX_PRUNABLE_LIST, "a|b|"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text text = {0}, states = {0};
        struct specification_list list;
        spex_error error;
        int status;
        text_printf(&text, "defmodule M do\n  use Spex.Specification, prunable_states: %s\nend\n",
                    cases[i].expression);
        read_text(text_value(&text), &list, &error, &status);
        CU_ASSERT_EQUAL(list.count, 1);
        if (ASSERT_OK(status, error) && list.count == 1) {
            const spex_policy *policy = &list.items[0]->policy;
            CU_ASSERT_EQUAL(policy->prunable, cases[i].prunable);
            for (size_t j = 0; j < policy->prunable_state_count; j++)
                text_printf(&states, "%s|", policy->prunable_states[j]);
            ASSERT_TEXT(text_value(&states), cases[i].states);
        }
        specification_list_release(&list);
        text_release(&text);
        text_release(&states);
    }
}

static void depth_and_length_have_no_effect(void)
{
    enum { MANY = 300000 };
    static const char *const pieces[] = {"(",
                                         "[",
                                         "do ",
                                         "fn ",
                                         "\"#{",
                                         "%{a: ",
                                         "~s(#{",
                                         "defmodule A do\n",
                                         "def_transition(",
                                         "}",
                                         "@",
                                         ":timer.hours("};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct text text = {0};
        struct specification_list list;
        spex_error error;
        int status;
        text_append(&text, "defmodule M do\nuse Spex.Specification, transition_timeout: 5\n");
        for (int j = 0; j < MANY; j++)
            text_append(&text, pieces[i]);
        read_text(text_value(&text), &list, &error, &status);
        CU_ASSERT_EQUAL(status, SPEX_ERROR_SYNTAX);
        CU_ASSERT_TRUE(error.line > 0);
        specification_list_release(&list);
        text_release(&text);
    }
}

static void memory_may_run_out_anywhere(void)
{
    static const char bytes[] =
        "alias Spex.Specification\ndefmodule A do\n  use Specification, prunable_states: ~w(a b)a\n"
        "  def_transition :a, :\"b c\", :c\n  defmodule B do\n    use Specification\n  end\nend\n";
    int status = SPEX_ERROR_MEMORY;
    for (long k = 1; status && k < 500; k++) {
        struct specification_list list;
        spex_error error;
        memory_fail_after(k);
        status = elixir_read("m.ex", bytes, sizeof bytes - 1, &list, &error);
        memory_fail_after(0);
        CU_ASSERT_TRUE(status == SPEX_OK || status == SPEX_ERROR_MEMORY);
        CU_ASSERT_EQUAL(list.count, status ? 0 : 2);
        specification_list_release(&list);
    }
    CU_ASSERT_EQUAL(status, SPEX_OK);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"shared modules are read", shared_modules_are_read},
        {"own modules are read", own_modules_are_read},
        {"timeouts are evaluated", timeouts_are_evaluated},
        {"timeouts that cannot be known are refused", timeouts_that_cannot_be_known_are_refused},
        {"what is no transition is skipped", what_is_no_transition_is_skipped},
        {"what decides transitions is refused", what_decides_transitions_is_refused},
        {"modules are named and found", modules_are_named_and_found},
        {"prunable states are read", prunable_states_are_read},
        {"depth and length have no effect", depth_and_length_have_no_effect},
        {"memory may run out anywhere", memory_may_run_out_anywhere},
        {0},
    };
    return suite_run("elixir", tests, argc, argv);
}
