// batch.h: many jobs at once, each with a key of its own.
//
// A processor computes sixteen of these in little more than the time of one, so a node that has several
// packets or vectors to make hands them over together. Jobs are independent and may differ in length; the
// results are those of the single functions. Any number of jobs is in order, none included.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/secret.h"
#include "crypto/direction.h"
#include "crypto/eia2.h"
#include "crypto/path.h"

namespace baton::crypto {

/// CipherJob is one call of eea1(), eea2() or eea3(): the first `bits` bits of `data` are ciphered in place.
struct CipherJob {
  std::span<const Byte, 16> key;
  std::uint32_t count;
  Byte bearer;
  Direction direction;
  std::size_t bits;
  MutableBytes data;
};
//= TS 33.401, B.1
void eea1_batch(std::span<const CipherJob> jobs, Path path = batch_path());
void eea2_batch(std::span<const CipherJob> jobs, Path path = batch_path());
void eea3_batch(std::span<const CipherJob> jobs, Path path = batch_path());

/// MacJob is one call of eia1(), eia2() or eia3().
struct MacJob {
  std::span<const Byte, 16> key;
  std::uint32_t count;
  Byte bearer;
  Direction direction;
  std::size_t bits;
  Bytes data;
};
/// macs[i] becomes the code of jobs[i]; there are as many.
//= TS 33.401, B.2
void eia1_batch(std::span<const MacJob> jobs, std::span<MacI> macs, Path path = batch_path());
void eia2_batch(std::span<const MacJob> jobs, std::span<MacI> macs, Path path = batch_path());
void eia3_batch(std::span<const MacJob> jobs, std::span<MacI> macs, Path path = batch_path());

/// MilenageJob is what the MILENAGE functions take.
struct MilenageJob {
  std::span<const Byte, 16> k;
  std::span<const Byte, 16> opc;
  std::span<const Byte, 16> rand;
  std::span<const Byte, 6> sqn;
  std::span<const Byte, 2> amf;
};
/// MilenageOutputs is OUT1 to OUT5, from which the functions take their results. It is wiped when it dies.
struct MilenageOutputs {
  std::array<std::array<Byte, 16>, 5> out{};

  MilenageOutputs() = default;
  ~MilenageOutputs() { secure_wipe(out.data(), sizeof(out)); }
  MilenageOutputs(const MilenageOutputs&) = delete;
  MilenageOutputs& operator=(const MilenageOutputs&) = delete;

  std::span<const Byte, 8> f1() const { return std::span<const Byte, 16>(out[0]).first<8>(); }
  std::span<const Byte, 8> f1_star() const { return std::span<const Byte, 16>(out[0]).last<8>(); }
  std::span<const Byte, 8> f2() const { return std::span<const Byte, 16>(out[1]).last<8>(); }
  std::span<const Byte, 16> f3() const { return out[2]; }
  std::span<const Byte, 16> f4() const { return out[3]; }
  std::span<const Byte, 6> f5() const { return std::span<const Byte, 16>(out[1]).first<6>(); }
  std::span<const Byte, 6> f5_star() const { return std::span<const Byte, 16>(out[4]).first<6>(); }
};
//= TS 35.206, 4.1
void milenage_batch(std::span<const MilenageJob> jobs, std::span<MilenageOutputs> outputs,
                    Path path = batch_path());

/// KdfJob is one derivation from a key of 256 bits, as CK || IK, KASME, KeNB and NH are.
struct KdfJob {
  std::span<const Byte, 32> key;
  Bytes s;
  std::span<Byte, 32> out;
};
//= TS 33.220, B.2
void kdf_batch(std::span<const KdfJob> jobs, Path path = batch_path());

/// What stands behind eea1_batch(), eia1_batch(), eea3_batch() and eia3_batch() on hardware and wide paths:
/// the name and version of the library that is built in, or nothing.
std::string_view batch_library();

}  // namespace baton::crypto
