// error_indication.cpp: what is said about messages that have no place, and what is done when it is said
// to us.
#include "node/mme/interfaces.h"
#include "node/mme/procedures.h"

namespace baton::node::mme {

namespace s1ap = wire::s1ap;

//= TS 36.413, 8.7.2
void send_error(Core& core, peer::LinkId link, std::optional<MmeUeS1apId> mme_id,
                std::optional<EnbUeS1apId> enb_id, s1ap::Cause cause,
                std::optional<s1ap::CriticalityDiagnostics> diagnostics) {
  core.count("mme.s1ap.error_indication_sent");
  core.send_s1ap(link, 0, s1ap::encode(s1ap::ErrorIndication{mme_id, enb_id, cause, std::move(diagnostics)}));
}

void on_error_indication(Core& core, Enb& enb, const s1ap::ErrorIndication& m) {
  core.count("mme.s1ap.error_indication_received");
  core.log(LogLevel::warning, enb.name + " reports an error" + (m.cause ? ": " + to_string(*m.cause) : ""));
  if (!m.mme_ue_id) return;
  S1Connection* c = core.s1.find(*m.mme_ue_id);
  if (c == nullptr || c->link != enb.link || (m.enb_ue_id && *m.enb_ue_id != c->enb_id)) return;
  //= TS 36.413, 10.6
  // Only when the eNB says that it has no such UE is the connection given up.
  const auto* radio = m.cause ? std::get_if<s1ap::CauseRadioNetwork>(&*m.cause) : nullptr;
  if (radio != nullptr && (*radio == s1ap::CauseRadioNetwork::unknown_mme_ue_s1ap_id ||
                           *radio == s1ap::CauseRadioNetwork::unknown_enb_ue_s1ap_id ||
                           *radio == s1ap::CauseRadioNetwork::unknown_pair_ue_s1ap_id))
    lose_connection(core, *c);
}

void lose_connection(Core& core, S1Connection& c) {
  core.out->stop_timer({TimerDomain::node, c.mme_id.value, static_cast<std::uint16_t>(Timer::xrelease)});
  const MmeUeS1apId id = c.mme_id;
  Ue* ue = c.ue ? core.ues.find(*c.ue) : nullptr;
  core.s1.close(id);
  if (ue == nullptr) return;
  //= S1.D3
  // What was on its way may have been the name of a K_UPE.
  if (ue->upe_key.made.value != 0) ue->upe_key.doubtful = true;
  if (ue->handover && !ue->handover->arrived) {
    // The procedure knows what one of the two connections is worth now.
    const bool target = ue->handover->to == id;
    (target ? ue->handover->to : ue->s1).reset();
    return deliver(core, *ue, ConnectionLost{target}, "the loss of a connection");
  }
  if (ue->doing == "detach") {  // goes on: the session must still end
    core.part_s1(*ue);
    return;
  }
  core.cancel(*ue);
  if (ue->emm == Ue::Emm::registered) {
    //= TS 23.401, 5.3.5
    if (ue->session) core.tell_upe(ue->session->upe_teid, wire::gtp2::ReleaseAccessBearersRequest{});
    core.go_idle(*ue, "connection lost");
    return;
  }
  purge(core, *ue);
  core.forget(*ue, "connection lost", s1ap::CauseRadioNetwork::radio_connection_with_ue_lost, false);
}

}  // namespace baton::node::mme
