// handover_in.cpp: a UE that another eNB hands over, as the target sees it (TS 23.401, 5.5.1.2.2; TS 36.413,
// 8.4.2, 8.4.3 and 8.4.7).
#include <algorithm>
#include <cassert>

#include "context/algorithms.h"
#include "node/enb/enb.h"
#include "node/stopwatch.h"

namespace baton::node::enb {

//= TS 36.413, 8.4.2.2
void Enb::on_handover_request(std::size_t mme, std::uint16_t stream, s1ap::HandoverRequest m,
                              Diagnostics diagnostics) {
  const Nh& nh = m.security.next_hop;
  const bool from_star = m.key_handling && m.key_handling->from_star;
  // The field of NH may hold KeNB* or KeNB*+; which of them cannot be told, and need not.
  //= S3.P5
  const KenbStar star(nh.expose());
  const KeyId nh_id = from_star ? keys_.id(star) : keys_.id(nh);
  const auto log_given = [&](KeyEvent event, const char* why, std::string peer = {}) {
    if (from_star)
      log_key(event, star, why, {}, std::move(peer));
    else
      log_key(event, nh, why, {}, std::move(peer));
  };
  log_given(KeyEvent::received, "Handover Request", mmes_[mme].peer.name);
  const auto refuse = [&](s1ap::Cause cause) {
    //= TS 36.413, 8.4.2.3
    log_given(KeyEvent::erased, "Handover Failure");
    out_->count("handover_request_refused");
    out_->log(LogLevel::info, "handover request refused: " + s1ap::to_string(cause));
    send_s1ap(mme, stream, s1ap::HandoverFailure{m.mme_ue_id, cause, std::move(diagnostics)});
  };
  if (ue_by_mme_id(mme, m.mme_ue_id) != nullptr)
    return refuse(s1ap::CauseRadioNetwork::unknown_mme_ue_s1ap_id);
  if (m.type != s1ap::HandoverType::intra_lte)
    return refuse(s1ap::CauseRadioNetwork::ho_failure_in_target_epc_enb_or_target_system);

  // What the source says of the UE.
  const auto container = s1ap::decode_source_to_target(m.container.octets);
  if (!container) return refuse(s1ap::CauseProtocol::transfer_syntax_error);
  if (container->target_cell != config_.cell.id) return refuse(s1ap::CauseRadioNetwork::unknown_target_id);
  const auto preparation = rrc::decode<rrc::HandoverPreparation>(container->rrc);
  if (!preparation) return refuse(s1ap::CauseProtocol::abstract_syntax_error_reject);

  // How to handle the key is heard only from who was told that this eNB can.
  if (m.key_handling && !context::beyond_final(config_.policy))
    return refuse(s1ap::CauseProtocol::abstract_syntax_error_reject);

  // Algorithms, room, bearers.
  //= TS 33.401, 7.2.4.2.3
  const auto chosen = algorithms(m.ue_security_capabilities);
  if (!chosen || !context::is_built(chosen->eea) || !context::is_built(chosen->eia))
    return refuse(s1ap::CauseRadioNetwork::encryption_and_or_integrity_protection_algorithms_not_supported);
  if (ues_.size() >= config_.ue_limit || !c_rnti_free())
    return refuse(s1ap::CauseRadioNetwork::no_radio_resources_available_in_target_cell);
  std::vector<Wanted> wanted;
  for (const s1ap::ErabToHandOver& e : m.erabs) wanted.push_back({e.id, e.address, e.teid});
  Admission admitted = admit(wanted);
  if (admitted.erabs.empty())
    return refuse(s1ap::CauseRadioNetwork::no_radio_resources_available_in_target_cell);

  if (from_star) pass_over_used_names(nh_id);
  Ue& ue = *add_ue(preparation->radio, {});
  // KeNB of this cell, from NH or, with the name that the UE gets here, from KeNB*. What it is made of is of
  // no further use here.
  //= S3.D7
  //= TS 33.401, 7.2.8.4.3 and A.5
  //= S3.B5
  const auto from_c_rnti =
      m.key_handling && m.key_handling->raw ? raw::derive_kenb_from_star : derive_kenb_from_star;
  Kenb kenb = from_star ? from_c_rnti(star, CRntiValue{ue.radio.link.c_rnti().value})
                        : derive_kenb_star(nh, config_.cell.pci, earfcn_);
  log_key(KeyEvent::derived, kenb, from_star ? "S3.B5" : "TS 33.401, A.5", {nh_id});
  log_given(KeyEvent::erased, "KeNB made of it");
  AsSecurity keys = as_security(std::move(kenb), m.security.next_hop_chaining_count, *chosen);
  if (from_star) note_pair(nh_id, ue.radio.link.c_rnti());
  ue.phase = Ue::Phase::connected;
  ue.handover = Handover::expected;
  ue.handed_in = true;
  ue.mme = mme;
  ue.mme_ue_id = m.mme_ue_id;
  ue.capabilities = m.ue_security_capabilities;
  by_mme_id_[{mme, m.mme_ue_id.value}] = ue.id.value;
  const bool started = start_bearer(ue.radio.srb1, keys);
  assert(started);
  (void)started;
  ue.security.emplace(std::move(keys));
  ue.erabs = std::move(admitted.erabs);

  // What the UE has to know; the source will tell it.
  //= TS 36.331, 5.3.5.4: keyChangeIndicator FALSE, the NCC as received
  //= S0.D10: TRUE where KASME has changed on the way
  rrc::Reconfiguration command{++ue.transaction, {}, std::move(admitted.bearers), {}};
  const rrc::AsAlgorithms use{static_cast<Byte>(chosen->eea), static_cast<Byte>(chosen->eia)};
  const bool key_change = m.key_handling && m.key_handling->new_context;
  command.mobility = rrc::MobilityControl{
      config_.cell.pci.value, earfcn_.value(), ue.radio.link.c_rnti(), key_change, ue.security->ncc, {}};
  if (use != preparation->algorithms) command.mobility->algorithms = use;
  // The source eNB adds what the MME tells the UE.
  if (from_star) command.mobility->refresh = rrc::KeyRefresh{false, false, m.key_handling->raw};
  s1ap::HandoverRequestAcknowledge acknowledge{
      m.mme_ue_id,
      ue.id,
      {},
      std::move(admitted.failed),
      {s1ap::encode_container(s1ap::TargetToSource{rrc::encode(command)})},
      std::move(diagnostics)};
  for (const auto& [id, erab] : ue.erabs)
    acknowledge.erabs.push_back(
        {s1ap::ErabId{id}, s1ap::TransportLayerAddress::from(config_.gtpu), erab.downlink, {}, {}, {}, {}});
  out_->count("handover_in_prepared");
  send_s1ap(ue, acknowledge);
  start(ue, arrival(ue, command.transaction));
}

Procedure Enb::arrival(Ue& ue, Byte transaction) {
  const Stopwatch watch(now_);
  start_timer(ue, UeTimer::procedure, arrival_guard);
  for (;;) {
    auto wait = ue.inbox.next<Reconfigured, Expiry>();
    const auto got = co_await wait;
    const auto* done = std::get_if<Reconfigured>(&got);
    if (done != nullptr && done->transaction != transaction) continue;  // an answer to something else
    if (done != nullptr) break;
    // Nobody came. A key that nobody will use is gone at once; who comes now is not heard.
    out_->count("handover_in_missed");
    ue.handover = Handover::missed;
    erase_security(ue, "the UE did not arrive");
    for (ByteVector& nas : std::exchange(ue.held_nas, {})) {
      out_->count("nas_dl_not_delivered");
      send_s1ap(ue, s1ap::NasNonDeliveryIndication{*ue.mme_ue_id,
                                                   ue.id,
                                                   {std::move(nas)},
                                                   s1ap::CauseRadioNetwork::radio_connection_with_ue_lost});
    }
    request_release(ue, s1ap::CauseRadioNetwork::radio_connection_with_ue_lost);
    co_return;
  }
  // 13. Handover Notify. The completion came under the new keys, so it is the UE itself.
  //= TS 36.413, 8.4.3.2
  stop_timer(ue, UeTimer::procedure);
  ue.handover = Handover::none;
  ue.context_set_up = true;
  ue.since = now_;
  note_activity(ue);
  out_->count("handover_in_done");
  watch.whole("enb.handover_in", now_, *out_);
  send_s1ap(ue, s1ap::HandoverNotify{*ue.mme_ue_id, ue.id, config_.cell.id, config_.tai()});
  confirm_keys(ue);
  send_held_nas(ue);
}

//= S0.D11
void Enb::confirm_keys(Ue& ue) {
  const rrc::Reconfiguration nothing{++ue.transaction, {}, {}, {}};
  ue.confirming = nothing.transaction;
  send_rrc(ue, nothing);
}

/// 10c. Where the bearers' COUNTs stood at the source. It may come before the UE or after it.
//= TS 36.413, 8.4.7.2
void Enb::on_status_transfer(std::size_t mme, std::uint16_t stream, const s1ap::MmeStatusTransfer& m) {
  Ue* ue = addressed(mme, stream, m.mme_ue_id, m.enb_ue_id, false);
  if (ue == nullptr) return;
  if (!ue->handed_in || ue->handover == Handover::missed) {
    out_->count("s1ap_rx_unexpected");
    indicate_error(mme, stream, s1ap::CauseProtocol::message_not_compatible_with_receiver_state, m.mme_ue_id,
                   m.enb_ue_id);
    return;
  }
  out_->count("status_transfer_received");
  for (const s1ap::ErabStatus& status : m.container.bearers) {
    const auto erab = ue->erabs.find(status.id.value);
    if (erab != ue->erabs.end())
      erab->second.status = status;
    else
      out_->count("status_transfer_unknown_bearer");
  }
}

}  // namespace baton::node::enb
