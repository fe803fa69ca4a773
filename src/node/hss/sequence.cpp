#include "node/hss/sequence.h"

#include <algorithm>

namespace baton::node::hss {

using context::SqnScheme;

namespace {

// The schemes' own numbers. TS 33.102, C.3.1 and C.3.3.
constexpr Duration tenth = 100ms;                           ///< clock unit of profile 3
constexpr Duration second = 1s;                             ///< clock unit of profile 1
constexpr unsigned seq2_bits = 24;                          ///< profile 1: SEQ2, the part of the clock
constexpr std::uint64_t p = std::uint64_t{1} << seq2_bits;  ///< its period: 194 days
/// A value of the clock so close to the end is one from before 0: a clock put back, or that of another host.
/// 217 years.
constexpr std::uint64_t before_zero = std::uint64_t{1} << 36;
constexpr std::uint64_t jump_forgiven = std::uint64_t{1}
                                        << 16;  ///< D: how far SEQ2 may be ahead of the clock

std::uint64_t ticks(Instant now, Duration unit) {
  const auto at = now.since_epoch.count();
  return at <= 0 ? 0 : static_cast<std::uint64_t>(at / unit.count());
}

/// The next SEQ of the partly time-based scheme.
//= TS 33.102, C.1.1.1
std::uint64_t next_by_both(std::uint64_t last, std::uint64_t glc) {
  const std::uint64_t seq1 = last >> seq2_bits;
  const std::uint64_t seq2 = last & (p - 1);
  if (seq2 < glc && glc < seq2 + p - jump_forgiven + 1) return seq1 << seq2_bits | glc;
  if (glc + jump_forgiven - 1 < seq2) return (seq1 + 1) << seq2_bits | glc;
  return last + 1;
}

}  // namespace

std::uint64_t clock_seq(const context::SubscriberRecord& record, Instant now) {
  if (record.sqn_scheme == SqnScheme::partly_time) return ticks(now, second) & (p - 1);
  const std::uint64_t max = Sqn::seq_max(record.ind_bits);
  const std::uint64_t seq = (ticks(now, tenth) + record.seq_offset) & max;
  return seq > max - before_zero ? 0 : seq;
}

std::uint64_t offset_for(std::uint64_t seq, std::uint32_t ind_bits, Instant now) {
  return (seq - ticks(now, tenth)) & Sqn::seq_max(ind_bits);
}

Counter fresh_counter(const context::SubscriberRecord& record, Instant since) {
  std::uint64_t last = record.seq_reserved;
  if (record.sqn_scheme == SqnScheme::time) last = std::max(last, clock_seq(record, since));
  return {last, record.seq_reserved, Numbering::of(record)};
}

void keep_up(Counter& counter, const context::SubscriberRecord& record, Instant now) {
  const auto begin_again = [&](std::uint64_t at_least) {
    const Counter fresh = fresh_counter(record, now);
    counter.last_seq = std::max(at_least, fresh.last_seq);
    counter.reserved = fresh.reserved;
    counter.numbering = fresh.numbering;
  };
  if (counter.numbering != Numbering::of(record)) return begin_again(0);
  // The store has lost what was written (a standby that was behind took over), or another HSS is so far ahead
  // that a card with an age limit would take what is left of our block for old.
  //= TS 33.102, C.2.2
  if (record.seq_reserved < counter.reserved || record.seq_reserved - counter.reserved > sequence_lag_max)
    begin_again(counter.last_seq);
}

NextSeqs next_seqs(const context::SubscriberRecord& record, const Counter& counter, std::uint64_t number,
                   Instant now) {
  const std::uint64_t max = Sqn::seq_max(record.ind_bits);
  std::uint64_t first = counter.last_seq + 1;
  std::uint64_t covered = counter.reserved;
  switch (record.sqn_scheme) {
    case SqnScheme::counter: break;
    case SqnScheme::partly_time: first = next_by_both(counter.last_seq, clock_seq(record, now)); break;
    case SqnScheme::time: {
      // Up to the clock nobody who comes later can give a SEQ again: they begin above it.
      const std::uint64_t clock = clock_seq(record, now);
      if (clock >= number) first = std::max(first, clock - number + 1);
      if (counter.index_alone) covered = std::max(covered, clock);
      break;
    }
  }
  // Another HSS of the same store has reserved since: what was behind our block is its.
  const bool foreign = record.seq_reserved > counter.reserved;
  if (foreign && first + number - 1 > covered) first = std::max(first, record.seq_reserved + 1);
  if (first > max) return {};
  NextSeqs out{first, std::min(number, max - first + 1)};
  const std::uint64_t last = out.first + out.number - 1;
  if (last > covered) out.reserve = std::min(std::max(last, first + sequence_block - 1), max);
  return out;
}

bool follow_usim(context::SubscriberRecord& record, Counter& counter, Sqn sqn_ms, Instant now) {
  const std::uint64_t seq_ms = sqn_ms.seq(record.ind_bits);
  const NextSeqs next = next_seqs(record, counter, 1, now);
  const std::uint64_t first = next.number > 0 ? next.first : Sqn::seq_max(record.ind_bits) + 1;
  //= TS 33.102, C.2.1
  // SEQ_MS is the highest the card accepted: a next SEQ above it, and not too far, is fresh to the card.
  const std::uint64_t delta = UsimSqnArray::Rule{}.delta;
  if (first > seq_ms && first - seq_ms <= delta) return false;

  // Whatever is reserved beyond our own block is another HSS's, which may have given it away and may yet.
  const bool own = first <= seq_ms && seq_ms < counter.reserved;
  const std::uint64_t above = own ? seq_ms : std::max(seq_ms, record.seq_reserved);
  const bool back = first > seq_ms || above - seq_ms >= delta;
  counter.last_seq = back ? seq_ms : above;
  if (back || !own) {
    counter.reserved = counter.last_seq;
    record.seq_reserved = counter.last_seq;
  }
  if (record.sqn_scheme == SqnScheme::time)
    record.seq_offset = offset_for(counter.last_seq, record.ind_bits, now);
  else if (back)
    ++record.seq_offset;
  counter.numbering = Numbering::of(record);
  return true;
}

}  // namespace baton::node::hss
