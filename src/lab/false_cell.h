// false_cell.h: a cell that is not the one it says it is. It answers a UE at another cell's address, with
// whatever key its owner has.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "context/pdcp.h"
#include "lab/network.h"
#include "peer/radio_link.h"
#include "wire/rrc/messages.h"

namespace baton::lab {

/// FalseCell keeps the genuine eNB from the UE for as long as it lives.
class FalseCell final : private peer::Outlet {
 public:
  FalseCell(Network& net, std::string ue, std::string enb, Endpoint ue_door, Endpoint enb_door);
  ~FalseCell() override;
  FalseCell(const FalseCell&) = delete;
  FalseCell& operator=(const FalseCell&) = delete;

  /// serve waits for a UE of that name under that key, with COUNTs from 0.
  void serve(wire::rrc::CRnti c_rnti, const Kenb& kenb, wire::rrc::AsAlgorithms algorithms);
  /// hear takes in what the UE has sent since; what the key opens is in `heard`.
  void hear();
  /// say protects a message and sends it to the UE.
  bool say(const wire::rrc::Message& message);

  const std::vector<wire::rrc::Message>& heard() const { return heard_; }
  /// refused counts PDUs of the UE that the key did not open.
  std::size_t refused() const { return refused_; }

 private:
  void send(peer::LinkId, std::uint16_t, ByteVector) override {}
  void open_link(peer::LinkId, peer::Port, Endpoint) override {}
  void close_link(peer::LinkId) override {}
  void datagram(peer::Port port, Endpoint remote, ByteVector octets) override;
  void start_timer(peer::TimerId, Instant) override {}
  void stop_timer(peer::TimerId) override {}
  void count(std::string_view) override {}
  void log(peer::LogLevel, std::string) override {}

  Network& net_;
  std::string ue_, enb_;
  Endpoint ue_door_, enb_door_;
  std::size_t seen_;
  std::optional<peer::RadioLink> link_;
  std::optional<context::SignallingBearer> srb1_;
  std::vector<wire::rrc::Message> heard_;
  std::size_t refused_ = 0;
};

}  // namespace baton::lab
