// sequences.h: the SEQUENCE types of S1AP, each as its rows (TS 36.413, 9.3.4). Internal to this folder.
#pragma once

#include "wire/s1ap/containers.h"
#include "wire/s1ap/handover_types.h"
#include "wire/s1ap/sequence.h"

namespace baton::wire::s1ap {

template <>
Read<LastVisitedCell> Codec<LastVisitedCell>::read(per::Reader& r, std::string_view field, Findings& found);
template <>
void Codec<LastVisitedCell>::write(per::Writer& w, const LastVisitedCell& v);

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
template <> struct Sequence<TargetEnb> {
  static constexpr auto rows = std::tuple{
      Field{"Global eNB ID", &TargetEnb::enb}, Field{"Selected TAI", &TargetEnb::selected_tai}};
};
template <> struct Sequence<Lai> {
  static constexpr auto rows = std::tuple{Field{"PLMN Identity", &Lai::plmn}, Field{"LAC", &Lai::lac}};
};
template <> struct Sequence<TargetRnc> {
  static constexpr auto rows = std::tuple{
      Field{"LAI", &TargetRnc::lai}, Field{"RAC", &TargetRnc::rac},
      Number{"RNC-ID", &TargetRnc::rnc, 0, rnc_id_max},
      Field{"Extended RNC-ID", &TargetRnc::extended_rnc}};
};
template <> struct Sequence<TargetCgi> {
  static constexpr auto rows = std::tuple{
      Field{"PLMN Identity", &TargetCgi::plmn}, Field{"LAC", &TargetCgi::lac},
      Field{"CI", &TargetCgi::cell}, Field{"RAC", &TargetCgi::rac}};
};
template <> struct Sequence<ErabToHandOver> {
  using M = ErabToHandOver;
  static constexpr auto rows = std::tuple{
      Field{"E-RAB ID", &M::id}, Field{"Transport Layer Address", &M::address},
      Field{"GTP-TEID", &M::teid}, Field{"E-RAB Level QoS Parameters", &M::qos}};
};
template <> struct Sequence<ErabAdmitted> {
  using M = ErabAdmitted;
  static constexpr auto rows = std::tuple{
      Field{"E-RAB ID", &M::id}, Field{"Transport Layer Address", &M::address},
      Field{"GTP-TEID", &M::teid},
      Field{"DL Transport Layer Address", &M::dl_forwarding_address},
      Field{"DL GTP-TEID", &M::dl_forwarding_teid},
      Field{"UL Transport Layer Address", &M::ul_forwarding_address},
      Field{"UL GTP-TEID", &M::ul_forwarding_teid}};
};
template <> struct Sequence<ErabToForward> {
  using M = ErabToForward;
  static constexpr auto rows = std::tuple{
      Field{"E-RAB ID", &M::id},
      Field{"DL Transport Layer Address", &M::dl_forwarding_address},
      Field{"DL GTP-TEID", &M::dl_forwarding_teid},
      Field{"UL Transport Layer Address", &M::ul_forwarding_address},
      Field{"UL GTP-TEID", &M::ul_forwarding_teid}};
};
template <> struct Sequence<ErabSwitched> {
  static constexpr auto rows = std::tuple{
      Field{"E-RAB ID", &ErabSwitched::id}, Field{"Transport Layer Address", &ErabSwitched::address},
      Field{"GTP-TEID", &ErabSwitched::teid}};
};
template <> struct Sequence<ForbiddenTas> {
  static constexpr auto rows = std::tuple{
      Field{"PLMN Identity", &ForbiddenTas::plmn},
      List{"Forbidden TACs", &ForbiddenTas::tacs, forbidden_areas_max}};
};
template <> struct Sequence<ForbiddenLas> {
  static constexpr auto rows = std::tuple{
      Field{"PLMN Identity", &ForbiddenLas::plmn},
      List{"Forbidden LACs", &ForbiddenLas::lacs, forbidden_areas_max}};
};
template <> struct Sequence<HandoverRestrictionList> {
  using M = HandoverRestrictionList;
  static constexpr auto rows = std::tuple{
      Field{"Serving PLMN", &M::serving_plmn},
      OptionalList{"Equivalent PLMNs", &M::equivalent_plmns, equivalent_plmns_max},
      OptionalList{"Forbidden TAs", &M::forbidden_tas, equivalent_plmns_plus_one_max},
      OptionalList{"Forbidden LAs", &M::forbidden_las, equivalent_plmns_plus_one_max},
      Field{"Forbidden inter RATs", &M::forbidden_rats}};
};
template <> struct Sequence<ErabInformation> {
  static constexpr auto rows = std::tuple{
      Field{"E-RAB ID", &ErabInformation::id},
      Proposal{"DL Forwarding", &ErabInformation::dl_forwarding_proposed}};
};
/// CellType is a SEQUENCE around its size.
struct CellType {
  CellSize size;
};
template <> struct Sequence<CellType> {
  static constexpr auto rows = std::tuple{Field{"Cell Size", &CellType::size}};
};
/// VisitedCell is a LastVisitedEutranCell as it stands on the wire.
struct VisitedCell {
  Ecgi cell;
  CellType type;
  std::uint16_t seconds;
};
template <> struct Sequence<VisitedCell> {
  static constexpr auto rows = std::tuple{
      Field{"Global Cell ID", &VisitedCell::cell}, Field{"Cell Type", &VisitedCell::type},
      Number{"Time UE Stayed in Cell", &VisitedCell::seconds, 0, LastVisitedEutranCell::seconds_max}};
};
template <> struct Sequence<SourceToTarget> {
  using M = SourceToTarget;
  static constexpr auto rows = std::tuple{
      Octets{"RRC Container", &M::rrc},
      OptionalItemList{"E-RABs Information List", &M::erabs,
                       Items{IeId::erab_information_list_item, Criticality::ignore, erabs_max}},
      Field{"Target Cell ID", &M::target_cell},
      OptionalNumber{"Subscriber Profile ID for RAT/Frequency priority", &M::subscriber_profile, 1, 256},
      List{"UE History Information", &M::history, cells_in_history_max}};
};
template <> struct Sequence<TargetToSource> {
  static constexpr auto rows = std::tuple{Octets{"RRC Container", &TargetToSource::rrc}};
};
template <> struct Sequence<PdcpCount> {
  static constexpr auto rows = std::tuple{
      Number{"PDCP-SN", &PdcpCount::sn, 0, PdcpCount::sn_max},
      Number{"HFN", &PdcpCount::hfn, 0, PdcpCount::hfn_max}};
};
template <> struct Sequence<ErabStatus> {
  using M = ErabStatus;
  static constexpr auto rows = std::tuple{
      Field{"E-RAB ID", &M::id}, Field{"UL COUNT value", &M::uplink},
      Field{"DL COUNT value", &M::downlink},
      Field{"Receive Status of UL PDCP SDUs", &M::received}};
};
template <> struct Sequence<StatusTransferContainer> {
  static constexpr auto rows = std::tuple{
      ItemList{"Bearers Subject to Status Transfer List", &StatusTransferContainer::bearers,
               Items{IeId::bearers_subject_to_status_transfer_item, Criticality::ignore, erabs_max}}};
};
// clang-format on

}  // namespace baton::wire::s1ap
