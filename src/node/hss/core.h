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
#include "node/hss/kasme_chain.h"

namespace baton::node::hss {

/// Verdict is the outcome a procedure answers with: a Result-Code, one of S6a's own or one of ours.
struct Verdict {
  std::uint32_t code = dia::code::success;
  bool experimental = false;
  std::uint32_t vendor = dia::vendor_3gpp;
};
constexpr Verdict success{};
constexpr Verdict result(std::uint32_t code) { return {code, false}; }
constexpr Verdict experimental(std::uint32_t code) { return {code, true}; }
constexpr Verdict own(std::uint32_t code) { return {code, true, dia::vendor_private}; }

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
  std::optional<std::size_t> aaa_named(const DiameterIdentity& identity) const;
  /// counter_of is the AuC's memory of a subscriber, begun from its record when there is none.
  Counter& counter_of(const context::SubscriberRecord& record);

  void load(const Desk& desk);
  /// save asks for `record` to be written and makes it the version that it will then have, for another save.
  void save(const Desk& desk, context::SubscriberRecord& record);
  /// reserve writes SEQs up to `record.seq_reserved` down as used, and nothing else of `record`.
  void reserve(const Desk& desk, context::SubscriberRecord& record);
  void erase(const Desk& desk, const context::SubscriberRecord& record);
  void count(std::string_view counter) { out->count(counter); }
  void log(LogLevel level, std::string text) { out->log(level, std::move(text)); }

  /// answer_to begins an answer: session, origin, verdict.
  template <class A>
  A answer_to(std::string session, Verdict v) const {
    A a{.session_id = std::move(session), .origin_host = config.identity, .origin_realm = config.realm};
    const bool ours = A::command.application == dia::app_private;
    a.vendor_specific_application_id = dia::VendorSpecificApplicationId{
        ours ? dia::vendor_private : dia::vendor_3gpp, A::command.application, std::nullopt};
    if (v.experimental)
      a.experimental_result = dia::ExperimentalResult{v.vendor, v.code};
    else
      a.result_code = v.code;
    return a;
  }
  /// reply sends a verdict and nothing else.
  template <class A, class M>
  void reply(const Asked<M>& asked, Verdict v) {
    s6a.answer(asked.token, answer_to<A>(asked.message.session_id, v), *out);
  }

  /// tracks is whether the KASMEs that `c` uses are followed: this side wants it and both announced it.
  bool tracks(const Client& c) const { return config.tracks_kasme() && s6a.speaks_private(c.identity); }

  /// note writes into the ledger what happened to a key of a subscriber.
  template <class Key>
  void note(KeyEvent event, const Imsi& imsi, const Key& key, std::string reason,
            std::vector<KeyId> parents = {}, std::string to = {}) {
    keys.write(*out, now, event, imsi.digits(), key, std::move(reason), std::move(parents), std::move(to));
  }
  /// note_steps writes what following the steps of an update made and what it ended.
  void note_steps(const Imsi& imsi, const Followed& followed, const Superseded& gone);
  void note_gone(const Imsi& imsi, const Superseded& gone, const std::string& reason);

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
Procedure kasme_update(Core& core, Desk& desk, KasmeUpdate asked);
Procedure context_transfer(Core& core, Desk& desk, ContextTransfer asked);

Procedure administer(Core& core, Desk& desk, Administer asked);
/// administration_refused answers a task that got no desk.
void administration_refused(Core& core, AdminToken token, AdminOutcome outcome);

Procedure cancel_again(Core& core, Desk& desk, Cancellation c);

/// cancel_location tells an MME that a subscriber is no longer its own. No procedure waits for the answer:
/// the location is already another.
void cancel_location(Core& core, Cancellation c);
/// cancellation_unanswered closes one that nobody confirmed, and gives it back when it is to be sent again.
std::optional<Cancellation> cancellation_unanswered(Core& core, peer::RequestToken token);
/// untold_to takes out what `mme` could not be told while it was away.
std::vector<Cancellation> untold_to(Core& core, const DiameterIdentity& mme);

}  // namespace baton::node::hss
