#include "crypto/test_algorithm.h"

#include <algorithm>

namespace baton::crypto {

TestAlgorithm::TestAlgorithm(std::span<const Byte, 16> k, std::span<const Byte, 16> rand) {
  for (std::size_t i = 0; i < 16; ++i) xdout_[i] = k[i] ^ rand[i];
}

TestAlgorithm::Mac TestAlgorithm::f1(std::span<const Byte, 6> sqn, std::span<const Byte, 2> amf) const {
  Mac mac;
  for (std::size_t i = 0; i < 8; ++i) mac[i] = static_cast<Byte>(xdout_[i] ^ (i < 6 ? sqn[i] : amf[i - 6]));
  return mac;
}

TestAlgorithm::Key TestAlgorithm::turned(std::size_t octets) const {
  std::array<Byte, 16> out;
  std::rotate_copy(xdout_.begin(), xdout_.begin() + static_cast<std::ptrdiff_t>(octets), xdout_.end(),
                   out.begin());
  Key key(out);
  secure_wipe(out.data(), out.size());
  return key;
}

}  // namespace baton::crypto
