# What an R user runs: for bench.py.
#     Rscript peers.R tsne X.npy ROWS COLS Y | dbscan POINTS.npy ROWS COLS LABELS
args <- commandArgs(trailingOnly = TRUE)

load_npy <- function(path, rows, cols) { # float64 in C order, as data.py writes it
    f <- file(path, "rb")
    on.exit(close(f))
    head <- as.integer(readBin(f, "raw", 10))
    readBin(f, "raw", head[9] + 256 * head[10])
    matrix(readBin(f, "double", rows * cols), rows, cols, byrow = TRUE)
}

timed <- function(expression) {
    start <- proc.time()[["elapsed"]]
    result <- force(expression)
    cat(sprintf("compute %.6f\n", proc.time()[["elapsed"]] - start))
    result
}

x <- load_npy(args[2], as.integer(args[3]), as.integer(args[4]))
if (args[1] == "tsne") {
    result <- timed(Rtsne::Rtsne(x, perplexity = 30, max_iter = 1000, num_threads = 2, check_duplicates = FALSE))
    writeBin(as.vector(t(result$Y)), args[5])
} else {
    result <- timed(dbscan::dbscan(x, eps = 1, minPts = 3))
    cat(sprintf("clusters %d\n", max(result$cluster)))
    writeBin(as.integer(result$cluster - 1L), args[5])
}
