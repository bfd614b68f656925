#!/usr/bin/env python3
"""Compares circuittui with the tools it replaces: `make bench`, or

    tests/bench/bench.py --build BUILD_DIR [--dir DIR] [--runs N] [--quick | --list] [CASE ...]

Every case runs each side several times, in turn, on the same data, and prints a table: median and
range of the seconds for the whole process and, if the side reports it, for the step alone
(`compute`); peak memory; processor use by other processes during the worst run, marked `!` if it was
too high for a reliable figure (such runs are repeated first). Below each table are the required
ratios to a peer in the same run, and whether they are met. CASE is a name listed by `--list`, or
`all`. By default, the cases run that take five minutes together.

Peers: scikit-learn, scipy, numpy and PyTorch of /usr/bin/python3 (Debian: python3-sklearn,
python3-torch), Rtsne and dbscan of R (r-cran-rtsne, r-cran-dbscan). A missing peer is reported in
its row. DIR ($BENCH_DIR, or bench-data in the build folder) takes up to 3 GB of inputs, including a
GPT-2 medium with random weights (13 GB with every case). Needs a C.UTF-8 locale and only the standard
library.
"""
import argparse
import array
import csv
import dataclasses
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time
from typing import Callable, Optional

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
import measure  # noqa: E402
from data import Inputs  # noqa: E402
from tui_latency import Terminal  # noqa: E402

PYTHON = "/usr/bin/python3"
TWO_THREADS = {"OMP_NUM_THREADS": "2"}  # torch leaves one to the others otherwise


# ---- what is measured: sides and bars ----


@dataclasses.dataclass
class Side:
    name: str
    argv: list  # `{run}` in it stands for the number of the run, from 0
    env: dict = dataclasses.field(default_factory=dict)
    needs: Optional[tuple] = None  # (interpreter, module, Debian package), or nothing
    runs: Optional[int] = None  # fewer than the others, for what takes long
    burner: bool = False  # while another process takes a processor
    memory: int = 0  # GB that must be free
    function: Optional[Callable] = None  # seconds, instead of a process


@dataclasses.dataclass
class Bar:
    """What must hold: ours at most `limit` times what the peer takes (`fastest`: the fastest peer
    that is there), or at most `limit` itself when there is no peer."""

    limit: float
    peer: Optional[str] = None
    figure: str = "compute"
    theirs: Optional[str] = None  # the peer's figure when it is another


@dataclasses.dataclass
class Case:
    name: str
    title: str
    sides: list  # ours first
    bars: list = dataclasses.field(default_factory=list)
    runs: Optional[int] = None  # where it is not to be the usual number
    check: Optional[Callable] = None  # results -> lines, each beginning with met or NOT MET


@dataclasses.dataclass
class Result:
    side: Side
    samples: list
    note: str = ""  # why there are none

    def figures(self, name):
        if name in ("process", "rss", "cpu", "others"):
            return [getattr(s, name) for s in self.samples]
        return [s.values[name] for s in self.samples if name in s.values]

    def median(self, name):
        values = self.figures(name)
        return statistics.median(values) if values else None


def missing(needs, known={}):
    """What to install, or None."""
    if needs is None:
        return None
    if needs not in known:
        interpreter, module, package = needs
        test = ["-e", f"library({module})"] if interpreter == "Rscript" else ["-c", f"import {module}"]
        try:
            done = subprocess.run([interpreter, *test], capture_output=True, check=False)
            known[needs] = None if done.returncode == 0 else f"not installed (Debian: {package})"
        except OSError:
            known[needs] = f"not installed (Debian: {package})"
    return known[needs]


def free_gigabytes():
    with open("/proc/meminfo", encoding="utf-8") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("MemAvailable")) / 2**20


def obstacle(side):
    """Why the side cannot run here, or None."""
    if side.memory > free_gigabytes():
        return f"needs {side.memory} GB of memory, {free_gigabytes():.0f} are free"
    return missing(side.needs)


def sample(side, run):
    argv = [part.replace("{run}", str(run)) for part in side.argv]
    if side.function is not None:
        busy, own, start = measure.busy_seconds(), measure.own_seconds(), time.monotonic()
        seconds = side.function()
        wall = time.monotonic() - start
        cpu = measure.own_seconds() - own
        others = max(0.0, measure.busy_seconds() - busy - cpu - wall) / wall  # one processor is the side's
        return measure.Sample(seconds, cpu, 0.0, others, {})
    if side.burner:
        with measure.Burner():
            taken = measure.once(argv, side.env)
        taken.others = max(0.0, taken.others - 1.0)  # the burner is ours
        return taken
    return measure.run(argv, side.env)


def run_case(case, runs, report):
    """Results in the order of the sides; the sides take turns."""
    results = [Result(side, [], obstacle(side) or "") for side in case.sides]
    for turn in range(case.runs or runs):
        for result in results:
            if result.note or turn >= (result.side.runs or turn + 1):
                continue
            report(f"{case.name}: {result.side.name}, {turn + 1}")
            try:
                result.samples.append(sample(result.side, turn))
            except (measure.Failed, OSError) as error:
                result.note = f"failed: {error}"
    return results


# ---- tables ----


def number(value):
    return f"{value:.4f}" if value < 1 else f"{value:.2f}" if value < 100 else f"{value:.0f}"


def spread(result, name):
    values = result.figures(name)
    if not values:
        return ""
    return f"{number(statistics.median(values))} ({number(min(values))}..{number(max(values))})"


def megabytes(rss):
    """A process that is smaller than this one was as large when it was started."""
    least = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return "" if rss == 0 else f"< {least:.0f}" if rss < 1.02 * least else f"{rss:.0f}"


def print_table(results):
    print(f"  {'':32} {'compute s':26} {'process s':26} {'peak MB':>8} {'others':>7}  runs")
    for r in results:
        if r.samples:
            others = max(r.figures("others"))
            rss = megabytes(r.median("rss"))
            print(f"  {r.side.name:32} {spread(r, 'compute'):26} {spread(r, 'process'):26} {rss:>8}"
                  f" {others:6.2f}{'!' if others > measure.DIRTY else ' '} {len(r.samples):5d}")
        if r.note:
            print(f"  {r.side.name:32} {r.note}")


def fraction(ratio):
    return f"1/{1 / ratio:.1f}" if 0 < ratio < 1 else f"{ratio:.2f}"


UNITS = {"rss": "MB", "compute": "s", "process": "s", "cpu": "s"}


def judge(bar, results):
    """One line, and whether the bar is met: True, False, or None if it cannot be decided."""
    ours = results[0].median(bar.figure)
    figure, theirs = bar.theirs or bar.figure, None
    if bar.peer is None:
        what = f"{bar.figure} at most {bar.limit:g} {UNITS.get(bar.figure, '')}".rstrip()
        value, got = ours, ours and number(ours)
    else:
        peers = [r for r in results[1:] if r.median(figure) is not None and bar.peer in ("fastest", r.side.name)]
        peer = min(peers, key=lambda r: r.median(figure), default=None)
        theirs = peer and peer.median(figure)
        name = f"the fastest peer ({peer.side.name})" if bar.peer == "fastest" and peer else bar.peer
        what = f"{bar.figure} at most {fraction(bar.limit)} of {name}'s" + (f" {figure}" if bar.theirs else "")
        value = ours / theirs if ours is not None and theirs else None
        got = value is not None and fraction(value)
    if value is None:
        return f"{'unknown':8} {what}", None
    met = value <= bar.limit
    return f"{'met' if met else 'NOT MET':8} {what}: {got}", met


def print_case(case, results):
    print(f"\n{case.title}  [{case.name}]")
    print_table(results)
    for bar in case.bars:
        print("  " + judge(bar, results)[0])
    if case.check is not None:
        try:
            for line in case.check(results):
                print("  " + line)
        except (OSError, measure.Failed) as error:
            print(f"  unknown  {error}")
    sys.stdout.flush()


def verdict(met, text):
    return f"{'met' if met else 'NOT MET':8} {text}"


# ---- the cases ----

SKLEARN = (PYTHON, "sklearn", "python3-sklearn")
SCIPY = (PYTHON, "scipy.stats", "python3-scipy")
NUMPY = (PYTHON, "numpy", "python3-numpy")
TORCH = (PYTHON, "torch, scipy, sklearn", "python3-torch python3-scipy python3-sklearn")
RTSNE = ("Rscript", "Rtsne", "r-cran-rtsne")
RDBSCAN = ("Rscript", "dbscan", "r-cran-dbscan")


class Cases:
    """A method a case, named by it; inputs are made when the case is."""

    def __init__(self, build, inputs, runs):
        self.inputs, self.out, self.runs = inputs, inputs.folder, runs
        self.program = str(build / "src/circuittui")
        self.binary = str(build / "tests/bench/driver")
        self.demo = str(ROOT / "fixtures/demo")
        self.stimuli = self.demo + "/stimuli.csv"

    def driver(self, *args, name="circuittui", **more):
        return Side(name, [self.binary, *map(str, args)], {}, **more)

    def python(self, name, needs, *args, script="peers.py", **more):
        return Side(name, [PYTHON, str(HERE / script), *map(str, args)], TWO_THREADS, needs, **more)

    def r(self, name, needs, *args):
        return Side(name, ["Rscript", str(HERE / "peers.R"), *map(str, args)], TWO_THREADS, needs)

    def path(self, name):
        return str(self.out / name)

    # -- the model --

    def medium(self):
        return self.inputs.model("gpt2-medium-shape")

    def ids(self):
        """The demo's sentences as token ids, cut after the target, for notebook.py."""
        path = self.out / "ids.txt"
        with open(self.stimuli, encoding="utf-8", newline="") as f:
            rows = list(csv.DictReader(f))
        assert rows == sorted(rows, key=lambda row: row["group"] != rows[0]["group"]), "one group, then the other"
        whole, target = (self.tokenize([row[key] for row in rows]) for key in ("text", "target"))
        with open(path, "w", encoding="utf-8") as f:
            for ids, wanted in zip(whole, target):
                end = next(i for i in range(len(ids)) if ids[i : i + len(wanted)] == wanted) + len(wanted)
                f.write(f"{' '.join(ids[:end])}|{' '.join(ids[end:])}\n")
        return str(path)

    def tokenize(self, texts):
        done = subprocess.run([self.program, "tokenize", "--ids", "--tokenizer", self.demo, "-"],
                              input="\n".join(texts) + "\n", capture_output=True, text=True, check=True)
        return [line.split() for line in done.stdout.splitlines()]

    def pickled(self):
        path = self.out / "gpt2-medium-shape.bin"
        if not path.exists() and not missing(TORCH):
            self.inputs.report(f"making {path}")
            subprocess.run([PYTHON, str(HERE / "notebook.py"), self.medium() + "/model.safetensors", "--save", str(path)],
                           check=True)
        return str(path)

    def notebook(self):
        weights, ids = self.medium() + "/model.safetensors", self.ids()
        run = [self.program, "run", "--model", self.medium(), "--tokenizer", self.demo, "--stimuli", self.stimuli,
               "--hook", "h.5.mlp.c_fc"]
        write = run + ["--out", self.path("results"), "--force"] # also hashes the model's files

        def check(results):
            with open(self.path("results/ttest.csv"), encoding="utf-8") as f:
                ours = sum(line.rstrip().endswith(",1") for line in f)
            theirs = results[2].median("significant")
            yield verdict(theirs is None or abs(ours - theirs) <= 1, f"as many significant neurons: {ours}, {theirs}")

        return Case("notebook", "The notebook's job on GPT-2 medium's shape, whole process", [
            Side("circuittui run", run),
            Side("circuittui run --out", write),
            self.python("Python, weights mapped", TORCH, weights, ids, script="notebook.py"),
            self.python("Python, torch.load", TORCH, self.pickled(), ids, script="notebook.py", runs=1),
        ], [
            Bar(1 / 20, "Python, weights mapped", "process"),
            Bar(1 / 45, "Python, torch.load", "process"),
            Bar(1 / 4, "Python, weights mapped", "rss"),
        ], check=check)

    def extract(self):
        ours, theirs = self.path("extract-ours.f32"), self.path("extract-theirs.f32")

        def check(results):
            if results[1].samples:
                yield same_floats(ours, theirs, 1e-4)

        return Case("extract", "Extraction alone, h.5.mlp.c_fc", [
            self.driver("extract", self.medium(), self.demo, self.stimuli, "h.5.mlp.c_fc", ours),
            self.python("PyTorch, weights mapped", TORCH, self.medium() + "/model.safetensors", self.ids(),
                        "--stop", "extract", "--out", theirs, script="notebook.py"),
        ], [Bar(1 / 35, "PyTorch, weights mapped", "process")], check=check)

    def forward(self):
        return Case("forward", "All 24 layers hooked at every token, warm", [
            self.driver("forward", self.medium(), self.demo, self.stimuli, "h.*.mlp.c_fc"),
            self.python("PyTorch, weights mapped", TORCH, self.medium() + "/model.safetensors", self.ids(),
                        "--stop", "forward", script="notebook.py"),
        ], [Bar(1 / 3, "PyTorch, weights mapped")], runs=2)

    def swaps(self, name, what, model, hook, n_sets, bar):
        ours, theirs = self.path(f"{name}-ours.f32"), self.path(f"{name}-theirs.f32")
        words = ",".join(ids[0] for ids in self.tokenize([" he", " she", " He", " She"]))
        layer = hook.split(".")[1]
        peer = "PyTorch, hooks"

        def check(results):
            if results[1].samples:
                yield same_floats(ours, theirs, 1e-4)

        return Case(name, f"Neurons swapped with twins' in {n_sets} set{'s' * (n_sets > 1)}, to logits: {what}", [
            self.driver("effect", model, self.demo, self.stimuli, hook, n_sets, words, ours),
            self.python(peer, TORCH, model, self.ids(), layer, n_sets, words, theirs, script="effect.py"),
        ], [Bar(bar, peer, "process")], runs=1, check=check)

    def effect(self):
        return self.swaps("effect", "GPT-2 medium", self.medium(), "h.5.mlp.c_fc", 20, 1 / 2.5)

    def effect_pythia(self):
        model = self.inputs.family("pythia-410m")
        return self.swaps("effect-pythia", "Pythia 410m", model, "layers.12.mlp.dense_h_to_4h", 1, 1 / 2)

    def effect_llama(self):
        model = self.inputs.family("llama-3.2-1b")
        return self.swaps("effect-llama", "Llama 3.2 1B", model, "layers.8.mlp.gate_proj", 1, 1 / 2)

    # -- t-SNE --

    def tsne(self, n, bars, runs=None):
        x = self.inputs.neuron_runs(n, runs or self.runs)
        maps = {name: self.path(f"map-{n}-{name}-{{run}}.f64") for name in ("circuittui", "scikit-learn", "Rtsne")}

        def check(results):
            yield from map_quality(x.replace("{run}", "0"), maps, [r for r in results if r.samples])

        return Case(f"tsne-{n}", f"t-SNE, n = {n}, d = 108, perplexity 30, 1000 iterations", [
            self.driver("tsne", x, maps["circuittui"]),
            self.python("scikit-learn", SKLEARN, "tsne", x, maps["scikit-learn"]),
            self.r("Rtsne", RTSNE, "tsne", x, n, 108, maps["Rtsne"]),
        ], bars, runs, check)

    def tsne_500(self):
        return self.tsne(500, [Bar(1 / 12, "fastest"), Bar(1 / 18, "scikit-learn")])

    def tsne_1000(self):
        return self.tsne(1000, [Bar(1 / 12, "fastest"), Bar(1 / 18, "scikit-learn")])

    def tsne_2000(self):
        return self.tsne(2000, [Bar(1 / 12, "fastest"), Bar(1 / 18, "scikit-learn")])

    def tsne_10000(self):
        return self.tsne(10000, [Bar(1 / 6, "fastest"), Bar(1 / 15, "scikit-learn")], runs=1)

    def tsne_50000(self):
        case = self.tsne(50000, [Bar(1 / 7, "fastest"), Bar(1000, None, "rss")], runs=1)
        case.sides = [s for s in case.sides if s.name != "scikit-learn"]  # more than five minutes
        return case

    def tsne_growth(self):
        sizes = (20000, 100000)
        sides = [self.driver("tsne", self.inputs.neurons(n), self.path("map-growth.f64"), name=f"circuittui, n = {n}")
                 for n in sizes]

        def check(results):
            per_point = [r.median("compute") / n for r, n in zip(results, sizes) if r.samples]
            if len(per_point) == 2:
                growth = per_point[1] / per_point[0]
                yield verdict(growth <= 1.5, f"time a point grows by at most 1.5: {growth:.2f}")

        return Case("tsne-growth", "t-SNE's time a point", sides, runs=1, check=check)

    # -- the other steps --

    def ttest(self):
        return self.ttest_process("ttest", ".npy", self.inputs.activations(108, 4096), ["--groups", self.inputs.labels(108)])

    def ttest_csv(self):
        return self.ttest_process("ttest-csv", "CSV", self.inputs.activations_csv(108, 4096), [])

    def ttest_process(self, name, kind, path, more):
        return Case(name, f"t-test, 108 x 4096, whole process from {kind}", [
            Side("circuittui ttest", [self.program, "ttest", path, *more]), # the peer keeps nothing on disk either
            self.python("scipy", SCIPY, "ttest", path),
        ], [Bar(1 / 50, "scipy", "process")], runs=5)

    def ttest_large(self):
        x = self.inputs.activations(2000, 100000, "<f8")
        return Case("ttest-large", "t-test, 2000 x 100,000, float64 .npy of 1.6 GB", [
            self.driver("ttest", x),
            self.python("scipy", SCIPY, "ttest", x),
        ], [Bar(1 / 10, "scipy")], check=lambda results: [same_figure(results, "sum of p", 1e-6)])

    def dbscan(self, n, limit, runs=None):
        points, ours, theirs = self.inputs.plane(n), self.path("labels-ours.i32"), self.path("labels-theirs.i32")

        def check(results):
            if results[1].samples:
                same = pathlib.Path(ours).read_bytes() == pathlib.Path(theirs).read_bytes()
                yield verdict(same, "labels as scikit-learn's")

        return Case(f"dbscan-{n}", f"DBSCAN, n = {n}, eps 1, min_samples 3", [
            self.driver("dbscan", points, ours),
            self.python("scikit-learn", SKLEARN, "dbscan", points, theirs, memory=18 * n // 1000000),
            self.r("dbscan (R)", RDBSCAN, "dbscan", points, n, 2, self.path("labels-r.i32")),
        ], [Bar(limit, "scikit-learn"), Bar(200, None, "rss")], runs=runs, check=check)

    def dbscan_100000(self):
        return self.dbscan(100000, 1 / 40)

    def dbscan_1000000(self):
        return self.dbscan(1000000, 1 / 200, runs=1)

    def kmeans(self):
        points = self.inputs.plane(100000)

        def check(results):
            ours, theirs = results[0].median("inertia"), results[1].median("inertia")
            if ours and theirs:
                yield verdict(ours <= 1.01 * theirs, f"inertia at most 1.01 of scikit-learn's: {ours / theirs:.4f}")

        return Case("kmeans", "k-means, n = 100,000, k = 50, 10 starts", [
            self.driver("kmeans", points, 50),
            self.python("scikit-learn", SKLEARN, "kmeans", points, 50),
        ], [Bar(1 / 8, "scikit-learn")], check=check)

    def cosine(self):
        x = self.inputs.neurons(10000, "<f4")
        return Case("cosine", "Histogram of all cosines and two heatmaps, n = 10,000 (numpy: the cosine matrix alone)", [
            self.driver("cosine", x),
            self.python("numpy, float32", NUMPY, "cosine", x),
        ], [Bar(1 / 4, "numpy, float32")], check=lambda results: [same_figure(results, "most in a bin", 1e-3)])

    def csv(self):
        def check(results):
            for name in ("write", "read"):
                seconds, numbers = results[0].median(name), results[0].median("numbers")
                if seconds:
                    yield f"         {name}: {seconds:.2f} s, {1e9 * seconds / numbers:.0f} ns a number"

        small = self.inputs.activations(108, 98304)
        return Case("csv", "activations.csv, 108 x 98,304, written and read", [
            self.driver("csv", small, self.path("out.csv")),
            self.python("numpy.savetxt, writing alone", NUMPY, "csv", small, self.path("out-numpy.csv"), runs=1),
        ], check=check)

    # -- the program as a whole --

    def start(self):
        return Case("start", "Start-up: --version", [Side("circuittui --version", [self.program, "--version"])],
                    [Bar(0.010, None, "process")], runs=9)

    def screen(self):
        def first_screen():
            terminal = Terminal([self.program])
            seconds = terminal.await_text(b"Pipeline")
            terminal.end()
            return seconds

        return Case("screen", "Start-up: first screen of the user interface on the demo, through a pty",
                    [Side("circuittui", [], function=first_screen)], [Bar(0.100, None, "process")], runs=9)

    def taken(self, name, title, *args):
        return Case(name, title, [
            self.driver(*args, burner=True, name="circuittui, a processor taken"),
            self.driver(*args, name="circuittui, alone"),
        ], [Bar(2, "circuittui, alone")])

    def taken_tsne(self):
        return self.taken("taken-tsne", "t-SNE, n = 2000, one of the processors taken by another process", "tsne",
                          self.inputs.neurons(2000), self.path("map-taken.f64"))

    def taken_extract(self):
        return self.taken("taken-extract", "Extraction, one of the processors taken by another process", "extract",
                          self.medium(), self.demo, self.stimuli, "h.5.mlp.c_fc", self.path("taken.f32"))

    # -- the answer --

    def answered(self, n_cols, n_different, *more):
        """A run with --answer on activations, and the folder of its results."""
        out = self.path(f"results-answer-{n_cols}")
        return [self.program, "run", "--answer", "--activations", self.inputs.layer(54, n_cols, n_different), "--groups",
                self.inputs.labels(108), "--threads", "2", "--out", out, "--force", *more], out

    def answer(self):
        run, out = self.answered(4096, 500)
        peer = "numpy, scipy, scikit-learn"

        def check(results):
            with open(out + "/answer.csv", encoding="utf-8") as f:
                ours = {row["name"]: row["value"] for row in csv.DictReader(f)}
            for name, tolerance in ("significant", 0.0), ("clumping", 1e-6):
                theirs = results[1].median(name)
                if theirs is not None:
                    near = abs(float(ours[name]) - theirs) <= tolerance
                    yield verdict(near, f"the same {name}: {float(ours[name]):.9g}, {theirs:.9g}")

        return Case("answer", "--answer without a model, 500 significant of 4,096 neurons, whole process", [
            Side("circuittui run --answer", run),
            self.python(peer, SKLEARN, self.inputs.layer(54, 4096, 500), script="answer.py", runs=1),
        ], [Bar(60, None, "process"), Bar(1 / 20, peer, "process"), Bar(1 / 20, peer, "cpu")], runs=1, check=check)

    def answer_98304(self):
        run, _ = self.answered(98304, 2000)
        return Case("answer-98304", "--answer without a model, 2,000 significant of 98,304 neurons",
                    [Side("circuittui run --answer", run)], [Bar(3000, None, "rss")], runs=1)

    def shuffles(self):
        small = self.inputs.model("gpt2-small-shape", 12, 768, 12)
        run = [self.program, "run", "--answer", "--model", small, "--tokenizer", self.demo, "--stimuli", self.stimuli,
               "--hook", "h.5.mlp.c_fc", "--draws", "199", "--resamples", "1", "--halves", "0", "--pictures", "0"]
        return Case("shuffles", "Networks with shuffled weights, GPT-2 small's shape: five and none",
                    [Side(f"--shuffles {n}", [*run, "--shuffles", n]) for n in ("5", "0")], runs=1)

    def sweep(self):
        run = [self.program, "run", "--model", self.medium(), "--tokenizer", self.demo, "--stimuli", self.stimuli,
               "--hook", "h.*.mlp.c_fc", "--out", self.path("results-sweep"), "--force"]
        return Case("sweep", "Everything on 98,304 neurons: all 24 layers as one analysis", [Side("circuittui run", run)],
                    [Bar(600, None, "process"), Bar(3000, None, "rss")], runs=1)

    def stream(self):
        small = self.inputs.model("gpt2-small-shape", 12, 768, 12)
        sides = [self.driver("ttests", small, self.demo, self.inputs.sentences(n), "h.5.mlp.c_fc", name=f"{n} sentences")
                 for n in (100000, 10000)]

        def check(results):
            if not all(r.samples for r in results):
                return
            more, result = (results[0].median(name) - results[1].median(name) for name in ("rss", "result MB"))
            yield verdict(more <= 1.1 * result, f"memory grows by the result's {result:.0f} MB, which lie in a file: {more:.0f}")

        return Case("stream", "100,000 sentences of 16 tokens through GPT-2 small's shape to the t-test",
                    sides, runs=1, check=check)


DEFAULT = ("notebook", "extract", "forward", "tsne-500", "tsne-1000", "tsne-2000", "ttest", "ttest-csv", "ttest-large",
           "dbscan-100000", "kmeans", "cosine", "csv", "start", "screen", "taken-tsne", "taken-extract")
MORE = ("tsne-10000", "tsne-50000", "tsne-growth", "dbscan-1000000", "sweep", "stream", "answer", "answer-98304",
        "shuffles", "effect", "effect-pythia", "effect-llama")


# ---- what cases check ----


def same_floats(ours, theirs, tolerance):
    a, b = array.array("f", pathlib.Path(ours).read_bytes()), array.array("f", pathlib.Path(theirs).read_bytes())
    if len(a) != len(b):
        return verdict(False, f"as many activations: {len(a)}, {len(b)}")
    largest = max(map(abs, b))
    error = max(abs(x - y) for x, y in zip(a, b)) / largest
    return verdict(error <= tolerance, f"activations differ by at most {tolerance:g} of the largest: {error:.1e}")


def same_figure(results, name, tolerance):
    ours, theirs = results[0].median(name), results[1].median(name)
    if ours is None or theirs is None:
        return f"unknown  {name} of both"
    return verdict(abs(ours - theirs) <= tolerance * abs(theirs), f"{name}: {ours:.9g}, {theirs:.9g}")


def map_quality(x, maps, results):
    """Of every map that was made, by one evaluator; runs differ by noise that hardly moves x."""
    if missing(SKLEARN):
        yield "unknown  quality: needs numpy and scikit-learn"
        return
    made = [(r.side.name, maps[r.side.name].replace("{run}", str(i))) for r in results for i in range(len(r.samples))]
    done = subprocess.run([PYTHON, str(HERE / "quality.py"), x, "30", *(path for _, path in made)],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise measure.Failed(done.stderr.strip().splitlines()[-1])
    figures = {}
    for (name, _), line in zip(made, done.stdout.splitlines()):
        figures.setdefault(name, []).append(tuple(map(float, line.split())))
    for name, rows in figures.items():
        kl, knn, width = (f"{statistics.median(v):.4g} ({min(v):.4g}..{max(v):.4g})" for v in zip(*rows))
        yield f"         {name:15} KL {kl:26} 10 neighbours kept {knn:26} width {width}"
    if "circuittui" in figures and "scikit-learn" in figures:
        (kl, knn, _), (their_kl, their_knn, _) = (list(zip(*figures[n])) for n in ("circuittui", "scikit-learn"))
        ratio = statistics.median(kl) / statistics.median(their_kl)
        yield verdict(ratio <= 1.01, f"median KL at most 1.01 of scikit-learn's: {ratio:.4f}")
        kept = statistics.median(knn)
        yield verdict(kept >= min(their_knn), f"10 neighbours kept, not below scikit-learn's range: {kept:.4f}")


# ---- the machine ----


def print_machine(cases):
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        model = next((line.split(":", 1)[1].strip() for line in f if line.startswith("model name")), "unknown")
    values = measure.run([cases.binary, "limits"]).values
    load = os.getloadavg()[0]
    print(f"Machine: {model}, {len(os.sched_getaffinity(0))} processors, load {load:.2f} before")
    print(f"OpenBLAS sgemm 1296x1024x4096: {values['sgemm1']:.0f} GFLOP/s by one thread, {values['sgemm2']:.0f} by two;"
          f" copying {values['copy']:.0f} GB/s (read and written)")
    sys.stdout.flush()


def choose(words):
    names = DEFAULT + MORE
    if not words:
        return DEFAULT
    for word in words:
        if word != "all" and word not in names:
            sys.exit(f"bench.py: {word}: no such case; --list shows them")
    return [n for n in names if n in words or "all" in words]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--dir", type=pathlib.Path, default=os.environ.get("BENCH_DIR") or None)
    parser.add_argument("--runs", type=int, default=3, help="of what is not too quick or too slow for that number")
    parser.add_argument("--quick", action="store_true", help="no peers, one run each: to see that it works")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("cases", nargs="*")
    args = parser.parse_args()
    if args.list:
        print("\n".join(f"{n}{'' if n in DEFAULT else ' (when asked)'}" for n in DEFAULT + MORE))
        return
    report = print_progress if sys.stderr.isatty() else lambda text: None
    inputs = Inputs(args.dir or args.build / "bench-data", report)
    cases = Cases(args.build.resolve(), inputs, 1 if args.quick else args.runs)
    if args.quick:
        measure.REPEATS = 1
    else:
        print_machine(cases)
    for name in choose(args.cases):
        case = getattr(cases, name.replace("-", "_"))()
        if args.quick:
            case.sides, case.runs, case.bars, case.check = case.sides[:1], 1, [], None
        results = run_case(case, cases.runs, report)
        report("")
        print_case(case, results)


def print_progress(text):
    sys.stderr.write(f"\r\033[K{text}")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
