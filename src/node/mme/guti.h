// guti.h: temporary identities: drawing them and remembering whose they were.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>

#include "base/entropy.h"
#include "ids/location.h"
#include "ids/subscriber_id.h"
#include "node/mme/limits.h"

namespace baton::node::mme {

/// draw_m_tmsi draws an M-TMSI that `taken` does not know, nothing when the source of randomness gives
/// none. The two top bits are 1, so that a GUTI keeps its value when it is mapped to a P-TMSI.
//= TS 23.003, 2.8.2.1
template <class Taken>
std::optional<MTmsi> draw_m_tmsi(Entropy& entropy, Taken taken) {
  constexpr std::uint32_t top_bits = 0xC000'0000;
  for (int i = 0; i < m_tmsi_draws_max; ++i) {
    const MTmsi m{entropy.u32() | top_bits};
    // All ones means "no valid TMSI" (TS 23.003, 2.4).
    if (m.value != 0xFFFF'FFFF && !taken(m)) return m;
  }
  return std::nullopt;
}

/// RememberedGutis knows the IMSI behind the M-TMSI of UEs whose context is gone. It is a convenience: who
/// comes back need not send its IMSI in the clear. It proves nothing; AKA does.
class RememberedGutis {
 public:
  explicit RememberedGutis(std::size_t limit = remembered_gutis_max) : limit_(limit) {}
  /// remember forgets the oldest entry when full.
  void remember(MTmsi m, Imsi imsi);
  void forget(MTmsi m) { imsis_.erase(m); }
  const Imsi* find(MTmsi m) const;
  std::size_t size() const { return imsis_.size(); }

 private:
  std::size_t limit_;
  std::map<MTmsi, Imsi> imsis_;
  std::deque<MTmsi> order_;  ///< oldest first; may hold M-TMSIs that were forgotten since
};

}  // namespace baton::node::mme
