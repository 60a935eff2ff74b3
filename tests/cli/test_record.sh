# record: JSON lines

test_record_a_file() {
    light_project
    cat >lines <<'END'
{"op":"init","spec":"Light","id":"a","meta":{"n":1},"state":"red","at":"2026-01-31T12:00:00Z"}

{"op":"transition","id":"a","action":"go","state":"green","at":"2026-01-31T12:00:01Z"}
{"op":"mock","spec":"Light","id":"b","state":"amber"}
END
    expect 0 record lines
    out_is "3 recorded, 0 of them deviations; 0 refused, 0 bad"
    expect 0 get a --json
    json history.1.at 2026-01-31T12:00:01.000Z
    json meta.n 1
    expect 0 get b --json
    json mocked true
}

test_record_standard_input() {
    light_project
    printf '{"op":"init","spec":"Light","id":"a"}\r\n{"op":"transition","id":"a","action":"go","state":"green"}' |
        expect 0 record --json
    json records 2
    expect 0 get a --json
    json state green
    printf '{"op":"transition","id":"a","action":"warn","state":"amber"}\n' | expect 0 record -
    expect 0 get a --json
    json state amber
    expect 0 record /dev/null
    out_is "0 recorded, 0 of them deviations; 0 refused, 0 bad"
}

test_record_replies_in_order() {
    light_project
    awk 'BEGIN {
        for (i = 0; i < 3000; i++) printf "{\"op\":\"init\",\"spec\":\"Light\",\"id\":\"n%d\"}\n", i
        for (i = 0; i < 3000; i++)
            if (i % 10) printf "{\"op\":\"transition\",\"id\":\"n%d\",\"action\":\"go\",\"state\":\"green\"}\n", i
            else printf "{\"op\":\"transition\",\"id\":\"n%d\",\"action\":\"fly\",\"state\":\"sky\"}\n", i
        for (i = 0; i < 3000; i++) if (i % 10) printf "{\"op\":\"transition\",\"id\":\"n%d\",\"action\":\"warn\",\"state\":\"amber\"}\n", i
    }' >lines
    expect 1 record --replies lines
    lines 8700 out
    json_lines out
    awk '{ want = NR > 3000 && NR <= 6000 && (NR - 3001) % 10 == 0 ? "false" : "true"
           if (index($0, "\"ok\":" want) == 0) { print NR ": " $0; exit 1 } }' out >first || problem "$(cat first)"
    sed -n 3001p out >one
    cp one out
    json verdict deviation_not_equivalent
    json reason deviation_not_equivalent
    json line 3001
    expect 0 instances --state amber --json
    json '#' 2700
}

test_record_broken_lines() {
    light_project
    cat >lines <<'END'
{"op":"init","spec":"Light","id":"a"}
not json
{"op":"init","spec":"Light"
[]
{"op":"fly","id":"a"}
{"op":"init","spec":"Light","id":"x","sate":"red"}
{"op":"init","spec":"Lihgt","id":"x"}
{"op":"init","spec":"Light","id":7}
{"op":"init","spec":"Light","id":""}
{"op":"init","spec":"Light","id":"x","at":"noon"}
{"op":"init","spec":"Light","id":"x","meta":[]}
{"op":"transition","id":"a","action":"go"}
{"op":"init","spec":"Light","id":"\ud800"}
{"op":"init","spec":"Light","id":"a\u0000b"}
{"op":"transition","id":"a","action":"go","state":"green"}
END
    expect 2 record lines
    out_is "2 recorded, 0 of them deviations; 0 refused, 13 bad"
    for number in 2 3 4 5 6 7 8 9 10 11 12 13 14; do
        grep -q "lines:$number:" err || problem "nothing about line $number: $(cat err)"
    done
    err_has "did you mean 'Light'?"
    expect 0 get a --json
    json state green
    expect 1 get x
    expect 0 delete a
    expect 2 record --replies lines
    lines 15 out
    json_lines out
    sed -n 2p out >one
    cp out all
    cp one out
    json ok false
    json line 2
    json error
    sed -n 15p all >out
    json ok true
    json verdict conforms
}

test_record_refusals() {
    light_project
    cat >lines <<'END'
{"op":"init","spec":"Light","id":"a"}
{"op":"init","spec":"Light","id":"a"}
{"op":"transition","id":"nobody","action":"go","state":"green"}
{"op":"transition","id":"a","action":"fly","state":"sky"}
END
    expect 1 record lines
    out_is "2 recorded, 1 of them deviations; 2 refused, 0 bad"
    for number in 2 3 4; do
        grep -q "lines:$number:" err || problem "nothing about line $number: $(cat err)"
    done
    expect 0 delete a
    expect 1 record --replies lines
    cp out all
    sed -n 2p all >out
    json reason instance_identifier_already_in_use
    sed -n 3p all >out
    json reason instance_identifier_not_found
    sed -n 4p all >out
    json verdict deviation_not_equivalent
    # Unreadable weighs more than refused.
    echo nonsense >>lines
    expect 0 delete a
    expect 2 record lines
}

test_record_long_lines() {
    light_project
    {
        echo '{"op":"init","spec":"Light","id":"a"}'
        head -c 10000000 /dev/zero | tr '\0' x
        echo
        printf '{"op":"init","spec":"Light","id":"b","meta":{"text":"'
        head -c 900000 /dev/zero | tr '\0' y
        echo '"}}'
        printf '{"op":"init","spec":"Light","id":"c"}%1048600s\n' ''
        echo '{"op":"transition","id":"a","action":"go","state":"green"}'
        head -c 3000000 /dev/zero | tr '\0' z
    } >lines
    expect 2 record --replies lines
    lines 6 out
    json_lines out
    awk '{ want = NR == 2 || NR == 4 || NR == 6 ? "false" : "true"
           if (index($0, "\"ok\":" want) == 0) { print NR ": " substr($0, 1, 200); exit 1 } }' out >first || problem "$(cat first)"
    err_has "lines:2:"
    err_has "lines:4:"
    expect 0 get a --json
    json state green
}

test_record_binary() {
    light_project
    head -c 300000 /dev/urandom >lines
    printf '\n{"op":"init","spec":"Light","id":"a"}\n' >>lines
    expect 2 record lines
    expect 0 get a
    expect 2 record --replies lines
    json_lines out
}

test_record_wrong_use() {
    light_project
    expect 2 record nowhere
    err_has nowhere
    expect 2 record specs
    expect 2 record --follow specs/light.spec
    err_has FIFO
    expect 2 record --follow
    no_file spex_store
    echo nonsense >spex_impl_models/Light.spex
    echo '{"op":"init","spec":"Light","id":"a"}' >lines
    expect 2 record lines
    err_has "Light.spex:1"
    out_is "0 recorded, 0 of them deviations; 0 refused, 1 bad"
}

# Starts `record --replies $@`, fed through file descriptor 7, answering through 8.
start_record() {
    mkfifo "$1" replies
    "$spex_program" record --replies "${@:2}" "$1" >replies 2>messages &
    recorder=$!
    exec 8<replies 7>"$1"
}
reply_has() {
    local reply=
    IFS= read -r -t 60 -u 8 reply || problem "no reply: $(cat messages)"
    case $reply in *"$1"*) ;; *) problem "the reply is $reply, expected $1" ;; esac
}
end_record() { # exit code
    wait "$recorder"
    code=$?
    exec 8<&-
    [ "$code" = "$1" ] || problem "record: exit $code, expected $1: $(cat messages)"
    ! grep -q Sanitizer messages || problem "$(head -n 20 messages)"
}

test_record_a_conversation() {
    light_project
    start_record requests
    echo '{"op":"init","spec":"Light","id":"a"}' >&7
    reply_has '"verdict":"conforms"'
    # Answered means durable: another process sees it.
    expect 0 get a --json
    json state red
    printf '{"op":"transition","id":"a",' >&7
    printf '"action":"go","state":"green"}\n' >&7
    reply_has '"verdict":"conforms"'
    exec 7>&-
    end_record 0
}

test_record_ends_cleanly_at_a_signal() {
    light_project
    local signal
    for signal in TERM INT; do
        rm -f requests replies
        start_record requests
        echo "{\"op\":\"init\",\"spec\":\"Light\",\"id\":\"$signal\"}" >&7
        reply_has '"ok":true'
        # The loop waits for more now, or will: the signal is not lost either way.
        kill -$signal "$recorder"
        end_record 0
        exec 7>&-
        expect 0 get $signal
    done
}

test_record_follows_a_fifo() {
    light_project
    start_record requests --follow
    echo '{"op":"init","spec":"Light","id":"a"}' >&7
    reply_has '"ok":true'
    exec 7>&-
    # The last writer has left; the next one is heard all the same.
    echo '{"op":"transition","id":"a","action":"go","state":"green"}' >requests
    reply_has '"ok":true'
    kill -TERM "$recorder"
    end_record 0
    expect 0 get a --json
    json state green
}

test_record_when_nobody_reads_the_replies() {
    light_project
    awk 'BEGIN { for (i = 0; i < 20000; i++) printf "{\"op\":\"init\",\"spec\":\"Light\",\"id\":\"n%d\"}\n", i }' >lines
    "$spex_program" record --replies lines 2>err | head -n 1 >out
    [ "${PIPESTATUS[0]}" = 3 ] || problem "exit ${PIPESTATUS[0]}: $(cat err)"
    err_has "replies cannot be written"
    # What it had taken is whole.
    expect 0 instances --json
    json
}

test_record_two_processes() {
    light_project
    awk 'BEGIN { for (i = 0; i < 2000; i++) printf "{\"op\":\"init\",\"spec\":\"Light\",\"id\":\"one%d\"}\n", i }' >one
    sed s/one/two/ one >two
    expect 0 init Light first
    "$spex_program" record one >out1 2>err1 &
    local other=$!
    expect 0 record --replies two
    wait $other || problem "the other: $(cat err1)"
    expect 0 instances --json
    json '#' 4001
}

test_record_reports_timeouts() {
    light_project
    cat >lines <<'END'
{"op":"init","spec":"Light","id":"late","at":"2020-01-01T00:00:00Z"}
{"op":"init","spec":"Light","id":"punctual"}
{"op":"init","spec":"Light","id":"over","at":"2020-01-01T00:00:00Z"}
{"op":"transition","id":"over","action":"fail","state":"dark","at":"2020-01-01T00:00:00Z"}
END
    expect 0 record lines
    expect 0 events
    out_empty
    expect 0 record --timers /dev/null
    err_has late
    expect 0 events --json
    json '#' 1
    json 0.reason transition_timeout
    json 0.id late
    # What was over for longer than the prune timeout is gone.
    expect 1 get over
    # Once each.
    expect 0 record --timers /dev/null
    expect 0 events --json
    json '#' 1
}

test_record_learns() {
    light_project
    printf '{"op":"init","spec":"Light","id":"a"}\n{"op":"transition","id":"a","action":"fly","state":"sky"}\n' >lines
    # The second time the same identifiers are no trouble, and nothing is new.
    expect 0 record --learn spex_impl_models lines
    out_is "2 recorded, 0 of them deviations; 0 refused, 0 bad
spex_impl_models/Light.spex: 1 new
  red --[fly]-> sky"
    grep -qx 'red --\[fly\]-> sky' spex_impl_models/Light.spex || problem "$(cat spex_impl_models/Light.spex)"
    lines 9 spex_impl_models/Light.spex
    no_file spex_store
    expect 0 record --learn spex_impl_models --json lines
    json learned '[]'
    expect 0 record --learn grown/models --json lines
    json learned.0.spec Light
    json learned.0.file grown/models/Light.spex
    json learned.0.added.1.action fly
    [ "$(cat grown/models/Light.spex)" = "Specification: Light
Learning mode: false
Transitions:
nil --[__initialisation__]-> red
red --[fly]-> sky" ] || problem "$(cat grown/models/Light.spex)"
    # With a store that is named, that one.
    expect 0 record --learn grown/models --store kept --replies lines
    lines 2 out
    expect 0 get a --store kept --json
    json state sky
    expect 1 record --learn grown/models --store kept lines
    err_has "exists already"
}

# What a link leads to is written, and the link stays.
test_models_that_are_links() {
    light_project
    mkdir kept
    mv spex_impl_models/Light.spex kept
    ln -s ../kept/Light.spex spex_impl_models
    printf '%s\n' '{"op":"init","spec":"Light","id":"a"}' \
        '{"op":"transition","id":"a","action":"fly","state":"away"}' >lines
    expect 0 record --learn spex_impl_models lines
    out_has "spex_impl_models/Light.spex: 1 new"
    grep -qF 'red --[fly]-> away' kept/Light.spex || problem "not learned: $(cat kept/Light.spex)"
    sed -i '/fly/d; s/false/true/' kept/Light.spex
    expect 0 record lines
    expect 0 models export
    grep -qF 'red --[fly]-> away' kept/Light.spex || problem "not exported: $(cat kept/Light.spex)"
    [ -L spex_impl_models/Light.spex ] || problem "the link is gone"
}

test_record_learns_all_or_nothing() {
    light_project
    cp spex_impl_models/Light.spex before
    printf '{"op":"init","spec":"Light","id":"a"}\n{"op":"transition","id":"a","action":"fly","state":"sky"}\noops\n' >lines
    expect 2 record --learn spex_impl_models lines
    err_has "the models in spex_impl_models are left as they are"
    same before spex_impl_models/Light.spex
    head -n 2 lines >good
    printf '{"op":"init","spec":"Light","id":"b","state":"x]-> y --[z"}\n{"op":"transition","id":"b","action":"a","state":"c"}\n' >>good
    expect 2 record --learn spex_impl_models good
    same before spex_impl_models/Light.spex
    ls spex_impl_models >files
    lines 1 files
    expect 2 record --learn spex_impl_models --models spex_impl_models lines
    err_has "leave --models out"
    echo bad >spex_impl_models/Bad.spex
    expect 2 record --learn spex_impl_models lines
    err_has "Bad.spex:1"
}

# Cut short by a signal it writes no models; where a FIFO is followed that is the end of it.
test_record_learns_up_to_a_signal() {
    light_project
    cp spex_impl_models/Light.spex before
    mkfifo records
    for follow in "" --follow; do
        "$spex_program" record --learn spex_impl_models --replies $follow records >replies 2>messages &
        recorder=$!
        exec 9>records
        printf '{"op":"init","spec":"Light","id":"a"}\n{"op":"transition","id":"a","action":"fly","state":"sky"}\n' >&9
        until [ "$(wc -l <replies)" = 2 ]; do kill -0 $recorder || break; done
        if [ -z "$follow" ]; then
            kill -TERM $recorder
            wait $recorder
            grep -q "left as they are" messages || problem "$(cat messages)"
            same before spex_impl_models/Light.spex
        else
            kill -TERM $recorder
            wait $recorder || problem "exit $?: $(cat messages)"
            grep -q "1 new in the model of Light: red --\[fly\]-> sky" messages || problem "$(cat messages)"
            lines 9 spex_impl_models/Light.spex
        fi
        exec 9>&-
    done
}
