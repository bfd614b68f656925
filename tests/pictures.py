#!/usr/bin/env python3
"""Makes a picture of every view, by size and kind of terminal, to be looked at.

    tests/pictures.py PROGRAM FOLDER [--sizes 80x24,120x40,200x50]
                      [--kinds true,256,16,none,ascii,white] [--keys KEYS] [-- ARGUMENT...]

Runs PROGRAM with the arguments (none: the demo) in tmux, computes every stage, and goes through all
views. Writes FOLDER/SIZE-KIND-STAGE-VIEW.svg, and .png if rsvg-convert is installed. With --keys,
only the screen after these keys (as tmux names them, separated by blanks). `white` is true colour
on a white background. Needs tmux; otherwise only the standard library.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from xml.sax.saxutils import escape

KINDS = {  # environment, words before the arguments, background
    "true": ({"COLORTERM": "truecolor", "TERM": "tmux-256color"}, [], "#101010"),
    "256": ({"TERM": "screen-256color"}, [], "#101010"),
    "16": ({"TERM": "screen-16color"}, [], "#101010"),
    "none": ({"TERM": "screen-256color", "NO_COLOR": "1"}, [], "#101010"),
    "ascii": ({"TERM": "vt100"}, ["--ascii"], "#101010"),
    "white": ({"COLORTERM": "truecolor", "TERM": "tmux-256color"}, [], "#ffffff"),
}
PLAIN = ["#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5",
         "#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff"]
CELL_W, CELL_H = 8, 16


def color_of_256(i):
    if i < 16:
        return PLAIN[i]
    if i >= 232:
        return "#%02x%02x%02x" % ((8 + 10 * (i - 232),) * 3)
    i -= 16
    return "#%02x%02x%02x" % tuple(55 + 40 * k if k else 0 for k in (i // 36, i // 6 % 6, i % 6))


class Tmux:
    def __init__(self, argv, env, cols, rows):
        self.folder = tempfile.mkdtemp()
        self.name = os.path.basename(self.folder)  # a server that ends is not used again
        self.config = os.path.join(self.folder, "tmux.conf")
        with open(self.config, "w") as f:
            f.write("set -g status off\nset -g default-terminal %s\nset -s escape-time 0\n"
                    "set -ga terminal-overrides ',*:RGB'\n" % env["TERM"])
        settings = dict(env, XDG_STATE_HOME=self.folder, LC_ALL="C.UTF-8")
        words = ["env", "-u", "NO_COLOR", "-u", "COLORTERM"]
        words += ["%s=%s" % item for item in settings.items()] + argv
        self.tmux("new-session", "-d", "-x", str(cols), "-y", str(rows), "--", *words)

    def tmux(self, *args):
        return subprocess.run(["tmux", "-L", self.name, "-f", self.config, *args],
                              stdout=subprocess.PIPE, text=True, check=False).stdout

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def screen(self, *flags):
        return self.tmux("capture-pane", "-p", *flags)

    def settle(self, quiet=0.25, longest=120.0):
        """Until the screen stays as it is and nothing is being computed."""
        end = time.monotonic() + longest
        last = None
        while time.monotonic() < end:
            now = self.screen()
            if now == last and " cancels" not in now:
                return now
            last = now
            time.sleep(quiet)
        return last

    def close(self):
        self.tmux("kill-server")
        shutil.rmtree(self.folder, ignore_errors=True)


def cells_of(line):
    """Characters with their colours and attributes."""
    fg = bg = None
    attrs = set()
    out = []
    for part in re.split(r"(\x1b\[[0-9;]*m|\x0e|\x0f)", line):
        if not part.startswith("\x1b["):
            out += [(ch, fg, bg, frozenset(attrs)) for ch in part if ch not in "\x0e\x0f"]
            continue
        codes = [int(c or 0) for c in part[2:-1].split(";")]
        while codes:
            c = codes.pop(0)
            if c == 0:
                fg = bg = None
                attrs = set()
            elif c in (1, 4, 7):
                attrs.add(c)
            elif c in (38, 48):
                if codes.pop(0) == 5:
                    color = color_of_256(codes.pop(0))
                else:
                    color = "#%02x%02x%02x" % tuple(codes[:3])
                    del codes[:3]
                fg, bg = (color, bg) if c == 38 else (fg, color)
            elif c in (39, 49):
                fg, bg = (None, bg) if c == 39 else (fg, None)
            elif 30 <= c <= 37 or 90 <= c <= 97:
                fg = PLAIN[c - 30 if c < 90 else c - 82]
            elif 40 <= c <= 47 or 100 <= c <= 107:
                bg = PLAIN[c - 40 if c < 100 else c - 92]
    return out


QUARTERS = {0x2580: 3, 0x2584: 12, 0x258C: 5, 0x2590: 10, 0x2588: 15, 0x2596: 4, 0x2597: 8,
            0x2598: 1, 0x2599: 13, 0x259A: 9, 0x259B: 7, 0x259C: 11, 0x259D: 2, 0x259E: 6,
            0x259F: 14}
DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))


def rect(x, y, w, h, fill):
    return '<rect x="%g" y="%g" width="%g" height="%g" fill="%s"/>' % (x, y, w, h, fill)


def draw_cell(ch, fg, attrs, x, y):
    code = ord(ch)
    if code in QUARTERS:
        return "".join(rect(x + k % 2 * 4, y + k // 2 * 8, 4, 8, fg)
                       for k in range(4) if QUARTERS[code] >> k & 1)
    if 0x2581 <= code <= 0x2587:
        h = 2 * (code - 0x2580)
        return rect(x, y + CELL_H - h, CELL_W, h, fg)
    if 0x2800 <= code <= 0x28FF:
        return "".join(rect(x + 1 + 4 * c, y + 1 + 4 * r, 2, 2, fg)
                       for k, (c, r) in enumerate(DOTS) if code >> k & 1)
    bold = ' font-weight="bold"' if 1 in attrs else ""
    return '<text x="%d" y="%d" fill="%s"%s>%s</text>' % (x, y + 12, fg, bold, escape(ch))


def svg_of(text, cols, rows, background):
    foreground = "#d0d0d0" if background != "#ffffff" else "#202020"
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" '
           'font-family="DejaVu Sans Mono" font-size="13">' % (cols * CELL_W, rows * CELL_H),
           rect(0, 0, cols * CELL_W, rows * CELL_H, background)]
    for row, line in enumerate(text.split("\n")[:rows]):
        for col, (ch, fg, bg, attrs) in enumerate(cells_of(line)):
            front, back = fg or foreground, bg or background
            if 7 in attrs:
                front, back = back, front
            x, y = col * CELL_W, row * CELL_H
            if back != background:
                out.append(rect(x, y, CELL_W, CELL_H, back))
            if ch != " ":
                out.append(draw_cell(ch, front, attrs, x, y))
            if 4 in attrs:
                out.append(rect(x, y + 14, CELL_W, 1, front))
    return "\n".join(out + ["</svg>\n"])


def write(text, path, cols, rows, background):
    with open(path + ".svg", "w") as f:
        f.write(svg_of(text, cols, rows, background))
    if shutil.which("rsvg-convert"):
        subprocess.run(["rsvg-convert", path + ".svg", "-o", path + ".png"], check=False)


def title_of(text):
    """Name and number of the view: `t-SNE 1/3`."""
    found = re.search(r" ([^|│+─┌-][^│|┌]*?) (\d+)/(\d+)", text.split("\n")[1])
    return (found.group(1).strip(), int(found.group(2)), int(found.group(3))) if found else None


def all_views(terminal, save):
    terminal.settle()
    stages = 1 + sum(1 for line in terminal.screen().split("\n")[2:12]
                     if re.match(r".[> ][*~>. ] [2-9] ", line))
    terminal.keys(str(min(stages, 7)))
    terminal.keys("Enter")
    terminal.settle()
    terminal.keys("n")
    for stage in range(1, stages + 1):
        terminal.keys(str(stage))
        text = terminal.settle()
        if stage == 8 or "computes" in text.split("\n")[len(text.split("\n")) // 2]:
            terminal.keys("Enter")
            text = terminal.settle()
            terminal.keys(str(stage))
            text = terminal.settle()
        title = title_of(text)
        for _ in range(title[2] if title else 0):
            name, number, _ = title_of(terminal.settle(0.1))
            save("%d-%02d-%s" % (stage, number, re.sub(r"[^a-zA-Z0-9]+", "-", name)))
            terminal.keys("v")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("folder")
    parser.add_argument("--sizes", default="80x24,120x40,200x50")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--keys")
    parser.add_argument("arguments", nargs="*")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    for size in options.sizes.split(","):
        cols, rows = map(int, size.split("x"))
        for kind in options.kinds.split(","):
            env, words, background = KINDS[kind]
            argv = [os.path.abspath(options.program), *words, *options.arguments]
            terminal = Tmux(argv, env, cols, rows)

            def save(name):
                write(terminal.screen("-e"), os.path.join(options.folder, "%s-%s-%s" % (
                    size, kind, name)), cols, rows, background)

            try:
                if options.keys is None:
                    all_views(terminal, save)
                else:
                    terminal.settle()
                    for key in options.keys.split():
                        terminal.keys(key)
                        terminal.settle(0.1)
                    terminal.settle()
                    save("keys")
            finally:
                terminal.close()


if __name__ == "__main__":
    sys.exit(main())
