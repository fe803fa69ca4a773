// hss.h: the home subscriber server with its authentication centre: S6a towards the MMEs, S6d towards the
// SGSNs, and the equipment register (S13).
//
// Each procedure is one file and starts there with its clause: air.cpp, ulr.cpp, pur.cpp, nor.cpp, clr.cpp,
// idr.cpp (and DSR, RSR), equipment.cpp; administer.cpp does what the operator asks. What must survive a
// crash is durable before the message that relies on it leaves:
//   - a block of SEQs before the first vector with one of them (limits.h, sequence_block);
//   - a subscriber's MME before the Update Location Answer.
// A crash loses the requests under way (MMEs ask again) and the unused rest of each block, nothing else.
#pragma once

#include <algorithm>

#include "node/hss/core.h"

namespace baton::node::hss {

class Hss final : public Node {
 public:
  Hss(Config config, Entropy& entropy);
  ~Hss() override;

  void on(Event event, Instant now, Actions& out) override;
  std::string_view name() const override { return core_.config.name; }

  /// read_from says where records can be had at once.
  void read_from(Records records) { core_.records = std::move(records); }
  /// go_by_clock says, before Started, up to where SEQs of the clock may have left already, and where they
  /// end until clock_until() moves that on. An index has `index_bits` to be ours alone among the HSSs of the
  /// store.
  //= TS 33.102, C.1.1.3
  void go_by_clock(Instant after, Instant until, std::uint32_t index_bits) {
    core_.clock = std::max(core_.clock, after);
    core_.clock_until = until;
    core_.index_bits_apart = index_bits;
  }
  void clock_until(Instant until) { core_.clock_until = std::max(core_.clock_until, until); }
  /// place_lost says that another start has our place: no SEQ of the clock leaves here any more.
  void place_lost() { core_.place_lost = true; }
  /// Subscribers with a request under way.
  std::size_t busy() const { return core_.desks.size(); }
  const peer::DiameterNode& s6a() const { return core_.s6a; }

 private:
  void on_s6a(peer::PeerEvents events);
  void on_request(peer::DiameterRequest& request);
  /// take decodes a request and puts it on its subscriber's desk.
  template <class M>
  void take(peer::DiameterRequest& request);
  void assign(const Imsi& imsi, Job job);
  /// start sets the job going; serve goes on with the next ones while each ends at once.
  void serve(Desk& desk);
  void on_store(StoreToken token, DeskEvent event);
  void turn_away(const Job& job);
  void repeat(Repetition r);
  void observe_load();

  Core core_;
};

}  // namespace baton::node::hss
