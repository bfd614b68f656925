#!/usr/bin/env python3
"""Writes the made part of the corpus: good-* are inputs as they should be, from which the fuzzers
start, and bad-* are malformed ones, each of which the program must answer with one line and status
1 or 2 (tests/test_malformed.c). Inputs that fuzzers found are named found-* and stay as they are.

    python3 tests/fuzz/gen_corpus.py    # from the top folder; Python's standard library is enough
"""
import json
import pathlib
import struct

HERE = pathlib.Path(__file__).parent / "corpus"
DEEP = 3000  # more than any parser follows
LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 548105171\n"
OTHER_FILES = {"lfs": LFS, "page": "<!doctype html>\n<title>404</title>\n", "xml": '<?xml version="1.0"?><Error/>',
               "utf16": "\ufeff{}".encode("utf-16-le"), "gzip": b"\x1f\x8b\x08\0\0\0\0\0\0\x03"}


class Folder:
    """One target's inputs; names state what is wrong."""

    def __init__(self, target):
        self.path = HERE / target
        self.path.mkdir(parents=True, exist_ok=True)
        for old in list(self.path.glob("good-*")) + list(self.path.glob("bad-*")):
            old.unlink()

    def put(self, kind, name, data):
        data = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
        path = self.path / f"{kind}-{name}"
        assert not path.exists(), path
        path.write_bytes(data)

    def good(self, name, data):
        self.put("good", name, data)

    def bad(self, name, data):
        self.put("bad", name, data)


def bad_json(folder):
    """What no reader of JSON takes, whatever it is about."""
    for name, text in {
        "empty": "",
        "blank": " \n",
        "nul": b"\0",
        "open": "{",
        "open-string": '{"a',
        "open-key": '{"a"',
        "colon": '{"a":',
        "comma": '{"a":1,}',
        "no-comma": '{"a":1 "b":2}',
        "after": "{} {}",
        "single-quotes": "{'a':1}",
        "nan": '{"a":NaN}',
        "plus": '{"a":+1}',
        "zeros": '{"a":01}',
        "huge-integer": '{"a":123456789012345678901234567890}',
        "huge-real": '{"a":1e999}',
        "comment": "{/*a*/}",
        "not-utf8": b'{"\xff":1}',
        "overlong": b'{"\xc0\xaf":1}',
        "surrogate": '{"a":"\\ud800"}',
        "nul-in-key": '{"a\\u0000b":1}',
        "control": '{"a":"\x1b[31m"}',
        "twice": '{"a":1,"a":2}',
        "deep-arrays": '{"a":' + "[" * DEEP + "]" * DEEP + "}",
        "deep-objects": '{"a":' * DEEP + "1" + "}" * DEEP,
        "bom": b"\xef\xbb\xbf{}\xff",
        "array": "[]",
        "number": "1",
        "text": '"a"',
        "null": "null",
    }.items():
        folder.bad("json-" + name, text)


# ---- models ----


def safetensors(header, data=b"", n=None, pad=True):
    text = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    if pad:
        text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text) if n is None else n) + text + data


def tensor(shape, begin, end, dtype="F32", **more):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end], **more}


def gen_safetensors():
    f = Folder("safetensors")
    ab = {"a": tensor([2], 0, 8), "b": tensor([1, 2], 8, 12, "F16")}
    f.good("two", safetensors(ab, b"\0" * 12))
    f.good("metadata", safetensors({"__metadata__": {"format": "pt"}, **ab}, b"\0" * 12))
    f.good("empty", safetensors({}))
    f.good("scalar", safetensors({"s": tensor([], 0, 2, "BF16")}, b"\0\0"))
    f.good("no-elements", safetensors({"s": tensor([0, 5], 0, 0)}))
    whole = safetensors(ab, b"\0" * 12)
    for n in (0, 1, 7, 8, 9, 40, len(whole) - 1):
        f.bad(f"cut-{n}", whole[:n])
    f.bad("after", whole + b"\0")
    for name, n in {"0": 0, "1": 1, "2^31": 2**31, "2^60": 2**60, "2^63": 2**63, "max": 2**64 - 1,
                    "max-7": 2**64 - 8, "100000001": 100000001, "longer": 1000}.items():
        f.bad(f"header-{name}", safetensors(ab, b"\0" * 12, n=n))
    f.bad("header-array", safetensors(b"[]      "))
    f.bad("header-blank", safetensors(b"        "))
    f.bad("header-text", safetensors(b"not json, just text"))
    f.bad("header-twice", safetensors(b'{"a":' + json.dumps(tensor([1], 0, 4)).encode() + b',"a":'
                                      + json.dumps(tensor([1], 0, 4)).encode() + b"}", b"\0" * 4))
    f.bad("header-not-utf8", safetensors(b'{"\xff\xfe":{}}'))
    f.bad("header-nul", safetensors(b'{"a\0b":{}}'))
    f.bad("header-deep", safetensors(b'{"a":' + b"[" * DEEP + b"]" * DEEP + b"}"))
    f.bad("header-trailing", safetensors(b"{}}"))
    f.bad("html", b"<!DOCTYPE html>\n<html><body>404 Not Found</body></html>\n")
    f.bad("git-lfs", b"version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 548105171\n")
    f.bad("pickle", b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\nq\x00.")
    f.bad("zip", b"PK\x03\x04" + b"\0" * 40)
    for name, info in {
        "null": None, "number": 3, "text": "x", "array": [], "no-dtype": {"shape": [1], "data_offsets": [0, 4]},
        "no-shape": {"dtype": "F32", "data_offsets": [0, 4]}, "no-offsets": {"dtype": "F32", "shape": [1]},
        "dtype-unknown": tensor([1], 0, 4, "F31"), "dtype-number": tensor([1], 0, 4, 7),
        "dtype-null": tensor([1], 0, 4, None), "dtype-lower": tensor([1], 0, 4, "f32"),
        "shape-number": tensor(1, 0, 4), "shape-text": tensor("1", 0, 4), "shape-negative": tensor([-1], 0, 4),
        "shape-real": tensor([1.0], 0, 4), "shape-nested": tensor([[1]], 0, 4), "shape-null": tensor([None], 0, 4),
        "shape-2^60": tensor([2**60], 0, 4), "shape-2^62": tensor([2**62], 0, 4), "shape-2^63-1": tensor([2**63 - 1], 0, 4),
        "shape-product": tensor([2**32, 2**32], 0, 4), "shape-product-64": tensor([2**16] * 4 + [1], 0, 0),
        "shape-many": tensor([2] * 70, 0, 4), "shape-less": tensor([0], 0, 4),
        "offsets-text": tensor([1], "0", "4"), "offsets-one": {"dtype": "F32", "shape": [1], "data_offsets": [0]},
        "offsets-three": {"dtype": "F32", "shape": [1], "data_offsets": [0, 2, 4]},
        "offsets-reverse": tensor([1], 4, 0), "offsets-negative": tensor([1], -4, 0),
        "offsets-past": tensor([1], 4, 8), "offsets-hole": tensor([1], 1, 5), "offsets-2^62": tensor([1], 2**62, 2**62 + 4),
        "offsets-real": tensor([1], 0.0, 4.0), "half-byte": tensor([1], 0, 0, "F4"),
        "six-bits": tensor([3], 0, 2, "F6_E2M3"),
    }.items():
        f.bad("entry-" + name, safetensors({"a": info}, b"\0" * 4))
    f.bad("overlap", safetensors({"a": tensor([2], 0, 8), "b": tensor([2], 4, 12)}, b"\0" * 12))
    f.bad("same-place", safetensors({"a": tensor([1], 0, 4), "b": tensor([1], 0, 4)}, b"\0" * 4))
    f.bad("hole", safetensors({"a": tensor([1], 0, 4), "b": tensor([1], 8, 12)}, b"\0" * 12))
    f.bad("late-start", safetensors({"a": tensor([1], 4, 8)}, b"\0" * 8))
    f.good("metadata-null", safetensors({"__metadata__": None, **ab}, b"\0" * 12))
    f.good("dtype-of-the-future", safetensors({"a": tensor([1], 0, 4, "F31")}, b"\0" * 4))
    f.bad("error", '{"error":"Invalid username or password."}')
    f.bad("gguf", b"GGUF\x03\0\0\0" + b"\0" * 40)
    f.bad("hdf5", b"\x89HDF\r\n\x1a\n" + b"\0" * 40)
    for name in ("page", "xml", "gzip"):
        f.bad("is-" + name, OTHER_FILES[name])
    for name, names in {
        "none": ["encoder.layer.0.weight", "pooler.bias"], "two": ["a.wte.weight", "b.wte.weight"],
        "twice": ["wte.weight", "_orig_mod.wte.weight"], "lora": ["model.wte.weight", "model.h.0.attn.c_attn.lora_A.weight"],
        "alone": ["_orig_mod.module.wte.weight"], "dots": [".wte.weight", "..wte.weight"],
        "escape": ["\x1b[2J.wte.weight"], "long": ["x" * 3000 + ".wte.weight"],
    }.items():
        f.bad("wrapped-" + name, safetensors({n: tensor([0], 0, 0) for n in names}))
    f.bad("metadata-text", safetensors({"__metadata__": "x", **ab}, b"\0" * 12))
    f.bad("metadata-number", safetensors({"__metadata__": {"a": 1}, **ab}, b"\0" * 12))
    f.bad("escape-name", safetensors({"\x1b[31mred\u202e": tensor([9], 0, 4)}, b"\0" * 4))
    f.bad("long-name", safetensors({"n" * 5000: tensor([9], 0, 4)}, b"\0" * 4))


def gen_index():
    f = Folder("index")
    f.good("two", '{"metadata":{"total_size":8},"weight_map":{"x":"a","y":"b"}}')
    f.good("one", '{"weight_map":{"x":"a"}}')
    f.good("none", '{"weight_map":{}}')
    f.good("dots", '{"weight_map":{"x":"./a","y":"b"}}')
    bad_json(f)
    for name, data in OTHER_FILES.items():
        f.bad("is-" + name, data)
    for name, value in {
        "missing": {}, "null": {"weight_map": None}, "array": {"weight_map": []}, "text": {"weight_map": "a"},
        "number-file": {"weight_map": {"x": 1}}, "null-file": {"weight_map": {"x": None}},
        "object-file": {"weight_map": {"x": {}}}, "empty-file": {"weight_map": {"x": ""}},
        "no-such-file": {"weight_map": {"x": "c"}}, "wrong-file": {"weight_map": {"x": "b"}},
        "no-such-tensor": {"weight_map": {"z": "a"}}, "up": {"weight_map": {"x": "../a"}},
        "absolute": {"weight_map": {"x": "/etc/passwd"}}, "dot": {"weight_map": {"x": "."}},
        "dots": {"weight_map": {"x": ".."}}, "sub": {"weight_map": {"x": "sub/a"}},
        "itself": {"weight_map": {"x": "model.safetensors.index.json"}}, "long": {"weight_map": {"x": "a" * 300}},
        "longer": {"weight_map": {"x": "a" * 5000}}, "escape": {"weight_map": {"x": "\x1b]0;owned\x07"}},
        "escape-tensor": {"weight_map": {"\x1b[2J": "a"}}, "dot-up": {"weight_map": {"wte.weight": "./../a"}},
        "sub-up": {"weight_map": {"wte.weight": "sub/../../a"}}, "dot-only": {"weight_map": {"wte.weight": "./"}},
        "wanted-missing": {"weight_map": {"wte.weight": "c"}}, "wanted-number": {"weight_map": {"wte.weight": 7}},
    }.items():
        f.bad("map-" + name, json.dumps(value))


CONFIG = {"model_type": "gpt2", "vocab_size": 10, "n_positions": 8, "n_embd": 4, "n_layer": 1, "n_head": 2,
          "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5}


def gen_config():
    f = Folder("config")
    f.good("small", json.dumps(CONFIG))
    f.good("other-names", json.dumps({"hidden_size": 4, "num_hidden_layers": 2, "num_attention_heads": 1,
                                      "max_position_embeddings": 5, "n_inner": None}))
    f.good("all", json.dumps({**CONFIG, "n_inner": 16, "scale_attn_weights": True, "add_cross_attention": False,
                              "scale_attn_by_inverse_layer_idx": True, "reorder_and_upcast_attn": False}))
    f.good("none", "{}")
    f.good("odd", '{"a":NaN,"b":-Infinity,"c":1e999,"d":123456789012345678901}')
    bad_json(f)
    for name, data in OTHER_FILES.items():
        f.bad("is-" + name, data)
    for name, value in {"nan": "NaN", "infinity": "-Infinity", "huge": "9" * 30, "huge-real": "1e999"}.items():
        f.bad(f"n_embd-{name}", '{"n_embd":%s}' % value)
    for key in ("vocab_size", "n_positions", "n_embd", "n_layer", "n_head", "n_inner"):
        for name, value in {"0": 0, "negative": -1, "2^31": 2**31, "2^60": 2**60, "real": 4.5, "text": "4",
                            "array": [4], "true": True}.items():
            f.bad(f"{key}-{name}", json.dumps({**CONFIG, key: value}))
    for name, more in {
        "heads": {"n_head": 3}, "type": {"model_type": "bloom"}, "type-number": {"model_type": 2},
        "type-escape": {"model_type": "\x1b[31m"}, "cross": {"add_cross_attention": True},
        "cross-text": {"add_cross_attention": "no"}, "activation": {"activation_function": "silu"},
        "activation-number": {"activation_function": 1}, "activation-long": {"activation_function": "x" * 5000},
        "epsilon-negative": {"layer_norm_epsilon": -1e-5}, "epsilon-1": {"layer_norm_epsilon": 1},
        "epsilon-text": {"layer_norm_epsilon": "1e-5"}, "scale": {"scale_attn_weights": 1},
        "inverse": {"scale_attn_by_inverse_layer_idx": "x"}, "upcast": {"reorder_and_upcast_attn": []},
        "other-model": {}, "positions": {"n_positions": None, "n_ctx": -3},
        "quantization": {"quantization_config": {"quant_method": "gptq"}},
        "bidirectional": {"architectures": ["GPT2BidirectionalModel"]},
    }.items():
        f.bad("has-" + name, json.dumps({**CONFIG, **more}))
    config_families(f)


SMALL = {"vocab_size": 10, "max_position_embeddings": 8, "hidden_size": 8, "num_hidden_layers": 2,
         "num_attention_heads": 2, "intermediate_size": 12}
LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
          "original_max_position_embeddings": 8}


def config_families(f):
    """Settings of other families that are refused, each by its name."""
    neo = {"num_layers": 2, "num_heads": 2}
    refused = {
        "llama": {
            "experts": {"num_local_experts": 8}, "kv-heads": {"num_key_value_heads": 3},
            "hidden": {"hidden_size": 9}, "head_dim-odd": {"head_dim": 3},
            "head_dim-huge": {"head_dim": 65536, "num_attention_heads": 65536},
            "rope-longrope": {"rope_scaling": {"type": "longrope", "short_factor": [1.0]}},
            "rope-su": {"rope_scaling": {"type": "su"}},
            "rope-mrope": {"rope_parameters": {"rope_type": "mrope"}},
            "rope-kind": {"rope_scaling": {"rope_type": 3}},
            "rope-text": {"rope_scaling": "linear"},
            "rope-no-factor": {"rope_scaling": {"rope_type": "linear"}},
            "rope-factor": {"rope_scaling": {"rope_type": "linear", "factor": 0}},
            "rope-infinite": {"rope_scaling": {"rope_type": "linear", "factor": float("inf")}},
            "rope-order": {"rope_scaling": {**LLAMA3, "low_freq_factor": 4.0}},
            "rope-llama3": {"rope_scaling": {"rope_type": "llama3", "factor": 2.0}},
            "rope-theta": {"rope_theta": 1}, "rope-theta-text": {"rope_theta": "10000"},
            "epsilon": {"rms_norm_eps": -1}, "bias": {"attention_bias": "yes"},
            "bidirectional": {"use_bidirectional_attention": True},
            "classes": {"architectures": ["LlamaBidirectionalModel"]},
        },
        "mistral": {"window": {"sliding_window": 0}},
        "qwen2": {
            "experts": {"num_experts": 60}, "layer_types": {"layer_types": ["chunked_attention"] * 2},
            "layer_types-short": {"layer_types": ["full_attention"]},
            "window": {"use_sliding_window": 1}, "max_window_layers": {"max_window_layers": -1},
        },
        "qwen3": {"layer_types": {"layer_types": ["full_attention", 2]}},
        "gemma2": {"cap": {"attn_logit_softcapping": -1}, "scalar": {"query_pre_attn_scalar": 0}},
        "gemma3_text": {"pattern": {"sliding_window_pattern": 0},
                        "local": {"rope_local_base_freq": 0.5}},
        "gemma3": {"no-text": {}, "text": {"text_config": []},
                   "text-size": {"text_config": {**SMALL, "hidden_size": 0}},
                   "text-quantized": {"text_config": {**SMALL, "quantization_config": {}}}},
        "gpt_neox": {"rotary": {"rotary_pct": 1.5}, "rotary-odd": {"rotary_pct": 0.8},
                     "residual": {"use_parallel_residual": "no"}},
        "gpt_neo": {
            "types": {**neo, "attention_types": [[["global"], 3]]},
            "types-few": {**neo, "attention_types": [[["local"], 1]]},
            "types-kind": {**neo, "attention_types": [[["sparse"], 2]]},
            "types-shape": {**neo, "attention_types": ["global", "local"]},
            "types-times": {**neo, "attention_types": [[["global"], 10**18]]},
            "types-default": neo,
        },
        "gptj": {"rotary": {"rotary_dim": None}, "rotary-wide": {"rotary_dim": 6}},
        "phi": {"norms": {"qk_layernorm": True}},
        "phi3": {"rope": {"rope_scaling": {"type": "longrope"}}},
        "opt": {"width": {"word_embed_proj_dim": 0}, "norm": {"do_layer_norm_before": 0}},
        "mixtral": {"type": {}},
    }
    for family, cases in refused.items():
        for name, more in cases.items():
            f.bad(f"{family}-{name}", json.dumps({"model_type": family, **SMALL, **more}))
    for family in refused:
        if family not in ("gemma3", "gpt_neo", "gptj", "mixtral"):
            f.good(family, json.dumps({"model_type": family, **SMALL}))
    f.good("llama-scaled", json.dumps({"model_type": "llama", **SMALL, "rope_scaling": LLAMA3}))
    f.good("gemma3", json.dumps({"model_type": "gemma3", "text_config": SMALL}))
    f.good("gpt_neo", json.dumps({"model_type": "gpt_neo", **SMALL, **neo, "attention_types": [[["local"], 2]]}))
    f.good("gptj", json.dumps({"model_type": "gptj", **SMALL, "rotary_dim": 4}))


# ---- tokenizers ----


def alphabet():
    """The character that stands for each byte (Radford et al. 2019)."""
    own = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [b for b in range(256) if b not in own]
    return {b: chr(b) if b in own else chr(0x100 + others.index(b)) for b in range(256)}


VOCAB = {sign: byte for byte, sign in alphabet().items()} | {"th": 256, "the": 257, "<|endoftext|>": 258}


def vocab_text(vocab):
    return json.dumps(vocab, ensure_ascii=False, separators=(",", ":"))


def gen_vocab():
    f = Folder("vocab")
    whole = vocab_text(VOCAB)
    f.good("bytes", whole)
    f.good("escaped", json.dumps(VOCAB))
    for name, text in {
        "empty": "", "array": "[]", "object": "{}", "open": "{", "null": "null", "nul": b"{\0}",
        "no-colon": '{"a" 1}', "no-id": '{"a":}', "text-id": '{"a":"1"}', "negative": '{"a":-1}',
        "real": '{"a":1.0}', "exponent": '{"a":1e1}', "zeros": '{"a":01}', "id-2^21": '{"a":2097152}',
        "id-2^31": '{"a":2147483648}', "id-2^32": '{"a":4294967296}', "id-2^64": '{"a":18446744073709551616}',
        "id-long": '{"a":' + "9" * 4000 + "}", "same-id": '{"a":1,"b":1}', "same-name": '{"a":1,"a":2}',
        "same-name-escaped": '{"a":1,"\\u0061":2}', "comma": '{"a":1,}', "two-commas": '{"a":1,,"b":2}',
        "after": whole + "x", "after-object": whole + "{}", "open-string": '{"a', "newline": '{"a\n":1}',
        "escape": '{"\\x":1}', "escape-cut": '{"\\', "escape-u": '{"\\u12":1}', "escape-nul": '{"\\u0000":1}',
        "surrogate": '{"\\ud800":1}', "surrogate-low": '{"\\udc00":1}', "surrogates": '{"\\ud800\\ud800":1}',
        "surrogate-cut": '{"\\ud83d\\u', "not-utf8": b'{"\xff":1}', "overlong": b'{"\xc0\x80":1}',
        "utf8-cut": b'{"\xe2\x82":1}', "utf16": '{"a":1}'.encode("utf-16"), "long": '{"' + "a" * 9000 + '":1}',
        "long-piece": '{"' + "a" * 4097 + '":1}', "long-escaped": '{"' + "\\u20ac" * 3000 + '":1}',
        "no-byte": vocab_text({"th": 0, "the": 1}),
        "missing-merge": vocab_text({k: v for k, v in VOCAB.items() if k != "the"}),
        "cut": whole[:1000], "control": '{"a\x1b":1}', "nested": '{"a":{"b":1}}', "true": '{"a":true}',
    }.items():
        f.bad(name, text)


def gen_merges():
    f = Folder("merges")
    f.good("two", "#version: 0.2\nt h\nth e\n")
    f.good("empty", "")
    f.good("crlf", "#version: 0.2\r\nt h\r\n\r\nth e")
    for name, text in {
        "one-word": "t\n", "three-words": "t h e\n", "two-blanks": "t  h\n", "leading": " t h\n", "trailing": "t h \n",
        "tab": "t\th\n", "blank": " \n", "unknown-left": "tx h\n", "unknown-right": "t hx\n", "unknown-both": "h t\n",
        "not-alphabet": "t \u20ac\n", "not-utf8": b"t \xff\n", "nul": b"t h\0\n", "nul-word": b"t \0\n",
        "long-left": "t" * 9000 + " h\n", "long-right": "t " + "h" * 9000 + "\n", "late-version": "t h\n#version: 0.2\n",
        "json": '{"t":"h"}\n', "utf16": "t h\n".encode("utf-16"), "escape": "\x1b[31m h\n", "cr": "t h\rth e\n",
        "long-line": "x" * 20000,
    }.items():
        f.bad(name, text)


def gen_added():
    f = Folder("added_tokens")
    f.good("one", '{"<|pad|>":259}')
    f.good("known", '{"<|endoftext|>":258}')
    f.good("none", "{}")
    for name, text in {
        "empty": "", "array": "[]", "taken": '{"<|pad|>":1}', "other-id": '{"the":300}', "text": '{"x y":"1"}',
        "negative": '{"x y":-2}', "id-2^21": '{"x y":2097152}', "long": '{"' + "x " * 3000 + '":300}', "cut": '{"x',
    }.items():
        f.bad(name, text)


BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False}


def tokenizer(**changes):
    root = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [
            {"id": 258, "special": True, "content": "<|endoftext|>", "single_word": False, "lstrip": False,
             "rstrip": False, "normalized": False}],
        "normalizer": None, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True},
        "post_processor": {"type": "ByteLevel"}, "decoder": {"type": "ByteLevel"},
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "vocab": VOCAB, "merges": ["t h", "th e"]},
    }
    for path, value in changes.items():
        at = root
        *parts, last = path.split("__")
        for part in parts:
            at = at[part]
        at[last] = value
    return vocab_text(root)


def sequence(key, *steps):
    return {"type": "Sequence", key: list(steps)}


def split(pattern, behavior="Isolated", kind="Regex", **more):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": False, **more}


def replace(pattern, content, kind="String"):
    return {"type": "Replace", "pattern": {kind: pattern}, "content": content}


BYTES = {**BYTE_LEVEL, "use_regex": False}
PREPEND = {"type": "Prepend", "prepend": "\u2581"}
METASPACE = {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "first", "split": False}
WORDS = "(?i:'s|'t)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s+(?!\\S)|\\s+"


def plain(**changes):
    """A vocabulary of plain text; names of changes are those of tokenizer()."""
    names = ["<unk>", "<s>", "<0x61>", "<0xC3>", "<0xA9>", "\u2581", "t", "h", "e", " ", "\n", "th", "the", "\u2581the"]
    model = {"type": "BPE", "unk_token": "<unk>", "fuse_unk": True, "byte_fallback": True,
             "vocab": {n: i for i, n in enumerate(names)}, "merges": [["t", "h"], ["th", "e"], ["\u2581", "the"]]}
    added = [{"id": i, "content": names[i], "normalized": True, "special": True} for i in range(2)]
    return tokenizer(**{"added_tokens": added, "pre_tokenizer": None, "post_processor": None, "model": model, **changes})


def gen_steps(f):
    """Normalizers, pre-tokenizers and post-processors of other families than GPT-2."""
    start = {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A"}}],
             "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}}
    f.good("prepend", plain(normalizer=sequence("normalizers", PREPEND, replace(" ", "\u2581")), post_processor=start))
    f.good("replace", plain(normalizer=replace(" ", "\u2581"), pre_tokenizer=split(" ", "MergedWithPrevious", "String")))
    f.good("metaspace", plain(pre_tokenizer=METASPACE))
    f.good("metaspace-old", plain(pre_tokenizer={"type": "Metaspace", "replacement": "\u2581", "add_prefix_space": True}))
    f.good("no-unk", plain(model__unk_token=None, model__byte_fallback=False, model__ignore_merges=True))
    f.good("regexes", plain(normalizer=sequence("normalizers", {"type": "NFC"}, replace(" {2,}", "\u2581", "Regex")),
                            pre_tokenizer=sequence("pretokenizers", split("e|$", "Removed"), split("t+?", "Contiguous", invert=True))))
    f.good("words", tokenizer(normalizer={"type": "NFC"}, pre_tokenizer=sequence("pretokenizers", split(WORDS), BYTES)))
    f.good("digits", tokenizer(pre_tokenizer=sequence(
        "pretokenizers", {"type": "Digits", "individual_digits": True}, {**BYTE_LEVEL, "add_prefix_space": True})))
    f.good("never-ends", plain(pre_tokenizer=split("(e+)+x|h")))
    for name, step in {
        "no-prepend": {"type": "Prepend"}, "prepend-number": {"type": "Prepend", "prepend": 1}, "no-pattern": {"type": "Replace", "content": ""},
        "prepend-long": {"type": "Prepend", "prepend": "x" * 300}, "pattern-text": {"type": "Replace", "pattern": " ", "content": ""},
        "empty": replace("", "x"), "content-null": replace("x", None), "regex": replace("(", "x", "Regex"),
        "both": {"type": "Replace", "pattern": {"String": "x", "Regex": "x"}, "content": ""},
        "many": sequence("normalizers", *[PREPEND] * 17), "precompiled": {"type": "Precompiled", "precompiled_charsmap": "AA=="},
        "nmt": {"type": "Nmt"}, "strip": {"type": "Strip", "strip_left": True},
    }.items():
        f.bad("normalizer-" + name, plain(normalizer=step))
    for name, step in {
        "behavior": split("x", "Merged"), "no-behavior": {"type": "Split", "pattern": {"String": "x"}}, "invert": split("x", invert=1),
        "digits": {"type": "Digits"}, "replacement": {**METASPACE, "replacement": "__"}, "replacement-empty": {**METASPACE, "replacement": ""},
        "scheme": {**METASPACE, "prepend_scheme": "last"}, "scheme-number": {**METASPACE, "prepend_scheme": 1}, "split": {**METASPACE, "split": "no"},
        "behind-bytes": sequence("pretokenizers", BYTES, split("x")), "many": sequence("pretokenizers", *[METASPACE] * 17),
        "bert": {"type": "BertPreTokenizer"}, "scripts": {"type": "UnicodeScripts"}, "punctuation": {"type": "Punctuation"},
    }.items():
        f.bad("pre-" + name, plain(pre_tokenizer=step))
    for i, pattern in enumerate([
            "", "(", ")", "[", "[]", "[]x]", "[^]x]", "[a", "[a-", "[z-a]", "[[:alpha:]]", "[a&&b]", "a**", "a{2}{3}", "a{2}+", "a{2}?", "a{,2}", "{", "a{",
            "a{1", "a{99999999999}", "a{2,1}", "\\", "x\\", "\\h", "\\R", "\\X", "\\K", "\\G", "\\b", "\\1", "\\Q", "\\E", "\\N", "\\o{7}", "\\cA", "\\p",
            "\\p{", "\\p{}", "\\p{^}", "\\p{Lx}", "\\pL", "\\p{Nope}", "\\x", "\\x{", "\\x{}", "\\x{d800}", "\\x{110000}", "\\x{1234567}", "\\u12", "\\u{12}",
            "(?<=a)", "(?<n>a)", "(?P<n>a)", "(?m)", "(?x)a", "(?#c)", "(?R)", "(?1)", "(*ACCEPT)", "(*LIMIT_MATCH=9)", "\\A" * 2100, "(" * 300 + ")" * 300]):
        f.bad(f"regex-{i:02}", plain(pre_tokenizer=split(pattern)))
    for name, change in {"unk": {"model__unk_token": "?"}, "unk-number": {"model__unk_token": 7}, "fallback": {"model__byte_fallback": "x"},
                         "fuse": {"model__fuse_unk": []}, "blank-merge": {"model__merges": ["t  "]},
                         "template-twice": {"post_processor": {**start, "single": start["single"] * 2}},
                         "template-ids": {"post_processor": {**start, "special_tokens": {}}},
                         "template-many": {"post_processor": {**start, "single": start["single"][:1] * 9 + start["single"][1:]}},
                         "roberta": {"post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": "<s>"}}}.items():
        f.bad("plain-" + name, plain(**change))
    f.good("roberta", plain(post_processor={"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0]}))


def gen_tokenizer_json():
    f = Folder("tokenizer_json")
    f.good("strings", tokenizer())
    f.good("pairs", tokenizer(model__merges=[["t", "h"], ["th", "e"]]))
    gen_steps(f)
    bad_json(f)
    small = {"model__vocab": {"t": 0}}  # what comes first is refused first
    for name, changes in {
        "no-model": {"model": None}, "model-text": {"model": "BPE"}, "type": {"model__type": "WordPiece"},
        "type-number": {"model__type": 1}, "normalizer": {"normalizer": {"type": "Lowercase"}}, "pre-null": {"pre_tokenizer": None},
        "pre-type": {"pre_tokenizer": {"type": "Whitespace"}}, "pre-sequence": {"pre_tokenizer": {"type": "Sequence"}},
        "prefix-space": {"pre_tokenizer__add_prefix_space": None}, "regex-text": {"pre_tokenizer__use_regex": "x"},
        "post": {"post_processor": {"type": "TemplateProcessing"}}, "dropout": {"model__dropout": 0.1},
        "prefix": {"model__continuing_subword_prefix": "##"}, "suffix": {"model__end_of_word_suffix": "</w>"},
        "ignore-merges": {"model__ignore_merges": "x"}, "vocab-array": {"model__vocab": []}, "vocab-null": {"model__vocab": None},
        "merges-null": {"model__merges": None}, "merges-object": {"model__merges": {}}, "added-object": {"added_tokens": {}},
        "added-text": {"added_tokens": "x"}, "id-text": {"model__vocab": {"a": "0"}}, "id-negative": {"model__vocab": {"a": -1}},
        "id-2^21": {"model__vocab": {"a": 2**21}}, "id-2^62": {"model__vocab": {"a": 2**62}}, "id-real": {"model__vocab": {"a": 1.5}},
        "same-id": {"model__vocab": {"a": 1, "b": 1}}, "no-bytes": {"model__merges": []},
        "merge-number": {"model__merges": [1]}, "merge-one": {"model__merges": [["t"]]}, "merge-three": {"model__merges": [["t", "t", "t"]]},
        "merge-numbers": {"model__merges": [[1, 2]]}, "merge-word": {"model__merges": ["t"]}, "merge-blanks": {"model__merges": ["t  t"]},
        "merge-unknown": {"model__merges": ["t x"]}, "merge-null": {"model__merges": [None]}, "merge-empty": {"model__merges": ["", ""]},
        "merge-long": {"model__merges": ["t " + "x" * 9000]},
        "normalizer-nested": {"normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Strip"}]}},
        "pre-twice": {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [BYTE_LEVEL, BYTE_LEVEL]}},
        "pre-empty": {"pre_tokenizer": {"type": "Sequence", "pretokenizers": []}},
        "post-no-text": {"post_processor": {"type": "TemplateProcessing", "single": []}},
        "post-no-ids": {"post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x"}}]}},
        "post-id": {"post_processor": {"type": "BertProcessing", "cls": ["x", 2**21], "sep": ["y", 0]}},
    }.items():
        f.bad("has-" + name, tokenizer(**{**(small if "model" not in changes else {}), **changes}))
    for name, data in OTHER_FILES.items():
        f.bad("is-" + name, data)
    good = tokenizer()
    for name, old, new in (("vocab-escaped", '"vocab"', '"voc\\u0061b"'), ("merges-comma", '"merges":[', '"merges":[,'),
                           ("model-twice", '"model":{', '"model":{},"model":{'), ("pair-open", '"merges":[', '"merges":[["t"'),
                           ("vocab-comma", '"vocab":{', '"vocab":{,'), ("vocab-open", '"vocab":{', '"vocab":{{')):
        assert old in good, (old, good[:200])
        f.bad("cut-" + name, good.replace(old, new))
    for name, tokens in {"gap": [(300, "<|x|>")], "twice": [(259, "<|x|>"), (260, "<|x|>")],
                         "other-id": [(257, "<|endoftext|>")]}.items():
        f.bad("tokens-" + name, tokenizer(added_tokens=[{"id": i, "content": c} for i, c in tokens]))
    end = {"id": 258, "content": "<|endoftext|>"}
    for name, token in {
        "number": 1, "no-content": {"id": 258}, "content-number": {"id": 258, "content": 1}, "no-id": {"content": "x"},
        "id-taken": {"id": 1, "content": "<|x|>"}, "id-2^21": {"id": 2**21, "content": "<|x|>"}, "lstrip": {**end, "lstrip": 1},
        "rstrip": {**end, "rstrip": "x"}, "single-word": {**end, "single_word": []}, "long": {"id": 300, "content": "x " * 3000},
    }.items():
        f.bad("added-" + name, tokenizer(model__vocab=dict.fromkeys([]) | {"t": 1}, model__merges=[], added_tokens=[token]))


def gen_tokenizer_config():
    f = Folder("tokenizer_config")
    f.good("usual", '{"add_prefix_space":false,"model_max_length":1000000000000000019884624838656,"tokenizer_class":"GPT2Tokenizer"}')
    f.good("none", "{}")
    for name, text in {
        "empty": "", "open": "{", "prefix-space": '{"add_prefix_space":1}', "bos": '{"add_bos_token":"x"}',
        "eos": '{"add_eos_token":[]}', "twice": '{"a":1,"a":2}', "not-utf8": b'{"\xff":1}', "huge": '{"a":1e}',
        "deep": "[" * DEEP, "array": "[]", "split": '{"split_special_tokens":true}',
        "decoder-array": '{"added_tokens_decoder":[]}', "decoder-key": '{"added_tokens_decoder":{"x":{"content":"y"}}}',
        "decoder-taken": '{"added_tokens_decoder":{"5":{"content":"<|x|>"}}}',
        "decoder-gap": '{"added_tokens_decoder":{"999":{"content":"<|x|>"}}}',
        "decoder-huge": '{"added_tokens_decoder":{"99999999999999999999":{"content":"<|x|>"}}}',
        "decoder-text": '{"added_tokens_decoder":{"259":"<|x|>"}}', "decoder-flag": '{"added_tokens_decoder":{"259":{"content":"x","lstrip":2}}}',
        "bos-null": '{"add_bos_token":true,"bos_token":null,"pad_token":7}',
        "special-number": '{"pad_token":{"content":7}}', "special-long": '{"pad_token":"%s"}' % ("x " * 3000),
        **OTHER_FILES,
    }.items():
        f.bad(name, text)


def gen_texts():
    f = Folder("encode")
    f.good("sentence", "They warned him about the danger.")
    f.good("endoftext", "a<|endoftext|>b <|endoftext|>")
    f.good("blanks", "  a\n\n\tb   ")
    f.good("numbers", "1234 'tis I'll we've 12th")
    f.good("unicode", "na\u00efve \u65e5\u672c\u8a9e \U0001f600\u200d\u0301 \u202e\u00a0x")
    f.good("long", "ab" * 200)
    f.good("nul", b"a\0b")
    for name, text in {
        "lone-ff": b"\xff", "lone-continuation": b"a\x80", "cut": b"\xe2\x82", "cut-4": b"\xf0\x9f\x98", "overlong": b"\xc0\xaf",
        "overlong-3": b"\xe0\x80\xaf", "surrogate": b"\xed\xa0\x80", "above": b"\xf4\x90\x80\x80", "five": b"\xf8\x88\x80\x80\x80",
        "latin1": "caf\u00e9".encode("latin-1"), "utf16": "him".encode("utf-16"),
    }.items():
        f.bad(name, text)
    f = Folder("decode")
    f.good("ids", struct.pack("<8H", 0, 1, 200, 255, 256, 1000, 2000, 65535))
    f.good("controls", struct.pack("<34H", *range(188, 222)))


# ---- tables ----


def bad_csv(f, header):
    n = header.count(",")
    row = "a" + ",1" * n
    for name, text in {
        "empty": "", "newline": "\n", "bom": b"\xef\xbb\xbf", "nul": b"\0", "nul-in-row": f"{header}\n{row}\0\n",
        "not-utf8": header.encode() + b"\n\xff" + b",1" * n + b"\n", "utf16": f"{header}\n{row}\n".encode("utf-16"),
        "short-row": f"{header}\na\n", "long-row": f"{header}\n{row},1\n", "open-quote": f'{header}\n"a' + ",1" * n,
        "late-quote": f'{header}\n"a"b' + ",1" * n + "\n", "quote-inside": f'{header}\na"b' + ",1" * n + "\n",
        "open-header": '"' + header, "other-header": "x;y;z\n1;2;3\n", "html": "<html>\n<body>,\n",
        "escape": f"{header}\n\x1b[31m\n", "gzip": b"\x1f\x8b\x08\0\0\0\0\0\0\xff",
    }.items():
        f.bad("csv-" + name, text)


def gen_stimuli():
    f = Folder("stimuli")
    f.good("pairs", "group,target,text\nhim, him,They warned him.\nher, her,They warned her.\n")
    f.good("order", 'text,note,target,group\r\n"A ""big"", red one",x, one,a\r\n\r\nTwo, , ,b\r\n')
    f.good("bom", "\ufeffgroup,target,text\na,I,I saw\n")
    bad_csv(f, "group,target,text")
    head = "group,target,text\n"
    for name, text in {
        "header-only": head, "no-group": "target,text\na,b\n", "no-target": "group,text\na,b\n", "no-text": "group,target\na,b\n",
        "two-texts": "group,target,text,text\na,b,c,d\n", "case": "Group,Target,Text\na,b,c\n", "blank-header": " group,target,text\na,b,c\n",
        "empty-group": head + ",a,a\n", "empty-target": head + "a,,a\n", "empty-text": head + "a,a,\n",
        "not-there": head + "a, him,They warned her.\nb, her,They warned her.\n", "twice": head + "a, a,a a a\nb, b,x b\n",
        "no-target-token": head + "a,arned,They warned him.\nb, him,They warned him.\n",
        "one-group": head + "a, him,They warned him.\n", "three-groups": head + "a, x,y x\nb, x,y x\nc, x,y x\n",
        "long-text": head + "a, him," + "They warned him about. " * 600 + "\nb, her,x her\n",
        "many-columns": "a," * 3000 + "\n",
    }.items():
        f.bad("has-" + name, text)


def npy(header, data=b"", version=(1, 0), length=None):
    text = header if isinstance(header, bytes) else header.encode()
    size = "<H" if version[0] == 1 else "<I"
    text += b" " * (-(10 + len(text) + 1) % 64) + b"\n"
    return b"\x93NUMPY" + bytes(version) + struct.pack(size, len(text) if length is None else length) + text + data


def shaped(shape, descr="'<f4'", order="False"):
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}"


def gen_npy():
    f = Folder("npy")
    four = struct.pack("<4f", 1, 2, 3, 5)
    f.good("f4", npy(shaped("(2, 2)"), four))
    f.good("f8", npy(shaped("(2, 1)", "'<f8'"), four))
    f.good("fortran", npy(shaped("(2, 2)", order="True"), four))
    f.good("one-axis", npy(shaped("(4,)"), four))
    f.good("version-2", npy(shaped("(2, 2)"), four, (2, 0)))
    f.good("long", npy(shaped("(2L, 2L)"), four))
    for descr in ("<f2", ">f2", ">f4", "|i1", "|u1", "<i2", ">u2", "<i4", ">u4"):
        f.good("dtype-" + descr[1:] + ("-big" if descr[0] == ">" else ""),
               npy(shaped(f"({16 // int(descr[2])}, 1)", f"'{descr}'"), four))
    f.good("dtype-i8", npy(shaped("(2, 1)", "'<i8'"), struct.pack("<2q", -1, 2**53)))
    f.good("dtype-u8-big", npy(shaped("(1, 2)", "'>u8'", "True"), struct.pack(">2Q", 3, 2**63)))
    whole = npy(shaped("(2, 2)"), four)
    for n in (6, 7, 8, 9, 10, 11, 60, 127, 128, len(whole) - 1):
        f.bad(f"cut-{n}", whole[:n])
    f.bad("after", whole + b"\0")
    for name, data in {
        "version-0": npy(shaped("(2, 2)"), four, (0, 0)), "version-4": npy(shaped("(2, 2)"), four, (4, 0)),
        "version-1.1": npy(shaped("(2, 2)"), four, (1, 1)), "length-0": npy(shaped("(2, 2)"), four, length=0),
        "length-max": npy(shaped("(2, 2)"), four, length=65535), "length-2^32-1": npy(shaped("(2, 2)"), four, (2, 0), 2**32 - 1),
        "zip": b"PK\x03\x04" + b"\0" * 60, "npz": b"PK\x03\x04" + b"\0" * 22 + b"\x09\0\0\0arr_0.npy\x93NUMPY",
        "pytorch": b"PK\x03\x04" + b"\0" * 22 + b"\x10\0\0\0archive/data.pkl\x80\x02", "zip-cut": b"PK\x03\x04" + b"\xff" * 26,
        "xlsx": b"PK\x03\x04" + b"\0" * 22 + b"\x13\0\0\0[Content_Types].xml", "npz-escape": b"PK\x03\x04" + b"\0" * 22 + b"\x09\0\0\0\x1b[31m.npy",
        "beyond-2^53": npy(shaped("(2, 1)", "'<i8'"), struct.pack("<2q", 1, 2**53 + 1)),
        "below-2^53": npy(shaped("(2,)", "'>i8'"), struct.pack(">2q", 1, -2**63 + 1)),
        "u8-max": npy(shaped("(1, 2)", "'<u8'", "True"), struct.pack("<2Q", 1, 2**64 - 1)),
    }.items():
        f.bad(name, data)
    for name, text in {
        "empty": "", "braces": "{}", "open": "{'descr': '<f4'", "no-descr": "{'fortran_order': False, 'shape': (2, 2)}",
        "no-order": "{'descr': '<f4', 'shape': (2, 2)}", "no-shape": "{'descr': '<f4', 'fortran_order': False}",
        "more": shaped("(2, 2)")[:-1] + "'x': 1}", "twice": shaped("(2, 2)")[:-1] + "'shape': (2, 2)}",
        "order-1": shaped("(2, 2)", order="1"), "code": "__import__('os').system('id')", "shape-list": shaped("[2, 2]"),
        "shape-number": shaped("2"), "shape-one": shaped("(4)"), "shape-open": shaped("(2, 2"), "shape-negative": shaped("(-2, -2)"),
        "shape-real": shaped("(2.0, 2)"), "shape-2^60": shaped(f"({2**60}, 1)"), "shape-2^62": shaped(f"({2**62}, 1)"),
        "shape-2^64": shaped(f"({2**64}, 1)"), "shape-product": shaped(f"({2**32}, {2**32})"), "shape-product-2": shaped(f"({2**33}, {2**31})"),
        "shape-larger": shaped("(3, 2)"), "shape-smaller": shaped("(1, 2)"), "shape-empty": shaped("()"), "shape-three": shaped("(2, 2, 1)"),
        "shape-33": shaped("(" + "1," * 33 + ")"), "shape-0": shaped("(0, 4)"), "shape-00": shaped("(4, 0)"), "shape-digits": shaped("(" + "9" * 200 + ",)"),
        "dtype-bool": shaped("(8, 2)", "'|b1'"), "dtype-f16": shaped("(1, 1)", "'<f16'"),
        "dtype-f1": shaped("(8, 2)", "'|f1'"), "dtype-i3": shaped("(5, 1)", "'<i3'"), "dtype-order": shaped("(2, 2)", "'=f4'"),
        "dtype-u1-order": shaped("(8, 2)", "'<u1'"), "dtype-complex": shaped("(2, 1)", "'<c8'"), "dtype-text": shaped("(2, 2)", "'<U1'"),
        "dtype-date": shaped("(2, 1)", "'<M8[ns]'"),
        "dtype-object": shaped("(2,)", "'|O'"), "dtype-fields": shaped("(2,)", "[('a', '<f4')]"), "dtype-long": shaped("(2, 2)", "'" + "f" * 100 + "'"),
        "dtype-number": shaped("(2, 2)", "4"), "dtype-escape": shaped("(2, 2)", "'\x1b[31m'"), "trailing": shaped("(2, 2)") + "}",
    }.items():
        f.bad("dict-" + name, npy(text, four))


def gen_activations():
    f = Folder("activations")
    f.good("run", "sentence,group,token,h.0.mlp.c_fc:0,h.0.mlp.c_fc:1\n0,a,3,0.5,-1e-3\n1,b,3,nan,inf\n")
    f.good("plain", "x,y,7\n1,2,3\n4.5,-0,1e300\n")
    f.good("blanks", "group, x, y\na, 1 ,  2\nb,3 ,\t4\n")
    f.good("missing", "group,x,y\na,NA,\nb,null,N/A\n")
    f.good("commas-at-end", "group,x,y\na,1,2\nb,3,4\n,,\n,,\n")
    f.good("commas-between", "x,y\n,\n1,2\n,\n,\n3,4\n,\n")
    f.good("sep-line", "\ufeffsep=,\r\ngroup,x\r\na,1\r\nb,2\r\n")
    f.good("row-names", '"group","x"\n"1","a",1\n"2","b",2\n')
    f.good("row-names-plain", "group,x\n1,a,1\n2,b,2\n3,b,\n")
    f.good("numbered", "0,1,2\n1,2,3\n4,5,6\n")
    f.good("numbers", "0.5,1e3,-2\n1,2,3\n")
    bad_csv(f, "group,x:0,x:1")
    head = "group,x:0,x:1\n"
    for name, text in {
        "header-only": head, "no-neurons": "sentence,group,token\n0,a,1\n", "twice": "group,x:0,x:0\na,1,2\n",
        "two-groups": "group,group,x:0\na,a,1\n", "nameless": "group,,y\na,1,2\n", "unnamed": "Unnamed: 0,group,y\n0,a,2\n",
        "mixed": "group,x:0,y\na,1,2\n", "index-negative": "group,x:0,x:-1\na,1,2\n", "index-2^64": "group,x:0,x:18446744073709551616\na,1,2\n",
        "empty-value": head + "a,,1\n", "word": head + "a,1,one\n", "comma-decimal": head + 'a,"1,5",1\n', "hex": head + "a,0x1,1\n",
        "two-numbers": head + "a,1 2,1\n", "sign": head + "a,+-1,1\n", "exponent": head + "a,1e,1\n", "point": head + "a,.,1\n",
        "no-header": "0.5,1\n2,3\n", "no-header-integers": "0,0\n2,3\n", "no-header-one": "7\n8\n", "tabs": "x\ty\n1\t2\n",
        "semicolons": "x;y\n1,5;2\n", "blanks-between": "1 2\n3 4\n", "sep-semicolon": "sep=;\nx;y\n1;2\n", "sep-long": "sep=,,\n1,2\n",
        "trailing-comma": head + "a,1,2,\nb,3,4,\n", "row-names-one": '"x","y"\n"1",1\n"2",2\n', "row-names-late": "x,y\n1,2\n2,1,2\n",
        "row-names-three": "x,y\n5,1,2\n6,1,2\n", "commas-only": head + ",,\n", "commas-short": head + "a,1,2\n,\n",
        "comma-group": head + ",,\nb,1,2\n", "missing-word": head + "a,missing,1\n", "missing-NAN2": head + "a,NA2,1\n",
        "empty-group": head + ",1,1\n", "token": "group,token,x:0\na,-1,1\n", "token-real": "group,token,x:0\na,1.5,1\n",
        "sentence-word": "sentence,group,x:0\none,a,1\n", "sentence-2^64": "sentence,group,x:0\n18446744073709551616,a,1\n",
        "digits": head + "a," + "1" * 400 + "x,1\n", "no-groups": "x:0,x:1\n1,2\n", "one-row": head + "a,1,2\n", "one-group": head + "a,1,2\na,1,3\n",
        "hooks": "group," + ",".join(f"h{i}:0" for i in range(4100)) + "\n", "three-groups": head + "a,1,2\nb,1,3\nc,1,3\n",
    }.items():
        f.bad("has-" + name, text)


def gen_analysis():
    f = Folder("analysis")
    f.good("small", "group,x:0,x:1,x:2,x:3\n" + "".join(
        f"{'ab'[i % 2]},{i},{i * i % 7},{i % 2 + i / 100},{1 - i % 2 - i / 50}\n" for i in range(8)))
    for name, values in {
        "constant": "1,1,1", "zeros": "0,0,0", "large": "1e308,-1e308,1e307", "tiny": "5e-324,-5e-324,0", "nan": "nan,1,2",
        "inf": "inf,-inf,1", "mixed": "1e300,1e-300,nan",
    }.items():
        a, b, c = values.split(",")
        f.good(name, f"group,x:0,x:1,x:2\na,{a},{b},{c}\na,{b},{c},{a}\nb,{c},{a},{b}\nb,{a},{c},{b}\nb,1,2,3\n")


def gen_labels():
    f = Folder("labels")
    f.good("two", "a\nb\n")
    f.good("crlf", "\ufeffa\r\nb b\r\n")
    for name, text in {
        "empty": "", "newline": "\n", "empty-line": "a\n\nb\n", "nul": b"a\0\nb\n", "not-utf8": b"a\n\xff\n",
        "utf16": "a\nb\n".encode("utf-16"), "one": "a\n", "three": "a\nb\na\n", "crlf-empty": "a\r\n\r\nb",
    }.items():
        f.bad(name, text)


def gen_tables():
    f = Folder("tables")
    f.good("ttest", "hook,neuron,t,significant\nh.0.mlp.c_fc,0,1.5,1\nh.0.mlp.c_fc,3,0.5,0\n")
    f.good("clusters", "hook,neuron,dbscan,x,y\nh,0,-1,0.5,1\nh,1,0,2,-3e-2\n")
    f.good("points", "a,b\n1,2\n3,4\n")
    f.good("npy", npy(shaped("(2, 2)"), struct.pack("<4f", 1, 2, 3, 5)))
    bad_csv(f, "name,x,y")
    for name, text in {
        "no-columns": "x,z,w\n1,2,3\n", "one-column": "x\n1\n", "word": "x,y\n1,a\n", "empty": "x,y\n1,\n", "nan": "x,y\nnan,1\n",
        "inf": "x,y\n1,-inf\n", "overflow": "x,y\n1e999,1\n", "npy-three": npy(shaped("(1, 3)"), b"\0" * 12),
        "npy-nan": npy(shaped("(1, 2)"), struct.pack("<2f", float("nan"), 1)), "npy-f2-nan": npy(shaped("(1, 2)", "'<f2'"), b"\0\x7e\0\0"),
        "npz": b"PK\x03\x04" + b"\0" * 22 + b"\x09\0\0\0arr_0.npy\x93NUMPY", "pickle": b"\x80\x04\x95\0\0\0",
        "safetensors": safetensors({"a": tensor([2], 0, 8)}, b"\0" * 8), "parquet": b"PAR1\x15\x04\x15",
        "hdf5": b"\x89HDF\r\n\x1a\n\0", "git-lfs": "version https://git-lfs.github.com/spec/v1\noid sha256:01\n",
        "utf16-be": "x,y\n1,2\n".encode("utf-16-be"), "utf32": "x,y\n1,2\n".encode("utf-32"), "doctype": "<!DOCTYPE html>\n",
    }.items():
        f.bad("has-" + name, text)


MANIFEST = {
    "version": "circuittui 0.1.0", "command": ["circuittui", "run"], "directory": "/nowhere",
    "parameters": {
        "model": "m", "tokenizer": None, "stimuli": "s.csv", "activations": None, "groups": None, "occurrence": "only",
        "hook": ["h.*.mlp.c_fc"], "contrast": ["him", "her"], "test": "student", "alpha": 0.05, "correction": "bonferroni",
        "perplexity": 30.0, "iterations": 1000, "seed": 0, "eps": 1.0, "min-samples": 3, "clusters": 3, "matrices": False,
        "threads": 1},
    "format": "csv", "results": [{"file": "ttest.csv", "bytes": 10, "sha256": "0123456789abcdef" * 4}],
}


def manifest(key=None, value=None):
    """MANIFEST with the value at a key such as parameters.alpha; without it when value is ... ."""
    root = json.loads(json.dumps(MANIFEST))
    *parts, last = [int(part) if part.isdigit() else part for part in key.split(".")] if key else [None]
    at = root
    for part in parts:
        at = at[part]
    if last is not None and value is ...:
        del at[last]
    elif last is not None:
        at[last] = value
    return json.dumps(root)


def gen_manifest():
    f = Folder("manifest")
    f.good("run", manifest())
    f.good("activations", manifest("parameters.activations", "a.csv"))
    f.good("seed", manifest("parameters.seed", "18446744073709551615"))
    f.good("layer", manifest("results.0.file", "h.3.mlp.c_fc/ttest.csv"))
    figure = {"file": "h.3.mlp.c_fc/tsne.svg", "bytes": 10, "sha256": "0123456789abcdef" * 4}
    figures = {"folder": "f", "cairo": "1.16.0", "files": [figure]}
    f.good("figures", manifest("figures", figures))
    f.good("figures-null", manifest("figures", None))
    bad_json(f)
    for i, value in enumerate([1, [], {**figures, "folder": ""}, {**figures, "files": {}}, {**figures, "files": [figure] * 2},
            {**figures, "files": [{**figure, "file": "../tsne.svg"}]}, {**figures, "files": [{**figure, "file": "ttest.csv"}]}]):
        f.bad(f"figures-{i}", manifest("figures", value))
    for key in ("version", "parameters", "format", "results"):
        f.bad(f"no-{key}", manifest(key, ...))
        f.bad(f"{key}-null", manifest(key, None))
        f.bad(f"{key}-number", manifest(key, 1))
    for key in MANIFEST["parameters"]:
        if key != "threads":
            f.bad(f"no-{key}", manifest("parameters." + key, ...))
            f.bad(f"{key}-object", manifest("parameters." + key, {}))
    for i, (key, value) in enumerate([
            ("alpha", 0), ("alpha", 1), ("alpha", -0.5), ("alpha", "0.05"), ("alpha", 1e300), ("perplexity", 0), ("perplexity", -1e300),
            ("iterations", 249), ("iterations", 2**31), ("iterations", 2**62), ("iterations", 1000.5), ("seed", -1), ("seed", "x"),
            ("seed", "18446744073709551616"), ("eps", 0), ("min-samples", 0), ("clusters", -3), ("clusters", 2**40), ("matrices", 1),
            ("model", ""), ("model", None), ("stimuli", None), ("hook", [1]), ("hook", [""]), ("hook", "h.0"), ("contrast", ["a"]),
            ("contrast", ["a", 1]), ("contrast", ["a", "b", "c"]), ("test", "z"), ("correction", "\x1b[31m"), ("occurrence", "all")]):
        f.bad(f"value-{i:02}-{key}", manifest("parameters." + key, value))
    for i, (key, value) in enumerate([
            ("format", "xml"), ("format", ""), ("results", []), ("results.0", None), ("results.0.file", "../x"), ("results.0.file", "/etc/passwd"),
            ("results.0.file", "x.csv"), ("results.0.file", None), ("results.0.bytes", -1), ("results.0.bytes", "10"), ("results.0.sha256", "0" * 63),
            ("results.0.sha256", "0" * 65), ("results.0.sha256", "G" * 64), ("results.0.sha256", None), ("results", MANIFEST["results"] * 2),
            ("results.0.file", "h.3/../ttest.csv"), ("results.0.file", "/ttest.csv"), ("results.0.file", ".h/ttest.csv")]):
        f.bad(f"result-{i:02}", manifest(key, value))


# ---- the command line ----


def gen_options():
    f = Folder("options")
    for name, words in {
        "run": ["run", "--seed", "3", "-k", "4", "--eps=0.5", "--contrast", "a,b"],
        "quoted": ["run", "--contrast", '"a,1","b""2"', "--alpha", "0.01", "--test", "paired"],
        "steps": ["ttest", "x.csv", "--groups", "g", "--correction", "fdr", "--threads", "2"],
        "formats": ["run", "-o", "d", "--format", "csv,npy", "--force", "--plot", "--ascii", "--color", "never"],
        "tokenize": ["tokenize", "--ids", "--", "-x", "y"],
        "hooks": ["run", "-H", "h.*.mlp.c_fc", "--hook", "ln_f", "--iterations", "500", "--perplexity", "5.5"],
    }.items():
        f.good(name, "\n".join(words))
    for name, words in {
        "no-command": ["frobnicate"], "upper": ["RUN"], "escape": ["\x1b[31m"], "option": ["run", "--frobnicate"], "letter": ["run", "-X"],
        "prefix": ["run", "--c", "x"], "no-value": ["run", "--seed"], "no-value-letter": ["run", "-m"], "flag-value": ["run", "--force=yes"],
        "word": ["run", "extra"], "two-files": ["ttest", "a", "b"], "not-of-command": ["dbscan", "--seed", "1"], "no-text": ["tokenize"],
        "hook-and-activations": ["run", "-a", "x", "-H", "wte"], "groups-alone": ["run", "--groups", "x"], "format-step": ["tsne", "--format", "both", "x"],
        "format": ["run", "--format", "xml"], "format-empty": ["run", "--format", ""], "format-comma": ["run", "--format", "csv,"],
        "color": ["run", "--color", "sometimes"], "threads-0": ["run", "--threads", "0"], "threads-word": ["run", "--threads", "all"],
        "threads-2^64": ["run", "--threads", "18446744073709551616"], "empty-path": ["run", "-s", ""], "empty-out": ["run", "-o", ""],
        "empty-hook": ["run", "-H", ""], "occurrence": ["run", "--occurrence", "second"], "test": ["run", "--test", "z"],
        "correction": ["run", "--correction", "sidak"],
    }.items():
        f.bad(name, "\n".join(words))
    for option, values in {
        "alpha": ["0", "1", "-1", "nan", "inf", "1e", "0,05", "0x1p-3", "", " 0.1", "0.1x", "1e999"],
        "perplexity": ["0", "-5", "nan", "inf", "thirty"], "eps": ["0", "-1", "nan", "1e999"],
        "iterations": ["0", "249", "-1", "1e3", "2147483648", "18446744073709551616", ""],
        "min-samples": ["0", "-1", "1.5", "2147483648"], "clusters": ["0", "three", "2147483648"],
        "seed": ["-1", "1.5", "18446744073709551616", "x"], "contrast": ["a", "a,", ",b", "a,b,c", '"a,b', '"a"b,c', ""],
    }.items():
        for i, value in enumerate(values):
            f.bad(f"{option}-{i}", f"run\n--{option}\n{value}")


def gen_hooks():
    f = Folder("hooks")
    for i, name in enumerate(["h.5.mlp.c_fc", "h.*.mlp.c_fc", "transformer.h.0", "h[5].attn", "blocks.1.hook_resid_pre",
                              "blocks.*.mlp.hook_*", "w[tp]e", "h.1?", "h.[!0].ln_1"]):
        f.good(str(i), name)
    for i, name in enumerate([
            "h", "h.", "h.0.", ".", "*.*.*.*.*.*", "h.99", "h.99.mlp", "h.-1", "h.00", "h.18446744073709551616", "h.0.mlp.c_fx", "h[", "h[0", "h[0]]",
            "h[a].mlp", "[", "[]", "[!", "[a-", "h.[", "h.[[:alpha:]].x", "embed_out", "lm_hea*", "blocks.0.attn.hook_q", "blocks.7.hook_resid_mid",
            "blocks.0.hook_resid_pre", "blocks.x.mlp", "blocks.99.mlp.hook_pre", "transformer.", "transformer.transformer.h.0", "transformer",
            "\x1b[31m", "\u202eh.0", "x" * 127, "x" * 128, "x" * 5000, "*" * 120 + "x", "*a" * 60, "h.*a*b*c*d*e*f*g*h*i*j*k",
            "%s%n", "h.0.mlp\n", " h.0", "H.0", "\\", "h.\\0", "blocks." + "9" * 100 + ".attn.hook_q"]):
        f.bad(f"{i:02}", name)


def gen_number():
    f = Folder("number")
    for i, text in enumerate(["0", "-0", "1.5", "1e-5", "9007199254740993", "1e22", "123456789012345678901234567890", "4.9e-324", "2.2250738585072011e-308",
                              "1.7976931348623159e308", "nan", "-inf", "Infinity", "+.5e+3", "0.1", "1e", "x", "0x1", "1_0", " 1", "1e99999999999"]):
        f.good(f"{i:02}", text)
    f.good("bits", struct.pack("<d", 1 / 3))


def main():
    for gen in (gen_safetensors, gen_index, gen_config, gen_vocab, gen_merges, gen_added, gen_tokenizer_json, gen_tokenizer_config,
                gen_texts, gen_stimuli, gen_npy, gen_activations, gen_analysis, gen_labels, gen_tables, gen_options, gen_hooks, gen_number, gen_manifest):
        gen()


main()
