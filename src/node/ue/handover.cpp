// handover.cpp: to another cell without a break. The UE says which cell is better; the network decides.
#include "base/cases.h"
#include "node/ue/ue.h"

namespace baton::node::ue {

namespace rrc = wire::rrc;

void Ue::start_handover(std::uint32_t cell) {
  if (rrc_ != Rrc::connected || !link_) return refuse_command("handover", "not connected");
  if (!doing_.empty() || move_) return refuse_command("handover", "busy");
  if (!as_) return refuse_command("handover", "no AS security");
  if (cell >= config_.cells.size()) return refuse_command("handover", "no such cell");
  if (cell == cell_) return refuse_command("handover", "this is the cell");
  begin("handover");
  measured_.emplace(Measured{cell, 0, std::nullopt});
  measure();
}

/// measure stands for reading another cell's system information off the air.
void Ue::measure() {
  if (!measured_ || measured_->information || doing_ != "handover") return;
  if (measured_->asked == spec_of(Timer::xmeasure).sends) {
    count("ue.measurement_unanswered");
    measured_.reset();
    return end_handover(false, "the cell does not answer");
  }
  ++measured_->asked;
  out_->datagram(Port::radio, config_.cells[measured_->cell].radio,
                 rrc::encode(rrc::Frame{rrc::Channel::broadcast, {}, 0, 0, rrc::encode(rrc::Camp{})}));
  start_timer(Timer::xmeasure);
}

//= TS 36.331, 5.5.5
void Ue::on_measured(Bytes payload) {
  auto m = rrc::decode<rrc::CellInformation>(payload);
  if (!m || measured_->information || move_) {
    // The cell may also page; that is for those who camp there.
    count("ue.rrc_unexpected");
    return;
  }
  stop_timer(Timer::xmeasure);
  if (doing_ != "handover" || rrc_ != Rrc::connected) return measured_.reset();
  measured_->information = std::move(*m);
  send_rrc(rrc::MeasurementReport{measured_->information->pci, measured_->information->earfcn_dl});
  sent_step("1", "Measurement Report");
  start_timer(Timer::xreport);
}

//= TS 36.331, 5.3.5.4
//= S3.D7
void Ue::start_move(const rrc::Reconfiguration& m) {
  if (move_) {
    count("ue.rrc_unexpected");
    return;
  }
  const rrc::MobilityControl& mobility = *m.mobility;
  // From here it may go back to this cell, no longer to the one before.
  if (handed_over_refreshed()) settle_refresh(true, "the next handover");
  if (doing_.empty()) begin("handover");  // the command came late, or unasked
  for (const Timer t : {Timer::xmeasure, Timer::xreport}) stop_timer(t);
  // 9a. The last message under the old keys. What is left here is an acknowledgement, and the way back.
  if (doing_ == "handover") received_step("9a", "Handover Command");
  while (link_->take(*out_)) {
  }
  link_->close(*out_);
  move_.emplace(Move{cell_, *cell_information_, link_->c_rnti(), std::move(as_), false, 0});
  as_.reset();
  link_.reset();
  srb1_.reset();
  srb2_.reset();

  const bool known = measured_ && measured_->information &&
                     measured_->information->pci == mobility.target_pci &&
                     measured_->information->earfcn_dl == mobility.earfcn_dl;
  const auto algorithms = mobility.algorithms.value_or(move_->as->algorithms);
  std::optional<Told> told;
  std::optional<AsSecurity> keys;
  if (known) told = believed(mobility, *measured_->information);
  if (told && told->star)
    keys = follow_star(*move_->as, mobility, *told, algorithms);
  else if (told && told->refreshed)
    keys = follow_refreshed(*move_->as, mobility, *told->refreshed, algorithms);
  else if (told)
    keys = follow(*move_->as, rrc::Ncc{mobility.next_hop_chaining_count}, mobility.target_pci,
                  mobility.earfcn_dl, algorithms);
  if (!keys) {
    //= TS 36.331, 5.3.5.5
    count("ue.handover_impossible");
    if (told) erase_context(told->refreshed, "keys the UE cannot follow");
    return reestablish(known ? "a handover the UE cannot follow" : "a cell the UE does not know");
  }
  as_ = std::move(keys);
  if (told->refreshed) {
    //= S0.D2
    //= S0.D11
    // The old context stays, for a UE that has to go back.
    count("ue.kasme_refreshed");
    before_.emplace(Before{std::move(*current_), in_force_, std::exchange(kenb_used_for_, std::nullopt),
                           RefreshDirection::handover, std::exchange(upe_keys_, UpeKeyCounter{})});
    current_ = std::move(told->refreshed);
  }
  if (told->upe) take_upe_key(told->upe->id, told->upe->counter, true);
  cell_ = measured_->cell;
  cell_information_ = *measured_->information;
  link_.emplace(cell().radio, mobility.c_rnti,
                TimerId{TimerDomain::ue, 0, static_cast<std::uint16_t>(Timer::xlink)});
  // COUNTs begin at 0 under the new keys.
  start_bearers();
  // 12. Under the new keys. Who answers under them has them too; an acknowledgement of the radio link is no
  // answer.
  send_rrc(rrc::ReconfigurationComplete{m.transaction});
  if (doing_ == "handover") sent_step("12", "Handover Confirm");
  start_timer(Timer::t304);
  for (const ByteVector& nas : m.nas) on_nas(nas);
}

//= S0.D11
void Ue::settle_move() {
  if (!move_ || !link_) return;
  const bool back = move_->returning;
  stop_timer(Timer::t301);
  stop_timer(Timer::t304);
  // A connection stands; nothing of the other one is kept but what it has in common with this.
  if (back) as_->tried = std::move(move_->as->tried);
  erase_as_keys(move_->as, back ? "re-established" : "handed over", &*as_);
  // KASME' has no meaning where the UE is back.
  if (back && handed_over_refreshed()) settle_refresh(false, "re-established");
  settle_upe_key(!back, back ? "re-established" : "handed over");
  move_.reset();
  measured_.reset();
  send_waiting_nas();
  if (back) {
    count("ue.reestablished");
    return end_handover(false, "back at the source");
  }
  count("ue.handover_completed");
  end_handover(true);
  //= TS 24.301, 5.5.3.2.2
  if (state_ == State::registered && !tai_list_.contains(tai())) {
    tau_type_ = {};
    wants_tau_ = true;
  }
}

void Ue::send_waiting_nas() {
  for (WaitingNas& nas : std::exchange(waiting_nas_, {})) {
    if (nas.protect)
      transfer_under(*nas.protect, std::move(nas.octets));
    else
      transfer(std::move(nas.octets));
  }
}

/// A handover that something else has overtaken has been reported already.
void Ue::end_handover(bool ok, std::string cause) {
  if (doing_ == "handover") end(ok, std::move(cause));
}

}  // namespace baton::node::ue
