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
  template <unsigned Octets>
  Block in(Byte c) const;
  template <unsigned Octets>
  Block out(Byte c) const;

  Aes128 aes_;
  Block opc_;
  Block temp_;
};

}  // namespace baton::crypto
