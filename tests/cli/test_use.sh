# help, verbs, options, arguments

all_verbs="check compare show convert export models init transition mock record get instances overdue events delete prune store help version"

test_help_lists_every_verb() {
    expect 0 help
    for verb in $all_verbs; do
        out_has "  $verb "
    done
    cp out overview
    expect 0 --help
    same out overview
}

test_help_of_every_verb() {
    for verb in $all_verbs; do
        expect 0 help "$verb"
        out_has "usage: spex $verb"
        out_has "--store DIR"
        cp out described
        expect 0 "$verb" --help
        same out described
        expect 0 "$verb" -h too many arguments for any of them
        same out described
    done
}

test_version() {
    expect 0 version
    out_has "spex "
    cp out said
    expect 0 --version
    same out said
    expect 0 version --json
    json version "$(sed 's/spex //' said)"
}

test_wrong_use() {
    expect 2
    err_has "a verb is missing"
    out_empty
    expect 2 chekc
    err_has "did you mean 'check'?"
    expect 2 qqqqqqqqqqqq
    err_has "there is no verb"
    expect 2 help qqqqqqqqq
    expect 2 ''
    expect 2 "$(printf '\033[31mred')"
    ! grep -q "$(printf '\033')" err || problem "an escape sequence in a message"
    for verb in $all_verbs; do
        expect 2 "$verb" --no-such-option
        err_has "there is no option --no-such-option"
        out_empty
        expect 2 "$verb" -Z
        err_has "there is no option -Z"
        expect 2 "$verb" --store
        err_has "--store wants a value"
    done
    expect 2 check --spcs .
    err_has "did you mean '--specs'?"
    expect 2 get --json=yes x
    err_has "--json takes no value"
    expect 2 instances --st x
    err_has "write it in full"
    expect 2 get
    err_has "usage: spex get [options] [PROJECT_DIR] ID"
    expect 2 get a b
    err_has "too many arguments"
    expect 2 instances --limit 0
    expect 2 instances --limit x
    expect 2 instances --limit 99999999999999999999999
    expect 2 instances --store ''
}

test_letters_stand_together() {
    light_project
    expect 0 init Light one
    expect 0 instances "-r$(printf 'r%.0s' {1..300})"
    out_has one
    expect 0 events -u "-$(printf 'u%.0s' {1..300})n1"
    expect 2 instances "-r$(printf 'r%.0s' {1..300})Z"
    err_has "there is no option -Z"
}

test_common_options_stand_anywhere() {
    light_project
    mv specs elsewhere
    mv spex_impl_models models
    expect 0 --specs elsewhere --models models check
    expect 0 check --specs elsewhere --models models
    expect 0 check Light --specs elsewhere --models=models
    expect 0 --specs=elsewhere check --models models Light --json
    json 0.verdict equivalent
    expect 0 --json --models models --specs elsewhere check -- Light
    json 0.spec Light
}

test_options_of_the_project_file_and_the_environment() {
    light_project
    mv specs a
    mv spex_impl_models b
    printf 'specs_dir = a\nimpl_models_dir = b\n' >spex.ini
    expect 0 check
    out_has "equivalent"
    echo 'specs_dri = a' >spex.ini
    expect 2 check
    err_has "spex.ini"
    rm spex.ini
    SPEX_SPECS_DIR=a SPEX_IMPL_MODELS_DIR=b expect 0 check Light
    SPEX_SPECS_DIR=nowhere expect 0 check Light --specs a --models b
}

# No message is written into a file that was opened in the place of a stream that is closed.
test_closed_streams() {
    light_project
    for number in 1 2 3 4 5 6 7 8; do
        printf '{"op":"init","spec":"Light","id":"%s"}\nbad\n' $number >lines
        "$spex_program" record lines >out 2>&-
        [ $? -eq 2 ] || problem "record without standard error: exit $?"
    done
    [ -z "$(cat spex_store/*.lock)" ] || problem "in a lock: $(cat spex_store/*.lock)"
    "$spex_program" instances >&- 2>err
    [ $? -eq 3 ] || problem "instances without standard output: exit $?"
    err_has "standard output cannot be written"
    [ ! -x "$build_dir/spex-tui" ] || "$build_dir/spex-tui" --script '2' --dump >out 2>&- ||
        problem "spex-tui without standard error: exit $?"
    [ -z "$(cat spex_store/*.lock)" ] || problem "in a lock: $(cat spex_store/*.lock)"
    "$spex_program" record <&- >out 2>err
    [ $? -eq 3 ] || problem "record without standard input: exit $?"
    expect 0 store verify
}

test_output_that_cannot_be_written() {
    [ -w /dev/full ] || { skip "no /dev/full here"; return; }
    light_project
    # More than is printed at once: then not only the end fails.
    sed -n '1,/Transitions:/p' specs/light.spec >large.spec
    for i in {1..500}; do echo "state $i --[action]-> state $((i + 1))"; done >>large.spec
    for arguments in "help" "version" "check" "show large.spec" "show --json large.spec" \
        "convert large.spec - --to aut" "show specs/light.spec" "show --json specs/light.spec" \
        "convert specs/light.spec - --to aut" "reduce specs/light.spec" "compare specs/light.spec specs/light.spec"; do
        "$spex_program" $arguments >/dev/full 2>err
        [ $? -eq 3 ] || problem "spex $arguments >/dev/full does not exit with 3"
        [ "$(wc -l <err)" -eq 1 ] || problem "spex $arguments >/dev/full: $(cat err)"
    done
}

test_manual_pages() {
    local page
    for page in spex.1 spex.5; do
        [ -s "$source_dir/man/$page" ] || problem "man/$page is missing"
        if command -v mandoc >/dev/null; then
            mandoc -Tlint -Werror "$source_dir/man/$page" >>lint 2>&1
        elif command -v groff >/dev/null; then
            groff -ww -b -t -man -Tutf8 "$source_dir/man/$page" 2>>lint >/dev/null
        else
            skip "neither mandoc nor groff is there"
            return
        fi
    done
    [ ! -s lint ] || problem "$(head -n 20 lint)"
    for verb in $all_verbs; do
        grep -q "^\.SS \"spex $verb" "$source_dir/man/spex.1" || problem "man/spex.1 says nothing of $verb"
    done
}

# One rule says what a project's folder is, and one message what to do with any other.
test_a_project_is_a_folder_with_specs() {
    mkdir door
    (cd door && light_project)
    expect 0 check door
    out_has "equivalent      Light"
    expect 0 coverage door
    rm -r door/spex_impl_models
    expect 0 check door
    out_has "no model        Light"
    (cd door && light_project)
    cp door/spex_impl_models/Light.spex door/spex_impl_models/Other.spex
    expect 2 check door/spex_impl_models
    err_has "door/spex_impl_models is no project: it has no specs, spex.ini or mix.exs."
    lines 1 err
    expect 2 check --specs door --models door/spex_impl_models
    lines 1 err
    err_has "there are no specifications in door, and 2 models in door/spex_impl_models: name door/specs with --specs, or the project door without it"
    expect 2 models --specs door --models door/spex_impl_models
    lines 1 err
    expect 2 check
    err_has "there are no specifications in ./specs: name their folder with --specs"
    mkdir empty
    expect 2 init empty one
    err_has "empty is no project"
    # Tables may lie beside specifications.
    expect 2 import door
    err_has "there is no DETS table (*.dets) in door/spex_dets"
}
