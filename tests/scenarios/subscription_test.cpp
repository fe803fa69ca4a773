// What an operator changes of a subscription reaches the network: Insert and Delete Subscriber Data, Cancel
// Location and Reset, with a wire cut or a node gone after each of their events. Whatever the moment, the
// store and the network agree in the end: who may use the network uses it as subscribed, who may not is out.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "stage.h"

namespace baton::lab {
namespace {

using context::Subscription;
using node::AdminOutcome;

constexpr std::uint32_t faster = 123'000'000;
constexpr Byte better_qci = 7;

/// Change is a task of the operator's and what it leads to.
struct Change {
  const char* name;
  /// What the subscription is before.
  std::function<void(Subscription&)> from;
  std::function<node::Administer(const Subscription&)> task;
  bool served_after;  ///< the subscriber may still use the network
};
void PrintTo(const Change& c, std::ostream* out) { *out << c.name; }

node::Administer changed(Subscription s) {
  node::ChangeSubscriber c{.imsi = imsi_of(0)};
  c.subscription = std::move(s);
  return {node::AdminToken{1}, std::move(c)};
}

const Change changes[] = {
    //= TS 29.272, 5.2.2.1; type=test
    {"InsertedRatesAndQuality", [](Subscription&) {},
     [](Subscription s) {
       s.ambr_down_bps = faster;
       s.apns.front().qci = better_qci;
       return changed(std::move(s));
     },
     true},
    {"InsertedAccess", [](Subscription&) {},
     [](Subscription s) {
       auto more = s.apns.front();
       more.apn = "ims";
       more.context_id = 2;
       s.apns.push_back(std::move(more));
       return changed(std::move(s));
     },
     true},
    //= TS 29.272, 5.2.2.2; type=test
    {"DeletedAccess",
     [](Subscription& s) {
       auto more = s.apns.front();
       more.apn = "ims";
       more.context_id = 2;
       s.apns.push_back(std::move(more));
       s.charging = "0800";
     },
     [](Subscription s) {
       s.apns.pop_back();
       s.charging.clear();
       return changed(std::move(s));
     },
     true},
    {"DeletedEverything", [](Subscription&) {},
     [](Subscription s) {
       s.apns.clear();
       return changed(std::move(s));
     },
     false},
    {"Barred", [](Subscription&) {},
     [](Subscription s) {
       s.barred = true;
       return changed(std::move(s));
     },
     false},
    //= TS 29.272, 5.2.1.2; type=test
    {"Removed", [](Subscription&) {},
     [](const Subscription&) {
       return node::Administer{node::AdminToken{1}, node::RemoveSubscriber{imsi_of(0)}};
     },
     false},
};

/// Moment is when the operator comes.
struct Moment {
  const char* name;
  bool (*prepare)(Cast&);
};
bool in_service(Cast& c) { return c.attach(0); }
bool idle(Cast& c) { return c.attach(0) && c.idle(0); }
const Moment moments[] = {{"connected", in_service}, {"idle", idle}};

struct Fault {
  std::string a, b;
  std::string name() const { return b.empty() ? a + " crashes" : a + " and " + b + " are cut"; }
};
const std::vector<Fault>& faults() {
  static const std::vector<Fault> all{{"mme", "hss"}, {"enb1", "mme"}, {"mme", "upe"},
                                      {"mme", ""},    {"hss", ""},     {"enb1", ""}};
  return all;
}

Script script_of(const Change& change) {
  Script s = with_inactivity();
  change.from(s.subscribers.front().subscription);
  return s;
}

/// told is what an MME has to know of a subscription.
bool told(const node::mme::Subscription& there, const Subscription& here) {
  if (there.ambr_up_bps != here.ambr_up_bps || there.ambr_down_bps != here.ambr_down_bps ||
      there.accesses.size() != here.apns.size())
    return false;
  for (const auto& apn : here.apns) {
    bool found = false;
    for (const auto& a : there.accesses)
      found = found || (a.apn == apn.apn && a.context_id == apn.context_id && a.qci == apn.qci);
    if (!found) return false;
  }
  return true;
}

class SubscriptionChange : public ::testing::TestWithParam<Change> {
 protected:
  /// agreed is whether the network does what the store says; else what is not so.
  static std::string disagreement(Stage& s) {
    const auto record = s.cast.subscribers.load(imsi_of(0));
    const auto* there = s.cast.mme().find(imsi_of(0));
    const bool may = record && !record->subscription.barred && !record->subscription.apns.empty();
    if (!may) {
      if (there != nullptr) return "the MME still serves who may not be served";
      if (s.cast.ue(0).state() == node::ue::State::registered && s.cast.ue(0).connected())
        return "the UE still believes to be served";
      if (s.cast.attach(0)) return "who may not be served gets in";
      return {};
    }
    if (!s.revive(0)) return "the UE is stuck";
    there = s.cast.mme().find(imsi_of(0));
    if (there == nullptr || !there->subscription) return "the MME knows nothing of the subscription";
    if (!told(*there->subscription, record->subscription)) return "the MME serves by what was subscribed to";
    return {};
  }
};

TEST_P(SubscriptionChange, ReachesTheNetworkAtOnce) {
  const Change& change = GetParam();
  for (const Moment& moment : moments) {
    SCOPED_TRACE(moment.name);
    Stage s(script_of(change));
    ASSERT_TRUE(moment.prepare(s.cast)) << story(s.cast);
    s.cast.net.administer("hss", change.task(s.cast.subscribers.load(imsi_of(0))->subscription));
    s.cast.settle();
    ASSERT_EQ(s.cast.net.administered().size(), 1U);
    EXPECT_EQ(s.cast.net.administered()[0].outcome, AdminOutcome::done) << s.cast.net.administered()[0].why;
    const auto* there = s.cast.mme().find(imsi_of(0));
    const auto record = s.cast.subscribers.load(imsi_of(0));
    if (change.served_after) {
      ASSERT_TRUE(there != nullptr && there->subscription) << story(s.cast);
      EXPECT_TRUE(told(*there->subscription, record->subscription)) << story(s.cast);
      EXPECT_GE(s.cast.net.counter("hss", "hss.idr_done"), 1U);
    } else {
      s.cast.run(1min);  // an idle UE is paged to be sent away
      EXPECT_EQ(s.cast.mme().find(imsi_of(0)), nullptr) << story(s.cast);
      EXPECT_FALSE(s.cast.ue(0).connected());
      EXPECT_EQ(s.cast.upe().sessions().find(imsi_of(0)), nullptr);
      EXPECT_FALSE(s.cast.attach(0)) << "who may not be served gets in";
    }
    EXPECT_EQ(s.wrong(), "") << story(s.cast);
  }
}

TEST_P(SubscriptionChange, ReachesTheNetworkInTheEndWhateverBreaksMeanwhile) {
  const Change& change = GetParam();
  for (const Moment& moment : moments) {
    std::uint64_t events = 0;
    {
      Stage s(script_of(change));
      ASSERT_TRUE(moment.prepare(s.cast));
      const auto before = s.cast.net.events_handled();
      s.cast.net.administer("hss", change.task(s.cast.subscribers.load(imsi_of(0))->subscription));
      s.cast.settle();
      events = s.cast.net.events_handled() - before;
    }
    ASSERT_GT(events, 3U);
    for (const Fault& fault : faults()) {
      for (std::uint64_t at = 1; at <= events; ++at) {
        // A fault shorter than any timer and one longer than most take turns.
        const Duration lasts = at % 2 != 0 ? Duration(200ms) : Duration(2min);
        SCOPED_TRACE(std::string(moment.name) + ", " + fault.name() + " after event " + std::to_string(at));
        Stage s(script_of(change));
        s.cast.net.keep_taps(false);
        ASSERT_TRUE(moment.prepare(s.cast));
        s.cast.net.administer("hss", change.task(s.cast.subscribers.load(imsi_of(0))->subscription));
        for (std::uint64_t i = 0; i < at; ++i) s.cast.net.step();
        if (fault.b.empty())
          s.crash(fault.a);
        else
          s.cast.net.cut(fault.a, fault.b);
        s.cast.run(lasts);
        // An HSS that comes back does not know what it had still to say: it says so to its clients.
        //= TS 29.272, 5.2.4.1; type=test
        s.cast.hss_config.lost_places = fault.a == "hss";
        if (fault.b.empty())
          s.restart(fault.a);
        else
          s.cast.net.mend(fault.a, fault.b);
        s.cast.run(healing);
        // The UE is heard of: whoever was told that places are lost asks the HSS then.
        if (s.cast.ue(0).state() == node::ue::State::registered && !s.cast.ue(0).connected())
          s.cast.service_request(0);
        s.cast.run(healing);
        s.notice();
        const std::string why = disagreement(s);
        if (!why.empty()) {
          ADD_FAILURE() << why << "\n" << story(s.cast);
          return;
        }
        s.cast.run(1min);
        ASSERT_EQ(s.wrong(), "") << story(s.cast);
        // What was answered has happened.
        for (const auto& done : s.cast.net.administered()) {
          if (done.outcome != AdminOutcome::done) continue;
          const auto record = s.cast.subscribers.load(imsi_of(0));
          const bool may = record && !record->subscription.barred && !record->subscription.apns.empty();
          EXPECT_EQ(may, change.served_after);
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Operator, SubscriptionChange, ::testing::ValuesIn(changes),
                         [](const auto& c) { return std::string(c.param.name); });

// The operator comes while the UE attaches, at each of its events: it may get in by what was subscribed to a
// moment ago, but it does not stay by it.
TEST_P(SubscriptionChange, HoldsForAUeThatIsAttachingToo) {
  const Change& change = GetParam();
  std::uint64_t events = 0;
  {
    Stage s(script_of(change));
    const auto before = s.cast.net.events_handled();
    s.cast.attach(0);
    events = s.cast.net.events_handled() - before;
  }
  for (std::uint64_t at = 1; at <= events; ++at) {
    SCOPED_TRACE("after event " + std::to_string(at));
    Stage s(script_of(change));
    s.cast.net.keep_taps(false);
    s.cast.net.command("ue1", {node::Verb::attach, {}, 0});
    for (std::uint64_t i = 0; i < at; ++i) s.cast.net.step();
    s.cast.net.administer("hss", change.task(s.cast.subscribers.load(imsi_of(0))->subscription));
    s.cast.run(healing);
    s.notice();
    const std::string why = disagreement(s);
    if (!why.empty()) {
      ADD_FAILURE() << why << "\n" << story(s.cast);
      return;
    }
    ASSERT_EQ(s.wrong(), "") << story(s.cast);
    ASSERT_EQ(s.cast.upe().sessions().find(imsi_of(0)) != nullptr, change.served_after) << story(s.cast);
  }
}

// The operator ends a registration, not the subscription: the UE is sent away and may come again.
TEST(Withdrawal, SendsTheUeAwayWhichMayComeBack) {
  Stage s(with_inactivity());
  ASSERT_TRUE(s.cast.attach(0));
  s.cast.net.command("hss", {node::Verb::detach, imsi_of(0), 0});
  s.cast.settle();
  EXPECT_EQ(s.cast.mme().find(imsi_of(0)), nullptr) << story(s.cast);
  EXPECT_EQ(s.cast.net.counter("hss", "hss.clr_done"), 1U);
  EXPECT_TRUE(s.revive(0)) << story(s.cast);
  EXPECT_EQ(s.wrong(), "");
}

}  // namespace
}  // namespace baton::lab
