// handover_out.cpp: a UE that is better served by another eNB, as the source sees it (TS 23.401, 5.5.1.2.2;
// TS 36.413, 8.4.1, 8.4.5 and 8.4.6).
#include <algorithm>

#include "context/handover_container.h"
#include "node/enb/enb.h"
#include "node/stopwatch.h"

namespace baton::node::enb {

//= S1.A2
void Enb::on_measurement_report(Ue& ue, const rrc::MeasurementReport& m) {
  // Only a UE that has shown its keys is listened to (TS 36.331, 5.5.5).
  if (!ue.context_set_up) {
    out_->count("measurement_report_unprotected");
    return;
  }
  //= TS 33.401, 7.2.10: nothing else may be under way
  if (!ue.procedure.done() || ue.handover != Handover::none || ue.release_cause) {
    out_->count("measurement_report_ignored");
    return;
  }
  const auto end = config_.neighbours.begin() +
                   static_cast<std::ptrdiff_t>(std::min(config_.neighbours.size(), neighbours_max));
  const auto target = std::find_if(config_.neighbours.begin(), end, [&](const Neighbour& n) {
    return n.pci.value == m.pci && n.earfcn_dl == m.earfcn_dl;
  });
  if (target == end) {
    out_->count("measurement_report_unknown_cell");
    return;
  }
  // Without the core where both eNBs can, and the keys follow the chain: nobody but an MME could tell the UE
  // otherwise under NAS-MAC.
  const auto policy = in_force(ue.mme);
  const bool chain = policy && policy->handover_refresh == context::HandoverRefresh::nh_ncc;
  if (target->x2 && chain) return start(ue, hand_over_x2(ue, *target));
  start(ue, hand_over(ue, *target));
}

rrc::HandoverPreparation Enb::preparation_of(const Ue& ue) const {
  const Chosen used = ue.security->algorithms;
  rrc::HandoverPreparation preparation{ue.radio.link.remote(),
                                       ue.radio.link.c_rnti(),
                                       config_.cell.pci.value,
                                       {static_cast<Byte>(used.eea), static_cast<Byte>(used.eia)},
                                       {}};
  for (const auto& [id, erab] : ue.erabs) preparation.bearers.push_back({id, erab.drb});
  return preparation;
}

//= S1.A3
//= TS 36.413, 8.4.1.2
s1ap::HandoverRequired Enb::handover_required(const Ue& ue, const Neighbour& target) const {
  s1ap::SourceToTarget container{{}, {}, target.cell, {}, {}};
  for (const auto& erab : ue.erabs) container.erabs.push_back({s1ap::ErabId{erab.first}, false});
  container.rrc = rrc::encode(preparation_of(ue));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now_ - ue.since).count();
  constexpr auto most = s1ap::LastVisitedEutranCell::seconds_max;
  container.history.push_back(s1ap::LastVisitedEutranCell{
      config_.cell.id, s1ap::CellSize::medium,
      static_cast<std::uint16_t>(std::clamp<decltype(seconds)>(seconds, 0, most))});
  return {*ue.mme_ue_id,
          ue.id,
          s1ap::HandoverType::intra_lte,
          s1ap::CauseRadioNetwork::handover_desirable_for_radio_reason,
          s1ap::TargetEnb{target.enb, target.tai},
          {},
          {s1ap::encode_container(container)}};
}

/// in_force is the policy of handovers by way of an MME; nothing when it must not fall back and would have
/// to.
std::optional<context::SecurityPolicy> Enb::in_force(std::size_t mme) const {
  const auto own = context::Announcement::of(config_.policy);
  auto policy = context::agreed(own, mmes_[mme].announced, config_.policy, context::PeerRole::enb);
  if (!policy) return std::nullopt;
  return std::move(*policy);
}

/// kenb_star_of is what the core makes the target's key of.
//= S3.B2
KenbStar Enb::kenb_star_of(const Ue& ue, const Neighbour& target, const context::SecurityPolicy& policy) {
  const auto earfcn = policy.bind_earfcn ? EarfcnDl::from(target.earfcn_dl) : std::nullopt;
  const auto derive = policy.raw_reading ? raw::derive_kenb_star_of_cell : derive_kenb_star_of_cell;
  KenbStar star = derive(ue.security->kenb, target.pci, earfcn);
  log_key(KeyEvent::derived, star, "S3.D1", {keys_.id(ue.security->kenb)});
  log_key(KeyEvent::sent, star, "Handover Required", {}, mmes_[ue.mme].peer.name);
  log_key(KeyEvent::erased, star, "Handover Required");
  return star;
}

/// with_container puts into the target's command what the MME has for the UE: the container, and in clear
/// what it says of the keys.
//= S3.P7
//= S3.D4a
std::optional<ByteVector> Enb::with_container(rrc::Reconfiguration command, ByteVector container) {
  const auto read = context::decode_unverified(container);
  if (!read) return std::nullopt;
  if (read->star)
    command.mobility->refresh = rrc::KeyRefresh{read->star->plus, read->star->earfcn_bound, read->star->raw};
  command.mobility->container = std::move(container);
  return rrc::encode(command);
}

Procedure Enb::hand_over(Ue& ue, Neighbour target) {
  const auto policy = in_force(ue.mme);
  if (!policy) {
    out_->count("handover_policy_refused");
    co_return;
  }
  const bool from_star = policy->handover_refresh != context::HandoverRefresh::nh_ncc;
  // A KeNB whose KeNB* has been given away makes no second one: the target cell would begin with the same
  // keys again.
  //= S3.D8
  if (from_star && ue.security->star_given) {
    auto refresh = refresh_key(ue);
    const bool refreshed = co_await refresh;
    if (!refreshed) {
      out_->count("handover_key_not_refreshed");
      co_return;
    }
  }
  // 2. Handover Required.
  const Stopwatch watch(now_);
  ue.handover = Handover::preparing;
  out_->count("handover_required");
  s1ap::HandoverRequired required = handover_required(ue, target);
  if (from_star) {
    required.kenb_star.emplace(kenb_star_of(ue, target, *policy));
    ue.security->star_given = true;
  }
  send_s1ap(ue, required);
  required.kenb_star.reset();
  start_timer(ue, UeTimer::relocation, ts1reloc_prep);
  auto wait = ue.inbox.next<HandoverCommanded, HandoverRefused, RelocationExpiry, RadioLost>();
  auto answer = co_await wait;
  stop_timer(ue, UeTimer::relocation);
  if (const auto* refused = std::get_if<HandoverRefused>(&answer)) {
    //= TS 36.413, 8.4.1.3: the UE stays
    out_->count("handover_refused");
    out_->log(LogLevel::info, "handover refused: " + s1ap::to_string(refused->cause));
    ue.handover = Handover::none;
    co_return;
  }
  if (std::holds_alternative<RadioLost>(answer)) {
    ue.handover = Handover::none;  // the MME hears of it by the release request
    co_return;
  }
  if (std::holds_alternative<RelocationExpiry>(answer)) {
    //= TS 36.413, 8.4.1.4: TS1RELOCprep
    out_->count("handover_unanswered");
    auto cancelled = cancel_handover(ue, s1ap::CauseRadioNetwork::ts1relocprep_expiry);
    co_await cancelled;
    co_return;
  }

  // 9. Handover Command. 9a. The target's own words, unchanged, are the last message under the old keys.
  auto& commanded = std::get<HandoverCommanded>(answer);
  const auto inside = s1ap::decode_target_to_source(commanded.container);
  const auto command = inside ? rrc::decode<rrc::Reconfiguration>(inside->rrc)
                              : Expected<rrc::Reconfiguration, wire::Error>(Fail{inside.why()});
  const bool usable = command && command->mobility && command->mobility->target_pci == target.pci.value &&
                      command->mobility->earfcn_dl == target.earfcn_dl;
  std::optional<ByteVector> text;
  if (usable) text = commanded.security ? with_container(*command, *commanded.security) : inside->rrc;
  if (!text || !send_text(ue, *text)) {
    out_->count("handover_command_unusable");
    auto cancelled =
        cancel_handover(ue, s1ap::CauseRadioNetwork::ho_failure_in_target_epc_enb_or_target_system);
    co_await cancelled;
    co_return;
  }
  ue.handover = Handover::executing;
  watch.whole("enb.handover_out.prepare", now_, *out_);

  // 10. eNB Status Transfer. No data has passed a bearer, so all COUNTs are 0.
  //= TS 36.413, 8.4.6.2
  s1ap::EnbStatusTransfer status{*ue.mme_ue_id, ue.id, {}};
  for (const auto& erab : ue.erabs)
    status.container.bearers.push_back({s1ap::ErabId{erab.first}, {}, {}, {}});
  send_s1ap(ue, status);

  // 14. Until the MME says that the UE has arrived (leave() ends this procedure), it may come back.
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
    //= TS 36.413, 8.4.1.4: TS1RELOCoverall
    out_->count("handover_overdue");
    ue.handover = Handover::overdue;
    request_release(ue, s1ap::CauseRadioNetwork::ts1relocoverall_expiry);
    co_return;
  }
  //= TS 36.413, 8.4.5.2
  out_->count("handover_ue_back");
  auto cancelled = cancel_handover(ue, s1ap::CauseRadioNetwork::failure_in_radio_interface_procedure);
  co_await cancelled;
}

/// cancel_handover takes a handover back; the UE is served here all along.
//= TS 36.413, 8.4.5.2
Task<void> Enb::cancel_handover(Ue& ue, s1ap::Cause cause) {
  ue.handover = Handover::cancelling;
  out_->count("handover_cancelled");
  send_s1ap(ue, s1ap::HandoverCancel{*ue.mme_ue_id, ue.id, cause});
  start_timer(ue, UeTimer::relocation, mme_guard);
  for (;;) {
    auto wait =
        ue.inbox.next<HandoverCancelled, HandoverCommanded, HandoverRefused, RelocationExpiry, RadioLost>();
    const auto got = co_await wait;
    if (std::holds_alternative<HandoverCancelled>(got)) break;
    if (std::holds_alternative<RelocationExpiry>(got)) {
      // The UE is served as before; should the MME have lost it, its next message will say so.
      out_->count("handover_cancel_unanswered");
      break;
    }
    //= TS 36.413, 8.4.1.2: an answer that crossed the cancellation is ignored
    if (!std::holds_alternative<RadioLost>(got)) out_->count("handover_late_answer");
  }
  stop_timer(ue, UeTimer::relocation);
  ue.handover = Handover::none;
}

void Enb::on_handover_command(std::size_t mme, std::uint16_t stream, s1ap::HandoverCommand m) {
  Ue* ue = addressed(mme, stream, m.mme_ue_id, m.enb_ue_id, false);
  if (ue == nullptr) return;
  const bool awaited = ue->handover == Handover::preparing || ue->handover == Handover::cancelling;
  std::optional<ByteVector> security;
  if (m.security_container) security = std::move(m.security_container->octets);
  offer_relocation(*ue, stream, awaited,
                   HandoverCommanded{std::move(m.container.octets), std::move(security)});
}

void Enb::on_preparation_failure(std::size_t mme, std::uint16_t stream,
                                 const s1ap::HandoverPreparationFailure& m) {
  Ue* ue = addressed(mme, stream, m.mme_ue_id, m.enb_ue_id, false);
  if (ue == nullptr) return;
  const bool awaited = ue->handover == Handover::preparing || ue->handover == Handover::cancelling;
  offer_relocation(*ue, stream, awaited, HandoverRefused{m.cause});
}

void Enb::on_cancel_acknowledge(std::size_t mme, std::uint16_t stream,
                                const s1ap::HandoverCancelAcknowledge& m) {
  Ue* ue = addressed(mme, stream, m.mme_ue_id, m.enb_ue_id, false);
  if (ue == nullptr) return;
  offer_relocation(*ue, stream, ue->handover == Handover::cancelling, HandoverCancelled{});
}

void Enb::offer_relocation(Ue& ue, std::uint16_t stream, bool awaited, UeEvent event) {
  note_activity(ue);
  if (awaited) return offer(ue, std::move(event));
  out_->count("s1ap_rx_unexpected");
  indicate_error(ue.mme, stream, s1ap::CauseProtocol::message_not_compatible_with_receiver_state,
                 ue.mme_ue_id, ue.id);
}

}  // namespace baton::node::enb
