#!/usr/bin/env python3
"""scenario_test.py BATON: every scenario of the lab holds, and the same seed plays the same."""

import sys

from support import Checks


def main():
    checks = Checks(sys.argv[1])
    names = [s["name"] for s in checks.run("scenario", "list", "--json").json()["scenarios"]]
    checks.that({"attach", "service-request", "tau", "detach", "re-attach", "network-detach"} <= set(names), str(names))
    for name in names:
        said = checks.run("scenario", "run", name, "--json")
        checks.equal(said.status, 0, f"{name}: {said.out[:1500]} {said.err[:500]}")
        document = said.json()
        checks.equal(document["ok"], True, name)
        checks.that(document["acts"] and all(a["ok"] for a in document["acts"]), name)
        again = checks.run("scenario", "run", name, "--json")
        checks.equal(again.out, said.out, f"{name}: the same seed played something else")
        shown = checks.run("scenario", "show", name)
        checks.equal(shown.status, 0, name)
        checks.that("1. " in shown.out, f"{name}: no numbered acts")
    one, two = (checks.run("scenario", "run", "attach", "--seed", seed, "--json").json() for seed in (1, 2))
    checks.that({k["key_id"] for k in one["keys"]} != {k["key_id"] for k in two["keys"]}, "two seeds give the same keys")
    for arguments in (["scenario", "run", "dance"], ["scenario", "run"], ["scenario"]):
        checks.equal(checks.run(*arguments).status, 2, str(arguments))
    checks.finish()


main()
