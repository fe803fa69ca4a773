#!/usr/bin/env python3
"""virtual_test.py BATON: `baton run --virtual` is the main job on invented time: the same document, and one seed decides it."""

import hashlib
import pathlib
import sys
import tempfile

from support import ROOT, Checks, subscribers


def main():
    checks = Checks(sys.argv[1])
    imsis = [imsi for imsi, _, _ in subscribers()]
    with tempfile.TemporaryDirectory() as folder:
        ledger = pathlib.Path(folder) / "ledger.jsonl"
        said = checks.run("run", "--virtual", "--seed", 7, "--json", "--ledger", ledger)
        checks.equal(said.status, 0, f"status; {said.out[:1500]}{said.err[-1500:]}")
        document = said.json()
        checks.equal(document["ok"], True, "ok")
        checks.equal(document["virtual"]["seed"], 7, "the seed")
        checks.equal(document["virtual"]["ledger_hash"], hashlib.sha256(ledger.read_bytes()).hexdigest(), "the hash is the ledger's")
        names = list(dict.fromkeys(p["name"] for p in document["procedures"]))
        checks.equal([(p["name"], p["subscriber"]) for p in document["procedures"]], [(n, i) for n in names for i in imsis],
                     "every procedure of every subscriber")
        for p in document["procedures"]:
            checks.that(p["ok"] and p["steps"] and p["keys"] and p["ms"] > 0, f"{p['name']} of {p['subscriber']}: {p.get('cause')}")
        again = checks.run("run", "--virtual", "--seed", 7, "--json")
        checks.equal(again.out, said.out, "the same seed, the same document")
        other = checks.run("run", "--virtual", "--seed", 8, "--json").json()
        checks.that(other["ok"] and other["virtual"]["ledger_hash"] != document["virtual"]["ledger_hash"], "another seed")
        checks.that("K_ASME" in checks.run("ledger", ledger).out, "baton ledger reads it")
    said = checks.run("run", "--virtual", "--procedures", "attach,detach")
    checks.equal(said.status, 0, "a table")
    checks.that("seed 1, ledger " in said.out, said.out)
    # Sockets and files of octets are another world's; the two networks do not meet, so both can run at once.
    for arguments in (["--virtual", "--pcap", "x"], ["--virtual", "--stay"], ["--virtual", "--counters"], ["--seed", "1"],
                      ["--virtual", "--seed", "x"]):
        said = checks.run("run", *arguments)
        checks.equal(said.status, 2, f"{arguments}")
    # A failure is the same failure in both.
    text = (ROOT / "etc" / "demo.yaml").read_text().replace("eea: [EEA0, EEA2]", "eea: [EEA1]")
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(text)
        file.flush()
        said = checks.run("run", "--virtual", "--json", "--procedures", "attach", "--topology", file.name)
    checks.equal(said.status, 1, "a run that failed")
    checks.that(all(not p["ok"] and p["cause"] for p in said.json()["procedures"]), "a failure has a cause")
    checks.finish()


main()
