// nas_transport.cpp: NAS between UE and MME (TS 36.413, 8.6).
#include "node/enb/enb.h"

namespace baton::node::enb {

//= TS 36.413, 8.6.2.1
void Enb::initial_ue_message(Ue& ue, rrc::ConnectionSetupComplete m) {
  // From here on the setup timer waits for the MME.
  start_timer(ue, UeTimer::setup, first_word_guard);
  const auto mme = choose_mme(m, ue);
  if (!mme) {
    out_->count("s1_no_mme");
    leave(ue, "no MME");
    return;
  }
  --in_setup_;
  ue.phase = Ue::Phase::connected;
  ue.mme = *mme;
  note_activity(ue);
  const auto* s_tmsi = std::get_if<STmsi>(&ue.request.identity);
  if (s_tmsi != nullptr)
    if (const auto it = camped_.find(ue.radio.link.remote()); it != camped_.end()) it->second = *s_tmsi;
  // The two enumerations have the same first five values (TS 36.331, 6.2.2; TS 36.413, 9.2.1.3a).
  const auto cause = static_cast<s1ap::RrcEstablishmentCause>(ue.request.cause);
  send_s1ap(ue, s1ap::InitialUeMessage{ue.id,
                                       {std::move(m.nas)},
                                       config_.tai(),
                                       config_.cell.id,
                                       cause,
                                       s_tmsi != nullptr ? std::optional(*s_tmsi) : std::nullopt,
                                       m.registered_mme});
}

//= TS 36.413, 8.6.2.3
void Enb::on_uplink_nas(Ue& ue, ByteVector nas) {
  if (!ue.mme_ue_id) {
    // The UE speaks again before the MME has answered its first message; nothing can carry that.
    out_->count("nas_ul_too_early");
    return;
  }
  send_s1ap(ue,
            s1ap::UplinkNasTransport{*ue.mme_ue_id, ue.id, {std::move(nas)}, config_.cell.id, config_.tai()});
}

//= TS 36.413, 8.6.2.2
void Enb::on_downlink_nas(std::size_t mme, std::uint16_t stream, s1ap::DownlinkNasTransport m) {
  Ue* ue = addressed(mme, stream, m.mme_ue_id, m.enb_ue_id, true);
  if (ue == nullptr) return;
  note_activity(*ue);
  const bool fits = m.nas.octets.size() <= rrc::nas_octets_max;
  const bool security_mode_runs = ue->radio.srb1.integrity_on() && !ue->radio.srb1.ciphering_on();
  const bool waits = security_mode_runs || ue->handover == Handover::expected;
  if (fits && waits && ue->held_nas.size() < held_nas_max) {
    ue->held_nas.push_back(std::move(m.nas.octets));
    return;
  }
  if (fits && !ue->elsewhere() && send_rrc(*ue, rrc::DlInformationTransfer{m.nas.octets})) return;
  //= TS 36.413, 8.6.2.4
  out_->count("nas_dl_not_delivered");
  const auto cause = ue->handover == Handover::executing || ue->handover == Handover::overdue
                         ? s1ap::CauseRadioNetwork::s1_intra_system_handover_triggered
                         : s1ap::CauseRadioNetwork::radio_connection_with_ue_lost;
  send_s1ap(*ue, s1ap::NasNonDeliveryIndication{m.mme_ue_id, m.enb_ue_id, std::move(m.nas), cause});
}

void Enb::send_held_nas(Ue& ue) {
  for (ByteVector& nas : std::exchange(ue.held_nas, {}))
    if (!send_rrc(ue, rrc::DlInformationTransfer{std::move(nas)})) out_->count("nas_dl_not_delivered");
}

}  // namespace baton::node::enb
