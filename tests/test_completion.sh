#!/bin/sh
# The completions as loaded and called by each shell. Skipped (77) without bash, zsh and fish.
set -u

program=${CIRCUITTUI-src/circuittui}
[ -x "$program" ] || { echo "$program: no such program"; exit 1; }
program=$(CDPATH='' cd -- "$(dirname -- "$program")" && pwd)/$(basename -- "$program")
sources=$(CDPATH='' cd -- "$(dirname -- "$0")/../src/cli/shells" && pwd) || exit 1
tmp=$(mktemp -d "${TMPDIR:-/tmp}/test_completion.XXXXXX") || exit 1
socket=completion$$
trap 'tmux -L "$socket" kill-server 2>/dev/null; rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
cd "$tmp" || exit 1
PATH=$(dirname -- "$program"):$PATH
HF_HUB_CACHE=$tmp/hub
HOME=$tmp
export PATH HF_HUB_CACHE HOME shells
touch acts.csv
mkdir results

# fill FOLDER PROGRAM: the completions for a program that is installed there.
fill() {
    mkdir "$1"
    sed "s,@program@,$2," "$sources/circuittui.bash.in" >"$1/circuittui"
    sed "s,@program@,$2," "$sources/_circuittui.in" >"$1/_circuittui"
    sed "s,@program@,$2," "$sources/circuittui.fish.in" >"$1/circuittui.fish"
}
shells=$tmp/shells
fill "$shells" "$program"

# A cached model, whose name is completed.
commit=0123456789abcdef0123456789abcdef01234567
folder=hub/models--me--tiny/snapshots/$commit
mkdir -p "$folder" hub/models--me--tiny/refs
printf %s "$commit" >hub/models--me--tiny/refs/main
printf '{"n_layer":2,"n_embd":8,"n_head":2}' >"$folder/config.json"
touch "$folder/model.safetensors" "$folder/tokenizer.json"

# Others may write to a shared cache: names that the hub does not have are not offered.
for name in 'ev$(touch ran)il' 'ev;touch ran;' 'ev`touch ran`' 'ev
touch ran
x' 'ev il' "ev'il"; do
    cp -r hub/models--me--tiny "hub/models--me--$name"
done
for ref in 'v$(touch ran)' 'v;x' 'v
x' 'v1+ok'; do
    printf %s "$commit" >"hub/models--me--tiny/refs/$ref"
done

failures=0
n_shells=0

fail() {
    echo "$*"
    failures=$((failures + 1))
}

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

# A program whose names are commands is only told by its tables here: the shells quote them. And a
# program of the same name in this folder is not asked.
mkdir installed here
cat >installed/circuittui <<'END'
#!/bin/sh
[ "$1" != complete ] || printf '%s\n' 'ev$(touch ran)`touch ran`;touch ran;il'
END
cat >here/circuittui <<'END'
#!/bin/sh
[ "$1" != complete ] || touch ran
END
chmod +x installed/circuittui here/circuittui
fill evil "$tmp/installed/circuittui"

waits='1 2 3 4 5 6 7 8 9 10 11 12 13 14 15'

# typed SHELL COMMAND LINE: what an interactive shell does with a line and tab, then enter.
typed() {
    rm -f here/ran here/ready
    socket=${socket}x
    tmux -L "$socket" -f /dev/null new-session -d -x 100 -y 30 -c "$tmp/here" \
        "PATH=$tmp/installed:\$PATH; export PATH; $2"
    for _ in $waits; do # for the prompt
        sleep 1
        tmux -L "$socket" capture-pane -p | grep -q . && break
    done
    tmux -L "$socket" send-keys "$3"
    tmux -L "$socket" send-keys Tab
    sleep 1
    tmux -L "$socket" send-keys Enter
    for _ in $waits; do # whatever is still on the line
        sleep 1
        [ ! -e here/ready ] || break
        tmux -L "$socket" send-keys C-c
        tmux -L "$socket" send-keys 'touch ready' Enter
    done
    tmux -L "$socket" kill-server
    [ -e here/ready ] || fail "$1: '$3': the shell does not answer"
    [ ! -e here/ran ] || fail "$1: '$3' and tab: a command ran"
}

# type_in SHELL COMMAND
type_in() {
    command -v "$1" >/dev/null || return 0
    typed "$1" "$2" 'circuittui ev'
    typed "$1" "$2" './circuittui ev'
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
check program 'h.1.mlp h.1.mlp.act h.1.mlp.c_fc h.1.mlp.c_proj h.1.mlp.c_proj.input' run --model me/tiny -H h.1.mlp
check program 'csv npy' tsne --format ''
check program ':folders' run --out ''
check program 'welch' run --test = we # as split by bash
check program 'paired student welch' run --test =
check program '--test=welch' run --test=we
check program ':folders me/tiny' hooks --model me/t
check program ':folders' hooks --model me/ev
check program ':folders' hooks --model ev

if command -v tmux >/dev/null; then
    cat >bashrc <<END
. $tmp/evil/circuittui
END
    mkdir zsh
    cat >zsh/.zshrc <<END
fpath=($tmp/evil \$fpath)
autoload -Uz compinit && compinit -u -D
END
    type_in bash "bash --noprofile --rcfile $tmp/bashrc -i"
    type_in zsh "ZDOTDIR=$tmp/zsh zsh -d -i"
    type_in fish "fish --no-config -i -C 'source $tmp/evil/circuittui.fish'"
else
    echo "skipped: completions on a terminal: tmux is not installed"
fi
[ "$failures" -eq 0 ] || exit 1
echo "completions in $n_shells shells: as they should be"
