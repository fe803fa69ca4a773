// ue_network.h: a cell, its eNB and an MME in one, which say to a UE whatever a test wants them to say.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/cases.h"
#include "context/eps_security.h"
#include "context/pdcp.h"
#include "keys/auc.h"
#include "node/ue/ue.h"
#include "peer/radio_link.h"
#include "wire/nas/message.h"
#include "wire/rrc/messages.h"

namespace baton::node::ue {

namespace nas = wire::nas;
namespace rrc = wire::rrc;
using nas::EmmCause;

/// Numbers counts up: the same run every time.
class Numbers final : public Entropy {
 public:
  void fill(MutableBytes out) override {
    for (Byte& b : out) b = ++n_;
  }

 private:
  Byte n_ = 0;
};

class UeNetwork {
 public:
  static constexpr std::array<Byte, 16> k_octets{0x46, 0x5b, 0x5c, 0xe8, 0xb1, 0x99, 0xb4, 0x9f,
                                                 0xaa, 0x5f, 0x0a, 0x2e, 0xe2, 0x38, 0xa6, 0xbc};
  static constexpr std::array<Byte, 16> opc_octets{0xcd, 0x63, 0xcb, 0x71, 0x95, 0x4a, 0x9f, 0x4e,
                                                   0x48, 0xa5, 0x99, 0x4e, 0x37, 0xa0, 0x2b, 0xaf};
  static Endpoint radio(Byte n) { return {Ipv4{{127, 0, 0, n}}, 4997}; }
  static Config config() {
    Config c{.name = "ue1",
             .id_key = {},
             .imsi = Imsi::test_value(),
             .k = K(k_octets),
             .opc = Opc(opc_octets),
             .imeisv = Imeisv::test_value(),
             .apn = {},
             .cells = {{"enb1", radio(11)}, {"enb2", radio(12)}}};
    return c;
  }

  explicit UeNetwork(Config c = config()) : k(k_octets), opc(opc_octets), ue(std::move(c), entropy) {
    cells.insert_or_assign(
        radio(11),
        rrc::CellInformation{
            PlmnId::test_value(), Tac{1}, {PlmnId::test_value(), 0x101}, 1, 1575, {PlmnId::test_value(), 1}});
    cells.insert_or_assign(
        radio(12),
        rrc::CellInformation{
            PlmnId::test_value(), Tac{2}, {PlmnId::test_value(), 0x201}, 2, 1575, {PlmnId::test_value(), 2}});
    happen(Started{});
  }

  // --- time and events ----------------------------------------------------------------------------
  void happen(Event e) {
    ue.on(std::move(e), now, out);
    pump();
  }
  void command(Verb v, std::uint32_t argument = 0) { happen(Command{v, std::nullopt, argument}); }
  /// wait lets time pass; every timer that is due fires.
  void wait(Duration d) {
    const Instant until = now + d;
    for (;;) {
      auto due = timers.end();
      for (auto it = timers.begin(); it != timers.end(); ++it)
        if (it->second <= until && (due == timers.end() || it->second < due->second)) due = it;
      if (due == timers.end()) break;
      now = std::max(now, due->second);
      const TimerId id = due->first;
      timers.erase(due);
      happen(TimerFired{id});
    }
    now = until;
  }
  bool running(Timer t) const {
    return timers.count(TimerId{TimerDomain::ue, 0, static_cast<std::uint16_t>(t)}) > 0;
  }

  // --- what the network says ------------------------------------------------------------------------
  void say(const rrc::Message& m) {
    auto pdu = srb1->protect(rrc::encode(m));
    ASSERT_TRUE(pdu);
    say_pdu(std::move(*pdu));
  }
  void say_pdu(ByteVector pdu) {
    Actions net;
    ASSERT_TRUE(link->send(rrc::Channel::srb1, std::move(pdu), now, net));
    deliver(net);
  }
  void nas_octets(ByteVector pdu) { say(rrc::DlInformationTransfer{std::move(pdu)}); }
  void plain(const nas::Message& m) { nas_octets(nas::encode(m)); }
  void sealed(const nas::Message& m, context::NasSecurityHeader h = context::NasSecurityHeader::ciphered) {
    auto pdu = context->protect(h, nas::encode(m));
    ASSERT_TRUE(pdu) << to_string(pdu.why());
    nas_octets(std::move(*pdu));
  }
  void broadcast(const rrc::Message& m) {
    happen(DatagramIn{Port::radio, here(),
                      rrc::encode(rrc::Frame{rrc::Channel::broadcast, {}, 0, 0, rrc::encode(m)})});
  }

  /// srb0 says something that is not protected, from the cell the UE spoke to last.
  void srb0(const rrc::Message& m) {
    answer(m, rrc::Channel::srb0);
    pump();
  }

  // --- another connection, in the same cell or in another one --------------------------------------
  /// Hop is where the UE is expected next. It becomes the connection when the UE has spoken there.
  struct Hop {
    Endpoint at;
    peer::RadioLink link;
    context::SignallingBearer srb1;
    bool deaf = false;
  };
  void expect_at(Byte n, rrc::CRnti c_rnti, const Kenb& kenb, Chosen algorithms = {Eea::eea2, Eia::eia2}) {
    hop.emplace(Hop{radio(n), peer::RadioLink(ue_endpoint, c_rnti, TimerId{TimerDomain::link, 1, 1}),
                    context::SignallingBearer(context::Side::network, 1)});
    ASSERT_TRUE(hop->srb1.start_integrity(algorithms.eia, derive_krrc_int(kenb, algorithms.eia)));
    ASSERT_TRUE(hop->srb1.start_ciphering(algorithms.eea, derive_krrc_enc(kenb, algorithms.eea)));
  }

  // --- what the UE said -----------------------------------------------------------------------------
  /// heard is the next NAS message as it was on the air.
  ByteVector heard() {
    if (uplink.empty()) {
      ADD_FAILURE() << "the UE said nothing";
      return {};
    }
    ByteVector v = std::move(uplink.front());
    uplink.pop_front();
    return v;
  }
  /// heard<M> opens it, if it is protected, under the network's context, and insists on an M.
  template <class M>
  M heard_as() {
    const ByteVector pdu = heard();
    const auto parsed = nas::parse_protected(pdu);
    if (!parsed) {
      ADD_FAILURE() << "not NAS: " << hex(pdu);
      return {};
    }
    ByteVector text = pdu;
    if (parsed->header != nas::SecurityHeader::plain) {
      auto& c = parsed->header == nas::SecurityHeader::integrity_ciphered_new ? fresh : context;
      if (!c) {
        ADD_FAILURE() << "protected, but no context";
        return {};
      }
      auto opened = c->unprotect(pdu);
      if (!opened) {
        ADD_FAILURE() << "cannot be opened: " << to_string(opened.why());
        return {};
      }
      text = std::move(*opened);
    }
    last_header = parsed->header;
    auto m = nas::decode<M>(text);
    if (!m) {
      ADD_FAILURE() << M::name << " expected: " << m.why().to_string();
      return {};
    }
    return std::move(*m);
  }
  bool silent() const { return uplink.empty(); }

  // --- procedures -----------------------------------------------------------------------------------
  AuthVector vector(std::uint64_t seq) {
    Rand rand;
    rand.bytes.fill(static_cast<Byte>(seq));
    auto made = make_eps_vector(k, opc, Amf{{0x80, 0x00}}, *Sqn::of(seq, 0), rand, PlmnId::test_value());
    return std::move(made.vector);
  }
  /// challenge sends one and takes the answer; the new context stands in `fresh`.
  void challenge(std::uint64_t seq, Byte ksi = 1) {
    auto v = vector(seq);
    const nas::AuthenticationRequest m{nas::Ksi::native(ksi), v.rand, v.autn};
    if (is_sealed)
      sealed(m);
    else
      plain(m);
    const auto answer = heard_as<nas::AuthenticationResponse>();
    EXPECT_TRUE(constant_time_equal(answer.res.bytes(), v.xres.expose()));
    fresh.emplace(context::Side::network, std::move(v.kasme), nas::Ksi::native(ksi));
    ASSERT_TRUE(fresh->activate({Eea::eea2, Eia::eia2}));
  }
  nas::SecurityModeCommand command_for(const nas::UeNetworkCapability& c) const {
    nas::SecurityModeCommand m;
    m.algorithms = {2, 2};
    m.ksi = fresh->ksi();
    m.replayed_capability = nas::UeSecurityCapability::of(c);
    m.imeisv_request = nas::ImeisvRequest{};
    m.announcement = echo;
    return m;
  }
  ByteVector sealed_command(const nas::SecurityModeCommand& m) {
    return *fresh->protect(context::NasSecurityHeader::integrity_new_context, nas::encode(m));
  }
  void secure() {
    nas_octets(sealed_command(command_for(capability)));
    const auto m = heard_as<nas::SecurityModeComplete>();
    ASSERT_TRUE(m.imeisv && m.imeisv->imeisv());
    EXPECT_EQ(*m.imeisv->imeisv(), Imeisv::test_value());
    adopt();
  }
  void adopt() {
    context.emplace(std::move(*fresh));
    fresh.reset();
    is_sealed = true;
  }
  /// as_security turns radio security on, as an eNB does with the KeNB it was given.
  void as_security() {
    auto kenb = context->kenb();
    ASSERT_TRUE(kenb);
    ASSERT_TRUE(srb1->start_integrity(Eia::eia2, derive_krrc_int(*kenb, Eia::eia2)));
    say(rrc::SecurityModeCommand{{2, 2}});
    ASSERT_TRUE(heard_rrc<rrc::SecurityModeComplete>());
    ASSERT_TRUE(srb1->start_ciphering(Eea::eea2, derive_krrc_enc(*kenb, Eea::eea2)));
  }
  nas::AttachAccept accept(nas::Pti pti) const {
    nas::ActivateDefaultBearerRequest bearer;
    bearer.bearer = nas::EpsBearerId{5};
    bearer.pti = pti;
    bearer.apn = *nas::Apn::from_text("internet");
    bearer.address.ipv4 = Ipv4{{10, 0, 0, 9}};
    nas::AttachAccept m;
    m.t3412 = nas::GprsTimer::of(std::chrono::minutes(54));
    m.tai_list.tais = {{PlmnId::test_value(), Tac{1}}};
    m.esm = *nas::EsmContainer::parse(nas::encode(bearer));
    m.guti = Guti::test_value();
    return m;
  }
  /// set_up_bearers is the reconfiguration that an eNB sends, with `message` inside.
  void set_up_bearers(std::optional<nas::Message> message) {
    rrc::Reconfiguration m{7, {}, {{5, 1}}, {}};
    if (message)
      m.nas.push_back(*context->protect(context::NasSecurityHeader::ciphered, nas::encode(*message)));
    say(m);
    const auto done = heard_rrc<rrc::ReconfigurationComplete>();
    ASSERT_TRUE(done);
    EXPECT_EQ(done->transaction, 7);
  }
  /// attach walks the whole good path.
  void attach(std::uint64_t seq = 1) {
    command(Verb::attach);
    const auto request = heard_as<nas::AttachRequest>();
    challenge(seq);
    secure();
    as_security();
    const auto esm = nas::decode<nas::PdnConnectivityRequest>(request.esm.bytes());
    ASSERT_TRUE(esm);
    set_up_bearers(accept(esm->pti));
    (void)heard_as<nas::AttachComplete>();
    ASSERT_EQ(ue.state(), State::registered);
  }
  void release() {
    say(rrc::ConnectionRelease{});
    EXPECT_FALSE(ue.connected());
    is_sealed = false;
  }
  /// attached_and_idle is where most procedures begin.
  void attached_and_idle() {
    attach();
    release();
    outcomes.clear();
    steps.clear();
  }

  template <class M>
  std::optional<M> heard_rrc() {
    if (other.empty()) return std::nullopt;
    auto m = std::move(other.front());
    other.pop_front();
    if (auto* got = std::get_if<M>(&m)) return std::move(*got);
    return std::nullopt;
  }

  // --- what the ledger says --------------------------------------------------------------------------
  /// held lists the kinds of key the UE holds now, by its own ledger.
  std::map<std::string, int> held() const {
    std::map<std::string, int> out_kinds;
    std::map<KeyId, bool> now_held;
    for (const LedgerEntry& e : ledger) {
      const bool begins =
          e.event == KeyEvent::derived || e.event == KeyEvent::received || e.event == KeyEvent::stored;
      if (begins) now_held[e.key] = true;
      if (e.event == KeyEvent::erased) now_held[e.key] = false;
    }
    std::map<KeyId, std::string> kind;
    for (const LedgerEntry& e : ledger) kind[e.key] = std::string(to_string(e.kind));
    for (const auto& [id, holds] : now_held)
      if (holds) ++out_kinds[kind[id]];
    return out_kinds;
  }
  Endpoint here() const { return last_cell; }

  // Everything is in reach of a test.
  Numbers entropy;
  K k;
  Opc opc;
  Instant now{};
  Ue ue;
  Actions out;
  std::map<Endpoint, rrc::CellInformation> cells;
  std::optional<nas::AnnouncementEcho> echo;  ///< what the MME says of policies in its security mode command
  bool cell_answers = true;
  bool connection_answers = true;
  Endpoint last_cell = radio(11);
  nas::UeNetworkCapability capability = Config{
      .name = {},
      .id_key = {},
      .imsi = Imsi::test_value(),
      .k = K(k_octets),
      .opc = Opc(opc_octets),
      .imeisv = Imeisv::test_value(),
      .apn = {},
      .cells = {}}.capability;
  std::optional<peer::RadioLink> link;
  std::optional<context::SignallingBearer> srb1;
  std::optional<context::EpsSecurityContext> context, fresh;
  bool is_sealed = false;
  nas::SecurityHeader last_header{};
  std::optional<rrc::ConnectionSetupComplete> setup_complete;
  std::vector<rrc::ConnectionRequest> requests;
  std::vector<rrc::Camp> camps;
  std::deque<ByteVector> uplink;
  std::deque<rrc::Message> other;
  std::map<TimerId, Instant> timers;
  std::vector<Outcome> outcomes;
  std::vector<Step> steps;
  std::vector<LedgerEntry> ledger;
  std::map<std::string, int, std::less<>> counters;
  std::vector<std::string> lines;
  std::uint16_t next_c_rnti = 0x100;
  std::optional<Hop> hop;
  int hop_refused = 0;  ///< what came to the hop under wrong keys
  std::vector<rrc::ReestablishmentRequest> reestablishments;

 private:
  void pump() {
    while (!out.empty())
      for (Action& a : out.take())
        std::visit(Cases{[&](SendDatagram& d) { on_air(d.remote, d.octets); },
                         [&](StartTimer& t) { timers[t.timer] = t.at; },
                         [&](StopTimer& t) { timers.erase(t.timer); },
                         [&](Outcome& o) { outcomes.push_back(std::move(o)); },
                         [&](Step& s) { steps.push_back(std::move(s)); },
                         [&](Record& r) { ledger.push_back(std::move(r.entry)); },
                         [&](Count& c) { ++counters[std::string(c.counter)]; },
                         [&](Log& l) { lines.push_back(std::move(l.text)); }, [](auto&) {}},
                   a);
  }
  void deliver(Actions& net) {
    for (Action& a : net.take())
      if (auto* d = std::get_if<SendDatagram>(&a))
        ue.on(DatagramIn{Port::radio, here(), std::move(d->octets)}, now, out);
    pump();
  }
  void answer(const rrc::Message& m, rrc::Channel channel) {
    ue.on(DatagramIn{Port::radio, here(), rrc::encode(rrc::Frame{channel, {}, 0, 0, rrc::encode(m)})}, now,
          out);
  }
  void on_air(Endpoint cell, const ByteVector& octets) {
    auto frame = rrc::decode_frame(octets);
    ASSERT_TRUE(frame);
    const Endpoint before = std::exchange(last_cell, cell);
    if (frame->channel == rrc::Channel::broadcast) {
      const auto camp = rrc::decode<rrc::Camp>(frame->payload);
      ASSERT_TRUE(camp);
      camps.push_back(*camp);
      if (cell_answers) answer(cells.at(cell), rrc::Channel::broadcast);
      if (ue.connected()) last_cell = before;  // another cell was only measured
      return;
    }
    if (frame->channel == rrc::Channel::srb0) {
      if (const auto back = rrc::decode<rrc::ReestablishmentRequest>(frame->payload)) {
        reestablishments.push_back(*back);
        return;
      }
      const auto request = rrc::decode<rrc::ConnectionRequest>(frame->payload);
      ASSERT_TRUE(request);
      requests.push_back(*request);
      if (!connection_answers) return;
      const rrc::CRnti c_rnti{next_c_rnti++};
      link.emplace(peer::RadioLink(ue_endpoint, c_rnti, TimerId{TimerDomain::link, 1, 1}));
      srb1.emplace(context::Side::network, Byte{1});
      answer(rrc::ConnectionSetup{request->identity, c_rnti}, rrc::Channel::srb0);
      return;
    }
    Actions net;
    if (hop && hop->at == cell && hop->link.c_rnti() == frame->c_rnti) {
      if (hop->deaf) return;
      hop->link.on_frame(*frame, now, net);
      if (auto pdu = hop->link.take(net)) {
        auto text = hop->srb1.unprotect(pdu->octets);
        if (!text) {
          hop->link.refuse();
          ++hop_refused;
          return;
        }
        // It is the UE: the hop is the connection.
        link.emplace(std::move(hop->link));
        srb1.emplace(std::move(hop->srb1));
        hop.reset();
        on_text(*text);
        listen(net);
      }
      return;
    }
    if (!link || link->c_rnti() != frame->c_rnti) return;
    link->on_frame(std::move(*frame), now, net);
    listen(net);
  }
  void listen(Actions& net) {
    while (auto pdu = link->take(net)) {
      auto text = srb1->unprotect(pdu->octets);
      on_text(text ? Bytes(*text) : context::SignallingBearer::text_of(pdu->octets));
    }
    for (Action& a : net.take())
      if (auto* d = std::get_if<SendDatagram>(&a))
        ue.on(DatagramIn{Port::radio, here(), std::move(d->octets)}, now, out);
  }
  void on_text(Bytes text) {
    auto m = rrc::decode_any(text);
    ASSERT_TRUE(m) << "unreadable on SRB1";
    if (auto* up = std::get_if<rrc::UlInformationTransfer>(&*m)) {
      uplink.push_back(std::move(up->nas));
    } else if (auto* complete = std::get_if<rrc::ConnectionSetupComplete>(&*m)) {
      uplink.push_back(complete->nas);
      setup_complete = std::move(*complete);
    } else {
      other.push_back(std::move(*m));
    }
  }

  Endpoint ue_endpoint{Ipv4{{127, 0, 1, 1}}, 4997};
};

}  // namespace baton::node::ue
