// milenage.h: the MILENAGE functions f1 to f5* over AES-128.
#pragma once

#include <array>
#include <span>

#include "base/bytes.h"
#include "base/secret.h"
#include "crypto/aes.h"

namespace baton::crypto {

/// milenage_opc makes the subscriber's OPc from the operator's OP.
//= TS 35.206, 4.1
Secret<struct MilenageOpcTag, 16> milenage_opc(std::span<const Byte, 16> k, std::span<const Byte, 16> op,
                                               Path path = aes_path());

/// MilenageConstants are c1 to c5 and r1 to r5, which an operator may choose. r is in bits, 0 to 127.
//= TS 35.206, 4.1 and 5.3
struct MilenageConstants {
  std::array<Block, 5> c;
  std::array<Byte, 5> r;

  /// The values of the specification.
  static MilenageConstants standard();
  /// sound tells whether the five functions stay apart: no two pairs (c, r) may be alike, and no c of an odd
  /// number of ones may meet another one's. TS 35.206, 5.3, asks for c1 of even parity, c2 to c5 of odd.
  bool sound() const;
};

/// Milenage answers one RAND for one subscriber: TEMP is computed once, each function when asked.
/// All octet strings are most significant octet first; all state is wiped at the end.
//= TS 35.206, 4.1
class Milenage {
 public:
  using Mac = std::array<Byte, 8>;
  using Res = Secret<struct MilenageResTag, 8>;
  using Key = Secret<struct MilenageKeyTag, 16>;
  using Ak = Secret<struct MilenageAkTag, 6>;
  /// f1 and f1* come from one block.
  struct Macs {
    Mac f1;       ///< MAC-A
    Mac f1_star;  ///< MAC-S
  };
  /// f2 and f5 come from one block.
  struct ResAndAk {
    Res res;
    Ak ak;
  };

  /// All that a vector or its answer needs.
  struct Vector {
    Macs macs;
    Res res;
    Key ck;
    Key ik;
    Ak ak;
  };

  Milenage(std::span<const Byte, 16> k, std::span<const Byte, 16> opc, std::span<const Byte, 16> rand,
           Path path = aes_path());
  /// With constants of the operator's; r over 127 counts modulo 128.
  Milenage(std::span<const Byte, 16> k, std::span<const Byte, 16> opc, std::span<const Byte, 16> rand,
           const MilenageConstants& constants, Path path = aes_path());
  ~Milenage();
  Milenage(const Milenage&) = delete;
  Milenage& operator=(const Milenage&) = delete;

  Macs f1(std::span<const Byte, 6> sqn, std::span<const Byte, 2> amf) const;
  ResAndAk f2_f5() const;
  Key f3() const;      ///< CK
  Key f4() const;      ///< IK
  Ak f5_star() const;  ///< AK for resynchronisation
  /// vector is f1 to f5 in one go: the processor works on the four blocks at the same time.
  Vector vector(std::span<const Byte, 6> sqn, std::span<const Byte, 2> amf) const;

 private:
  Block in1(std::span<const Byte, 6> sqn, std::span<const Byte, 2> amf) const;
  /// The block that makes OUT2 to OUT5; `i` is 1 to 4.
  Block in(std::size_t i) const;
  Block out(std::size_t i) const;

  Aes128 aes_;
  Block opc_;
  Block temp_;
  MilenageConstants constants_;
};

}  // namespace baton::crypto
