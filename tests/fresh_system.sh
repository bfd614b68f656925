#!/bin/bash
# Installation on a minimal new system. Not part of `make check`: needs root, debootstrap, the
# network, 3 GB and some minutes.
#
#   tests/fresh_system.sh SUITE MIRROR [DIR]
#   tests/fresh_system.sh trixie http://deb.debian.org/debian
#   tests/fresh_system.sh noble http://archive.ubuntu.com/ubuntu
#
# Tests of the last commit: ./bootstrap by a user who may not install, by one with sudo, and by root
# with the test suite; building the Debian package; installing it on another new system, with the
# demo, the manual and the completions; removing it. DEBOOTSTRAP: additional options for
# debootstrap.
set -euo pipefail

suite=$1
mirror=$2
dir=${3-$(mktemp -d "${TMPDIR:-/var/tmp}/fresh_system.XXXXXX")}
source=$(cd -- "$(dirname -- "$0")/.." && pwd)
[ $# = 3 ] || trap 'rm -rf "$dir"' EXIT

# inside SYSTEM COMMAND: runs it as root, in a new shell and process namespace.
inside() {
    unshare --mount --pid --fork bash -euc '
        mount -t proc proc "$1/proc"
        mount --bind /sys "$1/sys"
        mount -t tmpfs tmpfs "$1/dev"
        for name in null zero full random urandom tty; do
            touch "$1/dev/$name"
            mount --bind "/dev/$name" "$1/dev/$name"
        done
        mkdir "$1/dev/pts" "$1/dev/shm"
        mount -t devpts -o newinstance,ptmxmode=0666,gid=5 devpts "$1/dev/pts"
        mount -t tmpfs tmpfs "$1/dev/shm"
        ln -s pts/ptmx "$1/dev/ptmx"
        ln -s /proc/self/fd "$1/dev/fd"
        ln -s fd/0 "$1/dev/stdin"
        ln -s fd/1 "$1/dev/stdout"
        ln -s fd/2 "$1/dev/stderr"
        exec chroot "$1" env -i HOME=/root LANG=C.UTF-8 TERM=dumb DEBIAN_FRONTEND=noninteractive \
            PATH=/usr/sbin:/usr/bin:/sbin:/bin bash -euo pipefail -c "$2"' bash "$dir/$1" "$2"
}

system() { # NAME: creates one
    rm -rf "${dir:?}/$1"
    cp -a "$dir/base" "$dir/$1"
}

step() {
    printf '\n== %s: %s\n' "$suite" "$*"
}

if [ ! -e "$dir/base/complete" ]; then
    rm -rf "$dir/base"
    components=main
    script=
    case $mirror in
    *ubuntu*) components=main,universe script=/usr/share/debootstrap/scripts/gutsy ;;
    esac
    # shellcheck disable=SC2086 # words
    debootstrap ${DEBOOTSTRAP-} --variant=minbase --components=$components "$suite" "$dir/base" \
        "$mirror" $script
    touch "$dir/base/complete"
fi

system build
git clone -q "$source" "$dir/build/home/circuittui"
inside build 'useradd -m user && chown -R user: /home/circuittui'

step "may not install: is told what is missing"
inside build 'cd /home/circuittui && ! su user -c "./bootstrap demo </dev/null" 2>&1 | tee said
    grep "missing packages; as root: apt-get install gcc" said && rm said'

step "with sudo"
inside build 'apt-get update -q && apt-get install -qy --no-install-recommends sudo git >/dev/null
    echo "user ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/user
    cd /home/circuittui && su user -c "./bootstrap demo </dev/null" | tail -n 5'

step "root, all tests"
system build
git clone -q "$source" "$dir/build/srv/circuittui"
inside build 'cd /srv/circuittui && ./bootstrap demo </dev/null | tail -n 5 && ./bootstrap check'

step "make deb"
inside build 'cd /srv/circuittui && ! make -C build deb
    apt-get install -qy --no-install-recommends build-essential debhelper lintian >/dev/null
    make -C build deb >deb.log 2>&1 || { cat deb.log; exit 1; }
    tail -n 3 deb.log'

step "the package, on a system of its own"
system use
cp "$dir"/build/srv/circuittui/build/deb/circuittui_*.deb "$dir/use/srv/"
inside use '
    apt-get update -q
    # Like a workstation, not a container: with manuals and documentation.
    rm -f /etc/dpkg/dpkg.cfg.d/excludes
    apt-get install -qy --no-install-recommends man-db bash-completion zsh fish >/dev/null
    find /etc /usr /var/lib -path /var/lib/dpkg -prune -o -path /var/lib/apt -prune -o -print | sort >/srv/before
    apt-get install -qy /srv/circuittui_*.deb
    useradd -m user
    su - user -c "circuittui run --out results --figures results --plot" | tail -n 3
    su - user -c "ls results; circuittui rerun results" | tail -n 30
    ! su - user -c "HF_ENDPOINT=http://127.0.0.1:1 circuittui fetch org/model" 2>&1 | tee said
    ! grep -i "install\|libcurl" said
    MANPAGER=cat man circuittui >page 2>said
    grep -q "^SEE ALSO" page
    cat said && [ ! -s said ]
    man -w circuittui
    apropos circuittui

    cat >/srv/ask <<"END"
source /usr/share/bash-completion/bash_completion
COMP_WORDS=(circuittui tok) COMP_CWORD=1 COMP_LINE="circuittui tok" COMP_POINT=14
_completion_loader circuittui || [ $? = 124 ]
complete -p circuittui
_circuittui
echo "bash: ${COMPREPLY[*]}"
END
    bash /srv/ask | tee said && grep -q "bash: tokenize" said
    fish -c "complete -C \"circuittui tok\"" | tee said && grep -q ^tokenize said
    zsh -fc "autoload -Uz compinit && compinit -u && echo zsh: \$_comps[circuittui]" | tee said
    grep -q "zsh: _circuittui" said

    apt-get purge -qy circuittui >/dev/null
    apt-get autoremove --purge -qy >/dev/null
    find /etc /usr /var/lib -path /var/lib/dpkg -prune -o -path /var/lib/apt -prune -o -print | sort >/srv/after
    diff /srv/before /srv/after | grep circuittui && exit 1
    ! command -v circuittui'
step "all as it should be"
