#!/bin/bash
# The rooms of src/, as described in src/README.md: no room includes one that it must not use, and
# there are no cycles of includes between headers or of calls between the program's files.
set -u

source=$(cd -- "$(dirname -- "$0")/.." && pwd)/src || exit 1
built=$(dirname -- "$CIRCUITTUI")
failures=0

fail() {
    printf '%s\n' "$@"
    failures=$((failures + 1))
}

declare -A may=(
    [base]=""
    [num]="base"
    [io]="base"
    [plot]="base"
    [model]="num io base"
    [hub]="model num io base"
    [pipeline]="num model io base"
    [report]="pipeline plot num model io base"
    [cli]="report pipeline hub plot num model io base"
    [tui]="report pipeline hub plot num model io base"
    [mpi]="cli pipeline base"
    [portable]="num base"
)

for folder in "$source"/*/; do
    room=$(basename "$folder")
    if [ -z "${may[$room]+known}" ]; then
        fail "src/$room: add the room here and to src/README.md"
        continue
    fi
    while IFS=: read -r file used; do
        [[ " $room ${may[$room]} " == *" $used "* ]] ||
            fail "${file#"$source/"}: includes $used/, which $room/ may not use"
    done < <(grep -roE --include='*.[ch]' '^#include "[a-z]+/' "$folder" | sed 's,#include ",,; s,/$,,')
done

# no_circle WHAT PAIRS: PAIRS has lines of `user used`.
no_circle() {
    local circle

    [ -n "$2" ] || fail "$1: there are none at all"
    circle=$(tsort 2>&1 >/dev/null <<<"$2") || fail "$1 in a circle:" "$circle"
}

no_circle "headers that include each other" "$(
    grep -roE --include='*.h' '^#include "[^"]*"' "$source" |
        sed -E "s,^$source/,,; s,:#include \"(.*)\", \1,"
)"

no_circle "files that call each other" "$(
    "${NM-nm}" -A "$built"/*/lib*.a 2>/dev/null | awk '
        NF < 2 { next }
        { name = $NF; kind = $(NF - 1); object = $1 }
        { sub(/:[0-9a-f]*$/, "", object); sub(/.*\//, "", object) }
        kind ~ /^[TDBR]$/ { defined[name] = object }
        kind == "U" { user[++n] = object; used[n] = name }
        END {
            for (i = 1; i <= n; i++)
                if (used[i] in defined && defined[used[i]] != user[i])
                    print user[i], defined[used[i]]
        }'
)"

# Names, options and formats are made of ASCII: the classes of <ctype.h> follow the locale.
classes=$(grep -rlE --include='*.[ch]' '<w?ctype.h>' "$source")
[ -z "$classes" ] || fail "classes of the locale; use those of base/text.h:" "$classes"

[ "$failures" = 0 ] || exit 1
