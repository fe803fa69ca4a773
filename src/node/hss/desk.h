// desk.h: one subscriber's requests, one after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "ids/imsi_map.h"
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
/// One that needs a block of SEQs written down, and nothing else, before vectors_at_once() can answer it.
struct BlockFirst {
  AuthenticationInformation asked;
  std::optional<std::uint64_t> version;  ///< of the record
  std::uint64_t reserve = 0;             ///< the highest SEQ of the block
};
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

using Job = std::variant<AuthenticationInformation, BlockFirst, UpdateLocation, PurgeUe, Notify, Withdraw,
                         Cancellation, Refreshing, KasmeUpdate, ContextTransfer, Administer>;

/// What a procedure waits for.
using DeskEvent = std::variant<SubscriberLoaded, SubscriberSaved>;

/// Desk serves one subscriber. Requests for the same subscriber wait for each other, so that a record is
/// never read by two and written by both; different subscribers do not.
struct Desk {
  Desk(std::uint32_t n, Imsi who) : number(n), imsi(std::move(who)) {}
  const std::uint32_t number;  ///< its place among the desks
  Imsi imsi;
  Inbox<DeskEvent> inbox;
  Procedure running;
  std::deque<Job> waiting;
  std::string_view under_way;  ///< what `running` is, for how long it took; empty: nothing that is timed
  Instant began{};
  std::uint64_t asked = 0;  ///< the store, last; 0: it has answered
};

/// Desks are those of the subscribers with a request under way. A desk that is free is kept for the next one.
class Desks {
 public:
  Desk* find(const Imsi& imsi) const {
    const auto* at = busy_.find(imsi);
    return at == nullptr ? nullptr : desks_[*at].get();
  }
  Desk& open(const Imsi& imsi) {
    if (free_.empty()) {
      desks_.push_back(std::make_unique<Desk>(static_cast<std::uint32_t>(desks_.size()), imsi));
    } else {
      desks_[free_.back()]->imsi = imsi;
    }
    const std::uint32_t number = free_.empty() ? desks_.back()->number : free_.back();
    if (!free_.empty()) free_.pop_back();
    busy_.put(imsi, number);
    return *desks_[number];
  }
  /// close is for a desk whose procedure is done.
  void close(Desk& desk) {
    desk.running = {};
    desk.asked = 0;
    // What came too late for this procedure is nothing for the next one's.
    while (desk.inbox.unclaimed()) {
    }
    busy_.erase(desk.imsi);
    free_.push_back(desk.number);
  }
  std::size_t size() const { return busy_.size(); }

  /// token_for names what a desk asks of the store next, instead of what it asked before.
  StoreToken token_for(Desk& desk) {
    desk.asked = next_asked_++;
    return StoreToken{desk.asked << number_bits | desk.number};
  }
  /// asked_by is the desk that waits for this; null when none does.
  Desk* asked_by(StoreToken token) const {
    const std::size_t number = token.value & ((std::uint64_t{1} << number_bits) - 1);
    if (number >= desks_.size() || desks_[number]->asked != token.value >> number_bits) return nullptr;
    return desks_[number].get();
  }

 private:
  static constexpr unsigned number_bits = 20;
  std::vector<std::unique_ptr<Desk>> desks_;
  std::vector<std::uint32_t> free_;
  ImsiMap<std::uint32_t> busy_;
  std::uint64_t next_asked_ = 1;
};

}  // namespace baton::node::hss
