#include "wire/nas/private.h"

#include <cassert>

namespace baton::wire::nas {
namespace {

constexpr Byte refreshed_flag = 0x01;

bool fits(std::size_t octets) { return octets <= announcement_octets_max; }

}  // namespace

std::optional<AnnouncementEcho> AnnouncementEcho::parse(Bytes value) {
  if (value.size() < octets_min) return std::nullopt;
  const std::size_t own = value[0];
  if (own == 0 || !fits(own) || own > value.size() - 1 || !fits(value.size() - 1 - own)) return std::nullopt;
  const Bytes first = value.subspan(1, own);
  const Bytes second = value.subspan(1 + own);
  return AnnouncementEcho{{first.begin(), first.end()}, {second.begin(), second.end()}};
}
void AnnouncementEcho::write(Writer& w) const {
  assert(!own.empty() && fits(own.size()) && fits(received.size()));
  w.u8(static_cast<Byte>(own.size()));
  w.bytes(own);
  w.bytes(received);
}
std::string AnnouncementEcho::text() const { return hex(own) + ", received " + hex(received); }

std::optional<KasmeNotice> KasmeNotice::parse(Bytes value) {
  if (value.size() != octets_min || value[0] != refreshed_flag) return std::nullopt;
  return KasmeNotice{value[1]};
}
void KasmeNotice::write(Writer& w) const {
  w.u8(refreshed_flag);
  w.u8(n_low);
}
std::string KasmeNotice::text() const { return "KASME', n ends in " + std::to_string(n_low); }

std::optional<UpeKeyNotice> UpeKeyNotice::parse(Bytes value) {
  if (value.size() < octets_min || value.size() > octets_max) return std::nullopt;
  const Bytes id = value.first(value.size() - 2);
  const Bytes counter = value.last(2);
  return UpeKeyNotice{std::string(id.begin(), id.end()),
                      UpeKeyCounter{static_cast<std::uint16_t>(counter[0] << 8U | counter[1])}};
}
void UpeKeyNotice::write(Writer& w) const {
  assert(!upe.empty() && upe.size() <= upe_id_octets_max);
  w.bytes(Bytes(reinterpret_cast<const Byte*>(upe.data()), upe.size()));
  w.u(counter.value, 2);
}
std::string UpeKeyNotice::text() const {
  return std::to_string(upe.size()) + " octets of a name, counter " + std::to_string(counter.value);
}

}  // namespace baton::wire::nas
