// x2_handover.cpp: a UE goes from eNB to eNB without the core, and the target has the MME switch its path
// (TS 23.401, 5.5.1.1.2; TS 36.413, 8.4.4; TS 33.401, 7.2.8.4.2). X2AP itself is not built: what the two eNBs
// say to each other is a stand-in (wire/rrc/x2.h) between cells that the lab has made X2 neighbours.
#include <algorithm>
#include <cassert>

#include "base/cases.h"
#include "context/algorithms.h"
#include "node/enb/enb.h"

namespace baton::node::enb {

void Enb::send_x2(Endpoint remote, ByteVector payload) {
  out_->datagram(Port::radio, remote,
                 rrc::encode(rrc::Frame{rrc::Channel::broadcast, {}, 0, 0, std::move(payload)}));
}

bool Enb::on_x2(Endpoint remote, Bytes payload) {
  const bool neighbour = std::any_of(config_.neighbours.begin(), config_.neighbours.end(),
                                     [&](const Neighbour& n) { return n.x2 == remote; });
  if (!neighbour) return false;
  auto message = rrc::decode_x2(payload);
  if (!message) {
    out_->count("x2_rx_error");
    return true;
  }
  std::visit(Cases{[&](rrc::X2Request& m) { on_x2_request(remote, std::move(m)); },
                   [&](rrc::X2Answer& m) { on_x2_answer(std::move(m)); },
                   [&](const rrc::X2Release& m) { on_x2_release(m); }},
             *message);
  return true;
}

// --- the source --------------------------------------------------------------------------------------------

Procedure Enb::hand_over_x2(Ue& ue, Neighbour target) {
  // KeNB* for the target cell: from the NH that nobody has used yet, else from KeNB.
  //= TS 33.401, 7.2.8.4.2
  ue.handover = Handover::preparing;
  out_->count("x2_handover_begun");
  const EarfcnDl earfcn = *EarfcnDl::from(target.earfcn_dl);
  const bool vertical = ue.fresh_hop.has_value();
  const KeyId parent = vertical ? keys_.id(ue.fresh_hop->nh) : keys_.id(ue.security->kenb);
  Kenb star = vertical ? derive_kenb_star(ue.fresh_hop->nh, target.pci, earfcn)
                       : derive_kenb_star(ue.security->kenb, target.pci, earfcn);
  log_key(KeyEvent::derived, star, "TS 33.401, A.5", {parent});
  log_key(KeyEvent::sent, star, "X2 Handover Request");
  log_key(KeyEvent::erased, star, "X2 Handover Request");
  rrc::X2Request request{ue.id.value,
                         mmes_[ue.mme].peer.endpoint,
                         ue.mme_ue_id->value,
                         ue.capabilities.eea,
                         ue.capabilities.eia,
                         std::move(star),
                         vertical ? ue.fresh_hop->ncc : ue.security->ncc,
                         rrc::encode(preparation_of(ue)),
                         {}};
  if (vertical) {
    log_key(KeyEvent::erased, ue.fresh_hop->nh, "KeNB* made of it");
    ue.fresh_hop.reset();
  }
  for (const auto& [id, erab] : ue.erabs)
    if (const auto address = erab.uplink_address.ipv4())
      request.bearers.push_back({id, *address, erab.uplink});
  rrc::X2Message message(std::move(request));
  send_x2(*target.x2, rrc::encode_x2(message));
  start_timer(ue, UeTimer::relocation, ts1reloc_prep);
  auto wait = ue.inbox.next<X2Answered, RelocationExpiry, RadioLost>();
  auto answer = co_await wait;
  stop_timer(ue, UeTimer::relocation);
  const auto* answered = std::get_if<X2Answered>(&answer);
  if (answered == nullptr || !answered->command || !send_text(ue, *answered->command)) {
    // The UE stays.
    out_->count("x2_handover_refused");
    ue.handover = Handover::none;
    co_return;
  }
  // The UE has gone. Until the target says that its path is switched, it may come back.
  ue.handover = Handover::executing;
  const Instant until = now_ + ts1reloc_overall;
  for (;;) {
    if (now_ < until) {
      start_timer(ue, UeTimer::relocation, until - now_);
      auto outcome = ue.inbox.next<WantsBack, RelocationExpiry>();
      const auto got = co_await outcome;
      stop_timer(ue, UeTimer::relocation);
      if (const auto* back = std::get_if<WantsBack>(&got)) {
        auto return_of_ue = reestablishment(ue, back->was);
        const bool is_back = co_await return_of_ue;
        if (is_back) break;
        continue;
      }
    }
    out_->count("handover_overdue");
    ue.handover = Handover::overdue;
    request_release(ue, s1ap::CauseRadioNetwork::ts1relocoverall_expiry);
    co_return;
  }
  out_->count("handover_ue_back");
  ue.handover = Handover::none;
}

void Enb::on_x2_answer(rrc::X2Answer m) {
  Ue* ue = ue_by_id(s1ap::EnbUeS1apId{m.reference});
  if (ue == nullptr || ue->handover != Handover::preparing) {
    out_->count("x2_rx_unexpected");
    return;
  }
  offer(*ue, X2Answered{std::move(m.command)});
}

void Enb::on_x2_release(const rrc::X2Release& m) {
  Ue* ue = ue_by_id(s1ap::EnbUeS1apId{m.reference});
  if (ue == nullptr || ue->handover != Handover::executing) {
    out_->count("x2_rx_unexpected");
    return;
  }
  // The UE is elsewhere; nothing more is said to it, and the MME has its connection there.
  out_->count("handover_out_done");
  ue->handover = Handover::overdue;
  leave(*ue, "UE Context Release by the target eNB");
}

// --- the target --------------------------------------------------------------------------------------------

void Enb::on_x2_request(Endpoint remote, rrc::X2Request m) {
  const Kenb& given = m.kenb_star;
  log_key(KeyEvent::received, given, "X2 Handover Request");
  const auto refuse = [&](const char* why) {
    log_key(KeyEvent::erased, given, "X2 handover refused");
    out_->count("x2_request_refused");
    out_->log(LogLevel::info, std::string("X2 handover refused: ") + why);
    rrc::X2Message no(rrc::X2Answer{m.reference, std::nullopt});
    send_x2(remote, rrc::encode_x2(no));
  };
  const auto preparation = rrc::decode<rrc::HandoverPreparation>(m.preparation);
  if (!preparation) return refuse("the radio connection cannot be read");
  const auto mme = std::find_if(mmes_.begin(), mmes_.end(),
                                [&](const MmeLink& l) { return l.ready() && l.peer.endpoint == m.mme; });
  if (mme == mmes_.end()) return refuse("the UE's MME is none of ours");
  const s1ap::UeSecurityCapabilities capabilities{m.eea, m.eia};
  const auto chosen = algorithms(capabilities);
  if (!chosen || !context::is_built(chosen->eea) || !context::is_built(chosen->eia))
    return refuse("no algorithm");
  if (ues_.size() >= config_.ue_limit || !c_rnti_free()) return refuse("no room");
  std::vector<Wanted> wanted;
  for (const auto& b : m.bearers)
    wanted.push_back({s1ap::ErabId{b.id}, s1ap::TransportLayerAddress::from(b.uplink_address), b.uplink});
  Admission admitted = admit(wanted);
  if (admitted.erabs.empty()) return refuse("no bearer");

  //= TS 33.401, 7.2.8.4.2: KeNB* is the KeNB of this cell
  Ue& ue = *add_ue(preparation->radio, {});
  AsSecurity keys = as_security(std::move(m.kenb_star), m.ncc, *chosen);
  ue.phase = Ue::Phase::connected;
  ue.handover = Handover::expected;
  ue.handed_in = true;
  ue.mme = static_cast<std::size_t>(mme - mmes_.begin());
  ue.capabilities = capabilities;
  ue.x2_source = X2Source{remote, m.reference, s1ap::MmeUeS1apId{m.mme_ue_id}};
  const bool started = start_bearer(ue.radio.srb1, keys);
  assert(started);
  (void)started;
  ue.security.emplace(std::move(keys));
  ue.erabs = std::move(admitted.erabs);
  rrc::Reconfiguration command{++ue.transaction, {}, std::move(admitted.bearers), {}};
  command.mobility = rrc::MobilityControl{
      config_.cell.pci.value, earfcn_.value(), ue.radio.link.c_rnti(), false, ue.security->ncc, {}};
  const rrc::AsAlgorithms use{static_cast<Byte>(chosen->eea), static_cast<Byte>(chosen->eia)};
  if (use != preparation->algorithms) command.mobility->algorithms = use;
  out_->count("x2_handover_in_prepared");
  rrc::X2Message yes(rrc::X2Answer{m.reference, rrc::encode(command)});
  send_x2(remote, rrc::encode_x2(yes));
  start(ue, x2_arrival(ue, command.transaction));
}

Procedure Enb::x2_arrival(Ue& ue, Byte transaction) {
  start_timer(ue, UeTimer::procedure, arrival_guard);
  bool here = false;
  for (;;) {
    auto wait = ue.inbox.next<Reconfigured, Expiry>();
    const auto got = co_await wait;
    const auto* done = std::get_if<Reconfigured>(&got);
    if (done != nullptr && done->transaction != transaction) continue;
    here = done != nullptr;
    break;
  }
  stop_timer(ue, UeTimer::procedure);
  // Path Switch Request. The UE hears that it has arrived when the MME has said so: what it says then has
  // somewhere to go.
  //= TS 36.413, 8.4.4.2
  bool switched = false;
  if (here) {
    s1ap::PathSwitchRequest request{.enb_ue_id = ue.id,
                                    .erabs = {},
                                    .source_mme_ue_id = ue.x2_source->mme_ue_id,
                                    .cell = config_.cell.id,
                                    .tai = config_.tai(),
                                    .ue_security_capabilities = ue.capabilities};
    for (const auto& [id, erab] : ue.erabs)
      request.erabs.push_back(
          {s1ap::ErabId{id}, s1ap::TransportLayerAddress::from(config_.gtpu), erab.downlink});
    send_s1ap(ue, request);
    ue.x2_source->asked = true;
    start_timer(ue, UeTimer::relocation, mme_guard);
    auto wait = ue.inbox.next<PathSwitched, PathNotSwitched, RelocationExpiry, RadioLost>();
    const auto got = co_await wait;
    stop_timer(ue, UeTimer::relocation);
    switched = std::holds_alternative<PathSwitched>(got);
  }
  if (!switched) {
    // The UE goes back, or is lost; nothing of it stays here.
    out_->count(here ? "x2_path_not_switched" : "handover_in_missed");
    ue.handover = Handover::missed;
    ue.phase = Ue::Phase::leaving;
    forget_mme_id(ue);
    erase_security(ue, here ? "the path was not switched" : "the UE did not arrive");
    ended_.push_back(ue.id.value);
    co_return;
  }
  ue.handover = Handover::none;
  ue.context_set_up = true;
  ue.since = now_;
  note_activity(ue);
  out_->count("x2_handover_in_done");
  const X2Source source = *std::exchange(ue.x2_source, std::nullopt);
  rrc::X2Message release(rrc::X2Release{source.reference});
  send_x2(source.enb, rrc::encode_x2(release));
  confirm_keys(ue);
  send_held_nas(ue);
}

//= TS 36.413, 8.4.4.2
void Enb::on_path_switched(std::size_t mme, std::uint16_t stream, s1ap::PathSwitchRequestAcknowledge m) {
  Ue* ue = ue_by_id(m.enb_ue_id);
  // The UE may have been here before, and what it left have the same name at the MME.
  Ue* before = ue_by_mme_id(mme, m.mme_ue_id);
  const bool asked =
      ue != nullptr && ue->mme == mme && ue->x2_source && ue->x2_source->asked && !ue->mme_ue_id;
  if (!asked || (before != nullptr && before->handover == Handover::none)) {
    out_->count("s1ap_rx_unexpected");
    return indicate_error(mme, stream, s1ap::CauseProtocol::message_not_compatible_with_receiver_state,
                          m.mme_ue_id, m.enb_ue_id);
  }
  if (before != nullptr) leave(*before, "the UE has come back");
  ue->mme_ue_id = m.mme_ue_id;
  by_mme_id_[{mme, m.mme_ue_id.value}] = ue->id.value;
  //= TS 33.401, 7.2.8.4.2: for the next handover from here
  log_key(KeyEvent::received, m.security.next_hop, "Path Switch Request Acknowledge", {},
          mmes_[mme].peer.name);
  ue->fresh_hop.emplace(FreshHop{std::move(m.security.next_hop), m.security.next_hop_chaining_count});
  offer(*ue, PathSwitched{});
}

//= TS 36.413, 8.4.4.3
void Enb::on_path_not_switched(std::size_t mme, const s1ap::PathSwitchRequestFailure& m) {
  Ue* ue = ue_by_id(m.enb_ue_id);
  if (ue == nullptr || ue->mme != mme || !ue->x2_source || ue->mme_ue_id) {
    out_->count("s1ap_rx_unexpected");
    return;
  }
  out_->log(LogLevel::info, "path not switched: " + s1ap::to_string(m.cause));
  offer(*ue, PathNotSwitched{});
}

}  // namespace baton::node::enb
