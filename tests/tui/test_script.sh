# Screens without a terminal: spex-tui --script.

script() { # arguments of spex-tui; what it prints goes to out
    rm -f out err
    LC_ALL=${START_LOCALE:-C.UTF-8} "$build_dir/spex-tui" --specs "$PWD/specs" \
        --models "$PWD/specs/models" --store "$PWD/store" "$@" </dev/null >out 2>err
    script_code=$?
    if grep -q 'Sanitizer\|runtime error:' err; then problem "$(head -n 20 err)"; fi
}
printed() { grep -qF -- "$1" out || problem "no '$1' in: $(cat out err)"; }

test_scripts_need_no_terminal() {
    project
    script --dump; printed '1 Overview'; printed 'CircuitBreaker'
    [ "$(wc -l <out)" -eq 24 ] || problem "$(wc -l <out) lines"
    script --script '2 / "id=order-1042" Enter Enter dump 4' --size 120x40 --dump
    printed 'History, 5 steps'; printed 'Model, frozen'
    [ "$(wc -l <out)" -eq 80 ] || problem "$(wc -l <out) lines"
    # the same again, to the letter, at the same time
    script --script '2 End dump Enter dump 4' --now 2026-12-01T12:00:00Z --dump; mv out first
    script --script '2 End dump Enter dump 4' --now 2026-12-01T12:00:00Z --dump
    cmp -s out first || problem "$(diff out first)"
    # what it records is recorded
    script --script '2 / "id=order-1042" Enter Enter s 1'
    [ ! -s out ] || problem 'printed, though nobody asked'
    "$build_dir/spex" get order-1042 --store store >got; grep -q 'hand over' got || problem "$(cat got)"
    START_LOCALE=C script --script 4 --dump; LC_ALL=C grep -q '[^ -~]' out && problem 'not only ASCII'
    script --script 'j Foo' --dump; [ "$script_code" = 2 ] || problem "exit $script_code"
    grep -q 'Foo is no key' err || problem "$(cat err)"
    script --size 80 --dump; [ "$script_code" = 2 ] || problem "exit $script_code"
    script --now yesterday --dump; [ "$script_code" = 2 ] || problem "exit $script_code"
}

test_what_was_named_and_cannot_be_read_is_an_error() {
    project
    printf 'des (0,1,2)\n(0,"a",1)\n' >good.aut
    printf 'nonsense\n' >bad.aut
    printf 'Specification: Bad\nnonsense\n' >bad.spec
    printf 'Specification: Worse\nnonsense\n' >specs/worse.spec
    for files in bad.aut "good.aut bad.aut" bad.spec; do
        script $files --dump
        [ "$script_code" = 2 ] || problem "exit $script_code of $files"
        grep -q '^spex-tui: bad\.[a-z]*:[12]:1: expected' err || problem "$(cat err)"
        printed 'bad'
    done
    # one of a folder hides nothing else
    script --dump good.aut good.aut; [ "$script_code" = 0 ] || problem "exit $script_code: $(cat err)"
}

test_a_project_is_a_folder_with_specs() {
    project
    rm -rf out err
    "$build_dir/spex-tui" --dump . </dev/null >out 2>err || problem "$(cat err)"
    printed 'CircuitBreaker'
    "$build_dir/spex-tui" --dump specs/models </dev/null >out 2>err && problem 'a folder of models is a project'
    grep -q 'specs/models is no project: it has no specs, spex.ini or mix.exs' err || problem "$(cat err)"
}
