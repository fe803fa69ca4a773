// initial_context_setup.cpp: keys and bearers for a UE (TS 36.413, 8.3.1; TS 36.331, 5.3.4 and 5.3.5).
#include "node/enb/enb.h"
#include "node/stopwatch.h"

namespace baton::node::enb {

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
  const Stopwatch watch(now_);
  const KeyId kenb_id = keys_.id(m.security_key);
  log_key(KeyEvent::received, m.security_key, "Initial Context Setup Request", {}, mmes_[ue.mme].peer.name);

  // Algorithms of the AS.
  std::optional<s1ap::Cause> trouble;
  const auto chosen = algorithms(m.ue_security_capabilities);
  if (!chosen) {
    log_key(KeyEvent::erased, m.security_key, "no AS algorithm");
    trouble = s1ap::CauseRadioNetwork::encryption_and_or_integrity_protection_algorithms_not_supported;
  }

  // Bearers that can be set up.
  rrc::Reconfiguration bearers;
  s1ap::InitialContextSetupResponse response{m.mme_ue_id, m.enb_ue_id, {}, {}, std::move(diagnostics)};
  Admission admitted;
  if (!trouble) {
    std::vector<Wanted> wanted;
    for (const s1ap::ErabToSetup& e : m.erabs)
      wanted.push_back({e.id, e.address, e.teid, !e.nas || e.nas->octets.size() <= rrc::nas_octets_max});
    admitted = admit(wanted);
    for (s1ap::ErabToSetup& e : m.erabs) {
      const auto it = admitted.erabs.find(e.id.value);
      if (it == admitted.erabs.end()) continue;
      if (e.nas) bearers.nas.push_back(std::move(e.nas->octets));
      response.erabs.push_back({e.id, s1ap::TransportLayerAddress::from(config_.gtpu), it->second.downlink});
    }
    bearers.bearers = std::move(admitted.bearers);
    response.failed = std::move(admitted.failed);
    if (admitted.erabs.empty()) {
      trouble = s1ap::CauseTransport::transport_resource_unavailable;
      log_key(KeyEvent::erased, m.security_key, "no bearer can be set up");
    }
  }

  if (!trouble) {
    ue.capabilities = m.ue_security_capabilities;
    // The keys of the AS.
    ue.security.emplace(as_security(std::move(m.security_key), 0, *chosen));
    KrrcInt krrc_int = derive_krrc_int(ue.security->kenb, chosen->eia);
    log_key(KeyEvent::derived, krrc_int, "TS 33.401, A.7", {kenb_id});
    //= TS 36.331, 5.3.1.2: the command is integrity protected with the keys it announces
    if (!ue.radio.srb1.start_integrity(chosen->eia, std::move(krrc_int)))
      trouble = s1ap::CauseRadioNetwork::encryption_and_or_integrity_protection_algorithms_not_supported;
  }
  if (!trouble) {
    auto mode = security_mode(ue);
    trouble = co_await mode;
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
  ue.erabs = std::move(admitted.erabs);
  ue.context_set_up = true;
  out_->count("initial_context_setup_done");
  watch.whole("enb.context_setup", now_, *out_);
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
