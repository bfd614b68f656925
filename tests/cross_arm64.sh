#!/bin/bash
# Builds for arm64 and runs the tests with qemu. Started manually, since it is slow:
#
#   tests/cross_arm64.sh [BUILD [TEST...]]
#
# BUILD: the folder it is built in (build/arm64). Skipped (77) without the compiler, qemu or the
# arm64 libraries. A test that runs for more than LIMIT seconds (600) is stopped and counts as
# skipped; its log states how many of its cases passed. On Debian 12, preferably in a chroot:
#
#   dpkg --add-architecture arm64 && apt-get update
#   apt-get install gcc-aarch64-linux-gnu qemu-user-static make autoconf automake pkg-config \
#       {libopenblas,libpcre2,libutf8proc,libjansson,libcsv,nettle,libncurses,libcairo2}-dev:arm64 \
#       libcurl4-openssl-dev:arm64 check:arm64 busybox-static
set -eu

source=$(cd -- "$(dirname -- "$0")/.." && pwd)
build=${1-$source/build/arm64}
[ $# = 0 ] || shift
host=aarch64-linux-gnu
limit=${LIMIT-600}

skip() {
    echo "skipped: $1; see the head of cross_arm64.sh"
    exit 77
}

command -v $host-gcc >/dev/null || skip "there is no $host-gcc"
qemu=$(command -v qemu-aarch64-static || command -v qemu-aarch64) || skip "there is no qemu-aarch64"
export PKG_CONFIG=pkg-config PKG_CONFIG_LIBDIR=/usr/lib/$host/pkgconfig:/usr/share/pkgconfig
pkg-config --exists openblas libpcre2-8 libutf8proc jansson ncursesw nettle check ||
    skip "not all libraries are there for arm64"

mkdir -p "$build"
cd "$build"
[ -e Makefile ] || "$source/configure" -q --host=$host
rm -f tests/*.log tests/*.cases
make -s -j "$(nproc)"
make -s -j "$(nproc)" check TESTS=

# A wrapper for tests that start the program, since the kernel may not run arm64 binaries. Its shell
# is linked statically, because a native shell cannot load an arm64 library from LD_PRELOAD.
sh=/bin/busybox
[ -x $sh ] && sh="$sh sh" || sh=/bin/sh
[ "$(head -c 2 src/circuittui)" = '#!' ] || mv src/circuittui src/circuittui.arm64
cat >src/circuittui <<END
#!$sh
exec $qemu "$PWD/src/circuittui.arm64" "\$@"
END

# A wrapper for the tests.
cat >run-test <<END
#!/bin/sh
cases="$PWD/tests/\${1##*/}.cases"
export CK_LOG_FILE_NAME="\$cases" CK_TIMEOUT_MULTIPLIER=20
case \$1 in
*.sh) timeout -k 10 $limit "\$@" ;;
*) timeout -k 10 $limit $qemu "\$@" ;;
esac
status=\$?
[ \$status = 124 ] || exit \$status
echo "skipped: not ended after $limit s; \$(grep -c :P: "\$cases") cases had passed"
! grep -e :F: -e :E: "\$cases" || exit 1
exit 77
END
chmod +x src/circuittui run-test
# Fewer failing allocations, since each is a run of the program.
export ALLOC_EVERY=101
status=0
make -s check LOG_COMPILER="$PWD/run-test" ${1+"TESTS=$*"} || status=1
grep -H ^skipped: tests/*.log || :
exit $status
