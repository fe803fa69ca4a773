#include "keys/kdf_string.h"

#include <algorithm>

namespace baton {

KdfString& KdfString::add(Bytes parameter) {
  assert(n_ + parameter.size() + 2 <= s_.size());
  std::copy(parameter.begin(), parameter.end(), s_.begin() + static_cast<std::ptrdiff_t>(n_));
  n_ += parameter.size();
  s_[n_++] = static_cast<Byte>(parameter.size() >> 8U);
  s_[n_++] = static_cast<Byte>(parameter.size());
  return *this;
}

KdfString& KdfString::number(std::uint32_t value, std::size_t octets) {
  assert(octets >= 1 && octets <= 4 && (octets == 4 || value >> (8 * octets) == 0));
  std::array<Byte, 4> b{};
  for (std::size_t i = 0; i < octets; ++i) b[i] = static_cast<Byte>(value >> (8 * (octets - 1 - i)));
  return add(Bytes(b.data(), octets));
}

}  // namespace baton
