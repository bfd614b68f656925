"""What a Python user runs, one step a process; prints seconds as `compute`. For bench.py.

    peers.py tsne X.npy Y | ttest X.npy or .csv | dbscan POINTS.npy LABELS | kmeans POINTS.npy K
             | cosine X.npy | csv X.npy OUT.csv
"""
import sys
import time

import numpy as np


def timed(function, *args, **kwargs):
    start = time.perf_counter()
    result = function(*args, **kwargs)
    print("compute", time.perf_counter() - start)
    return result


def tsne(x, out):
    from sklearn.manifold import TSNE

    estimator = TSNE(perplexity=30, n_iter=1000, init="pca", learning_rate="auto", n_jobs=2)
    timed(estimator.fit_transform, np.load(x)).astype(np.float64).tofile(out)


def ttest(path):
    from scipy.stats import ttest_ind

    if path.endswith(".csv"):
        with open(path) as f:
            n_cols = f.readline().count(",") + 1
        x = np.loadtxt(path, delimiter=",", skiprows=1, usecols=range(3, n_cols))
    else:
        x = np.load(path, mmap_mode="r")
    result = timed(ttest_ind, x[: len(x) // 2], x[len(x) // 2 :])
    print("sum of p", result.pvalue.sum())


def dbscan(points, out):
    from sklearn.cluster import DBSCAN

    labels = timed(DBSCAN(eps=1.0, min_samples=3).fit_predict, np.load(points))
    print("clusters", labels.max() + 1)
    labels.astype(np.int32).tofile(out)


def kmeans(points, n_clusters):
    from sklearn.cluster import KMeans

    estimator = timed(KMeans(n_clusters=int(n_clusters), n_init=10, random_state=0).fit, np.load(points))
    print("inertia", estimator.inertia_)


def cosine(path):
    x = np.load(path)

    def matrix():
        gram = x @ x.T
        norms = np.sqrt(gram.diagonal())
        gram /= norms[:, None]
        gram /= norms
        return gram

    start = time.perf_counter()
    counts, _ = np.histogram(timed(matrix), bins=80)
    print("with histogram", time.perf_counter() - start)
    print("most in a bin", counts.max())


def csv(path, out):
    x = np.load(path)

    def write():
        np.savetxt(out, x, fmt="%.9g", delimiter=",")

    timed(write)


if __name__ == "__main__":
    {f.__name__: f for f in (tsne, ttest, dbscan, kmeans, cosine, csv)}[sys.argv[1]](*sys.argv[2:])
