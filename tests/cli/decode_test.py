#!/usr/bin/env python3
"""decode_test.py BATON: `baton decode` with messages, captures, and what is neither."""

import struct
import sys
import tempfile

from support import Checks

ECHO_REQUEST = "40010009000001000300010000"  # TS 29.274, 7.1.1
WATCHDOG = "0100001480000118000000000000000100000002"  # RFC 6733, 5.5.1
IDENTITY_REQUEST = "075501"  # TS 24.301, 8.2.18


def udp_packet(port, payload):
    udp = struct.pack(">HHHH", port, port, 8 + len(payload), 0) + payload
    return struct.pack(">BBHIBBHII", 0x45, 0, 20 + len(udp), 0, 64, 17, 0, 0x7F000001, 0x7F000002) + udp


def pcap(*packets):
    out = struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
    for p in packets:
        out += struct.pack("<IIII", 1700000000, 5, len(p), len(p)) + p
    return out


def main():
    checks = Checks(sys.argv[1])
    for digits, protocol in ((ECHO_REQUEST, "GTPv2-C"), (WATCHDOG, "Diameter"), (IDENTITY_REQUEST, "NAS downlink")):
        said = checks.run("decode", digits)
        checks.equal(said.status, 0, digits)
        checks.that(protocol in said.out, f"{digits}: {said.out}")
        said = checks.run("decode", "-", "--json", stdin=(digits[:10] + "\n " + digits[10:] + "\n").encode())
        checks.equal(said.json()["messages"][0]["protocol"], protocol, digits)
    said = checks.run("decode", ECHO_REQUEST, "--as", "nas-down")
    checks.equal(said.status, 0, "--as takes precedence")
    checks.that("NAS" in said.out, said.out)

    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(pcap(udp_packet(2123, bytes.fromhex(ECHO_REQUEST)), udp_packet(53, b"x")))
        file.flush()
        said = checks.run("decode", file.name, "--json")
        document = said.json()
        checks.equal((document["packets"], document["skipped"], len(document["messages"])), (2, 1, 1), "a capture")
        checks.equal(document["messages"][0]["from"], "127.0.0.1:2123", "a capture")
        checks.that("Echo" in checks.run("decode", file.name).out, "a capture as text")
        file.truncate(30)
        checks.equal(checks.run("decode", file.name).status, 2, "a capture that ends inside a header")

    for arguments in (["zz"], ["0"], ["/nonexistent/file"], ["/"], [ECHO_REQUEST, "--as", "colour"], ["-"]):
        said = checks.run("decode", *arguments)
        checks.equal(said.status, 2, f"decode {arguments}")
        checks.that(said.err != "", f"decode {arguments} says nothing")
    # A name is not repeated as it is: it could drive the terminal.
    said = checks.run("decode", "\x1b[31mred")
    checks.that("\x1b" not in said.err, "an escape sequence comes back")
    # Every truncation and a flood of other octets.
    for digits in (ECHO_REQUEST, WATCHDOG, IDENTITY_REQUEST):
        for end in range(2, len(digits), 2):
            checks.equal(checks.run("decode", digits[:end]).status, 0, digits[:end])
    checks.finish()


main()
