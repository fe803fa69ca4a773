#!/usr/bin/env python3
"""diameter_tshark_test.py: Wireshark's decoder reads the Diameter messages of the HSS's own and those that carry AVPs no standard has.

The messages are those of fuzz/corpus/diameter, which diameter_message_test.cpp holds to what the encoder gives. Our AVPs are unknown ones of
vendor 32473 to Wireshark; everything beside them has to be read, and nothing may be malformed.
"""

import pathlib
import struct
import subprocess
import sys
import tempfile

CORPUS = pathlib.Path(__file__).resolve().parents[2] / "fuzz" / "corpus" / "diameter"
SEVERE = "_ws.malformed || _ws.unreassembled || _ws.short || _ws.expert.severity >= 0x00800000"  # error
RAND = "33" * 16
# Per file: application, command code, and fields with all their values in order.
EXPECTED = {
    "air_utran": ("16777251", "318", {"diameter.Number-Of-Requested-Vectors": ["5"], "diameter.OC-Feature-Vector": ["1"]}),
    "aia_utran": (
        "16777251",
        "318",
        {
            "diameter.UTRAN-Vector": None,
            "diameter.Confidentiality-Key": [bytes(range(0x90, 0xA0)).hex()],
            "diameter.Integrity-Key": [bytes(range(0xA0, 0xB0)).hex()],
            "diameter.GERAN-Vector": None,
            "diameter.Kc": [bytes(range(0xB0, 0xB8)).hex()],
            "diameter.OC-Sequence-Number": ["1700000000"],
            "diameter.OC-Reduction-Percentage": ["40"],
            "diameter.OC-Validity-Duration": ["30"],
        },
    ),
    "idr": ("16777251", "319", {"diameter.IDR-Flags": ["12"], "diameter.Operator-Determined-Barring": ["1"], "diameter.VPLMN-Dynamic-Address-Allowed": ["1"]}),
    "ida": ("16777251", "319", {"diameter.User-State": ["4", "0"], "diameter.Age-Of-Location-Information": ["3"], "diameter.IDA-Flags": ["1"]}),
    "dsr": ("16777251", "320", {"diameter.DSR-Flags": ["8"], "diameter.Context-Identifier": ["2", "3"]}),
    "dsa": ("16777251", "320", {"diameter.Result-Code": ["2001"]}),
    "rsr": ("16777251", "322", {"diameter.User-Id": ["00101", "00102"]}),
    "rsa": ("16777251", "322", {"diameter.Result-Code": ["2001"]}),
    "ecr": ("16777252", "324", {"diameter.IMEI": ["35349006987331"]}),
    "eca": ("16777252", "324", {"diameter.Equipment-Status": ["1"]}),
    "aia_epoch": ("16777251", "318", {"diameter.E-UTRAN-Vector": None, "diameter.RAND": ["11" * 16]}),
    "ulr_aka": ("16777251", "316", {"diameter.ULR-Flags": ["2"]}),
    "kur": (str(0xFFFF0001), str(0xFFFF01), {"diameter.User-Name": ["001010123456789"], "diameter.RAND": [RAND]}),
    "kua": (str(0xFFFF0001), str(0xFFFF01), {"diameter.Result-Code": ["2001"]}),
    "kua_refused": (str(0xFFFF0001), str(0xFFFF01), {}),
    "ctr": (str(0xFFFF0001), str(0xFFFF02), {"diameter.User-Name": ["001010123456789"]}),
    "cta": (str(0xFFFF0001), str(0xFFFF02), {"diameter.Result-Code": ["2001"], "diameter.RAND": [RAND]}),
}
OURS = "32473"
PRIVATE = {"aia_epoch", "ulr_aka", "kur", "kua", "ctr", "cta"}  # these have AVPs of ours


def checksum(octets):
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def capture(message):
    """A capture of raw IPv4 with the message in one TCP segment."""
    tcp = struct.pack("!HHIIBBHHH", 40000, 3868, 1, 1, 0x50, 0x18, 65535, 0, 0) + message
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0, bytes([127, 0, 0, 1]), bytes([127, 0, 0, 2]))
    packet = head[:10] + struct.pack("!H", checksum(head)) + head[12:] + tcp
    return struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101) + struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet


def tshark(path, *arguments):
    done = subprocess.run(["tshark", "-n", "-r", str(path), *arguments], capture_output=True, timeout=120, check=True)
    return done.stdout.decode("utf-8", "replace").strip()


def main():
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        for name, (application, command, fields) in EXPECTED.items():
            path = pathlib.Path(folder) / f"{name}.pcap"
            path.write_bytes(capture((CORPUS / f"{name}.bin").read_bytes()))
            severe = tshark(path, "-Y", SEVERE)
            if severe:
                problems.append(f"{name}: {severe}")
            wanted = {"diameter.applicationId": [application], "diameter.cmd.code": [command], **fields}
            for field, values in wanted.items():
                got = tshark(path, "-T", "fields", "-E", "occurrence=a", "-e", field).replace(":", "").split(",")
                if (not got[0]) if values is None else got != values:
                    problems.append(f"{name}: {field} is {got}, expected {values}")
            vendors = tshark(path, "-T", "fields", "-E", "occurrence=a", "-e", "diameter.avp.vendorId").split(",")
            if OURS not in vendors and name in PRIVATE:
                problems.append(f"{name}: no AVP of vendor {OURS}")
    print("\n".join(problems))
    sys.exit(1 if problems else 0)


main()
