#!/bin/sh
# Places that cannot be written: a full disk, a read-only one, files that must not grow, a folder
# without permissions, a closed pipe. Each gives one line and status 1, and keeps existing files.
# Mounts are made in a separate name space, where that is allowed.
set -eu

if [ $# -gt 0 ]; then
    : # the part that mounts, in its name space
elif unshare -m true 2>/dev/null; then
    unshare -m sh "$0" mounts
elif unshare -rm true 2>/dev/null; then
    unshare -rm sh "$0" mounts
else
    echo "skipped: no mounts for us here: a full disk, one mounted for reading"
fi

program=$CIRCUITTUI
# Memory that fontconfig keeps until exit is not our leak.
export ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0"
tmp=$(mktemp -d)
# shellcheck disable=SC2317 # the trap calls it
cleanup() {
    cd /
    umount "$tmp/disk" 2>/dev/null || true
    chmod -R u+w "$tmp"
    rm -rf "$tmp"
}
trap cleanup EXIT
cd "$tmp"

fail() {
    echo "FAILED: $*"
    exit 1
}

# refused EXPRESSION COMMAND...: status 1 and one line that matches, no partial files.
refused() {
    expected=$1
    shift
    status=0
    "$@" >out 2>err || status=$?
    [ "$status" = 1 ] || fail "$*: status $status: $(cat err)"
    [ "$(wc -l <err)" = 1 ] || fail "$*: $(cat err)"
    grep -q "^circuittui: .*$expected" err || fail "$*: $(cat err)"
    [ -z "$(find . -name '.*.??????')" ] || fail "$*: left $(find . -name '.*.??????')"
}

run() { "$program" run --iterations 250 "$@"; }

# refused_figures EXPRESSION FOLDER, if figures are supported.
refused_figures() {
    if "$program" run --stimuli nowhere --figures . 2>&1 | grep -q 'without cairo'; then
        echo "skipped: figures to $2: this program was built without cairo"
    else
        refused "$1" run --figures "$2"
    fi
}

# The results in FOLDER are those of old; the manifest was removed when the new run started.
old_stays() { # FOLDER
    for file in old/*.csv; do
        cmp -s "$file" "$1/${file##*/}" || fail "$1/${file##*/} is not the old one"
    done
}

run --out old >/dev/null

on_mounts() {
    full='cannot be written: No space left on device'
    mkdir disk
    mount -t tmpfs -o size=4m none disk || fail "no tmpfs"
    cp -r old disk/old
    cp old/ttest.csv disk/ttest.csv
    cat /dev/zero >disk/rest 2>/dev/null || true
    refused "disk/new.*$full\|disk/new.*cannot be made" run --out disk/new
    refused_figures "disk/new.*$full\|disk/new.*cannot be made" disk/new
    refused "$full" run --out disk/old --force --format both
    old_stays disk/old
    refused "$full" "$program" ttest old/activations.csv --out disk/ttest.csv
    cmp -s old/ttest.csv disk/ttest.csv || fail "ttest.csv is not the old one"
    truncate -s 3600000 disk/rest # some files fit
    refused "$full" run --out disk/new
    refused_figures "$full" disk/figures
    [ ! -e disk/new/manifest.json ] || fail "a manifest of half the results"
    rm disk/rest
    run --out disk/old --force >/dev/null || fail "with room again"
    echo "ok: a full disk"

    rm -rf disk/*
    cp -r old disk/old
    # Without /proc, the name that it was called by leads to the demo beside the program.
    mkdir -p tree/bin tree/share/circuittui/demo
    cp "$(readlink -f "$program")" tree/bin/circuittui
    echo '{' >tree/share/circuittui/demo/config.json
    mount -t tmpfs none /proc
    for called in "$tmp/tree/bin/circuittui" tree/bin/circuittui circuittui; do
        (PATH=$tmp/tree/bin:$PATH "$called" hooks 2>&1 || true) |
            grep -q 'tree/share/circuittui/demo/config.json' || fail "no demo for $called"
    done
    umount /proc
    echo "ok: a program tree without /proc"
    mount -o remount,bind,ro disk
    read_only='Read-only file system'
    refused "$read_only" run --out disk/old --force
    refused "$read_only" run --out disk/new
    refused_figures "$read_only" disk/new
    refused "$read_only" "$program" ttest old/activations.csv --out disk/ttest.csv
    old_stays disk/old
    echo "ok: a disk mounted for reading"
}
if [ $# -gt 0 ]; then
    on_mounts
    exit
fi

# The limit on a file's size simulates a quota.
limited() { (
    ulimit -f 60
    "$@"
); }
cp -r old limited
refused 'cannot be written: File too large' limited run --out limited --force
old_stays limited
refused 'cannot be written: File too large' limited "$program" cosine old/activations.csv --out x
echo "ok: files that may not grow"

if [ "$(id -u)" = 0 ]; then
    echo "skipped: root may write everywhere: a folder without rights"
else
    cp -r old closed
    chmod a-w closed
    refused 'Permission denied' run --out closed --force
    refused 'Permission denied' run --out closed/new
    refused_figures 'Permission denied' closed/new
    old_stays closed
    chmod u+w closed
    echo "ok: a folder without rights"
fi

# left COMMAND...: runs it with a closed pipe as standard output.
left() {
    mkfifo pipe
    exec 3<>pipe
    exec 4>pipe 3>&-
    rm pipe
    "$@" >&4 4>&-
}
refused 'standard output: cannot be written: Broken pipe' left run --plot
refused 'standard output: cannot be written: Broken pipe' left "$program" ttest old/activations.csv
refused 'standard output: cannot be written: Broken pipe' left "$program" run --help
refused 'standard output: cannot be written: Broken pipe' left run --out piped
for file in old/*.csv; do
    cmp -s "$file" "piped/${file##*/}" || fail "piped/${file##*/}"
done
echo "ok: a reader that has left"
