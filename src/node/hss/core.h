// core.h: what the procedures of the HSS share.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "node/hss/config.h"
#include "node/hss/desk.h"

namespace baton::node::hss {

/// Verdict is the outcome a procedure answers with: a Result-Code or one of S6a's own.
struct Verdict {
  std::uint32_t code = dia::code::success;
  bool experimental = false;
};
constexpr Verdict success{};
constexpr Verdict result(std::uint32_t code) { return {code, false}; }
constexpr Verdict experimental(std::uint32_t code) { return {code, true}; }

/// Core is handed to every procedure. `out` and `now` are those of the event being handled.
struct Core {
  Core(Config c, Entropy& e);

  Config config;
  Entropy& entropy;
  KeyLog keys;
  peer::DiameterNode s6a;
  Actions* out = nullptr;
  Instant now{};

  std::map<Imsi, Counter> counters;
  std::map<Imsi, std::unique_ptr<Desk>> desks;
  std::map<StoreToken, Imsi> store_pending;
  std::uint64_t next_store_token = 1;
  /// Cancel Location Requests that are not confirmed yet, and those whose MME is away.
  std::map<peer::RequestToken, Cancellation> cancelling;
  std::map<std::pair<DiameterIdentity, Imsi>, Cancellation> untold;

  const Client& client(std::size_t index) const { return config.clients[index]; }
  std::optional<std::size_t> client_named(const DiameterIdentity& identity) const;
  /// counter_of is the AuC's memory of a subscriber, begun from its record when there is none.
  Counter& counter_of(const context::SubscriberRecord& record);

  void load(const Desk& desk);
  void save(const Desk& desk, const context::SubscriberRecord& record);
  void count(std::string_view counter) { out->count(counter); }
  void log(LogLevel level, std::string text) { out->log(level, std::move(text)); }

  /// answer_to begins an answer: session, origin, verdict.
  template <class A>
  A answer_to(std::string session, Verdict v) const {
    A a{.session_id = std::move(session), .origin_host = config.identity, .origin_realm = config.realm};
    a.vendor_specific_application_id =
        dia::VendorSpecificApplicationId{dia::vendor_3gpp, dia::app_s6a, std::nullopt};
    if (v.experimental)
      a.experimental_result = dia::ExperimentalResult{dia::vendor_3gpp, v.code};
    else
      a.result_code = v.code;
    return a;
  }
  /// reply sends a verdict and nothing else.
  template <class A, class M>
  void reply(const Asked<M>& asked, Verdict v) {
    s6a.answer(asked.token, answer_to<A>(asked.message.session_id, v), *out);
  }

  /// may_ask_for is whether a client is allowed to act for a visited network.
  bool may_ask_for(const Client& c, const PlmnId& visited) const;
  bool roaming_allowed(const PlmnId& visited) const;
};

/// The procedures, one file each. Parameters are what outlives the frame, or values.
Procedure authentication_information(Core& core, Desk& desk, AuthenticationInformation asked);
Procedure update_location(Core& core, Desk& desk, UpdateLocation asked);
Procedure purge_ue(Core& core, Desk& desk, PurgeUe asked);
Procedure notify(Core& core, Desk& desk, Notify asked);
Procedure withdraw(Core& core, Desk& desk);

Procedure cancel_again(Core& core, Desk& desk, Cancellation c);

/// cancel_location tells an MME that a subscriber is no longer its own. No procedure waits for the answer:
/// the location is already another.
void cancel_location(Core& core, Cancellation c);
/// cancellation_unanswered closes one that nobody confirmed, and gives it back when it is to be sent again.
std::optional<Cancellation> cancellation_unanswered(Core& core, peer::RequestToken token);
/// untold_to takes out what `mme` could not be told while it was away.
std::vector<Cancellation> untold_to(Core& core, const DiameterIdentity& mme);

}  // namespace baton::node::hss
