#!/usr/bin/env python3
"""Writes a GPT-2 of any shape with random weights (safetensors, F32), to measure with.

    tests/bench/make_model.py DIR [n_layer n_embd n_head]      default: 24 1024 16, GPT-2 medium

Standard library only. The weights repeat one block of random numbers: fast to make, good enough
for times. Token embeddings are larger than what is added to them, so that neurons follow the token
as they do in a trained model. There is no tokenizer in DIR: use --tokenizer with the demo's.
"""
import array
import json
import os
import random
import struct
import sys

VOCAB, POSITIONS, BLOCK = 50257, 1024, 1 << 20


def shapes(n_layer, d):
    yield "wte.weight", (VOCAB, d)
    yield "wpe.weight", (POSITIONS, d)
    for layer in range(n_layer):
        for name, shape in (
            ("ln_1.weight", (d,)), ("ln_1.bias", (d,)),
            ("attn.c_attn.weight", (d, 3 * d)), ("attn.c_attn.bias", (3 * d,)),
            ("attn.c_proj.weight", (d, d)), ("attn.c_proj.bias", (d,)),
            ("ln_2.weight", (d,)), ("ln_2.bias", (d,)),
            ("mlp.c_fc.weight", (d, 4 * d)), ("mlp.c_fc.bias", (4 * d,)),
            ("mlp.c_proj.weight", (4 * d, d)), ("mlp.c_proj.bias", (d,)),
        ):
            yield f"h.{layer}.{name}", shape
    yield "ln_f.weight", (d,)
    yield "ln_f.bias", (d,)


def size(shape):
    n = 4
    for extent in shape:
        n *= extent
    return n


def main():
    folder = sys.argv[1]
    n_layer, d, n_head = map(int, sys.argv[2:5]) if len(sys.argv) > 2 else (24, 1024, 16)
    header, at = {}, 0
    for name, shape in shapes(n_layer, d):
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + size(shape)]}
        at += size(shape)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    rng = random.Random(1)
    normal = [rng.gauss(0, 1) for _ in range(BLOCK)]
    weights = array.array("f", (0.02 * v for v in normal)).tobytes()
    tokens = array.array("f", (0.2 * v for v in normal)).tobytes()
    gains = array.array("f", (rng.gauss(1, 0.1) for _ in range(d))).tobytes()
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "model.safetensors"), "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for name, shape in shapes(n_layer, d):
            left = size(shape)
            block = gains if "ln_" in name and name.endswith("weight") else weights
            block = tokens if name == "wte.weight" else block
            while left > 0:
                left -= f.write(block[:left])
    with open(os.path.join(folder, "config.json"), "w") as f:
        json.dump({"model_type": "gpt2", "n_embd": d, "n_layer": n_layer, "n_head": n_head}, f)


main()
