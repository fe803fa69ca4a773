// sequence.h: which SEQ a vector gets: by counting, by the clock, or by both.
//
// Whatever the scheme, a SEQ never leaves twice, unless a card or an operator sends SEQ back. What has left
// is known without a store as far as the clock has come (scheme `time`); beyond that, and always in the other
// schemes, it is written down before.
#pragma once

#include <cstdint>

#include "base/instant.h"
#include "context/subscriber.h"
#include "keys/sqn.h"
#include "node/hss/limits.h"

namespace baton::node::hss {

/// Numbering is what SEQs are counted in: those of one numbering cannot be compared with those of another.
struct Numbering {
  context::SqnScheme scheme{};
  std::uint32_t ind_bits = 0;
  /// SubscriberRecord::seq_offset. By the clock it is DIF. In the other schemes, which need none, it counts
  /// how often SEQ was sent back, so that every HSS of the store gives up what it had reserved until then.
  std::uint64_t offset = 0;
  static Numbering of(const context::SubscriberRecord& r) { return {r.sqn_scheme, r.ind_bits, r.seq_offset}; }
  friend bool operator==(const Numbering&, const Numbering&) = default;
};

/// Counter is what the AuC remembers of a subscriber between requests. Losing it costs the rest of a block.
struct Counter {
  std::uint64_t last_seq = 0;  ///< the highest SEQ that left in a vector
  std::uint64_t reserved = 0;  ///< the highest that is durably marked as used
  Numbering numbering{};       ///< of both
  std::uint32_t resyncs = 0;   ///< with a right MAC-S, since resync_since
  std::uint32_t forged = 0;    ///< with a wrong one, since then
  Instant resync_since{};
  /// No other HSS gives SQNs with our indices: what the clock has passed needs not be written down.
  bool index_alone = true;
};

/// clock_seq is the SEQ that the clock alone gives at `now`: GLC + DIF, or SEQ2 of the partly time-based
/// scheme. 0 for a clock that is behind the moment at which DIF made it 0.
//= TS 33.102, C.1.1.3
std::uint64_t clock_seq(const context::SubscriberRecord& record, Instant now);

/// offset_for is the DIF with which the clock gives `seq` at `now`.
std::uint64_t offset_for(std::uint64_t seq, std::uint32_t ind_bits, Instant now);

/// fresh_counter is what is certain of a record that nobody remembers more of: what was written down, and, by
/// the clock, what may have left until `since`, when this process began to remember.
//= TS 33.102, C.1.1.3
Counter fresh_counter(const context::SubscriberRecord& record, Instant since);

/// keep_up brings a counter to what a record says that was read since. What it remembers it forgets only
/// where the record is in another numbering.
void keep_up(Counter& counter, const context::SubscriberRecord& record, Instant now);

/// NextSeqs are the SEQs of the vectors of one request.
struct NextSeqs {
  std::uint64_t first = 0;
  std::uint64_t number = 0;   ///< as many as were asked, fewer at the end of SEQ; 0: it is spent
  std::uint64_t reserve = 0;  ///< what has to be durable before one leaves; 0: nothing
};
/// next_seqs chooses and changes nothing.
//= TS 33.102, C.1.1
NextSeqs next_seqs(const context::SubscriberRecord& record, const Counter& counter, std::uint64_t number,
                   Instant now);

/// follow_usim moves the record and the counter to where a verified AUTS says the USIM is; false when the
/// next SEQ would be fresh to it as it is. Forward, SEQ goes above all that any HSS has reserved. Back it
/// goes only from where no card would accept it.
//= TS 33.102, 6.3.5
bool follow_usim(context::SubscriberRecord& record, Counter& counter, Sqn sqn_ms, Instant now);

}  // namespace baton::node::hss
