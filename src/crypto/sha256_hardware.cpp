// SHA-256 with the processor's own instructions. This file must not be compiled for AVX (no -march=native):
// see sha256_streams.h.
#if defined(__x86_64__)

#include <immintrin.h>

#include "crypto/sha256_paths.h"
#include "crypto/target.h"

BATON_TARGET_BEGIN("sha,ssse3,sse4.1")

#include "crypto/sha256_streams.h"

namespace baton::crypto {
namespace {

void clean_entry() {
  static const bool avx = __builtin_cpu_supports("avx");
  if (avx) clear_upper_halves();
}

}  // namespace

__attribute__((noinline)) void hardware_compress(Sha256State& state, const Byte* blocks, std::size_t count) {
  clean_entry();
  Stream v[1] = {stream_from(state)};
  for (; count > 0; --count, blocks += 64) {
    StreamBlock m[1] = {block_from(blocks)};
    compress_streams<1>(v, m);
  }
  put_words(words_of(v[0]), state.data());
}

__attribute__((noinline)) void hardware_kdf(const Byte* key, const Byte* message, Byte* out) {
  clean_entry();
  StreamBlock m[1] = {block_from(message)};
  hmac_streams<1>({key}, m, {out});
}

__attribute__((noinline)) void hardware_kdf_streams(const Byte* const (&keys)[kdf_streams],
                                                    const Byte (*messages)[64],
                                                    Byte* const (&out)[kdf_streams]) {
  clean_entry();
  StreamBlock m[kdf_streams];
  BATON_UNROLL
  for (std::size_t n = 0; n < kdf_streams; ++n) m[n] = block_from(messages[n]);
  hmac_streams<kdf_streams>(keys, m, out);
}

}  // namespace baton::crypto

BATON_TARGET_END

#endif
