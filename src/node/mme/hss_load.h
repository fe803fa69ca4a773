// hss_load.h: what the HSSs said of their load, and which requests are held back for it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>

#include "base/instant.h"
#include "ids/endpoint.h"
#include "node/mme/limits.h"
#include "wire/diameter/overload.h"

namespace baton::node::mme {

/// HssLoad follows the reports of the HSSs that are asked, each by itself. Of the requests that begin
/// something, the share that the HSS they would go to asks for is not sent: evenly, one of so many, so that
/// no chance is needed. Nobody is heeded without measure: some requests go on (hss_reduction_max), and what
/// was said is forgotten after a while (hss_report_s_max), its number too.
//= RFC 7683, 5.2.1 and 6
class HssLoad {
 public:
  void hear(const DiameterIdentity& hss, const wire::diameter::OcOlr& report, Instant now) {
    //= RFC 7683, 7.7
    const std::uint32_t percent = report.reduction_percentage.value_or(0);
    if (percent > 100) return;
    //= RFC 7683, 7.5
    constexpr std::uint32_t default_s = 30, protocol_max_s = 86400;
    std::uint32_t valid_s = report.validity_s.value_or(default_s);
    if (valid_s > protocol_max_s) valid_s = default_s;
    valid_s = std::min(valid_s, hss_report_s_max);

    const auto [at, first] = said_.try_emplace(hss);
    Said& said = at->second;
    // What is known already says nothing new, and what is older has overtaken it on its way.
    if (!first && now < said.forgotten && report.sequence_number <= said.sequence) return;
    said.sequence = report.sequence_number;
    said.reduction = std::min(percent, hss_reduction_max);
    said.until = now + std::chrono::seconds(valid_s);
    said.forgotten = now + std::chrono::seconds(std::max(valid_s, default_s));
  }
  /// reduction is the share of the requests to `hss` that is not sent now, in per cent.
  std::uint32_t reduction(const DiameterIdentity& hss, Instant now) const {
    const auto at = said_.find(hss);
    return at != said_.end() && now < at->second.until ? at->second.reduction : 0;
  }
  /// abate is whether the next request to `hss` is one of those not to send.
  bool abate(const DiameterIdentity& hss, Instant now) {
    const std::uint32_t share = reduction(hss, now);
    if (share == 0) return false;
    std::uint32_t& owed = said_.find(hss)->second.owed;
    owed += share;
    if (owed < 100) return false;
    owed -= 100;
    return true;
  }

 private:
  struct Said {
    std::uint64_t sequence = 0;
    std::uint32_t reduction = 0;
    Instant until{};         ///< it holds before
    Instant forgotten{};     ///< an older report may still be on its way before
    std::uint32_t owed = 0;  ///< per cent of a request that have not been held back yet
  };
  std::map<DiameterIdentity, Said> said_;  ///< only of HSSs of the configuration: nobody else is asked
};

}  // namespace baton::node::mme
