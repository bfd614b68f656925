#!/usr/bin/env bash
# Runs every command shown in README.md and the manual, unchanged and in order, in the working
# directory. Every example must be known to `example`: none is skipped.
set -u

source=$(cd -- "$(dirname -- "$0")/.." && pwd) || exit 1
demo=$source/fixtures/demo
top=$PWD
PATH=$(dirname -- "$CIRCUITTUI"):$PATH
HOME=$top/home
export HOME no_proxy='*'
unset "${!HF_@}" "${!XDG_@}" "${!HUGGING@}" TRANSFORMERS_OFFLINE
export HF_ENDPOINT=$1
# Memory that fontconfig keeps until exit is not our leak.
export ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0"
failures=0
n_run=0

fail() {
    printf '%s\n' "$@" >&2
    failures=$((failures + 1))
}

run() {
    n_run=$((n_run + 1))
    if ! bash -euo pipefail -c "$1" </dev/null >"$top/printed" 2>"$top/said"; then
        fail "$document: this example fails:" "$1" "$(cat "$top/said")"
    elif [ ! -s "$top/printed" ] && [[ $1 != *'> '* ]]; then
        fail "$document: this example prints nothing:" "$1"
    fi
}

# Replaces `circuittui fetch` in builds without libcurl.
bring() {
    local commit=0123456789abcdef0123456789abcdef01234567
    local folder=$HOME/.cache/huggingface/hub/models--${1//\//--}

    mkdir -p "$folder/refs" "$folder/snapshots"
    cp -R "$demo" "$folder/snapshots/$commit"
    chmod -R u+w "$folder"
    printf %s "$commit" >"$folder/refs/main"
}

fetch() {
    local line=${1%%$'\n'*}

    if "$CIRCUITTUI" fetch org/model 2>&1 | grep -q 'without libcurl'; then
        echo "skipped: $line: this program was built without libcurl"
        bring "${line##* }"
        [ "$line" = "$1" ] || example "${1#*$'\n'}"
    else
        run "$1"
    fi
}

with_figures() {
    if "$CIRCUITTUI" run --figures no 2>&1 | grep -q 'without cairo'; then
        echo "skipped: $1: this program was built without cairo"
        run "$(sed -E 's/ --figures [^ ]+//' <<<"$1")"
    else
        run "$1"
    fi
}

not_run() {
    echo "$document: not run, $2: ${1%%$'\n'*}"
}

# Python is read, not run: its libraries and a GPU are seldom there.
in_python() {
    if ! command -v python3 >/dev/null; then
        not_run "$1" "there is no python3"
    elif ! python3 -c 'import sys; compile(sys.stdin.read(), "example", "exec")' \
        <<<"${1//\\e/\\}" 2>"$top/said"; then
        fail "$document: this example is no Python:" "$1" "$(cat "$top/said")"
    fi
}

example() {
    case $1 in
    'circuittui fetch') ;; # the name of a command
    'circuittui fetch '*) fetch "$1" ;;
    'circuittui watch '*) run "$1 --screenshot screen.svg && cat screen.svg" ;; # without a terminal
    *' --figures '*) with_figures "$1" ;;
    'circuittui '*) run "$1" ;;
    'group,target,text'*) ;; # in sentences.csv already
    'import '*) in_python "$1" ;;
    [a-z]*' = '*)
        printf '%s\n' "$1" >settings
        CIRCUITTUI_CONFIG=$PWD/settings run 'circuittui config'
        ;;
    '┌'*) ;; # a picture of the screen
    'git clone '*) not_run "$1" "every check begins so" ;;
    'make -C build portable'*) not_run "$1" "test_portable.sh does" ;;
    'module load '*) not_run "$1" "a cluster's modules are not there" ;;
    *) fail "$document: neither run nor known why not:" "$1" ;;
    esac
}

# In Markdown: text indented by four blanks or fenced, and `circuittui ...` within a line.
# In the manual: .Dl, and text between .Bd and .Ed. Each ends with a NUL.
examples_of() {
    awk '
    function end() { if (block != "") printf "%s%c", block, 0; block = "" }
    function add(line) { block = block (block != "" ? "\n" : "") line }
    FILENAME ~ /\.md$/ {
        if (/^```/) { fenced = !fenced; end() }
        else if (fenced) add($0)
        else if (/^    / && (block != "" || blank)) add(substr($0, 5))
        else {
            end()
            while (match($0, /`circuittui [^`]*`/)) {
                printf "%s%c", substr($0, RSTART + 1, RLENGTH - 2), 0
                $0 = substr($0, RSTART + RLENGTH)
            }
        }
        blank = /^$/
        next
    }
    /^\.Ed/ { literal = 0 }
    literal { add($0); next }
    sub(/^\.Dl /, "") { gsub(/\\ /, " "); add($0); next }
    { end() }
    /^\.Bd -literal/ { literal = 1 }
    END { end() }' "$1"
}

for path in "$source/README.md" "$source/man/circuittui.1"; do
    document=${path##*/}
    rm -rf "$HOME"
    mkdir "$HOME" "$document"
    cd "$document" || exit 1
    mapfile -d '' -t examples < <(examples_of "$path")
    # The reader's files: activations, and sentences including those of the document.
    cat "$demo/stimuli.csv" >sentences.csv # writable, unlike a copy
    for text in "${examples[@]}"; do
        [[ $text != 'group,target,text'* ]] || printf '%s\n' "${text#*$'\n'}" >>sentences.csv
    done
    "$CIRCUITTUI" run --out made >/dev/null || exit 1
    cp made/activations.csv acts.csv
    before=$n_run
    for text in "${examples[@]}"; do
        example "$text"
    done
    [ "$n_run" -gt "$before" ] || fail "$document: has no examples"
    cd "$top" || exit 1
done
[ "$failures" = 0 ] || exit 1
echo "$n_run examples run"
