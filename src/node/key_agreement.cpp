#include "node/key_agreement.h"

#include <algorithm>

namespace baton::node {

namespace {

/// The two ends a kind of key is for. TS 33.401, 6.2.
struct Ends {
  Role a, b;
};
std::optional<Ends> ends_of(KeyKind kind) {
  switch (kind) {
    case KeyKind::kasme:
    case KeyKind::knas_enc:
    case KeyKind::knas_int: return Ends{Role::ue, Role::mme};
    case KeyKind::kenb:
    case KeyKind::krrc_enc:
    case KeyKind::krrc_int:
    case KeyKind::kup_enc:
    case KeyKind::kup_int: return Ends{Role::ue, Role::enb};
    case KeyKind::kupe: return Ends{Role::ue, Role::upe};
    default: return std::nullopt;  // made and used up at one end (CK, IK), or made ahead of need (NH)
  }
}

}  // namespace

std::string_view to_string(Role role) {
  switch (role) {
    case Role::ue: return "ue";
    case Role::enb: return "enb";
    case Role::mme: return "mme";
    case Role::hss: return "hss";
    case Role::upe: return "upe";
    case Role::other: return "other";
  }
  return "?";
}

Role KeyAgreement::role_of(const std::string& node) const {
  const auto found = roles_.find(node);
  return found == roles_.end() ? Role::other : found->second;
}

void KeyAgreement::add(const LedgerEntry& entry) {
  ++entries_;
  std::string subscriber = entry.subscriber;
  if (subscriber.empty()) {
    if (const auto known = subscriber_of_.find(entry.key); known != subscriber_of_.end())
      subscriber = known->second;
    for (const KeyId& parent : entry.parents) {
      if (!subscriber.empty()) break;
      if (const auto known = subscriber_of_.find(parent); known != subscriber_of_.end())
        subscriber = known->second;
    }
  }
  if (!subscriber.empty()) subscriber_of_.emplace(entry.key, subscriber);
  if (entry.kind == KeyKind::kho && !entry.parents.empty())
    kasme_of_.emplace(entry.key, entry.parents.front());

  auto& held = held_[subscriber][entry.kind][entry.node];
  const auto same = [&](const Held& h) { return h.key == entry.key; };
  switch (entry.event) {
    case KeyEvent::derived:
    case KeyEvent::received:
    case KeyEvent::stored: {
      held.erase(std::remove_if(held.begin(), held.end(), same), held.end());
      held.push_back({entry.key, entries_});
      auto& ever = ever_[entry.key];
      if (std::find(ever.begin(), ever.end(), entry.node) == ever.end()) ever.push_back(entry.node);
      break;
    }
    case KeyEvent::erased: held.erase(std::remove_if(held.begin(), held.end(), same), held.end()); break;
    case KeyEvent::sent: break;
  }
}

/// stands_for is whether some MME holds K_HO of that KASME.
bool KeyAgreement::stands_for(const std::string& subscriber, KeyId kasme) const {
  const auto kinds = held_.find(subscriber);
  if (kinds == held_.end()) return false;
  const auto nodes = kinds->second.find(KeyKind::kho);
  if (nodes == kinds->second.end()) return false;
  for (const auto& [node, held] : nodes->second)
    for (const Held& h : held)
      if (const auto of = kasme_of_.find(h.key);
          role_of(node) == Role::mme && of != kasme_of_.end() && of->second == kasme)
        return true;
  return false;
}

std::vector<KeyState> KeyAgreement::states(const std::string& subscriber) const {
  std::vector<KeyState> out;
  const auto found = held_.find(subscriber);
  if (found == held_.end()) return out;
  for (const auto& [kind, nodes] : found->second) {
    KeyState state;
    state.subscriber = subscriber;
    state.kind = kind;

    std::uint64_t newest = 0;
    bool from_ue = false;
    for (const auto& [node, held] : nodes) {
      if (held.empty()) continue;
      const bool ue = role_of(node) == Role::ue;
      if (from_ue && !ue) continue;
      if ((ue && !from_ue) || held.back().since > newest) {
        newest = held.back().since;
        state.current = held.back().key;
        from_ue = ue;
      }
    }

    bool a_holds = false;
    bool b_holds = false;
    bool newest_differs = false;
    const auto ends = ends_of(kind);
    for (const auto& [node, held] : nodes) {
      if (held.empty()) continue;
      bool holds_current = false;
      for (const Held& h : held) holds_current |= h.key == *state.current;
      if (holds_current) {
        const Role role = role_of(node);
        state.shared |= role != Role::other &&
                        std::any_of(state.holders.begin(), state.holders.end(),
                                    [&](const std::string& other) { return role_of(other) == role; });
        state.holders.push_back(node);
      }
      if (!holds_current || held.size() > 1) state.stale_at.push_back(node);
      // What an HSS remembers is no end of the key: it may be behind, and that stands in `stale_at`.
      const bool bystander = ends && role_of(node) == Role::hss;
      newest_differs |= !bystander && held.back().key != *state.current;
      if (ends && holds_current) {
        a_holds |= role_of(node) == ends->a;
        b_holds |= role_of(node) == ends->b;
      }
    }
    //= S3.D6
    if (kind == KeyKind::kasme && a_holds && !b_holds) b_holds = stands_for(subscriber, *state.current);
    state.agree = !state.current || (!newest_differs && (!ends || (a_holds && b_holds)));
    out.push_back(std::move(state));
  }
  return out;
}

std::vector<std::string> KeyAgreement::ever_held(KeyId key) const {
  const auto found = ever_.find(key);
  return found == ever_.end() ? std::vector<std::string>{} : found->second;
}

}  // namespace baton::node
