// Every way in which the store of an HSS can fail, as its clients see it over Diameter: a request that needs
// the store gets its error answer, a counter says why, and when the cause is gone the next one is served. The
// host, the sockets, SQLite and PostgreSQL are the real ones.
#include <gtest/gtest.h>

#include <libpq-fe.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <set>
#include <sstream>
#include <thread>

#include "crypto/milenage.h"
#include "runtime/entropy.h"
#include "runtime/hosts.h"
#include "runtime/limits.h"
#include "scripted_node.h"
#include "store/cached_store.h"
#include "store/fault_vfs.h"
#include "store/postgres_cluster.h"
#include "store/support.h"
#include "temporary_folder.h"
#include "wire/diameter/s6a.h"

namespace baton::runtime {
namespace {

namespace dia = wire::diameter;
using context::StoreFault;
using store::Cluster;
using store::FaultVfs;
using Call = FaultVfs::Call;

/// Tests that run at the same time each have addresses of their own.
std::string net() {
  const int pid = ::getpid();
  return "127." + std::to_string(pid / 200 % 200 + 20) + "." + std::to_string(pid % 200 + 1) + ".";
}
const DiameterIdentity hss_name = *DiameterIdentity::parse("hss.epc.mnc001.mcc001.3gppnetwork.org");
const DiameterIdentity realm = *DiameterIdentity::parse("epc.mnc001.mcc001.3gppnetwork.org");
const std::array<DiameterIdentity, 2> mme_names{
    *DiameterIdentity::parse("mme1.epc.mnc001.mcc001.3gppnetwork.org"),
    *DiameterIdentity::parse("mme2.epc.mnc001.mcc001.3gppnetwork.org")};

Topology topology() {
  auto t = parse_topology(
      "hss.yaml", "hss:\n  identity: " + hss_name.value() +
                      "\n  store: memory\n  diameter:\n    server:\n      - address: " + net() +
                      "8\n    client:\n      - {name: mme1, identity: " + mme_names[0].value() +
                      ", address: " + net() + "10}\n      - {name: mme2, identity: " + mme_names[1].value() +
                      ", address: " + net() + "11}\n");
  EXPECT_TRUE(t) << to_text(t.why());
  return std::move(*t);
}

/// Client is an MME that asks what the test wants and keeps the last answer.
class Client {
 public:
  Client(Services& services, Entropy& entropy, std::size_t index)
      : name_(mme_names[index]),
        node_({.identity = name_,
               .realm = realm,
               .address = *Ipv4::parse(net() + std::to_string(10 + index)),
               .peers = {{hss_name, realm, *Ipv4::parse(net() + "8"), 3868, true}}},
              entropy),
        host_(services,
              scripted("mme", [this](node::Event& e, Instant now, node::Actions& out) { on(e, now, out); }),
              {{{peer::Port::diameter, {*Ipv4::parse(net() + std::to_string(10 + index)), 0}, false}}}) {
    EXPECT_TRUE(host_.open());
    host_.start();
  }
  bool is_open() const { return node_.is_open(hss_name); }

  /// ask gives what the HSS answers; nothing when it says nothing.
  template <class M>
  std::optional<peer::DiameterAnswer> ask(transport::Loop& loop, const M& m) {
    answer_.reset();
    bool sent = false;
    next_ = [&](Instant now, node::Actions& out) {
      sent = static_cast<bool>(node_.request(hss_name, m, now, out));
    };
    host_.administer({{}, node::ShowSubscriber{Imsi::test_value()}});  // a turn of the node
    EXPECT_TRUE(sent);
    EXPECT_TRUE(loop.run_until([&] { return answer_ || gone_; }, 30s)) << "nothing was answered";
    return std::exchange(answer_, std::nullopt);
  }
  template <class M>
  M request(const Imsi& imsi) {
    return M{.session_id = node_.new_session_id(),
             .origin_host = name_,
             .origin_realm = realm,
             .destination_realm = realm,
             .user_name = imsi,
             .visited_plmn = PlmnId::test_value()};
  }

 private:
  void on(node::Event& event, Instant now, node::Actions& out) {
    peer::PeerEvents events;
    std::visit(Cases{[&](node::Started&) { node_.start(now, out); },
                     [&](node::LinkUp& e) { events = node_.on_link_up(e.link, e.remote, now, out); },
                     [&](node::LinkDown& e) { events = node_.on_link_down(e.link, now, out); },
                     [&](node::LinkData& e) { events = node_.on_link_data(e.link, e.octets, now, out); },
                     [&](node::TimerFired& e) { events = node_.on_timer(e.timer, now, out); },
                     [&](node::Administer&) { next_(now, out); }, [](auto&) {}},
               event);
    for (auto& e : events) {
      if (auto* a = std::get_if<peer::DiameterAnswer>(&e)) answer_ = std::move(*a);
      if (std::holds_alternative<peer::DiameterTimeout>(e)) gone_ = true;
    }
  }

  DiameterIdentity name_;
  peer::DiameterNode node_;
  std::optional<peer::DiameterAnswer> answer_;
  bool gone_ = false;
  std::function<void(Instant, node::Actions&)> next_;
  Host host_;
};

/// World is an HSS on a store, and two MMEs.
class World {
 public:
  explicit World(std::unique_ptr<store::Store> store)
      : entropy_(system_entropy()), services_(loop_), store_(std::move(store)), topology_(topology()) {
    services_.metrics = &metrics;
    host_ = hss_host(services_, topology_.hss.front(), topology_, *entropy_, *store_);
    const auto open = host_->open();
    EXPECT_TRUE(open) << open.why();
    host_->start();
    for (std::size_t i = 0; i < clients_.size(); ++i)
      clients_[i] = std::make_unique<Client>(services_, *entropy_, i);
    EXPECT_TRUE(loop_.run_until([&] { return clients_[0]->is_open() && clients_[1]->is_open(); }, 20s));
  }

  /// air is the result of asking for a vector, and its SQN when there is one.
  dia::AnswerResult air(int n, std::size_t client = 0) {
    auto m = clients_[client]->request<dia::AuthenticationInformationRequest>(store::imsi(n));
    m.requested_eutran.emplace();
    const auto a = clients_[client]->ask(loop_, m);
    if (!a) return {};
    if (a->result.success()) {
      const auto aia = dia::decode<dia::AuthenticationInformationAnswer>(a->octets);
      EXPECT_TRUE(aia && aia->authentication_info && aia->authentication_info->eutran_vectors.size() == 1);
      if (aia && aia->authentication_info) note_sqn(n, aia->authentication_info->eutran_vectors.front());
    }
    return a->result;
  }
  /// ulr is the result of a location update; the MMEs take turns, so that it always changes something.
  dia::AnswerResult ulr(int n, std::size_t client) {
    auto m = clients_[client]->request<dia::UpdateLocationRequest>(store::imsi(n));
    m.ulr_flags = dia::ulr_flag::s6a;
    const auto a = clients_[client]->ask(loop_, m);
    return a ? a->result : dia::AnswerResult{};
  }
  /// spend uses up whatever SEQs are reserved of a subscriber, until an answer is no success.
  dia::AnswerResult spend(int n) {
    constexpr int block_max = 4096;
    for (int i = 0; i < block_max; ++i)
      if (const auto r = air(n); !r.success()) return r;
    ADD_FAILURE() << "a block of SEQs does not end";
    return {};
  }
  std::uint64_t counted(std::string_view counter) const { return metrics.value("hss", counter); }
  void turn(Duration time) {
    (void)loop_.run_until([] { return false; }, time);
  }

  Metrics metrics;

 private:
  // No SQN leaves twice, whatever fails in between. Each client has an index of its own.
  void note_sqn(int n, const dia::EutranVector& v) {
    const std::array<Byte, 16> k = [] {
      std::array<Byte, 16> b{};
      b.fill(0x11);
      return b;
    }();
    const std::array<Byte, 16> opc = [] {
      std::array<Byte, 16> b{};
      b.fill(0x22);
      return b;
    }();
    const auto ak = crypto::Milenage(k, opc, v.rand.bytes).f2_f5().ak;
    std::uint64_t sqn = 0;
    for (std::size_t i = 0; i < 6; ++i) sqn = sqn << 8U | static_cast<Byte>(v.autn.bytes[i] ^ ak.expose()[i]);
    EXPECT_TRUE(sqns_.insert({n, sqn}).second) << "SQN " << sqn << " left twice";
  }

  transport::Loop loop_;
  std::unique_ptr<Entropy> entropy_;
  Services services_;
  std::unique_ptr<store::Store> store_;
  Topology topology_;
  std::unique_ptr<Host> host_;
  std::array<std::unique_ptr<Client>, 2> clients_;
  std::set<std::pair<int, std::uint64_t>> sqns_;
};

constexpr int subscribers = 200;

std::string_view counter_of(StoreFault fault) {
  switch (fault) {
    case StoreFault::full: return "store.fault_full";
    case StoreFault::read_only: return "store.fault_read_only";
    case StoreFault::locked: return "store.fault_locked";
    case StoreFault::slow: return "store.fault_slow";
    case StoreFault::io: return "store.fault_io";
    case StoreFault::corrupt: return "store.fault_corrupt";
    case StoreFault::wrong_key: return "store.fault_wrong_key";
    case StoreFault::gone: return "store.fault_gone";
    case StoreFault::conflict: return "store.conflicts";
    case StoreFault::none: break;
  }
  return "store.fault_none";
}

/// What a client is to hear while a fault lasts: to ask again later where that helps.
void expect_refused(const dia::AnswerResult& r, StoreFault fault) {
  EXPECT_FALSE(r.success());
  EXPECT_EQ(r.code, context::passes(fault) ? dia::code::too_busy : dia::code::unable_to_comply);
}

/// walk asks before, while and after a fault. `load` is what reading a record that is not in memory meets,
/// `commit` what writing meets.
void walk(World& world, StoreFault load, StoreFault commit, const std::function<void()>& make,
          const std::function<void()>& heal) {
  ASSERT_TRUE(world.air(1).success());
  ASSERT_TRUE(world.ulr(1, 0).success());
  make();
  const bool reads = load == StoreFault::none, writes = commit == StoreFault::none;
  // A vector of a subscriber nobody has asked for yet: it is read, and its SEQs are reserved.
  const auto fresh = world.air(150);
  if (reads && writes)
    EXPECT_TRUE(fresh.success());
  else
    expect_refused(fresh, reads ? commit : load);
  // A location of one that was served before: it is written.
  const auto moved = world.ulr(1, 1);
  if (writes) {
    EXPECT_TRUE(moved.success());
  } else {
    expect_refused(moved, commit);
    expect_refused(world.spend(1), commit);  // SEQs reserved before may leave; new ones may not
    EXPECT_GE(world.counted(commit == StoreFault::conflict ? "hss.store_conflict" : "hss.store_failed"), 3U);
    EXPECT_GE(world.counted(counter_of(commit)), 1U);
  }
  heal();
  EXPECT_TRUE(world.air(150).success());
  EXPECT_TRUE(world.air(1).success());
  EXPECT_TRUE(world.ulr(1, 1).success());
  EXPECT_TRUE(world.air(1, 1).success());
  EXPECT_EQ(world.counted("diameter.peer_down"), 0U) << "no client was lost over it";
}

// --- an SQLite file -----------------------------------------------------------------------------

struct File {
  store::Folder folder;
  FaultVfs vfs;
  std::unique_ptr<Entropy> entropy = system_entropy();
  HssSettings settings = topology().hss.front();
  std::string path = folder.file("s.db");
};

/// with_file has an HSS on a file of many pages, through the store that a daemon opens, but for the log of
/// used SEQs: everything is to go through the file. Faults of the log: tests/store/sequence_log_test.cpp.
void with_file(const std::function<void(World&, File&)>& go) {
  File file;
  file.settings.store = file.path;
  {
    const auto first = open_store(file.settings, *file.entropy);
    ASSERT_TRUE(first) << first.why();
    for (int n = 1; n <= subscribers; ++n) ASSERT_TRUE((*first)->put(store::record(n, 10)));
    ASSERT_TRUE((*first)->sync());
  }
  auto opened = open_keyed_store(file.settings, *file.entropy);
  ASSERT_TRUE(opened) << opened.why();
  World world(std::make_unique<store::CachedStore>(std::move(*opened), records_cached_max));
  go(world, file);
}

using Show = std::function<void()>;
using MakeFault = std::function<void(FaultVfs&)>;

Show of_file(StoreFault load, StoreFault commit, MakeFault make) {
  return [=] {
    with_file([&](World& world, File& file) {
      walk(
          world, load, commit, [&] { make(file.vfs); }, [&] { file.vfs.heal(); });
    });
  };
}
Show of_file(StoreFault commit, MakeFault make) { return of_file(StoreFault::none, commit, std::move(make)); }

void held_by_another_process() {
  with_file([](World& world, File& file) {
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open(file.path.c_str(), &other), SQLITE_OK);
    const auto other_does = [&](const char* sql) {
      EXPECT_EQ(sqlite3_exec(other, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    };
    walk(
        world, StoreFault::none, StoreFault::locked, [&] { other_does("BEGIN IMMEDIATE"); },
        [&] { other_does("ROLLBACK"); });
    sqlite3_close(other);
  });
}

/// A flush that fails has the file opened anew, which then fails too.
void cannot_be_opened_anew() {
  with_file([](World& world, File& file) {
    walk(
        world, StoreFault::gone, StoreFault::gone,
        [&] {
          file.vfs.fail(Call::sync, SQLITE_IOERR_FSYNC);
          expect_refused(world.air(8), StoreFault::io);
          file.vfs.heal();
          file.vfs.fail(Call::open, SQLITE_CANTOPEN);
        },
        [&] { file.vfs.heal(); });
  });
}

/// broken_record changes the sealed key of one subscriber by SQL, and back.
Show broken_record(const std::string& sealed) {
  return [=] {
    with_file([&](World& world, File& file) {
      const std::string one = " WHERE imsi = '" + store::imsi(3).digits() + "'";
      store::in_file(file.path, "CREATE TABLE aside AS SELECT k_sealed FROM subscriber" + one);
      store::in_file(file.path, "UPDATE subscriber SET k_sealed = " + sealed + one);
      // Known, and not to be served: no unknown user.
      EXPECT_EQ(world.air(3).code, dia::code::unable_to_comply);
      EXPECT_EQ(world.ulr(3, 0).code, dia::code::unable_to_comply);
      EXPECT_EQ(world.counted("hss.user_unknown"), 0U);
      EXPECT_EQ(world.counted("store.load_failed"), 2U);
      EXPECT_EQ(world.counted("store.fault_corrupt") + world.counted("store.fault_wrong_key"), 2U);
      EXPECT_TRUE(world.air(4).success()) << "it is that record's trouble alone";
      store::in_file(file.path, "UPDATE subscriber SET k_sealed = (SELECT k_sealed FROM aside)" + one);
      EXPECT_TRUE(world.air(3).success());
    });
  };
}

void started_with_another_key() {
  with_file([](World& world, File& file) {
    ASSERT_TRUE(world.air(1).success());
    HssSettings other = file.settings;
    other.keys.file = file.folder.file("other.key");
    std::ofstream(other.keys.file, std::ios::binary) << std::string(32, 'x');
    const auto refused = open_store(other, *file.entropy);
    ASSERT_FALSE(refused) << "who cannot read the records does not start";
    EXPECT_TRUE(open_store(file.settings, *file.entropy));
    EXPECT_TRUE(world.air(1).success()) << "and who serves goes on";
  });
}

// --- a PostgreSQL server ------------------------------------------------------------------------

/// with_server has an HSS on a server of its own, with a store that gives up early.
void with_server(const std::function<void(World&, Cluster&)>& go) {
  Cluster cluster(nullptr, "fsync = off\n");
  auto opened = store::open_postgres(cluster.connection(), 700ms);
  ASSERT_TRUE(opened);
  for (int n = 1; n <= subscribers; ++n) ASSERT_TRUE(opened->put(store::record(n, 10)));
  ASSERT_TRUE(opened->sync());
  World world(std::move(opened));
  go(world, cluster);
}

using OnServer = std::function<void(Cluster&)>;

Show of_server(StoreFault load, StoreFault commit, OnServer make, OnServer heal) {
  return [=] {
    with_server([&](World& world, Cluster& cluster) {
      walk(
          world, load, commit, [&] { make(cluster); },
          [&] {
            heal(cluster);
            world.turn(900ms);  // a server that was away, or silent, is not asked again at once
          });
    });
  };
}

/// before_writing has the server do something before each write of a record.
void before_writing(Cluster& c, const std::string& what) {
  c.run("CREATE OR REPLACE FUNCTION first() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN " + what + " END$$");
  c.run("CREATE TRIGGER first BEFORE INSERT OR UPDATE ON subscriber FOR EACH ROW EXECUTE FUNCTION first()");
}
void before_writing_nothing(Cluster& c) { c.run("DROP TRIGGER first ON subscriber"); }

/// refusing has the server refuse every write with an SQLSTATE, as it does when it comes to that.
Show refusing(const std::string& state, StoreFault commit) {
  return of_server(
      StoreFault::none, commit,
      [=](Cluster& c) { before_writing(c, "RAISE EXCEPTION 'no' USING ERRCODE = '" + state + "';"); },
      before_writing_nothing);
}

void session_ended_between_two_requests() {
  with_server([](World& world, Cluster& cluster) {
    const auto end = [&] {
      cluster.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'baton'");
    };
    ASSERT_TRUE(world.ulr(1, 0).success());
    end();
    EXPECT_TRUE(world.ulr(1, 1).success());
    end();
    EXPECT_TRUE(world.air(2).success());
    EXPECT_EQ(world.counted("hss.store_failed"), 0U) << "nobody noticed";
  });
}

/// The request that was in the transaction is refused and none of it has happened; the HSS finds the server
/// again by itself.
void killed_in_the_middle_of_a_transaction() {
  with_server([](World& world, Cluster& cluster) {
    ASSERT_TRUE(world.ulr(1, 0).success());
    const std::string version =
        "SELECT version FROM subscriber WHERE imsi = '" + store::imsi(1).digits() + "'";
    const std::string before = cluster.run(version);
    before_writing(cluster, "PERFORM pg_sleep(60); RETURN NEW;");
    std::thread killer([&] {
      for (int i = 0; i < 500; ++i) {
        if (cluster.run("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'baton' AND "
                        "wait_event = 'PgSleep'") != "0")
          break;
        std::this_thread::sleep_for(5ms);
      }
      cluster.kill();
    });
    const auto moved = world.ulr(1, 1);
    killer.join();
    expect_refused(moved, StoreFault::gone);
    EXPECT_GE(world.counted("store.fault_gone"), 1U);
    cluster.start();
    EXPECT_EQ(cluster.run(version), before);
    before_writing_nothing(cluster);
    world.turn(900ms);
    EXPECT_TRUE(world.ulr(1, 1).success());
    EXPECT_TRUE(world.air(1).success());
  });
}

/// As a standby that nobody has promoted: what was under way hears so, and from then on there is no server
/// that takes writes.
void takes_no_writes() {
  with_server([](World& world, Cluster& cluster) {
    ASSERT_TRUE(world.ulr(1, 0).success());
    cluster.set("default_transaction_read_only", "on");
    std::this_thread::sleep_for(200ms);
    expect_refused(world.ulr(1, 1), StoreFault::read_only);
    expect_refused(world.air(150), StoreFault::gone);
    EXPECT_EQ(world.counted("store.fault_read_only"), 1U);
    EXPECT_GE(world.counted("store.fault_gone"), 1U);
    EXPECT_EQ(world.counted("hss.store_failed"), 2U);
    cluster.run("ALTER SYSTEM RESET default_transaction_read_only");
    cluster.run("SELECT pg_reload_conf()");
    std::this_thread::sleep_for(200ms);
    world.turn(900ms);
    EXPECT_TRUE(world.ulr(1, 1).success());
    EXPECT_TRUE(world.air(150).success());
  });
}

void row_held_by_another_transaction() {
  with_server([](World& world, Cluster& cluster) {
    PGconn* const other = PQconnectdb(cluster.connection().c_str());
    const auto other_does = [&](const char* sql) {
      PGresult* const r = PQexec(other, sql);
      EXPECT_TRUE(PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK);
      PQclear(r);
    };
    walk(
        world, StoreFault::none, StoreFault::slow,
        [&] {
          other_does("BEGIN");
          other_does("SELECT imsi FROM subscriber FOR UPDATE");
        },
        [&] {
          other_does("ROLLBACK");
          world.turn(900ms);  // a server that was silent is not asked again at once
        });
    PQfinish(other);
  });
}

Show away(void (Cluster::*goes)()) {
  return of_server(
      StoreFault::gone, StoreFault::gone,
      [=](Cluster& c) {
        (c.*goes)();
        std::this_thread::sleep_for(100ms);
      },
      [](Cluster& c) { c.start(); });
}

// --- the kinds, numbered as in docs/operations.md -----------------------------------------------

struct Kind {
  std::string name;
  Show show;
};
void PrintTo(const Kind& k, std::ostream* out) { *out << k.name; }

const std::vector<Kind>& kinds() {
  using F = StoreFault;
  static const std::vector<Kind> all{
      {"k01_disk_full", of_file(F::full, [](FaultVfs& v) { v.fail(Call::write, SQLITE_FULL); })},
      {"k02_disk_full_in_the_middle_of_a_commit",
       of_file(F::full, [](FaultVfs& v) { v.fail(Call::write, SQLITE_FULL, "-wal", 2); })},
      {"k03_write_fails", of_file(F::io, [](FaultVfs& v) { v.fail(Call::write, SQLITE_IOERR_WRITE); })},
      {"k04_write_cut_short", of_file(F::io, [](FaultVfs& v) { v.tear(SQLITE_IOERR_WRITE); })},
      {"k05_write_cut_short_for_want_of_room", of_file(F::full, [](FaultVfs& v) { v.tear(SQLITE_FULL); })},
      {"k06_flush_fails", of_file(F::io, [](FaultVfs& v) { v.fail(Call::sync, SQLITE_IOERR_FSYNC); })},
      {"k07_flush_is_slow", of_file(F::none, [](FaultVfs& v) { v.slow(60'000); })},
      {"k08_read_only", of_file(F::read_only, [](FaultVfs& v) { v.fail(Call::write, SQLITE_READONLY); })},
      {"k09_read_fails", of_file(F::io, F::io, [](FaultVfs& v) { v.fail(Call::read, SQLITE_IOERR_READ); })},
      {"k10_page_corrupt", of_file(F::corrupt, F::corrupt, [](FaultVfs& v) { v.corrupt("s.db"); })},
      {"k11_lock_refused",
       of_file(F::locked, F::locked, [](FaultVfs& v) { v.fail(Call::shm_lock, SQLITE_BUSY); })},
      {"k12_lock_fails",
       of_file(F::io, F::io, [](FaultVfs& v) { v.fail(Call::shm_lock, SQLITE_IOERR_SHMLOCK); })},
      {"k13_another_process_holds_it", held_by_another_process},
      {"k14_cannot_be_opened_anew", cannot_be_opened_anew},
      // The fifth octet is the data key's number.
      {"k15_data_key_not_there", broken_record("CAST(x'0100000009' || substr(k_sealed, 6) AS BLOB)")},
      {"k16_record_of_another",
       broken_record("(SELECT k_sealed FROM subscriber WHERE imsi = '" + store::imsi(9).digits() + "')")},
      {"k16_record_changed",
       broken_record("CAST(substr(k_sealed, 1, 20) || x'00' || substr(k_sealed, 22) AS BLOB)")},
      {"k17_another_key", started_with_another_key},
      {"k18_session_ended_between_two_requests", session_ended_between_two_requests},
      {"k19_server_killed", away(&Cluster::kill)},
      {"k19_server_stopped", away(&Cluster::stop)},
      {"k19_server_killed_in_the_middle_of_a_transaction", killed_in_the_middle_of_a_transaction},
      {"k19_session_ended_in_every_transaction", refusing("57P01", F::gone)},
      {"k20_server_read_only", takes_no_writes},
      {"k21_row_held_by_another_transaction", row_held_by_another_transaction},
      {"k21_statement_cancelled", refusing("57014", F::slow)},
      {"k22_transactions_collide_three_times",
       of_server(
           F::none, F::none,
           [](Cluster& c) {
             c.run("CREATE SEQUENCE tries");
             before_writing(c,
                            "IF nextval('tries') % 4 <> 0 THEN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; "
                            "END IF; RETURN NEW;");
           },
           before_writing_nothing)},
      {"k22_transactions_collide_for_ever", refusing("40001", F::locked)},
      {"k22_deadlock", refusing("40P01", F::locked)},
      {"k23_another_hss_keeps_changing_the_record",
       of_server(
           F::none, F::conflict, [](Cluster& c) { before_writing(c, "RETURN NULL;"); },
           before_writing_nothing)},
      {"k24_table_missing",
       of_server(
           F::io, F::io, [](Cluster& c) { c.run("ALTER TABLE subscriber RENAME TO hidden"); },
           [](Cluster& c) { c.run("ALTER TABLE hidden RENAME TO subscriber"); })},
      {"k24_server_disk_full", refusing("53100", F::full)},
      {"k24_server_page_corrupt", refusing("XX001", F::corrupt)},
  };
  return all;
}

class HssFaults : public testing::TestWithParam<Kind> {};

TEST_P(HssFaults, are_answered_counted_and_over_when_their_cause_is) { GetParam().show(); }

INSTANTIATE_TEST_SUITE_P(Kinds, HssFaults, testing::ValuesIn(kinds()),
                         [](const auto& param) { return param.param.name; });

// Each kind that the operator is told of is shown here.
TEST(HssFaultKinds, are_those_of_the_manual) {
  std::set<int> shown;
  for (const Kind& k : kinds()) shown.insert(std::stoi(k.name.substr(1, 2)));
  const std::string manual = content_of(std::string(BATON_SOURCE_DIR) + "/docs/operations.md");
  const auto from = manual.find("| | fault | told as |");
  ASSERT_NE(from, std::string::npos);
  std::set<int> told;
  std::istringstream lines(manual.substr(from, manual.find("\n\n", from) - from));
  for (std::string line; std::getline(lines, line);)
    if (line.size() > 2 && line[2] >= '0' && line[2] <= '9') told.insert(std::stoi(line.substr(2)));
  EXPECT_GE(told.size(), 24U);
  EXPECT_EQ(shown, told);
}

}  // namespace
}  // namespace baton::runtime
