// aka_secret.h: what the USIM and the authentication centre of one subscriber share, for each of the
// algorithm sets they may use.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "keys/types.h"

namespace baton {

/// The numbers are those of the store.
enum class AkaAlgorithm : Byte {
  milenage = 0,  ///< TS 35.206
  tuak = 1,      ///< TS 35.231
  test = 2,      ///< TS 34.108, 8.1.2: no secret at all, for test USIMs
};
std::string_view to_string(AkaAlgorithm a);

using TuakK = ShortSecret<struct TuakKTag, 32>;  ///< 16 or 32 octets, TS 35.231, 4.2
using Topc = Secret<struct TopcTag, 32>;         ///< TS 35.231, 6.2

struct MilenageSecret {
  K k;
  Opc opc;
};
/// MAC has 8 octets and CK and IK 16: AUTN and the EPS keys have room for no more.
struct TuakSecret {
  TuakK k;
  Topc topc;
  std::uint8_t res_octets = 8;  ///< 4, 8 or 16
  std::uint8_t iterations = 1;  ///< of the permutation, at least 1
};
struct TestSecret {
  K k;
};
using AkaSecret = std::variant<MilenageSecret, TuakSecret, TestSecret>;

AkaAlgorithm algorithm_of(const AkaSecret& secret);
/// sound is whether the lengths are ones the algorithm has.
bool sound(const AkaSecret& secret);
/// clone makes the second copy that a store needs beside a node's.
AkaSecret clone(const AkaSecret& secret);

// In the ledger the secrets of every algorithm are K and OPc.
template <>
struct KeyKindOf<TuakK> {
  static constexpr KeyKind value = KeyKind::k;
};
template <>
struct KeyKindOf<Topc> {
  static constexpr KeyKind value = KeyKind::opc;
};

}  // namespace baton
