#!/bin/bash
# circuittui-mpi with any number of processes writes the files of one run; what goes wrong on one of
# them is said in one line, and nothing hangs. MPIRUN: the launcher of the MPI it was built with.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
program=$(readlink -f "$CIRCUITTUI")
divided=$(dirname "$program")/circuittui-mpi
mpirun=${MPIRUN-mpirun}
if [ ! -x "$divided" ]; then
    echo "skipped: circuittui-mpi: it was not built"
    exit 77
fi
if ! command -v "$mpirun" >/dev/null; then
    echo "skipped: $mpirun: it is not installed"
    exit 77
fi
tmp=$(mktemp -d)
trap 'kill %1 2>/dev/null || true; cd /; rm -rf "$tmp" || true' EXIT
cd "$tmp"
# Containers run as root, with few processors and a short temporary folder for sockets.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 TMPDIR=$tmp
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_btl=self,tcp OMPI_MCA_pml=ob1
export OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_btl_tcp_if_include=lo

fail() {
    echo "FAILED: $*"
    exit 1
}

# mpi N ARGUMENTS...: with N processes, stopped if it hangs.
mpi() {
    local n=$1
    shift
    timeout -k 5 60 "$mpirun" -n "$n" "$divided" run --iterations 250 --threads 1 "$@"
}

same() { # FOLDER
    local file
    for file in plain/*.csv; do
        cmp "$file" "$1/${file#plain/}" || fail "$1: $file differs"
    done
}

# refused EXPRESSION COMMAND...: one line of ours that matches, whatever the launcher adds.
refused() {
    local expected=$1 status=0
    shift
    "$@" >out 2>err </dev/null || status=$?
    [ "$status" != 0 ] || fail "$*: was taken"
    [ "$status" != 124 ] || fail "$*: hangs: $(cat err)"
    [ "$(grep -c '^circuittui: ' err)" = 1 ] || fail "$*: $(cat err)"
    grep -q "^circuittui: .*$expected" err || fail "$*: $(cat err)"
}

# shellcheck source=tests/repeated.sh
. "$here/repeated.sh"
repeated 3 "$FIXTURES_DIR/demo/stimuli.csv" >sentences.csv # 324 sentences, 6 units
run=(--stimuli sentences.csv)

"$program" run --iterations 250 "${run[@]}" -o plain >plain.txt
for n in 1 2 3 4 7; do
    mpi "$n" "${run[@]}" -o "by-$n" >report.txt 2>err || fail "$n processes: $(cat err)"
    same "by-$n"
    grep -q '^Sentences' report.txt || fail "$n processes: no report"
    [ "$(grep -c '^Sentences' report.txt)" = 1 ] || fail "$n processes: more than one report"
done
"$program" run --iterations 250 "${run[@]}" -o layers -H 'h.*.mlp.c_fc' --per-layer >plain.txt
mpi 3 "${run[@]}" -o layers-3 -H 'h.*.mlp.c_fc' --per-layer >report.txt
diff -r -x manifest.json -x units -x .circuittui.lock layers layers-3 || fail "--per-layer"

# With another number of processes, what is there is taken.
rm -r by-2/*.csv by-2/manifest.json by-2/units/unit-000001.safetensors by-2/units/unit-000005.safetensors
touch -d '2001-01-01' by-2/units/unit-*.safetensors
mpi 3 "${run[@]}" -o by-2 >report.txt
same by-2
[ "$(find by-2/units -name 'unit-*' -newermt 2002-01-01 | wc -l)" = 2 ] || fail "computed again"

# The ordinary program hands over to this one.
timeout 60 "$mpirun" -n 2 "$program" run --iterations 250 "${run[@]}" -o handed --threads 1 >report.txt
same handed

# One process is killed, at the start or when some units are there: nothing hangs.
repeated 90 sentences.csv >many.csv
many=(--stimuli many.csv -H 'h.*' -o killed) # 456 units
ours="^$divided run .*many.csv"
some_units() { # AT_LEAST, while the run goes on
    until [ "$(find killed/units -name 'unit-*' 2>/dev/null | wc -l)" -ge "$1" ]; do
        kill -0 "$started" || fail "ended early: $(cat err)"
    done
}
for n_units in 0 1 20; do
    rm -rf killed
    status=0
    mpi 3 "${many[@]}" >out 2>err &
    started=$!
    until pgrep -f "$ours" >pids; do
        kill -0 "$started" || fail "did not start: $(cat err)"
    done
    some_units "$n_units"
    kill -KILL "$(pgrep -n -f "$ours")"
    wait "$started" || status=$?
    [ "$status" != 0 ] && [ "$status" != 124 ] || fail "killed with $n_units units: status $status"
done
# One that is silent, as on a machine that is gone.
rm -rf killed
export CIRCUITTUI_SILENCE=2
mpi 3 "${many[@]}" >out 2>err &
started=$!
some_units 1
pkill -STOP -n -f "$ours"
status=0
wait "$started" || status=$?
pkill -KILL -f "$ours" || true
unset CIRCUITTUI_SILENCE
[ "$status" != 0 ] && [ "$status" != 124 ] || fail "silence: status $status: $(cat err)"
grep -q '^circuittui: rank [12]: no word for 2 s; see whether' err || fail "silence: $(cat err)"

# SIGTERM to all: each stops, one speaks.
rm -rf killed
mpi 2 "${many[@]}" >out 2>err &
started=$!
some_units 20
pkill -TERM -f "$ours"
status=0
wait "$started" || status=$?
[ "$status" != 0 ] && [ "$status" != 124 ] || fail "SIGTERM: status $status: $(cat err)"
[ "$(grep -c '^circuittui: .*units are there, the same command goes on' err)" = 1 ] ||
    fail "SIGTERM: $(cat err)"

# What is wrong on one of them.
sed 's/Number 3/Number 4/' sentences.csv >others.csv
refused 'unequal/units/plan.json: is of other sentences' timeout -k 5 60 "$mpirun" \
    -n 1 "$divided" run "${run[@]}" -o unequal : -n 1 "$divided" run --stimuli others.csv -o unequal
mkdir -p blocked/units/unit-000005.safetensors # where the last unit should be
refused 'rank 1 on .*unit-000005.safetensors: is a folder' mpi 2 "${run[@]}" -o blocked
refused 'no such folder\|does not exist\|No such file' mpi 2 --stimuli nowhere.csv -o none
refused 'the launcher started 3 processes, this MPI sees 1' \
    env SLURM_PROCID=0 SLURM_STEP_NUM_TASKS=3 "$divided" run -o none
refused 'only the command run' timeout 60 "$mpirun" -n 2 "$divided" hooks
refused 'needs --out, the folder' mpi 2
refused '--shard: MPI says' mpi 2 -o none --shard 1/2
[ ! -e none ] || fail "a refused run made a folder"
