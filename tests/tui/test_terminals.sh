# Each kind of terminal shows a clean screen, or is refused with what to do.

# Nothing that is no character of the screen: no remains of sequences, no replacement signs.
clean() {
    screen | grep -qE $'\x1b|\xef\xbf\xbd|\\[[0-9;?]+[A-Za-z]|\\^\\[' &&
        problem "$START_TERM: what is no text on the screen"
}

test_every_view_on_every_terminal() {
    project
    local view
    for START_TERM in xterm-256color screen linux vt100; do
        on_project 80x24
        see 'CircuitBreaker'; press j j j Enter; see 'filter: spec:Order'; clean
        press /; write ' id=order-1042'; press Enter; see '1 of 1'; press Enter; see 'Allowed next'
        for view in 4:Specification 5:equivalent 6:'at the depot' 7:'newest first' 8:'Export' '?:Everywhere'; do
            press "${view%%:*}"; see "${view#*:}"; clean
        done
        press q; press 3; see 'Allowed next'; press s; see 'Step order-1042'; clean; press Escape
        press :; see 'Tab complete'; clean; press Escape; press C-l; clean
        tm resize-window -t explorer -x 40 -y 12; press 2; see 'identifier'; clean
        quit
    done
    START_TERM=vt100 START_LOCALE=C on_project 80x24
    see 'CircuitBreaker'; press 4; see 'Specification'; clean
    screen | LC_ALL=C grep -q '[^ -~]' && problem 'not only ASCII'
    quit
    START_TERM=dumb start 80x24; ended 2; grep -q 'cannot place its cursor' err || problem "$(cat err)"
    unset START_TERM
}
