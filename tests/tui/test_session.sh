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
