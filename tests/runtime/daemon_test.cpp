#include "runtime/daemon.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

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
