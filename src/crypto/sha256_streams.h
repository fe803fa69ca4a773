// sha256_streams.h: SHA-256 of several messages with the processor's own instructions: one computes while the
// other waits for its last round. Included between BATON_TARGET_BEGIN and BATON_TARGET_END of a file that has
// immintrin.h, sha256_paths.h and target.h, and by nobody outside crypto.
//
// The instructions exist in the legacy SSE encoding only: on some processors each of them waits while the
// upper half of a vector register is dirty, and a compression takes a hundred times longer. Who calls this
// from outside sees to clean ones (clear_upper_halves).
#pragma once

#include <cstddef>

namespace baton::crypto {
namespace {

/// At the entry of a function that is not inlined no vector register holds a live value.
inline void clear_upper_halves() { asm volatile("vzeroupper"); }

/// A state the way the instructions want it: ABEF and CDGH, A and C highest.
struct Stream {
  __m128i abef, cdgh;
};
/// A block as four vectors of four words.
struct StreamBlock {
  __m128i w[4];
};

inline __m128i stream_load(const void* p) { return _mm_loadu_si128(static_cast<const __m128i*>(p)); }
inline __m128i words_from(const void* p) {
  return _mm_shuffle_epi8(stream_load(p), _mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203));
}
inline StreamBlock block_from(const Byte* p) {
  return {{words_from(p), words_from(p + 16), words_from(p + 32), words_from(p + 48)}};
}
inline Stream stream_from(const Sha256State& state) {
  const __m128i cdab = _mm_shuffle_epi32(stream_load(state.data()), 0xB1);
  const __m128i efgh = _mm_shuffle_epi32(stream_load(state.data() + 4), 0x1B);
  return {_mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xF0)};
}
/// The words of a state: a to d, and e to h.
struct StreamWords {
  __m128i abcd, efgh;
};
inline StreamWords words_of(const Stream& v) {
  const __m128i feba = _mm_shuffle_epi32(v.abef, 0x1B);
  const __m128i dchg = _mm_shuffle_epi32(v.cdgh, 0xB1);
  return {_mm_blend_epi16(feba, dchg, 0xF0), _mm_alignr_epi8(dchg, feba, 8)};
}
inline void put_words(const StreamWords& w, void* to) {
  _mm_storeu_si128(static_cast<__m128i*>(to), w.abcd);
  _mm_storeu_si128(static_cast<__m128i*>(to) + 1, w.efgh);
}
/// The digest, most significant octet first.
inline void put_digest(const Stream& v, Byte* out) {
  const __m128i big_endian = _mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203);
  const StreamWords w = words_of(v);
  put_words({_mm_shuffle_epi8(w.abcd, big_endian), _mm_shuffle_epi8(w.efgh, big_endian)}, out);
}

/// One block of each of N messages. The blocks are spent.
//= FIPS 180-4, 6.2.2
template <std::size_t N>
inline void compress_streams(Stream (&v)[N], StreamBlock (&m)[N]) {
  Stream before[N];
  BATON_UNROLL
  for (std::size_t n = 0; n < N; ++n) before[n] = v[n];
  BATON_UNROLL
  for (unsigned group = 0; group < 16; ++group) {
    const __m128i k = _mm_load_si128(reinterpret_cast<const __m128i*>(sha256_k.data() + 4 * group));
    BATON_UNROLL
    for (std::size_t n = 0; n < N; ++n) {
      __m128i(&w)[4] = m[n].w;
      __m128i& now = w[group % 4];
      if (group >= 4) {
        // w[t] = s1(w[t-2]) + w[t-7] + s0(w[t-15]) + w[t-16], four at a time.
        const __m128i w_minus_7 = _mm_alignr_epi8(w[(group + 3) % 4], w[(group + 2) % 4], 4);
        const __m128i partial = _mm_add_epi32(_mm_sha256msg1_epu32(now, w[(group + 1) % 4]), w_minus_7);
        now = _mm_sha256msg2_epu32(partial, w[(group + 3) % 4]);
      }
      const __m128i wk = _mm_add_epi32(now, k);
      v[n].cdgh = _mm_sha256rnds2_epu32(v[n].cdgh, v[n].abef, wk);
      v[n].abef = _mm_sha256rnds2_epu32(v[n].abef, v[n].cdgh, _mm_shuffle_epi32(wk, 0x0E));
    }
  }
  BATON_UNROLL
  for (std::size_t n = 0; n < N; ++n) {
    v[n].abef = _mm_add_epi32(v[n].abef, before[n].abef);
    v[n].cdgh = _mm_add_epi32(v[n].cdgh, before[n].cdgh);
  }
}

/// The block that a key of 32 octets opens an HMAC with.
inline StreamBlock pad_block(const Byte* key, int pad) {
  const __m128i p = _mm_set1_epi8(static_cast<char>(pad));
  return {{_mm_xor_si128(words_from(key), p), _mm_xor_si128(words_from(key + 16), p), p, p}};
}
/// The inner digest with its padding: 768 bits in all.
inline StreamBlock last_block(const Stream& inner) {
  const StreamWords w = words_of(inner);
  return {
      {w.abcd, w.efgh, _mm_set_epi32(0, 0, 0, static_cast<int>(0x8000'0000)), _mm_set_epi32(768, 0, 0, 0)}};
}

/// HMAC of N messages under keys of 32 octets, each message one block with its padding. Four compressions, of
/// which the first two wait for nothing.
//= RFC 2104, 2
template <std::size_t N>
inline void hmac_streams(const Byte* const (&keys)[N], StreamBlock (&messages)[N], Byte* const (&out)[N]) {
  const Stream start = stream_from(sha256_start);
  Stream inner[N];
  Stream outer[N];
  StreamBlock m[N];
  if constexpr (N == 1) {
    Stream both[2] = {start, start};
    StreamBlock pads[2] = {pad_block(keys[0], 0x36), pad_block(keys[0], 0x5C)};
    compress_streams<2>(both, pads);
    inner[0] = both[0];
    outer[0] = both[1];
  } else {
    BATON_UNROLL
    for (std::size_t n = 0; n < N; ++n) {
      m[n] = pad_block(keys[n], 0x36);
      inner[n] = start;
    }
    compress_streams<N>(inner, m);
    BATON_UNROLL
    for (std::size_t n = 0; n < N; ++n) {
      m[n] = pad_block(keys[n], 0x5C);
      outer[n] = start;
    }
    compress_streams<N>(outer, m);
  }
  compress_streams<N>(inner, messages);
  BATON_UNROLL
  for (std::size_t n = 0; n < N; ++n) m[n] = last_block(inner[n]);
  compress_streams<N>(outer, m);
  BATON_UNROLL
  for (std::size_t n = 0; n < N; ++n) put_digest(outer[n], out[n]);
}

}  // namespace
}  // namespace baton::crypto
