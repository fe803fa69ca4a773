#include "node/upe/address_pool.h"

#include <algorithm>

namespace baton::node::upe {

AddressPool::AddressPool(Ipv4 subnet, unsigned prefix) {
  const unsigned bits = 32 - std::clamp(prefix, pool_prefix_min, pool_prefix_max);
  for (const Byte b : subnet.octets) network_ = network_ << 8U | b;
  const std::uint32_t mask = (std::uint32_t{1} << bits) - 1;
  network_ &= ~mask;
  hosts_ = mask - 1;  // neither the network nor the broadcast address
}

Ipv4 AddressPool::at(std::uint32_t host) const {
  const std::uint32_t a = network_ + host;
  return {{static_cast<Byte>(a >> 24U), static_cast<Byte>(a >> 16U), static_cast<Byte>(a >> 8U),
           static_cast<Byte>(a)}};
}

std::optional<Ipv4> AddressPool::take() {
  if (fresh_ <= hosts_) {
    ++in_use_;
    return at(fresh_++);
  }
  if (returned_.empty()) return std::nullopt;
  const Ipv4 out = returned_.front();
  returned_.pop_front();
  ++in_use_;
  return out;
}

void AddressPool::give_back(Ipv4 address) {
  returned_.push_back(address);
  --in_use_;
}

}  // namespace baton::node::upe
