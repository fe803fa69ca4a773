"""citations.py: every `//=` names a document and a clause in the one form that tools/spec-report reads."""

import re

from tree import is_code, lines

# //= TS 24.301, 8.2.4; type=test
PART = re.compile(r"^(?P<document>(?:3GPP )?T[SR] \d{2}\.\d{3}|RFC \d{3,5}|(?:ITU-T )?X\.\d{3}|FIPS \d{3}(?:-\d)?"
                  r"|NIST SP 800-\d+[A-F]?|draft-[a-z0-9-]+|S[0-4]|design\.md|requirements\.md)(?:(?:,|\.) ?(?P<clause>[^;]+))?$")


# Words behind the clause: what the line makes of it.
REMARK = re.compile(r"^[a-z][^=]*$")


def parse(line):
    """([(document, clause)], is a test) of a line with a citation, or None when it is not understood."""
    parts = [p.strip() for p in line.partition("//=")[2].split(";")]
    is_test = parts[-1] == "type=test"
    if is_test:
        parts.pop()
    cited = []
    for i, part in enumerate(parts):
        found = PART.match(part)
        if not found and i > 0 and REMARK.match(part):
            continue
        if not found:
            return None
        cited.append((found["document"].removeprefix("3GPP "), (found["clause"] or "").strip()))
    return (cited, is_test) if cited and "//= " in line else None


def check(tree):
    problems = []
    for path in sorted(tree):
        if not is_code(path):
            continue
        in_tests = not path.startswith("src/")
        for number, line in lines(tree[path]):
            if "//=" not in line or '"' in line.split("//=")[0]:
                continue
            here = f"{path}:{number}: "
            cited = parse(line)
            if cited is None:
                problems.append(here + "citation not understood; write it as "
                                       "`//= TS 24.301, 8.2.4`, above a test with `; type=test`")
            elif cited[1] and not in_tests:
                problems.append(here + "`type=test` in src; it belongs above the test")
            elif in_tests and not cited[1]:
                problems.append(here + "a test cites with `; type=test`; add it")
    return problems


def plant(_):
    return [
        ({"src/wire/planted.cpp": "//= 24.301 8.2.4\n"}, "citation not understood"),
        ({"src/wire/planted.cpp": "int x;  //= TS 24.301 8.2.4\n"}, "citation not understood"),
        ({"src/wire/planted.cpp": "//= TS 24.301, 8.2.4; type=tset\n"}, "citation not understood"),
        ({"src/wire/planted.cpp": "//= TS 24.301, 8.2.4; type=test\n"}, "belongs above the test"),
        ({"tests/wire/planted_test.cpp": "//= TS 24.301, 8.2.4\n"}, "add it"),
    ]
