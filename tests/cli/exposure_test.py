#!/usr/bin/env python3
"""exposure_test.py BATON: `baton exposure` on a ledger written here, and on those of handovers under three policies."""

import json
import pathlib
import sys
import tempfile

from support import ROOT, Checks

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

    # The real thing. A node that holds all that the source eNB ever held has the target cell's keys where they
    # are a hash of its own, and nowhere else (S3.D7).
    demo = (ROOT / "etc" / "demo.yaml").read_text()
    assert "global:\n" in demo
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for policy, follows in (("final", False), ("hash-chain", True), ("hardened", False)):
            file = folder / "ledger.jsonl"
            said = checks.run("run", "--virtual", "--seed", 1, "--procedures", "attach,inter-mme-handover", "--profile",
                              policy, "--ledger", file, "--json")
            checks.equal(said.status, 0, f"{policy}: {said.out[:1500]}{said.err[-1500:]}")
            document = said.json()
            checks.equal(document["profile"], policy, "the profile is told")
            checks.equal("device_binding" in document["not_built"], policy != "final", "and what of it is not built")
            procedure = next(p for p in document["procedures"] if p["name"] == "inter-mme-handover")
            checks.equal(procedure["profile"], policy, "and with every procedure")

            def of(node):
                return exposed(checks.run("exposure", file, "--compromise", node, "--subscriber", procedure["subscriber"],
                                          "--json"))

            target_only = {key for key, k in of(procedure["to"]["enb"]).items()
                           if procedure["from"]["enb"] not in k["holders"] and k["kind"] == "K_RRCenc"}
            checks.that(target_only, f"{policy}: the target eNB has RRC keys of its own")
            checks.equal(target_only <= set(of(procedure["from"]["enb"])), follows, f"{policy}: from the source eNB")
            checks.that(target_only <= set(of(procedure["from"]["mme"])), f"{policy}: the source MME knows K_ASME")
            checks.that(target_only <= set(of("hss")), f"{policy}: and so does the HSS")
        topology = folder / "odd.yaml"
        for lines, complaint in (("  profile: strong\n", "final, seed, hardened"),
                                 ("  policy: {handover_refresh: never}\n", "nh-ncc, forward-secure"),
                                 ("  policy: {bit: nas}\n", "global.policy")):
            topology.write_text(demo.replace("global:\n", "global:\n" + lines))
            said = checks.run("run", "--virtual", "--topology", topology)
            checks.equal((said.status, said.out), (2, ""), f"refused: {lines}")
            checks.that(complaint in said.err, f"{complaint} is missing in {said.err}")
        topology.write_text(demo.replace("global:\n", "global:\n  policy: {handover_refresh: forward-secure, "
                                         "bit_protection: algorithm-id}\n"))
        said = checks.run("run", "--virtual", "--topology", topology, "--procedures", "attach,s1-handover", "--json")
        checks.equal(said.status, 0, f"single values: {said.out[:800]}{said.err[-800:]}")
        checks.that("forward-secure" in said.json()["profile"], "a policy without a name is told by its values")
    checks.equal(checks.run("run", "--profile", "strong").status, 2, "no such profile")
    checks.finish()


main()
