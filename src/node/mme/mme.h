// mme.h: the mobility management entity: LTE mobility and NAS security.
#pragma once

#include <set>
#include <string_view>

#include "node/mme/core.h"
#include "node/node.h"

namespace baton::node::mme {

/// Mme is the MME as a node: events in, actions out. What it decides stands in the procedures; here an
/// event finds its interface. An MME keeps nothing over a restart: its UEs attach again.
class Mme final : public Node {
 public:
  Mme(Config config, Entropy& entropy) : core_(std::move(config), entropy) {}

  void on(Event event, Instant now, Actions& out) override;
  std::string_view name() const override { return core_.config.name; }

  // --- for tests and the console; nothing here changes anything
  const Config& config() const { return core_.config; }
  /// find gives the context of a subscriber who has proved to be it.
  /// One that is only on its way here counts where there is no other.
  const Ue* find(const Imsi& imsi) {
    const Ue* ue = core_.ues.find(imsi);
    return ue != nullptr ? ue : core_.ues.find_coming(imsi);
  }
  std::size_t ue_count() const { return core_.ues.size(); }
  std::size_t provisional_count() const { return core_.ues.provisional(); }
  std::size_t connection_count() const { return core_.s1.size(); }
  std::size_t enb_count() const { return core_.enbs.size(); }
  std::size_t remembered_count() const { return core_.remembered.size(); }

 private:
  void start();
  void on(peer::LinkUp& e);
  void on(peer::LinkDown& e);
  void on(peer::LinkData& e);
  void on(peer::DatagramIn& e);
  void on(peer::TimerFired& e);
  void on(Command& e);
  void on_ue_timer(UeId id, Timer timer);

  Core core_;
  std::set<peer::LinkId> strangers_;  ///< S1 associations without S1 Setup so far
};

}  // namespace baton::node::mme
