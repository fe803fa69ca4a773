// config.h: what an operator decides about an MME.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "context/policy.h"
#include "ids/endpoint.h"
#include "ids/location.h"
#include "keys/ledger.h"
#include "node/mme/limits.h"
#include "node/mme/timers.h"

namespace baton::node::mme {

/// The home subscriber server this MME asks. An answer from anyone else is not an answer.
struct HssPeer {
  std::string name = "hss";  ///< as it stands in steps and in the ledger
  DiameterIdentity identity;
  DiameterIdentity realm;
  Endpoint endpoint;
  bool secured = false;                   ///< over TLS only
  std::optional<DiameterIdentity> via{};  ///< through one of Config::agents
};

/// The user plane entity this MME makes sessions on.
struct UpePeer {
  std::string name = "upe";  ///< as it stands in steps and in the ledger, and in the derivation of K_UPE
  Endpoint endpoint;
  /// What it is taken to understand for as long as its Echo says nothing of that; nothing: the standards
  /// only.
  std::optional<context::Announcement> announced{};
};

/// MmePeer is an MME to which UEs of this one may go and from which they may come (S10). A message is its
/// own only if it comes from `endpoint`; where it sends answers to is its own business.
struct MmePeer {
  std::string name = "mme2";  ///< as it stands in steps and in the ledger
  DiameterIdentity identity;  ///< as Cancel Location and the console know it
  Gummei gummei;              ///< whose GUTIs are its own
  std::vector<Tai> tais;      ///< tracking areas it serves: a UE handed over to one of them goes to it
  Endpoint endpoint;          ///< S10, port 2123
  /// What it is taken to understand for as long as its Echo says nothing of that; nothing: the standards
  /// only.
  std::optional<context::Announcement> announced{};
  /// What it has to have announced before any UE goes to it or comes from it; nothing: whatever it is will
  /// do.
  std::optional<context::Announcement> required{};
  /// Moves to it and from it are as the standards have them, whatever it announces.
  bool standards_only = false;
};

/// When a UE gets a new GUTI. TS 33.401, 7.2.2 leaves it to the operator; a GUTI that never changes is as
/// good as an IMSI for whoever listens.
enum class GutiReallocation : Byte { at_attach, at_attach_and_tau };

struct Config {
  std::string name = "mme";  ///< the node's name, also the MME Name of S1 Setup
  KeyIdKey id_key{};
  Gummei gummei;
  std::vector<Tai> tais;  ///< tracking areas served; their PLMNs are the served PLMNs
  Byte relative_capacity = 255;

  DiameterIdentity identity;
  DiameterIdentity realm;
  HssPeer hss;
  UpePeer upe;
  Endpoint gtpc;  ///< our own S11 and S10 address
  /// The other MMEs, mmes_max at most; the first one that serves a tracking area is asked.
  std::vector<MmePeer> mmes{};

  /// Algorithms by preference, numbers of TS 24.301, 9.9.3.23. Null integrity is refused even if listed.
  std::vector<Byte> integrity_order{2};
  std::vector<Byte> ciphering_order{2};
  /// Null ciphering, as the last choice, for a UE that can do nothing else. Counted and logged each time.
  bool allow_null_ciphering = false;

  /// Timer values by number; defaults of the specification (timers.h).
  Duration after(Timer t) const { return timer_values[static_cast<std::size_t>(t)]; }
  std::array<Duration, timers.size()> timer_values = [] {
    std::array<Duration, timers.size()> v{};
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = timers[i].after;
    return v;
  }();
  Duration t3412 = std::chrono::minutes(54);  ///< periodic update, told to the UE
  Duration t3402 = std::chrono::minutes(12);

  /// Which of the ways to treat keys in a move this MME takes.
  context::SecurityPolicy policy{};
  /// How long a KASME may be used after its AKA, whatever becomes of it; a move never lengthens it. (S0.D2)
  Duration kasme_lifetime = std::chrono::hours(24);

  /// Serve PATH SWITCH REQUEST: an eNB of this MME may take a UE from another one without asking first. It is
  /// given the next NH, so an eNB that lies gets a key of a UE that is not there: off unless eNBs have X2.
  bool path_switch = false;

  GutiReallocation guti_reallocation = GutiReallocation::at_attach_and_tau;
  /// Ask for the IMEISV in the security mode command, as S6a's Terminal-Information wants it.
  bool ask_imeisv = true;

  /// Others of the same realm and the same subscribers, in the order in which they stand in for `hss`.
  std::vector<HssPeer> more_hss{};
  /// Diameter agents between this MME and HSSs.
  std::vector<HssPeer> agents{};
  /// The Destination-Host of requests: where another may stand in for the HSS, none is named.
  std::optional<DiameterIdentity> hss_host() const {
    return more_hss.empty() ? std::optional(hss.identity) : std::nullopt;
  }

  std::size_t ue_limit = ues_max;
  std::size_t provisional_limit = provisional_ues_max;
  std::size_t coming_limit = coming_ues_max;
  std::size_t enb_limit = enbs_max;
};

}  // namespace baton::node::mme
