// wiped_octets.h: octets that may hold a key, kept for a while.
#pragma once

#include <utility>

#include "base/bytes.h"
#include "base/secret.h"

namespace baton {

/// WipedOctets keeps a message that may hold a key, to repeat or to compare it. Moved, never copied by
/// accident; wiped when it dies, is replaced or is moved from.
class WipedOctets {
 public:
  WipedOctets() = default;
  explicit WipedOctets(ByteVector octets) : octets_(std::move(octets)) {}
  explicit WipedOctets(Bytes octets) : octets_(octets.begin(), octets.end()) {}
  WipedOctets(WipedOctets&& o) noexcept : octets_(std::exchange(o.octets_, {})) {}
  WipedOctets& operator=(WipedOctets&& o) noexcept {
    if (this != &o) {
      wipe();
      octets_ = std::exchange(o.octets_, {});
    }
    return *this;
  }
  WipedOctets(const WipedOctets&) = delete;
  WipedOctets& operator=(const WipedOctets&) = delete;
  ~WipedOctets() { wipe(); }

  Bytes view() const { return octets_; }
  bool empty() const { return octets_.empty(); }
  /// copy is what is given away to be sent; whoever gets it answers for it.
  ByteVector copy() const { return octets_; }

 private:
  void wipe() {
    secure_wipe(octets_.data(), octets_.size());
    octets_.clear();
  }
  ByteVector octets_;
};

}  // namespace baton
