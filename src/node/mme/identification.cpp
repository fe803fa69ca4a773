// identification.cpp: the network asks a UE for its IMSI.
#include "node/mme/procedures.h"

namespace baton::node::mme {

namespace nas = wire::nas;

//= TS 24.301, 5.4.4
Task<Outcomes> identification(Core& core, Ue& ue) {
  const ByteVector request = nas::encode(nas::IdentityRequest{nas::IdentityType::imsi});
  //= TS 24.301, 5.4.4.6, case b
  for (int sent = 0; sent < spec_of(Timer::t3470).sends; ++sent) {
    // The network asks.
    if (!core.send_nas(ue, request)) co_return Fail{abandon("the UE cannot be reached")};
    core.step_to_ue(ue, "4", "Identity Request");
    core.start_timer(ue, Timer::t3470);

    auto wait = ue.inbox.next<nas::IdentityResponse, Expired>();
    auto got = co_await wait;
    const auto* response = std::get_if<nas::IdentityResponse>(&got);
    if (response == nullptr) continue;

    // The UE answers.
    core.stop_timer(ue, Timer::t3470);
    const Imsi* imsi = response->identity.imsi();
    if (imsi == nullptr) {
      const auto refusal =
          reject(nas::EmmCause::ue_identity_cannot_be_derived, "no IMSI in the Identity Response");
      co_return Fail{refusal};
    }
    ue.claimed = *imsi;
    ue.by_guti = false;
    core.step_from_ue(ue, "4", "Identity Response");
    core.flush_steps(ue);
    co_return Ok{};
  }
  co_return Fail{abandon("no Identity Response (T3470)")};
}

}  // namespace baton::node::mme
