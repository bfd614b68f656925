#!/bin/bash
# Runs that Slurm divides: a Slurm of three nodes on the loopback, in name spaces of its own, with
# which everything it started ends. Needs root, slurm-wlm and munge.
set -euo pipefail

for tool in slurmctld slurmd munged srun unshare ip; do
    if ! command -v "$tool" >/dev/null; then
        echo "skipped: $tool: it is not installed"
        exit 77
    fi
done
if [ -z "${SLURM_TEST_INSIDE-}" ]; then
    if ! unshare --net --pid --mount-proc --fork true 2>/dev/null; then
        echo "skipped: no name spaces for us here"
        exit 77
    fi
    SLURM_TEST_INSIDE=1 exec unshare --net --pid --mount-proc --fork --kill-child "$0" "$@"
fi

here=$(cd "$(dirname "$0")" && pwd)
program=$(readlink -f "$CIRCUITTUI")
divided=$(dirname "$program")/circuittui-mpi
nodes=3
tmp=$(mktemp -d /tmp/slurm.XXXXXX) # short: paths of sockets have 107 characters
trap 'cd /; rm -rf "$tmp"' EXIT
cd "$tmp"
chmod 755 .

fail() {
    echo "FAILED: $*"
    tail -n 5 ./*.log ./*.err ./*.out 2>/dev/null || true
    exit 1
}

# until_true SECONDS WHAT COMMAND...
until_true() {
    local seconds=$1 what=$2
    shift 2
    for _ in $(seq $((seconds * 20))); do
        ! "$@" >/dev/null 2>&1 || return 0
        sleep 0.05
    done
    fail "$what: not within $seconds s"
}

# ---- Slurm ----

# The address 127.0.0.1 alone is none to getaddrinfo().
ip link set lo up
ip addr add 127.0.0.2/8 dev lo
mkdir -m 700 key
mkdir -m 755 munge state spool
head -c 1024 /dev/urandom >key/key
chmod 400 key/key
munged --foreground --force --key-file="$tmp/key/key" --socket="$tmp/munge/socket" \
    --pid-file="$tmp/munge/pid" --seed-file="$tmp/munge/seed" --log-file="$tmp/munge/log" 2>munged.err &
until_true 10 munged munge -n -S "$tmp/munge/socket"
# cred_expire: a job that is queued again waits for its credential to expire.
cat >slurm.conf <<CONF
ClusterName=loopback
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=26817
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$tmp/munge/socket,cred_expire=5
CredType=cred/munge
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation=$tmp/state
SlurmdSpoolDir=$tmp/spool/%n
SlurmctldPidFile=$tmp/slurmctld.pid
SlurmdPidFile=$tmp/slurmd-%n.pid
SlurmctldLogFile=$tmp/slurmctld.log
SlurmdLogFile=$tmp/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=5
PropagateResourceLimits=NONE
NodeName=n[1-$nodes] NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=[26818-$((26817 + nodes))] CPUs=2 RealMemory=4096 State=UNKNOWN
PartitionName=test Nodes=ALL Default=YES MaxTime=60 DefMemPerCPU=512 State=UP
CONF
export SLURM_CONF=$tmp/slurm.conf
slurmctld -D -i 2>slurmctld.err >&2 &
for i in $(seq "$nodes"); do
    # PMIx makes a folder a step, the same for all nodes of one machine unless mpi.conf says otherwise.
    mkdir -p "spool/n$i" "n$i/tmp"
    ln -s ../slurm.conf "n$i/slurm.conf"
    echo "PMIxCliTmpDirBase=$tmp/n$i/tmp" >"n$i/mpi.conf"
    SLURM_CONF=$tmp/n$i/slurm.conf slurmd -D -N "n$i" -f "$tmp/n$i/slurm.conf" 2>"slurmd-n$i.err" >&2 &
done
until_true 10 slurmctld scontrol ping
all_idle() { [ "$(sinfo -h -N -t idle -o %N | sort -u | wc -l)" = "$nodes" ]; }
until_true 20 "the nodes" all_idle

# ---- runs ----

# To Open MPI the nodes are hosts of their own, which share neither memory nor an interface.
export OMPI_MCA_pml=ob1 OMPI_MCA_btl=self,tcp OMPI_MCA_btl_tcp_if_include=lo
export OMPI_MCA_mpi_yield_when_idle=1

# shellcheck source=tests/repeated.sh
. "$here/repeated.sh"
repeated 3 "$FIXTURES_DIR/demo/stimuli.csv" >sentences.csv # 324 sentences, 6 units
run=(run --iterations 250 --stimuli sentences.csv --threads 1)
"$program" "${run[@]}" -o plain >report.txt

same() { # FOLDER
    local file
    for file in plain/*.csv; do
        cmp "$file" "$1/${file#plain/}" || fail "$1: $file differs"
    done
}
is_over() { [ -z "$(squeue -h -j "$1" 2>/dev/null)" ]; }

# Without a launcher's help every process would compute everything.
if srun -n 2 --mpi=none "$program" "${run[@]}" -o none >alone.out 2>alone.err; then
    fail "two processes did the same"
fi
grep -q '^circuittui: .*all would do the same\|^circuittui: the launcher started 2' alone.err ||
    fail "two processes: $(cat alone.err)"
srun -n 3 -N 3 "$program" "${run[@]}" -o step --shard auto >step.out
"$program" merge step >report.txt
same step

if [ -x "$divided" ] && srun --mpi=list 2>&1 | grep -q pmix; then
    for n in 1 2 3; do
        timeout 60 srun -n "$n" -N "$n" --mpi=pmix --kill-on-bad-exit=1 "$divided" "${run[@]}" \
            -o "mpi-$n" >report.txt 2>"mpi-$n.err" || fail "$n nodes: $(cat "mpi-$n.err")"
        same "mpi-$n"
    done
    timeout 60 srun -n 2 -N 2 --mpi=pmix "$program" "${run[@]}" -o handed >report.txt
    same handed
else
    echo "skipped: MPI: circuittui-mpi was not built, or this Slurm has no pmix"
fi

# An array and a merge that waits for it, as plan writes them.
"$program" plan "${run[@]:1}" -o array --slurm 3 >plan.txt
job=$(sbatch --parsable --mem=100M array/shards.sbatch)
merge=$(sbatch --parsable --mem=100M --dependency="afterok:$job" array/merge.sbatch)
until_true 30 "the array and its merge" is_over "$job,$merge"
same array

# A task that is cancelled says how far it is, and goes on when it is queued again.
repeated 60 sentences.csv >many.csv
cat >long.sbatch <<JOB
#!/bin/bash
#SBATCH --mem=300M --requeue --output=$tmp/long.out --open-mode=append
cd $tmp
exec $program run --stimuli many.csv -H 'h.*' -o long --shard 1/1 --threads 1
JOB
has_units() { [ "$(find long/units -name 'unit-*' 2>/dev/null | wc -l)" -ge "$1" ]; }
job=$(sbatch --parsable long.sbatch)
until_true 20 "the long task" has_units 3
scancel --signal=TERM --full "$job"
until_true 20 "the cancelled task" is_over "$job"
grep -q '^circuittui: long/units: stopped; [0-9]* of 304 units are there' long.out ||
    fail "cancelled: $(cat long.out)"
there=$(find long/units -name 'unit-*' | wc -l)
job=$(sbatch --parsable long.sbatch)
until_true 20 "the task that goes on" has_units $((there + 3))
scontrol requeue "$job"
until_true 40 "the task that was queued again" is_over "$job"
grep -q "All 304 units are there" long.out || fail "queued again: $(cat long.out)"

# A node is lost while its task goes on: Slurm starts the task elsewhere, and both write.
rm -r long/units
job=$(sbatch --parsable long.sbatch)
until_true 20 "the task of a node" has_units 3
node=$(squeue -h -j "$job" -o %N)
pkill -KILL -f "slurmd -D -N $node "
scontrol update nodename="$node" state=down reason=lost
until_true 40 "the task of the lost node" is_over "$job"
grep -q 'All 304 units are there' long.out || fail "lost node: $(cat long.out)"
"$program" merge long >report.txt
"$program" run --stimuli many.csv -H 'h.*' -o longer >plain.txt
cmp long/ttest.csv longer/ttest.csv || fail "a lost node: ttest.csv differs"
