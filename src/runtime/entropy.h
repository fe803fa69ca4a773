// entropy.h: the daemons' source of randomness.
#pragma once

#include <memory>

#include "base/entropy.h"

namespace baton::runtime {

/// SystemEntropy is a counter-mode generator seeded from the kernel (getrandom) at construction and again
/// after every entropy_octets_per_seed octets. One per process and thread; never used across fork().
/// A kernel that gives no randomness ends the process: there is nothing sensible to do without.
std::unique_ptr<Entropy> system_entropy();

}  // namespace baton::runtime
