// reestablishment.cpp: the way back to the cell that the UE was sent away from (TS 36.331, 5.3.7).
#include "context/short_mac_i.h"
#include "node/ue/ue.h"

namespace baton::node::ue {

namespace rrc = wire::rrc;

//= TS 36.331, 5.3.7.2
void Ue::reestablish(std::string_view why) {
  count("ue.handover_failed");
  log(LogLevel::info, "handover failed: " + std::string(why));
  stop_timer(Timer::t304);
  if (link_) link_->close(*out_);
  link_.reset();
  srb1_.reset();
  srb2_.reset();
  erase_as_keys(as_, why, &*move_->as);
  cell_ = move_->source;
  cell_information_ = move_->information;
  move_->returning = true;
  ask_back();
}

//= TS 36.331, 5.3.7.4
void Ue::ask_back() {
  if (move_->asked == spec_of(Timer::t301).sends) {
    count("ue.reestablishment_unanswered");
    release_ = "no answer to the re-establishment request (T301)";
    return;
  }
  ++move_->asked;
  const Eia eia = *eia_from(move_->as->algorithms.eia);
  const rrc::CellInformation& cell_of = move_->information;
  const auto proof = context::short_mac_i(eia, derive_krrc_int(move_->as->kenb, eia), cell_of.cell,
                                          Pci{cell_of.pci}, move_->c_rnti.value);
  const rrc::ReestablishmentRequest m{move_->c_rnti, cell_of.pci, proof ? *proof : std::uint16_t{0}};
  out_->datagram(Port::radio, cell().radio,
                 rrc::encode(rrc::Frame{rrc::Channel::srb0, {}, 0, 0, rrc::encode(m)}));
  start_timer(Timer::t301);
}

//= TS 36.331, 5.3.7.5
void Ue::on_reestablishment(const rrc::Reestablishment& m) {
  stop_timer(Timer::t301);
  // The answer itself is not protected. A false NCC makes keys that the cell does not have, and no more.
  auto keys =
      follow(*move_->as, m.ncc, move_->information.pci, move_->information.earfcn_dl, move_->as->algorithms);
  if (!keys) {
    count("ue.reestablishment_refused");
    release_ = "a re-establishment the UE cannot follow";
    return;
  }
  as_ = std::move(keys);
  link_.emplace(cell().radio, m.c_rnti,
                TimerId{TimerDomain::ue, 0, static_cast<std::uint16_t>(Timer::xlink)});
  start_bearers();
  send_rrc(rrc::ReestablishmentComplete{});
  // The cell has to show that it has the keys, as a new one has.
  start_timer(Timer::t304);
}

}  // namespace baton::node::ue
