#!/usr/bin/env python3
"""bench_test.py BATON CXX: `baton bench crypto` measures every row, and a module of peers is what its columns come from.

No time is judged: a round here is one call.
"""

import pathlib
import subprocess
import sys
import tempfile

from support import ROOT, Checks

BRIEFLY = ("--rounds", "1", "--round-ms", "0")

MODULE = """
#include "app/bench_peers.h"
namespace {
volatile int spent;
void spend() { for (int i = 0; i < 1000; ++i) spent = i; }
}
extern "C" const baton::app::BenchPeer* baton_bench_peers(std::size_t* count) {
  static const baton::app::BenchPeer all[] = {{"vector", "a loop", 2, spend}, {"limit vector 1", "none here", 1, nullptr}};
  *count = 2;
  return all;
}
"""


def rows(said, *path):
    return [r for r in said.json()["rows"] if r["path"] in path]


def main():
    checks = Checks(sys.argv[1])
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        (work / "peers.cpp").write_text(MODULE)
        module = work / "peers.so"
        subprocess.run([sys.argv[2], "-std=c++20", "-shared", "-fPIC", "-I", ROOT / "src", work / "peers.cpp", "-o", module],
                       check=True)
        said = checks.run("bench", "crypto", "--json", *BRIEFLY, "--peers", module)
        checks.equal(said.status, 0, "bench crypto")
        document = said.json()
        checks.that(document["command"].startswith("baton bench crypto --rounds 1"), "the command is told")
        checks.that(len(document["rows"]) >= 20, "all rows")
        jobs = " ".join(r["job"] for r in document["rows"])
        for name in ("EPS vector", "RAND included", "TUAK", "KDF", "EEA1", "EIA1", "EEA2 and EIA2", "EEA3", "EIA3", "UEA1"):
            checks.that(name in jobs, f"a row for {name}")
        for row in rows(said, "portable"):
            checks.that(row["ns"] is not None and row["ns"] > 0, f"{row['job']}: measured")
        with_peer = [r for r in document["rows"] if r["peer"] == "a loop"]
        checks.that(len(with_peer) >= 4, "vectors have the module's peer")
        for row in with_peer:
            if row["ns"] is not None:
                checks.that(abs(row["ratio"] - row["peer_ns"] / row["ns"]) < 1e-6, f"{row['job']}: ratio")
                checks.equal(row["met"] is None, row["target_ns"] is None and row["target_ratio"] is None, f"{row['job']}: met")
        # What the module does not have, or has no instructions for, is not there.
        for row in document["rows"]:
            checks.that(row["limit_ns"] is None and row["share_of_limit"] is None, f"{row['job']}: no limit")
            if row["peer"] != "a loop":
                checks.that(row["peer_ns"] is None and row["ratio"] is None, f"{row['job']}: no peer")

        # A processor without the instructions: the rows are there, the figures are not.
        said = checks.run("--crypto-path", "portable", "bench", "crypto", "--json", *BRIEFLY, "--peers", module)
        for row in rows(said, "wide", "hardware"):
            checks.that(row["ns"] is None and row["met"] is None, f"{row['job']}: nothing measured without instructions")
        said = checks.run("bench", "crypto", *BRIEFLY, "--peers", module)
        checks.that("n/a" in said.out and "a loop" in said.out and "processor" in said.out, "the table says n/a")

        for wrong in (("--peers", work / "none.so"), ("--peers", work / "peers.cpp"), ("--rounds", "0"), ("--rounds", "9999"),
                      ("--round-ms", "-1"), ("--round-ms", "nan")):
            checks.equal(checks.run("bench", "crypto", *wrong).status, 2, f"bench crypto {wrong[0]} is refused")
    checks.finish()


main()
