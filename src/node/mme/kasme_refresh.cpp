// kasme_refresh.cpp: a UE goes to another MME under KASME', and comes to this one under it.
#include "node/mme/kasme_refresh.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "context/kasme_steps.h"
#include "keys/derive_eps.h"

namespace baton::node::mme {

namespace gtp2 = wire::gtp2;

Expected<bool, context::PolicyRefusal> refreshes_idle(const Core& core,
                                                      const std::optional<ByteVector>& ue_said,
                                                      const MmePeer& mme) {
  const auto& wanted = core.config.policy;
  if (wanted.inter_mme_kasme == context::InterMmeKasme::keep) return false;
  const auto own = context::Announcement::of(wanted);
  const auto said = ue_said ? context::Announcement::decode(*ue_said) : std::nullopt;
  auto in_force = context::agreed(own, said, wanted, context::PeerRole::ue);
  if (in_force) in_force = context::agreed(own, core.announced_by(mme), *in_force, context::PeerRole::mme);
  if (!in_force) return Fail{in_force.why()};
  return in_force->inter_mme_kasme != context::InterMmeKasme::keep;
}

Expected<Renewed, NotRenewed> renew_kasme(Core& core, Ue& ue, const MmePeer& to, RefreshDirection direction) {
  const auto& policy = core.config.policy;
  const auto mode = policy.inter_mme_kasme;
  // A temporary KASME' that may yet be kept goes with what the HSS would have to be told then.
  const bool told =
      mode == context::InterMmeKasme::refresh_and_update_hss || policy.confusion == context::Confusion::keep;
  if (mode == context::InterMmeKasme::keep || !ue.lineage || !ue.security || !ue.imsi)
    return Fail{NotRenewed::not_wanted};
  context::EpsSecurityContext& s = *ue.security;
  if (s.kasme() == nullptr) return Fail{NotRenewed::not_wanted};
  std::optional<NasCount> n =
      direction == RefreshDirection::handover ? s.downlink().next() : s.last_received();
  if (!n) {
    core.count("mme.s10.count_spent");
    return Fail{NotRenewed::spent};
  }
  // What is left of the lifetime now; here it is kept as it was at the time of the AKA.
  KasmeLineage now_left = context::clone(*ue.lineage);
  context::spend(now_left, core.now - now_left.aka_at);
  //= S0.D2
  if (direction == RefreshDirection::handover) {
    NasCounter down = s.downlink();
    down.used(*n);
    s.set_counts(s.uplink(), down);
  }
  auto made = context::refreshed(*s.kasme(), now_left, *ue.imsi, direction, *n, to.identity, told);
  if (!made) {
    core.count(made.why() == context::StepRefusal::too_many ? "mme.kasme.too_many_steps"
                                                            : "mme.kasme.expired");
    return Fail{NotRenewed::aka_first};
  }
  core.log_key(ue, KeyEvent::derived, made->kasme, "S0.D2", {core.keys.id(*s.kasme())});
  return Renewed{std::move(made->kasme), std::move(made->lineage), direction, *n};
}

void put_renewed(gtp2::EpsMmContext& mm, const Renewed& renewed) {
  mm.kasme = renewed.kasme.clone();
  mm.uplink_count = NasCount{};
  mm.downlink_count = *NasCount{}.next();
  mm.next_hop.reset();
  mm.old_security.reset();
}

bool adopt_lineage(Core& core, Ue& ue, KasmeLineage lineage) {
  if (!context::consistent(lineage, core.config.identity)) {
    core.count("mme.kasme.lineage_unusable");
    return false;
  }
  ue.lineage = std::move(lineage);
  // What is left now, and what had passed: so much it was at the time of the AKA. An AKA in the future was
  // dated by another clock.
  if (ue.lineage->aka_at > core.now) ue.lineage->aka_at = core.now;
  const auto passed = std::chrono::duration_cast<std::chrono::seconds>(core.now - ue.lineage->aka_at).count();
  ue.lineage->seconds_left = static_cast<std::uint32_t>(
      std::min<std::int64_t>(passed + ue.lineage->seconds_left, std::numeric_limits<std::uint32_t>::max()));
  // An AKA that nobody told of is told by the first step on it.
  ue.aka_told = ue.lineage->step == 0 && ue.lineage->unacknowledged.empty();
  ue.aka_due = false;
  ue.kasme_kept = false;
  ue.kasme_updates_tried = 0;
  return true;
}

void begin_chain(Core& core, Ue& ue) {
  if (ue.security->kasme() == nullptr) return;
  const Kasme& kasme = *ue.security->kasme();
  // The derivation with the COUNT that no message has, 2^32-1, is the one after a handover from UTRAN.
  const Kenb kenb = derive_kenb_after_handover_from_utran(kasme);
  Nh first{kenb.expose()};
  const KeyId parent = core.keys.id(kasme);
  core.log_key(ue, KeyEvent::derived, kenb, "TS 33.401, A.3", {parent});
  core.log_key(ue, KeyEvent::derived, first, "S0.D10", {core.keys.id(kenb)});
  core.log_key(ue, KeyEvent::erased, kenb, "it goes on as NH");
  ue.nh = std::move(first);
  ue.ncc = 0;
  ue.chain_hops = 0;
}

}  // namespace baton::node::mme
