// half_enums.h: which values of a half octet mean what, and what a reserved one counts as.
#pragma once

#include <initializer_list>
#include <optional>

#include "base/bytes.h"
#include "wire/nas/identity.h"
#include "wire/nas/mobility.h"
#include "wire/nas/session.h"

namespace baton::wire::nas {

/// pick is the value if it is in the list, else `otherwise`.
template <class E>
constexpr std::optional<E> pick(Byte b, std::initializer_list<E> values, std::optional<E> otherwise) {
  for (const E e : values)
    if (static_cast<Byte>(e) == b) return e;
  return otherwise;
}

/// HalfEnum<E>::from takes the three low bits; nothing for a reserved value that is refused.
template <class E>
struct HalfEnum;

template <>
struct HalfEnum<AttachType> {
  using E = AttachType;
  static constexpr std::optional<E> from(Byte b) {
    return pick(b, {E::eps, E::combined, E::rlos, E::emergency}, {E::eps});
  }
};
template <>
struct HalfEnum<AttachResult> {
  using E = AttachResult;
  static constexpr std::optional<E> from(Byte b) { return pick<E>(b, {E::eps_only, E::combined}, {}); }
};
template <>
struct HalfEnum<UeDetachType::Kind> {
  using E = UeDetachType::Kind;
  static constexpr std::optional<E> from(Byte b) {
    return pick(b, {E::eps, E::imsi, E::combined}, {E::combined});
  }
};
template <>
struct HalfEnum<NetworkDetachType> {
  using E = NetworkDetachType;
  static constexpr std::optional<E> from(Byte b) {
    return pick(b, {E::reattach_required, E::reattach_not_required, E::imsi}, {E::reattach_not_required});
  }
};
template <>
struct HalfEnum<UpdateType::Kind> {
  using E = UpdateType::Kind;
  static constexpr std::optional<E> from(Byte b) {
    return pick(b, {E::ta_updating, E::combined, E::combined_imsi_attach, E::periodic}, {E::ta_updating});
  }
};
template <>
struct HalfEnum<UpdateResult> {
  using E = UpdateResult;
  static constexpr std::optional<E> from(Byte b) {
    return pick<E>(b, {E::ta_updated, E::combined, E::ta_updated_isr, E::combined_isr}, {});
  }
};
template <>
struct HalfEnum<IdentityType> {
  using E = IdentityType;
  static constexpr std::optional<E> from(Byte b) {
    return pick(b, {E::imsi, E::imei, E::imeisv, E::tmsi}, {E::imsi});
  }
};
template <>
struct HalfEnum<RequestType> {
  using E = RequestType;
  static constexpr std::optional<E> from(Byte b) {
    return pick(b, {E::initial, E::handover, E::emergency}, {E::initial});
  }
};
template <>
struct HalfEnum<PdnType> {
  using E = PdnType;
  static constexpr std::optional<E> from(Byte b) {
    return pick(b, {E::ipv4, E::ipv6, E::ipv4v6, E::non_ip}, {E::ipv6});
  }
};

}  // namespace baton::wire::nas
