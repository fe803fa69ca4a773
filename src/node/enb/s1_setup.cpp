// s1_setup.cpp: the links to the MMEs and the S1 Setup procedure (TS 36.413, 8.7.3).
#include <algorithm>

#include "node/enb/enb.h"

namespace baton::node::enb {

bool MmeLink::serves(const PlmnId& plmn) const {
  return std::any_of(gummeis.begin(), gummeis.end(), [&](const s1ap::ServedGummei& g) {
    return std::find(g.plmns.begin(), g.plmns.end(), plmn) != g.plmns.end();
  });
}

bool MmeLink::serves(MmeCode code) const {
  return std::any_of(gummeis.begin(), gummeis.end(), [&](const s1ap::ServedGummei& g) {
    return std::find(g.codes.begin(), g.codes.end(), code) != g.codes.end();
  });
}

namespace {

TimerId timer_of(std::size_t mme, MmeTimer kind) {
  return {TimerDomain::link, static_cast<std::uint32_t>(mme), static_cast<std::uint16_t>(kind)};
}

}  // namespace

std::optional<std::size_t> Enb::mme_of(LinkId link) const {
  for (std::size_t i = 0; i < mmes_.size(); ++i)
    if (mmes_[i].link == link && mmes_[i].state != MmeLink::State::down) return i;
  return std::nullopt;
}

void Enb::connect(std::size_t mme) {
  MmeLink& m = mmes_[mme];
  // Every attempt has a number of its own, so that a late report about an earlier one is not taken for it.
  m.link = LinkId{++links_opened_};
  m.state = MmeLink::State::connecting;
  out_->open_link(m.link, Port::s1ap, m.peer.endpoint);
}

void Enb::on_link_up(LinkId link) {
  const auto mme = mme_of(link);
  if (!mme || mmes_[*mme].state != MmeLink::State::connecting) return;
  send_setup(*mme);
}

void Enb::on_link_down(LinkId link) {
  const auto mme = mme_of(link);
  if (!mme) return;
  out_->log(LogLevel::warning, "S1 to " + mmes_[*mme].peer.name + " is down");
  leave_all(*mme, "S1 link lost");
  back_off(*mme);
}

/// back_off waits twice as long each time, and a random part of it, so that the eNBs of an MME that starts
/// again do not all come at once.
void Enb::back_off(std::size_t mme) {
  MmeLink& m = mmes_[mme];
  m.state = MmeLink::State::down;
  m.gummeis.clear();
  out_->stop_timer(timer_of(mme, MmeTimer::setup));
  const Duration jitter{static_cast<Duration::rep>(entropy_.u32() % 1000) * m.backoff.count() / 4000};
  out_->start_timer(timer_of(mme, MmeTimer::reconnect), now_ + m.backoff + jitter);
  m.backoff = std::min<Duration>(m.backoff * 2, reconnect_max);
}

//= TS 36.413, 8.7.3.2
void Enb::send_setup(std::size_t mme) {
  mmes_[mme].state = MmeLink::State::setting_up;
  s1ap::S1SetupRequest request{
      config_.id, s1ap::Name::from(config_.name), {{config_.cell.tac, config_.plmns}}, s1ap::PagingDrx::v128};
  // Announcement
  if (context::beyond_final(config_.policy))
    request.announcement = s1ap::AnnouncementOctets{context::Announcement::of(config_.policy).encode()};
  send_s1ap(mme, 0, request);
  out_->start_timer(timer_of(mme, MmeTimer::setup), now_ + mme_guard);
}

void Enb::on_setup_response(std::size_t mme, const s1ap::S1SetupResponse& m) {
  MmeLink& link = mmes_[mme];
  if (link.state != MmeLink::State::setting_up) {
    indicate_error(mme, 0, s1ap::CauseProtocol::message_not_compatible_with_receiver_state);
    return;
  }
  out_->stop_timer(timer_of(mme, MmeTimer::setup));
  link.state = MmeLink::State::ready;
  link.backoff = reconnect_min;
  link.gummeis = m.served_gummeis;
  link.capacity = m.relative_mme_capacity.value;
  link.announced = m.announcement ? context::Announcement::decode(m.announcement->octets) : std::nullopt;
  out_->log(LogLevel::info, "S1 to " + link.peer.name + " is set up");
}

//= TS 36.413, 8.7.3.3
void Enb::on_setup_failure(std::size_t mme, const s1ap::S1SetupFailure& m) {
  MmeLink& link = mmes_[mme];
  if (link.state != MmeLink::State::setting_up) {
    indicate_error(mme, 0, s1ap::CauseProtocol::message_not_compatible_with_receiver_state);
    return;
  }
  link.state = MmeLink::State::waiting;
  const Duration wait =
      m.time_to_wait ? std::chrono::seconds(s1ap::seconds_of(*m.time_to_wait)) : link.backoff;
  link.backoff = std::min<Duration>(link.backoff * 2, reconnect_max);
  out_->start_timer(timer_of(mme, MmeTimer::setup), now_ + wait);
  out_->count("s1_setup_refused");
  out_->log(LogLevel::warning, link.peer.name + " refuses S1 Setup: " + s1ap::to_string(m.cause));
}

void Enb::on_mme_timer(TimerId timer) {
  const std::size_t mme = timer.owner;
  if (mme >= mmes_.size()) return;
  MmeLink& m = mmes_[mme];
  if (timer == timer_of(mme, MmeTimer::reconnect) && m.state == MmeLink::State::down) connect(mme);
  if (timer != timer_of(mme, MmeTimer::setup)) return;
  if (m.state == MmeLink::State::waiting) {
    send_setup(mme);
  } else if (m.state == MmeLink::State::setting_up) {
    // An MME that carries SCTP and says nothing on it is best tried afresh.
    out_->close_link(m.link);
    back_off(mme);
  }
}

//= TS 36.413, 8.6.2.1 and TS 36.300, 19.2.1.7
std::optional<std::size_t> Enb::choose_mme(const rrc::ConnectionSetupComplete& m, const Ue& ue) {
  const auto* s_tmsi = std::get_if<STmsi>(&ue.request.identity);
  for (std::size_t i = 0; i < mmes_.size(); ++i) {
    if (!mmes_[i].ready()) continue;
    if (m.registered_mme && mmes_[i].serves(*m.registered_mme)) return i;
    if (!m.registered_mme && s_tmsi != nullptr && mmes_[i].serves(s_tmsi->code) &&
        mmes_[i].serves(m.selected_plmn))
      return i;
  }
  // A new UE, or one whose MME is not here: by capacity. An MME of capacity 0 takes no new UEs unless
  // there is no other.
  std::uint32_t sum = 0;
  std::optional<std::size_t> last_resort;
  const auto fits = [&](const MmeLink& l) { return l.ready() && l.serves(m.selected_plmn); };
  for (std::size_t i = 0; i < mmes_.size(); ++i) {
    if (!fits(mmes_[i])) continue;
    sum += mmes_[i].capacity;
    if (!last_resort) last_resort = i;
  }
  if (sum == 0) return last_resort;
  std::uint32_t draw = entropy_.u32() % sum;
  for (std::size_t i = 0; i < mmes_.size(); ++i) {
    if (!fits(mmes_[i])) continue;
    if (draw < mmes_[i].capacity) return i;
    draw -= mmes_[i].capacity;
  }
  return last_resort;
}

}  // namespace baton::node::enb
