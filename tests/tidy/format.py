"""format.py: every source is as clang-format 14 writes it. Nobody discusses layout."""

import shutil
import subprocess

from tree import ROOT, is_code

VERSION = "14."
BATCH = 40


def formatter():
    program = shutil.which("clang-format-14") or shutil.which("clang-format")
    if program is None:
        return None
    said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    return program if f"version {VERSION}" in said else None


def check(tree):
    program = formatter()
    if program is None:
        return [f"clang-format {VERSION}x is not installed; run tools/setup"]
    paths = [p for p in sorted(tree) if is_code(p) and (ROOT / p).is_file() and tree[p] == (ROOT / p).read_text()]
    first = {}
    for i in range(0, len(paths), BATCH):
        run = subprocess.run([program, "--dry-run", *paths[i:i + BATCH]], cwd=ROOT, capture_output=True, text=True)
        for line in run.stderr.splitlines():
            if "warning: code should be clang-formatted" in line:
                path, number = line.split(":")[:2]
                first.setdefault(path, number)
    problems = [f"{p}:{n}: not as clang-format writes it; run clang-format -i {p}" for p, n in first.items()]
    # Texts that are not on disk (planted ones) are formatted from standard input.
    for path in sorted(tree):
        if is_code(path) and not (ROOT / path).is_file():
            run = subprocess.run([program, f"--assume-filename={path}"], cwd=ROOT, input=tree[path],
                                 capture_output=True, text=True)
            if run.stdout != tree[path]:
                problems.append(f"{path}:1: not as clang-format writes it; run clang-format -i {path}")
    return sorted(set(problems))


def plant(_):
    return [({"src/base/planted.cpp": "int  f( ){return 1;}\n"}, "run clang-format")]
