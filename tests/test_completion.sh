#!/bin/sh
# The completions as loaded and called by each shell. Skipped (77) without bash, zsh and fish.
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

# A cached model, whose name is completed.
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

# Required from every shell; completing files is up to the shell.
check_shell() {
    n_shells=$((n_shells + 1))
    check "$1" 'rerun run' r
    check "$1" 'paired student welch' run --test ''
    check "$1" 'acts.csv' ttest ac
    check "$1" 'results/' run --out res
}

# Answers of the program, independent of the shell.
ask_program() {
    "$program" complete "$@" | cut -f1
}

# bash: substitutes for builtins that only work during completion.
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

ask_zsh() {
    zsh -f -c '
        autoload -Uz $shells/_circuittui
        words=(circuittui "$@") CURRENT=$(($# + 1))
        _describe() { print -l -- ${${(P)${@[-1]}}%%:*} }
        _files() { [ "${1-}" = -/ ] && print -l -- $words[CURRENT]*(/MN) || print -l -- $words[CURRENT]*(N) }
        _circuittui' zsh "$@"
}

# zsh identifies the file by its name and first line.
check_zsh_finds() {
    zsh -f -c '
        fpath=($shells $fpath)
        autoload -Uz compinit && compinit -u -D
        [ "$_comps[circuittui]" = _circuittui ]' && return
    echo "zsh: does not load the completion"
    failures=$((failures + 1))
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

command -v zsh >/dev/null && check_zsh_finds

check program 'tokenize' tok
check program '--min-samples' run --min
check program ':folders me/tiny' run -m me
check program 'h.1.mlp h.1.mlp.act h.1.mlp.c_fc h.1.mlp.c_proj' run --model me/tiny -H h.1.mlp
check program 'csv npy' tsne --format ''
check program ':folders' run --out ''
check program 'welch' run --test = we # as split by bash
check program 'paired student welch' run --test =
check program '--test=welch' run --test=we
[ "$failures" -eq 0 ] || exit 1
echo "completions in $n_shells shells: as they should be"
