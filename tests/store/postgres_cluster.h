// postgres_cluster.h: Debian's PostgreSQL in a folder of its own, for as long as a test needs it.
#pragma once

#include <memory>
#include <string>

#include "store/postgres_store.h"

namespace baton::store {

/// Cluster is one server on a Unix socket in its folder, run by an unprivileged user.
class Cluster {
 public:
  /// A new, empty one; or a copy of `primary` that follows it.
  explicit Cluster(const Cluster* primary = nullptr, const std::string& settings = {});
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  void start();
  void stop();  ///< in good order
  void kill();  ///< all of it at once, as SIGKILL does
  void promote();
  /// Settings for the whole cluster; they hold from the next query on.
  void set(const std::string& name, const std::string& value);
  /// run runs SQL on database `postgres` and gives the last value.
  std::string run(const std::string& sql) const;

  std::string socket_folder() const { return folder_; }
  std::string connection() const { return "host=" + folder_ + " user=postgres dbname=postgres"; }
  void empty() const;  ///< of all tables of a store
  /// fresh_store gives a store in an emptied database.
  std::unique_ptr<PostgresStore> fresh_store();

 private:
  int as_server(const std::string& command) const;
  void end(int signal);
  std::string folder_;
  int server_ = 0;  ///< its process; 0: none
};

/// One for all tests of this program that leave it running.
Cluster& shared_cluster();

/// open_postgres opens a store with the key file of the tests.
std::unique_ptr<PostgresStore> open_postgres(const std::string& connection,
                                             Duration patience = std::chrono::seconds(5));

}  // namespace baton::store
