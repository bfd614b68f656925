#!/usr/bin/python3
"""Compares the quality of our t-SNE with scikit-learn's, by one evaluator.

Run by hand; needs scikit-learn (Debian: python3-sklearn) and the driver, built by
`make tests/bench/driver`:

    OMP_NUM_THREADS=1 tests/bench/tsne_quality.py BUILD_DIR [N[:RUNS] ...]

without sizes: 60 100 200 500 1000 2000:3, nine runs each. The data are N neurons with 108 features
from 12 latent response patterns with noise; each run puts relative noise of 1e-7 on them, which
decides in which optimum a run ends. Both sides see the same runs. Columns, each as
scikit-learn's median and ours: KL divergence from the affinities of scikit-learn and the exact
normaliser in float64, with its range over the runs; share of the 10 nearest neighbours that are
kept; width (root mean square distance from the centre).
"""
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from sklearn.manifold import TSNE

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from quality import Evaluator  # noqa: E402

PERPLEXITY = 30.0


def neurons(n_samples, seed):
    rng = np.random.RandomState(seed)
    patterns = rng.standard_normal((12, 108))
    scale = rng.uniform(0.5, 2.0, size=(n_samples, 1))
    return patterns[rng.randint(12, size=n_samples)] * scale + 0.8 * rng.standard_normal((n_samples, 108))


def ours(driver, x):
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/x.npy", x)
        command = [driver, "tsne", f"{folder}/x.npy", f"{folder}/y", str(PERPLEXITY)]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        return np.fromfile(f"{folder}/y").reshape(-1, 2)


def compare(driver, n_samples, n_runs, seed=0):
    x = neurons(n_samples, seed)
    rng = np.random.RandomState(1)
    theirs, our = [], []
    for _ in range(n_runs):
        noisy = x * (1.0 + 1e-7 * rng.standard_normal(x.shape))
        evaluator = Evaluator(noisy, PERPLEXITY)
        theirs.append(evaluator.measure(TSNE(perplexity=PERPLEXITY).fit_transform(noisy).astype(np.float64)))
        our.append(evaluator.measure(ours(driver, noisy)))
    theirs, our = np.array(theirs), np.array(our)
    a, b = np.median(theirs, axis=0), np.median(our, axis=0)
    print(f"{n_samples:5d} {n_runs:4d}  {a[0]:.4f} [{theirs[:, 0].min():.4f} {theirs[:, 0].max():.4f}]"
          f"  {b[0]:.4f} [{our[:, 0].min():.4f} {our[:, 0].max():.4f}]  {b[0] / a[0]:.4f}"
          f"  {a[1]:.3f} {b[1]:.3f}  {a[2]:6.2f} {b[2]:6.2f}", flush=True)


def main(arguments):
    if not arguments:
        sys.exit(__doc__)
    driver = pathlib.Path(arguments[0]) / "tests/bench/driver"
    print("    n runs  sklearn KL               our KL                   ratio   knn10        width")
    for size in arguments[1:] or ["60", "100", "200", "500", "1000", "2000:3"]:
        n_samples, _, n_runs = size.partition(":")
        compare(driver, int(n_samples), int(n_runs or 9))


if __name__ == "__main__":
    main(sys.argv[1:])
