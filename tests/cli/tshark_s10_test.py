#!/usr/bin/env python3
"""tshark_s10_test.py: Wireshark's decoder finds in the messages between MMEs every value that was put in.

The messages are those of fuzz/corpus/gtp2, which a test compares with what the code writes. The values expected
here are those of tests/wire/gtp2_samples.h, written down a second time.
"""

import pathlib
import subprocess
import sys
import tempfile

from support import ROOT, Checks

CORPUS = ROOT / "fuzz" / "corpus" / "gtp2"


def octets(first, count):
    return "".join(f"{(first + i) & 0xFF:02x}" for i in range(count))


def vector(first):
    return {"rand": f"{first + 1:02x}" * 16, "xres": f"{first:02x}524553abcdef{first:02x}", "autn": f"{first + 2:02x}" * 16,
            "kasme": octets(first, 32)}


VECTORS = [vector(0x80 + 0x10 * i) for i in range(5)]
MM_CONTEXT = {
    "gtpv2.mm_context_sm": "4", "gtpv2.mm_context_nhi": "1", "gtpv2.mm_context_drxi": "1", "gtpv2.mm_context_ksi_a": "3",
    "gtpv2.mm_context_nr_qui": "0", "gtpv2.mm_context_nr_qua": "5", "gtpv2.mm_context_uamb_ri": "1",
    "gtpv2.mm_context_osci": "1", "gtpv2.mm_context_samb_ri": "1", "gtpv2.mm_context_unipa": "2",
    "gtpv2.mm_context_unc": "1", "gtpv2.mm_context_nas_dl_cnt": str(0xFEDCBA),
    "gtpv2.mm_context_nas_ul_cnt": str(0x010203),
    "gtpv2.mm_context_kasme": ",".join([octets(0x10, 32)] + [v["kasme"] for v in VECTORS]),
    "gtpv2.mm_context_rand": ",".join(v["rand"] for v in VECTORS),
    "gtpv2.mm_context_xres_len": "8,8,8,8,8", "gtpv2.mm_context_xres": ",".join(v["xres"] for v in VECTORS),
    "gtpv2.mm_context_autn_len": "16,16,16,16,16", "gtpv2.mm_context_autn": ",".join(v["autn"] for v in VECTORS),
    "gtpv2.mm_context_drx": "0x0a07", "gtpv2.mm_context_nh": octets(0x40, 32), "gtpv2.mm_context_ncc": "5",
    "gtpv2.uplink_subscribed_ue_ambr": "50000", "gtpv2.downlink_subscribed_ue_ambr": "100000",
    "gtpv2.uplink_used_ue_ambr": "40000", "gtpv2.downlink_used_ue_ambr": "90000",
    "gtpv2.mm_context_ue_net_cap_len": "4", "gtpv2.mm_context_ms_net_cap_len": "3", "gtpv2.mm_context_mei_len": "8",
    "gtpv2.mm_context.una": "1", "gtpv2.mm_context.gena": "0", "gtpv2.mm_context.gana": "1", "gtpv2.mm_context.ina": "0",
    "gtpv2.mm_context.ena": "0", "gtpv2.mm_context.hnna": "1", "gtpv2.mm_context.hbna": "0",
    "gtpv2.mm_context_nhi_old": "1", "gtpv2.old_ksiasme": "6", "gtpv2.old_ncc": "7",
    "gtpv2.mm_context_old_kasme": octets(0x60, 32), "gtpv2.mm_context.old_nh": octets(0xC0, 32),
    "gtpv2.mm_context.vdp_len": "0",
}
HEADER = {"gtpv2.teid": "0x11223344", "gtpv2.seq": "0x00abcd"}


def f_teids(*ends):
    """Of (interface type, TEID, last octet of the address)."""
    return {"gtpv2.f_teid_interface_type": ",".join(str(t) for t, _, _ in ends),
            "gtpv2.f_teid_gre_key": ",".join(f"0x{teid:08x}" for _, teid, _ in ends),
            "gtpv2.f_teid_ipv4": ",".join(f"127.0.0.{host}" for _, _, host in ends)}


PDN = [(7, 0x0A0B0C0D, 9), (1, 0x80000001, 6), (5, 3, 9)]  # the P-GW, then the bearer's two ends
MESSAGES = {
    "Context-Request": {"gtpv2.message_type": "130", "e212.imsi": "001010123456789", "gtpv2.mme_grp_id": str(0x8001),
                        "gtpv2.mme_code": "1", "gtpv2.m_tmsi": "c0000001", "gtpv2.complete_req_msg_type": "1",
                        "nas_eps.nas_msg_emm_type": "0x48", "nas_eps.seq_no": "5",
                        **f_teids((12, 21, 5)), "gtpv2.rat_type": "6", "gtpv2.uimsi": "1"},
    "Context-Response": {"gtpv2.message_type": "131", "gtpv2.cause": "16", "e212.imsi": "001010123456789", **MM_CONTEXT,
                         **f_teids(*PDN, (12, 22, 4), (11, 23, 6)), "gtpv2.apn": "internet",
                         "gtpv2.apn_rest": "1", "gtpv2.ip_address_ipv4": "10.45.0.5",
                         "gtpv2.ip_address_ipv6": "2001:db8:0:5::", "gtpv2.ebi": "5,5", "gtpv2.container_type": "2",
                         "gtpv2.ambr_up": "50000", "gtpv2.ambr_down": "100000"},
    "Context-Acknowledge": {"gtpv2.message_type": "132", "gtpv2.cause": "16", "gtpv2.sgwci": "1"},
    "Forward-Relocation-Request": {
        "gtpv2.message_type": "133", "e212.imsi": "001010123456789", **MM_CONTEXT,
        **f_teids((12, 0x01020304, 4), *PDN, *PDN, (11, 0x05060708, 6)), "gtpv2.apn": "internet,internet",
        "gtpv2.ip_address_ipv4": "10.45.0.5,10.45.0.7", "gtpv2.ebi": "5,5,7,7", "gtpv2.hi": "1",
        "gtpv2.container_type": "2,2,3", "s1ap.e_RAB_ID": "5", "s1ap.time_UE_StayedInCell": "77",
        "gtpv2.target_type": "1", "gtpv2.macro_enodeb_id": "0x00bcde", "gtpv2.tai_tac": "0x1234",
        "gtpv2.cause_type": "0", "gtpv2.CauseRadioNetwork": "16", "gtpv2.rec": "3"},
    "Forward-Relocation-Response": {
        "gtpv2.message_type": "134", "gtpv2.cause": "16", "gtpv2.ebi": "5,7", "gtpv2.sgwci": "1",
        **f_teids((12, 24, 5), (19, 31, 7), (20, 32, 7), (23, 33, 6), (28, 34, 6)), "gtpv2.cause_type": "4",
        "gtpv2.CauseMisc": "2", "gtpv2.container_type": "3"},
    "Forward-Relocation-Complete-Notification": {"gtpv2.message_type": "135"},
    "Forward-Relocation-Complete-Acknowledge": {"gtpv2.message_type": "136", "gtpv2.cause": "16", "gtpv2.rec": "3"},
    "Forward-Access-Context-Notification": {
        "gtpv2.message_type": "137", "gtpv2.container_type": "3", "s1ap.e_RAB_ID": "5",
        "s1ap.pDCP_SN": f"{0x123},{0xABC}", "s1ap.hFN": f"{0x45},{0x67}"},
    "Forward-Access-Context-Acknowledge": {"gtpv2.message_type": "138", "gtpv2.cause": "16"},
    "Relocation-Cancel-Request": {"gtpv2.message_type": "139", "e212.imsi": "001010123456789"},
    "Relocation-Cancel-Response": {"gtpv2.message_type": "140", "gtpv2.cause": "96"},
}


def number(value):
    """A flag is printed as a word by some releases."""
    return {"True": "1", "False": "0"}.get(value, value)


def main():
    checks = Checks(sys.argv[1] if len(sys.argv) > 1 else "")
    with tempfile.TemporaryDirectory() as folder:
        text, capture = pathlib.Path(folder) / "octets.txt", pathlib.Path(folder) / "one.pcap"
        for name, values in MESSAGES.items():
            datagram = (CORPUS / f"{name}.bin").read_bytes()
            text.write_text("000000 " + " ".join(f"{b:02x}" for b in datagram) + "\n")
            subprocess.run(["text2pcap", "-q", "-u", "2123,2123", str(text), str(capture)], check=True, capture_output=True,
                           timeout=60)
            expected = {**HEADER, **values}
            fields = [argument for field in expected for argument in ("-e", field)]
            done = subprocess.run(["tshark", "-n", "-r", str(capture), "-T", "fields", "-E", "separator=;", "-E",
                                   "occurrence=a", *fields], capture_output=True, timeout=120)
            said = done.stdout.decode().rstrip("\n").split(";")
            checks.that(len(said) == len(expected), f"{name}: {done.stderr.decode()[-500:]}")
            for (field, value), found in zip(expected.items(), said):
                found = ",".join(number(v) for v in found.split(","))
                checks.equal(found, value, f"{name}: {field}")
            severe = subprocess.run(["tshark", "-n", "-r", str(capture), "-Y",
                                     "_ws.malformed || _ws.expert.severity >= 0x00600000", "-T", "fields", "-e",
                                     "_ws.expert.message"], capture_output=True, timeout=120).stdout.decode().strip()
            checks.equal(severe, "", f"{name}: what Wireshark has to remark")
    checks.finish()


main()
