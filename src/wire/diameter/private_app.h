// private_app.h: the Diameter application that no standard has: MMEs tell the HSS which KASME is in use, and
// an AAA server asks it for a key of its own. docs/extensions.md lists every number.
#pragma once

#include <string>
#include <tuple>

#include "ids/plmn_id.h"
#include "ids/subscriber_id.h"
#include "keys/derive_policy.h"
#include "wire/diameter/base.h"

namespace baton::wire::diameter {

/// Experimental-Result-Code values of this application, under Vendor-Id vendor_private.
namespace private_result {
/// The sender is on its way to be the registered MME; ask again after the Update Location Answer. (S0.D3)
inline constexpr std::uint32_t not_yet_registered = 4001;  // extension
/// The HSS is busy with this record or could not store it; ask again.
inline constexpr std::uint32_t not_stored = 4002;  // extension
/// The subscriber is registered at another MME by now. (S0.D3)
inline constexpr std::uint32_t not_registered = 5001;  // extension
/// No vector with this RAND and epoch is remembered. (S0.D6)
inline constexpr std::uint32_t unknown_aka_reference = 5002;  // extension
/// The first step does not follow on what is recorded, or the list has a hole. (S0.D4)
inline constexpr std::uint32_t generation_gap = 5003;  // extension
/// A proof is not the one that the key before it makes. (S0.D5)
inline constexpr std::uint32_t bad_proof = 5004;  // extension
/// The record is past what this says: an old message, or another history. (S0.D4)
inline constexpr std::uint32_t stale = 5005;  // extension
/// More steps than a context may carry unacknowledged: only AKA helps. (S0.D4)
inline constexpr std::uint32_t too_many_steps = 5006;  // extension
/// The last step's key was made for another MME than the one that sends this. (S0.D5)
inline constexpr std::uint32_t foreign_mme = 5007;  // extension
/// The key that was sent is not the one the steps make. (S0.D7)
inline constexpr std::uint32_t key_differs = 5008;  // extension
/// No KASME of this subscriber is recorded.
inline constexpr std::uint32_t no_key = 5009;  // extension
}  // namespace private_result

/// How the key of a step came about; the values of RefreshDirection.
enum class StepDirection : std::uint32_t { idle = 0, handover = 1, aka = 255 };
constexpr bool is_known(StepDirection d) {
  return d == StepDirection::idle || d == StepDirection::handover || d == StepDirection::aka;
}
constexpr RefreshDirection refresh_direction(StepDirection d) { return static_cast<RefreshDirection>(d); }
constexpr StepDirection step_direction(RefreshDirection d) { return static_cast<StepDirection>(d); }

/// ChainStep is one change of KASME and the proof that the MME which held the key before made it.
//= S0.D5
struct ChainStep {
  std::uint32_t step = 0;  ///< its number since the AKA; 0 is the AKA itself
  StepDirection direction{};
  NasCount count{};
  DiameterIdentity identity;  ///< the MME that may use the key
  UpdateProof proof;

  static constexpr const AvpDef& def = avp::chain_step;
  //= S0.D5
  // { Step-Number }  { Step-Direction }  { Step-Count }  { Step-Identity }  { Update-Proof }  * [ AVP ]
  template <class M = ChainStep>
  static constexpr auto avps() {
    return std::tuple{Required{avp::step_number, &M::step}, Required{avp::step_direction, &M::direction},
                      Required{avp::step_count, &M::count}, Required{avp::step_identity, &M::identity},
                      Required{avp::update_proof, &M::proof}};
  }
  friend bool operator==(const ChainStep&, const ChainStep&) = default;
};

/// AkaReference says in an Update Location Request which vector the UE and the MME use since their AKA; the
/// proof is that of step 0.
//= S0.D4
struct AkaReference {
  Rand rand;
  std::uint32_t epoch = 0;
  std::uint32_t ksi = 0;
  UpdateProof proof;

  static constexpr const AvpDef& def = avp::aka_reference;
  // { RAND }  { KASME-Epoch }  { EKSI }  { Update-Proof }  * [ AVP ]
  template <class M = AkaReference>
  static constexpr auto avps() {
    return std::tuple{Required{avp::rand, &M::rand}, Required{avp::kasme_epoch, &M::epoch},
                      Required{avp::eksi, &M::ksi}, Required{avp::update_proof, &M::proof}};
  }
  friend bool operator==(const AkaReference&, const AkaReference&) = default;
};

/// KASME-Update: the MME tells which KASME it uses, by the steps that lead to it.
//= S0.D3
struct KasmeUpdateRequest {
  std::string session_id;
  std::optional<VendorSpecificApplicationId> vendor_specific_application_id{};
  AuthSessionState auth_session_state = AuthSessionState::no_state_maintained;
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  std::optional<DiameterIdentity> destination_host{};
  DiameterIdentity destination_realm;
  Imsi user_name;
  Rand rand;
  std::uint32_t epoch = 0;
  std::uint32_t ksi = 0;  ///< 0 to 6
  std::vector<ChainStep> steps{};
  std::optional<Kasme> kasme{};  ///< the key after the last step: only where the policy has it on the wire

  static constexpr Command command{0xFF'FF01, app_private, true, true};
  static constexpr std::string_view name = "KASME-Update-Request";
  //= S0.D3
  // < Session-Id >  [ Vendor-Specific-Application-Id ]  { Auth-Session-State }  { Origin-Host }
  // { Origin-Realm }  [ Destination-Host ]  { Destination-Realm }  { User-Name }  { RAND }
  // { KASME-Epoch }  { EKSI }  1* { Chain-Step }  [ Refreshed-KASME ]  * [ AVP ]
  template <class M = KasmeUpdateRequest>
  static constexpr auto avps() {
    return std::tuple{Fixed{avp::session_id, &M::session_id},
                      Optional{avp::vendor_specific_application_id, &M::vendor_specific_application_id},
                      Required{avp::auth_session_state, &M::auth_session_state},
                      Required{avp::origin_host, &M::origin_host},
                      Required{avp::origin_realm, &M::origin_realm},
                      Optional{avp::destination_host, &M::destination_host},
                      Required{avp::destination_realm, &M::destination_realm},
                      Required{avp::user_name, &M::user_name},
                      Required{avp::rand, &M::rand},
                      Required{avp::kasme_epoch, &M::epoch},
                      Required{avp::eksi, &M::ksi},
                      Many{avp::chain_step, &M::steps, 1, chain_steps_max},
                      Optional{avp::refreshed_kasme, &M::kasme}};
  }
  friend bool operator==(const KasmeUpdateRequest&, const KasmeUpdateRequest&) = default;
};

/// The HSS says what it has recorded; with success that is what was asked for.
struct KasmeUpdateAnswer {
  std::string session_id;
  std::optional<VendorSpecificApplicationId> vendor_specific_application_id{};
  std::optional<std::uint32_t> result_code{};
  std::optional<ExperimentalResult> experimental_result{};
  AuthSessionState auth_session_state = AuthSessionState::no_state_maintained;
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  std::optional<std::uint32_t> epoch{};  ///< of the record, with success
  std::optional<std::uint32_t> step{};
  std::vector<FailedAvp> failed_avps{};

  static constexpr Command command{0xFF'FF01, app_private, false, true};
  static constexpr std::string_view name = "KASME-Update-Answer";
  // < Session-Id >  [ Vendor-Specific-Application-Id ]  [ Result-Code ]  [ Experimental-Result ]
  // { Auth-Session-State }  { Origin-Host }  { Origin-Realm }  [ KASME-Epoch ]  [ Step-Number ]
  // * [ AVP ]  * [ Failed-AVP ]
  template <class M = KasmeUpdateAnswer>
  static constexpr auto avps() {
    return std::tuple{Fixed{avp::session_id, &M::session_id},
                      Optional{avp::vendor_specific_application_id, &M::vendor_specific_application_id},
                      Optional{avp::result_code, &M::result_code},
                      Optional{avp::experimental_result, &M::experimental_result},
                      Required{avp::auth_session_state, &M::auth_session_state},
                      Required{avp::origin_host, &M::origin_host},
                      Required{avp::origin_realm, &M::origin_realm},
                      Optional{avp::kasme_epoch, &M::epoch},
                      Optional{avp::step_number, &M::step},
                      Many{avp::failed_avp, &M::failed_avps}};
  }
  friend bool operator==(const KasmeUpdateAnswer&, const KasmeUpdateAnswer&) = default;
};

/// Context-Transfer: an AAA server asks for what a move to non-3GPP access needs. KASME itself never leaves.
//= S0.D8
struct ContextTransferRequest {
  std::string session_id;
  std::optional<VendorSpecificApplicationId> vendor_specific_application_id{};
  AuthSessionState auth_session_state = AuthSessionState::no_state_maintained;
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  std::optional<DiameterIdentity> destination_host{};
  DiameterIdentity destination_realm;
  Imsi user_name;
  std::string access_label;  ///< "WLAN"; 1 to access_label_octets_max octets

  static constexpr Command command{0xFF'FF02, app_private, true, true};
  static constexpr std::string_view name = "Context-Transfer-Request";
  //= S0.D8
  // < Session-Id >  [ Vendor-Specific-Application-Id ]  { Auth-Session-State }  { Origin-Host }
  // { Origin-Realm }  [ Destination-Host ]  { Destination-Realm }  { User-Name }  { Access-Label }  * [ AVP ]
  template <class M = ContextTransferRequest>
  static constexpr auto avps() {
    return std::tuple{Fixed{avp::session_id, &M::session_id},
                      Optional{avp::vendor_specific_application_id, &M::vendor_specific_application_id},
                      Required{avp::auth_session_state, &M::auth_session_state},
                      Required{avp::origin_host, &M::origin_host},
                      Required{avp::origin_realm, &M::origin_realm},
                      Optional{avp::destination_host, &M::destination_host},
                      Required{avp::destination_realm, &M::destination_realm},
                      Required{avp::user_name, &M::user_name},
                      Required{avp::access_label, &M::access_label}};
  }
  friend bool operator==(const ContextTransferRequest&, const ContextTransferRequest&) = default;
};

/// K_N3 and the fields beside it that are no keys. The id of the KASME it was made from lets the asker see
/// whether that is the UE's.
//= S0.D8
struct ContextTransferAnswer {
  std::string session_id;
  std::optional<VendorSpecificApplicationId> vendor_specific_application_id{};
  std::optional<std::uint32_t> result_code{};
  std::optional<ExperimentalResult> experimental_result{};
  AuthSessionState auth_session_state = AuthSessionState::no_state_maintained;
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  std::optional<Kn3> kn3{};
  std::optional<std::uint32_t> counter{};     ///< which K_N3 of the subscriber this is
  std::optional<ByteVector> parent_key_id{};  ///< 8 octets
  std::optional<Rand> rand{};
  std::optional<std::uint32_t> epoch{};
  std::optional<std::uint32_t> step{};
  std::optional<std::uint32_t> ksi{};
  std::optional<DiameterIdentity> mme{};
  std::vector<FailedAvp> failed_avps{};

  static constexpr Command command{0xFF'FF02, app_private, false, true};
  static constexpr std::string_view name = "Context-Transfer-Answer";
  // < Session-Id >  [ Vendor-Specific-Application-Id ]  [ Result-Code ]  [ Experimental-Result ]
  // { Auth-Session-State }  { Origin-Host }  { Origin-Realm }  [ K-N3 ]  [ Transfer-Counter ]  [
  // Parent-Key-Id ]  [ RAND ] [ KASME-Epoch ]  [ Step-Number ]  [ EKSI ]  [ Step-Identity ]  * [ AVP ]  * [
  // Failed-AVP ]
  template <class M = ContextTransferAnswer>
  static constexpr auto avps() {
    return std::tuple{Fixed{avp::session_id, &M::session_id},
                      Optional{avp::vendor_specific_application_id, &M::vendor_specific_application_id},
                      Optional{avp::result_code, &M::result_code},
                      Optional{avp::experimental_result, &M::experimental_result},
                      Required{avp::auth_session_state, &M::auth_session_state},
                      Required{avp::origin_host, &M::origin_host},
                      Required{avp::origin_realm, &M::origin_realm},
                      Optional{avp::kn3, &M::kn3},
                      Optional{avp::transfer_counter, &M::counter},
                      Optional{avp::parent_key_id, &M::parent_key_id},
                      Optional{avp::rand, &M::rand},
                      Optional{avp::kasme_epoch, &M::epoch},
                      Optional{avp::step_number, &M::step},
                      Optional{avp::eksi, &M::ksi},
                      Optional{avp::step_identity, &M::mme},
                      Many{avp::failed_avp, &M::failed_avps}};
  }
  friend bool operator==(const ContextTransferAnswer&, const ContextTransferAnswer&) = default;
};

}  // namespace baton::wire::diameter
