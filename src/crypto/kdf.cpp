#include "crypto/kdf.h"

#include <algorithm>

#include "crypto/hmac_sha256.h"
#include "crypto/kdf_paths.h"
#include "crypto/stream_paths.h"

namespace baton::crypto {
namespace {

/// HMAC of an S that fills one block with its padding, under 32 octets: four compressions and little else.
//= RFC 2104, 2
void short_kdf(const Byte* key, Bytes s, Byte* out, Path path) {
  alignas(16) std::array<Byte, 64> block;
#if defined(__x86_64__)
  if (path != Path::portable) {
    put_short_s(s, block.data());
    hardware_kdf(key, block.data(), out);
    secure_wipe(block.data(), block.size());
    return;
  }
#endif
  (void)path;
  const auto start = [&](Byte pad) {
    block.fill(pad);
    xor_into(block.data(), key, 32);
    Sha256State state = sha256_start;
    portable_compress(state, block.data(), 1);
    return state;
  };
  Sha256State inner = start(0x36);
  Sha256State outer = start(0x5C);
  put_short_s(s, block.data());
  portable_compress(inner, block.data(), 1);
  block.fill(0);
  for (std::size_t i = 0; i < 8; ++i) store_word(block.data() + 4 * i, inner[i]);
  block[32] = 0x80;
  store_word(block.data() + 60, 8 * (64 + 32));
  portable_compress(outer, block.data(), 1);
  for (std::size_t i = 0; i < 8; ++i) store_word(out + 4 * i, outer[i]);
  secure_wipe(block.data(), block.size());
  secure_wipe(inner.data(), sizeof(inner));
  secure_wipe(outer.data(), sizeof(outer));
}

}  // namespace

KdfOutput kdf(Bytes key, Bytes s, Path path) {
  if (key.size() == 32 && s.size() <= short_s_octets) {
    std::array<Byte, 32> out;
    short_kdf(key.data(), s, out.data(), path);
    KdfOutput secret(out);
    secure_wipe(out.data(), out.size());
    return secret;
  }
  Digest out = hmac_sha256(key, s, path);
  KdfOutput secret(out);
  secure_wipe(out.data(), out.size());
  return secret;
}

void kdf_into(std::span<const Byte, 32> key, Bytes s, std::span<Byte, 32> out, Path path) {
  if (s.size() <= short_s_octets) return short_kdf(key.data(), s, out.data(), path);
  const KdfOutput made = kdf(key, s, path);
  std::copy(made.expose().begin(), made.expose().end(), out.begin());
}

}  // namespace baton::crypto
