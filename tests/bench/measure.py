"""Running a process once and measuring what it takes: for bench.py. Linux only, standard library only.

Other processes' time is what all processors did (/proc/stat) less what the process and this one
did, in processors. A run during which that was more than DIRTY is repeated.
"""
import dataclasses
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time

DIRTY = 0.15  # of one processor
LONGEST = 1200  # seconds; what takes longer is ended and fails
REPEATS = 3
TICK = 1.0 / os.sysconf("SC_CLK_TCK")


@dataclasses.dataclass
class Sample:
    process: float  # seconds from start to end
    cpu: float  # seconds of processor time
    rss: float  # peak, MB
    others: float  # processors
    values: dict  # the numbers it printed, name to value; the last of a name counts

    @property
    def dirty(self):
        return self.others > DIRTY


class Failed(Exception):
    pass


def busy_seconds():
    """Of all processors together since the machine started, what the host took away included."""
    with open("/proc/stat") as f:
        user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, f.readline().split()[1:9])
    return TICK * (user + nice + system + irq + softirq + steal)


def own_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def parse(text):
    values = {}
    for line in text.splitlines():
        name, _, value = line.rpartition(" ")
        try:
            values[name] = float(value)
        except ValueError:
            pass
    return values


def once(argv, env=None):
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        busy, own, start = busy_seconds(), own_seconds(), time.monotonic()
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env={**os.environ, **(env or {})})
        alarm = threading.Timer(LONGEST, child.kill)
        alarm.start()
        _, status, usage = os.wait4(child.pid, 0)
        alarm.cancel()
        process = time.monotonic() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        cpu = usage.ru_utime + usage.ru_stime
        # Ticks of the clock are coarse: a short run says nothing about others.
        others = max(0.0, busy_seconds() - busy - (own_seconds() - own) - cpu - 4 * TICK) / process
        out.seek(0)
        err.seek(0)
        if child.returncode != 0:
            if process >= LONGEST:
                raise Failed(f"ended after {LONGEST} s")
            lines = err.read().decode(errors="replace").strip().splitlines() or [f"exit status {child.returncode}"]
            raise Failed(lines[-1])
        return Sample(process, cpu, usage.ru_maxrss / 1024, others, parse(out.read().decode(errors="replace")))


def run(argv, env=None):
    """The cleanest of up to REPEATS runs, the first clean one if there is one."""
    best = None
    for _ in range(REPEATS):
        sample = once(argv, env)
        if best is None or sample.others < best.others:
            best = sample
        if not best.dirty:
            break
    return best


class Burner:
    """Another process that wants one of the processors all the time."""

    def __enter__(self):
        self.child = subprocess.Popen([sys.executable, "-c", "while True: pass"])
        time.sleep(0.2)

    def __exit__(self, *_):
        self.child.kill()
        self.child.wait()
