#!/bin/bash
# End-to-end tests of the spex command. Each test is a function test_* of the files beside
# this one, run in an empty folder of its own; arguments choose tests by part of a name.
# The last line counts them.
set -u

srcdir=${srcdir:-$(dirname "$0")/../..}
source_dir=$(cd "$srcdir" && pwd)
build_dir=$(pwd)
spex_program=${SPEX:-$build_dir/spex}
json_program=$build_dir/tests/cli/json_get
shared_dir=${SPEX_SHARED:-$source_dir/../shared}
unset SPEX SPEX_SHARED SPEX_SPECS_DIR SPEX_IMPL_MODELS_DIR SPEX_STORE_DIR SPEX_DURABILITY \
    SPEX_DISTRIBUTION_FACTOR SPEX_PRUNE_INTERVAL SPEX_CHECK_TRANSITION_TIMEOUTS_ON_START \
    SPEX_EVENT_LIMIT
export LC_ALL=C.UTF-8 TZ=UTC0
scratch=$(mktemp -d "${TMPDIR:-/tmp}/spex-cli-XXXXXX")
trap 'chmod -R u+rwx "$scratch" 2>/dev/null; rm -rf "$scratch"' EXIT

# ---- what tests say; the first failure is the one that counts

problem() { # what went wrong
    [ -e failed ] || { printf '%s\n' "$*" | head -c 2000 >failed; }
}
skip() { # why
    printf '%s\n' "$*" >skipped
}

# Runs the command: standard output, standard error and exit code go to out, err, code.
spex() {
    "$spex_program" "$@" >out 2>err
    code=$?
    # A sanitizer's report is never an answer.
    if grep -q 'Sanitizer\|runtime error:' err; then problem "spex $*: $(head -n 20 err)"; fi
}
# The same, with an exit code that is expected.
expect() { # code, arguments...
    local wanted=$1
    shift
    spex "$@"
    [ "$code" = "$wanted" ] ||
        problem "spex $*: exit $code, expected $wanted; out: $(head -c 600 out); err: $(head -c 600 err)"
}
out_has() { grep -qF -- "$1" out || problem "no '$1' in the output: $(head -c 900 out)"; }
out_lacks() { ! grep -qF -- "$1" out || problem "'$1' in the output: $(head -c 900 out)"; }
err_has() { grep -qF -- "$1" err || problem "no '$1' in the messages: $(head -c 900 err)"; }
out_is() { [ "$(cat out)" = "$1" ] || problem "output: $(head -c 900 out); expected: $1"; }
out_empty() { [ ! -s out ] || problem "output: $(head -c 900 out)"; }
err_empty() { [ ! -s err ] || problem "messages: $(head -c 900 err)"; }
out_first() { [ "$(head -n 1 out)" = "$1" ] || problem "first line: $(head -n 1 out), expected: $1"; }
lines() { # how many, of a file
    [ "$(wc -l <"$2")" -eq "$1" ] || problem "$(wc -l <"$2") lines in $2, expected $1: $(head -c 900 "$2")"
}
# The output is JSON, and has this value at this path ("0.verdict"; none: any JSON is fine).
json() { # [path value]
    local got
    if ! got=$("$json_program" "${1-}" <out 2>&1); then
        problem "JSON ${1-}: $got: $(head -c 900 out)"
    elif [ $# -gt 1 ] && [ "$got" != "$2" ]; then
        problem "JSON $1 is $got, expected $2: $(head -c 900 out)"
    fi
}
# Every line of a file is JSON.
json_lines() {
    "$json_program" --lines <"$1" >/dev/null 2>json_error || problem "$(cat json_error): $(head -c 900 "$1")"
}
same() { cmp -s "$1" "$2" || problem "$1 and $2 differ: $(diff "$1" "$2" | head -n 10)"; }
no_file() { [ ! -e "$1" ] || problem "$1 is there"; }

# A project with one specification and its frozen model, in ./specs and ./spex_impl_models.
light_project() {
    mkdir -p specs spex_impl_models
    cat >specs/light.spec <<'END'
Specification: Light
Transition timeout: 1h
Prune timeout: 1d
Prunable states: terminal
Transitions:
red --[go]-> green
green --[warn]-> amber
amber --[stop]-> red
red --[fail]-> dark
END
    cat >spex_impl_models/Light.spex <<'END'
Specification: Light
Learning mode: false
Transitions:
amber --[stop]-> red
green --[warn]-> amber
nil --[__initialisation__]-> red
red --[fail]-> dark
red --[go]-> green
END
}

# ---- running them

for file in "$source_dir"/tests/cli/test_*.sh; do
    . "$file"
done

passed=0 failed=0 skipped=0
chosen() {
    [ "$#" -gt 1 ] || return 0
    local name=$1 part
    shift
    for part; do case $name in *"$part"*) return 0 ;; esac; done
    return 1
}
for name in $(declare -F | sed -n 's/^declare -f test_//p'); do
    chosen "$name" "$@" || continue
    mkdir "$scratch/$name"
    cd "$scratch/$name" || exit 99
    "test_$name" || problem "test_$name ended with $?"
    if [ -e failed ]; then
        failed=$((failed + 1))
        echo "FAIL cli: $name: $(cat failed)"
    elif [ -e skipped ]; then
        skipped=$((skipped + 1))
        echo "SKIP cli: $name ($(cat skipped))"
    else
        passed=$((passed + 1))
        echo "ok   cli: $name"
    fi
    cd "$scratch" && chmod -R u+rwx "$name" && rm -rf "$name"
done
echo "cli: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ $((passed + skipped)) -gt 0 ]
