#!/bin/bash
# Compares the manual with the program: commands, options with their values and defaults,
# environment and result files are the same (keys: test_keymap); mandoc and groff report no problem.
set -u

source=$(cd -- "$(dirname -- "$0")/.." && pwd) || exit 1
manual=$source/man/circuittui.1
tmp=$(mktemp -d "${TMPDIR:-/tmp}/test_manual.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
cd "$tmp" || exit 1
failures=0

fail() {
    printf '%s\n' "$@"
    failures=$((failures + 1))
}

# same WHAT: compares the lines of the files `program` and `manual`, in any order.
same() {
    local difference

    sort -u program >program.sorted
    sort -u manual >manual.sorted
    [ -s program.sorted ] || fail "$1: the program has none"
    difference=$(diff program.sorted manual.sorted) ||
        fail "$1 of the program (<) and the manual (>) differ:" "$difference"
}

# section NAME: its source.
section() {
    awk -v name="$1" '/^\.Sh / { is_in = substr($0, 5) == name; next } is_in' "$manual"
}

commands=$("$CIRCUITTUI" complete '' | cut -f1)

printf '%s\n' $commands >program
section DESCRIPTION | sed -n '/^\.Ss/q; s/^\.It Cm //p' | tr -d ' ' | tr ',' '\n' >manual
same "commands"
section SYNOPSIS | sed -n 's/^\.Cm //p' | tr -d ' ' | tr '|' '\n' >manual
same "commands in the synopsis"

# Options as `m model ARG`: letter, name, and whether there is a value.
for command in '' $commands; do "$CIRCUITTUI" $command --help; done |
    grep -oE '(-[A-Za-z] |  )--[a-z-]+( [A-Z]+)?' |
    sed -E 's/ [A-Z]+$/ ARG/; s/^-(.) --/\1 /; s/^ *--/- /' >program
# Rare parameters are not in --help.
"$CIRCUITTUI" config | sed -n 's/^\(# \)\{0,1\}\([a-z-]*\) = .*/\2/p' |
    while read -r name; do
        grep -qE " $name( ARG)?\$" program && continue
        value=$("$CIRCUITTUI" config | sed -En "s/^$name = (\S+).*/\1/p")
        case $value$("$CIRCUITTUI" complete run "--$name" '') in
        no | yes) echo "- $name" ;; # a flag
        *) echo "- $name ARG" ;;
        esac
    done >rare
cat rare >>program
# The options' headings in the manual; each line of `paragraphs` is an option's heading and text.
section OPTIONS | awk '/^\.It/ { if (text != "") print text; text = "" } { text = text " " $0 }
    END { print text }' >paragraphs
section OPTIONS | awk '/^\.It/ {
    letter = "-"
    for (i = 2; i <= NF; i++)
        if ($i == "Fl" && $(i + 1) !~ /^-/)
            letter = $(i + 1)
        else if ($i == "Fl") {
            print letter, substr($(i + 1), 2) ($(i + 2) ~ /^(Ar|Cm)$/ ? " ARG" : "")
            letter = "-"
        }
}' >manual
same "options"

"$CIRCUITTUI" config | sed -En 's/^([a-z-]+) = (\S+).*/\1 \2/p' >defaults
[ -s defaults ] || fail "no defaults"
while read -r name value; do
    paragraph=$(grep -E -- "^ \.It.*Fl -$name( |$)" paragraphs)
    for choice in $("$CIRCUITTUI" complete run "--$name" ''); do
        [[ " $paragraph " = *" $choice "* ]] ||
            fail "the manual does not state that --$name may be $choice"
    done
    case $value in
    yes | no) ;;
    *) [[ "${paragraph##*Default:}" =~ [\ ]$value[.,\ ] ]] ||
        fail "the manual does not state that --$name is $value by default" ;;
    esac
done <defaults

# Variables read by the program, and by its libraries: curses, libc and libcurl.
{
    grep -ohE '"(CIRCUITTUI|HF|HUGGINGFACE|HUGGING_FACE|TRANSFORMERS|XDG|SLURM|OMPI|PMIX?)_[A-Z_]+"' -r "$source/src"
    grep -ohE 'getenv\("[A-Z_]+"' -r "$source/src" | grep -o '"[A-Z_]*"'
} | tr -d '"' | grep -vx HOME >program
printf '%s\n' LANG LC_ALL LC_CTYPE http_proxy https_proxy all_proxy no_proxy >>program
section ENVIRONMENT | sed -n 's/.*\.*Ev //p' | sed 's/ *[.,;]* *$//; s/ , /\n/g' >manual
same "environment variables"

"$CIRCUITTUI" run --answer --swap --map --lens --out all --format both,safetensors >/dev/null || fail "run fails"
"$CIRCUITTUI" run -H 'h.[01].mlp.c_fc' --per-layer --out layers >/dev/null || fail "run fails"
# Figures need cairo, which may be missing.
grep -oh '"figures\.json"' "$source/src/report/manifest.h" | tr -d '"' >program
"$CIRCUITTUI" run --shard 1/1 --out shared >/dev/null || fail "run fails"
{
    ls all
    (cd shared && ls units/* | sed 's/unit-[0-9]*/unit-000012/' | sort -u)
    find layers -maxdepth 1 -type f -printf '%f\n'
} >>program
section FILES | grep '^\.It Pa [a-z]' | sed 's/^\.It Pa //' | sed 's/ , /\n/g' >manual
same "result files"

if command -v mandoc >/dev/null; then
    said=$(mandoc -T lint -W warning "$manual" 2>&1) || fail "mandoc:" "$said"
else
    echo "skipped: mandoc -T lint: it is not installed"
fi
if man --version 2>/dev/null | grep -q '^man ' && command -v groff >/dev/null; then
    said=$(LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l "$manual" 2>&1 >/dev/null)
    [ -z "$said" ] || fail "man --warnings:" "$said"
else
    echo "skipped: man --warnings: man-db or groff is not installed"
fi

[ "$failures" = 0 ] || exit 1
echo "the manual is as the program is"
