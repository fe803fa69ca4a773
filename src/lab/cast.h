// cast.h: a whole network of real nodes on the lab's wires, and the verbs of a scenario.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lab/network.h"
#include "lab/script.h"
#include "lab/seeded_entropy.h"
#include "node/enb/enb.h"
#include "node/hss/hss.h"
#include "node/key_agreement.h"
#include "node/mme/mme.h"
#include "node/ue/ue.h"
#include "node/upe/upe.h"
#include "store/memory_store.h"

namespace baton::lab {

/// Cast plays a script. UEs, eNBs and MMEs are numbered from 0. Each verb lets time pass until nobody has
/// anything to do but wait for timers far ahead.
///
///     Cast cast(script(2));
///     ASSERT_TRUE(cast.attach(0));
///     EXPECT_TRUE(cast.agree(0, KeyKind::kasme));
class Cast {
 public:
  explicit Cast(Script script, Weather weather = {});

  /// Whether the UE's last procedure of this name ended well during the verb.
  bool attach(std::size_t ue) { return ask_ue(ue, node::Verb::attach, "attach"); }
  bool service_request(std::size_t ue) { return ask_ue(ue, node::Verb::service_request, "service-request"); }
  bool tau(std::size_t ue) { return ask_ue(ue, node::Verb::tau, "tau"); }
  bool detach(std::size_t ue) { return ask_ue(ue, node::Verb::detach, "detach"); }
  bool switch_off(std::size_t ue) { return ask_ue(ue, node::Verb::switch_off, "detach"); }
  /// move lets an idle UE camp on another cell; where the tracking area is a new one, it updates.
  void move(std::size_t ue, std::size_t enb);
  /// handover has a connected UE report the cell of another eNB as the better one; true when the UE arrived
  /// there.
  bool handover(std::size_t ue, std::size_t enb);
  void power_cycle(std::size_t ue);
  /// idle lets the eNB notice that the UE is silent; true when the UE ends up without a connection.
  bool idle(std::size_t ue);
  /// page lets data come at the UPE for the UE; true when the UE ends up connected.
  bool page(std::size_t ue);
  /// network_detach lets the MME that knows the UE send it away; true when both have ended it.
  bool network_detach(std::size_t ue);
  bool reauthenticate(std::size_t ue);
  /// comes_by_other_access has the UE, wherever it is, come by the script's other access too, naming the
  /// KASME it has; the server's verdict is there when it has asked the HSS. False: it has none. No time
  /// passes.
  bool comes_by_other_access(std::size_t ue);
  /// mme_with is the first MME that is running and has proof of who the UE is; the first of all when none
  /// has.
  std::size_t mme_with(std::size_t ue);

  /// misbehave draws faults from here on, from the script's seed. Network nodes that crash come back.
  void misbehave(Faults faults);

  void run(Duration d) { net.run_for(d); }
  void settle() { net.run_while_busy(); }

  // Crashes lose what the role loses; a restart builds the node anew from its configuration.
  void crash_mme(std::size_t i = 0) { net.crash(mme_configs[i].name); }
  void restart_mme(std::size_t i = 0);
  void crash_hss() { net.crash(hss_config.name); }
  void restart_hss();
  void crash_upe() { net.crash(upe_config.name); }
  void restart_upe();
  void crash_enb(std::size_t enb) { net.crash(enb_configs[enb].name); }
  void restart_enb(std::size_t enb);

  // Who plays. References are good until the node crashes.
  node::Node& hss() { return net.node(hss_config.name); }
  node::mme::Mme& mme(std::size_t i = 0) {
    return static_cast<node::mme::Mme&>(net.node(mme_configs[i].name));
  }
  node::upe::Upe& upe() { return static_cast<node::upe::Upe&>(net.node(upe_config.name)); }
  node::enb::Enb& enb(std::size_t i) { return static_cast<node::enb::Enb&>(net.node(enb_configs[i].name)); }
  node::ue::Ue& ue(std::size_t i) { return static_cast<node::ue::Ue&>(net.node(ue_name(i))); }
  AccessServer& access() { return static_cast<AccessServer&>(net.node(access_)); }
  static std::string ue_name(std::size_t i) { return "ue" + std::to_string(i + 1); }

  // What happened.
  /// outcome is how the subscriber's last procedure of that name ended; null when there was none.
  const node::Outcome* outcome(std::size_t ue, std::string_view procedure) const;
  /// keys says who holds which key of the UE now, read from the ledger alone.
  std::vector<node::KeyState> keys(std::size_t ue) const;
  /// holders names the nodes that hold the UE's current key of this kind, in name order.
  std::vector<std::string> holders(std::size_t ue, KeyKind kind) const;
  std::optional<node::KeyState> key(std::size_t ue, KeyKind kind) const;
  /// agree: both ends that a key of this kind is for hold the same one, somebody holds one, and no two MMEs
  /// and no two eNBs do.
  bool agree(std::size_t ue, KeyKind kind) const;
  /// held_by_nobody: no node holds any key of this kind of the UE.
  bool held_by_nobody(std::size_t ue, KeyKind kind) const;

  Network net;
  store::MemoryStore subscribers;
  node::hss::Config hss_config;
  std::vector<node::mme::Config> mme_configs;
  node::upe::Config upe_config;
  std::vector<node::enb::Config> enb_configs;

 private:
  bool ask_ue(std::size_t ue, node::Verb verb, std::string_view procedure, std::uint32_t argument = 0);
  // Each builds a new life of a node.
  std::unique_ptr<node::Node> new_mme(std::size_t i);
  std::unique_ptr<node::Node> new_hss();
  std::unique_ptr<node::Node> new_upe();
  std::unique_ptr<node::Node> new_enb(std::size_t i);
  /// entropy_for makes the generator of one life of a node; it lives as long as the cast.
  Entropy& entropy_for(const std::string& name);

  std::string access_;  ///< name of the access server; empty: there is none
  std::uint64_t seed_;
  std::uint64_t lives_ = 0;
  std::vector<std::unique_ptr<SeededEntropy>> entropies_;
};

}  // namespace baton::lab
