// Every procedure is broken after each of its events: a wire cut, a node gone. Whatever the moment, the
// network heals, nobody holds a key without business, and the UE can be in service again.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "stage.h"

namespace baton::lab {
namespace {

/// Fault is a wire between two nodes, or a node where `b` is empty. A UE that is struck loses power.
struct Fault {
  std::string a, b;
  std::string name() const { return b.empty() ? a + " crashes" : a + " and " + b + " are cut"; }
  void strike(Stage& s) const {
    if (!b.empty())
      s.cast.net.cut(a, b);
    else if (a.starts_with("ue"))
      s.cast.net.command(a, {node::Verb::power_cycle, {}, 0});
    else
      s.crash(a);
  }
  void mend(Stage& s) const {
    if (!b.empty())
      s.cast.net.mend(a, b);
    else if (!a.starts_with("ue"))
      s.restart(a);
  }
};

const std::vector<Fault>& faults() {
  static const std::vector<Fault> all{{"ue1", "enb1"}, {"enb1", "mme"}, {"mme", "hss"},
                                      {"mme", "upe"},  {"ue1", ""},     {"enb1", ""},
                                      {"mme", ""},     {"hss", ""},     {"upe", ""}};
  return all;
}

/// Act is a procedure and what goes before it.
struct Act {
  const char* name;
  bool (*prepare)(Cast&);
  void (*begin)(Cast&);
};

void ask(Cast& c, const char* node, node::Verb verb, bool of_subscriber = false) {
  c.net.command(node, {verb, of_subscriber ? std::optional(imsi_of(0)) : std::nullopt, 0});
}

void PrintTo(const Act& act, std::ostream* out) { *out << act.name; }

bool registered(Cast& c) { return c.attach(0); }
bool idle(Cast& c) { return c.attach(0) && c.idle(0); }

const Act acts[] = {
    {"Attach", [](Cast&) { return true; }, [](Cast& c) { ask(c, "ue1", node::Verb::attach); }},
    {"AttachWithGuti", [](Cast& c) { return c.attach(0) && c.detach(0); },
     [](Cast& c) { ask(c, "ue1", node::Verb::attach); }},
    {"ServiceRequest", idle, [](Cast& c) { ask(c, "ue1", node::Verb::service_request); }},
    {"Paging", idle, [](Cast& c) { ask(c, "upe", node::Verb::page, true); }},
    {"Tau", idle, [](Cast& c) { ask(c, "ue1", node::Verb::tau); }},
    {"TauWithBearer", idle,
     [](Cast& c) {
       c.net.command("ue1", {node::Verb::tau, {}, 1});
     }},
    {"Release", registered,
     [](Cast& c) {
       // The way a person asks an eNB: the UE's address on the air.
       const auto o = ue_address(0).octets;
       const std::uint32_t n = std::uint32_t{o[0]} << 24U | o[1] << 16U | o[2] << 8U | o[3];
       c.net.command("enb1", {node::Verb::release, imsi_of(0), n});
     }},
    {"Detach", registered, [](Cast& c) { ask(c, "ue1", node::Verb::detach); }},
    {"DetachFromIdle", idle, [](Cast& c) { ask(c, "ue1", node::Verb::detach); }},
    {"SwitchOff", registered, [](Cast& c) { ask(c, "ue1", node::Verb::switch_off); }},
    {"NetworkDetach", registered, [](Cast& c) { ask(c, "mme", node::Verb::detach, true); }},
    {"Reauthenticate", registered, [](Cast& c) { ask(c, "mme", node::Verb::reauthenticate, true); }},
};

class EveryStep : public ::testing::TestWithParam<Act> {};

std::uint64_t events_of(const Act& act) {
  Stage s(with_inactivity());
  EXPECT_TRUE(act.prepare(s.cast)) << story(s.cast);
  const auto before = s.cast.net.events_handled();
  act.begin(s.cast);
  s.cast.settle();
  return s.cast.net.events_handled() - before;
}

TEST_P(EveryStep, MayFailAndNothingIsStuckAndNoKeyIsLeft) {
  const Act& act = GetParam();
  const std::uint64_t events = events_of(act);
  ASSERT_GT(events, 5U) << "the procedure is there";
  for (const Fault& fault : faults()) {
    for (std::uint64_t at = 1; at <= events; ++at) {
      // A fault shorter than any timer and one longer than most take turns.
      const Duration lasts = at % 2 != 0 ? Duration(200ms) : Duration(2min);
      SCOPED_TRACE(fault.name() + " after event " + std::to_string(at));
      Stage s(with_inactivity());
      s.cast.net.keep_taps(false);
      ASSERT_TRUE(act.prepare(s.cast));
      act.begin(s.cast);
      for (std::uint64_t i = 0; i < at; ++i) s.cast.net.step();
      fault.strike(s);
      s.cast.run(lasts);
      fault.mend(s);
      s.cast.run(healing);
      s.notice();
      const std::string wrong = s.wrong();
      if (!wrong.empty()) {
        ADD_FAILURE() << wrong << story(s.cast);
        return;
      }
      if (!s.revive(0)) {
        ADD_FAILURE() << "the UE is stuck\n" << story(s.cast);
        return;
      }
      ASSERT_EQ(s.wrong(), "") << story(s.cast);
      ASSERT_TRUE(s.cast.detach(0)) << story(s.cast);
      s.cast.run(30s);
      ASSERT_TRUE(s.holdings().empty()) << s.wrong() << story(s.cast);
      ASSERT_EQ(s.cast.upe().sessions().size(), 0U) << story(s.cast);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Fault, EveryStep, ::testing::ValuesIn(acts),
                         [](const auto& act) { return std::string(act.param.name); });

}  // namespace
}  // namespace baton::lab
