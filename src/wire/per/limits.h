// limits.h: the figures of X.691 and what a peer may make us hold.
#pragma once

#include <cstddef>
#include <cstdint>

namespace baton::wire::per {

/// A constraint with an upper bound from here on counts as none (X.691, 11.9.3.3).
inline constexpr std::uint64_t unbounded_from = 65'536;
/// The unit of fragmentation (X.691, 11.9.3.8).
inline constexpr std::size_t fragment_unit = 16'384;
/// A fragment is 1 to 4 units.
inline constexpr std::size_t fragment_units_max = 4;
/// Bit strings up to this size and octet strings of as many bits are not aligned when their size is fixed
/// (X.691, 16.9 and 17.6).
inline constexpr std::size_t unaligned_bits_max = 16;

/// What a fragmented string may add up to. A length determinant alone never makes us allocate: octets are
/// copied as they are found. Four SCTP messages of the largest kind fit.
inline constexpr std::size_t joined_octets_max = 1'048'576;

}  // namespace baton::wire::per
