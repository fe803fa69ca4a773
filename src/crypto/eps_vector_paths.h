// eps_vector_paths.h: what stands behind eps_vectors(). Nobody outside crypto includes this.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "crypto/eps_vector.h"

namespace baton::crypto {

#if defined(__x86_64__)
/// So many vectors are made side by side.
inline constexpr std::size_t hardware_vectors = 4;
inline constexpr std::size_t wide_vectors = 16;
void hardware_eps_vector(const EpsVectorJob& job, EpsVectorOutputs& out);
void hardware_eps_vectors(const EpsVectorJob* const (&jobs)[hardware_vectors],
                          EpsVectorOutputs* const (&out)[hardware_vectors]);
/// MILENAGE of sixteen: all but KASME of the outputs.
void wide_eps_milenage(const EpsVectorJob* const (&jobs)[wide_vectors],
                       EpsVectorOutputs* const (&out)[wide_vectors]);
/// KASME of four whose other outputs are there.
void wide_eps_kasme(const EpsVectorJob* const (&jobs)[hardware_vectors],
                    EpsVectorOutputs* const (&out)[hardware_vectors]);

/// SQN and AMF as eight octets of memory in one word (x86 is little-endian).
inline std::uint64_t sqn_and_amf(const EpsVectorJob& j) {
  return __builtin_bswap64(j.sqn << 16U | static_cast<std::uint64_t>(j.amf[0]) << 8U | j.amf[1]);
}
/// S of KASME with its padding, of which two words differ from zero beside the length: FC, SN id, its length,
/// SQN xor AK (the first six octets of `autn`), its length, and the 0x80 that ends it.
//= TS 33.401, A.2
struct KasmeInput {
  std::uint64_t low, high;
};
inline KasmeInput kasme_input(const EpsVectorJob& j, std::uint64_t autn) {
  const auto plmn = [&](std::size_t i) { return static_cast<std::uint64_t>(j.serving_network[i]); };
  return {0x10 | plmn(0) << 8U | plmn(1) << 16U | plmn(2) << 24U | std::uint64_t{3} << 40U | autn << 48U,
          (autn >> 16U & 0xFFFF'FFFF) | std::uint64_t{0x80'06'00} << 32U};
}
#endif

}  // namespace baton::crypto
