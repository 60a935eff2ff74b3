#!/bin/sh
# The example program, and what libspex shows of itself.
set -u
ulimit -c 0
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

# test, expected exit code, expected last line, pattern that the output has, arguments
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

record "a deviation is noticed" \
    "20 packed, 79 delivered, 1 elsewhere; 1 deviated, 1 refused" \
    "record.c:[0-9]*: parcel-2-7 of Parcel: on the road --\[lose\]-> lost is not in the" \
    "$scratch/judged" "$srcdir/examples/models"
record "without a model one is learned" \
    "20 packed, 79 delivered, 1 elsewhere; 0 deviated, 0 refused" \
    "no implementation model of Parcel" "$scratch/learned" "$scratch/none"
if ./examples/record "$scratch/judged" "$srcdir/examples/models" >"$scratch/out" 2>&1; then
    fail "a second run finds its identifiers in use" "$scratch/out"
elif grep -q "the instance parcel-.* exists already" "$scratch/out"; then
    ok "a second run finds its identifiers in use"
else
    fail "a second run finds its identifiers in use" "$scratch/out"
fi

# What it needs to run: neither a terminal's library nor Graphviz.
if ./libtool --mode=execute ldd ./examples/record >"$scratch/out" 2>&1 && grep -q libsqlite3 "$scratch/out"; then
    if grep -E 'ncurses|tinfo|libgvc|libcgraph|libcdt' "$scratch/out"; then
        fail "it links neither ncurses nor Graphviz" "$scratch/out"
    else
        ok "it links neither ncurses nor Graphviz"
    fi
else
    skip "it links neither ncurses nor Graphviz" "ldd tells nothing here"
fi

library=.libs/libspex.so
if [ ! -e "$library" ]; then
    skip "libspex exports spex_* and nothing else" "no shared library was built"
elif ! nm -D --defined-only "$library" >"$scratch/symbols" 2>&1; then
    skip "libspex exports spex_* and nothing else" "nm does not work here"
else
    awk '{ print $NF }' "$scratch/symbols" | grep -v '^spex_' >"$scratch/out"
    # Sanitizers add names of their own.
    grep -v -E '^_*(asan|ubsan|tsan|odr|_odr)' "$scratch/out" >"$scratch/rest"
    if [ -s "$scratch/rest" ]; then
        fail "libspex exports spex_* and nothing else" "$scratch/rest"
    elif ! grep -q ' spex_manager_open$' "$scratch/symbols"; then
        fail "libspex exports spex_* and nothing else" "$scratch/symbols"
    else
        ok "libspex exports spex_* and nothing else"
    fi
    # Every function that the header declares is there.
    sed -n 's/^SPEX_API [^(]*[ *]\(spex_[a-z_]*\)(.*/\1/p' "$srcdir/core/spex.h" |
        while read -r function; do
            grep -q " $function\$" "$scratch/symbols" || echo "$function"
        done >"$scratch/missing"
    if [ -s "$scratch/missing" ]; then
        fail "libspex has every function of spex.h" "$scratch/missing"
    else
        ok "libspex has every function of spex.h"
    fi
fi

# A program in C++ can include the header.
if command -v "${CXX:-c++}" >/dev/null 2>&1; then
    echo '#include "spex.h"' >"$scratch/header.cpp"
    echo 'int main() { return spex_version() == nullptr; }' >>"$scratch/header.cpp"
    if "${CXX:-c++}" -std=c++11 -Wall -Wextra -Werror -fsyntax-only -I"$srcdir/core" \
        "$scratch/header.cpp" >"$scratch/out" 2>&1; then
        ok "spex.h is fit for C++"
    else
        fail "spex.h is fit for C++" "$scratch/out"
    fi
else
    skip "spex.h is fit for C++" "no C++ compiler"
fi

echo "examples: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
