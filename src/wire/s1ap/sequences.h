// sequences.h: the SEQUENCE types of S1AP, each as its rows (TS 36.413, 9.3.4). Internal to this folder.
#pragma once

#include "wire/s1ap/sequence.h"

namespace baton::wire::s1ap {

/// A TAI list item is a SEQUENCE around the TAI.
struct TaiItem {
  Tai tai;
};

/// Sequence holds the rows of a SEQUENCE type.
template <class T>
struct Sequence;

// clang-format off
template <> struct Sequence<SupportedTa> {
  static constexpr auto rows = std::tuple{
      Field{"TAC", &SupportedTa::tac},
      List{"Broadcast PLMNs", &SupportedTa::broadcast_plmns, broadcast_plmns_max}};
};
template <> struct Sequence<ServedGummei> {
  static constexpr auto rows = std::tuple{
      List{"Served PLMNs", &ServedGummei::plmns, plmns_per_mme_max},
      List{"Served Group IDs", &ServedGummei::groups, group_ids_max},
      List{"Served MMECs", &ServedGummei::codes, mmecs_max}};
};
template <> struct Sequence<Tai> {
  static constexpr auto rows = std::tuple{Field{"PLMN Identity", &Tai::plmn}, Field{"TAC", &Tai::tac}};
};
template <> struct Sequence<TaiItem> {
  static constexpr auto rows = std::tuple{Field{"TAI", &TaiItem::tai}};
};
template <> struct Sequence<Ecgi> {
  static constexpr auto rows = std::tuple{
      Field{"PLMN Identity", &Ecgi::plmn}, NumberBits{"Cell Identity", &Ecgi::cell, 28}};
};
template <> struct Sequence<Gummei> {
  static constexpr auto rows = std::tuple{
      Field{"PLMN Identity", &Gummei::plmn}, Field{"MME Group ID", &Gummei::group},
      Field{"MME Code", &Gummei::code}};
};
template <> struct Sequence<STmsi> {
  static constexpr auto rows = std::tuple{Field{"MMEC", &STmsi::code}, Field{"M-TMSI", &STmsi::m_tmsi}};
};
template <> struct Sequence<UeAmbr> {
  static constexpr auto rows = std::tuple{
      Number{"UE Aggregate Maximum Bit Rate Downlink", &UeAmbr::downlink, 0, bit_rate_max},
      Number{"UE Aggregate Maximum Bit Rate Uplink", &UeAmbr::uplink, 0, bit_rate_max}};
};
template <> struct Sequence<AllocationRetentionPriority> {
  using M = AllocationRetentionPriority;
  static constexpr auto rows = std::tuple{
      Number{"Priority Level", &M::priority_level, 0, 15},
      Flag{"Pre-emption Capability", &M::may_trigger_pre_emption},
      Flag{"Pre-emption Vulnerability", &M::pre_emptable}};
};
template <> struct Sequence<GbrQos> {
  static constexpr auto rows = std::tuple{
      Number{"E-RAB Maximum Bit Rate Downlink", &GbrQos::maximum_downlink, 0, bit_rate_max},
      Number{"E-RAB Maximum Bit Rate Uplink", &GbrQos::maximum_uplink, 0, bit_rate_max},
      Number{"E-RAB Guaranteed Bit Rate Downlink", &GbrQos::guaranteed_downlink, 0, bit_rate_max},
      Number{"E-RAB Guaranteed Bit Rate Uplink", &GbrQos::guaranteed_uplink, 0, bit_rate_max}};
};
template <> struct Sequence<ErabQos> {
  static constexpr auto rows = std::tuple{
      Number{"QCI", &ErabQos::qci, 0, 255},
      Field{"Allocation and Retention Priority", &ErabQos::arp},
      Field{"GBR QoS Information", &ErabQos::gbr}};
};
template <> struct Sequence<ErabToSetup> {
  static constexpr auto rows = std::tuple{
      Field{"E-RAB ID", &ErabToSetup::id}, Field{"E-RAB Level QoS Parameters", &ErabToSetup::qos},
      Field{"Transport Layer Address", &ErabToSetup::address}, Field{"GTP-TEID", &ErabToSetup::teid},
      Field{"NAS-PDU", &ErabToSetup::nas}};
};
template <> struct Sequence<ErabSetUp> {
  static constexpr auto rows = std::tuple{
      Field{"E-RAB ID", &ErabSetUp::id}, Field{"Transport Layer Address", &ErabSetUp::address},
      Field{"GTP-TEID", &ErabSetUp::teid}};
};
template <> struct Sequence<ErabFailed> {
  static constexpr auto rows = std::tuple{
      Field{"E-RAB ID", &ErabFailed::id}, Field{"Cause", &ErabFailed::cause}};
};
template <> struct Sequence<UeSecurityCapabilities> {
  using M = UeSecurityCapabilities;
  static constexpr auto rows = std::tuple{
      Bits16{"Encryption Algorithms", &M::eea}, Bits16{"Integrity Protection Algorithms", &M::eia}};
};
template <> struct Sequence<SecurityContext> {
  using M = SecurityContext;
  static constexpr auto rows = std::tuple{
      Number{"Next Hop Chaining Count", &M::next_hop_chaining_count, 0, 7},
      Field{"Next-Hop NH", &M::next_hop}};
};
template <> struct Sequence<IeDiagnostics> {
  static constexpr auto rows = std::tuple{
      Field{"IE Criticality", &IeDiagnostics::criticality}, Field{"IE ID", &IeDiagnostics::id},
      Field{"Type of Error", &IeDiagnostics::type}};
};
template <> struct Sequence<CriticalityDiagnostics> {
  using M = CriticalityDiagnostics;
  static constexpr auto rows = std::tuple{
      Field{"Procedure Code", &M::procedure}, Field{"Triggering Message", &M::triggering_message},
      Field{"Procedure Criticality", &M::procedure_criticality},
      OptionalList{"Information Element Criticality Diagnostics", &M::ies, errors_max}};
};
template <> struct Sequence<UeConnection> {
  static constexpr auto rows = std::tuple{
      Field{"MME UE S1AP ID", &UeConnection::mme_ue_id},
      Field{"eNB UE S1AP ID", &UeConnection::enb_ue_id}};
};
template <> struct Sequence<UeS1apIdPair> {
  static constexpr auto rows = std::tuple{
      Field{"MME UE S1AP ID", &UeS1apIdPair::mme_ue_id},
      Field{"eNB UE S1AP ID", &UeS1apIdPair::enb_ue_id}};
};
// clang-format on

}  // namespace baton::wire::s1ap
