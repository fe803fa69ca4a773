// nas_transport.h: messages that carry NAS, and the paging of idle UEs (TS 36.413, 9.1.6 and 9.1.7).
#pragma once

#include <optional>
#include <tuple>
#include <vector>

#include "wire/s1ap/table.h"
#include "wire/s1ap/types.h"

namespace baton::wire::s1ap {

struct InitialUeMessage {
  EnbUeS1apId enb_ue_id;
  NasPdu nas;
  Tai tai;
  Ecgi cell;
  RrcEstablishmentCause establishment_cause{};
  std::optional<STmsi> s_tmsi;
  std::optional<Gummei> gummei;

  static constexpr Outline outline{Procedure::initial_ue_message, PduType::initiating, Criticality::ignore,
                                   "INITIAL UE MESSAGE"};
  //= TS 36.413, 9.1.7.1
  template <class M = InitialUeMessage>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::enb_ue_s1ap_id, Criticality::reject, "eNB UE S1AP ID", &M::enb_ue_id},
                      Required{IeId::nas_pdu, Criticality::reject, "NAS-PDU", &M::nas},
                      Required{IeId::tai, Criticality::reject, "TAI", &M::tai},
                      Required{IeId::eutran_cgi, Criticality::ignore, "E-UTRAN CGI", &M::cell},
                      Assumed{IeId::rrc_establishment_cause, "RRC Establishment cause",
                              &M::establishment_cause, RrcEstablishmentCause::mo_signalling},
                      Optional{IeId::s_tmsi, Criticality::reject, "S-TMSI", &M::s_tmsi},
                      Optional{IeId::gummei, Criticality::reject, "GUMMEI", &M::gummei}};
  }
  friend bool operator==(const InitialUeMessage&, const InitialUeMessage&) = default;
};

struct DownlinkNasTransport {
  MmeUeS1apId mme_ue_id;
  EnbUeS1apId enb_ue_id;
  NasPdu nas;

  static constexpr Outline outline{Procedure::downlink_nas_transport, PduType::initiating,
                                   Criticality::ignore, "DOWNLINK NAS TRANSPORT"};
  //= TS 36.413, 9.1.7.2
  template <class M = DownlinkNasTransport>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::mme_ue_s1ap_id, Criticality::reject, "MME UE S1AP ID", &M::mme_ue_id},
                      Required{IeId::enb_ue_s1ap_id, Criticality::reject, "eNB UE S1AP ID", &M::enb_ue_id},
                      Required{IeId::nas_pdu, Criticality::reject, "NAS-PDU", &M::nas}};
  }
  friend bool operator==(const DownlinkNasTransport&, const DownlinkNasTransport&) = default;
};

struct UplinkNasTransport {
  MmeUeS1apId mme_ue_id;
  EnbUeS1apId enb_ue_id;
  NasPdu nas;
  Ecgi cell;
  Tai tai;

  static constexpr Outline outline{Procedure::uplink_nas_transport, PduType::initiating, Criticality::ignore,
                                   "UPLINK NAS TRANSPORT"};
  //= TS 36.413, 9.1.7.3
  template <class M = UplinkNasTransport>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::mme_ue_s1ap_id, Criticality::reject, "MME UE S1AP ID", &M::mme_ue_id},
                      Required{IeId::enb_ue_s1ap_id, Criticality::reject, "eNB UE S1AP ID", &M::enb_ue_id},
                      Required{IeId::nas_pdu, Criticality::reject, "NAS-PDU", &M::nas},
                      Required{IeId::eutran_cgi, Criticality::ignore, "E-UTRAN CGI", &M::cell},
                      Required{IeId::tai, Criticality::ignore, "TAI", &M::tai}};
  }
  friend bool operator==(const UplinkNasTransport&, const UplinkNasTransport&) = default;
};

struct NasNonDeliveryIndication {
  MmeUeS1apId mme_ue_id;
  EnbUeS1apId enb_ue_id;
  NasPdu nas;
  Cause cause;

  static constexpr Outline outline{Procedure::nas_non_delivery_indication, PduType::initiating,
                                   Criticality::ignore, "NAS NON DELIVERY INDICATION"};
  //= TS 36.413, 9.1.7.4
  template <class M = NasNonDeliveryIndication>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::mme_ue_s1ap_id, Criticality::reject, "MME UE S1AP ID", &M::mme_ue_id},
                      Required{IeId::enb_ue_s1ap_id, Criticality::reject, "eNB UE S1AP ID", &M::enb_ue_id},
                      Required{IeId::nas_pdu, Criticality::ignore, "NAS-PDU", &M::nas},
                      Assumed{IeId::cause, "Cause", &M::cause, Cause{CauseMisc::unspecified}}};
  }
  friend bool operator==(const NasNonDeliveryIndication&, const NasNonDeliveryIndication&) = default;
};

struct Paging {
  UeIdentityIndexValue ue_identity_index;
  UePagingId ue_paging_id;
  std::optional<PagingDrx> paging_drx;
  CnDomain cn_domain{};
  std::vector<Tai> tais;  ///< 1 to 256

  static constexpr Outline outline{Procedure::paging, PduType::initiating, Criticality::ignore, "PAGING"};
  //= TS 36.413, 9.1.6
  template <class M = Paging>
  static constexpr auto ies() {
    return std::tuple{
        Required{IeId::ue_identity_index_value, Criticality::ignore, "UE Identity Index value",
                 &M::ue_identity_index},
        Required{IeId::ue_paging_id, Criticality::ignore, "UE Paging Identity", &M::ue_paging_id},
        Optional{IeId::paging_drx, Criticality::ignore, "Paging DRX", &M::paging_drx},
        Assumed{IeId::cn_domain, "CN Domain", &M::cn_domain, CnDomain::ps},
        Required{IeId::tai_list, Criticality::ignore, "List of TAIs", &M::tais}};
  }
  friend bool operator==(const Paging&, const Paging&) = default;
};

}  // namespace baton::wire::s1ap
