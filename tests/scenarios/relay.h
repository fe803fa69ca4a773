// relay.h: somebody between a phone and its cell, who hears everything and passes on what it likes.
#pragma once

#include <algorithm>
#include <array>
#include <string>

#include "lab/cast.h"

namespace baton::lab {

/// replace_all puts `with`, which is as long, in the place of every `what`.
inline std::size_t replace_all(ByteVector& in, Bytes what, Bytes with) {
  std::size_t found = 0;
  for (auto at = in.begin();;) {
    at = std::search(at, in.end(), what.begin(), what.end());
    if (at == in.end()) return found;
    std::copy(with.begin(), with.end(), at);
    at += static_cast<std::ptrdiff_t>(what.size());
    ++found;
  }
}

/// Relay stands between a UE and the first cell for as long as it lives. `alter` may change what passes,
/// and nothing passes that it empties.
template <class Alter>
class Relay {
 public:
  Relay(Cast& cast, std::size_t ue, Alter alter) : cast_(cast), ue_(Cast::ue_name(ue)), alter_(alter) {
    cast_.net.cut(ue_, "enb1");
    seen_ = cast_.net.taps().size();
  }
  ~Relay() { cast_.net.mend(ue_, "enb1"); }
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// run lets time pass. (The cut holds back what the two say to each other; it is put in again here.)
  void run(Duration d) {
    for (const Instant end = cast_.net.now() + d; cast_.net.now() < end;) {
      cast_.net.run_for(200us);
      for (; seen_ < cast_.net.taps().size(); ++seen_) {
        const WireTap& t = cast_.net.taps()[seen_];
        const bool ours = (t.from == ue_ && t.to == "enb1") || (t.from == "enb1" && t.to == ue_);
        if (t.port != peer::Port::radio || !ours) continue;
        ByteVector octets = t.octets;
        alter_(t.from == ue_, octets);
        if (!octets.empty()) cast_.net.inject(t.port, t.source, t.destination, std::move(octets));
      }
    }
  }

 private:
  Cast& cast_;
  std::string ue_;
  Alter alter_;
  std::size_t seen_ = 0;
};

/// m_tmsi_octets is the M-TMSI of a UE's GUTI as it stands on the wire.
inline std::array<Byte, 4> m_tmsi_octets(Cast& cast, std::size_t ue) {
  const std::uint32_t m = cast.ue(ue).guti()->m_tmsi.value;
  return {static_cast<Byte>(m >> 24U), static_cast<Byte>(m >> 16U), static_cast<Byte>(m >> 8U),
          static_cast<Byte>(m)};
}

}  // namespace baton::lab
