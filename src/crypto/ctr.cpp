#include "crypto/ctr.h"

#include <algorithm>

#include "base/secret.h"

namespace baton::crypto {
namespace {

/// Every octet is visited, so the time does not depend on where the carry ends.
void increment(Block& counter) {
  unsigned carry = 1;
  for (std::size_t i = counter.size(); i > 0; --i) {
    carry += counter[i - 1];
    counter[i - 1] = static_cast<Byte>(carry);
    carry >>= 8U;
  }
}

}  // namespace

void ctr_xor(const Aes128& aes, Block counter, MutableBytes data) {
  constexpr std::size_t blocks_at_once = 8;
  std::array<Byte, blocks_at_once * aes_block_octets> stream;
  while (!data.empty()) {
    const std::size_t n = std::min(data.size(), stream.size());
    const std::size_t blocks = (n + aes_block_octets - 1) / aes_block_octets;
    for (std::size_t b = 0; b < blocks; ++b) {
      std::copy(counter.begin(), counter.end(),
                stream.begin() + static_cast<std::ptrdiff_t>(b * aes_block_octets));
      increment(counter);
    }
    const MutableBytes used(stream.data(), blocks * aes_block_octets);
    aes.encrypt_blocks(used, used);
    for (std::size_t i = 0; i < n; ++i) data[i] = static_cast<Byte>(data[i] ^ stream[i]);
    data = data.subspan(n);
  }
  secure_wipe(stream.data(), stream.size());
}

}  // namespace baton::crypto
