// sqn.h: the sequence number of AKA, as the USIM checks it and as the AuC makes it.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"

namespace baton {

/// Sqn is 48 bits: SEQ || IND. How many of them are IND is the operator's choice; 5 is suggested.
//= TS 33.102, C.1.1.1
class Sqn {
 public:
  static constexpr std::uint64_t max = 0xFFFF'FFFF'FFFF;
  static constexpr unsigned ind_bits_default = 5;
  /// More index bits than this would make the USIM's array larger than any card's.
  static constexpr unsigned ind_bits_max = 8;

  constexpr Sqn() = default;
  /// from refuses more than 48 bits.
  static constexpr std::optional<Sqn> from(std::uint64_t v) {
    if (v > max) return std::nullopt;
    return Sqn(v);
  }
  /// of joins the parts; nothing when either does not fit.
  static constexpr std::optional<Sqn> of(std::uint64_t seq, std::uint32_t ind,
                                         unsigned ind_bits = ind_bits_default) {
    if (ind_bits > ind_bits_max || ind >> ind_bits != 0 || seq > max >> ind_bits) return std::nullopt;
    return Sqn(seq << ind_bits | ind);
  }
  static Sqn from_octets(std::array<Byte, 6> octets);
  std::array<Byte, 6> octets() const;

  constexpr std::uint64_t value() const { return v_; }
  constexpr std::uint64_t seq(unsigned ind_bits = ind_bits_default) const { return v_ >> ind_bits; }
  constexpr std::uint32_t ind(unsigned ind_bits = ind_bits_default) const {
    return static_cast<std::uint32_t>(v_ & ((1U << ind_bits) - 1));
  }
  static constexpr std::uint64_t seq_max(unsigned ind_bits = ind_bits_default) { return max >> ind_bits; }

  friend constexpr auto operator<=>(const Sqn&, const Sqn&) = default;

 private:
  constexpr explicit Sqn(std::uint64_t v) : v_(v) {}
  std::uint64_t v_ = 0;
};

/// UsimSqnArray is the card's memory: the highest SEQ accepted for each IND.
//= TS 33.102, C.2
class UsimSqnArray {
 public:
  struct Rule {
    unsigned ind_bits = Sqn::ind_bits_default;
    /// How far SEQ may jump ahead of the highest accepted one, so that nobody can drive it to its end.
    std::uint64_t delta = std::uint64_t{1} << 28U;
    /// How far SEQ may lie behind the highest accepted one; no limit when absent.
    std::optional<std::uint64_t> age_limit;
  };
  UsimSqnArray() : UsimSqnArray(Rule{}) {}
  explicit UsimSqnArray(Rule rule);

  /// accept takes a fresh SQN and remembers it; false, and nothing changes, when it is not fresh.
  [[nodiscard]] bool accept(Sqn sqn);
  /// fresh is accept without remembering.
  bool fresh(Sqn sqn) const;
  /// The highest SQN accepted so far: what goes into AUTS.
  Sqn highest() const;
  const Rule& rule() const { return rule_; }

 private:
  Rule rule_;
  std::vector<std::uint64_t> seq_;  ///< by IND
  std::uint32_t highest_ind_ = 0;
};

/// AucSqn makes sequence numbers for one subscriber by counting. Each requester (an MME, an SGSN, an HSE)
/// has its own IND, so that vectors handed out to one do not make another's stale.
//= TS 33.102, C.1.2 and C.3.2
class AucSqn {
 public:
  /// `last_seq` is the highest SEQ that may have been used: the next is one more.
  explicit AucSqn(std::uint64_t last_seq = 0, unsigned ind_bits = Sqn::ind_bits_default)
      : last_seq_(last_seq), ind_bits_(ind_bits) {}

  /// next is a SQN never given before; nothing when SEQ is exhausted (the subscription is then dead).
  std::optional<Sqn> next(std::uint32_t ind);
  /// resynchronise follows a verified AUTS: SEQ moves to that of the USIM unless the next SQN would be
  /// accepted as it is. True when it moved.
  //= TS 33.102, 6.3.5
  bool resynchronise(Sqn sqn_ms, UsimSqnArray::Rule usim = {});

  std::uint64_t last_seq() const { return last_seq_; }
  unsigned ind_bits() const { return ind_bits_; }

 private:
  std::uint64_t last_seq_;
  unsigned ind_bits_;
};

}  // namespace baton
