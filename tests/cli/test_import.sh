# import, and the folder of an Elixir program.

samples=$shared_dir/data/dets

test_import_takes_in_and_reports() {
    [ -d "$samples" ] || { skip "the shared research data is not beside this checkout"; return; }
    expect 0 import "$samples/small" --dry-run --json
    json found 58
    json new 58
    json mocked 3
    json never_initialised 3
    json files.0.state clean
    no_file spex_store
    expect 0 import "$samples/small"
    out_has "58 found: 58 new, 0 with more transitions, 0 unchanged, 0 older copies left out"
    expect 0 import "$samples/small" --json
    json unchanged 58
    expect 0 get '{SpexTest.Specifications.Cycle, "order-42"}' --json
    json spec Elixir.SpexTest.Specifications.Cycle
    expect 0 instances --mocked --json
    json 0.mocked true
    expect 0 instances --json
}

test_import_finds_what_a_crash_left() {
    [ -d "$samples" ] || { skip "the shared research data is not beside this checkout"; return; }
    expect 0 import "$samples/killed_busy/dets" --json
    json found 600
    json recovered 5
    json given_up 0
    json files.0.state "not closed properly"
}

test_import_says_what_it_cannot_read() {
    mkdir empty
    echo "no table" >text.dets
    expect 2 import empty
    err_has "no DETS table"
    expect 2 import text.dets --json
    err_has "is no DETS table"
    json files.0.state unreadable
    expect 2 import missing.dets
    expect 2 import
    [ -d "$samples" ] || return 0
    head -c 1000000 "$samples"/killed_idle/dets/*.dets >half.dets
    expect 2 import half.dets
    err_has "given up at offset"
    out_has "not closed properly"
    grep -q '^[1-9][0-9]* found' out || problem "$(cat out)"
}

# A program: two specifications among other modules, models and tables where its config says.
elixir_program() {
    mkdir -p shop/lib/shop shop/test_support shop/config shop/priv/models
    touch shop/mix.exs
    cat >shop/lib/shop/order.ex <<'EX'
defmodule Shop.Order do
  use Spex.Specification
  def_transition :idle, :start, :running
  def_transition :running, :finish, :done
end
EX
    sed 's/Shop.Order/Shop.Copy/' shop/lib/shop/order.ex >shop/test_support/copy.ex
    printf 'defmodule Shop.Other do\n  def f, do: :ok\nend\n' >shop/lib/shop/other.ex
    cat >shop/config/config.exs <<'EX'
import Config
config :spex,
  impl_models_dir: "./priv/models",
  dets_dir: "priv/dets"
EX
    cat >shop/priv/models/Elixir.Shop.Order.spex <<'SPEX'
Specification: Elixir.Shop.Order
Learning mode: false
Transitions:
idle --[start]-> running
nil --[__initialisation__]-> idle
SPEX
}

test_project_folder_is_opened_as_it_is() {
    elixir_program
    expect 1 check shop
    out_has "Elixir.Shop.Order"
    out_has "Elixir.Shop.Copy"
    expect 1 check shop Elixir.Shop.Order
    out_lacks "Elixir.Shop.Copy"
    expect 0 init Elixir.Shop.Order one --project shop
    expect 0 instances --project shop
    out_has one
    [ -d shop/spex_store ] || problem "the store is not in the project"
    expect 2 check --project nowhere
    expect 2 import shop
    err_has "priv/dets"
    [ -d "$samples" ] || return 0
    cp -r "$samples/small/dets" shop/priv/dets
    expect 0 import shop --json
    json new 58
    echo "config :spex, dets_dir: System.get_env(\"D\")" >shop/config/dev.exs
    expect 2 import --project shop
    err_has "config/dev.exs:1: dets_dir: is no literal"
}

test_project_folder_in_front_of_the_arguments() {
    elixir_program
    expect 0 init shop Elixir.Shop.Order one
    expect 0 transition shop one start running
    expect 0 mock shop Elixir.Shop.Copy two running
    no_file spex_store
    expect 0 get shop one --json
    json state running
    expect 0 instances shop
    out_has two
    expect 0 overdue shop --fail
    expect 0 events shop
    expect 0 prune shop --dry-run
    expect 0 store shop info --json
    expect 0 store shop verify
    expect 0 store shop backup copy
    expect 0 models shop
    out_has "Elixir.Shop.Copy"
    expect 0 models shop list --json
    expect 0 models shop export out-models
    [ -f out-models/Elixir.Shop.Order.spex ] || problem "$(ls out-models)"
    expect 0 coverage shop Elixir.Shop.Order
    out_lacks "Elixir.Shop.Copy"
    expect 0 export shop Elixir.Shop.Order -o order.aut
    [ -f order.aut ] || problem "no order.aut"
    TERM=xterm expect 0 doctor shop --json
    out_has "2 in shop"
    out_has "2 instances in 4 shards of shop/spex_store"
    echo '{"op":"init","spec":"Elixir.Shop.Order","id":"three"}' >records
    expect 0 record shop records
    expect 0 get three --project shop
}

# What an argument says already is never taken for a folder.
test_project_folder_is_no_other_argument() {
    elixir_program
    expect 0 init shop Elixir.Shop.Order shop
    expect 0 get shop shop --json
    json id shop
    expect 3 get shop
    err_has "no store in ./spex_store"
    cp -r shop info
    expect 3 store info
    err_has "no store ./spex_store"
    expect 0 store info/ info
    expect 2 instances shop shop
    err_has "too many arguments"
    expect 2 instances --project shop shop
    mkdir folder
    expect 2 instances folder
    expect 0 delete --project shop shop
    expect 1 get shop shop
}

# A link to a pipe that nobody writes to is not waited for.
test_project_folder_with_a_pipe() {
    mkdir -p shop/lib
    mkfifo pipe
    ln -s ../../pipe shop/lib/pipe.ex
    ln -s ../.. shop/lib/folder.ex
    printf 'Specification: Light\nTransitions:\nred --[go]-> green\n' >light.spec
    mkdir shop/specs
    cp light.spec shop/specs
    timeout 20 "$spex_program" check shop >out 2>err
    [ $? = 0 ] || problem "exit code $?: $(cat err)"
    out_is "no model        Light"
}

test_dot_files_are_systems() {
    cat >tls.dot <<'DOT'
digraph g {
__start0 [label="" shape="none"];
s0 [shape="circle" label="0"];
s1 [shape="circle" label="1"];
s0 -> s1 [label="Hello/Alert"];
s1 -> s1 [label=<<b>Hello</b> / Closed>];
__start0 -> s0;
}
DOT
    expect 0 show tls.dot --json
    json
    expect 0 convert tls.dot tls.aut
    grep -q '(0,"Hello/Alert",1)' tls.aut || problem "$(cat tls.aut)"
    expect 0 compare tls.dot tls.aut
    expect 0 show tls.dot --split-io
    out_has "Hello, Alert, Closed"
    expect 0 reduce tls.dot
    echo 'strict digraph { a -> b }' >strict.gv
    expect 2 show strict.gv
    err_has "strict.gv:1:1"
    spex convert tls.dot again.dot
    [ "$code" = 0 ] || { skip "this build has no Graphviz"; return; }
    expect 0 compare tls.dot again.dot -e strong
    printf 'des (0,4,3)\n(0,"a b",1)\n(1,tau,2)\n(2,"i",0)\n(2,"x/y \\ <z> &amp;",2)\n' >odd.aut
    expect 0 convert odd.aut odd.dot
    expect 0 compare odd.aut odd.dot -e strong
}
