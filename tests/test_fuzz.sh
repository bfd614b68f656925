#!/bin/sh
# Runs every fuzzer on its corpus; with libFuzzer (configure --enable-fuzzers), each also searches
# for FUZZ_SECONDS (1).
#
# To search longer, in a separate build, and keep the inputs found in a folder:
#     ../configure --enable-fuzzers && make check TESTS=
#     FIXTURES_DIR=../fixtures tests/fuzz/fuzz_config FOUND ../tests/fuzz/corpus/config
set -u

corpus=$(dirname "$0")/fuzz/corpus
tmp=$(mktemp -d "${TMPDIR:-/tmp}/test_fuzz.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
export TMPDIR="$tmp"

n_passed=0
n_failed=0
for folder in "$corpus"/*/; do
    name=$(basename "$folder")
    fuzzer=tests/fuzz/fuzz_$name
    if "$fuzzer" -help=1 2>&1 | grep -q libFuzzer; then
        mkdir "$tmp/found"
        set -- -max_total_time="${FUZZ_SECONDS:-1}" -artifact_prefix="$tmp/" "$tmp/found" "$folder"
    else
        set -- "$folder"
    fi
    if "$fuzzer" "$@" >"$tmp/log" 2>&1; then
        n_passed=$((n_passed + 1))
    else
        n_failed=$((n_failed + 1))
        echo "failed: $name"
        cat "$tmp/log"
    fi
    rm -rf "$tmp/found"
done
echo "$n_passed passed, $n_failed failed"
[ "$n_failed" = 0 ] && [ "$n_passed" -gt 0 ]
