// tuak.h: the TUAK functions f1 to f5* over Keccak.
#pragma once

#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/expected.h"
#include "base/secret.h"
#include "crypto/keccak.h"

namespace baton::crypto {

/// TuakSizes is what the operator chooses: lengths in octets and how often the permutation is run.
struct TuakSizes {
  unsigned mac = 8;         ///< MAC-A and MAC-S: 8, 16 or 32
  unsigned res = 8;         ///< RES: 4, 8, 16 or 32
  unsigned ck = 16;         ///< CK: 16 or 32
  unsigned ik = 16;         ///< IK: 16 or 32
  unsigned iterations = 1;  ///< of Keccak-f[1600], 1 to 255
};

/// What of the inputs TUAK has no form for.
enum class TuakRefusal : Byte { k_length, mac_length, res_length, ck_length, ik_length, iterations };
std::string_view to_string(TuakRefusal r);

using TuakTopc = Secret<struct TuakTopcTag, 32>;

/// tuak_topc makes the subscriber's TOPc from the operator's TOP. K is 16 or 32 octets.
//= TS 35.231, 6.2
Expected<TuakTopc, TuakRefusal> tuak_topc(Bytes k, std::span<const Byte, 32> top, unsigned iterations = 1);

/// Tuak is one subscriber's K and TOPc. All octet strings are most significant octet first; the state is
/// wiped.
//= TS 35.231, 6
class Tuak {
 public:
  using Mac = ShortSecret<struct TuakMacTag, 32>;
  using Res = ShortSecret<struct TuakResTag, 32>;
  using Key = ShortSecret<struct TuakKeyTag, 32>;
  using Ak = Secret<struct TuakAkTag, 6>;
  /// f2 to f5 come from one run.
  struct Answer {
    Res res;
    Key ck;
    Key ik;
    Ak ak;
  };

  /// make refuses lengths that TUAK does not have. K is 16 or 32 octets.
  static Expected<Tuak, TuakRefusal> make(Bytes k, std::span<const Byte, 32> topc, TuakSizes sizes = {});

  Mac f1(std::span<const Byte, 16> rand, std::span<const Byte, 6> sqn, std::span<const Byte, 2> amf) const;
  Mac f1_star(std::span<const Byte, 16> rand, std::span<const Byte, 6> sqn,
              std::span<const Byte, 2> amf) const;
  Answer f2345(std::span<const Byte, 16> rand) const;
  struct Vector {
    Mac mac;
    Answer answer;
  };
  /// vector is f1 and f2 to f5 in one go: both permutations run side by side where the processor can.
  Vector vector(std::span<const Byte, 16> rand, std::span<const Byte, 6> sqn, std::span<const Byte, 2> amf,
                Path path = batch_path()) const;
  Ak f5_star(std::span<const Byte, 16> rand) const;
  const TuakSizes& sizes() const { return sizes_; }

 private:
  Tuak(Bytes k, std::span<const Byte, 32> topc, TuakSizes sizes) : k_(k), topc_(topc), sizes_(sizes) {}
  Mac mac(Byte instance, std::span<const Byte, 16> rand, std::span<const Byte, 6> sqn,
          std::span<const Byte, 2> amf) const;

  ShortSecret<struct TuakKTag, 32> k_;
  TuakTopc topc_;
  TuakSizes sizes_;
};

}  // namespace baton::crypto
