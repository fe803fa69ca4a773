// as_context.cpp: algorithms, keys and bearers of a UE's context, set up by its MME or handed over.
#include <set>

#include "node/enb/enb.h"

namespace baton::node::enb {
namespace {

/// S1AP has no bit for the null algorithms, which every UE has.
//= TS 36.413, 9.2.1.40
AlgorithmCapability capability_of(const s1ap::UeSecurityCapabilities& c) {
  return {static_cast<Byte>(0x80U | static_cast<unsigned>(c.eea) >> 9U),
          static_cast<Byte>(0x80U | static_cast<unsigned>(c.eia) >> 9U)};
}

}  // namespace

//= TS 33.401, 7.2.4.3.1
std::optional<Chosen> Enb::algorithms(const s1ap::UeSecurityCapabilities& ue) const {
  const auto chosen = choose(capability_of(ue), config_.ciphering_order, config_.integrity_order);
  if (!chosen) out_->count("as_no_algorithm");
  return chosen;
}

AsSecurity Enb::as_security(Kenb kenb, Byte ncc, Chosen algorithms) {
  //= TS 33.401, A.7
  KupEnc kup_enc = derive_kup_enc(kenb, algorithms.eea);
  log_key(KeyEvent::derived, kup_enc, "TS 33.401, A.7", {keys_.id(kenb)});
  return {std::move(kenb), ncc, algorithms, std::move(kup_enc)};
}

bool Enb::start_bearer(context::SignallingBearer& bearer, const AsSecurity& keys) {
  const KeyId kenb = keys_.id(keys.kenb);
  KrrcInt krrc_int = derive_krrc_int(keys.kenb, keys.algorithms.eia);
  KrrcEnc krrc_enc = derive_krrc_enc(keys.kenb, keys.algorithms.eea);
  if (!bearer.start_integrity(keys.algorithms.eia, std::move(krrc_int)) ||
      !bearer.start_ciphering(keys.algorithms.eea, std::move(krrc_enc)))
    return false;
  log_key(KeyEvent::derived, *bearer.krrc_int(), "TS 33.401, A.7", {kenb});
  log_key(KeyEvent::derived, *bearer.krrc_enc(), "TS 33.401, A.7", {kenb});
  return true;
}

Teid Enb::new_teid() {
  // 0 is reserved. A number is long free again when the counter comes round.
  if (++last_teid_ == 0) ++last_teid_;
  return Teid{last_teid_};
}

//= TS 36.413, 8.3.1.4: an E-RAB that comes twice is set up in no instance
Enb::Admission Enb::admit(const std::vector<Wanted>& wanted) {
  Admission out;
  std::set<std::uint8_t> once, twice, reported;
  for (const Wanted& w : wanted)
    if (!once.insert(w.id.value).second) twice.insert(w.id.value);
  for (const Wanted& w : wanted) {
    const auto refuse = [&](s1ap::Cause cause) { out.failed.push_back({w.id, cause}); };
    if (twice.contains(w.id.value)) {
      if (reported.insert(w.id.value).second) refuse(s1ap::CauseRadioNetwork::multiple_erab_id_instances);
      continue;
    }
    if (w.id.value < 5 || out.erabs.size() >= rrc::bearers_max) {
      refuse(s1ap::CauseRadioNetwork::radio_resources_not_available);
      continue;
    }
    if (!w.address.ipv4() || !w.fits) {
      refuse(s1ap::CauseTransport::transport_resource_unavailable);
      continue;
    }
    const Byte drb = static_cast<Byte>(out.erabs.size() + 1);
    out.erabs[w.id.value] = {w.address, w.teid, new_teid(), drb, {}};
    out.bearers.push_back({w.id.value, drb});
  }
  return out;
}

}  // namespace baton::node::enb
