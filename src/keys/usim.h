// usim.h: the subscriber's card: answers a challenge and keeps the sequence numbers.
#pragma once

#include <variant>

#include "keys/sqn.h"
#include "keys/types.h"

namespace baton {

struct UsimSuccess {
  Xres res;  ///< 8 octets; public only once it has been sent
  Ck ck;
  Ik ik;
  SqnXorAk sqn_xor_ak;  ///< as it stood in AUTN, for KASME
  Amf amf;              ///< whose separation bit the ME checks (TS 33.401, 6.1.1), not the card
};
struct MacFailure {};
struct SyncFailure {
  Auts auts;
};
using UsimAnswer = std::variant<UsimSuccess, MacFailure, SyncFailure>;

/// separation_bit: the vector is for EPS, and KASME may be derived from it.
//= TS 33.401, 6.1.1
constexpr bool separation_bit(const Amf& amf) { return (amf.bytes[0] & 0x80U) != 0; }

/// Usim holds K, OPc and the SQN array, with MILENAGE as its algorithm.
//= TS 33.102, 6.3.3
class Usim {
 public:
  Usim(K k, Opc opc, UsimSqnArray array = UsimSqnArray())
      : k_(std::move(k)), opc_(std::move(opc)), sqn_(std::move(array)) {}

  /// authenticate verifies MAC-A, then the freshness of SQN, and only then answers and remembers SQN. A
  /// failure of either kind changes nothing in the card.
  UsimAnswer authenticate(const Rand& rand, const Autn& autn);

  const K& k() const { return k_; }
  const Opc& opc() const { return opc_; }
  const UsimSqnArray& sqn_array() const { return sqn_; }

 private:
  K k_;
  Opc opc_;
  UsimSqnArray sqn_;
};

}  // namespace baton
