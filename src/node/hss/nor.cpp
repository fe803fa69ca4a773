// nor.cpp: an MME has something to tell about a subscriber it serves.
#include "node/hss/core.h"

namespace baton::node::hss {

//= TS 29.272, 5.2.5.1.3
Procedure notify(Core& core, Desk& desk, Notify asked) {
  using Answer = dia::NotifyAnswer;
  core.load(desk);
  auto loading = desk.inbox.next<SubscriberLoaded>();
  auto loaded = co_await loading;
  if (!loaded.record) {
    core.count("hss.user_unknown");
    core.reply<Answer>(asked, experimental(dia::experimental::user_unknown));
    co_return;
  }
  // What is told (a terminal, a gateway, that the UE can be reached) is not kept yet: nobody reads it.
  const bool serves = loaded.record->mme && loaded.record->mme->host == core.client(asked.client).identity;
  core.count(serves ? "hss.notified" : "hss.notify_refused");
  core.reply<Answer>(asked, serves ? success : experimental(dia::experimental::unknown_serving_node));
}

}  // namespace baton::node::hss
