# What spex doctor finds.

# The level of what was found about a topic, in the output in JSON; the worst if there are more.
level() { # topic
    tr '{' '\n' <out | sed -n "s/.*\"level\":\"\([a-z]*\)\",\"topic\":\"$1\".*/\1/p" | sort -r | head -n 1
}
level_is() { [ "$(level "$1")" = "$2" ] || problem "$1 is $(level "$1"), expected $2: $(cat out)"; }

test_doctor_finds_nothing_wrong() {
    light_project
    export XDG_CONFIG_HOME=$PWD/config XDG_STATE_HOME=$PWD/state TERM=xterm
    expect 0 doctor
    out_has 'there is none in ./spex_store yet'; out_has '1 in ./specs'
    expect 0 doctor --json; json fine true; level_is store note; level_is specifications ok
    [ ! -e spex_store ] || problem 'a store was made'
    expect 0 mock Light a red
    expect 0 doctor --json; level_is store ok; level_is permissions ok; level_is disk ok
    out_has '1 instance in 4 shards'
    "$json_program" '' <out >/dev/null || problem "$(cat out)"
}

test_doctor_finds_what_is_wrong() {
    light_project
    expect 0 mock Light a red
    export XDG_CONFIG_HOME=$PWD/config XDG_STATE_HOME=$PWD/state TERM=xterm
    echo nonsense >specs/broken.spec
    expect 1 doctor --json; json fine false; level_is specifications problem; out_has broken.spec
    rm specs/broken.spec
    SPEX_SPECS_DIR=/etc/passwd expect 1 doctor; out_has 'has to be a folder'; out_lacks 'Permission'
    SPEX_IMPL_MODELS_DIR=/etc/passwd expect 1 doctor; out_has '/etc/passwd is not a folder'
    expect 2 doctor --specs /etc/passwd; err_has 'Not a directory'; out_has 'were not looked at'
    head -c 4096 /dev/urandom >spex_store/shard-2.db; rm -f spex_store/shard-2.db-*
    expect 1 doctor; out_has 'shard 2'
    printf 'format = 99\n' >spex_store/store.ini
    expect 1 doctor --json; level_is store problem
    rm -r spex_store
    echo 'stoer_dir = x' >spex.ini
    expect 2 doctor; err_has 'spex.ini:1'; out_has 'options'
    rm spex.ini
    SPEX_GRAPHVIZ=/nowhere expect 0 doctor --json; level_is graphviz note
    expect 2 doctor too many
}

test_doctor_asks_the_explorer() {
    light_project
    [ -x "$build_dir/spex-tui" ] || { skip 'spex-tui is not built'; return; }
    export XDG_CONFIG_HOME=$PWD/config XDG_STATE_HOME=$PWD/state
    TERM=xterm expect 0 doctor --json; level_is terminal ok; level_is settings ok; level_is locale ok
    TERM=nonsense expect 1 doctor --json; level_is terminal problem; out_has 'TERM=nonsense'
    TERM=dumb expect 1 doctor --json; level_is terminal problem
    TERM=linux expect 0 doctor --json; level_is clipboard note
    NO_COLOR=1 TERM=xterm expect 0 doctor --json; level_is colours note
    LC_ALL=C TERM=xterm expect 0 doctor --json; level_is locale note
    mkdir -p config/spex; printf '[keys]\nqiut = x\nhelp = C-m\n' >config/spex/spex-tui.ini
    TERM=xterm expect 1 doctor; out_has 'spex-tui.ini:2:1'; out_has 'spex-tui.ini:3:8'
}
