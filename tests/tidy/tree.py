"""tree.py: the repository as a table of texts, so that a check can be tried on a planted violation."""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEXT_SUFFIXES = {".cpp", ".h", ".py", ".sh", ".cmake", ".md", ".txt", ".yaml", ".csv", ".json", ".vec", ".lua", ".svg", ""}
SKIPPED = {"fuzz/corpus"}

# The layers that decide and touch nothing.
BELOW_THE_LINE = ("base", "crypto", "ids", "keys", "wire", "context", "peer", "node")


def load():
    """The texts of the working tree by path; binary files, builds and fuzz corpora are left out."""
    listing = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                             capture_output=True)
    if listing.returncode == 0:
        names = [n for n in listing.stdout.decode().split("\0") if n]
    else:  # a tree without its history, for example an unpacked archive
        names = [str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if p.is_file()]
    tree = {}
    for name in names:
        path = ROOT / name
        if name.startswith("build/") or any(name.startswith(s) for s in SKIPPED) or not path.is_file():
            continue
        if path.suffix not in TEXT_SUFFIXES:
            continue
        try:
            tree[name] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return tree


def layer_of(path):
    """"node" for src/node/mme/attach.cpp; None outside src and for files directly in it."""
    parts = path.split("/")
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def is_code(path):
    return path.endswith((".cpp", ".h"))


def lines(text):
    """(number, line) pairs, counted from 1."""
    return enumerate(text.split("\n"), 1)


def without_comments(text):
    """The code with comments and string contents blanked; line breaks stay, so line numbers hold."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.S)

    def blank(match):
        found = match.group(0)
        if found.startswith('"'):
            return '""'
        return re.sub(r"[^\n]", " ", found)

    return pattern.sub(blank, text)
