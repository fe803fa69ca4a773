#include "runtime/host.h"

#include <gtest/gtest.h>

#include "runtime/limits.h"
#include "scripted_node.h"
#include "store/memory_store.h"

namespace baton::runtime {
namespace {

using node::Actions;
using node::Event;
using peer::LinkId;
using peer::Port;

context::SubscriberRecord record(const Imsi& imsi, std::uint64_t seq) {
  const std::array<Byte, 16> key{};
  context::SubscriberRecord r{.imsi = imsi, .secret = MilenageSecret{K(key), Opc(key)}};
  r.seq_reserved = seq;
  return r;
}

// Everything a scripted node was told, in words.
std::string word(const Event& e) {
  return std::visit(
      Cases{
          [](const node::Started&) -> std::string { return "started"; },
          [](const node::LinkUp& l) {
            return "up " + std::to_string(l.link.value) + " " + l.remote.address.to_string();
          },
          [](const node::LinkDown& l) { return "down " + std::to_string(l.link.value); },
          [](const node::LinkData& l) { return "data " + std::to_string(l.stream) + " " + hex(l.octets); },
          [](const node::DatagramIn& d) { return "datagram " + d.remote.to_string() + " " + hex(d.octets); },
          [](const node::TimerFired& t) { return "timer " + std::to_string(t.timer.kind); },
          [](const node::SubscriberLoaded& s) {
            return "loaded " + std::to_string(s.token.value) +
                   (s.record ? " " + std::to_string(s.record->seq_reserved) : " nobody");
          },
          [](const node::SubscriberSaved& s) {
            return "saved " + std::to_string(s.token.value) + (s.ok ? " ok" : " failed");
          },
          [](const node::Command& c) { return "command " + std::string(node::to_string(c.verb)); },
          [](const node::Administer& a) { return "administer " + std::to_string(a.token.value); }},
      e);
}

TEST(Host, tells_a_node_that_the_world_is_ready_and_carries_datagrams_between_nodes) {
  transport::Loop loop;
  Services services(loop);
  std::vector<std::string> heard_a, heard_b;
  Host a(services,
         scripted("a",
                  [&](Event& e, Instant, Actions& out) {
                    heard_a.push_back(word(e));
                    if (std::holds_alternative<node::Started>(e))
                      out.datagram(Port::gtpc, at("127.0.51.2", 2123), {1, 2});
                  }),
         {{{Port::gtpc, at("127.0.51.1", 2123), true}}});
  Host b(services,
         scripted("b",
                  [&](Event& e, Instant, Actions& out) {
                    heard_b.push_back(word(e));
                    if (auto* d = std::get_if<node::DatagramIn>(&e)) out.datagram(Port::gtpc, d->remote, {3});
                  }),
         {{{Port::gtpc, at("127.0.51.2", 2123), true}}});
  ASSERT_TRUE(a.open());
  ASSERT_TRUE(b.open());
  b.start();
  a.start();
  ASSERT_TRUE(loop.run_until([&] { return heard_a.size() == 2; }, 2s));
  EXPECT_EQ(heard_a, (std::vector<std::string>{"started", "datagram 127.0.51.2:2123 03"}));
  EXPECT_EQ(heard_b, (std::vector<std::string>{"started", "datagram 127.0.51.1:2123 0102"}));
}

void converse(Port port, const char* server_at, const char* client_at, std::uint16_t number) {
  transport::Loop loop;
  Metrics metrics;
  Services services(loop);
  services.metrics = &metrics;
  std::vector<std::string> server_heard, client_heard;
  Host server(services,
              scripted("server",
                       [&](Event& e, Instant, Actions& out) {
                         server_heard.push_back(word(e));
                         if (auto* d = std::get_if<node::LinkData>(&e)) {
                           out.send(d->link, d->stream, {9});
                           out.close_link(d->link);
                           out.send(d->link, 0, {8});  // on a link it has closed: nothing leaves
                         }
                       }),
              {{{port, at(server_at, number), true}}});
  Host client(services,
              scripted("client",
                       [&](Event& e, Instant, Actions& out) {
                         client_heard.push_back(word(e));
                         if (std::holds_alternative<node::Started>(e))
                           out.open_link(LinkId{1}, port, at(server_at, number));
                         if (auto* l = std::get_if<node::LinkUp>(&e)) out.send(l->link, 3, {7});
                       }),
              {{{port, at(client_at, 0), false}}});
  ASSERT_TRUE(server.open()) << server.open().why();
  ASSERT_TRUE(client.open());
  server.start();
  client.start();
  ASSERT_TRUE(loop.run_until([&] { return client_heard.size() == 4; }, 5s)) << client_heard.size();
  const std::string stream = port == Port::s1ap ? "3" : "0";
  EXPECT_EQ(client_heard, (std::vector<std::string>{"started", "up 1 " + std::string(server_at),
                                                    "data " + stream + " 09", "down 1"}));
  EXPECT_EQ(server_heard, (std::vector<std::string>{"started", "up 2147483649 " + std::string(client_at),
                                                    "data " + stream + " 07"}));
  EXPECT_EQ(metrics.value("server", "link.send_on_closed"), 1u);
}

TEST(Host, opens_uses_and_closes_an_sctp_association) {
  converse(Port::s1ap, "127.0.52.1", "127.0.52.2", 36412);
}
TEST(Host, opens_uses_and_closes_a_tcp_connection) {
  converse(Port::diameter, "127.0.53.1", "127.0.53.2", 3868);
}

TEST(Host, a_link_that_cannot_be_made_is_told_as_down_and_may_be_asked_for_again) {
  transport::Loop loop;
  Services services(loop);
  std::vector<std::string> heard;
  Host host(services,
            scripted("n",
                     [&](Event& e, Instant, Actions& out) {
                       heard.push_back(word(e));
                       if (heard.size() <= 2) out.open_link(LinkId{5}, Port::diameter, at("127.0.54.9", 1));
                       if (heard.size() == 3)
                         out.open_link(LinkId{6}, Port::s1ap, at("127.0.54.9", 1));  // no such door
                     }),
            {{{Port::diameter, at("127.0.54.1", 0), false}}});
  ASSERT_TRUE(host.open());
  host.start();
  ASSERT_TRUE(loop.run_until([&] { return heard.size() == 4; }, 2s));
  EXPECT_EQ(heard, (std::vector<std::string>{"started", "down 5", "down 5", "down 6"}));
}

TEST(Host, timers_fire_in_order_can_be_moved_and_stopped) {
  transport::Loop loop;
  Services services(loop);
  std::vector<std::string> heard;
  const auto timer = [](std::uint16_t kind) { return peer::TimerId{peer::TimerDomain::ue, 1, kind}; };
  Host host(services,
            scripted("n",
                     [&](Event& e, Instant now, Actions& out) {
                       heard.push_back(word(e));
                       if (std::holds_alternative<node::Started>(e)) {
                         out.start_timer(timer(1), now + 30ms);
                         out.start_timer(timer(2), now + 10ms);
                         out.start_timer(timer(3), now + 20ms);
                         out.start_timer(timer(4), now + 5ms);
                         out.stop_timer(timer(4));
                         out.start_timer(timer(3), now + 40ms);
                         out.start_timer(timer(5), Instant{});  // long past: next turn
                       }
                     }),
            {});
  host.start();
  ASSERT_TRUE(loop.run_until([&] { return heard.size() == 5; }, 2s));
  loop.run_for(20ms);
  EXPECT_EQ(heard, (std::vector<std::string>{"started", "timer 5", "timer 2", "timer 1", "timer 3"}));
}

TEST(Host, a_timer_that_restarts_itself_in_the_past_does_not_hold_up_the_others) {
  transport::Loop loop;
  Services services(loop);
  int fired = 0;
  Host host(services,
            scripted("n",
                     [&](Event& e, Instant, Actions& out) {
                       if (std::holds_alternative<node::TimerFired>(e)) ++fired;
                       out.start_timer({peer::TimerDomain::node, 0, 1}, Instant{});
                     }),
            {});
  bool other = false;
  auto beside = loop.timer([&] { other = true; });
  beside->set(loop.now() + 5ms);
  host.start();
  ASSERT_TRUE(loop.run_until([&] { return other; }, 2s));
  EXPECT_GT(fired, 1);
}

TEST(Host, saves_of_one_turn_share_one_sync_and_answers_follow_it) {
  transport::Loop loop;
  Services services(loop);
  store::MemoryStore store;
  std::vector<std::string> heard;
  std::vector<std::uint64_t> syncs_when_saved;
  const Imsi imsi = Imsi::test_value();
  Host::Setup setup;
  setup.store = &store;
  Host host(services,
            scripted("hss",
                     [&](Event& e, Instant, Actions& out) {
                       heard.push_back(word(e));
                       if (std::holds_alternative<node::Started>(e)) {
                         out.load({1}, imsi);
                         for (std::uint64_t i = 2; i < 12; ++i) out.save({i}, record(imsi, i));
                         out.load({12}, imsi);
                       }
                       if (std::holds_alternative<node::SubscriberSaved>(e))
                         syncs_when_saved.push_back(store.syncs());
                     }),
            std::move(setup));
  host.start();
  ASSERT_TRUE(loop.run_until([&] { return syncs_when_saved.size() == 10; }, 2s));
  EXPECT_EQ(store.syncs(), 1u);
  EXPECT_EQ(syncs_when_saved, std::vector<std::uint64_t>(10, 1));
  EXPECT_EQ(heard[1], "loaded 1 nobody");
  EXPECT_EQ(heard[2], "loaded 12 11") << "a load sees what is staged";
  EXPECT_EQ(heard[3], "saved 2 ok");
}

TEST(Host, a_sync_that_fails_is_told_to_everybody_it_covered) {
  transport::Loop loop;
  Services services(loop);
  store::MemoryStore store;
  store.fail_syncs(1);
  std::vector<std::string> heard;
  Host::Setup setup;
  setup.store = &store;
  Host host(services,
            scripted("hss",
                     [&](Event& e, Instant, Actions& out) {
                       heard.push_back(word(e));
                       if (std::holds_alternative<node::Started>(e)) {
                         out.save({1}, record(Imsi::test_value(), 1));
                         out.save({2}, record(Imsi::test_value(), 2));
                       }
                     }),
            std::move(setup));
  host.start();
  ASSERT_TRUE(loop.run_until([&] { return heard.size() == 3; }, 2s));
  EXPECT_EQ(heard[1], "saved 1 failed");
  EXPECT_EQ(heard[2], "saved 2 failed");
}

TEST(Host, a_node_is_never_entered_twice) {
  transport::Loop loop;
  Services services(loop);
  store::MemoryStore store;
  int depth = 0, deepest = 0;
  Host::Setup setup;
  setup.store = &store;
  Host host(services,
            scripted("n",
                     [&](Event& e, Instant, Actions& out) {
                       deepest = std::max(deepest, ++depth);
                       if (auto* s = std::get_if<node::SubscriberLoaded>(&e)) {
                         if (s->token.value < 10) out.load({s->token.value + 1}, Imsi::test_value());
                       } else {
                         out.load({1}, Imsi::test_value());
                       }
                       --depth;
                     }),
            std::move(setup));
  host.start();
  EXPECT_EQ(deepest, 1);
  EXPECT_EQ(host.events_handled(), 11u);
}

TEST(Host, counts_logs_steps_outcomes_and_ledger_entries_reach_their_places) {
  transport::Loop loop;
  Metrics metrics;
  LedgerSink ledger;
  ledger.keep_in_memory(true);
  Services services(loop);
  services.metrics = &metrics;
  services.ledger = &ledger;
  std::vector<std::string> seen;
  services.on_step = [&](std::string_view node, Instant, const node::Step& s) {
    seen.push_back(std::string(node) + " " + std::string(s.id) + " " + s.text);
  };
  services.on_outcome = [&](std::string_view node, Instant, const node::Outcome& o) {
    seen.push_back(std::string(node) + " " + std::string(o.procedure) + (o.ok ? " ok" : " failed"));
  };
  Host host(
      services,
      scripted(
          "ue1",
          [&](Event& e, Instant now, Actions& out) {
            EXPECT_EQ(word(e), "command attach");
            EXPECT_TRUE(out.ledger_on());
            out.count("attach.started");
            out.count("attach.started");
            out.step({"001010000000001", "attach", "1", "Attach Request", "ue1", "enb1", "RRC"});
            out.outcome({"001010000000001", "attach", true, ""});
            out.record({now, "ue1", "001010000000001", KeyEvent::stored, KeyKind::k, {}, {}, "USIM", ""});
          }),
      {});
  host.command({node::Verb::attach, {}, 0});
  EXPECT_EQ(metrics.value("ue1", "attach.started"), 2u);
  EXPECT_EQ(metrics.value("ue1", "attach.unheard_of"), 0u);
  EXPECT_EQ(seen, (std::vector<std::string>{"ue1 1 Attach Request", "ue1 attach ok"}));
  ASSERT_EQ(ledger.entries().size(), 1u);
  EXPECT_EQ(ledger.entries()[0].reason, "USIM");
}

TEST(Host, without_a_ledger_nodes_are_told_to_make_no_entries) {
  transport::Loop loop;
  Services services(loop);
  bool on = true;
  Host host(services, scripted("n", [&](Event&, Instant, Actions& out) { on = out.ledger_on(); }), {});
  host.start();
  EXPECT_FALSE(on);
}

TEST(Host, a_door_that_cannot_be_opened_names_node_port_address_and_reason) {
  transport::Loop loop;
  Services services(loop);
  const auto silent = [](Event&, Instant, Actions&) {};
  Host first(services, scripted("mme1", silent), {{{Port::gtpc, at("127.0.55.1", 2123), true}}});
  Host second(services, scripted("mme2", silent), {{{Port::gtpc, at("127.0.55.1", 2123), true}}});
  ASSERT_TRUE(first.open());
  const auto opened = second.open();
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.why().find("mme2: cannot open GTPv2-C at 127.0.55.1:2123: address in use"),
            std::string::npos)
      << opened.why();
}

TEST(Host, a_host_that_goes_leaves_the_neighbours_links_down_and_the_loop_sound) {
  transport::Loop loop;
  Services services(loop);
  std::vector<std::string> heard;
  auto server = std::make_unique<Host>(services, scripted("mme", [](Event&, Instant, Actions&) {}),
                                       Host::Setup{{{Port::s1ap, at("127.0.56.1", 36412), true}}});
  Host client(services,
              scripted("enb",
                       [&](Event& e, Instant, Actions& out) {
                         heard.push_back(word(e));
                         if (std::holds_alternative<node::Started>(e))
                           out.open_link(LinkId{1}, Port::s1ap, at("127.0.56.1", 36412));
                       }),
              {{{Port::s1ap, at("127.0.56.2", 0), false}}});
  ASSERT_TRUE(server->open());
  ASSERT_TRUE(client.open());
  client.start();
  ASSERT_TRUE(loop.run_until([&] { return heard.size() == 2; }, 2s));
  server.reset();
  ASSERT_TRUE(loop.run_until([&] { return heard.size() == 3; }, 2s));
  EXPECT_EQ(heard[2], "down 1");
}

TEST(Host, takes_links_up_to_its_bound_and_refuses_the_next) {
  // The bound itself would need thousands of descriptors; what is tested is that the next one is refused.
  static_assert(accepted_links_max >= 4'096);
  transport::Loop loop;
  Metrics metrics;
  Services services(loop);
  services.metrics = &metrics;
  std::size_t up = 0;
  Host server(services,
              scripted("hss",
                       [&](Event& e, Instant, Actions&) {
                         if (std::holds_alternative<node::LinkUp>(e)) ++up;
                       }),
              {{{Port::diameter, at("127.0.57.1", 3868), true}}});
  ASSERT_TRUE(server.open());
  struct Silent final : transport::LinkObserver {
    void on_up() override {}
    void on_data(std::uint16_t, Bytes) override {}
    void on_down(transport::Down) override { down = true; }
    bool down = false;
  };
  std::vector<std::unique_ptr<Silent>> observers;
  std::vector<std::unique_ptr<transport::Link>> links;
  for (std::size_t i = 0; i < accepted_links_max; ++i) {
    observers.push_back(std::make_unique<Silent>());
    links.push_back(
        transport::tcp_connect(loop, {{127, 0, 57, 2}, 0}, {{127, 0, 57, 1}, 3868}, *observers.back()));
    if (i % 64 != 63) continue;
    ASSERT_TRUE(loop.run_until([&] { return up == i + 1; }, 5s));
  }
  ASSERT_TRUE(loop.run_until([&] { return up == accepted_links_max; }, 10s));
  EXPECT_EQ(metrics.value("hss", "link.accept_refused"), 0u);
  Silent last;
  auto link = transport::tcp_connect(loop, {{127, 0, 57, 3}, 0}, {{127, 0, 57, 1}, 3868}, last);
  ASSERT_TRUE(loop.run_until([&] { return last.down; }, 5s));
  EXPECT_EQ(up, accepted_links_max);
  EXPECT_EQ(metrics.value("hss", "link.accept_refused"), 1u);
}

}  // namespace
}  // namespace baton::runtime
