#!/usr/bin/env python3
"""exposure_test.py BATON: `baton exposure` on a ledger written here, and on that of a handover between two MMEs."""

import json
import pathlib
import sys
import tempfile

from support import Checks

IMSI = "001010000000001"
KASME, KENB, RRC, OTHER = "1" * 16, "2" * 16, "3" * 16, "4" * 16


def entry(second, node, event, kind, key, parents=(), subscriber=IMSI):
    return json.dumps({"t": f"2026-01-02T03:04:{second:02}.000000Z", "node": node, "subscriber": subscriber,
                       "event": event, "kind": kind, "key": key, "parents": list(parents), "reason": "attach",
                       "peer": ""}) + "\n"


LEDGER = (entry(1, "mme1", "received", "K_ASME", KASME) + entry(2, "mme1", "derived", "K_eNB", KENB, [KASME]) +
          entry(3, "enb1", "received", "K_eNB", KENB, subscriber="") +
          entry(4, "enb1", "derived", "K_RRCenc", RRC, [KENB], subscriber="") +
          entry(5, "mme1", "erased", "K_ASME", KASME) +
          entry(6, "mme1", "received", "K_ASME", OTHER, subscriber="001010000000002"))


def exposed(said):
    return {k["key_id"]: k for k in said.json()["exposed"]}


def main():
    checks = Checks(sys.argv[1])

    def run(*more):
        return checks.run("exposure", "-", *more, stdin=LEDGER.encode())

    keys = exposed(run("--compromise", "enb1", "--json"))
    checks.equal(sorted(keys), [KENB, RRC], "an eNB has its KeNB and what hangs on it")
    checks.equal((keys[RRC]["traffic"], keys[RRC]["attacker"], keys[RRC]["subscriber"]), ("RRC", "reads", IMSI),
                 "and reads RRC; whose it is the MME's entries tell")
    keys = exposed(run("--compromise", "mme1@2026-01-02T03:04:05.500000Z", "--json"))
    checks.equal(sorted(keys), [KENB, RRC], "after K_ASME was erased")
    checks.equal((keys[RRC]["how"], keys[RRC]["from"]), ("derived", [KENB]), "the way is told")
    keys = exposed(run("--compromise", "mme1@2026-01-02T03:04:05.500000Z", "--stays", "--json"))
    checks.equal(sorted(keys), [KENB, RRC, OTHER], "one who stays gets the next K_ASME")
    keys = exposed(run("--compromise", "mme1", "--subscriber", "001010000000002", "--json"))
    checks.equal(sorted(keys), [OTHER], "--subscriber")
    said = run("--compromise", "enb1")
    checks.that("reads" in said.out and "2 exposed of 4 keys in the ledger" in said.out, said.out)
    checks.that(RRC in run("--compromise", "enb1", "--keys").out, "--keys lists them")

    for arguments in (["--compromise", "enb7"], ["--compromise", "mme1@yesterday"], ["--compromise", "@"],
                      ["--compromise", "mme1", "--stays"], []):
        said = run(*arguments)
        checks.equal((said.status, said.out), (2, ""), f"refused: {arguments}")
    said = checks.run("exposure", "-", "--compromise", "mme1", stdin=b"{}\n")
    checks.that(said.status == 2 and "line 1" in said.err, said.err)

    # The real thing: NH comes from the source MME, so no key of the target cell follows from the source eNB.
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "ledger.jsonl"
        said = checks.run("run", "--virtual", "--seed", 1, "--procedures", "attach,inter-mme-handover", "--ledger", file,
                          "--json")
        procedure = next(p for p in said.json()["procedures"] if p["name"] == "inter-mme-handover")
        imsi = procedure["subscriber"]

        def of(node):
            return exposed(checks.run("exposure", file, "--compromise", node, "--subscriber", imsi, "--json"))

        target_only = {key for key, k in of(procedure["to"]["enb"]).items()
                       if procedure["from"]["enb"] not in k["holders"] and k["kind"] == "K_RRCenc"}
        checks.that(target_only, "the target eNB has RRC keys of its own")
        checks.that(not target_only & set(of(procedure["from"]["enb"])), "nh-ncc: the source eNB does not have them")
        checks.that(target_only <= set(of(procedure["from"]["mme"])), "the source MME knows K_ASME and has them")
        checks.that(target_only <= set(of("hss")), "and so has the HSS")
    checks.finish()


main()
