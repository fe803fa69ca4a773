#include "lab/false_cell.h"

#include <utility>

#include "wire/rrc/frame.h"

namespace baton::lab {

FalseCell::FalseCell(Network& net, std::string ue, std::string enb, Endpoint ue_door, Endpoint enb_door)
    : net_(net), ue_(std::move(ue)), enb_(std::move(enb)), ue_door_(ue_door), enb_door_(enb_door) {
  net_.cut(ue_, enb_);
  seen_ = net_.taps().size();
}

FalseCell::~FalseCell() { net_.mend(ue_, enb_); }

void FalseCell::serve(wire::rrc::CRnti c_rnti, const Kenb& kenb, wire::rrc::AsAlgorithms algorithms) {
  const auto eia = static_cast<Eia>(algorithms.eia);
  const auto eea = static_cast<Eea>(algorithms.eea);
  link_.emplace(ue_door_, c_rnti, peer::TimerId{});
  srb1_.emplace(context::Side::network, Byte{1});
  (void)srb1_->start_integrity(eia, derive_krrc_int(kenb, eia));
  (void)srb1_->start_ciphering(eea, derive_krrc_enc(kenb, eea));
}

void FalseCell::hear() {
  for (; seen_ < net_.taps().size(); ++seen_) {
    const WireTap& tap = net_.taps()[seen_];
    if (tap.port != peer::Port::radio || tap.from != ue_ || tap.to != enb_ || !link_) continue;
    auto frame = wire::rrc::decode_frame(tap.octets);
    if (!frame) continue;
    link_->on_frame(std::move(*frame), net_.now(), *this);
  }
  if (!link_) return;
  while (auto pdu = link_->take(*this)) {
    const auto text = srb1_->unprotect(pdu->octets);
    if (!text) {
      ++refused_;
      link_->refuse();
      return;
    }
    if (auto message = wire::rrc::decode_any(*text)) heard_.push_back(std::move(*message));
  }
}

bool FalseCell::say(const wire::rrc::Message& message) {
  auto pdu = srb1_->protect(wire::rrc::encode(message));
  return pdu && link_->send(wire::rrc::Channel::srb1, std::move(*pdu), net_.now(), *this);
}

void FalseCell::datagram(peer::Port port, Endpoint remote, ByteVector octets) {
  net_.inject(port, enb_door_, remote, std::move(octets));
}

}  // namespace baton::lab
