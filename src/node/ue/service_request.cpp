// service_request.cpp: back from idle, because there is something to send or because the network calls.
#include <algorithm>

#include "node/ue/ue.h"

namespace baton::node::ue {

namespace nas = wire::nas;

//= TS 24.301, 5.6.2.2.1
//= TS 23.401, 5.3.4.3
void Ue::on_paging(const wire::rrc::Paging& m) {
  if (!guti_ || state_ != State::registered || rrc_ != Rrc::idle || !camped()) return;
  const STmsi mine{guti_->mme.code, guti_->m_tmsi};
  if (std::find(m.records.begin(), m.records.end(), mine) == m.records.end()) return;
  count("ue.paged");
  if (!tai_list_.contains(tai())) return start_tau({nas::UpdateType::Kind::ta_updating, true});
  start_service_request(wire::rrc::EstablishmentCause::mt_access);
}

//= TS 24.301, 5.6.1.2
//= TS 23.401, 5.3.4.1
void Ue::start_service_request(wire::rrc::EstablishmentCause cause) {
  begin("service-request");
  if (state_ != State::registered || !current_ || !camped()) return end(false, "not registered");
  if (rrc_ != Rrc::idle) return end(false, "not idle");
  if (!tai_list_.contains(tai())) {
    // From outside its areas a UE updates first, and takes its bearers along.
    doing_ = {};
    return start_tau({nas::UpdateType::Kind::ta_updating, true});
  }
  // 1. Four octets: key set, five bits of the COUNT, half a MAC. KeNB comes from this COUNT.
  auto pdu = current_->service_request();
  if (!pdu) return end(false, std::string(to_string(pdu.why())));
  go(On::service_request);
  send_initial(std::move(*pdu), cause);
  sent_step("1", "Service Request");
  start_timer(Timer::t3417);
}

/// service_ready: radio bearers stand, and that is the network's answer.
//= TS 24.301, 5.6.1.4
void Ue::service_ready() {
  if (state_ != State::requesting) return;
  stop_timer(Timer::t3417);
  //= TS 24.301, 4.4.2.3
  secured_ = true;
  go(On::accepted);
  end(true);
}

}  // namespace baton::node::ue
