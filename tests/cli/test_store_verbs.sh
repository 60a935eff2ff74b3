# store info, verify, backup, vacuum

# A store with some orders in ./spex_store.
small_store() { # how many
    light_project
    for ((i = 0; i < $1; i++)); do
        printf '{"op":"init","spec":"Light","id":"l-%d"}\n' "$i"
        printf '{"op":"transition","id":"l-%d","action":"go","state":"green"}\n' "$i"
    done >records
    expect 0 record records
}
shards_of() { # directory
    ls "$1" | grep -c '^shard-[0-9]*\.db$'
}

test_store_info() {
    small_store 30
    expect 0 store info
    out_has "4 shards by XXH3_64bits"
    out_has "normal: what is acknowledged"
    out_has "INSTANCES"
    grep -q '^all  *30  *60  *0 ' out || problem "no sum: $(cat out)"
    SPEX_DURABILITY=full expect 0 store info
    out_has "full: what is acknowledged"
    expect 0 store info --json
    json shards.# 4
    json durability.option normal
    json file_system.local true
    json sqlite.version
    json shards.0.error null
    expect 3 store info --store nowhere
    err_has "nowhere"
    out_empty
    rm spex_store/shard-2.db
    expect 3 store info
    err_has "shard 2 ("
    out_has "all "
}

test_store_verify() {
    small_store 30
    expect 0 store verify
    out_has "sound: 4 shards, 30 instances, 60 steps; SQLite "
    expect 0 store verify --json
    json sound true
    json instances 30
    json findings.# 0
    # By hand, as with a program that does not know what it does.
    if ! command -v sqlite3 >/dev/null; then
        skip "there is no sqlite3"
        return
    fi
    sqlite3 spex_store/shard-1.db "UPDATE tally SET instances = 0"
    expect 1 store verify
    out_has "problem: shard 1 ("
    out_has "spex store repair"
    grep -q '^not sound' out || problem "no verdict"
    expect 1 store verify --json
    json sound false
    json findings.0.problem tally
    json findings.0.shard 1
    expect 3 store verify --store nowhere
    out_empty
    printf 'format = 99\n' >spex_store/store.ini
    expect 3 store verify
    err_has "newer spex"
}

test_store_backup() {
    small_store 30
    expect 0 store backup copy
    out_has "4 shards"
    [ "$(shards_of copy)" = 4 ] || problem "shards: $(ls copy)"
    expect 0 instances --json
    cp out original
    expect 0 instances --json --store copy
    same out original
    expect 0 store verify --store copy
    expect 2 store backup copy
    err_has "is there already"
    expect 3 store backup no/such/folder
    expect 2 store backup
    err_has "usage: spex store backup DIR"
    expect 2 store backup a b
    expect 3 store backup other --store nowhere
    no_file other
    expect 0 store backup 'a copy
of it/' --json
    json shards 4
    expect 0 get l-3 --store 'a copy
of it'
    # A backup can be written to, and the original does not notice.
    expect 0 transition l-3 warn amber --store copy
    expect 0 get l-3 --json
    json state green
}

test_store_vacuum() {
    small_store 400
    expect 0 delete --matching --all --yes
    expect 0 store vacuum --json
    before=$("$json_program" before <out) after=$("$json_program" after <out)
    [ "$after" -lt "$before" ] || problem "$before before, $after after"
    expect 0 store verify
    expect 0 store vacuum
    out_has " before, "
}

test_store_wrong_use() {
    expect 2 store
    expect 2 store backpu
    err_has "did you mean 'backup'?"
    expect 2 store info too
    expect 2 store verify too
    no_file spex_store
}

test_store_without_its_manifest() {
    small_store 10
    rm spex_store/store.ini
    for verb in instances overdue events "store info" "store backup copy" "store vacuum" \
        "transition l-1 warn amber" "init Light new"; do
        expect 3 $verb
        err_has "no store.ini"
        err_has "spex store repair"
    done
    expect 1 store verify
    out_has "spex store repair"
}
