"""Inputs for bench.py, made once and kept: standard library only, the same bytes every time."""
import array
import operator
import pathlib
import random
import struct
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
BLOCK = 1 << 20


def save_npy(path, dtype, shape, chunks):
    """Writes chunks (arrays of the dtype, '<f4' or '<f8') one after the other, whole or not at all."""
    head = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': ({', '.join(map(str, shape))}), }}"
    head += " " * (-(len(head) + 11) % 64) + "\n"
    part = path.with_suffix(".part")
    with open(part, "wb") as f:
        f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode())
        for chunk in chunks:
            chunk.tofile(f)
    part.rename(path)


def neurons(path, n, d=108, dtype="<f8", run=0):
    """Points [n, d]: each follows one of 12 latent response patterns, the others a little, and noise.
    Runs differ by 1e-7 of each value, which decides in which optimum a t-SNE of them ends."""
    rng, jitter = random.Random(n), random.Random(run)
    patterns = range(12)
    columns = [[rng.gauss(0, 1) for _ in patterns] for _ in range(d)]

    def rows():
        for _ in range(n):
            weights = [rng.gauss(0, 0.3) for _ in patterns]
            weights[rng.randrange(12)] += rng.uniform(0.5, 2.0)
            mixed = (sum(map(operator.mul, weights, column)) for column in columns)
            values = (v + 0.8 * rng.gauss(0, 1) for v in mixed)
            if run > 0:
                values = (v * (1.0 + 1e-7 * jitter.gauss(0, 1)) for v in values)
            yield array.array("f" if dtype == "<f4" else "d", values)

    save_npy(path, dtype, (n, d), rows())


def plane(path, n):
    """Points [n, 2] in 150 clumps of different width on a square of side 40."""
    rng = random.Random(n)
    clumps = [(rng.uniform(0, 40), rng.uniform(0, 40), rng.uniform(0.2, 2.0)) for _ in range(150)]

    def rows():
        for _ in range(n):
            x, y, width = rng.choice(clumps)
            yield array.array("d", (rng.gauss(x, width), rng.gauss(y, width)))

    save_npy(path, "<f8", (n, 2), rows())


def activations(path, rows, cols, dtype="<f4"):
    """[rows, cols]: each row a piece of one block of normal numbers, the second half of the rows
    moved by 1 in every third column."""
    rng = random.Random(cols)
    code = "f" if dtype == "<f4" else "d"
    block = array.array(code, (rng.gauss(0, 1) for _ in range(BLOCK)))
    moved = array.array(code, (v + (i % 3 == 0) for i, v in enumerate(block)))

    def pieces():
        for i in range(rows):
            start = 3 * rng.randrange((BLOCK - cols) // 3)
            yield (block if i < rows // 2 else moved)[start : start + cols]

    save_npy(path, dtype, (rows, cols), pieces())


def layer(path, n_pairs, cols, n_different):
    """[2 n_pairs, cols]: neurons that follow 12 patterns of the pairs, and noise; the first n_different
    tell the two sentences of a pair apart."""
    rng = random.Random(cols + n_different)
    noise = array.array("f", (rng.gauss(0, 1) for _ in range(BLOCK)))
    patterns = [[rng.gauss(0, 1) for _ in range(n_pairs)] for _ in range(12)]
    weights = [[rng.gauss(0, 0.5) for _ in range(cols)] for _ in range(12)]
    effects = [rng.choice((-4.0, 4.0)) if j < n_different else 0.0 for j in range(cols)]

    def rows():
        for i in range(2 * n_pairs):
            start, side = rng.randrange(BLOCK - cols), 0.5 if i < n_pairs else -0.5
            row = [n + side * e for n, e in zip(noise[start : start + cols], effects)]
            for pattern, weight in zip(patterns, weights):
                p = pattern[i % n_pairs]
                row = [v + p * w for v, w in zip(row, weight)]
            yield array.array("f", row)

    save_npy(path, "<f4", (2 * n_pairs, cols), rows())


def as_csv(path, npy, rows, cols):
    """activations.csv of such a float32 .npy, as `circuittui run` writes it."""
    with open(npy, "rb") as f:
        f.seek(10 + struct.unpack("<H", f.read(10)[8:])[0])
        values = array.array("f", f.read())
    with open(path, "w") as f:
        f.write("sentence,group,token," + ",".join(f"h.5.mlp.c_fc:{j}" for j in range(cols)) + "\n")
        for i in range(rows):
            row = values[i * cols : (i + 1) * cols]
            f.write(f"{i},{'a' if i < rows // 2 else 'b'},3," + ",".join(f"{v:.9g}" for v in row) + "\n")


def labels(path, rows):
    path.write_text("".join("a\n" if i < rows // 2 else "b\n" for i in range(rows)))


def model(folder, *shape):
    subprocess.run([sys.executable, HERE / "make_model.py", folder, *map(str, shape)], check=True)


def sentences(path, n, n_words=14):
    """n sentences for the demo's tokenizer, all different, half of them with each target."""
    words = "the old man saw a small dog near that house on Sunday and then we met".split()
    rng = random.Random(n)
    with open(path, "w") as f:
        f.write("group,target,text\n")
        for i in range(n):
            target = "him" if i % 2 == 0 else "her"
            f.write(f"{target}, {target},{' '.join(rng.choice(words) for _ in range(n_words))} {target}\n")


class Inputs:
    """Paths of the inputs in one folder; what is not there yet is made when it is asked for."""

    def __init__(self, folder, report):
        self.folder, self.report = pathlib.Path(folder), report
        self.folder.mkdir(parents=True, exist_ok=True)

    def get(self, name, make, *args):
        path = self.folder / name
        if not path.exists():
            self.report(f"making {path}")
            make(path, *args)
        return str(path)

    def neurons(self, n, dtype="<f8"):
        return self.get(f"neurons-{n}{dtype[1:]}.npy", neurons, n, 108, dtype)

    def neuron_runs(self, n, runs):
        """One path for all runs, with `{run}` in it, from 0."""
        for run in range(runs):
            self.get(f"neurons-{n}-{run}.npy", neurons, n, 108, "<f8", run)
        return str(self.folder / f"neurons-{n}-{{run}}.npy")

    def plane(self, n):
        return self.get(f"plane-{n}.npy", plane, n)

    def activations(self, rows, cols, dtype="<f4"):
        return self.get(f"activations-{rows}x{cols}{dtype[1:]}.npy", activations, rows, cols, dtype)

    def layer(self, n_pairs, cols, n_different):
        return self.get(f"layer-{n_pairs}x{cols}-{n_different}.npy", layer, n_pairs, cols, n_different)

    def activations_csv(self, rows, cols):
        return self.get(f"activations-{rows}x{cols}.csv", as_csv, self.activations(rows, cols), rows, cols)

    def labels(self, rows):
        return self.get(f"labels-{rows}.txt", labels, rows)

    def model(self, name, *shape):
        folder = self.folder / name
        if not (folder / "config.json").exists():  # written last
            self.report(f"making {folder}")
            model(folder, *shape)
        return str(folder)

    def family(self, name):
        """A model of families.py; needs numpy."""
        folder = self.folder / f"{name}-shape"
        if not (folder / "config.json").exists():
            self.report(f"making {folder}")
            subprocess.run(["/usr/bin/python3", HERE / "families.py", "--make", folder, name], check=True)
        return str(folder)

    def sentences(self, n):
        return self.get(f"sentences-{n}.csv", sentences, n)
