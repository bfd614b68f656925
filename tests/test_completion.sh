#!/bin/sh
# The completions as each shell loads and asks them. Skipped (77) with none of bash, zsh and fish.
set -u

program=${CIRCUITTUI-src/circuittui}
[ -x "$program" ] || { echo "$program: no such program"; exit 1; }
shells=$(CDPATH='' cd -- "$(dirname -- "$0")/../src/cli/shells" && pwd) || exit 1
tmp=$(mktemp -d "${TMPDIR:-/tmp}/test_completion.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
cd "$tmp" || exit 1
PATH=$(dirname -- "$program"):$PATH
HF_HUB_CACHE=$tmp/hub
HOME=$tmp
export PATH HF_HUB_CACHE HOME shells
touch acts.csv
mkdir results

# A model in the cache, to be completed by its name.
commit=0123456789abcdef0123456789abcdef01234567
folder=hub/models--me--tiny/snapshots/$commit
mkdir -p "$folder" hub/models--me--tiny/refs
printf %s "$commit" >hub/models--me--tiny/refs/main
printf '{"n_layer":2,"n_embd":8,"n_head":2}' >"$folder/config.json"
touch "$folder/model.safetensors" "$folder/tokenizer.json"

failures=0
n_shells=0

# check NAME WANT WORD...: what the function ask_NAME prints for those words, in any order.
check() {
    name=$1
    want=$2
    shift 2
    got=$("ask_$name" "$@" 2>&1 | grep . | sort | tr '\n' ' ')
    [ "$got" = "$want " ] && return
    echo "$name: $*: got '$got' instead of '$want '"
    failures=$((failures + 1))
}

# What all shells are to know; the files of a folder are each shell's own affair.
check_shell() {
    n_shells=$((n_shells + 1))
    check "$1" 'tokenize' tok
    check "$1" 'rerun run' r
    check "$1" 'paired student welch' run --test ''
    check "$1" '--min-samples' run --min
    check "$1" 'me/tiny' run -m me
    check "$1" 'h.1.mlp h.1.mlp.act h.1.mlp.c_fc h.1.mlp.c_proj' run --model me/tiny -H h.1.mlp
    check "$1" 'csv npy' tsne --format ''
    check "$1" 'acts.csv' ttest ac
    check "$1" 'results/' run --out res
}

# bash: its own commands stand in for what only works while a key is being answered.
ask_bash() {
    bash --norc --noprofile -c '
        . "$shells/circuittui"
        compopt() { [ "$2" = default ] && compgen -f -- "${COMP_WORDS[COMP_CWORD]}"
                    [ "$2" = plusdirs ] && compgen -d -S / -- "${COMP_WORDS[COMP_CWORD]}"; }
        complete -p circuittui >complete.log || exit 1
        COMP_WORDS=(circuittui "$@") COMP_CWORD=$#
        _circuittui
        [ ${#COMPREPLY[@]} = 0 ] || printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
}

# zsh: loaded through its own completion system, which then hands the function to us.
ask_zsh() {
    zsh -f -c '
        fpath=($shells $fpath)
        autoload -Uz compinit && compinit -u -D
        [ "$_comps[circuittui]" = _circuittui ] || exit 1
        words=(circuittui "$@") CURRENT=$(($# + 1))
        _describe() { print -l -- ${${(P)${@[-1]}}%%:*} }
        _files() { [ "${1-}" = -/ ] && print -l -- $words[CURRENT]*(/MN) || print -l -- $words[CURRENT]*(N) }
        _circuittui' zsh "$@"
}

ask_fish() {
    line=circuittui
    for word in "$@"; do line="$line $word"; done
    fish --no-config -c 'source $shells/circuittui.fish; complete -C "$argv"' "$line" | cut -f1
}

for shell in bash zsh fish; do
    if command -v $shell >/dev/null; then
        check_shell $shell
    else
        echo "skipped: completions of $shell: it is not installed"
    fi
done
[ "$n_shells" -gt 0 ] || exit 77

# Where bash has cut a word at its `=`, and where it has not.
if command -v bash >/dev/null; then
    check bash 'welch' run --test = we
    check bash 'paired student welch' run --test =
    check bash '--test=welch' run --test=we
fi
[ "$failures" -eq 0 ] || exit 1
echo "completions in $n_shells shells: as they should be"
