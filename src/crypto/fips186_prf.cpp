#include "crypto/fips186_prf.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "base/secret.h"
#include "crypto/sha1.h"
#include "crypto/stream_paths.h"

namespace baton::crypto {

void fips186_prf(std::span<const Byte, 20> key, MutableBytes out) {
  assert(out.size() % 40 == 0);
  std::array<Byte, 64> block{};  // XKEY, and zeros to the end of the block
  std::copy(key.begin(), key.end(), block.begin());
  for (; !out.empty(); out = out.subspan(20)) {
    Sha1State w = sha1_start;
    sha1_compress(w, block.data());
    for (std::size_t i = 0; i < 5; ++i) store_word(out.data() + 4 * i, w[i]);
    secure_wipe(w.data(), sizeof(w));
    // XKEY becomes 1 + XKEY + w modulo 2^160.
    unsigned carry = 1;
    for (std::size_t i = 20; i > 0; --i) {
      carry += block[i - 1] + out[i - 1];
      block[i - 1] = static_cast<Byte>(carry);
      carry >>= 8U;
    }
  }
  secure_wipe(block.data(), block.size());
}

}  // namespace baton::crypto
