#!/bin/sh
# Writes terminals.c: the descriptions of common terminals, as this system's curses has them, for
# systems that have none. Those of `must` are in Debian's ncurses-base, the others in ncurses-term
# or nowhere.
set -eu

must="ansi cygwin linux rxvt rxvt-unicode-256color screen screen-256color screen.xterm-256color
    tmux tmux-256color vt100 vt102 vt220 xterm xterm-256color xterm-color"
may="alacritty alacritty-direct foot gnome-256color iterm2 iterm2-direct kitty konsole-256color
    konsole-direct mintty nsterm-256color putty putty-256color st-256color st-direct tmux-direct
    vte-256color vte-direct wezterm xterm-16color xterm-direct xterm-ghostty xterm-kitty"

# entry NAME: as a string of C, in lines.
entry() {
    infocmp -x -Q2 "$1" | sed '/^#/d; s/.*/        "&"/'
}

echo '/* Written by terminals.sh. */'
echo '#include "config.h"'
echo '#include "portable/terminals.h"'
echo
echo 'const struct terminal terminals[] = {'
for name in $must $may; do
    if text=$(entry "$name" 2>/dev/null) && [ -n "$text" ]; then
        printf '    { "%s",\n%s },\n' "$name" "$text"
    else
        case " $(echo $must) " in
        *" $name "*)
            echo "terminals.sh: infocmp knows no $name; apt-get install ncurses-bin ncurses-base" >&2
            exit 1
            ;;
        esac
    fi
done
echo '};'
echo 'const size_t n_terminals = sizeof terminals / sizeof *terminals;'
