#!/usr/bin/env python3
"""Writes nfc_table.inc, from the Unicode data of Python: which code points normalization form C may
change or reorder.

    python3 src/model/tokens/nfc_table.py >src/model/tokens/nfc_table.inc   # Unicode 14.0: Python 3.11
"""
import sys
import unicodedata as u


def composed_seconds():
    """The code points that may combine with one before them (NFC_Quick_Check=Maybe)."""
    for c in range(sys.maxunicode + 1):
        parts = u.decomposition(chr(c)).split()
        if len(parts) == 2 and not parts[0].startswith("<") and u.normalize("NFC", chr(c)) == chr(c):
            yield int(parts[1], 16)
    yield from range(0x1161, 0x1176)  # vowels and final consonants of Hangul
    yield from range(0x11A8, 0x11C3)


def main():
    maybe = set(composed_seconds())
    rows = []
    for c in range(0xC0, sys.maxunicode + 1):
        if 0xD800 <= c <= 0xDFFF:
            continue
        row = (u.combining(chr(c)), c in maybe or u.normalize("NFC", chr(c)) != chr(c))
        if row == (0, False):
            continue
        if rows and rows[-1][1] == c - 1 and rows[-1][2] == row:
            rows[-1][1] = c
        else:
            rows.append([c, c, row])
    print(f"/* Written by nfc_table.py from Unicode {u.unidata_version}: first and last code point, combining\n"
          " * class, whether form C may replace it or combine it with one before. */")
    line = ""
    for first, last, (ccc, changes) in rows:
        cell = f"{{ 0x{first:X}, 0x{last:X}, {ccc}, {int(changes)} }},"
        if len(line) + 1 + len(cell) > 100:
            print(line)
            line = ""
        line += " " * bool(line) + cell
    print(line)


main()
