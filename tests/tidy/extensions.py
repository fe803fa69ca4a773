"""extensions.py: docs/extensions.md and the constants in the code say the same.

A row of the table whose last column names a constant (`file.h: name = value`) is looked up in that file.
A constant marked with `// extension` in the code must have its row.
"""

import re

from tree import is_code, lines

PAGE = "docs/extensions.md"
ROW = re.compile(r"^\|.*\|\s*`(?P<file>[\w/.]+): (?P<name>[\w.]+) = (?P<value>0x[0-9A-Fa-f']+|\d[\d']*)`\s*\|$")
MARKED = re.compile(r"\b(?P<name>\w+)\s*(?:=|\{)\s*(?P<value>0x[0-9A-Fa-f']+|\d[\d']*)U?\s*[;,].*//.*\bextension\b")


# Every message of the radio stand-in is an extension: `static constexpr Byte type` in this file.
MESSAGES = "wire/rrc/messages.h"


def inside(source, name):
    """The text from `struct Message` on for a name such as `Message.type`, and the name's last part."""
    while "." in name:
        outer, _, name = name.partition(".")
        at = re.search(rf"\bstruct {outer}\b", source)
        source = source[at.end():] if at else ""
    return source, name


def number_of(text):
    return int(text.replace("'", ""), 0)


def check(tree):
    problems, rows = [], set()
    for line_number, line in lines(tree.get(PAGE, "")):
        row = ROW.match(line)
        if not row:
            continue
        here = f"{PAGE}:{line_number}: "
        rows.add((row["file"], row["name"]))
        source = tree.get(f"src/{row['file']}")
        if source is None:
            problems.append(here + f"src/{row['file']} does not exist; correct the row")
            continue
        source, name = inside(source, row["name"])
        found = re.search(rf"\b{name}\s*(?:=|\{{)\s*(0x[0-9A-Fa-f']+|\d[\d']*)", source)
        if not found:
            problems.append(here + f"src/{row['file']} has no constant {row['name']}; correct the row")
        elif number_of(found.group(1)) != number_of(row["value"]):
            problems.append(here + f"{row['name']} is {found.group(1)} in src/{row['file']}; make the two equal")
    if not rows:
        problems.append(f"{PAGE}:1: no row names a constant; write the last column as `file.h: name = value`")
    for path in sorted(tree):
        if path.startswith("src/") and is_code(path):
            for line_number, line in lines(tree[path]):
                marked = MARKED.search(line)
                if marked and (path.removeprefix("src/"), marked["name"]) not in rows:
                    problems.append(f"{path}:{line_number}: {marked['name']} is an extension without a row in {PAGE}; add it")
    for message in re.finditer(r"struct (\w+) \{(?:(?!\nstruct ).)*?static constexpr Byte type =",
                               tree.get(f"src/{MESSAGES}", ""), re.S):
        if (MESSAGES, f"{message.group(1)}.type") not in rows:
            problems.append(f"src/{MESSAGES}:1: {message.group(1)} has no row in {PAGE}; add it")
    return problems


def plant(tree):
    page = tree.get(PAGE, "")
    header = "// planted.h: planted\n#pragma once\n"
    row = "\n| planted | | `wire/planted.h: planted_id = 7` |\n"
    return [
        ({"src/wire/planted.h": header + "inline constexpr int planted_id = 8;\n", PAGE: page + row}, "make the two equal"),
        ({PAGE: page + row}, "does not exist"),
        ({"src/wire/planted.h": header, PAGE: page + row}, "has no constant"),
        ({"src/" + MESSAGES: tree.get("src/" + MESSAGES, "") + "struct Lost {\n  static constexpr Byte type = 0x7F;\n};\n"},
         "Lost has no row"),
        ({"src/wire/planted.h": header + "inline constexpr int lost = 8;  // extension\n"}, "without a row"),
    ]
