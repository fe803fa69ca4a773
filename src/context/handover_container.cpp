#include "context/handover_container.h"

#include "context/algorithms.h"
#include "wire/cursor.h"
#include "wire/private_limits.h"

namespace baton::context {
namespace {

// Bits of the flags.
constexpr Byte flag_plus = 0x01;
constexpr Byte flag_n = 0x02;
constexpr Byte flag_upe = 0x04;
constexpr Byte flag_star = 0x08;
constexpr Byte flag_earfcn = 0x10;
constexpr Byte flag_raw = 0x20;
constexpr Byte flags_known = 0x3F;

constexpr Byte algorithm_spare = 0x08;  ///< beside the integrity algorithm
constexpr Byte algorithm_plus = 0x80;   ///< beside the ciphering algorithm: S3.P10

static_assert(HandoverContainer::octets_max <= wire::handover_container_octets_max);

constexpr std::size_t mac_octets = 4;
constexpr std::string_view label = "HO";

TargetEnbId target_of(const PlmnId& plmn, std::uint32_t enb) {
  TargetEnbId out;
  std::copy(plmn.wire().begin(), plmn.wire().end(), out.bytes.begin());
  for (std::size_t i = 0; i < 4; ++i) out.bytes[3 + i] = static_cast<Byte>(enb >> (24 - 8 * i));
  return out;
}

/// Everything before NAS-MAC.
ByteVector body_of(const HandoverContainer& c) {
  const StarUse star = c.star.value_or(StarUse{});
  Byte flags = c.star ? flag_star : Byte{0};
  if (star.plus && !c.bit_in_algorithms) flags |= flag_plus;
  if (star.earfcn_bound) flags |= flag_earfcn;
  if (star.raw) flags |= flag_raw;
  if (c.n_low) flags |= flag_n;
  if (c.upe) flags |= flag_upe;
  Byte algorithms = static_cast<Byte>(static_cast<unsigned>(c.algorithms.eea) << 4U |
                                      static_cast<unsigned>(c.algorithms.eia));
  if (star.plus && c.bit_in_algorithms) algorithms |= algorithm_plus;
  wire::Writer out;
  out.u8(HandoverContainer::version);
  out.u8(flags);
  out.u8(c.sqn);
  out.u8(c.ksi.half());
  out.u8(algorithms);
  if (c.n_low) out.u8(*c.n_low);
  if (c.upe) {
    out.u8(static_cast<Byte>(c.upe->id.size()));
    out.bytes(Bytes(reinterpret_cast<const Byte*>(c.upe->id.data()), c.upe->id.size()));
    out.u(c.upe->counter.value, 2);
  }
  out.bytes(c.target.bytes);
  return out.done();
}

/// NAS-MAC over the label and everything before it.
//= S3.D4
Expected<crypto::MacI, ContainerRefusal> mac_of(Eia eia, const KnasInt& key, NasCount count, Bytes body) {
  if (eia == Eia::eia0) return Fail{ContainerRefusal::null_integrity};
  ByteVector covered(label.begin(), label.end());
  covered.insert(covered.end(), body.begin(), body.end());
  const CipherInput input{count.value(), 0, crypto::Direction::downlink};
  auto mac = integrity(eia, key.expose(), input, covered);
  if (!mac) return Fail{ContainerRefusal::not_built};
  return *mac;
}

}  // namespace

TargetEnbId target_enb_id(const MacroEnbId& enb) { return target_of(enb.plmn, enb.value); }
TargetEnbId target_enb_id(const Ecgi& cell) { return target_of(cell.plmn, cell.cell >> 8U); }

std::string_view to_string(ContainerRefusal r) {
  switch (r) {
    case ContainerRefusal::malformed: return "malformed";
    case ContainerRefusal::version: return "unknown version";
    case ContainerRefusal::inconsistent: return "inconsistent flags";
    case ContainerRefusal::count: return "sequence number";
    case ContainerRefusal::not_built: return "algorithm not built";
    case ContainerRefusal::null_integrity: return "null integrity";
    case ContainerRefusal::bad_mac: return "bad MAC";
  }
  return "?";
}

Expected<ByteVector, ContainerRefusal> seal_container(HandoverContainer container, const KnasInt& key,
                                                      NasCount count) {
  if (container.upe && (container.upe->id.empty() || container.upe->id.size() > upe_id_octets_max))
    return Fail{ContainerRefusal::malformed};
  // The bit has one place: without KeNB*+ nothing says which, and the reader takes the flags.
  if (container.bit_in_algorithms && !(container.star && container.star->plus))
    container.bit_in_algorithms = false;
  container.sqn = count.sqn();
  if (!container.ksi.available()) return Fail{ContainerRefusal::malformed};
  ByteVector out = body_of(container);
  auto mac = mac_of(container.algorithms.eia, key, count, out);
  if (!mac) return Fail{mac.why()};
  out.insert(out.end(), mac->begin(), mac->end());
  return out;
}

Expected<HandoverContainer, ContainerRefusal> decode_unverified(Bytes container) {
  constexpr auto malformed = Fail{ContainerRefusal::malformed};
  if (container.size() < HandoverContainer::octets_min || container.size() > HandoverContainer::octets_max)
    return malformed;
  if (container[0] != HandoverContainer::version) return Fail{ContainerRefusal::version};
  wire::Reader in("handover container", container.subspan(1, container.size() - 1 - mac_octets));
  const auto u8 = [&in] {
    auto v = in.u("octet", 1);
    return v ? std::optional<Byte>(static_cast<Byte>(*v)) : std::nullopt;
  };
  HandoverContainer out;
  const Byte flags = *u8();
  out.sqn = *u8();
  const Byte ksi = *u8();
  const Byte algorithms = *u8();
  if ((flags & ~flags_known) != 0 || ksi > 0x0F || (algorithms & algorithm_spare) != 0) return malformed;
  out.ksi = *wire::nas::Ksi::from_half(ksi);
  if (!out.ksi.available()) return malformed;
  const auto eea = eea_from(static_cast<Byte>(algorithms >> 4U & 7U));
  const auto eia = eia_from(static_cast<Byte>(algorithms & 7U));
  if (!eea || !eia) return Fail{ContainerRefusal::not_built};
  out.algorithms = {*eea, *eia};
  out.bit_in_algorithms = (algorithms & algorithm_plus) != 0;
  if ((flags & flag_star) != 0)
    out.star = StarUse{(flags & flag_plus) != 0 || out.bit_in_algorithms, (flags & flag_earfcn) != 0,
                       (flags & flag_raw) != 0};
  const bool plus_twice = (flags & flag_plus) != 0 && out.bit_in_algorithms;
  const bool star_less =
      !out.star && ((flags & (flag_plus | flag_earfcn | flag_raw)) != 0 || out.bit_in_algorithms);
  if (plus_twice || star_less) return Fail{ContainerRefusal::inconsistent};
  if ((flags & flag_n) != 0) {
    const auto low = u8();
    if (!low) return malformed;
    out.n_low = *low;
  }
  if ((flags & flag_upe) != 0) {
    const auto length = u8();
    if (!length || *length == 0 || *length > upe_id_octets_max) return malformed;
    const auto id = in.take("UPE id", *length);
    if (!id) return malformed;
    const auto counter = in.u("UPE key counter", 2);
    if (!counter) return malformed;
    out.upe =
        UpeKey{std::string(id->begin(), id->end()), UpeKeyCounter{static_cast<std::uint16_t>(*counter)}};
  }
  const auto target = in.take("target eNB", TargetEnbId::size);
  if (!target || !in.empty()) return malformed;
  out.target = TargetEnbId::from(*target);
  return out;
}

Expected<HandoverContainer, ContainerRefusal> verify_container(Bytes container, const KnasInt& key,
                                                               NasCount count) {
  auto read = decode_unverified(container);
  if (!read) return Fail{read.why()};
  if (read->sqn != count.sqn()) return Fail{ContainerRefusal::count};
  auto mac = mac_of(read->algorithms.eia, key, count, container.first(container.size() - mac_octets));
  if (!mac) return Fail{mac.why()};
  if (!constant_time_equal(*mac, container.last(mac_octets))) return Fail{ContainerRefusal::bad_mac};
  return read;
}

}  // namespace baton::context
