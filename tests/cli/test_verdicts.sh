# check, compare

test_check_the_examples() {
    expect 1 check --specs "$source_dir/specs" --models "$source_dir/specs/models" --json
    local name
    json '#' 6
    for name in "0 CircuitBreaker equivalent" "1 Elixir.Shop.Subscription not equivalent" \
        "2 MqttQos2Sender equivalent" "3 Order equivalent" "4 TCP not equivalent" "5 TwoPhaseCommit not equivalent"; do
        set -- $name
        json "$1.spec" "$2"
        json "$1.verdict" "${*:3}"
    done
    json 1.learning true
    json 3.learning false
    json 0.explanation null
    # Extra behaviour is the implementation's, missing behaviour the specification's.
    json 4.explanation.kind trace
    json 4.explanation.side right
    json 5.explanation.kind trace
    json 5.explanation.side left
    expect 1 check --specs "$source_dir/specs" --models "$source_dir/specs/models"
    out_has "rcv FIN,ACK"
    out_has "coordinator silent"
    out_has "(learning)"
    out_has "Not yet: this model learns"
}

test_check_one() {
    expect 0 check Order --specs "$source_dir/specs" --models "$source_dir/specs/models"
    lines 1 out
    expect 1 check Order TCP --specs "$source_dir/specs" --models "$source_dir/specs/models"
    expect 0 check "$source_dir/specs/models/Order.spex" --specs "$source_dir/specs"
    expect 1 check "$source_dir/specs/models/TCP.spex" --specs "$source_dir/specs"
    expect 0 check "$source_dir/specs/order.spec" --models "$source_dir/specs/models"
    expect 1 check "$source_dir/specs/subscription.ex" --models "$source_dir/specs/models"
    expect 2 check Oder --specs "$source_dir/specs" --models "$source_dir/specs/models"
    err_has "did you mean 'Order'?"
    expect 2 check nowhere.spex Order --specs "$source_dir/specs" --models "$source_dir/specs/models"
    err_has "nowhere.spex"
    out_has "equivalent      Order"
}

test_check_takes_no_lts() {
    light_project
    printf 'des (0,1,2)\n(0,"a",1)\n' >a.aut
    expect 2 check a.aut
    err_has "a.aut: an LTS is of no specification; spex compare takes it"
    expect 2 check a.aut Light --json
    json 0.verdict error
    json 1.verdict equivalent
}

# Standard input stays what it is for a file that is read from it.
test_check_reads_standard_input_behind_others() {
    light_project
    rm -r spex_impl_models
    sed 's/Light/Lamp/' specs/light.spec >lamp
    ln -s /dev/stdin lamp.spec
    expect 0 check specs/light.spec lamp.spec <lamp
    out_has "no model        Lamp"
}

test_check_goes_on_behind_bad_files() {
    light_project
    printf 'Specification: Bad\nTransitions:\nred --[\n' >specs/bad.spec
    expect 2 check
    out_has "equivalent      Light"
    err_has "bad.spec:3:"
    expect 2 check --json
    json 0.verdict equivalent
    json 1.verdict error
    rm specs/bad.spec
    echo nonsense >spex_impl_models/Light.spex
    expect 2 check
    err_has "Light.spex:1:"
    printf 'Specification: Other\nLearning mode: false\nTransitions:\n\n' >spex_impl_models/Other.spex
    expect 2 check
    err_has "Other"
    # A "no" does not hide that something could not be read.
    rm spex_impl_models/Light.spex
    printf 'Specification: Light\nLearning mode: false\nTransitions:\n\n' >spex_impl_models/Light.spex
    expect 2 check
    out_has "not equivalent  Light"
}

test_check_without_models() {
    light_project
    rm -r spex_impl_models
    expect 0 check
    out_has "no model        Light"
    expect 0 check --json
    json 0.verdict "no model"
    json 0.model null
    expect 2 check --models nowhere
    err_has "nowhere"
    expect 2 check --specs nowhere
    err_has "nowhere"
    rm -r specs
    expect 2 check
    err_has "there are no specifications"
    expect 2 check --json
    json '#' 0
}

test_check_names_the_instances() {
    light_project
    # A deviation of two instances, then learned by a third while a model is learning.
    local id
    for id in lamp-1 lamp-2 lamp-3; do
        expect 0 init Light "$id"
        [ "$id" = lamp-3 ] || spex transition "$id" smoke dark
    done
    echo 'red --[smoke]-> dark' >>spex_impl_models/Light.spex
    expect 1 check
    out_has 'Instances that did "smoke" in "red": lamp-1, lamp-2.'
    expect 1 check --json
    json 0.explanation.kind trace
    json 0.explanation.side right
    json 0.instances.# 2
    json 0.instances.1 lamp-2
    # Without a store there is nothing to name, and that is no mistake.
    expect 1 check --store elsewhere
    out_lacks lamp-1
    expect 1 check --json --store elsewhere
    json 0.instances.# 0
    # What was learned is found in the history.
    rm spex_impl_models/Light.spex
    rm -r spex_store
    expect 0 init Light lamp-4
    expect 0 transition lamp-4 smoke dark
    expect 0 models export
    expect 1 check
    out_has 'The instance that did "smoke" in "red": lamp-4.'
    out_has 'A test to write: start in "red", then expect go.'
}

test_compare_explains_every_notion() {
    local pairs=$source_dir/tests/check/pairs notion
    for notion in branching divergence strong weak trace weak-trace; do
        expect 1 compare -e $notion --explain --json "$pairs"/extra-and-missing_1.aut "$pairs"/extra-and-missing_2.aut
        json equivalence $notion
        json explanation.kind trace
        json explanation.side right
        json explanation.also.side left
        json explanation.still_holds.# 0
    done
    json explanation.formula null
    expect 1 compare --explain --json "$pairs"/overtaken_1.aut "$pairs"/overtaken_2.aut
    json explanation.kind choice
    json explanation.same_traces true
    json explanation.rounds.# 2
    json explanation.rounds.0.position.rounds 2
    json explanation.rounds.0.attacker left
    json explanation.rounds.0.before true
    json explanation.rounds.0.answer_before 1
    json explanation.rounds.0.answers.0.next.rounds 1
    json explanation.rounds.1.answer null
    json explanation.rounds.1.offered.0 a
    json explanation.formula.side left
    json explanation.formula.depth 2
    json explanation.formula.text '<tau*>(<a>true and <tau*><b>true)'
    json explanation.still_holds.0 weak
    json explanation.still_holds.1 weak-trace
    expect 1 compare -e divergence --explain --json "$pairs"/endless_1.aut "$pairs"/endless_2.aut
    json explanation.kind divergence
    json explanation.side right
    json explanation.cycle.# 2
    json explanation.formula.text '<tau*><a>not <tau*>forever'
    json explanation.still_holds.0 branching
}

test_compare_specification_and_model() {
    light_project
    expect 0 compare specs/light.spec spex_impl_models/Light.spex
    out_first equivalent
    out_has "from initialisation on"
    grep -v dark spex_impl_models/Light.spex >less.spex
    expect 1 compare specs/light.spec less.spex
    out_first "not equivalent"
    lines 4 out
    expect 1 compare specs/light.spec less.spex --explain
    out_first "not equivalent"
    out_has "fail"
    out_has "less.spex"
    expect 1 compare specs/light.spec less.spex --explain --json
    json equivalent false
    json explanation.kind trace
    json explanation.side left
    # as show and the explorer count, without what is before initialisation
    json left.states 4
    json left.transitions 4
    expect 0 compare specs/light.spec spex_impl_models/Light.spex --json --explain
    json equivalent true
    # A model that starts elsewhere.
    sed 's/nil --\[__initialisation__\]-> red/nil --[__initialisation__]-> green/' spex_impl_models/Light.spex >other.spex
    expect 1 compare specs/light.spec other.spex
}

test_compare_up_to_internal_steps() {
    printf 'Specification: A\nTransitions:\na --[go]-> b\nb --[stop]-> c\n' >a.spec
    printf 'Specification: A\nTransitions:\na --[go]-> x\nx --[__internal__]-> b\nb --[stop]-> c\n' >b.spec
    expect 0 compare a.spec b.spec
    # A choice that an internal step takes away is seen.
    printf 'Specification: A\nTransitions:\na --[go]-> b\na --[stop]-> c\n' >c.spec
    printf 'Specification: A\nTransitions:\na --[__internal__]-> x\nx --[go]-> b\na --[stop]-> c\n' >d.spec
    expect 1 compare c.spec d.spec --explain
    expect 1 compare d.spec c.spec --explain --json
    json explanation.kind
}

test_compare_lts_with_the_others() {
    light_project
    expect 0 convert specs/light.spec light.aut
    expect 0 compare light.aut specs/light.spec
    out_has "from the initial states on"
    expect 0 compare spex_impl_models/Light.spex light.aut
    expect 0 compare light.aut light.aut
    # Two initial states cannot be stripped of their initialisation.
    echo 'nil --[__initialisation__]-> dark' >>spex_impl_models/Light.spex
    expect 2 compare light.aut spex_impl_models/Light.spex
    err_has "Light"
}

test_compare_counts_one_in_the_singular() {
    printf 'des (0,1,1)\n(0,"a",0)\n' >one.aut
    printf 'des (0,2,2)\n(0,"a",1)\n(1,"a",0)\n' >two.aut
    expect 0 compare one.aut two.aut
    out_has "one.aut: 1 state, 1 transition"
    out_lacks "1 states"
    out_lacks "1 transitions"
    out_has "two.aut: 2 states, 2 transitions"
}

test_compare_names_files_without_their_folders() {
    mkdir -p here there
    printf 'des (0,2,3)\n(0,"a",1)\n(1,"b",2)\n' >here/one.aut
    printf 'des (0,2,3)\n(0,"a",1)\n(1,"c",2)\n' >there/two.aut
    cp there/two.aut there/one.aut
    expect 1 compare here/one.aut "$PWD/there/two.aut" --explain
    out_has "  $PWD/there/two.aut: 3 states, 2 transitions"
    out_has "two.aut can do something one.aut cannot:"
    out_has "After the same steps one.aut is in"
    # where only folders tell them apart they are named
    expect 1 compare here/one.aut there/one.aut --explain
    out_has "there/one.aut can do something here/one.aut cannot:"
}

test_compare_internal_label() {
    printf 'des (0,2,3)\n(0,i,1)\n(1,a,2)\n' >i.aut
    printf 'des (0,2,3)\n(0,tau,1)\n(1,a,2)\n' >tau.aut
    printf 'des (0,1,2)\n(0,a,1)\n' >none.aut
    expect 0 compare i.aut none.aut
    out_has '"i" is a step that nobody sees'
    expect 0 compare tau.aut none.aut
    out_has '"tau" is a step that nobody sees'
    # One of both files has tau: i is visible in both.
    expect 1 compare i.aut tau.aut
    out_has '"tau" is a step that nobody sees'
    expect 1 compare tau.aut i.aut
    expect 1 compare i.aut none.aut --tau tau
    expect 1 compare tau.aut none.aut --tau i --json
    json internal i
    expect 1 compare i.aut none.aut --tau a
}

test_compare_wrong_use() {
    light_project
    expect 2 compare specs/light.spec nowhere.spec
    err_has nowhere.spec
    out_empty
    expect 2 compare specs/light.spec specs
    expect 2 compare specs/light.spec specs/light.spec -e bisimilar
    expect 0 compare specs/light.spec specs/light.spec -e branching
    for notion in divergence strong weak trace weak-trace; do
        expect 0 compare specs/light.spec specs/light.spec -e $notion
    done
    printf 'des (0,1,2)\n(0,a,7)\n' >bad.aut
    expect 2 compare bad.aut specs/light.spec
    err_has "bad.aut"
    printf 'des (0,9,2)\n(0,a,1)\n' >short.aut
    expect 2 compare short.aut short.aut
    err_has "short.aut"
}

test_compare_known_verdicts() {
    local data=$shared_dir/data/lts/textbook left right wanted got count=0
    [ -r "$data/cmp_matrix.tsv" ] || { skip "the shared data is not there"; return; }
    head -n 1 "$data/cmp_matrix.tsv" >header
    while IFS=$'\t' read -r left right wanted; do
        [ -r "$data/$left" ] && [ -r "$data/$right" ] || continue
        # mCRL2 takes the multi-actions a|b and b|a for the same.
        ! grep -q '|' "$data/$left" || continue
        case $wanted in true | yes | 1) got=0 ;; false | no | 0) got=1 ;; *) continue ;; esac
        spex compare --tau tau "$data/$left" "$data/$right"
        [ "$code" = "$got" ] || problem "$left $right: exit $code, the verdict is $wanted"
        count=$((count + 1))
    done < <(awk -F'\t' 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        { l = at["left"] ? at["left"] : 1; r = at["right"] ? at["right"] : 2; print $l "\t" $r "\t" $(at["branching-bisim"]) }' \
        "$data/cmp_matrix.tsv")
    [ "$count" -gt 10 ] || problem "only $count pairs were compared: $(cat header)"
}

test_coverage() {
    light_project
    expect 0 coverage
    out_first "Light: 4 of 4 transitions covered by the model (100 %)"
    out_has "4 of 4 states, 4 of 4 pairs of"
    out_lacks "would cover"
    grep -v 'dark\|stop' spex_impl_models/Light.spex >less.spex
    mv less.spex spex_impl_models/Light.spex
    expect 0 init Light lamp-1
    expect 0 transition lamp-1 go green
    expect 0 coverage Light
    out_first "Light: 2 of 4 transitions covered by the model (50 %)"
    out_has "3 of 4 states, 1 of 4 pairs of"
    out_has "covered       1 "
    out_has "not covered   0             -"
    out_has "A test that would cover the rest:"
    out_has "1. start in red, go -> green, warn -> amber, stop -> red, fail -> dark"
    expect 1 coverage --fail
    expect 1 coverage --fail-under 51
    expect 0 coverage --fail-under 50
    expect 2 coverage --fail-under 101
    expect 0 coverage --json
    json '#' 1
    json 0.spec Light
    json 0.equivalent false
    json 0.transitions.covered 2
    json 0.transitions.total 4
    json 0.pairs.total 4
    json 0.list.# 4
    json 0.list.0.transition.1 go
    json 0.list.0.covered true
    json 0.list.0.count 1
    json 0.list.3.covered false
    json 0.list.3.last_seen null
    json 0.tests.# 1
    json 0.tests.0.4.1 fail
    expect 2 coverage Lihgt
    err_has "did you mean 'Light'?"
    # Without a model or a store nothing is covered.
    rm -r spex_impl_models spex_store
    expect 1 coverage --fail
    out_has "0 of 4 transitions"
    out_has "there is no model of it yet"
}

test_coverage_of_the_examples() {
    expect 0 coverage --specs "$source_dir/specs" --models "$source_dir/specs/models" --json
    json '#' 6
    json 5.spec TwoPhaseCommit
    json 5.transitions.covered 8
    json 5.tests.# 2
    expect 0 coverage --specs "$source_dir/specs" --models "$source_dir/specs/models"
    [ "$(awk 'length > 80' out | grep -v -e '-->\|]->' | wc -l)" -eq 0 ] || problem "too wide: $(awk 'length > 80' out)"
}

# What the store learned since the file was written is part of a learning model.
test_check_takes_what_was_learned() {
    mkdir specs models
    printf 'Specification: Light\nTransitions:\noff --[press]-> on\non --[press]-> off\n' >specs/light.spec
    printf 'Specification: Light\nLearning mode: true\nTransitions:\nnil --[__initialisation__]-> off\noff --[press]-> on\n' >models/Light.spex
    expect 1 check --models models
    out_has "not equivalent"
    expect 0 init Light one --models models
    expect 0 transition one press on --models models
    expect 1 check --models models
    expect 0 transition one press off --models models
    expect 0 check --models models
    out_has "equivalent"
    expect 1 check --models models --store elsewhere
}

# A misspelt state is told with its place wherever people look, and changes no answer.
test_warnings_of_specifications() {
    light_project
    expect 0 check
    err_empty
    sed -i 's/green --\[warn\]-> amber/green --[warn]-> ambre/' specs/light.spec
    expect 1 check
    out_first "not equivalent  Light"
    err_has "spex check: warning: ./specs/light.spec:7:18: the state 'ambre' occurs only here"
    err_has "'amber', which nothing leads to, occurs only at 8:1: one of the two is probably misspelt"
    expect 1 check --json
    json 0.warnings.# 1
    json 0.warnings.0.line 7
    json 0.warnings.0.column 18
    expect 1 check specs/light.spec
    err_has "warning: specs/light.spec:7:18: "
    expect 0 models
    err_has "spex models: warning: ./specs/light.spec:7:18: "
    expect 0 show specs/light.spec
    err_has "spex show: warning: specs/light.spec:7:18: "
    spex doctor
    out_has "warning"
    out_has "./specs/light.spec:7:18: the state 'ambre' occurs only here"
    # Who records is not told of it again and again.
    expect 0 init Light one
    err_empty
}

# Whatever there is too little memory for is named.
test_compare_says_what_memory_is_for() {
    (ulimit -v 1000000 && "$spex_program" --version >/dev/null 2>&1) || {
        skip 'sanitizers need more address space than can be limited'
        return
    }
    awk 'BEGIN { n = 300000; print "des (0," n "," n ")"
        for (i = 0; i < n; i++) print "(" i ",\"a" i % 7 "\"," (i * 7919 + 1) % n ")" }' >one.aut
    local limit reading=0 comparing=0
    for limit in $(seq 20000 1000 80000); do
        code=0
        (ulimit -v "$limit" && exec "$spex_program" compare one.aut one.aut) >out 2>err || code=$?
        case "$code" in
        0) ;;
        3)
            if grep -q 'one.aut: out of memory while it was read' err; then
                reading=$((reading + 1))
            else
                err_has 'out of memory comparing one.aut with one.aut, 600000 transitions together'
                comparing=$((comparing + 1))
            fi
            ;;
        *) grep -q 'error while loading shared libraries\|thread' err ||
            problem "exit $code with $limit KiB: $(head -c 300 err)" ;;
        esac
    done
    [ "$reading" -gt 0 ] && [ "$comparing" -gt 0 ] || problem "reading $reading, comparing $comparing times"
}
