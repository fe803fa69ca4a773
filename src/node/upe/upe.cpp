#include "node/upe/upe.h"

#include <utility>

#include "base/cases.h"
#include "wire/gtp2/private.h"

namespace baton::node::upe {

namespace {
peer::GtpPathConfig s11_config(const Config& c, Entropy& entropy) {
  peer::GtpPathConfig out;
  out.peers = c.mmes;
  out.restart_counter = c.restart_counter.value_or(gtp2::Recovery{static_cast<Byte>(entropy.u32() & 0xFFU)});
  out.first_sequence = entropy.u32();
  out.echo = c.echo;
  // A UPE that needs nothing beyond the standards says nothing beyond them.
  if (c.policy.upe_keys != context::UpeKeys::none) {
    gtp2::MovePrivate says;
    says.announcement = context::Announcement::of(c.policy).encode();
    if (auto extension = gtp2::encode_private(says, wire::enterprise()))
      out.echo_says.push_back(std::move(*extension));
  }
  return out;
}
}  // namespace

Upe::Upe(Config config, Entropy& entropy)
    : config_(std::move(config)),
      keys_(config_.name, config_.id_key),
      s11_(s11_config(config_, entropy)),
      sessions_(config_.pool, config_.pool_prefix, config_.sessions, entropy) {}

void Upe::on(Event event, Instant now, Actions& out) {
  now_ = now;
  keys_.listen(out.ledger_on());
  std::visit(Cases{[&](const Started&) { s11_.start(now, out); },
                   [&](const DatagramIn& d) {
                     if (d.port != Port::gtpc) return;
                     for (auto& e : s11_.on_datagram(d.remote, d.octets, now, out))
                       on_gtp(std::move(e), now, out);
                   },
                   [&](const TimerFired& t) {
                     for (auto& e : s11_.on_timer(t.timer, now, out)) on_gtp(std::move(e), now, out);
                   },
                   [&](const Command& c) {
                     if (c.verb == Verb::page && c.subscriber) downlink_data(*c.subscriber, now, out);
                   },
                   [](const auto&) {}},  // a UPE has no links and no store
             std::move(event));
}

void Upe::on_gtp(peer::GtpEvent event, Instant now, Actions& out) {
  std::visit(Cases{[&](const peer::GtpRequest& r) { on_request(r, now, out); },
                   [&](const peer::GtpBadRequest& b) { on_bad_request(b, now, out); },
                   [&](const peer::GtpResponse& r) { on_notification_answer(r.token, &r.message, out); },
                   [&](const peer::GtpFailed& f) { on_notification_answer(f.token, nullptr, out); },
                   [&](const peer::GtpPeerRestarted& r) { on_mme_restart(r.peer, r.counter, out); },
                   [&](const peer::GtpPathDown& d) {
                     // The sessions stay: an MME that comes back without a restart still knows them.
                     out.count("upe.path_down");
                     out.log(LogLevel::warning, "no answer from the MME at " + d.peer.to_string());
                   },
                   [](const peer::GtpEchoed&) {},  // nothing here depends on what an MME announces yet
                   [&](const peer::GtpPathUp& u) {
                     out.log(LogLevel::info, "path to the MME at " + u.peer.to_string() + " is up");
                   }},
             std::move(event));
}

Upe::Answer Upe::refuse(Teid to, Byte request, gtp2::CauseValue why, std::optional<gtp2::IeId> about) {
  return {to, *gtp2::refusal(request, {why, false, about})};
}

Session* Upe::addressed(const peer::GtpRequestRef& ref) {
  if (!ref.header.teid) return nullptr;
  Session* session = sessions_.find(*ref.header.teid);
  return session != nullptr && session->mme == ref.from ? session : nullptr;
}

void Upe::on_request(const peer::GtpRequest& request, Instant now, Actions& out) {
  const auto answer = std::visit(
      Cases{
          [&](const gtp2::CreateSessionRequest& m) { return std::optional(create_session(m, request, out)); },
          [&](const gtp2::ModifyBearerRequest& m) { return std::optional(modify_bearer(m, request, out)); },
          [&](const gtp2::ReleaseAccessBearersRequest& m) {
            return std::optional(release_access_bearers(m, request, out));
          },
          [&](const gtp2::DeleteSessionRequest& m) { return std::optional(delete_session(m, request, out)); },
          [&](const gtp2::DownlinkDataNotificationFailureIndication& m) {
            on_paging_failed(m, request.ref, out);
            return std::optional<Answer>();
          },
          [&](const gtp2::DownlinkDataNotification&) {
            // Only a UPE asks that.
            const Teid nobody{};
            return std::optional(
                refuse(nobody, request.ref.header.type, gtp2::CauseValue::service_not_supported));
          },
          [](const auto&) { return std::optional<Answer>(); }},
      request.message);
  if (!answer) return;
  const auto cause = gtp2::cause_of(answer->message);
  if (cause && !gtp2::accepted(cause->value)) out.count("upe.refused");
  s11_.respond(request.ref, answer->to, answer->message, now, out);
}

//= TS 29.274, 7.7
void Upe::on_bad_request(const peer::GtpBadRequest& bad, Instant now, Actions& out) {
  out.count("upe.bad_request");
  out.log(LogLevel::warning, "S11 request from " + bad.ref.from.to_string() + ": " + bad.why.to_string());
  const auto answer = gtp2::refusal(bad.ref.header.type, gtp2::cause_for(bad.why));
  if (!answer) return;
  const Session* session = addressed(bad.ref);
  s11_.respond(bad.ref, session != nullptr ? session->mme_s11.teid : Teid{}, *answer, now, out);
}

void Upe::forget(Session& session, Actions& out) {
  if (session.notification) {
    s11_.cancel(*session.notification, out);
    notifications_.erase(*session.notification);
  }
  erase_key(session, "the session is gone", out);
  const Imsi imsi = session.imsi;
  sessions_.remove(imsi);
}

//= TS 23.007, 18
void Upe::on_mme_restart(Endpoint mme, gtp2::Recovery life, Actions& out) {
  std::vector<Imsi> lost;
  sessions_.each([&](const Session& s) {
    // What was made for the MME's new life before the restart was certain stays.
    if (s.mme == mme && s.mme_life != life) lost.push_back(s.imsi);
  });
  for (const Imsi& imsi : lost) forget(*sessions_.find(imsi), out);
  out.count("upe.mme_restart");
  out.log(LogLevel::warning, "the MME at " + mme.to_string() +
                                 " has restarted; sessions removed: " + std::to_string(lost.size()));
}

}  // namespace baton::node::upe
