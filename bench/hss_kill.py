#!/usr/bin/env python3
"""hss_kill.py BATON [--kills N] [--subscribers N] [--seed N] [--json]: kills an HSS at random moments under load, and looks for what it lost.

`baton load hss` asks for vectors and locations all the while, gives every vector to the card it is for, and connects again after each kill: a
vector whose SQN is at or below one that was answered is stale to the card, and the load says so. After each kill the database is read
beside the HSS's back: no subscriber, no location that was there and no reserved SEQ may be missing.
"""

import argparse
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import time

REALM = "epc.mnc001.mcc001.3gppnetwork.org"
NET = f"127.{os.getpid() // 200 % 200 + 20}.{os.getpid() % 200 + 1}"
HERE = pathlib.Path(__file__).resolve().parent
# From the first request after a start to the kill.
ALIVE_S = (0.02, 0.6)
SECONDS_A_KILL = 0.6


def start(binary, config, log, arguments=()):
    process = subprocess.Popen([binary, "node", "hss", "-c", str(config), *arguments], stdout=subprocess.PIPE, stderr=log)
    if b"serves" not in process.stdout.readline():
        raise RuntimeError("the HSS does not start; its output is in the log")
    return process


def rows(path):
    """What lies in the database: IMSI to (SEQ reserved, MME)."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10) as db:
        return {imsi: (seq, mme) for imsi, seq, mme in db.execute("SELECT imsi, seq_reserved, mme_host FROM subscriber")}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("binary")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--subscribers", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    o = parser.parse_args()
    lots = random.Random(o.seed)
    failures, hss, load = [], None, None
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        cards, config, database = folder / "cards.csv", folder / "hss.yaml", folder / "hss.db"
        with open(cards, "w") as out:
            subprocess.run([sys.executable, "-B", str(HERE.parent / "tools" / "subscribers"), str(o.subscribers)], stdout=out, check=True)
        config.write_text(f"hss:\n  identity: hss.{REALM}\n  store: {database}\n  diameter:\n    server:\n      - {{address: {NET}.8}}\n"
                          f"    client:\n      - {{name: mme1, identity: mme1.{REALM}, address: {NET}.10}}\n")
        log = open(folder / "hss.log", "wb")
        try:
            hss = start(o.binary, config, log, ["--subscribers", str(cards)])
            begun = time.monotonic()
            seconds = int(o.kills * SECONDS_A_KILL) + 5  # the load's; kills go on until it ends
            load = subprocess.Popen([o.binary, "load", "hss", "-c", str(config), "--cards", str(cards), "--subscribers", str(o.subscribers),
                                     "--window", "64", "--ulr", "20", "--ramp", "0", "--seconds", str(seconds), "--timeout", "2",
                                     "--reconnect", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            before, kills = rows(database), 0
            while load.poll() is None:
                time.sleep(lots.uniform(*ALIVE_S) + (0.5 if kills % 20 == 0 else 0))
                hss.kill()
                hss.wait()
                kills += 1
                after = rows(database)
                for imsi, (seq, mme) in before.items():
                    if imsi not in after:
                        failures.append(f"kill {kills}: subscriber {imsi} is lost")
                    elif after[imsi][0] < seq:
                        failures.append(f"kill {kills}: {imsi} goes back from SEQ {seq} to {after[imsi][0]}")
                    elif mme is not None and after[imsi][1] is None:
                        failures.append(f"kill {kills}: the location of {imsi} is lost")
                before = after
                hss = start(o.binary, config, log)
            took = time.monotonic() - begun
            out, err = load.communicate(timeout=60)
            result = json.loads(out) if out.strip() else {}
            for what in ("sqn_stale", "vector_wrong", "rand_repeated", "malformed", "unasked"):
                if result.get(what, 1) != 0:
                    failures.append(f"the load counts {what}: {result.get(what)} {err.decode()[-300:]}")
            if kills < o.kills:
                failures.append(f"only {kills} kills")
        finally:
            for process in (load, hss):
                if process is not None and process.poll() is None:
                    process.kill()
                    process.wait()
        located = sum(1 for _, mme in before.values() if mme is not None)
        said = {"kills": kills, "subscribers": len(before), "located": located, "seconds": round(took, 1),
                "answered": result.get("answered"), "vectors": result.get("vectors"), "cards_checked": result.get("cards_checked"),
                "reconnects": result.get("reconnects"), "failures": failures[:20]}
    print(json.dumps(said) if o.json else "\n".join(f"{key}: {value}" for key, value in said.items()))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
