# init, transition, mock, get, instances, delete, prune, overdue, events, models export

emoji="🍣-寿司-\"O'Neill\""

test_record_and_get() {
    light_project
    expect 0 init Light a --meta '{"street": "Main"}'
    out_has "conforms"
    expect 0 transition a go green
    out_has "conforms"
    expect 0 get a
    out_has "green"
    out_has '{"street": "Main"}'
    expect 0 get a --json
    json id a
    json spec Light
    json state green
    json meta.street Main
    json mocked false
    json history.# 2
    json history.0.action __initialisation__
    json history.0.state red
    json history.1.action go
    json history.1.verdict conforms
    expect 1 get b
    err_has "b"
    out_empty
}

test_files_as_the_umask_says() {
    light_project
    before=$(umask)
    umask 002
    expect 0 init Light a
    expect 0 store backup copy
    umask "$before"
    for file in spex_store/* copy/*; do
        [ "$(stat -c %a "$file")" = 664 ] || problem "$file has $(stat -c %a "$file")"
    done
}

test_times_far_away() {
    light_project
    for time in 9999-12-31T23:59:59-01:00 1969-12-31T23:59:59Z 0500-01-01T00:00:00Z; do
        expect 2 init Light a --at "$time"
        err_has "wants a time after 1970-01-01T00:00:00Z and before the year 10000 (UTC), not '$time'"
    done
    expect 2 init Light a --at yesterday
    err_has "wants a time like 2026-01-31T12:00:00Z"
    printf '{"op":"init","spec":"Light","id":"old","at":"0500-01-02T03:04:05Z"}\n' |
        expect 0 record
    expect 0 get old
    out_has "0500-01-02 03:04:05"
}

test_given_times_and_states() {
    light_project
    expect 1 init Light a --state green --at 2026-01-31T12:00:00.123Z
    err_has "recorded all the same"
    expect 0 transition a warn amber --at 2026-01-31T13:00:00+01:00
    expect 0 get a --json
    json history.0.at 2026-01-31T12:00:00.123Z
    json history.0.state green
    expect 0 get a --utc
    out_has "2026-01-31 12:00:00Z"
    TZ=UTC-2 expect 0 get a
    out_has "2026-01-31 14:00:00"
    expect 2 init Light b --at yesterday
    expect 2 transition a stop red --at 2026-13-01T00:00:00Z
    err_has "--at wants a time"
}

test_deviations_are_recorded_all_the_same() {
    light_project
    expect 0 init Light a
    expect 1 transition a fly sky
    out_has deviation_not_equivalent
    err_has "recorded all the same"
    expect 0 get a --json
    json state sky
    json history.1.verdict deviation_not_equivalent
    expect 0 init Light b
    expect 1 transition b fly sky --json
    json ok false
    json recorded true
    json verdict deviation_not_equivalent
    json reason deviation_not_equivalent
    # Accepted by default: the model plus the step still equals the specification.
    expect 0 init Light c
    expect 0 transition c go green
    expect 0 transition c __internal__ green --json
    json ok true
    json verdict deviation_still_equivalent
    expect 0 events
    out_has deviation_not_equivalent
    expect 0 events --json --id a
    json '#' 1
    json 0.reason deviation_not_equivalent
    json 0.action fly
    json 0.from red
    json 0.state sky
    expect 0 events --reason deviation_still_equivalent --json
    json 0.id c
    expect 0 events --limit 1 --json
    json '#' 1
    expect 0 events --where 'reason:still state:green' --json
    json '#' 1
    json 0.id c
    expect 0 events --where 'not deviated' --json
    json '#' 0
    expect 2 events --where 'id:c history>2'
    err_has 'there is no key history'
    err_has '     ^~~~~~~'
    expect 2 events --reason deviation_not_equivalnt
    err_has "did you mean 'deviation_not_equivalent'?"
}

test_refused_calls() {
    light_project
    expect 0 init Light a
    expect 1 init Light a --json
    json ok false
    json recorded false
    json reason instance_identifier_already_in_use
    expect 1 transition b go green --json
    json reason instance_identifier_not_found
    expect 2 init Lihgt b
    err_has "did you mean 'Light'?"
    expect 2 mock Lihgt b red
    expect 2 init Light b --meta '{"open": '
    expect 2 init Light b --meta '[1]'
    expect 2 init Light ''
    expect 2 transition a '' green
    expect 1 get b
    expect 0 get a --json
    json history.# 1
}

test_learning_without_a_model() {
    light_project
    rm -r spex_impl_models
    expect 0 init Light a
    out_has learned
    expect 0 transition a go green
    out_has learned
    expect 0 models --json
    json 0.model learning
    json 0.transitions 1
    expect 0 models export --json
    json models 1
    grep -q 'red --\[go\]-> green' spex_impl_models/Light.spex || problem "nothing was exported"
    expect 0 models export elsewhere
    same elsewhere/Light.spex spex_impl_models/Light.spex
    expect 1 check
}

test_mock() {
    light_project
    expect 0 mock Light a amber --meta '{"why":"a test"}'
    expect 0 get a --json
    json mocked true
    json state amber
    json history.# 0
    expect 0 transition a stop red
    expect 0 get a --json
    json mocked false
    expect 0 mock Light a 'any state'
    expect 0 get a --json
    json state 'any state'
    json meta null
    expect 0 mock Light b red --json
    json ok true
}

test_hostile_identifiers() {
    light_project
    local id long
    long=$(printf 'x%.0s' $(seq 1024))
    for id in "$emoji" '-x' '--json' "; rm -rf / '" 'a b' '%s%n' "$(printf 'two\nlines')" "$(printf '\033[31mred')" \
        '../../etc' 'é' "$long" '*' '"' '\' $'\u202ereversed'; do
        expect 0 init Light -- "$id"
        expect 0 transition -- "$id" go green
        expect 0 get --json -- "$id"
        json state green
        json id "$id"
    done
    expect 2 init Light "${long}x"
    expect 2 init Light "$(printf 'bad\377')"
    expect 0 instances --json
    json '#' 15
    expect 0 instances
    lines 16 out
    out_has "$emoji"
    ! grep -q "$(printf '\033')" out || problem "an escape sequence in the output"
    expect 0 get "$(printf '\033[31mred')"
    ! grep -q "$(printf '\033')" out || problem "an escape sequence in the output"
    expect 0 instances --text o\'neill --json
    json '#' 1
    json 0.id "$emoji"
    expect 0 delete -- '-x' '--json' "$emoji"
    expect 0 instances --json
    json '#' 12
}

# Six instances: two red, one of them mocked; one deviated; one overdue; two dark.
some_instances() {
    light_project
    cat >lines <<'END'
{"op":"init","spec":"Light","id":"a-red"}
{"op":"mock","spec":"Light","id":"b-red","state":"red"}
{"op":"init","spec":"Light","id":"c-gone"}
{"op":"transition","id":"c-gone","action":"fly","state":"sky"}
{"op":"init","spec":"Light","id":"d-late","at":"2020-01-01T00:00:00Z"}
{"op":"transition","id":"d-late","action":"go","state":"green","at":"2020-01-02T00:00:00Z"}
{"op":"init","spec":"Light","id":"e-dark","at":"2020-01-01T00:00:00Z"}
{"op":"transition","id":"e-dark","action":"fail","state":"dark","at":"2020-01-01T12:00:00Z"}
{"op":"init","spec":"Light","id":"f-dark"}
{"op":"transition","id":"f-dark","action":"fail","state":"dark"}
END
    expect 1 record lines
}

# JSON may hold what a terminal obeys, and be written on several lines.
test_meta_is_one_harmless_line() {
    light_project
    meta=$(printf '{"a":\n\t"\302\23331m\177\342\200\256 gr\303\274n\360\237\230\200"\n}')
    expect 0 init Light one --meta "$meta"
    for verb in "get one" instances; do
        expect 0 $verb --json
        lines 1 out
        out_has '"a":  "\u009b31m\u007f\u202e grün😀"'
        json
    done
}

test_instances_filters() {
    some_instances
    ids() { # expected identifiers, options...
        local wanted=$1 got
        shift
        expect 0 instances --json "$@"
        got=$(for ((i = 0; i < $("$json_program" '#' <out); i++)); do "$json_program" $i.id <out; done | tr '\n' ' ')
        [ "$got" = "$wanted" ] || problem "instances $*: $got, expected $wanted"
    }
    ids "a-red b-red c-gone d-late e-dark f-dark "
    ids "a-red b-red " --state red
    ids "e-dark f-dark " --state dark --spec Light
    ids "" --spec Other
    ids "d-late " --overdue
    ids "c-gone " --deviated
    ids "b-red " --mocked
    ids "d-late " --text LATE
    ids "e-dark f-dark " --text dark
    ids "a-red b-red c-gone d-late e-dark f-dark " --text ''
    ids "a-red b-red " --limit 2
    ids "a-red e-dark f-dark " --where 'state:red,dark not mocked'
    ids "c-gone d-late " --where 'deviated or overdue'
    ids "e-dark " --where 'state:dark age>365d'
    ids "e-dark " --where 'age>365d' --state dark
    ids "e-dark f-dark " --where 'action:fail'
    ids "" --where 'meta.x=1 or meta.x'
    ids "" --where 'history>5'
    ids "f-dark e-dark d-late c-gone b-red a-red " --reverse
    ids "e-dark f-dark d-late a-red b-red c-gone " --sort state
    ids "e-dark d-late " --sort changed --where 'age>365d'
    ids "d-late e-dark " --sort changed --where 'age>365d' --reverse
    ids "b-red a-red " --sort history --where state:red
    ids "d-late " --sort overdue --limit 1
    expect 2 instances --sort histry
    err_has "did you mean 'history'?"
    expect 2 instances --sort id --recent
    expect 2 instances --where 'state:red and stat:x'
    err_has "filter:1:15: there is no key stat; did you mean state?"
    err_has "  state:red and stat:x"
    err_has "                ^~~~"
    expect 0 instances --recent --json
    json 4.id d-late
    json 5.id e-dark
    expect 0 instances
    out_first "$(head -n 1 out)"
    lines 7 out
    out_has "overdue"
    out_has "deviated"
    out_has "mocked"
    expect 0 instances --state nowhere
    out_empty
}

test_instances_columns_are_aligned() {
    light_project
    expect 0 init Light 日本語
    expect 0 init Light plain-name
    expect 0 instances
    # Three wide characters are six columns, as four more spaces show.
    grep -q '^日本語      Light ' out || problem "$(cat out)"
    grep -q '^plain-name  Light ' out || problem "$(cat out)"
}

test_many_instances_are_listed_in_order() {
    light_project
    awk 'BEGIN { for (i = 0; i < 2500; i++) printf "{\"op\":\"init\",\"spec\":\"Light\",\"id\":\"n%05d\"}\n", (i * 7919) % 2500 }' >lines
    expect 0 record lines
    out_has "2500 recorded"
    expect 0 instances
    lines 2501 out
    tail -n +2 out | cut -d' ' -f1 >ids
    sort -c ids || problem "not in order"
    expect 0 instances --json
    json '#' 2500
    json 2499.id n02499
    expect 0 instances --recent --limit 1500 --json
    json '#' 1500
}

test_overdue() {
    some_instances
    expect 0 overdue
    lines 2 out
    out_has d-late
    expect 1 overdue --fail
    expect 1 overdue --fail --json
    json 0.id d-late
    expect 0 overdue --fail --spec Other
    expect 0 transition d-late warn amber
    expect 0 overdue --fail
    out_empty
    expect 0 overdue --json
    json '#' 0
}

test_delete() {
    some_instances
    expect 0 delete a-red not-there
    out_has "1 instance deleted"
    err_has not-there
    expect 0 delete a-red --json
    json deleted 0
    expect 1 delete --matching --state dark
    out_has "2 instances would be deleted"
    err_has "--yes"
    expect 0 get e-dark
    expect 0 delete --matching --state dark --yes --json
    json deleted 2
    expect 1 get e-dark
    expect 0 delete --where 'mocked or deviated' --dry-run
    out_has "2 instances would be deleted"
    out_has "Light"
    expect 0 delete --where mocked --dry-run --yes --json
    json would_delete 1
    json of.0.state red
    expect 1 delete --where mocked
    err_has "--yes"
    expect 2 delete --where 'state:' --yes
    expect 2 delete --where ' ' --yes
    err_has "--all"
    expect 2 delete a-red --where mocked --yes
    expect 0 delete --where mocked --yes
    out_has "1 instance deleted"
    expect 0 mock Light b-red red
    expect 2 delete
    expect 2 delete --matching
    expect 2 delete --matching --yes
    err_has "--all"
    expect 2 delete --matching --text '' --yes
    expect 2 delete c-gone --state sky
    expect 2 delete c-gone --matching --state sky
    expect 0 instances --json
    json '#' 3
    expect 0 delete --matching --all --yes
    expect 0 instances --json
    json '#' 0
}

test_prune() {
    some_instances
    expect 0 prune --dry-run
    out_has "1 instance would be pruned"
    expect 0 get e-dark
    expect 0 prune --json
    json pruned 1
    expect 1 get e-dark
    expect 0 get d-late
    expect 0 get f-dark
}

test_missing_store() {
    light_project
    for arguments in "get a" "instances" "overdue" "overdue --fail" "events" "transition a go green" \
        "delete a" "delete --matching --all" "delete --matching --all --yes" "prune" "prune --dry-run" "models export"; do
        expect 3 $arguments
        err_has "no store"
        out_empty
        no_file spex_store
    done
    expect 3 models --store nowhere
    mkdir empty
    expect 3 instances --store empty
    [ -z "$(ls empty)" ] || problem "something was written into the folder"
    echo text >file
    expect 3 instances --store file
    expect 3 init Light a --store file
}

test_what_is_no_store() {
    light_project
    expect 0 init Light a
    cp -r spex_store damaged
    head -c 4096 /dev/urandom >damaged/store.ini
    expect 3 instances --store damaged
    expect 3 init Light b --store damaged
    rm -r damaged
    cp -r spex_store damaged
    head -c 20000 /dev/urandom >damaged/shard-1.db
    spex instances --store damaged --json
    [ "$code" = 3 ] || problem "exit $code with a damaged shard"
    json
    err_has "shard"
}

test_read_only_store() {
    light_project
    expect 0 init Light a
    if [ "$(id -u)" = 0 ]; then
        skip "run by root, who may write everywhere"
        return
    fi
    chmod -R a-w spex_store
    expect 0 get a
    expect 0 instances
    expect 3 init Light b
    expect 3 transition a go green
    expect 3 delete a
}

test_bad_specifications_warn() {
    light_project
    echo nonsense >specs/bad.spec
    expect 0 init Light a
    err_has "bad.spec:1"
    expect 0 transition a go green
}

test_the_demo() {
    SPEX=$spex_program "$source_dir/specs/demo" 'my store' >out 2>err || problem "demo: $(cat out err)"
    out_has "my store is filled"
    local at=("--specs" "$source_dir/specs" "--models" "$source_dir/specs/models" "--store" 'my store')
    expect 0 instances "${at[@]}" --json
    json '#' 280
    cp out before
    expect 0 get order-1042 "${at[@]}" --json
    json spec Order
    json state packed
    json meta.city Utrecht
    expect 0 overdue "${at[@]}" --spec Order --json
    json '#' 1
    json 0.id order-1042
    expect 0 get "order-🍣-寿司-\"O'Neill\"" "${at[@]}"
    out_has "O'Neill"
    expect 0 instances "${at[@]}" --mocked --json
    json '#' 4
    expect 0 events "${at[@]}" --reason deviation_not_equivalent --json
    json 0.spec
    expect 0 events "${at[@]}" --reason deviation_still_equivalent --json
    json 0.spec MqttQos2Sender
    expect 0 events "${at[@]}" --reason transition_timeout --spec Order --json
    json '#' 1
    json 0.id order-1042
    expect 0 models "${at[@]}" --json
    json 1.model learning
    SPEX=$spex_program "$source_dir/specs/demo" 'my store' >out 2>err || problem "demo again: $(cat out err)"
    out_has "nothing was added"
    expect 0 instances "${at[@]}" --json
    json '#' 280
    # Other instances are left alone.
    light_project
    expect 0 init Light mine
    ! SPEX=$spex_program "$source_dir/specs/demo" spex_store >out 2>err || problem "it filled a store in use"
    err_has "other instances"
    expect 0 instances --json
    json '#' 1
}

# Only what a creation cut short leaves is taken away for a new store.
test_a_new_store_removes_nothing_of_others() {
    light_project
    for file in shard-1.db.bak shard-7.txt shard-1.db-wal.old; do
        rm -rf mine
        mkdir mine
        echo precious >mine/$file
        expect 3 init Light a --store mine
        err_has "mine is not a store and not empty (there is $file)"
        [ "$(cat mine/*)" = precious ] || problem "$file was touched"
    done
    rm -r mine
    mkdir mine
    touch mine/shard-2.db mine/shard-2.db-wal mine/shard-9.lock
    expect 0 init Light a --store mine
    expect 0 store verify --store mine
}

test_a_wrong_name_makes_no_store() {
    light_project
    expect 2 init Ligth a --store never
    err_has "did you mean 'Light'?"
    expect 2 mock Ligth a red --store never
    [ ! -e never ] || problem "there is a store"
}
