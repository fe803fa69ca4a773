#include "context/eps_security.h"

#include <algorithm>
#include <utility>

#include "context/algorithms.h"
#include "wire/nas/limits.h"

namespace baton::context {
namespace {

//= TS 24.301, 9.2
constexpr Byte emm = 0x07;
//= TS 24.301, 9.3.1
constexpr Byte service_request_header = 12;
constexpr std::size_t service_request_octets = 4;
//= TS 24.301, 9.9.3.28
// The sequence number has five bits there.
constexpr unsigned short_sqn_bits = 5;

constexpr std::size_t mac_at = 1;
constexpr std::size_t sqn_at = 5;
constexpr std::size_t text_at = wire::nas::security_header_octets;

bool ciphers(NasSecurityHeader t) {
  return t == NasSecurityHeader::ciphered || t == NasSecurityHeader::ciphered_new_context;
}

/// The Security Mode Command comes from the network, its Complete from the UE; the rest from both.
bool may_send(Side side, NasSecurityHeader t) {
  switch (t) {
    case NasSecurityHeader::plain: return false;
    case NasSecurityHeader::integrity:
    case NasSecurityHeader::ciphered: return true;
    case NasSecurityHeader::integrity_new_context: return side == Side::network;
    case NasSecurityHeader::ciphered_new_context: return side == Side::ue;
  }
  return false;
}

Side other(Side s) { return s == Side::ue ? Side::network : Side::ue; }

/// BEARER is zero for NAS.
//= TS 33.401, 8.1.1
CipherInput input(NasCount count, crypto::Direction direction) { return {count.value(), 0, direction}; }

/// Message types after which the network may set up AS security. TS 24.301, 9.8.
bool can_start_as_security(Bytes plain) {
  constexpr std::array<Byte, 5> types{0x41, 0x48, 0x4C, 0x4D, 0x5E};
  return plain.size() >= 2 && plain[0] == emm &&
         std::find(types.begin(), types.end(), plain[1]) != types.end();
}

}  // namespace

std::string_view to_string(NasRefusal r) {
  switch (r) {
    case NasRefusal::no_keys: return "no NAS keys";
    case NasRefusal::malformed: return "malformed";
    case NasRefusal::header_type: return "security header type out of place";
    case NasRefusal::count_spent: return "NAS COUNT spent";
    case NasRefusal::bad_mac: return "wrong MAC";
    case NasRefusal::not_built: return "algorithm not built in";
    case NasRefusal::null_integrity: return "null integrity not allowed";
    case NasRefusal::no_kasme: return "no KASME";
  }
  return "?";
}

EpsSecurityContext::EpsSecurityContext(Side side, Kasme kasme, wire::nas::Ksi ksi,
                                       wire::nas::UeSecurityCapability capability,
                                       NullIntegrity null_integrity)
    : side_(side),
      null_integrity_(null_integrity),
      ksi_(ksi),
      capability_(std::move(capability)),
      root_(std::move(kasme)) {}

EpsSecurityContext::EpsSecurityContext(Delegated given, Chosen algorithms, wire::nas::Ksi ksi,
                                       wire::nas::UeSecurityCapability capability)
    : side_(Side::network),
      null_integrity_(NullIntegrity::refuse),
      ksi_(ksi),
      capability_(std::move(capability)),
      algorithms_(algorithms),
      root_(std::move(given.root)),
      knas_enc_(std::move(given.knas_enc)),
      knas_int_(std::move(given.knas_int)) {}

Expected<EpsSecurityContext::Keys, NasRefusal> EpsSecurityContext::derive(Chosen algorithms) const {
  if (!is_built(algorithms.eea) || !is_built(algorithms.eia)) return Fail{NasRefusal::not_built};
  if (algorithms.eia == Eia::eia0 && null_integrity_ == NullIntegrity::refuse)
    return Fail{NasRefusal::null_integrity};
  if (kasme() == nullptr) return Fail{NasRefusal::no_kasme};
  return Keys{derive_knas_enc(*kasme(), algorithms.eea), derive_knas_int(*kasme(), algorithms.eia)};
}

//= TS 33.401, 7.2.4.4
Expected<Ok, NasRefusal> EpsSecurityContext::activate(Chosen algorithms) {
  auto keys = derive(algorithms);
  if (!keys) return Fail{keys.why()};
  algorithms_ = algorithms;
  knas_enc_ = std::move(keys->enc);
  knas_int_ = std::move(keys->integrity);
  return Ok{};
}

//= TS 24.301, 4.4.3.3 and 4.4.5
// Ciphered first, then authenticated together with the sequence number.
Expected<ByteVector, NasRefusal> EpsSecurityContext::protect(NasSecurityHeader type, Bytes plain) {
  if (!active()) return Fail{NasRefusal::no_keys};
  if (!may_send(side_, type)) return Fail{NasRefusal::header_type};
  if (plain.size() < wire::nas::message_octets_min || plain.size() > wire::nas::message_octets_max - text_at)
    return Fail{NasRefusal::malformed};
  const auto count = sending_.next();
  if (!count) return Fail{NasRefusal::count_spent};

  ByteVector pdu(text_at + plain.size());
  pdu[0] = static_cast<Byte>(static_cast<unsigned>(type) << 4U | emm);
  pdu[sqn_at] = count->sqn();
  std::copy(plain.begin(), plain.end(), pdu.begin() + text_at);
  const CipherInput in = input(*count, sends(side_));
  if (ciphers(type) && !cipher(algorithms_.eea, knas_enc_->expose(), in, MutableBytes(pdu).subspan(text_at)))
    return Fail{NasRefusal::not_built};
  const auto mac = integrity(algorithms_.eia, knas_int_->expose(), in, Bytes(pdu).subspan(sqn_at));
  if (!mac) return Fail{NasRefusal::not_built};
  std::copy((*mac).begin(), (*mac).end(), pdu.begin() + mac_at);

  sending_.used(*count);
  if (side_ == Side::ue) note_uplink(plain, *count);
  return pdu;
}

Expected<ByteVector, NasRefusal> EpsSecurityContext::unprotect(Bytes pdu) {
  if (!active()) return Fail{NasRefusal::no_keys};
  return open(pdu, algorithms_, *knas_enc_, *knas_int_);
}

Expected<ByteVector, NasRefusal> EpsSecurityContext::unprotect_command(Bytes pdu, Chosen algorithms) {
  if (header_of(pdu) != static_cast<Byte>(NasSecurityHeader::integrity_new_context))
    return Fail{NasRefusal::header_type};
  auto keys = derive(algorithms);
  if (!keys) return Fail{keys.why()};
  auto plain = open(pdu, algorithms, keys->enc, keys->integrity);
  if (!plain) return plain;
  algorithms_ = algorithms;
  knas_enc_ = std::move(keys->enc);
  knas_int_ = std::move(keys->integrity);
  return plain;
}

Expected<ByteVector, NasRefusal> EpsSecurityContext::open(Bytes pdu, Chosen algorithms, const KnasEnc& enc,
                                                          const KnasInt& key) {
  const auto header = header_of(pdu);
  if (!header) return Fail{NasRefusal::malformed};
  const auto type = static_cast<NasSecurityHeader>(*header);
  if (*header > static_cast<Byte>(NasSecurityHeader::ciphered_new_context) || !may_send(other(side_), type))
    return Fail{NasRefusal::header_type};
  if (pdu.size() < text_at + wire::nas::message_octets_min || pdu.size() > wire::nas::message_octets_max)
    return Fail{NasRefusal::malformed};

  //= TS 33.401, 6.5
  // Without integrity there is no replay protection; the last message may come again.
  const auto last = receiving_.last();
  const bool repeated = algorithms.eia == Eia::eia0 && last && last->sqn() == pdu[sqn_at];
  const auto count = repeated ? last : receiving_.estimate(pdu[sqn_at]);
  if (!count) return Fail{NasRefusal::count_spent};

  const CipherInput in = input(*count, receives(side_));
  const auto mac = integrity(algorithms.eia, key.expose(), in, pdu.subspan(sqn_at));
  if (!mac) return Fail{NasRefusal::not_built};
  if (!constant_time_equal(*mac, pdu.subspan(mac_at, (*mac).size()))) return Fail{NasRefusal::bad_mac};

  ByteVector plain(pdu.begin() + text_at, pdu.end());
  if (ciphers(type) && !cipher(algorithms.eea, enc.expose(), in, plain)) return Fail{NasRefusal::not_built};
  if (!repeated) receiving_.used(*count);
  if (side_ == Side::network) note_uplink(plain, *count);
  return plain;
}

Expected<ByteVector, NasRefusal> EpsSecurityContext::service_request() {
  if (!active()) return Fail{NasRefusal::no_keys};
  if (side_ != Side::ue) return Fail{NasRefusal::header_type};
  const auto count = sending_.next();
  if (!count) return Fail{NasRefusal::count_spent};
  ByteVector pdu{
      static_cast<Byte>(service_request_header << 4U | emm),
      static_cast<Byte>((ksi_.value & 7U) << short_sqn_bits | (count->sqn() & ((1U << short_sqn_bits) - 1)))};
  const auto mac =
      integrity(algorithms_.eia, knas_int_->expose(), input(*count, crypto::Direction::uplink), pdu);
  if (!mac) return Fail{NasRefusal::not_built};
  pdu.insert(pdu.end(), (*mac).end() - 2, (*mac).end());
  sending_.used(*count);
  kenb_count_ = UplinkNasCount{*count};
  return pdu;
}

Expected<Ok, NasRefusal> EpsSecurityContext::verify_service_request(Bytes pdu) {
  if (!active()) return Fail{NasRefusal::no_keys};
  if (side_ != Side::network) return Fail{NasRefusal::header_type};
  const auto ksi = service_request_ksi(pdu);
  if (!ksi) return Fail{NasRefusal::malformed};
  if (*ksi != ksi_.value) return Fail{NasRefusal::bad_mac};
  const auto count = receiving_.estimate(pdu[1] & ((1U << short_sqn_bits) - 1), short_sqn_bits);
  if (!count) return Fail{NasRefusal::count_spent};
  const auto mac =
      integrity(algorithms_.eia, knas_int_->expose(), input(*count, crypto::Direction::uplink), pdu.first(2));
  if (!mac) return Fail{NasRefusal::not_built};
  if (!constant_time_equal(Bytes(*mac).last(2), pdu.last(2))) return Fail{NasRefusal::bad_mac};
  receiving_.used(*count);
  kenb_count_ = UplinkNasCount{*count};
  return Ok{};
}

void EpsSecurityContext::note_uplink(Bytes plain, NasCount count) {
  if (can_start_as_security(plain)) kenb_count_ = UplinkNasCount{count};
}

std::optional<Kenb> EpsSecurityContext::kenb() const {
  if (!kenb_count_ || kasme() == nullptr) return std::nullopt;
  return derive_kenb(*kasme(), *kenb_count_);
}

EpsSecurityContext EpsSecurityContext::clone() const {
  EpsSecurityContext c = kasme() != nullptr
                             ? EpsSecurityContext(side_, kasme()->clone(), ksi_, capability_, null_integrity_)
                             : EpsSecurityContext({{handover_root()->kho.clone(), handover_root()->raw},
                                                   knas_enc_->clone(),
                                                   knas_int_->clone()},
                                                  algorithms_, ksi_, capability_);
  c.algorithms_ = algorithms_;
  if (knas_enc_) c.knas_enc_ = knas_enc_->clone();
  if (knas_int_) c.knas_int_ = knas_int_->clone();
  c.sending_ = sending_;
  c.receiving_ = receiving_;
  c.kenb_count_ = kenb_count_;
  return c;
}

void EpsSecurityContext::set_counts(NasCounter uplink, NasCounter downlink) {
  sending_ = side_ == Side::ue ? uplink : downlink;
  receiving_ = side_ == Side::ue ? downlink : uplink;
}

std::optional<Byte> header_of(Bytes pdu) {
  if (pdu.empty() || (pdu[0] & 0x0FU) != emm) return std::nullopt;
  return static_cast<Byte>(pdu[0] >> 4U);
}

Bytes text_of(Bytes pdu) {
  const auto header = header_of(pdu);
  if (!header || *header == 0 || *header > static_cast<Byte>(NasSecurityHeader::ciphered_new_context) ||
      pdu.size() < text_at)
    return {};
  return pdu.subspan(text_at);
}

std::optional<Byte> service_request_ksi(Bytes pdu) {
  if (pdu.size() != service_request_octets || header_of(pdu) != service_request_header) return std::nullopt;
  return static_cast<Byte>(pdu[1] >> short_sqn_bits);
}

}  // namespace baton::context
