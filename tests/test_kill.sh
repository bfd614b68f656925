#!/bin/sh
# A run killed at any moment leaves each result file either unchanged or complete.
# KILLS: the number of moments (40).
set -eu

program=$CIRCUITTUI
kills=${KILLS-40}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

run() { # FOLDER ITERATIONS
    "$program" run --iterations "$2" --format both --force --out "$1" >/dev/null
}

since() { # MOMENT: seconds
    date +%s.%N | awk -v began="$1" '{ print $1 - began }'
}

run "$tmp/old" 250
began=$(date +%s.%N)
run "$tmp/new" 300
seconds=$(since "$began")
cp -r "$tmp/old" "$tmp/out"

# fits FILE: it is that of the old or of the new run; of the manifest, which contains the time, only
# the end is checked.
fits() {
    name=${1##*/}
    if [ "$name" = manifest.json ]; then
        [ "$(tail -n 1 "$1")" = "}" ]
    else
        cmp -s "$1" "$tmp/old/$name" || cmp -s "$1" "$tmp/new/$name"
    fi
}

# Moments between 0 and the duration of a run, in a fixed order. The duration is measured again
# whenever a run completes: the machine may have been busy at first.
died=0
for fraction in $(awk -v n="$kills" 'BEGIN { srand(5); while (n-- > 0) printf "%.4f\n", rand() }'); do
    moment=$(awk -v t="$seconds" -v f="$fraction" 'BEGIN { printf "%.4f", t * f + 0.0001 }')
    status=0
    began=$(date +%s.%N)
    timeout -s KILL "$moment" "$program" run --iterations 300 --format both --force \
        --out "$tmp/out" >/dev/null 2>&1 || status=$?
    case $status in
    0) seconds=$(since "$began") ;;
    137) died=$((died + 1)) ;;
    *) echo "FAILED: status $status" && exit 1 ;;
    esac
    for file in "$tmp"/out/*; do
        fits "$file" || { echo "FAILED: killed after $moment s: ${file##*/} is half written"; exit 1; }
    done
    rm -rf "$tmp/out"
    cp -r "$tmp/old" "$tmp/out"
done
[ "$died" -gt $((kills / 4)) ] || { echo "FAILED: only $died of $kills runs were killed"; exit 1; }
echo "ok: $died of $kills runs were killed, no file is half written"
