#include "peer/radio_link.h"

namespace baton::peer {

using wire::rrc::Channel;
using wire::rrc::Frame;

namespace {
// How far `to` lies ahead of `from` on the ring of 16-bit sequence numbers.
std::uint16_t ahead(std::uint16_t from, std::uint16_t to) { return static_cast<std::uint16_t>(to - from); }
}  // namespace

bool RadioLink::send(Channel channel, ByteVector pdu, Instant now, Outlet& out) {
  const bool fits = !pdu.empty() && pdu.size() <= wire::rrc::payload_octets_max;
  if (health_ == Health::failed || !acknowledged(channel) || !fits) return false;
  if (waiting_.size() >= radio::queue_max) {
    out.count("radio_queue_full");
    return false;
  }
  waiting_.push_back(Frame{channel, c_rnti_, 0, 0, std::move(pdu)});
  fill_window(now, out);
  return true;
}

void RadioLink::transmit(const Frame& frame, Outlet& out) {
  Frame f = frame;
  f.ack = expected_;
  owes_ack_ = false;  // every frame acknowledges
  out.datagram(Port::radio, remote_, wire::rrc::encode(f));
}

void RadioLink::fill_window(Instant now, Outlet& out) {
  const bool timer_runs = !unacknowledged_.empty();
  while (!waiting_.empty() && unacknowledged_.size() < radio::window) {
    waiting_.front().sn = static_cast<std::uint16_t>(first_ + unacknowledged_.size());
    unacknowledged_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    transmit(unacknowledged_.back(), out);
  }
  if (!timer_runs && !unacknowledged_.empty()) out.start_timer(timer_, now + radio::retransmit_after);
}

void RadioLink::on_ack(std::uint16_t ack, Instant now, Outlet& out) {
  const std::uint16_t done = ahead(first_, ack);
  if (done == 0) return;
  if (done > unacknowledged_.size()) {
    // An old frame that overtook nothing, or a forgery: either way it acknowledges nothing we sent.
    out.count("radio_ack_outside_window");
    return;
  }
  unacknowledged_.erase(unacknowledged_.begin(), unacknowledged_.begin() + done);
  first_ = ack;
  turns_ = 0;
  if (unacknowledged_.empty())
    out.stop_timer(timer_);
  else
    out.start_timer(timer_, now + radio::retransmit_after);
  fill_window(now, out);
}

void RadioLink::on_frame(Frame frame, Instant now, Outlet& out) {
  if (health_ == Health::failed || frame.c_rnti != c_rnti_) return;
  if (frame.channel != Channel::ack && !acknowledged(frame.channel)) return;
  on_ack(frame.ack, now, out);
  if (frame.channel == Channel::ack) return;
  owes_ack_ = true;  // also for duplicates: our acknowledgement was lost
  if (ahead(expected_, frame.sn) >= radio::window) {
    out.count("radio_duplicate");
    return;
  }
  const bool fresh = early_.try_emplace(frame.sn, Pdu{frame.channel, std::move(frame.payload)}).second;
  if (!fresh) out.count("radio_duplicate");
}

std::optional<RadioLink::Pdu> RadioLink::take(Outlet& out) {
  const auto next = early_.find(expected_);
  if (health_ == Health::failed || next == early_.end()) {
    taken_ = false;
    if (owes_ack_ && health_ == Health::up) {
      owes_ack_ = false;
      out.datagram(Port::radio, remote_, wire::rrc::encode(Frame{Channel::ack, c_rnti_, 0, expected_, {}}));
    }
    return std::nullopt;
  }
  Pdu pdu = std::move(next->second);
  early_.erase(next);
  ++expected_;
  taken_ = true;
  return pdu;
}

void RadioLink::refuse() {
  if (!taken_) return;
  taken_ = false;
  --expected_;
}

RadioLink::Health RadioLink::on_timer(Instant now, Outlet& out) {
  if (health_ == Health::failed || unacknowledged_.empty()) return health_;
  if (++turns_ > radio::retransmissions_max) {
    health_ = Health::failed;
    unacknowledged_.clear();
    waiting_.clear();
    early_.clear();
    out.count("radio_link_failure");
    return health_;
  }
  out.count("radio_retransmission");
  for (const Frame& f : unacknowledged_) transmit(f, out);
  out.start_timer(timer_, now + radio::retransmit_after);
  return health_;
}

void RadioLink::close(Outlet& out) {
  if (!unacknowledged_.empty()) out.stop_timer(timer_);
  unacknowledged_.clear();
  waiting_.clear();
  early_.clear();
  owes_ack_ = false;
}

void RadioLink::acknowledge_gone(const Frame& frame, Endpoint remote, Outlet& out) {
  if (!acknowledged(frame.channel)) return;
  const auto ack = static_cast<std::uint16_t>(frame.sn + 1);
  out.datagram(Port::radio, remote, wire::rrc::encode(Frame{Channel::ack, frame.c_rnti, 0, ack, {}}));
}

}  // namespace baton::peer
