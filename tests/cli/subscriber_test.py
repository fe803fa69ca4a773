#!/usr/bin/env python3
"""subscriber_test.py BATON: subscribers by the command, through a running HSS and on its store file."""

import json
import subprocess
import sys

from hss_world import K, OPC, World
from support import ROOT, Checks

NEEDLES = [K.encode(), K.upper().encode(), OPC.encode(), bytes.fromhex(K), bytes.fromhex(OPC)]

OPEN5GS = ('{"_id":{"$oid":"5f"},"imsi":"001010000000201","msisdn":["4915"],"security":{"k":"FEC86BA6 EB707ED0 8905757B 1BB44B8F",'
           '"op":null,"opc":"1006020F 0A478BF6 B699F15C 062E42B3","amf":"8000","sqn":{"$numberLong":"65"}},'
           '"ambr":{"downlink":{"value":1,"unit":3},"uplink":{"value":500,"unit":2}},"slice":[{"sst":1,"default_indicator":true,'
           '"session":[{"name":"Internet","type":3,"qos":{"index":7,"arp":{"priority_level":8}}}]}],"__v":0}\n')
PYHSS = json.dumps([{"auc_id": 4, "ki": K, "opc": OPC, "amf": "8000", "sqn": 96, "iccid": None}], indent=1) + "\n" + json.dumps(
    [{"apn_id": 2, "apn": "ims", "qci": 5, "ip_version": 0}]) + "\n" + json.dumps(
    [{"subscriber_id": 1, "imsi": "001010000000301", "enabled": True, "auc_id": 4, "default_apn": 2, "apn_list": "2",
      "msisdn": "123", "ue_ambr_dl": 1000, "ue_ambr_ul": 2000}])
DBCTL = f"""# the way in which the old core was filled
open5gs-dbctl add 001010000000401 {K} {OPC}
sudo ./open5gs-dbctl --db_uri=mongodb://localhost/open5gs add_ue_with_apn 001010000000402 {K} {OPC} internet.two
open5gs-dbctl ambr_speed 001010000000401 20 2 10 2
"""
SIM = f"""*HEADER DESCRIPTION
***************************************
Customer: Somebody
Quantity: 1
Batch: 17
Transport_Key: {{key}}
***************************************
*INPUT VARIABLES
***************************************
Var_In_List:
IMSI: 001010000000501
***************************************
*OUTPUT VARIABLES
***************************************
Var_Out: Ser_Nb/IMSI/PIN1/PUK1/Ki/OPC
8949001234567890123 001010000000501 1234 12345678 {{ki}} {{opc}}
"""


def aes_ecb(key, text):
    """Enciphers as a SIM vendor does, by OpenSSL's command: an implementation that is not ours."""
    return subprocess.run(["openssl", "enc", "-aes-128-ecb", "-nopad", "-K", key], input=bytes.fromhex(text), capture_output=True,
                          check=True).stdout.hex()


def in_both_ways(checks, world, running):
    """The same commands through a running HSS and without one."""
    way = "with an HSS" if running else "on the store file"

    def baton(*arguments, stdin=b""):
        said = checks.run("subscriber", "-c", world.config, *arguments, stdin=stdin)
        for needle in NEEDLES:
            checks.that(needle not in said.out.encode() + said.err.encode(), f"{way}: {arguments[0]} shows a key")
        return said

    tail = "1" if running else "2"
    imsi = "00101000000010" + tail
    (world.folder / "k").write_text(K + "\n")
    (world.folder / "opc").write_text(OPC + "\n")
    keys = ["--k", f"@{world.folder}/k", "--opc", f"@{world.folder}/opc"]
    (world.folder / "k").chmod(0o600)
    added = baton("--json", "add", imsi, *keys, "--msisdn", "491510000000" + tail, "--apn", "internet:9:ipv4v6", "--apn", "ims:5",
                  "--ambr-up", "50M", "--ambr-down", "1G")
    checks.equal(added.status, 0, f"{way}: add: {added.err}")
    one = json.loads(added.out) if added.status == 0 else {}
    checks.equal([one.get("imsi"), one.get("ambr"), [a["apn"] for a in one.get("apns", [])]],
                 [imsi, {"up_bps": 50_000_000, "down_bps": 1_000_000_000}, ["internet", "ims"]], f"{way}: what was added")
    checks.that(not {"k", "opc", "op", "topc"} & set(one), f"{way}: no key comes back")
    again = baton("add", imsi, *keys)
    checks.equal((again.status, "already" in again.err), (1, True), f"{way}: a second one: {again.err}")
    (world.folder / "half").write_text("12\n")
    checks.equal(baton("add", "00101000000019" + tail, "--k", f"@{world.folder}/half", *keys[2:]).status, 1, f"{way}: half a key")
    (world.folder / "half").unlink()
    for plain in (["--k", K, *keys[2:]], [*keys[:2], "--opc", OPC]):
        said = baton("add", "00101000000018" + tail, *plain)
        checks.equal((said.status, "@FILE" in said.err), (2, True), f"{way}: a key in the command line: {said.err}")
    said = baton("add", "00101000000018" + tail, "--k", "@-", *keys[2:], stdin=K.encode() + b"\n")
    checks.equal(said.status, 0, f"{way}: K from standard input: {said.err}")
    checks.equal(baton("remove", "00101000000018" + tail).status, 0, f"{way}: and gone again")
    checks.equal(baton("add", "12ab", *keys).status, 1, f"{way}: letters in an IMSI")

    shown = baton("show", imsi)
    checks.that(shown.status == 0 and imsi in shown.out and "internet" in shown.out, f"{way}: show: {shown.out}{shown.err}")
    changed = baton("--json", "set", imsi, "--barred", "yes", "--msisdn", "none", "--restrict", "utran", "geran")
    checks.equal(changed.status, 0, f"{way}: set: {changed.err}")
    now = json.loads(changed.out) if changed.status == 0 else {}
    checks.equal([now.get("barred"), now.get("msisdn"), now.get("restrictions"), now.get("ambr")],
                 [True, "", ["utran", "geran"], one.get("ambr")], f"{way}: what was changed, and what was not")
    checks.that(now.get("version", 0) > one.get("version", 0), f"{way}: the version goes up")
    checks.equal(baton("set", imsi, "--version-is", "0", "--barred", "no").status, 1, f"{way}: of an old version")
    checks.equal(baton("show", "001019999999999").status, 1, f"{way}: nobody")

    # Importers: each format, all or nothing, every mistake with its line.
    transport = "00112233445566778899aabbccddeeff"
    files = {
        "open5gs": (OPEN5GS.replace("0201", "020" + tail), ["00101000000020" + tail]),
        "pyhss": (PYHSS.replace("0301", "030" + tail), ["00101000000030" + tail]),
        "dbctl": (DBCTL.replace("0010100000004", f"00101000{tail}0004"), [f"00101000{tail}000401", f"00101000{tail}000402"]),
        "sim": (SIM.format(key="7", ki=aes_ecb(transport, K), opc=aes_ecb(transport, OPC)).replace("0501", "050" + tail),
                ["00101000000050" + tail]),
        "srsepc": (f"ue,mil,00101000000060{tail},{K},opc,{OPC},8000,000000000040,9,dynamic\n", ["00101000000060" + tail]),
        "plain": (f"imsi,k,op,amf,sqn,sqn_scheme,ind_bits,apn\n00101000000070{tail},{K},{OPC},8000,000000000440,time,6,some.apn\n",
                  ["00101000000070" + tail]),
    }
    for form, (text, imsis) in files.items():
        path = world.folder / f"import.{form}"
        path.write_text(text)
        (world.folder / "transport").write_text(transport + "\n")
        more = ["--transport-key", f"@{world.folder}/transport"] if form == "sim" else []
        said = baton("import", path, *more)
        checks.equal(said.status, 0, f"{way}: import of {form}: {said.err}")
        path.unlink()
        for who in imsis:
            checks.equal(baton("show", who).status, 0, f"{way}: {who} of {form}")
    got = json.loads(baton("--json", "show", "00101000000070" + tail).out)
    checks.equal(got["sqn"], {"scheme": "time", "ind_bits": 6, "seq": 0x440 >> 6}, f"{way}: how the SQN of a plain row is made")
    if running:
        got = json.loads(baton("--json", "show", "001010000000201").out)
        checks.equal([got["apns"][0]["apn"], got["apns"][0]["qci"], got["msisdn"], got["sqn"]["seq"], got["ambr"]],
                     ["internet", 7, "4915", 2, {"up_bps": 500_000_000, "down_bps": 1_000_000_000}], "what a document of Open5GS says")
    path = world.folder / "sim"
    path.write_text(files["sim"][0].replace("05", "55"))
    said = baton("import", path)
    checks.equal((said.status, "transport key" in said.err), (2, True), f"{way}: encrypted keys without a key: {said.err}")
    before = json.loads(baton("--json", "list").out)
    bad = ("imsi,k,opc,amf,sqn\n" + f"00101000000080{tail},{K},{OPC},8000,000000000000\n" +
           "".join(f"0010100000009{n:02d},{K[:-1]},{OPC},8000,000000000000\n" for n in range(30)))
    path.write_text(bad)
    said = baton("import", path)
    checks.equal(said.status, 2, f"{way}: a file with mistakes")
    checks.equal(said.err.count(": k: expected 32 hexadecimal digits, found 31 characters"), 30, f"{way}: every line is named")
    path.write_text(f"imsi,k,opc,amf,sqn\n00101000000081{tail},{K},{OPC},8000,000000000000\n{imsi},{K},{OPC},8000,000000000000\n")
    checks.equal(baton("import", path).status, 1, f"{way}: one of them is there already")
    checks.equal(json.loads(baton("--json", "list").out), before, f"{way}: nothing of either was taken")
    checks.equal(baton("import", path, "--keep-existing").status, 0, f"{way}: who is there stays")
    checks.equal(json.loads(baton("--json", "show", imsi).out)["barred"], True, f"{way}: as he was")

    listed = [s["imsi"] for s in json.loads(baton("--json", "list").out)]
    checks.equal(listed, sorted(listed), f"{way}: by IMSI")
    checks.equal([s["imsi"] for s in json.loads(baton("--json", "list", "--after", listed[1], "--limit", "2").out)], listed[2:4],
                 f"{way}: a part of the list")
    exported = baton("export")
    checks.equal([json.loads(line)["imsi"] for line in exported.out.splitlines()], listed, f"{way}: export has all")
    checks.equal(baton("remove", imsi).status, 0, f"{way}: remove")
    checks.equal(baton("show", imsi).status, 1, f"{way}: gone")
    checks.equal(baton("remove", imsi).status, 1, f"{way}: removed twice")
    for name in ("k", "opc", "sim"):
        (world.folder / name).unlink()


def main():
    checks = Checks(sys.argv[1])
    with World(sys.argv[1]) as world:
        # Nobody runs: the command works on the file, and makes it.
        in_both_ways(checks, world, running=False)
        world.start()
        in_both_ways(checks, world, running=True)
        # A second HSS, or the command on the file, must not write what this one writes.
        (world.folder / "hss.sock").rename(world.folder / "elsewhere")
        said = checks.run("subscriber", "-c", world.config, "list")
        checks.equal((said.status, "in use" in said.err), (1, True), f"without the socket, beside a running HSS: {said.err}")
        second = checks.run("node", "hss", "-c", world.config)
        checks.equal((second.status, "in use" in second.err), (1, True), f"a second HSS on the same store: {second.err}")
        (world.folder / "elsewhere").rename(world.folder / "hss.sock")
        status, err = world.stop()
        checks.equal(status, 0, f"the HSS at SIGTERM: {err[-2000:]}")
        # What both wrote is there, and no key in the clear anywhere.
        said = checks.run("subscriber", "-c", world.config, "--json", "list")
        there = [s["imsi"] for s in json.loads(said.out)]
        checks.that({"001010000000201", "001010000000202"} <= set(there), f"what both ways added: {there}")
        for needle in NEEDLES:
            checks.that(needle not in world.everything(), "a key stands in a file")
        # Numbers without a gap, and a beginning for every change.
        entries = world.audit()
        checks.equal([e["n"] for e in entries], list(range(1, len(entries) + 1)), "the audit log has every number")
        adds = [e["outcome"] for e in entries if e["action"] == "add" and e["subject"] == "001010000000101"]
        checks.equal(adds, ["begun", "done", "begun", "the subscriber exists"], "what was asked of one subscriber")
        checks.that(all(e["who"].startswith("uid ") and e["from"] == "local" for e in entries), "who it was")
    # A configuration of the tree, from a fresh clone.
    said = checks.run("subscriber", "import", "--check", ROOT / "etc" / "subscribers.csv")
    checks.equal((said.status, "4 subscribers" in said.out), (0, True), f"a look at a file: {said.out}{said.err}")
    checks.finish()


main()
