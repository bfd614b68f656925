#!/usr/bin/env python3
"""Measures the user interface through a pty: how soon keys are answered, and what is sent.

    tests/tui_latency.py PROGRAM [--model DIR] [--tokenizer DIR] [--keys N] [--only NAME]

    start     time from the command to the first sentences on screen
    extract   a key's answer while a model runs (DIR as tests/bench/make_model.py makes it; the
              tokenizer is the demo's unless named), median and worst
    tsne      the same while t-SNE of 5000 neurons iterates
    scatter   time from a key to the new screen in the picture of 100,000 clustered neurons: pan, zoom,
              another neuron, another view (only when named: their t-SNE takes a minute or more)
    cancel    time from x to the word that it was cancelled, every stage that lasts long enough
    bytes     sent for a whole live t-SNE of 1500 neurons at 80x24; and in 5 s of idleness, with
              the processor time of the process

Bars: median below 20 ms, worst below 50 ms; cancel below 200 ms; below 300 kB; idle nothing. Run
by hand on a machine that does nothing else; standard library only. The answer to a key is a text
that only it brings: ? brings `any key closes', any key after it the pane's title again.
"""
import argparse
import array
import fcntl
import os
import pty
import random
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Terminal:
    states = os.devnull  # folder for interrupted sessions, or nowhere

    def __init__(self, argv, rows=24, cols=80):
        self.began = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", LANG="C.UTF-8", LC_ALL="C.UTF-8",
                              XDG_STATE_HOME=os.path.join(self.states, str(os.getpid())))
            os.environ.pop("NO_COLOR", None)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
            os.execv(argv[0], argv)
        self.sent, self.rows, self.cols = 0, rows, cols
        self.data = b""

    def read(self, timeout):
        """Whatever comes in that time, at once."""
        if not select.select([self.fd], [], [], timeout)[0]:
            return b""
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return b""
        self.sent += len(data)
        self.data = (self.data + data)[-200000:]
        return data

    def key(self, keys):
        self.data = b""
        os.write(self.fd, keys.encode())

    def await_text(self, *texts, limit=60.0):
        """Seconds until one of the texts has come; what came before the last key() is forgotten."""
        start = painted = time.monotonic()
        while not any(text in self.data for text in texts):
            if time.monotonic() - start > limit:
                raise SystemExit(f"waited in vain for {texts}; the last was {self.data[-600:]!r}")
            if not self.read(1.0) or time.monotonic() - painted > 2.0:
                self.repaint()  # unchanged parts of it were not sent
                painted = time.monotonic()
        return time.monotonic() - start

    def repaint(self):
        self.cols ^= 1
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.cols, 0, 0))

    def ask(self, key, *texts, limit=60.0):
        self.key(key)
        return self.await_text(*texts, limit=limit)

    def echo(self, key, limit=10.0):
        """Seconds until what the key changes begins to come: a screen is sent when it is drawn."""
        start = time.monotonic()
        self.key(key)
        return time.monotonic() - start if self.read(limit) else None

    def drain(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.read(left)

    def processor_seconds(self):
        with open(f"/proc/{self.pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self):
        os.kill(self.pid, signal.SIGTERM)
        start = time.monotonic()
        while os.waitpid(self.pid, os.WNOHANG)[0] == 0:
            self.read(0.01)
        os.close(self.fd)
        return time.monotonic() - start


HELP, BACK = b"any key closes", b"line"


def answers(term, n_keys, still_running):
    """Times of n_keys answers, at uneven intervals; stops when the stage has ended."""
    rng = random.Random(0)
    times = []
    while len(times) < n_keys:
        times.append(term.ask("?", HELP))
        term.drain(rng.uniform(0.03, 0.12))
        times.append(term.ask(" ", BACK))
        term.drain(rng.uniform(0.03, 0.12))
        if not still_running(term):
            break
    return times


def report(name, times):
    ms = sorted(1000 * t for t in times)
    print(f"{name:10} {len(ms)} keys: median {statistics.median(ms):.1f} ms, "
          f"p95 {ms[int(0.95 * (len(ms) - 1))]:.1f} ms, worst {ms[-1]:.1f} ms", flush=True)


def make_activations(folder, n_neurons, n_sentences=108):
    """Neurons around 20 centres, all with different means in the two groups."""
    rng = random.Random(n_neurons)
    centres = [[rng.gauss(0, 1) for _ in range(n_sentences)] for _ in range(20)]
    columns = []
    for j in range(n_neurons):
        c = centres[j % 20]
        shift = 2.0 if j % 20 < 10 else -2.0
        columns.append([c[i] + 0.7 * rng.gauss(0, 1) + (shift if i % 2 else 0)
                        for i in range(n_sentences)])
    data = array.array("f", (columns[j][i] for i in range(n_sentences) for j in range(n_neurons)))
    head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({n_sentences}, {n_neurons}), }}"
    head += " " * (-(len(head) + 11) % 64) + "\n"
    path = os.path.join(folder, f"{n_neurons}.npy")
    with open(path, "wb") as f:
        f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode())
        data.tofile(f)
    groups = os.path.join(folder, "groups.txt")
    with open(groups, "w") as f:
        f.writelines("ab"[i % 2] + "\n" for i in range(n_sentences))
    return ["-a", path, "--groups", groups]


def measure_start(program):
    times = []
    for _ in range(5):
        term = Terminal([program])
        term.await_text(b"warned")
        times.append(time.monotonic() - term.began)
        term.end()
    print(f"start      first screen after {1000 * statistics.median(times):.0f} ms "
          f"(worst of 5: {1000 * max(times):.0f})", flush=True)


def open_model(program, args):
    tokenizer = args.tokenizer or os.path.join(ROOT, "fixtures", "demo")
    term = Terminal([program, "-m", args.model, "--tokenizer", tokenizer, "-H", "h.*.mlp.c_fc"])
    term.await_text(b"Load done")
    return term


def measure_extract(program, args):
    times = []
    for _ in range(args.keys):  # it may finish before the second key, or even the first
        term = open_model(program, args)
        term.ask("3\r", b"cancels", b"Extract done")
        if b"Extract done" not in term.data:
            times += answers(term, args.keys - len(times), lambda t: b"Extract done" not in t.data)
        term.end()
        if len(times) >= args.keys:
            break
    if times:
        report("extract", times)
    else:
        print("extract    is over before a key can be pressed", flush=True)


def measure_scatter(program, args, options):
    term = Terminal([program] + options + ["--correction", "none", "--iterations", "250"], 50, 160)
    term.await_text(b"Load done")
    term.key("6\r")
    term.await_text(b"Cluster done", limit=1200)
    term.key("\t\t")  # to the view
    term.drain(1.0)
    times = {}
    for turn in range(args.keys // 8):
        for name, keys in (("zoom", "++"), ("pan", ("\x1bOC", "\x1bOB")), ("neuron", "nn"),
                           ("zoom", "-0"), ("view", "vV")):
            for key in keys:
                seconds = term.echo(key)
                term.drain(0.1)
                if seconds is not None:
                    times.setdefault(name, []).append(seconds)
    for name, seconds in times.items():
        report(name, seconds)
    term.end()


def open_tsne(program, options):
    term = Terminal([program] + options + ["--correction", "none", "--iterations", "100000"])
    term.await_text(b"Load done")
    term.ask("4\r", b"t-test done")
    term.key("5\r")
    return term


def measure_tsne(program, args, options):
    term = open_tsne(program, options)
    term.await_text(b"iteration")
    times = answers(term, args.keys, lambda t: b"done in" not in t.data)
    report("tsne", times)
    term.end()


def cancel(term, stage, *delays):
    """Begins the stage that is gone to, and cancels it after each delay. False: it was done first."""
    for after in delays:
        done = f"{stage} done in".encode()
        term.key("\r")
        term.drain(after)
        seconds = 0.0 if done in term.data else term.ask("x", b"unchanged", done)
        if done in term.data:
            print(f"cancel     {stage}: done before {1000 * (after + seconds):.0f} ms", flush=True)
            return False
        print(f"cancel     {stage} after {after:.2f} s: {1000 * seconds:.0f} ms", flush=True)
    return True


def measure_cancel(program, args, options):
    if args.model:
        term = open_model(program, args)
        term.key("3")
        cancel(term, "Extract", 0.1, 0.7, 2.0)
        term.end()
    options = options + ["--correction", "none"]
    term = Terminal([program] + options)
    term.await_text(b"Load done")
    term.key("4")
    if cancel(term, "t-test", 0.02):
        term.ask("\r", b"t-test done in")
    term.key("5")
    cancel(term, "t-SNE", 0.05, 0.2, 0.5, 1.5)
    term.end()
    term = Terminal([program] + options + ["--iterations", "250", "--clusters", "400"])
    term.await_text(b"Load done")
    term.ask("5\r", b"t-SNE done", limit=300)
    term.key("6")
    if cancel(term, "Cluster", 0.05):
        term.ask("\r", b"Cluster done in", limit=300)
    term.key("7")
    cancel(term, "Similarity", 0.05, 0.3)
    print(f"cancel     leaving: {1000 * term.end():.0f} ms", flush=True)


def measure_bytes(program, options):
    term = Terminal([program] + options + ["--correction", "none"])
    term.await_text(b"Load done")
    term.ask("4\r", b"t-test done")
    term.drain(0.3)
    before, start = term.sent, time.monotonic()
    term.key("5\r")
    while b"t-SNE done" not in term.data and time.monotonic() - start < 300:
        term.read(1.0)
    term.drain(0.3)
    print(f"bytes      live t-SNE at n = 1500, 80x24: {(term.sent - before) / 1000:.0f} kB "
          f"in {time.monotonic() - start:.1f} s", flush=True)
    before, used = term.sent, term.processor_seconds()
    term.drain(5.0)
    print(f"idle       5 s: {term.sent - before} bytes, "
          f"{1000 * (term.processor_seconds() - used):.0f} ms of processor", flush=True)
    term.end()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--model")
    parser.add_argument("--tokenizer")
    parser.add_argument("--keys", type=int, default=80)
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    program = os.path.abspath(args.program)
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        Terminal.states = folder
        large = make_activations(folder, 5000)
        small = make_activations(folder, 1500)
        wanted = args.only.split(",") if args.only else []
        for name, measure in (
            ("start", lambda: measure_start(program)),
            ("extract", lambda: args.model and measure_extract(program, args)),
            ("tsne", lambda: measure_tsne(program, args, large)),
            ("scatter", lambda: "scatter" in wanted
             and measure_scatter(program, args, make_activations(folder, 100000, 24))),
            ("cancel", lambda: measure_cancel(program, args, large)),
            ("bytes", lambda: measure_bytes(program, small)),
        ):
            if not wanted or name in wanted:
                measure()


if __name__ == "__main__":
    sys.exit(main())
