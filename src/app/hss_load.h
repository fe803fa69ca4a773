// hss_load.h: an MME as far as an HSS can see it, or several, that ask as fast as they are answered.
//
// Each connection is one client with an identity and an address of its own and serves its own part of the
// subscribers, so that answers for one subscriber come in the order in which they were made. It speaks the
// base protocol as any peer does: capabilities, watchdog, disconnect. What an answer says is looked at:
// result, session, command; vectors differ from the one before; and where the subscribers' cards are known,
// MAC-A, the freshness of SQN, XRES and KASME, as a card and its phone check them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/latency.h"
#include "base/expected.h"
#include "base/instant.h"
#include "context/subscriber.h"
#include "ids/endpoint.h"
#include "ids/plmn_id.h"
#include "transport/loop.h"

namespace baton::app {

/// Requests under way at a time, over all connections.
inline constexpr std::size_t load_window_max = 65'536;
/// Connections: as many addresses of a loopback net as a file may reasonably name.
inline constexpr std::size_t load_clients_max = 64;
/// Subscribers: what a file may hold.
inline constexpr std::size_t load_subscribers_max = 10'000'000;

struct LoadPlan {
  /// Who asks, and from where; a connection each.
  struct Client {
    DiameterIdentity identity;
    DiameterIdentity realm;
    Ipv4 local;
  };

  Endpoint server;
  DiameterIdentity realm;                ///< of the HSS
  std::optional<DiameterIdentity> host;  ///< of the HSS, where requests name it
  std::vector<Client> clients;
  PlmnId plmn = PlmnId::test_value();

  std::uint64_t first_imsi = 1010000000001;  ///< fifteen digits with what stands before it
  std::size_t subscribers = 1000;
  std::vector<context::SubscriberRecord> cards{};  ///< if any, these are the subscribers, and they check

  std::size_t window = 64;       ///< over all connections; each has at least one
  unsigned ulr_percent = 0;      ///< so many of a hundred requests are Update Location; the rest are AIR
  std::uint32_t vectors = 1;     ///< of one AIR
  Duration ramp = 1s;            ///< the window grows to its size; not counted
  Duration steady = 5s;          ///< counted
  Duration timeout = 10s;        ///< for an answer
  std::optional<double> rate{};  ///< requests a second over all connections; else as the window allows
  bool reconnect = false;        ///< a connection that is lost is opened again; else it ends the run
  Duration reconnect_after = 100ms;
};

struct LoadReport {
  std::uint64_t sent = 0;      ///< in the steady time
  std::uint64_t answered = 0;  ///< in the steady time, whatever the verdict
  double seconds = 0;          ///< how long the steady time was
  double cpu_seconds = 0;      ///< of this process meanwhile
  /// Verdicts of all answers from the beginning: "2001 DIAMETER_SUCCESS".
  std::map<std::string, std::uint64_t> results;
  Latency air, ulr;             ///< of requests sent in the steady time
  std::uint64_t timed_out = 0;  ///< no answer came in time
  std::uint64_t lost = 0;       ///< under way when a connection broke
  std::uint64_t reconnects = 0;
  std::uint64_t unasked = 0;    ///< answers nobody waits for
  std::uint64_t malformed = 0;  ///< answers that cannot be read or are of another session or command
  std::uint64_t vectors = 0;    ///< seen from the beginning
  std::uint64_t rand_repeated = 0;
  std::uint64_t vector_wrong = 0;  ///< MAC-A, XRES or KASME
  std::uint64_t sqn_stale = 0;     ///< a card would not take it: at or below one that it has seen
  bool cards_checked = false;
  std::vector<std::string> faults;  ///< what ended the run early

  double per_second() const { return seconds > 0 ? static_cast<double>(answered) / seconds : 0; }
  /// good: everything was answered with success, and every vector was as it should be.
  bool good() const;
};

/// HssLoad drives one run. `on_second` hears once a second what was answered in it.
class HssLoad {
 public:
  HssLoad(transport::Loop& loop, LoadPlan plan);
  ~HssLoad();
  HssLoad(const HssLoad&) = delete;
  HssLoad& operator=(const HssLoad&) = delete;

  /// check says what of a plan cannot be done.
  static std::optional<std::string> check(const LoadPlan& plan);
  /// run returns when the time is over and the last answers are in.
  LoadReport run(const std::function<void(std::uint64_t)>& on_second = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace baton::app
