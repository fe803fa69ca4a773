// campaign.h: many UEs that move while things go wrong, followed one by one until each move has ended.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "context/policy.h"
#include "lab/faults.h"
#include "lab/monitor.h"
#include "lab/network.h"

namespace baton::lab {

/// CampaignKind is what the UEs do once they are attached.
enum class CampaignKind : Byte { attach, s1_handover, inter_mme_handover, inter_mme_tau, mixed };
struct CampaignName {
  CampaignKind kind;
  std::string_view name, text;
};
std::span<const CampaignName> campaigns();
const CampaignName* find_campaign(std::string_view name);

/// CampaignPlan is one campaign but for its seed. The network is two MMEs with two eNBs each, one UPE and one
/// HSS; UE number i begins in cell i modulo 4.
struct CampaignPlan {
  CampaignKind kind = CampaignKind::inter_mme_handover;
  std::size_t ues = 200;
  Faults faults;
  Duration spacing = 250ms;            ///< mean time from one UE's move to the next one's
  std::size_t actions = 4;             ///< of each UE in `mixed`
  Duration inactivity = 10'000'000us;  ///< after which an eNB lets a silent UE go
  /// Of every node; `policy_named` is how it was asked for, for repeat_command.
  context::SecurityPolicy policy{};
  std::string policy_named{};
};

/// Reattach is a UE that had to attach again because of a move, and what hit it.
struct Reattach {
  std::string ue;
  Instant at;  ///< when the move began
  bool unknown_outcome = false;
  std::vector<std::string> faults;  ///< of this UE's messages, or on its way, since the move began
};

/// SeedResult is what became of one seed.
struct SeedResult {
  std::uint64_t seed = 0;
  std::size_t ues = 0;
  std::size_t attached = 0;    ///< UEs that attached in the beginning
  std::size_t moves = 0;       ///< moves begun
  std::size_t complete = 0;    ///< at the target, without an attach
  std::size_t back = 0;        ///< where it was, without an attach
  std::size_t reattached = 0;  ///< the UE attached again, or is about to
  std::size_t stuck = 0;       ///< none of the three after move_limit
  std::size_t unknown =
      0;  ///< moves of which an S1 or S10 exchange ended without an answer or its link broke
  std::size_t unexplained = 0;          ///< neither complete nor back, although no outcome was unknown
  std::vector<Duration> interruptions;  ///< from the UE leaving the source cell until the target hears it
  std::array<std::uint64_t, 4> move_messages{};  ///< sent for the moving UEs, by peer::Port
  std::array<std::uint64_t, 4> messages{};       ///< sent in all, by peer::Port
  Network::FaultCounts faults{};
  std::vector<Reattach> reattaches;
  std::string ledger_hash;  ///< SHA-256 over the ledger in order, hexadecimal
  std::uint64_t ledger_entries = 0, events = 0, nas_verified = 0, srb_verified = 0;
  Duration simulated{};
  std::vector<std::string> odd;         ///< UEs that are stuck, and moves that ended nowhere
  std::vector<std::string> violations;  ///< empty: every invariant held
};

/// A move that has not ended after this long is stuck: every timer of it has run out by then.
inline constexpr Duration move_limit = 180'000'000us;

/// play_campaign plays one seed. The same plan and seed give the same result on any compiler.
SeedResult play_campaign(const CampaignPlan& plan, std::uint64_t seed);

/// Goals of a campaign over all its seeds; the texts say which were missed. Empty: all were met.
/// Without crashes every move ends complete or back, unless an outcome was unknown; at most 1 % attach again;
/// at least 90 % are complete.
std::vector<std::string> missed_goals(const CampaignPlan& plan, const std::vector<SeedResult>& results);

/// repeat_command is what somebody types to see one seed again.
std::string repeat_command(const CampaignPlan& plan, std::uint64_t seed);

/// percentile of a list that it sorts: `per_mille` 500 is the median. 0 of an empty list.
Duration percentile(std::vector<Duration> list, std::uint32_t per_mille);

}  // namespace baton::lab
