# record --listen: many programs on a Unix socket.

orders() {
    mkdir -p specs
    printf 'Specification: Order\nTransitions:\nidle --[start]-> running\n' >specs/order.spec
}
# Starts the server; it is there once the socket is.
start_listening() { # arguments...
    rm -f stale # a socket that is there already is not the server's
    [ ! -S socket ] || ln socket stale
    "$spex_program" record --listen socket "$@" >served 2>server.err &
    server=$!
    until [ -S socket ] && ! [ socket -ef stale ]; do kill -0 $server 2>/dev/null || { problem "$(cat server.err)"; return 1; }; done
}
stop_listening() { # [expected exit code]
    kill -TERM $server
    wait $server
    local code=$?
    [ $code = "${1-0}" ] || problem "the server ended with $code: $(head -c 600 server.err)"
    grep -q 'Sanitizer\|runtime error:' server.err && problem "$(head -n 20 server.err)"
    no_file socket
}
client() { "$build_dir/tests/cli/socket_client" socket "$@"; }

test_listen_serves_records() {
    orders
    start_listening || return
    [ "$(stat -c %a socket)" = 600 ] || problem "mode $(stat -c %a socket)"
    printf '%s\n' '{"op":"init","spec":"Order","id":"a"}' '{"op":"transition","id":"a","action":"start","state":"running"}' |
        client >replies
    [ ! -s replies ] || problem "replies nobody asked for: $(cat replies)"
    printf '%s\n' '{"op": "replies"}' '{"op":"init","spec":"Order","id":"a"}' 'nonsense' '' \
        '{"op":"init","spec":"Order","id":"b"}' | client >replies
    lines 3 replies
    json_lines replies
    grep -q already_in_use replies || problem "$(cat replies)"
    stop_listening
    grep -q '^3 recorded, 0 of them deviations; 1 refused, 1 bad$' served || problem "$(cat served)"
    expect 0 get a --json
    json state running
}

test_listen_serves_two_hundred_programs() {
    orders
    start_listening || return
    [ "$(client many 200 5)" = 1000 ] || problem "not every record was answered"
    stop_listening
    expect 0 instances --json
    [ "$("$json_program" --lines <out >/dev/null 2>&1; grep -o '"id"' out | wc -l)" = 1000 ] || problem "$(wc -c out)"
}

test_listen_holds_back_who_does_not_read() {
    orders
    start_listening || return
    [ "$(client slow 60000)" = "60000 held back" ] || problem "it was not held back"
    stop_listening
}

test_listen_bounds_lines() {
    orders
    start_listening || return
    {
        echo '{"op":"replies"}'
        head -c 3000000 /dev/zero | tr '\0' x
        echo
        echo '{"op":"init","spec":"Order","id":"behind"}'
    } | client >replies
    lines 2 replies
    grep -q 'a line of more than 1048576 bytes' replies || problem "$(head -c 300 replies)"
    stop_listening
    expect 0 get behind
}

test_listen_survives_a_killed_program() {
    orders
    start_listening || return
    mkfifo way
    "$build_dir/tests/cli/socket_client" socket hang <way >/dev/null 2>&1 &
    local killed=$!
    printf '%s\n%s' '{"op":"init","spec":"Order","id":"whole"}' '{"op":"init","spec":"Order","id":"ha' >way
    until "$spex_program" get whole >/dev/null 2>&1; do kill -0 $server || break; done
    kill -KILL $killed
    wait $killed 2>/dev/null
    echo '{"op":"init","spec":"Order","id":"next"}' | client
    stop_listening
    expect 0 get whole
    expect 0 get next
    expect 1 get ha
    grep -q '1 bad' served || problem "$(cat served)"
}

test_listen_replaces_a_stale_socket_only() {
    orders
    start_listening || return
    expect 2 record --listen socket
    err_has "another program listens"
    kill -KILL $server
    wait $server 2>/dev/null
    [ -S socket ] || problem "the socket should be left"
    start_listening || return
    echo '{"op":"init","spec":"Order","id":"a"}' | client
    stop_listening
    expect 0 get a
    echo text >file
    expect 2 record --listen file
    err_has "is no socket"
    expect 2 record --listen "$(printf 'x%.0s' $(seq 200))"
    expect 2 record --listen socket file
}

test_listen_finishes_what_has_arrived() {
    orders
    start_listening || return
    mkfifo way
    "$build_dir/tests/cli/socket_client" socket hang <way >/dev/null 2>&1 &
    local sender=$!
    exec 9>way
    for i in $(seq 500); do echo '{"op":"init","spec":"Order","id":"o'$i'"}'; done >&9
    until "$spex_program" get o1 >/dev/null 2>&1; do kill -0 $server || break; done
    exec 9>&-
    until "$spex_program" get o500 >/dev/null 2>&1; do kill -0 $server || break; done
    stop_listening
    kill $sender 2>/dev/null
    wait $sender 2>/dev/null
    grep -q '^500 recorded' served || problem "$(cat served)"
}
