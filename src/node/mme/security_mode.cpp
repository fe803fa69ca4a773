// security_mode.cpp: the keys of an authentication are taken into use.
#include "node/mme/security_mode.h"

#include <algorithm>
#include <vector>

#include "context/algorithms.h"
#include "node/mme/kasme_update.h"
#include "node/mme/procedures.h"

namespace baton::node::mme {

namespace nas = wire::nas;

std::optional<Chosen> algorithms_for(const Config& config, const nas::UeNetworkCapability& ue) {
  std::vector<Eea> ciphering;
  for (const Byte n : config.ciphering_order)
    if (const auto a = eea_from(n); a && *a != Eea::eea0 && context::is_built(*a)) ciphering.push_back(*a);
  if (config.allow_null_ciphering) ciphering.push_back(Eea::eea0);
  std::vector<Eia> integrity;
  for (const Byte n : config.integrity_order)
    if (const auto a = eia_from(n); a && *a != Eia::eia0 && context::is_built(*a)) integrity.push_back(*a);
  return choose(AlgorithmCapability{ue.eea, ue.eia}, ciphering, integrity);
}

//= TS 24.301, 5.4.3
Task<Outcomes> security_mode(Core& core, Ue& ue, std::optional<NasCount> refreshed_with) {
  // The MME chooses algorithms and derives their keys.
  const auto chosen = algorithms_for(core.config, ue.capability);
  if (!chosen) {
    core.count("mme.security_mode.no_common_algorithm");
    const auto refusal = reject(nas::EmmCause::ue_security_capabilities_mismatch, "no algorithm in common");
    co_return Fail{refusal};
  }
  if (chosen->eea == Eea::eea0) {
    core.count("mme.security_mode.null_ciphering");
    core.log(LogLevel::warning, core.label(ue) + ": null ciphering, the UE has nothing else");
  }
  // A context that moved here has the algorithms of the MME it comes from; they may be this one's too.
  if (ue.fresh && ue.fresh->active() && ue.fresh->algorithms() != *chosen) {
    core.log_key(ue, KeyEvent::erased, *ue.fresh->knas_enc(), "new algorithms");
    core.log_key(ue, KeyEvent::erased, *ue.fresh->knas_int(), "new algorithms");
  }
  if (!ue.fresh || !ue.fresh->active() || ue.fresh->algorithms() != *chosen) {
    if (!ue.fresh || !ue.fresh->activate(*chosen)) {
      co_return Fail{
          reject(nas::EmmCause::network_failure, "the chosen algorithms cannot be taken into use")};
    }
    const KeyId parent = core.keys.id(*ue.fresh->kasme());
    core.log_key(ue, KeyEvent::derived, *ue.fresh->knas_enc(), "TS 33.401, A.7", {parent});
    core.log_key(ue, KeyEvent::derived, *ue.fresh->knas_int(), "TS 33.401, A.7", {parent});
  }

  //= TS 24.301, 5.4.3.2
  nas::SecurityModeCommand command;
  command.algorithms = {static_cast<Byte>(chosen->eea), static_cast<Byte>(chosen->eia)};
  command.ksi = ue.fresh->ksi();
  command.replayed_capability = nas::UeSecurityCapability::of(ue.capability, ue.gea);
  if (core.config.ask_imeisv) command.imeisv_request = nas::ImeisvRequest{true};
  // Whoever knows the element says what it heard, above all when it heard nothing. (Announcement)
  if (context::beyond_final(core.config.policy))
    command.announcement = nas::AnnouncementEcho{context::Announcement::of(core.config.policy).encode(),
                                                 ue.announced.value_or(ByteVector{})};
  //= S0.D2
  if (refreshed_with) command.kasme = nas::KasmeNotice{refreshed_with->sqn()};
  const ByteVector plain = nas::encode(command);

  //= TS 24.301, 5.4.3.7, case b
  // Under KASME' of an idle move once: the MME that it comes from waits for an answer for 9 s, and takes the
  // UE back if it hears no in time.
  const int sends = refreshed_with ? 1 : spec_of(Timer::t3460).sends;
  for (int sent = 0; sent < sends; ++sent) {
    if (!core.send_nas(ue, plain, Protection::new_context)) break;
    core.step_to_ue(ue, "5a", "Security Mode Command");
    core.start_timer(ue, Timer::t3460);

    auto wait = ue.inbox.next<nas::SecurityModeComplete, nas::SecurityModeReject, Expired>();
    auto got = co_await wait;
    if (std::holds_alternative<Expired>(got)) continue;
    core.stop_timer(ue, Timer::t3460);

    //= TS 24.301, 5.4.3.5
    if (const auto* refused = std::get_if<nas::SecurityModeReject>(&got)) {
      core.step_from_ue(ue, "5a", "Security Mode Reject");
      core.count("mme.security_mode.rejected_by_ue");
      const bool mismatch = refused->cause == nas::EmmCause::ue_security_capabilities_mismatch;
      const auto refusal = reject(mismatch ? nas::EmmCause::ue_security_capabilities_mismatch
                                           : nas::EmmCause::security_mode_rejected_unspecified,
                                  "the UE rejected the security mode");
      co_return Fail{refusal};
    }

    //= TS 24.301, 5.4.3.4
    const auto& complete = *std::get_if<nas::SecurityModeComplete>(&got);
    core.step_from_ue(ue, "5a", "Security Mode Complete");
    if (complete.imeisv) {
      if (const Imeisv* imeisv = complete.imeisv->imeisv()) ue.imeisv = *imeisv;
    }
    core.retire_security(ue, "replaced by a new security context");
    ue.security = std::move(ue.fresh);
    ue.fresh.reset();
    ue.secured = true;
    ue.as_count = ue.security->last_received();
    ue.ue_ksi = ue.security->ksi();
    if (!refreshed_with) take_lineage(core, ue);  // that of KASME' came with it
    ue.upe_key = {};
    co_return Ok{};
  }
  co_return Fail{abandon("no Security Mode Complete (T3460)")};
}

}  // namespace baton::node::mme
