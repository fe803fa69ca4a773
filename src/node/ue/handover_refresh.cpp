// handover_refresh.cpp: KeNB of the next cell from KeNB* and the C-RNTI there, or from KASME', and whom the
// UE believes.
#include <algorithm>
#include <utility>

#include "context/kasme_steps.h"
#include "node/ue/ue.h"

namespace baton::node::ue {

namespace rrc = wire::rrc;

/// KeNB*s of failed handovers that are remembered, from one KeNB: as many as there are counts of next hops.
constexpr std::size_t tried_max = rrc::Ncc::max + 1;

//= S3.D3
//= S3.D4
//= S0.D2
std::optional<Ue::Told> Ue::believed(const rrc::MobilityControl& m, const rrc::CellInformation& target) {
  using context::BitProtection;
  Told told;
  if (m.refresh) told.star = context::StarUse{m.refresh->star_plus, m.refresh->earfcn_bound, m.refresh->raw};
  const auto missing = [&] {
    count("ue.handover_container_missing");
    return std::nullopt;
  };
  const bool bare = in_force_.bit_protection == BitProtection::rrc;  // the command alone says which KeNB*
  if (!m.container) {
    // Where the network has agreed to protect the bit, a command without it is one from which it was taken.
    //= S3.D4a
    const bool promised = in_force_.handover_refresh != context::HandoverRefresh::nh_ncc;
    if (!bare && (promised || m.refresh)) return missing();
    // A new KASME comes to the radio inside a cell, or with the container that speaks of it.
    if (m.key_change_indicator) return missing();
    return told;
  }

  const auto read = context::decode_unverified(*m.container);
  if (bare && !(read && (read->n_low || read->upe))) {
    if (m.key_change_indicator) return missing();
    return told;
  }
  if (!current_ || !current_->knas_int()) return missing();
  const auto forged = [&] {
    count("ue.handover_container_forged");
    return std::nullopt;
  };
  if (!read || read->ksi != current_->ksi() || read->algorithms != current_->algorithms()) return forged();
  std::optional<NasCount> n;
  if (read->n_low) {
    // Which n it was follows from its low octet and the last COUNT used here; what was used before is never
    // arrived at. The container itself has the COUNT 0 of KASME'.
    if (in_force_.inter_mme_kasme == context::InterMmeKasme::keep) return forged();
    n = context::rebuilt_count(current_->downlink().last(), *read->n_low);
    if (!n) return forged();
    context::EpsSecurityContext made(
        context::Side::ue, derive_kasme_refreshed(*current_->kasme(), RefreshDirection::handover, *n),
        current_->ksi(), current_->capability(), config_.null_integrity);
    if (!made.activate(current_->algorithms()) ||
        !context::verify_container(*m.container, *made.knas_int(), NasCount{}))
      return forged();
    made.set_counts(NasCounter{}, NasCounter::starting_at(*NasCount{}.next()));
    told.refreshed.emplace(std::move(made));
  } else {
    n = current_->downlink().estimate(read->sqn);
    if (!n || !context::verify_container(*m.container, *current_->knas_int(), *n)) return forged();
  }
  // KASME' alone makes keys only where KeNB* has no part in them, and the command says so too.
  //= S0.D10
  const bool from_refreshed = told.refreshed && !told.star;
  if ((!bare && read->star != told.star) || m.key_change_indicator != from_refreshed) {
    count("ue.handover_bit_differs");
    return std::nullopt;
  }
  if (read->target != context::target_enb_id(target.cell)) {
    count("ue.handover_container_foreign");
    return std::nullopt;
  }
  //= S1.D3
  // A K_UPE that there was before would have its COUNTs begin once more.
  if (read->upe && read->upe->counter <= (told.refreshed ? UpeKeyCounter{} : upe_keys_)) return forged();
  told.upe = read->upe;
  NasCounter down = current_->downlink();
  down.used(*n);
  current_->set_counts(current_->uplink(), down);
  if (told.refreshed) {
    const Kasme& made = *told.refreshed->kasme();
    write_key(KeyEvent::derived, made, "S0.D2", {id_of(*current_->kasme())});
    const std::vector<KeyId> parent{id_of(made)};
    write_key(KeyEvent::derived, *told.refreshed->knas_enc(), "TS 33.401, A.7", parent);
    write_key(KeyEvent::derived, *told.refreshed->knas_int(), "TS 33.401, A.7", parent);
  }
  return told;
}

std::optional<Ue::AsSecurity> Ue::complete(AsSecurity& from, Kenb kenb, rrc::AsAlgorithms algorithms,
                                           KeyId parent, std::string_view clause) {
  //= S3.D8
  const KeyId name = keys_.id(kenb);
  if (std::find(from.tried.begin(), from.tried.end(), name) != from.tried.end()) return std::nullopt;
  if (from.tried.size() == tried_max) from.tried.erase(from.tried.begin());
  from.tried.push_back(name);

  const Eea eea = *eea_from(algorithms.eea);
  const Eia eia = *eia_from(algorithms.eia);
  const std::vector<KeyId> made_of{id_of(kenb)};
  write_key(KeyEvent::derived, kenb, std::string(clause), {parent});
  write_key(KeyEvent::derived, derive_krrc_int(kenb, eia), "TS 33.401, A.7", made_of);
  write_key(KeyEvent::derived, derive_krrc_enc(kenb, eea), "TS 33.401, A.7", made_of);
  KupEnc kup = derive_kup_enc(kenb, eea);
  write_key(KeyEvent::derived, kup, "TS 33.401, A.7", made_of);
  return AsSecurity{algorithms, std::move(kenb), std::move(kup), 0, {}, {}, {}};
}

//= S3.P8
std::optional<Ue::AsSecurity> Ue::follow_star(AsSecurity& from, const rrc::MobilityControl& m,
                                              const Told& told, rrc::AsAlgorithms algorithms) {
  const auto earfcn = EarfcnDl::from(m.earfcn_dl);
  if (!earfcn || !current_ || in_force_.handover_refresh == context::HandoverRefresh::nh_ncc ||
      !usable(algorithms))
    return std::nullopt;
  const context::StarUse& use = *told.star;
  const Kasme& kasme = told.refreshed ? *told.refreshed->kasme() : *current_->kasme();
  // The chain of NH goes on from where it is, should a later handover be by it. It begins with the first
  // KeNB.
  if (!told.refreshed && !from.next_hop) {
    const Kasme& of_chain = from.kasme ? *from.kasme : kasme;
    Nh first = derive_nh(of_chain, from.kenb);
    write_key(KeyEvent::derived, first, "TS 33.401, A.4", {id_of(of_chain), id_of(from.kenb)});
    from.next_hop.emplace(NextHop{std::move(first), 1});
  }

  const auto bound = use.earfcn_bound ? earfcn : std::nullopt;
  const Pci pci{m.target_pci};
  KenbStar star = use.raw ? raw::derive_kenb_star_of_cell(from.kenb, pci, bound)
                          : derive_kenb_star_of_cell(from.kenb, pci, bound);
  write_key(KeyEvent::derived, star, "S3.D1", {id_of(from.kenb)});
  if (use.plus) {
    //= S0.D10
    const Kho kho = use.raw ? raw::derive_kho(kasme, in_force_.handover_string)
                            : derive_kho(kasme, in_force_.handover_string);
    write_key(KeyEvent::derived, kho, "S3.P4", {id_of(kasme)});
    KenbStar plus = use.raw ? raw::derive_kenb_star_plus(kho, star) : derive_kenb_star_plus(kho, star);
    write_key(KeyEvent::derived, plus, "S3.P4", {id_of(kho), id_of(star)});
    write_key(KeyEvent::erased, kho, "KeNB*+ made of it");
    write_key(KeyEvent::erased, star, "KeNB*+ made of it");
    star = std::move(plus);
  }
  const CRntiValue c_rnti{m.c_rnti.value};
  Kenb kenb = use.raw ? raw::derive_kenb_from_star(star, c_rnti) : derive_kenb_from_star(star, c_rnti);
  const KeyId parent = id_of(star);
  write_key(KeyEvent::erased, star, "KeNB made of it");
  auto out = complete(from, std::move(kenb), algorithms, parent, "S3.B5");
  if (!out) return std::nullopt;
  out->ncc = m.next_hop_chaining_count;
  if (told.refreshed) {
    const Kenb first = derive_kenb_after_handover_from_utran(kasme);
    out->next_hop.emplace(begun_chain(kasme, first));
    write_key(KeyEvent::erased, first, "the chain goes on from it");
    return out;
  }
  out->next_hop.emplace(NextHop{from.next_hop->nh.clone(), from.next_hop->ncc});
  if (from.kasme) out->kasme.emplace(from.kasme->clone());
  return out;
}

/// begun_chain is the chain that a new KASME' begins: its NH of NCC 0 is `first`, the KeNB made of KASME'
/// with the COUNT that no message has. No radio uses that as it is.
//= S0.D10
Ue::NextHop Ue::begun_chain(const Kasme& kasme, const Kenb& first) {
  const KeyId root = id_of(kasme);
  write_key(KeyEvent::derived, first, "TS 33.401, A.3", {root});
  Nh begun{first.expose()};
  write_key(KeyEvent::derived, begun, "S0.D10", {id_of(first)});
  return {std::move(begun), 0};
}

//= S0.D10
std::optional<Ue::AsSecurity> Ue::follow_refreshed(AsSecurity& from, const rrc::MobilityControl& m,
                                                   const context::EpsSecurityContext& refreshed,
                                                   rrc::AsAlgorithms algorithms) {
  const auto earfcn = EarfcnDl::from(m.earfcn_dl);
  constexpr Byte ncc_of_first = 0;
  if (!earfcn || !usable(algorithms) || m.next_hop_chaining_count != ncc_of_first) return std::nullopt;
  const Kenb first = derive_kenb_after_handover_from_utran(*refreshed.kasme());
  NextHop next = begun_chain(*refreshed.kasme(), first);
  auto out = complete(from, derive_kenb_star(first, Pci{m.target_pci}, *earfcn), algorithms, id_of(first),
                      "TS 33.401, A.5");
  write_key(KeyEvent::erased, first, "KeNB* made of it");
  if (!out) {
    write_key(KeyEvent::erased, next.nh, "KeNB* was in use already");
    return std::nullopt;
  }
  out->next_hop.emplace(std::move(next));
  return out;
}

}  // namespace baton::node::ue
