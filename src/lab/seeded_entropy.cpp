#include "lab/seeded_entropy.h"

namespace baton::lab {

SeededEntropy::SeededEntropy(std::uint64_t seed, std::string_view name) : state_(seed) {
  // FNV-1a over the name: std::hash may differ from one library to the next.
  std::uint64_t h = 0xCBF2'9CE4'8422'2325U;
  for (const char c : name) h = (h ^ static_cast<Byte>(c)) * 0x0000'0100'0000'01B3U;
  state_ ^= h;
}

// SplitMix64: every state gives another value, and all of them come.
std::uint64_t SeededEntropy::next() {
  state_ += 0x9E37'79B9'7F4A'7C15U;
  std::uint64_t z = state_;
  z = (z ^ z >> 30U) * 0xBF58'476D'1CE4'E5B9U;
  z = (z ^ z >> 27U) * 0x94D0'49BB'1331'11EBU;
  return z ^ z >> 31U;
}

void SeededEntropy::fill(MutableBytes out) {
  for (std::size_t i = 0; i < out.size(); i += 8) {
    const std::uint64_t v = next();
    for (std::size_t k = 0; k < 8 && i + k < out.size(); ++k) out[i + k] = static_cast<Byte>(v >> (8 * k));
  }
}

}  // namespace baton::lab
