// s1ap_samples.h: one value of every S1AP message, with everything that it may carry.
#pragma once

#include <vector>

#include "wire/s1ap/s1ap.h"

namespace baton::wire::s1ap {

inline Kenb sample_kenb(Byte first = 0xA0) {
  std::array<Byte, 32> b{};
  for (std::size_t i = 0; i < b.size(); ++i) b[i] = static_cast<Byte>(first + i);
  return Kenb(b);
}
inline Nh sample_nh() { return Nh(sample_kenb().expose()); }
inline PlmnId sample_plmn() { return PlmnId::test_value(); }
inline Tai sample_tai() { return {sample_plmn(), Tac{7}}; }
inline Ecgi sample_cell() { return {sample_plmn(), 0x0019B01}; }
inline Gummei sample_gummei() { return {sample_plmn(), MmeGroupId{0x8001}, MmeCode{1}}; }
inline CriticalityDiagnostics sample_diagnostics() {
  return {Procedure::initial_context_setup,
          PduType::initiating,
          Criticality::reject,
          {{Criticality::reject, IeId::security_key, TypeOfError::missing},
           {Criticality::notify, static_cast<IeId>(65'000), TypeOfError::not_understood}}};
}

inline SourceToTarget sample_source_to_target() {
  return {{0x0A, 0x10, 0x20},
          {{ErabId{5}, true}, {ErabId{15}, false}},
          sample_cell(),
          256,
          {LastVisitedEutranCell{sample_cell(), CellSize::large, LastVisitedEutranCell::seconds_max},
           LastVisitedUtranCell{{1, 2, 3}}, LastVisitedGeranCell{}, LastVisitedNgRanCell{{4, 5}}}};
}
inline TargetToSource sample_target_to_source() { return {{0x00, 0x01, 0x02, 0x03}}; }
inline StatusTransferContainer sample_status() {
  return {{{ErabId{5},
            {PdcpCount::sn_max, PdcpCount::hfn_max},
            PdcpCount::from(0x0001'2345),
            ReceiveStatus{ByteVector(ReceiveStatus::bits / 8, 0xA5)}},
           {ErabId{15}, {}, {1, 1}, {}}}};
}

/// every_handover_message gives each message of a handover at least once.
inline std::vector<Pdu> every_handover_message() {
  const MmeUeS1apId mme{0xFFFF'FFFF};
  const EnbUeS1apId enb{0xFF'FFFF};
  const auto address = TransportLayerAddress::from(*Ipv4::parse("127.0.0.9"));
  const auto other = TransportLayerAddress::from(*Ipv4::parse("127.0.1.9"));
  const ErabQos qos{5, {1, true, true}, GbrQos{1'000, 2'000, 3'000, bit_rate_max}};
  const TransparentContainer down{encode_container(sample_source_to_target())};
  const TransparentContainer up{encode_container(sample_target_to_source())};
  const TargetEnb target{MacroEnbId{sample_plmn(), 0x19C}, sample_tai()};
  const std::vector<ErabFailed> failed{
      {ErabId{6}, CauseRadioNetwork::no_radio_resources_available_in_target_cell},
      {ErabId{7}, CauseTransport::transport_resource_unavailable}};

  std::vector<Pdu> out;
  out.push_back(HandoverRequired{mme, enb, HandoverType::intra_lte,
                                 CauseRadioNetwork::handover_desirable_for_radio_reason, target,
                                 DirectForwardingPath::available, down});
  out.push_back(
      HandoverRequired{mme,
                       enb,
                       HandoverType::lte_to_utran,
                       CauseRadioNetwork::time_critical_handover,
                       TargetRnc{{sample_plmn(), Lac{0x1234}}, Rac{5}, rnc_id_max, ExtendedRncId{4096}},
                       {},
                       {{9}}});
  out.push_back(HandoverRequired{mme,
                                 enb,
                                 HandoverType::lte_to_geran,
                                 CauseRadioNetwork::time_critical_handover,
                                 TargetCgi{sample_plmn(), Lac{0xFFFF}, CellOfGeran{0xABCD}, Rac{5}},
                                 {},
                                 {{}}});
  out.push_back(HandoverCommand{mme,
                                enb,
                                HandoverType::intra_lte,
                                {},
                                {{ErabId{5}, address, Teid{1}, other, Teid{2}}, {ErabId{6}, {}, {}, {}, {}}},
                                failed,
                                up,
                                sample_diagnostics()});
  out.push_back(HandoverCommand{
      mme, enb, HandoverType::lte_to_utran, NasSecurityParameters{{0x03}}, {}, {}, {{1, 2}}, {}});
  out.push_back(
      HandoverPreparationFailure{mme, enb, CauseRadioNetwork::unknown_target_id, sample_diagnostics()});
  out.push_back(HandoverRequest{
      mme,
      HandoverType::intra_lte,
      CauseRadioNetwork::handover_desirable_for_radio_reason,
      UeAmbr{100'000'000, 50'000'000},
      {{ErabId{5}, address, Teid{1}, qos}, {ErabId{15}, other, Teid{0xFFFF'FFFF}, {}}},
      down,
      UeSecurityCapabilities{0xE000, 0x6000},
      HandoverRestrictionList{sample_plmn(),
                              {*PlmnId::parse("310410"), *PlmnId::parse("00102")},
                              {{sample_plmn(), {Tac{1}, Tac{2}}}},
                              {{sample_plmn(), {Lac{3}}}, {*PlmnId::parse("310410"), {Lac{4}, Lac{5}}}},
                              ForbiddenRats::cdma2000_and_utran},
      SecurityContext{7, sample_nh()},
      {},
      sample_gummei()});
  out.push_back(HandoverRequest{mme,
                                HandoverType::utran_to_lte,
                                CauseMisc::unspecified,
                                {},
                                {{ErabId{5}, address, Teid{1}, {}}},
                                {{1}},
                                {},
                                {},
                                SecurityContext{0, sample_nh()},
                                NasSecurityParameters{{1, 2, 3, 4, 0x11, 9}},
                                {}});
  out.push_back(HandoverRequestAcknowledge{mme,
                                           enb,
                                           {{ErabId{5}, address, Teid{1}, other, Teid{2}, address, Teid{3}},
                                            {ErabId{15}, address, Teid{4}, {}, {}, {}, {}}},
                                           failed,
                                           up,
                                           sample_diagnostics()});
  out.push_back(HandoverFailure{mme, CauseRadioNetwork::ho_target_not_allowed, sample_diagnostics()});
  out.push_back(HandoverNotify{mme, enb, sample_cell(), sample_tai()});
  out.push_back(PathSwitchRequest{enb,
                                  {{ErabId{5}, address, Teid{1}}, {ErabId{6}, other, Teid{2}}},
                                  mme,
                                  sample_cell(),
                                  sample_tai(),
                                  UeSecurityCapabilities{0xE000, 0x6000}});
  out.push_back(PathSwitchRequestAcknowledge{mme,
                                             enb,
                                             UeAmbr{1, 2},
                                             {{ErabId{5}, address, Teid{1}}},
                                             failed,
                                             SecurityContext{3, sample_nh()},
                                             sample_diagnostics()});
  out.push_back(PathSwitchRequestAcknowledge{mme, enb, {}, {}, {}, SecurityContext{4, sample_nh()}, {}});
  out.push_back(PathSwitchRequestFailure{mme, enb, CauseRadioNetwork::unspecified, sample_diagnostics()});
  out.push_back(HandoverCancel{mme, enb, CauseRadioNetwork::ts1relocprep_expiry});
  out.push_back(HandoverCancelAcknowledge{mme, enb, sample_diagnostics()});
  out.push_back(EnbStatusTransfer{mme, enb, sample_status()});
  out.push_back(MmeStatusTransfer{mme, enb, sample_status()});
  return out;
}

inline KenbStar sample_kenb_star() { return KenbStar(sample_kenb().expose()); }

/// every_private_message gives each message with our own elements in it.
inline std::vector<Pdu> every_private_message() {
  const MmeUeS1apId mme{0xFFFF'FFFF};
  const EnbUeS1apId enb{0xFF'FFFF};
  const auto address = TransportLayerAddress::from(*Ipv4::parse("127.0.0.9"));
  const TransparentContainer down{encode_container(sample_source_to_target())};
  const TransparentContainer up{encode_container(sample_target_to_source())};
  const TargetEnb target{MacroEnbId{sample_plmn(), 0x19C}, sample_tai()};
  const AnnouncementOctets announcement{{0x01, 0x05, 0x00, 0x7F}};

  std::vector<Pdu> out;
  out.push_back(S1SetupRequest{MacroEnbId{sample_plmn(), 0x19B},
                               Name::from("enb-1"),
                               {{Tac{7}, {sample_plmn()}}},
                               PagingDrx::v128,
                               announcement});
  out.push_back(S1SetupResponse{Name::from("mme-1"),
                                {{{sample_plmn()}, {MmeGroupId{0x8001}}, {MmeCode{1}}}},
                                RelativeMmeCapacity{10},
                                {},
                                announcement});
  out.push_back(HandoverRequired{mme,
                                 enb,
                                 HandoverType::intra_lte,
                                 CauseRadioNetwork::handover_desirable_for_radio_reason,
                                 target,
                                 {},
                                 down,
                                 sample_kenb_star()});
  out.push_back(HandoverRequest{mme,
                                HandoverType::intra_lte,
                                CauseRadioNetwork::handover_desirable_for_radio_reason,
                                UeAmbr{1, 2},
                                {{ErabId{5}, address, Teid{1}, {}}},
                                down,
                                UeSecurityCapabilities{0xE000, 0x6000},
                                {},
                                SecurityContext{0, sample_nh()},
                                {},
                                {},
                                KeyHandling{true, false, true}});
  out.push_back(HandoverCommand{
      mme, enb, HandoverType::intra_lte, {}, {}, {}, up, {}, ContainerOctets{ByteVector(16, 0xC5)}});
  return out;
}

/// every_message gives each alternative of Pdu at least once.
inline std::vector<Pdu> every_message() {
  const MmeUeS1apId mme{0xFFFF'FFFF};
  const EnbUeS1apId enb{0xFF'FFFF};
  const NasPdu nas{{0x07, 0x43, 0x00, 0x03, 0x52, 0x00, 0xC2}};  // ATTACH COMPLETE
  const TransportLayerAddress address = TransportLayerAddress::from(*Ipv4::parse("127.0.0.9"));
  const ErabQos qos{5, {1, true, true}, GbrQos{1'000, 2'000, 3'000, bit_rate_max}};

  std::vector<Pdu> out;
  out.push_back(
      S1SetupRequest{MacroEnbId{sample_plmn(), 0x19B},
                     Name::from("enb-1"),
                     {{Tac{7}, {sample_plmn()}}, {Tac{8}, {sample_plmn(), *PlmnId::parse("310410")}}},
                     PagingDrx::v256});
  out.push_back(
      S1SetupRequest{HomeEnbId{sample_plmn(), HomeEnbId::max}, {}, {{Tac{1}, {sample_plmn()}}}, {}});
  out.push_back(S1SetupResponse{
      Name::from("mme-1"),
      {{{sample_plmn()}, {MmeGroupId{0x8001}, MmeGroupId{2}}, {MmeCode{1}, MmeCode{2}, MmeCode{3}}}},
      RelativeMmeCapacity{10},
      sample_diagnostics()});
  out.push_back(S1SetupFailure{CauseMisc::unknown_plmn, TimeToWait::v20s, sample_diagnostics()});
  out.push_back(Reset{CauseMisc::hardware_failure, ResetAll{}});
  out.push_back(Reset{CauseTransport::unspecified,
                      std::vector<UeConnection>{{mme, enb}, {mme, {}}, {{}, EnbUeS1apId{0}}}});
  out.push_back(ResetAcknowledge{{{mme, enb}, {{}, enb}}, sample_diagnostics()});
  out.push_back(ResetAcknowledge{{}, {}});
  out.push_back(ErrorIndication{mme, enb, CauseProtocol::semantic_error, sample_diagnostics()});
  out.push_back(ErrorIndication{{}, {}, CauseNas::csg_subscription_expiry, {}});
  out.push_back(InitialUeMessage{enb, nas, sample_tai(), sample_cell(), RrcEstablishmentCause::mo_data,
                                 STmsi{MmeCode{1}, MTmsi{0xC000'0001}}, sample_gummei()});
  out.push_back(InitialUeMessage{
      EnbUeS1apId{0}, nas, sample_tai(), sample_cell(), RrcEstablishmentCause::mo_exception_data, {}, {}});
  out.push_back(DownlinkNasTransport{mme, enb, nas});
  out.push_back(UplinkNasTransport{MmeUeS1apId{0}, EnbUeS1apId{256}, nas, sample_cell(), sample_tai()});
  out.push_back(NasNonDeliveryIndication{mme, enb, nas, CauseRadioNetwork::x2_handover_triggered});
  out.push_back(Paging{UeIdentityIndexValue{1023},
                       STmsi{MmeCode{255}, MTmsi{1}},
                       PagingDrx::v32,
                       CnDomain::cs,
                       {sample_tai(), {*PlmnId::parse("310410"), Tac{0xFFFF}}}});
  out.push_back(Paging{UeIdentityIndexValue{0}, Imsi::test_value(), {}, CnDomain::ps, {sample_tai()}});
  out.push_back(InitialContextSetupRequest{
      mme,
      enb,
      UeAmbr{100'000'000, 50'000'000},
      {{ErabId{5}, qos, address, Teid{1}, nas}, {ErabId{15}, {}, address, Teid{0xFFFF'FFFF}, {}}},
      UeSecurityCapabilities{0xE000, 0x6000},
      sample_kenb(),
      UeRadioCapability{{1, 2, 3}},
      sample_gummei()});
  out.push_back(InitialContextSetupResponse{mme,
                                            enb,
                                            {{ErabId{5}, address, Teid{7}}},
                                            {{ErabId{6}, CauseRadioNetwork::not_supported_qci_value}},
                                            sample_diagnostics()});
  out.push_back(InitialContextSetupFailure{
      mme, enb, CauseRadioNetwork::encryption_and_or_integrity_protection_algorithms_not_supported,
      sample_diagnostics()});
  out.push_back(UeContextReleaseRequest{mme, enb, CauseRadioNetwork::user_inactivity});
  out.push_back(UeContextReleaseCommand{UeS1apIdPair{mme, enb}, CauseNas::detach});
  out.push_back(UeContextReleaseCommand{mme, CauseNas::normal_release});
  out.push_back(UeContextReleaseComplete{mme, enb, sample_diagnostics()});
  out.push_back(UeContextModificationRequest{mme, enb, sample_kenb(), UeAmbr{1, 2},
                                             UeSecurityCapabilities{0x4000, 0x4000}});
  out.push_back(UeContextModificationRequest{mme, enb, {}, {}, {}});
  out.push_back(UeContextModificationResponse{mme, enb, sample_diagnostics()});
  out.push_back(UeContextModificationFailure{mme, enb, CauseRadioNetwork::interaction_with_other_procedure,
                                             sample_diagnostics()});
  out.push_back(UeCapabilityInfoIndication{mme, enb, UeRadioCapability{{0xAB, 0xCD}}});
  for (Pdu& m : every_handover_message()) out.push_back(std::move(m));
  for (Pdu& m : every_private_message()) out.push_back(std::move(m));
  return out;
}

}  // namespace baton::wire::s1ap
