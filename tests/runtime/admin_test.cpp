// What the administration keeps: the audit log across restarts and damage, tokens, and the exposition.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "runtime/admin/audit_log.h"
#include "runtime/admin/limits.h"
#include "runtime/admin/service.h"
#include "runtime/admin/tokens.h"
#include "runtime/entropy.h"
#include "runtime/exposition.h"
#include "scripted_node.h"
#include "store/memory_store.h"
#include "temporary_folder.h"

namespace baton::runtime {
namespace {

using admin::AuditLog;
using admin::Need;
using admin::Role;
using admin::Tokens;

TEST(AuditLog, numbers_go_on_after_a_restart_and_pages_are_the_file) {
  const TemporaryFolder folder;
  const std::string file = folder.file("audit");
  for (int start = 0; start < 3; ++start) {
    auto log = AuditLog::open(file);
    ASSERT_TRUE(log) << log.why();
    EXPECT_EQ((*log)->entries(), static_cast<std::uint64_t>(start) * 1'500);
    for (int n = 0; n < 1'500; ++n) {
      ASSERT_TRUE((*log)->write(
          Instant{}, {"uid 0", "root", "local", "add", std::to_string(n), "done", "a\"b\n"}, n == 0));
    }
  }
  auto log = AuditLog::open(file);
  ASSERT_TRUE(log);
  EXPECT_EQ((*log)->entries(), 4'500u);
  EXPECT_TRUE((*log)->page(0, 1).front().starts_with("{\"n\":1,"));
  const auto page = (*log)->page(4'090, 10);
  ASSERT_EQ(page.size(), 10u);
  for (std::size_t i = 0; i < page.size(); ++i)
    EXPECT_TRUE(page[i].starts_with("{\"n\":" + std::to_string(4'091 + i) + ",")) << page[i];
  EXPECT_EQ((*log)->page(4'499, 10).size(), 1u);
  EXPECT_TRUE((*log)->page(4'500, 10).empty());
  EXPECT_EQ(std::filesystem::status(file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(AuditLog, drops_the_half_entry_that_a_power_cut_left) {
  const TemporaryFolder folder;
  const std::string file = folder.file("audit");
  {
    auto log = AuditLog::open(file);
    ASSERT_TRUE(log);
    for (int n = 0; n < 3; ++n)
      ASSERT_TRUE((*log)->write(Instant{}, {"a", "b", "c", "d", "e", "f", "g"}, true));
  }
  const std::string whole = content_of(file);
  std::filesystem::resize_file(file, whole.size() - 10);
  auto log = AuditLog::open(file);
  ASSERT_TRUE(log);
  EXPECT_EQ((*log)->entries(), 2u);
  ASSERT_TRUE((*log)->write(Instant{}, {"a", "b", "c", "d", "e", "f", "g"}, true));
  EXPECT_EQ(content_of(file), whole);
}

TEST(AuditLog, wants_a_file_that_keeps_what_is_written) {
  EXPECT_FALSE(AuditLog::open("/proc/no-such-folder/audit"));
  EXPECT_FALSE(AuditLog::open("/dev/full")) << "it would never be at the end of it";
  EXPECT_FALSE(AuditLog::open("/tmp"));
}

TEST(Tokens, are_kept_as_hashes_and_read_again_when_the_file_changes) {
  const TemporaryFolder folder;
  const std::string file = folder.file("tokens");
  const auto entropy = system_entropy();
  const std::string token = Tokens::fresh_token(*entropy);
  EXPECT_EQ(token.size(), 6u + 64u);
  EXPECT_NE(token, Tokens::fresh_token(*entropy));
  const auto line = [&](const std::string& role) {
    return "tokens:\n  - {name: a, role: " + role + ", sha256: " + hex(Tokens::hash(token)) + "}\n";
  };
  std::ofstream(file) << line("reader");
  auto tokens = Tokens::open(file);
  ASSERT_TRUE(tokens) << tokens.why();
  const auto caller = tokens->whose(token, "127.0.0.1");
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->name, "a");
  EXPECT_EQ(caller->role, Role::reader);
  for (const std::string& wrong : {std::string(), token + "0", token.substr(1), std::string(1'000, 'a')})
    EXPECT_FALSE(tokens->whose(wrong, "127.0.0.1"));
  std::ofstream(file) << line("operator") << "\n";
  EXPECT_EQ(tokens->whose(token, "x")->role, Role::operator_);
  std::ofstream(file) << "tokens: [";
  EXPECT_FALSE(tokens->whose(token, "x")) << "it may have been meant to take this one away";
  EXPECT_FALSE(tokens->trouble().empty());
  EXPECT_TRUE(tokens->trouble().empty());
  std::ofstream(file) << line("reader");
  EXPECT_TRUE(tokens->whose(token, "x")) << "mended";
  std::ofstream(file) << "tokens: []\n# none\n";
  EXPECT_FALSE(tokens->whose(token, "x"));
  std::ofstream(file) << line("reader");
  EXPECT_TRUE(tokens->whose(token, "x"));
  std::filesystem::remove(file);
  EXPECT_FALSE(tokens->whose(token, "x")) << "nobody has a token without the file";
  EXPECT_FALSE(tokens->trouble().empty());
  EXPECT_FALSE(tokens->whose(token, "x"));
  EXPECT_TRUE(tokens->trouble().empty()) << "said once";
  std::ofstream(file) << line("reader");
  EXPECT_TRUE(tokens->whose(token, "x"));
}

TEST(Tokens, a_file_with_a_mistake_is_refused) {
  const TemporaryFolder folder;
  const std::string file = folder.file("tokens");
  const std::string hash(64, 'a');
  const std::vector<std::string> texts{"tokens:\n  - {name: a, role: root, sha256: " + hash + "}\n",
                                       "tokens:\n  - {name: a, role: reader, sha256: 12}\n",
                                       "tokens:\n  - {name: a, role: reader, sha256: " + hash +
                                           "}\n  - {name: a, role: reader, sha256: " + hash + "}\n",
                                       "token: []\n"};
  for (const std::string& text : texts) {
    std::ofstream(file) << text;
    EXPECT_FALSE(Tokens::open(file)) << text;
  }
  EXPECT_FALSE(Tokens::open(folder.file("nothing")));
}

TEST(Roles, may_what_their_names_say) {
  for (const Role role : {Role::reader, Role::operator_, Role::auditor, Role::root}) {
    EXPECT_EQ(admin::may(role, Need::change), role == Role::operator_ || role == Role::root);
    EXPECT_EQ(admin::may(role, Need::read), role != Role::auditor);
    EXPECT_EQ(admin::may(role, Need::audit), role == Role::auditor || role == Role::root);
  }
  EXPECT_FALSE(admin::role_named("root"));
}

/// A store that another HSS writes as well: it adds one right after an import has looked who is there.
class SharedStore final : public store::Store {
 public:
  Found find(const Imsi& imsi) override { return inner_.find(imsi); }
  bool put(context::SubscriberRecord record) override { return inner_.put(std::move(record)); }
  using Store::remove;
  bool remove(const Imsi& imsi, std::optional<std::uint64_t> version) override {
    return inner_.remove(imsi, version);
  }
  /// Refuses a commit with a conflict, as a back end may that takes all or nothing.
  Expected<store::Committed, store::StoreError> commit() override {
    auto done = inner_.commit();
    if (done && !done->conflicts.empty())
      return Fail{store::StoreError{"somebody is there already", store::StoreFault::conflict}};
    return done;
  }
  void crash() override { inner_.crash(); }
  Expected<store::Joined, store::StoreError> join(const store::Member& who, Instant at,
                                                  Instant until) override {
    return inner_.join(who, at, until);
  }
  Expected<Ok, store::StoreError> extend(const store::Member& who, Instant until) override {
    return inner_.extend(who, until);
  }
  std::size_t size() const override { return inner_.size(); }
  std::vector<Imsi> subscribers() const override {
    auto out = inner_.subscribers();
    if (meanwhile) {
      inner_.put(std::move(*meanwhile));
      EXPECT_TRUE(inner_.sync());
      meanwhile.reset();
    }
    return out;
  }
  Expected<std::vector<context::SubscriberRecord>, store::StoreError> range(const std::optional<Imsi>& after,
                                                                            std::size_t limit) override {
    return inner_.range(after, limit);
  }
  mutable std::optional<context::SubscriberRecord> meanwhile;

 private:
  mutable store::MemoryStore inner_;
};

/// An HSS's administration without doors, on a store that is shared.
struct Administration {
  Administration() {
    settings.admin.audit = folder.file("audit");
    auto opened = admin::Service::open(settings, "0", loop, host, nullptr);
    EXPECT_TRUE(opened) << opened.why();
    service = std::move(*opened);
  }
  HttpResponse ask(HttpRequest request) {
    request.uid = 0;
    request.from = "local";
    std::optional<HttpResponse> answer;
    service->ask(std::move(request), [&](HttpResponse response) { answer = std::move(response); });
    EXPECT_TRUE(loop.run_until([&] { return answer.has_value(); }, 60s));
    return answer.value_or(HttpResponse{});
  }
  HttpResponse import(std::string text) {
    HttpRequest request;
    request.method = "POST";
    request.path = "/v1/import";
    request.body = std::move(text);
    return ask(std::move(request));
  }

  const TemporaryFolder folder;
  transport::Loop loop;
  Services services{loop};
  SharedStore store;
  Host host{services, scripted("hss", [](node::Event&, Instant, node::Actions&) {}), {{}, &store}};
  HssSettings settings{.identity = DiameterIdentity::test_value(),
                       .realm = DiameterIdentity::test_value(),
                       .diameter = {},
                       .clients = {},
                       .aaa = {},
                       .store = {},
                       .subscribers = {}};
  std::unique_ptr<admin::Service> service;
};

std::string line_of(const std::string& imsi) {
  return imsi + ",465b5ce8b199b49faa5f0a2ee238a6bc,cd63cb71954a9f4e48a5994e37a02baf,8000,000000000000\n";
}
const std::string plain_head = "imsi,k,opc,amf,sqn\n";

TEST(Import, leaves_who_was_added_meanwhile_as_he_is_and_says_so) {
  Administration hss;
  const Imsi imsi = *Imsi::parse("001010000000002");
  const std::array<Byte, 16> key{};
  context::SubscriberRecord other{.imsi = imsi, .secret = MilenageSecret{K(key), Opc(key)}};
  other.seq_reserved = 4'096;
  hss.store.meanwhile = std::move(other);
  const auto answer = hss.import(plain_head + line_of("001010000000001") + line_of("001010000000002"));
  EXPECT_EQ(answer.status, 409) << answer.body;
  const auto there = hss.store.load(imsi);
  ASSERT_TRUE(there);
  EXPECT_EQ(there->seq_reserved, 4'096u) << "SEQs that have left would leave again";
  EXPECT_NE(content_of(hss.folder.file("audit")).find("\"outcome\":\"conflict\""), std::string::npos);
}

HttpRequest import_head() {
  HttpRequest head;
  head.method = "POST";
  head.path = "/v1/import";
  head.uid = 0;
  return head;
}

TEST(Import, is_admitted_one_at_a_time_before_its_file_comes) {
  Administration hss;
  auto first = hss.service->admit(import_head());
  EXPECT_EQ(first.body_octets_max, admin::import_octets_max);
  EXPECT_FALSE(first.refused);
  // Nobody else's file is taken in meanwhile; what is short is.
  for (int n = 0; n < 3; ++n) {
    const auto second = hss.service->admit(import_head());
    EXPECT_EQ(second.body_octets_max, 0u);
    ASSERT_TRUE(second.refused);
    EXPECT_EQ(second.refused->status, 409);
  }
  EXPECT_EQ(hss.import(plain_head + line_of("001010000000001")).status, 409);
  HttpRequest add = import_head();
  add.path = "/v1/subscribers";
  EXPECT_EQ(hss.service->admit(add).body_octets_max, admin::body_octets_max);
  EXPECT_FALSE(hss.service->admit(add).refused);
  // The first one's file, and the place is free again with its answer.
  HttpRequest whole = import_head();
  whole.held = std::move(first.held);
  whole.body = plain_head + line_of("001010000000001");
  EXPECT_EQ(hss.ask(std::move(whole)).status, 200);
  EXPECT_FALSE(hss.service->admit(import_head()).refused) << "and given back at once";
  EXPECT_EQ(hss.import(plain_head + line_of("001010000000002")).status, 200);
  // A bad request gives it back as well, and so does who goes away.
  HttpRequest bad = import_head();
  bad.held = hss.service->admit(bad).held;
  bad.query["format"] = "xml";
  EXPECT_EQ(hss.ask(std::move(bad)).status, 400);
  { const auto gone = hss.service->admit(import_head()); }
  EXPECT_FALSE(hss.service->admit(import_head()).refused);
}

TEST(StoreLock, is_held_by_one_and_ends_with_it) {
  const TemporaryFolder folder;
  const std::string store = folder.file("hss.db");
  {
    const auto first = admin::StoreLock::take(store);
    ASSERT_TRUE(first) << first.why();
    const auto second = admin::StoreLock::take(store);
    ASSERT_FALSE(second);
    EXPECT_NE(second.why().find("in use"), std::string::npos);
  }
  EXPECT_TRUE(admin::StoreLock::take(store));
  EXPECT_TRUE(admin::StoreLock::take(""));
}

TEST(Durations, fall_into_the_bucket_whose_end_they_do_not_pass) {
  Durations d;
  d.add(50us);
  d.add(51us);
  d.add(1h);
  EXPECT_EQ(d.buckets.front(), 1u);
  EXPECT_EQ(d.buckets[1], 1u);
  EXPECT_EQ(d.buckets.back(), 1u);
  EXPECT_EQ(d.count, 3u);
  EXPECT_EQ(d.sum, 101us + 1h);
}

TEST(Exposition, counters_of_one_series_are_added_and_labels_escaped) {
  Metrics metrics;
  metrics.count("m\"1", "mme.nas.integrity_failed", 2);
  metrics.count("m\"1", "mme.service_request.bad_mac", 3);
  metrics.took("m\"1", "x", 1500us);
  Snapshot now;
  now.nodes.push_back({"m\"1", "mme"});
  const std::string text = expose(metrics, now, ExpositionFormat::text);
  EXPECT_NE(text.find("baton_nas_mac_failures_total{node=\"m\\\"1\"} 5\n"), std::string::npos) << text;
  EXPECT_NE(text.find("baton_kasme_refresh_total{node=\"m\\\"1\",result=\"done\"} 0\n"), std::string::npos);
  EXPECT_NE(text.find("le=\"0.001\"} 0\n"), std::string::npos);
  EXPECT_NE(text.find("le=\"0.002\"} 1\n"), std::string::npos);
  EXPECT_NE(text.find("_sum{node=\"m\\\"1\",procedure=\"x\"} 0.0015\n"), std::string::npos);
  EXPECT_EQ(text.find("# EOF"), std::string::npos);
  EXPECT_TRUE(expose(metrics, now, ExpositionFormat::openmetrics).ends_with("# EOF\n"));
}

TEST(Exposition, every_counter_that_feeds_a_series_is_one_that_is_documented) {
  const std::string page = content_of(BATON_SOURCE_DIR "/docs/operations.md");
  const std::string listed = page.substr(page.find("## Counters"));
  for (const SecuritySeries& s : security_series()) {
    EXPECT_NE(listed.find("`" + std::string(s.counter) + "`"), std::string::npos) << s.counter;
    EXPECT_NE(page.find("`baton_" + std::string(s.family) + "_total"), std::string::npos) << s.family;
  }
}

}  // namespace
}  // namespace baton::runtime
