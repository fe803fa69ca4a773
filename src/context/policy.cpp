#include "context/policy.h"

#include <algorithm>
#include <span>

#include "context/built_policy.h"

namespace baton::context {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::string_view refresh_names[] = {"nh-ncc", "forward-secure", "hash-chain"};
constexpr std::string_view bit_names[] = {"nas", "rrc", "algorithm-id"};
constexpr std::string_view kasme_names[] = {"keep", "refresh-and-update-hss", "refresh-temporary"};
constexpr std::string_view upe_names[] = {"none", "update", "same"};
constexpr std::string_view rat_names[] = {"mapped", "transferred", "transferred-nonce"};
constexpr std::string_view carrier_names[] = {"gtp", "aaa"};
constexpr std::string_view after_names[] = {"reauthenticate-when-weaker", "never", "always"};
constexpr std::string_view e2m_names[] = {"emsdp", "pull", "push", "context"};
constexpr std::string_view device_names[] = {"imei-check", "hardened", "hardened-combined", "seed",
                                             "seed-combined"};
constexpr std::string_view pairs_names[] = {"always", "never", "inter-plmn"};
constexpr std::string_view confusion_names[] = {"dump", "keep"};
constexpr std::string_view profile_names[] = {"final", "seed", "hardened", "hash-chain", "temporary-kasme"};
constexpr std::string_view bool_names[] = {"false", "true"};

/// The names of a type's values, in the order of the values.
constexpr Names names(HandoverRefresh) { return refresh_names; }
constexpr Names names(BitProtection) { return bit_names; }
constexpr Names names(InterMmeKasme) { return kasme_names; }
constexpr Names names(UpeKeys) { return upe_names; }
constexpr Names names(InterRatKeys) { return rat_names; }
constexpr Names names(ContextCarrier) { return carrier_names; }
constexpr Names names(AfterMobility) { return after_names; }
constexpr Names names(E2mKeySource) { return e2m_names; }
constexpr Names names(DeviceBinding) { return device_names; }
constexpr Names names(ForwardSecurePairs) { return pairs_names; }
constexpr Names names(Confusion) { return confusion_names; }
constexpr Names names(Profile) { return profile_names; }
constexpr Names names(bool) { return bool_names; }

template <class T>
std::string_view name(T value) {
  return names(value)[static_cast<std::size_t>(value)];
}

/// each calls visit(name of the field, member) for every field, in order. The label of K_HO comes last.
template <class Policy, class Visit>
void each(Policy& p, Visit visit) {
  visit("handover_refresh", p.handover_refresh);
  visit("bit_protection", p.bit_protection);
  visit("inter_mme_kasme", p.inter_mme_kasme);
  visit("upe_keys", p.upe_keys);
  visit("inter_rat_keys", p.inter_rat_keys);
  visit("context_carrier", p.context_carrier);
  visit("after_mobility", p.after_mobility);
  visit("e2m_key_source", p.e2m_key_source);
  visit("device_binding", p.device_binding);
  visit("bind_earfcn", p.bind_earfcn);
  visit("raw_reading", p.raw_reading);
  visit("delegated", p.delegated);
  visit("key_in_update", p.key_in_update);
  visit("pairs", p.pairs);
  visit("confusion", p.confusion);
  visit("final_fallback", p.final_fallback);
  visit("handover_string", p.handover_string);
}

template <class T>
std::string text(const T& value) {
  return std::string(name(value));
}
std::string text(const std::string& value) { return value; }

/// read gives what was expected when `value` is none of a field's values.
template <class T>
std::optional<std::string> read(T& out, std::string_view value) {
  std::string expected;
  const Names all = names(T{});
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i] == value) {
      out = static_cast<T>(i);
      return std::nullopt;
    }
    expected += (i == 0 ? "" : i + 1 == all.size() ? " or " : ", ") + std::string(all[i]);
  }
  return expected;
}
std::optional<std::string> read(std::string& out, std::string_view value) {
  if (value.empty() || value.size() > handover_string_octets_max)
    return "1 to " + std::to_string(handover_string_octets_max) + " octets";
  out = value;
  return std::nullopt;
}

constexpr Byte nameless_profile = 0x80;
constexpr Byte bit_of(Profile p) { return static_cast<Byte>(1U << static_cast<unsigned>(p)); }
constexpr std::uint16_t bits(PrivateElement e) { return static_cast<std::uint16_t>(e); }

}  // namespace

std::string_view to_string(HandoverRefresh v) { return name(v); }
std::string_view to_string(BitProtection v) { return name(v); }
std::string_view to_string(InterMmeKasme v) { return name(v); }
std::string_view to_string(UpeKeys v) { return name(v); }
std::string_view to_string(InterRatKeys v) { return name(v); }
std::string_view to_string(ContextCarrier v) { return name(v); }
std::string_view to_string(AfterMobility v) { return name(v); }
std::string_view to_string(E2mKeySource v) { return name(v); }
std::string_view to_string(DeviceBinding v) { return name(v); }
std::string_view to_string(ForwardSecurePairs v) { return name(v); }
std::string_view to_string(Confusion v) { return name(v); }
std::string_view to_string(Profile p) { return name(p); }

std::optional<Profile> profile_named(std::string_view wanted) {
  Profile p{};
  if (read(p, wanted)) return std::nullopt;
  return p;
}

SecurityPolicy policy_of(Profile profile) {
  SecurityPolicy p;
  switch (profile) {
    case Profile::final_: break;
    case Profile::seed:
      p.handover_refresh = HandoverRefresh::forward_secure;
      p.bit_protection = BitProtection::rrc;
      p.inter_mme_kasme = InterMmeKasme::refresh_and_update_hss;
      p.upe_keys = UpeKeys::update;
      p.inter_rat_keys = InterRatKeys::transferred;
      p.e2m_key_source = E2mKeySource::pull;
      p.device_binding = DeviceBinding::seed;
      p.bind_earfcn = false;
      p.key_in_update = true;
      break;
    case Profile::hardened:
      p.handover_refresh = HandoverRefresh::forward_secure;
      p.bit_protection = BitProtection::nas;
      p.inter_mme_kasme = InterMmeKasme::refresh_and_update_hss;
      p.upe_keys = UpeKeys::update;
      p.inter_rat_keys = InterRatKeys::transferred_nonce;
      p.e2m_key_source = E2mKeySource::pull;
      p.device_binding = DeviceBinding::hardened;
      break;
    case Profile::hash_chain:
      p.handover_refresh = HandoverRefresh::hash_chain;
      p.bind_earfcn = false;
      break;
    case Profile::temporary_kasme: p.inter_mme_kasme = InterMmeKasme::refresh_temporary; break;
  }
  return p;
}

std::optional<Profile> profile_of(const SecurityPolicy& policy) {
  for (const Profile p : profiles) {
    SecurityPolicy named = policy_of(p);
    named.final_fallback = policy.final_fallback;
    if (named == policy) return p;
  }
  return std::nullopt;
}

std::optional<std::string_view> contradiction(const SecurityPolicy& p) {
  const bool refreshes_kasme = p.inter_mme_kasme != InterMmeKasme::keep;
  const bool from_star = p.handover_refresh != HandoverRefresh::nh_ncc;
  //= S1.D3
  if (p.upe_keys == UpeKeys::same && refreshes_kasme)
    return "upe_keys same moves K_UPE unchanged, but inter_mme_kasme changes the key it comes from";
  if (p.raw_reading && !from_star) return "raw_reading is about KeNB*, which handover_refresh nh-ncc has not";
  if (!p.bind_earfcn && !from_star)
    return "handover_refresh nh-ncc binds keys to the carrier; bind_earfcn false contradicts it";
  if (p.pairs != ForwardSecurePairs::always && p.handover_refresh != HandoverRefresh::forward_secure)
    return "pairs chooses where handover_refresh forward-secure applies; it has another value";
  if (p.handover_string != handover_string_default && p.handover_refresh != HandoverRefresh::forward_secure)
    return "handover_string labels K_HO, which only handover_refresh forward-secure has";
  //= S3.D6
  if (p.delegated && p.handover_refresh != HandoverRefresh::forward_secure)
    return "delegated gives K_HO away, which only handover_refresh forward-secure has";
  if (p.delegated && refreshes_kasme)
    return "delegated keeps KASME from the target MME, but inter_mme_kasme sends it KASME'";
  if (p.delegated && p.upe_keys == UpeKeys::update)
    return "delegated keeps KASME from the target MME, but upe_keys update has it make the next K_UPE of it";
  if (p.key_in_update && p.inter_mme_kasme != InterMmeKasme::refresh_and_update_hss)
    return "key_in_update is about KASME-Update, which only inter_mme_kasme refresh-and-update-hss has";
  if (p.confusion != Confusion::dump && p.inter_mme_kasme != InterMmeKasme::refresh_temporary)
    return "confusion is about a temporary KASME', which only inter_mme_kasme refresh-temporary has";
  if (p.handover_string.empty() || p.handover_string.size() > handover_string_octets_max)
    return "handover_string has 1 to 64 octets";
  return std::nullopt;
}

std::vector<std::string_view> not_built(const SecurityPolicy& p) {
  std::vector<std::string_view> out;
  // No node of another radio system, no HSE and no device list stands yet, whatever the value.
  out.push_back("inter_rat_keys");
  if (p.context_carrier != ContextCarrier::gtp) out.push_back("context_carrier");
  out.push_back("e2m_key_source");
  out.push_back("device_binding");
  return out;
}

Expected<Ok, std::string> set(SecurityPolicy& policy, std::string_view field, std::string_view value) {
  bool known = false;
  std::optional<std::string> expected;
  each(policy, [&](std::string_view name, auto& member) {
    if (name != field) return;
    known = true;
    expected = read(member, value);
  });
  if (!known) return Fail{"no field of a policy: " + std::string(field)};
  if (expected) return Fail{std::string(field) + ": expected " + *expected};
  return Ok{};
}

std::vector<std::pair<std::string_view, std::string>> fields(const SecurityPolicy& policy) {
  std::vector<std::pair<std::string_view, std::string>> out;
  each(policy, [&](std::string_view name, const auto& member) { out.emplace_back(name, text(member)); });
  return out;
}

std::string describe(const SecurityPolicy& policy) {
  SecurityPolicy base;
  if (const auto p = profile_of(policy)) {
    base = policy_of(*p);
    if (base == policy) return std::string(name(*p));
    return std::string(name(*p)) + " without fallback";
  }
  std::string out = "final with";
  const auto own = fields(policy);
  const auto plain = fields(base);
  for (std::size_t i = 0; i < own.size(); ++i)
    if (own[i] != plain[i]) out += " " + std::string(own[i].first) + "=" + own[i].second;
  return out;
}

Announcement Announcement::of(const SecurityPolicy& own, std::uint16_t understood) {
  Announcement out;
  // A node that runs the part of a profile that is built is one of that profile.
  std::optional<Profile> profile;
  for (const Profile p : context::profiles) {
    SecurityPolicy part = built_part(policy_of(p));
    part.final_fallback = own.final_fallback;
    if (!profile && (part == own || (profile_of(own) && *profile_of(own) == p))) profile = p;
  }
  out.profiles = profile ? bit_of(*profile) : nameless_profile;
  if (own.final_fallback) out.profiles |= bit_of(Profile::final_);
  out.elements = understood;
  return out;
}

ByteVector Announcement::encode() const {
  return {version, profiles, static_cast<Byte>(elements >> 8U), static_cast<Byte>(elements)};
}

std::optional<Announcement> Announcement::decode(Bytes in) {
  if (in.size() < octets || in.size() > octets_max || in[0] == 0) return std::nullopt;
  if (in[0] == version && in.size() != octets) return std::nullopt;
  Announcement out;
  out.profiles = in[1];
  out.elements = static_cast<std::uint16_t>(in[2] << 8U | in[3]);
  return out;
}

std::uint16_t elements_needed(const SecurityPolicy& p, PeerRole role) {
  const bool from_star = p.handover_refresh != HandoverRefresh::nh_ncc;
  const bool refreshes_kasme = p.inter_mme_kasme != InterMmeKasme::keep;
  std::uint16_t out = 0;
  if (role == PeerRole::hss)
    return p.inter_mme_kasme == InterMmeKasme::refresh_and_update_hss ? bits(PrivateElement::kasme_update)
                                                                      : out;
  if (role == PeerRole::upe) return p.upe_keys != UpeKeys::none ? bits(PrivateElement::upe_keys) : out;
  if (from_star) out |= bits(PrivateElement::refresh);
  if (p.raw_reading) out |= bits(PrivateElement::raw_reading);
  // The bit, n of KASME' and the UPE's key travel in the container; with bit_protection rrc the source eNB
  // still reads the bit there, for the RRC command.
  if (from_star || refreshes_kasme || p.upe_keys != UpeKeys::none) out |= bits(PrivateElement::container);
  if (role == PeerRole::enb) return out;
  if (refreshes_kasme) out |= bits(PrivateElement::kasme_refresh);
  if (p.upe_keys != UpeKeys::none) out |= bits(PrivateElement::upe_keys);
  if (p.delegated && role == PeerRole::mme) out |= bits(PrivateElement::delegated);
  return out;
}

bool beyond_final(const SecurityPolicy& p) {
  return elements_needed(p, PeerRole::mme) != 0 || elements_needed(p, PeerRole::hss) != 0;
}

std::string_view to_string(PolicyRefusal r) {
  switch (r) {
    case PolicyRefusal::nothing_announced: return "nothing announced";
    case PolicyRefusal::no_common_profile: return "no common profile";
    case PolicyRefusal::element_missing: return "private element missing";
  }
  return "?";
}

SecurityPolicy fallen_back(SecurityPolicy p, PeerRole role) {
  const SecurityPolicy plain;
  if (role == PeerRole::upe) {
    p.upe_keys = plain.upe_keys;
    return p;
  }
  if (role != PeerRole::hss) {
    p.handover_refresh = plain.handover_refresh;
    p.bit_protection = plain.bit_protection;
    p.bind_earfcn = plain.bind_earfcn;
    p.raw_reading = plain.raw_reading;
    p.delegated = plain.delegated;
    p.pairs = plain.pairs;
    p.handover_string = plain.handover_string;
    p.upe_keys = plain.upe_keys;
  }
  p.inter_mme_kasme = plain.inter_mme_kasme;
  p.key_in_update = plain.key_in_update;
  p.confusion = plain.confusion;
  return p;
}

Expected<SecurityPolicy, PolicyRefusal> agreed(const Announcement& own,
                                               const std::optional<Announcement>& peer,
                                               const SecurityPolicy& policy, PeerRole role) {
  // What this implementation has no procedure for, it asks of nobody.
  const std::uint16_t needed = elements_needed(policy, role) & elements_understood;
  if (needed == 0) return policy;
  // `final` in common is what a fallback is, not an agreement on this policy.
  constexpr Byte beyond_final = static_cast<Byte>(~bit_of(Profile::final_));
  std::optional<PolicyRefusal> why;
  if (!peer)
    why = PolicyRefusal::nothing_announced;
  else if ((own.profiles & peer->profiles & beyond_final) == 0)
    why = PolicyRefusal::no_common_profile;
  else if ((peer->elements & needed) != needed)
    why = PolicyRefusal::element_missing;
  if (!why) return policy;
  if (!policy.final_fallback) return Fail{*why};
  if (peer && !peer->willing(Profile::final_)) return Fail{*why};
  return fallen_back(policy, role);
}

bool forward_secure_between(const SecurityPolicy& p, bool same_plmn) {
  if (p.handover_refresh != HandoverRefresh::forward_secure) return false;
  switch (p.pairs) {
    case ForwardSecurePairs::always: return true;
    case ForwardSecurePairs::never: return false;
    case ForwardSecurePairs::inter_plmn: return !same_plmn;
  }
  return false;
}

}  // namespace baton::context
