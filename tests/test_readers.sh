#!/bin/sh
# Reads every result file of one run with numpy, pandas, polars and R, if installed, and compares
# the formats bitwise. Skipped (77) without any of them.
set -u

program=${CIRCUITTUI-src/circuittui}
[ -x "$program" ] || { echo "$program: no such program"; exit 1; }
tmp=$(mktemp -d "${TMPDIR:-/tmp}/test_readers.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

python=
for candidate in /usr/bin/python3 python3; do
    if [ -z "$python" ] && "$candidate" -c 'import numpy' 2>/dev/null; then python=$candidate; fi
done
R=$(command -v Rscript || true)
[ -n "$python" ] || echo "skipped: numpy, pandas, polars: there is no numpy"
[ -n "$R" ] || echo "skipped: R: there is no Rscript"
[ -n "$python$R" ] || exit 77

"$program" run --format csv,npy,safetensors -o "$tmp/run" >/dev/null || exit 1
"$program" run --alpha 1e-9 -H 'h.*.mlp.c_fc' --per-layer -o "$tmp/layers" >/dev/null ||
    exit 1
cd "$tmp/run" || exit 1

# ---- numpy, pandas, polars ----

cat >"$tmp/read.py" <<'END'
import importlib, json, struct, sys
import numpy as np


def module(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        print(f"skipped: {name}: it is not installed")
        return None


def same(what, got, want):
    got, want = np.asarray(got), np.asarray(want)
    if got.shape != want.shape or got.dtype != want.dtype:
        sys.exit(f"{what}: {got.shape} {got.dtype}, want {want.shape} {want.dtype}")
    bits = f"u{got.dtype.itemsize}"
    n = int((got.view(bits) != want.view(bits)).sum())
    if n > 0:
        sys.exit(f"{what}: {n} of {got.size} numbers differ")


arrays = {n: np.load(n + ".npy", mmap_mode="r") for n in ("activations", "tsne", "gram", "cosine")}
for name, x in arrays.items():
    assert x.flags.c_contiguous and x.flags.aligned and x.offset % 64 == 0, name
assert arrays["activations"].dtype == arrays["tsne"].dtype == np.float32
assert arrays["gram"].dtype == arrays["cosine"].dtype == np.float64

with open("activations.safetensors", "rb") as f:
    blob = f.read()
size = struct.unpack("<Q", blob[:8])[0]
head = json.loads(blob[8 : 8 + size])
notes = head.pop("__metadata__")
tensors = {
    k: np.frombuffer(blob[8 + size :][slice(*v["data_offsets"])], "<f4").reshape(v["shape"])
    for k, v in head.items()
}
same("activations.safetensors", np.hstack(list(tensors.values())), arrays["activations"])
groups = open("groups.txt").read().splitlines()
assert json.loads(notes["group"]) == groups
if module("safetensors"):
    from safetensors.numpy import load_file

    for k, x in load_file("activations.safetensors").items():
        same(k, x, tensors[k])

# The number of leading name columns in each file.
leading = {"activations": 3, "tsne": 2, "gram": 1, "cosine": 1}


def compare(reader, read):
    for name, n in leading.items():
        columns, numbers = read(name + ".csv", n)
        same(f"{reader}: {name}.csv", np.ascontiguousarray(numbers, arrays[name].dtype),
             arrays[name])
        if n == 1:
            assert list(columns[1:]) == list(columns_of_rows(name))
    print(f"ok: {reader}")


def columns_of_rows(name):
    return [line.split(",", 1)[0] for line in open(name + ".csv").read().splitlines()[1:]]


def with_numpy(path, n):
    columns = open(path).readline().rstrip("\n").split(",")
    return columns, np.loadtxt(path, delimiter=",", skiprows=1, usecols=range(n, len(columns)))


compare("numpy", with_numpy)
ttest = np.genfromtxt("ttest.csv", delimiter=",", names=True, dtype=None, encoding="utf-8")
assert ttest.size == arrays["activations"].shape[1]
assert (ttest["significant"] == 1).sum() == arrays["tsne"].shape[0]

pd = module("pandas")
if pd:
    def with_pandas(path, n):
        # pandas' default parser is fast but inexact in the last bit; this one is exact
        table = pd.read_csv(path, float_precision="round_trip")
        return list(table.columns), table.iloc[:, n:].to_numpy()

    compare("pandas", with_pandas)
    assert list(pd.read_csv("activations.csv")["group"]) == groups
    assert list(pd.read_csv("activations.csv")["token"]) == json.loads(notes["token"])
    for name in ("ttest", "clusters", "cluster_summary", "centroids"):
        table = pd.read_csv(name + ".csv", float_precision="round_trip")
        assert not table.isna().any().any() and len(table) > 0, name
        for column in table.columns.drop(["hook", "method"], errors="ignore"):
            assert table[column].dtype in (np.int64, np.float64), (name, column)
    t = pd.read_csv("ttest.csv", float_precision="round_trip")
    c = pd.read_csv("clusters.csv", float_precision="round_trip")
    same("clusters.csv: t", c["t"].to_numpy(), t["t"][t["significant"] == 1].to_numpy())
    order = np.argsort(c["dbscan"].to_numpy(), kind="stable")
    assert columns_of_rows("gram") == [f"{c.hook[i]}:{c.neuron[i]}" for i in order]

    # One row per hook point, with the values of the manifest; empty where there is none.
    layers = pd.read_csv("../layers/layers.csv", float_precision="round_trip")
    expected = json.load(open("../layers/manifest.json"))["outcome"]["layers"]
    assert list(layers["hook"]) == [row["hook"] for row in expected]
    for column, key in {"n_significant": "significant", "kl_divergence": "kl_divergence",
                        "kmeans_silhouette": "kmeans_silhouette"}.items():
        want = np.array([row[key] for row in expected], layers[column].dtype)
        same(f"layers.csv: {column}", layers[column].to_numpy(), want)

pl = module("polars")
if pl:
    def with_polars(path, n):
        table = pl.read_csv(path)
        return table.columns, table[:, n:].to_numpy()

    compare("polars", with_polars)
END
if [ -n "$python" ]; then
    "$python" "$tmp/read.py" || exit 1
fi

# ---- R ----

cat >"$tmp/read.R" <<'END'
npy <- function(name, size) {
    f <- file(paste0(name, ".npy"), "rb")
    on.exit(close(f))
    start <- readBin(f, "raw", 10)
    head <- rawToChar(readBin(f, "raw", as.integer(start[9]) + 256L * as.integer(start[10])))
    shape <- as.integer(regmatches(head, gregexpr("[0-9]+(?=[,)])", head, perl = TRUE))[[1]])
    matrix(readBin(f, "double", prod(shape), size = size), shape[1], shape[2], byrow = TRUE)
}
# Nine decimal digits, parsed as double and rounded to float32, restore the float32 written.
narrow <- function(x) readBin(writeBin(as.vector(x), raw(), size = 4), "double", length(x), size = 4)
compare <- function(name, leading, size) {
    table <- read.csv(paste0(name, ".csv"), check.names = FALSE)
    got <- as.vector(as.matrix(table[, -seq_len(leading)]))
    want <- as.vector(npy(name, size))
    if (size == 4) got <- narrow(got)
    # R's parser of decimal numbers is sometimes off by the last bit of a float64.
    tolerance <- if (size == 4) 0 else .Machine$double.eps
    wrong <- abs(got - want) > tolerance * abs(want)
    if (any(wrong)) stop(name, ": ", sum(wrong), " numbers differ")
    table
}
compare("activations", 3, 4)
compare("tsne", 2, 4)
gram <- compare("gram", 1, 8)
stopifnot(identical(gram$id, names(gram)[-1]))
compare("cosine", 1, 8)
for (name in c("ttest", "clusters", "cluster_summary", "centroids")) {
    table <- read.csv(paste0(name, ".csv"))
    stopifnot(nrow(table) > 0, !anyNA(table))
    stopifnot(all(sapply(table[, !names(table) %in% c("hook", "method")], is.numeric)))
}
layers <- read.csv("../layers/layers.csv")
stopifnot(nrow(layers) > 1, is.numeric(layers$kl_divergence), is.integer(layers$dbscan_noise))
cat("ok: R\n")
END
if [ -n "$R" ]; then
    "$R" --vanilla "$tmp/read.R" >"$tmp/R.out" 2>&1 || { cat "$tmp/R.out"; exit 1; }
    tail -n 1 "$tmp/R.out"
fi
