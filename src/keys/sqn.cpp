#include "keys/sqn.h"

#include <algorithm>
#include <cassert>

namespace baton {

Sqn Sqn::from_octets(std::array<Byte, 6> octets) {
  std::uint64_t v = 0;
  for (const Byte b : octets) v = v << 8U | b;
  return Sqn(v);
}

std::array<Byte, 6> Sqn::octets() const {
  std::array<Byte, 6> out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<Byte>(v_ >> (40 - 8 * i));
  return out;
}

UsimSqnArray::UsimSqnArray(Rule rule) : rule_(rule), seq_(std::size_t{1} << rule.ind_bits, 0) {
  assert(rule.ind_bits <= Sqn::ind_bits_max);
}

bool UsimSqnArray::fresh(Sqn sqn) const {
  const std::uint64_t seq = sqn.seq(rule_.ind_bits);
  const std::uint64_t highest = seq_[highest_ind_];
  //= TS 33.102, C.2.1
  // The jump is bounded, so that nobody can use up the counter.
  if (seq > highest && seq - highest > rule_.delta) return false;
  //= TS 33.102, C.2.2
  // An old vector is refused if the operator says so.
  if (rule_.age_limit && highest > seq && highest - seq >= *rule_.age_limit) return false;
  //= TS 33.102, C.2.2
  // Each entry only grows.
  return seq > seq_[sqn.ind(rule_.ind_bits)];
}

bool UsimSqnArray::accept(Sqn sqn) {
  if (!fresh(sqn)) return false;
  const std::uint32_t ind = sqn.ind(rule_.ind_bits);
  const bool new_highest = sqn.seq(rule_.ind_bits) > seq_[highest_ind_];
  seq_[ind] = sqn.seq(rule_.ind_bits);
  if (new_highest) highest_ind_ = ind;
  return true;
}

Sqn UsimSqnArray::highest() const {
  const auto sqn = Sqn::of(seq_[highest_ind_], highest_ind_, rule_.ind_bits);
  assert(sqn);
  return *sqn;
}

std::optional<Sqn> AucSqn::next(std::uint32_t ind) {
  if (last_seq_ >= Sqn::seq_max(ind_bits_)) return std::nullopt;
  const auto sqn = Sqn::of(last_seq_ + 1, ind, ind_bits_);
  if (sqn) ++last_seq_;
  return sqn;
}

bool AucSqn::resynchronise(Sqn sqn_ms, UsimSqnArray::Rule usim) {
  const std::uint64_t seq_ms = sqn_ms.seq(ind_bits_);
  // SEQ_MS is the highest the card accepted, so a next SEQ above it, and not too far, is fresh to the card.
  const std::uint64_t next = last_seq_ + 1;
  if (next > seq_ms && next - seq_ms <= usim.delta) return false;
  last_seq_ = seq_ms;
  return true;
}

}  // namespace baton
