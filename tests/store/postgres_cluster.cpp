#include "store/postgres_cluster.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "store/support.h"

namespace baton::store {

namespace {

constexpr const char* programs = "/usr/lib/postgresql/15/bin/";

}  // namespace

Cluster::Cluster(const Cluster* primary, const std::string& settings) {
  std::string pattern = (fs::temp_directory_path() / "baton-pg-XXXXXX").string();
  folder_ = ::mkdtemp(pattern.data());
  if (::geteuid() == 0) {
    EXPECT_EQ(std::system(("chown postgres " + folder_).c_str()), 0) << "there is no user postgres";
  }
  if (primary == nullptr) {
    EXPECT_EQ(as_server(std::string(programs) + "initdb -D " + folder_ +
                        "/data -U postgres -A trust -N -E UTF8 "
                        "--locale=C"),
              0)
        << "PostgreSQL 15 is missing or does not run";
  } else {
    EXPECT_EQ(as_server(std::string(programs) + "pg_basebackup -D " + folder_ + "/data -h " +
                        primary->folder_ + " -U postgres -R -c fast -X stream"),
              0);
  }
  const std::string added = folder_ + "/added.conf";
  std::ofstream(added) << "listen_addresses = ''\nunix_socket_directories = '" << folder_
                       << "'\nshared_buffers = '16MB'\nmax_connections = 40\nlogging_collector = off\n"
                       << settings;
  ::chmod(added.c_str(), 0644);
  std::ofstream(folder_ + "/data/postgresql.conf", std::ios::app) << "include '" << added << "'\n";
  start();
}

Cluster::~Cluster() {
  end(SIGQUIT);
  fs::remove_all(folder_);
}

int Cluster::as_server(const std::string& command) const {
  const std::string who = ::geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups " : "";
  return std::system(
      ("cd " + folder_ + " && " + who + command + " >" + folder_ + "/out.log 2>&1 </dev/null").c_str());
}

// The server is a child of this program, which the kernel ends with it: a test that is killed leaves none.
void Cluster::start() {
  for (int tries = 0; tries < 20; ++tries) {
    // What a killed server left running may take a moment to notice.
    if (tries > 0) ::usleep(200'000);
    const pid_t parent = ::getpid();
    server_ = ::fork();
    ASSERT_GE(server_, 0);
    if (server_ == 0) {
      const std::string log = folder_ + "/server.log";
      const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
      const int in = ::open("/dev/null", O_RDONLY);
      if (out < 0 || in < 0 || ::dup2(in, 0) < 0 || ::dup2(out, 1) < 0 || ::dup2(out, 2) < 0 ||
          ::chdir(folder_.c_str()) != 0)
        ::_exit(1);
      ::closefrom(3);
      const std::string program = std::string(programs) + "postgres";
      const std::string data = folder_ + "/data";
      // A change of user takes the wish back, so that setpriv has to say it again.
      if (::geteuid() == 0)
        ::execlp("setpriv", "setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups",
                 "--pdeathsig", "QUIT", program.c_str(), "-D", data.c_str(), nullptr);
      if (::prctl(PR_SET_PDEATHSIG, SIGQUIT) == 0 && ::getppid() == parent)
        ::execl(program.c_str(), program.c_str(), "-D", data.c_str(), nullptr);
      ::_exit(1);
    }
    for (int looks = 0; looks < 600; ++looks) {
      int status = 0;
      if (::waitpid(server_, &status, WNOHANG) == server_) {
        server_ = 0;
        break;
      }
      if (PQping(connection().c_str()) == PQPING_OK) return;
      ::usleep(100'000);
    }
  }
  ADD_FAILURE() << "the server does not start: " << folder_ << "/server.log";
}
void Cluster::end(int signal) {
  if (server_ <= 0) return;
  ::kill(server_, signal);
  ::waitpid(server_, nullptr, 0);
  server_ = 0;
}
void Cluster::stop() { end(SIGINT); }
void Cluster::promote() {
  EXPECT_EQ(as_server(std::string(programs) + "pg_ctl -D " + folder_ + "/data -w promote"), 0);
}

void Cluster::kill() {
  ASSERT_GT(server_, 1);
  // Its children first, so that none of them ends in good order.
  (void)std::system(("pkill -KILL -P " + std::to_string(server_)).c_str());
  end(SIGKILL);
}

void Cluster::set(const std::string& name, const std::string& value) {
  run("ALTER SYSTEM SET " + name + " = " + value);
  run("SELECT pg_reload_conf()");
}

std::string Cluster::run(const std::string& sql) const {
  PGconn* const db = PQconnectdb(connection().c_str());
  PGresult* const r = PQexec(db, sql.c_str());
  std::string out;
  const auto status = PQresultStatus(r);
  EXPECT_TRUE(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) << sql << ": " << PQerrorMessage(db);
  if (PQntuples(r) > 0) out = PQgetvalue(r, PQntuples(r) - 1, 0);
  PQclear(r);
  PQfinish(db);
  return out;
}

void Cluster::empty() const {
  for (const char* table : {"subscriber", "data_key", "member", "store"})
    run("DROP TABLE IF EXISTS " + std::string(table));
}

std::unique_ptr<PostgresStore> Cluster::fresh_store() {
  empty();
  return open_postgres(connection());
}

Cluster& shared_cluster() {
  static Cluster cluster(nullptr, "fsync = off\n");
  return cluster;
}

std::unique_ptr<PostgresStore> open_postgres(const std::string& connection, Duration patience) {
  auto opened = PostgresStore::open({connection, patience}, key_file(key_of<context::StoreKey>(0x5A)));
  EXPECT_TRUE(opened) << (opened ? "" : opened.why().what);
  return opened ? std::move(*opened) : nullptr;
}

}  // namespace baton::store
