// authentication.cpp: EPS AKA, network side.
#include "node/mme/kasme_update.h"
#include "node/mme/procedures.h"
#include "node/mme/s6a_causes.h"
#include "wire/diameter/message.h"

namespace baton::node::mme {

namespace diameter = wire::diameter;
namespace nas = wire::nas;

namespace {

/// Verdict is how one challenge ended.
struct Verdict {
  enum class Is : Byte { accepted, wrong_res, refused_by_ue, out_of_sync, silent };
  Is is;
  std::optional<Auts> auts{};
};

/// fetch_vector asks the home network for one vector.
//= TS 33.401, 6.1.2
Task<Expected<diameter::EutranVector, Refusal>> fetch_vector(
    Core& core, Ue& ue, std::optional<diameter::Resynchronization> resync) {
  diameter::RequestedEutranAuthenticationInfo wanted;
  wanted.number_of_requested_vectors = 1;
  wanted.immediate_response_preferred = 1;
  const bool again = resync.has_value();
  wanted.resynchronization = std::move(resync);
  const Config& c = core.config;
  const diameter::AuthenticationInformationRequest request{
      .session_id = core.s6a.new_session_id(),
      .vendor_specific_application_id =
          diameter::VendorSpecificApplicationId{diameter::vendor_3gpp, diameter::app_s6a, std::nullopt},
      .origin_host = c.identity,
      .origin_realm = c.realm,
      .destination_host = c.hss_host(),
      .destination_realm = c.hss.realm,
      .user_name = *ue.claimed,
      .requested_eutran = wanted,
      .visited_plmn = c.gummei.plmn,
      .overload = diameter::OcSupportedFeatures{diameter::oc_feature::loss_algorithm}};
  //= RFC 7683, 6
  // What has begun is gone on with: a challenge that the card answered with a resynchronisation, not a new
  // one.
  const DiameterIdentity* hss = c.more_hss.empty() ? &c.hss.identity : core.s6a.open_peer_in(c.hss.realm);
  if (!again && hss != nullptr && core.hss_load.abate(*hss, core.now)) {
    core.count("mme.s6a.held_back");
    co_return Fail{reject(nas::EmmCause::congestion, "the HSS asks for fewer requests")};
  }
  if (!core.ask_hss(ue, request))
    co_return Fail{reject(nas::EmmCause::network_failure, "the HSS cannot be reached")};
  core.step_to_hss(ue, "5a",
                   again ? "Authentication Information Request (resynchronisation)"
                         : "Authentication Information Request");

  auto wait = ue.inbox.next<HssAnswer, HssSilent>();
  auto got = co_await wait;
  const auto* answer = std::get_if<HssAnswer>(&got);
  if (answer == nullptr) co_return Fail{reject(nas::EmmCause::network_failure, "the HSS does not answer")};
  if (!answer->result.success()) {
    core.step_from_hss(ue, "5a", "Authentication Information Answer (refused)");
    co_return Fail{reject(emm_cause_for(answer->result), "the HSS gives no vector")};
  }
  auto aia = diameter::decode<diameter::AuthenticationInformationAnswer>(answer->octets);
  if (!aia || !aia->authentication_info || aia->authentication_info->eutran_vectors.empty()) {
    core.count("mme.s6a.unusable_answer");
    co_return Fail{reject(nas::EmmCause::network_failure, "the HSS's answer holds no vector")};
  }
  core.step_from_hss(ue, "5a", "Authentication Information Answer");
  co_return std::move(aia->authentication_info->eutran_vectors.front());
}

/// challenge sends RAND and AUTN until the UE says something or T3460 has run out for the last time.
//= TS 24.301, 5.4.2.2
Task<Verdict> challenge(Core& core, Ue& ue, const diameter::EutranVector& vector, nas::Ksi ksi) {
  const ByteVector request = nas::encode(nas::AuthenticationRequest{ksi, vector.rand, vector.autn});
  //= TS 24.301, 5.4.2.7, case b
  for (int sent = 0; sent < spec_of(Timer::t3460).sends; ++sent) {
    if (!core.send_nas(ue, request)) break;
    core.step_to_ue(ue, "5a", "Authentication Request");
    core.start_timer(ue, Timer::t3460);

    auto wait = ue.inbox.next<nas::AuthenticationResponse, nas::AuthenticationFailure, Expired>();
    auto got = co_await wait;
    if (std::holds_alternative<Expired>(got)) continue;
    core.stop_timer(ue, Timer::t3460);

    //= TS 24.301, 5.4.2.4
    if (const auto* response = std::get_if<nas::AuthenticationResponse>(&got)) {
      core.step_from_ue(ue, "5a", "Authentication Response");
      const bool same = constant_time_equal(response->res.bytes(), vector.xres.expose());
      co_return Verdict{same ? Verdict::Is::accepted : Verdict::Is::wrong_res};
    }
    //= TS 24.301, 5.4.2.6
    const auto& failure = *std::get_if<nas::AuthenticationFailure>(&got);
    if (failure.cause == nas::EmmCause::synch_failure && failure.auts) {
      core.step_from_ue(ue, "5a", "Authentication Failure (synch failure)");
      co_return Verdict{Verdict::Is::out_of_sync, failure.auts};
    }
    core.step_from_ue(ue, "5a", "Authentication Failure");
    co_return Verdict{Verdict::Is::refused_by_ue};
  }
  co_return Verdict{Verdict::Is::silent};
}

/// ksi_for is a key set number that neither side uses for this UE now.
//= TS 33.401, 6.1.1
nas::Ksi ksi_for(const Ue& ue) {
  Byte n = static_cast<Byte>((ue.ue_ksi.value + 1U) % 7U);
  if (ue.security && ue.security->ksi().value == n) n = static_cast<Byte>((n + 1U) % 7U);
  if (ue.ue_ksi.value == n) n = static_cast<Byte>((n + 1U) % 7U);
  return nas::Ksi::native(n);
}

}  // namespace

//= TS 24.301, 5.4.2
Task<Outcomes> authentication(Core& core, Ue& ue) {
  std::optional<diameter::Resynchronization> resync;
  bool resynced = false;
  const nas::Ksi ksi = ksi_for(ue);
  for (;;) {
    // The home network gives a vector.
    auto fetch = fetch_vector(core, ue, std::move(resync));
    auto vector = co_await fetch;
    if (!vector) co_return Fail{vector.why()};
    resync.reset();
    core.log_key(ue, KeyEvent::received, vector->kasme, "authentication vector", {}, core.config.hss.name);
    Kept<Kasme> kasme(core, ue, std::move(vector->kasme), "authentication did not succeed");

    // The UE is challenged and answers.
    auto put = challenge(core, ue, *vector, ksi);
    const auto verdict = co_await put;
    switch (verdict.is) {
      case Verdict::Is::accepted:
        core.erase_context(ue, ue.fresh, "replaced by a newer vector");
        ue.fresh.emplace(context::Side::network, kasme.take(), ksi,
                         nas::UeSecurityCapability::of(ue.capability, ue.gea));
        begin_lineage(core, ue, vector->rand, vector->epoch);
        co_return Ok{};

      case Verdict::Is::silent: co_return Fail{abandon("no Authentication Response (T3460)")};

      case Verdict::Is::out_of_sync:
        //= TS 24.301, 5.4.2.7, case e
        if (resynced) co_return Fail{reject_authentication("out of synchronisation twice")};
        resynced = true;
        resync = diameter::Resynchronization{vector->rand, *verdict.auts};
        continue;

      case Verdict::Is::wrong_res:
      case Verdict::Is::refused_by_ue: {
        //= TS 24.301, 5.4.2.5
        //= TS 24.301, 5.4.2.7, cases c and d
        // Whose vector this was came from a GUTI: perhaps it is somebody else's by now.
        if (!ue.by_guti) co_return Fail{reject_authentication("the UE failed authentication")};
        const Imsi tried = *ue.claimed;
        auto identify = identification(core, ue);
        auto identified = co_await identify;
        if (!identified) co_return Fail{identified.why()};
        if (*ue.claimed == tried) co_return Fail{reject_authentication("the UE failed authentication")};
        resynced = false;  // that was somebody else's card
        continue;
      }
    }
  }
}

}  // namespace baton::node::mme
