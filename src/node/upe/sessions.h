// sessions.h: what the UPE knows of each UE: its PDN connections, their bearers, and the tunnels' ends.
#pragma once

#include <map>
#include <optional>

#include "base/entropy.h"
#include "ids/endpoint.h"
#include "ids/subscriber_id.h"
#include "keys/derive_policy.h"
#include "node/upe/address_pool.h"
#include "peer/gtp_path.h"

namespace baton::node::upe {

namespace gtp2 = wire::gtp2;

/// Bearer is one EPS bearer. Without an eNB's end its UE is idle.
struct Bearer {
  gtp2::BearerQos qos;
  Teid s1u;                            ///< our own end of S1-U
  std::optional<gtp2::FTeid> s1u_enb;  ///< the eNB's end
};

/// Pdn is one PDN connection: an address and the bearers it is reached through.
struct Pdn {
  gtp2::Apn apn;
  Ipv4 address;
  std::optional<gtp2::Ambr> ambr;
  std::map<gtp2::Ebi, Bearer> bearers;  ///< the default bearer is the one the connection is filed under
};

/// UpeKey is the key between us and a UE. Its COUNTs begin at 0 with every new one.
//= S1.D3
struct UpeKey {
  UpeKeyCounter counter{};
  Kupe key;
};

/// Session is a UE. It belongs to the MME that made it, and to that life of the MME.
struct Session {
  Imsi imsi;
  Teid s11;  ///< our own end of S11
  Endpoint mme;
  gtp2::FTeid mme_s11;
  std::optional<gtp2::Recovery> mme_life;
  std::map<gtp2::Ebi, Pdn> pdns;               ///< by their default bearer
  std::optional<peer::GtpToken> notification;  ///< a Downlink Data Notification under way
  bool being_paged = false;                    ///< the MME said that it pages
  std::optional<UpeKey> key{};

  /// bearer finds one of the UE's bearers; null when there is none of that number.
  Bearer* bearer(gtp2::Ebi ebi);
  /// connected: at least one bearer leads to an eNB.
  bool connected() const;
};

/// Sessions files the UEs by IMSI and by our S11 TEID, and gives out TEIDs and addresses. TEIDs are random:
/// a neighbour cannot guess the tunnel of a UE that is not its own.
class Sessions {
 public:
  Sessions(Ipv4 pool, unsigned prefix, std::size_t most, Entropy& entropy)
      : pool_(pool, prefix), most_(most), entropy_(entropy) {}

  Session* find(Teid s11);
  Session* find(const Imsi& imsi);
  /// add makes an empty session for a UE that has none; null when there are too many.
  Session* add(const Imsi& imsi);
  /// remove forgets a UE and gives everything back.
  void remove(const Imsi& imsi);
  /// add_pdn gives a PDN connection an address; null when there is none left. A connection filed under the
  /// same bearer is removed before.
  Pdn* add_pdn(Session& session, gtp2::Ebi default_bearer);
  void remove_pdn(Session& session, gtp2::Ebi default_bearer);
  /// new_s1u_teid is a TEID for our end of S1-U; nothing when no draw was free.
  std::optional<Teid> new_s1u_teid();
  void release_s1u(Teid teid) { s1u_.erase(teid); }

  std::size_t size() const { return by_imsi_.size(); }
  std::size_t addresses_in_use() const { return pool_.in_use(); }
  std::size_t s1u_teids_in_use() const { return s1u_.size(); }
  /// each visits every session in the order of IMSIs; `visit` must not add or remove.
  template <class F>
  void each(F visit) {
    for (auto& [imsi, session] : by_imsi_) visit(session);
  }

 private:
  AddressPool pool_;
  std::size_t most_;
  Entropy& entropy_;
  std::map<Imsi, Session> by_imsi_;
  std::map<Teid, Imsi> by_s11_;
  std::map<Teid, bool> s1u_;
};

}  // namespace baton::node::upe
