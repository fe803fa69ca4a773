#!/usr/bin/env python3
"""tshark_test.py BATON: Wireshark's decoder reads everything the network says and has nothing to remark.

Three captures: the demo network with keys, the same without, and one whose MME prefers null ciphering so that
NAS is dissected to its last element. Nothing may be malformed, no expert item of severity warning or above may
appear, every packet is one of the protocols below, and nothing is unknown but what docs/extensions.md lists.
"""

import collections
import pathlib
import re
import subprocess
import sys
import tempfile

from support import ROOT, Checks

# Protocols that must be there, and by which filter they are found.
WANTED = {"s1ap": 40, "gtpv2": 8, "diameter": 10}
# docs/extensions.md: the radio stand-in on UDP 4997 is data to Wireshark.
RADIO = "udp.port == 4997"
SEVERE = "_ws.expert.severity >= 0x00600000"  # warning
# Without the key Wireshark guesses whether a ciphered NAS message might be a plain one, and one in sixteen looks so. What
# it then says of random octets means nothing; the capture without ciphering shows these messages for what they are.
CIPHERED = "(nas_eps.security_header_type == 2 || nas_eps.security_header_type == 4)"
# Names that Wireshark does not have for values that are in order: the test network 001/01, and a priority level, of
# which the specification names only the ends (TS 36.413, 9.2.1.60).
NAMELESS = re.compile(r"^(Mobile (Country|Network) Code|priorityLevel: Unknown)")
# An MM context is blanked whole, down to the octet that says what kind it is.
BLANKED = re.compile(r"The rest of the IE not dissected yet|^ *\[Group: Undecoded\]$")
MESSAGES = {  # in the capture of the main job
    "s1ap": ["S1SetupRequest", "S1SetupResponse", "InitialUEMessage", "DownlinkNASTransport", "UplinkNASTransport",
             "InitialContextSetupRequest", "InitialContextSetupResponse", "UEContextReleaseCommand", "HandoverRequired",
             "HandoverRequest", "HandoverRequestAcknowledge", "HandoverCommand", "HandoverNotify", "ENBStatusTransfer",
             "MMEStatusTransfer"],
    "nas": ["Attach request", "Authentication request", "Authentication response", "Security mode command"],
    "nas in the clear": ["Attach accept", "Attach complete", "Activate default EPS bearer context request",
                         "Detach request", "Security mode complete"],
    "gtpv2": ["Create Session Request", "Create Session Response", "Modify Bearer Request", "Delete Session Request",
              "Forward Relocation Request", "Forward Relocation Response", "Forward Relocation Complete Notification",
              "Forward Relocation Complete Acknowledge", "Context Request", "Context Response", "Context Acknowledge"],
    "diameter": ["3GPP-Authentication-Information", "3GPP-Update-Location", "3GPP-Cancel-Location", "Capabilities-Exchange"],
}


# docs/extensions.md: what a transparent container of a handover holds is our stand-in for RRC, which a dissector of RRC
# takes for damage.
STAND_IN = ["-o", "s1ap.dissect_container:FALSE"]


def tshark(checks, capture, *arguments):
    done = subprocess.run(["tshark", "-n", "-r", str(capture), *STAND_IN, *arguments], capture_output=True, timeout=240)
    text = done.stdout.decode("utf-8", "replace")
    noise = [line for line in done.stderr.decode().splitlines() if line and "Running as user" not in line]
    checks.that(done.returncode == 0 and not noise, f"tshark {arguments}: {noise[:5]}")
    return text


def examine(checks, capture, what, null_ciphering):
    """Checks that hold for every capture; gives the full dissection."""
    preferences = ["-o", "nas-eps.null_decipher:TRUE"] if null_ciphering else []
    readable = "frame" if null_ciphering else f"!{CIPHERED}"
    severe = tshark(checks, capture, *preferences, "-Y", f"{SEVERE} && {readable}", "-T", "fields", "-e", "frame.number", "-e",
                    "frame.protocols", "-e", "_ws.expert.message").strip()
    checks.equal(severe, "", f"{what}: expert items of severity warning")
    malformed = tshark(checks, capture, *preferences, "-Y", f"(_ws.malformed || _ws.unreassembled || _ws.short) && {readable}")
    checks.equal(malformed.strip(), "", f"{what}: malformed")
    stray = tshark(checks, capture, "-Y", f"!s1ap && !gtpv2 && !diameter && !sctp && !tcp && !({RADIO})").strip()
    checks.equal(stray, "", f"{what}: packets of no known protocol")
    data = tshark(checks, capture, "-Y", f"data && !({RADIO})").strip()
    checks.equal(data, "", f"{what}: data that nobody dissects")
    whole = tshark(checks, capture, *preferences, "-Y", readable, "-V")
    unknown = collections.Counter(line.strip() for line in whole.splitlines()
                                  if re.search(r"[Uu]nknown|[Uu]ndecoded|not dissected", line)
                                  and not NAMELESS.match(line.strip())
                                  and not (what == "blanked" and BLANKED.search(line)))
    checks.equal(dict(unknown), {}, f"{what}: unknown to Wireshark")
    for protocol, at_least in WANTED.items():
        count = len(tshark(checks, capture, "-Y", protocol, "-T", "fields", "-e", "frame.number").split())
        checks.that(count >= at_least, f"{what}: {count} packets of {protocol}, expected {at_least} or more")
    return whole


def main():
    checks = Checks(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        with_keys, blanked, clear = (pathlib.Path(folder) / n for n in ("keys.pcapng", "blanked.pcapng", "clear.pcapng"))
        checks.equal(checks.run("run", "--json", "--pcap-with-keys", with_keys).status, 0, "the run with keys")
        checks.equal(checks.run("run", "--json", "--pcap", blanked).status, 0, "the run with blanked keys")
        text = (ROOT / "etc" / "demo.yaml").read_text()
        for old, new in (("ciphering_order: [EEA2]", "ciphering_order: [EEA0]"),):
            checks.that(old in text, f"etc/demo.yaml has no {old}")
            text = text.replace(old, new)
        topology = pathlib.Path(folder) / "clear.yaml"
        topology.write_text(text)
        said = checks.run("run", "--json", "--pcap-with-keys", clear, "--topology", topology)
        checks.equal(said.status, 0, f"the run without ciphering: {said.out[-1500:]}{said.err[-1500:]}")

        whole = examine(checks, with_keys, "with keys", False)
        for protocol in ("s1ap", "nas", "gtpv2", "diameter"):
            for name in MESSAGES[protocol]:
                checks.that(name in whole, f"with keys: no {name}")
        examine(checks, blanked, "blanked", False)
        whole = examine(checks, clear, "in the clear", True)
        for name in MESSAGES["nas in the clear"]:
            checks.that(name in whole, f"in the clear: no {name}")
    checks.finish()


main()
