#!/usr/bin/env python3
"""kasme_test.py BATON: handovers between MMEs under KASME' in the profiles that have it: who holds which KASME at the end, and what the HSS recorded."""

import json
import pathlib
import subprocess
import sys
import tempfile

from support import ROOT, Checks, subscribers

PROGRAM = ROOT / "tests" / "independent" / "recompute"


def main():
    checks = Checks(sys.argv[1])
    way = ["attach", "inter-mme-handover", "s1-handover", "inter-mme-handover"]
    for profile in ("seed", "hardened", "temporary-kasme"):
        told = profile != "temporary-kasme"
        said = checks.run("run", "--virtual", "--profile", profile, "--procedures", ",".join([*way, "detach"]), "--json")
        checks.equal(said.status, 0, f"{profile}: {said.out[:1500]}{said.err[-1500:]}")
        document = said.json()
        checks.that("inter_mme_kasme" not in document["not_built"], f"{profile}: {document['not_built']}")
        kasmes, kupes = {}, {}
        for p in document["procedures"]:
            if p["name"] == "detach":
                continue
            what = f"{profile}: {p['name']} of {p['subscriber']}"
            kasme = next(k for k in p["keys"] if k["kind"] == "K_ASME")
            ids = kasmes.setdefault(p["subscriber"], [])
            # A handover inside an MME makes no KASME'; one between MMEs always does.
            checks.equal(kasme["key_id"] in ids, p["name"] == "s1-handover", f"{what}: {kasme['key_id']} of {ids}")
            ids.append(kasme["key_id"])
            mme = p["to"]["mme"] if "to" in p else "mme1"
            checks.that(kasme["agree"] and {f"ue-{p['subscriber']}", mme} <= set(kasme["holders"]), f"{what}: {kasme}")
            # The record of the HSS: the KASME in use, or the one of the attach.
            behind = not told and p["name"] != "attach"
            checks.equal(("hss" in kasme["holders"], kasme["stale_at"]), (not behind, ["hss"] if behind else []),
                         f"{what}: the record")
            # The key between UE and UPE: another one with every KASME', and only at its two ends.
            kupe = [k for k in p["keys"] if k["kind"] == "K_UPE"]
            checks.equal(len(kupe), 1 if told else 0, f"{what}: K_UPE {kupe}")
            for k in kupe:
                checks.that(k["agree"] and {f"ue-{p['subscriber']}", "upe1"} == set(k["holders"]), f"{what}: {k}")
                ids = kupes.setdefault(p["subscriber"], [])
                checks.equal(k["key_id"] in ids, p["name"] == "s1-handover", f"{what}: {k['key_id']} of {ids}")
                ids.append(k["key_id"])
        checks.equal(len(kasmes), len(subscribers()), "every subscriber")
        if not told:
            said = checks.run("run", "--virtual", "--profile", profile, "--procedures", ",".join(way))
            checks.that("an older one at hss" in said.out, f"{profile}: the table says so: {said.out}")
        # On sockets, and from a capture by a program that shares no code.
        with tempfile.TemporaryDirectory() as folder:
            files = [f"{folder}/keys.pcapng", f"{folder}/ledger"]
            said = checks.run("run", "--json", "--profile", profile, "--procedures", ",".join([*way, "detach"]),
                              "--pcap-with-keys", files[0], "--ledger", files[1])
            checks.equal(said.status, 0, f"{profile} on sockets: {said.out[:800]}{said.err[-1500:]}")
            done = subprocess.run([sys.executable, "-B", str(PROGRAM), "--json", "--pcap", files[0], "--subscribers",
                                   str(ROOT / "etc" / "subscribers.csv"), "--ledger", files[1]],
                                  capture_output=True, text=True, timeout=240)
            checks.equal(done.returncode, 0, f"{profile}: recompute: {done.stdout[-2000:]}{done.stderr[-2000:]}")
            # With the session and with each move between MMEs.
            checks.equal(json.loads(done.stdout)["upe_keys"] if done.returncode == 0 else -1,
                         3 * len(subscribers()) if told else 0, f"{profile}: K_UPEs recomputed")
    checks.finish()


main()
