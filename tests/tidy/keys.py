"""keys.py: docs/operations.md names every key that a configuration may have."""

import re

from tree import lines

PAGE = "docs/operations.md"
READERS = ("src/runtime/topology.cpp", "src/runtime/topology_services.cpp", "src/runtime/admin/tokens.cpp")
# What reads a key names it as a literal: get("level", ...), section("logger"), read_interface(s, "s1ap", ...).
READ = re.compile(r'\b(?:get|need|has|section|need_section|sections|values|each|read_interface|read_neighbours_of|read_order)'
                  r'\((?:[a-z_*]+, )?"([a-z0-9_-]+)"')
SPANS = re.compile(r"`([^`]*)`")
WORDS = re.compile(r"[a-z0-9_-]+")


def documented(tree):
    words = set()
    for span in SPANS.findall(tree.get(PAGE, "")):
        words.update(WORDS.findall(span))
    return words


def check(tree):
    known, problems, read = documented(tree), [], 0
    for path in READERS:
        for number, line in lines(tree.get(path, "")):
            for key in READ.findall(line):
                read += 1
                if key not in known:
                    problems.append(f"{path}:{number}: {PAGE} does not say what the key `{key}` is; add it")
    if read < 50:
        problems.append(f"{READERS[0]}:1: only {read} keys were found; does this check still read how keys are read?")
    return problems


def plant(tree):
    path = READERS[0]
    return [
        ({path: tree.get(path, "") + '\nvoid f(Section& s) { s.get("planted-key", text, ""); }\n'}, "the key `planted-key`"),
        ({path: ""}, "keys were found"),
    ]
