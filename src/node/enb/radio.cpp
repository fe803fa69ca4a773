// radio.cpp: the air: camping, connection requests, and the frames of connected UEs (TS 36.331, 5.3).
#include "base/cases.h"
#include "node/enb/enb.h"

namespace baton::node::enb {

void Enb::send_plain(Endpoint remote, rrc::Channel channel, const rrc::Message& message) {
  out_->datagram(Port::radio, remote, rrc::encode(rrc::Frame{channel, {}, 0, 0, rrc::encode(message)}));
}

void Enb::on_radio(Endpoint remote, Bytes datagram) {
  auto frame = rrc::decode_frame(datagram);
  if (!frame) {
    out_->count("radio_rx_error");
    return;
  }
  switch (frame->channel) {
    case rrc::Channel::broadcast: on_broadcast(remote, frame->payload); return;
    case rrc::Channel::srb0: {
      const auto m = rrc::decode_any(frame->payload);
      const auto* request = m ? std::get_if<rrc::ConnectionRequest>(&*m) : nullptr;
      const auto* reestablishment = m ? std::get_if<rrc::ReestablishmentRequest>(&*m) : nullptr;
      if (request != nullptr)
        on_connection_request(remote, *request);
      else if (reestablishment != nullptr)
        on_reestablishment_request(remote, *reestablishment);
      else
        out_->count("rrc_rx_error");
      return;
    }
    default: break;
  }
  Ue* ue = ue_by_radio(remote, frame->c_rnti);
  if (ue == nullptr || ue->handover == Handover::missed) {
    // Not acknowledged: a UE whose eNB has restarted must find out that nobody hears it, or it would speak
    // into the void for ever.
    out_->count("radio_rx_unknown_ue");
    return;
  }
  const bool current = ue->radio.link.c_rnti() == frame->c_rnti;
  RadioConnection& radio = current ? ue->radio : *ue->former;
  radio.link.on_frame(std::move(*frame), now_, *out_);
  if (current) {
    on_frames(*ue);
  } else {
    on_former_frames(*ue);
  }
}

void Enb::on_broadcast(Endpoint remote, Bytes payload) {
  if (on_x2(remote, payload)) return;
  auto camp = rrc::decode<rrc::Camp>(payload);
  if (!camp) {
    out_->count("rrc_rx_error");
    return;
  }
  if (camped_.contains(remote) || camped_.size() < camped_max)
    camped_[remote] = camp->s_tmsi;
  else
    out_->count("rrc_camped_full");
  send_plain(remote, rrc::Channel::broadcast,
             rrc::CellInformation{config_.plmns.front(), config_.cell.tac, config_.cell.id,
                                  config_.cell.pci.value, earfcn_.value(), config_.id});
}

//= TS 36.331, 5.3.3
void Enb::on_connection_request(Endpoint remote, const rrc::ConnectionRequest& m) {
  // A repetition: the answer was lost, so the same answer again.
  for (auto it = by_radio_.lower_bound({remote, 0}); it != by_radio_.end() && it->first.first == remote;
       ++it) {
    const Ue& ue = *ues_.at(it->second);
    if (ue.phase != Ue::Phase::setup || !(ue.request == m)) continue;
    send_plain(remote, rrc::Channel::srb0, rrc::ConnectionSetup{m.identity, ue.radio.link.c_rnti()});
    return;
  }
  bool served = false;
  for (const MmeLink& l : mmes_) served = served || l.ready();
  if (!served || ues_.size() >= config_.ue_limit || in_setup_ >= ues_in_setup_max || !c_rnti_free()) {
    out_->count("rrc_connection_rejected");
    send_plain(remote, rrc::Channel::srb0, rrc::ConnectionReject{m.identity, reject_wait_seconds});
    return;
  }
  Ue* ue = add_ue(remote, m);
  ++in_setup_;
  start_timer(*ue, UeTimer::setup, setup_guard);
  send_plain(remote, rrc::Channel::srb0, rrc::ConnectionSetup{m.identity, ue->radio.link.c_rnti()});
}

void Enb::on_frames(Ue& ue) {
  while (auto pdu = ue.radio.link.take(*out_)) {
    if (ue.phase == Ue::Phase::leaving) continue;  // nothing is expected any more but acknowledgements
    auto text = pdu->channel == rrc::Channel::srb1 ? open(ue.radio.srb1, pdu->octets) : std::nullopt;
    if (!text) {
      // Forged, broken, or on a bearer that is not used. The genuine PDU of this number may still come.
      ue.radio.link.refuse();
      out_->count("rrc_rx_refused");
      return;
    }
    // The UE speaks under the new keys: the former connection has done its duty.
    if (ue.former) drop_former(ue, "replaced by new keys");
    on_text(ue, *text);
  }
  if (ue.phase == Ue::Phase::leaving && ue.radio.link.quiet()) ended_.push_back(ue.id.value);
}

/// What was under way when the key change was ordered still arrives on the former connection.
void Enb::on_former_frames(Ue& ue) {
  while (ue.former) {
    auto pdu = ue.former->link.take(*out_);
    if (!pdu) return;
    auto text = open(ue.former->srb1, pdu->octets);
    if (!text) {
      ue.former->link.refuse();
      out_->count("rrc_rx_refused");
      return;
    }
    on_text(ue, *text);
  }
}

std::optional<ByteVector> Enb::open(context::SignallingBearer& srb1, Bytes pdu) {
  if (auto text = srb1.unprotect(pdu)) return std::move(*text);
  //= TS 36.331, 5.3.4.3: the failure comes without protection, from a UE that did not accept the keys
  const Bytes plain = context::SignallingBearer::text_of(pdu);
  const bool waits_for_it = srb1.integrity_on() && !srb1.ciphering_on();
  if (waits_for_it && rrc::decode<rrc::SecurityModeFailure>(plain))
    return ByteVector(plain.begin(), plain.end());
  return std::nullopt;
}

void Enb::on_text(Ue& ue, Bytes text) {
  auto message = rrc::decode_any(text);
  if (message)
    on_rrc(ue, std::move(*message));
  else
    out_->count("rrc_rx_error");
}

void Enb::on_rrc(Ue& ue, rrc::Message message) {
  note_activity(ue);
  const bool setup = ue.phase == Ue::Phase::setup;
  std::visit(Cases{[&](rrc::ConnectionSetupComplete& m) {
                     if (setup)
                       initial_ue_message(ue, std::move(m));
                     else
                       out_->count("rrc_rx_unexpected");
                   },
                   [&](rrc::UlInformationTransfer& m) {
                     if (setup)
                       out_->count("rrc_rx_unexpected");
                     else
                       on_uplink_nas(ue, std::move(m.nas));
                   },
                   [&](rrc::SecurityModeComplete&) { offer(ue, SecurityModeDone{}); },
                   [&](rrc::SecurityModeFailure&) { offer(ue, SecurityModeRefused{}); },
                   [&](rrc::ReconfigurationComplete& m) {
                     if (ue.confirming == m.transaction) return ue.confirming.reset();
                     offer(ue, Reconfigured{m.transaction});
                   },
                   [&](rrc::ReestablishmentComplete&) { offer(ue, Reestablished{}); },
                   [&](rrc::MeasurementReport& m) { on_measurement_report(ue, m); },
                   [&](auto&) { out_->count("rrc_rx_unexpected"); }},
             message);
}

bool Enb::send_text(Ue& ue, Bytes text) {
  auto pdu = ue.radio.srb1.protect(text);
  if (!pdu) {
    out_->count("rrc_tx_refused");
    return false;
  }
  return ue.radio.link.send(rrc::Channel::srb1, std::move(*pdu), now_, *out_);
}

void Enb::note_activity(Ue& ue) {
  if (config_.inactivity.count() > 0 && ue.phase == Ue::Phase::connected)
    start_timer(ue, UeTimer::inactivity, config_.inactivity);
}

void Enb::on_ue_timer(TimerId timer) {
  const auto it = ues_.find(timer.owner);
  if (it == ues_.end()) return;
  Ue& ue = *it->second;
  const bool leaving = ue.phase == Ue::Phase::leaving;
  switch (static_cast<UeTimer>(timer.kind)) {
    case UeTimer::radio_link_a:
    case UeTimer::radio_link_b: {
      const bool current = ue.radio.link.timer() == timer;
      if (!current && !ue.former) return;
      RadioConnection& radio = current ? ue.radio : *ue.former;
      // The former connection may fall silent: the procedure that replaces it has its own guard.
      if (radio.link.on_timer(now_, *out_) == peer::RadioLink::Health::failed && current) on_radio_lost(ue);
      return;
    }
    case UeTimer::setup:
      if (ue.phase == Ue::Phase::setup) leave(ue, "connection not completed");
      if (ue.phase == Ue::Phase::connected && !ue.mme_ue_id) leave(ue, "the MME says nothing about the UE");
      return;
    case UeTimer::procedure:
      if (!leaving) offer(ue, Expiry{});
      return;
    case UeTimer::inactivity:
      // Who is being handed over is silent with reason.
      if (ue.handover != Handover::none)
        note_activity(ue);
      else if (!leaving)
        request_release(ue, s1ap::CauseRadioNetwork::user_inactivity);
      return;
    case UeTimer::release:
      if (!leaving) on_release_guard(ue);
      return;
    case UeTimer::leave: ended_.push_back(ue.id.value); return;
    case UeTimer::relocation:
      if (!leaving) offer(ue, RelocationExpiry{});
      return;
  }
}

//= TS 36.413, 8.3.2.2: the MME is told, and decides
void Enb::on_radio_lost(Ue& ue) {
  // It went where it was told to go; its silence is no news.
  if (ue.elsewhere()) return;
  out_->count("radio_link_failed");
  if (ue.phase != Ue::Phase::connected) {
    if (ue.phase == Ue::Phase::setup) leave(ue, "radio connection lost");
    ended_.push_back(ue.id.value);
    return;
  }
  if (ue.inbox.listening()) offer(ue, RadioLost{});
  if (ue.mme_ue_id)
    request_release(ue, s1ap::CauseRadioNetwork::radio_connection_with_ue_lost);
  else
    leave(ue, "radio connection lost");  // the MME has not spoken, so it cannot be asked; it will hear of it
}

}  // namespace baton::node::enb
