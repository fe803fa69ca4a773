// ue_table.cpp: finding, making and running UEs.
#include <algorithm>
#include <cassert>

#include "node/enb/enb.h"

namespace baton::node::enb {

const Ue* Enb::find(s1ap::EnbUeS1apId id) const {
  const auto it = ues_.find(id.value);
  return it == ues_.end() ? nullptr : it->second.get();
}

Ue* Enb::ue_by_id(s1ap::EnbUeS1apId id) {
  const auto it = ues_.find(id.value);
  if (it == ues_.end() || it->second->phase != Ue::Phase::connected) return nullptr;
  return it->second.get();
}

Ue* Enb::ue_by_radio(Endpoint remote, rrc::CRnti c_rnti) {
  const auto it = by_radio_.find({remote, c_rnti.value});
  return it == by_radio_.end() ? nullptr : ues_.at(it->second).get();
}

Ue* Enb::ue_by_mme_id(std::size_t mme, s1ap::MmeUeS1apId id) {
  const auto it = by_mme_id_.find({mme, id.value});
  return it == by_mme_id_.end() ? nullptr : ues_.at(it->second).get();
}

// Neither search begins unless there is a free number, so both end. They go round, so that a number that was
// in use is the last one to be given out again.

bool Enb::c_rnti_free() {
  if (by_c_rnti_.size() < std::min(config_.c_rnti_limit, c_rntis_max)) return true;
  out_->count("c_rnti_exhausted");
  return false;
}

//= S3.D8
rrc::CRnti Enb::new_c_rnti(std::uint32_t ue, Endpoint remote) {
  assert(by_c_rnti_.size() < c_rntis_max);
  do {
    last_c_rnti_ = last_c_rnti_ >= c_rnti_max ? c_rnti_min : static_cast<std::uint16_t>(last_c_rnti_ + 1);
  } while (by_c_rnti_.contains(last_c_rnti_));
  by_c_rnti_[last_c_rnti_] = ue;
  by_radio_[{remote, last_c_rnti_}] = ue;
  return rrc::CRnti{last_c_rnti_};
}

// Under KeNB from such a pair COUNTs begin at 0, so it comes once. The key may come again: a handover is
// cancelled and tried again before the source has another KeNB.
//= S3.D8
void Enb::pass_over_used_names(const KeyId& key) {
  for (std::size_t tries = 0; tries < c_rntis_max; ++tries) {
    std::uint16_t next = last_c_rnti_;
    do {
      next = next >= c_rnti_max ? c_rnti_min : static_cast<std::uint16_t>(next + 1);
    } while (by_c_rnti_.contains(next));
    if (std::find(pairs_used_.begin(), pairs_used_.end(), std::pair{key, next}) == pairs_used_.end()) return;
    out_->count("c_rnti_passed_over");
    last_c_rnti_ = next;
  }
}

void Enb::note_pair(const KeyId& key, rrc::CRnti c_rnti) {
  if (pairs_used_.size() == pairs_used_max) pairs_used_.pop_front();
  pairs_used_.emplace_back(key, c_rnti.value);
}

void Enb::close_radio(RadioConnection& radio) {
  radio.link.close(*out_);
  by_radio_.erase({radio.link.remote(), radio.link.c_rnti().value});
  by_c_rnti_.erase(radio.link.c_rnti().value);
}

Ue* Enb::add_ue(Endpoint remote, rrc::ConnectionRequest request) {
  do {
    last_id_ = (last_id_ + 1) & s1ap::enb_ue_s1ap_id_max;
  } while (ues_.contains(last_id_));
  const rrc::CRnti c_rnti = new_c_rnti(last_id_, remote);
  auto ue = std::make_unique<Ue>(s1ap::EnbUeS1apId{last_id_}, remote, c_rnti, std::move(request));
  Ue* raw = ue.get();
  raw->since = now_;
  ues_.emplace(last_id_, std::move(ue));
  return raw;
}

void Enb::start(Ue& ue, Procedure p) {
  ue.procedure = std::move(p);
  ue.inbox.start(ue.procedure);
}

void Enb::offer(Ue& ue, UeEvent event) {
  // What nobody waits for is a late or invented answer; the procedure it belonged to is over.
  if (!ue.inbox.offer(std::move(event))) out_->count("rrc_rx_unexpected");
  while (ue.inbox.unclaimed()) out_->count("rrc_rx_unexpected");
}

void Enb::sweep() {
  for (const std::uint32_t id : std::exchange(ended_, {})) {
    const auto it = ues_.find(id);
    if (it == ues_.end()) continue;
    Ue& ue = *it->second;
    stop_timer(ue, UeTimer::leave);
    close_radio(ue.radio);
    ues_.erase(it);
  }
}

}  // namespace baton::node::enb
