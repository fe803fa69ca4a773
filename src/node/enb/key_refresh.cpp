// key_refresh.cpp: another KeNB for a UE that stays where it is: a handover inside the cell (TS 33.401,
// 7.2.8.4.1; TS 36.331, 5.3.5.4).
#include "node/enb/enb.h"

namespace baton::node::enb {

//= S3.D8
Task<bool> Enb::refresh_key(Ue& ue) {
  if (!c_rnti_free()) co_return false;
  const KeyId parent = keys_.id(ue.security->kenb);
  Kenb kenb = derive_kenb_star(ue.security->kenb, config_.cell.pci, earfcn_);
  log_key(KeyEvent::derived, kenb, "TS 33.401, A.5", {parent});
  ue.next_security.emplace(as_security(std::move(kenb), ue.security->ncc, ue.security->algorithms));
  rrc::Reconfiguration command;
  command.transaction = ++ue.transaction;
  const rrc::CRnti c_rnti = new_c_rnti(ue.id.value, ue.radio.link.remote());
  command.mobility =
      rrc::MobilityControl{config_.cell.pci.value, earfcn_.value(), c_rnti, false, ue.security->ncc, {}};
  // The command is the last message under the old keys; the completion has to come under the new ones.
  const bool sent = send_rrc(ue, command);
  replace_radio(ue, c_rnti);
  bool done = false;
  if (sent) {
    auto completed = reconfigured(ue, command.transaction);
    const auto trouble = co_await completed;
    done = !trouble && !ue.former;
  }
  if (!done) {
    if (ue.former) restore_radio(ue);
    erase(*ue.next_security, "key refresh failed");
    ue.next_security.reset();
    out_->count("key_refresh_failed");
    co_return false;
  }
  erase(*ue.security, "refreshed inside the cell");
  ue.security = std::exchange(ue.next_security, std::nullopt);
  out_->count("key_refresh_done");
  co_return true;
}

}  // namespace baton::node::enb
