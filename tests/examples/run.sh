#!/bin/sh
# The example programs: what they print, and what their stores then hold.
set -u
ulimit -c 0
unset SPEX_SPECS_DIR SPEX_IMPL_MODELS_DIR SPEX_STORE_DIR SPEX_DURABILITY SPEX_DISTRIBUTION_FACTOR \
    SPEX_PRUNE_INTERVAL SPEX_CHECK_TRANSITION_TIMEOUTS_ON_START SPEX_EVENT_LIMIT
srcdir=${srcdir:-$(dirname "$0")/../..}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/spex-examples-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
passed=0 failed=0 skipped=0

ok() {
    passed=$((passed + 1))
    echo "ok   examples: $1"
}
fail() {
    failed=$((failed + 1))
    echo "FAIL examples: $1"
    sed 's/^/    /' "$2"
}
skip() {
    skipped=$((skipped + 1))
    echo "SKIP examples: $1 ($2)"
}
# test, file, expected content
same() {
    printf '%s\n' "$3" >"$scratch/expected"
    if diff "$scratch/expected" "$2" >"$scratch/difference" 2>&1; then
        ok "$1"
    else
        fail "$1" "$scratch/difference"
    fi
}

# ---- record: test, expected last line, pattern that the output has, arguments
record() {
    name=$1 last=$2 pattern=$3
    shift 3
    if ./examples/record "$@" >"$scratch/out" 2>&1 && [ "$(tail -n 1 "$scratch/out")" = "$last" ] &&
        grep -q "$pattern" "$scratch/out"; then
        ok "$name"
    else
        fail "$name" "$scratch/out"
    fi
}

record "record: a deviation is noticed" \
    "20 packed, 79 delivered, 1 elsewhere; 1 deviated, 1 refused" \
    "record.c:[0-9]*: parcel-2-7 of Parcel: on the road --\[lose\]-> lost is not in the" \
    "$scratch/judged" "$srcdir/examples/models"
record "record: without a model one is learned" \
    "20 packed, 79 delivered, 1 elsewhere; 0 deviated, 0 refused" \
    "no implementation model of Parcel" "$scratch/learned" "$scratch/none"
if ./examples/record "$scratch/judged" "$srcdir/examples/models" >"$scratch/out" 2>&1; then
    fail "record: a second run finds its identifiers in use" "$scratch/out"
elif grep -q "the instance parcel-.* exists already" "$scratch/out"; then
    ok "record: a second run finds its identifiers in use"
else
    fail "record: a second run finds its identifiers in use" "$scratch/out"
fi

# ---- worker_pool: a client waits for the answer to what its next request builds on
store=$scratch/pool
mkfifo "$scratch/in" "$scratch/answers"
./examples/worker_pool "$srcdir/specs/order.spec" "$srcdir/specs/models" "$store" \
    <"$scratch/in" >"$scratch/answers" 2>"$scratch/told" &
pool=$!
exec 3>"$scratch/in" 4<"$scratch/answers"
for request in "buy 1" "ship 1" "buy 2" "cancel 2" "ship 3"; do
    echo "$request" >&3
    read -r answer <&4
    echo "$answer"
done >"$scratch/out"
same "worker_pool: requests are answered" "$scratch/out" "buy 1: done
ship 1: done
buy 2: done
cancel 2: done
ship 3: done"
sed 's/^.*worker_pool\.c:[0-9][0-9]*: /worker_pool.c: /' "$scratch/told" >"$scratch/out"
same "worker_pool: deviations are told at once, with their place" "$scratch/out" \
    "worker_pool.c: 2 of Order: paid --[cancel]-> cancelled is not in the implementation model, which is not equivalent to the specification with it
worker_pool.c: there is no instance 3 to take pack to packed
worker_pool.c: there is no instance 3 to take hand over to on the road"
# A signal comes while requests wait: what was taken is worked off, what was answered is stored.
for order in 11 12 13 14 15 16 17 18 19; do
    echo "buy $order"
done >&3
read -r answer <&4
kill -TERM "$pool"
{ echo "$answer"; cat <&4; } >"$scratch/out"
wait "$pool"
code=$?
exec 3>&- 4<&-
for order in $(sed -n 's/^buy \([0-9]*\): done$/\1/p' "$scratch/out"); do
    ./spex get --store "$store" --json "$order" >"$scratch/instance" 2>&1
    grep -q '"state": *"paid"' "$scratch/instance" || cat "$scratch/instance"
done >"$scratch/lost"
if [ "$code" = 0 ] && [ "$(tail -n 1 "$scratch/out")" = closed ] && [ ! -s "$scratch/lost" ] &&
    grep -q '^buy 1[0-9]: done$' "$scratch/out"; then
    ok "worker_pool: a signal ends it with nothing lost"
else
    echo "exit code $code" >>"$scratch/out"
    cat "$scratch/told" "$scratch/lost" >>"$scratch/out"
    fail "worker_pool: a signal ends it with nothing lost" "$scratch/out"
fi

# ---- suites that use the library
if [ -x ./examples/learning_test ]; then
    ./examples/learning_test "$scratch/models" >"$scratch/out" 2>&1 &&
        ./examples/learning_test "$scratch/models" >"$scratch/again" 2>&1
    if [ $? = 0 ] && grep -q 'Turnstile.spex: 5 new in the model of Turnstile' "$scratch/out" &&
        ! grep -q ' new in ' "$scratch/again"; then
        ok "learning_test: a suite tells what it learned, once"
    else
        cat "$scratch/again" >>"$scratch/out"
        fail "learning_test: a suite tells what it learned, once" "$scratch/out"
    fi
    same "learning_test: the model is what the tests did" "$scratch/models/Turnstile.spex" \
        "Specification: Turnstile
Learning mode: false
Transitions:
locked --[coin]-> unlocked
locked --[push]-> locked
nil --[__initialisation__]-> locked
unlocked --[coin]-> unlocked
unlocked --[push]-> locked"
    if ./spex check --specs "$srcdir/examples/specs" --models "$scratch/models" \
        >"$scratch/out" 2>&1; then
        ok "learning_test: and behaves as the specification says"
    else
        fail "learning_test: and behaves as the specification says" "$scratch/out"
    fi
    if ./examples/mock_test "$srcdir/examples/models" >"$scratch/out" 2>&1; then
        ok "mock_test: tests begin in the middle"
    else
        fail "mock_test: tests begin in the middle" "$scratch/out"
    fi
else
    skip "learning_test, mock_test" "built without CUnit"
fi

# ---- clients in other languages, each where its interpreter is
clients=$srcdir/examples/clients
mkdir -p "$scratch/specs"
printf 'Specification: Parcel\nTransitions:\npacked --[hand over]-> on the road\n' \
    >"$scratch/specs/parcel.spec"
./spex record --listen "$scratch/socket" --specs "$scratch/specs" --models "$srcdir/examples/models" \
    --store "$scratch/clients" >"$scratch/served" 2>"$scratch/served.err" &
server=$!
until [ -S "$scratch/socket" ]; do kill -0 $server 2>/dev/null || break; done

# language, command that must be there, command line
client() {
    name="a client in $1 reports" id=it\'s-$1
    if ! command -v "$2" >/dev/null 2>&1; then
        skip "$name" "$2 is not here"
        return
    fi
    shift 2
    if "$@" "$scratch/socket" "$id" >"$scratch/out" 2>&1 &&
        [ "$(grep -c '^{"ok": *true,.*conforms' "$scratch/out")" = 2 ] &&
        ./spex get "$id" --store "$scratch/clients" --specs "$scratch/specs" >>"$scratch/out" 2>&1 &&
        ! "$@" "$scratch/socket" "$id" >>"$scratch/out.again" 2>&1; then
        ok "$name"
    else
        fail "$name" "$scratch/out"
    fi
}
# The shell's only prints what comes back, refusals too.
shell_client() { "$clients/client.sh" "$@" | tee "$scratch/shell" && ! grep -q '"ok":false' "$scratch/shell"; }
elixir_client() { elixir "$clients/client.exs" "$@" | tee "$scratch/elixir" && ! grep -q '"ok":false' "$scratch/elixir"; }
sender=socat
command -v socat >/dev/null 2>&1 || sender=nc
client shell $sender shell_client
client python python3 python3 "$clients/client.py"
client javascript node node "$clients/client.js"
client go go env GOFLAGS=-mod=mod GO111MODULE=off GOCACHE="$scratch/go" go run "$clients/client.go"
client java javac java "$clients/Client.java"
client elixir elixir elixir_client
kill -TERM $server 2>/dev/null
if wait $server && [ ! -e "$scratch/socket" ]; then
    ok "the server of the clients ends when it is told to"
else
    fail "the server of the clients ends when it is told to" "$scratch/served.err"
fi

echo "examples: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
