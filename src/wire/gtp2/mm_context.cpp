#include "wire/gtp2/mm_context.h"

#include <algorithm>

#include "wire/gtp2/elements.h"

namespace baton::wire::gtp2 {

namespace {

using Name = std::string_view;

// The first octets of figure 8.38-5.
constexpr unsigned security_mode_eps = 4;
constexpr std::size_t autn_octets = Autn::size;
constexpr std::size_t xres_octets_min = 4;

template <class Key>
Expected<Key, Error> key(Reader& r, Name name) {
  auto octets = r.take(name, Key::size);
  if (!octets) return Fail{octets.why()};
  return Key(octets->template first<Key::size>());
}
template <class Value>
Expected<Value, Error> in_the_clear(Reader& r, Name name) {
  auto octets = r.take(name, Value::size);
  if (!octets) return Fail{octets.why()};
  return Value::from(*octets);
}
Expected<NasCount, Error> nas_count(Reader& r, Name name) {
  const auto v = r.u(name, 3);
  if (!v) return Fail{v.why()};
  return *NasCount::from(static_cast<std::uint32_t>(*v));
}
// A length octet and that many octets, `min` to `max` of them.
Expected<Bytes, Error> counted(Reader& r, Name name, std::size_t min, std::size_t max) {
  const auto n = r.u(name, 1);
  if (!n) return Fail{n.why()};
  if (*n < min || *n > max) return Fail{r.error(Fault::bad_value, name)};
  return r.take(name, *n);
}
Expected<ByteVector, Error> all_octets(Reader& r, Name name, std::size_t max) {
  if (r.left() > max) return Fail{r.error(Fault::too_many, name)};
  const Bytes b = r.rest();
  return ByteVector(b.begin(), b.end());
}

//= TS 29.274, 8.38; figure 8.38-7
void put_vector(Writer& w, const Quadruplet& v) {
  w.bytes(v.rand.bytes);
  w.u8(static_cast<Byte>(v.xres.size()));
  w.bytes(v.xres.expose());
  w.u8(autn_octets);
  w.bytes(v.autn.bytes);
  w.bytes(v.kasme.expose());
}
Expected<Quadruplet, Error> get_vector(Reader& r) {
  auto rand = in_the_clear<Rand>(r, "RAND");
  if (!rand) return Fail{rand.why()};
  auto xres = counted(r, "XRES", xres_octets_min, Xres::size_max);
  if (!xres) return Fail{xres.why()};
  auto autn = counted(r, "AUTN", autn_octets, autn_octets);
  if (!autn) return Fail{autn.why()};
  auto kasme = key<Kasme>(r, "KASME");
  if (!kasme) return Fail{kasme.why()};
  return Quadruplet{*rand, Xres(*xres), Autn::from(*autn), std::move(*kasme)};
}
//= TS 29.274, 8.38; figure 8.38-8
// A UMTS vector: RAND, XRES, CK, IK, AUTN. An MME has no use for it.
Expected<Ok, Error> step_over_quintuplet(Reader& r) {
  if (auto rand = r.take("RAND", Rand::size); !rand) return Fail{rand.why()};
  if (auto xres = counted(r, "XRES", xres_octets_min, Xres::size_max); !xres) return Fail{xres.why()};
  if (auto keys = r.take("CK and IK", Ck::size + Ik::size); !keys) return Fail{keys.why()};
  if (auto autn = counted(r, "AUTN", autn_octets, autn_octets); !autn) return Fail{autn.why()};
  return Ok{};
}

void put_capability(Writer& w, Bytes value, std::size_t max) {
  const Bytes written = value.first(std::min(value.size(), max));
  w.u8(static_cast<Byte>(written.size()));
  w.bytes(written);
}

Expected<OldEpsSecurity, Error> old_security(Reader& r) {
  const auto flags = r.u("old KSI and NCC", 1);
  if (!flags) return Fail{flags.why()};
  auto kasme = key<Kasme>(r, "old KASME");
  if (!kasme) return Fail{kasme.why()};
  OldEpsSecurity out{static_cast<Byte>(*flags >> 3U & 7U), std::move(*kasme), {}};
  if ((*flags & 0x80U) == 0) return out;
  auto nh = key<Nh>(r, "old NH");
  if (!nh) return Fail{nh.why()};
  out.next_hop = NextHop{std::move(*nh), static_cast<Byte>(*flags & 7U)};
  return out;
}

}  // namespace

void put(Writer& w, const EpsMmContext& v) {
  const std::size_t vectors = std::min(v.vectors.size(), vectors_max);
  w.u8(static_cast<Byte>(security_mode_eps << 5U | (v.next_hop ? 0x10U : 0U) | (v.drx ? 0x08U : 0U) |
                         (v.ksi & 7U)));
  w.u8(static_cast<Byte>(vectors << 2U | (v.used_ambr ? 2U : 0U) | (v.old_security ? 1U : 0U)));
  w.u8(static_cast<Byte>((v.subscribed_ambr ? 0x80U : 0U) | (v.nas_integrity & 7U) << 4U |
                         (v.nas_ciphering & 0xFU)));
  w.u(v.downlink_count.value(), 3);
  w.u(v.uplink_count.value(), 3);
  if (v.kasme)
    w.bytes(v.kasme->expose());
  else
    w.bytes(std::array<Byte, Kasme::size>{});
  for (std::size_t i = 0; i < vectors; ++i) put_vector(w, v.vectors[i]);
  if (v.drx) w.bytes(*v.drx);
  if (v.next_hop) {
    w.bytes(v.next_hop->nh.expose());
    w.u8(v.next_hop->ncc & 7U);
  }
  if (v.subscribed_ambr) put(w, *v.subscribed_ambr);
  if (v.used_ambr) put(w, *v.used_ambr);
  put_capability(w, v.ue_network_capability, ue_network_capability_max);
  put_capability(w, v.ms_network_capability, ms_network_capability_max);
  w.length(1, [&] {
    if (v.mei) put(w, *v.mei);
  });
  w.u8(v.access_restriction);
  if (const auto& old = v.old_security) {
    const unsigned ncc = old->next_hop ? old->next_hop->ncc & 7U : 0U;
    w.u8(static_cast<Byte>((old->next_hop ? 0x80U : 0U) | (old->ksi & 7U) << 3U | ncc));
    w.bytes(old->kasme.expose());
    if (old->next_hop) w.bytes(old->next_hop->nh.expose());
  }
  w.u8(0);  // no voice domain preference: Baton has no voice
}

Expected<EpsMmContext, Error> get(Reader& r, Name, As<EpsMmContext>) {
  const auto mode = r.u("security mode", 1);
  if (!mode) return Fail{mode.why()};
  if (*mode >> 5U != security_mode_eps) return Fail{r.error(Fault::bad_value, "security mode")};
  const auto numbers = r.u("number of vectors", 1);
  if (!numbers) return Fail{numbers.why()};
  const auto algorithms = r.u("NAS algorithms", 1);
  if (!algorithms) return Fail{algorithms.why()};
  const auto downlink = nas_count(r, "NAS downlink count");
  if (!downlink) return Fail{downlink.why()};
  const auto uplink = nas_count(r, "NAS uplink count");
  if (!uplink) return Fail{uplink.why()};
  auto kasme = key<Kasme>(r, "KASME");
  if (!kasme) return Fail{kasme.why()};
  EpsMmContext out{.ksi = static_cast<Byte>(*mode & 7U),
                   .nas_integrity = static_cast<Byte>(*algorithms >> 4U & 7U),
                   .nas_ciphering = static_cast<Byte>(*algorithms & 0xFU),
                   .uplink_count = *uplink,
                   .downlink_count = *downlink};
  // No KASME is all zeros, so such a one is no KASME.
  //= S3.D6
  if (const Kasme none{std::array<Byte, Kasme::size>{}}; *kasme != none) out.kasme = std::move(*kasme);

  const std::size_t quadruplets = *numbers >> 2U & 7U, quintuplets = *numbers >> 5U;
  if (quadruplets > vectors_max || quintuplets > vectors_max)
    return Fail{r.error(Fault::too_many, "number of vectors")};
  out.vectors.reserve(quadruplets);  // so that no key is left behind by growth
  for (std::size_t i = 0; i < quadruplets; ++i) {
    auto vector = get_vector(r);
    if (!vector) return Fail{vector.why()};
    out.vectors.push_back(std::move(*vector));
  }
  for (std::size_t i = 0; i < quintuplets; ++i)
    if (auto stepped = step_over_quintuplet(r); !stepped) return Fail{stepped.why()};

  if ((*mode & 0x08U) != 0) {
    const auto drx = r.take("DRX parameter", 2);
    if (!drx) return Fail{drx.why()};
    out.drx = std::array<Byte, 2>{(*drx)[0], (*drx)[1]};
  }
  if ((*mode & 0x10U) != 0) {
    auto nh = key<Nh>(r, "NH");
    if (!nh) return Fail{nh.why()};
    const auto ncc = r.u("NCC", 1);
    if (!ncc) return Fail{ncc.why()};
    out.next_hop = NextHop{std::move(*nh), static_cast<Byte>(*ncc & 7U)};
  }
  if ((*algorithms & 0x80U) != 0) {
    auto ambr = get(r, "subscribed UE AMBR", As<Ambr>{});
    if (!ambr) return Fail{ambr.why()};
    out.subscribed_ambr = *ambr;
  }
  if ((*numbers & 0x02U) != 0) {
    auto ambr = get(r, "used UE AMBR", As<Ambr>{});
    if (!ambr) return Fail{ambr.why()};
    out.used_ambr = *ambr;
  }
  const auto ue = counted(r, "UE network capability", 0, ue_network_capability_max);
  if (!ue) return Fail{ue.why()};
  out.ue_network_capability.assign(ue->begin(), ue->end());
  const auto ms = counted(r, "MS network capability", 0, ms_network_capability_max);
  if (!ms) return Fail{ms.why()};
  out.ms_network_capability.assign(ms->begin(), ms->end());
  const auto mei_octets = r.u("length of the ME identity", 1);
  if (!mei_octets) return Fail{mei_octets.why()};
  auto mei_in = r.sub("ME identity", *mei_octets);
  if (!mei_in) return Fail{mei_in.why()};
  if (*mei_octets > 0) {
    auto mei = get(*mei_in, "ME identity", As<Mei>{});
    if (!mei) return Fail{mei.why()};
    out.mei = std::move(*mei);
  }

  // The first release ended here.
  const bool has_old = (*numbers & 1U) != 0;
  if (r.empty() && !has_old) return out;
  const auto restriction = r.u("access restriction", 1);
  if (!restriction) return Fail{restriction.why()};
  out.access_restriction = static_cast<Byte>(*restriction);
  if (has_old) {
    auto old = old_security(r);
    if (!old) return Fail{old.why()};
    out.old_security = std::move(*old);
  }
  return out;
}

void put(Writer& w, const FContainer& v) {
  w.u8(v.type & 0xFU);
  w.bytes(v.octets);
}
Expected<FContainer, Error> get(Reader& r, Name name, As<FContainer>) {
  const auto type = r.u(name, 1);
  if (!type) return Fail{type.why()};
  auto octets = all_octets(r, name, container_octets_max);
  if (!octets) return Fail{octets.why()};
  return FContainer{static_cast<Byte>(*type & 0xFU), std::move(*octets)};
}

void put(Writer& w, const FCause& v) {
  w.u8(v.type & 0xFU);
  w.u8(v.value);
}
Expected<FCause, Error> get(Reader& r, Name name, As<FCause>) {
  const auto type = r.u(name, 1);
  if (!type) return Fail{type.why()};
  const auto value = r.u(name, 1);
  if (!value) return Fail{value.why()};
  return FCause{static_cast<Byte>(*type & 0xFU), static_cast<Byte>(*value)};
}

//= TS 29.274, 8.51
void put(Writer& w, const TargetIdentification& v) {
  w.u8(v.kind);
  if (v.kind != TargetIdentification::macro_enb) {
    w.bytes(v.other);
    return;
  }
  put(w, v.enb.plmn);
  w.u(v.enb.value & MacroEnbId::max, 3);
  w.u(v.tac.value, 2);
}
Expected<TargetIdentification, Error> get(Reader& r, Name name, As<TargetIdentification>) {
  const auto kind = r.u(name, 1);
  if (!kind) return Fail{kind.why()};
  Reader all = r;
  auto plmn = get(r, name, As<PlmnId>{});
  if (!plmn) return Fail{plmn.why()};
  TargetIdentification out{{*plmn, 0}, Tac{}, static_cast<Byte>(*kind), {}};
  if (out.kind != TargetIdentification::macro_enb) {
    auto octets = all_octets(all, name, opaque_octets_max);
    if (!octets) return Fail{octets.why()};
    out.other = std::move(*octets);
    return out;
  }
  const auto enb = r.u(name, 3);
  if (!enb) return Fail{enb.why()};
  const auto tac = r.u(name, 2);
  if (!tac) return Fail{tac.why()};
  out.enb.value = static_cast<std::uint32_t>(*enb) & MacroEnbId::max;
  out.tac = Tac{static_cast<std::uint16_t>(*tac)};
  return out;
}

void put(Writer& w, const CompleteRequest& v) {
  w.u8(v.kind);
  w.bytes(v.nas);
}
Expected<CompleteRequest, Error> get(Reader& r, Name name, As<CompleteRequest>) {
  const auto kind = r.u(name, 1);
  if (!kind) return Fail{kind.why()};
  auto nas = all_octets(r, name, container_octets_max);
  if (!nas) return Fail{nas.why()};
  return CompleteRequest{static_cast<Byte>(*kind), std::move(*nas)};
}

//= TS 29.274, 8.47
void put(Writer& w, const Guti& v) {
  put(w, v.mme.plmn);
  w.u(v.mme.group.value, 2);
  w.u8(v.mme.code.value);
  w.u(v.m_tmsi.value, 4);
}
Expected<Guti, Error> get(Reader& r, Name name, As<Guti>) {
  auto plmn = get(r, name, As<PlmnId>{});
  if (!plmn) return Fail{plmn.why()};
  const auto mme = r.u(name, 3);
  if (!mme) return Fail{mme.why()};
  const auto m_tmsi = r.u(name, 4);
  if (!m_tmsi) return Fail{m_tmsi.why()};
  return Guti{{*plmn, MmeGroupId{static_cast<std::uint16_t>(*mme >> 8U)}, MmeCode{static_cast<Byte>(*mme)}},
              MTmsi{static_cast<std::uint32_t>(*m_tmsi)}};
}

void put(Writer& w, const Ipv4& v) { w.bytes(v.octets); }
Expected<Ipv4, Error> get(Reader& r, Name name, As<Ipv4>) {
  const auto octets = r.take(name, 4);
  if (!octets) return Fail{octets.why()};
  Ipv4 out;
  std::copy(octets->begin(), octets->end(), out.octets.begin());
  return out;
}
void put(Writer& w, const Ipv6& v) { w.bytes(v.octets); }
Expected<Ipv6, Error> get(Reader& r, Name name, As<Ipv6>) {
  const auto octets = r.take(name, 16);
  if (!octets) return Fail{octets.why()};
  Ipv6 out;
  std::copy(octets->begin(), octets->end(), out.octets.begin());
  return out;
}

void put(Writer& w, const BearerTft& v) { w.bytes(v.octets); }
Expected<BearerTft, Error> get(Reader& r, Name name, As<BearerTft>) {
  auto octets = all_octets(r, name, tft_octets_max);
  if (!octets) return Fail{octets.why()};
  return BearerTft{std::move(*octets)};
}

}  // namespace baton::wire::gtp2
