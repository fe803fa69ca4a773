// ue_table.h: the UE contexts of the MME and the names by which they are found.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <vector>

#include "node/mme/ue_context.h"

namespace baton::node::mme {

/// UeTable owns the UE contexts. Those with a proved IMSI are found by it; provisional ones only by their
/// S1 connection, so that nothing an unknown UE says can reach somebody else's context.
class UeTable {
 public:
  UeTable(std::size_t limit, std::size_t provisional_limit, std::size_t coming_limit)
      : limit_(limit), provisional_limit_(provisional_limit), coming_limit_(coming_limit) {}

  /// add makes a provisional context. Null when either bound is reached.
  Ue* add();
  /// add_coming makes the context of a UE that another MME hands over. Until it has arrived and is proved, a
  /// context it may have here stays what it is, and answers to the IMSI. Null when a bound is reached, or
  /// one is coming already.
  Ue* add_coming(const Imsi& imsi);
  Ue* find_coming(const Imsi& imsi);
  Ue* find(UeId id);
  Ue* find(const Imsi& imsi);
  Ue* find(MTmsi m);
  Ue* find(Teid s11);
  Ue* find_s10(Teid teid);
  /// find by another MME's GUTI, by which the UE came and which it may still have.
  Ue* find(const Guti& former);

  /// prove gives `ue` its IMSI. Nobody else may have it (the caller replaced the old context).
  void prove(Ue& ue, Imsi imsi);
  /// name adds an M-TMSI under which `ue` is found; unname takes one away.
  void name(Ue& ue, MTmsi m) { by_m_tmsi_[m] = ue.id; }
  void unname(MTmsi m) { by_m_tmsi_.erase(m); }
  /// name adds the GUTI by which `ue` came from another MME; forget_former takes it away.
  void name(Ue& ue, const Guti& former);
  void forget_former(Ue& ue);
  void tunnel(Ue& ue, Teid s11);
  /// tunnel_s10 gives `ue` an end towards another MME, in place of the one it had; close_s10 takes it away.
  void tunnel_s10(Ue& ue, Teid teid);
  void close_s10(Ue& ue);

  /// bury takes `ue` out of every index. The memory lives until sweep(), since the procedure that asked
  /// for it may still be running.
  void bury(Ue& ue);
  void sweep() { graveyard_.clear(); }

  std::size_t size() const { return ues_.size(); }
  std::size_t provisional() const { return ues_.size() - by_imsi_.size() - by_coming_.size(); }
  std::vector<UeId> all() const;

 private:
  void no_longer_coming(const Ue& ue);

  std::size_t limit_, provisional_limit_, coming_limit_;
  std::map<UeId, std::unique_ptr<Ue>> ues_;
  std::map<Imsi, UeId> by_imsi_;
  std::map<Imsi, UeId> by_coming_;  ///< none of them in by_imsi_
  std::map<MTmsi, UeId> by_m_tmsi_;
  std::map<Teid, UeId> by_s11_;
  std::map<Teid, UeId> by_s10_;
  std::map<Guti, UeId> by_former_;
  std::vector<std::unique_ptr<Ue>> graveyard_;
  std::uint32_t next_ = 1;
};

}  // namespace baton::node::mme
