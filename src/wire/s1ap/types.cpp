#include "wire/s1ap/types.h"

#include <algorithm>

#include "base/cases.h"
#include "wire/per/per.h"
#include "wire/s1ap/limits.h"

namespace baton::wire::s1ap {

std::string_view to_string(Procedure p) {
  switch (p) {
    case Procedure::handover_preparation: return "Handover Preparation";
    case Procedure::handover_resource_allocation: return "Handover Resource Allocation";
    case Procedure::handover_notification: return "Handover Notification";
    case Procedure::path_switch_request: return "Path Switch Request";
    case Procedure::handover_cancel: return "Handover Cancel";
    case Procedure::initial_context_setup: return "Initial Context Setup";
    case Procedure::paging: return "Paging";
    case Procedure::downlink_nas_transport: return "Downlink NAS Transport";
    case Procedure::initial_ue_message: return "Initial UE Message";
    case Procedure::uplink_nas_transport: return "Uplink NAS Transport";
    case Procedure::reset: return "Reset";
    case Procedure::error_indication: return "Error Indication";
    case Procedure::nas_non_delivery_indication: return "NAS Non Delivery Indication";
    case Procedure::s1_setup: return "S1 Setup";
    case Procedure::ue_context_release_request: return "UE Context Release Request";
    case Procedure::ue_context_modification: return "UE Context Modification";
    case Procedure::ue_capability_info_indication: return "UE Capability Info Indication";
    case Procedure::ue_context_release: return "UE Context Release";
    case Procedure::enb_status_transfer: return "eNB Status Transfer";
    case Procedure::mme_status_transfer: return "MME Status Transfer";
  }
  return "unknown procedure";
}

std::string_view to_string(PduType t) {
  switch (t) {
    case PduType::initiating: return "initiating message";
    case PduType::successful: return "successful outcome";
    case PduType::unsuccessful: return "unsuccessful outcome";
  }
  return "?";
}

std::string_view to_string(Criticality c) {
  switch (c) {
    case Criticality::reject: return "reject";
    case Criticality::ignore: return "ignore";
    case Criticality::notify: return "notify";
  }
  return "?";
}

PlmnId plmn_of(const GlobalEnbId& id) {
  return std::visit([](const auto& e) { return e.plmn; }, id);
}

Name Name::from(std::string_view text) {
  std::string out(text.substr(0, name_characters_max));
  for (char& c : out)
    if (!per::is_printable(c)) c = '-';
  if (out.empty()) out = "-";
  return Name{std::move(out)};
}

bool ServedGummei::serves(const Gummei& g) const {
  const auto has = [](const auto& list, const auto& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  };
  return has(plmns, g.plmn) && has(groups, g.group) && has(codes, g.code);
}

unsigned seconds_of(TimeToWait t) {
  switch (t) {
    case TimeToWait::v1s: return 1;
    case TimeToWait::v2s: return 2;
    case TimeToWait::v5s: return 5;
    case TimeToWait::v10s: return 10;
    case TimeToWait::v20s: return 20;
    case TimeToWait::v60s: return 60;
  }
  return 60;
}

TransportLayerAddress TransportLayerAddress::from(Ipv4 address) {
  return {32, ByteVector(address.octets.begin(), address.octets.end())};
}

std::optional<Ipv4> TransportLayerAddress::ipv4() const {
  if ((bits != 32 && bits != 160) || octets.size() < 4) return std::nullopt;
  return Ipv4{{octets[0], octets[1], octets[2], octets[3]}};
}

//= TS 36.304, 7.1: UE_ID is IMSI mod 1024
UeIdentityIndexValue ue_identity_index_of(const Imsi& imsi) {
  unsigned v = 0;
  for (const char c : imsi.digits()) v = (v * 10 + static_cast<unsigned>(c - '0')) % 1024;
  return UeIdentityIndexValue{static_cast<std::uint16_t>(v)};
}

}  // namespace baton::wire::s1ap
