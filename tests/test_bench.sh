#!/bin/sh
# The benchmark's harness and its driver run and report figures, whose values are not checked.
set -eu

python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null || {
    echo "skipped: no python3"
    exit 77
}
here=$(dirname "$0")
build=$(dirname "$(dirname "$CIRCUITTUI")")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

python3 -B "$here/bench/bench.py" --build "$build" --dir "$folder" --quick \
    start tsne-500 dbscan-100000 >"$folder/table"
cat "$folder/table"
[ "$(grep -c '^  circuittui .*[0-9](*.* 1$' "$folder/table")" = 3 ]
