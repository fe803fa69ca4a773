// hss_member.h: an HSS's place among those of its store, and how far it may go by the clock.
#pragma once

#include <memory>
#include <string>

#include "node/hss/hss.h"
#include "runtime/host.h"
#include "runtime/topology.h"
#include "store/members.h"

namespace baton::runtime {

/// HssMember has its store know, ahead of time, up to where SEQs of the clock may leave, and lets the HSS go
/// by the clock so far and no further. While the store cannot be told, the clock of SEQs stands still at its
/// limit: each vector is then written down before it leaves, as in the other schemes.
//= TS 33.102, C.1.1.3
class HssMember {
 public:
  /// join takes the place, durably. The error is for the operator: another HSS has indices of the range.
  static Expected<std::unique_ptr<HssMember>, std::string> join(Services& services, const HssSettings& hss,
                                                                store::Store& store, Entropy& entropy);
  /// serve is for the host of `hss`, before it starts; both outlive this.
  void serve(Host& host, node::hss::Hss& hss);

 private:
  HssMember(Services& services, store::Member who) : services_(services), who_(std::move(who)) {}
  void move_on();

  Services& services_;
  store::Member who_;
  bool shared_ = false;
  Instant after_{}, until_{};
  Host* host_ = nullptr;
  node::hss::Hss* hss_ = nullptr;
  std::unique_ptr<transport::Timer> timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);

 public:
  ~HssMember() { *alive_ = false; }
};

}  // namespace baton::runtime
