#include "context/kasme_memory.h"

#include <algorithm>
#include <utility>

#include "wire/cursor.h"

namespace baton::context {
namespace {

constexpr Byte version = 1;
constexpr std::string_view here = "KASME memory";

void put(wire::Writer& w, const std::optional<DiameterIdentity>& identity) {
  const std::string& s = identity ? identity->value() : std::string();
  w.u8(static_cast<Byte>(s.size()));
  w.bytes({reinterpret_cast<const Byte*>(s.data()), s.size()});
}
void put(wire::Writer& w, const KasmeCandidate& c) {
  w.bytes(c.rand.bytes);
  w.u(c.epoch, 4);
  w.bytes(c.plmn.wire());
  w.bytes(c.kasme.expose());
}
void put(wire::Writer& w, const KasmeRecord& r) {
  w.bytes(r.kasme.expose());
  w.bytes(r.rand.bytes);
  w.u(r.generation.epoch, 4);
  w.u(r.generation.step, 4);
  w.u8(r.ksi);
  w.bytes(r.plmn.wire());
  put(w, r.mme);
  w.u(static_cast<std::uint64_t>(r.at.since_epoch.count()), 8);
  w.u8(static_cast<Byte>(r.applied.size()));
  for (const AppliedStep& a : r.applied) {
    w.u(a.step, 4);
    w.bytes(a.digest);
  }
}

/// In reads field after field; once one does not fit, everything after it is zero and `ok` is false.
struct In {
  wire::Reader r;
  bool ok = true;

  Bytes take(std::size_t n) {
    const auto b = r.take(here, n);
    if (!b) {
      ok = false;
      return {};
    }
    return *b;
  }
  std::uint64_t u(std::size_t n) {
    std::uint64_t v = 0;
    for (const Byte b : take(n)) v = v << 8U | b;
    return v;
  }
  template <std::size_t N>
  std::array<Byte, N> octets() {
    std::array<Byte, N> out{};
    const Bytes b = take(N);
    std::copy(b.begin(), b.end(), out.begin());
    return out;
  }
  Rand reference() { return Rand{octets<Rand::size>()}; }
  Kasme kasme() {
    auto b = octets<Kasme::size>();
    Kasme k(b);
    secure_wipe(b.data(), b.size());
    return k;
  }
  PlmnId plmn() {
    const auto b = octets<3>();
    const auto p = PlmnId::from_wire(b);
    if (!p) ok = false;
    return p ? *p : PlmnId::test_value();
  }
  std::optional<DiameterIdentity> identity() {
    const Bytes b = take(u(1));
    if (b.empty()) return std::nullopt;
    auto parsed = DiameterIdentity::parse({reinterpret_cast<const char*>(b.data()), b.size()});
    if (!parsed) {
      ok = false;
      return std::nullopt;
    }
    return std::move(*parsed);
  }
  KasmeCandidate candidate() {
    const Rand r16 = reference();
    const auto epoch = static_cast<std::uint32_t>(u(4));
    const PlmnId network = plmn();
    return {r16, epoch, network, kasme()};
  }
  std::optional<KasmeRecord> record() {
    Kasme key = kasme();
    const Rand r16 = reference();
    Generation generation;
    generation.epoch = static_cast<std::uint32_t>(u(4));
    generation.step = static_cast<std::uint32_t>(u(4));
    const auto ksi = static_cast<std::uint8_t>(u(1));
    const PlmnId network = plmn();
    auto mme = identity();
    const Instant at{Duration(static_cast<std::int64_t>(u(8)))};
    const std::size_t steps = u(1);
    if (!mme || steps > kasme_steps_kept_max) ok = false;
    if (!ok) return std::nullopt;
    KasmeRecord out{std::move(key), r16, generation, ksi, network, std::move(*mme), at, {}};
    for (std::size_t i = 0; i < steps; ++i) {
      const auto step = static_cast<std::uint32_t>(u(4));
      out.applied.push_back({step, octets<std::tuple_size_v<crypto::Digest>>()});
    }
    return out;
  }
};

}  // namespace

KasmeMemory KasmeMemory::copy() const {
  KasmeMemory out{last_epoch, transfers, {}, {}, mme_before};
  if (record) out.record = record->copy();
  for (const KasmeCandidate& c : candidates) out.candidates.push_back(c.copy());
  return out;
}

ByteVector encode(const KasmeMemory& m) {
  wire::Writer w;
  w.u8(version);
  w.u(m.last_epoch, 4);
  w.u(m.transfers, 4);
  put(w, m.mme_before);
  w.u8(static_cast<Byte>(m.candidates.size()));
  for (const KasmeCandidate& c : m.candidates) put(w, c);
  w.u8(m.record ? 1 : 0);
  if (m.record) put(w, *m.record);
  return w.done();
}

std::optional<KasmeMemory> decode_kasme_memory(Bytes octets) {
  In in{wire::Reader(here, octets)};
  if (in.u(1) != version) return std::nullopt;
  KasmeMemory m;
  m.last_epoch = static_cast<std::uint32_t>(in.u(4));
  m.transfers = static_cast<std::uint32_t>(in.u(4));
  m.mme_before = in.identity();
  const std::size_t candidates = in.u(1);
  if (candidates > kasme_candidates_max) return std::nullopt;
  for (std::size_t i = 0; i < candidates && in.ok; ++i) m.candidates.push_back(in.candidate());
  const auto has_record = in.u(1);
  if (!in.ok || has_record > 1) return std::nullopt;
  if (has_record == 1) m.record = in.record();
  if (!in.ok || !in.r.empty()) return std::nullopt;
  return m;
}

}  // namespace baton::context
