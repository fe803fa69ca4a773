#include "keys/mobile_identity.h"

#include <string>

namespace baton {
namespace {

ByteVector value_of(std::string_view digits, MobileIdentityType type) {
  const auto digit = [&](std::size_t i) -> unsigned {
    return i < digits.size() ? static_cast<unsigned>(digits[i] - '0') : 0xFU;
  };
  const bool odd = digits.size() % 2 == 1;
  ByteVector out{static_cast<Byte>(digit(0) << 4U | (odd ? 8U : 0U) | static_cast<unsigned>(type))};
  for (std::size_t i = 1; i < digits.size(); i += 2)
    out.push_back(static_cast<Byte>(digit(i + 1) << 4U | digit(i)));
  return out;
}

}  // namespace

ByteVector mobile_identity(const Imsi& imsi) { return value_of(imsi.digits(), MobileIdentityType::imsi); }

ByteVector mobile_identity(const Imei& imei) {
  std::string digits = imei.digits();
  digits.back() = '0';
  return value_of(digits, MobileIdentityType::imei);
}

}  // namespace baton
