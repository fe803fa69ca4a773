#!/usr/bin/env python3
"""freediameter_test.py BATON: freeDiameterd beside an HSS: capabilities, watchdog and disconnect, in the clear and over TLS with a
throw-away authority, and as a relay between clients and the HSS, so that its parser reads every message that passes."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from support import ENVIRONMENT, ROOT, Checks

REALM = "epc.mnc001.mcc001.3gppnetwork.org"
# Addresses of this test alone, so that others may run beside it.
NET = f"127.{os.getpid() // 200 % 200 + 20}.{os.getpid() % 200 + 1}"
HSS, MME = f"{NET}.8", f"{NET}.10"
# freeDiameterd does not bind an address of the loopback: it listens on all, at a port of this test, and comes from 127.0.0.1.
RELAY, RELAY_PORT = "127.0.0.1", 20_000 + os.getpid() % 10_000 * 2


def openssl(*arguments, **more):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, **more)


class Authority:
    """Throw-away certificates in a folder."""

    def __init__(self, folder, name="ca"):
        self.folder, self.name = pathlib.Path(folder), name
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.path(f"{name}.key"),
                "-out", self.path(f"{name}.pem"), "-days", "2", "-subj", f"/CN={name}", "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def path(self, name):
        return self.folder / name

    def certify(self, name, dns):
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.path(f"{name}.key"),
                "-out", self.path(f"{name}.csr"), "-subj", f"/CN={dns}")
        extensions = self.path(f"{name}.ext")
        extensions.write_text(f"subjectAltName=DNS:{dns}\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\n")
        openssl("x509", "-req", "-in", self.path(f"{name}.csr"), "-CA", self.path(f"{self.name}.pem"), "-CAkey",
                self.path(f"{self.name}.key"), "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", self.path(f"{name}.pem"))


class Process:
    def __init__(self, arguments, log):
        self.log = pathlib.Path(log)
        self.process = subprocess.Popen([str(a) for a in arguments], stdout=open(self.log, "wb"), stderr=subprocess.STDOUT, env=ENVIRONMENT,
                                        cwd=ROOT)

    def text(self):
        return self.log.read_text(errors="replace")

    def says(self, pattern, seconds=20, times=1):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if len(re.findall(pattern, self.text())) >= times:
                return True
            if self.process.poll() is not None:
                return len(re.findall(pattern, self.text())) >= times
            time.sleep(0.05)
        return False

    def end(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return -1
        return self.process.returncode


def hss_config(folder, authority, tls):
    path = pathlib.Path(folder, "hss.yaml")
    where = f"{{address: {HSS}, transport: tls}}" if tls else f"{{address: {HSS}}}"
    secured = ", transport: tls" if tls else ""
    path.write_text(f"""hss:
  identity: hss.{REALM}
  store: memory
  diameter:
    tls: {{certificate: {authority.path('hss.pem')}, key: {authority.path('hss.key')}, authorities: {authority.path('ca.pem')}}}
    server:
      - {where}
    agent:
      - {{name: relay, identity: relay.{REALM}, address: {RELAY}{secured}}}
    client:
      - {{name: mme1, identity: mme1.{REALM}, via: relay.{REALM}}}
""")
    return path


def relay_config(folder, authority, tls, identity="relay", extra=""):
    path = pathlib.Path(folder, f"{identity}.conf")
    allowed = pathlib.Path(folder, "allowed.conf")
    allowed.write_text(f"ALLOW_IPSEC mme1.{REALM}\n")
    way = "Port = 5658;" if tls else "No_TLS; Port = 3868;"
    path.write_text(f"""Identity = "{identity}.{REALM}"; Realm = "{REALM}";
Port = {RELAY_PORT}; SecPort = {RELAY_PORT + 1}; No_SCTP; No_IPv6; TwTimer = 6; TcTimer = 3;
TLS_Cred = "{authority.path(f'{identity}.pem')}", "{authority.path(f'{identity}.key')}";
TLS_CA = "{authority.path('ca.pem')}"; TLS_DH_File = "{authority.path('dh.pem')}";
LoadExtension = "acl_wl.fdx" : "{allowed}";
LoadExtension = "dbg_msg_dumps.fdx" : "0x0080";
ConnectPeer = "hss.{REALM}" {{ ConnectTo = "{HSS}"; No_SCTP; No_IPv6; {way} }};
{extra}""")
    return path


def converse(checks, folder, authority, tls):
    """freeDiameterd as a relay between an MME and the HSS."""
    kind = "TLS" if tls else "TCP"
    cards = pathlib.Path(folder, "cards.csv")
    with open(cards, "w") as out:
        subprocess.run([sys.executable, "-B", str(ROOT / "tools" / "subscribers"), "50", "1"], stdout=out, check=True)
    hss = Process([checks.binary, "node", "hss", "-c", hss_config(folder, authority, tls), "--subscribers", cards, "--log-level", "debug"],
                  f"{folder}/hss-{kind}.log")
    relay = None
    try:
        checks.that(hss.says("hss serves"), f"{kind}: the HSS serves: {hss.text()[-800:]}")
        relay = Process(["freeDiameterd", "-c", relay_config(folder, authority, tls)], f"{folder}/relay-{kind}.log")
        checks.that(hss.says(f"Diameter peer relay.{REALM} is up"), f"{kind}: capabilities are exchanged: {hss.text()[-800:]}{relay.text()[-2500:]}")
        checks.that(relay.says("STATE_OPEN"), f"{kind}: freeDiameterd says so too: {relay.text()[-1500:]}")

        # A client behind it: every request and answer is parsed and written again by freeDiameterd.
        said = checks.run("load", "hss", "--server", f"{RELAY}:{RELAY_PORT}", "--realm", REALM, "--host", f"hss.{REALM}", "--identity", f"mme1.{REALM}",
                          "--local", MME, "--cards", cards, "--window", "4", "--ulr", "30", "--vectors", "2", "--ramp", "0.2",
                          "--seconds", "1", "--json")
        got = json.loads(said.out) if said.out.startswith("{") else {"good": said.out + said.err}
        checks.that(said.status == 0 and got["good"] is True, f"{kind}: vectors and locations through the relay: {got}\n{relay.text()[-1500:]}")
        checks.that(got.get("answered", 0) > 20 and got.get("vectors", 0) > 20, f"{kind}: there were some: {got}")
        checks.that("rror" not in hss.text(), f"{kind}: the HSS has nothing to complain about: {hss.text()[-800:]}")

        # Without a host in the request the relay finds the HSS by its realm.
        said = checks.run("load", "hss", "--server", f"{RELAY}:{RELAY_PORT}", "--realm", REALM, "--identity", f"mme1.{REALM}", "--local", MME, "--cards", cards,
                          "--window", "2", "--ramp", "0", "--seconds", "0.5", "--json")
        checks.equal(said.status, 0, f"{kind}: by realm: {said.out[-600:]}{said.err}")

        # The watchdog: after six seconds of silence, two more or less, freeDiameterd asks, and again; the connection lasts.
        time.sleep(15)
        checks.that("is down" not in hss.text(), f"{kind}: the watchdog is answered: {hss.text()[-800:]}")
        checks.that(relay.process.poll() is None, f"{kind}: freeDiameterd lives")

        # It leaves in good order, and comes back.
        relay.end()
        checks.that(hss.says("is down: R-Rcv-DPR"), f"{kind}: DPR is understood: {hss.text()[-800:]}")
        relay = Process(["freeDiameterd", "-c", relay_config(folder, authority, tls)], f"{folder}/relay2-{kind}.log")
        checks.that(hss.says(f"Diameter peer relay.{REALM} is up", times=2), f"{kind}: it is taken back")
        # The HSS leaves: freeDiameterd hears it.
        checks.equal(hss.end(), 0, f"{kind}: the HSS ends: {hss.text()[-800:]}")
        checks.that(relay.says("STATE_CLOSED|CLOSED"), f"{kind}: freeDiameterd notices")
    finally:
        hss.end()
        if relay is not None:
            relay.end()


def refused(checks, folder, authority):
    """Risks seen in other cores: verification off between sites. Over TLS, who has no certificate of the authority, one of another name or speaks in the clear stays out."""
    other = Authority(folder, "other")
    other.certify("foreign", f"relay.{REALM}")
    authority.certify("misnamed", f"somebody.{REALM}")
    hss = Process([checks.binary, "node", "hss", "-c", hss_config(folder, authority, True), "--log-level", "debug"], f"{folder}/hss-refuses.log")
    try:
        checks.that(hss.says("hss serves"), "the HSS serves")
        for name, certificate in (("of another authority", "foreign"), ("of another name", "misnamed")):
            for suffix in ("pem", "key"):
                shutil.copy(authority.path(f"{certificate}.{suffix}"), authority.path(f"relay.{suffix}"))
            relay = Process(["freeDiameterd", "-c", relay_config(folder, authority, True)], f"{folder}/relay-{certificate}.log")
            time.sleep(4)
            checks.that("is up" not in hss.text(), f"a certificate {name} opens nothing: {hss.text()[-800:]}")
            checks.that("STATE_OPEN" not in relay.text().replace("-> STATE_OPEN_NEW", ""), f"a certificate {name}: {relay.text()[-800:]}")
            relay.end()
        # openssl's client: TLS 1.2, and no certificate.
        for more in (["-tls1_2", "-cert", authority.path("misnamed.pem"), "-key", authority.path("misnamed.key")], ["-tls1_3"]):
            # Its input stays open: in TLS 1.3 a client has said all of its handshake before it hears what the other thinks of it.
            client = subprocess.Popen(["openssl", "s_client", "-connect", f"{HSS}:5658", "-CAfile", str(authority.path("ca.pem")), *map(str, more)],
                                      stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            try:
                client.wait(timeout=20)
            except subprocess.TimeoutExpired:
                checks.fail(f"{more[0]}: a client that may not come in is kept")
                client.kill()
            err = client.stderr.read()
            client.stdin.close()
            checks.that(b"alert" in err, f"{more[0]}: {err[-300:]}")
        checks.that("is up" not in hss.text(), "nobody came in")
        checks.that(hss.process.poll() is None, "and the HSS serves on")
    finally:
        checks.equal(hss.end(), 0, "the HSS ends")


def main():
    checks = Checks(sys.argv[1])
    if shutil.which("freeDiameterd") is None:
        checks.fail("freeDiameterd is not installed; tools/setup installs it")
        checks.finish()
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(folder)
        openssl("genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out", authority.path("dh.pem"))
        for name in ("hss", "relay"):
            authority.certify(name, f"{name}.{REALM}")
        for tls in (False, True):
            converse(checks, folder, authority, tls)
        refused(checks, folder, authority)
        # Nothing of the keys of TLS, and no challenge, was written anywhere.
        key = authority.path("hss.key").read_text().splitlines()[1]
        for log in pathlib.Path(folder).glob("hss*.log"):
            checks.that(key not in log.read_text(), f"{log.name} has no key")
    checks.finish()


main()
