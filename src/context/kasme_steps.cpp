#include "context/kasme_steps.h"

#include <algorithm>

namespace baton::context {

KasmeLineage begun(const Rand& rand, std::uint32_t epoch, Instant now, Duration lifetime) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(lifetime).count();
  return {rand, epoch, 0, now, static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, UINT32_MAX)),
          {}};
}

KasmeStep clone(const KasmeStep& s) { return {s.step, s.direction, s.count, s.identity, s.proof.clone()}; }

KasmeLineage clone(const KasmeLineage& l) {
  KasmeLineage out{l.rand, l.epoch, l.step, l.aka_at, l.seconds_left, {}};
  for (const KasmeStep& s : l.unacknowledged) out.unacknowledged.push_back(clone(s));
  return out;
}

std::string_view to_string(StepRefusal r) {
  switch (r) {
    case StepRefusal::too_many: return "too many steps unknown to the HSS";
    case StepRefusal::expired: return "the AKA is too old";
  }
  return "?";
}

Expected<Refreshed, StepRefusal> refreshed(const Kasme& old, const KasmeLineage& lineage, const Imsi& imsi,
                                           RefreshDirection direction, NasCount n,
                                           const DiameterIdentity& target, bool told) {
  if (lineage.seconds_left == 0) return Fail{StepRefusal::expired};
  if (told && lineage.unacknowledged.size() >= kasme_steps_max) return Fail{StepRefusal::too_many};
  Refreshed out{derive_kasme_refreshed(old, direction, n), clone(lineage)};
  ++out.lineage.step;
  if (told) {
    const Generation generation{lineage.epoch, out.lineage.step};
    UpdateProof proof = derive_update_proof(old, generation, imsi, direction, n, target.value(), out.kasme);
    out.lineage.unacknowledged.push_back({out.lineage.step, direction, n, target, std::move(proof)});
  }
  return out;
}

void acknowledged(KasmeLineage& lineage, std::uint32_t step) {
  std::erase_if(lineage.unacknowledged, [step](const KasmeStep& s) { return s.step <= step; });
}

bool consistent(const KasmeLineage& lineage, const DiameterIdentity& here) {
  const auto& steps = lineage.unacknowledged;
  if (steps.empty()) return true;
  if (steps.size() > kasme_steps_max || steps.size() > lineage.step) return false;
  const std::uint32_t first = lineage.step - static_cast<std::uint32_t>(steps.size()) + 1;
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (steps[i].step != first + i || steps[i].direction == RefreshDirection::aka) return false;
  return steps.back().identity == here;
}

void spend(KasmeLineage& lineage, Duration elapsed) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(elapsed).count();
  if (seconds <= 0) return;
  lineage.seconds_left =
      seconds >= lineage.seconds_left ? 0 : lineage.seconds_left - static_cast<std::uint32_t>(seconds);
}

std::optional<NasCount> rebuilt_count(std::optional<NasCount> last_used, Byte low) {
  NasCounter next;
  if (last_used) next.used(*last_used);
  return next.estimate(low);
}

}  // namespace baton::context
