"""words.py: what must not stand in the tree, and what to write instead."""

import pathlib
import re

from tree import BELOW_THE_LINE, is_code, layer_of, lines, without_comments

# Where this checkout lies: no file says so. A place as short as /src would be found everywhere.
ROOT = pathlib.Path(__file__).resolve().parents[2]
OWN_PLACE = re.escape(str(ROOT)) + r"\b" if len(ROOT.parts) > 2 else r"(?!)"

# In any text.
ANYWHERE = [
    (re.compile(r"(?<![\w.])/(?:home|root|Users)/\w"), "a path of one machine", "use a path relative to the project"),
    (re.compile(r"(?<![\w./:-])" + OWN_PLACE), "a path of this machine", "use a path relative to the project"),
    (re.compile(r"\b(?:TODO|FIXME|XXX)\b(?!\([a-z-]+\))"), "an open end", "finish it, or say in the text what is left out and why"),
    (re.compile(r"<<<<<<<|>>>>>>>"), "a conflict mark", "resolve it"),
]
# In code.
IN_CODE = [
    (re.compile(r"\bmemset\s*\("), "memset", "use Secret or secure_wipe; the optimiser may remove a memset"),
    (re.compile(r"\bmemcmp\s*\("), "memcmp", "use == of the type, or constant_time_equal"),
    (re.compile(r"\b(?:strcpy|strcat|sprintf|gets|alloca)\s*\("), "an unbounded C call", "use std::string or a Writer"),
    (re.compile(r"\busing namespace std\s*;"), "using namespace std", "write std::"),
]
# In code below the line.
BELOW = [
    (re.compile(r"\b(?:s?rand|drand48|random)\s*\("), "the C library's random numbers", "draw from the node's Entropy&"),
    (re.compile(r"\bstd::\w+_distribution\b|\brandom_device\b|\bstd::mt19937"), "std random numbers",
     "draw from the node's Entropy&; distributions differ between libraries"),
    (re.compile(r"(?:steady|system|high_resolution)_clock\b"), "a clock", "take `Instant now` as a parameter"),
    (re.compile(r"\bthrow\b|\btry\s*\{|\bcatch\s*\("), "an exception", "return Expected<T, E>"),
    (re.compile(r"\bthread_local\b"), "thread_local state", "keep it in the node"),
    (re.compile(r"\bgetenv\s*\("), "the environment", "take it as configuration"),
]
SIZE_MAX_LINES = 700
EXEMPT = ("tests/tidy/", "LICENSE")


def check(tree):
    problems = []
    for path in sorted(tree):
        text = tree[path]
        if path.startswith(EXEMPT):
            continue
        for number, line in lines(text):
            for pattern, what, instead in ANYWHERE:
                if pattern.search(line):
                    problems.append(f"{path}:{number}: {what}; {instead}")
            if line != line.rstrip() and not path.endswith(".csv"):
                problems.append(f"{path}:{number}: white space at the end of the line; remove it")
        if not is_code(path):
            continue
        rules = list(IN_CODE) + (BELOW if layer_of(path) in BELOW_THE_LINE else [])
        for number, line in lines(without_comments(text)):
            for pattern, what, instead in rules:
                if pattern.search(line):
                    problems.append(f"{path}:{number}: {what}; {instead}")
        problems += check_shape(path, text)
    return problems


def check_shape(path, text):
    problems = []
    name = path.split("/")[-1]
    if path.endswith(".h"):
        if not text.startswith(f"// {name}: "):
            problems.append(f"{path}:1: a header begins with `// {name}: ` and what it is for; add that line")
        if "#pragma once" not in text:
            problems.append(f"{path}:1: no #pragma once; add it")
    count = text.count("\n")
    if count > SIZE_MAX_LINES:
        problems.append(f"{path}:1: {count} lines, more than {SIZE_MAX_LINES}; one idea a file, so split it")
    return problems


def plant(_):
    header = "// planted.h: planted\n#pragma once\n"
    return [
        ({"docs/planted.md": "see /home/me/notes\n"}, "a path of one machine"),
        ({"src/node/planted.cpp": "// TODO later\n"}, "an open end"),
        ({"src/keys/planted.cpp": "void f(char* k) { memset(k, 0, 16); }\n"}, "memset"),
        ({"src/node/planted.cpp": "int f() { return rand (); }\n"}, "Entropy"),
        ({"src/node/planted.cpp": "auto t = std::chrono::steady_clock::now();\n"}, "a clock"),
        ({"src/wire/planted.cpp": "void f() { throw 1; }\n"}, "an exception"),
        ({"src/wire/planted.cpp": "std::uniform_int_distribution<int> d;\n"}, "std random"),
        ({"src/wire/planted.h": "#pragma once\n"}, "a header begins with"),
        ({"src/wire/planted.h": "// planted.h: planted\n"}, "no #pragma once"),
        ({"src/wire/planted.h": header + "int x;\n" * SIZE_MAX_LINES}, "one idea a file"),
        ({"src/wire/planted.h": header + "int x; \n"}, "white space"),
    ]
