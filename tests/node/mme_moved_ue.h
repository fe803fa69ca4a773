// mme_moved_ue.h: what another MME says of a UE that has moved here idle.
#pragma once

#include <utility>

#include "node/mme_stage.h"

namespace baton::node::mme::test {

/// The other MME's end of S10.
inline constexpr Teid their_end{0x5151};

/// response_with is the Context Response with this context of the UE, and its session at the stage's UPE.
inline gtp2::ContextResponse response_with(gtp2::EpsMmContext mm, const Phone& ue, const Stage& stage) {
  gtp2::ContextResponse r;
  r.imsi = ue.imsi;
  r.mm = std::move(mm);
  r.mm->used_ambr = gtp2::Ambr{50'000, 100'000};
  r.mm->ue_network_capability = {0xE0, 0x60};
  const Ipv4 upe = stage.mme.config().upe.endpoint.address;
  gtp2::BearerMoved bearer;
  bearer.ebi = gtp2::Ebi{5};
  bearer.s1u_sgw = {gtp2::InterfaceType::s1u_sgw, Teid{0x9100}, upe, {}};
  gtp2::PdnConnection pdn;
  pdn.apn = gtp2::Apn{"internet"};
  pdn.ipv4 = Ipv4{{10, 45, 0, 9}};
  pdn.linked_ebi = gtp2::Ebi{5};
  pdn.pgw = {gtp2::InterfaceType::s5_pgw_control, Teid{1}, upe, {}};
  pdn.bearers.push_back(bearer);
  r.pdn_connections.push_back(pdn);
  r.sender = gtp2::FTeid{gtp2::InterfaceType::s10_mme, their_end, Stage::other_mme().endpoint.address, {}};
  r.sgw_s11 = gtp2::FTeid{gtp2::InterfaceType::s11_sgw, Teid{0x9000}, upe, {}};
  return r;
}

}  // namespace baton::node::mme::test
