// context_setup.cpp: the eNB gets keys and bearers of a UE.
#include "node/mme/procedures.h"

#include "keys/derive_eps.h"

namespace baton::node::mme {

namespace gtp2 = wire::gtp2;
namespace s1ap = wire::s1ap;

/// The null algorithms have no bit in S1AP, so everything moves up by one.
//= TS 36.413, 9.2.1.40
s1ap::UeSecurityCapabilities s1ap_capabilities(const wire::nas::UeNetworkCapability& c) {
  const auto shift = [](Byte b) {
    return static_cast<std::uint16_t>((static_cast<unsigned>(b) << 9U) & 0xFE00U);
  };
  return {shift(c.eea), shift(c.eia)};
}

s1ap::UeAmbr bit_rates(const Ue& ue) {
  const auto bounded = [](std::uint64_t bps) { return std::min<std::uint64_t>(bps, s1ap::bit_rate_max); };
  if (ue.subscription)
    return {bounded(ue.subscription->ambr_down_bps), bounded(ue.subscription->ambr_up_bps)};
  if (!ue.moved_ambr) return {};
  return {bounded(ue.moved_ambr->down_kbps * 1000ULL), bounded(ue.moved_ambr->up_kbps * 1000ULL)};
}

//= TS 36.413, 8.3.1
Outcomes send_context_setup(Core& core, Ue& ue, std::optional<ByteVector> nas, std::string_view step,
                            std::string_view text) {
  S1Connection* c = core.connection_of(ue);
  if (!c || !ue.security || !ue.as_count || !ue.session)
    return Fail{abandon("there is nothing to set a context up with")};
  //= S3.D6
  const Kasme* kasme = ue.security->kasme();
  if (kasme == nullptr) return Fail{abandon("another MME has kept its KASME")};

  //= TS 33.401, 7.2.6.2
  //= TS 33.401, 7.2.8.1
  // A fresh KeNB belongs to NCC 0; the NH of NCC 1 stays here. KeNB leaves and is gone.
  Kenb kenb = derive_kenb(*kasme, UplinkNasCount{*ue.as_count});
  const KeyId kasme_id = core.keys.id(*kasme);
  const KeyId kenb_id = core.keys.id(kenb);
  core.log_key(ue, KeyEvent::derived, kenb, "TS 33.401, A.3", {kasme_id});
  core.erase_as_keys(ue, "new KeNB");
  ue.nh = derive_nh(*kasme, kenb);
  ue.ncc = 1;
  ue.chain_hops = 1;
  core.log_key(ue, KeyEvent::derived, *ue.nh, "TS 33.401, A.4", {kasme_id, kenb_id});
  core.log_key(ue, KeyEvent::sent, kenb, "Initial Context Setup Request", {}, c->enb);
  core.log_key(ue, KeyEvent::erased, kenb, "given to the eNB");

  s1ap::ErabToSetup erab;
  erab.id = s1ap::ErabId{default_bearer};
  erab.qos.qci = ue.session->qci;
  erab.qos.arp.priority_level = ue.session->priority;
  erab.address = s1ap::TransportLayerAddress::from(*ue.session->s1u_upe.v4);
  erab.teid = ue.session->s1u_upe.teid;
  if (nas) erab.nas = s1ap::NasPdu{std::move(*nas)};
  std::vector<s1ap::ErabToSetup> erabs;
  erabs.push_back(std::move(erab));
  s1ap::InitialContextSetupRequest request{c->mme_id,
                                           c->enb_id,
                                           bit_rates(ue),
                                           std::move(erabs),
                                           s1ap_capabilities(ue.capability),
                                           std::move(kenb),
                                           ue.radio_capability,
                                           core.config.gummei};
  core.send_s1ap(c->link, c->stream(), s1ap::encode(request));
  core.step_to_enb(ue, step, text);
  return Ok{};
}

bool take_context_setup(Core& core, Ue& ue, const s1ap::InitialContextSetupResponse& response) {
  for (const auto& erab : response.erabs) {
    const auto address = erab.address.ipv4();
    if (erab.id.value != default_bearer || !address || !ue.session) continue;
    ue.session->s1u_enb = gtp2::FTeid{gtp2::InterfaceType::s1u_enb, erab.teid, *address, std::nullopt};
    ue.context_at_enb = true;
    return true;
  }
  core.count("mme.s1ap.setup_without_bearer");
  return false;
}

}  // namespace baton::node::mme
