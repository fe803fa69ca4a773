// seeded_entropy.h: randomness that is the same from run to run.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/entropy.h"

namespace baton::lab {

/// SeededEntropy is a generator fixed by a seed and the name of who draws from it, so that one more draw at
/// one node changes nothing at another. It is for the lab only: whoever knows the seed knows every draw.
class SeededEntropy final : public Entropy {
 public:
  SeededEntropy(std::uint64_t seed, std::string_view name);
  void fill(MutableBytes out) override;

 private:
  std::uint64_t next();
  std::uint64_t state_;
};

}  // namespace baton::lab
