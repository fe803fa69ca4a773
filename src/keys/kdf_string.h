// kdf_string.h: S, the input string of the key derivation function.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/secret.h"

namespace baton {

/// Fc tells one derivation from another. TS 33.401 owns 10 to 1F.
enum class Fc : Byte {
  kasme = 0x10,                //= TS 33.401, A.2
  kenb = 0x11,                 //= TS 33.401, A.3
  nh = 0x12,                   //= TS 33.401, A.4
  kenb_star = 0x13,            //= TS 33.401, A.5
  algorithm_key = 0x15,        //= TS 33.401, A.7
  ck_ik_handover = 0x16,       //= TS 33.401, A.8
  nas_token = 0x17,            //= TS 33.401, A.9
  kasme_from_handover = 0x18,  //= TS 33.401, A.10
  kasme_from_idle = 0x19,      //= TS 33.401, A.11
  ck_ik_srvcc = 0x1A,          //= TS 33.401, A.12
  ck_ik_idle = 0x1B,           //= TS 33.401, A.13
  s_kenb = 0x1C,               //= TS 33.401, A.15
};

/// KdfString is FC || P0 || L0 || P1 || L1 ... with two-octet lengths. A parameter of no octets is a
/// parameter: it contributes its length. Parameters may be keys (the NH chain), so the string is wiped.
//= TS 33.220, B.2.1
class KdfString {
 public:
  /// The longest string of TS 33.401 is that of the NH chain: 1 + 32 + 2 octets. Twice that leaves room.
  static constexpr std::size_t octets_max = 72;

  explicit KdfString(Fc fc) : KdfString(static_cast<Byte>(fc)) {}
  explicit KdfString(Byte fc) { s_[n_++] = fc; }
  ~KdfString() { secure_wipe(s_.data(), s_.size()); }
  KdfString(const KdfString&) = delete;
  KdfString& operator=(const KdfString&) = delete;

  /// add appends one parameter and its length. What does not fit is our own bug.
  KdfString& add(Bytes parameter);
  /// number appends an unsigned number of 1 to 4 octets.
  KdfString& number(std::uint32_t value, std::size_t octets);
  Bytes octets() const { return Bytes(s_.data(), n_); }

 private:
  std::array<Byte, octets_max> s_{};
  std::size_t n_ = 0;
};

}  // namespace baton
