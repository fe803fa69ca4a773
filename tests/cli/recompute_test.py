#!/usr/bin/env python3
"""recompute_test.py BATON: a program that shares no code with Baton derives every key of a run and finds the ledger's ids."""

import json
import pathlib
import subprocess
import sys
import tempfile

from support import ROOT, Checks, subscribers

PROGRAM = ROOT / "tests" / "independent" / "recompute"

# What to run under, and how much of a kind each subscriber's run must have shown: S3.B, S3.P, S3.D2, S3.D6, S1.A4.
FORWARD_SECURE = ["--set", "handover_refresh=forward-secure"]
POLICIES = [
    (["--profile", "hash-chain"], {"handovers": 4, "stars": 4, "delegated": 0}),
    (FORWARD_SECURE, {"handovers": 4, "stars": 4, "delegated": 0}),
    ([*FORWARD_SECURE, "--set", "raw_reading=true", "--set", "bind_earfcn=true"], {"handovers": 4, "stars": 4}),
    ([*FORWARD_SECURE, "--set", "delegated=true"], {"handovers": 4, "stars": 4, "delegated": 3}),
    ([*FORWARD_SECURE, "--set", "delegated=true", "--set", "raw_reading=true"], {"handovers": 4, "delegated": 3}),
    (["--set", "upe_keys=same"], {"handovers": 4, "upe_keys": 1, "stars": 0}),
]


def recompute(folder, *arguments):
    done = subprocess.run([sys.executable, "-B", str(PROGRAM), "--json", "--pcap", f"{folder}/keys.pcapng", *arguments],
                          capture_output=True, text=True, timeout=240)
    return done.returncode, json.loads(done.stdout) if done.stdout else {"problems": [done.stderr]}


def main():
    checks = Checks(sys.argv[1])
    file = str(ROOT / "etc" / "subscribers.csv")
    with tempfile.TemporaryDirectory() as folder:
        ledger = pathlib.Path(folder) / "ledger"
        said = checks.run("run", "--json", "--pcap-with-keys", f"{folder}/keys.pcapng", "--ledger", ledger)
        checks.equal(said.status, 0, f"the run: {said.err[-1500:]}")
        status, found = recompute(folder, "--subscribers", file, "--ledger", str(ledger))
        checks.equal((status, found["problems"]), (0, []), "recompute")
        checks.that(found["ledger_entries"] > 100 and found["nas_macs"] > 20, f"little was compared: {found}")
        # Each subscriber was handed over twice and moved twice between the MMEs.
        count = len(subscribers())
        checks.equal((found["handovers"], found["contexts"]), (2 * count, 2 * count), "handovers, contexts on S10")
        checks.that(found["next_hops"] >= 3 * count, f"NHs: {found['next_hops']}")
        # Every id that the run reports follows from the subscriber file and the capture.
        ids = {(k["subscriber"], k["kind"], k["key_id"]) for k in found["keys"]}
        for p in said.json()["procedures"]:
            for key in p["keys"]:
                if key["kind"] in ("K_ASME", "K_NASenc", "K_NASint", "K_eNB", "K_RRCenc", "K_RRCint"):
                    checks.that((p["subscriber"], key["kind"], key["key_id"]) in ids, f"{p['name']}: {key} does not follow")
        # A chain of twenty handovers, inside an MME and between MMEs, there and back: NH, NCC and K_eNB* at each.
        round_trip = ["s1-handover", "inter-mme-handover"]
        said = checks.run("run", "--json", "--procedures", ",".join(["attach", *10 * round_trip, "detach"]),
                          "--pcap-with-keys", f"{folder}/keys.pcapng", "--ledger", ledger)
        checks.equal(said.status, 0, f"the chain: {said.err[-1500:]}")
        status, found = recompute(folder, "--subscribers", file, "--ledger", str(ledger))
        checks.equal((status, found["problems"]), (0, []), "recompute the chain")
        checks.equal((found["handovers"], found["contexts"]), (20 * count, 10 * count), "handovers and contexts of the chain")
        checks.that(found["next_hops"] >= 21 * count, f"NHs of the chain: {found['next_hops']}")
        # The policies that no profile is named after; kasme_test.py has the profiles.
        for arguments, wanted in POLICIES:
            said = checks.run("run", "--json", *arguments, "--procedures",
                              "attach,s1-handover,inter-mme-handover,s1-handover,inter-mme-handover,service-request,inter-mme-tau,detach",
                              "--pcap-with-keys", f"{folder}/keys.pcapng", "--ledger", ledger)
            what = " ".join(arguments)
            checks.equal(said.status, 0, f"{what}: {said.out[:600]}{said.err[-1500:]}")
            if said.status != 0:
                continue
            status, found = recompute(folder, "--subscribers", file, "--ledger", str(ledger))
            checks.equal((status, found["problems"]), (0, []), f"recompute {what}")
            checks.equal({name: found.get(name, 0) // count for name in wanted}, wanted, f"what was recomputed of {what}")
        # It can say no: another K, another ledger.
        other = pathlib.Path(folder) / "other.csv"
        key = subscribers()[0][1]
        other.write_text(pathlib.Path(file).read_text().replace(key, "00" + key[2:]))
        checks.that(recompute(folder, "--subscribers", str(other), "--ledger", str(ledger))[0] != 0, "another K is not noticed")
        entries = ledger.read_text().splitlines()
        changed = json.loads(entries[-1])
        changed["key"] = "0123456789abcdef"
        ledger.write_text("\n".join(entries + [json.dumps(changed)]) + "\n")
        checks.that(recompute(folder, "--subscribers", file, "--ledger", str(ledger))[0] != 0, "another id is not noticed")
    checks.finish()


main()
