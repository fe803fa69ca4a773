// upe_world.h: the UPE alone, asked by an MME that is a few lines long, in invented time.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "node/upe/upe.h"

namespace baton::node::upe {
using gtp2::CauseValue;
using gtp2::IeId;
namespace ie = gtp2::ie;

inline constexpr Endpoint mme1{{{127, 0, 0, 4}}, 2123};
inline constexpr Endpoint mme2{{{127, 0, 0, 14}}, 2123};
inline constexpr Endpoint stranger{{{127, 0, 0, 66}}, 2123};
inline constexpr Endpoint upe_door{{{127, 0, 0, 6}}, 2123};

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

inline Config config() {
  Config c;
  c.gtpc = upe_door;
  c.gtpu = {{127, 0, 0, 6}};
  c.mmes = {{"mme1", mme1}, {"mme2", mme2}};
  c.restart_counter = gtp2::Recovery{1};
  return c;
}

class UpeTest : public ::testing::Test {
 protected:
  explicit UpeTest(Config c = config()) : upe(std::move(c), entropy) {}

  CountingEntropy entropy;
  Upe upe;
  Instant now{};
  std::uint32_t sequence = 100;
  std::vector<Action> last;
  std::map<Endpoint, gtp2::Sequence> echo_asked;

  std::vector<gtp2::Decoded> give(Endpoint from, ByteVector octets) {
    Actions out;
    upe.on(DatagramIn{Port::gtpc, from, std::move(octets)}, now, out);
    return collect(out);
  }
  std::vector<gtp2::Decoded> collect(Actions& out) {
    last = out.take();
    std::vector<gtp2::Decoded> sent;
    for (const Action& a : last)
      if (const auto* d = std::get_if<SendDatagram>(&a)) {
        auto m = gtp2::decode_any(d->octets);
        EXPECT_TRUE(m) << m.why().to_string();
        if (m->header.type == gtp2::EchoRequest::type)
          echo_asked.insert_or_assign(d->remote, m->header.sequence);
        sent.push_back(std::move(*m));
      }
    return sent;
  }
  // Answers the last Echo Request that went to this MME.
  void answer_echo(Endpoint mme, Byte counter) {
    ASSERT_TRUE(echo_asked.contains(mme));
    give(mme, gtp2::encode(gtp2::EchoResponse{gtp2::Recovery{counter}, {}}, {}, echo_asked.at(mme)));
  }
  // Sends a request and gives back the answer, which must have the request's number.
  gtp2::Decoded ask(const gtp2::Message& m, Teid teid, Endpoint from = mme1) {
    const gtp2::Sequence seq{++sequence};
    auto sent = give(from, gtp2::encode(m, teid, seq));
    for (auto& d : sent)
      if (d.header.sequence == seq && d.header.type == gtp2::response_type(gtp2::type_of(m)))
        return std::move(d);
    ADD_FAILURE() << "no answer to " << gtp2::name_of(m);
    return {{}, gtp2::EchoRequest{}};
  }
  gtp2::Cause refused(const gtp2::Message& m, Teid teid, Endpoint from = mme1) {
    return *gtp2::cause_of(ask(m, teid, from).message);
  }
  static gtp2::CreateSessionRequest create(std::string_view imsi = "001010123456789", Byte ebi = 5) {
    gtp2::CreateSessionRequest m;
    m.imsi = *Imsi::parse(imsi);
    m.rat = gtp2::RatType::eutran;
    m.sender = {gtp2::InterfaceType::s11_mme, Teid{0xAA}, mme1.address, {}};
    m.apn = gtp2::Apn{"internet"};
    m.pdn_type = gtp2::PdnType::ipv4;
    m.ambr = gtp2::Ambr{50'000, 100'000};
    m.bearers = {{gtp2::Ebi{ebi}, {}, {}, {}, {}}};
    m.recovery = gtp2::Recovery{1};
    return m;
  }
  gtp2::CreateSessionResponse created(const gtp2::CreateSessionRequest& m, Endpoint from = mme1,
                                      Teid teid = {}) {
    const auto d = ask(m, teid, from);
    EXPECT_EQ(d.header.teid, m.sender.teid);
    const auto* r = std::get_if<gtp2::CreateSessionResponse>(&d.message);
    return r != nullptr ? *r : gtp2::CreateSessionResponse{};
  }
  static gtp2::ModifyBearerRequest modify(Byte ebi = 5) {
    gtp2::ModifyBearerRequest m;
    m.bearers = {
        {gtp2::Ebi{ebi}, gtp2::FTeid{gtp2::InterfaceType::s1u_enb, Teid{9}, Ipv4{{127, 0, 0, 5}}, {}}, {}}};
    return m;
  }
  // A session with its eNB's end in place; the Teid is the UPE's on S11.
  Teid connected(std::string_view imsi = "001010123456789") {
    const Teid s11 = created(create(imsi)).sender->teid;
    EXPECT_EQ(refused(modify(), s11).value, CauseValue::request_accepted);
    return s11;
  }
  Session& session(std::string_view imsi = "001010123456789") {
    return *upe.sessions().find(*Imsi::parse(imsi));
  }
  std::vector<gtp2::Decoded> page(std::string_view imsi = "001010123456789") {
    Actions out;
    upe.on(Command{Verb::page, *Imsi::parse(imsi), 0}, now, out);
    return collect(out);
  }
  bool counted(std::string_view counter) const {
    return std::any_of(last.begin(), last.end(), [&](const Action& a) {
      const auto* c = std::get_if<Count>(&a);
      return c != nullptr && c->counter == counter;
    });
  }
};

}  // namespace baton::node::upe
