#!/usr/bin/python3
"""How often the answer errs: `make calibrate`, or

    tests/bench/calibrate.py --program src/circuittui [--dir DIR] [--sets N] [--seed N] [--draws N] [KIND ...]

Makes layers whose truth is known, asks the program for its answer (`run --answer`), and prints the
verdicts, kind by kind, with the share of layers whose p is at most 0.05 and its Monte-Carlo error
(two standard errors of a binomial share). KIND is one of those listed by `--list`, or the name of a
group of kinds: before, after, planted, other. By default, all of the first three groups.

A layer has 400 neurons and 108 sentences, 54 of each group in pairs, unless its kind says
otherwise: 10 contexts that the sentences of a pair share, loadings of each neuron on them, a
continuous difference between the groups, a mean, and noise. Needs numpy. The same seed gives the
same layers, bit for bit, with the same numpy.
"""
import argparse
import collections
import csv
import math
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

PAIRS, NEURONS, CONTEXTS = 54, 400, 10


# ---- layers without clusters, before an activation function ----


def contexts(rng, pairs=PAIRS, count=CONTEXTS):
    return np.tile(rng.normal(size=(pairs, count)), (2, 1))


def contrast(pairs=PAIRS):
    return np.repeat([0.5, -0.5], pairs)


def layer(rng, neurons=NEURONS, pairs=PAIRS, factors=None, loadings=None, noise=1.0, effect=1.0):
    factors = contexts(rng, pairs) if factors is None else factors
    loadings = rng.normal(size=(neurons, factors.shape[1])) if loadings is None else loadings
    x = factors @ loadings.T / math.sqrt(factors.shape[1])
    x += np.outer(contrast(pairs), effect * rng.normal(size=neurons))
    return x + 0.7 * noise * rng.normal(size=x.shape) + rng.normal(size=neurons)


def cloud(rng):
    return layer(rng)


def large_cloud(rng):
    return layer(rng, neurons=1024)


def small_cloud(rng):
    return layer(rng, neurons=256)


def only_noise(rng):
    return layer(rng, loadings=np.zeros((NEURONS, CONTEXTS)), effect=0.8)


def low_rank(rng):
    return layer(rng, factors=contexts(rng, count=3), noise=0.5)


def ring(rng):
    """One ring of the difference and a context; the test cuts it in two arcs."""
    angle = rng.uniform(0, 2 * np.pi, NEURONS)
    x = 1.4 * np.outer(contrast(), np.cos(angle)) + 0.7 * np.outer(contexts(rng, count=1), np.sin(angle))
    return x + 0.7 * rng.normal(size=x.shape)


def arc(rng):
    """A one-sided arc for five eighths of the neurons, a cloud for the rest: a gradient."""
    x, n = layer(rng), NEURONS * 5 // 8
    angle = rng.uniform(-0.4 * np.pi, 0.4 * np.pi, n)
    x[:, :n] = 1.4 * np.outer(contrast(), np.cos(angle)) + 0.7 * np.outer(contexts(rng, count=1), np.sin(angle))
    x[:, :n] += 0.7 * rng.normal(size=(2 * PAIRS, n))
    return x


def opposite_signs(rng):
    """Half of the neurons differ by +-1.2 standard deviations, the others do not."""
    x, n = layer(rng, effect=0.0), NEURONS // 2
    x[:, :n] += np.outer(contrast(), rng.choice([-1, 1], n)) * 1.2 * x[:, :n].std(0)
    return x


def three_sizes(rng):
    return layer(rng) * rng.choice([0.1, 1.0, 10.0], NEURONS)


def noise_levels(rng):
    return layer(rng, noise=np.exp(0.8 * rng.normal(size=NEURONS)))


def templates(rng):
    """Sentences of six kinds."""
    kinds = rng.normal(size=(6, CONTEXTS))[rng.randint(0, 6, PAIRS)]
    return layer(rng, factors=np.tile(kinds + 0.3 * rng.normal(size=kinds.shape), (2, 1)))


def huge_sentences(rng):
    factors = contexts(rng)
    factors[[3, 17, 40, 3 + PAIRS, 17 + PAIRS, 40 + PAIRS]] *= 5
    return layer(rng, factors=factors)


def heavy_loadings(rng):
    return layer(rng, loadings=rng.standard_t(3, size=(NEURONS, CONTEXTS)))


def copied_neurons(rng):
    x = layer(rng)
    x[:, :20] = x[:, 100:120] + 1e-3 * rng.normal(size=(2 * PAIRS, 20))
    return x


# ---- after an activation function ----


def gelu(z):
    return 0.5 * z * (1 + np.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z ** 3)))


def after_gelu(rng):
    return gelu(layer(rng))


def after_relu(rng):
    return np.maximum(layer(rng), 0)


def after_gate(rng):
    gate, up = layer(rng, effect=1.5), layer(rng, effect=1.5)
    return gate / (1 + np.exp(-gate)) * up


# ---- planted groups ----


def plant(rng, x, groups, size, similarity):
    """Groups of neurons that differ between the groups of sentences: similarity of each with the centre of
    its group, in the space of context profiles; means, differences and lengths stay."""
    n = len(x) // 2
    e = np.repeat([1.0, -1.0], n) / math.sqrt(2 * n)
    mean = x.mean(0)
    r = e @ (x - mean)
    rest = x - mean - np.outer(e, r)
    length = np.linalg.norm(rest, axis=0)
    t = np.abs(r) / length
    chosen = rng.permutation(np.argsort(-t)[:max(groups * (size + 1), len(t) * 2 // 5)])
    centres, members = chosen[:groups], chosen[groups:groups * (size + 1)]
    w = rest / length
    for k, j in enumerate(members):
        v = math.sqrt(similarity) * w[:, centres[k // size]] + math.sqrt(1 - similarity) * w[:, j]
        rest[:, j] = length[j] * v / np.linalg.norm(v)
    return mean + np.outer(e, r) + rest


def five_groups(rng):
    return plant(rng, layer(rng), 5, 20, 0.6)


def five_weaker_groups(rng):
    return plant(rng, layer(rng), 5, 20, 0.4)


def ten_groups(rng):
    return plant(rng, layer(rng), 10, 12, 0.6)


def three_small_groups(rng):
    return plant(rng, layer(rng), 3, 10, 0.7)


# ---- other shapes of layers ----


def outlier_dimensions(rng):
    """A few dimensions a hundred times as large, as in trained residual streams."""
    x = layer(rng)
    x[:, :4] = 100 * x[:, :4] + 1000
    return x


def dead_neurons(rng):
    x = layer(rng)
    x[:, ::3] = 0.25
    return x


def residual_stream(rng):
    """The sum of six layers, each with contexts of its own; sizes vary a hundredfold."""
    return sum(layer(rng, effect=0.4) for _ in range(6)) * np.exp(1.2 * rng.normal(size=NEURONS))


def attention_output(rng):
    """Eight heads, each of rank four: its neurons share nothing with those of other heads."""
    parts = [layer(rng, neurons=NEURONS // 8, factors=contexts(rng, count=4)) for _ in range(8)]
    return np.concatenate(parts, axis=1)


def few_sentences(rng):
    return layer(rng, pairs=8, effect=3.0)


def few_neurons(rng):
    return layer(rng, neurons=64, effect=2.0)


def alike_sentences(rng):
    """Twelve groups of sentences that are nearly the same."""
    kinds = rng.normal(size=(12, CONTEXTS))[np.arange(PAIRS) % 12]
    return layer(rng, factors=np.tile(kinds + 0.05 * rng.normal(size=kinds.shape), (2, 1)))


def rounded(rng):
    """Activations as bfloat16 keeps them."""
    bits = layer(rng).astype(np.float32).view(np.uint32)
    return (bits & np.uint32(0xFFFF0000)).view(np.float32)


def sparse_loadings(rng):
    """Each neuron on two of ten contexts: groups, though no one planted them."""
    loadings = rng.normal(size=(NEURONS, CONTEXTS))
    keep = np.argsort(rng.uniform(size=loadings.shape), axis=1) < 2
    return layer(rng, loadings=2 * loadings * keep)


def thin_curve(rng):
    """A closed curve of bumps along the sentences: a continuum."""
    x, n = layer(rng), NEURONS * 5 // 8
    at = rng.uniform(0, PAIRS, n)
    away = np.abs(np.arange(PAIRS)[:, None] - at)
    bumps = np.exp(-0.5 * (np.minimum(away, PAIRS - away) / 4) ** 2)
    x[:, :n] = np.tile(bumps, (2, 1)) * 2 + np.outer(contrast(), rng.normal(size=n)) + 0.2 * rng.normal(size=(2 * PAIRS, n))
    return x


# Kinds, with how many sets of each are made by default.
KINDS = {
    "before": {cloud: 40, large_cloud: 15, small_cloud: 15, only_noise: 20, low_rank: 15, ring: 20, arc: 20,
               opposite_signs: 20, three_sizes: 10, noise_levels: 5, templates: 5, huge_sentences: 5,
               heavy_loadings: 5, copied_neurons: 5},
    "after": {after_gelu: 20, after_relu: 20, after_gate: 20},
    "planted": {five_groups: 40, five_weaker_groups: 20, ten_groups: 20, three_small_groups: 20},
    "other": {outlier_dimensions: 10, dead_neurons: 10, residual_stream: 10, attention_output: 10,
              few_sentences: 10, few_neurons: 10, alike_sentences: 10, rounded: 10, sparse_loadings: 10,
              thin_curve: 10},
}
VERDICTS = "yes", "clumped", "no", "unanswerable"


def ask(program, folder, x, options):
    """The verdict and p of the program for activations x, the first half of which is group a."""
    np.save(folder / "x.npy", x.astype(np.float32))
    half = len(x) // 2
    (folder / "groups.txt").write_text("a\n" * half + "b\n" * half)
    subprocess.run([program, "run", "--activations", folder / "x.npy", "--groups", folder / "groups.txt",
                    "--answer", "--pictures", "0", "--halves", "0", "--out", folder / "out", "--force",
                    "--iterations", "250", *options], check=True, stdout=subprocess.DEVNULL)
    with open(folder / "out" / "answer.csv", newline="", encoding="utf-8") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    p = rows["clumping"]["p"]
    return rows["verdict"]["value"], float(p) if p else math.nan, int(rows["significant"]["value"])


def seed_of(seed, name, i):
    """Of set i of a kind: independent of the other sets and kinds."""
    return [seed, i] + list(name.encode())


def run_kind(args, folder, kind, count, options):
    verdicts, ps, selected = collections.Counter(), [], []
    for i in range(count):
        rng = np.random.RandomState(np.random.MT19937(np.random.SeedSequence(seed_of(args.seed, kind.__name__, i))))
        verdict, p, n = ask(args.program, folder, kind(rng), options)
        verdicts[verdict] += 1
        ps.append(p)
        selected.append(n)
    return verdicts, np.array(ps), selected


def show(name, verdicts, ps, selected):
    n = len(ps)
    share = np.mean(ps <= 0.05)
    error = 2 * math.sqrt(share * (1 - share) / n)
    mean = f"{np.nanmean(ps):.2f}" if np.isfinite(ps).any() else "-"
    print(f"{name:20} {n:5} {np.median(selected):6.0f}", *(f"{verdicts[v]:5}" for v in VERDICTS),
          f"   {100 * share:4.0f} +- {100 * error:<3.0f} {mean:>6}", flush=True)


def main():
    parser = argparse.ArgumentParser(description="How often the answer errs.")
    parser.add_argument("--program", default="src/circuittui")
    parser.add_argument("--dir", help="for the layers (a temporary folder)")
    parser.add_argument("--sets", type=int, help="of every kind, instead of the default numbers")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--draws", default="199")
    parser.add_argument("--resamples", default="100")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("kinds", nargs="*", metavar="KIND")
    args = parser.parse_args()
    names = {kind.__name__ for group in KINDS.values() for kind in group} | set(KINDS)
    if args.list or not set(args.kinds) <= names:
        print(*sorted(names), sep="\n")
        sys.exit(0 if args.list else 2)
    args.program = pathlib.Path(args.program).resolve()
    options = ["--draws", args.draws, "--resamples", args.resamples, "--threads", str(os.cpu_count())]
    print(f"seed {args.seed}, {args.draws} draws, {args.resamples} resamples; verdicts, then p <= 0.05 in %, mean p")
    print(f"{'kind':20} {'sets':>5} {'signif':>6}", *(f"{v[:5]:>5}" for v in VERDICTS), "   p <= .05    mean p")
    with tempfile.TemporaryDirectory(dir=args.dir) as folder:
        for group, kinds in KINDS.items():
            chosen = {k: n for k, n in kinds.items()
                      if {k.__name__, group} & set(args.kinds) or not args.kinds and group != "other"}
            total, all_ps, all_selected = collections.Counter(), [], []
            for kind, count in chosen.items():
                verdicts, ps, selected = run_kind(args, pathlib.Path(folder), kind, args.sets or count, options)
                show(kind.__name__.replace("_", " "), verdicts, ps, selected)
                total += verdicts
                all_ps.append(ps)
                all_selected += selected
            if len(chosen) > 1 and group != "other":
                show(f"= {group}", total, np.concatenate(all_ps), all_selected)


if __name__ == "__main__":
    main()
