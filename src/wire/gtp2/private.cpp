#include "wire/gtp2/private.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "wire/gtp2/limits.h"
#include "wire/private_limits.h"

namespace baton::wire::gtp2 {
namespace {

constexpr std::string_view name = "Private Extension";

Bytes octets_of(const std::string& text) {
  return Bytes(reinterpret_cast<const Byte*>(text.data()), text.size());
}

// --- writing --------------------------------------------------------------------------------------------

void put(Writer& w, const ByteVector& v) { w.bytes(v); }
template <class Tag, std::size_t N>
void put(Writer& w, const Secret<Tag, N>& v) {
  w.bytes(v.expose());
}
void put(Writer& w, const KasmeRefresh& v) {
  w.u8(static_cast<Byte>(v.direction));
  w.u(v.n.value(), 4);
}
void put(Writer& w, const UpeKeyName& v) {
  assert(!v.upe.empty() && v.upe.size() <= upe_id_octets_max);
  w.bytes(octets_of(v.upe));
  w.u(v.counter.value, 2);
}
void put(Writer& w, const DiameterIdentity& v) { w.bytes(octets_of(v.value())); }
/// RAND (16), epoch (4), step (4), time of the AKA in microseconds (8), seconds left (4), number of steps
/// (1); each step: number (4), direction (1), COUNT (4), length (1) and identity, proof (32).
void put(Writer& w, const KasmeLineage& v) {
  assert(v.unacknowledged.size() <= kasme_steps_max);
  w.bytes(v.rand.bytes);
  w.u(v.epoch, 4);
  w.u(v.step, 4);
  w.u(static_cast<std::uint64_t>(v.aka_at.since_epoch.count()), 8);
  w.u(v.seconds_left, 4);
  w.u8(static_cast<Byte>(v.unacknowledged.size()));
  for (const KasmeStep& s : v.unacknowledged) {
    w.u(s.step, 4);
    w.u8(static_cast<Byte>(s.direction));
    w.u(s.count.value(), 4);
    w.length(1, [&] { w.bytes(octets_of(s.identity.value())); });
    w.bytes(s.proof.expose());
  }
}
/// Flags (1): bit 0: K_HO by the raw reading; eKSI (1); KNASenc (16); KNASint (16).
void put(Writer& w, const NasKeys& v) {
  w.u8(v.raw ? 1 : 0);
  w.u8(v.ksi);
  put(w, v.enc);
  put(w, v.integrity);
}
template <class T>
void item(Writer& w, PrivateType type, const std::optional<T>& value) {
  if (!value) return;
  w.u8(static_cast<Byte>(type));
  w.length(2, [&] { put(w, *value); });
}

// --- reading --------------------------------------------------------------------------------------------

template <class T>
struct As {};
using Name = std::string_view;

Expected<ByteVector, Error> octets(Reader& r, Name field, std::size_t least, std::size_t most) {
  if (r.left() < least) return Fail{r.error(Fault::short_read, field)};
  if (r.left() > most) return Fail{r.error(Fault::too_many, field)};
  const Bytes b = r.rest();
  return ByteVector(b.begin(), b.end());
}
template <class Tag, std::size_t N>
Expected<Secret<Tag, N>, Error> get(Reader& r, Name field, As<Secret<Tag, N>>) {
  const auto b = r.take(field, N);
  if (!b) return Fail{b.why()};
  return Secret<Tag, N>(b->template first<N>());
}
Expected<NasCount, Error> get(Reader& r, Name field, As<NasCount>) {
  const auto v = r.u(field, 4);
  if (!v) return Fail{v.why()};
  const auto count = NasCount::from(static_cast<std::uint32_t>(std::min<std::uint64_t>(*v, 0xFFFF'FFFF)));
  if (!count) return Fail{r.error(Fault::bad_value, field)};
  return *count;
}
Expected<RefreshDirection, Error> get(Reader& r, Name field, As<RefreshDirection>) {
  const auto v = r.u(field, 1);
  if (!v) return Fail{v.why()};
  if (*v != static_cast<Byte>(RefreshDirection::idle) && *v != static_cast<Byte>(RefreshDirection::handover))
    return Fail{r.error(Fault::bad_value, field)};
  return static_cast<RefreshDirection>(*v);
}
Expected<KasmeRefresh, Error> get(Reader& r, Name field, As<KasmeRefresh>) {
  const auto direction = get(r, field, As<RefreshDirection>{});
  if (!direction) return Fail{direction.why()};
  const auto n = get(r, field, As<NasCount>{});
  if (!n) return Fail{n.why()};
  return KasmeRefresh{*direction, *n};
}
Expected<UpeKeyName, Error> get(Reader& r, Name field, As<UpeKeyName>) {
  if (r.left() < 3) return Fail{r.error(Fault::short_read, field)};
  if (r.left() > upe_id_octets_max + 2) return Fail{r.error(Fault::too_many, field)};
  const auto upe = r.take(field, r.left() - 2);
  if (!upe) return Fail{upe.why()};
  const auto counter = r.u(field, 2);
  if (!counter) return Fail{counter.why()};
  return UpeKeyName{std::string(upe->begin(), upe->end()),
                    UpeKeyCounter{static_cast<std::uint16_t>(*counter)}};
}
Expected<DiameterIdentity, Error> identity(Reader& r, Name field, std::size_t length) {
  const auto b = r.take(field, length);
  if (!b) return Fail{b.why()};
  auto out = DiameterIdentity::parse({reinterpret_cast<const char*>(b->data()), b->size()});
  if (!out) return Fail{r.error(Fault::bad_value, field)};
  return std::move(*out);
}
Expected<DiameterIdentity, Error> get(Reader& r, Name field, As<DiameterIdentity>) {
  return identity(r, field, r.left());
}
Expected<KasmeStep, Error> get(Reader& r, Name field, As<KasmeStep>) {
  const auto step = r.u(field, 4);
  if (!step) return Fail{step.why()};
  const auto direction = get(r, field, As<RefreshDirection>{});
  if (!direction) return Fail{direction.why()};
  const auto count = get(r, field, As<NasCount>{});
  if (!count) return Fail{count.why()};
  const auto length = r.u(field, 1);
  if (!length) return Fail{length.why()};
  auto mme = identity(r, field, static_cast<std::size_t>(*length));
  if (!mme) return Fail{mme.why()};
  auto proof = get(r, field, As<UpdateProof>{});
  if (!proof) return Fail{proof.why()};
  return KasmeStep{static_cast<std::uint32_t>(*step), *direction, *count, std::move(*mme), std::move(*proof)};
}
Expected<KasmeLineage, Error> get(Reader& r, Name field, As<KasmeLineage>) {
  const auto rand = r.take(field, Rand::size);
  if (!rand) return Fail{rand.why()};
  const auto epoch = r.u(field, 4);
  if (!epoch) return Fail{epoch.why()};
  const auto step = r.u(field, 4);
  if (!step) return Fail{step.why()};
  const auto at = r.u(field, 8);
  if (!at) return Fail{at.why()};
  if (*at > static_cast<std::uint64_t>(Duration::max().count()))
    return Fail{r.error(Fault::bad_value, field)};
  const auto left = r.u(field, 4);
  if (!left) return Fail{left.why()};
  const auto steps = r.u(field, 1);
  if (!steps) return Fail{steps.why()};
  if (*steps > kasme_steps_max) return Fail{r.error(Fault::too_many, field)};
  KasmeLineage out{Rand::from(*rand),
                   static_cast<std::uint32_t>(*epoch),
                   static_cast<std::uint32_t>(*step),
                   Instant{Duration(static_cast<Duration::rep>(*at))},
                   static_cast<std::uint32_t>(*left),
                   {}};
  for (std::uint64_t i = 0; i < *steps; ++i) {
    auto one = get(r, field, As<KasmeStep>{});
    if (!one) return Fail{one.why()};
    out.unacknowledged.push_back(std::move(*one));
  }
  return out;
}

Expected<NasKeys, Error> get(Reader& r, Name field, As<NasKeys>) {
  const auto flags = r.u(field, 1);
  if (!flags) return Fail{flags.why()};
  // Another flag would make another key of these.
  if (*flags > 1) return Fail{r.error(Fault::bad_value, field)};
  const auto ksi = r.u(field, 1);
  if (!ksi) return Fail{ksi.why()};
  if (*ksi > 6) return Fail{r.error(Fault::bad_value, field)};
  auto enc = get(r, field, As<KnasEnc>{});
  if (!enc) return Fail{enc.why()};
  auto integrity = get(r, field, As<KnasInt>{});
  if (!integrity) return Fail{integrity.why()};
  return NasKeys{static_cast<Byte>(*ksi), *flags != 0, std::move(*enc), std::move(*integrity)};
}

/// Reads one item into its member; the reason when it cannot be.
template <class T>
std::optional<Error> fill(Reader& r, Name field, std::optional<T>& out) {
  if (out) return r.error(Fault::repeated, field);
  auto v = get(r, field, As<T>{});
  if (!v) return v.why();
  if (!r.empty()) return r.error(Fault::trailing_bytes, field);
  out.emplace(std::move(*v));
  return std::nullopt;
}
std::optional<Error> fill(Reader& r, Name field, std::optional<ByteVector>& out, std::size_t least,
                          std::size_t most) {
  if (out) return r.error(Fault::repeated, field);
  auto v = octets(r, field, least, most);
  if (!v) return v.why();
  out.emplace(std::move(*v));
  return std::nullopt;
}
std::optional<Error> read_item(Byte type, Reader& r, MovePrivate& out) {
  switch (static_cast<PrivateType>(type)) {
    case PrivateType::announcement:
      return fill(r, "announcement", out.announcement, 1, announcement_octets_max);
    case PrivateType::kenb_star: return fill(r, "KeNB*", out.kenb_star);
    case PrivateType::lineage: return fill(r, "lineage", out.lineage);
    case PrivateType::kasme_refresh: return fill(r, "KASME' refresh", out.refresh);
    case PrivateType::upe_key: return fill(r, "UPE key", out.upe);
    case PrivateType::container:
      return fill(r, "handover container", out.container, 1, handover_container_octets_max);
    case PrivateType::ue_announcement:
      return fill(r, "UE announcement", out.ue_announcement, 0, announcement_octets_max);
    case PrivateType::mme: return fill(r, "MME", out.mme);
    case PrivateType::kho: return fill(r, "K_HO", out.kho);
    case PrivateType::kupe: return fill(r, "K_UPE", out.kupe);
    case PrivateType::nas_keys: return fill(r, "NAS keys", out.nas_keys);
  }
  return std::nullopt;  // of another version
}

}  // namespace

bool MovePrivate::empty() const { return *this == MovePrivate{}; }

std::optional<PrivateExtension> encode_private(const MovePrivate& v, std::uint16_t enterprise) {
  Writer w;
  // A buffer with keys in it must not grow: growth leaves copies behind that nobody wipes.
  w.octets().reserve(private_extension_octets_max);
  item(w, PrivateType::announcement, v.announcement);
  item(w, PrivateType::kenb_star, v.kenb_star);
  item(w, PrivateType::lineage, v.lineage);
  item(w, PrivateType::kasme_refresh, v.refresh);
  item(w, PrivateType::upe_key, v.upe);
  item(w, PrivateType::container, v.container);
  item(w, PrivateType::ue_announcement, v.ue_announcement);
  item(w, PrivateType::mme, v.mme);
  item(w, PrivateType::kho, v.kho);
  item(w, PrivateType::kupe, v.kupe);
  item(w, PrivateType::nas_keys, v.nas_keys);
  assert(w.size() <= private_extension_octets_max);
  if (w.size() == 0) return std::nullopt;
  return PrivateExtension{0, enterprise, w.done()};
}

Expected<MovePrivate, Error> decode_private(const std::vector<PrivateExtension>& extensions,
                                            std::uint16_t enterprise) {
  MovePrivate out;
  bool seen = false;
  for (const PrivateExtension& extension : extensions) {
    if (extension.enterprise != enterprise) continue;
    Reader r(name, extension.octets);
    if (std::exchange(seen, true)) return Fail{r.error(Fault::repeated, name)};
    while (!r.empty()) {
      const auto type = r.u("type", 1);
      if (!type) return Fail{type.why()};
      const auto length = r.u("length", 2);
      if (!length) return Fail{length.why()};
      auto value = r.sub("value", static_cast<std::size_t>(*length));
      if (!value) return Fail{value.why()};
      if (const auto why = read_item(static_cast<Byte>(*type), *value, out)) return Fail{*why};
    }
  }
  return out;
}

std::vector<SecretRange> private_secrets(Bytes value) {
  std::vector<SecretRange> out;
  std::size_t at = 0;
  while (value.size() - at >= 3) {
    const auto type = static_cast<PrivateType>(value[at]);
    const std::size_t said = static_cast<std::size_t>(value[at + 1]) << 8U | value[at + 2];
    at += 3;
    const std::size_t there = std::min(said, value.size() - at);
    const bool secret = type == PrivateType::kenb_star || type == PrivateType::lineage ||
                        type == PrivateType::kho || type == PrivateType::kupe ||
                        type == PrivateType::nas_keys || there < said;
    if (secret && there > 0) out.push_back({at, there});
    at += there;
  }
  return out;
}

}  // namespace baton::wire::gtp2
