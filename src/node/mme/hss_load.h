// hss_load.h: what the HSS said of its load, and which requests are held back for it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/instant.h"
#include "wire/diameter/overload.h"

namespace baton::node::mme {

/// HssLoad follows the reports of the HSS. Of the requests that begin something, the share it asked for is
/// not sent: evenly, one of so many, so that no chance is needed.
//= RFC 7683, 5.2.1 and 6
class HssLoad {
 public:
  void hear(const wire::diameter::OcOlr& report, Instant now) {
    // One that is older than what is known has overtaken it on its way.
    if (report.sequence_number < sequence_) return;
    sequence_ = report.sequence_number;
    constexpr std::uint32_t validity_default_s = 30, validity_max_s = 86400;
    const auto valid =
        std::chrono::seconds(std::min(report.validity_s.value_or(validity_default_s), validity_max_s));
    reduction_ = std::min(report.reduction_percentage.value_or(0), std::uint32_t{100});
    until_ = now + valid;
  }
  std::uint32_t reduction(Instant now) const { return now < until_ ? reduction_ : 0; }
  /// abate is whether the next request is one of those not to send.
  bool abate(Instant now) {
    owed_ += reduction(now);
    if (owed_ < 100) return false;
    owed_ -= 100;
    return true;
  }

 private:
  std::uint64_t sequence_ = 0;
  std::uint32_t reduction_ = 0;
  Instant until_{};
  std::uint32_t owed_ = 0;  ///< per cent of a request that have not been held back yet
};

}  // namespace baton::node::mme
