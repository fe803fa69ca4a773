// ue_road.h: a UE between two cells, and a network that knows its keys and its chain of next hops.
#pragma once

#include "context/short_mac_i.h"
#include "node/ue_network.h"

namespace baton::node::ue {

inline constexpr Chosen built_in{Eea::eea2, Eia::eia2};
inline const EarfcnDl carrier = *EarfcnDl::from(1575);

inline KeyId id_of(const auto& key) { return key_id_of(KeyIdKey{}, key); }

/// Road is a UE in cell 1 with keys, a network that knows them, and the chain of next hops as the MME has it.
class Road : public UeNetwork {
 public:
  explicit Road(Config c = config(), std::optional<nas::AnnouncementEcho> said = {})
      : UeNetwork(std::move(c)) {
    echo = std::move(said);
    attach();
    outcomes.clear();
    steps.clear();
    kenb.emplace(*context->kenb());
    initial.emplace(kenb->clone());
  }

  /// nh is the n-th next hop after the initial KeNB, n from 1.
  Nh nh(int n) const {
    Nh next = derive_nh(kasme(), *initial);
    for (int i = 1; i < n; ++i) next = derive_nh(kasme(), next);
    return next;
  }
  const Kasme& kasme() const { return old_kasme ? *old_kasme : *context->kasme(); }
  static rrc::Reconfiguration way(std::uint16_t pci, rrc::CRnti c_rnti, Byte ncc) {
    rrc::Reconfiguration m{4, {}, {{5, 1}}, {}};
    m.mobility = rrc::MobilityControl{pci, 1575, c_rnti, false, ncc, {}};
    return m;
  }
  void report(std::uint32_t to = 1) {
    command_verb(to);
    const auto m = heard_rrc<rrc::MeasurementReport>();
    ASSERT_TRUE(m);
    EXPECT_EQ(m->pci, to + 1);
    EXPECT_EQ(m->earfcn_dl, 1575U);
  }
  void command_verb(std::uint32_t to) { command(Verb::handover, to); }
  /// hand_over takes the UE to cell `to` (0 or 1) with the n-th next hop, the whole good way.
  void hand_over(std::uint32_t to, int n) {
    report(to);
    const auto pci = static_cast<std::uint16_t>(to + 1);
    Kenb next = derive_kenb_star(nh(n), Pci{pci}, carrier);
    const rrc::CRnti name{next_c_rnti++};
    expect_at(static_cast<Byte>(11 + to), name, next);
    say(way(pci, name, static_cast<Byte>(n & 7)));
    EXPECT_EQ(hop_refused, 0);
    const auto complete = heard_rrc<rrc::ReconfigurationComplete>();
    ASSERT_TRUE(complete);
    EXPECT_EQ(complete->transaction, 4);
    kenb.emplace(std::move(next));
    EXPECT_TRUE(outcomes.empty());
    confirm();
  }
  /// confirm is the first word of the cell under the new keys; until then the UE may go back.
  void confirm() {
    say(rrc::Reconfiguration{1, {}, {}, {}});
    ASSERT_FALSE(other.empty());
    const auto* done = std::get_if<rrc::ReconfigurationComplete>(&other.back());
    ASSERT_NE(done, nullptr);
    EXPECT_EQ(done->transaction, 1);
    other.pop_back();
  }
  /// sent_away leaves the UE with a target that says nothing.
  void sent_away(int n = 1) {
    report();
    source_c_rnti = link->c_rnti();
    expect_at(12, rrc::CRnti{0x777}, derive_kenb_star(nh(n), Pci{2}, carrier));
    hop->deaf = true;
    say(way(2, rrc::CRnti{0x777}, static_cast<Byte>(n & 7)));
    EXPECT_TRUE(outcomes.empty());
  }
  /// take_back answers the request for re-establishment as cell 1 does.
  void take_back(std::optional<Byte> ncc = {}) {
    Kenb next = derive_kenb_star(*kenb, Pci{1}, carrier);
    const rrc::CRnti name{next_c_rnti++};
    expect_at(11, name, next);
    srb0(rrc::Reestablishment{source_c_rnti, name, rrc::Ncc{ncc.value_or(at_ncc)}});
    kenb.emplace(std::move(next));
    confirm();
  }
  void tau_at_target() {
    const auto request = heard_as<nas::TauRequest>();
    EXPECT_EQ(last_header, nas::SecurityHeader::integrity_ciphered);
    EXPECT_EQ(request.last_tai->tac, Tac{1});
    nas::TauAccept accept;
    accept.tai_list.emplace();
    accept.tai_list->tais = {{PlmnId::test_value(), Tac{1}}, {PlmnId::test_value(), Tac{2}}};
    sealed(accept);
  }
  int held_of(const char* kind) const {
    const auto all = held();
    const auto it = all.find(kind);
    return it == all.end() ? 0 : it->second;
  }
  /// One connection's keys, those of `kenb`, and no others.
  void expect_keys(Chosen with = built_in) {
    for (const char* kind : {"K_eNB", "K_RRCint", "K_RRCenc", "K_UPenc"}) EXPECT_EQ(held_of(kind), 1) << kind;
    EXPECT_LE(held_of("NH"), 1);
    EXPECT_EQ(held_of("K_ASME"), 1);
    EXPECT_TRUE(holds(id_of(*kenb)));
    EXPECT_TRUE(holds(id_of(derive_krrc_int(*kenb, with.eia))));
    EXPECT_TRUE(holds(id_of(derive_krrc_enc(*kenb, with.eea))));
    EXPECT_TRUE(holds(id_of(derive_kup_enc(*kenb, with.eea))));
  }
  bool holds(KeyId id) const {
    bool yes = false;
    for (const LedgerEntry& e : ledger)
      if (e.key == id) yes = e.event != KeyEvent::erased;
    return yes;
  }
  void expect_no_radio_keys() {
    for (const char* kind : {"K_eNB", "K_RRCint", "K_RRCenc", "K_UPenc", "NH"})
      EXPECT_EQ(held_of(kind), 0) << kind;
  }
  void expect_outcome(bool ok, std::string_view cause = {}) {
    ASSERT_EQ(outcomes.size(), 1U);
    EXPECT_EQ(outcomes[0].procedure, "handover");
    EXPECT_EQ(outcomes[0].ok, ok);
    if (!cause.empty()) {
      EXPECT_EQ(outcomes[0].cause, cause);
    }
    outcomes.clear();
  }
  /// NAS both ways over the connection there is.
  void expect_served() {
    sealed(nas::EmmInformation{});
    command(Verb::tau);
    (void)heard_as<nas::TauRequest>();
    sealed(nas::TauAccept{});
    ASSERT_FALSE(outcomes.empty());
    EXPECT_TRUE(outcomes.back().ok);
    outcomes.pop_back();
  }

  std::optional<Kenb> kenb, initial;
  std::optional<Kasme> old_kasme;
  rrc::CRnti source_c_rnti;
  Byte at_ncc = 0;
};

}  // namespace baton::node::ue
