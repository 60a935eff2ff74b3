# spex reduce

# 0 and 3 are alike; 1 has an internal step that decides nothing and, at 4, one for ever.
reducible() {
    printf 'des (0,7,6)\n(0,"a",1)\n(1,"tau",2)\n(2,"b",3)\n(3,"a",1)\n(2,"c",4)\n(4,"tau",4)\n(5,"a",0)\n' >a.aut
}

test_reduce_to_standard_output() {
    reducible
    expect 0 reduce a.aut
    out_is "$(printf 'des (0,3,3)\n(0,"a",1)\n(1,"b",0)\n(1,"c",2)')"
    cp out b.aut
    expect 0 compare a.aut b.aut
    expect 0 reduce b.aut --to aut
    same out b.aut
    expect 0 reduce a.aut -e divergence
    out_is "$(printf 'des (0,4,3)\n(0,"a",1)\n(1,"b",0)\n(1,"c",2)\n(2,"tau",2)')"
    expect 0 reduce a.aut -e strong
    out_first 'des (0,5,4)'
}

test_reduce_to_a_file() {
    reducible
    expect 0 reduce a.aut -o b.aut
    out_is "3 states, 3 transitions (of 6 states, 7 transitions)"
    expect 0 compare a.aut b.aut
    expect 2 reduce a.aut -o b.aut
    expect 0 reduce a.aut -o b.aut --force --json
    json before.states 6
    json after.transitions 3
    json classes.0.members.1 3
    expect 2 reduce a.aut -o b.what
    err_has "b.what"
    no_file b.what
}

test_reduce_names_states() {
    printf 'Specification: A\nTransitions:\nstart --[go]-> left\nstart --[go]-> right\nleft --[end]-> start\nright --[end]-> start\n' >a.spec
    expect 0 reduce a.spec -o b.spec
    grep -qx '# left stands for left, right' b.spec || problem "$(cat b.spec)"
    expect 0 compare a.spec b.spec
    expect 0 reduce a.spec --json
    json classes.1.state left
    json classes.1.members.1 right
    json quotient.initial start
    expect 0 reduce a.spec --to dot
    out_has '// left stands for left, right'
    light_project
    expect 0 reduce spex_impl_models/Light.spex --to spex
    cp out reduced.spex
    expect 0 compare spex_impl_models/Light.spex reduced.spex -e strong
}

test_reduce_wrong_use() {
    reducible
    expect 2 reduce a.aut -e weak
    err_has "branching, divergence and strong"
    out_empty
    expect 2 reduce a.aut --json -o -
    err_has "are both for standard output"
    out_empty
    expect 2 reduce nowhere.aut
    err_has nowhere.aut
    expect 2 reduce
}
