#!/usr/bin/env python3
"""tidy.py CHECK | --self-test CHECK: the repository reads itself (tests/scripts.cmake runs this).

Each check is a module with check(tree) -> complaints, and plant(tree) -> violations it must object to.
A complaint says file, line, what is wrong and what to do instead.
"""

import importlib
import sys

import tree as repository

CHECKS = ("includes", "citations", "words", "coroutines", "extensions", "counters", "keys", "format")


def self_test(module, tree):
    failures = []
    for planted, word in module.plant(tree):
        before = set(module.check(tree))
        complaints = [c for c in module.check({**tree, **planted}) if c not in before]
        if not any(word in c for c in complaints):
            failures.append(f"{module.__name__}: planted {sorted(planted)} and expected a complaint with '{word}', "
                            f"but got {complaints}")
    for harmless in getattr(module, "accept", lambda _: [])(tree):
        before = set(module.check(tree))
        complaints = [c for c in module.check({**tree, **harmless}) if c not in before]
        if complaints:
            failures.append(f"{module.__name__}: {sorted(harmless)} is in order, but: {complaints}")
    return failures


def main(arguments):
    testing = arguments[:1] == ["--self-test"]
    names = arguments[1:] if testing else arguments
    if len(names) != 1 or names[0] not in CHECKS:
        print(__doc__ + "\nchecks: " + ", ".join(CHECKS))
        return 2
    module = importlib.import_module(names[0])
    tree = repository.load()
    if not any(p.startswith("src/") for p in tree):
        print("found no sources; run this inside the project")
        return 2
    problems = self_test(module, tree) if testing else module.check(tree)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
