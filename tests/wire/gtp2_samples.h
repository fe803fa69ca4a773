// gtp2_samples.h: one value of every GTPv2-C message with everything in it that its table has.
#pragma once

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
  return out;
}

}  // namespace baton::wire::gtp2
