// The messages of a handover, changed by a neighbour, at live MMEs and eNBs: before a handover, at every step
// of one, and after it. What nobody can read changes nothing and the handover goes its way; what says
// something else ends it in a defined way; the victim is served afterwards. These are the messages that ended
// other networks' nodes (CVE-2023-37000, 37006, 37007, 37009 to 37011, 37015, CVE-2024-24433 to 24440): ids
// and elements absent, wrong or of nobody, containers of many lengths, choices past their table.
#include <gtest/gtest.h>

#include <set>

#include "scenarios/hostile.h"
#include "scenarios/stage.h"
#include "wire/s1ap_elements.h"

namespace baton::lab {
namespace {

namespace s1ap = wire::s1ap;
using s1ap::IeId;

/// Which handover: to an eNB of the same MME, or of another.
struct Way {
  const char* name;
  std::size_t to;
};
constexpr Way inside{"inside an MME", 1};
constexpr Way between{"between MMEs", 2};
constexpr std::size_t enbs = 4;
constexpr std::size_t mmes = 2;

std::unique_ptr<Cast> network() {
  auto cast = std::make_unique<Cast>(script(1, enbs, 1, mmes));
  return cast->attach(0) ? std::move(cast) : nullptr;
}
void begin(Cast& cast, const Way& way) {
  cast.net.command(Cast::ue_name(0), {node::Verb::handover, {}, static_cast<std::uint32_t>(way.to)});
}

bool of_a_handover(const WireTap& t) {
  if (t.port != peer::Port::s1ap || t.octets.size() < 2 || t.to.empty()) return false;
  const unsigned procedure = t.octets[1];
  return procedure <= 4 || procedure == 24 || procedure == 25;
}
std::string name_of(const WireTap& t) {
  const auto got = s1ap::decode_any(t.octets);
  return t.from + " to " + t.to + ": " + (got ? std::string(s1ap::name_of(got->pdu)) : "unreadable");
}

/// heard gives the S1AP messages of one handover that goes well, in their order.
const std::vector<WireTap>& heard(const Way& way) {
  static std::map<std::size_t, std::vector<WireTap>> all;
  auto& out = all[way.to];
  if (!out.empty()) return out;
  auto cast = network();
  EXPECT_TRUE(cast);
  if (!cast) return out;
  EXPECT_TRUE(cast->handover(0, way.to)) << story(*cast);
  for (const WireTap& t : cast->net.taps())
    if (of_a_handover(t)) out.push_back(t);
  return out;
}

/// changed gives what a neighbour makes of a message, element by element.
std::vector<ByteVector> changed(const ByteVector& octets) {
  std::vector<ByteVector> out;
  const s1ap::Apart whole = s1ap::apart(octets);
  for (std::size_t i = 0; i < whole.elements.size(); ++i) {
    const auto with = [&](auto change) {
      s1ap::Apart m = whole;
      change(m);
      out.push_back(m.together());
    };
    const auto at = static_cast<std::ptrdiff_t>(i);
    with([&](s1ap::Apart& m) { m.elements.erase(m.elements.begin() + at); });
    with([&](s1ap::Apart& m) { m.elements.insert(m.elements.begin() + at, m.elements[i]); });
    with([&](s1ap::Apart& m) { m.elements[i].id = 60'000; });
    with([&](s1ap::Apart& m) { m.elements[i].value.clear(); });
    with([&](s1ap::Apart& m) { m.elements[i].value.back() ^= 0x55; });
    with([&](s1ap::Apart& m) { m.elements[i].value.front() ^= 0xFF; });
    with([&](s1ap::Apart& m) { m.elements[i].value.assign(4, 0xFF); });
    if (i > 0) with([&](s1ap::Apart& m) { std::swap(m.elements[i - 1], m.elements[i]); });
  }
  s1ap::Apart none = whole;
  none.elements.clear();
  out.push_back(none.together());
  for (auto* more : {&flips, &lies}) {
    auto some = (*more)(octets, 24, octets.size());
    out.insert(out.end(), some.begin(), some.end());
  }
  return out;
}

/// with_container replaces a message's transparent container by one of `n` octets.
ByteVector with_container(const ByteVector& octets, std::size_t n) {
  s1ap::Apart m = s1ap::apart(octets);
  for (const IeId id :
       {IeId::source_to_target_transparent_container, IeId::target_to_source_transparent_container}) {
    s1ap::Element* e = m.find(id);
    if (e == nullptr) continue;
    wire::per::Writer w;
    w.octet_string(ByteVector(n, 0x5A), {});
    e->value = w.done();
  }
  return m.together();
}
constexpr std::size_t lengths[] = {0,      1,      2,      63,     64,     127,    128,
                                   255,    256,    1'023,  1'024,  4'096,  16'383, 16'384,
                                   16'385, 32'768, 49'152, 65'400, 65'535, 65'536, 65'537};

/// clean: nothing of a disturbance is left in any table.
std::string left_behind(Cast& cast) {
  std::size_t ues = 0, connections = 0, provisional = 0, at_enbs = 0;
  for (std::size_t i = 0; i < mmes; ++i) {
    ues += cast.mme(i).ue_count();
    connections += cast.mme(i).connection_count();
    provisional += cast.mme(i).provisional_count();
  }
  for (std::size_t i = 0; i < enbs; ++i) at_enbs += cast.enb(i).ue_count();
  const std::size_t sessions = cast.upe().sessions().size();
  if (ues <= 1 && connections <= 1 && provisional == 0 && at_enbs <= 1 && sessions <= 1) return {};
  return std::to_string(ues) + " ues, " + std::to_string(connections) + " connections, " +
         std::to_string(provisional) + " provisional, " + std::to_string(at_enbs) + " at eNBs, " +
         std::to_string(sessions) + " sessions";
}
bool served(Cast& cast) {
  if (cast.ue(0).connected() && !cast.idle(0)) return false;
  return cast.service_request(0) && cast.agree(0, KeyKind::kasme) && cast.agree(0, KeyKind::knas_int) &&
         cast.agree(0, KeyKind::kenb);
}
/// comes_round lets time pass and does what the victim's owner would. True when it is served and nothing is
/// left of the disturbance.
bool comes_round(Cast& cast) {
  for (int tries = 0; tries < 4; ++tries) {
    cast.run(tries == 0 ? 1min : 15min);
    if (cast.ue(0).state() == node::ue::State::registered && served(cast)) break;
    if (cast.ue(0).state() == node::ue::State::registered) cast.detach(0);
    cast.power_cycle(0);
    cast.attach(0);
    if (cast.ue(0).state() == node::ue::State::registered && served(cast)) break;
    if (tries == 3) return false;
  }
  cast.run(15min);
  return left_behind(cast).empty();
}

/// state is what a message that nobody can read must leave alone.
std::string state(Cast& cast) {
  std::string out = left_behind(cast);
  out += " ue " + std::to_string(static_cast<int>(cast.ue(0).state())) + " connected " +
         std::to_string(cast.ue(0).connected());
  for (std::size_t i = 0; i < enbs; ++i) out += " " + std::to_string(cast.enb(i).ue_count());
  for (std::size_t i = 0; i < mmes; ++i)
    out +=
        " " + std::to_string(cast.mme(i).ue_count()) + "/" + std::to_string(cast.mme(i).connection_count());
  for (const auto& k : cast.keys(0)) {
    out += " " + std::string(to_string(k.kind)) + "=" + (k.current ? k.current->to_string() : "-");
    for (const auto& h : k.holders) out += "@" + h;
  }
  return out;
}

/// Throws every change of every message of a handover at whoever heard it, the unreadable ones first.
void throw_all(Cast& cast, const Way& way) {
  const std::string before = state(cast);
  for (const WireTap& t : heard(way)) {
    for (const ByteVector& m : changed(t.octets)) {
      if (attitude_of(t, m) != Attitude::invalid) continue;
      ASSERT_TRUE(deliver(cast, t, m)) << name_of(t);
      cast.settle();
      ASSERT_EQ(state(cast), before) << name_of(t) << "\n" << hex(m);
    }
  }
  EXPECT_TRUE(served(cast)) << state(cast);
}

class HostileHandover : public testing::TestWithParam<Way> {};

TEST_P(HostileHandover, the_story_shows_every_message) {
  std::set<std::string> kinds;
  for (const WireTap& t : heard(GetParam()))
    kinds.insert(std::string(s1ap::name_of(s1ap::decode_any(t.octets)->pdu)));
  for (const char* name :
       {"HANDOVER REQUIRED", "HANDOVER REQUEST", "HANDOVER REQUEST ACKNOWLEDGE", "HANDOVER COMMAND",
        "ENB STATUS TRANSFER", "MME STATUS TRANSFER", "HANDOVER NOTIFY"})
    EXPECT_TRUE(kinds.contains(name)) << name;
}

TEST_P(HostileHandover, what_nobody_can_read_changes_nothing_before_a_handover_and_after_it) {
  auto cast = network();
  ASSERT_TRUE(cast);
  throw_all(*cast, GetParam());
  if (!cast->ue(0).connected()) {
    ASSERT_TRUE(cast->service_request(0));
  }
  EXPECT_TRUE(cast->handover(0, GetParam().to)) << story(*cast);
  throw_all(*cast, GetParam());
  EXPECT_TRUE(comes_round(*cast)) << state(*cast);
}

TEST_P(HostileHandover, what_says_something_else_before_a_handover_or_after_it_ends_in_a_served_victim) {
  for (const bool after : {false, true}) {
    for (const WireTap& t : heard(GetParam())) {
      SCOPED_TRACE(name_of(t) + (after ? " after" : " before"));
      auto cast = network();
      ASSERT_TRUE(cast);
      if (after) {
        ASSERT_TRUE(cast->handover(0, GetParam().to));
      }
      std::vector<ByteVector> all = changed(t.octets);
      all.push_back(t.octets);
      for (const ByteVector& m : all) {
        if (attitude_of(t, m) == Attitude::invalid) continue;
        ASSERT_TRUE(deliver(*cast, t, m)) << hex(m);
        cast->settle();
      }
      EXPECT_TRUE(comes_round(*cast)) << state(*cast);
    }
  }
}

/// step_to handles events until number `n` of the handover's messages has crossed a wire.
bool step_to(Cast& cast, std::size_t n) {
  std::size_t looked = cast.net.taps().size();
  for (std::size_t seen = 0; seen <= n;) {
    if (!cast.net.step()) return false;
    for (; looked < cast.net.taps().size(); ++looked)
      if (of_a_handover(cast.net.taps()[looked])) ++seen;
  }
  return true;
}

// An unreadable HANDOVER REQUIRED or REQUEST gets its own unsuccessful outcome, in the name of the eNB that
// is said to have sent it: the handover may end there, in good order.
TEST_P(HostileHandover, what_nobody_can_read_at_any_step_ends_in_a_served_victim) {
  const auto& messages = heard(GetParam());
  for (std::size_t step = 0; step < messages.size(); ++step) {
    for (const WireTap& t : messages) {
      SCOPED_TRACE(name_of(t) + " thrown after " + name_of(messages[step]));
      auto cast = network();
      ASSERT_TRUE(cast);
      begin(*cast, GetParam());
      ASSERT_TRUE(step_to(*cast, step));
      for (const ByteVector& m : changed(t.octets))
        if (attitude_of(t, m) == Attitude::invalid) cast->net.inject_link(t.from, t.to, t.port, t.stream, m);
      cast->run(16s);  // the longest that a UE waits for the network's word on its report
      ASSERT_NE(cast->outcome(0, "handover"), nullptr) << story(*cast);
      EXPECT_TRUE(comes_round(*cast)) << state(*cast);
    }
  }
}

TEST_P(HostileHandover, what_says_something_else_at_any_step_ends_the_handover_in_a_defined_way) {
  const auto& messages = heard(GetParam());
  for (std::size_t step = 0; step < messages.size(); ++step) {
    for (const WireTap& t : messages) {
      SCOPED_TRACE(name_of(t) + " thrown after " + name_of(messages[step]));
      auto cast = network();
      ASSERT_TRUE(cast);
      begin(*cast, GetParam());
      ASSERT_TRUE(step_to(*cast, step));
      std::vector<ByteVector> all = changed(t.octets);
      all.push_back(t.octets);
      for (const ByteVector& m : all)
        if (attitude_of(t, m) != Attitude::invalid) cast->net.inject_link(t.from, t.to, t.port, t.stream, m);
      EXPECT_TRUE(comes_round(*cast)) << state(*cast) << "\n" << story(*cast);
    }
  }
}

// CVE-2024-24433 to 24436: the length of a container, at each node that it passes.
TEST_P(HostileHandover, a_container_of_any_length_ends_the_handover_in_a_defined_way) {
  const auto& messages = heard(GetParam());
  for (std::size_t step = 0; step < messages.size(); ++step) {
    const WireTap& t = messages[step];
    if (with_container(t.octets, 1) == with_container(t.octets, 2)) continue;  // it has none
    for (const std::size_t n : lengths) {
      SCOPED_TRACE(name_of(t) + " with a container of " + std::to_string(n));
      auto cast = network();
      ASSERT_TRUE(cast);
      // In the place of the real one: it is injected before its sender has the answer of the step before.
      if (step > 0) {
        begin(*cast, GetParam());
        ASSERT_TRUE(step_to(*cast, step - 1));
      }
      cast->net.inject_link(t.from, t.to, t.port, t.stream, with_container(t.octets, n));
      EXPECT_TRUE(comes_round(*cast)) << state(*cast) << "\n" << story(*cast);
    }
  }
}

// The 256 bearers of a status transfer are more than one GTPv2-C element takes to another MME.
TEST_P(HostileHandover, a_status_transfer_of_any_size_ends_the_handover_in_a_defined_way) {
  const auto& messages = heard(GetParam());
  for (std::size_t step = 0; step < messages.size(); ++step) {
    const WireTap& t = messages[step];
    auto real = s1ap::decode<s1ap::EnbStatusTransfer>(t.octets);
    if (!real) continue;
    for (const std::size_t bearers : {1U, 2U, 16U, 124U, 125U, 256U}) {
      SCOPED_TRACE(bearers);
      auto cast = network();
      ASSERT_TRUE(cast);
      begin(*cast, GetParam());
      ASSERT_TRUE(step_to(*cast, step - 1));
      real->container.bearers.assign(bearers,
                                     {s1ap::ErabId{5},
                                      {s1ap::PdcpCount::sn_max, s1ap::PdcpCount::hfn_max},
                                      {1, 2},
                                      s1ap::ReceiveStatus{ByteVector(s1ap::ReceiveStatus::bits / 8, 0xFF)}});
      cast->net.inject_link(t.from, t.to, t.port, t.stream, s1ap::encode(*real));
      EXPECT_TRUE(comes_round(*cast)) << state(*cast) << "\n" << story(*cast);
    }
  }
}

// A path switch that nobody asked for, with algorithms of an eNB's choice (open5gs#4519): refused, and what
// the MME stored stands.
//= TS 36.413, 8.4.4.3; type=test
TEST_P(HostileHandover, a_path_switch_is_refused_and_touches_nobody) {
  for (const bool after : {false, true}) {
    auto cast = network();
    ASSERT_TRUE(cast);
    if (after) {
      ASSERT_TRUE(cast->handover(0, GetParam().to));
    }
    const std::string before = state(*cast);
    for (const std::uint32_t id : {0U, 1U, 2U, 3U, 7U, 0xFFFF'FFFFU}) {
      for (const std::uint16_t algorithms : {0x0000, 0x4000, 0xFFFF}) {
        const std::size_t at = cast->net.taps().size();
        const s1ap::PathSwitchRequest m{
            s1ap::EnbUeS1apId{9},
            {{s1ap::ErabId{5}, s1ap::TransportLayerAddress::from(enb_address(1)), Teid{1}}},
            s1ap::MmeUeS1apId{id},
            {PlmnId::test_value(), 0x0000101},
            {PlmnId::test_value(), Tac{2}},
            {algorithms, algorithms}};
        ASSERT_TRUE(cast->net.inject_link("enb2", "mme", peer::Port::s1ap, 1, s1ap::encode(m)));
        cast->settle();
        std::size_t refusals = 0;
        for (std::size_t i = at; i < cast->net.taps().size(); ++i) {
          const WireTap& t = cast->net.taps()[i];
          EXPECT_FALSE(t.to == "enb2" && s1ap::decode<s1ap::PathSwitchRequestAcknowledge>(t.octets));
          const auto failure = s1ap::decode<s1ap::PathSwitchRequestFailure>(t.octets);
          if (t.to != "enb2" || !failure) continue;
          ++refusals;
          EXPECT_EQ(failure->enb_ue_id, s1ap::EnbUeS1apId{9});
          EXPECT_EQ(failure->mme_ue_id, s1ap::MmeUeS1apId{id});
        }
        EXPECT_EQ(refusals, 1U) << id;
        EXPECT_EQ(state(*cast), before);
      }
    }
    EXPECT_TRUE(comes_round(*cast)) << state(*cast);
  }
}

INSTANTIATE_TEST_SUITE_P(, HostileHandover, testing::Values(inside, between),
                         [](const auto& i) { return i.param.to == inside.to ? "inside" : "between"; });

}  // namespace
}  // namespace baton::lab
