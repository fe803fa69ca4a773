// pur.cpp: an MME has forgotten a subscriber that was away too long.
#include "node/hss/core.h"

namespace baton::node::hss {

//= TS 29.272, 5.2.1.3.3
Procedure purge_ue(Core& core, Desk& desk, PurgeUe asked) {
  using Answer = dia::PurgeUeAnswer;
  core.load(desk);
  auto loading = desk.inbox.next<SubscriberLoaded>();
  auto loaded = co_await loading;
  if (!loaded.record) {
    core.count("hss.user_unknown");
    core.reply<Answer>(asked, experimental(dia::experimental::user_unknown));
    co_return;
  }
  context::SubscriberRecord& record = *loaded.record;
  Answer answer = core.answer_to<Answer>(asked.message.session_id, success);

  // Only the MME the subscriber is registered at can purge it; another's request changes nothing.
  if (record.mme && record.mme->host == core.client(asked.client).identity) {
    record.mme->purged = true;
    const Superseded gone = forget(record.kasme);
    core.save(desk, record);
    auto saving = desk.inbox.next<SubscriberSaved>();
    const auto saved = co_await saving;
    if (!saved.ok) {
      core.count("hss.store_failed");
      core.reply<Answer>(asked, result(dia::code::unable_to_comply));
      co_return;
    }
    core.note_gone(desk.imsi, gone, "purged");
    core.count("hss.purged");
    answer.pua_flags = dia::pua_flag::freeze_m_tmsi;
  }
  core.s6a.answer(asked.token, answer, *core.out);
}

}  // namespace baton::node::hss
