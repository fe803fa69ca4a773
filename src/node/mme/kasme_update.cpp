// kasme_update.cpp: the HSS hears which KASME is in use, where the policy has it know.
#include "node/mme/kasme_update.h"

#include <utility>

#include "context/kasme_steps.h"
#include "node/mme/procedures.h"

namespace baton::node::mme {

namespace diameter = wire::diameter;

namespace {

constexpr std::string_view procedure = "kasme-update";

/// The proof of step 0: who has the key says so.
//= S0.D4
UpdateProof proof_of_aka(const Core& core, const Ue& ue) {
  const Kasme& kasme = *ue.security->kasme();  // the lineage is its
  return derive_update_proof(kasme, {ue.lineage->epoch, 0}, *ue.imsi, RefreshDirection::aka, NasCount{},
                             core.config.identity.value(), kasme);
}

/// Under refresh-temporary the HSS hears of an AKA and of nothing after it: what it has goes stale, until
/// somebody stumbles over it and KASME' is kept.
bool tells_steps(const Core& core, const Ue& ue) {
  return core.config.policy.inter_mme_kasme == context::InterMmeKasme::refresh_and_update_hss ||
         ue.kasme_kept;
}

/// untold is what the HSS has not acknowledged. An AKA that nobody told of is told by the first step on it.
std::vector<diameter::ChainStep> untold(const Core& core, const Ue& ue) {
  std::vector<diameter::ChainStep> out;
  const KasmeLineage& l = *ue.lineage;
  if (l.step == 0) {
    if (!ue.aka_told)
      out.push_back(
          {0, diameter::StepDirection::aka, NasCount{}, core.config.identity, proof_of_aka(core, ue)});
  } else if (tells_steps(core, ue)) {
    for (const KasmeStep& s : l.unacknowledged)
      out.push_back({s.step, diameter::step_direction(s.direction), s.count, s.identity, s.proof.clone()});
  }
  return out;
}

/// May the same thing be taken a little later?
bool passes(const diameter::AnswerResult& r) {
  if (r.experimental)
    return r.vendor == diameter::vendor_private && (r.code == diameter::private_result::not_yet_registered ||
                                                    r.code == diameter::private_result::not_stored);
  return r.code / 1000 == 3 || r.code == diameter::code::unable_to_comply;
}

bool elsewhere(const diameter::AnswerResult& r) {
  return r.experimental && r.vendor == diameter::vendor_private &&
         r.code == diameter::private_result::not_registered;
}

void again_later(Core& core, Ue& ue) {
  if (ue.kasme_updates_tried < spec_of(Timer::xkasme).sends) return core.start_timer(ue, Timer::xkasme);
  core.count("mme.kasme.given_up");
}

/// authenticate_again begins a new history when the HSS does not follow this one, as soon as that can be.
//= S0.D4
void authenticate_again(Core& core, Ue& ue) {
  ue.aka_due = true;
  core.ended(ue);
}

}  // namespace

bool tells_kasme(const Core& core) {
  return core.config.policy.inter_mme_kasme != context::InterMmeKasme::keep &&
         core.s6a.speaks_private(core.config.hss.identity);
}

void begin_lineage(const Core& core, Ue& ue, const Rand& rand, std::optional<std::uint32_t> epoch) {
  ue.fresh_lineage.reset();
  if (epoch) ue.fresh_lineage = context::begun(rand, *epoch, core.now, core.config.kasme_lifetime);
}

void take_lineage(Core& core, Ue& ue) {
  ue.lineage = std::exchange(ue.fresh_lineage, std::nullopt);
  ue.aka_told = false;
  ue.aka_due = false;
  ue.kasme_kept = false;
  ue.kasme_updates_tried = 0;
  core.stop_timer(ue, Timer::xkasme);
  if (ue.registered_at_hss) tell_kasme(core, ue);
}

std::optional<diameter::AkaReference> aka_reference_of(const Core& core, const Ue& ue) {
  if (!ue.lineage || ue.lineage->step != 0 || ue.aka_told || !ue.security ||
      ue.security->kasme() == nullptr || !tells_kasme(core))
    return std::nullopt;
  return diameter::AkaReference{ue.lineage->rand, ue.lineage->epoch, ue.security->ksi().value,
                                proof_of_aka(core, ue)};
}

void after_location(Core& core, Ue& ue, std::optional<std::uint32_t> epoch) {
  const bool followed = ue.lineage && epoch && *epoch == ue.lineage->epoch;
  if (followed) ue.aka_told = true;
  ue.kasme_updates_tried = 0;
  // Steps that are told find out by themselves. Where none are, a record that a purge has taken away would
  // stay away: there would be no stale use, because there would be no use.
  //= S0.D8
  if (ue.lineage && ue.lineage->step > 0 && !followed && tells_kasme(core) && !tells_steps(core, ue)) {
    core.count("mme.kasme.not_followed");
    return authenticate_again(core, ue);
  }
  tell_kasme(core, ue);
}

void tell_kasme(Core& core, Ue& ue) {
  if (!ue.lineage || !ue.security || ue.security->kasme() == nullptr) return;
  if (!ue.imsi || !ue.registered_at_hss || !ue.ours()) return;
  if (!tells_kasme(core)) {
    // The connection to the HSS is down, or it never announced it. What is untold waits.
    if (core.config.policy.inter_mme_kasme != context::InterMmeKasme::keep) again_later(core, ue);
    return;
  }
  auto steps = untold(core, ue);
  if (steps.empty() || ue.kasme_asked) return;
  const Config& c = core.config;
  diameter::KasmeUpdateRequest request{.session_id = core.s6a.new_session_id(),
                                       .vendor_specific_application_id =
                                           diameter::VendorSpecificApplicationId{
                                               diameter::vendor_private, diameter::app_private, std::nullopt},
                                       .origin_host = c.identity,
                                       .origin_realm = c.realm,
                                       .destination_host = c.hss.identity,
                                       .destination_realm = c.hss.realm,
                                       .user_name = *ue.imsi,
                                       .rand = ue.lineage->rand,
                                       .epoch = ue.lineage->epoch,
                                       .ksi = ue.security->ksi().value};
  request.steps = std::move(steps);
  //= S0.D3
  if (c.policy.key_in_update) request.kasme = ue.security->kasme()->clone();
  ++ue.kasme_updates_tried;
  const auto token = core.s6a.request(c.hss.identity, request, core.now, *core.out);
  if (!token) {
    core.count("mme.s6a.unsent");
    return again_later(core, ue);
  }
  if (request.kasme) core.log_key(ue, KeyEvent::sent, *request.kasme, "KASME-Update Request", {}, c.hss.name);
  ue.kasme_asked = *token;
  core.kasme_asked[*token] = {ue.id, {ue.lineage->epoch, request.steps.back().step}};
  core.count("mme.kasme.update_sent");
  core.out->step({ue.subscriber(), procedure, "1", "KASME-Update Request", c.name, c.hss.name, "S6a+"});
}

bool on_kasme_answer(Core& core, peer::RequestToken token, const diameter::AnswerResult* result,
                     Bytes octets) {
  const auto at = core.kasme_asked.find(token);
  if (at == core.kasme_asked.end()) return false;
  const auto [id, asked] = at->second;
  core.kasme_asked.erase(at);
  Ue* ue = core.ues.find(id);
  if (ue == nullptr || ue->kasme_asked != token) return true;
  ue->kasme_asked.reset();
  if (result == nullptr) {
    core.count("mme.kasme.unanswered");
    again_later(core, *ue);
    return true;
  }
  const Config& c = core.config;
  core.out->step({ue->subscriber(), procedure, "2",
                  result->success() ? "KASME-Update Answer" : "KASME-Update Answer (refused)", c.hss.name,
                  c.name, "S6a+"});
  // Meanwhile there may have been a new AKA: what was asked was about the one before.
  const bool current = ue->lineage && ue->lineage->epoch == asked.epoch;
  if (!current) {
    tell_kasme(core, *ue);
    return true;
  }
  if (result->success()) {
    const auto answer = diameter::decode<diameter::KasmeUpdateAnswer>(octets);
    if (!answer || answer->epoch != asked.epoch || answer->step != asked.step) {
      core.count("mme.s6a.unusable_answer");
      again_later(core, *ue);
      return true;
    }
    core.count("mme.kasme.updated");
    ue->aka_told = true;
    ue->kasme_updates_tried = 0;
    context::acknowledged(*ue->lineage, asked.step);
    core.stop_timer(*ue, Timer::xkasme);
    tell_kasme(core, *ue);
    return true;
  }
  core.log(LogLevel::warning, core.label(*ue) + ": the HSS does not take its KASME: " + result->to_string());
  if (passes(*result)) {
    core.count("mme.kasme.update_later");
    again_later(core, *ue);
  } else if (elsewhere(*result)) {
    // The steps are kept: should the UE be here after all, the next location update tells them.
    core.count("mme.kasme.not_registered");
  } else {
    core.count("mme.kasme.update_refused");
    authenticate_again(core, *ue);
  }
  return true;
}

void on_stale_key(Core& core, Ue& ue) {
  core.count("mme.kasme.stale_use");
  const auto& policy = core.config.policy;
  core.log(LogLevel::warning, core.label(ue) + ": a key made of a KASME that it has left came into use");
  if (policy.inter_mme_kasme != context::InterMmeKasme::refresh_temporary) return;
  if (policy.confusion == context::Confusion::keep && ue.lineage) {
    // It is a normal key from here on.
    ue.kasme_kept = true;
    ue.kasme_updates_tried = 0;
    return tell_kasme(core, ue);
  }
  authenticate_again(core, ue);
}

void on_kasme_timer(Core& core, Ue& ue) { tell_kasme(core, ue); }

void run_due_aka(Core& core, Ue& ue) {
  const bool can = !ue.idle() && !ue.busy() && !ue.handover && ue.emm == Ue::Emm::registered && ue.ours();
  if (!can || !std::exchange(ue.aka_due, false)) return;
  core.count("mme.kasme.reauthentication");
  // Should it fail, what is untold is told again, and refused again.
  again_later(core, ue);
  core.run(ue, "reauthenticate", reauthenticate(core, ue));
}

}  // namespace baton::node::mme
