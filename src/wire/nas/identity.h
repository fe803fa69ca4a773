// identity.h: by what name a UE is addressed in NAS: IMSI, GUTI, IMEI, IMEISV, TMSI.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/bytes.h"
#include "ids/location.h"
#include "ids/subscriber_id.h"
#include "wire/cursor.h"
#include "wire/nas/limits.h"

namespace baton::wire::nas {

/// EpsMobileIdentity is an IMSI, a GUTI or an IMEI. One that was never set is `empty` and must not be
/// encoded; decoding never makes one.
//= TS 24.301, 9.9.3.12
class EpsMobileIdentity {
 public:
  static constexpr std::size_t octets_min = 4;
  static constexpr std::size_t octets_max = identity_octets_max;

  EpsMobileIdentity() = default;
  EpsMobileIdentity(Imsi imsi) : v_(std::move(imsi)) {}
  EpsMobileIdentity(Guti guti) : v_(guti) {}
  EpsMobileIdentity(Imei imei) : v_(std::move(imei)) {}

  /// The identity if it is of that kind, else null.
  const Imsi* imsi() const { return std::get_if<Imsi>(&v_); }
  const Guti* guti() const { return std::get_if<Guti>(&v_); }
  const Imei* imei() const { return std::get_if<Imei>(&v_); }
  bool empty() const { return v_.index() == 0; }

  static std::optional<EpsMobileIdentity> parse(Bytes value);
  void write(Writer& w) const;
  std::string text() const;
  friend bool operator==(const EpsMobileIdentity&, const EpsMobileIdentity&) = default;

 private:
  std::variant<std::monostate, Imsi, Guti, Imei> v_;
};

/// Tmsi is a temporary identity of the CS domain or a P-TMSI; Baton only carries it.
using Tmsi = Strong<std::uint32_t, struct TmsiTag>;

/// MobileIdentity answers an identity request: "no identity" (a default one), IMSI, IMEI, IMEISV or TMSI.
//= TS 24.008, 10.5.1.4
class MobileIdentity {
 public:
  static constexpr std::size_t octets_min = 1;
  static constexpr std::size_t octets_max = identity_octets_max;

  MobileIdentity() = default;
  MobileIdentity(Imsi imsi) : v_(std::move(imsi)) {}
  MobileIdentity(Imei imei) : v_(std::move(imei)) {}
  MobileIdentity(Imeisv imeisv) : v_(std::move(imeisv)) {}
  MobileIdentity(Tmsi tmsi) : v_(tmsi) {}

  bool none() const { return v_.index() == 0; }
  const Imsi* imsi() const { return std::get_if<Imsi>(&v_); }
  const Imei* imei() const { return std::get_if<Imei>(&v_); }
  const Imeisv* imeisv() const { return std::get_if<Imeisv>(&v_); }
  const Tmsi* tmsi() const { return std::get_if<Tmsi>(&v_); }

  static std::optional<MobileIdentity> parse(Bytes value);
  void write(Writer& w) const;
  std::string text() const;
  friend bool operator==(const MobileIdentity&, const MobileIdentity&) = default;

 private:
  std::variant<std::monostate, Imsi, Imei, Imeisv, Tmsi> v_;
};

/// IdentityType is what an identity request asks for. Reserved values count as `imsi`.
//= TS 24.008, 10.5.5.9
enum class IdentityType : Byte { imsi = 1, imei = 2, imeisv = 3, tmsi = 4 };
std::string_view to_string(IdentityType type);

}  // namespace baton::wire::nas
