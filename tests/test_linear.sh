#!/bin/bash
# Files that fill a table or a list take time in proportion to their size: prints the seconds per
# megabyte of each kind, for a file and for one with four times the entries. More than three times
# as many for the larger one is a failure.
# LINEAR_SCALE: multiplies the numbers of entries (1).
set -eu

if grep -q __asan_init "$CIRCUITTUI"; then
    echo "skipped: times under AddressSanitizer say nothing"
    exit 77
fi

program=$CIRCUITTUI
scale=${LINEAR_SCALE-1}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
export CIRCUITTUI_CONFIG= HF_HUB_CACHE=$tmp/cache XDG_STATE_HOME=$tmp
demo=$FIXTURES_DIR/demo
failures=0
TIMEFORMAT='%U %S'

# ---- files of N entries: make_KIND N, into `made`; then run_KIND reads it ----

made_rows() { # N LINE: an awk expression of i
    awk -v n="$1" "BEGIN { for (i = 0; i < n; i++) print $2 }"
}

make_groups() { { echo group,a,b; made_rows "$1" '"g" i ",0.5," i'; } >made; }
run_groups() { "$program" ttest made; }

make_labels() {
    local header="{'descr': '<f4', 'fortran_order': False, 'shape': ($1, 1), }"
    { printf '\223NUMPY\1\0\166\0'; printf '%-117s\n' "$header"; head -c $((4 * $1)) /dev/zero; } >x.npy
    made_rows "$1" '"label" i' >made
}
run_labels() { "$program" ttest x.npy --groups made; }

make_sentences() { { echo group,target,text; made_rows "$1" '"g" i ", her,I saw her"'; } >made; }
run_sentences() { "$program" run --model "$demo" --stimuli made --iterations 250; }

make_columns() {
    { printf group; made_rows "$1" '"n" i' | sed 's/^/,/' | tr -d '\n'; echo
      for i in 1 2 3 4; do
          printf 'g%d' $((i % 2)); made_rows "$1" "\",\" $i" | tr -d '\n'; echo
      done; } >made
}
run_columns() { "$program" ttest made; }

copy_model() {
    rm -rf m
    mkdir m
    cp "$demo"/config.json "$demo"/merges.txt m
    ln -s "$demo/vocab.json" "$demo/model.safetensors" m
}

make_vocab() {
    copy_model
    { sed 's/}[[:space:]]*$//' "$demo/vocab.json"
      made_rows "$1" '",\"zz" i "\":" i + 100000'
      echo '}'; } >made
    rm m/vocab.json
    cp made m/vocab.json
}
run_vocab() { "$program" tokenize --model m ' her'; }

make_foreign() { # names outside the alphabet, in a tokenizer.json and, one more, beside it
    make_vocab "$1"
    sed 's/zz/z z/' m/vocab.json >made
    { printf '{"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},"model":{"type":"BPE","vocab":'
      cat made
      printf ',"merges":[]}}'; } >m/tokenizer.json
    { sed 's/}[[:space:]]*$//' made; printf ',"last one":%d}\n' $(($1 + 100000)); } >v
    mv v m/vocab.json
}
run_foreign() { "$program" tokenize --model m ' her'; }

make_merges() { # `zz0 zz1` and so on, each of two tokens of the vocabulary
    make_vocab "$1"
    { sed 's/}[[:space:]]*$//' m/vocab.json
      made_rows "$1" '",\"zz" i "zz" i + 1 "\":" i + 1000000'
      echo '}'; } >v
    mv v m/vocab.json
    { cat "$demo/merges.txt"; awk -v n="$1" 'BEGIN { for (i = 0; i < n - 1; i++) print "zz" i, "zz" i + 1 }'; } >made
    cp made m/merges.txt
}
run_merges() { "$program" tokenize --model m ' her'; }

make_added() {
    copy_model
    { echo '{'; made_rows "$1" '(i > 0 ? "," : "") "\"<t" i ">\":" i + 100000'; echo '}'; } >made
    cp made m/added_tokens.json
}
run_added() { "$program" tokenize --model m ' her'; }

make_tensors() {
    copy_model
    rm m/model.safetensors
    { printf '{'; made_rows "$1" \
        '(i > 0 ? "," : "") "\"t" i "\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}"' |
        tr -d '\n'; printf '}'; } >header
    size=$(wc -c <header)
    { for shift in 0 8 16 24 32 40 48 56; do
          printf "\\$(printf %03o $((size >> shift & 255)))"
      done; cat header; } >made
    cp made m/model.safetensors
}
run_tensors() { "$program" hooks --model m; }

make_index() {
    copy_model
    rm m/model.safetensors
    { printf '{"weight_map":{'; made_rows "$1" \
        '(i > 0 ? "," : "") "\"t" i "\":\"shard" i % 2 ".safetensors\""' | tr -d '\n'
      printf '}}'; } >made
    cp made m/model.safetensors.index.json
}
run_index() { "$program" hooks --model m; }

make_manifest() {
    [ -e r/manifest.json ] || "$program" run --model "$demo" --stimuli "$demo/stimuli.csv" \
        --iterations 250 -H h.3.attn.c_proj -o r >/dev/null
    local zeros=0000000000000000000000000000000000000000000000000000000000000000
    awk -v n="$1" -v z="$zeros" '{ print } /"results": \[/ {
        for (i = 0; i < n; i++)
            printf "{\"file\": \"h.%d/ttest.csv\", \"bytes\": 1, \"sha256\": \"%s\"},\n", i, z
    }' r/manifest.json >made
    rm -rf q
    cp -r r q
    cp made q/manifest.json
}
run_manifest() { "$program" rerun q; }

make_replaced() { make_manifest "$1"; }
run_replaced() { "$program" run --model "$demo" --stimuli "$demo/stimuli.csv" --iterations 250 \
    -H h.3.attn.c_proj --force -o q; }

make_cache() {
    rm -rf cache
    made_rows "$1" '"cache/models--a--m" i "/snapshots/0123456789012345678901234567890123456789"' |
        tee made | xargs mkdir -p
}
run_cache() { "$program" models; }

# measure KIND N: seconds of processor time, and megabytes, in `seconds` and `megabytes`
measure() {
    "make_$1" "$2"
    megabytes=$(wc -c <made | awk '{ print $1 / 1e6 }')
    { time "run_$1" >out 2>err || true; } 2>took
    grep -q 'circuittui: \|[a-z0-9]' out err || { echo "FAILED: $1: says nothing"; exit 1; }
    seconds=$(awk '{ print $1 + $2 }' took)
}

linear() { # KIND N
    local n=$(($2 * scale)) first
    measure "$1" "$n"
    first="$seconds $megabytes"
    measure "$1" $((4 * n))
    echo "$1 $first $seconds $megabytes" | awk -v n="$n" '{
        printf "%-10s %8d entries %7.3f s %7.2f s/MB; %8d: %7.3f s %7.2f s/MB\n", $1, n, $2, $2 / $3,
            4 * n, $4, $4 / $5
        exit $4 > 0.5 && $4 / $5 > 3 * $2 / $3
    }' || { echo "FAILED: $1"; head -c 300 err; failures=$((failures + 1)); }
}

linear groups 20000
linear labels 20000
linear sentences 10000
linear columns 10000
linear vocab 20000
linear foreign 20000
linear merges 20000
linear added 5000
linear tensors 20000
linear index 40000
linear manifest 10000
linear replaced 10000
linear cache 500
[ "$failures" = 0 ]
