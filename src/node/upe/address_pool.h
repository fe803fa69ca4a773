// address_pool.h: the addresses of UEs.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "ids/endpoint.h"
#include "node/upe/limits.h"

namespace baton::node::upe {

/// AddressPool hands out the host addresses of a subnet, each to one UE. An address that came back waits
/// until all others have been used, so that traffic for its last holder finds nobody rather than a stranger.
class AddressPool {
 public:
  AddressPool(Ipv4 subnet, unsigned prefix);
  /// take is a free address, or nothing when every one is in use.
  std::optional<Ipv4> take();
  /// give_back takes an address that take() handed out and nobody uses any more.
  void give_back(Ipv4 address);
  std::size_t in_use() const { return in_use_; }
  /// size is how many addresses there are in all.
  std::size_t size() const { return hosts_; }

 private:
  Ipv4 at(std::uint32_t host) const;

  std::uint32_t network_ = 0;
  std::uint32_t hosts_ = 0;  ///< hosts are numbered 1 to hosts_
  std::uint32_t fresh_ = 1;  ///< the next one never used
  std::deque<Ipv4> returned_;
  std::size_t in_use_ = 0;
};

}  // namespace baton::node::upe
