#include "node/mme/s1_connections.h"

#include <cassert>

namespace baton::node::mme {

MmeUeS1apId S1Connections::draw() {
  // The table is far smaller than 2^32, so a free id is near.
  while (next_ == 0 || by_mme_.count(MmeUeS1apId{next_}) != 0) ++next_;
  return MmeUeS1apId{next_++};
}

S1Connection& S1Connections::open(peer::LinkId link, EnbUeS1apId enb_id, std::string enb, Tai tai, Ecgi cell,
                                  std::optional<UeId> ue) {
  assert(!find(link, enb_id));
  const MmeUeS1apId id = draw();
  by_enb_.emplace(std::pair{link, enb_id}, id);
  return by_mme_.emplace(id, S1Connection{id, enb_id, link, std::move(enb), tai, cell, ue, 0, true})
      .first->second;
}

S1Connection& S1Connections::open_target(peer::LinkId link, std::string enb, Tai tai, UeId ue) {
  const MmeUeS1apId id = draw();
  const Ecgi nowhere{tai.plmn, 0};
  return by_mme_
      .emplace(id, S1Connection{id, EnbUeS1apId{}, link, std::move(enb), tai, nowhere, ue, 0, false})
      .first->second;
}

void S1Connections::learn(S1Connection& c, EnbUeS1apId enb_id) {
  assert(!c.enb_id_known && !find(c.link, enb_id));
  c.enb_id = enb_id;
  c.enb_id_known = true;
  by_enb_.emplace(std::pair{c.link, enb_id}, c.mme_id);
}

void S1Connections::move(S1Connection& c, peer::LinkId link, EnbUeS1apId enb_id, std::string enb, Tai tai,
                         Ecgi cell) {
  assert(c.enb_id_known && !find(link, enb_id));
  by_enb_.erase({c.link, c.enb_id});
  c.link = link;
  c.enb_id = enb_id;
  c.enb = std::move(enb);
  c.tai = tai;
  c.cell = cell;
  by_enb_.emplace(std::pair{link, enb_id}, c.mme_id);
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
  if (it->second.enb_id_known) by_enb_.erase({it->second.link, it->second.enb_id});
  by_mme_.erase(it);
}

std::vector<MmeUeS1apId> S1Connections::of(peer::LinkId link) const {
  std::vector<MmeUeS1apId> out;
  for (const auto& [id, c] : by_mme_)
    if (c.link == link) out.push_back(id);
  return out;
}

}  // namespace baton::node::mme
