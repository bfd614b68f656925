#!/bin/bash
# Two users of one machine: what one of them puts where the other's results, figures, locks, caches
# or sessions go is refused or harmless, ends in time, and neither writes nor removes a file of the
# other's. Skipped (77) where there is only one user, or no setpriv.
set -u

if grep -q __asan_init "$CIRCUITTUI"; then
    echo "skipped: the places are the same without AddressSanitizer"
    exit 77
fi

[ "$(id -u)" = 0 ] || { echo "skipped: only root can be two users"; exit 77; }
command -v setpriv >/dev/null || { echo "skipped: there is no setpriv"; exit 77; }
tmp=$(mktemp -d /tmp/test_users.XXXXXX) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
chmod 755 "$tmp"
cd "$tmp" || exit 1
alice=65532
mallory=65533
cp "$CIRCUITTUI" program
cp -r "$FIXTURES_DIR/demo" demo
chmod -R a+rX program demo
chmod 755 program
printf 'x,y\n0,0\n0,1\n5,5\n' >points.csv
failures=0
n=0

# as USER COMMAND...: in the folder `tmp`; 124 when it takes too long
as() {
    local user=$1
    shift
    timeout 60 setpriv --reuid "$user" --regid "$user" --clear-groups --inh-caps=-all \
        env -i PATH="$PATH" HOME="$tmp/home" CIRCUITTUI_CONFIG= LC_ALL=C.UTF-8 \
        ASAN_OPTIONS="${ASAN_OPTIONS-}" HF_HUB_CACHE="$tmp/cache" "$@"
}
as $alice ./program --version >/dev/null 2>&1 || { echo "skipped: no other user can run it"; exit 77; }

# A folder for everybody, as /tmp is, and files of Alice's that must stay as they are.
fresh() {
    rm -rf share mine home cache
    mkdir -m 1777 share
    mkdir -m 755 home cache
    mkdir -m 700 mine mine/folder
    echo precious >mine/file
    cp mine/file mine/folder/ttest.csv
    chown -R $alice home mine cache
}

untouched() {
    [ "$(cat mine/file mine/folder/ttest.csv 2>&1)" = "precious
precious" ] && [ "$(ls -A mine/folder)" = ttest.csv ] && [ "$(ls mine)" = "file
folder" ]
}

check() { # WHAT STATUS WANTED
    n=$((n + 1))
    if [ "$2" != "$3" ] || ! untouched || { [ "$3" = 1 ] && [ "$(wc -l <err)" != 1 ]; } ||
        grep -q 'the results are in' err; then # that is too late
        echo "FAILED: $1: status $2 instead of $3; $(head -c 300 err)"
        ls -lR mine
        failures=$((failures + 1))
    elif [ -n "${USERS_VERBOSE-}" ]; then
        echo "$1: $2 $(head -n 1 err)"
    fi
}

refused() { # WHAT COMMAND...: by Alice
    local what=$1
    shift
    as $alice "$@" >out 2>err </dev/null
    check "$what" $? 1
}

harmless() {
    local what=$1
    shift
    as $alice "$@" >out 2>err </dev/null
    check "$what" $? 0
}

# plant KIND PATH [TARGET]: by Mallory
plant() {
    case $1 in
    link) as $mallory ln -s "${3-$tmp/mine/file}" "$2" ;;
    dangling) as $mallory ln -s "$tmp/mine/new" "$2" ;;
    folder-link) as $mallory ln -s "$tmp/mine/folder" "$2" ;;
    pipe) as $mallory mkfifo -m 666 "$2" ;;
    device) mknod -m 666 "$2" c 1 3 && chown $mallory "$2" ;;
    file) as $mallory sh -c "echo theirs >$2; chmod 666 $2" ;;
    hard) ln mine/file "$2" ;; # fs.protected_hardlinks is not everywhere
    folder) as $mallory mkdir -m 777 "$2" ;;
    esac || { echo "FAILED: cannot plant $1"; exit 1; }
}

run="./program run --model demo --stimuli demo/stimuli.csv --iterations 250 -H h.3.attn.c_proj"

# ---- a file: --out of a single step, and an export ----

for kind in link dangling folder-link pipe device file folder; do
    fresh
    plant $kind share/x.csv
    refused "file: $kind" ./program dbscan points.csv -o share/x.csv
done
fresh
plant hard share/x.csv
harmless "file: hard" ./program dbscan points.csv -o share/x.csv # the name is replaced, not the file
fresh
plant link share/first
as $alice ln -s first share/second
refused "file: own link to a foreign one" ./program dbscan points.csv -o share/second
fresh
as $alice ln -s "$tmp/home/x.csv" share/x.csv
as $alice sh -c 'echo old >home/x.csv'
harmless "file: own link" ./program dbscan points.csv -o share/x.csv
grep -q dbscan home/x.csv && [ -L share/x.csv ] || { echo "FAILED: own link"; failures=1; }

# ---- a folder: --out and --figures, and what is in it ----

for option in --out --figures; do
    for kind in link dangling folder-link pipe device file; do
        fresh
        plant $kind share/r
        # shellcheck disable=SC2086 # words
        refused "$option: $kind" $run --force $option share/r
    done
    fresh
    as $alice mkdir -m 1777 share/up
    plant folder-link share/up/link
    # shellcheck disable=SC2086
    refused "$option: below a foreign link" $run --force $option share/up/link/r
done

# Into Alice's folder that Mallory also may write to. (In a folder of Mallory's, links of hers are the
# owner's, which the kernel follows as well.)
for kind in link dangling folder-link pipe device file; do
    replaced=1
    [ $kind = file ] && replaced=0 # in her folder, she may replace it
    for name in ttest.csv manifest.json tsne.csv; do
        fresh
        as $alice mkdir -m 1777 share/r
        plant $kind share/r/$name
        # shellcheck disable=SC2086
        as $alice $run --force --out share/r >out 2>err </dev/null
        check "--out: $kind for $name" $? $replaced
    done
    fresh
    as $alice mkdir -m 1777 share/r
    plant $kind share/r/tsne.svg
    # shellcheck disable=SC2086
    as $alice $run --force --figures share/r >out 2>err </dev/null
    check "--figures: $kind for tsne.svg" $? $replaced
    fresh
    as $alice mkdir -m 1777 share/r
    plant $kind share/r/.circuittui.lock
    # shellcheck disable=SC2086
    as $alice $run --force --out share/r >out 2>err </dev/null
    status=$?
    [ $kind = file ] && [ $status = 0 ] && status=1 && echo one >err # taken and free
    check "--out: $kind for the lock" $status 1
    fresh
    as $alice mkdir -m 1777 share/r
    plant $kind share/r/h.3.attn.c_proj
    # shellcheck disable=SC2086
    refused "--per-layer: $kind for a hook point" $run --per-layer --force --out share/r
done

# A lock that is held for ever: refused at the start, not after hours.
fresh
as $alice mkdir -m 1777 share/r
plant file share/r/.circuittui.lock
as $mallory flock share/r/.circuittui.lock sleep 30 &
holder=$!
sleep 0.5
# shellcheck disable=SC2086
refused "--out: a lock that is held" $run --force --out share/r
kill $holder
wait $holder 2>/dev/null
# Who may only read the folder cannot hold it.
fresh
as $alice mkdir -m 755 home/r
as $mallory flock home/r sleep 30 &
holder=$!
sleep 0.5
# shellcheck disable=SC2086
harmless "--out: flock() on the folder" $run --force --out home/r
kill $holder
wait $holder 2>/dev/null

# Lists of old hook points that name links, and folders of other runs.
fresh
as $alice mkdir -m 777 share/r
as $mallory sh -c 'echo hook,n_neurons >share/r/layers.csv; echo link,1 >>share/r/layers.csv'
plant folder-link share/r/link
# shellcheck disable=SC2086
harmless "--out: layers.csv that names a link" $run --force --out share/r
fresh
as $alice mkdir -m 777 share/r
plant folder-link share/r/link
as $mallory sh -c 'echo "{\"format\":\"csv\",\"results\":[{\"file\":\"link/ttest.csv\",\"bytes\":1,\"sha256\":\"$(printf %064d 0)\"}]}" >share/r/manifest.json'
# shellcheck disable=SC2086
harmless "--out: a manifest that names a link" $run --force --out share/r

# ---- sessions, temporary files, settings ----

for kind in link folder-link pipe file; do
    fresh
    mkdir -m 1777 share/state
    plant $kind share/state/circuittui
    as $alice env XDG_STATE_HOME="$tmp/share/state" ./program sessions --remove \
        cut-off-20260101-000000 >out 2>err </dev/null
    check "sessions: $kind" $? 1
done

# ---- a cache that others may write to ----

repo=cache/models--a--m
commit=0123456789012345678901234567890123456789
for kind in link pipe device; do
    fresh
    chmod 1777 cache
    as $mallory mkdir -p -m 777 $repo/refs $repo/snapshots/$commit
    as $mallory sh -c "printf $commit >$repo/refs/main"
    plant $kind $repo/snapshots/$commit/config.json
    plant $kind $repo/snapshots/$commit/model.safetensors
    refused "cache: $kind for a model" ./program hooks --model a/m
    plant $kind $repo/refs/other
    as $alice ./program models >out 2>err </dev/null
    check "cache: $kind in the list" $? 0
done

echo "$n cases, $failures failures"
[ "$failures" = 0 ]
