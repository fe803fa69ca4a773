#include "store/postgres_cluster.h"

#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <signal.h>
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
  (void)as_server(std::string(programs) + "pg_ctl -D " + folder_ + "/data -m immediate -w stop");
  fs::remove_all(folder_);
}

int Cluster::as_server(const std::string& command) const {
  const std::string who = ::geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups " : "";
  return std::system(
      ("cd " + folder_ + " && " + who + command + " >" + folder_ + "/out.log 2>&1 </dev/null").c_str());
}

void Cluster::start() {
  int started = 1;
  // What a killed server left running may take a moment to notice.
  for (int tries = 0; started != 0 && tries < 20; ++tries) {
    if (tries > 0) ::usleep(200'000);
    started = as_server(std::string(programs) + "pg_ctl -D " + folder_ + "/data -l " + folder_ +
                        "/server.log -w -t 60 start");
  }
  EXPECT_EQ(started, 0);
}
void Cluster::stop() {
  EXPECT_EQ(as_server(std::string(programs) + "pg_ctl -D " + folder_ + "/data -m fast -w stop"), 0);
}
void Cluster::promote() {
  EXPECT_EQ(as_server(std::string(programs) + "pg_ctl -D " + folder_ + "/data -w promote"), 0);
}

void Cluster::kill() {
  std::ifstream in(folder_ + "/data/postmaster.pid");
  pid_t postmaster = 0;
  in >> postmaster;
  ASSERT_GT(postmaster, 1);
  // Its children first, so that none of them ends in good order.
  (void)std::system(("pkill -KILL -P " + std::to_string(postmaster)).c_str());
  ::kill(postmaster, SIGKILL);
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

std::unique_ptr<PostgresStore> Cluster::fresh_store() {
  run("DROP TABLE IF EXISTS subscriber; DROP TABLE IF EXISTS data_key; DROP TABLE IF EXISTS store");
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
