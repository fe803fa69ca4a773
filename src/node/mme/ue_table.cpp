#include "node/mme/ue_table.h"

#include <cassert>
#include <utility>

namespace baton::node {
template class Inbox<mme::UeEvent>;
}

namespace baton::node::mme {

Ue* UeTable::add() {
  if (ues_.size() >= limit_ || provisional() >= provisional_limit_) return nullptr;
  const UeId id{next_++};
  return ues_.emplace(id, std::make_unique<Ue>(id)).first->second.get();
}

Ue* UeTable::add_coming(const Imsi& imsi) {
  if (ues_.size() >= limit_ || by_coming_.size() >= coming_limit_ || by_coming_.contains(imsi))
    return nullptr;
  const UeId id{next_++};
  Ue* ue = ues_.emplace(id, std::make_unique<Ue>(id)).first->second.get();
  by_coming_[imsi] = id;
  ue->claimed = imsi;
  return ue;
}

Ue* UeTable::find_coming(const Imsi& imsi) {
  const auto it = by_coming_.find(imsi);
  return it == by_coming_.end() ? nullptr : find(it->second);
}

void UeTable::no_longer_coming(const Ue& ue) {
  if (!ue.claimed) return;
  const auto it = by_coming_.find(*ue.claimed);
  if (it != by_coming_.end() && it->second == ue.id) by_coming_.erase(it);
}

Ue* UeTable::find(UeId id) {
  const auto it = ues_.find(id);
  return it == ues_.end() ? nullptr : it->second.get();
}
Ue* UeTable::find(const Imsi& imsi) {
  const auto it = by_imsi_.find(imsi);
  return it == by_imsi_.end() ? nullptr : find(it->second);
}
Ue* UeTable::find(MTmsi m) {
  const auto it = by_m_tmsi_.find(m);
  return it == by_m_tmsi_.end() ? nullptr : find(it->second);
}
Ue* UeTable::find(Teid s11) {
  const auto it = by_s11_.find(s11);
  return it == by_s11_.end() ? nullptr : find(it->second);
}

Ue* UeTable::find_s10(Teid teid) {
  const auto it = by_s10_.find(teid);
  return it == by_s10_.end() ? nullptr : find(it->second);
}

Ue* UeTable::find(const Guti& former) {
  const auto it = by_former_.find(former);
  return it == by_former_.end() ? nullptr : find(it->second);
}

void UeTable::name(Ue& ue, const Guti& former) {
  forget_former(ue);
  // An MME may give a GUTI to another UE when the one that had it is gone.
  if (Ue* before = find(former)) before->former_guti.reset();
  by_former_[former] = ue.id;
  ue.former_guti = former;
}

void UeTable::forget_former(Ue& ue) {
  if (ue.former_guti) by_former_.erase(*std::exchange(ue.former_guti, std::nullopt));
}

void UeTable::prove(Ue& ue, Imsi imsi) {
  assert(!find(imsi) || find(imsi) == &ue);
  no_longer_coming(ue);
  by_imsi_[imsi] = ue.id;
  ue.imsi = std::move(imsi);
}

void UeTable::tunnel(Ue& ue, Teid s11) {
  if (ue.s11) by_s11_.erase(*ue.s11);
  by_s11_[s11] = ue.id;
  ue.s11 = s11;
}

void UeTable::tunnel_s10(Ue& ue, Teid teid) {
  close_s10(ue);
  by_s10_[teid] = ue.id;
  ue.s10 = teid;
}

void UeTable::close_s10(Ue& ue) {
  if (ue.s10) by_s10_.erase(*std::exchange(ue.s10, std::nullopt));
}

void UeTable::bury(Ue& ue) {
  close_s10(ue);
  forget_former(ue);
  no_longer_coming(ue);
  if (ue.imsi) by_imsi_.erase(*ue.imsi);
  if (ue.guti) by_m_tmsi_.erase(ue.guti->m_tmsi);
  if (ue.old_guti) by_m_tmsi_.erase(ue.old_guti->m_tmsi);
  if (ue.s11) by_s11_.erase(*ue.s11);
  const auto it = ues_.find(ue.id);
  assert(it != ues_.end());
  graveyard_.push_back(std::move(it->second));
  ues_.erase(it);
}

std::vector<UeId> UeTable::all() const {
  std::vector<UeId> out;
  for (const auto& [id, ue] : ues_) out.push_back(id);
  return out;
}

}  // namespace baton::node::mme
