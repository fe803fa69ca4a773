// keccak.h: the permutation under TUAK.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "crypto/path.h"

namespace baton::crypto {

/// KeccakState is 25 lanes; octet i of the state is octet i % 8 of lane i / 8, the least significant first.
using KeccakState = std::array<std::uint64_t, 25>;

/// keccak_f1600 permutes the state: 24 rounds without tables and without branches on data.
//= FIPS 202, 3.3
void keccak_f1600(KeccakState& state);
/// keccak_f1600_two permutes two states: on the wide path in little more than the time of one.
void keccak_f1600_two(KeccakState& a, KeccakState& b, Path path = batch_path());

}  // namespace baton::crypto
