#include "wire/nas/identity.h"

#include <cassert>

#include "base/cases.h"

namespace baton::wire::nas {
namespace {

// Types of identity, bits 1 to 3 of the first octet. TS 24.008, 10.5.1.4 and TS 24.301, 9.9.3.12.
enum Kind : Byte { kind_none = 0, kind_imsi = 1, kind_imei = 2, kind_imeisv = 3, kind_tmsi = 4 };
enum EpsKind : Byte { eps_imsi = 1, eps_imei = 3, eps_guti = 6 };
constexpr Byte odd_digits = 0x08;
constexpr Byte filler = 0xF0;

// The first digit shares an octet with kind and parity; the others follow two an octet, low half first.
void write_digits(Writer& w, Byte kind, const std::string& digits) {
  const bool odd = digits.size() % 2 == 1;
  w.u8(static_cast<Byte>((digits[0] - '0') << 4U | (odd ? odd_digits : 0U) | kind));
  w.bytes(tbcd(std::string_view(digits).substr(1)));
}

std::optional<std::string> read_digits(Bytes value) {
  const bool odd = (value[0] & odd_digits) != 0;
  const unsigned first = value[0] >> 4U;
  const auto rest = parse_tbcd(value.subspan(1));
  if (first > 9 || !rest) return std::nullopt;
  std::string digits(1, static_cast<char>('0' + first));
  digits += *rest;
  // The filler at the end and the parity bit say the same thing, or the identity is refused.
  if ((digits.size() % 2 == 1) != odd) return std::nullopt;
  return digits;
}

template <class Identity, class Into>
std::optional<Into> made(Bytes value) {
  const auto digits = read_digits(value);
  if (!digits) return std::nullopt;
  auto id = Identity::parse(*digits);
  if (!id) return std::nullopt;
  return Into(std::move(*id));
}

std::uint32_t u32(Bytes b) {
  return static_cast<std::uint32_t>(b[0]) << 24U | static_cast<std::uint32_t>(b[1]) << 16U |
         static_cast<std::uint32_t>(b[2]) << 8U | b[3];
}

}  // namespace

std::optional<EpsMobileIdentity> EpsMobileIdentity::parse(Bytes value) {
  if (value.size() < octets_min || value.size() > octets_max) return std::nullopt;
  switch (value[0] & 7U) {
    case eps_imsi: return made<Imsi, EpsMobileIdentity>(value);
    case eps_imei: return made<Imei, EpsMobileIdentity>(value);
    case eps_guti: {
      if (value.size() != octets_max) return std::nullopt;
      const auto plmn = PlmnId::from_wire(value.subspan(1, 3));
      if (!plmn) return std::nullopt;
      const MmeGroupId group{static_cast<std::uint16_t>(value[4] << 8U | value[5])};
      return EpsMobileIdentity(Guti{{*plmn, group, MmeCode{value[6]}}, MTmsi{u32(value.subspan(7))}});
    }
    default: return std::nullopt;
  }
}

void EpsMobileIdentity::write(Writer& w) const {
  assert(!empty());
  std::visit(
      Cases{[](const std::monostate&) {}, [&](const Imsi& i) { write_digits(w, eps_imsi, i.digits()); },
            [&](const Imei& i) { write_digits(w, eps_imei, i.digits()); },
            [&](const Guti& g) {
              w.u8(filler | eps_guti);
              w.bytes(g.mme.plmn.wire());
              w.u(g.mme.group.value, 2);
              w.u8(g.mme.code.value);
              w.u(g.m_tmsi.value, 4);
            }},
      v_);
}

std::string EpsMobileIdentity::text() const {
  return std::visit(Cases{[](const std::monostate&) { return std::string("none"); },
                          [](const Imsi& i) { return "IMSI " + i.digits(); },
                          [](const Imei& i) { return "IMEI " + i.digits(); },
                          [](const Guti& g) { return "GUTI " + to_string(g); }},
                    v_);
}

std::optional<MobileIdentity> MobileIdentity::parse(Bytes value) {
  if (value.size() < octets_min || value.size() > octets_max) return std::nullopt;
  switch (value[0] & 7U) {
    case kind_none: return MobileIdentity();
    case kind_imsi: return made<Imsi, MobileIdentity>(value);
    case kind_imei: return made<Imei, MobileIdentity>(value);
    case kind_imeisv: return made<Imeisv, MobileIdentity>(value);
    case kind_tmsi:
      if (value.size() != 5) return std::nullopt;
      return MobileIdentity(Tmsi{u32(value.subspan(1))});
    default: return std::nullopt;
  }
}

void MobileIdentity::write(Writer& w) const {
  std::visit(Cases{[&](const std::monostate&) {
                     //= TS 24.008, 10.5.1.4
                     // No identity: as long as an IMSI, all digits zero.
                     w.u8(kind_none);
                     w.zeros(2);
                   },
                   [&](const Imsi& i) { write_digits(w, kind_imsi, i.digits()); },
                   [&](const Imei& i) { write_digits(w, kind_imei, i.digits()); },
                   [&](const Imeisv& i) { write_digits(w, kind_imeisv, i.digits()); },
                   [&](const Tmsi& t) {
                     w.u8(filler | kind_tmsi);
                     w.u(t.value, 4);
                   }},
             v_);
}

std::string MobileIdentity::text() const {
  return std::visit(Cases{[](const std::monostate&) { return std::string("none"); },
                          [](const Imsi& i) { return "IMSI " + i.digits(); },
                          [](const Imei& i) { return "IMEI " + i.digits(); },
                          [](const Imeisv& i) { return "IMEISV " + i.digits(); },
                          [](const Tmsi& t) { return "TMSI " + std::to_string(t.value); }},
                    v_);
}

std::string_view to_string(IdentityType type) {
  switch (type) {
    case IdentityType::imsi: return "IMSI";
    case IdentityType::imei: return "IMEI";
    case IdentityType::imeisv: return "IMEISV";
    case IdentityType::tmsi: return "TMSI";
  }
  return "?";
}

}  // namespace baton::wire::nas
