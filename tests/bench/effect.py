"""Interchange interventions in PyTorch, as a Python user does them with forward hooks. For bench.py.

    effect.py MODEL IDS LAYER N_SETS WORD,... OUT

Every sentence runs without edits and once more for each set of neurons, which at the target are set
to what its twin has there before the activation function of LAYER: the n-th sentence of the other
half of IDS (see notebook.py), if it has as many tokens up to the target. Set k of n has neurons k,
k + n, ... One batch for each set, padded on the right, float32, no gradients; of the output layer
only the logits of the words at each last token, to PyTorch's advantage. GPT-2's weights are mapped;
those of other families are widened to float32. OUT: float32 [1 + n_sets, n_sentences, n_words].
"""
import json
import pathlib
import sys
import time

import torch

import families
import notebook


def open_model(folder):
    """A function of ids and of a hook for one layer, to the values after the last norm; the rows of
    the output layer."""
    config = json.loads((folder / "config.json").read_text())
    path = folder / "model.safetensors"
    if config["model_type"] == "gpt2":
        w = notebook.open_weights(str(path))
        return lambda ids, layer, hook: notebook.forward(w, ids, {layer: hook}), w["wte.weight"]
    w = families.widened(path, output=True)

    def run(ids, layer, hook):
        return families.forward(config, w, ids, lambda i, gate: hook(gate) if i == layer else None)

    return run, w["embed_out.weight" if "embed_out.weight" in w else "embed_tokens.weight"]


def main():
    folder, ids_path, layer, n_sets, words, out = sys.argv[1:]
    layer, n_sets, words = int(layer), int(n_sets), list(map(int, words.split(",")))
    torch.set_num_threads(2)
    with torch.no_grad():
        start = time.perf_counter()
        run, output = open_model(pathlib.Path(folder))
        ids, targets, lengths = notebook.read_ids(ids_path)
        n, rows = len(ids), torch.arange(len(ids))
        twins = (rows + n // 2) % n
        edited = rows[targets[twins] == targets]
        kept = []

        def read(inner):
            kept.append(inner[rows, targets])

        def logits(hook):
            return run(ids, layer, hook)[rows, lengths - 1] @ output[words].T

        results = [logits(read)]
        values = kept[0][twins]
        for k in range(n_sets):
            columns = torch.arange(k, values.shape[1], n_sets)

            def swap(inner):
                inner[edited[:, None], targets[edited][:, None], columns] = values[edited[:, None], columns]

            results.append(logits(swap))
        print("compute", time.perf_counter() - start)
    torch.stack(results).numpy().astype("<f4").tofile(out)


if __name__ == "__main__":
    main()
