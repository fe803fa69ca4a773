#include "node/mme/delegation.h"

#include <optional>
#include <utility>

#include "keys/derive_policy.h"
#include "node/mme/handover.h"
#include "node/mme/reauthentication.h"

namespace baton::node::mme {

namespace gtp2 = wire::gtp2;
namespace s1ap = wire::s1ap;

Expected<bool, context::PolicyRefusal> delegates(const Core& core, const MmePeer& mme) {
  const auto& wanted = core.config.policy;
  if (!wanted.delegated) return false;
  const auto own = context::Announcement::of(wanted);
  const auto in_force = context::agreed(own, core.announced_by(mme), wanted, context::PeerRole::mme);
  if (!in_force) return Fail{in_force.why()};
  return in_force->delegated;
}

bool takes_delegated(const Core& core, const MmePeer& mme) {
  const auto said = core.announced_by(mme);
  return said && said->understands(context::PrivateElement::delegated);
}

void put_delegated(Core& core, const Ue& ue, const std::string& to, std::string_view message,
                   gtp2::MovePrivate& beside) {
  const context::EpsSecurityContext& s = *ue.security;
  const std::string why(message);
  if (const context::HandoverRoot* given = s.handover_root()) {
    beside.kho = given->kho.clone();
    beside.nas_keys.emplace(
        gtp2::NasKeys{s.ksi().value, given->raw, s.knas_enc()->clone(), s.knas_int()->clone()});
    core.log_key(ue, KeyEvent::sent, *beside.kho, why, {}, to);
  } else {
    const auto& policy = core.config.policy;
    const Kasme& kasme = *s.kasme();  // there is one or the other
    beside.kho = policy.raw_reading ? raw::derive_kho(kasme, policy.handover_string)
                                    : derive_kho(kasme, policy.handover_string);
    beside.nas_keys.emplace(
        gtp2::NasKeys{s.ksi().value, policy.raw_reading, s.knas_enc()->clone(), s.knas_int()->clone()});
    core.log_key(ue, KeyEvent::derived, *beside.kho, "S3.D6", {core.keys.id(kasme)});
    core.log_key(ue, KeyEvent::sent, *beside.kho, why, {}, to);
    core.log_key(ue, KeyEvent::erased, *beside.kho, "given to another MME");
  }
  core.log_key(ue, KeyEvent::sent, beside.nas_keys->enc, why, {}, to);
  core.log_key(ue, KeyEvent::sent, beside.nas_keys->integrity, why, {}, to);
}

bool says_delegated(const gtp2::MovePrivate& said) { return said.kho || said.nas_keys; }

bool delegated_well(const gtp2::MovePrivate& said, const gtp2::EpsMmContext& mm) {
  return said.kho && said.nas_keys && !said.refresh && !said.lineage && !mm.kasme && !mm.next_hop &&
         !mm.old_security;
}

void drop_beside(Core& core, const std::string& subscriber, gtp2::MovePrivate& said, const std::string& from,
                 std::string_view message) {
  const auto gone = [&](const auto& key) {
    const std::string why(message);
    core.keys.write(*core.out, core.now, KeyEvent::received, subscriber, key, why, {}, from);
    core.keys.write(*core.out, core.now, KeyEvent::erased, subscriber, key, "not taken into use");
  };
  if (said.kenb_star) gone(*said.kenb_star);
  said.kenb_star.reset();
  if (said.kho) gone(*said.kho);
  said.kho.reset();
  if (!said.nas_keys) return;
  gone(said.nas_keys->enc);
  gone(said.nas_keys->integrity);
  said.nas_keys.reset();
}

void aka_instead(Core& core, Ue& ue) {
  core.count("mme.delegated.kasme_needed");
  ue.waiting.aka = true;
  fail_handover(core, ue, s1ap::CauseRadioNetwork::interaction_with_other_procedure,
                "another MME has kept its KASME: AKA comes first");
}

Task<Outcomes> own_kasme(Core& core, Ue& ue) {
  if (!ue.security || ue.security->kasme() != nullptr) co_return Ok{};
  core.count("mme.delegated.kasme_needed");
  auto make = new_kasme(core, ue);
  const auto made = co_await make;
  co_return made;
}

}  // namespace baton::node::mme
