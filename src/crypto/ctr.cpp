#include "crypto/ctr.h"

#include <algorithm>

#include "base/secret.h"
#include "crypto/words.h"

namespace baton::crypto {

void ctr_xor(const Aes128& aes, Block counter, MutableBytes data) {
  constexpr std::size_t blocks_at_once = 8;
  std::array<Byte, blocks_at_once * aes_block_octets> stream;
  std::uint64_t high = load_big_endian(counter.data());
  std::uint64_t low = load_big_endian(counter.data() + 8);
  std::size_t touched = 0;
  while (!data.empty()) {
    const std::size_t n = std::min(data.size(), stream.size());
    const std::size_t blocks = (n + aes_block_octets - 1) / aes_block_octets;
    for (std::size_t b = 0; b < blocks; ++b) {
      store_big_endian(stream.data() + 16 * b, high);
      store_big_endian(stream.data() + 16 * b + 8, low);
      if (++low == 0) ++high;  // the counter is no secret
    }
    const MutableBytes used(stream.data(), blocks * aes_block_octets);
    aes.encrypt_blocks(used, used);
    xor_into(data.data(), stream.data(), n);
    touched = std::max(touched, used.size());
    data = data.subspan(n);
  }
  secure_wipe(stream.data(), touched);
}

}  // namespace baton::crypto
