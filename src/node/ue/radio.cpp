// radio.cpp: camping on a cell, and the radio connection that carries NAS.
#include <algorithm>

#include "base/cases.h"
#include "node/ue/ue.h"

namespace baton::node::ue {

namespace rrc = wire::rrc;

namespace {

constexpr Byte srb_of(rrc::Channel c) { return c == rrc::Channel::srb2 ? 2 : 1; }

bool same_identity(const std::optional<rrc::InitialIdentity>& mine, const rrc::InitialIdentity& theirs) {
  return mine && *mine == theirs;
}

}  // namespace

void Ue::camp() {
  if (off_) return;
  rrc::Camp m;
  if (guti_ && state_ != State::deregistered) m.s_tmsi = STmsi{guti_->mme.code, guti_->m_tmsi};
  out_->datagram(Port::radio, cell().radio,
                 rrc::encode(rrc::Frame{rrc::Channel::broadcast, {}, 0, 0, rrc::encode(m)}));
  if (!camped()) start_timer(Timer::xcamp);
}

void Ue::on_datagram(const DatagramIn& d) {
  if (d.remote != cell().radio) {
    if (measured_ && d.remote == config_.cells[measured_->cell].radio) {
      const auto frame = rrc::decode_frame(d.octets);
      if (frame && frame->channel == rrc::Channel::broadcast) return on_measured(frame->payload);
    }
    // The cell left behind may still repeat the end of an old connection.
    const auto other = rrc::decode_frame(d.octets);
    const bool mine = std::any_of(config_.cells.begin(), config_.cells.end(),
                                  [&](const Cell& c) { return c.radio == d.remote; });
    if (other && mine) peer::RadioLink::acknowledge_gone(*other, d.remote, *out_);
    count("ue.radio_stranger");
    return;
  }
  auto frame = rrc::decode_frame(d.octets);
  if (!frame) {
    count("ue.radio_malformed");
    return;
  }
  if (frame->channel == rrc::Channel::broadcast) return on_broadcast(frame->payload);
  if (frame->channel == rrc::Channel::srb0) return on_srb0(frame->payload);
  if (!link_ || link_->c_rnti() != frame->c_rnti) {
    peer::RadioLink::acknowledge_gone(*frame, d.remote, *out_);
    return;
  }
  link_->on_frame(std::move(*frame), now_, *out_);
  // A key change replaces the link; what is left for the old one is not taken from the new one.
  const auto c_rnti = link_->c_rnti();
  while (link_ && link_->c_rnti() == c_rnti && !release_) {
    auto pdu = link_->take(*out_);
    if (!pdu) break;
    on_srb(std::move(*pdu));
  }
}

void Ue::on_broadcast(Bytes payload) {
  auto m = rrc::decode_any(payload);
  if (!m) {
    count("ue.rrc_malformed");
    return;
  }
  if (const auto* information = std::get_if<rrc::CellInformation>(&*m)) {
    const bool first = !camped();
    cell_information_ = *information;
    if (!first) return;
    stop_timer(Timer::xcamp);
    //= TS 24.301, 5.5.3.2.2
    if (state_ == State::registered && (!tai_list_.contains(tai()) || t3412_expired_)) {
      tau_type_ = {};
      wants_tau_ = true;
    }
  } else if (const auto* paging = std::get_if<rrc::Paging>(&*m)) {
    on_paging(*paging);
  } else {
    count("ue.rrc_unexpected");
  }
}

// --- setting up ------------------------------------------------------------------------------------

void Ue::send_initial(ByteVector pdu, rrc::EstablishmentCause cause) {
  if (rrc_ == Rrc::connected) {
    transfer(std::move(pdu));
    return;
  }
  initial_nas_ = std::move(pdu);
  request_cause_ = cause;
  requests_sent_ = 0;
  //= TS 36.331, 5.3.3.3
  if (guti_ && state_ != State::attaching && camped() && tai_list_.contains(tai())) {
    request_identity_ = STmsi{guti_->mme.code, guti_->m_tmsi};
  } else {
    const std::uint64_t high = entropy_.u32() & 0xFFU;
    request_identity_ = rrc::RandomValue{high << 32U | entropy_.u32()};
  }
  rrc_ = Rrc::requesting;
  stop_timer(Timer::t3412);
  request_connection();
}

void Ue::request_connection() {
  if ((rrc_ != Rrc::requesting && rrc_ != Rrc::waiting) || !request_identity_) return;
  if (requests_sent_ == spec_of(Timer::t300).sends)
    return connection_failed("no answer from the cell (T300)");
  ++requests_sent_;
  rrc_ = Rrc::requesting;
  const rrc::ConnectionRequest m{*request_identity_, request_cause_};
  out_->datagram(Port::radio, cell().radio,
                 rrc::encode(rrc::Frame{rrc::Channel::srb0, {}, 0, 0, rrc::encode(m)}));
  start_timer(Timer::t300);
}

void Ue::on_srb0(Bytes payload) {
  auto m = rrc::decode_any(payload);
  if (!m) {
    count("ue.rrc_malformed");
    return;
  }
  if (const auto* setup = std::get_if<rrc::ConnectionSetup>(&*m)) {
    if (rrc_ == Rrc::requesting && same_identity(request_identity_, setup->identity))
      return connection_set_up(*setup);
  } else if (const auto* reject = std::get_if<rrc::ConnectionReject>(&*m)) {
    //= TS 36.331, 5.3.3.8
    if (rrc_ == Rrc::requesting && same_identity(request_identity_, reject->identity)) {
      stop_timer(Timer::t300);
      rrc_ = Rrc::waiting;
      start_timer(Timer::t302, std::chrono::seconds(reject->wait_seconds));
      return;
    }
  } else if (const auto* back = std::get_if<rrc::Reestablishment>(&*m)) {
    if (move_ && move_->returning && !link_ && back->was == move_->c_rnti) return on_reestablishment(*back);
  } else if (const auto* no = std::get_if<rrc::ReestablishmentReject>(&*m)) {
    //= TS 36.331, 5.3.7.8
    if (move_ && move_->returning && !link_ && no->was == move_->c_rnti) {
      count("ue.reestablishment_refused");
      release_ = "re-establishment refused";
      return;
    }
  }
  count("ue.rrc_unexpected");
}

void Ue::connection_set_up(const rrc::ConnectionSetup& m) {
  stop_timer(Timer::t300);
  rrc_ = Rrc::connected;
  secured_ = false;
  as_forgeries_ = 0;
  link_.emplace(cell().radio, m.c_rnti,
                TimerId{TimerDomain::ue, 0, static_cast<std::uint16_t>(Timer::xlink)});
  srb1_.emplace(context::Side::ue, Byte{1});
  srb2_.emplace(context::Side::ue, Byte{2});
  rrc::ConnectionSetupComplete complete{cell_information_->plmn, std::nullopt, std::move(initial_nas_)};
  if (guti_) complete.registered_mme = guti_->mme;
  initial_nas_.clear();
  send_rrc(std::move(complete));
}

void Ue::connection_failed(std::string why) {
  log(LogLevel::info, why);
  count("ue.connection_failed");
  release_ = "no radio connection";
}

// --- the connection --------------------------------------------------------------------------------

bool Ue::send_rrc(const rrc::Message& message) {
  if (!link_ || !srb1_) return false;
  auto pdu = srb1_->protect(rrc::encode(message));
  if (!pdu) {
    count("ue.pdcp_unsendable");
    release_ = "the radio bearer is spent";
    return false;
  }
  return link_->send(rrc::Channel::srb1, std::move(*pdu), now_, *out_);
}

void Ue::on_srb(peer::RadioLink::Pdu pdu) {
  if (pdu.channel == rrc::Channel::drb) {
    count("ue.user_data_ignored");
    return;
  }
  auto& bearer = srb_of(pdu.channel) == 1 ? srb1_ : srb2_;
  if (!bearer->integrity_on() && pdu.channel == rrc::Channel::srb1) {
    // The command that turns integrity on is checked under the keys it announces.
    const auto text = rrc::decode<rrc::SecurityModeCommand>(context::SignallingBearer::text_of(pdu.octets));
    if (text) {
      if (!on_as_command(pdu.octets, *text)) link_->refuse();
      return;
    }
  }
  const auto plain = bearer->unprotect(pdu.octets);
  if (!plain) {
    count("ue.pdcp_refused");
    link_->refuse();
    return;
  }
  settle_move();
  auto m = rrc::decode_any(*plain);
  if (!m) {
    count("ue.rrc_malformed");
    return;
  }
  on_rrc(std::move(*m));
}

void Ue::on_rrc(rrc::Message message) {
  std::visit(Cases{[&](const rrc::DlInformationTransfer& m) { on_nas(m.nas); },
                   [&](const rrc::Reconfiguration& m) { on_reconfiguration(m); },
                   [&](const rrc::ConnectionRelease&) {
                     if (doing_ == "detach") received_step("12", "RRC Connection Release");
                     release_ = "released by the network";
                   },
                   [&](const auto&) { count("ue.rrc_unexpected"); }},
             message);
}

//= TS 36.331, 5.3.5.3
void Ue::on_reconfiguration(const rrc::Reconfiguration& m) {
  if (!as_) {
    //= TS 36.331, 5.3.1.1
    // Bearers are set up only under keys.
    count("ue.reconfiguration_before_security");
    return;
  }
  const bool away = m.mobility && (m.mobility->target_pci != cell_information_->pci ||
                                   m.mobility->earfcn_dl != cell_information_->earfcn_dl);
  if (away) return start_move(m);
  const bool attach = doing_ == "attach";
  const std::string_view id = attach ? "18" : doing_ == "tau" ? "20" : "5";
  received_step(id, "RRC Connection Reconfiguration");
  if (m.mobility && !change_as_keys(*m.mobility)) return;
  send_rrc(rrc::ReconfigurationComplete{m.transaction});
  sent_step(attach ? "19" : id, "RRC Connection Reconfiguration Complete");
  for (const ByteVector& nas : m.nas) on_nas(nas);
  if (!m.bearers.empty()) service_ready();
}

void Ue::go_idle(std::string_view reason) {
  const std::string why(reason);
  if (link_) {
    while (link_->take(*out_)) {
    }  // the last acknowledgement leaves with the last look
    link_->close(*out_);
  }
  link_.reset();
  srb2_.reset();
  for (const Timer t : {Timer::t300, Timer::t302, Timer::t3440, Timer::t3418, Timer::t3420, Timer::t301,
                        Timer::t304, Timer::xmeasure, Timer::xreport})
    stop_timer(t);
  const bool between_cells = move_.has_value();
  //= S0.D11
  // There is no way back to the source any more, and only that led behind KASME'.
  if (handed_over_refreshed()) settle_refresh(true, why);
  settle_upe_key(true, why);
  if (move_) {
    erase_as_keys(move_->as, why, as_ ? &*as_ : nullptr);
    move_.reset();
  }
  measured_.reset();
  waiting_nas_.clear();
  erase_as_keys(why);
  srb1_.reset();
  forget_challenge();
  erase_context(fresh_, "never taken into use");
  secured_ = false;
  authentication_failures_ = 0;
  initial_nas_.clear();
  request_identity_.reset();
  rrc_ = Rrc::idle;

  switch (state_) {
    case State::attaching: attach_attempt_failed(why); break;
    case State::updating: tau_attempt_failed(why); break;
    case State::requesting:
      stop_timer(Timer::t3417);
      go(On::failed);
      end(false, why);
      break;
    case State::detaching: finish_detach(); break;
    case State::registered:
    case State::deregistered: break;
  }
  if (std::exchange(detached_, false)) end(true);
  end_handover(false, "idle: " + why);
  if (between_cells && state_ == State::registered) {
    //= TS 24.301, 5.5.3.2.2
    // The connection broke and nobody ended it: the network hears where the UE is, and gives it its bearers.
    tau_type_ = {wire::nas::UpdateType::Kind::ta_updating, true};
    wants_tau_ = true;
  }
  //= TS 24.301, 5.3.5
  if (state_ == State::registered && t3412_) start_timer(Timer::t3412, *t3412_);
  camp();
}

}  // namespace baton::node::ue
