#!/bin/bash
# The program that `make portable` has made, named by PORTABLE: it needs nothing but its file. As
# root it runs alone in a folder that it cannot leave; else only its environment is empty. Skipped
# (77) without PORTABLE.
set -u

[ -n "${PORTABLE-}" ] || { echo "skipped: PORTABLE names no program, as make portable makes"; exit 77; }
tmp=$(mktemp -d "${TMPDIR:-/tmp}/test_portable.XXXXXX") || exit 1
socket=circuittui-portable-$$
mux() { tmux -u -L "$socket" -f /dev/null "$@"; }
# shellcheck disable=SC2317 # the trap calls it
cleanup() {
    mux kill-server 2>/dev/null
    rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
failures=0

fail() {
    printf 'FAILED: %s\n' "$@"
    failures=$((failures + 1))
}

# For the program, the folder $root is $top.
root=$tmp/root
top=$root
program=("$root/circuittui")
mkdir "$root" "$root/home"
cp "$PORTABLE" "$root/circuittui" || exit 1
chroot=$(PATH=$PATH:/usr/sbin command -v chroot)
if [ -n "$chroot" ] && "$chroot" "$root" /circuittui --version >/dev/null 2>&1; then
    top=
    program=("$chroot" "$root" /circuittui)
else
    echo "skipped: alone in a folder: only root can do that"
fi
# Old releases of OpenBLAS need the first one on some processors. There are no files of terminals.
kept=(${OPENBLAS_CORETYPE+OPENBLAS_CORETYPE="$OPENBLAS_CORETYPE"} HOME="$top/home" CIRCUITTUI_CONFIG=
    TERMINFO_DIRS=/nowhere)

portable() { env -i "${kept[@]}" "${program[@]}" "$@"; }

# ---- the file ----

readelf -lW "$PORTABLE" | grep -q INTERP && fail "it asks for a loader"
readelf -dW "$PORTABLE" | grep -q NEEDED && fail "it needs libraries: $(readelf -dW "$PORTABLE")"
size=$(stat -L -c %s "$PORTABLE")
[ "$size" -lt 40000000 ] || fail "it has $size bytes"
[ "$(portable --version)" = "$(env CIRCUITTUI_CONFIG= "$CIRCUITTUI" --version)" ] ||
    fail "it says: $(portable --version)"
# OpenBLAS begins when it is needed: there is no room for its buffers here.
(ulimit -v 65536 && portable --version >/dev/null) || fail "--version takes more than 64 MB"

# ---- a run of the demo ----

portable run --swap --out "$top/out" >"$tmp/report" 2>"$tmp/error" ||
    fail "run: $(cat "$tmp/error")"
env -i "${kept[@]}" "$CIRCUITTUI" run --swap --out "$tmp/out" >/dev/null 2>&1 || fail "the ordinary program's run"
n=0
for file in "$tmp"/out/*; do
    [ "${file##*/}" != manifest.json ] || continue # paths and seconds
    n=$((n + 1))
    cmp "$file" "$root/out/${file##*/}" || fail "${file##*/} is another one"
done
[ "$n" -ge 9 ] || fail "there are $n files to compare"
portable rerun "$top/out" >"$tmp/rerun" 2>&1 || fail "rerun: $(cat "$tmp/rerun")"
grep -q 'All .* the same' "$tmp/rerun" || fail "rerun: $(cat "$tmp/rerun")"
demo=$(echo "$root"/home/.cache/circuittui/demo-*)
diff -r "$FIXTURES_DIR/demo" "$demo" || fail "the demo has other files"

# Without a cache, in the folder for temporary files; without that, not at all.
kept+=(XDG_CACHE_HOME="$top/circuittui/cache")
env -i "${kept[@]}" TMPDIR="$top/home" "${program[@]}" hooks >/dev/null ||
    fail "no demo in TMPDIR"
[ -d "$(echo "$root/home/circuittui-$(id -u)-demo-"*)" ] || fail "no demo in TMPDIR: $(ls "$root/home")"
env -i "${kept[@]}" TMPDIR="$top/circuittui" "${program[@]}" hooks >"$tmp/out.txt" 2>"$tmp/error" &&
    fail "hooks, without a folder for the demo"
[ "$(grep -c '^circuittui: the demo cannot be unpacked' "$tmp/error")" = "$(wc -l <"$tmp/error")" ] ||
    fail "no folder for the demo: $(cat "$tmp/error")"
unset 'kept[-1]'

# ---- what it has not ----

# one_line EXPRESSION ARGUMENTS: an error of one line.
one_line() {
    local want=$1

    shift
    portable "$@" >"$tmp/said" 2>&1 && fail "$*: did not fail"
    { [ "$(wc -l <"$tmp/said")" = 1 ] && grep -q "^circuittui: .*$want" "$tmp/said"; } ||
        fail "$*: $(cat "$tmp/said")"
}
one_line 'without libcurl.*huggingface-cli download' fetch openai-community/gpt2
one_line 'without cairo' run --figures "$top/figures"

# ---- characters ----

# drawn LANG: how many lines of plots are not ASCII.
drawn() {
    env -i "${kept[@]}" LANG="$1" "${program[@]}" run --plot 2>/dev/null |
        LC_ALL=C grep -c -P '[\x80-\xff]'
}
for locale in C.UTF-8 nn_XX.utf8 UTF-8; do
    [ "$(drawn "$locale")" -gt 100 ] || fail "LANG=$locale draws ASCII"
done
[ "$(drawn de_DE.ISO-8859-1)" = 0 ] || fail "LANG=de_DE.ISO-8859-1 draws UTF-8"

# ---- the user interface, in terminals that the system does not know ----

holds() { mux capture-pane -p -t "$pane" 2>/dev/null | grep -q -e "$1"; }
lacks() { ! holds "$1"; }
keys() { mux send-keys -t "$pane" "$@"; }

# await EXPRESSION [lacks]: waits until the screen holds or lacks it.
await() {
    local end=$(($(date +%s) + 20 * ${CK_TIMEOUT_MULTIPLIER-1}))

    until "${2-holds}" "$1"; do
        if [ "$(date +%s)" -gt "$end" ]; then
            printf '%s\n' "waited for: $1" "$(mux capture-pane -p -t "$pane")"
            return 1
        fi
        sleep 0.05
    done
}

# interface TERM LANG CORNER WORD: a corner of a frame, as it is drawn there; a word that can be typed.
interface() {
    local line

    pane=$1
    printf -v line '%q ' env -i "${kept[@]}" TERM="$1" LANG="$2" "${program[@]}"
    mux new-session -d -s "$pane" -x 90 -y 30 "$line; echo end \$?; sleep 60" &&
        await "$3 Pipeline" && keys Enter && await '1 Load *108' && keys 2 / && await '^search:' &&
        keys -l "$4" && await "^search: $4" && keys Escape && await '^search:' lacks && keys q &&
        await '^end 0' || fail "the user interface in $pane"
}
if command -v tmux >/dev/null; then
    interface xterm-256color en_US.UTF-8 '┌─' 'hé→漢x'
    interface vt100 C '+-' plain
    interface tmux-256color UTF-8 '┌─' 'é'
else
    echo "skipped: the user interface: there is no tmux"
fi

[ "$failures" = 0 ] || exit 1
echo "ok: $size bytes, $n files the same"
