#!/usr/bin/env python3
"""metrics_test.py BATON: /metrics as Prometheus reads it; alert rules and dashboard name what there is."""

import json
import re
import subprocess
import sys

from hss_world import World
from support import ROOT, Checks

sys.path.append("/usr/lib/python3/dist-packages")  # Debian's modules, for an interpreter that is not Debian's
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as plain

# Names in an expression that are no series: functions, keywords, labels after by or in braces.
WORD = re.compile(r"\b(baton_[a-z_]+|process_[a-z_]+)\b")


def series(families):
    return {sample.name for family in families for sample in family.samples}


def main():
    checks = Checks(sys.argv[1])
    with World(sys.argv[1]) as world:
        world.start()
        # Something to count: a peer that is none.
        import socket
        with socket.socket() as s:
            s.connect(("127.0.0.1", world.diameter))
            s.sendall(b"\x01\x00\x00\x14" + bytes(16))
        status, text, headers = world.request("GET", "/metrics", port=world.metrics)
        checks.equal((status, headers.get("Content-Type")), (200, "text/plain; version=0.0.4; charset=utf-8"), "the text format")
        lint = subprocess.run(["promtool", "check", "metrics"], input=text.encode(), capture_output=True)
        checks.equal((lint.returncode, lint.stdout + lint.stderr), (0, b""), "promtool check metrics")
        families = list(plain(text))
        exposed = series(families)
        for name in ("baton_build_info", "baton_auth_failures_total", "baton_sqn_resync_total", "baton_store_subscribers", "baton_peer_up",
                     "baton_links", "process_start_time_seconds", "baton_store_failures_total"):
            checks.that(name in exposed, f"{name} is there from the start")
        status, text, headers = world.request("GET", "/metrics", port=world.metrics, headers={"Accept": "application/openmetrics-text"})
        checks.that(headers.get("Content-Type", "").startswith("application/openmetrics-text"), "OpenMetrics when asked for")
        checks.that(len(list(openmetrics(text))) > 10, "OpenMetrics as its own parser reads it")
        for target, method, wanted in (("/", "GET", 404), ("/metrics/", "GET", 404), ("/metrics", "POST", 405), ("/v1/subscribers", "GET", 404)):
            checks.equal(world.request(method, target, port=world.metrics)[0], wanted, f"{method} {target}")
        # A subscriber's name is in none of it.
        checks.that(not re.search(r"\b00101\d{8,}", text), "no IMSI")
        status, err = world.stop()
        checks.equal(status, 0, f"the HSS at SIGTERM: {err[-2000:]}")

    rules = ROOT / "etc" / "prometheus-alerts.yaml"
    said = subprocess.run(["promtool", "check", "rules", str(rules)], capture_output=True, text=True)
    checks.equal(said.returncode, 0, f"promtool check rules: {said.stdout}{said.stderr}")
    # Every family that the program can expose stands in its table; what an expression names is one of them.
    source = (ROOT / "src" / "runtime" / "exposition.cpp").read_text()
    declared = {f"baton_{name}_total" for name in re.findall(r'\{"(?:hss|mme|ue)", "([a-z_]+)"', source.replace("SecuritySeries", ""))}
    declared |= {name for name in re.findall(r'sample\("([a-z_]+)"', source)} | {"baton_events_total"}
    declared |= {f"baton_procedure_duration_seconds_{part}" for part in ("bucket", "sum", "count")}
    checks.that(exposed <= declared, f"exposed and not declared: {sorted(exposed - declared)}")
    text = rules.read_text()
    named = set(WORD.findall(text))
    checks.that(len(named) > 8 and named <= declared, f"alert rules name what nobody exposes: {sorted(named - declared)}")
    dashboard = json.loads((ROOT / "etc" / "grafana-baton.json").read_text())
    expressions = [t["expr"] for p in dashboard["panels"] for t in p.get("targets", [])]
    named = {w for e in expressions for w in WORD.findall(e)} | set(WORD.findall(dashboard["templating"]["list"][1]["definition"]))
    checks.that(len(expressions) > 15 and named <= declared, f"the dashboard names what nobody exposes: {sorted(named - declared)}")
    # Expressions are ones that Prometheus understands: as rules, with Grafana's own variables filled in.
    filled = [e.replace("$__rate_interval", "5m").replace("$node", ".*") for e in expressions]
    groups = "groups:\n- name: dashboard\n  rules:\n" + "".join(
        f"  - record: panel:{n}\n    expr: {json.dumps(e)}\n" for n, e in enumerate(filled))
    said = subprocess.run(["promtool", "check", "rules", "/dev/stdin"], input=groups, capture_output=True, text=True)
    checks.equal(said.returncode, 0, f"expressions of the dashboard: {said.stdout}{said.stderr}")
    # Every duration that a node reports stands in the manual, and the dashboard's panels ask for those there are.
    reported = set()
    for path in sorted((ROOT / "src" / "node").rglob("*.cpp")):
        reported |= set(re.findall(r'(?:took|phase|whole)\(\s*"([a-z_.]+)"', path.read_text()))
    page = (ROOT / "docs" / "operations.md").read_text()
    listed = page[page.index("## Durations"):page.index("## Load on an HSS")]
    told, before = set(), ""
    for name in re.findall(r"`([a-z_]*\.[a-z_.]+)`", listed):
        before = before.rsplit(".", 1)[0] + name if name.startswith(".") else name
        told.add(before)
    reported |= set(re.findall(r'return "(hss\.[a-z_]+)"', (ROOT / "src" / "node" / "hss" / "hss.cpp").read_text()))
    checks.that(len(reported) > 15 and reported <= told, f"durations that the manual does not list: {sorted(reported - told)}")
    asked = {w for e in expressions + re.findall(r"expr: (.*)", rules.read_text()) for w in re.findall(r'procedure=~?"([^"]+)"', e)}
    checks.that(asked and all(any(re.fullmatch(pattern, name) for name in told) for pattern in asked), f"no such duration: {sorted(asked)}")
    ids = [p["id"] for p in dashboard["panels"]]
    checks.equal(len(ids), len(set(ids)), "each panel has a number of its own")
    checks.finish()


main()
