// radio_outlet.h: an outlet that keeps what conversations ask for, and a clock by hand.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "peer/world.h"

namespace baton::peer {

class RecordingOutlet final : public Outlet {
 public:
  struct Datagram {
    Port port;
    Endpoint remote;
    ByteVector octets;
  };
  void send(LinkId, std::uint16_t, ByteVector) override {}
  void open_link(LinkId, Port, Endpoint) override {}
  void close_link(LinkId) override {}
  void datagram(Port port, Endpoint remote, ByteVector octets) override {
    datagrams.push_back({port, remote, std::move(octets)});
  }
  void start_timer(TimerId timer, Instant at) override { timers[timer] = at; }
  void stop_timer(TimerId timer) override { timers.erase(timer); }
  void count(std::string_view counter) override { ++counters[std::string(counter)]; }
  void log(LogLevel, std::string) override {}

  std::vector<Datagram> take() { return std::exchange(datagrams, {}); }

  std::vector<Datagram> datagrams;
  std::map<TimerId, Instant> timers;
  std::map<std::string, int> counters;
};

}  // namespace baton::peer
