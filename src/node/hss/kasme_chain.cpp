#include "node/hss/kasme_chain.h"

#include <algorithm>
#include <utility>

#include "crypto/sha256.h"

namespace baton::node::hss {

namespace dia = wire::diameter;
using context::AppliedStep;
using context::KasmeMemory;

namespace {

/// digest_of names a step exactly, whatever else it was sent with.
crypto::Digest digest_of(std::uint32_t epoch, const dia::ChainStep& s) {
  wire::Writer w;
  w.u(epoch, 4);
  w.u(s.step, 4);
  w.u8(static_cast<Byte>(s.direction));
  w.u(s.count.value(), 4);
  w.bytes({reinterpret_cast<const Byte*>(s.identity.value().data()), s.identity.value().size()});
  w.bytes(s.proof.expose());
  ByteVector octets = w.done();
  const auto out = crypto::sha256(octets);
  secure_wipe(octets.data(), octets.size());
  return out;
}

/// An AKA is step 0 with COUNT 0, and nothing else is.
bool in_shape(const dia::ChainStep& s) {
  if (s.step != 0) return s.direction != dia::StepDirection::aka;
  return s.direction == dia::StepDirection::aka && s.count == NasCount{};
}

}  // namespace

Expected<Followed, std::uint32_t> follow(const KasmeMemory& memory, const Imsi& imsi, const Rand& rand,
                                         std::uint32_t epoch, const std::vector<dia::ChainStep>& steps) {
  if (steps.empty()) return Fail{dia::private_result::generation_gap};
  if (steps.size() > steps_unacknowledged_max) return Fail{dia::private_result::too_many_steps};
  for (std::size_t i = 1; i < steps.size(); ++i)
    if (steps[i - 1].step == 0xFFFF'FFFF || steps[i].step != steps[i - 1].step + 1)
      return Fail{dia::private_result::generation_gap};
  if (!std::all_of(steps.begin(), steps.end(), in_shape)) return Fail{dia::private_result::bad_proof};

  // Which key do they begin with?
  const auto& record = memory.record;
  const bool continues = record && record->rand == rand;
  const auto candidate = std::find_if(memory.candidates.begin(), memory.candidates.end(),
                                      [&](const auto& c) { return c.rand == rand; });
  std::optional<std::uint32_t> at;  // the step recorded
  std::optional<Followed> out;
  if (continues) {
    if (record->generation.epoch != epoch) return Fail{dia::private_result::unknown_aka_reference};
    at = record->generation.step;
    out.emplace(
        Followed{false, false, record->plmn, record->generation, record->kasme.clone(), {}, record->applied});
  } else if (candidate != memory.candidates.end()) {
    if (candidate->epoch != epoch) return Fail{dia::private_result::unknown_aka_reference};
    //= S0.D4
    // A record's epoch never decreases.
    if (record && epoch <= record->generation.epoch) return Fail{dia::private_result::stale};
    if (steps.front().step > 1) return Fail{dia::private_result::generation_gap};
    out.emplace(Followed{false, true, candidate->plmn, {epoch, 0}, candidate->kasme.clone(), {}, {}});
  } else {
    const bool past = record && epoch < record->generation.epoch;
    return Fail{past ? dia::private_result::stale : dia::private_result::unknown_aka_reference};
  }

  // Each step: an exact repetition of one that is recorded, or the next one with its proof.
  std::optional<std::uint32_t> reached = at;
  bool fresh = out->named;
  for (const dia::ChainStep& s : steps) {
    const auto digest = digest_of(epoch, s);
    if (at && s.step <= *at) {
      const auto same = std::find_if(out->applied.begin(), out->applied.end(),
                                     [&](const AppliedStep& a) { return a.step == s.step; });
      if (same == out->applied.end() || !constant_time_equal(same->digest, digest))
        return Fail{dia::private_result::stale};
      continue;
    }
    if (reached && s.step != *reached + 1) return Fail{dia::private_result::generation_gap};
    const Kasme& before = out->in_use();
    std::optional<Kasme> made;
    if (s.step != 0) made = derive_kasme_refreshed(before, dia::refresh_direction(s.direction), s.count);
    const UpdateProof proof =
        derive_update_proof(before, {epoch, s.step}, imsi, dia::refresh_direction(s.direction), s.count,
                            s.identity.value(), made ? *made : before);
    if (proof != s.proof) return Fail{dia::private_result::bad_proof};
    if (made) out->made.push_back(std::move(*made));
    out->applied.push_back({s.step, digest});
    reached = s.step;
    fresh = true;
  }
  if (!fresh) {
    // A repetition of something that has been overtaken says nothing about now.
    if (steps.back().step != *at) return Fail{dia::private_result::stale};
    out->repeated = true;
  }
  if (out->applied.size() > context::kasme_steps_kept_max)
    out->applied.erase(out->applied.begin(),
                       out->applied.end() - static_cast<std::ptrdiff_t>(context::kasme_steps_kept_max));
  out->generation = {epoch, *reached};
  return std::move(*out);
}

std::vector<dia::ChainStep> step_zero(const dia::AkaReference& aka, const DiameterIdentity& mme) {
  std::vector<dia::ChainStep> out;
  out.push_back({0, dia::StepDirection::aka, NasCount{}, mme, aka.proof.clone()});
  return out;
}

Superseded remember_candidate(KasmeMemory& memory, context::KasmeCandidate candidate) {
  Superseded out;
  if (memory.candidates.size() >= context::kasme_candidates_max) {
    out.candidates.push_back(std::move(memory.candidates.front().kasme));
    memory.candidates.erase(memory.candidates.begin());
  }
  memory.candidates.push_back(std::move(candidate));
  return out;
}

Superseded record(KasmeMemory& memory, const Followed& followed, const Rand& rand, std::uint8_t ksi,
                  const DiameterIdentity& mme, Instant now) {
  Superseded out;
  if (memory.record) out.record = std::move(memory.record->kasme);
  memory.record.emplace(context::KasmeRecord{followed.in_use().clone(), rand, followed.generation, ksi,
                                             followed.plmn, mme, now, followed.applied});
  // The one that was named is in use now; those before it will never be.
  for (auto& c : memory.candidates)
    if (c.epoch < followed.generation.epoch) out.candidates.push_back(std::move(c.kasme));
  std::erase_if(memory.candidates, [&](const auto& c) { return c.epoch <= followed.generation.epoch; });
  return out;
}

Superseded forget(KasmeMemory& memory) {
  Superseded out;
  if (memory.record) out.record = std::move(memory.record->kasme);
  for (auto& c : memory.candidates) out.candidates.push_back(std::move(c.kasme));
  memory.record.reset();
  memory.candidates.clear();
  return out;
}

}  // namespace baton::node::hss
