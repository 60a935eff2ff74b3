#!/bin/sh
# The library as others get it: its symbols, its header in C and C++, spex.pc, an installed
# tree to build against.
set -u
ulimit -c 0
srcdir=${srcdir:-$(dirname "$0")/../..}
srcdir=$(cd "$srcdir" && pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/spex-library-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
passed=0 failed=0 skipped=0

ok() {
    passed=$((passed + 1))
    echo "ok   library: $1"
}
fail() {
    failed=$((failed + 1))
    echo "FAIL library: $1"
    sed 's/^/    /' "$2"
}
skip() {
    skipped=$((skipped + 1))
    echo "SKIP library: $1 ($2)"
}
setting() { # of the Makefile
    sed -n "s/^$1 = //p" Makefile
}
CC=$(setting CC)
CXX=${CXX:-c++}
# What the library was built with, its users need too.
sanitizers=$(setting SPEX_CFLAGS | tr ' ' '\n' | grep '^-fsanitize=')

# ---- what it needs to run: neither a terminal's library nor Graphviz
if ./libtool --mode=execute ldd ./examples/record >"$scratch/out" 2>&1 && grep -q libsqlite3 "$scratch/out"; then
    if grep -E 'ncurses|tinfo|libgvc|libcgraph|libcdt' "$scratch/out"; then
        fail "it links neither ncurses nor Graphviz" "$scratch/out"
    else
        ok "it links neither ncurses nor Graphviz"
    fi
else
    skip "it links neither ncurses nor Graphviz" "ldd tells nothing here"
fi

# ---- installed below the scratch directory, by the build directory's own rules
root=$scratch/root
if ! MAKEFLAGS= make DESTDIR="$root" install-libLTLIBRARIES install-includeHEADERS \
    install-pkgconfigDATA >"$scratch/out" 2>&1 ||
    ! MAKEFLAGS= make DESTDIR="$root" install-exec-hook >>"$scratch/out" 2>&1; then
    fail "it installs" "$scratch/out"
    echo "library: $passed passed, $failed failed, $skipped skipped"
    exit 1
fi
ok "it installs"
header=$(find "$root" -name spex.h)
shared=$(find "$root" -name libspex.so)
static=$(find "$root" -name libspex.a)
pc=$(find "$root" -name spex.pc)

# ---- symbols: exactly what the header declares. Sanitizers add names of their own.
sed -n 's/^SPEX_API [^(]*[ *]\(spex_[a-z_]*\)(.*/\1/p' "$header" | sort -u >"$scratch/declared"
declared=$(grep -c '^SPEX_API' "$header")
[ "$(wc -l <"$scratch/declared")" = "$declared" ] || echo "$declared lines with SPEX_API" >>"$scratch/declared"
symbols() { # test, file, options of nm
    name=$1 file=$2
    shift 2
    if [ -z "$file" ]; then
        skip "$name" "not built"
    elif ! nm "$@" "$file" >"$scratch/nm" 2>"$scratch/out"; then
        skip "$name" "nm does not work here"
    else
        awk 'NF == 3 { print $3 }' "$scratch/nm" | grep -v -E '^_*(asan|ubsan|tsan|odr)' |
            sort -u >"$scratch/defined"
        if diff "$scratch/declared" "$scratch/defined" >"$scratch/out"; then
            ok "$name"
        else
            fail "$name" "$scratch/out"
        fi
    fi
}
symbols "libspex.so exports what spex.h declares, and nothing else" "$shared" -D --defined-only
if [ "$(setting OBJCOPY)" = : ]; then
    skip "libspex.a shows what spex.h declares, and nothing else" "no objcopy"
else
    symbols "libspex.a shows what spex.h declares, and nothing else" "$static" -g --defined-only
fi

# ---- programs built with what pkg-config says
cat >"$scratch/use.cpp" <<'CODE'
#include <spex.h>
#include <cstdio>
static spex_answer accept(const spex_report *report, void *data)
{
    *static_cast<int *>(data) = report->line;
    return SPEX_ACCEPT;
}
int main(int, char **argv)
{
    spex_error error;
    spex_specification *lamp;
    spex_manager_options options;
    spex_manager *manager;
    int line = 0;
    spex_or_die(spex_specification_create(&lamp, "Lamp", &error), &error, SPEX_HERE);
    spex_or_die(spex_specification_add(lamp, "off", "press", "on", &error), &error, SPEX_HERE);
    spex_policy policy = *spex_specification_policy(lamp);
    policy.accept = SPEX_ACCEPT_DEFAULT | 1u << SPEX_REASON_TRANSITION_TIMEOUT;
    spex_or_die(spex_specification_set_policy(lamp, &policy, &error), &error, SPEX_HERE);
    spex_manager_options_init(&options);
    options.store_dir = argv[1];
    options.impl_models_dir = argv[1];
    spex_or_die(spex_manager_open(&manager, &options, &error), &error, SPEX_HERE);
    spex_or_die(spex_manager_add_specification(manager, lamp, accept, &line, &error), &error, SPEX_HERE);
    spex_specification_free(lamp);
    spex_init_or_die(manager, "Lamp", "hall", nullptr, nullptr);
    spex_transition_or_die(manager, "hall", "press", "on");
    spex_mock_or_die(manager, "Lamp", "attic", nullptr, "off");
    if (spex_transition_async(manager, "attic", "press", nullptr, &error) ||
        spex_init_async(manager, "Lamp", "cellar", "{}", nullptr, &error) ||
        spex_manager_flush(manager, &error))
        return 1;
    spex_instance *instance = spex_get_or_die(manager, "attic");
    std::printf("%s %s %d\n", spex_verdict_name(instance->steps[0].verdict), instance->state, line > 0);
    spex_instance_free(instance);
    spex_manager_close(manager);
    return 0;
}
CODE
command -v pkg-config >/dev/null 2>&1 && pkg-config --version >/dev/null && tool=pkg-config || tool=
PKG_CONFIG_PATH=$(dirname "${pc:-.}"):${PKG_CONFIG_PATH:-}
export PKG_CONFIG_PATH
# Only the paths below the scratch directory are moved; those of other packages are real.
flags() {
    "$tool" --define-variable=prefix="$root$(setting prefix)" "$@" spex
}
# test, expected output, command
runs() {
    name=$1 expected=$2
    shift 2
    if LD_LIBRARY_PATH=$(dirname "${shared:-$static}") "$@" >"$scratch/out" 2>"$scratch/told" &&
        [ "$(tail -n 1 "$scratch/out")" = "$expected" ]; then
        ok "$name"
    else
        cat "$scratch/told" >>"$scratch/out"
        fail "$name" "$scratch/out"
    fi
}
# test, compiler, source, what pkg-config is asked besides; the program is then $scratch/program
builds() {
    name=$1 compiler=$2 source=$3
    shift 3
    if $compiler $sanitizers -Wall -Wextra -Wpedantic -Werror -o "$scratch/program" "$source" \
        $(flags --cflags) $(flags --libs "$@") -pthread >"$scratch/out" 2>&1; then
        ok "$name"
    else
        fail "$name" "$scratch/out"
        return 1
    fi
}
said="20 packed, 79 delivered, 1 elsewhere; 1 deviated, 1 refused"
example=$srcdir/examples/record.c
if [ -z "$tool" ]; then
    skip "programs build against the installed tree" "no pkg-config"
else
    if [ "$(flags --modversion)" = "$(setting PACKAGE_VERSION)" ]; then
        ok "pkg-config knows the version"
    else
        flags --modversion >"$scratch/out" 2>&1
        fail "pkg-config knows the version" "$scratch/out"
    fi
    if [ -z "$shared" ]; then
        skip "an example builds with the shared library" "not built"
    else
        builds "an example builds with the shared library" "$CC -std=c99" "$example" &&
            runs "and runs" "$said" "$scratch/program" "$scratch/store-1" "$srcdir/examples/models"
        if command -v "$CXX" >/dev/null 2>&1; then
            builds "a program in C++ builds" "$CXX -std=c++11" "$scratch/use.cpp" &&
                runs "and runs" "learned on 1" "$scratch/program" "$scratch/store-2"
        else
            skip "a program in C++ builds" "no C++ compiler"
        fi
    fi
    if [ -z "$static" ]; then
        skip "an example builds with the static library" "not built"
    else
        rm -f "$root$(setting libdir)"/libspex.so* "$(dirname "$static")"/libspex.so*
        builds "an example builds with the static library" "$CC -std=c99" "$example" --static &&
            runs "and runs" "$said" "$scratch/program" "$scratch/store-3" "$srcdir/examples/models"
    fi
fi

# ---- the example of the manual page
page=$srcdir/man/libspex.3
if [ -n "$tool" ]; then
    sed -n '/^\.\\" example.c$/,/^\.\\" end$/p' "$page" | sed '/^\./d; s/\\-/-/g; s/\\e/\\/g; s/\\(aq/'"'"'/g' \
        >"$scratch/page.c"
    builds "the example of libspex(3) builds" "$CC -std=c99" "$scratch/page.c" --static &&
        runs "and runs" "order-17: paid" env -C "$scratch" "$scratch/program"
fi

echo "library: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
