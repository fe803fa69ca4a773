#!/usr/bin/env python3
"""run_test.py BATON: the main job, and the document that `run --json` promises."""

import json
import pathlib
import sys
import tempfile

from support import ROOT, Checks, subscribers

NAMES = ["attach", "service-request", "tau", "s1-handover", "inter-mme-handover", "inter-mme-tau", "detach"]
# Where each move of the demo goes: (eNB, MME) before and after.
MOVES = {"s1-handover": (("enb1", "mme1"), ("enb2", "mme1")), "inter-mme-handover": (("enb2", "mme1"), ("enb3", "mme2")),
         "inter-mme-tau": (("enb3", "mme2"), ("enb1", "mme1"))}


def check_types(checks, document):
    checks.equal(sorted(document), ["not_built", "ok", "procedures", "profile"], "keys of the document")
    checks.equal((document["profile"], document["not_built"]), ("final", []), "the policy")
    checks.that(isinstance(document["ok"], bool), "ok is a bool")
    for p in document["procedures"]:
        where = f"{p.get('name')} of {p.get('subscriber')}"
        for field, kind in (("name", str), ("subscriber", str), ("profile", str), ("ok", bool), ("steps", list),
                            ("keys", list), ("ms", (int, float))):
            checks.that(isinstance(p.get(field), kind), f"{where}: {field} is {p.get(field)!r}")
        for step in p["steps"]:
            checks.equal(sorted(step), ["from", "id", "protocol", "text", "to"], f"{where}: a step")
            checks.that(all(isinstance(v, str) for v in step.values()), f"{where}: {step}")
            checks.that(step["id"] and step["text"] and step["from"] and step["to"], f"{where}: an empty field: {step}")
        for key in p["keys"]:
            checks.equal(sorted(key), ["agree", "holders", "key_id", "kind", "stale_at"], f"{where}: a key")
            checks.that(isinstance(key["agree"], bool) and isinstance(key["holders"], list), f"{where}: {key}")
            checks.that(len(key["key_id"]) == 16 and int(key["key_id"], 16) >= 0, f"{where}: key id {key['key_id']}")


def check_keys(checks, p):
    where = f"{p['name']} of {p['subscriber']}"
    keys = {k["kind"]: k for k in p["keys"]}
    checks.that({"K_ASME", "K_NASenc", "K_NASint", "K_eNB"} <= set(keys), f"{where}: kinds are {sorted(keys)}")
    for key in keys.values():
        checks.that(key["agree"], f"{where}: {key} does not agree")
        if p["name"] == "detach":
            checks.equal(key["holders"], [], f"{where}: {key['kind']}")
    if p["name"] in MOVES:
        (from_enb, from_mme), (to_enb, to_mme) = MOVES[p["name"]]
        checks.equal((p["from"], p["to"]), ({"enb": from_enb, "mme": from_mme}, {"enb": to_enb, "mme": to_mme}), f"{where}: the way")
        # K_ASME has gone with the UE; the MME and the eNB that were left hold nothing at all of it.
        checks.equal(set(keys["K_ASME"]["holders"]), {f"ue-{p['subscriber']}", to_mme}, f"{where}: K_ASME")
        left = {from_enb} | ({from_mme} if from_mme != to_mme else set())
        for key in keys.values():
            checks.that(not left & set(key["holders"] + key["stale_at"]), f"{where}: {key} is still at one of {left}")
        checks.equal(p["profile"], "final", f"{where}: profile")
        if p["name"] != "inter-mme-tau":
            checks.equal(set(keys["K_eNB"]["holders"]), {f"ue-{p['subscriber']}", to_enb}, f"{where}: K_eNB")
            # The tracking area update after it belongs to it.
            protocols = {s["text"] for s in p["steps"]}
            checks.that(any("Handover Notify" in t for t in protocols), f"{where}: {sorted(protocols)}")
            checks.that(any("Tracking Area Update" in t for t in protocols), f"{where}: {sorted(protocols)}")
        checks.equal(any("Forward Relocation" in s["text"] for s in p["steps"]), p["name"] == "inter-mme-handover", f"{where}: S10")
    else:
        checks.that("from" not in p and "to" not in p, f"{where}: goes nowhere")
    if p["name"] in ("attach", "service-request"):
        for kind, ends in (("K_ASME", ("ue", "mme")), ("K_NASint", ("ue", "mme")), ("K_eNB", ("ue", "enb")),
                           ("K_RRCint", ("ue", "enb"))):
            held = {h.split("-")[0].rstrip("0123456789") for h in keys[kind]["holders"]}
            checks.that(set(ends) <= held, f"{where}: {kind} is held by {keys[kind]['holders']}")


def main():
    checks = Checks(sys.argv[1])
    imsis = [imsi for imsi, _, _ in subscribers()]
    with tempfile.TemporaryDirectory() as folder:
        ledger = pathlib.Path(folder) / "ledger.jsonl"
        said = checks.run("run", "--json", "--ledger", ledger)
        checks.equal(said.status, 0, f"status; {said.err[-2000:]}")
        document = said.json()
        check_types(checks, document)
        checks.equal(document["ok"], True, "ok")
        checks.equal([(p["name"], p["subscriber"]) for p in document["procedures"]],
                     [(n, i) for n in NAMES for i in imsis], "every procedure of every subscriber")
        for p in document["procedures"]:
            checks.equal(p["ok"], True, f"{p['name']} of {p['subscriber']}: {p.get('cause')}")
            checks.that(p["steps"], f"{p['name']} of {p['subscriber']} has no steps")
            checks.that(p["ms"] > 0, f"{p['name']} of {p['subscriber']} took no time")
            check_keys(checks, p)
        # agree is what the ledger says: the ids in the document stand in it, at the nodes that are named.
        holders = {}
        for line in ledger.read_text().splitlines():
            entry = json.loads(line)
            if entry["event"] in ("derived", "received", "stored"):
                holders.setdefault(entry["key"], set()).add(entry["node"])
        for p in document["procedures"]:
            for key in p["keys"]:
                checks.that(set(key["holders"]) <= holders.get(key["key_id"], set()),
                            f"{p['name']}: {key} is not what the ledger says")
        # AS keys change with each connection and with each handover: no K_eNB comes twice.
        used = [k["key_id"] for p in document["procedures"] if p["name"] in ("attach", "service-request", *NAMES[3:5])
                for k in p["keys"] if k["kind"] == "K_eNB"]
        checks.equal(len(used), len(set(used)), "K_eNB is used twice")
        # K_ASME is that of the attach all the way.
        for imsi in imsis:
            roots = {k["key_id"] for p in document["procedures"] if p["subscriber"] == imsi for k in p["keys"] if k["kind"] == "K_ASME"}
            checks.equal(len(roots), 1, f"K_ASME of {imsi}")
        said = checks.run("ledger", ledger)
        checks.that("K_ASME" in said.out, "baton ledger reads the ledger of a run")

    # A person sees a table; a second attach after a detach works as well.
    said = checks.run("run", "--procedures", "attach,detach,attach,detach", "--steps", "--counters")
    checks.equal(said.status, 0, f"attach twice: {said.out[-2000:]}{said.err[-2000:]}")
    checks.that("procedure" in said.out and "ok" in said.out, said.out[-500:])

    # A UE that can do nothing the MME allows is refused: not ok, and the status says so.
    text = (ROOT / "etc" / "demo.yaml").read_text().replace("eea: [EEA0, EEA2]", "eea: [EEA1]")
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(text)
        file.flush()
        said = checks.run("run", "--json", "--procedures", "attach", "--topology", file.name)
    checks.equal(said.status, 1, "a run that failed")
    checks.equal(said.json()["ok"], False, "a run that failed")
    checks.that(all(not p["ok"] and p["cause"] for p in said.json()["procedures"]), "a failure has a cause")
    checks.finish()


main()
