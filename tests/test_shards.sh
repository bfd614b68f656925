#!/bin/sh
# Runs that are shared out: whatever computes the units, in whatever order and however often it is
# killed, merge writes the files of one run. And what cannot be merged is refused in one line.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
program=$(readlink -f "$CIRCUITTUI")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
unset SLURM_PROCID SLURM_NTASKS OMPI_COMM_WORLD_RANK PMI_RANK 2>/dev/null || true

fail() {
    echo "FAILED: $*"
    exit 1
}

run() { # arguments of run
    "$program" run --iterations 250 "$@"
}

# same NAME: the result files of NAME, merged, are those of plain.
same() {
    "$program" merge "$1" >merged 2>err || fail "merge $1: $(cat err)"
    (cd plain && find . -type f ! -name manifest.json) | while read -r file; do
        cmp "plain/$file" "$1/$file" || fail "$1: $file differs"
    done
    (cd "$1" && find . -type f ! -path './units/*' ! -name '.circuittui.lock') | while read -r file; do
        [ -e "plain/$file" ] || fail "$1: $file is not among those of a plain run"
    done
}

# refused EXPRESSION COMMAND...: one line that matches.
refused() {
    expected=$1
    shift
    status=0
    "$@" >out 2>err || status=$?
    [ "$status" != 0 ] || fail "$*: was taken"
    [ "$(wc -l <err)" = 1 ] || fail "$*: $(cat err)"
    grep -q "^circuittui: .*$expected" err || fail "$*: $(cat err)"
}

# shellcheck source=tests/repeated.sh
. "$here/repeated.sh"
repeated 2 "$FIXTURES_DIR/demo/stimuli.csv" >two.csv
n_units=4 # of 216 sentences

# cases NAME ARGUMENTS...: shared out among 1, 2, 3 and 7 tasks, more than there are units, in
# different orders, on one thread and two.
cases() {
    name=$1
    shift
    rm -rf plain
    run "$@" -o plain >plain.txt
    for n in 1 2 3 7; do
        for i in $(seq "$n" -1 1); do
            run "$@" -o "$name-$n" --shard "$i/$n" --threads $((1 + i % 2)) >shard.txt
        done
        [ "$(find "$name-$n/units" -name 'unit-*' | wc -l)" = "$n_units" ] || fail "$name: units"
        same "$name-$n"
    done
}
cases plain --stimuli two.csv
cases layers --stimuli two.csv --per-layer --hook 'h.*.mlp.c_fc' --hook h.2 --test welch
cases llama --stimuli two.csv -m "$FIXTURES_DIR/demo_llama" --test paired --format both
# Three groups: a few of one are renamed, so that there are no pairs.
awk 'NR % 9 == 5 { sub(/^him/, "third") } { print }' two.csv >three.csv
cases three --stimuli three.csv --contrast him,her --correction fdr

# Larger units are fewer, with the same results.
run --stimuli two.csv -o plain --force >plain.txt
run --stimuli two.csv -o large --unit 128 --shard 1/1 >shard.txt
[ "$(find large/units -name 'unit-*' | wc -l)" = 2 ] || fail "--unit 128"
same large

# Two tasks on the same units at once.
run --stimuli two.csv -o twice --shard 1/1 >shard.txt &
run --stimuli two.csv -o twice --shard 1/1 >shard2.txt
wait $!
same twice

# The manifest is that of the run that was shared out, and can be repeated.
grep -q '"--shard"' twice/manifest.json && fail "the manifest names the task"
(cd twice && "$program" rerun manifest.json) >rerun.txt || fail "rerun: $(cat rerun.txt)"
refused 'twice: activations.csv already exists; .*--force' "$program" merge twice
"$program" merge --force twice >merged

# Killed at any moment: what is there is complete or absent, and the same command goes on.
for moment in 0.004 0.008 0.012 0.016 0.02 0.03 0.04; do
    timeout -s KILL "$moment" "$program" run --iterations 250 --stimuli two.csv -o killed --shard 1/1 \
        >killed.txt 2>&1 || true
    rm -f killed/units/unit-000001.safetensors
done
run --stimuli two.csv -o killed --shard 1/1 >shard.txt
same killed

# What is there is not computed again; what was cut is.
run --stimuli two.csv -o twice --shard 1/1 >shard.txt
grep -q ', 0 computed now' shard.txt || fail "computed again: $(cat shard.txt)"
truncate -s -100 twice/units/unit-000002.safetensors
refused 'units are missing: 2;' "$program" merge --force twice
run --stimuli two.csv -o twice --shard 1/1 >shard.txt
grep -q ', 1 computed now' shard.txt || fail "not computed again: $(cat shard.txt)"
rm twice/units/unit-000000.safetensors twice/units/unit-000003.safetensors
refused 'twice/units: 2 of 4 units are missing: 0, 3; repeat' "$program" merge --force twice
run --stimuli two.csv -o twice --shard 1/4 >shard.txt
run --stimuli two.csv -o twice --shard 4/4 >shard.txt
"$program" merge --force twice >merged

# Other bits, other programs, other processors.
cp -r twice other
flip() { # UNIT FROM TO: texts of one length
    LC_ALL=C sed -i "s/$2/$3/" "other/units/unit-00000$1.safetensors"
}
printf 'X' | dd of=other/units/unit-000001.safetensors bs=1 seek=20000 conv=notrunc 2>dd.txt
refused 'unit-000001.*is not as it was written; remove it' "$program" merge --force other
rm other/units/unit-000001.safetensors
run --stimuli two.csv -o other --shard 2/4 >shard.txt
flip 2 '"version":"circuittui ' '"version":"circuittuX '
refused 'unit-000002.*computed by circuittuX' "$program" merge --force other
refused 'unit-000002.*computed by circuittuX' run --stimuli two.csv -o other --shard 3/4
flip 2 '"version":"circuittuX ' '"version":"circuittui '
kernels=$(LC_ALL=C grep -ao '"kernels":"[^"]*' other/units/unit-000002.safetensors | cut -d'"' -f4)
others=$(echo "$kernels" | tr '0-9a-z' '1-9a-za')
flip 2 "\"kernels\":\"$kernels" "\"kernels\":\"$others"
refused 'unit-000002.*keep to one kind of processor' "$program" merge --force other
for unit in 0 1 3; do flip $unit "\"kernels\":\"$kernels" "\"kernels\":\"$others"; done
"$program" merge --force other >merged 2>err || fail "units of one other kind: $(cat err)"
grep -qx "circuittui: caution: merge: the units were computed with kernels for $others, .*for $kernels; .*" \
    err || fail "other kernels: $(cat err)"
for file in plain/*.csv; do cmp "$file" "other/${file#plain/}"; done
flip 1 "\"plan\":\"." '"plan":"Z'
refused '1 of 4 units are missing: 1\|keep to one kind' "$program" merge --force other

# Tasks must do the same.
refused 'plan.json: is of another model' run --stimuli two.csv -o twice --shard 1/2 \
    -m "$FIXTURES_DIR/demo_llama"
refused 'plan.json: is of other sentences' run --stimuli three.csv -o twice --shard 1/2 \
    --contrast him,her
refused 'plan.json: is of other hook points' run --stimuli two.csv -o twice --shard 1/2 --hook h.1
refused 'plan.json: is of units of another size' run --stimuli two.csv -o twice --shard 1/2 --unit 256
refused 'plan.json: has another --alpha' run --stimuli two.csv -o twice --shard 1/2 --alpha 0.01
refused 'plan.json: has another --per-layer' run --stimuli two.csv -o twice --shard 1/2 --per-layer
echo '{' >other/units/plan.json
refused 'other/units/plan.json' "$program" merge other
echo '{ "plan": 1 }' >other/units/plan.json
refused 'other/units/plan.json.*remove the folder' "$program" merge other
refused 'plain/units/plan.json' "$program" merge plain
refused 'nowhere/units/plan.json' "$program" merge nowhere
cp two.csv moved.csv
run --stimuli moved.csv -o moved --shard 1/1 >shard.txt
sed 's/Number 2/Number 3/' two.csv >moved.csv
refused 'moved/units/plan.json: is of other sentences' "$program" merge moved

# Which task this is.
for bad in 0/3 4/3 x/3 2 /3 3/ -1/3 99999999999999999999/3; do
    refused "--shard: invalid value '$bad'" run -o bad --shard "$bad"
done
refused '--shard auto: neither Slurm' run -o bad --shard auto
refused '--shard: needs --out' run --shard 1/2
refused 'units of 65 sentences; expected 64' run -o bad --shard 1/2 --unit 65
refused 'run: this is task 2 of 3, and all would do the same' \
    env SLURM_PROCID=1 SLURM_STEP_NUM_TASKS=3 "$program" run
refused 'run: this is task 1 of 2, and all would do the same' \
    env OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=2 "$program" run
task() { # EXPECTED VARIABLES...
    expected=$1
    shift
    env "$@" "$program" run --iterations 250 --stimuli two.csv -o twice --shard auto >shard.txt
    grep -q "^Task $expected:" shard.txt || fail "$*: $(cat shard.txt)"
}
task '2 of 3' SLURM_PROCID=1 SLURM_STEP_NUM_TASKS=3 SLURM_NTASKS=9
task '2 of 9' SLURM_PROCID=1 SLURM_NTASKS=9
task '3 of 5' SLURM_ARRAY_TASK_ID=20 SLURM_ARRAY_TASK_MIN=10 SLURM_ARRAY_TASK_STEP=5 \
    SLURM_ARRAY_TASK_COUNT=5 SLURM_PROCID=0 SLURM_NTASKS=1
task '4 of 4' OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=4
task '1 of 2' PMI_RANK=0 PMI_SIZE=2

# A plan, and its scripts as Slurm would start them.
mkdir "it's"
"$program" plan --stimuli two.csv --iterations 250 -o "it's/here" --slurm 3 --threads 1 >planned.txt
grep -q '^Units *4 of 64 sentences, 66 kB each$' planned.txt || fail "plan: $(cat planned.txt)"
grep -q '^Sentences *216, 2,392 tokens, [0-9]* to be computed$' planned.txt ||
    fail "plan: $(cat planned.txt)"
grep -q "job=.*'it'.''s/here'/shards.sbatch" planned.txt || fail "plan: $(cat planned.txt)"
grep -q '^#SBATCH --array=1-3$' "it's/here/shards.sbatch" || fail "no array"
for i in 3 1 2; do
    (cd / && SLURM_ARRAY_TASK_ID=$i SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_COUNT=3 \
        bash "$tmp/it's/here/shards.sbatch" >"$tmp/shard.txt")
done
(cd / && bash "$tmp/it's/here/merge.sbatch" >"$tmp/merged.txt")
for file in plain/*.csv; do
    cmp "$file" "it's/here/${file#plain/}" || fail "scripts: $file"
done
# Abbreviated options, and a folder called as a command.
"$program" plan --stimuli two.csv --iterations 250 -o plan --slu 2 --thr=1 >planned.txt
tail -n 1 plan/shards.sbatch | grep -qE 'run --stimuli two.csv --iterations 250 -o plan --threads 1 --shard auto$' ||
    fail "the command: $(tail -n 1 plan/shards.sbatch)"
run --stimuli two.csv -o short --sha=1/1 --un 128 >shard.txt
same short
grep -q -- '--sha\|--un' short/manifest.json && fail "the manifest names the task"
refused 'plan: activations from a file' "$program" plan -a plain/activations.csv
refused '--slurm: needs --out' "$program" plan --slurm 2
refused '--slurm: 5 tasks, but 4 units' "$program" plan --stimuli two.csv -o none --slurm 5
[ ! -e none ] || fail "plan made a folder"

# The user interface waits for units, and then shows what it would have computed itself.
run --stimuli two.csv -o watched --shard 1/2 >shard.txt
timeout 60 "$program" watch watched --screenshot watched.svg &
watching=$!
run --stimuli two.csv -o watched --shard 2/2 >shard.txt
wait $watching || fail "watch: status $?"
"$program" --stimuli two.csv --iterations 250 --screenshot plain.svg
cmp plain.svg watched.svg || fail "watch shows something else"
refused 'watch: no folder; name' "$program" watch
refused 'none/units/plan.json: cannot be opened\|No such file' "$program" watch none

# A full disk is known before the unit is written.
(
    ulimit -f 10
    refused 'unit-00000.*File too large' run --stimuli two.csv -o full --shard 1/1
)
[ -z "$(find full/units -name 'unit-*' -o -name '.unit-*')" ] || fail "left half a unit"

# SIGTERM: stops, says how far it is, and the same command goes on.
repeated 40 two.csv >many.csv
"$program" run --stimuli many.csv --hook 'h.*' -o stopped --shard 1/1 --threads 1 >out 2>err &
task=$!
while [ "$(find stopped/units -name 'unit-*' 2>/dev/null | wc -l)" -lt 3 ]; do
    kill -0 $task 2>/dev/null || fail "ended before it was stopped: $(cat out err)"
done
kill -TERM $task
status=0
wait $task || status=$?
[ "$status" = 1 ] || fail "SIGTERM: status $status: $(cat out err)"
grep -q '^circuittui: stopped/units: stopped; [0-9]* of 135 units are there, the same command goes on$' \
    err || fail "SIGTERM: $(cat err)"
there=$(find stopped/units -name 'unit-*' | wc -l)
run=$("$program" run --stimuli many.csv --hook 'h.*' -o stopped --shard 1/1)
echo "$run" | grep -q "135 units, $((135 - there)) computed now" || fail "went on: $run, $there"
