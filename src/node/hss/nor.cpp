// nor.cpp: a node has something to tell about a subscriber it serves.
#include "node/hss/core.h"

namespace baton::node::hss {

namespace {

/// take_in writes what is told into the record; false when there was nothing to keep.
bool take_in(context::SubscriberRecord& r, const dia::NotifyRequest& m, bool s6a,
             std::optional<DiameterIdentity>& let_go) {
  bool changed = false;
  if (m.terminal_information) {
    const context::Terminal told{m.terminal_information->imei.value_or(""),
                                 m.terminal_information->software_version.value_or("")};
    changed = told != r.terminal;
    r.terminal = told;
  }
  // The UE is registered at the MME alone now.
  if (s6a && m.nor_flags && (*m.nor_flags & dia::nor_flag::single_registration) != 0 && r.sgsn) {
    if (r.mme->host != r.sgsn->host) let_go = r.sgsn->host;
    r.sgsn.reset();
    changed = true;
  }
  return changed;
}

}  // namespace

//= TS 29.272, 5.2.5.1.3
Procedure notify(Core& core, Desk& desk, Notify asked) {
  using Answer = dia::NotifyAnswer;
  const auto& m = asked.message;
  const Client& client = core.client(asked.client);
  for (int attempt = 1;; ++attempt) {
    core.load(desk);
    auto loading = desk.inbox.next<SubscriberLoaded>();
    auto loaded = co_await loading;
    if (!loaded.record) {
      core.reply_absent<Answer>(asked, loaded.fault);
      co_return;
    }
    context::SubscriberRecord& record = *loaded.record;
    const bool s6a = record.mme && record.mme->host == client.identity;
    const bool s6d = record.sgsn && record.sgsn->host == client.identity;
    if (!s6a && !s6d) {
      core.count("hss.notify_refused");
      core.reply<Answer>(asked, experimental(dia::experimental::unknown_serving_node));
      co_return;
    }
    std::optional<DiameterIdentity> left;
    if (take_in(record, m, s6a, left)) {
      core.save(desk, record);
      auto saving = desk.inbox.next<SubscriberSaved>();
      const auto saved = co_await saving;
      if (!saved.ok) {
        if (core.again(saved, attempt)) continue;
        core.reply_unsaved<Answer>(asked, saved.fault);
        co_return;
      }
    }
    if (left) {
      Cancellation c{desk.imsi, *left, dia::CancellationType::sgsn_update_procedure};
      c.sgsn = true;
      cancel_location(core, std::move(c));
    }
    // That the UE can be reached, and the gateway it uses, nobody here waits for: they are counted.
    const std::uint32_t reachable = dia::nor_flag::reachable_from_mme | dia::nor_flag::reachable_from_sgsn;
    if (m.alert_reason || (m.nor_flags.value_or(0) & reachable) != 0) core.count("hss.notified_reachable");
    if (m.context_identifier || m.service_selection) core.count("hss.notified_gateway");
    core.count("hss.notified");
    core.reply<Answer>(asked, success);
    co_return;
  }
}

}  // namespace baton::node::hss
