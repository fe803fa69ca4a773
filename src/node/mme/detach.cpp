// detach.cpp: a UE leaves, or is sent away.
#include "node/mme/procedures.h"
#include "node/stopwatch.h"

namespace baton::node::mme {

namespace nas = wire::nas;
namespace s1ap = wire::s1ap;

//= TS 23.401, 5.3.8.2.1
//= TS 24.301, 5.5.2.2
Procedure detach_by_ue(Core& core, Ue& ue, nas::UeDetachRequest request) {
  // 1. The request has arrived, and it is the UE's. From here on nothing but a new attach is of use to it.
  ue.emm = Ue::Emm::deregistered;
  refuse_waiting(core, ue);
  const Stopwatch watch(core.now);
  core.step_from_ue(ue, "1",
                    request.detach_type.switch_off ? "Detach Request (switch off)" : "Detach Request");

  // 2, 3. The session ends at the UPE.
  for (auto* session : {&ue.session, &ue.old_session}) {
    if (!*session) continue;
    Session gone = std::move(**session);
    session->reset();
    auto deleted = delete_session(core, ue, std::move(gone), "2", "3");
    co_await deleted;
  }

  // 11. Who switches off does not wait for an answer.
  //= TS 24.301, 5.5.2.2.2
  if (!request.detach_type.switch_off) {
    core.send_nas(ue, nas::encode(nas::DetachAccept{}));
    core.step_to_ue(ue, "11", "Detach Accept");
  }

  // 12. The connection goes, and the keys with the context.
  if (ue.s1) core.step_to_enb(ue, "12", "UE Context Release Command");
  purge(core, ue);
  core.count("mme.detach.completed");
  watch.whole("mme.detach", core.now, *core.out);
  core.forget(ue, "detach", s1ap::CauseNas::detach, true);
}

//= TS 23.401, 5.3.8.3
//= TS 24.301, 5.5.2.3
Task<void> network_detach(Core& core, Ue& ue, nas::NetworkDetachRequest request) {
  // 1. The UE is told. Whatever it asks for meanwhile comes too late.
  ue.emm = Ue::Emm::deregistered;
  refuse_waiting(core, ue);
  const ByteVector plain = nas::encode(request);
  bool accepted = false;
  //= TS 24.301, 5.5.2.3.4, case a
  for (int sent = 0; sent < spec_of(Timer::t3422).sends && !accepted; ++sent) {
    if (!core.send_nas(ue, plain)) break;
    core.step_to_ue(ue, "1", "Detach Request");
    core.start_timer(ue, Timer::t3422);

    // 10. It agrees; after five times it is not asked any more.
    auto wait = ue.inbox.next<nas::DetachAccept, Expired>();
    auto got = co_await wait;
    accepted = std::holds_alternative<nas::DetachAccept>(got);
  }
  core.stop_timer(ue, Timer::t3422);
  if (accepted) core.step_from_ue(ue, "10", "Detach Accept");

  // 2, 3. The session ends at the UPE.
  if (ue.session) {
    Session gone = std::move(*ue.session);
    ue.session.reset();
    auto deleted = delete_session(core, ue, std::move(gone), "2", "3");
    co_await deleted;
  }

  // 11. The connection goes, and the keys with the context.
  if (ue.s1) core.step_to_enb(ue, "11", "UE Context Release Command");
  purge(core, ue);
  core.count("mme.detach.completed");
  core.out->outcome({ue.subscriber(), "detach", true, accepted ? "" : "the UE did not answer"});
  core.forget(ue, "detach", s1ap::CauseNas::detach, true);
}

Task<void> send_away(Core& core, Ue& ue, nas::NetworkDetachRequest request) {
  if (ue.idle()) {
    // It has to be found first; service_request goes on from there.
    ue.pending_detach = request;
    auto page = page_ue(core, ue);
    co_await page;  // comes back only when nobody answered
    core.out->outcome({ue.subscriber(), "detach", true, "the UE was not found"});
    purge(core, ue);
    core.forget(ue, "implicit detach", s1ap::CauseNas::detach, true);
    co_return;
  }
  auto detach = network_detach(core, ue, request);
  co_await detach;
}

Procedure detach_by_network(Core& core, Ue& ue, nas::NetworkDetachRequest request) {
  auto away = send_away(core, ue, request);
  co_await away;
}

}  // namespace baton::node::mme
