#!/usr/bin/env python3
"""load_test.py BATON: load on an HSS of its own process: every vector is checked as the cards do, and what is wrong shows."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

from support import ENVIRONMENT, ROOT, Checks

REALM = "epc.mnc001.mcc001.3gppnetwork.org"
# Addresses of this test alone, so that others may run beside it.
NET = f"127.{os.getpid() // 200 % 200 + 20}.{os.getpid() % 200 + 1}"


def config(folder, store="memory"):
    path = pathlib.Path(folder, "hss.yaml")
    clients = "\n".join(f"      - {{name: mme{i}, identity: mme{i}.{REALM}, address: {NET}.{i + 10}}}" for i in (1, 2, 3))
    path.write_text(f"""hss:
  identity: hss.{REALM}
  store: {store}
  diameter:
    server:
      - address: {NET}.8
    client:
{clients}
""")
    return path


class Hss:
    def __init__(self, binary, path, subscribers):
        self.process = subprocess.Popen([binary, "node", "hss", "-c", str(path), "--subscribers", str(subscribers), "--log-level", "error"],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT, cwd=ROOT)
        self.serves = b"serves" in self.process.stdout.readline()

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        try:
            _, err = self.process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return -1, "does not end"
        return self.process.returncode, err.decode()[-1500:]


def cards(path, count, seed):
    with open(path, "w") as out:
        subprocess.run([sys.executable, "-B", str(ROOT / "tools" / "subscribers"), str(count), str(seed)], stdout=out, check=True)
    return path


def main():
    checks = Checks(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        path = config(folder)
        known = cards(f"{folder}/known.csv", 60, 1)
        other = cards(f"{folder}/other.csv", 60, 2)
        hss = Hss(checks.binary, path, known)
        checks.that(hss.serves, "the HSS serves")
        try:
            def load(*more, seconds="0.4"):
                return checks.run("load", "hss", "-c", path, "--ramp", "0.1", "--seconds", seconds, "--json", *more)

            said = load("--cards", known, "--window", "16", "--connections", "3", "--vectors", "2")
            got = said.json()
            checks.equal((said.status, got["good"], got["faults"]), (0, True, []), "three connections with cards")
            checks.that(got["answered"] > 50 and got["vectors"] > 100, f"answers came: {got}")
            checks.equal(list(got["results"]), ["2001 DIAMETER_SUCCESS"], "verdicts")
            checks.that(got["cards_checked"] and got["air"]["count"] > 0 and got["ulr"]["count"] == 0, "only AIR")
            checks.that(0 < got["air"]["p50_us"] <= got["air"]["p99_us"] <= got["air"]["max_us"], f"percentiles rise: {got['air']}")

            # Half of it Update Location; the first client took the subscribers of the others, which are cancelled.
            said = load("--cards", known, "--window", "8", "--ulr", "50")
            got = said.json()
            checks.equal((said.status, got["good"]), (0, True), f"a mix: {got}")
            checks.that(abs(got["air"]["count"] - got["ulr"]["count"]) < 0.2 * got["answered"] + 10, f"half and half: {got}")

            # Cards with other keys: every vector is wrong, and the command says so.
            said = load("--cards", other, "--window", "4")
            got = said.json()
            checks.equal((said.status, got["good"]), (1, False), "cards with other keys")
            checks.equal(got["vector_wrong"], got["vectors"], "no vector is right for a card with another key")

            # Subscribers nobody knows.
            said = load("--first-imsi", "001010000009000", "--subscribers", "10", "--window", "2")
            got = said.json()
            checks.equal((said.status, list(got["results"])), (1, ["5001 DIAMETER_ERROR_USER_UNKNOWN"]), "unknown subscribers")

            # A rate holds the window back.
            got = load("--cards", known, "--window", "32", "--rate", "200", seconds="1").json()
            checks.that(150 <= got["answers_per_s"] <= 250, f"200 a second: {got['answers_per_s']}")

            # An address the HSS does not know is refused, and that ends the run.
            said = checks.run("load", "hss", "--server", f"{NET}.8", "--realm", REALM, "--identity", f"mme9.{REALM}",
                              "--local", f"{NET}.19", "--ramp", "0", "--seconds", "0.1", "--json")
            checks.that(said.status == 1 and "3010" in said.json()["faults"][0], f"a stranger: {said.out}")

            text = checks.run("load", "hss", "-c", path, "--cards", known, "--ramp", "0", "--seconds", "0.2")
            checks.that(text.status == 0 and "answers/s" in text.out and "AIR" in text.out, f"as text: {text.out}{text.err}")
        finally:
            status, err = hss.end()
            checks.equal(status, 0, f"the HSS at SIGTERM: {err}")

        # Risks seen in other cores: SQN lost in a crash. The HSS dies in the middle and comes back with its store: the load reconnects, and no card sees an SQN again.
        path = config(folder, f"{folder}/hss.db")
        hss = Hss(checks.binary, path, known)
        running = subprocess.Popen([checks.binary, "load", "hss", "-c", str(path), "--cards", known, "--window", "8", "--ramp", "0",
                                    "--seconds", "4", "--timeout", "20", "--reconnect", "--json"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT, cwd=ROOT)
        try:
            running.wait(timeout=1)
            checks.fail("the load ended before its time")
        except subprocess.TimeoutExpired:
            pass
        hss.end(signal.SIGKILL)
        hss = Hss(checks.binary, path, known)
        out, err = running.communicate(timeout=60)
        hss.end()
        got = json.loads(out)
        checks.equal((got["sqn_stale"], got["vector_wrong"], got["rand_repeated"]), (0, 0, 0), f"after a crash: {got}")
        checks.that(got["reconnects"] >= 1, "it came back")

        for wrong in (["--window", "0"], ["--ulr", "101"], ["--vectors", "6"], ["--connections", "4"], ["--first-imsi", "1"],
                      ["--seconds", "-1"], ["--rate", "-1"]):
            said = checks.run("load", "hss", "-c", path, *wrong)
            checks.that(said.status == 2 and said.err, f"{wrong}: status {said.status}")
        checks.equal(checks.run("load", "hss").status, 2, "without an HSS")
    checks.finish()


main()
