#include "node/mme/context_transfer.h"

#include <algorithm>
#include <utility>

#include "context/algorithms.h"
#include "node/mme/delegation.h"
#include "node/mme/gea.h"
#include "node/mme/kasme_refresh.h"

namespace baton::node::mme {

namespace gtp2 = wire::gtp2;
namespace nas = wire::nas;

namespace {

using gtp2::CauseValue;

/// Key sets a UE can name; 7 means that there is none.
//= TS 24.301, 9.9.3.21
constexpr Byte ksi_max = 6;
constexpr Byte no_ksi = 7;

std::uint32_t kbps_of(std::uint64_t bps) { return static_cast<std::uint32_t>((bps + 999) / 1000); }

template <class Element>
ByteVector octets_of(const Element& element) {
  wire::Writer w;
  element.write(w);
  return w.done();
}

/// allowed is the pair of algorithms another MME chose, if this MME's operator would have them too.
//= TS 33.401, 7.2.4.3.1
std::optional<Chosen> allowed(const Config& config, const gtp2::EpsMmContext& mm,
                              const nas::UeNetworkCapability& ue) {
  const auto eea = eea_from(mm.nas_ciphering);
  const auto eia = eia_from(mm.nas_integrity);
  if (!eea || !eia || *eia == Eia::eia0 || !context::is_built(*eea) || !context::is_built(*eia))
    return std::nullopt;
  const auto lists = [](const std::vector<Byte>& order, Byte n) {
    return std::find(order.begin(), order.end(), n) != order.end();
  };
  if (!lists(config.integrity_order, mm.nas_integrity)) return std::nullopt;
  const bool cipher_allowed =
      *eea == Eea::eea0 ? config.allow_null_ciphering : lists(config.ciphering_order, mm.nas_ciphering);
  if (!cipher_allowed) return std::nullopt;
  if (!ue.has_eia(mm.nas_integrity) || !ue.has_eea(mm.nas_ciphering)) return std::nullopt;
  return Chosen{*eea, *eia};
}

}  // namespace

// --- away ---------------------------------------------------------------------------------------

std::optional<gtp2::EpsMmContext> mm_context_of(Core& core, Ue& ue, const std::string& to,
                                                std::string_view message, const Renewed* renewed,
                                                gtp2::MovePrivate* delegated) {
  if (!ue.security || !ue.security->active() || ue.security->ksi().mapped) return std::nullopt;
  const context::EpsSecurityContext& s = *ue.security;
  const auto up = s.uplink().next();
  const auto down = s.downlink().next();
  if (!up || !down) {
    core.count("mme.s10.count_spent");
    return std::nullopt;
  }
  gtp2::EpsMmContext mm{.ksi = s.ksi().value,
                        .nas_integrity = static_cast<Byte>(s.algorithms().eia),
                        .nas_ciphering = static_cast<Byte>(s.algorithms().eea),
                        .uplink_count = *up,
                        .downlink_count = *down};
  const bool whole = renewed == nullptr && delegated == nullptr;
  if (renewed != nullptr) {
    put_renewed(mm, *renewed);
  } else if (delegated != nullptr) {
    //= S3.D6
    // No key set is named beside a KASME that is none: who overlooks the rest refuses.
    mm.ksi = no_ksi;
    put_delegated(core, ue, to, message, *delegated);
  } else if (s.kasme() != nullptr) {
    mm.kasme = s.kasme()->clone();
  } else {
    core.count("mme.delegated.kasme_needed");
    return std::nullopt;
  }
  if (mm.kasme) core.log_key(ue, KeyEvent::sent, *mm.kasme, std::string(message), {}, to);
  std::optional<gtp2::NextHop> chain;
  if (ue.nh && whole) {
    chain = gtp2::NextHop{ue.nh->clone(), ue.ncc};
    core.log_key(ue, KeyEvent::sent, chain->nh, std::string(message), {}, to);
  }
  //= TS 33.401, 7.2.10
  if (ue.old_chain && whole) {
    // The radio runs on another KASME than NAS: its chain goes with that one.
    mm.old_security =
        gtp2::OldEpsSecurity{ue.old_chain->ksi.value, ue.old_chain->kasme.clone(), std::move(chain)};
    core.log_key(ue, KeyEvent::sent, mm.old_security->kasme, std::string(message), {}, to);
  } else {
    mm.next_hop = std::move(chain);
  }
  if (ue.subscription) {
    mm.subscribed_ambr =
        gtp2::Ambr{kbps_of(ue.subscription->ambr_up_bps), kbps_of(ue.subscription->ambr_down_bps)};
    mm.used_ambr = mm.subscribed_ambr;
  } else {
    mm.subscribed_ambr = ue.moved_ambr;
    mm.used_ambr = ue.moved_ambr;
  }
  mm.ue_network_capability = octets_of(ue.capability);
  if (ue.ms_capability) mm.ms_network_capability = ue.ms_capability->bytes();
  if (ue.imeisv) mm.mei = gtp2::Mei{ue.imeisv->digits()};
  return mm;
}

std::vector<gtp2::PdnConnection> pdn_connections_of(const Core& core, const Ue& ue) {
  std::vector<gtp2::PdnConnection> out;
  if (!ue.session) return out;
  const Session& s = *ue.session;
  gtp2::BearerMoved bearer;
  bearer.ebi = gtp2::Ebi{default_bearer};
  bearer.s1u_sgw = s.s1u_upe;
  bearer.qos.qci = s.qci;
  bearer.qos.priority = s.priority;
  gtp2::PdnConnection pdn;
  pdn.apn = gtp2::Apn{s.apn};
  pdn.ipv4 = s.address.v4;
  pdn.linked_ebi = gtp2::Ebi{default_bearer};
  // The UPE stands in for the gateway until there is an S5.
  pdn.pgw = {gtp2::InterfaceType::s5_pgw_control, s.upe_teid, core.config.upe.endpoint.address, std::nullopt};
  pdn.bearers.push_back(std::move(bearer));
  if (ue.subscription)
    pdn.ambr = {kbps_of(ue.subscription->ambr_up_bps), kbps_of(ue.subscription->ambr_down_bps)};
  else if (ue.moved_ambr)
    pdn.ambr = *ue.moved_ambr;
  out.push_back(std::move(pdn));
  return out;
}

gtp2::FTeid sgw_end_of(const Core& core, const Ue& ue) {
  return {gtp2::InterfaceType::s11_sgw, ue.session->upe_teid, core.config.upe.endpoint.address, std::nullopt};
}

// --- here ---------------------------------------------------------------------------------------

Expected<Ok, CauseValue> adopt_mm_context(Core& core, Ue& ue, gtp2::EpsMmContext mm, const std::string& from,
                                          std::string_view message, gtp2::MovePrivate* delegated) {
  const auto capability = nas::UeNetworkCapability::parse(mm.ue_network_capability);
  std::optional<nas::MsNetworkCapability> ms_capability;
  if (!mm.ms_network_capability.empty())
    ms_capability = nas::MsNetworkCapability::parse(mm.ms_network_capability);
  const auto chosen = capability ? allowed(core.config, mm, *capability) : std::nullopt;
  // An old KASME is what the radio still runs on: the chain is its own, or there is none. An NH of the new
  // KASME only, beside an old one, belongs to a chain that nobody has begun.
  //= TS 33.401, 7.2.10
  const bool chains_mixed = mm.old_security && !mm.old_security->next_hop && mm.next_hop;
  const Byte ksi = delegated != nullptr ? delegated->nas_keys->ksi : mm.ksi;
  const bool readable = ksi <= ksi_max && (delegated != nullptr || mm.kasme) && capability && !chains_mixed &&
                        (mm.ms_network_capability.empty() || ms_capability);
  if (!readable || !chosen) {
    core.count(readable ? "mme.s10.algorithms_refused" : "mme.s10.context_unusable");
    core.log(LogLevel::warning, core.label(ue) + ": the context " + from + " sends is not taken: " +
                                    (readable ? "its algorithms are not allowed here" : "it is incomplete"));
    drop_mm_context(core, ue.subscriber(), std::move(mm), from, message);
    if (delegated != nullptr) drop_beside(core, ue.subscriber(), *delegated, from, message);
    return Fail{readable ? CauseValue::request_rejected : CauseValue::mandatory_ie_incorrect};
  }

  const std::string why(message);
  ue.capability = *capability;
  keep_gprs_capability(ue, ms_capability);
  const auto capabilities = nas::UeSecurityCapability::of(ue.capability, ue.gea);
  if (delegated != nullptr) {
    //= S3.D6
    core.count("mme.delegated.in");
    gtp2::NasKeys& keys = *delegated->nas_keys;
    core.log_key(ue, KeyEvent::received, *delegated->kho, why, {}, from);
    core.log_key(ue, KeyEvent::received, keys.enc, why, {}, from);
    core.log_key(ue, KeyEvent::received, keys.integrity, why, {}, from);
    ue.security.emplace(
        context::Delegated{
            {std::move(*delegated->kho), keys.raw}, std::move(keys.enc), std::move(keys.integrity)},
        *chosen, nas::Ksi::native(ksi), capabilities);
    delegated->kho.reset();
    delegated->nas_keys.reset();
  } else {
    core.log_key(ue, KeyEvent::received, *mm.kasme, why, {}, from);
    ue.security.emplace(context::Side::network, std::move(*mm.kasme), nas::Ksi::native(ksi), capabilities);
    if (!ue.security->activate(*chosen)) {  // `allowed` has asked the same questions
      core.erase_security(ue, "its algorithms cannot be taken into use");
      return Fail{CauseValue::request_rejected};
    }
    const KeyId parent = core.keys.id(*ue.security->kasme());
    core.log_key(ue, KeyEvent::derived, *ue.security->knas_enc(), "TS 33.401, A.7", {parent});
    core.log_key(ue, KeyEvent::derived, *ue.security->knas_int(), "TS 33.401, A.7", {parent});
  }
  ue.security->set_counts(NasCounter::starting_at(mm.uplink_count),
                          NasCounter::starting_at(mm.downlink_count));
  ue.ue_ksi = ue.security->ksi();
  if (mm.next_hop) {
    core.log_key(ue, KeyEvent::received, mm.next_hop->nh, why, {}, from);
    ue.nh = std::move(mm.next_hop->nh);
    ue.ncc = mm.next_hop->ncc;
  }
  if (mm.old_security) {
    gtp2::OldEpsSecurity& old = *mm.old_security;
    core.log_key(ue, KeyEvent::received, old.kasme, why, {}, from);
    if (old.next_hop) {
      ue.old_chain = OldChain{nas::Ksi::native(old.ksi), std::move(old.kasme)};
      core.log_key(ue, KeyEvent::received, old.next_hop->nh, why, {}, from);
      if (ue.nh) core.log_key(ue, KeyEvent::erased, *ue.nh, "the radio runs on another KASME");
      ue.nh = std::move(old.next_hop->nh);
      ue.ncc = old.next_hop->ncc;
    } else {
      core.log_key(ue, KeyEvent::erased, old.kasme, "no radio runs on it");
    }
  }
  // Vectors another MME fetched are not kept: this one fetches its own when it needs one.
  for (gtp2::Quadruplet& vector : mm.vectors) {
    core.log_key(ue, KeyEvent::received, vector.kasme, why, {}, from);
    core.log_key(ue, KeyEvent::erased, vector.kasme, "unused vector");
  }
  ue.moved_ambr = mm.used_ambr ? mm.used_ambr : mm.subscribed_ambr;
  if (mm.mei) {
    if (const auto imeisv = Imeisv::parse(mm.mei->digits)) ue.imeisv = *imeisv;
  }
  return Ok{};
}

bool adopt_pdn_connections(Core& core, Ue& ue, const std::vector<gtp2::PdnConnection>& pdns,
                           const gtp2::FTeid& sgw_s11) {
  // The network has one UPE and a UE one bearer; a move that would change either is not taken.
  const bool here = sgw_s11.interface == gtp2::InterfaceType::s11_sgw && sgw_s11.teid.value != 0 &&
                    sgw_s11.v4 == core.config.upe.endpoint.address;
  const bool one = pdns.size() == 1 && pdns.front().linked_ebi.value == default_bearer &&
                   pdns.front().bearers.size() == 1 &&
                   pdns.front().bearers.front().ebi.value == default_bearer && pdns.front().ipv4 &&
                   pdns.front().bearers.front().s1u_sgw.v4;
  const auto teid = here && one ? core.draw_teid() : std::nullopt;
  if (!teid) {
    core.count("mme.s10.session_unusable");
    return false;
  }
  const gtp2::PdnConnection& pdn = pdns.front();
  const gtp2::BearerMoved& bearer = pdn.bearers.front();
  core.ues.tunnel(ue, *teid);
  ue.session = Session{pdn.apn.value,  sgw_s11.teid,        bearer.s1u_sgw, gtp2::Paa::ipv4(*pdn.ipv4),
                       bearer.qos.qci, bearer.qos.priority, std::nullopt,   true};
  if (!ue.moved_ambr) ue.moved_ambr = pdn.ambr;
  return true;
}

void drop_mm_context(Core& core, const std::string& subscriber, gtp2::EpsMmContext mm,
                     const std::string& from, std::string_view message) {
  const auto gone = [&](const auto& key) {
    const std::string why(message);
    core.keys.write(*core.out, core.now, KeyEvent::received, subscriber, key, why, {}, from);
    core.keys.write(*core.out, core.now, KeyEvent::erased, subscriber, key, "not taken into use");
  };
  if (mm.kasme) gone(*mm.kasme);
  if (mm.next_hop) gone(mm.next_hop->nh);
  for (const gtp2::Quadruplet& vector : mm.vectors) gone(vector.kasme);
  if (!mm.old_security) return;
  gone(mm.old_security->kasme);
  if (mm.old_security->next_hop) gone(mm.old_security->next_hop->nh);
}

}  // namespace baton::node::mme
