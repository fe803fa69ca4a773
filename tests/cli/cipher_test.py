#!/usr/bin/env python3
"""cipher_test.py BATON: `baton cipher`, `baton mac` and the algorithms of `baton key` against published test data."""

import sys

from support import ROOT, Checks

VECTORS = ROOT / "tests" / "vectors"


def cases(file):
    """The sections of a file of tests/vectors, as dictionaries."""
    found = []
    for line in (VECTORS / file).read_text().splitlines():
        if line.startswith("["):
            found.append({})
        elif " =" in line and not line.startswith("#"):
            key, _, value = line.partition(" =")
            found[-1][key] = value.strip()
    assert found, file
    return found


def arguments(case, other):
    name = "FRESH" if other == "fresh" else "BEARER"
    value = f"0x{case[name]}" if other == "fresh" else case[name]
    return ["--key", case["Key"], "--count", f"0x{case['COUNT']}", f"--{other}", value, "--direction",
            case["DIRECTION"], "--bits", case["Bits"], "--data", case["Data"]]


def keys(said):
    return {k["kind"]: k.get("value") for k in said.json()["keys"]}


def main():
    checks = Checks(sys.argv[1])
    for name, file in (("eea1", "eea1_ts33401.vec"), ("eea2", "eea2_ts33401.vec"), ("eea3", "eea3_ts35223.vec"),
                       ("uea1", "uea1_ts35203.vec"), ("uea2", "uea2_ts35217.vec")):
        for path in ("portable", "wide"):
            for case in cases(file):
                said = checks.run("--crypto-path", path, "cipher", name, *arguments(case, "bearer"))
                checks.equal(said.out.strip(), case["Out"], f"cipher {name} {path}")
    for name, file in (("eia1", "eia1_ts33401.vec"), ("eia2", "eia2_ts33401.vec"), ("eia3", "eia3_ts35223.vec"),
                       ("uia1", "uia1_ts35203.vec"), ("uia2", "uia2_ts35217.vec")):
        other = "fresh" if name.startswith("uia") else "bearer"
        for case in cases(file):
            said = checks.run("mac", name, *arguments(case, other), "--json")
            checks.equal(said.json(), {"algorithm": name, "bits": int(case["Bits"]), "mac": case["Out"]}, f"mac {name}")

    case = cases("milenage_ts35208.vec")[2]
    said = checks.run("key", "milenage", "--k", case["K"], "--opc", case["OPc"], "--rand", case["RAND"], "--sqn",
                      case["SQN"], "--amf", case["AMF"], "--show-secret", "--json")
    checks.equal(list(keys(said).values()), [case[f] for f in ("f1", "f1*", "f2", "f3", "f4", "f5", "f5*")], "milenage")
    for case in cases("tuak_ts35233.vec"):
        bits = [f"--{n}-bits={4 * len(case[f])}" for n, f in (("mac", "f1"), ("res", "f2"), ("ck", "f3"), ("ik", "f4"))]
        common = ["--k", case["K"], "--rand", case["RAND"], "--sqn", case["SQN"], "--amf", case["AMF"], "--iterations",
                  case["Iterations"], *bits, "--show-secret", "--json"]
        wanted = [case[f] for f in ("TOPc", "f1", "f1*", "f2", "f3", "f4", "f5", "f5*")]
        for top in (["--top", case["TOP"]], ["--topc", case["TOPc"]]):
            checks.equal(list(keys(checks.run("key", "tuak", *top, *common)).values()), wanted, "tuak")
    for case in cases("eap_aka_prime_rfc9048.vec"):
        said = checks.run("key", "eap-aka-prime", "--identity", case["Identity"], "--ck", case["CK"], "--ik", case["IK"],
                          "--network", case["Network"], "--sqn-xor-ak", case["AUTN"][:12], "--show-secret", "--json")
        checks.equal(keys(said), {n: case[n] for n in ("CK'", "IK'", "K_encr", "K_aut", "K_re", "MSK", "EMSK")},
                     "eap-aka-prime")
    case = cases("comp128_computed.vec")[-1]
    said = checks.run("key", "comp128", "--version", case["Version"], "--k", case["Ki"], "--rand", case["RAND"],
                      "--show-secret", "--json")
    checks.equal(keys(said), {"SRES": case["SRES"], "Kc": case["Kc"]}, "comp128")
    said = checks.run("key", "kdf", "--key", "0b" * 20, "--s", b"Hi There".hex(), "--show-secret", "--json")
    checks.equal(keys(said), {"KDF": "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"}, "kdf")

    # Without --show-secret no key is told.
    said = checks.run("key", "kdf", "--key", "0b" * 20, "--s", b"Hi There".hex())
    checks.that("b0344c61" not in said.out + said.err, "kdf shows the key")

    said = checks.run("key", "--cpu")
    checks.equal(said.status, 0, "key --cpu")
    checks.that("AES runs on" in said.out, "key --cpu tells the path")
    said = checks.run("--crypto-path", "portable", "key", "--cpu")
    checks.that("hardware" not in said.out and "wide" not in said.out, "--crypto-path portable is obeyed")

    # What is wrong is named, and what stood there is not.
    key = "00112233445566778899aabbccddeeff"
    good = {"--key": key, "--count": "1", "--bearer": "1", "--direction": "0", "--bits": "8", "--data": "ab"}
    for option, value, complaint in (
            ("--key", key[:-2], "the key is 16 octets"), ("--key", key + "00", "the key is 16 octets"),
            ("--key", key[:-1], "--key: expected hexadecimal digits"),
            ("--count", "4294967296", "COUNT is 32 bits"), ("--count", "x", "--count: expected a number"),
            ("--bearer", "32", "BEARER is 5 bits"), ("--direction", "2", "--direction: expected 0"),
            ("--bits", "9", "fewer bits of data"), ("--data", "abc", "--data: expected hexadecimal digits"),
            ("--key", "@/nonexistent", "--key: cannot read the file")):
        for command in (("cipher", "eea1"), ("mac", "eia3")):
            said = checks.run(*command, *(x for pair in {**good, option: value}.items() for x in pair))
            checks.equal(said.status, 2, f"{command} {option}")
            checks.that(complaint in said.err, f"{command}: {complaint} is missing in: {said.err}")
            checks.that(key[:16] not in said.out + said.err, f"{command}: a mistake repeats the key")
    said = checks.run("mac", "uia2", "--key", key, "--count", "1", "--fresh", "0x100000000", "--direction", "0", "--data", "")
    checks.that("FRESH is 32 bits" in said.err, "fresh")
    for wrong in (["--k", key[:-2]], ["--mac-bits", "40"], ["--iterations", "0"]):
        base = {"--k": key, "--topc": "00" * 32, "--rand": key, "--sqn": "000000000000", "--amf": "8000"}
        said = checks.run("key", "tuak", *(x for pair in {**base, wrong[0]: wrong[1]}.items() for x in pair))
        checks.equal(said.status, 2, f"tuak {wrong[0]}")
    said = checks.run("key", "tuak", "--k", key, "--rand", key, "--sqn", "000000000000", "--amf", "8000")
    checks.that("either --top or --topc" in said.err, "tuak without TOP")
    checks.finish()


main()
