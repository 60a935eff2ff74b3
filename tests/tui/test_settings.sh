# spex-tui.ini and the options beside it, in a real terminal.

settings() { # lines of spex-tui.ini
    mkdir -p "$PWD/config/spex"
    printf '%s\n' "$@" >"$PWD/config/spex/spex-tui.ini"
}

test_keys_of_ones_own() {
    project
    settings '[keys]' 'overview = F9' 'help = ? F2' 'events = nonsense' '[keys.instances]' 'delete = F8'
    START_CONFIG=$PWD/config on_project 80x24
    see 'Not all settings can be used'; see 'spex-tui.ini:4:10'; see 'nonsense is no key'
    press Escape; gone 'Not all settings'
    press 2; see 'identifier'; press d; see 'd does nothing here'
    press F8; see 'Delete'; press Escape; press F9; see 'CircuitBreaker'; press F2; see 'F9            overview'
    quit
}

test_themes() {
    project
    local theme
    for theme in dark light high-contrast none; do
        on_project 80x24 --theme "$theme"
        see 'CircuitBreaker'
        tm capture-pane -e -p -t explorer >"$theme"
        quit
    done
    grep -q '38;5;' dark || problem 'dark has no colours'
    grep -q '38;5;' light || problem 'light has no colours'
    cmp -s dark light && problem 'dark and light look the same'
    cmp -s dark high-contrast && problem 'dark and high-contrast look the same'
    grep -q '\[[0-9;]*3[0-7][;m]\|38;5;' none && problem 'colours without a theme'
    settings '[theme]' 'colours = 8'
    START_CONFIG=$PWD/config on_project 80x24; see 'CircuitBreaker'
    tm capture-pane -e -p -t explorer >eight; quit
    grep -q '38;5;' eight && problem 'more than 8 colours'
    grep -q '\[[0-9;]*3[1-7][;m]' eight || problem 'no colours'
    start 80x24 --theme drak; ended 2; grep -q 'drak' err || problem "$(cat err)"
}

test_the_clipboard() {
    project
    tm set -s set-clipboard on
    on_project 80x24
    see 'CircuitBreaker'; press 2; see 'identifier'; press /; write 'id=order-1042'; press Enter
    see '1 of 1'; press y; see 'Copied order-1042'
    [ "$(tm show-buffer)" = order-1042 ] || problem "in the clipboard: $(tm show-buffer)"
    quit
    START_TERM=linux on_project 80x24
    see 'CircuitBreaker'; press y; see 'This terminal has no clipboard'; quit
}

test_the_mouse_can_be_left_to_the_terminal() {
    project
    on_project 80x24; see 'CircuitBreaker'
    [ "$(tm display -p -t explorer '#{mouse_any_flag}')" = 1 ] || problem 'the mouse is not taken'
    quit
    on_project 80x24 --no-mouse; see 'CircuitBreaker'
    [ "$(tm display -p -t explorer '#{mouse_any_flag}')" = 0 ] || problem 'the mouse is taken'
    quit
}

test_a_screen_that_is_listened_to() {
    project
    on_project 80x24 --screen-reader
    see 'Overview, view 1 of 8'; press j; see '> Elixir.Shop.Subscription'
    [ "$(tm display -p -t explorer '#{cursor_y}')" = 5 ] || problem "the cursor is in row $(tm display -p -t explorer '#{cursor_y}')"
    screen | grep -q '[│─▸]' && problem 'frames or signs'
    press 4; see 'change_of_mind to active'; quit
}
