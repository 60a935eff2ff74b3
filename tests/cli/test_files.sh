# show, convert, export: files in every format

test_show_a_specification() {
    light_project
    expect 0 show specs/light.spec
    out_has "Light"
    out_has "red --[go]-> green"
    out_has "1h"
    expect 0 show --json specs/light.spec
    json name Light
    json initial red
    json states '["red","green","amber","dark"]'
    json actions '["go","warn","stop","fail"]'
    json transitions.1 '["green","warn","amber"]'
    json terminal '["dark"]'
    json transition_timeout_ms 3600000
    json prune_timeout_ms 86400000
    json prunable terminal
    json custom_handler false
}

test_show_a_model() {
    light_project
    expect 0 show spex_impl_models/Light.spex
    out_has "learning mode       false"
    out_has "nil --[__initialisation__]-> red"
    expect 0 show spex_impl_models/Light.spex --json
    json
}

test_show_an_lts() {
    printf 'des (0,4,3)\n(0,tau,1)\n(1,"a b",2)\n(1,i,1)\n(2,c,0)\n' >a.aut
    expect 0 show a.aut
    out_has "internal            1 (label tau)"
    out_has "a b, i, c"
    out_has "terminal states     0"
    expect 0 show a.aut --tau i
    out_has "internal            1 (label i)"
    out_has "tau, a b, c"
    expect 0 show a.aut --json
    json
}

test_show_elixir_modules() {
    [ -r "$shared_dir/data/elixir/expected.json" ] || { skip "the shared data is not there"; return; }
    local file module
    for file in order forms; do
        expect 0 show --json "$shared_dir/data/elixir/$file.ex"
        cp out answer
        for module in 0 1 2 3; do
            "$json_program" "$file.ex.$module" <"$shared_dir/data/elixir/expected.json" >one 2>/dev/null || break
            for key in name initial states actions transitions terminal transition_timeout_ms prune_timeout_ms \
                prunable custom_handler; do
                cp answer out
                json "$module.$key" "$("$json_program" "$file.ex.$module.$key" <"$shared_dir/data/elixir/expected.json")"
            done
        done
    done
    expect 0 show "$shared_dir/data/elixir/forms.ex:Forms.Timers"
    out_has "gave up"
    out_lacks "Handled"
    expect 0 show --json "$shared_dir/data/elixir/forms.ex:Elixir.Forms.Timers"
    json "#" 1
    expect 2 show "$shared_dir/data/elixir/forms.ex:Nothing"
    err_has "Elixir.Forms.Infinite"
    expect 2 convert "$shared_dir/data/elixir/forms.ex" a.aut
    err_has "name one"
    expect 0 convert "$shared_dir/data/elixir/forms.ex:Forms.Timers" a.spec
    expect 0 show a.spec --json
    json prunable '["done","gave up"]'
    expect 2 show "$shared_dir/data/elixir/computed.ex"
    err_has "computed.ex:6"
    expect 2 show "$shared_dir/data/elixir/broken.ex"
    err_has "broken.ex:4"
}

test_unreadable_files() {
    expect 2 show nowhere.spec
    err_has "nowhere.spec"
    out_empty
    expect 2 show something.txt
    err_has ".spec"
    mkdir folder.spec
    expect 2 show folder.spec
    printf 'Specification: A\nTransitions:\na --[b> c\n' >a.spec
    expect 2 show a.spec
    err_has "a.spec:3:"
    printf 'Specification: A\nTransition timout: 3s\nTransitions:\n' >b.spec
    expect 2 show b.spec
    err_has "b.spec:2:"
    head -c 3000 /dev/urandom >c.spec
    cp c.spec c.spex
    cp c.spec c.aut
    cp c.spec c.ex
    for ending in spec spex aut ex; do
        expect 2 show c.$ending
        err_has "c.$ending"
    done
    : >d.spec
    : >d.spex
    : >d.aut
    for ending in spec spex aut; do
        expect 2 show d.$ending
    done
}

test_convert_round_trips() {
    light_project
    expect 0 convert specs/light.spec a.aut
    expect 0 convert a.aut b.spec
    expect 0 convert b.spec c.aut
    same a.aut c.aut
    expect 0 compare a.aut specs/light.spec
    expect 0 convert specs/light.spec b.spex
    same b.spex spex_impl_models/Light.spex
    expect 0 convert spex_impl_models/Light.spex d.spec
    expect 0 compare d.spec specs/light.spec
    expect 0 convert specs/light.spec e.spec
    expect 0 show e.spec --json
    json transition_timeout_ms 3600000
}

test_convert_internal_labels() {
    printf 'Specification: A\nTransitions:\na --[__internal__]-> b\nb --[go]-> c\n' >a.spec
    expect 0 convert a.spec - --to aut
    out_has '(0,"tau",1)'
    expect 0 convert a.spec - --to aut --tau i
    out_has '(0,"i",1)'
    expect 0 convert a.spec a.aut
    expect 0 convert a.aut - --to spec
    out_has "0 --[__internal__]-> 1"
    # A visible action must not become the internal one on the way.
    printf 'Specification: A\nTransitions:\na --[tau]-> b\nb --[__internal__]-> c\n' >b.spec
    spex convert b.spec b.aut
    if [ "$code" -eq 0 ]; then
        expect 0 compare b.aut b.spec
    else
        [ "$code" -eq 2 ] || problem "exit $code"
        err_has "tau"
        expect 0 convert b.spec b.aut --tau hidden
        expect 0 compare b.aut b.spec --tau hidden
    fi
}

test_convert_writes_every_format() {
    light_project
    for ending in spec spex aut mmd mermaid json; do
        expect 0 convert specs/light.spec "a.$ending"
        [ -s "a.$ending" ] || problem "a.$ending is empty"
        out_empty
    done
    "$json_program" <a.json >/dev/null || problem "a.json is no JSON"
    grep -q stateDiagram-v2 a.mmd || problem "a.mmd is no state diagram"
    expect 0 convert specs/light.spec - --to json
    json name Light
}

test_convert_pictures() {
    light_project
    expect 0 convert specs/light.spec a.txt
    grep -q "●─▶│" a.txt || problem "a.txt is no picture: $(cat a.txt)"
    expect 0 convert specs/light.spec a.dot
    grep -q digraph a.dot || problem "a.dot is no graph"
    spex convert specs/light.spec a.svg
    if [ "$code" -ne 0 ] && grep -qi "graphviz" err; then
        [ "$code" -eq 2 ] || [ "$code" -eq 3 ] || problem "exit $code"
        skip "$(cat err)"
        return
    fi
    expect 0 convert specs/light.spec a.png
    grep -q '<svg' a.svg || problem "a.svg is no picture"
    [ "$(head -c 4 a.png | tail -c 3)" = PNG ] || problem "a.png is no picture"
}

test_convert_replaces_nothing_unasked() {
    light_project
    echo precious >a.aut
    expect 2 convert specs/light.spec a.aut
    err_has "--force"
    [ "$(cat a.aut)" = precious ] || problem "it was replaced"
    ln -s a.aut link.aut
    expect 2 convert specs/light.spec link.aut
    expect 0 convert specs/light.spec link.aut --force
    [ -L link.aut ] || problem "the link was replaced"
    head -n 1 a.aut | grep -q '^des' || problem "what the link points to was not written"
    # One that leads nowhere is neither replaced nor followed.
    ln -s gone.aut dangling.aut
    expect 2 convert specs/light.spec dangling.aut; err_has 'a link to what is not there'
    expect 2 convert specs/light.spec dangling.aut --force
    [ -L dangling.aut ] || problem "the dangling link was replaced"
    no_file gone.aut
    expect 0 convert specs/light.spec /dev/null --to aut
    [ -c /dev/null ] || problem "/dev/null is no device any more"
    expect 2 convert specs/light.spec a.doc
    err_has "--to"
    expect 2 convert specs/light.spec -
    expect 2 convert specs/light.spec - --to gif
    expect 2 convert specs/light.spec . --to aut
    expect 3 convert specs/light.spec nowhere/a.aut
    no_file nowhere
}

# On a terminal no name moves the cursor or sets the title; elsewhere the bytes are as they are.
test_names_on_a_terminal() {
    command -v script >/dev/null || { skip "script(1) is not installed"; return; }
    mkdir specs
    printf 'Specification: Bad\nTransitions:\na\033[2J --[b\033]0;evil\007]-> c\n' >specs/bad.spec
    for command in 'reduce specs/bad.spec' 'convert specs/bad.spec - --to dot' 'export Bad --to spec'; do
        script -qec "'$spex_program' $command" /dev/null </dev/null >typed 2>&1 ||
            problem "spex $command: $(cat -v typed)"
        grep -q $'\033' typed && problem "spex $command: $(cat -v typed)"
        grep -qF 'x1B]0;evil' typed || problem "spex $command shows $(cat -v typed)"
    done
    expect 0 export Bad --to spec; grep -q $'\033' out || problem 'the file is not as it was'
    script -qec "'$spex_program' convert specs/bad.spec - --to png" /dev/null </dev/null >typed 2>&1 &&
        problem 'a picture on a terminal'
    grep -q 'not for a terminal\|Graphviz' typed || problem "$(cat -v typed)"
}

test_convert_hostile_names() {
    printf 'Specification: A "b" <c> \\d `e` $(f) ;%%%%\nTransitions:\n' >a.spec
    printf '%s --[%s]-> %s\n' '"; }' '<script>&amp;"x"\' 'a\nb' 'a\nb' '日本 🍣 [*] -->' ': %% {}' >>a.spec
    for format in spec spex aut json mmd; do
        expect 0 convert a.spec - --to "$format"
    done
    expect 0 convert a.spec - --to json
    json name 'A "b" <c> \d `e` $(f) ;%%'
    json states.0 '"; }'
    expect 0 convert a.spec a.spex
    expect 0 compare a.spec a.spex
    spex convert a.spec a.dot
    [ "$code" -ne 0 ] || ! command -v dot >/dev/null || dot -Tplain a.dot >/dev/null 2>err ||
        problem "dot does not accept it: $(cat err)"
}

test_export() {
    light_project
    expect 0 export Light -o a.aut
    expect 0 compare a.aut specs/light.spec
    expect 0 export Light --model -o a.spex
    same a.spex spex_impl_models/Light.spex
    expect 2 export Light -o a.aut
    expect 0 export Light -o a.aut --force
    expect 0 export Light --to json
    json name Light
    expect 2 export Light
    expect 2 export Lihgt -o b.aut
    err_has "did you mean 'Light'?"
    rm spex_impl_models/Light.spex
    expect 1 export Light --model -o b.spex
    no_file b.spex
}

test_models_freeze_and_learn() {
    light_project
    cp spex_impl_models/Light.spex before.spex
    expect 0 models freeze Light
    out_has "Light: frozen already"
    no_file spex_impl_models/Light.spex~
    expect 0 models learn Light
    out_has "Light: learning, written to"
    same spex_impl_models/Light.spex~ before.spex
    grep -q '^Learning mode: true$' spex_impl_models/Light.spex || problem "not learning"
    # what is learned goes into the file that is frozen
    printf '%s\n' '{"op":"init","spec":"Light","id":"a"}' \
        '{"op":"transition","id":"a","action":"smash","state":"dark"}' >records
    expect 0 record <records
    expect 0 models freeze Light --json
    json 0.spec Light
    json 0.model frozen
    json 0.written true
    json 0.file "$(realpath spex_impl_models/Light.spex)"
    grep -q '^red --\[smash\]-> dark$' spex_impl_models/Light.spex || problem "smash is missing"
    expect 0 models learn Light Light
    lines 1 out
    expect 0 models freeze Light
    expect 2 models freeze Lihgt
    err_has "did you mean 'Light'?"
    expect 2 models freeze
    err_has "usage: spex models"
    rm spex_impl_models/Light.spex*
    rm -r spex_store
    expect 1 models freeze Light
    err_has "there is no model of Light to freeze"
    expect 0 models learn Light
    out_has "Light.spex"
    printf 'Specification: Light\nLearning mode: true\nTransitions:\n\n' >empty.spex
    same spex_impl_models/Light.spex empty.spex
    chmod 555 spex_impl_models
    if [ "$(id -u)" != 0 ]; then expect 3 models freeze Light; fi
    chmod 755 spex_impl_models
}

test_models_diff() {
    light_project
    expect 0 models diff
    out_is ''
    sed -i '/red --.fail/d; $a red --[smash]-> red' spex_impl_models/Light.spex
    expect 1 models diff Light
    out_is 'Light
+ red --[smash]-> red
? red --[fail]-> dark'
    expect 1 models diff --json
    json 0.spec Light
    json 0.transitions.0.in model
    json 0.transitions.0.action smash
    json 0.transitions.1.in specification
    json 0.transitions.2.in both
    expect 2 models diff Lihgt
    err_has "did you mean 'Light'?"
    echo garbage >spex_impl_models/Light.spex
    expect 2 models diff
    err_has "Light.spex:1"
}

test_models_list() {
    light_project
    expect 0 models
    out_has "frozen"
    no_file spex_store
    expect 0 models list --json
    json 0.spec Light
    json 0.model frozen
    json 0.transitions 4
    expect 2 models lst
    err_has "did you mean 'list'?"
    rm spex_impl_models/Light.spex
    expect 0 models
    out_has "none"
    echo garbage >spex_impl_models/Light.spex
    expect 2 models
    out_has "error"
    err_has "Light.spex:1"
}
