#!/usr/bin/env python3
"""readme_test.py BATON: what README.md shows is what the command says.

Times and key ids of runs with real randomness differ each time, so digits of times and ids are compared by their shape.
"""

import re
import sys

from support import ROOT, Checks


def blocks():
    """(command line, lines shown below it) of each transcript."""
    command, shown = None, []
    for line in (ROOT / "README.md").read_text().splitlines():
        if line.startswith("    $ "):
            if command:
                yield command, shown
            command, shown = line[6:], []
        elif line.startswith("    ") and command:
            shown.append(line[4:])
        elif line.strip() and command:
            yield command, shown
            command, shown = None, []
    if command:
        yield command, shown


def shape(lines):
    text = "\n".join(line.rstrip() for line in lines if line.strip())
    text = re.sub(r"\b[0-9a-f]{16}\b", "<id>", text)
    text = re.sub(r" +\d+(\.\d)?(?=  | *$)", " <n>", text, flags=re.M)
    return re.sub(r" {2,}", "  ", text)  # a column is as wide as its slowest row


def main():
    checks = Checks(sys.argv[1])
    seen = 0
    for command, shown in blocks():
        if not shown:
            continue
        words = command.split()
        if words[0] == "./run":
            arguments = ["run", *words[1:]]
        elif words[0] == "build/release/baton" and words[1] in ("key", "scenario"):
            arguments = words[1:]
        else:
            continue
        seen += 1
        said = checks.run(*arguments)
        checks.equal(said.status, 0, command)
        checks.equal(shape(said.out.splitlines()), shape(shown), command)
        if words[1:2] == ["key"]:
            checks.equal([line.rstrip() for line in said.out.splitlines()], shown, command)
    checks.that(seen >= 3, f"README.md shows {seen} transcripts")
    checks.finish()


main()
