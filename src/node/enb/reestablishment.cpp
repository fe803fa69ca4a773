// reestablishment.cpp: a UE that was sent away and comes back (TS 36.331, 5.3.7). Others are refused: a UE
// whose connection breaks without a handover sets up another one.
#include "context/short_mac_i.h"
#include "node/enb/enb.h"

namespace baton::node::enb {

//= TS 36.331, 5.3.7.4
void Enb::on_reestablishment_request(Endpoint remote, const rrc::ReestablishmentRequest& m) {
  const auto refuse = [&] { send_plain(remote, rrc::Channel::srb0, rrc::ReestablishmentReject{m.c_rnti}); };
  Ue* ue = ue_by_radio(remote, m.c_rnti);
  // Its former name is good while the answer to its first request may have been lost.
  const bool repeated = ue != nullptr && ue->former && ue->former->link.c_rnti() == m.c_rnti;
  if (ue == nullptr || ue->handover != Handover::executing || m.pci != config_.cell.pci.value ||
      (ue->former && !repeated)) {
    out_->count("reestablishment_refused");
    return refuse();
  }
  const context::SignallingBearer& srb1 = repeated ? ue->former->srb1 : ue->radio.srb1;
  const auto proof = context::short_mac_i(ue->security->algorithms.eia, *srb1.krrc_int(), config_.cell.id,
                                          config_.cell.pci, m.c_rnti.value);
  if (!proof || *proof != m.short_mac_i) {
    out_->count("reestablishment_forged");
    return refuse();
  }
  if (repeated) return answer_reestablishment(*ue, m.c_rnti);
  if (!c_rnti_free()) return refuse();
  offer(*ue, WantsBack{m.c_rnti});
}

void Enb::answer_reestablishment(const Ue& ue, rrc::CRnti was) {
  send_plain(ue.radio.link.remote(), rrc::Channel::srb0,
             rrc::Reestablishment{was, ue.radio.link.c_rnti(), rrc::Ncc{ue.next_security->ncc}});
}

//= TS 36.331, 5.3.7.5
Task<bool> Enb::reestablishment(Ue& ue, rrc::CRnti was) {
  // The connection that broke may have been cut short, so its keys are not used again. There is no unused
  // NH here, so KeNB follows from KeNB.
  //= TS 33.401, 7.2.8.4.4
  const KeyId parent = keys_.id(ue.security->kenb);
  Kenb kenb = derive_kenb_star(ue.security->kenb, config_.cell.pci, earfcn_);
  log_key(KeyEvent::derived, kenb, "TS 33.401, A.5", {parent});
  ue.next_security.emplace(as_security(std::move(kenb), ue.security->ncc, ue.security->algorithms));
  const rrc::CRnti c_rnti = new_c_rnti(ue.id.value, ue.radio.link.remote());
  replace_radio(ue, c_rnti);
  answer_reestablishment(ue, was);
  start_timer(ue, UeTimer::procedure, radio_guard);
  auto wait = ue.inbox.next<Reestablished, Expiry>();
  (void)co_await wait;
  stop_timer(ue, UeTimer::procedure);
  // Whatever came under the new keys came from the UE; nothing moves before.
  if (ue.former) {
    out_->count("reestablishment_failed");
    restore_radio(ue);
    erase(*ue.next_security, "the UE does not use it");
    ue.next_security.reset();
    co_return false;
  }
  erase(*ue.security, "re-established");
  ue.security = std::exchange(ue.next_security, std::nullopt);
  out_->count("reestablishment_done");
  //= TS 36.331, 5.3.7.5: a reconfiguration follows
  confirm_keys(ue);
  co_return true;
}

}  // namespace baton::node::enb
