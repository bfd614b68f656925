#!/bin/sh
# A real control group that limits memory, where exceeding it kills a process without a message: the
# program stops before. Skipped (77) where no group can be created, which requires root.
set -u

program=${CIRCUITTUI-src/circuittui}
case $program in
/*) ;;
*) program=$(pwd)/$program ;;
esac
[ -x "$program" ] || { echo "$program: no such program"; exit 1; }
if grep -q __asan_init "$program"; then
    echo "skipped: AddressSanitizer takes memory that the program knows nothing of"
    exit 77
fi
unset MAKEFLAGS MAKELEVEL
export LC_ALL=C.UTF-8 TMPDIR=/tmp

top=/sys/fs/cgroup
if [ -e $top/memory/memory.limit_in_bytes ]; then
    group=$top/memory/circuittui-test-$$
    limit=memory.limit_in_bytes
elif grep -qw memory $top/cgroup.subtree_control 2>/dev/null; then
    group=$top/circuittui-test-$$
    limit=memory.max
else
    echo "skipped: there are no control groups of memory"
    exit 77
fi
mkdir "$group" 2>/dev/null || { echo "skipped: no control group can be made"; exit 77; }
tmp=$(mktemp -d /tmp/test_cgroup.XXXXXX)
# shellcheck disable=SC2317 # the trap calls it
clean() {
    rmdir "$group"
    rm -rf "$tmp"
}
trap clean EXIT
trap 'exit 1' HUP INT TERM
here=$(cd "$(dirname "$0")" && pwd)
cd "$tmp" || exit 1
echo 64M >"$group/$limit" 2>/dev/null || { echo "skipped: $limit cannot be set"; exit 77; }

# within LIMIT ARGUMENT...: runs the program in the group.
within() {
    echo "$1" >"$group/$limit"
    shift
    # shellcheck disable=SC2016 # the inner shell expands it
    sh -c 'echo $$ >"$0/cgroup.procs" || exit 99; exec "$@"' "$group" "$program" "$@" >out 2>err
}

fail() {
    echo "FAILED: $*"
    cat err
    exit 1
}

within 300M run --threads 2 || fail "the demo in 300 MB"
echo "ok: the demo in 300 MB"

# Various limits, so that they are reached at various points of array growth.
for size in 100 112 126 141 158 178; do
    { echo group,a,b; yes x,1.5,2; } 2>/dev/null | within ${size}M ttest - --threads 1
    status=$?
    [ $status = 1 ] || fail "an endless pipe within $size MB: status $status"
    [ "$(wc -l <err)" = 1 ] || fail "not one line"
    grep -q 'out of memory' err || fail "not for lack of memory"
done
echo "ok: an endless pipe ends with a line"

# A model of 200 MB in a group of 150 MB: the mapped file suffices, and gives the same values.
if command -v python3 >/dev/null; then
    python3 - "$tmp/model" <<'EOM' || fail "no model"
import json, os, random, struct, sys
d, layers, m, vocab = 640, 10, 2560, 2560
names = {"wte.weight": (vocab, d), "wpe.weight": (64, d), "ln_f.weight": (d,), "ln_f.bias": (d,)}
for i in range(layers):
    for name, shape in (("ln_1.weight", (d,)), ("ln_1.bias", (d,)), ("attn.c_attn.weight", (d, 3 * d)),
                        ("attn.c_attn.bias", (3 * d,)), ("attn.c_proj.weight", (d, d)), ("attn.c_proj.bias", (d,)),
                        ("ln_2.weight", (d,)), ("ln_2.bias", (d,)), ("mlp.c_fc.weight", (d, m)),
                        ("mlp.c_fc.bias", (m,)), ("mlp.c_proj.weight", (m, d)), ("mlp.c_proj.bias", (d,))):
        names[f"h.{i}.{name}"] = shape
header, at = {}, 0
for name, shape in names.items():
    size = 4 * shape[0] * (shape[1] if len(shape) > 1 else 1)
    header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [at, at + size]}
    at += size
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
os.mkdir(sys.argv[1])
draw = random.Random(1)
block = struct.pack("<65536f", *(draw.gauss(0, 0.05) for _ in range(65536)))
with open(f"{sys.argv[1]}/model.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text)
    for begin in range(0, at, len(block)):
        file.write(block[:at - begin])
with open(f"{sys.argv[1]}/config.json", "w") as file:
    json.dump({"model_type": "gpt2", "n_embd": d, "n_layer": layers, "n_head": 10, "n_inner": m, "n_positions": 64,
               "vocab_size": vocab}, file)
EOM
    demo=$here/../fixtures/demo
    within 150M run -m model --tokenizer "$demo" -H h.9.mlp.c_proj -o small --threads 2 ||
        fail "a model of 200 MB within 150 MB"
    grep -q '^circuittui: extract: 0.2 GB of weights exceed the 0.. GB of memory left: read from disk once$' \
        err || fail "it is not said"
    within 600M run -m model --tokenizer "$demo" -H h.9.mlp.c_proj -o large --threads 2 ||
        fail "a model of 200 MB within 600 MB"
    [ ! -s err ] || fail "it is said without need"
    cmp small/activations.csv large/activations.csv || fail "other values"
    echo "ok: a model larger than the memory"
fi

# 8 sentences of 60,000 neurons: t-SNE would take more than 300 MB.
awk 'BEGIN {
    srand(1)
    printf "group"
    for (j = 0; j < 60000; j++) printf ",%d", j
    for (i = 0; i < 8; i++) {
        printf "\n%s", i % 2 ? "a" : "b"
        for (j = 0; j < 60000; j++) printf ",%.3f", rand()
    }
    print ""
}' >wide.csv
within 150M run -a wide.csv --alpha 0.9999 --correction none -o results --threads 1
status=$?
[ $status = 1 ] || fail "t-SNE within 150 MB: status $status"
grep -q 'tsne: needs .* MB of memory, the control group has .* left' err || fail "another message"
[ ! -e results ] || fail "something is left"
echo "ok: a stage that does not fit is refused"
