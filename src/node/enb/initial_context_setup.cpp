// initial_context_setup.cpp: keys and bearers for a UE (TS 36.413, 8.3.1; TS 36.331, 5.3.4 and 5.3.5).
#include <set>

#include "node/enb/enb.h"

namespace baton::node::enb {
namespace {

/// S1AP has no bit for the null algorithms, which every UE has.
//= TS 36.413, 9.2.1.40
AlgorithmCapability capability_of(const s1ap::UeSecurityCapabilities& c) {
  return {static_cast<Byte>(0x80U | static_cast<unsigned>(c.eea) >> 9U),
          static_cast<Byte>(0x80U | static_cast<unsigned>(c.eia) >> 9U)};
}

}  // namespace

Teid Enb::new_teid() {
  // 0 is reserved. A number is long free again when the counter comes round.
  if (++last_teid_ == 0) ++last_teid_;
  return Teid{last_teid_};
}

void Enb::on_context_setup(std::size_t mme, std::uint16_t stream, s1ap::InitialContextSetupRequest m,
                           Diagnostics diagnostics) {
  Ue* ue = addressed(mme, stream, m.mme_ue_id, m.enb_ue_id, true);
  if (ue == nullptr) return;
  note_activity(*ue);
  if (ue->security || !ue->procedure.done()) {
    out_->count("s1ap_rx_unexpected");
    send_s1ap(
        *ue, s1ap::InitialContextSetupFailure{m.mme_ue_id, m.enb_ue_id,
                                              s1ap::CauseProtocol::message_not_compatible_with_receiver_state,
                                              std::move(diagnostics)});
    return;
  }
  start(*ue, initial_context_setup(*ue, std::move(m), std::move(diagnostics)));
}

//= TS 36.413, 8.3.1.2
Procedure Enb::initial_context_setup(Ue& ue, s1ap::InitialContextSetupRequest m, Diagnostics diagnostics) {
  const KeyId kenb_id = keys_.id(m.security_key);
  log_key(KeyEvent::received, m.security_key, "Initial Context Setup Request", {}, mmes_[ue.mme].peer.name);

  // Algorithms of the AS, from what the UE can do, by our own order.
  //= TS 33.401, 7.2.4.3.1
  std::optional<s1ap::Cause> trouble;
  const auto chosen =
      choose(capability_of(m.ue_security_capabilities), config_.ciphering_order, config_.integrity_order);
  if (!chosen) {
    out_->count("as_no_algorithm");
    log_key(KeyEvent::erased, m.security_key, "no AS algorithm");
    trouble = s1ap::CauseRadioNetwork::encryption_and_or_integrity_protection_algorithms_not_supported;
  }

  // Bearers that can be set up. TS 36.413, 8.3.1.4: an E-RAB that comes twice is set up in no instance.
  rrc::Reconfiguration bearers;
  s1ap::InitialContextSetupResponse response{m.mme_ue_id, m.enb_ue_id, {}, {}, std::move(diagnostics)};
  std::map<std::uint8_t, Erab> erabs;
  if (!trouble) {
    std::set<std::uint8_t> once, twice, reported;
    for (const s1ap::ErabToSetup& e : m.erabs)
      if (!once.insert(e.id.value).second) twice.insert(e.id.value);
    for (s1ap::ErabToSetup& e : m.erabs) {
      const auto refuse = [&](s1ap::Cause cause) { response.failed.push_back({e.id, cause}); };
      if (twice.contains(e.id.value)) {
        if (reported.insert(e.id.value).second) refuse(s1ap::CauseRadioNetwork::multiple_erab_id_instances);
        continue;
      }
      if (e.id.value < 5 || erabs.size() >= rrc::bearers_max) {
        refuse(s1ap::CauseRadioNetwork::radio_resources_not_available);
        continue;
      }
      if (!e.address.ipv4() || (e.nas && e.nas->octets.size() > rrc::nas_octets_max)) {
        refuse(s1ap::CauseTransport::transport_resource_unavailable);
        continue;
      }
      const Byte drb = static_cast<Byte>(erabs.size() + 1);
      const Teid downlink = new_teid();
      erabs[e.id.value] = {e.address, e.teid, downlink, drb};
      bearers.bearers.push_back({e.id.value, drb});
      if (e.nas) bearers.nas.push_back(std::move(e.nas->octets));
      response.erabs.push_back({e.id, s1ap::TransportLayerAddress::from(config_.gtpu), downlink});
    }
    if (erabs.empty()) {
      trouble = s1ap::CauseTransport::transport_resource_unavailable;
      log_key(KeyEvent::erased, m.security_key, "no bearer can be set up");
    }
  }

  if (!trouble) {
    // The keys of the AS.
    //= TS 33.401, A.7
    KrrcInt krrc_int = derive_krrc_int(m.security_key, chosen->eia);
    log_key(KeyEvent::derived, krrc_int, "TS 33.401, A.7", {kenb_id});
    KupEnc kup_enc = derive_kup_enc(m.security_key, chosen->eea);
    log_key(KeyEvent::derived, kup_enc, "TS 33.401, A.7", {kenb_id});
    ue.security.emplace(AsSecurity{std::move(m.security_key), *chosen, std::move(kup_enc)});
    //= TS 36.331, 5.3.1.2: the command is integrity protected with the keys it announces
    if (!ue.radio.srb1.start_integrity(chosen->eia, std::move(krrc_int)))
      trouble = s1ap::CauseRadioNetwork::encryption_and_or_integrity_protection_algorithms_not_supported;
  }
  if (!trouble) {
    auto as_security = security_mode(ue);
    trouble = co_await as_security;
  }
  if (!trouble) {
    send_held_nas(ue);
    bearers.transaction = ++ue.transaction;
    if (send_rrc(ue, bearers)) {
      auto radio_bearers = reconfigured(ue, bearers.transaction);
      trouble = co_await radio_bearers;
    } else {
      trouble = s1ap::CauseRadioNetwork::failure_in_radio_interface_procedure;
    }
  }
  if (trouble) {
    //= TS 36.413, 8.3.1.3
    erase_security(ue, "context set-up failed");
    send_held_nas(ue);
    out_->count("initial_context_setup_failed");
    send_s1ap(ue, s1ap::InitialContextSetupFailure{response.mme_ue_id, response.enb_ue_id, *trouble,
                                                   std::move(response.diagnostics)});
    co_return;
  }
  ue.erabs = std::move(erabs);
  ue.context_set_up = true;
  out_->count("initial_context_setup_done");
  send_s1ap(ue, response);
}

//= TS 36.331, 5.3.4
Task<std::optional<s1ap::Cause>> Enb::security_mode(Ue& ue) {
  const std::optional<s1ap::Cause> failed{s1ap::CauseRadioNetwork::failure_in_radio_interface_procedure};
  const Chosen chosen = ue.security->algorithms;
  const rrc::SecurityModeCommand command{{static_cast<Byte>(chosen.eea), static_cast<Byte>(chosen.eia)}};
  if (!send_rrc(ue, command)) co_return failed;
  start_timer(ue, UeTimer::procedure, radio_guard);
  auto wait = ue.inbox.next<SecurityModeDone, SecurityModeRefused, Expiry, RadioLost>();
  const auto got = co_await wait;
  stop_timer(ue, UeTimer::procedure);
  if (std::holds_alternative<RadioLost>(got))
    co_return std::optional<s1ap::Cause>{s1ap::CauseRadioNetwork::radio_connection_with_ue_lost};
  if (!std::holds_alternative<SecurityModeDone>(got)) {
    out_->count("as_security_mode_failed");
    co_return failed;
  }
  // Ciphering from the next message on.
  KrrcEnc krrc_enc = derive_krrc_enc(ue.security->kenb, chosen.eea);
  log_key(KeyEvent::derived, krrc_enc, "TS 33.401, A.7", {keys_.id(ue.security->kenb)});
  if (!ue.radio.srb1.start_ciphering(chosen.eea, std::move(krrc_enc))) co_return failed;
  co_return std::optional<s1ap::Cause>{};
}

//= TS 36.331, 5.3.5
Task<std::optional<s1ap::Cause>> Enb::reconfigured(Ue& ue, Byte transaction) {
  start_timer(ue, UeTimer::procedure, radio_guard);
  for (;;) {
    auto wait = ue.inbox.next<Reconfigured, Expiry, RadioLost>();
    const auto got = co_await wait;
    const auto* done = std::get_if<Reconfigured>(&got);
    if (done != nullptr && done->transaction != transaction) continue;  // an answer to something else
    stop_timer(ue, UeTimer::procedure);
    if (done != nullptr) co_return std::optional<s1ap::Cause>{};
    if (std::holds_alternative<RadioLost>(got))
      co_return std::optional<s1ap::Cause>{s1ap::CauseRadioNetwork::radio_connection_with_ue_lost};
    co_return std::optional<s1ap::Cause>{s1ap::CauseRadioNetwork::failure_in_radio_interface_procedure};
  }
}

}  // namespace baton::node::enb
