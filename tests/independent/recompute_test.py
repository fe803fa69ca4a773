#!/usr/bin/env python3
"""Tests of `recompute`: its algorithms against published values, its reading of S1AP against octets of another
implementation, and that it objects when a capture or a ledger is wrong. Run it anywhere; it needs nothing."""
import contextlib
import importlib.machinery
import importlib.util
import io
import json
import pathlib
import struct
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LOADER = importlib.machinery.SourceFileLoader("recompute", str(HERE / "recompute"))
recompute = importlib.util.module_from_spec(importlib.util.spec_from_loader("recompute", LOADER))
sys.dont_write_bytecode = True
LOADER.exec_module(recompute)


def cases(name):
    out, current = [], None
    for line in (ROOT / "tests/vectors" / name).read_text().splitlines():
        if line.startswith("["):
            current = {}
            out.append(current)
        elif "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            current[key.strip()] = value.strip()
    assert out, name
    return out


class Algorithms(unittest.TestCase):
    def test_aes_and_cmac_give_the_published_values(self):
        for c in cases("rijndael_ts35207.vec"):
            self.assertEqual(recompute.Aes(bytes.fromhex(c["Key"])).block(bytes.fromhex(c["Plain"])).hex(), c["Cipher"])
        for c in cases("aes_cmac_rfc4493.vec"):
            self.assertEqual(recompute.cmac(bytes.fromhex(c["Key"]), bytes.fromhex(c["Message"])).hex(), c["Code"])

    def test_eea2_and_eia2_give_the_published_values(self):
        whole = 0
        for c in cases("eea2_ts33401.vec"):
            bits = int(c["Bits"])
            data = bytes.fromhex(c["Data"])[:(bits + 7) // 8]
            out = recompute.eea2(bytes.fromhex(c["Key"]), int(c["COUNT"], 16), int(c["BEARER"]), int(c["DIRECTION"]), data)
            self.assertEqual(out[:bits // 8].hex(), c["Out"][:bits // 8 * 2])
        for c in cases("eia2_ts33401.vec"):
            if int(c["Bits"]) % 8 == 0:
                whole += 1
                data = bytes.fromhex(c["Data"])[:int(c["Bits"]) // 8]
                self.assertEqual(recompute.eia2(bytes.fromhex(c["Key"]), int(c["COUNT"], 16), int(c["BEARER"]),
                                                int(c["DIRECTION"]), data).hex(), c["Out"])
        self.assertGreater(whole, 0)

    def test_milenage_gives_the_published_values(self):
        for c in cases("milenage_ts35208.vec"):
            res, ck, ik, ak = recompute.milenage(*(bytes.fromhex(c[x]) for x in ("K", "OPc", "RAND")))
            self.assertEqual([x.hex() for x in (res, ck, ik, ak)], [c["f2"], c["f3"], c["f4"], c["f5"]])

    def test_the_kdf_gives_what_other_implementations_give(self):
        for c in cases("kdf_third_party.vec"):
            params = [bytes.fromhex(c[p]) for p in ("P0", "P1") if p in c]
            self.assertEqual(recompute.kdf(bytes.fromhex(c["Key"]), int(c["FC"], 16), *params).hex(), c["Out"])


    def test_the_derivations_of_the_policies_give_their_computed_values(self):
        seen = set()
        for c in cases("kdf_policies_computed.vec"):
            key, p = bytes.fromhex(c["Key"]), [bytes.fromhex(c[x]) for x in ("P0", "P1") if x in c]
            made = {
                "kenb_star_of_cell": lambda: recompute.stars_of_cell(key, (p[0], p[1] if len(p) > 1 else b"??"))[len(p) < 2][0],
                "kenb_star_plus": lambda: recompute.kdf(key, 0xF9, p[0]),
                "kenb_from_star": lambda: recompute.kenb_of_star(key, p[0], False),
                "kasme_refreshed": lambda: recompute.refreshed(key, p[0][0], p[1]),
                "kupe": lambda: recompute.kupe_of(key, p[0], p[1]),
                "kho": lambda: recompute.kdf(key, 0xF8, p[0]),
            }.get(c["Function"])
            if made:
                seen.add(c["Function"])
                self.assertEqual(made().hex(), c["Out"], c["Function"])
        self.assertEqual(len(seen), 6)
        kasme = bytes.fromhex("04a2d7ce0dd489817c7f6a2064f3b48bd1416c1506f98e2a4549949964b340e5")
        star = bytes.fromhex("38362182596820edb657a87038d441f281cf8cf0c306687c1cb3c1471b382904")
        kho, plus = recompute.plus_of(kasme, star, False)
        self.assertEqual(kho.hex(), "469a4ac428f8d959dccef88cc63c697b714b806194bf64f3c2e8e91953ac518e")
        self.assertEqual(plus.hex(), "72642ba49a4d1f99e1bb73d684e4d0cdb99345a862864df113b0ec25b10a7b85")


class Reading(unittest.TestCase):
    def test_s1ap_of_another_implementation(self):
        data = (ROOT / "fuzz/corpus/s1ap/srsran-test-init-ctxt-setup-req").read_bytes()
        choice, procedure, ies = recompute.s1ap(data)
        self.assertEqual((choice, procedure), (0, 9))
        self.assertEqual(recompute.s1ap_number(ies[8], 3), 1)
        self.assertEqual(len(ies[73]), 32)
        self.assertEqual(recompute.erab_nas(ies[24])[0][0], 0x27)

    def test_both_forms_of_a_subscriber_file(self):
        plain = "imsi,k,op,amf,sqn\n001010000000001,{0},{1},8000,0\n"
        srs = "# comment\nue1,mil,001010000000001,{0},op,{1},8000,000000000000,9,dynamic\n"
        first = cases("milenage_ts35208.vec")[0]
        for text in (plain, srs):
            with tempfile.NamedTemporaryFile("w", suffix=".csv") as f:
                f.write(text.format(first["K"], first["OP"]))
                f.flush()
                k, opc = recompute.read_subscribers(f.name)["001010000000001"]
            self.assertEqual((k.hex(), opc.hex()), (first["K"], first["OPc"]))


# --- a conversation made by hand: attach, idle, Service Request -------------------------------------

K, OPC = bytes.fromhex(cases("milenage_ts35208.vec")[0]["K"]), bytes.fromhex(cases("milenage_ts35208.vec")[0]["OPc"])
IMSI, PLMN, RAND = "001010000000001", bytes.fromhex("00f110"), bytes(range(16))
GUTI = bytes.fromhex("f6" "00f110" "8001" "01" "c0000001")


def length(n):
    return bytes([n]) if n < 128 else struct.pack(">H", 0x8000 | n)


def ie(number, value):
    return struct.pack(">HB", number, 0) + length(len(value)) + value


def pdu(procedure, *ies, choice=0):
    body = b"\0" + struct.pack(">H", len(ies)) + b"".join(ies)
    return bytes([choice << 5, procedure, 0]) + length(len(body)) + body


def nas_ie(nas):
    return ie(26, length(len(nas)) + nas)


def sctp(source, destination, payload):
    chunk = struct.pack(">BBHIHHI", 0, 3, 16 + len(payload), 0, 0, 0, 18) + payload
    load = bytes(12) + chunk.ljust((len(chunk) + 3) & ~3, b"\0")
    head = struct.pack(">BBHIBBH", 0x45, 0, 20 + len(load), 0, 64, 132, 0)
    return head + bytes(map(int, source.split("."))) + bytes(map(int, destination.split("."))) + load


def avp(code, value, vendor=True):
    head = struct.pack(">IB", code, 0xC0 if vendor else 0x40) + (len(value) + (12 if vendor else 8)).to_bytes(3, "big")
    body = head + (struct.pack(">I", 10415) if vendor else b"") + value
    return body.ljust(len(body) + 3 & ~3, b"\0")


def diameter(flags, command, *content):
    body = b"".join(content)
    return (b"\x01" + (20 + len(body)).to_bytes(3, "big") + bytes([flags]) + command.to_bytes(3, "big")
            + struct.pack(">III", 16777251, 7, 9) + body)


def tcp(source, sport, destination, dport, payload):
    load = struct.pack(">HHIIBBHHH", sport, dport, 0, 0, 0x50, 0x18, 0, 0, 0) + payload
    head = struct.pack(">BBHIBBH", 0x45, 0, 20 + len(load), 0, 64, 6, 0)
    return head + bytes(map(int, source.split("."))) + bytes(map(int, destination.split("."))) + load


def pcapng(frames):
    def block(kind, body):
        n = 12 + (len(body) + 3 & ~3)
        return struct.pack("<II", kind, n) + body.ljust(n - 12, b"\0") + struct.pack("<I", n)
    out = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)) + block(1, struct.pack("<HHI", 101, 0, 0))
    for f in frames:
        out += block(6, struct.pack("<IIIII", 0, 0, 0, len(f), len(f)) + f)
    return out


def udp(source, destination, port, payload):
    load = struct.pack(">HHHH", port, port, 8 + len(payload), 0) + payload
    head = struct.pack(">BBHIBBH", 0x45, 0, 20 + len(load), 0, 64, 17, 0)
    return head + bytes(map(int, source.split("."))) + bytes(map(int, destination.split("."))) + load


def element(kind, value, instance=0):
    return struct.pack(">BHB", kind, len(value), instance) + value


class Conversation:
    """`spoil` names one thing that is wrong in it."""

    def __init__(self, spoil=""):
        self.frames, self.spoil = [], spoil
        res, ck, ik, ak = recompute.milenage(K, OPC, RAND)
        autn = recompute.xor(bytes.fromhex("000000000020"), ak) + bytes.fromhex("8000") + bytes(8)
        self.kasme = recompute.kdf(ck + ik, 0x10, PLMN, autn[:6])
        self.enc = recompute.kdf(self.kasme, 0x15, b"\1", b"\2")[16:]
        self.int = recompute.kdf(self.kasme, 0x15, b"\2", b"\2")[16:]
        mme, hss = ("127.0.1.100", 40000), ("127.0.1.200", 3868)
        self.frames.append(tcp(*mme, *hss, diameter(0xC0, 318, avp(1, IMSI.encode(), False), avp(1407, PLMN))))
        sent = bytes(32) if spoil == "vector" else self.kasme
        vector = avp(1414, avp(1447, RAND) + avp(1448, res) + avp(1449, autn) + avp(1450, sent))
        answer = diameter(0x40, 318, avp(1413, vector))
        for part in (answer[:50], answer[50:]):  # in two segments
            self.frames.append(tcp(*hss, *mme, part))
        mobile = bytes.fromhex("0910100000000010")  # IMSI 001010000000001
        self.initial(1, bytes.fromhex("074171") + bytes([len(mobile)]) + mobile)
        self.down(1, b"\x07\x52\x00" + RAND + b"\x10" + autn)
        self.up(1, b"\x07\x53\x08" + res)
        self.down(1, self.protect(3, 1, 0, b"\x07\x5d\x22\x00\x02\xf0\xf0"))
        self.up(1, self.protect(4, 0, 0, b"\x07\x5e"))
        kenb = recompute.kdf(self.kasme, 0x11, bytes(4))
        if spoil == "security key":
            kenb = bytes([kenb[0] ^ 1]) + kenb[1:]
        accept = b"\x07\x42\x01\x21\x06\x00\x00\xf1\x10\x00\x07\x00\x00\x50\x0b" + GUTI
        self.send(pdu(9, ie(0, b"\0\1"), ie(8, b"\0\1"), nas_ie(self.protect(2, 1, 1, accept)), ie(73, kenb)), False)
        sr = bytes([0xC7, 0x01])
        mac = recompute.eia2(self.int, 1, 0, 0, sr)[2:]
        if spoil == "short mac":
            mac = bytes([mac[0] ^ 1, mac[1]])
        self.service_request = sr + mac
        self.frames_before_request = len(self.frames)
        self.initial(2, sr + mac, s_tmsi=True)
        kenb = recompute.kdf(self.kasme, 0x11, struct.pack(">I", 1))
        self.send(pdu(9, ie(0, b"\0\2"), ie(8, b"\0\2"), ie(73, kenb)), False)
        self.kenb = kenb

    def hand_over(self, over_s10):
        """A handover to another eNB, at another MME if it goes over S10. NCC 1 came with K_eNB."""
        there, pci, earfcn = "127.0.1.2", 300, 1850
        broadcast = b"BR\x01\0" + bytes(6) + b"\x02" + PLMN + b"\0\x08" + bytes(7) + struct.pack(">HI", pci, earfcn)
        if self.spoil != "silent cell":
            self.frames.append(udp(there, "127.1.0.1", 4997, broadcast + bytes(4)))
        # The AS security mode command before it, with its algorithms; K_eNB is the one of the Service Request.
        self.frames.append(udp("127.1.0.1", "127.0.1.1", 4997, b"BR\x01\x02" + bytes(6) + b"\0\x20" + PLMN + b"\0"
                               + struct.pack(">H", len(self.service_request)) + self.service_request + bytes(4)))
        rrc_int = recompute.kdf(self.kenb, 0x15, b"\4", b"\2")[16:]
        command = b"\0\x23\2\2"
        mac = recompute.eia2(rrc_int, 0, 0, 1, command)
        if self.spoil == "as mac":
            mac = bytes([mac[0] ^ 1]) + mac[1:]
        self.frames.append(udp("127.0.1.1", "127.1.0.1", 4997, b"BR\x01\x02" + bytes(6) + command + mac))
        first = recompute.kdf(self.kasme, 0x12, self.kenb)
        nh = recompute.kdf(self.kasme, 0x12, first)
        ncc = 3 if self.spoil == "ncc" else 2
        if self.spoil == "nh":
            nh = first
        self.send(pdu(0, ie(0, b"\0\1"), ie(8, b"\0\2")), True)
        mme = "127.0.1.100"
        if over_s10:
            kasme = bytes(32) if self.spoil == "s10 kasme" else self.kasme
            up, down = (3, 2) if self.spoil == "s10 count" else (2, 2)
            mm = (bytes([4 << 5 | 16 | 1, 0, 2 << 4 | (1 if self.spoil == "s10 algorithm" else 2)]) + down.to_bytes(3, "big")
                  + up.to_bytes(3, "big") + kasme + nh + bytes([ncc]) + bytes(5))
            ies = element(1, bytes.fromhex("00010100000000f1")) + element(107, mm)
            mme = "127.0.1.101"
            self.frames.append(udp("127.0.1.100", mme, 2123, b"\x48\x85" + struct.pack(">HII", 8 + len(ies), 0, 1 << 8) + ies))
        request = pdu(1, ie(0, b"\0\5"), ie(40, bytes([ncc << 3]) + nh))
        acknowledge = pdu(1, ie(0, b"\0\5"), ie(8, b"\0\3"), choice=1)
        self.frames += [sctp(mme, there, request), sctp(there, mme, acknowledge),
                        sctp(there, mme, pdu(2, ie(0, b"\0\5"), ie(8, b"\0\3")))]
        return recompute.kdf(nh, 0x13, struct.pack(">H", pci), struct.pack(">H", earfcn))

    def hand_over_by_star(self, plus, raw, carrier=True, c_rnti=b"\x12\x34"):
        """The same inside one MME, with K_eNB* or K_eNB*+ in the place of NH."""
        there, pci, earfcn = "127.0.1.2", 300, 1850
        broadcast = b"BR\x01\0" + bytes(6) + b"\x02" + PLMN + b"\0\x08" + bytes(7) + struct.pack(">HI", pci, earfcn)
        self.frames.append(udp(there, "127.1.0.1", 4997, broadcast + bytes(4)))
        self.frames.append(udp("127.1.0.1", "127.0.1.1", 4997, b"BR\x01\x02" + bytes(6) + b"\0\x20" + PLMN + b"\0"
                               + struct.pack(">H", len(self.service_request)) + self.service_request + bytes(4)))
        command = b"\0\x23\2\2"
        self.frames.append(udp("127.0.1.1", "127.1.0.1", 4997, b"BR\x01\x02" + bytes(6) + command + recompute.eia2(
            recompute.kdf(self.kenb, 0x15, b"\4", b"\2")[16:], 0, 0, 1, command)))
        cell = (struct.pack(">H", pci), struct.pack(">H", earfcn))
        star = [s for s, is_raw in recompute.stars_of_cell(self.kenb, cell) if is_raw == raw][0 if carrier else 1]
        given = recompute.plus_of(self.kasme, star, raw)[1] if plus else star
        if self.spoil == "star":
            star = bytes([star[0] ^ 1]) + star[1:]
        if self.spoil == "given":
            given = bytes([given[0] ^ 1]) + given[1:]
        handling = 1 | (2 if raw != (self.spoil == "reading") else 0)
        self.send(pdu(0, ie(0, b"\0\1"), ie(8, b"\0\2"), ie(65529, star)), True)
        mme = "127.0.1.100"
        request = pdu(1, ie(0, b"\0\5"), ie(40, bytes(1) + given), ie(65530, bytes([handling])))
        rrc = b"\x26\1" + bytes(4) + b"\1" + struct.pack(">HI", pci, earfcn) + c_rnti + bytes(2) + b"\2\0"
        if self.spoil == "command":
            rrc = b"\x27\1"
        inner = bytes(1) + length(len(rrc)) + rrc
        acknowledge = pdu(1, ie(0, b"\0\5"), ie(8, b"\0\3"), ie(123, length(len(inner)) + inner), choice=1)
        self.frames += [sctp(mme, there, request), sctp(there, mme, acknowledge),
                        sctp(there, mme, pdu(2, ie(0, b"\0\5"), ie(8, b"\0\3")))]
        return recompute.kenb_of_star(given, c_rnti, raw)

    def protect(self, kind, direction, count, plain):
        if kind in (2, 4):
            plain = recompute.eea2(self.enc, count, 0, direction, plain)
        body = bytes([count & 255]) + plain
        mac = recompute.eia2(self.int, count, 0, direction, body)
        if self.spoil == "nas mac" and kind == 4:
            mac = bytes([mac[0] ^ 1]) + mac[1:]
        return bytes([kind << 4 | 7]) + mac + body

    def send(self, s1ap, up):
        enb, mme = "127.0.1.1", "127.0.1.100"
        self.frames.append(sctp(enb, mme, s1ap) if up else sctp(mme, enb, s1ap))

    def initial(self, number, nas, s_tmsi=False):
        # S-TMSI: two bits of preamble, MME code, padding, M-TMSI.
        more = [ie(96, struct.pack(">H", 1 << 6) + GUTI[7:])] if s_tmsi else []
        self.send(pdu(12, ie(8, struct.pack(">H", number)), nas_ie(nas), ie(67, b"\0" + PLMN + b"\0\7"), *more), True)

    def up(self, number, nas):
        self.send(pdu(13, ie(0, b"\0\1"), ie(8, struct.pack(">H", number)), nas_ie(nas)), True)

    def down(self, number, nas):
        self.send(pdu(11, ie(0, b"\0\1"), ie(8, struct.pack(">H", number)), nas_ie(nas)), False)

    def in_order(self):
        """The frames as on the wire: the UE's radio frame of the Service Request stands before the MME hears of it."""
        radio = [f for f in self.frames if f[9] == 17 and b"\x20" + PLMN in f]
        frames = [f for f in self.frames if f not in radio]
        return frames[:self.frames_before_request] + radio + frames[self.frames_before_request:]

    def ledger(self):
        for kind, key in (("K_ASME", self.kasme), ("K_NASenc", self.enc), ("K_NASint", self.int),
                          ("K_eNB", recompute.kdf(self.kasme, 0x11, bytes(4))), ("K_eNB", self.kenb)):
            yield {"t": 0, "node": "mme1", "subscriber": IMSI, "event": "derived", "kind": kind,
                   "key": recompute.key_id(kind, key), "parents": [], "reason": "test", "peer": ""}


class Whole(unittest.TestCase):
    def run_it(self, frames, ledger=None):
        with tempfile.TemporaryDirectory() as d:
            d = pathlib.Path(d)
            (d / "s.csv").write_text(f"imsi,k,opc,amf,sqn\n{IMSI},{K.hex()},{OPC.hex()},8000,0\n")
            (d / "c.pcapng").write_bytes(pcapng(frames))
            arguments = ["recompute", "--subscribers", str(d / "s.csv"), "--pcap", str(d / "c.pcapng"), "--json"]
            if ledger is not None:
                (d / "l.jsonl").write_text("".join(json.dumps(e) + "\n" for e in ledger))
                arguments += ["--ledger", str(d / "l.jsonl")]
            out, before = io.StringIO(), sys.argv
            sys.argv = arguments
            try:
                with contextlib.redirect_stdout(out):
                    status = recompute.main()
            finally:
                sys.argv = before
            return status, json.loads(out.getvalue())

    def test_a_right_conversation_is_recomputed_and_agrees_with_its_ledger(self):
        c = Conversation()
        status, said = self.run_it(c.frames, c.ledger())
        self.assertEqual((status, said["problems"]), (0, []))
        self.assertEqual((said["nas_macs"], said["security_keys"], said["ledger_entries"]), (4, 2, 5))
        self.assertEqual(said["vectors"], 1)
        self.assertIn({"subscriber": IMSI, "kind": "K_eNB", "key_id": recompute.key_id("K_eNB", c.kenb)}, said["keys"])

    def test_each_forgery_is_a_problem(self):
        for spoil, word in (("nas mac", "NAS-MAC wrong"), ("security key", "Security Key"), ("short mac", "short MAC"),
                            ("vector", "KASME in a vector")):
            status, said = self.run_it(Conversation(spoil).frames)
            self.assertEqual(status, 1, spoil)
            self.assertTrue(any(word in p for p in said["problems"]), said["problems"])

    def test_the_keys_of_a_handover_follow(self):
        for over_s10 in (False, True):
            c = Conversation()
            kenb = c.hand_over(over_s10)
            status, said = self.run_it(c.in_order())
            self.assertEqual((status, said["problems"]), (0, []))
            self.assertEqual((said["handovers"], said["contexts"], said["as_macs"]), (1, int(over_s10), 1))
            self.assertEqual(said["next_hops"], 1 + over_s10)
            rrc = recompute.kdf(kenb, 0x15, b"\4", b"\2")[16:]
            for kind, key in (("K_eNB", kenb), ("K_RRCint", rrc)):
                self.assertIn({"subscriber": IMSI, "kind": kind, "key_id": recompute.key_id(kind, key)}, said["keys"])

    def test_the_keys_of_a_handover_by_kenb_star_follow(self):
        for plus in (False, True):
            for raw in (False, True):
                for carrier in (False, True):
                    c = Conversation()
                    kenb = c.hand_over_by_star(plus, raw, carrier)
                    status, said = self.run_it(c.in_order())
                    self.assertEqual((status, said["problems"]), (0, []))
                    self.assertEqual((said["handovers"], said["stars"], said["next_hops"]), (1, 1, 0))
                    rrc = recompute.kdf(kenb, 0x15, b"\4", b"\2")[16:]
                    for kind, key in (("K_eNB", kenb), ("K_RRCint", rrc)):
                        self.assertIn({"subscriber": IMSI, "kind": kind, "key_id": recompute.key_id(kind, key)}, said["keys"])

    def test_each_forgery_of_a_handover_by_kenb_star_is_a_problem(self):
        for spoil, word in (("star", "of no cell"), ("given", "nobody's"), ("reading", "reading"), ("command", "C-RNTI")):
            c = Conversation(spoil)
            c.hand_over_by_star(True, False)
            status, said = self.run_it(c.in_order())
            self.assertEqual(status, 1, spoil)
            self.assertTrue(any(word in p for p in said["problems"]), (spoil, said["problems"]))

    def test_each_forgery_of_a_handover_is_a_problem(self):
        for spoil, word in (("nh", "next of"), ("ncc", "NCC"), ("s10 kasme", "KASME is another"), ("s10 count", "COUNTs"),
                            ("s10 algorithm", "algorithms"), ("silent cell", "nothing was heard"), ("as mac", "MAC-I")):
            c = Conversation(spoil)
            c.hand_over(True)
            status, said = self.run_it(c.in_order())
            self.assertEqual(status, 1, spoil)
            self.assertTrue(any(word in p for p in said["problems"]), (spoil, said["problems"]))

    def test_a_ledger_with_a_wrong_missing_or_foreign_key_is_a_problem(self):
        c = Conversation()
        wrong = list(c.ledger())
        wrong[0] = dict(wrong[0], key="0" * 16)
        missing = list(c.ledger())[1:]
        foreign = list(c.ledger())
        foreign[2] = dict(foreign[2], subscriber="001010000000002")
        for ledger in (wrong, missing, foreign, []):
            self.assertEqual(self.run_it(c.frames, ledger)[0], 1)

    def test_a_capture_without_anything_to_check_fails(self):
        status, said = self.run_it([])
        self.assertEqual(status, 1)
        self.assertIn("nothing was checked", said["problems"])

    def test_octets_that_cannot_be_read_are_a_problem(self):
        c = Conversation()
        broken = sctp("127.0.1.1", "127.0.1.100", bytes.fromhex("000c40ff"))
        status, said = self.run_it(c.frames + [broken])
        self.assertEqual(status, 1)
        self.assertTrue(any("cannot be read" in p for p in said["problems"]))


if __name__ == "__main__":
    unittest.main()
