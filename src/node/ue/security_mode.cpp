// security_mode.cpp: the keys of an authentication are taken into use.
#include "context/algorithms.h"
#include "node/ue/ue.h"

namespace baton::node::ue {

namespace nas = wire::nas;

//= TS 24.301, 5.4.3.3
void Ue::on_security_mode_command(Bytes pdu) {
  const auto m = nas::decode<nas::SecurityModeCommand>(context::text_of(pdu));
  if (!m) {
    // Whoever wrote this, it cannot be verified.
    count("ue.nas_malformed");
    return;
  }
  // Which of our contexts does it mean?
  const bool is_fresh = fresh_ && fresh_->ksi() == m->ksi;
  const bool is_current = current_ && current_->ksi() == m->ksi;
  if (!is_fresh && !is_current)
    return reject_security_mode(nas::EmmCause::security_mode_rejected_unspecified, "an unknown key set");
  const auto eea = eea_from(m->algorithms.eea);
  const auto eia = eia_from(m->algorithms.eia);
  if (!eea || !eia)
    return reject_security_mode(nas::EmmCause::security_mode_rejected_unspecified, "unknown algorithms");

  // All checks are made on a copy: a command that is refused leaves no trace in the context.
  auto candidate = (is_fresh ? fresh_ : current_)->clone();
  // A UE that never said that it knows the element does not.
  const bool notice = !is_fresh && m->kasme && context::beyond_final(config_.policy);
  bool moved = false;
  if (notice && !before_) {
    auto made = refreshed(*m->kasme);
    if (!made) return reject_security_mode(nas::EmmCause::security_mode_rejected_unspecified, made.why());
    candidate = std::move(*made);
    moved = true;
  }
  const auto verified = candidate.unprotect_command(pdu, Chosen{*eea, *eia});
  if (!verified)
    return reject_security_mode(nas::EmmCause::security_mode_rejected_unspecified,
                                std::string(to_string(verified.why())));
  //= TS 33.401, 7.2.4.4
  // What the network heard of us must be what we said: nobody on the way bid us down.
  const auto said = nas::UeSecurityCapability::of(config_.capability);
  if (m->replayed_capability != said)
    return reject_security_mode(nas::EmmCause::ue_security_capabilities_mismatch,
                                "replayed capabilities are not ours");
  const bool ours = said.has_eea(m->algorithms.eea) && (said.has_eia(m->algorithms.eia) || *eia == Eia::eia0);
  if (!ours)
    return reject_security_mode(nas::EmmCause::security_mode_rejected_unspecified,
                                "algorithms the UE does not have");
  if (m->replayed_nonce_ue || m->nonce_mme)
    return reject_security_mode(nas::EmmCause::security_mode_rejected_unspecified, "a mapped context");

  const auto in_force = policy_with(m->announcement);
  if (!in_force)
    return reject_security_mode(nas::EmmCause::security_mode_rejected_unspecified, in_force.why());
  if (moved && in_force->inter_mme_kasme == context::InterMmeKasme::keep)
    return reject_security_mode(nas::EmmCause::security_mode_rejected_unspecified,
                                "KASME' of a network that did not agree on it");

  nas::SecurityModeComplete complete;
  if (m->imeisv_request && m->imeisv_request->requested)
    complete.imeisv = nas::MobileIdentity(config_.imeisv);
  //= TS 33.401, 7.2.4.4
  // A request that was changed on its way is sent again, protected.
  if (m->hash_mme && !asked_plain_.empty() && m->hash_mme->bytes != baton::hash_mme(asked_plain_).bytes)
    complete.replayed_nas = nas::ReplayedNas::parse(asked_plain_);
  auto answer = candidate.protect(context::NasSecurityHeader::ciphered_new_context, nas::encode(complete));
  if (!answer)
    return reject_security_mode(nas::EmmCause::security_mode_rejected_unspecified,
                                std::string(to_string(answer.why())));

  // Accepted. What it replaces is gone.
  if (*eea == Eea::eea0) {
    count("ue.null_ciphering");
    log(LogLevel::warning, "the network chose null ciphering");
  }
  if (moved) {
    //= S0.D2
    // The old one stays until the network has accepted the UE under the new one.
    count("ue.kasme_refreshed");
    write_key(KeyEvent::derived, *candidate.kasme(), "S0.D2", {id_of(*current_->kasme())});
    before_.emplace(Before{std::move(*current_), in_force_, std::exchange(kenb_used_for_, std::nullopt),
                           RefreshDirection::idle, std::exchange(upe_keys_, UpeKeyCounter{})});
  } else if (is_fresh) {
    settle_refresh(true, "replaced by a new security context");
    keep_chain();
    erase_context(current_, "replaced by a new security context");
    if (as_ && as_->kasme) write_key(KeyEvent::stored, *as_->kasme, "TS 33.401, 7.2.10");
    fresh_.reset();
    asked_with_.reset();  // it was of the context that is gone
    upe_keys_ = {};
    kenb_used_for_.reset();
  } else {
    write_key(KeyEvent::erased, *current_->knas_enc(), "new algorithms");
    write_key(KeyEvent::erased, *current_->knas_int(), "new algorithms");
  }
  current_.emplace(std::move(candidate));
  in_force_ = *in_force;
  const std::vector<KeyId> parent{id_of(*current_->kasme())};
  write_key(KeyEvent::derived, *current_->knas_enc(), "TS 33.401, A.7", parent);
  write_key(KeyEvent::derived, *current_->knas_int(), "TS 33.401, A.7", parent);
  secured_ = true;
  forget_challenge();
  transfer(std::move(*answer));
}

//= S0.D2
Expected<context::EpsSecurityContext, std::string> Ue::refreshed(const nas::KasmeNotice& notice) const {
  if (state_ != State::updating || !asked_with_) return Fail{std::string("KASME' of no move")};
  if (asked_with_->sqn() != notice.n_low) return Fail{std::string("KASME' of another request than ours")};
  return context::EpsSecurityContext(
      context::Side::ue, derive_kasme_refreshed(*current_->kasme(), RefreshDirection::idle, *asked_with_),
      current_->ksi(), nas::UeSecurityCapability::of(config_.capability), config_.null_integrity);
}

std::optional<nas::UeAnnouncement> Ue::announcement() const {
  if (!context::beyond_final(config_.policy)) return std::nullopt;
  return nas::UeAnnouncement::of(context::Announcement::of(config_.policy).encode());
}

/// What the network heard of us must be what we said (Announcement); a network that says nothing of it knows
/// the standards only.
Expected<context::SecurityPolicy, std::string> Ue::policy_with(
    const std::optional<nas::AnnouncementEcho>& echo) const {
  if (!context::beyond_final(config_.policy)) return config_.policy;
  const auto own = context::Announcement::of(config_.policy);
  if (echo && echo->received != own.encode())
    return Fail{std::string("the announcement was changed on its way")};
  const auto theirs = echo ? context::Announcement::decode(echo->own) : std::nullopt;
  auto policy = context::agreed(own, theirs, config_.policy, context::PeerRole::ue);
  if (!policy) return Fail{"the network's policy: " + std::string(to_string(policy.why()))};
  return std::move(*policy);
}

//= TS 24.301, 5.4.3.5
void Ue::reject_security_mode(nas::EmmCause cause, std::string why) {
  count("ue.security_mode_rejected");
  log(LogLevel::warning, "security mode command refused: " + why);
  send_nas(nas::SecurityModeReject{cause});
}

}  // namespace baton::node::ue
