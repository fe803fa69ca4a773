#!/usr/bin/env python3
"""replay.py BATON_REPLAY: the program says the same twice, and what BATON_REPLAY_OTHER holds, if that is set:
a file with what the same program said when another compiler had built it."""
import os
import subprocess
import sys


def said():
    return subprocess.run([sys.argv[1]], check=True, capture_output=True, text=True).stdout


first = said()
assert first.count("\n") >= 12, first
assert len({line.split()[-1] for line in first.splitlines()}) == first.count("\n"), "two seeds, one ledger"
assert said() == first, "the same seeds gave another ledger"
other = os.environ.get("BATON_REPLAY_OTHER")
if other:
    with open(other, encoding="ascii") as f:
        theirs = f.read()
    if theirs != first:
        sys.exit(f"compilers differ.\nthis:\n{first}other:\n{theirs}")
print(f"{first.count(chr(10))} ledgers, the same twice" + (" and from the other compiler" if other else ""))
