"""What a Python user writes to ask whether neurons are clustered: the procedure of `circuittui run
--answer` in numpy, scipy and scikit-learn. For bench.py; prints seconds of each part, and `compute`.

    answer.py X.npy [PICTURES]      rows of X: one group, then the other, the n-th of both are a pair

Like the program it makes 999 exchanges of pairs, 199 draws of both null models and of neurons at
random, 20 draws with planted groups, 100 resamples of the pairs, 20 halves, and pictures of PICTURES
clouds and half as many of resamples (39). The dip test of gaps is left out, for lack of a library in
Debian.
"""
import sys
import time

import numpy as np
from scipy import stats
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.linalg import solve_triangular
from scipy.spatial.distance import pdist, squareform
from sklearn.cluster import DBSCAN, KMeans
from sklearn.manifold import TSNE, trustworthiness
from sklearn.metrics import adjusted_rand_score, silhouette_score

ALPHA, EXCHANGES, DRAWS, PLANTED, RESAMPLES, HALVES = 0.05, 999, 199, 20, 100, 20
RHO = np.arange(1, 10) / 10
rng = np.random.default_rng(0)


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def split(x):
    return x[: len(x) // 2], x[len(x) // 2 :]


def exchange(x):
    a, b = split(x)
    observed = np.abs(stats.ttest_ind(a, b).statistic)
    significant, largest = [], np.empty((EXCHANGES, x.shape[1]))
    for i in range(EXCHANGES):
        stays = rng.random((len(a), 1)) < 0.5
        drawn = stats.ttest_ind(np.where(stays, a, b), np.where(stays, b, a))
        largest[i] = np.abs(drawn.statistic)
        significant.append((drawn.pvalue < ALPHA / x.shape[1]).sum())
    p_maxt = (1 + (largest.max(1)[:, None] >= observed).sum(0)) / (EXCHANGES + 1)
    order = np.argsort(-observed)
    running = np.maximum.accumulate(largest[:, order][:, ::-1], axis=1)[:, ::-1]
    p_step = np.maximum.accumulate((1 + (running >= observed[order]).sum(0)) / (EXCHANGES + 1))
    return np.mean(significant), (p_maxt <= ALPHA).sum(), (p_step <= ALPHA).sum()


def noncentrality(q, t, df):
    """Of each t, such that t is the quantile q."""
    low, high = t - 20 - np.abs(t), t + 20 + np.abs(t)
    for _ in range(45):
        middle = (low + high) / 2
        with np.errstate(invalid="ignore"):  # far from t
            above = stats.nct.cdf(t, df, middle) > q
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return middle


def effects(x):
    a, b = split(x)
    n = len(a)
    d_z = (a - b).mean(0) / (a - b).std(0, ddof=1)
    low = noncentrality(0.975, d_z * np.sqrt(n), n - 1) / np.sqrt(n)
    high = noncentrality(0.025, d_z * np.sqrt(n), n - 1) / np.sqrt(n)
    d_av = (a - b).mean(0) / np.sqrt((a.var(0, ddof=1) + b.var(0, ddof=1)) / 2)
    p = np.sort(stats.ttest_ind(a, b).pvalue)
    p_bh = np.minimum.accumulate((p * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1]
    return d_z, low, high, d_av, p_bh, min(1.0, (p > 0.5).sum() / (0.5 * len(p)))


# ---- null models ----


def profiles(x):
    """u and w of every column, its r, and the contrast."""
    half = len(x) // 2
    e = np.r_[np.ones(half), -np.ones(half)] / np.sqrt(2 * half)
    u = unit((x - x.mean(0)).T)
    r = u @ e
    return u, unit(u - np.outer(r, e)), r, e


def eigen(rows):
    values, vectors = np.linalg.eigh(np.cov(rows.T, bias=True))
    return values[::-1], vectors[:, ::-1]


def shared_axes(w):
    values, vectors = eigen(w)
    bound = max(eigen(rng.permuted(w, axis=1))[0][0] for _ in range(5))
    return vectors[:, : max(2, (values > bound).sum())]


def clumping(w, axes):
    x = unit(w @ axes)
    products = x @ x.T
    np.fill_diagonal(products, -2)
    return np.partition(products, -3, axis=1)[:, -3:].mean()


class Cloud:
    def __init__(self, u):
        self.n, mean = len(u), u.mean(0)
        values, vectors = eigen(u)
        rank = min((values > 1e-10 * values[0]).sum(), self.n - 1)
        self.axes, self.variance, self.mean = vectors[:, :rank], values[:rank].copy(), mean.copy()
        frames = [self.frame() for _ in range(4)]
        for _ in range(50):
            z = [self.directions(q) for q in frames]
            factor = values[:rank] / np.mean([(d @ self.axes).var(0) for d in z], axis=0)
            self.variance *= factor
            self.mean += mean - np.mean([d.mean(0) for d in z], axis=0)
            size = self.variance.sum() + self.mean @ self.mean
            self.variance /= size
            self.mean /= np.sqrt(size)
            if np.abs(np.log(factor)).max() < 1e-3:
                break

    def frame(self):
        g = rng.standard_normal((self.n, self.axes.shape[1]))
        g -= g.mean(0)
        return np.sqrt(self.n) * solve_triangular(np.linalg.cholesky(g.T @ g), g.T, lower=True).T

    def directions(self, frame):
        return unit(frame * np.sqrt(self.variance) @ self.axes.T + self.mean)

    def draw(self):
        return self.directions(self.frame())


def skewness(w):
    return np.abs(stats.skew(w, axis=1)).mean()


def plant(w, rho):
    """Half of the rows in five groups around others."""
    order = rng.permutation(len(w))
    size = len(w) // 10
    out = w.copy()
    for g in range(5):
        members, centre = order[g * size : (g + 1) * size], w[order[5 * size + g]]
        out[members] = unit(np.sqrt(rho) * centre + np.sqrt(1 - rho) * w[members])
    return out


def nulls(x, chosen):
    u, w, r, e = profiles(x)
    axes, k = shared_axes(w), len(chosen)
    observed = clumping(w[chosen], axes)
    cloud = Cloud(u)
    q = u - np.outer(r, e)
    beta = r @ q / (r @ r)
    rest = q - np.outer(r, beta)
    lengths, length = np.linalg.norm(rest[chosen], axis=1), np.linalg.norm(q[chosen], axis=1)
    context = Cloud(unit(rest))
    passing, draws = [], {"cloud": [], "context": [], "random": [], "skewness": []}
    for _ in range(DRAWS):
        z = cloud.draw()
        p = stats.ttest_ind(*split(z.T)).pvalue
        passing.append((p < ALPHA / len(p)).sum())
        z = z[np.argsort(p)[:k]]
        z -= z.mean(1, keepdims=True)
        selected = unit(z - np.outer(z @ e, e))
        draws["cloud"].append(clumping(selected, axes))
        draws["skewness"].append(skewness(selected))
        other = lengths[:, None] * context.draw()[chosen] + np.outer(r[chosen], beta)
        other = length[:, None] * unit(other)
        draws["context"].append(clumping(unit(other - np.outer(other @ e, e)), axes))
        draws["random"].append(clumping(w[rng.choice(len(w), k, replace=False)], axes))
    p = max((1 + (np.array(draws[name]) >= observed).sum()) / (DRAWS + 1) for name in ("cloud", "context"))
    bound = max(np.quantile(draws[name], 0.95) for name in ("cloud", "context"))
    seen = np.zeros(len(RHO))
    for _ in range(PLANTED):
        z = cloud.draw()
        z = z[np.argsort(stats.ttest_ind(*split(z.T)).pvalue)[:k]]
        z -= z.mean(1, keepdims=True)
        z = unit(z - np.outer(z @ e, e))
        seen += [clumping(plant(z, rho), axes) > bound for rho in RHO]
    sensitivity = next((rho for rho, n in zip(RHO, seen) if n >= 0.8 * PLANTED), np.nan)
    return observed, p, np.mean(passing), skewness(w[chosen]), max(draws["skewness"]), sensitivity


# ---- groups ----


def ward_groups(w):
    distances = pdist(w)
    tree, square = linkage(distances, "ward"), squareform(distances)
    cuts = {k: fcluster(tree, k, "maxclust") for k in range(2, 13)}
    score = {k: silhouette_score(square, cuts[k], metric="precomputed") for k in cuts}
    k = max(score, key=score.get)
    return k, score[k], cuts[k] - 1


def branches(tree):
    """Membership of each node of the tree: [2 n - 1, n]."""
    n = len(tree) + 1
    members = np.zeros((2 * n - 1, n), bool)
    members[:n] = np.eye(n, dtype=bool)
    for i, (left, right) in enumerate(tree[:, :2].astype(int)):
        members[n + i] = members[left] | members[right]
    return members


def recovery(x, chosen):
    k, score, labels = ward_groups(profiles(x[:, chosen])[1])
    groups, half = np.eye(k)[labels], len(x) // 2
    best, agreement = np.empty((RESAMPLES, k)), np.empty(RESAMPLES)
    consensus = np.zeros((len(chosen),) * 2)
    for b in range(RESAMPLES):
        pairs = rng.integers(half, size=half)
        tree = linkage(profiles(x[np.r_[pairs, half + pairs]][:, chosen])[1], "ward")
        members = branches(tree).astype(float)
        both = members @ groups
        best[b] = (both / (members.sum(1)[:, None] + groups.sum(0) - both)).max(0)
        new = fcluster(tree, k, "maxclust")
        agreement[b] = adjusted_rand_score(labels, new)
        consensus += new[:, None] == new
    consensus /= RESAMPLES
    off = consensus[~np.eye(len(consensus), dtype=bool)]
    return k, score, best.mean(0), agreement.mean(), ((off > 0.1) & (off < 0.9)).mean()


def inside(w, labels):
    """Mean similarity within groups less that between them."""
    products, same = w @ w.T, labels[:, None] == labels
    off = ~np.eye(len(w), dtype=bool)
    return products[same & off].mean() - products[~same].mean()


def halves(x):
    half, rows = len(x) // 2, []
    for _ in range(HALVES):
        order = rng.permutation(half)
        here, there = (np.r_[p, half + p] for p in (order[: half // 2], order[half // 2 : 2 * (half // 2)]))
        t, p = stats.ttest_ind(*split(x[here]))
        chosen = np.flatnonzero(p < ALPHA / x.shape[1])
        if len(chosen) < 12:
            continue
        other, p_other = stats.ttest_ind(*split(x[there][:, chosen]))
        w_here, w_there = (profiles(x[r][:, chosen])[1] for r in (here, there))
        labels, again = ward_groups(w_here)[2], ward_groups(w_there)[2]
        rows.append([len(chosen), np.abs(t[chosen]).mean(), (other * np.sign(t[chosen])).mean(),
                     (p_other < ALPHA / len(chosen)).mean(),
                     (np.sign(other) == np.sign(t[chosen])).mean(), inside(w_here, labels),
                     inside(w_there, labels), adjusted_rand_score(labels, again)])
    return np.mean(rows, axis=0)


# ---- pictures ----


def picture(points):
    plane = TSNE(perplexity=30, n_iter=1000, init="pca", learning_rate="auto", n_jobs=2).fit_transform(points)
    found = [DBSCAN(eps=1.0, min_samples=3).fit_predict(plane),
             KMeans(3, n_init=10, random_state=0).fit_predict(plane)]
    scores = []
    for labels in found:
        kept = labels >= 0
        several = len(set(labels[kept])) > 1
        scores.append(silhouette_score(plane[kept], labels[kept]) if several else np.nan)
    return plane, found, scores


def share(labels, values):
    kept = labels >= 0
    labels, values = labels[kept], values[kept]
    means = np.array([values[labels == g].mean() for g in range(labels.max() + 1)])
    return ((means[labels] - values.mean()) ** 2).sum() / ((values - values.mean()) ** 2).sum()


def pictures(x, chosen, n):
    points, half = x[:, chosen].T, len(x) // 2
    plane, found, scores = picture(points)
    size = np.log(np.linalg.norm(points - points.mean(1, keepdims=True), axis=1))
    facts = [share(found[0], size), share(found[0], points.mean(1)),
             adjusted_rand_score(found[0], stats.ttest_ind(*split(x[:, chosen])).statistic > 0),
             trustworthiness(points, plane, n_neighbors=10), trustworthiness(plane, points, n_neighbors=10)]
    u = profiles(x)[0]
    cloud = Cloud(u)
    held = np.cumsum(cloud.variance)
    n_axes = np.searchsorted(held, 0.95 * held[-1]) + 1

    def rho(z):
        return np.sqrt(((z @ cloud.axes[:, :n_axes]) ** 2 / cloud.variance[:n_axes]).mean(1))

    here = np.argsort(stats.ttest_ind(*split(x)).statistic)
    radius, mean = np.linalg.norm(x - x.mean(0), axis=0) * rho(u), x.mean(0)
    counts, agreement = [], []
    for _ in range(n):
        z = cloud.draw()
        t, p = stats.ttest_ind(*split(z.T))
        there, length, shift = np.argsort(t), np.empty(len(z)), np.empty(len(z))
        length[there], shift[there] = radius[here], mean[here]
        drawn = (length / rho(z))[:, None] * z + shift[:, None]
        counts.append(picture(drawn[np.argsort(p)[: len(chosen)]])[1][0].max() + 1)
    for _ in range((n + 1) // 2):
        pairs = rng.integers(half, size=half)
        again = picture(x[np.r_[pairs, half + pairs]][:, chosen].T)[1]
        agreement.append([adjusted_rand_score(a, b) for a, b in zip(found, again)])
    return found[0].max() + 1, scores, facts, np.mean(counts), np.mean(agreement, axis=0)


def main(path, n_pictures="39"):
    start = time.perf_counter()
    x = np.load(path).astype(float)
    chosen = np.flatnonzero(stats.ttest_ind(*split(x)).pvalue < ALPHA / x.shape[1])
    parts = [("exchange", lambda: exchange(x)), ("effects", lambda: effects(x)),
             ("nulls", lambda: nulls(x, chosen)), ("groups", lambda: recovery(x, chosen)),
             ("halves", lambda: halves(x))]
    if int(n_pictures) > 0:
        parts.append(("pictures", lambda: pictures(x, chosen, int(n_pictures))))
    results = {}
    for name, run in parts:
        begin = time.perf_counter()
        results[name] = run()
        print(name, time.perf_counter() - begin, flush=True)
    print("compute", time.perf_counter() - start)
    print("significant", len(chosen))
    print("clumping", results["nulls"][0])
    print("clumping_p", results["nulls"][1])


if __name__ == "__main__":
    main(*sys.argv[1:])
