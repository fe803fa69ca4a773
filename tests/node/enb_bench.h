// enb_bench.h: an eNB between a scripted MME and scripted phones, in invented time.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>

#include "base/cases.h"
#include "node/enb/enb.h"

namespace baton::node::enb {

constexpr Endpoint mme1_door{{{127, 0, 0, 4}}, 36412};
constexpr Endpoint mme2_door{{{127, 0, 0, 14}}, 36412};

// A generator that repeats itself from run to run.
class CountingEntropy final : public Entropy {
 public:
  void fill(MutableBytes out) override {
    for (Byte& b : out) {
      state_ = state_ * 6364136223846793005U + 1442695040888963407U;
      b = static_cast<Byte>(state_ >> 56U);
    }
  }

 private:
  std::uint64_t state_ = 7;
};

inline Config test_config() {
  const PlmnId plmn = PlmnId::test_value();
  Config c{"enb1", {}, MacroEnbId{plmn, 0x19B}, Cell{Ecgi{plmn, 0x19B01}, Tac{7}, Pci{17}, 1850}, {plmn}, {},
           {},     {}};
  c.mmes = {{"mme1", mme1_door}};
  c.gtpu = {{127, 0, 1, 1}};
  c.neighbours = {{Pci{18}, 1850, {plmn, 0x19C}, {plmn, Tac{8}}, {plmn, 0x19C01}}};
  return c;
}
inline Kenb test_kenb(Byte fill) {
  std::array<Byte, 32> b{};
  b.fill(fill);
  return Kenb(b);
}

/// Phone is the UE's end of the air, with habits that a test can change.
class Phone {
 public:
  enum class Habit : Byte { obey, refuse, silent };
  explicit Phone(Endpoint at) : at_(at) {}

  Endpoint at_;
  Habit security_mode = Habit::obey;
  Habit reconfiguration = Habit::obey;
  bool deaf = false;              ///< nothing arrives at all
  std::optional<Kenb> kenb;       ///< what its own derivation has given
  std::optional<Kenb> next_kenb;  ///< the fresh one, for a key change
  std::vector<rrc::Message> heard;
  std::vector<ByteVector> nas;
  Actions out;

  std::optional<peer::RadioLink> link;
  std::optional<context::SignallingBearer> srb1;

  template <class M>
  const M* last() const {
    for (auto it = heard.rbegin(); it != heard.rend(); ++it)
      if (const auto* m = std::get_if<M>(&*it)) return m;
    return nullptr;
  }
  template <class M>
  std::size_t count() const {
    return static_cast<std::size_t>(std::count_if(
        heard.begin(), heard.end(), [](const auto& m) { return std::holds_alternative<M>(m); }));
  }

  void plain(rrc::Channel channel, const rrc::Message& m, Endpoint to) {
    out.datagram(Port::radio, to, rrc::encode(rrc::Frame{channel, {}, 0, 0, rrc::encode(m)}));
  }
  void say(const rrc::Message& m, Instant now) {
    auto pdu = srb1->protect(rrc::encode(m));
    ASSERT_TRUE(pdu);
    ASSERT_TRUE(link->send(rrc::Channel::srb1, std::move(*pdu), now, out));
  }

  void on_datagram(Bytes octets, Endpoint enb, Instant now) {
    if (deaf) return;
    auto frame = rrc::decode_frame(octets);
    ASSERT_TRUE(frame);
    if (frame->channel == rrc::Channel::broadcast || frame->channel == rrc::Channel::srb0) {
      auto m = rrc::decode_any(frame->payload);
      ASSERT_TRUE(m);
      if (const auto* setup = std::get_if<rrc::ConnectionSetup>(&*m)) {
        link.emplace(enb, setup->c_rnti, TimerId{TimerDomain::ue, 0, 0});
        srb1.emplace(context::Side::ue, Byte{1});
      }
      heard.push_back(std::move(*m));
      return;
    }
    if (!link || frame->c_rnti != link->c_rnti()) {
      peer::RadioLink::acknowledge_gone(*frame, enb, out);
      return;
    }
    link->on_frame(std::move(*frame), now, out);
    const auto c_rnti = link->c_rnti();
    while (link && link->c_rnti() == c_rnti) {
      auto pdu = link->take(out);
      if (!pdu) break;
      on_pdu(pdu->octets, enb, now);
    }
  }

 private:
  void on_pdu(Bytes pdu, Endpoint enb, Instant now) {
    if (!srb1->integrity_on()) {
      auto command = rrc::decode<rrc::SecurityModeCommand>(context::SignallingBearer::text_of(pdu));
      if (command) {
        heard.push_back(*command);
        const Eia eia = *eia_from(command->algorithms.eia);
        const Eea eea = *eea_from(command->algorithms.eea);
        if (security_mode == Habit::silent) {  // takes the keys and loses its voice
          ASSERT_TRUE(srb1->unprotect_command(pdu, eia, derive_krrc_int(*kenb, eia)));
          return;
        }
        if (security_mode == Habit::refuse ||
            !srb1->unprotect_command(pdu, eia, derive_krrc_int(*kenb, eia))) {
          say(rrc::SecurityModeFailure{}, now);
          return;
        }
        say(rrc::SecurityModeComplete{}, now);
        ASSERT_TRUE(srb1->start_ciphering(eea, derive_krrc_enc(*kenb, eea)));
        algorithms = {eea, eia};
        return;
      }
    }
    auto text = srb1->unprotect(pdu);
    ASSERT_TRUE(text) << "the eNB sent something that the phone cannot open";
    auto m = rrc::decode_any(*text);
    ASSERT_TRUE(m);
    heard.push_back(*m);
    if (const auto* dl = std::get_if<rrc::DlInformationTransfer>(&*m)) nas.push_back(dl->nas);
    if (const auto* r = std::get_if<rrc::Reconfiguration>(&*m)) {
      for (const ByteVector& n : r->nas) nas.push_back(n);
      if (r->mobility && r->mobility->target_pci != 17) return;  // to another cell, which the test plays
      if (reconfiguration == Habit::silent) return;
      if (r->mobility && reconfiguration == Habit::obey) move(*r->mobility, enb);
      say(rrc::ReconfigurationComplete{r->transaction}, now);
    }
    if (std::holds_alternative<rrc::ConnectionRelease>(*m)) released = true;
  }
  void move(const rrc::MobilityControl& m, Endpoint enb) {
    kenb = derive_kenb_star(*next_kenb, Pci{m.target_pci}, *EarfcnDl::from(m.earfcn_dl));
    while (link->take(out)) {
    }
    link->close(out);
    link.emplace(enb, m.c_rnti, TimerId{TimerDomain::ue, 0, 0});
    srb1.emplace(context::Side::ue, Byte{1});
    start_keys();
  }

 public:
  void start_keys() {
    ASSERT_TRUE(srb1->start_integrity(algorithms.eia, derive_krrc_int(*kenb, algorithms.eia)));
    ASSERT_TRUE(srb1->start_ciphering(algorithms.eea, derive_krrc_enc(*kenb, algorithms.eea)));
  }
  /// tune_in begins anew in a cell, under a name and a key that it was given elsewhere.
  void tune_in(Endpoint enb, rrc::CRnti c_rnti, Kenb key, Chosen with) {
    kenb = std::move(key);
    algorithms = with;
    link.emplace(enb, c_rnti, TimerId{TimerDomain::ue, 0, 0});
    srb1.emplace(context::Side::ue, Byte{1});
    start_keys();
  }
  Chosen algorithms;
  bool released = false;
};

class EnbTest : public ::testing::Test {
 protected:
  explicit EnbTest(Config c = test_config()) : enb(std::move(c), entropy) {}

  struct Said {
    LinkId link;
    std::uint16_t stream;
    s1ap::Pdu pdu;
  };

  CountingEntropy entropy;
  Enb enb;
  Instant now{1000s};
  Endpoint cell{{{127, 0, 1, 1}}, 4997};
  std::map<Endpoint, std::unique_ptr<Phone>> phones;
  std::deque<Said> said;  ///< what the eNB sent to MMEs, oldest first
  std::vector<OpenLink> opened;
  std::vector<CloseLink> closed;
  std::map<TimerId, Instant> timers;
  std::map<std::string, int> counters;
  std::vector<LedgerEntry> ledger;

  void give(Event e) {
    Actions out;
    enb.on(std::move(e), now, out);
    carry(out.take());
  }
  void carry(std::vector<Action> actions) {
    for (Action& a : actions)
      std::visit(Cases{[&](Send& s) {
                         auto m = s1ap::decode_any(s.octets);
                         ASSERT_TRUE(m);
                         said.push_back({s.link, s.stream, std::move(m->pdu)});
                       },
                       [&](SendDatagram& d) {
                         const auto it = phones.find(d.remote);
                         if (it != phones.end()) it->second->on_datagram(d.octets, cell, now);
                       },
                       [&](OpenLink& o) { opened.push_back(o); }, [&](CloseLink& c) { closed.push_back(c); },
                       [&](StartTimer& t) { timers.insert_or_assign(t.timer, t.at); },
                       [&](StopTimer& t) { timers.erase(t.timer); },
                       [&](Count& c) { ++counters[std::string(c.counter)]; },
                       [&](Record& r) { ledger.push_back(r.entry); }, [](auto&) {}},
                 a);
    flush();
  }
  /// flush carries what phones have to say.
  void flush() {
    for (auto& [at, phone] : phones)
      for (Action& a : phone->out.take())
        if (auto* d = std::get_if<SendDatagram>(&a)) give(DatagramIn{Port::radio, at, std::move(d->octets)});
  }
  void advance(Duration d) {
    const Instant end = now + d;
    for (;;) {
      auto next = timers.end();
      for (auto it = timers.begin(); it != timers.end(); ++it)
        if (it->second <= end && (next == timers.end() || it->second < next->second)) next = it;
      if (next == timers.end()) break;
      now = next->second;
      const TimerId id = next->first;
      timers.erase(next);
      give(TimerFired{id});
    }
    now = end;
  }

  // --- the MME
  template <class M>
  void mme_says(const M& m, std::uint16_t stream = 0, std::size_t mme = 0) {
    give(LinkData{enb.mmes()[mme].link, stream, s1ap::encode(m)});
  }
  /// next takes the eNB's next message to an MME, which must be an M.
  template <class M>
  M next() {
    EXPECT_FALSE(said.empty()) << "the eNB is silent, expected " << M::outline.name;
    EXPECT_TRUE(!said.empty() && std::holds_alternative<M>(said.front().pdu))
        << "expected " << M::outline.name << ", got "
        << (said.empty() ? "" : s1ap::name_of(said.front().pdu));
    M m = std::move(std::get<M>(said.front().pdu));
    last_stream = said.front().stream;
    said.pop_front();
    return m;
  }
  bool silent() const { return said.empty(); }
  std::uint16_t last_stream = 0;

  static s1ap::S1SetupResponse setup_response(Byte code = 1, std::uint8_t capacity = 10) {
    return {{},
            {{{PlmnId::test_value()}, {MmeGroupId{0x8001}}, {MmeCode{code}}}},
            s1ap::RelativeMmeCapacity{capacity},
            {}};
  }
  void set_up() {
    give(Started{});
    for (std::size_t i = 0; i < enb.mmes().size(); ++i) {
      give(LinkUp{enb.mmes()[i].link, Port::s1ap, enb.mmes()[i].peer.endpoint});
      next<s1ap::S1SetupRequest>();
      mme_says(setup_response(static_cast<Byte>(i + 1)), 0, i);
    }
    ASSERT_TRUE(silent());
  }

  // --- phones
  Phone& phone(Byte n) {
    const Endpoint at{{{127, 0, 2, n}}, 4997};
    auto& p = phones[at];
    if (!p) p = std::make_unique<Phone>(at);
    return *p;
  }
  void connect(Phone& p, rrc::InitialIdentity identity = rrc::RandomValue{1},
               std::optional<Gummei> gummei = {}, ByteVector nas = {0x07, 0x41}) {
    p.plain(rrc::Channel::srb0, rrc::ConnectionRequest{identity, rrc::EstablishmentCause::mo_signalling},
            cell);
    flush();
    ASSERT_TRUE(p.link) << "no connection set up";
    p.say(rrc::ConnectionSetupComplete{PlmnId::test_value(), gummei, std::move(nas)}, now);
    flush();
  }
  /// connected gives a UE that both ends know, and its eNB UE S1AP ID.
  s1ap::EnbUeS1apId connected(Phone& p, std::uint32_t mme_ue_id) {
    connect(p, rrc::RandomValue{mme_ue_id});
    const auto initial = next<s1ap::InitialUeMessage>();
    mme_says(s1ap::DownlinkNasTransport{s1ap::MmeUeS1apId{mme_ue_id}, initial.enb_ue_id, {{0x07, 0x52}}}, 1);
    EXPECT_EQ(p.nas.back(), (ByteVector{0x07, 0x52}));
    return initial.enb_ue_id;
  }
  static s1ap::InitialContextSetupRequest context_setup(std::uint32_t mme_ue_id, s1ap::EnbUeS1apId enb_ue_id,
                                                        Kenb kenb, std::uint16_t eea = 0xE000,
                                                        std::uint16_t eia = 0xE000) {
    s1ap::InitialContextSetupRequest m{
        s1ap::MmeUeS1apId{mme_ue_id}, enb_ue_id, {}, {}, {eea, eia}, std::move(kenb), {}, {}};
    m.erabs.push_back({s1ap::ErabId{5},
                       {},
                       s1ap::TransportLayerAddress::from({{127, 0, 0, 6}}),
                       Teid{0xAA},
                       s1ap::NasPdu{{0x27, 1, 2, 3}}});
    return m;
  }
  /// secured gives a UE with AS security and a bearer.
  s1ap::EnbUeS1apId secured(Phone& p, std::uint32_t mme_ue_id) {
    const auto id = connected(p, mme_ue_id);
    p.kenb = test_kenb(0x11);
    mme_says(context_setup(mme_ue_id, id, test_kenb(0x11)), 1);
    next<s1ap::InitialContextSetupResponse>();
    return id;
  }

  /// held lists the keys of a kind that the eNB holds by its ledger.
  std::vector<KeyId> held(KeyKind kind) const {
    std::vector<KeyId> out;
    for (const LedgerEntry& e : ledger) {
      if (e.kind != kind) continue;
      if (e.event == KeyEvent::derived || e.event == KeyEvent::received) out.push_back(e.key);
      if (e.event == KeyEvent::erased) std::erase(out, e.key);
    }
    return out;
  }
  void expect_no_keys() const {
    for (const KeyKind k :
         {KeyKind::nh, KeyKind::kenb, KeyKind::krrc_enc, KeyKind::krrc_int, KeyKind::kup_enc})
      EXPECT_TRUE(held(k).empty()) << to_string(k);
  }
};

}  // namespace baton::node::enb
