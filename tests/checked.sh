#!/bin/bash
# Suites under a checker that is too slow for every change:
#
#   checked.sh threads SUITE...   built with ThreadSanitizer, in ./threads
#   checked.sh leaks SUITE...     as built here, under valgrind
#
# A suite is a program as make names it (tests/test_manager). Ends with a line that counts
# suites; a report of the checker fails its suite.
set -u
srcdir=$(cd "${srcdir:-$(dirname "$0")/..}" && pwd)
checker=$1
shift
# These are slow enough with the usual counts.
unset SPEX_LONG
passed=0 failed=0 skipped=0

skip_all() { # why
    echo "SKIP $checker: $1"
    echo "$checker: 0 passed, 0 failed, $# skipped"
    exit 0
}

case $checker in
threads)
    echo 'int main(void) { return 0; }' >threads-probe.c
    ${CC:-cc} -fsanitize=thread threads-probe.c -o threads-probe 2>/dev/null && ./threads-probe
    works=$?
    rm -f threads-probe threads-probe.c
    [ $works = 0 ] || skip_all "the compiler has no ThreadSanitizer that works here"
    mkdir -p threads && cd threads || exit 99
    [ -f Makefile ] || "$srcdir/configure" CC="${CC:-cc}" CFLAGS="-O1 -g" --enable-sanitizers=thread \
        --disable-shared >configure.out 2>&1 || { tail -n 20 configure.out; exit 99; }
    ${MAKE:-make} "$@" >make.out 2>&1 || { tail -n 20 make.out; exit 99; }
    run() { "./$1"; }
    report='WARNING: ThreadSanitizer'
    ;;
leaks)
    command -v valgrind >/dev/null || skip_all "valgrind is not installed"
    # A program with a sanitizer's allocator in it does not run under another one.
    ! nm "$1" 2>/dev/null | grep -q ' __[a-z]san_init' || skip_all "built with sanitizers"
    run() {
        valgrind --quiet --leak-check=full --show-leak-kinds=definite,indirect \
            --errors-for-leak-kinds=definite,indirect --error-exitcode=9 "./$1"
    }
    report='^==[0-9]*== '
    ;;
*)
    echo "usage: checked.sh threads|leaks SUITE..." >&2
    exit 2
    ;;
esac

for suite; do
    name=${suite##*/test_}
    if run "$suite" >"$checker-$name.out" 2>&1 && ! grep -q "$report" "$checker-$name.out"; then
        passed=$((passed + 1))
        echo "ok   $checker: $name ($(tail -n 1 "$checker-$name.out"))"
    else
        failed=$((failed + 1))
        echo "FAIL $checker: $name, see $PWD/$checker-$name.out"
        grep -A 30 "$report" "$checker-$name.out" | head -n 60
    fi
done
echo "$checker: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
