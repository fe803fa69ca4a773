#!/usr/bin/env python3
"""input_test.py BATON: files that cannot be used are refused with line and field, before anything starts."""

import pathlib
import sys
import tempfile

from support import ROOT, Checks, subscribers

DEMO = (ROOT / "etc" / "demo.yaml").read_text()
CSV = (ROOT / "etc" / "subscribers.csv").read_text()


def replaced(text, old, new):
    assert old in text, old
    return text.replace(old, new, 1)


TOPOLOGIES = [
    ("no YAML", DEMO + "\nmme: [\n", ":"),
    ("a tab", DEMO + "\nmore:\n\t- x\n", ":"),
    ("an unknown key", replaced(DEMO, "    gtpu:", "    gtp-u:"), "upe[0].gtp-u"),
    ("a key twice", DEMO + "\nhss: {}\n", "hss: expected each key once"),
    ("an address", replaced(DEMO, "address: 127.0.0.8", "address: localhost"), "an IPv4 address"),
    ("a name twice", replaced(DEMO, "name: enb2", "name: enb1"), "enb[1].name"),
    ("null integrity", replaced(DEMO, "[EIA2]", "[EIA0]"), "integrity_order"),
    ("keys in the clear", replaced(DEMO, "      - address: 127.0.0.8", "      - address: 192.0.2.8"),
     "protected-by"),
    ("a list for a map", replaced(DEMO, "global:\n  plmn_id:", "global:\n  - plmn_id:"), "global"),
    ("nothing", "", "empty"),
    ("other octets", "\0\1\2\3", ":"),
    ("too few nodes", "ue: {}\n", "needs hss"),
]

SUBSCRIBERS = [
    ("another algorithm", replaced(CSV, ",mil,", ",xor,"), ":4: Auth"),
    ("an OP type", replaced(CSV, ",opc,", ",opd,"), ":4: OP_Type"),
    ("a column less", ",9,".join(CSV.rsplit(",9,dynamic", 1)[:1]) + ",dynamic\n", ":7: expected 10 columns"),
    ("an IMSI twice", CSV + CSV.splitlines()[-1] + "\n", ":8: IMSI"),
    ("letters in an IMSI", replaced(CSV, "001010000000001", "00101000000000x"), ":4: IMSI"),
    ("nothing", "# nobody\n", "at least one subscriber"),
    ("a header that lacks K", "imsi,opc,amf,sqn\n", ": k: expected"),
]


def main():
    checks = Checks(sys.argv[1])
    secrets = [value for _, k, opc in subscribers() for value in (k, opc)]
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "input"
        ledger = pathlib.Path(folder) / "ledger"
        for what, text, complaint in TOPOLOGIES:
            file.write_text(text)
            said = checks.run("run", "--topology", file, "--ledger", ledger)
            checks.equal((said.status, said.out), (2, ""), f"topology with {what}")
            checks.that(complaint in said.err, f"topology with {what}: {said.err}")
            checks.that(not ledger.exists(), f"topology with {what}: something was started")
            said = checks.run("node", "mme", "-c", file)
            checks.that(said.status in (1, 2) and said.err, f"node with {what}: {said.err}")
        for what, text, complaint in SUBSCRIBERS:
            file.write_text(text)
            said = checks.run("run", "--subscribers", file)
            checks.equal((said.status, said.out), (2, ""), f"subscribers with {what}")
            checks.that(complaint in said.err, f"subscribers with {what}: {said.err}")
            checks.that(not any(s in said.err for s in secrets), f"subscribers with {what}: a key is repeated")
        # A key one digit short, one long, and with another letter.
        key = subscribers()[0][1]
        for other in (key[:-1], key + "0", key[:-1] + "g"):
            file.write_text(CSV.replace(key, other))
            said = checks.run("run", "--subscribers", file)
            checks.equal(said.status, 2, "a key that is none")
            checks.that(":4: Key: expected 32 hexadecimal digits" in said.err, said.err)
            checks.that(other[:8] not in said.err, "a key is repeated")
    for arguments in (["run", "--topology", "/nonexistent"], ["run", "--subscribers", "/nonexistent"],
                      ["run", "--colour"], ["run", "--procedures", "dance"], ["node", "pope", "-c", "etc/demo.yaml"],
                      ["node", "mme"], ["run", "--pcap", "/nonexistent/a"], ["run", "--log-file", "/proc/a"],
                      ["run", "--at-once", "0"], []):
        said = checks.run(*arguments)
        checks.equal(said.status, 2, f"{arguments}")
        checks.that(said.err != "", f"{arguments} says nothing")
    checks.finish()


main()
