# What one session leaves for the next one.

test_a_session_is_kept() {
    project
    START_STATE=$PWD/kept
    on_project 80x24
    see 'CircuitBreaker'; press 2; see 'identifier'; press /; write 'state:packed'; press Enter
    see 'order-1042'; press T; see 'backwards'; quit
    on_project 80x24; see 'filter: state:packed'; see 'backwards'; quit
    on_project 80x24 --no-session; see 'CircuitBreaker'; press 2; see 'all instances'; quit
    on_project 80x24; see 'filter: state:packed'
    press 1; see 'CircuitBreaker'; press :; write 'models TCP'; press Enter; see 'TCP'; quit
    on_project 80x24; see 'TCP'; press 1; see 'CircuitBreaker'; press : Up; see 'models TCP'
    press Escape; quit
    unset START_STATE
}

test_what_a_signal_leaves_unsaved() {
    project
    START_STATE=$PWD/kept
    on_project 80x24
    see 'Order'; press :; write 'models TCP'; press Enter; see 'only in the model'
    press d; see '1 unsaved change'
    kill -TERM "$(pid)"; ended 143
    grep -q 'what was unsaved of TCP is there again at the next start' err || problem "$(cat err)"
    cmp -s specs/models/TCP.spex "$source_dir/specs/models/TCP.spex" || problem 'it was saved'
    on_project 80x24; see 'Changes to TCP, unsaved when'; see '1 unsaved change'
    press W; see 'Wrote TCP.spex'; quit
    on_project 80x24; see 'TCP'; gone 'unsaved change'; quit
    unset START_STATE
}
