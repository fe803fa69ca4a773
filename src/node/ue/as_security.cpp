// as_security.cpp: the keys of the radio connection, from KASME and the uplink COUNT.
#include <algorithm>

#include "context/algorithms.h"
#include "node/ue/ue.h"

namespace baton::node::ue {

namespace rrc = wire::rrc;

/// A genuine command whose MAC-I is wrong comes again every half second (peer/radio_link.h); after so many
/// the cell is told.
constexpr int as_forgeries_max = 3;

//= TS 36.331, 5.3.4.3
bool Ue::on_as_command(Bytes pdu, const rrc::SecurityModeCommand& m) {
  const auto refuse = [&](const char* why) {
    count("ue.as_security_refused");
    log(LogLevel::warning, std::string("AS security refused: ") + why);
    send_rrc(rrc::SecurityModeFailure{});
    return true;
  };
  // That NAS has heard nothing protected yet is no objection: after a service request this command is the
  // network's first proof, and only who knows KASME can have made its MAC-I.
  if (!current_) return refuse("no NAS security");
  const auto eea = eea_from(m.algorithms.eea);
  const auto eia = eia_from(m.algorithms.eia);
  const auto& can = config_.capability;
  if (!eea || !eia || !can.has_eea(m.algorithms.eea) || (!can.has_eia(m.algorithms.eia) && *eia != Eia::eia0))
    return refuse("algorithms the UE does not have");
  //= TS 33.401, 5.1.4.1
  if (*eia == Eia::eia0 && config_.null_integrity == context::NullIntegrity::refuse)
    return refuse("null integrity");
  auto kenb = current_->kenb();
  if (!kenb) return refuse("no uplink COUNT to derive KeNB from");
  if (current_->kenb_count()->count == kenb_used_for_) return refuse("KeNB was in use already");
  if (!context::is_built(*eea)) return refuse("an algorithm that is not built in");
  if (!srb1_->unprotect_command(pdu, *eia, derive_krrc_int(*kenb, *eia))) {
    // A forgery takes the place of the genuine frame only until that is sent again. If that is no better,
    // the cell does not hold our key.
    count("ue.as_command_forged");
    if (++as_forgeries_ <= as_forgeries_max) return false;
    return refuse("wrong MAC-I");
  }

  if (doing_ == "attach") received_step("18", "AS Security Mode Command");
  set_up_as(std::move(*kenb), m.algorithms, {id_of(*current_->kasme())}, "TS 33.401, A.3");
  // The Complete is the last message that is not ciphered.
  send_rrc(rrc::SecurityModeComplete{});
  (void)srb1_->start_ciphering(*eea, derive_krrc_enc(as_->kenb, *eea));
  (void)srb2_->start_integrity(*eia, derive_krrc_int(as_->kenb, *eia));
  (void)srb2_->start_ciphering(*eea, derive_krrc_enc(as_->kenb, *eea));
  if (doing_ == "attach") sent_step("18", "AS Security Mode Complete");
  return true;
}

void Ue::set_up_as(Kenb kenb, rrc::AsAlgorithms algorithms, std::vector<KeyId> parents,
                   std::string_view clause) {
  const Eea eea = *eea_from(algorithms.eea);
  const Eia eia = *eia_from(algorithms.eia);
  const std::vector<KeyId> from{id_of(kenb)};
  write_key(KeyEvent::derived, kenb, std::string(clause), std::move(parents));
  write_key(KeyEvent::derived, derive_krrc_int(kenb, eia), "TS 33.401, A.7", from);
  write_key(KeyEvent::derived, derive_krrc_enc(kenb, eea), "TS 33.401, A.7", from);
  KupEnc kup = derive_kup_enc(kenb, eea);
  write_key(KeyEvent::derived, kup, "TS 33.401, A.7", from);
  as_.emplace(AsSecurity{algorithms, std::move(kenb), std::move(kup), 0, {}, {}, {}});
  kenb_used_for_ = current_->kenb_count()->count;
}

bool Ue::usable(rrc::AsAlgorithms algorithms) const {
  const auto eea = eea_from(algorithms.eea);
  const auto eia = eia_from(algorithms.eia);
  const auto& can = config_.capability;
  //= TS 33.401, 5.1.4.1
  const bool null_integrity = eia == Eia::eia0;
  return eea && eia && context::is_built(*eea) && context::is_built(*eia) && can.has_eea(algorithms.eea) &&
         (null_integrity ? config_.null_integrity == context::NullIntegrity::allow
                         : can.has_eia(algorithms.eia));
}

/// A handover inside the cell: to the keys of a new KASME (keyChangeIndicator), or to a KeNB made of the one
/// in use, as at a handover to another cell.
//= TS 33.401, 7.2.9.2
//= TS 36.331, 5.3.5.4
bool Ue::change_as_keys(const rrc::MobilityControl& m) {
  if (!m.key_change_indicator) return refresh_as_keys(m);
  auto fresh = current_ ? current_->kenb() : std::nullopt;
  const auto earfcn = EarfcnDl::from(m.earfcn_dl);
  const auto algorithms = m.algorithms.value_or(as_->algorithms);
  const bool used = fresh && current_->kenb_count()->count == kenb_used_for_;
  if (used || !m.key_change_indicator || m.target_pci != cell_information_->pci || !fresh || !earfcn ||
      !usable(algorithms)) {
    //= TS 36.331, 5.3.5.5
    count("ue.reconfiguration_refused");
    release_ = "a reconfiguration the UE cannot follow";
    return false;
  }
  const KeyId kasme_id = id_of(*current_->kasme());
  const KeyId fresh_id = id_of(*fresh);
  write_key(KeyEvent::derived, *fresh, "TS 33.401, A.3", {kasme_id});
  Kenb star = derive_kenb_star(*fresh, Pci{m.target_pci}, *earfcn);
  // The chain begins with the fresh KeNB, which the radio never uses as it is.
  //= TS 33.401, A.4
  Nh first = derive_nh(*current_->kasme(), *fresh);
  write_key(KeyEvent::derived, first, "TS 33.401, A.4", {kasme_id, fresh_id});
  erase_as_keys("key change on the fly");
  write_key(KeyEvent::erased, *fresh, "KeNB* made of it");
  set_up_as(std::move(star), algorithms, {fresh_id}, "TS 33.401, A.5");
  as_->next_hop.emplace(NextHop{std::move(first), 1});

  restart_radio(m);
  return true;
}

//= S3.D8
//= TS 33.401, 7.2.8.4.3
bool Ue::refresh_as_keys(const rrc::MobilityControl& m) {
  const bool here = m.target_pci == cell_information_->pci && !m.refresh && !m.container;
  std::optional<AsSecurity> keys;
  if (here)
    keys = follow(*as_, rrc::Ncc{m.next_hop_chaining_count}, m.target_pci, m.earfcn_dl,
                  m.algorithms.value_or(as_->algorithms));
  if (!keys) {
    //= TS 36.331, 5.3.5.5
    count("ue.reconfiguration_refused");
    release_ = "a reconfiguration the UE cannot follow";
    return false;
  }
  erase_as_keys(as_, "refreshed inside the cell", &*keys);
  as_ = std::move(keys);
  restart_radio(m);
  count("ue.as_keys_refreshed");
  return true;
}

/// The bearers start anew, COUNTs and all; the link too where the UE gets a new name.
void Ue::restart_radio(const rrc::MobilityControl& m) {
  if (m.c_rnti != link_->c_rnti()) {
    while (link_->take(*out_)) {
    }
    link_->close(*out_);
    link_.emplace(cell().radio, m.c_rnti,
                  TimerId{TimerDomain::ue, 0, static_cast<std::uint16_t>(Timer::xlink)});
  }
  start_bearers();
}

void Ue::start_bearers() {
  const Eea eea = *eea_from(as_->algorithms.eea);
  const Eia eia = *eia_from(as_->algorithms.eia);
  for (auto* bearer : {&srb1_, &srb2_}) {
    bearer->emplace(context::Side::ue, static_cast<Byte>(bearer == &srb1_ ? 1 : 2));
    (void)(*bearer)->start_integrity(eia, derive_krrc_int(as_->kenb, eia));
    (void)(*bearer)->start_ciphering(eea, derive_krrc_enc(as_->kenb, eea));
  }
}

//= S3.D7
//= TS 33.401, 7.2.8.4.3
std::optional<Ue::AsSecurity> Ue::follow(AsSecurity& from, rrc::Ncc ncc, std::uint16_t pci,
                                         std::uint32_t earfcn_dl, rrc::AsAlgorithms algorithms) {
  const auto earfcn = EarfcnDl::from(earfcn_dl);
  if (!earfcn || !usable(algorithms)) return std::nullopt;
  // On the way back the chain is that of the KASME which KASME' took the place of.
  const bool behind = move_ && move_->returning && handed_over_refreshed();
  const Kasme* kasme = from.kasme ? &*from.kasme
                       : behind   ? before_->context.kasme()
                       : current_ ? current_->kasme()
                                  : nullptr;
  std::optional<NextHop> hop;
  if (from.next_hop) hop.emplace(NextHop{from.next_hop->nh.clone(), from.next_hop->ncc});
  bool hop_is_new = false;
  const auto drop_hop = [&](const char* why) {
    if (hop && hop_is_new) write_key(KeyEvent::erased, hop->nh, why);
  };
  // advance makes the next link of the chain. After eight the counter is where it was, so this ends.
  const auto advance = [&] {
    if (kasme == nullptr) return false;
    Nh next = hop ? derive_nh(*kasme, hop->nh) : derive_nh(*kasme, from.kenb);
    const KeyId parent = hop ? id_of(hop->nh) : id_of(from.kenb);
    write_key(KeyEvent::derived, next, "TS 33.401, A.4", {id_of(*kasme), parent});
    drop_hop("next in the chain");
    const Byte number = hop ? static_cast<Byte>((hop->ncc + 1) & rrc::Ncc::max) : Byte{1};
    hop.emplace(NextHop{std::move(next), number});
    hop_is_new = true;
    return true;
  };
  std::optional<Kenb> kenb;
  KeyId parent;
  if (ncc.value == from.ncc) {
    // The same count: horizontally, from KeNB. A chain that begins with that KeNB is begun before it goes.
    if (!hop && !advance()) return std::nullopt;
    parent = id_of(from.kenb);
    kenb.emplace(derive_kenb_star(from.kenb, Pci{pci}, *earfcn));
  } else {
    // Another one: vertically, from NH, which is advanced until the counts match.
    while (!hop || hop->ncc != ncc.value)
      if (!advance()) return std::nullopt;
    parent = id_of(hop->nh);
    kenb.emplace(derive_kenb_star(hop->nh, Pci{pci}, *earfcn));
  }
  auto out = complete(from, std::move(*kenb), algorithms, parent, "TS 33.401, A.5");
  if (!out) {
    drop_hop("KeNB* was in use already");
    return std::nullopt;
  }
  out->ncc = ncc.value;
  out->next_hop = std::move(hop);
  if (from.kasme) out->kasme.emplace(from.kasme->clone());
  return out;
}

//= TS 33.401, 7.2.10
void Ue::keep_chain() {
  if (!as_ || as_->kasme || !current_) return;
  as_->kasme.emplace(current_->kasme()->clone());
}

void Ue::erase_as_keys(std::optional<AsSecurity>& keys, std::string_view reason,
                       const AsSecurity* successor) {
  if (!keys) return;
  if (!out_->ledger_on()) return keys.reset();
  const std::string why(reason);
  const Eea eea = *eea_from(keys->algorithms.eea);
  const Eia eia = *eia_from(keys->algorithms.eia);
  write_key(KeyEvent::erased, derive_krrc_int(keys->kenb, eia), why);
  write_key(KeyEvent::erased, derive_krrc_enc(keys->kenb, eea), why);
  write_key(KeyEvent::erased, keys->kup_enc, why);
  write_key(KeyEvent::erased, keys->kenb, why);
  const bool nh_goes_on = successor != nullptr && successor->next_hop && keys->next_hop &&
                          successor->next_hop->nh == keys->next_hop->nh;
  if (keys->next_hop && !nh_goes_on) write_key(KeyEvent::erased, keys->next_hop->nh, why);
  const bool chain_goes_on = successor != nullptr && successor->kasme;
  if (keys->kasme && !chain_goes_on) write_key(KeyEvent::erased, *keys->kasme, why);
  keys.reset();
}

}  // namespace baton::node::ue
