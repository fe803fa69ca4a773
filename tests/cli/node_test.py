#!/usr/bin/env python3
"""node_test.py BATON: every node as a process of its own, and the UEs attach through them."""

import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from support import ENVIRONMENT, ROOT, Checks, subscribers

ROLES = [("hss", "hss", True), ("upe", "upe1", False), ("mme", "mme1", False), ("mme", "mme2", False),
         ("enb", "enb1", False), ("enb", "enb2", False), ("enb", "enb3", False), ("enb", "enb4", False), ("ue", "", True)]
# The UEs attach at once when they start; ledgers are written out at the end.
ATTACH_S = 10


def started(process):
    line = process.stdout.readline()
    return b"serves" in line


def main():
    checks = Checks(sys.argv[1])
    processes = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            for role, name, with_subscribers in ROLES:
                arguments = [checks.binary, "node", role, "-c", str(ROOT / "etc" / "demo.yaml"), "--log-level", "info",
                             "--log-file", f"{folder}/{name or role}.log", "--ledger", f"{folder}/{name or role}.jsonl"]
                arguments += ["--name", name] if name else []
                arguments += ["--subscribers", str(ROOT / "etc" / "subscribers.csv")] if with_subscribers else []
                if role == "ue":
                    time.sleep(3)  # eNBs set up S1, the MME reaches its HSS
                process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT)
                processes.append((name or role, process))
                checks.that(started(process), f"{name or role} does not serve")
            time.sleep(ATTACH_S)
            for name, process in processes:
                checks.that(process.poll() is None, f"{name} ended by itself")
        finally:
            for name, process in reversed(processes):
                process.send_signal(signal.SIGTERM)
            for name, process in processes:
                try:
                    _, err = process.communicate(timeout=30)
                    checks.equal(process.returncode, 0, f"{name} at SIGTERM: {err.decode()[-1500:]}")
                except subprocess.TimeoutExpired:
                    process.kill()
                    checks.fail(f"{name} does not end at SIGTERM")
        # Each node wrote its own ledger; together they say whether the ends hold the same keys.
        held, attached, wanted = {}, set(), {imsi for imsi, _, _ in subscribers()}
        for name, _ in processes:
            for line in pathlib.Path(folder, f"{name}.jsonl").read_text().splitlines():
                entry = json.loads(line)
                if entry["event"] in ("derived", "received", "stored"):
                    held.setdefault((entry["kind"], entry["key"]), set()).add(name)
                    if name == "ue":
                        attached.add(entry["subscriber"])
        checks.equal(attached, wanted, "every UE derived keys")
        for kind, ends in (("K_ASME", {"ue", "hss", "mme1"}), ("K_NASint", {"ue", "mme1"}), ("K_eNB", {"ue", "mme1", "enb1"}),
                           ("K_RRCint", {"ue", "enb1"})):
            together = [names for (k, _), names in held.items() if k == kind and ends <= names]
            checks.equal(len(together), len(wanted), f"{kind} is at both ends; {[n for (k, _), n in held.items() if k == kind]}")
    checks.finish()


main()
