// pdcp.h: protection between UE and eNB: signalling and data radio bearers.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/expected.h"
#include "context/eps_security.h"
#include "keys/algorithms.h"
#include "keys/types.h"

namespace baton::context {

/// A PDCP SDU is at most so many octets. TS 36.323, 4.3.1.
inline constexpr std::size_t pdcp_sdu_octets_max = 8188;

/// Why PDCP refused. State is as before, whichever it is.
enum class PdcpRefusal : Byte {
  malformed,    ///< too short, too long, or reserved bits set
  count_spent,  ///< there is no COUNT left under this key
  bad_mac,      ///< forged, broken, replayed, or under another key
  not_built,    ///< the algorithm is not built in
};
std::string_view to_string(PdcpRefusal r);

/// PdcpCounter is one direction of a bearer: the lowest COUNT (HFN || SN, 32 bits) not used yet.
//= TS 36.323, 6.3.5
class PdcpCounter {
 public:
  static constexpr std::uint64_t max = 0xFFFF'FFFF;
  bool spent() const { return next_ > max; }
  std::uint64_t next() const { return next_; }
  /// The lowest unused COUNT whose low `bits` bits are `sn`; nothing when there is none.
  std::optional<std::uint32_t> estimate(std::uint32_t sn, unsigned bits) const;
  void used(std::uint32_t count) { next_ = std::uint64_t{count} + 1; }
  /// starting_at is for tests that stand near the end.
  static PdcpCounter starting_at(std::uint64_t next);

 private:
  std::uint64_t next_ = 0;  ///< 0 to 2^32; 2^32 when spent
};

/// SignallingBearer is SRB1 or SRB2: 5-bit sequence numbers, MAC-I of four octets on every PDU, zero until
/// integrity is on. Integrity starts with the AS Security Mode Command, ciphering after its Complete.
/// A refused PDU moves no count.
//= TS 36.323, 5.6, 5.7 and 6.2.2
class SignallingBearer {
 public:
  /// `srb` is 1 or 2; BEARER is one less (TS 36.323, 5.6).
  SignallingBearer(Side side, Byte srb);

  /// start_integrity puts MAC-I on everything from here on, in both directions. COUNTs go on.
  Expected<Ok, PdcpRefusal> start_integrity(Eia algorithm, KrrcInt key);
  Expected<Ok, PdcpRefusal> start_ciphering(Eea algorithm, KrrcEnc key);
  bool integrity_on() const { return integrity_.has_value(); }
  bool ciphering_on() const { return ciphering_.has_value(); }

  Expected<ByteVector, PdcpRefusal> protect(Bytes rrc);
  Expected<ByteVector, PdcpRefusal> unprotect(Bytes pdu);

  /// text_of is the RRC message inside a PDU that is not ciphered, unverified: for the AS Security Mode
  /// Command, whose algorithms have to be known before it can be verified. Empty when the PDU is too short.
  //= TS 36.331, 5.3.4.3
  static Bytes text_of(Bytes pdu);
  /// unprotect_command verifies that PDU under the key it announces; integrity is on afterwards if, and
  /// only if, it was right. The own sending direction is protected from then on, too.
  Expected<ByteVector, PdcpRefusal> unprotect_command(Bytes pdu, Eia algorithm, KrrcInt key);

  const KrrcInt* krrc_int() const { return integrity_ ? &integrity_->key : nullptr; }
  const KrrcEnc* krrc_enc() const { return ciphering_ ? &ciphering_->key : nullptr; }
  const PdcpCounter& sending() const { return sending_; }
  const PdcpCounter& receiving() const { return receiving_; }
  void set_counters(PdcpCounter sending, PdcpCounter receiving);

 private:
  struct Integrity {
    Eia algorithm;
    KrrcInt key;
  };
  struct Ciphering {
    Eea algorithm;
    KrrcEnc key;
  };
  Expected<ByteVector, PdcpRefusal> open(Bytes pdu, const Integrity* integrity);

  Side side_;
  Byte bearer_;
  std::optional<Integrity> integrity_;
  std::optional<Ciphering> ciphering_;
  PdcpCounter sending_;
  PdcpCounter receiving_;
};

/// DataBearer is a DRB: 12-bit sequence numbers, ciphered, not integrity protected (LTE has none there).
//= TS 36.323, 5.6 and 6.2.3
class DataBearer {
 public:
  /// `drb` is 1 to 32; BEARER is one less. `algorithm` must be built in: is_built() says so.
  DataBearer(Side side, Byte drb, Eea algorithm, KupEnc key);

  Expected<ByteVector, PdcpRefusal> protect(Bytes packet);
  /// unprotect deciphers. Without integrity nobody can tell a forged packet; a repeated one is taken for a
  /// later one and comes out as noise.
  Expected<ByteVector, PdcpRefusal> unprotect(Bytes pdu);

  const KupEnc& kup_enc() const { return key_; }
  const PdcpCounter& sending() const { return sending_; }
  const PdcpCounter& receiving() const { return receiving_; }
  void set_counters(PdcpCounter sending, PdcpCounter receiving);

 private:
  Side side_;
  Byte bearer_;
  Eea algorithm_;
  KupEnc key_;
  PdcpCounter sending_;
  PdcpCounter receiving_;
};

}  // namespace baton::context
