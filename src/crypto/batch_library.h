// batch_library.h: the streams of SNOW 3G and ZUC that libipsec-mb computes side by side, where it is built
// in. Nobody outside crypto includes this.
#pragma once

#include <span>

#include "crypto/batch.h"

namespace baton::crypto {

/// The longest message that is handed to the library, in octets; its own limit for ZUC is 8188.
inline constexpr std::size_t library_octets_max = 8184;

/// LibraryJob is one packet: key and initial value as the library wants them. `in` may be `out`. For a code,
/// `out` is its four octets. `bits` is at least 1 and at most 8 * library_octets_max.
struct LibraryJob {
  std::span<const Byte, 16> key;
  std::array<Byte, 16> iv;
  const Byte* in;
  Byte* out;
  std::size_t bits;
};
enum class LibraryAlgorithm : Byte { snow3g_cipher, snow3g_mac, zuc_cipher, zuc_mac };

/// library_run returns false when nothing was done: not built in, or no manager to be had.
bool library_run(LibraryAlgorithm algorithm, std::span<const LibraryJob> jobs, Path path);

}  // namespace baton::crypto
