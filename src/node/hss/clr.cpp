// clr.cpp: the HSS takes a registration back.
#include <utility>

#include "node/hss/core.h"

namespace baton::node::hss {

namespace {

/// keep_for_later keeps what an MME could not be told until it is there again.
void keep_for_later(Core& core, Cancellation c) {
  if (core.untold.size() >= cancellations_kept_max) {
    core.count("hss.clr_abandoned");
    return;
  }
  core.untold.insert_or_assign({c.mme, c.imsi, c.sgsn}, std::move(c));
}

}  // namespace

//= TS 29.272, 5.2.1.2.3
void cancel_location(Core& core, Cancellation c) {
  auto clr = core.request_to<dia::CancelLocationRequest>(c.mme, c.imsi);
  clr.cancellation_type = c.type;
  if (c.type == dia::CancellationType::initial_attach_procedure)
    clr.clr_flags = c.sgsn ? 0 : dia::clr_flag::s6a;
  if (c.reattach) clr.clr_flags = clr.clr_flags.value_or(0) | dia::clr_flag::reattach_required;
  const auto sent = core.s6a.request(c.mme, clr, core.now, *core.out);
  core.count(sent ? "hss.clr_sent" : "hss.clr_not_sent");
  if (sent) {
    core.outgoing.emplace(*sent, std::move(c));
    return;
  }
  core.log(LogLevel::warning, "Cancel Location of " + c.imsi.digits() + " not sent to " + c.mme.value() +
                                  ": " + std::string(peer::to_string(sent.why())));
  keep_for_later(core, std::move(c));
}

std::optional<Cancellation> cancellation_unanswered(Core& core, Cancellation c) {
  core.count("hss.clr_unanswered");
  if (c.sent >= cancellations_max) {
    core.count("hss.clr_abandoned");
    core.log(LogLevel::warning, c.mme.value() + " does not confirm that " + c.imsi.digits() + " has left it");
    return std::nullopt;
  }
  ++c.sent;
  // A peer that went away has taken its connection along; it is told when it is back.
  if (core.s6a.is_open(c.mme)) return c;
  keep_for_later(core, std::move(c));
  return std::nullopt;
}

/// A former MME or SGSN is told once more, unless the subscriber has come back to it since: what would be
/// cancelled then is not the registration that was meant.
Procedure cancel_again(Core& core, Desk& desk, Cancellation c) {
  core.load(desk);
  auto loading = desk.inbox.next<SubscriberLoaded>();
  auto loaded = co_await loading;
  const auto registered = [&](const std::optional<context::ServingNode>& node) {
    return node && node->host == c.mme;
  };
  if (loaded.record && registered(c.sgsn ? loaded.record->sgsn : loaded.record->mme)) {
    core.count("hss.clr_moot");
    co_return;
  }
  cancel_location(core, std::move(c));
}

/// The operator ends a registration.
Procedure withdraw(Core& core, Desk& desk) {
  for (int attempt = 1;; ++attempt) {
    core.load(desk);
    auto loading = desk.inbox.next<SubscriberLoaded>();
    auto loaded = co_await loading;
    if (!loaded.record || (!loaded.record->mme && !loaded.record->sgsn)) {
      core.count("hss.withdraw_nobody");
      co_return;
    }
    context::SubscriberRecord& record = *loaded.record;
    const auto mme = std::exchange(record.mme, {});
    const auto sgsn = std::exchange(record.sgsn, {});
    const Superseded gone = forget(record.kasme);
    core.save(desk, record);
    auto saving = desk.inbox.next<SubscriberSaved>();
    const auto saved = co_await saving;
    if (!saved.ok) {
      if (core.again(saved, attempt)) continue;
      core.count("hss.store_failed");
      core.log(LogLevel::error, "withdrawal of " + desk.imsi.digits() + " could not be stored");
      co_return;
    }
    core.note_gone(desk.imsi, gone, "subscription withdrawn");
    for (const auto* node : {&mme, &sgsn}) {
      if (!*node) continue;
      Cancellation c{desk.imsi, (*node)->host, dia::CancellationType::subscription_withdrawal};
      c.sgsn = node == &sgsn;
      cancel_location(core, std::move(c));
    }
    co_return;
  }
}

}  // namespace baton::node::hss
