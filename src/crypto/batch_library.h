// batch_library.h: the streams of SNOW 3G and ZUC that libipsec-mb computes side by side, where it is built
// in. Nobody outside crypto includes this.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "crypto/batch.h"

namespace baton::crypto {

/// The longest message that is handed to the library, in octets; its own limit for ZUC is 8188.
inline constexpr std::size_t library_octets_max = 8184;

/// LibraryJobs are packets, their keys and initial values as the library wants them. `in` may be `out`. For a
/// code, `out` is its four octets. `bits` is at least 1 and at most 8 * library_octets_max.
struct LibraryJobs {
  /// So many are under way at once: the library's widest algorithm takes sixteen, and a second set may begin
  /// while the first one ends.
  static constexpr std::size_t most = 32;

  std::size_t count = 0;
  std::array<const void*, most> keys;
  std::array<const void*, most> in;
  std::array<void*, most> out;
  std::array<std::uint32_t, most> bits;
  alignas(64) std::array<std::array<std::uint64_t, 2>, most> iv;  ///< as they lie in memory
};
enum class LibraryAlgorithm : Byte { snow3g_cipher, snow3g_mac, zuc_cipher, zuc_mac };

/// library_run returns false when nothing was done: not built in, or no manager to be had.
bool library_run(LibraryAlgorithm algorithm, const LibraryJobs& jobs, Path path);

}  // namespace baton::crypto
