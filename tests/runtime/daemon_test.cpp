#include "runtime/daemon.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "runtime/entropy.h"
#include "runtime/hosts.h"
#include "runtime/import.h"
#include "temporary_folder.h"

namespace baton::runtime {
namespace {

std::string source(const std::string& path) { return std::string(BATON_SOURCE_DIR) + "/" + path; }

Topology topology() {
  std::string text = content_of(source("etc/demo.yaml"));
  for (std::size_t at = text.find("127.0.0."); at != std::string::npos; at = text.find("127.0.0.", at))
    text.replace(at, 8, "127.0.71.");
  text.replace(text.find("127.1.0.0/16"), 12, "127.71.0.0/16");
  auto t = parse_topology("demo.yaml", text);
  EXPECT_TRUE(t) << to_text(t.why());
  return std::move(*t);
}

std::vector<context::SubscriberRecord> subscribers() {
  auto s = load_subscribers(source("etc/subscribers.csv"));
  EXPECT_TRUE(s);
  return std::move(*s);
}

// One node in a process of its own. Exit status 0: it served and left when it was told to.
pid_t spawn(const Topology& topology, const std::string& role, const std::string& name,
            const std::string& ledger) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  DaemonSetup setup;
  setup.role = role;
  setup.name = name;
  setup.ledger_file = ledger;
  if (role == "ue" || role == "hss") setup.subscribers = subscribers();
  const auto served = run_daemon(topology, std::move(setup));
  if (!served) std::fprintf(stderr, "%s: %s\n", role.c_str(), served.why().c_str());
  ::_exit(served ? 0 : 1);  // the leak checker is the parent's
}

int end_of(pid_t child) {
  ::kill(child, SIGTERM);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

TEST(Daemon, makes_no_key_file_beside_a_database_that_is_there) {
  const TemporaryFolder folder;
  const auto entropy = system_entropy();
  HssSettings hss = topology().hss.front();
  hss.store = folder.file("s.db");
  const std::string key = hss.store + ".key";
  {
    const auto store = open_store(hss, *entropy);
    ASSERT_TRUE(store) << store.why();
    ASSERT_TRUE((*store)->put(std::move(subscribers().front())));
    ASSERT_TRUE((*store)->sync());
  }
  ASSERT_EQ(std::rename(key.c_str(), folder.file("elsewhere").c_str()), 0);
  const auto without = open_store(hss, *entropy);
  ASSERT_FALSE(without);
  EXPECT_NE(without.why().find(key), std::string::npos) << without.why();
  EXPECT_NE(::access(key.c_str(), F_OK), 0) << "a new one would lock the right one out";
  ASSERT_EQ(std::rename(folder.file("elsewhere").c_str(), key.c_str()), 0);
  const auto store = open_store(hss, *entropy);
  ASSERT_TRUE(store) << store.why();
  EXPECT_EQ((*store)->size(), 1U);
}

TEST(Daemon, six_processes_are_a_network_in_which_subscribers_attach) {
  const TemporaryFolder folder;
  const Topology t = topology();
  std::vector<pid_t> children;
  for (const auto& [role, name] : std::vector<std::pair<std::string, std::string>>{
           {"hss", ""}, {"upe", ""}, {"mme", "mme1"}, {"enb", "enb1"}, {"enb", "enb2"}}) {
    children.push_back(spawn(t, role, name, folder.file(role + name)));
    std::this_thread::sleep_for(200ms);  // reconnecting would take the seconds that the standards give it
  }
  std::this_thread::sleep_for(500ms);
  children.push_back(spawn(t, "ue", "", folder.file("ue")));
  std::this_thread::sleep_for(2s);
  for (auto child = children.rbegin(); child != children.rend(); ++child) EXPECT_EQ(end_of(*child), 0);
  const auto occurrences = [](const std::string& text, const std::string& word) {
    std::size_t n = 0;
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++n;
    return n;
  };
  // Each of the four UEs made a KASME and a KeNB, and the eNB received as many.
  const std::string ue = content_of(folder.file("ue"));
  const std::string enb = content_of(folder.file("enbenb1"));
  EXPECT_GE(occurrences(ue, "\"kind\":\"" + std::string(to_string(KeyKind::kasme)) + "\""), 4u);
  EXPECT_GE(
      occurrences(enb, "\"event\":\"received\",\"kind\":\"" + std::string(to_string(KeyKind::kenb)) + "\""),
      4u);
}

// Files as different machines would have them: each holds its own node and names its neighbours.
namespace separate {

const std::string global = "global:\n  plmn_id: {mcc: \"001\", mnc: \"01\"}\n";
std::string host(const std::string& name) { return name + ".epc.mnc001.mcc001.3gppnetwork.org"; }

std::string hss() {
  return global + "hss:\n  name: hss\n  identity: " + host("hss") +
         "\n  diameter:\n    server: [{address: 127.0.73.8}]\n    client:\n" +
         "      - {name: mme1, identity: " + host("mme1") + ", address: 127.0.73.2}\n" +
         "      - {name: mme2, identity: " + host("mme2") + ", address: 127.0.73.4}\n";
}
std::string upe() {
  return global +
         "upe:\n  name: upe1\n  gtpc:\n    server: [{address: 127.0.73.3}]\n    client:\n"
         "      - {name: mme1, address: 127.0.73.2}\n      - {name: mme2, address: 127.0.73.4}\n"
         "  gtpu: {address: 127.0.73.3}\n  session: {subnet: 10.45.0.0/16}\n";
}
std::string mme(int number) {
  const std::string own = std::to_string(number), other = std::to_string(3 - number);
  const std::string door = "[{address: 127.0.73." + std::to_string(2 * number) + "}]";
  return global + "mme:\n  name: mme" + own + "\n  identity: " + host("mme" + own) +
         "\n  gummei: {mme_gid: 0x8001, mme_code: " + own + "}\n  tai: [{tac: [" + own +
         "]}]\n  s1ap: {server: " + door + "}\n  gtpc:\n    server: " + door +
         "\n    client: [{name: upe1, address: 127.0.73.3}]\n    s10:\n      - name: mme" + other +
         "\n        identity: " + host("mme" + other) + "\n        address: 127.0.73." +
         std::to_string(2 * (3 - number)) + "\n        gummei: {mme_gid: 0x8001, mme_code: " + other +
         "}\n        tai: [{tac: [" + other + "]}]\n" +
         "  diameter:\n    client: [{name: hss, identity: " + host("hss") + ", address: 127.0.73.8}]\n";
}
// eNB 1 is at MME 1, eNB 2 at MME 2.
std::string enb(int number) {
  const std::string own = std::to_string(number), other = std::to_string(3 - number);
  return global + "enb:\n  name: enb" + own + "\n  enb_id: " + own + "\n  cell: {cell_id: 1, tac: " + own +
         ", pci: " + own + ", earfcn_dl: 1300}\n  s1ap:\n    server: [{address: 127.0.73.2" + own +
         "}]\n    client: [{name: mme" + own + ", address: 127.0.73." + std::to_string(2 * number) +
         "}]\n  radio: {address: 127.0.73.2" + own + "}\n  neighbours:\n    - {enb_id: " + other +
         ", cell_id: 1, tac: " + other + ", pci: " + other + ", earfcn_dl: 1300}\n";
}
std::string ues() {
  return global +
         "ue:\n  addresses: 127.73.0.0/16\n  cells:\n    - {name: enb1, address: 127.0.73.21}\n"
         "    - {name: enb2, address: 127.0.73.22}\n";
}
Topology read(const std::string& text) {
  auto t = parse_topology("separate.yaml", text);
  EXPECT_TRUE(t) << to_text(t.why()) << text;
  return std::move(*t);
}

}  // namespace separate

// The UE is in this process, because it is told to move; everybody else is a daemon.
TEST(Daemon, nodes_with_files_of_their_own_hand_a_ue_over_from_mme_to_mme) {
  const TemporaryFolder folder;
  std::vector<pid_t> children;
  const auto start = [&](const std::string& text, const std::string& role, const std::string& name) {
    children.push_back(spawn(separate::read(text), role, name, folder.file(name)));
    std::this_thread::sleep_for(200ms);
  };
  start(separate::hss(), "hss", "hss");
  start(separate::upe(), "upe", "upe1");
  for (const int number : {1, 2}) start(separate::mme(number), "mme", "mme" + std::to_string(number));
  for (const int number : {1, 2}) start(separate::enb(number), "enb", "enb" + std::to_string(number));
  std::this_thread::sleep_for(500ms);

  transport::Loop loop;
  Services services(loop);
  std::vector<std::string> outcomes;
  services.on_outcome = [&](std::string_view, Instant, const node::Outcome& o) {
    outcomes.push_back(std::string(o.procedure) + (o.ok ? "" : ": " + o.cause));
  };
  const Topology t = separate::read(separate::ues());
  const auto entropy = system_entropy();
  const auto all = subscribers();
  const auto ue = ue_host(services, *t.ue, 0, all.at(0), t, *entropy);
  ASSERT_TRUE(ue->open());
  ue->start();
  loop.run_for(200ms);
  ue->command({node::Verb::attach, {}, 0});
  loop.run_until([&] { return !outcomes.empty(); }, 20s);
  EXPECT_EQ(outcomes, std::vector<std::string>{"attach"});
  loop.run_for(100ms);
  ue->command({node::Verb::handover, {}, 1});
  loop.run_until([&] { return outcomes.size() >= 3; }, 20s);
  EXPECT_EQ(outcomes, (std::vector<std::string>{"attach", "handover", "tau"}));
  loop.run_for(500ms);
  for (auto child = children.rbegin(); child != children.rend(); ++child) EXPECT_EQ(end_of(*child), 0);

  // What mme1 had it gave to mme2 and erased.
  const auto kasme = [&](const std::string& node, const std::string& event) {
    return content_of(folder.file(node)).find("\"event\":\"" + event + "\",\"kind\":\"K_ASME\"") !=
           std::string::npos;
  };
  EXPECT_TRUE(kasme("mme1", "received") && kasme("mme1", "sent") && kasme("mme1", "erased"));
  EXPECT_TRUE(kasme("mme2", "received"));
  EXPECT_FALSE(kasme("mme2", "erased"));
}

TEST(Daemon, a_role_or_name_that_the_file_has_not_is_a_reason_in_words) {
  const Topology t = topology();
  const auto why = [&](const std::string& role, const std::string& name) {
    DaemonSetup setup;
    setup.role = role;
    setup.name = name;
    const auto served = run_daemon(t, std::move(setup));
    return served ? std::string("served") : served.why();
  };
  EXPECT_EQ(why("pope", ""), "there is no role pope");
  EXPECT_EQ(why("enb", ""), "the file has several enb: say which one by its name");
  EXPECT_EQ(why("enb", "enb9"), "the file has no enb of the name enb9");
  EXPECT_EQ(why("ue", ""), "there are no subscribers");
}

}  // namespace
}  // namespace baton::runtime
