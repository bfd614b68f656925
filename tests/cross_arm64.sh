#!/bin/bash
# Builds for arm64 and runs the test programs by qemu. By hand, for it takes its time:
#
#   tests/cross_arm64.sh [BUILD [TEST...]]
#
# BUILD: the folder it is built in (build/arm64). Skipped (77) without the compiler, qemu or the
# libraries of that machine. On Debian 12, better in a chroot:
#
#   dpkg --add-architecture arm64 && apt-get update
#   apt-get install gcc-aarch64-linux-gnu qemu-user-static make autoconf automake pkg-config \
#       {libopenblas,libgsl,libpcre2,libjansson,libcsv,nettle,libncurses,libcairo2}-dev:arm64 \
#       libcurl4-openssl-dev:arm64 check:arm64
set -eu

source=$(cd -- "$(dirname -- "$0")/.." && pwd)
build=${1-$source/build/arm64}
[ $# = 0 ] || shift
host=aarch64-linux-gnu

skip() {
    echo "skipped: $1; see the head of cross_arm64.sh"
    exit 77
}

command -v $host-gcc >/dev/null || skip "there is no $host-gcc"
qemu=$(command -v qemu-aarch64-static || command -v qemu-aarch64) || skip "there is no qemu-aarch64"
export PKG_CONFIG=pkg-config PKG_CONFIG_LIBDIR=/usr/lib/$host/pkgconfig:/usr/share/pkgconfig
pkg-config --exists openblas gsl libpcre2-8 jansson ncursesw nettle check ||
    skip "not all libraries are there for arm64"

mkdir -p "$build"
cd "$build"
[ -e Makefile ] || "$source/configure" -q --host=$host
make -s -j "$(nproc)"
make -s -j "$(nproc)" check TESTS=

# Tests that start the program start this instead: the kernel alone may not know what to do with it.
[ "$(head -c 2 src/circuittui)" = '#!' ] || mv src/circuittui src/circuittui.arm64
printf '#!/bin/sh\nexec %s "%s/src/circuittui.arm64" "$@"\n' "$qemu" "$PWD" >src/circuittui
chmod +x src/circuittui
export CK_TIMEOUT_MULTIPLIER=20
make -s -j "$(nproc)" check LOG_COMPILER="$qemu" "TESTS=${*-\$(check_PROGRAMS)}"
