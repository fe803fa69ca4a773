#include "node/mme/upe_keys.h"

#include <limits>
#include <utility>

#include "wire/nas/private.h"

namespace baton::node::mme {

namespace gtp2 = wire::gtp2;
namespace nas = wire::nas;

context::UpeKeys upe_keys_of(const Core& core, const Ue& ue) {
  const context::SecurityPolicy& policy = core.config.policy;
  const std::size_t name = core.config.upe.name.size();
  if (policy.upe_keys == context::UpeKeys::none || name == 0 || name > upe_id_octets_max)
    return context::UpeKeys::none;
  const auto own = context::Announcement::of(policy);
  const auto said = ue.announced ? context::Announcement::decode(*ue.announced) : std::nullopt;
  const auto with_ue = context::agreed(own, said, policy, context::PeerRole::ue);
  if (!with_ue) return context::UpeKeys::none;
  const auto with_upe =
      context::agreed(own, core.announced_by(core.config.upe), *with_ue, context::PeerRole::upe);
  return with_upe ? with_upe->upe_keys : context::UpeKeys::none;
}

bool may_do_without(const Core& core, const Ue& ue) {
  return core.config.policy.upe_keys == context::UpeKeys::none || core.config.policy.final_fallback ||
         upe_keys_of(core, ue) != context::UpeKeys::none;
}

std::optional<gtp2::UpeKeyName> next_upe_key(Core& core, Ue& ue) {
  if (upe_keys_of(core, ue) == context::UpeKeys::none) return std::nullopt;
  if (ue.upe_key.unknown) {
    //= S1.D3
    // Under the next KASME the counter begins anew.
    core.count("mme.upe_key.unknown");
    ue.aka_due = true;
    return std::nullopt;
  }
  if (!ue.security || ue.security->kasme() == nullptr) {
    //= S3.D6
    core.count("mme.delegated.kasme_needed");
    ue.aka_due = true;
    return std::nullopt;
  }
  if (ue.upe_key.made.value == std::numeric_limits<std::uint16_t>::max()) {
    //= S1.D3
    core.count("mme.upe_key.spent");
    ue.aka_due = true;
    return std::nullopt;
  }
  ++ue.upe_key.made.value;
  return gtp2::UpeKeyName{core.config.upe.name, ue.upe_key.made};
}

void put_upe_key(Core& core, const Ue& ue, const gtp2::UpeKeyName& name,
                 std::vector<gtp2::PrivateExtension>& extensions) {
  if (ue.security->kasme() == nullptr) return;
  const Kasme& kasme = *ue.security->kasme();
  gtp2::MovePrivate told;
  told.upe = name;
  told.kupe.emplace(derive_kupe(kasme, name.upe, name.counter));
  core.log_key(ue, KeyEvent::derived, *told.kupe, "S1.D3", {core.keys.id(kasme)});
  auto extension = gtp2::encode_private(told, wire::enterprise());
  if (!extension) return;
  core.log_key(ue, KeyEvent::sent, *told.kupe, "S1.A6", {}, core.config.upe.name);
  core.log_key(ue, KeyEvent::erased, *told.kupe, "the UPE has it");
  extensions.push_back(std::move(*extension));
}

std::optional<gtp2::UpeKeyName> carried_upe_key(const Core& core, const Ue& ue, const MmePeer& to,
                                                bool renewed) {
  const auto there = core.announced_by(to);
  const bool counts = there && there->understands(context::PrivateElement::upe_keys);
  if (!counts || (ue.upe_key.unknown && !renewed) || upe_keys_of(core, ue) == context::UpeKeys::none)
    return std::nullopt;
  return gtp2::UpeKeyName{core.config.upe.name, renewed ? UpeKeyCounter{} : ue.upe_key.made};
}

void given_upe_key(Ue& ue) {
  constexpr auto most = std::numeric_limits<std::uint16_t>::max();
  if (ue.upe_key.made.value != most) ++ue.upe_key.made.value;
  ue.upe_key.doubtful = true;
}

void adopt_upe_key(Ue& ue, const std::optional<gtp2::UpeKeyName>& carried) {
  ue.upe_key = {};
  if (carried)
    ue.upe_key.made = carried->counter;
  else
    ue.upe_key.unknown = true;
}

std::optional<gtp2::UpeKeyName> upe_key_of_move(Core& core, Ue& ue) {
  if (upe_keys_of(core, ue) != context::UpeKeys::update) return std::nullopt;
  auto name = next_upe_key(core, ue);
  ue.upe_key.named = name.has_value();
  return name;
}

std::optional<gtp2::UpeKeyName> due_upe_key(Core& core, Ue& ue) {
  // While its path is switched the UE is at an eNB that its connection does not lead to: nobody could tell
  // it.
  if (!ue.security || ue.doing == "x2-handover") return std::nullopt;
  const auto how = upe_keys_of(core, ue);
  if (how == context::UpeKeys::none) return std::nullopt;
  if (ue.upe_key.named) return gtp2::UpeKeyName{core.config.upe.name, ue.upe_key.made};
  const bool moved = ue.session->adopted && how == context::UpeKeys::update;
  // A new KASME, or KASME', brings a new K_UPE when the path is next used.
  if (!moved && !ue.upe_key.doubtful && ue.upe_key.made.value != 0) return std::nullopt;
  auto name = next_upe_key(core, ue);
  // Should the answer not be heard, the UPE may have it and the UE does not.
  ue.upe_key.doubtful = name.has_value();
  return name;
}

void upe_key_taken(Core& core, Ue& ue, const gtp2::UpeKeyName& name) {
  core.count("mme.upe_key.changed");
  ue.upe_key.doubtful = false;
  if (std::exchange(ue.upe_key.named, false)) return;  // by the container of its handover
  nas::DownlinkGenericNasTransport tell;
  tell.container_type = nas::upe_key_container_type;
  wire::Writer notice;
  nas::UpeKeyNotice{name.upe, name.counter}.write(notice);
  if (auto c = nas::GenericContainer::parse(notice.done())) tell.container = std::move(*c);
  if (core.send_nas(ue, nas::encode(tell))) return;
  core.count("mme.upe_key.untold");
  ue.upe_key.doubtful = true;
}

}  // namespace baton::node::mme
