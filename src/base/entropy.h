// entropy.h: where randomness comes from is decided by whoever builds the node.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace baton {

/// Entropy fills memory with random octets. Daemons give a DRBG fed by the kernel, the lab a
/// generator fixed by its seed; nodes never reach for any other source.
class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual void fill(MutableBytes out) = 0;

  /// u32 is a uniformly distributed 32-bit number.
  std::uint32_t u32() {
    std::array<Byte, 4> b{};
    fill(b);
    return static_cast<std::uint32_t>(b[0]) << 24 | static_cast<std::uint32_t>(b[1]) << 16 |
           static_cast<std::uint32_t>(b[2]) << 8 | b[3];
  }
};

}  // namespace baton
