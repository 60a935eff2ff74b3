# The demo where it is installed: beside bin/, in a folder of somebody else.

installed_demo() { # its arguments; as who has an empty PATH but for the system's
    PATH=/usr/bin:/bin prefix/share/spex/specs/demo "$@" >out 2>err
    code=$?
}

test_the_demo_finds_what_is_installed() {
    mkdir -p prefix/bin prefix/share/spex
    cp -r "$source_dir/specs" prefix/share/spex/specs && chmod -R u+w prefix
    if ! PATH=/usr/bin:/bin command -v spex >/dev/null; then
        installed_demo store
        [ "$code" = 2 ] || problem "exit $code without a program"
        err_has "there is no program spex: say where it is"
        no_file store
    fi
    printf '#!/bin/sh\nexec "%s" "$@"\n' "$spex_program" >prefix/bin/spex
    chmod +x prefix/bin/spex
    installed_demo store
    [ "$code" = 0 ] || problem "exit $code: $(cat err)"
    out_has "store is filled"
    out_has "get order-1042 --specs $PWD/prefix/share/spex/specs"
    out_lacks "cannot be written by you"
    # A model could not be saved there: a copy can be.
    chmod a-w prefix/share/spex/specs/models
    if [ ! -w prefix/share/spex/specs/models ]; then
        installed_demo store
        out_has "cannot be written by you"
        out_has "cp -r $PWD/prefix/share/spex/specs . && specs/demo store"
    fi
    chmod u+w prefix/share/spex/specs/models
}

# A copy of the examples in a folder that has no bin/ anywhere near.
test_the_demo_finds_what_is_on_the_path() {
    mkdir -p on/the/path a/b/c
    printf '#!/bin/sh\nexec "%s" "$@"\n' "$spex_program" >on/the/path/spex
    chmod +x on/the/path/spex
    cp -r "$source_dir/specs" a/b/c/specs && chmod -R u+w a
    PATH=$PWD/on/the/path:/usr/bin:/bin a/b/c/specs/demo store >out 2>err
    code=$?
    [ "$code" = 0 ] || problem "exit $code: $(cat err)"
    out_has "store is filled"
}

# A model that learns takes everything: that the specification has it not is said at the time.
test_what_is_learned_may_be_unspecified() {
    light_project
    rm -r spex_impl_models
    expect 0 init Light one
    expect 0 transition one go green
    out_is "one: go -> green: learned"
    expect 0 transition one jump dark
    out_is "one: jump -> dark: learned, though the specification has it not"
    expect 0 transition one jump dark --json
    json verdict learned
}
