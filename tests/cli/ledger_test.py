#!/usr/bin/env python3
"""ledger_test.py BATON: `baton ledger` tells who holds and who held which key."""

import json
import sys

from support import Checks

IMSI = "001010000000001"
KASME, KENB = "1111111111111111", "2222222222222222"


def entry(node, event, kind, key, subscriber=IMSI, peer="", parents=()):
    return json.dumps({"t": "2026-01-02T03:04:05.678901Z", "node": node, "subscriber": subscriber, "event": event,
                       "kind": kind, "key": key, "parents": list(parents), "reason": "attach", "peer": peer}) + "\n"


LEDGER = (entry("ue1", "derived", "K_ASME", KASME) + entry("mme1", "received", "K_ASME", KASME, peer="hss") +
          entry("mme1", "derived", "K_eNB", KENB, parents=[KASME]) +
          entry("enb1", "received", "K_eNB", KENB, subscriber="", peer="mme1") +
          entry("mme1", "sent", "K_eNB", KENB, peer="enb1") + entry("mme1", "erased", "K_eNB", KENB) +
          entry("ue2", "derived", "K_ASME", "3333333333333333", subscriber="001010000000002"))


def main():
    checks = Checks(sys.argv[1])
    said = checks.run("ledger", "-", "--json", stdin=LEDGER.encode())
    keys = {k["key_id"]: k for k in said.json()["keys"]}
    checks.equal(keys[KASME]["holders"], ["ue1", "mme1"], "two nodes hold K_ASME")
    checks.equal(keys[KENB]["holders"], ["enb1"], "the MME erased K_eNB")
    checks.equal(keys[KENB]["ever"], ["mme1", "enb1"], "the MME once held K_eNB")
    checks.equal(keys[KENB]["subscriber"], IMSI, "an eNB's key is found by its id")

    said = checks.run("ledger", "-", "--json", "--subscriber", "001010000000002", stdin=LEDGER.encode())
    checks.equal(len(said.json()["keys"]), 1, "--subscriber")
    said = checks.run("ledger", "-", "--json", "--key", KENB, stdin=LEDGER.encode())
    checks.equal([e["event"] for e in said.json()["entries"]], ["derived", "received", "sent", "erased"], "--key")
    said = checks.run("ledger", "-", stdin=LEDGER.encode())
    checks.that("K_ASME" in said.out and "held now by" in said.out, said.out)
    checks.equal(checks.run("ledger", "-", "--key", "4" * 16, stdin=LEDGER.encode()).status, 1, "a key nobody held")

    for text, complaint in ((LEDGER + "{", "line 8"), (LEDGER.replace("derived", "invented"), "line 1: event"),
                            (LEDGER.replace(KENB, "22"), "line 3: key"), ("[]\n", "line 1")):
        said = checks.run("ledger", "-", stdin=text.encode())
        checks.equal((said.status, said.out), (2, ""), f"a ledger that is none: {complaint}")
        checks.that(complaint in said.err, f"{complaint} is missing in {said.err}")
    checks.equal(checks.run("ledger", "/nonexistent").status, 2, "no such file")
    checks.finish()


main()
