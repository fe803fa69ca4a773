#include "crypto/aes.h"

#include <algorithm>
#include <cassert>

#include "base/secret.h"
#include "crypto/aes_paths.h"

namespace baton::crypto {

Aes128::Aes128(std::span<const Byte, 16> key, Path path) : path_(path) {
#if defined(__x86_64__)
  if (path_ != Path::portable) {
    hardware_expand(key, schedule_);
    return;
  }
#endif
  path_ = Path::portable;
  portable_expand(key, schedule_);
}

Aes128::~Aes128() { secure_wipe(schedule_.data(), sizeof(schedule_)); }

Block Aes128::encrypt(const Block& in) const {
  Block out;
  encrypt_blocks(in, out);
  return out;
}

void Aes128::encrypt_blocks(Bytes in, MutableBytes out) const {
  assert(in.size() == out.size() && in.size() % aes_block_octets == 0);
#if defined(__x86_64__)
  if (path_ != Path::portable) return hardware_encrypt(schedule_, in, out);
#endif
  constexpr std::size_t at_once = 4 * aes_block_octets;
  for (std::size_t at = 0; at < in.size(); at += at_once) {
    const std::size_t n = std::min(at_once, in.size() - at);
    portable_encrypt(schedule_, in.subspan(at, n), out.subspan(at, n));
  }
}

}  // namespace baton::crypto
