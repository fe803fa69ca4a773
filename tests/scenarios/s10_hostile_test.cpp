// The messages between MMEs, made by somebody who is not the MME he says he is, or by an MME gone wrong:
// before, during and after the victim's moves. Nobody gets a key, no node ends, and the phone works.
#include <gtest/gtest.h>

#include <set>

#include "scenarios/hostile.h"
#include "story.h"
#include "wire/gtp2/codec.h"

namespace baton::lab {
namespace {

using namespace wire::gtp2;

constexpr std::uint16_t port = udp_port;
Endpoint mme_door(std::size_t i) { return {mme_address_of(i), port}; }
const Endpoint upe_door{upe_address, port};
const Endpoint stranger{{{127, 0, 0, 66}}, port};
const Endpoint wrong_port{mme_address_of(1), 2124};

template <class Key>
Key false_key(Byte fill) {
  std::array<Byte, Key::size> octets{};
  octets.fill(fill);
  return Key(octets);
}

// What the attacker knows of the victim: everything but keys.
struct Victim {
  Imsi imsi = imsi_of(0);
  Guti guti = Guti::test_value();
  Tai target_tai{PlmnId::test_value(), Tac{1}};
  MacroEnbId target_enb{PlmnId::test_value(), 1};
};

EpsMmContext false_context() {
  EpsMmContext mm{.ksi = 1, .nas_integrity = 2, .nas_ciphering = 2, .kasme = false_key<Kasme>(0xEE)};
  mm.next_hop = NextHop{false_key<Nh>(0xED), 2};
  mm.ue_network_capability = {0xE0, 0xE0};
  mm.subscribed_ambr = Ambr{1000, 1000};
  return mm;
}
std::vector<PdnConnection> false_pdns() {
  BearerMoved bearer;
  bearer.ebi = Ebi{5};
  bearer.s1u_sgw = {InterfaceType::s1u_sgw, Teid{1}, upe_address, {}};
  bearer.qos.qci = 9;
  PdnConnection pdn;
  pdn.apn = Apn{"internet"};
  pdn.ipv4 = Ipv4{{10, 45, 0, 2}};
  pdn.linked_ebi = Ebi{5};
  pdn.pgw = {InterfaceType::s5_pgw_control, Teid{1}, upe_address, {}};
  pdn.bearers.push_back(bearer);
  return {pdn};
}

std::vector<Message> messages(const Victim& v) {
  const FTeid sender{InterfaceType::s10_mme, Teid{0x77}, mme_address_of(1), {}};
  const FTeid upe{InterfaceType::s11_sgw, Teid{1}, upe_address, {}};
  std::vector<Message> out;
  ContextRequest asks;
  asks.guti = v.guti;
  // A Tracking Area Update Request under a MAC that is a guess.
  asks.complete_request =
      CompleteRequest{1, parse_hex("17 01020304 05 0748 00 0bf6 00f110 8001 01 c0000001").value()};
  asks.sender = sender;
  asks.rat = RatType::eutran;
  asks.target_plmn = PlmnId::test_value();
  out.emplace_back(asks);
  asks.complete_request.reset();
  asks.guti.reset();
  asks.imsi = v.imsi;
  out.emplace_back(asks);
  // "The UE has been verified", says an MME that did not.
  asks.indication = Indication{{0x00, 0x00}};
  asks.complete_request = CompleteRequest{1, {}};
  asks.guti = v.guti;
  out.emplace_back(asks);
  ContextResponse gives;
  gives.imsi = v.imsi;
  gives.mm = false_context();
  gives.pdn_connections = false_pdns();
  gives.sender = sender;
  gives.sgw_s11 = upe;
  out.emplace_back(std::move(gives));
  out.emplace_back(ContextAcknowledge{});
  ForwardRelocationRequest moves{.mm = false_context()};
  moves.imsi = v.imsi;
  moves.sender = sender;
  moves.pdn_connections = false_pdns();
  moves.sgw_s11 = upe;
  moves.container =
      FContainer{3, parse_hex("4003010203 00004e4002450000 00f1100019b01000 00f1100019b01180004d").value()};
  moves.target = TargetIdentification{v.target_enb, v.target_tai.tac};
  moves.cause = FCause{0, 16};
  out.emplace_back(std::move(moves));
  ForwardRelocationResponse agrees;
  agrees.sender = sender;
  agrees.bearers = {{Ebi{5}, {}, {}, {}, {}}};
  agrees.container = FContainer{3, parse_hex("000400010203").value()};
  out.emplace_back(agrees);
  out.emplace_back(ForwardRelocationCompleteNotification{});
  out.emplace_back(ForwardRelocationCompleteAcknowledge{});
  out.emplace_back(ForwardAccessContextNotification{
      {FContainer{3, parse_hex("00000059400b050001230045000abc0067").value()}}, {}});
  out.emplace_back(ForwardAccessContextAcknowledge{});
  out.emplace_back(RelocationCancelRequest{v.imsi, {}, FCause{0, 8}, {}});
  out.emplace_back(RelocationCancelRequest{});
  out.emplace_back(RelocationCancelResponse{});
  return out;
}

void fix_length(ByteVector& d) {
  d[2] = static_cast<Byte>((d.size() - 4) >> 8U);
  d[3] = static_cast<Byte>(d.size() - 4);
}

// What an MME gone wrong makes of a message: each element missing, renamed, in another instance, empty, with
// a length that is one off or beyond, twice; the message length off; the TEID flag missing; every end.
std::vector<ByteVector> mutations(const ByteVector& whole) {
  std::vector<ByteVector> out{whole};
  const auto at = [](std::size_t n) { return static_cast<std::ptrdiff_t>(n); };
  for (std::size_t i = 12; i + 4 <= whole.size();) {
    const std::size_t n = 4 + (std::size_t{whole[i + 1]} << 8U | whole[i + 2]);
    const auto with = [&](auto change) {
      ByteVector d = whole;
      change(d);
      out.push_back(std::move(d));
    };
    with([&](ByteVector& d) {
      d.erase(d.begin() + at(i), d.begin() + at(i + n));
      fix_length(d);
    });
    with([&](ByteVector& d) { d[i] = 200; });
    with([&](ByteVector& d) { d[i + 3] ^= 1U; });
    with([&](ByteVector& d) {
      d.erase(d.begin() + at(i + 4), d.begin() + at(i + n));
      d[i + 1] = d[i + 2] = 0;
      fix_length(d);
    });
    with([&](ByteVector& d) { ++d[i + 2]; });
    with([&](ByteVector& d) { --d[i + 2]; });
    with([&](ByteVector& d) { d[i + 1] = d[i + 2] = 0xFF; });
    with([&](ByteVector& d) {
      d.insert(d.end(), whole.begin() + at(i), whole.begin() + at(i + n));
      fix_length(d);
    });
    with([&](ByteVector& d) {
      d.resize(i + n / 2);
      fix_length(d);
    });
    i += n;
  }
  for (const int off : {-1, 1, 100}) {
    ByteVector d = whole;
    d[3] = static_cast<Byte>(d[3] + off);
    out.push_back(std::move(d));
  }
  ByteVector d = whole;
  d[0] = 0x40;
  out.push_back(std::move(d));
  return out;
}

// The two-MME network with the victim attached at the first MME.
std::unique_ptr<Cast> network(bool idle = false) {
  auto cast = std::make_unique<Cast>(script(1, 4, 1, 2));
  if (!cast->attach(0) || (idle && !cast->idle(0))) return nullptr;
  return cast;
}
Victim victim_of(Cast& cast) {
  Victim out;
  if (const auto& guti = cast.ue(0).guti()) out.guti = *guti;
  const auto& enb = cast.enb_configs[1];
  out.target_enb = enb.id;
  out.target_tai = enb.tai();
  return out;
}
// Everything that a message nobody may send, or nobody can read, must leave alone.
std::string all_standing(Cast& cast) {
  auto& other = cast.mme(1);
  return standing(cast) + "; mme2 " + std::to_string(other.ue_count()) + " ues, " +
         std::to_string(other.provisional_count()) + " provisional, " +
         std::to_string(other.connection_count()) + " connections";
}
// Whoever an MME has sent an MM context to since tap number `from`.
std::set<Endpoint> given_keys(const Cast& cast, std::size_t from) {
  std::set<Endpoint> out;
  const auto& taps = cast.net.taps();
  for (std::size_t i = from; i < taps.size(); ++i)
    if (taps[i].port == peer::Port::gtpc && taps[i].from.starts_with("mme") &&
        !secret_ranges(taps[i].octets).empty())
      out.insert(taps[i].destination);
  return out;
}
// Datagrams that the first MME has dropped without a word.
std::uint64_t dropped(const Cast& cast) {
  return cast.net.counter("mme", "gtp_unknown_peer") + cast.net.counter("mme", "gtp_unexpected_message") +
         cast.net.counter("mme", "gtp_bad_header");
}

/// works: the phone is or gets in service, at whichever MME, as its owner would see to it; its keys agree.
bool works(Cast& cast) {
  for (int tries = 0; tries < 4; ++tries) {
    const auto ready = [&] {
      return cast.ue(0).connected() && cast.ue(0).as_secured() && cast.agree(0, KeyKind::kasme) &&
             cast.agree(0, KeyKind::knas_int) && cast.agree(0, KeyKind::kenb);
    };
    if (cast.ue(0).connected()) cast.idle(0);
    if (cast.ue(0).state() == node::ue::State::deregistered) cast.attach(0);
    if (!cast.ue(0).connected()) cast.service_request(0);
    if (ready()) return true;
    cast.run(3min);
  }
  return false;
}

//= S1.G3; type=test
TEST(S10Hostile, NobodyButAConfiguredMmeIsHeardNorTheUpe) {
  for (const bool idle : {false, true}) {
    auto cast = network(idle);
    ASSERT_TRUE(cast);
    const std::size_t from = cast->net.taps().size();
    const std::string before = all_standing(*cast);
    std::uint32_t sequence = 100;
    for (const Endpoint& who : {stranger, wrong_port, upe_door})
      for (const Message& m : messages(victim_of(*cast)))
        for (const Teid teid : {Teid{0}, Teid{1}, Teid{0xFFFFFFFF}})
          for (const ByteVector& octets : mutations(encode(m, teid, Sequence{++sequence}))) {
            const auto heard = dropped(*cast);
            cast->net.inject(peer::Port::gtpc, who, mme_door(0), octets);
            cast->settle();
            ASSERT_EQ(dropped(*cast), heard + 1) << name_of(m) << " from " << who.to_string();
            ASSERT_EQ(all_standing(*cast), before) << name_of(m) << " from " << who.to_string();
          }
    for (std::size_t i = from; i < cast->net.taps().size(); ++i)
      EXPECT_NE(cast->net.taps()[i].source, mme_door(0)) << "it was answered";
    EXPECT_TRUE(works(*cast)) << story(*cast);
  }
}

TEST(S10Hostile, WhatNobodyCanReadChangesNothingWhoeverSendsIt) {
  for (const bool idle : {false, true}) {
    auto cast = network(idle);
    ASSERT_TRUE(cast);
    const std::size_t from = cast->net.taps().size();
    const std::string before = all_standing(*cast);
    std::uint32_t sequence = 100;
    std::size_t tried = 0;
    for (const Message& m : messages(victim_of(*cast))) {
      std::vector<ByteVector> all = mutations(encode(m, Teid{1}, Sequence{++sequence}));
      for (auto& octets : flips(all[0], 64, sequence)) all.push_back(std::move(octets));
      for (const ByteVector& octets : all) {
        if (decode_any(octets)) continue;
        ++tried;
        cast->net.inject(peer::Port::gtpc, mme_door(1), mme_door(0), octets);
        cast->settle();
        ASSERT_EQ(all_standing(*cast), before) << name_of(m);
      }
    }
    EXPECT_GT(tried, 100U);
    EXPECT_TRUE(given_keys(*cast, from).empty());
    EXPECT_TRUE(works(*cast)) << story(*cast);
  }
}

// A trusted MME may say many things about a UE; none of them gets it a key that the UE has not moved with,
// and the phone works afterwards.
TEST(S10Hostile, AnMmeGoneWrongGetsNoKeysAndThePhoneWorks) {
  std::uint32_t sequence = 100;
  for (const bool idle : {false, true})
    for (std::size_t which = 0; which < messages({}).size(); ++which) {
      auto cast = network(idle);
      ASSERT_TRUE(cast);
      const auto m = std::move(messages(victim_of(*cast))[which]);
      SCOPED_TRACE(std::string(name_of(m)) + (idle ? ", victim idle" : ", victim connected"));
      const std::size_t from = cast->net.taps().size();
      for (const Teid teid : {Teid{0}, Teid{1}, Teid{0xFFFFFFFF}})
        for (const ByteVector& octets : mutations(encode(m, teid, Sequence{++sequence}))) {
          if (!decode_any(octets)) continue;
          cast->net.inject(peer::Port::gtpc, mme_door(1), mme_door(0), octets);
          cast->net.inject(peer::Port::gtpc, mme_door(1), mme_door(0), octets);  // and twice
          cast->settle();
        }
      EXPECT_TRUE(given_keys(*cast, from).empty());
      EXPECT_EQ(cast->mme(0).provisional_count(), 0U);
      cast->run(1min);
      EXPECT_TRUE(works(*cast)) << story(*cast);
    }
}

// The same under the sequence numbers and TEIDs of a move that is under way, at each of its moments.
void during(bool connected, Duration until) {
  const std::size_t count = messages({}).size();
  std::size_t moment = 0, moves = 0;
  for (int events = 0; events < 60; events += 3, ++moment) {
    auto cast = network(!connected);
    ASSERT_TRUE(cast);
    const auto v = victim_of(*cast);
    const std::size_t heard = cast->net.taps().size();
    if (connected) {
      cast->net.command(Cast::ue_name(0), {node::Verb::handover, {}, 2});
    } else {
      cast->net.command(Cast::ue_name(0), {node::Verb::move, {}, 2});
      cast->net.command(Cast::ue_name(0), {node::Verb::tau, {}, 0});
    }
    for (int i = 0; i < events; ++i) cast->net.step();
    // What the two MMEs have said to each other so far tells an attacker on the path the numbers in use.
    std::set<std::uint32_t> sequences{1}, teids{0, 1};
    for (std::size_t i = heard; i < cast->net.taps().size(); ++i) {
      const WireTap& t = cast->net.taps()[i];
      if (t.port != peer::Port::gtpc) continue;
      if (const auto header = decode_header(t.octets)) {
        sequences.insert(header->header.sequence.value);
        if (header->header.teid) teids.insert(header->header.teid->value);
      }
    }
    const std::size_t which = moment % count;
    for (const std::uint32_t sequence : sequences)
      for (const std::uint32_t teid : teids)
        for (const auto& [from, to] : {std::pair{0, 1}, std::pair{1, 0}}) {
          const auto all = messages(v);
          for (const std::size_t one : {which, (which + count / 2) % count})
            for (const Endpoint& who : {mme_door(static_cast<std::size_t>(from)), stranger, upe_door})
              cast->net.inject(peer::Port::gtpc, who, mme_door(static_cast<std::size_t>(to)),
                               encode(all[one], Teid{teid}, Sequence{sequence}));
        }
    cast->run(until);
    EXPECT_TRUE(works(*cast)) << "after " << events << " events and " << name_of(messages(v)[which]) << "\n"
                              << story(*cast);
    const auto given = given_keys(*cast, 0);
    moves += !given.empty();
    for (const Endpoint& e : given) EXPECT_TRUE(e == mme_door(0) || e == mme_door(1));
  }
  // Not every moment costs the move, or nothing of this would have been put to the test.
  EXPECT_GT(moves, 0U);
}
TEST(S10Hostile, ForgedMessagesAtEveryMomentOfAHandoverCostAtMostTheHandover) { during(true, 3min); }
TEST(S10Hostile, ForgedMessagesAtEveryMomentOfAnUpdateCostAtMostTheUpdate) { during(false, 3min); }

TEST(S10Hostile, AfterAMoveTheOldMmeTellsNobodyAnything) {
  auto cast = network();
  ASSERT_TRUE(cast);
  const auto before = victim_of(*cast);
  (void)cast->handover(0, 2);
  cast->run(1min);
  const std::size_t from = cast->net.taps().size();
  std::uint32_t sequence = 100;
  for (const Victim& v : {before, victim_of(*cast)})
    for (const Message& m : messages(v))
      for (const Teid teid : {Teid{0}, Teid{1}})
        for (const auto& octets : mutations(encode(m, teid, Sequence{++sequence})))
          for (const auto& [who, to] : {std::pair{1, 0}, std::pair{0, 1}}) {
            cast->net.inject(peer::Port::gtpc, mme_door(static_cast<std::size_t>(who)),
                             mme_door(static_cast<std::size_t>(to)), octets);
            cast->settle();
          }
  EXPECT_TRUE(given_keys(*cast, from).empty());
  cast->run(3min);
  EXPECT_TRUE(works(*cast)) << story(*cast);
}

}  // namespace
}  // namespace baton::lab
