#include "wire/nas/security.h"

#include <cassert>

namespace baton::wire::nas {
namespace {

// "0, 2" for 0xA0: the algorithms whose bits are set.
std::string algorithms(Byte bits) {
  std::string out;
  for (unsigned n = 0; n < 8; ++n) {
    if ((bits & algorithm_bit(n)) == 0) continue;
    if (!out.empty()) out += ' ';
    out += std::to_string(n);
  }
  return out.empty() ? "none" : out;
}
constexpr Byte uia_bits = 0x7F;  // bit 8 is the UCS2 flag of one element and spare in the other

}  // namespace

std::string Ksi::text() const {
  if (!available()) return "none";
  return (mapped ? "mapped " : "native ") + std::to_string(value);
}

std::optional<Byte> UeNetworkCapability::uea() const {
  return more.empty() ? std::nullopt : std::optional<Byte>(more.bytes()[0]);
}
std::optional<Byte> UeNetworkCapability::uia() const {
  return more.size() < 2 ? std::nullopt : std::optional<Byte>(more.bytes()[1] & uia_bits);
}
std::optional<UeNetworkCapability> UeNetworkCapability::parse(Bytes value) {
  if (value.size() < octets_min || value.size() > octets_max) return std::nullopt;
  return UeNetworkCapability{value[0], value[1], *decltype(more)::parse(value.subspan(2))};
}
void UeNetworkCapability::write(Writer& w) const {
  w.u8(eea);
  w.u8(eia);
  more.write(w);
}
std::string UeNetworkCapability::text() const {
  std::string out = "EEA " + algorithms(eea) + ", EIA " + algorithms(eia);
  if (uea()) out += ", UEA " + algorithms(*uea());
  // UIA1 is bit 7 of its octet: the numbers agree with those of the other octets.
  if (uia()) out += ", UIA " + algorithms(*uia());
  return out;
}

UeSecurityCapability UeSecurityCapability::of(const UeNetworkCapability& c, std::optional<Byte> gea) {
  UeSecurityCapability out{.eea = c.eea, .eia = c.eia};
  if (c.uea() || gea) out.umts = Umts{c.uea().value_or(0), c.uia().value_or(0)};
  if (gea) out.gea = static_cast<Byte>(*gea & 0x7FU);
  return out;
}
std::optional<UeSecurityCapability> UeSecurityCapability::parse(Bytes value) {
  if (value.size() < octets_min || value.size() > octets_max || value.size() == 3) return std::nullopt;
  UeSecurityCapability out{.eea = value[0], .eia = value[1]};
  if (value.size() >= 4) out.umts = Umts{value[2], static_cast<Byte>(value[3] & uia_bits)};
  if (value.size() == 5) out.gea = static_cast<Byte>(value[4] & 0x7FU);
  return out;
}
void UeSecurityCapability::write(Writer& w) const {
  assert(umts || !gea);
  w.u8(eea);
  w.u8(eia);
  if (!umts) return;
  w.u8(umts->uea);
  w.u8(umts->uia & uia_bits);
  if (gea) w.u8(*gea & 0x7FU);
}
std::string UeSecurityCapability::text() const {
  std::string out = "EEA " + algorithms(eea) + ", EIA " + algorithms(eia);
  if (umts) out += ", UEA " + algorithms(umts->uea) + ", UIA " + algorithms(umts->uia);
  if (gea) out += ", GEA " + algorithms(*gea);
  return out;
}

std::optional<NasAlgorithms> NasAlgorithms::parse(Bytes value) {
  if (value.size() != 1) return std::nullopt;
  return NasAlgorithms{static_cast<Byte>(value[0] >> 4U & 7U), static_cast<Byte>(value[0] & 7U)};
}
void NasAlgorithms::write(Writer& w) const { w.u8(static_cast<Byte>((eea & 7U) << 4U | (eia & 7U))); }
std::string NasAlgorithms::text() const {
  return "EEA" + std::to_string(eea) + ", EIA" + std::to_string(eia);
}

}  // namespace baton::wire::nas
