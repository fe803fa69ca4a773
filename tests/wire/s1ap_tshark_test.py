#!/usr/bin/env python3
"""s1ap_tshark_test.py: Wireshark's decoder reads every handover message as we encode it, and its values are the ones we put in.

The messages are those of fuzz/corpus/s1ap, which s1ap_corpus_test.cpp holds to what the encoder gives. RRC inside the containers is a
stand-in (docs/extensions.md), which Wireshark calls malformed when it opens a container. So nothing may be malformed while containers stay
closed, the values inside them are read with containers open, and the messages of other makers, which encode to the same octets here and hold
real RRC, may have nothing malformed at all.
"""

import pathlib
import re
import struct
import subprocess
import sys
import tempfile

CORPUS = pathlib.Path(__file__).resolve().parents[2] / "fuzz" / "corpus" / "s1ap"
KEY = "".join(f"{i:02x}" for i in range(0xA0, 0xC0))
IDS = {"s1ap.MME_UE_S1AP_ID": ["4294967295"], "s1ap.ENB_UE_S1AP_ID": ["16777215"]}
CONTAINER = {"s1ap.dL_Forwarding": ["0"], "s1ap.subscriberProfileIDforRFP": ["256"], "s1ap.time_UE_StayedInCell": ["4095"],
             "s1ap.cell_Size": ["3"]}
STATUS = {**IDS, "s1ap.e_RAB_ID": ["5", "15"], "s1ap.pDCP_SN": ["4095", "837", "0", "1"], "s1ap.hFN": ["1048575", "18", "0", "1"],
          "s1ap.receiveStatusofULPDCPSDUs": ["a5" * 512]}
# Per file: the message's name in the ASN.1, and fields with all their values in order.
EXPECTED = {
    "29-handover-required": ("HandoverRequired", {
        **IDS, **CONTAINER, "s1ap.HandoverType": ["0"], "s1ap.radioNetwork": ["16"], "s1ap.macroENB_ID": ["0019c0"],
        "s1ap.Direct_Forwarding_Path_Availability": ["0"], "s1ap.tAC": ["7"]}),
    "30-handover-required": ("HandoverRequired", {
        **IDS, "s1ap.HandoverType": ["1"], "s1ap.lAC": ["4660"], "s1ap.rAC": ["5"], "s1ap.rNC_ID": ["4095"],
        "s1ap.extendedRNC_ID": ["4096"]}),
    "31-handover-required": ("HandoverRequired", {**IDS, "s1ap.HandoverType": ["2"], "s1ap.lAC": ["65535"], "s1ap.rAC": ["5"]}),
    "32-handover-command": ("HandoverCommand", {
        **IDS, "s1ap.e_RAB_ID": ["5", "6", "6", "7"], "s1ap.dL_gTP_TEID": ["00000001"], "s1ap.uL_GTP_TEID": ["00000002"],
        "s1ap.dL_transportLayerAddress": ["7f000009"], "s1ap.uL_TransportLayerAddress": ["7f000109"]}),
    "33-handover-command": ("HandoverCommand", {
        **IDS, "s1ap.HandoverType": ["1"], "s1ap.NASSecurityParametersfromE_UTRAN": ["03"]}),
    "34-handover-preparation-failure": ("HandoverPreparationFailure", {**IDS, "s1ap.radioNetwork": ["11"]}),
    "35-handover-request": ("HandoverRequest", {
        "s1ap.MME_UE_S1AP_ID": ["4294967295"], **CONTAINER, "s1ap.HandoverType": ["0"],
        "s1ap.e_RAB_ID": ["5", "15", "5", "15"], "s1ap.gTP_TEID": ["00000001", "ffffffff"], "s1ap.qCI": ["5", "9"],
        "s1ap.uEaggregateMaximumBitRateDL": ["100000000"], "s1ap.nextHopChainingCount": ["7"], "s1ap.nextHopParameter": [KEY],
        "s1ap.encryptionAlgorithms": ["e000"], "s1ap.integrityProtectionAlgorithms": ["6000"], "s1ap.forbiddenInterRATs": ["5"],
        "s1ap.mME_Group_ID": ["32769"]}),
    "36-handover-request": ("HandoverRequest", {
        "s1ap.HandoverType": ["3"], "s1ap.nextHopChainingCount": ["0"],
        "s1ap.NASSecurityParameterstoE_UTRAN": ["010203041109"]}),
    "37-handover-request-acknowledge": ("HandoverRequestAcknowledge", {
        **IDS, "s1ap.e_RAB_ID": ["5", "15", "6", "7"], "s1ap.gTP_TEID": ["00000001", "00000004"],
        "s1ap.dL_gTP_TEID": ["00000002"], "s1ap.uL_GTP_TEID": ["00000003"]}),
    "38-handover-failure": ("HandoverFailure", {"s1ap.MME_UE_S1AP_ID": ["4294967295"], "s1ap.radioNetwork": ["7"]}),
    "39-handover-notify": ("HandoverNotify", {**IDS, "s1ap.tAC": ["7"]}),
    "40-path-switch-request": ("PathSwitchRequest", {
        **IDS, "s1ap.e_RAB_ID": ["5", "6"], "s1ap.gTP_TEID": ["00000001", "00000002"], "s1ap.encryptionAlgorithms": ["e000"]}),
    "41-path-switch-request-acknowledge": ("PathSwitchRequestAcknowledge", {
        **IDS, "s1ap.e_RAB_ID": ["5", "6", "7"], "s1ap.nextHopChainingCount": ["3"], "s1ap.nextHopParameter": [KEY]}),
    "42-path-switch-request-acknowledge": ("PathSwitchRequestAcknowledge", {**IDS, "s1ap.nextHopChainingCount": ["4"]}),
    "43-path-switch-request-failure": ("PathSwitchRequestFailure", {**IDS, "s1ap.radioNetwork": ["0"]}),
    "44-handover-cancel": ("HandoverCancel", {**IDS, "s1ap.radioNetwork": ["9"]}),
    "45-handover-cancel-acknowledge": ("HandoverCancelAcknowledge", IDS),
    "46-enb-status-transfer": ("ENBStatusTransfer", STATUS),
    "47-mme-status-transfer": ("MMEStatusTransfer", STATUS),
}
# Messages with elements of ours: the rest of them is read as before.
PRIVATE = {
    "48-private-s1-setup-request": ("S1SetupRequest", {"s1ap.macroENB_ID": ["0019b0"], "s1ap.id": ["59", "60", "64", "137", "65528"]}),
    "49-private-s1-setup-response": ("S1SetupResponse", {"s1ap.id": ["61", "105", "87", "65528"]}),
    "50-private-handover-required": ("HandoverRequired", {**IDS, "s1ap.id": ["0", "8", "1", "2", "4", "104", "78", "78", "65529"]}),
    "51-private-handover-request": ("HandoverRequest", {
        "s1ap.nextHopChainingCount": ["0"], "s1ap.nextHopParameter": [KEY],
        "s1ap.id": ["0", "1", "2", "66", "53", "27", "104", "78", "78", "107", "40", "65530"]}),
    "52-private-handover-command": ("HandoverCommand", {**IDS, "s1ap.id": ["0", "8", "1", "123", "65531"]}),
}
FIELDS = sorted({f for _, fields in [*EXPECTED.values(), *PRIVATE.values()] for f in fields})
FOREIGN = ["open5gs-test-handover-required", "open5gs-test-handover-request-acknowledge", "srsran-test-ho-request"]
CLOSED = ["-o", "s1ap.dissect_container:FALSE"]
OPEN = ["-o", "s1ap.dissect_container:TRUE"]
SEVERE = "_ws.malformed || _ws.unreassembled || _ws.short || _ws.expert.severity >= 0x00600000"
# Names that Wireshark does not have for values that are in order: the test network 001/01, the middle priority levels, the id that
# the samples' Criticality Diagnostics report because nobody knows it, and our own ids.
NAMELESS = re.compile(r"^(Mobile (Country|Network) Code|priorityLevel: Unknown|iE-ID: Unknown \(65000\)|Item 1: unknown \(65000\)|(id|Item \d+): [Uu]nknown \(655(28|29|30|31)\))")


def packet(number, message):
    """An IPv4 packet with one SCTP DATA chunk of S1AP."""
    chunk = struct.pack("!BBHIHHI", 0, 3, 16 + len(message), number, 0, number, 18) + message
    chunk += bytes(-len(chunk) % 4)
    sctp = struct.pack("!HHII", 36412, 36412, 1, 0) + chunk
    address = bytes([127, 0, 0, 1])
    return struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(sctp), number, 0, 64, 132, 0) + address + address + sctp


def write_capture(path, messages):
    out = struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 101)
    for number, message in enumerate(messages, 1):
        octets = packet(number, message)
        out += struct.pack("<IIII", number, 0, len(octets), len(octets)) + octets
    path.write_bytes(out)


def tshark(capture, *arguments):
    done = subprocess.run(["tshark", "-n", "-r", str(capture), *arguments], capture_output=True, timeout=120)
    return done.stdout.decode("utf-8", "replace")


def main():
    complaints = []
    # Every seed of a handover message is expected to say something here.
    seeds = {p.name for p in CORPUS.iterdir() if re.match(r"\d+-(handover|path-switch|enb-status|mme-status)", p.name)}
    if seeds != set(EXPECTED):
        complaints.append(f"seeds and expectations differ: {sorted(seeds ^ set(EXPECTED))}")
    if {p.name for p in CORPUS.iterdir() if "-private-" in p.name} != set(PRIVATE):
        complaints.append("seeds with elements of ours and expectations differ")
    names = sorted(EXPECTED) + sorted(PRIVATE)
    with tempfile.TemporaryDirectory() as folder:
        capture, foreign = (pathlib.Path(folder) / n for n in ("handover.pcap", "foreign.pcap"))
        write_capture(capture, [(CORPUS / n).read_bytes() for n in names])
        write_capture(foreign, [(CORPUS / n).read_bytes() for n in FOREIGN])
        rows = tshark(capture, *OPEN, "-T", "fields", "-E", "separator=|", *[a for f in FIELDS for a in ("-e", f)]).splitlines()
        whole = tshark(capture, *CLOSED, "-V")
        for what, severe in (("closed", tshark(capture, *CLOSED, "-Y", SEVERE)), ("foreign", tshark(foreign, *OPEN, "-Y", SEVERE))):
            if severe.strip():
                complaints.append(f"{what}: malformed, or an expert item: {severe.strip()}")
        inside = tshark(foreign, *OPEN, "-V")
    if "SourceeNB-ToTargeteNB-TransparentContainer" not in inside:
        complaints.append("foreign: the container stayed closed")
    unknown = [line.strip() for line in whole.splitlines()
               if re.search(r"[Uu]nknown|[Uu]ndecoded", line) and not NAMELESS.match(line.strip())
               and "unknown-targetID" not in line]
    if unknown:
        complaints.append(f"unknown to Wireshark: {unknown[:10]}")
    if len(rows) != len(names):
        complaints.append(f"{len(rows)} packets of {len(names)}")
    for name, row in zip(names, rows):
        got = dict(zip(FIELDS, row.split("|")))
        message, fields = EXPECTED.get(name) or PRIVATE[name]
        if not re.search(rf"^\s*{message}$", whole, re.MULTILINE):
            complaints.append(f"{name}: no {message}")
        for field, values in fields.items():
            if got[field].split(",") != values:
                complaints.append(f"{name}: {field} is {got[field]}, expected {','.join(values)}")
    print("\n".join(complaints) or f"{len(names)} messages, {sum(len(f) for _, f in EXPECTED.values())} fields as expected")
    sys.exit(1 if complaints else 0)


main()
