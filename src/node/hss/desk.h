// desk.h: one subscriber's requests, one after the other.
#pragma once

#include <deque>
#include <optional>
#include <variant>

#include "node/hss/limits.h"
#include "node/node.h"
#include "node/procedure.h"
#include "peer/diameter_peer.h"
#include "wire/diameter/message.h"

namespace baton::node::hss {

namespace dia = wire::diameter;

/// Asked is a request with where its answer goes.
template <class M>
struct Asked {
  peer::OwedToken token;
  std::size_t client;  ///< index in Config::clients
  M message;
};
using AuthenticationInformation = Asked<dia::AuthenticationInformationRequest>;
using UpdateLocation = Asked<dia::UpdateLocationRequest>;
using PurgeUe = Asked<dia::PurgeUeRequest>;
using Notify = Asked<dia::NotifyRequest>;
using KasmeUpdate = Asked<dia::KasmeUpdateRequest>;
/// Here `client` is the index in Config::aaa_servers.
using ContextTransfer = Asked<dia::ContextTransferRequest>;
/// The operator ends the subscription's registration.
struct Withdraw {};
/// Cancellation is one registration taken back from an MME or SGSN: a Cancel Location Request and its
/// repetitions.
struct Cancellation {
  Imsi imsi;
  DiameterIdentity mme;
  dia::CancellationType type{};
  int sent = 1;  ///< how often, this time included
  bool sgsn = false;
  bool reattach = false;  ///< the subscriber may come back at once
};
/// Refreshing tells a serving node what is subscribed to now: Insert and Delete Subscriber Data Requests and
/// their repetitions. Each time it is what is in the record then.
struct Refreshing {
  Imsi imsi;
  DiameterIdentity node;
  std::uint32_t deleted = 0;  ///< DSR-Flags of what is not subscribed to any more; 0: nothing of that kind
  int sent = 1;
};
/// A request of ours that is not confirmed yet.
struct Locating {
  AdminToken token;
  Imsi imsi;
};
struct Resetting {
  DiameterIdentity node;
};
/// What is done again when it was not confirmed.
using Repetition = std::variant<Cancellation, Refreshing>;
using Outgoing = std::variant<Cancellation, Refreshing, Locating, Resetting>;

using Job = std::variant<AuthenticationInformation, UpdateLocation, PurgeUe, Notify, Withdraw, Cancellation,
                         Refreshing, KasmeUpdate, ContextTransfer, Administer>;

/// What a procedure waits for.
using DeskEvent = std::variant<SubscriberLoaded, SubscriberSaved>;

/// Desk serves one subscriber. Requests for the same subscriber wait for each other, so that a record is
/// never read by two and written by both; different subscribers do not.
struct Desk {
  explicit Desk(Imsi who) : imsi(std::move(who)) {}
  const Imsi imsi;
  Inbox<DeskEvent> inbox;
  Procedure running;
  std::deque<Job> waiting;
  std::string_view under_way;  ///< what `running` is, for how long it took; empty: nothing that is timed
  Instant began{};
};

}  // namespace baton::node::hss
