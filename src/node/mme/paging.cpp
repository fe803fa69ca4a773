// paging.cpp: an idle UE is looked for.
#include "node/mme/procedures.h"

namespace baton::node::mme {

namespace gtp2 = wire::gtp2;
namespace s1ap = wire::s1ap;

//= TS 23.401, 5.3.4.3
Task<void> page_ue(Core& core, Ue& ue) {
  if (!ue.guti || !ue.imsi) co_return;
  const s1ap::Paging message{s1ap::ue_identity_index_of(*ue.imsi), STmsi{ue.guti->mme.code, ue.guti->m_tmsi},
                             std::nullopt, s1ap::CnDomain::ps, ue.tais};
  const ByteVector octets = s1ap::encode(message);
  //= TS 24.301, 5.6.2.2.1
  for (int sent = 0; sent < spec_of(Timer::t3413).sends; ++sent) {
    // 3a. Every eNB of its tracking areas calls.
    for (const Enb* enb : core.enbs.serving(ue.tais)) {
      core.send_s1ap(enb->link, 0, octets);
      core.step(ue, "3a", "Paging", core.config.name, enb->name, "S1AP");
    }
    core.start_timer(ue, Timer::t3413);

    // 4. If the UE answers, its Service Request takes the place of this procedure.
    auto wait = ue.inbox.next<Expired>();
    (void)co_await wait;
  }
  core.count("mme.paging.unanswered");
}

Procedure paging(Core& core, Ue& ue) {
  auto page = page_ue(core, ue);
  co_await page;
  //= TS 23.401, 5.3.4.3
  // Nobody answered: the UPE need not keep the data.
  if (!ue.session) co_return;
  gtp2::DownlinkDataNotificationFailureIndication m;
  m.cause.value = gtp2::CauseValue::ue_not_responding;
  m.imsi = ue.imsi;
  core.gtpc.notify(core.config.upe.endpoint, ue.session->upe_teid, m, *core.out);
  core.step_to_upe(ue, "6", "Downlink Data Notification Failure Indication");
}

}  // namespace baton::node::mme
