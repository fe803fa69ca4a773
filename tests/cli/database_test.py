#!/usr/bin/env python3
"""database_test.py BATON: two HSSs that share their subscribers in PostgreSQL, administered through either of them and, when none runs, at the database."""

import json
import pathlib
import signal
import subprocess
import sys
import tempfile

from hss_world import K, OPC, free_port
from postgres import PROGRAMS, Postgres
from support import ENVIRONMENT, ROOT, Checks

REALM = "epc.mnc001.mcc001.3gppnetwork.org"


class Hss:
    def __init__(self, binary, folder, server, number):
        self.binary, self.folder, self.process = binary, folder, None
        self.config = folder / f"hss{number}.yaml"
        self.config.write_text(f"""hss:
  identity: hss{number}.{REALM}
  database: "host={server.folder} user=postgres dbname=postgres"
  keys: {{wrapped-by: file, file: {folder}/hss.key}}
  sqn: {{index-base: {16 * (number - 1)}}}
  diameter:
    server: [{{address: 127.0.0.1, port: {free_port()}}}]
    client: [{{name: mme1, identity: mme1.{REALM}, address: 127.0.0.1}}]
  admin:
    socket: {folder}/hss{number}.sock
    audit: {folder}/hss{number}.audit
""")

    def start(self):
        self.process = subprocess.Popen([self.binary, "node", "hss", "-c", str(self.config)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=ENVIRONMENT, cwd=ROOT)
        line = self.process.stdout.readline()
        if b"serves" not in line:
            raise RuntimeError(self.process.stderr.read().decode()[-2000:])

    def stop(self, how=signal.SIGTERM):
        process, self.process = self.process, None
        if process is None:
            return 0, ""
        process.send_signal(how)
        _, err = process.communicate(timeout=30)
        return process.returncode, err.decode("utf-8", "replace")


def main():
    checks = Checks(sys.argv[1])
    if not (PROGRAMS / "initdb").exists():
        checks.fail("PostgreSQL 15 is not installed; tools/setup installs it")
        checks.finish()
    with Postgres() as server, tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for what, text in (("k", K), ("opc", OPC)):
            (folder / what).write_text(text + "\n")
            (folder / what).chmod(0o600)
        keys = ["--k", f"@{folder}/k", "--opc", f"@{folder}/opc"]
        one, two = (Hss(sys.argv[1], folder, server, n) for n in (1, 2))

        def baton(hss, *arguments):
            return checks.run("subscriber", "-c", hss.config, *arguments)

        def document(hss, *arguments):
            said = baton(hss, "--json", *arguments)
            checks.equal(said.status, 0, f"{arguments}: {said.err}")
            return json.loads(said.out) if said.status == 0 else {}

        try:
            # What wraps the keys is the same for both: 32 octets.
            (folder / "hss.key").write_bytes(bytes(range(32)))
            (folder / "hss.key").chmod(0o600)
            one.start()
            two.start()
            # 1. What is added through one is there through the other.
            document(one, "add", "001010000000001", *keys, "--msisdn", "491510000001")
            seen = document(two, "show", "001010000000001")
            checks.equal((seen.get("msisdn"), set(seen) & {"k", "opc"}), ("491510000001", set()), "the other HSS shows it, without its keys")
            # 2. Nobody writes over what the other wrote.
            version = str(seen.get("version"))
            document(two, "set", "001010000000001", "--version-is", version, "--msisdn", "491510000002")
            said = baton(one, "set", "001010000000001", "--version-is", version, "--barred", "yes")
            checks.equal(said.status, 1, f"a change of what was changed meanwhile: {said.out}{said.err}")
            now = document(one, "show", "001010000000001")
            checks.equal((now.get("msisdn"), now.get("barred")), ("491510000002", False), "the first change stands")
            # 3. A file of subscribers, all or nothing, through the second.
            path = folder / "many.csv"
            path.write_text("imsi,k,opc,amf,sqn\n" + "".join(f"00101000000{n:04d},{K},{OPC},8000,000000000000\n" for n in range(100, 150)))
            checks.equal(baton(two, "import", path).status, 0, "an import")
            checks.equal(baton(one, "import", path).status, 1, "and again through the other: they are there")
            listed = document(one, "list", "--limit", "100")
            checks.equal(len(listed if isinstance(listed, list) else listed.get("subscribers", [])), 51, "the list has all of them")
            # 4. The database goes and comes back; neither HSS is started anew.
            server.stop()
            said = baton(one, "set", "001010000000001", "--barred", "yes")
            checks.that(said.status != 0, "without a database nothing is changed")
            server.start()
            for hss in (one, two):
                for _ in range(50):  # who was away is left alone for a moment
                    if baton(hss, "set", "001010000000001", "--msisdn", "491510000003").status == 0:
                        break
                else:
                    checks.fail("an HSS does not find its database again")
            # 5. One of them is killed: the other goes on, and what was said last is there.
            one.stop(signal.SIGKILL)
            checks.equal(document(two, "show", "001010000000001").get("msisdn"), "491510000003", "what the one that is gone knew too")
            checks.equal(baton(two, "remove", "001010000000001").status, 0, "a subscriber is removed")
            status, err = two.stop()
            checks.equal(status, 0, f"the end: {err[-2000:]}")
            # 6. With nobody running the command works on the database itself.
            checks.equal(baton(one, "show", "001010000000001").status, 1, "the one that was removed")
            checks.equal(document(one, "show", "001010000000100").get("imsi"), "001010000000100", "one that is there")
            # 7. No key can be read in what the server keeps.
            for file in (server.folder / "data").rglob("*"):
                if file.is_file():
                    content = file.read_bytes()
                    for secret in (bytes.fromhex(K), bytes.fromhex(OPC), K.encode(), OPC.encode()):
                        checks.that(secret not in content, f"a key is readable in {file.name}")
        finally:
            one.stop(signal.SIGKILL)
            two.stop(signal.SIGKILL)
    checks.finish()


main()
