// memory.cpp: what a UE keeps, and what it forgets when.
#include <algorithm>

#include "node/ue/ue.h"

namespace baton::node::ue {

namespace nas = wire::nas;

void Ue::keep_guti(const Guti& guti) { guti_ = guti; }

void Ue::keep_tai_list(const nas::TaiList& list) {
  tai_list_ = list;
  last_tai_ = tai();
}

void Ue::keep_t3412(const nas::GprsTimer& timer) {
  const auto v = timer.value();
  t3412_ = v && v->count() > 0 ? std::optional<Duration>(*v) : std::nullopt;
}

void Ue::erase_context(std::optional<context::EpsSecurityContext>& context, std::string_view reason) {
  if (!context) return;
  const std::string why(reason);
  if (const KnasEnc* k = context->knas_enc()) write_key(KeyEvent::erased, *k, why);
  if (const KnasInt* k = context->knas_int()) write_key(KeyEvent::erased, *k, why);
  write_key(KeyEvent::erased, *context->kasme(), why);
  context.reset();
}

//= S0.D2
void Ue::settle_refresh(bool stays, std::string_view reason) {
  if (!before_) return;
  //= S0.D11
  // A UE that was handed over goes back by re-establishment and in no other way.
  if (handed_over_refreshed() && !move_) stays = true;
  if (stays) {
    std::optional<context::EpsSecurityContext> old(std::move(before_->context));
    erase_context(old, reason);
  } else {
    count("ue.kasme_refresh_dropped");
    erase_context(current_, reason);
    current_.emplace(std::move(before_->context));
    in_force_ = before_->in_force;
    kenb_used_for_ = before_->kenb_used_for;
    // At an idle move the UPE has the new one already, and nobody the one before.
    if (kupe_before_)
      settle_upe_key(false, reason);
    else if (upe_keys_ != UpeKeyCounter{})
      erase_upe_key(reason);
    upe_keys_ = before_->upe_keys;
  }
  before_.reset();
}

/// forget_registration ends everything a registration brought: keys, areas, bearer; the GUTI too where the
/// network does not know it any more. (TS 24.301, annex C lets a UE keep its context across a detach; Baton
/// does not: a key that nobody uses is one that can only be stolen.)
void Ue::forget_registration(std::string_view reason, bool guti_too) {
  settle_refresh(true, reason);
  asked_with_.reset();
  erase_context(current_, reason);
  erase_context(fresh_, reason);
  forget_challenge();
  stop_timer(Timer::t3412);
  tai_list_ = {};
  bearer_.reset();
  address_.reset();
  erase_upe_key(reason);
  wants_tau_ = false;
  t3412_expired_ = false;
  if (guti_too) {
    guti_.reset();
    last_tai_.reset();
  }
}

/// power_cycle: the battery falls out and comes back. GUTI, last TAI and the current context with its
/// COUNTs are in non-volatile memory; nothing else is. Nobody is told.
//= TS 24.301, annex C
void Ue::power_cycle() {
  end(false, "power cycle");
  for (const TimerSpec& t : timers) stop_timer(t.timer);
  if (link_) link_->close(*out_);
  link_.reset();
  if (move_) erase_as_keys(move_->as, "power cycle", as_ ? &*as_ : nullptr);
  move_.reset();
  measured_.reset();
  waiting_nas_.clear();
  erase_as_keys("power cycle");
  srb1_.reset();
  srb2_.reset();
  erase_context(fresh_, "power cycle");
  settle_refresh(false, "power cycle");
  asked_with_.reset();
  forget_challenge();
  state_ = State::deregistered;
  rrc_ = Rrc::idle;
  off_ = switching_off_ = secured_ = detached_ = wants_attach_ = wants_tau_ = t3412_expired_ = false;
  usim_valid_ = true;
  attempts_ = authentication_failures_ = detaches_sent_ = requests_sent_ = 0;
  tai_list_ = {};
  forbidden_areas_.clear();
  forbidden_plmns_.clear();
  bearer_.reset();
  address_.reset();
  erase_upe_key("power cycle");
  t3402_.reset();
  t3412_.reset();
  initial_nas_.clear();
  asked_plain_.clear();
  request_identity_.reset();
  release_.reset();
  cell_information_.reset();
  camp();
}

bool Ue::forbidden(const Tai& t) const {
  return std::find(forbidden_areas_.begin(), forbidden_areas_.end(), t) != forbidden_areas_.end() ||
         std::find(forbidden_plmns_.begin(), forbidden_plmns_.end(), t.plmn) != forbidden_plmns_.end();
}

}  // namespace baton::node::ue
