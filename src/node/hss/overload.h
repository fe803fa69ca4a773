// overload.h: what this HSS says of its load.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/instant.h"
#include "node/hss/limits.h"
#include "wire/diameter/overload.h"

namespace baton::node::hss {

/// OverloadControl makes of the number of subscribers with a request under way what is reported: nothing
/// below three quarters of the most, and from there in steps of ten per cent. While that lasts it is said
/// anew before it has run out anywhere. A report that is taken back is said so for as long as somebody may
/// still go by it.
//= RFC 7683, 5.2.2
class OverloadControl {
 public:
  /// observe takes the load. True: what is reported has changed.
  bool observe(std::size_t busy, std::size_t busy_max, Instant now) {
    const std::size_t from = busy_max - busy_max / 4;
    std::uint32_t wanted = 0;
    if (busy >= from && busy_max > from) {
      const std::size_t tenths = 10 * (busy - from) / (busy_max - from);
      wanted = std::min(overload_reduction_max, static_cast<std::uint32_t>(10 * (tenths + 1)));
    }
    // Less is said only when the load has fallen well below where it began.
    if (wanted < reduction_ && busy > busy_max / 2) return false;
    if (wanted == reduction_) return false;
    reduction_ = wanted;
    number(now);
    return true;
  }
  std::uint32_t reduction() const { return reduction_; }
  /// report is what an answer that leaves now says.
  std::optional<wire::diameter::OcOlr> report(Instant now) {
    using wire::diameter::OcOlr;
    using wire::diameter::OcReportType;
    constexpr std::chrono::seconds validity(overload_validity_s);
    if (reduction_ > 0) {
      //= RFC 7683, 5.2.2
      // A number that has been heard says nothing new, whatever stands beside it.
      if (now - numbered_ >= validity / 2) number(now);
      return OcOlr{sequence_, OcReportType::host, reduction_, overload_validity_s};
    }
    const bool ended = sequence_ > 0 && now - numbered_ < validity;
    if (ended) return OcOlr{sequence_, OcReportType::host, 0, 0};
    return std::nullopt;
  }

 private:
  /// number gives what is reported from now on a number of its own: greater than any before, those of an
  /// earlier start of this HSS too.
  void number(Instant now) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.since_epoch).count();
    sequence_ = std::max(sequence_ + 1, static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 0)));
    numbered_ = now;
  }

  std::uint32_t reduction_ = 0;
  std::uint64_t sequence_ = 0;
  Instant numbered_{};  ///< when `sequence_` was given out
};

}  // namespace baton::node::hss
