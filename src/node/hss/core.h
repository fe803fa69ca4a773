// core.h: what the procedures of the HSS share.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "ids/imsi_map.h"
#include "node/hss/config.h"
#include "node/hss/desk.h"
#include "node/hss/kasme_chain.h"
#include "node/hss/overload.h"
#include "node/hss/records.h"
#include "node/hss/sequence.h"

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
  Instant clock{};  ///< the latest `now` so far: what SEQs are made of does not go back with the wall clock
  /// The clock goes no further than this, which the store knows: who takes our place begins above it.
  Instant clock_until{Duration::max()};
  /// Another HSS of the store may have our indices in an SQN that has fewer bits of index than this; 0:
  /// nobody else is there.
  std::uint32_t index_bits_apart = 0;
  /// Another start has our place in the store, and our indices with it.
  bool place_lost = false;
  /// without_place is whether SEQs of the clock may not leave here: whoever has our place, or may have taken
  /// it since we were last heard of, gives them without writing any down that we could see.
  bool without_place(const context::SubscriberRecord& r) const {
    return index_bits_apart > 0 && r.sqn_scheme == context::SqnScheme::time &&
           (place_lost || now > clock_until);
  }

  ImsiMap<Counter> counters;
  Desks desks;
  Records records;  ///< may be absent
  /// When this process began to remember counters: at its start, and whenever it had to forget them.
  Instant remembers_since{};
  /// Our own requests that are not confirmed yet, and what could not be told to nodes that are away.
  std::map<peer::RequestToken, Outgoing> outgoing;
  /// A node that is MME and SGSN may have lost a subscriber as either: `true` is the SGSN.
  std::map<std::tuple<DiameterIdentity, Imsi, bool>, Cancellation> untold;
  std::map<std::pair<DiameterIdentity, Imsi>, Refreshing> unrefreshed;
  /// Clients that have not been told yet that places were lost (Config::lost_places).
  std::set<DiameterIdentity> to_reset;
  OverloadControl overload;

  const Client& client(std::size_t index) const { return config.clients[index]; }
  std::optional<std::size_t> client_named(const DiameterIdentity& identity) const;
  std::optional<std::size_t> aaa_named(const DiameterIdentity& identity) const;
  /// counter_of is the AuC's memory of a subscriber, begun from its record when there is none.
  Counter& counter_of(const context::SubscriberRecord& record);
  /// ind_of is a requester's index in the SQN of a subscriber: its own here, moved by that of this HSS. Where
  /// there are more requesters than indices some share one, which may make a vector stale but none wrong.
  //= TS 33.102, C.3.4
  std::uint32_t ind_of(const Client& c, std::uint32_t ind_bits) const {
    return (config.ind_base + c.ind) & ((1U << ind_bits) - 1);
  }

  /// at_hand is the desk's record where it can be had at once; a copy, because what is waited for may change
  /// it.
  std::optional<context::SubscriberRecord> at_hand(const Desk& desk) const {
    const auto* record = records ? records(desk.imsi) : nullptr;
    return record == nullptr ? std::nullopt : std::optional(record->copy());
  }
  void load(Desk& desk);
  /// save asks for `record` to be written and makes it the version that it will then have, for another save.
  /// What is remembered of the SEQs that left by the clock is written along, for a start after a clock that
  /// was put back.
  void save(Desk& desk, context::SubscriberRecord& record);
  /// reserve writes SEQs up to `record.seq_reserved` down as used, and nothing else of `record`.
  void reserve(Desk& desk, context::SubscriberRecord& record);
  void erase(Desk& desk, const context::SubscriberRecord& record);
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
  /// pay sends an answer, with what is to be said of the load to who understands that.
  //= RFC 7683, 5.2.2
  template <class A, class M>
  void pay(const Asked<M>& asked, A& answer) {
    if constexpr (requires {
                    asked.message.overload;
                    answer.overload_report;
                  }) {
      if (asked.message.overload) {
        answer.overload = dia::OcSupportedFeatures{dia::oc_feature::loss_algorithm};
        answer.overload_report = overload.report(now);
        if (answer.overload_report) count("hss.overload_reported");
      }
    }
    s6a.answer(asked.token, answer, *out);
  }
  /// reply sends a verdict and nothing else.
  template <class A, class M>
  void reply(const Asked<M>& asked, Verdict v) {
    A answer = answer_to<A>(asked.message.session_id, v);
    pay(asked, answer);
  }
  /// reply_absent answers for a record that did not come: nobody has that IMSI, or the store cannot say.
  template <class A, class M>
  void reply_absent(const Asked<M>& asked, context::StoreFault fault) {
    if (fault != context::StoreFault::none) return reply_unsaved<A>(asked, fault);
    count("hss.user_unknown");
    reply<A>(asked, experimental(dia::experimental::user_unknown));
  }
  /// reply_unsaved answers for a store that failed: ask again where that may help.
  template <class A, class M>
  void reply_unsaved(const Asked<M>& asked, context::StoreFault fault) {
    count(fault == context::StoreFault::conflict ? "hss.store_conflict" : "hss.store_failed");
    reply<A>(asked, result(context::passes(fault) ? dia::code::too_busy : dia::code::unable_to_comply));
  }
  //= TS 29.272, 5.2.1.1.3
  template <class A, class M>
  void reply_unknown_eps(const Asked<M>& asked) {
    A answer =
        answer_to<A>(asked.message.session_id, experimental(dia::experimental::unknown_eps_subscription));
    answer.error_diagnostic = dia::ErrorDiagnostic::no_gprs_data_subscribed;
    pay(asked, answer);
  }
  /// again is whether a write is worth another attempt, on the record as it is now: another HSS was faster.
  static bool again(const SubscriberSaved& saved, int attempt) {
    return saved.fault == context::StoreFault::conflict && attempt < conflicts_max;
  }

  /// request_to begins a request of ours about a subscriber to one of the clients.
  template <class M>
  M request_to(const DiameterIdentity& node, const Imsi& imsi) {
    const auto index = client_named(node);
    M m{.session_id = s6a.new_session_id(),
        .origin_host = config.identity,
        .origin_realm = config.realm,
        .destination_host = node,
        .destination_realm = index ? client(*index).realm : config.realm,
        .user_name = imsi};
    m.vendor_specific_application_id =
        dia::VendorSpecificApplicationId{dia::vendor_3gpp, dia::app_s6a, std::nullopt};
    return m;
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
/// vectors_at_once answers for a subscriber with no request under way, where nothing has to be read or
/// written for it. Otherwise it has done nothing, and says what is to be done.
enum class AtOnce : Byte { answered, block_first, everything };
struct AtOnceOutcome {
  AtOnce what = AtOnce::everything;
  std::optional<std::uint64_t> version{};  ///< block_first: of the record
  std::uint64_t reserve = 0;               ///< block_first: up to where SEQs are to be written down as used
};
AtOnceOutcome vectors_at_once(Core& core, const AuthenticationInformation& asked);
/// block_first writes a block of SEQs down and answers then. What does not come out so goes the whole way.
Procedure block_first(Core& core, Desk& desk, BlockFirst job);
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
Procedure refresh_again(Core& core, Desk& desk, Refreshing r);

/// cancel_location tells an MME or SGSN that a subscriber is no longer its own. No procedure waits for the
/// answer: the location is already another.
void cancel_location(Core& core, Cancellation c);
/// cancellation_unanswered gives back one that is to be sent again.
std::optional<Cancellation> cancellation_unanswered(Core& core, Cancellation c);
/// refresh tells a serving node what is subscribed to now.
void refresh(Core& core, const context::SubscriberRecord& record, Refreshing r);
/// locate asks an MME where a subscriber is and in what state; the answer goes to the operator.
bool locate(Core& core, AdminToken token, const Imsi& imsi, const DiameterIdentity& mme);
/// reset tells a client that what this HSS knew of places is lost.
void reset(Core& core, const DiameterIdentity& client);
/// check_equipment answers for the equipment register.
void check_equipment(Core& core, const peer::DiameterRequest& request);

/// answered and unanswered close what was asked of a client; what is to be done again comes back.
void answered(Core& core, const peer::DiameterAnswer& answer);
std::optional<Repetition> unanswered(Core& core, peer::RequestToken token);
/// untold_to takes out what `node` could not be told while it was away.
std::vector<Repetition> untold_to(Core& core, const DiameterIdentity& node);

/// subscription_of is what a serving node is told of a subscription.
dia::SubscriptionData subscription_of(const context::SubscriberRecord& record);

}  // namespace baton::node::hss
