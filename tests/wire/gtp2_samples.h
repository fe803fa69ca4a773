// gtp2_samples.h: one value of every GTPv2-C message with everything in it that its table has.
#pragma once

#include <array>
#include <vector>

#include "wire/gtp2/codec.h"

namespace baton::wire::gtp2 {

inline constexpr Teid sample_teid{0x11223344};
inline constexpr Sequence sample_sequence{0x00ABCD};

inline FTeid f_teid(InterfaceType interface, std::uint32_t teid, Byte host) {
  return {interface, Teid{teid}, Ipv4{{127, 0, 0, host}}, {}};
}
inline BearerQos qos() { return {true, 8, false, 9, 0, 0, 0, 0}; }
inline std::vector<PrivateExtension> extension() { return {{1, 32473, {0x01, 0x02, 0x03}}}; }
inline Uli uli() {
  const auto plmn = PlmnId::test_value();
  return {Tai{plmn, Tac{0x1234}}, Ecgi{plmn, 0x0ABCDE1}};
}
inline Pco pco() { return {{0x80, 0x00, 0x0d, 0x00}}; }

inline CreateSessionRequest create_session_request() {
  CreateSessionRequest m;
  m.imsi = Imsi::test_value();
  m.msisdn = Msisdn{"46700000001"};
  m.mei = Mei{"3534900698733153"};
  m.uli = uli();
  m.serving_network = PlmnId::test_value();
  m.rat = RatType::eutran;
  m.indication = Indication{{0x00, 0x00}};
  m.sender = f_teid(InterfaceType::s11_mme, 7, 4);
  m.pgw = f_teid(InterfaceType::s5_pgw_control, 0, 9);
  m.apn = Apn{"internet.mnc001.mcc001.gprs"};
  m.selection_mode = SelectionMode::subscribed;
  m.pdn_type = PdnType::ipv4;
  m.paa = Paa::ipv4(Ipv4{});
  m.maximum_apn_restriction = ApnRestriction{0};
  m.ambr = Ambr{50'000, 100'000};
  m.linked_ebi = Ebi{5};
  m.pco = pco();
  m.bearers = {{Ebi{5}, f_teid(InterfaceType::s1u_enb, 1, 5), f_teid(InterfaceType::s5_sgw_user, 2, 6),
                f_teid(InterfaceType::s5_pgw_user, 3, 9), qos()}};
  m.bearers_to_remove = {{Ebi{6}}};
  m.recovery = Recovery{3};
  m.ue_time_zone = UeTimeZone{0x40, 1};
  m.extensions = extension();
  return m;
}

/// Octets of a key, different for each `first`: first, first + 1, ...
template <class Key>
Key sample_key(Byte first) {
  std::array<Byte, Key::size> octets{};
  for (Byte& b : octets) b = first++;
  return Key(octets);
}
inline Quadruplet quadruplet(Byte first) {
  const ByteVector xres{first, 0x52, 0x45, 0x53, 0xAB, 0xCD, 0xEF, first};
  Quadruplet out{{}, Xres(xres), {}, sample_key<Kasme>(first)};
  out.rand.bytes.fill(static_cast<Byte>(first + 1));
  out.autn.bytes.fill(static_cast<Byte>(first + 2));
  return out;
}
/// An MM context with everything it can hold.
inline EpsMmContext mm_context() {
  EpsMmContext out{.ksi = 3,
                   .nas_integrity = 2,
                   .nas_ciphering = 1,
                   .uplink_count = NasCount::of(0x0102, 0x03),
                   .downlink_count = NasCount::of(0xFEDC, 0xBA),
                   .kasme = sample_key<Kasme>(0x10)};
  out.next_hop = NextHop{sample_key<Nh>(0x40), 5};
  for (Byte i = 0; i < vectors_max; ++i)
    out.vectors.push_back(quadruplet(static_cast<Byte>(0x80 + 0x10 * i)));
  out.subscribed_ambr = Ambr{50'000, 100'000};
  out.used_ambr = Ambr{40'000, 90'000};
  out.ue_network_capability = {0xE0, 0xE0, 0xC0, 0x40};
  out.ms_network_capability = {0xE5, 0xE0, 0x34};
  out.mei = Mei{"3534900698733153"};
  out.old_security = OldEpsSecurity{6, sample_key<Kasme>(0x60), NextHop{sample_key<Nh>(0xC0), 7}};
  out.drx = std::array<Byte, 2>{0x0A, 0x07};
  out.access_restriction = 0x25;
  return out;
}
/// One with nothing it may be without.
inline EpsMmContext bare_mm_context() { return EpsMmContext{.kasme = sample_key<Kasme>(0x11)}; }

inline PdnConnection pdn_connection(Byte ebi) {
  PdnConnection out;
  out.apn = Apn{"internet"};
  out.apn_restriction = ApnRestriction{1};
  out.selection_mode = SelectionMode::subscribed;
  out.ipv4 = Ipv4{{10, 45, 0, ebi}};
  out.ipv6 = Ipv6{{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, ebi}};
  out.linked_ebi = Ebi{ebi};
  out.pgw = f_teid(InterfaceType::s5_pgw_control, 0x0A0B0C0D, 9);
  BearerMoved bearer;
  bearer.ebi = Ebi{ebi};
  bearer.tft = BearerTft{{0x21, 0x10, 0xFF, 0x02, 0x30, 0x11}};
  bearer.s1u_sgw = f_teid(InterfaceType::s1u_sgw, 0x80000001, 6);
  bearer.s5u_pgw = f_teid(InterfaceType::s5_pgw_user, 3, 9);
  bearer.qos = qos();
  bearer.container = FContainer{2, {0x00}};
  out.bearers = {bearer};
  out.ambr = Ambr{50'000, 100'000};
  out.pdn_type = PdnType::ipv4v6;
  return out;
}

/// Source to target (TS 36.413, 9.2.1.7): an RRC container of three octets, E-RAB 5 with data to forward, the
/// target cell, and the cell the UE was in for 77 s.
inline ByteVector source_to_target() {
  return parse_hex("4003010203 00004e4002450000 00f1100019b01000 00f1100019b01180004d").value();
}
/// What an eNB has counted (TS 36.413, 9.2.1.31): E-RAB 5, uplink SN 0x123 HFN 0x45, downlink SN 0xABC HFN
/// 0x67.
inline ByteVector status_transfer() { return parse_hex("00000059400b050001230045000abc0067").value(); }

inline ForwardRelocationRequest forward_relocation_request() {
  const auto plmn = PlmnId::test_value();
  ForwardRelocationRequest m{.mm = mm_context()};
  m.imsi = Imsi::test_value();
  m.sender = f_teid(InterfaceType::s10_mme, 0x01020304, 4);
  m.pdn_connections = {pdn_connection(5), pdn_connection(7)};
  m.sgw_s11 = f_teid(InterfaceType::s11_sgw, 0x05060708, 6);
  m.indication = Indication{{0x20, 0x00}};
  m.container = FContainer{FContainer::eutran, source_to_target()};
  m.target = TargetIdentification{{plmn, 0x0BCDE}, Tac{0x1234}};
  m.cause = FCause{0, 16};
  m.serving_network = plmn;
  m.selected_plmn = plmn;
  m.recovery = Recovery{3};
  m.ue_time_zone = UeTimeZone{0x40, 1};
  m.extensions = extension();
  return m;
}

/// A Tracking Area Update Request of KSI 3 with the old GUTI, integrity protected under COUNT 5.
inline ByteVector tau_request() {
  return parse_hex("17 01020304 05 0748 30 0bf6 00f110 8001 01 c0000001").value();
}

/// The messages between MMEs.
inline void add_mobility_samples(std::vector<Message>& out) {
  const auto plmn = PlmnId::test_value();
  const Cause accepted_cause{};
  ContextRequest request;
  request.imsi = Imsi::test_value();
  request.guti = Guti::test_value();
  request.complete_request = CompleteRequest{CompleteRequest::tracking_area_update, tau_request()};
  request.sender = f_teid(InterfaceType::s10_mme, 21, 5);
  request.rat = RatType::eutran;
  request.indication = Indication{{0x00, 0x40}};
  request.target_plmn = plmn;
  request.uli = uli();
  request.extensions = extension();
  out.push_back(request);
  ContextResponse response;
  response.imsi = Imsi::test_value();
  response.mm = mm_context();
  response.pdn_connections = {pdn_connection(5)};
  response.sender = f_teid(InterfaceType::s10_mme, 22, 4);
  response.sgw_s11 = f_teid(InterfaceType::s11_sgw, 23, 6);
  response.indication = Indication{{0x00, 0x00}};
  response.ue_time_zone = UeTimeZone{0x40, 0};
  response.extensions = extension();
  out.push_back(std::move(response));
  out.push_back(ContextAcknowledge{accepted_cause, Indication{{0x01, 0x00}}, extension()});
  out.push_back(forward_relocation_request());
  ForwardRelocationResponse relocated;
  relocated.sender = f_teid(InterfaceType::s10_mme, 24, 5);
  relocated.indication = Indication{{0x01, 0x00}};
  relocated.bearers = {
      {Ebi{5}, f_teid(InterfaceType::enb_dl_forwarding, 31, 7),
       f_teid(InterfaceType::enb_ul_forwarding, 32, 7), f_teid(InterfaceType::sgw_dl_forwarding, 33, 6),
       f_teid(InterfaceType::sgw_ul_forwarding, 34, 6)},
      {Ebi{7}, {}, {}, {}, {}}};
  relocated.s1ap_cause = FCause{4, 2};
  // Target to source (TS 36.413, 9.2.1.8): an RRC container of four octets.
  relocated.container = FContainer{FContainer::eutran, {0x00, 0x04, 0x00, 0x01, 0x02, 0x03}};
  relocated.extensions = extension();
  out.push_back(relocated);
  out.push_back(ForwardRelocationCompleteNotification{Indication{{0x00, 0x00}}, extension()});
  out.push_back(ForwardRelocationCompleteAcknowledge{accepted_cause, Recovery{3}, extension()});
  out.push_back(
      ForwardAccessContextNotification{{FContainer{FContainer::eutran, status_transfer()}}, extension()});
  out.push_back(ForwardAccessContextAcknowledge{accepted_cause, extension()});
  out.push_back(
      RelocationCancelRequest{Imsi::test_value(), Indication{{0x00, 0x00}}, FCause{0, 8}, extension()});
  out.push_back(RelocationCancelResponse{{CauseValue::imsi_not_known, false, {}}, extension()});
}

/// Every message, each as full as its table allows.
inline std::vector<Message> samples() {
  const Cause accepted_cause{};
  const Cause refused{CauseValue::mandatory_ie_incorrect, true, IeId{ie::f_teid, 1}};
  const auto imsi = Imsi::test_value();
  const auto s11 = f_teid(InterfaceType::s11_sgw, 0xFFFFFFFF, 6);
  const auto s1u = f_teid(InterfaceType::s1u_sgw, 0x80000001, 6);
  std::vector<Message> out;
  out.push_back(EchoRequest{Recovery{255}, extension()});
  out.push_back(EchoResponse{Recovery{0}, {}});
  out.push_back(VersionNotSupportedIndication{});
  out.push_back(create_session_request());
  CreateSessionResponse created;
  created.cause = accepted_cause;
  created.sender = s11;
  created.pgw = f_teid(InterfaceType::s5_pgw_control, 4, 9);
  created.paa = Paa{PdnType::ipv4v6, Ipv4{{10, 45, 0, 2}}, Paa::V6{64, {0x20, 0x01, 0x0d, 0xb8}}};
  created.apn_restriction = ApnRestriction{1};
  created.ambr = Ambr{1, 0xFFFFFFFF};
  created.linked_ebi = Ebi{5};
  created.pco = pco();
  created.bearers = {
      {Ebi{5}, accepted_cause, s1u, f_teid(InterfaceType::s5_pgw_user, 5, 9), qos(), ChargingId{77}},
      {Ebi{15}, refused, {}, {}, {}, {}}};
  created.recovery = Recovery{9};
  created.extensions = extension();
  out.push_back(created);
  ModifyBearerRequest modify;
  modify.mei = Mei{"353490069873319"};
  modify.uli = uli();
  modify.serving_network = PlmnId::test_value();
  modify.rat = RatType::eutran;
  modify.indication = Indication{{0x08, 0x00, 0x00}};
  modify.sender = f_teid(InterfaceType::s11_mme, 8, 4);
  modify.ambr = Ambr{1, 2};
  modify.delay = DelayValue{4};
  modify.bearers = {
      {Ebi{5}, f_teid(InterfaceType::s1u_enb, 0x01020304, 5), f_teid(InterfaceType::s5_sgw_user, 2, 6)}};
  modify.bearers_to_remove = {{Ebi{6}}, {Ebi{7}}};
  modify.recovery = Recovery{3};
  modify.ue_time_zone = UeTimeZone{0x80, 2};
  modify.extensions = extension();
  out.push_back(modify);
  ModifyBearerResponse modified;
  modified.cause = {CauseValue::request_accepted_partially, false, {}};
  modified.msisdn = Msisdn{"4670000000"};
  modified.linked_ebi = Ebi{5};
  modified.apn_restriction = ApnRestriction{0};
  modified.pco = pco();
  modified.bearers = {{Ebi{5}, accepted_cause, s1u, ChargingId{77}}};
  modified.recovery = Recovery{9};
  modified.extensions = extension();
  out.push_back(modified);
  DeleteSessionRequest remove;
  remove.cause = {{CauseValue::isr_deactivation, false, {}}};
  remove.linked_ebi = Ebi{5};
  remove.uli = uli();
  remove.indication = Indication{{0x08, 0x00}};
  remove.pco = pco();
  remove.sender = f_teid(InterfaceType::s11_mme, 7, 4);
  remove.ue_time_zone = UeTimeZone{0x40, 0};
  remove.extensions = extension();
  out.push_back(remove);
  out.push_back(DeleteSessionResponse{accepted_cause, Recovery{9}, pco(), extension()});
  out.push_back(DownlinkDataNotificationFailureIndication{
      {CauseValue::ue_not_responding, false, {}}, imsi, extension()});
  out.push_back(ReleaseAccessBearersRequest{{Ebi{5}, Ebi{6}}, Indication{{0x00, 0x01}}, extension()});
  out.push_back(ReleaseAccessBearersResponse{accepted_cause, Recovery{9}, extension()});
  out.push_back(DownlinkDataNotification{Cause{CauseValue::error_indication, false, {}}, Ebi{5}, imsi, s11,
                                         Indication{{0x00, 0x00}}, extension()});
  out.push_back(DownlinkDataNotificationAck{
      {CauseValue::unable_to_page_ue, false, {}}, DelayValue{2}, Recovery{3}, imsi, extension()});
  add_mobility_samples(out);
  return out;
}

}  // namespace baton::wire::gtp2
