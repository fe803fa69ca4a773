// pur.cpp: a node has forgotten a subscriber that was away too long.
#include "node/hss/core.h"

namespace baton::node::hss {

//= TS 29.272, 5.2.1.3.3
Procedure purge_ue(Core& core, Desk& desk, PurgeUe asked) {
  using Answer = dia::PurgeUeAnswer;
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
    Answer answer = core.answer_to<Answer>(m.session_id, success);

    // Only the node the subscriber is registered at can purge it; another's request changes nothing. One that
    // is both MME and SGSN says in which of them.
    const std::uint32_t both = dia::pur_flag::purged_in_mme | dia::pur_flag::purged_in_sgsn;
    const std::uint32_t said = m.pur_flags.value_or(0) & both;
    const std::uint32_t which = said != 0 ? said : both;
    const auto is_at = [&](const std::optional<context::ServingNode>& node, std::uint32_t flag) {
      return node && node->host == client.identity && (which & flag) != 0;
    };
    const bool mme = is_at(record.mme, dia::pur_flag::purged_in_mme);
    const bool sgsn = is_at(record.sgsn, dia::pur_flag::purged_in_sgsn);
    if (mme || sgsn) {
      Superseded gone;
      if (mme) {
        record.mme->purged = true;
        gone = forget(record.kasme);
      }
      if (sgsn) record.sgsn->purged = true;
      core.save(desk, record);
      auto saving = desk.inbox.next<SubscriberSaved>();
      const auto saved = co_await saving;
      if (!saved.ok) {
        if (core.again(saved, attempt)) continue;
        core.reply_unsaved<Answer>(asked, saved.fault);
        co_return;
      }
      core.note_gone(desk.imsi, gone, "purged");
      core.count("hss.purged");
      answer.pua_flags =
          (mme ? dia::pua_flag::freeze_m_tmsi : 0U) | (sgsn ? dia::pua_flag::freeze_p_tmsi : 0U);
    } else {
      core.count("hss.purge_not_here");
    }
    core.pay(asked, answer);
    co_return;
  }
}

}  // namespace baton::node::hss
