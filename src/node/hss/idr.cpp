// idr.cpp: the nodes that serve a subscriber hear what has changed, and say where it is.
#include <algorithm>

#include "base/cases.h"
#include "node/hss/core.h"

namespace baton::node::hss {

namespace {

void keep_for_later(Core& core, Refreshing r) {
  if (core.unrefreshed.size() >= cancellations_kept_max) {
    core.count("hss.idr_abandoned");
    return;
  }
  auto [at, fresh] = core.unrefreshed.try_emplace({r.node, r.imsi}, r);
  if (fresh) return;
  // One of several changes: what any of them took away is still to be told.
  at->second.deleted |= r.deleted;
  at->second.sent = std::min(at->second.sent, r.sent);
}

template <class M>
void send(Core& core, const M& m, const Refreshing& r) {
  const auto sent = core.s6a.request(r.node, m, core.now, *core.out);
  core.count(sent ? "hss.idr_sent" : "hss.idr_not_sent");
  if (sent)
    core.outgoing.emplace(*sent, r);
  else
    keep_for_later(core, r);
}

/// still_gone leaves out of what was taken away what has been given back since.
std::uint32_t still_gone(const context::Subscription& now, std::uint32_t deleted) {
  if (!now.apns.empty()) deleted &= ~dia::dsr_flag::complete_apn_profile;
  if (!now.charging.empty()) deleted &= ~dia::dsr_flag::charging_characteristics;
  if (now.periodic_timer_s) deleted &= ~dia::dsr_flag::subscribed_periodic_timer;
  return deleted;
}

}  // namespace

//= TS 29.272, 5.2.2.1.3 and 5.2.2.2.3
void refresh(Core& core, const context::SubscriberRecord& record, Refreshing r) {
  r.deleted = still_gone(record.subscription, r.deleted);
  // What an Insert Subscriber Data Request cannot say: that something is gone.
  if (r.deleted != 0) {
    auto dsr = core.request_to<dia::DeleteSubscriberDataRequest>(r.node, r.imsi);
    dsr.dsr_flags = r.deleted;
    send(core, dsr, r);
  }
  auto idr = core.request_to<dia::InsertSubscriberDataRequest>(r.node, r.imsi);
  idr.subscription_data = subscription_of(record);
  r.deleted = 0;
  send(core, idr, r);
}

/// A node that did not answer, or was away, hears what is in the record now, if it still serves the
/// subscriber.
Procedure refresh_again(Core& core, Desk& desk, Refreshing r) {
  core.load(desk);
  auto loading = desk.inbox.next<SubscriberLoaded>();
  auto loaded = co_await loading;
  const auto serves = [&](const std::optional<context::ServingNode>& node) {
    return node && node->host == r.node && !node->purged;
  };
  if (!loaded.record || (!serves(loaded.record->mme) && !serves(loaded.record->sgsn))) {
    core.count("hss.idr_moot");
    co_return;
  }
  refresh(core, *loaded.record, std::move(r));
}

bool locate(Core& core, AdminToken token, const Imsi& imsi, const DiameterIdentity& mme) {
  auto idr = core.request_to<dia::InsertSubscriberDataRequest>(mme, imsi);
  idr.idr_flags = dia::idr_flag::eps_user_state | dia::idr_flag::eps_location;
  const auto sent = core.s6a.request(mme, idr, core.now, *core.out);
  core.count(sent ? "hss.idr_sent" : "hss.idr_not_sent");
  if (sent) core.outgoing.emplace(*sent, Locating{token, imsi});
  return static_cast<bool>(sent);
}

//= TS 29.272, 5.2.4.1.3
void reset(Core& core, const DiameterIdentity& client) {
  const auto index = core.client_named(client);
  if (!index) return;
  dia::ResetRequest rsr{.session_id = core.s6a.new_session_id(),
                        .origin_host = core.config.identity,
                        .origin_realm = core.config.realm,
                        .destination_host = client,
                        .destination_realm = core.client(*index).realm};
  rsr.vendor_specific_application_id =
      dia::VendorSpecificApplicationId{dia::vendor_3gpp, dia::app_s6a, std::nullopt};
  const auto sent = core.s6a.request(client, rsr, core.now, *core.out);
  core.count(sent ? "hss.rsr_sent" : "hss.rsr_not_sent");
  if (sent) core.outgoing.emplace(*sent, Resetting{client});
}

// --- what becomes of requests of ours -----------------------------------------------------------

namespace {

void located(Core& core, const Locating& l, const peer::DiameterAnswer& a) {
  Whereabouts where;
  if (const auto ida = dia::decode<dia::InsertSubscriberDataAnswer>(a.octets); ida && a.result.success()) {
    if (ida->user_state && ida->user_state->mme && ida->user_state->mme->state)
      where.state = static_cast<std::uint32_t>(*ida->user_state->mme->state);
    if (ida->location && ida->location->mme) {
      where.ecgi = ida->location->mme->ecgi.value_or(ByteVector{});
      where.tai = ida->location->mme->tai.value_or(ByteVector{});
      where.age_minutes = ida->location->mme->age_minutes;
    }
  }
  const bool ok = a.result.success();
  core.count(ok ? "hss.idr_done" : "hss.idr_refused");
  core.out->administered({l.token, ok ? AdminOutcome::done : AdminOutcome::unknown,
                          ok ? std::string() : "the MME answers " + a.result.to_string(), nullptr,
                          ok ? std::make_unique<Whereabouts>(std::move(where)) : nullptr});
}

}  // namespace

void answered(Core& core, const peer::DiameterAnswer& a) {
  const auto at = core.outgoing.find(a.token);
  if (at == core.outgoing.end()) return;
  const Outgoing was = std::move(at->second);
  core.outgoing.erase(at);
  const bool ok = a.result.success();
  std::visit(Cases{[&](const Cancellation&) { core.count(ok ? "hss.clr_done" : "hss.clr_refused"); },
                   [&](const Refreshing& r) {
                     core.count(ok ? "hss.idr_done" : "hss.idr_refused");
                     if (!ok)
                       core.log(LogLevel::warning, r.node.value() + " does not take the subscription of " +
                                                       r.imsi.digits() + ": " + a.result.to_string());
                   },
                   [&](const Locating& l) { located(core, l, a); },
                   [&](const Resetting& r) {
                     core.to_reset.erase(r.node);
                     core.count(ok ? "hss.rsr_done" : "hss.rsr_refused");
                   }},
             was);
}

std::optional<Repetition> unanswered(Core& core, peer::RequestToken token) {
  const auto at = core.outgoing.find(token);
  if (at == core.outgoing.end()) return std::nullopt;
  Outgoing was = std::move(at->second);
  core.outgoing.erase(at);
  return std::visit(Cases{[&](Cancellation& c) -> std::optional<Repetition> {
                            auto again = cancellation_unanswered(core, std::move(c));
                            return again ? std::optional<Repetition>(std::move(*again)) : std::nullopt;
                          },
                          [&](Refreshing& r) -> std::optional<Repetition> {
                            core.count("hss.idr_unanswered");
                            if (r.sent >= cancellations_max) {
                              core.count("hss.idr_abandoned");
                              return std::nullopt;
                            }
                            ++r.sent;
                            if (core.s6a.is_open(r.node)) return Repetition(std::move(r));
                            keep_for_later(core, std::move(r));
                            return std::nullopt;
                          },
                          [&](Locating& l) -> std::optional<Repetition> {
                            core.count("hss.idr_unanswered");
                            core.out->administered({l.token, AdminOutcome::too_busy,
                                                    "the MME does not answer", nullptr, nullptr});
                            return std::nullopt;
                          },
                          // It is told again when it is there again: to_reset still names it.
                          [&](Resetting&) -> std::optional<Repetition> {
                            core.count("hss.rsr_unanswered");
                            return std::nullopt;
                          }},
                    was);
}

std::vector<Repetition> untold_to(Core& core, const DiameterIdentity& node) {
  std::vector<Repetition> out;
  const auto take = [&](auto& from) {
    for (auto it = from.begin(); it != from.end();) {
      if (std::get<0>(it->first) != node) {
        ++it;
        continue;
      }
      out.push_back(std::move(it->second));
      it = from.erase(it);
    }
  };
  take(core.untold);
  take(core.unrefreshed);
  return out;
}

}  // namespace baton::node::hss
