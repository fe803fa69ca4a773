// handover_refresh.cpp: KeNB of the next cell from KeNB* and the C-RNTI there, and whom the UE believes.
#include <algorithm>

#include "node/ue/ue.h"

namespace baton::node::ue {

namespace rrc = wire::rrc;

//= S3.D3
//= S3.D4
std::optional<context::StarUse> Ue::believed(const rrc::MobilityControl& m,
                                             const rrc::CellInformation& target) {
  const context::StarUse said{m.refresh->star_plus, m.refresh->earfcn_bound, m.refresh->raw};
  if (in_force_.bit_protection == context::BitProtection::rrc) return said;
  if (!m.container || !current_ || !current_->knas_int()) {
    count("ue.handover_container_missing");
    return std::nullopt;
  }
  const auto read = context::decode_unverified(*m.container);
  const auto n = read ? current_->downlink().estimate(read->sqn) : std::nullopt;
  if (!read || !n || read->ksi != current_->ksi() || read->n_low ||
      read->algorithms != current_->algorithms() ||
      !context::verify_container(*m.container, *current_->knas_int(), *n)) {
    count("ue.handover_container_forged");
    return std::nullopt;
  }
  if (read->star != said) {
    count("ue.handover_bit_differs");
    return std::nullopt;
  }
  if (read->target != context::target_enb_id(target.cell)) {
    count("ue.handover_container_foreign");
    return std::nullopt;
  }
  NasCounter down = current_->downlink();
  down.used(*n);
  current_->set_counts(current_->uplink(), down);
  return said;
}

//= S3.P8
std::optional<Ue::AsSecurity> Ue::follow_star(AsSecurity& from, const rrc::MobilityControl& m,
                                              const rrc::CellInformation& target,
                                              rrc::AsAlgorithms algorithms) {
  const auto earfcn = EarfcnDl::from(m.earfcn_dl);
  if (!earfcn || !current_ || in_force_.handover_refresh == context::HandoverRefresh::nh_ncc ||
      !usable(algorithms))
    return std::nullopt;
  const auto use = believed(m, target);
  if (!use) return std::nullopt;
  const Kasme& kasme = current_->kasme();
  // The chain of NH goes on from where it is, should a later handover be by it. It begins with the first
  // KeNB.
  if (!from.next_hop) {
    const Kasme& of_chain = from.kasme ? *from.kasme : kasme;
    Nh first = derive_nh(of_chain, from.kenb);
    write_key(KeyEvent::derived, first, "TS 33.401, A.4", {id_of(of_chain), id_of(from.kenb)});
    from.next_hop.emplace(NextHop{std::move(first), 1});
  }

  const auto bound = use->earfcn_bound ? earfcn : std::nullopt;
  const Pci pci{m.target_pci};
  KenbStar star = use->raw ? raw::derive_kenb_star_of_cell(from.kenb, pci, bound)
                           : derive_kenb_star_of_cell(from.kenb, pci, bound);
  write_key(KeyEvent::derived, star, "S3.D1", {id_of(from.kenb)});
  if (use->plus) {
    const Kho kho = use->raw ? raw::derive_kho(kasme, in_force_.handover_string)
                             : derive_kho(kasme, in_force_.handover_string);
    write_key(KeyEvent::derived, kho, "S3.P4", {id_of(kasme)});
    KenbStar plus = use->raw ? raw::derive_kenb_star_plus(kho, star) : derive_kenb_star_plus(kho, star);
    write_key(KeyEvent::derived, plus, "S3.P4", {id_of(kho), id_of(star)});
    write_key(KeyEvent::erased, kho, "KeNB*+ made of it");
    write_key(KeyEvent::erased, star, "KeNB*+ made of it");
    star = std::move(plus);
  }
  const CRntiValue c_rnti{m.c_rnti.value};
  Kenb kenb = use->raw ? raw::derive_kenb_from_star(star, c_rnti) : derive_kenb_from_star(star, c_rnti);
  const KeyId name = keys_.id(kenb);
  const KeyId parent = id_of(star);
  write_key(KeyEvent::erased, star, "KeNB made of it");
  //= S3.D8
  if (std::find(from.tried.begin(), from.tried.end(), name) != from.tried.end()) return std::nullopt;
  constexpr std::size_t tried_max = rrc::Ncc::max + 1;
  if (from.tried.size() == tried_max) from.tried.erase(from.tried.begin());
  from.tried.push_back(name);

  const Eea eea = *eea_from(algorithms.eea);
  const Eia eia = *eia_from(algorithms.eia);
  const std::vector<KeyId> made_of{id_of(kenb)};
  write_key(KeyEvent::derived, kenb, "S3.B5", {parent});
  write_key(KeyEvent::derived, derive_krrc_int(kenb, eia), "TS 33.401, A.7", made_of);
  write_key(KeyEvent::derived, derive_krrc_enc(kenb, eea), "TS 33.401, A.7", made_of);
  KupEnc kup = derive_kup_enc(kenb, eea);
  write_key(KeyEvent::derived, kup, "TS 33.401, A.7", made_of);
  AsSecurity out{algorithms,
                 std::move(kenb),
                 std::move(kup),
                 m.next_hop_chaining_count,
                 NextHop{from.next_hop->nh.clone(), from.next_hop->ncc},
                 {},
                 {}};
  if (from.kasme) out.kasme.emplace(from.kasme->clone());
  return out;
}

}  // namespace baton::node::ue
