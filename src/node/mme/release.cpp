// release.cpp: the eNB gives a UE's connection back.
#include "node/mme/procedures.h"

namespace baton::node::mme {

namespace gtp2 = wire::gtp2;
namespace s1ap = wire::s1ap;

//= TS 23.401, 5.3.5
Procedure release(Core& core, Ue& ue, s1ap::Cause cause) {
  // 1. The eNB has asked.
  core.step_from_enb(ue, "1", "UE Context Release Request");

  // 2, 3. The UPE forgets the eNB's end of the bearers.
  if (ue.session && core.ask_upe(ue, ue.session->upe_teid, gtp2::ReleaseAccessBearersRequest{})) {
    core.step_to_upe(ue, "2", "Release Access Bearers Request");
    auto wait = ue.inbox.next<S11Answer, S11Silent>();
    auto got = co_await wait;
    // A silent UPE does not keep a UE connected.
    if (std::holds_alternative<S11Answer>(got))
      core.step_from_upe(ue, "3", "Release Access Bearers Response");
  }

  // 4. The eNB may; 6. its confirmation frees the ids (Mme::on).
  core.step_to_enb(ue, "4", "UE Context Release Command");
  if (S1Connection* c = core.connection_of(ue)) core.release_s1(*c, cause);
  core.go_idle(ue, "connection released");
  core.count("mme.release.completed");
}

}  // namespace baton::node::mme
