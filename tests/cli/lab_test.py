#!/usr/bin/env python3
"""lab_test.py BATON: baton lab plays its scenarios, says the same of the same seed, and refuses what it cannot use."""

import sys
from pathlib import Path

from support import Checks

FAULTS = ["--loss", "2%", "--reorder", "5%", "--duplicate", "2%", "--break", "0.1%"]


def main():
    checks = Checks(sys.argv[1])
    names = [s["name"] for s in checks.run("lab", "list", "--json").json()["scenarios"]]
    checks.equal(set(names), {"attach", "s1-handover", "inter-mme-handover", "inter-mme-tau", "mixed"}, "names")
    checks.that("ping-pong" in checks.run("lab", "list").out, "no table of scenarios")
    for name in names:
        said = checks.run("lab", "run", name, "--ues", "8", "--json")
        checks.equal(said.status, 0, f"{name}: {said.out[:1500]} {said.err[:500]}")
        document = said.json()
        checks.equal(document["ok"], True, name)
        seed = document["seeds"][0]
        checks.equal(seed["attached"], 8, name)
        checks.equal(seed["violations"], [], name)
        checks.that(seed["nas_verified"] > 0 and seed["srb_verified"] > 0, f"{name}: the monitor saw nothing")
        checks.that(name == "attach" or document["moves"] > 0, f"{name}: nobody moved")
        checks.that(all(n == 0 for p in document["faults"].values() for n in p.values()), f"{name}: faults unasked for")

    arguments = ["lab", "run", "inter-mme-handover", "--ues", "10", *FAULTS, "--seeds", "1..2", "--json"]
    said = checks.run(*arguments)
    checks.equal(checks.run(*arguments).out, said.out, "the same seeds played something else")
    one, two = said.json()["seeds"]
    checks.that(one["ledger_hash"] != two["ledger_hash"], "two seeds, one ledger")
    checks.that(len(one["ledger_hash"]) == 64, "not a hash")
    counts = said.json()["faults"]
    checks.that(counts["RRC"]["loss"] > 0 and counts["RRC"]["reorder"] > 0, "no faults on the radio hop")
    checks.that(counts["S1AP"]["duplicate"] == 0 and counts["Diameter"]["loss"] == 0, "SCTP or TCP lost or repeated")

    walk = ["lab", "kasme", "--seeds", "1..3", "--json"]
    said = checks.run(*walk)
    checks.equal(said.status, 0, said.out[:1500] + said.err[:500])
    checks.equal((said.json()["ok"], said.json()["policy"], said.json()["seeds"]), (True, "hardened", 3), "a walk")
    checks.equal(checks.run(*walk).out, said.out, "the same seeds walked elsewhere")
    kept = checks.run("lab", "kasme", "--profile", "temporary-kasme", "--set", "confusion=keep", "--seeds", "1..2")
    checks.equal(kept.status, 0, kept.out)
    for arguments in (["--profile", "best"], ["--set", "confusion"], ["--set", "confusion=both"], ["--seeds", ".."],
                      ["--set", "confusion=keep"], ["--actions", "0"]):
        checks.equal(checks.run("lab", "kasme", *arguments).status, 2, str(arguments))

    table = checks.run("lab", "run", "attach", "--ues", "3")
    checks.equal(table.status, 0, table.out)
    checks.that("ledger hash" in table.out, "no table")
    cost = checks.run("lab", "cost")
    checks.equal(cost.status, 0, cost.err[:500])
    page = Path(__file__).resolve().parents[2] / "docs/reports/handover-cost.md"
    checks.equal(cost.out, page.read_text(), "the page is not what is printed: baton lab cost > docs/reports/handover-cost.md")
    for arguments in (["lab"], ["lab", "run"], ["lab", "run", "dance"], ["lab", "run", "attach", "--loss", "101%"],
                      ["lab", "run", "attach", "--loss", "much"], ["lab", "run", "attach", "--seeds", "2..1"],
                      ["lab", "run", "attach", "--seeds", ".."], ["lab", "run", "attach", "--ues", "0"]):
        checks.equal(checks.run(*arguments).status, 2, str(arguments))
    checks.finish()


main()
