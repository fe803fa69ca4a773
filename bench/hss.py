#!/usr/bin/env python3
"""hss.py BATON [--subscribers N] [--many N] [--seconds S] [--rounds R] [--json]: how fast an HSS answers, beside what it is compared with, in one run.

It starts each HSS as a process on the loopback, in a folder of its own, puts the same load on it (`baton load hss`; GSUP for osmo-hlr), and
stops it. What is not installed gives no row: osmo-hlr, freediameterd with libfreediameter-dev. Beside the table it says how busy the machine
was: figures of a busy machine are worth their ratios only.
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import statistics
import struct
import subprocess
import sys
import tempfile
import time

REALM = "epc.mnc001.mcc001.3gppnetwork.org"
NET = f"127.{os.getpid() // 200 % 200 + 20}.{os.getpid() % 200 + 1}"
# freeDiameterd does not bind an address of the loopback: it listens on all, at a port of its own.
FD_PORT = 20_000 + os.getpid() % 20_000
HERE = pathlib.Path(__file__).resolve().parent
TICK = os.sysconf("SC_CLK_TCK")


def note(text):
    print(text, file=sys.stderr, flush=True)


def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def memory_kb(pid):
    return int(next(line for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")).split()[1])


class Daemon:
    def __init__(self, arguments, ready, log, seconds=600):
        begun = time.monotonic()
        self.process = subprocess.Popen([str(a) for a in arguments], stdout=subprocess.PIPE, stderr=open(log, "wb"))
        line = self.process.stdout.readline() if ready else b""
        if ready and ready not in line:
            raise RuntimeError(f"{arguments[0]} does not start: {pathlib.Path(log).read_text()[-800:]}")
        self.start_s = time.monotonic() - begun

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Bench:
    def __init__(self, options, folder):
        self.o, self.folder = options, pathlib.Path(folder)
        self.rows = []
        self.csv = self.folder / "subscribers.csv"
        with open(self.csv, "w") as out:
            subprocess.run([sys.executable, "-B", str(HERE.parent / "tools" / "subscribers"), str(options.subscribers)], stdout=out, check=True)

    def config(self, name, store, port=3868):
        path = self.folder / f"{name}.yaml"
        path.write_text(f"""hss:
  identity: hss.{REALM}
  store: {store}
  diameter:
    server:
      - {{address: {NET}.8, port: {port}}}
    client:
      - {{name: mme1, identity: mme1.{REALM}, address: {NET}.10}}
""")
        return path

    def load(self, config, window, *more, subscribers=None):
        said = subprocess.run([self.o.baton, "load", "hss", "-c", str(config), "--subscribers", str(subscribers or self.o.subscribers), "--window", str(window),
                               "--ramp", "0.5", "--seconds", str(self.o.seconds), "--json", *map(str, more)], capture_output=True)
        got = json.loads(said.stdout)
        if not got["good"]:
            note(f"  not all is well: {got['results']} {got['faults']}")
        return got

    def rounds(self, pid, once):
        """The median round of several, with the server's CPU time for each answer."""
        out = []
        for _ in range(self.o.rounds):
            before = cpu_s(pid)
            got = once()
            used = cpu_s(pid) - before
            answered = sum(got["results"].values()) if "results" in got else got["answered"]
            out.append({"per_s": got["answers_per_s"], "p50_us": got["air"]["p50_us"], "p99_us": got["air"]["p99_us"],
                        "server_us": used / answered * 1e6 if answered else None})
        out.sort(key=lambda r: r["per_s"])
        median = dict(out[len(out) // 2])
        median["least"], median["most"] = out[0]["per_s"], out[-1]["per_s"]
        return median

    def add(self, name, figures):
        self.rows.append({"row": name, **figures})
        note(f"  {name}: {figures}")
        return figures

    # --- ours ---------------------------------------------------------------------------------------------------------------------

    def hss(self, config, *more):
        return Daemon([self.o.baton, "node", "hss", "-c", config, "--log-level", "error", *more], b"serves", f"{self.folder}/log")

    def ours(self):
        note("baton, durable")
        config = self.config("durable", f"{self.folder}/hss.db")
        hss = self.hss(config, "--subscribers", self.csv)
        self.add("first start, all subscribers imported", {"seconds": hss.start_s})
        hss.end()
        hss = self.hss(config)
        try:
            self.add("start", {"seconds": hss.start_s, "rss_kb": memory_kb(hss.process.pid)})
            # An HSS that has just started has no SEQs left of before: the first request for each subscriber waits for the disk. Each round
            # of window 1 has subscribers of its own; at window 256 they come round, and blocks of SEQs serve the later requests.
            part, rounds = self.o.subscribers // self.o.rounds, iter(range(self.o.rounds))
            fresh = lambda: self.load(config, 1, "--first-imsi", f"{1_010_000_000_001 + next(rounds) * part:015d}", subscribers=part)
            self.one = self.add("AIR, counter scheme, durable, window 1", self.rounds(hss.process.pid, fresh))
            self.durable = self.add("AIR, counter scheme, durable, window 256", self.rounds(hss.process.pid, lambda: self.load(config, 256)))
            kb = memory_kb(hss.process.pid)
            self.add("memory after it", {"rss_kb": kb, "octets_per_subscriber": kb * 1024 / self.o.subscribers})
        finally:
            begun = time.monotonic()
            hss.end()
        self.add("end in good order", {"seconds": time.monotonic() - begun})
        note("baton, time-based SEQs: nothing is written before an answer")
        with sqlite3.connect(self.folder / "hss.db") as c:
            c.execute("UPDATE subscriber SET sqn_scheme = 2, version = version + 1")
        hss = self.hss(config)
        try:
            self.time = self.add("AIR, time-based, window 64", self.rounds(hss.process.pid, lambda: self.load(config, 64)))
        finally:
            hss.end()
        self.add("the same for each second of its CPU", {"per_s": 1e6 / self.time["server_us"] if self.time["server_us"] else None})

    def many(self):
        """The counter scheme once more with many subscribers, of whom each is met for the first time."""
        n = self.o.many
        note(f"baton, durable, {n} subscribers")
        csv = self.folder / "many.csv"
        with open(csv, "w") as out:
            subprocess.run([sys.executable, "-B", str(HERE.parent / "tools" / "subscribers"), str(n)], stdout=out, check=True)
        config = self.config("many", f"{self.folder}/many.db")
        hss = self.hss(config, "--subscribers", csv)
        self.add(f"{n} subscribers: first start, imported", {"seconds": hss.start_s})
        hss.end()
        hss = self.hss(config)
        try:
            kb = memory_kb(hss.process.pid)
            self.add(f"{n} subscribers: start", {"seconds": hss.start_s, "rss_kb": kb, "octets_per_subscriber": kb * 1024 / n})
            self.durable_many = self.add(f"{n} subscribers: AIR, counter scheme, durable, window 256",
                                         self.rounds(hss.process.pid, lambda: self.load(config, 256, subscribers=n)))
            kb = memory_kb(hss.process.pid)
            self.add(f"{n} subscribers: memory after it", {"rss_kb": kb, "octets_per_subscriber": kb * 1024 / n})
        finally:
            hss.end()

    # --- what the machine can do ----------------------------------------------------------------------------------------------------

    def floor(self):
        """fdatasync of one page of a log that has its length, and a round trip of an AIR's and an AIA's octets over bare TCP."""
        path = self.folder / "floor"
        fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.pwrite(fd, b"\0" * (64 << 20), 0)
        os.fdatasync(fd)
        took = []
        for i in range(1500):
            begun = time.perf_counter_ns()
            os.pwrite(fd, b"x" * 4096, i * 4096)
            os.fdatasync(fd)
            took.append(time.perf_counter_ns() - begun)
        os.close(fd)
        path.unlink()
        listener = socket.create_server((f"{NET}.8", 0))
        child = os.fork()
        if child == 0:
            served, _ = listener.accept()
            served.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while served.recv(4096):
                served.send(b"y" * 356)
            os._exit(0)
        s = socket.create_connection(listener.getsockname())
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        trips = []
        for _ in range(20_000):
            begun = time.perf_counter_ns()
            s.send(b"x" * 408)
            s.recv(4096)
            trips.append(time.perf_counter_ns() - begun)
        s.close()
        os.waitpid(child, 0)
        self.fsync_us, self.trip_us = statistics.median(took) / 1000, statistics.median(trips) / 1000
        self.add("fdatasync of 4 KiB", {"p50_us": self.fsync_us})
        self.add("bare TCP round trip", {"p50_us": self.trip_us})

    # --- osmo-hlr -------------------------------------------------------------------------------------------------------------------

    def osmo(self):
        if not shutil.which("osmo-hlr"):
            note("osmo-hlr: not installed")
            return
        note("osmo-hlr")
        db = self.folder / "osmo.db"
        subprocess.run(["osmo-hlr-db-tool", "-l", str(db), "create"], check=True, capture_output=True)
        with sqlite3.connect(db) as c:
            rows = [line.split(",") for line in self.csv.read_text().splitlines()[1:]]
            c.executemany("INSERT INTO subscriber (id, imsi) VALUES (?, ?)", [(i + 1, r[0]) for i, r in enumerate(rows)])
            c.executemany("INSERT INTO auc_3g (subscriber_id, algo_id_3g, k, opc, sqn, ind_bitlen) VALUES (?, 5, ?, ?, 0, 5)",
                          [(i + 1, r[1], r[2]) for i, r in enumerate(rows)])
        conf = self.folder / "osmo.cfg"
        conf.write_text(f"log stderr\n logging level set-all fatal\nline vty\n bind {NET}.8\nctrl\n bind {NET}.8\nhlr\n gsup\n  bind ip {NET}.8\n")
        hlr = Daemon(["osmo-hlr", "-c", conf, "-l", db], None, f"{self.folder}/osmo.log")
        try:
            gsup = None
            for _ in range(100):
                try:
                    gsup = Gsup((f"{NET}.8", 4222))
                    break
                except OSError:
                    time.sleep(0.1)
            best = None
            for window in (16, 256):
                got = self.rounds(hlr.process.pid, lambda: gsup.run(self.o.subscribers, window, self.o.seconds))
                self.add(f"osmo-hlr, SendAuthInfo, window {window}", got)
                if best is None or got["per_s"] > best["per_s"]:
                    best = got
            self.osmo_best = best
        finally:
            hlr.end()

    # --- freeDiameterd ----------------------------------------------------------------------------------------------------------------

    def freediameter(self):
        extension = self.folder / "constant.fdx"
        built = subprocess.run(["cc", "-O2", "-fPIC", "-shared", "-w", "-o", str(extension), str(HERE / "freediameter_constant.c"), "-lfdcore", "-lfdproto"],
                               capture_output=True)
        if not shutil.which("freeDiameterd") or built.returncode != 0:
            note("freeDiameterd or libfreediameter-dev: not installed")
            return
        note("freeDiameterd")
        run = lambda *a: subprocess.run(["openssl", *map(str, a)], check=True, capture_output=True)
        run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.folder / "fd.key", "-out", self.folder / "fd.pem",
            "-days", "2", "-subj", f"/CN=hss.{REALM}")
        run("genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out", self.folder / "dh.pem")
        (self.folder / "allowed").write_text(f"ALLOW_IPSEC mme1.{REALM}\n")
        conf = self.folder / "fd.conf"
        conf.write_text(f"""Identity = "hss.{REALM}"; Realm = "{REALM}"; Port = {FD_PORT}; SecPort = 0; No_SCTP; No_IPv6; NoRelay;
TLS_Cred = "{self.folder}/fd.pem", "{self.folder}/fd.key"; TLS_CA = "{self.folder}/fd.pem"; TLS_DH_File = "{self.folder}/dh.pem";
LoadExtension = "acl_wl.fdx" : "{self.folder}/allowed"; LoadExtension = "{extension}";
""")
        fd = Daemon(["freeDiameterd", "-c", conf], None, f"{self.folder}/fd.log")
        try:
            config = self.config("fd", "memory", port=FD_PORT)
            for _ in range(100):
                time.sleep(0.1)
                with socket.socket() as s:
                    if s.connect_ex((f"{NET}.8", FD_PORT)) == 0:
                        break
            time.sleep(1)
            self.fd = self.add("freeDiameterd answering a constant, window 64", self.rounds(fd.process.pid, lambda: self.load(config, 64)))
        finally:
            fd.end()

    def judge(self):
        """What was aimed at: (what, value, target, met)."""
        out = []

        def at_least(what, value, target):
            out.append((what, value, f"at least {target}", value >= target))

        def at_most(what, value, target):
            out.append((what, value, f"at most {target}", value <= target))

        at_least("AIR/s, durable, window 256", self.durable["per_s"], 200_000)
        if getattr(self, "durable_many", None):
            at_least(f"the same with {self.o.many} subscribers", self.durable_many["per_s"], 200_000)
        if getattr(self, "osmo_best", None):
            at_least("durable, over osmo-hlr's requests", self.durable["per_s"] / self.osmo_best["per_s"], 50)
        at_most("window 1 over fdatasync and a bare round trip", self.one["p50_us"] / (self.fsync_us + self.trip_us), 1.3)
        at_least("AIR/s, time-based, window 64", self.time["per_s"], 300_000)
        if self.time["server_us"]:
            at_least("the same for each second of its CPU", 1e6 / self.time["server_us"], 300_000)
        if getattr(self, "fd", None):
            at_least("time-based, over freeDiameterd", self.time["per_s"] / self.fd["per_s"], 8)
        at_most("p99 of time-based, us", self.time["p99_us"], 1000)
        return [{"what": w, "value": v, "target": t, "met": m} for w, v, t, m in out]


class Gsup:
    """A client of osmo-hlr: GSUP over IPA over TCP, as far as SendAuthInfo needs it."""

    def __init__(self, where):
        self.socket = socket.create_connection(where)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # It asks who we are; whether it acknowledges the answer depends on its release.
        self.socket.settimeout(1)
        self.octets = b""
        named = False
        try:
            while not named:
                for protocol, body in self.frames():
                    named = self.control(protocol, body) or named
        except TimeoutError:
            pass
        self.socket.settimeout(20)

    def frames(self):
        self.octets += self.socket.recv(1 << 18)
        out, at = [], 0
        while len(self.octets) - at >= 3:
            n = struct.unpack_from(">H", self.octets, at)[0]
            if len(self.octets) - at < 3 + n:
                break
            out.append((self.octets[at + 2], self.octets[at + 3:at + 3 + n]))
            at += 3 + n
        self.octets = self.octets[at:]
        return out

    def put(self, protocol, body):
        self.socket.sendall(struct.pack(">HB", len(body), protocol) + body)

    def control(self, protocol, body):
        """IPA's own: ping, and who we are. True when the other side has acknowledged it."""
        if protocol != 0xFE:
            return False
        if body[0] == 0:
            self.put(0xFE, b"\1")
        if body[0] == 4:
            tag = lambda t, v: struct.pack(">HB", len(v) + 2, t) + v + b"\0"
            self.put(0xFE, b"\5" + tag(8, b"0/0/0") + tag(7, b"00:00:00:00:00:00") + tag(2, b"bench") + tag(3, b"bench") + tag(4, b"bench") +
                     tag(5, b"1") + tag(1, b"BENCH") + tag(0, b"BENCH-00-00"))
        if body[0] == 6:
            self.put(0xFE, b"\6")
            return True
        return False

    def run(self, subscribers, window, seconds):
        def request(i):
            digits = f"00101{i + 1:010d}f"
            imsi = bytes(int(digits[k + 1], 16) << 4 | int(digits[k], 16) for k in range(0, 16, 2))
            body = b"\5\x08\1\x08" + imsi
            return struct.pack(">HB", len(body), 0xEE) + body

        stride = int(subscribers * 0.618) | 1
        at, sent, took, good = 0, [], [], 0
        begun = time.perf_counter()

        def some(n):
            nonlocal at
            now = time.perf_counter()
            block = b""
            for _ in range(n):
                block += request(at)
                at = (at + stride) % subscribers
                sent.append(now)
            self.socket.sendall(block)

        some(window)
        first = 0
        while first < len(sent):
            n = 0
            for protocol, body in self.frames():
                if self.control(protocol, body) or protocol == 0xFE:
                    continue
                took.append(time.perf_counter() - sent[first])
                first += 1
                n += 1
                good += body[1] == 0x0A
            if n and time.perf_counter() - begun < seconds:
                some(n)
        elapsed = time.perf_counter() - begun
        took.sort()
        if good != len(took):
            note(f"  osmo-hlr refused {len(took) - good} of {len(took)}")
        return {"answers_per_s": good / elapsed, "answered": len(took),
                "air": {"p50_us": took[len(took) // 2] * 1e6, "p99_us": took[len(took) * 99 // 100] * 1e6}}


def shown(v):
    if isinstance(v, float):
        return f"{v:.0f}" if abs(v) >= 100 else f"{v:.2f}"
    return str(v)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("baton")
    p.add_argument("--subscribers", type=int, default=100_000)
    p.add_argument("--many", type=int, default=1_000_000, help="once more with so many subscribers; 0: not")
    p.add_argument("--seconds", type=float, default=5)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--json", action="store_true")
    o = p.parse_args()
    load_before = os.getloadavg()
    with tempfile.TemporaryDirectory(dir=os.environ.get("BATON_BENCH_FOLDER", ".")) as folder:
        bench = Bench(o, folder)
        bench.floor()
        bench.ours()
        bench.osmo()
        bench.freediameter()
        if o.many:
            bench.many()
        targets = bench.judge()
    about = {"command": "baton bench hss " + " ".join(sys.argv[2:]), "processors": os.cpu_count(), "load_before": load_before, "load_after": os.getloadavg(),
             "date": time.strftime("%Y-%m-%d", time.gmtime()), "subscribers": o.subscribers, "rounds": o.rounds, "seconds": o.seconds}
    if o.json:
        print(json.dumps({**about, "rows": bench.rows, "targets": targets}, indent=2))
        return 0
    print(f"{about['command']}\n{about['processors']} processors, load {load_before[0]:.2f} before, {about['load_after'][0]:.2f} after\n")
    for row in bench.rows:
        print(f"{row['row']:<52}" + "  ".join(f"{k} {shown(v)}" for k, v in row.items() if k != "row" and v is not None))
    print()
    for t in targets:
        print(f"{t['what']:<52}{shown(t['value']):>12}  {t['target']}: {'met' if t['met'] else 'missed'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
