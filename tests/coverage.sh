#!/bin/sh
# For a build with --coverage whose tests have run: the number of lines executed in each file of
# src/, from gcov; a line that is compiled several times counts once. At the end are the totals, and
# those of numerics, readers and writers, which should be at least 95 %.
set -eu

find src -name '*.gcno' | xargs "${GCOV-gcov}" -t | awk -F: '
function report(n, of, what) {
    return sprintf("%6.2f %%  %5d of %5d  %s", 100 * n / of, n, of, what)
}
$2 ~ /^ *0$/ {
    if ($3 == "Source") {
        file = $4
        is_ours = sub(/^(.*\/)?src\//, "src/", file)
    }
    next
}
is_ours && $1 !~ /^ *-$/ && $2 ~ /^ *[0-9]+$/ {
    line = file " " $2
    if (!(line in executed))
        lines[file]++
    is_executed = $1 !~ /[#=]/
    n[file] += is_executed && !executed[line]
    executed[line] = executed[line] || is_executed
}
END {
    by_name = "sort -k 6"
    for (file in lines) {
        print report(n[file], lines[file], file) | by_name
        all_n += n[file]
        all += lines[file]
        if (file ~ /^src\/(base|num|io|model|hub)\//) {
            core_n += n[file]
            core += lines[file]
        }
    }
    close(by_name)
    print report(all_n, all, "lines of src")
    print report(core_n, core, "lines of numerics, readers and writers: src/base, num, io, model, hub")
    exit core_n < 0.95 * core
}'
