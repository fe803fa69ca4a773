#!/usr/bin/env python3
"""admin_api_test.py BATON: the HTTP API of an HSS: what it says of itself, who may what, and hostile callers."""

import http.client
import json
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.append("/usr/lib/python3/dist-packages")  # Debian's modules, for an interpreter that is not Debian's
import jsonschema

from hss_world import K, OPC, TOKENS, World, subscriber
from support import ROOT, Checks

DESCRIPTION = json.loads((ROOT / "docs" / "openapi.json").read_text())


def resolved(schema):
    """The schema with its references in reach of a validator."""
    return {**schema, "components": DESCRIPTION["components"]}


def operations():
    for path, item in DESCRIPTION["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield path, method.upper(), operation


def the_description(checks, world):
    """docs/openapi.json is sound, is what is served, and is what the program does."""
    for name, schema in DESCRIPTION["components"]["schemas"].items():
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as e:
            checks.fail(f"schema {name}: {e.message}")
    text = json.dumps(DESCRIPTION)
    for name in re.findall(r'"#/components/schemas/(\w+)"', text):
        checks.that(name in DESCRIPTION["components"]["schemas"], f"{name} is referred to and not there")
    status, served, _ = world.request("GET", "/v1/openapi.json")
    checks.equal((status, served), (200, DESCRIPTION), "what is served is docs/openapi.json")
    for path, method, operation in operations():
        target = path.replace("{imsi}", "001010000009999")
        # Each is there, wants a token unless it says otherwise, and answers with a status it names.
        status, _, _ = world.request(method, target)
        checks.equal(status, 200 if operation.get("security") == [] else 401, f"{method} {path} without a token")
        status, document, _ = world.request(method, target, body={} if method in ("POST", "PATCH") else None, local=True)
        checks.that(str(status) in operation["responses"], f"{method} {path} answers {status}, which its description lacks")
        response = operation["responses"].get(str(status), {})
        if "content" in response:
            schema = response["content"]["application/json"]["schema"]
            errors = [e.message for e in jsonschema.Draft202012Validator(resolved(schema)).iter_errors(document)]
            checks.equal(errors, [], f"{method} {path} {status} is of its schema")
    # And nothing else: no method, no path that the description does not have.
    for path in DESCRIPTION["paths"]:
        here = {m for p, m, _ in operations() if p == path}
        for method in {"GET", "PUT", "POST", "PATCH", "DELETE"} - here:
            status, _, headers = world.request(method, path.replace("{imsi}", "001010000009999"), local=True)
            checks.equal((status, set(headers.get("Allow", "").split(", "))), (405, here), f"{method} {path}")
    for path in ("/", "/v1", "/v1/", "/v2/subscribers", "/v1/subscribers/", "/metrics", "/v1/subscribers/1/2"):
        checks.equal(world.request("GET", path, local=True)[0], 404, path)


def the_procedures(checks, world):
    token = TOKENS["operator"]
    answers = []

    def ask(method, target, body=None, who=token):
        answer = world.request(method, target, body, token=who)
        answers.append(answer)
        return answer[0], answer[1]

    status, made = ask("POST", "/v1/subscribers", subscriber("001010000000001", msisdn="49151"))
    checks.equal(status, 201, f"add: {made}")
    errors = list(jsonschema.Draft202012Validator(resolved(DESCRIPTION["components"]["schemas"]["Subscriber"])).iter_errors(made))
    checks.equal([e.message for e in errors], [], "what was added is of its schema")
    checks.equal(ask("POST", "/v1/subscribers", subscriber("001010000000001"))[0], 409, "twice")
    for what, document, field in [
            ("no K", {"imsi": "001010000000002"}, "k"),
            ("half a K", subscriber("001010000000002", k="00"), "k"),
            ("an unknown member", subscriber("001010000000002", colour="red"), "colour"),
            ("a key for a name", {**subscriber("001010000000002"), K: 1}, "?"),
            ("OP and OPc", subscriber("001010000000002", op=OPC), "opc"),
            ("a QCI of 0", subscriber("001010000000002", apns=[{"apn": "a", "qci": 0}]), "apns[0].qci"),
            ("a number for a name", subscriber("001010000000002", msisdn=5), "msisdn"),
            ("TOPc of MILENAGE", subscriber("001010000000002", topc="00" * 32), "topc")]:
        status, said = ask("POST", "/v1/subscribers", document)
        checks.equal((status, field in [f["field"] for f in said.get("fields", [])]), (422, True), f"{what}: {said}")
    tuak = {"imsi": "001010000000003", "algorithm": "tuak", "k": "ab" * 32, "topc": "cd" * 32}
    status, said = ask("POST", "/v1/subscribers", tuak)
    checks.equal((status, said.get("algorithm")), (201, "tuak"), f"TUAK: {said}")
    for n in range(10, 30):
        checks.equal(ask("POST", "/v1/subscribers", subscriber(f"0010100000000{n}"))[0], 201, f"add {n}")
        if n % 10 == 0:
            time.sleep(1)
    # Pages: all, in order, none twice.
    seen, after = [], ""
    for _ in range(10):
        status, page = ask("GET", "/v1/subscribers?limit=7" + (f"&after={after}" if after else ""))
        checks.equal(status, 200, "a page")
        seen += [s["imsi"] for s in page["subscribers"]]
        after = page["next"]
        if after is None:
            break
    checks.equal((len(seen), seen), (22, sorted(set(seen))), "every subscriber once, by IMSI")
    for query in ("limit=0", "limit=501", "limit=x", "after=x", "colour=red"):
        checks.equal(ask("GET", "/v1/subscribers?" + query)[0], 400, query)
    # Of a version that was seen, and two that meet.
    version = ask("GET", "/v1/subscribers/001010000000001")[1]["version"]
    status, said = ask("PATCH", "/v1/subscribers/001010000000001", {"version": version, "barred": True})
    checks.equal((status, said.get("barred"), said.get("msisdn")), (200, True, "49151"), f"change: {said}")
    checks.equal(ask("PATCH", "/v1/subscribers/001010000000001", {"version": version, "barred": False})[0], 409, "of an old version")
    checks.equal(ask("PATCH", "/v1/subscribers/001010000000001", {"rfsp": 7})[1].get("rfsp"), 7, "a number")
    checks.equal(ask("PATCH", "/v1/subscribers/001010000000001", {"rfsp": None})[1].get("rfsp", 0), None, "and none again")
    checks.equal(ask("DELETE", "/v1/subscribers/001010000000003")[0], 204, "remove")
    checks.equal(ask("GET", "/v1/subscribers/001010000000003")[0], 404, "gone")
    status, said = ask("POST", "/v1/import?existing=keep", f"imsi,k,opc,amf,sqn\n001010000000001,{K},{OPC},8000,000000000000\n"
                                                           f"001010000000091,{K},{OPC},8000,000000000000\n")
    checks.equal((status, said), (200, {"added": 1, "kept": 1}), "import")
    checks.equal(ask("GET", "/v1/subscribers/001010000000001")[1].get("barred"), True, "who was there stayed")
    status, said = ask("POST", "/v1/import", "imsi,k,opc,amf,sqn\n1,2,3,4,5\n")
    checks.equal((status, said.get("mistakes"), said["lines"][0]["line"]), (422, 5, 2), f"a bad file: {said}")
    checks.equal(ask("POST", "/v1/import?format=xml", "x")[0], 400, "an unknown format")
    # No answer holds a key.
    for _, document, headers in answers:
        text = (json.dumps(document) + json.dumps(headers)).lower()
        for needle in (K, OPC, "ab" * 32, "cd" * 32):
            checks.that(needle not in text, "an answer holds a key")


def the_roles(checks, world):
    may = {"reader": {"list": 200, "change": 403, "audit": 403}, "operator": {"list": 200, "change": 200, "audit": 403},
           "auditor": {"list": 403, "change": 403, "audit": 200}}
    for role, wanted in may.items():
        got = {"list": world.request("GET", "/v1/subscribers", token=TOKENS[role])[0],
               "change": world.request("PATCH", "/v1/subscribers/001010000000001", {"barred": True}, token=TOKENS[role])[0],
               "audit": world.request("GET", "/v1/audit", token=TOKENS[role])[0]}
        checks.equal(got, wanted, f"what a {role} may")
    for token in ("x", "", "baton_reader_toke", "baton_reader_token ", "a" * 300):
        status, _, headers = world.request("GET", "/v1/subscribers", headers={"Authorization": f"Bearer {token}"})
        checks.equal((status, headers.get("WWW-Authenticate")), (401, "Bearer"), f"token {token[:20]!r}")
    checks.equal(world.request("GET", "/v1/subscribers", headers={"Authorization": "Basic eDp5"})[0], 401, "another scheme")
    checks.equal(world.request("POST", "/v1/subscribers", subscriber("001010000000099"))[0], 401, "a body without a token")
    # A token that is taken out of the file is of no use at the next request; without a usable file none is.
    file = world.folder / "tokens.yaml"
    text = file.read_text()
    file.write_text("tokens: [")
    checks.equal(world.request("GET", "/v1/subscribers", token=TOKENS["reader"])[0], 401, "a broken file of tokens")
    checks.equal(world.request("GET", "/v1/status", local=True)[0], 200, "the local socket needs none")
    file.unlink()
    checks.equal(world.request("GET", "/v1/subscribers", token=TOKENS["operator"])[0], 401, "no file of tokens")
    file.write_text("".join(line for line in text.splitlines(True) if "reader" not in line))
    checks.equal(world.request("GET", "/v1/subscribers", token=TOKENS["reader"])[0], 401, "a token that was taken out")
    checks.equal(world.request("GET", "/v1/subscribers", token=TOKENS["operator"])[0], 200, "the others stay")
    file.write_text(text)


def the_audit_log(checks, world):
    entries = world.audit()
    checks.equal([e["n"] for e in entries], list(range(1, len(entries) + 1)), "numbers without a gap")
    begun = [i for i, e in enumerate(entries) if e["outcome"] == "begun"]
    checks.that(len(begun) > 20, "changes are begun in the log")
    checks.that(any(e["who"] == "operator-1" and e["action"] == "add" and e["subject"] == "001010000000001" and e["outcome"] == "done"
                    for e in entries), "who added whom")
    checks.that(any(e["who"] == "nobody" and e["outcome"] == "refused" for e in entries), "who had no token")
    checks.that(any(e["who"] == "reader-1" and e["outcome"] == "refused" and e["action"] == "change" for e in entries), "whose role it was not")
    checks.that(any(e["action"] == "change" and e["detail"] == "barred" for e in entries), "what was changed, not to what")
    seen, after = [], 0
    while after is not None:
        status, page, _ = world.request("GET", f"/v1/audit?after={after}&limit=50", token=TOKENS["auditor"])
        if status == 429:
            time.sleep(0.2)
            continue
        checks.equal(status, 200, "a page of the audit log")
        seen += page["entries"]
        after = page["next"]
        if len(seen) >= len(entries):
            break
    checks.equal(seen[:len(entries)], entries, "the pages are the file")


def hostile(checks, world):
    def raw(octets, wait=3, local=False):
        """What comes back for octets that need not be HTTP."""
        s = socket.socket(socket.AF_UNIX if local else socket.AF_INET)
        s.settimeout(wait)
        out = b""
        try:
            s.connect(str(world.folder / "hss.sock") if local else ("127.0.0.1", world.http))
            s.sendall(octets)
            while len(out) < 1 << 20:
                piece = s.recv(65536)
                if not piece:
                    break
                out += piece
        except OSError:
            pass
        finally:
            s.close()
        return out

    import random
    noise = random.Random(1)
    for _ in range(60):
        raw(bytes(noise.randrange(256) for _ in range(noise.randrange(400))) + b"\r\n\r\n", wait=0.2)
    for text, wanted in [(b"GET /v1/../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", {404}),
                         (b"GET /v1/subscribers/%2e%2e%2f%2e%2e%2fetc%2fpasswd HTTP/1.1\r\nHost: x\r\n\r\n", {404, 401}),
                         (b"GET /v1/subscribers/" + b"9" * 5000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", {401, 404}),
                         (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", {414, 431, 413}),
                         (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", {431, 413}),
                         (b"POST /v1/subscribers HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", {413}),
                         (b"POST /v1/subscribers HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551617\r\n\r\n", {413, 400}),
                         (b"POST /v1/subscribers HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", {400, 413})]:
        answer = raw(text + b"")
        found = re.match(rb"HTTP/1\.1 (\d+)", answer)
        checks.that(found is None or int(found.group(1)) in wanted, f"{text[:60]!r}: {answer[:80]!r}")
        checks.that(b"root:" not in answer, "a file of the system")
    big = json.dumps(subscriber("001010000000055", charging="0" * 70_000))
    checks.equal(world.request("POST", "/v1/subscribers", big, token=TOKENS["operator"])[0], 413, "a document that is too long")
    for text in ("[" * 30_000 + "]" * 30_000, '{"a":' * 10_000 + "1" + "}" * 10_000, "{" * 60_000, "[" * 60_000, "\0" * 100, '{"imsi":"\ud800"}'.encode("utf-8", "surrogatepass"), '{"imsi":', '"x"', "[]", "5"):
        status = world.request("POST", "/v1/subscribers", text, token=TOKENS["operator"])[0]
        checks.that(status in (400, 422), f"{str(text)[:20]!r}: {status}")
    # More connections than are taken, that say nothing: the local socket still answers, and so do peers.
    idle = []
    for _ in range(100):
        s = socket.socket()
        s.settimeout(2)
        try:
            s.connect(("127.0.0.1", world.http))
            s.send(b"GET /v1/sub")
            idle.append(s)
        except OSError:
            s.close()
    checks.equal(world.request("GET", "/v1/status", local=True)[0], 200, "the local socket beside a hundred slow callers")
    with socket.socket() as peer:
        peer.settimeout(5)
        peer.connect(("127.0.0.1", world.diameter))
        checks.that(True, "Diameter is served meanwhile")
    for s in idle:
        s.close()
    time.sleep(0.3)
    # Faster than anybody should.
    statuses = {world.request("GET", "/v1/status", token="wrong")[0] for _ in range(60)}
    checks.that(429 in statuses and statuses <= {401, 429}, f"wrong tokens without end: {statuses}")
    checks.equal(world.request("GET", "/v1/status", token=TOKENS["operator"])[0], 200, "who has one is served all the same")
    # Many at once, on one subscriber: each is there or refused, and the record is whole.
    results = []

    def barred(flag):
        results.append(world.request("PATCH", "/v1/subscribers/001010000000010", {"barred": flag}, token=TOKENS["operator"])[0])

    threads = [threading.Thread(target=barred, args=(n % 2 == 0,)) for n in range(20)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    checks.that(200 in results and set(results) <= {200, 409, 503, 429}, f"twenty at once: {results}")
    checks.equal(world.request("GET", "/v1/subscribers/001010000000010", local=True)[0], 200, "the subscriber is whole")


def survives(checks, world):
    """What was answered is there after a kill."""
    time.sleep(2)
    status, _, _ = world.request("POST", "/v1/subscribers", subscriber("001010000000077"), token=TOKENS["operator"])
    checks.equal(status, 201, "the last one")
    world.stop(signal.SIGKILL)
    checks.that(world.audit()[-1]["subject"] == "001010000000077" and world.audit()[-1]["outcome"] == "done", "the audit log has it")
    world.start()  # the socket that was left behind is taken over
    checks.equal(world.request("GET", "/v1/subscribers/001010000000077", local=True)[0], 200, "and so has the store")


def over_tls(checks, binary):
    """A certificate of its own: TLS 1.3 is served, the older ones are not."""
    with World(binary) as world:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(world.folder / "tls.key.pem"),
                        "-out", str(world.folder / "tls.pem")], check=True, capture_output=True)
        text = world.config.read_text()
        world.config.write_text(text.replace("    socket:", f"    tls: {{certificate: {world.folder}/tls.pem, key: {world.folder}/tls.key.pem}}\n    socket:"))
        world.start()
        import ssl
        context = ssl.create_default_context(cafile=str(world.folder / "tls.pem"))
        connection = http.client.HTTPSConnection("127.0.0.1", world.http, context=context, timeout=20)
        connection.request("GET", "/v1/status", headers={"Authorization": f"Bearer {TOKENS['reader']}"})
        response = connection.getresponse()
        checks.equal((response.status, connection.sock.version() if connection.sock else "TLSv1.3"), (200, "TLSv1.3"), "over TLS")
        response.read()
        connection.close()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        try:
            old = http.client.HTTPSConnection("127.0.0.1", world.http, context=context, timeout=20)
            old.request("GET", "/v1/status")
            checks.fail("TLS 1.2 is served")
        except OSError:
            checks.that(True, "TLS 1.2 is refused")
        try:
            world.request("GET", "/v1/status")
            checks.fail("HTTP is served where TLS is")
        except (OSError, http.client.HTTPException):
            checks.that(True, "HTTP is refused")
        status, err = world.stop()
        checks.equal(status, 0, f"the HSS at SIGTERM: {err[-1000:]}")


def main():
    checks = Checks(sys.argv[1])
    with World(sys.argv[1]) as world:
        world.start()
        the_description(checks, world)
        time.sleep(2)  # for the refusals' rate
        the_procedures(checks, world)
        time.sleep(2)
        the_roles(checks, world)
        the_audit_log(checks, world)
        hostile(checks, world)
        survives(checks, world)
        status, err = world.stop()
        checks.equal((status, "Sanitizer" in err), (0, False), f"the HSS at SIGTERM: {err[-3000:]}")
        # logger.format is json: every line at the lowest level is one object.
        for line in (world.folder / "log").read_text().splitlines():
            checks.that(set(json.loads(line)) == {"t", "node", "level", "text"}, f"a line of the log: {line[:200]}")
        for name, needle in (("K", K.encode()), ("OPc", OPC.encode()), ("a token", TOKENS["operator"].encode())):
            checks.that(needle not in world.everything().lower(), f"{name} stands in a file")
    over_tls(checks, sys.argv[1])
    checks.finish()


main()
