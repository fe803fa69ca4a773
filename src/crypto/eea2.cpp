#include "crypto/eea2.h"

#include <cassert>

#include "crypto/aes_paths.h"
#include "crypto/ctr.h"
#include "crypto/stream_algorithms.h"
#include "crypto/words.h"

namespace baton::crypto {

void eea2(std::span<const Byte, 16> key, std::uint32_t count, Byte bearer, Direction direction,
          std::size_t bits, MutableBytes data, Path path) {
  assert(bearer <= bearer_max && data.size() == (bits + 7) / 8);
  if (bits == 0) return;
#if defined(__x86_64__)
  if (path != Path::portable) {
    hardware_eea2(key.data(), packet_head(count, bearer, direction), data.data(), data.size());
    clear_unused_bits(bits, data);
    return;
  }
#endif
  const Aes128 aes(key, path);
  Block counter{};
  for (std::size_t i = 0; i < 4; ++i) counter[i] = static_cast<Byte>(count >> (24 - 8 * i));
  counter[4] = static_cast<Byte>(bearer << 3U | static_cast<unsigned>(direction) << 2U);
  ctr_xor(aes, counter, data);
  clear_unused_bits(bits, data);
}

}  // namespace baton::crypto
