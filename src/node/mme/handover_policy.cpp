// handover_policy.cpp: the keys of a handover where the policy does not take them from the NH chain.
#include "node/mme/handover.h"

namespace baton::node::mme {

namespace s1ap = wire::s1ap;

namespace {

/// A UE that was promised a container refuses a command without one: it could not tell a fall-back from an
/// attack. Such a handover is not begun.
//= S3.D4a
bool bears(const context::SecurityPolicy& promised, const context::SecurityPolicy& in_force) {
  return promised.handover_refresh == in_force.handover_refresh ||
         promised.bit_protection == context::BitProtection::rrc;
}

}  // namespace

Expected<context::SecurityPolicy, context::PolicyRefusal> policy_of(const Core& core, const Ue& ue,
                                                                    const Enb* source, const Enb* target) {
  const auto own = context::Announcement::of(core.config.policy);
  const auto of_enb = [](const Enb* enb) { return enb ? enb->announced : std::nullopt; };
  const auto said = ue.announced ? context::Announcement::decode(*ue.announced) : std::nullopt;
  const auto with_ue = context::agreed(own, said, core.config.policy, context::PeerRole::ue);
  if (!with_ue) return with_ue;
  auto policy = context::agreed(own, of_enb(source), *with_ue, context::PeerRole::enb);
  if (policy) policy = context::agreed(own, of_enb(target), *policy, context::PeerRole::enb);
  if (policy && !bears(*with_ue, *policy)) return Fail{context::PolicyRefusal::element_missing};
  return policy;
}

Expected<context::SecurityPolicy, context::PolicyRefusal> policy_of(const Core& core, const Ue& ue,
                                                                    const Enb* enb, const MmePeer& mme) {
  auto policy = policy_of(core, ue, enb, enb);
  if (!policy) return policy;
  const auto own = context::Announcement::of(core.config.policy);
  const auto said = core.announced_by(mme);
  if (const auto enough = announces_enough(core, mme); !enough) return Fail{enough.why()};
  const auto between = context::agreed(own, said, *policy, context::PeerRole::mme);
  if (between && !bears(*policy, *between)) return Fail{context::PolicyRefusal::element_missing};
  return between;
}

// What the configuration requires of a neighbour has no fallback.
Expected<Ok, context::PolicyRefusal> announces_enough(const Core& core, const MmePeer& mme) {
  if (!mme.required) return Ok{};
  const auto said = core.announced_by(mme);
  if (!said) return Fail{context::PolicyRefusal::nothing_announced};
  if (!said->covers(*mme.required)) return Fail{context::PolicyRefusal::element_missing};
  return Ok{};
}

//= S3.D4
void burn_count(Ue& ue) {
  NasCounter down = ue.security->sending();
  if (const auto n = down.next()) down.used(*n);
  ue.security->set_counts(ue.security->receiving(), down);
}

//= S3.P4
std::optional<StarKey> star_key(Core& core, const Ue& ue, KenbStar star,
                                const context::SecurityPolicy& policy, bool plus) {
  const context::StarUse use{plus, policy.bind_earfcn, policy.raw_reading};
  if (!plus) return StarKey{std::move(star), use};
  //= S3.D6
  const context::HandoverRoot* given = ue.security->handover_root();
  if (given != nullptr && given->raw != policy.raw_reading) {
    core.count("mme.delegated.other_reading");
    core.log_key(ue, KeyEvent::erased, star, "K_HO is by another reading");
    return std::nullopt;
  }
  const auto made_here = [&] {
    const Kasme& kasme = *ue.security->kasme();
    Kho made = policy.raw_reading ? raw::derive_kho(kasme, policy.handover_string)
                                  : derive_kho(kasme, policy.handover_string);
    core.log_key(ue, KeyEvent::derived, made, "S3.P4", {core.keys.id(kasme)});
    return made;
  };
  const Kho kho = given != nullptr ? given->kho.clone() : made_here();
  KenbStar made =
      policy.raw_reading ? raw::derive_kenb_star_plus(kho, star) : derive_kenb_star_plus(kho, star);
  core.log_key(ue, KeyEvent::derived, made, "S3.P4", {core.keys.id(kho), core.keys.id(star)});
  if (given == nullptr) core.log_key(ue, KeyEvent::erased, kho, "KeNB*+ made of it");
  core.log_key(ue, KeyEvent::erased, star, "KeNB*+ made of it");
  return StarKey{std::move(made), use};
}

//= S3.D4
//= S0.D2
std::optional<ByteVector> container_for(Core& core, Ue& ue, const std::optional<context::StarUse>& star,
                                        const context::SecurityPolicy& policy,
                                        const s1ap::GlobalEnbId& target, std::optional<NasCount> n,
                                        const std::optional<wire::gtp2::UpeKeyName>& upe) {
  context::EpsSecurityContext& security = *ue.security;
  const auto next = security.sending().next();
  const auto count = n ? std::optional(NasCount{}) : next;
  const auto* macro = std::get_if<MacroEnbId>(&target);
  if (!count || macro == nullptr || security.knas_int() == nullptr) return std::nullopt;
  context::HandoverContainer container;
  container.ksi = security.ksi();
  container.algorithms = security.algorithms();
  container.star = star;
  if (n) container.n_low = n->sqn();
  if (upe) container.upe = context::UpeKey{upe->upe, upe->counter};
  container.bit_in_algorithms = policy.bit_protection == context::BitProtection::algorithm_id;
  container.target = context::target_enb_id(*macro);
  auto sealed = context::seal_container(std::move(container), *security.knas_int(), *count);
  if (!sealed) {
    core.count("mme.handover.container_unsealed");
    return std::nullopt;
  }
  if (!n) {
    NasCounter down = security.sending();
    down.used(*count);
    security.set_counts(security.receiving(), down);
  }
  return std::move(*sealed);
}

}  // namespace baton::node::mme
