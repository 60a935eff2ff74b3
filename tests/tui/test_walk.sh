# Every command of the table, by its first key, in every view that has it.

# "VIEWS KEY NAME" of each command, VIEWS being ALL or digits.
walk_commands() {
    sed -n 's/^COMMAND([A-Z_]*, "\([a-z-]*\)", "\([^ "]*\)[^"]*", \(.*\), ".*$/\3 \2 \1/p' \
        "$source_dir/views/commands/commands.def" |
        sed 's/IN(OVERVIEW)/1/; s/IN(INSTANCES)/2/; s/IN(INSTANCE)/3/; s/IN(GRAPHS)/4/; s/IN(CHECK)/5/
             s/IN(MODELS)/6/; s/IN(EVENTS)/7/; s/IN(EXPORT)/8/; s/ | //g'
}
walk_key() { # as tmux calls it
    case $1 in
    Esc) echo Escape ;;
    S-Tab) echo BTab ;;
    Backspace) echo BSpace ;;
    PgUp) echo PPage ;;
    PgDn) echo NPage ;;
    *) echo "$1" ;;
    esac
}

test_every_command_in_its_views() {
    local view views key name
    project
    walk_commands >commands
    [ "$(wc -l <commands)" = "$(grep -c '^COMMAND(' "$source_dir/views/commands/commands.def")" ] ||
        problem "only $(wc -l <commands) commands were understood"
    on_project 80x24
    see 'CircuitBreaker'
    press j j j Enter; see 'filter: spec:Order'; press Enter; see 'Allowed next'
    for view in 1 2 3 4 5 6 7 8; do
        while read -r views key name; do
            case $name in quit | leave | suspend) continue ;; esac # have tests of their own
            case $views in ALL | *$view*) ;; *) continue ;; esac
            press "$view" "$(walk_key "$key")"
            sleep 0.05
            screen | grep -qF 'does nothing here' && case $name in
                # in every view, though not each has panes, text or a place to go into
                pane | previous-pane | open | left | right | up | down | copy | page-* | first | last) ;;
                *) problem "$name ($key) does nothing in view $view" ;;
            esac
            press Escape; press Escape
        done <commands
        # whatever was pressed, it is alive and hears
        press Escape; press "$view"; press :; see 'Tab complete'; press Escape
    done
    press 1; press Q
    sleep 0.3
    screen | grep -q 'the explorer has ended' || press y
    ended 0
}
