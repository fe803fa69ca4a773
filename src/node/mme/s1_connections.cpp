#include "node/mme/s1_connections.h"

#include <cassert>

namespace baton::node::mme {

S1Connection& S1Connections::open(peer::LinkId link, EnbUeS1apId enb_id, std::string enb, Tai tai, Ecgi cell,
                                  std::optional<UeId> ue) {
  assert(!find(link, enb_id));
  // The table is far smaller than 2^32, so a free id is near.
  while (next_ == 0 || by_mme_.count(MmeUeS1apId{next_}) != 0) ++next_;
  const MmeUeS1apId id{next_++};
  by_enb_.emplace(std::pair{link, enb_id}, id);
  return by_mme_.emplace(id, S1Connection{id, enb_id, link, std::move(enb), tai, cell, ue, 0}).first->second;
}

S1Connection* S1Connections::find(MmeUeS1apId id) {
  const auto it = by_mme_.find(id);
  return it == by_mme_.end() ? nullptr : &it->second;
}

S1Connection* S1Connections::find(peer::LinkId link, EnbUeS1apId id) {
  const auto it = by_enb_.find({link, id});
  return it == by_enb_.end() ? nullptr : find(it->second);
}

void S1Connections::close(MmeUeS1apId id) {
  const auto it = by_mme_.find(id);
  if (it == by_mme_.end()) return;
  by_enb_.erase({it->second.link, it->second.enb_id});
  by_mme_.erase(it);
}

std::vector<MmeUeS1apId> S1Connections::of(peer::LinkId link) const {
  std::vector<MmeUeS1apId> out;
  for (const auto& [id, c] : by_mme_)
    if (c.link == link) out.push_back(id);
  return out;
}

}  // namespace baton::node::mme
