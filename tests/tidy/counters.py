"""counters.py: docs/operations.md names every counter that the code counts, and no other."""

import re

from tree import is_code, lines

PAGE = "docs/operations.md"
COUNTED = re.compile(r'(?:\bcount\(|\bCount\{)\s*"([a-z0-9_.]+)"')
LISTED = re.compile(r"`([a-z0-9]+(?:[._][a-z0-9_]+)+)`")
BEGIN, END = "## Counters", "## "


def listed(tree):
    names, inside = {}, False
    for number, line in lines(tree.get(PAGE, "")):
        if line.startswith(END):
            inside = line.startswith(BEGIN)
        elif inside:
            for name in LISTED.findall(line):
                names[name] = number
    return names


def check(tree):
    names = listed(tree)
    problems, counted = [], set()
    code = {p: t for p, t in tree.items() if p.startswith("src/") and is_code(p)}
    for path in sorted(code):
        for number, line in lines(code[path]):
            for name in COUNTED.findall(line):
                counted.add(name)
                if name not in names and re.search(r"[._]", name):
                    problems.append(f"{path}:{number}: counter {name} is not in {PAGE}; add it")
    whole = "\n".join(code.values())
    for name, number in names.items():
        if f'"{name}"' not in whole:
            problems.append(f"{PAGE}:{number}: nobody counts {name}; remove it")
    if not names:
        problems.append(f"{PAGE}:1: lists no counters under `{BEGIN}`")
    return problems


def plant(tree):
    page = tree.get(PAGE, "")
    return [
        ({"src/node/planted.cpp": 'void f() { out.count("planted.counter"); }\n'}, "counter planted.counter is not in"),
        ({PAGE: page.replace(BEGIN, BEGIN + "\n\n`planted.lost`\n", 1)}, "nobody counts planted.lost"),
    ]
