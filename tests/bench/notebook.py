"""The notebook's job as a Python script without plots: GPT-2 in PyTorch, scipy, scikit-learn.

    notebook.py WEIGHTS IDS [--stop extract|forward] [--out FILE]
    notebook.py WEIGHTS --save FILE.bin

WEIGHTS is model.safetensors, which is mapped (the best a Python user can do), or a .bin, which
torch.load reads (what most do). IDS: one line per sentence, token ids separated by blanks, a `|` after the
target; the first half of the sentences is one group, the second the other. One batch, padded on the right, all 24 layers, a
hook on h[5].mlp.c_fc, as the notebook does it. Tokenizing is left out, to Python's advantage.
"""
import argparse
import json
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F


def open_weights(path):
    if path.endswith(".bin"):
        return torch.load(path)
    with open(path, "rb") as f:
        size = struct.unpack("<Q", f.read(8))[0]
        header = json.loads(f.read(size))
    data = np.memmap(path, dtype=np.uint8, mode="c", offset=8 + size)
    return {
        name: torch.from_numpy(data[slice(*t["data_offsets"])].view("<f4")).view(t["shape"])
        for name, t in header.items()
        if name != "__metadata__"
    }


class Block:
    def __init__(self, weights, layer, n_head):
        self.n_head = n_head
        self.w = {name[len(f"h.{layer}."):]: t for name, t in weights.items() if name.startswith(f"h.{layer}.")}

    def linear(self, name, x):
        w = self.w[f"{name}.weight"]  # [in, out]
        return torch.addmm(self.w[f"{name}.bias"], x.view(-1, w.shape[0]), w).view(*x.shape[:-1], w.shape[1])

    def norm(self, name, x):
        return F.layer_norm(x, x.shape[-1:], self.w[f"{name}.weight"], self.w[f"{name}.bias"], 1e-5)

    def attention(self, x):
        batch, length, width = x.shape
        heads = self.linear("attn.c_attn", x).view(batch, length, 3, self.n_head, -1)
        q, k, v = heads.permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-1, -2) / k.shape[-1] ** 0.5
        scores = scores.masked_fill(torch.ones(length, length, dtype=torch.bool).triu(1), float("-inf"))
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, width)
        return self.linear("attn.c_proj", mixed)

    def __call__(self, x, hook):
        x = x + self.attention(self.norm("ln_1", x))
        inner = self.linear("mlp.c_fc", self.norm("ln_2", x))
        hook(inner)
        gelu = 0.5 * inner * (1.0 + torch.tanh(0.7978845608028654 * (inner + 0.044715 * inner**3)))
        return x + self.linear("mlp.c_proj", gelu)


def forward(weights, ids, hooks):
    """Runs all layers; hooks: layer to function."""
    n_layer = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("h."))
    width = weights["wte.weight"].shape[1]
    x = weights["wte.weight"][ids] + weights["wpe.weight"][: ids.shape[1]]
    for layer in range(n_layer):
        x = Block(weights, layer, width // 64)(x, hooks.get(layer, lambda _: None))
    return F.layer_norm(x, x.shape[-1:], weights["ln_f.weight"], weights["ln_f.bias"], 1e-5)


def read_ids(path):
    """ids [n, longest], padded with 0 where causal attention cannot see it; position of each target;
    numbers of tokens."""
    with open(path) as f:
        parts = [[list(map(int, part.split())) for part in line.split("|")] for line in f]
    longest = max(len(before) + len(after) for before, after in parts)
    ids = torch.zeros(len(parts), longest, dtype=torch.long)
    for i, (before, after) in enumerate(parts):
        ids[i, : len(before) + len(after)] = torch.tensor(before + after)
    targets = torch.tensor([len(before) - 1 for before, _ in parts])
    return ids, targets, torch.tensor([len(before) + len(after) for before, after in parts])


def extract(weights, ids, targets):
    taken = []
    forward(weights, ids, {5: lambda inner: taken.append(inner[torch.arange(len(ids)), targets])})
    return taken[0].numpy()


def analyse(activations):
    from scipy.stats import ttest_ind
    from sklearn.cluster import DBSCAN, KMeans
    from sklearn.manifold import TSNE

    x = activations.astype(np.float64)
    half = len(x) // 2
    t, p = ttest_ind(x[:half], x[half:])
    chosen = p < 0.05 / len(p)
    selected = x[:, chosen].T
    print("significant", chosen.sum())
    y = TSNE(perplexity=min(30, len(selected) - 1)).fit_transform(selected)
    gram = selected @ selected.T
    labels = DBSCAN(eps=1, min_samples=3).fit_predict(y)
    for cluster in range(labels.max() + 1):
        ours = t[chosen][labels == cluster]
        print("cluster of", len(ours))
        print("mean t", ours.mean())
        print("mean abs t", abs(ours).mean())
    norms = np.sqrt(gram.diagonal())
    order = np.argsort(labels, kind="stable")
    sorted_gram, cosine = gram[order][:, order], (gram / norms / norms[:, None])[order][:, order]
    np.histogram(cosine, bins=80)
    KMeans(n_clusters=3, n_init=10).fit(y)
    return sorted_gram


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("weights")
    parser.add_argument("ids", nargs="?")
    parser.add_argument("--stop", choices=["extract", "forward"])
    parser.add_argument("--out")
    parser.add_argument("--save")
    args = parser.parse_args()
    torch.set_num_threads(2)
    with torch.no_grad():
        weights = open_weights(args.weights)
        if args.save:
            return torch.save({name: t.clone() for name, t in weights.items()}, args.save)
        ids, targets, _ = read_ids(args.ids)
        if args.stop == "forward":
            for _ in range(2):  # the second one is warm
                taken, start = [], time.perf_counter()
                forward(weights, ids, dict.fromkeys(range(1000), taken.append))
                print("compute", time.perf_counter() - start)
            return None
        activations = extract(weights, ids, targets)
    if args.out:
        activations.tofile(args.out)
    if args.stop is None:
        analyse(activations)
    return None


if __name__ == "__main__":
    sys.exit(main())
