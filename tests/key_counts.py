#!/usr/bin/env python3
"""Counts the keys that common tasks take in the user interface, and checks that they work.

    tests/key_counts.py PROGRAM

Runs the demo in tmux, at 120x40, with every stage computed; says for each task its keys, their
number, and the bar. Exits with 1 if a task is not done by its keys, or takes more than its bar.
"""
import os
import re
import sys

from pictures import KINDS, Tmux

TASKS = [  # task, keys before it that do not count, its keys, what the screen shows then, bar
    ("change perplexity and see the new picture and its clusters",
     ["5"], ["Tab", "Right", "u", "6"], r"\* 5 t-SNE(?s:.*)>\* 6 Cluster", 4),
    ("mark the cluster of a neuron", ["6", "n", "n"], ["c"], r"DBSCAN \d+, esc clears", 1),
    ("the same hook point of all layers", ["1"], ["2", "*", "3", "Enter"],
     r"h\.0\.mlp\.c_fc \.\.\.", 4),
    ("see the neuron of the largest t in layer 2", ["1"], ["9", "/", "2"], r"Neuron h\.2\.mlp\.c_fc:\d+", 4),
]


def main():
    env, words, _ = KINDS["true"]
    failed = False
    for task, before, keys, wanted, bar in TASKS:
        terminal = Tmux([os.path.abspath(sys.argv[1]), *words], env, 120, 40)
        try:
            terminal.settle()
            terminal.keys("7", "Enter")
            terminal.settle()
            if "layer 2" in task:
                terminal.keys("2", "*", "9", "Enter")
                terminal.settle()
            for key in before:
                terminal.keys(key)
            terminal.settle()
            for key in keys:
                terminal.keys(key)
                terminal.settle(0.1)
            screen = terminal.settle()
        finally:
            terminal.close()
        done = re.search(wanted, screen) is not None
        failed = failed or not done or len(keys) > bar
        print("%d keys (at most %d), %s: %s: %s" % (len(keys), bar, " ".join(keys), task,
                                                    "done" if done else "NOT DONE"))
        if not done:
            print(screen)
    return failed


if __name__ == "__main__":
    sys.exit(main())
