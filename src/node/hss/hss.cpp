#include "node/hss/hss.h"

#include <algorithm>
#include <utility>

#include "base/cases.h"

namespace baton::node::hss {

Hss::Hss(Config config, Entropy& entropy) : core_(std::move(config), entropy) {}
Hss::~Hss() = default;

namespace {
const Imsi& subject_of(const Administer& a) {
  return std::visit(Cases{[](const AddSubscriber& t) -> const Imsi& { return t.record.imsi; },
                          [](const auto& t) -> const Imsi& { return t.imsi; }},
                    a.task);
}
}  // namespace

void Hss::on(Event event, Instant now, Actions& out) {
  core_.out = &out;
  core_.now = now;
  core_.clock = std::max(core_.clock, std::min(now, core_.clock_until));
  auto& s6a = core_.s6a;
  std::visit(Cases{[&](Started&) {
                     core_.remembers_since = core_.clock;
                     s6a.start(now, out);
                   },
                   [&](LinkUp& e) {
                     if (e.port == Port::diameter)
                       on_s6a(s6a.on_link_up(e.link, e.remote, now, out, e.proof));
                   },
                   [&](LinkDown& e) { on_s6a(s6a.on_link_down(e.link, now, out)); },
                   [&](LinkData& e) { on_s6a(s6a.on_link_data(e.link, e.octets, now, out)); },
                   [&](TimerFired& e) {
                     if (peer::DiameterNode::owns(e.timer)) on_s6a(s6a.on_timer(e.timer, now, out));
                   },
                   [&](SubscriberLoaded& e) { on_store(e.token, DeskEvent(std::move(e))); },
                   [&](SubscriberSaved& e) { on_store(e.token, DeskEvent(e)); },
                   [&](Command& e) {
                     if (e.verb == Verb::detach && e.subscriber) assign(*e.subscriber, Withdraw{});
                   },
                   [&](Administer& e) {
                     const Imsi imsi = subject_of(e);
                     assign(imsi, std::move(e));
                   },
                   [](DatagramIn&) {}},  // an HSS has no datagrams
             event);
  core_.out = nullptr;
}

void Hss::on_s6a(peer::PeerEvents events) {
  for (auto& event : events) {
    std::visit(Cases{[&](peer::DiameterRequest& r) { on_request(r); },
                     [&](peer::DiameterAnswer& a) { answered(core_, a); },
                     [&](peer::DiameterTimeout& t) {
                       if (auto again = unanswered(core_, t.token)) repeat(std::move(*again));
                     },
                     [&](peer::DiameterUp& up) {
                       //= TS 29.272, 5.2.4.1.3
                       if (core_.to_reset.contains(up.peer)) reset(core_, up.peer);
                       for (Repetition& r : untold_to(core_, up.peer)) repeat(std::move(r));
                     },
                     [](peer::DiameterDown&) {}},
               event);
  }
}

void Hss::repeat(Repetition r) {
  std::visit(
      [&](auto& what) {
        const Imsi imsi = what.imsi;
        assign(imsi, std::move(what));
      },
      r);
}

void Hss::on_request(peer::DiameterRequest& request) {
  if (request.header.application == dia::app_s13) {
    if (request.header.code == dia::MeIdentityCheckRequest::command.code)
      return check_equipment(core_, request);
    core_.count("hss.command_unsupported");
    core_.s6a.refuse(request.token, dia::code::command_unsupported, *core_.out);
    return;
  }
  if (request.header.application == dia::app_private) {
    if (request.header.code == dia::KasmeUpdateRequest::command.code)
      return take<dia::KasmeUpdateRequest>(request);
    if (request.header.code == dia::ContextTransferRequest::command.code)
      return take<dia::ContextTransferRequest>(request);
    core_.count("hss.command_unsupported");
    core_.s6a.refuse(request.token, dia::code::command_unsupported, *core_.out);
    return;
  }
  switch (request.header.code) {
    case dia::AuthenticationInformationRequest::command.code:
      return take<dia::AuthenticationInformationRequest>(request);
    case dia::UpdateLocationRequest::command.code: return take<dia::UpdateLocationRequest>(request);
    case dia::PurgeUeRequest::command.code: return take<dia::PurgeUeRequest>(request);
    case dia::NotifyRequest::command.code: return take<dia::NotifyRequest>(request);
    default:
      core_.count("hss.command_unsupported");
      core_.s6a.refuse(request.token, dia::code::command_unsupported, *core_.out);
  }
}

template <class M>
void Hss::take(peer::DiameterRequest& request) {
  auto m = dia::decode<M>(request.octets);
  if (!m) {
    core_.count("hss.request_bad");
    core_.log(LogLevel::warning, request.peer.value() + ": " + m.why().to_string());
    core_.s6a.refuse(request.token, request.octets, m.why(), *core_.out);
    return;
  }
  if constexpr (std::is_same_v<M, dia::AuthenticationInformationRequest>) {
    //= TS 29.272, 5.2.3.1.1
    // Who asks for vectors of no access wants nothing.
    if (!m->requested_eutran && !m->requested_utran_geran) {
      const wire::Error missing{wire::Fault::missing_mandatory, M::name,
                                dia::avp::requested_eutran_authentication_info.name, dia::header_octets,
                                dia::avp::requested_eutran_authentication_info.code};
      core_.count("hss.request_bad");
      core_.s6a.refuse(request.token, request.octets, missing, *core_.out);
      return;
    }
  }
  // A server of other access may ask for K_N3 and nothing else; an MME for anything but that.
  const auto client = std::is_same_v<M, dia::ContextTransferRequest> ? core_.aaa_named(request.peer)
                                                                     : core_.client_named(request.peer);
  if (!client) {
    core_.count("hss.not_authorised");
    core_.s6a.refuse(request.token, dia::code::authorization_rejected, *core_.out);
    return;
  }
  Asked<M> asked{request.token, *client, std::move(*m)};
  const Imsi imsi = asked.message.user_name;
  if constexpr (std::is_same_v<M, dia::AuthenticationInformationRequest>) {
    if (core_.records && core_.desks.find(imsi) == nullptr) {
      const AtOnceOutcome done = vectors_at_once(core_, asked);
      if (done.what == AtOnce::answered) return core_.out->took("hss.air", Duration{});
      if (done.what == AtOnce::block_first)
        return assign(imsi, BlockFirst{std::move(asked), done.version, done.reserve});
    }
  }
  assign(imsi, std::move(asked));
}

void Hss::observe_load() {
  if (!core_.overload.observe(core_.desks.size(), core_.config.busy_max, core_.now)) return;
  core_.count("hss.overload_changed");
  core_.log(LogLevel::warning, "clients are asked for " + std::to_string(core_.overload.reduction()) +
                                   " % fewer requests: " + std::to_string(core_.desks.size()) +
                                   " subscribers have one under way");
}

void Hss::turn_away(const Job& job) {
  core_.count("hss.too_busy");
  std::visit(
      Cases{[](const Withdraw&) {}, [&](const Cancellation&) { core_.count("hss.clr_abandoned"); },
            [&](const Refreshing&) { core_.count("hss.idr_abandoned"); },
            [&](const BlockFirst& b) { core_.s6a.refuse(b.asked.token, dia::code::too_busy, *core_.out); },
            [&](const Administer& a) { administration_refused(core_, a.token, AdminOutcome::too_busy); },
            [&](const auto& asked) { core_.s6a.refuse(asked.token, dia::code::too_busy, *core_.out); }},
      job);
}

void Hss::assign(const Imsi& imsi, Job job) {
  Desk* at = core_.desks.find(imsi);
  if (at == nullptr) {
    if (core_.desks.size() >= core_.config.busy_max) return turn_away(job);
    at = &core_.desks.open(imsi);
    observe_load();
  }
  Desk& desk = *at;
  if (!desk.running.done() && desk.waiting.size() >= requests_waiting_max) return turn_away(job);
  desk.waiting.push_back(std::move(job));
  serve(desk);
}

namespace {
/// What a peer waits for is timed; docs/operations.md lists the names.
std::string_view timed_as(const Job& job) {
  return std::visit(Cases{[](const AuthenticationInformation&) -> std::string_view { return "hss.air"; },
                          [](const BlockFirst&) -> std::string_view { return "hss.air"; },
                          [](const UpdateLocation&) -> std::string_view { return "hss.ulr"; },
                          [](const PurgeUe&) -> std::string_view { return "hss.pur"; },
                          [](const Notify&) -> std::string_view { return "hss.nor"; },
                          [](const KasmeUpdate&) -> std::string_view { return "hss.kasme_update"; },
                          [](const ContextTransfer&) -> std::string_view { return "hss.context_transfer"; },
                          [](const auto&) { return std::string_view(); }},
                    job);
}
}  // namespace

void Hss::serve(Desk& desk) {
  while (desk.running.done()) {
    if (!desk.under_way.empty()) core_.out->took(desk.under_way, core_.now - desk.began);
    desk.under_way = {};
    if (desk.waiting.empty()) {
      core_.desks.close(desk);
      observe_load();
      return;
    }
    Job job = std::move(desk.waiting.front());
    desk.waiting.pop_front();
    desk.under_way = timed_as(job);
    desk.began = core_.now;
    desk.running =
        std::visit(Cases{[&](AuthenticationInformation& j) {
                           return authentication_information(core_, desk, std::move(j));
                         },
                         [&](BlockFirst& j) { return block_first(core_, desk, std::move(j)); },
                         [&](UpdateLocation& j) { return update_location(core_, desk, std::move(j)); },
                         [&](PurgeUe& j) { return purge_ue(core_, desk, std::move(j)); },
                         [&](Notify& j) { return notify(core_, desk, std::move(j)); },
                         [&](Withdraw&) { return withdraw(core_, desk); },
                         [&](Cancellation& j) { return cancel_again(core_, desk, std::move(j)); },
                         [&](Refreshing& j) { return refresh_again(core_, desk, std::move(j)); },
                         [&](KasmeUpdate& j) { return kasme_update(core_, desk, std::move(j)); },
                         [&](ContextTransfer& j) { return context_transfer(core_, desk, std::move(j)); },
                         [&](Administer& j) { return administer(core_, desk, std::move(j)); }},
                   job);
    desk.inbox.start(desk.running);
  }
}

void Hss::on_store(StoreToken token, DeskEvent event) {
  Desk* const desk = core_.desks.asked_by(token);
  if (desk == nullptr) {
    core_.count("hss.store_answer_unasked");
    return;
  }
  desk->asked = 0;
  desk->inbox.offer(std::move(event));
  serve(*desk);
}

}  // namespace baton::node::hss
