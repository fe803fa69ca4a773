// eps_vector.h: MILENAGE and the derivation of KASME in one go, for one subscriber or many.
//
// Alone, each of the two waits for the other's octets to reach memory and come back; together they take
// little more than the four compressions that KASME costs.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/secret.h"
#include "crypto/path.h"

namespace baton::crypto {

/// EpsVectorJob is what the functions take, with MILENAGE's standard constants.
struct EpsVectorJob {
  std::span<const Byte, 16> k;
  std::span<const Byte, 16> opc;
  std::span<const Byte, 16> rand;
  std::uint64_t sqn;                         ///< 48 bits
  std::array<Byte, 2> amf;                   ///< as it goes into MAC-A and AUTN
  std::span<const Byte, 3> serving_network;  ///< MCC and MNC as they are sent
};
/// EpsVectorOutputs is wiped when it dies.
struct EpsVectorOutputs {
  alignas(16) std::array<Byte, 16> autn;
  std::array<Byte, 16> ck;  ///< CK and IK lie side by side: together they are KASME's key
  std::array<Byte, 16> ik;
  std::array<Byte, 32> kasme;
  std::array<Byte, 8> res;
  std::array<Byte, 8> ak_star;  ///< f5*, its first six octets

  EpsVectorOutputs() {}  // every octet is written before it is read
  ~EpsVectorOutputs() { secure_wipe(this, sizeof(*this)); }
  EpsVectorOutputs(const EpsVectorOutputs&) = delete;
  EpsVectorOutputs& operator=(const EpsVectorOutputs&) = delete;
};

/// outputs[i] becomes the vector of jobs[i]; there are as many.
//= TS 33.401, 6.1.2 and A.2
void eps_vectors(std::span<const EpsVectorJob> jobs, std::span<EpsVectorOutputs> outputs,
                 Path path = batch_path());

}  // namespace baton::crypto
