// clr.cpp: the HSS takes a registration back.
#include "node/hss/core.h"

namespace baton::node::hss {

//= TS 29.272, 5.2.1.2.3
void cancel_location(Core& core, const Imsi& imsi, const DiameterIdentity& mme, dia::CancellationType type) {
  const auto index = core.client_named(mme);
  dia::CancelLocationRequest clr{.session_id = core.s6a.new_session_id(),
                                 .origin_host = core.config.identity,
                                 .origin_realm = core.config.realm,
                                 .destination_host = mme,
                                 .destination_realm = index ? core.client(*index).realm : core.config.realm,
                                 .user_name = imsi,
                                 .cancellation_type = type};
  clr.vendor_specific_application_id =
      dia::VendorSpecificApplicationId{dia::vendor_3gpp, dia::app_s6a, std::nullopt};
  const auto sent = core.s6a.request(mme, clr, core.now, *core.out);
  core.count(sent ? "hss.clr_sent" : "hss.clr_not_sent");
  // An MME that is away finds out when the UE comes back to it with a context nobody knows any more.
  if (!sent) {
    core.log(LogLevel::warning, "Cancel Location of " + imsi.digits() + " not sent to " + mme.value() + ": " +
                                    std::string(peer::to_string(sent.why())));
  }
}

/// The operator ends a registration.
Procedure withdraw(Core& core, Desk& desk) {
  core.load(desk);
  auto loading = desk.inbox.next<SubscriberLoaded>();
  auto loaded = co_await loading;
  if (!loaded.record || !loaded.record->mme_host) {
    core.count("hss.withdraw_nobody");
    co_return;
  }
  context::SubscriberRecord& record = *loaded.record;
  const DiameterIdentity mme = *record.mme_host;
  record.mme_host.reset();
  record.mme_realm.reset();
  core.save(desk, record);
  auto saving = desk.inbox.next<SubscriberSaved>();
  const auto saved = co_await saving;
  if (!saved.ok) {
    core.count("hss.store_failed");
    core.log(LogLevel::error, "withdrawal of " + desk.imsi.digits() + " could not be stored");
    co_return;
  }
  cancel_location(core, desk.imsi, mme, dia::CancellationType::subscription_withdrawal);
}

}  // namespace baton::node::hss
