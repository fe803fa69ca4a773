#!/usr/bin/env python3
"""secrets_test.py BATON: at full verbosity no key leaves the process.

Runs the network with a log at trace and everything else that can be switched on. Then derives every key of the
run from the subscriber file and a capture with keys, with tests/independent/recompute, and looks for each of them in all
output: raw, hexadecimal in both cases and with separators, base64, and reversed octets.
"""

import base64
import importlib.machinery
import importlib.util
import pathlib
import sys
import tempfile

from support import ROOT, Checks, subscribers


def load_recompute():
    loader = importlib.machinery.SourceFileLoader("recompute", str(ROOT / "tests" / "independent" / "recompute"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("recompute", loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


def derived_keys(capture):
    """{octets: what they are} of every key that the run used."""
    recompute = load_recompute()
    found = {}

    class Collect(recompute.Recompute):
        def key(self, subscriber, kind, key):
            found[bytes(key)] = f"{kind} of {subscriber.imsi}"
            return super().key(subscriber, kind, key)

        def offer(self, subscriber, kind, key):
            found[bytes(key)] = f"{kind} of {subscriber.imsi}"
            return super().offer(subscriber, kind, key)

    run = Collect(recompute.read_subscribers(str(ROOT / "etc" / "subscribers.csv")))
    for protocol, source, destination, payload in recompute.messages(str(capture)):
        {"s1ap": run.on_s1ap, "radio": run.on_radio, "diameter": run.on_diameter,
         "gtp": run.on_gtp}[protocol](source, destination, payload)
    return found


def forms(key):
    """The ways in which a key might be written."""
    text = key.hex()
    pairs = [text[i:i + 2] for i in range(0, len(text), 2)]
    yield key
    yield key[::-1]
    for digits in (text, "".join(p for p in reversed(pairs)), ":".join(pairs), " ".join(pairs), "-".join(pairs),
                   ", ".join("0x" + p for p in pairs)):
        yield digits.encode()
        yield digits.upper().encode()
    # Base64 of the key at each of three alignments: the part that does not depend on the neighbours.
    for shift in range(3):
        whole = base64.b64encode(bytes(shift) + key)
        first = (shift * 8 + 5) // 6
        yield whole[first:(shift + len(key)) * 8 // 6]
        yield whole[first:(shift + len(key)) * 8 // 6].replace(b"+", b"-").replace(b"/", b"_")


def search(checks, what, content, keys):
    for key, name in keys.items():
        for form in forms(key):
            if form in content:
                checks.fail(f"{name} stands in {what} as {form[:12]!r}...")
                break
        # Half a key is as bad.
        for half in (key[:len(key) // 2], key[len(key) // 2:]):
            if half in content or half.hex().encode() in content.lower():
                checks.fail(f"half of {name} stands in {what}")
    checks.count += len(keys)


def main():
    checks = Checks(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        topology = folder / "net.yaml"
        text = (ROOT / "etc" / "demo.yaml").read_text()
        checks.that("store: memory" in text, "etc/demo.yaml keeps subscribers in memory")
        topology.write_text(text.replace("store: memory", f"store: {folder}/hss.db"))
        loud = ["--log-level", "trace", "--topology", str(topology)]
        # The run whose keys are known: the only capture that holds them, and not searched.
        known = checks.run("run", *loud, "--steps", "--counters", "--log-file", folder / "log", "--ledger",
                           folder / "ledger", "--pcap-with-keys", folder / "keys.pcapng")
        checks.equal(known.status, 0, f"the run with keys: {known.err[-1500:]}")
        keys = derived_keys(folder / "keys.pcapng")
        kinds = {n.split(" ")[0] for n in keys.values()}
        checks.that({"CK", "IK", "K_ASME", "K_NASenc", "K_NASint", "K_eNB", "NH", "K_RRCenc", "K_RRCint"} <= kinds,
                    f"keys that were derived: {sorted(kinds)}")
        permanent = {bytes.fromhex(v): f"{what} of {imsi}" for imsi, k, opc in subscribers()
                     for what, v in (("K", k), ("OP or OPc", opc))}
        keys.update(permanent)
        # The search finds what is there: the capture with keys holds K_ASME (S6a, S10), K_eNB and NH (S1, S10).
        content = (folder / "keys.pcapng").read_bytes()
        in_capture = {n.split(" ")[0] for key, n in keys.items() if key in content}
        checks.that({"K_ASME", "K_eNB", "NH"} <= in_capture, f"the capture with keys holds {sorted(in_capture)}")

        search(checks, "standard output", known.out.encode(), keys)
        search(checks, "standard error", known.err.encode(), keys)
        for file in ("log", "ledger"):
            content = (folder / file).read_bytes()
            checks.that(len(content) > 200, f"the {file} is nearly empty")
            search(checks, f"the {file}", content, keys)
        databases = [f for f in folder.iterdir() if f.name.startswith("hss.db") and not f.name.endswith(".key")]
        checks.that(databases, "there is no database")
        for file in databases:
            search(checks, f"the database file {file.name}", file.read_bytes(), keys)

        # A default capture: RAND and AUTN stand in it, so its own run's keys can be derived from it, and none of
        # them may be in it.
        blanked = checks.run("run", *loud, "--json", "--log-json", "--pcap", folder / "blanked.pcapng")
        checks.equal(blanked.status, 0, f"the run with a default capture: {blanked.err[-1500:]}")
        others = derived_keys(folder / "blanked.pcapng")
        checks.that(len(others) > len(keys) // 2 and others.keys() != keys.keys(), f"{len(others)} keys of the second run")
        search(checks, "the default capture", (folder / "blanked.pcapng").read_bytes(), others)
        search(checks, "JSON output and log", blanked.out.encode() + blanked.err.encode(), others)
    checks.finish()


main()
