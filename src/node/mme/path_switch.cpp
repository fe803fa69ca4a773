// path_switch.cpp: an eNB has taken a UE from another one without the core, and asks for its path and for the
// next link of its chain (TS 36.413, 8.4.4; TS 23.401, 5.5.1.1.2).
#include <algorithm>

#include "node/mme/handover.h"
#include "node/mme/interfaces.h"
#include "node/stopwatch.h"

namespace baton::node::mme {

namespace gtp2 = wire::gtp2;
namespace s1ap = wire::s1ap;
using Radio = s1ap::CauseRadioNetwork;

namespace {

/// How far the chain may be ahead of the UE after a Path Switch: the link that is given now, and one that no
/// eNB was given after the initial KeNB.
constexpr int path_switch_lead = 2;

//= TS 36.413, 8.4.4.3
void refuse(Core& core, peer::LinkId link, const s1ap::PathSwitchRequest& m, s1ap::Cause cause) {
  core.count("mme.handover.path_switch_refused");
  core.send_s1ap(
      link, 0,
      s1ap::encode(s1ap::PathSwitchRequestFailure{m.source_mme_ue_id, m.enb_ue_id, cause, std::nullopt}));
}

/// downlink_of is the eNB's end of the default bearer, if it has switched that.
std::optional<gtp2::FTeid> downlink_of(const s1ap::PathSwitchRequest& m) {
  for (const s1ap::ErabSwitched& erab : m.erabs) {
    const auto address = erab.address.ipv4();
    if (erab.id.value == default_bearer && address)
      return gtp2::FTeid{gtp2::InterfaceType::s1u_enb, erab.teid, *address, std::nullopt};
  }
  return std::nullopt;
}

Procedure path_switch(Core& core, Ue& ue, s1ap::PathSwitchRequest m, peer::LinkId link, gtp2::FTeid s1u_enb) {
  const Stopwatch watch(core.now);
  // 1. The UE is at the target eNB.
  core.step(ue, "1", "Path Switch Request", core.enbs.find(link)->name, core.config.name, "S1AP");
  //= TS 33.401, 7.2.4.2.2
  // What the eNB says of the UE's algorithms is looked at and not taken.
  if (!(m.ue_security_capabilities == s1ap_capabilities(ue.capability)))
    core.count("mme.handover.path_switch_capabilities_differ");

  // 2, 5. Downlink data know the way.
  const auto before = ue.session->s1u_enb;
  ue.session->s1u_enb = s1u_enb;
  auto modify = modify_bearer(core, ue, "2", "5");
  auto modified = co_await modify;
  const Enb* enb = core.enbs.find(link);
  S1Connection* c = core.connection_of(ue);
  const bool free = enb != nullptr && c != nullptr && core.s1.find(link, m.enb_ue_id) == nullptr;
  // The chain goes on only when everything else stands: a link that nobody is given would be one too many.
  //= TS 33.401, 7.2.8.4.2
  if (!modified || !free || !advance_chain(core, ue)) {
    ue.session->s1u_enb = before;
    if (modified && before) {
      // Downlink data are to find the way back, too.
      gtp2::ModifyBearerRequest back;
      gtp2::BearerToModify bearer;
      bearer.ebi = gtp2::Ebi{default_bearer};
      bearer.s1u_enb = before;
      back.bearers.push_back(bearer);
      core.tell_upe(ue.session->upe_teid, back);
    }
    if (enb != nullptr)
      refuse(core, link, m, free ? s1ap::Cause(Radio::unspecified) : Radio::unknown_enb_ue_s1ap_id);
    core.out->outcome({ue.subscriber(), "x2-handover", false, "the path was not switched"});
    co_return;
  }

  // 6. The connection is the target's, and so is the next {NH, NCC}.
  refuse_waiting(core, ue);  // what the source eNB still wanted with the UE
  core.s1.move(*c, link, m.enb_ue_id, enb->name, m.tai, m.cell);
  ue.last_tai = m.tai;
  ue.chain_hops = std::min(ue.chain_hops, path_switch_lead);
  core.log_key(ue, KeyEvent::sent, *ue.nh, "Path Switch Request Acknowledge", {}, enb->name);
  core.send_s1ap(c->link, c->stream(),
                 s1ap::encode(s1ap::PathSwitchRequestAcknowledge{.mme_ue_id = c->mme_id,
                                                                 .enb_ue_id = c->enb_id,
                                                                 .ue_ambr = std::nullopt,
                                                                 .switched = {},
                                                                 .to_release = {},
                                                                 .security = {ue.ncc, ue.nh->clone()},
                                                                 .diagnostics = std::nullopt}));
  core.step_to_enb(ue, "6", "Path Switch Request Acknowledge");
  core.count("mme.handover.path_switched");
  watch.whole("mme.path_switch", core.now, *core.out);
  core.out->outcome({ue.subscriber(), "x2-handover", true, ""});
}

}  // namespace

void on_path_switch(Core& core, const Enb& enb, s1ap::PathSwitchRequest m) {
  const S1Connection* c = core.s1.find(m.source_mme_ue_id);
  Ue* ue = c != nullptr && c->ue ? core.ues.find(*c->ue) : nullptr;
  if (ue == nullptr || ue->s1 != c->mme_id) return refuse(core, enb.link, m, Radio::unknown_mme_ue_s1ap_id);
  const auto s1u_enb = downlink_of(m);
  //= S3.D6
  // The next link takes KASME. The UE comes back, and then there is one.
  if (ue->security && ue->security->kasme() == nullptr) core.count("mme.delegated.kasme_needed");
  const bool served = core.config.path_switch && c->link != enb.link && enb.serves(m.tai);
  if (!served || !s1u_enb || ue->emm != Ue::Emm::registered || !ue->context_at_enb || !ue->session || !ue->nh)
    return refuse(core, enb.link, m, Radio::ho_target_not_allowed);
  if (core.s1.find(enb.link, m.enb_ue_id) != nullptr)
    return refuse(core, enb.link, m, Radio::unknown_enb_ue_s1ap_id);
  if (ue->busy() || ue->handover) return refuse(core, enb.link, m, Radio::interaction_with_other_procedure);
  core.run(*ue, "x2-handover", path_switch(core, *ue, std::move(m), enb.link, *s1u_enb));
}

}  // namespace baton::node::mme
