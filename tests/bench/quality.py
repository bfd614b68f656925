"""How good a map is: one evaluator for all t-SNEs, in float64. Needs numpy and scikit-learn.

    quality.py X.npy PERPLEXITY Y...     Y: [n, 2] raw float64; prints kl, knn10, width of each

kl      KL divergence of the map from scikit-learn's affinities, the normaliser over all pairs
knn10   share of the 10 nearest neighbours in X that are among the 10 nearest in Y
width   root mean square distance from the centre
"""
import pathlib
import sys

import numpy as np
from sklearn.manifold._t_sne import _joint_probabilities_nn
from sklearn.neighbors import NearestNeighbors

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "fixtures"))
from gen_tsne import neighbor_graph  # noqa: E402


def normaliser(y):
    """Sum over all ordered pairs of 1 / (1 + distance^2), in blocks of rows."""
    total = -len(y)
    for start in range(0, len(y), 500):
        rows = y[start : start + 500]
        dx = rows[:, None, 0] - y[None, :, 0]
        dy = rows[:, None, 1] - y[None, :, 1]
        total += (1.0 / (1.0 + dx * dx + dy * dy)).sum()
    return total


def neighbors(x):
    return NearestNeighbors(n_neighbors=10, algorithm="auto").fit(x).kneighbors(return_distance=False)


class Evaluator:
    def __init__(self, x, perplexity):
        self.p = _joint_probabilities_nn(neighbor_graph(x, perplexity)[0], perplexity, 0).tocoo()
        self.near = neighbors(x)

    def measure(self, y):
        p = self.p
        w = 1.0 / (1.0 + ((y[p.row] - y[p.col]) ** 2).sum(axis=1))
        held = p.data > 0
        kl = (p.data[held] * np.log(p.data[held] * normaliser(y) / w[held])).sum()
        kept = [len(set(a) & set(b)) / 10 for a, b in zip(self.near, neighbors(y))]
        return float(kl), float(np.mean(kept)), float(np.sqrt(np.var(y, axis=0).sum()))


def main(x, perplexity, *maps):
    evaluator = Evaluator(np.load(x), float(perplexity))
    for path in maps:
        print(*evaluator.measure(np.fromfile(path).reshape(-1, 2)))


if __name__ == "__main__":
    main(*sys.argv[1:])
