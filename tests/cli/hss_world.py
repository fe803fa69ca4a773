"""hss_world.py: an HSS of its own, on ports of its own, in a folder of its own, that ends with the test."""

import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile

from support import ENVIRONMENT, ROOT

# Published test keys (TS 35.208); a test looks for them where they must not be.
K = "fec86ba6eb707ed08905757b1bb44b8f"
OPC = "1006020f0a478bf6b699f15c062e42b3"
TOKENS = {"reader": "baton_reader_token", "operator": "baton_operator_token", "auditor": "baton_auditor_token"}


def free_port(address="127.0.0.1"):
    with socket.socket() as s:
        s.bind((address, 0))
        return s.getsockname()[1]


class Local(http.client.HTTPConnection):
    """HTTP through a local socket."""

    def __init__(self, path):
        super().__init__("local", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


class World:
    def __init__(self, binary, extra=""):
        self.binary = binary
        self.holder = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.holder.name)
        self.diameter, self.http, self.metrics = free_port(), free_port(), free_port()
        self.config = self.folder / "hss.yaml"
        import hashlib
        (self.folder / "tokens.yaml").write_text("tokens:\n" + "".join(
            f"  - {{name: {role}-1, role: {role}, sha256: {hashlib.sha256(token.encode()).hexdigest()}}}\n"
            for role, token in TOKENS.items()))
        self.config.write_text(f"""
logger: {{level: debug, format: json}}
hss:
  identity: hss.epc.mnc001.mcc001.3gppnetwork.org
  store: {self.folder}/hss.db
  diameter:
    server: [{{address: 127.0.0.1, port: {self.diameter}}}]
    client: [{{name: mme1, identity: mme1.epc.mnc001.mcc001.3gppnetwork.org, address: 127.0.0.1}}]
  admin:
    socket: {self.folder}/hss.sock
    audit: {self.folder}/audit
    tokens: {self.folder}/tokens.yaml
    server: [{{address: 127.0.0.1, port: {self.http}}}]
{extra}
  metrics:
    server: [{{address: 127.0.0.1, port: {self.metrics}}}]
""")
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [self.binary, "node", "hss", "-c", str(self.config), "--log-level", "trace", "--log-file", str(self.folder / "log")],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT, cwd=ROOT)
        line = self.process.stdout.readline()
        if b"serves" not in line:
            raise RuntimeError(f"the HSS does not serve: {self.process.stderr.read().decode()[-2000:]}")

    def stop(self, how=signal.SIGTERM):
        """The exit status and what it said."""
        process, self.process = self.process, None
        if process is None:
            return 0, ""
        process.send_signal(how)
        try:
            _, err = process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return -1, "it did not end"
        return process.returncode, err.decode("utf-8", "replace")

    def request(self, method, target, body=None, token=None, local=False, headers=None, port=None):
        """(status, document or text, headers)"""
        connection = Local(self.folder / "hss.sock") if local else http.client.HTTPConnection("127.0.0.1", port or self.http, timeout=60)
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        try:
            connection.request(method, target, body=body, headers=headers)
            response = connection.getresponse()
            content = response.read().decode("utf-8", "replace")
        finally:
            connection.close()
        found = content
        if "json" in response.headers.get("Content-Type", ""):
            found = json.loads(content)
        return response.status, found, dict(response.headers)

    def audit(self):
        return [json.loads(line) for line in (self.folder / "audit").read_text().splitlines()]

    def everything(self):
        """All that it wrote but the files that are sealed or hold keys by their purpose."""
        out = b""
        for path in sorted(self.folder.iterdir()):
            if path.is_file() and path.suffix != ".key" and path.name not in ("tokens.yaml",):
                out += path.read_bytes()
        return out

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process is not None:
            self.stop(signal.SIGKILL)
        self.holder.cleanup()


def subscriber(imsi, **more):
    return {"imsi": imsi, "k": K, "opc": OPC, **more}
