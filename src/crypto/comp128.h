// comp128.h: COMP128, the A3/A8 of old SIM cards. Broken in version 1, weak in version 2; for subscribers who
// still have such a card.
#pragma once

#include <array>
#include <span>

#include "base/bytes.h"
#include "base/secret.h"

namespace baton::crypto {

enum class Comp128Version : Byte {
  v1 = 1,  ///< ten bits of Kc are zero; Ki can be found from enough challenges
  v2 = 2,  ///< ten bits of Kc are zero
  v3 = 3,  ///< all 64 bits of Kc are used
};

struct GsmAnswer {
  Secret<struct GsmSresTag, 4> sres;
  Secret<struct GsmKcTag, 8> kc;
};

/// comp128 answers RAND with SRES and Kc. Every look-up reads its whole table, so that neither Ki nor what
/// comes of it is an address; it takes some ten microseconds.
GsmAnswer comp128(Comp128Version version, std::span<const Byte, 16> ki, std::span<const Byte, 16> rand);

}  // namespace baton::crypto
