#include "wire/diameter/values.h"

#include <algorithm>

#include "wire/diameter/codec.h"

namespace baton::wire::diameter {

namespace {

/// Length faults of formats with one size: both become DIAMETER_INVALID_AVP_LENGTH.
Fault wrong_length(Bytes in, std::size_t want) {
  return in.size() < want ? Fault::short_read : Fault::trailing_bytes;
}

/// valid_utf8 follows RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool valid_utf8(Bytes in) {
  for (std::size_t i = 0; i < in.size();) {
    const Byte lead = in[i];
    std::size_t more = 0;
    Byte low = 0x80, high = 0xBF;
    if (lead < 0x80)
      more = 0;
    else if (lead >= 0xC2 && lead <= 0xDF)
      more = 1;
    else if (lead >= 0xE0 && lead <= 0xEF)
      more = 2;
    else if (lead >= 0xF0 && lead <= 0xF4)
      more = 3;
    else
      return false;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
    if (in.size() - i <= more) return false;
    for (std::size_t k = 1; k <= more; ++k) {
      if (in[i + k] < low || in[i + k] > high) return false;
      low = 0x80;
      high = 0xBF;
    }
    i += more + 1;
  }
  return true;
}

std::string_view text_of(Bytes in) { return {reinterpret_cast<const char*>(in.data()), in.size()}; }

}  // namespace

std::optional<Ipv4> Address::ipv4() const {
  if (family != 1 || octets.size() != 4) return std::nullopt;
  Ipv4 a;
  std::copy(octets.begin(), octets.end(), a.octets.begin());
  return a;
}

// --- to octets ----------------------------------------------------------------------------------

void put_value(Writer& w, std::uint32_t v) { w.u(v, 4); }
void put_value(Writer& w, std::uint64_t v) { w.u(v, 8); }
void put_value(Writer& w, const std::string& v) {
  w.bytes({reinterpret_cast<const Byte*>(v.data()), v.size()});
}
void put_value(Writer& w, const DiameterIdentity& v) { put_value(w, v.value()); }
void put_value(Writer& w, const Address& v) {
  w.u(v.family, 2);
  w.bytes(v.octets);
}
void put_value(Writer& w, const TelephoneNumber& v) { w.bytes(tbcd(v.digits)); }
void put_value(Writer& w, const FailedAvp& v) { w.bytes(v.avps); }
void put_value(Writer& w, const Resynchronization& v) {
  w.bytes(v.rand.bytes);
  w.bytes(v.auts.bytes);
}
void put_value(Writer& w, const PlmnId& v) { w.bytes(v.wire()); }
void put_value(Writer& w, const Imsi& v) { put_value(w, v.digits()); }
void put_value(Writer& w, const Rand& v) { w.bytes(v.bytes); }
void put_value(Writer& w, const Autn& v) { w.bytes(v.bytes); }
void put_value(Writer& w, const Xres& v) { w.bytes(v.expose()); }
void put_value(Writer& w, const Kasme& v) { w.bytes(v.expose()); }
void put_value(Writer& w, const Ck& v) { w.bytes(v.expose()); }
void put_value(Writer& w, const Ik& v) { w.bytes(v.expose()); }
void put_value(Writer& w, const Sres& v) { w.bytes(v.expose()); }
void put_value(Writer& w, const Kc& v) { w.bytes(v.expose()); }
void put_value(Writer& w, const NasCount& v) { w.u(v.value(), 4); }
void put_value(Writer& w, const UpdateProof& v) { w.bytes(v.expose()); }
void put_value(Writer& w, const Kn3& v) { w.bytes(v.expose()); }
void put_value(Writer& w, const ByteVector& v) { w.bytes(v); }

// --- from octets --------------------------------------------------------------------------------

Expected<std::uint32_t, Fault> get_value(As<std::uint32_t>, Bytes in) {
  if (in.size() != 4) return Fail{wrong_length(in, 4)};
  return static_cast<std::uint32_t>(in[0]) << 24 | static_cast<std::uint32_t>(in[1]) << 16 |
         static_cast<std::uint32_t>(in[2]) << 8 | in[3];
}
Expected<std::uint64_t, Fault> get_value(As<std::uint64_t>, Bytes in) {
  if (in.size() != 8) return Fail{wrong_length(in, 8)};
  std::uint64_t v = 0;
  for (const Byte b : in) v = v << 8U | b;
  return v;
}
Expected<std::string, Fault> get_value(As<std::string>, Bytes in) {
  if (in.size() > text_octets_max || !valid_utf8(in)) return Fail{Fault::bad_value};
  return std::string(text_of(in));
}
Expected<DiameterIdentity, Fault> get_value(As<DiameterIdentity>, Bytes in) {
  auto v = DiameterIdentity::parse(text_of(in));
  if (!v) return Fail{Fault::bad_value};
  return std::move(*v);
}
//= RFC 6733, 4.3.1
Expected<Address, Fault> get_value(As<Address>, Bytes in) {
  if (in.size() < 3) return Fail{Fault::short_read};
  Address a;
  a.family = static_cast<std::uint16_t>(in[0] << 8 | in[1]);
  a.octets.assign(in.begin() + 2, in.end());
  if (a.family == 1 && a.octets.size() != 4) return Fail{wrong_length(in, 6)};
  if (a.family == 2 && a.octets.size() != 16) return Fail{wrong_length(in, 18)};
  if (a.octets.size() > DiameterIdentity::length_max) return Fail{Fault::bad_value};
  return a;
}
Expected<TelephoneNumber, Fault> get_value(As<TelephoneNumber>, Bytes in) {
  if (in.size() > text_octets_max) return Fail{Fault::bad_value};
  auto digits = parse_tbcd(in);
  if (!digits) return Fail{Fault::bad_value};
  return TelephoneNumber{std::move(*digits)};
}
Expected<FailedAvp, Fault> get_value(As<FailedAvp>, Bytes in) {
  if (in.size() > octet_string_octets_max) return Fail{Fault::bad_value};
  return FailedAvp{{in.begin(), in.end()}};
}
//= TS 29.272, 7.3.15
Expected<Resynchronization, Fault> get_value(As<Resynchronization>, Bytes in) {
  constexpr std::size_t want = Rand::size + Auts::size;
  if (in.size() != want) return Fail{wrong_length(in, want)};
  return Resynchronization{Rand::from(in.first(Rand::size)), Auts::from(in.subspan(Rand::size))};
}
Expected<PlmnId, Fault> get_value(As<PlmnId>, Bytes in) {
  if (in.size() != 3) return Fail{wrong_length(in, 3)};
  auto v = PlmnId::from_wire(in);
  if (!v) return Fail{Fault::bad_value};
  return *v;
}
Expected<Imsi, Fault> get_value(As<Imsi>, Bytes in) {
  auto v = Imsi::parse(text_of(in));
  if (!v) return Fail{Fault::bad_value};
  return std::move(*v);
}
Expected<Rand, Fault> get_value(As<Rand>, Bytes in) {
  if (in.size() != Rand::size) return Fail{wrong_length(in, Rand::size)};
  return Rand::from(in);
}
Expected<Autn, Fault> get_value(As<Autn>, Bytes in) {
  if (in.size() != Autn::size) return Fail{wrong_length(in, Autn::size)};
  return Autn::from(in);
}
//= TS 29.272, 7.3.54
// XRES has 4 to 16 octets: TS 33.102, 6.3.7.
Expected<Xres, Fault> get_value(As<Xres>, Bytes in) {
  if (in.size() < 4) return Fail{Fault::short_read};
  if (in.size() > Xres::size_max) return Fail{Fault::trailing_bytes};
  return Xres(in);
}
Expected<Kasme, Fault> get_value(As<Kasme>, Bytes in) {
  if (in.size() != Kasme::size) return Fail{wrong_length(in, Kasme::size)};
  return Kasme(in.first<Kasme::size>());
}
Expected<Ck, Fault> get_value(As<Ck>, Bytes in) {
  if (in.size() != Ck::size) return Fail{wrong_length(in, Ck::size)};
  return Ck(in.first<Ck::size>());
}
Expected<Ik, Fault> get_value(As<Ik>, Bytes in) {
  if (in.size() != Ik::size) return Fail{wrong_length(in, Ik::size)};
  return Ik(in.first<Ik::size>());
}
Expected<Sres, Fault> get_value(As<Sres>, Bytes in) {
  if (in.size() != Sres::size) return Fail{wrong_length(in, Sres::size)};
  return Sres(in.first<Sres::size>());
}
Expected<Kc, Fault> get_value(As<Kc>, Bytes in) {
  if (in.size() != Kc::size) return Fail{wrong_length(in, Kc::size)};
  return Kc(in.first<Kc::size>());
}
//= S0.D5
Expected<NasCount, Fault> get_value(As<NasCount>, Bytes in) {
  const auto v = get_value(As<std::uint32_t>{}, in);
  if (!v) return Fail{v.why()};
  const auto count = NasCount::from(*v);
  if (!count) return Fail{Fault::bad_value};
  return *count;
}
Expected<UpdateProof, Fault> get_value(As<UpdateProof>, Bytes in) {
  if (in.size() != UpdateProof::size) return Fail{wrong_length(in, UpdateProof::size)};
  return UpdateProof(in.first<UpdateProof::size>());
}
Expected<Kn3, Fault> get_value(As<Kn3>, Bytes in) {
  if (in.size() != Kn3::size) return Fail{wrong_length(in, Kn3::size)};
  return Kn3(in.first<Kn3::size>());
}
Expected<ByteVector, Fault> get_value(As<ByteVector>, Bytes in) {
  if (in.size() > octet_string_octets_max) return Fail{Fault::bad_value};
  return ByteVector(in.begin(), in.end());
}

}  // namespace baton::wire::diameter
