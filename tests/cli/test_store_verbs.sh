# store info, verify, backup, reshard, repair, vacuum

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

test_store_reshard() {
    small_store 60
    expect 0 instances --json
    cp out before
    expect 0 store reshard 7
    out_has "7 shards now, 4 before: 60 instances, 120 steps"
    [ "$(shards_of spex_store)" = 7 ] || problem "shards: $(ls spex_store)"
    expect 0 instances --json
    same out before
    expect 0 store verify
    expect 0 get l-3 --json
    json history.# 2
    expect 0 store reshard 7
    out_has "already"
    expect 0 store reshard 2 --json
    json from 7
    json to 2
    json instances 60
    [ "$(ls spex_store | grep -c lock)" = 2 ] || problem "locks: $(ls spex_store)"
    no_file spex_store/staging
    expect 0 transition l-3 warn amber
    expect 0 store verify --json
    json findings.# 0
    for number in 0 1025 -1 2x "" 99999999999999999999; do
        expect 2 store reshard -- "$number"
    done
    expect 2 store reshard
    expect 3 store reshard 3 --store nowhere
    # What a store with another number of shards says names the way.
    SPEX_DISTRIBUTION_FACTOR=5 expect 3 transition l-3 stop red
    err_has "spex store reshard 5"
}

# Who could use a store before can go on to, and nobody else.
test_shards_keep_who_may_use_them() {
    small_store 60
    before=$(umask)
    chmod 660 spex_store/shard-*.db
    [ "$(id -u)" != 0 ] || chown 65534:65534 spex_store/shard-*.db
    owner=$(stat -c %u:%g spex_store/shard-1.db)
    umask 022
    expect 0 store reshard 6
    expect 0 store vacuum # with the locks of all shards
    expect 0 store verify
    for file in spex_store/shard-?.db spex_store/shard-[56].lock; do
        [ "$(stat -c %a:%u:%g "$file")" = "660:$owner" ] || problem "$file: $(stat -c %a:%u:%g "$file")"
    done
    chmod 600 spex_store/shard-2.db
    head -c 100 /dev/zero | dd of=spex_store/shard-2.db conv=notrunc 2>/dev/null
    rm spex_store/shard-1.db
    umask 002
    expect 1 store repair
    umask "$before"
    [ "$(stat -c %a:%u:%g spex_store/shard-2.db)" = "600:$owner" ] || problem "$(ls -l spex_store)"
    # one that was gone is as another is
    [ "$(stat -c %a:%u:%g spex_store/shard-1.db)" = "600:$owner" ] || problem "$(ls -l spex_store)"
    expect 0 store verify
}

test_store_repair() {
    small_store 60
    expect 0 store repair
    out_has "nothing to repair"
    expect 0 instances --json
    cp out before
    rm spex_store/store.ini
    expect 0 store repair
    out_has "store.ini was written anew"
    out_has "nothing was lost"
    expect 0 instances --json
    same out before
    # The first bytes of a file are what tells what it is.
    head -c 100 /dev/zero | dd of=spex_store/shard-2.db conv=notrunc 2>/dev/null
    expect 1 store verify
    expect 0 store repair --json
    json repaired true
    json complete true
    json shards.0.action none
    json shards.1.action salvaged
    json shards.1.lost 0
    kept=$("$json_program" shards.1.kept_as <out)
    [ -e "spex_store/$kept" ] || problem "no $kept: $(ls spex_store)"
    expect 0 instances --json
    same out before
    expect 0 store verify
    out_has "note: "
    rm spex_store/shard-1.db
    expect 1 store repair
    out_has "shard 1 was missing"
    out_has "not all could be kept"
    expect 0 store verify
    expect 3 store repair --store nowhere
    expect 2 store repair now
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
