// cost.h: what a handover costs under each key policy: what crosses the wires, what is derived, what the HSS
// is asked, and how long the UE is between two cells. Played once on wires that do not misbehave, and
// counted.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "context/policy.h"

namespace baton::lab {

/// Interface is where a message is seen.
enum class Interface : Byte { radio, s1, s10, s11, s6a };
inline constexpr std::array interfaces{Interface::radio, Interface::s1, Interface::s10, Interface::s11,
                                       Interface::s6a};
std::string_view to_string(Interface interface);

/// HandoverCost is everything for the UE from its measurement report to the end of what follows from the
/// handover: tracking area update, registration, release of the source.
struct HandoverCost {
  context::Profile profile{};
  bool between_mmes = false;
  bool complete = false;  ///< the UE arrived, and both ends hold the same keys
  struct Count {
    std::uint64_t messages = 0;
    std::uint64_t octets = 0;  ///< of the messages themselves, without what SCTP, UDP, TCP and IP add
  };
  std::array<Count, interfaces.size()> wires{};
  std::uint64_t derived_ue = 0, derived_enb = 0, derived_mme = 0, derived_hss = 0;
  std::uint64_t hss_requests = 0;
  Duration preparation{};   ///< HANDOVER REQUIRED leaves, until the command leaves for the UE's eNB
  Duration interruption{};  ///< the UE's first message to the target cell, until HANDOVER NOTIFY
};

/// handover_costs plays each profile inside an MME and between two, in the order of the profiles. Invented
/// time has wires only: a derivation takes none of it.
std::vector<HandoverCost> handover_costs(std::uint64_t seed);
/// cost_report writes them down as a page of Markdown, which docs/reports/handover-cost.md is.
std::string cost_report(const std::vector<HandoverCost>& costs, std::uint64_t seed);

}  // namespace baton::lab
