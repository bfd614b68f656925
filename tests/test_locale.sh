#!/bin/sh
# A locale with a decimal comma changes neither files nor the parsing of numbers.
set -eu

program=$CIRCUITTUI
# Memory that fontconfig keeps until exit is not our leak.
export ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

localedef -i de_DE -f UTF-8 ./de_DE.UTF-8 2>/dev/null || true # created here, if possible
[ ! -e de_DE.UTF-8 ] || export LOCPATH="$tmp"
if [ "$(LC_ALL=de_DE.UTF-8 locale decimal_point 2>/dev/null)" != , ]; then
    echo "skipped: no locale de_DE.UTF-8, and none can be made"
    exit 77
fi

printf 'alpha = 0.2\nperplexity = 12.5\niterations = 250\neps = 1.5\n' >config
export CIRCUITTUI_CONFIG="$tmp/config"

figures='--figures figures'
if "$program" run --stimuli nowhere --figures . 2>&1 | grep -q 'without cairo'; then
    echo "skipped: figures: this program was built without cairo"
    figures=
fi

# everything LOCALE FOLDER: reads and writes all kinds of numbers.
everything() {
    export LC_ALL="$1"
    mkdir work
    cd work
    # shellcheck disable=SC2086 # none, or two words
    "$program" run --out out --format csv,npy,safetensors $figures --plot --ascii >report
    "$program" ttest out/activations.csv >ttest.csv
    "$program" tsne out/activations.csv --neurons ttest.csv --perplexity 3.5 >tsne.csv
    "$program" dbscan tsne.csv --eps 0.25 >dbscan.csv
    "$program" kmeans tsne.csv >kmeans.csv
    "$program" cosine out/activations.csv --neurons ttest.csv --format npy >cosine.npy
    "$program" config --alpha 0.01 >settings
    "$program" complete run --al >completions
    "$program" rerun out >rerun
    # Durations are not results.
    sed -i '/^Seconds/,/^$/d' report
    sed -i '/"seconds": {/,/}/d' out/manifest.json
    cd ..
    mv work "$2"
}
everything C.UTF-8 c
everything de_DE.UTF-8 de
diff -r c de >differences || { head -c 2000 differences; echo "FAILED: files differ"; exit 1; }
grep -q 'all the same\|the same' c/rerun || { cat c/rerun; echo "FAILED: rerun"; exit 1; }

export LC_ALL=de_DE.UTF-8
"$program" run --alpha 0,5 >/dev/null 2>error && { echo "FAILED: 0,5 was taken"; exit 1; }
grep -q '^circuittui: --alpha: ' error || { cat error; echo "FAILED: 0,5"; exit 1; }

# One that is not installed, as after ssh from another system, still says that the terminal has UTF-8.
LC_ALL=C.UTF-8 "$program" run --plot >utf8
for locale in nn_XX.UTF-8 nn_XX.utf8 UTF-8; do
    LC_ALL=$locale "$program" run --plot >other
    sed -i '/^Seconds/,/^$/d' utf8 other
    cmp -s utf8 other || { echo "FAILED: LC_ALL=$locale draws something else"; exit 1; }
done
LC_ALL=nn_XX.ISO-8859-1 "$program" run --plot >other
if LC_ALL=C grep -q '[^ -~]' other; then
    echo "FAILED: LC_ALL=nn_XX.ISO-8859-1 draws UTF-8"
    exit 1
fi
echo "ok: $(find de -type f | wc -l) files are the same"
