#!/usr/bin/env python3
"""key_test.py BATON: `baton key` against derivations computed here with Python's hmac."""

import hashlib
import hmac
import sys

from support import Checks

KASME = "d5ef4d8f33266902295d42f322a2f2cf11fb2ccc124c09b4d88d361597037990"
KENB = "c4c7bc798ab94e3d354cd6608e79aa92f5569df46519507850051e36f018ca5f"
CK, IK = "b40ba9a3c58b2a05bbf0d987b21bf8cb", "f769bcd751044604127672711c6d3441"


def kdf(key, fc, *parameters):
    """TS 33.220, B.2."""
    s = bytes([fc]) + b"".join(p + len(p).to_bytes(2, "big") for p in parameters)
    return hmac.new(bytes.fromhex(key), s, hashlib.sha256).hexdigest()


def plain(key, message):
    """The raw reading of S3.D2."""
    return hmac.new(bytes.fromhex(key), message, hashlib.sha256).hexdigest()


def key_id(kind, key, id_key=bytes(32)):
    return hmac.new(id_key, kind.encode() + b"\0" + bytes.fromhex(key), hashlib.sha256).hexdigest()[:16]


def n(value, octets):
    return value.to_bytes(octets, "big")


CASES = [
    (["kasme", "--ck", CK, "--ik", IK, "--plmn", "00101", "--sqn-xor-ak", "5d69309ce135"],
     [("K_ASME", kdf(CK + IK, 0x10, bytes.fromhex("00f110"), bytes.fromhex("5d69309ce135")))]),
    (["kasme", "--ck", CK, "--ik", IK, "--plmn", "310410", "--sqn-xor-ak", "5d69309ce135"],
     [("K_ASME", kdf(CK + IK, 0x10, bytes.fromhex("130014"), bytes.fromhex("5d69309ce135")))]),
    (["kenb", "--kasme", KASME, "--count", "305419"], [("K_eNB", kdf(KASME, 0x11, n(305419, 4)))]),
    (["kenb-from-utran", "--kasme", KASME], [("K_eNB", kdf(KASME, 0x11, n(0xFFFFFFFF, 4)))]),
    (["nh-first", "--kasme", KASME, "--kenb", KENB], [("NH", kdf(KASME, 0x12, bytes.fromhex(KENB)))]),
    (["nh", "--kasme", KASME, "--nh", KENB], [("NH", kdf(KASME, 0x12, bytes.fromhex(KENB)))]),
    (["kenb-star", "--kenb", KENB, "--pci", "503", "--earfcn", "65535"],
     [("K_eNB", kdf(KENB, 0x13, n(503, 2), n(65535, 2)))]),
    (["kenb-star-nh", "--nh", KENB, "--pci", "1", "--earfcn", "65536"],
     [("K_eNB", kdf(KENB, 0x13, n(1, 2), n(65536, 3)))]),
    (["knas-enc", "--kasme", KASME, "--algorithm", "2"], [("K_NASenc", kdf(KASME, 0x15, b"\1", b"\2")[32:])]),
    (["knas-int", "--kasme", KASME, "--algorithm", "1"], [("K_NASint", kdf(KASME, 0x15, b"\2", b"\1")[32:])]),
    (["krrc-enc", "--kenb", KENB, "--algorithm", "2"], [("K_RRCenc", kdf(KENB, 0x15, b"\3", b"\2")[32:])]),
    (["krrc-int", "--kenb", KENB, "--algorithm", "2"], [("K_RRCint", kdf(KENB, 0x15, b"\4", b"\2")[32:])]),
    (["kup-enc", "--kenb", KENB, "--algorithm", "0"], [("K_UPenc", kdf(KENB, 0x15, b"\5", b"\0")[32:])]),
    (["kup-int", "--kenb", KENB, "--algorithm", "3"], [("K_UPint", kdf(KENB, 0x15, b"\6", b"\3")[32:])]),
    (["ck-ik-handover", "--kasme", KASME, "--count", "5"],
     [("CK'", kdf(KASME, 0x16, n(5, 4))[:32]), ("IK'", kdf(KASME, 0x16, n(5, 4))[32:])]),
    (["ck-ik-idle", "--kasme", KASME, "--count", "5"],
     [("CK'", kdf(KASME, 0x1B, n(5, 4))[:32]), ("IK'", kdf(KASME, 0x1B, n(5, 4))[32:])]),
    (["srvcc", "--kasme", KASME, "--count", "5"],
     [("CK_SRVCC", kdf(KASME, 0x1A, n(5, 4))[:32]), ("IK_SRVCC", kdf(KASME, 0x1A, n(5, 4))[32:])]),
    (["kasme-handover", "--ck", CK, "--ik", IK, "--nonce-mme", "01020304"],
     [("K_ASME", kdf(CK + IK, 0x18, bytes.fromhex("01020304")))]),
    (["kasme-idle", "--ck", CK, "--ik", IK, "--nonce-ue", "a1a2a3a4", "--nonce-mme", "01020304"],
     [("K_ASME", kdf(CK + IK, 0x19, bytes.fromhex("a1a2a3a4"), bytes.fromhex("01020304")))]),
    (["kenb-star-cell", "--kenb", KENB, "--pci", "503"], [("K_eNB*", kdf(KENB, 0x13, n(503, 2)))]),
    (["kenb-star-cell", "--kenb", KENB, "--pci", "1", "--earfcn", "3350"],
     [("K_eNB*", kdf(KENB, 0x13, n(1, 2), n(3350, 2)))]),
    (["kenb-star-cell", "--kenb", KENB, "--pci", "1", "--reading", "raw"], [("K_eNB*", plain(KENB, n(1, 2)))]),
    (["kho", "--kasme", KASME], [("K_HO", kdf(KASME, 0xF8, b"Handover String"))]),
    (["kho", "--kasme", KASME, "--label", "Handover Key"], [("K_HO", kdf(KASME, 0xF8, b"Handover Key"))]),
    (["kho", "--kasme", KASME, "--reading", "raw"], [("K_HO", plain(KASME, b"Handover String"))]),
    (["kenb-star-plus", "--kho", KASME, "--kenb-star", KENB], [("K_eNB*", kdf(KASME, 0xF9, bytes.fromhex(KENB)))]),
    (["kenb-star-plus", "--kho", KASME, "--kenb-star", KENB, "--reading", "raw"],
     [("K_eNB*", plain(KASME, bytes.fromhex(KENB)))]),
    (["kenb-c-rnti", "--kenb-star", KENB, "--c-rnti", "0x1234"], [("K_eNB", kdf(KENB, 0x14, n(0x1234, 2)))]),
    (["kenb-c-rnti", "--kenb-star", KENB, "--c-rnti", "4660", "--reading", "raw"],
     [("K_eNB", plain(KENB, n(0x1234, 2)))]),
    (["kasme-refreshed", "--kasme", KASME, "--direction", "handover", "--count", "5"],
     [("K_ASME", kdf(KASME, 0xF7, b"\1", n(5, 4)))]),
    (["kasme-refreshed", "--kasme", KASME, "--direction", "idle", "--count", "6"],
     [("K_ASME", kdf(KASME, 0xF7, b"\0", n(6, 4)))]),
    (["kupe", "--kasme", KASME, "--upe", "upe-2", "--counter", "1"],
     [("K_UPE", kdf(KASME, 0xFA, b"upe-2", n(1, 2)))]),
    (["kup-upe", "--kupe", KASME, "--algorithm", "2"],
     [("K_UPenc", kdf(KASME, 0x15, b"\5", b"\2")[32:]), ("K_UPint", kdf(KASME, 0x15, b"\6", b"\2")[32:])]),
    (["s-kenb", "--kenb", KENB, "--counter", "9"], [("S-K_eNB", kdf(KENB, 0x1C, n(9, 2)))]),
]


def main():
    checks = Checks(sys.argv[1])
    for arguments, wanted in CASES:
        name = arguments[0]
        said = checks.run("key", *arguments, "--show-secret", "--json")
        checks.equal(said.status, 0, name)
        got = [(k["kind"], k["value"], k["key_id"]) for k in said.json()["keys"]] if said.status == 0 else []
        checks.equal(got, [(kind, key, key_id(kind, key)) for kind, key in wanted], name)
        # Without --show-secret there is the id and nothing else.
        for hidden in (checks.run("key", *arguments), checks.run("key", *arguments, "--json")):
            for kind, key in wanted:
                checks.that(key_id(kind, key) in hidden.out, f"{name}: no key id")
                checks.that(key not in hidden.out + hidden.err, f"{name}: the key is shown")

    other = "11" * 32
    said = checks.run("key", "kenb", "--kasme", KASME, "--count", "1", "--key-id-key", other, "--json")
    checks.equal(said.json()["keys"][0]["key_id"], key_id("K_eNB", kdf(KASME, 0x11, n(1, 4)), bytes.fromhex(other)),
                 "--key-id-key")
    message = "0741020bf600f110800101c0000001"
    said = checks.run("key", "hash-mme", "--message", message)
    wanted = hmac.new(bytes(32), bytes.fromhex(message), hashlib.sha256).hexdigest()[48:]
    checks.that(wanted in said.out, "hash-mme")

    # What is wrong is named, and what stood there is not.
    for arguments, complaint in (
            (["kenb", "--kasme", KASME[:-1], "--count", "1"], "--kasme: expected 64 hexadecimal digits"),
            (["kenb", "--kasme", KASME[:-1] + "g", "--count", "1"], "--kasme: expected 64 hexadecimal digits"),
            (["kenb", "--kasme", KASME, "--count", "0x1000000"], "--count: expected a number from 0 to 16777215"),
            (["kenb", "--kasme", "@/nonexistent", "--count", "1"], "--kasme: cannot read the file"),
            (["kenb", "--kasme", KASME, "--count", "1", "--key-id-key", "00"], "--key-id-key"),
            (["kenb", "--kasme", KASME], "--count"),
            (["colour"], ""), ([], "")):
        said = checks.run("key", *arguments)
        checks.equal(said.status, 2, f"key {arguments[:1]} with a mistake")
        checks.that(complaint in said.err, f"{complaint} is missing in: {said.err}")
        checks.that(KASME[:16] not in said.out + said.err, "a mistake repeats the key")
    checks.finish()


main()
