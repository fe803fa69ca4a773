// authentication.cpp: EPS AKA, the UE's side.
#include <utility>

#include "node/ue/ue.h"

namespace baton::node::ue {

namespace nas = wire::nas;

/// After this many wrong challenges in a row the network is not the one it says it is.
//= TS 24.301, 5.4.2.7
constexpr int authentication_failures_max = 3;

//= TS 24.301, 5.4.2.3
void Ue::on_authentication_request(const nas::AuthenticationRequest& m) {
  // The same challenge again: our answer was lost. The card is not asked twice.
  if (challenge_ && res_ && *challenge_ == m.rand && fresh_ && fresh_->ksi() == m.ksi) {
    const Bytes res = res_->expose();
    send_nas(nas::AuthenticationResponse{*nas::Res::parse(res)});
    return;
  }
  auto answer = usim_.authenticate(m.rand, m.autn);
  if (std::holds_alternative<MacFailure>(answer))
    return authentication_failed(nas::EmmCause::mac_failure, std::nullopt);
  if (const auto* sync = std::get_if<SyncFailure>(&answer))
    return authentication_failed(nas::EmmCause::synch_failure, sync->auts);
  auto& success = std::get<UsimSuccess>(answer);

  const std::vector<KeyId> k_id{id_of(usim_.k())};
  write_key(KeyEvent::derived, success.ck, "TS 33.102, 6.3.3", k_id);
  write_key(KeyEvent::derived, success.ik, "TS 33.102, 6.3.3", k_id);
  const std::vector<KeyId> parents{id_of(success.ck), id_of(success.ik)};
  const auto forget_ck_ik = [&](const char* why) {
    write_key(KeyEvent::erased, success.ck, why);
    write_key(KeyEvent::erased, success.ik, why);
  };
  //= TS 33.401, 6.1.1
  if (!separation_bit(success.amf)) {
    forget_ck_ik("not a vector for EPS");
    return authentication_failed(nas::EmmCause::non_eps_authentication_unacceptable, std::nullopt);
  }
  Kasme kasme = derive_kasme(success.ck, success.ik, cell_information_->plmn, success.sqn_xor_ak);
  write_key(KeyEvent::derived, kasme, "TS 33.401, A.2", parents);
  forget_ck_ik("KASME made of them");

  erase_context(fresh_, "replaced by a newer authentication");
  fresh_.emplace(context::Side::ue, std::move(kasme), m.ksi,
                 nas::UeSecurityCapability::of(config_.capability), config_.null_integrity);
  challenge_ = m.rand;
  res_.emplace(std::move(success.res));
  start_timer(Timer::t3416);
  if (std::exchange(authentication_failures_, 0) > 0) {
    // The failure had stopped what guards the procedure.
    stop_timer(Timer::t3418);
    stop_timer(Timer::t3420);
    if (state_ == State::attaching) start_timer(Timer::t3410);
    if (state_ == State::updating) start_timer(Timer::t3430);
    if (state_ == State::requesting) start_timer(Timer::t3417);
  }
  const Bytes res = res_->expose();
  send_nas(nas::AuthenticationResponse{*nas::Res::parse(res)});
}

//= TS 24.301, 5.4.2.6
void Ue::authentication_failed(nas::EmmCause cause, std::optional<Auts> auts) {
  count("ue.authentication_failed");
  log(LogLevel::warning, "authentication failed: " + std::string(to_string(cause)));
  //= TS 24.301, 5.4.2.7
  if (++authentication_failures_ >= authentication_failures_max)
    return network_not_genuine("three wrong challenges in a row");
  send_nas(nas::AuthenticationFailure{cause, auts});
  for (const Timer t : {Timer::t3410, Timer::t3417, Timer::t3421, Timer::t3430}) stop_timer(t);
  const bool sync = cause == nas::EmmCause::synch_failure;
  stop_timer(sync ? Timer::t3418 : Timer::t3420);
  start_timer(sync ? Timer::t3420 : Timer::t3418);
}

/// network_not_genuine leaves the connection without a word.
//= TS 24.301, 5.4.2.7
void Ue::network_not_genuine(std::string why) {
  count("ue.network_not_genuine");
  log(LogLevel::warning, why);
  stop_timer(Timer::t3418);
  stop_timer(Timer::t3420);
  release_ = "the network failed authentication";
}

//= TS 24.301, 5.4.2.5
void Ue::on_authentication_reject() {
  count("ue.authentication_rejected");
  const auto because = "authentication rejected";
  for (const Timer t : {Timer::t3410, Timer::t3417, Timer::t3421, Timer::t3430, Timer::t3418, Timer::t3420})
    stop_timer(t);
  forget_registration(because, true);
  usim_valid_ = false;
  go(On::refused);
  end(false, because);
  start_timer(Timer::t3440);
}

void Ue::forget_challenge() {
  if (res_ && out_) stop_timer(Timer::t3416);
  challenge_.reset();
  res_.reset();
}

}  // namespace baton::node::ue
