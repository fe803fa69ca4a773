#include "context/pdcp.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "context/algorithms.h"

namespace baton::context {
namespace {

//= TS 36.323, 6.2.2
// Three reserved bits and SN; MAC-I at the end.
constexpr unsigned srb_sn_bits = 5;
constexpr std::size_t srb_header_octets = 1;
constexpr std::size_t mac_octets = 4;
//= TS 36.323, 6.2.3
// D/C, three reserved bits and SN.
constexpr unsigned drb_sn_bits = 12;
constexpr std::size_t drb_header_octets = 2;
constexpr Byte drb_is_data = 0x80;

}  // namespace

std::string_view to_string(PdcpRefusal r) {
  switch (r) {
    case PdcpRefusal::malformed: return "malformed";
    case PdcpRefusal::count_spent: return "PDCP COUNT spent";
    case PdcpRefusal::bad_mac: return "wrong MAC-I";
    case PdcpRefusal::not_built: return "algorithm not built in";
  }
  return "?";
}

std::optional<std::uint32_t> PdcpCounter::estimate(std::uint32_t sn, unsigned bits) const {
  const std::uint64_t period = std::uint64_t{1} << bits;
  const std::uint64_t count = next_ + ((sn - next_) & (period - 1));
  if (count > max) return std::nullopt;
  return static_cast<std::uint32_t>(count);
}

PdcpCounter PdcpCounter::starting_at(std::uint64_t next) {
  assert(next <= max + 1);
  PdcpCounter c;
  c.next_ = next;
  return c;
}

SignallingBearer::SignallingBearer(Side side, Byte srb) : side_(side), bearer_(static_cast<Byte>(srb - 1)) {
  assert(srb == 1 || srb == 2);
}

Expected<Ok, PdcpRefusal> SignallingBearer::start_integrity(Eia algorithm, KrrcInt key) {
  if (!is_built(algorithm)) return Fail{PdcpRefusal::not_built};
  integrity_.emplace(Integrity{algorithm, std::move(key)});
  return Ok{};
}

Expected<Ok, PdcpRefusal> SignallingBearer::start_ciphering(Eea algorithm, KrrcEnc key) {
  if (!is_built(algorithm)) return Fail{PdcpRefusal::not_built};
  ciphering_.emplace(Ciphering{algorithm, std::move(key)});
  return Ok{};
}

//= TS 36.323, 5.7
// MAC-I over header and plain data; 5.6: data and MAC-I are then ciphered, the header is not.
Expected<ByteVector, PdcpRefusal> SignallingBearer::protect(Bytes rrc) {
  if (rrc.empty() || rrc.size() > pdcp_sdu_octets_max) return Fail{PdcpRefusal::malformed};
  if (sending_.spent()) return Fail{PdcpRefusal::count_spent};
  const auto count = static_cast<std::uint32_t>(sending_.next());
  const CipherInput in{count, bearer_, sends(side_)};

  ByteVector pdu;
  pdu.reserve(srb_header_octets + rrc.size() + mac_octets);
  pdu.push_back(static_cast<Byte>(count & ((1U << srb_sn_bits) - 1)));
  pdu.insert(pdu.end(), rrc.begin(), rrc.end());
  crypto::MacI mac{};
  if (integrity_) {
    const auto made = integrity(integrity_->algorithm, integrity_->key.expose(), in, pdu);
    if (!made) return Fail{PdcpRefusal::not_built};
    mac = *made;
  }
  pdu.insert(pdu.end(), mac.begin(), mac.end());
  if (ciphering_ && !cipher(ciphering_->algorithm, ciphering_->key.expose(), in,
                            MutableBytes(pdu).subspan(srb_header_octets)))
    return Fail{PdcpRefusal::not_built};
  sending_.used(count);
  return pdu;
}

Expected<ByteVector, PdcpRefusal> SignallingBearer::unprotect(Bytes pdu) {
  return open(pdu, integrity_ ? &*integrity_ : nullptr);
}

Expected<ByteVector, PdcpRefusal> SignallingBearer::unprotect_command(Bytes pdu, Eia algorithm, KrrcInt key) {
  if (!is_built(algorithm)) return Fail{PdcpRefusal::not_built};
  Integrity candidate{algorithm, std::move(key)};
  auto rrc = open(pdu, &candidate);
  if (rrc) integrity_.emplace(std::move(candidate));
  return rrc;
}

Expected<ByteVector, PdcpRefusal> SignallingBearer::open(Bytes pdu, const Integrity* check) {
  if (pdu.size() <= srb_header_octets + mac_octets ||
      pdu.size() > srb_header_octets + pdcp_sdu_octets_max + mac_octets || pdu[0] >> srb_sn_bits != 0)
    return Fail{PdcpRefusal::malformed};
  const auto count = receiving_.estimate(pdu[0], srb_sn_bits);
  if (!count) return Fail{PdcpRefusal::count_spent};
  const CipherInput in{*count, bearer_, receives(side_)};

  ByteVector clear(pdu.begin(), pdu.end());
  if (ciphering_ && !cipher(ciphering_->algorithm, ciphering_->key.expose(), in,
                            MutableBytes(clear).subspan(srb_header_octets)))
    return Fail{PdcpRefusal::not_built};
  const Bytes authenticated = Bytes(clear).first(clear.size() - mac_octets);
  crypto::MacI expected{};
  if (check != nullptr) {
    const auto made = integrity(check->algorithm, check->key.expose(), in, authenticated);
    if (!made) return Fail{PdcpRefusal::not_built};
    expected = *made;
  }
  if (!constant_time_equal(expected, Bytes(clear).last(mac_octets))) return Fail{PdcpRefusal::bad_mac};
  receiving_.used(*count);
  return ByteVector(clear.begin() + srb_header_octets, clear.end() - mac_octets);
}

Bytes SignallingBearer::text_of(Bytes pdu) {
  if (pdu.size() <= srb_header_octets + mac_octets) return {};
  return pdu.subspan(srb_header_octets, pdu.size() - srb_header_octets - mac_octets);
}

void SignallingBearer::set_counters(PdcpCounter sending, PdcpCounter receiving) {
  sending_ = sending;
  receiving_ = receiving;
}

DataBearer::DataBearer(Side side, Byte drb, Eea algorithm, KupEnc key)
    : side_(side), bearer_(static_cast<Byte>(drb - 1)), algorithm_(algorithm), key_(std::move(key)) {
  assert(drb >= 1 && drb <= 32);
}

Expected<ByteVector, PdcpRefusal> DataBearer::protect(Bytes packet) {
  if (packet.empty() || packet.size() > pdcp_sdu_octets_max) return Fail{PdcpRefusal::malformed};
  if (sending_.spent()) return Fail{PdcpRefusal::count_spent};
  const auto count = static_cast<std::uint32_t>(sending_.next());
  const std::uint32_t sn = count & ((1U << drb_sn_bits) - 1);
  ByteVector pdu;
  pdu.reserve(drb_header_octets + packet.size());
  pdu.push_back(static_cast<Byte>(drb_is_data | sn >> 8U));
  pdu.push_back(static_cast<Byte>(sn));
  pdu.insert(pdu.end(), packet.begin(), packet.end());
  if (!cipher(algorithm_, key_.expose(), {count, bearer_, sends(side_)},
              MutableBytes(pdu).subspan(drb_header_octets)))
    return Fail{PdcpRefusal::not_built};
  sending_.used(count);
  return pdu;
}

Expected<ByteVector, PdcpRefusal> DataBearer::unprotect(Bytes pdu) {
  if (pdu.size() <= drb_header_octets || pdu.size() > drb_header_octets + pdcp_sdu_octets_max ||
      (pdu[0] & 0xF0U) != drb_is_data)
    return Fail{PdcpRefusal::malformed};
  const auto count =
      receiving_.estimate(static_cast<std::uint32_t>(pdu[0] & 0x0FU) << 8U | pdu[1], drb_sn_bits);
  if (!count) return Fail{PdcpRefusal::count_spent};
  ByteVector packet(pdu.begin() + drb_header_octets, pdu.end());
  if (!cipher(algorithm_, key_.expose(), {*count, bearer_, receives(side_)}, packet))
    return Fail{PdcpRefusal::not_built};
  receiving_.used(*count);
  return packet;
}

void DataBearer::set_counters(PdcpCounter sending, PdcpCounter receiving) {
  sending_ = sending;
  receiving_ = receiving;
}

}  // namespace baton::context
