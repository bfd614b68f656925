#!/usr/bin/python3
"""Extraction from models of other families, against PyTorch: time, memory and values.

    make -C build tests/bench/driver
    tests/bench/families.py --build build [--data FOLDER] [pythia-410m llama-3.2-1b qwen2.5-0.5b]

The models have the published shapes and dtypes, and random weights; `all` layers' gates of the
second are a case as well (llama-3.2-1b-all). The PyTorch script maps the file, widens the weights to
float32 as from_pretrained(dtype=torch.float32) does, and runs the base model (no output layer) on one
padded batch with a hook: what a user of transformers gets. 108 sentences of the demo, weights in the
page cache; the least of some runs of whole processes, which take turns.
"""
import argparse
import csv
import json
import pathlib
import struct
import subprocess
import sys
import time

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
DEMO = HERE.parent.parent / "fixtures/demo"
LLAMA3 = dict(rope_type="llama3", factor=32.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=8192)
CONFIGS = {
    "pythia-410m": ("F16", dict(
        model_type="gpt_neox", vocab_size=50304, hidden_size=1024, num_hidden_layers=24,
        num_attention_heads=16, intermediate_size=4096, max_position_embeddings=2048)),
    "llama-3.2-1b": ("BF16", dict(
        model_type="llama", vocab_size=128256, hidden_size=2048, num_hidden_layers=16,
        num_attention_heads=32, num_key_value_heads=8, head_dim=64, intermediate_size=8192,
        max_position_embeddings=131072, rope_theta=500000.0, rope_scaling=LLAMA3,
        rms_norm_eps=1e-5, tie_word_embeddings=True)),
    "qwen2.5-0.5b": ("BF16", dict(
        model_type="qwen2", vocab_size=151936, hidden_size=896, num_hidden_layers=24,
        num_attention_heads=14, num_key_value_heads=2, intermediate_size=4864,
        max_position_embeddings=32768, rope_theta=1000000.0, tie_word_embeddings=True)),
}


# ---- models ----


def shapes(c):
    """Names and shapes of all tensors."""
    d, m, n, v = c["hidden_size"], c["intermediate_size"], c["num_hidden_layers"], c["vocab_size"]
    if c["model_type"] == "gpt_neox":
        yield "embed_in.weight", (v, d)
        for i in range(n):
            for name in ("input_layernorm", "post_attention_layernorm"):
                yield f"layers.{i}.{name}.weight", (d,)
                yield f"layers.{i}.{name}.bias", (d,)
            for name, out, width in (("attention.query_key_value", 3 * d, d), ("attention.dense", d, d),
                                     ("mlp.dense_h_to_4h", m, d), ("mlp.dense_4h_to_h", d, m)):
                yield f"layers.{i}.{name}.weight", (out, width)
                yield f"layers.{i}.{name}.bias", (out,)
        yield "final_layer_norm.weight", (d,)
        yield "final_layer_norm.bias", (d,)
        yield "embed_out.weight", (v, d)
        return
    e = c.get("head_dim") or d // c["num_attention_heads"]
    q, kv = c["num_attention_heads"] * e, c["num_key_value_heads"] * e
    yield "embed_tokens.weight", (v, d)
    for i in range(n):
        yield f"layers.{i}.input_layernorm.weight", (d,)
        yield f"layers.{i}.post_attention_layernorm.weight", (d,)
        for name, out, width in (("q", q, d), ("k", kv, d), ("v", kv, d), ("o", d, q)):
            yield f"layers.{i}.self_attn.{name}_proj.weight", (out, width)
            if c["model_type"] == "qwen2" and name != "o":
                yield f"layers.{i}.self_attn.{name}_proj.bias", (out,)
        for name, out, width in (("gate", m, d), ("up", m, d), ("down", d, m)):
            yield f"layers.{i}.mlp.{name}_proj.weight", (out, width)
    yield "norm.weight", (d,)


def encode(values, dtype):
    if dtype == "F16":
        return values.astype("<f2").tobytes()
    bits = values.astype("<f4").view("<u4")
    return (bits >> 16).astype("<u2").tobytes()


def make_model(folder, dtype, config):
    """Repeats one block of random numbers: fast, and good enough for times."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    normal = rng.standard_normal(1 << 20)
    blocks = {"gain": encode(1 + 0.1 * normal, dtype), "word": encode(0.2 * normal, dtype),
              "other": encode(0.02 * normal, dtype)}
    header, at = {}, 0
    for name, shape in shapes(config):
        size = 2 * int(np.prod(shape))
        header[name] = dict(dtype=dtype, shape=shape, data_offsets=[at, at + size])
        at += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(folder / "model.safetensors", "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for name, shape in shapes(config):
            left = 2 * int(np.prod(shape))
            kind = "gain" if "norm" in name and name.endswith("weight") else \
                "word" if "embed" in name else "other"
            while left > 0:
                left -= f.write(blocks[kind][:left])
    (folder / "config.json").write_text(json.dumps(config))


# ---- the same in PyTorch ----


def widened(path, output=False):
    """output: an output layer of its own, too."""
    import torch

    with open(path, "rb") as f:
        size = struct.unpack("<Q", f.read(8))[0]
        header = json.loads(f.read(size))
    data = np.memmap(path, dtype=np.uint8, mode="c", offset=8 + size)
    kinds = {"F16": torch.float16, "BF16": torch.bfloat16}
    return {name: torch.from_numpy(data[slice(*t["data_offsets"])].view("<i2"))
            .view(kinds[t["dtype"]]).view(t["shape"]).float() for name, t in header.items()
            if output or name != "embed_out.weight"}


def rotary(c, e):
    import torch

    r = e // 4 if c["model_type"] == "gpt_neox" else e
    inv = 1.0 / c.get("rope_theta", 10000.0) ** (torch.arange(0, r, 2).float() / r)
    s = c.get("rope_scaling")
    if s:
        old, low, high = s["original_max_position_embeddings"], s["low_freq_factor"], s["high_freq_factor"]
        wave = 2 * np.pi / inv
        smooth = ((old / wave - low) / (high - low)).clamp(0, 1)
        inv = (1 - smooth) * inv / s["factor"] + smooth * inv
    return inv


def turn(x, cos, sin):
    import torch

    r = 2 * cos.shape[-1]
    a, b, rest = x[..., : r // 2], x[..., r // 2 : r], x[..., r:]
    return torch.cat((a * cos - b * sin, b * cos + a * sin, rest), -1)


def attend(q, k, v):
    import torch

    length = q.shape[2]
    scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
    scores = scores.masked_fill(torch.ones(length, length, dtype=torch.bool).triu(1), float("-inf"))
    mixed = (scores.softmax(-1) @ v).transpose(1, 2)
    return mixed.reshape(*mixed.shape[:2], -1)


def forward(c, w, ids, hook):
    """All layers; hook(layer, gates before the activation function)."""
    import torch
    import torch.nn.functional as F

    d, h, neox = c["hidden_size"], c["num_attention_heads"], c["model_type"] == "gpt_neox"
    g, e = c.get("num_key_value_heads", h), c.get("head_dim") or d // h
    eps = c.get("rms_norm_eps", 1e-6)
    x = w["embed_in.weight" if neox else "embed_tokens.weight"][ids]
    angle = torch.arange(ids.shape[1]).float()[:, None] * rotary(c, e)
    cos, sin = angle.cos(), angle.sin()

    def linear(name, y):
        return F.linear(y, w[f"{name}.weight"], w.get(f"{name}.bias"))

    def norm(name, y):
        if neox:
            return F.layer_norm(y, (d,), w[f"{name}.weight"], w[f"{name}.bias"], 1e-5)
        return y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + eps) * w[f"{name}.weight"]

    def heads(y, n):
        return y.view(*y.shape[:2], n, e).transpose(1, 2)

    for i in range(c["num_hidden_layers"]):
        at = f"layers.{i}"
        y = norm(f"{at}.input_layernorm", x)
        if neox:
            q, k, v = linear(f"{at}.attention.query_key_value", y).view(
                *y.shape[:2], h, 3, e).permute(3, 0, 2, 1, 4)
        else:
            q = heads(linear(f"{at}.self_attn.q_proj", y), h)
            k, v = (heads(linear(f"{at}.self_attn.{n}_proj", y), g).repeat_interleave(h // g, 1)
                    for n in "kv")
        mixed = attend(turn(q, cos, sin), turn(k, cos, sin), v)
        y = linear(f"{at}.attention.dense" if neox else f"{at}.self_attn.o_proj", mixed)
        if not neox:
            x = x + y
        z = norm(f"{at}.post_attention_layernorm", x)
        gate = linear(f"{at}.mlp.dense_h_to_4h" if neox else f"{at}.mlp.gate_proj", z)
        hook(i, gate)
        if neox:
            x = linear(f"{at}.mlp.dense_4h_to_h", F.gelu(gate)) + y + x
        else:
            x = x + linear(f"{at}.mlp.down_proj", F.silu(gate) * linear(f"{at}.mlp.up_proj", z))
    return norm("final_layer_norm" if neox else "norm", x)


def run_torch(folder, ids_path, layers, out):
    import torch

    torch.set_num_threads(2)
    config = json.loads((folder / "config.json").read_text())
    rows = [list(map(int, line.split())) for line in pathlib.Path(ids_path).read_text().splitlines()]
    ids = torch.zeros(len(rows), max(map(len, rows)) - 1, dtype=torch.long)
    for i, (_, *row) in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
    targets = torch.tensor([row[0] for row in rows])
    taken = []

    def hook(layer, gate):
        if layer in layers:
            taken.append(gate[torch.arange(len(ids)), targets])

    with torch.no_grad():
        forward(config, widened(folder / "model.safetensors"), ids, hook)
    torch.cat(taken, 1).numpy().astype("<f4").tofile(out)


# ---- the comparison ----


def write_ids(program, path):
    """Lines: position of the target, then the ids of a sentence of the demo."""
    def tokens(texts):
        command = [program, "tokenize", "--ids", "-"]
        out = subprocess.run(command, input="\n".join(texts) + "\n", text=True, check=True,
                             stdout=subprocess.PIPE).stdout
        return [line.split() for line in out.splitlines()]

    with open(DEMO / "stimuli.csv", newline="") as f:
        rows = list(csv.DictReader(f))
    texts = [row["text"] for row in rows]
    ends = [row["text"].rindex(row["target"]) + len(row["target"]) for row in rows]
    whole, heads = tokens(texts), tokens([text[:end] for text, end in zip(texts, ends)])
    lines = [" ".join([str(len(head) - 1), *row]) for row, head in zip(whole, heads)]
    path.write_text("\n".join(lines) + "\n")


def measure(command):
    """Seconds, seconds of processor time, and peak MB of a whole process."""
    import os

    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{command[0]}: exit status {child.returncode}")
    seconds = time.perf_counter() - start
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def compare(args, name):
    dtype, config = CONFIGS[name.removesuffix("-all")]
    folder = args.data / name.removesuffix("-all")
    if not (folder / "config.json").exists():
        make_model(folder, dtype, config)
    n = config["num_hidden_layers"]
    layers = list(range(n)) if name.endswith("-all") else [n // 2]
    which = "*" if name.endswith("-all") else n // 2
    module = "dense_h_to_4h" if config["model_type"] == "gpt_neox" else "gate_proj"
    ids, ours, theirs = args.data / "ids", args.data / f"{name}-ours", args.data / f"{name}-theirs"
    write_ids(args.build / "src/circuittui", ids)
    driver = [args.build / "tests/bench/driver", "extract", folder, DEMO, DEMO / "stimuli.csv",
              f"layers.{which}.mlp.{module}", ours]
    script = [sys.executable, __file__, "--torch", folder, ids, ",".join(map(str, layers)), theirs]
    best = {}
    for _ in range(args.repeats):
        for who, command in (("circuittui", driver), ("PyTorch", script)):
            figures = measure(list(map(str, command)))
            best[who] = [min(pair) for pair in zip(best.get(who, figures), figures)]
    a, b = np.fromfile(ours, "<f4"), np.fromfile(theirs, "<f4")
    error = np.abs(a - b).max() / np.abs(b).max()
    ratios = [f"{x:8.{d}f} {y:8.{d}f}  1/{y / x:4.1f}"
              for x, y, d in zip(best["circuittui"], best["PyTorch"], (2, 2, 0))]
    print(f"{name:17}", *ratios, f" {error:.1e}", sep=" ", flush=True)


def main():
    if sys.argv[1:2] == ["--torch"]:
        folder, ids, layers, out = sys.argv[2:]
        return run_torch(pathlib.Path(folder), ids, set(map(int, layers.split(","))), out)
    if sys.argv[1:2] == ["--make"]:
        return make_model(pathlib.Path(sys.argv[2]), *CONFIGS[sys.argv[3]])
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path("bench-data"))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    print(f"{'circuittui, PyTorch':17} {'seconds':^24} {'of processors':^24} {'peak MB':^24} difference")
    for name in args.names or [*CONFIGS, "llama-3.2-1b-all"]:
        compare(args, name)


if __name__ == "__main__":
    main()
