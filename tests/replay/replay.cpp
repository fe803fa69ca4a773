// baton_replay prints the ledger hash of some seeds of each campaign. Built by two compilers it prints the
// same: nothing below the line depends on the order of addresses, of hashes or of a library's random numbers.
#include <cstdio>

#include "lab/campaign.h"

int main() {
  using namespace baton::lab;
  constexpr std::uint64_t seeds = 3;
  CampaignPlan plan;
  plan.ues = 12;
  plan.faults.loss = *Chance::percent("2");
  plan.faults.duplicate = *Chance::percent("2");
  plan.faults.reorder = *Chance::percent("5");
  plan.faults.break_link = *Chance::percent("0.1");
  for (const CampaignName& campaign : campaigns()) {
    plan.kind = campaign.kind;
    for (const char* crash : {"0", "0.05"}) {
      plan.faults.crash = *Chance::percent(crash);
      for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        const SeedResult r = play_campaign(plan, seed);
        std::printf("%.*s crash %s seed %llu: %zu moves, %llu entries, %s\n",
                    static_cast<int>(campaign.name.size()), campaign.name.data(), crash,
                    static_cast<unsigned long long>(seed), r.moves,
                    static_cast<unsigned long long>(r.ledger_entries), r.ledger_hash.c_str());
      }
    }
  }
}
