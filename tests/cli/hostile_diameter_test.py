#!/usr/bin/env python3
"""hostile_diameter_test.py BATON: malformed Diameter from a peer that is let in, and from nobody: the HSS answers what RFC 6733 says, lives, takes no
more memory, and knows its subscribers as before. The octets are written here, without Baton's codec; the seeds are fixed."""

import os
import pathlib
import random
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

from support import ENVIRONMENT, ROOT, Checks

REALM = "epc.mnc001.mcc001.3gppnetwork.org"
NET = f"127.{os.getpid() // 200 % 200 + 20}.{os.getpid() % 200 + 1}"
HSS, MME, OTHER, STRANGER = f"{NET}.8", f"{NET}.10", f"{NET}.11", f"{NET}.99"
S6A, VENDOR = 16777251, 10415
IMSI = "001010000000001"
PLMN = bytes([0x00, 0xF1, 0x10])
MEMORY_KB = 24_000  # what may be added by everything below: the pools of the allocator, no more


def avp(code, value, vendor=0, mandatory=True, length=None):
    head = 12 if vendor else 8
    flags = (0x80 if vendor else 0) | (0x40 if mandatory else 0)
    out = struct.pack(">IB", code, flags) + (length if length is not None else head + len(value)).to_bytes(3, "big")
    out += struct.pack(">I", vendor) if vendor else b""
    return out + value + b"\0" * (-len(value) % 4)


def u32(v):
    return struct.pack(">I", v)


def message(code, avps, application=S6A, flags=0xC0, ids=(1, 1), version=1, length=None):
    body = b"".join(avps)
    total = 20 + len(body) if length is None else length
    return bytes([version]) + total.to_bytes(3, "big") + bytes([flags]) + code.to_bytes(3, "big") + struct.pack(">III", application, *ids) + body


def cer(identity="mme1", realm=REALM, application=S6A):
    return message(257, [avp(264, f"{identity}.{REALM}".encode()), avp(296, realm.encode()), avp(257, b"\0\1" + socket.inet_aton(MME)),
                         avp(266, u32(0)), avp(269, b"test", mandatory=False), avp(258, u32(application))], application=0, flags=0x80)


def parts(origin="mme1", session=b"s;1;1"):
    """The AVPs of an AIR by name, in order, so that a test can change one."""
    return {
        "session": avp(263, session), "state": avp(277, u32(1)), "host": avp(264, f"{origin}.{REALM}".encode()),
        "realm": avp(296, REALM.encode()), "to realm": avp(283, REALM.encode()), "user": avp(1, IMSI.encode()),
        "wanted": avp(1408, avp(1410, u32(1), VENDOR), VENDOR), "plmn": avp(1407, PLMN, VENDOR)}


def air(change=None, drop=(), more=(), **header):
    p = {**parts(), **(change or {})}
    return message(318, [v for k, v in p.items() if k not in drop] + list(more), **header)


def ulr(change=None, more=()):
    p = {**parts(), **(change or {})}
    del p["wanted"]
    p = {**p, "rat": avp(1032, u32(1004), VENDOR), "flags": avp(1405, u32(2), VENDOR), **(change or {})}
    return message(316, list(p.values()) + list(more))


def avps_of(octets):
    """(code, vendor, value) one after the other; nothing after a broken one."""
    out, at = [], 0
    while at + 8 <= len(octets):
        code, flags = struct.unpack(">IB", octets[at:at + 5])
        length = int.from_bytes(octets[at + 5:at + 8], "big")
        head = 12 if flags & 0x80 else 8
        vendor = struct.unpack(">I", octets[at + 8:at + 12])[0] if flags & 0x80 else 0
        if length < head or at + length > len(octets):
            break
        out.append((code, vendor, octets[at + head:at + length]))
        at += length + -length % 4
    return out


class Answer:
    def __init__(self, octets):
        self.octets = octets
        self.error = bool(octets[4] & 0x20)
        self.code = int.from_bytes(octets[5:8], "big")
        found = avps_of(octets[20:])
        self.result = next((struct.unpack(">I", v)[0] for c, _, v in found if c == 268), None)
        experimental = next((v for c, _, v in found if c == 297), None)
        if experimental is not None:
            self.result = next(struct.unpack(">I", v)[0] for c, _, v in avps_of(experimental) if c == 298)
        failed = next((v for c, _, v in found if c == 279), b"")
        self.failed = [(c, v) for c, v, _ in avps_of(failed)]
        self.has_vector = any(c == 1413 for c, _, _ in found)


class Peer:
    """A connection with the HSS. `ask` gives the next answer, or "closed", or "silent"."""

    def __init__(self, local=MME, greet=True, identity="mme1"):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(20)
        self.socket.bind((local, 0))
        self.socket.connect((HSS, 3868))
        self.pending = b""
        self.greeting = None
        if greet:
            self.greeting = self.ask(cer(identity))

    def send(self, octets):
        try:
            self.socket.sendall(octets)
            return True
        except OSError:
            return False

    def read(self, seconds=20.0):
        self.socket.settimeout(seconds)
        try:
            while len(self.pending) < 4 or len(self.pending) < int.from_bytes(self.pending[1:4], "big"):
                piece = self.socket.recv(65536)
                if not piece:
                    return "closed"
                self.pending += piece
        except TimeoutError:
            return "silent"
        except OSError:
            return "closed"
        n = int.from_bytes(self.pending[1:4], "big")
        octets, self.pending = self.pending[:n], self.pending[n:]
        return Answer(octets)

    def ask(self, octets, seconds=20.0):
        return self.read(seconds) if self.send(octets) else "closed"

    def alive(self):
        """A watchdog request is answered, whatever else comes before it."""
        if not self.send(message(280, [avp(264, f"mme1.{REALM}".encode()), avp(296, REALM.encode())], application=0, flags=0x80, ids=(77, 77))):
            return False
        while True:
            got = self.read()
            if isinstance(got, str):
                return False
            if got.code == 280:
                return True

    def close(self):
        self.socket.close()


def let_in(checks, what):
    """The HSS takes the peer back, at once or when it has noticed that the old connection is gone."""
    for _ in range(200):
        p = Peer()
        if isinstance(p.greeting, Answer) and p.greeting.result == 2001:
            return p
        p.close()
        time.sleep(0.02)
    checks.fail(f"{what}: the HSS does not let its peer in any more")
    return None


def nested(levels, code=628, vendor=VENDOR):
    value = b""
    for _ in range(levels):
        if len(value) > 60_000:
            break
        value = avp(code, value, vendor, mandatory=False)
    return value


def named(checks):
    """What RFC 6733, 7 and TS 29.272 say to each."""
    unknown = avp(999_999, b"abcd")
    cases = [
        ("as it should be", air(), 2001, None),
        ("no User-Name", air(drop=["user"]), 5005, (1, 0)),
        ("no Visited-PLMN-Id", air(drop=["plmn"]), 5005, (1407, VENDOR)),
        ("no Session-Id", air(drop=["session"]), 5005, (263, 0)),
        ("no Requested-EUTRAN-Authentication-Info", air(drop=["wanted"]), 5005, None),
        ("User-Name twice", air(more=[avp(1, IMSI.encode())]), 5009, (1, 0)),
        ("an AVP nobody knows, with the M bit", air(more=[unknown]), 5001, (999_999, 0)),
        ("the same without", air(more=[avp(999_999, b"abcd", mandatory=False)]), 2001, None),
        ("an AVP longer than the message", air(change={"plmn": avp(1407, PLMN, VENDOR, length=400)}), 5014, (1407, VENDOR)),
        ("an AVP shorter than its own header", air(change={"plmn": avp(1407, PLMN, VENDOR, length=3)}), 5014, None),
        ("a PLMN of two octets", air(change={"plmn": avp(1407, PLMN[:2], VENDOR)}), 5014, (1407, VENDOR)),
        ("a PLMN that is no number", air(change={"plmn": avp(1407, b"\xaa\xbb\xcc", VENDOR)}), 5004, (1407, VENDOR)),
        ("an IMSI with letters", air(change={"user": avp(1, b"0010100000000ab")}), 5004, (1, 0)),
        ("an IMSI of two hundred digits", air(change={"user": avp(1, b"1" * 200)}), 5004, (1, 0)),
        ("an unknown subscriber", air(change={"user": avp(1, b"001019999999999")}), 5001, None),
        ("Auth-Session-State of three octets", air(change={"state": avp(277, b"\0\0\1")}), 5014, (277, 0)),
        ("a RAT type that does not exist", ulr(change={"rat": avp(1032, u32(77), VENDOR)}), 5004, (1032, VENDOR)),
        ("an inner AVP longer than the outer", air(change={"wanted": avp(1408, avp(1410, u32(1), VENDOR, length=90), VENDOR)}), 5014, None),
        ("a resynchronisation of 29 octets", air(change={"wanted": avp(1408, avp(1411, b"x" * 29, VENDOR), VENDOR)}), 5014, None),
        # Risks seen in other cores: an AUTS is believed without its MAC-S.
        ("a forged AUTS", air(change={"wanted": avp(1408, avp(1411, b"x" * 30, VENDOR), VENDOR)}), 4181, None),
        ("another application", air(application=16777216), 3007, None),
        ("the accounting application", air(application=3), 3007, None),
        ("a command S6a does not have", message(999, list(parts().values())), 3001, None),
        ("a command of the MME", message(317, list(parts().values())), 3001, None),
        ("a request with the error bit", air(flags=0xE0), 3008, None),
        ("another realm", air(change={"to realm": avp(283, b"epc.mnc002.mcc001.3gppnetwork.org")}), 3003, None),
        ("another host", air(more=[avp(293, f"hss9.{REALM}".encode())]), 3002, None),
        ("a loop", air(more=[avp(282, f"hss.{REALM}".encode())]), 3005, None),
        ("in another's name", message(318, list(parts("mme2").values())), 5003, None),
        ("for another network", air(change={"plmn": avp(1407, bytes([0x62, 0xF2, 0x10]), VENDOR)}), 5003, None),
        ("a thousand times Supported-Features", air(more=[avp(628, avp(266, u32(VENDOR)) + avp(629, u32(1), VENDOR) + avp(630, u32(0), VENDOR),
                                                             VENDOR, mandatory=False)] * 1000), 5009, (628, VENDOR)),
    ]
    peer = let_in(checks, "named")
    for what, octets, result, failed in cases:
        got = peer.ask(octets)
        if isinstance(got, str):
            checks.fail(f"{what}: {got}")
            peer = let_in(checks, what)
            continue
        checks.equal(got.result, result, what)
        checks.equal(got.error, result // 1000 == 3, f"{what}: E bit")
        checks.that(failed is None or failed in got.failed, f"{what}: Failed-AVP {got.failed}, wanted {failed}")
        checks.equal(got.has_vector, result == 2001, f"{what}: a vector")
    checks.that(peer.alive(), "the connection has borne it all")

    # Octets that no answer can be given to end the connection, and only that.
    for what, octets in (("another version", b"\2" + air()[1:]), ("a length off the grid", air(length=117)), ("a length below a header", air(length=16)),
                         ("a message of 16 MB", air(length=0xFFFFFC)), ("something else", b"GET / HTTP/1.1\r\nHost: hss\r\n\r\n")):
        got = peer.ask(octets)
        checks.equal(got, "closed", what)
        peer.close()
        peer = let_in(checks, what)

    # Risks seen in other cores: an answer of an unknown session ends the process (CVE-2026-4240). Random hop-by-hop, end-to-end and
    # session ids in answers of every command.
    rng = random.Random(3)
    for _ in range(2_000):
        command = rng.choice([316, 317, 318, 319, 320, 321, 322, 323, 257, 280, 282, 999])
        application = 0 if command in (257, 280) else S6A
        peer.send(message(command, list(parts(session=f"hss.{REALM};{rng.getrandbits(32)};{rng.getrandbits(8)}".encode()).values()) + [avp(268, u32(2001))],
                          application=application, flags=rng.choice([0x00, 0x40, 0x60, 0x20]), ids=(rng.getrandbits(32), rng.getrandbits(32))))
    checks.that(peer.alive(), "answers nobody asked for are dropped")

    # Nested as deep as a message can be.
    for levels in (8, 9, 100, 5_000):
        got = peer.ask(air(more=[nested(levels)]))
        checks.that(isinstance(got, Answer) and got.result is not None, f"{levels} levels: {got}")
        got = peer.ask(air(change={"wanted": nested(levels, 1408)}))
        checks.that(isinstance(got, Answer) and got.result is not None, f"{levels} levels of what is known: {got}")
    checks.that(peer.alive(), "depth is bounded")
    peer.close()


def strangers(checks):
    """Who is not let in costs nothing."""
    for what, local, octets, wanted in (("another identity", MME, cer("mme9"), 3010), ("another's address", STRANGER, cer(), 3010),
                                        ("another realm", MME, cer(realm="elsewhere.org"), 3010), ("another application", MME, cer(application=4), 5010)):
        p = Peer(local, greet=False)
        got = p.ask(octets)
        checks.that(isinstance(got, Answer) and got.result == wanted, f"{what}: {got if isinstance(got, str) else got.result}")
        checks.equal(p.read(), "closed", f"{what}: and out")
        p.close()
    p = Peer(STRANGER, greet=False)
    checks.equal(p.ask(air()), "closed", "a request before capabilities")
    p.close()
    # A flood of silent connections from one address: four may wait, the rest is shown out, others come in.
    flood = [Peer(STRANGER, greet=False) for _ in range(300)]
    out = sum(f.read(0.5 if i < 8 else 5.0) == "closed" for i, f in enumerate(reversed(flood)))
    checks.that(out >= 290, f"of 300 silent strangers {out} are shown out")
    peer = let_in(checks, "a flood of strangers")
    checks.that(peer is not None and peer.alive(), "a peer comes in all the same")
    peer.close()
    for f in flood:
        f.close()


def broken(rng):
    """A message with something wrong with it."""
    octets = bytearray(rng.choice([air(ids=(rng.getrandbits(32), rng.getrandbits(32))), ulr(), message(321, [v for k, v in parts().items() if k not in ("wanted", "plmn")]),
                                   message(323, [v for k, v in parts().items() if k not in ("wanted", "plmn")])]))
    kind = rng.randrange(7)
    if kind == 0:  # bits
        for _ in range(rng.randrange(1, 9)):
            octets[rng.randrange(4, len(octets))] ^= 1 << rng.randrange(8)
    elif kind == 1:  # cut off, with a length that says so
        octets = octets[:rng.randrange(20, len(octets)) // 4 * 4]
    elif kind == 2:  # an AVP length somewhere
        at = rng.randrange(20, len(octets) - 8) // 4 * 4
        octets[at + 5:at + 8] = rng.choice([b"\0\0\0", b"\0\0\7", b"\0\0\x0b", b"\xff\xff\xff", rng.randbytes(3)])
    elif kind == 3:  # something more in the middle
        at = rng.randrange(20, len(octets)) // 4 * 4
        octets[at:at] = rng.randbytes(4 * rng.randrange(1, 50))
    elif kind == 4:  # an AVP of any kind
        octets += avp(rng.choice([rng.getrandbits(32), rng.randrange(1, 1700), 1400, 1408, 297, 284]), rng.randbytes(rng.randrange(0, 64)),
                      rng.choice([0, VENDOR, 1]), rng.random() < 0.5)
    elif kind == 5:  # parts in another order, or twice
        pieces = [octets[i:i + 4] for i in range(20, len(octets), 4)]
        i, j = sorted((rng.randrange(len(pieces)), rng.randrange(len(pieces))))
        pieces[i:j] = pieces[i:j] * rng.choice([0, 2, 3])
        octets = octets[:20] + bytearray(b"".join(pieces))
    else:  # all but the header
        octets = octets[:20] + bytearray(rng.randbytes(4 * rng.randrange(0, 80)))
    octets[1:4] = len(octets).to_bytes(3, "big")
    return bytes(octets)


def weather(checks, messages):
    """A load of broken messages: each is answered or ends the connection."""
    rng = random.Random(20260101)
    peer = let_in(checks, "weather")
    results, closed, sent = {}, 0, 0
    while sent < messages and peer is not None:
        batch = [broken(rng) for _ in range(20)]
        sent += len(batch)
        alive = peer.send(b"".join(batch)) and peer.send(
            message(280, [avp(264, f"mme1.{REALM}".encode()), avp(296, REALM.encode())], application=0, flags=0x80, ids=(77, 77)))
        while alive:
            got = peer.read()
            if got == "silent":
                checks.fail(f"nothing comes back after {sent} messages")
                return
            if isinstance(got, str):
                alive = False
            elif got.code == 280 and got.octets[12:16] == u32(77):
                break
            else:
                results[got.result] = results.get(got.result, 0) + 1
        if not alive:
            closed += 1
            peer.close()
            peer = let_in(checks, "weather")
    checks.that(sum(results.values()) > messages // 3, f"answers: {results}, closed {closed}")
    for result in (2001, 5001, 5004, 5005, 5009, 5014, 3001):
        checks.that(results.get(result, 0) > 0, f"{result} is among the answers: {results}")
    if peer is not None:
        peer.close()


def memory_kb(pid):
    return int(next(line for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")).split()[1])


def main():
    checks = Checks(sys.argv[1])
    messages = int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
    with tempfile.TemporaryDirectory() as folder:
        cards = pathlib.Path(folder, "cards.csv")
        with open(cards, "w") as out:
            subprocess.run([sys.executable, "-B", str(ROOT / "tools" / "subscribers"), "20", "1"], stdout=out, check=True)
        config = pathlib.Path(folder, "hss.yaml")
        config.write_text(f"""hss:
  identity: hss.{REALM}
  store: {folder}/hss.db
  diameter:
    server:
      - address: {HSS}
    client:
      - {{name: mme1, identity: mme1.{REALM}, address: {MME}}}
      - {{name: mme2, identity: mme2.{REALM}, address: {OTHER}}}
""")
        log = open(f"{folder}/log", "wb")
        hss = subprocess.Popen([checks.binary, "node", "hss", "-c", str(config), "--subscribers", str(cards), "--log-level", "debug", "--log-file",
                                f"{folder}/hss.log"], stdout=subprocess.PIPE, stderr=log, env=ENVIRONMENT, cwd=ROOT)
        checks.that(b"serves" in hss.stdout.readline(), "the HSS serves")
        try:
            load = ["load", "hss", "-c", config, "--cards", cards, "--window", "4", "--ulr", "20", "--ramp", "0", "--seconds", "0.5", "--json"]
            before = checks.run(*load)
            checks.equal(before.status, 0, f"before: {before.out[-500:]}")
            named(checks)
            weather(checks, messages // 4)
            start = memory_kb(hss.pid)
            weather(checks, messages)
            strangers(checks)
            grown = memory_kb(hss.pid) - start
            sanitized = b"__asan_init" in pathlib.Path(checks.binary).read_bytes()  # which keeps what was freed for a while
            checks.that(sanitized or grown < MEMORY_KB, f"{grown} kB more")
            checks.that(hss.poll() is None, "the HSS lives")
            # Its subscribers are as they were: every vector is taken by the card that saw the ones before.
            after = checks.run(*load)
            checks.equal(after.status, 0, f"after: {after.out[-500:]}")
        finally:
            hss.send_signal(signal.SIGTERM)
            try:
                hss.wait(timeout=30)
            except subprocess.TimeoutExpired:
                hss.kill()
        log.close()
        text = pathlib.Path(folder, "log").read_text()
        checks.equal((hss.returncode, "Sanitizer" in text or "runtime error" in text), (0, False), f"its end: {text[-2000:]}")
        # Risks seen in other cores: secrets in the log. Whatever was sent, at the highest verbosity, no key is in it.
        for line in cards.read_text().splitlines()[1:]:
            for secret in line.split(",")[1:3]:
                checks.that(secret not in pathlib.Path(folder, "hss.log").read_text().lower(), "the log has no key")
    checks.finish()


main()
