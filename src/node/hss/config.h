// config.h: what an HSS has to be told.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "context/policy.h"
#include "ids/endpoint.h"
#include "ids/plmn_id.h"
#include "keys/ledger.h"
#include "node/hss/limits.h"
#include "peer/diameter_peer.h"
#include "wire/diameter/message.h"

namespace baton::node::hss {

/// What a client is: an MME asks on S6a, an SGSN on S6d, a node that is both on either.
enum class ClientKind : Byte { mme, sgsn, combined };

/// Client is an MME or an SGSN that may ask. Nobody else gets past the capabilities exchange.
struct Client {
  std::string name;  ///< the node's name, as ledger and steps have it
  DiameterIdentity identity;
  DiameterIdentity realm;
  Ipv4 address;
  /// Networks it may ask for vectors of: KASME is bound to one of them. Empty: none.
  std::vector<PlmnId> visited_plmns;
  /// Its index in the SQN, below 2^ind_bits of every subscription and its own, so that vectors one MME holds
  /// are not made stale by those of another. TS 33.102, C.3.4.
  std::uint32_t ind = 0;
  ClientKind kind = ClientKind::mme;
  bool secured = false;                   ///< over TLS only
  std::optional<DiameterIdentity> via{};  ///< through one of Config::agents
  peer::DiameterRate rate{};              ///< of its requests
};

/// AaaServer is a server of non-3GPP access that may ask for a key of its own. (S0.D8)
struct AaaServer {
  std::string name;
  DiameterIdentity identity;
  DiameterIdentity realm;
  Ipv4 address;
};

/// Equipment is one line of the equipment register.
struct Equipment {
  std::string imei;  ///< leading digits; empty: any device
  wire::diameter::EquipmentStatus status{};
};

struct Config {
  std::string name = "hss";
  DiameterIdentity identity;
  DiameterIdentity realm;
  Ipv4 address;  ///< where it listens on TCP 3868
  std::vector<Client> clients;
  /// Networks in which the subscribers may register: the home network and roaming partners.
  std::vector<PlmnId> plmns;
  std::vector<AaaServer> aaa_servers{};
  context::SecurityPolicy policy{};
  KeyIdKey key_id_key{};
  /// Added to every client's `ind`. HSSs that share a store have ranges of their own, so that what one has
  /// left of its SEQs is not stale to a card that the other served in between.
  std::uint32_t ind_base = 0;
  /// What was known of places is lost (a backup was brought back): clients are told once, when they come.
  bool lost_places = false;
  /// The equipment register: the status of devices by the leading digits of their IMEI, the longest first.
  /// Empty: this HSS is none, and every device is unknown to it.
  std::vector<Equipment> equipment{};
  /// Subscribers with a request under way at most; from three quarters of that on clients are asked to hold
  /// back.
  std::size_t busy_max = subscribers_busy_max;
  /// Serve subscribers of the test algorithm, which protects nothing. For test cards.
  bool test_algorithm = false;
  /// Diameter agents, which may bring the requests of clients that come `via` them and ask nothing
  /// themselves.
  std::vector<peer::DiameterPeer> agents{};
  std::uint32_t origin_state_id = 0;  ///< one more at every start; 0 leaves it out
  peer::DiameterTimes times{};

  /// Know which KASME is in use: speak our own application, remember vectors, take KASME-Updates. With
  /// refresh-temporary too, where what is recorded goes stale. (S0.D6)
  bool tracks_kasme() const { return policy.inter_mme_kasme != context::InterMmeKasme::keep; }
};

}  // namespace baton::node::hss
