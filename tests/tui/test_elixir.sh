# The folder of an Elixir program, opened as it is.

elixir_folder() {
    mkdir -p shop/lib/shop shop/priv
    touch shop/mix.exs
    for i in 1 2 3; do
        printf 'defmodule Shop.Other%d do\n  def f, do: :ok\nend\n' $i >shop/lib/shop/other$i.ex
    done
    cat >shop/lib/shop/order.ex <<'EX'
defmodule Shop.Order do
  use Spex.Specification
  def_transition :idle, :start, :running
  def_transition :running, :finish, :done
end
EX
    mkdir shop/config
    printf 'import Config\nconfig :spex, dets_dir: "priv/dets"\n' >shop/config/config.exs
}

test_an_elixir_program_without_instances() {
    elixir_folder
    start 80x24 "$PWD/shop"
    see 'Shop.Order'; press 2; see 'there is no store'
    quit
    [ ! -e shop/spex_store ] || problem "a store was made by looking"
}

test_an_elixir_program_that_computes_its_settings() {
    elixir_folder
    printf 'import Config\nconfig :spex, dets_dir: System.get_env("DETS")\n' >shop/config/config.exs
    start 120x40 "$PWD/shop"
    see 'Not all settings of this project'; see 'config.exs:2: dets_dir: is no literal'
    press Space; see 'Shop.Order'; press 2; see 'there is no store'
    quit
    "$build_dir/spex-tui" "$PWD/shop" --dump >out 2>err
    grep -q 'config.exs:2: dets_dir: is no literal' err || problem "$(cat err)"
}

test_an_elixir_program_is_offered_its_instances() {
    local samples
    samples=$(cd "$source_dir/.." && pwd)/shared/data/dets/small
    [ -d "$samples" ] || { skip "the shared research data is not beside this checkout"; return; }
    elixir_folder
    cp -r "$samples/dets" shop/priv/dets
    chmod -R u+w shop/priv/dets
    cp -r shop/priv/dets before.dets
    start 80x24 "$PWD/shop"
    see 'Import the instances of this Elixir project (4 DETS tables)?'
    press n; see 'Nothing imported'; quit
    [ ! -e shop/spex_store ] || problem "a store was made though it was declined"
    start 120x40 "$PWD/shop"
    see 'Import the instances'; press y; see '58 instances imported'
    press 2; see '58, by identifier'; see ':"atom with space"'
    press / ; write 'order-42'; press Enter; see '1 of 1'; press Enter; see 'History'
    quit
    diff -r before.dets shop/priv/dets >out || problem "the tables were changed: $(cat out)"
    # what is imported is not offered again
    start 80x24 "$PWD/shop"
    see 'Shop.Order'; press 2; see '18446744073709551616'
    quit
}
