// s1_connections.h: the UE-associated logical S1 connections of the MME.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/strong.h"
#include "node/mme/limits.h"
#include "peer/world.h"
#include "wire/s1ap/types.h"

namespace baton::node::mme {

/// UeId names a UE context inside this MME. It is never reused and never leaves the node.
using UeId = Strong<std::uint32_t, struct UeIdTag>;

using wire::s1ap::EnbUeS1apId;
using wire::s1ap::MmeUeS1apId;

/// S1Connection is one UE-associated logical S1 connection (TS 36.401, 6.2.1). It outlives its UE context
/// while a release is under way: until the eNB confirms, its ids are not free.
struct S1Connection {
  MmeUeS1apId mme_id;
  EnbUeS1apId enb_id;
  peer::LinkId link;
  std::string enb;  ///< name of the eNB
  Tai tai;
  Ecgi cell;
  std::optional<UeId> ue;  ///< none: being released
  int strikes = 0;         ///< messages of a UE unknown to us that were of no use (limits.h)
  /// False until the target eNB of a handover has drawn its id: `enb_id` means nothing then.
  bool enb_id_known = true;

  /// Messages of one UE stay in order on one stream; stream 0 is for the association's own.
  //= TS 36.412, 7
  std::uint16_t stream() const { return static_cast<std::uint16_t>(1 + mme_id.value % ue_streams); }
  static constexpr std::uint32_t ue_streams = 15;
};

/// S1Connections finds them by either end's id.
class S1Connections {
 public:
  /// open draws a new MME UE S1AP ID. `enb_id` must not be in use on that link.
  S1Connection& open(peer::LinkId link, EnbUeS1apId enb_id, std::string enb, Tai tai, Ecgi cell,
                     std::optional<UeId> ue);
  /// open_target opens one towards the target eNB of a handover, which has not named its id yet.
  S1Connection& open_target(peer::LinkId link, std::string enb, Tai tai, UeId ue);
  /// learn takes down the id that the eNB drew. It must not be in use on that link.
  void learn(S1Connection& connection, EnbUeS1apId enb_id);
  /// move gives a connection to another eNB, under the id that it drew, which is not in use on that link.
  void move(S1Connection& connection, peer::LinkId link, EnbUeS1apId enb_id, std::string enb, Tai tai,
            Ecgi cell);
  S1Connection* find(MmeUeS1apId id);
  S1Connection* find(peer::LinkId link, EnbUeS1apId id);
  void close(MmeUeS1apId id);
  /// of lists the connections of one association, in the order of the MME's ids.
  std::vector<MmeUeS1apId> of(peer::LinkId link) const;
  std::size_t size() const { return by_mme_.size(); }

 private:
  MmeUeS1apId draw();

  std::map<MmeUeS1apId, S1Connection> by_mme_;
  std::map<std::pair<peer::LinkId, EnbUeS1apId>, MmeUeS1apId> by_enb_;
  std::uint32_t next_ = 1;
};

}  // namespace baton::node::mme
