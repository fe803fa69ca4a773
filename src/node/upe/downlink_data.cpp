// downlink_data.cpp: data has come for a UE that is idle; the MME is asked to page it.
#include "node/upe/upe.h"

namespace baton::node::upe {

//= TS 23.401, 5.3.4.3, steps 1 and 2a
//= TS 29.274, 7.2.11.1
void Upe::downlink_data(const Imsi& imsi, Instant now, Actions& out) {
  Session* session = sessions_.find(imsi);
  if (session == nullptr || session->pdns.empty()) {
    out.count("upe.data_for_nobody");
    return;
  }
  if (session->connected()) {
    out.count("upe.data_for_connected");
    return;
  }
  // One notification is enough until the UE comes or the MME gives up.
  if (session->notification || session->being_paged) {
    out.count("upe.data_while_paging");
    return;
  }
  gtp2::DownlinkDataNotification notification;
  notification.ebi = session->pdns.begin()->first;
  const auto token = s11_.request(session->mme, session->mme_s11.teid, notification, now, out);
  if (!token) {
    out.count("upe.notification_not_sent");
    return;
  }
  session->notification = token;
  notifications_.insert_or_assign(*token, Notified{session->imsi, now});
  out.count("upe.notification_sent");
}

//= TS 29.274, 7.2.11.2
void Upe::on_notification_answer(peer::GtpToken token, const gtp2::Message* answer, Actions& out) {
  const auto it = notifications_.find(token);
  if (it == notifications_.end()) return;
  const auto [imsi, since] = it->second;
  notifications_.erase(it);
  Session* session = sessions_.find(imsi);
  if (session == nullptr || session->notification != token) return;
  session->notification.reset();
  if (answer == nullptr) {
    out.count("upe.notification_unanswered");
    return;
  }
  const auto* ack = std::get_if<gtp2::DownlinkDataNotificationAck>(answer);
  if (ack == nullptr) return;
  if (gtp2::accepted(ack->cause.value)) {
    out.took("upe.notification", now_ - since);
    session->being_paged = !session->connected();
    return;
  }
  out.count("upe.notification_refused");
  out.log(LogLevel::info, "the MME does not page: " + std::string(gtp2::to_string(ack->cause.value)));
  //= TS 23.007, 20.2.3
  // The MME does not know the UE any more, so nothing of it is of use here.
  if (ack->cause.value == gtp2::CauseValue::context_not_found) forget(*session, out);
}

//= TS 29.274, 7.2.11.3
void Upe::on_paging_failed(const gtp2::DownlinkDataNotificationFailureIndication& m,
                           const peer::GtpRequestRef& ref, Actions& out) {
  Session* session = addressed(ref);
  if (session == nullptr) {
    out.count("upe.unknown_tunnel");
    return;
  }
  session->being_paged = false;
  out.count("upe.paging_failed");
  out.log(LogLevel::info, "paging failed: " + std::string(gtp2::to_string(m.cause.value)));
}

}  // namespace baton::node::upe
