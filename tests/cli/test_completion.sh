# What shells offer, and that it is what the programs take.

# The words that bash would offer behind these.
offered() { # program words...
    local program=$1 function=_${1//-/_}
    shift
    bash -c 'compopt() { :; }; . "$0"; COMP_WORDS=("${@:2}"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        "$1"; printf "%s\n" "${COMPREPLY[@]}"' "completion.$program.bash" "$function" "$@" >out
}

test_completion_for_every_shell() {
    local shell verb option
    for shell in bash zsh fish; do
        expect 0 completion $shell
        mv out completion.spex.$shell
        [ ! -x "$build_dir/spex-tui" ] || "$build_dir/spex-tui" --completion $shell >completion.spex-tui.$shell
        if command -v $shell >/dev/null; then
            for file in completion.*.$shell; do $shell -n $file || problem "$file"; done
        fi
    done
    spex help
    sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' out >verbs
    [ "$(wc -l <verbs)" -gt 20 ] || problem "$(cat verbs)"
    while read -r verb; do
        spex help "$verb"
        sed -n 's/^  \(-., \)\{0,1\}--\([a-z-]*\).*/\2/p' out >options
        for shell in zsh fish; do
            grep -qw -- "$verb" completion.spex.$shell || problem "$shell does not know $verb"
        done
        offered spex spex "$verb" -
        mv out offers
        while read -r option; do
            grep -qx -- "--$option" offers || problem "bash offers no --$option for $verb"
            grep -q -- "--$option[]=[}']" completion.spex.zsh || problem "zsh: no --$option"
            grep -q -- "-l $option " completion.spex.fish || problem "fish: no --$option"
        done <options
    done <verbs
    offered spex spex ''; mv out offers
    while read -r verb; do grep -qx "$verb" offers || problem "bash does not offer $verb"; done <verbs
    offered spex spex compare -e tra; out_is 'trace'
    offered spex spex --store x store re; out_is "$(printf 'reshard\nrepair')"
    offered spex spex events --reason trans; out_is transition_timeout
    touch 'a name' b; mkdir 'a folder'
    offered spex spex show 'a '; out_is "$(printf 'a name\na folder')" || out_is "$(printf 'a folder\na name')"
    offered spex spex --specs a; out_is 'a folder'
    expect 2 completion tcsh; err_has 'but for bash, zsh and fish'
}

test_completion_of_names() {
    light_project
    mkdir here
    printf 'Specification: Two Words\nTransitions:\nat home --[go out]-> far away\n' >specs/two.spec
    expect 0 completion specifications; out_is "$(printf 'Light\nTwo Words')"
    expect 0 completion states; out_has 'far away'; out_has amber; out_lacks nil
    expect 0 completion actions; out_has 'go out'; out_lacks __initialisation__
    # What no terminal shows as it is nobody can type.
    printf 'Specification: Odd\nTransitions:\na\033[2J --[b]-> c\n' >specs/odd.spec
    expect 0 completion states; grep -q "$(printf '\033')" out && problem "$(cat -v out)"
    rm specs/odd.spec
    for shell in bash zsh fish; do expect 0 completion $shell; mv out completion.spex.$shell; done
    mkdir bin; printf '#!/bin/sh\nexec %s "$@"\n' "$spex_program" >bin/spex; chmod +x bin/spex
    PATH=$PWD/bin:$PATH
    offered spex spex init L; out_is Light
    offered spex spex init --state am; out_is amber
    offered spex spex instances --spec Tw; out_is 'Two\ Words'
    offered spex spex export 'Two\ '; out_is 'Two\ Words'
    offered spex spex transition x 'go o'; out_is 'go\ out'
    # Of its own files export offers none: there is a name to choose.
    offered spex spex export l; out_is ''
    if command -v fish >/dev/null; then
        offers() { fish --no-config -c '. completion.spex.fish; complete -C "$argv"' "$1" | cut -f1 >out; }
        touch light.txt
        offers 'spex export '; out_has 'Two Words'; out_lacks light.txt
        offers 'spex init --state am'; out_is amber
    fi
}

test_completion_of_the_explorer() {
    local option
    [ -x "$build_dir/spex-tui" ] || { skip 'spex-tui is not built'; return; }
    for shell in bash zsh fish; do "$build_dir/spex-tui" --completion $shell >completion.spex-tui.$shell; done
    "$build_dir/spex-tui" --help | sed -n 's/^  --\([a-z-]*\).*/\1/p' >options
    [ "$(wc -l <options)" -gt 10 ] || problem "$(cat options)"
    offered spex-tui spex-tui --; mv out offers
    while read -r option; do
        grep -qx -- "--$option" offers || problem "bash offers no --$option"
        grep -q -- "--$option[]=[}']" completion.spex-tui.zsh || problem "zsh: no --$option"
        grep -q -- "-l $option " completion.spex-tui.fish || problem "fish: no --$option"
        grep -q -- "$(printf %s "--$option" | sed 's/-/\\\\-/g')" "$source_dir/man/spex-tui.1" ||
            problem "the manual does not have --$option"
    done <options
    offered spex-tui spex-tui --theme l; out_is light
}
