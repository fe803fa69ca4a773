"""support.py: starts the command as a person does and checks what it says."""

import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# LeakSanitizer cannot attach to a process that made itself not dumpable, unless root runs it.
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0", "UBSAN_OPTIONS": "print_stacktrace=1",
               "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"}


class Said:
    def __init__(self, done):
        self.status = done.returncode
        self.out = done.stdout.decode("utf-8", "replace")
        self.err = done.stderr.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.out)


class Checks:
    """Collects what did not hold; `finish` tells and gives the exit status."""

    def __init__(self, binary):
        self.binary = binary
        self.failures = []
        self.count = 0

    def run(self, *arguments, stdin=b"", timeout=240):
        done = subprocess.run([self.binary, *map(str, arguments)], input=stdin, capture_output=True, timeout=timeout,
                              env=ENVIRONMENT, cwd=ROOT)
        said = Said(done)
        # A crash or a sanitizer's report is never the right answer, whatever the test asks.
        if said.status < 0 or said.status > 2 or "Sanitizer" in said.err or "runtime error" in said.err:
            self.fail(f"{' '.join(map(str, arguments))[:200]}: status {said.status}\n{said.err[-3000:]}")
        return said

    def fail(self, text):
        self.failures.append(text)

    def that(self, holds, text):
        self.count += 1
        if not holds:
            self.fail(text)

    def equal(self, got, wanted, text):
        self.that(got == wanted, f"{text}: got {got!r}, wanted {wanted!r}")

    def finish(self):
        for failure in self.failures:
            print("FAILED:", failure)
        if self.count == 0:
            print("FAILED: nothing was checked")
            sys.exit(1)
        print(f"{self.count} checks, {len(self.failures)} failed")
        sys.exit(1 if self.failures else 0)


def subscribers():
    """(IMSI, K, OPc or OP) of etc/subscribers.csv."""
    rows = [line.strip().split(",") for line in (ROOT / "etc" / "subscribers.csv").read_text().splitlines()
            if line.strip() and not line.startswith("#")]
    return [(row[2], row[3], row[5]) for row in rows]
