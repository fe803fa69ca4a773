// How long a whole handover between two MMEs takes in the code of the MMEs alone. The lab plays UE, eNBs, UPE
// and HSS; a node around each MME takes the time of every event that the MME handles. The tracking area
// update that follows is counted by itself. One more row is the same for everybody, UE and eNBs included.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <utility>

#include "lab/cast.h"
#include "wire/s1ap/codes.h"

namespace {

using namespace baton;
using Clock = std::chrono::steady_clock;

/// Spent is the time of both MMEs since it was last emptied.
struct Spent {
  Clock::duration handover{};
  Clock::duration update{};
  std::uint64_t events = 0;
};

/// Timed is an MME with a watch.
class Timed final : public node::Node {
 public:
  Timed(std::unique_ptr<node::Node> mme, Spent& spent) : mme_(std::move(mme)), spent_(spent) {}

  void on(node::Event event, Instant now, node::Actions& out) override {
    Clock::duration& where = is_update(event) ? spent_.update : spent_.handover;
    ++spent_.events;
    const auto begin = Clock::now();
    mme_->on(std::move(event), now, out);
    where += Clock::now() - begin;
  }
  std::string_view name() const override { return mme_->name(); }

 private:
  /// During a handover NAS and the HSS are heard only for the update that follows it. The HSS's link has a
  /// number of the MME's own, an eNB's one of the world's.
  static bool is_update(const node::Event& event) {
    const auto* data = std::get_if<node::LinkData>(&event);
    if (data == nullptr) return false;
    if (data->link.value < peer::accepted_links_from) return true;
    return data->octets.size() > 1 && data->octets[0] == 0 &&
           data->octets[1] == static_cast<Byte>(wire::s1ap::Procedure::uplink_nas_transport);
  }

  std::unique_ptr<node::Node> mme_;
  Spent& spent_;
};

/// watch puts a timed MME in the place of each before anybody attaches.
void watch(lab::Cast& cast, Spent& spent, std::vector<std::unique_ptr<lab::SeededEntropy>>& entropies) {
  for (const auto& config : cast.mme_configs) {
    entropies.push_back(std::make_unique<lab::SeededEntropy>(42, config.name));
    cast.net.crash(config.name);
    cast.net.restart(
        std::make_unique<Timed>(std::make_unique<node::mme::Mme>(config, *entropies.back()), spent));
  }
  cast.run(std::chrono::minutes(3));  // the eNBs connect again
}

/// Every UE attaches at the first MME and is handed over to the other one; the MMEs' share of it is the time.
void inter_mme_handover(benchmark::State& state, bool told) {
  const auto ues = static_cast<std::size_t>(state.range(0));
  double update_seconds = 0;
  std::uint64_t events = 0;
  for (auto _ : state) {
    Spent spent;
    std::vector<std::unique_ptr<lab::SeededEntropy>> entropies;
    lab::Cast cast(lab::script(ues, 4, 42, 2));
    cast.net.keep_taps(false);
    cast.net.keep_ledger(told);
    cast.net.keep_steps(told);
    watch(cast, spent, entropies);
    for (std::size_t i = 0; i < ues; ++i) {
      if (!cast.attach(i)) return state.SkipWithError("an attach failed");
    }
    spent = {};
    for (std::size_t i = 0; i < ues; ++i) {
      if (!cast.handover(i, 2)) return state.SkipWithError("a handover failed");
    }
    state.SetIterationTime(std::chrono::duration<double>(spent.handover).count() / static_cast<double>(ues));
    update_seconds += std::chrono::duration<double>(spent.update).count() / static_cast<double>(ues);
    events += spent.events;
  }
  const auto handovers = static_cast<double>(state.iterations()) * static_cast<double>(ues);
  state.counters["handovers_per_s"] = benchmark::Counter(1, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["update_us"] = update_seconds * 1e6 / static_cast<double>(state.iterations());
  state.counters["events"] = static_cast<double>(events) / handovers;
}

}  // namespace

BENCHMARK_CAPTURE(inter_mme_handover, with_ledger_and_steps, true)
    ->Arg(100)
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(inter_mme_handover, without, false)
    ->Arg(100)
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);
