// How long a whole attach takes through the node code: UE, eNB, MME, HSS and UPE in one thread on the
// lab's wires, every message encoded, protected, decoded and verified. The label is a digest of the key
// ids in the ledger, so that a faster run with other keys is seen.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdio>

#include "lab/cast.h"

namespace {

using namespace baton;

/// FNV-1a: a digest to compare runs by, not to protect anything.
std::uint64_t digest_of(const std::vector<LedgerEntry>& ledger) {
  std::uint64_t h = 0xCBF29CE484222325ULL;
  for (const LedgerEntry& e : ledger)
    for (const Byte b : e.key.octets) h = (h ^ b) * 0x100000001B3ULL;
  return h;
}

/// The network is built outside the clock; `with_ledger` shows what the ledger costs.
void whole_attach(benchmark::State& state, bool with_ledger) {
  const auto ues = static_cast<std::size_t>(state.range(0));
  std::uint64_t digest = 0;
  for (auto _ : state) {
    state.PauseTiming();
    lab::Cast cast(lab::script(ues, 2, 42));
    cast.net.keep_taps(false);
    cast.net.keep_ledger(with_ledger);
    cast.settle();
    state.ResumeTiming();
    for (std::size_t i = 0; i < ues; ++i) {
      if (!cast.attach(i)) {
        state.SkipWithError("an attach failed");
        return;
      }
    }
    state.PauseTiming();
    digest = digest_of(cast.net.ledger());
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * ues));
  char label[32];
  std::snprintf(label, sizeof label, "digest %016llx", static_cast<unsigned long long>(digest));
  state.SetLabel(with_ledger ? label : "no ledger");
}

}  // namespace

BENCHMARK_CAPTURE(whole_attach, with_ledger, true)->Arg(1)->Arg(100)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(whole_attach, without_ledger, false)->Arg(100)->Unit(benchmark::kMillisecond);
