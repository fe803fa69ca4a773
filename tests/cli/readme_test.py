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


def tests_named_in_security(checks):
    """docs/security.md says which test shows what: each is there."""
    page = (ROOT / "docs" / "security.md").read_text()
    page = page[page.index("## What went wrong elsewhere"):page.index("## What is not there")]
    there = set()
    for path in (ROOT / "tests").rglob("*.cpp"):
        there |= {".".join(found) for found in re.findall(r"^TEST(?:_[FP])?\((\w+),\s*(\w+)\)", path.read_text(), re.M)}
    named = re.findall(r"`(\w+\.\w+)`", page)
    files = re.findall(r"`([a-z]+/[a-z_/]+\.(?:py|cpp))`", page)
    checks.that(len(named) > 30, f"{len(named)} tests are named")
    for name in named:
        checks.that(name in there, f"docs/security.md names {name}, and there is no such test")
    for name in files:
        checks.that((ROOT / name).exists(), f"docs/security.md names {name}, and there is no such file")


def commands_in_the_manual(checks):
    """Every command that a page shows is one that there is, with the options that it shows."""
    helps = {}

    def help_of(*words):
        if words not in helps:
            said = checks.run(*words, "--help")
            helps[words] = said.out if said.status == 0 else None
        return helps[words]

    seen = 0
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "etc" / "hss.yaml"):
        text = page.read_text()
        shown = re.findall(r"`(?:build/release/)?baton ([a-z][^`]*)`", text)
        shown += re.findall(r"^[# ]+(?:\$ )?(?:build/release/)?baton ([a-z].*)$", text, re.M)
        for command in shown:
            words = [w for w in re.split(r"[\s\[\]]+", command.split(" (")[0]) if w]
            options = [w for w in words if w.startswith("--")]
            # Alternatives stand side by side: add|show.
            for first in [w for w in words[:1] if re.fullmatch(r"[a-z]+", w)]:
                seen += 1
                top = help_of(first)
                checks.that(top is not None, f"{page.name}: baton {command}: there is no such command")
                if top is None:
                    continue
                known = top
                for alternative in (words[w] for w in range(1, len(words)) if "|" in words[w]):
                    for word in alternative.split("|"):
                        checks.that(help_of(first, word) is not None, f"{page.name}: baton {command}: there is no {word}")
                if len(words) > 1 and re.fullmatch(r"[a-z][a-z-]*", words[1]) and re.search(rf"^  {words[1]} ", top, re.M):
                    known += help_of(first, words[1]) or ""
                elif "Subcommands:" in top and len(words) > 1 and re.fullmatch(r"[a-z][a-z-]*", words[1]):
                    checks.fail(f"{page.name}: baton {command}: there is no {words[1]}")
                for option in options:
                    checks.that(re.search(rf"{option}\b", known), f"{page.name}: baton {command}: there is no {option}")
    checks.that(seen > 30, f"{seen} commands are shown")

    # What the tables of the administration name in their first column.
    text = (ROOT / "docs" / "operations.md").read_text()
    text = text[text.index("## Administration"):text.index("**HTTP.**")]
    for row in re.findall(r"^\| (`.*?) \|(.*)", text, re.M):
        word = re.match(r"`([a-z]+)", row[0])
        if word is None:
            continue
        said = help_of("subscriber", word.group(1))
        checks.that(said is not None, f"operations.md: there is no baton subscriber {word.group(1)}")
        for option in re.findall(r"--[a-z-]+", " ".join(row)):
            checks.that(said is not None and re.search(rf"{option}\b", said), f"operations.md: baton subscriber {word.group(1)} has no {option}")


def main():
    checks = Checks(sys.argv[1])
    tests_named_in_security(checks)
    commands_in_the_manual(checks)
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
