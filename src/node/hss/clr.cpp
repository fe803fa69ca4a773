// clr.cpp: the HSS takes a registration back.
#include "node/hss/core.h"

namespace baton::node::hss {

namespace {

/// keep_for_later keeps what an MME could not be told until it is there again.
void keep_for_later(Core& core, Cancellation c) {
  if (core.untold.size() >= cancellations_kept_max) {
    core.count("hss.clr_abandoned");
    return;
  }
  core.untold.insert_or_assign({c.mme, c.imsi}, std::move(c));
}

}  // namespace

//= TS 29.272, 5.2.1.2.3
void cancel_location(Core& core, Cancellation c) {
  const auto index = core.client_named(c.mme);
  dia::CancelLocationRequest clr{.session_id = core.s6a.new_session_id(),
                                 .origin_host = core.config.identity,
                                 .origin_realm = core.config.realm,
                                 .destination_host = c.mme,
                                 .destination_realm = index ? core.client(*index).realm : core.config.realm,
                                 .user_name = c.imsi,
                                 .cancellation_type = c.type};
  clr.vendor_specific_application_id =
      dia::VendorSpecificApplicationId{dia::vendor_3gpp, dia::app_s6a, std::nullopt};
  const auto sent = core.s6a.request(c.mme, clr, core.now, *core.out);
  core.count(sent ? "hss.clr_sent" : "hss.clr_not_sent");
  if (sent) {
    core.cancelling.emplace(*sent, std::move(c));
    return;
  }
  core.log(LogLevel::warning, "Cancel Location of " + c.imsi.digits() + " not sent to " + c.mme.value() +
                                  ": " + std::string(peer::to_string(sent.why())));
  keep_for_later(core, std::move(c));
}

std::optional<Cancellation> cancellation_unanswered(Core& core, peer::RequestToken token) {
  const auto it = core.cancelling.find(token);
  if (it == core.cancelling.end()) return std::nullopt;
  Cancellation c = std::move(it->second);
  core.cancelling.erase(it);
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

std::vector<Cancellation> untold_to(Core& core, const DiameterIdentity& mme) {
  std::vector<Cancellation> out;
  for (auto it = core.untold.begin(); it != core.untold.end();) {
    if (it->first.first != mme) {
      ++it;
      continue;
    }
    out.push_back(std::move(it->second));
    it = core.untold.erase(it);
  }
  return out;
}

/// A former MME is told once more, unless the subscriber has come back to it since: what would be cancelled
/// then is not the registration that was meant.
Procedure cancel_again(Core& core, Desk& desk, Cancellation c) {
  core.load(desk);
  auto loading = desk.inbox.next<SubscriberLoaded>();
  auto loaded = co_await loading;
  if (loaded.record && loaded.record->mme && loaded.record->mme->host == c.mme) {
    core.count("hss.clr_moot");
    co_return;
  }
  cancel_location(core, std::move(c));
}

/// The operator ends a registration.
Procedure withdraw(Core& core, Desk& desk) {
  core.load(desk);
  auto loading = desk.inbox.next<SubscriberLoaded>();
  auto loaded = co_await loading;
  if (!loaded.record || !loaded.record->mme) {
    core.count("hss.withdraw_nobody");
    co_return;
  }
  context::SubscriberRecord& record = *loaded.record;
  const DiameterIdentity mme = record.mme->host;
  record.mme.reset();
  const Superseded gone = forget(record.kasme);
  core.save(desk, record);
  auto saving = desk.inbox.next<SubscriberSaved>();
  const auto saved = co_await saving;
  if (!saved.ok) {
    core.count("hss.store_failed");
    core.log(LogLevel::error, "withdrawal of " + desk.imsi.digits() + " could not be stored");
    co_return;
  }
  core.note_gone(desk.imsi, gone, "subscription withdrawn");
  cancel_location(core, {desk.imsi, mme, dia::CancellationType::subscription_withdrawal});
}

}  // namespace baton::node::hss
