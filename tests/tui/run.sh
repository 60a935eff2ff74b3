#!/bin/bash
# The explorer in a real terminal (tmux): every test starts it on a project and a store of
# its own, presses keys and waits for what the screen should then show. Arguments choose
# tests by part of a name. The last line counts them.
set -u

srcdir=${srcdir:-$(dirname "$0")/../..}
source_dir=$(cd "$srcdir" && pwd)
build_dir=$(pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/spex-tui-XXXXXX")
socket=$scratch/tmux
unset SPEX_SPECS_DIR SPEX_IMPL_MODELS_DIR SPEX_STORE_DIR SPEX_DURABILITY SPEX_DISTRIBUTION_FACTOR \
    SPEX_PRUNE_INTERVAL SPEX_CHECK_TRANSITION_TIMEOUTS_ON_START SPEX_EVENT_LIMIT NO_COLOR
export TZ=UTC0
trap 'tmux -S "$socket" kill-server 2>/dev/null; rm -rf "$scratch"' EXIT

starts=0 # each begins with a state of its own
problem() { # what went wrong; the first failure is the one that counts
    [ -e failed ] || { printf '%s\n' "$*" >failed; screen >>failed; }
}
tm() { tmux -S "$socket" "$@" 2>>"$scratch/tmux.log"; }
screen() { tm capture-pane -p -t explorer; }

# Runs spex-tui in a terminal of that size; what it leaves behind it goes to code and err.
start() { # WIDTHxHEIGHT [arguments...]
    local size=$1
    shift
    rm -f code err pid before after
    starts=$((starts + 1))
    # The shell stays, so that the screen after the end can be read.
    cat >run <<END
cd '$PWD'
# At TERM=linux ncurses looks for a mouse with a library that leaks where there is no console.
export NCURSES_GPM_TERMS=none
export TERM=${START_TERM:-screen-256color} LC_ALL=${START_LOCALE:-C.UTF-8}
export XDG_CONFIG_HOME='${START_CONFIG:-$PWD/no-config}' XDG_STATE_HOME='${START_STATE:-$PWD/state-$starts}'
stty -g >before 2>/dev/null
sh -c 'echo \$\$ >pid; exec "\$0" "\$@"' '$build_dir/spex-tui' $* 2>err
status=\$?
stty -g >after 2>/dev/null
echo \$status >code.part && mv code.part code
echo the explorer has ended
exec sleep 1000
END
    tm kill-session -t explorer
    tm new-session -d -s explorer -x "${size%x*}" -y "${size#*x}" "bash '$PWD/run'" ||
        problem "tmux did not start"
}
# Waits until the screen shows the text; ten seconds are patience, not a measurement.
see() {
    local i
    [ ! -e failed ] || return
    for i in $(seq 200); do
        screen | grep -qF -- "$1" && return
        sleep 0.05
    done
    problem "the screen never showed '$1'"
}
gone() {
    local i
    [ ! -e failed ] || return
    for i in $(seq 200); do
        screen | grep -qF -- "$1" || return
        sleep 0.05
    done
    problem "the screen still shows '$1'"
}
press() { tm send-keys -t explorer "$@"; }
write() { tm send-keys -t explorer -l -- "$1"; }
ended() { # exit code
    local i
    [ ! -e failed ] || return
    for i in $(seq 200); do
        [ -s code ] && break
        sleep 0.05
    done
    [ "$(cat code 2>/dev/null)" = "$1" ] || problem "exit code $(cat code 2>/dev/null), expected $1: $(cat err)"
    # The terminal is as it was before.
    [ ! -e after ] || cmp -s before after || problem "the terminal's settings changed"
    if grep -q 'Sanitizer\|runtime error:' err; then problem "$(head -n 20 err)"; fi
}
quit() { press Q; ended 0; }
pid() { cat pid; }
skip() { echo "$1" >skipped; }

project() {
    cp -r "$source_dir/specs" specs && chmod -R u+w specs
    SPEX=$build_dir/spex sh specs/demo "$PWD/store" >demo.log 2>&1 || problem "$(cat demo.log)"
}
on_project() { # SIZE [more arguments]
    local size=$1
    shift
    start "$size" --specs "$PWD/specs" --models "$PWD/specs/models" --store "$PWD/store" "$@"
}
record() {
    "$build_dir/spex" record --specs specs --models specs/models --store store >/dev/null 2>&1
}

# The server outlives every test: ending with its last session, it would race the next start.
tm -f /dev/null new-session -d -s keep 'exec sleep 3600'

# ------------------------------------------------------------------ the tests

# The whole of what the explorer is for, in one sitting.
test_the_main_job() {
    project
    on_project 80x24
    see 'not equivalent'
    see 'Order'
    # the stuck instance
    press j j j; see 'overdue after'; press Enter; see 'filter: spec:Order'
    press o; see 'order-1042'; see 'overdue'
    press Enter; see 'Allowed next'; see 'hand over'
    # its history, and the graphs that follow it
    press '['; see 'Was allowed next'
    press 4; see '1 back'; see 'Specification'; see 'Model, frozen'
    press ']'; see 'order-1042: packed'
    # a step
    press q; see 'History'
    press s; see 'Step order-1042 from packed'
    press 1; see 'it conforms to the model'
    see 'History, 6 steps'
    # a step nobody allows
    press s; see 'another action'; press G Enter; see 'Action:'
    write 'vanish'; press Enter; see 'vanish leads to state:'
    write 'thin air'; press Enter; see 'Recorded vanish → thin air: a deviation, not equivalent'
    # mock
    press 1; see 'overdue after'; press m; see 'Identifier of the Order to mock:'
    write 'debug-1'; press Enter; see 'Mock debug-1 (Order) at'
    press 3; see 'debug-1 is mocked'
    press 3; see 'mocked'; see 'no history'
    # the check and its reason
    press 1 j; press 5; see 'TCP'; see 'rcv FIN,ACK'
    press '>'; see 'A test to write'
    # export
    press e; see 'Export TwoPhaseCommit'; see 'verdict and reason'
    press g j j j j j; press Enter; see 'Write to:'
    press C-u; write "$PWD/two.dot"; press Enter; see 'Wrote'
    grep -q digraph two.dot || problem "no DOT file: $(head -n 3 two.dot 2>&1)"
    press Enter C-u; write "$PWD/two.dot"; press Enter; see 'exists. Replace it?'; press n
    # help, and back to where it began
    press '?'; see 'Everywhere'; press q q; see 'specification'
    quit
}

# The graphs, walked in by keys and mouse.
test_graphs_to_walk_in() {
    project
    on_project 120x40
    see 'Order'; press j j j; see 'starts in basket'; press 4; see 'Specification'; see '▸basket'
    press Tab Tab Tab; see 'basket ── checkout ─▶ awaiting payment'
    press Enter; see '▸awaiting payment'; see '=awaiting payment'
    press BSpace; see '▸basket'
    press /; write 'at the'; see '▸at the depot'; press Enter
    press o; see '▸at the depot'
    press '#'; see 'observed'
    press 0; gone '→ more'
    press z; see 'The full graph'; press z z; see 'The neighbourhood'; see 'not shown'
    press z
    # the wheel scrolls, a press selects (as screen reports the mouse: M, then each plus 32)
    press g; see '▸bas'
    write $'\e[M *,'; see 'transition'
    press e; see 'text, as on the screen'; press Enter; see 'Write to: Order-graph.txt'
    press C-u; write "$PWD/order.txt"; press Enter; see 'Wrote'
    grep -q '●─▶│' order.txt || problem "$(head order.txt)"
    press j Enter; see 'Order-graph.svg'; press C-u; write "$PWD/order.svg"; press Enter; see 'order.svg, '
    [ ! -x "$build_dir/spex-graphviz" ] || grep -q '</svg>' order.svg || problem 'no picture'
    quit
}

# The check as sections, its steps in both graphs, the play on either side.
test_check_and_play() {
    project
    on_project 120x40
    see 'Order'; press :; write 'check TCP'; press Enter; see 'Extra behaviour'
    press ')' ')'; see 'Specification, LISTEN'; see 'Implementation, LISTEN'
    press x; see '▸LISTEN'; see '2. passive OPEN → LISTEN'
    press ')'; see '3. rcv SYN → SYN-RECEIVED'; press x; see 'Instances that did it'
    press j j j j; press Enter; see 'filter: id='; see 'TCP'; press q
    # the program wins, and says why
    press p; see 'Round 1. From "CLOSED", the specification can go'
    press Enter; see 'Round 2.'; see 'You, for the implementation'
    press u; gone 'Round 2.'; press Enter; see 'Round 2.'
    press Enter; see 'Round 3.'; press Enter; see 'Round 4.'
    see 'this is the difference'
    press p; gone 'Round 4.'; press f; see 'Here no answer is left'
    # and where there is no difference, the roles turn
    press :; write 'check Order'; press Enter; see 'branching bisimilar'
    press p; see 'Which step do you take'; press Enter; see 'You, for the specification'; see 'The program, for the'
    press f; see 'There is no difference to be found'
    quit
}

# A test that is missing is written, and what it does is what was missing.
test_a_missing_test() {
    local CC sanitizers missing
    project
    tm set-option -s set-clipboard on
    on_project 120x40
    see 'Order'; press :; write 'check TwoPhaseCommit'; press Enter; see 'A test to write'
    press t; see 'copy it as JSON records'; press 1; see 'Copied the records'
    for _ in $(seq 100); do tm show-buffer 2>/dev/null | grep -q '"op":"init"' && break; sleep 0.05; done
    tm show-buffer >copied 2>/dev/null
    press t 3; see 'Write to: TwoPhaseCommit-test.jsonl'; press C-u; write "$PWD/test.jsonl"; press Enter; see 'Wrote'
    press t 4; see 'Write to: TwoPhaseCommit-test.c'; press C-u; write "$PWD/test.c"; press Enter; see 'test.c, '
    quit
    cmp copied test.jsonl || problem "copied: $(cat copied)"
    missing=$(tail -n 2 test.jsonl | sed 's/.*"state":"\([^"]*\)".*/\1/' | sed -n 1p)
    missing="$missing --[$(tail -n 1 test.jsonl | sed 's/.*"action":"\([^"]*\)","state":"\([^"]*\)".*/\1]-> \2/')"
    grep -qxF -- "$missing" specs/two-phase-commit.spec ||
        problem "the specification has no $missing"
    grep -qxF -- "$missing" specs/models/TwoPhaseCommit.spex && problem "$missing is not missing"
    # as records
    cp -r specs/models learned
    "$build_dir/spex" record --learn learned --specs specs <test.jsonl >out 2>&1 ||
        problem "the records: $(cat out)"
    grep -qxF -- "$missing" learned/TwoPhaseCommit.spex || problem "the records left $missing missing"
    # as a program
    cp -r specs/models spex_impl_models
    CC=$(sed -n 's/^CC = //p' "$build_dir/Makefile")
    sanitizers=$(sed -n 's/^SPEX_CFLAGS = //p' "$build_dir/Makefile" | tr ' ' '\n' | grep '^-fsanitize=')
    # shellcheck disable=SC2086
    "$build_dir/libtool" --quiet --tag=CC --mode=link $CC $sanitizers -std=c99 -Wall -Wextra -Werror \
        -I"$source_dir/core" -o test test.c "$build_dir/libspex.la" >out 2>&1 &&
        ./test >>out 2>&1 || problem "the program: $(cat out)"
    grep -qxF -- "$missing" spex_impl_models/TwoPhaseCommit.spex || problem "the program left $missing missing"
}

test_what_if_it_did() {
    project
    on_project 80x24
    see 'Order'; press :; write 'instance order-1042'; press Enter; see 'Allowed next'
    press w; see 'WHAT IF: nothing is written'; see 'specification in {packed}'
    press Enter; see 'Simulated hand over'; see '1 simulated step'
    press s a; see 'Action:'; write 'vanish'; press Enter; see 'leads to state:'
    press C-u; write 'thin air'; press Enter; see 'not specified, not accepted'; see 'no such run'
    press 4; see 'WHAT IF, nothing is written: thin air'
    press u; see 'nothing is written: on the road'
    press q; see '1 simulated step, 1 undone'
    press W; see 'Record 1 step of order-1042?'; press n
    press Escape; see 'Drop the 1 simulated step'; press n
    press w 1; see 'Record 1 step of order-1042?'; press y
    see 'Recorded 1 of 1 step of order-1042'; see 'History, 6 steps'; gone 'WHAT IF'
    quit
    "$build_dir/spex" get order-1042 --store store --json | grep -q '"on the road"' || problem 'not recorded'
    "$build_dir/spex" get order-1042 --store store --json | grep -q 'thin air' && problem 'dropped, but recorded'
}

test_a_model_is_edited() {
    project
    on_project 80x24
    see 'Order'; press :; write 'models TCP'; press Enter; see 'only in the model'; see 'not equivalent'
    press d; see '1 unsaved change'; see '✓ equivalent'
    press a; see 'from state:'; press C-u; write LISTEN; press Enter; see 'action:'
    press C-u; write jump; press Enter; see 'to state:'; press C-u; write CLO; press Tab Enter
    see '2 unsaved changes'; see '✗ not equivalent'
    press u; see '1 unsaved change'; see '✓ equivalent'
    press Q; see 'Quit and lose'; press n
    press q; see 'Unsaved changes to the model of TCP'; press Escape
    # somebody else is at it too
    sed -i '/passive OPEN/d' specs/models/TCP.spex
    see 'changed by somebody else'; press W; see 'Write it with your changes?'; press y
    see 'Wrote TCP.spex; the one before is TCP.spex~.'
    quit
    grep -q 'FIN,ACK' specs/models/TCP.spex && problem 'still there'
    grep -q 'passive' specs/models/TCP.spex && problem 'theirs was written over'
    grep -q 'FIN,ACK' specs/models/TCP.spex~ || problem 'no backup'
}

test_filter_as_one_types() {
    project
    on_project 120x40
    see 'Order'; press 2; see 'all instances'
    press /; write 'order-104'; see 'order-1042'; gone 'tx-77'
    write 'x'; see 'No instance matches'
    press BSpace Enter; see 'order-1042'
    press e; see 'JSON, as the list has them: order-104'; press Enter; see 'instances.json'
    press C-u; write "$PWD/list.json"; press Enter; see 'Wrote'
    "$build_dir/spex" instances --store store --where order-104 --json >same.json
    cmp -s list.json same.json || problem "$(head -c 300 list.json)"
    press 2 /; press Escape; see 'all instances'
    quit
}

test_live_changes_by_another_process() {
    project
    on_project 80x24
    see 'Order'; press 2; see 'all instances'
    echo '{"op":"mock","spec":"Order","id":"!first","state":"paid"}' | record
    see ' of 281'
    press g; see '!first'
    press Enter; see 'no history'
    echo '{"op":"transition","id":"!first","action":"pack","state":"packed"}' | record
    see 'History, 1 step'
    quit
}

test_a_file_that_changes() {
    project
    on_project 80x24
    see 'CircuitBreaker'
    echo 'nonsense' >specs/new.spec
    see 'new.spec'
    printf 'Specification: Fresh\nTransitions:\na --[b]-> c\n' >specs/new.spec
    see 'Fresh'
    quit
}

test_resize_at_any_moment() {
    project
    on_project 80x24
    see 'Order'; press 4; see 'Specification'
    tm resize-window -t explorer -x 10 -y 3; see 'too small'
    tm resize-window -t explorer -x 120 -y 40; see 'Specification'
    press s 2 /; tm resize-window -t explorer -x 40 -y 12; see '/'
    press Escape; tm resize-window -t explorer -x 80 -y 24; see 'identifier'
    quit
}

# Larger than curses can count; tmux itself refuses such sizes.
test_a_window_of_any_size() {
    project
    on_project 80x24
    see 'Order'; press 2; see 'identifier'
    local tty size
    tty=$(tm display-message -p -t explorer '#{pane_tty}')
    for size in 33000x3 10x33000 65535x1; do
        stty -F "$tty" cols "${size%x*}" rows "${size#*x}"; see 'too small'
        stty -F "$tty" cols 80 rows 24; see 'identifier'; gone 'too small'
    done
    quit
}

test_suspend_and_back() {
    project
    tm kill-session -t explorer
    tm new-session -d -s explorer -x 80 -y 24 "LC_ALL=C.UTF-8 PS1='prompt: ' bash --norc -i"
    see 'prompt:'
    write "cd '$PWD' && '$build_dir/spex-tui' --specs '$PWD/specs' --store '$PWD/store'"; press Enter
    see 'CircuitBreaker'
    press C-z; see 'Stopped'
    write 'fg'; press Enter; see 'Overview'; see 'CircuitBreaker'
    press 2; see 'identifier'
    press Q; gone 'identifier'; see 'prompt:'
}

test_signals_restore_the_terminal() {
    project
    local signal code
    for signal in TERM:143 HUP:129 INT:130; do
        on_project 80x24
        see 'CircuitBreaker'; press 2 s; see 'Step'
        code=${signal#*:}
        kill -"${signal%:*}" "$(pid)"
        ended "$code"
    done
    "$build_dir/spex" get order-1042 --store store >out 2>&1 || problem "$(cat out)"
}

test_a_store_that_is_removed() {
    project
    on_project 80x24
    see 'Order  '; rm -r store
    see "store was removed"; gone 'partial'
    press 2; see 'there is no store'
    press 1; see 'was removed'; press m; see 'Identifier'; write 'anew'; press Enter; see 'Mock anew'
    press Enter; see 'anew is mocked'; press 1; gone 'was removed'
    quit
}

test_what_cannot_be_printed() {
    local option
    for option in --help --version '--completion bash' --doctor --dump; do
        # shellcheck disable=SC2086
        "$build_dir/spex-tui" $option >/dev/full 2>err
        [ $? = 3 ] && [ -s err ] || problem "spex-tui $option: $(cat err)"
    done
}

test_terminals_that_cannot() {
    START_TERM=dumb start 80x24; ended 2
    grep -q 'cannot place its cursor' err || problem "$(cat err)"
    START_TERM=nonsense start 80x24; ended 2
    grep -q 'TERM=nonsense' err || problem "$(cat err)"
    "$build_dir/spex-tui" >out 2>err </dev/null && problem 'no terminal, and no error'
    grep -q 'needs a terminal' err || problem "$(cat err)"
    [ ! -e spex_store ] || problem 'a store was made'
}

test_other_terminals() {
    project
    local term
    for term in xterm-256color screen linux vt100; do
        START_TERM=$term
        on_project 80x24
        see 'CircuitBreaker'; press 2; see 'identifier'; press Enter; see 'History'
        quit
    done
    unset START_TERM
}

test_without_utf8() {
    project
    START_LOCALE=C on_project 80x24
    see 'CircuitBreaker'; see '+ equivalent'; press j j 4; see 'Specification'
    screen | LC_ALL=C grep -q '[^ -~]' && problem 'not only ASCII'
    quit
}

test_wrong_use() {
    start 80x24 --nonsense; ended 2
    start 80x24 --specs "$PWD/nowhere"; ended 2
    grep -q nowhere err || problem "$(cat err)"
    printf 'store-dir = x\n' >spex.ini
    start 80x24; ended 2
    grep -q 'spex.ini:1' err || problem "$(cat err)"
    "$build_dir/spex-tui" --version >out || problem 'no version'
    "$build_dir/spex-tui" --help | grep -q -- --specs || problem 'no help'
}

test_stores_that_cannot_be_read() {
    project
    on_project 80x24; see 'CircuitBreaker'; quit
    echo nonsense >file
    start 80x24 --specs "$PWD/specs" --store "$PWD/file"; see 'CircuitBreaker'; see 'file'; quit
    # one shard of four is garbage: the others serve, and the screen says so
    head -c 5000 /dev/urandom >store/shard-2.db; rm -f store/shard-2.db-wal store/shard-2.db-shm
    on_project 80x24; see 'shard'; press 2; see 'LISTEN'; quit
    rm store/shard-3.db
    on_project 80x24; see 'shard'; press 2; see 'LISTEN'; quit
}

test_hostile_names() {
    project
    printf '{"op":"mock","spec":"Order","id":"a\\u001b[2Jb\\u0007","state":"paid","meta":{"x":"\\u001b]0;evil\\u0007"}}
{"op":"mock","spec":"Order","id":"aa\\n\\"\x27--[表]-> \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xac","state":"paid"}
{"op":"mock","spec":"Order","id":"ab%s","state":"e\xcc\x81\\u202e"}\n' "$(head -c 1000 /dev/zero | tr '\0' x)" | record
    on_project 80x24
    see 'Order'; press 2 /; write state:paid; press Enter; see 'a\x1B[2Jb\x07'; see 'aa\n"'
    press Enter; see 'no history'; see 'evil'
    press s; see 'Step'; press Escape q j Enter; see 'aa\n'
    press q /; press C-u; write abxxx; press Enter Enter; see 'abxxx'; see 'no history'
    press s; see 'another action'; press Escape 4; see 'Specification'
    quit
}

# Specification, model, instance and event, with what would clear the screen or set the title.
test_hostile_names_in_every_view() {
    local name='Ho\033[2Jst' action='b\007\033]0;evil\007%%s'
    mkdir -p specs/models
    printf "Specification: $name\nTransitions:\na\033[2J --[$action]-> c\u202ed\nc\u202ed --[back]-> a\033[2J\n" >specs/hostile.spec
    printf "Specification: $name\nLearning mode: false\nTransitions:\na\033[2J --[$action]-> c\u202ed\nnil --[__initialisation__]-> a\033[2J\n" >specs/models/hostile.spex
    printf '%s\n' '{"op":"init","spec":"Ho\u001b[2Jst","id":"i\u001b[2J"}' \
        '{"op":"transition","id":"i\u001b[2J","action":"jump\u001b[2J","state":"\u009b31mred"}' | record
    on_project 120x40
    see 'Ho\x1B[2Jst'; see '1. starts in a\x1B[2J'; see '2. b\x07\x1B]0;evil\x07%s → c\u{202E}d'
    press 2; see 'by identifier'; see 'i\x1B[2J'; see '\x9B31mred'
    press Enter; see 'History, 2 steps'; see 'starts in a\x1B[2J'
    press s; see 'Step i\x1B[2J from \x9B31mred'; press Escape; gone 'Step i'
    press w; see 'WHAT IF'; see '\x9B31mred is not here'; press w 4; see 'Model, frozen'; see 'b\x07\x1B]0;evil\x07%s'; see 'c\u{202E}d'
    press 5; see 'A test'; see 'do b\x07\x1B]0;evil\x07%s, then expect back'
    press 6; see 'models/hostile.spex'; see 'a\x1B[2J  b\x07\x1B]0;evil\x07%s → c\u{202E}d'
    press a; see 'a\x1B[2J'; press Escape
    press 7; see 'newest first'; see 'i\x1B[2J of Ho\x1B[2Jst: a\x1B[2J --[jump\x1B[2J]-> \x9B31mred'
    press 8; see 'Export Ho\x1B[2Jst, instance i\x1B[2J'
    press Enter; see 'Write to:'; press Escape; gone 'Write to:'
    press : ; write 'models Ho'; see 'Ho\x1B[2Jst'; press Escape
    press '?'; see 'Everywhere'
    [ "$(tm display-message -p -t explorer '#{pane_title}')" != evil ] || problem "a name set the terminal's title"
    quit
}

# More tests are in files of their own, a subject each.
for file in "$source_dir"/tests/tui/test_*.sh; do
    . "$file"
done

# -------------------------------------------------------------------- running

if ! command -v tmux >/dev/null; then
    echo 'SKIP tui: everything (tmux is not installed)'
    echo 'tui: 0 passed, 0 failed, 1 skipped'
    exit 0
fi
passed=0 failed=0 skipped=0
for name in $(declare -F | sed -n 's/^declare -f test_//p'); do
    chosen=$([ $# -eq 0 ] && echo yes)
    for part in "$@"; do case $name in *"$part"*) chosen=yes ;; esac done
    [ -n "$chosen" ] || continue
    mkdir -p "$scratch/$name" && cd "$scratch/$name" || exit 99
    "test_$name"
    if [ -e failed ]; then
        failed=$((failed + 1))
        echo "FAIL tui: ${name//_/ }"
        sed 's/^/    /' failed
    elif [ -e skipped ]; then
        skipped=$((skipped + 1))
        echo "SKIP tui: ${name//_/ } ($(cat skipped))"
    else
        passed=$((passed + 1))
        echo "ok   tui: ${name//_/ }"
    fi
    tm kill-session -t explorer
done
echo "tui: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
