// access.h: a server of other access that asks the HSS for a key of its own, and looks whether the UE has the
// KASME that it is made of.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "ids/endpoint.h"
#include "ids/subscriber_id.h"
#include "keys/ledger.h"
#include "node/node.h"
#include "peer/diameter_peer.h"
#include "wire/diameter/message.h"

namespace baton::lab {

/// AccessServer stands for the AAA server of non-3GPP access (S0.4). A UE that comes by that access says by
/// which KASME it means to go on: the key's id, which is no secret. The server asks the HSS for K_N3 and
/// compares.
//= S0.D8
class AccessServer final : public node::Node {
 public:
  struct Config {
    std::string name = "aaa";
    KeyIdKey id_key{};
    DiameterIdentity identity;
    DiameterIdentity realm;
    Ipv4 address;
    DiameterIdentity hss;
    Endpoint hss_door;
    std::string access_label = "WLAN";
  };
  /// `entropy` outlives the node.
  AccessServer(Config config, Entropy& entropy);

  void on(node::Event event, Instant now, node::Actions& out) override;
  std::string_view name() const override { return config_.name; }
  const Config& config() const { return config_; }

  /// comes notes what the UE says. The command `attach` with the subscriber then asks the HSS.
  void comes(const Imsi& imsi, KeyId kasme) { said_.insert_or_assign(imsi, kasme); }

  /// What came of it.
  enum class Verdict : Byte {
    current,     ///< K_N3 is made of the KASME that the UE named
    stale,       ///< of another one: counted, and not used
    no_key,      ///< the HSS has none recorded
    unanswered,  ///< nobody was there to be asked
  };
  struct Use {
    Imsi imsi;
    Verdict verdict{};
    KeyId said;                     ///< by the UE
    std::optional<KeyId> parent{};  ///< by the HSS
    std::optional<Kn3> kn3{};       ///< as it came
    std::uint32_t counter = 0;      ///< of this K_N3
  };
  /// last is the newest use; null: none has ended.
  const Use* last() const { return last_ ? &*last_ : nullptr; }
  std::uint64_t uses() const { return uses_; }

 private:
  void ask(const Imsi& imsi, Instant now, node::Actions& out);
  void on_s6a(peer::PeerEvents events, Instant now, node::Actions& out);
  void end(Use use, Instant now, node::Actions& out);

  Config config_;
  node::KeyLog keys_;
  peer::DiameterNode s6a_;
  std::map<Imsi, KeyId> said_;
  struct Asked {
    Imsi imsi;
    KeyId said;
  };
  std::map<peer::RequestToken, Asked> asked_;
  std::optional<Use> last_;
  std::uint64_t uses_ = 0;
};

}  // namespace baton::lab
